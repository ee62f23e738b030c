package fake

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// dialKinds are the faults of connections that are only being made. There is no
// request yet that could choose them: what counts is the connections.
var dialKinds = map[string]*kind{
	"refused": {
		point: Arrive, ends: true, cuts: true, dials: true,
		params: map[string]param{"for": someTime},
		vet:    vetRefused,
		placed: func(s *Server, a *armed) { a.takeDown(s) },
	},
	"slow-accept": {
		point: Arrive, cuts: true, dials: true,
		params: map[string]param{"delay": someTime},
		needs:  []string{"delay"},
	},
}

// dialled is asked for each connection that is made in memory: whether it is
// refused, and after which time it is there.
func (s *Server) dialled(ctx context.Context) error {
	if !s.dials.Load() {
		return nil
	}
	s.clock.begin()
	defer s.clock.end()
	delay, refused := s.dialFaults(true)
	if refused {
		return s.net.memory().Refusal()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	if err := s.clock.wait(ctx, delay); err != nil {
		return &net.OpError{Op: "dial", Net: "memory", Addr: s.net.memory().Addr(), Err: err}
	}
	return nil
}

// dialFaults counts a connection and says what becomes of it: one that is refused
// is not late as well. Over loopback, those that are refused do not come so far.
func (s *Server) dialFaults(inMemory bool) (delay time.Duration, refused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var late []*armed
	for _, a := range s.armed {
		refuses := a.fault.Name() == "refused"
		if !a.kind.dials || a.disarmed || refuses && !inMemory || !a.hitsDial(s) {
			continue
		}
		if refuses {
			a.fired++
			return 0, true
		}
		late = append(late, a)
	}
	for _, a := range late {
		a.fired++
		delay += a.fault.duration("delay", 0)
	}
	return delay, false
}

func (a *armed) hitsDial(s *Server) bool {
	if end := a.ends(); !end.IsZero() && !s.clock.now().Before(end) {
		return false
	}
	number := func() uint64 { return uint64(a.calls) }
	return a.due(s, &occasion{op: "connect", same: number, like: number})
}

// begins is when a fault can hit for the first time.
func (a *armed) begins() time.Time { return a.since.Add(max(a.trigger.since, a.trigger.from)) }

// ends is when a fault can hit for the last time; zero: it goes on.
func (a *armed) ends() time.Time {
	end := time.Time{}
	if down := a.fault.duration("for", 0); down > 0 {
		end = a.begins().Add(down)
	}
	if last := a.since.Add(a.trigger.to); a.trigger.to > 0 && (end.IsZero() || last.Before(end)) {
		end = last
	}
	return end
}

// lasts tells whether the fault hits connections that are still to come, however
// many there were.
func (a *armed) lasts(now time.Time) bool {
	end := a.ends()
	return a.trigger.calls == nil && a.trigger.first == 0 && (end.IsZero() || now.Before(end))
}

// takeDown lets the server be down while the fault refused holds, where it does
// so for a time and not for counted connections: what is open breaks, and the
// port on loopback is closed.
func (a *armed) takeDown(s *Server) {
	if counts(a.fault) != "" {
		return
	}
	begin, end := a.begins(), a.ends()
	down := func() {
		up := s.net.shutPort(a)
		if a.taken = up; !end.IsZero() {
			s.task(end, func(*timer) { up() })
		}
	}
	if !begin.After(s.clock.now()) {
		down()
		return
	}
	s.task(begin, func(*timer) {
		if !a.disarmed {
			down()
		}
	})
}

// shutPort breaks all connections and closes the port on loopback. What that
// refuses is not seen, so closing it counts as a hit. In memory, dialled refuses.
func (n *network) shutPort(a *armed) (up func()) {
	n.mu.Lock()
	n.shut++
	if n.addr != "" {
		a.fired++
	}
	if n.tcp != nil {
		_ = n.tcp.Close()
		n.tcp = nil
	}
	n.mu.Unlock()
	n.client.CloseIdleConnections()
	n.drop()
	return sync.OnceFunc(func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.shut--
		n.reopen()
	})
}

// takeBack undoes what arming the fault did. It is called under the server's lock.
func (a *armed) takeBack() {
	if a.taken != nil {
		a.taken()
		a.taken = nil
	}
}

// counts is the first word of a fault that counts connections, "" without one.
func counts(f Fault) string {
	for _, word := range []string{"call", "first", "every", "chance"} {
		if f.Has(word) {
			return word
		}
	}
	if strings.Trim(f.Get("after"), "0123456789") == "" && f.Has("after") {
		return "after"
	}
	return ""
}

func vetRefused(s *Server, f Fault) error {
	word := counts(f)
	if word != "" && f.Has("for") {
		return fmt.Errorf("for= is about a time and %s= about single connections; want one of them", word)
	}
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	if word != "" && s.net.addr != "" {
		return errUnseen(word)
	}
	return nil
}

func errUnseen(word string) error {
	return fmt.Errorf("what the port of URL refuses is seen by nobody, so %s= cannot count it; say for= or between= instead", word)
}

// unseenDials finds the fault that counts what a port on loopback cannot.
func (s *Server) unseenDials() error {
	if !s.dials.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.armed {
		if word := counts(a.fault); a.fault.Name() == "refused" && word != "" && !a.spent() {
			return fmt.Errorf("fault refused: %w", errUnseen(word))
		}
	}
	return nil
}

// foresees refuses the triggers that look at what is not there yet when a fault of
// connections, or of requests on their way, decides.
func (k *kind) foresees(f Fault) error {
	switch {
	case k.dials:
		for _, word := range []string{"on", "when", "attempt"} {
			if f.Has(word) {
				return fmt.Errorf("%s= chooses by the request, and connections are hit before there is one", word)
			}
		}
	case k.uploads:
		if f.Has("attempt") {
			return fmt.Errorf("attempt=: it hits before the body is read, by which sendings are told apart")
		}
		elsewhere := []string{"query:", "header:", "param:", "state:"}
		for _, when := range f.All("when") {
			if !slices.ContainsFunc(elsewhere, func(place string) bool { return strings.HasPrefix(when, place) }) {
				return fmt.Errorf("when=%s: it hits before the body is read; choose by query:, header:, param: or state: instead", Quote(when))
			}
		}
	}
	return nil
}

// acceptor is a listener on loopback whose connections may be accepted late.
type acceptor struct {
	net.Listener
	s *Server
}

// Accept gives the next connection; one that is late is not read from before its
// time. It is there for the client all the same: the kernel has made it.
func (l acceptor) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil || !l.s.dials.Load() {
		return c, err
	}
	if delay, _ := l.s.dialFaults(false); delay > 0 {
		return &lateConn{Conn: c, s: l.s, delay: delay}, nil
	}
	return c, nil
}

type lateConn struct {
	net.Conn
	s     *Server
	delay time.Duration
	once  sync.Once
}

// NetConn is the connection below, for those who break it.
func (c *lateConn) NetConn() net.Conn { return c.Conn }

func (c *lateConn) Read(p []byte) (int, error) {
	c.once.Do(func() {
		c.s.clock.begin()
		defer c.s.clock.end()
		_ = c.s.clock.wait(c.s.life, c.delay) // a closed server closes the connection
	})
	return c.Conn.Read(p)
}
