package conformance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

func flpSrc() []flpCheck {
	return []flpCheck{flpSrc01(), flpSrc02(), flpSrc03(), flpSrc04(), flpSrc05(), flpSrc06(), flpSrc07(), flpSrc08()}
}

// flpSearches are the searches that were sent.
func flpSearches(w *wire) []fake.Exchange { return w.of(fluidpay.SearchCarts, fluidpay.SearchProducts) }

// flpByName searches by name in each way that is claimed.
func flpByName(r *flpRun) {
	u := flp(r)
	if u.c.SearchCarts != nil {
		u.searchCarts(FluidpayFilter{Name: "spring"})
	}
	if u.c.SearchProducts != nil {
		u.searchProducts(FluidpayFilter{Name: "mug"})
	}
}

// flpRanges are the filters that are ranges of dates.
var flpRanges = []string{"created_at", "updated_at", "deleted_at"}

func flpSrc01() flpCheck {
	return flpCheck{
		id: "FLP-SRC-01", title: "a filter is an operator with a value, a limit a number",
		clause: "fluidpay:73-77,87-88", level: must,
		summary: "Each filter is an object of operator and value; limit and offset are integers of their own.",
		needs:   []string{"SearchCarts|SearchProducts"},
		after:   flpAfter(flpBase, []string{"FLP-VERB-02"}),
		scenes:  []flpScene{{state: flpShelf}},
		drive:   flpByName,
		seen:    askedAny(fluidpay.SearchCarts, fluidpay.SearchProducts),
		wire: func(w *wire) Finding {
			for _, x := range flpSearches(w) {
				for name, v := range fake.Members(gjson.ParseBytes(x.Body)) {
					number := name == "limit" || name == "offset"
					switch {
					case number && (v.Type != gjson.Number || strings.ContainsAny(v.Raw, ".eE")):
						return found("limit-form", name+" as a bare integer", "%s", v.Raw).at(x)
					case number, slices.Contains(flpRanges, name), v.Type == gjson.Null:
					case !v.Get("operator").Exists() || !v.Get("value").Exists():
						return found("flat", name+` as {"operator":…,"value":…}`, "%s is %s", name, v.Raw).at(x)
					}
				}
			}
			return Finding{}
		},
		backed: "FLP-SRC-02",
		mutants: []mutant{
			{"a", `sends the bare value: {"name":"x"}`, "flat"},
			{"b", "wraps the limit as if it were a filter", "limit-form"},
		},
	}
}

func flpSrc02() flpCheck {
	over, under := int64(900), int64(1200)
	const refused = "refused"
	want := [][]string{{flpP1, flpP3}, {flpP2}, {flpP2, flpP3}, {flpP1}, {flpC1}}
	return flpCheck{
		id: "FLP-SRC-02", title: "the documented operators, and their refusals",
		clause: "fluidpay:63-70,79-86,232-239", level: must,
		summary: "Texts can be compared by = and !=, a price by <, > as well, and with an integer.",
		needs:   []string{"SearchProducts"},
		after:   flpAfter(flpBase, []string{"FLP-SRC-01", "FLP-POLY-01"}),
		scenes: []flpScene{
			{name: "answered", state: flpShelf},
			{name: refused, state: func(r *flpRun) {
				flpShelf(r)
				for _, op := range []fake.Op{fluidpay.SearchProducts, fluidpay.SearchCarts} {
					instead(r.fake, op, 400, `{"status":"failed","msg":"bad request error: invalid name"}`)
				}
			}},
		},
		drive: func(r *flpRun) {
			for _, f := range []FluidpayFilter{{Name: "mug"}, {NotName: "mug"}, {PriceOver: &over}, {PriceUnder: &under}} {
				flp(r).searchProducts(f)
			}
			if u := flp(r); u.c.SearchCarts != nil {
				u.searchCarts(FluidpayFilter{Product: "mug"})
			}
		},
		seen: asked(fluidpay.SearchProducts),
		judge: func(r *flpRun) Finding {
			for _, x := range flpSearches(r.wire) {
				if f := flpOperators(x); f.Code != "" {
					return f
				}
			}
			for i, a := range r.all() {
				f := mustWork(a)
				switch {
				case r.scene.name == refused:
					f = mustFail(a, "the search was refused")
				case f.Code == "":
					f = flpSame(a, "record", append(flpProductIDs(a.products()), flpCartIDs(a.carts())...), want[i])
				}
				if f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "spells the operator lt", "operator"},
			{"b", "drops the refusal and gives everything", "no-error"},
			{"c", "sends the price as a text", "price-form"},
		},
	}
}

