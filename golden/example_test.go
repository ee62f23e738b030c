package golden_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/golden"
)

// tester stands in for the *testing.T that an example does not have. It prints
// how a failure begins.
type tester struct {
	name     string
	failed   bool
	cleanups []func()
}

func (t *tester) Helper()                         {}
func (t *tester) Name() string                    { return t.name }
func (t *tester) Failed() bool                    { return t.failed }
func (t *tester) Cleanup(f func())                { t.cleanups = append(t.cleanups, f) }
func (t *tester) Logf(format string, args ...any) {}

func (t *tester) Errorf(format string, args ...any) {
	t.failed = true
	text, _, _ := strings.Cut(fmt.Sprintf(format, args...), "\n-want +got")
	fmt.Println(text)
}

func (t *tester) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	panic("stop")
}

// end is what the testing package does after a test.
func (t *tester) end() {
	for i := range t.cleanups {
		t.cleanups[len(t.cleanups)-1-i]()
	}
	fmt.Println("failed:", t.failed)
}

// unasked takes away what the environment asks for, until the function that it
// gives is called: a golden that is wrong on purpose is to stay so.
func unasked() func() {
	mode := os.Getenv("GOLDEN")
	os.Unsetenv("GOLDEN")
	return func() { os.Setenv("GOLDEN", mode) }
}

// show prints a golden.
func show(name string) {
	text, err := os.ReadFile("testdata/golden/" + name)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(string(text))
}

func ExampleText() {
	t := &tester{name: "ExampleText"}
	golden.Text(t, "greeting", "Dear Anna,\nyour cart is waiting.\n")
	t.end()
	// Output:
	// failed: false
}

func ExampleBytes() {
	t := &tester{name: "ExampleBytes"}
	golden.Bytes(t, "frame", []byte("\x01\xff ping\n"))
	t.end()
	show("ExampleBytes/frame.golden")
	// Output:
	// failed: false
	// -- quoted --
	// "\x01\xff ping\n"
}

func ExampleJSON() {
	t := &tester{name: "ExampleJSON"}
	golden.JSON(t, "cart", map[string]any{"total": 30, "items": []string{"mug", "lid"}})
	t.end()
	show("ExampleJSON/cart.json")
	// Output:
	// failed: false
	// {
	//   "items": [
	//     "mug",
	//     "lid"
	//   ],
	//   "total": 30
	// }
}

// The failure names what differs, then shows the diff and what to type.
func ExampleJSON_difference() {
	defer unasked()()
	t := &tester{name: "ExampleJSON"}
	golden.JSON(t, "difference", `{"items":["mug","lid"],"total":31,"note":null}`)
	t.end()
	// Output:
	// golden: testdata/golden/ExampleJSON/difference.json differs
	//   note: want nothing, got null
	//   total: want 30, got 31
	// failed: true
}

// created and read are exchanges as the journal of a fake has them.
var (
	created = fake.Exchange{
		Method: "POST", URL: "/carts", Header: http.Header{"Authorization": {"Bearer 1f7d2c9b"}}, Body: []byte(`{"email":"anna@example.com"}`),
		Status: 201, ReplyHeader: http.Header{"Content-Type": {"application/json"}},
		ReplyBody: []byte(`{"id":4711,"created_at":"2025-03-01T09:00:00Z","updated_at":"2025-03-01T09:00:00Z"}`),
	}
	read = fake.Exchange{
		Method: "GET", URL: "/carts/4711", Header: http.Header{"Authorization": {"Bearer 1f7d2c9b"}},
		Status: 200, ReplyHeader: http.Header{"Content-Type": {"application/json"}},
		ReplyBody: []byte(`{"id":4711,"created_at":"2025-03-01T09:00:00Z","updated_at":"2025-03-01T09:00:07Z"}`),
	}
)

func ExampleHTTP() {
	t := &tester{name: "ExampleHTTP"}
	golden.HTTP(t, "create", created, golden.Secret("Authorization"), golden.Alias(golden.Time, "created_at", "updated_at"))
	t.end()
	show("ExampleHTTP/create.txtar")
	// Output:
	// failed: false
	// -- request --
	// POST /carts
	// Authorization: <present>
	//
	// {
	//   "email": "anna@example.com"
	// }
	// -- response --
	// 201 Created
	// Content-Type: application/json
	//
	// {
	//   "created_at": "<time:1 rfc3339 Z>",
	//   "id": 4711,
	//   "updated_at": "<time:1 rfc3339 Z>"
	// }
}

