// Package cartdouble_test holds the rules of the house: what is true of the
// module as a whole, and of no package alone. Each rule is a function from the
// sources of a tree to a list of sentences about what is wrong, and is tried
// on a small tree that breaks it as well as on the module itself.
package cartdouble_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

const modulePath = "github.com/cartdouble/cartdouble"

// A source is one Go file of the module, parsed with its comments.
type source struct {
	Path string // from the root of the module, with slashes
	Dir  string // "." for the root
	Test bool
	Text []byte
	File *ast.File
}

// A tree is all that the rules look at.
type tree struct {
	FS      fs.FS
	Fset    *token.FileSet
	Sources []source
}

// load reads and parses every Go file of the module. Folders that the go
// command passes over, and other modules below this one, are left out.
func load(fsys fs.FS) (*tree, error) {
	t := &tree{FS: fsys, Fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && (ignored(d.Name()) || exists(fsys, path.Join(name, "go.mod"))) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(t.Fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		t.Sources = append(t.Sources, source{
			Path: name,
			Dir:  path.Dir(name),
			Test: strings.HasSuffix(name, "_test.go"),
			Text: text,
			File: file,
		})
		return nil
	})
	return t, err
}

func ignored(dir string) bool {
	return dir == "testdata" || dir == "vendor" || strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_")
}

func exists(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, name)
	return err == nil
}

// dirs lists the folders with Go files that are no tests.
func (t *tree) dirs() []string {
	var dirs []string
	for _, s := range t.Sources {
		if !s.Test && !slices.Contains(dirs, s.Dir) {
			dirs = append(dirs, s.Dir)
		}
	}
	return dirs
}

// in gives the sources of one folder.
func (t *tree) in(dir string) []source {
	var found []source
	for _, s := range t.Sources {
		if s.Dir == dir {
			found = append(found, s)
		}
	}
	return found
}

// at names the place of a node: "fake/match.go:12".
func (t *tree) at(n ast.Node) string {
	p := t.Fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}

// slice gives the text of a source between two places, without the white space
// on the right and the blank lines before.
func (t *tree) slice(s source, from, to token.Pos) string {
	text := string(s.Text[t.Fset.Position(from).Offset:t.Fset.Position(to).Offset])
	return strings.TrimLeft(strings.TrimRight(text, " \t\r\n"), "\r\n")
}

// importsOf lists the paths that a source imports.
func importsOf(s source) []string {
	var paths []string
	for _, spec := range s.File.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

var loadHouse = sync.OnceValues(func() (*tree, error) { return load(os.DirFS(".")) })

// house is the module itself.
func house(t *testing.T) *tree {
	t.Helper()
	h, err := loadHouse()
	if err != nil {
		t.Fatalf("the module does not parse: %v", err)
	}
	return h
}

// files is a small tree made for one test, from pairs of name and text.
func files(t *testing.T, namesAndTexts ...string) *tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for pair := range slices.Chunk(namesAndTexts, 2) {
		fsys[pair[0]] = &fstest.MapFile{Data: []byte(pair[1])}
	}
	small, err := load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return small
}

// holds fails the test for each thing that is wrong.
func holds(t *testing.T, wrong []string) {
	t.Helper()
	for _, w := range wrong {
		t.Error(w)
	}
}

// finds fails unless each of the wanted words is in the finding of its place,
// and there are no others.
func finds(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d findings, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("finding %d is %q, want one with %q", i+1, got[i], want[i])
		}
	}
}

func TestLoadPassesOverWhatGoPassesOver(t *testing.T) {
	t.Parallel()
	small := files(t,
		"a.go", "package a",
		"b/b_test.go", "package b",
		"b/testdata/c.go", "package c",
		".d/d.go", "package d",
		"_e/e.go", "package e",
		"f/go.mod", "module f",
		"f/f.go", "package f",
	)
	var got []string
	for _, s := range small.Sources {
		got = append(got, fmt.Sprintf("%s %t", s.Path, s.Test))
	}
	if want := []string{"a.go false", "b/b_test.go true"}; !slices.Equal(got, want) {
		t.Errorf("loaded %q, want %q", got, want)
	}
}

// rootCode finds code in the root. The root is documentation and rules: a
// program imports the packages below.
func rootCode(t *tree) []string {
	var wrong []string
	for _, s := range t.in(".") {
		if !s.Test || s.File.Name.Name != "cartdouble_test" {
			wrong = append(wrong, s.Path+": the root of the module holds only tests of package cartdouble_test")
		}
	}
	return wrong
}

func TestRootHasNoCode(t *testing.T) {
	t.Parallel()
	holds(t, rootCode(house(t)))
	small := files(t, "a.go", "package cartdouble", "b_test.go", "package cartdouble", "c_test.go", "package cartdouble_test", "d/d.go", "package d")
	finds(t, rootCode(small), "a.go:", "b_test.go:")
}
