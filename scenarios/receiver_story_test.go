package scenarios_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// A ledger writes down what a receiver gets, and answers with a status.
type ledger struct {
	status int

	mu     sync.Mutex
	events []string // "order.updated ord_7"
	bodies []string
}

func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bodies = append(l.bodies, string(body))
	l.events = append(l.events, strings.TrimSpace(gjson.GetBytes(body, "event").Str+" "+gjson.GetBytes(body, "data.id").Str))
	if l.status != 0 {
		w.WriteHeader(l.status)
	}
}

func (l *ledger) got() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events
}

const (
	paid = `{"payment_status":"paid"}`
	o7   = `{"orders": [{"id": "ord_7", "number": 7}]}`
)

// What the fake itself has to tell leaves at once, after the answer of the call
// that caused it; or it is held until a step claims it.
func TestDeliveriesThatTheFakeMakes(t *testing.T) {
	t.Parallel()
	const steps = "state @shop\n-> PUT ~/apps/api/orders/ord_7\n<- live\n"
	const shop = "-- shop.json --\n" + o7 + "\n"
	for name, c := range map[string]struct {
		story    string
		events   []string
		failures []string
	}{
		"auto": {"hook * -> app\n" + steps + "check app.accepted == 1\n", []string{"order.updated ord_7"}, nil},
		"held": {
			"hook * -> app\ndeliveries held\n" + steps + "check app.accepted == 0\n=> order.updated\n<= 2xx\ncheck app.accepted == 1\n",
			[]string{"order.updated ord_7"},
			nil,
		},
		"never claimed": {
			"hook * -> app\ndeliveries held\n" + steps, nil,
			[]string{"s.txtar:4: delivery never claimed: order.updated ord_7, caused by request #1"},
		},
		"claimed twice": {
			"hook * -> app\ndeliveries held\n" + steps + "=> order.updated\n<= 2xx\n=> order.updated\n<= 2xx\n",
			[]string{"order.updated ord_7"},
			[]string{"s.txtar:10: => order.updated: the fake holds no delivery"},
		},
		"another is claimed": {
			"hook * -> app\ndeliveries held\n" + steps + "=> order.created\n<= 2xx\n", nil,
			[]string{"s.txtar:8: => order.created: the fake holds no such delivery, only order.updated ord_7"},
		},
		"once more": {
			"hook * -> app\ndeliveries held\n" + steps + "=> order.updated as=it\n<= 2xx\n=> it again !! tampered\n<= 2xx\n=> it again\n<= 2xx\n",
			[]string{"order.updated ord_7", "order.updated ord_7", "order.updated ord_7"},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storyOf(t, "cartly", stands+c.story+shop)
			l := &ledger{}
			watched := watch(func(w *spy) {
				run := s.Start(w)
				run.Receiver(l)
				newShopper(run).must(t, 200, "PUT", "/apps/api/orders/ord_7", paid)
			})
			assert.Equal(t, c.failures, watched.failures())
			assert.Equal(t, c.events, l.events)
		})
	}
}

