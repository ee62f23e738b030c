package conformance

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/scenarios"
)

type clyPlay = *play[CartlyClient]

// comesTo lets a story with deliveries come to its end: what a receiver does for
// one of them may be what the next step waits for.
func comesTo(run *scenarios.Run) {
	for range 4 {
		synctest.Wait()
		run.Settle()
	}
}

// receives is a program that does something for each event.
func receives(handled func(p clyPlay, e CartlyEvent) error) func(clyPlay) {
	return func(p clyPlay) {
		p.run.OnRotate(p.c.Rotate)
		p.run.Receiver(p.c.Receiver(p.run.Secret("hook"), func(e CartlyEvent) error {
			if handled == nil {
				return nil
			}
			return handled(p, e)
		}))
		comesTo(p.run)
	}
}

// hears is a program that is told of these records, in this order and of none but
// these.
func hears(want ...string) func(clyPlay) {
	return func(p clyPlay) {
		var mu sync.Mutex
		var told []string
		receives(func(_ clyPlay, e CartlyEvent) error {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, e.RecordID)
			return nil
		})(p)
		mu.Lock()
		defer mu.Unlock()
		wants(p, "records", strings.Join(told, " "), strings.Join(want, " "))
	}
}

// sellsMug takes a mug out of the stock for each new order.
func sellsMug(p clyPlay, e CartlyEvent) error {
	if e.Name != "order.created" {
		return nil
	}
	return p.c.MoveInventory(p.ctx, "var_mug", "", -1)
}

// welcomes greets each customer that it was not told of, in the list of the night.
func welcomes(p clyPlay, meanwhile func()) {
	var told sync.Map
	p.run.Receiver(p.c.Receiver(p.run.Secret("hook"), func(e CartlyEvent) error { told.Store(e.RecordID, true); return nil }))
	if meanwhile != nil {
		meanwhile()
	}
	comesTo(p.run)
	all, err := p.c.ListCustomers(p.ctx)
	ends(p, "ListCustomers", err, nil)
	for _, one := range all {
		if _, known := told.Load(one.ID); !known {
			note := "welcome"
			_, err := p.c.UpdateCustomer(p.ctx, one.ID, CartlyChange{Note: &note})
			ends(p, "UpdateCustomer", err, nil)
		}
	}
}

// careless is a receiver that looks at the signature and then does as it likes.
func careless(judge func(r *http.Request, body []byte) int) func(clyPlay) {
	return func(p clyPlay) {
		p.run.Receiver(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.WriteHeader(judge(r, body))
		}))
		comesTo(p.run)
	}
}

// bothCalls makes two calls at one moment.
func bothCalls(p clyPlay) {
	p.atOnce(
		func() {
			_, err := p.c.Me(p.ctx)
			ends(p, "Me", err, nil)
		},
		func() {
			_, err := p.c.FindCustomers(p.ctx, "nobody@example.com")
			ends(p, "FindCustomers", err, nil)
		},
	)
}

const hooksAddress = "https://shop.example.com/hooks"

