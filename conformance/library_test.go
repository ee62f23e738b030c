package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// A tale is a file of the library, with what a client is asked to do while the
// file is played to it. The reference client comes through; the others do not.
type tale[C any] struct {
	story string
	tell  func(ctx context.Context, tb fake.TB, c C) // reports what the client does not say as it should
	wrong []astray[C]
}

// An astray client goes wrong in a tale. What the test then says, of the file or
// of the client, has words in it.
type astray[C any] struct {
	bug   string                            // a mutant of the reference client
	odd   func(right C) C                   // or the reference client with another function
	trip  func(http.RoundTripper) tripper   // or with a layer below it that does too much
	tell  func(context.Context, fake.TB, C) // or a program that uses the reference client wrongly
	words string
}

// name is what an astray client is called.
func (a astray[C]) name(i int) string {
	if a.bug != "" {
		return a.bug
	}
	return fmt.Sprint("other ", i+1)
}

// library plays all files of an API, each to the reference client and to clients
// that are wrong.
func library[C any](t *testing.T, api string, adapter func(*reference.Bug) func(fake.TB, Env) C, tales []tale[C]) {
	t.Helper()
	stories := map[string]*scenarios.Scenario{}
	for _, s := range scenarios.Library(api) {
		stories[s.Name()] = s
		if !slices.ContainsFunc(tales, func(one tale[C]) bool { return one.story == s.Name() }) {
			t.Errorf("nobody tells library/%s/%s.txtar", api, s.Name())
		}
	}
	for _, one := range tales {
		s := stories[one.story]
		if s == nil {
			t.Errorf("there is no library/%s/%s.txtar", api, one.story)
			continue
		}
		if len(one.wrong) == 0 {
			t.Errorf("%s: no client is wrong here", one.story)
		}
		t.Run(one.story, func(t *testing.T) {
			t.Parallel()
			if said := played(t, s, adapter(nil), nil, one.tell); said != "" {
				t.Errorf("the right client:\n%s", said)
			}
		})
		for i, wrong := range one.wrong {
			t.Run(one.story+"/"+wrong.name(i), func(t *testing.T) {
				t.Parallel()
				goesAstray(t, s, adapter, one.tell, wrong)
			})
		}
	}
}

// goesAstray plays a file to a wrong client.
func goesAstray[C any](t *testing.T, s *scenarios.Scenario, adapter func(*reference.Bug) func(fake.TB, Env) C, tell func(context.Context, fake.TB, C), wrong astray[C]) {
	t.Helper()
	var bug *reference.Bug
	if wrong.bug != "" {
		bug = bugged(wrong.bug)
	}
	client := adapter(bug)
	if wrong.odd != nil {
		client = func(tb fake.TB, env Env) C { return wrong.odd(adapter(nil)(tb, env)) }
	}
	if wrong.tell != nil {
		tell = wrong.tell
	}
	said := played(t, s, client, wrong.trip, tell)
	if wrong.words == "" || !strings.Contains(said, wrong.words) {
		t.Errorf("nothing says %q:\n%s", wrong.words, said)
	}
	if bug != nil && bug.Ran() == 0 {
		t.Error("the bug never ran")
	}
}

// played is what a test says in which a file is played to a client, "" if it
// passes.
func played[C any](t *testing.T, s *scenarios.Scenario, client func(fake.TB, Env) C, trip func(http.RoundTripper) tripper, tell func(context.Context, fake.TB, C)) string {
	t.Helper()
	spy := &recorder{name: t.Name()}
	synctest.Test(t, func(t *testing.T) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer spy.clean()
			run := s.Start(spy)
			own := *run.Client()
			if trip != nil {
				own.Transport = trip(own.Transport)
			}
			tell(t.Context(), spy, client(spy, Env{BaseURL: run.BaseURL(), HTTP: &own, Creds: run.Credentials(), Virtual: true, Log: spy.Logf}))
		}()
		<-done
	})
	return spy.failure()
}

// ends wants an error of a kind; nil for none.
func ends(tb fake.TB, what string, got, want error) {
	tb.Helper()
	if want == nil && got != nil || !errors.Is(got, want) {
		tb.Errorf("%s: got the error %v, want %v", what, got, want)
	}
}

// wants compares what a client says with what it should say.
func wants[T comparable](tb fake.TB, what string, got, want T) {
	tb.Helper()
	if got != want {
		tb.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// unshown are the faults that no file of the library shows: a story writes its
// deliveries in the order in which they come, so what overtakes stands first.
var unshown = []string{"overtake"}

// Each fault is an incident in some file, and each API has enough of them to be
// learned from.
func TestLibraryHasEachFault(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	for _, api := range []string{"bonify", "cartfunnel", "cartly", "cscart", "fluidpay"} {
		all := scenarios.Library(api)
		if len(all) < fewest[api] {
			t.Errorf("%s has %d files, want %d", api, len(all), fewest[api])
		}
		for _, s := range all {
			words := strings.Fields(string(s.Format()))
			for i, word := range words[1:] {
				if before := words[i]; before == "fault" || before == "!!" {
					shown[word] = true
				}
			}
		}
	}
	for _, name := range fake.FaultNames() {
		if shown[name] == slices.Contains(unshown, name) {
			t.Errorf("%s is shown by a file of the library: %v", name, shown[name])
		}
	}
}

// fewest is how many files each API has at least.
var fewest = map[string]int{"bonify": 8, "cartfunnel": 8, "cartly": 12, "cscart": 8, "fluidpay": 8}
