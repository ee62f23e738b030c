package cartfunnel_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// show makes a call with credentials and prints the answer.
func show(shop *cartfunnel.Server, account, secret, method, path, body string) {
	request, err := http.NewRequest(method, shop.BaseURL()+path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	request.Header.Set("X-CARTFUNNEL-ACCOUNT", account)
	request.Header.Set("X-CARTFUNNEL-API-SECRET", secret)
	request.Header.Set("Content-Type", "application/json")
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
func march() cartfunnel.Option { return fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)) }

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

	shop := cartfunnel.Start(t)
	shop.Customers.Add(cartfunnel.Customer{Email: "anna@example.com"})
	response, err := shop.Client().Get(shop.BaseURL() + "/customer.json") // wrong, and without credentials
	if err != nil {
		t.Fatalf("%v", err)
	}
	fmt.Println(response.Status)
	response.Body.Close()

	t.cleanups[0]() // the end of the test
	// Output:
	// 404 Not Found
	// cartfunnel: call 1: no-route: GET /v1/customer.json: no such endpoint; did you mean GET /v1/customers.json?
}

func ExampleNew() {
	shop := cartfunnel.New(march(), fake.Frozen())
	defer shop.Close()

	request, _ := http.NewRequest("POST", shop.BaseURL()+"/customers.json", strings.NewReader(`{"customer":{"email":"anna@example.com"}}`))
	request.Header.Set("X-CARTFUNNEL-ACCOUNT", shop.Account())
	request.Header.Set("X-CARTFUNNEL-API-SECRET", shop.Secret())
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
	// {"id":1,"email":"anna@example.com","created_at":"2025-03-01T04:00:00.000-05:00","updated_at":"2025-03-01T04:00:00.000-05:00","accepts_marketing":"false","first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"true"}
}

// Records go in and come out as copies.
func ExampleServer() {
	shop := cartfunnel.New(march(), fake.Frozen())
	defer shop.Close()

	anna := shop.Customers.Add(cartfunnel.Customer{Email: "anna@example.com", TagList: []string{"vip"}})
	shop.Advance(time.Hour)
	shop.Customers.Change(anna.ID, func(c *cartfunnel.Customer) { c.Note = "called" })

	anna, found := shop.Customers.Get(anna.ID)
	fmt.Println(found, anna.ID, anna.Note, anna.UpdatedAt.Sub(anna.CreatedAt))
	shop.Customers.Remove(anna.ID) // the API cannot
	fmt.Println(shop.Customers.Len())
	// Output:
	// true 1 called 1h0m0s
	// 0
}

func ExampleServer_AddAccount() {
	shop := cartfunnel.New(march(), fake.Frozen())
	defer shop.Close()

	other := shop.AddAccount("othershop", "other_secret")
	other.Customers.Add(cartfunnel.Customer{Email: "bob@example.com"})
	show(shop, other.Account(), other.Secret(), "GET", "/customers.json", "")
	show(shop, shop.Account(), shop.Secret(), "GET", "/customers.json", "")
	show(shop, shop.Account(), other.Secret(), "GET", "/customers.json", "")
	// Output:
	// 200 [{"id":1,"email":"bob@example.com","created_at":"2025-03-01T04:00:00.000-05:00","updated_at":"2025-03-01T04:00:00.000-05:00","accepts_marketing":"false","first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"true"}]
	// 200 []
	// 403 {"errors":["Forbidden"]}
}

func ExampleTenant_AddSecret() {
	shop := cartfunnel.New()
	defer shop.Close()

	shop.AddSecret("reader", cartfunnel.ReadCustomers)
	show(shop, "myshop", "reader", "GET", "/customers.json", "")
	show(shop, "myshop", "reader", "POST", "/customers.json", `{"customer":{"email":"anna@example.com"}}`)
	// Output:
	// 200 []
	// 403 {"errors":["Forbidden"]}
}

func ExampleTenant_RevokeSecret() {
	shop := cartfunnel.New()
	defer shop.Close()

	show(shop, "myshop", shop.Secret(), "GET", "/customers.json", "")
	shop.RevokeSecret(shop.Secret())
	show(shop, "myshop", shop.Secret(), "GET", "/customers.json", "")
	// Output:
	// 200 []
	// 403 {"errors":["Forbidden"]}
}

