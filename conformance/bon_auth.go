package conformance

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// bonCalling is what every check comes after.
var bonCalling = []string{"BON-AUTH-01", "BON-URL-01"}

func bonAuth() []bonCheck { return []bonCheck{bonAuth01(), bonAuth02()} }

func bonAuth01() bonCheck {
	return bonCheck{
		id: "BON-AUTH-01", title: "both headers on every request",
		clause: "bonify:24-26", level: must,
		summary: "Each request carries the shop's myshopify.com domain, as it is, and the key, in headers of their own.",
		needs:   bonAny,
		scenes:  []bonScene{{state: bonPeople(120)}},
		drive: func(r *bonRun) {
			if r.client.List != nil {
				bon(r).list()
			}
			bonEach(r)
		},
		seen: anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if f := bonCredentials(w, x); f.Code != "" {
					return f.at(x)
				}
			}
			return Finding{}
		},
		backed: "BON-PAGE-01",
		mutants: []mutant{
			{"a", "leaves the domain out from page 2 on", "header-missing"},
			{"b", "puts https:// in front of the domain", "domain-form"},
			{"c", "sends the key as a query parameter", "header-missing"},
		},
	}
}

// bonCredentials judges the credentials of one request.
func bonCredentials(w *wire, x fake.Exchange) Finding {
	for _, pair := range [][2]string{{bonDomain, "shop_domain"}, {bonKey, "api_key"}} {
		name, key := pair[0], pair[1]
		switch got := x.Header.Get(name); {
		case got == "":
			return found("header-missing", "both headers on every request", "%s %s without %s", x.Method, x.URL, name)
		case name == bonDomain && strings.ContainsAny(got, "/:"):
			return found("domain-form", "a bare domain such as your-domain.myshopify.com: no scheme, no path", "%s: %s", name, got)
		case w.creds != nil && got != w.creds[key]:
			return found("header-differs", "the configured values, byte for byte", "%s: %s", name, got)
		}
	}
	return Finding{}
}

func bonAuth02() bonCheck {
	const words = "invalid request"
	return bonCheck{
		id: "BON-AUTH-02", title: "a wrong key is an error, told once",
		clause: "bonify:31-34", level: must,
		summary: "A wrong key is answered with 403, the word error, and a message that says why.",
		needs:   []string{"List|Get|Update|Delete"},
		after:   bonCalling,
		scenes:  []bonScene{{state: bonPeople(3)}},
		drive: func(r *bonRun) {
			u := bonAs(r, bonShop(r).ShopDomain(), "wrong-key-7431")
			switch {
			case u.c.List != nil:
				u.list()
			case u.c.Get != nil:
				u.get(bonNth(r, 0).ID)
			case u.c.Update != nil:
				u.update(bonRenamed(r, 0, 1)...)
			default:
				u.delete(bonNth(r, 0).ID)
			}
		},
		seen: func(w *wire) string {
			for _, x := range w.calls {
				if x.Status == http.StatusForbidden {
					return ""
				}
			}
			return "a call that is answered with 403; there was none"
		},
		judge: func(r *bonRun) Finding {
			a := r.nth(0)
			if f := mustFail(a, "the key is wrong"); f.Code != "" {
				return f
			}
			if n := len(r.calls); n > 1 {
				return found("repeated", "one request", "%s", count(n, "request"))
			}
			if !strings.Contains(a.err.Error(), words) {
				return found("message-lost", fmt.Sprintf("%q in the error", words), "%q", a.err).of(a)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "reads a 403 as a shop without customers", "no-error"},
			{"b", "drops the message", "message-lost"},
		},
	}
}

func bonURL() []bonCheck {
	return []bonCheck{{
		id: "BON-URL-01", title: "the paths of the second version",
		clause: "bonify:9-11,29", level: must,
		summary: "The paths of the API have /v2/ in them; those of the version before are gone.",
		needs:   bonAny,
		scenes: []bonScene{
			{name: "base URL as documented", state: bonPeople(3)},
			{name: "base URL with a final slash", state: bonPeople(3), base: func(base string) string { return base + "/" }},
		},
		drive: func(r *bonRun) {
			if r.client.List != nil {
				bon(r).list()
			}
			bonEach(r)
		},
		seen: anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if path := pathOf(x); !strings.Contains(path, "/v2/") || w.creds != nil && strings.Contains(path, "//") {
					return found("path", "…/customer_fields/v2/customers, or an id below it", "%s", path).at(x)
				}
			}
			return Finding{}
		},
		backed: "BON-DEL-01",
		mutants: []mutant{
			{"a", "still says /v1/", "path"},
		},
	}}
}

// bonOps are the operations of the document.
var bonOps = []fake.Op{bonify.ListCustomers, bonify.GetCustomer, bonify.UpdateCustomers, bonify.CreateCustomers, bonify.DeleteCustomer}

func bonEnv() []bonCheck {
	const down = "500 with the word okay"
	says := func(name string, status int, body string) bonScene {
		return bonScene{name: name, state: func(r *bonRun) {
			bonPeople(3)(r)
			for _, op := range bonOps {
				instead(r.fake, op, status, body)
			}
		}}
	}
	return []bonCheck{{
		id: "BON-ENV-01", title: "a 200 that says error is an error",
		clause: "bonify:31,34", level: must,
		summary: "Every answer has a status code and a status word; only 200 with the word okay is success.",
		needs:   bonAny,
		after:   bonCalling,
		scenes: []bonScene{
			says("200 with the word error", 200, `{"status":"error","message":"customers are being moved"}`),
			says(down, 500, `{"status":"okay","customers":[]}`),
		},
		drive: func(r *bonRun) {
			if r.client.List != nil {
				bon(r).list()
				if !r.env.Virtual && r.scene.name == down {
					return // who is patient with a server that is down waits long enough for one call
				}
			}
			bonEach(r)
		},
		seen: anyCall,
		judge: func(r *bonRun) Finding {
			for _, a := range r.all() {
				if f := mustFail(a, "the answer says that it failed"); f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "looks at the status code alone", "no-error"},
		},
	}}
}
