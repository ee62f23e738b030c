package conformance

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/bonify"
)

// bonCreating is what a check comes after that needs customers to be made.
var bonCreating = append([]string{"BON-POST-01", "BON-PUT-05"}, bonCalling...)

func bonClear() []bonCheck { return []bonCheck{bonClr01(), bonClr02()} }

// blank tells whether a custom field of a record is sent empty; name is "" for
// any of them.
func blank(record gjson.Result, name string) (yes bool) {
	record.Get("customer_fields").ForEach(func(key, value gjson.Result) bool {
		yes = (name == "" || key.String() == name) && (value.Type == gjson.Null || value.Type == gjson.String && value.Str == "")
		return !yes
	})
	return yes
}

func bonClr01() bonCheck {
	return bonCheck{
		id: "BON-CLR-01", title: "a field is cleared by an empty value and a header",
		clause: "bonify:89-92", level: must,
		summary: "An empty text or null deletes a custom field where x-delete-empty-metafields is true.",
		needs:   []string{"Clear"},
		after:   bonUpdating,
		scenes:  []bonScene{{state: bonOnlySample}},
		drive: func(r *bonRun) {
			bon(r).clear(bonSample().ID, "text")
			bon(r).clear(bonUnknown, "text").is(control, 0)
		},
		seen: sentBy(http.MethodPut),
		judge: func(r *bonRun) Finding {
			for _, x := range r.of(bonify.UpdateCustomers) {
				if x.Header.Get(bonDrops) != "true" {
					return found("header-missing", "X-Delete-Empty-Metafields: true", "%s %s with the header as %q", x.Method, x.URL, x.Header.Get(bonDrops)).at(x)
				}
				if !slices.ContainsFunc(bonRecords(x), func(record gjson.Result) bool { return blank(record, "text") }) {
					return found("value-missing", `"text":"" or "text":null`, "%s", short(x.Body)).at(x)
				}
			}
			if now := bonNth(r, 0); bonField(now, "text") != "" || bonField(now, "radios") == "" {
				return found("not-cleared", "the field text is gone, and radios is not", "text %q, radios %q", bonField(now, "text"), bonField(now, "radios"))
			}
			return bonOutcomes(r)
		},
		mutants: []mutant{
			{"a", "leaves the header out", "header-missing"},
			{"b", "leaves the empty value out of the JSON", "value-missing"},
		},
	}
}

