package scenarios_test

import (
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/scenarios"
)

// patientBrowse is a client that waits an hour before it reads on.
func patientBrowse(t testing.TB, run *scenarios.Run, wait func(time.Duration)) {
	c := newShopper(run)
	list := c.must(t, 200, "GET", "/customers.json", "")
	wait(time.Hour)
	c.must(t, 200, "GET", "/customers/"+gjson.Get(list, "0.id").Raw+".json", "")
	made := c.must(t, 200, "POST", "/customers.json", `{"customer": {"email": "ann@firm.de", "first_name": "Ann"}}`)
	assert.Equal(t, "Ann", gjson.Get(made, "first_name").Str)
}

func ofFake(s *fake.Server, opts ...scenarios.Option) []scenarios.Option {
	return append([]scenarios.Option{
		scenarios.UpstreamFake(s), scenarios.AllowWrites(), scenarios.Credential("account", "myshop"), scenarios.Secret("api", funnelSecret),
	}, opts...)
}

// A test in a bubble is recorded there, of a fake that is in it too: nothing waits
// for real, and times are those of the bubble.
func TestRecordInABubble(t *testing.T) {
	file := recordedTo(t)
	mode(t, "record")
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		shop := funnel(t, 1, 1001)
		good(t, func(s *spy) { patientBrowse(t, scenarios.Open(s, file, ofFake(shop.Server)...), time.Sleep) })
		assert.Len(t, shop.Calls(), 3)
	})
	assert.Less(t, time.Since(began), 30*time.Minute, "the hour was a virtual one")
	first := text(t, file)
	assert.Contains(t, first, "origin   recorded 2000-01-01 rules=cartfunnel+1\nclock    2000-01-01T00:00:00Z\n")
	assert.Contains(t, first, "-> GET ~/customers/{{customer1.id}}.json\n")
	assert.NotContains(t, first, "firm.de")
	vets(t, file)

	mode(t, "replay")
	synctest.Test(t, func(t *testing.T) {
		good(t, func(s *spy) { patientBrowse(t, scenarios.Open(s, file), time.Sleep) })
	})

	mode(t, "record")
	for _, seed := range []uint64{1, 2} { // of the same, and of another with other ids: at another time too
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(1000 * time.Hour)
			shop := funnel(t, seed, 1001*int64(seed))
			good(t, func(s *spy) { patientBrowse(t, scenarios.Open(s, file, ofFake(shop.Server)...), time.Sleep) })
		})
		assert.Equal(t, first, text(t, file))
	}
}

// The time of a recording is that of the fake, wherever its clock is.
func TestRecordHasTheClockOfTheFake(t *testing.T) {
	for where, in := range map[string]func(*testing.T, func(*testing.T)){
		"inside": synctest.Test, "outside": func(t *testing.T, f func(*testing.T)) { f(t) },
	} {
		file := recordedTo(t)
		mode(t, "record")
		in(t, func(t *testing.T) {
			shop := bonify.Start(t, fake.At(time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)), fake.Frozen(), bonify.WithShop("mugs.myshopify.com", bonifyKey))
			shop.Customers.Add(bonify.Customer{ID: 7000001, Email: "ann@example.com"})
			good(t, func(s *spy) {
				run := scenarios.Open(s, file, scenarios.UpstreamFake(shop.Server), scenarios.Credential("shop_domain", "mugs.myshopify.com"), scenarios.Secret("api", bonifyKey))
				newShopper(run).must(t, 200, "GET", "/customers", "")
			})
		})
		assert.Contains(t, text(t, file), "origin   recorded 2031-05-06 rules=bonify+1\nclock    2031-05-06T07:08:09Z\n", where)
	}
}

// tellOfOrders subscribes, changes an order and hears of that.
func tellOfOrders(t testing.TB, run *scenarios.Run, wait func(time.Duration)) {
	c := newShopper(run)
	heard := hearing(run)
	c.must(t, 201, "POST", "/apps/api/webhooks", `{"url": "`+run.HookURL()+`", "events": ["order.updated"]}`)
	wait(time.Minute)
	order := gjson.Get(c.must(t, 200, "GET", "/apps/api/orders", ""), "orders.0.id").Str
	c.must(t, 200, "PUT", "/apps/api/orders/"+order, `{"payment_status": "paid"}`)
	assert.Equal(t, "order.updated "+order, <-heard)
	run.Settle()
	assert.Empty(t, heard)
}

func mugs(t testing.TB, seed uint64) (*cartly.Server, []scenarios.Option) {
	shop := cartly.Start(t, fake.Seed(seed), cartly.WithToken("at_theTokenOfTheApp01", cartly.Scopes()...), cartly.WithWebhookSecret(hookSecret))
	id := shop.Orders.Add(cartly.Order{Email: "ann@example.com", TotalCents: 1250}).ID
	shop.Intercept(fake.Arrive, func(c *fake.Call) { // so that each story changes it
		if c.Request.Method == http.MethodGet {
			shop.Orders.Quiet().Change(id, func(o *cartly.Order) { o.PaymentStatus = "pending" })
		}
	})
	return shop, []scenarios.Option{
		scenarios.UpstreamFake(shop.Server), scenarios.AllowWrites(), scenarios.Credential("shop_domain", shop.ShopDomain()),
		scenarios.Secret("token", "at_theTokenOfTheApp01"), scenarios.Secret("hook", hookSecret),
	}
}

