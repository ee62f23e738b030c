package fake

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

func TestCallReadsTheRequest(t *testing.T) {
	t.Parallel()
	var seen *Call
	var before, after *Reply
	s := newShelf(t, At(clockStart), Frozen())
	s.Intercept(BeforeApply, func(c *Call) { before = c.Reply() })
	s.Intercept(AfterApply, func(c *Call) { seen, after = c, c.Reply() })
	r, err := http.NewRequest("POST", s.BaseURL()+"/books.json?a=1&a=2&b=%C3%A9&bad=%zz", strings.NewReader(`{"title":"Emma"}`))
	require.NoError(t, err)
	r.Header = http.Header{"X-Key": {"k"}, "X-Odd": {"first", "second"}}
	answer, err := s.Client().Do(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	s.Locked(func() {
		require.Equal(t, 1, seen.Seq)
		require.Equal(t, "AddBook", seen.Op)
		require.Equal(t, "AddBook", seen.Route.Op)
		require.Equal(t, "k", seen.Caller.Key)
		require.Same(t, s.First(), seen.Caller.Tenant)
		require.JSONEq(t, `{"title":"Emma"}`, string(seen.Body))
		require.Equal(t, "first", seen.Header("x-odd"))
		require.Empty(t, seen.Header("X-None"))
		require.Equal(t, url.Values{"a": {"1", "2"}, "b": {"é"}}, seen.Query())
		require.Empty(t, seen.Param("id"))
		require.Equal(t, clockStart, seen.Now())
		_, is := seen.Fault("reset")
		require.False(t, is)
	})
	require.Nil(t, before)
	require.Equal(t, 200, after.Status)
}

// Interceptors see calls in the order of arrival and of being set, at the points
// that a call passes.
func TestInterceptPoints(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	var seen []string
	points := []Point{Arrive, Connect, Matched, Authenticated, Throttled, BeforeApply, AfterApply, Body, Wire, Leave}
	for _, p := range points {
		s.Intercept(p, func(*Call) { seen = append(seen, string(p)) })
	}
	status, _ := authAsk(t, s, "k", "GET", "/books.json", "")
	require.Equal(t, 200, status)
	var all []string
	for _, p := range points {
		all = append(all, string(p))
	}
	require.Equal(t, all, seen)
	seen = nil
	status, _ = authAsk(t, s, "r", "POST", "/books.json", "")
	require.Equal(t, 403, status)
	require.Equal(t, []string{"arrive", "connect", "matched", "body", "wire", "leave"}, seen)
	seen = nil
	status, _ = authAsk(t, s, "k", "GET", "/nowhere", "")
	require.Equal(t, 404, status)
	require.Equal(t, []string{"arrive", "connect", "body", "wire", "leave"}, seen)
	s.findings = nil // it was meant
}

// At Arrive, an interceptor may use the server: the call has no number yet.
func TestInterceptAtArrive(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	var before []int
	remove := s.Intercept(Arrive, func(c *Call) {
		require.Equal(t, "/v1/books.json", c.Request.URL.Path)
		require.JSONEq(t, `{"title":"Emma"}`, string(c.Body))
		require.Zero(t, c.Seq)
		before = append(before, len(s.Calls()), s.Books.Len())
		s.Books.Add(book{Title: "made meanwhile"})
	})
	for range 2 {
		s.must(t, "POST", "/books.json", `{"title":"Emma"}`)
	}
	require.Equal(t, []int{0, 0, 1, 2}, before)
	remove()
	remove()
	s.must(t, "POST", "/books.json", `{"title":"Emma"}`)
	require.Len(t, before, 4)
}

// At Leave, an interceptor may use the server too: the exchange is whole in the
// journal, and nothing of the answer is on its way.
func TestInterceptAtLeave(t *testing.T) {
	t.Parallel()
	faultBubble(t, func(t *testing.T, p *faultPeer) {
		goOn := make(chan struct{})
		remove := p.Intercept(Leave, func(c *Call) {
			x := p.Calls()[c.Seq-1]
			require.Equal(t, 200, x.Status)
			require.True(t, x.Committed)
			p.Books.Add(book{Title: "made meanwhile"})
			<-goOn
		})
		answer := p.later("POST", "/books.json", `{"title":"Emma"}`)
		synctest.Wait()
		require.Empty(t, answer)
		require.Equal(t, 2, p.Books.Len())
		close(goOn)
		require.Equal(t, 200, (<-answer).status)
		remove()
		require.Equal(t, 200, p.status("POST", "/books.json", `{"title":"Emma"}`))
		require.Equal(t, 3, p.Books.Len())
	})
}

func TestText(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`"Emma"`:                 "Emma",
		`""`:                     "",
		`"a\"b\\c\n"`:            "a\"b\\c\n",
		`"\u00e9\ud83d\ude00"`:   "é😀",
		`"\ud800\u0041"`:         "\ufffdA", // half of a pair
		`"\ud800"`:               "\ufffd",
		`"\\u0041"`:              `\u0041`,
		`12.50`:                  "12.50",
		`true`:                   "true",
		`null`:                   "null",
		`{"a": [1]}`:             `{"a": [1]}`,
		`123456789012345678901.`: "123456789012345678901.",
	} {
		require.Equal(t, want, Text(gjson.Parse(raw)), raw)
	}
	require.Empty(t, Text(gjson.Result{}))
}

// Members of an object of any size are like those of a model that looks at all
// of them, each time.
func TestMembersOfRandomObjects(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		var names []string
		last := map[string]string{}
		var b strings.Builder
		for n := range chance.IntN(40) {
			name := string(rune('a' + chance.IntN(30)))
			if _, seen := last[name]; !seen {
				names = append(names, name)
			}
			last[name] = strconv.Itoa(n)
			quoted, err := json.Marshal(name)
			require.NoError(t, err)
			if chance.IntN(2) == 0 {
				quoted = fmt.Appendf(nil, `"\u%04x"`, name[0])
			}
			fmt.Fprintf(&b, ",%s:%d", quoted, n)
		}
		object := "{" + strings.TrimPrefix(b.String(), ",") + "}"
		var got []string
		for name, value := range Members(gjson.Parse(object)) {
			require.Equal(t, last[name], value.Raw, object)
			got = append(got, name)
		}
		require.Equal(t, names, got, object)
	}
}
