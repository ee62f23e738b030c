package conformance

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
)

type bonPlay = *play[BonifyClient]

// persistent does something until it is done, once a second; three times are
// enough for any story.
func persistent(do func() error) {
	for range 3 {
		if do() == nil {
			return
		}
		idle(time.Second)
	}
}

// bonAll reads the list and wants so many customers in it, each once.
func bonAll(p bonPlay, want int) {
	p.Helper()
	all, err := p.c.List(p.ctx)
	ends(p, "List", err, nil)
	ids := map[int64]bool{}
	for _, one := range all {
		ids[one.ID] = true
	}
	wants(p, "customers of List", len(all), want)
	wants(p, "different customers of List", len(ids), want)
}

// bonSends changes customers, or gets an error.
func bonSends(p bonPlay, kind error, all ...BonifyCustomer) {
	p.Helper()
	ends(p, "Update", p.c.Update(p.ctx, all), kind)
}

// bonSees reads a customer, or gets an error.
func bonSees(p bonPlay, id int64, kind error) BonifyCustomer {
	p.Helper()
	one, err := p.c.Get(p.ctx, id)
	ends(p, "Get", err, kind)
	return one
}

const firstBonify = 345345345345 // the id of the first customer

var bonifyLibrary = library[BonifyClient]{Bonify, bonifyAdapter, map[string]plot[BonifyClient]{
	"cursor-expires": {
		drive: func(p bonPlay) { // which begins anew once; when that fails too, the program does
			var all []BonifyCustomer
			persistent(func() (err error) { all, err = p.c.List(p.ctx); return err })
			wants(p, "customers of List", len(all), 5)
		},
		bugs: map[string]string{"BON-PAGE-01a": "step never reached"},
		wrong: map[string]wrongly[BonifyClient]{
			"asks with the old cursor again": {words: "already answered by request #3", drive: func(p bonPlay) {
				path := "/customers"
				for range 4 {
					status, body, _ := p.ask("GET", path)
					if status == 200 {
						path = "/customers?next_page=" + url.QueryEscape(gjson.Get(body, "next_page").Str)
					}
					idle(time.Second)
				}
			}},
		},
	},
	"half-a-batch": {
		drive: func(p bonPlay) {
			all := []BonifyCustomer{{ID: 1001, LastName: "Berg"}, {ID: 1002, LastName: "Busch"}, {ID: 1003, LastName: "Dorn"}}
			if p.c.Update(p.ctx, all) == nil {
				return
			}
			if one := bonSees(p, 1002, nil); one.LastName == "Eich" {
				bonSends(p, nil, all[2:]...)
			}
		},
		bugs: map[string]string{"BON-PUT-06b": "step never reached: -> GET ~/customers/1002", "BON-PUT-03a": "does not fit"},
	},
	"lost-create": {
		drive: func(p bonPlay) {
			dora := BonifyCustomer{Email: "dora@example.com", FirstName: "Dora"}
			ends(p, "Create", p.c.Create(p.ctx, []BonifyCustomer{dora}), nil)
			found, err := p.c.List(p.ctx, BonifyFilter{"email", "equals", dora.Email})
			ends(p, "List", err, nil)
			for _, one := range found {
				bonSends(p, nil, BonifyCustomer{ID: one.ID, LastName: "Dorn"})
			}
		},
		bugs: map[string]string{
			"GEN-DUP-01a": "forbidden by   never POST", "BON-FILT-01a": "does not fit",
		},
	},
	"emptied-fields": {
		drive: func(p bonPlay) {
			ends(p, "Clear", p.c.Clear(p.ctx, 7, "colour"), nil)
			ends(p, "Clear", p.c.Clear(p.ctx, 7, "fit"), nil)
			bonSends(p, nil, BonifyCustomer{ID: 7, LastName: "Berg"}, BonifyCustomer{ID: 8, LastName: "Busch"}, BonifyCustomer{ID: 9, LastName: "Dorn"})
		},
		bugs: map[string]string{"BON-CLR-01a": "does not fit", "BON-CLR-01b": "does not fit", "BON-RATE-03a": "Clear: got the error"},
	},
	"shared-limit": {
		drive: func(p bonPlay) {
			bonAll(p, 3)
			bonSends(p, nil, BonifyCustomer{ID: firstBonify, FirstName: "Ada"})
		},
		bugs: map[string]string{
			"BON-RATE-02a": "List: got the error", "BON-RATE-03a": "List: got the error", "BON-RATE-01b": "step never reached",
		},
	},
	"told-to-wait": {
		drive: func(p bonPlay) {
			for range 3 {
				bonAll(p, 2)
			}
		},
		bugs: map[string]string{
			"GEN-WAIT-01b": "told to wait 30 s",
			"BON-RATE-02a": "8.95 s too early: told to wait 10 s",
			"BON-RATE-03a": "8.95 s too early: told to wait 10 s",
		},
		wrong: map[string]wrongly[BonifyClient]{
			"reads the date by its own clock": {words: "told to wait 30 s", drive: func(p bonPlay) {
				_, _, _ = p.ask("GET", "/customers")
				idle(10 * time.Second)
				_, _, _ = p.ask("GET", "/customers")
				idle(time.Second)
				_, _, h := p.ask("GET", "/customers")
				until, err := http.ParseTime(h.Get("Retry-After"))
				if err != nil {
					p.Errorf("%v", err)
				}
				idle(max(until.Sub(p.run.Fake().Now()), time.Second))
				_, _, _ = p.ask("GET", "/customers")
			}},
		},
	},
	"okay-is-no-status": {
		drive: func(p bonPlay) {
			persistent(func() error { _, err := p.c.List(p.ctx); return err })
			persistent(func() error {
				return p.c.Update(p.ctx, []BonifyCustomer{{ID: firstBonify, FirstName: "Ada"}})
			})
		},
		bugs: map[string]string{"BON-ENV-01a": "request #2 does not fit"},
	},
	"two-shops-one-budget": {
		drive: func(p bonPlay) {
			theirs := p.as(p.run.Tenant("eve.myshopify.com"))
			_, err := p.c.List(p.ctx)
			if err == nil {
				_, err = theirs.List(p.ctx)
			}
			if err == nil {
				err = p.c.Update(p.ctx, []BonifyCustomer{{ID: 1001, FirstName: "Anna"}})
			}
			if err == nil {
				err = theirs.Update(p.ctx, []BonifyCustomer{{ID: 2001, FirstName: "Eve"}})
			}
			ends(p, "one of the calls", err, nil)
		},
		bugs: map[string]string{
			"BON-RATE-03a": "the documented limit refused",
			"BON-RATE-01b": "waits for the step in line 13",
		},
	},
	"plenty-left": {
		drive: func(p bonPlay) { bonAll(p, 3) },
		bugs:  map[string]string{"BON-RATE-01a": "step never reached", "BON-RATE-08a": "does not fit"},
		wrong: map[string]wrongly[BonifyClient]{
			"is led by the header": {words: "does not fit", drive: func(p bonPlay) {
				path := "/customers"
				for range 3 {
					_, body, h := p.ask("GET", path)
					if h.Get("X-Ratelimit-Remaining") == "0" {
						idle(time.Second)
					}
					path = "/customers?next_page=" + url.QueryEscape(gjson.Get(body, "next_page").Str)
					idle(time.Second)
				}
			}},
		},
	},
	"unknown-field": {
		drive: func(p bonPlay) {
			fields := map[string]BonifyField{"colour": {Value: "red"}, "size": {Value: "M"}}
			bonSends(p, reference.ErrNotSaved, BonifyCustomer{ID: 7, Fields: fields})
		},
		bugs: map[string]string{"BON-PUT-07a": "step never reached: -> GET ~/customers/7"},
	},
	"same-page-for-ever": {
		drive: func(p bonPlay) {
			_, err := p.c.List(p.ctx)
			ends(p, "List", err, reference.ErrReply)
		},
		bugs: map[string]string{"GEN-LOOP-01a": "forbidden by   never GET ~/customers", "BON-PAGE-01a": "step never reached"},
	},
	"short-page": {
		drive: func(p bonPlay) { bonAll(p, 120) },
		bugs:  map[string]string{"BON-PAGE-06a": "step never reached: -> GET ~/customers query=next_page={{c2}}"},
	},
	"met-twice": {
		drive: func(p bonPlay) {
			var all []BonifyCustomer
			ends(p, "Each", p.c.Each(p.ctx, func(one BonifyCustomer) error {
				all = append(all, BonifyCustomer{ID: one.ID, LastName: "greeted"})
				return nil
			}), nil)
			bonSends(p, nil, all...)
		},
		bugs: map[string]string{"BON-PAGE-11a": "customers"},
	},
	"not-yet-found": {
		drive: func(p bonPlay) {
			for range 2 {
				ends(p, "Ensure", p.c.Ensure(p.ctx, BonifyCustomer{Email: "dora@example.com"}), nil)
			}
		},
		bugs: map[string]string{"BON-FIND-01a": "forbidden by   never POST ~/customers"},
	},
	"gone-meanwhile": {
		drive: func(p bonPlay) {
			bonAll(p, 3)
			bonSees(p, 1001, reference.ErrNotFound)
			bonSees(p, 1002, reference.ErrRefused)
			wants(p, "address", bonSees(p, 1003, nil).Email, "carl@example.com")
		},
		wrong: map[string]wrongly[BonifyClient]{
			"stops at the one that is gone":       {words: "step never reached: -> GET ~/customers/1002", drive: looksUntil(404)},
			"takes one refusal for that of a key": {words: "step never reached: -> GET ~/customers/1003", drive: looksUntil(403)},
		},
	},
	"edited-by-two": {
		drive: func(p bonPlay) {
			if one := bonSees(p, 7, nil); one.Email == "anna@example.com" {
				bonSends(p, nil, BonifyCustomer{ID: 7, Email: "anna@example.org"})
			}
		},
		bugs: map[string]string{"BON-PUT-08a": "last_name", "BON-PUT-08b": "does not fit"},
	},
	"deleted-later": {
		drive: func(p bonPlay) {
			ends(p, "Delete", p.c.Delete(p.ctx, 7), nil)
			bonSees(p, 7, nil)
			idle(time.Minute)
			bonSees(p, 7, reference.ErrNotFound)
		},
		wrong: map[string]wrongly[BonifyClient]{
			"deletes again": {words: "forbidden by   never DELETE ~/customers/7", drive: func(p bonPlay) {
				gone := func() bool { _, err := p.c.Get(p.ctx, 7); return errors.Is(err, reference.ErrNotFound) }
				for range 3 {
					if _ = p.c.Delete(p.ctx, 7); gone() {
						return
					}
				}
			}},
			"takes okay for done": {words: "step never reached: -> GET ~/customers/7", drive: func(p bonPlay) {
				_ = p.c.Delete(p.ctx, 7)
			}},
		},
	},
}}

// looksUntil looks at each customer of the list, and stops at a status.
func looksUntil(status int) func(bonPlay) {
	return func(p bonPlay) {
		_, body, _ := p.ask("GET", "/customers")
		for _, one := range gjson.Get(body, "customers.#.id").Array() {
			idle(time.Second)
			if got, _, _ := p.ask("GET", "/customers/"+one.Raw); got == status {
				return
			}
		}
	}
}

func TestBonifyLibrary(t *testing.T) {
	t.Parallel()
	unfold(t, bonifyLibrary)
}
