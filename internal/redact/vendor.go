package redact

import (
	"bytes"
	"regexp"
	"strings"
)

// vendorRules are what only one API has.
type vendorRules struct {
	rules   []Rule
	headers map[string]string // rule by name, as plainName gives it
	params  map[string]string // of the query and of forms
	keys    map[string]string // of JSON
	people  map[string]person // keys that hold something of a person
	shapes  []shape
	filters map[string]string // parameters that hold filters on fields, see target.go
	// Keys of a JSON object that hold the name of another member's field.
	named map[string]string
	// Fields that hold a place in a list; such words stay, though they look
	// like chance. The form is that of a text before one.
	cursors      map[string]bool
	cursorBefore *regexp.Regexp
	cursorRule   string
}

// A person says of a key which part of a person it holds, and by which rule.
type person struct {
	part part
	rule string
}

func (v vendorRules) cursor(name string) bool { return v.cursors[plainName(name)] }

// vendors are the rules of each API, by the name of its package.
var vendors = map[string]vendorRules{
	"cartfunnel": {
		rules: []Rule{
			{"cartfunnel.1", "header X-CARTFUNNEL-API-SECRET"},
			{"cartfunnel.2", "header X-Cartfunnel-Hmac-SHA256, the signature of a web hook"},
		},
		headers: map[string]string{"xcartfunnelapisecret": "cartfunnel.1", "xcartfunnelhmacsha256": "cartfunnel.2"},
	},
	"cscart": {
		rules: []Rule{
			{"cscart.1", "session_id of a row, the session of a shopper"},
			{"cscart.2", "ip_address, dotted or in hex"},
			{"cscart.3", "what is named b_ and s_: the addresses of a bill and of a parcel"},
			{"cscart.4", "user_login, janrain_identifier and the filter cname"},
		},
		keys: map[string]string{"sessionid": "cscart.1", "janrainidentifier": "cscart.4"},
		people: map[string]person{
			"ipaddress": {partIP, "cscart.2"},
			"userlogin": {partLogin, "cscart.4"}, "cname": {partFull, "cscart.4"},
			"bfirstname": {partFirst, "cscart.3"}, "sfirstname": {partFirst, "cscart.3"},
			"blastname": {partLast, "cscart.3"}, "slastname": {partLast, "cscart.3"},
			"baddress": {partStreet, "cscart.3"}, "saddress": {partStreet, "cscart.3"},
			"baddress2": {partStreet, "cscart.3"}, "saddress2": {partStreet, "cscart.3"},
			"bcity": {partCity, "cscart.3"}, "scity": {partCity, "cscart.3"},
			"bcounty": {partCity, "cscart.3"}, "scounty": {partCity, "cscart.3"},
			"bzipcode": {partCode, "cscart.3"}, "szipcode": {partCode, "cscart.3"},
			"bphone": {partPhone, "cscart.3"}, "sphone": {partPhone, "cscart.3"},
		},
	},
	"fluidpay": {
		rules: []Rule{
			{"fluidpay.1", "words that begin with api_ or pub_ and are keys"},
			{"fluidpay.2", "numbers of cards and accounts, and what proves them"},
		},
		keys: map[string]string{
			"cardnumber": "fluidpay.2", "accountnumber": "fluidpay.2", "routingnumber": "fluidpay.2",
			"cvc": "fluidpay.2", "cvv": "fluidpay.2", "expirationdate": "fluidpay.2",
		},
		shapes: []shape{{"fluidpay.1", regexp.MustCompile(`\b(?:api|pub)_[A-Za-z0-9]{20,}`), nil}},
	},
	"bonify": {
		rules: []Rule{
			{"bonify.1", "header x-api-key"},
			{"bonify.2", "people in the parameter filters: first_name|equals|..."},
			{"bonify.3", "custom fields as they are read: machine_name names what value holds"},
			{"bonify.4", "multipass_identifier"},
			{"bonify.5", "cursors in which the address or the field of a person can be read"},
		},
		headers:      map[string]string{"xapikey": "bonify.1"},
		keys:         map[string]string{"multipassidentifier": "bonify.4"},
		params:       map[string]string{"multipassidentifier": "bonify.4"},
		filters:      map[string]string{"filters": "bonify.2"},
		named:        map[string]string{"machine_name": "bonify.3"},
		cursors:      map[string]bool{"nextpage": true, "prevpage": true},
		cursorBefore: regexp.MustCompile(`\b(?:next|prev)_page["']?\s*[:=]\s*["']?$`),
		cursorRule:   "bonify.5",
	},
	"cartly": {
		rules: []Rule{
			{"cartly.1", "header X-Cartly-Hmac-Sha256, the signature of a web hook"},
			{"cartly.2", "code, code_verifier and code_challenge of the OAuth flow, in queries, forms and redirects"},
			{"cartly.3", "words that begin with at_, rt_, code_ or whsec_"},
		},
		headers: map[string]string{"xcartlyhmacsha256": "cartly.1"},
		params:  map[string]string{"code": "cartly.2", "codeverifier": "cartly.2", "codechallenge": "cartly.2"},
		shapes:  []shape{{"cartly.3", regexp.MustCompile(`\b(?:at|rt|code|whsec)_[A-Za-z0-9]{6,}`), wordOnly}},
	},
}

// wordOnly tells a name from a token: code_challenge has no digit.
func wordOnly(word []byte) bool { return !bytes.ContainsAny(word, "0123456789") }

// PeopleRules are the ids of the rules about people, for who wants these to stay.
func PeopleRules(api string) (ids []string) {
	v := vendors[api]
	about := map[string]bool{v.cursorRule: true}
	for _, p := range v.people {
		about[p.rule] = true
	}
	for _, byName := range []map[string]string{v.filters, v.named} {
		for _, rule := range byName {
			about[rule] = true
		}
	}
	for _, rule := range All(api) {
		if strings.HasPrefix(rule.ID, "people.") || about[rule.ID] {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}
