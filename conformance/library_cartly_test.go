package conformance

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/scenarios"
)

func refCartly(run *scenarios.Run, bug *reference.Bug) *reference.Cartly {
	creds := run.Credentials()
	return reference.NewCartly(run.BaseURL(), reference.CartlyApp{
		ClientID: creds["client_id"], ClientSecret: creds["client_secret"],
		Token: creds["token"], RefreshToken: creds["refresh_token"], ShopDomain: creds["shop_domain"],
	}, run.Client(), bug)
}

// comesTo lets a story with deliveries come to its end: what a receiver does for
// one of them may be what the next step waits for.
func comesTo(run *scenarios.Run) {
	for range 4 {
		synctest.Wait()
		run.Settle()
	}
}

// receives is a program that does something for each event.
func receives(handled func(t *testing.T, c *reference.Cartly, e reference.CartlyEvent) error) func(*testing.T, *scenarios.Run, *reference.Bug) {
	return func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
		c := refCartly(run, bug)
		run.OnRotate(c.Rotate)
		run.Receiver(c.Receiver(run.Secret("hook"), func(e reference.CartlyEvent) error {
			if handled == nil {
				return nil
			}
			return handled(t, c, e)
		}))
		comesTo(run)
	}
}

// sellsMug takes a mug out of the stock for each new order.
func sellsMug(t *testing.T, c *reference.Cartly, e reference.CartlyEvent) error {
	if e.Name != "order.created" {
		return nil
	}
	return c.MoveInventory(t.Context(), "var_mug", "", -1)
}

// careless is a receiver that looks at the signature and then does as it likes.
func careless(judge func(r *http.Request, body []byte) int) func(*testing.T, *scenarios.Run) {
	return func(_ *testing.T, run *scenarios.Run) {
		run.Receiver(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.WriteHeader(judge(r, body))
		}))
		comesTo(run)
	}
}

// bothCalls makes two calls at one moment.
func bothCalls(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
	c := refCartly(run, bug)
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = c.Me(t.Context()) })
	wg.Go(func() {
		_, _ = c.FindCustomers(t.Context(), "nobody@example.com")
	})
	wg.Wait()
}

const hooksAddress = "https://shop.example.com/hooks"

