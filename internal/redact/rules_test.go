package redact_test

import (
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/internal/redact"
)

// A ruleCase shows one rule at work: with it the message loses what it is to
// lose, without it that stays. Other rules that would see the same are off in
// both runs.
type ruleCase struct {
	rule string
	off  string // others, separated by blanks
	in   redact.Message
	want string // stands in the redacted message
	lost string // does not, but where the rule is off
}

const (
	given  = "k3y/of+the=shop"
	random = "Zq8vN3xK7pLw2RtY9sBd4HfJ6mCg"
	token  = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlc2ln"
)

var general = []ruleCase{
	{"known.1", "", post(`{"note":"k3y\/of+the=shop"}`), `{"note":"redacted"}`, "of+the=shop"},
	{"known.1", "", get("/v1/k3y%2Fof%2bthe%3Dshop/x"), "GET /v1/redacted/x", "of%2bthe"},
	{"known.1", "", post(`<p>k3y/of&#43;the&#x3d;shop</p>`), "<p>redacted</p>", "of&#43;the"},
	{"known.2", "shapes.5", post(`{"note":"YTprM3kvb2YrdGhlPXNob3A="}`), `{"note":"redacted"}`, "YTprM3kvb2YrdGhlPXNob3A="},
	{"known.3", "shapes.5", post(`{"note":"6B33792F6F662B7468653D73686F70"}`), `{"note":"redacted"}`, "6B33792F6F66"},
	{"known.4", "", get("/v1/sessions/abcdef99", "Authorization", "Bearer abcdef99"), "/v1/sessions/redacted", "/abcdef99"},
	{"names.1", "known.4", get("/", "Authorization", "Bearer abc1"), "Authorization: Bearer redacted", ""},
	{"names.1", "known.4", get("/", "Proxy-Authorization", "basic  QTpC"), "Proxy-Authorization: basic  redacted", ""},
	{"names.2", "", get("/", "Cookie", "sid=abc1; lang=en"), "Cookie: sid=redacted; lang=redacted", "abc1"},
	{"names.2", "", get("/", "Set-Cookie", "sid=abc1; Path=/; HttpOnly"), "Set-Cookie: sid=redacted; Path=/; HttpOnly", "abc1"},
	{"names.3", "known.4", get("/", "X-Shop-Access-Token", "abcdef99"), "X-Shop-Access-Token: redacted", ""},
	{"names.4", "names.6 known.4", get("/v1?page=2&client_secret=s%33cr&x=1"), "/v1?page=2&client_secret=redacted&x=1", "s%33cr"},
	{"names.4", "names.6 known.4", post("grant_type=refresh_token&refresh_token=abc1"), "grant_type=refresh_token&refresh_token=redacted", "abc1"},
	{
		"names.5", "known.4", post(`{"a":[{"accessToken" : "abc1","n":1e2}],"x_secret_key":{"v":[12,true,null,"s"]}}`),
		`{"a":[{"accessToken" : "redacted","n":1e2}],"x_secret_key":{"v":[0,true,null,"redacted"]}}`, "abc1",
	},
	{"names.6", "", post(`see https://ann:pw1@shop.example/?client_secret=abc1, please`), "https://redacted:redacted@shop.example/?client_secret=redacted, please", "pw1"},
	{"names.6", "", post(`{"access_token":"abc1","cut":"of`), `{"access_token":"redacted","cut":"of`, "abc1"},
	{"names.6", "", post(`<input type="hidden" name="csrf_token" value="abc1">`), `name="csrf_token" value="redacted"`, "abc1"},
	{"names.6", "", post(`<password>abc1</password>`), `<password>redacted</password>`, "abc1"},
	{"names.7", "shapes.5", get("/", "X-Hub-Signature-256", "sha256=abc1"), "X-Hub-Signature-256: redacted", "abc1"},
	{"shapes.1", "", post("curl -H 'bearer abcdef99' failed"), "bearer redacted'", "abcdef99"},
	{"shapes.2", "shapes.5", post(`{"note":"` + token + `"}`), `{"note":"redacted"}`, "eyJhbGci"},
	{"shapes.3", "shapes.5", post(`{"note":"-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"}`), `{"note":"redacted\n"}`, "AAAA"},
	{"shapes.4", "", post(`{"note":"sk_live_abcdefgh"}`), `{"note":"redacted"}`, "sk_live"},
	{"shapes.5", "", post(`{"note":"` + random + `"}`), `{"note":"redacted"}`, random},
	{"people.1", "", post(`{"error":"ann.real@firm.co.uk has \u0041nn\u0040firm.de"}`), `person1@example.com has Person2@example.com`, "firm"},
	{"people.2", "", post(`{"phone":"+49 (170) 123-4567"}`), `{"phone":"+00 (000) 000-0001"}`, "170"},
	{"people.2", "", post(`{"mobile_phone":491701234567}`), `{"mobile_phone":100000000001}`, "4917"},
	{"people.3", "", post(`{"customer":{"first_name":"Ann","last_name":"Real"}}`), `{"first_name":"First1","last_name":"Last1"}`, "Real"},
	{"people.3", "", post(`{"customer_name":"Ann van Real"}`), `{"customer_name":"First1 Last1"}`, "Ann"},
	{
		"people.4", "", post(`{"address1":"12 Long Lane","city":"Ulm","zip":"89073","company":"Firm"}`),
		`{"address1":"1 Example Street","city":"City1","zip":"00001","company":"Company1"}`, "Long Lane",
	},
	{"people.5", "", post(`{"birthday":"1984-02-29"}`), `{"birthday":"1970-01-01"}`, "1984"},
}

