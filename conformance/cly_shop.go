package conformance

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// clyAny are the functions of an adapter that call the API.
var clyAny = []string{"Me|FindCustomers|ListCustomers|CreateCustomer|UpdateCustomer|UpdateOrder|SetInventory|MoveInventory|CreateDiscount|Hooks|Hook|Unhook"}

// clyReads are the functions that change nothing.
var clyReads = []string{"Me|FindCustomers|ListCustomers|Hooks"}

// clyBase is what a check about any call comes after.
var clyBase = []string{"CLY-AUTH-01"}

// clyAfter joins lists of checks.
func clyAfter(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// clyPeople puts n customers into the shop, and as many orders.
func clyPeople(n int) func(*clyRun) {
	return func(r *clyRun) {
		for i := range n {
			c := clyShop(r).Customers.Quiet().Add(cartly.Customer{
				Email:     fmt.Sprintf("c%d@example.com", i+1),
				FirstName: clyNames[r.rng.IntN(len(clyNames))],
				LastName:  clyNames[r.rng.IntN(len(clyNames))],
				Note:      fmt.Sprintf("regular %d", i+1),
			})
			clyShop(r).Orders.Quiet().Add(cartly.Order{CustomerID: c.ID, Email: c.Email, TotalCents: 1000 + r.rng.Int64N(9000)})
		}
	}
}

var clyNames = []string{"Ada", "Ben", "Cem", "Dora", "Emil", "Fay", "Gus", "Hana"}

// clyStock is a shop with three customers, three orders, ten of one variant, and a
// subscription.
func clyStock(r *clyRun) {
	clyPeople(3)(r)
	clyShop(r).Products.Quiet().Add(cartly.Product{
		Title: "Mug", Variants: []cartly.Variant{{Title: "Blue", SKU: "MUG-B", PriceCents: 1250, Inventory: 10}},
	})
	clyShop(r).Webhooks.Quiet().Add(cartly.Subscription{URL: clyHookURL + "/products", Events: []string{"product.created"}})
}

// clyVariant is the id of the first variant in the shop.
func clyVariant(r *clyRun) string {
	for _, p := range clyShop(r).Products.All() {
		return p.Variants[0].ID
	}
	return clyUnknown
}

// clyUnknown is an id that nothing has.
const clyUnknown = "cus_01H8ZZZZZZZZZZZZZZZZZZZZZZ"

// clyNth is the n-th customer of the shop, from 0. One who is not there has an id
// that is unknown.
func clyNth(r *clyRun, n int) cartly.Customer {
	if all := clyShop(r).Customers.All(); n >= 0 && n < len(all) {
		return all[n]
	}
	return cartly.Customer{ID: clyUnknown}
}

// clyNthOrder is the n-th order of the shop, from 0.
func clyNthOrder(r *clyRun, n int) cartly.Order {
	if all := clyShop(r).Orders.All(); n >= 0 && n < len(all) {
		return all[n]
	}
	return cartly.Order{ID: clyUnknown}
}

// clyJane is a customer that is not in the shop yet.
func clyJane() CartlyCustomer { return CartlyCustomer{Email: "jane@example.com", FirstName: "Jane"} }

// clyHookURL is the address of a receiver.
const clyHookURL = "https://hooks.example.com/cartly"

// clyEach makes one call of every function that the client claims, in the order of
// the document's table. What is to be unhooked is what was hooked, or what the
// test subscribed to.
func clyEach(r *clyRun) {
	u := cly(r)
	clyEachCustomer(u)
	if u.c.UpdateOrder != nil {
		u.updateOrder(clyNthOrder(r, 0).ID, CartlyOrderChange{AddNote: "called back"})
	}
	if u.c.SetInventory != nil {
		u.setInventory(clyVariant(r), "", 7)
	}
	if u.c.MoveInventory != nil {
		u.moveInventory(clyVariant(r), "", -1)
	}
	if u.c.CreateDiscount != nil {
		u.createDiscount(CartlyDiscount{Code: "SPRING", Percent: 10})
	}
	if u.c.Hooks != nil {
		u.hooks()
	}
	id := ""
	if u.c.Hook != nil {
		id = u.hook(clyHookURL, "order.created").words()
	}
	if u.c.Unhook != nil {
		if id == "" {
			id = clyShop(r).Webhooks.Add(cartly.Subscription{URL: clyHookURL, Events: []string{"order.created"}}).ID
		}
		u.unhook(id)
	}
}

// clyEachCustomer makes the calls of clyEach about the shop and its customers.
func clyEachCustomer(u clyCaller) {
	if u.c.Me != nil {
		u.me()
	}
	if u.c.FindCustomers != nil {
		u.findCustomers(clyNth(u.r, 0).Email)
	}
	if u.c.ListCustomers != nil {
		u.listCustomers()
	}
	if u.c.CreateCustomer != nil {
		u.createCustomer(clyJane())
	}
	if u.c.UpdateCustomer != nil {
		u.updateCustomer(clyNth(u.r, 0).ID, CartlyChange{Phone: text("+1 555 0100")})
	}
}

// read makes a call that changes nothing, the first that the client claims.
func (u clyCaller) read() *answer {
	switch {
	case u.c.Me != nil:
		return u.me().is(cartly.GetMe, 0)
	case u.c.FindCustomers != nil:
		return u.findCustomers(clyNth(u.r, 0).Email).is(cartly.ListCustomers, 1)
	case u.c.ListCustomers != nil:
		return u.listCustomers().is(cartly.ListCustomers, clyShop(u.r).Customers.Len())
	}
	return u.hooks().is(cartly.ListWebhooks, clyShop(u.r).Webhooks.Len())
}

// clyRead finds a call of read that did not give what there is.
func clyRead(r *clyRun, a *answer) Finding {
	if f := mustWork(a); f.Code != "" {
		return f
	}
	got, want := "", ""
	switch a.about {
	case cartly.GetMe:
		shop, _ := a.value.(CartlyShop)
		got, want = shop.Name, clyShop(r).Shop().Name
	case cartly.ListCustomers:
		got, want = count(len(a.clyCustomers()), "customer"), count(a.n, "customer")
	case cartly.ListWebhooks:
		got, want = count(len(a.clyHooks()), "subscription"), count(a.n, "subscription")
	}
	if got != want {
		return found("wrong-result", want+" from "+a.call, "%q", got).of(a)
	}
	return Finding{}
}

// clyExpire ends the access token that the client was given last.
func clyExpire(r *clyRun) {
	shop := clyShop(r)
	token := shop.Token()
	for _, x := range shop.Calls(cartly.IssueToken) {
		if made := gjson.GetBytes(x.ReplyBody, "access_token").String(); made != "" {
			token = made
		}
	}
	shop.ExpireToken(token)
}

// clyCalls are the requests to the API proper, without those of OAuth.
func clyCalls(w *wire) []fake.Exchange {
	var found []fake.Exchange
	for _, x := range w.calls {
		if !strings.HasPrefix(pathOf(x), "/oauth/") {
			found = append(found, x)
		}
	}
	return found
}
