package scenarios

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/redact"
)

var ignorables = []string{"header", "query", "body"}

// several are the head words that may stand in more than one line.
var several = map[string]bool{"state": true, "ignore": true, "fault": true, "with": true, "hook": true}

func (p *parser) head(first string, c *cursor) {
	if p.headDone {
		c.problem("%s belongs to the head, above the first phase and the first step", first)
		return
	}
	if before, twice := p.seen[first]; twice && !several[first] {
		c.problem("a second %s line; the first is line %d", first, before.line)
		return
	}
	p.seen[first] = c.at
	switch first {
	case "origin":
		p.origin(c)
	case "clock":
		p.clock(c)
	case "seed":
		p.seed(c)
	case "state":
		p.state(c)
	case "auth":
		p.auth(c)
	case "hook":
		p.hook(c)
	case "mode":
		p.mode(c)
	case "deliveries":
		p.prog.held, p.prog.heldAt = p.oneOf(c, "how deliveries leave", []string{"auto", "held"}) == "held", c.at
		p.needsHooks(c, "deliveries")
	case "style":
		p.prog.style = p.oneOf(c, "the style", styles)
	case "ignore":
		p.ignore(c)
	case "fault":
		p.fault(c)
	case "with":
		p.with(c)
	}
}

// scenario reads "scenario VERSION API [API-VERSION]".
func (p *parser) scenario(c *cursor) {
	if _, ok := c.want("the version of the format, 1"); !ok { // which one, toVersion has seen
		return
	}
	name, ok := c.want("the API")
	if !ok {
		return
	}
	names := slices.Sorted(maps.Keys(p.apis))
	if p.prog.api = p.apis[name.text]; p.prog.api == nil {
		c.problem("unknown API %q%s; there are %s", name.text, didYouMean(name.text, names), strings.Join(names, ", "))
		return
	}
	if !c.more() {
		return
	}
	p.prog.apiVersion = c.next().text
	switch of := p.prog.api.versions; {
	case len(of) == 0:
		c.problem("%s has no versions, so %q cannot stand behind it", name.text, p.prog.apiVersion)
	case !slices.Contains(of, p.prog.apiVersion):
		c.problem("%s has no version %q; there is %s", name.text, p.prog.apiVersion, strings.Join(of, ", "))
	}
}

func (p *parser) origin(c *cursor) {
	if _, ok := c.want("where the file comes from"); ok {
		_, p.prog.origin, _ = strings.Cut(c.text, " ")
	}
	for _, w := range c.rest() {
		if key, name := w.option(); key == "rules" && p.prog.recorded() {
			p.prog.rules = name
			p.rules(c, name)
		}
	}
}

// rules checks the name of the rules of redaction.
func (p *parser) rules(c *cursor, name string) {
	api, _, err := redact.ParseName(name)
	switch {
	case err != nil:
		c.problem("origin: rules=%s: %s", name, strings.TrimPrefix(err.Error(), "redact: "))
	case api != p.prog.api.name:
		c.problem("origin: rules=%s: the file is about %s", name, p.prog.api.name)
	}
}

func (p *parser) clock(c *cursor) {
	word, ok := c.want("the time")
	if !ok {
		return
	}
	t, err := time.Parse(time.RFC3339Nano, word.text)
	if err != nil {
		c.problem("clock: %q is no time; want one like 2025-03-01T09:00:00Z", word.text)
		return
	}
	p.prog.clock = t.UTC()
	if c.more() && c.words[0].raw == "frozen" {
		c.next()
		p.prog.frozen = true
	}
}

func (p *parser) seed(c *cursor) {
	word, ok := c.want("the number")
	if !ok {
		return
	}
	n, err := strconv.ParseUint(word.text, 10, 64)
	if err != nil || n == 0 {
		c.problem("seed: %q is no whole number from 1", word.text)
	}
	p.prog.seed = n
}

