package fake

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cartdouble/cartdouble/internal/bubble"

	"github.com/stretchr/testify/require"
)

// faultNet is a way for calls to reach a server.
type faultNet struct {
	name   string
	opts   []Option
	tcp    bool // over loopback, with a client of the test's own
	bubble bool // the whole test runs in a synctest bubble
	http2  bool
}

var faultNets = slices.DeleteFunc([]faultNet{
	{name: "pipe"},
	{name: "pipe in a bubble", bubble: true},
	{name: "loopback", tcp: true},
	{name: "TLS", opts: []Option{TLS()}},
	{name: "TLS in a bubble", opts: []Option{TLS()}, bubble: true},
	{name: "TLS loopback", opts: []Option{TLS()}, tcp: true},
	{name: "HTTP2", opts: []Option{HTTP2()}, http2: true},
	{name: "HTTP2 in a bubble", opts: []Option{HTTP2()}, http2: true, bubble: true},
	{name: "HTTP2 loopback", opts: []Option{HTTP2()}, tcp: true, http2: true},
}, func(n faultNet) bool {
	return n.bubble && n.http2 && !bubble.HTTP2 // net/http cannot, before Go 1.26
})

// faultOver runs a test over each network.
func faultOver(t *testing.T, test func(t *testing.T, n faultNet)) {
	t.Helper()
	for _, n := range faultNets {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			if n.bubble {
				synctest.Test(t, func(t *testing.T) { test(t, n) })
				return
			}
			test(t, n)
		})
	}
}

// faultBubble runs a test in a bubble, with a shelf that is served in memory.
func faultBubble(t *testing.T, test func(t *testing.T, p *faultPeer), opts ...Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, faultNets[0].start(t, opts...)) })
}

// faultPeer is a shelf with a client that reaches it over one of the networks.
type faultPeer struct {
	*shelf
	client *http.Client
	base   string
}

func (n faultNet) start(tb testing.TB, opts ...Option) *faultPeer {
	tb.Helper()
	p := &faultPeer{shelf: newShelf(tb, append(opts, n.opts...)...)}
	p.client, p.base = n.reach(tb, p.Server)
	return p
}

// reach is a client for a server that was made with the options of the network.
func (n faultNet) reach(tb testing.TB, s *Server) (*http.Client, string) {
	tb.Helper()
	if !n.tcp {
		return s.Client(), s.BaseURL()
	}
	transport := &http.Transport{ForceAttemptHTTP2: n.http2}
	if cert := s.Certificate(); cert != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
		transport.TLSClientConfig.RootCAs.AddCert(cert)
	}
	tb.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}, s.URL()
}

// faultAnswer is what a client of net/http gets. An err that comes with a
// status is how reading the body ended.
type faultAnswer struct {
	status int
	header http.Header
	length int64
	closes bool // the connection is not kept
	body   string
	err    error
}

// send makes a call with the good key and reads the whole answer. The header is
// pairs of name and value.
func (p *faultPeer) send(method, path, body string, header ...string) faultAnswer {
	return p.sendIn(context.Background(), method, path, body, header...)
}

func (p *faultPeer) sendIn(ctx context.Context, method, path, body string, header ...string) faultAnswer {
	r, err := http.NewRequestWithContext(ctx, method, p.base+path, strings.NewReader(body))
	if err != nil {
		return faultAnswer{err: err}
	}
	r.Header.Set("X-Key", "k")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	got, err := p.client.Do(r)
	if err != nil {
		return faultAnswer{err: err}
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	return faultAnswer{got.StatusCode, got.Header, got.ContentLength, got.Close, string(text), err}
}

// later makes a call in a goroutine of its own.
func (p *faultPeer) later(method, path, body string) <-chan faultAnswer {
	done := make(chan faultAnswer, 1)
	go func() { done <- p.send(method, path, body) }()
	return done
}

// held waits until n calls are answered or wait for the clock.
func (p *faultPeer) held(tb testing.TB, n int) {
	tb.Helper()
	_, err := p.Await(context.Background(), n)
	require.NoError(tb, err)
}

// status makes a call, reads its answer and gives the status, 0 for an error.
func (p *faultPeer) status(method, path, body string, header ...string) int {
	return p.send(method, path, body, header...).status
}

// last is the newest exchange of the journal.
func (p *faultPeer) last(tb testing.TB) Exchange {
	tb.Helper()
	calls := p.Calls()
	require.NotEmpty(tb, calls)
	return calls[len(calls)-1]
}

// faultLine reads a fault without quotes: "rate-limited retry-after=2s".
func faultLine(line string) Fault {
	words := strings.Fields(line)
	f := NewFault(words[0])
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		f = f.Set(key, append(f.All(key), value)...)
	}
	return f
}

// faultRaw sends bytes over a connection in memory and gives all that comes
// back, and how it ended.
func faultRaw(tb testing.TB, s *shelf, request string) (string, error) {
	tb.Helper()
	conn, err := s.net.dial(context.Background(), "", "")
	require.NoError(tb, err)
	defer conn.Close()
	_, err = io.WriteString(conn, request)
	require.NoError(tb, err)
	answer, err := io.ReadAll(conn)
	return string(answer), err
}

// faultList is a request for the list, as bytes. The server closes after it.
const faultList = "GET /v1/books.json HTTP/1.1\r\nHost: api.shelf.example\r\nX-Key: k\r\nConnection: close\r\n\r\n"

// faultNoon is where the clock of a test stands that shows bytes.
var faultNoon = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)

// faultTimedOut tells whether a client gave up by its own clock.
func faultTimedOut(err error) bool {
	var late interface{ Timeout() bool }
	return errors.As(err, &late) && late.Timeout()
}

// faultOverOne runs a test in the bubble of its network, if that has one.
func faultOverOne(t *testing.T, n faultNet, test func(t *testing.T)) {
	t.Helper()
	if n.bubble {
		synctest.Test(t, test)
		return
	}
	test(t)
}

// httpRequest is a request for the list, with the good key.
func httpRequest(p *faultPeer) (*http.Request, error) {
	r, err := http.NewRequest("GET", p.base+"/books.json", nil)
	if err == nil {
		r.Header.Set("X-Key", "k")
	}
	return r, err
}
