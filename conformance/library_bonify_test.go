package conformance

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/scenarios"
)

func refBonify(run *scenarios.Run, bug *reference.Bug) *reference.Bonify {
	creds := run.Credentials()
	return reference.NewBonify(run.BaseURL(), creds["shop_domain"], creds["api_key"], run.Client(), bug)
}

// getBonify is the call of a program that has no client to speak of.
func getBonify(t *testing.T, run *scenarios.Run, method, path string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, run.BaseURL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	run.Authorize(r)
	answer, err := run.Client().Do(r)
	if err != nil {
		t.Error(err)
		return 0, "", nil
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return answer.StatusCode, string(body), answer.Header
}

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

func listed(times int) func(*testing.T, *scenarios.Run, *reference.Bug) {
	return func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
		c := refBonify(run, bug)
		for range times {
			_, _ = c.List(t.Context())
		}
	}
}

const firstBonify = 345345345345 // the id of the first customer

var bonifyPlots = map[string]plot{
	"cursor-expires": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refBonify(run, bug) // which begins anew once; when that fails too, the program does
			persistent(func() error { _, err := c.List(t.Context()); return err })
		},
		bugs: map[string]string{"BON-PAGE-01a": "step never reached"},
		wrong: map[string]wrongly{
			"asks with the old cursor again": {words: "already answered by request #3", drive: func(t *testing.T, run *scenarios.Run) {
				path := "/customers"
				for range 4 {
					status, body, _ := getBonify(t, run, "GET", path)
					if status == 200 {
						path = "/customers?next_page=" + url.QueryEscape(gjson.Get(body, "next_page").Str)
					}
					idle(time.Second)
				}
			}},
		},
	},
	"half-a-batch": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refBonify(run, bug)
			all := []reference.BonifyCustomer{{ID: 1001, LastName: "Berg"}, {ID: 1002, LastName: "Busch"}, {ID: 1003, LastName: "Dorn"}}
			if c.Update(t.Context(), all) == nil {
				return
			}
			if one, err := c.Get(t.Context(), 1002); err == nil && one.LastName == "Eich" {
				_ = c.Update(t.Context(), all[2:])
			}
		},
		bugs: map[string]string{"BON-PUT-06b": "step never reached: -> GET ~/customers/1002", "BON-PUT-03a": "does not fit"},
	},
	"told-to-wait": {
		drive: listed(3),
		bugs: map[string]string{
			"GEN-WAIT-01b": "told to wait 30 s",
			"BON-RATE-02a": "8.95 s too early: told to wait 10 s",
			"BON-RATE-03a": "8.95 s too early: told to wait 10 s",
		},
		wrong: map[string]wrongly{
			"reads the date by its own clock": {words: "told to wait 30 s", drive: func(t *testing.T, run *scenarios.Run) {
				_, _, _ = getBonify(t, run, "GET", "/customers")
				idle(10 * time.Second)
				_, _, _ = getBonify(t, run, "GET", "/customers")
				idle(time.Second)
				_, _, h := getBonify(t, run, "GET", "/customers")
				until, err := http.ParseTime(h.Get("Retry-After"))
				if err != nil {
					t.Error(err)
				}
				idle(max(until.Sub(run.Fake().Now()), time.Second))
				_, _, _ = getBonify(t, run, "GET", "/customers")
			}},
		},
	},
	"okay-is-no-status": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refBonify(run, bug)
			persistent(func() error { _, err := c.List(t.Context()); return err })
			persistent(func() error {
				return c.Update(t.Context(), []reference.BonifyCustomer{{ID: firstBonify, FirstName: "Ada"}})
			})
		},
		bugs: map[string]string{"BON-ENV-01a": "request #2 does not fit"},
	},
	"two-shops-one-budget": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			ours := refBonify(run, bug)
			creds := run.Tenant("eve.myshopify.com")
			theirs := reference.NewBonify(run.BaseURL(), creds["shop_domain"], creds["api_key"], run.Client(), bug)
			_, err := ours.List(t.Context())
			if err == nil {
				_, err = theirs.List(t.Context())
			}
			if err == nil {
				err = ours.Update(t.Context(), []reference.BonifyCustomer{{ID: 1001, FirstName: "Anna"}})
			}
			if err == nil {
				_ = theirs.Update(t.Context(), []reference.BonifyCustomer{{ID: 2001, FirstName: "Eve"}})
			}
		},
		bugs: map[string]string{
			"BON-RATE-03a": "the documented limit refused",
			"BON-RATE-01b": "waits for the step in line 13",
		},
	},
	"plenty-left": {
		drive: listed(1),
		bugs:  map[string]string{"BON-RATE-01a": "step never reached", "BON-RATE-08a": "does not fit"},
		wrong: map[string]wrongly{
			"is led by the header": {words: "does not fit", drive: func(t *testing.T, run *scenarios.Run) {
				path := "/customers"
				for range 3 {
					_, body, h := getBonify(t, run, "GET", path)
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
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refBonify(run, bug)
			fields := map[string]reference.BonifyField{"colour": {Value: "red"}, "size": {Value: "M"}}
			err := c.Update(t.Context(), []reference.BonifyCustomer{{ID: 7, Fields: fields}})
			if bug == nil && !errors.Is(err, reference.ErrNotSaved) {
				t.Errorf("the update ends with %v", err)
			}
		},
		bugs: map[string]string{"BON-PUT-07a": "step never reached: -> GET ~/customers/7"},
	},
	"same-page-for-ever": {
		drive: listed(1),
		bugs:  map[string]string{"GEN-LOOP-01a": "forbidden by   never GET ~/customers", "BON-PAGE-01a": "step never reached"},
	},
	"short-page": {
		drive: listed(1),
		bugs:  map[string]string{"BON-PAGE-06a": "step never reached: -> GET ~/customers query=next_page={{c2}}"},
	},
	"met-twice": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refBonify(run, bug)
			var all []reference.BonifyCustomer
			_ = c.Each(t.Context(), func(one reference.BonifyCustomer) error {
				all = append(all, reference.BonifyCustomer{ID: one.ID, LastName: "greeted"})
				return nil
			})
			_ = c.Update(t.Context(), all)
		},
		bugs: map[string]string{"BON-PAGE-11a": "customers"},
	},
	"not-yet-found": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refBonify(run, bug)
			for range 2 {
				_ = c.Ensure(t.Context(), reference.BonifyCustomer{Email: "dora@example.com"})
			}
		},
		bugs: map[string]string{"BON-FIND-01a": "forbidden by   never POST ~/customers"},
	},
	"gone-meanwhile": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refBonify(run, bug)
			all, _ := c.List(t.Context())
			for _, one := range all {
				_, _ = c.Get(t.Context(), one.ID) // one that cannot be read is left out
			}
		},
		wrong: map[string]wrongly{
			"stops at the one that is gone":       {words: "step never reached: -> GET ~/customers/1002", drive: looksUntil(404)},
			"takes one refusal for that of a key": {words: "step never reached: -> GET ~/customers/1003", drive: looksUntil(403)},
		},
	},
	"edited-by-two": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refBonify(run, bug)
			if one, err := c.Get(t.Context(), 7); err == nil && one.Email == "anna@example.com" {
				_ = c.Update(t.Context(), []reference.BonifyCustomer{{ID: 7, Email: "anna@example.org"}})
			}
		},
		bugs: map[string]string{"BON-PUT-08a": "last_name", "BON-PUT-08b": "does not fit"},
	},
	"deleted-later": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refBonify(run, bug)
			_ = c.Delete(t.Context(), 7)
			for range 2 {
				if _, err := c.Get(t.Context(), 7); errors.Is(err, reference.ErrNotFound) {
					return
				}
				idle(time.Minute)
			}
		},
		wrong: map[string]wrongly{
			"deletes again": {words: "forbidden by   never DELETE ~/customers/7", drive: func(t *testing.T, run *scenarios.Run) {
				c := refBonify(run, nil)
				gone := func() bool { _, err := c.Get(t.Context(), 7); return errors.Is(err, reference.ErrNotFound) }
				for range 3 {
					if _ = c.Delete(t.Context(), 7); gone() {
						return
					}
				}
			}},
			"takes okay for done": {words: "step never reached: -> GET ~/customers/7", drive: func(_ *testing.T, run *scenarios.Run) {
				_ = refBonify(run, nil).Delete(context.Background(), 7)
			}},
		},
	},
}

// looksUntil looks at each customer of the list, and stops at a status.
func looksUntil(status int) func(*testing.T, *scenarios.Run) {
	return func(t *testing.T, run *scenarios.Run) {
		_, body, _ := getBonify(t, run, "GET", "/customers")
		for _, one := range gjson.Get(body, "customers.#.id").Array() {
			idle(time.Second)
			if got, _, _ := getBonify(t, run, "GET", "/customers/"+one.Raw); got == status {
				return
			}
		}
	}
}

func TestStoriesOfBonify(t *testing.T) {
	t.Parallel()
	unfold(t, "bonify", bonifyPlots,
		"emptied-fields", "lost-create", "shared-limit")
}
