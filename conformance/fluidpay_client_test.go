package conformance

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// A flpOdd is the reference client with something done to its requests, or to
// its functions.
type flpOdd struct {
	trip func(next http.RoundTripper, r *http.Request) (*http.Response, error)
	wrap func(c *FluidpayClient)
}

func (o flpOdd) make(tb fake.TB, env Env) FluidpayClient {
	mk := fluidpayAdapter(nil)
	if o.trip != nil {
		mk = with(mk, o.trip)
	}
	c := mk(tb, env)
	if o.wrap != nil {
		o.wrap(&c)
	}
	return c
}

// flpSending changes the body of what is sent.
func flpSending(old, changed string) flpOdd {
	return flpOdd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			body, _ := io.ReadAll(r.Body)
			text := strings.Replace(string(body), old, changed, 1)
			r = r.Clone(r.Context())
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		}
		return next.RoundTrip(r)
	}}
}

// flpAsking changes the URL of what is sent.
func flpAsking(old, changed string) flpOdd {
	return flpOdd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = strings.Replace(r.URL.Path, old, changed, 1), ""
		return next.RoundTrip(r)
	}}
}

// flpCarts changes what ListCarts and SearchCarts give.
func flpCarts(change func([]FluidpayCart) []FluidpayCart) flpOdd {
	return flpOdd{wrap: func(c *FluidpayClient) {
		list, search := c.ListCarts, c.SearchCarts
		c.ListCarts = func(ctx context.Context) ([]FluidpayCart, error) {
			all, err := list(ctx)
			return change(all), err
		}
		c.SearchCarts = func(ctx context.Context, f FluidpayFilter) ([]FluidpayCart, error) {
			all, err := search(ctx, f)
			return change(all), err
		}
	}}
}

// flpGets changes what GetCart gives.
func flpGets(change func(*FluidpayCart)) flpOdd {
	return flpOdd{wrap: func(c *FluidpayClient) {
		get := c.GetCart
		c.GetCart = func(ctx context.Context, id string) (FluidpayCart, error) {
			one, err := get(ctx, id)
			change(&one)
			return one, err
		}
	}}
}

// flpGetsProduct changes what GetProduct gives.
func flpGetsProduct(change func(*FluidpayProduct)) flpOdd {
	return flpOdd{wrap: func(c *FluidpayClient) {
		get := c.GetProduct
		c.GetProduct = func(ctx context.Context, id string) (FluidpayProduct, error) {
			one, err := get(ctx, id)
			change(&one)
			return one, err
		}
	}}
}

// flpFinds changes what SearchProducts gives.
func flpFinds(change func([]FluidpayProduct) []FluidpayProduct) flpOdd {
	return flpOdd{wrap: func(c *FluidpayClient) {
		search := c.SearchProducts
		c.SearchProducts = func(ctx context.Context, f FluidpayFilter) ([]FluidpayProduct, error) {
			all, err := search(ctx, f)
			return change(all), err
		}
	}}
}

