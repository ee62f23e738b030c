package conformance

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// cscartServer are the rules for servers of the carts API of CS-Cart.
func cscartServer() *serverSuite {
	pair := func(creds fake.Credentials) string {
		return base64.StdEncoding.EncodeToString([]byte(creds["email"] + ":" + creds["api_key"]))
	}
	return &serverSuite{
		api: "cscart", title: "carts", edition: "2026-11", base: "http://example.com",
		creds: []string{"email", "api_key"}, public: []string{"email"},
		encoded: func(creds fake.Credentials) []string { return []string{pair(creds)} },
		flags: []serverFlag{
			{name: "DEFAULT_SORT", words: []string{"date desc", "date asc", "customer asc", "customer desc"}},
			{name: "PAGE_SIZE", count: 10},
			{name: "EDITION", words: []string{"ultimate", "multivendor"}},
			{name: "ARRAY_IDS", words: []string{"accepted", "no-match", "crash"}},
			{name: "WISHLIST", words: []string{"on", "off"}},
		},
		auth: func(h http.Header, creds fake.Credentials) {
			if creds["api_key"] != "" {
				h.Set("Authorization", "Basic "+pair(creds))
			}
		},
		rules: []serverRule{sCsc01(), sCsc02(), sCsc03(), sCsc04(), sCsc05(), sCsc06(), sCsc07(), sCsc08()},
	}
}

// sCscList is one page of the list.
func sCscList(p *probe, query url.Values) reply {
	path := "/api/carts/"
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	x := p.get(path).good()
	p.must(x.at("carts").IsArray() && x.at("params").IsObject(), "no-envelope", "an object of carts and params", "%s", x.told())
	return x
}

// sCscPages are all carts that a query gives, size at a time.
func sCscPages(p *probe, query url.Values, size int) (carts []gjson.Result, last reply) {
	const most = 10000
	for page := 1; page < most; page++ {
		q := url.Values{"items_per_page": {strconv.Itoa(size)}, "page": {strconv.Itoa(page)}}
		for name, values := range query {
			q[name] = values
		}
		last = sCscList(p, q)
		found := last.list("carts")
		carts = append(carts, found...)
		if len(found) < size {
			return carts, last
		}
	}
	p.wrong("no-end", "a page that is not full at the end", "page %d is full", most)
	return nil, last
}

// sCscWhole is a page size that brings most shops in one answer.
const sCscWhole = 100

func sCsc01() serverRule {
	return serverRule{
		id: "S-CSC-01", title: "the list and its echo",
		clause: "cscart:15,27-51,230-238; CC-1", level: must,
		summary: "The list is an object of carts and params: 10 a page, by date, the newest first, as the table of parameters has it.",
		asks:    "the list without parameters",
		holds:   "at most 10 carts, as many as there are; params has the members and types of the example, sort_by date and sort_order desc, and the carts stand so",
		flags:   []string{"DEFAULT_SORT", "PAGE_SIZE", "EDITION"},
		ask: func(p *probe) {
			x := sCscList(p, nil)
			by, order, _ := strings.Cut(p.reading("DEFAULT_SORT"), " ")
			size, company := p.number("PAGE_SIZE"), "company_id string"
			if p.reading("EDITION") == "multivendor" {
				company = "company_id number"
			}
			params := x.at("params")
			p.shaped("params", params, "page number", "items_per_page number", company, "sort_order string", "sort_by string", "sort_order_rev string", "total_items string")
			p.must(params.Get("page").Int() == 1, "page", "page 1", "%s", params.Raw)
			p.must(params.Get("items_per_page").Int() == int64(size), "page-size", "a page size of "+strconv.Itoa(size), "items_per_page is %s", params.Get("items_per_page").Raw)
			p.must(params.Get("sort_by").String() == by && params.Get("sort_order").String() == order, "sort", "sort_by "+by+" and sort_order "+order, "%s", params.Raw)
			carts, total := x.list("carts"), int(params.Get("total_items").Int())
			p.must(len(carts) == min(size, total), "carts", "as many carts as there are, at most "+strconv.Itoa(size), "%d carts; total_items is %d", len(carts), total)
			if total == 0 {
				p.unseen("a cart; there is none")
			}
			sCscOrdered(p, by, order, carts)
			for _, c := range carts {
				p.shaped("the cart", c, "user_id string", "firstname string|null", "lastname string|null", "date string", "ip_address string",
					"cart_products string|absent", "total string|absent", "order_id string|null|absent")
			}
		},
		mutants: []mutant{
			{"a", "sorts by customer unless told otherwise", "sort"},
			{"b", "gives 11 carts a page", "page-size"},
			{"c", "gives page as a text", "member-page"},
		},
	}
}

