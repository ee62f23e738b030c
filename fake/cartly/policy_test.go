package cartly_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// answering is a receiver with these answers, then 200 to all that follows.
func answering(box *letterbox, statuses ...int) http.Handler {
	n := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		box.ServeHTTP(w, r)
		box.mu.Lock()
		defer box.mu.Unlock()
		if n < len(statuses) {
			if statuses[n] == http.StatusFound {
				w.Header().Set("Location", "https://hooks.example.com/elsewhere")
			}
			w.WriteHeader(statuses[n])
		}
		n++
	})
}

// states are those of all deliveries.
func states(shop *cartly.Server) []fake.DeliveryState {
	var all []fake.DeliveryState
	for _, d := range shop.Hooks.Deliveries() {
		all = append(all, d.State)
	}
	return all
}

// places runs a test with a receiver in a bubble, where time goes by waiting, and
// over loopback on a clock that stands, where it goes by Advance.
func places(t *testing.T, opts []cartly.Option, statuses []int, test func(t *testing.T, shop *cartly.Server, box *letterbox, hook string, wait func(time.Duration))) {
	t.Helper()
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			shop := cartly.Start(t, append(options(fake.At(nine)), opts...)...)
			box := &letterbox{now: shop.Now}
			hook := shop.Hooks.To(answering(box, statuses...), "order.created")
			test(t, shop, box, hook, func(d time.Duration) {
				time.Sleep(d)
				synctest.Wait()
			})
		})
	})
	t.Run("over loopback", func(t *testing.T) {
		t.Parallel()
		shop := still(t, opts...)
		box := &letterbox{now: shop.Now}
		app := httptest.NewServer(answering(box, statuses...))
		t.Cleanup(app.Close)
		test(t, shop, box, shop.Hooks.ToURL(app.URL+"/in?shop=1", "order.created"), shop.Advance)
	})
}

// A receiver that fails four times, whatever way, and then answers 2xx gets one
// event five times: after 1, 2, 4 and 8 seconds.
func TestFourFailuresThenSuccess(t *testing.T) {
	t.Parallel()
	places(t, nil, []int{500, 302, 410, 404}, func(t *testing.T, shop *cartly.Server, box *letterbox, hook string, wait func(time.Duration)) {
		shop.Orders.Add(cartly.Order{ID: "a"})
		wait(14*time.Second + 999*time.Millisecond)
		assert.Len(t, box.lines(), 4)
		wait(time.Millisecond)
		const a = " order.created a"
		assert.Equal(t, []string{"0s" + a, "1s" + a, "3s" + a, "7s" + a, "15s" + a}, box.lines())
		wait(time.Hour)
		assert.Len(t, box.lines(), 5)
		assert.Equal(t, []fake.DeliveryState{fake.Delivered}, states(shop))
		for _, l := range box.got {
			assert.Equal(t, box.got[0].body, l.body, "the same bytes")
			assert.Equal(t, box.got[0].header, l.header)
		}
		subscription, _ := shop.Webhooks.Get(hook)
		assert.True(t, subscription.Active)
	})
}

// Five failures in a row switch the subscription off; Enable switches it on.
func TestFiveFailuresSwitchOff(t *testing.T) {
	t.Parallel()
	places(t, nil, []int{500, 500, 500, 500, 500}, func(t *testing.T, shop *cartly.Server, box *letterbox, hook string, wait func(time.Duration)) {
		active := func() bool { h, _ := shop.Webhooks.Get(hook); return h.Active }
		shop.Orders.Add(cartly.Order{})
		wait(14 * time.Second)
		assert.True(t, active(), "four are not enough")
		wait(time.Second)
		assert.False(t, active())
		assert.Equal(t, []fake.DeliveryState{fake.Dropped}, states(shop))
		assert.Equal(t, "[false]", clientOf(t, shop).get(webhooks).value("webhooks.#.active"))
		shop.Orders.Add(cartly.Order{})
		wait(time.Hour)
		assert.Len(t, box.lines(), 5, "it is told no more")
		shop.Hooks.Enable(hook)
		shop.Orders.Add(cartly.Order{})
		assert.True(t, active())
		assert.Len(t, box.lines(), 6)
		assert.Equal(t, []fake.DeliveryState{fake.Dropped, fake.Delivered}, states(shop))
	})
}

