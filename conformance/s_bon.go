package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// bonifyServer are the rules for servers of Bonify's customer fields API.
func bonifyServer() *serverSuite {
	return &serverSuite{
		api: "bonify", title: "customer fields", edition: "2026-11", base: "https://apps.bonify.io/apps/cf_app/public-api/customer_fields/v2",
		creds: []string{"shop_domain", "api_key"}, public: []string{"shop_domain", "other_shop_domain"},
		pace: 1100 * time.Millisecond, // the documented second, and what a network may shorten it by
		flags: []serverFlag{
			{name: "CURSOR_FILTER", words: []string{"remember", "strict", "forget"}},
			{name: "SINGLE_CUSTOMER", words: []string{"array", "object"}},
			{name: "EMPTY_VALUES", words: []string{"keep", "store"}},
			{name: "RATE_LIMIT", words: []string{"documented", "none"}},
			{name: "MISSING_RECORD", count: http.StatusNotFound},
		},
		auth: func(h http.Header, creds fake.Credentials) {
			setGiven(h, "X-Shop-Domain", creds["shop_domain"])
			setGiven(h, "X-Api-Key", creds["api_key"])
		},
		rules: []serverRule{sBon01(), sBon02(), sBon03(), sBon04(), sBon05(), sBon06(), sBon07(), sBon08(), sBon09(), sBon10()},
	}
}

// okay demands a good answer: 200 and the word okay.
func sBonOkay(x reply) reply {
	x.status(http.StatusOK).json()
	x.p.must(x.at("status").String() == "okay", "status-word", "status okay", "%s", x.told())
	return x
}

// sBonError demands an answer that is an error, with a message.
func sBonError(x reply, status int) reply {
	x.status(status).json()
	x.p.must(x.at("status").String() == "error", "status-word", "status error", "%s", x.told())
	x.p.must(x.at("message").Type == gjson.String && x.at("message").Str != "", "message", "a message", "%s", x.told())
	return x
}

// sBonList is one page of the list.
func sBonList(p *probe, query url.Values) reply {
	x := p.get(sBonPath(query))
	sBonOkay(x)
	p.must(x.at("customers").IsArray(), "no-array", "an array of customers", "%s", x.told())
	return x
}

func sBonPath(query url.Values) string {
	if len(query) == 0 {
		return "/customers"
	}
	return "/customers?" + query.Encode()
}

// sBonCursor is the pointer to the next page, "" where there is none. One that
// is there and says nothing is wrong.
func sBonCursor(x reply) string {
	next := x.at("next_page")
	x.p.must(!next.Exists() || next.Type == gjson.String && next.Str != "", "empty-cursor", "no next_page on the last page, or a cursor", "next_page is %s", next.Raw)
	return next.String()
}

// sBonWalk are the customers of all pages. A filter goes with each page, or with
// the first alone.
func sBonWalk(p *probe, filter string, repeat bool) []gjson.Result {
	const largest, most = 50, 10000
	var all []gjson.Result
	on := map[string]int{}
	query := url.Values{}
	if filter != "" {
		query.Set("filters", filter)
	}
	for page := 1; page < most; page++ {
		x := sBonList(p, query)
		customers := x.list("customers")
		p.must(len(customers) <= largest, "page-size", "at most 50 customers on a page", "page %d has %d", page, len(customers))
		for _, c := range customers {
			id := c.Get("id").Raw
			p.must(on[id] == 0, "listed-twice", "each customer on one page", "customer %s is on pages %d and %d", id, on[id], page)
			on[id] = page
		}
		all = append(all, customers...)
		next := sBonCursor(x)
		if next == "" {
			return all
		}
		query = url.Values{"next_page": {next}}
		if filter != "" && repeat {
			query.Set("filters", filter)
		}
	}
	p.wrong("no-end", "a page without next_page at the end", "page %d has one", most)
	return nil
}

// sBonGet reads one customer, in either shape that it may have.
func sBonGet(x reply) gjson.Result {
	if one := x.at("customer"); one.Exists() {
		return one
	}
	return x.at("customers.0")
}

func sBon01() serverRule {
	return serverRule{
		id: "S-BON-01", title: "wrong credentials are refused with 403 and a message",
		clause: "bonify:24-34", level: must,
		summary: "Every call carries the shop and its key; a wrong key is answered 403, status error and a message.",
		asks:    "the list without each of the two headers, and with each of them wrong",
		holds:   "403, status error and a message, four times",
		ask: func(p *probe) {
			sBonList(p, nil)
			for _, word := range []string{"shop_domain", "api_key"} {
				for _, value := range []string{"", "no" + p.to.Creds[word]} {
					sBonError(p.call(question{method: http.MethodGet, path: "/customers", creds: fake.Credentials{word: value}}), http.StatusForbidden)
				}
			}
		},
		mutants: []mutant{
			{"a", "answers 401 instead of 403", "status"},
			{"b", "refuses without a message", "message"},
		},
	}
}

