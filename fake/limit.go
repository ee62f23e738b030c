package fake

import (
	"slices"
	"time"
)

// limit is the stage of the documented rate limit. It keeps, for each key, the
// times of the calls it let pass: at most Calls of them lie in any Window, so
// no interleaving of clients gets more. A refused call uses nothing up.
func (s *Server) limit(c *Call) error {
	if s.api.Limit == nil {
		return nil
	}
	b := s.api.Limit(c)
	if b.Calls > 0 {
		if !s.pass(b) || !s.passTogether(c, b) {
			c.limited = true
			return &Error{Kind: Limited}
		}
	}
	s.intercepted(Throttled, c)
	return nil
}

// pass counts a call, unless its budget is used up.
func (s *Server) pass(b Budget) bool {
	now := s.clock.now()
	passed := within(s.passed[b.Key], now, b.Window)
	if len(passed) >= b.Calls {
		s.passed[b.Key] = passed
		return false
	}
	s.passed[b.Key] = append(passed[:len(passed):len(passed)], now)
	return true
}

// passTogether is pass for the budget that a fault lets callers share.
func (s *Server) passTogether(c *Call, b Budget) bool {
	if len(s.armed) == 0 {
		return true
	}
	shared, a := s.quota(c, b)
	if a == nil || s.pass(shared) || !s.refusedByShare(c, a) {
		return true
	}
	own := s.passed[b.Key]
	s.passed[b.Key] = own[:len(own)-1] // a refused call uses nothing up
	return false
}

// setClock puts the clock at t. Calls that passed later, and waiting times, are
// forgotten when that is back.
func (s *Server) setClock(t time.Time) {
	if t.Before(s.clock.now()) {
		clear(s.waits)
		clear(s.enforcing)
		for key, passed := range s.passed {
			s.passed[key] = slices.DeleteFunc(passed, t.Before)
		}
	}
	s.clock.set(t)
}

// tooSoon finds the call that comes inside the waiting time its caller was told
// by Retry-After.
func (s *Server) tooSoon(c *Call) {
	until, told := s.waits[c.Caller.Key]
	if !told {
		return
	}
	left := until.Sub(s.clock.now())
	if left <= 0 {
		delete(s.waits, c.Caller.Key)
		return
	}
	s.found(Finding{
		Call: c.Seq, Kind: "too-soon", Mistake: true, Check: "GEN-WAIT-01",
		Detail: c.Op + " was called " + left.Round(time.Millisecond).String() + " before the time that Retry-After named",
	})
}
