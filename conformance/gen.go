package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cartdouble/cartdouble/fake"
)

// A profile is what the common checks know of an API. Records are counted from
// 0 in the order of the list; newcomers are records that are not there yet, one
// for each number.
type profile[C any] struct {
	list, get, create, update usual[C] // get may be any call that shows one record
	remove                    usual[C] // stands for the two before it where clients only delete

	people func(n int) func(*run[C]) // puts so many records there
	copies func(*run[C], int) int    // how many records there are of a newcomer

	write   func(*run[C], []string) *answer // creates a record with these texts in it
	written func(*answer) []string          // the texts, as a record shows them
	stored  func(*run[C]) []string          // the texts, as the newest record has them

	refused func(*run[C]) *answer // a create that has to fail; nil where create gives something to be looked at

	denied, saved, told string // checks about a 403, a refused save, secrets in errors; "" for none

	refuse        func(n int, text string) fake.Fault // refuses to create that newcomer
	envelope      string                              // an error in the API's words, under any status
	forbidMissing []fake.Option                       // 403 for a record that does not exist; nil: the envelope is sent under it
	readable      []fake.Option                       // so that what is altered at a URL can be read there
	renew         fake.Op                             // gets another token, once, where one is refused with 401; "" for no such thing

	endless      func(*run[C]) // makes a list say that there is more, where a full page alone does not
	foreseen     string        // the check about what a client may know to be refused, and not ask; "" where it cannot know
	twins        bool          // the API makes a second record of the same, and refuses none
	twinning     []fake.Option // lets it do so, where it does not by itself
	waiting      []string      // checks of the API's own about how long to wait
	standardAuth bool          // credentials stand in Authorization, which Go takes off by itself

	clauses map[string]string // what a check rests on in this API, by its id: a reading, mostly
	backed  map[string]string // which check finds the same in this API, where it is another one or none
	codes   map[string]string // by which finding a mutant is found in this API, where it is another one
}

// A usual is one of the usual calls.
type usual[C any] struct {
	op    fake.Op
	name  string   // of the adapter's function
	after []string // checks that a check with this call comes after
	call  func(*run[C], context.Context, int) *answer
	right func(*run[C], *answer) Finding // the call gave what is true
}

// nobody is the number of a record that does not exist, and of a newcomer who
// is there already.
const nobody = -1

// named lists the adapter's functions for some usual calls.
func named[C any](calls ...usual[C]) []string {
	var names []string
	for _, u := range calls {
		names = append(names, u.name)
	}
	return names
}

// after lists the checks that a check with some usual calls comes after, and
// more of them.
func after[C any](more []string, calls ...usual[C]) []string {
	all := slices.DeleteFunc(slices.Clone(more), func(id string) bool { return id == "" })
	for _, u := range calls {
		for _, id := range u.after {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	return all
}

// common is the profile that any client of such a service should fit.
func common[C any](p profile[C]) []check[C] {
	checks := slices.Concat(p.contexts(), p.bodies(), p.failures(), p.refusals(), p.waits(), p.lost(),
		p.redirects(), p.oddities(), p.texts(), p.resources())
	for i := range checks {
		if clause := p.clauses[checks[i].id]; clause != "" {
			checks[i].clause = clause
		}
		if other, ok := p.backed[checks[i].id]; ok {
			checks[i].backed = other
		}
		for j, m := range checks[i].mutants {
			if code := p.codes[checks[i].id+m.letter]; code != "" {
				checks[i].mutants[j].finding = code
			}
		}
	}
	return checks
}

// try makes the usual call with the context of the scene.
func (u usual[C]) try(r *run[C], n int) *answer { return u.call(r, r.ctx, n) }

// claimed tells whether the adapter has the call, and the API.
func (u usual[C]) claimed(r *run[C]) bool {
	return u.op != "" && missing(r.client, []string{u.name}) == nil
}

// change is the call that the API may refuse: create, or where clients make
// nothing, remove.
func (p profile[C]) change() usual[C] {
	if p.create.op == "" {
		return p.remove
	}
	return p.create
}

// tried are the operations that a scene with a newcomer who is refused must have
// seen: those, and the create, unless a client may know the answer.
func (p profile[C]) tried(ops ...fake.Op) prerequisite {
	if p.foreseen != "" {
		return asked(ops...)
	}
	return asked(append(ops, p.change().op)...)
}

// alter is the call that changes a record which is there.
func (p profile[C]) alter() usual[C] {
	if p.update.op == "" {
		return p.remove
	}
	return p.update
}

// put is the call that shows texts which are new: create, or where the test has
// to put them there, list.
func (p profile[C]) put() usual[C] {
	if p.create.op == "" {
		return p.list
	}
	return p.create
}

// rightOrError finds a call that came back without an error and without what
// is true.
func (u usual[C]) rightOrError(r *run[C], a *answer) Finding {
	if a.err != nil {
		return Finding{}
	}
	if f := u.right(r, a); f.Code != "" {
		return found("wrong-result", "what is true, or an error", "%s; %s", a.outcome(), f.Got).of(a)
	}
	return Finding{}
}

// mustFail finds a call that came back without an error.
func mustFail(a *answer, about string) Finding {
	if a.err != nil {
		return Finding{}
	}
	return found("no-error", "an error from "+a.call+": "+about, "%s", a.outcome()).of(a)
}

// mustMiss finds a call about a record that is not there which came back without an
// error, or with one of another kind where kinds are known: by Classify, or as a
// program tells them.
func mustMiss[C any](r *run[C], a *answer, about string) Finding {
	if f := mustFail(a, about); f.Code != "" {
		return f
	}
	if kind, known := r.kind(a.err); known && kind != "not-found" {
		return found("other-kind", "an error of the kind not-found from "+a.call+": "+about, "the kind %q, of the error %q", kind, a.err).of(a)
	}
	return Finding{}
}

// kind is what kind of failure an error is, where somebody says so.
func (r *run[C]) kind(err error) (kind Kind, known bool) {
	if classify := r.cfg.classify; classify != nil {
		return classify(err), true
	}
	if line := new(LineError); errors.As(err, &line) {
		return line.Kind, true
	}
	return "", false
}

// mustWork finds a call that did not come back, or with an error.
func mustWork(a *answer) Finding {
	if a.err == nil && a.returned() {
		return Finding{}
	}
	return found("error", "success of "+a.call, "%s", a.outcome()).of(a)
}

// atMost finds an operation that was asked too often.
func atMost(w *wire, op fake.Op, most int) Finding {
	if n := len(w.of(op)); n > most {
		return found("too-many-attempts", fmt.Sprintf("at most %s", count(most, "request")), "%d", n)
	}
	return Finding{}
}
