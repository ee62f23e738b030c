package cscart_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// oddQuery is what the rules leave open: numbers of more digits than a float
// has, white space that is no blank, keys below zero, a hundred brackets, dates
// of a year that no clock shows.
var oddQuery = regexp.MustCompile(`[\x00\t-\r]|\[\s|-[0-9]+\]|[0-9.]{16}|[eE][-+]?[0-9]{4}|(\[.*){60}|[0-9]{6}[^&]*/|/[^&]*[0-9]{6}|[eE][0-9]{2}[^&]*/|/[^&]*[eE][0-9]{2}`)

// FuzzQuery asks for carts with any query: the answer is that of the slow
// filter, echo included, and never a failure.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"", "page=2&items_per_page=5&period=C&time_from=1466400000&time_to=1466500000&foo=bar", "items_per_page=0&page=x", "sort_by=total&sort_order=up",
		"cname=o+e&email=%25_&users_type=R", "p_ids[]=12&p_ids[]=13&p_ids=14,12", "a[b][c]=1&a[b][]=2&a[]=3&a=4&a[=5&[x]=6&a.b c=7", "period=today&time_from=1/2/3&time_to=1/2",
		"total_from=7.805&total_to=1e1", "with_info_only=false&product_type_c=0&product_type_w=%00", "page=99999999999999999999&items_per_page=99999999999999999999",
		"period=HC&last_days=9223372036854775807", "user_id=+3abc&company_id=2&online_only=1&sort_order_rev=%ff%F0%9F%98%80", "&&=&==&%&%4&%zz=%zz",
	} {
		f.Add(seed)
	}
	d := draws(7)
	s := setup{slowShop{now: noon, zone: noon.Location(), wishlist: true, points: true, janrain: true, company: 1, pageSize: 10, sortBy: "date", sortOrder: "desc"}, nil}
	s.fast = cscart.New(fake.At(noon), fake.Frozen(), fake.KeepJournal(0))
	f.Cleanup(s.fast.Close)
	for n := range int64(25) {
		s.fast.Carts.Add(s.cart(d, n))
	}
	s.slow.carts = s.fast.Carts.All()
	f.Fuzz(func(t *testing.T, query string) {
		if oddQuery.MatchString(decodePHP(query)) {
			t.Skip("left open")
		}
		request := httptest.NewRequest("GET", "/api/carts/", nil)
		request.URL.RawQuery = query
		request.Header.Set("Authorization", basic(s.fast.Email(), s.fast.APIKey()))
		got := httptest.NewRecorder()
		s.fast.Handler().ServeHTTP(got, request)
		if got.Code != 200 {
			t.Fatalf("%d %s", got.Code, got.Body)
		}
		if want := s.slow.list(query); got.Body.String() != want {
			t.Errorf("%q\nwant %s\n got %s", query, want, got.Body)
		}
	})
}

// FuzzRequests sends whole requests: whatever comes, the answer is one of the
// document's, and the state stays one that the API could have made.
func FuzzRequests(f *testing.F) {
	const me = "\r\nHost: example.com\r\nAuthorization: Basic YWRtaW5AZXhhbXBsZS5jb206Q2FydERvdWJsZVRlc3RLZXkwMDAwMDAwMDAwMDAwMDE=\r\n"
	for _, seed := range []string{
		"GET /api/carts/?page=2 HTTP/1.1" + me + "\r\n",
		"GET /api/carts/3 HTTP/1.1" + me + "Accept: text/html, */*;q=0\r\n\r\n",
		"GET /api.php?_d=4.0/stores/1/carts/3e0&x[]=1 HTTP/1.1" + me + "\r\n",
		"GET /api//carts HTTP/1.1" + me + "\r\n",
		"GET /api/%2fcarts/%33%2e0%20 HTTP/1.1" + me + "\r\n",
		"DELETE /api/carts/3 HTTP/1.1" + me + "\r\n",
		"DELETE /api/carts/3 HTTP/1.1" + me + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
		"POST /api/carts?_METHOD=DELETE HTTP/1.1" + me + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 14\r\n\r\n_METHOD=delete",
		"PUT /api/carts/3 HTTP/1.1" + me + "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5\r\n\r\n--x--",
		"OPTIONS * HTTP/1.1" + me + "\r\n",
		"BREW /api/vendors/1/carts/0 HTTP/1.0" + me + "\r\n",
		"GET /api/carts HTTP/1.1\r\nHost: x\r\nAuthorization: Basic Og==\r\n\r\n",
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, raw []byte, newer bool) {
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		opts := options(fake.At(noon), fake.Frozen())
		if newer {
			opts = append(opts, cscart.WithEngine(cscart.Engine420))
		}
		store := cscart.New(opts...)
		defer store.Close()
		for _, c := range []cscart.Cart{john, ann, g3, wished} {
			store.Carts.Add(c)
		}
		before := store.Snapshot()
		got := httptest.NewRecorder()
		store.Handler().ServeHTTP(got, request)
		checkAnswer(t, store, got)
		if x := store.Calls()[0]; x.Committed == bytes.Equal(before, store.Snapshot()) || x.Committed != (got.Code == http.StatusNoContent) {
			t.Errorf("committed %v, status %d, and the state:\n%s", x.Committed, got.Code, fake.Diff(before, store.Snapshot()))
		}
		checkState(t, store)
	})
}

func checkAnswer(t *testing.T, store *cscart.Server, got *httptest.ResponseRecorder) {
	t.Helper()
	body, contentType := got.Body.String(), got.Header().Get("Content-Type")
	switch got.Code {
	case 200, 400, 401, 403, 404, 405, 406, 415:
	case 204:
		if body != "" || contentType != "" {
			t.Errorf("204 with %q %q", contentType, body)
		}
		return
	default:
		t.Errorf("status %d", got.Code)
	}
	switch {
	case contentType == "text/html; charset=UTF-8":
		if got.Code != 404 || body != page("Page not found") && body != "" {
			t.Errorf("%d with %q", got.Code, body)
		}
	case contentType != jsonType:
		t.Errorf("%d is %q", got.Code, contentType)
	case body != "" && !json.Valid([]byte(body)):
		t.Errorf("no JSON: %q", body)
	case got.Code >= 400 && body != "" && (gjson.Get(body, "status").Int() != int64(got.Code) || !strings.HasPrefix(gjson.Get(body, "message").Str, http.StatusText(got.Code))):
		t.Errorf("%d says %s", got.Code, body)
	}
	for _, f := range store.Findings() {
		if f.Kind == "defect" {
			t.Error(f)
		}
	}
}

// checkState compares what the API says with what the test sees.
func checkState(t *testing.T, store *cscart.Server) {
	t.Helper()
	me := clientOf(t, store)
	list := me.list("items_per_page=0&sort_order=asc").body
	all := store.Carts.All()
	listed := gjson.Get(list, "carts").Array()
	if len(listed) != len(all) {
		t.Fatalf("%d carts are listed, %d are there", len(listed), len(all))
	}
	for _, c := range listed {
		one := me.get("/api/carts/" + url.PathEscape(c.Get("user_id").Str)).body
		if whole, ok := strings.CutSuffix(c.Raw, "}"); !ok || !strings.HasPrefix(one, whole+`,"products":[`) {
			t.Errorf("cart %s is listed as %s, and alone it is %s", c.Get("user_id"), c.Raw, one)
		}
	}
}
