package fluidpay_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// fault reads "name param=value param=value".
func fault(words string) fake.Fault {
	name, rest, _ := strings.Cut(words, " ")
	f := fake.NewFault(name)
	for word := range strings.FieldsSeq(rest) {
		key, value, _ := strings.Cut(word, "=")
		f = f.Set(key, append(f.All(key), strings.ReplaceAll(value, "_", " "))...)
	}
	return f
}

const gatewayPage = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n"

func failed(msg string) string { return `{"status":"failed","msg":"` + msg + `"}` }

func TestWordsOfFaults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		fault      string
		status     int
		body       string
		retryAfter string
	}{
		{"wrong-credentials", 401, unauthorized, ""},
		{"wrong-credentials status=403", 403, failed("forbidden"), ""},
		{"wrong-credentials body=empty", 401, "", ""},
		{"out-of-scope", 403, failed("forbidden"), ""},
		{"revoked", 401, unauthorized, ""},
		{"rate-limited", 429, failed("too many requests"), ""},
		{"rate-limited retry-after=2s", 429, failed("too many requests"), "2"},
		{"rate-limited retry-after=2s form=date", 429, failed("too many requests"), "Thu, 08 May 2025 16:00:02 GMT"},
		{"server-error", 500, failed("internal server error"), ""},
		{"server-error status=502", 502, gatewayPage, ""},
		{"server-error body=empty", 500, "", ""},
		{"wrong-credentials status=402", 402, failed("payment required"), ""},
		{"server-error status=503 retry-after=30s", 503, strings.ReplaceAll(gatewayPage, "502 Bad Gateway", "503 Service Unavailable"), "30"},
		{"burst calls=1 mix=502", 502, gatewayPage, ""},
		{"burst calls=1 mix=500,502", 500, failed("internal server error"), ""},
	}
	for _, c := range cases {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			shop.Inject(fault(c.fault).Call(1))
			me := clientOf(t, shop)
			got := me.get("/cart")
			assert.Equal(t, c.status, got.status)
			assert.Equal(t, c.body, got.body)
			assert.Equal(t, c.retryAfter, got.header.Get("Retry-After"))
			if strings.HasPrefix(c.body, "<html>") {
				assert.Equal(t, "text/html", got.header.Get("Content-Type"))
				assert.NotContains(t, got.header, "X-Correlation-Id", "the gateway has no numbers")
			} else {
				assert.Equal(t, id(four, calls, 1), got.header.Get("X-Correlation-Id"))
			}
			assert.NotContains(t, got.header, "Allow")
			shop.Advance(time.Minute)
			after := me.get("/cart")
			assert.Equal(t, `{"status":"success","msg":"success","data":null,"total_count":0}`, after.body)
			assert.Empty(t, after.header.Get("Retry-After"), "the header of one answer is not that of the next")
		})
	}
}

func TestNotSaved(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, fault string
		call        func(client) answer
		status      int
		body        string
	}{
		{"an update", "not-saved errors=cart_is_locked", change(`{"name":"x"}`), 400, refused("cart is locked")},
		{"a creation", "not-saved errors=no", cart(``), 400, refused("no")},
		{"a deletion", "not-saved errors=no", del("/cart/" + c1), 400, refused("no")},
		{"a product", "not-saved errors=no", post("/product/"+p1, `{"price":5}`), 400, refused("no")},
		{"failed with 200", "not-saved status=200 errors=no", change(`{"name":"x"}`), 200, `{"status":"failed","msg":"no"}`},
		{"an error with 200", "not-saved status=200 word=error errors=no", change(`{"name":"x"}`), 200, `{"status":"error","msg":"no"}`},
		{"another status", "not-saved status=422 errors=no", product(), 422, failed("no")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			shelf(t, shop)
			shelfCarts(t, shop)
			before := shop.Snapshot()
			shop.Inject(fault(c.fault).Call(1))
			got := c.call(clientOf(t, shop))
			assert.Equal(t, []any{c.status, c.body}, []any{got.status, got.body})
			assert.Empty(t, fake.Diff(before, shop.Snapshot()))
			assert.False(t, shop.Calls()[0].Committed)
		})
	}
	t.Run("validation comes first", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		shop.Inject(fault("not-saved errors=no").Call(1))
		assert.Equal(t, refused("invalid type"), post("/cart", `{"type":"x"}`)(clientOf(t, shop)).body)
	})
	t.Run("has a text without one", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		shop.Inject(fault("not-saved").Call(1))
		got := cart(``)(clientOf(t, shop))
		assert.Equal(t, 400, got.status)
		assert.Greater(t, len(raw(got, "msg")), len(`"bad request error: "`), got.body)
	})
}

