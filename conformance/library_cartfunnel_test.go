package conformance

import (
	"context"
	"errors"
	"testing"
	"time"

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

func cfnNewTales() []cfnTale {
	return append(cfnOddTales(), []cfnTale{
		{
			"late-list",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				gil, err := c.Ensure(ctx, CartfunnelCustomer{Email: "gil@example.com", FirstName: "Gil"})
				ends(tb, "Ensure", err, nil)
				wants(tb, "id", gil.ID, 2)
			},
			[]cfnAstray{
				{bug: "CFN-FIND-01b", words: "Ensure: got the error"},
				{bug: "CFN-SAVE-01a", words: "step never reached: -> GET ~/customers.json query=*"},
			},
		},
		{
			"address-taken",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				hal, err := c.Ensure(ctx, CartfunnelCustomer{Email: "hal@example.com"})
				ends(tb, "Ensure", err, nil)
				wants(tb, "id", hal.ID, 2)
				_, err = c.Create(ctx, CartfunnelCustomer{Email: "ida@example.com"})
				ends(tb, "Create", err, reference.ErrNotSaved)
			},
			[]cfnAstray{
				{bug: "CFN-FIND-01b", words: "want    -> GET ~/customers.json query=*"},
				{bug: "CFN-SAVE-01a", words: "Create: got the error <nil>"},
				{bug: "CFN-VERB-02a", words: "got        DELETE /v1/customers/2.json"},
				{bug: "GEN-4XX-01a", words: "want    -> GET ~/customers.json query=*"},
			},
		},
		{
			"dropped-note",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				anna, err := c.Update(ctx, 1, CartfunnelChange{LastName: text("Weber"), Note: text("moved to Bern")})
				ends(tb, "Update", err, nil)
				wants(tb, "last name", anna.LastName, "Weber")
				wants(tb, "note", anna.Note, "")
			},
			[]cfnAstray{{words: "note: got moved to Bern", odd: func(c CartfunnelClient) CartfunnelClient {
				update := c.Update
				c.Update = func(ctx context.Context, id int64, change CartfunnelChange) (CartfunnelCustomer, error) {
					one, err := update(ctx, id, change)
					one.Note = *change.Note // what was sent is taken for what is stored
					return one, err
				}
				return c
			}}},
		},
		{
			"new-release",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				anna := cfnGets(ctx, tb, c, nil)
				wants(tb, "orders", anna.LastOrderID, nil)
				all, err := c.List(ctx)
				ends(tb, "List", err, nil)
				for i, want := range []string{"2025-03-09T06:30:00Z", "2025-03-09T07:30:00Z"} {
					if i < len(all) {
						wants(tb, "created", all[i].CreatedAt.UTC().Format(time.RFC3339), want)
					}
				}
			},
			[]cfnAstray{
				{bug: "CFN-TYPE-02a", words: "Get: got the error cartfunnel: reply cannot be read"},
				{bug: "GEN-UNK-01a", words: `unknown field "loyalty_tier"`},
				{bug: "CFN-TYPE-05a", words: "created: got 2025-03-09T03:30:00Z, want 2025-03-09T07:30:00Z"},
			},
		},
		{
			"clock-behind",
			cfnNewSince(func(seen map[int64]bool, _ time.Time, one CartfunnelCustomer) bool { return !seen[one.ID] }),
			[]cfnAstray{{
				words: "new customers: got 0, want 1",
				tell: cfnNewSince(func(_ map[int64]bool, newest time.Time, one CartfunnelCustomer) bool {
					return one.CreatedAt.After(newest) // takes all clocks for one
				}),
			}},
		},
	}...)
}

// cfnNewSince looks for what is new in the list after a creation: by what was seen
// before, or by the newest time that was.
func cfnNewSince(fresh func(seen map[int64]bool, newest time.Time, one CartfunnelCustomer) bool) func(context.Context, fake.TB, CartfunnelClient) {
	return func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
		before, err := c.List(ctx)
		ends(tb, "List", err, nil)
		seen, newest := map[int64]bool{}, time.Time{}
		for _, one := range before {
			seen[one.ID] = true
			if one.CreatedAt.After(newest) {
				newest = one.CreatedAt
			}
		}
		_, err = c.Create(ctx, CartfunnelCustomer{Email: "gil@example.com"})
		ends(tb, "Create", err, nil)
		after, err := c.List(ctx)
		ends(tb, "List", err, nil)
		found := 0
		for _, one := range after {
			if fresh(seen, newest, one) {
				found++
			}
		}
		wants(tb, "new customers", found, 1)
	}
}

// cfnOddTales are about answers that are none of the API's, and none at all.
func cfnOddTales() []cfnTale {
	return []cfnTale{
		{
			"sent-to-login",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				cfnGets(ctx, tb, c, reference.ErrReply)
				cfnGets(ctx, tb, c, reference.ErrReply)
				cfnGets(ctx, tb, c, reference.ErrRefused)
			},
			[]cfnAstray{
				{bug: "GEN-REDIR-01b", words: "login.example.net"},
				{bug: "CFN-AUTH-04c", words: "forbidden by   never GET ~/customers/1.json"},
			},
		},
		{
			"wrong-account",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				cfnLists(ctx, tb, c, 1, nil)
				_, err := c.Get(ctx, 7)
				ends(tb, "Get", err, reference.ErrRefused)
				_, err = c.Get(ctx, 8)
				ends(tb, "Get", err, nil)
			},
			[]cfnAstray{
				{bug: "CFN-AUTH-04c", words: "got        GET /v1/customers/7.json"},
				{words: "forbidden by   never POST ~/customers.json", tell: func(ctx context.Context, _ fake.TB, c CartfunnelClient) {
					if all, err := c.List(ctx); err == nil && all[0].Email != "bob@example.com" { // makes anew what it misses
						_, _ = c.Create(ctx, CartfunnelCustomer{Email: "bob@example.com"})
					}
				}},
				{words: "step never reached: -> GET ~/customers/8.json", tell: func(ctx context.Context, _ fake.TB, c CartfunnelClient) {
					_, _ = c.List(ctx)
					for _, id := range []int64{7, 8} { // stops all work at a refusal
						if _, err := c.Get(ctx, id); errors.Is(err, reference.ErrRefused) {
							return
						}
					}
				}},
			},
		},
		{
			"worn-connection",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				cfnGets(ctx, tb, c, nil)
				cfnGets(ctx, tb, c, nil)
				_, err := c.Create(ctx, CartfunnelCustomer{Email: "gil@example.com"})
				ends(tb, "Create", err, reference.ErrUnknown)
			},
			[]cfnAstray{{bug: "GEN-DUP-01a", words: "want    -> GET ~/customers.json query=*"}},
		},
		{
			"one-deploy",
			func(ctx context.Context, tb fake.TB, c CartfunnelClient) {
				cfnGets(ctx, tb, c, nil)
				cfnLists(ctx, tb, c, 0, reference.ErrReply)
				cfnLists(ctx, tb, c, 1, nil)
				cfnGets(ctx, tb, c, reference.ErrInvalid)
			},
			[]cfnAstray{
				{bug: "GEN-HTML-01a", words: "List: got the error <nil>"},
				{bug: "GEN-5XX-01a", words: "Get: got the error"},
				{bug: "GEN-WAIT-01a", words: "too early"},
				{bug: "GEN-4XX-01a", words: "forbidden by   never GET ~/customers/1.json"},
			},
		},
	}
}
