package conformance

import (
	"context"
	"fmt"
	"strings"
)

// A clyCaller makes the calls of a check with one client, and keeps what they
// gave.
type clyCaller struct {
	r   *clyRun
	c   CartlyClient
	ctx context.Context
}

// cly calls with the client of the scene.
func cly(r *clyRun) clyCaller { return clyCaller{r, r.client, r.ctx} }

// clyIn calls with a context of the check's own.
func clyIn(r *clyRun, ctx context.Context) clyCaller { return clyCaller{r, r.client, ctx} }

func (u clyCaller) ask(call string, f func(context.Context) (any, error)) *answer {
	return u.r.ask(u.ctx, call, f)
}

func (u clyCaller) me() *answer {
	return u.ask("Me", func(ctx context.Context) (any, error) { return u.c.Me(ctx) })
}

func (u clyCaller) findCustomers(email string) *answer {
	return u.ask(fmt.Sprintf("FindCustomers(%s)", email), func(ctx context.Context) (any, error) { return u.c.FindCustomers(ctx, email) })
}

func (u clyCaller) listCustomers() *answer {
	return u.ask("ListCustomers", func(ctx context.Context) (any, error) { return u.c.ListCustomers(ctx) })
}

func (u clyCaller) createCustomer(in CartlyCustomer) *answer {
	return u.ask("CreateCustomer", func(ctx context.Context) (any, error) { return u.c.CreateCustomer(ctx, in) })
}

func (u clyCaller) updateCustomer(id string, ch CartlyChange) *answer {
	return u.ask(fmt.Sprintf("UpdateCustomer(%s)", id), func(ctx context.Context) (any, error) { return u.c.UpdateCustomer(ctx, id, ch) })
}

func (u clyCaller) updateOrder(id string, ch CartlyOrderChange) *answer {
	return u.ask(fmt.Sprintf("UpdateOrder(%s)", id), func(ctx context.Context) (any, error) { return u.c.UpdateOrder(ctx, id, ch) })
}

func (u clyCaller) setInventory(variant, location string, n int) *answer {
	return u.ask(fmt.Sprintf("SetInventory(%s, %q, %d)", variant, location, n), func(ctx context.Context) (any, error) {
		return nil, u.c.SetInventory(ctx, variant, location, n)
	})
}

func (u clyCaller) moveInventory(variant, location string, by int) *answer {
	return u.ask(fmt.Sprintf("MoveInventory(%s, %q, %d)", variant, location, by), func(ctx context.Context) (any, error) {
		return nil, u.c.MoveInventory(ctx, variant, location, by)
	})
}

func (u clyCaller) createDiscount(in CartlyDiscount) *answer {
	return u.ask(fmt.Sprintf("CreateDiscount(%s)", in.Code), func(ctx context.Context) (any, error) { return nil, u.c.CreateDiscount(ctx, in) })
}

func (u clyCaller) hooks() *answer {
	return u.ask("Hooks", func(ctx context.Context) (any, error) { return u.c.Hooks(ctx) })
}

func (u clyCaller) hook(url string, events ...string) *answer {
	return u.ask(fmt.Sprintf("Hook(%s, %s)", url, strings.Join(events, ", ")), func(ctx context.Context) (any, error) {
		return u.c.Hook(ctx, url, events)
	})
}

func (u clyCaller) unhook(id string) *answer {
	return u.ask(fmt.Sprintf("Unhook(%s)", id), func(ctx context.Context) (any, error) { return nil, u.c.Unhook(ctx, id) })
}

func (u clyCaller) authorize() *answer {
	return u.ask("Authorize", func(ctx context.Context) (any, error) { return u.c.Authorize(ctx, clyRedirect) })
}

func (u clyCaller) callback(url string) *answer {
	return u.ask("Callback", func(ctx context.Context) (any, error) { return nil, u.c.Callback(ctx, url) })
}

// clyRedirect is an address that the app is registered with.
const clyRedirect = "https://app.example.com/callback"

// words is the text that a call gave: an id, or a URL.
func (a *answer) words() string {
	text, _ := a.value.(string)
	return text
}

func (a *answer) clyCustomer() CartlyCustomer {
	c, _ := a.value.(CartlyCustomer)
	return c
}

func (a *answer) clyCustomers() []CartlyCustomer {
	all, _ := a.value.([]CartlyCustomer)
	return all
}

func (a *answer) clyOrder() CartlyOrder {
	o, _ := a.value.(CartlyOrder)
	return o
}

func (a *answer) clyHooks() []CartlyHook {
	all, _ := a.value.([]CartlyHook)
	return all
}
