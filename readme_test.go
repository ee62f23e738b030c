package cartdouble_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Two marks in the README say where a part of it comes from:
//
//	<!-- example: fake/zeta ExampleStart -->     and a fenced block of Go
//	<!-- endpoints: zeta -->                     a table, and <!-- /endpoints -->
//
// The first block is the body of that example (of a test function the whole
// function, of a file name the whole file); the table is made from the route
// table. README=update rewrites both.
var (
	anyMark      = regexp.MustCompile(`^\s*<!--\s*/?(?i:examples?|endpoints?)\b`)
	exampleMark  = regexp.MustCompile(`^<!-- example: (\S+) (\S+) -->$`)
	endpointMark = regexp.MustCompile(`^<!-- endpoints: (\S+) -->$`)
)

const endpointsEnd = "<!-- /endpoints -->"

// A maker gives the text that belongs at a mark, or says that it knows none.
type maker struct {
	example   func(dir, name string) (string, error)
	endpoints func(api string) (string, error)
}

// rewrite gives the README as it should be, and what is wrong with its marks.
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
			first, end = blockAfter(lines, i)
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
			wrong = append(wrong, fmt.Sprintf("README.md:%d: %s: %v", i+1, strings.TrimSpace(lines[i]), err))
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

// blockAfter finds the fenced block of Go that follows a mark: its first line
// and its closing fence, -1 where there is none.
func blockAfter(lines []string, mark int) (first, end int) {
	open := mark + 1
	for open < len(lines) && strings.TrimSpace(lines[open]) == "" {
		open++
	}
	if open == len(lines) || lines[open] != "```go" {
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
	have, err := os.ReadFile("README.md")
	if os.IsNotExist(err) {
		t.Skip("there is no README.md")
	}
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(have), "\r\n", "\n")
	want, wrong := maker{example: h.example, endpoints: endpointTable}.rewrite(text)
	holds(t, wrong)
	diff := diffLines(text, want)
	switch {
	case diff == "":
	case os.Getenv("README") == "update":
		if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("README.md differs from the code (-there +should be); README=update go test . rewrites it:\n%s", diff)
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
	return maker{
		example:   func(dir, name string) (string, error) { return example(dir, name) },
		endpoints: func(api string) (string, error) { return endpoints(api) },
	}
}

func TestREADMEIsRewritten(t *testing.T) {
	t.Parallel()
	page := func(code, table string) string {
		return strings.Join([]string{
			"# Title", "", "<!-- a remark -->",
			"<!-- example: fake/zeta ExampleStart -->", "", "```go", code, "```",
			"text", "```go", "unmarked()", "```",
			"<!-- endpoints: zeta -->", table, "<!-- /endpoints -->", "end", "",
		}, "\n")
	}
	want := page("zeta.Start()\nrun()", "| table |")
	for _, old := range []string{want, page("stale()", "| old |\n| old |"), page("", "")} {
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
