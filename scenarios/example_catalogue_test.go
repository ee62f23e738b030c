package scenarios_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
	"github.com/cartdouble/cartdouble/scenarios"
	"github.com/tidwall/gjson"
)

// The catalogue shows the faults of calls that the cookbook tells no story of, family
// by family: the line of the fault, and what a client of net/http sees.

// A shelf is a shop with a client that makes calls such as "GET /customers.json".
type shelf struct {
	fake *fake.Server
	caller
}

// show lets calls meet a fault and prints what is seen of each: status, body, and the
// error that reading it ends with. A call that ends in "| note" shows that member of
// the body, or a header of that name, instead of the body.
func (s shelf) show(fault fake.Fault, calls ...string) {
	armed := s.fake.Inject(fault)
	fmt.Println(fault)
	for _, call := range calls {
		call, pick, _ := strings.Cut(call, " | ")
		method, rest, _ := strings.Cut(call, " ")
		path, body, _ := strings.Cut(rest, " ")
		status, text, header, err := s.ask(context.Background(), method, path, body)
		if pick != "" {
			text = pick + " = " + cmp.Or(header.Get(pick), gjson.Get(text, pick).Raw, "nothing")
		}
		fmt.Println(" ", seen(status, text, err))
	}
	armed.Disarm()
	s.CloseIdleConnections() // a broken connection is nobody else's
}

// seen is an answer in a few words.
func seen(status int, text string, err error) string {
	var words []string
	if status != 0 {
		words = append(words, fmt.Sprint(status))
	}
	size := len(text)
	if text = strings.Join(strings.Fields(text), " "); len(text) > 60 {
		text = fmt.Sprintf("%s… (%d bytes)", text[:20], size)
	}
	if text != "" {
		words = append(words, text)
	}
	if err != nil {
		causes := strings.Split(err.Error(), ": ")
		words = append(words, "error: "+causes[len(causes)-1])
	}
	return strings.Join(words, " ")
}

func funnelShelf() shelf {
	shop, client := customerShop("ann@example.com", "bob@example.com")
	return shelf{shop.Server, client}
}

func bonifyShelf(opts ...fake.Option) shelf {
	shop := bonify.New(append(opts, fake.Frozen(), bonify.WithPageSize(2))...)
	for i, name := range []string{"ann", "bob", "carl"} {
		shop.Customers.Add(bonify.Customer{ID: int64(i) + 1, Email: name + "@example.com"})
	}
	return shelf{shop.Server, caller{shop.Client(), shop.BaseURL(), http.Header{
		"Content-Type": {"application/json"}, "X-Shop-Domain": {shop.ShopDomain()}, "X-Api-Key": {shop.APIKey()},
	}}}
}

func cartlyShelf() shelf {
	shop := cartly.New(fake.Frozen())
	shop.Customers.Add(cartly.Customer{Email: "ann@example.com"})
	return shelf{shop.Server, caller{shop.Client(), shop.BaseURL(), http.Header{
		"Content-Type": {"application/json"}, "Authorization": {"Bearer " + shop.Token()},
	}}}
}

func Example_catalogueCredentials() {
	shop := funnelShelf()
	defer shop.fake.Close()
	shop.show(scenarios.WrongCredentials().Call(1), "GET /customers.json")
	shop.show(scenarios.OutOfScope().On(cartfunnel.CreateCustomer).Call(1), "GET /customers/1.json", "POST /customers.json "+annCustomer)
	shop.show(scenarios.Revoked().After(1), "GET /customers/1.json", "GET /customers/1.json", "GET /customers/1.json")
	pair := fluidpay.New(fake.Frozen(), fluidpay.WithMerchant(fluidpay.Merchant{ID: "second", Key: "api_second"}))
	defer pair.Close()
	pair.Carts.Add(fluidpay.Cart{Type: "normal", Name: "Summer"})
	first := shelf{pair.Server, caller{pair.Client(), pair.BaseURL() + "/api/merchant/" + pair.MerchantID(), http.Header{"Authorization": {pair.APIKey()}}}}
	first.show(scenarios.TokenSwapped().Set("account", "second").Call(2), "GET /cart", "GET /cart")
	mugs := cartlyShelf()
	defer mugs.fake.Close()
	mugs.show(scenarios.TokenExpired().Call(1), "GET /apps/api/customers")
	// Output:
	// wrong-credentials call=1
	//   403 {"errors":["Forbidden"]}
	// out-of-scope on=CreateCustomer call=1
	//   200 {"id":1,"email":"ann… (319 bytes)
	//   403 {"errors":["Forbidden"]}
	// revoked after=1
	//   200 {"id":1,"email":"ann… (319 bytes)
	//   403 {"errors":["Forbidden"]}
	//   403 {"errors":["Forbidden"]}
	// token-swapped account=second call=2
	//   200 {"status":"success",… (577 bytes)
	//   200 {"status":"success",… (64 bytes)
	// token-expired call=1
	//   401 {"error":"unauthorized","message":"invalid access token"}
}

