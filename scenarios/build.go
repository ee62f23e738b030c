package scenarios

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cartdouble/cartdouble/fake"
)

// builder is what a scenario needs while it is written in Go. It makes the lines
// and sections of a file, so that there is one language and one reader.
type builder struct {
	ps     problems
	bodies map[string]string // head and body → section
}

// A Head is a line of the head of a scenario that is built in Go.
type Head struct {
	text string
	json string // of a section that the line is to name
}

// Clock sets where the clock of the fake starts: "2025-03-01T09:00:00Z", with
// " frozen" behind it if it is to stand.
func Clock(text string) Head { return Head{text: "clock " + text} }

// State puts a snapshot in place, whole or in part, as JSON.
func State(json string) Head { return Head{text: "state", json: json} }

// Line is any line of the head as it stands in a file: "mode lenient",
// "fault rate-limited call=2".
func Line(text string) Head { return Head{text: text} }

// A Part is what a request or an answer of a Scenario carries.
type Part struct {
	body   *string
	header *header
	words  string
}

// Body is a body: JSON, with placeholders in its strings, or any other text.
func Body(text string) Part { return Part{body: &text} }

// Header is a header line: one that a request is to have, or that an answer has.
func Header(name, value string) Part { return Part{header: &header{name, value}} }

// Words are further words of a line as in a file: "apply" and "style=pretty" of
// an answer.
func Words(text string) Part { return Part{words: text} }

// New begins a scenario for the API of that name, with its version if a blank
// and one follow: "bonify v2".
func New(api string, head ...Head) *Scenario {
	at := caller()
	s := &Scenario{doc: &document{file: at.file}}
	s.built.bodies = map[string]string{}
	s.add(at, "scenario "+strconv.Itoa(format)+" "+api)
	for _, h := range head {
		if h.json != "" {
			h.text += " @" + s.section(at, "state", nil, h.json)
		}
		s.add(at, h.text)
	}
	s.doc.lines = append(s.doc.lines, line{})
	return s
}

// Phase begins a new phase; the title says what happens in it.
func (s *Scenario) Phase(title string) {
	if n := len(s.doc.lines); n > 0 && !s.doc.lines[n-1].blank() {
		s.doc.lines = append(s.doc.lines, line{})
	}
	title = strings.Join(strings.Fields(title), " ")
	if title == "" {
		s.built.ps.add(caller(), "a phase needs a title")
		return
	}
	s.prog = nil
	s.doc.lines = append(s.doc.lines, line{at: caller(), phase: true, title: title})
}

// Expect adds a request that the client is to make: method, path and further
// words as in a file, "GET /v1/customers.json query=page=2 optional". What it
// is answered with is for the Step to say.
func (s *Scenario) Expect(request string, parts ...Part) *Step {
	at := caller()
	s.add(at, "-> "+request+s.parts(at, request, parts))
	return &Step{s: s, name: request}
}

// Never forbids a request, to the end of the phase; "ever POST …" to the end of
// the scenario.
func (s *Scenario) Never(request string, parts ...Part) {
	at := caller()
	s.add(at, "never "+request+s.parts(at, request, parts))
}

// Check compares what a gjson path finds in the state with a value, when all
// before it is done. The operators are == != < <= > >= and ~, a regular
// expression.
func (s *Scenario) Check(path, op, value string) {
	s.add(caller(), "check "+quote(path)+" "+quote(op)+" "+quote(value))
}

// Advance moves the clock of the fake on, when all before it is done.
func (s *Scenario) Advance(d time.Duration) { s.add(caller(), "advance "+d.String()) }

// Settle waits until no request is in work, when all before it is done.
func (s *Scenario) Settle() { s.add(caller(), "settle") }

// Revoke makes the credentials of the run worthless, when all before it is done.
func (s *Scenario) Revoke() { s.add(caller(), "revoke") }

// Par lets the requests that f adds come in any order.
func (s *Scenario) Par(f func()) {
	at := caller()
	s.add(at, "par {")
	f()
	s.add(at, "}")
}

// WriteFile writes the scenario as a file, if there is nothing wrong with it.
func (s *Scenario) WriteFile(file string) error {
	if _, err := s.program(); err != nil {
		return err
	}
	return os.WriteFile(file, s.Format(), 0o644)
}

// A Step is a request of a Scenario that is built in Go, waiting for its answer.
type Step struct {
	s      *Scenario
	name   string
	answer int // index of its line; 0: none yet
}

// Live lets the fake answer. A capture keeps a value of the answer under a name:
// "id=id", with a gjson path behind the equals sign.
func (st *Step) Live(captures ...string) *Step {
	text := "live"
	for _, c := range captures {
		name, path, _ := strings.Cut(c, "=")
		text += " " + option(name, path)
	}
	return st.reply(caller(), text)
}

