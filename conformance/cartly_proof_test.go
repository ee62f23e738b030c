package conformance

import (
	"context"
	"net/http"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

// cartlyAdapter is the adapter of the reference client.
func cartlyAdapter(bug *reference.Bug) func(fake.TB, Env) CartlyClient {
	return func(_ fake.TB, env Env) CartlyClient {
		app := reference.CartlyApp{
			ClientID: env.Creds["client_id"], ClientSecret: env.Creds["client_secret"],
			Token: env.Creds["token"], RefreshToken: env.Creds["refresh_token"], ShopDomain: env.Creds["shop_domain"],
		}
		c := reference.NewCartly(env.BaseURL, app, env.HTTP, bug)
		if env.now != nil {
			c.Now = env.now
		}
		return CartlyClient{
			Me: func(ctx context.Context) (CartlyShop, error) {
				shop, err := c.Me(ctx)
				return CartlyShop(shop), err
			},
			FindCustomers: func(ctx context.Context, email string) ([]CartlyCustomer, error) {
				all, err := c.FindCustomers(ctx, email)
				return converted(all, func(one reference.CartlyCustomer) CartlyCustomer { return CartlyCustomer(one) }), err
			},
			ListCustomers: func(ctx context.Context) ([]CartlyCustomer, error) {
				all, err := c.ListCustomers(ctx)
				return converted(all, func(one reference.CartlyCustomer) CartlyCustomer { return CartlyCustomer(one) }), err
			},
			CreateCustomer: func(ctx context.Context, in CartlyCustomer) (CartlyCustomer, error) {
				made, err := c.CreateCustomer(ctx, reference.CartlyCustomer(in))
				return CartlyCustomer(made), err
			},
			UpdateCustomer: func(ctx context.Context, id string, ch CartlyChange) (CartlyCustomer, error) {
				now, err := c.UpdateCustomer(ctx, id, reference.CartlyChange(ch))
				return CartlyCustomer(now), err
			},
			UpdateOrder: func(ctx context.Context, id string, ch CartlyOrderChange) (CartlyOrder, error) {
				now, err := c.UpdateOrder(ctx, id, reference.CartlyOrderChange(ch))
				return CartlyOrder(now), err
			},
			SetInventory: c.SetInventory, MoveInventory: c.MoveInventory,
			CreateDiscount: func(ctx context.Context, in CartlyDiscount) error {
				return c.CreateDiscount(ctx, reference.CartlyDiscount(in))
			},
			Hooks: func(ctx context.Context) ([]CartlyHook, error) {
				all, err := c.Hooks(ctx)
				return converted(all, func(one reference.CartlyHook) CartlyHook { return CartlyHook(one) }), err
			},
			Hook: c.Hook, Unhook: c.Unhook,
			Authorize: c.Authorize, Callback: c.Callback,
			Receiver: func(secret string, handled func(CartlyEvent) error) http.Handler {
				return c.Receiver(secret, func(e reference.CartlyEvent) error { return handled(CartlyEvent(e)) })
			},
			Rotate: c.Rotate,
			Known: func(id string) (CartlyOrder, bool) {
				order, known := c.Known(id)
				return CartlyOrder(order), known
			},
		}
	}
}

// cartlyMutants are the reference client with each of its bugs.
func cartlyMutants() []Mutant[CartlyClient] {
	var mutants []Mutant[CartlyClient]
	for _, k := range Cartly().checks {
		for _, m := range k.mutants {
			bug := bugged(k.id + m.letter)
			mutants = append(mutants, Mutant[CartlyClient]{Name: bug.Name, Make: cartlyAdapter(bug), Ran: bug.Ran})
		}
	}
	return mutants
}

// The list of checks is a golden file, so that an id that changes its meaning,
// or goes, is seen in a review.
func TestCartlyRules(t *testing.T) {
	t.Parallel()
	golden(t, "rules-cartly.txt", rulesText(Cartly().Rules()))
}

func TestCartlySuiteFindsWhatItSays(t *testing.T) {
	whole(t)
	t.Parallel()
	p := prove(Cartly(), cartlyAdapter(nil), cartlyMutants(), seeds)
	for _, problem := range p.problems {
		t.Error(problem)
	}
	golden(t, "kill-matrix-cartly.txt", p.matrix())
}