func TestSavedButSaysError(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"saved-but-says-error":                 failed("internal server error"),
		"saved-but-says-error status=502":      gatewayPage,
		"server-error apply=after":             failed("internal server error"),
		"server-error status=502 apply=before": gatewayPage,
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			shelf(t, shop)
			shelfCarts(t, shop)
			shop.Inject(fault(words).On(fluidpay.UpdateCart).Call(1))
			me := clientOf(t, shop)
			assert.Equal(t, want, change(`{"name":"x"}`)(me).body)
			applied := !strings.HasSuffix(words, "before")
			stored, _ := shop.Carts.Get(c1)
			assert.Equal(t, applied, stored.Name == "x")
			assert.Equal(t, applied, shop.Calls()[0].Committed)
		})
	}
	t.Run("with a status below 500 it is a failure", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		shop.Inject(fault("saved-but-says-error status=200").Call(1))
		got := cart(``)(clientOf(t, shop))
		assert.Equal(t, []any{200, `"failed"`, `absent`}, shown("status", "data")(got, shop))
		assert.Equal(t, 1, shop.Carts.Len())
	})
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shelf(t, shop)
	shop.Inject(fault("redirect code=307 to=https://sandbox.fluidpay.com" + home + "/product/" + p2).Call(1))
	assert.Equal(t, `"S2"`, raw(clientOf(t, shop).get("/product/"+p1), "data.sku"))
}

// request is a call whose error is wanted.
func lost(t *testing.T, shop *fluidpay.Server, method, path, body string) (int, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, shop.BaseURL()+home+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header = http.Header{"Authorization": {shop.APIKey()}, "Content-Type": {"application/json"}}
	res, err := shop.Client().Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), err
}

const tee = `{"sku":"T-1","name":"Tee","price":1299,"fixed_amount":true,"fixed_qty":false,"description":"A tee"}`

func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	t.Run("an answer is lost, and the creation is repeated", func(t *testing.T) {
		t.Parallel()
		shop := still(t, fake.Allow("blind-repeat"))
		shop.Inject(fault("lost-response").On(fluidpay.CreateProduct).Call(1))
		_, _, err := lost(t, shop, "POST", "/product", tee)
		require.ErrorIs(t, err, syscall.ECONNRESET)
		assert.True(t, shop.Calls()[0].Committed)
		_, _, err = lost(t, shop, "POST", "/product", tee)
		require.NoError(t, err)
		assert.Equal(t, 2, shop.Products.Len(), "a sku need not be unique")
		assert.Contains(t, notes(shop)[0], "blind-repeat: ")
	})
	t.Run("a request is not applied", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		shop.Inject(fault("reset kind=fin").Call(1))
		_, _, err := lost(t, shop, "POST", "/product", tee)
		assert.True(t, errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET), "%v", err)
		assert.Equal(t, 0, shop.Products.Len())
	})
	t.Run("half an answer", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		shelf(t, shop)
		shop.Inject(fault("truncated how=length at=40").Call(1), fault("truncated how=silent at=40").Call(2))
		_, text, err := lost(t, shop, "GET", "/product", "")
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.Len(t, text, 40)
		_, text, err = lost(t, shop, "GET", "/product", "")
		require.NoError(t, err)
		assert.Equal(t, `{"status":"success","msg":"success","dat`, text)
	})
	t.Run("no JSON", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		shelf(t, shop)
		shop.Inject(fault("malformed-json kind=trailing").Call(1), fault("wrong-content-type type=text/html").Call(2))
		me := clientOf(t, shop)
		whole := me.get("/product").body
		assert.Contains(t, whole, `"total_count":3}`)
		assert.False(t, strings.HasSuffix(whole, `"total_count":3}`))
		got := me.get("/product")
		assert.Equal(t, "text/html", got.header.Get("Content-Type"))
		assert.Equal(t, `3`, raw(got, "total_count"))
	})
}

