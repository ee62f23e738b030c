package conformance

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

func TestRuleThatHoldsPasses(t *testing.T) {
	t.Parallel()
	become(t, evaluate(t, sample(lister("CFN-A-01")), good), pass)
}

func TestBrokenRuleFailsOrWarnsByItsLevel(t *testing.T) {
	t.Parallel()
	s := sample(
		lister("CFN-A-01", finds("x")),
		lister("CFN-B-01", finds("x"), at(should)),
		lister("CFN-C-01", finds("x"), at(care)),
	)
	r := evaluate(t, s, good)
	become(t, r, fail, warn, warn)
	if n := len(r.Failed()); n != 1 {
		t.Errorf("%d failures, want 1", n)
	}
	if n := len(evaluate(t, s, good, Strict()).Failed()); n != 3 {
		t.Errorf("%d failures under Strict, want 3", n)
	}
}

// A client that does nothing gets no verdict, even of a check that finds
// nothing wrong.
func TestNoVerdictWithoutThePrerequisite(t *testing.T) {
	t.Parallel()
	s := sample(lister("CFN-A-01", func(k *cfnCheck) { k.judge = func(*cfnRun) Finding { return Finding{} } }))
	idle := only(func(context.Context, Env) error { return nil })
	r := evaluate(t, s, idle)
	become(t, r, notExercised)
	contains(t, r.Results[0].Note, "a call of ListCustomers")
	if len(r.Failed()) != 1 {
		t.Error("what is not exercised is no failure")
	}
}

func TestNoVerdictWithoutTheFault(t *testing.T) {
	t.Parallel()
	s := sample(lister("CFN-A-01", func(k *cfnCheck) {
		k.scenes[0].faults = []fake.Fault{fake.NewFault("server-error").On(cartfunnel.GetCustomer)}
	}))
	r := evaluate(t, s, good)
	become(t, r, notExercised)
	contains(t, r.Results[0].Note, "server-error on=GetCustomer")
}

func TestBrokenCheckBlocksThoseAfterIt(t *testing.T) {
	t.Parallel()
	s := sample(
		lister("CFN-D-01", finds("z"), after1("CFN-C-01")),
		lister("CFN-A-01", finds("x")),
		lister("CFN-B-01", after1("CFN-A-01")), // passes all the same
		lister("CFN-C-01", finds("y"), after1("CFN-B-01")),
		lister("CFN-E-01", finds("z")),
	)
	r := evaluate(t, s, good)
	become(t, r, blocked, fail, pass, blocked, fail)
	for _, i := range []int{0, 3} {
		if by := r.Results[i].By; by != "CFN-A-01" {
			t.Errorf("%s is blocked by %s, want the root of it", r.Results[i].Rule.ID, by)
		}
	}
	if n := len(r.Failed()); n != 2 {
		t.Errorf("%d failures, want 2: one cause, one failure", n)
	}
}

// A failure must not be hidden by what is no failure, or not in the report.
func TestOnlyFailuresInTheReportBlock(t *testing.T) {
	t.Parallel()
	s := sample(
		lister("CFN-A-01", finds("x"), at(should)),
		lister("CFN-B-01", finds("x"), after1("CFN-A-01")),
		lister("CFN-C-01", finds("x"), at(care), after1("CFN-A-01")),
	)
	become(t, evaluate(t, s, good), warn, fail, blocked)
	become(t, evaluate(t, s, good, Only("CFN-B-*", "CFN-C-*")), fail, warn)
}

func TestWhatIsNotExercisedBlocksNothing(t *testing.T) {
	t.Parallel()
	s := sample(
		lister("CFN-A-01", func(k *cfnCheck) { k.seen = asked(cartfunnel.GetCustomer) }),
		lister("CFN-B-01", finds("x"), after1("CFN-A-01")),
	)
	become(t, evaluate(t, s, good), notExercised, fail)
}

