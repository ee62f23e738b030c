package cartfunnel_test

import (
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// raw is one value of an answer as it was sent, "absent" without the key.
func raw(a answer, key string) string {
	v := gjson.Get(a.body, key)
	if !v.Exists() {
		return "absent"
	}
	return v.Raw
}

// A scene is one thing that a reading decides: a call on a fake with Joe in it,
// and what of the answer shows the decision.
type scene struct {
	options []cartfunnel.Option
	prepare func(t *testing.T, shop *cartfunnel.Server)
	call    func(c client) answer
	show    func(a answer, shop *cartfunnel.Server) []any
	want    []any
}

func value(keys ...string) func(answer, *cartfunnel.Server) []any {
	return func(a answer, _ *cartfunnel.Server) []any {
		var shown []any
		for _, key := range keys {
			shown = append(shown, raw(a, key))
		}
		return shown
	}
}

func status(a answer, _ *cartfunnel.Server) []any { return []any{a.status} }

func statusAndBody(a answer, _ *cartfunnel.Server) []any { return []any{a.status, a.body} }

func get(path string) func(client) answer { return func(c client) answer { return c.get(path) } }

func post(body string) func(client) answer { return func(c client) answer { return c.post(body) } }

func patch(body string) func(client) answer {
	return func(c client) answer { return c.patch("1", body) }
}

func call(method, path string) func(client) answer {
	return func(c client) answer { return c.send(method, path, "") }
}

func options(o ...cartfunnel.Option) []cartfunnel.Option { return o }

const (
	notJoe    = `{"customer":{"email":"","last_name":"Jules"}}`
	notFound  = `{"errors":["Not found"]}`
	forbidden = `{"errors":["Forbidden"]}`
)

// readings has at least one scene for each reading, and one for each option
// that switches it.
var readings = map[string][]scene{
	"CF-1": {
		{call: get("/customers/1.json"), show: value("accepts_marketing", "tax_exempt", "persisted"), want: []any{`"true"`, `"false"`, `"true"`}},
		{options: options(cartfunnel.WithNativeBooleans()), call: get("/customers/1.json"), show: value("accepts_marketing", "tax_exempt", "persisted"), want: []any{`true`, `false`, `true`}},
		{call: patch(`{"customer":{"accepts_marketing":false,"tax_exempt":"true"}}`), show: value("accepts_marketing", "tax_exempt"), want: []any{`"false"`, `"true"`}},
		{options: options(cartfunnel.WithNativeBooleans()), call: post(`{}{`), show: status, want: []any{400}},
		{options: options(cartfunnel.WithNativeBooleans()), call: post(`{"customer":{"note":"x"}}`), show: value("persisted"), want: []any{`false`}},
	},
	"CF-2": {
		{call: get("/customers/1.json"), show: value("last_order_id"), want: []any{`3200291`}},
		{call: get("/customers/2.json"), show: value("last_order_id"), want: []any{`"null"`}},
		{options: options(cartfunnel.WithNullLastOrder()), call: get("/customers/1.json"), show: value("last_order_id"), want: []any{`3200291`}},
		{options: options(cartfunnel.WithNullLastOrder()), call: get("/customers/2.json"), show: value("last_order_id"), want: []any{`null`}},
	},
	"CF-3": {
		{call: patch(notJoe), show: value("persisted", "errors"), want: []any{`"true"`, `["Email can't be blank"]`}},
		{call: post(notJoe), show: value("persisted", "errors"), want: []any{`"false"`, `["Email can't be blank"]`}},
		{options: options(cartfunnel.WithPersistedFalseOnUpdate()), call: patch(notJoe), show: value("persisted", "errors"), want: []any{`"false"`, `["Email can't be blank"]`}},
		{options: options(cartfunnel.WithPersistedFalseOnUpdate()), call: patch(`{"customer":{"note":"x"}}`), show: value("persisted", "errors"), want: []any{`"true"`, `absent`}},
	},
	"CF-4": {
		{call: patch(notJoe), show: value("id", "email", "last_name", "created_at", "updated_at"), want: []any{`1`, `""`, `"Jules"`, `"2018-12-04T23:29:37.406-05:00"`, `"2025-03-01T04:00:00.000-05:00"`}},
		{options: options(cartfunnel.WithEcho(cartfunnel.Stored)), call: patch(notJoe), show: value("email", "last_name", "updated_at"), want: []any{`"joe@example.com"`, `"El"`, `"2025-03-01T04:00:00.000-05:00"`}},
		{options: options(cartfunnel.WithEchoedUpdatedAt(cartfunnel.StoredTime)), call: patch(notJoe), show: value("last_name", "updated_at"), want: []any{`"Jules"`, `"2018-12-04T23:29:37.406-05:00"`}},
		{options: options(cartfunnel.WithEcho(cartfunnel.Stored), cartfunnel.WithEchoedUpdatedAt(cartfunnel.StoredTime)), call: patch(notJoe), show: value("last_name", "updated_at"), want: []any{`"El"`, `"2018-12-04T23:29:37.406-05:00"`}},
		{options: options(cartfunnel.WithEcho(cartfunnel.Stored)), call: post(notJoe), show: value("last_name", "updated_at"), want: []any{`"Jules"`, `null`}},
		{options: options(cartfunnel.WithEcho(cartfunnel.Attempted), cartfunnel.WithEchoedUpdatedAt(cartfunnel.AttemptTime)), call: patch(notJoe), show: value("last_name", "updated_at"), want: []any{`"Jules"`, `"2025-03-01T04:00:00.000-05:00"`}},
	},
	"CF-5": {
		{call: post(notJoe), show: value("id", "created_at", "updated_at"), want: []any{`null`, `null`, `null`}},
		{options: options(cartfunnel.WithUnsavedKeys(cartfunnel.Null)), call: post(notJoe), show: value("id", "created_at", "updated_at"), want: []any{`null`, `null`, `null`}},
		{options: options(cartfunnel.WithUnsavedKeys(cartfunnel.StringNull)), call: post(notJoe), show: value("id", "created_at", "updated_at"), want: []any{`"null"`, `"null"`, `"null"`}},
		{options: options(cartfunnel.WithUnsavedKeys(cartfunnel.Absent)), call: post(notJoe), show: value("id", "created_at", "updated_at"), want: []any{`absent`, `absent`, `absent`}},
		{options: options(cartfunnel.WithUnsavedKeys(cartfunnel.Absent)), call: patch(notJoe), show: value("id"), want: []any{`1`}},
	},
	"CF-6": {
		{options: options(fake.Allow("no-route")), call: call("PATCH", "/v1/customers.json"), show: statusAndBody, want: []any{404, notFound}},
		{call: patch(`{"customer":{"note":"x"}}`), show: status, want: []any{200}},
	},
	"CF-7": {
		{call: post(`{"customer":{"email":"x@example.com"}}`), show: status, want: []any{200}},
		{options: options(cartfunnel.WithCreatedStatus(200)), call: post(`{"customer":{"email":"x@example.com"}}`), show: status, want: []any{200}},
		{options: options(cartfunnel.WithCreatedStatus(201)), call: post(`{"customer":{"email":"x@example.com"}}`), show: status, want: []any{201}},
		{options: options(cartfunnel.WithCreatedStatus(201)), call: post(notJoe), show: status, want: []any{200}},
	},
	"CF-8": {
		{call: get("/customers/9.json"), show: statusAndBody, want: []any{404, notFound}},
		{call: get("/customers/900.json"), prepare: otherAccount, show: statusAndBody, want: []any{404, notFound}},
		{options: options(cartfunnel.WithUnknownRecord(404)), call: get("/customers/9.json"), show: status, want: []any{404}},
		{options: options(cartfunnel.WithUnknownRecord(403)), call: get("/customers/900.json"), prepare: otherAccount, show: statusAndBody, want: []any{403, forbidden}},
		{options: options(cartfunnel.WithUnknownRecord(403)), call: func(c client) answer { return c.patch("9", notJoe) }, show: statusAndBody, want: []any{403, forbidden}},
	},
	"CF-9": {
		{call: func(c client) answer { return c.as("myshop", "wrong").get("/customers.json") }, show: statusAndBody, want: []any{403, forbidden}},
		{
			options: options(cartfunnel.WithForbiddenBody("text/html", "<h1>no</h1>")),
			call:    func(c client) answer { return c.as("myshop", "").get("/customers.json") },
			show: func(a answer, _ *cartfunnel.Server) []any {
				return []any{a.status, a.body, a.header.Get("Content-Type")}
			},
			want: []any{403, "<h1>no</h1>", "text/html"},
		},
		{
			options: options(cartfunnel.WithForbiddenBody("", ""), cartfunnel.WithUnknownRecord(403)), call: get("/customers/9.json"),
			show: func(a answer, _ *cartfunnel.Server) []any {
				return []any{a.status, a.body, a.header.Get("Content-Type")}
			},
			want: []any{403, "", "application/json; charset=utf-8"},
		},
	},
	"CF-10": {
		{options: options(fake.Allow("no-route")), call: call("GET", "/v1/customers"), show: status, want: []any{404}},
		{options: options(fake.Allow("no-route")), call: call("GET", "/v1/customers/1"), show: status, want: []any{404}},
		{options: options(cartfunnel.WithPathAlias()), call: call("GET", "/v1/customers/1"), show: value("id"), want: []any{`1`}},
		{options: options(cartfunnel.WithPathAlias()), call: call("GET", "/v1/customers?page=1"), show: value("0.id"), want: []any{`1`}},
		{options: options(cartfunnel.WithPathAlias()), call: call("GET", "/v1/customers.json"), show: value("0.id"), want: []any{`1`}},
		{options: options(cartfunnel.WithPathAlias()), call: func(c client) answer {
			return c.send("PATCH", "/v1/customers/1", `{"customer":{"note":"x"}}`, "Content-Type: text/json")
		}, show: value("note"), want: []any{`"x"`}},
		{options: options(cartfunnel.WithPathAlias()), call: func(c client) answer {
			return c.send("POST", "/v1/customers", `{"customer":{"email":"x@example.com"}}`, "Content-Type: text/json")
		}, show: value("id"), want: []any{`3`}},
		{options: options(cartfunnel.WithPathAlias(), fake.Allow("no-route")), call: call("GET", "/v1/customers/"), show: status, want: []any{404}},
		{options: options(cartfunnel.WithPathAlias(), fake.Allow("no-route")), call: call("GET", "/v1/customersx"), show: status, want: []any{404}},
		{options: options(cartfunnel.WithPathAlias(), fake.Allow("no-route")), call: call("GET", "/v1/customers/1/addresses"), show: status, want: []any{404}},
		{options: options(cartfunnel.WithPathAlias(), fake.Allow("no-route")), call: call("GET", "/v1/customers.json.json"), show: status, want: []any{404}},
		{options: options(cartfunnel.WithPathAlias(), fake.Allow("no-route")), call: call("GET", "/v1/products"), show: status, want: []any{404}},
	},
	"CF-11": {
		{call: post(`{"email":"x@example.com"}`), show: statusAndBody, want: []any{400, noWrapper}},
		{call: patch(`{}`), show: statusAndBody, want: []any{400, noWrapper}},
		{options: options(cartfunnel.WithMissingWrapperRefused()), call: post(`{"email":"x@example.com"}`), show: shown("persisted", "id", "email", "errors"), want: []any{200, `"false"`, `null`, `""`, `["Email can't be blank"]`}},
		{options: options(cartfunnel.WithMissingWrapperRefused()), call: patch(`{}`), show: shown("persisted", "last_name", "updated_at", "errors"), want: []any{200, `"true"`, `"El"`, `"2018-12-04T23:29:37.406-05:00"`, `["param is missing or the value is empty: customer"]`}},
		{options: options(cartfunnel.WithMissingWrapperRefused()), call: func(c client) answer { return c.patch("9", `{}`) }, show: status, want: []any{404}},
		{options: options(cartfunnel.WithMissingWrapperRefused()), call: patch(`{`), show: statusAndBody, want: []any{400, malformed}},
		{options: options(cartfunnel.WithMissingWrapperRefused()), prepare: refuseJoe, call: patch(`[]`), show: value("errors"), want: []any{`["param is missing or the value is empty: customer","no"]`}},
	},
	"CF-12": {
		{call: patch(`{"customer":{"id":9,"x":1}}`), show: found("id", "errors"), want: []any{`1`, `absent`, "ignored-attribute: id", "ignored-attribute: x"}},
	},
	"CF-13": {
		{call: post(`{"customer":{"email":"x"}}`), show: value("errors"), want: []any{`["Email is invalid"]`}},
		{call: post(`{"customer":{"email":"Joe@example.com"}}`), show: value("errors"), want: []any{`["Email has already been taken"]`}},
		{options: options(otherTexts), call: post(`{"customer":{"email":"Joe@example.com"}}`), show: value("errors"), want: []any{`["Email vergeben"]`}},
		{options: options(otherTexts), call: post(`{"customer":{"email":"x"}}`), show: value("errors"), want: []any{`["Email is invalid"]`}},
		{options: options(otherTexts), call: post(`{}`), show: value("errors"), want: []any{`["Etwas fehlt"]`}},
		{options: options(otherTexts), call: get("/customers/9.json"), show: value("errors"), want: []any{`["Nicht da"]`}},
		{options: options(otherTexts), prepare: func(_ *testing.T, shop *cartfunnel.Server) { shop.RefuseCustomer(1, "Not found") }, call: patch(`{"customer":{"note":"x"}}`), show: value("errors"), want: []any{`["Not found"]`}},
		{options: options(otherTexts), prepare: notSaved(), call: patch(`{"customer":{"note":"x"}}`), show: value("errors"), want: []any{`["Fehler"]`}},
		{options: options(otherTexts), prepare: notSaved("An error has occurred"), call: patch(`{"customer":{"note":"x"}}`), show: value("errors"), want: []any{`["An error has occurred"]`}},
	},
	"CF-14": {
		{call: get("/customers/2.json"), show: value("tag_list"), want: []any{`absent`}},
		{options: options(cartfunnel.WithTagListShown()), call: get("/customers/2.json"), show: value("tag_list"), want: []any{`"a, b"`}},
		{options: options(cartfunnel.WithTagListShown()), call: get("/customers/1.json"), show: value("tag_list"), want: []any{`""`}},
	},
	"CF-15": {
		{call: get("/customers.json?page=0&per_page=1"), show: value("#.id"), want: []any{`[1,2]`}},
		{call: get("/customers.json?page=2"), show: value("#.id"), want: []any{`[]`}},
		{options: options(cartfunnel.WithNewestFirst()), call: get("/customers.json"), show: value("#.id"), want: []any{`[2,1]`}},
		{options: options(cartfunnel.WithPageSize(1)), call: get("/customers.json?page=2"), show: value("#.id"), want: []any{`[2]`}},
		{options: options(cartfunnel.WithPageSize(1), cartfunnel.WithNewestFirst()), call: get("/customers.json?page=2"), show: value("#.id"), want: []any{`[1]`}},
		{options: options(cartfunnel.WithPageSize(1), cartfunnel.WithNewestFirst()), call: get("/customers.json?page=3"), show: value("#.id"), want: []any{`[]`}},
	},
	"CF-16": {
		{call: get("/customers.json"), show: contentType, want: []any{"application/json; charset=utf-8"}},
		{options: options(cartfunnel.WithContentType("text/json")), call: get("/customers.json"), show: contentType, want: []any{"text/json"}},
		{options: options(cartfunnel.WithContentType("text/json")), call: get("/customers/9.json"), show: contentType, want: []any{"text/json"}},
	},
	"CF-17": {
		{call: func(c client) answer { return c.send("POST", "/v1/customers.json", notJoe) }, show: statusAndBody, want: []any{400, noWrapper}},
		{call: func(c client) answer {
			return c.send("PATCH", "/v1/customers/1.json", `{"broken"`, "Content-Type: text/plain")
		}, show: statusAndBody, want: []any{400, noWrapper}},
	},
	"CF-18": {
		{options: options(fake.Allow("no-route")), call: call("DELETE", "/v1/customers/1.json"), show: statusAndBody, want: []any{404, notFound}},
		{
			options: options(fake.Allow("no-route"), cartfunnel.WithMethodNotAllowed()), call: call("DELETE", "/v1/customers/1.json"),
			show: func(a answer, _ *cartfunnel.Server) []any { return []any{a.status, a.body, a.header.Get("Allow")} },
			want: []any{405, `{"errors":["Method not allowed"]}`, "GET, PATCH"},
		},
	},
	"CF-19": {
		{options: options(fake.Allow("no-route")), call: call("GET", "/v1/orders.json"), show: statusAndBody, want: []any{404, notFound}},
	},
	"CF-20": {
		{prepare: reader, call: func(c client) answer { return c.as("myshop", "reader").get("/customers/1.json") }, show: status, want: []any{200}},
		{prepare: reader, call: func(c client) answer { return c.as("myshop", "reader").patch("1", `{`) }, show: statusAndBody, want: []any{403, forbidden}},
		{prepare: writer, call: func(c client) answer { return c.as("myshop", "writer").patch("1", `{"customer":{"note":"x"}}`) }, show: status, want: []any{200}},
		{prepare: writer, call: func(c client) answer { return c.as("myshop", "writer").get("/customers/1.json") }, show: statusAndBody, want: []any{403, forbidden}},
	},
	"CF-21": {
		{
			call: func(c client) answer { return c.as("myshop.cartfunnel.net", "your_api_secret").get("/customers.json") },
			show: found(), want: []any{"account-form: myshop.cartfunnel.net"},
		},
		{
			call: func(c client) answer {
				return c.as("https://myshop.cartfunnel.net", "your_api_secret").get("/customers.json")
			},
			show: statusAndBody, want: []any{403, forbidden},
		},
	},
	"CF-22": {
		{prepare: inSummer, call: get("/customers/1.json"), show: value("updated_at"), want: []any{`"2025-07-01T04:00:00.000-05:00"`}},
		{options: options(cartfunnel.WithZone(time.UTC)), prepare: inSummer, call: get("/customers/1.json"), show: value("updated_at"), want: []any{`"2025-07-01T09:00:00.000+00:00"`}},
	},
	"CF-23": {
		{call: get("/customers/2.json"), show: value("first_name", "last_name", "note"), want: []any{`""`, `""`, `""`}},
		{options: options(cartfunnel.WithNullNames()), call: get("/customers/2.json"), show: value("first_name", "last_name", "note"), want: []any{`null`, `null`, `""`}},
		{options: options(cartfunnel.WithNullNames()), call: get("/customers/1.json"), show: value("first_name", "last_name", "note"), want: []any{`"Joe"`, `"El"`, `"Special user"`}},
		{options: options(cartfunnel.WithNullNames()), call: post(notJoe), show: value("first_name", "last_name"), want: []any{`null`, `"Jules"`}},
	},
	"CF-24": {
		{call: func(c client) answer {
			for range 2 {
				c.send("POST", "/v1/customers.json", `{"customer":{"email":"x@example.com"}}`, "Content-Type: text/json", "Idempotency-Key: 1")
			}
			return c.send("POST", "/v1/customers.json", `{"customer":{"email":"x@example.com"}}`, "Content-Type: text/json", "Idempotency-Key: 1")
		}, show: shown("id", "errors"), want: []any{200, `null`, `["Email has already been taken"]`}},
	},
	"CF-25": {
		{call: func(c client) answer {
			for range 300 {
				c.get("/customers/1.json")
			}
			return c.get("/customers/1.json")
		}, show: status, want: []any{200}},
		{prepare: func(_ *testing.T, shop *cartfunnel.Server) { shop.Inject(fake.NewFault("rate-limited").Call(1)) }, call: get("/customers.json"), show: statusAndBody, want: []any{429, `{"errors":["Too many requests"]}`}},
	},
	"CF-26": {
		{
			call: patch(`{"customer":{"orders_count":9,"total_spent_cents":9,"subscriptions_count":9,"last_order_id":9}}`),
			show: value("orders_count", "total_spent_cents", "subscriptions_count", "last_order_id"), want: []any{`3`, `100000`, `1`, `3200291`},
		},
	},
	"CF-27": {
		{call: func(c client) answer {
			c.patch("1", `{"customer":{"note":"first"}}`)
			return c.send("PATCH", "/v1/customers/1.json", `{"customer":{"note":"second"}}`, "Content-Type: text/json", `If-Match: "x"`)
		}, show: func(a answer, _ *cartfunnel.Server) []any { return []any{raw(a, "note"), a.header.Get("ETag")} }, want: []any{`"second"`, ""}},
	},
	"CF-28": {
		{prepare: notSaved(), call: patch(`{"customer":{"note":"x"}}`), show: shown("errors"), want: []any{200, `["An error has occurred"]`}},
		{prepare: notSaved("a", "b"), call: patch(`{"customer":{"note":"x"}}`), show: shown("errors"), want: []any{200, `["a","b"]`}},
	},
	"CF-29": {
		{call: patch(`{"customer":{"first_name":"Joe"}}`), show: value("updated_at"), want: []any{`"2025-03-01T04:00:00.000-05:00"`}},
		{call: patch(`{"customer":{"unknown":1}}`), show: value("updated_at"), want: []any{`"2025-03-01T04:00:00.000-05:00"`}},
	},
	"CF-30": {
		{call: patch(`{"customer":{"email":"JOE@Example.com"}}`), show: value("email", "errors"), want: []any{`"JOE@Example.com"`, `absent`}},
		{call: post(`{"customer":{"email":"JOE@Example.com"}}`), show: value("email", "errors"), want: []any{`"JOE@Example.com"`, `["Email has already been taken"]`}},
	},
	"CF-31": {
		{call: patch(`{"customer":{"tax_exempt":"yes"}}`), show: value("errors"), want: []any{`["Tax exempt is not included in the list"]`}},
	},
	"CF-32": {
		{call: patch(`{"customer":{"email":"[email\u00a0protected]"}}`), show: value("errors"), want: []any{`["Email is invalid"]`}},
	},
}

var otherTexts = cartfunnel.WithErrorTexts(map[string]string{
	"Email has already been taken": "Email vergeben",
	"Not found":                    "Nicht da",
	"An error has occurred":        "Fehler",
	"param is missing or the value is empty: customer":        "Etwas fehlt",
	"a sentence that the API does not have, which is no harm": "",
})

func otherAccount(_ *testing.T, shop *cartfunnel.Server) {
	shop.AddAccount("othershop", "s").Customers.Add(cartfunnel.Customer{ID: 900})
}

func refuseJoe(_ *testing.T, shop *cartfunnel.Server) { shop.RefuseCustomer(1, "no") }

func reader(_ *testing.T, shop *cartfunnel.Server) {
	shop.AddSecret("reader", cartfunnel.ReadCustomers)
}

func writer(_ *testing.T, shop *cartfunnel.Server) {
	shop.AddSecret("writer", cartfunnel.WriteCustomers)
}

func inSummer(_ *testing.T, shop *cartfunnel.Server) {
	shop.Customers.Change(1, func(c *cartfunnel.Customer) { c.UpdatedAt = noon.AddDate(0, 4, 0) })
}

func notSaved(texts ...string) func(*testing.T, *cartfunnel.Server) {
	return func(_ *testing.T, shop *cartfunnel.Server) {
		shop.Inject(fake.NewFault("not-saved").Set("errors", texts...).Call(1))
	}
}

func contentType(a answer, _ *cartfunnel.Server) []any { return []any{a.header.Get("Content-Type")} }

// shown is the status, then values.
func shown(keys ...string) func(answer, *cartfunnel.Server) []any {
	return func(a answer, shop *cartfunnel.Server) []any {
		return append([]any{a.status}, value(keys...)(a, shop)...)
	}
}

// found is values, then findings.
func found(keys ...string) func(answer, *cartfunnel.Server) []any {
	return func(a answer, shop *cartfunnel.Server) []any {
		all := value(keys...)(a, shop)
		for _, note := range notes(shop) {
			all = append(all, note)
		}
		return all
	}
}

func TestReadings(t *testing.T) {
	t.Parallel()
	for name, scenes := range readings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, s := range scenes {
				shop := still(t, s.options...)
				with(joe, cartfunnel.Customer{ID: 2, Email: "b@example.com", TagList: []string{"a", "b"}})(t, shop)
				if s.prepare != nil {
					s.prepare(t, shop)
				}
				assert.Equal(t, s.want, s.show(s.call(clientOf(t, shop)), shop), "scene %d", i+1)
			}
		})
	}
	t.Run("none is forgotten", func(t *testing.T) {
		t.Parallel()
		doc, err := os.ReadFile("doc.go")
		require.NoError(t, err)
		listed := regexp.MustCompile(`(?m)^//   - (CF-[0-9]+) \(`).FindAllSubmatch(doc, -1)
		assert.Len(t, listed, len(readings))
		for _, m := range listed {
			assert.Contains(t, readings, string(m[1]))
		}
	})
}
