package golden

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func TestEqualPasses(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T) {
		d := newDesk(t)
		d.put(t, "testdata/golden/TestX/sub/list.golden", "a\nb\n")
		s := d.asText("TestX/sub", "list", "a\nb\n")
		require.False(t, s.failed)
		require.Empty(t, s.said)
	})
}

func TestMissingIsShownWithTheCommand(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T) {
		d := newDesk(t)
		d.put(t, "go.mod", "module x\n")
		s := d.asJSON("TestX/sub", "one", `{"b":1,"a":2}`)
		require.Equal(t, `error: golden: testdata/golden/TestX/sub/one.json is missing; it would be:
{
  "a": 2,
  "b": 1
}
accept it: GOLDEN=new go test . -run '^TestX$/^sub$'`, s.text())
		require.Empty(t, d.files(t), "nothing is written unasked")
	})
}

func TestDifferenceIsShownByPathFirst(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T) {
		d := newDesk(t)
		d.put(t, "testdata/golden/TestX/one.json", "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n")
		s := d.asJSON("TestX", "one", map[string]any{"a": map[string]any{"b": 2}})
		require.True(t, strings.HasPrefix(s.text(), `error: golden: testdata/golden/TestX/one.json differs
  a.b: want 1, got 2
-want +got:
`), s.text())
		require.Contains(t, s.text(), "\n- \t\"    \\\"b\\\": 1\\n\",\n+ \t\"    \\\"b\\\": 2\\n\",\n")
		require.True(t, strings.HasSuffix(s.text(), "\naccept it: GOLDEN=update go test . -run '^TestX$'"), s.text())
		require.Equal(t, "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n", d.get(t, "testdata/golden/TestX/one.json"))
	})
}

func TestUpdateWritesAtTheEnd(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T) {
		d := newDesk(t)
		d.env["GOLDEN"] = "update"
		s := &spy{name: "TestX"}
		s.run(func() {
			d.test(s, "one", ".golden", nil, func(*settings) (subject, error) { return newText("new") })
			require.Empty(t, d.files(t), "the test may fail yet")
		})
		require.False(t, s.failed)
		require.Contains(t, s.text(), "log: golden: added testdata/golden/TestX/one.golden\n")
		require.Contains(t, s.text(), ".gitattributes")
		require.Equal(t, "new", d.get(t, "testdata/golden/TestX/one.golden"))
		require.Equal(t, []string{"TestX/one.golden"}, d.files(t), "no other file is left")

		d.rerun()
		s = d.asText("TestX", "one", "newer")
		require.Equal(t, "log: golden: changed testdata/golden/TestX/one.golden", s.text())
		d.rerun()
		s = d.asText("TestX", "one", "newer")
		require.Empty(t, s.said, "updating twice changes nothing")
	})
}

func TestEqualContentTwiceInATest(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.env["GOLDEN"] = "update"
	s := &spy{name: "TestX"}
	s.run(func() {
		for range 2 {
			d.test(s, "one", ".json", nil, func(*settings) (subject, error) { return newDocument(json.RawMessage("[]")) })
		}
	})
	require.False(t, s.failed, s.text())
	require.Equal(t, "[]\n", d.get(t, "testdata/golden/TestX/one.json"))
}

func TestAnEqualFileIsNotReplaced(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a", "b.golden")
	require.NoError(t, writeWhole(path, []byte("x")))
	before, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, writeWhole(path, []byte("x")))
	after, err := os.Stat(path)
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after))
	require.NoError(t, writeWhole(path, []byte("y")))
	after, err = os.Stat(path)
	require.NoError(t, err)
	require.False(t, os.SameFile(before, after), "renamed into place, whole or not at all")
}

func TestNewWritesOnlyWhatIsMissing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.env["GOLDEN"] = "new"
	d.put(t, "testdata/golden/TestX/old.golden", "old")
	require.False(t, d.asText("TestX", "fresh", "fresh").failed)
	s := d.asText("TestX", "old", "changed")
	require.Contains(t, s.text(), "error: golden: testdata/golden/TestX/old.golden differs")
	require.Equal(t, "old", d.get(t, "testdata/golden/TestX/old.golden"))
	require.Equal(t, "fresh", d.get(t, "testdata/golden/TestX/fresh.golden"))
}

