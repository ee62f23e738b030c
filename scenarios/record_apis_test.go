package scenarios_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/fake/cscart"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
	"github.com/cartdouble/cartdouble/scenarios"
)

// authorized is a client whose requests are dressed by f.
type authorized struct {
	run *scenarios.Run
	f   func(*http.Request, fake.Credentials)
}

// must sends a request, which has to be answered with a status.
func (c authorized) must(t testing.TB, status int, method, path, body string) string {
	t.Helper()
	req, err := http.NewRequest(method, c.run.BaseURL()+path, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	c.f(req, c.run.Credentials())
	resp, err := c.run.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, status, resp.StatusCode, string(text))
	return string(text)
}

// A service is one of our own fakes, in the place of the real one.
type service struct {
	server  *fake.Server
	options []scenarios.Option
}

// roundTrip records a story, replays it, and records it again of a service with
// other ids and dates, which must change nothing.
func roundTrip(t *testing.T, make func(t *testing.T, seed uint64) service, tell func(*testing.T, *scenarios.Run, *fake.Server)) string {
	t.Helper()
	file := recordedTo(t)
	recording := func(seed uint64) string {
		mode(t, "record")
		of := make(t, seed)
		good(t, func(s *spy) {
			tell(t, scenarios.Open(s, file, append(of.options, scenarios.Upstream(of.server.URL()))...), of.server)
		})
		return text(t, file)
	}
	first := recording(1)
	vets(t, file)
	throughHAR(t, file)
	mode(t, "replay")
	good(t, func(s *spy) {
		run := scenarios.Open(s, file)
		tell(t, run, run.Fake())
	})
	assert.Equal(t, first, recording(2), "new ids and dates change nothing")
	return first
}

const bonifyKey = "bonify-key-0815"

func TestRecordBonify(t *testing.T) {
	first := roundTrip(t, func(t *testing.T, seed uint64) service {
		shop := bonify.Start(t, fake.Seed(seed), fake.At(time.Date(2024, 1, int(seed), 0, 0, 0, 0, time.UTC)), fake.Frozen(),
			bonify.WithShop("mugs.myshopify.com", bonifyKey), bonify.WithPageSize(2))
		for i, email := range []string{"ann@example.com", "bob@example.com", "eve@example.com", "kim@example.com", "lou@example.com"} {
			shop.Customers.Add(bonify.Customer{ID: int64(seed)*10_000_000 + int64(i), Email: email})
		}
		return service{shop.Server, []scenarios.Option{
			scenarios.API("bonify"), scenarios.Credential("shop_domain", "mugs.myshopify.com"), scenarios.Secret("api", bonifyKey),
		}}
	}, func(t *testing.T, run *scenarios.Run, of *fake.Server) {
		c := newShopper(run)
		page := c.must(t, 200, "GET", "/customers", "")
		for n := range 2 {
			of.Advance(time.Second)
			page = c.must(t, 200, "GET", "/customers?next_page="+url.QueryEscape(gjson.Get(page, "next_page").Str), "")
			require.Len(t, gjson.Get(page, "customers").Array(), 2-n)
		}
		status, _, err := c.do("GET", "/customers", "") // inside the second: refused, and no step
		require.NoError(t, err)
		require.Equal(t, 429, status)
	})
	assert.Contains(t, first, "query=next_page={{next_page1}}")
	assert.Contains(t, first, `"next_page": "{{next_page2:cursor}}"`)
	assert.NotContains(t, first, "429")
	assert.NotContains(t, first, bonifyKey)
}

func TestRecordFluidPay(t *testing.T) {
	first := roundTrip(t, func(t *testing.T, seed uint64) service {
		shop := fluidpay.Start(t, fake.Seed(seed), fluidpay.WithAccount("testmerchant12345678", "api_theKeyOfTheMerchant0001"))
		shop.Products.Add(fluidpay.Product{SKU: "MUG-1", Name: "Mug", Price: 1250, Description: "plain"})
		return service{shop.Server, []scenarios.Option{
			scenarios.API("fluidpay"), scenarios.AllowWrites(),
			scenarios.Credential("merchant_id", "testmerchant12345678"), scenarios.Secret("api_key", "api_theKeyOfTheMerchant0001"),
		}}
	}, func(t *testing.T, run *scenarios.Run, _ *fake.Server) {
		c := authorized{run, func(r *http.Request, c fake.Credentials) { r.Header.Set("Authorization", c["api_key"]) }}
		at := "/api/merchant/" + run.Credentials()["merchant_id"] + "/product"
		id := gjson.Get(c.must(t, 200, "GET", at, ""), "data.0.id").Str
		require.NotEmpty(t, id)
		c.must(t, 200, "GET", at+"/"+id, "")
		c.must(t, 200, "POST", at+"/"+id, `{"sku": "MUG-1", "name": "Mug", "price": 1300, "description": "plain"}`)
	})
	assert.Contains(t, first, "/product/{{product1.id}}")
	assert.Contains(t, first, "api_key={{secret.api_key}}")
}

