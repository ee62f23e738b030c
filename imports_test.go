package cartdouble_test

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers says which units of the module the code of a unit may import. Units
// are named by unitOf; "fake/*" stands for the API packages.
var layers = map[string][]string{
	"fake":          {"internal"}, // bubbles, and what a failing test prints is redacted
	"fake/*":        {"fake"},
	"golden":        {"fake", "internal"},
	"scenarios":     {"fake", "fake/*", "golden", "internal"}, // a file names its API
	"scenarios/vcr": {"scenarios"},                            // a reader of YAML, which nobody else is to compile
	"fake/faketest": {"fake", "golden", "scenarios", "internal"},
	"conformance":   {"fake", "fake/*", "golden", "scenarios", "internal"},
	"cmd":           {"fake", "fake/*", "golden", "scenarios", "scenarios/vcr", "conformance", "internal"},
	"internal":      {},
	"docs":          {"fake", "fake/*", "scenarios", "conformance"}, // what the README shows
	".":             {"fake", "fake/*", "golden", "scenarios", "conformance", "fake/faketest"},
}

// Code may use these modules of others, and tests testify as well, and the
// client side of OAuth 2.0, JSON Schema and readers of JUnit as others have written them.
var (
	thirdParty     = []string{"github.com/google/go-cmp", "github.com/tidwall/gjson", "github.com/google/uuid"}
	thirdPartyTest = append(slices.Clone(thirdParty), "github.com/stretchr/testify", "golang.org/x/oauth2", "github.com/santhosh-tekuri/jsonschema/v6", "github.com/joshdk/go-junit", "github.com/jstemmer/go-junit-report/v2")
)

// apart are the modules that one package alone may use. It is no part of what a
// user's test compiles, unless the test asks for that very package.
var apart = map[string]string{"scenarios/vcr": "go.yaml.in/yaml/v3"}

// mostModules is how many modules of others a user's test may compile.
const mostModules = 5

// unitOf gives the unit that a folder belongs to, and the name of its layer.
// The two differ for API packages alone: "fake/cartfunnel" and "fake/*".
func unitOf(dir string) (unit, layer string) {
	parts := strings.Split(dir, "/")
	switch {
	case apart[dir] != "":
		return dir, dir
	case len(parts) == 1, parts[0] != "fake":
		return parts[0], parts[0]
	case parts[1] == "internal":
		return "fake", "fake"
	case parts[1] == "faketest":
		return "fake/faketest", "fake/faketest"
	}
	return "fake/" + parts[1], "fake/*"
}

// apiPackages lists the folders of the API packages.
func apiPackages(t *tree) []string {
	return slices.DeleteFunc(t.dirs(), func(dir string) bool {
		unit, layer := unitOf(dir)
		return layer != "fake/*" || unit != dir
	})
}

// wrongImports checks every import of the tree against the layers.
func wrongImports(t *tree) []string {
	var wrong []string
	for _, s := range t.Sources {
		unit, layer := unitOf(s.Dir)
		if _, ok := layers[layer]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s: %s has no place in the order of imports; give it one in imports_test.go", s.Path, s.Dir))
			continue
		}
		for _, p := range importsOf(s) {
			why := wrongInModule(s, unit, layer, p)
			if !strings.HasPrefix(p, modulePath) {
				why = wrongFromOutside(s, p)
			}
			if why != "" {
				wrong = append(wrong, fmt.Sprintf("%s: imports %s: %s", s.Path, p, why))
			}
		}
	}
	return wrong
}

// wrongInModule judges an import of one of our own packages.
func wrongInModule(s source, unit, layer, imported string) string {
	dir := strings.TrimPrefix(strings.TrimPrefix(imported, modulePath), "/")
	toUnit, toLayer := unitOf(dir)
	switch {
	case toUnit == unit:
		return ""
	case layer == "fake/*" && toLayer == "fake/*":
		return "no API package knows another"
	case layer == "fake" && toLayer == "fake/*":
		return "the engine knows no API package"
	case s.Test: // Go itself refuses the circles.
		return ""
	case !slices.Contains(layers[layer], toLayer):
		return fmt.Sprintf("%s may import only %q of this module", layer, layers[layer])
	}
	return ""
}

// wrongFromOutside judges an import of the standard library or of others.
func wrongFromOutside(s source, imported string) string {
	first, _, _ := strings.Cut(imported, "/")
	if imported != "C" && !strings.Contains(first, ".") {
		return ""
	}
	allowed := slices.Clone(thirdParty)
	if s.Test {
		allowed = slices.Clone(thirdPartyTest)
	}
	if own := apart[s.Dir]; own != "" {
		allowed = append(allowed, own)
	}
	if slices.ContainsFunc(allowed, func(m string) bool { return imported == m || strings.HasPrefix(imported, m+"/") }) {
		return ""
	}
	return fmt.Sprintf("outside the standard library there are only %q", allowed)
}

