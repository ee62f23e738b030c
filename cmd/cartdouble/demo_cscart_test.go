package main

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// askCscart asks the served CS-Cart as a client in any language would.
func askCscart(t *testing.T, line, method, path string) (int, string) {
	t.Helper()
	at := gjson.Get(line, "cscart")
	r, err := http.NewRequest(method, at.Get("url").Str+path, nil)
	require.NoError(t, err)
	r.SetBasicAuth(at.Get("email").Str, at.Get("api_key").Str)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

func TestServeHoldsTheDemoStore(t *testing.T) {
	t.Parallel()
	line := served(t, 1, "--json", "--frozen", "--api", "cscart")[0]
	var all map[string]map[string]string
	require.NoError(t, json.Unmarshal([]byte(line), &all))
	require.Regexp(t, `^http://127\.0\.0\.1:[0-9]+$`, all["cscart"]["url"])
	require.Equal(t, map[string]string{"url": all["cscart"]["url"], "email": "admin@example.com", "api_key": "CartDoubleTestKey000000000000001"}, all["cscart"])

	seen := map[string]bool{}
	for _, page := range []string{"1", "2", "3"} {
		status, body := askCscart(t, line, "GET", "/api/carts/?page="+page)
		require.Equal(t, 200, status)
		require.Equal(t, "25", gjson.Get(body, "params.total_items").Str)
		for _, c := range gjson.Get(body, "carts").Array() {
			seen[c.Get("user_id").Str] = true
		}
	}
	require.Len(t, seen, demoCarts)
	require.True(t, seen["3810267128"], "the document's guest")
	_, john := askCscart(t, line, "GET", "/api/carts/3")
	require.Equal(t, "Doe", gjson.Get(john, "lastname").Str)
	require.Equal(t, "12", gjson.Get(john, "products.0.product_id").Str)
	for query, least := range map[string]int{"users_type=R": 5, "users_type=G": 5, "product_type_w=1": 5, "period=D": 5, "with_info_only=1": 5} {
		_, body := askCscart(t, line, "GET", "/api/carts/?items_per_page=100&"+query)
		found := len(gjson.Get(body, "carts").Array())
		require.GreaterOrEqual(t, found, least, query)
		require.Less(t, found, demoCarts, query)
	}
	status, _ := askCscart(t, line, "DELETE", "/api/carts/3")
	require.Equal(t, 204, status)
	status, _ = askCscart(t, line, "DELETE", "/api/carts/3")
	require.Equal(t, 404, status)
}

func TestServeAnEmptyStore(t *testing.T) {
	t.Parallel()
	line := served(t, 1, "--json", "--empty", "--api", "cscart")[0]
	_, body := askCscart(t, line, "GET", "/api/carts/")
	require.Equal(t, "[]", gjson.Get(body, "carts").Raw)
}
