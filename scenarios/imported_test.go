package scenarios_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/golden"
	"github.com/cartdouble/cartdouble/scenarios"
)

// entry is one of a HAR file, with what a browser has besides.
func entry(method, url string, status int, answer string) string {
	return fmt.Sprintf(`{"_initiator": {"type": "script"}, "startedDateTime": "2025-03-01T09:00:00.250+00:00", "time": 12.5,
	"request": {"method": %q, "url": %q, "httpVersion": "h2", "cookies": [], "queryString": [], "headersSize": -1, "bodySize": 0,
		"headers": [{"name": ":authority", "value": "api.cartfunnel.net"}, {"name": "x-cartfunnel-api-secret", "value": "hunter2hunter2"}]},
	"response": {"status": %d, "statusText": "", "httpVersion": "h2", "cookies": [], "redirectURL": "", "headersSize": -1, "bodySize": -1,
		"headers": [{"name": "content-type", "value": "application/json; charset=utf-8"}, {"name": "x-ratelimit-remaining", "value": "7"}, {"name": "content-encoding", "value": "br"}],
		"content": {"size": 2, "mimeType": "application/json", "text": %q}},
	"cache": {}, "timings": {"send": 0, "wait": 12, "receive": 0.5}}`, method, url, status, answer)
}

func har(entries ...string) []byte {
	return []byte(`{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "pages": [], "entries": [` + strings.Join(entries, ",") + `]}}`)
}

const shopURL = "https://api.cartfunnel.net/v1"