func Example_catalogueLimits() {
	shop := funnelShelf()
	defer shop.fake.Close()
	shop.show(scenarios.ThrottledIn200().Call(1), "GET /customers.json")
	shop.show(scenarios.LimitHeaders("lying").Set("limit", "2").Set("per", "1m"), "GET /customers/1.json | X-RateLimit-Remaining", "GET /customers/1.json | X-RateLimit-Remaining")
	store := bonifyShelf()
	defer store.fake.Close()
	store.show(scenarios.QuotaShared(""), "GET /customers/1", "GET /customers/2")
	free := bonifyShelf(bonify.WithoutLimits())
	defer free.fake.Close()
	free.show(scenarios.LimitedAfterPart(1).Call(1), `PUT /customers {"customers":[{"id":1,"first_name":"Ann"},{"id":2,"first_name":"Bob"}]} | message`,
		"GET /customers/1 | customers.0.first_name", "GET /customers/2 | customers.0.first_name")
	// Output:
	// throttled-in-200 call=1
	//   200 {"errors":["Too many requests"]}
	// limit-headers kind=lying limit=2 per=1m
	//   200 X-RateLimit-Remaining = 2
	//   200 X-RateLimit-Remaining = 2
	// quota-shared
	//   200 {"status":"okay","cu… (122 bytes)
	//   429 {"status":"error","message":"too many requests"}
	// limited-after-part n=1 call=1
	//   429 message = "too many requests"
	//   200 customers.0.first_name = "Ann"
	//   200 customers.0.first_name = null
}

func Example_catalogueSaves() {
	shop := funnelShelf()
	defer shop.fake.Close()
	shop.show(scenarios.SavedButSaysError().Call(1), `POST /customers.json {"customer":{"email":"eve@example.com"}}`, "GET /customers/3.json | email")
	shop.show(scenarios.SilentlyDropped("note").Call(1), `PATCH /customers/1.json {"customer":{"note":"pays late"}} | note`)
	shop.show(scenarios.ShapeDrift().Set("id", "string").Call(1), "GET /customers/1.json | id")
	store := bonifyShelf(bonify.WithoutLimits())
	defer store.fake.Close()
	store.show(scenarios.AcceptedLater(time.Minute).Call(1), "DELETE /customers/3 | status", "GET /customers/3 | customers.0.email")
	// Output:
	// saved-but-says-error call=1
	//   500 {"errors":["Internal server error"]}
	//   200 email = "eve@example.com"
	// silently-dropped fields=note call=1
	//   200 note = ""
	// shape-drift id=string call=1
	//   200 id = "1"
	// accepted-later delay=1m0s call=1
	//   200 status = "okay"
	//   200 customers.0.email = "carl@example.com"
}

func Example_catalogueOutages() {
	shop := funnelShelf()
	defer shop.fake.Close()
	shop.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	shop.show(scenarios.Burst().Set("calls", "2").Set("mix", "500,502"), "GET /customers/1.json", "GET /customers/1.json", "GET /customers/1.json")
	shop.show(scenarios.Redirect(301, "/v2/customers.json").Call(1), "POST /customers.json "+annCustomer+" | Location")
	shop.show(scenarios.MethodOrRouteGone(410).Call(1), "GET /customers.json")
	shop.show(scenarios.EarlyHints().Call(1), "GET /customers/1.json")
	// Output:
	// burst calls=2 mix=500,502
	//   500 {"errors":["Internal server error"]}
	//   502 {"errors":["Bad gateway"]}
	//   200 {"id":1,"email":"ann… (319 bytes)
	// redirect code=301 to=/v2/customers.json call=1
	//   301 Location = /v2/customers.json
	// method-or-route-gone status=410 call=1
	//   410 {"errors":["Gone"]}
	// early-hints call=1
	//   200 {"id":1,"email":"ann… (319 bytes)
}

// Times are short here, as nobody moves the clock. In a test in a synctest bubble they
// cost nothing, however long they are.
func Example_catalogueTime() {
	shop := cartfunnel.New()
	defer shop.Close()
	shop.Customers.Add(cartfunnel.Customer{Email: "ann@example.com"})
	still := funnelShelf()
	defer still.fake.Close()
	still.show(scenarios.ClockSkew(-time.Hour).Call(1), `PATCH /customers/1.json {"customer":{"note":"x"}} | updated_at`)
	still.show(scenarios.DST().Call(1), "GET /customers/1.json | created_at")

	moves := shelf{shop.Server, caller{shop.Client(), shop.BaseURL(), still.header}}
	moves.show(scenarios.SlowBody().Set("over", "5ms").Call(1), "GET /customers/1.json")
	moves.show(scenarios.SlowAccept(5*time.Millisecond).Call(1), "GET /customers/1.json")
	ctx, giveUp := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer giveUp()
	shop.Inject(scenarios.Hang().Call(1))
	_, _, _, err := moves.ask(ctx, "GET", "/customers/1.json", "")
	fmt.Println(scenarios.Hang())
	fmt.Println(" ", seen(0, "", err))
	// Output:
	// clock-skew by=-1h0m0s call=1
	//   200 updated_at = "2025-03-01T03:00:00.000-05:00"
	// dst call=1
	//   200 created_at = "2025-03-01T05:00:00.000-04:00"
	// slow-body over=5ms call=1
	//   200 {"id":1,"email":"ann… (319 bytes)
	// slow-accept delay=5ms call=1
	//   200 {"id":1,"email":"ann… (319 bytes)
	// hang
	//   error: context deadline exceeded
}

