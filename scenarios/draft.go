package scenarios

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/tidwall/gjson"
)

// A draft is a recording as it is to stand in a file: redacted, with placeholders,
// but without the names of sections, and without regard to what the file has.
type draft struct {
	api   *api
	steps []*draftStep
	flow  *flow
}

// A draftStep is a request with its answer, or a delivery with that of the
// receiver.
type draftStep struct {
	op      string // of the request, or the topic of a delivery
	topic   string // "": a request
	method  string
	path    string // as the file has it, with ~
	query   string // "": none
	sent    *content
	status  string   // "200"; of a receiver "2xx", "401", "none"
	options []string // gzip, chunked
	answer  *content // nil: no body and no headers to keep
}

// A content is what becomes a section.
type content struct {
	kind    string // json, form, txt, b64
	headers []header
	body    []byte // with placeholders, JSON folded
	style   string // of JSON that was not sent compact; ""
}

// newDraft finds placeholders and puts them in. The raw recording is asked for
// nothing but what the client itself has said of people.
func newDraft(rec, raw *recording, vendor fake.API, differs *differences) *draft {
	f := newFlow()
	f.differs, f.exported = differs, rec.exported
	d := &draft{api: rec.api, flow: f}
	for i := range rec.exchanges {
		x := &rec.exchanges[i]
		op := x.topic
		path, query, _ := strings.Cut(x.target, "?")
		if !x.delivery() {
			op = opOf(vendor, x.method, path)
		}
		f.index, f.at, f.noun = i, x.at, opNoun(op, path)
		if x.delivery() {
			f.noun, _, _ = strings.Cut(x.topic, ".")
			f.hear(x)
		} else {
			f.listen(x, &raw.exchanges[i], query)
		}
		d.steps = append(d.steps, &draftStep{op: op, topic: x.topic, method: x.method})
	}
	f.baptize()
	for i := range rec.exchanges {
		d.steps[i].fill(f, &rec.exchanges[i], rec.api)
	}
	return d
}

// A said text is one of the texts of a request, by where it stands.
type said struct {
	key, text string
	number    bool
}

// saidBy lists the texts of a request, in an order of their own.
func saidBy(x *recorded) []said {
	var all []said
	path, query, _ := strings.Cut(x.target, "?")
	for seg := range strings.SplitSeq(path, "/") {
		all = append(all, said{"", unescapePath(seg), false})
	}
	for _, p := range pairs(query) {
		all = append(all, said{p.name, p.value, false})
	}
	switch kindOf(x.header, x.body, true) {
	case "json":
		parseTree(x.body).leaves(func(l leaf) { all = append(all, said{l.key, l.text(), l.number()}) })
	case "form":
		for _, p := range pairs(string(x.body)) {
			all = append(all, said{p.name, p.value, false})
		}
	}
	return all
}

// listen follows the values of a request and of its answer.
func (f *flow) listen(x, raw *recorded, query string) {
	path, _, _ := strings.Cut(x.target, "?")
	where := "-> " + x.method + " " + path
	texts, before := saidBy(x), saidBy(raw)
	for i, s := range texts {
		if f.exported && s.text != "" && standIns.FindString(s.text) == s.text {
			f.named(s, "", where)
			continue
		}
		if len(before) == len(texts) && before[i].text != s.text && s.text != redactedWord && !strings.Contains(s.text, redactedWord) {
			f.named(s, before[i].text, where)
			continue
		}
		f.ask(s.key, s.text, s.number, where)
	}
	f.answered(x, where)
}

// named takes note of the people whom the client has named by itself.
func (f *flow) named(s said, before, where string) {
	if f.comesBack(s.text, where) {
		return
	}
	found := false
	for _, standIn := range standIns.FindAllString(s.text, -1) {
		if !strings.Contains(before, standIn) && !f.toldPerson[standIn] {
			f.person(s.key, standIn, where)
		}
		found = true
	}
	if !found && !f.toldPerson[s.text] {
		f.person(s.key, s.text, where)
	}
}

