package fake

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
)

func TestDeliveriesKeepTheOrderOfTheChanges(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k, other := newTill(m, nil), newTill(m, nil)
	m.Hooks.To(k)
	m.Hooks.To(other, "good.removed")
	m.Goods.Add(good{Name: "mug"})
	m.post(t, "cup")
	m.Settle()
	m.Locked(func() {
		for _, name := range []string{"jar", "jug"} {
			m.Goods.Insert(nil, good{Name: name})
		}
	})
	m.Goods.Change(1, func(g *good) { g.Name = "beaker" })
	m.Goods.Quiet().Add(good{Name: "unheard"})
	m.Goods.Remove(2)
	assert.Equal(t, "mug cup jar jug beaker cup", k.names())
	assert.Equal(t, "cup", other.names())
	ds := m.Hooks.Deliveries()
	require.Len(t, ds, 7)
	for i, d := range ds {
		assert.Equal(t, i+1, d.Seq)
	}
	assert.Equal(t, []int{0, 1, 0}, []int{ds[0].Call, ds[1].Call, ds[2].Call}, "the call that caused it")
	assert.Len(t, m.Hooks.Deliveries("good.changed", "good.rem*"), 3)
	assert.Len(t, m.Hooks.Attempts("good.removed"), 2)
}

// A delivery leaves when its client has the reply in hand, also where the reply
// is lost or takes long.
func TestDeliveryFollowsTheReply(t *testing.T) {
	t.Parallel()
	for line, answered := range map[string]bool{
		"":                                  true,
		"lost-response":                     false,
		"saved-but-says-error":              true,
		"slow-headers delay=2s apply=after": true,
		"truncated how=silent at=0":         true,
		"slow-body over=2s":                 true,
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMart(t)
				m.Goods.Add(good{Name: "mug"})
				var order []string
				var mu sync.Mutex
				note := func(what string) {
					mu.Lock()
					defer mu.Unlock()
					order = append(order, what)
				}
				k := newTill(m, func(int, http.ResponseWriter, *http.Request) {
					synctest.Wait() // the client has all it gets
					note("event")
				})
				m.Hooks.To(k)
				if line != "" {
					m.Inject(faultLine(line))
				}
				go func() {
					answer, err := m.Client().Post(m.BaseURL()+"/goods", "application/json", strings.NewReader(`{"name":"cup"}`))
					if err == nil {
						_, _ = io.ReadAll(answer.Body)
						_ = answer.Body.Close()
					}
					if answered != (err == nil) {
						t.Errorf("err = %v", err)
					}
					note("reply")
				}()
				time.Sleep(time.Minute)
				m.Settle()
				assert.Equal(t, []string{"reply", "event"}, order)
			})
		})
	}
}

// What never gets a reply is told of all the same.
func TestDeliveryOfACallThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMart(t)
		k := newTill(m, nil)
		m.Hooks.To(k)
		m.Inject(faultLine("hang apply=after"))
		client := m.Client()
		client.Timeout = time.Hour
		_, err := client.Post(m.BaseURL()+"/goods", "application/json", strings.NewReader(`{"name":"cup"}`))
		require.Error(t, err)
		assert.Equal(t, []string{"09:00:00.000 POST /1"}, k.lines())
	})
}

// A reply that takes time does not hold up the events of others.
func TestDeliveryPassesASlowReply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMart(t)
		k := newTill(m, nil)
		m.Hooks.To(k)
		m.Inject(faultLine("slow-body over=10s call=1"))
		done := make(chan bool)
		go func() { m.post(t, "slow"); close(done) }()
		time.Sleep(time.Second)
		m.post(t, "quick")
		m.Goods.Add(good{Name: "added"})
		<-done
		m.Settle()
		assert.Equal(t, "quick added slow", k.names())
	})
}

// A receiver may use the fake, by calls and by Go, and never waits for itself:
// what it causes queues behind.
func TestReceiverUsesTheFake(t *testing.T) {
	t.Parallel()
	for _, frozen := range []bool{true, false} {
		t.Run(fmt.Sprint("frozen=", frozen), func(t *testing.T) {
			t.Parallel()
			m := newMart(t)
			if frozen {
				m = newMart(t, Frozen())
			}
			var under, most int
			var mu sync.Mutex
			k := newTill(m, nil)
			k.answer = func(n int, _ http.ResponseWriter, _ *http.Request) {
				mu.Lock()
				under++
				most = max(most, under)
				mu.Unlock()
				defer func() { mu.Lock(); under--; mu.Unlock() }()
				switch n {
				case 1:
					m.Goods.Add(good{Name: "b"})
					m.post(t, "c")
					m.Goods.Change(1, func(g *good) { g.Name = "a2" })
					assert.Equal(t, 1, m.Hooks.Deliveries()[0].Seq)
				case 3:
					m.post(t, "d")
				}
			}
			m.Hooks.To(k)
			m.Goods.Add(good{Name: "a"})
			m.Settle()
			assert.Equal(t, "a b c a2 d", k.names())
			assert.Equal(t, 1, most, "one at a time")
		})
	}
}

