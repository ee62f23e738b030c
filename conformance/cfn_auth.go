package conformance

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

func cfnAuth() []cfnCheck {
	return []cfnCheck{cfnAuth01(), cfnAuth02(), cfnAuth03(), cfnAuth04(), cfnAuth05()}
}

func cfnAuth01() cfnCheck {
	return cfnCheck{
		id: "CFN-AUTH-01", title: "both headers on every request",
		clause: "cartfunnel:20-23", level: must,
		summary: "Each request carries the account and the secret in a header of their own.",
		needs:   []string{"List"},
		scenes:  []cfnScene{{state: cfnPeople(250)}},
		drive: func(r *cfnRun) {
			cfn(r).list()
			cfnEach(r)
		},
		seen: anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				for _, pair := range [][2]string{{cfnAccount, "account"}, {cfnSecret, "secret"}} {
					name, key := pair[0], pair[1]
					got := x.Header.Get(name)
					if got == "" {
						return found("header-missing", "both headers on every request", "%s %s without %s", x.Method, x.URL, name).at(x)
					}
					if w.creds != nil && got != w.creds[key] {
						return found("header-differs", "the configured values, byte for byte", "%s: %s", name, got).at(x)
					}
				}
			}
			return Finding{}
		},
		backed: "CFN-AUTH-05",
		mutants: []mutant{
			{"a", "leaves the secret header out", "header-missing"},
			{"b", "sends the headers on the first request only and loses them from page 2 on", "header-missing"},
		},
	}
}

func cfnAuth02() cfnCheck {
	return cfnCheck{
		id: "CFN-AUTH-02", title: "the account is the bare subdomain",
		clause: "cartfunnel:25", level: must,
		summary: "The shop at myshop.cartfunnel.net has the account myshop.",
		needs:   []string{"List"},
		scenes:  []cfnScene{{state: cfnPeople(3)}},
		drive:   func(r *cfnRun) { cfn(r).list() },
		seen:    anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if account := x.Header.Get(cfnAccount); strings.ContainsAny(account, "./:") {
					return found("account-form", "a bare word such as myshop: no scheme, dot or slash", "%s: %s", cfnAccount, account).at(x)
				}
			}
			return Finding{}
		},
		backed: "CFN-AUTH-01",
		mutants: []mutant{
			{"a", "sends the shop's whole host name as the account", "account-form"},
		},
	}
}

func cfnAuth03() cfnCheck {
	return cfnCheck{
		id: "CFN-AUTH-03", title: "the secret stays in its header",
		clause: "cartfunnel:31", level: must,
		summary: "The secret is to be shared with nobody.",
		needs:   []string{"List"},
		scenes:  []cfnScene{{state: cfnPeople(3)}},
		drive: func(r *cfnRun) {
			cfn(r).list()
			cfnEach(r)
			cfnAs(r, "myshop", "wrong-secret-7431").list()
		},
		seen: anyCall,
		wire: cfnSecretSent,
		judge: func(r *cfnRun) Finding {
			return secretTold(r.all(), r.hidden)
		},
		mutants: []mutant{
			{"a", "sends the secret as a query parameter too", "secret-in-url"},
			{"b", "dumps the request's headers into the error about a refusal", "secret-in-error"},
		},
	}
}

func cfnAuth04() cfnCheck {
	return cfnCheck{
		id: "CFN-AUTH-04", title: "403 is a refusal, and no more than that",
		clause: "cartfunnel:48-51", level: must,
		summary: "Wrong credentials and calls outside the scope are answered with 403.",
		needs:   []string{"List", "Create"},
		after:   []string{"CFN-PAGE-01"},
		scenes: []cfnScene{{state: func(r *cfnRun) {
			cfnPeople(3)(r)
			cfnShop(r).AddSecret("reader-secret-5120", cartfunnel.ReadCustomers)
		}}},
		drive: func(r *cfnRun) {
			cfnAs(r, "myshop", "wrong-secret-7431").list()
			reader := cfnAs(r, "myshop", "reader-secret-5120")
			reader.create(cfnAnna())
			reader.list()
		},
		seen:   both(answeredWith(403, cartfunnel.ListCustomers), answeredWith(403, cartfunnel.CreateCustomer)),
		judge:  cfnRefused,
		backed: "GEN-4XX-01",
		mutants: []mutant{
			{"a", "reads a 403 as an empty list", "no-error"},
			{"b", "counts 401 alone as a refusal", "no-error"},
			{"c", "sends a request that was answered with 403 five times", "repeated"},
		},
	}
}

