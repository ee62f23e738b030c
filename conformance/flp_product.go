package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

func flpPrd() []flpCheck {
	return []flpCheck{flpPrd01(), flpPrd02(), flpPrd03(), flpPrd04(), flpPrd05(), flpPrd06()}
}

func flpPrd01() flpCheck {
	return flpCheck{
		id: "FLP-PRD-01", title: "false is a value, and required",
		clause: "fluidpay:287-288", level: must,
		summary: "A new product needs fixed_amount and fixed_qty, which are booleans.",
		needs:   []string{"CreateProduct"},
		after:   flpBase,
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			in := flpNewProduct()
			in.FixedAmount, in.FixedQty = false, false
			flp(r).createProduct(in)
		},
		seen: asked(fluidpay.CreateProduct),
		wire: func(w *wire) Finding {
			for _, x := range w.of(fluidpay.CreateProduct) {
				for _, name := range []string{"fixed_amount", "fixed_qty"} {
					if v := gjson.GetBytes(x.Body, name); !v.IsBool() {
						return found("flag-missing", name+" as true or false", "%s", short(x.Body)).at(x)
					}
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "leaves false out", "flag-missing"},
		},
	}
}

// flpGoods are new products that differ in one way each.
func flpGoods(change func(*FluidpayProduct, int), n int) []FluidpayProduct {
	var all []FluidpayProduct
	for i := range n {
		p := flpNewProduct()
		p.SKU = fmt.Sprintf("tee%d", i+1)
		change(&p, i)
		all = append(all, p)
	}
	return all
}

func flpPrd02() flpCheck {
	prices := []int64{0, 233, -1}
	return flpCheck{
		id: "FLP-PRD-02", title: "prices are whole cents",
		clause: "fluidpay:286", level: must,
		summary: "A price is an unsigned integer; 0 is one, and a price below 0 is none.",
		flags:   []string{"PRICE_REGEX"},
		needs:   []string{"CreateProduct"},
		after:   flpBase,
		limits:  []limit{{0, -1, "cents for a product", "fluidpay:286", eachAsked(func(in FluidpayProduct) int { return int(in.Price) })}},
		scenes: []flpScene{{state: func(r *flpRun) {
			flpShop(r).Products.Add(flpProduct(flpP1, "s1", "free", 0, flpDay(11, 0)))
			flpShop(r).Products.Add(flpProduct(flpP2, "s2", "cheap", 233, flpDay(11, 0)))
		}}},
		drive: func(r *flpRun) {
			u := flp(r)
			for _, in := range flpGoods(func(p *FluidpayProduct, i int) { p.Price = prices[i] }, 3) {
				u.createProduct(in)
			}
			if u.c.GetProduct != nil {
				u.getProduct(flpP1).is(fluidpay.GetProduct, 0)
				u.getProduct(flpP2).is(fluidpay.GetProduct, 1)
			}
		},
		seen: asked(fluidpay.CreateProduct),
		judge: func(r *flpRun) Finding {
			for _, x := range r.of(fluidpay.CreateProduct) {
				switch v := gjson.GetBytes(x.Body, "price"); {
				case !v.Exists():
					return found("price-missing", "a price in every new product, 0 too", "%s", short(x.Body)).at(x)
				case v.Type != gjson.Number || strings.ContainsAny(v.Raw, ".eE"):
					return found("price-form", "price as a whole number of cents", "price is %s", v.Raw).at(x)
				}
			}
			made := flpMadeProducts(r)
			if len(made) != 2 || made[0].Price != 0 || made[1].Price != 233 {
				return found("not-stored", "two products, at 0 and 233 cents", "%s", flpShort(flpPrices(made)))
			}
			if f := mustFail(r.nth(2), "its price is below 0"); f.Code != "" {
				return f
			}
			for _, a := range r.all()[3:] {
				if f := mustWork(a); f.Code != "" {
					return f
				}
				if got := a.product().Price; got != prices[a.n] || a.product().ID == "" {
					return found("wrong-price", fmt.Sprintf("%d cents from %s", prices[a.n], a.call), "%d cents", got).of(a)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "leaves a price of 0 out", "price-missing"},
			{"b", "sends a price as 2.33", "price-form"},
		},
	}
}

func flpPrices(products []fluidpay.Product) []string {
	var all []string
	for _, p := range products {
		all = append(all, fmt.Sprint(p.Price))
	}
	return all
}

func flpPrd03() flpCheck {
	texts := []string{"", strings.Repeat("d", 254), strings.Repeat("d", 255)}
	return flpCheck{
		id: "FLP-PRD-03", title: "descriptions of up to 254 letters, also none",
		clause: "fluidpay:289", level: must,
		summary: "A new product needs a description, of 254 characters at most.",
		needs:   []string{"CreateProduct"},
		after:   flpAfter(flpBase, []string{"FLP-PRD-02"}),
		limits:  []limit{{254, 255, "letters in a description", "fluidpay:289", flpLetters(func(in FluidpayProduct) string { return in.Description })}},
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			for _, in := range flpGoods(func(p *FluidpayProduct, i int) { p.Description = texts[i] }, 3) {
				flp(r).createProduct(in)
			}
		},
		seen: asked(fluidpay.CreateProduct),
		judge: func(r *flpRun) Finding {
			for _, x := range r.of(fluidpay.CreateProduct) {
				if !gjson.GetBytes(x.Body, "description").Exists() {
					return found("description-missing", "a description in every new product, an empty one too", "%s", short(x.Body)).at(x)
				}
			}
			made := flpMadeProducts(r)
			if !slices.ContainsFunc(made, func(p fluidpay.Product) bool { return p.Description == texts[1] }) {
				return found("not-stored", "a description of 254 letters, whole", "%s", r.nth(1).outcome()).of(r.nth(1))
			}
			if slices.ContainsFunc(made, func(p fluidpay.Product) bool { return p.SKU == "tee3" }) {
				return found("stored", "an error about 255 letters, and no product", "a product with a shorter description")
			}
			return mustFail(r.nth(2), "its description has 255 letters")
		},
		mutants: []mutant{
			{"a", "leaves an empty description out", "description-missing"},
		},
	}
}

