package scenarios

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// request is what is compared of a request.
type request struct {
	seq     int
	at      time.Time
	method  string
	path    string // escaped, as sent
	query   string // raw
	header  http.Header
	body    []byte
	carries bool   // it has the credentials of the run, or of a further tenant
	tenant  string // which; "" for the run's own

	clean *request // what a recording makes of it; nil where nothing is redacted
}

// recorded is the request as a recording has it.
func (r *request) recorded() *request {
	if r.clean != nil {
		return r.clean
	}
	return r
}

// either tells whether a comparison holds of the request as it came or as it is
// recorded. What is bound by a comparison that does not hold is forgotten.
func (r *request) either(f *fitting, holds func(*request) bool) bool {
	if r.clean == nil {
		return holds(r)
	}
	before := f.vals
	f.vals = before.fork()
	if holds(r) {
		return true
	}
	f.vals = before
	return holds(r.clean)
}

// text is the request as the line of a file would have it.
func (r *request) text() string {
	text := r.method + " " + r.path
	if r.query != "" {
		text += " " + option("query", r.query)
	}
	return text
}

// A fitting is the result of comparing a request with a step: one mark for each
// thing that was compared.
type fitting struct {
	marks   []mark
	diffs   []difference
	ignored int
	waited  string  // what was wrong with the time
	vals    *values // with the names that the request binds
}

type mark struct {
	what string // method, path, query, auth, header, body, wait
	ok   bool
}

func (f *fitting) mark(what string, ok bool) { f.marks = append(f.marks, mark{what, ok}) }

func (f *fitting) ok() bool { return !slices.ContainsFunc(f.marks, func(m mark) bool { return !m.ok }) }

// has tells whether a thing was compared and found equal.
func (f *fitting) has(what string) bool { return slices.Contains(f.marks, mark{what, true}) }

// equal tells whether the request is the step's, whenever it came.
func (f *fitting) equal() bool {
	return !slices.ContainsFunc(f.marks, func(m mark) bool { return !m.ok && m.what != "wait" })
}

// fit compares a request with a target, on a copy of the values.
func (st *story) fit(t *target, r *request) *fitting {
	f := &fitting{vals: st.vals.fork()}
	f.mark("method", t.method == r.method)
	f.mark("path", r.either(f, func(r *request) bool { return fitsSegments(f.vals, t.segments, r.path) }))
	if !t.anyQuery {
		equal := r.either(f, func(r *request) bool { return st.fitsQuery(f.vals, t.query, r.query) })
		if f.mark("query", equal); !equal && f.has("path") {
			f.diffs = append(f.diffs, st.queryDiffs(f.vals, t.query, r.recorded().query)...)
		}
	}
	f.mark("auth", r.carries && r.tenant == t.tenant)
	st.fitSection(f, t.body, r)
	return f
}

func fitsSegments(v *values, want []template, path string) bool {
	got := strings.Split(path, "/")
	if len(got) != len(want) {
		return false
	}
	for i, seg := range got {
		if !v.match(want[i], unescapePath(seg)) {
			return false
		}
	}
	return true
}

