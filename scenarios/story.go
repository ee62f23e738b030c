package scenarios

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// story is a program on its way. All of it happens under the server's lock: a
// request is matched, takes its step and is answered in one piece.
type story struct {
	prog  *program
	vals  *values
	masks *masks
	done  []progress // by the index of the statement

	lanes    lanes
	laneOf   map[int]*lane // by the index of the step
	last     int           // the last step that is a request or a delivery
	nevers   []int
	actions  []int     // that are still to be done
	waiting  int       // the first statement that lacks a request
	phase    int       // of the step that was taken last
	answered time.Time // when the last answer left
	limited  int       // calls that the documented limit refused
	revoked  bool      // the credentials of the run are worthless
	received bool      // there is a receiver
}

// progress is how far one statement has come.
type progress struct {
	by       []int    // numbers of the requests that took it; of an action, one 0
	passed   int      // number of the request that went past it, 0: none did
	answered []string // of a delivery, what was answered to each sending
}

// verdict is what becomes of a request.
type verdict struct {
	step     *expect
	mismatch *mismatch // the request does not fit
	live     bool      // it does not fit, and the mode lets the fake answer it
}

func newStory(prog *program, vals *values) *story {
	st := &story{prog: prog, vals: vals, done: make([]progress, len(prog.steps)), laneOf: map[int]*lane{}}
	for i, s := range prog.steps {
		switch s := s.(type) {
		case *expect:
			st.laneOf[i], st.last = st.lanes.add(prog, i, s), i
		case *never:
			st.nevers = append(st.nevers, i)
		case *action:
			st.actions = append(st.actions, i)
		case *deliver:
			st.actions, st.last = append(st.actions, i), i
		}
	}
	return st
}

// decide finds the step that a request takes, and takes it.
func (st *story) decide(r *request) verdict {
	i, f := st.choose(r)
	if f != nil {
		if n := st.forbids(i, r); n != nil {
			return verdict{mismatch: st.mismatch(r, n)}
		}
		st.take(i, r, f)
		return verdict{step: st.prog.steps[i].(*expect)}
	}
	n := st.forbids(-1, r)
	if n == nil && st.prog.dials.unknown == "live" {
		return verdict{live: true}
	}
	return verdict{mismatch: st.mismatch(r, n)}
}

// choose finds the first step that a request fits, nil for none. One that asks for
// a value which nobody has been told yet is the last choice: then the request is
// about something else, or the client knows the value from elsewhere.
func (st *story) choose(r *request) (step int, fitting *fitting) {
	early := false
	st.candidates(r, func(i int) bool {
		e := st.prog.steps[i].(*expect)
		f := st.fit(&e.target, r)
		st.fitWait(f, e, r)
		if !f.ok() || early && st.untold(f) {
			return true
		}
		step, fitting, early = i, f, st.untold(f)
		return early
	})
	return step, fitting
}

// untold tells whether a request would give a value to a name that an answer is to
// tell.
func (st *story) untold(f *fitting) bool {
	for v := f.vals; v != st.vals; v = v.under {
		for name := range v.bound {
			if st.prog.told[name] {
				return true
			}
		}
	}
	return false
}

// fitWait compares the time since the last answer.
func (st *story) fitWait(f *fitting, e *expect, r *request) {
	if e.wait == (span{}) {
		return
	}
	waited := r.at.Sub(st.answered)
	switch w := e.wait; {
	case st.answered.IsZero():
	case waited < w.least:
		f.waited = "arrived " + seconds(w.least-waited) + " too early: told to wait " + seconds(w.least)
	case w.most > 0 && waited > w.most:
		f.waited = "arrived " + seconds(waited-w.most) + " too late: told to wait at most " + seconds(w.most)
	}
	f.mark("wait", f.waited == "")
}

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Round(time.Millisecond).Seconds(), 'f', -1, 64) + " s"
}

