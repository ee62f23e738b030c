package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// askBonify asks the served Bonify as a client in any language would.
func askBonify(t *testing.T, line, method, path string) (int, string) {
	t.Helper()
	at := gjson.Get(line, "bonify")
	r, err := http.NewRequest(method, at.Get("url").Str+path, nil)
	require.NoError(t, err)
	r.Header.Set("X-Shop-Domain", at.Get("shop_domain").Str)
	r.Header.Set("X-Api-Key", at.Get("api_key").Str)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

func TestServeHoldsTheDemoShopOfBonify(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{
		"":                                    50,
		`id|equals|345345345345`:              1,
		`text|contains|remark`:                40,
		`radios|equals|"one"`:                 21,
		`text|not_empty|,radios|not_empty|`:   21,
		`tag|equals|vip`:                      12,
		`email|equals|customer77@example.com`: 1,
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			line := served(t, 1, "--json", "--frozen", "--api", "bonify")[0]
			var all map[string]map[string]string
			require.NoError(t, json.Unmarshal([]byte(line), &all))
			require.Regexp(t, `^http://127\.0\.0\.1:[0-9]+/apps/cf_app/public-api/customer_fields/v2$`, all["bonify"]["url"])
			require.Equal(t, map[string]string{"url": all["bonify"]["url"], "shop_domain": "your-domain.myshopify.com", "api_key": "your_api_key"}, all["bonify"])
			path := "/customers"
			if query != "" {
				path += "?filters=" + url.QueryEscape(query)
			}
			status, body := askBonify(t, line, "GET", path)
			require.Equal(t, 200, status)
			require.EqualValues(t, want, gjson.Get(body, "customers.#").Int())
			require.Equal(t, query == "", gjson.Get(body, "next_page").Exists())
			if query == "id|equals|345345345345" {
				require.Equal(t, `["one","Value for my custom text field."]`, gjson.Get(body, "customers.0.customer_fields.#.value").Raw)
			}
			status, _ = askBonify(t, line, "GET", path)
			require.Equal(t, 200, status, "on a clock that stands the limit would never end, and is off")
		})
	}
	t.Run("limit", func(t *testing.T) {
		t.Parallel()
		line := served(t, 1, "--json", "--api", "bonify")[0]
		refused := false
		for range 20 { // of which a second lets few pass
			status, _ := askBonify(t, line, "GET", "/customers")
			refused = refused || status == 429
		}
		require.True(t, refused, "the documented limit is on")
	})
	t.Run("one by id", func(t *testing.T) {
		t.Parallel()
		line := served(t, 1, "--json", "--api", "bonify")[0]
		_, body := askBonify(t, line, "GET", "/customers/345345345464")
		require.Equal(t, "customer120@example.com", gjson.Get(body, "customers.0.email").Str, "the last of 120")
	})
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		line := served(t, 1, "--json", "--empty", "--api", "bonify")[0]
		_, body := askBonify(t, line, "GET", "/customers")
		require.Equal(t, "[]", gjson.Get(body, "customers").Raw)
	})
}
