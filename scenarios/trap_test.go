package scenarios_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

// What clients of each API are known to get wrong is named in the text of the
// mismatch, with the check that is about it.
var trapped = []struct {
	api, want        string // method and path of the step, and what follows
	body             string // wanted
	method, path     string // what comes
	sent             string
	tells            string
	beside, besideOf string // a request that is wrong in another way, which must not be told so
}{
	{api: "bonify", want: "PUT ~/customers", body: `{"customers":[{"id":345345345345,"customer_fields":{"text":"a"}}]}`, method: "PUT", path: "/customers", sent: `{"customers":[{"id":3.45345345345e+11,"customer_fields":{"text":"a"}}]}`, tells: "number went through float64 (BON-TYPE-01)", beside: `{"customers":[{"id":345345345346,"customer_fields":{"text":"a"}}]}`},
	{api: "bonify", want: "PUT ~/customers", body: `{"customers":[{"id":7,"customer_fields":{"text":"a"}}]}`, method: "PUT", path: "/customers", sent: `{"customers":[{"id":7,"customer_fields":[]}]}`, tells: "(BON-TYPE-02)", beside: `{"customers":[{"id":7,"customer_fields":null}]}`},
	{api: "bonify", want: "PUT ~/customers", body: `{"customers":[{"id":7,"customer_fields":{"text":"a"}}]}`, method: "PUT", path: "/customers", sent: `{"customers":[{"id":7,"customer_fields":{"Favourite text":"a"}}]}`, tells: "(BON-TYPE-04)", beside: `{"customers":[{"id":7,"customer_fields":{"text2":"a"}}]}`},
	{api: "bonify", want: "PUT ~/customers", body: `{"customers":[{"id":7}]}`, method: "PUT", path: "/customers", sent: `[{"id":7}]`, tells: "want object   got array of 1"},
	{api: "bonify", want: "PUT ~/customers", body: `{"customers":[{"id":7}]}`, method: "PUT", path: "/customers", sent: `{"id":7}`, tells: "(BON-PUT-01)", beside: `{"customers":"x"}`},
	{api: "bonify", want: "PUT ~/customers", body: `{"customers":[{"id":7}]}`, method: "PUT", path: "/customers", sent: `{"customers":[{"id":7,"note":null}]}`, tells: "(BON-PUT-08)", beside: `{"customers":[{"id":8}]}`},
	{api: "bonify", want: "GET ~/customers query=next_page=a%2Bb%3D", method: "GET", path: "/customers?next_page=a+b=", tells: "see BON-PAGE-02", besideOf: "/customers?next_page=ab%3D"},
	{api: "bonify", want: "PUT ~/customers", method: "PATCH", path: "/customers", tells: "no PATCH.   see BON-PUT-01", besideOf: "/customers/7"},
	{api: "cartfunnel", want: "POST ~/customers.json", body: `{"customer":{"email":"a@example.com"}}`, method: "POST", path: "/customers.json", sent: `{"email":"a@example.com"}`, tells: "(CFN-BODY-01)", beside: `{"customer":[]}`},
	{api: "cartfunnel", want: "POST ~/customers.json", body: `{"customer":{"tag_list":"a,b"}}`, method: "POST", path: "/customers.json", sent: `{"customer":{"tag_list":["a","b"]}}`, tells: "(CFN-BODY-03)", beside: `{"customer":{"tag_list":"a, b"}}`},
	{api: "cartfunnel", want: "POST ~/customers.json", body: `{"customer":{"tag_list":"a,b"}}`, method: "POST", path: "/customers.json", sent: `{"customer":{"tags":["a","b"]}}`, tells: "(CFN-BODY-03)", beside: `{"customer":{"tagz":["a","b"]}}`},
	{api: "cartfunnel", want: "PATCH ~/customers/1.json", body: `{"customer":{"last_name":"a"}}`, method: "PATCH", path: "/customers/1.json", sent: `{"customer":{"last_name":"a","created_at":"x"}}`, tells: "(CFN-BODY-05)", beside: `{"customer":{"last_name":"a","note":"x"}}`},
	{api: "cartfunnel", want: "GET ~/customers/1.json", method: "GET", path: "/customers/1", tells: "see CFN-URL-01", besideOf: "/customers/2.json"},
	{api: "cartfunnel", want: "GET ~/customers/1.json", method: "GET", path: "//customers/1.json", tells: "two slashes in a row: the base URL may be given with one at its end.   see CFN-URL-01"},
	{api: "cartfunnel", want: "PATCH ~/customers/1.json", method: "PUT", path: "/customers/1.json", tells: "The document has PATCH here, and no PUT.   see CFN-VERB-01", besideOf: "/customers/2.json"},
	{api: "cartfunnel", want: "POST ~/customers.json", body: `{"customer":{"first_name":"Zoë"}}`, method: "POST", path: "/customers.json", sent: `{"customer":{"first_name":"ZoÃ«"}}`, tells: "(GEN-UTF8-01)", beside: `{"customer":{"first_name":"Zoe"}}`},
	{api: "cartly", want: "POST ~/apps/api/webhooks", body: `{"url":"https://example.com/","events":["order.created"]}`, method: "POST", path: "/apps/api/webhooks", sent: `{"url":"https://example.com/","events":"order.created"}`, tells: "(CLY-HOOK-01)", beside: `{"url":"https://example.com/","events":["order.updated"]}`},
	{api: "cartly", want: "POST ~/apps/api/customers", body: `{"email":"a@example.com"}`, method: "POST", path: "/apps/api/customers", sent: `{"customer":{"email":"a@example.com"}}`, tells: "(CLY-CUS-02)", beside: `{"email":"b@example.com"}`},
	{api: "fluidpay", want: "POST ~/merchant/m/cart", body: `{"active":true}`, method: "POST", path: "/merchant/m/cart", sent: `{"active":"true"}`, tells: "(FLP-CRE-05)", beside: `{"active":false}`},
	{api: "fluidpay", want: "POST ~/merchant/m/cart", body: `{"active":false}`, method: "POST", path: "/merchant/m/cart", sent: `{}`, tells: "(FLP-PRD-01)", beside: `{"active":true}`},
	{api: "fluidpay", want: "POST ~/merchant/m/cart", body: `{"price":233}`, method: "POST", path: "/merchant/m/cart", sent: `{"price":2.33}`, tells: "(FLP-PRD-02)", beside: `{"price":234}`},
	{api: "fluidpay", want: "POST ~/merchant/m/cart", body: `{"products":["p1"]}`, method: "POST", path: "/merchant/m/cart", sent: `{"products":[{"id":"p1"}]}`, tells: "(FLP-UPD-01)", beside: `{"products":["p2"]}`},
}

