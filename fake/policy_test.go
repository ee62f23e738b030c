package fake

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFiveFailuresSwitchOff(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, statuses200(500, 500, 500, 500, 500))
	id := m.Hooks.To(k)
	m.Goods.Add(good{Name: "a"})
	m.Advance(14 * time.Second)
	sub, _ := m.Subs.Get(1)
	require.False(t, sub.Off, "four failures are not enough")
	m.Hooks.Hold()()
	m.Goods.Quiet().Add(good{Name: "unheard"})
	m.Advance(time.Hour)
	assert.Equal(t, []string{
		"09:00:00.000 POST /1", "09:00:01.000 POST /1", "09:00:03.000 POST /1", "09:00:07.000 POST /1", "09:00:15.000 POST /1",
	}, k.lines())
	sub, _ = m.Subs.Get(1)
	assert.True(t, sub.Off)
	assert.Equal(t, "dropped", m.states())
	m.Goods.Add(good{Name: "b"})
	assert.Len(t, m.Hooks.Deliveries(), 1, "nobody listens")

	m.Hooks.Enable(id)
	sub, _ = m.Subs.Get(1)
	assert.False(t, sub.Off)
	m.Goods.Add(good{Name: "c"})
	assert.Equal(t, "dropped delivered", m.states(), "and a sixth answer of 200")
}

// Failures in a row are counted over all deliveries of a subscription; a success
// begins anew. What waits is dropped with the subscription.
func TestFailuresInARow(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, statuses200(500, 500, 500, 500, 204, 500, 500, 500, 500, 500))
	m.Hooks.To(k)
	other := newTill(m, nil)
	m.Hooks.To(other)
	for range 5 { // the fifth succeeds
		m.Goods.Add(good{Name: "a"})
	}
	assert.Equal(t, "pending delivered pending delivered pending delivered pending delivered delivered delivered", m.states())
	for range 5 {
		m.Goods.Add(good{Name: "b"})
	}
	assert.Len(t, other.lines(), 10, "another subscription has its own count")
	sub, _ := m.Subs.Get(1)
	assert.True(t, sub.Off)
	m.Advance(time.Hour)
	assert.Len(t, k.lines(), 10, "the retries were dropped")
	for _, d := range m.Hooks.Deliveries()[:8] {
		if d.Subscription == "sub_1" {
			assert.Equal(t, Dropped, d.State)
			assert.Zero(t, d.Due)
		}
	}
}

func TestExhausted(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen(), withPolicy(func(p *Policy) { p.Disable = 0 }))
	k := newTill(m, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })
	m.Hooks.To(k)
	m.Goods.Add(good{Name: "a"})
	m.Advance(30 * time.Second)
	assert.Equal(t, "pending", m.states())
	m.Advance(time.Second)
	assert.Equal(t, "exhausted", m.states())
	assert.Len(t, k.lines(), 6)
	m.Advance(time.Hour)
	assert.Len(t, k.lines(), 6)
	m.Hooks.Send(m.Hooks.Deliveries()[0])
	m.Advance(time.Hour)
	assert.Len(t, k.lines(), 7, "sent by hand, and given up all the same")
}

func TestCountingDeliveriesGivenUp(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen(), withPolicy(func(p *Policy) { p.PerDelivery, p.Disable, p.Retries = true, 2, 1 }))
	k := newTill(m, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	m.Hooks.To(k)
	for range 3 {
		m.Goods.Add(good{})
		m.Advance(time.Minute)
	}
	assert.Equal(t, "exhausted exhausted", m.states(), "the third finds nobody")
	assert.Len(t, k.lines(), 4)
}

func TestGone(t *testing.T) {
	t.Parallel()
	gone := func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(410) }
	m := newMart(t, Frozen(), withGone())
	m.Hooks.To(newTill(m, gone))
	m.Goods.Add(good{})
	assert.Zero(t, m.Subs.Len())
	assert.Equal(t, "dropped", m.states())

	m = newMart(t, Frozen())
	m.Hooks.To(newTill(m, gone))
	m.Goods.Add(good{})
	assert.Equal(t, "pending", m.states(), "a failure like others")
}

func TestUnsubscribingDropsWhatWaits(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, statuses200(500))
	m.Hooks.To(k)
	m.Goods.Add(good{})
	r, err := http.NewRequest("DELETE", m.BaseURL()+"/subs/1", nil)
	require.NoError(t, err)
	answer, err := m.Client().Do(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, "dropped", m.states())
	m.Advance(time.Hour)
	assert.Len(t, k.lines(), 1)
}

