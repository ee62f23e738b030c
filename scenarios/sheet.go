package scenarios

import (
	"bytes"
	"crypto/sha256"
	"regexp"
	"slices"
	"strings"
)

// A sheet is the text of a file that is being changed: the rows of the story, and
// the sections. Rows and sections that nobody touches stay byte for byte.
type sheet struct {
	rows   []string
	after  map[int][]string // rows that come behind one; -1: before the first step
	gone   map[int]bool
	first  int // row of the first step
	chunks []*chunk
	byRef  map[string]*chunk
	byText map[string]*chunk // what new sections hold
	last   *chunk            // behind it the next new section goes
}

// A chunk is a section with its rows.
type chunk struct {
	ref  string
	rows string // with the marker
	body []byte // what is scanned
	next []*chunk
}

func newSheet(doc *document, text []byte) *sheet {
	s := &sheet{after: map[int][]string{}, gone: map[int]bool{}, byRef: map[string]*chunk{}, byText: map[string]*chunk{}}
	rows := strings.SplitAfter(string(text), "\n")
	end := len(rows)
	for i := len(doc.sections) - 1; i >= 0; i-- {
		sec := doc.sections[i]
		from := sec.at.line - 1
		c := &chunk{ref: sec.ref(), rows: strings.Join(rows[from:end], ""), body: sec.body}
		s.chunks, end = append(s.chunks, c), from
		s.byRef[c.ref] = c
	}
	slices.Reverse(s.chunks)
	for _, row := range rows[:end] {
		if row != "" {
			s.rows = append(s.rows, strings.TrimSuffix(row, "\n"))
		}
	}
	s.first = len(s.rows)
	for i, l := range doc.lines {
		if len(l.words) > 0 && slices.Contains(stepWords, l.words[0].raw) {
			s.first = min(s.first, i)
		}
	}
	return s
}

// change gives a row other words; what stands before and behind them stays.
func (s *sheet) change(row int, f func(words []string) []string) {
	text := s.rows[row]
	x, err := lex(text)
	if err != nil {
		return // the file was read before
	}
	before := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	words := make([]string, len(x.words))
	for i, w := range x.words {
		words[i] = w.raw
	}
	was := strings.Join(words, " ")
	now := strings.Join(f(words), " ")
	if now == was {
		return
	}
	if x.remark != "" {
		now += strings.Repeat(" ", max(1, x.gap)) + x.remark
	}
	s.rows[row] = before + now
}

func (s *sheet) drop(row int) { s.gone[row] = true }

// insert puts rows behind another, as far to the right as that.
func (s *sheet) insert(row int, rows []string) {
	indent := ""
	if row >= 0 {
		indent = s.rows[row][:len(s.rows[row])-len(strings.TrimLeft(s.rows[row], " \t"))]
	}
	for _, r := range rows {
		s.after[row] = append(s.after[row], indent+r)
	}
}

// passed moves the place of new sections behind those of a step of the file.
func (s *sheet) passed(o *oldStep) {
	var used []*section
	if o.deliver != nil {
		used = append(used, o.deliver.section)
	} else {
		used = append(used, o.expect.body, o.expect.answer.section)
	}
	for _, sec := range used {
		if sec != nil {
			s.last = s.byRef[sec.ref()]
		}
	}
}

// add makes a section, unless a new one with the same content is there.
func (s *sheet) add(name string, c *content) string {
	text := sectionText(c, "")
	if same := s.byText[text]; same != nil {
		return same.ref
	}
	name = s.free(name, text)
	made := &chunk{ref: name, rows: sectionText(c, name), body: c.body}
	s.byRef[name], s.byText[text] = made, made
	if s.last != nil {
		s.last.next = append(s.last.next, made)
	} else {
		s.chunks = append(s.chunks, nil)
		copy(s.chunks[1:], s.chunks)
		s.chunks[0] = made
	}
	s.last = made
	return name
}

// free is a name for a new section, by more of what is in it as long as others
// have it too: the record, then all of the content.
func (s *sheet) free(name, text string) string {
	if s.byRef[name] == nil {
		return name
	}
	if of := anyName.FindStringSubmatch(text); of != nil {
		record, _, _ := strings.Cut(of[1], ".")
		if longer := name + "-" + record; s.byRef[longer] == nil {
			return longer
		}
	}
	for n := 0; ; n++ {
		sum := sha256.Sum256(append([]byte(text), byte(n)))
		word := "" // of letters alone: with digits among them it would look like a secret
		for _, b := range sum[:5] {
			word += string(rune('a' + b%26))
		}
		if longer := name + "-" + word; s.byRef[longer] == nil {
			return longer
		}
	}
}

