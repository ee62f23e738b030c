package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shell runs the command and gives what it printed, both ways.
func shell(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(context.Background(), args, &o, &e)
	return code, o.String(), e.String()
}

// lay writes files of a folder.
func lay(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
}

// reviewing is a folder in which a review left two goldens that differ and a
// new one.
func reviewing(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	lay(t, dir, map[string]string{
		"shop/testdata/golden/TestCreate/a.json":         "{\n  \"id\": 1\n}\n",
		"shop/testdata/golden/TestCreate/a.json.got":     "{\n  \"id\": 2\n}\n",
		"shop/testdata/golden/TestCreate/b.json":         "1\n",
		"cart/testdata/golden/TestDelete/gone.txtar":     "old\n",
		"cart/testdata/golden/TestDelete/gone.txtar.got": "new\n",
		"cart/testdata/golden/TestDelete/more.json.got":  "3\n",
		"cart/notes.got": "no golden",
	})
}

func TestGoldenDiffShowsWhatWaits(t *testing.T) {
	reviewing(t)
	code, out, errs := shell("golden", "diff")
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "shop/testdata/golden/TestCreate/a.json (-want +got):\n")
	require.Regexp(t, `-\s+.*id.*1`, out)
	require.Regexp(t, `\+\s+.*id.*2`, out)
	require.Contains(t, out, "cart/testdata/golden/TestDelete/more.json is new:\n3\n")
	require.NotContains(t, out, "notes")
	require.Equal(t, "cartdouble golden: 3 goldens differ; cartdouble golden accept takes them over\n", errs)
}

func TestGoldenAcceptTakesOverWhatFits(t *testing.T) {
	for _, c := range []struct {
		pattern string
		want    []string
	}{
		{"", []string{"TestCreate/a.json", "TestDelete/gone.txtar", "TestDelete/more.json"}},
		{"TestCreate", []string{"TestCreate/a.json"}},
		{"TestCreate/", []string{"TestCreate/a.json"}},
		{"./cart/testdata", []string{"TestDelete/gone.txtar", "TestDelete/more.json"}},
		{"*.json", []string{"TestCreate/a.json", "TestDelete/more.json"}},
		{"TestDelete/m*.json.got", []string{"TestDelete/more.json"}},
	} {
		t.Run(c.pattern, func(t *testing.T) {
			reviewing(t)
			args := []string{"golden", "accept"}
			if c.pattern != "" {
				args = append(args, c.pattern)
			}
			code, out, errs := shell(args...)
			require.Equal(t, exitOK, code, errs)
			var accepted []string
			for line := range strings.Lines(out) {
				name, ok := strings.CutPrefix(strings.TrimSpace(line), "accepted ")
				require.True(t, ok, line)
				require.NoFileExists(t, name+".got")
				require.FileExists(t, name)
				_, short, _ := strings.Cut(name, "/golden/")
				accepted = append(accepted, short)
			}
			require.ElementsMatch(t, c.want, accepted)
		})
	}
}

func TestGoldenAcceptHasNewContent(t *testing.T) {
	reviewing(t)
	code, _, _ := shell("golden", "accept", "a.json")
	require.Equal(t, exitOK, code)
	text, err := os.ReadFile("shop/testdata/golden/TestCreate/a.json")
	require.NoError(t, err)
	require.Equal(t, "{\n  \"id\": 2\n}\n", string(text))
	require.FileExists(t, "cart/testdata/golden/TestDelete/gone.txtar.got", "what does not fit stays")
}

func TestGoldenSaysWhatIsWrong(t *testing.T) {
	reviewing(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exitUsage, "which of diff, accept and stale?"},
		{[]string{"acept"}, exitUsage, `unknown golden command "acept" (did you mean accept?)`},
		{[]string{"diff", "a", "b"}, exitUsage, `unexpected "b"; diff takes one pattern`},
		{[]string{"diff", "[a"}, exitUsage, `pattern "[a": syntax error in pattern`},
		{[]string{"accept", "TestCreat"}, exitFailed, `nothing that fits "TestCreat" waits for review`},
		{[]string{"stale", "-v"}, exitUsage, `unexpected "-v"; stale takes packages only`},
		{[]string{"stale", "./nowhere"}, exitFailed, "go list: "},
	} {
		code, _, errs := shell(append([]string{"golden"}, c.args...)...)
		require.Equal(t, c.code, code, c.args)
		require.Contains(t, errs, "cartdouble golden: "+c.want)
	}
	code, out, _ := shell("golden", "-h")
	require.Equal(t, exitOK, code)
	require.Equal(t, goldenUsage, out)

	t.Chdir(t.TempDir())
	code, out, _ = shell("golden", "diff")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "nothing waits for review")
}

