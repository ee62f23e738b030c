package fluidpay_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// show makes a call and prints the answer: the status, and the body or those
// parts of it that the paths choose.
func show(shop *fluidpay.Server, key, method, path, body string, paths ...string) {
	request, err := http.NewRequest(method, shop.BaseURL()+path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	request.Header.Set("Authorization", key)
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

// may is where the clock of the examples stands.
func may() fluidpay.Option { return fake.At(time.Date(2025, 5, 8, 16, 0, 0, 0, time.UTC)) }

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

	shop := fluidpay.Start(t)
	response, err := shop.Client().Get(shop.BaseURL() + "/api/merchant/" + shop.MerchantID() + "/carts") // wrong, and without a key
	if err != nil {
		t.Fatalf("%v", err)
	}
	fmt.Println(response.Status)
	response.Body.Close()

	t.cleanups[0]() // the end of the test
	// Output:
	// 404 Not Found
	// fluidpay: call 1: no-route: GET /api/merchant/testmerchant12345678/carts: no such endpoint; did you mean GET /api/merchant/{m}/cart?
}

func ExampleNew() {
	shop := fluidpay.New(may(), fake.Frozen())
	defer shop.Close()

	tee := shop.Products.Add(fluidpay.Product{SKU: "T-1", Name: "Tee", Price: 1299})
	request, _ := http.NewRequest("POST", shop.BaseURL()+"/api/merchant/"+shop.MerchantID()+"/cart", strings.NewReader(
		`{"type":"normal","name":"Summer","products":["`+tee.ID+`"]}`))
	request.Header.Set("Authorization", shop.APIKey())
	request.Header.Set("Content-Type", "application/json")
	response, err := shop.Client().Do(request)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	fmt.Println(response.Status)
	fmt.Println(string(body))
	// Output:
	// 200 OK
	// {"status":"success","msg":"success","data":{"id":"d0eda07svrvasm000010","public_hash":"f86bb334-7eea-41e4-b83a-3814cdcd0866","merchant_id":"testmerchant12345678","card_processor_id":null,"ach_processor_id":null,"name":"Summer","description":"","type":"normal","custom_fields_group":"default","payments":["card","ach"],"products":["d0eda07svrvasm00000g"],"show_available_products":false,"require_shipping_details":false,"email_receipt":false,"success_url":"","cancel_url":"","settings":null,"created_at":"2025-05-08T16:00:00Z","updated_at":"2025-05-08T16:00:00Z","deleted_at":null}}
}

// Records go in and come out as copies.
func ExampleServer() {
	shop := fluidpay.New(may(), fake.Frozen())
	defer shop.Close()

	tee := shop.Products.Add(fluidpay.Product{SKU: "T-1", Name: "Tee", Price: 1299})
	shop.Advance(time.Hour)
	shop.Products.Change(tee.ID, func(p *fluidpay.Product) { p.Price = 999 })

	tee, found := shop.Products.Get(tee.ID)
	fmt.Println(found, tee.ID, tee.Price, tee.UpdatedAt.Sub(tee.CreatedAt))
	gone := shop.Now()
	shop.Carts.Add(fluidpay.Cart{Name: "Winter", DeletedAt: &gone}) // as if deleted earlier
	fmt.Println(shop.Carts.Len())
	// Output:
	// true d0eda07svrvasm00000g 999 1h0m0s
	// 1
}

func ExampleServer_MerchantID() {
	shop := fluidpay.New()
	defer shop.Close()

	fmt.Println(shop.MerchantID(), shop.APIKey(), shop.PublicKey())
	fmt.Println(shop.Credentials())
	// Output:
	// testmerchant12345678 api_CartDoubleTestKey0000001 pub_CartDoubleTestKey0000001
	// map[api_key:api_CartDoubleTestKey0000001 merchant_id:testmerchant12345678 public_key:pub_CartDoubleTestKey0000001]
}

// Somebody else puts a product into a cart while the client works on it.
func ExampleServer_Attach() {
	shop := fluidpay.New(may())
	defer shop.Close()

	tee := shop.Products.Add(fluidpay.Product{SKU: "T-1", Name: "Tee"})
	pot := shop.Products.Add(fluidpay.Product{SKU: "P-1", Name: "Pot"})
	cart := shop.Carts.Add(fluidpay.Cart{Name: "Summer", Products: []string{tee.ID}})
	cart = shop.Attach(cart.ID, pot.ID)
	fmt.Println(cart.Products)
	// Output:
	// [d0eda07svrvasm00000g d0eda07svrvasm000010]
}

func ExampleServer_RefuseCart() {
	shop := fluidpay.New(may())
	defer shop.Close()

	cart := shop.Carts.Add(fluidpay.Cart{Name: "Summer"})
	path := "/api/merchant/" + shop.MerchantID() + "/cart/" + cart.ID
	shop.RefuseCart(cart.ID, "cart is in use")
	show(shop, shop.APIKey(), "POST", path, `{"name":"Autumn"}`)
	show(shop, shop.APIKey(), "DELETE", path, "")
	shop.RefuseCart(cart.ID, "")
	show(shop, shop.APIKey(), "DELETE", path, "")
	// Output:
	// 400 {"status":"failed","msg":"bad request error: cart is in use"}
	// 400 {"status":"failed","msg":"bad request error: cart is in use"}
	// 200 {"status":"success","msg":"success","data":"Deleted cart"}
}

func ExampleServer_RefuseProduct() {
	shop := fluidpay.New(may())
	defer shop.Close()

	tee := shop.Products.Add(fluidpay.Product{SKU: "T-1", Name: "Tee"})
	shop.RefuseProduct(tee.ID, "product is sold in a cart")
	show(shop, shop.APIKey(), "DELETE", "/api/merchant/"+shop.MerchantID()+"/product/"+tee.ID, "")
	// Output:
	// 400 {"status":"failed","msg":"bad request error: product is sold in a cart"}
}

// The document's single answer.
func ExampleSampleCart() {
	shop := fluidpay.New(may())
	defer shop.Close()

	cart, products := fluidpay.SampleCart()
	for _, p := range products {
		shop.Products.Add(p)
	}
	shop.Carts.Add(cart)
	show(shop, shop.APIKey(), "GET", "/merchant/testmerchant12345678/cart/d0doh5fsvrvasm390u6g", "", "data.name", "data.products.#.name", "data.settings")
	// Output:
	// 200 "initiatives" ["bleeding-edge"] {"product_subtitle_verbiage":"Products","save_customer_vault":"none"}
}

// The document's list.
func ExampleSampleCarts() {
	shop := fluidpay.New(may())
	defer shop.Close()

	carts, products := fluidpay.SampleCarts()
	for _, p := range products {
		shop.Products.Add(p)
	}
	for _, c := range carts {
		shop.Carts.Add(c)
	}
	show(shop, shop.APIKey(), "GET", "/merchant/testmerchant12345678/cart", "", "data.#.name", "data.0.products.#", "total_count")
	// Output:
	// 200 ["initiatives"] 7 1
}

func ExampleSampleProduct() {
	p := fluidpay.SampleProduct()
	fmt.Println(p.ID, p.Name, p.Price, p.FixedAmount, p.CreatedAt.Format(time.RFC3339))
	// Output:
	// d0ecs87svrvfjfvijd70 applications 708 true 2025-05-08T15:30:41Z
}

func ExampleWithAccount() {
	shop := fluidpay.New(fluidpay.WithAccount("mymerchant", "api_Mine"))
	defer shop.Close()

	fmt.Println(shop.MerchantID(), shop.APIKey())
	show(shop, "api_Mine", "GET", "/api/merchant/mymerchant/cart", "")
	// Output:
	// mymerchant api_Mine
	// 200 {"status":"success","msg":"success","data":null,"total_count":0}
}

// A second merchant, to see that nobody reaches over.
func ExampleWithMerchant() {
	shop := fluidpay.New(may(), fluidpay.WithMerchant(fluidpay.Merchant{ID: "othermerchant0000000", Key: "api_Other"}))
	defer shop.Close()

	foreign := shop.Products.Add(fluidpay.Product{MerchantID: "othermerchant0000000", SKU: "X", Name: "Foreign", Price: 1})
	show(shop, "api_Other", "GET", "/api/merchant/othermerchant0000000/product/"+foreign.ID, "", "data.name")
	show(shop, shop.APIKey(), "GET", "/api/merchant/othermerchant0000000/product/"+foreign.ID, "")
	show(shop, shop.APIKey(), "GET", "/api/merchant/"+shop.MerchantID()+"/product/"+foreign.ID, "")
	// Output:
	// 200 "Foreign"
	// 401 {"status":"failed","msg":"unauthorized"}
	// 404 {"status":"failed","msg":"not found"}
}

func ExampleWithToken() {
	shop := fluidpay.New(fluidpay.WithToken("eyJhbGciOiJub25lIn0.e30."))
	defer shop.Close()

	path := "/api/merchant/" + shop.MerchantID() + "/cart"
	show(shop, "Bearer eyJhbGciOiJub25lIn0.e30.", "GET", path, "", "status")
	show(shop, "Bearer "+shop.APIKey(), "GET", path, "", "status")
	// Output:
	// 200 "success"
	// 401 "failed"
}

// The document leaves /api out of the paths of carts. Where the service has its
// panel there, a client that does so gets a page.
func ExampleWithControlPanel() {
	shop := fluidpay.New(fluidpay.WithControlPanel())
	defer shop.Close()

	show(shop, shop.APIKey(), "GET", "/merchant/"+shop.MerchantID()+"/cart", "")
	// Output:
	// 200 <!DOCTYPE html>
	// <html><head><title>Control panel</title></head><body><div id="app"></div></body></html>
}

// What differs between the document's samples and the service, and what other
// versions of it sent.
func ExampleWithDocumentShapes() {
	plain, document := fluidpay.New(may()), fluidpay.New(may(), fluidpay.WithDocumentShapes(), fluidpay.WithOlderKeys())
	defer plain.Close()
	defer document.Close()

	for _, shop := range []*fluidpay.Server{plain, document} {
		cart := shop.Carts.Add(fluidpay.Cart{Name: "Summer"})
		path := "/api/merchant/" + shop.MerchantID() + "/cart"
		show(shop, shop.APIKey(), "GET", path+"/"+cart.ID, "", "data.public_hash", "data.shopify_hash")
		show(shop, shop.APIKey(), "GET", path, "", "data.#.public_hash", "total_count")
	}
	// Output:
	// 200 "d4c9f5c7-9115-4308-b870-ac259022fbdb" absent
	// 200 ["d4c9f5c7-9115-4308-b870-ac259022fbdb"] 1
	// 200 absent ""
	// 200 ["d4c9f5c7-9115-4308-b870-ac259022fbdb"] absent
}

// The same empty search in all the forms that the document leaves open.
func ExampleWithEmptyLists() {
	shop := fluidpay.New(fluidpay.WithEmptyLists(), fluidpay.WithSearchMsg(""))
	defer shop.Close()

	show(shop, shop.APIKey(), "POST", "/api/merchant/"+shop.MerchantID()+"/product/search", `{}`)
	// Output:
	// 200 {"status":"success","msg":"","data":[],"total_count":0}
}

// A search gives ten records unless it says how many, and never more than a
// hundred.
func ExampleWithPageSize() {
	shop := fluidpay.New(may(), fluidpay.WithPageSize(2), fluidpay.WithStrictLimit())
	defer shop.Close()

	for i := range 5 {
		shop.Products.Add(fluidpay.Product{SKU: fmt.Sprintf("S%d", i)})
	}
	path := "/api/merchant/" + shop.MerchantID() + "/product/search"
	show(shop, shop.APIKey(), "POST", path, `{}`, "data.#.sku", "total_count")
	show(shop, shop.APIKey(), "POST", path, `{"limit":100,"offset":3}`, "data.#.sku", "total_count")
	show(shop, shop.APIKey(), "POST", path, `{"limit":101}`)
	// Output:
	// 200 ["S0","S1"] 5
	// 200 ["S3","S4"] 5
	// 400 {"status":"failed","msg":"bad request error: invalid limit"}
}

// A search that the service lets pass finds everything.
func ExampleWithLenientSearch() {
	shop := fluidpay.New(may(), fluidpay.WithLenientSearch())
	defer shop.Close()

	shop.Products.Add(fluidpay.Product{SKU: "T-1", Name: "Tee"})
	shop.Products.Add(fluidpay.Product{SKU: "P-1", Name: "Pot"})
	path := "/api/merchant/" + shop.MerchantID() + "/product/search"
	show(shop, shop.APIKey(), "POST", path, `{"name":{"operator":"eq","value":"Pot"}}`, "data.#.sku")
	for _, f := range shop.Findings() {
		fmt.Println(f)
	}
	// Output:
	// 200 ["T-1","P-1"]
	// call 1: ignored-operator: name eq
}

func ExampleWithDeletes() {
	for _, d := range []fluidpay.Deletes{fluidpay.DeletedHidden, fluidpay.DeletedReadable, fluidpay.DeletedForGood} {
		shop := fluidpay.New(may(), fake.Frozen(), fluidpay.WithDeletes(d))
		cart := shop.Carts.Add(fluidpay.Cart{Name: "Summer"})
		path := "/api/merchant/" + shop.MerchantID() + "/cart/"
		show(shop, shop.APIKey(), "DELETE", path+cart.ID, "", "data")
		show(shop, shop.APIKey(), "GET", path+cart.ID, "", "data.deleted_at")
		show(shop, shop.APIKey(), "POST", path+"search", `{"deleted_at":{}}`, "total_count")
		shop.Close()
	}
	// Output:
	// 200 "Deleted cart"
	// 404 absent
	// 200 1
	// 200 "Deleted cart"
	// 200 "2025-05-08T16:00:00Z"
	// 200 1
	// 200 "Deleted cart"
	// 404 absent
	// 200 0
}
