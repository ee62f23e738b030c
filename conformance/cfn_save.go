package conformance

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// cfnRefuse refuses every save of an operation.
func cfnRefuse(op fake.Op, texts ...string) []fake.Fault {
	return []fake.Fault{fake.NewFault("not-saved").Set("errors", texts...).On(op)}
}

// cfnRefusedSave is the prerequisite that a save was answered with a 200 and
// errors.
func cfnRefusedSave(op fake.Op) prerequisite {
	return func(w *wire) string {
		for _, x := range w.of(op) {
			if x.Status == 200 && gjson.GetBytes(x.ReplyBody, "errors").Exists() {
				return ""
			}
		}
		return fmt.Sprintf("a call of %s that is answered with 200 and errors; there was none", op)
	}
}

func cfnSave() []cfnCheck {
	return []cfnCheck{cfnSave01(), cfnSave02(), cfnSave03(), cfnSave04(), cfnSave05(), cfnSave06(), cfnSave07(), cfnSave08()}
}

func cfnSave01() cfnCheck {
	return cfnCheck{
		id: "CFN-SAVE-01", title: "a create that is refused is an error",
		clause: "cartfunnel:43-46", level: must,
		summary: "A save that fails is answered with a 2xx as well; the attribute errors says so.",
		needs:   []string{"Create"},
		after:   cfnSaving,
		scenes:  []cfnScene{{faults: cfnRefuse(cartfunnel.CreateCustomer, "Customer is blocked")}},
		drive:   func(r *cfnRun) { cfn(r).create(cfnAnna()) },
		seen:    cfnRefusedSave(cartfunnel.CreateCustomer),
		judge: func(r *cfnRun) Finding {
			return cfnNoError(r.nth(0), `the answer was 200, persisted "false", with errors`)
		},
		backed: "CFN-SAVE-03",
		mutants: []mutant{
			{"a", "looks at the status code only", "no-error"},
		},
	}
}

func cfnSave02() cfnCheck {
	return cfnCheck{
		id: "CFN-SAVE-02", title: "an update that is refused is an error",
		clause: "cartfunnel:166-186", level: must,
		summary: `The document's own sample of a failed update says persisted "true", beside errors.`,
		flags:   []string{"PERSISTED_WITH_ERRORS"},
		needs:   []string{"Update"},
		after:   append([]string{"CFN-URL-02", "CFN-VERB-01"}, cfnSaving...),
		scenes:  []cfnScene{{state: cfnPeople(1), faults: cfnRefuse(cartfunnel.UpdateCustomer, "An error has occurred")}},
		drive:   cfnRename,
		seen:    cfnRefusedSave(cartfunnel.UpdateCustomer),
		judge: func(r *cfnRun) Finding {
			return cfnNoError(r.nth(0), `the answer was 200, persisted "true", with errors`)
		},
		mutants: []mutant{
			{"a", "looks at persisted only", "no-error"},
		},
	}
}

func cfnSave03() cfnCheck {
	return cfnCheck{
		id: "CFN-SAVE-03", title: "persisted false alone is an error",
		clause: "cartfunnel:45", level: must,
		summary: `The attribute persisted says whether a new record was saved.`,
		needs:   []string{"Create"},
		after:   cfnSaving,
		scenes: []cfnScene{{
			state: func(r *cfnRun) {
				edit(r.fake, cartfunnel.CreateCustomer, func(_ *fake.Call, reply *fake.Reply) {
					before, _, _ := bytes.Cut(reply.Body, []byte(`,"errors":`))
					reply.Body = append(slices.Clone(before), '}')
				})
			},
			faults: cfnRefuse(cartfunnel.CreateCustomer, "Customer is blocked"),
		}},
		drive: func(r *cfnRun) { cfn(r).create(cfnAnna()) },
		seen:  answeredWith(200, cartfunnel.CreateCustomer),
		judge: func(r *cfnRun) Finding {
			return cfnNoError(r.nth(0), `the answer was 200, persisted "false", without errors`)
		},
		mutants: []mutant{
			{"a", "looks at errors only", "no-error"},
		},
	}
}

func cfnSave04() cfnCheck {
	return cfnCheck{
		id: "CFN-SAVE-04", title: "a clean save is a success",
		clause: "cartfunnel:46,164", level: must,
		summary: "A save that worked has no attribute errors.",
		needs:   []string{"Create"},
		after:   cfnSaving,
		scenes:  []cfnScene{{state: cfnPeople(2)}},
		drive:   func(r *cfnRun) { cfn(r).create(cfnAnna()) },
		seen:    asked(cartfunnel.CreateCustomer),
		judge:   func(r *cfnRun) Finding { return cfnMade(r, 0) },
		backed:  "CFN-SAVE-08",
		mutants: []mutant{
			{"a", "wants an errors member to be there", "error"},
			{"b", "tests persisted the wrong way round", "error"},
		},
	}
}

