// Package goldens knows how goldens stand on disk: which files of a package are
// some, and which test owns each. Package golden and the command share it.
package goldens

import (
	"errors"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Dir is where goldens stand, from the folder of their package.
const Dir = "testdata/golden"

// Files lists the goldens of the package in a folder, with slashes, from that
// folder.
func Files(dir string) ([]string, error) {
	var found []string
	base := filepath.Join(dir, filepath.FromSlash(Dir))
	err := filepath.WalkDir(base, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		switch path.Ext(d.Name()) {
		case ".golden", ".json", ".txtar":
			rel, err := filepath.Rel(base, name)
			found = append(found, Dir+"/"+filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return found, err
}

// Owner names the function that a golden of Files belongs to: that of its
// folder, or of its operation where it stands flat. "" where the name says
// nothing.
func Owner(file string) string {
	name := strings.TrimPrefix(file, Dir+"/")
	owner, _, nested := strings.Cut(name, "/")
	if !nested {
		owner = FlatOwner(name)
		if path.Ext(name) != ".txtar" {
			return ""
		}
	}
	for _, prefix := range []string{"Test", "Benchmark", "Fuzz", "Example"} {
		if strings.HasPrefix(owner, prefix) {
			return owner
		}
	}
	return ""
}

// FlatOwner names the test that a flat golden belongs to: TestOp for Op_1.
func FlatOwner(name string) string {
	op, _, _ := strings.Cut(strings.TrimSuffix(name, ".txtar"), "_")
	return "Test" + op
}

// A Test is what the sources say about one function of a test file.
type Test struct {
	Elsewhere bool // its file has a build constraint: perhaps it is not in this binary
	Runs      bool // whenever everything runs: it is no benchmark and no example
	Skips     bool // it may end early of its own accord, or calls what may
	mentions  map[string]bool
}

// Tests reads the functions of the test files of the package in a folder.
func Tests(dir string) (map[string]Test, error) {
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	found := map[string]Test{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		elsewhere := constrained(e.Name(), file)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				name := f.Name.Name
				found[name] = Test{
					Elsewhere: elsewhere,
					Runs:      strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz"),
					mentions:  names(f),
				}
			}
		}
	}
	markSkips(found)
	return found, nil
}

// names lists the identifiers in a function.
func names(f *ast.FuncDecl) map[string]bool {
	found := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			found[id.Name] = true
		}
		return true
	})
	return found
}

// markSkips finds the functions that may skip a test, and those that mention
// one of them.
func markSkips(all map[string]Test) {
	for again := true; again; {
		again = false
		for name, f := range all {
			skips := f.mentions["Skip"] || f.mentions["Skipf"] || f.mentions["SkipNow"]
			for other := range f.mentions {
				skips = skips || all[other].Skips
			}
			if skips && !f.Skips {
				f.Skips, again = true, true
				all[name] = f
			}
		}
	}
}

// constrained reports whether a file may be left out of a build, by a comment
// or by its name (x_windows_test.go).
func constrained(name string, file *ast.File) bool {
	if parts := strings.Split(strings.TrimSuffix(name, "_test.go"), "_"); len(parts) > 1 {
		last := parts[len(parts)-1]
		if isPlatform[last] {
			return true
		}
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if c.Pos() < file.Package && constraint.IsGoBuild(c.Text) {
				return true
			}
		}
	}
	return false
}

// isPlatform has the words that a file name can end in to be built for one
// system or architecture only. Common ones do: a name too many costs nothing
// but silence.
var isPlatform = map[string]bool{
	"aix": true, "android": true, "darwin": true, "dragonfly": true, "freebsd": true, "illumos": true, "ios": true,
	"js": true, "linux": true, "netbsd": true, "openbsd": true, "plan9": true, "solaris": true, "wasip1": true, "windows": true,
	"386": true, "amd64": true, "arm": true, "arm64": true, "loong64": true, "mips": true, "mips64": true, "mips64le": true,
	"mipsle": true, "ppc64": true, "ppc64le": true, "riscv64": true, "s390x": true, "wasm": true,
}
