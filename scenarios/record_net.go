package scenarios

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/internal/memnet"
)

// upstreamURL is the address of the service. What goes over the network cannot be
// used in a synctest bubble: its connections never rest, and the clock of the
// bubble stands.
func (set *setup) upstreamURL(inBubble bool) (*url.URL, error) {
	text := set.upstream
	switch {
	case set.service != nil && text != "":
		return nil, fmt.Errorf("Upstream(%q) and UpstreamFake: there can be one service only", short(text, 60))
	case set.service != nil:
		set.service.Settle() // which tells at once where the fake is on the other side of a bubble
		text = set.service.BaseURL()
	case text == "":
		return nil, errors.New("there is no service to ask; the test has to give scenarios.Upstream(URL)")
	case inBubble:
		return nil, errors.New("in a synctest bubble no service on the network can be asked, for the clock of the bubble stands while a connection is open; run the test outside of it, or give a fake that is in it: scenarios.UpstreamFake(shop.Server)")
	}
	if inBubble && set.listener != nil {
		return nil, errors.New("On: in a synctest bubble there can be no port; use Run.Client with Run.BaseURL")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("Upstream(%q): want a host such as https://api.vendor.example, or a whole base URL", short(text, 60))
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// now is the time of the service, as far as that is known.
func (set *setup) now() time.Time {
	if set.service != nil {
		return set.service.Now()
	}
	return time.Now()
}

func (c *recorder) now() time.Time { return c.set.now() }

// listen opens the proxy: on the loopback interface, in a bubble in memory.
func (c *recorder) listen() error {
	c.upstream = &http.Transport{DisableCompression: true, Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	if c.set.service != nil {
		c.upstream = c.set.service.Transport()
	}
	dialer := &net.Dialer{}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "tcp", c.listener.Addr().String())
	}
	switch c.listener = c.set.listener; {
	case c.guard.Inside():
		l := memnet.Listen("recording")
		c.listener, dial = l, func(ctx context.Context, _, _ string) (net.Conn, error) { return l.Dial(ctx) }
		if c.vendor.Hooks != nil {
			c.set.service.Hooks.Receive(c.hookURL(), http.HandlerFunc(c.serveHook))
		}
	case c.listener == nil:
		var err error
		if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return err
		}
	}
	c.client = &http.Transport{DialContext: dial, DialTLSContext: dial, MaxIdleConnsPerHost: 1 << 10}
	c.server = &http.Server{Handler: http.HandlerFunc(c.serve), ErrorLog: silent, ConnState: c.track}
	go func() { _ = c.server.Serve(c.listener) }() // ends with the listener
	return nil
}

// RoundTrip sends a request of the client to the proxy. As in a replay, nothing
// but the service can be reached.
func (c *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := c.guard.Check(); err != nil {
		closeBody(req)
		err = fmt.Errorf("scenarios: %s: %w", c.file, errors.New(strings.Replace(err.Error(), "the server", "the recording", 1)))
		c.tb.Errorf("%v", err)
		return nil, err
	}
	hosts := append(slices.Clone(c.vendor.Hosts), c.up.Hostname(), "127.0.0.1", "localhost")
	if base, err := url.Parse(c.vendor.Base); err == nil {
		hosts = append(hosts, base.Hostname())
	}
	if !slices.Contains(hosts, req.URL.Hostname()) {
		closeBody(req)
		err := fmt.Errorf("scenarios: %s %s: this recording is of %v only, and nothing else is called", req.Method, req.URL.Redacted(), c.vendor.Hosts)
		c.problem("%v", err)
		return nil, err
	}
	return c.client.RoundTrip(req)
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// CloseIdleConnections is what http.Client.CloseIdleConnections calls.
func (c *recorder) CloseIdleConnections() { c.client.CloseIdleConnections() }

// track counts the connections of the client.
func (c *recorder) track(_ net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		c.conns++
	case http.StateClosed, http.StateHijacked:
		if c.conns--; c.conns == 0 {
			c.unlinked.Broadcast()
		}
	}
}

// close ends the proxy, so that nothing is added any more. In a bubble it waits for
// the goroutines of the connections, as nobody would wake them later.
func (c *recorder) close() {
	c.settle()
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	c.client.CloseIdleConnections()
	_ = c.server.Close()
	if idle, ok := c.upstream.(interface{ CloseIdleConnections() }); ok {
		idle.CloseIdleConnections()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.conns > 0 && c.guard.Inside() {
		c.unlinked.Wait()
	}
}

// url is the base URL of the proxy, with the path of the documented one.
func (c *recorder) url() string { return "http://" + c.listener.Addr().String() + basePath(c.vendor) }
