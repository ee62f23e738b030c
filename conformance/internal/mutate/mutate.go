package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type outcome int

const (
	survived outcome = iota
	found
	idle
)

func (o outcome) String() string { return [...]string{"survives  ", "found     ", "never runs"}[o] }

// A change is one place of the source with what is done to it.
type change struct {
	number  int
	at      token.Position
	does    string // "not", "off by one"
	text    string // of the source
	edits   []edit
	outcome outcome
	by      string // what found it
}

func (c *change) String() string {
	text := strings.Join(strings.Fields(c.text), " ")
	if len(text) > 90 {
		text = text[:90] + "…"
	}
	return fmt.Sprintf("%s:%d: %s: %s", filepath.Base(c.at.Filename), c.at.Line, c.does, text)
}

// An edit puts a text into a file. Of those in one place, what begins earlier or
// ends later is outside.
type edit struct {
	file  string
	at    int
	text  string
	other int // where its other half is
}

// A source is a package, as texts and as types.
type source struct {
	files   map[string][]byte // by base name
	fset    *token.FileSet
	parsed  map[string]*ast.File
	info    *types.Info
	imports types.Importer
	whose   []*change
}

// load reads the package in a folder.
func load(dir string) (*source, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || names == nil {
		return nil, cmp.Or(err, fmt.Errorf("no package in %s; run it from the root of the module", dir))
	}
	p := &source{files: map[string][]byte{}}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if p.files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			return nil, err
		}
	}
	p.imports = importer.ForCompiler(token.NewFileSet(), "gc", nil)
	return p, p.check(p.files)
}

// check parses and type-checks files in place of those of the source.
func (p *source) check(files map[string][]byte) error {
	p.fset, p.parsed = token.NewFileSet(), map[string]*ast.File{}
	var all []*ast.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := parser.ParseFile(p.fset, name, files[name], parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		p.parsed[name] = f
		all = append(all, f)
	}
	p.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	c := types.Config{Importer: p.imports}
	_, err := c.Check("reference", p.fset, all, p.info)
	return err
}

// mutate changes the files that are wanted, all places at once, and gives the
// changes, each with its number.
func (p *source) mutate(wanted func(file string) bool) ([]*change, error) {
	if err := p.loosen(wanted); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(p.parsed)) {
		if wanted(name) {
			f := &finding{source: p, name: name}
			ast.Inspect(p.parsed[name], f.visit)
		}
	}
	changes := p.whose
	original := maps.Clone(p.files)
	original["mutant.go"] = []byte(switches)
	var good []*change
	if p.check(edited(original, changes...)) == nil {
		good = changes
	} else {
		for _, c := range changes {
			if p.check(edited(original, c)) == nil {
				good = append(good, c)
			}
		}
	}
	p.files = edited(original, good...)
	return good, p.check(p.files)
}

// loosen makes variables of constants, so that their numbers can change too. A
// constant that has to be one is left alone.
func (p *source) loosen(wanted func(file string) bool) error {
	for _, name := range slices.Sorted(maps.Keys(p.parsed)) {
		if !wanted(name) {
			continue
		}
		var places []int
		ast.Inspect(p.parsed[name], func(n ast.Node) bool {
			if d, is := n.(*ast.GenDecl); is && d.Tok == token.CONST {
				places = append(places, p.fset.Position(d.TokPos).Offset)
			}
			return true
		})
		for _, at := range slices.Backward(places) {
			text := p.files[name]
			looser := slices.Concat(text[:at], []byte("var  "), text[at+len("const"):])
			files := maps.Clone(p.files)
			files[name] = looser
			if p.check(files) == nil {
				p.files = files
			}
		}
	}
	return p.check(p.files)
}

// edited are files with changes in them.
func edited(files map[string][]byte, changes ...*change) map[string][]byte {
	byFile := map[string][]edit{}
	for _, c := range changes {
		for _, e := range c.edits {
			byFile[e.file] = append(byFile[e.file], e)
		}
	}
	out := maps.Clone(files)
	for name, edits := range byFile {
		slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.at, b.at), -cmp.Compare(a.other, b.other)) })
		var text bytes.Buffer
		last := 0
		for _, e := range edits {
			text.Write(files[name][last:e.at])
			text.WriteString(e.text)
			last = e.at
		}
		text.Write(files[name][last:])
		out[name] = text.Bytes()
	}
	return out
}

// switches is the file that says which change is on.
const switches = `package reference

import (
	"os"
	"strconv"
	"sync"
)

var (
	mutantOf, _ = strconv.Atoi(os.Getenv("MUTANT"))
	mutantSeen  sync.Map
)

func mutantOn(n int) bool {
	if file := os.Getenv("MUTANT_SEEN"); file != "" {
		if _, again := mutantSeen.LoadOrStore(n, true); !again {
			f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				panic(err)
			}
			f.WriteString(strconv.Itoa(n) + "\n")
			f.Close()
		}
	}
	return n == mutantOf
}

func mutantNot(n int, is bool) bool { return is != mutantOn(n) }

func mutantMore[T ~int | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64](n int, v T) T {
	if mutantOn(n) {
		v++
	}
	return v
}

func mutantEmpty[T ~string](n int, v T) T {
	if mutantOn(n) {
		return ""
	}
	return v
}

func mutantNil(n int, err error) error {
	if mutantOn(n) {
		return nil
	}
	return err
}
`
