package scenarios

import (
	"slices"

	"github.com/cartdouble/cartdouble/fake"
)

// placeholders checks the placeholders of a whole file, in the order in which
// they are met: one type for each name, and no value that nobody can make up.
func (p *parser) placeholders() {
	b := &binder{p: p, typed: map[string]pos{}, bound: map[string]bool{}}
	for _, a := range p.prog.auth {
		b.asks(p.seen["auth"], a.value)
	}
	for _, h := range p.prog.hooks {
		b.asks(h.at, h.secret)
	}
	for _, s := range p.prog.states {
		b.section(s.at, s.section, b.tells)
	}
	for _, f := range p.prog.faults {
		b.section(f.at, p.prog.carried[f.fault.Get("section")], b.tells)
	}
	for _, s := range p.prog.steps {
		switch s := s.(type) {
		case *expect:
			b.target(s.at, &s.target)
			b.section(s.answer.at, s.answer.section, b.tells)
			for _, f := range s.answer.faults {
				b.section(s.answer.at, p.prog.carried[f.Get("section")], b.tells)
			}
			for _, c := range s.answer.captures {
				b.told(c.name)
				b.bound[c.name] = true
			}
		case *never:
			b.target(s.at, &s.target)
		case *action:
			b.knows(s.at, s.path)
			b.knows(s.at, s.value)
			b.asks(s.at, s.secret)
		case *deliver:
			b.section(s.at, s.section, b.tells)
		}
	}
}

// binder follows which names have a value where.
type binder struct {
	p     *parser
	typed map[string]pos // where a name got its type
	bound map[string]bool
}

func (b *binder) target(at pos, t *target) {
	for _, seg := range t.segments {
		b.asks(at, seg)
	}
	for _, q := range t.query {
		b.asks(at, q.value)
	}
	b.section(at, t.body, b.asks)
}

func (b *binder) section(at pos, s *section, use func(pos, template)) {
	if s == nil {
		return
	}
	for _, text := range s.templates() {
		t, err := parseTemplate(text)
		if err != nil {
			b.p.ps.add(s.at, "section %s: %v", s.name, err)
			continue
		}
		use(at, t)
	}
}

// asks is a template that is compared with what comes: it binds its names.
func (b *binder) asks(at pos, t template) {
	for _, ph := range b.named(at, t) {
		b.bound[ph.name] = true
	}
}

// told takes note of a name whose value is first met in what a client is told.
func (b *binder) told(name string) {
	if !b.bound[name] {
		b.p.prog.told[name] = true
	}
}

// tells is a template that is written out.
func (b *binder) tells(at pos, t template) {
	for _, part := range t {
		if part.ph != nil && part.ph.name != "" && part.ph.typ != "secret" {
			b.told(part.ph.name)
		}
		if ph := part.ph; ph != nil && ph.typ == "regex" && !b.bound[ph.name] {
			b.p.ps.add(at, "%s: no value of a regular expression can be made up; bind it in a request before", ph.raw)
		}
	}
	b.asks(at, t)
}

// knows is a template that needs values that are there already.
func (b *binder) knows(at pos, t template) {
	for _, ph := range b.named(at, t) {
		if !b.bound[ph.name] {
			b.p.ps.add(at, "%s has no value yet", ph.raw)
		}
	}
}

// named are the placeholders with a name; their types are checked.
func (b *binder) named(at pos, t template) []*placeholder {
	var named []*placeholder
	for _, part := range t {
		ph := part.ph
		if ph != nil && ph.typ == "secret" && !slices.Contains(b.p.prog.secrets, ph.name) {
			b.p.prog.secrets = append(b.p.prog.secrets, ph.name)
		}
		if ph == nil || ph.name == "" || ph.typ == "secret" {
			continue
		}
		named = append(named, ph)
		if ph.typ == "" {
			continue
		}
		typ := ph.typ + " " + ph.arg
		before, ok := b.p.prog.types[ph.name]
		if pair := before + typ; ok && (pair == "int digits " || pair == "digits int ") {
			b.p.prog.types[ph.name] = "int " // which is also written as a text
			continue
		}
		if ok && before != typ {
			b.p.ps.add(at, "%s has another type in line %d", ph.raw, b.typed[ph.name].line)
			continue
		}
		if _, ok := b.typed[ph.name]; !ok {
			b.typed[ph.name] = at
		}
		b.p.prog.types[ph.name] = typ
	}
	return named
}

// contradictions finds the requests that are expected where a never line forbids
// them.
func (p *parser) contradictions() {
	for i, s := range p.prog.steps {
		n, ok := s.(*never)
		if !ok {
			continue
		}
		for _, later := range p.prog.steps[i+1:] {
			e, ok := later.(*expect)
			if ok && (n.ever || e.phase == n.phase) && n.covers(e) {
				p.ps.add(e.at, "line %d forbids this request until the end of %s", n.at.line, map[bool]string{true: "the file", false: "the phase"}[n.ever])
			}
		}
	}
}

// covers tells whether a never line forbids all that a step expects.
func (n *never) covers(e *expect) bool {
	return n.tenant == e.tenant && n.method == e.method && n.path == e.path && (n.body == nil || n.body == e.body) &&
		(n.anyQuery || !e.anyQuery && n.queryText() == e.queryText())
}

// savesOnly are the faults of a save: a request that saves nothing cannot have
// them.
var savesOnly = map[string]bool{"not-saved": true, "saved-but-says-error": true}

// onTop are the faults that a fixed answer can carry; the others are answers of
// their own.
var onTop = map[string]bool{
	"slow-headers": true, "hang": true, "slow-body": true, "reset": true, "lost-response": true,
	"truncated": true, "malformed-json": true, "wrong-content-type": true, "early-hints": true, "stall": true,
	"stale-keepalive": true, "close-after": true, "goaway": true, "stream-error": true, "half-answer": true,
	"empty-body": true, "gzip": true, "chunked": true, "bad-chunk": true, "wrong-length": true, "huge": true,
	"header-oddity": true,
}

// tooEarly are the faults that hit before a request has been read, and which
// therefore no step can have.
var tooEarly = map[string]bool{"refused": true, "slow-accept": true, "reset-during-upload": true}

// aboutCaller are the faults that hit once the caller is known, which is after the
// step of a request has been chosen.
var aboutCaller = map[string]bool{"token-expired": true, "token-swapped": true}

// fits checks a fault against the step that it is on.
func (p *parser) fits(e *expect, f fake.Fault) {
	at := e.answer.at
	switch {
	case tooEarly[f.Name()]:
		p.ps.add(at, "fault %s hits before a request has been read, so no step can have it; write it in the head: fault %s", f.Name(), f)
	case aboutCaller[f.Name()]:
		p.ps.add(at, "fault %s is about the caller, who is not known when a step is chosen; write it in the head, with on=: fault %s", f.Name(), f)
	case savesOnly[f.Name()] && (e.method == "GET" || e.method == "HEAD"):
		p.ps.add(at, "fault %s is about saving; %s saves nothing", f.Name(), e.method)
	case f.Name() == "rate-limited" && (f.Has("per") || f.Has("burst")):
		p.ps.add(at, "fault rate-limited: per= and burst= let some calls pass; a fault of a step hits the calls of that step, so write it in the head: fault %s", f)
	case !e.answer.live && !e.answer.apply && f.Get("apply") == "after":
		p.ps.add(at, "fault %s: a fixed answer applies nothing; add the word apply before the fault", f.Name())
	case !e.answer.live && !onTop[f.Name()]:
		p.ps.add(at, "fault %s is an answer of its own; it cannot stand on a fixed answer", f.Name())
	}
}