func TestNilFunctionIsNotClaimed(t *testing.T) {
	t.Parallel()
	s := sample(
		lister("CFN-A-01"),
		lister("CFN-B-01", func(k *cfnCheck) { k.needs = []string{"Get|List"} }),
		lister("CFN-C-01", func(k *cfnCheck) { k.needs = []string{"List", "Update", "Create|Ensure"} }),
	)
	r := evaluate(t, s, func(tb fake.TB, env Env) CartfunnelClient {
		return CartfunnelClient{List: good(tb, env).List}
	})
	become(t, r, pass, pass, notClaimed)
	if got := r.Results[2].Missing; len(got) != 3 || got[0] != "Update" {
		t.Errorf("missing are %v", got)
	}
	if r.Failed() != nil {
		t.Error("what is not claimed is a failure")
	}
}

func TestChoiceIsRecorded(t *testing.T) {
	t.Parallel()
	s := sample(lister("CFN-A-01", choosingOf("BOOL_AS_STRING"), finds("booleans")))
	r := evaluate(t, s, good)
	become(t, r, chosen)
	if r.Failed() != nil {
		t.Error("a choice is a failure")
	}
	contains(t, r.text(false), "reading   booleans")
	become(t, evaluate(t, s, good, Choose("BOOL_AS_STRING", "booleans")), chosen)
	pinned := evaluate(t, s, good, Choose("BOOL_AS_STRING", "strings"))
	become(t, pinned, fail)
	contains(t, pinned.Results[0].Note, "BOOL_AS_STRING is pinned to strings")
}

// choosingOf makes a choice of a check.
func choosingOf(flags ...string) func(*cfnCheck) {
	return func(k *cfnCheck) { k.level, k.flags, k.mutants = choice, flags, nil }
}

func TestChoiceMayBeBetweenReadingsOfSeveralFlags(t *testing.T) {
	t.Parallel()
	flags := []string{"BOOL_AS_STRING", "NULL_AS_STRING"}
	s := sample(lister("CFN-A-01", choosingOf(flags...), func(k *cfnCheck) {
		k.judge = func(*cfnRun) Finding { return choosing(flags, []string{"booleans", "words"}) }
	}))
	for name, c := range map[string]struct {
		pins  map[string]string
		state State
	}{
		"nothing is pinned":     {nil, chosen},
		"what is seen":          {map[string]string{"BOOL_AS_STRING": "booleans"}, chosen},
		"the first otherwise":   {map[string]string{"BOOL_AS_STRING": "strings"}, fail},
		"the second otherwise":  {map[string]string{"NULL_AS_STRING": "null"}, fail},
		"one so, one otherwise": {map[string]string{"BOOL_AS_STRING": "booleans", "NULL_AS_STRING": "null"}, fail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var pins []Option
			for flag, word := range c.pins {
				pins = append(pins, Choose(flag, word))
			}
			r := evaluate(t, s, good, pins...)
			become(t, r, c.state)
			contains(t, r.text(false), "BOOL_AS_STRING: booleans, NULL_AS_STRING: words")
		})
	}
}

// What a check records beside its verdict stands with a pass, and nowhere else.
func TestPassMayHaveANote(t *testing.T) {
	t.Parallel()
	noting := func(k *cfnCheck) {
		k.notes = func(r *cfnRun) string { return fmt.Sprintf("%d customers", len(r.nth(0).customers())) }
	}
	r := evaluate(t, sample(lister("CFN-A-01", noting), lister("CFN-B-01", noting, finds("slow"))), good)
	become(t, r, pass, fail)
	if r.Results[0].Note != "3 customers" || r.Results[1].Note != "" {
		t.Errorf("notes are %q and %q", r.Results[0].Note, r.Results[1].Note)
	}
}

