package scenarios

import (
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// impossible are the faults of calls that a server cannot do: its API, or the
// protocol that it speaks, has no place for them.
func (prog *program) impossible(s *fake.Server, vals *values) problems {
	var ps problems
	try := func(at pos, f fake.Fault) {
		if err := s.CanInject(prog.carry([]fake.Fault{f}, vals.fork())[0]); err != nil {
			ps.add(at, "%v", err)
		}
	}
	for _, f := range prog.faults {
		try(f.at, f.fault)
	}
	for _, st := range prog.steps {
		e, ok := st.(*expect)
		if !ok {
			continue
		}
		for _, f := range e.answer.faults {
			try(e.answer.at, f)
		}
	}
	return ps
}

// anyCall are the faults that can hit any call: neither the API nor a parameter
// chooses among them.
var anyCall = []string{
	"wrong-credentials", "server-error", "redirect", "slow-headers", "hang", "slow-body",
	"reset", "lost-response", "truncated", "malformed-json", "wrong-content-type",
	"maintenance", "method-or-route-gone", "early-hints", "stall", "close-after", "goaway", "stream-error", "half-answer",
	"wrong-body", "empty-body", "chunked", "bad-chunk", "wrong-length", "huge", "header-oddity", "raw",
}

// whole gives faults the content of their sections, for a try.
func (p *parser) whole(faults ...fake.Fault) []fake.Fault {
	return p.prog.carry(faults, p.prog.values(func(string) string { return "secret" }))
}

// hitsAll tells whether a fault hits every call of some operations: no trigger
// but on= chooses among them.
func hitsAll(f fake.Fault) bool {
	return slices.Contains(anyCall, f.Name()) && !slices.ContainsFunc(triggers, func(trigger string) bool { return trigger != "on" && f.Has(trigger) })
}

// meet tells whether two faults that hit all calls of their operations hit the
// same one. Paths with an asterisk are not looked into.
func meet(a, b fake.Fault) bool {
	of := func(f fake.Fault) (on []string) {
		for _, list := range f.All("on") {
			on = append(on, strings.Split(list, ",")...)
		}
		return on
	}
	left, right := of(a), of(b)
	return len(left) == 0 || len(right) == 0 || slices.ContainsFunc(left, func(sel string) bool { return slices.Contains(right, sel) })
}

// probeHead finds two faults of the head of which one never comes to its turn,
// because the other sits on the same point of all its calls.
func (p *parser) probeHead(s *fake.Server) {
	for i, f := range p.prog.faults {
		for _, before := range p.prog.faults[:i] {
			if !hitsAll(before.fault) || !hitsAll(f.fault) || !meet(before.fault, f.fault) {
				continue
			}
			if err := together(s, p.whole(before.fault, f.fault)); err != nil {
				p.ps.add(f.at, "%v; the other is line %d", err, before.at.line)
			}
		}
	}
}

// probeBeside finds the faults of a step that meet one of the head on their
// point.
func (p *parser) probeBeside(s *fake.Server, e *expect) {
	for _, f := range e.answer.faults {
		for _, armed := range p.prog.faults {
			if !hitsAll(armed.fault) || !meet(armed.fault, f.On(e.op)) {
				continue
			}
			if err := together(s, p.whole(armed.fault, f)); err != nil {
				p.ps.add(e.answer.at, "%v; the other is line %d", err, armed.at.line)
			}
		}
	}
}
