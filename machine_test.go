package cartdouble_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// homePath finds the path of somebody's home folder, on any system. What
// stands before it tells it from the middle of a longer path or URL.
var homePath = regexp.MustCompile(`(?:^|[^\w./:~-])((?:/home/|/Users/)[\w.-]+/|/ro{2}t/|[A-Za-z]:\\+Users\\+)`)

// homes has a part of whatever homePath finds; most lines have none of them and
// are spared the pattern.
var homes = [][]byte{[]byte("/home/"), []byte("/Users/"), []byte("/ro" + "ot/"), []byte(`Users\`)}

// machinePaths finds the paths of a build machine in every file of the module:
// of a home folder, and of the checkout, unless that is one short word.
func machinePaths(fsys fs.FS, checkout string) ([]string, error) {
	var wrong []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" || d.Name() == "_artifacts" {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || strings.HasSuffix(name, ".test") || strings.HasSuffix(name, ".prof") {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		for i, line := range bytes.Split(text, []byte("\n")) {
			var found [][]byte
			if slices.ContainsFunc(homes, func(home []byte) bool { return bytes.Contains(line, home) }) {
				found = homePath.FindSubmatch(line)
			}
			switch {
			case found != nil:
				wrong = append(wrong, fmt.Sprintf("%s:%d: path of a machine: %s", name, i+1, found[1]))
			case strings.Count(checkout, "/") > 1 && bytes.Contains(line, []byte(checkout)):
				wrong = append(wrong, fmt.Sprintf("%s:%d: path of a machine: %s", name, i+1, checkout))
			}
		}
		return nil
	})
	return wrong, err
}

// Nothing in the module knows where it was written.
func TestNoPathOfAMachine(t *testing.T) {
	t.Parallel()
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := machinePaths(os.DirFS("."), filepath.ToSlash(here))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, wrong)
}

func TestMachinePathsAreFound(t *testing.T) {
	t.Parallel()
	small := files(t,
		".ci/run", "cd /home"+"/ann/src",
		"a.txt", "see \"/Users"+"/ann/x\"\nor C:"+`\Users\ann`,
		"b.txt", "built in /srv/build/tree/b.go\n/srv/build",
		"c.txt", "(/ro"+"ot/go)",
		"d.txt", "https://example.com/home/ann/ x/root/y ./root/z GET /users/7/ /homes/a/",
	)
	wrong, err := machinePaths(small.FS, "/srv/build/tree")
	if err != nil {
		t.Fatal(err)
	}
	finds(t, wrong, ".ci/run:1:", "a.txt:1:", "a.txt:2:", "b.txt:1:", "c.txt:1:")

	wrong, err = machinePaths(small.FS, "/srv")
	if err != nil {
		t.Fatal(err)
	}
	finds(t, wrong, ".ci/run:1:", "a.txt:1:", "a.txt:2:", "c.txt:1:")
}

var directive = regexp.MustCompile(`(?m)^(replace|tool|exclude)\b.*`)

// wrongDirectives finds lines of a go.mod that a user's build would not see,
// or would have to follow: the module is its own code and what it requires.
func wrongDirectives(gomod string) []string {
	return directive.FindAllString(gomod, -1)
}

func TestModuleFileOnlyRequires(t *testing.T) {
	t.Parallel()
	gomod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range wrongDirectives(string(gomod)) {
		t.Errorf("go.mod: %s", line)
	}
}

func TestWrongDirectivesAreFound(t *testing.T) {
	t.Parallel()
	const gomod = "module a\n\ngo 1.25.0\n\nrequire example.com/replace v1.0.0\n\nreplace a => ../a\n\ntool (\n\tb\n)\n"
	finds(t, wrongDirectives(gomod), "replace a => ../a", "tool (")
}
