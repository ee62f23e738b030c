package conformance

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// The calls of a check that is about any call.
const cscAnyCall = "List|Get|Delete"

// cscTryAll makes one call of every function that the client claims, on the
// first cart of the shop.
func cscTryAll(r *cscRun) {
	u, id := csc(r), cscID(cscStored(r, 0))
	if u.c.List != nil {
		u.list(CscartFilter{})
	}
	if u.c.Get != nil {
		u.get(id)
	}
	if u.c.Delete != nil {
		u.delete(id)
	}
}

func cscAuth() []cscCheck {
	return []cscCheck{cscAuth01(), cscAuth02()}
}

func cscAuth01() cscCheck {
	const plus = "first+second@example.com"
	return cscCheck{
		id: "CSC-AUTH-01", title: "Basic, of the e-mail address and the key",
		clause: "CC-12", level: must,
		summary: "The user name is the administrator's e-mail address and the password is the API key; nothing works without them.",
		flags:   []string{"AUTH_OFF_PAGE"},
		needs:   []string{cscAnyCall},
		scenes: []cscScene{
			{name: "account first+second@example.com", state: cscGuests(3), options: []fake.Option{cscart.WithAccount(plus, "Key0Of0First0And0Second000000001")}},
		},
		drive: cscTryAll,
		seen:  anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if f := cscPair(w, x); f.Code != "" {
					return f.at(x)
				}
			}
			return Finding{}
		},
		backed: "CSC-PAGE-01",
		mutants: []mutant{
			{"a", "sends the key as a Bearer token", "scheme"},
			{"b", "sends the key as the user name, without a password", "pair"},
		},
	}
}

// cscPair judges the credentials of one request. When watching, what they should
// be is not known, only their form.
func cscPair(w *wire, x fake.Exchange) Finding {
	const want = "Authorization: Basic, then base64 of e-mail:key"
	scheme, encoded, _ := strings.Cut(x.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Basic") {
		return found("scheme", want, "%s %s with the scheme %q", x.Method, x.URL, scheme)
	}
	pair, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	email, key, _ := strings.Cut(string(pair), ":")
	switch {
	case err != nil:
		return found("pair", want, "%s %s: what follows Basic is no base64", x.Method, x.URL)
	case w.creds != nil && (email != w.creds["email"] || key != w.creds["api_key"]):
		return found("pair", want+", as configured: "+w.creds["email"], "%s %s with the user name %q and a password of %s", x.Method, x.URL, email, count(len(key), "letter"))
	case email == "" || key == "":
		return found("pair", want, "%s %s with half of the pair: a user name of %s, a password of %s", x.Method, x.URL, count(len(email), "letter"), count(len(key), "letter"))
	}
	return Finding{}
}

func cscAuth02() cscCheck {
	return cscCheck{
		id: "CSC-AUTH-02", title: "a refusal is an error, told once",
		clause: "CC-12", level: should,
		summary: "A wrong key is answered with 401, a missing privilege with 403.",
		flags:   []string{"AUTH_OFF_PAGE"},
		needs:   []string{"List", "Delete"},
		after:   append([]string{"CSC-DEL-02", "CSC-DEL-05"}, cscCalling...),
		scenes: []cscScene{{
			state:  cscGuests(3),
			faults: []fake.Fault{fake.NewFault("out-of-scope").Set("scope", string(cscart.ManageUsers))},
		}},
		drive: func(r *cscRun) {
			cscAs(r, cscShop(r).Email(), "Wrong0Key00000000000000000000001").list(CscartFilter{})
			cscDeleteFirst(r) // by an administrator who may only view
		},
		seen: both(answeredWith(401, cscart.ListCarts), answeredWith(403, cscart.DeleteCart)),
		judge: func(r *cscRun) Finding {
			for i, status := range []int{401, 403} {
				a := r.nth(i)
				if f := mustFail(a, fmt.Sprintf("it was answered with %d", status)); f.Code != "" {
					return f
				}
				if r.client.Status != nil && a.status != status {
					return found("status", "the status behind the error", "Status gave %d for %d: %q", a.status, status, a.err).of(a)
				}
			}
			for _, op := range []fake.Op{cscart.ListCarts, cscart.DeleteCart} {
				if sent := r.of(op); len(sent) > 1 && sent[1].Status > 400 {
					return found("repeated", "one request for a call that is refused", "%s is sent %d times", op, len(sent)).at(sent[1])
				}
			}
			return Finding{}
		},
		backed: "GEN-4XX-01",
		mutants: []mutant{
			{"a", "sends a request that was answered with 401 again", "repeated"},
			{"b", "decodes the body of a refusal as an empty list", "no-error"},
		},
	}
}

func cscAccept() []cscCheck {
	return []cscCheck{{
		id: "CSC-ACC-01", title: "an Accept that the shop can serve",
		clause: "-", level: care,
		summary: "The shop compares media types whole, parameters included, and answers 406 where none of them fits.",
		needs:   []string{"List|Get"},
		after:   []string{"CSC-AUTH-01"},
		scenes:  []cscScene{{state: cscGuests(3)}},
		drive:   cscTryAll,
		seen: func(w *wire) string {
			for _, x := range w.calls {
				if x.Method == http.MethodGet {
					return ""
				}
			}
			return "a GET; there was none"
		},
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if x.Status == http.StatusNotAcceptable {
					return found("not-acceptable", "application/json, */*, or no Accept", "%q, which was answered with 406", x.Header.Get("Accept")).at(x)
				}
			}
			return Finding{}
		},
		backed: "CSC-PAGE-01",
		mutants: []mutant{
			{"a", "asks for application/json; charset=utf-8", "not-acceptable"},
		},
	}}
}

// cscCalling is what a check comes after that needs requests to be understood.
var cscCalling = []string{"CSC-AUTH-01", "CSC-ACC-01", "CSC-URL-01", "CSC-URL-02"}

func cscError() []cscCheck {
	const words = "the suite has closed the carts for today"
	return []cscCheck{{
		id: "CSC-ERR-01", title: "the words of a failure are in message",
		clause: "CC-11", level: should,
		summary: "A failure is an object with the words in message and the number in status.",
		needs:   []string{"List", "Status", "Message"},
		after:   append([]string{"CSC-AUTH-02"}, cscCalling...),
		scenes: []cscScene{{state: func(r *cscRun) {
			cscGuests(3)(r)
			instead(r.fake, cscart.ListCarts, http.StatusForbidden, `{"message":"Forbidden: `+words+`","status":403}`)
		}}},
		drive: func(r *cscRun) { csc(r).list(CscartFilter{}) },
		seen:  answeredWith(403, cscart.ListCarts),
		judge: func(r *cscRun) Finding {
			a := r.nth(0)
			switch f := mustFail(a, "it was answered with 403"); {
			case f.Code != "":
				return f
			case !strings.Contains(a.message, words):
				return found("words-lost", "Message has the words of the member message: "+words, "%q; the error is %q", a.message, a.err).of(a)
			case a.status != http.StatusForbidden:
				return found("status", "Status gives 403", "%d; the error is %q", a.status, a.err).of(a)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "looks for errors[0].message", "words-lost"},
		},
	}}
}
