package conformance

import (
	"fmt"
	"io"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// WriteTAP writes the report in the Test Anything Protocol, version 14: a test
// point for each check, with a YAML block where there is something to say. What
// is not claimed or blocked is skipped, and says which.
func (r *Report) WriteTAP(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "TAP version 14\n1..%d\n", len(r.Results))
	for i, res := range r.Results {
		word, skip := "ok", ""
		switch {
		case r.isFailure(res):
			word = "not ok"
		case res.State == notClaimed:
			skip = " # SKIP not claimed: " + strings.Join(res.Missing, ", ")
		case res.State == blocked:
			skip = " # SKIP comes after " + res.By + ", which failed"
		}
		fmt.Fprintf(&b, "%s %d - %s %s%s\n", word, i+1, res.Rule.ID, tapText(res.Rule.Title), skip)
		if res.State != pass && skip == "" {
			b.WriteString(tapBlock(res))
		}
	}
	fmt.Fprintf(&b, "# %s\n# %s\n", r.counts(), r.verdict())
	_, err := io.WriteString(w, b.String())
	return err
}

// tapText is a text that cannot be taken for a directive or a comment.
func tapText(text string) string {
	return strings.NewReplacer(`\`, `\\`, `#`, `\#`).Replace(text)
}

// tapBlock is what there is to say about a test point, as YAML whose values are
// JSON.
func tapBlock(res Result) string {
	var b strings.Builder
	b.WriteString("  ---\n")
	for _, item := range [][2]string{
		{"state", string(res.State)},
		{"level", string(res.Rule.Level)},
		{"clause", clauseText(res.Rule.Clause)},
		{"scene", res.Scene},
		{"code", res.Finding.Code},
		{"expected", res.Finding.Expected},
		{"got", res.Finding.Got},
		{"note", res.Note},
		{"try", res.Try},
		{"often", res.Often},
	} {
		if item[1] != "" {
			fmt.Fprintf(&b, "  %s: %s\n", item[0], fake.AppendString(nil, item[1]))
		}
	}
	if len(res.Wire) > 0 {
		b.WriteString("  wire:\n")
		for _, line := range res.Wire {
			fmt.Fprintf(&b, "    - %s\n", fake.AppendString(nil, line))
		}
	}
	b.WriteString("  ...\n")
	return b.String()
}
