package scenarios

import (
	"net/url"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// requestWords are the words that may follow the path of a request.
var requestWords = []string{"query", "tenant", "wait", "optional", "x2", "x1..5"}

func (p *parser) step(first string, c *cursor) {
	if first != "<-" && first != "<=" {
		p.unanswered()
	}
	if p.par > 0 && !slices.Contains([]string{"->", "<-", "}"}, first) {
		c.problem("%s cannot stand inside par { }, only requests and their answers can", first)
		return
	}
	switch first {
	case "->":
		p.request(c)
	case "<-":
		p.answer(c)
	case "=>":
		p.deliver(c)
	case "<=":
		p.received(c)
	case "never":
		p.never(c)
	case "check":
		p.check(c)
	case "advance":
		p.advance(c)
	case "settle", "revoke":
		c.keep(&action{place: c.place(), verb: first})
	case "rotate":
		p.rotate(c)
	case "par":
		p.openPar(c)
	case "}":
		p.closePar(c)
	}
}

// request reads "-> METHOD PATH …".
func (p *parser) request(c *cursor) {
	e := &expect{place: c.place(), least: 1, most: 1}
	if !p.target(c, &e.target) {
		return
	}
	optional := false
	for c.more() {
		w := c.next()
		key, text := w.option()
		switch {
		case key == "wait":
			e.wait = c.span(text)
		case w.raw == "optional":
			optional = true
		case timesWord.MatchString(w.raw):
			e.least, e.most = c.times(w.raw)
		case !p.targetWord(c, &e.target, w):
			p.unknownWord(c, w, requestWords)
		}
	}
	if optional {
		e.least = 0
	}
	if c.keep(e) {
		p.waiting = e
	} else {
		p.waiting = &expect{place: c.place()} // takes the answer, is not run
	}
}

func (p *parser) unknownWord(c *cursor, w word, known []string) {
	key, _ := w.option()
	switch {
	case key == "as" || w.raw == "again":
		c.problem("%s belongs to a delivery (=>), not to a request", w.raw)
	case key != "":
		c.problem("unknown option %s=%s", key, didYouMean(key, known))
	default:
		c.problem("unknown word %q%s", w.raw, didYouMean(w.raw, known))
	}
}

// target reads METHOD and PATH.
func (p *parser) target(c *cursor, t *target) bool {
	method, ok := c.want("the method")
	if !ok {
		return false
	}
	if t.method = method.text; !slices.Contains(methods, t.method) {
		c.problem("unknown method %q%s", t.method, didYouMean(t.method, methods))
	}
	path, ok := c.want("the path")
	if !ok {
		return false
	}
	t.path = path.text
	if below, ok := strings.CutPrefix(t.path, "~"); ok {
		t.path = p.prog.api.base + below
	}
	if !strings.HasPrefix(t.path, "/") {
		c.problem("path %q: want all of it, from its first slash, or ~ for %s", path.text, p.prog.api.base)
	}
	full := c.template(t.path)
	if before, query, found := strings.Cut(literals(full), "?"); found {
		c.problem("path %q: write the query as an option: %s query=%s", path.text, before, query)
	}
	t.segments = splitTemplate(full, "/")
	for _, seg := range t.segments {
		for i := range seg {
			plain, err := url.PathUnescape(seg[i].text)
			if err != nil {
				c.problem("path %q: %v", path.text, err)
			}
			seg[i].text = plain
		}
	}
	return true
}

// literals is a template with its placeholders left empty.
func literals(t template) string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.text)
	}
	return b.String()
}

// splitTemplate cuts a template at a separator in its literal parts.
func splitTemplate(t template, sep string) []template {
	parts := []template{nil}
	for _, p := range t {
		if p.ph != nil {
			parts[len(parts)-1] = append(parts[len(parts)-1], p)
			continue
		}
		for i, text := range strings.Split(p.text, sep) {
			if i > 0 {
				parts = append(parts, nil)
			}
			if text != "" {
				parts[len(parts)-1] = append(parts[len(parts)-1], part{text: text})
			}
		}
	}
	return parts
}

