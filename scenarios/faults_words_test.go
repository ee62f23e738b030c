package scenarios_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/fake/cscart"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
	"github.com/cartdouble/cartdouble/scenarios"
)

// store is a fake of one of the APIs with a few records, two on a page, and a
// client that carries its credentials.
type store struct {
	*fake.Server
	header http.Header
}

func (s *store) ask(t *testing.T, call string) (status int, body string, header http.Header) {
	t.Helper()
	words := strings.SplitN(call+"  ", " ", 3)
	r, err := http.NewRequestWithContext(t.Context(), words[0], s.BaseURL()+words[1], strings.NewReader(strings.TrimSpace(words[2])))
	require.NoError(t, err)
	r.Header = s.header.Clone()
	client := *s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text), answer.Header
}

// stores open each API.
var stores = map[string]func(tb fake.TB, opts ...fake.Option) *store{
	"cartfunnel": func(tb fake.TB, opts ...fake.Option) *store {
		shop := cartfunnel.Start(tb, append(opts, cartfunnel.WithPageSize(2))...)
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			shop.Customers.Add(cartfunnel.Customer{Email: name + "@example.com"})
		}
		shop.AddAccount("other", "x")
		return &store{shop.Server, http.Header{
			"X-Cartfunnel-Account": {shop.Account()}, "X-Cartfunnel-Api-Secret": {shop.Secret()}, "Content-Type": {"application/json"},
		}}
	},
	"bonify": func(tb fake.TB, opts ...fake.Option) *store {
		shop := bonify.Start(tb, append(opts, bonify.WithPageSize(2), bonify.WithoutLimits())...)
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			shop.Customers.Add(bonify.Customer{Email: name + "@example.com"})
		}
		return &store{shop.Server, http.Header{
			"X-Shop-Domain": {shop.ShopDomain()}, "X-Api-Key": {shop.APIKey()}, "Content-Type": {"application/json"},
		}}
	},
	"cscart": func(tb fake.TB, opts ...fake.Option) *store {
		shop := cscart.Start(tb, append(opts, cscart.WithPageSize(2))...)
		for i := range int64(5) {
			shop.Carts.Add(cscart.Cart{UserID: i + 1, User: &cscart.User{LastName: "Doe"}, Products: []cscart.Product{{ProductID: 7, Price: 100}}})
		}
		basic := base64.StdEncoding.EncodeToString([]byte(shop.Email() + ":" + shop.APIKey()))
		return &store{shop.Server, http.Header{"Authorization": {"Basic " + basic}}}
	},
	"fluidpay": func(tb fake.TB, opts ...fake.Option) *store {
		shop := fluidpay.Start(tb, append(opts, fluidpay.WithPageSize(2), fluidpay.WithMerchant(fluidpay.Merchant{ID: "second", Key: "api_second"}))...)
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			shop.Products.Add(fluidpay.Product{Name: name, SKU: name})
		}
		return &store{shop.Server, http.Header{"Authorization": {shop.APIKey()}, "Content-Type": {"application/json"}}}
	},
	"cartly": func(tb fake.TB, opts ...fake.Option) *store {
		shop := cartly.Start(tb, append(opts, cartly.WithPageSize(2))...)
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			shop.Customers.Add(cartly.Customer{Email: name + "@example.com"})
		}
		shop.Hooks.ToURL("https://hooks.example.net/")
		return &store{shop.Server, http.Header{"Authorization": {"Bearer " + shop.Token()}, "Content-Type": {"application/json"}}}
	},
}

