package scenarios_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// Two hundred clients ask at once for what has three steps: run after run, each
// step answers exactly one of them. The requests go straight into the handler,
// for the connections have tests of their own.
func TestSequenceIsTakenOnceRunAfterRun(t *testing.T) {
	t.Parallel()
	const clients = 200
	s := story(t, "mode strict unknown=live\nstate customers=1\n-> GET ~/customers/1.json\n<- 211\n-> GET ~/customers/1.json\n<- 212\n-> GET ~/customers/1.json\n<- 213\n")
	for range 1_000 {
		watched := watch(func(w *spy) {
			run := s.Start(w, scenarios.FakeOptions(fake.KeepJournal(10)))
			handler, begin := run.Fake().Handler(), make(chan struct{})
			var statuses [600]int
			var mu sync.Mutex
			var all sync.WaitGroup
			for range clients {
				all.Go(func() {
					req := httptest.NewRequest("GET", "/v1/customers/1.json", nil)
					req.Header.Set("X-Cartfunnel-Account", "myshop")
					req.Header.Set("X-Cartfunnel-Api-Secret", "your_api_secret")
					w := httptest.NewRecorder()
					<-begin
					handler.ServeHTTP(w, req)
					mu.Lock()
					defer mu.Unlock()
					statuses[w.Code]++
				})
			}
			close(begin)
			all.Wait()
			require.Equal(t, []int{1, 1, 1, clients - 3}, []int{statuses[211], statuses[212], statuses[213], statuses[200]})
		})
		require.Empty(t, watched.failures())
	}
}

const longStory = `with     backoff 25h 1
hook     order.created -> app

# Two minutes to wait, then three days of retries
-> GET ~/apps/api/me
<- fault rate-limited retry-after=2m
-> GET ~/apps/api/me wait=2m..2m
<- live
=> order.created @o
<= 500
advance 75h
check app.failed == 3
check app.accepted == 1

-- o.json --
{"id": "ord_7"}
`

// Three days of the story take no time: neither the client's waiting nor the
// retries of a delivery. The best of some runs counts, as the machine may have
// other things to do.
func TestDaysTakeNoTime(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", longStory)
	best := time.Hour
	for range 10 {
		begun := time.Now()
		synctest.Test(t, func(t *testing.T) {
			from := time.Now()
			run := s.Start(t)
			c := newShopper(run)
			c.must(t, 429, "GET", "/apps/api/me", "")
			time.Sleep(2 * time.Minute)
			c.must(t, 200, "GET", "/apps/api/me", "")
			failures := 3
			run.Receiver(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if failures--; failures >= 0 {
					w.WriteHeader(http.StatusInternalServerError)
				}
			}))
			assert.Equal(t, 2*time.Minute, time.Since(from))
		})
		best = min(best, time.Since(begun))
	}
	assert.Less(t, best, 50*time.Millisecond)
}

// What the story has and nobody made happen fails the test, each thing with its
// file and line: a fault, a step, a delivery.
func TestWhatNeverHappens(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", `clock 2025-03-01T09:00:00Z frozen
state orders=1
hook * -> app
deliveries held
fault rate-limited on=GetMe call=2
-> PUT ~/apps/api/orders/{{id}}
<- live
-> GET ~/apps/api/me
<- live
-> GET ~/apps/api/me optional
<- live
-> GET ~/apps/api/me
<- live
`)
	watched := watch(func(w *spy) {
		run := s.Start(w)
		run.Receiver(answers(200))
		c := newShopper(run)
		c.must(t, 200, "PUT", "/apps/api/orders/"+jsonOf(t, run, "orders.0.id"), paid)
		c.must(t, 200, "GET", "/apps/api/me", "")
	})
	require.Len(t, watched.failures(), 3)
	assert.Equal(t, "s.txtar:13: step never reached: -> GET ~/apps/api/me", watched.failures()[0])
	assert.Equal(t, "s.txtar:6: fault never fired: rate-limited on=GetMe call=2 (1 call was made)", watched.failures()[1])
	assert.Regexp(t, `^s\.txtar:5: delivery never claimed: order\.updated ord_\w+, caused by request #1$`, watched.failures()[2])
}
