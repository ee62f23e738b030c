package fake

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Deliveries are no part of the state, subscriptions are.
func TestDeliveriesAndSnapshots(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, statuses200(500, 500, 500, 500))
	m.Hooks.To(k)
	before := m.Snapshot()
	m.Goods.Add(good{Name: "a"})
	m.Advance(10 * time.Second)
	require.Len(t, k.lines(), 4)
	assert.NotContains(t, string(m.Snapshot()), "hooks.example.com/1/")
	assert.JSONEq(t, `{"goods":[{"id":1,"name":"a"}],"subs":[{"id":1,"url":"https://hooks.example.com/1","topics":["good.added","good.changed","good.removed"]}],
		"clock":"2025-03-01T09:00:10Z","counters":{"goods":1,"subs":1}}`, string(m.Snapshot()))
	m.Restore(before)
	assert.Len(t, k.lines(), 4, "a restored record is no event")
	assert.Len(t, m.Hooks.Deliveries(), 1)
	assert.Equal(t, "pending", m.states())
	k.answer = statuses200(500, 500, 500, 500, 500)
	m.Advance(time.Minute) // over the moment of the fifth attempt
	require.Len(t, k.lines(), 6)
	sub, _ := m.Subs.Get(1)
	assert.False(t, sub.Off, "the count of failures began anew")
	m.Restore(Snapshot(`{"subs":[]}`))
	m.Hooks.Hold()
	assert.Equal(t, "delivered", m.states())
}

func TestRestoreDropsWhatWaitsForNobody(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, statuses200(500))
	m.Hooks.To(k)
	m.Goods.Add(good{})
	m.Restore(Snapshot(`{"subs":[]}`))
	assert.Equal(t, "dropped", m.states())
	m.Advance(time.Hour)
	assert.Len(t, k.lines(), 1)
}

func TestResetForgetsDeliveries(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, statuses200(500))
	m.Hooks.To(k)
	m.Goods.Add(good{Name: "a"})
	fresh := m.Hooks.Hold()
	m.Reset()
	fresh()
	assert.Empty(t, m.Hooks.Deliveries())
	assert.Empty(t, m.Hooks.Attempts())
	m.Advance(time.Hour)
	assert.Len(t, k.lines(), 1, "the retry is forgotten")
	m.Hooks.ToURL("https://hooks.example.com/1")
	m.Goods.Add(good{Name: "b"})
	assert.Equal(t, "withheld", m.states(), "and so is the receiver")
	second := newTill(m, nil)
	m.Hooks.To(second)
	m.Goods.Add(good{Name: "c"})
	assert.Equal(t, "/1", strings.Fields(second.lines()[0])[2])
	assert.Equal(t, 3, m.Hooks.Deliveries()[2].Seq)
}

// A Reset, and a Close, break an attempt off whose receiver does not answer.
func TestResetAndCloseBreakOff(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*mart){"Reset": func(m *mart) { m.Reset() }, "Close": func(m *mart) { m.Close() }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMart(t, Frozen())
				over := false
				m.Hooks.To(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					_, _ = io.ReadAll(r.Body) // else net/http does not look whether the sender is there
					<-r.Context().Done()
					over = true
				}))
				m.Goods.Add(good{})
				require.False(t, over)
				end(m)
				synctest.Wait()
				assert.True(t, over)
			})
		})
	}
}

func TestClosedServerSendsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMart(t)
		k := newTill(m, statuses200(500))
		m.Hooks.To(k)
		m.Goods.Add(good{Name: "a"})
		m.Close()
		time.Sleep(time.Hour)
		m.Goods.Add(good{Name: "b"})
		assert.Equal(t, "a", k.names())
		assert.Equal(t, "pending pending", m.states())
	})
}

// A bubble does not end before the last goroutine in it has.
func TestDeliveriesLeaveNoGoroutine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for i := range 20 {
			m := newMart(nil)
			k := newTill(m, statuses200(500))
			m.Hooks.To(k)
			m.Inject(faultLine("duplicate parallel=yes times=30 optional"))
			for range 3 {
				m.Goods.Add(good{Name: fmt.Sprint(i)})
			}
			m.Advance(time.Minute)
			m.Goods.Add(good{Name: "waits"})
			m.Close()
			require.NotEmpty(t, k.lines())
		}
	})
}

// A failed test shows what was sent.
func TestFailedTestShowsDeliveries(t *testing.T) {
	t.Parallel()
	var s spy
	m := newMart(&s, Frozen())
	m.Hooks.To(newTill(m, statuses200(404)))
	m.Inject(faultLine("retry call=2"))
	m.Goods.Add(good{})
	m.Advance(time.Second)
	s.Errorf("it failed")
	s.cleanup()
	require.Len(t, s.logs, 1)
	assert.Equal(t, `mart: deliveries
1    09:00:00.000 good.added -> https://hooks.example.com/1  pending
     09:00:00.000 attempt 1: 404, failed
     09:00:01.000 attempt 2: 200 the answer was lost, failed, fault retry call=2
`, s.logs[0])
}