func bonClr02() bonCheck {
	return bonCheck{
		id: "BON-CLR-02", title: "the header that deletes is for deleting",
		clause: "bonify:89-93", level: should,
		summary: "With the header, every blank in an update deletes a field, those of a form too.",
		needs:   []string{"Update"},
		after:   bonUpdating,
		scenes:  []bonScene{{state: bonOnlySample}},
		drive: func(r *bonRun) {
			id := bonSample().ID
			bon(r).update(BonifyCustomer{ID: id, LastName: "New"})
			bon(r).update(BonifyCustomer{ID: id, Fields: bonValues("radios", "two", "text", "")})
		},
		seen: asked(bonify.UpdateCustomers),
		wire: func(w *wire) Finding {
			for _, x := range w.of(bonify.UpdateCustomers) {
				clears := slices.ContainsFunc(bonRecords(x), func(record gjson.Result) bool { return blank(record, "") })
				if header := x.Header.Get(bonDrops); header != "" && (!clears || w.creds != nil) {
					return found("header-sent", "X-Delete-Empty-Metafields where something is to be deleted", "%s, beside %s", header, short(x.Body)).at(x)
				}
			}
			return Finding{}
		},
		judge: func(r *bonRun) Finding {
			if now := bonNth(r, 0); bonField(now, "text") == "" {
				return found("deleted", "the field text as it was", "it is gone")
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends the header with every update", "header-sent"},
		},
	}
}

func bonPost() []bonCheck {
	news := func(n int) bonScene {
		return bonScene{name: fmt.Sprintf("%d customers", n), state: func(r *bonRun) { r.kept = n }}
	}
	return []bonCheck{{
		id: "BON-POST-01", title: "new customers have no id, and are 10 at most",
		clause: "bonify:95", level: must,
		summary: "A POST is like a PUT, and its records have no ids.",
		needs:   []string{"Create"},
		after:   bonCalling,
		limits:  []limit{{bonMost, bonMost + 1, "customers to be created", "bonify:95", allOf(bonify.CreateCustomers, sent("customers.#"))}},
		scenes:  []bonScene{news(10), news(11), news(12)},
		drive:   func(r *bonRun) { bon(r).create(bonNewcomers(r.kept.(int))...) },
		seen:    sentBy(http.MethodPost),
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if x.Method != http.MethodPost {
					continue
				}
				records := bonRecords(x)
				if records == nil {
					return found("no-envelope", `{"customers":[…]}`, "%s", short(x.Body)).at(x)
				}
				if n := len(records); n > bonMost {
					return found("too-many-records", fmt.Sprintf("requests of %d records or fewer", bonMost), "one with %d", n).at(x)
				}
				for _, record := range records {
					if id := record.Get("id"); id.Exists() {
						return found("id-sent", "no member id in a new customer", "id %s", id.Raw).at(x)
					}
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends the id 0", "id-sent"},
			{"b", "sends 12 in one call", "too-many-records"},
		},
	}}
}

func bonDelete() []bonCheck { return []bonCheck{bonDel01(), bonDel02()} }

var bonItem = regexp.MustCompile(`/customers/[^/]+$`)

func bonDel01() bonCheck {
	return bonCheck{
		id: "BON-DEL-01", title: "a customer is deleted by DELETE, without a body",
		clause: "bonify:96-97", level: must,
		summary: "DELETE on the path of one customer, and nothing else, is answered with 200.",
		needs:   []string{"Delete"},
		after:   bonCalling,
		scenes:  []bonScene{{state: bonPeople(3)}},
		drive: func(r *bonRun) {
			r.kept = bonNth(r, 1).ID
			bon(r).delete(bonNth(r, 1).ID)
		},
		seen: func(w *wire) string {
			if w.creds != nil {
				return anyCall(w)
			}
			return sentBy(http.MethodDelete)(w)
		},
		wire: func(w *wire) Finding {
			for _, x := range w.writes() {
				switch {
				case x.Method != http.MethodDelete && w.creds != nil:
					return found("other-method", "DELETE", "%s %s", x.Method, x.URL).at(x)
				case x.Method != http.MethodDelete:
				case !bonItem.MatchString(pathOf(x)):
					return found("path", "DELETE /customers/{id}", "DELETE %s", pathOf(x)).at(x)
				case len(x.Body) > 0:
					return found("body", "no body", "%s", short(x.Body)).at(x)
				}
			}
			return Finding{}
		},
		judge: func(r *bonRun) Finding {
			if f := mustWork(r.nth(0)); f.Code != "" {
				return f
			}
			if id := r.kept.(int64); len(bonIDs(r)) != 2 || slices.Contains(bonIDs(r), id) {
				return found("not-deleted", fmt.Sprintf("customer %d is gone", id), "there are %v", bonIDs(r))
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends a POST with the id in a body", "other-method"},
			{"b", "wants 204", "error"},
		},
	}
}

func bonDel02() bonCheck {
	return bonCheck{
		id: "BON-DEL-02", title: "a customer with orders stays",
		clause: "BF-29", level: care,
		summary: "Shops keep whoever has ordered, and refuse to delete them.",
		needs:   []string{"Delete"},
		after:   append([]string{"BON-DEL-01"}, bonCalling...),
		scenes: []bonScene{{state: func(r *bonRun) {
			bonPeople(3)(r)
			bonShop(r).PlaceOrder(bonNth(r, 1).ID, 1999)
		}}},
		drive: func(r *bonRun) { bon(r).delete(bonNth(r, 1).ID) },
		seen:  asked(bonify.DeleteCustomer),
		judge: func(r *bonRun) Finding {
			if n := bonShop(r).Customers.Len(); n != 3 {
				return found("deleted", "3 customers", "%d", n)
			}
			return mustFail(r.nth(0), "the customer has orders")
		},
		mutants: []mutant{
			{"a", "reads a 400 as done", "no-error"},
		},
	}
}