var ofVendors = map[string][]ruleCase{
	"cartfunnel": {
		{"cartfunnel.1", "names.3 known.4", get("/", "X-CARTFUNNEL-API-SECRET", "abcdef99", "X-CARTFUNNEL-ACCOUNT", "myshop"), "X-Cartfunnel-Api-Secret: redacted", ""},
		{"cartfunnel.2", "names.7 shapes.5", get("/", "X-Cartfunnel-Hmac-SHA256", "abcdef99"), "X-Cartfunnel-Hmac-Sha256: redacted", "abcdef99"},
	},
	"cscart": {
		{"cscart.1", "shapes.5", post(`{"extra":{"session_id":"abc1"}}`), `{"session_id":"redacted"}`, "abc1"},
		{
			"cscart.2", "", post(`{"ip_address":"93.184.216.34","extra":{"ip_address":"5db8d822"},"l":{"ip_address":"127.0.0.1"}}`),
			`{"ip_address":"192.0.2.1","extra":{"ip_address":"c0000201"},"l":{"ip_address":"127.0.0.1"}}`, "5db8d822",
		},
		{
			"cscart.3", "people.3", post(`{"b_firstname":"Ann","b_lastname":"Real","s_city":"Ulm","b_country":"DE"}`),
			`{"b_firstname":"First1","b_lastname":"Last1","s_city":"City1","b_country":"DE"}`, "Real",
		},
		{"cscart.4", "", get("/api/carts?cname=Ann+Real&page=2"), "/api/carts?cname=First1+Last1&page=2", "Ann"},
		{"cscart.4", "", post(`{"user_login":"annreal"}`), `{"user_login":"login1"}`, "annreal"},
	},
	"fluidpay": {
		{"fluidpay.1", "shapes.5", post(`{"msg":"pub_abcdefghijklmnopqrst1"}`), `{"msg":"redacted"}`, "pub_"},
		{"fluidpay.2", "", post(`{"card":{"card_number":"4111111111111111","cvc":123}}`), `{"card_number":"redacted","cvc":0}`, "4111"},
	},
	"bonify": {
		{"bonify.1", "names.3 known.4", get("/", "x-api-key", "abcdef99", "x-shop-domain", "ann.myshopify.com"), "X-Api-Key: redacted", ""},
		{"bonify.2", "", get(`/c?filters=last_name%7Cequals%7C%22van%20Real,%20Jr%22,tag%7Cequals%7Cx`), "/c?filters=last_name%7Cequals%7C%22Last1%22,tag%7Cequals%7Cx", "Real"},
		{
			"bonify.3", "", post(`{"customer_fields":[{"machine_name":"phone","label":"Phone","value":"0170 1234567"},{"machine_name":"size","value":"XL"}]}`),
			`"value":"0000 0000001"},{"machine_name":"size","value":"XL"}`, "0170",
		},
		{"bonify.4", "", post(`{"multipass_identifier":"abc1"}`), `{"multipass_identifier":"redacted"}`, "abc1"},
		{"bonify.5", "", post(`{"next_page":"` + cursorOfAnn + `"}`), `{"next_page":"cursor1+/=="}`, cursorOfAnn},
	},
	"cartly": {
		{"cartly.1", "names.7 shapes.5", get("/", "X-Cartly-Hmac-Sha256", "sha256=abcdef99"), "X-Cartly-Hmac-Sha256: redacted", "abcdef99"},
		{"cartly.2", "cartly.3", get("/cb?code=abc1&state=xyz"), "/cb?code=redacted&state=xyz", "abc1"},
		{"cartly.2", "cartly.3", get("/", "Location", "https://app.example.com/cb?code=abc1&state=xyz"), "https://app.example.com/cb?code=redacted&state=xyz", "abc1"},
		{
			"cartly.3", "", post(`{"note":"at_01H80000000000000000000001 of cus_01H80000000000000000000001"}`),
			`{"note":"redacted of cus_01H80000000000000000000001"}`, "at_01",
		},
	},
}

