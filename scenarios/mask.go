package scenarios

import (
	"maps"
	"net/http"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/redact"
	"github.com/tidwall/gjson"
)

// masks take secrets out of what a test is told, by the rules that recordings go
// through. People stay: in a test they are nobody's, and tell what is meant.
type masks struct {
	named map[string]string // what stands for a secret that the file names, by value
	api   string
	file  string
	known map[string]string // further secrets of the run, by key
	once  sync.Once
	lines *regexp.Regexp // of the file, whose name may be that of a secret: new-secret.txtar:7
	rules *redact.Rules
}

func newMasks(prog *program, secret func(name string) string, given fake.Credentials) *masks {
	m := &masks{named: map[string]string{}, api: prog.api.name, file: prog.file, known: map[string]string{}}
	for _, name := range append(slices.Clone(prog.secrets), "hook") {
		if value := secret(name); value != "" {
			m.named[value] = "{{secret." + name + "}}"
		}
	}
	for _, key := range prog.api.secrets {
		if value := given[key]; value != "" && m.named[value] == "" {
			m.known[key] = value
		}
	}
	return m
}

// start makes the rules; it takes a failure to need them. What they refuse to
// know, because it is too short to be told from chance, is replaced by itself.
func (m *masks) start() {
	m.lines = regexp.MustCompile(regexp.QuoteMeta(path.Base(filepath.ToSlash(m.file))) + `:\d+`)
	m.rules = redact.ForTests(m.api, m.known)
}

// text takes secrets out of a text. If the rules fail nothing of it is shown.
func (m *masks) text(text string) string {
	for _, value := range slices.SortedFunc(maps.Keys(m.named), func(a, b string) int { return len(b) - len(a) }) {
		text = strings.ReplaceAll(text, value, m.named[value])
	}
	for _, value := range m.known {
		text = strings.ReplaceAll(text, value, "redacted")
	}
	m.once.Do(m.start)
	var b strings.Builder
	for {
		at := m.stays(text)
		out, ok := m.rules.Text(text[:at[0]])
		if !ok {
			return "what is wrong cannot be shown without a secret in it"
		}
		b.WriteString(out)
		if b.WriteString(text[at[0]:at[1]]); at[1] == len(text) {
			return b.String()
		}
		text = text[at[1]:]
	}
}

// stays finds what comes first of that which no rule is to see, for behind the name
// of a secret it looks like one: a placeholder, or a line of the file.
func (m *masks) stays(text string) [2]int {
	at := [2]int{len(text), len(text)}
	if i := strings.Index(text, "{{"); i >= 0 {
		at = [2]int{i, i + len("{{")}
		if _, n, err := insideBraces(text[at[1]:]); err == nil {
			at[1] += n
		}
	}
	if line := m.lines.FindStringIndex(text[:at[0]]); line != nil {
		at = [2]int{line[0], line[1]}
	}
	return at
}

// query takes secrets out of a query as it was sent.
func (m *masks) query(raw string) string {
	if out, ok := m.message(redact.Message{Method: http.MethodGet, Target: "/?" + raw}); ok {
		_, raw, _ = strings.Cut(out.Target, "?")
		return raw
	}
	return "redacted"
}

// got takes secrets out of what came at a place of a request, which tells by its
// name what it is: "header X-Api-Key", "query token", "customer.password".
func (m *masks) got(place, shown string) string {
	where, name, _ := strings.Cut(place, " ")
	ok, out := true, redact.Message{}
	switch {
	case shown == "nothing":
		return shown
	case where == "header":
		out, ok = m.message(redact.Message{Header: http.Header{name: {shown}}})
		shown = strings.Join(out.Header[name], ", ")
	case where == "query":
		out, ok = m.message(redact.Message{Method: http.MethodGet, Target: "/?" + url.Values{name: {shown}}.Encode()})
		shown = out.Target
		if u, err := url.Parse(out.Target); err == nil {
			shown = u.Query().Get(name)
		}
	case strings.HasPrefix(shown, `"`):
		body := append(append([]byte("{"), quoteJSON(place[strings.LastIndexAny(place, ".]")+1:])...), ':')
		out, ok = m.message(redact.Message{Body: append(append(body, quoteJSON(strings.Trim(shown, `"`))...), '}')})
		gjson.ParseBytes(out.Body).ForEach(func(_, value gjson.Result) bool {
			shown = strconv.Quote(value.Str)
			return true
		})
	}
	if !ok {
		return "redacted"
	}
	return shown
}

// message runs the rules over a message; ok is false where they fail.
func (m *masks) message(in redact.Message) (out redact.Message, ok bool) {
	m.once.Do(m.start)
	out, err := m.rules.Response(in)
	return out, err == nil
}

// mask takes secrets out of a text that a test, or a client, is told.
func (r *Run) mask(text string) string { return r.masks.text(text) }
