package cartdouble_test

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// incident is the sentence of a comment that says what a fault stands for.
var incident = regexp.MustCompile(`\. It (is|stands for) [^.]{12,}`)

// faultsWithoutIncident finds the faults whose constructor, in package scenarios, does
// not say what happened to somebody, or is not there.
func faultsWithoutIncident(t *tree, faults []string) []string {
	docs := map[string]string{}
	for _, s := range t.in("scenarios") {
		if s.Test {
			continue
		}
		for _, d := range s.File.Decls {
			f, is := d.(*ast.FuncDecl)
			if !is || f.Body == nil || f.Recv != nil || !f.Name.IsExported() {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if name := newFault(n); name != "" {
					docs[name] = strings.Join(strings.Fields(f.Doc.Text()), " ")
				}
				return true
			})
		}
	}
	var wrong []string
	for _, fault := range faults {
		switch doc, has := docs[fault]; {
		case !has:
			wrong = append(wrong, fmt.Sprintf("%s: package scenarios has no constructor for it", fault))
		case !incident.MatchString(doc):
			wrong = append(wrong, fmt.Sprintf("%s: its constructor does not say what it stands for: \"It stands for …\"", fault))
		}
	}
	slices.Sort(wrong)
	return wrong
}

// newFault is the name in a call fake.NewFault("name"), "" for anything else.
func newFault(n ast.Node) string {
	call, is := n.(*ast.CallExpr)
	if !is || len(call.Args) != 1 {
		return ""
	}
	callee, is := call.Fun.(*ast.SelectorExpr)
	if !is || callee.Sel.Name != "NewFault" {
		return ""
	}
	name, is := call.Args[0].(*ast.BasicLit)
	if !is {
		return ""
	}
	text, _ := strconv.Unquote(name.Value) // the parser has read it
	return text
}

func TestEachFaultSaysItsIncident(t *testing.T) {
	t.Parallel()
	holds(t, faultsWithoutIncident(house(t), fake.FaultNames()))
}

func TestFaultsWithoutIncidentAreFound(t *testing.T) {
	t.Parallel()
	small := files(t, "scenarios/a.go", `package scenarios

// Reset breaks a connection. It stands for
// load balancers that drop a call.
func Reset() fake.Fault { return fake.NewFault("reset").Set("kind", "rst") }

// Hang answers nothing. Set: max.
func Hang() fake.Fault { return fake.NewFault("hang") }

// Stall stops. It is bad.
func Stall() fake.Fault { return fake.NewFault("stall") }

func dropped() fake.Fault { return fake.NewFault("dropped") }
`)
	finds(t, faultsWithoutIncident(small, strings.Fields("reset hang stall dropped")),
		"dropped: package scenarios has no constructor for it",
		`hang: its constructor does not say what it stands for: "It stands for …"`,
		`stall: its constructor does not say what it stands for: "It stands for …"`,
	)
}
