package conformance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Report is what a suite found out about a client, or about a server.
type Report struct {
	API     string // "cartfunnel"
	Title   string // "customers"
	Edition string // of the suite
	Client  string // as Client named it, or ""
	Clock   string // "virtual", or "wall" and why
	Seed    uint64
	Date    time.Time // the day of the run; no check depends on it
	Watched bool      // by Watch: what the traffic did not show is no failure
	Strict  bool      // a broken SHOULD or CARE is a failure too

	Target   string   // base URL of the server that was judged, "" of a client
	ReadOnly bool     // that server was only read from: what that does not show is no failure
	Left     []string // what RunServer made and the API cannot remove

	Choices []Choice // of the readings that the rules rest on
	Command []string // the program that is the client, see Suite.EvaluateCommand
	Results []Result

	test string // name of the test that ran it, or ""
	pkg  string // the package of that test, where it is known
}

// A Choice is the reading of one flag that a run was judged by.
type Choice struct {
	Flag    string
	Reading string
	Pinned  bool // by Choose; else the default
}

// A Result is what became of one check.
type Result struct {
	Rule     Rule
	State    State
	Finding  Finding  // of FAIL, WARN, KNOWN and BLOCKED; of CHOICE the reading
	Scene    string   // the situation that it was found in; "" where there is one only
	Note     string   // what was needed, why it is known, whose fault it is; of PASS: what is worth to be known
	By       string   // of BLOCKED: the check that explains it
	Missing  []string // of NOT CLAIMED: functions that the adapter does not have
	Wire     []string // the exchanges, one line each, without secrets
	Try      string   // the request that the finding is about, as a shell command
	Unscored bool     // newer than the edition that is frozen: told, and no failure
	Often    string   // client bugs that are known to be found so
	Log      []string // what the adapter wrote to Env.Log
	Left     string   // stacks of goroutines that the client left behind

	// Exchanges are those of Wire, whole, without secrets. Of many, the first and
	// the last, and the one that the finding is about.
	Exchanges []fake.Exchange

	// Deliveries are what the fake sent to the client's receiver, likewise.
	Deliveries []fake.Attempt
}

// Failed lists the results that are failures: FAIL, STALE, FLAKY, ERROR, what
// was not exercised unless only watched, and under Strict WARN.
func (r *Report) Failed() []Result {
	var failed []Result
	for _, res := range r.Results {
		if r.isFailure(res) {
			failed = append(failed, res)
		}
	}
	return failed
}

func (r *Report) isFailure(res Result) bool {
	if res.Unscored {
		return false
	}
	switch res.State {
	case fail, stale, flaky, broke:
		return true
	case notExercised:
		return !r.Watched && !r.ReadOnly
	case warn:
		return r.Strict
	}
	return false
}

func (s *Suite[C]) newReport(cfg *config) *Report {
	r := &Report{
		API: s.api, Title: s.title, Edition: s.edition, Client: cfg.client, Clock: cfg.clock(), Seed: cfg.seed, Date: cfg.today,
		Strict: cfg.strict, Choices: s.taken(cfg.choices),
	}
	if cfg.edition != "" {
		r.Edition = cfg.edition + ", frozen"
	}
	return r
}

// often are the bugs of a check that are found with that code.
func often(mutants []mutant, code string) string {
	var bugs []string
	for _, m := range mutants {
		if m.finding == code {
			bugs = append(bugs, m.does)
		}
	}
	return strings.Join(bugs, "; or ")
}

// result is what becomes of a check when those that it comes after and the file
// of known failures are looked at.
func (e *evaluator[C]) result(k *check[C]) Result {
	v := e.verdict(k)
	res := Result{
		Rule: k.rule(e.s.api), State: v.state, Finding: v.finding, Scene: v.scene, Note: v.note,
		Unscored: !e.cfg.scores(e.s.api, k.id),
		Missing:  v.missing, Wire: v.wire, Try: v.try, Often: often(k.mutants, v.finding.Code), Log: v.log, Left: v.left,
		Exchanges: v.exchanges, Deliveries: v.deliveries,
	}
	if slices.Contains([]State{fail, warn, notExercised, broke}, v.state) {
		for _, id := range e.s.before[k.id] {
			if !e.selects(id) {
				continue // it is not in the report, so it cannot stand for this one
			}
			// A warning does not stand for a failure either: that would hide it.
			earlier := e.verdict(e.s.index[id])
			if v.state == broke && earlier.finding.Code != "panic" {
				continue // what breaks the suite is explained only by a check that judges panics
			}
			if earlier.apart {
				continue // the base URL of that scene is not the one that this check went to
			}
			if earlier.state == fail || earlier.state == warn && v.state != fail {
				res.State, res.By = blocked, id
				return res
			}
		}
	}
	e.cfg.recall(&res)
	return res
}

// recall looks a result up in the file of known failures.
func (c *config) recall(res *Result) {
	for _, entry := range c.known {
		if entry.id != res.Rule.ID {
			continue
		}
		switch broken := res.State == fail || res.State == warn; {
		case res.State == pass:
			res.State, res.Note = stale, fmt.Sprintf("%s says that it fails (%s); take the line out", entry.at, entry.reason)
		case !broken:
		case entry.over(c.today):
			res.State, res.Note = fail, fmt.Sprintf("known until %s, which is over: %s", entry.until.Format("2006-01-02"), entry.reason)
		case entry.covers(res.Finding):
			res.State, res.Note = known, fmt.Sprintf("until %s: %s", entry.until.Format("2006-01-02"), entry.reason)
			if entry.see != "" {
				res.Note += ", see " + entry.see
			}
		default:
			res.State = fail
			res.Note = fmt.Sprintf("known for another reason: %s says why=%q", entry.at, entry.why)
		}
	}
}