func flpPrd04() flpCheck {
	skus := []string{"tee", "PRODUCTSKU", "dbb3fd7a-31f0-4431-8a55-1a1935844c64"}
	return flpCheck{
		id: "FLP-PRD-04", title: "a sku goes out as it is",
		clause: "fluidpay:283-284,297-298", level: should,
		summary: "The samples of the document have upper-case skus and dashes, which its pattern for them would refuse.",
		flags:   []string{"SKU_REGEX_VS_SAMPLE"},
		needs:   []string{"CreateProduct"},
		after:   flpSelling,
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			for _, in := range flpGoods(func(p *FluidpayProduct, i int) { p.SKU = skus[i] }, 3) {
				flp(r).createProduct(in)
			}
		},
		seen: asked(fluidpay.CreateProduct),
		judge: func(r *flpRun) Finding {
			for i, sku := range skus {
				if f := mustWork(r.nth(i)); f.Code != "" {
					return f
				}
				if got := flpStoredProduct(r, r.nth(i).made()).SKU; got != sku {
					return found("sku-changed", fmt.Sprintf("the sku %q, as it was given", sku), "the sku %q", got)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "writes skus in lower case", "sku-changed"},
			{"b", "refuses the samples of the document", "error"},
		},
	}
}

func flpPrd05() flpCheck {
	return flpCheck{
		id: "FLP-PRD-05", title: "taxes are cents too",
		clause: "FP-53", level: care,
		summary: "Taxes stand beside the price, in whole cents, and look like percentages.",
		needs:   []string{"GetProduct"},
		after:   flpBase,
		scenes: []flpScene{{state: func(r *flpRun) {
			p := flpProduct(flpP1, "S1", "mug", 233, flpDay(11, 0))
			p.LocalTax, p.NationalTax = 225, 210
			flpShop(r).Products.Add(p)
		}}},
		drive: func(r *flpRun) { flp(r).getProduct(flpP1) },
		seen:  asked(fluidpay.GetProduct),
		judge: func(r *flpRun) Finding {
			if f := mustWork(r.nth(0)); f.Code != "" {
				return f
			}
			if p := r.nth(0).product(); p.LocalTax != 225 || p.NationalTax != 210 {
				return found("wrong-tax", "225 and 210 cents", "%d and %d", p.LocalTax, p.NationalTax)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "reads a percentage", "wrong-tax"},
		},
	}
}

func flpPrd06() flpCheck {
	return flpCheck{
		id: "FLP-PRD-06", title: "a picture goes in as data and comes out as a URL",
		clause: "fluidpay:198,285", level: should,
		summary: "img is base64 in a new product, and a URL in every sample of an answer.",
		needs:   []string{"CreateProduct", "GetProduct"},
		after:   flpAfter(flpSelling, []string{"FLP-NULL-02"}),
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			in := flpNewProduct()
			in.ImgData = []byte("\x89PNG\r\n\x1a\n")
			flp(r).getProduct(flp(r).createProduct(in).made())
		},
		seen: asked(fluidpay.CreateProduct, fluidpay.GetProduct),
		judge: func(r *flpRun) Finding {
			if f := firstOf(mustWork(r.nth(0)), mustWork(r.nth(1))); f.Code != "" {
				return f
			}
			stored := flpStoredProduct(r, r.nth(0).made())
			if string(stored.ImgData) != "\x89PNG\r\n\x1a\n" {
				return found("not-stored", "the picture", "%d bytes", len(stored.ImgData))
			}
			if got := r.nth(1).product().Img; got != stored.Img {
				return found("wrong-url", stored.Img, "%q", got)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "decodes the URL as base64", "error"},
		},
	}
}