// In a conversation equal values have equal names from the first request to the
// last response, in bodies and, by the expression, in paths.
func ExampleTalk() {
	t := &tester{name: "ExampleTalk"}
	golden.Talk(
		t, "carts", []fake.Exchange{created, read},
		golden.Drop("the same for all calls", "header:Authorization", "header:Content-Type"),
		golden.Alias(golden.ID, "id"), golden.AliasRegexp("id", regexp.MustCompile(`^/carts/(\d+)`)),
		golden.Alias(golden.Time, "created_at", "updated_at"),
	)
	t.end()
	show("ExampleTalk/carts.txtar")
	// Output:
	// failed: false
	// -- request 1 --
	// POST /carts
	//
	// {
	//   "email": "anna@example.com"
	// }
	// -- response 1 --
	// 201 Created
	//
	// {
	//   "created_at": "<time:1 rfc3339 Z>",
	//   "id": <id:1 int>,
	//   "updated_at": "<time:1 rfc3339 Z>"
	// }
	// -- request 2 --
	// GET /carts/<id:1>
	// -- response 2 --
	// 200 OK
	//
	// {
	//   "created_at": "<time:1 rfc3339 Z>",
	//   "id": <id:1 int>,
	//   "updated_at": "<time:2 rfc3339 Z>"
	// }
}

// shop is a server to replay against; with a fake it is the fake's Client and
// BaseURL.
func shop() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("X-Key") != "key-1" {
			w.WriteHeader(http.StatusForbidden)
		}
		fmt.Fprintf(w, `{"path":%q}`, r.URL.Path)
	}))
}

// TestGetCart owns the goldens GetCart_1, GetCart_2, and so on.
func TestGetCart(t *testing.T) {
	t.Parallel()
	server := shop()
	defer server.Close()
	golden.Replay(t, "GetCart_1", server.Client(), server.URL, golden.Header("X-Key", "key-1"))
}

func ExampleReplay() {
	server := shop()
	defer server.Close()
	t := &tester{name: "TestGetCart"}
	golden.Replay(t, "GetCart_1", server.Client(), server.URL, golden.Header("X-Key", "key-1"))
	t.end()
	show("GetCart_1.txtar")
	// Output:
	// failed: false
	// One cart, and the same without a valid key.
	// -- request 1 --
	// GET /v1/carts/1.json
	// -- response 1 --
	// 200 OK
	// Content-Type: application/json
	//
	// {"path":"/v1/carts/1.json"}
	// -- request 2 --
	// GET /v1/carts/1.json
	// X-Key: wrong
	// -- response 2 --
	// 403 Forbidden
	// Content-Type: application/json
	//
	// {"path":"/v1/carts/1.json"}
}

// What all requests of a package have in common stands in none of its goldens.
func ExampleHeader() {
	server := shop()
	defer server.Close()
	t := &tester{name: "TestGetCart/other"}
	golden.Replay(t, "GetCart_2", server.Client(), server.URL, golden.Header("X-Key", "key-1"))
	t.end()
	show("GetCart_2.txtar")
	// Output:
	// failed: false
	// -- request --
	// GET /v1/carts/2.json
	// -- response --
	// 200 OK
	// Content-Type: application/json
	//
	// {"path":"/v1/carts/2.json"}
}

func ExampleCheck() {
	err := golden.Check("ExampleCheck/report.json", []byte(`{"checks":54,"failed":0}`))
	fmt.Println(err)
	// Output:
	// <nil>
}

// Main goes into TestMain. It reports goldens that no test uses any more.
func ExampleMain() {
	_ = func(m *testing.M) { // func TestMain(m *testing.M)
		os.Exit(golden.Main(m))
	}
	// Output:
}

func ExampleParse() {
	t, err := golden.Parse([]byte("-- request --\nGET /carts/1\n-- response --\n200 OK\n\n{}\n"))
	fmt.Println(t.Exchanges[0].Request.Target, t.Exchanges[0].Response.Status, err)
	_, err = golden.Parse([]byte("-- request --\nGET /carts/1\n-- respone --\n"))
	fmt.Println(err)
	// Output:
	// /carts/1 200 <nil>
	// golden: line 3: unknown section "respone" (did you mean "response"?)
}