func Example_catalogueConnections() {
	shop := funnelShelf()
	defer shop.fake.Close()
	shop.show(scenarios.Refused().Call(1), "GET /customers/1.json", "GET /customers/1.json")
	shop.show(scenarios.ResetDuringUpload().Call(1), "POST /customers.json "+annCustomer)
	shop.show(scenarios.StaleKeepAlive(), "GET /customers/1.json", `POST /customers.json {"customer":{"email":"eve@example.com"}}`)
	shop.show(scenarios.CloseAfter().Call(1), "GET /customers/1.json")
	shop.show(scenarios.HalfAnswer().Call(1), "GET /customers/1.json")

	two := cartfunnel.New(fake.HTTP2(), fake.Frozen())
	defer two.Close()
	two.Customers.Add(cartfunnel.Customer{Email: "ann@example.com"})
	streams := shelf{two.Server, caller{two.Client(), two.BaseURL(), shop.header}}
	streams.show(scenarios.GoAway().Call(1), "GET /customers/1.json", "GET /customers/1.json")
	streams.show(scenarios.StreamError().Call(1), "GET /customers/1.json")
	// Output:
	// refused call=1
	//   error: connection refused
	//   200 {"id":1,"email":"ann… (319 bytes)
	// reset-during-upload call=1
	//   error: connection reset by peer
	// stale-keepalive
	//   200 {"id":1,"email":"ann… (319 bytes)
	//   error: EOF
	// close-after call=1
	//   200 {"id":1,"email":"ann… (319 bytes)
	// half-answer call=1
	//   error: connection reset by peer
	// goaway call=1
	//   200 {"id":1,"email":"ann… (319 bytes)
	//   200 {"id":1,"email":"ann… (319 bytes)
	// stream-error call=1
	//   error: stream ID 1; INTERNAL_ERROR; received from peer
}

func Example_catalogueBodies() {
	shop := funnelShelf()
	defer shop.fake.Close()
	for _, fault := range []fake.Fault{
		scenarios.MalformedJSON(),
		scenarios.EmptyBody(),
		scenarios.Gzip("plain"),
		scenarios.Chunked(),
		scenarios.BadChunk(),
		scenarios.WrongLength(300),
		scenarios.Huge().Set("bytes", "10000000"),
		scenarios.HeaderOddity("long"),
		scenarios.Raw("HTTP/1.1 200 Okay\r\n\r\nhalf of a"),
	} {
		shop.show(fault.Call(1), "GET /customers/1.json")
	}
	shop.show(scenarios.WrongContentType("text/html").Call(1), "GET /customers/1.json | Content-Type")
	// Output:
	// malformed-json call=1
	//   200 {"id":1,"email":"ann… (159 bytes)
	// empty-body call=1
	//   200
	// gzip kind=plain call=1
	//   200 error: invalid header
	// chunked call=1
	//   200 {"id":1,"email":"ann… (319 bytes)
	// bad-chunk call=1
	//   200 {"id":1,"email":"ann… (159 bytes) error: invalid byte in chunk length
	// wrong-length by=300 call=1
	//   200 {"id":1,"email":"ann… (319 bytes) error: unexpected EOF
	// huge bytes=10000000 call=1
	//   200 {"id":1,"email":"ann… (10000000 bytes)
	// header-oddity kind=long call=1
	//   200 {"id":1,"email":"ann… (319 bytes)
	// raw text='HTTP/1.1 200 Okay\r\n\r\nhalf of a' call=1
	//   200 half of a
	// wrong-content-type type=text/html call=1
	//   200 Content-Type = text/html
}

func Example_cataloguePages() {
	store := bonifyShelf(bonify.WithoutLimits())
	defer store.fake.Close()
	store.show(scenarios.CursorExpired().Call(1), "GET /customers?next_page=eyJsYXN0X2lkIjoyfQ")
	_, page, _, _ := store.ask(context.Background(), "GET", "/customers", "")
	second := "GET /customers?next_page=" + url.QueryEscape(gjson.Get(page, "next_page").Str)
	store.show(scenarios.UnstableOrder(), "GET /customers | customers.#.id", second+" | customers.#.id")
	store.show(scenarios.Vanished().Call(1), "GET /customers/1 | message", "GET /customers/1 | status")
	store.show(scenarios.StaleRead(time.Hour), `PUT /customers {"customers":[{"id":1,"first_name":"Ann"}]}`, "GET /customers | customers.0.first_name")
	// Output:
	// cursor-expired call=1
	//   400 {"status":"error","message":"invalid page cursor"}
	// unstable-order
	//   200 customers.#.id = [1,2]
	//   200 customers.#.id = [1]
	// vanished call=1
	//   404 message = "customer not found"
	//   200 status = "okay"
	// stale-read lag=1h0m0s
	//   200 {"status":"okay"}
	//   200 customers.0.first_name = null
}
