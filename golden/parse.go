package golden

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cartdouble/cartdouble/fake"
)

// A SyntaxError is something wrong with a transcript, at the line where it is.
type SyntaxError struct {
	File string // as it was given to ReadFile, "" from Parse
	Line int    // from 1
	Text string // what is wrong, and what would be right
}

// Error gives the error on one line, ready to be clicked:
// "golden: testdata/golden/GetCart_3.txtar:7: unknown section …".
func (e *SyntaxError) Error() string {
	if e.File == "" {
		return fmt.Sprintf("golden: line %d: %s", e.Line, e.Text)
	}
	return fmt.Sprintf("golden: %s:%d: %s", e.File, e.Line, e.Text)
}

// ReadFile reads a transcript from disk. What is wrong with it is a
// *SyntaxError with file and line.
func ReadFile(name string) (Transcript, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return Transcript{}, fmt.Errorf("golden: %w", err)
	}
	return parseNamed(filepath.ToSlash(name), data)
}

func parseNamed(name string, data []byte) (Transcript, error) {
	t, err := Parse(data)
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		syntax.File = name
	}
	return t, err
}

// Parse reads a transcript in the form that the package documentation gives.
// It is strict: it takes what Format writes and nothing else, so a transcript
// has exactly one spelling. The error is a *SyntaxError.
func Parse(data []byte) (Transcript, error) {
	rows, err := splitRows(data)
	if err != nil {
		return Transcript{}, err
	}
	var t Transcript
	first := slices.IndexFunc(rows, isMarker)
	if first < 0 {
		return t, wrong(len(rows), "no section; a transcript has %q and %q", "-- request --", "-- response --")
	}
	if first > 0 {
		t.Comment = strings.Join(rows[:first], "\n") + "\n"
	}
	sections, err := splitSections(rows, first)
	if err != nil {
		return Transcript{}, err
	}
	for pair := range slices.Chunk(sections, 2) {
		request, err := pair[0].request()
		if err != nil {
			return Transcript{}, err
		}
		response, err := pair[1].response()
		if err != nil {
			return Transcript{}, err
		}
		t.add(pair[0], request, response)
	}
	return t, nil
}

// add puts an exchange or a hook in its place.
func (t *Transcript) add(s section, request Request, response Response) {
	if s.kind == "request" {
		t.Exchanges = append(t.Exchanges, Exchange{Request: request, Response: response})
		return
	}
	hooks := &t.Hooks
	if n := len(t.Exchanges); n > 0 {
		hooks = &t.Exchanges[n-1].Hooks
	}
	*hooks = append(*hooks, Hook{s.topic, request, response})
}

func wrong(line int, format string, args ...any) error {
	return &SyntaxError{Line: line, Text: fmt.Sprintf(format, args...)}
}

// splitRows gives the lines of a file that is text: UTF-8, LF, complete.
func splitRows(data []byte) ([]string, error) {
	if len(data) == 0 {
		return nil, wrong(1, "the file is empty")
	}
	text, ended := strings.CutSuffix(string(data), "\n")
	rows := strings.Split(text, "\n")
	for i, row := range rows {
		if why := notPlain(row); why != "" {
			return nil, wrong(i+1, "%s", why)
		}
	}
	if !ended {
		return nil, wrong(len(rows), "the last line has no newline")
	}
	return rows, nil
}

// notPlain says why a line cannot stand in a transcript as it is.
func notPlain(row string) string {
	for i, r := range row {
		switch {
		case r == '\r' && i == len(row)-1:
			return `carriage return at the end of the line: transcripts have LF only ("*.txtar -text" in .gitattributes keeps git from changing it)`
		case r == utf8.RuneError && !strings.HasPrefix(row[i:], "\uFFFD"):
			return fmt.Sprintf("byte %#x is not UTF-8; a body that has it stands in a quoted section", row[i])
		case r == '\uFEFF', r < ' ' && r != '\t', r >= 0x7f && r < 0xa0:
			return fmt.Sprintf("character %U; a body that has it stands in a quoted section", r)
		}
	}
	return ""
}

