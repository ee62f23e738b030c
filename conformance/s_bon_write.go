package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// sBonCreate makes customers with these e-mails, 10 at a time, and gives them as
// they are found. A create gives no ids, and a search may lag behind.
func sBonCreate(p *probe, emails ...string) []gjson.Result {
	const batch, lag = 10, 2 * time.Minute
	for part := range slices.Chunk(emails, batch) {
		var records []object
		for _, email := range part {
			records = append(records, object{"email": email, "first_name": "Anna", "last_name": "Benning"})
		}
		sBonOkay(p.post("/customers", object{"customers": records}))
	}
	local, _, _ := strings.Cut(emails[0], "@")
	token := local[:strings.LastIndex(local, ".")+1]
	var made []gjson.Result
	found := p.until(lag, func() bool {
		made = slices.DeleteFunc(sBonFind(p, "email|contains|"+token), func(c gjson.Result) bool { return !slices.Contains(emails, c.Get("email").String()) })
		return len(made) >= len(emails)
	})
	for _, c := range made {
		sBonUndo(p, c.Get("id").Raw)
	}
	p.must(found, "not-found", "what was created, by its e-mail", "%d of %d customers after %v", len(made), len(emails), lag)
	return made
}

// sBonFind are the customers that fit a filter, by whichever way of paging the
// server takes.
func sBonFind(p *probe, filter string) []gjson.Result {
	const most = 1000
	var all []gjson.Result
	query := url.Values{"filters": {filter}}
	for range most {
		x := p.get(sBonPath(query))
		if x.Status == http.StatusBadRequest && query.Has("next_page") {
			query.Del("filters")
			x = p.get(sBonPath(query))
		}
		sBonOkay(x)
		all = append(all, x.list("customers")...)
		next := x.at("next_page").String()
		if next == "" {
			break
		}
		query = url.Values{"next_page": {next}, "filters": {filter}}
	}
	return all
}

// sBonUndo deletes a customer when the rule is over.
func sBonUndo(p *probe, id string) {
	p.undo("customer", func() bool {
		x := p.delete("/customers/" + id)
		return x.ok() || x.Status == http.StatusNotFound
	})
}

// sBonEmails are e-mails that have a word in common.
func sBonEmails(p *probe, n int) (token string, emails []string) {
	token = p.name() + "."
	for i := range n {
		emails = append(emails, fmt.Sprintf("%s%d@example.com", token, i+1))
	}
	return token, emails
}

// sBonOne makes one customer and gives its id.
func sBonOne(p *probe) string {
	_, emails := sBonEmails(p, 1)
	return sBonCreate(p, emails...)[0].Get("id").Raw
}

// sBonID is an id as it goes into a body.
func sBonID(raw string) int64 {
	n, _ := strconv.ParseInt(raw, 10, 64)
	return n
}

func sBon07() serverRule {
	return serverRule{
		id: "S-BON-07", title: "10 customers in one call, 11 in none",
		clause: "bonify:84-88,102-103", level: must,
		summary: "A call writes at most 10 customers; more are refused with 400 and a message that is given.",
		asks:    "creates and updates of 10 customers, then of 11",
		holds:   "okay; 400 with the documented message, and nothing is written",
		needs:   []string{"Write"},
		after:   []string{"S-BON-02"},
		ask: func(p *probe) {
			p.writing("create customers")
			_, emails := sBonEmails(p, 11)
			made := sBonCreate(p, emails[:10]...)
			made = append(made, sBonCreate(p, emails[10])...)
			var changes []object
			for _, c := range made {
				changes = append(changes, object{"id": c.Get("id").Int(), "last_name": "Jules"})
			}
			sBonMany(p.put("/customers", object{"customers": changes}))
			for _, c := range made {
				x := p.get("/customers/" + c.Get("id").Raw)
				p.must(sBonGet(x).Get("last_name").String() == "Benning", "written", "nothing written of a call that is refused", "%s", x.told())
			}
			sBonOkay(p.put("/customers", object{"customers": changes[:10]}))
			sBonEleven(p)
		},
		mutants: []mutant{
			{"a", "takes 11 customers", "status"},
			{"b", "writes the first before it refuses", "written"},
			{"c", "refuses with a message of its own", "message"},
		},
	}
}

