package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/tidwall/gjson"
)

// A sFlpQuery is a search and which of the records of the rule it is to give.
type sFlpQuery struct {
	name   string
	filter object
	want   []string
}

func sFlpCompare(operator string, value any) object {
	return object{"operator": operator, "value": value}
}

// sFlpFound are the records of the rule that a search gives, whatever else there
// is in the shop.
func sFlpFound(p *probe, k sFlpKind, filter object, own []string) []string {
	const page = 100
	var found []string
	for offset := 0; ; offset += page {
		x := k.search(p, filter.with("limit", page, "offset", offset)).good()
		records := x.list("data")
		for _, v := range records {
			if id := v.Get("id").String(); slices.Contains(own, id) {
				found = append(found, id)
			}
		}
		if len(records) < page {
			slices.Sort(found)
			return found
		}
	}
}

func sFlpTry(p *probe, k sFlpKind, own []string, q sFlpQuery) {
	found := sFlpFound(p, k, q.filter, own)
	want := slices.Sorted(slices.Values(q.want))
	p.must(slices.Equal(found, want), "wrong-set", fmt.Sprintf("%ss by %s: %v", k, q.name, want), "%s gives %v", jsonText(q.filter), found)
}

func sFlp04() serverRule {
	return serverRule{
		id: "S-FLP-04", title: "searches give what fits",
		clause: "fluidpay:63-86,216-239", level: must,
		summary: "Texts are compared with = and !=, whole numbers with < and > too; times by a range.",
		asks:    "each operator on each field of both resources, and < on texts",
		holds:   "the records that fit; < on a text is refused with 400",
		flags:   []string{"SEARCH_OPERATORS", "DELETED_RECORD", "INVALID_STATUS"},
		needs:   []string{"Write"},
		after:   []string{"S-FLP-02"},
		ask: func(p *probe) {
			sFlpProducts(p)
			sFlpCarts(p)
			for _, k := range []sFlpKind{sFlpProduct, sFlpCart} {
				for _, field := range []string{"id", "name"} {
					x := k.search(p, object{field: sFlpCompare("<", "m")})
					shown := "strict"
					if x.ok() {
						shown = "lenient"
					}
					p.mustRead("SEARCH_OPERATORS", shown, "operator", "< on a text to be "+map[string]string{"strict": "refused", "lenient": "left out"}[p.reading("SEARCH_OPERATORS")], "%s", x.told())
					if shown == "strict" {
						x.open("INVALID_STATUS")
					}
				}
			}
		},
		mutants: []mutant{
			{"a", "ignores < on a text", "operator"},
			{"b", "takes != for =", "wrong-set"},
			{"c", "finds what is deleted without being asked", "wrong-set"},
		},
	}
}

// sFlpProducts searches for three products, and for one that is deleted.
func sFlpProducts(p *probe) {
	k := sFlpProduct
	var own, names []string
	for i := range 3 {
		names = append(names, p.name())
		own = append(own, k.made(p, k.least(names[i]).with("price", 100*(i+1))))
	}
	a, b, c := own[0], own[1], own[2]
	for _, q := range []sFlpQuery{
		{"id", object{"id": sFlpCompare("=", a)}, []string{a}},
		{"not id", object{"id": sFlpCompare("!=", a)}, []string{b, c}},
		{"name", object{"name": sFlpCompare("=", names[1])}, []string{b}},
		{"not name", object{"name": sFlpCompare("!=", names[1])}, []string{a, c}},
		{"price", object{"price": sFlpCompare("=", 200)}, []string{b}},
		{"another price", object{"price": sFlpCompare("!=", 200)}, []string{a, c}},
		{"a lower price", object{"price": sFlpCompare("<", 200)}, []string{a}},
		{"a higher price", object{"price": sFlpCompare(">", 200)}, []string{c}},
		{"price and name", object{"price": sFlpCompare("<", 300), "name": sFlpCompare("!=", names[0])}, []string{b}},
	} {
		sFlpTry(p, k, own, q)
	}
	sFlpTimes(p, k, own)
}

// sFlpCarts searches for two carts, one of which has a product.
func sFlpCarts(p *probe) {
	k := sFlpCart
	thing, other := p.name(), p.name()
	product := sFlpProduct.made(p, sFlpProduct.least(thing))
	a := k.made(p, k.least(other).with("products", []string{product}))
	b := k.made(p, k.least(p.name()))
	own := []string{a, b}
	for _, q := range []sFlpQuery{
		{"id", object{"id": sFlpCompare("=", b)}, []string{b}},
		{"not id", object{"id": sFlpCompare("!=", b)}, []string{a}},
		{"name", object{"name": sFlpCompare("=", other)}, []string{a}},
		{"not name", object{"name": sFlpCompare("!=", other)}, []string{b}},
		{"product", object{"product": sFlpCompare("=", thing)}, []string{a}},
		{"no such product", object{"product": sFlpCompare("!=", thing)}, []string{b}},
	} {
		sFlpTry(p, k, own, q)
	}
	sFlpTimes(p, k, own)
}

