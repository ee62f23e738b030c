package bonify_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// A wrong is one thing that a request can do wrong, or that can happen to it.
type wrong struct {
	name   string
	part   string // two in one part are not combined
	spoil  func(*attempt)
	status int
	want   string
}

// An attempt is a request with what it meets.
type attempt struct {
	method, path, query, domain, key, body string
	limit                                  bool // a call was made in the same second
	fault                                  fake.Fault
}

var (
	unavailable = fake.NewFault("server-error").Set("status", "503")
	refusal     = fake.NewFault("not-saved").Set("errors", "no")
)

// before are the decisions that all calls share, in their order.
var before = []wrong{
	{"path", "path", func(a *attempt) { a.path = "/customer" }, 404, "not found"},
	{"method", "method", func(a *attempt) { a.method = "PATCH" }, 405, "method not allowed"},
	{"credentials", "key", func(a *attempt) { a.key = "wrong" }, 403, "invalid request"},
	{"limit", "limit", func(a *attempt) { a.limit = true }, 429, "too many requests"},
	{"fault", "fault", func(a *attempt) { a.fault = unavailable.Optional() }, 503, "service unavailable"},
}

func inQuery(text string) func(*attempt) {
	return func(a *attempt) { a.query += "&" + text }
}

func inBody(old, text string) func(*attempt) {
	return func(a *attempt) { a.body = strings.Replace(a.body, old, text, 1) }
}

// pairs makes each two of the wrongs in one request: the one that is looked at
// first gives the answer.
func pairs(t *testing.T, good attempt, wrongs []wrong, opts ...bonify.Option) {
	t.Helper()
	for i, first := range wrongs {
		t.Run(first.name, func(t *testing.T) {
			t.Parallel()
			first.check(t, good, opts)
			for _, second := range wrongs[i+1:] {
				if second.part == first.part {
					continue
				}
				both := good
				second.spoil(&both)
				first.check(t, both, opts, second.name)
			}
		})
	}
}

func (w wrong) check(t *testing.T, a attempt, opts []bonify.Option, and ...string) {
	t.Helper()
	w.spoil(&a)
	shop := limited(t, append([]bonify.Option{fake.Allow("no-route", "too-soon")}, opts...)...)
	with(bob, buyer)(t, shop)
	c := clientOf(t, shop)
	if a.limit {
		c.list()
	}
	if a.fault.Name() != "" {
		shop.Inject(a.fault)
	}
	state := shop.Snapshot()
	if a.domain != "" {
		c.domain = a.domain
	}
	if a.key != "" {
		c.key = a.key
	}
	path := v2 + a.path
	if a.query != "" {
		path += "?" + strings.TrimPrefix(a.query, "&")
	}
	got := c.send(a.method, path, a.body, "Content-Type: application/json")
	assert.Equal(t, w.status, got.status, and)
	assert.Equal(t, failed(w.want), got.body, and)
	assert.Equal(t, state, shop.Snapshot(), and)
}

func TestOrderOfDecisions(t *testing.T) {
	t.Parallel()
	t.Run("a list", func(t *testing.T) {
		t.Parallel()
		filter := func(list string) func(*attempt) { return inQuery("filters=" + list) }
		pairs(t, attempt{method: "GET", path: "/customers"}, append(before[:len(before):len(before)],
			wrong{"query", "query", inQuery("x=%zz"), 400, "invalid query string"},
			wrong{"two cursors", "cursor", inQuery("next_page=a&prev_page=b"), 400, "invalid page cursor"},
			wrong{"a cursor that is none", "cursor", inQuery("next_page=2"), 400, "invalid page cursor"},
			wrong{"a filter", "filter", filter("colour|equals|red"), 400, "unknown filter field: colour"},
		))
	})
	t.Run("one customer", func(t *testing.T) {
		t.Parallel()
		unknown := wrong{"id", "path", func(a *attempt) { a.path = "/customers/1" }, 404, "customer not found"}
		pairs(t, attempt{method: "GET", path: "/customers/345345345346"}, append(before[:len(before):len(before)], unknown))
	})
	t.Run("a deletion", func(t *testing.T) {
		t.Parallel()
		pairs(t, attempt{method: "DELETE", path: "/customers/345345345346"}, append(before[:len(before):len(before)],
			wrong{"id", "path", func(a *attempt) { a.path = "/customers/1" }, 404, "customer not found"},
			wrong{"orders", "path", func(a *attempt) { a.path = "/customers/345345345348" }, 400, "customer has orders and cannot be deleted"},
			wrong{"refusal", "fault", func(a *attempt) { a.fault = refusal.Optional() }, 400, "no"},
		))
	})
	t.Run("the body of a write", func(t *testing.T) {
		t.Parallel()
		for _, method := range []string{"PUT", "POST"} {
			pairs(t, attempt{method: method, path: "/customers", body: `{"customers":[{}]}`}, append(before[:len(before):len(before)],
				wrong{"JSON", "body", func(a *attempt) { a.body = strings.TrimSuffix(a.body, "}") }, 400, "invalid JSON"},
				wrong{"array", "key", inBody("customers", "customer"), 400, "customers must be an array"},
				wrong{"eleven", "records", inBody("[{}", "[1,{},{},{},{},{},{},{},{},{},{}"), 400, "unable to update more than 10 customers at one time"},
				wrong{"none", "records", inBody("{}", ""), 400, "no customers given"},
			))
		}
	})
}

