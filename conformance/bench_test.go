package conformance

import (
	"testing"
	"time"
)

// BenchmarkSuite is one evaluation of the reference client. The figure to hold
// is 1 ms for each check, all its scenes together.
func BenchmarkSuite(b *testing.B) {
	s := Cartfunnel()
	for b.Loop() {
		e, err := newEvaluator(s, good, nil)
		if err != nil {
			b.Fatal(err)
		}
		if r, err := e.report(b.Context()); err != nil || r.Failed() != nil {
			b.Fatalf("%v\n%s", err, r.text(false))
		}
	}
	each := b.Elapsed() / time.Duration(b.N*len(s.checks))
	b.ReportMetric(float64(each)/float64(time.Millisecond), "ms/check")
}