func cfnAuth05() cfnCheck {
	return cfnCheck{
		id: "CFN-AUTH-05", title: "two accounts, each with its own secret",
		clause: "cartfunnel:20-27", level: must,
		summary: "A secret is made in one account's dashboard and opens that account.",
		needs:   []string{"List"},
		after:   []string{"CFN-PAGE-01"},
		scenes: []cfnScene{{state: func(r *cfnRun) {
			cfnPeople(3)(r)
			other := cfnShop(r).AddAccount("othershop", "other-secret-9024")
			other.Customers.Add(cartfunnel.Customer{Email: "zoe@example.com"})
		}}},
		drive: func(r *cfnRun) {
			mine, other := cfn(r), cfnAs(r, "othershop", "other-secret-9024")
			mine.list().n = 3
			other.list().n = 1
			mine.list().n = 3
			for range 3 { // one call of each at a time: what calls share is for another check
				var wg sync.WaitGroup
				wg.Go(func() { mine.list().n = 3 })
				wg.Go(func() { other.list().n = 1 })
				wg.Wait()
			}
		},
		seen: asked(cartfunnel.ListCustomers),
		judge: func(r *cfnRun) Finding {
			pairs := map[string]string{"myshop": r.creds["secret"], "othershop": "other-secret-9024"}
			for _, x := range r.calls {
				if account := x.Header.Get(cfnAccount); pairs[account] != x.Header.Get(cfnSecret) {
					return found("wrong-pair", "each account with its own secret", "%s with the secret of the other", account).at(x)
				}
			}
			for _, a := range r.all() {
				if f := cfnFailed(a); f.Code != "" {
					return f
				}
				if n := len(a.customers()); n != a.n {
					return found("wrong-account", fmt.Sprintf("the %d customers of the account", a.n), "%d", n).of(a)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "keeps the first secret in a package variable", "wrong-pair"},
		},
	}
}

// cfnEach makes one call of every function that the client claims, but List and
// those about tags.
func cfnEach(r *cfnRun) {
	u := cfn(r)
	if u.c.Get != nil {
		u.get(cfnStored(r, 0).ID)
	}
	if u.c.Create != nil {
		u.create(cfnAnna())
	}
	if u.c.Update != nil {
		u.update(cfnStored(r, 0).ID, CartfunnelChange{LastName: text("Jules")})
	}
}

// cfnSecretSent finds a secret outside its header. What the secrets are, the
// headers say.
func cfnSecretSent(w *wire) Finding {
	var secrets []string
	for _, x := range w.calls {
		if secret := x.Header.Get(cfnSecret); secret != "" && !slices.Contains(secrets, secret) {
			secrets = append(secrets, secret)
		}
	}
	return secretSent(w.calls, secrets)
}

// secretSent finds a secret in a URL or a body.
func secretSent(calls []fake.Exchange, secrets []string) Finding {
	for _, x := range calls {
		plain, _ := url.QueryUnescape(x.URL)
		for _, secret := range secrets {
			if strings.Contains(x.URL, secret) || strings.Contains(plain, secret) {
				return found("secret-in-url", "the secret in its header alone", "%s %s", x.Method, x.URL).at(x)
			}
			if strings.Contains(string(x.Body), secret) {
				return found("secret-in-body", "the secret in its header alone", "%s %s with %s", x.Method, x.URL, short(x.Body)).at(x)
			}
		}
	}
	return Finding{}
}

// secretTold finds a secret in the text of an error.
func secretTold(answers []*answer, secrets []string) Finding {
	for _, a := range answers {
		if a.err == nil {
			continue
		}
		for _, text := range []string{fmt.Sprintf("%v", a.err), fmt.Sprintf("%+v", a.err)} {
			if slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(text, s) }) {
				return found("secret-in-error", "no credentials in the text of an error", "%s: %s", a.call, text).of(a)
			}
		}
	}
	return Finding{}
}

// cfnRefused judges what a client makes of two refusals and a read after them.
func cfnRefused(r *cfnRun) Finding {
	for i, about := range []string{"its secret is wrong", "its secret may not write"} {
		if f := cfnNoError(r.nth(i), about); f.Code != "" {
			return f
		}
	}
	asked := map[string]int{}
	for _, x := range r.calls {
		key := x.Op + " " + x.Header.Get(cfnSecret)
		if asked[key]++; x.Status == 403 && asked[key] > 1 {
			return found("repeated", "one request for each refused call", "%s is sent %d times", x.Op, len(r.of(x.Op))).at(x)
		}
	}
	if read := r.nth(2); read.err != nil || len(read.customers()) != 3 {
		return found("read-stopped", "a read that is allowed still works", "%s, %d of 3 customers", read.outcome(), len(read.customers()))
	}
	return Finding{}
}

// anyCall is the prerequisite that there was a request at all.
func anyCall(w *wire) string {
	if len(w.calls) == 0 {
		return "a request; there was none"
	}
	return ""
}
