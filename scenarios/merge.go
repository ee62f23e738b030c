package scenarios

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
)

// A merger brings a file up to date with what was recorded. It works on the rows of
// the file, so that what has not changed stays byte for byte.
type merger struct {
	api    *api
	draft  *draft
	prog   *program
	old    []*oldStep
	sheet  *sheet
	extend bool // add only

	form  cover             // compares with regard to the names that are known
	named cover             // and binds further ones
	to    map[string]string // the recording's names to those of the file
	from  map[string]string
	taken map[string]bool // names of the file
	needs map[string]bool // names of the recording that are used elsewhere

	of   []int    // the step of the file by the recorded one, -1: none
	keys []string // the resource of each recorded step

	users map[*section][]int // steps of the file by their sections
	now   []int              // the first recorded step by that of the file, -1: none
}

func newMerger(d *draft, old *Scenario, text []byte, extend bool) *merger {
	m := &merger{
		api: d.api, draft: d, extend: extend,
		to: map[string]string{}, from: map[string]string{}, taken: map[string]bool{}, needs: map[string]bool{},
	}
	types := map[string]string{}
	for _, v := range d.flow.order {
		if v.name != "" {
			types[v.name] = v.typ
			m.needs[v.name] = len(v.back) > 0 || v.client
		}
	}
	var doc *document
	if old != nil {
		m.prog, doc, m.old = old.prog, old.doc, oldSteps(old.prog)
	} else {
		m.prog, doc = &program{api: d.api, types: map[string]string{}, dials: modes["per-resource"]}, &document{}
	}
	for _, name := range anyName.FindAllSubmatch(text, -1) {
		m.taken[string(name[1])] = true
	}
	m.form = cover{old: m.prog.types, new: types}
	m.named = m.form
	m.form.bind, m.named.bind = m.known, m.bind
	m.sheet = newSheet(doc, text)
	return m
}

var anyName = regexp.MustCompile(`\{\{([A-Za-z][A-Za-z0-9_.-]*)`)

// bind lets a name of the recording go by what the file calls it, one for one.
func (m *merger) bind(new, old *placeholder) bool {
	switch {
	case new.name == "" || new.typ == "secret":
		return true
	case old == nil || old.name == "":
		return !m.needs[new.name]
	case m.to[new.name] != "":
		return m.to[new.name] == old.name
	case m.from[old.name] != "":
		return m.from[old.name] == new.name
	}
	m.to[new.name], m.from[old.name] = old.name, new.name
	return true
}

// known is bind for names that were bound already; the others may be anything.
func (m *merger) known(new, old *placeholder) bool {
	switch {
	case new.name == "" || new.typ == "secret" || old == nil || old.name == "":
		return true
	case m.to[new.name] != "":
		return m.to[new.name] == old.name
	}
	return m.from[old.name] == ""
}

// trying keeps the names that were bound only if all of it was covered.
func (m *merger) trying(f func() bool) bool {
	var bound []string
	was := m.named.bind
	m.named.bind = func(new, old *placeholder) bool {
		known := new.name == "" || m.to[new.name] != ""
		ok := m.bind(new, old)
		if ok && !known && m.to[new.name] != "" {
			bound = append(bound, new.name)
		}
		return ok
	}
	ok := f()
	m.named.bind = was
	if !ok {
		for _, name := range bound {
			delete(m.from, m.to[name])
			delete(m.to, name)
		}
	}
	return ok
}

// merge gives the file as it is to be.
func (m *merger) merge() []byte {
	m.of = m.align()
	m.index()
	for j, s := range m.draft.steps {
		key, _ := m.resourceOf(s)
		if s.topic != "" { // it is about no resource, and each is by itself
			key = strconv.Itoa(j)
		}
		m.keys = append(m.keys, key)
	}
	pairs := make([]update, len(m.of))
	for j, i := range m.of { // names first, where nothing contradicts
		if i >= 0 {
			pairs[j] = m.compare(m.old[i], m.draft.steps[j])
		}
	}
	m.rename()
	if !m.extend {
		for j, i := range m.of {
			if i >= 0 {
				m.update(m.old[i], m.draft.steps[j], pairs[j])
			}
		}
		m.drop()
	}
	m.insert()
	return m.sheet.text()
}

