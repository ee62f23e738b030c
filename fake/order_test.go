package fake

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// byTitle is the order "title" of the shelf, worked out the slow way.
func byTitle(s *shelf) []book {
	all := s.Books.All()
	slices.SortStableFunc(all, func(a, b book) int { return strings.Compare(a.Title, b.Title) })
	return all
}

func ids(books []book) []int64 {
	var ids []int64
	for _, b := range books {
		ids = append(ids, b.ID)
	}
	return ids
}

func TestOrderIsKeptThroughChanges(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(7, 7))
	s := newShelf(t, Frozen())
	title := func() string { return string(rune('a' + chance.IntN(26))) }
	for range 700 {
		s.Books.Add(book{Title: title()})
	}
	for step := range 3000 {
		id := int64(1 + chance.IntN(900))
		_, is := s.Books.Get(id)
		switch {
		case !is:
			s.Books.Add(book{Title: title()})
		case chance.IntN(2) == 0:
			s.Books.Remove(id)
		default:
			s.Books.Change(id, func(b *book) { b.Title = title() })
		}
		if step%100 != 0 {
			continue
		}
		want := byTitle(s)
		s.Locked(func() {
			o := s.Books.By("title")
			require.Equal(t, len(want), o.Count())
			from, to := chance.IntN(1000)-50, chance.IntN(1000)-50
			got := collectionIDs(o.Range(from, to))
			part := ids(want[min(max(min(from, to), 0), len(want)):min(max(from, to, 0), len(want))])
			if from > to {
				slices.Reverse(part)
			}
			require.Equal(t, part, got, "from %d to %d", from, to)
			limit := title()
			require.Equal(t,
				len(slices.DeleteFunc(want, func(b book) bool { return b.Title >= limit })),
				o.Position(func(b *book) bool { return b.Title < limit }))
		})
	}
}

func TestOrderOfNothing(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.Locked(func() {
		o := s.Books.By("title")
		require.Zero(t, o.Count())
		require.Zero(t, o.Position(func(*book) bool { return true }))
		require.Empty(t, collectionIDs(o.Range(0, 10)))
		require.Same(t, o, s.Books.By("title"), "made once")
	})
	added := s.Books.Add(book{Title: "x"})
	s.Locked(func() { require.Equal(t, []int64{added.ID}, collectionIDs(s.Books.By("title").Range(0, 9))) })
	s.Books.Remove(added.ID)
	s.Locked(func() { require.Empty(t, collectionIDs(s.Books.By("title").Range(9, 0))) })
	s.Reset()
	s.Books.Add(book{Title: "y"})
	s.Locked(func() {
		require.Equal(t, 1, s.Books.By("title").Count(), "the state was put back, and the order with it")
	})
}

func TestOrderUnknown(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.Locked(func() {
		require.PanicsWithValue(t, `fake: books has no order "colour"`, func() { s.Books.By("colour") })
	})
}

// A record stands under each of its texts, and under none of them any more once
// it has changed.
func TestIndexWithSeveralTexts(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.Books.Add(book{Tags: []string{"red", "blue", "red", ""}})
	s.Books.Add(book{Tags: []string{"red"}})
	lookup := func(tag string) (found []int64) {
		s.Locked(func() { found = s.Books.Lookup("tag", tag) })
		return found
	}
	require.Equal(t, []int64{1, 2}, lookup("red"))
	require.Equal(t, []int64{1}, lookup("blue"))
	require.Empty(t, lookup(""))
	s.Books.Change(1, func(b *book) { b.Tags = []string{"blue", "blue"} })
	require.Equal(t, []int64{2}, lookup("red"))
	require.Equal(t, []int64{1}, lookup("blue"))
	s.Books.Remove(1)
	require.Empty(t, lookup("blue"))
}

func TestLook(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	added := s.Books.Add(book{Title: "x"})
	s.Locked(func() {
		v, wire := s.Books.Look(added.ID)
		require.Equal(t, "x", v.Title)
		require.JSONEq(t, fmt.Sprintf(`{"id":%d,"title":"x"}`, added.ID), string(wire))
		v, wire = s.Books.Look(99)
		require.Nil(t, v)
		require.Nil(t, wire)
	})
}