func ExampleReadFile() {
	t, err := golden.ReadFile("testdata/golden/GetCart_1.txtar")
	if err != nil {
		fmt.Println(err)
	}
	for _, x := range t.Exchanges {
		fmt.Println(x.Request.Method, x.Request.Target, x.Response.Status)
	}
	// Output:
	// GET /v1/carts/1.json 200
	// GET /v1/carts/1.json 403
}

func ExampleFormat() {
	text, err := golden.Format(golden.Transcript{
		Comment: "A body that looks like a transcript.\n",
		Exchanges: []golden.Exchange{{
			Request: golden.Request{
				Method: "POST", Target: "/notes",
				Header: []golden.Field{{Name: "Content-Type", Value: "text/plain"}},
				Body:   []byte("-- request --\n"),
			},
			Response: golden.Response{Status: 204},
		}},
	})
	fmt.Printf("%s%v\n", text, err)
	// Output:
	// A body that looks like a transcript.
	// -- request --
	// POST /notes
	// Content-Type: text/plain
	//
	// \-- request --
	//
	// -- response --
	// 204 No Content
	// <nil>
}

func ExampleTranscribe() {
	t := golden.Transcribe(created, read)
	fmt.Println(len(t.Exchanges), t.Exchanges[1].Request.Target, t.Exchanges[0].Response.Header)
	// Output:
	// 2 /carts/4711 [{Content-Type application/json}]
}

// The update changed the second time alone, and the golden says so.
func ExampleAlias() {
	t := &tester{name: "ExampleAlias"}
	golden.JSON(
		t, "cart", `{"id":"cus_01H80000000000000000000001","created_at":"2025-03-01T09:00:00.000-05:00","updated_at":"2025-03-01T09:00:07.000-05:00"}`,
		golden.Alias(golden.ID, "id"), golden.Alias(golden.Time, "created_at", "updated_at"),
	)
	t.end()
	show("ExampleAlias/cart.json")
	// Output:
	// failed: false
	// {
	//   "created_at": "<time:1 rfc3339.ms offset>",
	//   "id": "<id:1 cus_ulid>",
	//   "updated_at": "<time:2 rfc3339.ms offset>"
	// }
}

func ExampleAliasRegexp() {
	t := &tester{name: "ExampleAliasRegexp"}
	golden.Text(t, "log", "cart 17: added\ncart 21: added\ncart 17: paid\n", golden.AliasRegexp("cart", regexp.MustCompile(`cart (\d+)`)))
	t.end()
	show("ExampleAliasRegexp/log.golden")
	// Output:
	// failed: false
	// cart <cart:1>: added
	// cart <cart:2>: added
	// cart <cart:1>: paid
}

func ExampleSecret() {
	t := &tester{name: "ExampleSecret"}
	golden.JSON(t, "token", `{"access_token":"1f7d2c9b","refresh_token":"","expires_in":3600}`, golden.Secret("access_token", "refresh_token"))
	t.end()
	show("ExampleSecret/token.json")
	// Output:
	// failed: false
	// {
	//   "access_token": "<present>",
	//   "expires_in": 3600,
	//   "refresh_token": ""
	// }
}

func ExampleUnordered() {
	for _, got := range []string{`{"tags":["vip","new"]}`, `{"tags":["new","vip"]}`} {
		t := &tester{name: "ExampleUnordered"}
		golden.JSON(t, "tags", got, golden.Unordered("tags"))
		t.end()
	}
	// Output:
	// failed: false
	// failed: false
}

func ExampleDrop() {
	t := &tester{name: "ExampleDrop"}
	golden.JSON(t, "health", `{"ok":true,"load":0.71}`, golden.Drop("depends on the machine", "load"))
	t.end()
	show("ExampleDrop/health.json")
	// Output:
	// failed: false
	// {
	//   "ok": true
	// }
}

// Spaces, the order of keys and the spelling of letters count on the wire.
func ExampleWire() {
	defer unasked()()
	t := &tester{name: "ExampleWire"}
	golden.JSON(t, "body", `{"name":"Ren\u00e9", "id":1}`, golden.Wire())
	golden.JSON(t, "other", `{"id":1,"name":"René"}`, golden.Wire())
	t.end()
	// Output:
	// golden: testdata/golden/ExampleWire/other.json differs
	//   @this, equal as JSON, from byte 3 on: want "name\":\"Ren\\u00e9\", \"id\":1}", got "id\":1,\"name\":\"René\"}"
	// failed: true
}
