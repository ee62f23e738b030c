package fake

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Not parallel: goroutines are counted for the whole process.
func TestManyServers(t *testing.T) {
	const servers = 1000
	before := runtime.NumGoroutine()
	var work sync.WaitGroup
	var wrong atomic.Int32
	all := make([]*shelf, servers)
	for n := range servers {
		work.Go(func() {
			s := newShelf(nil, At(clockStart), Frozen(), Seed(uint64(n)))
			all[n] = s
			s.Advance(time.Duration(n) * time.Second)
			for range 2 {
				status, _, err := s.ask("POST", "/books.json", fmt.Sprintf(`{"title":"%d"}`, n))
				if status != 200 || err != nil {
					wrong.Add(1)
				}
			}
		})
	}
	work.Wait()
	require.Zero(t, wrong.Load())
	for n, s := range all { // each has a state, a clock and a journal of its own
		at := clockStart.Add(time.Duration(n) * time.Second)
		title := fmt.Sprint(n)
		require.Equal(t, []book{{ID: 1, Title: title, Changed: at}, {ID: 2, Title: title, Changed: at}}, s.Books.All())
		require.Equal(t, []int{1, 2}, journalSeqs(s.Calls()))
		require.Equal(t, at, s.Now())
		work.Go(s.Close)
	}
	work.Wait()
	closeGone(t, before)
}

// All calls are in the server at the same time before the first is answered.
func TestManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	const calls = manyCalls
	s := newShelf(t, At(clockStart), Frozen())
	s.Inject(NewFault("slow-headers").Set("delay", "1m"))
	var clients sync.WaitGroup
	var answered atomic.Int32
	for n := range calls {
		clients.Go(func() {
			status, text, err := s.ask("POST", "/books.json", fmt.Sprintf(`{"title":"%d"}`, n))
			if err != nil || status != 200 {
				t.Errorf("call %d: %d %s, %v", n, status, text, err)
				return
			}
			answered.Add(1)
		})
	}
	held, err := s.Await(context.Background(), calls)
	require.NoError(t, err)
	require.Len(t, held, calls)
	require.Zero(t, answered.Load())
	s.Advance(time.Minute)
	clients.Wait()
	require.EqualValues(t, calls, answered.Load())
	require.Equal(t, calls, s.Books.Len())
	titles := map[string]bool{}
	for _, b := range s.Books.All() {
		titles[b.Title] = true
	}
	require.Len(t, titles, calls)
	for i, x := range s.Calls() {
		require.Equal(t, i+1, x.Seq)
		require.Equal(t, 200, x.Status)
		require.True(t, x.Committed)
	}
}
