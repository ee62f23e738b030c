package conformance

import (
	"fmt"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

func bonType() []bonCheck {
	return []bonCheck{bonType01(), bonType02(), bonType03(), bonType04(), bonType05()}
}

// bonSample is the customer of the document, with the times of its fields.
func bonSample() bonify.Customer {
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0) }
	return bonify.Customer{
		ID: 345345345345, Email: "apps+345@bonify.io", FirstName: "FNAME", LastName: "LNAME",
		Fields: []bonify.FieldValue{
			{MachineName: "radios", Value: "one", CreatedAt: at(1536680687), UpdatedAt: at(1536680687)},
			{MachineName: "text", Value: "Value for my custom text field.", CreatedAt: at(1536167693), UpdatedAt: at(1536343123)},
		},
	}
}

func bonOnlySample(r *bonRun) { bonAdd(r, bonSample()) }

func bonType01() bonCheck {
	ids := []int64{345345345345, 9007199254740993}
	return bonCheck{
		id: "BON-TYPE-01", title: "ids keep all their digits",
		clause: "bonify:41", level: must,
		summary: "Ids are numbers beyond 32 bits, and nothing says that they stay below 53.",
		needs:   []string{"List|Get"},
		after:   append([]string{"BON-TYPE-03"}, bonCalling...),
		scenes: []bonScene{{state: func(r *bonRun) {
			for _, id := range ids {
				bonAdd(r, bonify.Customer{ID: id, Email: fmt.Sprintf("c%d@example.com", id)})
			}
		}}},
		drive: func(r *bonRun) {
			for _, id := range ids {
				bon(r).read(id)
			}
			if r.client.Get != nil {
				bon(r).get(ids[1])
			}
			if r.client.Update != nil {
				bon(r).update(BonifyCustomer{ID: ids[1], LastName: "Renamed"})
			}
		},
		seen: askedAny(bonify.ListCustomers, bonify.GetCustomer),
		judge: func(r *bonRun) Finding {
			for i, id := range ids {
				if f := mustWork(r.nth(i)); f.Code != "" {
					return f
				}
				if got := r.nth(i).bonCustomer(id); got.ID != id {
					return found("wrong-id", fmt.Sprintf("customer %d from %s", id, r.nth(i).call), "the ids %s", bonIDsIn(r.nth(i))).of(r.nth(i))
				}
			}
			return bonIDsSent(r.wire, ids)
		},
		mutants: []mutant{
			{"a", "has ids as floating point numbers", "wrong-id"},
			{"b", "has ids of 32 bits", "wrong-id"},
		},
	}
}

// bonIDsIn are the ids that a call gave.
func bonIDsIn(a *answer) string {
	if one, ok := a.value.(BonifyCustomer); ok {
		return fmt.Sprint(one.ID)
	}
	var ids []int64
	for _, c := range a.bonCustomers() {
		ids = append(ids, c.ID)
	}
	return fmt.Sprint(ids)
}

// bonIDsSent finds an id in a path or a body that is none of these.
func bonIDsSent(w *wire, ids []int64) Finding {
	known := fmt.Sprint(ids)
	for _, x := range w.calls {
		var sent []string
		if path := pathOf(x); x.Op == bonify.GetCustomer {
			sent = append(sent, path[strings.LastIndexByte(path, '/')+1:])
		}
		if x.Op == bonify.UpdateCustomers {
			for _, id := range gjson.GetBytes(x.Body, "customers.#.id").Array() {
				sent = append(sent, id.Raw)
			}
		}
		for _, id := range sent {
			if !strings.Contains(known, id) {
				return found("id-changed", "the ids "+known, "%s", id).at(x)
			}
		}
	}
	return Finding{}
}

func bonType02() bonCheck {
	return bonCheck{
		id: "BON-TYPE-02", title: "custom fields are read as a list and written as an object",
		clause: "bonify:41,85", level: must,
		summary: "Read, customer_fields is a list of objects; written, it is one object from machine name to value.",
		needs:   []string{"List|Get", "Update"},
		after:   append([]string{"BON-PUT-08"}, append(bonUpdating, bonReading...)...),
		scenes:  []bonScene{{state: bonOnlySample, options: bonLabels("radios", "text")}},
		drive:   bonRewrite,
		seen:    askedAny(bonify.UpdateCustomers),
		judge: func(r *bonRun) Finding {
			for _, x := range r.of(bonify.UpdateCustomers) {
				if fields := gjson.GetBytes(x.Body, "customers.0.customer_fields"); fields.Exists() && !fields.IsObject() {
					return found("fields-form", `customer_fields as {"text":"changed"}`, "%s", fields.Raw).at(x)
				}
			}
			return bonRewritten(r)
		},
		backed: "BON-TYPE-04",
		mutants: []mutant{
			{"a", "writes the list back as it came", "fields-form"},
		},
	}
}

// bonLabels gives the two custom fields of the document other labels.
func bonLabels(radios, text string) []fake.Option {
	return []fake.Option{bonify.WithFields(bonify.Field{MachineName: "radios", Label: radios}, bonify.Field{MachineName: "text", Label: text})}
}