// While a receiver takes its time, the fake answers.
func TestSlowReceiverHoldsNoLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMart(t)
		k := newTill(m, func(n int, _ http.ResponseWriter, _ *http.Request) {
			if n == 1 {
				time.Sleep(8 * time.Second)
			}
		})
		m.Hooks.To(k)
		m.post(t, "mug")
		begun := m.Now()
		synctest.Wait()
		require.Len(t, k.lines(), 1)
		m.post(t, "cup") // at once, and its event behind the other
		m.Goods.Add(good{Name: "jar"})
		m.Snapshot()
		m.Hooks.Deliveries()
		assert.Equal(t, begun, m.Now())
		assert.Equal(t, "mug", k.names())
		m.Settle()
		assert.Equal(t, "mug cup jar", k.names())
		assert.Equal(t, 8*time.Second, m.Now().Sub(begun))
	})
}

func TestHoldSendReorderDuplicate(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, nil)
	m.Hooks.To(k)
	release := m.Hooks.Hold()
	for _, name := range []string{"a", "b", "c", "d"} {
		m.Goods.Add(good{Name: name})
	}
	m.Settle()
	assert.Empty(t, k.lines())
	d := m.Hooks.Pending()
	require.Len(t, d, 4)
	assert.Equal(t, 200, m.Hooks.Send(d[1]).Status)
	m.Hooks.Send(d[0])
	again := m.Hooks.Send(d[0])
	assert.Equal(t, 2, again.Number)
	assert.Equal(t, "b a a", k.names())
	assert.Equal(t, k.all()[1], k.all()[2])
	assert.Equal(t, "delivered delivered pending pending", m.states())
	assert.Len(t, m.Hooks.Pending(), 2)
	release()
	release() // once is enough
	assert.Equal(t, "b a a c d", k.names())
	m.Goods.Add(good{Name: "e"})
	assert.Equal(t, "b a a c d e", k.names(), "no longer held")
}

// A failed Send is followed by the retry of the policy, which is held when its
// time comes; sending by hand takes its place.
func TestHeldRetry(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, statuses200(500, 500))
	m.Hooks.To(k)
	release := m.Hooks.Hold()
	m.Goods.Add(good{Name: "a"})
	d := m.Hooks.Pending()[0]
	require.Equal(t, Failed, m.Hooks.Send(d).Verdict)
	assert.Empty(t, m.Hooks.Pending())
	assert.Equal(t, nine.Add(time.Second), m.Hooks.Deliveries()[0].Due)
	m.Advance(time.Second)
	require.Len(t, m.Hooks.Pending(), 1, "due, and held")
	require.Len(t, k.lines(), 1)
	m.Hooks.Send(d)
	assert.Empty(t, m.Hooks.Pending(), "it was that retry")
	m.Advance(time.Second)
	assert.Empty(t, m.Hooks.Pending())
	m.Hooks.Send(d) // before the second retry is due, and instead of it
	m.Advance(time.Hour)
	assert.Len(t, k.lines(), 3)
	assert.Equal(t, "delivered", m.states())
	release()
	assert.Len(t, k.lines(), 3)
}

func TestUnclaimedDelivery(t *testing.T) {
	t.Parallel()
	run := func(work func(m *mart)) string {
		var s spy
		m := newMart(&s, Frozen())
		m.Hooks.To(newTill(m, statuses200(500)))
		work(m)
		s.cleanup()
		return strings.Join(s.errors, "\n")
	}
	const unclaimed = "mart: unclaimed-delivery: good.added to https://hooks.example.com/1 was held and never sent"
	assert.Equal(t, unclaimed, run(func(m *mart) {
		m.Hooks.Hold()
		m.Goods.Add(good{})
	}))
	assert.Empty(t, run(func(m *mart) {
		m.Hooks.Hold()
		m.Goods.Add(good{})
		m.Hooks.Send(m.Hooks.Pending()[0])
	}), "it was sent, and its retry is not due")
	assert.Empty(t, run(func(m *mart) {
		m.Hooks.Hold()
		m.Goods.Add(good{})
		m.Subs.Remove(1)
	}), "it has nowhere to go")
	assert.Equal(t, unclaimed, run(func(m *mart) {
		m.Hooks.Hold()
		m.Goods.Add(good{})
		m.Reset()
	}), "a Reset forgets it")
	assert.Empty(t, run(func(m *mart) { m.Goods.Add(good{}) }), "a retry that is not due")
}