// An update is what has to change of a step.
type update struct{ line, sent, answer bool }

func (m *merger) compare(o *oldStep, s *draftStep) update {
	var u update
	if o.deliver != nil {
		if !o.byHand() {
			u.sent = !m.trying(func() bool { return m.named.content(o.deliver.section, s.sent) })
		}
		return u
	}
	u.line = !m.trying(func() bool { return m.named.target(&o.expect.target, s.path, m.api.base, s) })
	if o.expect.body != nil || !o.byHand() {
		u.sent = !m.trying(func() bool { return m.named.content(o.expect.body, s.sent) })
	}
	if !o.byHand() {
		u.answer = !m.trying(func() bool { return m.named.content(o.expect.answer.section, s.answer) })
	}
	return u
}

var numberedName = regexp.MustCompile(`^([A-Za-z][A-Za-z_-]*?)([0-9]+)((?:\..*)?)$`)

// rename gives names to what the file has none for, and writes the whole draft
// with the names of the file.
func (m *merger) rename() {
	next := map[string]int{}
	for _, v := range m.draft.flow.order {
		if v.name == "" || m.to[v.name] != "" {
			continue
		}
		before, behind := v.name+"-", ""
		if parts := numberedName.FindStringSubmatch(v.name); parts != nil {
			before, behind = parts[1], parts[3]
		}
		name := v.name
		for n := max(2, next[before+" "+behind]); m.taken[name]; n++ {
			name = before + strconv.Itoa(n) + behind
			next[before+" "+behind] = n // those below are taken, and stay so
		}
		m.to[v.name], m.from[name], m.taken[name] = name, v.name, true
	}
	for _, s := range m.draft.steps {
		s.path, s.query = m.renamed(s.path), m.renamed(s.query)
		for _, c := range []*content{s.sent, s.answer} {
			if c == nil {
				continue
			}
			for i := range c.headers {
				c.headers[i].value = m.renamed(c.headers[i].value)
			}
			if c.kind == "json" {
				c.body = parseTree([]byte(m.renamed(string(c.body)))).fold()
			} else if c.kind != "b64" {
				c.body = []byte(m.renamed(string(c.body)))
			}
		}
	}
	m.named.bind = func(new, old *placeholder) bool { // both go by the names of the file now
		return new.name == "" || old != nil && old.name == new.name || (old == nil || old.name == "") && !m.needs[m.from[new.name]]
	}
	types := map[string]string{}
	for name, typ := range m.form.new {
		types[m.to[name]] = typ
	}
	m.named.new, m.form.new = types, types
}

func (m *merger) renamed(text string) string {
	return placeholderForm.ReplaceAllStringFunc(text, func(p string) string {
		parts := placeholderForm.FindStringSubmatch(p)
		if to := m.to[parts[1]]; to != "" {
			return "{{" + to + parts[2] + "}}"
		}
		return p
	})
}

// section puts new content into the section of a line. If others use it and have
// not changed, the line gets one of its own.
func (m *merger) section(row int, old *section, c *content, s *draftStep, suffix string) {
	switch {
	case old == nil && c == nil:
	case old == nil:
		ref := m.sheet.add(m.nameOf(c, s, suffix), c)
		m.sheet.change(row, func(words []string) []string { return append(words, "@"+ref) })
	case c == nil:
		m.sheet.change(row, func(words []string) []string {
			return slices.DeleteFunc(words, func(w string) bool { return w == "@"+old.ref() })
		})
	default:
		c = m.grafted(old, c)
		if m.alone(old, c) && old.kind() == c.kind {
			m.sheet.rewrite(old, c)
			return
		}
		ref := m.sheet.add(m.nameOf(c, s, suffix), c)
		m.sheet.change(row, func(words []string) []string {
			words[slices.Index(words, "@"+old.ref())] = "@" + ref
			return words
		})
	}
}

