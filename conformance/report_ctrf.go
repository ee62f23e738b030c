package conformance

import (
	"encoding/json"
	"io"
	"strings"
)

type ctrfFile struct {
	Format  string `json:"reportFormat"`
	Version string `json:"specVersion"`
	Results struct {
		Tool struct {
			Name string `json:"name"`
		} `json:"tool"`
		Summary ctrfSummary `json:"summary"`
		Tests   []ctrfTest  `json:"tests"`
	} `json:"results"`
}

type ctrfSummary struct {
	Tests   int   `json:"tests"`
	Passed  int   `json:"passed"`
	Failed  int   `json:"failed"`
	Pending int   `json:"pending"`
	Skipped int   `json:"skipped"`
	Other   int   `json:"other"`
	Start   int64 `json:"start"` // milliseconds
	Stop    int64 `json:"stop"`
}

type ctrfTest struct {
	Name      string   `json:"name"`
	Status    string   `json:"status"`
	RawStatus string   `json:"rawStatus"`
	Duration  int      `json:"duration"`
	Suite     string   `json:"suite"`
	Message   string   `json:"message,omitempty"`
	Trace     string   `json:"trace,omitempty"`
	Tags      []string `json:"tags"`
}

// WriteCTRF writes the report in the Common Test Report Format. What is neither
// passed nor failed nor skipped, such as a known failure, is "other". Times are
// zero: the clock of a run is a virtual one.
func (r *Report) WriteCTRF(w io.Writer) error {
	var f ctrfFile
	f.Format, f.Version, f.Results.Tool.Name = "CTRF", "0.0.0", "cartdouble conformance"
	sum := &f.Results.Summary
	sum.Start = r.Date.UnixMilli()
	sum.Stop = sum.Start
	f.Results.Tests = []ctrfTest{}
	for _, res := range r.Results {
		t := ctrfTest{
			Name: res.Rule.ID + " " + res.Rule.Title, RawStatus: string(res.State), Suite: familyOf(res.Rule.ID),
			Tags: []string{string(res.Rule.Level), res.Rule.Clause},
		}
		sum.Tests++
		switch {
		case res.State == pass:
			t.Status = "passed"
			sum.Passed++
		case r.isFailure(res):
			t.Status, t.Message, t.Trace = "failed", oneLine(res), r.blockText(res)
			sum.Failed++
		case res.State == notClaimed:
			t.Status, t.Message = "skipped", "not claimed: "+strings.Join(res.Missing, ", ")
			sum.Skipped++
		case res.State == blocked:
			t.Status, t.Message = "skipped", "comes after "+res.By+", which failed"
			sum.Skipped++
		default:
			t.Status, t.Message = "other", oneLine(res)
			sum.Other++
		}
		f.Results.Tests = append(f.Results.Tests, t)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(f)
}
