package fake

import (
	"fmt"
	"iter"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// collectionShelf is a shelf with three books, on a clock that stands.
func collectionShelf(t *testing.T, tb TB) *shelf {
	t.Helper()
	s := newShelf(tb, At(clockStart), Frozen())
	for _, title := range []string{"Emma", "Persuasion", "Emma"} {
		s.Books.Add(book{Title: title, Tags: []string{"novel"}})
	}
	return s
}

func TestCollectionAdd(t *testing.T) {
	t.Parallel()
	s := newShelf(t, At(clockStart), Frozen())
	early := clockStart.Add(-time.Hour)
	require.Equal(t, book{ID: 1, Title: "Emma", Changed: clockStart}, s.Books.Add(book{Title: "Emma"}), "what is empty is filled in")
	require.Equal(t, book{ID: 7, Title: "x", Changed: early}, s.Books.Add(book{ID: 7, Title: "x", Changed: early}), "what is set stays")
	require.Equal(t, int64(8), s.Books.Add(book{}).ID, "ids go on behind the largest")
	require.Equal(t, int64(3), s.Books.Add(book{ID: 3}).ID)
	require.Equal(t, int64(9), s.Books.Add(book{}).ID)
	require.Equal(t, 5, s.Books.Len())
	require.JSONEq(t, `{"id":10,"title":"y"}`, s.must(t, "POST", "/books.json", `{"title":"y"}`), "handlers count on")
	s.Books.Remove(10)
	require.Equal(t, int64(11), s.Books.Add(book{}).ID, "the id of a removed record is not given again")
	var ids []int64
	for _, b := range s.Books.All() {
		ids = append(ids, b.ID)
	}
	require.Equal(t, []int64{1, 3, 7, 8, 9, 11}, ids)
}

func TestCollectionChange(t *testing.T) {
	t.Parallel()
	s := collectionShelf(t, t)
	s.Advance(time.Minute)
	later := clockStart.Add(time.Minute)
	got := s.Books.Change(2, func(b *book) { b.Title = "Sanditon" })
	require.Equal(t, book{ID: 2, Title: "Sanditon", Changed: later, Tags: []string{"novel"}}, got)
	set := clockStart.Add(-time.Hour)
	got = s.Books.Change(2, func(b *book) { b.Changed = set })
	require.Equal(t, set, got.Changed, "a time that the test sets stays")
	stored, is := s.Books.Get(2)
	require.True(t, is)
	require.Equal(t, got, stored)
	require.JSONEq(t, `{"id":2,"title":"Sanditon"}`, s.must(t, "GET", "/books/2.json", ""))
	first, _ := s.Books.Get(1)
	require.Equal(t, clockStart, first.Changed, "the others stay")
}

func TestCollectionRemove(t *testing.T) {
	t.Parallel()
	s := collectionShelf(t, t)
	s.Books.Remove(2)
	_, is := s.Books.Get(2)
	require.False(t, is)
	require.Equal(t, 2, s.Books.Len())
	status, _, err := s.ask("GET", "/books/2.json", "")
	require.NoError(t, err)
	require.Equal(t, 404, status)
}

func TestCollectionGivesAndTakesCopies(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	in := book{Title: "Emma", Tags: []string{"novel"}}
	spoil := func(b book) { b.Tags[0] = "spoilt" }
	out := s.Books.Add(in)
	spoil(in)
	spoil(out)
	got, _ := s.Books.Get(1)
	spoil(got)
	spoil(s.Books.All()[0])
	s.Books.Each(func(b book) bool { spoil(b); return true })
	var kept *book
	spoil(s.Books.Change(1, func(b *book) { kept = b }))
	spoil(*kept)
	s.Locked(func() {
		found, err := s.Books.Find(1)
		require.NoError(t, err)
		spoil(found)
	})
	got, _ = s.Books.Get(1)
	require.Equal(t, []string{"novel"}, got.Tags)
}

func TestCollectionEach(t *testing.T) {
	t.Parallel()
	s := collectionShelf(t, t)
	var seen []int64
	s.Books.Each(func(b book) bool {
		seen = append(seen, b.ID)
		s.Books.Remove(b.ID) // f may use the server, and sees what was there at first
		return b.ID < 2
	})
	require.Equal(t, []int64{1, 2}, seen)
	require.Equal(t, 1, s.Books.Len())
	require.Nil(t, newShelf(t).Books.All())
}

// What the store cannot hold, and what is not there, are mistakes of the test:
// fatal under a TB, a panic without. Nothing changes, and the server lives on.
func TestCollectionMistakes(t *testing.T) {
	t.Parallel()
	for text, mistake := range map[string]func(*shelf){
		"shelf: books: Add: id 2 is in use":                           func(s *shelf) { s.Books.Add(book{ID: 2}) },
		"shelf: books: Add: id -1 is negative":                        func(s *shelf) { s.Books.Add(book{ID: -1}) },
		"shelf: books: Change: there is no record 4":                  func(s *shelf) { s.Books.Change(4, func(*book) {}) },
		"shelf: books: Change: the id of record 2 cannot be changed":  func(s *shelf) { s.Books.Change(2, func(b *book) { b.ID = 5 }) },
		"shelf: books: Change: record 2: a star cannot be in a title": func(s *shelf) { s.Books.Change(2, func(b *book) { b.Title = "*" }) },
		"shelf: books: Remove: there is no record 4":                  func(s *shelf) { s.Books.Remove(4) },
		"shelf: books: Remove: there is no record 0":                  func(s *shelf) { s.Books.Quiet().Remove(0) },
	} {
		tb := &spy{}
		s := collectionShelf(t, tb)
		collectionForbid(s)
		before := s.Snapshot()
		require.Equal(t, text, tb.run(func() { mistake(s) }))
		require.Equal(t, string(before), string(s.Snapshot()))
		s.must(t, "GET", "/books.json", "")
		s.Close()

		s = collectionShelf(t, nil)
		collectionForbid(s)
		require.PanicsWithValue(t, text, func() { mistake(s) })
		require.Equal(t, string(before), string(s.Snapshot()))
		s.must(t, "GET", "/books.json", "")
		s.Close()
	}
}

// collectionForbid lets the shelf refuse a title too.
func collectionForbid(s *shelf) {
	negative := s.Books.spec.Illegal
	s.Books.spec.Illegal = func(b book) error {
		if b.Title == "*" {
			return fmt.Errorf("a star cannot be in a title")
		}
		return negative(b)
	}
}

// A test that ends inside Change leaves the lock behind it.
func TestCollectionChangeThatEnds(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := collectionShelf(t, tb)
	defer s.Close()
	require.Equal(t, "enough", tb.run(func() { s.Books.Change(1, func(*book) { tb.Fatalf("enough") }) }))
	require.Equal(t, 3, s.Books.Len())
}

// collectionNote is a record with a key of its own kind.
type collectionNote struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

func collectionNotes(s *Server, next func() string) *Collection[string, collectionNote] {
	return NewCollection(s.First(), Spec[string, collectionNote]{
		Name: "notes", Key: func(n *collectionNote) *string { return &n.Key }, NextKey: next,
	})
}

func TestCollectionWithTextKeys(t *testing.T) {
	t.Parallel()
	s := tinyServer(t)
	n := 0
	notes := collectionNotes(s, func() string { n++; return fmt.Sprintf("n%02d", 10-n) })
	require.Equal(t, "n09", notes.Add(collectionNote{}).Key)
	require.Equal(t, "n08", notes.Add(collectionNote{}).Key)
	require.Equal(t, "a", notes.Add(collectionNote{Key: "a"}).Key)
	require.Equal(t, []collectionNote{{Key: "a"}, {Key: "n08"}, {Key: "n09"}}, notes.All())
	require.Nil(t, notes.Wire("a"), "no wire form is kept")
	require.Empty(t, s.counters)

	tb := &spy{}
	s = tinyServer(tb)
	notes = collectionNotes(s, nil)
	require.Equal(t, "tiny: notes: Add: the record needs an id", tb.run(func() { notes.Add(collectionNote{Text: "x"}) }))
	require.Zero(t, notes.Len())
}

func TestCollectionCountersAreTheServers(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	other := s.AddTenant("other")
	more := NewCollection(other, Spec[int64, book]{Name: "books", Key: func(b *book) *int64 { return &b.ID }})
	require.Equal(t, int64(1), s.Books.Add(book{}).ID)
	require.Equal(t, int64(2), more.Add(book{}).ID)
	require.Equal(t, int64(3), s.Books.Add(book{}).ID)
	_, is := s.Books.Get(2)
	require.False(t, is, "one tenant's id is unknown to the next")
}

// A counter that runs into ids that are taken passes over them, and one at its
// end says so.
func TestCollectionCounterAtItsEnd(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := newShelf(tb)
	s.Books.Add(book{ID: 2})
	s.Restore(Snapshot(`{"counters":{"books":0}}`))
	require.Equal(t, int64(1), s.Books.Add(book{}).ID)
	require.Equal(t, int64(3), s.Books.Add(book{}).ID)
	s.Books.Add(book{ID: math.MaxInt64})
	require.Equal(t, "shelf: books: Add: there is no id left", tb.run(func() { s.Books.Add(book{}) }))
	require.Equal(t, 4, s.Books.Len())
}

func TestCollectionChanged(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	var told []string
	show := func(b *book) string {
		if b == nil {
			return "-"
		}
		return fmt.Sprint(b.ID, b.Title)
	}
	s.Books.spec.Changed = func(before, after *book) { told = append(told, show(before)+" > "+show(after)) }
	s.Books.Add(book{Title: "a"})
	s.Books.Change(1, func(b *book) { b.Title = "b" })
	s.must(t, "POST", "/books.json", `{"title":"c"}`)
	s.must(t, "PATCH", "/books/2.json", `{"title":"d"}`)
	s.Locked(func() { s.Books.Delete(&Call{}, 2); s.Books.Delete(&Call{}, 2) })
	s.Books.Remove(1)
	require.Equal(t, []string{"- > 1a", "1a > 1b", "- > 2c", "2c > 2d", "2d > -", "1b > -"}, told)
	told = nil
	quiet := s.Books.Quiet()
	quiet.Add(book{Title: "e"})
	quiet.Change(3, func(b *book) { b.Title = "f" })
	require.Equal(t, s.Books.All(), quiet.All(), "it is the same collection")
	quiet.Remove(3)
	s.Restore(Snapshot(`{"books":[{"id":1}]}`))
	s.Reset()
	require.Empty(t, told)
}

func TestCollectionForHandlers(t *testing.T) {
	t.Parallel()
	s := collectionShelf(t, t)
	s.Locked(func() {
		require.Equal(t, 3, s.Books.Count())
		_, err := s.Books.Find(9)
		require.Equal(t, &Error{Kind: NotFound}, err)
		require.Nil(t, s.Books.Wire(9))
		require.JSONEq(t, `{"id":1,"title":"Emma"}`, string(s.Books.Wire(1)))
		require.Equal(t, []int64{1, 3}, s.Books.Lookup("title", "emma"))
		require.Empty(t, s.Books.Lookup("title", ""))
		require.Empty(t, s.Books.Lookup("title", "Emma"))
		call := &Call{}
		s.Books.Delete(call, 9)
		require.False(t, call.changed, "nothing was there")
		b := s.Books.Insert(call, book{Title: "Sanditon"})
		require.Equal(t, int64(4), b.ID)
		require.True(t, call.changed)
		require.Equal(t, 1, call.inserted)
		b.Title = "Lady Susan"
		require.Equal(t, b, s.Books.Update(call, b))
		require.Panics(t, func() { s.Books.Update(call, book{ID: 9}) })
		require.Panics(t, func() { s.Books.Insert(call, book{ID: 4}) })
		require.Equal(t, 1, call.inserted)
	})
}

func TestCollectionRange(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	for range 5 {
		s.Books.Add(book{})
	}
	for _, c := range []struct {
		from, to int
		want     []int64
	}{
		{0, 5, []int64{1, 2, 3, 4, 5}},
		{1, 3, []int64{2, 3}},
		{3, 100, []int64{4, 5}},
		{-2, 2, []int64{1, 2}},
		{2, 2, nil},
		{5, 9, nil},
		{5, 0, []int64{5, 4, 3, 2, 1}},
		{3, 1, []int64{3, 2}},
		{100, 3, []int64{5, 4}},
		{2, -2, []int64{2, 1}},
		{9, 5, nil},
		{-1, -3, nil},
		{0, math.MaxInt, []int64{1, 2, 3, 4, 5}},
		{math.MinInt, math.MaxInt, []int64{1, 2, 3, 4, 5}},
		{math.MaxInt, math.MinInt, []int64{5, 4, 3, 2, 1}},
		{math.MaxInt - 2, math.MaxInt, nil},
		{math.MinInt, 1, []int64{1}},
	} {
		require.Equal(t, c.want, collectionIDs(s.Books.Range(c.from, c.to)), "from %d to %d", c.from, c.to)
	}
	for from, first := range map[int]int64{0: 1, 5: 5} {
		for b, wire := range s.Books.Range(from, 5-from) {
			require.Equal(t, first, b.ID)
			require.JSONEq(t, fmt.Sprintf(`{"id":%d,"title":""}`, first), string(wire))
			break
		}
	}
}

func collectionIDs(rows iter.Seq2[*book, []byte]) []int64 {
	var ids []int64
	for b := range rows {
		ids = append(ids, b.ID)
	}
	return ids
}

// What is removed while a range runs is not met any more.
func TestCollectionRangeWhileRecordsGo(t *testing.T) {
	t.Parallel()
	s := collectionShelf(t, t)
	for _, way := range [][2]int{{0, 3}, {3, 0}} {
		s.Restore(Snapshot(`{"books":[{"id":1},{"id":2},{"id":3}]}`))
		met := 0
		for range s.Books.Range(way[0], way[1]) {
			met++
			for id := range int64(4) {
				s.Books.Delete(&Call{}, id)
			}
		}
		require.Equal(t, 1, met)
	}
}