// take lets a request have a step. Those before it in its lane are over.
func (st *story) take(i int, r *request, f *fitting) {
	e := st.prog.steps[i].(*expect)
	st.vals.keep(f.vals)
	st.done[i].by = append(st.done[i].by, r.seq)
	st.phase = e.phase
	if st.prog.dials.order == "any" {
		return
	}
	l := st.laneOf[i]
	for _, j := range l.steps[l.low:] {
		if j >= i {
			break
		}
		if earlier := st.prog.steps[j].(*expect); earlier.par == 0 || earlier.par != e.par {
			st.done[j].passed = r.seq
		}
	}
}

// full tells whether a step cannot take another request.
func (st *story) full(i int) bool {
	e := st.prog.steps[i].(*expect)
	return st.done[i].passed != 0 || e.most >= 0 && len(st.done[i].by) >= e.most
}

// lacks tells whether a step has to take another request before the story can
// go on. A step that lacks nothing never will.
func (st *story) lacks(i int) bool {
	e, ok := st.prog.steps[i].(*expect)
	return ok && st.done[i].passed == 0 && len(st.done[i].by) < e.least
}

// begun tells whether the story has come to a statement: nothing before it is
// waited for.
func (st *story) begun(i int) bool {
	for st.waiting < len(st.prog.steps) && !st.lacks(st.waiting) {
		st.waiting++
	}
	return st.waiting >= i
}

// forbids is the never line that a request breaks, nil if none. step is the
// index of the step that it could take, -1 for none.
func (st *story) forbids(step int, r *request) *never {
	for _, i := range st.nevers {
		n := st.prog.steps[i].(*never)
		if !st.begun(i) || step >= 0 && step < i {
			continue
		}
		phase := st.phase
		if step >= 0 {
			phase = st.prog.steps[step].line().phase
		}
		if !n.ever && phase > n.phase {
			continue
		}
		if st.fit(&n.target, r).equal() {
			return n
		}
	}
	return nil
}

// due is the index of the next statement that the run has to carry out, -1 if there
// is none. A delivery waits for a receiver; what neither a request nor a delivery
// follows is due at the end.
func (st *story) due(end bool) int {
	if len(st.actions) == 0 || !st.begun(st.actions[0]) {
		return -1
	}
	i := st.actions[0]
	d, delivers := st.prog.steps[i].(*deliver)
	if delivers && !st.received || i > st.last && !end {
		return -1
	}
	if delivers {
		st.phase = d.phase
	}
	st.actions = st.actions[1:]
	st.done[i].by = []int{0}
	return i
}

// answer makes the fixed answer of a step to a request.
func (st *story) answer(e *expect, now time.Time, to *http.Request) fake.Reply {
	r := st.plainAnswer(e, now)
	if e.answer.gzip && len(r.Body) > 0 && takesGzip(to.Header) {
		r.Body = zip(r.Body)
		r.Header.Set("Content-Encoding", "gzip")
	}
	if e.answer.chunked && to.Method != http.MethodHead {
		r.Header.Set("Transfer-Encoding", "chunked") // net/http leaves out the length then
	}
	return r
}

// takesGzip tells whether a client asks for compressed answers.
func takesGzip(h http.Header) bool {
	return slices.ContainsFunc(strings.Split(strings.Join(h["Accept-Encoding"], ","), ","), func(word string) bool {
		coding, weight, _ := strings.Cut(strings.TrimSpace(word), ";")
		return strings.EqualFold(coding, "gzip") && strings.ReplaceAll(weight, " ", "") != "q=0"
	})
}

// zip compresses a body, to the same bytes each time.
func zip(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(body) // a buffer takes all
	_ = z.Close()
	return b.Bytes()
}

func (st *story) plainAnswer(e *expect, now time.Time) fake.Reply {
	st.vals.now = now
	a := &e.answer
	if a.section == nil {
		return fake.Reply{Status: a.status, Header: map[string][]string{}}
	}
	return st.prog.reply(a.section, a.status, a.style, st.vals)
}
