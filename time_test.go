package cartdouble_test

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"testing"
)

// sleepers are helpers of tests that sleep and are called in bubbles only,
// where sleeping takes no time. Each has its reason: "fake/x_test.go: name".
var sleepers = map[string]string{
	"docs/example/fields_test.go: values":                             "a client that paces itself, called in a bubble",
	"conformance/client_test.go: TestClientThatNeverReturnsIsGivenUp": "a client under test, called in a bubble of the suite",
	"conformance/client_test.go: TestTimeIsVirtual":                   "a client under test, called in a bubble of the suite",
	"conformance/more_bugs_test.go: retrying":                         "a client under test, called in a bubble of the suite",
	"conformance/cartly_receiver_test.go: idle":                       "a receiver under test, called in a bubble of the suite",
}

// clockReaders are the functions of package time that read the machine's clock
// or wait by it, sourcesOfChance the packages with random numbers. An API
// package has both from the server.
var (
	clockReaders    = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}
	sourcesOfChance = []string{"math/rand", "math/rand/v2", "crypto/rand"}
)

// callsOf finds the calls of functions of a package: path "time", name "Sleep".
func callsOf(s source, pkg string, names ...string) []*ast.CallExpr {
	local := ""
	for _, spec := range s.File.Imports {
		if spec.Path.Value == `"`+pkg+`"` {
			local = path.Base(pkg)
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	var calls []*ast.CallExpr
	ast.Inspect(s.File, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || local == "" {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(names, sel.Sel.Name) {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == local {
				calls = append(calls, call)
			}
		}
		return true
	})
	return calls
}

// functionAt gives the top-level function around a node, nil for none.
func functionAt(s source, n ast.Node) *ast.FuncDecl {
	for _, d := range s.File.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Pos() <= n.Pos() && n.End() <= fn.End() {
			return fn
		}
	}
	return nil
}

// bubblers names the functions that run something in a synctest bubble, and so
// may have it sleep: "Bubble" of package faketest is also "faketest.Bubble".
func bubblers(t *tree) map[string]bool {
	found := map[string]bool{}
	for _, s := range t.Sources {
		for _, call := range callsOf(s, "testing/synctest", "Test") {
			if fn := functionAt(s, call); fn != nil && fn.Recv == nil {
				found[s.Dir+"."+fn.Name.Name] = true
				found[s.File.Name.Name+"."+fn.Name.Name] = true
			}
		}
	}
	return found
}

// inBubble says whether a function runs a bubble itself or hands a function to
// one that does.
func inBubble(s source, fn *ast.FuncDecl, bubblers map[string]bool) bool {
	found := bubblers[s.Dir+"."+fn.Name.Name] && fn.Recv == nil
	ast.Inspect(fn, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		takesFunction := slices.ContainsFunc(call.Args, func(arg ast.Expr) bool { _, is := arg.(*ast.FuncLit); return is })
		switch called := call.Fun.(type) {
		case *ast.Ident:
			found = found || takesFunction && bubblers[s.Dir+"."+called.Name]
		case *ast.SelectorExpr:
			if x, ok := called.X.(*ast.Ident); ok {
				found = found || x.Name+"."+called.Sel.Name == "synctest.Test" ||
					takesFunction && bubblers[x.Name+"."+called.Sel.Name]
			}
		}
		return true
	})
	return found
}

// wrongSleeps finds tests that wait by the machine's clock.
func wrongSleeps(t *tree, allowed map[string]string) []string {
	var wrong []string
	ran := bubblers(t)
	used := map[string]bool{}
	for _, s := range t.Sources {
		if unit, _ := unitOf(s.Dir); !s.Test && unit != "fake/faketest" {
			continue
		}
		for _, call := range callsOf(s, "time", "Sleep") {
			fn := functionAt(s, call)
			if fn != nil && inBubble(s, fn, ran) {
				continue
			}
			if fn != nil && allowed[s.Path+": "+fn.Name.Name] != "" {
				used[s.Path+": "+fn.Name.Name] = true
				continue
			}
			wrong = append(wrong, t.at(call)+": sleeps outside a synctest bubble; use Advance, Await or a bubble")
		}
	}
	for helper := range allowed {
		if !used[helper] {
			wrong = append(wrong, fmt.Sprintf("time_test.go: %s is listed as a sleeper and sleeps no more", helper))
		}
	}
	return wrong
}

