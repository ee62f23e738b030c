package conformance

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// bonMost is how many customers one call may write.
const bonMost = 10

// bonUpdating is what a check comes after that needs customers to be updated, and
// bonBatching one that needs many of them to be.
var (
	bonUpdating = append([]string{"BON-PUT-01", "BON-PUT-05"}, bonCalling...)
	bonBatching = append([]string{"BON-PUT-02"}, bonUpdating...)
)

func bonPut() []bonCheck {
	return []bonCheck{
		bonPut01(), bonPut02(), bonPut03(), bonPut04(),
		bonPut05(), bonPut06(), bonPut07(), bonPut08(),
	}
}

// sentBy is the prerequisite that there was a request with that method.
func sentBy(method string) prerequisite {
	return func(w *wire) string {
		for _, x := range w.calls {
			if x.Method == method {
				return ""
			}
		}
		return "a " + method + "; there was none"
	}
}

// bonRecords are the records of a write, nil where they do not stand where they
// should.
func bonRecords(x fake.Exchange) []gjson.Result {
	whole := gjson.ParseBytes(x.Body)
	if !whole.IsObject() || !whole.Get("customers").IsArray() {
		return nil
	}
	return whole.Get("customers").Array()
}

func bonPut01() bonCheck {
	return bonCheck{
		id: "BON-PUT-01", title: "an update is a list of customers with their ids",
		clause: "bonify:84-85", level: must,
		summary: "A PUT goes to /customers, with an object whose member customers is a list; an id says which customer is meant.",
		needs:   []string{"Update"},
		after:   bonCalling,
		scenes:  []bonScene{{state: bonPeople(3)}},
		drive:   func(r *bonRun) { bon(r).update(bonRenamed(r, 0, 2)...) },
		seen:    sentBy(http.MethodPut),
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if x.Method != http.MethodPut {
					continue
				}
				if path := pathOf(x); !strings.HasSuffix(path, "/customers") {
					return found("item-path", "PUT /customers", "PUT %s", path).at(x)
				}
				records := bonRecords(x)
				if records == nil {
					return found("no-envelope", `{"customers":[…]}`, "%s", short(x.Body)).at(x)
				}
				for _, record := range records {
					if !record.Get("id").Exists() {
						return found("no-id", "an id in each record", "%s", short([]byte(record.Raw))).at(x)
					}
				}
			}
			return Finding{}
		},
		backed: "BON-PUT-08",
		mutants: []mutant{
			{"a", "sends a bare list", "no-envelope"},
			{"b", "leaves the id out", "no-id"},
			{"c", "sends it to the path of one customer", "item-path"},
		},
	}
}

// bonUpdates is a scene in which the first n customers are to be renamed.
func bonUpdates(n int) bonScene {
	return bonScene{name: fmt.Sprintf("%d customers", n), state: func(r *bonRun) { bonPeople(n)(r); r.kept = n }}
}

func bonRenameAll(r *bonRun) {
	bon(r).update(bonRenamed(r, 0, r.kept.(int))...)
	bonNobody(bon(r))
}

// bonOnce finds customers who were not renamed, or more than once.
func bonOnce(r *bonRun, n int) Finding {
	times := bonWritten(r.wire)
	for i := range n {
		c := bonNth(r, i)
		switch got := times[c.ID]; {
		case c.LastName != bonName(i):
			return found("not-written", fmt.Sprintf("customers 1 to %d are renamed", n), "customer %d is not", i+1)
		case got != 1:
			return found("written-twice", "each customer is written once", "customer %d %d times", i+1, got)
		}
	}
	return Finding{}
}

