package vectors

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cartdouble/cartdouble/conformance"
)

// lint gives what is wrong with a file beyond its schema.
func lint(f *File, checks []string) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	n, ids, comments, used := 0, map[int]bool{}, map[string]bool{}, map[string]bool{}
	for _, g := range f.Groups {
		for _, t := range g.Tests {
			n++
			if ids[t.ID] || slices.Contains(f.RetiredIDs, t.ID) {
				say("test %d: its id was given before", t.ID)
			}
			if comments[t.Comment] {
				say("test %d: another says %q too", t.ID, t.Comment)
			}
			ids[t.ID], comments[t.Comment] = true, true
			for _, flag := range t.Flags {
				if _, has := f.Notes[flag]; !has {
					say("test %d: there is no note on %s", t.ID, flag)
				}
				used[flag] = true
			}
			if problem := oneFault(f, t); problem != "" {
				say("test %d: %s", t.ID, problem)
			}
		}
	}
	if n != f.NumberOfTests {
		say("it has %d tests and says %d", n, f.NumberOfTests)
	}
	for name, note := range f.Notes {
		if !used[name] {
			say("note %s: no test has this flag", name)
		}
		if note.Check != "" && !slices.Contains(checks, note.Check) {
			say("note %s: there is no check %s", name, note.Check)
		}
		if note.Flag == "" && note.Check == "" && note.BugType != "BASIC" {
			say("note %s: it names no check, and is not basic", name)
		}
	}
	slices.Sort(wrong)
	return wrong
}

// oneFault gives what is wrong with the flags of a test.
func oneFault(f *File, t Test) string {
	switch {
	case len(t.Flags) > 1:
		return "it has more than one fault"
	case t.Result == "invalid" && len(t.Flags) == 0:
		return "it is invalid and has no flag"
	case t.Result == "acceptable" && (len(t.Flags) == 0 || f.Notes[t.Flags[0]].Flag == ""):
		return "it is acceptable, and no flag says what is open"
	case t.Result != "acceptable" && len(t.Flags) == 1 && f.Notes[t.Flags[0]].Flag != "":
		return "it is decided, and its flag says that it is open"
	}
	return ""
}

