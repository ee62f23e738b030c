package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// cartlyServer are the rules for servers of the Cartly Apps API.
func cartlyServer() *serverSuite {
	return &serverSuite{
		api: "cartly", title: "apps and web hooks", edition: "2026-11", base: "https://cartly.pro",
		creds: []string{"token"}, public: []string{"shop_domain", "client_id"},
		flags: []serverFlag{
			{name: "SIGNATURE_FORM", words: []string{"prefixed", "bare"}},
			{name: "API_EVENTS", words: []string{"sent", "silent"}},
			{name: "REFUSED_TOKEN", count: http.StatusUnauthorized},
			{name: "REFUSED_SCOPE", count: http.StatusForbidden},
		},
		auth: func(h http.Header, creds fake.Credentials) {
			if creds["token"] != "" {
				h.Set("Authorization", "Bearer "+creds["token"])
			}
		},
		rules: []serverRule{sCly01(), sCly02(), sCly03(), sCly04(), sCly05(), sCly06(), sCly07()},
	}
}

const (
	sClyHooks     = "/apps/api/webhooks"
	sClyCustomers = "/apps/api/customers"
)

func sCly01() serverRule {
	return serverRule{
		id: "S-CLY-01", title: "a call needs a token that may make it",
		clause: "cartly:18", level: must,
		summary: "Every call needs an OAuth 2.0 access token as a Bearer token.",
		asks:    "a call without a token, with a wrong one, and with one that lacks the scope",
		holds:   "401 twice; 403",
		flags:   []string{"REFUSED_TOKEN", "REFUSED_SCOPE"},
		needs:   []string{"narrow_token"},
		ask: func(p *probe) {
			as := func(path, token string) reply {
				return p.call(question{method: http.MethodGet, path: path, creds: fake.Credentials{"token": token}})
			}
			p.get("/apps/api/me").good()
			as("/apps/api/me", "").open("REFUSED_TOKEN")
			as("/apps/api/me", "no"+p.to.Creds["token"]).open("REFUSED_TOKEN")
			narrow := p.given("narrow_token")
			if x := as("/apps/api/me", narrow); !x.ok() {
				p.unseen("a narrow_token that is good for something; %s", x.told())
			}
			as(sClyCustomers, narrow).open("REFUSED_SCOPE")
		},
		mutants: []mutant{
			{"a", "serves calls without a token", "status"},
			{"b", "looks at no scope", "status"},
		},
	}
}

func sCly02() serverRule {
	return serverRule{
		id: "S-CLY-02", title: "me tells the shop and the app, and no secret",
		clause: "cartly:20-27", level: must,
		summary: "GET /apps/api/me gives the shop's id and name and the app's name.",
		asks:    "me",
		holds:   "both objects with their members, and no credential in the answer",
		ask: func(p *probe) {
			x := p.get("/apps/api/me").good()
			p.shaped("me", x.at("@this"), "shop object", "app object")
			p.shaped("shop", x.at("shop"), "id string", "name string")
			p.shaped("app", x.at("app"), "name string")
			for _, secret := range p.secret {
				p.must(!strings.Contains(string(x.ReplyBody), secret), "secret-shown", "no credential in an answer", "%s", x.told())
			}
		},
		mutants: []mutant{
			{"a", "gives the token in the reply", "secret-shown"},
			{"b", "gives no app", "member-app"},
		},
	}
}

// sClyRegister subscribes an address. It is taken back when the rule is over.
func sClyRegister(p *probe, address string, events ...string) reply {
	x := p.post(sClyHooks, object{"url": address, "events": events}).good()
	p.shaped("the subscription", x.at("@this"), "id string")
	p.hide(x.at("secret").String())
	id := x.at("id").String()
	p.undo("subscription", func() bool {
		gone := p.delete(sClyHooks + "/" + url.PathEscape(id))
		return gone.ok() || gone.Status == http.StatusNotFound
	})
	return x
}

// sClyListed looks a subscription up in the list.
func sClyListed(p *probe, id string) gjson.Result {
	x := p.get(sClyHooks).good()
	p.must(x.at("webhooks").IsArray(), "no-array", "an array of webhooks", "%s", x.told())
	for _, v := range x.list("webhooks") {
		if v.Get("id").String() == id {
			return v
		}
	}
	return gjson.Result{}
}

