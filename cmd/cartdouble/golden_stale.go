package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/cartdouble/cartdouble/internal/goldens"
)

// A testedPackage is a package whose tests ran: what became of each, and which
// goldens were used by any.
type testedPackage struct {
	dir   string
	ended map[string]string // root tests: "pass", or "fail" or "skip" of any part
	said  strings.Builder   // by no test in particular
	used  map[string]bool   // absolute paths
}

// testAll runs the tests of packages as go test names them. Tests may fail: then
// nothing is known of their goldens. What cannot be built is an error.
func testAll(ctx context.Context, patterns []string, errs io.Writer) ([]*testedPackage, error) {
	dir, err := os.MkdirTemp("", "cartdouble-golden-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	list := filepath.Join(dir, "used")
	byPath, tested, err := listPackages(ctx, patterns)
	if err != nil {
		return nil, err
	}
	test := exec.CommandContext(ctx, "go", append([]string{"test", "-json", "-count=1"}, patterns...)...)
	test.Env = append(os.Environ(), "GOLDEN=", "GOLDEN_USED="+list)
	var said bytes.Buffer
	test.Stdout, test.Stderr = &said, errs
	failed := test.Run()
	if failed != nil && !errors.As(failed, new(*exec.ExitError)) {
		return nil, failed
	}
	if err := readEvents(&said, byPath); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(list)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	used := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		used[strings.TrimSuffix(line, "\n")] = true
	}
	for _, p := range tested {
		p.used = used
	}
	return tested, nil
}

// listPackages asks go list for the folders of packages.
func listPackages(ctx context.Context, patterns []string) (map[string]*testedPackage, []*testedPackage, error) {
	list := exec.CommandContext(ctx, "go", append([]string{"list", "-f", "{{.ImportPath}}\t{{.Dir}}"}, patterns...)...)
	var said, complaint bytes.Buffer
	list.Stdout, list.Stderr = &said, &complaint
	if err := list.Run(); err != nil {
		return nil, nil, fmt.Errorf("go list: %w\n%s", err, strings.TrimSpace(complaint.String()))
	}
	byPath, tested := map[string]*testedPackage{}, []*testedPackage(nil)
	for line := range strings.Lines(said.String()) {
		importPath, dir, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		byPath[importPath] = &testedPackage{dir: dir, ended: map[string]string{}}
		tested = append(tested, byPath[importPath])
	}
	return byPath, tested, nil
}

// readEvents reads what go test -json says: how each test ended. A package that
// fails without a test, as one that cannot be built, is an error.
func readEvents(said io.Reader, byPath map[string]*testedPackage) error {
	var build strings.Builder
	for d := json.NewDecoder(said); ; {
		var e struct{ Action, Package, Test, Output string }
		switch err := d.Decode(&e); {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("go test -json: %w", err)
		}
		p := byPath[e.Package]
		switch {
		case e.Action == "build-output":
			build.WriteString(e.Output)
		case p == nil:
		case e.Test != "":
			p.end(e.Test, e.Action)
		case e.Action == "output":
			p.said.WriteString(e.Output)
		case e.Action == "fail" && len(p.ended) == 0:
			return fmt.Errorf("the tests of %s do not run:\n%s%s", e.Package, build.String(), strings.TrimSpace(p.said.String()))
		}
	}
}

// end notes how a test or a part of one ended. The worst of it counts.
func (p *testedPackage) end(test, action string) {
	root, _, isPart := strings.Cut(test, "/")
	switch {
	case action == "fail", action == "skip":
		p.ended[root] = action
	case action == "pass" && !isPart && p.ended[root] == "":
		p.ended[root] = action
	}
}

// A goldenUse is one golden file and what is known of its use: why it is stale,
// or why that is unknown, or that it is in use, with neither.
type goldenUse struct{ name, why, unknown string }

// stale looks at each golden of a package that no test used.
func (p *testedPackage) stale() ([]goldenUse, error) {
	files, err := goldens.Files(p.dir)
	if err != nil || len(files) == 0 {
		return nil, err
	}
	tests, err := goldens.Tests(p.dir)
	if err != nil {
		return nil, err
	}
	var uses []goldenUse
	for _, rel := range files {
		name := filepath.Join(p.dir, filepath.FromSlash(rel))
		if p.used[name] {
			continue
		}
		use := goldenUse{name: shown(name)}
		owner := goldens.Owner(rel)
		switch t, exists := tests[owner]; {
		case owner == "":
			use.unknown = "its name says no test"
		case !exists:
			use.why = "there is no " + owner
		case p.ended[owner] == "pass":
			use.why = owner + " passed and did not use it"
		case p.ended[owner] != "":
			use.unknown = map[string]string{"fail": owner + " failed", "skip": owner + " was skipped, or a part of it"}[p.ended[owner]]
		case t.Elsewhere:
			use.unknown = owner + " is not built here"
		default:
			use.unknown = owner + " did not run"
		}
		uses = append(uses, use)
	}
	return uses, nil
}

// shown is a path as one would type it.
func shown(name string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, name); err == nil && !strings.HasPrefix(rel, "..") {
			return filepath.ToSlash(rel)
		}
	}
	return name
}
