package conformance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// A Level says what a rule rests on: "MUST", "SHOULD", "CARE" or "CHOICE".
type Level string

const (
	must   Level = "MUST"
	should Level = "SHOULD"
	care   Level = "CARE"
	choice Level = "CHOICE"
)

// A State is what became of a check: "PASS", "FAIL", "WARN", "NOT EXERCISED",
// "BLOCKED", "NOT CLAIMED", "CHOICE", "KNOWN", "STALE", "FLAKY" or "ERROR".
type State string

const (
	pass         State = "PASS"
	fail         State = "FAIL"
	warn         State = "WARN"
	notExercised State = "NOT EXERCISED"
	blocked      State = "BLOCKED"
	notClaimed   State = "NOT CLAIMED"
	chosen       State = "CHOICE"
	known        State = "KNOWN"
	stale        State = "STALE"
	flaky        State = "FLAKY"
	broke        State = "ERROR"
)

// A Finding is what a check saw that breaks its rule. The zero Finding is none.
type Finding struct {
	Code     string // short and stable: "no-error"
	Expected string
	Got      string
	Call     int // number of the exchange it is about, 0 for none
	Delivery int // number of the delivery it is about, 0 for none
	Attempt  int // which sending of that delivery, from 1
}

// found makes a finding. The code stays the same for the life of the check.
func found(code, expected, got string, args ...any) Finding {
	return Finding{Code: code, Expected: expected, Got: fmt.Sprintf(got, args...)}
}

// at says which exchange the finding is about.
func (f Finding) at(x fake.Exchange) Finding {
	f.Call = x.Seq
	return f
}

// of says which call of the adapter the finding is about: its last exchange, unless
// one is named already.
func (f Finding) of(a *answer) Finding {
	if f.Code != "" && f.Call == 0 && f.Attempt == 0 {
		f.Call = a.exchange
	}
	return f
}

// sent says which sending of a delivery the finding is about.
func (f Finding) sent(a fake.Attempt) Finding {
	f.Delivery, f.Attempt = a.Delivery, a.Number
	return f
}

// String is the finding on one line: "no-error: the call returned no error".
func (f Finding) String() string { return f.Code + ": " + f.Got }

// A check is one rule with everything that tries it, as data and code. The
// check is judged in two parts: wire sees the exchange log alone, so Watch has
// it too; judge also sees the state of the fake and what the client returned.
type check[C any] struct {
	id      string
	title   string
	clause  string // "cartfunnel:43-46", a reading, or "-"
	summary string // of the clause; of a CARE: why it is needed
	level   Level
	flags   []string // of the suite, that the rule rests on
	needs   []string // functions of the adapter; "Get|List" is one of them
	after   []string // checks whose failure explains one of this check
	backed  string   // another check that finds all that this one finds
	limits  []limit  // numbers of the document that the rule rests on

	scenes []scene[C]
	drive  func(*run[C])
	seen   prerequisite
	wire   func(*wire) Finding
	judge  func(*run[C]) Finding
	notes  func(*run[C]) string // what is recorded when it passes; nil: nothing

	abroad bool // judges requests to other hosts itself
	leaks  bool // judges goroutines that are left behind
	panics bool // judges panics of the client itself

	virtual string // why it cannot be played by the clock on the wall; "": it can

	mutants []mutant // a choice has none: no reading of it is a bug
}

// A scene is one situation that a check puts the client in.
type scene[C any] struct {
	name    string // "" where there is one only
	options []fake.Option
	base    func(string) string // the base URL as the client is given it
	state   func(*run[C])       // what the fake holds, and what stands in the way
	faults  []fake.Fault
}

// A mutant is a client bug that the check must find, with the code of the
// finding by which it does.
type mutant struct{ letter, does, finding string }

// A prerequisite looks into the exchange log for the situation of a check. It
// gives what is missing, "" for nothing.
type prerequisite func(*wire) string

