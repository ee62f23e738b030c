package conformance

import (
	"strings"
	"testing"
)

// documents are the suites that have a list of clauses.
func documents() map[string][]Rule {
	return map[string][]Rule{
		"bonify":     Bonify().Rules(),
		"cartfunnel": Cartfunnel().Rules(),
		"cartly":     Cartly().Rules(),
		"cscart":     Cscart().Rules(),
		"fluidpay":   Fluidpay().Rules(),
	}
}

// Every clause of a document has a check, or a reason to have none; and what a
// rule cites is on the list.
func TestClausesHaveChecksOrReasons(t *testing.T) {
	t.Parallel()
	for api, rules := range documents() {
		list, err := clauseList(api)
		if err != nil || list == nil {
			t.Fatalf("%s: no clauses, %v", api, err)
		}
		for _, problem := range uncovered(list, rules) {
			t.Errorf("%s: %s", api, problem)
		}
	}
}

func TestUncoveredClausesAreFound(t *testing.T) {
	t.Parallel()
	list := []clauseLine{
		{text: "1-3", lines: spans("1-3"), summary: "one"},
		{text: "5", lines: spans("5"), summary: "two"},
		{text: "7", lines: spans("7"), summary: "three", reason: "words"},
		{text: "6", lines: spans("6"), summary: "four", reason: "words"},
	}
	rules := []Rule{{ID: "CFN-A-01", API: "x", Clause: "x:2,7; y:5"}, {ID: "CFN-A-02", API: "x", Clause: "x:4"}}
	got := strings.Join(uncovered(list, rules), "\n")
	for _, want := range []string{
		"5 (two) has neither a check nor a reason",
		"7 has a reason to have no check, and has CFN-A-01",
		"6 is out of order",
		"CFN-A-02 cites lines that no clause has: x:4",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not found:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n"); n != 3 {
		t.Errorf("%d problems, want 4:\n%s", n+1, got)
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	if got := spans("45,182-186"); len(got) != 2 || got[0] != (span{45, 45}) || got[1] != (span{182, 186}) {
		t.Errorf("got %v", got)
	}
	for _, bad := range []string{"", "x", "1-", "0", "5-4", "1,,2", "99999999999999999999"} {
		if got := spans(bad); got != nil {
			t.Errorf("%q is %v", bad, got)
		}
	}
}