// cursorOfAnn is a cursor that repeats a filter on a last name.
const cursorOfAnn = "eyJsYXN0X2lkIjozNDUsImZpbHRlcnMiOiJsYXN0X25hbWV8ZXF1YWxzfFJlYWwifSAg"

func TestEachRuleOnAndOff(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	try := func(api string, c ruleCase) {
		tried[c.rule] = true
		t.Run(api+"/"+c.rule, func(t *testing.T) {
			t.Parallel()
			secrets := map[string]string{"api": given}
			off := strings.Fields(c.off)
			with := text(request(t, rules(t, api, secrets, off...), c.in))
			if !strings.Contains(with, c.want) {
				t.Errorf("with the rule:\ngot  %s\nwant %s", with, c.want)
			}
			out, err := rules(t, api, secrets, append(off, c.rule)...).Request(c.in)
			if c.lost == "" { // a credential that nothing redacts any more is an error
				c.lost = "nothing of it was redacted"
			}
			without := text(out)
			if err != nil {
				without = err.Error()
			}
			if !strings.Contains(without, c.lost) || strings.Contains(with, c.lost) {
				t.Errorf("%q stands in what is made without the rule alone; with it:\n%s\nwithout:\n%s", c.lost, with, without)
			}
		})
	}
	for _, c := range general {
		try("cartfunnel", c)
	}
	for api, cases := range ofVendors {
		for _, c := range cases {
			try(api, c)
		}
		for _, rule := range redact.All(api) {
			if !tried[rule.ID] || rule.What == "" {
				t.Errorf("%s: rule %s has no case or no words", api, rule.ID)
			}
		}
	}
}

func TestNameOfTheRulesInForce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		api  string
		off  []string
		want string
	}{
		{"bonify", nil, "bonify+1"},
		{"bonify", []string{"shapes.5", "bonify.3", "shapes.5"}, "bonify+1-bonify.3-shapes.5"},
		{"other", []string{"names.1"}, "other+1-names.1"},
	} {
		r := rules(t, c.api, nil, c.off...)
		if r.Name() != c.want {
			t.Errorf("name is %q, want %q", r.Name(), c.want)
		}
		api, off, err := redact.ParseName(c.want)
		if err != nil {
			t.Fatal(err)
		}
		if again := rules(t, api, nil, off...).Name(); again != c.want {
			t.Errorf("rules by the name %q are called %q", c.want, again)
		}
	}
}

func TestNamesOfNoRules(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                  "names no rules",
		"bonify":            "names no rules",
		"+1":                "names no rules",
		"bonify+2":          "these are of version 1",
		"bonify+1-names.9":  `"names.9" that is not there`,
		"bonify+1-cscart.1": `"cscart.1" that is not there`,
	} {
		if _, _, err := redact.ParseName(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want %q", name, err, want)
		}
	}
}

func TestRulesThatCannotBeMade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		secret, off, want string
	}{
		{"", "names.99", `no rule "names.99" for cartly`},
		{"", "bonify.1", `no rule "bonify.1" for cartly`},
		{"s3cr", "", "has 4 bytes"},
		{"edacte", "", "a part of the word"},
		{"", "", ""},
		{"redacted", "", ""},
	} {
		var off []string
		if c.off != "" {
			off = []string{c.off}
		}
		_, err := redact.New("cartly", map[string]string{c.secret: c.secret}, off...)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%q: %v", c.secret, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%q, %q: got error %v, want %q", c.secret, c.off, err, c.want)
		case err != nil && c.secret != "" && strings.Contains(strings.ReplaceAll(err.Error(), "redact:", ""), c.secret):
			t.Errorf("the error has the secret: %v", err)
		}
	}
}
