package scenarios

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A document is a scenario file as text: a storyboard of lines, then sections.
// What the lines mean is not its business.
type document struct {
	file     string
	lines    []line
	sections []*section
	refs     map[string]*section // those that were read, by ref
}

// A line of the storyboard.
type line struct {
	at     pos
	words  []word
	remark string // "# …" after the words, or alone on an indented line
	gap    int    // blanks before the remark
	phase  bool   // "# …" in column 1
	title  string // of a phase
}

func (l line) blank() bool { return len(l.words) == 0 && l.remark == "" && !l.phase }

// text is the line without its remark, as error texts and reports show it.
func (l line) text() string {
	raw := make([]string, len(l.words))
	for i, w := range l.words {
		raw[i] = w.raw
	}
	return strings.Join(raw, " ")
}

// readDocument reads a file. It finds all that is wrong with the text as such.
func readDocument(file string, data []byte) (*document, problems) {
	d := &document{file: file}
	var ps problems
	if !d.checkBytes(data, &ps) {
		return d, ps
	}
	rows := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	n := 0
	for ; n < len(rows); n++ {
		if _, ok := marker(rows[n]); ok {
			break
		}
		d.readLine(pos{file, n + 1}, rows[n], &ps)
	}
	for n < len(rows) {
		at := pos{file, n + 1}
		name, _ := marker(rows[n])
		from := n + 1
		for n = from; n < len(rows); n++ {
			if _, ok := marker(rows[n]); ok {
				break
			}
		}
		d.readSection(at, name, rows[from:n], &ps)
	}
	return d, ps
}

// checkBytes refuses what cannot be shown in an editor as it is. One such
// problem is enough: it tends to be on every line.
func (d *document) checkBytes(data []byte, ps *problems) bool {
	at := func(i int) pos { return pos{d.file, 1 + bytes.Count(data[:i], []byte("\n"))} }
	switch cr, nul := bytes.IndexByte(data, '\r'), bytes.IndexByte(data, 0); {
	case len(bytes.TrimSpace(data)) == 0:
		ps.add(pos{file: d.file}, "the file is empty; a scenario begins with: scenario 1 API")
	case bytes.HasPrefix(data, []byte("\ufeff")):
		ps.add(pos{d.file, 1}, "the file begins with a byte order mark; save it without one")
	case cr >= 0:
		ps.add(at(cr), "carriage return; save the file with line ends of a newline alone")
	case nul >= 0:
		ps.add(at(nul), "zero byte; bytes that are no text belong in a .b64 section")
	case !utf8.Valid(data):
		i := 0
		for i < len(data) {
			r, size := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			i += size
		}
		ps.add(at(i), "not UTF-8; bytes that are no text belong in a .b64 section")
	case data[len(data)-1] != '\n':
		ps.add(at(len(data)), "the last line has no newline")
	default:
		return true
	}
	return false
}

func (d *document) readLine(at pos, text string, ps *problems) {
	l := line{at: at}
	switch title, phase := strings.CutPrefix(text, "# "); {
	case phase && strings.TrimSpace(title) != "":
		l.phase, l.title = true, strings.TrimSpace(title)
	case strings.HasPrefix(text, "#"):
		ps.add(at, "a phase begins with \"# \" and a title; indent the line to make it a remark")
	case markerLike(strings.TrimSpace(text)):
		ps.add(at, "%q looks like the beginning of a section; write -- NAME.json --", text)
	default:
		x, err := lex(text)
		if err != nil {
			ps.add(at, "%v", err)
			return
		}
		l.words, l.remark, l.gap = x.words, x.remark, x.gap
	}
	d.lines = append(d.lines, l)
}

// marker gives the name in a line that begins a section: "-- ann.json --".
func marker(row string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(row, "-- ")
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(rest, " --")
	name = strings.TrimSpace(name)
	return name, ok && name != ""
}

// markerLike tells whether a line could be taken for a marker by a reader. In a
// section such a line stands with a backslash before it.
func markerLike(row string) bool {
	row = strings.TrimRight(strings.TrimLeft(row, `\`), " \t")
	return len(row) > 4 && strings.HasPrefix(row, "--") && strings.HasSuffix(row, "--") && strings.Trim(row, "- \t") != ""
}

// format writes the document in its one form.
func (d *document) format() []byte {
	var b bytes.Buffer
	depth, empty := 0, true
	for _, l := range d.lines {
		if l.blank() {
			empty = true
			continue
		}
		if empty && b.Len() > 0 {
			b.WriteByte('\n')
		}
		empty = false
		if l.text() == "}" {
			depth = max(depth-1, 0)
		}
		l.format(&b, depth)
		if l.text() == "par {" {
			depth++
		}
	}
	if len(d.sections) > 0 {
		b.WriteByte('\n')
	}
	for _, s := range d.sections {
		s.format(&b)
	}
	return b.Bytes()
}

// format writes one line: the words of the head in columns, the steps with
// single blanks.
func (l line) format(b *bytes.Buffer, depth int) {
	if l.phase {
		b.WriteString("# " + l.title + "\n")
		return
	}
	text := l.text()
	if len(l.words) > 1 && headWords[l.words[0].raw] {
		keyword := l.words[0].raw
		text = keyword + strings.Repeat(" ", max(1, 9-len(keyword))) + text[len(keyword)+1:]
	}
	if text != "" && depth > 0 {
		text = strings.Repeat("    ", depth) + text
	}
	if l.remark != "" {
		text += strings.Repeat(" ", max(1, l.gap)) + l.remark
	}
	b.WriteString(text + "\n")
}