// What leaves in the name of the vendor is what the vendor would send.
func TestWhatIsDelivered(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", stands+`hook * -> app
state @shop
=> order.updated @change
<= 2xx
=> order.created @change style=pretty
<= 2xx
=> product.created @mug style=escaped-slashes
<= 2xx
=> cart.abandoned @cart
<= 2xx
=> customer.created @jane style=ascii
<= 2xx
=> order.created raw @odd
<= 2xx
=> order.created raw @odd style=as-is
<= 2xx
=> order.created raw @text
<= 2xx
=> order.created raw @bytes
<= 2xx
-- shop.json --
{"orders": [{"id": "ord_7", "number": 7, "email": "jane@example.com", "total_cents": 1250, "currency": "EUR", "created_at": "2025-02-01T00:00:00Z", "updated_at": "2025-02-01T00:00:00Z"}]}
-- change.json --
{"id": "ord_7", "note": "{{:any}}", "payment_status": "paid", "updated_at": "{{now}}"}
-- mug.json --
{"id": "{{mug:uuid}}", "title": "a/b"}
-- cart.json --
{"id": "cart_1", "line_items": [{"title": "Mug", "quantity": 2, "price_cents": 300}]}
-- jane.json --
{"id": "cus_1", "email": "jane@example.com", "first_name": "Zoë"}
-- odd.json --
{"z": 1.50,   "a": "{{mug}}"}
-- text.txt --
no JSON, {{mug}}
-- bytes.b64 --
AAEC
`)
	l := &ledger{}
	run := s.Start(t)
	run.Receiver(l)
	require.Len(t, l.bodies, 9)
	note := gjson.Get(l.bodies[0], "data.note").Str
	order := `{"id":"ord_7","number":7,"status":"open","payment_status":"paid","fulfillment_status":"unfulfilled","customer_id":null,"email":"jane@example.com","currency":"EUR","total_cents":1250,"note":"` + note + `","line_items":[],"created_at":"2025-02-01T00:00:00.000Z","updated_at":"2025-03-01T09:00:00.000Z"}`
	assert.Len(t, note, 32, "a value is made up")
	assert.Equal(t, `{"event":"order.updated","created_at":"2025-03-01T09:00:00.000Z","data":`+order+`}`, l.bodies[0])
	assert.True(t, strings.HasPrefix(l.bodies[1], "{\n  \"event\": \"order.created\",\n"), l.bodies[1])
	mug := gjson.Get(l.bodies[2], "data.id").Str
	assert.Contains(t, l.bodies[2], `"title":"a\/b","variants":[]`)
	assert.Contains(t, l.bodies[3], `"currency":"USD","subtotal_cents":600`)
	assert.Contains(t, l.bodies[3], `"abandoned_at":"2025-03-01T09:00:00.000Z"`)
	assert.Contains(t, l.bodies[4], `"first_name":"Zo\u00eb"`)
	assert.Equal(t, []string{`{"z":1.50,"a":"` + mug + `"}`, `{"z": 1.50,   "a": "` + mug + `"}`, "no JSON, " + mug, "\x00\x01\x02"}, l.bodies[5:])
	order7 := gjson.GetBytes(run.Fake().Snapshot(), "orders.0")
	assert.Equal(t, "pending", order7.Get("payment_status").Str, "a delivery changes no record")
}

// A receiver may call the API while it handles a delivery: those requests are
// steps below it. Nobody waits for himself, and every order is the same.
func TestReceiversThatCall(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", `clock 2025-03-01T09:00:00Z
hook order.created -> app
state @shop
=> order.created @o7
<= 2xx
-> PUT ~/apps/api/orders/ord_7 @booked
<- live
advance 1m
-> GET ~/apps/api/me wait=1m..
<- live
=> order.created @o7
<= 2xx
-> PUT ~/apps/api/orders/ord_7 @booked
<- live
check orders.0.note ~ (?s)^booked.*booked$
check app.accepted == 2
-- shop.json --
`+o7+`
-- o7.json --
{"id": "ord_7"}
-- booked.json --
{"note": "booked"}
`)
	play := func(t *testing.T, onPort bool, opts ...scenarios.Option) {
		run := s.Start(t, opts...)
		c := newShopper(run)
		if onPort {
			c.http, c.base = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, run.URL()
		}
		run.Receiver(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			c.must(t, 200, "PUT", "/apps/api/orders/ord_7", `{"note":"booked"}`)
		}))
		c.must(t, 200, "GET", "/apps/api/me", "")
		run.Settle()
		assert.Len(t, run.Fake().Calls(), 3)
	}
	for range 20 {
		synctest.Test(t, func(t *testing.T) { play(t, false) })
	}
	play(t, false)
	play(t, true)
	play(t, false, scenarios.FakeOptions(fake.TLS()))
	play(t, false, scenarios.FakeOptions(fake.HTTP2()))
}

// The same in many goroutines: what is due is done once, whoever comes first.
func TestDeliveriesBesideManyRequests(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", stands+"hook * -> app\nmode lenient\nstate @shop\n-> GET ~/apps/api/me x20\n<- live\n=> order.created @o\n<= 2xx\ncheck app.accepted == 1\n-- shop.json --\n"+o7+"\n-- o.json --\n{\"id\": \"ord_7\"}\n")
	l := &ledger{}
	run := s.Start(t)
	run.Receiver(l)
	c := newShopper(run)
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() {
			if status, text, err := c.do("GET", "/apps/api/me", ""); err != nil || status != 200 {
				t.Error(status, text, err)
			}
		})
	}
	clients.Wait()
	run.Settle()
	assert.Equal(t, []string{"order.created ord_7"}, l.got())
}

// The client subscribes by itself; what is at its address is the receiver.
func TestClientsThatSubscribe(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", stands+`hook none -> app url=https://shop.example.com/hooks
-> POST ~/apps/api/webhooks @wanted
<- live id=id
=> order.canceled @o
<= 204
check app.accepted == 1
check webhooks.0.id == {{id}}
-- wanted.json --
{"url": "https://shop.example.com/hooks", "events": ["order.canceled"]}
-- o.json --
{"id": "ord_7", "status": "canceled"}
`)
	subscribe := func(t *testing.T, w fake.TB, event string) *scenarios.Run {
		run := s.Start(w)
		run.Receiver(answers(204))
		_, _, _ = newShopper(run).do("POST", "/apps/api/webhooks", `{"url":"https://shop.example.com/hooks","events":["`+event+`"]}`)
		run.Settle()
		return run
	}
	assert.Empty(t, subscribe(t, t, "order.canceled").Report().Problems)
	watched := watch(func(w *spy) { subscribe(t, w, "order.cancelled") })
	require.NotEmpty(t, watched.failures())
	assert.Contains(t, watched.failures()[0], "s.txtar:4: request #1 does not fit the story")

	s = storyOf(t, "cartly", stands+"hook none -> app\n=> order.canceled @o\n<= 2xx\n-- o.json --\n{\"id\": \"o\"}\n")
	watched = watch(func(w *spy) { s.Start(w).Receiver(answers(200)) })
	assert.Equal(t, []string{"s.txtar:4: => order.canceled @o: no active subscription asks for it"}, watched.failures())
}

// Several receivers have counts of their own; a delivery goes to all that ask for
// it, and each answer counts.
func TestSeveralReceivers(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", stands+`hook order.created -> shop
hook order.created,order.updated -> books url=https://books.example.com/in
=> order.created @o
<= 2xx
=> order.updated @o
<= 2xx
check shop.accepted == 1
check books.accepted == 2
check books.accepted > 2
-- o.json --
{"id": "o"}
`)
	hosts := map[string]int{}
	watched := watch(func(w *spy) {
		s.Start(w).Receiver(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { hosts[r.Host+r.URL.Path]++ }))
	})
	assert.Equal(t, map[string]int{"hooks.example.com/shop": 1, "books.example.com/in": 2}, hosts)
	assert.Equal(t, []string{"s.txtar:11: check books.accepted > 2: the receiver has 2"}, watched.failures())

	watched = watch(func(w *spy) {
		s.Start(w).Receiver(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Host, "books") {
				w.WriteHeader(500)
			}
		}))
	})
	assert.Contains(t, watched.failures()[0], "s.txtar:6: delivery #2 was not answered")
}

// A retry that is due leaves by itself, or as a step; a forgery has none.
func TestRetriesInAStory(t *testing.T) {
	t.Parallel()
	const o = "-- o.json --\n{\"id\": \"o\"}\n"
	failing := func(n int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if n--; n >= 0 {
				w.WriteHeader(500)
			}
		})
	}
	auto := storyOf(t, "cartly", stands+"hook * -> app\n=> order.created @o\n<= 500\n=> order.created @o !! bad-signature\n<= 500\nadvance 1s\n=> order.updated @o\n<= 200\ncheck app.failed == 3\ncheck app.accepted == 1\nadvance 2s\ncheck app.accepted == 2\n"+o)
	auto.Start(t).Receiver(failing(3))
	held := storyOf(t, "cartly", stands+"hook * -> app\ndeliveries held\n=> order.created @o as=a\n<= 500\nadvance 1h\n=> a again\n<= 500\n=> a again\n<= 200\nadvance 1h\ncheck app.failed == 2\ncheck app.accepted == 1\n"+o)
	held.Start(t).Receiver(failing(2))
}

// The faults of the head hit deliveries too.
func TestFaultsOfTheHeadOnDeliveries(t *testing.T) {
	t.Parallel()
	const o = "-- o.json --\n{\"id\": \"o\"}\n"
	s := storyOf(t, "cartly", stands+"hook * -> app\nfault bad-signature on=hook:order.* call=2\nfault no-signature on=hook:product.created\n=> order.created @o\n<= 2xx\n=> order.created @o\n<= 401\n=> order.created @o\n<= 2xx\n"+o)
	var r *till
	watched := watch(func(w *spy) { r = newTill(s.Start(w), "") })
	assert.Equal(t, []string{"o"}, r.booked)
	assert.Equal(t, []string{"s.txtar:5: fault never fired: no-signature on=hook:product.created (0 deliveries were sent)"}, watched.failures())
}

func TestStoriesWithoutAReceiver(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", stands+"hook * -> app\nstate @shop\n-> PUT ~/apps/api/orders/ord_7\n<- live\n=> order.created @o\n<= 2xx\n-- shop.json --\n"+o7+"\n-- o.json --\n{\"id\": \"o\"}\n")
	watched := watch(func(w *spy) {
		run := s.Start(w)
		newShopper(run).must(t, 200, "PUT", "/apps/api/orders/ord_7", paid)
		run.Settle()
		attempt := run.Fake().Hooks.Send(run.Fake().Hooks.Pending()[0])
		assert.Equal(t, "503 nobody receives: the test calls Run.Receiver\n", fmt.Sprintf("%d %s", attempt.Status, attempt.Answer))
	})
	assert.Equal(t, []string{
		"s.txtar:7: step never reached: => order.created @o (nobody receives it: the test calls Run.Receiver)",
	}, watched.failures())
	watched = watch(func(w *spy) { newShopper(s.Start(w)).must(t, 200, "PUT", "/apps/api/orders/ord_7", paid) })
	assert.Equal(t, []string{
		"s.txtar:7: step never reached: => order.created @o (nobody receives it: the test calls Run.Receiver)",
		"s.txtar: delivery never sent: order.updated ord_7, caused by request #1 (nobody receives it: the test calls Run.Receiver)",
	}, watched.failures())
	watched = watch(func(w *spy) { story(t, "").Start(w).Receiver(answers(200)) })
	assert.Equal(t, []string{"scenarios: s.txtar: cartfunnel sends no deliveries, so there is nothing to receive"}, watched.failures())
}

// What is due happens before a request is explained, deliveries included.
func TestExplainAfterDeliveries(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", stands+"hook * -> app\n-> GET ~/apps/api/me\n<- live\n=> order.created @o\n<= 2xx\nnever GET ~/apps/api/me\n-- o.json --\n{\"id\": \"o\"}\n")
	l := &ledger{}
	run := s.Start(t)
	run.Receiver(l)
	explain := func() scenarios.Report {
		req := httptest.NewRequest("GET", run.BaseURL()+"/apps/api/me", nil)
		req.Header.Set("Authorization", "Bearer "+run.Credentials()["token"])
		return run.Explain(req)
	}
	assert.Empty(t, explain().Problems)
	assert.Empty(t, l.got())
	newShopper(run).must(t, 200, "GET", "/apps/api/me", "")
	assert.Contains(t, explain().Problems[0], "forbidden by   never GET ~/apps/api/me")
	assert.Equal(t, []string{"order.created o"}, l.got())
}

func TestReportOfDeliveries(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", stands+"hook * -> app\n# Twice\n=> order.created @o as=a !! duplicate times=2\n<= 2xx\n=> a again !! dropped\n<= none\n-> GET ~/apps/api/me\n<- live\n=> a again\n<= 2xx\n-- o.json --\n{\"id\": \"o\"}\n")
	watched := watch(func(w *spy) {
		run := s.Start(w)
		run.Receiver(answers(202))
		rep := run.Report()
		assert.Equal(t, []string{"202", "202", "202"}, rep.Steps[0].Answers)
		assert.Equal(t, []string{"none"}, rep.Steps[1].Answers)
		assert.Equal(t, `s.txtar
# Twice
✓ => order.created @o as=a !! duplicate times=2
  <= 2xx   202, 202, 202
✓ => a again !! dropped
  <= none   none
  -> GET ~/apps/api/me
  <- live
  => a again
  <= 2xx
problem: s.txtar:9: step never reached: -> GET ~/apps/api/me
problem: s.txtar:11: step never reached: => a again
`, rep.String())
	})
	assert.Len(t, watched.failures(), 2)
}

// A receiver that listens on a port gets the same as one in the process.
func TestReceiverOnAPort(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	var c shopper
	port := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.ServeHTTP(w, r)
		c.must(t, 200, "GET", "/apps/api/me", "")
	}))
	t.Cleanup(port.Close)
	s := storyOf(t, "cartly", stands+"hook order.created,order.updated -> app url="+port.URL+"/in\nstate @shop\n=> order.created @o\n<= 2xx\n-> GET ~/apps/api/me\n<- live\n-> PUT ~/apps/api/orders/ord_7\n<- live\ncheck app.accepted == 2\n-> GET ~/apps/api/me\n<- live\n=> order.created @o\n<= 2xx\n-> GET ~/apps/api/me\n<- live\n-- o.json --\n{\"id\": \"o\"}\n-- shop.json --\n"+o7+"\n")
	run := s.Start(t)
	c = newShopper(run)
	run.Receiver(nil)
	c.must(t, 200, "PUT", "/apps/api/orders/ord_7", paid)
	run.Settle()
	assert.Equal(t, []string{"order.created o", "order.updated ord_7", "order.created o"}, l.got())
}

// What was told to the receiver about a new secret, and when.
func TestOnRotate(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", "clock 2025-03-01T09:00:00Z\nhook * -> app secret={{secret.first}}\nrotate app secret={{secret.second}} overlap=1h\n=> order.created @o !! old-secret\n<= 2xx\nadvance 1h\n=> order.created @o !! old-secret\n<= 401\n=> order.updated @o\n<= 2xx\n-- o.json --\n{\"id\": \"o\"}\n")
	synctest.Test(t, func(t *testing.T) {
		run := s.Start(t, scenarios.Secret("second", "s2"))
		r := &till{now: run.Fake().Now, secret: run.Secret("first"), seen: map[string]bool{}}
		var told []string
		run.OnRotate(func(secret string, overlap time.Duration) {
			told = append(told, secret+" "+overlap.String())
			r.rotate(secret, overlap)
		})
		run.Receiver(r)
		assert.Equal(t, []string{"s2 1h0m0s"}, told)
		assert.Equal(t, []string{"o"}, r.booked)
		assert.Equal(t, []string{"o"}, r.paid)
	})
}

// A story that says nothing of deliveries leaves them to the test: they go where
// its client subscribes.
func TestDeliveriesThatTheStoryDoesNotMention(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", stands+"state @shop\n-> PUT ~/apps/api/orders/ord_7\n<- live\n-- shop.json --\n"+o7+"\n")
	l := &ledger{}
	run := s.Start(t)
	run.Fake().Hooks.To(l, "order.updated")
	newShopper(run).must(t, 200, "PUT", "/apps/api/orders/ord_7", paid)
	run.Settle()
	assert.Equal(t, []string{"order.updated ord_7"}, l.got())

	l = &ledger{}
	run = s.Start(t)
	run.Receiver(l)
	run.Fake().Hooks.ToURL("https://hooks.example.com/mine", "order.updated")
	newShopper(run).must(t, 200, "PUT", "/apps/api/orders/ord_7", paid)
	run.Settle()
	assert.Equal(t, []string{"order.updated ord_7"}, l.got())
}

// A topic of the vendor's other pages has no record; its section is what it is.
func TestDeliveriesOfOtherTopics(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", stands+"with extra-events\nhook * -> app\n=> inventory.updated @level\n<= 2xx\n=> order.paid @o\n<= 2xx\n-- level.json --\n{\"variant_id\":  \"v\", \"available\": 3}\n-- o.json --\n{\"id\": \"o\", \"payment_status\": \"paid\"}\n")
	l := &ledger{}
	s.Start(t).Receiver(l)
	assert.Equal(t, `{"event":"inventory.updated","created_at":"2025-03-01T09:00:00.000Z","data":{"variant_id":"v","available":3}}`, l.bodies[0])
	assert.Equal(t, "order.paid o", l.events[1])
}
