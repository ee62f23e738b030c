package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// matrix is the proof as a table: a row for each bad client, a column for each
// check, with the columns of a family together.
//
//	.  passes
//	K  killed by the check it is named after
//	k  killed by another check of that family
//	b  blocked: a check that this one comes after has failed
//	f  fails too: it comes after the killer, whose warning stands for no failure
//	-  not exercised
//	n  not claimed
//	c  a choice: the reading that was seen is recorded
//	E  error
//	X  killed by a check of another family: a defect of that check
func (p *proof[C]) matrix() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, edition %s: %d checks, %d mutants, %d trivial adapters\n\n", p.s.api, p.s.edition, len(p.s.checks), len(p.mutants), len(p.trivials))
	b.WriteString(". passes   K killed   k killed by the family   b blocked   f fails too   - not exercised   E error   X defect")
	if slices.ContainsFunc(p.s.checks, func(k *check[C]) bool { return k.level == choice }) {
		b.WriteString("   c choice")
	}
	b.WriteString("\n\n")
	p.columns(&b)
	last := ""
	for _, k := range p.mutants {
		if family := familyOf(k.name); family != last {
			b.WriteByte('\n')
			last = family
		}
		fmt.Fprintf(&b, "%-15s%s  %s\n", k.name, p.row(k), k.expected)
	}
	b.WriteByte('\n')
	for _, k := range p.trivials {
		fmt.Fprintf(&b, "%-15s%s\n", k.name, p.row(k))
	}
	return b.String()
}

// columns writes the heads of the columns: the families, then the numbers.
func (p *proof[C]) columns(b *strings.Builder) {
	var families []string
	for _, k := range p.s.checks {
		if family := familyOf(k.id); !slices.Contains(families, family) {
			families = append(families, family)
		}
	}
	longest := 0
	for _, f := range families {
		longest = max(longest, len(f))
	}
	for i := range longest { // downwards, above the first column of the family
		line := strings.Repeat(" ", 15)
		for _, f := range families {
			letter := " "
			if i < len(f) {
				letter = f[i : i+1]
			}
			line += letter + strings.Repeat(" ", p.size(f))
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	line := strings.Repeat(" ", 15)
	for _, f := range families {
		for n := range p.size(f) {
			line += fmt.Sprint((n + 1) % 10)
		}
		line += " "
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

// size is how many checks a family has.
func (p *proof[C]) size(family string) int {
	n := 0
	for _, k := range p.s.checks {
		if familyOf(k.id) == family {
			n++
		}
	}
	return n
}

// row is what became of each check with one bad client.
func (p *proof[C]) row(k killed) string {
	var b strings.Builder
	last := ""
	for _, res := range k.results {
		family := familyOf(res.Rule.ID)
		if last != "" && family != last {
			b.WriteByte(' ')
		}
		last = family
		b.WriteString(p.letter(k, res))
	}
	return b.String()
}

func (p *proof[C]) letter(k killed, res Result) string {
	switch res.State {
	case pass:
		return "."
	case blocked:
		return "b"
	case notExercised:
		return "-"
	case notClaimed:
		return "n"
	case chosen:
		return "c"
	case fail, warn:
		switch {
		case k.raw == nil: // a trivial adapter is killed by whatever finds it
			return "k"
		case res.Rule.ID == k.name[:len(k.name)-1]:
			return "K"
		case familyOf(res.Rule.ID) == familyOf(k.name):
			return "k"
		}
		if slices.Contains(p.s.before[res.Rule.ID], k.name[:len(k.name)-1]) {
			return "f"
		}
		return "X"
	}
	return "E"
}
