package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A finding looks through one file for what can be changed.
type finding struct {
	*source
	name string
}

// wrap makes a change of what stands from one node's begin to its end.
func (f *finding) wrap(n ast.Node, does, before, after string) {
	from, to := f.fset.Position(n.Pos()), f.fset.Position(n.End())
	number := len(f.whose) + 1
	before = strings.ReplaceAll(before, "#", fmt.Sprint(number))
	after = strings.ReplaceAll(after, "#", fmt.Sprint(number))
	f.whose = append(f.whose, &change{
		number: number, at: from, does: does, text: string(f.files[f.name][from.Offset:to.Offset]),
		edits: []edit{{f.name, from.Offset, before, to.Offset}, {f.name, to.Offset, after, from.Offset}},
	})
}

// visit finds the changes in one node, and tells whether to look into it.
func (f *finding) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ImportSpec, *ast.StructType:
		return false
	case *ast.FuncDecl:
		return n.Recv == nil || !isBug(n.Recv.List[0].Type) || !slices.Contains([]string{"is", "keep", "put", "got"}, n.Name.Name)
	case *ast.IfStmt:
		return f.branch(n)
	case *ast.ForStmt:
		f.condition(n.Cond)
	case *ast.SwitchStmt:
		if n.Tag == nil {
			for _, s := range n.Body.List {
				f.choice(s.(*ast.CaseClause))
			}
			return false
		}
	case *ast.ReturnStmt:
		f.result(n)
	case *ast.BlockStmt:
		f.statements(n.List)
	case *ast.CaseClause:
		f.statements(n.Body)
	case *ast.BasicLit:
		f.literal(n)
	case *ast.CallExpr:
		return f.call(n)
	}
	return true
}

// call finds the changes in a call. The words of errors are left alone, for they
// are nobody's business.
func (f *finding) call(n *ast.CallExpr) bool {
	if text := f.textOf(n.Fun); text == "fmt.Errorf" || text == "errors.New" {
		for _, e := range n.Args[1:] {
			ast.Inspect(e, f.visit)
		}
		return false
	}
	return !asksBug(n)
}

// branch finds the changes in an if. What only runs with a bug is left alone.
func (f *finding) branch(n *ast.IfStmt) bool {
	f.condition(n.Cond)
	if !needsBug(n.Cond) {
		return true
	}
	if n.Else != nil {
		ast.Inspect(n.Else, f.visit)
	}
	return false
}

// choice finds the changes in a case of a switch that has no tag.
func (f *finding) choice(n *ast.CaseClause) {
	bugs := len(n.List) > 0
	for _, e := range n.List {
		f.condition(e)
		if !needsBug(e) {
			ast.Inspect(e, f.visit)
			bugs = false
		}
	}
	if bugs {
		return
	}
	f.statements(n.Body)
	for _, s := range n.Body {
		ast.Inspect(s, f.visit)
	}
}

// condition turns the parts of a condition round.
func (f *finding) condition(e ast.Expr) {
	switch n := e.(type) {
	case nil:
		return
	case *ast.ParenExpr:
		f.condition(n.X)
		return
	case *ast.UnaryExpr:
		f.condition(n.X)
		return
	case *ast.BinaryExpr:
		if n.Op == token.LAND || n.Op == token.LOR {
			if needsBug(e) {
				return
			}
			f.condition(n.X)
			f.condition(n.Y)
			return
		}
		f.bound(n)
	}
	if !needsBug(e) {
		f.wrap(e, "not", "mutantNot(#, ", ")")
	}
}

// bound has a comparison take in what is equal, or leave it out.
func (f *finding) bound(n *ast.BinaryExpr) {
	x, y := f.textOf(n.X), f.textOf(n.Y)
	if strings.ContainsAny(x+y, "\n") {
		return
	}
	switch n.Op {
	case token.LSS, token.GTR:
		f.wrap(n, "with its bound", "(", fmt.Sprintf(" || mutantOn(#) && (%s) == (%s))", x, y))
	case token.LEQ, token.GEQ:
		f.wrap(n, "without its bound", "(", fmt.Sprintf(" && !(mutantOn(#) && (%s) == (%s)))", x, y))
	}
}

func (f *finding) textOf(n ast.Node) string {
	return string(f.files[f.name][f.fset.Position(n.Pos()).Offset:f.fset.Position(n.End()).Offset])
}

// result keeps an error back.
func (f *finding) result(n *ast.ReturnStmt) {
	if len(n.Results) == 0 {
		return
	}
	last := n.Results[len(n.Results)-1]
	t := f.info.Types[last]
	switch {
	case t.IsNil() || t.Type == nil:
	case types.Implements(t.Type, errorType) && len(n.Results) < 4:
		if _, several := t.Type.(*types.Tuple); !several {
			f.wrap(last, "no error", "mutantNil(#, ", ")")
		}
	case len(n.Results) == 1 && types.Identical(t.Type.Underlying(), types.Typ[types.Bool]):
		f.condition(last)
	}
}

var errorType = types.Universe.Lookup("error").Type().Underlying().(*types.Interface)

// statements leaves out one statement of a list.
func (f *finding) statements(list []ast.Stmt) {
	for _, s := range list {
		switch n := s.(type) {
		case *ast.ExprStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.DeferStmt, *ast.BranchStmt:
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				continue
			}
		default:
			continue
		}
		f.wrap(s, "left out", "if !mutantOn(#) { ", " }")
	}
}

// literal makes a number one more, or a text empty.
func (f *finding) literal(n *ast.BasicLit) {
	t, is := f.info.Types[n].Type.(interface{ Underlying() types.Type })
	if !is {
		return
	}
	b, is := t.Underlying().(*types.Basic)
	if !is {
		return
	}
	of := strings.ReplaceAll(types.TypeString(f.info.Types[n].Type, func(p *types.Package) string {
		if p.Path() == "reference" {
			return ""
		}
		return p.Name()
	}), "untyped ", "")
	switch {
	case n.Kind == token.INT && b.Info()&types.IsInteger != 0:
		f.wrap(n, "one more", "mutantMore["+of+"](#, ", ")")
	case n.Kind == token.STRING && n.Value != `""` && b.Info()&types.IsString != 0:
		f.wrap(n, "empty", "mutantEmpty["+of+"](#, ", ")")
	}
}

// needsBug tells whether a condition can only hold with a bug.
func needsBug(e ast.Expr) bool {
	switch n := e.(type) {
	case *ast.ParenExpr:
		return needsBug(n.X)
	case *ast.CallExpr:
		return asksBug(n)
	case *ast.BinaryExpr:
		switch n.Op {
		case token.LAND:
			return needsBug(n.X) || needsBug(n.Y)
		case token.LOR:
			return needsBug(n.X) && needsBug(n.Y)
		}
	}
	return false
}

// asksBug tells whether a call asks for a bug: c.bug.is("CFN-GET-01a").
func asksBug(n *ast.CallExpr) bool {
	s, is := n.Fun.(*ast.SelectorExpr)
	return is && s.Sel.Name == "is" && len(n.Args) == 1
}

// isBug tells whether a type is *Bug.
func isBug(e ast.Expr) bool {
	p, is := e.(*ast.StarExpr)
	if !is {
		return false
	}
	name, is := p.X.(*ast.Ident)
	return is && name.Name == "Bug"
}
