package conformance

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

func flpUpd() []flpCheck {
	return []flpCheck{flpUpd01(), flpUpd02(), flpUpd03(), flpUpd04(), flpUpd05(), flpUpd06(), flpUpd07()}
}

func flpUpd01() flpCheck {
	return flpCheck{
		id: "FLP-UPD-01", title: "products are sent as ids",
		clause: "fluidpay:162", level: must,
		summary: "An update has the products of a cart as ids, whatever a read gave.",
		needs:   []string{"AddToCart|UpdateCart"},
		after:   flpUpdating,
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			u := flp(r)
			if u.c.GetCart != nil {
				u.getCart(flpC1)
			}
			if u.c.AddToCart != nil {
				u.addToCart(flpC1, flpP2)
			}
			if u.c.UpdateCart != nil {
				u.updateCart(flpC2, FluidpayChange{Products: &[]string{flpP3}})
			}
		},
		seen: func(w *wire) string {
			for _, x := range w.of(fluidpay.UpdateCart) {
				if gjson.GetBytes(x.Body, "products").Exists() {
					return ""
				}
			}
			return "an update of the products of a cart; there was none"
		},
		wire: func(w *wire) Finding {
			for _, x := range w.of(fluidpay.CreateCart, fluidpay.UpdateCart) {
				for _, p := range gjson.GetBytes(x.Body, "products").Array() {
					if p.Type != gjson.String && p.Type != gjson.Null {
						return found("objects-sent", "products as an array of ids", "%s", short(x.Body)).at(x)
					}
				}
			}
			return Finding{}
		},
		backed: "FLP-UPD-05",
		mutants: []mutant{
			{"a", "sends the objects back that it read", "objects-sent"},
		},
	}
}

