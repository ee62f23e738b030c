package conformance

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

func cscFilt07() cscCheck {
	return cscCheck{
		id: "CSC-FILT-07", title: "sorted by a key that there is, asc or desc",
		clause: "cscart:39-51", level: must,
		summary: "Lists are sorted by date or by customer, asc or desc, in small letters.",
		needs:   []string{"List"},
		after:   cscFiltering,
		scenes:  []cscScene{{state: cscFamily}},
		drive:   func(r *cscRun) { csc(r).list(CscartFilter{SortBy: "customer"}) },
		seen:    sentAny("sort_by", "sort_order"),
		wire: cscParameters(func(_ fake.Exchange, query url.Values) Finding {
			for name, values := range map[string][]string{"sort_by": {"date", "customer", "company_id"}, "sort_order": {"asc", "desc"}} {
				if value := query.Get(name); query.Has(name) && !slices.Contains(values, value) {
					return found("sort-value", name+" as one of "+strings.Join(values, ", "), "%s=%s, for which the shop takes its own order", name, value)
				}
			}
			return Finding{}
		}),
		judge: func(r *cscRun) Finding {
			f := cscListed(r.nth(0), "101", "102", "103")
			if got := cscIDs(r.nth(0).cscCarts()); f.Code == "" && !slices.Equal(got, []string{"101", "103", "102"}) {
				return found("wrong-order", "the guest, then Abel, then Lee: users 101, 103, 102", "%s", strings.Join(got, ", "))
			}
			return f
		},
		mutants: []mutant{
			{"a", "sends sort_order=ASC", "sort-value"},
		},
	}
}

func cscFilt08() cscCheck {
	return cscCheck{
		id: "CSC-FILT-08", title: "a filter that is off is not sent as false",
		clause: "CC-13", level: should,
		summary: "The shop takes any text but an empty one and 0 for on, false and no included.",
		needs:   []string{"List"},
		after:   append([]string{"CSC-TYPE-09"}, cscFiltering...),
		scenes: []cscScene{{state: func(r *cscRun) {
			cscAdd(r, cscart.Cart{UserID: 101}, cscCup(1000))
			cscAdd(r, cscart.Cart{UserID: 102, User: cscOwner("Ann", "Lee", "ann@example.com")}, cscCup(2000))
			cscAdd(r, cscart.Cart{UserID: 103}, cscart.Product{ProductID: 15, Name: "Hat", Price: 900, Type: cscart.OnWishlist})
		}}},
		drive: func(r *cscRun) {
			csc(r).list(CscartFilter{WithContact: cscFlag(false)})
			csc(r).list(CscartFilter{HasCart: cscFlag(false)})
			csc(r).list(CscartFilter{HasWishlist: cscFlag(false)})
		},
		seen: asked(cscart.ListCarts),
		judge: func(r *cscRun) Finding {
			for _, x := range r.of(cscart.ListCarts) {
				for _, name := range []string{"with_info_only", "product_type_c", "product_type_w"} {
					if value := cscQuery(x).Get(name); !cscBlank(value) {
						return found("switched-on", name+" left out, empty or 0", "%s=%s, which switches it on", name, value).at(x)
					}
				}
			}
			return firstOf(cscListed(r.nth(0), "101", "102", "103"), cscListed(r.nth(1), "101", "102", "103"), cscListed(r.nth(2), "101", "102", "103"))
		},
		mutants: []mutant{
			{"a", "sends false", "switched-on"},
		},
	}
}

