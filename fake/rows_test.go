package fake

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A sight is one thing that a server can do to a Go client, and what the client
// sees of it on a new connection and on one that was used before.
type sight struct {
	name, line string
	method     string
	key        string // header that says that the request may be repeated
	new, warm  seen
	nets       func(n faultNet) bool // where the row is about; nil: HTTP/1, in memory and over TCP
}

// seen is what a client sees: a status with a body, then an error that is one of
// these or whose text has this; and how many requests the server saw.
type seen struct {
	status int
	body   string
	is     error
	text   string
	hits   int
}

const (
	rowBody = `{"id":1,"title":"Emma"}`
	rowList = `[]`
)

func rowHTTP1(n faultNet) bool { return !n.http2 && n.opts == nil }
func rowTLS(n faultNet) bool   { return !n.http2 && n.opts != nil }
func rowHTTP2(n faultNet) bool { return n.http2 }

var (
	reset1 = seen{is: syscall.ECONNRESET, hits: 1}
	eof1   = seen{is: io.EOF, hits: 1}
)

func list(hits int) seen { return seen{status: 200, body: rowList, hits: hits} }

// rows are in the order of what a server can do: nothing at all, then less and
// less of the header and the body.
var rows = []sight{
	{"1 reset, GET", "reset visible=no call=1", "GET", "", reset1, list(2), nil},
	{"1 reset, POST", "reset visible=no call=1", "POST", "", reset1, reset1, nil},
	{"1 reset, POST that may be repeated", "reset visible=no call=1", "POST", "Idempotency-Key", reset1, seen{200, rowBody, nil, "", 2}, nil},
	{"1 reset, POST with the other header", "reset visible=no call=1", "POST", "X-Idempotency-Key", reset1, seen{200, rowBody, nil, "", 2}, nil},
	{"1 reset, PUT", "reset visible=no call=1", "PUT", "", reset1, reset1, nil},
	{"1 reset, DELETE", "reset visible=no call=1", "DELETE", "", reset1, reset1, nil},
	{"2 closed, GET", "reset kind=fin visible=no call=1", "GET", "", eof1, list(2), nil},
	{"2 closed, POST", "reset kind=fin visible=no call=1", "POST", "", eof1, eof1, nil},
	{"2 closed, POST that may be repeated", "reset kind=fin visible=no call=1", "POST", "Idempotency-Key", eof1, seen{200, rowBody, nil, "", 2}, nil},
	{"2 closed, PUT", "reset kind=fin visible=no call=1", "PUT", "", eof1, eof1, nil},
	{"2 closed, DELETE", "reset kind=fin visible=no call=1", "DELETE", "", eof1, eof1, nil},
	{"3 without keep-alives, GET", "reset call=1", "GET", "", reset1, reset1, nil},
	{"3 without keep-alives, POST that may be repeated", "reset call=1", "POST", "Idempotency-Key", reset1, reset1, nil},
	{"4 a 103, then a reset, GET", "half-answer call=1", "GET", "", reset1, reset1, nil},
	{"4 a 103, then a reset, POST that may be repeated", "half-answer call=1", "POST", "Idempotency-Key", reset1, reset1, nil},
	{"5 cut, with a length", "truncated at=6 how=length", "POST", "", seen{200, rowBody[:6], io.ErrUnexpectedEOF, "", 1}, seen{200, rowBody[:6], io.ErrUnexpectedEOF, "", 1}, nil},
	{"5 cut, in chunks", "truncated at=6 how=chunked", "POST", "", seen{200, rowBody[:6], io.ErrUnexpectedEOF, "", 1}, seen{200, rowBody[:6], io.ErrUnexpectedEOF, "", 1}, nil},
	{"6 reset in the body", "truncated at=6 how=rst", "POST", "", seen{200, rowBody[:6], syscall.ECONNRESET, "", 1}, seen{200, rowBody[:6], syscall.ECONNRESET, "", 1}, nil},
	{"7 cut, without a length", "truncated at=6 how=silent", "POST", "", seen{200, rowBody[:6], nil, "", 1}, seen{200, rowBody[:6], nil, "", 1}, nil},
	{"8 bad chunk", "bad-chunk", "POST", "", seen{200, rowBody[:11], nil, "invalid byte in chunk length", 1}, seen{200, rowBody[:11], nil, "invalid byte in chunk length", 1}, nil},
	{"9 half a status line", `raw text=HTTP/1.1\x202`, "GET", "", seen{0, "", nil, `malformed HTTP status code "2"`, 1}, seen{0, "", nil, `malformed HTTP status code "2"`, 1}, nil},
	{"9 garbage", `raw text=\x00\xff\r\n\r\n`, "GET", "", seen{0, "", nil, "malformed HTTP response", 1}, seen{0, "", nil, "malformed HTTP response", 1}, nil},
	{"10 more than announced", "wrong-length by=-3", "POST", "", seen{200, rowBody[:20], nil, "", 1}, seen{200, rowBody[:20], nil, "", 1}, nil},
	{"11 said to be zipped", "gzip kind=plain", "POST", "", seen{200, "", gzip.ErrHeader, "", 1}, seen{200, "", gzip.ErrHeader, "", 1}, nil},
	{"11 said to be zipped, and short", "gzip kind=plain", "GET", "", seen{200, "", io.ErrUnexpectedEOF, "", 1}, seen{200, "", io.ErrUnexpectedEOF, "", 1}, nil},
	{"11 zipped and cut", "gzip kind=cut", "POST", "", seen{200, rowBody, io.ErrUnexpectedEOF, "", 1}, seen{200, rowBody, io.ErrUnexpectedEOF, "", 1}, nil},
	// How net/http words it depends on which of two timers runs first, which nothing orders.
	{"13 stalls in the body", "stall bytes=6", "POST", "", seen{200, rowBody[:6], context.DeadlineExceeded, "while reading body|context deadline exceeded$", 1}, seen{200, rowBody[:6], context.DeadlineExceeded, "while reading body|context deadline exceeded$", 1}, func(n faultNet) bool { return n.name == "pipe in a bubble" }},
	{"16 stream broken off", "stream-error", "POST", "", seen{0, "", nil, "INTERNAL_ERROR; received from peer", 1}, seen{0, "", nil, "INTERNAL_ERROR; received from peer", 1}, rowHTTP2},
	{"16 stream broken off, GET", "stream-error", "GET", "", seen{0, "", nil, "INTERNAL_ERROR; received from peer", 1}, seen{0, "", nil, "INTERNAL_ERROR; received from peer", 1}, rowHTTP2},
	{"17 reset below TLS", "reset", "GET", "", reset1, reset1, rowTLS},
	{"18 nobody listens", "refused", "GET", "", seen{is: syscall.ECONNREFUSED}, seen{is: syscall.ECONNREFUSED}, nil},
}

