package scenarios

import (
	"slices"
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A program is what a scenario file means, ready to be run. It is not changed
// by running.
type program struct {
	file       string
	api        *api
	apiVersion string
	origin     string // the words of the line
	rules      string // of redaction, by which it was recorded

	clock   time.Time
	frozen  bool
	seed    uint64 // 0: the engine's own
	states  []state
	auth    []credential
	may     []fake.Scope // nil: all
	mode    string
	dials   dials
	ignore  ignored
	style   string
	faults  []armed
	with    []with
	hooks   []*hook
	others  []string            // further tenants, named by the states
	carried map[string]*section // that faults name, by ref
	held    bool                // deliveries wait for a step to send them
	heldAt  pos

	delivers bool // some step is a delivery
	phases   []phase
	steps    []statement
	types    map[string]string // of the named placeholders
	told     map[string]bool   // names that an answer or a delivery tells before any request has them
	secrets  []string          // names

	doubts problems // what Vet names and running lets pass
}

// A state line: a snapshot, or so many plain records of a collection.
type state struct {
	at         pos
	section    *section
	collection string
	count      int
}

// with is an option of the API package.
type with struct {
	at   pos
	name string
	args []string
	opt  fake.Option
}

type credential struct {
	key   string
	value template
}

// ignored is what comparisons leave out.
type ignored struct{ headers, query, body []string }

// hook is a receiver, and the subscription that the run makes for it.
type hook struct {
	at       pos
	name     string   // for rotate: as=, or that of the receiver
	receiver string   // for check
	topics   []string // nil: all
	none     bool     // no subscription: the client makes its own
	url      string
	secret   template
}

// armed is a fault of the head, with its line.
type armed struct {
	at    pos
	text  string
	fault fake.Fault
}

type phase struct {
	at    pos
	title string
}

// A statement is one step of the storyboard.
type statement interface{ line() *place }

// place is where a statement stands.
type place struct {
	at    pos
	text  string
	phase int
	par   int // number of the par block, 0: none
}

func (p *place) line() *place { return p }

// A target is what a request is compared with.
type target struct {
	tenant   string // whose credentials the request has; "": those of the run
	method   string
	path     string     // as written, with ~ replaced
	segments []template // the path between its slashes
	query    []param
	anyQuery bool
	body     *section // nil: the body is not looked at
}

type param struct {
	name  string
	value template
}

// expect is a request the client makes, and its answer.
type expect struct {
	place
	target
	op          fake.Op
	least, most int // times; most -1: no end
	wait        span
	answer      answer
}

// span is a time of waiting; most 0: no end.
type span struct{ least, most time.Duration }

// answer is what a request gets: the fake's own answer, a fixed one, or a fault
// instead of one; and faults on top.
type answer struct {
	at       pos
	text     string
	live     bool
	status   int
	section  *section
	apply    bool // a fixed answer to a call that the fake carries out as well
	style    string
	gzip     bool // it is compressed, for clients that take that
	chunked  bool // it has no length
	captures []capture
	faults   []fake.Fault
}

// capture binds a name to what a gjson path finds in a live answer.
type capture struct{ name, path string }

// never forbids a request, to the end of its phase or of the file.
type never struct {
	place
	target
	ever bool
}

// action is something that the run does by itself once the steps before it are
// done.
type action struct {
	place
	verb      string // check, advance, settle, revoke, rotate
	condition fake.Condition
	path      template // of the condition
	value     template
	receiver  string // check: whose counts the path is about; "": the state
	by        time.Duration
	hook      *hook    // rotate
	secret    template // rotate
}

// deliver is a delivery that the fake makes once the steps before it are done and
// there is a receiver, and what the receiver is to answer.
type deliver struct {
	place
	topic   string
	again   *deliver // the delivery of that step, once more
	section *section // nil: one that the fake has made by itself, or again
	raw     bool     // the section is the whole body
	name    string   // as=
	style   string
	faults  []fake.Fault
	answer  received
}

// received is what a receiver is to answer: any of "none", "204", "2xx".
type received struct {
	at   pos
	text string
	want []string
}

// fits tells whether a status is wanted; 0 is no answer.
func (a *received) fits(status int) bool {
	got := statusText(status)
	return slices.ContainsFunc(a.want, func(want string) bool {
		return want == got || len(want) == 3 && want[1:] == "xx" && want[0] == got[0]
	})
}

// statusText is a status as a file has it: "204", or "none".
func statusText(status int) string {
	if status == 0 {
		return "none"
	}
	return strconv.Itoa(status)
}

// values are the values of one run of the program.
func (prog *program) values(secret func(name string) string) *values {
	return &values{
		secret: secret, timeAs: prog.api.timeAs, cursor: prog.api.cursor,
		types: prog.types, seed: max(prog.seed, 1), now: prog.clock,
	}
}
