package cartdouble_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// vendors are the names that the engine does not know, in any spelling.
var vendors = regexp.MustCompile(`(?i)cart[-_ ]?funnel|cs[-_ ]?cart|fluid[-_ ]?pay|bonify|cartly`)

// namedVendors finds vendors in the engine: its code, comments and tests.
func namedVendors(t *tree) []string {
	var wrong []string
	for _, s := range t.Sources {
		if unit, _ := unitOf(s.Dir); unit != "fake" {
			continue
		}
		for i, line := range bytes.Split(s.Text, []byte("\n")) {
			if name := vendors.Find(line); name != nil {
				wrong = append(wrong, fmt.Sprintf("%s:%d: the engine names a vendor: %s", s.Path, i+1, name))
			}
		}
	}
	return wrong
}

func TestEngineNamesNoVendor(t *testing.T) {
	t.Parallel()
	holds(t, namedVendors(house(t)))
}

func TestNamedVendorsAreFound(t *testing.T) {
	t.Parallel()
	small := files(t,
		"fake/a.go", "package fake\n\n// As in CS-Cart.\n",
		"fake/a_test.go", "package fake\n\nvar x = \"fluidpay\"\n",
		"fake/bonify/b.go", "package bonify",
		"fake/internal/c.go", "package c\n\nfunc BonifyID() {}\n",
		"golden/d.go", "package golden // for cartly",
	)
	finds(t, namedVendors(small),
		"fake/a.go:3: the engine names a vendor: CS-Cart",
		"fake/a_test.go:3: the engine names a vendor: fluidpay",
		"fake/internal/c.go:3: the engine names a vendor: Bonify",
	)
}

// A new API package has to be added to the names above.
func TestEveryVendorIsKnown(t *testing.T) {
	t.Parallel()
	for _, dir := range apiPackages(house(t)) {
		if name := strings.TrimPrefix(dir, "fake/"); !vendors.MatchString(name) {
			t.Errorf("%s: the engine's list of vendors does not have %q", dir, name)
		}
	}
}