func flpUpd02() flpCheck {
	return flpCheck{
		id: "FLP-UPD-02", title: "a new name changes the name alone",
		clause: "fluidpay:155-169", level: care,
		summary: "What is in the body of an update replaces what there was; an empty value is a value.",
		needs:   []string{"UpdateCart"},
		after:   flpUpdating,
		scenes: []flpScene{{state: func(r *flpRun) {
			flpShelf(r)
			flpShop(r).Carts.Change(flpC1, func(c *fluidpay.Cart) {
				c.Description, c.Type, c.Payments = "for the season", fluidpay.Donation, []fluidpay.Payment{fluidpay.ACH}
				c.ShowAvailableProducts, c.RequireShippingDetails, c.EmailReceipt = true, true, true
				c.SuccessURL, c.CancelURL = "https://shop.example.com/thanks", "https://shop.example.com/back"
				c.Settings = json.RawMessage(`{"product_subtitle_verbiage":"Gifts"}`)
			})
		}}},
		drive: func(r *flpRun) {
			was := flpStored(r, flpC1)
			was.Name = "summer"
			flp(r).updateCart(flpC1, FluidpayChange{Name: text("summer")}).value = was
			flpLost(r)
		},
		seen: asked(fluidpay.UpdateCart),
		judge: func(r *flpRun) Finding {
			a := r.nth(0)
			if f := firstOf(mustWork(a), mustFail(r.nth(1), "there is no such cart")); f.Code != "" {
				return f
			}
			want, _ := a.value.(fluidpay.Cart)
			now := flpStored(r, flpC1)
			want.UpdatedAt = now.UpdatedAt
			before, _ := json.Marshal(want)
			after, _ := json.Marshal(now)
			for name, value := range fake.Members(gjson.ParseBytes(before)) {
				if got := gjson.GetBytes(after, name); got.Raw != value.Raw {
					return found("field-lost", fmt.Sprintf("%s as before: %s", name, value.Raw), "%s is %s", name, got.Raw)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", `sends false, "" and [] for what did not change`, "field-lost"},
		},
	}
}

func flpUpd03() flpCheck {
	return flpCheck{
		id: "FLP-UPD-03", title: "empty values can be set",
		clause: "fluidpay:163-167,297-303", level: should,
		summary: `The samples of an update set flags to false and URLs to ""; a price can be set to 0.`,
		needs:   []string{"UpdateCart|UpdateProduct"},
		after:   flpAfter(flpUpdating, []string{"FLP-ID-02"}),
		scenes: []flpScene{{state: func(r *flpRun) {
			flpShelf(r)
			flpShop(r).Carts.Change(flpC1, func(c *fluidpay.Cart) {
				c.ShowAvailableProducts, c.SuccessURL = true, "https://shop.example.com/thanks"
			})
		}}},
		drive: func(r *flpRun) {
			u, no, free := flp(r), false, int64(0)
			if u.c.UpdateCart != nil {
				u.updateCart(flpC1, FluidpayChange{ShowAvailable: &no, SuccessURL: text("")}).is(fluidpay.UpdateCart, 0)
			}
			if u.c.UpdateProduct != nil {
				u.updateProduct(flpP1, FluidpayChange{FixedAmount: &no, Price: &free}).is(fluidpay.UpdateProduct, 0)
			}
			flpLost(r)
		},
		seen: askedAny(fluidpay.UpdateCart, fluidpay.UpdateProduct),
		judge: func(r *flpRun) Finding {
			if f := flpTold(r); f.Code != "" {
				return f
			}
			for _, a := range r.all() {
				if f := mustWork(a); a.about != "" && f.Code != "" {
					return f
				}
				cart, product := flpStored(r, flpC1), flpStoredProduct(r, flpP1)
				switch {
				case a.about == fluidpay.UpdateCart && (cart.ShowAvailableProducts || cart.SuccessURL != ""):
					return found("not-changed", `show_available_products false and success_url ""`, "%t and %q", cart.ShowAvailableProducts, cart.SuccessURL)
				case a.about == fluidpay.UpdateProduct && (product.FixedAmount || product.Price != 0):
					return found("not-changed", "fixed_amount false and price 0", "%t and %d", product.FixedAmount, product.Price)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "leaves empty values out", "not-changed"},
		},
	}
}

func flpUpd04() flpCheck {
	return flpCheck{
		id: "FLP-UPD-04", title: "what the service sets is not sent back",
		clause: "fluidpay:155-169,297-303", level: care,
		summary: "The samples of an update have neither id nor times; a service that took them would take old ones.",
		needs:   []string{"UpdateCart|UpdateProduct"},
		after:   flpAfter(flpUpdating, []string{"FLP-ID-02"}),
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			u := flp(r)
			if u.c.GetCart != nil {
				u.getCart(flpC1)
			}
			if u.c.GetProduct != nil {
				u.getProduct(flpP1)
			}
			if u.c.UpdateCart != nil {
				u.updateCart(flpC1, FluidpayChange{Name: text("summer")}).is(fluidpay.UpdateCart, 0)
			}
			if u.c.UpdateProduct != nil {
				u.updateProduct(flpP1, FluidpayChange{Name: text("cup")}).is(fluidpay.UpdateProduct, 0)
			}
			flpLost(r)
		},
		seen: askedAny(fluidpay.UpdateCart, fluidpay.UpdateProduct),
		judge: func(r *flpRun) Finding {
			if notes := r.noted("read-only-key"); notes != nil {
				f := found("read-only-sent", "what a client may set alone", "%s sent back", notes[0].Detail)
				f.Call = notes[0].Call
				return f
			}
			if f := flpTold(r); f.Code != "" {
				return f
			}
			for _, a := range r.all() {
				if f := mustWork(a); a.about != "" && f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends the whole record back", "read-only-sent"},
		},
	}
}

// flpLost changes a record that is not there, which shows that a client would
// tell of a failure.
func flpLost(r *flpRun) {
	if u := flp(r); u.c.UpdateCart != nil {
		u.updateCart(flpUnknown, FluidpayChange{Name: text("nobody")})
	} else {
		u.updateProduct(flpUnknown, FluidpayChange{Name: text("nobody")})
	}
}

// flpTold finds that the last call, by flpLost, did not tell of its failure.
func flpTold(r *flpRun) Finding {
	all := r.all()
	return mustFail(all[len(all)-1], "there is no such record")
}

// flpHolds finds a cart that does not hold just these products.
func flpHolds(r *flpRun, want ...string) Finding {
	if got := flpStored(r, flpC1).Products; !slices.Equal(got, want) {
		return found("products-lost", fmt.Sprintf("products %v in the cart", want), "the products %v", got)
	}
	return Finding{}
}

func flpUpd05() flpCheck {
	return flpCheck{
		id: "FLP-UPD-05", title: "a product that is added leaves the others",
		clause: "FP-8", level: care,
		summary: "The products of an update replace those that there are.",
		needs:   []string{"AddToCart"},
		after:   flpUpdating,
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			flp(r).addToCart(flpC1, flpP2)
			flp(r).addToCart(flpUnknown, flpP2)
		},
		seen: asked(fluidpay.UpdateCart),
		judge: func(r *flpRun) Finding {
			return firstOf(mustWork(r.nth(0)), mustFail(r.nth(1), "there is no such cart"), flpHolds(r, flpP1, flpP2))
		},
		backed: "FLP-UPD-06",
		mutants: []mutant{
			{"a", "sends the new id alone", "products-lost"},
		},
	}
}

func flpUpd06() flpCheck {
	const fourth = "d0shelf0000000000004"
	return flpCheck{
		id: "FLP-UPD-06", title: "products are read right before they are written",
		clause: "FP-8", level: care,
		summary: "The shop adds products as well; a list from memory takes them out again.",
		needs:   []string{"AddToCart"},
		after:   flpUpdating,
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			flp(r).addToCart(flpC1, flpP2)
			flpShop(r).Products.Add(flpProduct(fourth, "S4", "pan", 700, flpDay(14, 0)))
			flpShop(r).Attach(flpC1, flpP3)
			flp(r).addToCart(flpC1, fourth)
			flp(r).addToCart(flpUnknown, fourth)
		},
		seen: asked(fluidpay.UpdateCart),
		judge: func(r *flpRun) Finding {
			return firstOf(mustWork(r.nth(0)), mustWork(r.nth(1)), mustFail(r.nth(2), "there is no such cart"), flpHolds(r, flpP1, flpP2, flpP3, fourth))
		},
		mutants: []mutant{
			{"a", "writes the list from memory", "products-lost"},
		},
	}
}

func flpUpd07() flpCheck {
	const foreign = "d0other0000000000001"
	return flpCheck{
		id: "FLP-UPD-07", title: "a product that is refused is an error",
		clause: "FP-7; FP-18", level: care,
		summary: "A product that is deleted, or another merchant's, cannot be in a cart.",
		needs:   []string{"AddToCart"},
		after:   flpAfter(flpUpdating, []string{"FLP-UPD-01"}),
		scenes: []flpScene{{
			options: []fake.Option{fluidpay.WithMerchant(fluidpay.Merchant{ID: "othermerchant0000000", Key: "api_OtherTestKey0000003"})},
			state: func(r *flpRun) {
				flpShelf(r)
				at := flpDay(14, 0)
				flpShop(r).Products.Change(flpP2, func(p *fluidpay.Product) { p.DeletedAt = &at })
				other := flpProduct(foreign, "X", "foreign", 1, flpDay(11, 0))
				other.MerchantID = "othermerchant0000000"
				flpShop(r).Products.Add(other)
			},
		}},
		drive: func(r *flpRun) {
			flp(r).addToCart(flpC1, flpP2)
			flp(r).addToCart(flpC1, foreign)
		},
		seen: answeredWith(400, fluidpay.UpdateCart),
		judge: func(r *flpRun) Finding {
			return firstOf(
				mustFail(r.nth(0), "the product is deleted"), mustFail(r.nth(1), "the product is another merchant's"),
				flpStatus(r, r.nth(0), 400), flpStatus(r, r.nth(1), 400), flpHolds(r, flpP1),
			)
		},
		mutants: []mutant{
			{"a", "drops the refusal", "no-error"},
		},
	}
}

func flpDel() []flpCheck {
	return []flpCheck{{
		id: "FLP-DEL-01", title: "what is deleted is gone",
		clause: "FP-17", level: care,
		summary: "A deleted record is unknown to a read, and to another deletion.",
		needs:   []string{"GetCart", "DeleteCart"},
		after:   flpAfter(flpGetting, []string{"FLP-ENV-03", "FLP-CRE-06", "GEN-MISS-01"}),
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			u := flp(r)
			u.getCart(flpC1)
			u.deleteCart(flpC1)
			u.getCart(flpC1)
			u.deleteCart(flpC1)
		},
		seen: asked(fluidpay.GetCart, fluidpay.DeleteCart),
		judge: func(r *flpRun) Finding {
			gone, again := r.nth(2), r.nth(3)
			f := firstOf(mustWork(r.nth(0)), mustWork(r.nth(1)), mustMiss(r, gone, "the cart is deleted"), flpStatus(r, gone, 404))
			if f.Code == "" && again.err != nil {
				f = flpStatus(r, again, 404)
			}
			return f
		},
		mutants: []mutant{
			{"a", "answers from its cache", "no-error"},
		},
	}}
}

func flpTime() []flpCheck {
	return []flpCheck{{
		id: "FLP-TIME-01", title: "an answer may take a minute",
		clause: "-", level: care,
		virtual: "it waits for a minute",
		summary: "An answer can take its time; who gives up early does not know what became of the call, and asks once more.",
		needs:   []string{"GetCart"},
		after:   flpGetting,
		scenes: []flpScene{{state: flpShelf, faults: []fake.Fault{
			fake.NewFault("slow-headers").Set("delay", "60s").On(fluidpay.GetCart),
		}}},
		drive: func(r *flpRun) { flp(r).getCart(flpC1).is(fluidpay.GetCart, 0) },
		seen:  asked(fluidpay.GetCart),
		judge: func(r *flpRun) Finding { return flpRead(r, r.nth(0)) },
		mutants: []mutant{
			{"a", "gives up after 30 s", "error"},
		},
	}}
}
