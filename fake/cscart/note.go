package cscart

import (
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// What the shop forgives is noted: under fake.Strict a note fails the test, and
// the answer stays the shop's.

// documented are the parameters of the document's table.
var documented = []string{
	"page", "items_per_page", "sort_by", "sort_order", "cname", "email", "user_id", "with_info_only", "users_type",
	"total_from", "total_to", "product_type_c", "product_type_w", "period", "time_from", "time_to", "p_ids",
}

// tolerated are parameters that are undocumented and no mistake.
var tolerated = []string{"lang_code", "last_days", "company_id", "sort_order_rev"}

// notes are what is odd about a query.
type notes struct {
	call *fake.Call
	any  bool
}

func (n *notes) add(kind, detail string) {
	n.any = true
	n.call.Note(kind, detail)
}

// noteList notes what is odd about the query of a list, parameter by parameter,
// and tells whether anything is.
func (s *Server) noteList(c *fake.Call, q *query, l *listing) bool {
	n := &notes{call: c}
	for i := range q.list {
		p := &q.list[i]
		if p.repeated {
			n.add("repeated-parameter", p.name)
		}
		switch {
		case !slices.Contains(documented, p.name):
			if !slices.Contains(tolerated, p.name) {
				n.add("ignored-parameter", p.name+nearby(p.name))
			}
			continue
		case p.name == "p_ids":
			n.products(p.value)
		case p.value.list != nil:
			n.add("ignored-value", p.name+"="+string(p.value.appendJSON(nil)))
		default:
			n.value(s, p.name, p.value.text, l)
		}
		if strings.HasPrefix(p.name, "time_") && !l.bounds.on {
			n.add("inert", p.name) // reading CC-16
		}
	}
	return n.any
}

// value notes what is odd about a text.
func (n *notes) value(s *Server, name, text string, l *listing) {
	odd := ""
	switch name {
	case "page":
		if l.size > 0 && text != digitsOf(l.page) {
			odd = "cast" // reading CC-30
		}
	case "items_per_page":
		if l.size == 0 {
			n.add("no-limit", "")
		} else if text != digitsOf(l.size) {
			odd = "cast"
		}
	case "user_id":
		if !blank(text) && text != digitsOf(cast(text)) {
			odd = "cast"
		}
	case "sort_by":
		if !s.sortsBy(text) {
			odd = "fallback"
		}
	case "sort_order":
		if text != ascending && text != descending {
			odd = "fallback"
		}
	case "users_type":
		if text != "" && text != "R" && text != "G" {
			odd = "ignored-value"
		}
	case "total_from", "total_to":
		if !blank(text) && !numeric(text) {
			odd = "ignored-value"
		}
	case "with_info_only", "product_type_c", "product_type_w":
		if looksOff(text) {
			odd = "switched-on" // reading CC-13
		}
	case "time_from", "time_to":
		if l.bounds.custom && !blank(text) && !numeric(text) {
			odd = "not-unix-time" // reading CC-36
		}
	case "cname", "email":
		if strings.ContainsAny(text, "%_") {
			n.add("wildcard", name)
		}
	case "period":
		if !blank(text) && !knownPeriod(text) {
			n.add("unknown-period", text)
		}
	}
	if odd != "" {
		n.add(odd, name+"="+text)
	}
}

// products notes what is odd about p_ids, part by part.
func (n *notes) products(v value) {
	if v.list != nil {
		n.add("list-parameter", "p_ids")
	} else if blank(v.text) {
		return
	}
	for _, part := range productIDs(v) {
		if part != digitsOf(cast(part)) {
			n.add("cast", "p_ids="+part)
		}
	}
}

// looksOff tells whether a value that switches a filter on was meant to switch it
// off.
func looksOff(text string) bool {
	switch fold(text) {
	case "false", "no", "off", "n", "0.0", "00":
		return true
	}
	return false
}

// noteOne notes what is odd about a call for one cart, which has neither query
// nor body.
func (s *Server) noteOne(c *fake.Call) {
	a := s.address(c.Request)
	if a.id != c.Param("user_id") {
		c.Note("cast", "id="+a.id)
	}
	if c.Request.URL.RawQuery != "" {
		if q := s.query(c); len(q.list) > 0 {
			c.Note("ignored-query", c.Request.URL.RawQuery)
		}
	}
	if c.Op == DeleteCart && len(c.Body) > 0 && c.Request.Method == "DELETE" {
		c.Note("ignored-body", "")
	}
}

// query is what was sent after the path, without what routes the call.
func (s *Server) query(c *fake.Call) query {
	if c.Request.URL.RawQuery == "" {
		return query{}
	}
	q := parseQuery(c.Request.URL.RawQuery)
	if c.Request.Method != s.method(c) {
		q.drop(methodParameter)
	}
	return q
}

// nearby is a documented name that is at most two edits away, with a question
// mark in brackets: " (users_type?)".
func nearby(name string) string {
	best, least := "", 3
	for _, known := range documented {
		if d := edits(name, known, least); d < least {
			best, least = known, d
		}
	}
	if best == "" {
		return ""
	}
	return " (" + best + "?)"
}

// edits counts the letters to insert, delete or replace to get from one text to
// the other; as soon as they are most or more, that is enough.
func edits(a, b string, most int) int {
	if len(a)-len(b) >= most || len(b)-len(a) >= most {
		return most
	}
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		diagonal := last[0]
		last[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = last[j+1]
			last[j+1] = min(replaced, last[j]+1, last[j+1]+1)
		}
	}
	return min(last[len(b)], most)
}