// grafted keeps what is said in a section already.
func (m *merger) grafted(old *section, c *content) *content {
	if old.kind() != "json" || c.kind != "json" || len(old.body) == 0 || len(c.body) == 0 {
		return c
	}
	out := *c
	out.body = m.named.graft(parseTree(old.body), parseTree(c.body)).fold()
	return &out
}

// alone tells whether a section can be written anew: nobody uses it who has not
// got the same content now.
func (m *merger) alone(old *section, c *content) bool {
	same := func(now *content) bool {
		return now != nil && bytes.Equal(m.grafted(old, now).body, c.body)
	}
	for _, i := range m.users[old] {
		j := m.now[i]
		if j < 0 {
			return false
		}
		s := m.draft.steps[j]
		o := m.old[i]
		switch {
		case o.deliver != nil && !same(s.sent):
			return false
		case o.expect != nil && o.expect.body == old && !same(s.sent):
			return false
		case o.expect != nil && o.expect.answer.section == old && !same(s.answer):
			return false
		}
	}
	return true
}

// index finds out who uses which section, and what became of each step of the file.
func (m *merger) index() {
	m.users, m.now = map[*section][]int{}, make([]int, len(m.old))
	for i, o := range m.old {
		m.now[i] = -1
		if o.deliver != nil {
			m.users[o.deliver.section] = append(m.users[o.deliver.section], i)
			continue
		}
		m.users[o.expect.body] = append(m.users[o.expect.body], i)
		m.users[o.expect.answer.section] = append(m.users[o.expect.answer.section], i)
	}
	for j, i := range slices.Backward(m.of) {
		if i >= 0 {
			m.now[i] = j
		}
	}
}

// drop takes out the recorded steps that did not happen any more.
func (m *merger) drop() {
	for i, o := range m.old {
		if m.now[i] < 0 && !o.byHand() {
			m.sheet.drop(o.row)
			m.sheet.drop(o.answer)
		}
	}
}

// insert adds the steps that the file does not have, each behind the one before.
// Where steps came in another order than the file has them, that is not all: a step
// comes between those for its resource, and behind what tells its values.
func (m *merger) insert() {
	next := m.following()
	about, told := map[string]int{}, map[string]int{} // rows by resource, and by name
	row := -1                                         // before the first
	for j, s := range m.draft.steps {
		at := row
		if i := m.of[j]; i >= 0 {
			row = m.old[i].answer
			at = row
			m.sheet.passed(m.old[i])
		} else {
			if i := next[j]; i >= 0 && m.old[i].row <= at {
				at = -1
				if i > 0 {
					at = m.old[i-1].answer
				}
			}
			if last, ok := about[m.keys[j]]; ok {
				at = max(at, last)
			}
			for _, name := range s.names() {
				if first, ok := told[name]; ok {
					at = max(at, first)
				}
			}
			m.sheet.insert(at, m.lines(s))
		}
		about[m.keys[j]] = at
		for _, name := range s.names() {
			if _, ok := told[name]; !ok {
				told[name] = at
			}
		}
	}
}

// following gives for each recorded step the next step for the same resource that
// the file has, -1 for none.
func (m *merger) following() []int {
	next := make([]int, len(m.of))
	behind := map[string]int{}
	for j, i := range slices.Backward(m.of) {
		next[j] = -1
		if of, ok := behind[m.keys[j]]; ok {
			next[j] = of
		}
		if i >= 0 {
			behind[m.keys[j]] = i
		}
	}
	return next
}

// names are those of the placeholders of a step.
func (s *draftStep) names() (names []string) {
	texts := []string{s.path, s.query}
	for _, c := range []*content{s.sent, s.answer} {
		if c != nil && c.kind != "b64" {
			texts = append(texts, string(c.body))
			for _, h := range c.headers {
				texts = append(texts, h.value)
			}
		}
	}
	for _, text := range texts {
		for _, of := range anyName.FindAllStringSubmatch(text, -1) {
			names = append(names, of[1])
		}
	}
	return names
}
