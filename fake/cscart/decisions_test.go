package cscart_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// A flawed request has something wrong, or nothing, in each of its parts.
type flawed struct{ method, path, caller, accept, media, body string }

// The parts, the good ones first.
var (
	methods = []string{"GET", "DELETE", "POST", "PUT", "HEAD", "PATCH", "OPTIONS"}
	targets = []string{"/api/carts/3", "/api/carts/99", "/api/carts/", "/api/carts/3abc", "/api/vendors/7/carts/x", "/api/2/carts/abc", "/api/foo", "/api/carts/3/4", "/api//foo", "/nowhere"}
	senders = []string{"admin", "clerk", "vendor", "nobody"}
	medias  = []string{"", "application/json", "text/xml"}
	bodies  = []string{"", `{"a":1}`, `{`, `[]`}
	accepts = []string{"", "text/html"}
)

// A step of deciding: where it applies, it has the answer.
type step struct {
	name   string
	holds  func(flawed) bool
	status int
	text   string
}

func says(words string, status int) string {
	return fmt.Sprintf(`{"message":%q,"status":%d}`, words, status)
}

// steps are the decisions in their order. The cart of user 3 is there, and
// cannot be deleted; the shop's company is 1.
func steps(newer bool) []step {
	saves := func(r flawed) bool { return r.method == "POST" || r.method == "PUT" }
	one := func(r flawed) bool { return strings.HasSuffix(r.path, "/3") || strings.HasSuffix(r.path, "/99") }
	undecodable := func(r flawed) bool {
		return (saves(r) || r.method == "DELETE") && r.media == "application/json" && (r.body == "" || r.body == "{")
	}
	syntax := "Bad Request: Syntax error, malformed JSON"
	if newer {
		syntax = "Bad Request: Syntax error"
	}
	atFirst := func(r flawed) bool { return newer && undecodable(r) }
	is := func(path string) func(flawed) bool { return func(r flawed) bool { return r.path == path } }
	lacks := func(r flawed) bool {
		if r.caller == "vendor" {
			return true
		}
		return r.caller == "clerk" && r.method != "GET"
	}
	const missing = "Method Not Allowed: "
	return []step{
		{"outside the API", is("/nowhere"), 404, page("Page not found")},
		{"credentials", func(r flawed) bool { return r.caller == "nobody" }, 401, says("Unauthorized", 401)},
		{"OPTIONS", func(r flawed) bool { return r.method == "OPTIONS" }, 200, `""`},
		{"media type", func(r flawed) bool { return saves(r) && r.media == "text/xml" }, 415, says("Unsupported Media Type", 415)},
		{"accept", func(r flawed) bool { return (r.method == "GET" || r.method == "HEAD") && r.accept != "" }, 406, says("Not Acceptable", 406)},
		{"body, early", atFirst, 400, says(syntax, 400)},
		{"two slashes", is("/api//foo"), 404, says("Not Found", 404)},
		{"version", is("/api/2/carts/abc"), 404, says("Not Found: The Entity carts not found", 404)},
		{"entity", is("/api/foo"), 404, says("Not Found: The Entity foo not found", 404)},
		{"segment too many", is("/api/carts/3/4"), 404, says("Not Found: The Entity carts not found", 404)},
		{"company or id", is("/api/vendors/7/carts/x"), 404, says("Not Found", 404)},
		{"id", is("/api/carts/3abc"), 404, says("Not Found", 404)},
		{"body", undecodable, 400, says(syntax, 400)},
		{"verb", func(r flawed) bool { return r.method == "HEAD" || r.method == "PATCH" }, 405, says("Method Not Allowed", 405)},
		{"privilege", lacks, 403, says("Forbidden", 403)},
		{"id of a POST", func(r flawed) bool { return r.method == "POST" && one(r) }, 405, says(missing+"ID must not be defined", 405)},
		{"no id", func(r flawed) bool { return (r.method == "PUT" || r.method == "DELETE") && !one(r) }, 405, says(missing+"Object ID undefined", 405)},
		{"no data", func(r flawed) bool {
			return saves(r) && (r.body == "" || r.body == "[]")
		}, 405, says(missing+"Missing parameters", 405)},
		{"POST and PUT", saves, 405, says("Method Not Allowed", 405)},
		{"no such cart", is("/api/carts/99"), 404, says("Not Found", 404)},
		{"refused", func(r flawed) bool { return r.method == "DELETE" }, 400, says("Bad Request", 400)},
		{"served", func(flawed) bool { return true }, 200, ""},
	}
}

// TestOrderOfDecisions sends every combination of mistakes: whichever comes
// first in the order has the answer.
func TestOrderOfDecisions(t *testing.T) {
	t.Parallel()
	for _, engine := range []cscart.Engine{cscart.EngineDocument, cscart.Engine420} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			store := cscart.Start(
				t, fake.At(noon), fake.Frozen(), fake.Allow("no-route"), fake.KeepJournal(10), cscart.WithEngine(engine),
				cscart.WithUser(cscart.APIUser{Email: "clerk@example.com", Key: "k", Privileges: []fake.Scope{cscart.ViewUsers}}),
				cscart.WithUser(cscart.APIUser{Email: "vendor@example.com", Key: "k", Kind: cscart.Vendor}),
			)
			store.Carts.Add(cscart.SampleCart())
			store.RefuseDelete(3, "")
			before := store.Carts.All()
			order := steps(engine == cscart.Engine420)
			me, seen := clientOf(t, store), map[string]bool{}
			everyFlaw(func(r flawed) {
				decided := order[len(order)-1]
				for _, s := range order {
					if s.holds(r) {
						decided = s
						break
					}
				}
				seen[decided.name] = true
				got := me.flawed(r)
				want := decided.text
				if engine == cscart.Engine420 {
					want = withErrors(want)
				}
				if got.status != decided.status || r.method != "HEAD" && want != "" && got.body != want {
					t.Errorf("%+v: decided by %q: want %d %s\ngot %d %s", r, decided.name, decided.status, want, got.status, got.body)
				}
			})
			for _, s := range order {
				assert.Equal(t, s.name == "body, early" && engine != cscart.Engine420 || s.name == "body" && engine == cscart.Engine420, !seen[s.name], s.name)
			}
			assert.Equal(t, before, store.Carts.All())
		})
	}
}

