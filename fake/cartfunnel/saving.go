package cartfunnel

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// The API's sentences about a record that it does not save, in the order in
// which they are given (reading CF-13). textNotSaved is what an injected
// refusal says when it brings no words (reading CF-28); textNoWrapper is the
// framework's sentence about a missing parameter (reading CF-11).
const (
	textEmailBlank       = "Email can't be blank"
	textEmailInvalid     = "Email is invalid"
	textEmailTaken       = "Email has already been taken"
	textTaxExempt        = "Tax exempt is not included in the list"
	textAcceptsMarketing = "Accepts marketing is not included in the list"
	textNotSaved         = "An error has occurred"
	textNoWrapper        = "param is missing or the value is empty: customer"
)

// attributes are what a save was given.
type attributes struct {
	object  gjson.Result
	missing bool // there was no wrapper with anything in it
}

// readAttributes reads the body of a save: an object whose only key is
// "customer", which holds the attributes ("POST /customers.json").
func (s *Server) readAttributes(c *fake.Call) (attributes, error) {
	var wrapper gjson.Result
	if readable(c) {
		body, err := c.JSON()
		if err != nil {
			return attributes{}, err
		}
		for key, value := range fake.Members(body) {
			if key == "customer" {
				wrapper = value
			} else {
				c.Note("ignored-attribute", key)
			}
		}
	}
	if filledObject(wrapper) {
		return attributes{object: wrapper}, nil
	}
	if s.settings.missingWrapperRefused {
		return attributes{missing: true}, nil
	}
	return attributes{}, &fake.Error{Kind: fake.Malformed, Texts: []string{s.text(textNoWrapper)}} // reading CF-11
}

func filledObject(v gjson.Result) bool {
	filled := false
	if v.IsObject() {
		v.ForEach(func(_, _ gjson.Result) bool {
			filled = true
			return false
		})
	}
	return filled
}

// readable tells whether the body has one of the two media types of the
// document. A body of another type is not looked at (reading CF-17).
func readable(c *fake.Call) bool {
	given := c.Header("Content-Type")
	media, _, _ := strings.Cut(given, ";")
	media = strings.TrimSpace(media)
	if strings.EqualFold(media, "application/json") || strings.EqualFold(media, "text/json") {
		return true
	}
	c.Note("content-type", given)
	return false
}

// saveCustomer is the common part of creating (stored is nil) and updating: the
// attempt is the stored record with the given attributes over it; it is stored
// if nothing is wrong with it and the test does not refuse it. An update moves
// updated_at even where it changes nothing (reading CF-29).
func (s *Server) saveCustomer(c *fake.Call, stored *Customer, given attributes) fake.Reply {
	t := account(c)
	var attempt Customer
	if stored != nil {
		attempt = *stored
	}
	odd := merge(&attempt, given.object, c.Note)
	texts := t.problems(&attempt, odd)
	if given.missing && stored != nil {
		texts = []string{s.text(textNoWrapper)} // reading CF-11
	}
	if texts = append(texts, s.refusals(c, &attempt)...); len(texts) > 0 {
		return s.notSaved(c, stored, &attempt, given, texts)
	}
	if kept, thinned := withoutDropped(c, given.object); thinned {
		attempt = Customer{}
		if stored != nil {
			attempt = *stored
		}
		merge(&attempt, kept, func(string, string) {})
	}
	attempt.UpdatedAt = now(c)
	if stored != nil {
		t.Customers.Update(c, attempt)
		return s.ok(t.Customers.Wire(attempt.ID))
	}
	attempt.CreatedAt = attempt.UpdatedAt
	attempt = t.Customers.Insert(c, attempt)
	return fake.Reply{Status: s.settings.createdStatus, Header: s.header, Body: t.Customers.Wire(attempt.ID)} // reading CF-7
}

// refusals are the sentences with which the test wants this save to fail: those
// of RefuseCustomer, of RefuseEmail, and then of the fault not-saved.
func (s *Server) refusals(c *fake.Call, attempt *Customer) []string {
	texts := c.Refusals(account(c).engine, refusedID(attempt.ID), refusedEmail(attempt.Email))
	if fault, hit := c.Fault("not-saved"); hit && !fault.Has("errors") {
		texts[len(texts)-1] = s.text(textNotSaved) // reading CF-28
	}
	return texts
}

// notSaved answers a refused save. "errors" is what says so; the status, the
// echoed values and "persisted" are those of the document's samples, unless
// options or the fault not-saved have them otherwise (readings CF-3 and CF-4).
func (s *Server) notSaved(c *fake.Call, stored, attempt *Customer, given attributes, texts []string) fake.Reply {
	fault, _ := c.Fault("not-saved")
	shown, o := *attempt, outcome{errors: texts}
	if stored == nil {
		o.unsaved = true
	} else {
		o.persisted = !s.settings.persistedFalseOnUpdate
		if echo := cmp.Or(fault.Get("echo"), string(s.settings.echo)); echo == string(Stored) {
			shown = *stored
		}
		if s.settings.echoedUpdatedAt == AttemptTime && !given.missing {
			shown.UpdatedAt = now(c)
		}
	}
	if fault.Has("persisted") {
		o.persisted = fault.Get("persisted") == "true"
	}
	answer := s.ok(s.settings.form.appendCustomer(nil, &shown, o))
	if status, err := strconv.Atoi(fault.Get("status")); err == nil {
		answer.Status = status
	}
	return answer
}

