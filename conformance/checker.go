package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// A Checker is a suite without its type of client, for tools that take a client
// in another language. Suites lists them.
type Checker interface {
	API() string
	Rules() []Rule

	// EvaluateCommand runs the suite against a program; see Command.
	EvaluateCommand(ctx context.Context, argv []string, opts ...Option) (*Report, error)

	// Smoke starts a program, shows every line both ways, and plays one check that
	// it claims, for whoever is writing an adapter.
	Smoke(ctx context.Context, argv []string, w io.Writer) error
}

// Suites are the suites of all APIs.
func Suites() []Checker { return []Checker{Cartfunnel(), Cscart(), Fluidpay(), Bonify(), Cartly()} }

// API names the API that the suite is about: "cartfunnel".
func (s *Suite[C]) API() string { return s.api }

// EvaluateCommand runs the suite against a program; see Command. The report names
// the client as the program did.
func (s *Suite[C]) EvaluateCommand(ctx context.Context, argv []string, opts ...Option) (*Report, error) {
	o := newOperator[C](s, argv)
	p, err := o.start()
	if err != nil {
		return nil, err
	}
	defer p.stop()
	if p.started.Reruns != freshProcess {
		o.kept = p
	}
	name := strings.TrimSpace(p.started.Name + " " + p.started.Version)
	all := append([]Option{Client(name), WallClock("the client is a program in " + orUnknown(p.started.Language))}, opts...)
	e, err := newEvaluator(s, operated[C](o), all)
	if err != nil {
		return nil, err
	}
	r, err := e.report(ctx)
	if r != nil {
		r.Command = argv
	}
	return r, err
}

func orUnknown(language string) string {
	if language == "" {
		return "another language"
	}
	return language
}

// Smoke starts a program, shows every line both ways, and plays one check that it
// claims.
func (s *Suite[C]) Smoke(ctx context.Context, argv []string, w io.Writer) error {
	o := newOperator[C](s, argv)
	o.trace = func(way, line string) { fmt.Fprintf(w, "%s %s\n", way, line) }
	p, err := o.start()
	if err != nil {
		return err
	}
	defer p.stop()
	if p.started.Reruns != freshProcess {
		o.kept = p
	}
	k := s.claimed(p.started.Operations)
	if k == nil {
		return fmt.Errorf("conformance: the program claims %v, of which no check can be played; there are %s",
			p.started.Operations, strings.Join(o.names, ", "))
	}
	fmt.Fprintf(w, "   playing %s: %s\n", k.id, k.title)
	e, err := newEvaluator(s, operated[C](o), []Option{Only(k.id), WallClock("a try")})
	if err != nil {
		return err
	}
	e.cfg.once = true
	r, err := e.report(ctx)
	if err != nil {
		return err
	}
	res := r.Results[0]
	fmt.Fprintf(w, "   %s is %s %s%s\n", res.Rule.ID, res.State, res.Finding.Got, res.Note)
	if res.State == broke {
		return errors.New("conformance: the program does not keep to the protocol, or ended")
	}
	return nil
}

// claimed is the first check that can be played with these operations, by the
// clock on the wall.
func (s *Suite[C]) claimed(operations []string) *check[C] {
	for _, k := range s.checks {
		claims := func(need string) bool {
			return slices.ContainsFunc(strings.Split(need, "|"), func(name string) bool { return slices.Contains(operations, name) })
		}
		if k.inside() == "" && !slices.ContainsFunc(k.needs, func(need string) bool { return !claims(need) }) {
			return k
		}
	}
	return nil
}

// operated is an adapter whose programs the operator starts.
func operated[C any](o *operator) func(fake.TB, Env) C {
	return func(tb fake.TB, env Env) C {
		tb.Helper()
		p, err := o.program(tb)
		if err != nil {
			tb.Fatalf("%v", err)
		}
		return lined[C](&line{p: p, tb: tb, env: env})
	}
}
