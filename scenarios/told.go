package scenarios

import (
	"sync"

	"github.com/cartdouble/cartdouble/fake"
)

// untold is what is wrong with calls and nobody has been told of yet. It has a lock
// of its own: whoever takes the server's may have to wait for deliveries, and their
// receiver for a call that is being told of.
type untold struct {
	mu     sync.Mutex
	failed []*mismatch
	broken []string     // faults that cannot be
	calls  map[int]bool // by number, as long as they are not answered
}

// add is about a call that is being decided.
func (u *untold) add(seq int, m *mismatch, broken ...string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.broken = append(u.broken, broken...); m != nil {
		u.failed = append(u.failed, m)
	}
	if u.calls == nil {
		u.calls = map[int]bool{}
	}
	u.calls[seq] = true
}

// leaves tells whether something was wrong with a call that is about to be answered.
func (u *untold) leaves(seq int) (wrong bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	wrong = u.calls[seq]
	delete(u.calls, seq)
	return wrong
}

func (u *untold) all() (failed []*mismatch, broken []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	failed, broken, u.failed, u.broken = u.failed, u.broken, nil, nil
	return failed, broken
}

// leave tells the test of a call that did not fit before its client hears of it.
func (r *Run) leave(c *fake.Call) {
	if r.untold.leaves(c.Seq) {
		r.flush()
	}
}

// flush tells the test of the requests that did not fit since the last time. When
// it returns they have been told, whoever did it: several may be here at once,
// and a test whose client fails by the answer comes second.
func (r *Run) flush() {
	r.tb.Helper()
	r.gather()
	r.tell()
}

// gather makes problems of what did not fit, in the order of the requests.
func (r *Run) gather() {
	r.gathering.Lock()
	defer r.gathering.Unlock()
	failed, broken := r.untold.all()
	for _, text := range broken {
		r.keep(text)
	}
	for _, m := range failed {
		r.keep(m.text(r.prog, r.after(m)))
	}
}

func (r *Run) keep(problem string) {
	problem = r.mask(problem)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problems = append(r.problems, problem)
}

// tell gives the test the first problem as its error; those that follow are often
// its consequences, and are listed at the end.
func (r *Run) tell() {
	r.tb.Helper()
	r.mu.Lock()
	problems := r.problems
	r.mu.Unlock()
	if len(problems) == 0 {
		return
	}
	r.told.Do(func() {
		r.tb.Helper()
		r.tb.Errorf("%s", problems[0])
	})
}

// problem is one that no request has.
func (r *Run) problem(text string) {
	r.tb.Helper()
	r.keep(text)
	r.tell()
}