var cartlyLibrary = library[CartlyClient]{Cartly, cartlyAdapter, map[string]plot[CartlyClient]{
	"refreshed-once": {
		drive: bothCalls,
		bugs:  map[string]string{"CLY-OAUTH-01a": "POST /oauth/token", "CLY-OAUTH-01b": "step never reached: -> POST"},
	},
	"refresh-refused": {
		drive: func(p clyPlay) {
			_, err := p.c.Me(p.ctx)
			ends(p, "Me", err, reference.ErrOAuth)
		},
		bugs: map[string]string{"CLY-OAUTH-01b": "step never reached: -> POST ~/oauth/token"},
		wrong: map[string]wrongly[CartlyClient]{
			"asks on": {words: "forbidden by   never GET ~/apps/api/me", drive: func(p clyPlay) {
				persistent(func() error { _, err := p.c.Me(p.ctx); return err })
			}},
		},
	},
	"another-shop": {
		drive: func(p clyPlay) {
			if shop, err := p.c.Me(p.ctx); err == nil && shop.ID != "shop_other" {
				_ = p.c.MoveInventory(p.ctx, "var_mug", "", -1)
			}
		},
		bugs: map[string]string{"CLY-ME-01a": "forbidden by   never PUT"},
		wrong: map[string]wrongly[CartlyClient]{
			"does not look whose token it is": {words: "does not fit", drive: func(p clyPlay) {
				_ = p.c.MoveInventory(p.ctx, "var_mug", "", -1)
			}},
		},
	},
	"uninstalled": {
		drive: func(p clyPlay) {
			_, err := p.c.Me(p.ctx)
			ends(p, "Me", err, reference.ErrOAuth)
			hears("ord_7")(p)
		},
		bugs: map[string]string{"CLY-OAUTH-01b": "step never reached: -> POST ~/oauth/token", "CLY-SIG-01a": "order.created"},
	},
	"sold-by-two": {
		drive: func(p clyPlay) {
			ends(p, "MoveInventory", p.c.MoveInventory(p.ctx, "var_mug", "", -1), nil)
		},
		bugs: map[string]string{"CLY-INV-02a": "does not fit"},
	},
	"rush": {
		drive: receives(func(p clyPlay, e CartlyEvent) error {
			idle(time.Second) // so that all of one moment are there before it is done
			return sellsMug(p, e)
		}),
		bugs: map[string]string{
			"CLY-EVT-04a": "forbidden by   never PUT",
			"CLY-EVT-04b": "forbidden by   never PUT",
		},
	},
	"paid-before-made": {
		drive: func(p clyPlay) {
			p.run.Receiver(p.c.Receiver(p.run.Secret("hook"), func(CartlyEvent) error { return nil }))
			comesTo(p.run)
			order, _ := p.c.Known("ord_7")
			_, err := p.c.UpdateOrder(p.ctx, "ord_7", CartlyOrderChange{AddNote: order.Payment})
			ends(p, "UpdateOrder", err, nil)
		},
		bugs: map[string]string{"CLY-EVT-07a": `got "pending"`},
	},
	"told-backwards": {
		drive: func(p clyPlay) {
			receives(nil)(p)
			for _, id := range []string{"ord_7", "ord_8"} {
				for _, payment := range []string{"paid", "refunded"} {
					_, err := p.c.UpdateOrder(p.ctx, id, CartlyOrderChange{Payment: payment})
					ends(p, "UpdateOrder", err, nil)
				}
				comesTo(p.run)
				order, _ := p.c.Known(id)
				_, err := p.c.UpdateOrder(p.ctx, id, CartlyOrderChange{AddNote: order.Payment})
				ends(p, "UpdateOrder", err, nil)
			}
			_, err := p.c.UpdateOrder(p.ctx, "ord_9", CartlyOrderChange{Fulfillment: "fulfilled"})
			ends(p, "UpdateOrder", err, nil)
			comesTo(p.run)
		},
		bugs: map[string]string{"CLY-EVT-07a": `got "paid"`, "CLY-EVT-06a": "app.accepted", "CLY-EVT-03a": `want "refunded"   got nothing`},
	},
	"told-too-early": {
		drive: func(p clyPlay) {
			p.run.Receiver(p.c.Receiver(p.run.Secret("hook"), func(CartlyEvent) error { return nil }))
			order, err := p.c.UpdateOrder(p.ctx, "ord_7", CartlyOrderChange{Payment: "paid"})
			ends(p, "UpdateOrder", err, nil)
			wants(p, "payment", order.Payment, "paid")
			comesTo(p.run)
		},
		bugs: map[string]string{"CLY-EVT-03a": "app.accepted"},
		wrong: map[string]wrongly[CartlyClient]{
			"knows only what it has stored": {words: "app.accepted", drive: func(p clyPlay) {
				var stored sync.Map
				p.run.Receiver(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					if _, known := stored.Load(gjson.GetBytes(body, "data.id").Str); !known {
						w.WriteHeader(http.StatusNotFound)
					}
				}))
				if _, err := p.c.UpdateOrder(p.ctx, "ord_7", CartlyOrderChange{Payment: "paid"}); err == nil {
					stored.Store("ord_7", true)
				}
				comesTo(p.run)
			}},
		},
	},
	"never-told": {
		drive: func(p clyPlay) { welcomes(p, nil) },
		bugs:  map[string]string{"CLY-CUS-04a": "PUT"},
		wrong: map[string]wrongly[CartlyClient]{
			"relies on deliveries": {words: "step never reached: -> GET ~/apps/api/customers", drive: receives(nil)},
		},
	},
	"access-renewed": {
		drive: func(p clyPlay) {
			welcomes(p, func() {
				_, err := p.c.Me(p.ctx)
				ends(p, "Me", err, nil)
			})
		},
		bugs: map[string]string{"CLY-OAUTH-01b": "want    -> POST ~/oauth/token", "CLY-CUS-04a": "PUT"},
		wrong: map[string]wrongly[CartlyClient]{
			"takes a token that works for all being well": {words: "step never reached: -> GET ~/apps/api/customers", drive: func(p clyPlay) {
				receives(nil)(p)
				_, _ = p.c.Me(p.ctx)
				comesTo(p.run)
			}},
		},
	},
	"copy-next-day": {
		drive: receives(sellsMug),
		bugs:  map[string]string{"CLY-EVT-04a": "forbidden by   never PUT", "CLY-HDR-01a": "step never reached: -> PUT"},
		wrong: map[string]wrongly[CartlyClient]{
			"forgets after an hour": {words: "forbidden by   never PUT", drive: func(p clyPlay) {
				seen := map[string]time.Time{}
				careless(func(_ *http.Request, body []byte) int {
					now := p.run.Fake().Now()
					if at, known := seen[string(body)]; !known || now.Sub(at) > time.Hour {
						_ = p.c.MoveInventory(p.ctx, "var_mug", "", -1)
					}
					seen[string(body)] = now
					return http.StatusOK
				})(p)
			}},
		},
	},
	"failed-once": {
		drive: func(p clyPlay) {
			down := true
			receives(func(p clyPlay, e CartlyEvent) error {
				if down {
					down = false
					return errors.New("the till is down")
				}
				return sellsMug(p, e)
			})(p)
		},
		bugs: map[string]string{"CLY-EVT-05a": "first again", "CLY-EVT-05b": "5xx"},
	},
	"gone-quiet": {
		drive: func(p clyPlay) {
			receives(nil)(p)
			_, err := p.c.Hook(p.ctx, hooksAddress, []string{"order.created"})
			ends(p, "Hook", err, nil)
			comesTo(p.run)
		},
		bugs: map[string]string{"CLY-HOOK-07a": "step never reached: -> DELETE", "CLY-HOOK-04a": "does not fit"},
	},
	"knocks": {
		drive: hears("ord_7", "ord_8", "ord_9"),
		bugs:  map[string]string{"CLY-EVT-02a": "test-ping", "CLY-ACK-04a": "2xx"},
		wrong: map[string]wrongly[CartlyClient]{
			"wants its own minute": {words: "clock-skew", drive: func(p clyPlay) {
				careless(func(_ *http.Request, body []byte) int {
					at, err := time.Parse(time.RFC3339, gjson.GetBytes(body, "created_at").Str)
					if err == nil && at.Sub(p.run.Fake().Now()).Abs() > 5*time.Minute {
						return http.StatusBadRequest
					}
					return http.StatusOK
				})(p)
			}},
		},
	},
	"every-byte": {
		drive: hears("cus_zoe", "cus_zoe", "cus_zoe", "cus_zoe"),
		bugs: map[string]string{
			"CLY-SIG-05a": "style=pretty", "CLY-SIG-06a": "style=latin1", "CLY-SIG-02a": "form=twice",
		},
		wrong: map[string]wrongly[CartlyClient]{
			"signs what it has read": {words: "body-style", drive: func(p clyPlay) {
				careless(func(r *http.Request, body []byte) int {
					again := []byte(gjson.ParseBytes(body).Get("@ugly").Raw)
					if cartly.Verify(p.run.Secret("hook"), again, r.Header.Get(cartly.SignatureHeader)) == nil {
						return http.StatusOK
					}
					return http.StatusUnauthorized
				})(p)
			}},
		},
	},
	"slow-line": {
		drive: receives(sellsMug),
		bugs:  map[string]string{"CLY-HDR-01a": "step never reached"},
	},
	"booked-once": {
		drive: receives(sellsMug),
		bugs: map[string]string{
			"CLY-EVT-04a": "forbidden by   never PUT", "CLY-HDR-01a": "step never reached", "CLY-EVT-03a": "the receiver panicked",
		},
	},
	"forged": {
		drive: hears("ord_9"),
		bugs: map[string]string{
			"CLY-SIG-02a": "bad-signature", "CLY-SIG-02b": "bad-signature", "CLY-SIG-03b": "no-signature", "CLY-SIG-04a": "truncated",
			"CLY-SIG-09a": "truncated", "CLY-SIG-07a": "see CLY-SIG-07", "CLY-ACK-01a": "bad-signature",
		},
	},
	"new-secret": {
		drive: hears("ord_1", "ord_2", "ord_3", "ord_5"),
		bugs:  map[string]string{"CLY-SIG-12a": "old-secret", "CLY-SIG-12b": "old-secret"},
	},
	"spelt-otherwise": {
		drive: hears("cus_zoe", "cus_zoe", "cus_zoe", "cus_zoe", "ord_9"),
		bugs:  map[string]string{"CLY-SIG-05a": "style=pretty", "CLY-SIG-05b": "style=newline", "CLY-EVT-02a": "unknown-event"},
	},
	"stock-once": {
		drive: func(p clyPlay) {
			ends(p, "MoveInventory", p.c.MoveInventory(p.ctx, "var_mug", "", -1), reference.ErrUnknown)
			_, body, _ := p.ask("GET", "/apps/api/products")
			if stock := gjson.Get(body, "products.0.variants.0.inventory").Int(); stock != 9 { // it was not done
				_ = p.c.MoveInventory(p.ctx, "var_mug", "", int(9-stock))
			}
		},
		bugs: map[string]string{"CLY-INV-01a": "forbidden by   never PUT"},
		wrong: map[string]wrongly[CartlyClient]{
			"looks and takes another one": {words: "forbidden by   never PUT", drive: func(p clyPlay) {
				_ = p.c.MoveInventory(p.ctx, "var_mug", "", -1)
				_, _, _ = p.ask("GET", "/apps/api/products")
				_ = p.c.MoveInventory(p.ctx, "var_mug", "", -1)
			}},
		},
	},
	"switched-off": {
		drive: func(p clyPlay) {
			receives(nil)(p)
			_, err := p.c.Hook(p.ctx, hooksAddress, []string{"order.created"})
			ends(p, "Hook", err, nil)
			comesTo(p.run)
		},
		bugs: map[string]string{"CLY-HOOK-07a": "step never reached: -> DELETE", "CLY-HOOK-04a": "does not fit", "CLY-HOOK-01a": "does not fit"},
	},
	"token-dies": {
		drive: func(p clyPlay) {
			for range 2 {
				_, err := p.c.Me(p.ctx)
				ends(p, "Me", err, nil)
			}
		},
		bugs: map[string]string{"CLY-OAUTH-01b": "want    -> POST ~/oauth/token @refresh", "CLY-OAUTH-06a": "does not fit"},
		wrong: map[string]wrongly[CartlyClient]{
			"forgets the refresh token that came along": {words: "does not fit", drive: func(p clyPlay) {
				_, _ = p.c.Me(p.ctx)
				_, _ = p.as(p.run.Credentials()).Me(p.ctx) // a client that knows the first one only
			}},
		},
	},
	"two-secrets": {
		drive: hears("ord_1", "ord_2", "ord_3"),
		bugs:  map[string]string{"CLY-SIG-12a": "rotated"},
	},
}}

func TestCartlyLibrary(t *testing.T) {
	t.Parallel()
	unfold(t, cartlyLibrary)
}