// rewrite gives a section other content under its name.
func (s *sheet) rewrite(old *section, c *content) {
	chunk := s.byRef[old.ref()]
	chunk.rows, chunk.body = sectionText(c, old.ref()), c.body
}

// restate takes the status line out of a section.
func (s *sheet) restate(old *section) {
	chunk := s.byRef[old.ref()]
	rows := strings.SplitAfter(chunk.rows, "\n")
	if len(rows) > 1 && statusLine.MatchString(strings.TrimSuffix(rows[1], "\n")) {
		chunk.rows = rows[0] + strings.Join(rows[2:], "")
	}
}

// sectionText is a section as it stands in the file.
func sectionText(c *content, name string) string {
	var b bytes.Buffer
	sec := section{name: name + "." + c.kind, headers: c.headers, body: c.body}
	sec.format(&b)
	return b.String()
}

// text is the whole file. Sections that no line names any more are left out.
func (s *sheet) text() []byte {
	var rows []string
	for i, row := range s.rows {
		if i == s.first {
			rows = append(rows, s.after[-1]...)
		}
		if !s.gone[i] {
			rows = append(rows, row)
		}
		rows = append(rows, s.after[i]...)
	}
	if s.first >= len(s.rows) {
		rows = append(rows, s.after[-1]...)
	}
	used := map[string]bool{}
	for _, row := range rows {
		if x, err := lex(row); err == nil {
			for _, w := range x.words {
				if ref, ok := strings.CutPrefix(w.raw, "@"); ok {
					used[ref] = true
				}
			}
		}
	}
	var b bytes.Buffer
	for _, row := range rows {
		b.WriteString(row + "\n")
	}
	if n := len(rows); len(s.byRef) > 0 && n > 0 && rows[n-1] != "" {
		b.WriteByte('\n')
	}
	for _, c := range s.all() {
		if used[c.ref] {
			b.WriteString(c.rows)
		}
	}
	return b.Bytes()
}

// all are the sections in the order of the file.
func (s *sheet) all() []*chunk {
	var all []*chunk
	var add func(c *chunk)
	add = func(c *chunk) {
		all = append(all, c)
		for _, next := range slices.Backward(c.next) { // the latest came directly behind
			add(next)
		}
	}
	for _, c := range s.chunks {
		add(c)
	}
	return all
}

// tellingKeys are members whose text says which record it is.
var tellingKeys = []string{"name", "title", "sku", "code", "email", "first_name", "status"}

var notInSections = regexp.MustCompile(`[^a-z0-9]+`)

// nameOf names a section by its operation and by what is in it, so that another
// step before it changes nothing.
func (m *merger) nameOf(c *content, s *draftStep, suffix string) string {
	words := opWords(s.op)
	name := strings.Join(words, "-")
	if name == "" || s.topic != "" {
		name = strings.Trim(notInSections.ReplaceAllString(strings.ToLower(s.topic), "-"), "-")
	}
	if name == "" {
		name = sectionTitle(s.method + " " + bare(s.path))
	}
	if page := pageWord.FindStringSubmatch("&" + s.query); page != nil && suffix == "" {
		name += "-page-" + page[1]
	}
	if len(s.status) == 3 && s.status[0] >= '4' && suffix == "" && s.topic == "" {
		return name + "-" + s.status
	}
	if word := telling(c); word != "" {
		name += "-" + word
	}
	return name + suffix
}

var pageWord = regexp.MustCompile(`&page=([0-9]{1,4})(?:&|$)`)

// telling is a word out of a document that tells it from others.
func telling(c *content) string {
	if c.kind != "json" {
		return ""
	}
	best, word := len(tellingKeys), ""
	parseTree(c.body).leaves(func(l leaf) {
		at := slices.Index(tellingKeys, l.key)
		if at < 0 || at >= best || l.kind != '"' || strings.Contains(l.raw, "{{") {
			return
		}
		text, _, _ := strings.Cut(strings.ToLower(l.text()), "@")
		if text = strings.Trim(notInSections.ReplaceAllString(text, "-"), "-"); text != "" && len(text) <= 24 {
			best, word = at, text
		}
	})
	return word
}