func TestImport(t *testing.T) {
	t.Parallel()
	posted := strings.Replace(entry("POST", shopURL+"/customers.json", 200, `{"id":8,"email":"zoe@corp.com","note":"{{Hello}}"}`), `"queryString": []`,
		`"queryString": [], "postData": {"mimeType": "application/json", "text": "{\"customer\":{\"email\":\"zoe@corp.com\"}}"}`, 1)
	binary := strings.Replace(entry("GET", shopURL+"/logo.png", 200, base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n"))), `"size": 2,`, `"size": 6, "encoding": "base64",`, 1)
	s, err := scenarios.Import("cartfunnel", har(
		entry("OPTIONS", shopURL+"/customers.json", 204, ""),
		entry("GET", shopURL+"/customers.json?page=1&q=a%20b", 200, `[{"id":7,"email":"zoe@corp.com","first_name":"Zoe","last_name":"Quill","total_spent_cents":12345678901234567890,"tags":["aaaaaaaa","bbbbbbbbbb"]}]`),
		entry("GET", "https://cdn.example.org/app.js", 200, "x"),
		posted,
		entry("GET", shopURL+"/customers/7.json", 0, ""),
		binary,
		entry("DELETE", shopURL+"/customers/7.json", 204, ""),
	))
	require.NoError(t, err)
	text := string(s.Format())
	golden.Text(t, "scenario", text)
	assert.NotContains(t, text, "hunter2")
	assert.NotContains(t, text, "zoe@corp")
	again, err := scenarios.Load(fstest.MapFS{"s.txtar": {Data: s.Format()}}, "s.txtar")
	require.NoError(t, err)
	c := newShopper(again.Start(t, noRouteIsFine))
	c.must(t, 200, "POST", "/customers.json", `{"customer":{"email":"person1@example.com"}}`)
	got := c.must(t, 200, "GET", "/customers.json?q=a+b&page=1", "")
	assert.Equal(t, "12345678901234567890", gjson.Get(got, "0.total_spent_cents").Raw)
	assert.Equal(t, "\x89PNG\r\n", c.must(t, 200, "GET", "/logo.png", ""))
	c.must(t, 204, "DELETE", "/customers/7.json", "")
}

func TestImportNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	one := entry("GET", shopURL+"/customers.json", 200, "[]")
	for want, file := range map[string]string{
		"no HAR: unexpected end of JSON input":                                                                "",
		"no HAR: it has no log with entries":                                                                  `{"entries": []}`,
		"there is no call in it that was answered":                                                            string(har()),
		`entry 1: it has no method, or no host in its URL "/customers.json"`:                                  string(har(entry("GET", "/customers.json", 200, ""))),
		`no HAR: parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"`: string(har(one, strings.Replace(one, "2025-03-01T09:00:00.250+00:00", "yesterday", 1))),
		`entry 1: content: encoding "rot13" is not known`:                                                     string(har(strings.Replace(one, `"size": 2,`, `"size": 2, "encoding": "rot13",`, 1))),
		`entry 1: content: illegal base64 data at input byte 0`:                                               string(har(strings.Replace(one, `"size": 2,`, `"size": 2, "encoding": "base64",`, 1))),
		"none of its calls is to api.cartfunnel.net; they are to a.com, b.com":                                string(har(entry("GET", "https://a.com/", 200, ""), entry("GET", "http://b.com:8080/", 200, ""))),
		`redact: a secret has 3 bytes; fewer than 6 cannot be told from chance`:                               string(har(one)),
	} {
		opts := []scenarios.Option{scenarios.Secret("k", map[bool]string{true: "abc", false: "abcdef"}[strings.HasPrefix(want, "redact")])}
		_, err := scenarios.Import("cartfunnel", []byte(file), opts...)
		assert.EqualError(t, err, "scenarios: import: "+want)
	}
	_, err := scenarios.Import("cartfunel", nil)
	assert.EqualError(t, err, `scenarios: unknown API "cartfunel" (did you mean "cartfunnel"?); there are bonify, cartfunnel, cartly, cscart, fluidpay`)
}

// A known secret is found wherever it stands.
func TestImportHidesSecrets(t *testing.T) {
	t.Parallel()
	file := har(entry("GET", shopURL+"/customers.json?k=open%20sesame", 200, `{"a": "open sesame", "b": "`+base64.StdEncoding.EncodeToString([]byte("open sesame"))+`"}`))
	s, err := scenarios.Import("cartfunnel", file, scenarios.Secret("door", "open sesame"))
	require.NoError(t, err)
	assert.NotContains(t, string(s.Format()), "sesame")
	assert.NotContains(t, string(s.Format()), "b3BlbiBzZXNhbWU")
}

// Calls to one host are those that are meant, whatever it is called.
func TestImportFromAnyHost(t *testing.T) {
	t.Parallel()
	s, err := scenarios.Import("cscart", har(entry("GET", "https://shop.example.org:8443/api/carts/", 200, `{"carts":[]}`)))
	require.NoError(t, err)
	assert.Contains(t, string(s.Format()), "-> GET ~/api/carts/\n<- 200 @list-carts\n")
}

func FuzzImport(f *testing.F) {
	f.Add(har(entry("GET", shopURL+"/customers.json?a={{b}}", 200, `{"a":"{{b"}`)))
	f.Add(har(entry("PUT", shopURL+"/'x y'/-- a --", 302, "-- a.json --\n")))
	f.Add([]byte(`{"log":{"entries":[{"request":{"method":"G T","url":"http://x/"},"response":{"status":200}}]}}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := scenarios.Import("cartfunnel", file)
		if err != nil {
			return
		}
		again, err := scenarios.Load(fstest.MapFS{"s.txtar": {Data: s.Format()}}, "s.txtar")
		require.NoError(t, err, "%s", s.Format())
		require.Equal(t, string(s.Format()), string(again.Format()))
		_, err = again.ExportHAR()
		require.NoError(t, err, "%s", s.Format())
	})
}

func TestExportHAR(t *testing.T) {
	t.Parallel()
	shop := cartfunnel.Start(t, fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)), fake.Frozen())
	shop.Inject(scenarios.LostResponse().Call(3))
	c := shopper{http: shop.Client(), base: shop.BaseURL(), credentials: shop.Credentials()}
	c.must(t, 200, "POST", "/customers.json", dora)
	c.must(t, 200, "GET", "/customers.json?page=1&q=%C3%A9", "")
	_, _, err := c.do("GET", "/customers/1.json", "")
	require.Error(t, err)
	calls := append(shop.Calls(), fake.Exchange{
		Seq: 4, Method: "GET", URL: "/logo", Status: 302, Header: http.Header{"Cookie": {"a=secret-session"}},
		ReplyHeader: http.Header{"Location": {"https://example.com/x"}, "Set-Cookie": {"a=secret-session"}}, ReplyBody: []byte{0xff, 0},
	})
	text, err := scenarios.ExportHAR(calls...)
	require.NoError(t, err)
	assert.NotContains(t, string(text), shop.Credentials()["secret"])
	assert.NotContains(t, string(text), "secret-session")
	harHolds(t, text)
	golden.Text(t, "har", string(text))
	log := gjson.GetBytes(text, "log")
	assert.Equal(t, dora, log.Get("entries.0.request.postData.text").Str, "people stay: it is for the eyes of who made the calls")
	assert.Equal(t, `[{"name":"page","value":"1"},{"name":"q","value":"é"}]`, log.Get("entries.1.request.queryString|@ugly").Raw)
	assert.EqualValues(t, 0, log.Get("entries.2.response.status").Int())
	assert.Equal(t, "lost-response call=3", log.Get("entries.2.comment").Str)
	assert.Equal(t, "base64", log.Get("entries.3.response.content.encoding").Str)
	assert.Equal(t, "https://example.com/x", log.Get("entries.3.response.redirectURL").Str)

	back, err := scenarios.Import("cartfunnel", text) // what is written can be read
	require.NoError(t, err)
	assert.Contains(t, string(back.Format()), "-> GET ~/customers.json query=page=1&q=%C3%A9\n<- 200 @list-customers-page-1-dora\n")

	_, err = scenarios.ExportHAR(fake.Exchange{Seq: 9, ReplyHeader: http.Header{"Content-Encoding": {"br"}}, ReplyBody: []byte("x")})
	assert.EqualError(t, err, "scenarios: call 9: redact: answer body: it is compressed, so that nothing can be found in it; ask for it as it is, or leave the call out")
	empty, err := scenarios.ExportHAR()
	require.NoError(t, err)
	harHolds(t, empty)
}

// harHolds checks a HAR file against version 1.2 of its specification: the
// members that it calls required, with their types, and no others but those that
// it allows: optional ones, and those that begin with an underscore.
func harHolds(t *testing.T, text []byte) {
	t.Helper()
	schema, err := os.ReadFile("testdata/har-1.2.json")
	require.NoError(t, err)
	var want, got any
	require.NoError(t, json.Unmarshal(schema, &want))
	require.NoError(t, json.Unmarshal(text, &got))
	assert.Empty(t, misshapen("log", want.(map[string]any), got.(map[string]any)["log"]))
}

// misshapen compares a value with a schema: an object of members, "?" behind the
// name of an optional one; a list of one schema for its elements; the name of a
// type.
func misshapen(path string, schema, got any) (wrong []string) {
	switch schema := schema.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return []string{path + " is no object"}
		}
		for name, member := range schema {
			plain, optional := strings.CutSuffix(name, "?")
			if value, there := object[plain]; there {
				wrong = append(wrong, misshapen(path+"."+plain, member, value)...)
			} else if !optional {
				wrong = append(wrong, path+"."+plain+" is missing")
			}
		}
		for name := range object {
			_, required := schema[name]
			if _, optional := schema[name+"?"]; !required && !optional && name[0] != '_' {
				wrong = append(wrong, path+"."+name+" is not in the specification")
			}
		}
	case []any:
		list, ok := got.([]any)
		if !ok {
			return []string{path + " is no list"}
		}
		for i, one := range list {
			wrong = append(wrong, misshapen(fmt.Sprintf("%s[%d]", path, i), schema[0], one)...)
		}
	case string:
		wrong = ofType(path, schema, got)
	}
	return wrong
}

func ofType(path, want string, got any) []string {
	is := fmt.Sprintf("%T", got)
	if want == "time" {
		if text, ok := got.(string); ok {
			if _, err := time.Parse(time.RFC3339Nano, text); err == nil {
				return nil
			}
		}
		return []string{path + " is no time"}
	}
	if is != map[string]string{"string": "string", "number": "float64"}[want] {
		return []string{path + " is a " + is + ", not a " + want}
	}
	return nil
}

func TestMisshapenHARIsFound(t *testing.T) {
	t.Parallel()
	schema := map[string]any{"a": "string", "b?": []any{map[string]any{"c": "number"}}, "d": "time"}
	assert.ElementsMatch(t, []string{"x.a is a float64, not a string", "x.b[1].c is missing", "x.d is no time", "x.e is not in the specification"},
		misshapen("x", schema, map[string]any{"a": 1.0, "b": []any{map[string]any{"c": 1.0}, map[string]any{}}, "d": "now", "e": nil, "_f": nil}))
	assert.Equal(t, []string{"x is no object"}, misshapen("x", schema, 1))
	assert.ElementsMatch(t, []string{"x.a is missing", "x.b is no list", "x.d is missing"}, misshapen("x", schema, map[string]any{"b": 1.0}))
}

// What a browser has saved becomes a scenario, without its credentials.
func ExampleImport() {
	saved := `{"log": {"version": "1.2", "creator": {"name": "browser", "version": "1"}, "entries": [{
		"startedDateTime": "2025-03-01T09:00:00.000Z", "time": 3,
		"request": {"method": "GET", "url": "https://api.cartfunnel.net/v1/customers/7.json",
			"headers": [{"name": "X-CARTFUNNEL-API-SECRET", "value": "Tr0ub4dor&3"}]},
		"response": {"status": 200, "content": {"mimeType": "application/json", "text": "{\"id\": 7, \"email\": \"jo@corp.com\"}"}}
	}]}}`
	s, err := scenarios.Import("cartfunnel", []byte(saved))
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s", s.Format())
	// Output:
	// scenario 1 cartfunnel
	// origin   recorded 2025-03-01 rules=cartfunnel+1 from=browser
	// clock    2025-03-01T09:00:00Z
	//
	// -> GET ~/customers/7.json
	// <- 200 @get-customer-person1
	//
	// -- get-customer-person1.json --
	// {"id": 7, "email": "person1@example.com"}
}
