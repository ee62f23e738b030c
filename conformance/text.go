package conformance

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// WriteText writes the report for a terminal, what matters most at the end.
// Colours are used on a terminal only, and not if NO_COLOR is set. Secrets are
// never written.
func (r *Report) WriteText(w io.Writer) error {
	_, err := io.WriteString(w, r.text(colours(w)))
	return err
}

// colours tells whether w is a terminal that may be written to in colours.
func colours(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (r *Report) text(colour bool) string {
	return (&textReport{Report: r, colour: colour}).whole()
}

// told is the report beneath the subtests, which have told what failed: of that it
// has the first line, and of the rest all but the counts.
func (r *Report) told() string {
	return (&textReport{Report: r, told: true}).whole()
}

func (t *textReport) whole() string {
	t.head()
	t.families()
	for _, state := range []State{pass, warn, known, stale, chosen, flaky, notExercised, broke, fail} {
		for _, res := range t.Results {
			if res.State == state && (state != pass || res.Wire != nil) {
				t.block(res)
			}
		}
	}
	t.tail()
	return t.String()
}

type textReport struct {
	*Report
	strings.Builder
	colour bool
	told   bool
}

func (t *textReport) line(format string, args ...any) {
	fmt.Fprintf(t, format+"\n", args...)
}

func (t *textReport) head() {
	line := fmt.Sprintf("%s (%s, edition %s)", t.Title, t.API, t.Edition)
	if t.Client != "" {
		line += "   client: " + t.Client
	}
	switch {
	case t.Watched:
		line += "   watched"
	case t.Target != "":
		line += "   server: " + t.Target
		if t.ReadOnly {
			line += "   read-only"
		}
	default:
		line += fmt.Sprintf("   clock: %s   seed: %d", t.Clock, t.Seed)
	}
	t.line("%s", line)
	if names, n := t.notClaimed(); n > 0 {
		word := "not claimed"
		if t.Target != "" {
			word = "not given"
		}
		t.line("%s: %s (%s)", word, strings.Join(names, ", "), count(n, "check"))
	}
	t.line("")
}

// notClaimed names the functions that the adapter does not have, and counts the
// checks that need them.
func (r *Report) notClaimed() (names []string, checks int) {
	for _, res := range r.Results {
		if res.State != notClaimed {
			continue
		}
		checks++
		for _, name := range res.Missing {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names, checks
}

// stateOrder is the order of states in lists of counts.
var stateOrder = []State{pass, fail, warn, chosen, known, stale, flaky, broke, notExercised, blocked, notClaimed}

// families writes how many checks of each family are in which state.
func (t *textReport) families() {
	const column, width = 21, 126
	line := "  "
	for _, family := range t.byFamily() {
		cell := fmt.Sprintf("%-8s", family.name)
		for _, state := range stateOrder {
			if n := family.count[state]; n > 0 && state != notClaimed {
				cell += fmt.Sprintf("  %2d %s", n, stateWord(state))
			}
		}
		for len(cell)%column != column-2 {
			cell += " "
		}
		cell += "  "
		if len(line)+len(cell) > width+2 {
			t.line("%s", strings.TrimRight(line, " "))
			line = "  "
		}
		line += cell
	}
	if rest := strings.TrimRight(line, " "); rest != "" {
		t.line("%s", rest)
	}
}

func stateWord(s State) string {
	switch s {
	case pass:
		return "ok"
	case blocked:
		return "blocked"
	case notClaimed:
		return "not claimed"
	}
	return string(s)
}

type familyCount struct {
	name  string
	count map[State]int
}

// byFamily counts states by family; the common profile is one.
func (r *Report) byFamily() []familyCount {
	var families []familyCount
	for _, res := range r.Results {
		name := familyOf(res.Rule.ID)
		if strings.HasPrefix(name, "GEN-") {
			name = "GEN"
		}
		if n := len(families); n == 0 || families[n-1].name != name {
			families = append(families, familyCount{name, map[State]int{}})
		}
		families[len(families)-1].count[res.State]++
	}
	return slices.DeleteFunc(families, func(f familyCount) bool { return len(f.count) == 1 && f.count[notClaimed] > 0 })
}

// block writes what is to be said about one check that did not pass.
func (t *textReport) block(res Result) {
	t.line("")
	title := fmt.Sprintf("%s %s  %s", t.paint(res.State), res.Rule.ID, res.Rule.Title)
	t.line("%s", strings.TrimRight(fmt.Sprintf("%-*s  %s  %s", 76, title, res.Rule.Level, clauseText(res.Rule.Clause)), " "))
	if t.told && t.isFailure(res) {
		t.item("blocked", strings.Join(t.blocks(res.Rule.ID), ", "))
		return
	}
	if res.State == fail || res.State == warn {
		t.item("rule", res.Rule.Summary)
	}
	if res.Unscored {
		t.item("unscored", "it is newer than the edition, and no failure")
	}
	t.item("scene", res.Scene)
	switch res.State {
	case notExercised:
		t.item("needed", res.Note)
	case chosen:
		t.item("reading", res.Finding.Code)
	default:
		t.item("expected", res.Finding.Expected)
		t.item("got", res.Finding.Got)
		if res.Finding.Code != "" {
			t.item("code", res.Finding.Code)
		}
		t.item("note", res.Note)
	}
	t.item("blocked", strings.Join(t.blocks(res.Rule.ID), ", "))
	if res.State == known || res.State == chosen || res.State == stale {
		return
	}
	t.item("wire", strings.Join(res.Wire, "\n"))
	t.item("sent", deliveryText(res.Deliveries, res.Finding))
	t.item("try", res.Try)
	t.item("log", strings.Join(res.Log, "\n"))
	t.item("left", firstLines(res.Left, 24))
	t.item("often", res.Often)
	t.item("again", t.Again(res.Rule.ID)) // what was watched runs again with its own test
}

// item writes a named text; its further lines stand below the first.
func (t *textReport) item(name, text string) {
	if text == "" {
		return
	}
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		t.line("%s", strings.TrimRight(fmt.Sprintf("     %-9s %s", name, printable(line)), " "))
		name = ""
	}
}

// printable is a line of text without what a terminal would not show, or obey.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return utf8.RuneError
		}
		return r // bytes that are no letter have become utf8.RuneError
	}, line)
}