func TestSendOfWhatThereIsNot(t *testing.T) {
	t.Parallel()
	var s spy
	m := newMart(&s, Frozen())
	t.Cleanup(s.cleanup)
	assert.Equal(t, "mart: Hooks.Send: there is no delivery 7 (no topic)", s.run(func() { m.Hooks.Send(Delivery{Seq: 7}) }))
	m.Hooks.To(newTill(m, nil))
	m.Goods.Add(good{})
	d := m.Hooks.Deliveries()[0]
	assert.Equal(t, "mart: Hooks.Send: fault reset is about calls, not about deliveries", s.run(func() { m.Hooks.Send(d, NewFault("reset")) }))
	assert.Contains(t, s.run(func() { m.Hooks.Send(d, NewFault("dupe")) }), `unknown fault "dupe"`)
	assert.Contains(t, s.run(func() { m.Hooks.Send(d, NewFault("no-signature"), NewFault("bad-signature")) }),
		"faults no-signature and bad-signature both change the same: what happens when a delivery is signed")
	for _, impossible := range []string{"early", "old-secret"} { // nothing waits for its answer; the secret was never changed
		assert.Equal(t, "mart: Hooks.Send: fault "+impossible+" cannot hit this delivery now", s.run(func() { m.Hooks.Send(d, NewFault(impossible)) }))
	}
	assert.Equal(t, "mart: Hooks.Enable: there is no subscription \"sub_9\"", s.run(func() { m.Hooks.Enable("sub_9") }))
	assert.Equal(t, `mart: Hooks: the address "http://a b" has a blank`, s.run(func() { m.Hooks.ToURL("http://a b") }))
	assert.Contains(t, s.run(func() { m.Hooks.Receive("/in", http.NotFoundHandler()) }), `"/in": want an absolute http or https URL`)
	assert.Len(t, m.Hooks.Attempts(), 1, "none of these sent anything")
}

func TestNoDeliveriesWithoutHooks(t *testing.T) {
	t.Parallel()
	var s spy
	shelf := newShelf(&s)
	t.Cleanup(s.cleanup)
	assert.Equal(t, "shelf: Hooks.To: this API sends no deliveries", s.run(func() { shelf.Hooks.To(http.NotFoundHandler()) }))
	assert.Empty(t, shelf.Hooks.Deliveries())
	assert.Empty(t, shelf.Hooks.Pending())
	assert.Equal(t, "shelf: fault dropped: this API sends no deliveries", s.run(func() { shelf.Inject(NewFault("dropped")) }))
}

// Two servers of one test, the receiver of the first calling the second.
func TestReceiverOverLoopbackUsesTheFake(t *testing.T) {
	t.Parallel()
	m := newMart(t)
	k := newTill(m, nil)
	k.answer = func(n int, _ http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			m.post(t, "b")
			m.Goods.Add(good{Name: "c"})
		}
	}
	app := httptest.NewServer(k)
	t.Cleanup(app.Close)
	m.Hooks.ToURL(app.URL)
	m.Goods.Add(good{Name: "a"})
	assert.Equal(t, "a b c", k.names())
}

func TestDeliveriesInARing(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen(), KeepJournal(3))
	k := newTill(m, nil)
	m.Hooks.To(k)
	for i := range 3000 {
		m.Goods.Add(good{Name: fmt.Sprint(i)})
	}
	assert.Len(t, k.lines(), 3000)
	ds := m.Hooks.Deliveries()
	require.Len(t, ds, 3)
	assert.Equal(t, 3000, ds[2].Seq)
	assert.Len(t, m.Hooks.Attempts(), 3)
	assert.Less(t, len(m.Hooks.list), 1500)
	assert.Less(t, len(m.Hooks.attempts), 1500)
}

// Many clients at once: the deliveries are in the order of the journal, one at a
// time.
func TestDeliveriesOfManyClients(t *testing.T) {
	t.Parallel()
	m := newMart(t)
	k := newTill(m, nil)
	m.Hooks.To(k)
	var clients sync.WaitGroup
	for i := range 50 {
		clients.Go(func() {
			for j := range 4 {
				m.post(t, fmt.Sprintf("%d-%d", i, j))
			}
		})
	}
	clients.Wait()
	m.Settle()
	var want []string
	for _, x := range m.Calls() {
		want = append(want, strings.Split(string(x.Body), `"`)[3])
	}
	require.Len(t, want, 200)
	assert.Equal(t, strings.Join(want, " "), k.names())
	for i, d := range m.Hooks.Deliveries() {
		require.Equal(t, i+1, d.Call)
		require.Equal(t, Delivered, d.State)
	}
}

// A body that fills every buffer, for a receiver that does not read it.
func TestLargeDelivery(t *testing.T) {
	t.Parallel()
	for _, loopback := range []bool{false, true} {
		m := newMart(t, Frozen())
		refuses := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) })
		if loopback {
			app := httptest.NewServer(refuses)
			t.Cleanup(app.Close)
			m.Hooks.ToURL(app.URL)
		} else {
			m.Hooks.To(refuses)
		}
		m.Goods.Add(good{Name: strings.Repeat("x", 8<<20)})
		a := m.Hooks.Attempts()
		require.Len(t, a, 1)
		assert.Equal(t, 401, a[0].Status, a[0].Err)
	}
}

// A server of one bubble says so when it is made to deliver elsewhere.
func TestDeliveryAcrossBubbles(t *testing.T) {
	t.Parallel()
	var s spy
	m := newMart(&s, Frozen())
	m.Hooks.To(newTill(m, nil))
	synctest.Test(t, func(*testing.T) {
		assert.Contains(t, s.run(func() { m.Goods.Add(good{}) }), "the server was made outside this synctest bubble")
	})
	s.cleanup()
}
