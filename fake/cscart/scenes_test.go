package cscart_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// raw is one value of an answer as it was sent, "absent" without the key.
func raw(a answer, key string) string {
	v := gjson.Get(a.body, key)
	if !v.Exists() {
		return "absent"
	}
	return v.Raw
}

// A scene is one thing that a reading decides: a call on a fake, and what of the
// answer shows the decision. The fake has the three guests, a cart of wishes
// alone, and John with one product in his cart and one on his wishlist.
type scene struct {
	options []fake.Option
	prepare func(t *testing.T, store *cscart.Server)
	call    func(c client) answer
	show    func(a answer, store *cscart.Server) []any
	want    []any
}

var john = cscart.Cart{
	UserID: 3, OrderID: 77, IPAddress: "192.0.2.3",
	User: &cscart.User{FirstName: "John", LastName: "Doe", Email: "john@example.com", Points: 5},
	Products: []cscart.Product{
		{ProductID: 12, Amount: 2, Price: 3000, Name: "100g Pants", Options: []cscart.Option{{ID: 3, Variant: 12}, {ID: 4, Variant: 17}}, Timestamp: at(1466409025)},
		{ProductID: 15, Type: cscart.OnWishlist, Price: 900, Name: "Hat", Timestamp: at(1466409030)},
	},
}

func value(keys ...string) func(answer, *cscart.Server) []any {
	return func(a answer, _ *cscart.Server) []any {
		var shown []any
		for _, key := range keys {
			shown = append(shown, raw(a, key))
		}
		return shown
	}
}

// ids are the users of a list in its order, the guests as G1 to G4.
func ids(a answer, _ *cscart.Server) []any {
	var shown []any
	for _, id := range gjson.Get(a.body, "carts.#.user_id").Array() {
		shown = append(shown, strings.Replace(id.Str, "400000000", "G", 1))
	}
	return shown
}

func status(a answer, _ *cscart.Server) []any { return []any{a.status} }

func statusAndBody(a answer, _ *cscart.Server) []any { return []any{a.status, a.body} }

// found is what the fake noted.
func found(_ answer, store *cscart.Server) []any {
	var shown []any
	for _, note := range notes(store) {
		shown = append(shown, note)
	}
	return shown
}

func get(target string) func(client) answer { return func(c client) answer { return c.get(target) } }

func list(query string) func(client) answer { return func(c client) answer { return c.list(query) } }

func call(method, target, body string, headers ...string) func(client) answer {
	return func(c client) answer { return c.send(method, target, body, headers...) }
}

func as(email, key string, f func(client) answer) func(client) answer {
	return func(c client) answer { return f(c.as(email, key)) }
}

var (
	lax        = fake.Allow("no-route")
	newer      = cscart.WithEngine(cscart.Engine420)
	vendors    = cscart.WithEdition(cscart.MultiVendor)
	noWishlist = cscart.WithAddons()
	clerk      = cscart.WithUser(cscart.APIUser{Email: "clerk@example.com", Key: "k", Privileges: []fake.Scope{cscart.ViewUsers}})
)

func these(ids ...any) []any { return ids }

func refused(text string) func(*testing.T, *cscart.Server) {
	return func(_ *testing.T, store *cscart.Server) { store.RefuseDelete(3, text) }
}

func sampleIn(user int64) func(*testing.T, *cscart.Server) {
	return func(_ *testing.T, store *cscart.Server) {
		c := cscart.SampleCart()
		c.UserID = user
		store.Carts.Add(c)
	}
}

func twins(_ *testing.T, store *cscart.Server) {
	for _, id := range []int64{11, 12, 10} {
		store.Carts.Add(cscart.Cart{UserID: id, User: &cscart.User{FirstName: "Ann", LastName: "Lee"}, Products: []cscart.Product{{ProductID: 1}}})
	}
}

func otherCompany(_ *testing.T, store *cscart.Server) {
	store.Carts.Add(cscart.Cart{UserID: 9, CompanyID: 2, Products: []cscart.Product{{ProductID: 1}}})
}

func umlaut(_ *testing.T, store *cscart.Server) {
	store.Carts.Add(cscart.Cart{UserID: 9, User: &cscart.User{LastName: "Müller", Email: "Über@example.com"}, Products: []cscart.Product{{ProductID: 1}}})
}

func gotten(store *cscart.Server, id int64) cscart.Cart {
	c, _ := store.Carts.Get(id)
	return c
}

// keys are those of an object in their order.
func keys(object gjson.Result) string {
	var all []string
	object.ForEach(func(key, _ gjson.Result) bool { all = append(all, key.Str); return true })
	return strings.Join(all, " ")
}
