package fake

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/cartdouble/cartdouble/internal/memnet"
)

// receivers are the handlers that a test has given for addresses. They are
// served by net/http over connections in memory, so they meet what a handler
// meets behind a real server.
type receivers struct {
	s    *Server
	list []*receiver // under the server's lock
	idle lines

	mu     sync.Mutex
	http   *http.Server // nil until something is sent
	conns  int
	none   *sync.Cond // conns fell to 0
	closed bool
}

// receiver is one of them.
type receiver struct {
	home  *receivers
	key   string // scheme and host
	path  string
	query string // "" fits every query
	below bool   // serves what is below its path too

	mu       sync.Mutex
	handler  http.Handler
	listener *memnet.Listener  // nil until something is sent
	panics   map[string]string // by the sender's address
}

type receiverKey struct{}

// serve serves a receiver; the goroutine ends with the listener.
func (rs *receivers) serve(l net.Listener) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.closed {
		_ = l.Close()
		return
	}
	if rs.http == nil {
		rs.none = sync.NewCond(&rs.mu)
		rs.http = &http.Server{
			Handler:                      http.HandlerFunc(serveReceiver),
			BaseContext:                  rs.context,
			ConnState:                    rs.track,
			ErrorLog:                     log.New(io.Discard, "", 0),
			DisableGeneralOptionsHandler: true,
		}
	}
	server := rs.http
	go func() { _ = server.Serve(l) }()
}

// Receive serves deliveries to an address in the process. An address that ends
// in / or has no path stands for all below it; the longest one wins, and goes
// before the loopback interface. A second receiver for the same address replaces
// the first. A receiver that panics has closed the connection.
func (h *Hooks) Receive(address string, handler http.Handler) {
	h.s.tb.Helper()
	h.usable("Receive")
	u, err := url.Parse(address)
	if err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || handler == nil) {
		err = fmt.Errorf("%q: want an absolute http or https URL, and a handler", address)
	}
	if err != nil {
		h.s.tb.Helper()
		h.s.Mistake("Hooks.Receive: %v", err)
		return
	}
	r := &receiver{
		home: &h.home, key: hostKey(u), path: cmp.Or(u.EscapedPath(), "/"), query: u.RawQuery,
		below: u.RawQuery == "" && (u.Path == "" || strings.HasSuffix(u.Path, "/")), handler: handler,
	}
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	for _, other := range h.home.list {
		if other.key == r.key && other.path == r.path && other.query == r.query {
			other.mu.Lock()
			other.handler = handler
			other.mu.Unlock()
			return
		}
	}
	h.home.list = append(h.home.list, r)
}

// hostKey is scheme, host and port of an address in one spelling.
func hostKey(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// route gives the way to an address, nil where nothing is sent to it.
func (rs *receivers) route(address string) *way {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil
	}
	key, path := hostKey(u), cmp.Or(u.EscapedPath(), "/")
	var best *receiver
	for _, r := range rs.list {
		fits := path == r.path || r.below && strings.HasPrefix(path, r.path)
		if r.key != key || !fits || r.query != "" && r.query != u.RawQuery {
			continue
		}
		if best == nil || len(r.path)+len(r.query) > len(best.path)+len(best.query) {
			best = r
		}
	}
	if best != nil {
		return &way{url: u, to: best}
	}
	return loopback(u)
}

// dial connects to the receiver.
func (r *receiver) dial(ctx context.Context) (net.Conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listener == nil {
		r.listener, r.panics = memnet.Listen("receiver"), map[string]string{}
		r.home.serve(named{r.listener, r})
	}
	return r.listener.Dial(ctx)
}

// named is a listener that knows its receiver.
type named struct {
	net.Listener
	r *receiver
}

func (rs *receivers) context(l net.Listener) context.Context {
	return context.WithValue(rs.s.life, receiverKey{}, l.(named).r)
}

// serveReceiver calls the receiver of the connection, and remembers that it
// panicked for the attempt that meets a closed connection.
func serveReceiver(w http.ResponseWriter, req *http.Request) {
	r := req.Context().Value(receiverKey{}).(*receiver)
	r.mu.Lock()
	handler := r.handler
	r.mu.Unlock()
	done := false
	defer func() {
		p := recover()
		if done {
			return
		}
		what := fmt.Sprintf("the receiver panicked: %v", p)
		switch p {
		case nil:
			what = "the receiver ended its goroutine"
		case http.ErrAbortHandler:
			what = "the receiver aborted"
		}
		r.mu.Lock()
		r.panics[req.RemoteAddr] = what
		r.mu.Unlock()
		if p != nil {
			panic(http.ErrAbortHandler)
		}
	}()
	handler.ServeHTTP(w, req)
	done = true
}

// panicked is what the receiver did on a connection instead of answering, "" if
// nothing is known.
func (r *receiver) panicked(sender net.Addr) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.panics[sender.String()]
}

func (rs *receivers) track(_ net.Conn, state http.ConnState) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	switch state {
	case http.StateNew:
		rs.conns++
	case http.StateClosed, http.StateHijacked:
		if rs.conns--; rs.conns == 0 {
			rs.none.Broadcast()
		}
	}
}

// forget takes all receivers away.
func (rs *receivers) forget() {
	for _, r := range rs.list {
		r.mu.Lock()
		if r.listener != nil {
			_ = r.listener.Close()
		}
		r.mu.Unlock()
	}
	rs.list = nil
	rs.idle.close(func(string) bool { return true })
}

// close ends all connections to receivers; in a bubble when their goroutines are
// done, as network.close does, because nobody would wake them later.
func (rs *receivers) close() {
	rs.s.mu.Lock()
	rs.forget()
	rs.s.mu.Unlock()
	rs.mu.Lock()
	server := rs.http
	rs.closed = true
	rs.mu.Unlock()
	if server == nil {
		return
	}
	_ = server.Close()
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for rs.conns > 0 && rs.s.guard.Inside() {
		rs.none.Wait()
	}
}
