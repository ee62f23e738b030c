package fake

import (
	"context"
	"crypto/tls"
	"crypto/x509"
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

// network is how calls reach a server: one http.Server, behind a listener in
// memory and, once URL was called, behind one on the loopback interface too.
// Nothing is opened before it is used.
type network struct {
	s      *Server
	http   *http.Server
	client *http.Transport
	cert   *certificate // with TLS

	mu     sync.Mutex
	mem    *memnet.Listener
	tcp    net.Listener // nil while it is down
	addr   string       // of the loopback listener, also while it is down
	conns  map[net.Conn]bool
	empty  *sync.Cond // no connection is left
	down   int        // how many times it was taken down and not up again
	shut   int        // the same of the port on loopback alone
	closed bool
}

func newNetwork(s *Server) *network {
	n := &network{s: s, conns: map[net.Conn]bool{}}
	n.empty = sync.NewCond(&n.mu)
	n.http = &http.Server{
		Handler:                      http.HandlerFunc(s.serve),
		BaseContext:                  func(net.Listener) context.Context { return s.life },
		ConnContext:                  remember,
		ConnState:                    n.track,
		ErrorLog:                     log.New(io.Discard, "", 0), // broken connections are often meant here
		DisableGeneralOptionsHandler: true,
	}
	n.client = &http.Transport{
		DialContext:         n.dial,
		MaxIdleConnsPerHost: 1 << 10,
	}
	if !s.opt.tls {
		n.client.DialTLSContext = n.dialSecure
		return n
	}
	n.cert = newCertificate(s.api.Hosts)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!s.opt.http2)
	protocols.SetHTTP2(s.opt.http2)
	n.client.Protocols = protocols
	serves := *protocols
	serves.SetUnencryptedHTTP2(s.opt.http2) // over a frameConn, which has the TLS below
	n.http.Protocols = &serves
	n.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{n.cert.server}}
	n.client.TLSClientConfig = &tls.Config{RootCAs: n.cert.pool}
	return n
}

// track knows the open connections, so that closing them leaves no socket
// behind in TIME_WAIT.
func (n *network) track(c net.Conn, state http.ConnState) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch state {
	case http.StateNew:
		_, tcp := below(c).(*net.TCPConn)
		if n.conns[c] = true; n.closed || n.down > 0 || tcp && n.shut > 0 { // accepted just before the listener was closed
			_ = c.Close()
		}
	case http.StateClosed, http.StateHijacked:
		if delete(n.conns, c); len(n.conns) == 0 {
			n.empty.Broadcast()
		}
	}
}

// dial connects to the listener in memory, whatever the address.
func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if err := n.s.dialled(ctx); err != nil {
		return nil, err
	}
	return n.memory().Dial(ctx)
}

// dialSecure is dial for https, where no TLS is asked for.
func (n *network) dialSecure(ctx context.Context, _, _ string) (net.Conn, error) {
	if err := n.s.dialled(ctx); err != nil {
		return nil, err
	}
	return n.memory().DialSecure(ctx)
}

// memory is the listener in memory, which is opened now.
func (n *network) memory() *memnet.Listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mem == nil {
		n.mem = memnet.Listen(n.s.api.Name)
		n.mem.Refuse(n.down > 0)
		if n.closed {
			_ = n.mem.Close()
		} else {
			n.serve(n.mem)
		}
	}
	return n.mem
}

func (n *network) serve(l net.Listener) {
	if _, mem := l.(*memnet.Listener); !mem {
		l = acceptor{l, n.s} // in memory, dial knows who comes
	}
	go func() {
		if n.s.opt.http2 {
			l = secureAcceptor{l, n.s, &tls.Config{Certificates: []tls.Certificate{n.cert.server}, NextProtos: []string{"h2"}}}
		} else if n.cert != nil {
			_ = n.http.ServeTLS(l, "", "") // ends with the listener
			return
		}
		_ = n.http.Serve(l)
	}()
}

// close ends every connection. In a bubble it waits until the last one's
// goroutine is done, because net/http may sleep before it ends one, and a bubble
// whose test is over no longer wakes it. Elsewhere they end by themselves.
func (n *network) close() {
	n.mu.Lock()
	n.closed = true
	mem, tcp := n.mem, n.tcp
	n.mu.Unlock()
	n.client.CloseIdleConnections()
	n.drop()
	if mem != nil {
		_ = mem.Close()
	}
	if tcp != nil {
		_ = tcp.Close()
	}
	if given := n.s.opt.listener; given != nil {
		_ = given.Close()
	}
	_ = n.http.Close()
	n.mu.Lock()
	defer n.mu.Unlock()
	for len(n.conns) > 0 && n.s.guard.Inside() {
		n.empty.Wait()
	}
}

// drop breaks all connections to the loopback listener without leaving sockets.
func (n *network) drop() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.conns {
		c = below(c)
		if t, is := c.(*net.TCPConn); is {
			_ = t.SetLinger(0)
		}
		_ = c.Close()
	}
}