func TestWhatAClientSees(t *testing.T) {
	t.Parallel()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			faultOver(t, func(t *testing.T, n faultNet) {
				nets := r.nets
				if nets == nil {
					nets = rowHTTP1
				}
				if !nets(n) {
					return // another row is about it
				}
				r.check(t, n, r.new, false)
				r.check(t, n, r.warm, true)
			})
		})
	}
}

func (r sight) check(t *testing.T, n faultNet, want seen, warm bool) {
	t.Helper()
	p := n.start(t, Allow("no-route", "blind-repeat"))
	p.client.Timeout = 30 * time.Second
	before := 0
	if warm {
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
		before = 1
	}
	if r.method == "PUT" || r.method == "DELETE" { // which no operation of the shelf has
		remove := p.Intercept(Connect, func(c *Call) { require.NoError(t, c.Inject(faultLine(r.line))) })
		defer remove()
	} else {
		p.Inject(faultLine(r.line))
	}
	var header []string
	if r.key != "" {
		header = []string{r.key, "1"}
	}
	body := `{"title":"Emma"}`
	if r.method == "GET" {
		body = ""
	}
	a := p.send(r.method, "/books.json", body, header...)
	require.Equal(t, want.status, a.status, "warm=%t: %v", warm, a.err)
	require.Equal(t, want.body, a.body)
	switch {
	case want.is != nil:
		require.ErrorIs(t, a.err, want.is, "warm=%t", warm)
		require.Regexp(t, want.text, a.err.Error())
	case want.text != "":
		require.ErrorContains(t, a.err, want.text, "warm=%t", warm)
	default:
		require.NoError(t, a.err, "warm=%t", warm)
	}
	require.Len(t, p.Calls(), before+want.hits, "warm=%t", warm)
	p.Close()
}