// Answer gives a fixed answer.
func (st *Step) Answer(status int, parts ...Part) *Step {
	at := caller()
	return st.reply(at, strconv.Itoa(status)+st.s.parts(at, "answer-"+st.name, parts))
}

// Fault lets a fault be the answer.
func (st *Step) Fault(f fake.Fault) *Step { return st.reply(caller(), "fault "+f.String()) }

// With puts faults on top of the answer: they hit exactly this request.
func (st *Step) With(faults ...fake.Fault) *Step {
	at := caller()
	if st.answer == 0 {
		st.s.built.ps.add(at, "With puts a fault on an answer; say Live, Answer or Fault before it")
		return st
	}
	st.s.onTop(at, st.answer, faults)
	return st
}

// onTop adds faults to a line.
func (s *Scenario) onTop(at pos, line int, faults []fake.Fault) {
	l := &s.doc.lines[line]
	for _, f := range faults {
		x, err := lex("!! " + f.String())
		if err != nil {
			s.built.ps.add(at, "%v", err)
		}
		l.words = append(l.words, x.words...)
	}
	s.prog = nil
}

func (st *Step) reply(at pos, text string) *Step {
	if st.answer != 0 {
		st.s.built.ps.add(at, "a second answer: %s", text)
		return st
	}
	st.s.add(at, "<- "+text)
	st.answer = len(st.s.doc.lines) - 1
	return st
}

// add adds a line as it would stand in a file.
func (s *Scenario) add(at pos, text string) {
	x, err := lex(text)
	if err == nil && strings.ContainsAny(text, "\r\n\x00") {
		err = fmt.Errorf("%q: a line cannot hold another", text)
	}
	if err != nil {
		s.built.ps.add(at, "%v", err)
		return
	}
	s.prog = nil
	s.doc.lines = append(s.doc.lines, line{at: at, words: x.words, remark: x.remark, gap: x.gap})
}

// parts makes the sections of a line and gives the words that name them.
func (s *Scenario) parts(at pos, name string, parts []Part) string {
	words, end := "", ""
	var headers []header
	var bodies []string
	for _, p := range parts {
		switch {
		case p.header != nil:
			headers = append(headers, *p.header)
			if !headerLine.MatchString(p.header.name+": "+p.header.value) || strings.ContainsAny(p.header.value, "\r\n") {
				s.built.ps.add(at, "%q: %q is no header line", p.header.name, p.header.value)
			}
		case p.body != nil:
			bodies = append(bodies, *p.body)
		default:
			end += " " + p.words
		}
	}
	if headers != nil && bodies == nil {
		bodies = []string{""}
	}
	for _, body := range bodies {
		words += " @" + s.section(at, name, headers, body)
	}
	return words + end
}

// section gives the section with that head and body, a new one where there is
// none.
func (s *Scenario) section(at pos, name string, headers []header, body string) string {
	if s.built.bodies == nil { // of a file
		s.built.bodies = map[string]string{}
		for _, sec := range s.doc.sections {
			if sec.status == 0 {
				s.built.bodies[fmt.Sprintf("%q %s", sec.headers, sec.body)] = sec.ref()
			}
		}
	}
	key := fmt.Sprintf("%q %s", headers, body)
	if ref, ok := s.built.bodies[key]; ok {
		return ref
	}
	ref := s.freeName(sectionTitle(name))
	s.built.bodies[key] = ref
	sec := &section{at: at, bodyAt: at, name: ref + ".txt", headers: headers, body: []byte(body)}
	switch {
	case strings.ContainsAny(body, "\r\x00"), !utf8.ValidString(body):
		sec.name = ref + ".b64"
	case json.Valid([]byte(body)):
		sec.name = ref + ".json"
	}
	s.doc.sections = append(s.doc.sections, sec)
	return ref
}

func (s *Scenario) freeName(name string) string {
	free := func(name string) bool {
		for _, sec := range s.doc.sections {
			if sec.ref() == name {
				return false
			}
		}
		return true
	}
	if free(name) {
		return name
	}
	for n := 2; ; n++ {
		if numbered := name + "-" + strconv.Itoa(n); free(numbered) {
			return numbered
		}
	}
}

// sectionTitle makes a name of a request: "POST /v1/customers.json" is
// "post-customers".
func sectionTitle(request string) string {
	words := strings.Fields(strings.ToLower(request))
	title := ""
	if len(words) > 0 {
		title = words[0]
	}
	if len(words) > 1 {
		last := path.Base(words[1])
		title += "-" + strings.TrimSuffix(last, path.Ext(last))
	}
	title = strings.Trim(strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return '-'
	}, title), "-")
	if title == "" {
		return "body"
	}
	return title
}

// caller is the line of the test that builds.
func caller() pos {
	_, file, line, _ := runtime.Caller(2)
	return pos{filepath.Base(file), line}
}
