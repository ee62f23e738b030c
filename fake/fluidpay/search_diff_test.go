package fluidpay_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// other is a second merchant with records of its own.
var other = fluidpay.Merchant{ID: "othermerchant0000000", Key: "api_Other", PublicKey: "pub_Other"}

// A dice makes random stores and bodies, the same ones each time.
type dice struct{ *rand.Rand }

func roll(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 7))} }

func oneOf[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

func (d dice) often(percent int) bool { return d.IntN(100) < percent }

var someNames = []string{"mug", "cap", "Mug", "", "mug ", "tasse à café", "<b>&\u2028", "日本", "a\"b\\c", "mug\x00"}

func (d dice) time() time.Time {
	t := four.Add(time.Duration(d.IntN(5)-6) * time.Minute)
	switch d.IntN(8) {
	case 0:
		t = t.Add(time.Duration(d.IntN(3)) * 250 * time.Millisecond)
	case 1:
		t = t.In(time.FixedZone("", (d.IntN(7)-3)*45*60))
	}
	return t
}

func (d dice) deleted() *time.Time {
	if d.often(75) {
		return nil
	}
	return pointer(d.time())
}

func (d dice) merchant() string { return oneOf(d, "", "", "", other.ID) }

// store fills a fake with carts and products of two merchants, some of them
// deleted.
func (d dice) store(t testing.TB, opts ...fluidpay.Option) *fluidpay.Server {
	shop := still(t, append(opts, fluidpay.WithMerchant(other))...)
	ids, most := map[string][]string{}, oneOf(d, 10, 30, 30, 120)
	for i := range d.IntN(most) {
		p := fluidpay.Product{
			Name: oneOf(d, someNames...), SKU: "S", Price: int64(d.IntN(6)) * 100, CreatedAt: d.time(), MerchantID: d.merchant(), DeletedAt: d.deleted(),
			FixedAmount: d.often(50), FixedQty: d.often(50), LocalTax: int64(d.IntN(3)),
		}
		if d.often(30) {
			p.ID = "p" + itoa(i)
		}
		if d.often(50) {
			p.Name = "pair " + itoa(i/2) // of which a cart often holds both
		}
		if d.often(30) {
			p.UpdatedAt = d.time()
		}
		if d.often(30) {
			p.UnitOfMeasure = pointer(oneOf(d, "kg", ""))
		}
		p = shop.Products.Add(p)
		ids[p.MerchantID] = append(ids[p.MerchantID], p.ID)
	}
	for i := range d.IntN(most) {
		c := fluidpay.Cart{
			Name: oneOf(d, someNames...), CreatedAt: d.time(), MerchantID: d.merchant(), DeletedAt: d.deleted(), EmailReceipt: d.often(50),
			CardProcessorID: oneOf(d, "", "d0doh5fsvrvasm390u6g"), Settings: oneOf(d, nil, json.RawMessage(`{"a":{"b":[1.50,"<"]},"":null}`)),
		}
		if d.often(30) {
			c.ID = "c" + itoa(i)
		}
		if d.often(30) {
			c.UpdatedAt = d.time()
		}
		owner := c.MerchantID
		if owner == "" {
			owner = shop.MerchantID()
		}
		for i, id := range ids[owner] {
			if d.IntN(most) < 2 {
				c.Products = append(c.Products, ids[owner][i:min(i+oneOf(d, 1, 2), len(ids[owner]))]...)
			} else if d.IntN(most) < 2 {
				c.Products = append(c.Products, id)
			}
		}
		slices.Sort(c.Products)
		c.Products = slices.Compact(c.Products)
		if d.often(10) {
			c.Products = append(c.Products, "never-stored")
		}
		shop.Carts.Add(c)
	}
	return shop
}

func quoted(text string) string { return slowJSON(text) }

func (d dice) textFilter(key, operator string, values []string) string {
	return `"` + key + `":{"operator":"` + operator + `","value":` + quoted(oneOf(d, values...)) + `}`
}

func (d dice) bound() string {
	text := d.time().Format(time.RFC3339Nano)
	if d.often(5) {
		return "null"
	}
	return `"` + text + `"`
}

// part makes one filter of a search; a kind is a key with an operator.
func (d dice) part(shop *fluidpay.Server, kind string) string {
	key, operator, _ := strings.Cut(kind, " ")
	switch key {
	case "id":
		values := []string{"", "nobody", "D0EDA07SVRVASM00000G"}
		for _, p := range shop.Products.All() {
			values = append(values, p.ID)
		}
		for _, c := range shop.Carts.All() {
			values = append(values, c.ID)
		}
		return d.textFilter(key, operator, values)
	case "name", "product":
		values := append([]string{"nobody", "MUG"}, someNames...)
		for _, p := range shop.Products.All() {
			values = append(values, p.Name)
		}
		return d.textFilter(key, operator, values)
	case "price":
		return `"price":{"value":` + itoa((d.IntN(8)-1)*100+oneOf(d, 0, 0, 0, 1)) + `,"operator":"` + operator + `"}`
	case "limit":
		return `"limit":` + oneOf(d, "0", "1", "2", "3", "10", "100", "101", "9223372036854775807", "null")
	case "offset":
		return `"offset":` + oneOf(d, "0", "1", "2", "5", "25", "1000", "9223372036854775807", "null")
	}
	switch operator { // a range
	case "from":
		return `"` + key + `":{"start_date":` + d.bound() + `}`
	case "until":
		return `"` + key + `":{"end_date":` + d.bound() + `}`
	case "between":
		return `"` + key + `":{"end_date":` + d.bound() + `,"start_date":` + d.bound() + `,"from":1}`
	}
	return `"` + key + `":{}`
}

// common are the kinds of filter that both searches have.
var common = []string{
	"id =", "id !=", "name =", "name !=",
	"created_at from", "created_at until", "created_at between", "created_at any",
	"updated_at from", "updated_at until", "updated_at between", "updated_at any",
	"deleted_at from", "deleted_at until", "deleted_at between", "deleted_at any",
	"limit", "offset",
}

// target is one of the two searches.
type target struct {
	path  string
	third string
	kinds []string
	rows  func(*fluidpay.Server) []row
}

var targets = []target{
	{"cart", "product", append(slices.Clone(common), "product =", "product !="), cartRows},
	{"product", "price", append(slices.Clone(common), "price =", "price !=", "price <", "price >"), productRows},
}

// same makes a search for each merchant, and compares it with the slow one.
func same(t *testing.T, shop *fluidpay.Server, to target, rows []row, r ruling, body string) {
	t.Helper()
	r.third = to.third
	for merchant, key := range map[string]string{shop.MerchantID(): shop.APIKey(), other.ID: other.Key} {
		got := clientOf(t, shop).as(key).send("POST", "/api/merchant/"+merchant+"/"+to.path+"/search", body, "Content-Type: application/json")
		status, want := slowSearch(r, rows, merchant, body)
		require.Equal(t, status, got.status, "%s: %s\n%s", to.path, body, got.body)
		require.Equal(t, want, got.body, "%s: %s", to.path, body)
	}
}

// Each filter alone, with each of its operators.
func TestEachOperator(t *testing.T) {
	t.Parallel()
	for _, to := range targets {
		for _, kind := range to.kinds {
			t.Run(to.path+" "+kind, func(t *testing.T) {
				t.Parallel()
				d := roll(1)
				for range 5 {
					shop := d.store(t)
					rows := to.rows(shop)
					for range 10 {
						body := "{" + d.part(shop, kind)
						if kind != "limit" {
							body += `,"limit":100`
						}
						same(t, shop, to, rows, ruling{}, body+"}")
					}
				}
			})
		}
	}
}

// mix is a body with many filters.
func (d dice) mix(shop *fluidpay.Server, to target) string {
	var parts []string
	for _, kind := range to.kinds {
		percent := 8
		if kind == "limit" || kind == "offset" {
			percent = 50
		}
		if d.often(percent) {
			parts = append(parts, d.part(shop, kind))
		}
	}
	if d.often(20) {
		parts = append(parts, oneOf(d, `"sku":{"operator":"=","value":"S"}`, `"name":null`, `"deleted_at":null`, `"x":[{}]`, `"offset":"1"`, `"limit":-1`,
			`"limit":1.0`, `"name":{"operator":"%","value":"mug"}`, `"id":{"operator":7,"value":""}`, `"created_at":{"start_date":"2025-05-08"}`,
			`"price":{"operator":"<","value":1e2}`, `"product":"mug"`, `"updated_at":[]`))
	}
	d.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return "{" + strings.Join(parts, ",") + "}"
}

func TestAllFiltersTogether(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]ruling{
		"by default":    {},
		"lenient":       {lenient: true},
		"strict limit":  {strict: true},
		"pages of 3":    {pageSize: 3},
		"a list always": {empty: "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := map[string][]fluidpay.Option{
				"lenient": {fluidpay.WithLenientSearch()}, "strict limit": {fluidpay.WithStrictLimit()},
				"pages of 3": {fluidpay.WithPageSize(3)}, "a list always": {fluidpay.WithEmptyLists()},
			}[name]
			d := roll(2)
			for range 15 {
				shop := d.store(t, opts...)
				for _, to := range targets {
					rows := to.rows(shop)
					for range 15 {
						same(t, shop, to, rows, r, d.mix(shop, to))
					}
				}
			}
		})
	}
}

