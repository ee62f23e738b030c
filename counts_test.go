package cartdouble_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/conformance"
	"github.com/cartdouble/cartdouble/conformance/vectors"
	"github.com/cartdouble/cartdouble/fake"
)

// The numbers that the README gives are those that there are.
func TestReadmeCountsRight(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := strings.Join(strings.Fields(string(text)), " ")
	says := func(want string) {
		if !strings.Contains(readme, want) {
			t.Errorf("the README does not say %q", want)
		}
	}
	servers := 0
	for _, s := range conformance.Suites() {
		bugs := 0
		for _, r := range s.Rules() {
			bugs += len(r.Mutants)
		}
		says(fmt.Sprintf("| %d | %d |", len(s.Rules()), bugs))
		servers += len(conformance.ServerRules(s.API()))
	}
	says(fmt.Sprintf("%d rules, read-only unless", servers))
	says(fmt.Sprintf("the %d faults", len(fake.FaultNames())))
	n := 0
	for _, name := range vectors.Names() {
		f, err := vectors.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		n += f.NumberOfTests
	}
	says(fmt.Sprintf("has %d test vectors", n))
}
