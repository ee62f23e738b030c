package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// askFluidpay asks the served FluidPay as a client in any language would.
func askFluidpay(t *testing.T, line, method, path, body string) (int, string) {
	t.Helper()
	at := gjson.Get(line, "fluidpay")
	r, err := http.NewRequest(method, at.Get("url").Str+"/api/merchant/"+at.Get("merchant_id").Str+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", at.Get("api_key").Str)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

func TestServeHoldsTheDemoMerchant(t *testing.T) {
	t.Parallel()
	line := served(t, 1, "--json", "--frozen", "--api", "fluidpay")[0]
	var all map[string]map[string]string
	require.NoError(t, json.Unmarshal([]byte(line), &all))
	require.Regexp(t, `^http://127\.0\.0\.1:[0-9]+$`, all["fluidpay"]["url"])
	require.Equal(t, map[string]string{
		"url": all["fluidpay"]["url"], "merchant_id": "testmerchant12345678", "api_key": "api_CartDoubleTestKey0000001", "public_key": "pub_CartDoubleTestKey0000001",
	}, all["fluidpay"])

	_, cart := askFluidpay(t, line, "GET", "/cart/d0doh5fsvrvasm390u6g", "")
	require.Equal(t, "7", gjson.Get(cart, "data.products.#").Raw)
	_, list := askFluidpay(t, line, "GET", "/product", "")
	require.EqualValues(t, 7+demoProducts, gjson.Get(list, "total_count").Int())
	_, page := askFluidpay(t, line, "POST", "/product/search", `{"limit":100,"offset":100}`)
	require.Len(t, gjson.Get(page, "data").Array(), 27)
	status, found := askFluidpay(t, line, "POST", "/product/search", `{"price":{"operator":">","value":11900}}`)
	require.Equal(t, 200, status)
	require.Equal(t, `["Product No. 120"]`, gjson.Get(found, "data.#.name").Raw)

	empty := served(t, 1, "--json", "--empty", "--api", "fluidpay")[0]
	_, list = askFluidpay(t, empty, "GET", "/product", "")
	require.Equal(t, "null", gjson.Get(list, "data").Raw)
}
