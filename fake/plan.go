package fake

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// plan is what the faults that hit a call make of it. It is decided under the
// lock; what it says happens where the stages come to it.
type plan struct {
	faults []Fault
	by     []*armed        // what they come from; nil: an interceptor
	took   map[string]bool // names that the API's code has asked for
	points []Point         // taken: one fault sits on each at most
	ender  string          // name of the fault that decides how the call ends
	begun  bool            // the stage Faults was reached

	fail      *Error        // in the API's words, instead of the answer,
	from      time.Time     // from this time on, by the clock that the call sees,
	retry     retrying      // with this to say about coming again
	other     *Reply        // instead of the answer, in nobody's words
	dress     func(*Reply)  // changes the words of the failure: another body
	after     bool          // fail and other come after the call was applied
	refuse    []string      // sentences that refuse the save
	pause     time.Duration // before the call is applied
	linger    time.Duration // after it was applied
	gone      bool          // the client gave up meanwhile
	hold      hold
	drift     *Drift
	eve       func(*Call) error       // what somebody else does right before the call is applied
	skew      time.Duration           // of the clock that the call sees
	edit      func(c *Call, r *Reply) // the body and the header of the answer
	retouches []retouching            // the same, before
	wire      wire
}

// alter changes the answer, after the changes that were planned before.
func (p *plan) alter(change func(c *Call, r *Reply)) {
	first := p.edit
	p.edit = func(c *Call, r *Reply) {
		if first != nil {
			first(c, r)
		}
		change(c, r)
	}
}

// hold keeps the answer back until the client gives up, or max has passed.
type hold struct {
	max   time.Duration // 0: the answer is not held
	after bool          // the call was applied before
}

// add puts a fault into the plan. Two on the same point of one call are an error,
// and so are two that decide how it ends.
func (p *plan) add(c *Call, f Fault, k *kind, a *armed) error {
	at := k.at(f)
	for i, point := range p.points {
		if point == at {
			return fmt.Errorf("faults %s and %s both change what happens at the point %q of one call", p.faults[i].Name(), f.Name(), point)
		}
	}
	if k.ends || k.ending != "" && f.Has(k.ending) {
		if p.ender != "" {
			return fmt.Errorf("faults %s and %s both decide how one call ends", p.ender, f.Name())
		}
		p.ender = f.Name()
	}
	p.faults, p.by, p.points = append(p.faults, f), append(p.by, a), append(p.points, at)
	if k.plan != nil {
		already := 0
		if a != nil {
			already = a.fired
		}
		k.plan(c, f, already)
	}
	return nil
}

// String names the faults of the plan as lines of the file format.
func (p *plan) String() string {
	return faultLines(p.faults)
}

func faultLines(faults []Fault) string {
	if len(faults) == 0 {
		return ""
	}
	lines := make([]string, len(faults))
	for i, f := range faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "; ")
}

// before is what happens between the decision and the handler: the call waits,
// is held, or is answered otherwise.
func (p *plan) before(c *Call) error {
	if p.pause > 0 {
		c.wait(c.s.life, p.pause)
	}
	if p.hold.max > 0 && !p.hold.after {
		c.holdBack(p.hold)
	}
	if p.drift != nil {
		c.theirs(func() { c.s.api.Drift(c, *p.drift) })
	}
	if p.eve != nil {
		var err error
		if c.theirs(func() { err = p.eve(c) }); err != nil || c.answered {
			return err
		}
	}
	switch {
	case p.wire.unapplied:
		c.answered = true // with nothing
	case p.after:
	case p.other != nil:
		c.Answer(*p.other)
	case p.fail != nil:
		return p.failure(c)
	}
	return nil
}

// afterwards is the same between the handler and the words of the answer.
func (p *plan) afterwards(c *Call) error {
	if p.linger > 0 {
		c.wait(c.s.life, p.linger)
	}
	if p.hold.max > 0 && p.hold.after {
		c.holdBack(p.hold)
	}
	switch {
	case !p.after:
		return nil
	case p.other != nil:
		c.Answer(*p.other)
	case p.fail != nil:
		return p.failure(c)
	}
	return nil
}

// regardless is what happens to a call that was refused or answered before the
// stage Faults, and has faults that were put on it alone: what they say of time and
// of the answer. Applied it was not, before or after.
func (p *plan) regardless(c *Call, refusal error) error {
	if d := p.pause + p.linger; d > 0 {
		c.wait(c.s.life, d)
	}
	if p.hold.max > 0 {
		c.holdBack(p.hold)
	}
	switch {
	case p.wire.unapplied:
		c.answered = true
		return nil
	case p.other != nil:
		c.Answer(*p.other)
		return nil
	case p.fail != nil:
		if err := p.failure(c); err != nil {
			return err
		}
	}
	return refusal
}

// failure is the planned one. What it says about time is decided now: by the clock
// that the call sees, whatever was planned first, and when the waiting is over.
func (p *plan) failure(c *Call) error {
	if c.Now().Before(p.from) {
		return nil
	}
	if p.retry != nil {
		p.fail.RetryAfter = p.retry(c.Now())
	}
	return p.fail
}

// A retrying gives the header Retry-After of an answer that is told now, "" for none.
type retrying func(now time.Time) string

// loses tells whether the client cannot know from the answer that the call was
// applied.
func (p *plan) loses() bool {
	return p.after && (p.fail != nil || p.other != nil) || p.wire.cut != "" || p.wire.raw != nil || p.gone
}

// wait lets d pass on the server's clock, without the lock. A client that has
// given up meanwhile is still served, as over a real network; a server that was
// closed answers nobody.
func (c *Call) wait(ctx context.Context, d time.Duration) {
	c.entry.held = true
	c.s.journal.moved.Broadcast()
	c.unlock()
	_ = c.s.clock.wait(ctx, d) // either way, what follows looks at who is still there
	c.lock()
	c.entry.held = false
	c.plan.gone = c.Request.Context().Err() != nil
	if c.s.life.Err() != nil {
		c.cutOff(false)
	}
}

// holdBack keeps the call until its client gives up. A client that never does
// is noted, and its connection is cut.
func (c *Call) holdBack(h hold) {
	ctx, cancel := c.patience()
	defer cancel()
	if c.caused != nil { // no reply will come that they could leave after
		c.s.Hooks.release(c)
	}
	c.wait(ctx, h.max)
	if ctx.Err() == nil {
		c.Note("no-timeout", fmt.Sprintf("the client waited %v for an answer and did not give up", h.max))
	}
	c.cutOff(h.after)
}

// patience ends when the client gives up, or the server is closed; the latter is
// not in the request's own context where the handler serves behind another server.
func (c *Call) patience() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(c.Request.Context())
	stop := context.AfterFunc(c.s.life, cancel)
	return ctx, func() { stop(); cancel() }
}

// cutOff ends a call without an answer.
func (c *Call) cutOff(applied bool) {
	c.plan.wire.cut, c.plan.wire.visible, c.plan.wire.unapplied = "rst", true, !applied
}

func (c *Call) lock() {
	c.s.mu.Lock()
	c.s.acting = c
	c.locked = true
}

func (c *Call) unlock() {
	c.locked = false
	c.s.acting = nil
	c.s.mu.Unlock()
}