// asked are the calls of the table below, by a short name.
var asked = map[string]map[string]string{
	"cartfunnel": {
		"list": "GET /customers.json", "page2": "GET /customers.json?page=2", "page3": "GET /customers.json?page=3", "get": "GET /customers/1.json",
		"create": `POST /customers.json {"customer":{"email":"new@example.com","note":"n"}}`, "update": `PATCH /customers/1.json {"customer":{"note":"mine"}}`,
	},
	"bonify": {
		"list": "GET /customers", "get": "GET /customers/345345345345", "delete": "DELETE /customers/345345345345",
		"create": `POST /customers {"customers":[{"email":"new@example.com"}]}`, "update": `PUT /customers {"customers":[{"id":345345345345,"first_name":"mine"}]}`,
	},
	"cscart": {
		"list": "GET /api/carts/", "page2": "GET /api/carts/?page=2", "page3": "GET /api/carts/?page=3", "get": "GET /api/carts/1", "delete": "DELETE /api/carts/1",
	},
	"fluidpay": {
		"list": "GET " + products, "page1": "POST " + products + `/search {"limit":2}`, "page2": "POST " + products + `/search {"limit":2,"offset":2}`,
		"get": "GET " + products + "/cv1cp47svrvasm00000g", "delete": "DELETE " + products + "/cv1cp47svrvasm00000g",
		"create": "POST " + products + ` {"sku":"n","name":"new","price":1,"description":"words","fixed_amount":true,"fixed_qty":true,"local_tax":0,"national_tax":0}`,
		"update": "POST " + products + `/cv1cp47svrvasm00000g {"description":"mine","name":"mine"}`,
	},
	"cartly": {
		"list": "GET /apps/api/customers", "page2": "GET /apps/api/customers?offset=2", "hooks": "GET /apps/api/webhooks",
		"create": `POST /apps/api/customers {"email":"new@example.com","note":"n"}`, "code": `POST /apps/api/discounts {"code":"TEN","type":"percentage","value":10}`,
		"unhook": "DELETE /apps/api/webhooks/HOOK", "update": `PUT /apps/api/customers/cus_01H80000000000000000000001 {"note":"mine"}`,
	},
}

const products = "/api/merchant/testmerchant12345678/product"

