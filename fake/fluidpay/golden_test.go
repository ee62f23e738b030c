package fluidpay_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
	"github.com/cartdouble/cartdouble/golden"
)

// goldens replays all goldens of one operation. What belongs to one number is
// one conversation: the requests before it are made first.
func goldens(t *testing.T, op string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "golden", op+"_X*.txtar"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			words := strings.Split(name, "_")
			story, told := stories[words[1]]
			require.True(t, told, name)
			shop := still(t, story.options...)
			for _, prepare := range story.state {
				prepare(t, shop)
			}
			if len(words) == 3 {
				sayUpTo(t, shop, words[1], words[2])
			}
			headers := []golden.Option{golden.Header("Authorization", shop.APIKey())}
			if name == "ListCarts_X23_1" {
				headers = nil // no key
			}
			golden.Replay(t, name, shop.Client(), shop.BaseURL(), headers...)
			noted(story.notes[name]...)(t, shop)
		})
	}
}

// sayUpTo makes the requests of a conversation that come before one of them.
func sayUpTo(t *testing.T, shop *fluidpay.Server, number, request string) {
	t.Helper()
	for i := 1; itoa(i) != request; i++ {
		files, err := filepath.Glob(filepath.Join("testdata", "golden", fmt.Sprintf("*_%s_%d.txtar", number, i)))
		require.NoError(t, err)
		require.Len(t, files, 1)
		script, err := golden.ReadFile(files[0])
		require.NoError(t, err)
		for _, x := range script.Exchanges {
			var headers []string
			me := clientOf(t, shop)
			for _, h := range x.Request.Header {
				headers = append(headers, h.Name+": "+h.Value)
				if h.Name == "Authorization" {
					me = me.as("")
				}
			}
			if filepath.Base(files[0]) == "ListCarts_X23_1.txtar" {
				me = me.as("")
			}
			got := me.send(x.Request.Method, x.Request.Target, string(x.Request.Body), headers...)
			require.Equal(t, string(x.Response.Body), got.body)
		}
	}
}

// A story is what stands behind the goldens of one number.
type story struct {
	options []fluidpay.Option
	state   []func(testing.TB, *fluidpay.Server)
	notes   map[string][]string // by golden: everything noted up to its end
}

func states(all ...func(testing.TB, *fluidpay.Server)) []func(testing.TB, *fluidpay.Server) {
	return all
}

var (
	bare    = "path-without-api"
	stories = map[string]story{
		"X1":  {options: options(fluidpay.WithDocumentShapes()), state: states(sampleCart), notes: map[string][]string{"GetCart_X1": {bare}}},
		"X2":  {state: states(sampleCart)},
		"X3":  {options: options(fluidpay.WithDocumentShapes()), state: states(sampleList), notes: map[string][]string{"ListCarts_X3": {bare}}},
		"X4":  {state: states(sampleList)},
		"X5":  {state: states(sampleCart, fourParts), notes: map[string][]string{"UpdateCart_X5": {bare}}},
		"X6":  {state: states(sampleCart), notes: map[string][]string{"DeleteCart_X6_1": {bare}, "DeleteCart_X6_2": {bare, bare}, "SearchCarts_X6_3": {bare, bare}}},
		"X7":  {state: states(sampleProduct("Train his child does camp terribly myself pride us yet. Moonlight handle publicity shall keep those watch drag truthfully anyone. Bravo tasty these to has rarely soon capture as quarterly."))},
		"X8":  {options: options(fluidpay.WithDocumentShapes()), state: states(sampleProduct("sample description"))},
		"X9":  {state: states(sampleProduct("sample description"))},
		"X10": {state: states(sampleCart)},
		"X11": {}, "X12": {},
		"X13": {notes: map[string][]string{}},
		"X14": {state: states(sampleCart)},
		"X15": {state: states(sampleCart), notes: map[string][]string{"UpdateCart_X15": {"read-only-key: id", "ignored-null: description"}}},
		"X16": {state: states(shelf, shelfCarts)},
		"X17": {state: states(shelf)}, "X18": {state: states(shelf), notes: map[string][]string{"SearchProducts_X18": {"odd-time: created_at"}}},
		"X19": {state: states(shelf), notes: map[string][]string{"SearchProducts_X19": {"ignored-filter: sku"}}},
		"X20": {state: states(shelf)},
		"X21": {}, "X22": {options: options(fluidpay.WithEmptyLists())},
		"X23": {state: states(sampleCart)},
		"X24": {options: options(fake.Allow("no-route")), state: states(sampleCart), notes: verbNotes()},
		"X25": {options: options(fluidpay.WithControlPanel()), state: states(sampleCart), notes: map[string][]string{"ListCarts_X25": {bare}}},
	}
)