// TestOrderOfDecisionsInARecord puts two wrong things into one record.
func TestOrderOfDecisionsInARecord(t *testing.T) {
	t.Parallel()
	opts := []bonify.Option{
		bonify.WithUnknownFields(bonify.Reject),
		bonify.WithFields(
			bonify.Field{MachineName: "size", Label: "Size", Type: bonify.Number},
			bonify.Field{MachineName: "born", Label: "Born", Type: bonify.Date},
			bonify.Field{MachineName: "must", Label: "Must", Required: true},
		),
	}
	shared := []wrong{
		{"email no text", "email", inBody(`"email":"x@example.com"`, `"email":1`), 400, "email must be a string"},
		{"first name no text", "first", inBody(`"tags"`, `"first_name":[],"tags"`), 400, "first_name must be a string"},
		{"tags no text", "tags", inBody(`"tags":""`, `"tags":["a"]`), 400, "tags must be a string"},
		{"marketing no boolean", "marketing", inBody(`"accepts_marketing":true`, `"accepts_marketing":null`), 400, "accepts_marketing must be a boolean"},
		{"no object", "fields", inBody(`"customer_fields"`, `"customer_fields":[],"x"`), 400, "customer_fields must be an object"},
		{"unknown field", "unknown", inBody(`"size"`, `"zoo":1,"ant":1,"size"`), 400, "unknown field: ant"},
		{"no number", "size", inBody(`"size":1`, `"size":"x"`), 400, "Size: Invalid number"},
		{"no text in a field", "born", inBody(`"born":"2000-01-01"`, `"born":[]`), 400, "born must be a string"},
		{"no date", "born", inBody(`"born":"2000-01-01"`, `"born":"2000-02-30"`), 400, "Born: Invalid date"},
		{"required", "must", inBody(`"must":"x"`, `"must":""`), 400, "Must: Required field"},
		{"nothing to know it by", "email", inBody(`"x@example.com"`, `""`), 400, "email, phone, first_name or last_name is required"},
		{"odd address", "email", inBody(`"x@example.com"`, `"x@example"`), 400, "email is invalid"},
		{"taken address", "email", inBody(`"x@example.com"`, `"BOB@example.com"`), 400, "email has already been taken"},
		{"refused", "fault", func(a *attempt) { a.fault = refusal.Optional() }, 400, "no"},
	}
	const attributes = `"email":"x@example.com","tags":"","accepts_marketing":true,"customer_fields":{"size":1,"born":"2000-01-01","must":"x"}}]}`
	t.Run("a new one", func(t *testing.T) {
		t.Parallel()
		pairs(t, attempt{method: "POST", path: "/customers", body: `{"customers":[{"id":null,` + attributes}, append([]wrong{
			{"no record", "all", func(a *attempt) { a.body = `{"customers":["x"]}` }, 400, "customer must be an object"},
			{"an id", "id", inBody(`"id":null`, `"id":1`), 400, "new customers must not have an id"},
		}, shared...), opts...)
	})
	t.Run("an update", func(t *testing.T) {
		t.Parallel()
		late := shared[:0:0]
		for _, w := range shared { // the stored name is enough, and nothing is deleted
			if w.name != "required" && w.name != "nothing to know it by" {
				late = append(late, w)
			}
		}
		pairs(t, attempt{method: "PUT", path: "/customers", body: `{"customers":[{"id":345345345348,` + attributes}, append([]wrong{
			{"no record", "all", func(a *attempt) { a.body = `{"customers":["x"]}` }, 400, "customer must be an object"},
			{"no id", "id", inBody(`"id":345345345348,`, ``), 400, "customer id is required"},
			{"an id in quotes", "id", inBody(`345345345348`, `"345345345348"`), 400, "customer id must be a number"},
			{"an unknown id", "id", inBody(`345345345348`, `1`), 400, "customer not found"},
		}, late...), opts...)
	})
}
