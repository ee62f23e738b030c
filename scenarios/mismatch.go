package scenarios

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// mismatch is a request that does not fit the story: what was known when it
// came.
type mismatch struct {
	phaseCount
	request   request
	want      []*expect // that could have been taken
	near      []candidate
	forbidden *never
}

// phaseCount is how far a phase has come.
type phaseCount struct {
	phase    int
	done, of int // steps: requests and deliveries
	optional int
}

func (st *story) countPhase(phase int) phaseCount {
	n := phaseCount{phase: phase}
	for i, s := range st.prog.steps {
		if s.line().phase != phase {
			continue
		}
		switch s := s.(type) {
		case *expect:
			if s.least == 0 {
				n.optional++
				continue
			}
			if n.of++; len(st.done[i].by) >= s.least {
				n.done++
			}
		case *deliver:
			if n.of++; st.done[i].answered != nil {
				n.done++
			}
		}
	}
	return n
}

// head is the line about the phase, "" outside phases.
func (n phaseCount) head(prog *program) string {
	if n.phase == 0 {
		return ""
	}
	done := fmt.Sprintf("%d of %d steps done", n.done, n.of)
	if n.optional > 0 {
		done += fmt.Sprintf(", %d optional", n.optional)
	}
	return fmt.Sprintf("      phase   %s  (%s)", short(prog.phases[n.phase-1].title, 60), done)
}

// candidate is a step that the request may have meant, and why it was not it.
type candidate struct {
	step    *expect
	fitting *fitting
	by      []int  // requests that took it
	ahead   bool   // it can still be taken, now or later
	reason  string // "" where only the comparison tells
	score   int
}