// words are what the faults look like in each API: the fault, the calls that are
// made, and what is in the answer to the last of them. A fault that an API cannot
// have is refused with words that say what would make sense.
var words = []struct{ api, fault, calls, want string }{
	{"cartfunnel", "auth-redirect", "list", "302 "},
	{"cartfunnel", "throttled-in-200", "list", `200 {"errors":["Too many requests"]}`},
	{"cartfunnel", "throttled-in-200 code=slow status=422", "list", `422 {"errors":["slow"]}`},
	{"cartfunnel", "rate-limited retry-after=5s enforce", "list", `429 {"errors":["Too many requests"]}`},
	{"cartfunnel", "quota-shared", "", "this API documents no limit that callers could share; rate-limited with per= and burst= is one for all of them"},
	{"cartfunnel", "limit-headers limit=5 per=1m", "list", `200 [{"id":1,`},
	{"cartfunnel", "limit-headers", "", "this API documents no limit to tell of; limit= and per= name one"},
	{"cartfunnel", "taken", "create", `200 {"id":null,"email":"new@example.com"|"persisted":"false","errors":["Email has already been taken"]}`},
	{"cartfunnel", "taken field=email", "create list page2 page3", `200 [{"id":5|"email":"new@example.com"`},
	{"cartfunnel", "taken field=note", "", "field=note: the address is all that no two customers share; want field=email"},
	{"cartfunnel", `conflict change='{"customer":{"note":"theirs","first_name":"Al"}}'`, "update", `200 {"id":1|"first_name":"Al"|"note":"mine"`},
	{"cartfunnel", `conflict change='{"customer":{"note":"theirs"}}' status=409`, "update", `409 {"errors":["Conflict"]}`},
	{"cartfunnel", "accepted-later delay=1m", "", "each write of this API is answered with what it has made; slow-headers, hang and stale-read show a late effect"},
	{"cartfunnel", "shape-drift bool=native null=null id=string extra=tier", "get", `200 {"id":"1"|"tax_exempt":false|"last_order_id":null|"persisted":true,"tier":"new"}`},
	{"cartfunnel", "shape-drift bool=string", "", "bool=string: the booleans of this fake are so already"},
	{"cartfunnel", "short-page size=1", "page2", `200 [{"id":3|!"id":4`},
	{"cartfunnel", "short-page size=1", "page2 page3", `200 [{"id":4|"id":5`},
	{"cartfunnel", "unstable-order", "", "the list goes by id, which no two customers share; page-drift moves customers between pages"},
	{"cartfunnel", "vanished", "get", `404 {"errors":["Not found"]}`},
	{"cartfunnel", "vanished id=1 status=403", "get", `403 {"errors":["Forbidden"]}`},
	{"cartfunnel", "dst at=2025-01-01T00:00:00Z", "get", `200 {|"created_at":"2025-03-01T05:00:00.000-04:00"`},
	{"cartfunnel", "clock-skew by=1h", "update", `200 {|"created_at":"2025-03-01T04:00:00.000-05:00","updated_at":"2025-03-01T05:00:00.000-05:00"`},
	{"cartfunnel", "rotated late=1h", "", "this API sends no deliveries"},
	{"cartfunnel", "stale-read lag=1h", "create page3", `200 [{"id":5|!new@example.com`},
	{"cartfunnel", "stale-read lag=1 scope=all", "update get", `200 {|"note":""`},
	{"cartfunnel", "silently-dropped fields=note", "create", `200 {"id":6|"note":""`},
	{"cartfunnel", "silently-dropped fields=tags", "", "fields=tags: a save sets email,first_name,last_name,note,tag_list,tax_exempt,accepts_marketing"},
	{"cartfunnel", "token-swapped account=other", "list", "200 []"},
	{"cartfunnel", "not-saved word=error", "", "word=: the answer has no word for a failure; errors=, persisted=, echo= and status= change it"},
	{"cartfunnel", "batch-stops n=1", "", "this API saves one customer at a time; not-saved refuses one"},
	{"cartfunnel", "cursor-expired", "", "lists of this API have pages by number and no cursors; page-drift and short-page change what is on them"},

	{"bonify", "auth-redirect code=200", "list", "200 <!DOCTYPE html>"},
	{"bonify", "throttled-in-200", "list", `200 {"status":"error","message":"too many requests"}`},
	{"bonify", "throttled-in-200 cost=5", "", "cost=: no answer of this API tells what a call costs; code= is the message of the refusal"},
	{"bonify", "rate-limited retry-after=5s enforce", "list", `429 {"status":"error","message":"too many requests"}`},
	{"bonify", "limit-headers limit=5 per=1m", "list", `200 {"status":"okay"`},
	{"bonify", "taken", "create", `400 {"status":"error","message":"email has already been taken"}`},
	{"bonify", `conflict change='{"customers":[{"id":345345345345,"last_name":"theirs"}]}'`, "update get", `"first_name":"mine","last_name":"theirs"`},
	{"bonify", "conflict status=409", "delete", `409 {"status":"error","message":"conflict"}`},
	{"bonify", "conflict", "delete", `404 {"status":"error","message":"customer not found"}`},
	{"bonify", "accepted-later delay=1m", "delete", `200 {"status":"okay"}`},
	{"bonify", "accepted-later delay=1m", "delete get", `200 {"status":"okay"|345345345345`},
	{"bonify", "accepted-later delay=1m", "delete +1m get", `404 {`},
	{"bonify", "shape-drift id=string null=absent extra=tier", "get", `"customers":[{"id":"345345345345","email":"a@example.com","customer_fields":[],"tier":"new"}]`},
	{"bonify", "shape-drift bool=native", "", "booleans, ids and null of this API are native already; want bool=string, id=string, null=absent or extra="},
	{"bonify", "short-page size=1", "list next", `200 {|"next_page"|c@example.com|!d@example.com`},
	{"bonify", "short-page size=0", "list next next next", `200 {|e@example.com`},
	{"bonify", "unstable-order", "list next", `200 {|a@example.com|!c@example.com`},
	{"bonify", "vanished", "get", `404 {"status":"error","message":"customer not found"}`},
	{"bonify", "vanished status=403", "get", `403 {"status":"error","message":"invalid request"}`},
	{"bonify", "dst", "", "the times of this API are in UTC, whose offset never changes; clock-skew moves them"},
	{"bonify", "clock-skew by=1h", "update list", `200 {`},
	{"bonify", "rotated late=1h", "", "this API sends no deliveries"},
	{"bonify", "stale-read lag=1", "update list", `200 {|a@example.com","first_name":null`},

	{"cscart", "auth-redirect code=307", "list", "307 "},
	{"cscart", "throttled-in-200", "list", `200 {"message":"Too Many Requests","status":429}`},
	{"cscart", "rate-limited retry-after=5s enforce", "list", `429 {"message":"Too Many Requests","status":429}`},
	{"cscart", "quota-shared", "", "this API documents no limit that callers could share; rate-limited with per= and burst= is one for all of them"},
	{"cscart", "limit-headers limit=5 per=1m", "list", `200 {"carts":[`},
	{"cscart", "taken", "", "no two records of this API clash in a value; not-saved refuses a save"},
	{"cscart", "conflict", "delete", `404 {"message":"Not Found","status":404}`},
	{"cscart", "conflict status=409", "delete", `409 {"message":"Conflict","status":409}`},
	{"cscart", "accepted-later delay=1m", "delete", "202 "},
	{"cscart", "accepted-later delay=1m", "delete get", `200 {"user_id":"1"`},
	{"cscart", "shape-drift id=int null=absent", "list", `200 {"carts":[{"user_id":1,|!"order_id":null`},
	{"cscart", "shape-drift bool=native", "", "bool=native: no answer of this API has a boolean; want id=, null= or extra="},
	{"cscart", "short-page size=1", "page2", `200 {"carts":[{"user_id":"3"|"total_items":"5"|!{"user_id":"4","firstname"`},
	{"cscart", "short-page size=rest", "page2 page3", `200 {"carts":[{"user_id":"4"|{"user_id":"5","firstname"`},
	{"cscart", "unstable-order", "page2", `200 {"carts":[{"user_id":"3"|{"user_id":"2","firstname"`},
	{"cscart", "vanished", "get", `404 {"message":"Not Found","status":404}`},
	{"cscart", "vanished status=403", "get", `403 {"message":"Forbidden","status":403}`},
	{"cscart", "dst", "", "times of this API are UNIX seconds, which have no offset; clock-skew moves them"},
	{"cscart", "clock-skew by=1h", "list", "200 {"},
	{"cscart", "rotated late=1h", "", "this API sends no deliveries"},
	{"cscart", "stale-read lag=1", "delete list", `200 {"carts":[{"user_id":"1"`},
	{"cscart", "token-swapped", "", "this API has one account only"},

	{"fluidpay", "auth-redirect", "list", "302 "},
	{"fluidpay", "throttled-in-200", "list", `200 {"status":"failed","msg":"too many requests"}`},
	{"fluidpay", "rate-limited retry-after=5s enforce", "list", `429 {"status":"failed","msg":"too many requests"}`},
	{"fluidpay", "quota-shared", "", "this API documents no limit that callers could share; rate-limited with per= and burst= is one for all of them"},
	{"fluidpay", "limit-headers limit=5 per=1m", "list", `200 {"status":"success"`},
	{"fluidpay", "taken", "", "no two records of this API clash in a value; not-saved refuses a save"},
	{"fluidpay", `conflict change='{"sku":"theirs","name":"theirs"}'`, "update", `200 {|"sku":"theirs","name":"mine"`},
	{"fluidpay", `conflict change='{"name":"theirs"}' status=409`, "update", `409 {"status":"failed","msg":"conflict"}`},
	{"fluidpay", "accepted-later delay=1m", "delete", `200 {"status":"success","msg":"success","data":"Deleted product"}`},
	{"fluidpay", "accepted-later delay=1m", "delete get", `200 {"status":"success"|"deleted_at":null`},
	{"fluidpay", "shape-drift bool=string null=absent", "list", `"fixed_amount":"false"|!"deleted_at"`},
	{"fluidpay", "shape-drift id=string", "", "id=string: ids of this API are texts already"},
	{"fluidpay", "short-page size=1", "page1 page2", `"sku":"c"|!"sku":"d"|"total_count":5`},
	{"fluidpay", "unstable-order", "page1 page2", `"sku":"c"|"sku":"b"`},
	{"fluidpay", "vanished", "list get", `404 {"status":"failed","msg":"not found"}`},
	{"fluidpay", "vanished status=403", "get", `403 {"status":"failed","msg":"forbidden"}`},
	{"fluidpay", "dst", "", "the times of this API are in UTC, whose offset never changes; clock-skew moves them"},
	{"fluidpay", "clock-skew by=1h", "update", `"created_at":"2025-03-01T09:00:00Z","updated_at":"2025-03-01T10:00:00Z"`},
	{"fluidpay", "rotated late=1h", "", "this API sends no deliveries"},
	{"fluidpay", "stale-read lag=1", "create page1", `"total_count":5`},
	{"fluidpay", "stale-read lag=1h scope=all", "update get", `200 {|"name":"a"`},
	{"fluidpay", "silently-dropped fields=description", "update", `"name":"mine"|"description":""`},
	{"fluidpay", "silently-dropped fields=descripton", "", "want fields=, some of "},
	{"fluidpay", "token-swapped account=second", "list", `"data":null,"total_count":0`},
	{"fluidpay", "batch-stops n=1", "", "this API saves one record at a time; not-saved refuses one"},

	{"cartly", "auth-redirect", "list", "302 "},
	{"cartly", "throttled-in-200 code=slow", "list", `200 {"error":"rate_limited","message":"slow"}`},
	{"cartly", "rate-limited retry-after=5s enforce", "list", `429 {"error":"rate_limited","message":"too many requests"}`},
	{"cartly", "quota-shared", "", "this API documents no limit that callers could share; rate-limited with per= and burst= is one for all of them"},
	{"cartly", "limit-headers limit=5 per=1m", "list", `200 {"customers":[`},
	{"cartly", "taken", "create", `409 {"error":"conflict","message":"email has already been taken"}`},
	{"cartly", "taken field=code", "code", `409 {"error":"conflict","message":"code is already in use"}`},
	{"cartly", `conflict change='{"first_name":"Al","note":"theirs"}'`, "update", `200 {|"first_name":"Al"|"note":"mine"`},
	{"cartly", `conflict change='{"note":"theirs"}' status=409`, "update", `409 {"error":"conflict","message":"the record was changed meanwhile"}`},
	{"cartly", "accepted-later delay=1m", "unhook", "202 "},
	{"cartly", "accepted-later delay=1m", "unhook hooks", `200 {"webhooks":[{"id":`},
	{"cartly", "shape-drift null=absent extra=x", "list", `200 {"customers":[|"x":"new"|!"phone"`},
	{"cartly", "shape-drift id=int", "", "booleans and null of this API are native, and ids are texts that are no numbers; want bool=string, null=absent or extra="},
	{"cartly", "short-page size=1", "page2", `c@example.com|!d@example.com`},
	{"cartly", "unstable-order", "page2", `c@example.com|b@example.com`},
	{"cartly", "vanished", "update", `404 {"error":"not_found","message":"no such customer"}`},
	{"cartly", "vanished status=403", "update", `403 {"error":"insufficient_scope"`},
	{"cartly", "dst", "", "the times of this API are in UTC, whose offset never changes; clock-skew moves them"},
	{"cartly", "clock-skew by=1h", "update", `"created_at":"2025-03-01T09:00:00.000Z","updated_at":"2025-03-01T10:00:00.000Z"`},
	{"cartly", "stale-read lag=1", "update list", `200 {|a@example.com|!mine`},
	{"cartly", "not-saved echo=stored", "", "echo=: this API answers a refused save with a code and a message, and shows no record"},
	{"cartly", "silently-dropped", "", "want fields=, names of what a body sets: note, first_name, quantity"},
}

