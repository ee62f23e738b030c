package conformance

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// cartfunnelServer are the rules for servers of the Cartfunnel API.
func cartfunnelServer() *serverSuite {
	return &serverSuite{
		api: "cartfunnel", title: "customers", edition: "2026-11", base: "https://api.cartfunnel.net/v1",
		creds: []string{"account", "secret"}, public: []string{"account"},
		flags: []serverFlag{
			{name: "BOOL_AS_STRING", words: []string{"strings", "booleans"}},
			{name: "NULL_AS_STRING", words: []string{"examples", "null"}},
			{name: "PERSISTED_WITH_ERRORS", words: []string{"true", "false"}},
			{name: "PAGE_SIZE", count: 100},
		},
		auth: func(h http.Header, creds fake.Credentials) {
			setGiven(h, cfnAccount, creds["account"])
			setGiven(h, cfnSecret, creds["secret"])
		},
		rules: []serverRule{sCfn01(), sCfn02(), sCfn03(), sCfn04(), sCfn05(), sCfn06(), sCfn07(), sCfn08()},
	}
}

// setGiven sets a header, unless there is nothing to say.
func setGiven(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

// sCfnPage is one page of the list.
func sCfnPage(p *probe, page int) []gjson.Result {
	x := p.get("/customers.json?page=" + strconv.Itoa(page)).good()
	p.must(x.at("@this").IsArray(), "no-array", "a bare array of customers", "%s", x.told())
	return x.list("@this")
}

// sCfnAll is the whole list. It ends at the first page that has nothing new;
// whether that is as it should be, S-CFN-04 judges.
func sCfnAll(p *probe) []gjson.Result {
	var all []gjson.Result
	known := map[string]bool{}
	for page := 1; ; page++ {
		before := len(all)
		for _, c := range sCfnPage(p, page) {
			if id := c.Get("id").Raw; !known[id] {
				known[id] = true
				all = append(all, c)
			}
		}
		if len(all) == before {
			return all
		}
	}
}

// sCfnCreate makes a customer, which no call can remove.
func sCfnCreate(p *probe, attributes object) reply {
	x := p.post("/customers.json", object{"customer": attributes})
	if x.ok() && !x.at("errors").Exists() {
		p.undo("customer", nil)
	}
	return x
}

func sCfn01() serverRule {
	return serverRule{
		id: "S-CFN-01", title: "wrong credentials are refused with 403",
		clause: "cartfunnel:20-23,48-50", level: must,
		summary: "Every call carries both headers; wrong credentials are answered with 403.",
		asks:    "a list without each of the two headers, and with each of them wrong",
		holds:   "each of the four calls is answered 403, and one with both headers is not",
		ask: func(p *probe) {
			p.get("/customers.json").good()
			for _, word := range []string{"account", "secret"} {
				for _, value := range []string{"", "no" + p.to.Creds[word]} {
					p.call(question{method: http.MethodGet, path: "/customers.json", creds: fake.Credentials{word: value}}).status(http.StatusForbidden)
				}
			}
		},
		mutants: []mutant{
			{"a", "answers 401 instead of 403", "status"},
			{"b", "serves calls without a secret", "status"},
		},
	}
}

func sCfn02() serverRule {
	return serverRule{
		id: "S-CFN-02", title: "a secret that may only read writes nothing",
		clause: "cartfunnel:48-51", level: must,
		summary: "A call outside the scopes of its secret is answered with 403.",
		asks:    "a create and an update with a secret that may only read",
		holds:   "both are answered 403, and nothing has changed",
		needs:   []string{"Write", "read_only_secret"},
		ask: func(p *probe) {
			p.writing("try to write with a secret that may not")
			reader := fake.Credentials{"secret": p.given("read_only_secret")}
			if x := p.call(question{method: http.MethodGet, path: "/customers.json", creds: reader}); !x.ok() {
				p.unseen("a read_only_secret that may read; %s", x.told())
			}
			before := sCfnCreate(p, object{"email": p.email(), "first_name": "Before"}).good()
			path := "/customers/" + before.at("id").Raw + ".json"
			name := p.name()
			body := jsonText(object{"customer": object{"email": p.email(), "first_name": name}})
			p.call(question{method: http.MethodPost, path: "/customers.json", body: body, creds: reader}).status(http.StatusForbidden)
			body = jsonText(object{"customer": object{"first_name": name}})
			p.call(question{method: http.MethodPatch, path: path, body: body, creds: reader}).status(http.StatusForbidden)
			for _, c := range sCfnAll(p) {
				p.must(c.Get("first_name").String() != name, "written", "nothing stored by calls that were refused", "customer %s is stored", c.Get("id").Raw)
			}
		},
		mutants: []mutant{
			{"a", "lets a secret that may only read write", "status"},
			{"b", "answers 403 and writes all the same", "written"},
		},
	}
}

func sCfn03() serverRule {
	return serverRule{
		id: "S-CFN-03", title: "answers are JSON by their media type",
		clause: "cartfunnel:12", level: must,
		summary: "Answers come as application/json or text/json.",
		asks:    "a list and, where there is a customer, one by its id",
		holds:   "the Content-Type of each answer is application/json or text/json",
		ask: func(p *probe) {
			x := p.get("/customers.json").good()
			sCfnJSON(x)
			if first := x.at("0.id"); first.Exists() {
				sCfnJSON(p.get("/customers/" + first.Raw + ".json").good())
			}
		},
		mutants: []mutant{
			{"a", "answers JSON as text/html", "content-type"},
		},
	}
}

func sCfnJSON(x reply) {
	media, _, err := mime.ParseMediaType(x.ReplyHeader.Get("Content-Type"))
	x.p.must(err == nil && (media == "application/json" || media == "text/json"), "content-type",
		"Content-Type application/json or text/json", "%s %s has Content-Type %q", x.Method, x.URL, x.ReplyHeader.Get("Content-Type"))
}

func sCfn04() serverRule {
	return serverRule{
		id: "S-CFN-04", title: "pages of 100, each customer once, and an empty page at the end",
		clause: "cartfunnel:94", level: must,
		summary: "The list gives at most 100 customers at a time, the others by the parameter page.",
		asks:    "the pages from 1, of 250 customers or of as many as there are",
		holds:   "every page but the last has 100, the one after the last none, and no customer is on two pages",
		flags:   []string{"PAGE_SIZE"},
		needs:   []string{"Write"},
		ask: func(p *probe) {
			size := p.number("PAGE_SIZE")
			have := len(sCfnPage(p, 1))
			p.must(have <= size, "page-size", fmt.Sprintf("at most %d customers on a page", size), "page 1 has %d", have)
			if have < size || len(sCfnPage(p, 2)) == 0 {
				p.writing("create more customers than fit on a page")
				for range 5*size/2 - have {
					sCfnCreate(p, object{"email": p.email()}).good()
				}
			}
			sCfnWalk(p, size)
		},
		mutants: []mutant{
			{"a", "gives 101 customers a page", "page-size"},
			{"b", "repeats the last page for ever", "listed-twice"},
			{"c", "gives pages of 50", "short-page"},
		},
	}
}

// sCfnWalk judges the pages one after the other.
func sCfnWalk(p *probe, size int) {
	on := map[string]int{}
	last := size // customers on the page before
	for page := 1; ; page++ {
		records := sCfnPage(p, page)
		p.must(len(records) <= size, "page-size", fmt.Sprintf("at most %d customers on a page", size), "page %d has %d", page, len(records))
		for _, c := range records {
			id := c.Get("id").Raw
			p.must(on[id] == 0, "listed-twice", "each customer on one page", "customer %s is on pages %d and %d", id, on[id], page)
			on[id] = page
		}
		if len(records) == 0 {
			break
		}
		p.must(last == size, "short-page", fmt.Sprintf("%d customers on every page but the last", size), "page %d has %d, and page %d has more", page-1, last, page)
		last = len(records)
	}
	if len(on) <= size {
		p.unseen("more customers than fit on a page; there are %d", len(on))
	}
}

func sCfn05() serverRule {
	return serverRule{
		id: "S-CFN-05", title: "an e-mail makes a customer",
		clause: "cartfunnel:110-143", level: must,
		summary: "A create needs the e-mail alone; the service adds attributes that cannot be set, such as created_at and orders_count.",
		asks:    "a create with nothing but an e-mail",
		holds:   "2xx with that e-mail, persisted true, no errors, and the attributes that the service makes",
		needs:   []string{"Write"},
		ask: func(p *probe) {
			email := p.email()
			x := sCfnCreate(p, object{"email": email}).good()
			p.must(!x.at("errors").Exists(), "errors", "no errors", "%s", x.told())
			p.must(x.at("persisted").String() == "true", "not-persisted", "persisted true", "persisted is %s", x.at("persisted").Raw)
			p.must(x.at("email").String() == email, "wrong-email", "the e-mail that was sent", "it is %s", x.at("email").Raw)
			p.shaped("the customer", x.at("@this"), "id number", "created_at string", "updated_at string",
				"orders_count number", "total_spent_cents number", "subscriptions_count number")
			again := p.get("/customers/" + x.at("id").Raw + ".json").good()
			p.must(again.at("email").String() == email, "not-stored", "the customer under its id", "%s", again.told())
		},
		mutants: []mutant{
			{"a", "gives errors of a save that worked", "errors"},
			{"b", "leaves the attributes out that it makes", "member-created-at"},
		},
	}
}

func sCfn06() serverRule {
	return serverRule{
		id: "S-CFN-06", title: "a save that fails is a 2xx with errors",
		clause: "cartfunnel:43-46,110,166-186", level: must,
		summary: "A save that is refused is answered with 2xx as well; the array errors tells it apart, whatever persisted says.",
		asks:    "a create without an e-mail, and an update that takes the e-mail away",
		holds:   "2xx, errors is an array of texts, and nothing is stored; persisted is false for the create and, as in the sample, true for the update",
		flags:   []string{"PERSISTED_WITH_ERRORS"},
		needs:   []string{"Write"},
		ask: func(p *probe) {
			name := p.name()
			x := sCfnUnsaved(sCfnCreate(p, object{"first_name": name}))
			p.must(x.at("persisted").String() == "false", "persisted", "persisted false for what was not created", "%s", x.told())
			made := sCfnCreate(p, object{"email": p.email(), "first_name": "Anna"}).good()
			path := "/customers/" + made.at("id").Raw + ".json"
			x = sCfnUnsaved(p.patch(path, object{"customer": object{"email": "", "first_name": name}}))
			shown := x.at("persisted").String()
			if shown != "true" && shown != "false" {
				shown = ""
			}
			p.mustRead("PERSISTED_WITH_ERRORS", shown, "persisted", "persisted "+p.reading("PERSISTED_WITH_ERRORS")+" for an update that was refused", "%s", x.told())
			for _, c := range sCfnAll(p) {
				p.must(c.Get("first_name").String() != name, "stored", "nothing stored", "customer %s is", c.Get("id").Raw)
			}
		},
		mutants: []mutant{
			{"a", "answers 422 to a save that fails", "status"},
			{"b", "stores what it refuses", "stored"},
			{"c", "gives errors as one text", "no-errors"},
			{"d", "says persisted false of an update that it refuses", "persisted"},
		},
	}
}

// sCfnUnsaved demands the answer of a save that failed.
func sCfnUnsaved(x reply) reply {
	x.p.must(x.ok(), "status", "2xx, whatever becomes of the save", "%s", x.told())
	x.json()
	x.p.must(x.at("errors").IsArray() && len(x.list("errors")) > 0, "no-errors", "errors, an array with a text", "%s", x.told())
	for _, text := range x.list("errors") {
		x.p.must(text.Type == gjson.String && text.Str != "", "no-errors", "texts in errors", "%s", text.Raw)
	}
	return x
}

func sCfn07() serverRule {
	return serverRule{
		id: "S-CFN-07", title: "an update changes what it names",
		clause: "cartfunnel:147-164", level: must,
		summary: "An update is a PATCH of the attributes that it carries.",
		asks:    "a PATCH of the last name of a customer",
		holds:   "the last name is new, updated_at is later, and all else is as before",
		needs:   []string{"Write"},
		ask: func(p *probe) {
			made := sCfnCreate(p, object{"email": p.email(), "first_name": "Anna", "last_name": "Benning", "note": "Special user", "tax_exempt": true}).good()
			path := "/customers/" + made.at("id").Raw + ".json"
			before := p.get(path).good()
			p.wait(10 * time.Millisecond)
			name := p.name()
			p.patch(path, object{"customer": object{"last_name": name}}).good()
			after := p.get(path).good()
			p.must(after.at("last_name").String() == name, "not-changed", "the new last name", "%s", after.told())
			was, is := before.at("@this").Map(), after.at("@this").Map()
			for _, key := range slices.Sorted(maps.Keys(was)) {
				if key != "last_name" && key != "updated_at" {
					p.must(was[key].Raw == is[key].Raw, "changed", "what was not sent as it was", "%s was %s and is %s", key, was[key].Raw, is[key].Raw)
				}
			}
			from, to := sCfnTime(was["updated_at"]), sCfnTime(is["updated_at"])
			p.must(to.After(from), "updated-at", "a later updated_at", "it was %s and is %s", was["updated_at"].Raw, is["updated_at"].Raw)
		},
		mutants: []mutant{
			{"a", "empties what a PATCH does not carry", "changed"},
			{"b", "leaves updated_at as it was", "updated-at"},
		},
	}
}

// sCfnTime reads a time, the zero time where there is none.
func sCfnTime(v gjson.Result) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, v.String())
	return t
}

