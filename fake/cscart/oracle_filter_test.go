package cscart_test

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake/cscart"
)

// A slowShop answers lists by looking at everything.
type slowShop struct {
	now                             time.Time
	zone                            *time.Location
	dayFirst, newer, multiVendor    bool
	wishlist, points, janrain       bool
	company                         int64
	pageSize                        int64
	sortBy, sortOrder               string
	listCrashes, listMatchesNothing bool
	carts                           []cscart.Cart
}

// A question is a query that has been read.
type question struct{ *phpList }

// text is the value of a parameter that is there and is no list.
func (q question) text(name string) (string, bool) {
	v, there := q.values[name]
	return v.text, there && v.list == nil
}

func (q question) blank(name string) bool {
	text, there := q.text(name)
	return !there || text == "" || text == "0"
}

// A match is a cart of the answer with the rows that brought it there.
type match struct {
	cart cscart.Cart
	rows []cscart.Product
}

// list is the body of the answer, "" where the shop crashes.
func (s slowShop) list(query string) string {
	q := question{parsePHP(query)}
	if v, there := q.values["p_ids"]; there && v.list != nil && s.listCrashes {
		return ""
	}
	var found []match
	for _, c := range s.carts {
		if rows := s.matching(q, c); len(rows) > 0 {
			found = append(found, match{c, rows})
		}
	}
	by, order := s.sorting(q)
	slices.SortFunc(found, func(a, b match) int {
		c := 0
		switch by {
		case "date":
			c = int(newest(a.rows) - newest(b.rows))
		case "customer":
			c = strings.Compare(sortName(a.cart), sortName(b.cart))
		case "company_id":
			c = int(a.cart.CompanyID - b.cart.CompanyID)
		}
		if order == "desc" {
			c = -c
		}
		if c == 0 {
			c = int(a.cart.UserID - b.cart.UserID)
		}
		return c
	})
	page, size := s.paging(q)
	params := s.params(q, by, order, page, size, len(found))
	if size > 0 {
		from := new(big.Int).Mul(big.NewInt(page-1), big.NewInt(size))
		start := min(held(from), int64(len(found)))
		found = found[start : start+min(size, int64(len(found))-start)]
	}
	var texts []string
	for _, m := range found {
		texts = append(texts, s.cart(m.cart, m.rows))
	}
	return `{"carts":[` + strings.Join(texts, ",") + `],"params":` + params + `}`
}

// sortName is empty for a guest, who comes before all who have a name.
func sortName(c cscart.Cart) string {
	if c.User == nil {
		return ""
	}
	return "!" + strings.ToLower(c.User.LastName+c.User.FirstName)
}

func (s slowShop) sorting(q question) (by, order string) {
	by, order = s.sortBy, s.sortOrder
	if text, _ := q.text("sort_by"); text == "date" || text == "customer" || text == "company_id" && !s.multiVendor {
		by = text
	}
	if text, _ := q.text("sort_order"); text == "asc" || text == "desc" {
		order = text
	}
	return by, order
}

// paging gives the page and its size, 0 for no limit.
func (s slowShop) paging(q question) (page, size int64) {
	page, size = 1, s.pageSize
	if text, there := q.text("items_per_page"); there {
		if text == "" || text == "0" {
			return 1, 0
		}
		if n := castPHP(text); n >= 1 {
			size = n
		}
	}
	if text, there := q.text("page"); there {
		page = max(castPHP(text), 1)
	}
	return page, size
}

// matching are the rows for which a cart is in the list, none if it is not.
func (s slowShop) matching(q question, c cscart.Cart) []cscart.Product {
	if c.CompanyID != s.company || !s.keeps(q, c) {
		return nil
	}
	inCart, wished := !q.blank("product_type_c"), !q.blank("product_type_w")
	span, timed := s.span(q)
	wanted, asked := s.products(q)
	var rows []cscart.Product
	for _, p := range c.Products {
		isWish := p.Type == cscart.OnWishlist
		switch {
		case isWish && !s.wishlist:
		case inCart && !wished && isWish:
		case wished && !inCart && !isWish:
		case timed && (p.Timestamp.Unix() < span.from || p.Timestamp.Unix() > span.to):
		case asked && !slices.Contains(wanted, p.ProductID):
		default:
			rows = append(rows, p)
		}
	}
	if asked && s.multiVendor && !s.newer && len(rows) < len(wanted) {
		return nil
	}
	return rows
}

