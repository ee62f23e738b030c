package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// A library is what clients do with the shipped stories of an API, by name.
type library[C any] struct {
	suite  func() *Suite[C]
	client func(*reference.Bug) func(fake.TB, Env) C
	plots  map[string]plot[C]
}

// A plot is what a program does with a shipped story: with the reference client
// it comes to its end, with a bug the story fails in these words. Where no mutant
// has the mistake, a program of a few lines makes it.
type plot[C any] struct {
	drive func(*play[C]) // tells what the client does not say as it should
	bugs  map[string]string
	wrong map[string]wrongly[C]
}

// A wrongly driven client is the reference client in another program, or with a
// function that is changed in the program of the plot.
type wrongly[C any] struct {
	drive  func(*play[C])
	client func(right C) C
	words  string
}

// A play is a story with a client in it. As a test, it is one that fails because
// of what the client says.
type play[C any] struct {
	fake.TB
	ctx context.Context
	run *scenarios.Run
	c   C
	as  func(fake.Credentials) C // the client of another account
}

func (p *play[C]) Errorf(format string, args ...any) {
	p.Helper()
	p.TB.Errorf("the client: "+format, args...)
}

func (p *play[C]) Fatalf(format string, args ...any) {
	p.Helper()
	p.TB.Fatalf("the client: "+format, args...)
}

// within is the play with a client that has no more time than that.
func (p *play[C]) within(d time.Duration, do func(*play[C])) {
	short := *p
	var cancel context.CancelFunc
	short.ctx, cancel = context.WithTimeout(p.ctx, d)
	defer cancel()
	do(&short)
}

// atOnce does all of that at one moment. A client may panic in it.
func (p *play[C]) atOnce(all ...func()) {
	var wg sync.WaitGroup
	for _, do := range all {
		wg.Go(func() {
			defer func() {
				if told := recover(); told != nil {
					p.Errorf("panic: %v", told)
				}
			}()
			do()
		})
	}
	wg.Wait()
}

// ask is the call of a program that has no client to speak of.
func (p *play[C]) ask(method, path string) (int, string, http.Header) {
	p.Helper()
	r, err := http.NewRequestWithContext(p.ctx, method, p.run.BaseURL()+path, nil)
	if err != nil {
		p.Fatalf("%v", err)
	}
	p.run.Authorize(r)
	answer, err := p.run.Client().Do(r)
	if err != nil {
		p.Errorf("%v", err)
		return 0, "", nil
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		p.Errorf("%v", err)
	}
	return answer.StatusCode, string(body), answer.Header
}

// A meter ends a client that asks for ever.
type meter struct {
	inner http.RoundTripper
	tb    fake.TB
	count atomic.Int64
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.count.Add(1) > budget {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		m.tb.Fatalf("it has made %d requests, and goes on", budget)
	}
	return m.inner.RoundTrip(r)
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

// shipped are the stories of the API, by name.
func (l library[C]) shipped() map[string]*scenarios.Scenario {
	all := map[string]*scenarios.Scenario{}
	for _, s := range scenarios.Library(l.suite().api) {
		all[s.Name()] = s
	}
	return all
}

// unfold plays all shipped stories of an API, each in bubbles of its own: to the
// reference client, and to clients that are wrong.
func unfold[C any](t *testing.T, l library[C]) {
	t.Helper()
	shipped := l.shipped()
	for name := range shipped {
		if _, played := l.plots[name]; !played {
			t.Errorf("nobody plays library/%s/%s.txtar", l.suite().api, name)
		}
	}
	for name, one := range l.plots {
		s := shipped[name]
		if s == nil {
			t.Errorf("the library of %s has no story %s", l.suite().api, name)
			continue
		}
		if len(one.bugs)+len(one.wrong) == 0 {
			t.Errorf("nothing fails %s", name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if failed := played(s, l.client(nil), one.drive); failed != "" {
				t.Errorf("the reference client fails:\n%s", failed)
			}
		})
		for mutant, words := range one.bugs {
			t.Run(name+"/"+mutant, func(t *testing.T) {
				t.Parallel()
				bug := bugged(mutant)
				wantFailure(t, s, words, played(s, l.client(bug), one.drive))
				if bug.Ran() == 0 {
					t.Error("the line with the bug never ran")
				}
			})
		}
		for mistake, w := range one.wrong {
			t.Run(name+"/"+mistake, func(t *testing.T) {
				t.Parallel()
				client, drive := l.client(nil), one.drive
				if w.client != nil {
					client = func(tb fake.TB, env Env) C { return w.client(l.client(nil)(tb, env)) }
				}
				if w.drive != nil {
					drive = w.drive
				}
				wantFailure(t, s, w.words, played(s, client, drive))
			})
		}
	}
}

// wantFailure wants the line of the file, or what the client says, and words.
func wantFailure(t *testing.T, s *scenarios.Scenario, words, failed string) {
	t.Helper()
	file := "library/" + s.API() + "/" + s.Name() + ".txtar:"
	line, ofFile := strings.CutPrefix(failed, file)
	told := ofFile && strings.HasPrefix(strings.TrimLeft(line, "0123456789"), ": ") || strings.HasPrefix(failed, "the client: ")
	if !told || words == "" || !strings.Contains(failed, words) {
		t.Errorf("the failure is to tell a line of %s or what the client says, and %q; it is\n%s", file, words, failed)
	}
}

// played is what a test says in which a story is played to a client, "" if it
// passes.
func played[C any](s *scenarios.Scenario, client func(fake.TB, Env) C, drive func(*play[C])) (failed string) {
	spy := &recorder{name: "TestShop"}
	defer func() {
		if left := recover(); left != nil && failed == "" {
			failed = fmt.Sprintf("the client: it leaves goroutines: %v", left)
		}
	}()
	synctest.Test(new(testing.T), func(*testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer spy.clean()
			p := &play[C]{TB: spy, ctx: ctx, run: s.Start(spy)}
			own := *p.run.Client()
			own.Transport = &meter{inner: own.Transport, tb: p}
			p.as = func(creds fake.Credentials) C {
				return client(p, Env{BaseURL: p.run.BaseURL(), HTTP: &own, Creds: creds, Virtual: true, Log: spy.Logf, now: p.run.Fake().Now})
			}
			p.atOnce(func() {
				p.c = p.as(p.run.Credentials())
				drive(p)
			})
		}()
		<-done
		failed = spy.failure()
	})
	return failed
}
