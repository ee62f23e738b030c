package conformance

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

func bonPage07() bonCheck {
	return bonCheck{
		id: "BON-PAGE-07", title: "half a list is no list",
		clause: "bonify:31-34", level: must,
		summary: "A page that is refused is missing from the list.",
		needs:   []string{"List"},
		after:   append([]string{"BON-AUTH-02"}, bonListing...),
		scenes: []bonScene{{
			state:  bonPeople(120),
			faults: []fake.Fault{fake.NewFault("wrong-credentials").On(bonify.ListCustomers).After(1)},
		}},
		drive: bonListAll,
		seen:  both(secondPage, answeredWith(http.StatusForbidden, bonify.ListCustomers)),
		judge: func(r *bonRun) Finding { return mustFail(r.nth(0), "page 2 was refused") },
		mutants: []mutant{
			{"a", "gives what it has when a page is refused", "no-error"},
		},
	}
}

func bonPage08() bonCheck {
	return bonCheck{
		id: "BON-PAGE-08", title: "every page is of the same list",
		clause: "bonify:15,52,59", level: should,
		summary: "The document does not say whether a cursor remembers the filters; beside a cursor they do no harm.",
		flags:   []string{"CURSOR_FILTER"},
		needs:   []string{"List"},
		after:   append(slices.Clone(bonFiltering), bonListing...),
		scenes: []bonScene{
			{name: "cursors remember the filters", state: bonMixed, options: []fake.Option{bonify.WithCursorFilters(bonify.Remember)}},
			{name: "cursors forget the filters", state: bonMixed, options: []fake.Option{bonify.WithCursorFilters(bonify.Forget)}},
		},
		drive: func(r *bonRun) { bon(r).list(BonifyFilter{"email", "contains", "match"}) },
		seen:  secondPage,
		judge: func(r *bonRun) Finding {
			for _, x := range r.of(bonify.ListCustomers) {
				if x.Status == http.StatusBadRequest {
					return found("refused", "filters that fit the cursor", "%s: %s", x.URL, short(x.ReplyBody)).at(x)
				}
			}
			return bonListed(r.nth(0), r.kept.([]int64)...)
		},
		mutants: []mutant{
			{"a", "sends the filters with the first page alone", "wrong-customers"},
		},
	}
}

// bonMixed puts 110 customers there who match and as many who do not.
func bonMixed(r *bonRun) {
	var match []int64
	for i := range 110 {
		match = append(match, bonAdd(r, bonify.Customer{Email: fmt.Sprintf("match%d@example.com", i)}).ID)
		bonAdd(r, bonify.Customer{Email: fmt.Sprintf("other%d@example.com", i)})
	}
	r.kept = match
}

func bonPage09() bonCheck {
	expired := fake.NewFault("cursor-expired").On(bonify.ListCustomers)
	return bonCheck{
		id: "BON-PAGE-09", title: "a cursor that is refused, and that of another shop",
		clause: "bonify:14-15; BF-8", level: care,
		summary: "A cursor belongs to one list of one shop, for a while.",
		needs:   []string{"List|Each"},
		after:   bonListing,
		scenes: []bonScene{
			{name: "a cursor is refused once", state: bonPeople(120), faults: []fake.Fault{expired.Set("times", "1")}},
			{name: "every cursor is refused", state: bonPeople(120), faults: []fake.Fault{expired}},
			{name: "two shops in turn", state: bonTwoShops},
		},
		drive: bonInTurn,
		seen:  secondPage,
		judge: func(r *bonRun) Finding {
			if f := bonForeign(r.wire); f.Code != "" {
				return f
			}
			for _, a := range r.all() {
				want := bonIDs(r)
				if a.n == other {
					want = bonIDsOf(r.kept.(*bonify.Shop))
				}
				if f := bonListed(a, want...); a.err == nil && f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "starts over for ever", "runaway"},
			{"b", "has one cursor for both shops", "foreign-cursor"},
		},
	}
}

// other is the number of an answer about the second shop.
const other = 1

func bonTwoShops(r *bonRun) {
	bonPeople(120)(r)
	shop := bonShop(r).AddShop("other-shop.myshopify.com", "other-key-5521")
	for i := range 120 {
		shop.Customers.Add(bonify.Customer{Email: fmt.Sprintf("o%d@example.com", i)})
	}
	r.kept = shop
}