func TestRecordCSCart(t *testing.T) {
	first := roundTrip(t, func(t *testing.T, seed uint64) service {
		store := cscart.Start(t, fake.Seed(seed), cscart.WithAccount("admin@example.com", "TheKeyOfTheStore0001"))
		store.Carts.Add(cscart.Cart{UserID: 2_000_000_000 + int64(seed), Products: []cscart.Product{{ProductID: 12, Amount: 1, Price: 1000, Name: "Cup"}}})
		return service{store.Server, []scenarios.Option{
			scenarios.API("cscart"), scenarios.AllowWrites(),
			scenarios.Credential("email", "admin@example.com"), scenarios.Secret("api", "TheKeyOfTheStore0001"),
		}}
	}, func(t *testing.T, run *scenarios.Run, _ *fake.Server) {
		c := authorized{run, func(r *http.Request, c fake.Credentials) { r.SetBasicAuth(c["email"], c["api_key"]) }}
		list := c.must(t, 200, "GET", "/api/carts/?page=1", "")
		id := gjson.Get(list, "carts.0.user_id").String()
		require.NotEmpty(t, id, list)
		c.must(t, 204, "DELETE", "/api/carts/"+id+"/", "")
	})
	assert.Contains(t, first, "-> DELETE ~/api/carts/{{user1.id}}/")
}

// hearing is a receiver that tells when it has heard something.
func hearing(run *scenarios.Run) <-chan string {
	heard := make(chan string, 10)
	run.Receiver(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
		heard <- gjson.GetBytes(body, "event").Str + " " + gjson.GetBytes(body, "data.id").Str
	}))
	return heard
}

func TestRecordCartlyWithDeliveries(t *testing.T) {
	first := roundTrip(t, func(t *testing.T, seed uint64) service {
		shop := cartly.Start(t, fake.Seed(seed), fake.At(time.Date(2024, 1, int(seed), 0, 0, 0, 0, time.UTC)),
			cartly.WithToken("at_theTokenOfTheApp01", cartly.Scopes()...), cartly.WithWebhookSecret("whsec_OfTheShop1"))
		shop.Orders.Add(cartly.Order{Email: "ann@example.com", TotalCents: 1250})
		return service{shop.Server, []scenarios.Option{
			scenarios.API("cartly"), scenarios.AllowWrites(), scenarios.Credential("shop_domain", shop.ShopDomain()),
			scenarios.Secret("token", "at_theTokenOfTheApp01"), scenarios.Secret("hook", "whsec_OfTheShop1"),
		}}
	}, func(t *testing.T, run *scenarios.Run, _ *fake.Server) {
		c := newShopper(run)
		heard := hearing(run)
		c.must(t, 201, "POST", "/apps/api/webhooks", `{"url": "`+run.HookURL()+`", "events": ["customer.created", "order.updated"]}`)
		id := gjson.Get(c.must(t, 201, "POST", "/apps/api/customers", `{"email": "ann@example.com"}`), "id").Str
		assert.Equal(t, "customer.created "+id, <-heard)
		order := gjson.Get(c.must(t, 200, "GET", "/apps/api/orders", ""), "orders.0.id").Str
		c.must(t, 200, "PUT", "/apps/api/orders/"+order, `{"payment_status": "paid"}`)
		assert.Equal(t, "order.updated "+order, <-heard)
		run.Settle()
	})
	assert.Contains(t, first, "=> customer.created raw @customer-created")
	assert.Contains(t, first, "<= 2xx")
	assert.NotContains(t, first, "127.0.0.1")
}