// sBonMany demands the refusal of too many customers.
func sBonMany(x reply) {
	const message = "unable to update more than 10 customers at one time"
	sBonError(x, http.StatusBadRequest)
	x.p.must(x.at("message").String() == message, "message", message, "%s", x.told())
}

// sBonEleven creates 11 customers, and one more by which it is seen when a search
// is up to date.
func sBonEleven(p *probe) {
	token, emails := sBonEmails(p, 12)
	var records []object
	for _, email := range emails[:11] {
		records = append(records, object{"email": email, "first_name": "Anna"})
	}
	x := p.post("/customers", object{"customers": records})
	sBonCreate(p, emails[11])
	found := sBonFind(p, "email|contains|"+token)
	for _, c := range found[:len(found)-1] {
		sBonUndo(p, c.Get("id").Raw)
	}
	sBonMany(x)
	p.must(len(found) == 1, "written", "nothing written of a call that is refused", "%d customers are", len(found)-1)
}

func sBon08() serverRule {
	return serverRule{
		id: "S-BON-08", title: "a blank value deletes a field with the header, and only then",
		clause: "bonify:89-92", level: must,
		summary: "With the header x-delete-empty-metafields an empty text or null deletes a custom field.",
		asks:    "an update of a custom field to an empty text, without the header and with it",
		holds:   "the value is kept; the field is gone",
		flags:   []string{"EMPTY_VALUES"},
		needs:   []string{"Write", "field"},
		after:   []string{"S-BON-02"},
		ask: func(p *probe) {
			p.writing("create a customer with a custom field")
			field := p.to.Records["field"]
			if field == "" {
				field = "text"
			}
			id := sBonOne(p)
			change := func(value any, header map[string]string) gjson.Result {
				body := jsonText(object{"customers": []object{{"id": sBonID(id), "customer_fields": object{field: value}}}})
				sBonOkay(p.call(question{method: http.MethodPut, path: "/customers", body: body, header: header}))
				return sBonGet(p.get("/customers/" + id)).Get(`customer_fields.#(machine_name=="` + field + `")`)
			}
			if got := change("one", nil); got.Get("value").String() != "one" {
				p.unseen("a custom field of text; Target.Records[\"field\"] names one, and %q takes no value", field)
			}
			blank, shown := change("", nil), "gone"
			switch {
			case blank.Get("value").Raw == `"one"`:
				shown = "keep"
			case blank.Get("value").Raw == `""`:
				shown = "store"
			}
			p.mustRead("EMPTY_VALUES", shown, "without-header", "the field without the header: "+p.reading("EMPTY_VALUES"), "it is %q", blank.Raw)
			for _, value := range []any{"", nil} {
				change("two", nil)
				got := change(value, map[string]string{"X-Delete-Empty-Metafields": "true"})
				p.must(!got.Exists(), "not-deleted", "no field after "+jsonText(value)+" with the header", "%s", got.Raw)
			}
		},
		mutants: []mutant{
			{"a", "deletes a field without the header", "without-header"},
			{"b", "takes no notice of the header", "not-deleted"},
		},
	}
}

func sBon10() serverRule {
	return serverRule{
		id: "S-BON-10", title: "a deleted customer is gone",
		clause: "bonify:94-97", level: must,
		summary: "A customer is created without an id and deleted by the id that it got.",
		asks:    "to create a customer, and to delete it",
		holds:   "okay twice; then it is found no more",
		needs:   []string{"Write"},
		after:   []string{"S-BON-02"},
		ask: func(p *probe) {
			p.writing("create a customer")
			id := sBonOne(p)
			x := p.get("/customers/" + id)
			p.must(sBonGet(x).Get("last_name").String() == "Benning", "not-stored", "the customer that was created", "%s", x.told())
			sBonOkay(p.delete("/customers/" + id))
			x = p.get("/customers/" + id)
			p.must(!sBonGet(x).Exists(), "still-there", "no customer where one was deleted", "%s", x.told())
		},
		mutants: []mutant{
			{"a", "says okay and deletes nothing", "still-there"},
		},
	}
}