// Deliveries come to the receiver in the bubble, also where everything is asked
// twice: the second time they are nobody's.
func TestRecordDeliveriesInABubble(t *testing.T) {
	file := recordedTo(t)
	var before string
	for _, opts := range [][]scenarios.Option{nil, {scenarios.Twice()}} {
		mode(t, "record")
		synctest.Test(t, func(t *testing.T) {
			shop, all := mugs(t, 1)
			good(t, func(s *spy) { tellOfOrders(t, scenarios.Open(s, file, append(all, opts...)...), time.Sleep) })
			assert.Len(t, shop.Calls(), 3*(1+len(opts)))
			assert.Len(t, shop.Hooks.Deliveries(), 1+2*len(opts), "the second story subscribes once more")
			for _, d := range shop.Hooks.Deliveries() {
				assert.Equal(t, fake.Delivered, d.State)
			}
		})
		got := text(t, file)
		assert.Contains(t, got, "=> order.updated raw @order-updated-ann\n<= 2xx\n")
		assert.Contains(t, got, "\nclock    2000-01-01T00:00:00Z\n")
		assert.Contains(t, got, `"url": "https://hooks.example.com/app"`)
		if opts == nil {
			before = got
		}
		mode(t, "replay")
		synctest.Test(t, func(t *testing.T) {
			good(t, func(s *spy) { tellOfOrders(t, scenarios.Open(s, file), time.Sleep) })
		})
	}
	assert.Equal(t, before, text(t, file))
}

func TestCompareInABubble(t *testing.T) {
	file := recordedTo(t)
	mode(t, "record")
	synctest.Test(t, func(t *testing.T) {
		shop := funnel(t, 1, 1001)
		good(t, func(s *spy) { patientBrowse(t, scenarios.Open(s, file, ofFake(shop.Server)...), time.Sleep) })
	})
	mode(t, "compare")
	synctest.Test(t, func(t *testing.T) {
		shop := funnel(t, 2, 2002)
		good(t, func(s *spy) { patientBrowse(t, scenarios.Open(s, file, ofFake(shop.Server)...), time.Sleep) })
		assert.Len(t, shop.Calls(), 2, "the reads, and not the write")
		s := watch(func(s *spy) { scenarios.Open(s, file, funnelOptions("http://127.0.0.1:1")...) })
		require.Len(t, s.failures(), 1)
		assert.Contains(t, s.failures()[0], "in a synctest bubble no service on the network can be asked")
	})
}

// What cannot work in a bubble is told at once, with what to do instead.
func TestRecordInABubbleWhatCannotBe(t *testing.T) {
	mode(t, "record")
	file := recordedTo(t)
	host := &spy{}
	outside := cartfunnel.Start(host, cartfunnel.WithAccount("myshop", funnelSecret))
	fails := func(t *testing.T, want string, f func(*spy)) {
		t.Helper()
		s := watch(f)
		require.NotEmpty(t, s.failures())
		assert.Contains(t, s.failures()[0], want)
	}
	var stray *scenarios.Run
	synctest.Test(t, func(t *testing.T) {
		shop := funnel(t, 1, 1001)
		fails(t, "run the test outside of it, or give a fake that is in it: scenarios.UpstreamFake(shop.Server)", func(s *spy) {
			scenarios.Open(s, file, funnelOptions("http://127.0.0.1:1")...)
		})
		fails(t, `Upstream("http://127.0.0.1:1") and UpstreamFake: there can be one service only`, func(s *spy) {
			scenarios.Open(s, file, ofFake(shop.Server, scenarios.Upstream("http://127.0.0.1:1"))...)
		})
		fails(t, "On: in a synctest bubble there can be no port; use Run.Client with Run.BaseURL", func(s *spy) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer l.Close()
			scenarios.Open(s, file, ofFake(shop.Server, scenarios.On(l))...)
		})
		fails(t, "Run.URL: a recording in a synctest bubble has no port", func(s *spy) {
			scenarios.Open(s, file, ofFake(shop.Server)...).URL()
		})
		watch(func(s *spy) { scenarios.Open(s, file, ofFake(outside.Server)...) })
		require.Len(t, host.failures(), 1)
		assert.Contains(t, host.failures()[0], "cartfunnel: the server was made outside this synctest bubble and cannot work in it")
		watch(func(s *spy) { stray = scenarios.Open(s, file, ofFake(shop.Server)...) })
	})
	host.end()
	_, err := stray.Client().Get(stray.BaseURL())
	require.Error(t, err)
	assert.Contains(t, err.Error(), "the recording was made inside a synctest bubble and cannot work outside it")
	assert.NoFileExists(t, file)
}
