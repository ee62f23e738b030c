package bonify_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// show makes a call with credentials and prints the answer.
func show(shop *bonify.Server, domain, key, method, path, body string, headers ...string) {
	request, err := http.NewRequest(method, shop.BaseURL()+path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	request.Header.Set("x-shop-domain", domain)
	request.Header.Set("x-api-key", key)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer, err := shop.Client().Do(request)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.StatusCode, string(text))
}

// march is where the clock of the examples stands.
func march() bonify.Option { return fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)) }

// The limit of one call a second is on: in a synctest bubble it costs no time to
// wait for it, and WithoutLimits switches it off.
func ExampleNew() {
	shop := bonify.New(march(), fake.Frozen())
	defer shop.Close()

	shop.Customers.Add(bonify.Customer{Email: "anna@example.com"})
	show(shop, shop.ShopDomain(), shop.APIKey(), "GET", "/customers", "")
	show(shop, shop.ShopDomain(), shop.APIKey(), "GET", "/customers", "")
	shop.Advance(time.Second)
	show(shop, shop.ShopDomain(), shop.APIKey(), "DELETE", "/customers/345345345345", "")
	// Output:
	// 200 {"status":"okay","customers":[{"id":345345345345,"email":"anna@example.com","first_name":null,"last_name":null,"customer_fields":[]}]}
	// 429 {"status":"error","message":"too many requests"}
	// 200 {"status":"okay"}
}

// Custom fields are read as an array and written as an object.
func ExampleWithFields() {
	shop := bonify.New(march(), fake.Frozen(), bonify.WithoutLimits(), bonify.WithFields(
		bonify.Field{MachineName: "born", Label: "Date of birth", Type: bonify.Date},
		bonify.Field{MachineName: "likes", Label: "Likes", Type: bonify.MultiChoice, Choices: []string{"tea", "cake"}},
	))
	defer shop.Close()

	domain, key := shop.ShopDomain(), shop.APIKey()
	show(shop, domain, key, "POST", "/customers", `{"customers":[{"first_name":"Anna","customer_fields":{"born":"1990-01-31","likes":["tea","cake"]}}]}`)
	show(shop, domain, key, "PUT", "/customers", `{"customers":[{"id":345345345345,"customer_fields":{"born":"31.1.1990"}}]}`)
	show(shop, domain, key, "PUT", "/customers", `{"customers":[{"id":345345345345,"customer_fields":{"likes":""}}]}`, "x-delete-empty-metafields", "true")
	show(shop, domain, key, "GET", "/customers/345345345345", "")
	// Output:
	// 200 {"status":"okay"}
	// 400 {"status":"error","message":"Date of birth: Invalid date"}
	// 200 {"status":"okay"}
	// 200 {"status":"okay","customers":[{"id":345345345345,"email":null,"first_name":"Anna","last_name":null,"customer_fields":[{"machine_name":"born","label":"Date of birth","value":"1990-01-31","created_at":1740819600,"updated_at":1740819600}]}]}
}

// Without quotes, equals finds longer texts too.
func ExampleServer_filters() {
	shop := bonify.New(bonify.WithoutLimits())
	defer shop.Close()

	for _, email := range []string{"bob@example.com.au", "bob@example.com"} {
		shop.Customers.Add(bonify.Customer{Email: email})
	}
	for _, filter := range []string{`email|equals|bob@example.com`, `email|equals|"bob@example.com"`} {
		show(shop, shop.ShopDomain(), shop.APIKey(), "GET", "/customers?filters="+url.QueryEscape(filter), "")
	}
	for _, f := range shop.Findings() {
		fmt.Println(f)
	}
	// Output:
	// 200 {"status":"okay","customers":[{"id":345345345345,"email":"bob@example.com.au","first_name":null,"last_name":null,"customer_fields":[]},{"id":345345345346,"email":"bob@example.com","first_name":null,"last_name":null,"customer_fields":[]}]}
	// 200 {"status":"okay","customers":[{"id":345345345346,"email":"bob@example.com","first_name":null,"last_name":null,"customer_fields":[]}]}
	// call 1: loose-equals: email
}

// A batch in which a record fails stays applied up to there.
func ExampleWithBatch() {
	for _, policy := range []bonify.BatchPolicy{bonify.Stop, bonify.AllOrNothing, bonify.Skip} {
		shop := bonify.New(bonify.WithoutLimits(), bonify.WithBatch(policy))
		show(shop, shop.ShopDomain(), shop.APIKey(), "POST", "/customers", `{"customers":[{"email":"a@example.com"},{"email":"b"},{"email":"c@example.com"}]}`)
		fmt.Println(shop.Customers.Len())
		shop.Close()
	}
	// Output:
	// 400 {"status":"error","message":"email is invalid"}
	// 1
	// 400 {"status":"error","message":"email is invalid"}
	// 0
	// 200 {"status":"okay"}
	// 2
}

func ExampleServer_AddShop() {
	shop := bonify.New(bonify.WithoutLimits())
	defer shop.Close()

	other := shop.AddShop("other.myshopify.com", "other_key")
	other.Customers.Add(bonify.Customer{Email: "bob@example.com"})
	show(shop, other.ShopDomain(), other.APIKey(), "GET", "/customers", "")
	show(shop, shop.ShopDomain(), shop.APIKey(), "GET", "/customers", "")
	show(shop, shop.ShopDomain(), other.APIKey(), "GET", "/customers", "")
	// Output:
	// 200 {"status":"okay","customers":[{"id":345345345345,"email":"bob@example.com","first_name":null,"last_name":null,"customer_fields":[]}]}
	// 200 {"status":"okay","customers":[]}
	// 403 {"status":"error","message":"invalid request"}
}

func ExampleShop_RefuseEmail() {
	shop := bonify.New(bonify.WithoutLimits())
	defer shop.Close()

	shop.RefuseEmail("bob@example.com", "email is on the blocklist")
	show(shop, shop.ShopDomain(), shop.APIKey(), "POST", "/customers", `{"customers":[{"email":"Bob@example.com"}]}`)
	shop.RefuseEmail("bob@example.com", "")
	show(shop, shop.ShopDomain(), shop.APIKey(), "POST", "/customers", `{"customers":[{"email":"Bob@example.com"}]}`)
	// Output:
	// 400 {"status":"error","message":"email is on the blocklist"}
	// 200 {"status":"okay"}
}

// What happens in the shop and not through the API.
func ExampleShop_PlaceOrder() {
	shop := bonify.New(march(), fake.Frozen(), bonify.WithoutLimits())
	defer shop.Close()

	anna := shop.Register(bonify.Customer{Email: "anna@example.com"})
	shop.PlaceOrder(anna.ID, 1250)
	shop.SetField(anna.ID, "radios", "one")
	anna = shop.AbandonCart(anna.ID)
	fmt.Println(anna.OrdersCount, anna.TotalSpentCents, anna.Fields[0].Value, anna.LastAbandonedOrderDate.Format(time.DateOnly))
	show(shop, shop.ShopDomain(), shop.APIKey(), "DELETE", "/customers/345345345345", "")
	// Output:
	// 1 1250 one 2025-03-01
	// 400 {"status":"error","message":"customer has orders and cannot be deleted"}
}
