package fluidpay

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// mostRecords is the highest limit of a search ("Search").
const mostRecords = 100

// A query is what a search asks for.
type query[T any] struct {
	part          part
	filters       []filter[T]
	limit, offset int64
}

// part are the records that a search looks at: those of one merchant that live,
// or those that are deleted.
type part struct {
	merchant string
	deleted  bool
}

// A filterKey is a key of a search body that restricts what is found.
type filterKey[T any] struct {
	key  string
	read func(r *reader, v gjson.Result) (f filter[T], is bool)
}

// A reader reads one search body.
type reader struct {
	lenient  bool
	merchant string
	note     func(kind, detail string)
	key      string // the one it is at
}

// query reads the body of a search, in the order in which faults are reported.
// Keys that it does not know restrict nothing (reading FP-14), and neither does
// null.
func (k *kind[T]) query(merchant string, body gjson.Result, note func(kind, detail string)) (query[T], error) {
	q := query[T]{part: part{merchant: merchant}}
	var limit, offset gjson.Result
	if k.filters == nil {
		k.filters = k.searchable()
	}
	given := make([]gjson.Result, len(k.filters))
	for key, value := range fake.Members(body) {
		var into *gjson.Result
		switch i := slices.IndexFunc(k.filters, func(f filterKey[T]) bool { return f.key == key }); {
		case i >= 0:
			into = &given[i]
		case key == "limit":
			into = &limit
		case key == "offset":
			into = &offset
		default:
			note("ignored-filter", key)
			continue
		}
		if *into = value; value.Type == gjson.Null {
			note("ignored-null", key)
		}
	}
	r := &reader{lenient: k.server.settings.lenientSearch, merchant: merchant, note: note}
	for i, f := range k.filters {
		if given[i].Type == gjson.Null { // or absent
			continue
		}
		r.key = f.key
		made, is := f.read(r, given[i])
		if !is {
			return q, invalid("invalid " + f.key)
		}
		if made.side != nil {
			q.filters = append(q.filters, made)
		}
		q.part.deleted = q.part.deleted || f.key == "deleted_at" // reading FP-17
	}
	return q, k.bounds(&q, limit, offset, note)
}

// bounds reads how many records are wanted, and from which on. A limit of 0 is
// as good as 100, and so is one above 100 (reading FP-12).
func (k *kind[T]) bounds(q *query[T], limit, offset gjson.Result, note func(kind, detail string)) error {
	q.limit = int64(k.server.settings.pageSize)
	if limit.Type != gjson.Null {
		n, whole := integer(limit)
		if !whole || n < 0 {
			return invalid("invalid limit")
		}
		if n == 0 || n > mostRecords {
			note("limit", limit.Raw)
		}
		if n > mostRecords && k.server.settings.strictLimit {
			return invalid("invalid limit")
		}
		if q.limit = min(n, mostRecords); n == 0 {
			q.limit = mostRecords
		}
	}
	if offset.Type != gjson.Null {
		n, whole := integer(offset)
		if !whole || n < 0 {
			return invalid("invalid offset")
		}
		q.offset = n
	}
	return nil
}

// condition reads {"operator":"=","value":"x"}, the form of QuerySearchString
// and QuerySearchInt. An operator that is not listed makes it no condition
// (reading FP-13); with WithLenientSearch it is dropped.
func (r *reader) condition(v gjson.Result, listed ...string) (operator string, value gjson.Result, is bool) {
	var given gjson.Result
	for key, v := range fake.Members(v) {
		switch key {
		case "operator":
			given = v
		case "value":
			value = v
		}
	}
	if given.Type != gjson.String {
		return "", value, false
	}
	operator = fake.Text(given)
	if slices.Contains(listed, operator) {
		return operator, value, true
	}
	if r.lenient {
		r.note("ignored-operator", r.key+" "+operator)
	}
	return "", value, r.lenient
}

// text reads a QuerySearchString: exact, with regard to case (reading FP-15).
func (r *reader) text(v gjson.Result) (operator, value string, is bool) {
	operator, given, is := r.condition(v, "=", "!=")
	if !is || operator == "" {
		return "", "", is
	}
	return operator, fake.Text(given), given.Type == gjson.String
}

// byID is the filter of both searches on the id.
func (k *kind[T]) byID(r *reader, v gjson.Result) (f filter[T], is bool) {
	operator, id, is := r.text(v)
	if !is || operator == "" {
		return f, is
	}
	f.side = func(v *T) int { return strings.Compare(*k.common(v).id, id) }
	f.pick = func(int) ([]string, bool) { return []string{id}, true }
	f.not = operator == "!="
	return f, true
}

// byTitle is the filter of both searches on the name.
func (k *kind[T]) byTitle(r *reader, v gjson.Result) (f filter[T], is bool) {
	operator, name, is := r.text(v)
	if !is || operator == "" {
		return f, is
	}
	return filter[T]{
		side:  func(v *T) int { return strings.Compare(k.title(v), name) },
		order: byName, listed: true, not: operator == "!=",
	}, true
}

