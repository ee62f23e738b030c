package conformance

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

type junitSuites struct {
	XMLName xml.Name   `xml:"testsuites"`
	Suite   junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name       string          `xml:"name,attr"`
	Class      string          `xml:"classname,attr"`
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Skipped    *junitSkipped   `xml:"skipped"`
	Failure    *junitProblem   `xml:"failure"`
	Error      *junitProblem   `xml:"error"`
	Out        string          `xml:"system-out,omitempty"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as JUnit XML: a test case for each check, with
// its clause, level and state as properties. An ERROR of the suite or of the
// adapter is an error, every other failure is a failure; only what is not claimed
// is skipped. A blocked check is no case of its own: the failure that explains it
// names it.
func (r *Report) WriteJUnit(w io.Writer) error {
	s := junitSuite{
		Name: "conformance." + r.API, Time: "0", Timestamp: r.Date.Format("2006-01-02T15:04:05"),
		Properties: []junitProperty{
			{"edition", r.Edition}, {"client", r.Client}, {"clock", r.Clock}, {"seed", fmt.Sprint(r.Seed)}, {"verdict", r.verdict()},
		},
	}
	for _, res := range r.Results {
		if res.State == blocked {
			continue
		}
		c := r.junitCase(res)
		s.Tests++
		switch {
		case c.Skipped != nil:
			s.Skipped++
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		}
		s.Cases = append(s.Cases, c)
	}
	text, err := xml.MarshalIndent(junitSuites{Suite: s}, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

func (r *Report) junitCase(res Result) junitCase {
	c := junitCase{
		Name: res.Rule.ID, Class: r.API + "." + familyOf(res.Rule.ID), Time: "0",
		Properties: []junitProperty{
			{"title", res.Rule.Title}, {"level", string(res.Rule.Level)}, {"clause", res.Rule.Clause}, {"state", string(res.State)},
		},
	}
	problem := &junitProblem{Message: oneLine(res), Type: string(res.State), Text: plainXML("\n" + r.blockText(res))}
	switch {
	case res.State == notClaimed:
		c.Skipped = &junitSkipped{"not claimed: " + strings.Join(res.Missing, ", ")}
	case res.State == broke:
		c.Error = problem
	case r.isFailure(res):
		c.Failure = problem
	case res.State != pass:
		c.Out = problem.Text
	}
	return c
}

// oneLine says in a line why a check did not pass.
func oneLine(res Result) string {
	text := res.Note
	switch {
	case res.State == notExercised:
		text = "needed: " + res.Note
	case res.State == chosen:
		text = "reading: " + res.Finding.Code
	case res.Finding.Code != "":
		text = res.Finding.String()
	}
	text, _, _ = strings.Cut(text, "\n")
	return plainXML(text)
}

// plainXML writes out the characters that no XML text can hold.
func plainXML(text string) string {
	if !strings.ContainsFunc(text, notXML) {
		return text
	}
	var b strings.Builder
	for _, c := range text {
		if notXML(c) {
			fmt.Fprintf(&b, `\u%04x`, c)
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

func notXML(c rune) bool {
	return c < ' ' && !slices.Contains([]rune{'\t', '\n', '\r'}, c) || c == 0xfffe || c == 0xffff
}
