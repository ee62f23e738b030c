package scenarios

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// A Difference is something in which an answer is of another shape than the one
// that was recorded. Values are not compared: they are expected to differ.
type Difference struct {
	At       string `json:"at"`       // file and line of the recorded answer
	Grade    Grade  `json:"grade"`    // how bad it is for a client
	Path     string `json:"path"`     // "customers[].id"; "status", "header Link", "the whole body"
	Recorded string `json:"recorded"` // kinds of JSON values: "number", "string or null"; "nothing"
	Got      string `json:"got"`
}

// A Grade says how bad a difference is for a client that was written by what was
// recorded.
type Grade string

// The grades: what is new is to be noted, what is gone is a warning, what has
// another type is a failure.
const (
	Note    Grade = "note"
	Warning Grade = "warning"
	Failure Grade = "failure"
)

// String is the difference on one line.
func (d Difference) String() string {
	return d.At + ": " + string(d.Grade) + ": " + d.Path + ": recorded " + d.Recorded + ", got " + d.Got
}

// A shape is which kinds of values stand where. The elements of a list have one
// shape together.
type shape struct {
	kinds   map[string]bool // object, list, string, number, boolean, null; "string or number" of a name without a type
	members map[string]*shape
	element *shape // nil: the lists had none
}

func newShape() *shape { return &shape{kinds: map[string]bool{}, members: map[string]*shape{}} }

// add takes a value into the shape. Strings of a recorded answer may be
// placeholders.
func (s *shape) add(v any, kindOf func(text string) string) {
	switch v := v.(type) {
	case map[string]any:
		s.kinds["object"] = true
		for name, member := range v {
			if s.members[name] == nil {
				s.members[name] = newShape()
			}
			s.members[name].add(member, kindOf)
		}
	case []any:
		s.kinds["list"] = true
		for _, one := range v {
			if s.element == nil {
				s.element = newShape()
			}
			s.element.add(one, kindOf)
		}
	case string:
		s.kinds[kindOf(v)] = true
	case json.Number:
		s.kinds["number"] = true
	case bool:
		s.kinds["boolean"] = true
	default:
		s.kinds["null"] = true
	}
}

// plain is the kind of a text that is no placeholder.
func plain(string) string { return "string" }

// anyKind is that of a placeholder which can stand for a number as well.
const anyKind = "string or number"

// names are the kinds, for people.
func (s *shape) names() string {
	return strings.Join(slices.Sorted(maps.Keys(s.kinds)), " or ")
}

// takes tells whether a recorded shape has a kind.
func (s *shape) takes(kind string) bool {
	return s.kinds[kind] || s.kinds[anyKind] && (kind == "string" || kind == "number")
}

// differ tells how another shape differs from a recorded one.
func (s *shape) differ(path string, got *shape, tell func(Grade, string, string, string)) {
	here := path
	if here == "" {
		here = "the whole body"
	}
	known := len(s.kinds) > 1 || !s.kinds["null"] // null tells nothing of what else it may be
	null, other := false, false
	for kind := range got.kinds {
		null = null || !s.takes(kind) && (kind == "null" || !known)
		other = other || !s.takes(kind) && kind != "null" && known
	}
	switch {
	case other:
		tell(Failure, here, s.names(), got.names())
	case null:
		tell(Note, here, s.names(), got.names())
	}
	if s.element != nil && got.kinds["list"] {
		if got.element == nil {
			tell(Note, path+"[]", s.element.names(), "no element to compare")
		} else {
			s.element.differ(path+"[]", got.element, tell)
		}
	}
	if !got.kinds["object"] || !s.kinds["object"] {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.members)) {
		if got.members[name] == nil {
			tell(Warning, join(path, name), s.members[name].names(), "nothing")
		} else {
			s.members[name].differ(join(path, name), got.members[name], tell)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got.members)) {
		if s.members[name] == nil {
			tell(Note, join(path, name), "nothing", got.members[name].names())
		}
	}
}

// learn binds the placeholders of a recorded answer to what came in their
// places, so that later requests can name it.
func learn(vals *values, recorded, got any) {
	switch recorded := recorded.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			for _, name := range slices.Sorted(maps.Keys(recorded)) {
				learn(vals, recorded[name], got[name])
			}
		}
	case []any:
		if got, ok := got.([]any); ok {
			for i := range min(len(recorded), len(got)) {
				learn(vals, recorded[i], got[i])
			}
		}
	case string:
		t, err := parseTemplate(recorded)
		if err != nil {
			return
		}
		p := t.alone()
		switch got := got.(type) {
		case json.Number:
			if p != nil && p.name != "" && p.typ != "secret" {
				vals.bind(p.name, value{got.String(), true})
			}
		case string:
			if p != nil && p.name != "" && p.typ != "secret" {
				vals.bind(p.name, value{text: got})
			} else if p == nil {
				vals.match(t, got)
			}
		}
	}
}

// kindOf tells of a string of a recorded answer what kind of value it stands
// for.
func (v *values) kindOf(text string) string {
	t, err := parseTemplate(text)
	if err != nil {
		return "string"
	}
	p := t.alone()
	switch {
	case p == nil:
		return "string"
	case v.number(p):
		return "number"
	}
	if typ, _ := v.typ(p); typ == "" {
		return anyKind
	}
	return "string"
}