// firstLines is the beginning of a text.
func firstLines(text string, most int) string {
	lines := strings.Split(text, "\n")
	if len(lines) <= most {
		return text
	}
	return strings.Join(lines[:most], "\n") + fmt.Sprintf("\n… %d more lines", len(lines)-most)
}

// blocks are the checks that a broken one explains.
func (r *Report) blocks(id string) []string {
	var ids []string
	for _, res := range r.Results {
		if res.State == blocked && res.By == id {
			ids = append(ids, res.Rule.ID)
		}
	}
	return ids
}

func clauseText(clause string) string {
	if clause == "-" {
		return ""
	}
	return clause
}

func (t *textReport) paint(s State) string {
	if !t.colour {
		return string(s)
	}
	code := "33" // yellow
	if slices.Contains([]State{fail, stale, flaky, broke}, s) {
		code = "31" // red
	}
	return "\x1b[" + code + "m" + string(s) + "\x1b[0m"
}

// tail writes the counts and the result.
func (t *textReport) tail() {
	t.line("")
	if len(t.Left) > 0 {
		t.line("left behind: %s", strings.Join(t.Left, ", "))
	}
	if !t.told {
		t.line("%s", t.counts())
		t.line("result: %s", t.verdict())
	}
}

// counts are the checks by state, on one line.
func (r *Report) counts() string {
	byState := r.byState()
	var parts []string
	for _, state := range stateOrder {
		if n := byState[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ToLower(string(state))))
		}
	}
	return count(len(r.Results), "check") + ": " + strings.Join(parts, ", ")
}

// verdict says in a word whether the client conforms, as far as was seen.
func (r *Report) verdict() string {
	failed := r.Failed()
	if len(failed) == 0 {
		return r.conforming()
	}
	levels := map[Level]int{}
	others := 0
	for _, res := range failed {
		if res.State == fail || res.State == warn {
			levels[res.Rule.Level]++
		} else {
			others++
		}
	}
	var parts []string
	for _, level := range []Level{must, should, care, choice} {
		if n := levels[level]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, level))
		}
	}
	if others > 0 {
		parts = append(parts, fmt.Sprintf("%d without a verdict", others))
	}
	return "NOT CONFORMING (" + strings.Join(parts, ", ") + ")"
}

// conforming is the verdict where nothing failed.
func (r *Report) conforming() string {
	byState := r.byState()
	warnings := byState[warn]
	switch {
	case byState[pass]+byState[warn]+byState[known]+byState[chosen] == 0:
		return "NOTHING EXERCISED"
	case warnings > 0:
		return "CONFORMING in what was checked, with " + count(warnings, "warning")
	}
	return "CONFORMING in what was checked"
}

func (r *Report) byState() map[State]int {
	n := map[State]int{}
	for _, res := range r.Results {
		n[res.State]++
	}
	return n
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
