package cartfunnel_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// TestOrderOfDecisions sends requests with two things wrong at once: the one
// that is looked at first gives the answer.
func TestOrderOfDecisions(t *testing.T) {
	t.Parallel()
	const (
		broken  = `{"customer":`
		bare    = `{"email":"x@example.com"}`
		blank   = `{"customer":{"email":""}}`
		overdue = `{"errors":["Service unavailable"]}`
		tooMany = `{"errors":["Too many requests"]}`
	)
	unavailable := fake.NewFault("server-error").Set("status", "503")
	limited := fake.NewFault("rate-limited")
	refused := fake.NewFault("not-saved").Set("errors", "no")
	cases := []struct {
		name         string
		options      []cartfunnel.Option
		faults       []fake.Fault
		secret       string
		method, path string
		body, media  string
		status       int
		want         string
	}{
		{name: "route before credentials", secret: "wrong", method: "GET", path: "/v1/customer.json", status: 404, want: notFound},
		{name: "base path before credentials", secret: "wrong", method: "GET", path: "/v2/customers.json", status: 404, want: notFound},
		{name: "method before credentials", secret: "wrong", method: "DELETE", path: "/v1/customers/1.json", status: 404, want: notFound},
		{
			name: "method before credentials, by option", options: options(cartfunnel.WithMethodNotAllowed()), secret: "wrong",
			method: "PUT", path: "/v1/customers/1.json", status: 405, want: `{"errors":["Method not allowed"]}`,
		},
		{name: "route before fault", faults: []fake.Fault{unavailable.Optional()}, method: "GET", path: "/v1/customer.json", status: 404, want: notFound},
		{name: "credentials before fault", faults: []fake.Fault{unavailable.Optional()}, secret: "wrong", method: "GET", path: "/v1/customers.json", status: 403, want: forbidden},
		{name: "credentials before limit", faults: []fake.Fault{limited.Optional()}, secret: "wrong", method: "GET", path: "/v1/customers.json", status: 403, want: forbidden},
		{name: "credentials before body", secret: "wrong", method: "POST", path: "/v1/customers.json", body: broken, status: 403, want: forbidden},
		{name: "credentials before record", secret: "wrong", method: "GET", path: "/v1/customers/9.json", status: 403, want: forbidden},
		{name: "scope before fault", faults: []fake.Fault{unavailable.Optional()}, secret: "reader", method: "PATCH", path: "/v1/customers/1.json", body: blank, status: 403, want: forbidden},
		{name: "scope before body", secret: "reader", method: "POST", path: "/v1/customers.json", body: broken, status: 403, want: forbidden},
		{name: "scope before record", secret: "reader", method: "PATCH", path: "/v1/customers/9.json", body: blank, status: 403, want: forbidden},
		{name: "fault before body", faults: []fake.Fault{unavailable}, method: "POST", path: "/v1/customers.json", body: broken, status: 503, want: overdue},
		{name: "limit before body", faults: []fake.Fault{limited}, method: "POST", path: "/v1/customers.json", body: bare, status: 429, want: tooMany},
		{name: "fault before record", faults: []fake.Fault{unavailable}, method: "GET", path: "/v1/customers/9.json", status: 503, want: overdue},
		{name: "body before record", method: "PATCH", path: "/v1/customers/9.json", body: broken, status: 400, want: malformed},
		{name: "wrapper before record", method: "PATCH", path: "/v1/customers/9.json", body: bare, status: 400, want: noWrapper},
		{name: "media type before body", method: "POST", path: "/v1/customers.json", body: broken, media: "text/plain", status: 400, want: noWrapper},
		{name: "media type before record", method: "PATCH", path: "/v1/customers/9.json", body: blank, media: "text/plain", status: 400, want: noWrapper},
		{name: "body before refusal", faults: []fake.Fault{refused}, method: "POST", path: "/v1/customers.json", body: broken, status: 400, want: malformed},
		{name: "record before validation", method: "PATCH", path: "/v1/customers/9.json", body: blank, status: 404, want: notFound},
		{name: "record before refusal", faults: []fake.Fault{refused}, method: "PATCH", path: "/v1/customers/9.json", body: blank, status: 404, want: notFound},
		{
			name: "validation, then refusal", faults: []fake.Fault{refused}, method: "POST", path: "/v1/customers.json", body: blank, status: 200,
			want: `{"id":null,"email":"","created_at":null,"updated_at":null,"accepts_marketing":"false","first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"false","errors":["Email can't be blank","no"]}`,
		},
		{name: "odd page on an account that is unknown", secret: "wrong", method: "GET", path: "/v1/customers.json?page=x", status: 403, want: forbidden},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, append(c.options, fake.Allow("no-route"))...)
			with(joe)(t, shop)
			reader(t, shop)
			shop.Inject(c.faults...)
			before := shop.Snapshot()
			me, media := clientOf(t, shop), "application/json"
			if c.secret != "" {
				me.secret = c.secret
			}
			if c.media != "" {
				media = c.media
			}
			got := me.send(c.method, c.path, c.body, "Content-Type: "+media)
			assert.Equal(t, c.status, got.status)
			assert.Equal(t, c.want, got.body)
			assert.Equal(t, before, shop.Snapshot())
			assert.False(t, shop.Calls()[0].Committed)
		})
	}
}