func TestSlowAnswers(t *testing.T) {
	t.Parallel()
	for words, wait := range map[string]time.Duration{
		"slow-headers delay=60s":            60 * time.Second,
		"slow-body chunks=4 over=8s":        8 * time.Second,
		"slow-headers delay=3m apply=after": 3 * time.Minute,
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				shop := fluidpay.Start(t)
				shelf(t, shop)
				shop.Inject(fault(words).Call(1))
				start := time.Now()
				assert.Equal(t, `3`, raw(clientOf(t, shop).get("/product"), "total_count"))
				assert.InDelta(t, wait.Seconds(), time.Since(start).Seconds(), 2.5)
			})
		})
	}
	t.Run("hang", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			shop := fluidpay.Start(t)
			shop.Inject(fault("hang").Call(1))
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, "GET", shop.BaseURL()+home+"/cart", nil)
			require.NoError(t, err)
			r.Header.Set("Authorization", shop.APIKey())
			_, err = shop.Client().Do(r) //nolint:bodyclose // there is no answer
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
	})
}

// The set changes between two pages of a search.
func TestPageDrift(t *testing.T) {
	t.Parallel()
	const drift = "page-drift insert=2 delete=1 touch=3 at-page=2"
	for path, op := range map[string]fake.Op{"/product": fluidpay.SearchProducts, "/cart": fluidpay.SearchCarts} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			for i := range 25 {
				at := four.Add(time.Duration(i-60) * time.Minute)
				shop.Products.Add(fluidpay.Product{Name: "n" + itoa(i), CreatedAt: at})
				shop.Carts.Add(fluidpay.Cart{Name: "n" + itoa(i), CreatedAt: at})
			}
			shop.Inject(fault(drift).On(op))
			me := clientOf(t, shop)
			assert.Equal(t, 400, me.post(path+"/search", `{"limit":-1}`).status, "no page")
			assert.Equal(t, 400, me.post(path+"/search", `{`).status)
			first := me.post(path+"/search", `{"limit":10}`)
			second := me.post(path+"/search", `{"limit":10,"offset":10}`)
			assert.Equal(t, []string{"25", "26"}, []string{raw(first, "total_count"), raw(second, "total_count")})
			assert.Equal(t, "n11 n12", names(second, "name")[:7], "one of the first ten is gone, so the eleventh is never seen")
			touched := me.post(path+"/search", `{"updated_at":{"start_date":"2025-05-08T16:00:00Z"}}`)
			assert.Equal(t, "5", raw(touched, "total_count"), "three that were touched, two that came")
			assert.Equal(t, "1", raw(me.post(path+"/search", `{"deleted_at":{}}`), "total_count"))
		})
	}
	t.Run("where nothing was found before", func(t *testing.T) {
		t.Parallel()
		for path, op := range map[string]fake.Op{"/product": fluidpay.SearchProducts, "/cart": fluidpay.SearchCarts} {
			shop := still(t)
			shop.Inject(fault("page-drift insert=1 at-page=1").On(op))
			assert.Equal(t, "1", raw(clientOf(t, shop).post(path+"/search", `{}`), "total_count"))
		}
	})
}

// All faults of the engine can be armed on this API, but for those of its
// deliveries, which it does not send.
func TestAllFaultsAreKnown(t *testing.T) {
	t.Parallel()
	needed := map[string]string{
		"burst": "calls=1", "redirect": "to=https://app.fluidpay.com/", "slow-headers": "delay=1s", "slow-body": "over=1s",
		"wrong-content-type": "type=text/html", "page-drift": "delete=1",
	}
	var armed int
	for _, name := range fake.FaultNames() {
		text := mistakeIn(t, func(shop *fluidpay.Server) {
			shop.Inject(fault(strings.TrimSpace(name + " " + needed[name])).Optional()).Disarm()
		})
		if text == "" {
			armed++
		}
	}
	assert.GreaterOrEqual(t, armed, 18)
}

// A refusal shows no record here, so nothing can be said about one.
func TestFaultsThatDoNotFit(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"not-saved persisted=false", "not-saved echo=stored"} {
		text := mistakeIn(t, func(shop *fluidpay.Server) { shop.Inject(fault(words)) })
		assert.Contains(t, text, "this API shows no record that it refuses", words)
	}
}

func TestFaultsOnUnknownOperations(t *testing.T) {
	t.Parallel()
	text := mistakeIn(t, func(shop *fluidpay.Server) { shop.Inject(fake.NewFault("server-error").On("DeleteCustomer")) })
	assert.Contains(t, text, `fault server-error: on="DeleteCustomer"`)
	assert.Contains(t, text, "GetCart, SearchCarts, ListCarts, CreateCart, UpdateCart, DeleteCart, GetProduct, SearchProducts, ListProducts, CreateProduct, UpdateProduct, DeleteProduct")
}