// A save that failed is a 200: "errors" tells.
func ExampleTenant_RefuseEmail() {
	shop := cartfunnel.New()
	defer shop.Close()

	shop.RefuseEmail("bob@example.com", "Customer is blocked")
	show(shop, shop.Account(), shop.Secret(), "POST", "/customers.json", `{"customer":{"email":"Bob@example.com"}}`)
	fmt.Println(shop.Customers.Len())
	// Output:
	// 200 {"id":null,"email":"Bob@example.com","created_at":null,"updated_at":null,"accepts_marketing":"false","first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"false","errors":["Customer is blocked"]}
	// 0
}

// A refused update shows what was attempted and says "persisted": "true".
func ExampleTenant_RefuseCustomer() {
	shop := cartfunnel.New(march(), fake.Frozen())
	defer shop.Close()

	anna := shop.Customers.Add(cartfunnel.Customer{Email: "anna@example.com"})
	shop.RefuseCustomer(anna.ID, "Customer is locked")
	show(shop, shop.Account(), shop.Secret(), "PATCH", "/customers/1.json", `{"customer":{"last_name":"Jules"}}`)
	anna, _ = shop.Customers.Get(anna.ID)
	fmt.Printf("%q\n", anna.LastName)
	// Output:
	// 200 {"id":1,"email":"anna@example.com","created_at":"2025-03-01T04:00:00.000-05:00","updated_at":"2025-03-01T04:00:00.000-05:00","accepts_marketing":"false","first_name":"","last_name":"Jules","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"true","errors":["Customer is locked"]}
	// ""
}

func ExampleTenant_PlaceOrder() {
	shop := cartfunnel.New()
	defer shop.Close()

	anna, order := shop.PlaceOrder("anna@example.com", 1250) // checkout makes a customer
	fmt.Println(anna.ID, order, anna.OrdersCount, anna.TotalSpentCents)
	anna, order = shop.PlaceOrder("Anna@Example.com", 1000)
	fmt.Println(anna.ID, order, anna.OrdersCount, anna.TotalSpentCents)
	// Output:
	// 1 1 1 1250
	// 1 2 2 2250
}

func ExampleTenant_AmendOrder() {
	shop := cartfunnel.New()
	defer shop.Close()

	anna, _ := shop.PlaceOrder("anna@example.com", 1250)
	anna = shop.AmendOrder(anna.ID, -250)
	fmt.Println(anna.OrdersCount, anna.TotalSpentCents)
	// Output:
	// 1 1000
}

func ExampleTenant_StartSubscription() {
	shop := cartfunnel.New()
	defer shop.Close()

	anna := shop.Customers.Add(cartfunnel.Customer{Email: "anna@example.com"})
	fmt.Println(shop.StartSubscription(anna.ID).SubscriptionsCount)
	fmt.Println(shop.EndSubscription(anna.ID).SubscriptionsCount)
	fmt.Println(shop.EndSubscription(anna.ID).SubscriptionsCount)
	// Output:
	// 1
	// 0
	// 0
}

func ExampleWithAccount() {
	shop := cartfunnel.New(cartfunnel.WithAccount("ours", "sesame"))
	defer shop.Close()

	fmt.Println(shop.Account(), shop.Secret())
	fmt.Println(shop.Credentials())
	// Output:
	// ours sesame
	// map[account:ours secret:sesame]
}

// The same record in all the spellings that the document leaves open.
func ExampleWithNativeBooleans() {
	shop := cartfunnel.New(march(), fake.Frozen(),
		cartfunnel.WithNativeBooleans(), cartfunnel.WithNullLastOrder(), cartfunnel.WithNullNames(), cartfunnel.WithTagListShown(),
		cartfunnel.WithZone(time.UTC), cartfunnel.WithContentType("text/json"))
	defer shop.Close()

	shop.Customers.Add(cartfunnel.Customer{Email: "anna@example.com", TagList: []string{"vip", "wholesale"}})
	show(shop, shop.Account(), shop.Secret(), "GET", "/customers/1.json", "")
	// Output:
	// 200 {"id":1,"email":"anna@example.com","created_at":"2025-03-01T09:00:00.000+00:00","updated_at":"2025-03-01T09:00:00.000+00:00","accepts_marketing":false,"first_name":null,"last_name":null,"note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":false,"subscriptions_count":0,"last_order_id":null,"tag_list":"vip, wholesale","persisted":true}
}