// verbNotes are those of a conversation in which each request is odd.
func verbNotes() map[string][]string {
	const (
		slash = "no-route: GET /api/merchant/testmerchant12345678/cart/: no such endpoint; did you mean GET /api/merchant/{m}/cart?"
		query = "ignored-query"
		put   = "no-route: PUT /api/merchant/testmerchant12345678/cart/d0doh5fsvrvasm390u6g: no such endpoint; did you mean GET /api/merchant/{m}/cart/{id}?"
	)
	return map[string][]string{
		"NoRoute_X24_1": {slash}, "GetCart_X24_2": {slash, query}, "NoRoute_X24_3": {slash, query, put},
		"GetCart_X24_4": {slash, query, put}, "CreateCart_X24_5": {slash, query, put},
	}
}

// The states of the goldens.

var (
	sampleTime = time.Date(2025, 5, 7, 16, 21, 42, 0, time.UTC)
	edge       = fluidpay.Product{
		ID: "d0doh5fsvrvasm390u30", PublicHash: "fe254495-bca4-4d2b-9960-da166ae5f36f", SKU: "dbb3fd7a-31f0-4431-8a55-1a1935844c64", Name: "bleeding-edge",
		Img: "https://picsum.photos/250/159", Price: 233, LocalTax: 225, NationalTax: 210, FixedAmount: true,
		Description: "sample product description", CreatedAt: sampleTime,
	}
	initiatives = fluidpay.Cart{
		ID: "d0doh5fsvrvasm390u6g", PublicHash: "2c2b1b32-c00e-4caa-9931-a21d1e4a8cc1", Name: "initiatives", Description: "sample cart description",
		Products: []string{"d0doh5fsvrvasm390u30"}, ShowAvailableProducts: true,
		SuccessURL: "http://www.futureb2b.info/streamline/rich", CancelURL: "http://www.districtcollaborative.net/expedite",
		Settings: []byte(`{"product_subtitle_verbiage":"Products","save_customer_vault":"none"}`), CreatedAt: sampleTime,
	}
)

func sampleCart(_ testing.TB, shop *fluidpay.Server) {
	shop.Products.Add(edge)
	shop.Carts.Add(initiatives)
}

func sampleList(_ testing.TB, shop *fluidpay.Server) {
	cart := initiatives
	cart.Products, cart.Description, cart.SuccessURL, cart.CancelURL, cart.Settings = nil, "sample description", "", "", nil
	for _, end := range []string{"u30", "u3g", "u40", "u4g", "u50", "u5g", "u60"} {
		p := edge
		p.ID = "d0doh5fsvrvasm390" + end
		shop.Products.Add(p)
		cart.Products = append(cart.Products, p.ID)
	}
	shop.Carts.Add(cart)
}

func fourParts(_ testing.TB, shop *fluidpay.Server) {
	for i := 1; i <= 4; i++ {
		shop.Products.Add(fluidpay.Product{ID: "product" + itoa(i), SKU: "S" + itoa(i), Name: "Part " + itoa(i), Price: int64(100 * i), Description: "part"})
	}
}

