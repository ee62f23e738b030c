package scenarios_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
	"github.com/cartdouble/cartdouble/scenarios"
	"github.com/tidwall/gjson"
)

// A caller is what the clients of the cookbook have in common: net/http as it is,
// and the headers of the API. What an answer means is for each of them to say.
type caller struct {
	*http.Client
	base   string
	header http.Header
}

func (c caller) ask(ctx context.Context, method, path, body string) (status int, text string, header http.Header, err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, strings.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	req.Header = c.header.Clone()
	resp, err := c.Do(req)
	if err != nil {
		return 0, "", nil, err
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(all), resp.Header, err
}

// customerShop opens a Cartfunnel shop with these customers, two on a page, and a client
// for it. Its clock stands.
func customerShop(emails ...string) (*cartfunnel.Server, caller) {
	march := time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)
	shop := cartfunnel.New(fake.At(march), fake.Frozen(), cartfunnel.WithPageSize(2))
	for _, email := range emails {
		shop.Customers.Add(cartfunnel.Customer{Email: email})
	}
	return shop, caller{shop.Client(), shop.BaseURL(), http.Header{
		"Content-Type":            {"application/json"},
		"X-Cartfunnel-Account":    {shop.Account()},
		"X-Cartfunnel-Api-Secret": {shop.Secret()},
	}}
}

// cartShop opens a merchant of FluidPay, and a client for the carts.
func cartShop() (*fluidpay.Server, caller) {
	shop := fluidpay.New(fake.Frozen())
	return shop, caller{shop.Client(), shop.BaseURL() + "/api/merchant/" + shop.MerchantID(), http.Header{
		"Content-Type":  {"application/json"},
		"Authorization": {shop.APIKey()},
	}}
}

const (
	annCustomer = `{"customer":{"email":"ann@example.com"}}`
	summerCart  = `{"type":"normal","name":"Summer","products":[]}`
)

// A gateway sends a caller to a login page: net/http makes a GET of the POST, takes
// the secret along, since its header is none that it knows, and the page is a 200. A
// right client follows no redirect of an API.
func Example_credentials() {
	shop, client := customerShop()
	defer shop.Close()
	shop.Inject(scenarios.AuthRedirect().On(cartfunnel.CreateCustomer).Call(1))
	shop.Inject(scenarios.AuthRedirect().Set("to", "/login").On(cartfunnel.CreateCustomer).Call(2, 3))

	client.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		fmt.Println("->", req.Method, req.URL.Host, "with the secret:", req.Header.Get("X-CARTFUNNEL-API-SECRET") == shop.Secret())
		return nil
	}
	_, _, _, err := client.ask(context.Background(), "POST", "/customers.json", annCustomer)
	fmt.Println("failed:", err != nil) // only since nothing leaves a fake
	status, _, _, _ := client.ask(context.Background(), "POST", "/customers.json", annCustomer)
	fmt.Println("believes: saved,", status)

	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	status, _, _, _ = client.ask(context.Background(), "POST", "/customers.json", annCustomer)
	fmt.Println("a right one knows: not saved,", status)
	fmt.Println("the shop holds", shop.Customers.Len(), "customers")
	// Output:
	// -> GET login.example.net with the secret: true
	// failed: true
	// -> GET api.cartfunnel.net with the secret: true
	// believes: saved, 200
	// a right one knows: not saved, 302
	// the shop holds 0 customers
}

// The time to wait is told as a date. A client that reads it as a number falls back to
// its own ten seconds, makes the time begin anew with each try, and gives up. A right
// client reads both forms, and knows what it does where there is neither.
func Example_limits() {
	shop, client := customerShop("ann@example.com")
	defer shop.Close()
	limited := scenarios.RateLimited(30*time.Second).Set("form", "date").Set("enforce", "").Call(1)

	number := func(header string) time.Duration {
		if seconds, err := strconv.Atoi(header); err == nil {
			return time.Duration(seconds) * time.Second
		}
		return 10 * time.Second
	}
	both := func(header string) time.Duration {
		if at, err := http.ParseTime(header); err == nil {
			return at.Sub(shop.Now())
		}
		return number(header)
	}
	for _, wait := range []func(string) time.Duration{number, both} {
		shop.Inject(limited)
		for range 3 {
			status, _, header, _ := client.ask(context.Background(), "GET", "/customers.json", "")
			fmt.Printf("%s %d %q\n", shop.Now().Format(time.TimeOnly), status, header.Get("Retry-After"))
			if status == http.StatusOK {
				break
			}
			shop.Advance(wait(header.Get("Retry-After"))) // in a test in a synctest bubble: time.Sleep
		}
		shop.Advance(time.Minute)
	}
	for _, f := range shop.Findings() {
		fmt.Println(f)
	}
	// Output:
	// 09:00:00 429 "Sat, 01 Mar 2025 09:00:30 GMT"
	// 09:00:10 429 "Sat, 01 Mar 2025 09:00:40 GMT"
	// 09:00:20 429 "Sat, 01 Mar 2025 09:00:50 GMT"
	// 09:01:30 429 "Sat, 01 Mar 2025 09:02:00 GMT"
	// 09:02:00 200 ""
	// call 2: too-soon: ListCustomers was called 20s before the time that Retry-After named (GEN-WAIT-01)
	// call 3: too-soon: ListCustomers was called 20s before the time that Retry-After named (GEN-WAIT-01)
}