func sBon02() serverRule {
	return serverRule{
		id: "S-BON-02", title: "success is 200 and okay",
		clause: "bonify:31", level: must,
		summary: "A call that succeeds is answered with 200 and the status okay.",
		asks:    "a list, a customer, a create, an update and a delete",
		holds:   "each is answered 200 with status okay",
		needs:   []string{"Write"},
		ask: func(p *probe) {
			x := sBonList(p, nil)
			if first := x.at("customers.0.id"); first.Exists() {
				sBonOkay(p.get("/customers/" + first.Raw))
			}
			p.writing("create, change and delete a customer")
			id := sBonOne(p)
			sBonOkay(p.get("/customers/" + id))
			sBonOkay(p.put("/customers", object{"customers": []object{{"id": sBonID(id), "last_name": "Jules"}}}))
			sBonOkay(p.delete("/customers/" + id))
		},
		mutants: []mutant{
			{"a", "answers 201 to a create", "status"},
			{"b", "says ok where okay is the word", "status-word"},
		},
	}
}

func sBon03() serverRule {
	return serverRule{
		id: "S-BON-03", title: "pages of at most 50, chained by cursors",
		clause: "bonify:39-46", level: must,
		summary: "A list gives at most 50 customers; next_page points to the next ones, and is not there on the last page.",
		asks:    "the list of 120 customers or more, page by page",
		holds:   "no page has more than 50, the last has no next_page, and each customer is on one page",
		needs:   []string{"Write"},
		after:   []string{"S-BON-02"},
		ask: func(p *probe) {
			const many = 120
			if !p.to.Write {
				all := sBonWalk(p, "", false)
				if len(all) <= 50 {
					p.writing(fmt.Sprintf("create customers, for there are only %d", len(all)))
				}
				return
			}
			_, emails := sBonEmails(p, many)
			made := sBonCreate(p, emails...)
			ids := map[string]bool{}
			for _, c := range sBonWalk(p, "", false) {
				ids[c.Get("id").Raw] = true
			}
			for _, c := range made {
				p.must(ids[c.Get("id").Raw], "missing", "every customer on some page", "customer %s is on none", c.Get("id").Raw)
			}
		},
		mutants: []mutant{
			{"a", "sends an empty next_page at the end", "empty-cursor"},
			{"b", "gives 51 customers a page", "page-size"},
			{"c", "leaves out the first customer of a further page", "missing"},
		},
	}
}

func sBon04() serverRule {
	return serverRule{
		id: "S-BON-04", title: "a list has no counts",
		clause: "bonify:2-6", level: must,
		summary: "page_count and total_count cannot be had any more.",
		asks:    "the list",
		holds:   "neither page_count nor total_count is there",
		ask: func(p *probe) {
			x := sBonList(p, nil)
			for _, name := range []string{"page_count", "total_count"} {
				p.must(!x.at(name).Exists(), "counts", "a list without "+name, "%s is %s", name, x.at(name).Raw)
			}
		},
		mutants: []mutant{
			{"a", "gives page_count", "counts"},
		},
	}
}

func sBon06() serverRule {
	return serverRule{
		id: "S-BON-06", title: "one customer is a list of one",
		clause: "bonify:81-82", level: must,
		summary: "The answer for one customer matches that of the list.",
		asks:    "a customer by its id, and an id that nobody has",
		holds:   "an array with the customer of the list; 404",
		flags:   []string{"SINGLE_CUSTOMER", "MISSING_RECORD"},
		needs:   []string{"Write"},
		after:   []string{"S-BON-02"},
		ask: func(p *probe) {
			listed := sBonList(p, nil).at("customers.0")
			if !listed.Exists() {
				p.writing("create a customer, for there is none")
				sBonOne(p)
				listed = sBonList(p, nil).at("customers.0")
			}
			x := sBonOkay(p.get("/customers/" + listed.Get("id").Raw))
			shown := ""
			switch {
			case x.at("customers").IsArray() && len(x.list("customers")) == 1:
				shown = "array"
			case x.at("customer").IsObject():
				shown = "object"
			}
			p.mustRead("SINGLE_CUSTOMER", shown, "shape", "one customer as "+p.reading("SINGLE_CUSTOMER"), "%s", x.told())
			p.must(sBonGet(x).Raw == listed.Raw, "differs", "the customer as in the list: "+p.short(listed.Raw), "%s", x.told())
			none := p.get("/customers/8999999999999999999").open("MISSING_RECORD")
			p.must(!none.ok() || none.at("customers").IsArray() && len(none.list("customers")) == 0, "not-empty", "no customer", "%s", none.told())
		},
		mutants: []mutant{
			{"a", "gives one customer as an object", "shape"},
			{"b", "gives another customer for an unknown id", "status"},
		},
	}
}
