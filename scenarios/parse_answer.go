package scenarios

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

var (
	statusWord  = regexp.MustCompile(`^[1-5][0-9][0-9]$`)
	answerWords = []string{"live", "fault", "200", "@section"}
)

// answer reads "<- live", "<- STATUS [@section]", "<- @section" or
// "<- fault NAME …", each with faults on top after "!!".
func (p *parser) answer(c *cursor) {
	if p.waiting == nil {
		c.problem("<- follows a request (->)")
		return
	}
	e := p.waiting
	p.waiting = nil
	a := answer{at: c.at, text: c.text, style: p.prog.style}
	words, faults := splitFaults(c.rest())
	c.words = words
	w, ok := c.want("the answer: live, a status, @section or fault NAME")
	if !ok {
		return
	}
	name, isRef := strings.CutPrefix(w.raw, "@")
	switch {
	case w.raw == "live":
		a.live = true
		p.captures(c, &a)
	case w.raw == "fault":
		a.live = true
		faults = append([][]word{c.rest()}, faults...)
	case statusWord.MatchString(w.raw):
		a.status, _ = strconv.Atoi(w.raw)
		p.fixed(c, &a)
	case isRef:
		a.section = p.section(c, name)
		p.fixed(c, &a)
	default:
		c.problem("unknown answer %q%s; want live, a status, @section or fault NAME", w.raw, didYouMean(w.raw, answerWords))
	}
	a.faults = p.faults(c, faults)
	e.answer = a
}

// captures reads "name=path" words.
func (p *parser) captures(c *cursor, a *answer) {
	for _, w := range c.rest() {
		name, path := w.option()
		if name == "" || path == "" {
			c.problem("unexpected %q; after live: NAME=PATH, to keep a value of the answer", w.raw)
			return
		}
		a.captures = append(a.captures, capture{name, path})
	}
}

// fixed reads the rest of an answer that stands in the file.
func (p *parser) fixed(c *cursor, a *answer) {
	for c.more() {
		w := c.next()
		key, text := w.option()
		name, isRef := strings.CutPrefix(w.raw, "@")
		switch {
		case isRef && a.section == nil:
			a.section = p.section(c, name)
		case w.raw == "apply":
			a.apply = true
		case w.raw == "gzip":
			a.gzip = true
		case w.raw == "chunked":
			a.chunked = true
		case key == "style" && slices.Contains(styles, text):
			a.style = text
		case key == "style":
			c.problem("unknown style %q%s; there are %s", text, didYouMean(text, styles), strings.Join(styles, ", "))
		default:
			c.problem("unknown word %q%s", w.raw, didYouMean(w.raw, []string{"apply", "style", "gzip", "chunked", "!!"}))
		}
	}
	s := a.section
	switch {
	case s == nil && a.status == 0 || c.bad:
		return
	case s != nil && s.status != 0 && a.status != 0:
		c.problem("the status stands twice: %d here, %d in section %s", a.status, s.status, s.name)
	case s != nil && s.status == 0 && a.status == 0:
		c.problem("no status: write <- 200 @%s, or begin the section with HTTP/1.1 200 OK", s.ref())
		return
	case s != nil && s.status != 0:
		a.status = s.status
	}
	if a.status < 200 {
		c.problem("status %d is no final answer", a.status)
	}
	if a.section != nil && len(a.section.body) > 0 && (a.status == http.StatusNoContent || a.status == http.StatusNotModified) {
		c.problem("an answer with status %d has no body", a.status)
	}
}

// splitFaults cuts words at "!!": those before the first, then the words of
// each fault.
func splitFaults(words []word) (before []word, faults [][]word) {
	for {
		i := slices.IndexFunc(words, func(w word) bool { return w.raw == "!!" })
		if i < 0 {
			break
		}
		if before == nil && faults == nil {
			before = words[:i]
		} else {
			faults = append(faults, words[:i])
		}
		words = words[i+1:]
		if faults == nil {
			faults = [][]word{}
		}
	}
	if faults == nil {
		return words, nil
	}
	return before, append(faults, words)
}

// triggers are the words that say which calls a fault hits.
var triggers = []string{"on", "when", "call", "attempt", "first", "after", "every", "between", "chance"}

// faults reads the faults of one exchange.
func (p *parser) faults(c *cursor, lines [][]word) []fake.Fault {
	var faults []fake.Fault
	for _, words := range lines {
		f, err := parseFault(words)
		if err != nil {
			c.problem("%v", err)
			continue
		}
		for _, other := range faults {
			if other.Name() == f.Name() {
				c.problem("fault %s stands twice", f.Name())
			}
		}
		for _, trigger := range triggers {
			if f.Has(trigger) {
				c.problem("fault %s: %s= chooses calls; a fault of a step hits the calls of that step", f.Name(), trigger)
			}
		}
		p.carries(c, f)
		faults = append(faults, f)
	}
	return faults
}

// parseFault reads the words of a fault: its name, then key=value.
func parseFault(words []word) (fake.Fault, error) {
	if len(words) == 0 || words[0].eq >= 0 {
		return fake.Fault{}, errors.New("the name of the fault is missing")
	}
	f := fake.NewFault(words[0].text)
	for _, w := range words[1:] {
		key, text := w.option()
		switch {
		case w.raw == "optional", w.raw == "enforce": // the words without a value
			f = f.Set(w.raw, "")
		case strings.HasPrefix(w.raw, "@"):
			f = f.Set("section", append(f.All("section"), w.raw[1:])...)
		case key == "":
			return f, fmt.Errorf("fault %s: unexpected %q; want NAME=VALUE", f.Name(), w.raw)
		default:
			f = f.Set(key, append(f.All(key), text)...)
		}
	}
	return f, f.Check()
}

// ParseFault reads a fault as a line of the file format:
//
//	rate-limited retry-after=2s on=ListCustomers call=2,3 optional
//
// It is the inverse of fake.Fault's String. A fault that is not known, or a
// word that it does not take, is an error.
func ParseFault(line string) (fake.Fault, error) {
	l, err := lex(line)
	if err != nil {
		return fake.Fault{}, fmt.Errorf("scenarios: fault %q: %w", line, err)
	}
	if l.remark != "" {
		return fake.Fault{}, fmt.Errorf("scenarios: fault %q: unexpected %q", line, l.remark)
	}
	f, err := parseFault(l.words)
	if err != nil {
		return fake.Fault{}, fmt.Errorf("scenarios: %w", err)
	}
	return f, nil
}
