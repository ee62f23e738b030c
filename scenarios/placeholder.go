package scenarios

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A placeholder stands for a value that differs from run to run.
//
//	{{name}}       bound where it is first met, equal from then on
//	{{name:type}}  the same, of a type
//	{{:type}}      any value of the type
//	{{secret.x}}   comes from the run, never from the file
//	{{now+5m}}     the server's clock
type placeholder struct {
	raw   string // with the braces
	name  string // "" for an anonymous one
	typ   string // "" if no type is said; "regex", "secret" and "now" besides the types
	arg   string // of a regex
	shift time.Duration
}

// types are the words after the colon, with what they stand for.
var types = map[string]string{
	"int":    `-?[0-9]+`,
	"digits": `[0-9]+`,
	"uuid":   `[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`,
	"time":   `[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})`,
	"unix":   `[0-9]+`,
	"cursor": `.+`,
	"email":  `[^@\s]+@[^@\s]+`,
	"token":  `[A-Za-z0-9._~+/=-]+`,
	"any":    `(?s:.*)`,
}

// template is a text with placeholders in it.
type template []part

type part struct {
	text string       // literal, if there is no placeholder
	ph   *placeholder // nil: literal
}

// parseTemplate cuts a text into its parts. Every "{{" in it begins a
// placeholder.
func parseTemplate(text string) (template, error) {
	var t template
	for {
		before, rest, found := strings.Cut(text, "{{")
		if before != "" {
			t = append(t, part{text: before})
		}
		if !found {
			return t, nil
		}
		inside, n, err := insideBraces(rest)
		if err != nil {
			return nil, err
		}
		p, err := parsePlaceholder(inside)
		if err != nil {
			return nil, fmt.Errorf("{{%s}}: %w", inside, err)
		}
		t = append(t, part{ph: p})
		text = rest[n:]
	}
}

// insideBraces gives what stands before the closing braces. A regular
// expression may hold braces of its own: it ends with "/}}".
func insideBraces(text string) (inside string, n int, err error) {
	end := "}}"
	if _, after, ok := strings.Cut(text, ":"); ok && strings.HasPrefix(after, "/") && !strings.Contains(text[:len(text)-len(after)], "}}") {
		end = "/}}"
		colon := len(text) - len(after)
		i := strings.Index(text[colon+1:], end)
		if i < 0 {
			return "", 0, fmt.Errorf("{{%s: no %s closes the placeholder", short(text, 30), end)
		}
		i += colon + 1
		return text[:i+1], i + len(end), nil
	}
	i := strings.Index(text, end)
	if i < 0 {
		return "", 0, fmt.Errorf("{{%s: no }} closes the placeholder", short(text, 30))
	}
	return text[:i], i + len(end), nil
}

// short cuts a text for a message: its first line, at most n letters of it.
func short(text string, n int) string {
	text, _, _ = strings.Cut(text, "\n")
	if r := []rune(text); len(r) > n {
		return string(r[:n]) + "…"
	}
	return text
}

func parsePlaceholder(inside string) (*placeholder, error) {
	p := &placeholder{raw: "{{" + inside + "}}"}
	if rest, ok := strings.CutPrefix(inside, "now"); ok && (rest == "" || rest[0] == '+' || rest[0] == '-') {
		p.typ = "now"
		if rest == "" {
			return p, nil
		}
		d, err := time.ParseDuration(rest)
		p.shift = d
		return p, err
	}
	if name, ok := strings.CutPrefix(inside, "secret."); ok {
		p.name, p.typ = name, "secret"
		if !isName(name) {
			return nil, errors.New(`a secret's name has letters, digits, "-" and "_"`)
		}
		return p, nil
	}
	name, typ, typed := strings.Cut(inside, ":")
	if name != "" && !isValueName(name) || name == "" && !typed {
		return nil, errors.New("want {{name}}, {{name:type}}, {{:type}}, {{secret.name}} or {{now+5m}}")
	}
	p.name, p.typ = name, typ
	if len(typ) > 1 && typ[0] == '/' && typ[len(typ)-1] == '/' {
		p.typ, p.arg = "regex", typ[1:len(typ)-1]
		re, err := regexp.Compile(p.arg)
		if err == nil && strings.Join(re.SubexpNames(), "") != "" {
			err = errors.New("groups of the expression cannot have names")
		}
		return p, err
	}
	if _, known := types[typ]; typed && !known {
		return nil, fmt.Errorf("unknown type %q%s; there are %s, and /a regular expression/",
			typ, didYouMean(typ, typeNames()), strings.Join(typeNames(), ", "))
	}
	return p, nil
}

// isValueName tells whether a text can name a value: names with dots between them,
// as customer1.id.
func isValueName(text string) bool {
	first, rest, more := strings.Cut(text, ".")
	for more && isLabel(first) {
		first, rest, more = strings.Cut(rest, ".")
	}
	return isLabel(first) && !more && isName(text[:1])
}

// isLabel is one part of such a name; one behind a dot may begin with a digit.
func isLabel(text string) bool { return text != "" && isName("x"+text) }

func typeNames() []string {
	var names []string
	for name := range types {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// String is the template as it stands in the file.
func (t template) String() string {
	var b strings.Builder
	for _, p := range t {
		if p.ph != nil {
			b.WriteString(p.ph.raw)
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// literal is the text of a template without placeholders.
func (t template) literal() (text string, ok bool) {
	switch {
	case len(t) == 0:
		return "", true
	case len(t) == 1 && t[0].ph == nil:
		return t[0].text, true
	}
	return "", false
}

// alone is the placeholder that is all of a template, nil without such.
func (t template) alone() *placeholder {
	if len(t) == 1 {
		return t[0].ph
	}
	return nil
}
