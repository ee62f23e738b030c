package conformance

import (
	"context"
	"errors"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

// fluidpayAdapter is the adapter of the reference client.
func fluidpayAdapter(bug *reference.Bug) func(fake.TB, Env) FluidpayClient {
	return func(_ fake.TB, env Env) FluidpayClient {
		c := reference.NewFluidpay(env.BaseURL, env.Creds["merchant_id"], env.Creds["api_key"], env.HTTP, bug)
		return FluidpayClient{
			GetCart: func(ctx context.Context, id string) (FluidpayCart, error) {
				one, err := c.GetCart(ctx, id)
				return FluidpayCart(one), err
			},
			ListCarts: func(ctx context.Context) ([]FluidpayCart, error) {
				all, err := c.ListCarts(ctx)
				return converted(all, func(one reference.FluidpayCart) FluidpayCart { return FluidpayCart(one) }), err
			},
			SearchCarts: func(ctx context.Context, f FluidpayFilter) ([]FluidpayCart, error) {
				all, err := c.SearchCarts(ctx, reference.FluidpayFilter(f))
				return converted(all, func(one reference.FluidpayCart) FluidpayCart { return FluidpayCart(one) }), err
			},
			CreateCart: func(ctx context.Context, in FluidpayCart) (string, error) {
				return c.CreateCart(ctx, reference.FluidpayCart(in))
			},
			UpdateCart: func(ctx context.Context, id string, ch FluidpayChange) error {
				return c.UpdateCart(ctx, id, reference.FluidpayChange(ch))
			},
			DeleteCart: c.DeleteCart,
			AddToCart:  c.AddToCart,
			GetProduct: func(ctx context.Context, id string) (FluidpayProduct, error) {
				one, err := c.GetProduct(ctx, id)
				return FluidpayProduct(one), err
			},
			ListProducts: func(ctx context.Context) ([]FluidpayProduct, error) {
				all, err := c.ListProducts(ctx)
				return converted(all, func(one reference.FluidpayProduct) FluidpayProduct { return FluidpayProduct(one) }), err
			},
			SearchProducts: func(ctx context.Context, f FluidpayFilter) ([]FluidpayProduct, error) {
				all, err := c.SearchProducts(ctx, reference.FluidpayFilter(f))
				return converted(all, func(one reference.FluidpayProduct) FluidpayProduct { return FluidpayProduct(one) }), err
			},
			CreateProduct: func(ctx context.Context, in FluidpayProduct) (string, error) {
				return c.CreateProduct(ctx, reference.FluidpayProduct(in))
			},
			UpdateProduct: func(ctx context.Context, id string, ch FluidpayChange) error {
				return c.UpdateProduct(ctx, id, reference.FluidpayChange(ch))
			},
			DeleteProduct: c.DeleteProduct,
			Status:        func(err error) int { return behind(err).Status },
			Message:       func(err error) string { return behind(err).Message },
			Correlation:   func(err error) string { return behind(err).Correlation },
		}
	}
}

// behind is what the service said behind an error.
func behind(err error) reference.FluidpayError {
	var e *reference.FluidpayError
	if errors.As(err, &e) {
		return *e
	}
	return reference.FluidpayError{}
}

func converted[A, B any](all []A, convert func(A) B) []B {
	var out []B
	for _, one := range all {
		out = append(out, convert(one))
	}
	return out
}

// fluidpayMutants are the reference client with each of its bugs.
func fluidpayMutants() []Mutant[FluidpayClient] {
	var mutants []Mutant[FluidpayClient]
	for _, k := range Fluidpay().checks {
		for _, m := range k.mutants {
			bug := bugged(k.id + m.letter)
			mutants = append(mutants, Mutant[FluidpayClient]{Name: bug.Name, Make: fluidpayAdapter(bug), Ran: bug.Ran})
		}
	}
	return mutants
}

// The list of checks is a golden file, so that an id that changes its meaning,
// or goes, is seen in a review.
func TestFluidpayRules(t *testing.T) {
	t.Parallel()
	golden(t, "rules-fluidpay.txt", rulesText(Fluidpay().Rules()))
}

func TestFluidpaySuiteFindsWhatItSays(t *testing.T) {
	whole(t)
	t.Parallel()
	p := prove(Fluidpay(), fluidpayAdapter(nil), fluidpayMutants(), seeds)
	for _, problem := range p.problems {
		t.Error(problem)
	}
	golden(t, "kill-matrix-fluidpay.txt", p.matrix())
}