func TestFailingTestsWriteNothing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T) {
		d := newDesk(t)
		d.env["GOLDEN"] = "update"
		compare := func(s *spy) {
			d.test(s, "one", ".golden", nil, func(*settings) (subject, error) { return newText("x") })
		}
		s := &spy{name: "TestBefore"}
		s.run(func() { s.Errorf("no"); compare(s) })
		require.Equal(t, "log: golden: testdata/golden/TestBefore/one.golden: not written, the test has failed", s.said[1])
		s = &spy{name: "TestAfter"}
		s.run(func() { compare(s); s.Fatalf("no") })
		require.Equal(t, "log: golden: testdata/golden/TestAfter/one.golden: not written, the test failed", s.said[1])
		s = &spy{name: "TestCleanup"}
		s.run(func() { compare(s); s.Cleanup(func() { s.Errorf("no") }) })
		require.Equal(t, "log: golden: testdata/golden/TestCleanup/one.golden: not written, the test failed", s.said[1])
		d.env["GOLDEN"] = "review"
		s = &spy{name: "TestReview"}
		s.run(func() { s.Errorf("no"); compare(s) })
		require.Empty(t, d.files(t))
	})
}

func TestWritingIsRefusedInCI(t *testing.T) {
	t.Parallel()
	for _, m := range []string{"update", "new", "review", "prune"} {
		d := newDesk(t)
		d.env["GOLDEN"], d.env["CI"] = m, "true"
		s := d.asText("TestX", "one", "x")
		require.Equal(t, "fatal: golden: testdata/golden/TestX/one.golden: GOLDEN="+m+": nothing is written where CI is set, unless GOLDEN_FORCE=1", s.text())
		require.Empty(t, d.files(t))
	}
}

func TestReviewWritesBeside(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.env["GOLDEN"] = "review"
	d.put(t, "testdata/golden/TestX/one.golden", "old")
	require.True(t, d.asText("TestX", "one", "new").failed, "a review accepts nothing")
	require.True(t, d.asText("TestX", "two", "new").failed)
	require.Equal(t, []string{"TestX/one.golden", "TestX/one.golden.got", "TestX/two.golden.got"}, d.files(t))
	require.Equal(t, "old", d.get(t, "testdata/golden/TestX/one.golden"))
	require.Equal(t, "new", d.get(t, "testdata/golden/TestX/one.golden.got"))

	d.rerun()
	require.False(t, d.asText("TestX", "one", "old").failed)
	require.Equal(t, []string{"TestX/one.golden", "TestX/two.golden.got"}, d.files(t), "what is right again needs no review")
}

func TestVerifyFindsNormalisersThatDoNotSettle(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.env["GOLDEN"] = "verify"
	d.put(t, "testdata/golden/TestX/good.json", "{\n  \"id\": \"<id:1 int>\"\n}\n")
	require.False(t, d.asJSON("TestX", "good", `{"id":7}`, Alias(ID, "id")).failed)
	d.put(t, "testdata/golden/TestX/text.golden", "-- quoted --\n\"\\x00<n:1>\"\n")
	require.False(t, d.asText("TestX", "text", "\x0017", AliasRegexp("n", regexp.MustCompile(`\d+`))).failed)

	s := d.asText("TestX", "bad", "aab", AliasRegexp("n", regexp.MustCompile(`^a`)))
	require.Contains(t, s.text(), "bad.golden is missing", "what an anchor finds once is settled")
	s = d.asText("TestX", "worse", "xa>ab", AliasRegexp("m", regexp.MustCompile(`>(a)`)), AliasRegexp("n", regexp.MustCompile(`x`)))
	require.Contains(t, s.text(), "normalising twice changes the text (-once +twice)")
	s = d.asJSON("TestX", "broken", `["a b"]`, AliasRegexp("n", regexp.MustCompile(`a b"`)))
	require.Contains(t, s.text(), "cannot be normalised twice: not one JSON document")
}