// flpOperators finds an operator that the document does not have for its field.
func flpOperators(x fake.Exchange) Finding {
	for name, v := range fake.Members(gjson.ParseBytes(x.Body)) {
		operator := v.Get("operator")
		if !operator.Exists() {
			continue
		}
		allowed := []string{"=", "!="}
		if name == "price" {
			allowed = append(allowed, "<", ">")
			if n := v.Get("value"); n.Type != gjson.Number || strings.ContainsAny(n.Raw, ".eE") {
				return found("price-form", "price as a whole number of cents", "price is %s", n.Raw).at(x)
			}
		}
		if !slices.Contains(allowed, operator.String()) {
			return found("operator", fmt.Sprintf("one of %v for %s", allowed, name), "the operator %s", operator.Raw).at(x)
		}
	}
	return Finding{}
}

func flpSrc03() flpCheck {
	return flpCheck{
		id: "FLP-SRC-03", title: "all that is found, page by page",
		clause: "fluidpay:87-88", level: must,
		summary: "A search gives 100 records at most; offset says how many of them to leave out, and total_count how many there are.",
		needs:   []string{"SearchProducts"},
		after:   flpAfter(flpBase, []string{"FLP-SRC-01"}),
		limits:  []limit{{100, 101, "products that are found", "fluidpay:87-88", allOf(fluidpay.SearchProducts, given("data.#"))}},
		scenes: []flpScene{
			{name: "12 products", state: flpMany(12)},
			{name: "100 products", state: flpMany(100)},
			{name: "101 products", state: flpMany(101)},
			{name: "250 products", state: flpMany(250)},
			{name: "250 products, and no limit above 100", state: flpMany(250), options: []fake.Option{fluidpay.WithStrictLimit()}},
		},
		drive: func(r *flpRun) { flp(r).searchProducts(FluidpayFilter{}).is(fluidpay.SearchProducts, 0) },
		seen:  asked(fluidpay.SearchProducts),
		judge: func(r *flpRun) Finding {
			calls := r.of(fluidpay.SearchProducts)
			for i, x := range calls {
				if limit := gjson.GetBytes(x.Body, "limit"); limit.Int() > 100 {
					return found("limit", "a limit of 100 at most", "limit is %s", limit.Raw).at(x)
				}
				if i == 0 {
					continue
				}
				before, given := gjson.GetBytes(calls[i-1].Body, "offset").Int(), gjson.GetBytes(calls[i-1].ReplyBody, "data.#").Int()
				if offset := gjson.GetBytes(x.Body, "offset").Int(); offset > before && given > 1 && offset != before+given {
					return found("offset", fmt.Sprintf("offset %d after %d records from %d on", before+given, given, before), "offset is %d", offset).at(x)
				}
			}
			return flpRead(r, r.nth(0))
		},
		mutants: []mutant{
			{"a", "counts pages in offset", "offset"},
			{"b", "asks for 500 records", "limit"},
			{"c", "reads the first page only", "records-missing"},
			{"d", "sends no limit, and takes the ten that it gets for all", "records-missing"},
		},
	}
}

func flpSrc04() flpCheck {
	east := time.FixedZone("", 2*60*60)
	return flpCheck{
		id: "FLP-SRC-04", title: "a range of dates has a start, an end and a zone",
		clause: "fluidpay:84-86; FP-16", level: care,
		summary: "The document names a QueryDateRange and does not say what it is; the vendor's SDKs send start_date and end_date.",
		needs:   []string{"SearchProducts"},
		after:   flpSearching,
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			flp(r).searchProducts(FluidpayFilter{CreatedFrom: flpDay(12, 0).In(east), CreatedUntil: flpDay(12, 30).In(east)})
		},
		seen: asked(fluidpay.SearchProducts),
		judge: func(r *flpRun) Finding {
			for _, x := range r.of(fluidpay.SearchProducts) {
				for name, v := range fake.Members(gjson.GetBytes(x.Body, "created_at")) {
					if name != "start_date" && name != "end_date" {
						return found("range-keys", "start_date and end_date", "the key %s", name).at(x)
					}
					if _, err := time.Parse(time.RFC3339, v.String()); err != nil {
						return found("range-zone", "a time with its zone: 2025-05-08T12:00:00Z", "%s, without one", v.Raw).at(x)
					}
				}
			}
			if notes := r.noted("ignored-filter"); notes != nil {
				return found("ignored-filter", "filters that the service knows", "%s", notes[0].Detail)
			}
			if f := mustWork(r.nth(0)); f.Code != "" {
				return f
			}
			return flpSame(r.nth(0), "product", flpProductIDs(r.nth(0).products()), []string{flpP2})
		},
		mutants: []mutant{
			{"a", "calls the ends from and to", "range-keys"},
			{"b", "sends local times without a zone", "range-zone"},
			{"c", "swaps the ends", "records-missing"},
		},
	}
}

