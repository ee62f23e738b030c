package conformance

import (
	"context"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// dropping lists all but n customers.
func dropping(n int) func(fake.TB, Env) CartfunnelClient {
	return func(tb fake.TB, env Env) CartfunnelClient {
		c := good(tb, env)
		return CartfunnelClient{List: func(ctx context.Context) ([]CartfunnelCustomer, error) {
			all, err := c.List(ctx)
			return all[:len(all)-n], err
		}}
	}
}

func ran(n int) func() int { return func() int { return n } }

// lists is a good client that lists and does nothing else.
func lists(tb fake.TB, env Env) CartfunnelClient { return CartfunnelClient{List: good(tb, env).List} }

// atLeast is a check that finds a list shorter than that.
func atLeast(id, code string, n int, change ...func(*cfnCheck)) cfnCheck {
	return lister(id, append([]func(*cfnCheck){func(k *cfnCheck) {
		k.judge = func(r *cfnRun) Finding {
			if got := len(r.nth(0).customers()); got < n {
				return found(code, "more", "%d", got)
			}
			return Finding{}
		}
		k.mutants = []mutant{{"a", "drops some", code}}
	}}, change...)...)
}

// onWire makes a check of what the wire alone shows.
func onWire(code string) func(*cfnCheck) {
	return func(k *cfnCheck) {
		k.wire, k.judge = func(*wire) Finding { return Finding{Code: code} }, nil
	}
}

func backedBy(id string) func(*cfnCheck) { return func(k *cfnCheck) { k.backed = id } }

func TestProofAccountsForEverything(t *testing.T) {
	t.Parallel()
	three := func(change ...func(*cfnCheck)) *Suite[CartfunnelClient] {
		return sample(atLeast("CFN-A-01", "not-three", 3, change...))
	}
	right := []Mutant[CartfunnelClient]{{"CFN-A-01a", dropping(1), ran(1)}}
	for name, c := range map[string]struct {
		suite *Suite[CartfunnelClient]
		good  func(fake.TB, Env) CartfunnelClient
		bad   []Mutant[CartfunnelClient]
		want  []string
	}{
		"all is well": {three(), lists, right, nil},
		"the good client fails": {three(), dropping(1), right, []string{
			"the good client, seed 1, forward", "the good client, seed 1, backward", "the good client, seed 2, forward", "the good client, seed 2, backward",
		}},
		"the good client claims too little": {three(func(k *cfnCheck) { k.needs = []string{"List", "Get"} }), lists, right, []string{
			"NOT CLAIMED CFN-A-01", "seed 1, backward", "seed 2, forward", "seed 2, backward", "CFN-A-01a (drops some) survives: CFN-A-01 is NOT CLAIMED", "CFN-A-01 finds nothing that",
		}},
		"nobody made the mutant":   {three(), lists, nil, []string{"CFN-A-01a (drops some): there is no such mutant", "CFN-A-01 finds nothing"}},
		"nobody knows the mutant":  {three(), lists, append(right, Mutant[CartfunnelClient]{"CFN-A-01b", dropping(1), ran(1)}), []string{"CFN-A-01b: the suite names no such mutant"}},
		"the mutant never ran":     {three(), lists, []Mutant[CartfunnelClient]{{"CFN-A-01a", dropping(1), ran(0)}}, []string{"CFN-A-01a (drops some): VOID"}},
		"the mutant is right":      {three(), lists, []Mutant[CartfunnelClient]{{"CFN-A-01a", lists, ran(1)}}, []string{"CFN-A-01a (drops some) survives: CFN-A-01 is PASS", "CFN-A-01 finds nothing"}},
		"the finding is another":   {three(func(k *cfnCheck) { k.mutants[0].finding = "empty" }), lists, right, []string{"CFN-A-01a (drops some) is found for another reason: want empty, got not-three: 2"}},
		"a check is too easy":      {three(func(k *cfnCheck) { k.judge = func(*cfnRun) Finding { return Finding{} } }), lists, right, []string{"T-drop-reply passes CFN-A-01, and does not work at all", "survives", "finds nothing"}},
		"a prerequisite is missed": {three(func(k *cfnCheck) { k.seen = func(*wire) string { return "" } }), lists, right, []string{"T-answer-key passes CFN-A-01, and does not work at all", "T-replay passes CFN-A-01"}},
		"the wire decides":         {three(func(k *cfnCheck) { k.wire, k.judge = func(*wire) Finding { return Finding{} }, nil }), lists, right, []string{"survives", "finds nothing"}},
		"another family breaks": {
			sample(atLeast("CFN-A-01", "not-three", 3, backedBy("CFN-B-01")), atLeast("CFN-B-01", "not-two", 3, backedBy("CFN-A-01"))), lists,
			[]Mutant[CartfunnelClient]{{"CFN-A-01a", dropping(1), ran(1)}, {"CFN-B-01a", dropping(2), ran(1)}},
			[]string{"CFN-A-01a (drops some) breaks CFN-B-01 too: FAIL not-two: 2", "CFN-B-01a (drops some) breaks CFN-A-01 too: FAIL not-three: 1"},
		},
		"it breaks one that comes after": {
			sample(atLeast("CFN-A-01", "not-two", 2), atLeast("CFN-B-01", "not-three", 3, after1("CFN-A-01"))), lists,
			[]Mutant[CartfunnelClient]{{"CFN-A-01a", dropping(2), ran(1)}, {"CFN-B-01a", dropping(1), ran(1)}},
			[]string{"CFN-A-01 finds nothing that another check would not, and does not name that one: CFN-B-01"},
		},
		"it names the one that backs it": {
			sample(atLeast("CFN-A-01", "not-two", 2, backedBy("CFN-B-01")), atLeast("CFN-B-01", "not-three", 3, after1("CFN-A-01"))), lists,
			[]Mutant[CartfunnelClient]{{"CFN-A-01a", dropping(2), ran(1)}, {"CFN-B-01a", dropping(1), ran(1)}},
			nil,
		},
		"a choice is for all to take": {
			sample(atLeast("CFN-A-01", "not-three", 3), lister("CFN-B-01", choosingOf("BOOL_AS_STRING"), onWire("booleans"))), lists, right, nil,
		},
		"a choice is the good client's, whoever is asked": {
			sample(atLeast("CFN-A-01", "not-three", 3), lister("CFN-B-01", choosingOf("BOOL_AS_STRING"), func(k *cfnCheck) {
				k.judge = func(r *cfnRun) Finding {
					return Finding{Code: map[int]string{3: "strings", 2: "booleans"}[len(r.nth(0).customers())]}
				}
			})), lists, right, []string{"T-drop-reply passes CFN-B-01", "CFN-A-01a (drops some) breaks CFN-B-01 too: CHOICE booleans"},
		},
		"a choice without a situation": {
			sample(atLeast("CFN-A-01", "not-three", 3), lister("CFN-B-01", choosingOf("BOOL_AS_STRING"), finds("booleans"), func(k *cfnCheck) {
				k.seen = func(*wire) string { return "" }
			})), lists, right, []string{"T-nothing passes CFN-B-01", "T-error passes CFN-B-01", "T-answer-key passes CFN-B-01", "T-replay passes CFN-B-01", "T-drop-reply passes CFN-B-01"},
		},
		"it is backed for nothing": {
			three(backedBy("CFN-A-01")), lists, right, []string{"CFN-A-01 finds something alone, and says that CFN-A-01 backs it"},
		},
		"it is backed by a stranger": {
			sample(atLeast("CFN-A-01", "not-one", 1, backedBy("CFN-C-01")), atLeast("CFN-B-01", "not-two", 2, after1("CFN-A-01"), backedBy("CFN-D-01")),
				lister("CFN-C-01", func(k *cfnCheck) { k.judge = func(r *cfnRun) Finding { return mustFailIfNone(r) } }),
				atLeast("CFN-D-01", "not-three", 3, after1("CFN-B-01"))), lists,
			[]Mutant[CartfunnelClient]{
				{"CFN-A-01a", dropping(3), ran(1)},
				{"CFN-B-01a", dropping(2), ran(1)},
				{"CFN-C-01a", dropping(0), ran(1)},
				{"CFN-D-01a", dropping(1), ran(1)},
			},
			[]string{"CFN-C-01a (reads nothing) survives", "CFN-A-01 is said to be backed by CFN-C-01, which finds none of its mutants", "CFN-C-01 finds nothing"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems := prove(c.suite, c.good, c.bad, 2).problems
			if len(problems) != len(c.want) {
				t.Errorf("%d problems, want %d:\n%s", len(problems), len(c.want), strings.Join(problems, "\n"))
				return
			}
			for i, want := range c.want {
				contains(t, problems[i], want)
			}
		})
	}
}

func TestProveOfASampleThatHolds(t *testing.T) {
	t.Parallel()
	Prove(t, sample(atLeast("CFN-A-01", "not-three", 3)), lists, []Mutant[CartfunnelClient]{{"CFN-A-01a", dropping(1), ran(1)}})
}

// mustFailIfNone finds a list that is not returned, and nothing else.
func mustFailIfNone(r *cfnRun) Finding {
	if r.nth(0).customers() == nil {
		return found("nil", "a list", "none")
	}
	return Finding{}
}

// What does not touch the wire is told apart from what does and drops it.
func TestTrivialAdaptersAreWhatTheySay(t *testing.T) {
	t.Parallel()
	s := sample(atLeast("CFN-A-01", "not-three", 3), lister("CFN-B-01", func(k *cfnCheck) {
		k.wire, k.judge = func(*wire) Finding { return Finding{} }, nil
	}))
	p := newProof(s)
	p.trivial(lists)
	if p.problems != nil {
		t.Error(p.problems)
	}
	want := map[string][]State{
		"T-nothing":      {notExercised, notExercised},
		"T-error":        {notExercised, notExercised},
		"T-answer-key":   {notExercised, notExercised},
		"T-replay":       {notExercised, notExercised},
		"T-drop-reply":   {fail, pass},
		"T-panic":        {broke, broke},
		"T-hang":         {fail, fail},
		"T-swallow-loop": {fail, fail},
	}
	if len(p.trivials) != len(want) {
		t.Errorf("%d trivial adapters", len(p.trivials))
	}
	for _, k := range p.trivials {
		become(t, &Report{Results: k.results}, want[k.name]...)
	}
}

// The adapters with the right answers do have them.
func TestAnswerKeyAndCassetteAnswerRightly(t *testing.T) {
	t.Parallel()
	tape := newCassette()
	s := sample(lister("CFN-A-01"))
	become(t, evaluate(t, s, record(tape, good)), pass)
	var counts []int
	counting := func(mk func(fake.TB, Env) CartfunnelClient) func(fake.TB, Env) CartfunnelClient {
		return func(tb fake.TB, env Env) CartfunnelClient {
			c := mk(tb, env)
			return CartfunnelClient{List: func(ctx context.Context) ([]CartfunnelCustomer, error) {
				all, err := c.List(ctx)
				counts = append(counts, len(all))
				return all, err
			}}
		}
	}
	once := func(c *config) error { c.once = true; return nil }
	become(t, evaluate(t, s, counting(answerKey(good)), once), notExercised)
	become(t, evaluate(t, s, counting(replay(tape, good)), once), notExercised)
	become(t, evaluate(t, s, counting(replay(tape, good)), once), notExercised) // the cassette is at its end
	if len(counts) != 3 || counts[0] != 3 || counts[1] != 3 || counts[2] != 0 {
		t.Errorf("they listed %v customers", counts)
	}
}

func TestMatrixShowsDefects(t *testing.T) {
	t.Parallel()
	s := sample(atLeast("CFN-A-01", "not-three", 3), atLeast("CFN-A-02", "not-three", 3), atLeast("CFN-B-01", "not-two", 2), lister("CFN-C-01", after1("CFN-A-01")),
		lister("CFN-D-01", func(k *cfnCheck) { k.needs = []string{"Get"} }))
	p := newProof(s)
	p.kill([]Mutant[CartfunnelClient]{{"CFN-A-01a", dropping(2), ran(1)}})
	row := ""
	for line := range strings.Lines(p.matrix()) {
		if strings.HasPrefix(line, "CFN-A-01a") {
			row = line
		}
	}
	if row != "CFN-A-01a      Kk X b n  not-three\n" {
		t.Errorf("row is %q in\n%s", row, p.matrix())
	}
}
