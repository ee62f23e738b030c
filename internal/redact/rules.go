package redact

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
)

// mark stands where a credential was. It needs no escape anywhere.
const mark = "redacted"

// version counts the changes of the rules, so that a file says by which of them
// it was made.
const version = "1"

// A Rule is one thing that is redacted, and can be left as it is.
type Rule struct {
	ID   string // "names.2", or of one API "bonify.3"
	What string // what the rule is about, for people
}

var generalRules = []Rule{
	{"known.1", "a given secret, in any case of letters, plain or with the escapes of URLs, JSON and HTML"},
	{"known.2", "a given secret in base64 of any alphabet, alone or within more"},
	{"known.3", "a given secret in hex, octal, base32 or quoted-printable, or as a list of bytes"},
	{"known.4", "a credential that was seen in a header, a field or a key, in all these forms"},
	{"names.1", "the credential of Authorization and Proxy-Authorization; the scheme stays"},
	{"names.2", "the values of Cookie and Set-Cookie; names and attributes stay"},
	{"names.3", "headers named after an API key, a token, a secret or a password"},
	{"names.4", "parameters of the query and fields of forms with such names"},
	{"names.5", "JSON keys with such names, at any depth"},
	{"names.6", "such names within other texts: name=value, \"name\":\"value\", user:password@host, fields of HTML"},
	{"names.7", "headers that sign the body"},
	{"shapes.1", "a word after Bearer, Basic, Token, in any text"},
	{"shapes.2", "JSON web tokens"},
	{"shapes.3", "private keys in PEM"},
	{"shapes.4", "tokens with a prefix that is known, as sk_live_"},
	{"shapes.5", "long words that look like chance"},
	{"people.1", "e-mail addresses, in any text"},
	{"people.2", "telephone numbers, by key"},
	{"people.3", "first, last and full names, by key"},
	{"people.4", "streets, cities, postcodes, companies, by key"},
	{"people.5", "days of birth, by key"},
}

// Rules redact one recording. They know the secrets that were given, learn the
// credentials that they see, and remember the people they met, so that these
// have the same stand-ins throughout. They can be used by many goroutines; the
// numbers of people go by the order of the calls.
type Rules struct {
	api    string
	off    []string
	vendor vendorRules
	shapes []shape

	mu     sync.Mutex
	known  []known
	seen   map[string]bool // values that are in known
	people *people
	nested int // how deep the text lies that is worked on
}

// New makes the rules for an API, named as its package is: "bonify". An unknown
// API has the general rules alone. The secrets are what must never be written,
// by any names; empty ones are left out. The rules named by off are not applied.
//
// It is an error if a rule does not exist, and if a secret is shorter than six
// bytes or a part of the word "redacted", which stands in its place.
func New(api string, secrets map[string]string, off ...string) (*Rules, error) {
	r := &Rules{api: api, vendor: vendors[api], seen: map[string]bool{}, people: newPeople()}
	all := All(api)
	for _, id := range off {
		if !slices.ContainsFunc(all, func(rule Rule) bool { return rule.ID == id }) {
			return nil, fmt.Errorf("redact: there is no rule %q for %s", id, api)
		}
		if !slices.Contains(r.off, id) {
			r.off = append(r.off, id)
		}
	}
	sort.Strings(r.off)
	for _, s := range slices.Concat(generalShapes, r.vendor.shapes) {
		if r.on(s.id) {
			r.shapes = append(r.shapes, s)
		}
	}
	var names []string
	for name := range secrets {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if err := r.given(name, secrets[name]); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// given adds a secret that must never be written. Its name is safe to print
// only if no secret stands in it.
func (r *Rules) given(name, value string) error {
	switch {
	case value == "" || value == mark || r.seen[value]:
		return nil
	case strings.Contains(mark, value):
		return errors.New("redact: a secret is a part of the word that stands in its place")
	case len(value) < shortest:
		return fmt.Errorf("redact: a secret has %d bytes; fewer than %d cannot be told from chance", len(value), shortest)
	}
	r.seen[value] = true
	r.known = append(r.known, newKnown(name, value, ""))
	return nil
}

// All lists the rules that there are for an API: the general ones, then its own.
func All(api string) []Rule {
	return slices.Concat(generalRules, vendors[api].rules)
}

// Name is the word for the rules in force: the API and the version of the
// rules, then those that are off, each after a minus: "bonify+1",
// "bonify+1-names.2-shapes.5".
func (r *Rules) Name() string {
	name := r.api + "+" + version
	for _, id := range r.off {
		name += "-" + id
	}
	return name
}

// ParseName takes a Name apart, for New. It is an error if the name is of
// another version, as then the rules are not the same.
func ParseName(name string) (api string, off []string, err error) {
	api, rest, ok := strings.Cut(name, "+")
	words := strings.Split(rest, "-")
	if !ok || api == "" {
		return "", nil, fmt.Errorf("redact: %q names no rules; want API+%s", name, version)
	}
	if words[0] != version {
		return "", nil, fmt.Errorf("redact: %q is of version %q of the rules, these are of version %s", name, words[0], version)
	}
	for _, id := range words[1:] {
		if !slices.ContainsFunc(All(api), func(rule Rule) bool { return rule.ID == id }) {
			return "", nil, fmt.Errorf("redact: %q switches off a rule %q that is not there", name, id)
		}
	}
	return api, words[1:], nil
}

// on tells whether a rule is there and applied.
func (r *Rules) on(id string) bool {
	_, off := slices.BinarySearch(r.off, id)
	return !off
}
