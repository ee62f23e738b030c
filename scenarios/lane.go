package scenarios

import (
	"slices"
	"strings"
)

// A lane is a row of steps that keep their order among themselves. Where the
// order is the written one there is one lane; else there is one for each
// resource, so that finding a step costs the same in a long story as in a short
// one.
type lane struct {
	steps []int // indices of statements
	low   int   // those before are full
}

type lanes struct {
	all    *lane            // the order is the written one
	keyed  map[string]*lane // by what a request says literally
	names  map[string]*lane // those with placeholders, by how they are written
	shapes []*pathShape     // the steps of these
}

// A pathShape is what the paths of steps with placeholders have in common. A story
// has few of them, each with many steps.
type pathShape struct {
	method string
	path   []*string // nil: a placeholder
	steps  []int     // in the order of the file
	low    int       // those before are full
}

// add puts a step into its lane.
func (ls *lanes) add(prog *program, i int, e *expect) *lane {
	l := ls.find(prog, e)
	l.steps = append(l.steps, i)
	if prog.dials.order != "written" && ls.names[e.written()] == l {
		sh := ls.shapeOf(e)
		sh.steps = append(sh.steps, i)
	}
	return l
}

// written is a step with placeholders as its lane knows it.
func (e *expect) written() string { return e.method + " " + e.path + " " + e.queryText() }

// shapeOf is the shape of a step, a new one if none is the same.
func (ls *lanes) shapeOf(e *expect) *pathShape {
	sh := &pathShape{method: e.method}
	for _, seg := range e.segments {
		var literal *string
		if text, ok := seg.literal(); ok {
			literal = &text
		}
		sh.path = append(sh.path, literal)
	}
	same := func(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }
	for _, other := range ls.shapes {
		if other.method == sh.method && slices.EqualFunc(other.path, sh.path, same) {
			return other
		}
	}
	ls.shapes = append(ls.shapes, sh)
	return sh
}

// fits tells whether a request may be one of the steps.
func (sh *pathShape) fits(method string, path []string) bool {
	return sh.method == method && slices.EqualFunc(sh.path, path, func(want *string, got string) bool { return want == nil || *want == got })
}

func (ls *lanes) find(prog *program, e *expect) *lane {
	if prog.dials.order == "written" {
		if ls.all == nil {
			ls.all = &lane{}
		}
		return ls.all
	}
	path, literal := literalPath(&e.target)
	var query []pair
	for _, p := range e.query {
		value, ok := p.value.literal()
		literal = literal && ok
		query = append(query, pair{p.name, value})
	}
	by := &ls.keyed
	key := resource(prog, e.method, path, query)
	if !literal || e.anyQuery && prog.dials.body != "part" {
		by, key = &ls.names, e.written()
	}
	if *by == nil {
		*by = map[string]*lane{}
	}
	l := (*by)[key]
	if l == nil {
		l = &lane{}
		(*by)[key] = l
	}
	return l
}

// candidates calls f for the steps that a request may take, in the order of the
// file, until it gives false. Steps are looked at no sooner than they are needed.
func (st *story) candidates(r *request, f func(int) bool) {
	var rows []*row
	if st.prog.dials.order == "written" {
		if st.lanes.all != nil {
			rows = append(rows, &row{steps: st.open([]*lane{st.lanes.all})})
		}
	} else {
		rows = st.rows(r)
	}
	for {
		var first *row
		for _, row := range rows {
			if i, ok := row.head(st); ok && (first == nil || i < first.steps[first.at]) {
				first = row
			}
		}
		if first == nil || !f(first.steps[first.at]) {
			return
		}
		first.at++
	}
}

// A row is some steps on the way to be tried.
type row struct {
	steps []int
	at    int
	check bool // not all of them are open
}

// head is the next step of a row.
func (w *row) head(st *story) (int, bool) {
	for w.check && w.at < len(w.steps) && !st.isOpen(w.steps[w.at]) {
		w.at++
	}
	if w.at == len(w.steps) {
		return 0, false
	}
	return w.steps[w.at], true
}

// isOpen tells whether the next request can take a step.
func (st *story) isOpen(i int) bool {
	if st.full(i) {
		return false
	}
	return st.prog.dials.order == "any" || slices.Contains(st.open([]*lane{st.laneOf[i]}), i)
}

// rows are the steps in which a request, as it came or as it is recorded, can find
// its own.
func (st *story) rows(r *request) (rows []*row) {
	ways := []*request{r}
	if r.clean != nil {
		ways = append(ways, r.clean)
	}
	var seen []*lane
	var shapes []*pathShape
	for _, r := range ways {
		path := strings.Split(r.path, "/")
		for i := range path {
			path[i] = unescapePath(path[i])
		}
		if l := st.lanes.keyed[resource(st.prog, r.method, path, pairs(r.query))]; l != nil && !slices.Contains(seen, l) {
			seen = append(seen, l)
			rows = append(rows, &row{steps: st.open([]*lane{l})})
		}
		for _, sh := range st.lanes.shapes {
			if !sh.fits(r.method, path) || slices.Contains(shapes, sh) {
				continue
			}
			shapes = append(shapes, sh)
			for sh.low < len(sh.steps) && st.full(sh.steps[sh.low]) {
				sh.low++
			}
			rows = append(rows, &row{steps: sh.steps[sh.low:], check: true})
		}
	}
	return rows
}

// each gives all lanes.
func (ls *lanes) each() []*lane {
	var all []*lane
	if ls.all != nil {
		all = append(all, ls.all)
	}
	for _, l := range ls.keyed {
		all = append(all, l)
	}
	for _, l := range ls.names {
		all = append(all, l)
	}
	return all
}

// resource names what a request is about: method, path and query, and where a
// query may hold more than is written only the first two.
func resource(prog *program, method string, path []string, query []pair) string {
	var b strings.Builder
	b.WriteString(method)
	for _, seg := range path {
		b.WriteString("\x00" + seg)
	}
	if prog.dials.body == "part" {
		return b.String()
	}
	var words []string
	for _, p := range query {
		if !slices.Contains(prog.ignore.query, p.name) {
			words = append(words, "\x01"+p.name+"\x02"+p.value)
		}
	}
	slices.Sort(words)
	return b.String() + strings.Join(words, "")
}

func literalPath(t *target) (path []string, ok bool) {
	ok = true
	for _, seg := range t.segments {
		text, literal := seg.literal()
		path, ok = append(path, text), ok && literal
	}
	return path, ok
}

// queryText is the query as it is written, in one order.
func (t *target) queryText() string {
	var words []string
	for _, p := range t.query {
		words = append(words, p.name+"="+p.value.String())
	}
	slices.Sort(words)
	return strings.Join(words, "&")
}

// open are the steps of these lanes that the next request can take, in the
// order of the file.
func (st *story) open(ls []*lane) []int {
	var open []int
	for _, l := range ls {
		for l.low < len(l.steps) && st.full(l.steps[l.low]) {
			l.low++
		}
		open = st.openIn(open, l)
	}
	slices.Sort(open)
	return open
}

// openIn adds the open steps of a lane: up to the first that still lacks a
// request, with all of its par block.
func (st *story) openIn(open []int, l *lane) []int {
	blocked, by := false, 0
	for _, i := range l.steps[l.low:] {
		e := st.prog.steps[i].(*expect)
		if blocked && (by == 0 || by != e.par) {
			break
		}
		if !st.full(i) {
			open = append(open, i)
		}
		if st.prog.dials.order != "any" && st.lacks(i) {
			blocked, by = true, e.par
		}
	}
	return open
}