// The findings that no mutant brings about are found too.
func TestMoreFluidpayBugsAreFound(t *testing.T) {
	t.Parallel()
	header := func(name, value string) flpOdd {
		return flpOdd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Header.Set(name, value)
			return next.RoundTrip(r)
		}}
	}
	for name, c := range map[string]struct {
		id, code string
		client   flpOdd
	}{
		"uses the public key":        {"FLP-AUTH-01", "header-differs", header("Authorization", "pub_CartDoubleTestKey0000001")},
		"uses another private key":   {"FLP-AUTH-01", "header-differs", header("Authorization", "api_Other")},
		"asks for another merchant":  {"FLP-URL-02", "other-merchant", flpAsking("my merchant/12", "mymerchant")},
		"changes the path of a cart": {"FLP-ID-02", "id-changed", flpAsking("/cart/0", "/cart/1")},
		"gives another id":           {"FLP-ID-02", "id-changed", flpGets(func(c *FluidpayCart) { c.ID = "x" })},
		"gives another cart":         {"FLP-ENV-01", "wrong-record", flpGets(func(c *FluidpayCart) { c.Name = "x" })},
		"lists a cart twice": {"FLP-LIST-01", "wrong-list", flpCarts(func(all []FluidpayCart) []FluidpayCart {
			return append(all, all...)
		})},
		"lists nothing at all":  {"FLP-ENV-04", "wrong-number", flpCarts(func([]FluidpayCart) []FluidpayCart { return nil })},
		"loses one of the list": {"FLP-POLY-02", "records-missing", flpCarts(func([]FluidpayCart) []FluidpayCart { return nil })},
		"loses one of two": {"FLP-POLY-03", "records-missing", flpCarts(func(all []FluidpayCart) []FluidpayCart {
			return all[:min(len(all), 1)]
		})},
		"loses a processor":       {"FLP-POLY-02", "processor-lost", flpGets(func(c *FluidpayCart) { c.ACHProcessorID = nil })},
		"writes a processor":      {"FLP-POLY-02", "processor-changed", flpSending(`"name":"still set"`, `"name":"still set","card_processor_id":null`)},
		"loses the ways to pay":   {"FLP-POLY-04", "payments-lost", flpGets(func(c *FluidpayCart) { c.Payments = nil })},
		"forgets the ways to pay": {"FLP-POLY-04", "not-stored", flpSending(`"payments":["ach"]`, `"payments":[]`)},
		"takes all for deleted":   {"FLP-NULL-01", "deleted-wrong", flpGets(func(c *FluidpayCart) { c.Deleted = true })},
		"loses the unit":          {"FLP-NULL-02", "wrong-unit", flpGetsProduct(func(p *FluidpayProduct) { p.UnitOfMeasure = "" })},
		"drops a fraction":        {"FLP-TYPE-01", "wrong-time", flpGets(func(c *FluidpayCart) { c.Created = c.Created.Truncate(time.Second) })},
		"sends another type":      {"FLP-CRE-01", "stored-otherwise", flpSending(`"donation"`, `"normal"`)},
		"makes normal of a gift":  {"FLP-CRE-01", "stored", flpSending(`"gift"`, `"normal"`)},
		"cuts long names":         {"FLP-CRE-02", "stored-otherwise", flpSending(strings.Repeat("é", 100), "é")},
		"cuts a group":            {"FLP-CRE-03", "stored-otherwise", flpSending(strings.Repeat("g", 254)+`"`, `g"`)},
		"turns processors round":  {"FLP-CRE-04", "stored-otherwise", flpSending("0123456789abcdefghiv", "vutsrqponmlkjihgfedc")},
		"sends another URL":       {"FLP-CRE-07", "stored-otherwise", flpSending("/thanks", "/")},
		"sends other cents":       {"FLP-PRD-02", "not-stored", flpSending(`"price":233`, `"price":23300`)},
		"reads dollars":           {"FLP-PRD-02", "wrong-price", flpGetsProduct(func(p *FluidpayProduct) { p.Price *= 100 })},
		"cuts a description":      {"FLP-PRD-03", "not-stored", flpSending(strings.Repeat("d", 254)+`"`, `d"`)},
		"cuts what is too long":   {"FLP-PRD-03", "stored", flpSending(strings.Repeat("d", 255), "d")},
		"loses the picture":       {"FLP-PRD-06", "not-stored", flpSending(`"img":"iVBORw0KGgo="`, `"img":""`)},
		"gives another picture":   {"FLP-PRD-06", "wrong-url", flpGetsProduct(func(p *FluidpayProduct) { p.Img = "" })},
		"creates and tells no id": {"FLP-CRE-06", "wrong-id", flpOdd{wrap: func(c *FluidpayClient) {
			create := c.CreateCart
			c.CreateCart = func(ctx context.Context, in FluidpayCart) (string, error) {
				_, err := create(ctx, in)
				return "", err
			}
		}}},
		"searches without a body": {"FLP-VERB-02", "no-body", flpOdd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Body, r.ContentLength = http.NoBody, 0
			return next.RoundTrip(r)
		}}},
		"tells no status":            {"FLP-AUTH-02", "status-lost", flpOdd{wrap: func(c *FluidpayClient) { c.Status = func(error) int { return 0 } }}},
		"gives another product":      {"FLP-SRC-02", "wrong-list", flpFinds(func(all []FluidpayProduct) []FluidpayProduct { return append(all, FluidpayProduct{ID: "x"}) })},
		"gives a product twice":      {"FLP-SRC-07", "listed-twice", flpFinds(func(all []FluidpayProduct) []FluidpayProduct { return append(all, all[0]) })},
		"invents a filter":           {"FLP-SRC-04", "ignored-filter", flpSending(`{"created_at"`, `{"colour":{},"created_at"`)},
		"writes a fraction of cents": {"FLP-SRC-02", "price-form", flpSending(`"value":900`, `"value":9e2`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluate(t, Fluidpay(), c.client.make, Only(c.id))
			if f := r.Results[0].Finding; f.Code != c.code {
				t.Errorf("%s: %s, want %s", c.id, r.text(false), c.code)
			}
		})
	}
}

