package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func clyAuth() []clyCheck { return []clyCheck{clyAuth01(), clyAuth02()} }

func clyAuth01() clyCheck {
	return clyCheck{
		id: "CLY-AUTH-01", title: "the access token after the word Bearer",
		clause: "cartly:18,24", level: must,
		summary: "Every request of the Apps API carries an OAuth 2.0 access token in the header Authorization.",
		needs:   clyAny,
		scenes:  []clyScene{{state: clyStock}},
		drive:   clyEach,
		seen:    clyAsked,
		wire: func(w *wire) Finding {
			for _, x := range clyCalls(w) {
				scheme, token, _ := strings.Cut(x.Header.Get("Authorization"), " ")
				switch {
				case scheme == "":
					return found("header-missing", "Authorization: Bearer and the token, on every request", "%s %s without it", x.Method, x.URL).at(x)
				case !strings.EqualFold(scheme, "Bearer"):
					return found("scheme", "the word Bearer before the token", "the word %s", scheme).at(x)
				case w.creds != nil && !slices.Contains(clyTokens(w), strings.TrimSpace(token)):
					return found("header-differs", "the configured token, or one that it was renewed by", "Authorization: %s %s", scheme, token).at(x)
				}
			}
			return Finding{}
		},
		backed: "CLY-ME-01",
		mutants: []mutant{
			{"a", "writes Token instead of Bearer", "scheme"},
			{"b", "sends the token as the parameter access_token", "header-missing"},
		},
	}
}

// clyAsked is the prerequisite that the API proper was called.
func clyAsked(w *wire) string {
	if len(clyCalls(w)) == 0 {
		return "a request below /apps/api; there was none"
	}
	return ""
}

// clyTokens are the access tokens that the client has been given so far.
func clyTokens(w *wire) []string {
	tokens := []string{w.creds["token"]}
	for _, x := range w.of(cartly.IssueToken) {
		tokens = append(tokens, gjson.GetBytes(x.ReplyBody, "access_token").String())
	}
	return tokens
}

func clyAuth02() clyCheck {
	const reader = "reader_token_5120"
	return clyCheck{
		id: "CLY-AUTH-02", title: "403 is about scopes, and no reason for another token",
		clause: "CL-15", level: care,
		summary: "A call that the token has no scope for is answered with 403; a new token of the same grant has no more scopes.",
		needs:   []string{"CreateCustomer"},
		after:   clyBase,
		scenes: []clyScene{{state: func(r *clyRun) {
			clyStock(r)
			clyShop(r).AddToken(reader, cartly.ReadCustomers)
		}}},
		drive: func(r *clyRun) {
			creds := fake.Credentials{}
			for name, value := range r.creds {
				creds[name] = value
			}
			creds["token"] = reader
			clyCaller{r, r.another(creds), r.ctx}.createCustomer(clyJane())
		},
		seen: answeredWith(403, cartly.CreateCustomer),
		judge: func(r *clyRun) Finding {
			a := r.nth(0)
			if asked := r.of(cartly.IssueToken); len(asked) > 0 {
				return found("token-request", "no request for a token after a 403", "%s", count(len(asked), "request")).at(asked[0])
			}
			if n := len(r.of(cartly.CreateCustomer)); n > 1 {
				return found("repeated", "one request with a token that lacks the scope", "%s", count(n, "request"))
			}
			if f := mustFail(a, "its token may not write customers"); f.Code != "" {
				return f
			}
			if scope := cartly.WriteCustomers; !strings.Contains(a.err.Error(), scope) {
				return found("scope-unnamed", fmt.Sprintf("%s in the error", scope), "%q", a.err).of(a)
			}
			return Finding{}
		},
		backed: "GEN-4XX-01",
		mutants: []mutant{
			{"a", "refreshes the token on a 403, again and again", "token-request"},
		},
	}
}
