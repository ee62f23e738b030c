package scenarios_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/scenarios"
)

// A buyer is a plain client of FluidPay.
type buyer struct {
	http       *http.Client
	base, home string
	key        string
	run        *scenarios.Run
}

func newBuyer(run *scenarios.Run) buyer {
	credentials := run.Credentials()
	return buyer{run.Client(), run.BaseURL(), "/api/merchant/" + credentials["merchant_id"], credentials["api_key"], run}
}

// do sends a request below the merchant's path and gives status and body; an
// error of the connection is given as it is.
func (b buyer) do(method, path, body string) (int, string, error) {
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, b.base+b.home+path, r)
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Authorization", b.key)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// must is do where nothing may go wrong.
func (b buyer) must(t testing.TB, status int, method, path, body string) string {
	t.Helper()
	got, text, err := b.do(method, path, body)
	require.NoError(t, err)
	require.Equal(t, status, got, text)
	return text
}

// fails is a call whose connection breaks.
func (b buyer) fails(t testing.TB, method, path, body string) {
	t.Helper()
	_, _, err := b.do(method, path, body)
	require.Error(t, err)
}

func (b buyer) pass(d time.Duration) { b.run.Fake().Advance(d) }

const (
	aCart     = "/cart/d0doh5fsvrvasm390u6g"
	anEdge    = "/product/d0doh5fsvrvasm390u30"
	aPot      = "/product/d0doh5fsvrvasm390u40"
	aTee      = `{"sku":"T-1","name":"Tee","price":1299,"fixed_amount":true,"fixed_qty":false,"description":"A tee"}`
	teeByName = `{"name":{"operator":"=","value":"Tee"}}`
	dearer    = `{"price":300}`
	autumn    = `{"name":"Autumn"}`
	mugAndCap = `{"products":["d0doh5fsvrvasm390u30","d0doh5fsvrvasm390u3g"]}`
	andThePot = `{"products":["d0doh5fsvrvasm390u30","d0doh5fsvrvasm390u3g","d0doh5fsvrvasm390u40"]}`
)

// pages reads the shelf page by page, and gives how many products there were
// and what the last page gave as their number.
func (b buyer) pages(t testing.TB) (seen int, total int64) {
	t.Helper()
	for offset := 0; offset < 300; offset += 100 {
		text := b.must(t, 200, "POST", "/product/search", `{"limit":100,"offset":`+itoa(offset)+`}`)
		seen += len(gjson.Get(text, "data").Array())
		total = gjson.Get(text, "total_count").Int()
	}
	return seen, total
}

