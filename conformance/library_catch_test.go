package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/scenarios"
)

// Which mutants of its API each shipped story turns red is a golden file: a story
// that comes to say less is seen in a review, and so is what no story is about.
func TestLibraryCatchesMutants(t *testing.T) {
	whole(t)
	t.Parallel()
	golden(t, "library-mutants.txt", strings.Join([]string{
		catches(t, bonifyLibrary), catches(t, cartfunnelLibrary), catches(t, cartlyLibrary),
		catches(t, cscartLibrary), catches(t, fluidpayLibrary),
	}, "\n"))
}

// A catch is what becomes of the clients with a bug in one story.
type catch struct {
	story *scenarios.Scenario
	scout *reference.Bug
	red   []bool // by the mutants of the suite
}

// catches plays each story of an API to all of its mutants. One that the scout
// does not come by does what the reference client does.
func catches[C any](t *testing.T, l library[C]) string {
	t.Helper()
	var mutants []string
	for _, k := range l.suite().checks {
		for _, m := range k.mutants {
			mutants = append(mutants, k.id+m.letter)
		}
	}
	var all []catch
	for _, s := range scenarios.Library(l.suite().api) {
		if l.plots[s.Name()].drive != nil { // else another test tells
			all = append(all, catch{s, reference.Scout(), make([]bool, len(mutants))})
		}
	}
	parallel(len(all), func(i int) { played(all[i].story, l.client(all[i].scout), l.plots[all[i].story.Name()].drive) })
	parallel(len(all)*len(mutants), func(i int) {
		one, at := all[i/len(mutants)], i%len(mutants)
		if !one.scout.Near(mutants[at]) {
			return
		}
		bug := bugged(mutants[at])
		failed := played(one.story, l.client(bug), l.plots[one.story.Name()].drive)
		if one.red[at] = failed != ""; failed != "" && bug.Ran() == 0 {
			t.Errorf("%s fails before the line with the bug %s:\n%s", one.story.Name(), bug.Name, failed)
		}
	})
	return caught(t, l.suite().api, mutants, all)
}

// caught tells by which stories mutants are caught: those that none can be played
// with, once, then those of each story, and those of none.
func caught(t *testing.T, api string, mutants []string, all []catch) string {
	t.Helper()
	var every, none []string
	for at, mutant := range mutants {
		switch by := len(slices.DeleteFunc(slices.Clone(all), func(one catch) bool { return !one.red[at] })); by {
		case 0:
			none = append(none, mutant)
		case len(all):
			every = append(every, mutant)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d stories catch %d of %d mutants\n\n", api, len(all), len(mutants)-len(none), len(mutants))
	row(&b, "every story", every)
	for _, one := range all {
		var names []string
		for at, mutant := range mutants {
			if one.red[at] && !slices.Contains(every, mutant) {
				names = append(names, mutant)
			}
		}
		if names == nil {
			t.Errorf("library/%s/%s.txtar catches no mutant that every other story would not", api, one.story.Name())
		}
		row(&b, one.story.Name(), names)
	}
	row(&b, "no story", none)
	return b.String()
}

// row writes names, as many to a line as have room.
func row(b *strings.Builder, head string, names []string) {
	for line := range slices.Chunk(names, 6) {
		fmt.Fprintf(b, "%-22s%s\n", head, strings.Join(line, " "))
		head = ""
	}
}
