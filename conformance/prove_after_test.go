package conformance

import (
	"strings"
	"testing"
)

// A check whose level makes its finding a warning stands for no failure, so one
// that comes after it fails as well. That is no defect of the second.
func TestFailureAfterAWarningIsNoDefect(t *testing.T) {
	t.Parallel()
	s := sample(
		atLeast("CFN-A-01", "not-two", 2, at(care), backedBy("CFN-B-01")),
		atLeast("CFN-B-01", "not-three", 3, after1("CFN-A-01")),
	)
	p := prove(s, lists, []Mutant[CartfunnelClient]{{"CFN-A-01a", dropping(2), ran(1)}, {"CFN-B-01a", dropping(1), ran(1)}}, 1)
	for _, problem := range p.problems {
		t.Error(problem)
	}
	if matrix := p.matrix(); !strings.Contains(matrix, "CFN-A-01a      K f  not-two\n") {
		t.Errorf("the failure is not shown as one that comes after:\n%s", matrix)
	}
}
