package conformance

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	writer "github.com/jstemmer/go-junit-report/v2/junit"
)

func junitOf(t *testing.T, r *Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteJUnit(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestJUnitOfAReport(t *testing.T) {
	t.Parallel()
	golden(t, "report.junit.xml", string(junitOf(t, everything())))
}

// Two readers that others have written agree on what it says: failures are not
// errors, and only what is not claimed is skipped.
func TestJUnitIsReadByOthers(t *testing.T) {
	t.Parallel()
	text := junitOf(t, everything())
	suites, err := junit.Ingest(text)
	if err != nil || len(suites) != 1 {
		t.Fatalf("%d suites, %v", len(suites), err)
	}
	first := map[string]string{}
	for _, c := range suites[0].Tests {
		first[c.Name] = string(c.Status)
	}
	sum := suites[0].Totals
	if sum.Tests != 13 || sum.Failed != 4 || sum.Error != 1 || sum.Skipped != 2 || sum.Passed != 6 {
		t.Errorf("the first reader counts %+v", sum)
	}

	var again writer.Testsuites
	if err := xml.Unmarshal(text, &again); err != nil || len(again.Suites) != 1 {
		t.Fatalf("%d suites, %v", len(again.Suites), err)
	}
	s := again.Suites[0]
	if s.Tests != 13 || s.Failures != 4 || s.Errors != 1 || s.Skipped != 2 || len(s.Testcases) != 13 {
		t.Errorf("the second reader counts %d tests, %d failures, %d errors, %d skipped", s.Tests, s.Failures, s.Errors, s.Skipped)
	}
	for _, c := range s.Testcases {
		second := "passed"
		switch {
		case c.Failure != nil:
			second = "failed"
		case c.Error != nil:
			second = "error"
		case c.Skipped != nil:
			second = "skipped"
		}
		if second != first[c.Name] {
			t.Errorf("%s is %s to one reader and %s to the other", c.Name, first[c.Name], second)
		}
	}
	if n := strings.Count(string(text), `<property name="clause" value="bonify:`); n != 10 {
		t.Errorf("%d clauses of the document are properties of a case, want 10", n)
	}
	if first["BON-RATE-06"] != "failed" || first["GEN-BODY-01"] != "error" || first["BON-CLR-01"] != "skipped" || first["BON-RATE-03"] != "passed" {
		t.Errorf("read as %v", first)
	}
}

// What a client sent may hold what no XML can.
func TestJUnitHoldsAnyText(t *testing.T) {
	t.Parallel()
	r := everything()
	r.Results[2].Finding.Got = "a\x00b\x1b[31m]]>\ufffe <x> & \xff"
	suites, err := junit.Ingest(junitOf(t, r))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range suites[0].Tests {
		if c.Name == "BON-PAGE-06" && !strings.Contains(c.Message, `a\u0000b\u001b[31m]]>\ufffe <x> &`) {
			t.Errorf("the message is %q", c.Message)
		}
	}
}

func TestTAPOfAReport(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := everything().WriteTAP(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.tap", b.String())
	points := 0
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "not ok ") {
			points++
		}
	}
	if points != len(everything().Results) {
		t.Errorf("%d test points, want one for each check", points)
	}
	if got := tapText(`a # SKIP \`); got != `a \# SKIP \\` {
		t.Errorf("a directive in a title stays one: %s", got)
	}
}

func TestCTRFOfAReport(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := everything().WriteCTRF(&b); err != nil {
		t.Fatal(err)
	}
	var f ctrfFile
	if err := json.Unmarshal(b.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	if s := f.Results.Summary; s.Tests != 15 || s.Passed != 3 || s.Failed != 5 || s.Skipped != 4 || s.Other != 3 || s.Pending != 0 || s.Start != s.Stop || s.Start == 0 {
		t.Errorf("the summary is %+v", s)
	}
	for _, one := range f.Results.Tests {
		if one.Status == "failed" && (one.Message == "" || one.Trace == "") {
			t.Errorf("%s failed and says nothing", one.Name)
		}
	}
}

func TestBadgeSaysItInWords(t *testing.T) {
	t.Parallel()
	r := everything()
	for want, results := range map[string][]Result{
		"#b42318 not conforming (1 MUST, 4 without a verdict)":   r.Results,
		"#1a7f37 conforming in what was checked":                 r.Results[:2],
		"#8a5a00 conforming in what was checked, with 1 warning": r.Results[5:6],
		"#8a5a00 NOTHING EXERCISED":                              nil,
	} {
		var b bytes.Buffer
		r := *r
		r.Results = results
		if err := r.WriteBadge(&b); err != nil {
			t.Fatal(err)
		}
		colour, words, _ := strings.Cut(want, " ")
		contains(t, b.String(), `fill="`+colour+`"`, ">bonify</text>", ">"+words+"</text>", `aria-label="bonify: `+words+`"`)
		if err := xml.Unmarshal(b.Bytes(), new(struct{ XMLName xml.Name })); err != nil {
			t.Error(err)
		}
	}
}
