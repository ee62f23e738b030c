package scenarios

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/tidwall/gjson"
)

// deliver sends what a step wants to be sent, and compares the answers.
func (r *Run) deliver(i int, d *deliver) {
	hooks := r.Fake().Hooks
	release := func() {}
	if !r.prog.held {
		release = hooks.Hold() // until it is this delivery's turn
	}
	defer release()
	list, err := r.deliveries(d)
	if err != nil {
		r.problem(fmt.Sprintf("%s: %s: %v", d.at, d.text, err))
		return
	}
	r.mu.Lock()
	r.sent[d] = list
	r.mu.Unlock()
	var attempts []fake.Attempt
	for _, one := range list {
		if d.again != nil || one.State != fake.Dropped { // deliveries may have ended with the credentials
			attempts = append(attempts, r.send(one, d.faults)...)
		}
	}
	if d.section != nil {
		r.withdraw(list)
	}
	if attempts == nil { // a fault has swallowed it
		attempts = []fake.Attempt{{Delivery: list[0].Seq, At: r.Fake().Now(), Verdict: fake.Failed, Err: "it never left"}}
	}
	var answered []string
	for _, a := range attempts {
		answered = append(answered, statusText(a.Status))
	}
	var phase phaseCount
	r.Fake().Locked(func() {
		phase = r.story.countPhase(d.phase)
		r.story.done[i].answered = answered
	})
	wrong := slices.IndexFunc(attempts, func(a fake.Attempt) bool { return !d.answer.fits(a.Status) })
	if wrong >= 0 {
		r.problem(r.misanswered(d, attempts[wrong], phase))
	}
}

// send sends a delivery, and gives the attempts that are made of it.
func (r *Run) send(one fake.Delivery, faults []fake.Fault) []fake.Attempt {
	hooks := r.Fake().Hooks
	of := func(after int) (made []fake.Attempt) {
		for _, a := range hooks.Attempts() {
			if a.Delivery == one.Seq && a.Number > after {
				made = append(made, a)
			}
		}
		return made
	}
	last := 0
	if before := of(0); before != nil {
		last = before[len(before)-1].Number
	}
	r.gate.receive(func() { hooks.Send(one, faults...) })
	return of(last)
}

// withdraw takes back what is still to be sent although its step has sent it: the
// step made it for the sake of a forgery, and no vendor stands behind it.
func (r *Run) withdraw(list []fake.Delivery) {
	hooks := r.Fake().Hooks
	for _, waiting := range hooks.Pending() {
		if slices.ContainsFunc(list, func(one fake.Delivery) bool { return one.Seq == waiting.Seq }) {
			hooks.Send(waiting, fake.NewFault("dropped"))
		}
	}
}

// deliveries are what a step sends: those of the step before that it repeats, the
// one that is held, or new ones.
func (r *Run) deliveries(d *deliver) ([]fake.Delivery, error) {
	switch {
	case d.again != nil:
		r.mu.Lock()
		defer r.mu.Unlock()
		if list := r.sent[d.again]; list != nil {
			return list, nil
		}
		return nil, fmt.Errorf("it was never sent, see line %d", d.again.at.line)
	case d.section == nil:
		return r.claim(d)
	}
	return r.emit(d)
}

// claim takes the first delivery of a topic that the fake has made by itself.
func (r *Run) claim(d *deliver) ([]fake.Delivery, error) {
	held := r.Fake().Hooks.Pending()
	for _, one := range held {
		if one.Topic == d.topic && len(one.Attempts) == 0 {
			return []fake.Delivery{one}, nil
		}
	}
	if len(held) == 0 {
		return nil, fmt.Errorf("the fake holds no delivery")
	}
	var names []string
	for _, one := range held {
		names = append(names, deliveryName(one))
	}
	return nil, fmt.Errorf("the fake holds no such delivery, only %s", strings.Join(names, ", "))
}

// emit lets the fake tell of the record that the step names. A record changes
// nothing in the state.
func (r *Run) emit(d *deliver) ([]fake.Delivery, error) {
	s := r.Fake()
	now := s.Now()
	var body []byte
	s.Locked(func() {
		r.story.vals.now = now
		body = r.story.body(d)
	})
	e := fake.Event{Topic: d.topic}
	if !d.raw {
		var err error
		if e, err = r.started.event(d.topic, body); err != nil {
			return nil, fmt.Errorf("section %s: %w", d.section.name, err)
		}
	} else {
		e.Body = body
	}
	e.Tenant = r.started.tenant
	last := 0
	for _, one := range s.Hooks.Deliveries() {
		last = one.Seq
	}
	s.Locked(func() {
		if e.At = now; !d.raw && d.style != "compact" {
			e.Body = respell(s.API().Hooks.Render(e), d.style)
		}
		s.Hooks.Emit(e)
	})
	var made []fake.Delivery
	for _, one := range s.Hooks.Deliveries(d.topic) {
		if one.Seq > last && one.Call == 0 {
			made = append(made, one)
		}
	}
	if made == nil {
		return nil, fmt.Errorf("no active subscription asks for it")
	}
	return made, nil
}

// body renders the section of a delivery.
func (st *story) body(d *deliver) []byte {
	switch d.section.kind() {
	case "json":
		style := d.style
		if !d.raw {
			style = "as-is" // it is to be read, not to be sent
		}
		return renderJSON(d.section.body, st.vals, style)
	case "b64":
		return bytes.Clone(d.section.body)
	}
	return renderText(d.section.body, st.vals)
}

// deliveryName tells which delivery it is: "order.updated ord_7".
func deliveryName(d fake.Delivery) string {
	for _, path := range []string{"data.id", "id"} {
		if id := gjson.GetBytes(d.Body, path); id.Exists() {
			return d.Topic + " " + id.String()
		}
	}
	return d.Topic
}

// unclaimed are the deliveries that wait at the end: held, and sent by no step.
func (r *Run) unclaimed() []string {
	if !r.prog.api.hooks {
		return nil
	}
	var texts []string
	at := r.prog.heldAt
	for _, d := range r.Fake().Hooks.Pending() {
		switch {
		case len(d.Attempts) > 0:
		case r.prog.held:
			texts = append(texts, fmt.Sprintf("%s: delivery never claimed: %s%s", at, deliveryName(d), causedBy(d)))
		default:
			texts = append(texts, fmt.Sprintf("%s: delivery never sent: %s%s (nobody receives it: the test calls Run.Receiver)", r.prog.file, deliveryName(d), causedBy(d)))
		}
	}
	return texts
}

func causedBy(d fake.Delivery) string {
	if d.Call == 0 {
		return ""
	}
	return fmt.Sprintf(", caused by request #%d", d.Call)
}
