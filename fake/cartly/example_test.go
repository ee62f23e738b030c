package cartly_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// show makes a call and prints the answer: the status, and the body or those
// parts of it that the paths choose.
func show(shop *cartly.Server, token, method, path, body string, paths ...string) {
	request, err := http.NewRequest(method, shop.BaseURL()+path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := shop.Client().Do(request)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		panic(err)
	}
	parts := []any{response.StatusCode}
	for _, path := range paths {
		part := gjson.GetBytes(text, path)
		if parts = append(parts, part.Raw); !part.Exists() {
			parts[len(parts)-1] = "absent"
		}
	}
	if len(paths) == 0 {
		parts = append(parts, strings.TrimSpace(string(text)))
	}
	fmt.Println(parts...)
}

// march is where the clock of the examples begins, and stands.
func march() []cartly.Option {
	return []cartly.Option{fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)), fake.Frozen()}
}

// aTest stands for the *testing.T of a test.
type aTest struct{ cleanups []func() }

func (*aTest) Helper()                      {}
func (*aTest) Name() string                 { return "TestSync" }
func (t *aTest) Cleanup(f func())           { t.cleanups = append(t.cleanups, f) }
func (*aTest) Failed() bool                 { return false }
func (*aTest) Logf(f string, args ...any)   { fmt.Printf(f+"\n", args...) }
func (*aTest) Errorf(f string, args ...any) { fmt.Printf(f+"\n", args...) }
func (*aTest) Fatalf(f string, args ...any) { panic(fmt.Sprintf(f, args...)) }

func ExampleStart() {
	t := &aTest{} // in a test: its *testing.T

	shop := cartly.Start(t)
	response, err := shop.Client().Get(shop.BaseURL() + "/apps/api/customer") // wrong, and without a token
	if err != nil {
		t.Fatalf("%v", err)
	}
	fmt.Println(response.Status)
	response.Body.Close()

	t.cleanups[0]() // the end of the test
	// Output:
	// 404 Not Found
	// cartly: call 1: no-route: GET /apps/api/customer: no such endpoint; did you mean GET /apps/api/customers?
}

func ExampleNew() {
	shop := cartly.New(march()...)
	defer shop.Close()

	show(shop, shop.Token(), "POST", "/apps/api/customers", `{"email": "jane@example.com", "first_name": "Jane"}`)
	show(shop, "wrong", "GET", "/apps/api/customers", "")
	// Output:
	// 201 {"id":"cus_01H80000000000000000000001","email":"jane@example.com","first_name":"Jane","last_name":null,"phone":null,"note":null,"created_at":"2025-03-01T09:00:00.000Z","updated_at":"2025-03-01T09:00:00.000Z"}
	// 401 {"error":"unauthorized","message":"invalid access token"}
}

// Records go in and come out as copies; what a change causes is delivered before
// it returns.
func ExampleServer() {
	shop := cartly.New(march()...)
	defer shop.Close()
	shop.Hooks.To(printing(shop))

	order := shop.Orders.Add(cartly.Order{Email: "jane@example.com", TotalCents: 2500})
	shop.FulfillOrder(order.ID)
	order, found := shop.Orders.Get(order.ID)
	fmt.Println(found, order.Number, order.FulfillmentStatus)

	shop.Orders.Quiet().Change(order.ID, func(o *cartly.Order) { o.Status = "canceled" }) // nobody is told
	// Output:
	// order.created ord_01H80000000000000000000001
	// order.updated ord_01H80000000000000000000001
	// order.fulfilled ord_01H80000000000000000000001
	// true 1001 fulfilled
}

// The merchant's part of OAuth, without a browser.
func ExampleServer_Approve() {
	shop := cartly.New(march()...)
	defer shop.Close()

	const back = "https://app.example.com/callback"
	redirect, err := shop.Approve(shop.BaseURL() + "/oauth/authorize?response_type=code&client_id=zapier&scope=customers:read&state=xyz&redirect_uri=" + url.QueryEscape(back))
	if err != nil {
		panic(err)
	}
	fmt.Println(redirect)
	landed, _ := url.Parse(redirect)

	response, err := shop.Client().PostForm(shop.BaseURL()+"/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {landed.Query().Get("code")}, "redirect_uri": {back},
		"client_id": {shop.ClientID()}, "client_secret": {shop.ClientSecret()},
	})
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	tokens, _ := io.ReadAll(response.Body)
	fmt.Println(string(tokens))
	show(shop, gjson.GetBytes(tokens, "access_token").Str, "GET", "/apps/api/customers", "")
	// Output:
	// https://app.example.com/callback?code=code_01H80000000000000000000001&state=xyz
	// {"access_token":"at_01H80000000000000000000001","token_type":"Bearer","refresh_token":"rt_01H80000000000000000000001","scope":"customers:read"}
	// 200 {"customers":[]}
}

func ExampleServer_Deny() {
	shop := cartly.New(march()...)
	defer shop.Close()

	redirect, err := shop.Deny(shop.BaseURL() + "/oauth/authorize?response_type=code&client_id=zapier&state=xyz&redirect_uri=https://app.example.com/callback")
	fmt.Println(redirect, err)
	// Output:
	// https://app.example.com/callback?error=access_denied&error_description=the+merchant+refused&state=xyz <nil>
}

