package fake

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// outcome is how an attempt ended on the wire.
type outcome struct {
	end    time.Time
	status int // 0: no answer
	answer []byte
	told   string // its header Retry-After
	err    string
}

// line is a connection that was used and can be used again.
type line struct {
	net.Conn
	read *bufio.Reader
}

// lines are idle connections by their route.
type lines struct {
	mu   sync.Mutex
	idle map[string][]*line
}

// mostLines is how many idle connections are kept for one route.
const mostLines = 16

// carry sends an attempt and waits for its answer, without the lock. Its caller
// counts as work in progress.
func (h *Hooks) carry(p *parcel, parked func()) {
	ctx, cancel := context.WithCancel(p.life)
	defer cancel()
	w := h.s.clock.watched(cancel, parked)
	o := &p.outcome
	err := h.exchange(ctx, p, w)
	late := w.done()
	o.end = h.s.clock.now()
	if err == nil {
		return
	}
	switch o.status = 0; {
	case late:
		o.err = "timeout"
	case p.life.Err() != nil:
		o.err = "broken off: the server was closed or reset"
	default:
		o.err = failure(p, err)
	}
}

var (
	errCut    = errors.New("the request was cut short")
	errBroken = errors.New("the connection broke before anything was sent")
)

// exchange writes the request and reads the answer.
func (h *Hooks) exchange(ctx context.Context, p *parcel, w *watch) error {
	if p.answer != nil {
		p.outcome.status, p.outcome.answer, p.outcome.told = p.answer.Status, p.answer.Body, p.answer.Header.Get("Retry-After")
		return nil
	}
	if p.slow.broken {
		return errBroken
	}
	slow := p.slow.rate > 0 || p.slow.over > 0
	if !slow { // the sender's own time does not count
		w.limit(p.policy.Timeout)
	}
	l, err := h.line(ctx, p)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	sent := h.post(ctx, p, l, w)
	if slow {
		w.limit(p.policy.Timeout)
	}
	keep := false
	if ctx.Err() == nil {
		if keep, err = readAnswer(p, l, w); err != nil && sent != nil {
			err = sent
		}
	} else {
		err = ctx.Err()
	}
	if p.slow.cut {
		keep, err = false, errCut
	}
	if stop() && keep && err == nil && sent == nil {
		h.home.idle.put(p.route.key(), l)
	} else {
		_ = l.Close()
	}
	return err
}

// line gives a connection: one that was used before, unless the request is an
// odd one.
func (h *Hooks) line(ctx context.Context, p *parcel) (*line, error) {
	if p.slow == (slowPost{}) && p.target == nil {
		if l := h.home.idle.take(p.route.key()); l != nil {
			return l, nil
		}
	}
	conn, err := h.connect(ctx, p.route)
	if err != nil {
		return nil, err
	}
	p.sender = conn.LocalAddr()
	return &line{conn, bufio.NewReader(conn)}, nil
}

// post writes the request, or the part of it that faults let through.
func (h *Hooks) post(ctx context.Context, p *parcel, l *line, w *watch) error {
	p.sender = l.LocalAddr()
	head, body := p.attempt.head(p.route.url), p.attempt.Body
	x := &p.slow
	if x.cut {
		at := x.at
		if at < 0 {
			at = len(body) / 2
		}
		_, err := l.Write(append(head, body[:min(at, len(body))]...))
		endWriting(l.Conn)
		return err
	}
	over := x.over
	if x.rate > 0 {
		over = time.Duration(float64(len(body)) / float64(x.rate) * float64(time.Second))
	}
	if over == 0 {
		_, err := l.Write(append(head, body...))
		return err
	}
	if _, err := l.Write(head); err != nil {
		return err
	}
	w.parked() // what follows takes time on the clock: nobody waits for it
	pieces := max(1, min(x.chunks, len(body)))
	for i := range pieces {
		if err := h.s.clock.wait(ctx, over/time.Duration(pieces)); err != nil {
			return err
		}
		if _, err := l.Write(body[len(body)*i/pieces : len(body)*(i+1)/pieces]); err != nil {
			return err
		}
	}
	return nil
}

// endWriting says that nothing more comes, and still waits for what the receiver
// makes of it.
func endWriting(conn net.Conn) {
	if half, can := conn.(interface{ CloseWrite() error }); can {
		_ = half.CloseWrite()
	}
}

// head is the request up to its body.
func (a *Attempt) head(u *url.URL) []byte {
	var b bytes.Buffer
	b.WriteString(a.Method + " " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\n")
	if len(a.Body) > 0 || a.Method == http.MethodPost || a.Method == http.MethodPut || a.Method == http.MethodPatch {
		b.WriteString("Content-Length: " + strconv.Itoa(len(a.Body)) + "\r\n")
	}
	_ = a.Header.Write(&b)
	b.WriteString("\r\n")
	return b.Bytes()
}

// readAnswer reads the answer: its header within the time of the attempt, then
// as much of its body as the policy says. keep tells whether the connection can
// be used again.
func readAnswer(p *parcel, l *line, w *watch) (keep bool, err error) {
	var r *http.Response
	for r == nil || r.StatusCode < http.StatusOK { // not the informational ones
		if r, err = http.ReadResponse(l.read, &http.Request{Method: p.attempt.Method}); err != nil {
			return false, err
		}
	}
	most := p.policy.MaxRead
	if most <= 0 {
		most = 64 << 10
	}
	w.limit(p.policy.Timeout)
	body, err := io.ReadAll(io.LimitReader(r.Body, most))
	if err == nil && int64(len(body)) == most {
		_, err = io.ReadFull(r.Body, make([]byte, 1))
		if keep = errors.Is(err, io.EOF); !keep {
			err = io.ErrShortBuffer
		}
	}
	p.outcome.status, p.outcome.answer, p.outcome.told = r.StatusCode, body, r.Header.Get("Retry-After")
	return (err == nil || errors.Is(err, io.EOF)) && !r.Close && l.read.Buffered() == 0, nil
}

// failure says why no answer came.
func failure(p *parcel, err error) string {
	if p.route.to != nil && p.sender != nil {
		if what := p.route.to.panicked(p.sender); what != "" {
			return what
		}
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed without an answer"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "timeout"
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return "the certificate is not trusted"
	}
	text := err.Error()
	if strings.HasPrefix(text, "malformed ") {
		return "the answer is not HTTP"
	}
	return text
}

func (ls *lines) take(key string) *line {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	idle := ls.idle[key]
	if len(idle) == 0 {
		return nil
	}
	l := idle[len(idle)-1]
	ls.idle[key] = idle[:len(idle)-1]
	return l
}

func (ls *lines) put(key string, l *line) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.idle == nil {
		ls.idle = map[string][]*line{}
	}
	if len(ls.idle[key]) >= mostLines {
		_ = l.Close()
		return
	}
	ls.idle[key] = append(ls.idle[key], l)
}

// close closes the idle connections, all or only those over loopback. An
// answered one leaves no socket behind.
func (ls *lines) close(which func(key string) bool) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for key, idle := range ls.idle {
		if !which(key) {
			continue
		}
		for _, l := range idle {
			conn := l.Conn
			if t, is := conn.(*tls.Conn); is {
				conn = t.NetConn()
			}
			if t, is := conn.(*net.TCPConn); is {
				_ = t.SetLinger(0)
			}
			_ = conn.Close()
		}
		delete(ls.idle, key)
	}
}
