package cscart_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// show makes a call as the first administrator and gives the answer: its status
// and body.
func show(store *cscart.Server, method, path string) (int, string) {
	return showAs(store, store.Email(), store.APIKey(), method, path)
}

func showAs(store *cscart.Server, email, key, method, path string) (int, string) {
	request, err := http.NewRequest(method, store.BaseURL()+path, nil)
	if err != nil {
		panic(err)
	}
	request.SetBasicAuth(email, key)
	answer, err := store.Client().Do(request)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	return answer.StatusCode, string(text)
}

// tuesday is where the clock of the examples stands.
func tuesday() fake.Option { return fake.At(time.Date(2016, 6, 21, 16, 0, 0, 0, time.UTC)) }

// aTest stands for the *testing.T of a test.
type aTest struct{ cleanups []func() }

func (*aTest) Helper()                      {}
func (*aTest) Name() string                 { return "TestAbandoned" }
func (t *aTest) Cleanup(f func())           { t.cleanups = append(t.cleanups, f) }
func (*aTest) Failed() bool                 { return false }
func (*aTest) Logf(f string, args ...any)   { fmt.Printf(f+"\n", args...) }
func (*aTest) Errorf(f string, args ...any) { fmt.Printf(f+"\n", args...) }
func (*aTest) Fatalf(f string, args ...any) { panic(fmt.Sprintf(f, args...)) }

func ExampleStart() {
	t := &aTest{} // in a test: its *testing.T

	store := cscart.Start(t)
	store.Carts.Add(cscart.SampleCart())
	fmt.Println(show(store, "GET", "/api//carts/3")) // the base URL had a slash at its end

	t.cleanups[0]() // the end of the test
	// Output:
	// 404 {"message":"Not Found","status":404}
	// cscart: call 1: no-route: GET /api//carts/3: no such endpoint; did you mean GET /api/carts/?
}

func ExampleNew() {
	store := cscart.New(tuesday(), fake.Frozen())
	defer store.Close()

	fmt.Println(show(store, "GET", "/api/carts/"))
	// Output:
	// 200 {"carts":[],"params":{"page":1,"items_per_page":10,"company_id":"1","sort_order":"desc","sort_by":"date","sort_order_rev":"asc","total_items":"0"}}
}

// Records go in and come out as copies.
func ExampleServer() {
	store := cscart.New(tuesday(), fake.Frozen())
	defer store.Close()

	// A registered user's cart, with something on the wishlist.
	store.Carts.Add(cscart.Cart{
		UserID: 3,
		User:   &cscart.User{FirstName: "John", LastName: "Doe", Email: "john@example.com"},
		Products: []cscart.Product{
			{ProductID: 12, Amount: 2, Price: 3000, Name: "100g Pants", Options: []cscart.Option{{ID: 3, Variant: 12}, {ID: 4, Variant: 17}}},
			{ProductID: 15, Type: cscart.OnWishlist, Price: 900, Name: "Hat"},
		},
	})
	// A guest's cart has no User; the numbers of guests need 32 bits.
	store.Carts.Add(cscart.Cart{UserID: 3810267128, Products: []cscart.Product{{ProductID: 12, Price: 3000, Name: "100g Pants"}}})

	store.Carts.Change(3, func(c *cscart.Cart) { c.OrderID = 77 })
	john, found := store.Carts.Get(3)
	fmt.Println(found, john.OrderID, john.Products[0].ItemID, john.User.ProfileName)

	store.Carts.Remove(3810267128)
	fmt.Println(store.Carts.Len())
	// Output:
	// true 77 822274303 Main
	// 1
}

func ExampleServer_AddProducts() {
	store := cscart.New(tuesday(), fake.Frozen())
	defer store.Close()

	store.Carts.Add(cscart.SampleCart())
	store.Advance(time.Hour)
	store.AddProducts(3, cscart.Product{ProductID: 14, Amount: 3, Price: 10, Name: "Pin"})
	_, body := show(store, "GET", "/api/carts/3")
	fmt.Println(gjson.Get(body, "date"), gjson.Get(body, "cart_products"), gjson.Get(body, "total"))
	// Output:
	// 1466528400 4 30.30
}

// With its last row a cart goes.
func ExampleServer_RemoveProduct() {
	store := cscart.New()
	defer store.Close()

	john := store.Carts.Add(cscart.SampleCart())
	store.RemoveProduct(3, john.Products[0].ItemID)
	fmt.Println(show(store, "GET", "/api/carts/3"))
	// Output:
	// 404 {"message":"Not Found","status":404}
}

