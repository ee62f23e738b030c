package conformance

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// The records that most checks have.
const (
	flpP1, flpP2, flpP3 = "d0shelf0000000000001", "d0shelf0000000000002", "d0shelf0000000000003"
	flpC1, flpC2        = "d0cart00000000000001", "d0cart00000000000002"
	flpUnknown          = "d0nobody000000000000"
	flpProcessor        = "d0procc0000000000001"
)

// flpDay is a moment of the day on which the records were made.
func flpDay(hour, minute int) time.Time {
	return time.Date(2025, 5, 8, hour, minute, 0, 0, time.UTC)
}

// flpProduct is a product with nothing odd about it.
func flpProduct(id, sku, name string, price int64, created time.Time) fluidpay.Product {
	return fluidpay.Product{
		ID: id, SKU: sku, Name: name, Price: price, FixedAmount: true, UnitOfMeasure: text("piece"), Description: "thing", CreatedAt: created,
	}
}

// flpCart is a cart with nothing odd about it.
func flpCart(id, name string, products ...string) fluidpay.Cart {
	return fluidpay.Cart{
		ID: id, Name: name, Products: products, CardProcessorID: flpProcessor, ACHProcessorID: flpProcessor,
		Settings: json.RawMessage(`{"product_subtitle_verbiage":"Products"}`), CreatedAt: flpDay(12, 0),
	}
}

// flpShelf are three products, of which two have one name, and two carts, of
// which one holds the first product.
func flpShelf(r *flpRun) {
	shop := flpShop(r)
	shop.Products.Add(flpProduct(flpP1, "S1", "mug", 900, flpDay(11, 0)))
	shop.Products.Add(flpProduct(flpP2, "S2", "cap", 1200, flpDay(12, 0)))
	shop.Products.Add(flpProduct(flpP3, "S3", "mug", 1500, flpDay(13, 0)))
	shop.Carts.Add(flpCart(flpC1, "spring", flpP1))
	shop.Carts.Add(flpCart(flpC2, "spring"))
}

// flpMany puts n products of the name "bolt" on the shelf.
func flpMany(n int) func(*flpRun) {
	return func(r *flpRun) {
		for i := range n {
			flpShop(r).Products.Add(flpProduct("", fmt.Sprintf("B%d", i+1), "bolt", 100+r.rng.Int64N(900), flpDay(9, 0)))
		}
	}
}

// flpNewCart is a cart that is not there yet.
func flpNewCart() FluidpayCart { return FluidpayCart{Name: "Summer"} }

// flpNewProduct is a product that is not there yet.
func flpNewProduct() FluidpayProduct {
	return FluidpayProduct{SKU: "tee1", Name: "Tee", Description: "a shirt", Price: 1299, FixedAmount: true, FixedQty: true}
}

// flpReads makes one call of every function that reads and is claimed.
func flpReads(r *flpRun) {
	u := flp(r)
	if u.c.GetCart != nil {
		u.getCart(flpC1).is(fluidpay.GetCart, 0)
	}
	if u.c.ListCarts != nil {
		u.listCarts().is(fluidpay.ListCarts, 0)
	}
	if u.c.SearchCarts != nil {
		u.searchCarts(FluidpayFilter{}).is(fluidpay.SearchCarts, 0)
	}
	if u.c.GetProduct != nil {
		u.getProduct(flpP1).is(fluidpay.GetProduct, 0)
	}
	if u.c.ListProducts != nil {
		u.listProducts().is(fluidpay.ListProducts, 0)
	}
	if u.c.SearchProducts != nil {
		u.searchProducts(FluidpayFilter{}).is(fluidpay.SearchProducts, 0)
	}
}

// flpEach makes one call of every function that is claimed.
func flpEach(r *flpRun) {
	flpReads(r)
	u := flp(r)
	if u.c.CreateCart != nil {
		u.createCart(flpNewCart())
	}
	if u.c.CreateProduct != nil {
		u.createProduct(flpNewProduct())
	}
	if u.c.UpdateCart != nil {
		u.updateCart(flpC1, FluidpayChange{Name: text("summer")})
	}
	if u.c.UpdateProduct != nil {
		u.updateProduct(flpP1, FluidpayChange{Name: text("cup")})
	}
	if u.c.AddToCart != nil {
		u.addToCart(flpC1, flpP2)
	}
	if u.c.DeleteCart != nil {
		u.deleteCart(flpC2)
	}
	if u.c.DeleteProduct != nil {
		u.deleteProduct(flpP3)
	}
}

// flpRead finds a read, made by flpReads, that did not give what is on the
// shelf.
func flpRead(r *flpRun, a *answer) Finding {
	if f := mustWork(a); f.Code != "" {
		return f
	}
	switch a.about {
	case fluidpay.GetCart:
		return flpSame(a, "cart", []string{a.cart().ID}, []string{flpC1})
	case fluidpay.ListCarts, fluidpay.SearchCarts:
		return flpSame(a, "cart", flpCartIDs(a.carts()), flpLivingCarts(r))
	case fluidpay.GetProduct:
		return flpSame(a, "product", []string{a.product().ID}, []string{flpP1})
	case fluidpay.ListProducts, fluidpay.SearchProducts:
		return flpSame(a, "product", flpProductIDs(a.products()), flpLivingProducts(r))
	}
	return Finding{}
}