// A wire is what is known of a scene from the wire alone.
type wire struct {
	calls    []fake.Exchange
	attempts []fake.Attempt // of deliveries, where the API sends any
	findings []fake.Finding
	creds    fake.Credentials // what the client was given; nil when watching
	fronted  int              // requests that never came to the fake, see transport.front
	door     *door            // before the client's receiver; nil when watching
}

// A run is one scene of one check being played.
type run[C any] struct {
	*wire
	ctx     context.Context
	scene   scene[C]
	fake    server
	net     *transport
	gate    *gateway // where the clock is the one on the wall
	env     Env
	client  C // made for env
	mk      func(fake.TB, Env) C
	tb      *recorder
	rng     *rand.Rand
	cfg     *config
	kept    any    // what the state of a scene leaves for its judge
	lacks   string // why a situation may not come about
	armed   []*fake.Armed
	keys    []string                        // of credentials that are secrets
	encoded func(fake.Credentials) []string // them as they are sent
	hidden  []string                        // secrets, which no report shows
	answers
}

// another gives a second client with other credentials.
func (r *run[C]) another(creds fake.Credentials) C {
	r.hide(creds)
	env := r.env
	env.Creds = creds
	return r.mk(r.tb, env)
}

// hide keeps the secrets of credentials out of reports.
func (r *run[C]) hide(creds fake.Credentials) {
	for _, key := range r.keys {
		r.hidden = append(r.hidden, creds[key])
	}
	if r.encoded != nil {
		r.hidden = append(r.hidden, r.encoded(creds)...)
	}
}

// A Rule is what a suite tells about one of its checks.
type Rule struct {
	ID      string   `json:"id"`
	API     string   `json:"api"`
	Title   string   `json:"title"`
	Clause  string   `json:"clause"`  // document and lines ("cartfunnel:43-46"), a reading, or "-"
	Summary string   `json:"summary"` // of the clause, in our words; of a CARE: why it is needed
	Level   Level    `json:"level"`
	Wire    bool     `json:"wire_only"`         // judged by Watch too
	Needs   []string `json:"needs,omitempty"`   // functions of the adapter; "Get|List" is one of them; of a rule for servers, of the Target
	Flags   []string `json:"flags,omitempty"`   // readings that it rests on, see Choose
	After   []string `json:"after,omitempty"`   // checks whose failure blocks it
	Mutants []string `json:"mutants,omitempty"` // bugs that it is proved to find
	Scenes  []string `json:"scenes,omitempty"`  // situations that it puts a client in: a name, the faults
	Asks    string   `json:"asks,omitempty"`    // of a rule for servers: what the server is asked
	Holds   string   `json:"holds,omitempty"`   // of a rule for servers: when it holds
}

func (k *check[C]) rule(api string) Rule {
	rule := Rule{
		ID: k.id, API: api, Title: k.title, Clause: k.clause, Summary: k.summary, Level: k.level,
		Wire: k.wire != nil, Needs: slices.Clone(k.needs), Flags: slices.Clone(k.flags), After: slices.Clone(k.after),
	}
	for _, sc := range k.scenes {
		rule.Scenes = append(rule.Scenes, sc.text())
	}
	for _, m := range k.mutants {
		rule.Mutants = append(rule.Mutants, k.id+m.letter+": "+m.does)
	}
	return rule
}

// text is what there is to say about a scene: its name and its faults.
func (sc scene[C]) text() string {
	var parts []string
	if sc.name != "" {
		parts = append(parts, sc.name)
	}
	for _, f := range sc.faults {
		parts = append(parts, "fault "+f.String())
	}
	if parts == nil {
		return "nothing goes wrong"
	}
	return strings.Join(parts, "; ")
}

// familyOf is the part of an id before its number: "CFN-SAVE".
func familyOf(id string) string { return id[:strings.LastIndexByte(id, '-')] }

// broken is the state of a check of that level whose rule does not hold.
func (l Level) broken() State {
	if l == must {
		return fail
	}
	return warn
}
