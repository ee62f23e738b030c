package fake

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// collectionModel is a collection as a map: what the real one must be like.
type collectionModel map[int64]book

func (m collectionModel) sorted() []book {
	return slices.SortedFunc(maps.Values(m), func(a, b book) int { return cmp.Compare(a.ID, b.ID) })
}

// titled are the ids of the books with a title, for an index.
func (m collectionModel) titled(title string) []int64 {
	var ids []int64
	for _, b := range m.sorted() {
		if title != "" && strings.ToLower(b.Title) == title {
			ids = append(ids, b.ID)
		}
	}
	return ids
}

// step does the same to both: any of what tests and handlers can do.
func (m collectionModel) step(s *shelf, chance *rand.Rand) {
	id := int64(1 + chance.IntN(40))
	title := []string{"", "A", "a", "B", "c"}[chance.IntN(5)]
	have, is := m[id]
	rename := func(b *book) { b.Title = title }
	switch chance.IntN(7) {
	case 0:
		if !is {
			m[id] = s.Books.Add(book{ID: id, Title: title})
		}
	case 1:
		b := s.Books.Add(book{Title: title})
		m[b.ID] = b
	case 2:
		if is {
			m[id] = s.Books.Change(id, rename)
		}
	case 3:
		if is {
			s.Books.Quiet().Remove(id)
			delete(m, id)
		}
	case 4:
		s.Locked(func() { b := s.Books.Insert(&Call{}, book{Title: title}); m[b.ID] = b })
	case 5:
		if is {
			rename(&have)
			s.Locked(func() { m[id] = s.Books.Update(&Call{}, have) })
		}
	case 6:
		s.Locked(func() { s.Books.Delete(&Call{}, id) })
		delete(m, id)
	}
	if len(m) > 30 {
		s.Reset()
		clear(m)
	}
}

// collectionSame compares all that can be asked.
func collectionSame(t *testing.T, s *shelf, m collectionModel, chance *rand.Rand) {
	t.Helper()
	all := m.sorted()
	require.Equal(t, all, s.Books.All())
	require.Equal(t, len(m), s.Books.Len())
	for id := range int64(45) {
		got, is := s.Books.Get(id)
		want, has := m[id]
		require.Equal(t, has, is)
		require.Equal(t, want, got)
	}
	s.Locked(func() {
		for _, title := range []string{"", "a", "b", "c", "d"} {
			require.Equal(t, m.titled(title), s.Books.Lookup("title", title), "title %q", title)
		}
		from, to := chance.IntN(40)-4, chance.IntN(40)-4
		var want []int64
		for i := min(from, to); i < max(from, to); i++ {
			if i >= 0 && i < len(all) {
				want = append(want, all[i].ID)
			}
		}
		if from > to {
			slices.Reverse(want)
		}
		require.Equal(t, want, collectionIDs(s.Books.Range(from, to)))
		array := "["
		for _, id := range want {
			array += string(s.Books.Wire(id)) + ","
		}
		require.Equal(t, strings.TrimSuffix(array, ",")+"]", string(s.Books.Array(from, to)))
	})
}

func TestCollectionIsLikeAMap(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		chance := rand.New(rand.NewPCG(seed, 1))
		s := newShelf(t, At(clockStart), Frozen())
		m := collectionModel{}
		for range 400 {
			m.step(s, chance)
			collectionSame(t, s, m, chance)
		}
	}
}

// A collection is used from many sides at once.
func TestCollectionInParallel(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	var work sync.WaitGroup
	for n := range 8 {
		work.Go(func() {
			for range 50 {
				b := s.Books.Add(book{Title: "x", Tags: []string{"a"}})
				s.Books.Each(func(b book) bool { b.Tags = append(b.Tags, "b"); return b.ID < 5 })
				s.Books.Change(b.ID, func(b *book) { b.Tags[0] = "c" })
				authAsk(t, s, "k", "GET", "/books.json", "")
				if n%2 == 0 {
					s.Books.Remove(b.ID)
				}
			}
		})
	}
	work.Wait()
	require.Equal(t, 200, s.Books.Len())
	for i, b := range s.Books.All() {
		require.Equal(t, []string{"c"}, b.Tags)
		require.True(t, i == 0 || s.Books.rows[i-1].key < b.ID)
	}
}