func unescapePath(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// pair is a parameter as it came.
type pair struct{ name, value string }

// pairs cuts a query or a form, in the order in which it was sent.
func pairs(raw string) []pair {
	var ps []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		ps = append(ps, pair{unescape(name), unescape(value)})
	}
	return ps
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// fitsQuery compares parameters without regard to their order.
func (st *story) fitsQuery(v *values, want []param, raw string) bool {
	lacking, over := st.pairUp(v, want, raw)
	return len(lacking) == 0 && (len(over) == 0 || st.prog.dials.body == "part")
}

// pairUp gives the parameters that are wanted and did not come, and those that
// came and are not wanted.
func (st *story) pairUp(v *values, want []param, raw string) (lacking []param, over []pair) {
	over = slices.DeleteFunc(pairs(raw), func(p pair) bool { return slices.Contains(st.prog.ignore.query, p.name) })
	for _, w := range want {
		if slices.Contains(st.prog.ignore.query, w.name) {
			continue
		}
		i := slices.IndexFunc(over, func(p pair) bool { return p.name == w.name && v.match(w.value, p.value) })
		if i < 0 {
			lacking = append(lacking, w)
			continue
		}
		over = slices.Delete(over, i, i+1)
	}
	return lacking, over
}

// queryDiffs are the differences of a query, one for each parameter.
func (st *story) queryDiffs(v *values, want []param, raw string) (diffs []difference) {
	lacking, over := st.pairUp(v, want, raw)
	for _, w := range lacking {
		d := difference{path: "query " + w.name, want: w.value.String(), got: "nothing"}
		if i := slices.IndexFunc(over, func(p pair) bool { return p.name == w.name }); i >= 0 {
			d.got = short(over[i].value, 60)
			over = slices.Delete(over, i, i+1)
		}
		diffs = append(diffs, d)
	}
	if st.prog.dials.body == "part" {
		return diffs
	}
	for _, p := range over {
		diffs = append(diffs, difference{path: "query " + p.name, want: "nothing", got: short(p.value, 60)})
	}
	return diffs
}

// fitSection compares header lines and body with a section. What is told of a
// request that does not fit is about what is recorded of it.
func (st *story) fitSection(f *fitting, s *section, r *request) {
	if s == nil {
		return
	}
	marks, diffs := len(f.marks), len(f.diffs)
	r.either(f, func(r *request) bool {
		f.marks, f.diffs, f.ignored = f.marks[:marks], f.diffs[:diffs], 0
		st.fitBody(f, s, r)
		return !slices.ContainsFunc(f.marks[marks:], func(m mark) bool { return !m.ok })
	})
}

func (st *story) fitBody(f *fitting, s *section, r *request) {
	compared, equal := false, true
	for _, h := range s.headers {
		if slices.ContainsFunc(st.prog.ignore.headers, func(name string) bool { return strings.EqualFold(name, h.name) }) {
			continue
		}
		compared = true
		if t, err := parseTemplate(h.value); err != nil || !f.vals.match(t, r.header.Get(h.name)) {
			equal = false
			f.diffs = append(f.diffs, difference{path: "header " + h.name, want: h.value, got: describeHeader(r.header.Get(h.name))})
		}
	}
	if compared {
		f.mark("header", equal)
	}
	if len(s.body) == 0 {
		return
	}
	before := len(f.diffs)
	switch s.kind() {
	case "json":
		st.fitJSON(f, s, r.body)
	case "form":
		if want, err := parseTemplate(string(s.body)); err != nil || !st.fitsForm(f.vals, want, string(r.body)) {
			f.diffs = append(f.diffs, difference{path: "the form", want: short(string(s.body), 30), got: short(string(r.body), 30)})
		}
	case "txt":
		if want, err := parseTemplate(string(s.body)); err != nil || !f.vals.match(want, string(r.body)) {
			f.diffs = append(f.diffs, difference{path: "the text", want: short(string(s.body), 30), got: short(string(r.body), 30)})
		}
	default:
		if !bytes.Equal(s.body, r.body) {
			f.diffs = append(f.diffs, difference{path: "the bytes", want: sized(s.body), got: sized(r.body)})
		}
	}
	f.mark("body", len(f.diffs) == before)
}

// describeHeader shows what came as a header.
func describeHeader(value string) string {
	if value == "" {
		return "nothing"
	}
	return value
}

func sized(body []byte) string { return strconv.Itoa(len(body)) + " bytes" }

func (st *story) fitsForm(v *values, want template, raw string) bool {
	var params []param
	for _, pair := range splitTemplate(want, "&") {
		sides := splitTemplate(pair, "=")
		name, _ := sides[0].literal()
		value := template(nil)
		for _, side := range sides[1:] {
			value = append(value, side...)
		}
		for i := range value {
			value[i].text = unescape(value[i].text)
		}
		params = append(params, param{unescape(name), value})
	}
	return st.fitsQuery(v, params, raw)
}

func (st *story) fitJSON(f *fitting, s *section, body []byte) {
	want, err := parseJSON(comparableJSON(s.body))
	if err != nil {
		return // Load has seen that it is JSON
	}
	if len(bytes.TrimSpace(body)) == 0 {
		f.diffs = append(f.diffs, difference{path: "the whole body", want: describe(want), got: "nothing"})
		return
	}
	got, err := parseJSON(body)
	if err != nil {
		f.diffs = append(f.diffs, difference{path: "the whole body", want: describe(want), got: strconv.Quote(short(string(body), 30)), note: "not JSON: " + err.Error()})
		return
	}
	c := &comparison{vals: f.vals, api: st.prog.api.name, ignore: st.prog.ignore.body, partial: st.prog.dials.body == "part"}
	c.compare(nil, "", want, got)
	f.diffs, f.ignored = append(f.diffs, c.diffs...), c.ignored
}
