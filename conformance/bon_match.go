package conformance

import (
	"fmt"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

func bonFilt05() bonCheck {
	return bonCheck{
		id: "BON-FILT-05", title: "nobody found is no error",
		clause: "bonify:79-80", level: must,
		summary: "Filters that nobody fits are answered with okay and an empty list.",
		needs:   []string{"List"},
		after:   bonFiltering,
		scenes:  []bonScene{{state: bonFamily}},
		drive: func(r *bonRun) {
			bon(r).list(BonifyFilter{"email", "contains", "nobody"})
			bon(r).list(BonifyFilter{"email", "contains", "bonify"}) // shows that the client would find somebody
		},
		seen:   asked(bonify.ListCustomers),
		judge:  func(r *bonRun) Finding { return firstOf(bonListed(r.nth(0)), bonKept(r, r.nth(1), 2)) },
		backed: "BON-FILT-07",
		mutants: []mutant{
			{"a", "makes an error of no hits", "error"},
		},
	}
}

func bonFilt06() bonCheck {
	const name = `a+b&c#d "x"`
	return bonCheck{
		id: "BON-FILT-06", title: "values arrive as they are",
		clause: "bonify:58-61", level: must,
		summary: "Filters are part of a query, where + is a blank, & ends a parameter and # the whole of it.",
		needs:   []string{"List"},
		after:   append([]string{"BON-FILT-04"}, bonFiltering...),
		scenes:  []bonScene{{state: bonFamily}},
		drive:   func(r *bonRun) { bon(r).list(BonifyFilter{"last_name", "equals", name}) },
		seen:    asked(bonify.ListCustomers),
		judge: func(r *bonRun) Finding {
			for _, x := range r.of(bonify.ListCustomers) {
				for _, parts := range bonParts(bonQuery(x).Get("filters")) {
					if value := bonValue(parts); parts[0] == "last_name" && value != name {
						return found("wrong-value", fmt.Sprintf("last_name is read as %s", name), "%s, from %s", value, x.URL).at(x)
					}
				}
			}
			return bonKept(r, r.nth(0), 3)
		},
		mutants: []mutant{
			{"a", "pastes the value in unescaped: it is cut at the &", "wrong-value"},
		},
	}
}

// bonValue is the value of a filter as the shop reads it.
func bonValue(parts []string) string {
	if len(parts) < 3 {
		return ""
	}
	if inner, quoted := strings.CutPrefix(parts[2], `"`); quoted {
		return strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`)
	}
	return parts[2]
}

func bonFilt07() bonCheck {
	return bonCheck{
		id: "BON-FILT-07", title: "operators that the field has",
		clause: "bonify:62; BF-14", level: should,
		summary: "Not all operators are there for all fields: numbers and dates have gt and lt, texts have contains.",
		needs:   []string{"List"},
		after:   append([]string{"BON-FILT-04"}, bonFiltering...),
		scenes:  []bonScene{{state: bonSix}},
		drive: func(r *bonRun) {
			day := r.kept.([]bonify.Customer)[1].UpdatedAt.AddDate(0, 0, 1)
			bon(r).list(BonifyFilter{"updated_at", "gt", day.Format("2006-01-02")})
			bon(r).list(BonifyFilter{"orders_count", "equals", "2"})
			bon(r).list(BonifyFilter{"last_name", "not_empty", ""})
			bon(r).list(BonifyFilter{"last_name", "empty", ""})
		},
		seen: asked(bonify.ListCustomers),
		judge: func(r *bonRun) Finding {
			if noted := r.noted("bad-filter"); len(noted) > 0 {
				return found("bad-filter", "filters that the service takes", "%s", noted[0].Detail)
			}
			return firstOf(bonKept(r, r.nth(0), 2), bonKept(r, r.nth(1), 1), bonKept(r, r.nth(2), 0, 1, 2), bonListed(r.nth(3)))
		},
		mutants: []mutant{
			{"a", "asks with gt whether a text is there", "bad-filter"},
		},
	}
}

func bonFilt08() bonCheck {
	size := BonifyFilter{"shoe_size", "equals", "42"}
	return bonCheck{
		id: "BON-FILT-08", title: "a field that nobody defined",
		clause: "bonify:54; BF-11; BF-13", level: care,
		summary: "A shop may lose a custom field; a filter that is left out for that gives customers who do not fit.",
		needs:   []string{"List"},
		after:   append([]string{"BON-FILT-04", "BON-FILT-05"}, bonFiltering...),
		scenes: []bonScene{
			{name: "the filter is refused", state: bonFamily},
			{name: "the filter is left out", state: bonFamily, options: []fake.Option{bonify.WithBadFilters(bonify.Ignore)}},
		},
		drive: func(r *bonRun) { bon(r).list(size) },
		seen:  asked(bonify.ListCustomers),
		judge: func(r *bonRun) Finding {
			a := r.nth(0)
			if x := r.of(bonify.ListCustomers)[0]; x.Status == 400 {
				return mustFail(a, "the filter was refused")
			}
			if n := len(a.bonCustomers()); a.err == nil && n > 0 {
				return found("not-filtered", "an error, or nobody", "%s who have no shoe size", count(n, "customer"))
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "takes the list that was not filtered", "not-filtered"},
		},
	}
}
