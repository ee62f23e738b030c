package fake

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// stateTenants is a shelf with a second tenant, and its books.
func stateTenants(t *testing.T, tb TB) (*shelf, *Collection[int64, book]) {
	t.Helper()
	s := newShelf(tb, At(clockStart), Frozen())
	return s, NewCollection(s.AddTenant("other"), s.Books.spec)
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	s, others := stateTenants(t, t)
	notes := collectionNotes(s.Server, nil)
	require.Equal(t, `{"books":[],"notes":[],"tenants":{"other":{"books":[]}},"clock":"2025-03-01T09:00:00Z","counters":{}}`, string(s.Snapshot()))
	s.Books.Add(book{ID: 7, Title: `<"é">`, Tags: []string{"a", "b"}})
	s.Books.Add(book{ID: 2})
	others.Add(book{Title: "Emma"})
	notes.Add(collectionNote{Key: "k"})
	s.Locked(func() { (&Call{s: s.Server}).NewID("baskets") })
	s.Advance(1500 * time.Millisecond)
	require.Equal(t, `{"books":[{"id":2,"title":"","changed":"2025-03-01T09:00:00Z"},`+
		`{"id":7,"title":"<\"é\">","changed":"2025-03-01T09:00:00Z","tags":["a","b"]}],`+
		`"notes":[{"key":"k","text":""}],`+
		`"tenants":{"other":{"books":[{"id":8,"title":"Emma","changed":"2025-03-01T09:00:00Z"}]}},`+
		`"clock":"2025-03-01T09:00:01.5Z","counters":{"baskets":1,"books":8}}`, string(s.Snapshot()))
	require.Equal(t, s.Snapshot(), s.Snapshot())
}

func TestSnapshotWithoutCollections(t *testing.T) {
	t.Parallel()
	s := New(t, tinyAPI(), nil, At(clockStart), Frozen())
	require.Equal(t, `{"clock":"2025-03-01T09:00:00Z","counters":{}}`, string(s.Snapshot()))
}

// stateRun does a bit of everything and gives all that can be seen of it.
func stateRun(t *testing.T, opts ...Option) string {
	t.Helper()
	api := tinyAPI(tinyRoute("Draw", "GET /draw", func(c *Call) string {
		return fmt.Sprintf("%s %d %s", c.NewUUID(), c.NewID("draws"), c.Now().Format(time.RFC3339Nano))
	}))
	s := New(t, api, nil, append(opts, At(clockStart), Frozen())...)
	notes := collectionNotes(s, func() string { return s.newUUID().String() })
	s.Inject(NewFault("server-error").Rate(0.3).Optional())
	var b strings.Builder
	for range 30 {
		_, text := tinyAsk(t, s, "GET", "/draw")
		b.WriteString(text + "\n")
		notes.Add(collectionNote{Text: text})
		s.Advance(time.Second)
	}
	for _, x := range s.Calls() {
		fmt.Fprintf(&b, "%+v\n", x)
	}
	return b.String() + s.Dump()
}

// Two runs with one seed and one clock are the same, byte for byte.
func TestTwoRunsAreTheSame(t *testing.T) {
	t.Parallel()
	run := stateRun(t)
	require.Equal(t, run, stateRun(t))
	require.Equal(t, run, stateRun(t, Seed(1)), "the default seed is 1")
	require.NotEqual(t, run, stateRun(t, Seed(2)))
	require.Contains(t, run, "broken")
}

func TestUUIDs(t *testing.T) {
	t.Parallel()
	s := tinyServer(t)
	c := &Call{s: s}
	seen := map[string]bool{}
	for range 1000 {
		id := c.NewUUID()
		require.EqualValues(t, 4, id.Version())
		seen[id.String()] = true
	}
	require.Len(t, seen, 1000)
}

func TestCounters(t *testing.T) {
	t.Parallel()
	s := tinyServer(t)
	c := &Call{s: s}
	require.Equal(t, []int64{1, 2, 1, 3}, []int64{c.NewID("a"), c.NewID("a"), c.NewID("b"), c.NewID("a")})
}

func TestReset(t *testing.T) {
	t.Parallel()
	forgot := 0
	api := tinyAPI(tinyRoute("Get", "GET /a", func(c *Call) string { return c.NewUUID().String() }))
	api.Limit = func(*Call) Budget { return Budget{Key: "all", Calls: 1, Window: time.Hour} }
	api.Reset = func() { forgot++ }
	s := New(t, api, nil, At(clockStart), Frozen())
	notes := collectionNotes(s, func() string { return s.newUUID().String() })
	begin := s.Snapshot()
	_, first := tinyAsk(t, s, "GET", "/a")
	notes.Add(collectionNote{})
	s.AddTenant("other")
	s.First().Refuse("x", "no")
	s.Inject(NewFault("server-error").Optional())
	s.Advance(time.Minute)

	s.Reset()
	require.Equal(t, string(begin), string(s.Snapshot()))
	require.Empty(t, s.Calls())
	require.Equal(t, 1, forgot)
	require.Empty(t, (&Call{s: s}).Refusals(s.First(), "x"))
	_, again := tinyAsk(t, s, "GET", "/a")
	require.Equal(t, first, again, "chance and the limit begin anew, the fault is gone")
	require.Equal(t, []int{1}, journalSeqs(s.Calls()))
	s.AddTenant("other") // the name is free again
}

