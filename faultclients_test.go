package cartdouble_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// clientTables are the tables, in tests, of clients that faults catch: by the name of
// the fault a client that is wrong in its way, and one that is right. Their tests play
// both under the fault.
var clientTables = map[string][]string{
	"fake":      {"sellers", "sellersBefore"},
	"scenarios": {"believers", "callers", "receivers"},
}

// uncaught finds the faults that no table has a client for, and clients for no fault.
func uncaught(t *tree, tables map[string][]string, faults []string) []string {
	var wrong []string
	caught := map[string]bool{}
	for dir, names := range tables {
		for _, name := range names {
			keys := keysOf(t, dir, name)
			if keys == nil {
				wrong = append(wrong, fmt.Sprintf("%s: there is no table %s of clients", dir, name))
			}
			for _, key := range keys {
				caught[key] = true
				if !slices.Contains(faults, key) {
					wrong = append(wrong, fmt.Sprintf("%s: %s: %q is no fault", dir, name, key))
				}
			}
		}
	}
	for _, fault := range faults {
		if !caught[fault] {
			wrong = append(wrong, fmt.Sprintf("%s: no client is wrong in its way", fault))
		}
	}
	slices.Sort(wrong)
	return wrong
}

// keysOf are the keys of a map that a package's tests declare.
func keysOf(t *tree, dir, name string) (keys []string) {
	for _, s := range t.in(dir) {
		if !s.Test {
			continue
		}
		for _, d := range s.File.Decls {
			vars, is := d.(*ast.GenDecl)
			if !is || vars.Tok != token.VAR {
				continue
			}
			for _, spec := range vars.Specs {
				v := spec.(*ast.ValueSpec)
				if v.Names[0].Name != name || len(v.Values) != 1 {
					continue
				}
				table, _ := v.Values[0].(*ast.CompositeLit)
				if table == nil {
					continue
				}
				for _, row := range table.Elts {
					if pair, is := row.(*ast.KeyValueExpr); is {
						if key, is := pair.Key.(*ast.BasicLit); is {
							text, _ := strconv.Unquote(key.Value) // the parser has read it
							keys = append(keys, text)
						}
					}
				}
			}
		}
	}
	return keys
}

func TestEachFaultCatchesAClient(t *testing.T) {
	t.Parallel()
	holds(t, uncaught(house(t), clientTables, fake.FaultNames()))
}

func TestFaultsWithoutAClientAreFound(t *testing.T) {
	t.Parallel()
	small := files(t,
		"fake/a_test.go", "package fake\n\nvar sellers = map[string]int{\"reset\": 1, \"rest\": 2}\n\nvar other = map[string]int{\"hang\": 1}\n",
		"fake/b.go", "package fake\n\nvar sellersBefore = map[string]int{\"stall\": 1}\n",
	)
	tables := map[string][]string{"fake": {"sellers", "sellersBefore"}}
	finds(t, uncaught(small, tables, strings.Fields("hang reset stall")),
		`fake: sellers: "rest" is no fault`,
		"fake: there is no table sellersBefore of clients",
		"hang: no client is wrong in its way",
		"stall: no client is wrong in its way",
	)
}
