package conformance

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The clauses of each vendor's document, as far as there is a list. A line of a
// list is
//
//	39,46  next_page says whether there are more pages
//	96-101 how the consent page looks -- not seen by behaviour
//
// with the lines of the document, what it says in our words and, behind two
// dashes, why no check is about it.
//
//go:embed clauses/*.txt
var clauseFiles embed.FS

// A clauseLine is one rule that a document states.
type clauseLine struct {
	lines   []span
	text    string // the lines as they are written: "39,46"
	summary string
	reason  string // why there is no check; "" where there should be one
}

// A span is from one line of a document to another, both included.
type span struct{ from, to int }

// clauseList reads the list of an API, nil where there is none.
func clauseList(api string) ([]clauseLine, error) {
	name := "clauses/" + api + ".txt"
	text, err := clauseFiles.ReadFile(name)
	if err != nil {
		return nil, nil // an API without a list has no page of clauses
	}
	return readClauses(name, string(text))
}

// readClauses reads the lines of a list.
func readClauses(name, text string) ([]clauseLine, error) {
	var all []clauseLine
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		where, rest, _ := strings.Cut(line, " ")
		c := clauseLine{text: where, lines: spans(where)}
		c.summary, c.reason, _ = strings.Cut(strings.TrimSpace(rest), " -- ")
		c.summary, c.reason = strings.TrimSpace(c.summary), strings.TrimSpace(c.reason)
		if c.lines == nil || c.summary == "" {
			return nil, fmt.Errorf("%s:%d: want lines, and what they say: %q", name, number, line)
		}
		all = append(all, c)
	}
	return all, nil
}

// clausesOf is the list of an API that has one in this package.
func clausesOf(api string) []clauseLine {
	list, err := clauseList(api)
	if err != nil {
		panic(err)
	}
	return list
}

var linesForm = regexp.MustCompile(`^\d+(-\d+)?(,\d+(-\d+)?)*$`)

// spans reads "45,182-186", nil for what is not of that form.
func spans(text string) []span {
	if !linesForm.MatchString(text) {
		return nil
	}
	var found []span
	for part := range strings.SplitSeq(text, ",") {
		from, to, is := strings.Cut(part, "-")
		if !is {
			to = from
		}
		a, err1 := strconv.Atoi(from)
		b, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || a < 1 || b < a {
			return nil
		}
		found = append(found, span{a, b})
	}
	return found
}

// cites are the lines of the API's own document that the clause of a rule names.
func (r Rule) cites() []span {
	var found []span
	for part := range strings.SplitSeq(r.Clause, "; ") {
		if lines, ok := strings.CutPrefix(part, r.API+":"); ok {
			found = append(found, spans(lines)...)
		}
	}
	return found
}

// covers tells whether a rule is about a clause: they share a line.
func (c clauseLine) covers(r Rule) bool {
	return slices.ContainsFunc(r.cites(), func(a span) bool {
		return slices.ContainsFunc(c.lines, func(b span) bool { return a.from <= b.to && b.from <= a.to })
	})
}

// uncovered says what is wrong between the clauses of a document and the rules
// of a suite.
func uncovered(list []clauseLine, rules []Rule) []string {
	var problems []string
	last := 0
	for _, c := range list {
		if c.lines[0].from <= last {
			problems = append(problems, c.text+" is out of order, or overlaps the clause before")
		}
		last = c.lines[len(c.lines)-1].to
		var by []string
		for _, r := range rules {
			if c.covers(r) {
				by = append(by, r.ID)
			}
		}
		switch {
		case by == nil && c.reason == "":
			problems = append(problems, c.text+" ("+c.summary+") has neither a check nor a reason")
		case by != nil && c.reason != "":
			problems = append(problems, c.text+" has a reason to have no check, and has "+strings.Join(by, ", "))
		}
	}
	for _, r := range rules {
		for _, s := range r.cites() {
			if !within(s, list) {
				problems = append(problems, r.ID+" cites lines that no clause has: "+r.Clause)
			}
		}
	}
	return problems
}

// within tells whether clauses have the first and the last line of a span.
func within(s span, list []clauseLine) bool {
	first, last := false, false
	for _, c := range list {
		for _, l := range c.lines {
			first = first || l.from <= s.from && s.from <= l.to
			last = last || l.from <= s.to && s.to <= l.to
		}
	}
	return first && last
}

// A htmlClause is a clause with what became of it in a run.
type htmlClause struct{ Lines, Summary, Word, Class, By string }

// clauses are those of the document, with what the run says about each. The
// worst state of the checks about it counts.
func (r *Report) clauses() []htmlClause {
	var shown []htmlClause
	for _, c := range clausesOf(r.API) {
		h := htmlClause{Lines: c.text, Summary: c.summary, Word: "not testable", Class: "none", By: c.reason}
		if c.reason == "" {
			h.Word, h.Class, h.By = r.coverage(c)
		}
		shown = append(shown, h)
	}
	return shown
}

// coverage is what the checks of a run say about a clause.
func (r *Report) coverage(c clauseLine) (word, class, by string) {
	var ids []string
	var broken, held, unclaimed bool
	for _, res := range r.Results {
		if !c.covers(res.Rule) {
			continue
		}
		ids = append(ids, res.Rule.ID)
		switch res.State {
		case fail, warn, stale, flaky, known, blocked:
			broken = true
		case pass, chosen:
			held = true
		case notClaimed:
			unclaimed = true
		}
	}
	by = strings.Join(ids, ", ")
	switch {
	case broken:
		return "broken", "bad", by
	case held:
		return "held", "good", by
	case unclaimed:
		return "not claimed", "none", by
	case ids != nil:
		return "not exercised", "warn", by
	}
	return "not in this run", "none", ""
}
