package bonify

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Shop is one shop of a fake, with customers, field definitions and keys of
// its own. Ids are shared by the whole server, so that one shop's id is unknown
// to the next.
type Shop struct {
	// Customers are the shop's records, by id. Add fills in id, times and
	// defaults; Change moves UpdatedAt unless its function sets it. Neither
	// validates: a test may store what the API would refuse. All gives them by
	// id; the API lists them by time of change.
	Customers *fake.Collection[int64, Customer]

	server *Server
	engine *fake.Tenant
	number int64 // the filter field shop_id
	domain string
	key    string
	keys   map[string]bool

	fields  *fake.Collection[int64, definition]
	defined definitions

	mac     hash.Hash          // signs cursors
	scratch []byte             // of encode, under the server's lock
	pages   map[pageKey][]byte // answers to lists, until the next change
}

// The orders of a shop's customers, and the indexes for filters by equality.
const (
	byUpdated = "updated"
	byID      = "id"

	emailIndex = "email"
	phoneIndex = "phone"
	tagIndex   = "tag"
	fieldIndex = "field"
)

// newShop makes a shop with the server's field definitions.
func (s *Server) newShop(engine *fake.Tenant, domain, key string) *Shop {
	t := &Shop{server: s, engine: engine, number: int64(len(s.shops)) + 1, domain: domain, key: key}
	t.fields = fake.NewCollection(engine, fake.Spec[int64, definition]{
		Name:    "fields",
		Key:     func(d *definition) *int64 { return &d.Position },
		NextKey: t.lastPosition,
		Clone:   func(d definition) definition { d.Choices = slices.Clone(d.Choices); return d },
		Fill:    func(d *definition, _ time.Time) { d.Field = d.complete() },
		Illegal: t.illegalField,
	})
	t.Customers = fake.NewCollection(engine, fake.Spec[int64, Customer]{
		Name:    "customers",
		Key:     func(c *Customer) *int64 { return &c.ID },
		Clone:   cloneCustomer,
		Fill:    fillCustomer,
		Touch:   touchCustomer,
		Illegal: t.illegal,
		Encode:  t.encode,
		Index:   t.indexes(),
		Orders: map[string]func(a, b *Customer) int{
			byUpdated: func(a, b *Customer) int { return a.UpdatedAt.Compare(b.UpdatedAt) },
			byID:      func(_, _ *Customer) int { return 0 },
		},
		Keep: s.settings.lag,
	})
	t.mac = hmac.New(sha256.New, []byte(strconv.FormatUint(s.Seed(), 10)+"|"+domain))
	s.shops[domain] = t
	t.begin()
	return t
}

// firstID is the id that the first customer gets: that of the document's sample.
const firstID = 345345345345

// begin leaves a shop with its first key and the server's field definitions, and
// lets ids begin at the sample's.
func (t *Shop) begin() {
	t.keys, t.pages = map[string]bool{t.key: true}, nil
	for _, f := range t.server.settings.fields {
		t.fields.Insert(nil, definition{Field: f})
	}
	t.refresh()
	t.server.RaiseID("customers", firstID-1)
}

// illegal is what a shop cannot hold: an id that another shop has.
func (t *Shop) illegal(c Customer) error {
	for _, other := range t.server.shops {
		if other == t {
			continue
		}
		if v, _ := other.Customers.Look(c.ID); v != nil {
			return fmt.Errorf("id %d is in use in the shop %s", c.ID, other.domain)
		}
	}
	return nil
}

// indexes are what filters and the check for a taken address look up. A record
// that comes or goes comes by here.
func (t *Shop) indexes() map[string]func(c *Customer, add func(string)) {
	return map[string]func(c *Customer, add func(string)){
		emailIndex: func(c *Customer, add func(string)) { t.pages = nil; add(fold(c.Email)) },
		phoneIndex: func(c *Customer, add func(string)) { add(fold(c.Phone)) },
		tagIndex: func(c *Customer, add func(string)) {
			for _, tag := range c.Tags {
				add(fold(tag))
			}
		},
		fieldIndex: func(c *Customer, add func(string)) {
			for i := range c.Fields {
				add(fieldKey(c.Fields[i].MachineName, c.Fields[i].Value))
			}
		},
	}
}

// fieldKey is how the value of a custom field stands in its index, "" where it
// does not: long texts are not worth the memory.
func fieldKey(machineName, value string) string {
	folded := fold(value)
	if folded == "" || len(folded) > longestIndexed {
		return ""
	}
	return machineName + "\x00" + folded
}

// longestIndexed is how long a folded value may be, in bytes, to stand there.
const longestIndexed = 64

// ShopDomain is the shop's domain, for the first header of a request.
func (t *Shop) ShopDomain() string { return t.domain }

// APIKey is the shop's first key, for the second header. It is valid until
// RevokeKey.
func (t *Shop) APIKey() string { return t.key }

// AddShop makes a further shop, with the field definitions that the server was
// made with. A domain in use is a mistake of the test, and so is what WithShop
// refuses.
func (s *Server) AddShop(domain, key string) *Shop {
	err := shopForm(domain, key)
	s.Locked(func() {
		if s.shops[domain] != nil {
			err = errors.New("there is such a shop already")
		}
	})
	if err != nil {
		s.Mistake("AddShop(%q, …): %v", domain, err)
	}
	engine := s.AddTenant(domain)
	var t *Shop
	s.Locked(func() { t = s.newShop(engine, domain, key) })
	return t
}

// swap is the shop of that domain, or the first of the further ones, for a call
// that a fault carries out in another shop.
func (s *Server) swap(domain string) (tenant any, err error) {
	for _, t := range s.shops {
		if t.domain == domain || domain == "" && t.number == 2 {
			return t, nil
		}
	}
	if domain == "" {
		return nil, errors.New("there is one shop only; AddShop makes another")
	}
	return nil, errors.New("there is no such shop")
}

// shopForm is what a shop's domain and key must look like to be sent as headers.
func shopForm(domain, key string) error {
	switch {
	case domain == "" || key == "":
		return errors.New("no request can carry an empty domain or key")
	case strings.ContainsAny(domain, "/ ") || strings.ToLower(domain) != domain:
		return errors.New("want the bare domain in lower case: your-domain.myshopify.com")
	}
	return nil
}

// AddKey makes one more key of the shop. All keys may do everything, and share
// the limit.
func (t *Shop) AddKey(key string) {
	if key == "" {
		t.server.Mistake("AddKey: no request can carry an empty key")
	}
	t.server.Locked(func() { t.keys[key] = true })
}

// RevokeKey makes a key unknown from the next call on.
func (t *Shop) RevokeKey(key string) {
	t.server.Locked(func() { delete(t.keys, key) })
}

// RefuseCustomer lets every update of that record fail with this message, until
// it is called with an empty one.
func (t *Shop) RefuseCustomer(id int64, message string) { t.refuse(refusedID(id), message) }

// RefuseEmail lets every write that would leave a record with that address fail
// with this message, letter case ignored, until it is called with an empty one.
func (t *Shop) RefuseEmail(email, message string) { t.refuse(refusedEmail(email), message) }

func (t *Shop) refuse(key, message string) {
	if message == "" {
		t.engine.Refuse(key)
		return
	}
	t.engine.Refuse(key, message)
}

func refusedID(id int64) string        { return "customer " + strconv.FormatInt(id, 10) }
func refusedEmail(email string) string { return "email " + fold(email) }

// shopOf is the shop of the caller, with its records in their present form.
func shopOf(c *fake.Call) *Shop {
	t := c.Caller.Tenant.(*Shop)
	t.refresh()
	return t
}
