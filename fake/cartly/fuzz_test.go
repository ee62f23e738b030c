package cartly_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// ask sends a request to a fake without a network.
func ask(shop *cartly.Server, method, path, body, authorization, media string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://cartly.pro"+path, strings.NewReader(body))
	if authorization != "" {
		r.Header["Authorization"] = []string{authorization}
	}
	if media != "" {
		r.Header["Content-Type"] = []string{media}
	}
	w := httptest.NewRecorder()
	shop.Handler().ServeHTTP(w, r)
	return w
}

func noDefect(t *testing.T, shop *cartly.Server) {
	t.Helper()
	for _, f := range shop.Findings() {
		if f.Kind == "defect" {
			t.Error(f)
		}
	}
}

// slowSign is the signature after the definition of HMAC: two digests, the key
// in two disguises.
func slowSign(secret string, body []byte) string {
	key := make([]byte, sha256.BlockSize)
	if copy(key, secret); len(secret) > len(key) {
		sum := sha256.Sum256([]byte(secret))
		key = append(sum[:], make([]byte, sha256.BlockSize-len(sum))...)
	}
	inner, outer := []byte{}, []byte{}
	for _, b := range key {
		inner, outer = append(inner, b^0x36), append(outer, b^0x5c)
	}
	first := sha256.Sum256(append(inner, body...))
	return fmt.Sprintf("sha256=%x", sha256.Sum256(append(outer, first[:]...)))
}

// FuzzVerify takes a header, and the right one after something was done to it:
// good is exactly what Sign gives, with a secret.
func FuzzVerify(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.secret, v.body, v.header, 0, "")
	}
	good := cartly.Sign("s", []byte("b"))
	for _, header := range []string{"", "sha256=", good, strings.ToUpper(good), good[7:], "sha256=" + good, good + "0", good[:70], " " + good, good + "\n", "sha256=é" + good[9:], "\xff"} {
		f.Add("s", "b", header, 8, "x")
		f.Add("", "b", header, 70, "\x00")
	}
	f.Add(strings.Repeat("long", 20), "\xff\x00", cartly.Sign("", nil), -1, "A")
	f.Fuzz(func(t *testing.T, secret, body, header string, at int, piece string) {
		right := cartly.Sign(secret, []byte(body))
		if want := slowSign(secret, []byte(body)); right != want {
			t.Fatalf("Sign(%q, %q) = %q, want %q", secret, body, right, want)
		}
		spoilt := right
		if at >= 0 && at <= len(right) {
			spoilt = right[:at] + piece + right[min(at+len(piece), len(right)):]
		}
		for _, value := range []string{header, right, spoilt, right[7:], strings.ToUpper(right), right + piece, piece + right} {
			err := cartly.Verify(secret, []byte(body), value)
			if good := value == right && secret != ""; good != (err == nil) {
				t.Errorf("Verify(%q, %q, %q) = %v", secret, body, value, err)
			}
		}
	})
}

// small is a fake with a bit of everything, and a receiver of all events.
func small() (*cartly.Server, *hearer) {
	shop, heard := cartly.New(fake.At(nine), fake.Frozen(), cartly.WithOrderReads()), &hearer{}
	shop.Customers.Add(cartly.Customer{ID: "1", Email: "jane@example.com", Phone: "7"})
	shop.Customers.Add(cartly.Customer{ID: "2", Email: "Bob@example.com"})
	shop.Orders.Add(cartly.Order{ID: "1", Note: "first"})
	shop.Products.Add(cartly.Product{ID: "p", Variants: []cartly.Variant{{ID: "v", Inventory: 4}, {ID: "w"}}})
	shop.Levels.Add(cartly.Level{VariantID: "v", LocationID: "second", Available: 3, Reserved: 1})
	shop.Discounts.Add(cartly.Discount{Code: "used", Type: "free_shipping"})
	shop.Hooks.To(heard)
	return shop, heard
}

const me = "Bearer ACCESS_TOKEN"

// verdict is what a writing call must answer: a status, and the whole body or the
// message of a failure.
type verdict struct {
	status  int
	body    string
	message string
}

// members reads an object after package json: the last of twins counts.
func members(body string) (map[string]json.RawMessage, *verdict) {
	if !utf8.ValidString(body) || !json.Valid([]byte(body)) {
		return nil, &verdict{status: 400, message: "body is not valid JSON"}
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &all); err != nil || all == nil {
		return nil, &verdict{status: 400, message: "body must be a JSON object"}
	}
	return all, nil
}

var address = regexp.MustCompile(`^[^@\s]+@([-A-Za-z0-9]+\.)+[A-Za-z]{2,}$`)

