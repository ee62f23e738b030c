package cartdouble_test

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"strings"
	"testing"
)

var outputComment = regexp.MustCompile(`(?i)^\s*(unordered )?output:`)

// example gives the text of an example for the README, from the tests of one
// package: the body of a function Example…, without its "Output:" comment; any
// other function whole; a file whole, where the name ends in ".go".
func (t *tree) example(dir, name string) (string, error) {
	for _, s := range t.in(dir) {
		if !s.Test {
			continue
		}
		if path.Base(s.Path) == name {
			return strings.TrimSpace(string(s.Text)), nil
		}
		for _, d := range s.File.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || fn.Body == nil || fn.Name.Name != name {
				continue
			}
			if strings.HasPrefix(name, "Example") {
				return t.body(s, fn), nil
			}
			return t.slice(s, fn.Pos(), fn.End()), nil
		}
	}
	return "", fmt.Errorf("the tests of %s have no %s", dir, name)
}

// body gives what stands between the braces, moved to the left margin.
func (t *tree) body(s source, fn *ast.FuncDecl) string {
	end := fn.Body.Rbrace
	for _, group := range s.File.Comments {
		if fn.Body.Lbrace < group.Pos() && group.End() <= fn.Body.Rbrace && outputComment.MatchString(group.Text()) {
			end = group.Pos()
		}
	}
	var lines []string
	for line := range strings.SplitSeq(t.slice(s, fn.Body.Lbrace+1, end), "\n") {
		lines = append(lines, strings.TrimPrefix(line, "\t"))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func TestExampleOfASample(t *testing.T) {
	t.Parallel()
	const testFile = `package zeta_test

// ExampleStart starts.
func ExampleStart() {
	// One line.
	if shop := Start(); shop != nil {
		shop.Run()
	}
	// Output:
	// done
}

func ExampleStop() {}

// TestSync tests.
func TestSync(t *testing.T) {
	Start(t)
}

func (x X) ExampleMethod() {}
`
	small := files(t, "fake/zeta/z.go", "package zeta\n\nfunc ExampleCode() {}\n", "fake/zeta/example_test.go", testFile)
	for name, want := range map[string]string{
		"ExampleStart":    "// One line.\nif shop := Start(); shop != nil {\n\tshop.Run()\n}",
		"ExampleStop":     "",
		"TestSync":        "func TestSync(t *testing.T) {\n\tStart(t)\n}",
		"example_test.go": strings.TrimSpace(testFile),
	} {
		if got, err := small.example("fake/zeta", name); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
	for _, name := range []string{"ExampleNone", "ExampleCode", "ExampleMethod", "z.go", "X"} {
		if got, err := small.example("fake/zeta", name); err == nil {
			t.Errorf("%s is %q, want an error", name, got)
		}
	}
	if _, err := small.example("fake/eta", "ExampleStart"); err == nil {
		t.Error("an unknown package gives no error")
	}
}