// mismatch gathers what can be said about a request that fits no step. n is the
// never line that it breaks, if any.
func (st *story) mismatch(r *request, n *never) *mismatch {
	m := &mismatch{request: *r, phaseCount: phaseCount{phase: st.phase}, forbidden: n}
	open := st.open(st.lanes.each())
	for _, i := range open {
		m.want = append(m.want, st.prog.steps[i].(*expect))
	}
	if len(m.want) > 0 {
		m.phase = m.want[0].phase
	}
	for i, s := range st.prog.steps {
		switch s := s.(type) {
		case *expect:
			m.near = append(m.near, st.candidate(i, r, slices.Contains(open, i)))
		case *never:
			if m.forbidden == nil && (s.ever || s.phase == m.phase) && st.fit(&s.target, r).equal() {
				m.forbidden = s
			}
		}
	}
	if m.phaseCount = st.countPhase(m.phase); m.request.query != "" {
		m.request.query = st.masks.query(r.query)
	}
	slices.SortStableFunc(m.near, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	m.near = m.near[:min(len(m.near), 3)]
	for i, c := range m.near {
		if i == 0 && (c.fitting.has("method") || c.fitting.has("path")) {
			continue
		}
		if !c.same() {
			m.near = m.near[:i]
			break
		}
	}
	return m
}

// same tells whether a step is about the same method and path as the request.
func (c *candidate) same() bool { return c.fitting.has("method") && c.fitting.has("path") }

// missing tells whether the request may be right, and the story lack a step.
func (m *mismatch) missing() bool {
	return m.forbidden == nil && m.request.carries &&
		!slices.ContainsFunc(m.near, func(c candidate) bool { return c.ahead && c.same() })
}

func (st *story) candidate(i int, r *request, open bool) candidate {
	e := st.prog.steps[i].(*expect)
	c := candidate{step: e, fitting: st.fit(&e.target, r), by: st.done[i].by}
	st.fitWait(c.fitting, e, r)
	for i, d := range c.fitting.diffs {
		c.fitting.diffs[i].got = st.masks.got(d.path, d.got)
	}
	for what, weight := range map[string]int{"path": 8, "method": 6, "body": 4, "query": 2, "auth": 1} {
		if c.fitting.has(what) {
			c.score += 2 * weight
		}
	}
	switch {
	case open:
		c.ahead = true
		c.score++
		c.reason = c.fitting.waited
	case st.done[i].passed != 0 && len(c.by) == 0:
		c.reason = fmt.Sprintf("passed over when request #%d came", st.done[i].passed)
	case len(c.by) > 0:
		c.reason = "already answered by request " + numbers(c.by)
	default:
		c.ahead = true
		switch c.reason = "comes later"; {
		case !st.begun(i) && e.phase > st.waitsIn():
			c.reason = fmt.Sprintf("only after phase %d, whose step in line %d is not done", st.waitsIn(), st.prog.steps[st.waiting].line().at.line)
		case !st.begun(i):
			c.reason = fmt.Sprintf("waits for the step in line %d", st.prog.steps[st.waiting].line().at.line)
		}
	}
	return c
}

// waitsIn is the phase of the step that the story waits for, from 1; 0 before the
// first.
func (st *story) waitsIn() int {
	if st.waiting < len(st.prog.steps) {
		return st.prog.steps[st.waiting].line().phase
	}
	return len(st.prog.phases)
}

// numbers lists requests: "#1", "#1 and #4", "#1, #2 and #4".
func numbers(seqs []int) string {
	var b strings.Builder
	for i, n := range seqs {
		switch {
		case i > 0 && i == len(seqs)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString("#" + strconv.Itoa(n))
	}
	return b.String()
}

// short is the mismatch on one line, for the client.
func (m *mismatch) short(file string) string {
	want := "nothing more"
	if len(m.want) > 0 {
		want = m.want[0].text
	}
	return fmt.Sprintf("%s: request #%d does not fit the story: want %s, got %s", m.at(file), m.request.seq, want, m.request.text())
}

// at is the step that was expected.
func (m *mismatch) at(file string) pos {
	switch {
	case m.forbidden != nil && len(m.want) == 0:
		return m.forbidden.at
	case len(m.want) > 0:
		return m.want[0].at
	case len(m.near) > 0:
		return m.near[0].step.at
	}
	return pos{file: file}
}

// after is what is known when the call of a mismatch is over.
type after struct {
	api   fake.API
	call  fake.Exchange
	calls map[int]fake.Exchange
	op    map[int]bool // calls of operations that write
	state string
}

// text is the mismatch as the test author reads it: at most 40 lines.
func (m *mismatch) text(prog *program, now after) string {
	var p page
	p.add("%s: request #%d does not fit the story", m.at(prog.file), m.request.seq)
	p.add("")
	m.head(&p, prog, now)
	p.add("")
	for i, c := range m.near {
		most := 6 // all of it is to stay below 40 lines
		if i == 0 {
			p.row("nearest step   ", c.step.text, c.step.at)
		} else {
			p.row("or             ", c.step.text, c.step.at)
			most = 2
		}
		c.describe(&p, most)
	}
	if m.forbidden != nil {
		p.row("forbidden by   ", m.forbidden.text, m.forbidden.at)
	}
	p.add("")
	cause := m.cause(now)
	if cause == nil {
		cause = m.traps(prog, now.api)
	}
	for _, sentence := range cause {
		p.add("      %s", sentence)
	}
	if now.state != "" {
		p.add("      state now: %s", now.state)
	}
	if m.missing() {
		body := ""
		if len(m.request.body) > 0 {
			body = " @SECTION"
		}
		p.add("      if the request is right, add   -> %s%s", m.request.text(), body)
	}
	return p.String()
}

func (m *mismatch) head(p *page, prog *program, now after) {
	if line := m.phaseCount.head(prog); line != "" {
		p.add("%s", line)
	}
	for i, e := range m.want[:min(3, len(m.want))] {
		p.row([]string{"want    ", "or      ", "or      "}[i], e.text, e.at)
	}
	switch more := len(m.want) - 3; {
	case len(m.want) == 0:
		p.add("      want    nothing more: the story is over")
	case more > 0:
		p.add("      or      one of %d more", more)
	}
	p.columns("got        "+m.request.text(), fmt.Sprintf("at %s, connection %d", m.request.at.Format("15:04:05.000"), now.call.Conn))
}

// describe tells how a step compares with the request, in so many differences at
// most.
func (c *candidate) describe(p *page, most int) {
	if c.reason != "" {
		p.add("                     %s", c.reason)
	}
	var marks []string
	for _, m := range c.fitting.marks {
		marks = append(marks, m.what+" "+map[bool]string{true: "+", false: "x"}[m.ok])
	}
	line := strings.Join(marks, "  ")
	switch n := len(c.fitting.diffs); {
	case c.fitting.ok():
		line += "  (equal)"
	case n == 1:
		line += "  1 difference"
	case n > 1:
		line += fmt.Sprintf("  %d differences", n)
	}
	p.add("                     %s", line)
	shown := c.fitting.diffs[:min(len(c.fitting.diffs), most)]
	width := 0
	for _, d := range shown {
		width = max(width, len(d.path))
	}
	for _, d := range shown {
		p.add("          %-*s  want %s   got %s%s", width, d.path, d.want, d.got, note(d.note))
	}
	if n := len(c.fitting.diffs) - len(shown); n > 0 {
		p.add("          and %d more", n)
	}
	if n := c.fitting.ignored; n > 0 {
		p.add("      left out of the comparison by ignore: %d", n)
	}
}

func note(text string) string {
	if text == "" {
		return ""
	}
	return "   " + text
}

// page is a text in columns: what, and where it stands.
type page struct{ lines []string }

func (p *page) add(format string, args ...any) {
	line := strings.TrimRight(fmt.Sprintf(format, args...), " ")
	if line == "" && len(p.lines) > 0 && p.lines[len(p.lines)-1] == "" {
		return
	}
	p.lines = append(p.lines, line)
}

func (p *page) row(label, text string, at pos) {
	p.columns(label+text, path.Base(at.file)+":"+strconv.Itoa(at.line))
}

func (p *page) columns(left, right string) { p.add("      %-66s %s", left, right) }

func (p *page) String() string {
	return strings.TrimRight(strings.Join(p.lines, "\n"), "\n")
}
