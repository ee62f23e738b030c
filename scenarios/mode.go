package scenarios

import (
	"maps"
	"slices"
	"strings"
)

// dials say how strictly a story is followed. A mode is a word for four of them.
type dials struct {
	order     string // written, resource or any
	body      string // equal, or part: what is written must be there, more is fine
	unknown   string // fail, or live: the fake answers what the story does not know
	leftovers string // fail, or log
}

var modes = map[string]dials{
	"strict":       {"written", "equal", "fail", "fail"},
	"per-resource": {"resource", "equal", "fail", "fail"},
	"lenient":      {"any", "part", "live", "log"},
}

// modeNames are the modes, the strictest first.
var modeNames = []string{"strict", "per-resource", "lenient"}

// positions are the words that each dial can stand at.
var positions = map[string][]string{
	"order":     {"written", "resource", "any"},
	"body":      {"equal", "part"},
	"unknown":   {"fail", "live"},
	"leftovers": {"fail", "log"},
}

// turn sets one dial.
func (d *dials) turn(dial, position string) {
	*map[string]*string{"order": &d.order, "body": &d.body, "unknown": &d.unknown, "leftovers": &d.leftovers}[dial] = position
}

// mode reads "mode MODE [order=…] [body=…] [unknown=…] [leftovers=…]".
func (p *parser) mode(c *cursor) {
	p.prog.mode = p.oneOf(c, "the mode", modeNames)
	p.turned = map[string]string{}
	for _, w := range c.rest() {
		dial, position := w.option()
		of, known := positions[dial]
		switch {
		case !known:
			names := slices.Sorted(maps.Keys(positions))
			c.problem("mode: unexpected %q%s; behind the mode can stand %s", w.raw, didYouMean(dial, names), strings.Join(names, "=, ")+"=")
		case !slices.Contains(of, position):
			c.problem("mode: %s=%s: there are %s%s", dial, position, strings.Join(of, ", "), didYouMean(position, of))
		case p.turned[dial] != "":
			c.problem("mode: %s stands twice", dial)
		}
		p.turned[dial] = position
	}
}

// dials sets the dials when the whole head is known: a recording without a mode
// is followed per resource, any other file strictly.
func (p *parser) dials() {
	if p.prog.mode == "" {
		p.prog.mode = "strict"
		if p.prog.recorded() {
			p.prog.mode = "per-resource"
		}
	}
	p.prog.dials = modes[p.prog.mode]
	for dial, position := range p.turned {
		if positions[dial] != nil {
			p.prog.dials.turn(dial, position)
		}
	}
}

// recorded tells whether a file came from a recording.
func (prog *program) recorded() bool {
	first, _, _ := strings.Cut(prog.origin, " ")
	return first == "recorded"
}