func ExampleShopHandle_AddToken() {
	shop := cartly.New(march()...)
	defer shop.Close()

	shop.AddToken("READER", cartly.ReadCustomers)
	show(shop, "READER", "GET", "/apps/api/customers", "")
	show(shop, "READER", "POST", "/apps/api/customers", `{"email": "jane@example.com"}`)
	shop.ExpireToken("READER")
	show(shop, "READER", "GET", "/apps/api/customers", "")
	// Output:
	// 200 {"customers":[]}
	// 403 {"error":"insufficient_scope","message":"this call needs the scope customers:write"}
	// 401 {"error":"unauthorized","message":"invalid access token"}
}

func ExampleServer_AddShop() {
	shop := cartly.New(march()...)
	defer shop.Close()

	second := shop.AddShop(cartly.Shop{Name: "Second", Domain: "shop.example.org"})
	jane := second.Customers.Add(cartly.Customer{Email: "jane@example.com"})
	show(shop, second.Token(), "GET", "/apps/api/me", "", "shop.name")
	show(shop, second.Token(), "PUT", "/apps/api/customers/"+jane.ID, `{"note": "hers"}`, "note")
	show(shop, shop.Token(), "PUT", "/apps/api/customers/"+jane.ID, `{"note": "mine"}`)
	// Output:
	// 200 "Second"
	// 200 "hers"
	// 404 {"error":"not_found","message":"no such customer"}
}

func ExampleServer_AddApp() {
	shop := cartly.New(march()...)
	defer shop.Close()

	other := shop.AddApp(cartly.App{ClientID: "make", Name: "Make"})
	other.AddToken(shop.ShopHandle, "MAKE", cartly.Scopes()...)
	show(shop, "MAKE", "GET", "/apps/api/me", "", "app.name")
	shop.Hooks.To(printing(shop))
	show(shop, "MAKE", "GET", "/apps/api/webhooks", "") // that one is the first app's
	// Output:
	// 200 "Make"
	// 200 {"webhooks":[]}
}

func ExampleShopHandle_AbandonCart() {
	shop := cartly.New(march()...)
	defer shop.Close()
	shop.Hooks.To(printing(shop), "cart.abandoned", "order.created")

	cart := shop.Carts.Add(cartly.Cart{Email: "jane@example.com"})
	shop.Advance(time.Hour) // nobody touches it
	shop.TouchCart(cart.ID)
	cart = shop.AbandonCart(cart.ID) // at once
	fmt.Println(cart.AbandonedAt.Format("15:04"))
	order := shop.CheckOut(cart.ID)
	fmt.Println(order.Email, shop.Carts.Len())
	// Output:
	// cart.abandoned cart_01H80000000000000000000001
	// cart.abandoned cart_01H80000000000000000000001
	// 10:00
	// order.created ord_01H80000000000000000000001
	// jane@example.com 0
}

func ExampleShopHandle_RefuseCustomer() {
	shop := cartly.New(march()...)
	defer shop.Close()

	jane := shop.Customers.Add(cartly.Customer{Email: "jane@example.com"})
	shop.RefuseCustomer(jane.ID, "customer is locked")
	show(shop, shop.Token(), "PUT", "/apps/api/customers/"+jane.ID, `{"note": "x"}`)
	shop.RefuseCustomer(jane.ID, "")
	show(shop, shop.Token(), "PUT", "/apps/api/customers/"+jane.ID, `{"note": "x"}`, "note")
	// Output:
	// 422 {"error":"invalid","message":"customer is locked"}
	// 200 "x"
}

// A variant has a level at each location; its inventory is the sum of them.
func ExampleLevels() {
	shop := cartly.New(march()...)
	defer shop.Close()

	product := shop.Products.Add(cartly.Product{Title: "Mug", Variants: []cartly.Variant{{SKU: "MUG-B", Inventory: 10}}})
	blue := product.Variants[0].ID
	north := shop.AddLocation("North")
	shop.Levels.Add(cartly.Level{VariantID: blue, LocationID: north, Available: 5, Reserved: 2})
	show(shop, shop.Token(), "PUT", "/apps/api/inventory/"+blue, `{"adjustment": -3, "location_id": "`+north+`"}`, "available", "reserved", "inventory")
	product, _ = shop.Products.Get(product.ID)
	fmt.Println(product.Variants[0].Inventory)
	// Output:
	// 200 2 2 12
	// 12
}

func ExampleShopHandle_Uninstall() {
	shop := cartly.New(append(march(), cartly.WithExtraEvents())...)
	defer shop.Close()
	shop.Hooks.To(printing(shop), "app.uninstalled", "order.created")

	shop.Uninstall()
	shop.Orders.Add(cartly.Order{}) // nobody is told any more
	show(shop, shop.Token(), "GET", "/apps/api/me", "")
	// Output:
	// app.uninstalled shop_01H80000000000000000000001
	// 401 {"error":"unauthorized","message":"invalid access token"}
}