func TestTrapsAreNamed(t *testing.T) {
	t.Parallel()
	for _, c := range trapped {
		s := scenarios.New(c.api, scenarios.Line("clock 2025-03-01T09:00:00Z frozen"))
		var parts []scenarios.Part
		if c.body != "" {
			parts = append(parts, scenarios.Body(c.body))
		}
		s.Expect(c.want+" optional", parts...).Answer(200)
		told := func(path, body string) string {
			watched := watch(func(w *spy) {
				_, _, err := newShopper(s.Start(w, noRouteIsFine)).do(c.method, path, body)
				require.NoError(t, err)
			})
			require.NotEmpty(t, watched.failures(), c.want)
			return watched.failures()[0]
		}
		assert.Contains(t, told(c.path, c.sent), c.tells)
		id := c.tells[strings.LastIndexAny(c.tells, "( ")+1:]
		switch {
		case c.beside != "":
			assert.NotContains(t, told(c.path, c.beside), id)
		case c.besideOf != "":
			assert.NotContains(t, told(c.besideOf, c.sent), id)
		}
	}
}

// Secrets are shown neither where they are known nor where a name or their form
// gives them away.
func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	s := story(t, stands+"-> POST ~/customers.json @want\n<- 200\n-- want.json --\nX-Cartfunnel-Api-Secret: {{:/x+/}}\nX-Partner-Token: abc\n\n{\"a\": 1, \"b\": {\"password\": \"x\"}}\n")
	var answer string
	watched := watch(func(w *spy) {
		run := s.Start(w)
		req, err := http.NewRequest("POST", run.BaseURL()+"/customers.json?api_key=hunter2hunter2&a="+run.Credentials()["secret"], strings.NewReader(`{"b": {"password": "open sesame"}, "a": "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"}`))
		require.NoError(t, err)
		req.Header.Set("X-Cartfunnel-Account", "myshop")
		req.Header.Set("X-Cartfunnel-Api-Secret", "another-secret")
		req.Header.Set("X-Partner-Token", "partner-1")
		rep := run.Explain(req)
		require.Len(t, rep.Problems, 1)
		resp, err := run.Client().Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		answer = string(body) + resp.Header.Get("X-Fake-Mismatch") + rep.Problems[0] + run.Report().String()
	})
	text := watched.failures()[0]
	for _, secret := range []string{"hunter2", "your_api_secret", "another-secret", "partner-1", "eyJ", "sesame"} {
		assert.NotContains(t, answer, secret)
		assert.NotContains(t, text, secret)
	}
	assert.Contains(t, text, "header X-Partner-Token          want abc")
	assert.Contains(t, text, "query a")
}

// A client that waits for an answer as long as it is held back is told of, with
// the step that held it.
func TestClientsWithoutATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		watched := watch(func(w *spy) {
			run := story(t, "-> GET ~/customers.json\n<- fault hang max=2h\n").Start(w)
			begun := time.Now()
			_, _, err := newShopper(run).do("GET", "/customers.json", "")
			require.Error(t, err)
			assert.Equal(t, 2*time.Hour, time.Since(begun))
			require.Len(t, run.Report().Notes, 1)
			assert.Contains(t, run.Report().Notes[0], "s.txtar:3: this client has no timeout, or a long one: request #1: the client waited 2h0m0s")
		})
		assert.Empty(t, watched.failures())
		assert.Contains(t, watched.logged(), "s.txtar:3: this client has no timeout")
	})
}

// A file may be called like a secret: its lines are shown all the same.
func TestLinesOfAFileWithTheNameOfASecret(t *testing.T) {
	t.Parallel()
	const text = "scenario 1 cartly\nclock 2025-03-01T09:00:00Z\n-> GET ~/apps/api/me\n<- live\n"
	s, err := scenarios.Load(fstest.MapFS{"stories/new-secret.txtar": {Data: []byte(text)}}, "stories/new-secret.txtar")
	require.NoError(t, err)
	watched := watch(func(w *spy) {
		_, _, err := newShopper(s.Start(w)).do("GET", "/apps/api/products?secret=7", "")
		assert.NoError(t, err)
	})
	require.NotEmpty(t, watched.failures())
	told := watched.failures()[0]
	assert.Regexp(t, `^stories/new-secret\.txtar:3: `, told)
	assert.Regexp(t, `(?m)want .* new-secret\.txtar:3$`, told)
	assert.NotContains(t, told, "secret=7")
}
