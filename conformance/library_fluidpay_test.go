package conformance

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

type (
	flpTale   = tale[FluidpayClient]
	flpAstray = astray[FluidpayClient]
)

// Records of the stories.
const flpTaleCart, flpTaleEdge = "d0doh5fsvrvasm390u6g", "d0doh5fsvrvasm390u30"

// flpRenames gives the cart another name, or gets an error.
func flpRenames(ctx context.Context, tb fake.TB, c FluidpayClient, kind error) {
	tb.Helper()
	ends(tb, "UpdateCart", c.UpdateCart(ctx, flpTaleCart, FluidpayChange{Name: text("Autumn")}), kind)
}

// flpLists reads the products and wants so many, or an error.
func flpLists(ctx context.Context, tb fake.TB, c FluidpayClient, want int, kind error) {
	tb.Helper()
	all, err := c.ListProducts(ctx)
	ends(tb, "ListProducts", err, kind)
	wants(tb, "products", len(all), want)
}

// flpListsCarts does the same with carts.
func flpListsCarts(ctx context.Context, tb fake.TB, c FluidpayClient, want int, kind error) {
	tb.Helper()
	all, err := c.ListCarts(ctx)
	ends(tb, "ListCarts", err, kind)
	wants(tb, "carts", len(all), want)
}

// flpLooks looks for all products and wants so many, or an error.
func flpLooks(ctx context.Context, tb fake.TB, c FluidpayClient, want int, kind error) {
	tb.Helper()
	all, err := c.SearchProducts(ctx, FluidpayFilter{})
	ends(tb, "SearchProducts", err, kind)
	wants(tb, "products", len(all), want)
}

func TestFluidpayLibrary(t *testing.T) {
	t.Parallel()
	library(t, "fluidpay", fluidpayAdapter, append(flpOldTales(), flpNewTales()...))
}

func flpOldTales() []flpTale {
	return []flpTale{
		{
			"lost-product",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) {
				_, err := c.CreateProduct(ctx, FluidpayProduct{SKU: "T-1", Name: "Tee", Price: 1299, FixedAmount: true, Description: "A tee"})
				ends(tb, "CreateProduct", err, reference.ErrUnknown)
				found, err := c.SearchProducts(ctx, FluidpayFilter{Name: "Tee"})
				ends(tb, "SearchProducts", err, nil)
				wants(tb, "products", len(found), 1)
				price := int64(300)
				ends(tb, "UpdateProduct", c.UpdateProduct(ctx, flpTaleEdge, FluidpayChange{Price: &price}), reference.ErrUnknown)
				edge, err := c.GetProduct(ctx, flpTaleEdge)
				ends(tb, "GetProduct", err, nil)
				wants(tb, "price", edge.Price, price)
			},
			[]flpAstray{{bug: "GEN-DUP-01a", words: "forbidden by   never POST"}},
		},
		{
			"failed-with-200",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) {
				flpRenames(ctx, tb, c, reference.ErrNotSaved)
				cart, err := c.GetCart(ctx, flpTaleCart)
				ends(tb, "GetCart", err, nil)
				wants(tb, "name", cart.Name, "initiatives")
				flpRenames(ctx, tb, c, reference.ErrNotSaved)
				flpRenames(ctx, tb, c, reference.ErrInvalid)
			},
			[]flpAstray{
				{bug: "FLP-ENV-02a", words: "UpdateCart: got the error <nil>, want not saved"},
				{bug: "GEN-4XX-01a", words: "forbidden by   never POST"},
			},
		},
		{
			"shelf-shrinks",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) { flpLooks(ctx, tb, c, 249, nil) },
			[]flpAstray{
				{bug: "FLP-SRC-07a", words: "step never reached"},
				{bug: "FLP-SRC-03a", words: "shelf-shrinks.txtar:"},
				{bug: "FLP-SRC-03b", words: "shelf-shrinks.txtar:"},
			},
		},
		{
			"key-withdrawn",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) {
				flpListsCarts(ctx, tb, c, 1, nil)
				flpRenames(ctx, tb, c, reference.ErrRefused)
			},
			[]flpAstray{{bug: "FLP-AUTH-02a", words: "forbidden by   never POST"}},
		},
		{
			"bad-gateway",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) {
				flpLists(ctx, tb, c, 1, nil)
				flpListsCarts(ctx, tb, c, 0, reference.ErrReply)
				flpListsCarts(ctx, tb, c, 0, reference.ErrReply)
				flpListsCarts(ctx, tb, c, 0, nil)
				_, err := c.GetProduct(ctx, flpTaleEdge)
				ends(tb, "GetProduct", err, nil)
			},
			[]flpAstray{
				{bug: "GEN-WAIT-01a", words: "too early"},
				{bug: "FLP-ENV-04a", words: "ListCarts: got the error"},
			},
		},
		{
			"gone-for-good",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) {
				ends(tb, "DeleteCart", c.DeleteCart(ctx, flpTaleCart), reference.ErrNotFound)
				flpListsCarts(ctx, tb, c, 0, nil)
				gone, err := c.SearchCarts(ctx, FluidpayFilter{Deleted: true})
				ends(tb, "SearchCarts", err, nil)
				wants(tb, "carts", len(gone), 1)
			},
			[]flpAstray{{bug: "FLP-ENV-04a", words: "ListCarts: got the error"}, {bug: "GEN-4XX-01a", words: "gone-for-good.txtar:"}},
		},
		{
			"whole-list",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) {
				const capID, potID = "d0doh5fsvrvasm390u3g", "d0doh5fsvrvasm390u40"
				ends(tb, "AddToCart", c.AddToCart(ctx, flpTaleCart, capID), nil)
				ends(tb, "DeleteProduct", c.DeleteProduct(ctx, potID), nil)
				ends(tb, "AddToCart", c.AddToCart(ctx, flpTaleCart, potID), reference.ErrInvalid)
			},
			[]flpAstray{
				{bug: "FLP-UPD-01a", words: "whole-list.txtar:"},
				{bug: "FLP-UPD-05a", words: "whole-list.txtar:"},
				{bug: "FLP-UPD-07a", words: "AddToCart: got the error <nil>"},
			},
		},
	}
}