func TestMistakesAreFatal(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	text := func(name, got string, opts ...Option) string { return d.asText("TestX", name, got, opts...).text() }
	require.Equal(t, `fatal: golden: name "a/b": a file name cannot have any of <>:"/\|?* on Windows; rename the test or the golden`,
		strings.ReplaceAll(text("a/b", "x"), "a/b.golden", "a/b"))
	require.Equal(t, "fatal: golden: testdata/golden/TestX/a.golden: the text is not UTF-8; use Bytes", text("a", "\xff"))
	require.Contains(t, text("a", "x", Alias(ID, "x")), `fatal: golden: testdata/golden/TestX/a.golden: Alias "x": a text has no paths; use AliasRegexp`)
	require.Contains(t, text("a", "x", Header("A", "b")), "Header: only Replay sends requests")
	require.Contains(t, text("a", "x", nil), "a nil option")
	require.Contains(t, text("a", "x", AliasRegexp("n", regexp.MustCompile("y"))), `AliasRegexp "y" matches nothing`)
	require.Contains(t, d.asJSON("TestX", "a", "{} {}").text(), `not one JSON document: "{} {}"`)
	require.Contains(t, d.asJSON("TestX", "a", func() {}).text(), "unsupported type")
	require.Contains(t, d.asJSON("TestX", "a", "{}", Secret("header:x")).text(), "a JSON document has no headers and no query")
	d.env["GOLDEN"] = "updat"
	require.Contains(t, text("a", "x"), `GOLDEN=updat: unknown mode (did you mean "update"?)`)

	require.NoError(t, os.MkdirAll(filepath.Join(d.dir, "testdata/golden/TestX/folder.golden"), 0o777))
	d.env["GOLDEN"] = ""
	require.Contains(t, text("folder", "x"), "fatal: golden: testdata/golden/TestX/folder.golden: ")
}

func TestWritingThatFails(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.env["GOLDEN"] = "update"
	d.put(t, "testdata/golden", "a file where a folder should be")
	s := d.asText("TestX", "one", "x")
	require.True(t, s.failed)
	require.Contains(t, s.text(), "golden: testdata/golden/TestX/one.golden: ")
	require.Error(t, d.check("one.golden", []byte("x"), nil))
	require.Error(t, d.check("one.golden", []byte("x"), nil), "once more")
	d.env["GOLDEN"] = "review"
	require.True(t, d.asText("TestX", "one", "x").failed)

	d = newDesk(t)
	d.env["GOLDEN"] = "review"
	d.put(t, "testdata/golden/TestX/one.golden", "old")
	require.NoError(t, os.MkdirAll(filepath.Join(d.dir, "testdata/golden/TestX/one.golden.got/x"), 0o777))
	require.Contains(t, d.asText("TestX", "one", "new").text(), "fatal: golden: rename ")
	require.Equal(t, []string{"TestX/one.golden"}, d.files(t), "no other file is left")
}

// A value that is not of its kind is compared as it is, and not recorded.
func TestMisfitsAreNotWritten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.env["GOLDEN"] = "update"
	s := d.asJSON("TestX", "one", `{"at":17}`, Alias(Time, "at"))
	require.Contains(t, s.text(), "error: golden: testdata/golden/TestX/one.json is missing; it would be:\n  not written: Alias \"at\": 17 is no time\n")
	require.Empty(t, d.files(t))
	d.put(t, "testdata/golden/TestX/one.json", "{\n  \"at\": \"<time:1 rfc3339 Z>\"\n}\n")
	s = d.asJSON("TestX", "one", `{"at":17}`, Alias(Time, "at"))
	require.Contains(t, s.text(), "  not written: Alias \"at\": 17 is no time\n  at: want \"<time:1 rfc3339 Z>\", got 17\n")
}

