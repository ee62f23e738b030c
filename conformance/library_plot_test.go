package conformance

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/scenarios"
)

// A plot is what a program does with a shipped story: with the reference client
// it comes to its end, with a bug the story fails in these words. Where no mutant
// has the mistake, a program of a few lines makes it. Unlike a tale it has the run
// at hand: receivers and further shops need that.
type plot struct {
	drive func(t *testing.T, run *scenarios.Run, bug *reference.Bug)
	bugs  map[string]string // the name of a mutant, and words of the failure
	wrong map[string]wrongly
}

type wrongly struct {
	drive func(t *testing.T, run *scenarios.Run)
	words string
}

// unfold plays shipped stories of an API, each in bubbles of its own. The others
// named are played to programs in the tests of package scenarios.
func unfold(t *testing.T, api string, plots map[string]plot, others ...string) {
	t.Helper()
	shipped := map[string]*scenarios.Scenario{}
	for _, s := range scenarios.Library(api) {
		shipped[s.Name()] = s
		if _, played := plots[s.Name()]; !played && !slices.Contains(others, s.Name()) {
			t.Errorf("nobody plays library/%s/%s.txtar", api, s.Name())
		}
	}
	for name, one := range plots {
		s := shipped[name]
		if s == nil {
			t.Errorf("the library of %s has no story %s", api, name)
			continue
		}
		if len(one.bugs)+len(one.wrong) == 0 {
			t.Errorf("nothing fails %s", name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if failed := failsWith(t, s, func(t *testing.T, run *scenarios.Run) { one.drive(t, run, nil) }); failed != "" {
				t.Errorf("the reference client fails:\n%s", failed)
			}
		})
		for mutant, words := range one.bugs {
			t.Run(name+"/"+mutant, func(t *testing.T) {
				t.Parallel()
				bug := bugged(mutant)
				wantFailure(t, s, words, func(t *testing.T, run *scenarios.Run) { one.drive(t, run, bug) })
				if bug.Ran() == 0 {
					t.Error("the line with the bug never ran")
				}
			})
		}
		for mistake, w := range one.wrong {
			t.Run(name+"/"+mistake, func(t *testing.T) {
				t.Parallel()
				wantFailure(t, s, w.words, w.drive)
			})
		}
	}
}

// failsWith gives what a story says about a program, "" if it is content.
func failsWith(t *testing.T, s *scenarios.Scenario, drive func(*testing.T, *scenarios.Run)) (failed string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		spy := &recorder{name: "TestShop"}
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer spy.clean()
			drive(t, s.Start(spy))
		}()
		<-done
		failed = spy.failure()
	})
	return failed
}

func wantFailure(t *testing.T, s *scenarios.Scenario, words string, drive func(*testing.T, *scenarios.Run)) {
	t.Helper()
	failed := failsWith(t, s, drive)
	if !strings.HasPrefix(failed, "library/"+s.API()+"/"+s.Name()+".txtar:") || !strings.Contains(failed, words) {
		t.Errorf("the failure is to tell the line in the file and %q; it is\n%s", words, failed)
	}
}