func TestFaultsInTheWordsOfEachAPI(t *testing.T) {
	t.Parallel()
	for _, c := range words {
		t.Run(c.api+" "+c.fault+" "+c.calls, func(t *testing.T) {
			t.Parallel()
			f, err := scenarios.ParseFault(c.fault)
			require.NoError(t, err)
			if c.calls == "" {
				err := refusal(t, c.api, f)
				assert.Equal(t, true, strings.HasPrefix(err, c.api+": fault "+f.Name()+": "+c.want), err)
				return
			}
			run := func(t *testing.T) {
				s := stores[c.api](t, fake.Frozen(), fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)), fake.Allow("too-soon", "unclaimed-delivery"))
				armed := s.Inject(f)
				var got string
				for name := range strings.FieldsSeq(c.calls) {
					if wait, is := strings.CutPrefix(name, "+"); is {
						d, err := time.ParseDuration(wait)
						require.NoError(t, err)
						s.Advance(d)
						continue
					}
					got = s.say(t, c.api, name, got)
				}
				for part := range strings.SplitSeq(c.want, "|") {
					if not, is := strings.CutPrefix(part, "!"); is {
						assert.NotContains(t, got, not)
					} else {
						assert.Contains(t, got, part)
					}
				}
				assert.Positive(t, armed.Fired())
				assert.Condition(t, func() bool {
					for _, x := range s.Calls() {
						if x.Fault != "" {
							return true
						}
					}
					return false
				}, "the journal names it")
			}
			run(t)
			synctest.Test(t, run)
		})
	}
}

