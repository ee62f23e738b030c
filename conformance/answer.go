package conformance

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// An answer is one call of the adapter and what it gave.
type answer struct {
	call     string // "Create"
	value    any
	err      error
	from, to time.Time // virtual; to is zero until it returned
	panicked string    // with the stack; "" for none
	in       any       // what the client was given, where a limit is about that
	about    string    // the operation, where the check has to know
	n        int       // which record it is about, or how many, as the check has it
	status   int       // behind err, as the adapter tells; 0 if it does not
	message  string    // the service's words behind err, as the adapter tells
	trace    string    // the service's id of the answer behind err, as the adapter tells
	exchange int       // number of the last request that it made, 0 if it made none
}

// returned tells whether the call came back, in one way or another.
func (a *answer) returned() bool { return !a.to.IsZero() }

// asked keeps what the client was given.
func (a *answer) asked(in any) *answer {
	a.in = in
	return a
}

// outcome says in words what a call gave.
func (a *answer) outcome() string {
	switch {
	case a.panicked != "":
		first, _, _ := strings.Cut(a.panicked, "\n")
		return a.call + " panicked: " + first
	case !a.returned():
		return a.call + " did not return"
	case a.err != nil:
		return fmt.Sprintf("%s returned the error %q", a.call, a.err)
	}
	return fmt.Sprintf("%s returned no error", a.call)
}

// answers are the calls of one scene in the order in which they were made.
type answers struct {
	mu   sync.Mutex
	list []*answer

	last atomic.Int64 // number of the last request that came to the fake
}

// ask makes one call of the adapter and keeps what it gave, even if that is a
// panic. A call that never returns stays in the list as it was made.
func (as *answers) ask(ctx context.Context, call string, f func(context.Context) (any, error)) (a *answer) {
	a = &answer{call: call, from: time.Now()}
	before := as.last.Load()
	as.mu.Lock()
	as.list = append(as.list, a)
	as.mu.Unlock()
	var value any
	var err error
	gone := true // by runtime.Goexit
	defer func() {
		p := recover()
		as.mu.Lock()
		defer as.mu.Unlock()
		if last := as.last.Load(); last > before {
			a.exchange = int(last)
		}
		if p != nil {
			a.panicked = fmt.Sprintf("%v\n%s", p, debug.Stack())
		} else if gone {
			return
		}
		a.value, a.err, a.to = value, err, time.Now()
	}()
	value, err = f(ctx)
	gone = false
	return a
}

// nth is the answer to a call, from 0. One that was never made has not
// returned.
func (as *answers) nth(i int) *answer {
	as.mu.Lock()
	defer as.mu.Unlock()
	if i < len(as.list) {
		return as.list[i]
	}
	return &answer{call: "the next call"}
}

// all are the answers so far.
func (as *answers) all() []*answer {
	as.mu.Lock()
	defer as.mu.Unlock()
	return append([]*answer(nil), as.list...)
}