func TestKnownFailures(t *testing.T) {
	t.Parallel()
	s := sample(
		lister("CFN-A-01", finds("slow")),
		lister("CFN-B-01", finds("other")),
		lister("CFN-C-01"),
		lister("CFN-D-01", finds("x"), at(should)),
	)
	files := fstest.MapFS{"known": {Data: []byte(`
# what we know
CFN-A-01  reason="in the works" until=2030-06-30 see=https://example.com/7 why=slow
CFN-B-01  reason="in the works" until=2030-06-30 why="something else"
CFN-C-01  reason=old until=2030-06-30 why=x
CFN-D-01  reason=old until=2030-06-30 why=something
`)}}
	day := func(text string) Option {
		return func(c *config) (err error) { c.today, err = time.Parse(time.DateOnly, text); return err }
	}
	r := evaluate(t, s, good, KnownFailures(files, "known"), day("2030-06-30"))
	become(t, r, known, fail, stale, known)
	contains(t, r.Results[0].Note, "until 2030-06-30: in the works, see https://example.com/7")
	contains(t, r.Results[1].Note, `known:4 says why="something else"`)
	contains(t, r.Results[2].Note, "known:5", "take the line out")
	if n := len(r.Failed()); n != 2 {
		t.Errorf("%d failures, want 2", n)
	}
	r = evaluate(t, s, good, KnownFailures(files, "known"), day("2030-07-01"))
	become(t, r, fail, fail, stale, fail)
	contains(t, r.Results[0].Note, "known until 2030-06-30, which is over")
}

// A client that gives something else each time is told apart from one that is
// wrong.
func TestFlakyClient(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	sometimes := only(func(ctx context.Context, env Env) error {
		_ = ask(ctx, env)
		if calls.Add(1)%2 == 1 {
			return errNo
		}
		return nil
	})
	r := evaluate(t, sample(lister("CFN-A-01")), sometimes)
	become(t, r, flaky)
	contains(t, r.Results[0].Note, "FAIL (error), then FAIL (records-missing) with the same seed")
	if len(r.Failed()) != 1 {
		t.Error("a flaky check is no failure")
	}
}

func TestFaultOfTheSuiteIsAnError(t *testing.T) {
	t.Parallel()
	broken := map[string]func(*cfnCheck){
		"the judge panics":        func(k *cfnCheck) { k.judge = func(*cfnRun) Finding { panic("at the disco") } },
		"the scene cannot be set": func(k *cfnCheck) { k.scenes[0].state = func(*cfnRun) { panic("at the disco") } },
		"there is no such fault":  func(k *cfnCheck) { k.scenes[0].faults = []fake.Fault{fake.NewFault("at the disco")} },
		"the drive panics":        func(k *cfnCheck) { k.drive = func(*cfnRun) { panic("at the disco") } },
		"a second client panics":  func(k *cfnCheck) { k.drive = func(r *cfnRun) { r.mk = nil; cfnAs(r, "at the disco", "") } },
		"the prerequisite panics": func(k *cfnCheck) { k.seen = func(*wire) string { panic("at the disco") } },
		"another API's option used": func(k *cfnCheck) {
			k.scenes[0].options = []fake.Option{fake.Setting("x", func(*int) error { return nil })}
		},
	}
	for name, change := range broken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluate(t, sample(lister("CFN-A-01", change)), good)
			become(t, r, broke)
			if r.Results[0].Note == "" {
				t.Error("it does not say whose fault it is")
			}
		})
	}
}

// A client that only stumbles over a base URL with a slash at its end had all its
// other bugs hidden behind that one.
func TestAnotherBaseURLExplainsNothing(t *testing.T) {
	t.Parallel()
	slashed := lister("CFN-A-01", func(k *cfnCheck) {
		k.scenes = append(k.scenes, cfnScene{name: "slash", state: cfnPeople(3), base: func(base string) string { return base + "/" }})
		k.seen, k.judge = anyCall, nil
		k.wire = func(w *wire) Finding {
			if strings.Contains(w.calls[0].URL, "//") {
				return found("path", "one slash", "two")
			}
			return Finding{}
		}
	})
	r := evaluate(t, sample(slashed, lister("CFN-B-01", finds("other"), after1("CFN-A-01"))), only(ask))
	become(t, r, fail, fail)
	if r.Results[0].Scene != "slash" || r.Results[0].Finding.Code != "path" {
		t.Errorf("the first check fails for another reason:\n%s", r.text(false))
	}
	plain := lister("CFN-A-01", finds("path"))
	become(t, evaluate(t, sample(plain, lister("CFN-B-01", finds("other"), after1("CFN-A-01"))), only(ask)), fail, blocked)
}
