package conformance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

func TestRun(t *testing.T) {
	t.Parallel()
	r := Run(t, Cartfunnel(), good, Client("the reference"), Seed(3), Strict())
	if len(r.Results) != 58 || r.Failed() != nil {
		t.Errorf("%d results, %d failures", len(r.Results), len(r.Failed()))
	}
	contains(t, r.text(false), "client: the reference   clock: virtual   seed: 3")
}

// A client that claims little is reported as such, and passes what it claims.
func TestRunOfAPartialClient(t *testing.T) {
	t.Parallel()
	r := Run(t, Cartfunnel(), func(tb fake.TB, env Env) CartfunnelClient {
		c := good(tb, env)
		return CartfunnelClient{List: c.List, Get: c.Get}
	})
	counts := map[State]int{}
	for _, res := range r.Results {
		counts[res.State]++
	}
	if got := fmt.Sprint(counts); got != "map[NOT CLAIMED:31 PASS:27]" {
		t.Errorf("states are %s", got)
	}
	contains(t, r.text(false), "not claimed: AddTag, Create, Ensure, Update (31 checks)")
}

// told keeps how a result was reported to its subtest.
type told struct{ how, text string }

func (*told) Helper() {}
func (s *told) Skipf(format string, args ...any) {
	s.how, s.text = "skip", fmt.Sprintf(format, args...)
}

func (s *told) Errorf(format string, args ...any) {
	s.how, s.text = "fail", fmt.Sprintf(format, args...)
}

func (s *told) Logf(format string, args ...any) { s.how, s.text = "log", fmt.Sprintf(format, args...) }

func TestResultsAreToldToSubtests(t *testing.T) {
	t.Parallel()
	want := map[State][2]string{
		pass:         {"", ""},
		fail:         {"fail", "again     go test -run '^TestConformance$/^BON-PAGE-06$'"},
		blocked:      {"skip", "comes after BON-PAGE-06, which failed"},
		warn:         {"log", "WARN BON-FILT-03"},
		known:        {"log", "KNOWN BON-RATE-03"},
		stale:        {"fail", "STALE BON-RATE-04"},
		notExercised: {"fail", "needed    two requests under way at once"},
		flaky:        {"fail", "FLAKY BON-RATE-07"},
		notClaimed:   {"skip", "not claimed: ["},
		chosen:       {"log", "reading   short-form"},
		broke:        {"fail", "the adapter panicked: boom"},
	}
	r := everything()
	for _, res := range r.Results {
		s := &told{}
		r.tell(s, res)
		if s.how != want[res.State][0] {
			t.Errorf("%s is told by %q", res.State, s.how)
		}
		contains(t, s.text, want[res.State][1])
	}
	r.Strict = true
	s := &told{}
	r.tell(s, r.Results[5])
	if s.how != "fail" {
		t.Errorf("a warning under Strict is told by %q", s.how)
	}
}

// Beneath its subtests, a test says which checks failed and what they block, but not
// all of it a second time; and its very last line has the counts.
func TestWhatSubtestsHaveToldIsNotToldAgain(t *testing.T) {
	t.Parallel()
	r := evaluate(t, Cartfunnel(), cartfunnelAdapter(bugged("CFN-URL-01a")))
	told := r.told()
	contains(t, told, "FAIL CFN-URL-01", "blocked   CFN-")
	for _, twice := range []string{"expected", "wire", "again", "result: ", r.counts()} {
		if strings.Contains(told, twice) {
			t.Errorf("%q is told twice:\n%s", twice, told)
		}
	}
	warned := evaluate(t, Cartfunnel(), cartfunnelAdapter(bugged("GEN-DUP-01a")))
	contains(t, warned.told(), "WARN GEN-DUP-01", "expected", "again")
}

func TestSameSeedSameReport(t *testing.T) {
	t.Parallel()
	for _, bug := range []string{"CFN-PAGE-01a", "CFN-TYPE-01a", "GEN-RACE-01a"} {
		first := evaluate(t, Cartfunnel(), cartfunnelAdapter(bugged(bug)))
		again := evaluate(t, Cartfunnel(), cartfunnelAdapter(bugged(bug)))
		for i, res := range first.Results {
			if other := again.Results[i]; res.State != other.State || res.Finding.Code != other.Finding.Code {
				t.Errorf("%s: %s is %s %s, then %s %s", bug, res.Rule.ID, res.State, res.Finding.Code, other.State, other.Finding.Code)
			}
		}
	}
}

// An adapter without functions is no success.
func TestNothingClaimedIsNoSuccess(t *testing.T) {
	t.Parallel()
	for want, mk := range map[bool]func(fake.TB, Env) CartfunnelClient{
		true:  func(fake.TB, Env) CartfunnelClient { return CartfunnelClient{} },
		false: lists,
	} {
		if r := evaluate(t, Cartfunnel(), mk); r.unclaimed() != want {
			t.Errorf("%s: %v", r.counts(), r.unclaimed())
		}
	}
}
