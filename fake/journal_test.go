package fake

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// journalSeqs are the numbers of exchanges.
func journalSeqs(calls []Exchange) []int {
	var seqs []int
	for _, x := range calls {
		seqs = append(seqs, x.Seq)
	}
	return seqs
}

func TestJournalHasTheWholeExchange(t *testing.T) {
	t.Parallel()
	s := newShelf(t, At(clockStart), Frozen())
	r, err := http.NewRequest("POST", s.BaseURL()+"/books.json?x=%31&y=a+b&x", strings.NewReader(`{"title":"Emma"}`))
	require.NoError(t, err)
	r.Header = http.Header{"X-Key": {"k"}, "X-Odd": {"a", "b"}, "User-Agent": {"journal"}}
	answer, err := s.Client().Do(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, []Exchange{{
		Seq: 1, At: clockStart, Op: "AddBook", Method: "POST", URL: "/v1/books.json?x=%31&y=a+b&x",
		Header: http.Header{
			"X-Key": {"k"}, "X-Odd": {"a", "b"}, "User-Agent": {"journal"},
			"Accept-Encoding": {"gzip"}, "Content-Length": {"16"},
		},
		Body: []byte(`{"title":"Emma"}`), Status: 200, ReplyHeader: answer.Header,
		ReplyBody: []byte(`{"id":1,"title":"Emma"}`), Committed: true, Conn: 1,
	}}, s.Calls())
}

// What the journal tells of the reply's header is what the client gets.
func TestJournalHasTheHeaderThatWasSent(t *testing.T) {
	t.Parallel()
	reply := Reply{Status: 200, Header: http.Header{"X-A": {"1", "2"}}}
	s := tinyServer(t, Route{Op: "Get", Pattern: "GET /a", Clause: "a", Handle: func(*Call) (Reply, error) { return reply, nil }})
	for _, reply = range []Reply{
		{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}, "X-A": {"1", "2"}}, Body: []byte("abc")},
		{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}}},
		{Status: 404, Header: http.Header{"Content-Type": {"text/plain"}, "Date": {"once"}}, Body: []byte("abc")},
		{Status: 204},
		{Status: 304},
	} {
		answer, err := s.Client().Get(s.BaseURL() + "/a")
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		calls := s.Calls()
		last := calls[len(calls)-1]
		require.Equal(t, reply.Status, last.Status)
		require.Equal(t, string(body), string(last.ReplyBody))
		require.Equal(t, answer.Header, last.ReplyHeader, "status %d", reply.Status)
	}
}

// The journal is complete before the client sees anything of the reply.
func TestJournalIsCompleteBeforeTheFirstByteLeaves(t *testing.T) {
	t.Parallel()
	serverEverywhere(t, func(t *testing.T, s *shelf, ask func(method, path, body string) (int, string, error)) {
		s.Inject(NewFault("slow-body").Set("over", "1h").Set("chunks", "2").Optional())
		client, base := s.Client(), s.BaseURL()
		for n := 1; n <= 20; n++ {
			var first Exchange
			r, err := http.NewRequest("POST", base+"/books.json", strings.NewReader(`{"title":"Emma"}`))
			require.NoError(t, err)
			r.Header.Set("X-Key", "k")
			r = r.WithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
				GotFirstResponseByte: func() { first = s.Calls()[n-1] },
			}))
			answer, err := client.Do(r) // comes back with the header
			require.NoError(t, err)
			held := s.Calls()[n-1]
			require.Equal(t, 200, held.Status)
			require.Equal(t, fmt.Sprintf(`{"id":%d,"title":"Emma"}`, n), string(held.ReplyBody))
			require.Equal(t, held, first)
			require.True(t, held.Committed)
			require.Equal(t, answer.Header, held.ReplyHeader)
			s.Advance(time.Hour)
			body, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			require.Equal(t, held.ReplyBody, body)
			require.NoError(t, answer.Body.Close())
		}
	})
}

