package golden

import (
	"regexp"
	"strconv"
)

// aliases numbers the values of one golden: the first value of a label that is
// seen is 1, and whoever meets it again gets the same number.
type aliases map[string]map[string]int

// token is the alias of a value: "<id:1 int>", or "<id:1>" without a shape.
func (a aliases) token(label, value, shape string) string {
	if a[label] == nil {
		a[label] = map[string]int{}
	}
	n, ok := a[label][value]
	if !ok {
		n = len(a[label]) + 1
		a[label][value] = n
	}
	if shape != "" {
		shape = " " + shape
	}
	return "<" + label + ":" + strconv.Itoa(n) + shape + ">"
}

// anyToken finds aliases in a text, so that they are left alone.
var anyToken = regexp.MustCompile(`<([a-z][a-z0-9-]*):([0-9]+)( [^<>"\n]*)?>`)

// present is what Secret leaves of a value.
const present = "<present>"

// replace hides what an expression matches, except in aliases.
func (a aliases) replace(text string, r rule) (string, bool) {
	taken := anyToken.FindAllStringIndex(text, -1)
	found, done := false, 0
	var out []byte
	for _, m := range r.expr.FindAllStringSubmatchIndex(text, -1) {
		from, to := m[0], m[1]
		if len(m) > 2 {
			from, to = m[2], m[3]
		}
		if from < 0 || from == to {
			continue
		}
		found = true
		for len(taken) > 0 && taken[0][1] <= from {
			taken = taken[1:]
		}
		if len(taken) > 0 && taken[0][0] < to {
			continue
		}
		out = append(append(out, text[done:from]...), a.token(string(r.kind), text[from:to], "")...)
		done = to
	}
	return string(append(out, text[done:]...)), found
}

// countAliases counts the different aliases of each label in a golden.
func countAliases(text []byte) map[string]int {
	seen := map[string]bool{}
	counts := map[string]int{}
	for _, m := range anyToken.FindAllSubmatch(text, -1) {
		if key := string(m[1]) + ":" + string(m[2]); !seen[key] {
			seen[key] = true
			counts[string(m[1])]++
		}
	}
	return counts
}
