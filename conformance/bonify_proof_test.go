package conformance

import (
	"context"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

// bonifyAdapter is the adapter of the reference client.
func bonifyAdapter(bug *reference.Bug) func(fake.TB, Env) BonifyClient {
	return func(_ fake.TB, env Env) BonifyClient {
		c := reference.NewBonify(env.BaseURL, env.Creds["shop_domain"], env.Creds["api_key"], env.HTTP, bug)
		return BonifyClient{
			List: func(ctx context.Context, filters ...BonifyFilter) ([]BonifyCustomer, error) {
				all, err := c.List(ctx, converted(filters, func(f BonifyFilter) reference.BonifyFilter { return reference.BonifyFilter(f) })...)
				return converted(all, bonifyOf), err
			},
			Get: func(ctx context.Context, id int64) (BonifyCustomer, error) {
				one, err := c.Get(ctx, id)
				return bonifyOf(one), err
			},
			Update: func(ctx context.Context, cs []BonifyCustomer) error { return c.Update(ctx, converted(cs, ofBonify)) },
			Create: func(ctx context.Context, cs []BonifyCustomer) error { return c.Create(ctx, converted(cs, ofBonify)) },
			Delete: c.Delete,
			Clear:  c.Clear,
			Ensure: func(ctx context.Context, one BonifyCustomer) error { return c.Ensure(ctx, ofBonify(one)) },
			Each: func(ctx context.Context, f func(BonifyCustomer) error) error {
				return c.Each(ctx, func(one reference.BonifyCustomer) error { return f(bonifyOf(one)) })
			},
		}
	}
}

// bonifyOf gives a customer of the reference client the types of the suite, and
// ofBonify the other way round.
func bonifyOf(one reference.BonifyCustomer) BonifyCustomer {
	out := BonifyCustomer{ID: one.ID, Email: one.Email, FirstName: one.FirstName, LastName: one.LastName, Fields: map[string]BonifyField{}}
	for name, field := range one.Fields {
		out.Fields[name] = BonifyField(field)
	}
	return out
}

func ofBonify(one BonifyCustomer) reference.BonifyCustomer {
	out := reference.BonifyCustomer{
		ID: one.ID, Email: one.Email, FirstName: one.FirstName, LastName: one.LastName, Fields: map[string]reference.BonifyField{},
	}
	for name, field := range one.Fields {
		out.Fields[name] = reference.BonifyField(field)
	}
	return out
}

// bonifyMutants are the reference client with each of its bugs.
func bonifyMutants() []Mutant[BonifyClient] {
	var mutants []Mutant[BonifyClient]
	for _, k := range Bonify().checks {
		for _, m := range k.mutants {
			bug := bugged(k.id + m.letter)
			mutants = append(mutants, Mutant[BonifyClient]{Name: bug.Name, Make: bonifyAdapter(bug), Ran: bug.Ran})
		}
	}
	return mutants
}

// The list of checks is a golden file, so that an id that changes its meaning,
// or goes, is seen in a review.
func TestBonifyRules(t *testing.T) {
	t.Parallel()
	golden(t, "rules-bonify.txt", rulesText(Bonify().Rules()))
}

func TestBonifySuiteFindsWhatItSays(t *testing.T) {
	whole(t)
	t.Parallel()
	p := prove(Bonify(), bonifyAdapter(nil), bonifyMutants(), seeds)
	for _, problem := range p.problems {
		t.Error(problem)
	}
	golden(t, "kill-matrix-bonify.txt", p.matrix())
}
