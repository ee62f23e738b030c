package cartdouble_test

import (
	"cmp"
	"go/ast"
	"go/printer"
	"go/token"
	"slices"
	"strings"
)

// exportedAPI lists what a package exports, one line for each thing, sorted:
//
//	const ListCarts Op = "ListCarts"
//	func New(opts ...Option) *Server
//	type Server struct
//	type Server, *fake.Server
//	type Server, Carts *fake.Collection[int64, Cart]
//	type Server, func (*Server) Account() string
//
// It is read off the source, so types are spelt as they are there.
func exportedAPI(t *tree, dir string) []string {
	l := &apiLister{fset: t.Fset}
	for _, s := range t.in(dir) {
		if s.Test {
			continue
		}
		for _, d := range s.File.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				l.function(d)
			case *ast.GenDecl:
				l.declaration(d)
			}
		}
	}
	slices.SortFunc(l.lines, func(a, b string) int { // a generic type before what it has
		return cmp.Compare(strings.ReplaceAll(a, "[", " "), strings.ReplaceAll(b, "[", " "))
	})
	return slices.Compact(l.lines)
}

type apiLister struct {
	fset  *token.FileSet
	lines []string
}

func (l *apiLister) add(words ...string) {
	l.lines = append(l.lines, strings.Join(words, ""))
}

// function lists a function, or a method of an exported type.
func (l *apiLister) function(d *ast.FuncDecl) {
	if !d.Name.IsExported() {
		return
	}
	signature := strings.TrimPrefix(l.text(d.Type), "func")
	if d.Recv == nil {
		l.add("func ", d.Name.Name, signature)
		return
	}
	receiver := l.text(d.Recv.List[0].Type)
	name, _, _ := strings.Cut(strings.TrimLeft(receiver, "*"), "[")
	if ast.IsExported(name) {
		l.add("type ", name, ", func (", receiver, ") ", d.Name.Name, signature)
	}
}

// declaration lists constants, variables and types.
func (l *apiLister) declaration(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.ValueSpec:
			l.values(d.Tok, spec)
		case *ast.TypeSpec:
			if spec.Name.IsExported() {
				l.typeSpec(spec)
			}
		}
	}
}

// values lists constants with their values, and variables without.
func (l *apiLister) values(tok token.Token, spec *ast.ValueSpec) {
	for i, name := range spec.Names {
		if !name.IsExported() {
			continue
		}
		line := tok.String() + " " + name.Name
		if spec.Type != nil {
			line += " " + l.text(spec.Type)
		}
		if tok == token.CONST && i < len(spec.Values) {
			line += " = " + l.text(spec.Values[i])
		}
		l.add(line)
	}
}

func (l *apiLister) typeSpec(spec *ast.TypeSpec) {
	head := "type " + spec.Name.Name
	whole := head
	if spec.TypeParams != nil {
		parameters := l.text(&ast.FuncType{TypeParams: spec.TypeParams, Params: &ast.FieldList{}})
		whole += strings.TrimSuffix(strings.TrimPrefix(parameters, "func"), "()")
	}
	switch typ := spec.Type.(type) {
	case *ast.StructType:
		l.add(whole, " struct")
		l.fields(head, typ.Fields)
	case *ast.InterfaceType:
		l.add(whole, " interface")
		l.methods(head, typ.Methods)
	default:
		if spec.Assign.IsValid() {
			whole += " ="
		}
		l.add(whole, " ", l.text(spec.Type))
	}
}

// fields lists the exported fields of a struct, without tags.
func (l *apiLister) fields(head string, fields *ast.FieldList) {
	for _, f := range fields.List {
		typ := l.text(f.Type)
		for _, name := range f.Names {
			if name.IsExported() {
				l.add(head, ", ", name.Name, " ", typ)
			}
		}
		if len(f.Names) == 0 && exportedEmbed(typ) {
			l.add(head, ", ", typ)
		}
	}
}

// exportedEmbed says whether an embedded type of that spelling is exported.
func exportedEmbed(typ string) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(typ, "*"), "[")
	if _, after, ok := strings.Cut(name, "."); ok {
		name = after
	}
	return ast.IsExported(name)
}

// methods lists the methods of an interface and what it embeds. An interface
// with an unexported method cannot be implemented elsewhere, so it says so.
func (l *apiLister) methods(head string, methods *ast.FieldList) {
	for _, m := range methods.List {
		typ := l.text(m.Type)
		if len(m.Names) == 0 {
			l.add(head, ", ", typ)
			continue
		}
		if !m.Names[0].IsExported() {
			l.add(head, ", unexported methods")
			continue
		}
		l.add(head, ", ", m.Names[0].Name, strings.TrimPrefix(typ, "func"))
	}
}

// text prints a piece of source on one line.
func (l *apiLister) text(node ast.Node) string {
	var out strings.Builder
	if err := printer.Fprint(&out, l.fset, node); err != nil {
		return err.Error()
	}
	var line strings.Builder
	for part := range strings.Lines(out.String()) {
		part = strings.Join(strings.Fields(part), " ")
		before := line.String()
		switch {
		case before == "", part == "":
		case strings.HasSuffix(before, "("), strings.HasPrefix(part, ")"):
			line.Reset()
			line.WriteString(strings.TrimSuffix(before, ","))
		case strings.HasSuffix(before, "{"), strings.HasSuffix(before, ","), strings.HasPrefix(part, "}"):
			line.WriteString(" ")
		default:
			line.WriteString("; ")
		}
		line.WriteString(part)
	}
	return line.String()
}
