package conformance

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// RunServer asks a server what the document of its API says that it answers,
// each rule as a subtest named by its id. It is the suites turned round: the
// suite is the client here, and judges by the HTTP exchanges alone.
//
// The target says how far it may go. What it forbids, or what the server has no
// data for, is NOT EXERCISED; what it does not give is NOT CLAIMED. Choose pins
// a reading that the server has, where the document leaves one open.
//
// It does nothing that needs a test: EvaluateServer is the same outside of one.
func RunServer(t *testing.T, target Target, opts ...Option) *Report {
	t.Helper()
	run, err := newServerRun(t.Context(), target, opts)
	if err != nil {
		t.Fatal(err)
	}
	r := run.newReport()
	r.test, r.pkg = t.Name(), testedPackage()
	for _, k := range run.selected() {
		t.Run(k.id, func(t *testing.T) {
			t.Attr("clause", k.clause)
			t.Attr("level", string(k.level))
			res := run.result(k)
			r.Results = append(r.Results, res)
			r.tell(t, res)
		})
	}
	r.Left = run.leftBehind()
	t.Logf("\n%s", r.told())
	r.deliver(t, run.cfg.dir)
	t.Logf("%s: %s", r.counts(), r.verdict())
	return r
}

// EvaluateServer judges a server outside a test. It ends early with the
// context's error; other errors are mistakes in the target or in the options.
func EvaluateServer(ctx context.Context, target Target, opts ...Option) (*Report, error) {
	run, err := newServerRun(ctx, target, opts)
	if err != nil {
		return nil, err
	}
	r := run.newReport()
	for _, k := range run.selected() {
		res := run.result(k)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r.Results = append(r.Results, res)
	}
	r.Left = run.leftBehind()
	return r, nil
}

// ServerRules lists the rules for servers of an API, in the order of the
// catalogue. There are none for an API that is not known.
func ServerRules(api string) []Rule {
	s, err := serverSuiteOf(api)
	if err != nil {
		return nil
	}
	var rules []Rule
	for _, k := range s.rules {
		rules = append(rules, k.rule(api))
	}
	return rules
}

// A serverSuite is the rules for servers of one API.
type serverSuite struct {
	api, title, edition string
	base                string        // the documented base URL
	creds               []string      // credentials that every call needs
	public              []string      // credentials that are no secrets
	pace                time.Duration // between two calls, as documented; 0 for any
	flags               []serverFlag
	encoded             func(fake.Credentials) []string // how secrets look where they are encoded
	auth                func(h http.Header, creds fake.Credentials)
	rules               []serverRule
}

// A serverRule is one rule with what asks for it. It reads like a test: the
// first thing that is wrong ends it.
type serverRule struct {
	id      string
	title   string
	clause  string
	summary string
	level   Level
	asks    string // what the server is asked
	holds   string // when the rule holds
	flags   []string
	needs   []string // "Write", "Deliveries", credentials and records
	after   []string // rules whose failure explains one of this rule
	spends  bool     // uses up what it needs, so it is asked for once
	ask     func(*probe)
	mutants []mutant
}

// serverIDForm is the form of the ids of rules for servers: S-BON-03.
var serverIDForm = regexp.MustCompile(`^S-[A-Z]{3}-[0-9]{2}$`)

// A serverFlag is what the document leaves open. The first word is the default.
// A flag without words is a number; count is its default.
type serverFlag struct {
	name  string
	words []string
	count int
}

var serverSuites = map[string]func() *serverSuite{
	"cartfunnel": cartfunnelServer,
	"cscart":     cscartServer,
	"fluidpay":   fluidpayServer,
	"bonify":     bonifyServer,
	"cartly":     cartlyServer,
}

func serverSuiteOf(api string) (*serverSuite, error) {
	open, ok := serverSuites[api]
	if !ok {
		names := slices.Sorted(maps.Keys(serverSuites))
		return nil, fmt.Errorf("there are no rules for servers of %q%s; want one of %s", api, didYouMean(api, names), strings.Join(names, ", "))
	}
	return open(), nil
}