func bonPut02() bonCheck {
	return bonCheck{
		id: "BON-PUT-02", title: "at most 10 customers in one update",
		clause: "bonify:88,102-103", level: must,
		summary: "More than 10 records in one call are refused.",
		needs:   []string{"Update"},
		after:   bonUpdating,
		limits:  []limit{{bonMost, bonMost + 1, "customers to be updated", "bonify:88", allOf(bonify.UpdateCustomers, sent("customers.#"))}},
		scenes:  []bonScene{bonUpdates(10), bonUpdates(11), bonUpdates(25)},
		drive:   bonRenameAll,
		seen:    asked(bonify.UpdateCustomers),
		judge: func(r *bonRun) Finding {
			for _, x := range r.of(bonify.UpdateCustomers) {
				if n := len(bonRecords(x)); n > bonMost {
					return found("too-many-records", fmt.Sprintf("requests of %d records or fewer", bonMost), "one with %d, answered %d", n, x.Status).at(x)
				}
			}
			return firstOf(bonOutcomes(r), bonOnce(r, r.kept.(int)))
		},
		backed: "BON-PUT-03",
		mutants: []mutant{
			{"a", "sends 25 in one call", "too-many-records"},
			{"b", "drops the last call, which is not full", "not-written"},
			{"c", "sends 11 in one call", "too-many-records"},
		},
	}
}

func bonPut03() bonCheck {
	return bonCheck{
		id: "BON-PUT-03", title: "as few calls as will do",
		clause: "bonify:19-20,88", level: should,
		summary: "Calls are few, one a second, and one may update 10 customers.",
		needs:   []string{"Update"},
		after:   bonBatching,
		scenes:  []bonScene{bonUpdates(25)},
		drive:   bonRenameAll,
		seen:    asked(bonify.UpdateCustomers),
		judge: func(r *bonRun) Finding {
			if n := len(r.of(bonify.UpdateCustomers)) - 1; n > 3 { // one is the control
				return found("too-many-requests", "3 requests for 25 customers", "%s", count(n, "request"))
			}
			return bonOutcomes(r)
		},
		mutants: []mutant{
			{"a", "sends each customer in a call of its own", "too-many-requests"},
		},
	}
}

func bonPut04() bonCheck {
	const words = "customer is locked"
	return bonCheck{
		id: "BON-PUT-04", title: "a call of several that is refused",
		clause: "bonify:31-34,102-103", level: must,
		summary: "Customers of a call that was refused are not written, whatever became of the calls before.",
		needs:   []string{"Update"},
		after:   bonBatching,
		scenes: []bonScene{{state: func(r *bonRun) {
			bonUpdates(25).state(r)
			bonShop(r).RefuseCustomer(bonNth(r, 14).ID, words)
		}}},
		drive: bonRenameAll,
		seen:  answeredWith(http.StatusBadRequest, bonify.UpdateCustomers),
		judge: func(r *bonRun) Finding {
			a := r.nth(0)
			if f := mustFail(a, "customer 15 of 25 was refused"); f.Code != "" {
				return f
			}
			if text := a.err.Error(); !strings.Contains(text, words) && !strings.ContainsAny(text, "0123456789") {
				return found("untold", "what was not written: a number, an id, or the service's words", "%q", a.err).of(a)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "goes on and reports success", "no-error"},
		},
	}
}

func bonPut05() bonCheck {
	return bonCheck{
		id: "BON-PUT-05", title: "okay is all that a write is answered with",
		clause: "bonify:86-87", level: must,
		summary: "The answer to a write is 200 and the word okay: no record, no id.",
		needs:   []string{"Update|Create"},
		after:   append([]string{"BON-PUT-01", "BON-POST-01"}, bonCalling...),
		scenes:  []bonScene{{state: bonPeople(3)}},
		drive: func(r *bonRun) {
			if r.client.Update != nil {
				bon(r).update(bonRenamed(r, 0, 1)...)
				bonNobody(bon(r))
			}
			if r.client.Create != nil {
				bon(r).create(bonNewcomer(0))
				bon(r).create(BonifyCustomer{Email: bonNth(r, 0).Email}).is(control, 0)
			}
		},
		seen: askedAny(bonify.UpdateCustomers, bonify.CreateCustomers),
		judge: func(r *bonRun) Finding {
			return bonOutcomes(r)
		},
		backed: "BON-PUT-02",
		mutants: []mutant{
			{"a", "waits for records in the answer", "error"},
			{"b", "wants 201 for new customers", "error"},
		},
	}
}