func flpNewTales() []flpTale {
	return []flpTale{
		{
			"host-down",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) { flpLists(ctx, tb, c, 1, nil) },
			[]flpAstray{{bug: "GEN-WAIT-01a", words: "connection refused"}},
		},
		{
			"broken-upload",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) {
				_, err := c.CreateProduct(ctx, FluidpayProduct{SKU: "T-1", Name: "Tee", Price: 1299, Description: "A tee"})
				ends(tb, "CreateProduct", err, reference.ErrUnknown)
				flpLooks(ctx, tb, c, 1, nil)
			},
			[]flpAstray{{bug: "GEN-DUP-01a", words: "forbidden by   never POST"}},
		},
		{
			"slow-gateway",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) {
				flpLists(ctx, tb, c, 1, nil)
				flpLists(ctx, tb, c, 1, nil)
				short, cancel := context.WithTimeout(ctx, time.Minute)
				defer cancel()
				flpLists(short, tb, c, 0, context.DeadlineExceeded)
			},
			[]flpAstray{
				{bug: "FLP-TIME-01a", words: "ListProducts: got the error"},
				{bug: "GEN-CTX-01a", words: "ListProducts: got the error"},
			},
		},
		{
			"moved",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) { flpRenames(ctx, tb, c, reference.ErrReply) },
			[]flpAstray{{bug: "GEN-REDIR-02a", words: "forbidden by   never GET"}},
		},
		{
			"two-writers",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) {
				_, err := c.GetProduct(ctx, flpTaleEdge)
				ends(tb, "GetProduct", err, nil)
				price := int64(300)
				ends(tb, "UpdateProduct", c.UpdateProduct(ctx, flpTaleEdge, FluidpayChange{Price: &price}), nil)
			},
			[]flpAstray{{bug: "FLP-UPD-04a", words: "two-writers.txtar:"}},
		},
		{
			"key-ends",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) {
				flpListsCarts(ctx, tb, c, 1, nil)
				flpListsCarts(ctx, tb, c, 1, nil)
				flpListsCarts(ctx, tb, c, 0, reference.ErrRefused)
			},
			[]flpAstray{
				{bug: "FLP-AUTH-02a", words: "forbidden by   never GET"},
				{words: "ListCarts: got the error <nil>, want refused", odd: func(c FluidpayClient) FluidpayClient {
					list := c.ListCarts
					c.ListCarts = func(ctx context.Context) ([]FluidpayCart, error) {
						all, err := list(ctx)
						if errors.Is(err, reference.ErrRefused) { // takes a refusal for an empty list
							err = nil
						}
						return all, err
					}
					return c
				}},
			},
		},
		{
			"shuffled-shelf",
			func(ctx context.Context, tb fake.TB, c FluidpayClient) { flpLooks(ctx, tb, c, 0, reference.ErrReply) },
			[]flpAstray{
				{bug: "GEN-LOOP-01a", words: "forbidden by   never POST"},
				{bug: "FLP-SRC-03c", words: "SearchProducts: got the error <nil>"},
			},
		},
	}
}