func TestDueRunsInOrder(t *testing.T) {
	t.Parallel()
	for _, frozen := range []bool{true, false} {
		t.Run(fmt.Sprint("frozen=", frozen), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMart(t)
				if frozen {
					m = newMart(t, Frozen())
				}
				k := newTill(m, statuses200(500))
				m.Hooks.To(k)
				m.Goods.Add(good{Name: "retried"}) // again at 09:00:01
				emit := func(name string) func(time.Time) {
					return func(now time.Time) {
						m.Hooks.Emit(Event{Topic: "good.added", At: now, Data: fmt.Appendf(nil, `{"name":%q}`, name)})
					}
				}
				m.Locked(func() {
					m.Due("late", nine.Add(time.Hour), emit("late"))
					m.Due("same", nine.Add(time.Second), emit("same"))
					m.Due("soon", nine.Add(500*time.Millisecond), emit("soon"))
					m.Due("moved", nine.Add(time.Minute), emit("old"))
					m.Due("moved", nine.Add(2*time.Second), emit("moved"))
					m.Due("never", nine.Add(time.Second), emit("never"))
					m.Due("never", time.Time{}, nil)
					m.Due("unknown", time.Time{}, nil)
					m.Due("chain", nine.Add(3*time.Second), func(now time.Time) {
						emit("first")(now)
						m.Due("chain", now.Add(time.Second), emit("second"))
						m.Due("past", now.Add(-time.Hour), emit("past"))
					})
				})
				m.Advance(2 * time.Hour)
				assert.Equal(t, "retried soon retried same moved first past second late", k.names())
				assert.Equal(t, []string{
					"09:00:00.000", "09:00:00.500", "09:00:01.000", "09:00:01.000", "09:00:02.000", "09:00:03.000", "09:00:03.000", "09:00:04.000", "10:00:00.000",
				}, column(k.lines(), 0))
				assert.Contains(t, k.all()[7], `"at":"09:00:04.000"`)
			})
		})
	}
}

// Without anybody to advance it, time comes by itself.
func TestDueByWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMart(t)
		var at []time.Time
		m.Locked(func() {
			m.Due("a", nine.Add(time.Hour), func(now time.Time) { at = append(at, now, m.Now()) })
		})
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, []time.Time{nine.Add(time.Hour), nine.Add(time.Hour)}, at)
	})
}

func TestDueAndReset(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	ran := 0
	set := func() { m.Locked(func() { m.Due("a", m.Now().Add(time.Hour), func(time.Time) { ran++ }) }) }
	set()
	m.Reset()
	m.Advance(2 * time.Hour)
	assert.Zero(t, ran, "Reset forgets timers")
	set()
	m.Restore(Snapshot(`{"clock":"2025-03-02T09:00:00Z"}`))
	m.Settle()
	assert.Equal(t, 1, ran, "a clock that is put forward reaches it")
	set()
	m.Close()
	m.clock.step(nine.Add(1000 * time.Hour))
	m.clock.settle()
	assert.Equal(t, 1, ran, "a closed server runs none")
}

func column(lines []string, n int) []string {
	var c []string
	for _, line := range lines {
		c = append(c, strings.Fields(line)[n])
	}
	return slices.Clip(c)
}

// Calls that cause events, over TLS and HTTP/2 too.
func TestDeliveriesOverTLS(t *testing.T) {
	t.Parallel()
	for name, opt := range map[string]Option{"TLS": TLS(), "HTTP2": HTTP2()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMart(t, Frozen(), opt)
			k := newTill(m, nil)
			m.Hooks.To(k)
			for _, good := range []string{"a", "b"} {
				m.post(t, good)
				m.Settle()
			}
			assert.Equal(t, "a b", k.names())
		})
	}
}

// One delivery, sent by several at the same instant.
func TestSendAtTheSameInstant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMart(t)
		var mu sync.Mutex
		now, most := 0, 0
		m.Hooks.To(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
		}))
		m.Hooks.Hold()
		m.Goods.Add(good{})
		d := m.Hooks.Pending()[0]
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() { m.Hooks.Send(d) })
		}
		both.Wait()
		assert.Equal(t, 2, most)
		assert.Equal(t, "delivered", m.states())
		assert.Len(t, m.Hooks.Attempts(), 2)
	})
}

// An API package sets its timers anew when records are put back.
func TestRestoredIsTold(t *testing.T) {
	t.Parallel()
	var s *Server
	var told []time.Time
	api := tinyAPI()
	api.Restored = func() { told = append(told, s.clock.now()) } // under the lock
	s = New(t, api, nil, At(nine), Frozen())
	s.Restore(Snapshot(`{"clock":"2025-03-02T09:00:00Z"}`))
	assert.Equal(t, []time.Time{nine.AddDate(0, 0, 1)}, told)
}