// buyers are, for some shipped stories, a client that follows it and clients with
// a bug.
var buyers = map[string]struct {
	good func(t *testing.T, b buyer)
	bad  map[string]func(t *testing.T, b buyer)
}{
	"lost-product": {
		good: func(t *testing.T, b buyer) {
			b.fails(t, "POST", "/product", aTee)
			assert.EqualValues(t, 1, gjson.Get(b.must(t, 200, "POST", "/product/search", teeByName), "total_count").Int())
			assert.False(t, isJSON(b.must(t, 502, "POST", anEdge, dearer)))
			assert.EqualValues(t, 300, gjson.Get(b.must(t, 200, "GET", anEdge, ""), "data.price").Int())
		},
		bad: map[string]func(t *testing.T, b buyer){
			"posts again": func(t *testing.T, b buyer) {
				b.fails(t, "POST", "/product", aTee)
				b.must(t, 501, "POST", "/product", aTee)
			},
			"filters by a key that is no filter": func(t *testing.T, b buyer) {
				b.fails(t, "POST", "/product", aTee)
				b.must(t, 501, "POST", "/product/search", `{"sku":{"operator":"=","value":"T-1"}}`)
			},
			"repeats the update": func(t *testing.T, b buyer) {
				b.fails(t, "POST", "/product", aTee)
				b.must(t, 200, "POST", "/product/search", teeByName)
				b.must(t, 502, "POST", anEdge, dearer)
				b.must(t, 501, "POST", anEdge, dearer)
			},
			"gives up": func(t *testing.T, b buyer) { b.fails(t, "POST", "/product", aTee) },
		},
	},
	"whole-list": {
		good: func(t *testing.T, b buyer) {
			assert.Equal(t, `["d0doh5fsvrvasm390u30"]`, gjson.Get(b.must(t, 200, "GET", aCart, ""), "data.products.#.id").Raw)
			b.must(t, 200, "POST", aCart, mugAndCap)
			b.must(t, 200, "DELETE", aPot, "")
			b.must(t, 200, "GET", aCart, "")
			assert.Contains(t, b.must(t, 400, "POST", aCart, andThePot), "invalid product id")
		},
		bad: map[string]func(t *testing.T, b buyer){
			"sends the new one alone": func(t *testing.T, b buyer) {
				b.must(t, 200, "GET", aCart, "")
				b.must(t, 501, "POST", aCart, `{"products":["d0doh5fsvrvasm390u3g"]}`)
			},
			"sends objects back": func(t *testing.T, b buyer) {
				products := gjson.Get(b.must(t, 200, "GET", aCart, ""), "data.products").Raw
				b.must(t, 501, "POST", aCart, `{"products":`+strings.TrimSuffix(products, "]")+`,"d0doh5fsvrvasm390u3g"]}`)
			},
			"resets what it did not change": func(t *testing.T, b buyer) {
				b.must(t, 200, "GET", aCart, "")
				b.must(t, 501, "POST", aCart, strings.Replace(mugAndCap, "{", `{"show_available_products":false,`, 1))
			},
			"writes without reading": func(t *testing.T, b buyer) { b.must(t, 501, "POST", aCart, mugAndCap) },
		},
	},
	"failed-with-200": {
		good: func(t *testing.T, b buyer) {
			assert.Contains(t, b.must(t, 200, "POST", aCart, autumn), `"status":"failed"`)
			assert.Contains(t, b.must(t, 200, "GET", aCart, ""), "initiatives")
			assert.Contains(t, b.must(t, 200, "POST", aCart, autumn), `"status":"error"`)
			assert.Contains(t, b.must(t, 400, "POST", aCart, autumn), "cart is closed")
		},
		bad: map[string]func(t *testing.T, b buyer){
			"takes 200 for success": func(t *testing.T, b buyer) { b.must(t, 200, "POST", aCart, autumn) },
			"tries for ever": func(t *testing.T, b buyer) {
				b.must(t, 200, "POST", aCart, autumn)
				b.must(t, 501, "POST", aCart, autumn)
			},
		},
	},
	"shelf-shrinks": {
		good: func(t *testing.T, b buyer) {
			seen, total := b.pages(t)
			assert.Equal(t, []int{249, 249}, []int{seen, int(total)})
			seen, total = b.pages(t)
			assert.Equal(t, []int{249, 249}, []int{seen, int(total)})
		},
		bad: map[string]func(t *testing.T, b buyer){
			"reads on": func(t *testing.T, b buyer) { b.pages(t) },
			"takes ten for all": func(t *testing.T, b buyer) {
				b.must(t, 501, "POST", "/product/search", `{}`)
			},
			"wants all at once": func(t *testing.T, b buyer) {
				b.must(t, 501, "POST", "/product/search", `{"limit":500,"offset":0}`)
			},
			"steps by pages": func(t *testing.T, b buyer) {
				b.must(t, 200, "POST", "/product/search", `{"limit":100,"offset":0}`)
				b.must(t, 501, "POST", "/product/search", `{"limit":100,"offset":1}`)
			},
		},
	},
	"key-withdrawn": {
		good: func(t *testing.T, b buyer) {
			b.must(t, 200, "GET", "/cart", "")
			assert.Contains(t, b.must(t, 401, "POST", aCart, autumn), "unauthorized")
		},
		bad: map[string]func(t *testing.T, b buyer){
			"tries again": func(t *testing.T, b buyer) {
				b.must(t, 200, "GET", "/cart", "")
				b.must(t, 401, "POST", aCart, autumn)
				b.must(t, 501, "POST", aCart, autumn)
			},
			"never begins": func(*testing.T, buyer) {},
		},
	},
	"bad-gateway": {
		good: func(t *testing.T, b buyer) {
			b.must(t, 502, "GET", "/product", "")
			b.pass(time.Second)
			b.fails(t, "GET", "/product", "")
			b.pass(time.Second)
			assert.True(t, isJSON(b.must(t, 200, "GET", "/product", "")))
			for range 2 {
				assert.False(t, isJSON(b.must(t, 200, "GET", "/cart", "")))
			}
			assert.Equal(t, "null", gjson.Get(b.must(t, 200, "GET", "/cart", ""), "data").Raw)
			b.must(t, 429, "GET", anEdge, "")
			b.pass(5 * time.Second)
			b.must(t, 200, "GET", anEdge, "")
		},
		bad: map[string]func(t *testing.T, b buyer){
			"does not pause": func(t *testing.T, b buyer) {
				b.must(t, 502, "GET", "/product", "")
				b.must(t, 501, "GET", "/product", "")
			},
			"takes a page for an empty cart": func(t *testing.T, b buyer) {
				b.must(t, 502, "GET", "/product", "")
				b.pass(time.Second)
				b.fails(t, "GET", "/product", "")
				b.pass(time.Second)
				b.must(t, 200, "GET", "/product", "")
				b.must(t, 200, "GET", "/cart", "")
				b.must(t, 501, "GET", anEdge, "")
			},
		},
	},
	"gone-for-good": {
		good: func(t *testing.T, b buyer) {
			b.fails(t, "DELETE", aCart, "")
			b.must(t, 404, "DELETE", aCart, "")
			assert.Equal(t, "null", gjson.Get(b.must(t, 200, "GET", "/cart", ""), "data").Raw)
			assert.Equal(t, `["initiatives"]`, gjson.Get(b.must(t, 200, "POST", "/cart/search", `{"deleted_at":{}}`), "data.#.name").Raw)
		},
		bad: map[string]func(t *testing.T, b buyer){
			"takes a 404 for an error, and tries on": func(t *testing.T, b buyer) {
				b.fails(t, "DELETE", aCart, "")
				b.must(t, 404, "DELETE", aCart, "")
				b.must(t, 501, "DELETE", aCart, "")
			},
			"reads what it deleted": func(t *testing.T, b buyer) {
				b.fails(t, "DELETE", aCart, "")
				b.must(t, 501, "GET", aCart, "")
			},
		},
	},
}