// bonRewrite reads the sample, changes its field text and writes its fields.
func bonRewrite(r *bonRun) {
	id := bonSample().ID
	one := bon(r).read(id).bonCustomer(id)
	fields := map[string]BonifyField{}
	for name, field := range one.Fields {
		fields[name] = field
	}
	fields["text"] = BonifyField{Value: "changed"}
	bon(r).update(BonifyCustomer{ID: id, Fields: fields})
}

// bonRewritten finds fields that were not read, a field text that was not changed,
// or another that was.
func bonRewritten(r *bonRun) Finding {
	if f := firstOf(mustWork(r.nth(0)), mustWork(r.nth(1))); f.Code != "" {
		return f
	}
	if got := r.nth(0).bonCustomer(bonSample().ID).Fields["radios"].Value; got != "one" {
		return found("not-read", `radios "one"`, "%q", got)
	}
	now, _ := bonShop(r).Customers.Get(bonSample().ID)
	if text, radios := bonField(now, "text"), bonField(now, "radios"); text != "changed" || radios != "one" {
		return found("not-stored", `text "changed", radios "one"`, "text %q, radios %q", text, radios)
	}
	return Finding{}
}

func bonType03() bonCheck {
	return bonCheck{
		id: "BON-TYPE-03", title: "custom fields by their machine names",
		clause: "bonify:38-41", level: must,
		summary: "customer_fields is a list of what the customer has, which may be nothing, in an order that is not told.",
		needs:   []string{"List|Get"},
		after:   bonCalling,
		scenes: []bonScene{
			{name: "the document's sample", state: bonOnlySample},
			{name: "no custom fields", state: func(r *bonRun) {
				c := bonSample()
				c.Fields = nil
				bonAdd(r, c)
			}},
			{name: "in reverse order", state: bonOnlySample, options: []fake.Option{bonify.WithFieldsReversed()}},
			{name: "one of two", state: func(r *bonRun) {
				c := bonSample()
				c.Fields = c.Fields[1:]
				bonAdd(r, c)
			}},
		},
		drive: func(r *bonRun) { bon(r).read(bonSample().ID) },
		seen:  askedAny(bonify.ListCustomers, bonify.GetCustomer),
		judge: func(r *bonRun) Finding {
			if f := mustWork(r.nth(0)); f.Code != "" {
				return f
			}
			got, want := r.nth(0).bonFirst(), bonNth(r, 0)
			for _, name := range []string{"radios", "text"} {
				if value := got.Fields[name].Value; value != bonField(want, name) {
					return found("wrong-value", fmt.Sprintf("%s %q", name, bonField(want, name)), "%q", value)
				}
			}
			return Finding{}
		},
		backed: "BON-TYPE-01",
		mutants: []mutant{
			{"a", "decodes an object, which fails", "error"},
			{"b", "reads by position", "wrong-value"},
		},
	}
}

func bonType04() bonCheck {
	return bonCheck{
		id: "BON-TYPE-04", title: "the key is the machine name, not the label",
		clause: "bonify:41,85", level: must,
		summary: "A field has a machine name, by which it is written, and a label for people.",
		needs:   []string{"List|Get", "Update"},
		after:   append([]string{"BON-TYPE-02", "BON-PUT-08"}, append(bonUpdating, bonReading...)...),
		scenes:  []bonScene{{state: bonOnlySample, options: bonLabels("Radios", "Favourite text")}},
		drive:   bonRewrite,
		seen:    askedAny(bonify.UpdateCustomers),
		judge: func(r *bonRun) Finding {
			if noted := r.noted("unknown-field"); len(noted) > 0 {
				return found("unknown-field", "the machine name text as the key of the field", "the key %q, which the shop passes over", noted[0].Detail)
			}
			return bonRewritten(r)
		},
		mutants: []mutant{
			{"a", "writes under the label", "unknown-field"},
		},
	}
}

func bonType05() bonCheck {
	return bonCheck{
		id: "BON-TYPE-05", title: "times of custom fields are seconds",
		clause: "bonify:41", level: must,
		summary: "created_at and updated_at of a custom field are Unix times in seconds.",
		needs:   []string{"List|Get"},
		after:   bonReading,
		scenes:  []bonScene{{state: bonOnlySample}},
		drive:   func(r *bonRun) { bon(r).read(bonSample().ID) },
		seen:    askedAny(bonify.ListCustomers, bonify.GetCustomer),
		judge: func(r *bonRun) Finding {
			if f := mustWork(r.nth(0)); f.Code != "" {
				return f
			}
			fields := r.nth(0).bonCustomer(bonSample().ID).Fields
			for _, v := range bonSample().Fields {
				got := fields[v.MachineName]
				for _, pair := range [][2]time.Time{{got.Created, v.CreatedAt}, {got.Updated, v.UpdatedAt}} {
					if !pair[0].Equal(pair[1]) {
						return found("wrong-time", v.MachineName+": "+pair[1].UTC().Format(time.RFC3339), "%s", v.MachineName+": "+pair[0].UTC().Format(time.RFC3339))
					}
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "reads them as milliseconds", "wrong-time"},
		},
	}
}