func sCly03() serverRule {
	return serverRule{
		id: "S-CLY-03", title: "a subscription is listed until it is taken back",
		clause: "cartly:47-54,68-70", level: must,
		summary: "A POST of an address and events subscribes, a GET lists, a DELETE by id takes back.",
		asks:    "to register an address, to list, and to unregister it",
		holds:   "an id; the subscription in the list; and then not",
		needs:   []string{"Write"},
		ask: func(p *probe) {
			p.writing("register an address")
			address := "https://example.com/" + p.name()
			id := sClyRegister(p, address, "order.canceled").at("id").String()
			v := sClyListed(p, id)
			p.must(v.Get("url").String() == address, "not-listed", "the subscription with its address", "%s is listed as %q", id, v.Raw)
			p.must(v.Get("events").Raw == `["order.canceled"]`, "other-events", "the events that were asked for", "%s", v.Raw)
			x := p.delete(sClyHooks + "/" + url.PathEscape(id))
			p.must(x.ok(), "refused", "an answer of 2xx", "%s", x.told())
			p.must(!sClyListed(p, id).Exists(), "still-listed", "a list without what was taken back", "%s is in it", id)
		},
		mutants: []mutant{
			{"a", "lists what was taken back", "still-listed"},
			{"b", "registers without an id", "member-id"},
		},
	}
}

func sCly07() serverRule {
	return serverRule{
		id: "S-CLY-07", title: "changes are in the reply, and in the lists that there are",
		clause: "cartly:62-67", level: must,
		summary: "Customers are created and updated, orders updated, inventory adjusted, discounts created.",
		asks:    "one of each",
		holds:   "the reply shows the change, and the list of customers too",
		needs:   []string{"Write", "order", "variant"},
		ask: func(p *probe) {
			sClyCustomer(p)
			code := strings.ToUpper(p.name())
			x := p.post("/apps/api/discounts", object{"code": code, "type": "percentage", "value": 10}).good()
			p.undo("discount", nil)
			p.must(x.at("code").String() == code && x.at("value").Int() == 10, "not-created", "the discount that was created", "%s", x.told())
			sClyNote(p, "/apps/api/orders/"+url.PathEscape(p.given("order")))
			sClyStock(p, "/apps/api/inventory/"+url.PathEscape(p.given("variant")))
		},
		mutants: []mutant{
			{"a", "answers an update with the customer as it was", "not-changed"},
			{"b", "ignores the filter of the list", "not-listed"},
			{"c", "answers an adjustment with the stock as it was", "stock"},
			{"d", "empties what an update does not carry", "changed"},
		},
	}
}

// sClyCustomer creates a customer and changes it.
func sClyCustomer(p *probe) {
	email, name := p.email(), p.name()
	x := sClyCreate(p, email)
	p.must(x.at("email").String() == email && x.at("first_name").String() == "Jane", "not-created", "the customer that was created", "%s", x.told())
	id := x.at("id").String()
	x = p.put(sClyCustomers+"/"+url.PathEscape(id), object{"last_name": name}).good()
	p.must(x.at("id").String() == id && x.at("last_name").String() == name, "not-changed", "the customer as it is now", "%s", x.told())
	p.must(x.at("email").String() == email && x.at("first_name").String() == "Jane", "changed", "what was not sent as it was", "%s", x.told())
	list := p.get(sClyCustomers + "?email=" + url.QueryEscape(email)).good()
	found := list.list("customers")
	p.must(len(found) == 1 && found[0].Get("last_name").String() == name, "not-listed", "the one customer with that e-mail", "%s", list.told())
}

// sClyCreate creates a customer, whom no call can remove.
func sClyCreate(p *probe, email string) reply {
	x := p.post(sClyCustomers, object{"email": email, "first_name": "Jane"}).good()
	p.undo("customer", nil)
	return x
}

// sClyNote adds a note to an order, which no call can take back.
func sClyNote(p *probe, order string) {
	note := p.name()
	x := p.put(order, object{"note": note}).good()
	p.undo("note", nil)
	lines := strings.Split(x.at("note").String(), "\n")
	p.must(slices.Contains(lines, note), "no-note", "the order with the note", "%s", x.told())
}

// sClyStock adjusts the stock of a variant up and down.
func sClyStock(p *probe, variant string) {
	adjust := func(by int) int64 { return p.put(variant, object{"adjustment": by}).good().at("available").Int() }
	first := adjust(1)
	p.undo("adjustment", func() bool { return p.put(variant, object{"adjustment": -1}).ok() })
	second := adjust(1)
	p.undo("adjustment", func() bool { return p.put(variant, object{"adjustment": -1}).ok() })
	p.must(second == first+1, "stock", "one piece more than before", "%d and then %d available", first, second)
}