func TestFluidpayLibraryWithClientsThatFollow(t *testing.T) {
	t.Parallel()
	for name, c := range buyers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shipped(t, "fluidpay", name)
			synctest.Test(t, func(t *testing.T) { c.good(t, newBuyer(s.Start(t))) })
		})
	}
}

func TestFluidpayLibraryWithClientsThatDoNot(t *testing.T) {
	t.Parallel()
	for story, c := range buyers {
		s := shipped(t, "fluidpay", story)
		for name, bad := range c.bad {
			t.Run(story+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					watched := watch(func(w *spy) { bad(t, newBuyer(s.Start(w))) })
					require.NotEmpty(t, watched.failures())
					assert.Contains(t, watched.failures()[0], "library/fluidpay/"+s.Name()+".txtar:")
				})
			})
		}
	}
}

func TestFluidpayLibraryIsInOrder(t *testing.T) {
	t.Parallel()
	all := scenarios.Library("fluidpay")
	assert.GreaterOrEqual(t, len(all), len(buyers))
	for _, s := range all {
		text, err := os.ReadFile("library/fluidpay/" + s.Name() + ".txtar")
		require.NoError(t, err)
		assert.Equal(t, string(text), string(s.Format()), s.Name())
		assert.Equal(t, "fluidpay", s.API())
	}
}

// fluidpayStory reads a scenario.
func fluidpayStory(text string) (*scenarios.Scenario, error) {
	return scenarios.Load(fstest.MapFS{"story.txtar": {Data: []byte(text)}}, "story.txtar")
}

// The words after "with" are the options of the fake.
func TestFluidpayOptions(t *testing.T) {
	t.Parallel()
	const shop = "\n-- shop.json --\n{\"carts\": [{\"id\": \"c\", \"name\": \"Spring\"}]}\n"
	for with, want := range map[string]string{
		"empty-lists":             `GET /product -> "data":[]`,
		"document-shapes":         `GET /cart -> "deleted_at":null}]}`,
		"older-keys":              `GET /cart/c -> "shopify_hash":""`,
		"search-msg ok":           `POST /cart/search -> "msg":"ok"`,
		"page-size 1":             `POST /cart/search -> "total_count":1}`,
		"strict-limit":            `POST /cart/search -> "total_count":1}`,
		"lenient-search":          `POST /cart/search -> "total_count":1}`,
		"token abc":               `GET /cart -> "total_count":1}`,
		"deletes readable":        `GET /cart -> "total_count":1}`,
		"control-panel":           `GET /cart -> "total_count":1}`,
		"merchant another api_No": `GET /cart -> "total_count":1}`,
	} {
		t.Run(with, func(t *testing.T) {
			t.Parallel()
			request, reply, _ := strings.Cut(want, " -> ")
			method, path, _ := strings.Cut(request, " ")
			s, err := fluidpayStory("scenario 1 fluidpay\nclock 2025-05-08T16:00:00Z\nstate @shop\nwith " + with + "\n\n-> " + method + " /api/merchant/testmerchant12345678" + path + "\n<- live\n" + shop)
			require.NoError(t, err)
			body := ""
			if method == "POST" {
				body = "{}"
			}
			assert.Contains(t, newBuyer(s.Start(t)).must(t, 200, method, path, body), reply)
		})
	}
	for _, with := range []string{"page-size 101", "deletes never", "merchant x", "merchant testmerchant12345678 api_x", "control-panel now", "page-size ten"} {
		_, err := fluidpayStory("scenario 1 fluidpay\nwith " + with + "\n")
		assert.Error(t, err, with)
	}
}
