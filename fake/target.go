package fake

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// way is how a delivery reaches its address.
type way struct {
	url  *url.URL
	to   *receiver // in the process; nil: over loopback
	port string
	ips  []string // loopback addresses, tried in this order
}

// overLoopback tells which of the connections leave the process. They are not
// kept: a receiver may go and come back between two deliveries.
func overLoopback(key string) bool { return !strings.HasPrefix(key, "process ") }

// key names the connections that a route may share.
func (r *way) key() string {
	if r.to != nil {
		return "process " + r.to.key + r.to.path + "?" + r.to.query
	}
	return r.url.Scheme + " " + strings.Join(r.ips, ",") + " " + r.port
}

// loopback gives the route to an address on this machine, nil for any other. No
// name is looked up: localhost stands for the loopback addresses themselves, and
// no other name for anything.
func loopback(u *url.URL) *way {
	r := &way{url: u, port: u.Port()}
	switch u.Scheme {
	case "http":
		r.port = cmp.Or(r.port, "80")
	case "https":
		r.port = cmp.Or(r.port, "443")
	default:
		return nil
	}
	if strings.EqualFold(u.Hostname(), "localhost") {
		r.ips = []string{"127.0.0.1", "::1"}
		return r
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil || !ip.IsLoopback() || ip.Is4In6() || ip.Zone() != "" {
		return nil
	}
	r.ips = []string{ip.String()}
	return r
}

// connect opens a connection. In the process a receiver serves https without
// TLS, as Client does; over loopback any certificate will do.
func (h *Hooks) connect(ctx context.Context, r *way) (conn net.Conn, err error) {
	if r.to != nil {
		return r.to.dial(ctx)
	}
	for _, ip := range r.ips {
		if conn, err = h.dial(ctx, "tcp", net.JoinHostPort(ip, r.port)); err == nil {
			break
		}
	}
	if err != nil || r.url.Scheme == "http" {
		return conn, err
	}
	secure := tls.Client(conn, &tls.Config{InsecureSkipVerify: true, ServerName: r.url.Hostname()})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}
