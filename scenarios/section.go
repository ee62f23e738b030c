package scenarios

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A section is the payload of a step: header lines if it has any, an empty
// line, the body. The last newline belongs to the file, not to the body.
//
// A section whose first line could be a header is read as having a head; a body
// that begins so is written below an empty line.
type section struct {
	at      pos
	name    string // "ann.json"
	status  int    // of a status line, 0 without one
	reason  string // words after the status, kept for the writer
	headers []header
	body    []byte
	bodyAt  pos
}

// A header is one header line of a section.
type header struct{ name, value string }

var (
	sectionName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*\.(json|txt|form|b64)$`)
	statusLine  = regexp.MustCompile(`^HTTP/1\.1 ([1-5][0-9][0-9])( .*)?$`)
	headerLine  = regexp.MustCompile("^([A-Za-z0-9!#$%&'*+.^_`|~-]+):( (.*))?$")
)

// ref is the name by which the steps call a section: @ann.
func (s *section) ref() string { return strings.TrimSuffix(s.name, path.Ext(s.name)) }

// kind is "json", "txt", "form" or "b64".
func (s *section) kind() string { return strings.TrimPrefix(path.Ext(s.name), ".") }

func (d *document) readSection(at pos, name string, rows []string, ps *problems) {
	s := &section{at: at, name: name}
	if !sectionName.MatchString(name) {
		ps.add(at, "section name %q: want letters, digits, \"-\" and \"_\", and an end of .json, .txt, .form or .b64", name)
		return
	}
	if before := d.refs[s.ref()]; before != nil {
		ps.add(at, "section %s: there is a section %s already, in line %d", name, before.name, before.at.line)
		return
	}
	if d.refs == nil {
		d.refs = map[string]*section{}
	}
	d.sections, d.refs[s.ref()] = append(d.sections, s), s
	n := s.readHead(rows, ps)
	s.bodyAt = pos{at.file, at.line + 1 + n}
	switch {
	case n < len(rows):
		s.readBody(rows[n:], ps)
	case s.status == 0 && len(s.headers) == 0:
		ps.add(at, "section %s is empty", name)
	}
}

// readHead reads the status line and the header lines, and tells how many rows
// they take, with the empty line below them.
func (s *section) readHead(rows []string, ps *problems) int {
	n := 0
	if n < len(rows) {
		if m := statusLine.FindStringSubmatch(rows[n]); m != nil {
			s.status, _ = strconv.Atoi(m[1])
			s.reason = m[2]
			n++
		}
	}
	for n < len(rows) {
		m := headerLine.FindStringSubmatch(rows[n])
		if m == nil {
			break
		}
		s.headers = append(s.headers, header{m[1], strings.TrimSpace(m[3])})
		n++
	}
	switch {
	case n == len(rows):
	case rows[n] == "":
		n++
	case n > 0:
		ps.add(pos{s.at.file, s.at.line + 1 + n}, "section %s: header lines end with an empty line", s.name)
	}
	return n
}

func (s *section) readBody(rows []string, ps *problems) {
	for i, row := range rows {
		if !markerLike(row) {
			continue
		}
		if row[0] != '\\' {
			ps.add(pos{s.at.file, s.bodyAt.line + i}, "%q looks like the beginning of a section; put a backslash before it if it is not", row)
			return
		}
		rows[i] = row[1:]
	}
	text := strings.Join(rows, "\n")
	s.body = []byte(text)
	switch s.kind() {
	case "b64":
		body, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			ps.add(s.bodyAt, "section %s: %v", s.name, err)
		}
		s.body = body
	case "json":
		s.checkJSON(ps)
	}
}

// checkJSON wants one JSON value, and names the line that breaks it.
func (s *section) checkJSON(ps *problems) {
	var v json.RawMessage
	err := json.Unmarshal(s.body, &v)
	if err == nil {
		return
	}
	at := s.bodyAt
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		at.line += bytes.Count(s.body[:min(int(syntax.Offset), len(s.body))], []byte("\n"))
	}
	ps.add(at, "section %s is not JSON: %v", s.name, err)
}

// format writes the section with its marker.
func (s *section) format(b *bytes.Buffer) {
	b.WriteString("-- " + s.name + " --\n")
	if s.status != 0 {
		b.WriteString("HTTP/1.1 " + strconv.Itoa(s.status) + s.reason + "\n")
	}
	for _, h := range s.headers {
		b.WriteString(strings.TrimRight(h.name+": "+h.value, " ") + "\n")
	}
	if len(s.body) == 0 {
		return
	}
	rows := strings.Split(string(s.body), "\n")
	if s.kind() == "b64" {
		rows = foldBase64(s.body)
	}
	first := rows[0]
	if s.status != 0 || len(s.headers) > 0 || first == "" || headerLine.MatchString(first) || statusLine.MatchString(first) {
		b.WriteByte('\n')
	}
	for _, row := range rows {
		if markerLike(row) {
			b.WriteByte('\\')
		}
		b.WriteString(row + "\n")
	}
}

// foldBase64 writes bytes in lines of 76 letters.
func foldBase64(body []byte) []string {
	var rows []string
	for part := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(body)), 76) {
		rows = append(rows, string(part))
	}
	return rows
}
