package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// A tri says whether a cart belongs to what a filter gives. Some carts may be
// either way, for the API does not show what decides: rows of a wishlist, and
// rows that are older than the newest.
type tri int

const (
	out tri = iota
	free
	in
)

func inIf(holds bool) tri {
	if holds {
		return in
	}
	return out
}

// sCscCart is what the API shows of a cart.
type sCscCart struct {
	id          string
	first, last string // in lower case
	email       string // likewise
	guest       bool
	date        int64
	total       int64 // hundredths
	filled      bool  // has something in the cart, and so a total
	wishes      bool  // has something on the wishlist, or may have
	rows        int   // in the cart, -1 unknown
	products    []string
}

// A sCscFilter is a filter and the carts that it is to give.
type sCscFilter struct {
	name  string
	query url.Values
	fits  func(c *sCscCart, params gjson.Result) tri
	byRow bool // looks at each row by itself
}

func sCsc04() serverRule {
	return serverRule{
		id: "S-CSC-04", title: "each filter gives the carts that fit",
		clause: "cscart:53-128", level: must,
		summary: "Parameters narrow the list: name, e-mail, user, kind of user, contact, total, cart or wishlist, period, products.",
		asks:    "each filter alone, then in pairs, with values of carts that are there",
		holds:   "the carts that fit all filters, and no other",
		flags:   []string{"EDITION", "ARRAY_IDS", "WISHLIST"},
		ask: func(p *probe) {
			carts := sCscShop(p)
			filters := sCscFilters(p, carts)
			for i := range filters {
				sCscTry(p, carts, filters[i])
			}
			for i := range filters {
				for j := range filters[:i] {
					if both, ok := sCscBoth(filters[j], filters[i]); ok {
						sCscTry(p, carts, both)
					}
				}
			}
			sCscArray(p, carts)
		},
		mutants: []mutant{
			{"a", "ignores total_from", "wrong-carts"},
			{"b", "ignores users_type", "wrong-carts"},
			{"c", "takes two filters for either of them", "wrong-carts"},
		},
	}
}

// sCscShop is all that the API shows of the carts. Products are looked up for
// the first 60.
func sCscShop(p *probe) []*sCscCart {
	const most = 60
	all, _ := sCscPages(p, nil, sCscWhole)
	wishes, _ := sCscPages(p, url.Values{"product_type_w": {"Y"}}, sCscWhole)
	wishers := sCscIDs(wishes)
	off := p.reading("WISHLIST") == "off" // and what was wished for before cannot be seen
	p.must(!off || len(wishers) == 0, "wishlist", "no wishlists, as pinned", "%d carts have one", len(wishers))
	var carts []*sCscCart
	for i, v := range all {
		c := &sCscCart{
			id: v.Get("user_id").String(), date: v.Get("date").Int(), rows: -1,
			first: strings.ToLower(v.Get("firstname").String()), last: strings.ToLower(v.Get("lastname").String()),
			email: strings.ToLower(v.Get("user_data.email").String()), guest: !v.Get("user_data").IsObject(),
			filled: v.Get("total").Exists(), total: sCscMoney(v.Get("total").String()),
		}
		c.wishes = off || !c.filled || slices.Contains(wishers, c.id)
		if i < most {
			x := p.get("/api/carts/" + c.id + "/").good()
			c.rows = len(x.list("products"))
			for _, row := range x.list("products") {
				c.products = append(c.products, row.Get("product_id").String())
			}
		}
		carts = append(carts, c)
	}
	return carts
}

// sCscMoney reads an amount as hundredths.
func sCscMoney(text string) int64 {
	units, rest, _ := strings.Cut(text, ".")
	n, _ := strconv.ParseInt(units+(rest + "00")[:2], 10, 64)
	return n
}

// sCscPlain is a member whose names and e-mail mean themselves in a filter: the
// characters % and _ stand for others there.
func sCscPlain(c *sCscCart) bool {
	return !c.guest && c.first != "" && c.last != "" && c.email != "" && c.filled && !strings.ContainsAny(c.first+c.last+c.email, "%_ ")
}