var cartlyPlots = map[string]plot{
	"refreshed-once": {
		drive: bothCalls,
		bugs:  map[string]string{"CLY-OAUTH-01a": "POST /oauth/token", "CLY-OAUTH-01b": "step never reached: -> POST"},
	},
	"refresh-refused": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			if _, err := refCartly(run, bug).Me(t.Context()); bug == nil && !errors.Is(err, reference.ErrOAuth) {
				t.Errorf("the call ends with %v", err)
			}
		},
		bugs: map[string]string{"CLY-OAUTH-01b": "step never reached: -> POST ~/oauth/token"},
		wrong: map[string]wrongly{
			"asks on": {words: "forbidden by   never GET ~/apps/api/me", drive: func(t *testing.T, run *scenarios.Run) {
				c := refCartly(run, nil)
				persistent(func() error { _, err := c.Me(t.Context()); return err })
			}},
		},
	},
	"another-shop": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refCartly(run, bug)
			if shop, err := c.Me(t.Context()); err == nil && shop.ID != "shop_other" {
				_ = c.MoveInventory(t.Context(), "var_mug", "", -1)
			}
		},
		bugs: map[string]string{"CLY-ME-01a": "forbidden by   never PUT"},
		wrong: map[string]wrongly{
			"does not look whose token it is": {words: "does not fit", drive: func(t *testing.T, run *scenarios.Run) {
				_ = refCartly(run, nil).MoveInventory(t.Context(), "var_mug", "", -1)
			}},
		},
	},
	"uninstalled": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refCartly(run, bug)
			_, _ = c.Me(t.Context())
			receives(nil)(t, run, bug)
		},
		bugs: map[string]string{"CLY-OAUTH-01b": "step never reached: -> POST ~/oauth/token", "CLY-SIG-01a": "order.created"},
	},
	"sold-by-two": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			_ = refCartly(run, bug).MoveInventory(t.Context(), "var_mug", "", -1)
		},
		bugs: map[string]string{"CLY-INV-02a": "does not fit"},
	},
	"rush": {
		drive: receives(sellsMug),
		bugs: map[string]string{
			"CLY-EVT-04a": "forbidden by   never PUT",
			"CLY-EVT-04b": "forbidden by   never PUT",
		},
	},
	"paid-before-made": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refCartly(run, bug)
			run.Receiver(c.Receiver(run.Secret("hook"), func(reference.CartlyEvent) error { return nil }))
			comesTo(run)
			order, _ := c.Known("ord_7")
			_, _ = c.UpdateOrder(t.Context(), "ord_7", reference.CartlyOrderChange{AddNote: order.Payment})
		},
		bugs: map[string]string{"CLY-EVT-07a": `got "pending"`},
	},
	"told-too-early": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refCartly(run, bug)
			run.Receiver(c.Receiver(run.Secret("hook"), func(reference.CartlyEvent) error { return nil }))
			_, _ = c.UpdateOrder(t.Context(), "ord_7", reference.CartlyOrderChange{Payment: "paid"})
			comesTo(run)
		},
		bugs: map[string]string{"CLY-EVT-03a": "app.accepted"},
		wrong: map[string]wrongly{
			"knows only what it has stored": {words: "app.accepted", drive: func(t *testing.T, run *scenarios.Run) {
				c := refCartly(run, nil)
				var stored sync.Map
				run.Receiver(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					if _, known := stored.Load(gjson.GetBytes(body, "data.id").Str); !known {
						w.WriteHeader(http.StatusNotFound)
					}
				}))
				if _, err := c.UpdateOrder(t.Context(), "ord_7", reference.CartlyOrderChange{Payment: "paid"}); err == nil {
					stored.Store("ord_7", true)
				}
				comesTo(run)
			}},
		},
	},
	"never-told": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			c := refCartly(run, bug)
			var told sync.Map
			run.Receiver(c.Receiver(run.Secret("hook"), func(e reference.CartlyEvent) error { told.Store(e.RecordID, true); return nil }))
			comesTo(run)
			all, _ := c.ListCustomers(t.Context())
			for _, one := range all {
				if _, known := told.Load(one.ID); !known {
					note := "welcome"
					_, _ = c.UpdateCustomer(t.Context(), one.ID, reference.CartlyChange{Note: &note})
				}
			}
		},
		bugs: map[string]string{"CLY-CUS-04a": "PUT"},
		wrong: map[string]wrongly{
			"relies on deliveries": {words: "step never reached: -> GET ~/apps/api/customers", drive: func(t *testing.T, run *scenarios.Run) {
				receives(nil)(t, run, nil)
			}},
		},
	},
	"failed-once": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			down := true
			receives(func(t *testing.T, c *reference.Cartly, e reference.CartlyEvent) error {
				if down {
					down = false
					return errors.New("the till is down")
				}
				return sellsMug(t, c, e)
			})(t, run, bug)
		},
		bugs: map[string]string{"CLY-EVT-05a": "first again", "CLY-EVT-05b": "5xx"},
	},
	"gone-quiet": {
		drive: func(t *testing.T, run *scenarios.Run, bug *reference.Bug) {
			receives(nil)(t, run, bug)
			_, _ = refCartly(run, bug).Hook(t.Context(), hooksAddress, []string{"order.created"})
			comesTo(run)
		},
		bugs: map[string]string{"CLY-HOOK-07a": "step never reached: -> DELETE", "CLY-HOOK-04a": "does not fit"},
	},
	"knocks": {
		drive: receives(nil),
		bugs:  map[string]string{"CLY-EVT-02a": "test-ping", "CLY-ACK-04a": "2xx"},
		wrong: map[string]wrongly{
			"wants its own minute": {words: "clock-skew", drive: func(t *testing.T, run *scenarios.Run) {
				careless(func(_ *http.Request, body []byte) int {
					at, err := time.Parse(time.RFC3339, gjson.GetBytes(body, "created_at").Str)
					if err == nil && at.Sub(run.Fake().Now()).Abs() > 5*time.Minute {
						return http.StatusBadRequest
					}
					return http.StatusOK
				})(t, run)
			}},
		},
	},
	"every-byte": {
		drive: receives(nil),
		bugs: map[string]string{
			"CLY-SIG-05a": "style=pretty", "CLY-SIG-06a": "style=latin1", "CLY-SIG-02a": "form=twice",
		},
		wrong: map[string]wrongly{
			"signs what it has read": {words: "body-style", drive: func(t *testing.T, run *scenarios.Run) {
				careless(func(r *http.Request, body []byte) int {
					again := []byte(gjson.ParseBytes(body).Get("@ugly").Raw)
					if cartly.Verify(run.Secret("hook"), again, r.Header.Get(cartly.SignatureHeader)) == nil {
						return http.StatusOK
					}
					return http.StatusUnauthorized
				})(t, run)
			}},
		},
	},
	"slow-line": {
		drive: receives(sellsMug),
		bugs:  map[string]string{"CLY-HDR-01a": "step never reached"},
	},
	"two-secrets": {
		drive: receives(nil),
		bugs:  map[string]string{"CLY-SIG-12a": "rotated"},
	},
}

func TestStoriesOfCartly(t *testing.T) {
	t.Parallel()
	unfold(t, "cartly", cartlyPlots,
		"booked-once", "forged", "new-secret", "spelt-otherwise", "stock-once", "switched-off", "token-dies")
}