// slowCustomer rules on a save of customer 1, or of a new one.
func slowCustomer(body string, stored []string, status int, id string) verdict {
	all, end := members(body)
	if end != nil {
		return *end
	}
	for i, key := range []string{"email", "first_name", "last_name", "phone", "note"} {
		raw, given := all[key]
		if !given {
			continue
		}
		var text *string
		if json.Unmarshal(raw, &text) != nil {
			return verdict{status: 422, message: key + " must be a string"}
		}
		if stored[i] = ""; text != nil {
			stored[i] = *text
		}
	}
	switch {
	case strings.TrimSpace(stored[0]) == "":
		return verdict{status: 422, message: "email is required"}
	case !address.MatchString(stored[0]):
		return verdict{status: 422, message: "email is invalid"}
	case strings.ToLower(stored[0]) == "bob@example.com", id != "1" && strings.ToLower(stored[0]) == "jane@example.com":
		return verdict{status: 409, message: "email has already been taken"}
	}
	out := `{"id":` + slowText(id) + `,"email":` + slowText(stored[0])
	for i, key := range []string{"first_name", "last_name", "phone", "note"} {
		out += `,"` + key + `":`
		if out += slowText(stored[i+1]); stored[i+1] == "" {
			out = strings.TrimSuffix(out, `""`) + "null"
		}
	}
	return verdict{status: status, body: out + `,"created_at":"2025-03-01T09:00:00.000Z","updated_at":"2025-03-01T09:00:00.000Z"}`}
}

// slowText is a JSON string with nothing escaped that need not be.
func slowText(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text)
	return strings.NewReplacer(`\u2028`, "\u2028", `\u2029`, "\u2029").Replace(strings.TrimSuffix(b.String(), "\n"))
}

// slowStock rules on an adjustment of variant v: 4 here, 3 at "second".
func slowStock(body string) verdict {
	all, end := members(body)
	if end != nil {
		return *end
	}
	given := map[string]string{}
	for _, key := range []string{"quantity", "adjustment", "location_id"} {
		if raw, is := all[key]; is && string(raw) != "null" {
			given[key] = string(raw)
		}
	}
	if (given["quantity"] == "") == (given["adjustment"] == "") {
		return verdict{status: 422, message: "exactly one of quantity and adjustment is required"}
	}
	key := "quantity"
	if given[key] == "" {
		key = "adjustment"
	}
	n, err := strconv.ParseInt(given[key], 10, 64)
	if err != nil {
		return verdict{status: 422, message: key + " must be an integer"}
	}
	here, there, reserved, at := int64(4), int64(3), 0, id("loc", 1)
	if given["location_id"] != "" {
		var text string
		if json.Unmarshal([]byte(given["location_id"]), &text) != nil || text != "second" && text != at {
			return verdict{status: 422, message: "location_id is unknown"}
		}
		if text == "second" {
			here, there, reserved, at = 3, 4, 1, text
		}
	}
	if key == "adjustment" {
		if n > 1<<62 || n < -(1<<62) {
			return verdict{} // more than anybody has: either answer will do
		}
		n += here
	}
	if n < 0 {
		return verdict{status: 422, message: "available must not be negative"}
	}
	if n > 1<<62 {
		return verdict{}
	}
	return verdict{status: 200, body: fmt.Sprintf(`{"variant_id":"v","location_id":%q,"available":%d,"reserved":%d,"incoming":0,"inventory":%d}`, at, n, reserved, n+there)}
}

// saves are the writing calls with a body, and their judges where there are some.
var saves = []struct {
	method, path string
	event        string // of a good one
	judge        func(body string) verdict
}{
	{"POST", customers, "customer.created", func(body string) verdict { return slowCustomer(body, make([]string, 5), 201, id("cus", 1)) }},
	{"PUT", customers + "/1", "", func(body string) verdict {
		return slowCustomer(body, []string{"jane@example.com", "", "", "7", ""}, 200, "1")
	}},
	{"PUT", order1, "order.updated", nil},
	{"PUT", stock, "", slowStock},
	{"POST", discounts, "", nil},
	{"POST", webhooks, "", nil},
}

