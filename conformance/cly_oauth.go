package conformance

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"mime"
	"net/url"
	"slices"
	"sync"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func clyOAuth() []clyCheck {
	return []clyCheck{clyOAuth01(), clyOAuth02(), clyOAuth03(), clyOAuth04(), clyOAuth05(), clyOAuth06(), clyOAuth07()}
}

func clyOAuth01() clyCheck {
	const callers, expiries = 20, 2
	return clyCheck{
		id: "CLY-OAUTH-01", title: "a token that is over is renewed once, for all callers",
		clause: "cartly:18; CL-30", level: care,
		summary: "A refresh takes the refresh token away and gives another; callers that refresh each for themselves lose it.",
		needs:   clyReads,
		after:   clyBase,
		scenes:  []clyScene{{state: clyStock}},
		drive: func(r *clyRun) {
			for range expiries {
				clyExpire(r)
				var wg sync.WaitGroup
				for range callers {
					wg.Go(func() { cly(r).read() })
				}
				wg.Wait()
			}
		},
		seen: clyRefused401,
		judge: func(r *clyRun) Finding {
			if n := len(r.of(cartly.IssueToken)); n > expiries {
				return found("token-requests", fmt.Sprintf("one request for a token each time that one is over: %d", expiries), "%s", count(n, "request"))
			}
			for _, a := range r.all() {
				if f := clyRead(r, a); f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "refreshes in each call for itself and loses the rotated token", "token-requests"},
			{"b", "never refreshes", "error"},
		},
	}
}

// clyRefused401 is the prerequisite that a call met a token that is over.
func clyRefused401(w *wire) string {
	for _, x := range clyCalls(w) {
		if x.Status == 401 {
			return ""
		}
	}
	return "a call with a token that is over; there was none"
}

func clyOAuth02() clyCheck {
	return clyCheck{
		id: "CLY-OAUTH-02", title: "no new refresh token means that the old one stays",
		clause: "CL-30", level: care,
		summary: "The answer to a refresh may come without a refresh token.",
		needs:   clyReads,
		after:   clyAfter(clyBase, []string{"CLY-OAUTH-01"}),
		scenes:  []clyScene{{state: clyStock, options: []fake.Option{cartly.WithRefreshRotation(false)}}},
		drive: func(r *clyRun) {
			for range 2 {
				clyExpire(r)
				cly(r).read()
			}
		},
		seen:  asked(cartly.IssueToken),
		judge: func(r *clyRun) Finding { return firstOf(clyRead(r, r.nth(0)), clyRead(r, r.nth(1))) },
		mutants: []mutant{
			{"a", "overwrites the refresh token with nothing", "error"},
		},
	}
}

// clyFlow is a merchant who is sent to the consent page and decides there. It
// gives the address that the merchant comes back to, "" where it led nowhere.
func clyFlow(r *clyRun, decide func(string) (string, error)) string {
	a := cly(r).authorize()
	if a.words() == "" {
		return ""
	}
	back, err := decide(a.words())
	if err != nil {
		r.tb.Logf("the merchant: %v", err)
	}
	return back
}

// clyConsent is a whole flow in which the merchant allows what is asked for.
func clyConsent(r *clyRun) *answer {
	back := clyFlow(r, clyShop(r).Approve)
	if back == "" {
		return &answer{call: "Callback"}
	}
	return cly(r).callback(back)
}

var clyFlows = []string{"Authorize", "Callback"}

func clyOAuth03() clyCheck {
	return clyCheck{
		id: "CLY-OAUTH-03", title: "scopes that there are, with a blank between them",
		clause: "CL-36", level: care,
		summary: "There are 13 scopes, none of them for inventory or discounts; a list of them is parted by single blanks.",
		needs:   clyFlows,
		after:   []string{"CLY-OAUTH-06"},
		scenes:  []clyScene{{}},
		drive:   func(r *clyRun) { clyConsent(r) },
		seen:    asked(cartly.ShowConsent),
		wire: func(w *wire) Finding {
			for _, kind := range []string{"comma-scope", "unknown-scope"} {
				for _, f := range w.noted(kind) {
					return Finding{Code: kind, Expected: "scopes of the vendor's list, parted by single blanks and encoded once", Got: fmt.Sprintf("%q", f.Detail), Call: f.Call}
				}
			}
			return Finding{}
		},
		judge: clyGranted,
		mutants: []mutant{
			{"a", "puts commas between the scopes", "comma-scope"},
			{"b", "asks for inventory:write", "unknown-scope"},
		},
	}
}