// sCscFilters are the filters, with values from the carts.
func sCscFilters(p *probe, carts []*sCscCart) []sCscFilter {
	i := slices.IndexFunc(carts, sCscPlain)
	if i < 0 || !slices.ContainsFunc(carts, func(c *sCscCart) bool { return c.guest }) {
		p.unseen("a guest's cart, and one of a member with a name of two words and an e-mail; there are %d carts", len(carts))
	}
	m := carts[i]
	return slices.Concat(sCscPeople(m), sCscTotals(m), sCscRows(p, carts, m))
}

// sCscPeople are the filters that look at the user.
func sCscPeople(m *sCscCart) []sCscFilter {
	word := m.first[:min(3, len(m.first))]
	kind := func(guest bool) func(*sCscCart, gjson.Result) tri {
		return func(c *sCscCart, _ gjson.Result) tri { return inIf(c.guest == guest) }
	}
	return []sCscFilter{
		{"part of a name", url.Values{"cname": {word}}, func(c *sCscCart, _ gjson.Result) tri {
			return inIf(!c.guest && (strings.Contains(c.first, word) || strings.Contains(c.last, word)))
		}, false},
		{"first and last name", url.Values{"cname": {m.first + " " + m.last}}, func(c *sCscCart, _ gjson.Result) tri {
			if !c.guest && strings.Contains(c.first, m.last) && strings.Contains(c.last, m.first) {
				return free // newer shops take the words in either order
			}
			return inIf(!c.guest && strings.Contains(c.first, m.first) && strings.Contains(c.last, m.last))
		}, false},
		{"e-mail", url.Values{"email": {m.email}}, func(c *sCscCart, _ gjson.Result) tri {
			return inIf(!c.guest && strings.Contains(c.email, m.email))
		}, false},
		{"user", url.Values{"user_id": {m.id}}, func(c *sCscCart, _ gjson.Result) tri { return inIf(c.id == m.id) }, false},
		{"with contact", url.Values{"with_info_only": {"true"}}, func(c *sCscCart, _ gjson.Result) tri { return inIf(!c.guest && c.email != "") }, false},
		{"members", url.Values{"users_type": {"R"}}, kind(false), false},
		{"guests", url.Values{"users_type": {"G"}}, kind(true), false},
	}
}

// sCscTotals are the filters that look at the total. It counts the wishlist, which
// the total that is shown does not.
func sCscTotals(m *sCscCart) []sCscFilter {
	value := fmt.Sprintf("%d.%02d", m.total/100, m.total%100)
	return []sCscFilter{
		{"total from", url.Values{"total_from": {value}}, func(c *sCscCart, _ gjson.Result) tri {
			if c.total < m.total && c.wishes {
				return free
			}
			return inIf(c.total >= m.total)
		}, false},
		{"total to", url.Values{"total_to": {value}}, func(c *sCscCart, _ gjson.Result) tri {
			if c.total <= m.total && c.wishes {
				return free
			}
			return inIf(c.total <= m.total)
		}, false},
	}
}

// sCscRows are the filters that look at each row by itself.
func sCscRows(p *probe, carts []*sCscCart, m *sCscCart) []sCscFilter {
	period := func(c *sCscCart, params gjson.Result) tri {
		from, to := params.Get("time_from").Int(), params.Get("time_to").Int()
		if c.date > to && (c.rows != 1 || c.wishes) {
			return free // an older row may fit
		}
		return inIf(from <= c.date && c.date <= to)
	}
	ids, off := sCscProducts(p, carts), p.reading("WISHLIST") == "off"
	return []sCscFilter{
		{"something in the cart", url.Values{"product_type_c": {"true"}}, func(c *sCscCart, _ gjson.Result) tri { return inIf(c.filled) }, true},
		{"something on the wishlist", url.Values{"product_type_w": {"true"}}, func(c *sCscCart, _ gjson.Result) tri {
			if off {
				return out
			}
			return max(free, inIf(!c.filled))
		}, true},
		{"the last 7 days", url.Values{"period": {"HW"}}, period, true},
		{"a time", url.Values{"period": {"C"}, "time_from": {strconv.FormatInt(m.date-1, 10)}, "time_to": {strconv.FormatInt(m.date+1, 10)}}, period, true},
		{"products", url.Values{"p_ids": {strings.Join(ids, ",")}}, sCscHolds(ids), true},
	}
}