func (k *serverRule) rule(api string) Rule {
	rule := Rule{
		ID: k.id, API: api, Title: k.title, Clause: k.clause, Summary: k.summary, Level: k.level,
		Asks: k.asks, Holds: k.holds,
		Needs: slices.Clone(k.needs), Flags: slices.Clone(k.flags), After: slices.Clone(k.after),
	}
	for _, m := range k.mutants {
		rule.Mutants = append(rule.Mutants, k.id+m.letter+": "+m.does)
	}
	return rule
}

// A serverRun is one run against one target.
type serverRun struct {
	*serverSuite
	*session
	cfg   *config
	index map[string]*serverRule
	done  map[string]verdict
}

func newServerRun(ctx context.Context, target Target, opts []Option) (*serverRun, error) {
	s, err := serverSuiteOf(target.API)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	run := &serverRun{serverSuite: s, index: map[string]*serverRule{}, done: map[string]verdict{}}
	for i := range s.rules {
		run.index[s.rules[i].id] = &s.rules[i]
	}
	if run.cfg, err = configure(opts); err == nil {
		err = run.vet()
	}
	if err == nil {
		err = target.vet(s)
	}
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	run.session = newSession(ctx, target, s)
	run.start = run.cfg.today.Truncate(24 * time.Hour)
	return run, nil
}

// vet checks what the options say against the rules.
func (r *serverRun) vet() error {
	var ids, names []string
	for i := range r.rules {
		ids = append(ids, r.rules[i].id)
	}
	if err := r.cfg.vet(r.api, ids); err != nil {
		return err
	}
	for _, f := range r.flags {
		names = append(names, f.name)
	}
	for name, word := range r.cfg.choices {
		i := slices.Index(names, name)
		if i < 0 {
			return fmt.Errorf("Choose(%q, %q): servers of %s have no such flag%s", name, word, r.api, didYouMean(name, names))
		}
		if want := r.flags[i].refuse(word); want != "" {
			return fmt.Errorf("Choose(%q, %q): want %s", name, word, want)
		}
	}
	return nil
}

func (r *serverRun) selected() []*serverRule {
	var rules []*serverRule
	for i := range r.rules {
		if k := &r.rules[i]; r.cfg.selects(k.id) {
			rules = append(rules, k)
		}
	}
	return rules
}

func (r *serverRun) newReport() *Report {
	report := &Report{
		API: r.api, Title: r.title, Edition: r.edition, Client: r.cfg.client, Clock: "wall", Seed: r.cfg.seed, Date: r.cfg.today,
		Strict: r.cfg.strict, Target: r.to.URL, ReadOnly: !r.to.Write,
	}
	if r.to.Wait != nil {
		report.Clock = "virtual"
	}
	for _, f := range r.flags {
		word, pinned := r.cfg.choices[f.name]
		report.Choices = append(report.Choices, Choice{Flag: f.name, Reading: cmp.Or(word, f.word()), Pinned: pinned})
	}
	return report
}

// result is what becomes of a rule when those that it comes after and the file
// of known failures are looked at.
func (r *serverRun) result(k *serverRule) Result {
	v := r.verdict(k)
	res := Result{
		Rule: k.rule(r.api), State: v.state, Finding: v.finding, Note: v.note,
		Missing: v.missing, Wire: v.wire, Try: v.try, Often: often(k.mutants, v.finding.Code), Exchanges: v.exchanges,
	}
	if v.state == fail || v.state == warn {
		for _, id := range k.after {
			earlier := r.verdict(r.index[id])
			if r.cfg.selects(id) && (earlier.state == fail || earlier.state == warn && v.state != fail) {
				res.State, res.By = blocked, id
				return res
			}
		}
	}
	r.cfg.recall(&res)
	return res
}

// verdict asks for a rule once, and for one that does not hold once more: what
// differs says nothing about the server but that.
func (r *serverRun) verdict(k *serverRule) verdict {
	v, ok := r.done[k.id]
	if ok {
		return v
	}
	v = r.play(k)
	if !r.cfg.once && !k.spends && (v.state == fail || v.state == warn) && r.ctx.Err() == nil {
		if again := r.play(k); again.state != v.state || again.finding.Code != v.finding.Code {
			v.note = fmt.Sprintf("%s, then %s", v.outcome(), again.outcome())
			v.state = flaky
		}
	}
	r.done[k.id] = v
	return v
}
