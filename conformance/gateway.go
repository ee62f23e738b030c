package conformance

import (
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// A gateway is the network of a scene for a client that is not in this process,
// or that makes its own connections: a port on loopback that hands every request
// to the transport of the scene, with its budget and its proxies, and every
// answer back as it came, broken ones included. A second port, under another
// name, stands for the rest of the world.
type gateway struct {
	net    *transport
	here   *http.Server
	abroad *http.Server
	base   string // "http://127.0.0.1:41234"
	away   string // "http://localhost:41235": another host to the client
}

// openGateway opens both ports.
func openGateway(t *transport) (*gateway, error) {
	g := &gateway{net: t}
	here, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	away, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, here.Close())
	}
	_, port, err := net.SplitHostPort(away.Addr().String())
	if err != nil {
		return nil, errors.Join(err, here.Close(), away.Close())
	}
	g.base, g.away = "http://"+here.Addr().String(), "http://localhost:"+port
	g.here = &http.Server{Handler: http.HandlerFunc(g.serve), ErrorLog: silence()}
	g.abroad = &http.Server{Handler: http.HandlerFunc(g.serveAbroad), ErrorLog: silence()}
	go func() { _ = g.here.Serve(here) }()   // ends with close
	go func() { _ = g.abroad.Serve(away) }() // likewise
	return g, nil
}

// close ends both ports and what is open on them.
func (g *gateway) close() { _ = errors.Join(g.here.Close(), g.abroad.Close()) }

// serve hands one request on. What breaks behind the gateway breaks before it: a
// connection that dies is closed, half a body stays half a body.
func (g *gateway) serve(w http.ResponseWriter, r *http.Request) {
	answer, err := g.net.RoundTrip(g.onward(r, g.net.target.Scheme, g.net.target.Host))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer answer.Body.Close()
	h := w.Header()
	maps.Copy(h, answer.Header)
	if to := answer.Header.Get("Location"); to != "" {
		h.Set("Location", g.redirected(to))
	}
	if answer.Header.Get("Content-Type") == "" {
		h["Content-Type"] = nil // keeps net/http from guessing one
	}
	if answer.ContentLength < 0 && len(answer.TransferEncoding) == 0 {
		h.Set("Transfer-Encoding", "identity") // it ends with the connection
	}
	if answer.Close {
		h.Set("Connection", "close")
	}
	w.WriteHeader(answer.StatusCode)
	if err := relay(w, answer.Body); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// serveAbroad takes what would have left for another host.
func (g *gateway) serveAbroad(w http.ResponseWriter, r *http.Request) {
	answer, err := g.net.abroad(g.onward(r, "http", r.Host))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer answer.Body.Close()
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.StatusCode)
	_ = relay(w, answer.Body)
}

// onward is a request as a client sends it, to that host.
func (g *gateway) onward(r *http.Request, scheme, host string) *http.Request {
	out := r.Clone(r.Context())
	out.RequestURI = ""
	out.URL = &url.URL{Scheme: scheme, Host: host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery, ForceQuery: r.URL.ForceQuery}
	out.Host = host
	if r.ContentLength == 0 {
		out.Body = nil // http.NoBody of a server is not that of a client
	}
	if _, said := r.Header["User-Agent"]; !said {
		out.Header["User-Agent"] = nil // as it came, without one
	}
	return out
}

// redirected is where a client of the gateway is sent to: the API's own hosts are
// the gateway, all others are abroad.
func (g *gateway) redirected(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Host == "" {
		return to
	}
	base := g.away
	if g.net.knows(u.Hostname()) {
		base = g.base
	}
	return base + strings.TrimPrefix(to, u.Scheme+"://"+u.Host)
}

// relay copies a body and sends each part of it at once, for it may be slow.
func relay(w http.ResponseWriter, body io.Reader) error {
	out := http.NewResponseController(w)
	part := make([]byte, 32<<10)
	for {
		n, err := body.Read(part)
		if n > 0 {
			if _, err := w.Write(part[:n]); err != nil {
				return err
			}
			_ = out.Flush() // what cannot be flushed now leaves at the end
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
