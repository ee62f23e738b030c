package conformance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/fake/cscart"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// served is a fake as a target: with all that its rules need, on a clock that
// stands and is moved by waiting.
type served struct {
	Target
	fake *fake.Server
}

var serverAPIs = []string{"cartfunnel", "cscart", "fluidpay", "bonify", "cartly"}

func serve(t *testing.T, api string, opts ...fake.Option) served {
	t.Helper()
	opts = append([]fake.Option{fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)), fake.Frozen()}, opts...)
	s := map[string]func(...fake.Option) served{
		"cartfunnel": serveCartfunnel, "cscart": serveCscart, "fluidpay": serveFluidpay, "bonify": serveBonify, "cartly": serveCartly,
	}[api](opts...)
	t.Cleanup(s.fake.Close)
	s.API, s.URL, s.HTTP, s.Write, s.Prefix, s.Wait = api, s.fake.BaseURL(), s.fake.Client(), true, "run", s.fake.Advance
	for word, value := range s.fake.Credentials() {
		if s.Creds == nil {
			s.Creds = fake.Credentials{}
		}
		if s.Creds[word] == "" {
			s.Creds[word] = value
		}
	}
	return s
}

func serveCartfunnel(opts ...fake.Option) served {
	shop := cartfunnel.New(opts...)
	shop.AddSecret("read_only_key", cartfunnel.ReadCustomers)
	return served{Target{Creds: fake.Credentials{"read_only_secret": "read_only_key"}}, shop.Server}
}

// serveCscart has guests and members, something on wishlists, carts of several
// rows, and old ones.
func serveCscart(opts ...fake.Option) served {
	shop := cscart.New(opts...)
	row := func(product int64, price cscart.Money, days int) cscart.Product {
		return cscart.Product{ProductID: product, Price: price, Name: "Thing", Timestamp: shop.Now().AddDate(0, 0, -days).Truncate(time.Second)}
	}
	wish := row(13, 2000, 1)
	wish.Type = cscart.OnWishlist
	member := func(first, last string) *cscart.User {
		return &cscart.User{FirstName: first, LastName: last, Email: strings.ToLower(first) + "@example.com"}
	}
	for _, c := range []cscart.Cart{
		{UserID: 4000000001, Products: []cscart.Product{row(12, 3000, 0)}},
		{UserID: 4000000002, Products: []cscart.Product{row(14, 500, 9), row(12, 250, 2)}},
		{UserID: 3, User: member("John", "Doe"), Products: []cscart.Product{row(12, 3000, 1)}},
		{UserID: 4, User: member("Ann", "Benning"), Products: []cscart.Product{row(14, 9900, 20)}},
		{UserID: 5, User: member("Joan", "Abel"), Products: []cscart.Product{row(15, 1000, 3), wish}},
		{UserID: 6, User: &cscart.User{FirstName: "Bob", LastName: "Coe"}, Products: []cscart.Product{row(12, 700, 400)}},
		{UserID: 7, Products: []cscart.Product{wish}},
		{UserID: 8, User: member("Doris", "Johnson"), Products: []cscart.Product{row(16, 4500, 5)}},
		{UserID: 9, User: member("Eve", "Moss"), Products: []cscart.Product{row(16, 4600, 6)}},
		{UserID: 10, Products: []cscart.Product{row(17, 4700, 7)}},
		{UserID: 11, Products: []cscart.Product{row(17, 4800, 8)}},
		{UserID: 12, Products: []cscart.Product{row(18, 100, 30)}},
	} {
		shop.Carts.Add(c)
	}
	return served{Target{Records: map[string]string{"cart": "8"}}, shop.Server}
}

func serveFluidpay(opts ...fake.Option) served {
	return served{fake: fluidpay.New(opts...).Server}
}

func serveBonify(opts ...fake.Option) served {
	shop := bonify.New(opts...)
	other := shop.AddShop("other.myshopify.com", "other_key")
	return served{Target{
		Creds:   fake.Credentials{"other_shop_domain": other.ShopDomain(), "other_api_key": other.APIKey()},
		Records: map[string]string{"field": shop.Fields()[0].MachineName},
	}, shop.Server}
}

func serveCartly(opts ...fake.Option) served {
	shop := cartly.New(opts...)
	order := shop.Orders.Add(cartly.Order{Email: "jane@example.com", TotalCents: 2500})
	product := shop.Products.Add(cartly.Product{Title: "Cup", Variants: []cartly.Variant{{SKU: "CUP", Inventory: 4}}})
	shop.AddToken("narrow_token_value", cartly.ReadShop)
	return served{Target{
		Creds:   fake.Credentials{"narrow_token": "narrow_token_value"},
		Records: map[string]string{"order": order.ID, "variant": product.Variants[0].ID},
		Deliveries: func(h http.Handler) (string, error) {
			shop.Hooks.Receive("https://hooks.example.com/", h)
			return "https://hooks.example.com/", nil
		},
		Cause: func(event string) error { return causeAtCartly(shop, product.ID, event) },
	}, shop.Server}
}

// causeAtCartly does in the shop what no call of the API does.
func causeAtCartly(shop *cartly.Server, product, event string) error {
	switch event {
	case "customer.created":
		shop.Customers.Add(cartly.Customer{Email: "register@example.com"})
	case "order.created":
		shop.Orders.Add(cartly.Order{})
	case "product.created":
		shop.Products.Add(cartly.Product{Title: "Plate"})
	case "product.updated":
		shop.Products.Change(product, func(p *cartly.Product) { p.Title += "!" })
	case "cart.abandoned":
		shop.AbandonCart(shop.Carts.Add(cartly.Cart{Email: "jane@example.com"}).ID)
	default:
		return fmt.Errorf("nothing causes %s", event)
	}
	return nil
}

// judge evaluates a server in a test.
func judge(t *testing.T, target Target, opts ...Option) *Report {
	t.Helper()
	r, err := EvaluateServer(t.Context(), target, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// allPass fails unless every rule passes.
func allPass(t *testing.T, r *Report) {
	t.Helper()
	for _, res := range r.Results {
		if res.State != pass {
			t.Errorf("%s\n%s", res.State, r.blockText(res))
		}
	}
}

func TestFakesPassAsServers(t *testing.T) {
	t.Parallel()
	for _, api := range serverAPIs {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			r := judge(t, serve(t, api).Target)
			allPass(t, r)
			if n := len(ServerRules(api)); len(r.Results) != n || n < 7 {
				t.Errorf("%d results of %d rules", len(r.Results), n)
			}
		})
	}
}