func cfnSave05() cfnCheck {
	return cfnCheck{
		id: "CFN-SAVE-05", title: "all messages reach the caller",
		clause: "cartfunnel:46", level: should,
		summary: "The attribute errors is an array of messages.",
		needs:   []string{"Create"},
		after:   cfnSaving,
		scenes:  []cfnScene{{faults: cfnRefuse(cartfunnel.CreateCustomer, "Customer is blocked", "Region is closed")}},
		drive:   func(r *cfnRun) { cfn(r).create(cfnAnna()) },
		seen:    cfnRefusedSave(cartfunnel.CreateCustomer),
		judge: func(r *cfnRun) Finding {
			a := r.nth(0)
			if f := cfnNoError(a, "there are two messages"); f.Code != "" {
				return f
			}
			for _, message := range []string{"Customer is blocked", "Region is closed"} {
				if !strings.Contains(a.err.Error(), message) {
					return found("message-lost", fmt.Sprintf("%q in the error", message), "%q", a.err).of(a)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "keeps the first message only", "message-lost"},
		},
	}
}

func cfnSave06() cfnCheck {
	return cfnCheck{
		id: "CFN-SAVE-06", title: "values that were not saved are not shown",
		clause: "cartfunnel:166-186", level: must,
		summary: "The answer to a refused update shows the values of the attempt.",
		needs:   []string{"Update", "Get"},
		after:   []string{"CFN-GET-01", "CFN-URL-02", "CFN-VERB-01", "CFN-BODY-01", "CFN-CT-01"},
		scenes:  []cfnScene{{state: cfnPeople(1), faults: cfnRefuse(cartfunnel.UpdateCustomer, "An error has occurred")}},
		drive: func(r *cfnRun) {
			cfnRename(r)
			cfn(r).get(cfnStored(r, 0).ID)
		},
		seen: cfnRefusedSave(cartfunnel.UpdateCustomer),
		judge: func(r *cfnRun) Finding {
			f := cfnWrong(r.nth(1), cfnStored(r, 0))
			if f.Code == "wrong-record" {
				f.Code = "echo-kept"
			}
			return f
		},
		mutants: []mutant{
			{"a", "keeps the echoed record in its cache", "echo-kept"},
		},
	}
}

func cfnSave07() cfnCheck {
	return cfnCheck{
		id: "CFN-SAVE-07", title: "a refused create gives no id to go on with",
		clause: "cartfunnel:45-46", level: must,
		summary: "A record that was not saved has no id, in whatever form that is said.",
		needs:   []string{"Create"},
		after:   cfnSaving,
		scenes: []cfnScene{
			cfnUnsaved("id null", cartfunnel.Null),
			cfnUnsaved(`id "null"`, cartfunnel.StringNull),
			cfnUnsaved("no id", cartfunnel.Absent),
		},
		drive: func(r *cfnRun) {
			made := cfn(r).create(cfnAnna())
			if made.err == nil && r.client.Update != nil { // after an error no caller would ask for more
				cfn(r).update(made.customer().ID, CartfunnelChange{LastName: text("Jules")})
			}
		},
		seen: cfnRefusedSave(cartfunnel.CreateCustomer),
		judge: func(r *cfnRun) Finding {
			for _, x := range r.calls {
				id, item := strings.CutPrefix(strings.TrimSuffix(pathOf(x), ".json"), "/v1/customers/")
				if item && slices.Contains([]string{"", "0", "null"}, id) {
					return found("zero-id-used", "no request about a record that does not exist", "%s %s", x.Method, x.URL).at(x)
				}
			}
			if all := r.all(); len(all) == 2 {
				return cfnNoError(all[1], "there is no such customer")
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "reads back what it has made, without a look at whether it was", "zero-id-used"},
		},
	}
}

func cfnSave08() cfnCheck {
	return cfnCheck{
		id: "CFN-SAVE-08", title: "any 2xx without errors is a success",
		clause: "cartfunnel:43", level: must,
		summary: "Calls that worked are answered with some 2xx code.",
		needs:   []string{"Create"},
		after:   cfnSaving,
		scenes: []cfnScene{
			{name: "200", state: cfnPeople(2)},
			{name: "201", state: cfnPeople(2), options: []fake.Option{cartfunnel.WithCreatedStatus(201)}},
		},
		drive: func(r *cfnRun) { cfn(r).create(cfnAnna()) },
		seen:  asked(cartfunnel.CreateCustomer),
		judge: func(r *cfnRun) Finding { return cfnMade(r, 0) },
		mutants: []mutant{
			{"a", "insists on 201", "error"},
			{"b", "insists on 200", "error"},
		},
	}
}

// cfnUnsaved refuses creates, and spells their missing id in some way.
func cfnUnsaved(name string, form cartfunnel.UnsavedKeys) cfnScene {
	return cfnScene{
		name:    name,
		options: []fake.Option{cartfunnel.WithUnsavedKeys(form)},
		faults:  cfnRefuse(cartfunnel.CreateCustomer, "Customer is blocked"),
	}
}

// cfnMade finds a create that did not give the record that it made, the newest
// of the shop.
func cfnMade(r *cfnRun, call int) Finding {
	a := r.nth(call)
	if f := cfnFailed(a); f.Code != "" {
		return f
	}
	return cfnWrong(a, cfnStored(r, cfnShop(r).Customers.Len()-1))
}