func sCsc02() serverRule {
	return serverRule{
		id: "S-CSC-02", title: "the pages are all of the list",
		clause: "cscart:27-37", level: must,
		summary: "page and items_per_page walk through the list; total_items counts it.",
		asks:    "all pages, one after the other",
		holds:   "total_items is what they hold together, and no cart is on two pages",
		ask: func(p *probe) {
			total := int(sCscList(p, nil).at("params.total_items").Int())
			if total < 2 {
				p.unseen("two carts or more; there are %d", total)
			}
			size := min(sCscWhole, (total+3)/4)
			on := map[string]bool{}
			for page := 1; ; page++ {
				x := sCscList(p, url.Values{"items_per_page": {strconv.Itoa(size)}, "page": {strconv.Itoa(page)}})
				carts := x.list("carts")
				p.must(len(carts) <= size, "page-size", "at most as many carts as asked for", "%d of %d", len(carts), size)
				for _, c := range carts {
					id := c.Get("user_id").String()
					p.must(!on[id], "listed-twice", "each cart on one page", "the cart of %s is on page %d too", id, page)
					on[id] = true
				}
				if len(carts) == 0 {
					total = int(x.at("params.total_items").Int())
					break
				}
			}
			p.must(total == len(on), "total", "total_items as many as the pages hold", "it is %d, and they hold %d", total, len(on))
		},
		mutants: []mutant{
			{"a", "counts one cart too many", "total"},
			{"b", "gives the first page whatever is asked", "listed-twice"},
		},
	}
}

func sCsc03() serverRule {
	return serverRule{
		id: "S-CSC-03", title: "both sorts, both ways",
		clause: "cscart:39-51", level: must,
		summary: "sort_by is date or customer, sort_order asc or desc.",
		asks:    "the list by date and by customer, up and down",
		holds:   "the carts stand in that order, and are the same each time",
		ask: func(p *probe) {
			all, _ := sCscPages(p, nil, sCscWhole)
			for _, by := range []string{"date", "customer"} {
				for _, order := range []string{"asc", "desc"} {
					carts, _ := sCscPages(p, url.Values{"sort_by": {by}, "sort_order": {order}}, sCscWhole)
					p.must(slices.Equal(sCscIDs(carts), sCscIDs(all)), "other-carts", "the same carts in another order", "%d carts by %s %s, and %d without", len(carts), by, order, len(all))
					sCscOrdered(p, by, order, carts)
				}
				if !sCscDiffer(by, all) {
					p.unseen("two carts that differ in %s", by)
				}
			}
		},
		mutants: []mutant{
			{"a", "ignores the sort", "order"},
			{"b", "sorts down whatever is asked", "order"},
		},
	}
}

// sCscIDs are the users of carts, in the order of their numbers.
func sCscIDs(carts []gjson.Result) []string {
	var ids []string
	for _, c := range carts {
		ids = append(ids, c.Get("user_id").String())
	}
	slices.Sort(ids)
	return ids
}