func TestOneFileForTwoContents(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.env["GOLDEN"] = "update"
	s := &spy{name: "TestX"}
	s.run(func() {
		for _, text := range []string{"first\n", "first\n", "second\n"} {
			d.test(s, "one", ".golden", nil, func(*settings) (subject, error) { return newText(text) })
		}
	})
	require.Contains(t, s.text(), "fatal: golden: testdata/golden/TestX/one.golden: it is used twice by TestX, with different content; give each its own name (-before +now):\n")
	require.Contains(t, s.text(), "second")
	require.Empty(t, d.files(t))

	d.rerun()
	require.False(t, d.asText("TestX", "one", "same").failed)
	require.False(t, d.asText("TestX", "one", "same").failed, "the same test once more: -count=2")
	s = d.asText("TestX", "one", "other")
	require.Contains(t, s.text(), "fatal: golden: testdata/golden/TestX/one.golden: it is volatile: TestX had other content for it when it ran before; alias or pin what changes")
	require.Contains(t, s.text(), "same")
	require.Equal(t, "same", d.get(t, "testdata/golden/TestX/one.golden"))

	d.env["GOLDEN"] = ""
	s = d.asText("TestX", "one", "other")
	require.Contains(t, s.text(), "error: golden: testdata/golden/TestX/one.golden differs\n  it is volatile: TestX had other content")
	require.False(t, d.asText("TestX", "one", "same").failed, "what is right is right")

	s = d.asText("testX", "ONE", "x")
	require.Contains(t, s.text(), "fatal: golden: testdata/golden/testX/ONE.golden: one.golden, used by TestX, differs from it in the case of letters alone")
}

func TestTwoTestsWithOneFile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	f, err := d.placeOf("TestX", "one", ".golden")
	require.NoError(t, err)
	require.Nil(t, d.book.use(f, []byte("a")))
	f.test = "TestY"
	require.Nil(t, d.book.use(f, []byte("a")))
	require.ErrorContains(t, d.book.use(f, []byte("b")), "it is used by TestX, too, with other content; give each its own name")
}

func TestLineEnds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.put(t, "testdata/golden/TestX/a.golden", "one\r\ntwo\r\n")
	require.False(t, d.asText("TestX", "a", "one\ntwo\n").failed, "git or an editor may have changed the file")
	d.rerun()
	require.False(t, d.asText("TestX", "a", "one\r\ntwo\r\n").failed)
	d.rerun()
	require.True(t, d.asText("TestX", "a", "one\ntwo\n", Wire()).failed)
	d.rerun()
	require.False(t, d.asText("TestX", "a", "one\r\ntwo\r\n", Wire()).failed)
	d.put(t, "testdata/golden/TestX/b.json", "{\r\n  \"a\": 1\r\n}\r\n")
	require.False(t, d.asJSON("TestX", "b", `{"a":1}`).failed)

	d.env["GOLDEN"] = "update"
	d.rerun()
	require.False(t, d.asText("TestX", "c", "one\r\n").failed)
	require.Equal(t, "one\n", d.get(t, "testdata/golden/TestX/c.golden"))
	d.rerun()
	require.False(t, d.asText("TestX", "c", "one\r\n", Wire()).failed)
	require.Equal(t, "one\r\n", d.get(t, "testdata/golden/TestX/c.golden"))
}

func TestBytesThatAreNoText(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.env["GOLDEN"] = "update"
	for got, want := range map[string]string{
		"plain":                 "plain",
		"":                      "",
		"\xff\x00\n\"b\"\n":     "-- quoted --\n\"\\xff\\x00\\n\"\n\"\\\"b\\\"\\n\"\n",
		"-- quoted --\nno\n":    "-- quoted --\n\"-- quoted --\\n\"\n\"no\\n\"\n",
		"bell \a":               "-- quoted --\n\"bell \\a\"\n",
		"\tdie Größe \u2028 \n": "\tdie Größe \u2028 \n",
	} {
		d.rerun()
		s := &spy{name: "TestX"}
		s.run(func() {
			d.test(s, "b", ".golden", nil, func(*settings) (subject, error) { return plainText(got), nil })
		})
		require.False(t, s.failed, s.text())
		require.Equal(t, want, d.get(t, "testdata/golden/TestX/b.golden"))
		back, err := plainText(want).unquoted()
		require.NoError(t, err)
		require.Equal(t, got, string(back))
	}
	_, err := plainText("-- quoted --\nno\n").unquoted()
	require.ErrorContains(t, err, "no string in double quotes")
}

