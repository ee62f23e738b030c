package conformance

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// How often suites are played by hand, to look for a verdict that hangs on the
// order of the checks, on the seed, or on how goroutines take turns:
//
//	RUNS=1000 go test -run '^TestVerdictsInAnyOrder$' -timeout 0 ./conformance
//	RUNS=20 go test -run '^TestKillMatrixInAnyOrder$' -timeout 0 ./conformance
//
// with GOMAXPROCS=1, with more than there are, and with -race. FIRST is the first
// seed, 1 without it, and stands in each failure.

// number reads a number from the environment.
func number(t *testing.T, name string, unset int) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv(name), strconv.Itoa(unset)))
	if err != nil || n < 1 {
		t.Fatalf("%s=%q: want a number from 1", name, os.Getenv(name))
	}
	return n
}

// shuffled is an order that a seed decides.
func shuffled(seed uint64) func(n int) []int { return rand.New(rand.NewPCG(seed, seed)).Perm }

// verdicts are what a client got, a line for each check.
func verdicts(results []Result) string {
	var b strings.Builder
	for _, res := range results {
		fmt.Fprintf(&b, "%s %s %s %s\n", res.Rule.ID, res.State, res.Finding.Code, res.By)
	}
	return b.String()
}

// An anyOrder is a suite with the clients that it is proved with.
type anyOrder interface {
	name() string
	good(t *testing.T, runs, first int)
	matrix(t *testing.T, runs, first int)
}

type ordered[C any] struct {
	suite   func() *Suite[C]
	client  func(fake.TB, Env) C
	mutants func() []Mutant[C]
}

func inAnyOrder() []anyOrder {
	return []anyOrder{
		ordered[CartfunnelClient]{Cartfunnel, cartfunnelAdapter(nil), cartfunnelMutants},
		ordered[CscartClient]{Cscart, cscartAdapter(nil), cscartMutants},
		ordered[FluidpayClient]{Fluidpay, fluidpayAdapter(nil), fluidpayMutants},
		ordered[BonifyClient]{Bonify, bonifyAdapter(nil), bonifyMutants},
		ordered[CartlyClient]{Cartly, cartlyAdapter(nil), cartlyMutants},
	}
}

func (o ordered[C]) name() string { return o.suite().api }

// good plays the suite to the client that is right, each time with another seed
// and in another order.
func (o ordered[C]) good(t *testing.T, runs, first int) {
	t.Helper()
	p := newProof(o.suite())
	want := p.run(o.client, 1, inOrder).Report
	for _, res := range want.Results {
		if res.State != pass && res.State != chosen {
			t.Fatalf("the client is not right:\n%s", want.blockText(res))
		}
	}
	parallel(runs, func(i int) {
		seed := uint64(first + i)
		if r := p.run(o.client, seed, shuffled(seed)).Report; verdicts(r.Results) != verdicts(want.Results) {
			t.Errorf("FIRST=%d: the verdicts differ:\n%s", seed, r.text(false))
		}
	})
}

// matrix proves the suite again and again, with other seeds and in other orders.
func (o ordered[C]) matrix(t *testing.T, runs, first int) {
	t.Helper()
	want, err := os.ReadFile("testdata/kill-matrix-" + o.name() + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	for i := range runs {
		p := newProof(o.suite())
		p.seed, p.order = uint64(first+i), shuffled(uint64(first+i))
		p.trivial(o.client)
		p.reference(o.client, 1)
		p.kill(o.mutants())
		p.backing()
		for _, problem := range p.problems {
			t.Errorf("FIRST=%d: %s", p.seed, problem)
		}
		if got := p.matrix(); got != string(want) {
			t.Errorf("FIRST=%d: the matrix differs:\n%s", p.seed, changedLines(string(want), got))
		}
	}
}

// changedLines are the lines of two texts that are not the same.
func changedLines(want, got string) string {
	var b strings.Builder
	lines := strings.Split(got, "\n")
	for i, line := range strings.Split(want, "\n") {
		if i < len(lines) && lines[i] != line {
			fmt.Fprintf(&b, "-%s\n+%s\n", line, lines[i])
		}
	}
	return b.String()
}

func TestVerdictsInAnyOrder(t *testing.T) {
	t.Parallel()
	runs, first := number(t, "RUNS", 1), number(t, "FIRST", 2)
	for _, o := range inAnyOrder() {
		t.Run(o.name(), func(t *testing.T) { o.good(t, runs, first) })
	}
}

func TestKillMatrixInAnyOrder(t *testing.T) {
	if os.Getenv("RUNS") == "" {
		t.Skip("as long as a proof for each run; RUNS=1 runs it once")
	}
	runs, first := number(t, "RUNS", 1), number(t, "FIRST", 2)
	for _, o := range inAnyOrder() {
		t.Run(o.name(), func(t *testing.T) { o.matrix(t, runs, first) })
	}
}
