package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// A difference between what the file wants and what came, by JSON path.
type difference struct {
	path, want, got string
	note            string // what probably made it
}

// comparison compares JSON trees. Strings of the wanted one may hold
// placeholders.
type comparison struct {
	vals    *values
	ignore  []string // paths in which # is any index and * any name
	api     string   // whose traps are told
	partial bool     // what is wanted must be there, more is fine
	diffs   []difference
	ignored int
}

// parseJSON reads one JSON value and keeps the spelling of its numbers.
func parseJSON(body []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if dec.More() || len(bytes.TrimSpace(body[dec.InputOffset():])) > 0 {
		return nil, fmt.Errorf("more text after the value")
	}
	return v, nil
}

func (c *comparison) differ(path, want, got, note string) {
	if path == "" {
		path = "the whole body"
	}
	d := difference{path, want, got, note}
	if trap := trapped(c.api, d); trap != "" {
		d.note = trap
	}
	c.diffs = append(c.diffs, d)
}

// compare walks both trees. segs is the way down, path the same as text.
func (c *comparison) compare(segs []string, path string, want, got any) {
	if c.leftOut(segs) {
		return
	}
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			c.objects(segs, path, want, got)
			return
		}
	case []any:
		if got, ok := got.([]any); ok {
			c.arrays(segs, path, want, got)
			return
		}
	case string:
		c.text(path, want, got)
		return
	case json.Number:
		if got, ok := got.(json.Number); ok {
			c.numbers(path, want, got)
			return
		}
	default:
		if want == got {
			return
		}
	}
	c.differ(path, describe(want), describe(got), "")
}

func (c *comparison) leftOut(segs []string) bool {
	for _, pattern := range c.ignore {
		if fitsPath(strings.Split(pattern, "."), segs) {
			c.ignored++
			return true
		}
	}
	return false
}

func fitsPath(pattern, segs []string) bool {
	if len(pattern) != len(segs) {
		return false
	}
	for i, p := range pattern {
		_, err := strconv.Atoi(segs[i])
		if p != segs[i] && p != "*" && (p != "#" || err != nil) {
			return false
		}
	}
	return true
}

func (c *comparison) objects(segs []string, path string, want, got map[string]any) {
	known := map[string]bool{}
	for _, written := range slices.Sorted(maps.Keys(want)) {
		name := strings.ReplaceAll(written, apart+"{", "{")
		known[name] = true
		below := append(slices.Clone(segs), name)
		if value, ok := got[name]; ok {
			c.compare(below, join(path, name), want[written], value)
		} else if !c.leftOut(below) {
			c.differ(join(path, name), describe(want[written]), "nothing", "")
		}
	}
	if c.partial {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if !known[name] && !c.leftOut(append(slices.Clone(segs), name)) {
			c.differ(join(path, name), "nothing", describe(got[name]), "")
		}
	}
}

func (c *comparison) arrays(segs []string, path string, want, got []any) {
	if len(want) > len(got) || len(want) < len(got) && !c.partial {
		c.differ(path, describe(want), describe(got), "")
	}
	for i := range min(len(want), len(got)) {
		c.compare(append(slices.Clone(segs), strconv.Itoa(i)), path+"["+strconv.Itoa(i)+"]", want[i], got[i])
	}
}

// text compares a wanted string, which may be a placeholder for a number.
func (c *comparison) text(path, want string, got any) {
	t, err := parseTemplate(want)
	if err != nil {
		t = template{{text: want}}
	}
	for i := range t {
		t[i].text = strings.ReplaceAll(t[i].text, apart+"{", "{")
	}
	text, isText := got.(string)
	if p := t.alone(); p != nil {
		number, isNumber := got.(json.Number)
		known, ok := c.vals.known(p)
		if isNumber && (c.vals.number(p) || ok && known.number || !ok && c.untyped(p)) {
			if !c.vals.match(t, number.String()) {
				c.differ(path, c.show(p), number.String(), "")
			} else if !ok && p.name != "" {
				c.vals.bind(p.name, value{number.String(), true})
			}
			return
		}
		if isText && (c.vals.number(p) || ok && known.number) {
			c.differ(path, c.show(p)+" (a number)", describe(got), "a number in quotes")
			return
		}
	}
	if !isText || !c.vals.match(t, text) {
		c.differ(path, describe(want), describe(got), "")
	}
}

func (c *comparison) untyped(p *placeholder) bool {
	typ, _ := c.vals.typ(p)
	return typ == ""
}

// show is a placeholder with what it stands for.
func (c *comparison) show(p *placeholder) string {
	if x, ok := c.vals.known(p); ok && p.typ != "secret" {
		return p.raw + " = " + x.text
	}
	return p.raw
}

// numbers compares by value; but an exponent where none is wanted is a number
// that went through floating point.
func (c *comparison) numbers(path string, want, got json.Number) {
	a, okA := new(big.Rat).SetString(want.String())
	b, okB := new(big.Rat).SetString(got.String())
	exponent := func(n json.Number) bool { return strings.ContainsAny(n.String(), "eE") }
	if exponent(got) && !exponent(want) || !okA || !okB || a.Cmp(b) != 0 {
		c.differ(path, want.String(), got.String(), "")
	}
}

// join adds a name to a path.
func join(path, name string) string {
	switch {
	case !isName(name):
		return path + "[" + strconv.Quote(name) + "]"
	case path == "":
		return name
	}
	return path + "." + name
}

// describe shows a value in a few letters.
func describe(v any) string {
	switch v := v.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array of " + strconv.Itoa(len(v))
	case string:
		return strconv.Quote(short(v, 30))
	case nil:
		return "null"
	}
	return fmt.Sprint(v)
}