func sampleProduct(description string) func(testing.TB, *fluidpay.Server) {
	return func(_ testing.TB, shop *fluidpay.Server) {
		shop.Products.Add(fluidpay.Product{
			ID: "d0ecs87svrvfjfvijd70", PublicHash: "f164740d-1005-4f9a-b958-111e4704840f", SKU: "acdfd73e-9fae-45ab-8c5e-c6a6920aff30", Name: "applications",
			Img: "https://picsum.photos/244/223", Price: 708, LocalTax: 388, NationalTax: 444, FixedAmount: true, Description: description,
			CreatedAt: time.Date(2025, 5, 8, 15, 30, 41, 0, time.UTC),
		})
	}
}

// shelf holds two mugs and a cap.
func shelf(_ testing.TB, shop *fluidpay.Server) {
	for i, name := range []string{"mug", "cap", "mug"} {
		shop.Products.Add(fluidpay.Product{
			ID: "d0shelf000000000000" + itoa(i+1), SKU: "S" + itoa(i+1), Name: name, Price: int64(900 + 300*i), Description: "thing",
			CreatedAt: time.Date(2025, 5, 8, 11+i, 0, 0, 0, time.UTC),
		})
	}
}

func shelfCarts(_ testing.TB, shop *fluidpay.Server) {
	shop.Carts.Add(fluidpay.Cart{ID: "d0cart00000000000001", Name: "spring", Products: []string{"d0shelf0000000000001"}, CreatedAt: time.Date(2025, 5, 8, 12, 0, 0, 0, time.UTC)})
	shop.Carts.Add(fluidpay.Cart{ID: "d0cart00000000000002", Name: "spring", Type: fluidpay.Donation, CreatedAt: time.Date(2025, 5, 8, 13, 0, 0, 0, time.UTC)})
}

func TestGetCart(t *testing.T)        { t.Parallel(); goldens(t, "GetCart") }
func TestSearchCarts(t *testing.T)    { t.Parallel(); goldens(t, "SearchCarts") }
func TestListCarts(t *testing.T)      { t.Parallel(); goldens(t, "ListCarts") }
func TestCreateCart(t *testing.T)     { t.Parallel(); goldens(t, "CreateCart") }
func TestUpdateCart(t *testing.T)     { t.Parallel(); goldens(t, "UpdateCart") }
func TestDeleteCart(t *testing.T)     { t.Parallel(); goldens(t, "DeleteCart") }
func TestGetProduct(t *testing.T)     { t.Parallel(); goldens(t, "GetProduct") }
func TestSearchProducts(t *testing.T) { t.Parallel(); goldens(t, "SearchProducts") }
func TestListProducts(t *testing.T)   { t.Parallel(); goldens(t, "ListProducts") }
func TestCreateProduct(t *testing.T)  { t.Parallel(); goldens(t, "CreateProduct") }
func TestUpdateProduct(t *testing.T)  { t.Parallel(); goldens(t, "UpdateProduct") }
func TestDeleteProduct(t *testing.T)  { t.Parallel(); goldens(t, "DeleteProduct") }
func TestNoRoute(t *testing.T)        { t.Parallel(); goldens(t, "NoRoute") }

// Each golden is one that an operation replays, and each number has one.
func TestGoldensAreComplete(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*"))
	require.NoError(t, err)
	ops := map[string]bool{"NoRoute": true}
	for _, r := range still(t).API().Routes {
		ops[r.Op] = r.Handle != nil
	}
	seen := map[string]bool{}
	for _, file := range files {
		m := regexp.MustCompile(`^([A-Za-z]+)_(X[0-9]+)(_[0-9]+)?\.txtar$`).FindStringSubmatch(filepath.Base(file))
		require.NotNil(t, m, file)
		require.True(t, ops[m[1]], file)
		seen[m[2]] = true
	}
	for i := 1; i <= 25; i++ {
		require.True(t, seen["X"+itoa(i)], i)
	}
	require.Len(t, seen, len(stories))
}
