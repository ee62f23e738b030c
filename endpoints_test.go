package cartdouble_test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/fake/cscart"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// served is what a fake has whatever its API.
type served interface {
	API() fake.API
	Close()
}

// fakes makes one fake of each API package.
var fakes = map[string]func() served{
	"cartfunnel": func() served { return cartfunnel.New() },
	"cscart":     func() served { return cscart.New() },
	"fluidpay":   func() served { return fluidpay.New() },
	"bonify":     func() served { return bonify.New() },
	"cartly":     func() served { return cartly.New() },
}

// endpointTable makes the README's table of one API.
func endpointTable(api string) (string, error) {
	start, ok := fakes[api]
	if !ok {
		return "", fmt.Errorf("unknown API, there are %q", slices.Sorted(maps.Keys(fakes)))
	}
	f := start()
	defer f.Close()
	return tableOf(f.API().Routes), nil
}

// tableOf has a row for each route that is modelled, and a column for scopes
// where there are any.
func tableOf(routes []fake.Route) string {
	routes = slices.DeleteFunc(slices.Clone(routes), func(r fake.Route) bool { return r.Handle == nil })
	scoped := slices.ContainsFunc(routes, func(r fake.Route) bool { return r.Scope != "" })
	var lines []string
	row := func(op, request, scope, clause string) {
		cells := []string{op, request, scope, clause}
		if !scoped {
			cells = slices.Delete(cells, 2, 3)
		}
		lines = append(lines, "| "+strings.Join(cells, " | ")+" |")
	}
	row("Op", "Request", "Scope", "In the document")
	row("---", "---", "---", "---")
	for _, r := range routes {
		clause := strings.ReplaceAll(r.Clause, "|", `\|`)
		switch {
		case r.Extension && clause == "":
			clause = "*extension*"
		case r.Extension:
			clause += " *(extension)*"
		}
		row(code(r.Op), code(r.Pattern), code(r.Scope), clause)
	}
	return strings.Join(lines, "\n")
}

// code sets a word in the type of code, nothing for nothing.
func code(word string) string {
	if word == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(word, "|", `\|`) + "`"
}

func TestTableOfRoutes(t *testing.T) {
	t.Parallel()
	handle := func(*fake.Call) (fake.Reply, error) { return fake.Reply{}, nil }
	routes := []fake.Route{
		{Op: "ListX", Pattern: "GET /x", Scope: "x:read", Clause: "List | find", Handle: handle},
		{Op: "PutX", Pattern: "PUT /x"},
		{Op: "GetY", Pattern: "GET /y/{id}", Extension: true, Handle: handle},
		{Op: "GetZ", Pattern: "GET /z", Extension: true, Clause: "Z", Handle: handle},
	}
	want := strings.Join([]string{
		"| Op | Request | Scope | In the document |",
		"| --- | --- | --- | --- |",
		"| `ListX` | `GET /x` | `x:read` | List \\| find |",
		"| `GetY` | `GET /y/{id}` |  | *extension* |",
		"| `GetZ` | `GET /z` |  | Z *(extension)* |",
	}, "\n")
	if diff := diffLines(tableOf(routes), want); diff != "" {
		t.Errorf("(-got +want)\n%s", diff)
	}
	want = "| Op | Request | In the document |\n| --- | --- | --- |\n| `GetY` | `GET /y/{id}` | *extension* |"
	if diff := diffLines(tableOf(routes[1:3]), want); diff != "" {
		t.Errorf("without scopes (-got +want)\n%s", diff)
	}
}

// A new API package gets a table like the others.
func TestEveryAPIHasATable(t *testing.T) {
	t.Parallel()
	for _, dir := range apiPackages(house(t)) {
		name := path.Base(dir)
		if _, ok := fakes[name]; !ok {
			t.Errorf("%s: add it to the fakes in endpoints_test.go", dir)
			continue
		}
		table, err := endpointTable(name)
		if err != nil || strings.Count(table, "\n") < 2 {
			t.Errorf("%s: table %q, %v", dir, table, err)
		}
	}
	if table, err := endpointTable("no such"); err == nil {
		t.Errorf("an unknown API has the table %q", table)
	}
}
