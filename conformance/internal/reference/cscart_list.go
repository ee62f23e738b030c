package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A CartFilter chooses carts; the zero filter takes all.
type CartFilter struct {
	Name, Email          string
	Kind                 string // "registered", "guest"
	WithContact          *bool
	HasCart, HasWishlist *bool
	TotalFrom, TotalTo   string
	Today                bool
	From, Until          time.Time
	Products             []int64
	SortBy               string
}

// List gives all carts that fit. What the shop takes for a wildcard is compared
// once more, and so are addresses, of which the shop compares parts.
func (c *Cscart) List(ctx context.Context, f CartFilter) ([]Cart, error) {
	all, err := c.pages(ctx, c.query(f))
	if err != nil {
		return nil, err
	}
	fits := slices.DeleteFunc(all, func(one Cart) bool { return !c.fits(one, f) })
	if f.Email != "" && len(fits) > 0 && c.bug.is("CSC-FILT-09a") {
		fits = fits[:1]
	}
	for i := range fits {
		if f.Products != nil && c.bug.is("CSC-FILT-12a") {
			fits[i].Total = c.sumOf(ctx, fits[i].UserID, f.Products)
		}
		if c.bug.is("CSC-GET-04a") {
			fits[i].Lines = []CartLine{}
		}
	}
	return fits, nil
}

// fits tells whether a cart has the name and the address that were asked for.
func (c *Cscart) fits(one Cart, f CartFilter) bool {
	email := f.Email == "" || strings.EqualFold(one.Email, f.Email)
	if c.bug.is("CSC-FILT-09a") || c.bug.is("CSC-FILT-09b") {
		email = true
	}
	has := func(name, part string) bool { return strings.Contains(strings.ToLower(name), strings.ToLower(part)) }
	words := strings.Fields(f.Name)
	name := has(one.FirstName, strings.TrimSpace(f.Name)) || has(one.LastName, strings.TrimSpace(f.Name))
	if len(words) == 2 {
		name = has(one.FirstName, words[0]) && has(one.LastName, words[1])
	}
	if c.bug.is("CSC-FILT-10a") {
		name = true
	}
	return email && (name || len(words) == 0)
}

// sumOf adds up the rows of a cart with these products, for a bug.
func (c *Cscart) sumOf(ctx context.Context, userID string, products []int64) string {
	one, _ := c.Get(ctx, userID)
	sum := new(big.Rat)
	for _, line := range one.Lines {
		price, _ := new(big.Rat).SetString(line.Price)
		amount, _ := new(big.Rat).SetString(line.Amount)
		if id, _ := strconv.ParseInt(line.ProductID, 10, 64); slices.Contains(products, id) {
			sum.Add(sum, price.Mul(price, amount))
		}
	}
	return sum.FloatString(2)
}

// query makes the parameters of a filter.
func (c *Cscart) query(f CartFilter) url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("cname", f.Name)
	set("email", f.Email)
	set("users_type", map[string]string{"registered": "R", "guest": "G"}[f.Kind])
	if f.Kind != "" && c.bug.is("CSC-FILT-01a") {
		q.Set("users_type", f.Kind)
	}
	for name, flag := range map[string]*bool{"with_info_only": f.WithContact, "product_type_c": f.HasCart, "product_type_w": f.HasWishlist} {
		c.flag(q, name, flag)
	}
	for name, amount := range map[string]string{"total_from": f.TotalFrom, "total_to": f.TotalTo} {
		if c.bug.is("CSC-FILT-05a") {
			amount = strings.ReplaceAll(amount, ".", ",")
		}
		set(name, amount)
	}
	c.period(q, f)
	c.products(q, f.Products)
	if f.SortBy != "" {
		order := map[string]string{"customer": "asc", "date": "desc"}[f.SortBy]
		if c.bug.is("CSC-FILT-07a") {
			order = strings.ToUpper(order)
		}
		q.Set("sort_by", f.SortBy)
		q.Set("sort_order", order)
	}
	return q
}

