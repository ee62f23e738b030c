package cartdouble_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A comment cites a heading of the vendor's document in quotes and brackets:
// ("Cart Details"). Headings begin with a capital.
var citedClause = regexp.MustCompile(`(?:^|\s)\(("[A-Z][^"]*"(?:, "[A-Z][^"]*")*)\)`)

// clauseList gives the headings that an API package knows: the strings of its
// code, which has them in its route table, and the items below "# Clauses" in
// doc.go, where those stand that give rules and no endpoint.
func clauseList(t *tree, dir string) []string {
	var known []string
	for _, s := range t.in(dir) {
		if s.Test {
			continue
		}
		ast.Inspect(s.File, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					known = append(known, text)
				}
			}
			return true
		})
		if path.Base(s.Path) == "doc.go" {
			known = append(known, clauseItems(s.File.Doc.Text())...)
		}
	}
	return known
}

// clauseItems reads the items of the section "# Clauses". What an item says
// about its heading stands after a colon and a blank, or in brackets.
func clauseItems(doc string) []string {
	_, section, found := strings.Cut("\n"+doc, "\n# Clauses\n")
	if !found {
		return nil
	}
	section, _, _ = strings.Cut(section, "\n# ")
	var items []string
	for line := range strings.Lines(section) {
		item, ok := strings.CutPrefix(strings.TrimSpace(line), "- ")
		if !ok {
			continue
		}
		item, _, _ = strings.Cut(item, ": ")
		item, _, _ = strings.Cut(item, " (")
		items = append(items, strings.Trim(item, "\"`"))
	}
	return items
}

// names says whether a known heading is the cited one. A heading may stand
// after the chapter it belongs to: Cart, "Search".
func names(known, cited string) bool {
	before, ok := strings.CutSuffix(strings.TrimRight(known, `"`), cited)
	return ok && (before == "" || strings.ContainsAny(before[len(before)-1:], " \"/:,"))
}

// wrongClauses checks the clauses that the comments of API packages cite. The
// text of doc.go quotes other things too, so it is left out.
func wrongClauses(t *tree) []string {
	var wrong []string
	for _, dir := range apiPackages(t) {
		known := clauseList(t, dir)
		for _, s := range t.in(dir) {
			if path.Base(s.Path) == "doc.go" {
				continue
			}
			for _, group := range s.File.Comments {
				text := strings.Join(strings.Fields(group.Text()), " ")
				for _, m := range citedClause.FindAllStringSubmatch(text, -1) {
					for _, quoted := range strings.Split(m[1], `", "`) {
						cited := strings.Trim(quoted, `"`)
						if slices.ContainsFunc(known, func(k string) bool { return names(k, cited) }) {
							continue
						}
						wrong = append(wrong, fmt.Sprintf(
							"%s: cites the clause %q, which is neither in the route table nor an item (- %s) below # Clauses in doc.go",
							t.at(group), cited, cited))
					}
				}
			}
		}
	}
	return wrong
}

func TestClausesAreListed(t *testing.T) {
	t.Parallel()
	holds(t, wrongClauses(house(t)))
}

func TestUnlistedClausesAreFound(t *testing.T) {
	t.Parallel()
	small := files(t,
		"fake/zeta/doc.go", strings.Join([]string{
			"// Package zeta says (\"Bad gateway\").",
			"//",
			"// # Clauses",
			"//",
			"//   - Getting started: how to call",
			"//   - `Limits` (of the account)",
			"//",
			"// # Readings",
			"//",
			"//   - Not a clause",
			"package zeta",
		}, "\n"),
		"fake/zeta/z.go", strings.Join([]string{
			"package zeta",
			`var table = []string{"Cart, \"Search\"", "GET /x.json"}`,
			`// f follows ("Search"), ("GET /x.json"), ("Getting`,
			`// started", "Limits") and ("Not a clause"). It calls g("Foo") with ("small").`,
			`func f() {`,
			`	// ("earch") is none, ("Search", "Wanted") is half of one`,
			`	// ("Arch")`,
			`}`,
		}, "\n"),
	)
	finds(t, wrongClauses(small),
		`fake/zeta/z.go:3: cites the clause "Not a clause"`,
		`fake/zeta/z.go:6: cites the clause "Wanted"`,
		`fake/zeta/z.go:6: cites the clause "Arch"`,
	)
}
