package conformance

import (
	"strings"
	"testing"
)

// The checks that there are stand in the newest edition, and what an edition has
// once listed is still there.
func TestEditionsHaveTheirChecks(t *testing.T) {
	t.Parallel()
	all := map[string]bool{}
	for _, s := range Suites() {
		for _, r := range s.Rules() {
			all[s.API()+" "+r.ID] = true
		}
	}
	names := editions()
	for i, name := range names {
		checks, err := checksOf(name)
		if err != nil || len(checks) == 0 {
			t.Fatalf("%s: %d checks, %v", name, len(checks), err)
		}
		for check := range checks {
			if !all[check] {
				t.Errorf("%s lists %s, which there is no more", name, check)
			}
		}
		for check := range all {
			if i == len(names)-1 && !checks[check] {
				t.Errorf("%s is in no edition", check)
			}
		}
	}
	if Cartfunnel().edition != names[len(names)-1] {
		t.Errorf("the suites are of %s, the newest edition is %s", Cartfunnel().edition, names[len(names)-1])
	}
}

// A check that is newer than the edition is run and told, and no failure.
func TestFrozenScoresOnlyItsEdition(t *testing.T) {
	t.Parallel()
	s := sample(lister("CFN-A-01", finds("x")), lister("CFN-B-01", finds("x")))
	frozen := func(c *config) error {
		c.edition, c.scored = "2020-01", map[string]bool{s.api + " CFN-A-01": true}
		return nil
	}
	r := evaluate(t, s, good, frozen)
	become(t, r, fail, fail)
	if failed := r.Failed(); len(failed) != 1 || failed[0].Rule.ID != "CFN-A-01" {
		t.Errorf("failures are %v", failed)
	}
	if r.Results[0].Unscored || !r.Results[1].Unscored || r.Edition != "2020-01, frozen" {
		t.Errorf("edition %s, unscored %v and %v", r.Edition, r.Results[0].Unscored, r.Results[1].Unscored)
	}
	contains(t, r.text(false), "unscored  it is newer than the edition")
	again, err := ReadReport(strings.NewReader(string(written(t, r))))
	if err != nil || !again.Results[1].Unscored || len(again.Failed()) != 1 {
		t.Errorf("read again: %v", err)
	}
	if err := fits(t, "report_v1.schema.json", written(t, r)); err != nil {
		t.Error(err)
	}
	become(t, evaluate(t, Cartfunnel(), cartfunnelAdapter(nil), Only("CFN-SAVE-04"), Frozen("2026-11")), pass)
	if _, err := newEvaluator(s, good, []Option{Frozen("2026-10")}); err == nil || !strings.Contains(err.Error(), `there is no such edition (did you mean "2026-11"?); there are 2026-11`) {
		t.Errorf("got %v", err)
	}
}