// sFlpTimes searches by the times of the first record, and deletes the last.
func sFlpTimes(p *probe, k sFlpKind, own []string) {
	x := p.get(k.path(p, own[0])).good()
	for _, field := range []string{"created_at", "updated_at"} {
		at, err := time.Parse(time.RFC3339Nano, x.at("data."+field).String())
		p.must(err == nil, "no-time", field+" as a time", "%s", x.told())
		within := func(from, to time.Time) object {
			return object{"id": sFlpCompare("=", own[0]), field: object{"start_date": from.Format(time.RFC3339), "end_date": to.Format(time.RFC3339)}}
		}
		sFlpTry(p, k, own, sFlpQuery{field, within(at.Add(-time.Hour), at.Add(time.Hour)), own[:1]})
		sFlpTry(p, k, own, sFlpQuery{"another " + field, within(at.Add(-2*time.Hour), at.Add(-time.Hour)), nil})
	}
	last := own[len(own)-1]
	p.delete(k.path(p, last)).good()
	gone := sFlpQuery{"deleted_at", object{"deleted_at": object{"start_date": "2000-01-01T00:00:00Z"}}, []string{last}}
	if p.reading("DELETED_RECORD") == "gone" {
		gone.want = nil
	}
	sFlpTry(p, k, own, gone)
	sFlpTry(p, k, own, sFlpQuery{"nothing", object{}, own[:len(own)-1]})
}

func sFlp05() serverRule {
	return serverRule{
		id: "S-FLP-05", title: "limit and offset cut a search",
		clause: "fluidpay:87-88", level: must,
		summary: "limit is how many records at most, 0 to 100; offset is how many are left out before.",
		asks:    "searches of more than 100 records with limit 0, 1, 100 and 101, with an offset past the end, and one that finds nothing",
		holds:   "at most so many and at most 100 records; data null and the true total_count where there is none",
		flags:   []string{"EMPTY_DATA", "SEARCH_LIMIT", "INVALID_STATUS"},
		needs:   []string{"Write"},
		after:   []string{"S-FLP-04"},
		ask: func(p *probe) {
			filter, total := sFlpMany(p)
			for _, limit := range []int{0, 1, 100, 101} {
				x := sFlpProduct.search(p, filter.with("limit", limit))
				if limit > 100 && !x.ok() {
					p.mustRead("SEARCH_LIMIT", "strict", "limit", "100 records for a limit of 101", "%s", x.told())
					x.open("INVALID_STATUS")
					continue
				}
				x.good()
				p.must(limit <= 100 || p.reading("SEARCH_LIMIT") == "capped", "limit", "a limit of 101 to be refused, as pinned", "%s", x.told())
				most := 100
				if limit > 0 {
					most = min(most, limit)
				}
				n := len(x.list("data"))
				p.must(n <= most && (n == most || limit == 0), "limit", fmt.Sprintf("%d records for a limit of %d", most, limit), "%d", n)
				p.must(x.at("total_count").Int() == total, "total", fmt.Sprintf("total_count %d", total), "%s", x.at("total_count").Raw)
			}
			first, second := sFlpAt(p, filter, 0), sFlpAt(p, filter, 1)
			p.must(first != second, "offset", "another record at offset 1", "%s again", first)
			sFlpNothing(p, filter.with("offset", total+1000), total)
			sFlpNothing(p, object{"name": sFlpCompare("=", p.name())}, 0)
		},
		mutants: []mutant{
			{"a", "gives 101 records for a limit of 101", "limit"},
			{"b", "gives [] for nothing found", "empty"},
			{"c", "counts the records of the page for the total", "total"},
		},
	}
}

// sFlpMany is a search that finds more than 100 products: some that are made,
// or those that are there.
func sFlpMany(p *probe) (filter object, total int64) {
	const many = 101
	if p.to.Write {
		name := p.name()
		for range many {
			sFlpProduct.made(p, sFlpProduct.least(name))
		}
		return object{"name": sFlpCompare("=", name)}, many
	}
	total = sFlpProduct.search(p, object{"limit": 1}).good().at("total_count").Int()
	if total < many {
		p.writing(fmt.Sprintf("create %d products, for there are %d", many, total))
	}
	return object{}, total
}

// sFlpAt is the id of the one record at an offset.
func sFlpAt(p *probe, filter object, offset int) string {
	return sFlpProduct.search(p, filter.with("limit", 1, "offset", offset)).good().at("data.0.id").String()
}

// sFlpNothing asks for what there is none of.
func sFlpNothing(p *probe, filter object, total int64) {
	x := sFlpProduct.search(p, filter).status(http.StatusOK).json()
	shown := ""
	switch v := x.at("data"); {
	case v.Exists() && v.Type == gjson.Null:
		shown = "null"
	case v.IsArray() && len(v.Array()) == 0:
		shown = "list"
	}
	p.mustRead("EMPTY_DATA", shown, "empty", "data that is an empty "+p.reading("EMPTY_DATA"), "%s", x.told())
	p.must(x.at("total_count").Exists() && x.at("total_count").Int() == total, "total", fmt.Sprintf("total_count %d", total), "%s", x.told())
}