// Failures are counted over all deliveries; a success in between begins anew, so
// that the first delivery lives to see its sixth attempt and is given up.
func TestTheSixthAttempt(t *testing.T) {
	t.Parallel()
	places(t, nil, []int{500, 500, 500, 200, 500, 500, 500}, func(t *testing.T, shop *cartly.Server, box *letterbox, hook string, wait func(time.Duration)) {
		shop.Orders.Add(cartly.Order{ID: "a"})
		wait(5 * time.Second)
		shop.Orders.Add(cartly.Order{ID: "b"})
		wait(time.Minute)
		const a = " order.created a"
		assert.Equal(t, []string{"0s" + a, "1s" + a, "3s" + a, "5s order.created b", "7s" + a, "15s" + a, "31s" + a}, box.lines())
		assert.Equal(t, []fake.DeliveryState{fake.Exhausted, fake.Delivered}, states(shop))
		subscription, _ := shop.Webhooks.Get(hook)
		assert.True(t, subscription.Active)
	})
}

// Later events are not held up by a retry that waits; five of them that fail at
// once switch off before it is due, and it is dropped with the rest.
func TestFailuresOfManyDeliveries(t *testing.T) {
	t.Parallel()
	places(t, nil, []int{500, 200, 500, 500, 500, 500, 500}, func(t *testing.T, shop *cartly.Server, box *letterbox, hook string, wait func(time.Duration)) {
		for _, order := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			shop.Orders.Add(cartly.Order{ID: order})
		}
		subscription, _ := shop.Webhooks.Get(hook)
		assert.False(t, subscription.Active)
		wait(time.Hour)
		assert.Len(t, box.lines(), 7)
		dropped := fake.Dropped
		assert.Equal(t, []fake.DeliveryState{dropped, fake.Delivered, dropped, dropped, dropped, dropped, dropped}, states(shop))
	})
}

func TestOtherPolicies(t *testing.T) {
	t.Parallel()
	always := []int{500, 500, 500, 500, 500, 500, 500, 500}
	for name, c := range map[string]struct {
		options []cartly.Option
		times   []string
		state   fake.DeliveryState
		active  bool
	}{
		"by default":     {nil, []string{"0s", "1s", "3s", "7s", "15s"}, fake.Dropped, false},
		"counted whole":  {options(cartly.WithFailureCount(cartly.PerDelivery)), []string{"0s", "1s", "3s", "7s", "15s", "31s"}, fake.Exhausted, true},
		"other pauses":   {options(cartly.WithBackoff(2*time.Second, 1.5)), []string{"0s", "2s", "5s", "9.5s", "16.25s"}, fake.Dropped, false},
		"no retries":     {options(cartly.WithMaxRetries(0)), []string{"0s"}, fake.Exhausted, true},
		"fewer retries":  {options(cartly.WithMaxRetries(2)), []string{"0s", "1s", "3s"}, fake.Exhausted, true},
		"gone is failed": {options(cartly.WithGoneDisables()), []string{"0s", "1s", "3s", "7s", "15s"}, fake.Dropped, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			places(t, c.options, always, func(t *testing.T, shop *cartly.Server, box *letterbox, hook string, wait func(time.Duration)) {
				shop.Orders.Add(cartly.Order{ID: "a"})
				wait(time.Hour)
				var want []string
				for _, at := range c.times {
					want = append(want, at+" order.created a")
				}
				assert.Equal(t, want, box.lines())
				assert.Equal(t, []fake.DeliveryState{c.state}, states(shop))
				subscription, _ := shop.Webhooks.Get(hook)
				assert.Equal(t, c.active, subscription.Active)
			})
		})
	}
}

// What 410 means: a failure like others, or the end of the subscription.
func TestGone(t *testing.T) {
	t.Parallel()
	for _, ends := range []bool{false, true} {
		var opts []cartly.Option
		if ends {
			opts = options(cartly.WithGoneDisables())
		}
		places(t, opts, []int{410}, func(t *testing.T, shop *cartly.Server, box *letterbox, hook string, wait func(time.Duration)) {
			shop.Orders.Add(cartly.Order{})
			wait(time.Minute)
			_, is := shop.Webhooks.Get(hook)
			if ends {
				assert.Len(t, box.lines(), 1)
				assert.Equal(t, []fake.DeliveryState{fake.Dropped}, states(shop))
			} else {
				assert.Len(t, box.lines(), 2)
				assert.Equal(t, []fake.DeliveryState{fake.Delivered}, states(shop))
			}
			assert.Equal(t, !ends, is)
		})
	}
}

