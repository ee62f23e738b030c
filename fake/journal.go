package fake

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// entry is an exchange as the journal keeps it. What only a reader of the
// journal wants is made when it is read.
type entry struct {
	Exchange
	date     string // header Date of the reply
	complete bool
	held     bool // waits for the clock, or for the client to give up
}

// journal keeps the exchanges in the order of arrival.
type journal struct {
	keep    int // -1: all
	seq     int
	entries []*entry
	moved   *sync.Cond // on the server's lock: an entry was completed or is held
}

// conn is what the journal knows of one connection.
type conn struct {
	net      net.Conn
	number   int // from 1, given at its first request
	requests int
	answered time.Time // when the last answer was decided
}

type connKey struct{}

// remember is the http.Server's ConnContext.
func remember(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, &conn{net: c})
}

// arrive reads the request whole, takes the lock and numbers the exchange. A
// request whose body breaks off, or that meets a closed server, has not arrived.
func (s *Server) arrive(r *http.Request) (*Call, bool) {
	body, err := readBody(r)
	if err != nil {
		return nil, false
	}
	s.knock(r, body)
	return s.enrol(r, body)
}

// enrol is the rest of arrive, once the body is here.
func (s *Server) enrol(r *http.Request, body []byte) (*Call, bool) {
	e := &entry{Exchange: Exchange{Method: r.Method, URL: r.RequestURI, Header: r.Header, Body: body}}
	c := calls.Get().(*Call)
	c.s, c.Request, c.Body, c.entry = s, r, body, e
	c.conn, _ = r.Context().Value(connKey{}).(*conn)
	s.clock.begin()
	c.lock()
	if s.closed {
		c.unlock()
		s.clock.end()
		return nil, false
	}
	s.serving.Add(1)
	if c.conn == nil {
		c.conn = s.foreignConn(r.RemoteAddr)
	}
	if c.conn.number == 0 {
		s.conns++
		c.conn.number = s.conns
	}
	c.conn.requests++
	s.journal.seq++
	c.Seq = s.journal.seq
	e.Seq, e.At, e.Conn, e.Reused = c.Seq, s.clock.now(), c.conn.number, c.conn.requests > 1
	s.journal.append(e)
	return c, true
}

func readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength == 0 {
		return nil, nil
	}
	if n := r.ContentLength; n > 0 && n <= 1<<16 {
		body := make([]byte, n)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	return io.ReadAll(r.Body)
}

// foreignConn serves Handler behind a server of somebody else's, whose
// connections are told apart by the client's address.
func (s *Server) foreignConn(addr string) *conn {
	c := s.foreign[addr]
	if c == nil {
		c = &conn{}
		s.foreign[addr] = c
	}
	return c
}

func (j *journal) append(e *entry) {
	if j.keep == 0 {
		return
	}
	if j.keep > 0 && len(j.entries) >= 2*j.keep {
		j.entries = append(j.entries[:0:0], j.entries[len(j.entries)-j.keep+1:]...)
	}
	j.entries = append(j.entries, e)
}

// kept are the entries that the journal shows.
func (j *journal) kept() []*entry {
	if j.keep > 0 && len(j.entries) > j.keep {
		return j.entries[len(j.entries)-j.keep:]
	}
	return j.entries
}

// count is the number of kept entries that fit.
func (j *journal) count(fits func(*entry) bool) int {
	n := 0
	for _, e := range j.kept() {
		if fits(e) {
			n++
		}
	}
	return n
}

// read gives copies of the kept entries that fit.
func (j *journal) read(fits func(*entry) bool) []Exchange {
	var xs []Exchange
	for _, e := range j.kept() {
		if fits(e) {
			xs = append(xs, e.read())
		}
	}
	return xs
}

// record completes the entry, before the first byte leaves.
func (s *Server) record(c *Call) {
	e := c.entry
	e.Committed = c.changed
	switch r := c.reply; {
	case c.plan.wire.cut != "":
	case c.plan.wire.raw != nil: // which may be no answer at all
		e.ReplyBody = c.plan.wire.raw
	case r != nil:
		e.Status, e.ReplyHeader, e.ReplyBody = r.Status, r.Header, r.Body
		c.conn.answered = s.clock.now()
		e.date = s.date(c.conn.answered.Add(c.plan.skew))
		s.tell(c, r)
	}
	c.plan.missed(c)
	c.plan.unasked(c)
	e.Fault = c.plan.String()
	e.complete, e.held = true, false
	s.blindRepeat(c)
	if c.plan.loses() {
		s.keepLost(c)
	}
	s.journal.moved.Broadcast()
}

