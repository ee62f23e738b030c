package fake

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAwait(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	go func() {
		for range 3 {
			_, _, _ = s.ask("GET", "/books.json", "")
			_, _, _ = s.ask("POST", "/books.json", `{}`)
		}
	}()
	calls, err := s.Await(t.Context(), 2, "AddBook")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(calls), 2)
	for _, x := range calls {
		require.Equal(t, "AddBook", x.Op)
		require.Equal(t, 200, x.Status)
	}
	calls, err = s.Await(t.Context(), 6)
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 3, 4, 5, 6}, journalSeqs(calls))
	calls, err = s.Await(t.Context(), 0, "GetBook")
	require.NoError(t, err)
	require.Empty(t, calls)
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t)
		s.must(t, "GET", "/books.json", "")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		calls, err := s.Await(ctx, 3, "ListBooks", "AddBook")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.EqualError(t, err, "shelf: 1 of 3 calls ListBooks, AddBook came: context deadline exceeded")
		require.Equal(t, []int{1}, journalSeqs(calls))
		require.Equal(t, time.Minute, time.Since(start))
		_, err = s.Await(ctx, 2)
		require.EqualError(t, err, "shelf: 1 of 2 calls came: context deadline exceeded")
		calls, err = s.Await(ctx, 1)
		require.NoError(t, err, "what is there already needs no time")
		require.Len(t, calls, 1)
	})
}

// A call that waits for the clock has come: the test is to advance it.
func TestAwaitAHeldCall(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Frozen())
	done := clockHold(t, s, "1h")
	calls, err := s.Await(t.Context(), 1)
	require.NoError(t, err)
	require.Zero(t, calls[0].Status)
	require.Nil(t, calls[0].ReplyHeader)
	s.Advance(time.Hour)
	require.NoError(t, <-done)
}

// What is not kept cannot come.
func TestAwaitMoreThanIsKept(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := newShelf(tb, KeepJournal(2))
	defer s.Close()
	text := tb.run(func() { _, _ = s.Await(t.Context(), 3) })
	require.Equal(t, "shelf: Await(3): the journal keeps the last 2 calls only", text)
	for range 3 {
		s.must(t, "GET", "/books.json", "")
	}
	calls, err := s.Await(t.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, []int{2, 3}, journalSeqs(calls))
}
