package fake

import (
	"slices"
	"strconv"
)

// found records a finding, in the grade that Strict and Allow give it.
func (s *Server) found(f Finding) {
	switch {
	case s.opt.allow[f.Kind]:
		f.Mistake = false
	case s.opt.strict:
		f.Mistake = true
	}
	s.findings = append(s.findings, f)
	if s.opt.keep >= 0 && len(s.findings) > 2*max(s.opt.keep, s.oldMistakes)+mostNotes {
		s.forgetNotes()
	}
}

// mostNotes is how many findings are kept beside those that go with the kept
// part of a journal: a fake that serves for days must not grow.
const mostNotes = 1000

// forgetNotes drops the older half of the findings, but for mistakes.
func (s *Server) forgetNotes() {
	older := len(s.findings) / 2
	kept := slices.DeleteFunc(slices.Clone(s.findings[:older]), func(f Finding) bool { return !f.Mistake })
	s.oldMistakes = len(kept)
	s.findings = append(kept, s.findings[older:]...)
}

// Findings are what the fake saw about the client so far, in order.
func (s *Server) Findings() []Finding {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.findings)
}

// lostCall is what is remembered of calls whose answer did not arrive.
type lostCall struct {
	last    *entry
	hidden  bool // net/http may have kept the break to itself
	refused bool // as a stream, which net/http sends again whatever it is
	applied int  // Seq of the first that added a record, 0: none did
}

// keepLost remembers a call whose answer did not arrive, by what was sent.
func (s *Server) keepLost(c *Call) {
	same := c.identity()
	before := s.lost[same]
	before.last, before.hidden = c.entry, c.plan.wire.cut != "" && !c.plan.wire.visible && c.entry.Reused
	before.refused = c.plan.wire.recode && c.plan.wire.code == refusedStream
	if before.applied == 0 && c.inserted > 0 {
		before.applied = c.Seq
	}
	s.lost[same] = before
}

// noteResend marks a call that net/http sent again by itself: it repeats what
// broke off on a warm connection before the first byte, if the method or an
// idempotency key says that it may.
func (s *Server) noteResend(c *Call) {
	if len(s.lost) == 0 {
		return
	}
	before := s.lost[c.identity()]
	c.entry.Resend = before.refused || before.hidden && before.last.Conn != c.entry.Conn && replayable(c)
}

func replayable(c *Call) bool {
	switch c.Request.Method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		return true
	}
	h := c.Request.Header
	return h["Idempotency-Key"] != nil || h["X-Idempotency-Key"] != nil
}

// blindRepeat finds the write that was sent again after its answer was lost:
// a mistake where it made a twin, a note where the API refused it.
func (s *Server) blindRepeat(c *Call) {
	if len(s.lost) == 0 || c.Route == nil || !c.Route.Writes {
		return
	}
	before := s.lost[c.identity()].applied
	if before == 0 {
		return
	}
	detail := c.Op + " repeats call " + strconv.Itoa(before) + ", whose answer was lost after it was applied"
	if c.inserted > 0 {
		detail += ": there are two records now"
	} else {
		detail += ": refused"
	}
	s.found(Finding{Call: c.Seq, Kind: "blind-repeat", Detail: detail, Mistake: c.inserted > 0, Check: "GEN-DUP-01"})
}