// answered follows the values of an answer.
func (f *flow) answered(x *recorded, where string) {
	for _, h := range keptHeaders(x, "") {
		f.again(h.value)
	}
	if kindOf(x.answerHeader, x.answer, false) != "json" {
		return
	}
	parseTree(x.answer).leaves(func(l leaf) {
		if l.kind == '"' {
			f.met(l.text())
		}
		f.tell(l, "<- "+strings.TrimPrefix(where, "-> "))
	})
}

// met takes note of the people of whom the service tells: these stay as they are.
func (f *flow) met(text string) {
	for _, standIn := range standIns.FindAllString(text, -1) {
		if f.values[standIn] == nil {
			f.toldPerson[standIn] = true
		}
	}
	if v := f.values[text]; v == nil {
		f.toldPerson[text] = true
	}
}

// hear follows the values of a delivery: what was told before comes back in it.
func (f *flow) hear(x *recorded) {
	where := "=> " + x.topic
	if kindOf(x.header, x.body, false) != "json" {
		return
	}
	parseTree(x.body).leaves(func(l leaf) {
		if f.values[l.text()] != nil && !l.times() {
			f.comesBack(l.text(), where)
			return
		}
		f.tell(l, where)
	})
}

// times tells whether a leaf is a time: that a delivery has one of an answer is
// no news.
func (l leaf) times() bool { return isTime.MatchString(l.text()) }

// fill writes a step with its placeholders.
func (s *draftStep) fill(f *flow, x *recorded, a *api) {
	path, query, _ := strings.Cut(x.target, "?")
	if x.delivery() {
		s.sent = f.content(x.header, x.body, a, false)
		s.status = statusText(x.status)
		if x.status >= 200 && x.status < 300 {
			s.status = "2xx"
		}
		return
	}
	s.path = f.path(path)
	if rest, below := strings.CutPrefix(s.path, a.base); below && (rest == "" || rest[0] == '/') {
		s.path = "~" + rest
	}
	s.query = f.query(query)
	s.sent = f.content(x.header, x.body, a, true)
	s.status = strconv.Itoa(x.status)
	if x.gzipped && len(x.answer) > 0 {
		s.options = append(s.options, "gzip")
	}
	if x.chunked {
		s.options = append(s.options, "chunked")
	}
	s.answer = f.content(x.answerHeader, x.answer, a, false)
	if headers := keptHeaders(x, a.jsonAs); headers != nil {
		if s.answer == nil {
			s.answer = &content{kind: "txt"}
		}
		for i := range headers {
			headers[i].value = f.header(headers[i])
		}
		s.answer.headers = headers
	}
}

// path marks the values in a path. What is no value keeps its escapes.
func (f *flow) path(path string) string {
	segs := strings.Split(path, "/")
	for i, seg := range segs {
		segs[i] = f.markEscaped(seg, unescapePath(seg), url.PathEscape)
	}
	return strings.Join(segs, "/")
}

// query marks the values of a query or a form.
func (f *flow) query(query string) string {
	params := strings.Split(query, "&")
	for i, p := range params {
		name, value, ok := strings.Cut(p, "=")
		name = strings.ReplaceAll(name, "{{", "%7B%7B")
		if params[i] = name; ok {
			params[i] += "=" + f.markEscaped(value, unescape(value), url.QueryEscape)
		}
	}
	return strings.Join(params, "&")
}

// markEscaped marks what a text means, and escapes it again around the
// placeholders.
func (f *flow) markEscaped(raw, plain string, escape func(string) string) string {
	marked := f.mark(plain, false, false)
	if marked == plain {
		return strings.ReplaceAll(raw, "{{", "%7B%7B")
	}
	if raw == plain {
		return marked
	}
	var b strings.Builder
	at := 0
	for _, m := range placeholderForm.FindAllStringIndex(marked, -1) {
		b.WriteString(escape(marked[at:m[0]]) + marked[m[0]:m[1]])
		at = m[1]
	}
	return b.String() + escape(marked[at:])
}

// placeholderForm finds the placeholders that a recording makes.
var placeholderForm = regexp.MustCompile(`\{\{([A-Za-z][A-Za-z0-9_.-]*)?(:[a-z]+)?\}\}`)

