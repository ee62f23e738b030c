package conformance

import (
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// Run runs a suite against the client that mk makes, each check as a subtest
// named by its id. What fails, fails its subtest; what is not claimed or blocked
// is skipped; the last line of the parent counts them, for go test is silent
// about skips. mk is called for each scene, inside a bubble, so it must not use
// the test's own t; what it reports to its TB is an ERROR of the check.
//
// A second run of one check is go test -run '^TestConformance$/^CFN-SAVE-01$'.
func Run[C any](t *testing.T, s *Suite[C], mk func(fake.TB, Env) C, opts ...Option) *Report {
	t.Helper()
	e, err := newEvaluator(s, mk, opts)
	if err != nil {
		t.Fatal(err)
	}
	r := s.newReport(e.cfg)
	r.test, r.pkg = t.Name(), testedPackage()
	for _, k := range e.selected() {
		t.Run(k.id, func(t *testing.T) {
			t.Attr("clause", k.clause)
			t.Attr("level", string(k.level))
			res := e.result(k)
			r.Results = append(r.Results, res)
			r.tell(t, res)
		})
	}
	t.Logf("\n%s", r.told())
	r.deliver(t, e.cfg.dir)
	t.Logf("%s: %s", r.counts(), r.verdict())
	if e.cfg.only == nil && r.unclaimed() {
		t.Errorf("conformance: nothing was checked: the adapter gives no function of %T", *new(C))
	}
	return r
}

// unclaimed tells whether the adapter claims nothing at all, which a green test
// would hide.
func (r *Report) unclaimed() bool { return r.byState()[notClaimed] == len(r.Results) }

// A subtest is what a result is reported to.
type subtest interface {
	Helper()
	Skipf(format string, args ...any)
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
}

// tell reports one result to its subtest.
func (r *Report) tell(t subtest, res Result) {
	t.Helper()
	switch {
	case res.State == notClaimed:
		t.Skipf("not claimed: %v", res.Missing)
	case res.State == blocked:
		t.Skipf("comes after %s, which failed", res.By)
	case res.State == pass:
	case r.isFailure(res):
		t.Errorf("\n%s", r.blockText(res))
	default:
		t.Logf("\n%s", r.blockText(res))
	}
}

func (r *Report) blockText(res Result) string {
	t := &textReport{Report: r}
	t.block(res)
	return t.String()
}
