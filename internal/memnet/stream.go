package memnet

import (
	"io"
	"math/bits"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	leastBuffer = 1 << 10  // bytes; a request or a short reply
	mostBuffer  = 64 << 10 // bytes; a writer that is so far ahead waits
)

// stream is one direction of a connection: a buffer between the end that
// writes and the end that reads.
type stream struct {
	mu     sync.Mutex
	reader memSide
	writer memSide

	buf     []byte // ring; its length is a power of two
	at, n   int    // the n bytes from at on are unread
	writing bool   // one Write waits in its middle; others wait for its end
	want    int    // free bytes for which it waits
}

// memSide is what one end of a connection knows of a stream.
type memSide struct {
	wake  sync.Cond // for those who wait on this side: look again
	gone  bool      // this end closed or reset the connection
	fault error     // what this end gets because of what the other did

	late  bool // the deadline has passed
	due   time.Time
	timer *time.Timer // runs while due is not zero
}

func (s *stream) init() {
	s.reader.wake.L = &s.mu
	s.writer.wake.L = &s.mu
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.reader.gone:
			return 0, net.ErrClosed
		case len(p) == 0:
			return 0, nil
		case s.reader.late:
			return 0, os.ErrDeadlineExceeded
		case s.n > 0:
			return s.take(p), nil
		case s.reader.fault != nil:
			return 0, s.reader.fault
		}
		s.reader.wake.Wait()
	}
}

func (s *stream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.writing && s.unwritable() == nil {
		s.writer.wake.Wait()
	}
	for {
		if err := s.unwritable(); err != nil {
			return n, err
		}
		n += s.put(p[n:])
		s.reader.wake.Broadcast()
		if n == len(p) {
			return n, nil
		}
		s.waitForRoom(len(p) - n)
	}
}

// unwritable says why the writer cannot go on, if so.
func (s *stream) unwritable() error {
	switch {
	case s.writer.gone:
		return net.ErrClosed
	case s.writer.late:
		return os.ErrDeadlineExceeded
	}
	return s.writer.fault
}

// waitForRoom lets the reader make room for the rest of a Write, or for half a
// buffer, so that a long Write does not wake up for each small Read.
func (s *stream) waitForRoom(rest int) {
	s.writing, s.want = true, min(rest, mostBuffer/2)
	s.writer.wake.Wait()
	s.writing = false
	s.writer.wake.Broadcast() // the next Write, if this one now ends
}

// put copies what fits into the buffer, which grows up to its bound.
func (s *stream) put(p []byte) int {
	if need := s.n + len(p); need > len(s.buf) && len(s.buf) < mostBuffer {
		s.grow(min(need, mostBuffer))
	}
	p = p[:min(len(p), len(s.buf)-s.n)]
	if len(p) == 0 {
		return 0
	}
	end := (s.at + s.n) & (len(s.buf) - 1)
	copy(s.buf, p[copy(s.buf[end:], p):])
	s.n += len(p)
	return len(p)
}

func (s *stream) grow(need int) {
	buf := make([]byte, max(leastBuffer, 1<<bits.Len(uint(need-1))))
	first := s.buf[s.at:min(s.at+s.n, len(s.buf))]
	copy(buf[copy(buf, first):], s.buf[:s.n-len(first)])
	s.buf, s.at = buf, 0
}

// take moves bytes out of the buffer.
func (s *stream) take(p []byte) int {
	p = p[:min(len(p), s.n)]
	first := copy(p, s.buf[s.at:])
	copy(p[first:], s.buf)
	s.n -= len(p)
	s.at = (s.at + len(p)) & (len(s.buf) - 1)
	if s.n == 0 {
		s.at = 0 // the next Write is in one piece
	}
	if s.writing && len(s.buf)-s.n >= s.want {
		s.writer.wake.Broadcast()
	}
	return len(p)
}

// end closes the writer's side for good, while its end lives on. It gives false
// if that end is gone.
func (s *stream) end() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer.gone {
		return false
	}
	s.conclude(io.EOF, syscall.EPIPE)
	return true
}

// leaveWriter is the writer's end going away: the reader gets what is in the
// buffer, then fault. It gives false if that end was gone already.
func (s *stream) leaveWriter(fault error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer.gone {
		return false
	}
	s.writer.leave()
	s.conclude(fault, nil)
	return true
}

// leaveReader is the reader's end going away: nobody will read what is in the
// buffer, and writing gives fault.
func (s *stream) leaveReader(fault error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reader.leave()
	s.buf, s.at, s.n = nil, 0, 0
	s.conclude(nil, fault)
}

// conclude says how reading and writing end from now on; what was said first
// stays. All who wait look again.
func (s *stream) conclude(reading, writing error) {
	if s.reader.fault == nil {
		s.reader.fault = reading
	}
	if s.writer.fault == nil {
		s.writer.fault = writing
	}
	s.reader.wake.Broadcast()
	s.writer.wake.Broadcast()
}

func (d *memSide) leave() {
	d.gone = true
	d.disarm()
}

func (d *memSide) disarm() {
	if !d.due.IsZero() {
		d.timer.Stop()
		d.due = time.Time{}
	}
}

// setDeadline sets until when one side may wait. It gives false if that end is
// gone. The two deadlines that net/http sets for each request, long past and
// none, cost neither a timer nor a look at the clock.
func (s *stream) setDeadline(d *memSide, t time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.gone {
		return false
	}
	d.disarm()
	d.late = false
	switch {
	case t.IsZero():
	case t.Unix() <= 1:
		d.pass()
	default:
		now := time.Now()
		wait := t.Sub(now)
		if wait <= 0 {
			d.pass()
			break
		}
		d.due = now.Add(wait) // with a monotonic reading, which t may lack
		if d.timer != nil {
			d.timer.Reset(wait)
			break
		}
		d.timer = time.AfterFunc(wait, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if !d.due.IsZero() && !time.Now().Before(d.due) { // else it was set anew
				d.disarm()
				d.pass()
			}
		})
	}
	return true
}

func (d *memSide) pass() {
	d.late = true
	d.wake.Broadcast()
}