func TestLongFailuresAreCut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.put(t, "testdata/golden/TestX/one.json", "{}\n")
	long := map[string]int{}
	for i := range 200 {
		long["k"+strings.Repeat("x", i)] = i
	}
	s := d.asJSON("TestX", "one", long)
	require.Regexp(t, `\n… \d+ more lines\naccept it: GOLDEN=update [^\n]*$`, s.text())
	require.Len(t, strings.Split(s.text(), "\n"), 1+mostLines+2)

	d.rerun()
	keeps := keepingSpy{&spy{name: "TestX"}, t.TempDir()}
	keeps.run(func() {
		d.test(keeps, "one", ".json", nil, func(*settings) (subject, error) { return newDocument(long) })
	})
	kept := filepath.Join(keeps.dir, "testdata_golden_TestX_one.json.diff")
	require.Contains(t, keeps.text(), "more lines; the whole text is in "+kept)
	whole, err := os.ReadFile(kept)
	require.NoError(t, err)
	require.Contains(t, string(whole), "k"+strings.Repeat("x", 199)+": want nothing, got 199")

	d.rerun()
	keeps = keepingSpy{&spy{name: "TestX"}, filepath.Join(keeps.dir, "gone")}
	keeps.run(func() {
		d.test(keeps, "one", ".json", nil, func(*settings) (subject, error) { return newDocument(long) })
	})
	require.NotContains(t, keeps.text(), "the whole text", "no promise of a file that could not be written")
}

func talk(xs ...fake.Exchange) func(*settings) (subject, error) {
	return func(*settings) (subject, error) { return conversation{Transcribe(xs...), true}, nil }
}

func TestConversations(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.env["GOLDEN"] = "update"
	create := fake.Exchange{Method: "POST", URL: "/carts", Body: []byte(`{"b":1,"a":2}`), Status: 201, ReplyBody: []byte(`{"id":17}`)}
	read := fake.Exchange{Method: "GET", URL: "/carts/17", Status: 200, ReplyBody: []byte(`{"id":17,"seen":18}`)}
	run := func(xs ...fake.Exchange) *spy {
		d.rerun()
		s := &spy{name: "TestX"}
		return s.run(func() { d.test(s, "carts", ".txtar", []Option{Alias(ID, "id", "seen")}, talk(xs...)) })
	}
	require.False(t, run(create, read).failed)
	const want = `-- request 1 --
POST /carts

{
  "a": 2,
  "b": 1
}
-- response 1 --
201 Created

{
  "id": <id:1 int>
}
-- request 2 --
GET /carts/17
-- response 2 --
200 OK

{
  "id": <id:1 int>,
  "seen": <id:2 int>
}
`
	const rel = "testdata/golden/TestX/carts.txtar"
	require.Equal(t, want, d.get(t, rel))

	d.put(t, rel, "# seen on a Monday\n"+want)
	failed := read
	failed.Status, failed.ReplyBody = 500, []byte(`{"seen":17,"id":17}`)
	s := run(create, failed)
	require.Equal(t, "log: golden: changed "+rel+": response 2 was 200 OK, is 500 Internal Server Error; aliases of id: 1, were 2", s.text())
	require.True(t, strings.HasPrefix(d.get(t, rel), "# seen on a Monday\n-- request 1 --\n"), "a comment is kept")

	d.env["GOLDEN"] = ""
	s = run(create, read)
	require.Contains(t, s.text(), "differs\n  response 2 status: want 500 Internal Server Error, got 200 OK\n  response 2 body seen: want <id:1 int>, got <id:2 int>\n")

	d.put(t, rel, strings.ReplaceAll(want, "\n", "\r\n"))
	require.False(t, run(create, read).failed, "CRLF does not count")
	d.put(t, rel, "<<<<<<< HEAD\n"+strings.Replace(want, "-- request 2 --", "=======", 1))
	require.Contains(t, run(create, read).text(), "  the file: want line 17: section \"response 2\", where \"request 2\" is due")
	require.Contains(t, run(fake.Exchange{Method: "G T", URL: "/", ReplyBody: []byte(`{"id":1,"seen":2}`)}).text(), `fatal: golden: `+rel+`: request: method "G T" is no token`)
	require.Contains(t, run().text(), "a transcript needs an exchange")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.ErrorContains(t, d.check("reports/one.json", []byte(`{"a":1}`), nil),
		"golden: testdata/golden/reports/one.json is missing; it would be:\n{\n  \"a\": 1\n}\naccept it: once more with GOLDEN=new")
	d.env["GOLDEN"] = "new"
	require.NoError(t, d.check("reports/one.json", []byte(`{"a":1}`), nil))
	require.NoError(t, d.check("a.txtar", []byte(good["plain"]), []Option{Wire()}))
	require.NoError(t, d.check("a.golden", []byte("text"), nil))
	d.env["GOLDEN"] = "update"
	require.ErrorContains(t, d.check("a.golden", []byte("text"), []Option{AliasRegexp("x", regexp.MustCompile("e"))}), "it was checked before, with other content")
	d.rerun()
	d.env["GOLDEN"] = "review"
	require.ErrorContains(t, d.check("a.golden", []byte("other"), nil), "a.golden differs")
	require.Equal(t, []string{"a.golden", "a.golden.got", "a.txtar", "reports/one.json"}, d.files(t))
	require.Equal(t, good["plain"], d.get(t, "testdata/golden/a.txtar"))

	for name, want := range map[string]string{
		"x.txt":      "a golden is a .golden, .json or .txtar",
		"x.json":     "not one JSON document",
		"x.txtar":    "golden: testdata/golden/x.txtar: x.txtar:1: the last line has no newline",
		"a//x.json":  "is empty",
		"../x.json":  "begins with a dot",
		"a/nul.json": "device on Windows",
	} {
		require.ErrorContains(t, d.check(name, []byte("x"), nil), want)
	}
	require.ErrorContains(t, d.check("x.json", []byte("{}"), []Option{nil}), "golden: testdata/golden/x.json: a nil option")
}