func TestImportsGoOneWay(t *testing.T) {
	t.Parallel()
	holds(t, wrongImports(house(t)))
}

func TestWrongImportsAreFound(t *testing.T) {
	t.Parallel()
	small := files(t,
		"cmd/x/main.go", `package main; import (_ "`+modulePath+`/conformance"; _ "`+modulePath+`/fake/a")`,
		"fake/a/a.go", `package a; import (_ "`+modulePath+`/fake"; _ "github.com/tidwall/gjson"; _ "net/http")`,
		"fake/a/a_test.go", `package a_test; import (_ "`+modulePath+`/golden"; _ "github.com/stretchr/testify/require")`,
		"fake/b/b.go", `package b; import _ "`+modulePath+`/golden"`,
		"fake/b/b_test.go", `package b_test; import _ "`+modulePath+`/fake/a"`,
		"fake/c/c.go", `package c; import _ "github.com/stretchr/testify/assert"`,
		"fake/fake.go", `package fake; import _ "`+modulePath+`/golden"`,
		"fake/fake_test.go", `package fake_test; import _ "`+modulePath+`/fake/a"`,
		"golden/golden.go", `package golden; import _ "`+modulePath+`/scenarios"`,
		"scenarios/s.go", `package scenarios; import (_ "`+modulePath+`/fake/a"; _ "`+modulePath+`/conformance")`,
		"scenarios/t.go", `package scenarios; import _ "gopkg.in/yaml.v3"; import "C"`,
		"scenarios/u.go", `package scenarios; import _ "`+modulePath+`/scenarios/vcr"`,
		"scenarios/vcr/v.go", `package vcr; import (_ "go.yaml.in/yaml/v3"; _ "`+modulePath+`/scenarios"; _ "`+modulePath+`/fake")`,
		"scenarios/w.go", `package scenarios; import _ "go.yaml.in/yaml/v3"`,
		"tools/t.go", `package tools`,
	)
	finds(t, wrongImports(small),
		"fake/b/b.go: imports "+modulePath+"/golden: fake/* may import only",
		"fake/b/b_test.go: imports "+modulePath+"/fake/a: no API package knows another",
		"fake/c/c.go: imports github.com/stretchr/testify/assert: outside",
		"fake/fake.go: imports "+modulePath+"/golden",
		"fake/fake_test.go: imports "+modulePath+"/fake/a: the engine knows no API package",
		"golden/golden.go: imports "+modulePath+"/scenarios",
		"scenarios/s.go: imports "+modulePath+"/conformance",
		"scenarios/t.go: imports gopkg.in/yaml.v3",
		"scenarios/t.go: imports C",
		"scenarios/u.go: imports "+modulePath+"/scenarios/vcr: scenarios may import only",
		"scenarios/vcr/v.go: imports "+modulePath+"/fake: scenarios/vcr may import only",
		"scenarios/w.go: imports go.yaml.in/yaml/v3: outside",
		"tools/t.go: tools has no place",
	)
}

// A user's test compiles our packages and what they need, nothing more.
func TestFewModulesCompileIntoATest(t *testing.T) {
	t.Parallel()
	args := []string{"list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"}
	for _, dir := range house(t).dirs() {
		if unit, _ := unitOf(dir); unit != "cmd" && apart[dir] == "" {
			args = append(args, "./"+dir)
		}
	}
	var stderr strings.Builder
	list := exec.Command("go", args...)
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	holds(t, wrongModules(string(out)))
}

// wrongModules judges the output of go list, a module for each package: ours
// is among them, and there are few others.
func wrongModules(out string) []string {
	modules := strings.Fields(out)
	slices.Sort(modules)
	modules = slices.Compact(modules)
	if !slices.Contains(modules, modulePath) {
		return []string{fmt.Sprintf("go list does not name this module: %q", modules)}
	}
	if others := len(modules) - 1; others > mostModules {
		return []string{fmt.Sprintf("%d modules of others compile into a user's test, at most %d may: %q", others, mostModules, modules)}
	}
	return nil
}

func TestManyModulesAreFound(t *testing.T) {
	t.Parallel()
	finds(t, wrongModules(modulePath+"\n\na\nb\na\nc\nd\ne\n"+modulePath+"\n"))
	finds(t, wrongModules(modulePath+"\na\nb\nc\nd\ne\nf\n"), "6 modules of others")
	finds(t, wrongModules("a\n"), "does not name this module")
}
