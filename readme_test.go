package cartdouble_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Marks in the README and in the pages of docs say where a part comes from:
//
//	<!-- example: fake/zeta ExampleStart -->     and a fenced block of Go
//	<!-- file: zeta/testdata/a.txt -->           and a fenced block of text
//	<!-- endpoints: zeta -->                     a table, and <!-- /endpoints -->
//
// The first block is the body of that example (of a test function the whole
// function, of a file name the whole file); the second is that file; the table
// is made from the route table. README=update rewrites all.
var (
	anyMark      = regexp.MustCompile(`^\s*<!--\s*/?(?i:examples?|endpoints?|files?)\b`)
	exampleMark  = regexp.MustCompile(`^<!-- example: (\S+) (\S+) -->$`)
	fileMark     = regexp.MustCompile(`^<!-- file: (\S+) -->$`)
	endpointMark = regexp.MustCompile(`^<!-- endpoints: (\S+) -->$`)
)

const endpointsEnd = "<!-- /endpoints -->"

// A maker gives the text that belongs at a mark, or says that it knows none.
type maker struct {
	page      string // its name, for what is wrong
	file      func(name string) (string, error)
	example   func(dir, name string) (string, error)
	endpoints func(api string) (string, error)
}

// rewrite gives a page as it should be, and what is wrong with its marks.
func (m maker) rewrite(readme string) (string, []string) {
	var out, wrong []string
	lines := strings.Split(readme, "\n")
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		var text string
		var err error
		first, end := 0, 0 // the lines that text stands for
		if mark := exampleMark.FindStringSubmatch(lines[i]); mark != nil {
			text, err = m.example(mark[1], mark[2])
			first, end = blockAfter(lines, i, "```go")
		} else if mark := fileMark.FindStringSubmatch(lines[i]); mark != nil {
			text, err = m.file(mark[1])
			first, end = blockAfter(lines, i, "```text")
		} else if mark := endpointMark.FindStringSubmatch(lines[i]); mark != nil {
			text, err = m.endpoints(mark[1])
			first, end = i+1, lineAfter(lines, i, endpointsEnd)
		} else if !anyMark.MatchString(lines[i]) {
			continue
		} else {
			err = fmt.Errorf("no such form of a mark")
		}
		if err == nil && end < 0 {
			err = fmt.Errorf("what belongs to the mark does not follow")
		}
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s:%d: %s: %v", m.page, i+1, strings.TrimSpace(lines[i]), err))
			if end > i { // the block stays as it is
				out = append(out, lines[i+1:end+1]...)
				i = end
			}
			continue
		}
		out = append(out, lines[i+1:first]...)
		out = append(out, strings.Split(text, "\n")...)
		out = append(out, lines[end])
		i = end
	}
	return strings.Join(out, "\n"), wrong
}

// blockAfter finds the fenced block that follows a mark: its first line and its
// closing fence, -1 where there is none.
func blockAfter(lines []string, mark int, fence string) (first, end int) {
	open := mark + 1
	for open < len(lines) && strings.TrimSpace(lines[open]) == "" {
		open++
	}
	if open == len(lines) || lines[open] != fence {
		return 0, -1
	}
	return open + 1, lineAfter(lines, open, "```")
}

// lineAfter finds the next such line, before any other mark.
func lineAfter(lines []string, after int, want string) int {
	for i := after + 1; i < len(lines); i++ {
		switch {
		case lines[i] == want:
			return i
		case anyMark.MatchString(lines[i]):
			return -1
		}
	}
	return -1
}

func TestREADMEShowsWhatIsThere(t *testing.T) {
	t.Parallel()
	h := house(t)
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "README.md") {
		have, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(have), "\r\n", "\n")
		want, wrong := maker{page: page, file: wholeFile, example: h.example, endpoints: endpointTable}.rewrite(text)
		holds(t, wrong)
		diff := diffLines(text, want)
		switch {
		case diff == "":
		case os.Getenv("README") == "update":
			if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s differs from the code (-there +should be); README=update go test . rewrites it:\n%s", page, diff)
		}
	}
}

// wholeFile is a file of the module.
func wholeFile(name string) (string, error) {
	text, err := os.ReadFile(filepath.FromSlash(name))
	return strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")), err
}