func flpSrc05() flpCheck {
	return flpCheck{
		id: "FLP-SRC-05", title: "what is no filter is not taken for one",
		clause: "fluidpay:79-88,232-241; FP-14", level: must,
		summary: "There is no filter for skus; a filter that the service does not know is passed over, and then everything fits.",
		needs:   []string{"SearchProducts"},
		after:   flpSearching,
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			flp(r).searchProducts(FluidpayFilter{})
			flp(r).searchProducts(FluidpayFilter{SKU: "S2"})
		},
		seen: asked(fluidpay.SearchProducts),
		judge: func(r *flpRun) Finding {
			if f := mustWork(r.nth(0)); f.Code != "" {
				return f
			}
			a := r.nth(1)
			if got := flpProductIDs(a.products()); a.err == nil && !slices.Equal(got, []string{flpP2}) {
				return found("wrong-result", "the one product with that sku, or an error", "%s", flpShort(got))
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends sku as a filter and takes all for hits", "wrong-result"},
		},
	}
}

func flpSrc06() flpCheck {
	return flpCheck{
		id: "FLP-SRC-06", title: "the first of two is not the only one",
		clause: "FP-15", level: care,
		summary: "Names need not be unique, so a search by name can find several.",
		needs:   []string{"SearchProducts"},
		after:   flpAfter(flpSearching, []string{"FLP-VERB-02"}),
		scenes:  []flpScene{{state: flpShelf}},
		drive:   func(r *flpRun) { flp(r).searchProducts(FluidpayFilter{Name: "mug", Only: true}) },
		seen:    asked(fluidpay.SearchProducts),
		judge: func(r *flpRun) Finding {
			a := r.nth(0)
			if got := flpProductIDs(a.products()); a.err == nil && !slices.Equal(got, []string{flpP1, flpP3}) {
				return found("first-taken", "an error, or both products of that name", "%s", flpShort(got))
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "takes the first", "first-taken"},
		},
	}
}

func flpSrc07() flpCheck {
	return flpCheck{
		id: "FLP-SRC-07", title: "a search that moves while it is read",
		clause: "FP-39", level: care,
		summary: "When a record of the first page is deleted, the first of the second page moves onto it.",
		needs:   []string{"SearchProducts"},
		after:   flpSearching,
		scenes: []flpScene{{
			state:  flpMany(150),
			faults: []fake.Fault{fake.NewFault("page-drift").Set("delete", "1").On(fluidpay.SearchProducts).Call(1)},
		}},
		drive: func(r *flpRun) { flp(r).searchProducts(FluidpayFilter{}) },
		seen:  asked(fluidpay.SearchProducts),
		judge: func(r *flpRun) Finding {
			a := r.nth(0)
			if a.err != nil {
				return Finding{}
			}
			times := map[string]int{}
			for _, id := range flpProductIDs(a.products()) {
				if times[id]++; times[id] > 1 {
					return found("listed-twice", "each product once", "%s %d times", id, times[id])
				}
			}
			for _, id := range flpLivingProducts(r) {
				if times[id] == 0 {
					return found("records-missing", "all products that are still there, or an error", "%s is missing", id)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "goes on by its offset: one product is skipped", "records-missing"},
		},
	}
}

func flpSrc08() flpCheck {
	return flpCheck{
		id: "FLP-SRC-08", title: "filters that are not used are left out",
		clause: "FP-43", level: care,
		summary: "What null means in a filter is not documented; it may come to mean something.",
		needs:   []string{"SearchCarts|SearchProducts"},
		after:   flpAfter(flpBase, []string{"FLP-SRC-01"}),
		scenes:  []flpScene{{state: flpShelf}},
		drive:   flpByName,
		seen:    askedAny(fluidpay.SearchCarts, fluidpay.SearchProducts),
		wire: func(w *wire) Finding {
			for _, x := range flpSearches(w) {
				for name, v := range fake.Members(gjson.ParseBytes(x.Body)) {
					if v.Type == gjson.Null {
						return found("null-sent", "the filters in use alone", "%s: null", name).at(x)
					}
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends price: null along with a name", "null-sent"},
		},
	}
}
