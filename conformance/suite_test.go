package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// recovered runs f and gives what it panicked with, as a text.
func recovered(f func()) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = fmt.Sprint(p)
		}
	}()
	f()
	return ""
}

func TestSuiteRefusesChecks(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*cfnCheck){
		"an id is API, family and number":     func(k *cfnCheck) { k.id = "CFN-1" },
		"it has no title":                     func(k *cfnCheck) { k.title = "" },
		"is no level":                         func(k *cfnCheck) { k.level = "MAY" },
		`"94" is no clause`:                   func(k *cfnCheck) { k.clause = "94" },
		`"-" is no clause`:                    func(k *cfnCheck) { k.clause = "-" },
		"it has no summary":                   func(k *cfnCheck) { k.summary = "" },
		"nothing drives the client":           func(k *cfnCheck) { k.drive = nil },
		"it has no prerequisite":              func(k *cfnCheck) { k.seen = nil },
		"nothing judges it":                   func(k *cfnCheck) { k.judge = nil },
		"between the readings of a flag":      func(k *cfnCheck) { k.level = choice },
		"a choice has no mutant":              func(k *cfnCheck) { k.level, k.flags = choice, []string{"BOOL_AS_STRING"} },
		"it has no mutant":                    func(k *cfnCheck) { k.mutants = nil },
		"mutant 1: want letter a":             func(k *cfnCheck) { k.mutants = []mutant{{"b", "x", "x"}} },
		"mutant 2: want letter b":             func(k *cfnCheck) { k.mutants = append(k.mutants, mutant{"b", "x", "No Code"}) },
		`needs "Delete", which the adapter`:   func(k *cfnCheck) { k.needs = []string{"List|Delete"} },
		"the suite has no flag DAYLIGHT":      func(k *cfnCheck) { k.flags = []string{"DAYLIGHT"} },
		"sides of its limit are 3 and 5":      limited3(3, 5),
		"its limit of 3 has no unit":          func(k *cfnCheck) { limited3(3, 4)(k); k.limits[0].unit = "" },
		"nothing shows where its limit":       func(k *cfnCheck) { limited3(3, 4)(k); k.limits[0].met = nil },
		`rests on "cartfunnel:93-94"; want`:   func(k *cfnCheck) { limited3(3, 4)(k); k.limits[0].clause = "cartfunnel:93-94" },
		`rests on "cartfunnel:94; CF-1"`:      func(k *cfnCheck) { limited3(3, 4)(k); k.limits[0].clause = "cartfunnel:94; CF-1" },
		`rests on "once"; want one`:           func(k *cfnCheck) { limited3(3, 4)(k); k.limits[0].clause = "once" },
		`comes after "CFN-Z-09", which there`: func(k *cfnCheck) { k.after = []string{"CFN-Z-09"} },
		"[CFN-A-01 CFN-A-01]: these checks":   func(k *cfnCheck) { k.after = []string{"CFN-A-01"} },
	} {
		if got := recovered(func() { sample(lister("CFN-A-01", change)) }); !strings.Contains(got, want) {
			t.Errorf("panic %q, want one with %q", got, want)
		}
	}
	if got := recovered(func() { sample(lister("CFN-A-01"), lister("CFN-A-01")) }); !strings.Contains(got, "this id is taken") {
		t.Errorf("panic %q for an id that is used twice", got)
	}
	loop := func() { sample(lister("CFN-A-01", after1("CFN-B-01")), lister("CFN-B-01", after1("CFN-A-01"))) }
	if got := recovered(loop); !strings.Contains(got, "come after each other") {
		t.Errorf("panic %q for a loop", got)
	}
	if got := recovered(func() { sample(lister("CFN-A-01", at(care), func(k *cfnCheck) { k.clause = "-" })) }); got != "" {
		t.Errorf("panic %q for a CARE without a clause", got)
	}
}

func TestClausesHaveOneForm(t *testing.T) {
	t.Parallel()
	for clause, ok := range map[string]bool{
		"cartfunnel:94": true, "cartfunnel:20-23,48-51": true, "CF-14": true, "cartfunnel:94-96; CF-24": true,
		"": false, "cartfunnel": false, "cartfunnel: 94": false, "cartfunnel:94;CF-24": false, "line 94": false,
	} {
		if clauseForm.MatchString(clause) != ok {
			t.Errorf("%q is a clause: %t", clause, !ok)
		}
	}
}

func TestRulesTellAllAboutACheck(t *testing.T) {
	t.Parallel()
	rules := Cartfunnel().Rules()
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == "CFN-TYPE-01" })
	r := rules[i]
	if r.API != "cartfunnel" || r.Title == "" || r.Clause != "cartfunnel:69,76,78" || r.Summary == "" || r.Level != must || r.Wire {
		t.Errorf("rule %+v", r)
	}
	if !slices.Equal(r.Needs, []string{"Get|List"}) || !slices.Equal(r.Flags, []string{"BOOL_AS_STRING"}) || !slices.Equal(r.After, []string{"CFN-URL-01"}) {
		t.Errorf("rule %+v", r)
	}
	if !slices.Equal(r.Mutants, []string{"CFN-TYPE-01a: decodes into a JSON boolean, which fails", "CFN-TYPE-01b: takes any text for true"}) {
		t.Errorf("mutants %q", r.Mutants)
	}
}

// The list of checks is a golden file, so that an id that changes its meaning,
// or goes, is seen in a review.
func TestCartfunnelRules(t *testing.T) {
	t.Parallel()
	golden(t, "rules-cartfunnel.txt", rulesText(Cartfunnel().Rules()))
}

// rulesText lists rules for people.
func rulesText(rules []Rule) string {
	var b strings.Builder
	for _, r := range rules {
		fmt.Fprintf(&b, "%s  %s  %s  %s\n    %s\n", r.ID, r.Level, r.Clause, r.Title, r.Summary)
		fmt.Fprintf(&b, "    needs %s", strings.Join(r.Needs, ", "))
		if r.Wire {
			b.WriteString("; the wire decides")
		}
		if r.Flags != nil {
			fmt.Fprintf(&b, "; flag %s", strings.Join(r.Flags, ", "))
		}
		if r.After != nil {
			fmt.Fprintf(&b, "; after %s", strings.Join(r.After, ", "))
		}
		b.WriteString("\n")
		for _, m := range r.Mutants {
			fmt.Fprintf(&b, "    %s\n", m)
		}
	}
	return b.String()
}
