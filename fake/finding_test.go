package fake

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// findingPlain hides what a TB can do beyond the interface.
type findingPlain struct{ TB }

// findingShelf is a server of a spied test, in which a client made a mistake
// and did something odd.
func findingShelf(t *testing.T, tb TB, opts ...Option) *shelf {
	t.Helper()
	s := newShelf(tb, append(opts, At(clockStart), Frozen())...)
	s.must(t, "POST", "/books.json", `{"title":"Emma"}`)
	remove := s.Intercept(Matched, func(c *Call) { c.Note("ignored-parameter", "color") })
	s.must(t, "GET", "/books.json?color=red", "")
	remove()
	_, _, err := s.ask("GET", "/book.json", "")
	require.NoError(t, err)
	return s
}

const (
	findingMistake = "shelf: call 3: no-route: GET /v1/book.json: no such endpoint; did you mean GET /v1/books.json?"
	findingNote    = "shelf: call 2: ignored-parameter: color"
)

func TestFindingsFailTheTest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		opts []Option
		want []string
	}{
		{"a mistake", nil, []string{findingMistake}},
		{"notes too", []Option{Strict()}, []string{findingNote, findingMistake}},
		{"allowed", []Option{Allow("no-route")}, nil},
		{"allowed, several", []Option{Strict(), Allow("too-soon", "no-route"), Allow("ignored-parameter")}, nil},
		{"allowed in a strict test", []Option{Allow("ignored-parameter"), Strict()}, []string{findingMistake}},
		{"another kind allowed", []Option{Allow("no-rout", "call 3")}, []string{findingMistake}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tb := &spy{dir: t.TempDir()}
			s := findingShelf(t, tb, c.opts...)
			require.Empty(t, tb.errors, "the client goes on as with the vendor")
			require.Len(t, s.Findings(), 2)
			tb.cleanup()
			require.Equal(t, c.want, tb.errors)
			require.Len(t, tb.logs, min(len(c.want), 1), "the journal")
			for _, f := range s.Findings() {
				require.Equal(t, f.Mistake, len(c.want) > 0 && (f.Kind == "no-route" || len(c.want) == 2))
			}
		})
	}
}

// A test that failed for its own reasons gets the journal, one that passed does not.
func TestJournalIsPrintedWhenTheTestFailed(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := newShelf(tb, At(clockStart), Frozen())
	s.must(t, "GET", "/books.json", "")
	tb.cleanup()
	require.Empty(t, tb.logs)

	tb = &spy{dir: t.TempDir()}
	s = newShelf(tb, At(clockStart), Frozen())
	s.must(t, "GET", "/books.json", "")
	tb.Errorf("the test's own")
	tb.cleanup()
	require.Equal(t, []string{"the test's own"}, tb.errors)
	require.Equal(t, []string{"shelf: journal\n#1   09:00:00.000 GET /v1/books.json  200, 2 bytes\n"}, tb.logs)

	tb = &spy{dir: t.TempDir()}
	newShelf(tb)
	tb.Errorf("the test's own")
	tb.cleanup()
	require.Empty(t, tb.logs, "there is no journal")
}

func TestArtifactOfAFailedTest(t *testing.T) {
	t.Parallel()
	tb := &spy{dir: t.TempDir()}
	findingShelf(t, tb)
	tb.cleanup()
	text, err := os.ReadFile(filepath.Join(tb.dir, "shelf-journal.txt"))
	require.NoError(t, err)
	require.Equal(t, `#1 2025-03-01T09:00:00.000Z POST /v1/books.json
{"title":"Emma"}
-> 200
{"id":1,"title":"Emma"}

#2 2025-03-01T09:00:00.000Z GET /v1/books.json?color=red

-> 200
[{"id":1,"title":"Emma"}]

#3 2025-03-01T09:00:00.000Z GET /v1/book.json

-> 404
"no-route"

`, string(text))

	tb = &spy{dir: t.TempDir()}
	s := newShelf(tb)
	s.must(t, "GET", "/books.json", "")
	tb.cleanup()
	files, err := os.ReadDir(tb.dir)
	require.NoError(t, err)
	require.Empty(t, files, "the test passed")
}

func TestArtifactThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	tb := &spy{dir: filepath.Join(folder, "gone")} // with the test's temporary folders
	findingShelf(t, tb)
	tb.cleanup()
	require.Len(t, tb.logs, 1)

	require.NoError(t, os.WriteFile(filepath.Join(folder, "file"), nil, 0o600))
	tb = &spy{dir: filepath.Join(folder, "file")}
	findingShelf(t, tb)
	tb.cleanup()
	require.Len(t, tb.logs, 2)
	require.Contains(t, tb.logs[1], "shelf: journal not written: open ")

	tb = &spy{}
	findingShelf(t, findingPlain{tb}) // knows of no artifacts
	tb.cleanup()
	require.Len(t, tb.logs, 1)
}

func TestFindingString(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]Finding{
		"call 3: no-route: GET /x: no such endpoint":    {Call: 3, Kind: "no-route", Detail: "GET /x: no such endpoint", Mistake: true},
		"call 3: too-soon: 2s (GEN-WAIT-01)":            {Call: 3, Kind: "too-soon", Detail: "2s", Check: "GEN-WAIT-01"},
		"foreign-host: GET http://a.example (GEN-X-01)": {Kind: "foreign-host", Detail: "GET http://a.example", Check: "GEN-X-01"},
		"odd": {Kind: "odd"},
	} {
		require.Equal(t, want, f.String())
		require.Equal(t, want, fmt.Sprint(f))
	}
}

func TestFindingsAreCopies(t *testing.T) {
	t.Parallel()
	s := findingShelf(t, nil)
	defer s.Close()
	s.Findings()[0].Kind = "spoilt"
	require.Equal(t, "ignored-parameter", s.Findings()[0].Kind)
}

// Mistakes that were found before a Reset still fail the test.
func TestFindingsOutliveReset(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := findingShelf(t, tb)
	s.Reset()
	tb.cleanup()
	require.Equal(t, []string{findingMistake}, tb.errors)
}

// What the test could not see any more is told by cleanup: it closes the server
// before it looks.
func TestCleanupClosesFirst(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := newShelf(tb, Frozen())
	s.Inject(NewFault("slow-headers").Set("delay", "1h"))
	done := make(chan error)
	go func() {
		_, _, err := s.ask("GET", "/books.json", "")
		done <- err
	}()
	_, err := s.Await(t.Context(), 1)
	require.NoError(t, err)
	s.Inject(NewFault("server-error"))
	tb.cleanup()
	require.Error(t, <-done)
	require.Equal(t, []string{"shelf: unspent-fault: fault never fired: server-error (0 calls were made that could be chosen by it)"}, tb.errors)
	require.Contains(t, tb.logs[0], "GET /v1/books.json  nothing answered, fault slow-headers delay=1h")
	s.Close()
}

// A server that keeps the end of its journal only keeps the last notes only, and
// all mistakes.
func TestOldNotesAreForgotten(t *testing.T) {
	t.Parallel()
	s := newShelf(nil, KeepJournal(10))
	defer s.Close()
	const notes = 5000
	for n := range notes {
		s.Locked(func() {
			s.found(Finding{Call: n, Kind: "odd", Mistake: n%1000 == 0})
		})
	}
	var mistakes, odd int
	for i, f := range s.Findings() {
		require.True(t, i == 0 || s.Findings()[i-1].Call < f.Call, "in order")
		if f.Mistake {
			mistakes++
		} else {
			odd++
		}
	}
	require.Equal(t, 5, mistakes)
	require.LessOrEqual(t, odd, mostNotes+20)
	require.Equal(t, notes-1, s.Findings()[len(s.Findings())-1].Call)

	whole := newShelf(nil)
	defer whole.Close()
	for range notes {
		whole.Locked(func() { whole.found(Finding{Kind: "odd"}) })
	}
	require.Len(t, whole.Findings(), notes, "with a whole journal, all are kept")
}

// Not parallel: allocations are counted for the whole process. A finding must
// not cost more because there are many mistakes, none of which is forgotten.
func TestManyMistakesCostLittle(t *testing.T) {
	s := newShelf(nil, KeepJournal(0))
	defer s.Close()
	s.Locked(func() {
		for range 10 * mostNotes {
			s.found(Finding{Kind: "odd", Mistake: true})
		}
		require.Less(t, testing.AllocsPerRun(500, func() { s.found(Finding{Kind: "odd", Mistake: true}) }), 1.0)
	})
}