// flag sets a filter that is on for any value, and left out to be off.
func (c *Cscart) flag(q url.Values, name string, on *bool) {
	switch {
	case on == nil:
	case *on:
		q.Set(name, "true")
		if c.bug.is("CSC-FILT-05b") {
			q.Set(name, "")
		}
	case c.bug.is("CSC-FILT-08a"):
		q.Set(name, "false")
	}
}

func (c *Cscart) period(q url.Values, f CartFilter) {
	if f.Today {
		q.Set("period", "D")
		if c.bug.is("CSC-FILT-02c") {
			q.Set("period", "today")
		}
	}
	for name, bound := range map[string]time.Time{"time_from": f.From, "time_to": f.Until} {
		if bound.IsZero() {
			continue
		}
		if !c.bug.is("CSC-FILT-02b") {
			q.Set("period", "C")
		}
		at := bound.Unix()
		if c.bug.is("CSC-FILT-02a") {
			at = bound.UnixMilli()
		}
		q.Set(name, strconv.FormatInt(at, 10))
	}
}

func (c *Cscart) products(q url.Values, ids []int64) {
	var texts []string
	for _, id := range ids {
		texts = append(texts, strconv.FormatInt(id, 10))
	}
	switch {
	case texts == nil:
	case c.bug.is("CSC-FILT-03a"):
		q["p_ids"] = texts
	case c.bug.is("CSC-FILT-11a"):
		q["p_ids[]"] = texts
	default:
		q.Set("p_ids", strings.Join(texts, ","))
	}
}

// encode writes the parameters of a page.
func (c *Cscart) encode(q url.Values, page int) string {
	q = clone(q)
	if page > 1 {
		if c.bug.is("CSC-FILT-06a") {
			q = url.Values{}
		}
		q.Set("page", strconv.Itoa(page))
	}
	if c.bug.is("CSC-PAGE-04a") {
		q.Set("items_per_page", strconv.Itoa(oneHundred))
	}
	if c.bug.is("CSC-PAGE-06a") {
		q.Set("items_per_page", "0")
	}
	if q.Has("cname") && c.bug.is("GEN-UTF8-01a") {
		q.Set("cname", string(latin1([]byte(q.Get("cname")))))
	}
	if len(q) == 0 {
		return ""
	}
	text := q.Encode()
	if c.bug.is("CSC-FILT-04a") {
		text = glued(q)
	}
	return "?" + text
}

const oneHundred = 100 // a page, asked for by a bug

func clone(q url.Values) url.Values {
	out := url.Values{}
	for name, values := range q {
		out[name] = slices.Clone(values)
	}
	return out
}

// glued writes parameters as they are, for a bug.
func glued(q url.Values) string {
	var parts []string
	for name := range q {
		parts = append(parts, name+"="+strings.ReplaceAll(q.Get(name), " ", "%20"))
	}
	slices.Sort(parts)
	return strings.Join(parts, "&")
}

// A cartPage is one page of a list, with what the shop says about the pages.
type cartPage struct {
	carts       []Cart
	size, total int // 0: unknown
	known       bool
}

// pages reads all pages. A cart that moves to the next page while the list is
// read is taken once.
func (c *Cscart) pages(ctx context.Context, q url.Values) ([]Cart, error) {
	var all []Cart
	seen := map[string]bool{}
	for page := 1; ; page++ {
		batch, err := c.page(ctx, q, page)
		if err != nil {
			return nil, err
		}
		fresh := 0
		for _, one := range batch.carts {
			if !seen[one.UserID] {
				fresh++
			} else if !c.bug.is("CSC-PAGE-05a") {
				continue
			}
			seen[one.UserID] = true
			all = append(all, one)
		}
		switch {
		case len(batch.carts) == 0 && page > 1 && c.bug.is("CSC-PAGE-03b"):
			return nil, fmt.Errorf("cscart: %w: page %d is empty", ErrReply, page)
		case len(batch.carts) == 0:
			return all, nil
		case c.bug.is("GEN-LOOP-01a"):
			if len(batch.carts) < batch.size {
				return all, nil
			}
		case fresh == 0:
			return nil, fmt.Errorf("cscart: %w: page %d brings nothing new", ErrReply, page)
		case c.last(page, batch):
			return all, nil
		}
	}
}

