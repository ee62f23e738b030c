package bonify_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

var address = regexp.MustCompile(`^[^@\s]+@([-A-Za-z0-9]+\.)+[A-Za-z]{2,}$`)

// FuzzRequests sends whole requests: whatever comes, the answer is one of the
// API's, and the state stays one that the API could have made.
func FuzzRequests(f *testing.F) {
	const me = "\r\nHost: apps.bonify.io\r\nX-Shop-Domain: your-domain.myshopify.com\r\nX-Api-Key: your_api_key\r\nContent-Type: application/json\r\n"
	for _, seed := range []string{
		"GET " + v2 + "/customers?filters=email%7Cequals%7C%22a%22,tag|empty HTTP/1.1" + me + "\r\n",
		"GET " + v2 + "/customers?filters=updated_at|gt|2025-01-01,id|lt|9e9&filters=&x=%zz HTTP/1.1" + me + "\r\n",
		"GET " + v2 + "/customers?next_page=eyJsYXN0X2lkIjoxfSAg+//+AAAAAAAAAA== HTTP/1.1" + me + "\r\n",
		"GET " + v2 + "/customers/345345345346 HTTP/1.1" + me + "\r\n",
		"GET " + v1 + "/customers?next_page=2 HTTP/1.1" + me + "\r\n",
		"POST " + v2 + "/customers HTTP/1.1" + me + "Content-Length: 75\r\n\r\n" + `{"customers":[{"email":"a@b.cc","customer_fields":{"text":null}},{"id":1}]}`,
		"PUT " + v2 + "/customers HTTP/1.1" + me + "X-Delete-Empty-Metafields: true\r\nContent-Length: 81\r\n\r\n" + `{"customers":[{"id":345345345345,"tags":",,a","customer_fields":{"text":"","x":1}}]}`,
		"PUT " + v2 + "/customers HTTP/1.1" + me + "Transfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\n0\r\n\r\n",
		"PUT " + v2 + "/customers HTTP/1.1" + me + "Content-Length: 60\r\n\r\n" + `{"customers":[{"id":345345345346,"email":"\ud800\u0001"}]}   `,
		"DELETE " + v2 + "/customers/345345345346 HTTP/1.0" + me + "\r\n",
		"OPTIONS * HTTP/1.1" + me + "\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		shop := bonify.New(fake.At(morning), fake.Frozen(), bonify.WithoutLimits(), bonify.WithV1(), bonify.WithPageSize(2))
		defer shop.Close()
		for _, c := range []bonify.Customer{sample, bob, bobby} {
			shop.Customers.Add(c)
		}
		before := shop.Snapshot()
		answer := httptest.NewRecorder()
		shop.Handler().ServeHTTP(answer, request)
		checkAnswer(t, shop, answer)
		if x := shop.Calls()[0]; !x.Committed && !bytes.Equal(before, shop.Snapshot()) {
			t.Errorf("the state changed, and the call was not committed:\n%s", fake.Diff(before, shop.Snapshot()))
		}
		checkState(t, shop)
	})
}

func checkAnswer(t *testing.T, shop *bonify.Server, answer *httptest.ResponseRecorder) {
	t.Helper()
	body := answer.Body.Bytes()
	status := gjson.GetBytes(body, "status").Str
	if !json.Valid(body) || (status == "okay") != (answer.Code == http.StatusOK) || (status == "error") != gjson.GetBytes(body, "message").Exists() {
		t.Errorf("%d with %q", answer.Code, body)
	}
	if !slices.Contains([]int{200, 400, 403, 404, 405}, answer.Code) || answer.Header().Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("%d, %q", answer.Code, answer.Header())
	}
	for _, f := range shop.Findings() {
		if f.Kind == "defect" {
			t.Error(f)
		}
	}
}

// checkState compares what the API says with what the test sees.
func checkState(t *testing.T, shop *bonify.Server) {
	t.Helper()
	c := clientOf(t, shop)
	pages, all := forth(c)
	back(c, pages)
	listed := strings.Fields(all)
	var seen []string
	for _, customer := range shop.Customers.All() {
		id := itoa(int(customer.ID))
		single := c.get("/customers/" + id)
		if !slices.Contains(listed, id) || gjson.Get(single.body, "customers.0.email").String() != strings.ToValidUTF8(customer.Email, "\ufffd") {
			t.Errorf("customer %s is listed as %s and read as %s", id, all, single.body)
		}
		folded := strings.ToLower(customer.Email)
		if customer.Email != "" && (!address.MatchString(customer.Email) || slices.Contains(seen, folded)) {
			t.Errorf("customer %s has the address %q", id, customer.Email)
		}
		seen = append(seen, folded)
	}
	if len(listed) != shop.Customers.Len() {
		t.Errorf("%d customers are listed, %d are there", len(listed), shop.Customers.Len())
	}
}

// FuzzFilters asks for a filter: it is either refused with a sentence, or its
// pages and those of its cursors fit together.
func FuzzFilters(f *testing.F) {
	for _, seed := range []string{
		``, `email|equals|bob`, `email|equals|"bob@example.com",tag|empty`, `last_name|contains|"van, ""x"`, `updated_at|gt|2025-02-01,id|not_equals|1`,
		`id|lt|-0.5,,`, `radios|empty|`, `total_spent|lt|99999999999999999999.9`, `first_name|not_contains|\u017f`, "order_date|equals|\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		shop := bonify.New(fake.At(morning), fake.Frozen(), bonify.WithoutLimits(), bonify.WithPageSize(1))
		defer shop.Close()
		for _, c := range []bonify.Customer{sample, bob, bobby, full} {
			shop.Customers.Add(c)
		}
		c := clientOf(t, shop)
		first := c.get("/customers?filters=" + url.QueryEscape(filter))
		if first.status != http.StatusOK {
			if first.status != http.StatusBadRequest || gjson.Get(first.body, "message").Str == "" {
				t.Errorf("%q: %d with %q", filter, first.status, first.body)
			}
			return
		}
		pages, _ := forth(c, "filters", filter)
		back(c, pages)
		if len(pages) > 1 {
			again := c.list("filters", filter, "next_page", cursorOf(pages[0], "next_page"))
			if again.body != pages[1].body {
				t.Errorf("%q beside its cursor: %s, without: %s", filter, again.body, pages[1].body)
			}
		}
	})
}

// FuzzCursors sends texts as cursors: only those that the shop gives are good.
func FuzzCursors(f *testing.F) {
	const good = "eyJsYXN0X2lkIjozNDUzNDUzNDUzNDUsImxhc3RfdmFsdWUiOjE2MTc4OTk0MDAsImRpcmVjdGlvbiI6Im5leHQifSAg+//+nBKDVyW+Qg=="
	for _, seed := range []string{good, "", "2", good[:60], good + "=", strings.ToUpper(good), "+//+nBKDVyW+Qg==", "\r\n" + good} {
		f.Add(seed)
	}
	shop := bonify.New(fake.At(morning), fake.Frozen(), bonify.WithoutLimits(), bonify.WithPageSize(1), fake.KeepJournal(0))
	f.Cleanup(shop.Close)
	shop.Customers.Add(sample)
	shop.Customers.Add(bob)
	f.Fuzz(func(t *testing.T, text string) {
		got := clientOf(t, shop).list("next_page", text)
		switch {
		case text == "" || text == good:
			if got.status != http.StatusOK {
				t.Errorf("%q: %s", text, got.body)
			}
		case got.body != failed("invalid page cursor"):
			t.Errorf("%q: %s", text, got.body)
		}
	})
}
