package scenarios

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// cursor goes through the words of one line.
type cursor struct {
	p     *parser
	at    pos
	text  string
	words []word // those that are left
	bad   bool   // a problem was found: what is left is not complained about
}

func newCursor(p *parser, l line) *cursor {
	return &cursor{p: p, at: l.at, text: l.text(), words: l.words[1:]}
}

func (c *cursor) problem(format string, args ...any) {
	c.bad = true
	c.p.ps.add(c.at, format, args...)
}

func (c *cursor) more() bool { return len(c.words) > 0 }

// next takes a word.
func (c *cursor) next() word {
	w := c.words[0]
	c.words = c.words[1:]
	return w
}

// want takes a word that must be there; what names it in the problem.
func (c *cursor) want(what string) (word, bool) {
	if !c.more() {
		c.problem("%q: %s is missing", c.text, what)
		return word{}, false
	}
	return c.next(), true
}

// rest takes all words.
func (c *cursor) rest() []word {
	words := c.words
	c.words = nil
	return words
}

// done complains about words that nobody took.
func (c *cursor) done() {
	if c.more() && !c.bad {
		c.problem("unexpected %q", c.words[0].raw)
	}
}

// place is where the statement of this line stands.
func (c *cursor) place() place {
	return place{at: c.at, text: c.text, phase: len(c.p.prog.phases), par: c.p.par}
}

// template reads a text with placeholders.
func (c *cursor) template(text string) template {
	t, err := parseTemplate(text)
	if err != nil {
		c.problem("%v", err)
	}
	return t
}

// duration reads "5m", "1.5s", "75h".
func (c *cursor) duration(what, text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		c.problem("%s: %q is no time; want one like 1s, 250ms, 5m, 75h", what, text)
		return 0
	}
	return d
}

// span reads "2s..30s", "2s.." or "..30s".
func (c *cursor) span(text string) span {
	from, to, ok := strings.Cut(text, "..")
	if !ok || from == "" && to == "" {
		c.problem("wait=%s: want a range: wait=2s..30s, or wait=2s.. without an end", text)
		return span{}
	}
	var s span
	if from != "" {
		s.least = c.duration("wait", from)
	}
	if to != "" {
		if s.most = c.duration("wait", to); !c.bad && s.most < max(s.least, 1) {
			c.problem("wait=%s: the range is empty", text)
		}
	}
	return s
}

var timesWord = regexp.MustCompile(`^x([0-9]{1,6})(\.\.([0-9]{0,6}))?$`)

// times reads "x2", "x1..5" or "x1..".
func (c *cursor) times(text string) (least, most int) {
	m := timesWord.FindStringSubmatch(text)
	least, _ = strconv.Atoi(m[1])
	switch {
	case m[2] == "":
		most = least
	case m[3] == "":
		most = -1
	default:
		most, _ = strconv.Atoi(m[3])
	}
	if most >= 0 && most < max(least, 1) {
		c.problem("%s: the range is empty", text)
	}
	return least, most
}

// keep tells whether the statement can be kept: only then is it run.
func (c *cursor) keep(s statement) bool {
	if !c.bad {
		c.p.prog.steps = append(c.p.prog.steps, s)
	}
	return !c.bad
}