// "The cart couldn't be deleted" has no other cause in a healthy shop.
func ExampleServer_RefuseDelete() {
	store := cscart.New()
	defer store.Close()

	store.Carts.Add(cscart.SampleCart())
	store.RefuseDelete(3, "")
	fmt.Println(show(store, "DELETE", "/api/carts/3"))
	store.RefuseDelete(3, "An order is being made of it")
	fmt.Println(show(store, "DELETE", "/api/carts/3"))
	// Output:
	// 400 {"message":"Bad Request","status":400}
	// 400 {"message":"Bad Request: An order is being made of it","status":400}
}

func ExampleServer_AllowDelete() {
	store := cscart.New()
	defer store.Close()

	store.Carts.Add(cscart.SampleCart())
	store.RefuseDelete(3, "")
	store.AllowDelete(3)
	fmt.Println(show(store, "DELETE", "/api/carts/3"))
	// Output:
	// 204
}

func ExampleSampleCarts() {
	store := cscart.New(tuesday())
	defer store.Close()

	for _, c := range cscart.SampleCarts() {
		store.Carts.Add(c)
	}
	_, body := show(store, "GET", "/api/carts/")
	fmt.Println(gjson.Get(body, "carts.#.date"), gjson.Get(body, "carts.0.user_data"), gjson.Get(body, "carts.1.user_data.b_state_descr"))
	// Output:
	// ["1466409032","1466409025"] [] Massachusetts
}

// What the shop keeps of a session may differ from the row.
func ExampleSampleCart() {
	store := cscart.New()
	defer store.Close()

	store.Carts.Add(cscart.SampleCart())
	_, body := show(store, "GET", "/api/carts/3")
	row := gjson.Get(body, "products.0")
	fmt.Println(row.Get("product_id").Raw, row.Get("extra.product_id").Raw, row.Get("amount").Raw, row.Get("extra.amount_total").Raw)
	// Output:
	// "12" 12 "1" 2
}

func ExampleWithAccount() {
	store := cscart.New(cscart.WithAccount("owner@example.com", "sesame"))
	defer store.Close()

	fmt.Println(store.Email(), store.APIKey())
	fmt.Println(store.Credentials())
	// Output:
	// owner@example.com sesame
	// map[api_key:sesame email:owner@example.com]
}

func ExampleWithUser() {
	store := cscart.New(
		cscart.WithUser(cscart.APIUser{Email: "clerk@example.com", Key: "look", Privileges: []fake.Scope{cscart.ViewUsers}}),
		cscart.WithUser(cscart.APIUser{Email: "vendor@example.com", Key: "sell", Kind: cscart.Vendor}),
		cscart.WithUser(cscart.APIUser{Email: "left@example.com", Key: "gone", Disabled: true}))
	defer store.Close()

	store.Carts.Add(cscart.SampleCart())
	fmt.Println(showAs(store, "clerk@example.com", "look", "DELETE", "/api/carts/3"))
	fmt.Println(showAs(store, "vendor@example.com", "sell", "GET", "/api/carts"))
	fmt.Println(showAs(store, "left@example.com", "gone", "GET", "/api/carts"))
	// Output:
	// 403 {"message":"Forbidden","status":403}
	// 403 {"message":"Forbidden","status":403}
	// 401 {"message":"Unauthorized","status":401}
}

// Carts of another company are not seen, unless the path names it.
func ExampleWithCompany() {
	store := cscart.New(cscart.WithCompany(2))
	defer store.Close()

	row := []cscart.Product{{ProductID: 12}}
	store.Carts.Add(cscart.Cart{UserID: 3, Products: row})
	store.Carts.Add(cscart.Cart{UserID: 4, CompanyID: 1, Products: row})
	for _, path := range []string{"/api/carts", "/api/vendors/1/carts"} {
		_, body := show(store, "GET", path)
		fmt.Println(gjson.Get(body, "carts.#.user_id"), gjson.Get(body, "params.company_id").Raw)
	}
	// Output:
	// ["3"] "2"
	// ["4"] "1"
}

// A day begins when it does in the shop.
func ExampleWithTimezone() {
	auckland := time.FixedZone("NZST", 12*60*60)
	store := cscart.New(tuesday(), fake.Frozen(), cscart.WithTimezone(auckland), cscart.WithDayFirst())
	defer store.Close()

	_, body := show(store, "GET", "/api/carts?period=D")
	fmt.Println(time.Unix(gjson.Get(body, "params.time_from").Int(), 0).In(auckland))
	_, body = show(store, "GET", "/api/carts?period=C&time_from=20/06/2016")
	fmt.Println(time.Unix(gjson.Get(body, "params.time_from").Int(), 0).In(auckland))
	// Output:
	// 2016-06-22 00:00:00 +1200 NZST
	// 2016-06-20 00:00:00 +1200 NZST
}