// The secret is that of the attempt, the body that of the event.
func TestSecretOfTheMoment(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, statuses200(500))
	m.Hooks.To(k)
	m.Goods.Add(good{Name: "mug"})
	m.Locked(func() { m.set.secret = Secret{Present: "new", Former: "s3cret", Since: m.Now()} })
	m.Goods.Quiet().Change(1, func(g *good) { g.Name = "cup" })
	m.Advance(time.Second)
	body := k.all()
	require.Len(t, body, 2)
	assert.Equal(t, body[0], body[1])
	assert.Equal(t, "sha256="+martMAC("s3cret", []byte(body[0])), k.header(0).Get("X-Mart-Hmac"))
	assert.Equal(t, "sha256="+martMAC("new", []byte(body[0])), k.header(1).Get("X-Mart-Hmac"))
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	hangs := func(n int, _ http.ResponseWriter, r *http.Request) {
		if n == 1 {
			<-r.Context().Done()
		}
	}
	late := func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			time.Sleep(30 * time.Second)
		}
	}
	check := func(t *testing.T, m *mart, k *till) {
		t.Helper()
		a := m.Hooks.Attempts()
		require.Len(t, a, 2)
		assert.Equal(t, []string{"timeout", ""}, []string{a[0].Err, a[1].Err})
		assert.Equal(t, 10*time.Second, a[0].End.Sub(a[0].At))
		assert.Equal(t, []string{"09:00:00.000 POST /in", "09:00:11.000 POST /in"}, k.lines())
		assert.Equal(t, "delivered", m.states())
	}
	for name, receiver := range map[string]func(int, http.ResponseWriter, *http.Request){"hangs": hangs, "late": late} {
		for _, by := range []string{"waiting", "Advance"} {
			t.Run("in a bubble, "+name+", by "+by, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					m := newMart(t)
					k := newTill(m, receiver)
					m.Hooks.Receive("https://app.example/in", k)
					m.Hooks.ToURL("https://app.example/in")
					m.Goods.Add(good{})
					if by == "waiting" {
						time.Sleep(time.Minute)
					}
					m.Advance(time.Minute)
					check(t, m, k)
				})
			})
		}
		t.Run("in a bubble on a clock that stands, "+name, func(t *testing.T) {
			if name == "late" {
				t.Skip("it is never late there")
			}
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMart(t, Frozen())
				k := newTill(m, receiver)
				m.Hooks.Receive("https://app.example", k)
				m.Hooks.ToURL("https://app.example/in")
				m.Goods.Add(good{}) // comes back
				assert.Equal(t, UnderWay, m.Hooks.Attempts()[0].Verdict)
				m.Advance(9 * time.Second)
				assert.Equal(t, UnderWay, m.Hooks.Attempts()[0].Verdict)
				m.Advance(2 * time.Second)
				check(t, m, k)
			})
		})
	}
	t.Run("over loopback on a clock that stands", func(t *testing.T) {
		t.Parallel()
		m := newMart(t, Frozen())
		k := newTill(m, hangs)
		app := httptest.NewServer(k)
		t.Cleanup(app.Close)
		m.Hooks.ToURL(app.URL + "/in")
		m.post(t, "mug")
		m.Advance(time.Minute)
		check(t, m, k)
	})
}

// What the receiver says after its header has time of its own, and is read up to
// the limit.
func TestAnswerIsReadInPart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMart(t, withPolicy(func(p *Policy) { p.MaxRead = 1000 }))
		m.Hooks.To(newTill(m, func(n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 1:
				_, _ = w.Write(make([]byte, 1000))
			case 2:
				_, _ = w.Write(make([]byte, 1<<20))
			case 3:
				_, _ = w.Write([]byte("begun"))
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			case 4:
				w.WriteHeader(http.StatusEarlyHints)
				w.WriteHeader(202)
			}
		}))
		for range 4 {
			m.Goods.Add(good{})
			m.Settle()
		}
		var read []int
		for _, a := range m.Hooks.Attempts() {
			read = append(read, len(a.Answer))
		}
		assert.Equal(t, []int{1000, 1000, 5, 0}, read)
		assert.Equal(t, "delivered delivered delivered delivered", m.states())
	})
}
