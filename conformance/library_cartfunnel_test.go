package conformance

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
)

type cfnPlay = *play[CartfunnelClient]

// cfnLists reads the list and wants so many customers in it, each once; or an
// error.
func cfnLists(p cfnPlay, want int, kind error) {
	p.Helper()
	all, err := p.c.List(p.ctx)
	ends(p, "List", err, kind)
	ids := map[int64]bool{}
	for _, one := range all {
		ids[one.ID] = true
	}
	wants(p, "customers of List", len(all), want)
	wants(p, "different customers of List", len(ids), want)
}

// cfnGets reads customer 1, or gets an error.
func cfnGets(p cfnPlay, kind error) CartfunnelCustomer {
	p.Helper()
	one, err := p.c.Get(p.ctx, 1)
	ends(p, "Get", err, kind)
	return one
}

func TestCartfunnelLibrary(t *testing.T) {
	t.Parallel()
	unfold(t, cartfunnelLibrary)
}

var cartfunnelLibrary = library[CartfunnelClient]{Cartfunnel, cartfunnelAdapter, map[string]plot[CartfunnelClient]{
	"lost-save": {
		drive: func(p cfnPlay) {
			dora, err := p.c.Create(p.ctx, CartfunnelCustomer{Email: "dora@example.com", FirstName: "Dora"})
			ends(p, "Create", err, nil)
			wants(p, "address", dora.Email, "dora@example.com")
			_, err = p.c.Update(p.ctx, 2001, CartfunnelChange{FirstName: text("Karl")})
			ends(p, "Update", err, reference.ErrNotSaved)
			carl, err := p.c.Get(p.ctx, 2001)
			ends(p, "Get", err, nil)
			wants(p, "first name", carl.FirstName, "Carl")
		},
		bugs: map[string]string{
			"GEN-DUP-01a":  "forbidden by   never POST /v1/customers.json",
			"CFN-SAVE-01a": "Update: got the error <nil>",
			"CFN-SAVE-02a": "Update: got the error <nil>",
			"CFN-SAVE-06a": "step never reached: -> GET /v1/customers/2001.json",
		},
	},
	"limited-list": {
		drive: func(p cfnPlay) {
			cfnLists(p, 120, nil)
			cfnGets(p, nil)
		},
		bugs: map[string]string{
			"GEN-WAIT-01a": "too early",
			"CFN-PAGE-01a": "customers of List: got 100, want 120",
		},
	},
	"shop-moves-on": {
		drive: func(p cfnPlay) { cfnLists(p, 150, nil) },
		bugs: map[string]string{
			"CFN-PAGE-05a": "customers of List: got 151, want 150",
			"CFN-PAGE-01a": "step never reached: -> GET ~/customers.json query=page=2",
			"CFN-PAGE-03b": "page=101",
		},
	},
	"key-withdrawn": {
		drive: func(p cfnPlay) {
			_, err := p.c.Create(p.ctx, CartfunnelCustomer{Email: "dora@example.com"})
			ends(p, "Create", err, reference.ErrRefused)
			cfnGets(p, nil)
			cfnGets(p, reference.ErrRefused)
		},
		bugs: map[string]string{
			"CFN-AUTH-04b": "Create: got the error <nil>",
			"CFN-AUTH-04c": "the answer will be the same",
		},
	},
	"half-answers": {
		drive: func(p cfnPlay) {
			for range 3 { // one of them asks twice
				cfnLists(p, 0, reference.ErrReply)
			}
			cfnLists(p, 1, nil)
		},
		bugs: map[string]string{
			"GEN-HTML-01a": "List: got the error <nil>",
			"CFN-CT-02a":   "customers of List: got 0, want 1",
		},
	},
	"bad-day": {
		drive: func(p cfnPlay) {
			cfnGets(p, nil)
			emma, err := p.c.Create(p.ctx, CartfunnelCustomer{Email: "emma@example.com", FirstName: "Emma"})
			ends(p, "Create", err, nil)
			wants(p, "first name", emma.FirstName, "Emma")
			anna, err := p.c.Update(p.ctx, 1, CartfunnelChange{Note: text("back in May")})
			ends(p, "Update", err, nil)
			wants(p, "note", anna.Note, "back in May")
		},
		bugs: map[string]string{
			"GEN-WAIT-01a": "too early",
			"GEN-5XX-01a":  "Get: got the error",
			"GEN-DUP-01a":  "want    -> GET ~/customers.json query=*",
		},
	},
	"late-list": {
		drive: func(p cfnPlay) {
			gil, err := p.c.Ensure(p.ctx, CartfunnelCustomer{Email: "gil@example.com", FirstName: "Gil"})
			ends(p, "Ensure", err, nil)
			wants(p, "id", gil.ID, 2)
		},
		bugs: map[string]string{
			"CFN-FIND-01b": "Ensure: got the error",
			"CFN-SAVE-01a": "step never reached: -> GET ~/customers.json query=*",
		},
	},
	"address-taken": {
		drive: func(p cfnPlay) {
			hal, err := p.c.Ensure(p.ctx, CartfunnelCustomer{Email: "hal@example.com"})
			ends(p, "Ensure", err, nil)
			wants(p, "id", hal.ID, 2)
			_, err = p.c.Create(p.ctx, CartfunnelCustomer{Email: "ida@example.com"})
			ends(p, "Create", err, reference.ErrNotSaved)
		},
		bugs: map[string]string{
			"CFN-FIND-01b": "want    -> GET ~/customers.json query=*",
			"CFN-SAVE-01a": "Create: got the error <nil>",
			"CFN-VERB-02a": "got        DELETE /v1/customers/2.json",
			"GEN-4XX-01a":  "want    -> GET ~/customers.json query=*",
		},
	},
	"dropped-note": {
		drive: func(p cfnPlay) {
			anna, err := p.c.Update(p.ctx, 1, CartfunnelChange{LastName: text("Weber"), Note: text("moved to Bern")})
			ends(p, "Update", err, nil)
			wants(p, "last name", anna.LastName, "Weber")
			wants(p, "note", anna.Note, "")
		},
		wrong: map[string]wrongly[CartfunnelClient]{"takes what it sent for what is stored": {words: "note: got moved to Bern", client: func(c CartfunnelClient) CartfunnelClient {
			update := c.Update
			c.Update = func(ctx context.Context, id int64, change CartfunnelChange) (CartfunnelCustomer, error) {
				one, err := update(ctx, id, change)
				one.Note = *change.Note
				return one, err
			}
			return c
		}}},
	},
	"new-release": {
		drive: func(p cfnPlay) {
			anna := cfnGets(p, nil)
			wants(p, "orders", anna.LastOrderID, nil)
			all, err := p.c.List(p.ctx)
			ends(p, "List", err, nil)
			for i, want := range []string{"2025-03-09T06:30:00Z", "2025-03-09T07:30:00Z"} {
				if i < len(all) {
					wants(p, "created", all[i].CreatedAt.UTC().Format(time.RFC3339), want)
				}
			}
		},
		bugs: map[string]string{
			"CFN-TYPE-02a": "Get: got the error cartfunnel: reply cannot be read",
			"GEN-UNK-01a":  `unknown field "loyalty_tier"`,
			"CFN-TYPE-05a": "created: got 2025-03-09T03:30:00Z, want 2025-03-09T07:30:00Z",
		},
	},
	"clock-behind": {
		drive: cfnNewSince(func(seen map[int64]bool, _ time.Time, one CartfunnelCustomer) bool { return !seen[one.ID] }),
		wrong: map[string]wrongly[CartfunnelClient]{"takes all clocks for one": {
			words: "new customers: got 0, want 1",
			drive: cfnNewSince(func(_ map[int64]bool, newest time.Time, one CartfunnelCustomer) bool {
				return one.CreatedAt.After(newest)
			}),
		}},
	},
	"sent-to-login": {
		drive: func(p cfnPlay) {
			cfnGets(p, reference.ErrReply)
			cfnGets(p, reference.ErrReply)
			cfnGets(p, reference.ErrRefused)
		},
		bugs: map[string]string{
			"GEN-REDIR-01b": "login.example.net",
			"CFN-AUTH-04c":  "forbidden by   never GET ~/customers/1.json",
		},
	},
	"wrong-account": {
		drive: func(p cfnPlay) {
			cfnLists(p, 1, nil)
			_, err := p.c.Get(p.ctx, 7)
			ends(p, "Get", err, reference.ErrRefused)
			_, err = p.c.Get(p.ctx, 8)
			ends(p, "Get", err, nil)
		},
		bugs: map[string]string{
			"CFN-AUTH-04c": "got        GET /v1/customers/7.json",
		},
		wrong: map[string]wrongly[CartfunnelClient]{
			"makes anew what it misses": {words: "forbidden by   never POST ~/customers.json", drive: func(p cfnPlay) {
				if all, err := p.c.List(p.ctx); err == nil && all[0].Email != "bob@example.com" {
					_, _ = p.c.Create(p.ctx, CartfunnelCustomer{Email: "bob@example.com"})
				}
			}},
			"stops all work at a refusal": {words: "step never reached: -> GET ~/customers/8.json", drive: func(p cfnPlay) {
				_, _ = p.c.List(p.ctx)
				for _, id := range []int64{7, 8} {
					if _, err := p.c.Get(p.ctx, id); errors.Is(err, reference.ErrRefused) {
						return
					}
				}
			}},
		},
	},
	"worn-connection": {
		drive: func(p cfnPlay) {
			cfnGets(p, nil)
			cfnGets(p, nil)
			_, err := p.c.Create(p.ctx, CartfunnelCustomer{Email: "gil@example.com"})
			ends(p, "Create", err, reference.ErrUnknown)
		},
		bugs: map[string]string{"GEN-DUP-01a": "want    -> GET ~/customers.json query=*"},
	},
	"one-deploy": {
		drive: func(p cfnPlay) {
			cfnGets(p, nil)
			cfnLists(p, 0, reference.ErrReply)
			cfnLists(p, 1, nil)
			cfnGets(p, reference.ErrInvalid)
		},
		bugs: map[string]string{
			"GEN-HTML-01a": "List: got the error <nil>",
			"GEN-5XX-01a":  "Get: got the error",
			"GEN-WAIT-01a": "too early",
			"GEN-4XX-01a":  "forbidden by   never GET ~/customers/1.json",
		},
	},
}}

// cfnNewSince looks for what is new in the list after a creation: by what was seen
// before, or by the newest time that was.
func cfnNewSince(fresh func(seen map[int64]bool, newest time.Time, one CartfunnelCustomer) bool) func(cfnPlay) {
	return func(p cfnPlay) {
		before, err := p.c.List(p.ctx)
		ends(p, "List", err, nil)
		seen, newest := map[int64]bool{}, time.Time{}
		for _, one := range before {
			seen[one.ID] = true
			if one.CreatedAt.After(newest) {
				newest = one.CreatedAt
			}
		}
		_, err = p.c.Create(p.ctx, CartfunnelCustomer{Email: "gil@example.com"})
		ends(p, "Create", err, nil)
		after, err := p.c.List(p.ctx)
		ends(p, "List", err, nil)
		found := 0
		for _, one := range after {
			if fresh(seen, newest, one) {
				found++
			}
		}
		wants(p, "new customers", found, 1)
	}
}