func sCfn08() serverRule {
	return serverRule{
		id: "S-CFN-08", title: "a customer has the members and types of the example",
		clause: "cartfunnel:64-79", level: should,
		summary: "The example shows 14 members; booleans are words in quotes, and no last order is the word null.",
		asks:    "the customers of the first page",
		holds:   "each has the members of the example in the types that it shows",
		flags:   []string{"BOOL_AS_STRING", "NULL_AS_STRING"},
		needs:   []string{"Write"},
		ask: func(p *probe) {
			all := sCfnPage(p, 1)
			if len(all) == 0 {
				p.writing("create a customer, for there is none")
				sCfnCreate(p, object{"email": p.email()}).good()
				all = sCfnPage(p, 1)
				p.must(len(all) > 0, "not-listed", "the customer that was created", "an empty list")
			}
			for _, c := range all {
				p.shaped("the customer", c, "id number", "email string", "created_at string", "updated_at string",
					"first_name string|null", "last_name string|null", "note string|null",
					"orders_count number", "total_spent_cents number", "subscriptions_count number")
				for _, name := range []string{"created_at", "updated_at"} {
					p.must(!sCfnTime(c.Get(name)).IsZero(), "no-time", name+" as a time with a zone", "it is %s", c.Get(name).Raw)
				}
				sCfnWords(p, c)
			}
		},
		mutants: []mutant{
			{"a", "gives persisted as a boolean", "boolean"},
			{"b", "gives a real null for no last order", "last-order"},
			{"c", "gives the spent total as a text", "member-total-spent-cents"},
		},
	}
}

// sCfnWords judges the members whose types the document leaves open.
func sCfnWords(p *probe, c gjson.Result) {
	for _, name := range []string{"accepts_marketing", "tax_exempt", "persisted"} {
		v, shown := c.Get(name), ""
		switch {
		case v.IsBool():
			shown = "booleans"
		case v.Raw == `"true"`, v.Raw == `"false"`:
			shown = "strings"
		}
		p.mustRead("BOOL_AS_STRING", shown, "boolean", "booleans as "+p.reading("BOOL_AS_STRING"), "%s is %s", name, v.Raw)
	}
	switch v := c.Get("last_order_id"); {
	case v.Type == gjson.Number:
	case v.Raw == `"null"`:
		p.mustRead("NULL_AS_STRING", "examples", "last-order", "null for no last order", "last_order_id is %s", v.Raw)
	default:
		shown := ""
		if v.Raw == "null" {
			shown = "null"
		}
		p.mustRead("NULL_AS_STRING", shown, "last-order", `a number, or "null" for no last order`, "last_order_id is %s", v.Raw)
	}
}
