package fake

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Point is a place in the life of a call where a fault or an interceptor sits.
type Point string

// The points, in the order in which a call passes them.
const (
	Arrive        Point = "arrive"        // the request is here, and has neither number nor lock: what is done now comes before it
	Connect       Point = "connect"       // the request is numbered, Op is known
	Matched       Point = "matched"       // there is such a route
	Authenticated Point = "authenticated" // Caller is known and may do this
	Throttled     Point = "throttled"     // the documented limit let it pass
	BeforeApply   Point = "before apply"  // the handler is about to run
	AfterApply    Point = "after apply"   // the handler has run; see Reply
	Body          Point = "body"          // the answer has its words
	Wire          Point = "wire"          // the answer is ready
	Leave         Point = "leave"         // the exchange is in the journal and the lock is free: what is done now comes before the first byte
	Sending       Point = "delivery"      // a delivery is about to be sent: Op is its event, Request and Body are what goes out, but for the signature
)

// A kind is one row of the fault table: all that a fault's name means.
type kind struct {
	point   Point
	params  map[string]param
	both    bool     // may come before the call is applied or after it
	ends    bool     // the call ends with another answer, or with none
	ending  string   // the parameter with which it does
	cuts    bool     // breaks a connection: keep-alive would hide it
	dials   bool     // hits connections, before there is a request
	uploads bool     // hits a request before its body is read
	knows   bool     // is about the caller, who has to be known
	needs   []string // parameters of which at least one must be set

	check    func(f Fault) error                 // what its parameters are to each other
	standing bool                                // it is about what several calls have in common: it cannot be put on one
	vet      func(s *Server, f Fault) error      // what this server cannot do
	chooses  func(c *Call, a *armed) bool        // which calls can be hit at all
	bound    func(f Fault, first int) int        // how often it hits, where a parameter says so
	lasts    func(a *armed, now time.Time) bool  // whether its own time is not over yet; nil: it has none
	plan     func(c *Call, f Fault, already int) // already: how often it has hit before

	misses func(c *Call, f Fault) bool // an answer with which it can do nothing; nil: there is none

	asked  bool                      // the API's own code does it, if it asks Call.Fault
	spared func(c *Call, a *armed)   // what follows where it did not ask
	arms   func(s *Server, f Fault)  // what follows from arming it
	placed func(s *Server, a *armed) // the same, where it takes the counts

	forged bool                                  // not what the vendor would send: its fate is not the delivery's
	hook   func(p *parcel, f Fault, already int) // of a fault that is about deliveries, instead of plan or beside it
	picks  func(h *Hooks, f Fault, j *job) bool  // which sendings can be hit at all
	early  bool                                  // decided before the call that causes the delivery is answered
}

// A param checks the value of a parameter.
type param func(value string) error

// Check reads a fault's words: is there such a fault, does it have these
// parameters, are their values well-formed? An Inject checks more: whether the
// server has the operations and can do it.
func (f Fault) Check() error {
	k, ok := kinds[f.name]
	if !ok {
		return fmt.Errorf("unknown fault %q%s", f.name, didYouMean(f.name, FaultNames()))
	}
	for i, w := range f.words {
		if strings.ContainsAny(w.value, "\r\n") {
			return fmt.Errorf("fault %s: %s: a value stands on one line", f.name, w.key)
		}
		check, own := k.params[w.key]
		switch {
		case own:
			if err := check(w.value); err != nil {
				return fmt.Errorf("fault %s: %s=%s: %w", f.name, w.key, Quote(w.value), err)
			}
		case !slices.Contains(triggerWords, w.key):
			words := append(slices.Sorted(maps.Keys(k.params)), triggerWords...)
			return fmt.Errorf("fault %s: unknown parameter %q%s", f.name, w.key, didYouMean(w.key, words))
		case w.key == "apply" && !k.both:
			return fmt.Errorf("fault %s: it takes no apply=: its place in the call is fixed", f.name)
		}
		if !slices.Contains(repeated, w.key) && slices.ContainsFunc(f.words[:i], func(o word) bool { return o.key == w.key }) {
			return fmt.Errorf("fault %s: %s is set twice", f.name, w.key)
		}
	}
	if err := k.foresees(f); err != nil {
		return fmt.Errorf("fault %s: %w", f.name, err)
	}
	if k.needs != nil && !slices.ContainsFunc(k.needs, f.Has) {
		return fmt.Errorf("fault %s: it needs %s", f.name, strings.Join(k.needs, "= or ")+"=")
	}
	if k.check != nil {
		if err := k.check(f); err != nil {
			return fmt.Errorf("fault %s: %w", f.name, err)
		}
	}
	_, err := parseTrigger(f, k.params)
	return err
}

// onCalls and onDeliveries tell what a fault of this kind can hit. One that can
// hit both hits what On says, and without On both.
func (k *kind) onCalls() bool      { return k.hook == nil || k.plan != nil }
func (k *kind) onDeliveries() bool { return k.hook != nil }

// bare are the words without a value.
var bare = []string{"optional", "enforce"}

// repeated are the words that may be said several times.
var repeated = []string{"on", "when", "errors"}

// FaultNames are the names of all faults, sorted.
func FaultNames() []string { return slices.Sorted(maps.Keys(kinds)) }

// at is the point on which a fault sits.
func (k *kind) at(f Fault) Point {
	if k.both && k.point != Wire && f.Get("apply") == "after" {
		return AfterApply
	}
	return k.point
}

func anyText(string) error { return nil }

func someText(value string) error {
	if value == "" {
		return fmt.Errorf("want a text")
	}
	return nil
}

func oneOf(words ...string) param {
	return func(value string) error {
		if !slices.Contains(words, value) {
			return fmt.Errorf("want one of %s%s", strings.Join(words, ", "), didYouMean(value, words))
		}
		return nil
	}
}

func number(from, to int) param {
	return func(value string) error {
		if n, err := strconv.Atoi(value); err != nil || n < from || n > to {
			return fmt.Errorf("want a whole number from %d to %d", from, to)
		}
		return nil
	}
}

func anyTime(value string) error { _, err := isTime(value); return err }

func someTime(value string) error {
	switch d, err := isTime(value); {
	case err == errTooLong:
		return err
	case err != nil || d == 0:
		return fmt.Errorf("want a time above 0 such as 2s or 1m30s")
	}
	return nil
}

func statuses(value string) error {
	for part := range strings.SplitSeq(value, ",") {
		if err := number(500, 599)(part); err != nil {
			return err
		}
	}
	return nil
}

// int, duration and or read parameters that Check has seen.
func (f Fault) int(param string, unset int) int {
	if n, err := strconv.Atoi(f.Get(param)); err == nil {
		return n
	}
	return unset
}

func (f Fault) duration(param string, unset time.Duration) time.Duration {
	if d, err := time.ParseDuration(f.Get(param)); err == nil {
		return d
	}
	return unset
}

func (f Fault) or(param, unset string) string {
	if f.Has(param) {
		return f.Get(param)
	}
	return unset
}