// A client that counts on pages of ten stops too early or too late.
func ExampleWithPageSize() {
	store := cscart.New(cscart.WithPageSize(2), cscart.WithDefaultSort("customer", "asc"))
	defer store.Close()

	for id := range int64(3) {
		store.Carts.Add(cscart.Cart{UserID: id + 1, Products: []cscart.Product{{ProductID: 12}}})
	}
	for page := range 3 {
		_, body := show(store, "GET", fmt.Sprintf("/api/carts?page=%d", page+1))
		fmt.Println(gjson.Get(body, "carts.#.user_id"), gjson.Get(body, "params.total_items"), gjson.Get(body, "params.sort_by"))
	}
	// Output:
	// ["1","2"] 3 customer
	// ["3"] 3 customer
	// [] 3 customer
}

// The same cart from two versions of the shop.
func ExampleWithEngine() {
	for _, engine := range []cscart.Engine{cscart.EngineDocument, cscart.Engine420} {
		store := cscart.New(cscart.WithEngine(engine))
		store.Carts.Add(cscart.Cart{UserID: 3810267128, Products: []cscart.Product{{ProductID: 12}}})
		_, body := show(store, "GET", "/api/carts/3810267128")
		fmt.Println(gjson.Get(body, "firstname").Raw, gjson.Get(body, "order_id").Raw, gjson.Get(body, "phone").Exists())
		_, body = show(store, "DELETE", "/api/carts")
		fmt.Println(body)
		store.Close()
	}
	// Output:
	// null null false
	// {"message":"Method Not Allowed: Object ID undefined","status":405}
	// "" "0" true
	// {"message":"Method Not Allowed: Object ID undefined","errors":["Object ID undefined"],"status":405}
}

// In a shop of several vendors all products must be there, and carts name no
// company.
func ExampleWithEdition() {
	store := cscart.New(cscart.WithEdition(cscart.MultiVendor))
	defer store.Close()

	store.Carts.Add(cscart.Cart{UserID: 3, Products: []cscart.Product{{ProductID: 12}, {ProductID: 13}}})
	store.Carts.Add(cscart.Cart{UserID: 4, Products: []cscart.Product{{ProductID: 12}}})
	_, body := show(store, "GET", "/api/carts?p_ids=12,13")
	fmt.Println(gjson.Get(body, "carts.#.user_id"), gjson.Get(body, "carts.0.company_id").Exists())
	// Output:
	// ["3"] false
}

// What an add-on brings, a client must not rely on.
func ExampleWithAddons() {
	store := cscart.New(cscart.WithAddons(cscart.Janrain))
	defer store.Close()

	john := cscart.SampleCart()
	john.Products = append(john.Products, cscart.Product{ProductID: 15, Type: cscart.OnWishlist})
	store.Carts.Add(john)
	_, body := show(store, "GET", "/api/carts/3")
	fmt.Println(gjson.Get(body, "user_data.points").Exists(), gjson.Get(body, "user_data.janrain_identifier").Exists())
	_, body = show(store, "GET", "/api/carts?product_type_w=true")
	fmt.Println(gjson.Get(body, "params.total_items"))
	// Output:
	// false true
	// 0
}

// The documented list of ids is nothing that real shops can read.
func ExampleWithArrayIDs() {
	for _, fate := range []cscart.ArrayIDs{cscart.ArrayAccepted, cscart.ArrayNoMatch, cscart.ArrayCrash} {
		store := cscart.New(cscart.WithArrayIDs(fate))
		store.Carts.Add(cscart.SampleCart())
		status, body := show(store, "GET", "/api/carts?p_ids[]=12")
		fmt.Println(status, gjson.Get(body, "carts.#.user_id"), strings.HasPrefix(body, "<!DOCTYPE html>"))
		store.Close()
	}
	// Output:
	// 200 ["3"] false
	// 200 [] false
	// 500  true
}

func ExampleWithHTTPSOnly() {
	store := cscart.New(cscart.WithHTTPSOnly())
	defer store.Close()

	fmt.Println(show(store, "GET", "/api/version"))
	// Output:
	// 403 {"message":"Forbidden: The API is only accessible over HTTPS","status":403}
}

// An extra of the test's own goes out as it came in.
func ExampleProduct() {
	store := cscart.New()
	defer store.Close()

	store.Carts.Add(cscart.Cart{UserID: 3, Products: []cscart.Product{
		{ProductID: 12, Price: 3000, Name: "Müller/Co", Gone: true, Extra: json.RawMessage(`{"price": 29.90, "product": "Müller/Co"}`)},
	}})
	_, body := show(store, "GET", "/api/carts/3")
	fmt.Println(gjson.Get(body, "products").Raw)
	// Output:
	// [{"item_id":"1330857165","item_type":"P","product_id":"12","amount":"1","price":"30.00","extra":{"price":29.90,"product":"M\u00fcller\/Co"},"product":null}]
}
