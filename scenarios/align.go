package scenarios

import "regexp"

// An oldStep is a step of the file that is brought up to date.
type oldStep struct {
	expect  *expect  // nil: a delivery
	deliver *deliver // nil: a request
	row     int      // of the request or the delivery in the file, from 0
	answer  int      // of the answer
	taken   int      // recorded exchanges that it stands for
}

// byHand tells whether a recorder would never have written the step: it stays,
// whatever was recorded.
func (o *oldStep) byHand() bool {
	if o.deliver != nil {
		return o.deliver.again != nil || len(o.deliver.faults) > 0 || !o.deliver.raw
	}
	a := &o.expect.answer
	return a.live || len(a.faults) > 0 || a.apply || o.expect.least == 0
}

// room tells whether a step can stand for another exchange.
func (o *oldStep) room() bool {
	most := 1
	if o.expect != nil {
		most = o.expect.most
	}
	return most < 0 || o.taken < most
}

// oldSteps are the requests and deliveries of a file.
func oldSteps(prog *program) []*oldStep {
	var steps []*oldStep
	for _, s := range prog.steps {
		switch s := s.(type) {
		case *expect:
			steps = append(steps, &oldStep{expect: s, row: s.at.line - 1, answer: s.answer.at.line - 1})
		case *deliver:
			steps = append(steps, &oldStep{deliver: s, row: s.at.line - 1, answer: s.answer.at.line - 1})
		}
	}
	return steps
}

// How alike a step of the file and a recorded one are. A pair without the same
// request is none.
const (
	sameRequest = 2
	sameBody    = 3
	sameStatus  = 1
	sameAnswer  = 3
	wholeMatch  = sameRequest + sameBody + sameStatus + sameAnswer
)

// alike compares the form of two steps.
func (m *merger) alike(o *oldStep, s *draftStep) int {
	if o.deliver != nil {
		if s.topic != o.deliver.topic {
			return 0
		}
		score := sameRequest + sameStatus + sameAnswer
		if !o.deliver.raw || o.deliver.section == nil || m.form.content(o.deliver.section, s.sent) {
			score += sameBody
		}
		return score
	}
	if s.topic != "" || !m.form.target(&o.expect.target, s.path, m.api.base, s) {
		return 0
	}
	score := sameRequest
	if body := o.expect.body; body == nil || m.form.content(body, s.sent) {
		score += sameBody
	}
	a := &o.expect.answer
	if a.live { // what was recorded fits better to what was recorded
		return score + sameStatus
	}
	if statusText(a.status) == s.status {
		score += sameStatus
	}
	if m.form.content(a.section, s.answer) {
		score += sameAnswer
	}
	return score
}

// mostPairs is how many pairs are compared to find the best alignment; what is
// longer is taken step by step.
const mostPairs = 1 << 20

// align finds for each recorded step the step of the file that it is, -1 for
// none, keeping the order of both, or that of each resource. Stories are mostly the
// same, so what is the same at both ends is left out before the rest is compared.
func (m *merger) align() []int {
	of := make([]int, len(m.draft.steps))
	for i := range of {
		of[i] = -1
	}
	m.pin(of, m.anchor())
	r := m.rest(of)
	from := 0
	for from < len(r.old) && from < len(r.new) && m.alikeIn(r, from, from) == wholeMatch {
		r.pair(m, of, from, from)
		from++
	}
	oldEnd, newEnd := len(r.old), len(r.new)
	for oldEnd > from && newEnd > from && m.alikeIn(r, oldEnd-1, newEnd-1) == wholeMatch {
		oldEnd--
		newEnd--
		r.pair(m, of, oldEnd, newEnd)
	}
	r.old, r.new = r.old[from:oldEnd], r.new[from:newEnd]
	if len(r.old)*len(r.new) <= mostPairs {
		m.best(of, r)
	} else {
		m.greedy(of, r)
	}
	if len(m.old)*len(r.new) <= 4*mostPairs {
		m.moved(of)
	} else {
		m.take(of)
	}
	return of
}

