package conformance

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// A Mutant is a client with one bug, which a suite says that it finds.
type Mutant[C any] struct {
	// Name is the id of the check that finds it, and a letter: "CFN-SAVE-01a".
	Name string

	// Make makes the client, as the function that Run takes.
	Make func(fake.TB, Env) C

	// Ran counts how often the line with the bug ran. It is read after the suite
	// has run: a bug that never ran proves nothing.
	Ran func() int
}

// Prove proves a suite with a client that is right and one for each bug that the
// suite names. It fails unless
//
//   - the good client passes every check, in both orders, with ten seeds, and
//     shows one reading of each choice;
//   - adapters that do not work pass nothing: one that does nothing, returns
//     errors, knows the answers without asking, replays a stored conversation,
//     panics, or hangs; one that drops replies and one that loops for ever may
//     pass what the wire alone decides;
//   - each mutant is found by the check it is named after, with the finding that
//     the check says, and is broken in no check of another family that does not
//     come after it or after a broken one;
//   - the line with the bug ran;
//   - each check finds something that no other check does, or says which other
//     one finds the same;
//   - the good client comes to both sides of each number that a check says it
//     rests on, by what went over the wire;
//   - each clause of the document has a check, or a reason to have none, where the
//     suite is the whole of an API.
//
// The mutants of a check are listed by Rule.Mutants.
func Prove[C any](t *testing.T, s *Suite[C], good func(fake.TB, Env) C, bad []Mutant[C]) {
	t.Helper()
	p := prove(s, good, bad, seeds)
	for _, problem := range p.problems {
		t.Error(problem)
	}
	t.Logf("%s: %d checks, %d mutants, %d trivial adapters", s.api, len(s.checks), len(p.mutants), len(p.trivials))
}

const seeds = 10

// A proof is what came out, for the kill matrix and for the sentences about
// what does not hold.
type proof[C any] struct {
	s        *Suite[C]
	seed     uint64            // of the runs with bad clients
	order    func(n int) []int // of the checks in them
	mutants  []killed
	trivials []killed
	readings map[string]string // of choices, as the good client shows them
	problems []string
}

// killed is what became of every check with one bad client.
type killed struct {
	name     string
	does     string
	results  []Result        // in the order of the suite
	raw      map[string]bool // checks whose rule is broken, before blocking
	ran      bool
	expected string // code of the finding
}

func prove[C any](s *Suite[C], good func(fake.TB, Env) C, bad []Mutant[C], seeds uint64) *proof[C] {
	p := newProof(s)
	p.reference(good, seeds)
	p.trivial(good)
	p.kill(bad)
	p.backing()
	if s.clauses != nil {
		for _, problem := range uncovered(s.clauses, s.Rules()) {
			p.wrong("%s: %s", s.api, problem)
		}
	}
	return p
}

func newProof[C any](s *Suite[C]) *proof[C] { return &proof[C]{s: s, seed: 1, order: inOrder} }