func everyFlaw(try func(flawed)) {
	for _, method := range methods {
		for _, target := range targets {
			for _, caller := range senders {
				for _, accept := range accepts {
					for _, media := range medias {
						for _, body := range bodies {
							if body == "" || accept == "" { // the two never meet
								try(flawed{method, target, caller, accept, media, body})
							}
						}
					}
				}
			}
		}
	}
}

func (c client) flawed(r flawed) answer {
	c.t.Helper()
	switch r.caller {
	case "nobody":
		c = c.as("admin@example.com", "wrong")
	case "clerk", "vendor":
		c = c.as(r.caller+"@example.com", "k")
	}
	var headers []string
	for name, value := range map[string]string{"Accept": r.accept, "Content-Type": r.media} {
		if value != "" {
			headers = append(headers, name+": "+value)
		}
	}
	return c.send(r.method, r.path, r.body, headers...)
}

// withErrors is the body of a failure in the newer engine: its detail stands
// twice.
func withErrors(body string) string {
	_, detail, found := strings.Cut(body, ": ")
	if !found || !strings.HasPrefix(body, "{") {
		return body
	}
	detail, _, _ = strings.Cut(detail, `","status"`)
	return strings.Replace(body, `,"status"`, `,"errors":["`+detail+`"],"status"`, 1)
}

// Faults stand behind everything that can be wrong with a request, and before
// the handler.
func TestFaultsInTheOrderOfDecisions(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, method, target, media, key string
		fault                            fake.Fault
		status                           int
	}{
		{name: "path", method: "GET", target: "/api/foo", status: 404},
		{name: "credentials", method: "GET", target: "/api/carts/99", key: "wrong", status: 401},
		{name: "id", method: "GET", target: "/api/carts/abc", status: 404},
		{name: "body", method: "DELETE", target: "/api/carts/99", media: "application/json", status: 400},
		{name: "verb", method: "PATCH", target: "/api/carts/3", status: 405},
		{name: "no id", method: "DELETE", target: "/api/carts/", status: 405},
		{name: "privilege", method: "DELETE", target: "/api/carts/3", key: "clerk", status: 403},
		{name: "no such cart", method: "DELETE", target: "/api/carts/99", status: 503},
		{name: "a refused DELETE", method: "DELETE", target: "/api/carts/3", status: 503},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			store := cscart.Start(
				t, fake.At(noon), fake.Frozen(), fake.Allow("no-route"),
				cscart.WithUser(cscart.APIUser{Email: "clerk@example.com", Key: "clerk", Privileges: []fake.Scope{cscart.ViewUsers}}),
			)
			store.Carts.Add(cscart.SampleCart())
			store.RefuseDelete(3, "")
			armed := store.Inject(fake.NewFault("server-error").Set("status", "503").Optional())
			me := clientOf(t, store)
			switch c.key {
			case "clerk":
				me = me.as("clerk@example.com", "clerk")
			case "wrong":
				me = me.as("admin@example.com", "wrong")
			}
			var headers []string
			if c.media != "" {
				headers = append(headers, "Content-Type: "+c.media)
			}
			got := me.send(c.method, c.target, "", headers...)
			assert.Equal(t, c.status, got.status)
			assert.Equal(t, c.status == 503, armed.Fired() == 1)
			assert.Equal(t, 1, store.Carts.Len())
		})
	}
	t.Run("no such cart, then a refusal", func(t *testing.T) {
		t.Parallel()
		store := still(t)
		store.RefuseDelete(99, "never")
		store.Inject(fake.NewFault("not-saved").Set("errors", "no").Call(1, 2))
		me := clientOf(t, store)
		assert.Equal(t, says("Not Found", 404), me.remove("99").body)
		store.Carts.Add(cscart.Cart{UserID: 99, Products: []cscart.Product{{ProductID: 1}}})
		assert.Equal(t, says("Bad Request: never. no", 400), me.remove("99").body)
		assert.Equal(t, says("Bad Request: never", 400), me.remove("99").body)
		store.AllowDelete(99)
		assert.Equal(t, 204, me.remove("99").status)
	})
}

// What is refused over plain HTTP is refused before anything else.
func TestPlainHTTPIsRefusedFirst(t *testing.T) {
	t.Parallel()
	store := still(t, cscart.WithHTTPSOnly())
	me := clientOf(t, store)
	want := says("Forbidden: The API is only accessible over HTTPS", 403)
	for _, target := range []string{"/api/carts/", "/nowhere", "/api//carts", "/api/2/carts"} {
		assert.Equal(t, want, me.get(target).body)
		assert.Equal(t, want, me.as("nobody", "x").send("PATCH", target, "{", "Content-Type: text/xml", "Accept: x").body)
	}
	assert.Empty(t, store.Findings())
}
