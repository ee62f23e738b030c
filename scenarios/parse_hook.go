package scenarios

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// receiverHost is where receivers are whose address does not matter.
const receiverHost = "https://hooks.example.com/"

// hook reads "hook TOPICS -> NAME [secret={{secret.x}}] [as=NAME] [url=URL]".
func (p *parser) hook(c *cursor) {
	topics, ok := c.want("the topics")
	if !ok {
		return
	}
	if arrow, ok := c.want("->"); !ok || arrow.raw != "->" {
		if ok {
			c.problem("hook: want TOPICS -> NAME, not %q", c.text)
		}
		return
	}
	receiver, ok := c.want("the receiver's name")
	if !ok {
		return
	}
	h := &hook{at: c.at, name: receiver.text, receiver: receiver.text, url: receiverHost + receiver.text}
	if !isName(h.receiver) {
		c.problem("hook: %q is no name", h.receiver)
	}
	switch topics.text {
	case "none":
		h.none = true
	case "*":
	default:
		h.topics = strings.Split(topics.text, ",")
	}
	found := p.options(c, "secret", "as", "url")
	if name, ok := found["as"]; ok {
		h.name = name
	}
	if address, ok := found["url"]; ok {
		h.url = address
		if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			c.problem("hook: url=%s: want a whole address: https://shop.example.com/hooks", address)
		}
	}
	h.secret = p.hookSecret(c, found["secret"], "hook")
	p.needsHooks(c, "hook")
	p.apart(c, h)
	p.prog.hooks = append(p.prog.hooks, h)
}

// hookSecret reads a secret that deliveries are signed with.
func (p *parser) hookSecret(c *cursor, text, name string) template {
	if text == "" {
		text = "{{secret." + name + "}}"
	}
	t := c.template(text)
	if ph := t.alone(); !c.bad && (ph == nil || ph.typ != "secret") {
		c.problem("a secret does not belong in a file; write secret={{secret.%s}}", name)
	}
	return t
}

// apart finds the hook that cannot stand beside one before it.
func (p *parser) apart(c *cursor, h *hook) {
	for _, before := range p.prog.hooks {
		switch {
		case c.bad:
		case before.name == h.name:
			c.problem("hook: line %d is called %s too; give one of them a name: as=NAME", before.at.line, h.name)
		case before.secret.String() != h.secret.String():
			c.problem("hook: %s signs with one secret for all; line %d has %s", p.prog.api.name, before.at.line, before.secret)
		}
	}
}

// options takes words key=value of the given keys.
func (p *parser) options(c *cursor, keys ...string) map[string]string {
	found := map[string]string{}
	for _, w := range c.rest() {
		key, text := w.option()
		switch {
		case key == "":
			c.problem("unexpected %q", w.raw)
		case !slices.Contains(keys, key):
			c.problem("unknown option %s=%s", key, didYouMean(key, keys))
		default:
			c.template(text)
			found[key] = text
		}
	}
	return found
}

// needsHooks refuses what only an API with deliveries has.
func (p *parser) needsHooks(c *cursor, what string) {
	if !p.prog.api.hooks && !c.bad {
		c.problem("%s: %s sends no deliveries", what, p.prog.api.name)
	}
}

// rotate reads "rotate HOOK secret={{secret.x}} [overlap=D]".
func (p *parser) rotate(c *cursor) {
	w, ok := c.want("the hook")
	if !ok {
		return
	}
	a := &action{place: c.place(), verb: "rotate"}
	found := p.options(c, "secret", "overlap")
	if d, ok := found["overlap"]; ok {
		a.by = c.duration("overlap", d)
	}
	p.needsHooks(c, "rotate")
	var names []string
	for _, h := range p.prog.hooks {
		names = append(names, h.name)
		if h.name == w.text {
			a.hook = h
		}
	}
	switch {
	case c.bad:
	case a.hook == nil:
		c.problem("rotate: there is no hook %s%s", w.text, didYouMean(w.text, names))
	case found["secret"] == "":
		c.problem("rotate: what the secret becomes is missing: secret={{secret.hook2}}")
	default:
		a.secret = p.hookSecret(c, found["secret"], "hook2")
	}
	p.rotated = c.keep(a) || p.rotated
}