// clyGranted wants the last authorization to have ended in tokens.
func clyGranted(r *clyRun) Finding {
	all := r.all()
	if len(r.of(cartly.IssueToken)) == 0 {
		return found("no-exchange", "the code exchanged for tokens", "no request to the token endpoint")
	}
	return mustWork(all[len(all)-1])
}

func clyOAuth04() clyCheck {
	return clyCheck{
		id: "CLY-OAUTH-04", title: "a state of its own for each flow, and no other is taken",
		clause: "cartly:104-106; CL-35", level: care,
		summary: "Without a state that is compared, anybody can have a merchant's browser end a flow that somebody else began.",
		needs:   clyFlows,
		after:   []string{"CLY-OAUTH-03", "CLY-OAUTH-06"},
		scenes:  []clyScene{{}},
		drive: func(r *clyRun) {
			first := clyFlow(r, clyShop(r).Approve)
			second := clyFlow(r, clyShop(r).Approve)
			if u, err := url.Parse(first); err == nil && first != "" {
				query := u.Query()
				query.Set("state", "of-somebody-else")
				u.RawQuery = query.Encode()
				cly(r).callback(u.String()).is(cartly.IssueToken, nobody)
			}
			if second != "" {
				cly(r).callback(second)
			}
		},
		seen: both(asked(cartly.ShowConsent), asked(cartly.IssueToken)),
		judge: func(r *clyRun) Finding {
			var states []string
			for _, x := range r.of(cartly.ShowConsent) {
				state := clyParam(x, "state")
				switch {
				case state == "":
					return found("no-state", "a state in the URL that the merchant is sent to", "no state in it").at(x)
				case slices.Contains(states, state):
					return found("same-state", "another state in each flow", "%s twice", state).at(x)
				}
				states = append(states, state)
			}
			if n := len(r.of(cartly.IssueToken)); n > 1 {
				return found("foreign-accepted", "no request for a token with a state that is none of the client's", "%s for one flow", count(n, "request")).at(r.of(cartly.IssueToken)[0])
			}
			for _, a := range r.all() {
				if a.n != nobody {
					continue
				}
				if f := mustFail(a, "the state is none that the client sent"); f.Code != "" {
					return f
				}
			}
			return clyGranted(r)
		},
		mutants: []mutant{
			{"a", "sends no state", "no-state"},
			{"b", "sends a state and compares none", "foreign-accepted"},
		},
	}
}

// clyParam is a parameter in the URL of a request.
func clyParam(x fake.Exchange, name string) string {
	u, err := url.Parse(x.URL)
	if err != nil {
		return ""
	}
	return u.Query().Get(name)
}

// clyForm is the form in the body of a request.
func clyForm(x fake.Exchange) url.Values {
	form, err := url.ParseQuery(string(x.Body))
	if err != nil {
		return url.Values{}
	}
	return form
}