// anchor finds the steps that can be told from all others by what was said in
// them, and learns from them what the values are called. Then the steps that have
// these values can be told apart too. It gives the step of the file by the recorded
// one.
func (m *merger) anchor() map[int]int {
	sure := map[int]int{}
	olds, news := map[string][]int{}, map[string][]int{}
	for i, o := range m.old {
		if e := o.expect; e != nil && !o.byHand() {
			key := e.op + saidKey(e.body.said()) + saidKey(e.answer.section.said())
			olds[key] = append(olds[key], i)
		}
	}
	var keys []string
	for j, s := range m.draft.steps {
		key := s.op + saidKey(s.sent.said()) + saidKey(s.answer.said())
		if keys = append(keys, key); s.topic == "" {
			news[key] = append(news[key], j)
		}
	}
	for j, key := range keys {
		if len(olds[key]) != 1 || len(news[key]) != 1 {
			continue
		}
		o, s := m.old[olds[key][0]], m.draft.steps[j]
		if s.topic == "" && m.alike(o, s) == wholeMatch {
			m.compare(o, s)
			sure[j] = olds[key][0]
		}
	}
	return sure
}

// saidKey is a body without the values in it.
func saidKey(body []byte) string {
	return "\x00" + anyPlaceholder.ReplaceAllString(string(respell(body, "compact")), "{{}}")
}

var anyPlaceholder = regexp.MustCompile(`\{\{[^{}]*\}\}`)

func (s *section) said() []byte {
	if s == nil {
		return nil
	}
	return s.body
}

func (c *content) said() []byte {
	if c == nil {
		return nil
	}
	return c.body
}

// best aligns the rest so that the sum of what is alike is greatest.
func (m *merger) best(of []int, r *rest) {
	rows, cols := len(r.old), len(r.new)
	sum := make([][]int, rows+1)
	pair := make([][]int, rows)
	for i := range sum {
		sum[i] = make([]int, cols+1)
	}
	for i := rows - 1; i >= 0; i-- {
		pair[i] = make([]int, cols)
		for j := cols - 1; j >= 0; j-- {
			pair[i][j] = m.alikeIn(r, i, j)
			sum[i][j] = max(sum[i+1][j], sum[i][j+1])
			if pair[i][j] > 0 {
				sum[i][j] = max(sum[i][j], sum[i+1][j+1]+pair[i][j])
			}
		}
	}
	for i, j := 0, 0; i < rows && j < cols; {
		switch {
		case pair[i][j] > 0 && sum[i][j] == sum[i+1][j+1]+pair[i][j]:
			of[r.new[j]] = r.old[i]
			i++
			j++
		case sum[i][j] == sum[i+1][j]:
			i++
		default:
			j++
		}
	}
}

// greedy aligns a long rest: each recorded step takes the next that is alike, if it
// is not far.
func (m *merger) greedy(of []int, r *rest) {
	const far = 64
	next := 0
	for j := range r.new {
		best, score := -1, 0
		for i := next; i < min(next+far, len(r.old)); i++ {
			if s := m.alikeIn(r, i, j); s > score {
				best, score = i, s
				if s == wholeMatch {
					break
				}
			}
		}
		if best >= 0 {
			of[r.new[j]], next = r.old[best], best+1
		}
	}
}

// take counts for each step of the file the recorded steps that it is.
func (m *merger) take(of []int) map[int]bool {
	taken := map[int]bool{}
	for j, i := range of {
		if i >= 0 {
			taken[i] = true
			m.old[i].taken++
			m.compare(m.old[i], m.draft.steps[j])
		}
	}
	return taken
}

// moved finds steps that came in another order: where only requests for the same
// resource have an order, that is the same story. And a step that stands for
// several requests takes them.
func (m *merger) moved(of []int) {
	taken := m.take(of)
	for j, s := range m.draft.steps {
		if of[j] >= 0 {
			continue
		}
		for i, o := range m.old {
			several := taken[i] && o.expect != nil && o.expect.most != 1
			if (!taken[i] && m.free(of, i, j) || several) && o.room() && m.alike(o, s) == wholeMatch {
				of[j], taken[i] = i, true
				o.taken++
				break
			}
		}
	}
}

// free tells whether a recorded step can be one of the file that has another place
// in the order: no request for the same resource is passed by.
func (m *merger) free(of []int, i, j int) bool {
	s := m.draft.steps[j]
	if m.prog.dials.order == "written" || s.topic != "" {
		return false
	}
	for k, other := range of {
		t := m.draft.steps[k]
		if other >= 0 && t.method == s.method && t.path == s.path && t.query == s.query && (k < j) != (other < i) {
			return false
		}
	}
	return true
}
