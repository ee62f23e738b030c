package conformance

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// cscReading is what a check comes after that needs carts to be read, and
// cscListing one that needs whole lists.
var (
	cscReading = append([]string{"CSC-TYPE-01", "CSC-TYPE-02", "CSC-TYPE-04"}, cscCalling...)
	cscListing = append([]string{"CSC-PAGE-01", "CSC-PAGE-02", "CSC-PAGE-03", "CSC-PAGE-06"}, cscReading...)
)

func cscListAll(r *cscRun) { csc(r).list(CscartFilter{}) }

// cscAllListed finds a list that is not all carts of the shop.
func cscAllListed(r *cscRun) Finding { return cscListed(r.nth(0), cscAll(r)...) }

// cscQuery is the query of a request as the shop reads it, but that of repeated
// names all values are there.
func cscQuery(x fake.Exchange) url.Values {
	u, err := url.Parse(x.URL)
	if err != nil {
		return url.Values{}
	}
	return u.Query()
}

func cscPage() []cscCheck {
	return []cscCheck{cscPage01(), cscPage02(), cscPage03(), cscPage04(), cscPage05(), cscPage06()}
}

func cscPage01() cscCheck {
	return cscCheck{
		id: "CSC-PAGE-01", title: "all pages, out of the member carts",
		clause: "cscart:27-37,230-238", level: must,
		summary: "A list comes in pages, in an object with the members carts and params.",
		flags:   []string{"PAGE_MEANING"},
		needs:   []string{"List"},
		after:   cscReading,
		scenes:  []cscScene{{state: cscGuests(25)}},
		drive:   cscListAll,
		seen:    asked(cscart.ListCarts),
		judge:   cscAllListed,
		backed:  "CSC-PAGE-02",
		mutants: []mutant{
			{"a", "reads the first page only", "carts-missing"},
			{"b", "wants a bare array", "error"},
		},
	}
}

func cscPage02() cscCheck {
	return cscCheck{
		id: "CSC-PAGE-02", title: "numbers of params as numbers and as texts",
		clause: "cscart:231-237", level: must,
		summary: "In the sample page and items_per_page are numbers and total_items is a text.",
		flags:   []string{"NUMBERS_AS_STRINGS"},
		needs:   []string{"List"},
		after:   cscReading,
		scenes: []cscScene{
			{name: "25 carts", state: cscGuests(25)},
			{name: "3 carts, 2 on a page", state: cscGuests(3), options: []fake.Option{cscart.WithPageSize(2)}},
		},
		drive: cscListAll,
		seen:  asked(cscart.ListCarts),
		judge: func(r *cscRun) Finding {
			total := cscShop(r).Carts.Len()
			if n := len(r.of(cscart.ListCarts)); n > total {
				return found("too-many-pages", fmt.Sprintf("at most %s for %d carts", count(total, "request"), total), "%d", n)
			}
			return cscAllListed(r)
		},
		backed: "CSC-PAGE-01",
		mutants: []mutant{
			{"a", `decodes total_items into an integer, which fails on "25"`, "error"},
			{"b", "takes a total that it cannot read for 0 and stops", "carts-missing"},
		},
	}
}

func cscPage03() cscCheck {
	three := []fake.Option{cscart.WithPageSize(3)}
	return cscCheck{
		id: "CSC-PAGE-03", title: "the end of the list",
		clause: "cscart:33-37", level: must,
		summary: "How many carts a page has is a setting of the shop; its params say how many that is and how many carts there are.",
		needs:   []string{"List"},
		after:   cscReading,
		limits:  []limit{{10, 11, "carts in a list", "cscart:33-37", allOf(cscart.ListCarts, given("carts.#"))}},
		scenes: []cscScene{
			{name: "20 carts", state: cscGuests(20)},
			{name: "11 carts", state: cscGuests(11)},
			{name: "10 carts", state: cscGuests(10)},
			{name: "7 carts, 3 on a page", state: cscGuests(7), options: three},
			{name: "6 carts, 3 on a page", state: cscGuests(6), options: three},
		},
		drive: cscListAll,
		seen:  asked(cscart.ListCarts),
		judge: func(r *cscRun) Finding {
			empty := 0
			for _, x := range r.of(cscart.ListCarts) {
				if x.Status == 200 && gjson.GetBytes(x.ReplyBody, "carts.#").Int() == 0 {
					if empty++; empty > 1 {
						return found("too-many-pages", "at most one empty page is asked for", "%s is the second", x.URL).at(x)
					}
				}
			}
			return cscAllListed(r)
		},
		backed: "CSC-PAGE-02",
		mutants: []mutant{
			{"a", "divides the total by the size, rounds down and takes one off", "carts-missing"},
			{"b", "reads on until a page is empty, and takes that for an error", "error"},
			{"c", "assumes 10 carts on a page", "carts-missing"},
		},
	}
}

