package fake

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// titles are what a listing shows, in its order.
func titles(rows iter.Seq2[*book, []byte]) []string {
	var all []string
	for b := range rows {
		all = append(all, b.Title)
	}
	return all
}

func TestAsOf(t *testing.T) {
	t.Parallel()
	s := newShelf(t, At(clockStart), Frozen())
	asOf := func(ago time.Duration) (all []string) {
		s.Locked(func() { all = titles(s.Books.AsOf(clockStart.Add(10*time.Minute - ago))) })
		return all
	}
	s.Books.Add(book{Title: "a"})
	s.Advance(time.Minute) // 1
	s.Books.Add(book{Title: "b"})
	s.Advance(time.Minute) // 2
	s.Books.Change(1, func(b *book) { b.Title = "a2" })
	s.Books.Change(1, func(b *book) { b.Title = "a3" })
	s.Advance(time.Minute) // 3
	s.Books.Remove(2)
	s.Books.Add(book{ID: 2, Title: "c"})
	s.Advance(7 * time.Minute)

	require.Equal(t, []string{"a3", "c"}, asOf(0))
	require.Equal(t, []string{"a3", "c"}, asOf(7*time.Minute), "a change counts from its own moment")
	require.Equal(t, []string{"a3", "b"}, asOf(7*time.Minute+1))
	require.Equal(t, []string{"a3", "b"}, asOf(8*time.Minute))
	require.Equal(t, []string{"a", "b"}, asOf(8*time.Minute+1))
	require.Equal(t, []string{"a"}, asOf(9*time.Minute+1))
	require.Empty(t, asOf(10*time.Minute+1))

	// An hour is as far as this collection goes back.
	s.Advance(52 * time.Minute)
	s.Books.Change(1, func(b *book) { b.Title = "a4" })
	s.Locked(func() { require.Len(t, s.Books.past, 5, "what is older than an hour is forgotten") })
	require.Equal(t, []string{"a3", "b"}, asOf(7*time.Minute+1))
	s.Reset()
	s.Locked(func() { require.Empty(t, titles(s.Books.AsOf(clockStart.Add(-time.Hour)))) })
}