// A store that changes, by calls and by the test, is searched as it is now.
func TestSearchesKeepUp(t *testing.T) {
	t.Parallel()
	d := roll(3)
	for range 8 {
		shop := d.store(t)
		for range 30 {
			d.change(t, shop)
			for _, to := range targets {
				rows := to.rows(shop)
				same(t, shop, to, rows, ruling{}, d.mix(shop, to))
				got := clientOf(t, shop).get("/" + to.path)
				require.Equal(t, slowGetAll(rows, shop.MerchantID()), got.body)
			}
		}
	}
}

// change does one thing to a store.
func (d dice) change(t *testing.T, shop *fluidpay.Server) {
	t.Helper()
	me := clientOf(t, shop)
	carts, products := shop.Carts.All(), shop.Products.All()
	shop.Advance(oneOf(d, 0, time.Second, time.Minute))
	switch name := quoted(oneOf(d, someNames[:4]...) + "x"); d.IntN(9) {
	case 0:
		require.Equal(t, 200, me.post("/product", `{"sku":"n","name":`+name+`,"price":`+itoa(d.IntN(5)*100)+`,"fixed_amount":false,"fixed_qty":true,"description":"d"}`).status)
	case 1:
		require.Equal(t, 200, me.post("/cart", `{"type":"normal","name":`+name+`}`).status)
	case 2:
		shop.Products.Add(fluidpay.Product{Name: oneOf(d, someNames...), CreatedAt: d.time(), MerchantID: d.merchant()})
	}
	if len(carts) == 0 || len(products) == 0 {
		return
	}
	cart, product := oneOf(d, carts...), oneOf(d, products...)
	status := []int{200, 404}
	switch d.IntN(7) {
	case 0:
		require.Contains(t, status, me.del("/cart/"+cart.ID).status)
	case 1:
		require.Contains(t, status, me.del("/product/"+product.ID).status)
	case 2:
		require.Contains(t, status, me.post("/product/"+product.ID, `{"name":"mug","price":100}`).status)
	case 3:
		if product.DeletedAt == nil && product.MerchantID == cart.MerchantID && cart.MerchantID == shop.MerchantID() {
			require.Contains(t, status, me.post("/cart/"+cart.ID, `{"name":"cap","products":["`+product.ID+`"]}`).status)
		}
	case 4:
		shop.Products.Change(product.ID, func(p *fluidpay.Product) {
			p.Name, p.DeletedAt, p.CreatedAt = oneOf(d, someNames...), d.deleted(), d.time()
		})
	case 5:
		shop.Carts.Change(cart.ID, func(c *fluidpay.Cart) {
			c.Name, c.DeletedAt, c.UpdatedAt = oneOf(d, someNames...), d.deleted(), d.time()
		})
	case 6:
		if d.often(50) {
			shop.Products.Remove(product.ID)
		} else {
			shop.Carts.Remove(cart.ID)
		}
	}
}