func cscPage04() cscCheck {
	return cscCheck{
		id: "CSC-PAGE-04", title: "pages may be smaller than what was asked for",
		clause: "cscart:232", level: should,
		summary: "The echo in params says what size was served, whatever was asked for.",
		needs:   []string{"List"},
		after:   cscListing,
		scenes:  []cscScene{{name: "5 carts on a page, whatever is asked for", state: func(r *cscRun) { cscGuests(120)(r); cscCut(r, "5") }}},
		drive:   cscListAll,
		seen: func(w *wire) string {
			for _, x := range w.of(cscart.ListCarts) {
				if n := gjson.GetBytes(x.ReplyBody, "carts.#").Int(); n > 0 && n < gjson.GetBytes(x.ReplyBody, "params.total_items").Int() {
					return ""
				}
			}
			return "a page that has not all carts; there was none"
		},
		judge:  cscAllListed,
		backed: "GEN-LOOP-01",
		mutants: []mutant{
			{"a", "counts pages by the size that it asked for", "carts-missing"},
		},
	}
}

// cscCut has the shop serve pages of this size, whatever is asked for. It comes
// between the journal and the list, so that the journal shows what was asked.
func cscCut(r *cscRun, size string) {
	r.fake.Intercept(fake.Matched, func(c *fake.Call) {
		if c.Op != cscart.ListCarts {
			return
		}
		request, target := *c.Request, *c.Request.URL
		query := target.Query()
		query.Set("items_per_page", size)
		target.RawQuery = query.Encode()
		request.URL = &target
		c.Request = &request
	})
}

func cscPage05() cscCheck {
	return cscCheck{
		id: "CSC-PAGE-05", title: "a list that moves while it is read",
		clause: "cscart:39-51", level: should,
		summary: "The newest carts come first, and a cart that is touched moves there: what was on one page is on the next too.",
		needs:   []string{"List"},
		after:   append([]string{"CSC-PAGE-04"}, cscListing...),
		scenes: []cscScene{{
			state:  func(r *cscRun) { cscGuests(9)(r); cscCut(r, "3") },
			faults: []fake.Fault{fake.NewFault("page-drift").Set("touch", "1").On(cscart.ListCarts)},
		}},
		drive: cscListAll,
		seen:  asked(cscart.ListCarts),
		judge: func(r *cscRun) Finding {
			a := r.nth(0)
			if f := mustWork(a); f.Code != "" {
				return f
			}
			ids := slices.Sorted(slices.Values(cscIDs(a.cscCarts())))
			if twice, _, _ := cscTold(ids, ids); twice != nil {
				return found("listed-twice", "each cart once", "that of %s more than once", cscSome(twice))
			}
			if first := cscIDs(a.cscCarts()); len(first) < 8 { // the one that moved to the front may be missed
				return found("carts-missing", "all carts but the one that has moved", "%d of 9", len(first))
			}
			return cscSorted(r.wire)
		},
		mutants: []mutant{
			{"a", "appends pages blindly", "listed-twice"},
		},
	}
}

// cscSorted finds a list that is sorted one way on one page and another way on
// the next.
func cscSorted(w *wire) Finding {
	calls := w.of(cscart.ListCarts)
	for i := 1; i < len(calls); i++ {
		for _, name := range []string{"sort_by", "sort_order"} {
			if one, other := cscQuery(calls[0]).Get(name), cscQuery(calls[i]).Get(name); one != other {
				return found("sort-differs", fmt.Sprintf("%s=%s on each page", name, one), "%s", calls[i].URL).at(calls[i])
			}
		}
	}
	return Finding{}
}

func cscPage06() cscCheck {
	return cscCheck{
		id: "CSC-PAGE-06", title: "a page without a limit has no total",
		clause: "CC-21", level: should,
		summary: "Asked for 0 or nothing as the size of a page, the shop sends all carts at once, and no total_items.",
		needs:   []string{"List"},
		after:   cscReading,
		scenes:  []cscScene{{state: cscGuests(25)}},
		drive:   cscListAll,
		seen:    asked(cscart.ListCarts),
		judge: func(r *cscRun) Finding {
			f := cscAllListed(r)
			for _, x := range r.of(cscart.ListCarts) {
				query := cscQuery(x)
				if size := query.Get("items_per_page"); f.Code != "" && query.Has("items_per_page") && (size == "" || size == "0") {
					return found("no-limit", "a size of a page, or all 25 carts without a total", "%s; %s", x.URL, f.Got).at(x)
				}
			}
			return f
		},
		backed: "CSC-PAGE-01",
		mutants: []mutant{
			{"a", "asks for 0 carts a page and fails, for there is no total_items", "no-limit"},
		},
	}
}