const staleTests = `package shop

import (
	"os"
	"testing"

	"github.com/cartdouble/cartdouble/golden"
)

func TestUsed(t *testing.T)   { golden.Text(t, "a", "x") }
func TestUnused(t *testing.T) {}
func TestFails(t *testing.T)  { t.Fatal("as it should") }
func TestSkips(t *testing.T)  { t.Run("part", func(t *testing.T) { t.Skip("no") }) }
func Example_used() {
	if err := golden.Check("Example_used/b.json", []byte("1")); err != nil {
		os.Stdout.WriteString(err.Error())
	}
	// Output:
}
`

// module lays a module that uses this one, and goes there.
func module(t *testing.T, files map[string]string) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	dir := t.TempDir()
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	name, path := "example.com/newcomer", "github.com/cartdouble/cartdouble"
	text := strings.Replace(string(mod), "module "+path, "module "+name, 1)
	text += "\nrequire " + path + " v0.0.0\n\nreplace " + path + " => " + root + "\n"
	lay(t, dir, map[string]string{"go.mod": text, "go.sum": string(sum)})
	lay(t, dir, files)
	t.Chdir(dir)
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOWORK", "off")
}

func TestGoldenStaleRunsTheTests(t *testing.T) {
	module(t, map[string]string{
		"shop/shop_test.go":                               staleTests,
		"shop/linux.go":                                   "package shop\n",
		"shop/testdata/golden/TestUsed/a.golden":          "x",
		"shop/testdata/golden/TestUsed/old.golden":        "x",
		"shop/testdata/golden/TestUnused/a.golden":        "x",
		"shop/testdata/golden/TestGone/a.golden":          "x",
		"shop/testdata/golden/TestFails/a.golden":         "x",
		"shop/testdata/golden/TestSkips/a.golden":         "x",
		"shop/testdata/golden/Example_used/b.json":        "1\n",
		"shop/testdata/golden/BenchmarkIdle/a.json":       "1\n",
		"shop/bench_test.go":                              "package shop\n\nimport \"testing\"\n\nfunc BenchmarkIdle(b *testing.B) {}\n",
		"shop/testdata/golden/a-note-without-a-test.json": "1\n",
	})
	code, out, errs := shell("golden", "stale")
	require.Equal(t, exitFailed, code, errs)
	require.Equal(t, []string{
		"stale: shop/testdata/golden/TestGone/a.golden: there is no TestGone",
		"stale: shop/testdata/golden/TestUnused/a.golden: TestUnused passed and did not use it",
		"stale: shop/testdata/golden/TestUsed/old.golden: TestUsed passed and did not use it",
		"unknown: shop/testdata/golden/BenchmarkIdle/a.json: BenchmarkIdle did not run",
		"unknown: shop/testdata/golden/TestFails/a.golden: TestFails failed",
		"unknown: shop/testdata/golden/TestSkips/a.golden: TestSkips was skipped, or a part of it",
		"unknown: shop/testdata/golden/a-note-without-a-test.json: its name says no test",
	}, sorted(out))
	require.Equal(t, "cartdouble golden: 3 goldens are stale\n", errs)

	for _, name := range []string{"TestGone/a.golden", "TestUnused/a.golden", "TestUsed/old.golden"} {
		require.NoError(t, os.Remove(filepath.Join("shop", "testdata", "golden", filepath.FromSlash(name))))
	}
	code, out, errs = shell("golden", "stale", "./shop")
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "4 goldens are unknown; nothing else is stale\n")
}

// A package that cannot be tested is not said to have stale goldens.
func TestGoldenStaleTellsWhatDoesNotBuild(t *testing.T) {
	module(t, map[string]string{
		"shop/shop_test.go":                      "package shop\n\nimport \"testing\"\n\nfunc TestUsed(t *testing.T) { oops() }\n",
		"shop/testdata/golden/TestUsed/a.golden": "x",
	})
	code, out, errs := shell("golden", "stale")
	require.Equal(t, exitFailed, code)
	require.Empty(t, out)
	require.Contains(t, errs, "the tests of example.com/newcomer/shop do not run:")
	require.Contains(t, errs, "undefined: oops")
}

// sorted are the lines of an output, in the order of letters.
func sorted(out string) []string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	slices.Sort(lines)
	return lines
}
