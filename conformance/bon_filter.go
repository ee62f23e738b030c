package conformance

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake/bonify"
)

// bonFiltering is what a check comes after that needs filters to be sent.
var bonFiltering = append([]string{"BON-FILT-01", "BON-FILT-02"}, bonReading...)

func bonFilter() []bonCheck {
	return []bonCheck{
		bonFilt01(), bonFilt02(), bonFilt03(), bonFilt04(),
		bonFilt05(), bonFilt06(), bonFilt07(), bonFilt08(),
	}
}

// bonFields are the filter fields of the document.
var bonFields = strings.Fields(`accepts_marketing activation_date address1 address2 city company country customer_date
	customer_first_name customer_id customer_last_name customer_tag email email_marketing_state first_name first_order_date id
	last_abandoned_order_date last_name multipass_identifier orders_count order_date phone province shop_id state tag
	total_spent updated_at verified_email product_subscriber_status`)

// bonOperators are the operators of the document.
var bonOperators = strings.Fields("contains not_contains empty not_empty equals not_equals gt lt")

// filtered is the prerequisite that a list was asked for with filters. A client
// that was made to filter may do so in another way.
func filtered(w *wire) string {
	for _, x := range w.of(bonify.ListCustomers) {
		query := bonQuery(x)
		if w.creds != nil || query.Has("filters") || slices.ContainsFunc(bonFields, query.Has) {
			return ""
		}
	}
	return "a call of ListCustomers with filters; there was none"
}

// bonParts cuts the filters of a list at the commas outside of quotes, and each
// of them at its first two bars.
func bonParts(filters string) [][]string {
	var all [][]string
	quoted, begin := false, 0
	for i := 0; i <= len(filters); i++ {
		if i < len(filters) && filters[i] == '"' {
			quoted = !quoted
		}
		if i == len(filters) || filters[i] == ',' && !quoted {
			all = append(all, strings.SplitN(strings.TrimSpace(filters[begin:i]), "|", 3))
			begin = i + 1
		}
	}
	return all
}

// bonFilters judges the query of each list.
func bonFilters(judge func(query url.Values) Finding) func(*wire) Finding {
	return func(w *wire) Finding {
		for _, x := range w.of(bonify.ListCustomers) {
			if f := judge(bonQuery(x)); f.Code != "" {
				return f.at(x)
			}
		}
		return Finding{}
	}
}

// bonFamily are Bob, another Bob whom lists show before him, Dyke and Jr.
func bonFamily(r *bonRun) {
	r.kept = []bonify.Customer{
		bonAdd(r, bonify.Customer{Email: "bob@example.com.au", FirstName: "Bobby", LastName: "van Dyke"}),
		bonAdd(r, bonify.Customer{Email: "bob@example.com", FirstName: "Bob", LastName: "Benning"}),
		bonAdd(r, bonify.Customer{Email: "al@bonify.io", FirstName: "Al", LastName: "Dyke, Jr"}),
		bonAdd(r, bonify.Customer{Email: "plus@example.com", FirstName: "Al", LastName: `a+b&c#d "x"`}),
	}
}

// bonKept finds a list that is not those of what the scene kept.
func bonKept(r *bonRun, a *answer, numbers ...int) Finding {
	var want []int64
	for _, n := range numbers {
		want = append(want, r.kept.([]bonify.Customer)[n].ID)
	}
	return bonListed(a, want...)
}

func bonFilt01() bonCheck {
	const form = "filters=field|operator|value"
	return bonCheck{
		id: "BON-FILT-01", title: "a filter is field, operator and value",
		clause: "bonify:58-61", level: must,
		summary: "Filters go into the parameter filters, each as field|operator|value.",
		needs:   []string{"List"},
		after:   bonReading,
		scenes:  []bonScene{{state: bonFamily}},
		drive:   func(r *bonRun) { bon(r).list(BonifyFilter{"email", "contains", "bonify"}) },
		seen:    filtered,
		wire: bonFilters(func(query url.Values) Finding {
			for name := range query {
				if slices.Contains(bonFields, name) {
					return found("other-parameter", form, "%s, which filters nothing", name+"="+query.Get(name))
				}
			}
			if !query.Has("filters") {
				return Finding{}
			}
			for _, parts := range bonParts(query.Get("filters")) {
				if len(parts) < 2 {
					return found("filter-form", form, "filters=%s", query.Get("filters"))
				}
			}
			return Finding{}
		}),
		judge:  func(r *bonRun) Finding { return bonKept(r, r.nth(0), 2) },
		backed: "BON-FILT-02",
		mutants: []mutant{
			{"a", "sends email=bonify", "other-parameter"},
		},
	}
}

func bonFilt02() bonCheck {
	return bonCheck{
		id: "BON-FILT-02", title: "several filters are one parameter",
		clause: "bonify:58-59", level: must,
		summary: "Filters are a list with commas, in one parameter; all of them must hold.",
		needs:   []string{"List"},
		after:   append([]string{"BON-FILT-01"}, bonReading...),
		scenes:  []bonScene{{state: bonFamily}},
		drive: func(r *bonRun) {
			bon(r).list(BonifyFilter{"first_name", "contains", "bob"}, BonifyFilter{"last_name", "contains", "ben"})
		},
		seen: filtered,
		wire: bonFilters(func(query url.Values) Finding {
			if n := len(query["filters"]); n > 1 {
				return found("repeated", "one parameter filters, with a comma between two filters", "%d of them, of which the first one counts", n)
			}
			return Finding{}
		}),
		judge: func(r *bonRun) Finding { return bonKept(r, r.nth(0), 1) },
		mutants: []mutant{
			{"a", "sends the parameter filters twice", "repeated"},
		},
	}
}

