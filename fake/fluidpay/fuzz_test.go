package fluidpay_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// small is a fake with a bit of everything: two merchants, deleted records, a
// cart with a product that is gone.
func small(opts ...fluidpay.Option) *fluidpay.Server {
	shop := fluidpay.New(append(opts, fake.At(four), fake.Frozen(), fluidpay.WithMerchant(other))...)
	shelf(nil, shop)
	shelfCarts(nil, shop)
	shop.Products.Add(fluidpay.Product{ID: "gone", Name: "mug", Price: -0, DeletedAt: pointer(four.Add(-time.Hour))})
	shop.Products.Add(fluidpay.Product{ID: "theirs", Name: "mug", MerchantID: other.ID})
	shop.Carts.Add(fluidpay.Cart{ID: "dead", Name: "spring", DeletedAt: pointer(four.Add(-time.Minute)), Products: []string{p2}})
	shop.Attach(c1, "gone", p3)
	return shop
}

// ask calls the handler without a network.
func ask(shop *fluidpay.Server, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://sandbox.fluidpay.com"+path, strings.NewReader(body))
	r.Header.Set("Authorization", shop.APIKey())
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	shop.Handler().ServeHTTP(w, r)
	return w
}

// FuzzSearch compares the answer to any body with that of the slow search.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{
		`{}`, ``, `[]`, `null`, `{"name":"mug"}`, `{"name":{"operator":"=","value":"mug"}}`, `{"product":{"operator":"!=","value":"mug"},"limit":1}`,
		`{"price":{"operator":">","value":900},"limit":1,"offset":1}`, `{"price":{"operator":"<","value":9223372036854775808}}`, `{"price":{"operator":"=","value":-0}}`,
		`{"created_at":{"start_date":"2025-05-08T12:00:00Z","end_date":"2025-05-08T14:00:00+02:00"}}`, `{"created_at":{"start_date":"2025-05-08T12:00:00,5Z"}}`,
		`{"deleted_at":{}}`, `{"deleted_at":{"end_date":"2025-05-08T15:00:00.000000000Z"}}`, `{"updated_at":{"start_date":"2025-05-08T24:00:00Z"}}`,
		`{"limit":0}`, `{"limit":101,"offset":99999999999}`, `{"limit":1e2}`, `{"limit":-1}`, `{"limit":1,"limit":2}`, `{"name":null,"name":{"operator":"="}}`,
		`{"id":{"operator":"!=","value":"d0shelf0000000000001","value":"\u0064"}}`, `{"name":{"operator":"\u003d","value":"m\ud800"}}`, `{"":{"":""}}`,
		`{"name":{"operator":"eq","value":1}}`, "{\"name\":{\"operator\":\"=\",\"value\":\"\xff\"}}", `{"NAME":{"operator":"=","value":"mug"}}`, `{"n\u0061me":{"operator":"=","value":"cap"}}`,
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, body string, lenient bool) {
		var opts []fluidpay.Option
		if lenient {
			opts = append(opts, fluidpay.WithLenientSearch())
		}
		shop := small(opts...)
		defer shop.Close()
		before := shop.Snapshot()
		for _, to := range targets {
			got := ask(shop, "POST", home+"/"+to.path+"/search", body)
			status, want := slowSearch(ruling{third: to.third, lenient: lenient}, to.rows(shop), shop.MerchantID(), body)
			if !utf8.ValidString(body) {
				status, want = 400, malformed
			}
			if got.Code != status || got.Body.String() != want {
				t.Errorf("%s: %q\n got %d %s\nwant %d %s", to.path, body, got.Code, got.Body, status, want)
			}
		}
		if !bytes.Equal(before, shop.Snapshot()) {
			t.Error("a search changed something")
		}
		noDefect(t, shop)
	})
}

func noDefect(t *testing.T, shop *fluidpay.Server) {
	t.Helper()
	for _, f := range shop.Findings() {
		if f.Kind == "defect" {
			t.Error(f)
		}
	}
}

// FuzzSaves sends any body to the four endpoints that save: what is answered is
// stored, what is refused is not, and lists and searches agree with the test.
func FuzzSaves(f *testing.F) {
	for _, seed := range []string{
		tee, `{"type":"normal","name":"Summer"}`, `{}`, `{"products":["d0shelf0000000000001","gone","theirs"]}`, `{"products":["d0shelf0000000000002","d0shelf0000000000002"]}`,
		`{"type":"donation","name":"x","settings":{"a":[1.0,{"b":null}], "a":2},"payments":["ach","ach"],"card_processor_id":"d0doh5fsvrvasm390u6g"}`,
		`{"sku":"\ud83d\ude00","name":"\u0000","img":"aGk=","price":0,"fixed_amount":false,"fixed_qty":false,"description":"","unit_of_measure":""}`,
		`{"name":null,"settings":null,"unit_of_measure":null}`, `{"success_url":"http://[::1","cancel_url":"https://x"}`, `{"settings":{"\u2028":"<\/a>"}}`,
		`{"type":"normal","name":"x","description":"a\u2028b"}`, `{"price":00}`, `{"img":"data:;base64,"}`, `{"img":"https://x/\u0000"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"/cart", "/cart/" + c1, "/product", "/product/" + p1} {
			shop := small()
			before := shop.Snapshot()
			got := ask(shop, "POST", home+path, body)
			switch got.Code {
			case http.StatusOK:
				if !bytes.Contains(shop.Snapshot(), []byte(gjson.GetBytes(got.Body.Bytes(), "data.id").Str)) || !json.Valid(got.Body.Bytes()) {
					t.Errorf("%s %q: saved %s", path, body, got.Body)
				}
			case http.StatusBadRequest:
				if !strings.HasPrefix(got.Body.String(), `{"status":"failed","msg":"bad request error: `) {
					t.Errorf("%s %q: refused with %s", path, body, got.Body)
				}
				if !bytes.Equal(before, shop.Snapshot()) {
					t.Errorf("%s %q: refused, and changed:\n%s", path, body, fake.Diff(before, shop.Snapshot()))
				}
			default:
				t.Errorf("%s %q: status %d", path, body, got.Code)
			}
			consistent(t, shop)
			shop.Close()
		}
	})
}

