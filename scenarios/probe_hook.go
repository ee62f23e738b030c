package scenarios

import (
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// probeHooks finds the topics that the API does not have.
func (p *parser) probeHooks(s *fake.Server) {
	if s.API().Hooks == nil {
		return
	}
	known := topics(s)
	check := func(at pos, what, topic string) {
		if !slices.Contains(known, topic) {
			p.ps.add(at, "%s: %s has no event %q%s; it has %s", what, p.prog.api.name, topic, didYouMean(topic, known), strings.Join(known, ", "))
		}
	}
	for _, h := range p.prog.hooks {
		for _, topic := range h.topics {
			check(h.at, "hook", topic)
		}
	}
	for _, st := range p.prog.steps {
		if d, ok := st.(*deliver); ok && d.again == nil {
			check(d.at, "=>", d.topic)
		}
	}
}

// topics are what the fake can tell of.
func topics(s *fake.Server) (all []string) {
	s.Locked(func() { all = s.API().Hooks.Topics() })
	return all
}

// probeDelivery tries the record and the faults of a delivery.
func (p *parser) probeDelivery(probed started, d *deliver, vals *values) {
	if d.section != nil && !d.raw && slices.Contains(topics(probed.server), d.topic) {
		_, err := probed.event(d.topic, renderJSON(d.section.body, vals, "as-is"))
		if err != nil {
			p.ps.add(d.at, "section %s: %v", d.section.name, err)
		}
	}
	for _, f := range d.faults {
		if !aboutDeliveries(probed.server, f) {
			p.ps.add(d.at, "fault %s is about calls; it stands behind <-", f.Name())
			return
		}
	}
	if len(d.faults) == 0 {
		return
	}
	if err := mistake(func() { sendProbe(probed, d.faults) }); err != nil {
		p.ps.add(d.at, "%v", err)
	}
}

// aboutDeliveries tells whether a fault hits deliveries, not calls.
func aboutDeliveries(s *fake.Server, f fake.Fault) bool {
	return s.API().Hooks != nil && s.CanInject(f.On("hook:*")) == nil
}

// sendProbe sends a delivery with the faults, to nobody: nothing leaves.
func sendProbe(probed started, faults []fake.Fault) {
	s := probed.server
	defer s.Hooks.Hold()()
	s.Hooks.ToURL(receiverHost + "probe")
	probed.rotate("probe") // so that there is an old secret
	topic := topics(s)[0]
	s.Locked(func() {
		s.Hooks.Emit(fake.Event{Topic: topic, Tenant: probed.tenant, Data: []byte("{}"), Body: []byte("{}")})
	})
	for _, d := range s.Hooks.Pending() {
		s.Hooks.Send(d, faults...)
		return
	}
}
