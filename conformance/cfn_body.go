package conformance

import (
	"fmt"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// cfnReading is what a check comes after that needs records to be read.
var cfnReading = []string{"CFN-TYPE-01", "CFN-TYPE-03"}

// cfnSaving is what a check comes after that needs saves to be read.
var cfnSaving = append([]string{"CFN-BODY-01", "CFN-CT-01"}, cfnReading...)

// cfnCreating is what a check comes after that needs a clean create to work.
var cfnCreating = []string{"CFN-SAVE-04", "CFN-SAVE-08"}

// cfnUpdating is what a check comes after that needs an update to work.
var cfnUpdating = append([]string{"CFN-URL-02", "CFN-VERB-01", "CFN-SAVE-04"}, cfnSaving...)

func cfnBody() []cfnCheck {
	return []cfnCheck{cfnBody01(), cfnBody02(), cfnBody03(), cfnBody04(), cfnBody05(), cfnBody06()}
}

func cfnBody01() cfnCheck {
	return cfnCheck{
		id: "CFN-BODY-01", title: "bodies are wrapped in customer",
		clause: "cartfunnel:116-124,155-162", level: must,
		summary: "The body of a save is a JSON object with the one member customer.",
		needs:   []string{"Create"},
		after:   []string{"CFN-URL-01"},
		scenes:  []cfnScene{{state: cfnPeople(1)}},
		drive: func(r *cfnRun) {
			cfn(r).create(cfnAnna())
			if r.client.Update != nil {
				cfnRename(r)
			}
		},
		seen: cfnSaved,
		wire: func(w *wire) Finding {
			for _, x := range cfnSaves(w) {
				if !gjson.ValidBytes(x.Body) {
					return found("not-json", "a JSON object", "%s", short(x.Body)).at(x)
				}
				if names := memberNames(gjson.ParseBytes(x.Body)); len(names) != 1 || names[0] != "customer" || !gjson.GetBytes(x.Body, "customer").IsObject() {
					return found("wrapper", `{"customer":{…}} and nothing beside it`, "%s", short(x.Body)).at(x)
				}
			}
			return Finding{}
		},
		backed: "CFN-SAVE-04",
		mutants: []mutant{
			{"a", "sends the bare object", "wrapper"},
			{"b", "encodes the body as a form", "not-json"},
		},
	}
}

func cfnBody02() cfnCheck {
	return cfnCheck{
		id: "CFN-BODY-02", title: "an update keeps what was not set",
		clause: "cartfunnel:155-164", level: should,
		summary: "The sample of an update sends two attributes and leaves the others alone.",
		needs:   []string{"Update"},
		after:   cfnUpdating,
		scenes:  []cfnScene{{state: cfnSpecial}},
		drive: func(r *cfnRun) {
			cfn(r).update(cfnStored(r, 0).ID, CartfunnelChange{FirstName: text("Joanna")})
		},
		seen: asked(cartfunnel.UpdateCustomer),
		judge: func(r *cfnRun) Finding {
			for _, x := range r.of(cartfunnel.UpdateCustomer) {
				for name, value := range fake.Members(gjson.GetBytes(x.Body, "customer")) {
					if value.Type == gjson.Null || value.Type == gjson.String && value.Str == "" {
						return found("blank-sent", "first_name, which changes, and no other attribute as a blank", "%s is blank in %s", name, short(x.Body)).at(x)
					}
				}
			}
			now := cfnStored(r, 0)
			if now.Note != "Special user" || now.Email != "joe@example.com" || now.FirstName != "Joanna" {
				return found("field-lost", "note and e-mail as before, and the new name", "%q, %q, %q", now.Note, now.Email, now.FirstName)
			}
			return cfnWrong(r.nth(0), now)
		},
		backed: "CFN-BODY-05",
		mutants: []mutant{
			{"a", "sends every field, blanks included", "blank-sent"},
		},
	}
}

func cfnBody03() cfnCheck {
	return cfnCheck{
		id: "CFN-BODY-03", title: "only attributes that can be set, tags as one text",
		clause: "cartfunnel:81-90,145", level: should,
		summary: "Seven attributes can be set; tag_list is one comma-delimited string.",
		needs:   []string{"Create"},
		after:   []string{"CFN-URL-01"},
		drive: func(r *cfnRun) {
			order := int64(7)
			cfn(r).create(CartfunnelCustomer{
				ID: 5, Email: "anna@example.com", FirstName: "Anna", LastName: "Benning", Note: "met at the fair",
				AcceptsMarketing: true, Tags: []string{"vip", "wholesale"}, OrdersCount: 9, TotalSpentCents: 100,
				LastOrderID: &order, CreatedAt: time.Date(2019, 2, 5, 4, 29, 37, 0, time.UTC),
			})
		},
		seen: cfnSaved,
		wire: func(w *wire) Finding {
			for _, x := range cfnSaves(w) {
				for name, value := range fake.Members(gjson.GetBytes(x.Body, "customer")) {
					if !slices.Contains(cfnSettable, name) {
						return found("unknown-attribute", "some of "+strings.Join(cfnSettable, ", "), "the attribute %s", name).at(x)
					}
					if name == "tag_list" && value.Type != gjson.String && value.Type != gjson.Null {
						return found("tag-list", "tag_list as one comma-separated string", "tag_list is %s", value.Raw).at(x)
					}
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends id, created_at and orders_count too", "unknown-attribute"},
			{"b", "sends tag_list as an array", "tag-list"},
			{"c", "names it tags", "unknown-attribute"},
		},
	}
}

func cfnBody04() cfnCheck {
	return cfnCheck{
		id: "CFN-BODY-04", title: "a customer without an e-mail address is not made",
		clause: "cartfunnel:85,110", level: must,
		summary: "The e-mail address is required on new records.",
		needs:   []string{"Create"},
		after:   append([]string{"CFN-SAVE-01"}, cfnCreating...),
		drive: func(r *cfnRun) {
			cfn(r).create(cfnAnna()) // shows that creating works
			cfn(r).create(CartfunnelCustomer{FirstName: "Guest"})
		},
		seen: asked(cartfunnel.CreateCustomer),
		judge: func(r *cfnRun) Finding {
			if n := cfnShop(r).Customers.Len(); n > 1 {
				return found("stored", "one customer", "%d", n)
			}
			return firstOf(cfnFailed(r.nth(0)), cfnNoError(r.nth(1), "there is no e-mail address"))
		},
		mutants: []mutant{
			{"a", "drops the result of the create call on its branch for guests", "no-error"},
		},
	}
}

func cfnBody05() cfnCheck {
	return cfnCheck{
		id: "CFN-BODY-05", title: "an update sends what changes",
		clause: "cartfunnel:145,155-162", level: should,
		summary: "Some attributes are made by the API and cannot be changed; an update names those that change.",
		needs:   []string{"Get", "Update"},
		after:   append([]string{"CFN-GET-01"}, cfnUpdating...),
		scenes:  []cfnScene{{state: cfnSpecial}},
		drive: func(r *cfnRun) {
			cfn(r).get(cfnStored(r, 0).ID)
			cfnRename(r)
		},
		seen: asked(cartfunnel.UpdateCustomer),
		judge: func(r *cfnRun) Finding {
			for _, x := range r.of(cartfunnel.UpdateCustomer) {
				if names := memberNames(gjson.GetBytes(x.Body, "customer")); len(names) != 1 || names[0] != "last_name" {
					return found("more-than-changed", "last_name alone", "%s", strings.Join(names, ", ")).at(x)
				}
			}
			if notes := r.noted("ignored-attribute"); notes != nil {
				return found("more-than-changed", "last_name alone", "%s", notes[0])
			}
			return cfnWrong(r.nth(1), cfnStored(r, 0))
		},
		mutants: []mutant{
			{"a", "sends back the whole record that it read", "more-than-changed"},
		},
	}
}

func cfnBody06() cfnCheck {
	return cfnCheck{
		id: "CFN-BODY-06", title: "booleans that the API can read",
		clause: "cartfunnel:88-89", level: must,
		summary: "tax_exempt and accepts_marketing are booleans.",
		needs:   []string{"Create"},
		after:   cfnCreating,
		drive: func(r *cfnRun) {
			c := cfnAnna()
			c.AcceptsMarketing, c.TaxExempt = true, true
			cfn(r).create(c)
		},
		seen:  asked(cartfunnel.CreateCustomer),
		judge: cfnBooleansSent,
		mutants: []mutant{
			{"a", "sends the word yes", "boolean-spelling"},
		},
	}
}

func cfnBooleansSent(r *cfnRun) Finding {
	for _, x := range r.of(cartfunnel.CreateCustomer) {
		for _, name := range []string{"accepts_marketing", "tax_exempt"} {
			value := gjson.GetBytes(x.Body, "customer."+name).Raw
			if value == "" {
				return found("boolean-missing", name+", which is set", "%s", short(x.Body)).at(x)
			}
			if !slices.Contains([]string{`true`, `"true"`, `1`, `"1"`}, value) {
				return found("boolean-spelling", name+` as true, "true", 1 or "1"`, "%s is %s", name, value).at(x)
			}
		}
	}
	if f := cfnFailed(r.nth(0)); f.Code != "" {
		return f
	}
	stored := cfnStored(r, 0)
	if !stored.AcceptsMarketing || !stored.TaxExempt {
		return found("not-stored", "both true", "accepts_marketing %t, tax_exempt %t", stored.AcceptsMarketing, stored.TaxExempt)
	}
	return cfnWrong(r.nth(0), stored)
}

func cfnContent() []cfnCheck {
	return []cfnCheck{cfnCT01(), cfnCT02()}
}

func cfnCT01() cfnCheck {
	return cfnCheck{
		id: "CFN-CT-01", title: "bodies are sent as JSON",
		clause: "cartfunnel:12", level: must,
		summary: "Requests are received as application/json or text/json.",
		needs:   []string{"Create"},
		after:   []string{"CFN-BODY-01"},
		scenes:  []cfnScene{{state: cfnPeople(1)}},
		drive: func(r *cfnRun) {
			cfn(r).create(cfnAnna())
			if r.client.Update != nil {
				cfnRename(r)
			}
		},
		seen: cfnSaved,
		wire: func(w *wire) Finding {
			for _, x := range cfnSaves(w) {
				given := x.Header.Get("Content-Type")
				if media, _, _ := mime.ParseMediaType(given); media != "application/json" && media != "text/json" {
					return found("content-type", "Content-Type: application/json or text/json", "%s %s with Content-Type %q", x.Method, x.URL, given).at(x)
				}
			}
			return Finding{}
		},
		backed: "CFN-SAVE-04",
		mutants: []mutant{
			{"a", "sends no Content-Type", "content-type"},
		},
	}
}

func cfnCT02() cfnCheck {
	return cfnCheck{
		id: "CFN-CT-02", title: "text/json is read too",
		clause: "cartfunnel:12", level: should,
		summary: "Answers come as application/json or text/json.",
		needs:   []string{"Get|List"},
		after:   cfnReading,
		scenes: []cfnScene{{
			options: []fake.Option{cartfunnel.WithContentType("text/json; charset=utf-8")},
			state:   cfnPeople(2),
		}},
		drive: cfnReadAll,
		seen:  askedAny(cartfunnel.ListCustomers, cartfunnel.GetCustomer),
		judge: func(r *cfnRun) Finding {
			for n := range 2 {
				want := cfnStored(r, n)
				got, f := cfnReadAs(r, want.ID)
				if f.Code != "" {
					return f
				}
				if got[0].Email != want.Email {
					return found("wrong-record", want.Email, "%s", got[0].Email)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "accepts the literal application/json alone", "error"},
		},
	}
}

// cfnSettable are the attributes of the document's table.
var cfnSettable = []string{"email", "first_name", "last_name", "note", "tax_exempt", "accepts_marketing", "tag_list"}

// cfnSpecial is a customer with a note.
func cfnSpecial(r *cfnRun) {
	cfnPeople(1)(r)
	cfnShop(r).Customers.Change(cfnStored(r, 0).ID, func(c *cartfunnel.Customer) {
		c.Email, c.Note = "joe@example.com", "Special user"
	})
}

// cfnSaves are the requests that send a record, whatever their form.
func cfnSaves(w *wire) []fake.Exchange {
	return slices.DeleteFunc(w.writes(), func(x fake.Exchange) bool { return x.Method == "DELETE" })
}

// cfnSaved is the prerequisite that a record was sent.
func cfnSaved(w *wire) string {
	if len(cfnSaves(w)) == 0 {
		return "a create or an update; there was none"
	}
	return ""
}

// memberNames are the names in a JSON object, in order.
func memberNames(v gjson.Result) []string {
	var names []string
	for name := range fake.Members(v) {
		names = append(names, name)
	}
	return names
}

// cfnReadAll reads every customer in each way that the client claims.
func cfnReadAll(r *cfnRun) {
	u := cfn(r)
	if u.c.List != nil {
		u.list()
	}
	if u.c.Get != nil {
		for _, c := range cfnShop(r).Customers.All() {
			u.get(c.ID)
		}
	}
}

// cfnReadAs gives what the client made of one customer, in each way that gave
// one. That a client cannot list, or cannot get, is for other checks to find.
func cfnReadAs(r *cfnRun, id int64) ([]CartfunnelCustomer, Finding) {
	var got []CartfunnelCustomer
	var outcomes []string
	for _, a := range r.all() {
		outcomes = append(outcomes, a.outcome())
		if a.err != nil {
			continue
		}
		for _, c := range append(a.customers(), a.customer()) {
			if c.ID == id {
				got = append(got, c)
			}
		}
	}
	if got == nil {
		return nil, found("error", fmt.Sprintf("customer %d", id), "%s", strings.Join(outcomes, "; "))
	}
	return got, Finding{}
}