// A refused save in the forms that the document's prose suggests, against those
// of its samples.
func ExampleWithUnsavedKeys() {
	shop := cartfunnel.New(march(), fake.Frozen(),
		cartfunnel.WithUnsavedKeys(cartfunnel.Absent), cartfunnel.WithPersistedFalseOnUpdate(),
		cartfunnel.WithEcho(cartfunnel.Stored), cartfunnel.WithEchoedUpdatedAt(cartfunnel.StoredTime), cartfunnel.WithCreatedStatus(http.StatusCreated))
	defer shop.Close()

	show(shop, shop.Account(), shop.Secret(), "POST", "/customers.json", `{"customer":{"email":"anna@example.com"}}`)
	show(shop, shop.Account(), shop.Secret(), "POST", "/customers.json", `{"customer":{"email":"anna@example.com"}}`)
	show(shop, shop.Account(), shop.Secret(), "PATCH", "/customers/1.json", `{"customer":{"email":"","note":"x"}}`)
	// Output:
	// 201 {"id":1,"email":"anna@example.com","created_at":"2025-03-01T04:00:00.000-05:00","updated_at":"2025-03-01T04:00:00.000-05:00","accepts_marketing":"false","first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"true"}
	// 200 {"email":"anna@example.com","accepts_marketing":"false","first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"false","errors":["Email has already been taken"]}
	// 200 {"id":1,"email":"anna@example.com","created_at":"2025-03-01T04:00:00.000-05:00","updated_at":"2025-03-01T04:00:00.000-05:00","accepts_marketing":"false","first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"false","errors":["Email can't be blank"]}
}

// What a client must not rely on where the document is silent.
func ExampleWithUnknownRecord() {
	shop := cartfunnel.New(fake.Allow("no-route"),
		cartfunnel.WithUnknownRecord(http.StatusForbidden), cartfunnel.WithForbiddenBody("text/html", "<h1>no</h1>"),
		cartfunnel.WithMethodNotAllowed(), cartfunnel.WithMissingWrapperRefused(), cartfunnel.WithPathAlias(),
		cartfunnel.WithErrorTexts(map[string]string{"Email can't be blank": "Email fehlt"}))
	defer shop.Close()

	show(shop, shop.Account(), shop.Secret(), "GET", "/customers/9", "")
	show(shop, shop.Account(), shop.Secret(), "DELETE", "/customers/9", "")
	show(shop, shop.Account(), shop.Secret(), "POST", "/customers", `{}`)
	// Output:
	// 403 <h1>no</h1>
	// 405 {"errors":["Method not allowed"]}
	// 200 {"id":null,"email":"","created_at":null,"updated_at":null,"accepts_marketing":"false","first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"false","errors":["Email fehlt"]}
}

// A record that comes while a list of the newest is being read is seen, and
// another is seen twice.
func ExampleWithNewestFirst() {
	shop := cartfunnel.New(cartfunnel.WithNewestFirst(), cartfunnel.WithPageSize(2))
	defer shop.Close()

	var pages []string
	read := func(page string) {
		request, _ := http.NewRequest("GET", shop.BaseURL()+"/customers.json?page="+page, nil)
		request.Header.Set("X-CARTFUNNEL-ACCOUNT", shop.Account())
		request.Header.Set("X-CARTFUNNEL-API-SECRET", shop.Secret())
		response, err := shop.Client().Do(request)
		if err != nil {
			panic(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		for _, record := range strings.Split(string(body), `{"id":`)[1:] {
			pages = append(pages, record[:1])
		}
	}
	for range 3 {
		shop.Customers.Add(cartfunnel.Customer{})
	}
	read("1")
	shop.Customers.Add(cartfunnel.Customer{})
	read("2")
	fmt.Println(pages)
	// Output:
	// [3 2 2 1]
}
