package fake

import (
	"net/http"
	"slices"
)

// handle is the stage that runs the API's own code, and what faults do right
// before and after it.
func (s *Server) handle(c *Call) error {
	s.intercepted(BeforeApply, c)
	if c.answered {
		return nil
	}
	reply, err := c.Route.Handle(c)
	if err == nil {
		c.reply = &reply
	}
	if s.intercepted(AfterApply, c); c.answered {
		err = nil
	}
	if failure := c.plan.afterwards(c); failure != nil {
		return failure
	}
	return err
}

// intercepted runs the interceptors of a point.
func (s *Server) intercepted(p Point, c *Call) {
	for _, i := range s.interceptors {
		if i.point == p {
			i.do(c.show())
		}
	}
}

// freely runs the interceptors of a point at which the lock is free, so that they
// may call the server. of makes the call that they see.
func (s *Server) freely(p Point, of func() *Call) {
	if !s.free.Load() {
		return
	}
	s.mu.Lock()
	interceptors := slices.Clone(s.interceptors)
	s.mu.Unlock()
	for _, i := range interceptors {
		if i.point == p {
			i.do(of())
		}
	}
}

// knock runs the interceptors of the point Arrive.
func (s *Server) knock(r *http.Request, body []byte) {
	s.freely(Arrive, func() *Call { return &Call{s: s, Request: r, Body: body} })
}

type interceptor struct {
	point Point
	do    func(*Call)
}

// Intercept lets f see every call at a point, and change what becomes of it by
// Call.Answer and Call.Inject. It runs under the server's lock, in the order of
// arrival: it must neither wait nor call the server. Only at Arrive it may do
// both; there a Call has its request and nothing more. At Leave it may call the
// server, but for what waits until the call is over (Settle, Advance), and change
// nothing any more. At Sending a Call is one sending of a delivery: Answer answers it
// in the place of the receiver, which then gets nothing, and Inject takes faults of
// deliveries.
func (s *Server) Intercept(p Point, f func(*Call)) (remove func()) {
	i := &interceptor{p, f}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.interceptors = append(s.interceptors, i)
	if p == Arrive || p == Leave {
		s.free.Store(true)
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		kept := s.interceptors[:0:0]
		for _, other := range s.interceptors {
			if other != i {
				kept = append(kept, other)
			}
		}
		s.interceptors = kept
	}
}