// content makes a section of a body, nil where there is none.
func (f *flow) content(header http.Header, body []byte, a *api, compared bool) *content {
	if len(body) == 0 {
		return nil
	}
	c := &content{kind: kindOf(header, body, compared)}
	switch c.kind {
	case "json":
		if bytes.Equal(respell(bytes.Clone(body), "pretty"), body) && !bytes.Equal(respell(bytes.Clone(body), "compact"), body) {
			c.style = "pretty"
		}
		tree := parseTree(body)
		f.markTree(tree)
		c.body = tree.fold()
	case "form":
		c.body = []byte(f.query(string(body)))
	case "txt":
		c.body = []byte(f.mark(string(body), true, false))
	default:
		c.body = body
	}
	return c
}

// markTree marks the values of a document. Keys are marked where they are values
// that have a name.
func (f *flow) markTree(tree *node) {
	tree.leaves(func(l leaf) {
		text := l.text()
		if strings.Contains(text, "{{") { // it says so itself
			l.raw = strings.ReplaceAll(l.raw, "{", `\u007b`)
			return
		}
		if marked := f.mark(text, true, l.number()); marked != text {
			l.kind, l.raw = '"', string(quoteJSON(marked))
		}
	})
	f.markKeys(tree)
}

func (f *flow) markKeys(n *node) {
	for i, key := range n.keys {
		text := unquote(key)
		if v := f.values[text]; v.shown() && v.named() && v.typ != "time" {
			n.keys[i] = string(quoteJSON(v.placeholder(true, false)))
		} else if strings.Contains(text, "{{") {
			n.keys[i] = strings.ReplaceAll(key, "{", `\u007b`)
		}
	}
	for _, kid := range n.kids {
		f.markKeys(kid)
	}
}

// kindOf tells as what kind of section a body is kept. What is compared, and would
// be read as having placeholders, is kept as bytes.
func kindOf(header http.Header, body []byte, compared bool) string {
	media, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	braces := bytes.Contains(body, []byte("{{"))
	switch {
	case len(body) == 0:
		return ""
	case gjson.ValidBytes(body) && utf8.Valid(body) && !bytes.ContainsRune(body, '\r') && !(braces && compared):
		return "json"
	case !utf8.Valid(body) || bytes.ContainsAny(body, "\r\x00") || braces:
		return "b64"
	case media == "application/x-www-form-urlencoded" && !bytes.ContainsAny(body, " \n"):
		return "form"
	}
	return "txt"
}

// semantic are the headers of an answer that say something to a program, apart
// from those that a pattern finds.
var semantic = []string{"Link", "Location", "Retry-After", "Www-Authenticate", "Allow", "Sunset", "Deprecation"}

var (
	limitHeader = regexp.MustCompile(`(?i)^(?:x-)?rate-?limit|-rate-?limit|-call-limit$`)
	totalHeader = regexp.MustCompile(`(?i)^x-.*(?:total|count|pages?)`)
	counting    = regexp.MustCompile(`(?i)(?:remaining|used|reset)$`)
)

// keptHeaders are the headers of an answer that go into the file, by name. The
// type of the body is one of them where it is not the usual one.
func keptHeaders(x *recorded, jsonAs string) []header {
	var kept []header
	for name, values := range x.answerHeader {
		if slices.Contains(semantic, name) || limitHeader.MatchString(name) || totalHeader.MatchString(name) {
			for _, value := range values {
				kept = append(kept, header{name, value})
			}
		}
	}
	slices.SortStableFunc(kept, func(a, b header) int { return strings.Compare(a.name, b.name) })
	usual := map[string]string{"json": jsonAs, "form": "application/x-www-form-urlencoded", "txt": "text/plain; charset=utf-8", "b64": "application/octet-stream"}
	media := x.answerHeader.Get("Content-Type")
	if kind := kindOf(x.answerHeader, x.answer, false); media != "" && kind != "" && media != usual[kind] {
		kept = append([]header{{"Content-Type", media}}, kept...)
	}
	return kept
}

// header marks the value of a header. What a limit has left differs each time.
func (f *flow) header(h header) string {
	value := strings.ReplaceAll(h.value, "{{", "{ {") // no header has that
	if limitHeader.MatchString(h.name) && counting.MatchString(h.name) && isDigits.MatchString(value) {
		return "{{:int}}"
	}
	return f.mark(value, true, false)
}
