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
		now := s.clock.now()
		passed := s.passed[b.Key]
		for len(passed) > 0 && now.Sub(passed[0]) >= b.Window {
			passed = passed[1:]
		}
		if len(passed) >= b.Calls {
			s.passed[b.Key] = passed
			c.limited = true
			return &Error{Kind: Limited}
		}
		s.passed[b.Key] = append(passed[:len(passed):len(passed)], now)
	}
	s.intercepted(Throttled, c)
	return nil
}

// setClock puts the clock at t. Calls that passed later, and waiting times, are
// forgotten when that is back.
func (s *Server) setClock(t time.Time) {
	if t.Before(s.clock.now()) {
		clear(s.waits)
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