func bonPut06() bonCheck {
	return bonCheck{
		id: "BON-PUT-06", title: "a call that was applied in part",
		clause: "BF-17", level: care,
		summary: "When a record of a call is refused, those before it may be written; sending all again makes twins.",
		needs:   []string{"Update|Create"},
		after:   append([]string{"GEN-4XX-01"}, append(bonCreating, bonBatching...)...),
		scenes: []bonScene{{
			options: []fake.Option{bonify.WithDuplicateEmails()},
			state: func(r *bonRun) {
				bonPeople(5)(r)
				bonShop(r).RefuseCustomer(bonNth(r, 2).ID, "customer is locked")
				bonShop(r).RefuseEmail(bonNewcomer(2).Email, "customer is blocked")
			},
		}},
		drive: func(r *bonRun) {
			if r.client.Update != nil {
				bon(r).update(bonRenamed(r, 0, 5)...)
			}
			if r.client.Create != nil {
				bon(r).create(bonNewcomers(5)...)
			}
		},
		seen: askedAny(bonify.UpdateCustomers, bonify.CreateCustomers),
		judge: func(r *bonRun) Finding {
			for i := range 5 {
				if n := bonWith(r, bonNewcomer(i).Email); n > 1 {
					return found("twin", "no customer is made twice", "%d of number %d of 5", n, i+1)
				}
			}
			for _, a := range r.all() {
				if f := mustFail(a, "number 3 of 5 was refused"); f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends all new customers again", "twin"},
			{"b", "drops the refusal", "no-error"},
		},
	}
}

func bonPut07() bonCheck {
	return bonCheck{
		id: "BON-PUT-07", title: "okay does not mean that a field was stored",
		clause: "BF-25", level: care,
		summary: "A machine name that nobody defined may be left out, with okay.",
		needs:   []string{"Update"},
		after:   bonUpdating,
		scenes:  []bonScene{{state: bonPeople(1)}},
		drive: func(r *bonRun) {
			bon(r).update(BonifyCustomer{ID: bonNth(r, 0).ID, Fields: bonValues("shoe_size", "42")})
			bonNobody(bon(r))
		},
		seen: asked(bonify.UpdateCustomers),
		judge: func(r *bonRun) Finding {
			if f := mustFail(r.nth(1), "it was refused"); f.Code != "" {
				return f
			}
			written := r.of(bonify.UpdateCustomers)[0].Seq
			for _, x := range r.calls {
				if x.Method == http.MethodGet && x.Seq > written {
					return Finding{}
				}
			}
			if a := r.nth(0); a.err == nil && len(r.tb.log()) == 0 {
				return found("no-error", "an error, a warning, or a look at what was stored", "%s, and shoe_size is not stored", a.outcome()).of(a)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "reports success", "no-error"},
		},
	}
}

func bonPut08() bonCheck {
	return bonCheck{
		id: "BON-PUT-08", title: "what is not to be changed is not sent",
		clause: "bonify:85-86; BF-24", level: should,
		summary: "An update has the id and what is to change; an attribute that is sent empty is emptied.",
		needs:   []string{"Update"},
		after:   bonUpdating,
		scenes:  []bonScene{{state: bonOnlySample}},
		drive: func(r *bonRun) {
			bon(r).update(BonifyCustomer{ID: bonSample().ID, LastName: "New"})
			bonNobody(bon(r))
		},
		seen: asked(bonify.UpdateCustomers),
		judge: func(r *bonRun) Finding {
			f := Finding{}
			for _, x := range r.of(bonify.UpdateCustomers) {
				for _, record := range bonRecords(x) {
					record.ForEach(func(key, value gjson.Result) bool {
						switch name := key.String(); {
						case name == "id", name == "last_name":
						case value.Type == gjson.Null, value.String() == "":
							f = found("blanked", "id and last_name", "%s: %s", name, value.Raw).at(x)
						default:
							f = found("more-than-asked", "id and last_name", "%s: %s", name, value.Raw).at(x)
						}
						return f.Code == ""
					})
				}
			}
			if now, want := bonNth(r, 0), bonSample(); f.Code == "" && (now.Email != want.Email || now.FirstName != want.FirstName || now.LastName != "New") {
				return found("not-changed", "the last name, and nothing else", "%s, %s %s", now.Email, now.FirstName, now.LastName)
			}
			return firstOf(f, bonOutcomes(r))
		},
		backed: "BON-TYPE-02",
		mutants: []mutant{
			{"a", "sends an empty text for all that it was not given", "blanked"},
			{"b", "sends the whole customer", "more-than-asked"},
		},
	}
}
