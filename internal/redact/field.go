package redact

import (
	"slices"
	"strings"
)

// A meaning is what a field holds by its name. The zero meaning is any text.
type meaning struct {
	name   string // of the field
	secret string // the rule by which it holds a credential
	part   part   // of a person
	rule   string // by which it does
}

// An owner is what a field is a part of: a JSON object, a form, a query.
type owner struct {
	form   bool
	person bool   // it has other fields of a person, so that "name" is a person's
	named  string // what another member says about the name of its value
	rule   string // by which it does
}

// Parts of people by names that more than one API has.
var partNames = map[part][]string{
	partEmail:   {"email", "emailaddress", "mail", "useremail", "customeremail", "contactemail", "responsibleemail", "billingemail", "shippingemail"},
	partFirst:   {"firstname", "givenname", "forename", "middlename"},
	partLast:    {"lastname", "surname", "familyname"},
	partFull:    {"fullname", "contactname", "recipientname", "cardholdername"},
	partPhone:   {"phone", "phones", "phonenumber", "mobile", "mobilephone", "cellphone", "telephone", "fax"},
	partStreet:  {"street", "streetaddress", "address", "address1", "address2", "addressline1", "addressline2"},
	partCity:    {"city", "town", "locality"},
	partCode:    {"zip", "zipcode", "postcode", "postalcode"},
	partCompany: {"company", "companyname"},
	partBirth:   {"birthday", "birthdate", "dateofbirth", "dob"},
}

var partRules = map[part]string{
	partEmail: "people.1", partPhone: "people.2", partFirst: "people.3", partLast: "people.3", partFull: "people.3",
	partStreet: "people.4", partCity: "people.4", partCode: "people.4", partCompany: "people.4", partBirth: "people.5",
}

// Words before a name that do not change what it is.
var belongings = []string{"customer", "billing", "shipping", "contact", "delivery", "recipient"}

var partByName = func() map[string]part {
	byName := map[string]part{}
	for p, names := range partNames {
		for _, n := range names {
			byName[n] = p
		}
	}
	return byName
}()

// partNamed tells which part of a person a field holds by its name.
func (r *Rules) partNamed(plain string) person {
	if p, ok := r.vendor.people[plain]; ok {
		return p
	}
	p, ok := partByName[plain]
	for _, before := range belongings {
		if rest, cut := strings.CutPrefix(plain, before); !ok && cut {
			if p, ok = partByName[rest]; !ok && rest == "name" {
				p, ok = partFull, true
			}
		}
	}
	if !ok {
		return person{}
	}
	return person{p, partRules[p]}
}

// meaningOf tells what a field holds.
func (r *Rules) meaningOf(name string, in owner) meaning {
	if name == "value" && in.named != "" {
		if !r.on(in.rule) {
			return meaning{name: name}
		}
		return r.meaningOf(in.named, owner{person: in.person, form: in.form})
	}
	m := meaning{name: name}
	plain := plainName(lastWord(name))
	vendorSecrets, general := r.vendor.keys, "names.5"
	if in.form {
		vendorSecrets, general = r.vendor.params, "names.4"
	}
	if id := vendorSecrets[plain]; id != "" && r.on(id) {
		m.secret = id
		return m
	}
	if SecretName(lastWord(name)) {
		if r.on(general) {
			m.secret = general
		}
		return m
	}
	p := r.partNamed(plain)
	if plain == "name" && in.person {
		p = person{partFull, "people.3"}
	}
	if p.part != partNone && r.on(p.rule) {
		m.part, m.rule = p.part, p.rule
	}
	return m
}

// lastWord is the innermost name of customer[address][city] and of
// customer.address.city; a list's [] is passed over.
func lastWord(name string) string {
	if !strings.ContainsAny(name, "[].") {
		return name
	}
	words := strings.FieldsFunc(name, func(c rune) bool { return c == '[' || c == ']' || c == '.' })
	for _, w := range slices.Backward(words) {
		if strings.Trim(w, "0123456789") != "" {
			return w
		}
	}
	return name
}

// A member is a field with its text.
type member struct {
	name string
	text string
}

// ownerOf looks at all members of an object or a form, before any is changed.
func (r *Rules) ownerOf(members []member, form bool) owner {
	in := owner{form: form}
	for _, m := range members {
		if r.partNamed(plainName(lastWord(m.name))).part != partNone {
			in.person = true
		}
		if rule := r.vendor.named[m.name]; rule != "" && m.text != "" {
			in.named, in.rule = m.text, rule
		}
	}
	return in
}

// learnMembers takes note of what the members of an object or a form hold: the
// parts of one person, and credentials.
func (r *Rules) learnMembers(members []member, in owner) {
	var details []detail
	for _, m := range members {
		means := r.meaningOf(m.name, in)
		switch {
		case means.secret != "":
			r.learn(m.text)
		case means.part == partEmail && !oneAddress(m.text):
		case means.part != partNone && m.text != "":
			details = append(details, detail{means.part, means.rule, m.text})
		case SecretName(lastWord(m.name)): // by a rule that is off, still known.4
			r.learn(m.text)
		}
	}
	r.people.record(details)
}

// value redacts the text of a field.
func (r *Rules) value(text string, m meaning) string {
	switch {
	case m.secret != "":
		if emptyValue(text) {
			return text
		}
		return mark
	case m.part == partEmail && !oneAddress(text):
		return r.text(text, m.name)
	case m.part == partEmail:
		return r.plain(r.people.standIn(partEmail, text), m.name)
	case m.part != partNone:
		return r.plain(r.people.standIn(m.part, r.text(text, m.name)), m.name)
	}
	if other := r.cursor(text, m.name); other != "" {
		return other
	}
	return r.text(text, m.name)
}

// oneAddress tells whether a text is an address and nothing else, be it an odd
// one.
func oneAddress(text string) bool {
	return strings.Contains(text, "@") && !strings.ContainsAny(strings.TrimSpace(text), " \t\r\n,;<>\"")
}
