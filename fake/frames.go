package fake

import (
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
)

// streamCodes are the reasons for which a stream of HTTP/2 can be broken off.
var streamCodes = map[string]byte{
	"no-error": 0, "protocol-error": 1, "internal-error": 2, "flow-control-error": 3, "settings-timeout": 4,
	"stream-closed": 5, "frame-size-error": 6, "refused-stream": 7, "cancel": 8, "compression-error": 9,
	"connect-error": 10, "enhance-your-calm": 11, "inadequate-security": 12, "http-1-1-required": 13,
}

// net/http breaks a stream off with one code only; a client repeats by itself
// what was refused with another.
const (
	internalError = 2
	refusedStream = 7
	resetFrame    = 3 // RST_STREAM
)

func streamCode(value string) error {
	if _, known := streamCodes[value]; !known {
		names := slices.Sorted(maps.Keys(streamCodes))
		return fmt.Errorf("want one of %s%s", strings.Join(names, ", "), didYouMean(value, names))
	}
	return nil
}

// secureAcceptor makes the TLS of HTTP/2 below net/http, so that it can put a
// frameConn on top while a fault needs one.
type secureAcceptor struct {
	net.Listener
	s      *Server
	config *tls.Config
}

func (l secureAcceptor) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	secure := tls.Server(c, l.config)
	if l.s.recoded.Load() {
		return &frameConn{Conn: secure, codes: make(chan byte, 1)}, nil
	}
	return secure, nil
}

// frameConn changes the code of the streams that net/http breaks off. To net/http
// it is a connection without TLS; the client sees one with.
type frameConn struct {
	net.Conn
	codes chan byte // for the next stream that is broken off; full until it was

	head [9]byte // of the frame that is being written
	have int     // bytes of the head that were
	rest int     // bytes of the payload that were not
}

// NetConn is the connection below.
func (c *frameConn) NetConn() net.Conn { return c.Conn }

// Write passes frames on, which come in pieces.
func (c *frameConn) Write(p []byte) (int, error) {
	out, at := p, 0
	for at < len(p) {
		if c.have < len(c.head) {
			n := copy(c.head[c.have:], p[at:])
			c.have, at = c.have+n, at+n
			if c.have == len(c.head) {
				c.rest = int(c.head[0])<<16 | int(c.head[1])<<8 | int(c.head[2])
			}
		}
		if c.have < len(c.head) {
			break
		}
		n := min(c.rest, len(p)-at)
		if last := at + c.rest - 1; c.head[3] == resetFrame && n > 0 && n == c.rest && p[last] == internalError {
			out = c.recode(out, p, last) // all codes have one byte
		}
		if at, c.rest = at+n, c.rest-n; c.rest == 0 {
			c.have = 0
		}
	}
	if _, err := c.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// recode gives what is to be written with the code at a place, a copy of p.
func (c *frameConn) recode(out, p []byte, at int) []byte {
	select {
	case code := <-c.codes:
		if &out[0] == &p[0] {
			out = slices.Clone(p)
		}
		out[at] = code
	default: // broken off for another reason
	}
	return out
}

// announce tells the connection of a call by which code its stream will be broken
// off. Calls on one connection take turns, so that each gets its own.
func (s *Server) announce(c *Call) {
	code := c.plan.wire.code
	conn, can := c.conn.net.(*frameConn)
	switch {
	case can:
		ctx, cancel := c.patience()
		defer cancel()
		if ctx.Err() != nil {
			return // the client has ended the stream: nobody breaks it off
		}
		if code == 0 && !c.plan.wire.recode {
			code = internalError
		}
		select {
		case conn.codes <- code:
		case <-ctx.Done():
		}
	case c.plan.wire.recode && code != internalError:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.found(Finding{
			Call: c.Seq, Kind: "impossible-fault", Mistake: true,
			Detail: c.entry.Fault + ": this connection is older than the fault, so its streams end with internal-error; arm it before the client connects, or close the client's idle connections",
		})
	}
}