func bonFilt03() bonCheck {
	return bonCheck{
		id: "BON-FILT-03", title: "quotes make a value one, and exact",
		clause: "bonify:61", level: should,
		summary: "A value in double quotes is matched as a whole; a comma outside of quotes ends a filter.",
		needs:   []string{"List"},
		after:   append([]string{"BON-FILT-04"}, bonFiltering...),
		scenes:  []bonScene{{state: bonFamily}},
		drive: func(r *bonRun) {
			bon(r).list(BonifyFilter{"last_name", "equals", "Dyke, Jr"})
			bon(r).list(BonifyFilter{"email", "equals", "bob@example.com"})
			bon(r).list(BonifyFilter{"last_name", "contains", "Dyke, Jr"})
		},
		seen: filtered,
		judge: func(r *bonRun) Finding {
			for _, x := range r.of(bonify.ListCustomers) {
				for _, parts := range bonParts(bonQuery(x).Get("filters")) {
					if len(parts) == 1 {
						return found("comma-bare", `"Dyke, Jr" in quotes`, "%s", bonQuery(x).Get("filters")).at(x)
					}
				}
			}
			return firstOf(bonKept(r, r.nth(0), 2), bonKept(r, r.nth(1), 1), bonKept(r, r.nth(2), 2))
		},
		mutants: []mutant{
			{"a", "leaves a value with a comma bare, which splits it", "comma-bare"},
			{"b", "asks for an address without quotes and takes the first hit", "wrong-customers"},
			{"c", "quotes what is to be equal alone, and not what is to be contained", "comma-bare"},
		},
	}
}

func bonFilt04() bonCheck {
	return bonCheck{
		id: "BON-FILT-04", title: "the eight operators by their names",
		clause: "bonify:62-78", level: must,
		summary: "There are contains, equals, their opposites, gt and lt, which take a value, and empty and not_empty, which take none.",
		flags:   []string{"EMPTY_OPERATOR"},
		needs:   []string{"List"},
		after:   bonFiltering,
		scenes:  []bonScene{{state: bonSix}},
		drive: func(r *bonRun) {
			for _, f := range bonEight {
				bon(r).list(f.BonifyFilter)
			}
		},
		seen: filtered,
		wire: bonFilters(func(query url.Values) Finding {
			for _, parts := range bonParts(query.Get("filters")) {
				if len(parts) < 2 {
					continue
				}
				switch operator := parts[1]; {
				case !slices.Contains(bonOperators, operator):
					return found("unknown-operator", "one of "+strings.Join(bonOperators, ", "), "%s", strings.Join(parts, "|"))
				case strings.HasSuffix(operator, "empty") && len(parts) > 2 && parts[2] != "":
					return found("value-sent", operator+" without a value", "%s", strings.Join(parts, "|"))
				}
			}
			return Finding{}
		}),
		judge: func(r *bonRun) Finding {
			for i, f := range bonEight {
				if wrong := bonKept(r, r.nth(i), f.fit...); wrong.Code != "" {
					wrong.Expected = fmt.Sprintf("%s|%s|%s: %s", f.Field, f.Operator, f.Value, wrong.Expected)
					return wrong
				}
			}
			return Finding{}
		},
		backed: "BON-FILT-03",
		mutants: []mutant{
			{"a", "says eq for equals", "unknown-operator"},
			{"b", "says empty|true", "value-sent"},
		},
	}
}

// bonEight asks for each operator once, of customers that bonSix puts there.
var bonEight = []struct {
	BonifyFilter
	fit []int
}{
	{BonifyFilter{"first_name", "contains", "an"}, []int{0, 1}},
	{BonifyFilter{"first_name", "not_contains", "an"}, []int{2}},
	{BonifyFilter{"text", "empty", ""}, []int{1}},
	{BonifyFilter{"text", "not_empty", ""}, []int{0, 2}},
	{BonifyFilter{"last_name", "equals", "Lee"}, []int{0, 2}},
	{BonifyFilter{"last_name", "not_equals", "Lee"}, []int{1}},
	{BonifyFilter{"orders_count", "gt", "1"}, []int{1, 2}},
	{BonifyFilter{"orders_count", "lt", "2"}, []int{0}},
}

func bonSix(r *bonRun) {
	text := func(value string) []bonify.FieldValue {
		return []bonify.FieldValue{{MachineName: "text", Value: value}}
	}
	day := bonShop(r).Now().AddDate(0, 0, -100)
	r.kept = []bonify.Customer{
		bonAdd(r, bonify.Customer{Email: "ann@example.com", FirstName: "Ann", LastName: "Lee", OrdersCount: 1, Fields: text("x"), UpdatedAt: day}),
		bonAdd(r, bonify.Customer{Email: "dan@example.com", FirstName: "Dan", LastName: "Fox", OrdersCount: 2, UpdatedAt: day.AddDate(0, 0, 10)}),
		bonAdd(r, bonify.Customer{Email: "bob@example.com", FirstName: "Bob", LastName: "Lee", OrdersCount: 3, Fields: text("y"), UpdatedAt: day.AddDate(0, 0, 20)}),
	}
}