// targetWord reads the words that requests and never have in common.
func (p *parser) targetWord(c *cursor, t *target, w word) bool {
	key, text := w.option()
	if name, ok := strings.CutPrefix(w.raw, "@"); ok {
		if t.body != nil {
			c.problem("a second section %s", w.raw)
		}
		t.body = p.section(c, name)
		if t.body != nil && t.body.status != 0 {
			c.problem("%s has a status line; that is for answers", w.raw)
		}
		return true
	}
	if key == "tenant" {
		if t.tenant = text; !slices.Contains(p.prog.others, text) {
			c.problem("tenant=%s: no state has such a tenant%s", text, didYouMean(text, p.prog.others))
		}
		return true
	}
	if key != "query" {
		return false
	}
	if text == "*" {
		t.anyQuery = true
		return true
	}
	for _, pair := range splitTemplate(c.template(text), "&") {
		t.query = append(t.query, p.param(c, pair))
	}
	return true
}

// param cuts "page=2" and unescapes both sides; placeholders stay.
func (p *parser) param(c *cursor, pair template) param {
	sides := splitTemplate(pair, "=")
	name, ok := sides[0].literal()
	value := template(nil)
	for i, side := range sides[1:] {
		if i > 0 {
			value = append(value, part{text: "="})
		}
		value = append(value, side...)
	}
	if !ok || name == "" {
		c.problem("query %q: want NAME=VALUE", pair)
	}
	for i := range value {
		plain, err := url.QueryUnescape(value[i].text)
		if err != nil {
			c.problem("query %q: %v", pair, err)
		}
		value[i].text = plain
	}
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	return param{name, value}
}

// never reads "never [ever] METHOD PATH …".
func (p *parser) never(c *cursor) {
	n := &never{place: c.place()}
	if c.more() && c.words[0].raw == "ever" {
		c.next()
		n.ever = true
	}
	if !p.target(c, &n.target) {
		return
	}
	for c.more() {
		if w := c.next(); !p.targetWord(c, &n.target, w) {
			p.unknownWord(c, w, []string{"query"})
		}
	}
	n.anyQuery = n.anyQuery || n.query == nil
	c.keep(n)
}

// check reads "check PATH OP VALUE".
func (p *parser) check(c *cursor) {
	var words [3]word
	for i, what := range []string{"the path into the state", "the comparison: == != < <= > >= ~", "the value; '' for an empty one"} {
		w, ok := c.want(what)
		if !ok {
			return
		}
		words[i] = w
	}
	a := &action{place: c.place(), verb: "check", path: c.template(words[0].text), value: c.template(words[2].text)}
	a.condition = fake.Condition{Path: words[0].text, Op: words[1].text, Value: words[2].text}
	probe := a.condition
	if _, literal := a.value.literal(); !literal {
		probe.Value = "0" // stands for what the placeholders will be
	}
	if got, err := fake.ParseCondition(probe.String()); err != nil {
		c.problem("check: %v", err)
	} else if got != probe {
		c.problem("check %s: blanks of a path can stand inside its brackets only", words[0].raw)
	}
	p.counted(c, a)
	c.keep(a)
}

func (p *parser) advance(c *cursor) {
	if w, ok := c.want("how far the clock goes"); ok {
		c.keep(&action{place: c.place(), verb: "advance", by: c.duration("advance", w.text)})
	}
}

func (p *parser) openPar(c *cursor) {
	if w, ok := c.want("{"); !ok || w.raw != "{" {
		if ok {
			c.problem("par: want {, not %q", w.raw)
		}
		return
	}
	p.pars++
	p.par, p.parAt = p.pars, c.at
}

func (p *parser) closePar(c *cursor) {
	if p.par == 0 {
		c.problem("} closes nothing")
	}
	p.par = 0
}
