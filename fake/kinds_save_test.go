package fake

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The bytes of answers about saves.
func TestFaultsOfSavesOnTheWire(t *testing.T) {
	t.Parallel()
	const add = "POST /v1/books.json HTTP/1.1\r\nHost: api.shelf.example\r\nX-Key: k\r\nConnection: close\r\nContent-Length: 16\r\n\r\n{\"title\":\"Emma\"}"
	const rest = "Content-Type: application/json\r\nDate: Sat, 01 Mar 2025 12:00:00 GMT\r\nConnection: close\r\n\r\n"
	for line, want := range map[string]string{
		"taken":                              "HTTP/1.1 409 Conflict\r\nContent-Length: 17\r\n" + rest + `"conflict: title"`,
		`conflict change={"title":"a"}`:      "HTTP/1.1 200 OK\r\nContent-Length: 23\r\n" + rest + `{"id":2,"title":"Emma"}`,
		`conflict change={} status=412`:      "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 10\r\n" + rest + `"conflict"`,
		"shape-drift id=string":              "HTTP/1.1 200 OK\r\nContent-Length: 25\r\n" + rest + `{"id":"1","title":"Emma"}`,
		"shape-drift extra=tier":             "HTTP/1.1 200 OK\r\nContent-Length: 36\r\n" + rest + `{"id":1,"title":"Emma","tier":"new"}`,
		"accepted-later delay=1m":            "HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\nContent-Type: text/plain; charset=utf-8\r\nDate: Sat, 01 Mar 2025 12:00:00 GMT\r\nConnection: close\r\n\r\nlater",
		"accepted-later delay=1m status=200": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain; charset=utf-8\r\nDate: Sat, 01 Mar 2025 12:00:00 GMT\r\nConnection: close\r\n\r\nlater",
	} {
		s := newShelf(t, Frozen(), At(faultNoon))
		s.Inject(faultLine(line))
		got, err := faultRaw(t, s, add)
		require.NoError(t, err)
		assert.Equal(t, sortedHead(want), sortedHead(got), line)
	}
}

// What is there after a fault, and who put it there.
func TestFaultsOfSavesOnTheState(t *testing.T) {
	t.Parallel()
	titles := func(s *shelf) (all []string) {
		s.Books.Each(func(b book) bool { all = append(all, b.Title); return true })
		return all
	}
	for line, c := range map[string]struct {
		status    int
		before    []string // on the shelf when the answer is there
		after     []string // a minute later
		committed bool
	}{
		"taken":                         {409, []string{"Emma"}, []string{"Emma"}, false},
		`conflict change={"title":"a"}`: {200, []string{"a", "Emma"}, []string{"a", "Emma"}, true},
		`conflict change={"title":"a"} status=409`: {409, []string{"a"}, []string{"a"}, false},
		"accepted-later delay=1m":                  {202, nil, []string{"Emma"}, true},
		"accepted-later delay=1m fail=yes":         {202, nil, nil, false},
		"accepted-later delay=1m fail=no":          {202, nil, []string{"Emma"}, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := faultNets[0].start(t)
			armed := p.Inject(faultLine(line))
			require.Equal(t, c.status, p.status("POST", "/books.json", `{"title":"Emma"}`), line)
			assert.Equal(t, c.before, titles(p.shelf), line)
			assert.Equal(t, c.committed && len(c.before) > 0, p.Calls()[0].Committed, line)
			time.Sleep(time.Minute)
			synctest.Wait()
			p.Settle()
			assert.Equal(t, c.after, titles(p.shelf), line)
			assert.Equal(t, c.committed, p.Calls()[0].Committed, line)
			assert.Equal(t, 1, armed.Fired())
		})
	}
}

// On a clock that stands, what was accepted comes when the clock is moved on.
func TestFaultAcceptedLaterOnAFrozenClock(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t, Frozen())
	p.Inject(faultLine("accepted-later delay=1m"))
	require.Equal(t, 202, p.status("POST", "/books.json", `{"title":"Emma"}`))
	p.Advance(59 * time.Second)
	require.Equal(t, "[]", p.send("GET", "/books.json", "").body)
	p.Advance(time.Second)
	require.Equal(t, `[{"id":1,"title":"Emma"}]`, p.send("GET", "/books.json", "").body)
	require.Equal(t, 200, p.status("PATCH", "/books/1.json", `{"title":"Lesley"}`), "this API answers other writes at once")
	require.Empty(t, p.last(t).Fault)
	require.Equal(t, 202, p.status("POST", "/books.json", `{"title":"Emma"}`))
	p.Reset()
	p.Advance(time.Hour)
	require.Zero(t, p.Books.Len(), "a Reset has forgotten it")
}

