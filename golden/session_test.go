package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestModes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		golden, ci, force, flag string
		want                    mode
		err                     string
	}{
		{golden: "", want: compare},
		{golden: "", ci: "true", want: compare},
		{golden: "verify", ci: "true", want: verify},
		{golden: "update", want: update},
		{golden: "new", want: fill},
		{golden: "review", want: review},
		{golden: "prune", want: prune},
		{golden: "update", ci: "true", err: "nothing is written where CI is set, unless GOLDEN_FORCE=1"},
		{golden: "new", ci: "1", err: "nothing is written"},
		{golden: "review", ci: "yes", err: "nothing is written"},
		{golden: "prune", ci: "true", err: "nothing is written"},
		{golden: "update", ci: "true", force: "0", err: "nothing is written"},
		{golden: "update", ci: "true", force: "1", want: update},
		{golden: "update", ci: "false", want: update},
		{golden: "update", ci: "0", want: update},
		{golden: "updte", err: `GOLDEN=updte: unknown mode (did you mean "update"?); there are update, new, review, prune, verify`},
		{golden: "1", err: "GOLDEN=1: unknown mode; there are"},
		{flag: "true", want: update},
		{flag: "false", want: compare},
		{flag: "true", ci: "true", err: "GOLDEN=update: nothing is written"},
		{golden: "new", flag: "true", want: fill},
	} {
		d := newDesk(t)
		d.env["GOLDEN"], d.env["CI"], d.env["GOLDEN_FORCE"], d.flags["update"] = c.golden, c.ci, c.force, c.flag
		got, err := d.mode()
		if c.err != "" {
			require.ErrorContains(t, err, c.err, "%+v", c)
			continue
		}
		require.NoError(t, err, "%+v", c)
		require.Equal(t, c.want, got, "%+v", c)
	}
}

func TestFlagsAreLookedUpAndNeverMade(t *testing.T) {
	t.Parallel()
	require.Empty(t, flagValue("update"), "this package registers no flag")
	require.NotEmpty(t, flagValue("test.count"))
}

func TestCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Equal(t, `GOLDEN=new go test . -run '^TestX$/^a\+b$'`, d.command(fill, "TestX/a+b"))
	require.Equal(t, `GOLDEN=new go test . -run '^TestX$/^it'\''s$'`, d.command(fill, "TestX/it's"))
	require.Equal(t, "once more with GOLDEN=update", d.command(update, ""))

	d.put(t, "go.mod", "module x\n")
	require.Equal(t, ".", d.pkg())
	deep := *d.session
	deep.dir = filepath.Join(d.dir, "fake", "shop")
	require.Equal(t, "./fake/shop", deep.pkg())
}

func TestNamesOfFiles(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	f, err := d.placeOf("TestX/sub_case/#01", "create", ".json")
	require.NoError(t, err)
	require.Equal(t, "testdata/golden/TestX/sub_case/#01/create.json", f.rel)
	require.Equal(t, filepath.Join(d.dir, "testdata", "golden", "TestX", "sub_case", "#01", "create.json"), f.path)

	for name, want := range map[string]string{
		"":                           "is empty or begins with a dot",
		".hidden":                    "begins with a dot",
		"..":                         "begins with a dot",
		"a/b":                        "a file name cannot have",
		`a\b`:                        "a file name cannot have",
		"a:b":                        "a file name cannot have",
		"what?":                      "a file name cannot have",
		"a\x01":                      "a file name cannot have",
		"CON":                        "is a device on Windows",
		"nul.x":                      "is a device on Windows",
		"Com1":                       "is a device on Windows",
		"lpt9 .x":                    "is a device on Windows",
		"com¹":                       "is a device on Windows",
		"conin$":                     "is a device on Windows",
		string(make([]byte, 0, 1)):   "is empty",
		"x" + string(manyBytes(200)): "longer than 200 bytes",
	} {
		err := checkName(name)
		require.ErrorContains(t, err, want, "%q", name)
	}
	for _, name := range []string{"a.", "a "} {
		require.ErrorContains(t, checkName(name), "which Windows drops")
	}
	for _, name := range []string{"CONS", "com", "com10", "nul_x", "Anna's 2 carts", "naïve", "a..b"} {
		require.NoError(t, checkName(name))
	}
	_, err = d.placeOf("TestX/a:b", "create", ".json")
	require.ErrorContains(t, err, `name "a:b"`)
	_, err = d.placeOf("", "create", ".json")
	require.ErrorContains(t, err, "is empty")
}

func manyBytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'x'
	}
	return b
}

func TestCaseClashOnDisk(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.env["GOLDEN"] = "update"
	d.put(t, "testdata/golden/TestCart/Create.golden", "x")
	s := d.asText("TestCart", "create", "y")
	require.Contains(t, s.text(), "error: golden: testdata/golden/TestCart/create.golden: testdata/golden/TestCart/create.golden and testdata/golden/TestCart/Create.golden differ in the case of letters alone")
	s = d.asText("TestCARTS", "a", "y")
	require.False(t, s.failed, s.text())
	d.rerun()
	s = d.asText("TestCart/x", "a", "y")
	require.False(t, s.failed, s.text())
	d.put(t, "testdata/golden/testcart/b.golden", "x")
	s = d.asText("TestCart", "other", "y")
	require.Contains(t, s.text(), "testdata/golden/TestCart and testdata/golden/testcart differ in the case of letters alone")
	_, err := os.Stat(filepath.Join(d.dir, "testdata", "golden", "TestCart", "other.golden"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// What a test uses is listed for the command, whether it fits or not.
func TestUsedGoldensAreListed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.env["GOLDEN_USED"] = filepath.Join(d.dir, "used")
	d.put(t, "testdata/golden/TestX/a.golden", "x")
	d.asText("TestX", "a", "x")
	d.asText("TestX", "b", "y")
	require.Error(t, d.check("x.json", []byte("1"), nil), "it is missing")
	require.Equal(t, []string{"TestX/a.golden", "TestX/b.golden", "x.json"}, strings.Split(strings.ReplaceAll(strings.TrimSpace(d.get(t, "used")),
		absolute(filepath.Join(d.dir, "testdata", "golden"))+string(filepath.Separator), ""), "\n"))

	d.env["GOLDEN_USED"] = filepath.Join(d.dir, "no", "such", "folder")
	require.Contains(t, d.asText("TestX", "a", "x").text(), "fatal: golden: testdata/golden/TestX/a.golden: GOLDEN_USED: ")
}
