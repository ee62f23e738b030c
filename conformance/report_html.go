package conformance

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

//go:embed report.html.tmpl
var pageText string

// proofs are the kill matrices, as the tests of the suites made them.
//
//go:embed testdata/kill-matrix-*.txt
var proofs embed.FS

var page = template.Must(template.New("report").Parse(pageText))

// WriteHTML writes the report as one page that needs nothing else: no script, no
// network, light and dark, and printable. It has the checks as a matrix, with the
// results of other runs of the same suite beside them if they are given, each
// finding with its conversation on the time axis, the document clause by clause,
// the proof of the suite and the readings. Secrets are never written.
func (r *Report) WriteHTML(w io.Writer, others ...*Report) error {
	var b bytes.Buffer
	if err := page.Execute(&b, r.page(others)); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// A htmlPage is what the template shows.
type htmlPage struct {
	*Report
	Verdict, VerdictClass, Counts, NotClaimed string
	Head                                      []htmlItem
	Legend                                    []htmlCell
	Columns                                   []string
	Wide                                      int
	Families                                  []htmlFamily
	Findings                                  []htmlFinding
	Clauses                                   []htmlClause
	Proof, ProofOf                            string
	Known                                     []htmlKnown
}

type (
	htmlItem   struct{ Name, Text string }
	htmlCell   struct{ Letter, Word, Class string }
	htmlFamily struct {
		Name string
		Rows []htmlRow
	}
	htmlRow struct {
		ID, Title, Level, Clause string
		Found                    bool // there is a section about it
		Cells                    []htmlCell
	}
	htmlKnown struct{ ID, State, Class, Note string }
)

func (r *Report) page(others []*Report) htmlPage {
	p := htmlPage{
		Report: r, Verdict: r.verdict(), Counts: r.counts(), Head: r.head(),
		Columns: []string{columnOf(r)}, Clauses: r.clauses(),
	}
	p.VerdictClass = stateClass(fail)
	if len(r.Failed()) == 0 {
		p.VerdictClass = stateClass(pass)
	}
	if names, n := r.notClaimed(); n > 0 {
		p.NotClaimed = fmt.Sprintf("%s (%s)", strings.Join(names, ", "), count(n, "check"))
	}
	for _, s := range stateOrder {
		p.Legend = append(p.Legend, cellOf(s))
	}
	for _, o := range others {
		p.Columns = append(p.Columns, columnOf(o))
	}
	p.Wide = len(p.Columns) + 4
	for _, res := range r.Results {
		row := htmlRow{ID: res.Rule.ID, Title: res.Rule.Title, Level: string(res.Rule.Level), Clause: clauseText(res.Rule.Clause), Cells: []htmlCell{cellOf(res.State)}}
		for _, o := range others {
			row.Cells = append(row.Cells, cellOf(o.stateOf(res.Rule.ID)))
		}
		if isTold(res.State) {
			row.Found = true
			p.Findings = append(p.Findings, r.finding(res))
		}
		name := familyOf(res.Rule.ID)
		if n := len(p.Families); n == 0 || p.Families[n-1].Name != name {
			p.Families = append(p.Families, htmlFamily{Name: name})
		}
		last := &p.Families[len(p.Families)-1]
		last.Rows = append(last.Rows, row)
		if res.State == known || res.State == stale {
			p.Known = append(p.Known, htmlKnown{res.Rule.ID, string(res.State), stateClass(res.State), res.Note})
		}
	}
	p.Proof, p.ProofOf = proofText(r.API), proofOf()
	return p
}

// isTold tells whether a state gets a section of its own.
func isTold(s State) bool { return !slices.Contains([]State{pass, notClaimed, blocked}, s) }

// stateOf is the state of a check in this report, "" where it has none.
func (r *Report) stateOf(id string) State {
	for _, res := range r.Results {
		if res.Rule.ID == id {
			return res.State
		}
	}
	return ""
}

func columnOf(r *Report) string {
	if r.Client == "" {
		return "this client"
	}
	return r.Client
}

var stateLetters = map[State]string{
	pass: "P", fail: "F", warn: "W", notExercised: "-", blocked: "b", notClaimed: "n",
	chosen: "C", known: "K", stale: "S", flaky: "~", broke: "E", "": " ",
}

func cellOf(s State) htmlCell {
	word := strings.ToLower(string(s))
	if s == "" {
		word = "not in this run"
	}
	return htmlCell{stateLetters[s], word, stateClass(s)}
}

func stateClass(s State) string {
	switch s {
	case pass:
		return "good"
	case fail, stale, flaky, broke:
		return "bad"
	case warn, notExercised:
		return "warn"
	case chosen, known:
		return "info"
	}
	return "none"
}

// head are the facts about the run.
func (r *Report) head() []htmlItem {
	items := []htmlItem{{"client", r.Client}, {"date", r.Date.Format("2006-01-02")}, {"clock", r.Clock}, {"seed", fmt.Sprint(r.Seed)}, {"made by", madeBy()}}
	if r.Watched {
		items = append(items, htmlItem{"way", "watched: what the traffic of a test shows"})
	}
	if r.Strict {
		items = append(items, htmlItem{"strict", "a broken SHOULD or CARE is a failure too"})
	}
	if r.Target != "" {
		items = append(items, htmlItem{"server", r.Target})
	}
	if r.ReadOnly {
		items = append(items, htmlItem{"writes", "none: the target is read-only"})
	}
	if len(r.Left) > 0 {
		items = append(items, htmlItem{"left behind", strings.Join(r.Left, ", ")})
	}
	if r.test != "" {
		items = append(items, htmlItem{"again", r.goTest("")})
	}
	return slices.DeleteFunc(items, func(i htmlItem) bool { return i.Text == "" })
}

// madeBy names this module and Go as the program was built with them.
func madeBy() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	const path = "github.com/cartdouble/cartdouble"
	version := "(devel)"
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == path && m.Version != "" {
			version = m.Version
		}
	}
	return path + " " + version + ", " + info.GoVersion
}