// state reads "state @section" or "state COLLECTION=N".
func (p *parser) state(c *cursor) {
	word, ok := c.want("@section or COLLECTION=N")
	if !ok {
		return
	}
	if name, isRef := strings.CutPrefix(word.raw, "@"); isRef {
		s := p.section(c, name)
		if s != nil && s.kind() != "json" {
			c.problem("state %s: a state is a .json section", word.raw)
		}
		if s != nil {
			p.prog.states = append(p.prog.states, state{at: c.at, section: s})
			p.prog.others = append(p.prog.others, tenantsOf(s)...)
		}
		return
	}
	name, number := word.option()
	n, err := strconv.Atoi(number)
	switch {
	case name == "" || err != nil || n < 1 || n > 1_000_000:
		c.problem("state %s: want @section, or COLLECTION=N with a whole number from 1 to 1000000", word.raw)
	case p.prog.api.plain[name] == nil:
		names := p.prog.api.collections()
		c.problem("state: %s has no collection %q%s; it has %s", p.prog.api.name, name, didYouMean(name, names), strings.Join(names, ", "))
	default:
		p.prog.states = append(p.prog.states, state{at: c.at, collection: name, count: n})
	}
}

// auth reads "auth KEY=VALUE…": the credentials of the run, and with may= what
// they are good for.
func (p *parser) auth(c *cursor) {
	a := p.prog.api
	for _, w := range c.rest() {
		key, text := w.option()
		switch {
		case key == "":
			c.problem("auth: want KEY=VALUE, not %q", w.raw)
		case key == "may":
			p.prog.may = strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
			if p.prog.may == nil {
				p.prog.may = []fake.Scope{}
			}
		case !slices.Contains(a.keys, key):
			names := append(slices.Clone(a.keys), "may")
			c.problem("auth: %s has no credential %q%s; it has %s", a.name, key, didYouMean(key, names), strings.Join(names, ", "))
		default:
			t := c.template(text)
			if secret := t.alone(); slices.Contains(a.secrets, key) && (secret == nil || secret.typ != "secret") {
				c.problem("auth: a secret does not belong in a file; write %s={{secret.%s}}", key, key)
			}
			p.prog.auth = append(p.prog.auth, credential{key, t})
		}
	}
}

func (p *parser) oneOf(c *cursor, what string, of []string) string {
	w, ok := c.want(what + ": " + strings.Join(of, ", "))
	if ok && !slices.Contains(of, w.text) {
		c.problem("unknown word %q%s; there are %s", w.text, didYouMean(w.text, of), strings.Join(of, ", "))
	}
	return w.text
}

// ignore reads "ignore header|query|body PATH…".
func (p *parser) ignore(c *cursor) {
	where := p.oneOf(c, "what is ignored", ignorables)
	if c.bad {
		return
	}
	if !c.more() {
		c.problem("%q: what is ignored is missing", c.text)
	}
	ig := &p.prog.ignore
	list := map[string]*[]string{"header": &ig.headers, "query": &ig.query, "body": &ig.body}[where]
	for _, w := range c.rest() {
		*list = append(*list, w.text)
	}
}

// fault reads "fault NAME k=v…": a fault that is armed from the beginning.
func (p *parser) fault(c *cursor) {
	f, err := parseFault(c.rest())
	if err != nil {
		c.problem("%v", err)
		return
	}
	p.carries(c, f)
	p.prog.faults = append(p.prog.faults, armed{c.at, f.String(), f})
}

// with reads "with NAME args": an option of the API package, or a protocol.
func (p *parser) with(c *cursor) {
	w, ok := c.want("the option")
	if !ok {
		return
	}
	a := p.prog.api
	make, known := protocols[w.text]
	if own, is := a.with[w.text]; is {
		make, known = own, true
	}
	if !known {
		words := append(a.options(), slices.Sorted(maps.Keys(protocols))...)
		c.problem("with: %s has no option %q%s; it has %s", a.name, w.text, didYouMean(w.text, words), strings.Join(words, ", "))
		return
	}
	var args []string
	for _, w := range c.rest() {
		args = append(args, w.text)
	}
	opt, err := make(args)
	if err != nil {
		c.problem("with %s: %v", w.text, err)
		return
	}
	p.prog.with = append(p.prog.with, with{c.at, w.text, args, opt})
}
