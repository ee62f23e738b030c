package bonify

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// writable are the Shopify attributes that can be written, in the order in which
// they are looked at ("POST /customers", "PUT /customers").
var writable = []string{"email", "first_name", "last_name", "phone", "note", "tags", "accepts_marketing"}

// record is one element of "customers", key by key.
type record struct {
	id         gjson.Result
	attributes [7]gjson.Result // as writable has them
	fields     gjson.Result
}

// read makes a customer of one record: the stored one with the given attributes
// over it, or a new one. The first thing that is wrong with it is the error.
// place is the record's number in the batch.
func (b *batch) read(r gjson.Result, place int) (Customer, error) {
	given, err := b.take(r)
	if err != nil {
		return Customer{}, err
	}
	customer, err := b.identify(given.id)
	if err != nil {
		return customer, err
	}
	if err := b.mergeAttributes(&customer, &given); err != nil {
		return customer, err
	}
	if err := b.mergeFields(&customer, given.fields); err != nil {
		return customer, err
	}
	if err := b.check(&customer, place); err != nil {
		return customer, err
	}
	customer.UpdatedAt = b.now
	return customer, nil
}

// take sorts the keys of a record. Those that cannot be written are left out.
func (b *batch) take(r gjson.Result) (given record, err error) {
	if !r.IsObject() {
		return given, invalid("customer must be an object")
	}
	for key, value := range fake.Members(r) {
		switch i := slices.Index(writable, key); {
		case key == "id":
			given.id = value
		case key == "customer_fields":
			given.fields = value
		case i >= 0:
			given.attributes[i] = value
		default:
			b.call.Note("ignored-attribute", key)
		}
	}
	return given, nil
}

// identify finds the customer that an update means; a new one has no id yet
// (reading BF-16).
func (b *batch) identify(id gjson.Result) (Customer, error) {
	absent := id.Type == gjson.Null // not there, or null
	if b.creates {
		if !absent {
			return Customer{}, invalid("new customers must not have an id")
		}
		fresh := Customer{CreatedAt: b.now, State: defaultState, ProductSubscriberStatus: defaultSubscriberStatus}
		return fresh, nil
	}
	if absent {
		return Customer{}, invalid("customer id is required")
	}
	if id.Type != gjson.Number || !digits(strings.TrimPrefix(id.Raw, "-")) {
		return Customer{}, invalid("customer id must be a number")
	}
	n, err := strconv.ParseInt(id.Raw, 10, 64)
	if err != nil {
		n = 0 // beyond all ids: nobody's
	}
	return b.find(n)
}

// mergeAttributes takes Shopify attributes over. Empty is empty, whatever the
// delete header says (reading BF-22).
func (b *batch) mergeAttributes(c *Customer, given *record) error {
	texts := [...]*string{&c.Email, &c.FirstName, &c.LastName, &c.Phone, &c.Note}
	for i, key := range writable {
		value := given.attributes[i]
		if !value.Exists() {
			continue
		}
		if key == "accepts_marketing" {
			if !value.IsBool() {
				return invalid(key + " must be a boolean")
			}
			if !b.forgotten(key) {
				c.AcceptsMarketing = value.Bool()
			}
			continue
		}
		text := ""
		if value.Type == gjson.String {
			text = fake.Text(value)
		} else if value.Type != gjson.Null {
			return invalid(key + " must be a string")
		}
		switch {
		case b.forgotten(key):
		case key == "tags":
			c.Tags = splitTags(text)
		default:
			*texts[i] = text
		}
	}
	return nil
}

// splitTags reads a list with commas: pieces are trimmed, empty ones left out.
func splitTags(list string) []string {
	var tags []string
	for piece := range strings.SplitSeq(list, ",") {
		if piece = strings.TrimSpace(piece); piece != "" {
			tags = append(tags, piece)
		}
	}
	return tags
}

func joinTags(tags []string) string { return strings.Join(tags, ", ") }

// check looks at the merged record as a whole: that there is something to know
// the customer by (reading BF-15), the address, and what the test refuses.
func (b *batch) check(c *Customer, place int) error {
	s := &b.shop.server.settings
	switch {
	case c.Email == "" && c.Phone == "" && c.FirstName == "" && c.LastName == "":
		return invalid("email, phone, first_name or last_name is required")
	case c.Email != "" && !validEmail(c.Email):
		return invalid("email is invalid")
	case !s.duplicateEmails && b.taken(c):
		return invalid("email has already been taken")
	}
	if err := b.refused(c); err != nil {
		return err
	}
	if place == b.stopAt {
		b.call.Fault("batch-stops")
		return &fake.Error{Kind: fake.NotSaved, Texts: []string{b.stopText}}
	}
	return nil
}

// refused is what the test says about this record: by RefuseCustomer, by
// RefuseEmail, or by the fault not-saved.
func (b *batch) refused(c *Customer) error {
	var keys []string
	if c.ID != 0 {
		keys = append(keys, refusedID(c.ID))
	}
	if c.Email != "" {
		keys = append(keys, refusedEmail(c.Email))
	}
	if texts := b.call.Refusals(b.shop.engine, keys...); len(texts) > 0 {
		return b.shop.notSaved(b.call, texts)
	}
	return nil
}

// notSaved refuses with the first of the sentences; the fault not-saved may have
// its own status for its own.
func (t *Shop) notSaved(c *fake.Call, texts []string) error {
	e := &fake.Error{Kind: fake.NotSaved, Texts: texts[:1]}
	if injected := c.Refusals(t.engine); len(injected) == len(texts) {
		f, _ := c.Fault("not-saved")
		e.Status = number(f, "status")
	}
	return e
}

// validEmail matches ^[^@\s]+@([-A-Za-z0-9]+\.)+[A-Za-z]{2,}$ in one pass.
func validEmail(email string) bool {
	local, domain, found := strings.Cut(email, "@")
	if !found || local == "" || strings.ContainsAny(local, "\t\n\f\r ") {
		return false
	}
	before, letters, length := 0, 0, 0 // labels before this one; letters and bytes of this one
	for i := range len(domain) {
		switch b := domain[i]; {
		case b == '.':
			if length == 0 {
				return false
			}
			before, letters, length = before+1, 0, 0
		case 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z':
			letters++
			length++
		case b == '-' || '0' <= b && b <= '9':
			length++
		default:
			return false
		}
	}
	return before > 0 && letters >= 2 && letters == length
}
