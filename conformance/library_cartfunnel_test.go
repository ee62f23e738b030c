package conformance

import (
	"context"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

type (
	cfnTale   = tale[CartfunnelClient]
	cfnAstray = astray[CartfunnelClient]
)

// cfnLists reads the list and wants so many customers in it, each once; or an
// error.
func cfnLists(ctx context.Context, tb fake.TB, c CartfunnelClient, want int, kind error) {
	tb.Helper()
	all, err := c.List(ctx)
	ends(tb, "List", err, kind)
	ids := map[int64]bool{}
	for _, one := range all {
		ids[one.ID] = true
	}
	wants(tb, "customers of List", len(all), want)
	wants(tb, "different customers of List", len(ids), want)
}

// cfnGets reads customer 1, or gets an error.
func cfnGets(ctx context.Context, tb fake.TB, c CartfunnelClient, kind error) CartfunnelCustomer {
	tb.Helper()
	one, err := c.Get(ctx, 1)
	ends(tb, "Get", err, kind)
	return one
}

func TestCartfunnelLibrary(t *testing.T) {
	t.Parallel()
	library(t, "cartfunnel", cartfunnelAdapter, append(cfnOldTales(), cfnNewTales()...))
}

func cfnOldTales() []cfnTale {
	return []cfnTale{
		{
			"lost-save",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				dora, err := c.Create(ctx, CartfunnelCustomer{Email: "dora@example.com", FirstName: "Dora"})
				ends(tb, "Create", err, nil)
				wants(tb, "address", dora.Email, "dora@example.com")
				_, err = c.Update(ctx, 2001, CartfunnelChange{FirstName: text("Karl")})
				ends(tb, "Update", err, reference.ErrNotSaved)
				carl, err := c.Get(ctx, 2001)
				ends(tb, "Get", err, nil)
				wants(tb, "first name", carl.FirstName, "Carl")
			},
			[]cfnAstray{
				{bug: "GEN-DUP-01a", words: "forbidden by   never POST /v1/customers.json"},
				{bug: "CFN-SAVE-01a", words: "Update: got the error <nil>"},
				{bug: "CFN-SAVE-02a", words: "Update: got the error <nil>"},
				{bug: "CFN-SAVE-06a", words: "step never reached: -> GET /v1/customers/2001.json"},
			},
		},
		{
			"limited-list",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				cfnLists(ctx, tb, c, 120, nil)
				cfnGets(ctx, tb, c, nil)
			},
			[]cfnAstray{
				{bug: "GEN-WAIT-01a", words: "too early"},
				{bug: "CFN-PAGE-01a", words: "customers of List: got 100, want 120"},
			},
		},
		{
			"shop-moves-on",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) { cfnLists(ctx, tb, c, 150, nil) },
			[]cfnAstray{
				{bug: "CFN-PAGE-05a", words: "customers of List: got 151, want 150"},
				{bug: "CFN-PAGE-01a", words: "step never reached: -> GET ~/customers.json query=page=2"},
				{bug: "CFN-PAGE-03b", words: "page=101"},
			},
		},
		{
			"key-withdrawn",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				_, err := c.Create(ctx, CartfunnelCustomer{Email: "dora@example.com"})
				ends(tb, "Create", err, reference.ErrRefused)
				cfnGets(ctx, tb, c, nil)
				cfnGets(ctx, tb, c, reference.ErrRefused)
			},
			[]cfnAstray{
				{bug: "CFN-AUTH-04b", words: "Create: got the error <nil>"},
				{bug: "CFN-AUTH-04c", words: "the answer will be the same"},
			},
		},
		{
			"half-answers",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				for range 3 { // one of them asks twice
					cfnLists(ctx, tb, c, 0, reference.ErrReply)
				}
				cfnLists(ctx, tb, c, 1, nil)
			},
			[]cfnAstray{
				{bug: "GEN-HTML-01a", words: "List: got the error <nil>"},
				{bug: "CFN-CT-02a", words: "customers of List: got 0, want 1"},
			},
		},
		{
			"bad-day",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				cfnGets(ctx, tb, c, nil)
				emma, err := c.Create(ctx, CartfunnelCustomer{Email: "emma@example.com", FirstName: "Emma"})
				ends(tb, "Create", err, nil)
				wants(tb, "first name", emma.FirstName, "Emma")
				anna, err := c.Update(ctx, 1, CartfunnelChange{Note: text("back in May")})
				ends(tb, "Update", err, nil)
				wants(tb, "note", anna.Note, "back in May")
			},
			[]cfnAstray{
				{bug: "GEN-WAIT-01a", words: "too early"},
				{bug: "GEN-5XX-01a", words: "Get: got the error"},
				{bug: "GEN-DUP-01a", words: "want    -> GET ~/customers.json query=*"},
			},
		},
	}
}

func cfnNewTales() []cfnTale { return nil }