// Many clients at once: no exchange is lost, none is torn, and the numbers are
// the order of arrival.
func TestJournalOfManyClients(t *testing.T) {
	t.Parallel()
	const clients, each = 200, 5
	s := newShelf(t)
	var arrived []string
	s.Intercept(Connect, func(c *Call) { arrived = append(arrived, c.Header("X-Name")) })
	var work sync.WaitGroup
	for n := range clients {
		work.Go(func() {
			for k := range each {
				name := fmt.Sprintf("%d.%d", n, k)
				r, _ := http.NewRequest("POST", s.BaseURL()+"/books.json?"+name, strings.NewReader(`{"title":"`+name+`"}`))
				r.Header.Set("X-Key", "k")
				r.Header.Set("X-Name", name)
				answer, err := s.Client().Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
		})
	}
	work.Wait()
	calls := s.Calls()
	require.Len(t, calls, clients*each)
	next := map[string]int{}
	for i, x := range calls {
		name := x.Header.Get("X-Name")
		require.Equal(t, i+1, x.Seq)
		require.Equal(t, arrived[i], name)
		require.Equal(t, "/v1/books.json?"+name, x.URL)
		require.JSONEq(t, `{"title":"`+name+`"}`, string(x.Body))
		require.Equal(t, 200, x.Status)
		require.JSONEq(t, fmt.Sprintf(`{"id":%d,"title":%q}`, i+1, name), string(x.ReplyBody), "handled in the order of arrival")
		client, k, _ := strings.Cut(name, ".")
		require.Equal(t, fmt.Sprint(next[client]), k, "a client's calls stay in order")
		next[client]++
	}
	require.Equal(t, clients*each, s.Books.Len())
}

func TestKeepJournal(t *testing.T) {
	t.Parallel()
	for _, keep := range []int{0, 1, 2, 3, 7} {
		s := newShelf(t, KeepJournal(keep))
		var all []int
		for n := 1; n <= 20; n++ {
			s.must(t, "GET", "/books.json", "")
			all = append(all, n)
			require.Equal(t, all[max(0, n-keep):], append([]int{}, journalSeqs(s.Calls())...), "of the last %d", keep)
			require.LessOrEqual(t, len(s.journal.entries), 2*keep)
		}
	}
	s := newShelf(t, KeepJournal(-1))
	s.must(t, "GET", "/books.json", "")
	require.Empty(t, s.Calls())
}

// Without a journal there are findings all the same.
func TestFindingsWithoutAJournal(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := newShelf(tb, KeepJournal(0))
	_, _, err := s.ask("GET", "/nowhere", "")
	require.NoError(t, err)
	require.Equal(t, 1, s.Findings()[0].Call)
	tb.cleanup()
	require.Len(t, tb.errors, 1)
}

// What a reader of the journal does with it changes nothing for the next.
func TestCallsAreCopies(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.must(t, "POST", "/books.json", `{"title":"Emma"}`)
	before := s.Calls()
	spoilt := s.Calls()[0]
	spoilt.Header.Set("X-Key", "spoilt")
	spoilt.Header["X-Key"][0] = "spoilt"
	spoilt.ReplyHeader.Set("Content-Type", "spoilt")
	spoilt.ReplyHeader["Date"][0] = "spoilt"
	copy(spoilt.Body, "spoilt")
	copy(spoilt.ReplyBody, "spoilt")
	require.Equal(t, before, s.Calls())
	require.JSONEq(t, `{"id":1,"title":"Emma"}`, s.must(t, "GET", "/books/1.json", ""))
}

func TestConnections(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.must(t, "GET", "/books.json", "")
	s.must(t, "GET", "/books.json", "")
	r, err := http.NewRequest("GET", s.BaseURL()+"/books.json", nil)
	require.NoError(t, err)
	r.Close = true
	_, err = s.Client().Do(r)
	require.NoError(t, err)
	s.must(t, "GET", "/books.json", "")
	_, _, err = s.askVia(networkClient(t, s), s.URL(), "GET", "/books.json", "")
	require.NoError(t, err)
	type use struct {
		conn   int
		reused bool
	}
	var uses []use
	for _, x := range s.Calls() {
		uses = append(uses, use{x.Conn, x.Reused})
	}
	require.Equal(t, []use{{1, false}, {1, true}, {1, true}, {2, false}, {3, false}}, uses)
}

// A server of somebody else's can serve the Handler.
func TestHandlerBehindAnotherServer(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	other := httptest.NewServer(s.Handler())
	defer other.Close()
	for range 2 {
		status, _, err := s.askVia(other.Client(), other.URL+"/v1", "GET", "/books.json", "")
		require.NoError(t, err)
		require.Equal(t, 200, status)
	}
	_, _, err := s.askVia(networkClient(t, s), other.URL+"/v1", "POST", "/books.json", `{"title":"Emma"}`)
	require.NoError(t, err)
	s.Inject(NewFault("reset").Call(1))
	_, _, err = s.askVia(other.Client(), other.URL+"/v1", "GET", "/books/1.json", "")
	require.Error(t, err, "a cut connection is cut there too")
	calls := s.Calls()
	require.Equal(t, []int{1, 2, 3, 4}, journalSeqs(calls))
	require.Equal(t, []bool{false, true, false}, []bool{calls[0].Reused, calls[1].Reused, calls[2].Reused})
	require.Equal(t, 1, calls[1].Conn)
	require.Equal(t, 2, calls[2].Conn)
	require.Equal(t, "GetBook", calls[3].Op)
}

func TestBodies(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"none": 0, "small": 100, "at the bound": 1 << 16, "above it": 1<<16 + 1, "large": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			body := `{"title":"` + strings.Repeat("x", size) + `"}`
			s.must(t, "POST", "/books.json", body)
			r, err := http.NewRequest("POST", s.BaseURL()+"/books.json", io.MultiReader(strings.NewReader(body))) // chunked
			require.NoError(t, err)
			r.Header.Set("X-Key", "k")
			_, err = s.Client().Do(r)
			require.NoError(t, err)
			for _, x := range s.Calls() {
				require.Equal(t, body, string(x.Body))
			}
			require.Len(t, s.Books.All()[1].Title, size)
		})
	}
}

