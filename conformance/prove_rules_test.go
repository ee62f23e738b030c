package conformance

import (
	"strings"
	"sync"
	"testing"

	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// with3 is the check of three customers, changed, in a suite of its own.
func with3(change ...func(*cfnCheck)) *Suite[CartfunnelClient] {
	return sample(atLeast("CFN-A-01", "not-three", 3, change...))
}

// limited3 has the check rest on a number of customers.
func limited3(last, next int) func(*cfnCheck) {
	return func(k *cfnCheck) {
		k.limits = []limit{{last, next, "customers in a list", "cartfunnel:94", allOf(cartfunnel.ListCustomers, given("#"))}}
		k.scenes = []cfnScene{{name: "3 customers", state: cfnPeople(3)}, {name: "4 customers", state: cfnPeople(4)}}
	}
}

// Each rule of Prove is broken here in one way that the table of
// TestProofAccountsForEverything does not have.
func TestProofFindsEachBrokenRule(t *testing.T) {
	t.Parallel()
	right := []Mutant[CartfunnelClient]{{"CFN-A-01a", dropping(1), ran(1)}}
	for name, c := range map[string]struct {
		suite *Suite[CartfunnelClient]
		bad   []Mutant[CartfunnelClient]
		want  []string
	}{
		"1: the order of the checks matters": {
			dependent(), append(right, Mutant[CartfunnelClient]{"CFN-A-02a", dropping(2), ran(1)}), []string{
				"the good client, seed 1, backward:\n\nFAIL CFN-A-02", "the good client, seed 2, backward:\n\nFAIL CFN-A-02",
			},
		},
		"1: the seed matters": {with3(func(k *cfnCheck) {
			judge := k.judge
			k.judge = func(r *cfnRun) Finding {
				if r.cfg.seed == 2 {
					return found("unlucky", "any seed", "2")
				}
				return judge(r)
			}
		}), right, []string{
			"the good client, seed 2, forward:\n\nFAIL CFN-A-01", "the good client, seed 2, backward:\n\nFAIL CFN-A-01",
		}},
		"1: the situation never comes about": {with3(func(k *cfnCheck) {
			k.seen = func(*wire) string { return "snow in July" }
		}), right, []string{
			"seed 1, forward:\n\nNOT EXERCISED CFN-A-01", "seed 1, backward", "seed 2, forward", "seed 2, backward",
			"CFN-A-01a (drops some) survives: CFN-A-01 is NOT EXERCISED snow in July", "CFN-A-01 finds nothing",
		}},
		"2: one that panics passes": {with3(func(k *cfnCheck) {
			k.panics, k.seen = true, func(*wire) string { return "" }
			k.judge = func(r *cfnRun) Finding {
				if a := r.nth(0); a.panicked == "" && len(a.customers()) < 3 {
					return found("not-three", "3", "%d", len(a.customers()))
				}
				return Finding{}
			}
		}), right, []string{
			"T-answer-key passes CFN-A-01, and does not work at all", "T-replay passes CFN-A-01", "T-panic passes CFN-A-01, and does not work at all",
		}},
		"6: both sides are met":       {with3(limited3(3, 4)), right, nil},
		"6: the last within is not":   {with3(limited3(2, 3)), right, []string{"CFN-A-01 rests on 2 and 3 customers in a list (cartfunnel:94), and the good client never comes to 2; it comes to [3 4]"}},
		"6: the first beyond is not":  {with3(limited3(4, 5)), right, []string{"CFN-A-01 rests on 4 and 5 customers in a list (cartfunnel:94), and the good client never comes to 5; it comes to [3 4]"}},
		"6: neither side is":          {with3(limited3(10, 11)), right, []string{"never comes to 10", "never comes to 11"}},
		"7: a clause has no check":    {about("94 a list has 100 customers at most\n39,92 there are four calls"), right, []string{"cartfunnel: 39,92 is out of order", "39,92 (there are four calls) has neither a check nor a reason"}},
		"7: a check has no clause":    {about("39,92 there are four calls -- nothing is asked"), right, []string{"CFN-A-01 cites lines that no clause has: cartfunnel:94"}},
		"7: a reason, though checked": {about("94 a list has 100 customers at most -- nobody sees it"), right, []string{"94 has a reason to have no check, and has CFN-A-01"}},
		"7: each has one":             {about("39,92 there are four calls -- nothing is asked\n94 a list has 100 customers at most"), right, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems := prove(c.suite, lists, c.bad, 2).problems
			if len(problems) != len(c.want) {
				t.Fatalf("%d problems, want %d:\n%s", len(problems), len(c.want), strings.Join(problems, "\n"))
			}
			for i, want := range c.want {
				contains(t, problems[i], want)
			}
		})
	}
}

// What a proof finds fails the test that it runs in.
func TestProveFailsItsTest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		suite *Suite[CartfunnelClient]
		fails bool
	}{"a suite that holds": {with3(limited3(3, 4)), false}, "one that does not": {with3(limited3(2, 3)), true}} {
		inner := new(testing.T)
		Prove(inner, c.suite, lists, []Mutant[CartfunnelClient]{{"CFN-A-01a", dropping(1), ran(1)}})
		if inner.Failed() != c.fails {
			t.Errorf("%s: the test failed: %t", name, inner.Failed())
		}
	}
}

// dependent is a suite whose second check passes only behind the first.
func dependent() *Suite[CartfunnelClient] {
	var before sync.Map // by the run
	first, second := atLeast("CFN-A-01", "not-three", 3), atLeast("CFN-A-02", "not-two", 2, backedBy("CFN-A-01"))
	drive, judge := first.drive, second.judge
	first.drive = func(r *cfnRun) {
		before.Store(r.cfg, true)
		drive(r)
	}
	second.judge = func(r *cfnRun) Finding {
		if _, is := before.Load(r.cfg); !is {
			return found("alone", "any order", "CFN-A-02 first")
		}
		return judge(r)
	}
	return sample(first, second)
}

// about is the suite of one check, about all of a document with these clauses.
func about(lines string) *Suite[CartfunnelClient] {
	s := with3()
	list, err := readClauses("sample", lines)
	if err != nil {
		panic(err)
	}
	s.clauses = list
	return s
}
