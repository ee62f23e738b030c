package golden

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A suite is a run of the tests of a desk's package.
type suite struct {
	code int
	run  func()
}

func (w suite) Run() int {
	if w.run != nil {
		w.run()
	}
	return w.code
}

// ends gives the code that Main exits with, and what it prints.
func (d *desk) ends(w suite) (int, string) {
	var out strings.Builder
	d.rerun()
	code := d.main(w, &out)
	return code, out.String()
}

// used is a run in which TestUsed compares its golden.
func (d *desk) used() { d.asText("TestUsed", "a", "x") }

// packaged is a desk with the sources of some tests.
func packaged(t *testing.T) *desk {
	d := newDesk(t)
	d.put(t, "go.mod", "module x\n")
	d.put(t, "a_test.go", `package a
func TestUsed(t *testing.T) {}
func TestUnused(t *testing.T) {}
func TestOp(t *testing.T) {}
func TestSkipping(t *testing.T) { t.Run("x", func(t *testing.T) { t.SkipNow() }) }
func TestSkippingBeneath(t *testing.T) { helper(t) }
func helper(t *testing.T) { deeper(t) }
func deeper(t *testing.T) { t.Skip("no") }
func BenchmarkA(b *testing.B) {}
func ExampleA() {}
`)
	d.put(t, "b_linux_test.go", "package a_test\nfunc TestLinux(t *testing.T) {}\n")
	d.put(t, "c_test.go", "//go:build special\n\npackage a_test\nfunc TestTagged(t *testing.T) {}\n")
	d.put(t, "a.go", "package a\nfunc TestNoTest() {}\n")
	d.put(t, "testdata/golden/TestUsed/a.golden", "x")
	return d
}

const (
	gone   = "golden: stale: testdata/golden/TestGone/deep/a.json: there is no TestGone\n"
	unused = "golden: stale: testdata/golden/TestUnused/a.golden: TestUnused passed and did not use it\n"
	flat   = "golden: stale: testdata/golden/Op_1.txtar: TestOp passed and did not use it\n"
	advice = "golden: remove them: GOLDEN=prune go test .\n"
)

func TestStaleGoldensFailTheRun(t *testing.T) {
	t.Parallel()
	d := packaged(t)
	code, out := d.ends(suite{run: d.used})
	require.Zero(t, code)
	require.Empty(t, out)

	d.put(t, "testdata/golden/TestGone/deep/a.json", "1\n")
	d.put(t, "testdata/golden/TestUnused/a.golden", "x")
	d.put(t, "testdata/golden/Op_1.txtar", "x")
	for _, certain := range []string{"NoTest/a.golden", "notes.golden", "README.md", ".gitattributes", "TestUsed/a.golden.got"} {
		d.put(t, "testdata/golden/"+certain, "x")
	}
	code, out = d.ends(suite{run: d.used})
	require.Equal(t, 1, code)
	require.Equal(t, flat+gone+unused+advice, out)
}

func TestStaleIsOnlyWhatIsCertain(t *testing.T) {
	t.Parallel()
	d := packaged(t)
	for _, unknown := range []string{"TestSkipping", "TestSkippingBeneath", "TestLinux", "TestTagged", "BenchmarkA", "ExampleA"} {
		d.put(t, "testdata/golden/"+unknown+"/a.golden", "x")
	}
	code, out := d.ends(suite{run: d.used})
	require.Zero(t, code)
	require.Empty(t, out)

	d.put(t, "testdata/golden/TestGone/deep/a.json", "1\n")
	d.put(t, "testdata/golden/TestUnused/a.golden", "x")
	for flag, value := range map[string]string{"test.run": "X", "test.skip": "X", "test.short": "true", "test.fuzz": "X"} {
		d.flags = map[string]string{flag: value}
		_, out = d.ends(suite{run: d.used})
		require.Equal(t, gone+advice, out, "part of the tests did not run")
	}
	for flag, value := range map[string]string{"test.list": ".", "test.fuzzworker": "true"} {
		d.flags = map[string]string{flag: value}
		_, out = d.ends(suite{})
		require.Empty(t, out, "no test ran")
	}
	d.flags = nil
	code, out = d.ends(suite{code: 2, run: d.used})
	require.Equal(t, 2, code)
	require.Equal(t, gone+advice, out, "some test failed")

	_, out = d.ends(suite{run: func() {
		d.used()
		s := &spy{name: "TestUnused/part"}
		s.run(func() {
			d.test(s, "b", ".golden", nil, func(*settings) (subject, error) { return newText("x") })
			s.skipped = true
		})
	}})
	require.Equal(t, gone+advice, out, "a part of the test was skipped")
}

func TestPrune(t *testing.T) {
	t.Parallel()
	d := packaged(t)
	d.env["GOLDEN"] = "prune"
	d.put(t, "testdata/golden/TestGone/deep/a.json", "1\n")
	d.put(t, "testdata/golden/TestUnused/a.golden", "x")
	d.put(t, "testdata/golden/TestUnused/kept.txt", "x")
	code, out := d.ends(suite{code: 1, run: d.used})
	require.Equal(t, 1, code)
	require.Equal(t, gone+"golden: nothing removed, the tests failed\n", out)

	code, out = d.ends(suite{run: d.used})
	require.Zero(t, code)
	require.Equal(t, gone+unused+"golden: 2 removed\n", out)
	require.Equal(t, []string{"TestUnused/kept.txt", "TestUsed/a.golden"}, d.files(t))
	require.NoDirExists(t, d.dir+"/testdata/golden/TestGone")

	require.Error(t, d.remove([]staleFile{{rel: "testdata/golden/x.golden"}}))
}

func TestMainWithoutGoldens(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	code, out := d.ends(suite{code: 3})
	require.Equal(t, 3, code)
	require.Empty(t, out)
}

func TestMainThatCannotLook(t *testing.T) {
	t.Parallel()
	d := packaged(t)
	d.put(t, "broken_test.go", "package")
	code, out := d.ends(suite{run: d.used})
	require.Equal(t, 1, code)
	require.Contains(t, out, "golden: ")
	require.Contains(t, out, "broken_test.go")
	d.env["GOLDEN"] = "oops"
	code, _ = d.ends(suite{})
	require.Equal(t, 1, code)
}

func TestSummaryOfAnUpdate(t *testing.T) {
	t.Parallel()
	d := packaged(t)
	d.env["GOLDEN"] = "update"
	d.put(t, "testdata/golden/TestUnused/b.golden", "<id:1> <id:2> <id:1>")
	code, out := d.ends(suite{run: func() {
		d.used()
		d.used()
		d.asText("TestUnused", "a", "new")
		d.asText("TestUnused", "b", "<id:1>")
	}})
	require.Zero(t, code)
	require.Equal(t, `golden: 1 added, 1 changed, 1 unchanged
  added testdata/golden/TestUnused/a.golden
  changed testdata/golden/TestUnused/b.golden; aliases of id: 1, were 2
`, out)
}