func clyOAuth05() clyCheck {
	return clyCheck{
		id: "CLY-OAUTH-05", title: "PKCE, with S256",
		clause: "CL-35", level: care,
		summary: "A code that is caught on its way back is worth nothing without the verifier. The vendor's sample leaves it out.",
		needs:   clyFlows,
		after:   []string{"CLY-OAUTH-03", "CLY-OAUTH-06"},
		scenes:  []clyScene{{}},
		drive:   func(r *clyRun) { clyConsent(r) },
		seen:    both(asked(cartly.ShowConsent), asked(cartly.IssueToken)),
		wire: func(w *wire) Finding {
			var challenges []string
			for _, x := range w.of(cartly.ShowConsent) {
				challenge := clyParam(x, "code_challenge")
				if challenge == "" || clyParam(x, "code_challenge_method") != "S256" {
					return found("no-pkce", "code_challenge, and code_challenge_method S256", "%q and %q", challenge, clyParam(x, "code_challenge_method")).at(x)
				}
				challenges = append(challenges, challenge)
			}
			for _, x := range w.of(cartly.IssueToken) {
				form := clyForm(x)
				sum := sha256.Sum256([]byte(form.Get("code_verifier")))
				if form.Get("grant_type") == "authorization_code" && !slices.Contains(challenges, base64.RawURLEncoding.EncodeToString(sum[:])) {
					return found("wrong-verifier", "the code_verifier of a challenge that was sent", "another, or none").at(x)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "leaves PKCE out", "no-pkce"},
		},
	}
}

func clyOAuth06() clyCheck {
	return clyCheck{
		id: "CLY-OAUTH-06", title: "the token endpoint takes forms",
		clause: "CL-41", level: care,
		summary: "Alone of all calls the one for tokens has no JSON in its body, as OAuth 2.0 has it.",
		needs:   clyFlows,
		scenes:  []clyScene{{state: clyStock}},
		drive: func(r *clyRun) {
			if missing(r.client, clyReads) == nil {
				clyExpire(r)
				cly(r).read()
			}
			clyConsent(r)
		},
		seen: asked(cartly.IssueToken),
		wire: func(w *wire) Finding {
			for _, x := range w.of(cartly.IssueToken) {
				given := x.Header.Get("Content-Type")
				if media, _, _ := mime.ParseMediaType(given); media != "application/x-www-form-urlencoded" {
					return found("no-form", "a body of application/x-www-form-urlencoded", "a body of %q", given).at(x)
				}
			}
			return Finding{}
		},
		backed: "CLY-OAUTH-01",
		mutants: []mutant{
			{"a", "sends JSON to the token endpoint", "no-form"},
		},
	}
}

func clyOAuth07() clyCheck {
	return clyCheck{
		id: "CLY-OAUTH-07", title: "a merchant may refuse",
		clause: "cartly:104-106", level: care,
		summary: "The consent page asks. Who says no comes back with an error and without a code.",
		needs:   clyFlows,
		after:   []string{"CLY-OAUTH-03", "CLY-OAUTH-06"},
		scenes:  []clyScene{{}},
		drive: func(r *clyRun) {
			if back := clyFlow(r, clyShop(r).Deny); back != "" {
				cly(r).callback(back).n = nobody
			}
			clyConsent(r)
		},
		seen: both(asked(cartly.DecideConsent), asked(cartly.IssueToken)),
		judge: func(r *clyRun) Finding {
			for _, a := range r.all() {
				if a.n != nobody {
					continue
				}
				if f := mustFail(a, "the merchant refused"); f.Code != "" {
					return f
				}
			}
			if exchanged := r.of(cartly.IssueToken); len(exchanged) > 1 {
				return found("token-request", "no request for a token after a refusal", "%s with %s", exchanged[0].Method, short(exchanged[0].Body)).at(exchanged[0])
			}
			return clyGranted(r)
		},
		mutants: []mutant{
			{"a", "exchanges a code that it was not given", "token-request"},
		},
	}
}

func clyMe() []clyCheck { return []clyCheck{clyMe01()} }

func clyMe01() clyCheck {
	return clyCheck{
		id: "CLY-ME-01", title: "the shop and the app of the token",
		clause: "cartly:20-27", level: must,
		summary: "The answer has an object for the shop, with id and name, and one for the app, with its name.",
		needs:   []string{"Me"},
		after:   clyBase,
		scenes: []clyScene{{options: []fake.Option{
			cartly.WithShop(cartly.Shop{ID: "shop_01H8MUGS", Name: "Zoé's mugs"}), cartly.WithApp(cartly.App{Name: "Ledger"}),
		}}},
		drive: func(r *clyRun) { cly(r).me() },
		seen:  asked(cartly.GetMe),
		judge: func(r *clyRun) Finding {
			a, want := r.nth(0), CartlyShop{ID: "shop_01H8MUGS", Name: "Zoé's mugs", App: "Ledger"}
			if f := mustWork(a); f.Code != "" {
				return f
			}
			if got, _ := a.value.(CartlyShop); got != want {
				return found("wrong-shop", fmt.Sprintf("%+v", want), "%+v", got)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "reads the id at the top level", "wrong-shop"},
		},
	}
}
