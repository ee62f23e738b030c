package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const client = `package reference

import (
	"errors"
	"fmt"
)

const most = 10

type Bug struct{ Name string }

func (b *Bug) is(name string) bool { return b != nil && b.Name == name }

func Pages(b *Bug, records, size int) (n int, err error) {
	if b.is("CFN-PAGE-01a") {
		return 1, nil
	}
	for left := records; left > 0; left -= size {
		if n++; n >= most && !b.is("CFN-PAGE-02b") {
			return n, errors.New("too many")
		}
	}
	switch {
	case b.is("CFN-PAGE-02a"):
		n = 7
	case n == 0, records < 0:
		n = 1
	}
	if err := check(n); err != nil {
		return 0, fmt.Errorf("page %d: %w", n, err)
	}
	return n, nil
}

func check(n int) error {
	if n != 3 {
		return nil
	}
	return errNo
}

var errNo = errors.New("no")
`

// changed are the changes of the client above.
func changed(t *testing.T) (*source, []*change) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "client.go"), []byte(client), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	changes, err := p.mutate(func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	return p, changes
}

func TestChanges(t *testing.T) {
	t.Parallel()
	_, changes := changed(t)
	var got []string
	for i, c := range changes {
		if c.number != i+1 {
			t.Errorf("%v has the place %d", c, i+1)
		}
		got = append(got, fmt.Sprintf("%d %s: %s", c.at.Line, c.does, c.text))
	}
	want := []string{
		"8 one more: 10",
		"18 with its bound: left > 0", "18 not: left > 0", "18 one more: 0", "19 without its bound: n >= most", "19 not: n >= most",
		`20 no error: errors.New("too many")`,
		"26 not: n == 0", "26 one more: 0", "26 with its bound: records < 0", "26 not: records < 0", "26 one more: 0", "27 left out: n = 1", "27 one more: 1",
		"29 not: err != nil", `30 no error: fmt.Errorf("page %d: %w", n, err)`, "30 one more: 0",
		"36 not: n != 3", "36 one more: 3", "39 no error: errNo",
	}
	if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
}

// The source stands as it is while no change is on, and each is a line of its own.
func TestChangedSourceIsWhole(t *testing.T) {
	t.Parallel()
	p, changes := changed(t)
	text := string(p.files["client.go"])
	for _, want := range []string{"var   most = mutantMore[int](1, 10)", `b.is("CFN-PAGE-01a") {`, `errors.New("too many")`} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
	if a, b := strings.Count(text, "\n"), strings.Count(client, "\n"); a != b {
		t.Errorf("%d lines, want %d", a, b)
	}
	for _, c := range changes {
		if !strings.Contains(text, fmt.Sprintf("(%d", c.number)) {
			t.Errorf("%v is nowhere in:\n%s", c, text)
		}
	}
	if p.files["mutant.go"] == nil {
		t.Error("nothing says which change is on")
	}
}

func TestFinder(t *testing.T) {
	t.Parallel()
	for out, want := range map[string]string{
		"x\n    FAIL CFN-GET-01  that record   MUST\n": "CFN-GET-01 that record MUST",
		"FAIL\nFAIL github.com/x\npanic: no":           "the end of the program, or none in a minute",
	} {
		if got := finder([]byte(out)); got != want {
			t.Errorf("%q is found by %q, want %q", out, got, want)
		}
	}
}

func TestNoPackage(t *testing.T) {
	t.Parallel()
	if _, err := load(t.TempDir()); err == nil || !strings.Contains(err.Error(), "root of the module") {
		t.Errorf("got %v", err)
	}
}
