package fake

import (
	"net/http"
	"time"
)

// An Op is the name of one documented endpoint: "UpdateCustomer". Each API
// package has them as constants.
type Op = string

// A Scope is one permission of a caller: "customers:read".
type Scope = string

// Credentials are what a client of the API must be given, by the API's words:
// "account", "api_key", "shop_domain".
type Credentials map[string]string

// An API is all that the engine needs to know about one documented service.
type API struct {
	Name   string             // "shopapi"
	Base   string             // documented base URL, without a final slash
	Hosts  []string           // hosts that the in-memory client answers for
	Method func(*Call) string // the verb that counts; nil: the request's
	Path   func(*Call) string // what the routes are matched against; nil: the path below Base
	Routes []Route            // in the order of the document
	Serves func(Route) bool   // asked once, after the options: whether the route is on; nil: all are
	Stages []Stage            // nil: the order of Match, Auth, Accept, Faults, Limit, Handle

	Auth   func(*Call) (Caller, error) // who calls; nil: the document asks for no credentials
	Accept func(*Call) error           // media types both ways; nil: the API does not look at them
	Limit  func(*Call) Budget          // the documented rate limit; nil: none
	Error  func(*Call, *Error) Reply   // how this API words a failure

	Page     func(*Call) int                  // which page a list call reads, from 1; 0: not a paged list
	Drift    func(*Call, Drift)               // records come and go between two pages (fault page-drift)
	Taken    func(c *Call, field string) bool // somebody else's record gets the value that the call wants to save (fault taken); false: the call saves none. nil: no values clash
	Accepted func(*Call) (Reply, bool)        // what a write is answered with that is carried out later (fault accepted-later); false: nothing. nil: never

	// For the faults token-expired and token-swapped; nil: the API has no such thing.
	Expire func(c *Call, in time.Duration, refresh string) // ends the caller's token, now or in that time; refresh=ok, rotate, fail
	Swap   func(account string) (tenant any, err error)    // another Caller.Tenant: of that name, or the next where it is ""

	Vet func(Fault) error // why this API cannot do a fault; nil: it can do all

	Hooks    *HookAPI // the web hooks that this API sends; nil: none
	Restored func()   // records were put in place by Restore: timers that hang off them are set anew

	Credentials func() Credentials
	Reset       func() // forgets what the package keeps outside collections
}

// A Route is one documented endpoint. Everything hangs off its Op: routing,
// scope, fault targets, journal filters, golden names, conformance cases.
type Route struct {
	Op        Op
	Pattern   string      // "GET /customers/{id}.json", below the base URL
	Scope     Scope       // what the caller must have; "": nothing
	Clause    string      // heading of the source document; "" only for extensions
	Writes    bool        // changes state when it succeeds
	Extension bool        // known from the vendor's other pages
	Handle    HandlerFunc // nil: known, but not modelled; answered as not found, with a finding
}

// A HandlerFunc answers one call. It runs under the server's lock and is the
// only code that sees state. An error that is not an *Error is a defect of the
// API package and fails the test.
type HandlerFunc func(*Call) (Reply, error)

// A Caller is who makes a call.
type Caller struct {
	Key    string // names the caller for limits and waiting times
	Tenant any    // the account, shop or merchant, in the API package's own type
	Scopes []Scope
}

// A Reply is an answer: JSON, an HTML page, a redirect or nothing.
type Reply struct {
	Status int
	Header http.Header // may be shared between replies: the engine does not change it
	Body   []byte
}

// A Budget is a documented rate limit: at most Calls in any Window for one Key.
// The zero Budget is no limit.
type Budget struct {
	Key    string
	Calls  int
	Window time.Duration
}

// Drift is how many records appear, vanish and are changed between two pages.
type Drift struct{ Insert, Delete, Touch int }

// A Stage is a step of deciding a call that an API may put in another place. A
// scope is asked for as soon as caller and route are known: at the end of the
// later of Match and Auth.
type Stage int

// The stages, in their usual order.
const (
	Match  Stage = iota // is there such a route?
	Auth                // who calls, and may they?
	Accept              // media types
	Faults              // what the test injected
	Limit               // the documented rate limit
	Handle              // the API's own code
)

var usualStages = []Stage{Match, Auth, Accept, Faults, Limit, Handle}
