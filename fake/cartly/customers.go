package cartly

import (
	"cmp"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// A Customer is a customer of a shop. Of its names the document shows email and
// first_name ("Action Examples"); a text that was never given is "".
type Customer struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	FirstName string    `json:"first_name"`
	LastName  string    `json:"last_name"`
	Phone     string    `json:"phone"`
	Note      string    `json:"note"`
	CreatedAt time.Time `json:"created_at"` // UTC, whole milliseconds
	UpdatedAt time.Time `json:"updated_at"` // UTC, whole milliseconds
}

// byEmail is the index of customers by folded address.
const byEmail = "email"

func (t *ShopHandle) newCustomers() *fake.Collection[string, Customer] {
	s := t.server
	return fake.NewCollection(t.engine, fake.Spec[string, Customer]{
		Name:    "customers",
		Key:     func(c *Customer) *string { return &c.ID },
		NextKey: func() string { return s.newID(customerID) },
		Fill: func(c *Customer, now time.Time) {
			s.fillID(customerID, &c.ID)
			fillTimes(&c.CreatedAt, &c.UpdatedAt, now)
		},
		Touch: func(before Customer, c *Customer, now time.Time) {
			touchTimes(&c.CreatedAt, before.UpdatedAt, &c.UpdatedAt, now)
		},
		Illegal: func(c Customer) error { return t.elsewhere(customerID, c.ID) },
		Encode:  encoded(s, appendCustomer),
		Changed: t.customerChanged,
		Index: map[string]func(*Customer, func(string)){
			byEmail: func(c *Customer, add func(string)) { add(foldEmail(c.Email)) },
		},
		Orders: map[string]func(a, b *Customer) int{byMaking: s.customersMade},
	})
}

func (s *Server) customersMade(a, b *Customer) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), s.sequence(customerID).compare(a.ID, b.ID))
}

func appendCustomer(dst []byte, c *Customer) []byte {
	b := appendText(append(dst, '{'), "id", c.ID)
	b = appendText(b, "email", c.Email)
	b = appendOptional(b, "first_name", c.FirstName)
	b = appendOptional(b, "last_name", c.LastName)
	b = appendOptional(b, "phone", c.Phone)
	b = appendOptional(b, "note", c.Note)
	b = appendTime(b, "created_at", c.CreatedAt)
	return append(appendTime(b, "updated_at", c.UpdatedAt), '}')
}

// listCustomers answers GET /apps/api/customers: all, or the one with an address,
// compared as a whole and without regard to letter case (reading CL-23). Nobody
// is an empty list.
func (s *Server) listCustomers(c *fake.Call) (fake.Reply, error) {
	noteQuery(c, "email", limitParam, offsetParam)
	t := shopOf(c)
	wanted := selection[Customer]{
		name: "customers", of: t.Customers, made: s.customersMade,
		same: func(a, b *Customer) bool { return a.CreatedAt.Equal(b.CreatedAt) },
	}
	if email := c.Query().Get("email"); email != "" {
		wanted.fits = func(v *Customer) bool { return foldEmail(v.Email) == foldEmail(email) }
		wanted.ids = t.withEmail(email)
	}
	return wanted.answer(s, c), nil
}

// withEmail are the ids of the customers with an address, as they were made: more
// than one only where the test stored twins.
func (t *ShopHandle) withEmail(email string) []string {
	return inOrder(t.Customers, t.Customers.Lookup(byEmail, foldEmail(email)), t.server.customersMade)
}

// createCustomer answers POST /apps/api/customers ("Action Examples", reading
// CL-12). A taken address is refused without the other's id, or updates the
// other (reading CL-22).
func (s *Server) createCustomer(c *fake.Call) (fake.Reply, error) {
	noteQuery(c)
	given, err := readFields(c, customerKeys...)
	if err != nil {
		return fake.Reply{}, err
	}
	t := shopOf(c)
	var stored Customer
	if others := t.withEmail(fake.Text(given["email"])); s.settings.upsert && len(others) > 0 {
		stored, _ = t.Customers.Find(others[0])
	}
	return s.saveCustomer(c, stored, given)
}

// updateCustomer answers PUT /apps/api/customers/{id}: what is left out stays,
// null and "" clear ("API Endpoints").
func (s *Server) updateCustomer(c *fake.Call) (fake.Reply, error) {
	noteQuery(c)
	given, err := readFields(c, customerKeys...)
	if err != nil {
		return fake.Reply{}, err
	}
	stored, err := shopOf(c).Customers.Find(c.Param("id"))
	if err != nil {
		return fake.Reply{}, unknown("customer")
	}
	return s.saveCustomer(c, stored, given)
}

// saveCustomer is the common part of creating, where the stored customer has no
// id, and updating. An accepted write moves updated_at even if it changes nothing.
func (s *Server) saveCustomer(c *fake.Call, stored Customer, given fields) (fake.Reply, error) {
	t := shopOf(c)
	customer := stored
	if err := mergeCustomer(&customer, given); err != nil {
		return fake.Reply{}, err
	}
	for _, id := range t.withEmail(customer.Email) {
		if id != customer.ID {
			return fake.Reply{}, taken("email has already been taken")
		}
	}
	if err := refused(c, refusedCustomer+customer.ID, refusedEmail+foldEmail(customer.Email)); err != nil {
		return fake.Reply{}, err
	}
	if kept, thinned := withoutDropped(c, given); thinned {
		customer = stored
		_ = mergeCustomer(&customer, kept) // what is good stays good, or is not there
	}
	customer.UpdatedAt = now(c)
	if stored.ID != "" {
		t.Customers.Update(c, customer)
		return jsonReply(http.StatusOK, t.Customers.Wire(customer.ID)), nil
	}
	customer.CreatedAt = customer.UpdatedAt
	t.silent = s.settings.silentAPICustomers // reading CL-20
	customer = t.Customers.Insert(c, customer)
	t.silent = false
	return jsonReply(s.settings.createdStatus, t.Customers.Wire(customer.ID)), nil
}

var customerKeys = []string{"email", "first_name", "last_name", "phone", "note"}

// mergeCustomer takes the given texts over, and finds the first thing that is
// wrong with them.
func mergeCustomer(into *Customer, given fields) error {
	texts := []*string{&into.Email, &into.FirstName, &into.LastName, &into.Phone, &into.Note}
	for i, key := range customerKeys {
		switch value := given[key]; {
		case !value.Exists():
		case value.Type == gjson.String:
			*texts[i] = fake.Text(value)
		case value.Type == gjson.Null:
			*texts[i] = ""
		default:
			return invalid(key + " must be a string")
		}
	}
	if strings.TrimSpace(into.Email) == "" {
		return invalid("email is required")
	}
	if !emailForm.MatchString(into.Email) {
		return invalid("email is invalid")
	}
	return nil
}

var emailForm = regexp.MustCompile(`^[^@\s]+@([-A-Za-z0-9]+\.)+[A-Za-z]{2,}$`)

// foldEmail is the one rule by which addresses are the same.
func foldEmail(email string) string { return strings.ToLower(email) }

// customerChanged emits what a change of a customer causes: a customer that
// registers, by whatever way (reading CL-20).
func (t *ShopHandle) customerChanged(before, after *Customer) {
	switch {
	case t.silent || after == nil:
	case before == nil:
		t.emit(customerCreated, t.Customers.Wire(after.ID))
	case t.server.settings.extraEvents:
		t.emit(customerUpdated, t.Customers.Wire(after.ID))
	}
}