// say makes a call by its short name: next is the list behind the answer before.
func (s *store) say(t *testing.T, api, name, before string) string {
	t.Helper()
	call := asked[api][name]
	if name == "next" {
		_, body, _ := strings.Cut(before, " ")
		call = "GET /customers?next_page=" + url.QueryEscape(gjson.Get(body, "next_page").Str)
	}
	if strings.Contains(call, "HOOK") {
		_, hooks, _ := s.ask(t, asked[api]["hooks"])
		call = strings.Replace(call, "HOOK", gjson.Get(hooks, "webhooks.0.id").Str, 1)
	}
	require.NotEmpty(t, call, name)
	status, body, _ := s.ask(t, call)
	return fmt.Sprint(status, " ", body)
}

// refusal arms a fault on an API that cannot have it, and gives the reason.
func refusal(t *testing.T, api string, f fake.Fault) (text string) {
	t.Helper()
	s := stores[api](refusing{})
	defer s.Close()
	defer func() { text = fmt.Sprint(recover()) }()
	s.Inject(f)
	return ""
}

// refusing is a test that ends where it fails.
type refusing struct{}

func (refusing) Helper()                           {}
func (refusing) Name() string                      { return "nothing" }
func (refusing) Cleanup(func())                    {}
func (refusing) Failed() bool                      { return false }
func (refusing) Logf(string, ...any)               {}
func (refusing) Errorf(string, ...any)             {}
func (refusing) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// Each of these faults is decided for each API: it works, or it is refused.
func TestNoFaultIsForgotten(t *testing.T) {
	t.Parallel()
	for api := range stores {
		for _, name := range []string{
			"auth-redirect", "rate-limited", "throttled-in-200", "quota-shared", "limit-headers", "taken", "conflict", "accepted-later", "shape-drift",
			"short-page", "unstable-order", "vanished", "dst", "clock-skew", "rotated", "stale-read",
		} {
			decided := api == "bonify" && name == "quota-shared" || api == "cartly" && name == "rotated" // they have tests of their own
			for _, c := range words {
				decided = decided || c.api == api && (c.fault == name || strings.HasPrefix(c.fault, name+" "))
			}
			assert.True(t, decided, "%s: %s", api, name)
		}
	}
}

