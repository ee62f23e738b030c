package scenarios

import (
	"maps"
	"slices"
	"strings"
)

// parser turns the lines of a document into a program. It goes on after a
// problem, so that all of them are found.
type parser struct {
	prog     *program
	ps       problems
	sections map[string]*section
	used     map[*section]bool
	apis     map[string]*api

	headDone bool
	seen     map[string]pos      // head words that stand once
	turned   map[string]string   // dials, by what stands behind the mode
	rotated  bool                // the secret of a hook was changed above
	waiting  *expect             // has no answer yet
	delivery *deliver            // has no <= yet
	sent     map[string]*deliver // by as=
	par      int                 // number of the open par block, 0: none
	pars     int
	parAt    pos
	remarked bool // the line before was a phase line
}

// headWords and stepVerbs are the words that a line can begin with.
var (
	headWords = map[string]bool{
		"scenario": true, "origin": true, "clock": true, "seed": true, "state": true, "auth": true, "hook": true,
		"mode": true, "ignore": true, "deliveries": true, "style": true, "fault": true, "with": true,
	}
	stepWords = []string{"->", "<-", "=>", "<=", "never", "check", "advance", "settle", "revoke", "rotate", "par", "}"}
)

// compile reads the meaning of a document.
func compile(doc *document, apis map[string]*api) (*program, problems) {
	p := &parser{
		prog:     &program{file: doc.file, types: map[string]string{}, told: map[string]bool{}, style: "compact"},
		sections: map[string]*section{},
		used:     map[*section]bool{},
		apis:     apis,
		seen:     map[string]pos{},
		sent:     map[string]*deliver{},
	}
	for _, s := range doc.sections {
		p.sections[s.ref()] = s
	}
	if !p.first(doc) {
		return p.prog, p.ps
	}
	for _, l := range doc.lines[1:] {
		p.line(l)
	}
	p.end(doc)
	return p.prog, p.ps
}

// first reads the line that says that this is a scenario, and of which API.
// Without it nothing else can be understood.
func (p *parser) first(doc *document) bool {
	at := pos{doc.file, 1}
	if len(doc.lines) > 0 {
		at = doc.lines[0].at
	}
	if len(doc.lines) == 0 || len(doc.lines[0].words) == 0 || doc.lines[0].words[0].raw != "scenario" {
		p.ps.add(at, "the first line is no scenario line; want: scenario 1 API")
		return false
	}
	l := newCursor(p, doc.lines[0])
	p.scenario(l)
	l.done()
	return p.prog.api != nil
}

func (p *parser) line(l line) {
	if l.blank() || !l.phase && len(l.words) == 0 {
		p.remarked = p.remarked && !l.blank()
		return
	}
	if l.phase {
		p.phase(l)
		return
	}
	p.remarked = false
	c := newCursor(p, l)
	switch first := l.words[0].raw; {
	case first == "scenario":
		c.problem("a second scenario line")
	case headWords[first]:
		p.head(first, c)
	case slices.Contains(stepWords, first):
		p.headDone = true
		p.step(first, c)
	default:
		words := append(slices.Sorted(maps.Keys(headWords)), stepWords...)
		c.problem("unknown word %q%s", first, didYouMean(first, words))
		return
	}
	c.done()
}

// phase begins a phase; lines below each other are one title.
func (p *parser) phase(l line) {
	p.headDone = true
	if p.remarked {
		last := &p.prog.phases[len(p.prog.phases)-1]
		last.title += " " + l.title
		return
	}
	if p.par > 0 {
		p.ps.add(l.at, "a phase cannot begin inside par { }")
	}
	p.unanswered()
	p.remarked = true
	p.prog.phases = append(p.prog.phases, phase{l.at, l.title})
}

// end checks what can only be known when all lines are read.
func (p *parser) end(doc *document) {
	p.unanswered()
	if p.par > 0 {
		p.ps.add(p.parAt, "par { is never closed")
	}
	for _, s := range doc.sections {
		if !p.used[s] {
			p.ps.add(s.at, "section %s is not used", s.name)
		}
	}
	p.placeholders()
	p.contradictions()
	p.dials()
	if len(p.ps) == 0 {
		p.probe()
	}
}

// unanswered finds the request that no answer follows.
func (p *parser) unanswered() {
	if p.waiting != nil {
		p.ps.add(p.waiting.at, "no answer follows; want a line: <- live")
		p.waiting = nil
	}
	if p.delivery != nil {
		p.ps.add(p.delivery.at, "no answer of the receiver follows; want a line: <= 2xx")
		p.delivery = nil
	}
}

// section finds what @name stands for.
func (p *parser) section(c *cursor, name string) *section {
	s := p.sections[name]
	if s == nil {
		if full := strings.TrimSuffix(name, lastDot(name)); full != name && p.sections[full] != nil {
			c.problem("@%s: sections are called without their ends; write @%s", name, full)
			p.used[p.sections[full]] = true
			return nil
		}
		c.problem("there is no section @%s%s", name, didYouMean(name, slices.Sorted(maps.Keys(p.sections))))
		return nil
	}
	p.used[s] = true
	return s
}

func lastDot(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i:]
	}
	return ""
}