// keeps makes the tests of the cart itself.
func (s slowShop) keeps(q question, c cscart.Cart) bool {
	var sum int64
	for _, p := range c.Products {
		sum += int64(p.Price) * p.Amount
	}
	kind, _ := q.text("users_type")
	name, _ := q.text("cname")
	email, _ := q.text("email")
	id, _ := q.text("user_id")
	from, _ := q.text("total_from")
	to, _ := q.text("total_to")
	name, email = strings.Trim(name, " "), strings.Trim(email, " ")
	switch {
	case name != "" && (c.User == nil || !s.isCalled(c.User, name)),
		email != "" && (c.User == nil || !like(c.User.Email, email)),
		!q.blank("user_id") && c.UserID != castPHP(id),
		!q.blank("with_info_only") && (c.User == nil || c.User.Email == ""),
		kind == "R" && c.User == nil,
		kind == "G" && c.User != nil,
		!q.blank("total_from") && isNumeric(from) && sum < cents(from),
		!q.blank("total_to") && isNumeric(to) && sum > cents(to):
		return false
	}
	return true
}

func (s slowShop) isCalled(u *cscart.User, name string) bool {
	words := slices.DeleteFunc(strings.Split(name, " "), func(w string) bool { return w == "" })
	if len(words) != 2 {
		return like(u.FirstName, name) || like(u.LastName, name)
	}
	return like(u.FirstName, words[0]) && like(u.LastName, words[1]) ||
		s.newer && like(u.FirstName, words[1]) && like(u.LastName, words[0])
}

// like tells whether a text has the pattern in it: % is any text, _ one
// character, case is ignored.
func like(text, pattern string) bool {
	t := []rune(strings.ToLower(text))
	fits := map[int]bool{0: true} // beginnings of t that the pattern so far fits
	for _, r := range strings.ToLower("%" + pattern + "%") {
		next := map[int]bool{}
		for n := range fits {
			switch {
			case r == '%':
				for m := n; m <= len(t); m++ {
					next[m] = true
				}
			case n < len(t) && (r == '_' || r == t[n]):
				next[n+1] = true
			}
		}
		fits = next
	}
	return fits[len(t)]
}

// products are the ids asked for, repeats too.
func (s slowShop) products(q question) (ids []int64, asked bool) {
	v, there := q.values["p_ids"]
	switch {
	case !there || v.list == nil && (v.text == "" || v.text == "0"):
		return nil, false
	case v.list == nil:
		for part := range strings.SplitSeq(v.text, ",") {
			ids = append(ids, castPHP(part))
		}
	case s.listMatchesNothing:
		ids = []int64{0}
	default:
		for _, key := range v.list.keys {
			ids = append(ids, castPHP(v.list.values[key].text))
		}
	}
	return ids, true
}

// params is the echo.
func (s slowShop) params(q question, by, order string, page, size int64, found int) string {
	e := &echo{values: map[string]string{}}
	e.set("page", "1")
	e.set("items_per_page", num(s.pageSize))
	for _, key := range q.keys {
		e.set(key, q.values[key].json())
	}
	e.remove("online_only")
	if e.set("company_id", quoted(s.company)); s.multiVendor {
		e.set("company_id", "0")
	}
	e.set("sort_order", phpJSON(order))
	e.set("sort_by", phpJSON(by))
	e.set("sort_order_rev", phpJSON(map[string]string{"asc": "desc", "desc": "asc"}[order]))
	if span, timed := s.span(q); timed {
		if !span.fromAsSent {
			e.set("time_from", num(span.from))
		}
		if !span.toAsSent {
			e.set("time_to", num(span.to))
		}
	}
	if size > 0 {
		e.set("page", num(page))
		e.set("items_per_page", num(size))
		e.set("total_items", strconv.Quote(strconv.Itoa(found)))
	}
	return e.json()
}