// A request whose body breaks off is none, and the connection ends.
func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	for _, head := range []string{"Content-Length: 10", "Content-Length: 100000", "Transfer-Encoding: chunked"} {
		s := newShelf(t)
		conn, err := s.net.dial(t.Context(), "", "")
		require.NoError(t, err)
		_, err = io.WriteString(conn, "POST /v1/books.json HTTP/1.1\r\nHost: a\r\nX-Key: k\r\n"+head+"\r\n\r\n3\r\n{}")
		require.NoError(t, err)
		require.NoError(t, conn.(interface{ CloseWrite() error }).CloseWrite())
		_, err = http.ReadResponse(bufio.NewReader(conn), nil)
		require.Error(t, err)
		require.NoError(t, conn.Close())
		require.Empty(t, s.Calls())
		require.Zero(t, s.Books.Len())
		s.Settle()
	}
}

func TestJournalText(t *testing.T) {
	t.Parallel()
	s := newShelf(nil, At(clockStart), Frozen(), Allow("too-soon"))
	defer s.Close()
	s.must(t, "POST", "/books.json", `{"title":"Emma"}`)
	_, _, err := s.ask("GET", "/book.json?page=2", "")
	require.NoError(t, err)
	s.Inject(NewFault("reset").On("ListBooks"))
	_, _, err = s.ask("GET", "/books.json", "")
	require.Error(t, err)
	s.Advance(1500 * time.Millisecond)
	s.Locked(func() { s.found(Finding{Call: 3, Kind: "odd", Detail: "is odd"}) })
	done := clockHoldPatch(s)
	_, err = s.Await(t.Context(), 4)
	require.NoError(t, err)
	require.Equal(t, `#1   09:00:00.000 POST /v1/books.json  200, 23 bytes, committed
#2   09:00:00.000 GET /v1/book.json?page=2  404, 10 bytes
     mistake call 2: no-route: GET /v1/book.json: no such endpoint; did you mean GET /v1/books.json?
#3   09:00:00.000 GET /v1/books.json  nothing answered, fault reset on=ListBooks
     note call 3: odd: is odd
#4   09:00:01.500 PATCH /v1/books/1.json  not answered yet
`, s.journalText(s.newMasks(nil)))
	s.Advance(time.Minute)
	require.NoError(t, <-done)
}

// clockHoldPatch starts a PATCH that waits for the clock.
func clockHoldPatch(s *shelf) <-chan error {
	s.Inject(NewFault("slow-headers").Set("delay", "1m").On("RenameBook"))
	done := make(chan error, 1)
	go func() {
		_, _, err := s.ask("PATCH", "/books/1.json", `{}`)
		done <- err
	}()
	return done
}

// An interceptor that ends its goroutine, as a failed requirement of a test
// does, ends its call with it and nothing else.
func TestInterceptorThatEndsItsGoroutine(t *testing.T) {
	t.Parallel()
	for _, point := range []Point{Connect, Matched, BeforeApply, AfterApply, Wire} {
		s := newShelf(nil)
		remove := s.Intercept(point, func(*Call) { runtime.Goexit() })
		_, _, err := s.ask("POST", "/books.json", `{}`)
		require.Error(t, err, point)
		remove()
		s.Settle()
		s.must(t, "GET", "/books.json", "")
		calls, err := s.Await(t.Context(), 2)
		require.NoError(t, err)
		require.Zero(t, calls[0].Status)
		require.Equal(t, 200, calls[1].Status)
		require.Len(t, s.Findings(), 1)
		require.Equal(t, "call 1: defect: AddBook ended its goroutine", s.Findings()[0].String())
		s.Close()
	}
}

func TestClosedServerAnswersNobody(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	handler := s.Handler()
	s.Close()
	defer func() {
		require.ErrorIs(t, recover().(error), http.ErrAbortHandler)
		require.Empty(t, s.Calls())
		s.Settle()
	}()
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/v1/books.json", http.NoBody))
	require.Fail(t, "the call was answered")
}

var errJournalBroken = errors.New("broken")

// journalBroken is a body that cannot be read to its end.
type journalBroken struct{}

func (journalBroken) Read(p []byte) (int, error) { return copy(p, "{"), errJournalBroken }

// The client's side of a body that breaks off sees its own error.
func TestClientWhoseBodyBreaksOff(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	r, err := http.NewRequest("POST", s.BaseURL()+"/books.json", journalBroken{})
	require.NoError(t, err)
	_, err = s.Client().Do(r)
	require.ErrorIs(t, err, errJournalBroken)
	require.Empty(t, s.Calls())
}