// ownTimeAndChance finds API packages that ask others than the server.
func ownTimeAndChance(t *tree) []string {
	var wrong []string
	for _, s := range t.Sources {
		if _, layer := unitOf(s.Dir); layer != "fake/*" || s.Test {
			continue
		}
		for _, call := range callsOf(s, "time", clockReaders...) {
			wrong = append(wrong, t.at(call)+": reads the machine's clock; the server's is Call.Now")
		}
		for _, p := range importsOf(s) {
			if slices.Contains(sourcesOfChance, p) {
				wrong = append(wrong, s.Path+": imports "+p+"; ids and chance come from the server")
			}
		}
	}
	return wrong
}

func TestNoTestSleeps(t *testing.T) {
	t.Parallel()
	holds(t, wrongSleeps(house(t), sleepers))
}

func TestTimeAndChanceComeFromTheServer(t *testing.T) {
	t.Parallel()
	holds(t, ownTimeAndChance(house(t)))
}

func TestSleepsAreFound(t *testing.T) {
	t.Parallel()
	small := files(t,
		"a/a.go", `package a
import "time"
func Run() { time.Sleep(1) }`,
		"a/a_test.go", `package a
import ("testing/synctest"; "time")
func TestIn(t *T) { synctest.Test(t, func(t *T) { time.Sleep(1) }) }
func TestOut(t *T) { time.Sleep(1) }
func helper() { time.Sleep(1) }
func bubble(t *T, f func()) { synctest.Test(t, func(t *T) { f() }) }
func TestVia(t *T) { bubble(t, func() { time.Sleep(1) }) }
func TestNear(t *T) { bubble(t, helper); time.Sleep(1) }
func TestText(t *T) { _ = "time.Sleep(1)"; clock.Sleep(1) }
var wait = func() { time.Sleep(1) }`,
		"b/b_test.go", `package b
import (t2 "time"; "kit")
func TestOut(t *T) { t2.Sleep(1) }
func TestOther(t *T) { kit.Bubble(t, func() { t2.Sleep(1) }) }`,
		"fake/faketest/f.go", `package kit
import ("testing/synctest"; "time")
func Bubble(t *T, f func()) { synctest.Test(t, func(t *T) { f() }) }
func Wait() { time.Sleep(1) }`,
	)
	finds(t, wrongSleeps(small, map[string]string{"a/a_test.go: helper": "called in bubbles", "a/a_test.go: gone": "once"}),
		"a/a_test.go:4: sleeps",
		"a/a_test.go:8: sleeps",
		"a/a_test.go:10: sleeps",
		"b/b_test.go:3: sleeps",
		"fake/faketest/f.go:4: sleeps",
		"a/a_test.go: gone is listed",
	)
}

func TestOwnTimeAndChanceAreFound(t *testing.T) {
	t.Parallel()
	small := files(t,
		"fake/f.go", "package fake\nimport (\"time\"; \"math/rand/v2\")\nvar x = time.Now()",
		"fake/a/a.go", "package a\nimport (\"time\"; \"crypto/rand\")\nfunc f() time.Time { return time.Now() }\nconst d = time.Second",
		"fake/a/a_test.go", "package a\nimport \"time\"\nvar x = time.Now()",
	)
	finds(t, ownTimeAndChance(small), "fake/a/a.go:3: reads the machine's clock", "fake/a/a.go: imports crypto/rand")
}
