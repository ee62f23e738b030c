package fake

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Fault is something that goes wrong, as data: a name from the fault table,
// its parameters, and triggers that say which calls it hits. Without a trigger
// it hits every call. It is a plain value: each method gives a changed copy.
// The constructors are in package scenarios.
//
// On and When choose calls; Call, After and Every count the calls so chosen,
// from the moment when the fault is armed.
type Fault struct {
	name    string
	words   []word // in the order in which they were set; a name may repeat
	carried *Reply // what section= stands for
	series  *armed // the counts of one that is put on several calls; nil: each is the first
}

type word struct{ key, value string }

// NewFault gives the fault of that name, without parameters. Check, and arming
// it, tell whether there is such a fault.
func NewFault(name string) Fault { return Fault{name: name} }

// Name is the fault's name, the same word in Go, in files and in the journal.
func (f Fault) Name() string { return f.name }

// Set gives a parameter or a trigger by its word in the file format; several
// values stand for the word said several times, none takes it back.
func (f Fault) Set(param string, values ...string) Fault {
	words := make([]word, 0, len(f.words)+len(values))
	at := -1
	for _, w := range f.words {
		if w.key != param {
			words = append(words, w)
		} else if at < 0 {
			at = len(words)
		}
	}
	if at < 0 {
		at = len(words)
	}
	var set []word
	for _, v := range values {
		set = append(set, word{param, v})
	}
	f.words = slices.Insert(words, at, set...)
	return f
}

// AboutDeliveries tells whether the fault hits deliveries and no calls.
func (f Fault) AboutDeliveries() bool {
	k := kinds[f.name]
	return k != nil && k.onDeliveries() && (!k.onCalls() || f.Has("on") && !slices.ContainsFunc(f.selectors(), isCall))
}

// selectors are the selectors that On has set.
func (f Fault) selectors() (all []string) {
	for _, on := range f.All("on") {
		all = append(all, strings.Split(on, ",")...)
	}
	return all
}

func isCall(selector string) bool { return !strings.HasPrefix(selector, "hook:") }

// Get is the value of a parameter or trigger, "" where it is not set.
func (f Fault) Get(param string) string {
	for _, w := range f.words {
		if w.key == param {
			return w.value
		}
	}
	return ""
}

// Has tells whether a parameter or trigger is set.
func (f Fault) Has(param string) bool {
	return slices.ContainsFunc(f.words, func(w word) bool { return w.key == param })
}

// All are the values of a parameter that was set several times.
func (f Fault) All(param string) []string {
	var values []string
	for _, w := range f.words {
		if w.key == param {
			values = append(values, w.value)
		}
	}
	return values
}

// On chooses the calls of an operation ("ListCustomers") or of a method and
// path ("POST /v1/*"); several stand for any of them.
func (f Fault) On(sel ...string) Fault { return f.Set("on", strings.Join(sel, ",")) }

// When chooses the calls for which a condition holds. The path is a gjson path
// over the request's body; "query:page", "header:Accept", "param:id" and
// "state:customers.#" look elsewhere. The operators are == != < <= > >= and ~,
// a regular expression. All conditions of a fault must hold.
func (f Fault) When(path, op, value string) Fault {
	return f.Set("when", append(f.All("when"), Condition{path, op, value}.String())...)
}

// Call hits the n-th of the chosen calls, from 1.
func (f Fault) Call(n ...int) Fault { return f.Set("call", numbers(n)) }

// Attempt hits the n-th sending of the same request: method, path, body and
// idempotency key alike.
func (f Fault) Attempt(n ...int) Fault { return f.Set("attempt", numbers(n)) }

// First hits at most n times.
func (f Fault) First(n int) Fault { return f.Set("first", strconv.Itoa(n)) }

// After spares the first n of the chosen calls.
func (f Fault) After(n int) Fault { return f.Set("after", strconv.Itoa(n)) }

// Every hits each n-th of the chosen calls.
func (f Fault) Every(n int) Fault { return f.Set("every", strconv.Itoa(n)) }

// Between hits while the time since the fault was armed, on the server's clock,
// is at least from and less than to.
func (f Fault) Between(from, to time.Duration) Fault {
	return f.Set("between", from.String()+".."+to.String())
}

// Rate hits with a probability of 0 to 1. The seed, the fault, the request and
// the number of its sending decide, so the same requests are hit whatever the
// order in which they come.
func (f Fault) Rate(p float64) Fault {
	return f.Set("chance", strconv.FormatFloat(p, 'g', -1, 64))
}

// BeforeApply lets the fault happen before the call changes anything: the
// default where a fault can do both.
func (f Fault) BeforeApply() Fault { return f.Set("apply", "before") }

// AfterApply lets the fault happen after the call was applied.
func (f Fault) AfterApply() Fault { return f.Set("apply", "after") }

// Optional lets the fault stay unused: the test does not fail for it.
func (f Fault) Optional() Fault { return f.Set("optional", "") }

// Series gives a fault for Call.Inject to put on several calls: it goes on from one
// to the next as where it is armed, and ends after as many hits, or as long a time,
// as its own words say. Copies of it are the same series.
func (f Fault) Series() Fault {
	f.series = &armed{sendings: map[uint64]int{}}
	return f
}

// String is the fault as a line of the file format.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.name)
	for _, w := range f.words {
		b.WriteByte(' ')
		b.WriteString(w.key)
		if slices.Contains(bare, w.key) {
			continue
		}
		b.WriteByte('=')
		b.WriteString(Quote(w.value))
	}
	return b.String()
}

// Quote writes a value as one word of the file format: plain where it can be,
// else between single quotes, with the quotes inside doubled.
func Quote(value string) string {
	if value != "" && !strings.ContainsAny(value, " \t'") {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", "''") + "'"
}

func numbers(ns []int) string {
	texts := make([]string, len(ns))
	for i, n := range ns {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ",")
}