// sCscKey is what a sort compares, and whether it can be compared here: in which
// order a shop has letters with accents is its own affair.
func sCscKey(by string, c gjson.Result) (key string, known bool) {
	if by == "date" {
		n := c.Get("date").String()
		return strings.Repeat("0", max(0, 20-len(n))) + n, true
	}
	key = strings.ToLower(c.Get("lastname").String() + c.Get("firstname").String())
	return key, strings.IndexFunc(key, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
}

func sCscDiffer(by string, carts []gjson.Result) bool {
	first := ""
	for i, c := range carts {
		if key, _ := sCscKey(by, c); i == 0 {
			first = key
		} else if key != first {
			return true
		}
	}
	return false
}

func sCscOrdered(p *probe, by, order string, carts []gjson.Result) {
	last, any := "", false
	for _, c := range carts {
		key, known := sCscKey(by, c)
		if !known {
			continue
		}
		if any {
			p.must(key == last || (key > last) == (order == "asc"), "order", "carts by "+by+" "+order, "the cart of %s stands after one with %q", c.Get("user_id").String(), last)
		}
		last, any = key, true
	}
}

func sCsc05() serverRule {
	return serverRule{
		id: "S-CSC-05", title: "a guest has an empty array for user data, a member an object",
		clause: "cscart:160,464; CC-7", level: should,
		summary: "user_data is called an object; the guest of the example has [].",
		asks:    "the carts of guests and the carts of members",
		holds:   "user_data is [] for each guest, and an object with the user's id for each member",
		after:   []string{"S-CSC-04"},
		ask: func(p *probe) {
			guests, _ := sCscPages(p, url.Values{"users_type": {"G"}}, sCscWhole)
			members, _ := sCscPages(p, url.Values{"users_type": {"R"}}, sCscWhole)
			for _, c := range guests {
				v := c.Get("user_data")
				p.must(v.IsArray() && len(v.Array()) == 0, "guest-data", "user_data [] of a guest", "the guest %s has %s", c.Get("user_id").String(), p.short(v.Raw))
			}
			for _, c := range members {
				v := c.Get("user_data")
				p.must(v.IsObject() && v.Get("user_id").String() == c.Get("user_id").String(), "member-data", "user_data of a member as an object", "the member %s has %s", c.Get("user_id").String(), p.short(v.Raw))
			}
			if len(guests) == 0 || len(members) == 0 {
				p.unseen("a guest's cart and a member's; there are %d and %d", len(guests), len(members))
			}
		},
		mutants: []mutant{
			{"a", "gives [] for members too", "member-data"},
			{"b", "gives null for guests", "guest-data"},
		},
	}
}

func sCsc06() serverRule {
	return serverRule{
		id: "S-CSC-06", title: "one cart has its products, an unknown one is 404",
		clause: "cscart:249-390", level: must,
		summary: "A cart by its user comes with 200 and its products; where there is none, the answer is 404.",
		asks:    "a cart of the list by its user, and a user that has none",
		holds:   "200 with the same user and products; 404",
		ask: func(p *probe) {
			all, _ := sCscPages(p, nil, sCscWhole)
			i := slices.IndexFunc(all, func(c gjson.Result) bool { return c.Get("cart_products").Int() > 0 })
			if i < 0 {
				p.unseen("a cart with a product; there is none")
			}
			id := all[i].Get("user_id").String()
			x := p.get("/api/carts/" + id + "/").status(http.StatusOK).json()
			p.must(x.at("user_id").String() == id, "wrong-cart", "the cart of "+id, "%s", x.told())
			p.must(len(x.list("products")) > 0, "no-products", "products of the cart", "products is %s", p.short(x.at("products").Raw))
			amount := int64(0)
			for _, row := range x.list("products") {
				p.shaped("the product", row, "item_id string", "item_type string", "product_id string", "amount string", "price string", "extra object", "product string|null")
				amount += row.Get("amount").Int()
			}
			p.must(amount == x.at("cart_products").Int(), "amounts", "cart_products as the sum of the amounts", "%d and %s", amount, x.at("cart_products").Raw)
			p.get("/api/carts/" + sCscNobody(all) + "/").status(http.StatusNotFound)
		},
		mutants: []mutant{
			{"a", "gives a cart without its products", "no-products"},
			{"b", "answers 200 for a user without a cart", "status"},
		},
	}
}

// sCscNobody is a user that has no cart.
func sCscNobody(all []gjson.Result) string {
	ids := sCscIDs(all)
	for n := int64(4294967291); ; n-- {
		if id := strconv.FormatInt(n, 10); !slices.Contains(ids, id) {
			return id
		}
	}
}

func sCsc07() serverRule {
	return serverRule{
		id: "S-CSC-07", title: "a deleted cart is gone, and no other",
		clause: "cscart:474-486", level: must,
		summary: "A delete is answered 204 without a body; one of a cart that is not there 404.",
		asks:    "to delete a cart, and to delete it again",
		holds:   "204 with no body, and the cart is gone, but no other; 404",
		needs:   []string{"Write", "cart"},
		after:   []string{"S-CSC-06"},
		spends:  true,
		ask: func(p *probe) {
			p.writing("delete a cart")
			path := "/api/carts/" + p.given("cart") + "/"
			if x := p.get(path); !x.ok() {
				p.unseen("the cart that Target.Records names; %s", x.told())
			}
			before := sCscList(p, nil).at("params.total_items").Int()
			x := p.delete(path).status(http.StatusNoContent)
			p.must(len(x.ReplyBody) == 0 && x.ReplyHeader.Get("Content-Length") <= "0", "body", "204 without a body", "%s", x.told())
			p.get(path).status(http.StatusNotFound)
			p.delete(path).status(http.StatusNotFound)
			after := sCscList(p, nil).at("params.total_items").Int()
			p.must(after >= before-1, "others-gone", "one cart less", "%d carts before and %d after", before, after)
			p.must(after < before, "still-listed", "one cart less", "%d carts before and after", before)
		},
		mutants: []mutant{
			{"a", "answers 200 to a delete", "status"},
			{"b", "answers 204 with a body", "body"},
			{"c", "deletes all carts", "others-gone"},
		},
	}
}

func sCsc08() serverRule {
	return serverRule{
		id: "S-CSC-08", title: "no credentials, no cart",
		clause: "CC-12", level: must,
		summary: "Authentication stands on the vendor's other pages: Basic, with the e-mail and the key of an administrator.",
		asks:    "the list without credentials, with a wrong key, and with the key as a Bearer token",
		holds:   "401 three times",
		ask: func(p *probe) {
			sCscList(p, nil)
			list := question{method: http.MethodGet, path: "/api/carts/", creds: fake.Credentials{"api_key": ""}}
			p.call(list).status(http.StatusUnauthorized)
			list.creds = fake.Credentials{"api_key": "no" + p.to.Creds["api_key"]}
			p.call(list).status(http.StatusUnauthorized)
			list.creds = fake.Credentials{"api_key": ""}
			list.header = map[string]string{"Authorization": "Bearer " + p.to.Creds["api_key"]}
			p.call(list).status(http.StatusUnauthorized)
		},
		mutants: []mutant{
			{"a", "serves calls without credentials", "status"},
			{"b", "takes the key as a Bearer token", "status"},
		},
	}
}
