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
	all   *lane            // the order is the written one
	keyed map[string]*lane // by what a request says literally
	loose []*lane          // with placeholders, to be looked at for every request
	names map[string]*lane // the loose ones by how they are written
}

// add puts a step into its lane.
func (ls *lanes) add(prog *program, i int, e *expect) *lane {
	l := ls.find(prog, e)
	l.steps = append(l.steps, i)
	return l
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
		by, key = &ls.names, e.method+" "+e.path+" "+e.queryText()
	}
	if *by == nil {
		*by = map[string]*lane{}
	}
	l := (*by)[key]
	if l == nil {
		l = &lane{}
		(*by)[key] = l
		if by == &ls.names {
			ls.loose = append(ls.loose, l)
		}
	}
	return l
}

// of gives the lanes in which a request can find its step.
func (ls *lanes) of(prog *program, r *request) []*lane {
	if prog.dials.order == "written" {
		if ls.all == nil {
			return nil
		}
		return []*lane{ls.all}
	}
	found := slices.Clone(ls.loose)
	if r.clean != nil {
		found = append(found, ls.of(prog, r.clean)[len(ls.loose):]...)
	}
	path := strings.Split(r.path, "/")
	for i := range path {
		path[i] = unescapePath(path[i])
	}
	if l := ls.keyed[resource(prog, r.method, path, pairs(r.query))]; l != nil {
		found = append(found, l)
	}
	return found
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
	return append(all, ls.loose...)
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
