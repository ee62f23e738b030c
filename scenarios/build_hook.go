package scenarios

import (
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// Deliver adds a delivery that the fake makes: a topic and further words as in a
// file, "order.created as=first", "order.created raw", with the record, or the
// whole body, as Body; or one that was sent before, "first again". What the
// receiver is to answer is for the HookStep to say.
func (s *Scenario) Deliver(delivery string, parts ...Part) *HookStep {
	at := caller()
	topic, _, _ := strings.Cut(delivery, " ")
	s.add(at, "=> "+delivery+s.parts(at, topic, parts))
	return &HookStep{s: s, line: len(s.doc.lines) - 1}
}

// Rotate changes the secret that signs the deliveries of a hook, when all before
// it is done: from then on it is the one of that name (Run.Secret). For overlap
// after that, the receiver is to take the old one as well.
func (s *Scenario) Rotate(hook, secret string, overlap time.Duration) {
	s.add(caller(), "rotate "+quote(hook)+" secret={{secret."+secret+"}} overlap="+overlap.String())
}

// A HookStep is a delivery of a Scenario that is built in Go.
type HookStep struct {
	s    *Scenario
	line int // index of its line
}

// With puts faults on the delivery: BadSignature, CutPost, OldSecret. They hit
// exactly this sending.
func (h *HookStep) With(faults ...fake.Fault) *HookStep {
	h.s.onTop(caller(), h.line, faults)
	return h
}

// Answered says what the receiver is to answer: "2xx", "401|403", "none".
func (h *HookStep) Answered(want string) { h.s.add(caller(), "<= "+want) }