// unreadable tells which of the boolean attributes came with a value that is no
// boolean in any spelling.
type unreadable struct{ taxExempt, acceptsMarketing bool }

// merge takes the seven attributes of "Properties" over into a record, each only
// if it is there. Counters, times and unknown keys are left out and noted
// (readings CF-12 and CF-26).
func merge(into *Customer, attributes gjson.Result, note func(kind, detail string)) (odd unreadable) {
	for key, value := range fake.Members(attributes) {
		switch key {
		case "email":
			mergeText(&into.Email, key, value, note)
		case "first_name":
			mergeText(&into.FirstName, key, value, note)
		case "last_name":
			mergeText(&into.LastName, key, value, note)
		case "note":
			mergeText(&into.Note, key, value, note)
		case "tag_list":
			var list string
			if mergeText(&list, key, value, note) {
				into.TagList = splitTags(list) // replaces the whole set
			}
		case "tax_exempt":
			odd.taxExempt = !mergeBool(&into.TaxExempt, value)
		case "accepts_marketing":
			odd.acceptsMarketing = !mergeBool(&into.AcceptsMarketing, value)
		default:
			note("ignored-attribute", key)
		}
	}
	return odd
}

// mergeText takes a value over as text, neither trimmed nor folded (reading
// CF-30). Numbers and booleans give their own spelling, null gives "".
func mergeText(into *string, key string, value gjson.Result, note func(kind, detail string)) bool {
	switch value.Type {
	case gjson.String, gjson.Number, gjson.True, gjson.False:
		*into = fake.Text(value)
	case gjson.Null:
		*into = ""
	default:
		note("dropped-value", key)
		return false
	}
	return true
}

// mergeBool takes a boolean over in one of its spellings. Anything else is
// refused, so that "yes" cannot pass unseen (reading CF-31).
func mergeBool(into *bool, value gjson.Result) bool {
	switch value.Raw {
	case `true`, `1`:
		*into = true
		return true
	case `false`, `0`, `null`:
		*into = false
		return true
	}
	if value.Type != gjson.String {
		return false
	}
	switch value.Str {
	case "true", "1":
		*into = true
	case "false", "0":
		*into = false
	default:
		return false
	}
	return true
}

// splitTags reads a comma delimited list: pieces are trimmed, empty ones and
// later twins left out. Quotes mean nothing, so no tag holds a comma.
func splitTags(list string) []string {
	var tags []string
	for piece := range strings.SplitSeq(list, ",") {
		if piece = strings.TrimSpace(piece); piece != "" {
			tags = append(tags, piece)
		}
	}
	return uniqueTags(tags)
}

// uniqueTags drops later twins in place.
func uniqueTags(tags []string) []string {
	if len(tags) < 16 {
		kept := tags[:0]
		for _, tag := range tags {
			if !slices.Contains(kept, tag) {
				kept = append(kept, tag)
			}
		}
		return kept
	}
	seen := make(map[string]bool, len(tags))
	return slices.DeleteFunc(tags, func(tag string) bool {
		twin := seen[tag]
		seen[tag] = true
		return twin
	})
}

func joinTags(tags []string) string { return strings.Join(tags, ", ") }

// problems lists what is wrong with a record that is to be saved, in the order
// of the constants above. The record's own id is 0 before its creation.
func (t *Tenant) problems(c *Customer, odd unreadable) []string {
	var texts []string
	if strings.TrimSpace(c.Email) == "" {
		texts = append(texts, t.server.text(textEmailBlank))
	} else {
		if !validEmail(c.Email) {
			texts = append(texts, t.server.text(textEmailInvalid))
		}
		if t.taken(c) {
			texts = append(texts, t.server.text(textEmailTaken))
		}
	}
	if odd.taxExempt {
		texts = append(texts, t.server.text(textTaxExempt))
	}
	if odd.acceptsMarketing {
		texts = append(texts, t.server.text(textAcceptsMarketing))
	}
	return texts
}

// taken tells whether another customer of the account has the address.
func (t *Tenant) taken(c *Customer) bool {
	for _, id := range t.Customers.Lookup(byEmail, foldEmail(c.Email)) {
		if id != c.ID {
			return true
		}
	}
	return false
}

// foldEmail is the one rule by which addresses are the same (reading CF-30).
func foldEmail(email string) string { return strings.ToLower(email) }

// validEmail matches ^[^@\s]+@([-A-Za-z0-9]+\.)+[A-Za-z]{2,}$ in one pass. The
// "[email protected]" of the page is a trace of its web host and no address
// (reading CF-32).
func validEmail(email string) bool {
	local, domain, found := strings.Cut(email, "@")
	if !found || local == "" || strings.ContainsAny(local, "\t\n\f\r ") {
		return false
	}
	labels, letters := 0, 0 // whole labels before, letters only in the last one
	length := 0
	for i := range len(domain) {
		switch b := domain[i]; {
		case b == '.':
			if length == 0 {
				return false
			}
			labels, letters, length = labels+1, 0, 0
		case 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z':
			letters++
			length++
		case b == '-' || '0' <= b && b <= '9':
			length++
		default:
			return false
		}
	}
	return labels > 0 && letters >= 2 && letters == length
}