// Of two shops that each keep to the limit, one is refused for what the other uses.
func TestQuotaSharedByShops(t *testing.T) {
	t.Parallel()
	shop := bonify.Start(t, fake.Frozen())
	other := shop.AddShop("eve.myshopify.com", "k2")
	shop.Inject(scenarios.QuotaShared(shop.ShopDomain() + "," + other.ShopDomain()))
	mine := &store{shop.Server, http.Header{"X-Shop-Domain": {shop.ShopDomain()}, "X-Api-Key": {shop.APIKey()}}}
	theirs := &store{shop.Server, http.Header{"X-Shop-Domain": {other.ShopDomain()}, "X-Api-Key": {"k2"}}}
	for range 2 {
		first, _, _ := mine.ask(t, "GET /customers")
		second, body, _ := theirs.ask(t, "GET /customers")
		assert.Equal(t, []any{200, 429, `{"status":"error","message":"too many requests"}`}, []any{first, second, body})
		shop.Advance(time.Second)
	}
}

// A hook whose secret has changed is signed with the old one for a while, then with
// both.
func TestRotatedInTheWordsOfCartly(t *testing.T) {
	t.Parallel()
	shop := cartly.Start(t, fake.Frozen())
	var signed [][]string
	shop.Hooks.To(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var by []string
		for _, value := range r.Header.Values(cartly.SignatureHeader) {
			for _, secret := range []string{"old", "new"} {
				if cartly.Sign(secret, body) == value {
					by = append(by, secret)
				}
			}
		}
		signed = append(signed, by)
	}))
	shop.RotateSecret("old")
	shop.Advance(time.Hour)
	shop.RotateSecret("new")
	shop.Inject(scenarios.Rotated().Set("late", "10m").Set("overlap", "1h"))
	for _, wait := range []time.Duration{0, 10 * time.Minute, 50 * time.Minute} {
		shop.Advance(wait)
		shop.Customers.Add(cartly.Customer{Email: "a@example.com"})
	}
	assert.Equal(t, [][]string{{"old"}, {"old", "new"}, {"new"}}, signed)
}
