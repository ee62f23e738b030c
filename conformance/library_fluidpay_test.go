package conformance

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
)

type flpPlay = *play[FluidpayClient]

// Records of the stories.
const flpTaleCart, flpTaleEdge = "d0doh5fsvrvasm390u6g", "d0doh5fsvrvasm390u30"

// flpRenames gives the cart another name, or gets an error.
func flpRenames(p flpPlay, kind error) {
	p.Helper()
	ends(p, "UpdateCart", p.c.UpdateCart(p.ctx, flpTaleCart, FluidpayChange{Name: text("Autumn")}), kind)
}

// flpLists reads the products and wants so many, or an error.
func flpLists(p flpPlay, want int, kind error) {
	p.Helper()
	all, err := p.c.ListProducts(p.ctx)
	ends(p, "ListProducts", err, kind)
	wants(p, "products", len(all), want)
}

// flpListsCarts does the same with carts.
func flpListsCarts(p flpPlay, want int, kind error) {
	p.Helper()
	all, err := p.c.ListCarts(p.ctx)
	ends(p, "ListCarts", err, kind)
	wants(p, "carts", len(all), want)
}

// flpLooks looks for all products and wants so many, or an error.
func flpLooks(p flpPlay, want int, kind error) {
	p.Helper()
	all, err := p.c.SearchProducts(p.ctx, FluidpayFilter{})
	ends(p, "SearchProducts", err, kind)
	wants(p, "products", len(all), want)
}

func TestFluidpayLibrary(t *testing.T) {
	t.Parallel()
	unfold(t, fluidpayLibrary)
}