// A fault that did not fire before Reset is a mistake all the same.
func TestResetTellsOfUnspentFaults(t *testing.T) {
	t.Parallel()
	s := newShelf(nil)
	defer s.Close()
	s.Inject(NewFault("reset"))
	s.Reset()
	require.Len(t, s.Findings(), 1)
	require.Equal(t, "unspent-fault", s.Findings()[0].Kind)
}

func TestDump(t *testing.T) {
	t.Parallel()
	s := newShelf(t, At(clockStart), Frozen())
	s.Books.Add(book{Title: "Emma & co", Tags: []string{"novel"}})
	require.Equal(t, `{
  "books": [
    {
      "id": 1,
      "title": "Emma & co",
      "changed": "2025-03-01T09:00:00Z",
      "tags": [
        "novel"
      ]
    }
  ],
  "clock": "2025-03-01T09:00:00Z",
  "counters": {
    "books": 1
  }
}
`, s.Dump())
	restored := newShelf(t, At(clockStart), Frozen())
	restored.Restore(Snapshot(s.Dump()))
	require.Equal(t, s.Dump(), restored.Dump())
}

func TestDiff(t *testing.T) {
	t.Parallel()
	s := newShelf(t, At(clockStart), Frozen())
	s.Books.Add(book{ID: math.MaxInt64 - 1, Title: "Emma"})
	before := s.Snapshot()
	require.Empty(t, Diff(before, s.Snapshot()))
	require.Empty(t, Diff(before, Snapshot(s.Dump())), "white space is no difference")
	s.Books.Change(math.MaxInt64-1, func(b *book) { b.Title = "Persuasion" })
	s.Books.Add(book{})
	diff := Diff(before, s.Snapshot())
	require.Regexp(t, `(?m)^-\s+"title": +string\("Emma"\),$`, diff)
	require.Regexp(t, `(?m)^\+\s+"title": +string\("Persuasion"\),$`, diff)
	require.Regexp(t, `(?m)^\+\s+"id": +s"9223372036854775807",$`, diff, "numbers stay whole")
	for _, d := range []string{diff, Diff(Snapshot(`{"a":1}`), Snapshot(`{"a":2}`)), Diff(Snapshot(`{"a":"x\ny"}`), Snapshot(`{"a":"x\nz"}`))} {
		require.NotEmpty(t, d)
		require.NotContains(t, d, "\u00a0")
	}
	require.NotEmpty(t, Diff(Snapshot(`{"a":1}`), Snapshot(`{"a":1.0}`)))
	require.Equal(t, "not a snapshot: EOF", Diff(nil, before))
	require.Equal(t, "not a snapshot: invalid character 'x' looking for beginning of value", Diff(before, Snapshot("x")))
}

func TestTenants(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s, others := stateTenants(t, tb)
	defer s.Close()
	require.Same(t, s.tenants[0], s.First())
	others.Add(book{Title: "theirs"})
	require.Zero(t, s.Books.Len())
	require.Equal(t, `shelf: tenant "other" exists already`, tb.run(func() { s.AddTenant("other") }))
	require.Equal(t, `shelf: tenant "" exists already`, tb.run(func() { s.AddTenant("") }))
	require.Len(t, s.tenants, 2)
}

// What a test refuses for a key is refused until it takes it back.
func TestRefuse(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	ask := func() (int, string) {
		status, text, err := s.ask("POST", "/books.json", `{"title":"Emma"}`)
		require.NoError(t, err)
		return status, text
	}
	texts := []string{"is blue", "is long"}
	s.First().Refuse("Emma", texts...)
	texts[0] = "spoilt"
	for range 2 {
		status, text := ask()
		require.Equal(t, 422, status)
		require.Equal(t, `"not-saved: is blue; is long"`, text)
	}
	s.must(t, "POST", "/books.json", `{"title":"Persuasion"}`)
	s.Inject(NewFault("not-saved").Set("errors", "is late").Call(1))
	_, text := ask()
	require.Equal(t, `"not-saved: is blue; is long; is late"`, text, "the test's first, then the fault's")
	s.First().Refuse("Emma")
	status, _ := ask()
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, 2, s.Books.Len())
}

// A record that JSON cannot hold is a mistake in the API's tables.
func TestSnapshotOfWhatJSONCannotHold(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.Books.Add(book{Changed: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)})
	require.Panics(t, func() { s.Snapshot() })
	s.Books.Remove(1) // the lock is free
	require.True(t, json.Valid(s.Snapshot()))
}