// Row 12: a header that comes too late for the transport, on either connection.
func TestHeadersTooLate(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		if !n.bubble || n.http2 {
			return // the time is the machine's, or the setting another transport's
		}
		p := n.start(t)
		transport := p.net.client.Clone()
		defer transport.CloseIdleConnections()
		transport.ResponseHeaderTimeout = 2 * time.Second
		p.client = &http.Client{Transport: transport}
		p.Inject(faultLine("slow-headers delay=30s call=1,3"))
		for _, want := range []bool{true, false, true} { // new, answered, then warm
			a := p.send("GET", "/books.json", "")
			require.Equal(t, want, a.err != nil)
			if want {
				require.ErrorContains(t, a.err, "timeout awaiting response headers")
				require.True(t, faultTimedOut(a.err))
			}
		}
		require.Len(t, p.Calls(), 3)
	})
}

// Row 14: an upload of 8 MiB that is broken off ends in one of three errors, so
// no test can count on the text; nothing is applied, and nobody repeats it.
func TestBrokenUpload(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		for _, line := range []string{"reset-during-upload", "reset-during-upload bytes=0", "reset-during-upload bytes=4194304"} {
			p := n.start(t)
			require.Equal(t, 200, p.status("GET", "/books.json", ""))
			armed := p.Inject(faultLine(line).On("AddBook"))
			require.Equal(t, 200, p.status("GET", "/books.json", ""), "it is about another operation")
			a := p.send("POST", "/books.json", `{"title":"`+strings.Repeat("x", 8<<20)+`"}`, "Idempotency-Key", "1")
			require.Error(t, a.err)
			require.Zero(t, a.status)
			require.Equal(t, 1, armed.Fired())
			require.Zero(t, p.Books.Len())
			x := p.last(t)
			require.Len(t, p.Calls(), 3)
			require.Equal(t, "AddBook", x.Op)
			require.Equal(t, armed.list[0].fault.String(), x.Fault)
			require.False(t, x.Committed)
			require.Len(t, x.Body, map[bool]int{true: 0, false: 4 << 20}[strings.Contains(line, "=0")]+map[bool]int{true: 6, false: 0}[line == "reset-during-upload"])
			armed.Disarm()
			require.Equal(t, 200, p.status("POST", "/books.json", `{"title":"Emma"}`))
		}
	})
}

// What can be broken off: a body that goes on behind the place, chunked or not.
func TestUploadsThatCanBreak(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	p.Inject(faultLine("reset-during-upload bytes=10").When("query:import", "==", "1"))
	require.Equal(t, 200, p.status("GET", "/books.json?import=1", ""))
	require.NoError(t, p.send("POST", "/books.json?import=1", `0123456789`).err, "all of it is read before the place")
	require.Equal(t, 200, p.status("POST", "/books.json", `{"title":"Emma"}`))
	require.Error(t, p.send("POST", "/books.json?import=1", `{"title":"Emma"}`).err)
	r, err := http.NewRequest("POST", p.base+"/books.json?import=1", io.MultiReader(strings.NewReader(`{"title":"Emma"}`)))
	require.NoError(t, err)
	r.Header.Set("X-Key", "k")
	_, err = p.client.Do(r)
	require.Error(t, err)
	require.Equal(t, `{"title":"`, string(p.last(t).Body), "in chunks")
}

// Row 15: what becomes of a POST that is redirected. The client is told 200, and
// by three of the five codes nothing was created.
func TestRedirectedPost(t *testing.T) {
	t.Parallel()
	for code, method := range map[string]string{"301": "GET", "302": "GET", "303": "GET", "307": "POST", "308": "POST"} {
		faultOver(t, func(t *testing.T, n faultNet) {
			p := n.start(t)
			p.Inject(NewFault("redirect").Set("code", code).Set("to", p.base+"/books.json").Call(1))
			a := p.send("POST", "/books.json", `{"title":"Emma"}`)
			require.NoError(t, a.err)
			require.Equal(t, 200, a.status, code)
			require.Equal(t, method, p.last(t).Method)
			require.Equal(t, method == "POST", p.Books.Len() == 1, code)
			require.Equal(t, method == "POST", len(p.last(t).Body) > 0)
		})
	}
}

// Row 16: nothing can be written past net/http over HTTP/2.
func TestNoHijackOverHTTP2(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		if !n.http2 {
			return
		}
		p := n.start(t)
		p.net.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _, err := http.NewResponseController(w).Hijack()
			if !errors.Is(err, http.ErrNotSupported) {
				t.Errorf("got %v, want ErrNotSupported", err)
			}
		})
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
	})
}