// tell remembers the waiting time that a reply names. A date is by the clock that
// the call has seen.
func (s *Server) tell(c *Call, r *Reply) {
	after := r.Header.Get("Retry-After")
	if after == "" {
		return
	}
	if seconds, err := strconv.Atoi(after); err == nil && seconds > 0 {
		s.waits[c.Caller.Key] = s.clock.now().Add(time.Duration(seconds) * time.Second)
	} else if until, err := http.ParseTime(after); err == nil {
		s.waits[c.Caller.Key] = until.Add(-c.plan.skew)
	}
}

// read gives the exchange as the reader of the journal gets it: a copy.
func (e *entry) read() Exchange {
	x := e.Exchange
	x.Header = x.Header.Clone()
	x.Body = slices.Clone(x.Body)
	x.ReplyBody = slices.Clone(x.ReplyBody)
	if e.complete && x.Status != 0 {
		h := http.Header{}
		maps.Copy(h, x.ReplyHeader)
		h = h.Clone()
		if bodyAllowed(x.Status) {
			h.Set("Content-Length", strconv.Itoa(len(x.ReplyBody)))
		}
		if h.Get("Date") == "" {
			h.Set("Date", e.date)
		}
		x.ReplyHeader = h
	}
	return x
}

// Calls gives the exchanges in the order of arrival: all, or those that one of
// the selectors fits, an op ("ListCustomers") or a method with a path in which *
// stands for any text ("POST /v1/*"). An op that the API does not have is a
// mistake of the test.
func (s *Server) Calls(sel ...string) []Exchange {
	s.tb.Helper()
	fits := s.selectors("Calls", sel)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.journal.read(func(e *entry) bool { return fits.fit(e.Op, e.Method, e.URL) })
}

// Await waits until n calls that fit have been answered, or are held by a fault
// that waits for the clock, and gives them. The context ends the waiting.
func (s *Server) Await(ctx context.Context, n int, sel ...string) ([]Exchange, error) {
	s.tb.Helper()
	s.enter()
	fits := s.selectors("Await", sel)
	if keep := s.journal.keep; keep >= 0 && n > keep {
		s.tb.Helper()
		s.Mistake("Await(%d): the journal keeps the last %d calls only", n, keep)
		return nil, nil
	}
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.journal.moved.Broadcast()
	})
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	came := func(e *entry) bool { return (e.complete || e.held) && fits.fit(e.Op, e.Method, e.URL) }
	for s.journal.count(came) < n && ctx.Err() == nil {
		s.journal.moved.Wait()
	}
	xs := s.journal.read(came)
	if len(xs) < n {
		of := strings.TrimSuffix("calls "+strings.Join(sel, ", "), " ")
		return xs, fmt.Errorf("%s: %d of %d %s came: %w", s.api.Name, len(xs), n, of, ctx.Err())
	}
	return xs, nil
}

// journalText is the journal with its findings, one line each, for a test that fails.
func (s *Server) journalText(m *masks) string {
	var b strings.Builder
	for _, e := range s.journal.kept() {
		fmt.Fprintf(&b, "#%-3d %s %s %s", e.Seq, e.At.Format("15:04:05.000"), e.Method, m.target(e))
		switch {
		case !e.complete:
			b.WriteString("  not answered yet")
		case e.Status == 0:
			b.WriteString("  nothing answered")
		default:
			fmt.Fprintf(&b, "  %d, %d bytes", e.Status, len(e.ReplyBody))
		}
		for _, mark := range []struct {
			is   bool
			word string
		}{{e.Committed, "committed"}, {e.Resend, "sent again by net/http"}, {e.Fault != "", "fault " + m.text(e.Fault)}} {
			if mark.is {
				b.WriteString(", " + mark.word)
			}
		}
		b.WriteByte('\n')
		for _, f := range s.findings {
			if f.Call == e.Seq {
				grade := "note"
				if f.Mistake {
					grade = "mistake"
				}
				fmt.Fprintf(&b, "     %s %s\n", grade, m.text(f.String()))
			}
		}
	}
	return b.String()
}
