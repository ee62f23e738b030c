package conformance

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// clyWrites are the functions of an adapter that send a body.
var clyWrites = []string{"CreateCustomer|UpdateCustomer|UpdateOrder|SetInventory|MoveInventory|CreateDiscount|Hook"}

func clyVerb() []clyCheck { return []clyCheck{clyVerb01(), clyVerb02()} }

// clyEndpoints are the rows of the document's table.
var clyEndpoints = regexp.MustCompile(`^(GET /apps/api/me|(GET|POST) /apps/api/customers|PUT /apps/api/(customers|orders|inventory)/[^/]+` +
	`|POST /apps/api/discounts|(GET|POST) /apps/api/webhooks|DELETE /apps/api/webhooks/[^/]+)$`)

// clyKnownToo are endpoints that the vendor's other pages have.
var clyKnownToo = []fake.Op{cartly.GetShop, cartly.ListProducts, cartly.ListOrders, cartly.GetOrder}

func clyVerb01() clyCheck {
	return clyCheck{
		id: "CLY-VERB-01", title: "methods and paths of the table",
		clause: "cartly:60-70", level: must,
		summary: "There are ten endpoints. Customers and orders are updated by PUT; stock is that of a variant.",
		needs:   clyAny,
		after:   clyBase,
		scenes:  []clyScene{{state: clyStock}},
		drive:   clyEach,
		seen:    clyAsked,
		wire: func(w *wire) Finding {
			for _, x := range clyCalls(w) {
				call := x.Method + " " + pathOf(x)
				if x.Method == http.MethodDelete && !strings.HasPrefix(pathOf(x), clyHookPath) {
					continue // CLY-VERB-02 is about it
				}
				if !clyEndpoints.MatchString(call) && !slices.Contains(clyKnownToo, x.Op) {
					return found("no-endpoint", "an endpoint of the document's table", "%s", call).at(x)
				}
			}
			return Finding{}
		},
		judge: func(r *clyRun) Finding {
			for _, x := range r.of(cartly.AdjustInventory) {
				if id := clyIDOf(x); id != clyVariant(r) {
					return found("not-a-variant", fmt.Sprintf("the stock of the variant %s", clyVariant(r)), "%s %s", x.Method, pathOf(x)).at(x)
				}
			}
			return Finding{}
		},
		backed: "CLY-INV-02",
		mutants: []mutant{
			{"a", "updates customers by PATCH", "no-endpoint"},
			{"b", "changes stock by the id of the product", "not-a-variant"},
		},
	}
}

const clyHookPath = "/apps/api/webhooks/"

// clyIDOf is the id at the end of a path.
func clyIDOf(x fake.Exchange) string {
	path := pathOf(x)
	id, err := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
	if err != nil {
		return ""
	}
	return id
}