// Three saves are answered with 200, and none is in the shop as the client thinks: a
// refusal, an address that is taken, and a record sent back whole, which undoes what
// another wrote in between. A right client reads "errors", and sends only what it changes.
func Example_saves() {
	shop, client := customerShop("bob@example.com")
	defer shop.Close()
	shop.Inject(scenarios.NotSaved("Customer is blocked").On(cartfunnel.CreateCustomer).Call(1))
	shop.Inject(scenarios.Taken().On(cartfunnel.CreateCustomer).Call(2))
	shop.Inject(scenarios.Conflict(`{"customer":{"note":"pays late"}}`).On(cartfunnel.UpdateCustomer).Call(1))

	for range 2 {
		status, text, _, _ := client.ask(context.Background(), "POST", "/customers.json", annCustomer)
		fmt.Println("believes: saved,", status, gjson.Get(text, "email"))
		fmt.Println("was told:", gjson.Get(text, "errors"), "with the id", gjson.Get(text, "id").Raw)
	}

	_, bob, _, _ := client.ask(context.Background(), "GET", "/customers/1.json", "")
	whole := fmt.Sprintf(`{"customer":{"first_name":"Bob","note":%s}}`, gjson.Get(bob, "note").Raw)
	status, _, _, _ := client.ask(context.Background(), "PATCH", "/customers/1.json", whole) // "pays late" came before
	fmt.Println("believes: only the name has changed,", status)
	for _, c := range shop.Customers.All() {
		fmt.Printf("the shop holds %s, name %q, note %q\n", c.Email, c.FirstName, c.Note)
	}
	// Output:
	// believes: saved, 200 ann@example.com
	// was told: ["Customer is blocked"] with the id null
	// believes: saved, 200 ann@example.com
	// was told: ["Email has already been taken"] with the id null
	// believes: only the name has changed, 200
	// the shop holds bob@example.com, name "Bob", note ""
	// the shop holds ann@example.com, name "", note ""
}

// The second of three changes is refused, and the answer is a 400 for all. The client
// takes that for "nothing has happened" and tells so; the first was stored. A right
// client reads back what it has sent before it says anything of it.
func Example_batches() {
	shop := bonify.New(fake.Frozen(), bonify.WithoutLimits())
	defer shop.Close()
	for id, email := range []string{"ann@example.com", "bob@example.com", "carl@example.com"} {
		shop.Customers.Add(bonify.Customer{ID: int64(id) + 1, Email: email, FirstName: "Old"})
	}
	client := caller{shop.Client(), shop.BaseURL(), http.Header{
		"Content-Type": {"application/json"}, "X-Shop-Domain": {shop.ShopDomain()}, "X-Api-Key": {shop.APIKey()},
	}}
	shop.Inject(scenarios.BatchStops(2, "customer is locked").On(bonify.UpdateCustomers).Call(1))

	batch := `{"customers":[{"id":1,"first_name":"New"},{"id":2,"first_name":"New"},{"id":3,"first_name":"New"}]}`
	status, text, _, _ := client.ask(context.Background(), "PUT", "/customers", batch)
	fmt.Println(status, gjson.Get(text, "message"))
	fmt.Println("believes: nothing has changed")
	for _, c := range shop.Customers.All() {
		fmt.Println("the shop holds", c.Email, "as", c.FirstName)
	}
	// Output:
	// 400 customer is locked
	// believes: nothing has changed
	// the shop holds ann@example.com as New
	// the shop holds bob@example.com as Old
	// the shop holds carl@example.com as Old
}