// What a right client may do otherwise than the reference is no finding.
func TestOtherFluidpayWaysAreNoFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id     string
		client flpOdd
	}{
		"tells what it was told in its own errors": {"FLP-ERR-01", flpOdd{wrap: func(c *FluidpayClient) { c.Message, c.Status = nil, nil }}},
		"gives up where a list moves": {"FLP-SRC-07", flpOdd{wrap: func(c *FluidpayClient) {
			search := c.SearchProducts
			c.SearchProducts = func(ctx context.Context, f FluidpayFilter) ([]FluidpayProduct, error) {
				if _, err := search(ctx, f); err != nil {
					return nil, err
				}
				return nil, errNo
			}
		}}},
		"searches no skus": {"FLP-SRC-05", flpOdd{wrap: func(c *FluidpayClient) {
			search := c.SearchProducts
			c.SearchProducts = func(ctx context.Context, f FluidpayFilter) ([]FluidpayProduct, error) {
				if f.SKU != "" {
					return nil, errNo
				}
				return search(ctx, f)
			}
		}}},
		"gives both of two": {"FLP-SRC-06", flpOdd{wrap: func(c *FluidpayClient) {
			search := c.SearchProducts
			c.SearchProducts = func(ctx context.Context, f FluidpayFilter) ([]FluidpayProduct, error) {
				f.Only = false
				return search(ctx, f)
			}
		}}},
		"takes a second deletion for done": {"FLP-DEL-01", flpOdd{wrap: func(c *FluidpayClient) {
			remove := c.DeleteCart
			c.DeleteCart = func(ctx context.Context, id string) error {
				if err := remove(ctx, id); behind(err).Status != http.StatusNotFound {
					return err
				}
				return nil
			}
		}}},
		"asks for ten at a time": {"FLP-SRC-03", flpSending(`"limit":100`, `"limit":10`)},
		"has carts without /api": {"FLP-URL-01", flpAsking("/api/merchant/testmerchant12345678/cart", "/merchant/testmerchant12345678/cart")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			become(t, evaluate(t, Fluidpay(), c.client.make, Only(c.id)), pass)
		})
	}
}

// One line judges what a test's client does to a fake.
func TestFluidpayIsWatched(t *testing.T) {
	t.Parallel()
	shop := fluidpay.New()
	defer shop.Close()
	spy := &recorder{name: "TestShop"}
	r := Watch(spy, shop)
	c := fluidpayAdapter(nil)(spy, Env{BaseURL: shop.BaseURL(), HTTP: shop.Client(), Creds: shop.Credentials()})
	if _, err := c.CreateProduct(t.Context(), flpNewProduct()); err != nil {
		t.Fatal(err)
	}
	body := strings.NewReader(`{"sku":"tee2","name":"Tee","description":"","price":0,"fixed_amount":true}`)
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, shop.BaseURL()+"/api/merchant/"+shop.MerchantID()+"/product", body)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", shop.APIKey())
	answer, err := shop.Client().Do(q)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	spy.clean()
	states := map[string]State{}
	for _, res := range r.Results {
		states[res.Rule.ID] = res.State
	}
	for id, want := range map[string]State{
		"FLP-AUTH-01": pass, "FLP-URL-01": pass, "FLP-PRD-01": fail, "FLP-VERB-02": notExercised,
	} {
		if states[id] != want {
			t.Errorf("%s is %s, want %s", id, states[id], want)
		}
	}
	if text := spy.failure(); strings.Contains(text, shop.APIKey()) || !strings.Contains(text, "FLP-PRD-01") {
		t.Errorf("reported: %s", text)
	}
}

// No check of errors in general rests on products of a new cart, which the
// document does not have, and none wants a client to ask what it knows.
func TestFluidpayRefusalsAreDocumented(t *testing.T) {
	t.Parallel()
	for name, create := range map[string]func(context.Context, FluidpayClient, FluidpayCart) (string, error){
		"carts are made without products": func(ctx context.Context, c FluidpayClient, in FluidpayCart) (string, error) {
			in.ProductIDs = nil
			return c.CreateCart(ctx, in)
		},
		"names are not looked at": func(ctx context.Context, c FluidpayClient, in FluidpayCart) (string, error) {
			id, err := c.CreateCart(ctx, in)
			if id == "" && strings.Contains(err.Error(), "a name has") {
				return "", c.UpdateCart(ctx, flpUnknown, FluidpayChange{Name: &in.Name}) // which is refused by the service
			}
			return id, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluate(t, Fluidpay(), flpOdd{wrap: func(c *FluidpayClient) {
				before := *c
				c.CreateCart = func(ctx context.Context, in FluidpayCart) (string, error) { return create(ctx, before, in) }
			}}.make, Only("GEN-LEAK-01", "GEN-SECRET-01"))
			for _, res := range r.Results {
				if res.State != pass {
					t.Error(r.blockText(res))
				}
			}
		})
	}
}