// isMarker reports whether a line begins a section, for us and for every other
// reader of txtar files.
func isMarker(row string) bool {
	return len(row) >= len("--  --") && strings.HasPrefix(row, "-- ") && strings.HasSuffix(row, " --")
}

// A section is a marker with the lines below it.
type section struct {
	kind   string // request, response, hook, answer
	number int    // of the exchange, 0 for none
	topic  string // of a hook
	quoted bool
	line   int // of the marker, from 1
	rows   []string
}

// splitSections cuts the file at its markers, and checks that they are those
// of n exchanges in order.
func splitSections(rows []string, first int) ([]section, error) {
	var all []section
	for i, row := range rows[first:] {
		if !isMarker(row) {
			last := &all[len(all)-1]
			last.rows = append(last.rows, row)
			continue
		}
		s, err := readMarker(row, first+i+1)
		if err != nil {
			return nil, err
		}
		if err := follows(all, s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	last := all[len(all)-1]
	if second, lacks := seconds[last.kind]; lacks {
		return nil, wrong(last.line, "%s has no %s: %q is missing", last.name(), second, "-- "+second+number(last.number)+" --")
	}
	if last.number == 1 {
		return nil, wrong(all[0].line, "a single exchange has no number: write %q and %q", "-- request --", "-- response --")
	}
	return all, nil
}

// seconds are the sections that have to follow others.
var seconds = map[string]string{"request": "response", "hook": "answer"}

// readMarker reads "-- request 2 quoted --": number and "quoted" may be absent.
// A hook has a topic before the latter.
func readMarker(row string, line int) (section, error) {
	name := row[len("-- ") : len(row)-len(" --")]
	words := strings.Split(name, " ")
	s := section{kind: words[0], line: line}
	if kinds := []string{"request", "response", "hook", "answer"}; !slices.Contains(kinds, s.kind) {
		hint := `; a body line that looks like a marker is written with "\" before it`
		if near := fake.Nearest(s.kind, kinds); near != "" {
			hint = fmt.Sprintf(" (did you mean %q?)", near)
		}
		return s, wrong(line, "unknown section %q%s", name, hint)
	}
	words = words[1:]
	if numbered := len(words) > 0 && words[0] != "quoted"; numbered && (s.kind != "hook" || !isTopic(words[0])) {
		n, err := strconv.Atoi(words[0])
		if err != nil || n < 1 || strconv.Itoa(n) != words[0] {
			return s, wrong(line, "section %q: %q is no number from 1", name, words[0])
		}
		s.number, words = n, words[1:]
	}
	if s.kind == "hook" {
		if len(words) == 0 || !isTopic(words[0]) {
			return s, wrong(line, "section %q: a hook has the topic of its event", name)
		}
		s.topic, words = words[0], words[1:]
	}
	if len(words) > 0 && words[0] == "quoted" {
		s.quoted, words = true, words[1:]
	}
	if len(words) > 0 {
		return s, wrong(line, "section %q: nothing may follow %q", name, strings.TrimSuffix(name, " "+strings.Join(words, " ")))
	}
	return s, nil
}

// isTopic tells the topic of a hook from a number and from "quoted".
func isTopic(word string) bool {
	return word != "" && word != "quoted" && strings.Trim(word, "0123456789") != ""
}

// follows checks that a section is the one that is due.
func follows(all []section, s section) error {
	if len(all) > 0 {
		if last := all[len(all)-1]; last.kind == "hook" || s.kind == "answer" {
			if last.kind != "hook" || s.kind != "answer" || s.number != last.number {
				return wrong(s.line, "section %q after %q: a hook is followed by its answer, of the same number", s.name(), last.name())
			}
			return nil
		}
	} else if s.kind == "answer" {
		return wrong(s.line, "section %q, and there is no hook before it", s.name())
	}
	before := slices.DeleteFunc(slices.Clone(all), func(b section) bool { return b.kind == "hook" || b.kind == "answer" })
	if s.kind == "hook" {
		return hookFollows(before, s)
	}
	if len(before) == 0 && len(all) > 0 {
		return wrong(s.line, "section %q after deliveries that no request caused; they stand in a file of their own", s.name())
	}
	for _, b := range before {
		if b.name() == s.name() && s.number != 0 {
			return wrong(s.line, "section %q stands twice, first in line %d", s.name(), b.line)
		}
	}
	due := section{kind: "request"}
	if len(before)%2 == 1 {
		due.kind = "response"
	}
	numbered := s.number != 0
	if len(before) > 0 {
		numbered = before[0].number != 0
	}
	switch {
	case numbered:
		due.number = len(before)/2 + 1
	case len(before) >= 2:
		return wrong(s.line, "section %q stands twice, or there is more than one exchange: then all sections are numbered from 1", s.name())
	}
	if s.name() != due.name() {
		return wrong(s.line, "section %q, where %q is due", s.name(), due.name())
	}
	return nil
}

// hookFollows checks that a hook stands after a whole exchange, by its number,
// or in a file of its own.
func hookFollows(before []section, s section) error {
	due := 0
	if len(before) > 0 {
		last := before[len(before)-1]
		if last.kind == "request" {
			return wrong(s.line, "section %q, where %q is due", s.name(), "response"+number(last.number))
		}
		due = last.number
	}
	if s.number != due {
		return wrong(s.line, "section %q: a hook has the number of the exchange before it, %q", s.name(), "hook"+number(due)+" "+s.topic)
	}
	return nil
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return " " + strconv.Itoa(n)
}

func (s section) name() string {
	if s.topic != "" {
		return s.kind + number(s.number) + " " + s.topic
	}
	return s.kind + number(s.number)
}

func (s section) request() (Request, error) {
	var r Request
	if len(s.rows) == 0 || s.rows[0] == "" {
		return r, wrong(s.line+1, "%s has no request line (METHOD target)", s.name())
	}
	method, target, _ := strings.Cut(s.rows[0], " ")
	r.Method, r.Target = method, target
	if err := checkRequestLine(method, target); err != nil {
		return r, wrong(s.line+1, "%s: %v", s.name(), err)
	}
	var err error
	r.Header, r.Body, err = s.headerAndBody()
	return r, err
}

func (s section) response() (Response, error) {
	var r Response
	if len(s.rows) == 0 {
		if s.quoted {
			return r, wrong(s.line, "%s is quoted and has no body", s.name())
		}
		return r, nil
	}
	code, _, _ := strings.Cut(s.rows[0], " ")
	r.Status, _ = strconv.Atoi(code)
	if r.Status < 100 || r.Status > 999 || statusLine(r.Status) != s.rows[0] {
		return r, wrong(s.line+1, "%s: %q is no status line; it is a number and its words: %q", s.name(), s.rows[0], statusLine(200))
	}
	var err error
	r.Header, r.Body, err = s.headerAndBody()
	return r, err
}

// headerAndBody reads what follows the first line of a section.
func (s section) headerAndBody() ([]Field, []byte, error) {
	head, body := s.rows[1:], []string(nil)
	if blank := slices.Index(head, ""); blank >= 0 {
		head, body = head[:blank], head[blank+1:]
		if len(body) == 0 || len(body) == 1 && body[0] == "" {
			return nil, nil, wrong(s.line+2+blank, "%s: a blank line announces a body, and there is none", s.name())
		}
	}
	var header []Field
	for i, row := range head {
		f, err := readField(row)
		if err != nil {
			return nil, nil, wrong(s.line+2+i, "%s: %v", s.name(), err)
		}
		header = append(header, f)
	}
	if !s.quoted {
		return header, readPlain(body), nil
	}
	if body == nil {
		return nil, nil, wrong(s.line, "%s is quoted and has no body", s.name())
	}
	text, bad, err := readQuoted(body)
	if err != nil {
		return nil, nil, wrong(s.line+3+len(head)+bad, "%s: %v", s.name(), err)
	}
	return header, text, nil
}
