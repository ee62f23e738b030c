package cartfunnel

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The permissions that the fake knows of an API secret. The document only says
// that a secret's permission level can be customised, so the names are ours;
// writing does not include reading (reading CF-20).
const (
	ReadCustomers  fake.Scope = "customers:read"
	WriteCustomers fake.Scope = "customers:write"
)

// A Tenant is one Cartfunnel account of a fake, with customers and secrets of
// its own. Ids are shared by the whole server, so that one account's id is
// unknown to the next.
type Tenant struct {
	// Customers are the account's records, by id. Add fills in the id and the
	// times, Change moves UpdatedAt unless its function sets it. Neither
	// validates: a test may store what the API would refuse.
	Customers *fake.Collection[int64, Customer]

	server  *Server
	engine  *fake.Tenant
	name    string
	secret  string
	secrets map[string][]fake.Scope
}

// byEmail is the index of customers by folded e-mail address.
const byEmail = "email"

// newTenant makes an account, whose first secret has both permissions.
func (s *Server) newTenant(engine *fake.Tenant, name, secret string) *Tenant {
	t := &Tenant{server: s, engine: engine, name: name, secret: secret}
	t.Customers = fake.NewCollection(engine, fake.Spec[int64, Customer]{
		Name:    "customers",
		Key:     func(c *Customer) *int64 { return &c.ID },
		Clone:   cloneCustomer,
		Fill:    fillCustomer,
		Touch:   touchCustomer,
		Illegal: t.illegal,
		Encode:  s.encodeCustomer,
		Index:   map[string]func(*Customer, func(string)){byEmail: func(c *Customer, add func(string)) { add(foldEmail(c.Email)) }},
	})
	t.forget()
	return t
}

// forget leaves the first secret alone.
func (t *Tenant) forget() {
	t.secrets = map[string][]fake.Scope{t.secret: {ReadCustomers, WriteCustomers}}
}

func cloneCustomer(c Customer) Customer {
	c.TagList = slices.Clone(c.TagList)
	return c
}

// fillCustomer gives a new record the times that it lacks.
func fillCustomer(c *Customer, now time.Time) {
	if c.CreatedAt.IsZero() {
		c.CreatedAt = now
	}
	if c.UpdatedAt.IsZero() {
		c.UpdatedAt = c.CreatedAt
	}
	tidyCustomer(c)
}

// touchCustomer moves the time of change, unless the change itself has.
func touchCustomer(before Customer, c *Customer, now time.Time) {
	if c.UpdatedAt.Equal(before.UpdatedAt) {
		c.UpdatedAt = now
	}
	tidyCustomer(c)
}

// tidyCustomer brings a record into the one form in which it is kept.
func tidyCustomer(c *Customer) {
	c.CreatedAt, c.UpdatedAt = wholeMillis(c.CreatedAt), wholeMillis(c.UpdatedAt)
	if len(c.TagList) == 0 {
		c.TagList = nil
	}
}

// illegal is what an account cannot hold: an id that another account has.
func (t *Tenant) illegal(c Customer) error {
	for _, other := range t.server.accounts {
		if other == t {
			continue
		}
		if _, err := other.Customers.Find(c.ID); err == nil {
			return fmt.Errorf("id %d is in use in account %q", c.ID, other.name)
		}
	}
	return nil
}

// encodeCustomer is the wire form that is kept with a record.
func (s *Server) encodeCustomer(c *Customer) []byte {
	s.scratch = s.settings.form.appendCustomer(s.scratch[:0], c, outcome{persisted: true})
	return bytes.Clone(s.scratch)
}

// Account is the name of the account, for the first header of a request.
func (t *Tenant) Account() string { return t.name }

// Secret is the account's first secret, for the second header. It has both
// permissions, until RevokeSecret.
func (t *Tenant) Secret() string { return t.secret }

// AddAccount makes a further account with a secret that has both permissions. A
// name in use is a mistake of the test, and so is an empty name or secret.
func (s *Server) AddAccount(name, secret string) *Tenant {
	var known bool
	s.Locked(func() { known = s.accounts[name] != nil })
	if name == "" || secret == "" || known {
		s.Mistake("AddAccount(%q, …): want a new name and a secret", name)
	}
	engine := s.AddTenant(name)
	var t *Tenant
	s.Locked(func() {
		t = s.newTenant(engine, name, secret)
		s.accounts[name] = t
	})
	return t
}

// AddSecret makes a secret with these permissions, or gives an old one others.
// Without any, every call with it is a 403.
func (t *Tenant) AddSecret(secret string, scopes ...fake.Scope) {
	scopes = slices.Clone(scopes)
	t.server.Locked(func() { t.secrets[secret] = scopes })
}

// RevokeSecret makes a secret unknown from the next call on.
func (t *Tenant) RevokeSecret(secret string) {
	t.server.Locked(func() { delete(t.secrets, secret) })
}

// RefuseCustomer lets every save of that record fail with these messages, until
// it is called without any.
func (t *Tenant) RefuseCustomer(id int64, messages ...string) {
	t.engine.Refuse(refusedID(id), messages...)
}

// RefuseEmail lets every save that would leave a record with that address fail
// with these messages, letter case ignored, until it is called without any.
func (t *Tenant) RefuseEmail(email string, messages ...string) {
	t.engine.Refuse(refusedEmail(email), messages...)
}

func refusedID(id int64) string        { return "customer " + strconv.FormatInt(id, 10) }
func refusedEmail(email string) string { return "email " + foldEmail(email) }
