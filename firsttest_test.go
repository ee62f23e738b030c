package cartdouble_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// breakable is a line of the README's first test that asks to be broken, with
// what is to stand there instead.
var breakable = regexp.MustCompile(`(?m)^(\t*)[^\t\n].* // break me: (.*)$`)

// newcomer runs the README's first test as somebody would who has just heard of
// the module: from an empty folder outside of it, with the checkout for a module.
func newcomer(t *testing.T, shopTest string) (output string, err error) {
	t.Helper()
	root, err := os.Getwd() // of the module: this file stands there
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	modFile, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod := strings.Replace(string(modFile), "module "+modulePath, "module example.com/newcomer", 1)
	mod += "\nrequire " + modulePath + " v0.0.0\n\nreplace " + modulePath + " => " + root + "\n"
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go.mod": mod, "go.sum": string(sum), "shop_test.go": shopTest} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "PWD="+dir)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestFirstTestPassesAndFindsBrokenClients(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("docs", "example", "shop_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	whole := string(text)
	lines := breakable.FindAllStringSubmatchIndex(whole, -1)
	if len(lines) != 3 {
		t.Fatalf("the first test has %d lines to break, want 3", len(lines))
	}
	t.Run("whole", func(t *testing.T) {
		t.Parallel()
		if out, err := newcomer(t, whole); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	// Each failure names the call, the clause and the check.
	for i, want := range [][]string{
		{"FAIL CFN-PAGE-01", "cartfunnel:94-96", "GET /v1/customers.json?page=1"},
		{"GEN-DUP-01", "CF-24", "#2 POST /v1/customers.json"},
		{"FAIL CFN-SAVE-01", "cartfunnel:43-46", "#1 POST /v1/customers.json"},
	} {
		at := lines[i]
		broken := whole[:at[0]] + whole[at[2]:at[3]] + whole[at[4]:at[5]] + whole[at[1]:]
		t.Run(whole[at[4]:at[5]], func(t *testing.T) {
			t.Parallel()
			out, err := newcomer(t, broken)
			if err == nil {
				t.Fatal("the broken client passes")
			}
			for _, words := range want {
				if !strings.Contains(out, words) {
					t.Errorf("%q is not in the failure:\n%s", words, out)
				}
			}
		})
	}
}