// A receiver that never answers is waited for 10 seconds, on whatever clock.
func TestTimeout(t *testing.T) {
	t.Parallel()
	scene := func(t *testing.T, shop *cartly.Server, wait func(time.Duration)) {
		t.Helper()
		wait(10 * time.Second)
		attempts := shop.Hooks.Attempts()
		require.Len(t, attempts, 1)
		assert.Equal(t, "timeout", attempts[0].Err)
		assert.Equal(t, 10*time.Second, attempts[0].End.Sub(attempts[0].At))
		wait(time.Second)
		assert.Equal(t, []fake.DeliveryState{fake.Delivered}, states(shop), "a second after the end of the first")
	}
	var once sync.Mutex
	hang := func() http.Handler {
		hung := false
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			once.Lock()
			first := !hung
			hung = true
			once.Unlock()
			if first {
				_, _ = io.ReadAll(r.Body) // or net/http does not see that the sender has gone
				<-r.Context().Done()
			}
		})
	}
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			shop := cartly.Start(t, fake.At(nine))
			shop.Hooks.To(hang(), "customer.created")
			assert.Equal(t, 201, clientOf(t, shop).post(customers, `{"email":"x@example.com"}`).status)
			scene(t, shop, func(d time.Duration) {
				time.Sleep(d)
				synctest.Wait()
			})
		})
	})
	t.Run("over loopback", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		app := httptest.NewServer(hang())
		t.Cleanup(app.Close)
		shop.Hooks.ToURL(app.URL, "customer.created")
		assert.Equal(t, 201, clientOf(t, shop).post(customers, `{"email":"x@example.com"}`).status)
		scene(t, shop, shop.Advance)
	})
}

// Addresses that are no loopback ones are withheld: nobody looks their names up,
// and nobody who listens there hears of it. It is not parallel, because it sets
// the resolver of the process.
func TestWithheldIsNeverDialled(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	usual := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = usual })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(_ context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, network+" "+address)
		return nil, errors.New("not now")
	}}
	_, err := net.DefaultResolver.LookupHost(t.Context(), "hooks.example.com")
	require.Error(t, err)
	require.NotEmpty(t, asked, "a look-up would be noticed")
	asked = nil

	shop := still(t, cartly.WithAnyURL())
	listen(t, shop)
	for _, address := range []string{
		"https://hooks.example.com/cartly", "http://hooks.example.com:8080/", "https://localhost.example.com/", "https://127.0.0.1.example.com/",
		"http://0.0.0.0:9/", "https://10.0.0.1/", "http://[2001:db8::1]/", "https://hooks.zapier.com/...",
	} {
		assert.Equal(t, 201, clientOf(t, shop).post(webhooks, subscription(address, "order.created")).status, address)
	}
	for range 6 {
		shop.Orders.Add(cartly.Order{})
	}
	shop.Advance(24 * time.Hour)
	for _, state := range states(shop) {
		assert.Equal(t, fake.Withheld, state)
	}
	assert.Len(t, states(shop), 6*shop.Webhooks.Len())
	assert.Empty(t, shop.Hooks.Attempts())
	for _, h := range shop.Webhooks.All() {
		assert.True(t, h.Active, "no failure is counted")
	}
	mu.Lock()
	defer mu.Unlock()
	assert.Empty(t, asked)
}

// listen subscribes listeners at the other addresses of this machine, which a
// delivery would reach.
func listen(t *testing.T, shop *cartly.Server) {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range addresses {
		ip, is := a.(*net.IPNet)
		if !is || ip.IP.IsLoopback() || ip.IP.To4() == nil {
			continue
		}
		l, err := net.Listen("tcp", net.JoinHostPort(ip.IP.String(), "0"))
		if err != nil {
			continue
		}
		app := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Errorf("%s got a delivery", l.Addr()) }))
		_ = app.Listener.Close()
		app.Listener = l
		app.Start()
		t.Cleanup(app.Close)
		shop.Hooks.ToURL(app.URL, "order.created")
	}
}