// A client that reads, changes and writes loses what another wrote in between; one
// that asks for a change that another has made is told.
func TestFaultConflict(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	p.Books.Add(book{Title: "Emma"})
	p.Inject(faultLine(`conflict change={"title":"theirs"}`).On("RenameBook").Call(1))
	require.Equal(t, `{"id":1,"title":"mine"}`, p.send("PATCH", "/books/1.json", `{"title":"mine"}`).body, "the last one wins")
	require.Equal(t, `{"id":1,"title":"again"}`, p.send("PATCH", "/books/1.json", `{"title":"again"}`).body)

	var s spy
	q := newShelf(&s)
	q.Books.Add(book{Title: "Emma"})
	q.Inject(faultLine(`conflict change={`).On("RenameBook"))
	q.must(t, "PATCH", "/books/1.json", `{"title":"mine"}`)
	s.cleanup()
	require.Equal(t, []string{"shelf: call 1: conflict: RenameBook: the other writer of the fault conflict change={ on=RenameBook was refused: malformed"}, s.errors)
}

// A fault that finds nothing to change has not hit.
func TestFaultsThatChangeNothing(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"shape-drift bool=native", "shape-drift null=absent", "dst", "dst at=2030-01-01T00:00:00Z", "taken", "conflict", "short-page size=3 at-page=1", "short-page size=rest at-page=1"} {
		var s spy
		shelf := newShelf(&s)
		for range 3 {
			shelf.Books.Add(book{Title: "Emma"})
		}
		armed := shelf.Inject(faultLine(line))
		shelf.must(t, "GET", "/books.json", "")
		shelf.ask("POST", "/books.json", `{"title":"Emma"}`)
		assert.Zero(t, armed.Fired(), line)
		s.cleanup()
		assert.Len(t, s.errors, 1, line)
	}
}

func TestDriftShape(t *testing.T) {
	t.Parallel()
	const body = `{"id":7,"ok":"true", "no":false,"a_id":"12","b_id":"012","last":null,"word":"null","ids":[1],"in":[{"id":1.0},null,"x"],"t":"a\/b"}`
	for line, want := range map[string]string{
		"id=string":   `{"id":"7","ok":"true","no":false,"a_id":"12","b_id":"012","last":null,"word":"null","ids":[1],"in":[{"id":"1.0"},null,"x"],"t":"a\/b"}`,
		"id=int":      `{"id":7,"ok":"true","no":false,"a_id":12,"b_id":"012","last":null,"word":"null","ids":[1],"in":[{"id":1.0},null,"x"],"t":"a\/b"}`,
		"bool=native": `{"id":7,"ok":true,"no":false,"a_id":"12","b_id":"012","last":null,"word":"null","ids":[1],"in":[{"id":1.0},null,"x"],"t":"a\/b"}`,
		"bool=string": `{"id":7,"ok":"true","no":"false","a_id":"12","b_id":"012","last":null,"word":"null","ids":[1],"in":[{"id":1.0},null,"x"],"t":"a\/b"}`,
		"null=null":   `{"id":7,"ok":"true","no":false,"a_id":"12","b_id":"012","last":null,"word":null,"ids":[1],"in":[{"id":1.0},null,"x"],"t":"a\/b"}`,
		`null="null"`: `{"id":7,"ok":"true","no":false,"a_id":"12","b_id":"012","last":"null","word":"null","ids":[1],"in":[{"id":1.0},"null","x"],"t":"a\/b"}`,
		"null=absent": `{"id":7,"ok":"true","no":false,"a_id":"12","b_id":"012","word":"null","ids":[1],"in":[{"id":1.0},null,"x"],"t":"a\/b"}`,
		"extra=x.y":   `{"id":7,"ok":"true","no":false,"a_id":"12","b_id":"012","last":null,"word":"null","ids":[1],"in":[{"id":1.0,"x.y":"new"},null,"x"],"t":"a\/b","x.y":"new"}`,
		"extra=id":    `{"id":7,"ok":"true","no":false,"a_id":"12","b_id":"012","last":null,"word":"null","ids":[1],"in":[{"id":1.0},null,"x"],"t":"a\/b"}`,
	} {
		f := faultLine("shape-drift " + line)
		require.NoError(t, f.Check())
		assert.Equal(t, want, string(driftShape([]byte(body), shapeOf(f))), line)
	}
	for _, other := range []string{"", "<html>", `{"id":1`, "7"} {
		assert.Equal(t, other, string(driftShape([]byte(other), shapeOf(faultLine("shape-drift id=string extra=a")))))
	}
	assert.Equal(t, `{}`, string(driftShape([]byte(`{"a":null}`), shapeOf(faultLine("shape-drift null=absent")))))
	assert.EqualError(t, faultLine(`shape-drift extra=a"`).Check(), `fault shape-drift: extra=a": want the name of a member that no answer has, such as loyalty_tier`)
}

func FuzzDriftShape(f *testing.F) {
	f.Add([]byte(`{"id":7,"a":[null,{"b":"true"}],"b":"\u00e9"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, line := range []string{"shape-drift id=string bool=string extra=z", `shape-drift id=int null="null"`, "shape-drift null=absent bool=native"} {
			once := driftShape(body, shapeOf(faultLine(line)))
			require.Equal(t, once, driftShape(once, shapeOf(faultLine(line))), "%s", body)
		}
	})
}