// A save works and its answer is a 503, after which the client tries again, in an API
// that tells no repeat. Then a page about maintenance comes under 200, in which there
// are no carts. A right client looks before it repeats a save, and at the media type.
func Example_outages() {
	shop, client := cartShop()
	defer shop.Close()
	shop.Inject(scenarios.ServerError(http.StatusServiceUnavailable).On(fluidpay.CreateCart).AfterApply().Call(1))
	shop.Inject(scenarios.Maintenance().On(fluidpay.ListCarts).Call(1))

	made := 0
	for range 3 {
		status, _, _, _ := client.ask(context.Background(), "POST", "/cart", summerCart)
		fmt.Println("POST", status)
		if status == http.StatusOK {
			made++
			break
		}
	}
	fmt.Println("believes: made", made)

	status, text, header, _ := client.ask(context.Background(), "GET", "/cart", "")
	fmt.Println("GET", status, header.Get("Content-Type"))
	fmt.Println("believes: there are", len(gjson.Get(text, "data.#.id").Array()))
	fmt.Println("the shop holds", shop.Carts.Len())
	// Output:
	// POST 503
	// POST 200
	// believes: made 1
	// GET 200 text/html; charset=utf-8
	// believes: there are 0
	// the shop holds 2
}

// A client waits for ten seconds, the shop needs thirty and has saved before: the
// client tells of a failure, and then of another. A right client takes a timeout for
// "perhaps", and asks.
func Example_time() {
	shop, client := customerShop()
	defer shop.Close()
	shop.Inject(scenarios.SlowHeaders(30 * time.Second).AfterApply().On(cartfunnel.CreateCustomer).Call(1))

	ctx, giveUp := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, _, _, err := client.ask(ctx, "POST", "/customers.json", annCustomer)
		done <- err
	}()
	if _, err := shop.Await(ctx, 1, cartfunnel.CreateCustomer); err != nil { // it is held
		panic(err)
	}
	shop.Advance(10 * time.Second)
	giveUp() // in a test in a synctest bubble: context.WithTimeout
	fmt.Println("believes: not saved,", (<-done) != nil)

	_, text, _, _ := client.ask(context.Background(), "POST", "/customers.json", annCustomer)
	fmt.Println("believes: cannot be saved,", gjson.Get(text, "errors.0"))
	fmt.Println("the shop holds", shop.Customers.Len(), "since the first try")
	// Output:
	// believes: not saved, true
	// believes: cannot be saved, Email has already been taken
	// the shop holds 1 since the first try
}

// The header comes at once and half of the body with it, then nothing. A timeout for
// the header is over by then. The client takes what it has got for all there is, and
// deletes whom it has not seen. A right client limits the whole of a call, and does not
// act on a list that ended with an error.
func Example_stalls() {
	shop, client := customerShop("ann@example.com", "bob@example.com")
	defer shop.Close()
	shop.Inject(scenarios.Stall().On(cartfunnel.ListCustomers).Call(1))

	known := []string{"ann@example.com", "bob@example.com"}
	sync := func(ctx context.Context) {
		status, text, _, err := client.ask(ctx, "GET", "/customers.json", "")
		var gone []string
		for _, email := range known {
			if !strings.Contains(text, email) {
				gone = append(gone, email)
			}
		}
		fmt.Println(status, "believes: gone are", gone)
		fmt.Println("  a right one acts on it:", err == nil)
	}
	ctx, giveUp := context.WithCancel(context.Background())
	client.Client = &http.Client{Transport: silence{shop.Transport(), giveUp}}
	sync(ctx) // in a test in a synctest bubble: context.WithTimeout
	sync(context.Background())
	// Output:
	// 200 believes: gone are [bob@example.com]
	//   a right one acts on it: false
	// 200 believes: gone are []
	//   a right one acts on it: true
}

// silence gives up when a part of an answer was read.
type silence struct {
	http.RoundTripper
	giveUp func()
}

func (s silence) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = partRead{resp.Body, s.giveUp}
	}
	return resp, err
}

type partRead struct {
	io.ReadCloser
	giveUp func()
}

func (b partRead) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.giveUp()
	}
	return n, err
}

// A connection breaks before the work, and after it: the error is the same. With a key
// for idempotency net/http sends a POST again without a word, and an API that knows no
// such key saves twice. A right client looks, and sends no key that nobody reads.
func Example_connections() {
	for _, fault := range []fake.Fault{
		scenarios.Reset(),
		scenarios.LostResponse(),
		scenarios.LostResponse().Set("visible", "no"), // on a connection that was kept
	} {
		shop, client := cartShop()
		client.header.Set("Idempotency-Key", "summer")
		shop.Inject(fault.On(fluidpay.CreateCart).Call(1))
		if _, _, _, err := client.ask(context.Background(), "GET", "/cart", ""); err != nil {
			panic(err)
		}
		status, _, _, err := client.ask(context.Background(), "POST", "/cart", summerCart)
		fmt.Println(fault)
		fmt.Printf("  the client sent one POST: status %d, failed %t\n", status, err != nil)
		fmt.Printf("  the shop got %d and holds %d\n", len(shop.Calls(fluidpay.CreateCart)), shop.Carts.Len())
		shop.Close()
	}
	// Output:
	// reset
	//   the client sent one POST: status 0, failed true
	//   the shop got 1 and holds 0
	// lost-response
	//   the client sent one POST: status 0, failed true
	//   the shop got 1 and holds 1
	// lost-response visible=no
	//   the client sent one POST: status 200, failed false
	//   the shop got 2 and holds 2
}

