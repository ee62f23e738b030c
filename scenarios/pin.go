package scenarios

import (
	"slices"
	"strings"
)

// pin pairs steps by their resource, before the rest is aligned by the whole order:
// requests at once come in another order each time, and only those for the same
// resource have one. A resource is done if there is one way only to do it. Names
// that are learned from one tell what another is called, so it is gone round as
// long as something is found.
func (m *merger) pin(of []int, sure map[int]int) {
	if m.prog.dials.order == "written" {
		return
	}
	olds := map[string][]int{}
	for i, o := range m.old {
		if key := o.resource(); key != "" {
			olds[key] = append(olds[key], i)
		}
	}
	open := make([]int, 0, len(of))
	for j, s := range m.draft.steps {
		if s.topic == "" {
			open = append(open, j)
		}
	}
	for found := true; found; {
		found = false
		news := map[string][]int{}
		var keys []string
		for _, j := range open {
			key, known := m.resourceOf(m.draft.steps[j])
			if !known {
				continue
			}
			if news[key] == nil {
				keys = append(keys, key)
			}
			news[key] = append(news[key], j)
		}
		for _, key := range keys {
			found = m.pinned(of, olds[key], news[key], sure) || found
			delete(olds, key)
		}
		open = slices.DeleteFunc(open, func(j int) bool {
			key, known := m.resourceOf(m.draft.steps[j])
			return of[j] >= 0 || known && olds[key] == nil
		})
	}
}

// pinned pairs the steps for one resource: one by one if there are as many as
// before, and all say the same; else if those of one side, all of them, can be told
// from all others on the other side, in the same order.
func (m *merger) pinned(of, olds, news []int, sure map[int]int) bool {
	if len(olds) == 0 || slices.ContainsFunc(olds, func(i int) bool { return m.old[i].byHand() || m.old[i].expect.most != 1 }) {
		return false
	}
	pairs := map[int]int{}
	last := -1
	for _, j := range news {
		i, ok := sure[j]
		if _, here := slices.BinarySearch(olds, i); ok && here && i > last {
			pairs[j], last = i, i
		}
	}
	if len(pairs) < min(len(olds), len(news)) {
		if len(olds) != len(news) {
			return false
		}
		for k, j := range news {
			if pairs[j] = olds[k]; m.alike(m.old[olds[k]], m.draft.steps[j]) != wholeMatch {
				return false
			}
		}
	}
	for _, j := range news {
		if i, ok := pairs[j]; ok {
			of[j] = i
			m.compare(m.old[i], m.draft.steps[j])
		}
	}
	return true
}

// resource is what a step of the file is about, "" where that cannot be said.
func (o *oldStep) resource() string {
	if o.expect == nil || o.expect.anyQuery {
		return ""
	}
	var path, query []string
	for _, seg := range o.expect.segments {
		path = append(path, untyped(seg))
	}
	for _, p := range o.expect.query {
		query = append(query, p.name+"="+untyped(p.value))
	}
	return resourceKey(o.expect.method, path, query)
}

// resourceOf is what a recorded step is about, in the names of the file. It is not
// known as long as one of its names is not.
func (m *merger) resourceOf(s *draftStep) (key string, known bool) {
	known = true
	for _, part := range placeholderForm.FindAllStringSubmatch(s.path+"?"+s.query, -1) {
		if part[1] != "" && m.to[part[1]] == "" {
			known = false
		}
	}
	path := s.path
	if rest, below := strings.CutPrefix(path, "~"); below {
		path = m.api.base + rest
	}
	t, err := parseTemplate(m.renamed(path))
	if err != nil {
		return "", false
	}
	var segs, query []string
	for _, seg := range splitTemplate(t, "/") {
		segs = append(segs, untyped(plainTemplate(seg, unescapePath)))
	}
	for part := range strings.SplitSeq(s.query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		t, err := parseTemplate(m.renamed(value))
		if err != nil {
			return "", false
		}
		query = append(query, unescape(name)+"="+untyped(plainTemplate(t, unescape)))
	}
	return resourceKey(s.method, segs, query), known
}

func resourceKey(method string, path, query []string) string {
	slices.Sort(query)
	return method + " " + strings.Join(path, "\x00") + "\x01" + strings.Join(query, "\x00")
}

// untyped is a template with the names of its placeholders alone.
func untyped(t template) string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.text)
		if p.ph != nil {
			b.WriteString("{{" + p.ph.name + "}}")
		}
	}
	return b.String()
}

// A rest is what is left to be aligned, by the places in file and recording.
type rest struct {
	old, new []int
	// of the pinned steps: the last place in the file before a recorded step, and
	// the first one behind it
	before, behind []int
}

func (m *merger) rest(of []int) *rest {
	r := &rest{before: make([]int, len(of)), behind: make([]int, len(of))}
	taken := make([]bool, len(m.old))
	last, first := -1, len(m.old)
	for j, i := range of {
		r.before[j] = last
		if i < 0 {
			r.new = append(r.new, j)
			continue
		}
		taken[i], last = true, max(last, i)
	}
	for j, i := range slices.Backward(of) {
		if r.behind[j] = first; i >= 0 {
			first = min(first, i)
		}
	}
	for i := range m.old {
		if !taken[i] {
			r.old = append(r.old, i)
		}
	}
	return r
}

// alikeIn is alike for places of the rest. A delivery has its place among all
// requests, and passes none.
func (m *merger) alikeIn(r *rest, i, j int) int {
	i, j = r.old[i], r.new[j]
	if m.old[i].deliver != nil && (i < r.before[j] || i > r.behind[j]) {
		return 0
	}
	return m.alike(m.old[i], m.draft.steps[j])
}

// pair is for two steps that are the same: names are known behind them.
func (r *rest) pair(m *merger, of []int, i, j int) {
	of[r.new[j]] = r.old[i]
	m.compare(m.old[r.old[i]], m.draft.steps[r.new[j]])
}