// consistent compares what the API says with what the test sees, and each record
// with the rules of the document.
func consistent(t *testing.T, shop *fluidpay.Server) {
	t.Helper()
	noDefect(t, shop)
	for _, to := range targets {
		rows := to.rows(shop)
		if got, want := ask(shop, "GET", home+"/"+to.path, "").Body.String(), slowGetAll(rows, shop.MerchantID()); got != want {
			t.Errorf("list of %ss\n got %s\nwant %s", to.path, got, want)
		}
		_, want := slowSearch(ruling{third: to.third}, rows, shop.MerchantID(), `{"deleted_at":{}}`)
		if got := ask(shop, "POST", home+"/"+to.path+"/search", `{"deleted_at":{}}`).Body.String(); got != want {
			t.Errorf("deleted %ss\n got %s\nwant %s", to.path, got, want)
		}
	}
	products := shop.Products.All()
	for _, c := range shop.Carts.All() {
		if c.DeletedAt == nil {
			want := `{"status":"success","msg":"success","data":` + slowJSON(slowWireSingleCart(c, products)) + `}`
			if got := ask(shop, "GET", home+"/cart/"+c.ID, "").Body.String(); got != want {
				t.Errorf("cart %s\n got %s\nwant %s", c.ID, got, want)
			}
		}
		unique := slices.Compact(slices.Sorted(slices.Values(c.Products)))
		if n := utf8.RuneCountInString(c.Name); n < 1 || n > 100 || c.Type != "normal" && c.Type != "donation" || len(unique) != len(c.Products) {
			t.Errorf("cart %+v", c)
		}
	}
	for _, p := range products {
		if p.Price < 0 || p.LocalTax < 0 || p.NationalTax < 0 || utf8.RuneCountInString(p.Description) > 254 || utf8.RuneCountInString(p.SKU) > 100 {
			t.Errorf("product %+v", p)
		}
	}
}

// FuzzRequests sends whole requests: whatever comes, the answer is one of the
// API's, and the state stays one that it could have made.
func FuzzRequests(f *testing.F) {
	const me = " HTTP/1.1\r\nHost: sandbox.fluidpay.com\r\nAuthorization: api_CartDoubleTestKey0000001\r\nContent-Type: application/json\r\n"
	for _, seed := range []string{
		"GET " + home + "/cart" + me + "\r\n",
		"GET /merchant/testmerchant12345678/product/" + p1 + "?x=%zz" + me + "\r\n",
		"DELETE " + home + "/product/" + p1 + me + "\r\n",
		"DELETE " + home + "/cart/%64ead" + me + "\r\n",
		"POST " + home + "/cart" + me + "Content-Length: 32\r\n\r\n" + `{"type":"normal","name":"Summer"}`,
		"POST " + home + "/cart/search" + me + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
		"POST " + home + "/product/" + p1 + me + "Content-Length: 12\r\n\r\n" + `{"price":5} `,
		"PUT " + home + "/cart/" + c1 + me + "\r\n",
		"OPTIONS *" + me + "\r\n",
		"GET /api/merchant/othermerchant0000000/cart" + me + "\r\n",
		"POST /api/cart/checkout" + me + "\r\n",
		"GET /%61pi/merchant/x%2Fy/cart/search/" + me + "\r\n",
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
		shop := small()
		defer shop.Close()
		before := shop.Snapshot()
		got := httptest.NewRecorder()
		shop.Handler().ServeHTTP(got, r)
		text := got.Body.String()
		good := strings.HasPrefix(text, `{"status":"success","msg":"success","data":`)
		switch got.Code {
		case 200:
			if !good || !json.Valid([]byte(text)) {
				t.Errorf("200 with %q", text)
			}
		case 400:
			if !strings.HasPrefix(text, `{"status":"failed","msg":"bad request error: `) {
				t.Errorf("400 with %q", text)
			}
		default:
			want := map[int]string{401: unauthorized, 404: notFound, 405: badMethod}[got.Code]
			if want == "" || text != want && (text != "" || r.Method != "HEAD") {
				t.Errorf("%d with %q", got.Code, text)
			}
		}
		if x := shop.Calls()[0]; !x.Committed && !bytes.Equal(before, shop.Snapshot()) {
			t.Errorf("the state changed, and the call was not committed:\n%s", fake.Diff(before, shop.Snapshot()))
		}
		consistent(t, shop)
	})
}