var fluidpayLibrary = library[FluidpayClient]{Fluidpay, fluidpayAdapter, map[string]plot[FluidpayClient]{
	"lost-product": {
		drive: func(p flpPlay) {
			_, err := p.c.CreateProduct(p.ctx, FluidpayProduct{SKU: "T-1", Name: "Tee", Price: 1299, FixedAmount: true, Description: "A tee"})
			ends(p, "CreateProduct", err, reference.ErrUnknown)
			found, err := p.c.SearchProducts(p.ctx, FluidpayFilter{Name: "Tee"})
			ends(p, "SearchProducts", err, nil)
			wants(p, "products", len(found), 1)
			price := int64(300)
			ends(p, "UpdateProduct", p.c.UpdateProduct(p.ctx, flpTaleEdge, FluidpayChange{Price: &price}), reference.ErrUnknown)
			edge, err := p.c.GetProduct(p.ctx, flpTaleEdge)
			ends(p, "GetProduct", err, nil)
			wants(p, "price", edge.Price, price)
		},
		bugs: map[string]string{"GEN-DUP-01a": "forbidden by   never POST"},
	},
	"failed-with-200": {
		drive: func(p flpPlay) {
			flpRenames(p, reference.ErrNotSaved)
			cart, err := p.c.GetCart(p.ctx, flpTaleCart)
			ends(p, "GetCart", err, nil)
			wants(p, "name", cart.Name, "initiatives")
			flpRenames(p, reference.ErrNotSaved)
			flpRenames(p, reference.ErrInvalid)
		},
		bugs: map[string]string{
			"FLP-ENV-02a": "UpdateCart: got the error <nil>, want not saved",
			"GEN-4XX-01a": "forbidden by   never POST",
		},
	},
	"shelf-shrinks": {
		drive: func(p flpPlay) { flpLooks(p, 249, nil) },
		bugs: map[string]string{
			"FLP-SRC-07a": "step never reached",
			"FLP-SRC-03a": "shelf-shrinks.txtar:",
			"FLP-SRC-03b": "shelf-shrinks.txtar:",
		},
	},
	"key-withdrawn": {
		drive: func(p flpPlay) {
			flpListsCarts(p, 1, nil)
			flpRenames(p, reference.ErrRefused)
		},
		bugs: map[string]string{"FLP-AUTH-02a": "forbidden by   never POST"},
	},
	"bad-gateway": {
		drive: func(p flpPlay) {
			flpLists(p, 1, nil)
			flpListsCarts(p, 0, reference.ErrReply)
			flpListsCarts(p, 0, reference.ErrReply)
			flpListsCarts(p, 0, nil)
			_, err := p.c.GetProduct(p.ctx, flpTaleEdge)
			ends(p, "GetProduct", err, nil)
		},
		bugs: map[string]string{
			"GEN-WAIT-01a": "too early",
			"FLP-ENV-04a":  "ListCarts: got the error",
		},
	},
	"gone-for-good": {
		drive: func(p flpPlay) {
			ends(p, "DeleteCart", p.c.DeleteCart(p.ctx, flpTaleCart), reference.ErrNotFound)
			flpListsCarts(p, 0, nil)
			gone, err := p.c.SearchCarts(p.ctx, FluidpayFilter{Deleted: true})
			ends(p, "SearchCarts", err, nil)
			wants(p, "carts", len(gone), 1)
		},
		bugs: map[string]string{"FLP-ENV-04a": "ListCarts: got the error", "GEN-4XX-01a": "gone-for-good.txtar:"},
	},
	"whole-list": {
		drive: func(p flpPlay) {
			const capID, potID = "d0doh5fsvrvasm390u3g", "d0doh5fsvrvasm390u40"
			ends(p, "AddToCart", p.c.AddToCart(p.ctx, flpTaleCart, capID), nil)
			ends(p, "DeleteProduct", p.c.DeleteProduct(p.ctx, potID), nil)
			ends(p, "AddToCart", p.c.AddToCart(p.ctx, flpTaleCart, potID), reference.ErrInvalid)
		},
		bugs: map[string]string{
			"FLP-UPD-01a": "whole-list.txtar:",
			"FLP-UPD-05a": "whole-list.txtar:",
			"FLP-UPD-07a": "AddToCart: got the error <nil>",
		},
	},
	"host-down": {
		drive: func(p flpPlay) { flpLists(p, 1, nil) },
		bugs:  map[string]string{"GEN-WAIT-01a": "connection refused"},
	},
	"broken-upload": {
		drive: func(p flpPlay) {
			_, err := p.c.CreateProduct(p.ctx, FluidpayProduct{SKU: "T-1", Name: "Tee", Price: 1299, Description: "A tee"})
			ends(p, "CreateProduct", err, reference.ErrUnknown)
			flpLooks(p, 1, nil)
		},
		bugs: map[string]string{"GEN-DUP-01a": "forbidden by   never POST"},
	},
	"slow-gateway": {
		drive: func(p flpPlay) {
			flpLists(p, 1, nil)
			flpLists(p, 1, nil)
			p.within(time.Minute, func(p flpPlay) { flpLists(p, 0, context.DeadlineExceeded) })
		},
		bugs: map[string]string{
			"FLP-TIME-01a": "ListProducts: got the error",
			"GEN-CTX-01a":  "ListProducts: got the error",
		},
	},
	"moved": {
		drive: func(p flpPlay) { flpRenames(p, reference.ErrReply) },
		bugs:  map[string]string{"GEN-REDIR-02a": "forbidden by   never GET"},
	},
	"two-writers": {
		drive: func(p flpPlay) {
			_, err := p.c.GetProduct(p.ctx, flpTaleEdge)
			ends(p, "GetProduct", err, nil)
			price := int64(300)
			ends(p, "UpdateProduct", p.c.UpdateProduct(p.ctx, flpTaleEdge, FluidpayChange{Price: &price}), nil)
		},
		bugs: map[string]string{"FLP-UPD-04a": "two-writers.txtar:"},
	},
	"key-ends": {
		drive: func(p flpPlay) {
			flpListsCarts(p, 1, nil)
			flpListsCarts(p, 1, nil)
			flpListsCarts(p, 0, reference.ErrRefused)
		},
		bugs: map[string]string{"FLP-AUTH-02a": "forbidden by   never GET"},
		wrong: map[string]wrongly[FluidpayClient]{
			"takes a refusal for an empty list": {words: "ListCarts: got the error <nil>, want refused", client: func(c FluidpayClient) FluidpayClient {
				list := c.ListCarts
				c.ListCarts = func(ctx context.Context) ([]FluidpayCart, error) {
					all, err := list(ctx)
					if errors.Is(err, reference.ErrRefused) {
						err = nil
					}
					return all, err
				}
				return c
			}},
		},
	},
	"shuffled-shelf": {
		drive: func(p flpPlay) { flpLooks(p, 0, reference.ErrReply) },
		bugs: map[string]string{
			"GEN-LOOP-01a": "forbidden by   never POST",
			"FLP-SRC-03c":  "SearchProducts: got the error <nil>",
		},
	},
}}
