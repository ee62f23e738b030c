package cartdouble_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

const apiHeader = "# The exported API of this package. API=update go test . in the root of the module rewrites it.\n"

// A library package lists what it exports in its api.txt, so that a change of
// it is a diff in a review.
func TestExportedAPIIsListed(t *testing.T) {
	t.Parallel()
	h := house(t)
	lists := apiLists(h)
	if os.Getenv("API") == "update" {
		if err := writeAPI(lists); err != nil {
			t.Fatal(err)
		}
		return
	}
	holds(t, wrongAPI(h.FS, lists))
}

// apiLists gives the text of each api.txt, by path.
func apiLists(t *tree) map[string]string {
	lists := map[string]string{}
	for _, dir := range t.dirs() {
		if unit, _ := unitOf(dir); unit == "cmd" || slices.Contains(strings.Split(dir, "/"), "internal") {
			continue
		}
		lists[path.Join(dir, "api.txt")] = apiHeader + strings.Join(exportedAPI(t, dir), "\n") + "\n"
	}
	return lists
}

// wrongAPI compares the lists on disk with what they should be.
func wrongAPI(fsys fs.FS, lists map[string]string) []string {
	var wrong []string
	for name, want := range lists {
		have, err := fs.ReadFile(fsys, name)
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v; API=update go test . writes it", name, err))
			continue
		}
		if diff := diffLines(string(have), want); diff != "" {
			wrong = append(wrong, fmt.Sprintf("%s differs from the code (-listed +exported); API=update go test . rewrites it:\n%s", name, diff))
		}
	}
	_ = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && name != "." && ignored(d.Name()) {
			return fs.SkipDir
		}
		if err == nil && d.Name() == "api.txt" && lists[name] == "" {
			wrong = append(wrong, name+": lists the API of no library package")
		}
		return err
	})
	slices.Sort(wrong)
	return wrong
}

func writeAPI(lists map[string]string) error {
	for name, text := range lists {
		if have, err := os.ReadFile(name); err == nil && bytes.Equal(have, []byte(text)) {
			continue
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

const apiSample = `// Package a is a sample.
package a

import "io"

type Op = string

// Kinds.
const (
	First Kind = iota
	Second
	third
)

const List, hidden Op = "List", "x"

var ErrGone, other = io.EOF, 1

type Kind int

func (k Kind) String() string { return "" }

type (
	// Box holds one.
	Box[K comparable, V any] struct {
		*io.PipeReader
		Kind // embedded
		A, B map[K]V ` + "`json:\"a\"`" + ` // shape
		c    int
		D    struct {
			E int
			F string
		}
		kinds
	}
	kinds []Kind
	Maker interface {
		io.Reader
		Make(n int) (kinds, error)
		hide()
	}
	List2 []func(a, b int) error
)

func (b *Box[K, V]) Put(key K, value ...V) (old V) { panic(0) }
func (b *Box[K, V]) put() {}
func (k kinds) Len() int { return len(k) }

// New makes a box.
func New[K comparable](
	f func(k K) bool, // asked
	o ...Op,
) (*Box[K, int], error) { return nil, nil }

func private() {}
`

func TestExportedAPIOfASample(t *testing.T) {
	t.Parallel()
	small := files(t, "a/a.go", apiSample, "a/b_test.go", "package a\n\nfunc InTest() {}\n")
	want := []string{
		`const First Kind = iota`,
		`const List Op = "List"`,
		`const Second`,
		`func New[K comparable](f func(k K) bool, o ...Op) (*Box[K, int], error)`,
		`type Box[K comparable, V any] struct`,
		`type Box, *io.PipeReader`,
		`type Box, A map[K]V`,
		`type Box, B map[K]V`,
		`type Box, D struct { E int; F string }`,
		`type Box, Kind`,
		`type Box, func (*Box[K, V]) Put(key K, value ...V) (old V)`,
		`type Kind int`,
		`type Kind, func (Kind) String() string`,
		`type List2 []func(a, b int) error`,
		`type Maker interface`,
		`type Maker, Make(n int) (kinds, error)`,
		`type Maker, io.Reader`,
		`type Maker, unexported methods`,
		`type Op = string`,
		`var ErrGone`,
	}
	if diff := diffLines(strings.Join(exportedAPI(small, "a"), "\n"), strings.Join(want, "\n")); diff != "" {
		t.Errorf("(-got +want)\n%s", diff)
	}
}

func TestWrongAPIIsFound(t *testing.T) {
	t.Parallel()
	small := files(t,
		"fake/x.go", "package fake\n\nfunc F() {}\n",
		"fake/internal/y/y.go", "package y\n\nfunc G() {}\n",
		"golden/z.go", "package golden\n\nfunc H(n int) {}\n",
		"golden/api.txt", apiHeader+"func H()\n",
		"conformance/c.go", "package conformance\n",
		"conformance/api.txt", apiHeader+"\n",
		"cmd/x/main.go", "package main\n\nfunc I() {}\n",
		"old/api.txt", "",
	)
	got := wrongAPI(small.FS, apiLists(small))
	finds(t, got, "fake/api.txt: open fake/api.txt", "golden/api.txt differs from the code", "old/api.txt: lists the API of no library package")
	if !strings.Contains(got[1], "func H(n int)") {
		t.Errorf("no diff in %q", got[1])
	}
}
