package fake

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// limitAsk calls the shelf with a key and tells whether the limit let it pass.
func limitAsk(t *testing.T, s *shelf, key string) bool {
	t.Helper()
	status, _ := authAsk(t, s, key, "GET", "/books.json", "")
	require.Contains(t, []int{200, 429}, status)
	return status == 200
}

func TestLimit(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Frozen(), withLimit(2))
	var passed int
	s.Intercept(Throttled, func(*Call) { passed++ })
	ask := func(want ...bool) {
		t.Helper()
		for _, w := range want {
			require.Equal(t, w, limitAsk(t, s, "k"))
		}
	}
	ask(true)
	s.Advance(600 * time.Millisecond)
	ask(true, false, false)
	require.True(t, limitAsk(t, s, "r"), "each key has its own")
	s.Advance(399 * time.Millisecond)
	ask(false)
	s.Advance(time.Millisecond) // the first is a second ago
	ask(true, false)
	s.Advance(599 * time.Millisecond)
	ask(false)
	s.Advance(time.Millisecond) // so is the second
	ask(true, false)
	s.Advance(time.Second)
	ask(true, true, false)
	require.Equal(t, 7, passed)
	require.Len(t, s.Calls("ListBooks"), 14)
}

func TestLimitCountsWhatPassedTheStagesBefore(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Frozen(), withLimit(1))
	status, _ := authAsk(t, s, "r", "POST", "/books.json", "")
	require.Equal(t, 403, status)
	require.True(t, limitAsk(t, s, "r"), "what was refused before used nothing up")
	require.False(t, limitAsk(t, s, "r"))
}

// An interceptor can tell what the documented limit refused from what a fault
// did, and one at Throttled comes in time to put a fault on the call where the
// API asks for its limit first.
func TestLimitedAndThrottled(t *testing.T) {
	t.Parallel()
	api := tinyAPI(tinyRoute("Ask", "GET /a", func(*Call) string { return "yes" }))
	api.Stages = []Stage{Match, Limit, Faults, Handle}
	api.Limit = func(*Call) Budget { return Budget{Key: "all", Calls: 1, Window: time.Second} }
	s := New(t, api, nil, Frozen())
	var limited []bool
	s.Intercept(Throttled, func(c *Call) { require.NoError(t, c.Inject(NewFault("rate-limited"))) })
	s.Intercept(Body, func(c *Call) { limited = append(limited, c.Limited()) })
	for range 2 {
		status, body := tinyAsk(t, s, "GET", "/a")
		require.Equal(t, 400, status)
		require.Equal(t, "limited", body)
	}
	require.Equal(t, []bool{false, true}, limited)
	require.Equal(t, "rate-limited", s.Calls()[0].Fault)
	require.Empty(t, s.Calls()[1].Fault)
}

func TestNoLimit(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Frozen(), withLimit(0))
	for range 100 {
		require.True(t, limitAsk(t, s, "k"))
	}
}

// However many clients call at once, exactly as many pass as the document says.
func TestLimitUnderManyClientsAtOnce(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Frozen(), withLimit(7))
	for range 5 {
		var passed atomic.Int32
		var clients sync.WaitGroup
		for range 50 {
			clients.Go(func() {
				status, _, err := s.ask("GET", "/books.json", "")
				if err != nil {
					t.Error(err)
				}
				if status == 200 {
					passed.Add(1)
				}
			})
		}
		clients.Wait()
		require.EqualValues(t, 7, passed.Load())
		s.Advance(time.Second)
	}
}

// Nowhere on the time line is there a window with more calls than allowed, and
// none is refused while there was room.
func TestLimitInAnyWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const calls = 3
		s := newShelf(t, withLimit(calls))
		var clients sync.WaitGroup
		for n := range 50 {
			chance := rand.New(rand.NewPCG(uint64(n), 1))
			clients.Go(func() {
				for range 20 {
					time.Sleep(time.Duration(chance.IntN(30000)) * time.Millisecond)
					if _, _, err := s.ask("GET", "/books.json", ""); err != nil {
						t.Error(err)
					}
				}
			})
		}
		clients.Wait()
		var passed []time.Time
		refused := 0
		for _, call := range s.Calls() {
			inWindow := 0
			for _, at := range passed {
				if call.At.Sub(at) < time.Second {
					inWindow++
				}
			}
			if call.Status == 200 {
				require.Less(t, inWindow, calls)
				passed = append(passed, call.At)
			} else {
				require.Equal(t, calls, inWindow)
				refused++
			}
		}
		require.Positive(t, refused)
		require.Equal(t, 1000, refused+len(passed))
	})
}

// An earlier state brings back an earlier time, in which the calls that passed
// since have not been made.
func TestLimitWhenTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Frozen(), withLimit(1))
	before := s.Snapshot()
	s.Advance(time.Hour)
	require.True(t, limitAsk(t, s, "k"))
	require.False(t, limitAsk(t, s, "k"))
	s.Restore(before)
	require.True(t, limitAsk(t, s, "k"))
	require.False(t, limitAsk(t, s, "k"))
	s.Reset()
	require.True(t, limitAsk(t, s, "k"))
}

func TestLimitToldByRetryAfter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, after string
		wait        time.Duration // 0: no waiting time is told
	}{
		{"seconds", "2", 2 * time.Second},
		{"a date", "Sat, 01 Mar 2025 09:00:03 GMT", 3 * time.Second},
		{"a date in the past", "Sat, 01 Mar 2025 08:59:59 GMT", 0},
		{"zero", "0", 0},
		{"negative", "-1", 0},
		{"a fraction", "1.5", 0},
		{"a word", "soon", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(nil, At(clockStart), Frozen())
			defer s.Close()
			remove := s.Intercept(Body, func(call *Call) {
				call.Answer(Reply{Status: 503, Header: http.Header{"Retry-After": {c.after}}})
			})
			limitWait(t, s)
			remove()
			limitAsk(t, s, "r")
			require.Empty(t, s.Findings(), "another caller was told nothing")
			if c.wait > 0 {
				s.Advance(c.wait - 1500*time.Millisecond)
				limitAsk(t, s, "k")
				require.Equal(t, []Finding{{
					Call: 3, Kind: "too-soon", Mistake: true, Check: "GEN-WAIT-01",
					Detail: "ListBooks was called 1.5s before the time that Retry-After named",
				}}, s.Findings())
				s.Advance(1500 * time.Millisecond)
			}
			limitAsk(t, s, "k")
			require.Len(t, s.Findings(), map[bool]int{true: 1, false: 0}[c.wait > 0], "at the time itself it is soon enough")
		})
	}
}

// limitWait asks for the list, and wants to be told to come back.
func limitWait(t *testing.T, s *shelf) {
	t.Helper()
	status, _ := authAsk(t, s, "k", "GET", "/books.json", "")
	require.Equal(t, 503, status)
}
