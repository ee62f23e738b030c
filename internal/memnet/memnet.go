// Package memnet is a network in memory: buffered, full-duplex connections that
// net/http takes for TCP, fails like it, and can be waited for in a synctest
// bubble.
package memnet

import (
	"context"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// network is what the addresses and errors of the in-memory network give as
// the name of their network, where TCP says "tcp".
const network = "memory"

// serverAddr is where a listener listens: the name it was given.
type serverAddr string

func (serverAddr) Network() string  { return network }
func (a serverAddr) String() string { return string(a) }

// clientAddr is the number of a connection at its listener, from 1. Its text
// has the form host:port, for handlers that split the RemoteAddr of a request.
type clientAddr int

func (clientAddr) Network() string  { return network }
func (a clientAddr) String() string { return "client:" + strconv.Itoa(int(a)) }

// Listener accepts the connections that its own dial makes.
type Listener struct {
	addr net.Addr

	mu       sync.Mutex
	arrived  sync.Cond // waiting has one more, or closed
	waiting  []*Conn   // ends of the server that nobody has accepted
	dialled  int
	refusing bool
	closed   bool
}

// Listen gives a listener of that name, to which its own Dial connects.
func Listen(name string) *Listener {
	l := &Listener{addr: serverAddr(name)}
	l.arrived.L = &l.mu
	return l
}

// Accept gives the server's end of the next connection, in the order of
// dialling.
func (l *Listener) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) == 0 && !l.closed {
		l.arrived.Wait()
	}
	if l.closed {
		return nil, l.failed("accept", net.ErrClosed)
	}
	c := l.waiting[0]
	l.waiting[0] = nil
	l.waiting = l.waiting[1:]
	return c, nil
}

// Close refuses further connections and resets those that nobody accepted.
// Accepted ones live on.
func (l *Listener) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return l.failed("close", net.ErrClosed)
	}
	l.closed = true
	abandoned := l.waiting
	l.waiting = nil
	l.arrived.Broadcast()
	l.mu.Unlock()
	for _, c := range abandoned {
		c.reset()
	}
	return nil
}

// Addr is the listener's name.
func (l *Listener) Addr() net.Addr { return l.addr }

// Refuse makes dial fail until it is taken back. Connections that exist live on.
func (l *Listener) Refuse(on bool) {
	l.mu.Lock()
	l.refusing = on
	l.mu.Unlock()
}

// Dial gives the client's end of a new connection. It never waits: as with a
// kernel's backlog, the client may write before the server has accepted.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) { return l.dial(ctx, false) }

// Refusal is the error of a Dial to where nobody listens.
func (l *Listener) Refusal() error {
	return l.failed("dial", os.NewSyscallError("connect", syscall.ECONNREFUSED))
}

// DialSecure is Dial for a client that means TLS, and has no need of it in
// memory: both ends are Secure.
func (l *Listener) DialSecure(ctx context.Context) (net.Conn, error) { return l.dial(ctx, true) }

func (l *Listener) dial(ctx context.Context, secure bool) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, l.failed("dial", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.refusing {
		return nil, l.Refusal()
	}
	l.dialled++
	client, server := newLink(clientAddr(l.dialled), l.addr)
	client.secure, server.secure = secure, secure
	l.waiting = append(l.waiting, server)
	l.arrived.Signal()
	return client, nil
}

// Secure tells whether c came from DialSecure.
func Secure(c net.Conn) bool {
	mem, is := c.(*Conn)
	return is && mem.secure
}

func (l *Listener) failed(op string, err error) error {
	return &net.OpError{Op: op, Net: network, Addr: l.addr, Err: err}
}

// Conn is one end of a full-duplex connection in memory. It differs from a
// TCP connection in its addresses, and in that closing it with bytes unread is
// no reset: the peer reads what was sent before.
type Conn struct {
	in, out       *stream
	local, remote net.Addr
	secure        bool

	lateRead, lateWrite net.OpError // what a passed deadline gives; net/http makes one pass per request
}

// newLink makes both ends of a connection.
func newLink(from, to net.Addr) (client, server *Conn) {
	link := new(struct { // one piece of memory
		up, down       stream
		client, server Conn
	})
	link.up.init()
	link.down.init()
	link.client = Conn{in: &link.down, out: &link.up, local: from, remote: to}
	link.server = Conn{in: &link.up, out: &link.down, local: to, remote: from}
	for _, c := range []*Conn{&link.client, &link.server} {
		c.lateRead = *c.opError("read", os.ErrDeadlineExceeded)
		c.lateWrite = *c.opError("write", os.ErrDeadlineExceeded)
	}
	return &link.client, &link.server
}

// Read waits for bytes. Those sent before the peer closed or reset the
// connection come first, then io.EOF or ECONNRESET.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.in.read(p)
	switch err {
	case nil, io.EOF:
		return n, err
	case os.ErrDeadlineExceeded:
		return n, &c.lateRead
	}
	return n, c.opError("read", err)
}

// Write waits while the buffer is full. Nothing reaches a peer that is gone:
// EPIPE after its Close, ECONNRESET after its reset.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.out.write(p)
	switch err {
	case nil:
		return n, nil
	case os.ErrDeadlineExceeded:
		return n, &c.lateWrite
	}
	return n, c.opError("write", err)
}

// Close ends both directions. What was written can still be read by the peer.
func (c *Conn) Close() error {
	if !c.out.leaveWriter(io.EOF) {
		return c.opError("close", net.ErrClosed)
	}
	c.in.leaveReader(syscall.EPIPE)
	return nil
}

// CloseWrite ends this end's direction only: the peer reads what was written,
// then io.EOF, and can still answer.
func (c *Conn) CloseWrite() error {
	if !c.out.end() {
		return c.opError("close", net.ErrClosed)
	}
	return nil
}

// reset ends both directions as a TCP reset does: the peer can read what was
// written before, and everything else it does fails with ECONNRESET.
func (c *Conn) reset() {
	if c.out.leaveWriter(syscall.ECONNRESET) {
		c.in.leaveReader(syscall.ECONNRESET)
	}
}

// LocalAddr is the address of this end.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the address of the other end.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets until when reads may wait, also those that wait already.
// The zero time is no deadline.
func (c *Conn) SetReadDeadline(t time.Time) error {
	if !c.in.setDeadline(&c.in.reader, t) {
		return c.opError("set", net.ErrClosed)
	}
	return nil
}

// SetWriteDeadline is SetReadDeadline for writes.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	if !c.out.setDeadline(&c.out.writer, t) {
		return c.opError("set", net.ErrClosed)
	}
	return nil
}

// opError words an error as the net package does for TCP.
func (c *Conn) opError(op string, err error) *net.OpError {
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(op, errno)
	}
	return &net.OpError{Op: op, Net: network, Source: c.local, Addr: c.remote, Err: err}
}

// Reset breaks a connection so that the peer sees a reset: in memory, over
// TCP, or either below TLS. Any other is closed.
func Reset(c net.Conn) {
	switch c := c.(type) {
	case *Conn:
		c.reset()
	case *net.TCPConn:
		c.SetLinger(0)
		c.Close()
	case interface{ NetConn() net.Conn }: // *tls.Conn
		Reset(c.NetConn())
	default:
		c.Close()
	}
}