func (p *proof[C]) wrong(format string, args ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

// run evaluates the suite against one client, once.
func (p *proof[C]) run(mk func(fake.TB, Env) C, seed uint64, order func(n int) []int) *evaluated[C] {
	e, err := newEvaluator(p.s, mk, []Option{Seed(seed)})
	if err != nil {
		panic(err)
	}
	e.cfg.once, e.cfg.order = true, order
	report, err := e.report(context.Background())
	if err != nil {
		panic(err)
	}
	return &evaluated[C]{e, report}
}

type evaluated[C any] struct {
	*evaluator[C]
	*Report
}

// broken are the checks whose rule does not hold, blocked or not.
func (e *evaluated[C]) broken() map[string]bool {
	broken := map[string]bool{}
	for id, v := range e.done {
		if v.state == fail || v.state == warn || v.state == broke {
			broken[id] = true
		}
	}
	return broken
}

// reference demands a pass of every check, whatever the order and the seed.
func (p *proof[C]) reference(good func(fake.TB, Env) C, seeds uint64) {
	runs := make([]*evaluated[C], 2*seeds)
	orders := [...]func(int) []int{inOrder, inReverse}
	parallel(len(runs), func(i int) { runs[i] = p.run(good, uint64(i/2+1), orders[i%2]) })
	p.limits(runs[0].evaluator)
	p.readings = map[string]string{}
	for _, res := range runs[0].Results {
		if res.State == chosen {
			p.readings[res.Rule.ID] = res.Finding.Code
		}
	}
	for i, r := range runs {
		for _, res := range r.Results {
			if res.State != pass && !p.chooses(res) {
				order := [...]string{"forward", "backward"}[i%2]
				p.wrong("the good client, seed %d, %s:\n%s", r.Seed, order, r.blockText(res))
			}
		}
	}
}

// chooses tells whether a result is that of a choice, with the reading that the
// good client shows.
func (p *proof[C]) chooses(res Result) bool {
	return res.State == chosen && res.Rule.Level == choice && res.Finding.Code == p.readings[res.Rule.ID]
}

// trivial demands that adapters which do not work pass nothing, and choose
// nothing.
func (p *proof[C]) trivial(good func(fake.TB, Env) C) {
	tape := newCassette()
	p.run(record(tape, recorded(&tape.heard, good)), p.seed, p.order)
	all := trivials(good, tape)
	p.trivials = make([]killed, len(all))
	parallel(len(all), func(i int) {
		p.trivials[i] = killed{name: all[i].name, results: p.run(all[i].make, p.seed, p.order).Results}
	})
	for i, k := range p.trivials {
		for _, res := range k.results {
			if (res.State == pass || res.State == chosen) && !(all[i].wireOnly && p.s.index[res.Rule.ID].wire != nil) {
				p.wrong("%s passes %s, and does not work at all", k.name, res.Rule.ID)
			}
		}
	}
}

// kill demands that each mutant is found where it should be.
func (p *proof[C]) kill(bad []Mutant[C]) {
	for _, k := range p.s.checks {
		for _, m := range k.mutants {
			p.mutants = append(p.mutants, killed{name: k.id + m.letter, does: m.does, expected: m.finding})
		}
	}
	for _, m := range bad {
		if !slices.ContainsFunc(p.mutants, func(k killed) bool { return k.name == m.Name }) {
			p.wrong("%s: the suite names no such mutant", m.Name)
		}
	}
	parallel(len(p.mutants), func(i int) {
		k := &p.mutants[i]
		at := slices.IndexFunc(bad, func(m Mutant[C]) bool { return m.Name == k.name })
		if at < 0 {
			return
		}
		e := p.run(bad[at].Make, p.seed, p.order)
		k.results, k.raw, k.ran = e.Results, e.broken(), bad[at].Ran() > 0
	})
	for _, k := range p.mutants {
		p.killed(k)
	}
}

// killed says what is wrong with how one mutant was found.
func (p *proof[C]) killed(k killed) {
	switch {
	case k.results == nil:
		p.wrong("%s (%s): there is no such mutant", k.name, k.does)
		return
	case !k.ran:
		p.wrong("%s (%s): VOID, its line never ran", k.name, k.does)
		return
	}
	id := k.name[:len(k.name)-1]
	for _, res := range k.results {
		switch found := res.State == fail || res.State == warn; {
		case res.Rule.ID == id && !found:
			p.wrong("%s (%s) survives: %s is %s %s%s", k.name, k.does, id, res.State, res.By, res.Note)
		case res.Rule.ID == id && res.Finding.Code != k.expected:
			p.wrong("%s (%s) is found for another reason: want %s, got %s", k.name, k.does, k.expected, res.Finding)
		case familyOf(res.Rule.ID) == familyOf(id), res.State == pass, res.State == blocked, p.chooses(res):
		case slices.Contains(p.s.before[res.Rule.ID], id): // a warning, which does not stand for a failure
		default:
			p.wrong("%s (%s) breaks %s too: %s %s%s", k.name, k.does, res.Rule.ID, res.State, res.Finding, res.Note)
		}
	}
}

// backing demands that each check finds something that no other does, or names
// one that does.
func (p *proof[C]) backing() {
	for _, k := range p.s.checks {
		if k.level == choice {
			continue // there is nothing for it to find
		}
		alone, backed := false, k.backed == ""
		for _, m := range p.mutants {
			if m.name[:len(m.name)-1] != k.id {
				continue
			}
			alone = alone || len(m.raw) == 1
			backed = backed || m.raw[k.backed]
		}
		switch {
		case alone && k.backed != "":
			p.wrong("%s finds something alone, and says that %s backs it", k.id, k.backed)
		case !alone && k.backed == "":
			p.wrong("%s finds nothing that another check would not, and does not name that one: %s", k.id, p.others(k.id))
		case !backed:
			p.wrong("%s is said to be backed by %s, which finds none of its mutants", k.id, k.backed)
		}
	}
}

// others are the checks that find the mutants of one check too.
func (p *proof[C]) others(id string) string {
	var names []string
	for _, m := range p.mutants {
		if m.name[:len(m.name)-1] != id {
			continue
		}
		for other := range m.raw {
			if other != id && !slices.Contains(names, other) {
				names = append(names, other)
			}
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// parallel runs f for 0 up to n, on all processors.
func parallel(n int, f func(int)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			f(i)
		})
	}
	wg.Wait()
}