// bonInTurn lists the customers of the shop. Where there is a second one, it is
// listed while the first list is being read: in the middle of it where the client
// lets one, else at the same time.
func bonInTurn(r *bonRun) {
	u := bon(r)
	second, two := r.kept.(*bonify.Shop)
	if !two {
		u.whole(func() {})
		return
	}
	v := bonAs(r, second.ShopDomain(), second.APIKey())
	if u.c.Each == nil {
		var wg sync.WaitGroup
		wg.Go(func() { u.whole(func() {}) })
		wg.Go(func() { v.whole(func() {}).n = other })
		wg.Wait()
		return
	}
	u.whole(sync.OnceFunc(func() { v.whole(func() {}).n = other }))
}

// whole reads all customers, with Each where there is that, and calls between
// with every one of them.
func (u bonCaller) whole(between func()) *answer {
	if u.c.Each == nil {
		return u.list()
	}
	return u.r.ask(u.ctx, "Each", func(ctx context.Context) (any, error) {
		var all []BonifyCustomer
		err := u.c.Each(ctx, func(c BonifyCustomer) error {
			all = append(all, c)
			between()
			return nil
		})
		return all, err
	})
}

// bonForeign finds a cursor that another shop was given.
func bonForeign(w *wire) Finding {
	given := map[string]string{}
	for _, x := range w.of(bonify.ListCustomers) {
		shop, cursor := x.Header.Get(bonDomain), bonCursor(x)
		if owner := given[cursor]; owner != "" && owner != shop {
			return found("foreign-cursor", "cursors that the shop itself gave", "a cursor of %s is sent to %s", owner, shop).at(x)
		}
		for _, name := range []string{"prev_page", "next_page"} {
			if cursor := bonGiven(x, name); cursor != "" {
				given[cursor] = shop
			}
		}
	}
	return Finding{}
}

func bonPage10() bonCheck {
	return bonCheck{
		id: "BON-PAGE-10", title: "no parameter makes a page larger",
		clause: "bonify:39,47-52", level: should,
		summary: "A page has 50 at most, and there are two parameters: next_page and filters.",
		needs:   []string{"List"},
		after:   bonTurning,
		scenes:  []bonScene{{state: bonPeople(120)}},
		drive:   bonListAll,
		seen:    asked(bonify.ListCustomers),
		judge: func(r *bonRun) Finding {
			if noted := r.noted("ignored-parameter"); len(noted) > 0 {
				return found("ignored-parameter", "next_page and filters, and no other parameters", "the parameter %s, which the API passes over", noted[0].Detail)
			}
			return bonAllListed(r)
		},
		backed: "BON-PAGE-01",
		mutants: []mutant{
			{"a", "sends limit=200 and takes the first page for all", "ignored-parameter"},
		},
	}
}

func bonPage11() bonCheck {
	return bonCheck{
		id: "BON-PAGE-11", title: "a list that moves while it is read",
		clause: "BF-9", level: care,
		summary: "Customers who change move to the end of the list, and are met there again.",
		needs:   []string{"Each", "Update"},
		after:   append(append([]string{"BON-PUT-08"}, bonUpdating...), bonListing...),
		virtual: "120 changes at the pace of the API take two minutes",
		scenes:  []bonScene{{state: bonPeople(120)}},
		drive: func(r *bonRun) {
			u := bon(r)
			u.each(func(c BonifyCustomer) error {
				return u.c.Update(r.ctx, []BonifyCustomer{{ID: c.ID, LastName: "Changed"}})
			})
			bonNobody(u)
		},
		seen: asked(bonify.ListCustomers, bonify.UpdateCustomers),
		judge: func(r *bonRun) Finding {
			if f := bonOutcomes(r); f.Code != "" {
				return f
			}
			times := bonWritten(r.wire)
			for _, id := range bonIDs(r) {
				switch n := times[id]; {
				case n > 1:
					return found("changed-twice", "each customer once", "customer %d %d times", id, n)
				case n == 0:
					return found("skipped", "each customer once", "customer %d not at all", id)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "follows what it has moved itself, for ever", "runaway"},
		},
	}
}

// bonWritten counts how often each customer was changed by an update that was
// answered with okay.
func bonWritten(w *wire) map[int64]int {
	times := map[int64]int{}
	for _, x := range w.of(bonify.UpdateCustomers) {
		if x.Status != http.StatusOK {
			continue
		}
		for _, id := range gjson.GetBytes(x.Body, "customers.#.id").Array() {
			n, _ := strconv.ParseInt(id.Raw, 10, 64)
			times[n]++
		}
	}
	return times
}
