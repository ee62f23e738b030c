package conformance

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

// cartfunnelAdapter is the adapter of the reference client.
func cartfunnelAdapter(bug *reference.Bug) func(fake.TB, Env) CartfunnelClient {
	return func(_ fake.TB, env Env) CartfunnelClient {
		c := reference.NewCartfunnel(env.BaseURL, env.Creds["account"], env.Creds["secret"], env.HTTP, bug)
		return CartfunnelClient{
			List: func(ctx context.Context) ([]CartfunnelCustomer, error) {
				var all []CartfunnelCustomer
				customers, err := c.List(ctx)
				for _, one := range customers {
					all = append(all, CartfunnelCustomer(one))
				}
				return all, err
			},
			Get: func(ctx context.Context, id int64) (CartfunnelCustomer, error) {
				one, err := c.Get(ctx, id)
				return CartfunnelCustomer(one), err
			},
			Create: func(ctx context.Context, one CartfunnelCustomer) (CartfunnelCustomer, error) {
				made, err := c.Create(ctx, reference.Customer(one))
				return CartfunnelCustomer(made), err
			},
			Update: func(ctx context.Context, id int64, change CartfunnelChange) (CartfunnelCustomer, error) {
				now, err := c.Update(ctx, id, reference.Change(change))
				return CartfunnelCustomer(now), err
			},
			Ensure: func(ctx context.Context, one CartfunnelCustomer) (CartfunnelCustomer, error) {
				found, err := c.Ensure(ctx, reference.Customer(one))
				return CartfunnelCustomer(found), err
			},
			AddTag: c.AddTag,
		}
	}
}

func bugged(name string) *reference.Bug { return &reference.Bug{Name: name} }

// cartfunnelMutants are the reference client with each of its bugs.
func cartfunnelMutants() []Mutant[CartfunnelClient] {
	var mutants []Mutant[CartfunnelClient]
	for _, k := range Cartfunnel().checks {
		for _, m := range k.mutants {
			bug := bugged(k.id + m.letter)
			mutants = append(mutants, Mutant[CartfunnelClient]{Name: bug.Name, Make: cartfunnelAdapter(bug), Ran: bug.Ran})
		}
	}
	return mutants
}

func TestCartfunnelSuiteFindsWhatItSays(t *testing.T) {
	whole(t)
	t.Parallel()
	p := prove(Cartfunnel(), cartfunnelAdapter(nil), cartfunnelMutants(), seeds)
	for _, problem := range p.problems {
		t.Error(problem)
	}
	golden(t, "kill-matrix-cartfunnel.txt", p.matrix())
}

// golden compares with a file in testdata; GOLDEN=update rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("GOLDEN") == "update" {
		if t.Failed() {
			return
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (GOLDEN=update go test writes it)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; GOLDEN=update go test rewrites it. Got:\n%s", path, got)
	}
}