// onPrice is the filter on the price: a QuerySearchInt.
func onPrice(r *reader, v gjson.Result) (f filter[Product], is bool) {
	operator, given, is := r.condition(v, "=", "!=", "<", ">")
	if !is || operator == "" {
		return f, is
	}
	price, whole := integer(given)
	f.order = byPrice
	switch operator {
	case "<":
		f.side = func(p *Product) int { return side(p.Price < price, 1) }
	case ">":
		f.side = func(p *Product) int { return side(p.Price > price, -1) }
	default:
		f.side = func(p *Product) int { return cmp.Compare(p.Price, price) }
		f.listed, f.not = true, operator == "!="
	}
	return f, whole
}

// side is 0 for a match, else the side on which the others stand.
func side(match bool, others int) int {
	if match {
		return 0
	}
	return others
}

// onProduct is the filter on the names of the products that a cart shows:
// "=" wants one of that name, "!=" wants none (readings FP-15 and FP-49).
func (s *Server) onProduct(r *reader, v gjson.Result) (f filter[Cart], is bool) {
	operator, name, is := r.text(v)
	if !is || operator == "" {
		return f, is
	}
	f.side = func(c *Cart) int {
		for _, id := range c.Products {
			if p, _ := s.living(c.MerchantID, id); p != nil && p.Name == name {
				return 0
			}
		}
		return 1
	}
	f.pick = func(most int) ([]string, bool) { return s.cartsWith(part{merchant: r.merchant}, name, most) }
	f.not = operator == "!="
	return f, true
}

// onTime is a filter on a time: a QueryDateRange, which the document does not
// define, with both ends included (reading FP-16). A range without ends
// restricts nothing (reading FP-56).
func onTime[T any](order string, field func(*T) time.Time) func(*reader, gjson.Result) (filter[T], bool) {
	return func(r *reader, v gjson.Result) (f filter[T], is bool) {
		if !v.IsObject() {
			return f, false
		}
		var start, end *time.Time
		odd := false
		for key, bound := range fake.Members(v) {
			into := &start
			switch key {
			case "start_date":
			case "end_date":
				into = &end
			default:
				r.note("ignored-filter", r.key+"."+key)
				continue
			}
			if bound.Type == gjson.Null {
				r.note("ignored-null", r.key+"."+key)
				continue
			}
			at, plain, is := instant(bound)
			if !is {
				return f, false
			}
			*into, odd = &at, odd || !plain
		}
		if odd {
			r.note("odd-time", r.key)
		}
		if start == nil && end == nil {
			return f, true
		}
		f.order, f.listed = order, order == byCreated
		f.side = func(v *T) int {
			switch at := field(v); {
			case start != nil && at.Before(*start):
				return -1
			case end != nil && at.After(*end):
				return 1
			}
			return 0
		}
		return f, true
	}
}

// instant reads a time with a zone (RFC 3339). It is plain without a fraction
// and an offset.
func instant(v gjson.Result) (at time.Time, plain, is bool) {
	text := fake.Text(v)
	if v.Type != gjson.String || !strict(text) {
		return at, false, false
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, len(text) == len("2025-05-08T16:00:00Z"), err == nil
}

// strict refuses what time.Parse takes for RFC 3339 and is none: an hour of one
// digit, a comma before the fraction, an offset that no clock has.
func strict(text string) bool {
	if len(text) < len("2025-05-08T16:00:00Z") || text[13] != ':' || text[19] == ',' {
		return false
	}
	if text[len(text)-1] == 'Z' {
		return true
	}
	hours, minutes, _ := strings.Cut(text[len(text)-len("00:00"):], ":")
	h, err := strconv.Atoi(hours)
	m, odd := strconv.Atoi(minutes)
	return err == nil && odd == nil && h < 24 && m < 60
}

// cartFilters are the keys of a search for carts.
func (s *Server) cartFilters() []filterKey[Cart] {
	return []filterKey[Cart]{
		{"id", func(r *reader, v gjson.Result) (filter[Cart], bool) { return s.carts.byID(r, v) }},
		{"name", func(r *reader, v gjson.Result) (filter[Cart], bool) { return s.carts.byTitle(r, v) }},
		{"product", s.onProduct},
		{"created_at", onTime(byCreated, func(c *Cart) time.Time { return c.CreatedAt })},
		{"updated_at", onTime(byUpdated, func(c *Cart) time.Time { return c.UpdatedAt })},
		{"deleted_at", onTime(byDeleted, func(c *Cart) time.Time { return *c.DeletedAt })},
	}
}

// productFilters are the keys of a search for products.
func (s *Server) productFilters() []filterKey[Product] {
	return []filterKey[Product]{
		{"id", func(r *reader, v gjson.Result) (filter[Product], bool) { return s.products.byID(r, v) }},
		{"name", func(r *reader, v gjson.Result) (filter[Product], bool) { return s.products.byTitle(r, v) }},
		{"price", onPrice},
		{"created_at", onTime(byCreated, func(p *Product) time.Time { return p.CreatedAt })},
		{"updated_at", onTime(byUpdated, func(p *Product) time.Time { return p.UpdatedAt })},
		{"deleted_at", onTime(byDeleted, func(p *Product) time.Time { return *p.DeletedAt })},
	}
}
