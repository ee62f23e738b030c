package fake

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRestoreWhole(t *testing.T) {
	t.Parallel()
	s, others := stateTenants(t, t)
	s.Books.Add(book{Title: "Emma", Tags: []string{"novel"}})
	others.Add(book{Title: "theirs"})
	s.Advance(time.Minute)
	before := s.Snapshot()

	s.must(t, "POST", "/books.json", `{"title":"Persuasion"}`)
	s.must(t, "PATCH", "/books/1.json", `{"title":"Sanditon"}`)
	others.Remove(2)
	s.Advance(time.Hour)
	require.NotEqual(t, string(before), string(s.Snapshot()))

	s.Restore(before)
	require.Equal(t, string(before), string(s.Snapshot()))
	require.JSONEq(t, `[{"id":1,"title":"Emma"}]`, s.must(t, "GET", "/books.json", ""))
	require.JSONEq(t, `{"id":3,"title":"x"}`, s.must(t, "POST", "/books.json", `{"title":"x"}`), "ids go on as they did then")
	s.Locked(func() {
		require.Equal(t, []int64{1}, s.Books.Lookup("title", "emma"))
		require.Empty(t, s.Books.Lookup("title", "sanditon"))
	})
	require.Len(t, s.Calls(), 4, "the journal is no part of the state")

	other, _ := stateTenants(t, t)
	other.Restore(before)
	require.Equal(t, string(before), string(other.Snapshot()), "it fits any server of the API")
}

func TestRestoreInPart(t *testing.T) {
	t.Parallel()
	const begin = `{"books":[{"id":1,"title":"Emma","changed":"2025-03-01T08:00:00Z"}],` +
		`"tenants":{"other":{"books":[{"id":2,"title":"theirs","changed":"2025-03-01T08:00:00Z"}]}},` +
		`"clock":"2025-03-01T09:00:00Z","counters":{"books":2}}`
	for snap, want := range map[string]string{
		`{}`:                                    begin,
		`{"books":[]}`:                          `{"books":[],"tenants":{"other":{"books":[{"id":2,"title":"theirs","changed":"2025-03-01T08:00:00Z"}]}},"clock":"2025-03-01T09:00:00Z","counters":{"books":2}}`,
		`{"clock":"2025-03-01T10:00:00+01:00"}`: begin,
		`{"clock":"2024-01-01T00:00:00Z"}`:      `{"books":[{"id":1,"title":"Emma","changed":"2025-03-01T08:00:00Z"}],"tenants":{"other":{"books":[{"id":2,"title":"theirs","changed":"2025-03-01T08:00:00Z"}]}},"clock":"2024-01-01T00:00:00Z","counters":{"books":2}}`,
		`{"counters":{"baskets":3}}`:            `{"books":[{"id":1,"title":"Emma","changed":"2025-03-01T08:00:00Z"}],"tenants":{"other":{"books":[{"id":2,"title":"theirs","changed":"2025-03-01T08:00:00Z"}]}},"clock":"2025-03-01T09:00:00Z","counters":{"baskets":3}}`,
		`{"tenants":{}}`:                        begin,
		`{"tenants":{"other":{}}}`:              begin,
		`{"tenants":{"other":{"books":[{}]}}}`:  `{"books":[{"id":1,"title":"Emma","changed":"2025-03-01T08:00:00Z"}],"tenants":{"other":{"books":[{"id":3,"title":"","changed":"2025-03-01T09:00:00Z"}]}},"clock":"2025-03-01T09:00:00Z","counters":{"books":3}}`,
		// records without an id get one that no other has; times are those of the snapshot's clock
		`{"books":[{"title":"a"},{"id":9},{"title":"b"},{"id":3}],"clock":"2024-01-01T00:00:00Z"}`: `{"books":[{"id":3,"title":"","changed":"2024-01-01T00:00:00Z"},{"id":9,"title":"","changed":"2024-01-01T00:00:00Z"},{"id":10,"title":"a","changed":"2024-01-01T00:00:00Z"},{"id":11,"title":"b","changed":"2024-01-01T00:00:00Z"}],"tenants":{"other":{"books":[{"id":2,"title":"theirs","changed":"2025-03-01T08:00:00Z"}]}},"clock":"2024-01-01T00:00:00Z","counters":{"books":11}}`,
	} {
		s, _ := stateTenants(t, t)
		s.Restore(Snapshot(begin))
		require.Equal(t, begin, string(s.Snapshot()))
		s.Restore(Snapshot(snap))
		require.Equal(t, want, string(s.Snapshot()), snap)
	}
}

func TestRestoreOfWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	const rest = `"tenants":{"other":{"books":[]}},"clock":"2024-01-01T00:00:00Z","counters":{"books":40},`
	for snap, want := range map[string]string{
		``:                                      "unexpected end of JSON input",
		`{`:                                     "unexpected end of JSON input",
		`{"books":[]} {}`:                       "invalid character '{' after top-level value",
		`{"books":[]}x`:                         "invalid character 'x' after top-level value",
		`{"books":[],}`:                         "invalid character '}' looking for beginning of object key string",
		`[]`:                                    "want a JSON object",
		`"x"`:                                   "want a JSON object",
		`null`:                                  "want a JSON object",
		`{` + rest + `"books":{}}`:              "books: json: cannot unmarshal object into Go value of type []fake.book",
		`{` + rest + `"books":null}`:            "books: want a value, not null",
		`{` + rest + `"books":[],"books":[]}`:   "books stands twice",
		`{` + rest + `"book":[]}`:               `there is no collection "book" (did you mean "books"?); there are books`,
		`{` + rest + `"Books":[]}`:              `there is no collection "Books" (did you mean "books"?); there are books`,
		`{` + rest + `"orders":[]}`:             `there is no collection "orders"; there are books`,
		`{` + rest + `"books":[{"id":"1"}]}`:    "books: json: cannot unmarshal string into Go struct field book.id of type int64",
		`{` + rest + `"books":[{"titel":"x"}]}`: `books: json: unknown field "titel"`,
		`{` + rest + `"books":[{"id":1},{"id":2},{"id":1}]}`:                            "books: id 1 stands twice",
		`{` + rest + `"books":[{"id":1},{"id":-2}]}`:                                    "books: record 2: id -2 is negative",
		`{` + rest + `"books":[{"id":9223372036854775807},{}]}`:                         "books: record 2: there is no id left",
		`{` + rest + `"books":[{"id":9223372036854775808}]}`:                            "books: json: cannot unmarshal number 9223372036854775808 into Go struct field book.id of type int64",
		`{"books":[],"clock":"yesterday"}`:                                              `clock: parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"`,
		`{"books":[],"clock":1}`:                                                        "clock: Time.UnmarshalJSON: input is not a JSON string",
		`{"books":[],"clock":null}`:                                                     "clock: want a value, not null",
		`{"books":[],"clock":"9999-12-31T23:59:59Z"}`:                                   "clock: 9999-12-31T23:59:59Z is more than 200 years from where the clock started",
		`{"books":[],"counters":[]}`:                                                    "counters: json: cannot unmarshal array into Go value of type map[string]int64",
		`{"books":[],"counters":null}`:                                                  "counters: want a value, not null",
		`{"books":[],"counters":{"books":-1}}`:                                          "counters: books is -1",
		`{"books":[],"counters":{"books":1.5}}`:                                         "counters: json: cannot unmarshal number 1.5 into Go value of type int64",
		`{"books":[],"tenants":{"others":{}}}`:                                          `tenants: there is no "others"`,
		`{"books":[],"tenants":{"":{}}}`:                                                `tenants: there is no ""`,
		`{"books":[],"tenants":[]}`:                                                     "want a JSON object",
		`{"books":[],"tenants":{"other":[]}}`:                                           "want a JSON object",
		`{"books":[],"tenants":{"other":{"books":[{"id":1},{"id":1}]}}}`:                "books: id 1 stands twice",
		`{"books":[{"title":"new"}],"tenants":{"other":{"books":[{}],"clock":"2024"}}}`: `there is no collection "clock"; there are books`,
	} {
		tb := &spy{}
		s, others := stateTenants(t, tb)
		s.Books.Add(book{Title: "Emma", Tags: []string{"novel"}})
		others.Add(book{Title: "theirs"})
		before := s.Snapshot()
		require.Equal(t, "shelf: Restore: "+want, tb.run(func() { s.Restore(Snapshot(snap)) }), snap)
		restoreUnchanged(t, s, before)
		s.Close()
	}
}