func TestAttributesHint(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	f, err := d.placeOf("TestX", "one", ".golden")
	require.NoError(t, err)
	d.put(t, ".git/HEAD", "")
	require.Contains(t, f.attributesHint(), `"**/testdata/golden/** -text"`)
	d.put(t, ".gitattributes", "* text=auto eol=lf\n")
	require.Empty(t, f.attributesHint())
}

// The functions of the package read the environment of the process, each time
// that they are called, and write in the folder of the package.
func TestProcess(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("CI", "")
	t.Cleanup(func() { run.written, run.same = nil, nil }) // Main has nothing to say about a folder that is gone
	x := fake.Exchange{Method: "GET", URL: "/", Status: 200, ReplyBody: []byte(`{"a":1}`)}
	all := func(s *spy) {
		Text(s, "text", "a")
		Bytes(s, "bytes", []byte{0xff})
		JSON(s, "json", []int{1})
		HTTP(s, "http", x)
		Talk(s, "talk", []fake.Exchange{x, x})
	}
	t.Setenv("GOLDEN", "")
	s := &spy{name: "TestSpy"}
	require.Len(t, s.run(func() { all(s) }).said, 5)
	require.True(t, s.failed)
	require.NoFileExists(t, "testdata")

	t.Setenv("GOLDEN", "update")
	s = &spy{name: "TestSpy"}
	s.run(func() { all(s) })
	require.False(t, s.failed, s.text())
	require.NoError(t, Check("tool.golden", []byte("x")))
	t.Setenv("GOLDEN", "")
	s = &spy{name: "TestSpy"}
	require.Empty(t, s.run(func() { all(s) }).said)
	for _, name := range []string{"text.golden", "bytes.golden", "json.json", "http.txtar", "talk.txtar"} {
		require.FileExists(t, filepath.Join("testdata", "golden", "TestSpy", name))
	}
	require.Error(t, Check("tool.golden", []byte("y")))

	t.Setenv("GOLDEN", "update")
	t.Setenv("CI", "true")
	s = &spy{name: "TestSpy"}
	s.run(func() { Text(s, "more", "a") })
	require.Contains(t, s.text(), "nothing is written where CI is set")
}

// A test double of a test whose Fatalf comes back is no reason to go on.
func TestFatalfThatReturns(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := &soft{spy: &spy{name: "TestX"}}
	d.test(s, "a/b", ".golden", nil, func(*settings) (subject, error) { return nil, errors.New("never asked") })
	require.Len(t, s.said, 1)
}

type soft struct{ *spy }

func (s *soft) Fatalf(format string, args ...any) { s.Errorf(format, args...) }