// sCscProducts are two products of different carts, one where carts need to hold
// all that are asked for.
func sCscProducts(p *probe, carts []*sCscCart) []string {
	var ids []string
	for _, c := range carts {
		if len(c.products) > 0 && !slices.Contains(ids, c.products[0]) {
			ids = append(ids, c.products[0])
		}
	}
	if len(ids) == 0 {
		p.unseen("a cart with a product; there is none")
	}
	if p.reading("EDITION") == "multivendor" {
		return ids[:1]
	}
	return ids[:min(2, len(ids))]
}

func sCscHolds(ids []string) func(*sCscCart, gjson.Result) tri {
	return func(c *sCscCart, _ gjson.Result) tri {
		switch {
		case slices.ContainsFunc(c.products, func(id string) bool { return slices.Contains(ids, id) }):
			return in
		case c.wishes, c.rows < 0:
			return free
		}
		return out
	}
}

// sCscBoth is two filters at once, unless they are about the same parameter. A
// cart of several rows may fit each by another row, which is not enough.
func sCscBoth(a, b sCscFilter) (sCscFilter, bool) {
	both := sCscFilter{name: a.name + " and " + b.name, query: url.Values{}, byRow: a.byRow || b.byRow}
	for _, f := range []sCscFilter{a, b} {
		for name, values := range f.query {
			if both.query.Has(name) {
				return both, false
			}
			both.query[name] = values
		}
	}
	both.fits = func(c *sCscCart, params gjson.Result) tri {
		t := min(a.fits(c, params), b.fits(c, params))
		if t == in && a.byRow && b.byRow && (c.rows != 1 || c.wishes) {
			return free
		}
		return t
	}
	// Either of them, where both are asked for.
	if both.query.Has("product_type_c") && both.query.Has("product_type_w") {
		both.fits = func(c *sCscCart, params gjson.Result) tri { return max(a.fits(c, params), b.fits(c, params)) }
	}
	return both, true
}

// sCscTry asks for one filter.
func sCscTry(p *probe, carts []*sCscCart, f sCscFilter) {
	found, last := sCscPages(p, f.query, sCscWhole)
	ids, params := sCscIDs(found), last.at("params")
	for _, c := range carts {
		_, listed := slices.BinarySearch(ids, c.id)
		switch want := f.fits(c, params); {
		case want == free:
		case listed && want == out:
			p.wrong("wrong-carts", "the carts that fit "+f.name, "%s gives the cart of %s, which does not fit", f.query.Encode(), c.id)
		case !listed && want == in:
			p.wrong("wrong-carts", "the carts that fit "+f.name, "%s leaves out the cart of %s, which fits", f.query.Encode(), c.id)
		default:
			p.held++
		}
	}
	if f.query.Get("period") == "HW" {
		days := (params.Get("time_to").Int() - params.Get("time_from").Int() + 43200) / 86400
		p.must(days == 7, "period", "a period of 7 days in the echo", "%s", params.Raw)
	}
}

// sCscArray asks for products in the other form that the document has.
func sCscArray(p *probe, carts []*sCscCart) {
	ids := sCscProducts(p, carts)
	query := url.Values{"p_ids[]": ids}
	switch p.reading("ARRAY_IDS") {
	case "crash":
		x := p.get("/api/carts/?" + query.Encode())
		p.must(x.Status/100 == 5, "array-ids", "an error of the server, as pinned", "%s", x.told())
	case "no-match":
		x := p.get("/api/carts/?" + query.Encode()).status(http.StatusOK)
		p.must(len(x.list("carts")) == 0, "array-ids", "no cart, as pinned", "%s", x.told())
	default:
		sCscTry(p, carts, sCscFilter{name: "products as an array", query: query, fits: sCscHolds(ids)})
	}
}
