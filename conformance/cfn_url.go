package conformance

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

const cfnCollection = "/v1/customers.json"

var cfnItem = regexp.MustCompile(`^/v1/customers/[^/]+\.json$`)

// pathOf is the path of a request as it was sent.
func pathOf(x fake.Exchange) string {
	path, _, _ := strings.Cut(x.URL, "?")
	return path
}

func cfnURL() []cfnCheck {
	return []cfnCheck{cfnURL01(), cfnURL02()}
}

func cfnURL01() cfnCheck {
	return cfnCheck{
		id: "CFN-URL-01", title: "the documented paths",
		clause: "cartfunnel:18,92,98", level: must,
		summary: "The base URL ends in /v1, paths below it end in .json.",
		needs:   []string{"List"},
		after:   []string{"CFN-AUTH-01", "CFN-AUTH-02"},
		scenes: []cfnScene{
			{name: "base URL as documented", state: cfnNumber92310},
			{name: "base URL with a final slash", state: cfnNumber92310, base: func(base string) string { return base + "/" }},
		},
		drive: func(r *cfnRun) {
			cfn(r).list()
			if r.client.Get != nil {
				cfn(r).get(92310)
			}
		},
		seen: anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if path := pathOf(x); path != cfnCollection && !cfnItem.MatchString(path) {
					return found("path", cfnCollection+" or /v1/customers/{id}.json, without a double slash", "%s", path).at(x)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "forgets the ending .json", "path"},
			{"b", "loses /v1 when the base URL ends in a slash", "path"},
		},
	}
}

func cfnURL02() cfnCheck {
	return cfnCheck{
		id: "CFN-URL-02", title: "an update goes to the customer's own path",
		clause: "cartfunnel:147,153", level: must,
		summary: "The heading has the id in the path; the sample URL below it left it out.",
		flags:   []string{"PATCH_EXAMPLE_NO_ID"},
		needs:   []string{"Update"},
		after:   []string{"CFN-VERB-01", "CFN-URL-01"},
		scenes:  []cfnScene{{state: cfnPeople(1)}},
		drive:   cfnRename,
		seen: func(w *wire) string {
			for _, x := range w.calls {
				if x.Method == http.MethodPatch {
					return ""
				}
			}
			return "a PATCH; there was none"
		},
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if path := pathOf(x); x.Method == http.MethodPatch && !cfnItem.MatchString(path) {
					return found("patch-path", "PATCH /v1/customers/{id}.json", "PATCH %s", path).at(x)
				}
			}
			return Finding{}
		},
		backed: "GEN-RACE-01",
		mutants: []mutant{
			{"a", "sends the PATCH to the collection, as the sample URL has it", "patch-path"},
		},
	}
}

func cfnVerb() []cfnCheck {
	return []cfnCheck{cfnVerb01(), cfnVerb02()}
}

func cfnVerb01() cfnCheck {
	return cfnCheck{
		id: "CFN-VERB-01", title: "POST creates, PATCH updates",
		clause: "cartfunnel:39,108,147", level: must,
		summary: "A record is made with POST and changed with PATCH.",
		needs:   []string{"Create", "Update"},
		after:   []string{"CFN-URL-01"},
		scenes:  []cfnScene{{state: cfnPeople(1)}},
		drive: func(r *cfnRun) {
			cfn(r).create(cfnAnna())
			cfnRename(r)
		},
		seen: func(w *wire) string {
			if len(w.of(cartfunnel.CreateCustomer)) == 0 || len(w.writes()) < 2 {
				return "a create and an update; one of them never came"
			}
			return ""
		},
		wire: func(w *wire) Finding {
			for _, x := range w.writes() {
				if x.Method == http.MethodPost && pathOf(x) != cfnCollection || x.Method == http.MethodPut {
					return found("method", "POST to the collection, PATCH for a change", "%s %s", x.Method, x.URL).at(x)
				}
			}
			return Finding{}
		},
		backed: "CFN-VERB-02",
		mutants: []mutant{
			{"a", "updates with PUT", "method"},
		},
	}
}

func cfnVerb02() cfnCheck {
	return cfnCheck{
		id: "CFN-VERB-02", title: "only the four calls that there are",
		clause: "cartfunnel:39,55-60", level: must,
		summary: "The resource lists, shows, creates and updates; it deletes and replaces nothing.",
		needs:   []string{"Create"},
		after:   []string{"CFN-URL-01"},
		scenes:  []cfnScene{{state: cfnPeople(3)}},
		drive: func(r *cfnRun) {
			u := cfn(r)
			if u.c.List != nil {
				u.list()
			}
			cfnEach(r)
			if u.c.Ensure != nil {
				u.ensure(CartfunnelCustomer{Email: "eve@example.com"})
			}
			if u.c.AddTag != nil {
				u.addTag(cfnStored(r, 0).ID, "vip")
			}
			u.create(CartfunnelCustomer{Email: cfnStored(r, 0).Email, FirstName: "Twin"})
		},
		seen: asked(cartfunnel.CreateCustomer),
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if x.Method == http.MethodDelete || x.Method == http.MethodPut {
					return found("no-such-call", "GET, POST and PATCH", "%s %s", x.Method, x.URL).at(x)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "deletes the record after a refused save", "no-such-call"},
		},
	}
}

// cfnNumber92310 is the customer of the document's sample path.
func cfnNumber92310(r *cfnRun) {
	cfnShop(r).Customers.Add(cartfunnel.Customer{ID: 92310, Email: "joe@example.com", FirstName: "Joe", LastName: "El"})
}

// cfnRename changes the last name of the first customer.
func cfnRename(r *cfnRun) {
	cfn(r).update(cfnStored(r, 0).ID, CartfunnelChange{LastName: text("Jules")})
}
