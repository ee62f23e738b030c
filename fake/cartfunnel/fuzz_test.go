package cartfunnel_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

var address = regexp.MustCompile(`^[^@\s]+@([-A-Za-z0-9]+\.)+[A-Za-z]{2,}$`)

// FuzzRequests sends whole requests: whatever comes, the answer is one of the
// document's, and the state stays one that the API could have made.
func FuzzRequests(f *testing.F) {
	const me = "\r\nHost: api.cartfunnel.net\r\nX-Cartfunnel-Account: myshop\r\nX-Cartfunnel-Api-Secret: your_api_secret\r\nContent-Type: application/json\r\n"
	for _, seed := range []string{
		"GET /v1/customers.json?page=2 HTTP/1.1" + me + "\r\n",
		"GET /v1/customers.json?per_page=9&page=-1 HTTP/1.1" + me + "\r\n",
		"GET /v1/customers/1.json HTTP/1.1" + me + "\r\n",
		"GET /v1/customers/9223372036854775808.json HTTP/1.1" + me + "\r\n",
		"POST /v1/customers.json HTTP/1.1" + me + "Content-Length: 42\r\n\r\n" + `{"customer":{"email":"anna@example.com" } }`,
		"PATCH /v1/customers/2.json HTTP/1.1" + me + "Content-Length: 74\r\n\r\n" + `{"customer":{"email":"JOE@example.com","tax_exempt":"yes","tag_list":",,a"}}`,
		"PATCH /v1/customers/2.json HTTP/1.1" + me + "Content-Length: 60\r\n\r\n" + `{"customer":{"note":"\ud800\u0001","email":null,"x":[{}]}} `,
		"POST /v1/customers.json HTTP/1.1" + me + "Transfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\n0\r\n\r\n",
		"DELETE /v1/customers/1.json HTTP/1.0" + me + "\r\n",
		"OPTIONS * HTTP/1.1" + me + "\r\n",
		"GET /v1/%63ustomers/%31%2e%6Ason HTTP/1.1" + me + "\r\n",
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
		shop := cartfunnel.New(fake.At(noon), fake.Frozen())
		defer shop.Close()
		shop.Customers.Add(joe)
		shop.Customers.Add(cartfunnel.Customer{Email: "b@example.com", TagList: []string{"a"}})
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

func checkAnswer(t *testing.T, shop *cartfunnel.Server, answer *httptest.ResponseRecorder) {
	t.Helper()
	body := answer.Body.String()
	want := map[int]string{403: forbidden, 404: notFound}[answer.Code]
	switch answer.Code {
	case http.StatusOK:
		if !json.Valid([]byte(body)) {
			t.Errorf("no JSON: %q", body)
		}
	case http.StatusBadRequest:
		if body != malformed && body != noWrapper {
			t.Errorf("400 with %q", body)
		}
	case http.StatusForbidden, http.StatusNotFound:
		if body != want {
			t.Errorf("%d with %q", answer.Code, body)
		}
	default:
		t.Errorf("status %d", answer.Code)
	}
	for _, f := range shop.Findings() {
		if f.Kind == "defect" {
			t.Error(f)
		}
	}
}

// checkState compares what the API says with what the test sees.
func checkState(t *testing.T, shop *cartfunnel.Server) {
	t.Helper()
	me := clientOf(t, shop)
	list := gjson.Parse(me.get("/customers.json").body).Array()
	all := shop.Customers.All()
	if len(list) != len(all) {
		t.Fatalf("%d customers are listed, %d are there", len(list), len(all))
	}
	var seen []string
	for i, c := range all {
		if got := list[i].Raw; got != me.get("/customers/"+itoa(int(c.ID))+".json").body || list[i].Get("id").Int() != c.ID || list[i].Get("email").Str != c.Email {
			t.Errorf("customer %d is listed as %s", c.ID, got)
		}
		folded := strings.ToLower(c.Email)
		if !address.MatchString(c.Email) || slices.Contains(seen, folded) {
			t.Errorf("customer %d has the address %q", c.ID, c.Email)
		}
		seen = append(seen, folded)
	}
}