// flpLivingCarts are the ids of the carts that a list shows, in its order.
func flpLivingCarts(r *flpRun) []string {
	return flpLiving(flpShop(r).Carts.All(), func(c fluidpay.Cart) flpLife {
		return flpLife{c.ID, c.CreatedAt, c.DeletedAt == nil && c.MerchantID == flpShop(r).MerchantID()}
	})
}

// flpLivingProducts are the ids of the products that a list shows, in its order.
func flpLivingProducts(r *flpRun) []string {
	return flpLiving(flpShop(r).Products.All(), func(p fluidpay.Product) flpLife {
		return flpLife{p.ID, p.CreatedAt, p.DeletedAt == nil && p.MerchantID == flpShop(r).MerchantID()}
	})
}

// A flpLife is what decides whether a list shows a record, and where.
type flpLife struct {
	id      string
	created time.Time
	shown   bool
}

func flpLiving[T any](records []T, life func(T) flpLife) []string {
	var shown []flpLife
	for _, one := range records {
		if l := life(one); l.shown {
			shown = append(shown, l)
		}
	}
	slices.SortFunc(shown, func(a, b flpLife) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.id, b.id))
	})
	var ids []string
	for _, l := range shown {
		ids = append(ids, l.id)
	}
	return ids
}

// flpStored is a cart as the shop has it, flpStoredProduct a product.
func flpStored(r *flpRun, id string) fluidpay.Cart {
	c, _ := flpShop(r).Carts.Get(id)
	return c
}

func flpStoredProduct(r *flpRun, id string) fluidpay.Product {
	p, _ := flpShop(r).Products.Get(id)
	return p
}

// flpMade are the carts that were made, in the order in which they were.
func flpMade(r *flpRun) []fluidpay.Cart {
	return slices.DeleteFunc(flpShop(r).Carts.All(), func(c fluidpay.Cart) bool { return c.ID == flpC1 || c.ID == flpC2 })
}

// flpMadeProducts are the products that were made, in the order in which they
// were.
func flpMadeProducts(r *flpRun) []fluidpay.Product {
	return slices.DeleteFunc(flpShop(r).Products.All(), func(p fluidpay.Product) bool { return strings.HasPrefix(p.ID, "d0shelf") })
}

// flpStatus finds an error that lost the status behind it. A client without
// Status does not claim to know it.
func flpStatus(r *flpRun, a *answer, want int) Finding {
	if a.err == nil || r.client.Status == nil {
		return Finding{}
	}
	if a.status != want {
		return found("status-lost", fmt.Sprintf("status %d behind the error of %s", want, a.call), "Status gave %d; %s", a.status, a.outcome()).of(a)
	}
	return Finding{}
}

// flpMessage finds an error without the words of the service. A client without
// Message is asked for them in the text of its error.
func flpMessage(r *flpRun, a *answer, words string) Finding {
	if a.err == nil {
		return Finding{}
	}
	got := a.err.Error()
	if r.client.Message != nil {
		got = a.message
	}
	if !strings.Contains(got, words) {
		return found("message-lost", fmt.Sprintf("the words %q behind the error of %s", words, a.call), "Message gave %q", got).of(a)
	}
	return Finding{}
}

// flpBodies are the requests that have a body.
func flpBodies(w *wire) []fake.Exchange {
	return slices.DeleteFunc(slices.Clone(w.calls), func(x fake.Exchange) bool { return len(x.Body) == 0 })
}

// flpAny is what a check needs that any call will do for.
var flpAny = []string{
	"GetCart|ListCarts|SearchCarts|CreateCart|UpdateCart|DeleteCart|AddToCart|" +
		"GetProduct|ListProducts|SearchProducts|CreateProduct|UpdateProduct|DeleteProduct",
}

// What a check comes after that needs these to work.
var (
	flpBase      = []string{"FLP-AUTH-01", "FLP-URL-01"}
	flpGetting   = append([]string{"FLP-ENV-01"}, flpBase...)
	flpListing   = append([]string{"FLP-LIST-01"}, flpBase...)
	flpSearching = append([]string{"FLP-SRC-01", "FLP-SRC-03"}, flpBase...)
	flpUpdating  = append([]string{"FLP-VERB-01"}, flpBase...)
	flpCreating  = append([]string{"FLP-CRE-01", "FLP-CRE-05", "FLP-CRE-06"}, flpBase...)
	flpSelling   = append([]string{"FLP-PRD-01", "FLP-PRD-02", "FLP-PRD-03", "FLP-CRE-06"}, flpBase...)
)

// flpAfter joins lists of checks to come after.
func flpAfter(lists ...[]string) []string {
	var all []string
	for _, id := range slices.Concat(lists...) {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}