// A body is cut where nothing tells so: no length, status 200, no error. Then another
// service answers in the shop's place. A client that picks values out of a text finds
// fewer of them; a right one decodes all of it, and looks for what must be there.
func Example_bodies() {
	shop, client := customerShop("ann@example.com", "bob@example.com")
	defer shop.Close()
	shop.Inject(scenarios.Truncated("silent").Call(1))
	shop.Inject(scenarios.WrongBody(`{"message":"Please log in to this network"}`).Call(2))

	for range 3 {
		status, text, _, err := client.ask(context.Background(), "GET", "/customers.json", "")
		fmt.Println(status, err, "believes:", strings.Count(text, `"email"`), "customers")
		fmt.Println("  a right one sees:", gjson.Valid(text) && gjson.Parse(text).IsArray())
	}
	fmt.Println("the shop holds", shop.Customers.Len())
	// Output:
	// 200 <nil> believes: 1 customers
	//   a right one sees: false
	// 200 <nil> believes: 0 customers
	//   a right one sees: false
	// 200 <nil> believes: 2 customers
	//   a right one sees: true
	// the shop holds 2
}

// A customer is deleted while the list is read, and another slips over to a page that
// was read before; or a page is short, though it is not the last. A right client reads
// until a page is empty, and does not take for gone what it has not seen.
func Example_pages() {
	for _, fault := range []fake.Fault{scenarios.PageDrift().Set("delete", "1"), scenarios.ShortPage(1)} {
		shop, client := customerShop("ann@example.com", "bob@example.com", "carl@example.com", "dora@example.com", "eve@example.com")
		shop.Inject(fault.On(cartfunnel.ListCustomers))
		var seen []string
		for page, shown := 1, 2; shown == 2; page++ {
			_, text, _, _ := client.ask(context.Background(), "GET", "/customers.json?page="+strconv.Itoa(page), "")
			ids := gjson.Get(text, "#.id").Array()
			for _, id := range ids {
				seen = append(seen, id.Raw)
			}
			shown = len(ids)
		}
		fmt.Println(fault.Name(), "believes: all are", seen)
		for _, c := range shop.Customers.All() {
			fmt.Print(c.ID, " ")
		}
		fmt.Println("are in the shop")
		shop.Close()
	}
	// Output:
	// page-drift believes: all are [1 2 4 5]
	// 2 3 4 5 are in the shop
	// short-page believes: all are [1 2 3]
	// 1 2 3 4 5 are in the shop
}

// A cursor leads to the page that was just read, which looks like progress: a client
// imports the same records until somebody stops it. A right client stops by itself at
// a cursor that it has used.
func Example_cursors() {
	shop := bonify.New(fake.Frozen(), bonify.WithoutLimits(), bonify.WithPageSize(1))
	defer shop.Close()
	for _, email := range []string{"ann@example.com", "bob@example.com", "carl@example.com"} {
		shop.Customers.Add(bonify.Customer{Email: email})
	}
	shop.Inject(scenarios.CursorLoop().Set("from", "2"))
	client := caller{shop.Client(), shop.BaseURL(), http.Header{"X-Shop-Domain": {shop.ShopDomain()}, "X-Api-Key": {shop.APIKey()}}}

	used := map[string]bool{}
	for cursor, page := "", 1; page <= 5; page++ { // somebody stops it
		_, text, _, _ := client.ask(context.Background(), "GET", "/customers?next_page="+url.QueryEscape(cursor), "")
		cursor = gjson.Get(text, "next_page").Str
		fmt.Println("imported", gjson.Get(text, "customers.0.email"), "and a right one goes on:", cursor != "" && !used[cursor])
		used[cursor] = true
	}
	fmt.Println("the shop holds", shop.Customers.Len())
	// Output:
	// imported ann@example.com and a right one goes on: true
	// imported bob@example.com and a right one goes on: false
	// imported bob@example.com and a right one goes on: false
	// imported bob@example.com and a right one goes on: false
	// imported bob@example.com and a right one goes on: false
	// the shop holds 3
}