// A htmlFinding is the section about one check.
type htmlFinding struct {
	ID, State, Class, Title, Level, Clause, Summary, Scene, Note string
	Sided                                                        bool
	Expected, Got, Blocks, Try, Again, Often, Log, Left          string
	Mutants                                                      []string
	Diagram                                                      template.HTML
	Exchanges                                                    []htmlExchange
}

type htmlExchange struct {
	Line            string
	At              bool
	Request, Answer template.HTML
}

func (r *Report) finding(res Result) htmlFinding {
	f := htmlFinding{
		ID: res.Rule.ID, State: string(res.State), Class: stateClass(res.State), Title: res.Rule.Title, Level: string(res.Rule.Level),
		Clause: clauseText(res.Rule.Clause), Summary: res.Rule.Summary, Scene: res.Scene, Note: res.Note,
		Sided: res.Finding.Expected+res.Finding.Got != "", Expected: res.Finding.Expected, Got: res.Finding.Got,
		Blocks: strings.Join(r.blocks(res.Rule.ID), ", "), Try: res.Try, Often: res.Often, Mutants: res.Rule.Mutants, Again: r.Again(res.Rule.ID),
		Log: strings.Join(res.Log, "\n"), Left: firstLines(res.Left, 60), Diagram: diagram(res),
	}
	if res.State == notExercised {
		f.Note = "needed: " + res.Note
	}
	if res.State == chosen {
		f.Note = "the reading that was seen: " + res.Finding.Code
	}
	f.Exchanges = inTurn(res.Exchanges, res.Deliveries, res.Finding.exchange, res.Finding.sending)
	return f
}

// whole is how much of a body stands on the page.
const wholeBody = 4000

// exchange is one on the page, with the offending part marked if the finding is
// about it.
func (f Finding) exchange(x fake.Exchange) htmlExchange {
	at := x.Seq == f.Call
	words := f.marks(at)
	return htmlExchange{
		Line: fmt.Sprintf("#%d %s %s → %s", x.Seq, x.Method, x.URL, statusText(x)), At: at,
		Request: marked(messageText(x.Method+" "+x.URL, x.Header, x.Body, wholeBody), words),
		Answer:  marked(messageText(statusText(x), x.ReplyHeader, x.ReplyBody, wholeBody), words),
	}
}

// sending is one of a delivery on the page.
func (f Finding) sending(a fake.Attempt) htmlExchange {
	at := f.about(a)
	words := f.marks(at)
	return htmlExchange{
		Line: attemptName(a) + " → " + answerWords(a), At: at,
		Request: marked(askedOf(a, wholeBody), words), Answer: marked(answerOf(a, wholeBody), words),
	}
}

// marks are the words to be marked where the finding is about it.
func (f Finding) marks(at bool) []string {
	if !at {
		return nil
	}
	return offending(f)
}

func statusText(x fake.Exchange) string {
	if x.Status == 0 {
		return "no answer"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", x.Status, http.StatusText(x.Status)))
}

// messageText is a request or an answer as it would stand in a trace, its body
// up to so many bytes.
func messageText(first string, h http.Header, body []byte, most int) string {
	var b strings.Builder
	b.WriteString(first + "\n")
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			b.WriteString(name + ": " + value + "\n")
		}
	}
	if len(body) > 0 {
		text := strings.ToValidUTF8(string(body[:min(len(body), most)]), "\ufffd")
		b.WriteString("\n" + text)
		if len(body) > most {
			fmt.Fprintf(&b, "\n… %d more bytes", len(body)-most)
		}
	}
	return b.String()
}

var worthMarking = regexp.MustCompile(`"([^"]{2,})"|\b([A-Za-z0-9_.@+-]*[0-9_.@+-][A-Za-z0-9_.@+-]+)\b`)

// offending are the words of a finding that are worth being marked in the
// exchange that it is about: what stands in quotes, names and numbers.
func offending(f Finding) []string {
	var words []string
	for _, m := range worthMarking.FindAllStringSubmatch(f.Got, -1) {
		if word := m[1] + m[2]; !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// marked is a text with some words of it marked.
func marked(text string, words []string) template.HTML {
	escaped := template.HTMLEscapeString(text)
	if len(words) == 0 {
		return template.HTML(escaped) // escaped above
	}
	var pairs []string
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) }) // the longest that fits
	for _, word := range words {
		word = template.HTMLEscapeString(word)
		pairs = append(pairs, word, "<mark>"+word+"</mark>")
	}
	return template.HTML(strings.NewReplacer(pairs...).Replace(escaped)) // only marks were added
}

// proofText is the kill matrix of the client suite of an API, "" where it has none.
func proofText(api string) string {
	text, err := proofs.ReadFile("testdata/kill-matrix-" + api + ".txt")
	if err != nil {
		return ""
	}
	return string(text)
}

// proofOf says where the matrix comes from: the build it stands in.
func proofOf() string {
	text := "It is checked whenever the tests of " + madeBy() + " run"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return text + "."
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			text += ", commit " + s.Value
		case "vcs.time":
			text += " of " + s.Value
		}
	}
	return text + "."
}