// deliver reads "=> TOPIC [raw] [@section] [style=STYLE] [as=NAME] [!! FAULT]", or
// "=> NAME again [!! FAULT]".
func (p *parser) deliver(c *cursor) {
	topic, ok := c.want("the topic, or the name of a delivery")
	if !ok {
		return
	}
	d := &deliver{place: c.place(), topic: topic.text, style: p.prog.style}
	p.delivery = d
	words, faults := splitFaults(c.rest())
	again := slices.ContainsFunc(words, func(w word) bool { return w.raw == "again" })
	for _, w := range words {
		key, text := w.option()
		name, isRef := strings.CutPrefix(w.raw, "@")
		switch {
		case w.raw == "again":
		case again:
			c.problem("%s: again sends the same once more; a fault can change it", w.raw)
		case isRef && d.section != nil:
			c.problem("a second section %s", w.raw)
		case isRef:
			d.section = p.section(c, name)
		case w.raw == "raw":
			d.raw = true
		case key == "as":
			d.name = text
		case key == "style" && slices.Contains(styles, text):
			d.style = text
		case key == "style":
			c.problem("unknown style %q%s; there are %s", text, didYouMean(text, styles), strings.Join(styles, ", "))
		default:
			c.problem("unknown word %q%s", w.raw, didYouMean(w.raw, []string{"as", "again", "raw", "style"}))
		}
	}
	d.faults = p.faults(c, faults)
	p.needsHooks(c, "=>")
	for _, f := range d.faults {
		if f.Name() == "old-secret" && !p.rotated {
			c.problem("fault old-secret: there is no old secret, for no rotate line stands above")
		}
	}
	if !c.bad && again {
		p.sentBefore(c, d)
	} else if !c.bad {
		p.firstSent(c, d)
	}
	p.prog.delivers = c.keep(d) || p.prog.delivers
}

// sentBefore finds the delivery that is to be sent again.
func (p *parser) sentBefore(c *cursor, d *deliver) {
	var names []string
	for name := range p.sent {
		names = append(names, name)
	}
	slices.Sort(names)
	if d.again = p.sent[d.topic]; d.again == nil {
		c.problem("=> %s again: no delivery above has as=%s%s", d.topic, d.topic, didYouMean(d.topic, names))
	}
}

// firstSent checks a delivery that is not a repetition.
func (p *parser) firstSent(c *cursor, d *deliver) {
	var topics []string
	taken := false
	for _, h := range p.prog.hooks {
		topics = append(topics, h.topics...)
		taken = taken || h.topics == nil || slices.Contains(h.topics, d.topic)
	}
	switch {
	case len(p.prog.hooks) == 0:
		c.problem("=> %s: nobody receives it; the head needs a line: hook %s -> app", d.topic, d.topic)
	case !taken:
		c.problem("=> %s: no hook asks for it%s; they ask for %s", d.topic, didYouMean(d.topic, topics), strings.Join(topics, ", "))
	case d.section == nil && d.raw:
		c.problem("=> %s raw: the section with the body is missing", d.topic)
	case d.section == nil && !p.prog.held:
		c.problem("=> %s: want @section with the record; without one it is a delivery that the fake has made and holds, and the head needs the line: deliveries held", d.topic)
	case d.section != nil && !d.raw && d.section.kind() != "json":
		c.problem("=> %s @%s: a record is a .json section; with raw the section is the whole body", d.topic, d.section.ref())
	case d.name != "" && p.sent[d.name] != nil:
		c.problem("a second delivery as=%s; the first is line %d", d.name, p.sent[d.name].at.line)
	case d.name != "":
		p.sent[d.name] = d
	}
}

var receiverAnswer = regexp.MustCompile(`^(none|[1-5](xx|[0-9][0-9]))(\|(none|[1-5](xx|[0-9][0-9])))*$`)

// received reads "<= none" or "<= 2xx|401".
func (p *parser) received(c *cursor) {
	d := p.delivery
	if d == nil {
		c.problem("<= follows a delivery (=>)")
		return
	}
	p.delivery = nil
	w, ok := c.want("the receiver's answer")
	if ok && !receiverAnswer.MatchString(w.text) {
		c.problem("<= %s: want none, a status such as 204, a class such as 2xx, or several: 401|403", w.raw)
	}
	p.needsHooks(c, "<=")
	d.answer = received{at: c.at, text: c.text, want: strings.Split(w.text, "|")}
}

// counts are what a check can ask of a receiver.
var counts = []string{"accepted", "refused", "failed"}

// counted reads the path of a check that may be about a receiver: app.accepted.
func (p *parser) counted(c *cursor, a *action) {
	name, count, _ := strings.Cut(a.condition.Path, ".")
	var names []string
	for _, h := range p.prog.hooks {
		if h.receiver == name {
			a.receiver = name
		}
		names = append(names, h.receiver)
	}
	switch counted := slices.Contains(counts, count); {
	case a.receiver == "" && (counted || name == "app"):
		p.needsHooks(c, "check "+a.condition.Path)
		if !c.bad {
			c.problem("check: there is no receiver %s%s; a hook line names one", name, didYouMean(name, names))
		}
	case a.receiver != "" && !counted:
		c.problem("check: the receiver %s has no %q%s; it has %s", name, count, didYouMean(count, counts), strings.Join(counts, ", "))
	}
}
