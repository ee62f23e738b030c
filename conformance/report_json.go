package conformance

import (
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/internal/har"
)

// Schemas has the JSON Schema of each form that this package writes or reads:
// report_v1.schema.json is that of WriteJSON, jsonlines_v1.schema.json that of the
// lines between a suite and a program, see Command.
//
//go:embed report_v1.schema.json jsonlines_v1.schema.json
var Schemas embed.FS

const reportSchema = "conformance_report_v1"

// A reportFile is a report as JSON. Its members are a promise: they are added
// to, and not changed.
type reportFile struct {
	Schema     string         `json:"schema"`
	API        string         `json:"api"`
	Title      string         `json:"title"`
	Edition    string         `json:"edition"`
	Client     string         `json:"client"`
	Clock      string         `json:"clock"`
	Seed       uint64         `json:"seed"`
	Date       string         `json:"date"`
	Watched    bool           `json:"watched"`
	Strict     bool           `json:"strict"`
	Target     string         `json:"target,omitempty"`    // base URL of the server that was judged
	ReadOnly   bool           `json:"read_only,omitempty"` // that server was only read from
	Left       []string       `json:"left_behind,omitempty"`
	Again      string         `json:"again,omitempty"`   // name of the test that ran it
	Package    string         `json:"package,omitempty"` // of that test
	Command    []string       `json:"command,omitempty"`
	Verdict    string         `json:"verdict"`
	Failures   int            `json:"failures"`
	Counts     map[string]int `json:"counts"`
	NotClaimed []string       `json:"not_claimed"`
	Choices    []choiceFile   `json:"choices"`
	Checks     []checkFile    `json:"checks"`
}

type choiceFile struct {
	Flag    string `json:"flag"`
	Reading string `json:"reading"`
	Pinned  bool   `json:"pinned"`
}

type checkFile struct {
	ID        string       `json:"id"`
	Title     string       `json:"title"`
	Level     string       `json:"level"`
	Clause    string       `json:"clause"`
	Summary   string       `json:"summary"`
	Wire      bool         `json:"wire_only"`
	State     string       `json:"state"`
	Failure   bool         `json:"failure"`
	Unscored  bool         `json:"unscored,omitempty"`
	Scene     string       `json:"scene,omitempty"`
	Finding   *findingFile `json:"finding,omitempty"`
	Note      string       `json:"note,omitempty"`
	BlockedBy string       `json:"blocked_by,omitempty"`
	Missing   []string     `json:"missing,omitempty"`
	Lines     []string     `json:"lines,omitempty"`
	Try       string       `json:"try,omitempty"`
	Often     string       `json:"often,omitempty"`
	Log       []string     `json:"log,omitempty"`
	Left      string       `json:"left,omitempty"`
	Needs     []string     `json:"needs,omitempty"`
	Flags     []string     `json:"flags,omitempty"`
	After     []string     `json:"after,omitempty"`
	Mutants   []string     `json:"mutants,omitempty"`
	Asks      string       `json:"asks,omitempty"`  // of a rule for servers
	Holds     string       `json:"holds,omitempty"` // likewise
	Exchanges *har.Archive `json:"exchanges,omitempty"`
	Sent      *har.Archive `json:"deliveries,omitempty"`
}