func clyVerb02() clyCheck {
	return clyCheck{
		id: "CLY-VERB-02", title: "nothing is deleted but subscriptions",
		clause: "cartly:60-70", level: should,
		summary: "The table has one DELETE, for REST hooks. Orders are canceled or archived by an update.",
		needs:   clyAny,
		after:   clyBase,
		scenes:  []clyScene{{state: clyStock}},
		drive: func(r *clyRun) {
			clyEach(r)
			if u := cly(r); u.c.UpdateOrder != nil {
				u.updateOrder(clyNthOrder(r, 1).ID, CartlyOrderChange{Status: "canceled"})
				u.updateOrder(clyNthOrder(r, 2).ID, CartlyOrderChange{Status: "archived"})
			}
		},
		seen: clyAsked,
		wire: func(w *wire) Finding {
			for _, x := range clyCalls(w) {
				if x.Method == http.MethodDelete && !strings.HasPrefix(pathOf(x), clyHookPath) {
					return found("delete", "DELETE for subscriptions alone", "%s %s", x.Method, pathOf(x)).at(x)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "deletes an order that is canceled", "delete"},
		},
	}
}

func clyContent() []clyCheck { return []clyCheck{clyContent01()} }

func clyContent01() clyCheck {
	return clyCheck{
		id: "CLY-CT-01", title: "JSON is labelled as JSON",
		clause: "cartly:49,77", level: must,
		summary: "The requests with a body are sent with Content-Type: application/json.",
		needs:   clyWrites,
		after:   clyBase,
		scenes:  []clyScene{{state: clyStock}},
		drive:   clyEach,
		seen:    clyWrote,
		wire: func(w *wire) Finding {
			for _, x := range clyBodies(w) {
				given := x.Header.Get("Content-Type")
				if media, _, _ := mime.ParseMediaType(given); media != "application/json" {
					return found("content-type", "Content-Type: application/json", "%s %s with Content-Type %q", x.Method, x.URL, given).at(x)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends no Content-Type", "content-type"},
		},
	}
}

// clyBodies are the requests to the API proper that bring something.
func clyBodies(w *wire) []fake.Exchange {
	return slices.DeleteFunc(clyCalls(w), func(x fake.Exchange) bool { return len(x.Body) == 0 })
}

// clyWrote is the prerequisite that the client sent a body.
func clyWrote(w *wire) string {
	if len(clyBodies(w)) == 0 {
		return "a request with a body; there was none"
	}
	return ""
}

func clyStatus() []clyCheck { return []clyCheck{clyStatus01()} }

func clyStatus01() clyCheck {
	return clyCheck{
		id: "CLY-STAT-01", title: "any 2xx is a success, with a body or without",
		clause: "CL-12; CL-13", level: care,
		summary: "The document gives no status for what was made, or is gone: 201 and 204 are usual, and 200 is possible.",
		needs:   []string{"CreateCustomer|CreateDiscount|Hook|Unhook"},
		after:   clyAfter(clyBase, []string{"CLY-CUS-02", "CLY-HOOK-01"}),
		scenes: []clyScene{
			{name: "201 and 204", state: clyStock},
			{name: "200 each", state: clyStock, options: []fake.Option{cartly.WithCreatedStatus(200), cartly.WithDeletedStatus(200)}},
		},
		drive: func(r *clyRun) {
			u := cly(r)
			if u.c.CreateCustomer != nil {
				u.createCustomer(clyJane()).is(cartly.CreateCustomer, 0)
			}
			if u.c.CreateDiscount != nil {
				u.createDiscount(CartlyDiscount{Code: "SPRING", AmountCents: 1000})
			}
			if u.c.Hook != nil {
				u.hook(clyHookURL, "order.created").is(cartly.CreateWebhook, 0)
			}
			if u.c.Unhook != nil {
				u.unhook(clyShop(r).Webhooks.All()[0].ID).is(cartly.DeleteWebhook, 0)
			}
		},
		seen: askedAny(cartly.CreateCustomer, cartly.CreateDiscount, cartly.CreateWebhook, cartly.DeleteWebhook),
		judge: func(r *clyRun) Finding {
			for _, a := range r.all() {
				if f := mustWork(a); f.Code != "" {
					return f
				}
				switch a.about {
				case cartly.CreateCustomer:
					if f := clyWrong(a, clyByEmail(r, clyJane().Email)); f.Code != "" {
						return f
					}
				case cartly.CreateWebhook:
					if _, is := clyShop(r).Webhooks.Get(a.words()); !is {
						return found("wrong-id", "the id of the new subscription", "the id %q", a.words()).of(a)
					}
				}
			}
			return Finding{}
		},
		backed: "CLY-HOOK-03",
		mutants: []mutant{
			{"a", "wants 200 for what was made", "error"},
			{"b", "decodes the empty body of a 204", "error"},
		},
	}
}

// clyByEmail is the last customer with an address.
func clyByEmail(r *clyRun, email string) (found cartly.Customer) {
	for _, c := range clyShop(r).Customers.All() {
		if strings.EqualFold(c.Email, email) {
			found = c
		}
	}
	return found
}

// clyWrong finds a record that is not the one that the API told.
func clyWrong(a *answer, want cartly.Customer) Finding {
	if f := mustWork(a); f.Code != "" {
		return f
	}
	if got := a.clyCustomer(); got != clyNeutral(want) {
		return found("wrong-record", fmt.Sprintf("%+v", clyNeutral(want)), "%+v", got).of(a)
	}
	return Finding{}
}

// clyNeutral is a record of the shop as the checks compare it.
func clyNeutral(c cartly.Customer) CartlyCustomer {
	return CartlyCustomer{ID: c.ID, Email: c.Email, FirstName: c.FirstName, LastName: c.LastName, Phone: c.Phone, Note: c.Note}
}

func clyIDs() []clyCheck { return []clyCheck{clyID01()} }

func clyID01() clyCheck {
	called := func(id string) clyScene {
		return clyScene{name: "the id " + id, state: func(r *clyRun) {
			shop := clyShop(r)
			shop.Customers.Quiet().Add(cartly.Customer{ID: id, Email: "anna@example.com"})
			shop.Orders.Quiet().Add(cartly.Order{ID: id, TotalCents: 1200})
			shop.Products.Quiet().Add(cartly.Product{Title: "Mug", Variants: []cartly.Variant{{ID: id, Title: "Blue", Inventory: 10}}})
			shop.Webhooks.Quiet().Add(cartly.Subscription{ID: id, URL: clyHookURL, Events: []string{"order.created"}})
			r.kept = id
		}}
	}
	return clyCheck{
		id: "CLY-ID-01", title: "an id is a text, whatever it looks like",
		clause: "CL-31", level: care,
		summary: "The one id that the document shows has letters in it. Nothing says what others look like.",
		needs:   []string{"UpdateCustomer|UpdateOrder|SetInventory|MoveInventory|Unhook"},
		after:   clyAfter(clyBase, []string{"CLY-VERB-01", "CLY-CUS-02", "CLY-ORD-01", "CLY-STAT-01"}),
		scenes:  []clyScene{called("0017"), called("x/y")},
		drive: func(r *clyRun) {
			u, id := cly(r), r.kept.(string)
			if u.c.UpdateCustomer != nil {
				u.updateCustomer(id, CartlyChange{Phone: text("+1 555 0100")}).is(cartly.UpdateCustomer, 0)
			}
			if u.c.UpdateOrder != nil {
				u.updateOrder(id, CartlyOrderChange{AddNote: "called back"}).is(cartly.UpdateOrder, 0)
			}
			if u.c.SetInventory != nil {
				u.setInventory(id, "", 7)
			}
			if u.c.MoveInventory != nil {
				u.moveInventory(id, "", -1)
			}
			if u.c.Unhook != nil {
				u.unhook(id)
			}
		},
		seen:  clyAsked,
		judge: clySameID,
		mutants: []mutant{
			{"a", "takes an id for a number", "id-changed"},
			{"b", "puts a slash into the path as it is", "id-changed"},
		},
	}
}

// clySameID finds an id that is another one on the wire, or in what the client
// gives.
func clySameID(r *clyRun) Finding {
	id := r.kept.(string)
	for _, x := range r.writes() {
		if got := clyIDOf(x); got != id {
			return found("id-changed", fmt.Sprintf("the id %s as one part of the path, escaped", id), "%s %s", x.Method, pathOf(x)).at(x)
		}
	}
	for _, a := range r.all() {
		if f := mustWork(a); f.Code != "" {
			return f
		}
		got := id
		switch a.about {
		case cartly.UpdateCustomer:
			got = a.clyCustomer().ID
		case cartly.UpdateOrder:
			got = a.clyOrder().ID
		}
		if got != id {
			return found("id-lost", "the id "+id+" from "+a.call, "%q", got).of(a)
		}
	}
	return Finding{}
}