// checks are the ids of all checks that there are.
func checks() []string {
	var ids []string
	for _, rules := range [][]conformance.Rule{
		conformance.Cartfunnel().Rules(), conformance.Cscart().Rules(), conformance.Fluidpay().Rules(), conformance.Bonify().Rules(),
		conformance.Cartly().Rules(),
	} {
		for _, r := range rules {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func TestFilesHold(t *testing.T) {
	t.Parallel()
	all := checks()
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range lint(f, all) {
				t.Error(problem)
			}
			if want := strings.TrimSuffix(name, ".json") + ".schema.json"; f.Schema != want {
				t.Errorf("its schema is %s, want %s", f.Schema, want)
			}
			text, err := fs.ReadFile(Files(), name)
			if err != nil {
				t.Fatal(err)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			schema := compiled(t, f.Schema)
			if err := schema.Validate(value); err != nil {
				t.Error(err)
			}
			// It is closed: a member that nobody described is found.
			value.(map[string]any)["testGroups"].([]any)[0].(map[string]any)["tests"].([]any)[0].(map[string]any)["surprise"] = true
			if schema.Validate(value) == nil {
				t.Error("the schema takes anything")
			}
		})
	}
}

func TestLintFinds(t *testing.T) {
	t.Parallel()
	whole := func() *File {
		return &File{
			NumberOfTests: 3, RetiredIDs: []int{9},
			Notes: map[string]Note{"Bad": {BugType: "CRASH", Check: "CLY-SIG-01"}, "Open": {BugType: "LEGACY", Flag: "OPEN"}},
			Groups: []Group{{Tests: []Test{
				{ID: 1, Comment: "a", Result: "valid"},
				{ID: 2, Comment: "b", Result: "invalid", Flags: []string{"Bad"}},
				{ID: 3, Comment: "c", Result: "acceptable", Flags: []string{"Open"}},
			}}},
		}
	}
	if wrong := lint(whole(), []string{"CLY-SIG-01"}); wrong != nil {
		t.Error(wrong)
	}
	for want, spoil := range map[string]func(*File){
		"test 1: its id was given before":                             func(f *File) { f.Groups[0].Tests[1].ID = 1 },
		"test 9: its id was given before":                             func(f *File) { f.Groups[0].Tests[1].ID = 9 },
		`test 2: another says "a" too`:                                func(f *File) { f.Groups[0].Tests[1].Comment = "a" },
		"it has 3 tests and says 4":                                   func(f *File) { f.NumberOfTests = 4 },
		"test 1: there is no note on New":                             func(f *File) { f.Groups[0].Tests[0].Flags = []string{"New"} },
		"note New: no test has this flag":                             func(f *File) { f.Notes["New"] = Note{BugType: "BASIC"} },
		"note Bad: there is no check CLY-SIG-99":                      func(f *File) { f.Notes["Bad"] = Note{BugType: "CRASH", Check: "CLY-SIG-99"} },
		"note Bad: it names no check, and is not basic":               func(f *File) { f.Notes["Bad"] = Note{BugType: "CRASH"} },
		"test 2: it is invalid and has no flag; note Bad: no test":    func(f *File) { f.Groups[0].Tests[1].Flags = nil },
		"test 2: it has more than one fault":                          func(f *File) { f.Groups[0].Tests[1].Flags = []string{"Bad", "Open"} },
		"test 3: it is acceptable, and no flag says what is open":     func(f *File) { f.Groups[0].Tests[2].Flags = []string{"Bad"} },
		"test 3: it is decided, and its flag says that it is open":    func(f *File) { f.Groups[0].Tests[2].Result = "valid" },
		"note Open: no test has this flag; test 3: it is acceptable,": func(f *File) { f.Groups[0].Tests[2].Flags = nil },
	} {
		f := whole()
		spoil(f)
		got := strings.Join(lint(f, []string{"CLY-SIG-01"}), "; ")
		for part := range strings.SplitSeq(want, "; ") {
			if !strings.Contains(got, part) {
				t.Errorf("found %q, want %q", got, part)
			}
		}
	}
}

func TestQuestionsHaveToBeAnswered(t *testing.T) {
	t.Parallel()
	f, err := Load("cartly_webhook_v1.json")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(f.Questions(), " "); got != "BARE_HEX UPPER_HEX" {
		t.Errorf("questions are %s", got)
	}
	for want, accepted := range map[string]map[string]bool{
		"rests on UPPER_HEX, which is not decided":                               {"BARE_HEX": true},
		"rests on BARE_HEX, which is not decided":                                {"UPPER_HEX": false},
		`no test asks about "TEA"; the questions are BARE_HEX, UPPER_HEX`:        {"BARE_HEX": true, "UPPER_HEX": true, "TEA": true},
		"rests on UPPER_HEX, which is not decided; the document leaves open whe": nil,
	} {
		cases, err := f.Cases(accepted)
		if err == nil || !strings.Contains(err.Error(), want) || cases != nil {
			t.Errorf("%v: %d cases, error %v, want %q", accepted, len(cases), err, want)
		}
	}
	cases, err := f.Cases(map[string]bool{"BARE_HEX": true, "UPPER_HEX": false})
	if err != nil || len(cases) != f.NumberOfTests {
		t.Fatalf("%d cases, error %v", len(cases), err)
	}
	for _, c := range cases {
		want := map[string]string{"BareHex": "valid", "UpperHex": "invalid"}[strings.Join(c.Test.Flags, "")]
		if want != "" && c.Test.Result != want || c.Test.Result == "acceptable" {
			t.Errorf("test %d is %s", c.Test.ID, c.Test.Result)
		}
	}
}

func TestNamesOfFiles(t *testing.T) {
	t.Parallel()
	if _, err := Load("cartly_webhooks_v1.json"); err == nil || err.Error() != `vectors: there is no file "cartly_webhooks_v1.json" (did you mean "cartly_webhook_v1.json"?)` {
		t.Error(err)
	}
	if _, err := Load("cartly_webhook_v1.schema.json"); err == nil {
		t.Error("a schema is no file of vectors")
	}
}

// Ids are those that tests had before, and new ones are higher than any.
func TestIDsAreNeverUsedAgain(t *testing.T) {
	t.Parallel()
	m := &maker{t: t, name: "x", ids: map[string]int{"a": 1, "b": 7, "gone": 3}, top: 9, kept: map[int]bool{}}
	m.group(Group{Tests: []Test{{Comment: "new"}, {Comment: "b"}, {Comment: "a"}, {Comment: "newer"}}})
	var ids []int
	for _, test := range m.file.Groups[0].Tests {
		ids = append(ids, test.ID)
	}
	if !slices.Equal(ids, []int{10, 7, 1, 11}) {
		t.Errorf("ids are %v", ids)
	}
	m.retire()
	if !slices.Equal(m.file.RetiredIDs, []int{3}) {
		t.Errorf("retired are %v", m.file.RetiredIDs)
	}
}