func cscFilt09() cscCheck {
	return cscCheck{
		id: "CSC-FILT-09", title: "the cart of an address is that of the whole address",
		clause: "cscart:59-61; CC-14", level: should,
		summary: "The shop looks for a part of the address and takes _ for any letter, so there may be other hits, and before it.",
		needs:   []string{"List"},
		after:   cscFiltering,
		scenes: []cscScene{{state: func(r *cscRun) {
			for i, email := range []string{"axb@example.com", "a_b@example.com.test", "a_b@example.com"} {
				row := cscCup(1000)
				row.Timestamp = cscDay.Add(-time.Duration(i) * time.Hour)
				cscAdd(r, cscart.Cart{UserID: int64(101 + i), User: cscOwner("Ann", "Lee", email)}, row)
			}
		}}},
		drive: func(r *cscRun) { csc(r).list(CscartFilter{Email: "a_b@example.com"}) },
		seen:  asked(cscart.ListCarts),
		judge: func(r *cscRun) Finding {
			a := r.nth(0)
			if f := mustWork(a); f.Code != "" {
				return f
			}
			switch ids := cscIDs(a.cscCarts()); {
			case slices.Equal(ids, []string{"103"}):
				return Finding{}
			case len(ids) == 1:
				return found("other-address", "the cart of a_b@example.com, user 103", "that of user %s", ids[0])
			default:
				return found("more-hits", "the cart of a_b@example.com, user 103, alone", "%s: those of %s", count(len(ids), "cart"), cscSome(ids))
			}
		},
		mutants: []mutant{
			{"a", "takes the first hit", "other-address"},
			{"b", "passes every hit on", "more-hits"},
		},
	}
}

func cscFilt10() cscCheck {
	return cscCheck{
		id: "CSC-FILT-10", title: "a name is no pattern",
		clause: "cscart:53-57; CC-14", level: should,
		summary: "The shop takes % for any text and _ for any letter, and has no way to say otherwise.",
		needs:   []string{"List"},
		after:   cscFiltering,
		scenes: []cscScene{{state: func(r *cscRun) {
			cscAdd(r, cscart.Cart{UserID: 101, User: cscOwner("Ann", "5_0", "ann@example.com")}, cscCup(1000))
			cscAdd(r, cscart.Cart{UserID: 102, User: cscOwner("Ann", "5x0", "bob@example.com")}, cscCup(1000))
		}}},
		drive: func(r *cscRun) { csc(r).list(CscartFilter{Name: "5_0"}) },
		seen:  asked(cscart.ListCarts),
		judge: func(r *cscRun) Finding { return cscListed(r.nth(0), "101") },
		mutants: []mutant{
			{"a", "passes on what the shop finds by its wildcards", "wrong-carts"},
		},
	}
}

func cscFilt11() cscCheck {
	return cscCheck{
		id: "CSC-FILT-11", title: "product ids in the form that every shop reads",
		clause: "cscart:124-128; CC-17", level: care,
		summary: "Shops on newer versions of PHP break down over p_ids[], and read the text with commas.",
		needs:   []string{"List"},
		after:   cscListing,
		scenes:  []cscScene{{state: cscShelf, options: []fake.Option{cscart.WithArrayIDs(cscart.ArrayCrash)}}},
		drive:   func(r *cscRun) { csc(r).list(CscartFilter{Products: []int64{13, 14}}) },
		seen:    asked(cscart.ListCarts),
		judge: func(r *cscRun) Finding {
			for _, x := range r.of(cscart.ListCarts) {
				if x.Status >= 500 {
					return found("crash", "p_ids=13,14 as one text", "%s, answered with %d", x.URL, x.Status).at(x)
				}
			}
			return cscListed(r.nth(0), "102", "103")
		},
		mutants: []mutant{
			{"a", "sends p_ids[] twice", "crash"},
		},
	}
}

func cscFilt12() cscCheck {
	return cscCheck{
		id: "CSC-FILT-12", title: "filters leave the total of a cart alone",
		clause: "-", level: care,
		summary: "A filter by product chooses carts; cart_products and total are still those of the whole cart.",
		needs:   []string{"List"},
		after:   append([]string{"CSC-FILT-03", "CSC-FILT-11"}, cscListing...),
		scenes:  []cscScene{{state: cscShelf}},
		drive:   func(r *cscRun) { csc(r).list(CscartFilter{Products: []int64{14}}) },
		seen:    asked(cscart.ListCarts),
		judge: func(r *cscRun) Finding {
			if f := cscListed(r.nth(0), "103"); f.Code != "" {
				return f
			}
			if got := r.nth(0).cscCarts()[0]; !cscSame(got.Total, "7.80") {
				return found("wrong-total", "the total 7.80, that of the whole cart", "the total %q", got.Total)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "adds up the rows with the product alone", "wrong-total"},
		},
	}
}