// below is the connection under TLS, and under what a fault put on it.
func below(c net.Conn) net.Conn {
	for {
		upper, is := c.(interface{ NetConn() net.Conn })
		if !is {
			return c
		}
		c = upper.NetConn()
	}
}

// closeIdle takes warm connections from the clients of this server.
func (n *network) closeIdle() { n.client.CloseIdleConnections() }

// Client gives a client for which the vendor's hosts, and the loopback address
// of URL, are this server, without a port: over http and https alike. Any other
// host is an error for the client and a mistake in the findings. Each call gives
// a new Client over the same connections, so that a test may change it.
func (s *Server) Client() *http.Client { return &http.Client{Transport: s.Transport()} }

// Transport is what Client uses, to be wrapped by a transport of the test.
func (s *Server) Transport() http.RoundTripper { return (*transport)(s.net) }

type transport network

// RoundTrip sends a request to the server, over the connection in memory.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	s := t.s
	if err := s.guard.Check(); err != nil {
		err = fmt.Errorf("%s: %w", s.api.Name, err)
		s.tb.Errorf("%v", err)
		closeBody(r)
		return nil, err
	}
	if !s.answers(r.URL) {
		shown := s.newMasks(s.Credentials()).text(r.URL.Redacted())
		err := fmt.Errorf("%s: %s %s: this fake answers for %v only, and nothing leaves the process", s.api.Name, r.Method, shown, s.api.Hosts)
		s.mu.Lock()
		s.found(Finding{Kind: "foreign-host", Detail: r.Method + " " + r.URL.Redacted(), Mistake: true, Check: "GEN-REDIR-01"})
		s.mu.Unlock()
		closeBody(r)
		return nil, err
	}
	return t.client.RoundTrip(r)
}

// CloseIdleConnections is what http.Client.CloseIdleConnections calls.
func (t *transport) CloseIdleConnections() { t.client.CloseIdleConnections() }

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}

func (s *Server) answers(u *url.URL) bool {
	for _, host := range s.api.Hosts {
		if strings.EqualFold(host, u.Host) || strings.EqualFold(host, u.Hostname()) {
			return true
		}
	}
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	return u.Host != "" && u.Host == s.net.addr
}

// BaseURL is the documented base URL, for use with Client. With TLS it is one of
// https, whatever the document says.
func (s *Server) BaseURL() string {
	if plain, is := strings.CutPrefix(s.api.Base, "http://"); is && s.opt.tls {
		return "https://" + plain
	}
	return s.api.Base
}

// Handler serves the API behind a server of the test's own.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// URL is the base URL on the loopback interface, with the documented path:
// "http://127.0.0.1:41234/v1". The port is opened at the first call.
func (s *Server) URL() string {
	if err := s.unseenDials(); err != nil {
		s.tb.Helper()
		s.Mistake("URL: %v", err)
	}
	n := s.net
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.addr == "" {
		if n.closed {
			s.tb.Helper()
			s.Mistake("URL: the server is closed")
			return ""
		}
		l, err := s.opt.listener, error(nil)
		if l == nil {
			l, err = net.Listen("tcp", "127.0.0.1:0")
		}
		if err != nil {
			s.tb.Helper()
			s.Mistake("URL: %v", err)
			return ""
		}
		if n.addr = l.Addr().String(); n.down+n.shut > 0 {
			_ = l.Close()
		} else {
			n.tcp = l
			n.serve(l)
		}
	}
	scheme := "http://"
	if n.cert != nil {
		scheme = "https://"
	}
	return scheme + n.addr + s.base
}

// Certificate is the server's own under TLS and HTTP2, for clients other than
// Client; nil without.
func (s *Server) Certificate() *x509.Certificate {
	if s.net.cert == nil {
		return nil
	}
	return s.net.cert.server.Leaf
}

// Down takes the server off the network: connections break, and new ones are
// refused, in memory and on loopback, until up is called. Down twice takes two
// calls of up.
func (s *Server) Down() (up func()) {
	n := s.net
	n.mu.Lock()
	n.down++
	if n.mem != nil {
		n.mem.Refuse(true)
	}
	if n.tcp != nil {
		_ = n.tcp.Close()
		n.tcp = nil
	}
	n.mu.Unlock()
	n.client.CloseIdleConnections()
	n.drop()
	return sync.OnceFunc(n.up)
}

// up undoes one Down.
func (n *network) up() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down--; n.down == 0 && n.mem != nil {
		n.mem.Refuse(false)
	}
	n.reopen()
}

// reopen listens on loopback again, unless something still holds it down.
func (n *network) reopen() {
	if n.down+n.shut > 0 || n.closed || n.addr == "" {
		return
	}
	l, err := net.Listen("tcp", n.addr)
	if err != nil {
		n.s.tb.Helper()
		n.s.Mistake("Down: the port cannot be opened again: %v", err)
		return
	}
	n.tcp = l
	n.serve(l)
}
