package scenarios

import (
	"fmt"
	"slices"

	"github.com/cartdouble/cartdouble/fake"
)

// limitFirst tells whether an API asks for its documented limit before anything
// that a fault can do. Then a call inside the limit is answered as the API says,
// and takes no step; else the step is chosen first, because its faults have to be
// in place by then.
func limitFirst(api fake.API) bool {
	limit, faults := slices.Index(api.Stages, fake.Limit), slices.Index(api.Stages, fake.Faults)
	return api.Limit != nil && 0 <= limit && limit < faults
}

// connect decides about a call, unless the documented limit has its say before.
// A call that will not come so far, because it has no route or no good
// credentials, is decided about at once.
func (r *Run) connect(c *fake.Call) {
	if r.limitFirst && !r.story.revoked && c.Missed() == nil && r.carries(c.Request) {
		r.undecided[c.Seq] = true
		return
	}
	r.decide(c)
}

// throttled decides about a call that the documented limit let pass.
func (r *Run) throttled(c *fake.Call) {
	if r.undecided[c.Seq] {
		delete(r.undecided, c.Seq)
		r.decide(c)
	}
}

// undecidedStill is about a call that was answered before anybody could decide
// about it: the limit refused it, and it took no step; or the fake refused it for
// a reason of its own, and that is the answer of its step.
func (r *Run) undecidedStill(c *fake.Call) {
	switch {
	case !r.undecided[c.Seq]:
	case c.Limited():
		r.story.limited++
		r.note("request #%d came inside the documented limit; it was answered %d and took no step: %s %s",
			c.Seq, c.Reply().Status, c.Request.Method, c.Request.RequestURI)
	default:
		r.decide(c)
	}
}

// inject puts the faults of a step on its call. A call that is answered already
// has no place for them.
func (r *Run) inject(c *fake.Call, e *expect) error {
	if r.undecided[c.Seq] && len(e.answer.faults) > 0 {
		return fmt.Errorf("fault %s: it cannot happen, for the fake itself refused request #%d before", e.answer.faults[0].Name(), c.Seq)
	}
	if r.onSteps[e] == nil {
		for _, f := range e.answer.faults {
			r.onSteps[e] = append(r.onSteps[e], f.Series())
		}
	}
	err := c.Inject(r.prog.carry(r.onSteps[e], r.story.vals)...)
	for _, f := range e.answer.faults {
		if _, hits := c.Planned(f.Name()); !hits { // as often as it says, it has
			r.over[c.Seq] = true
		}
	}
	return err
}

// wire ends a call. Time is counted from the last answer of the story, to which a
// refusal by the limit does not belong, and by the clock as it is: a fault may have
// the call itself tell another time.
func (r *Run) wire(c *fake.Call) {
	delete(r.playing, c.Seq)
	delete(r.undecided, c.Seq)
	if !r.limitFirst || !c.Limited() {
		r.story.answered = r.Fake().Now()
	}
	if r.prog.delivers {
		r.acts.Go(func() { r.act(false) }) // a delivery waits for no other request
	}
}

// limitRefused tells, behind a step that nobody took, of the calls that could
// have been meant for it.
func (st *story) limitRefused() string {
	if st.limited == 0 {
		return ""
	}
	return " (the documented limit refused " + counted(st.limited, "call", "calls") + ")"
}