// restoreUnchanged makes sure that nothing of a state was touched.
func restoreUnchanged(t *testing.T, s *shelf, before Snapshot) {
	t.Helper()
	require.Equal(t, string(before), string(s.Snapshot()))
	s.Locked(func() { require.Equal(t, []int64{1}, s.Books.Lookup("title", "emma")) })
	require.JSONEq(t, `[{"id":1,"title":"Emma"}]`, s.must(t, "GET", "/books.json", ""))
	require.Equal(t, int64(3), s.Books.Add(book{}).ID)
}

// Keys that a random source gives are as they would have been, too.
func TestRestoreThatFailsDrawsNothing(t *testing.T) {
	t.Parallel()
	var next [2]string
	for i := range next {
		tb := &spy{}
		s := tinyServer(tb)
		notes := collectionNotes(s, func() string { return s.newUUID().String() })
		notes.Add(collectionNote{})
		if i == 0 {
			require.NotEmpty(t, tb.run(func() { s.Restore(Snapshot(`{"notes":[{},{},{"key":"a"},{"key":"a"}]}`)) }))
			require.NotEmpty(t, tb.run(func() { s.Restore(Snapshot(`{"notes":[{},{}],"orders":[]}`)) }))
			require.Equal(t, 1, notes.Len())
		}
		next[i] = notes.Add(collectionNote{}).Key
		s.Close()
	}
	require.Equal(t, next[1], next[0])
}

func TestRestoreOfRecordsThatNeedAKey(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := tinyServer(tb)
	defer s.Close()
	notes := collectionNotes(s, nil)
	notes.Add(collectionNote{Key: "a"})
	require.Equal(t, "tiny: Restore: notes: record 2: the record needs an id",
		tb.run(func() { s.Restore(Snapshot(`{"notes":[{"key":"b"},{"text":"x"}]}`)) }))
	require.Equal(t, []collectionNote{{Key: "a"}}, notes.All())
}

func TestRestoreUnderNewPanics(t *testing.T) {
	t.Parallel()
	s := newShelf(nil)
	defer s.Close()
	require.PanicsWithValue(t, "shelf: Restore: unexpected end of JSON input", func() { s.Restore(nil) })
	s.Restore(s.Snapshot())
}

// FuzzRestore restores anything: never a panic but the told one, then nothing
// has changed; and what was restored is a state like any other.
func FuzzRestore(f *testing.F) {
	for _, snap := range []string{
		``, `{}`, `{"books":[{"id":1,"title":"a"},{"title":"b"}]}`, `{"books":[{"id":9223372036854775807},{}]}`,
		`{"clock":"2024-01-01T00:00:00.000000001Z","counters":{"books":9223372036854775807}}`,
		`{"tenants":{"other":{"books":[{"tags":["a",null]}]}}}`, `{"books":[null,null]}`, `{"books":[{"changed":"0001-01-01T00:00:00+23:59"}]}`,
		`{"books":[{"id":1}],"books":[{"id":2}]}`, `{"books":[{"ID":1,"id":2}]}`, `{"tenants":{"other":{"books":[]},"other":{}}}`,
	} {
		f.Add([]byte(snap))
	}
	f.Fuzz(func(t *testing.T, snap []byte) {
		tb := &spy{}
		s, others := stateTenants(t, tb)
		defer s.Close()
		s.Books.Add(book{Title: "Emma"})
		others.Add(book{Title: "theirs"})
		before := s.Snapshot()
		if tb.run(func() { s.Restore(snap) }) != "" {
			require.Equal(t, string(before), string(s.Snapshot()))
			return
		}
		after := s.Snapshot()
		require.True(t, json.Valid(after))
		s.Restore(after)
		require.Equal(t, string(after), string(s.Snapshot()))
		restoreConsistent(t, s.Books)
		restoreConsistent(t, others)
	})
}

// restoreConsistent makes sure that keys are in order and indexes know all.
func restoreConsistent(t *testing.T, books *Collection[int64, book]) {
	t.Helper()
	last := int64(math.MinInt64)
	titles := map[string][]int64{}
	for _, r := range books.rows {
		require.Less(t, last, r.key)
		require.Equal(t, r.key, r.value.ID)
		require.Equal(t, string(books.spec.Encode(&r.value)), string(r.wire))
		last = r.key
		books.spec.Index["title"](&r.value, func(title string) { titles[title] = append(titles[title], r.key) })
	}
	delete(titles, "")
	x := books.indexes["title"]
	require.Len(t, titles, len(x.one)+len(x.more))
	for title, ids := range titles {
		require.Equal(t, ids, x.find(title), fmt.Sprintf("%q", title))
	}
}
