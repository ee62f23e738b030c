package conformance

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

func cfnListAll(r *cfnRun) { cfn(r).list() }

func cfnPage() []cfnCheck {
	return []cfnCheck{cfnPage01(), cfnPage02(), cfnPage03(), cfnPage04(), cfnPage05()}
}

func cfnPage01() cfnCheck {
	return cfnCheck{
		id: "CFN-PAGE-01", title: "all pages, out of bare arrays",
		clause: "cartfunnel:94-96", level: must,
		summary: "A list has at most 100 records; the parameter page leads to the others.",
		needs:   []string{"List"},
		after:   cfnReading,
		scenes: []cfnScene{
			{name: "250 customers", state: cfnPeople(250)},
			{name: "101 customers", state: cfnPeople(101)},
		},
		drive:  cfnListAll,
		seen:   asked(cartfunnel.ListCustomers),
		judge:  cfnAllListed,
		backed: "CFN-FIND-01",
		mutants: []mutant{
			{"a", "reads the first page only", "records-missing"},
			{"b", "stops one page early", "records-missing"},
			{"c", "wants a wrapper around the list", "error"},
		},
	}
}

func cfnPage02() cfnCheck {
	return cfnCheck{
		id: "CFN-PAGE-02", title: "the end of the list",
		clause: "cartfunnel:94", level: must,
		summary: "Nothing marks the last page, so a full one is followed by an empty one.",
		flags:   []string{"END_OF_LIST"},
		needs:   []string{"List"},
		after:   cfnReading,
		limits:  []limit{{100, 101, "customers in a list", "cartfunnel:94", allOf(cartfunnel.ListCustomers, given("#"))}},
		scenes: []cfnScene{
			{name: "200 customers", state: cfnPeople(200)},
			{name: "101 customers", state: cfnPeople(101)},
			{name: "100 customers", state: cfnPeople(100)},
			{name: "no customer", state: cfnPeople(0)},
		},
		drive: cfnListAll,
		seen:  asked(cartfunnel.ListCustomers),
		judge: func(r *cfnRun) Finding {
			most := (cfnShop(r).Customers.Len()+99)/100 + 1 // one to see that there is no more
			if pages := len(r.of(cartfunnel.ListCustomers)); pages > most {
				return found("too-many-pages", fmt.Sprintf("at most %d requests", most), "%d", pages)
			}
			return cfnAllListed(r)
		},
		mutants: []mutant{
			{"a", "takes an empty page for an error", "error"},
			{"b", "never stops on an empty page", "runaway"},
		},
	}
}

func cfnPage03() cfnCheck {
	return cfnCheck{
		id: "CFN-PAGE-03", title: "pages 1, 2 and 3 in turn",
		clause: "cartfunnel:94-96", level: must,
		summary: "Pages are asked for by their number, from the first.",
		needs:   []string{"List"},
		after:   cfnReading,
		scenes:  []cfnScene{{state: cfnPeople(250)}},
		drive:   cfnListAll,
		seen: func(w *wire) string {
			if len(w.of(cartfunnel.ListCustomers)) < 2 {
				return "a list of more than one page; no second page was asked for"
			}
			return ""
		},
		wire:   cfnInTurn,
		backed: "CFN-PAGE-01",
		mutants: []mutant{
			{"a", "starts at page 0", "odd-page"},
			{"b", "moves on by 100 pages", "page-gap"},
		},
	}
}

func cfnPage04() cfnCheck {
	return cfnCheck{
		id: "CFN-PAGE-04", title: "a page that is refused is an error",
		clause: "cartfunnel:48,94", level: must,
		summary: "Calls that did not work are answered with 403; a list without that page is not the list.",
		needs:   []string{"List"},
		after:   []string{"CFN-PAGE-01", "CFN-AUTH-04"},
		scenes: []cfnScene{{
			state:  cfnPeople(250),
			faults: []fake.Fault{fake.NewFault("wrong-credentials").On(cartfunnel.ListCustomers).When("query:page", "==", "2")},
		}},
		drive: cfnListAll,
		seen:  answeredWith(403, cartfunnel.ListCustomers),
		judge: func(r *cfnRun) Finding { return cfnNoError(r.nth(0), "page 2 was refused") },
		mutants: []mutant{
			{"a", "returns page 1 and no error", "no-error"},
		},
	}
}

func cfnPage05() cfnCheck {
	return cfnCheck{
		id: "CFN-PAGE-05", title: "a list that moves while it is read",
		clause: "CF-15", level: care,
		summary: "Checkout adds customers at any time, so what is at the end of one page can be at the start of the next.",
		needs:   []string{"List"},
		after:   []string{"CFN-PAGE-01"},
		scenes: []cfnScene{{
			options: []fake.Option{cartfunnel.WithNewestFirst()},
			state:   cfnPeople(150),
			faults:  []fake.Fault{fake.NewFault("page-drift").Set("insert", "1").On(cartfunnel.ListCustomers)},
		}},
		drive: cfnListAll,
		seen:  asked(cartfunnel.ListCustomers),
		judge: func(r *cfnRun) Finding {
			a := r.nth(0)
			if f := cfnFailed(a); f.Code != "" {
				return f
			}
			times := map[int64]int{}
			for _, c := range a.customers() {
				if times[c.ID]++; times[c.ID] > 1 {
					return found("listed-twice", "each customer once", "customer %d %d times", c.ID, times[c.ID])
				}
			}
			for _, c := range cfnShop(r).Customers.All()[:150] {
				if times[c.ID] == 0 {
					return found("records-missing", "all who were there from the start", "customer %d is missing", c.ID)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "appends pages blindly", "listed-twice"},
		},
	}
}

// cfnAllListed finds a list that is not the whole of the account, in order.
func cfnAllListed(r *cfnRun) Finding {
	a := r.nth(0)
	if f := cfnFailed(a); f.Code != "" {
		return f
	}
	return cfnListed(r, a)
}

func cfnListed(r *cfnRun, a *answer) Finding {
	var want, got []int64
	for _, c := range cfnShop(r).Customers.All() {
		want = append(want, c.ID)
	}
	for _, c := range a.customers() {
		got = append(got, c.ID)
	}
	switch {
	case slices.Equal(want, got):
		return Finding{}
	case len(got) < len(want):
		return found("records-missing", fmt.Sprintf("%d customers", len(want)), "%s", count(len(got), "customer"))
	}
	return found("wrong-list", fmt.Sprintf("%d customers by id, each once", len(want)), "%d, of which not all are right", len(got))
}

// cfnInTurn finds a page that was asked for before the one in front of it. So
// it is right about several lists at the same time as well. A test that is only
// watched may want one page in the middle, which begins no list.
func cfnInTurn(w *wire) Finding {
	seen := map[int]bool{}
	for _, x := range w.of(cartfunnel.ListCustomers) {
		page := 1
		u, err := url.Parse(x.URL)
		if err == nil && u.Query().Has("page") {
			page, err = strconv.Atoi(u.Query().Get("page"))
		}
		if err != nil || page < 1 {
			return found("odd-page", "a page number from 1", "%s", x.URL).at(x)
		}
		if list := w.creds != nil || seen[1]; list && page > 1 && !seen[page-1] {
			return found("page-gap", fmt.Sprintf("page %d before page %d", page-1, page), "%s", x.URL).at(x)
		}
		seen[page] = true
	}
	return Finding{}
}