// last tells whether the shop says that this page is the last one. Where it
// says nothing, an empty page is.
func (c *Cscart) last(page int, batch cartPage) bool {
	size := batch.size
	switch {
	case c.bug.is("CSC-PAGE-01a"):
		return true
	case c.bug.is("CSC-PAGE-03a"):
		return page >= batch.total/max(size, 1)-1
	case c.bug.is("CSC-PAGE-03b"):
		return false
	case c.bug.is("CSC-PAGE-03c"):
		size = 10
	case c.bug.is("CSC-PAGE-04a"):
		size = oneHundred
	}
	return batch.known && page*size >= batch.total
}

// page reads one page.
func (c *Cscart) page(ctx context.Context, q url.Values, page int) (cartPage, error) {
	got, _, err := c.send(ctx, http.MethodGet, c.carts()+c.encode(q, page))
	refused := got.status == http.StatusUnauthorized || got.status == http.StatusForbidden
	switch {
	case refused && c.bug.is("CSC-AUTH-02b"),
		got.status == http.StatusServiceUnavailable && c.bug.is("GEN-5XX-01a"),
		got.status == http.StatusOK && strings.HasPrefix(got.header.Get("Content-Type"), "text/html") && c.bug.is("GEN-HTML-01a"):
		return cartPage{}, nil
	case err != nil:
		return cartPage{}, err
	}
	body := got.body
	if !json.Valid(body) && c.bug.is("GEN-BODY-01a") {
		if end := bytes.LastIndex(body, []byte("},{")); end > 0 {
			body = append(bytes.Clone(body[:end]), `}],"params":{"total_items":0}}`...)
		}
	}
	var w struct {
		Carts  []wireCart                 `json:"carts"`
		Params map[string]json.RawMessage `json:"params"`
	}
	if c.bug.is("CSC-PAGE-01b") {
		err = c.decode(body, &w.Carts)
	} else {
		err = c.decode(body, &w)
	}
	if err == nil && w.Carts == nil {
		err = fmt.Errorf("cscart: %w: it is no list of carts", ErrReply)
	}
	if err != nil {
		return cartPage{}, err
	}
	return c.filled(w.Carts, w.Params)
}

// filled reads the carts of a page, and what it says about all of them.
func (c *Cscart) filled(carts []wireCart, params map[string]json.RawMessage) (cartPage, error) {
	var out cartPage
	for _, w := range carts {
		one, err := c.read(w)
		if err != nil && c.bug.is("CSC-TYPE-01b") {
			continue
		}
		if err != nil {
			return cartPage{}, err
		}
		out.carts = append(out.carts, one)
	}
	var err error
	if out.total, out.known, err = c.count(params["total_items"]); err != nil {
		return cartPage{}, err
	}
	if out.size, _, err = c.count(params["items_per_page"]); err != nil {
		return cartPage{}, err
	}
	if !out.known && c.bug.is("CSC-PAGE-06a") {
		return cartPage{}, fmt.Errorf("cscart: %w: it has no total_items", ErrReply)
	}
	return out, nil
}

// count reads a number that is a number, or a text, or is not there.
func (c *Cscart) count(raw json.RawMessage) (n int, known bool, err error) {
	if raw == nil {
		return 0, false, nil
	}
	text := strings.Trim(string(raw), `"`)
	if quoted := text != string(raw); quoted && c.bug.is("CSC-PAGE-02a") {
		return 0, true, json.Unmarshal(raw, &n)
	} else if quoted && c.bug.is("CSC-PAGE-02b") {
		return 0, true, nil
	}
	n, err = strconv.Atoi(text)
	if err != nil {
		return 0, false, fmt.Errorf("cscart: %w: %w", ErrReply, err)
	}
	return n, true, nil
}
