package scenarios

import (
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A program is what a scenario file means, ready to be run. It is not changed
// by running.
type program struct {
	file       string
	api        *api
	apiVersion string
	recorded   bool

	clock  time.Time
	frozen bool
	seed   uint64 // 0: the engine's own
	states []state
	auth   []credential
	may    []fake.Scope // nil: all
	mode   string
	ignore ignored
	style  string
	faults []armed
	with   []with

	phases  []phase
	steps   []statement
	types   map[string]string // of the named placeholders
	secrets []string          // names

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
	opt  fake.Option
}

type credential struct {
	key   string
	value template
}

// ignored is what comparisons leave out.
type ignored struct{ headers, query, body []string }

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
	verb      string // check, advance, settle, revoke
	condition fake.Condition
	path      template // of the condition
	value     template
	by        time.Duration
}