// A new check fits into one file, with the client that breaks it, or nobody adds
// one.
func TestACheckIsOneShortFile(t *testing.T) {
	t.Parallel()
	const most = 60
	text, err := wholeFile("conformance/example_check_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text, "\n") + 1; n >= most {
		t.Errorf("the check that docs/checks.md shows has %d lines, and is to have fewer than %d", n, most)
	}
}

// sampleMaker knows one example and one API.
func sampleMaker() maker {
	knows := func(want, text string) func(...string) (string, error) {
		return func(got ...string) (string, error) {
			if strings.Join(got, " ") != want {
				return "", fmt.Errorf("unknown")
			}
			return text, nil
		}
	}
	example, endpoints := knows("fake/zeta ExampleStart", "zeta.Start()\nrun()"), knows("zeta", "| table |")
	file := knows("notes.txt", "one\ntwo")
	return maker{
		page:      "README.md",
		file:      func(name string) (string, error) { return file(name) },
		example:   func(dir, name string) (string, error) { return example(dir, name) },
		endpoints: func(api string) (string, error) { return endpoints(api) },
	}
}

func TestREADMEIsRewritten(t *testing.T) {
	t.Parallel()
	page := func(code, table, notes string) string {
		return strings.Join([]string{
			"# Title", "", "<!-- a remark -->",
			"<!-- example: fake/zeta ExampleStart -->", "", "```go", code, "```",
			"text", "```go", "unmarked()", "```",
			"<!-- endpoints: zeta -->", table, "<!-- /endpoints -->",
			"<!-- file: notes.txt -->", "```text", notes, "```", "end", "",
		}, "\n")
	}
	want := page("zeta.Start()\nrun()", "| table |", "one\ntwo")
	for _, old := range []string{want, page("stale()", "| old |\n| old |", "old"), page("", "", "")} {
		got, wrong := sampleMaker().rewrite(old)
		holds(t, wrong)
		if diff := diffLines(got, want); diff != "" {
			t.Errorf("(-got +want)\n%s", diff)
		}
	}
}

func TestWrongMarksAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ page, want string }{
		{"<!-- example: fake/zeta ExampleStop -->\n```go\nx\n```", "unknown"},
		{"<!-- example: fake/eta ExampleStart -->\n```go\nx\n```", "unknown"},
		{"<!-- endpoints: eta -->\n<!-- /endpoints -->", "unknown"},
		{"<!-- example: fake/zeta ExampleStart -->\ntext\n```go\nx\n```", "does not follow"},
		{"<!-- example: fake/zeta ExampleStart -->\n```\nx\n```", "does not follow"},
		{"<!-- example: fake/zeta ExampleStart -->\n```go\nx", "does not follow"},
		{"<!-- example: fake/zeta ExampleStart -->", "does not follow"},
		{"<!-- endpoints: zeta -->\n| x |", "does not follow"},
		{"<!-- example fake/zeta ExampleStart -->", "no such form"},
		{"<!--example: fake/zeta ExampleStart-->", "no such form"},
		{"<!-- example: ExampleStart -->", "no such form"},
		{"<!-- endpoint: zeta -->", "no such form"},
		{"<!-- file: none.txt -->\n```text\nx\n```", "unknown"},
		{"<!-- file: notes.txt -->\n```go\nx\n```", "does not follow"},
		{"<!-- files: notes.txt -->", "no such form"},
		{"x\n<!-- /endpoints -->", "README.md:2: <!-- /endpoints -->: no such form"},
	} {
		got, wrong := sampleMaker().rewrite(c.page)
		finds(t, wrong, c.want)
		if got != c.page {
			t.Errorf("a page with a wrong mark was changed:\n%s", diffLines(c.page, got))
		}
	}
	_, wrong := sampleMaker().rewrite("<!-- endpoints: zeta -->\n<!-- endpoints: zeta -->\n<!-- /endpoints -->")
	if !slices.ContainsFunc(wrong, func(w string) bool { return strings.HasPrefix(w, "README.md:1:") }) {
		t.Errorf("an open mark before another is not found: %q", wrong)
	}
}