type findingFile struct {
	Code     string `json:"code"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
	Call     int    `json:"call,omitempty"`
	Delivery int    `json:"delivery,omitempty"`
	Attempt  int    `json:"attempt,omitempty"`
}

// WriteJSON writes the report as JSON, in the form of report_v1.schema.json
// (Schemas). Exchanges stand in it as a HAR 1.2 archive, with the number of each
// as its comment, and so do the deliveries to a receiver, with its address. Secrets
// are never written.
func (r *Report) WriteJSON(w io.Writer) error {
	f := reportFile{
		Schema: reportSchema, API: r.API, Title: r.Title, Edition: r.Edition, Client: r.Client,
		Clock: r.Clock, Seed: r.Seed, Date: r.Date.Format(time.DateOnly), Watched: r.Watched, Strict: r.Strict, Again: r.test, Package: r.pkg, Command: r.Command,
		Target: r.Target, ReadOnly: r.ReadOnly, Left: r.Left,
		Verdict: r.verdict(), Failures: len(r.Failed()), Counts: map[string]int{}, NotClaimed: []string{},
		Choices: []choiceFile{}, Checks: []checkFile{},
	}
	for state, n := range r.byState() {
		f.Counts[string(state)] = n
	}
	if names, _ := r.notClaimed(); names != nil {
		f.NotClaimed = names
	}
	for _, c := range r.Choices {
		f.Choices = append(f.Choices, choiceFile(c))
	}
	for _, res := range r.Results {
		f.Checks = append(f.Checks, r.checkFile(res))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(f)
}

func (r *Report) checkFile(res Result) checkFile {
	c := checkFile{
		ID: res.Rule.ID, Title: res.Rule.Title, Level: string(res.Rule.Level), Clause: res.Rule.Clause, Summary: res.Rule.Summary,
		Wire: res.Rule.Wire, State: string(res.State), Failure: r.isFailure(res), Unscored: res.Unscored, Scene: res.Scene, Note: res.Note, BlockedBy: res.By,
		Missing: res.Missing, Lines: res.Wire, Try: res.Try, Often: res.Often, Log: res.Log, Left: res.Left,
		Needs: res.Rule.Needs, Flags: res.Rule.Flags, After: res.Rule.After, Mutants: res.Rule.Mutants,
		Asks: res.Rule.Asks, Holds: res.Rule.Holds,
	}
	if res.Finding != (Finding{}) {
		f := findingFile(res.Finding)
		c.Finding = &f
	}
	if len(res.Exchanges) > 0 {
		a := har.New(nil)
		for _, x := range res.Exchanges {
			a.Log.Entries = append(a.Log.Entries, harEntry(x))
		}
		c.Exchanges = &a
	}
	if len(res.Deliveries) > 0 {
		a := har.New(nil)
		for _, one := range res.Deliveries {
			a.Log.Entries = append(a.Log.Entries, attemptEntry(one))
		}
		c.Sent = &a
	}
	return c
}

// ReadReport reads what WriteJSON wrote. What a report does not know how to read
// is an error that says what it is.
func ReadReport(from io.Reader) (*Report, error) {
	var f reportFile
	if err := json.NewDecoder(from).Decode(&f); err != nil {
		return nil, fmt.Errorf("conformance: this is no report: %w", err)
	}
	if f.Schema != reportSchema {
		return nil, fmt.Errorf("conformance: a report of the form %q is not known; want %q", f.Schema, reportSchema)
	}
	date, err := time.Parse(time.DateOnly, f.Date)
	if err != nil {
		return nil, fmt.Errorf("conformance: date: %w", err)
	}
	r := &Report{
		API: f.API, Title: f.Title, Edition: f.Edition, Client: f.Client, Clock: f.Clock, Seed: f.Seed, Date: date,
		Watched: f.Watched, Strict: f.Strict, test: f.Again, pkg: f.Package, Command: f.Command,
		Target: f.Target, ReadOnly: f.ReadOnly, Left: f.Left,
	}
	for _, c := range f.Choices {
		r.Choices = append(r.Choices, Choice(c))
	}
	for _, c := range f.Checks {
		res, err := c.result(f.API)
		if err != nil {
			return nil, fmt.Errorf("conformance: %s: %w", c.ID, err)
		}
		r.Results = append(r.Results, res)
	}
	return r, nil
}

func (c checkFile) result(api string) (Result, error) {
	res := Result{
		Rule: Rule{
			ID: c.ID, API: api, Title: c.Title, Clause: c.Clause, Summary: c.Summary, Level: Level(c.Level), Wire: c.Wire,
			Needs: c.Needs, Flags: c.Flags, After: c.After, Mutants: c.Mutants, Asks: c.Asks, Holds: c.Holds,
		},
		State: State(c.State), Unscored: c.Unscored, Scene: c.Scene, Note: c.Note, By: c.BlockedBy, Missing: c.Missing,
		Wire: c.Lines, Try: c.Try, Often: c.Often, Log: c.Log, Left: c.Left,
	}
	if !idForm.MatchString(c.ID) && !serverIDForm.MatchString(c.ID) {
		return res, fmt.Errorf("%q is no id of a check", c.ID)
	}
	if !slices.Contains(stateOrder, res.State) {
		return res, fmt.Errorf("unknown state %q", c.State)
	}
	if c.Finding != nil {
		res.Finding = Finding(*c.Finding)
	}
	var err error
	if res.Exchanges, err = fromArchive(c.Exchanges, exchangeOf); err == nil {
		res.Deliveries, err = fromArchive(c.Sent, attemptOf)
	}
	return res, err
}

// fromArchive takes the entries of an archive, if there is one.
func fromArchive[T any](a *har.Archive, of func(har.Entry) (T, error)) (all []T, err error) {
	if a == nil {
		return nil, nil
	}
	for _, e := range a.Log.Entries {
		one, err := of(e)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}