// FuzzSaves sends any body to the calls that save: what is answered is stored,
// what is refused is not, and only what is stored is told.
func FuzzSaves(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `[]`, `null`, `{`, `"x"`, `{}{}`, "\ufeff{}", "{\"email\":\"\xff\"}", `{"email":"x@example.com"}`, `{"email":"JANE@example.com","note":null}`, `{"email":"jane@example.com","email":"b@c.de"}`,
		`{"e\u006dail":"\ud83d\ude00@x.de","first_name":"\ud800","last_name":"<é>&\u2028\"\u0000/","phone":""}`, `{"email":" "}`, `{"email":1}`, `{"email":"a b@c.de"}`, `{"customer":{"email":"x@example.com"}}`, `{"note":{}}`,
		`{"status":"paid"}`, `{"status":"canceled","payment_status":"refunded","fulfillment_status":"fulfilled","note":"x"}`, `{"status":"fulfilled","fulfillment_status":"unfulfilled"}`, `{"note":"x"}`, `{"status":null}`,
		`{"quantity":5}`, `{"adjustment":-4}`, `{"adjustment":-5}`, `{"quantity":1.0}`, `{"quantity":-0}`, `{"adjustment":9223372036854775807}`, `{"adjustment":-9223372036854775808}`, `{"quantity":9223372036854775808}`,
		`{"quantity":1e2}`, `{"quantity":"1"}`, `{"quantity":1,"location_id":"second"}`, `{"quantity":1,"location_id":7}`, `{"quantity":1,"adjustment":null,"location_id":null}`, `{"quantity":9223372036854775807,"location_id":"second"}`,
		`{"code":"A","type":"percentage","value":10}`, `{"code":"USED","type":"free_shipping"}`, `{"code":"A","type":"fixed_amount","value":500,"starts_at":"2025-03-01T09:00:00+01:00","usage_limit":1,"minimum_amount_cents":0}`,
		`{"code":"\u200b","type":"free_shipping","value":0}`, `{"code":"A","type":"free_shipping","ends_at":"0000-01-01T00:00:00Z"}`, `{"code":"A","type":"free_shipping","ends_at":"9999-12-31T23:59:59-23:59"}`,
		`{"url":"https://b.example/?x=1","events":["order.created","order.created"]}`, `{"url":"http://[::1]:1","events":["order.created"]}`, `{"url":"https://a@b.example","events":["order.created"]}`, `{"url":"https://b.example","events":["order.cancelled"]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, save := range saves {
			shop, heard := small()
			before := shop.Snapshot()
			got := ask(shop, save.method, save.path, body, me, "application/json")
			shop.Settle()
			var want verdict
			if save.judge != nil {
				want = save.judge(body)
			}
			message := gjson.Get(got.Body.String(), "message").Str
			if want.status != 0 && (got.Code != want.status || message != want.message || want.body != "" && got.Body.String() != want.body) {
				t.Errorf("%s %s %q\n got %d %s\nwant %+v", save.method, save.path, body, got.Code, got.Body, want)
			}
			switch got.Code {
			case 200, 201:
				if all := heard.all(); len(all) > 3 || len(all) > 0 && !strings.HasPrefix(all[0], `{"event":"`+save.event+`",`) || save.event == "customer.created" && len(all) != 1 {
					t.Errorf("%s %q was told as %q", save.path, body, all)
				}
			case 400, 409, 422:
				if !bytes.Equal(before, shop.Snapshot()) || len(heard.all()) > 0 {
					t.Errorf("%s %q: refused, and changed:\n%s\ntold %q", save.path, body, fake.Diff(before, shop.Snapshot()), heard.all())
				}
			default:
				t.Errorf("%s %s %q: status %d", save.method, save.path, body, got.Code)
			}
			consistent(t, shop)
			shop.Close()
		}
	})
}

// consistent compares what the API says with what the test sees, and the records
// with each other.
func consistent(t *testing.T, shop *cartly.Server) {
	t.Helper()
	noDefect(t, shop)
	count := func(path, name string, want int) string {
		got := ask(shop, "GET", path, "", me, "").Body.String()
		if n := len(gjson.Get(got, name).Array()); !json.Valid([]byte(got)) || n != want {
			t.Errorf("%s: %d of %d: %s", path, n, want, got)
		}
		return got
	}
	if shop.Customers.Len() > 50 || shop.Orders.Len() > 50 {
		return
	}
	count(customers, "customers", shop.Customers.Len())
	count("/apps/api/orders", "orders", shop.Orders.Len())
	count(webhooks, "webhooks", shop.Webhooks.Len())
	products := count("/apps/api/products", "products", shop.Products.Len())
	stock := map[string]int{}
	for _, l := range shop.Levels.All() {
		if stock[l.VariantID] += l.Available; l.Available < 0 {
			t.Errorf("%+v", l)
		}
	}
	for _, v := range gjson.Get(products, "products.#.variants|@flatten").Array() {
		if v.Get("inventory").Int() != int64(stock[v.Get("id").Str]) {
			t.Errorf("%s, but the levels have %v", v, stock)
		}
	}
	var emails []string
	for _, c := range shop.Customers.All() {
		emails = append(emails, strings.ToLower(c.Email))
	}
	if slices.Sort(emails); len(slices.Compact(slices.Clone(emails))) != len(emails) {
		t.Errorf("twins: %q", emails)
	}
}

// failureBody is the shape of every failure of the API.
var failureBody = regexp.MustCompile(`^\{"error":"[a-z_]+","(message|error_description)":".+"\}$`)

// FuzzRequests sends whole requests: whatever comes, the answer is one of the
// API's, and the state stays one that it could have made.
func FuzzRequests(f *testing.F) {
	const head = " HTTP/1.1\r\nHost: cartly.pro\r\nAuthorization: Bearer ACCESS_TOKEN\r\nContent-Type: application/json\r\n"
	const form = " HTTP/1.1\r\nHost: x\r\nAuthorization: Basic emFwaWVyOnphcGllcl9zZWNyZXQ=\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	for _, seed := range []string{
		"GET /apps/api/me" + head + "\r\n",
		"GET /apps/api/customers?email=JANE@example.com&limit=1&offset=999999999999999999999" + head + "\r\n",
		"GET /apps/api/orders?number=1001&number=&limit=%31&x=%zz" + head + "\r\n",
		"GET /apps/api/orders/%31" + head + "\r\n",
		"POST /apps/api/customers" + head + "Content-Length: 25\r\n\r\n" + `{"email":"x@example.com"}`,
		"PUT /apps/api/customers/1" + head + "Transfer-Encoding: chunked\r\n\r\nc\r\n{\"note\":\"x\"}\r\n0\r\n\r\n",
		"PUT /apps/api/orders/1" + head + "Content-Length: 21\r\n\r\n" + `{"status":"canceled"}`,
		"PUT /apps/api/inventory/v" + head + "Content-Length: 14\r\n\r\n" + `{"quantity":7}`,
		"POST /apps/api/discounts" + head + "Content-Length: 35\r\n\r\n" + `{"code":"A","type":"free_shipping"}`,
		"DELETE /apps/api/webhooks/" + id("wh", 1) + head + "\r\n",
		"POST /apps/api/webhooks" + head + "Content-Length: 54\r\n\r\n" + `{"url":"https://b.example/","events":["order.created"]}`,
		"GET /oauth/authorize?" + consent + head + "\r\n",
		"POST /oauth/token" + form + "Content-Length: 53\r\n\r\ngrant_type=refresh_token&refresh_token=REFRESH_TOKEN",
		"POST /oauth/revoke" + form + "Content-Length: 19\r\n\r\ntoken=REFRESH_TOKEN",
		"OPTIONS *" + head + "\r\n", "HEAD /apps/api/me" + head + "\r\n", "GET /apps/api/customers/" + head + "\r\n", "GET //apps/api/me" + head + "\r\n",
		"GET /apps/api/metafields" + head + "\r\n", "GET /%61pps/api/me" + head + "\r\n", "GET http://elsewhere/apps/api/me HTTP/1.1\r\nHost: y\r\nX-Shop-ID: 1\r\n\r\n",
		"GET /apps/api/me?access_token=ACCESS_TOKEN HTTP/1.0\r\nAuthorization: ACCESS_TOKEN\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		shop, heard := small()
		defer shop.Close()
		before := shop.Snapshot()
		got := httptest.NewRecorder()
		shop.Handler().ServeHTTP(got, r)
		shop.Settle()
		text, media := got.Body.String(), got.Header().Get("Content-Type")
		switch {
		case got.Code == 204 || got.Code == 302 || r.Method == "HEAD":
		case got.Code == 200 && r.URL.Path == "/oauth/revoke":
		case got.Code >= 500 || media != jsonType && media != "text/html; charset=utf-8":
			t.Errorf("%d as %q: %q", got.Code, media, text)
		case got.Code >= 400 && media == jsonType && !failureBody.MatchString(text):
			t.Errorf("%d with %q", got.Code, text)
		case media == jsonType && !json.Valid([]byte(text)):
			t.Errorf("%d with %q", got.Code, text)
		}
		if x := shop.Calls()[0]; !x.Committed && (!bytes.Equal(before, shop.Snapshot()) || len(heard.all()) > 0) {
			t.Errorf("the call was not committed, and the state changed or was told:\n%s\n%q", fake.Diff(before, shop.Snapshot()), heard.all())
		}
		if r.URL.Path != "/oauth/revoke" { // the token may be over
			consistent(t, shop)
		}
	})
}
