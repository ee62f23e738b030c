package fake

import (
	"fmt"
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

// blocked is a ResponseWriter whose client takes nothing until it is let go.
type blocked struct {
	*httptest.ResponseRecorder
	free    chan struct{}
	flushed bool
}

func (b *blocked) Write(p []byte) (int, error) {
	<-b.free
	return b.ResponseRecorder.Write(p)
}

func (b *blocked) Flush() { b.flushed = true }

// While a reply is on its way, neither its event nor those behind it leave; they
// do when it has left every buffer.
func TestQueueWaitsForAReplyOnItsWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMart(t)
		w := &blocked{httptest.NewRecorder(), make(chan struct{}), false}
		k := newTill(m, nil)
		k.answer = func(int, http.ResponseWriter, *http.Request) { assert.True(t, w.flushed) }
		m.Hooks.To(k)
		go m.Handler().ServeHTTP(w, httptest.NewRequest("POST", "/api/goods", strings.NewReader(`{"name":"a"}`)))
		synctest.Wait()
		m.post(t, "b")
		m.Goods.Add(good{Name: "c"})
		synctest.Wait()
		assert.Empty(t, k.lines())
		close(w.free)
		m.Settle()
		assert.Equal(t, "a b c", k.names())
	})
}

// One at a time, also beside what Send sends.
func TestQueueWaitsForSend(t *testing.T) {
	t.Parallel()
	t.Run("from its receiver", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			m := newMart(t)
			k := newTill(m, nil)
			var order []string
			k.answer = func(n int, _ http.ResponseWriter, _ *http.Request) {
				order = append(order, fmt.Sprint("begin ", n))
				if n == 2 {
					m.Goods.Add(good{Name: "b"})
				}
				order = append(order, fmt.Sprint("end ", n))
			}
			m.Hooks.To(k)
			m.Goods.Add(good{Name: "a"})
			m.Hooks.Send(m.Hooks.Deliveries()[0])
			assert.Equal(t, []string{"begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"}, order, "before Send returns")
		})
	})
	t.Run("from elsewhere", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			m := newMart(t)
			takes := map[int]time.Duration{2: time.Second, 3: 2 * time.Second}
			k := newTill(m, func(n int, _ http.ResponseWriter, _ *http.Request) { time.Sleep(takes[n]) })
			m.Hooks.To(k)
			m.Goods.Add(good{Name: "sent"})
			d := m.Hooks.Deliveries()[0]
			var others sync.WaitGroup
			others.Go(func() { m.Goods.Add(good{Name: "a"}) }) // takes a second
			synctest.Wait()
			time.Sleep(500 * time.Millisecond)
			others.Go(func() { m.Hooks.Send(d) }) // takes two
			synctest.Wait()
			m.Goods.Add(good{Name: "b"})
			others.Wait()
			m.Settle()
			assert.Equal(t, []string{"09:00:00.000", "09:00:00.000", "09:00:00.500", "09:00:02.500"}, column(k.lines(), 0))
			assert.Equal(t, "sent a sent b", k.names())
		})
	})
}

// The time of a slow sender is its own; that of the receiver begins afterwards.
func TestTimeoutAfterASlowPost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMart(t)
		m.Hooks.To(newTill(m, func(n int, _ http.ResponseWriter, r *http.Request) {
			if n == 1 {
				<-r.Context().Done()
			}
		}))
		m.Inject(faultLine("slow-post over=30s call=1"))
		m.Goods.Add(good{})
		m.Advance(2 * time.Minute)
		a := m.Hooks.Attempts()
		require.Len(t, a, 2)
		assert.Equal(t, "timeout", a[0].Err)
		assert.Equal(t, 40*time.Second, a[0].End.Sub(a[0].At))
	})
}

// A timer that another one moves away does not run, though its moment had come.
func TestDueMovedAtItsMoment(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	var ran []string
	note := func(name string) func(time.Time) {
		return func(now time.Time) { ran = append(ran, name+" "+now.Format(time.TimeOnly)) }
	}
	at := nine.Add(time.Second)
	m.Locked(func() {
		m.Due("first", at, func(now time.Time) {
			note("first")(now)
			m.Due("second", now.Add(time.Hour), note("moved"))
		})
		m.Due("second", at, note("second"))
	})
	m.Advance(2 * time.Hour)
	assert.Equal(t, []string{"first 09:00:01", "moved 10:00:01"}, ran)
}
