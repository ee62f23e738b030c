package bonify

import (
	"net/http"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Customer is one record of a shop. The json names, those of the document
// where it has one, are used by snapshots with plain types; how a record looks
// on the wire is the business of wire.go. All times are UTC and whole seconds.
type Customer struct {
	ID        int64        `json:"id"`
	Email     string       `json:"email"`
	FirstName string       `json:"first_name"`
	LastName  string       `json:"last_name"`
	Fields    []FieldValue `json:"customer_fields,omitempty"`

	// These are sent WithShopifyFields, and serve filters always.
	Phone            string    `json:"phone,omitzero"`
	OrdersCount      int       `json:"orders_count,omitzero"`
	TotalSpentCents  int64     `json:"total_spent_cents,omitzero"`
	State            string    `json:"state,omitzero"` // "disabled" until a test says otherwise
	Tags             []string  `json:"tags,omitempty"`
	Note             string    `json:"note,omitzero"`
	VerifiedEmail    bool      `json:"verified_email,omitzero"`
	AcceptsMarketing bool      `json:"accepts_marketing,omitzero"`
	CreatedAt        time.Time `json:"created_at"`
	UpdatedAt        time.Time `json:"updated_at"` // of the last accepted write, even of equal values

	// These serve filters only.
	EmailMarketingState     string      `json:"email_marketing_state,omitzero"`     // empty: as AcceptsMarketing says
	ProductSubscriberStatus string      `json:"product_subscriber_status,omitzero"` // "never_subscribed" until a test says otherwise
	MultipassIdentifier     string      `json:"multipass_identifier,omitzero"`
	Address                 Address     `json:"address,omitzero"`
	ActivationDate          time.Time   `json:"activation_date,omitzero"`
	LastAbandonedOrderDate  time.Time   `json:"last_abandoned_order_date,omitzero"`
	OrderDates              []time.Time `json:"order_dates,omitempty"`
}

// A FieldValue is what a customer has in one custom field. Values of a field
// that the shop does not define are kept and not sent.
type FieldValue struct {
	MachineName string    `json:"machine_name"`
	Value       string    `json:"value"`
	CreatedAt   time.Time `json:"created_at"` // when the field first got a value (reading BF-33)
	UpdatedAt   time.Time `json:"updated_at"` // of the last write, even of an equal value
}

// An Address is where a customer lives, for the filters on it.
type Address struct {
	Address1 string `json:"address1,omitzero"`
	Address2 string `json:"address2,omitzero"`
	City     string `json:"city,omitzero"`
	Company  string `json:"company,omitzero"`
	Country  string `json:"country,omitzero"`
	Province string `json:"province,omitzero"`
}

// What a customer has in two attributes that are never empty.
const (
	defaultState            = "disabled"
	defaultSubscriberStatus = "never_subscribed"
)

// getCustomer answers GET /customers/{id}: as the list does, with one record
// ("GET /customers/{customer_id}", readings BF-1 and BF-2).
func (s *Server) getCustomer(c *fake.Call) (fake.Reply, error) {
	noteParameters(c, nil)
	wire := s.wireOf(c, shopOf(c), c.Int("id"))
	switch {
	case wire == nil && s.settings.unknownCustomer == http.StatusOK:
		return s.answer([]byte(`{"status":"okay","customers":[]}`)), nil
	case wire == nil:
		return fake.Reply{}, &fake.Error{Kind: fake.NotFound}
	}
	before, after := `{"status":"okay","customers":[`, `]}`
	if s.settings.singleObject {
		before, after = `{"status":"okay","customer":`, `}`
	}
	body := make([]byte, 0, len(before)+len(wire)+len(after))
	body = append(append(append(body, before...), wire...), after...)
	return s.answer(body), nil
}

// wireOf is the wire form of a record, nil where there is none: the present one,
// unless a fault lets every read lag behind.
func (s *Server) wireOf(c *fake.Call, t *Shop, id int64) []byte {
	f, stale := staleRead(c, true)
	if !stale {
		return t.Customers.Wire(id)
	}
	for v, wire := range t.Customers.Lagging(c, f) {
		if v.ID == id {
			return wire
		}
	}
	return nil
}

// deleteCustomer answers DELETE /customers/{id}. A customer with orders stays
// ("DELETE /customers/{customer_id}", reading BF-29).
func (s *Server) deleteCustomer(c *fake.Call) (fake.Reply, error) {
	noteParameters(c, nil)
	t := shopOf(c)
	customer, err := t.Customers.Find(c.Int("id"))
	if err != nil {
		if s.settings.deleteUnknown == http.StatusOK {
			return s.answer(s.okay), nil
		}
		return fake.Reply{}, err
	}
	if customer.OrdersCount > 0 {
		return fake.Reply{}, invalid(textHasOrders)
	}
	if texts := c.Refusals(t.engine); len(texts) > 0 { // by a fault; the test refuses what is saved
		return fake.Reply{}, t.notSaved(c, texts)
	}
	t.Customers.Delete(c, customer.ID)
	return s.answer(s.okay), nil
}

// answer is a 200: every success is one, whatever it was ("Responses").
func (s *Server) answer(body []byte) fake.Reply {
	return fake.Reply{Status: http.StatusOK, Header: s.header, Body: body}
}

// field is the customer's value of a custom field, "" where there is none.
func (c *Customer) field(machineName string) string {
	if v := c.value(machineName); v != nil {
		return v.Value
	}
	return ""
}

func (c *Customer) value(machineName string) *FieldValue {
	for i := range c.Fields {
		if c.Fields[i].MachineName == machineName {
			return &c.Fields[i]
		}
	}
	return nil
}

// setField gives a custom field a value. The time of creation is that of the
// first one (reading BF-33).
func (c *Customer) setField(machineName, value string, now time.Time) {
	if v := c.value(machineName); v != nil {
		v.Value, v.UpdatedAt = value, now
		return
	}
	c.Fields = append(c.Fields, FieldValue{machineName, value, now, now})
}

// clearField takes the value away, and its times with it.
func (c *Customer) clearField(machineName string) (had bool) {
	before := len(c.Fields)
	c.Fields = slices.DeleteFunc(c.Fields, func(v FieldValue) bool { return v.MachineName == machineName })
	return len(c.Fields) < before
}

func cloneCustomer(c Customer) Customer {
	c.Fields = slices.Clone(c.Fields)
	c.Tags = slices.Clone(c.Tags)
	c.OrderDates = slices.Clone(c.OrderDates)
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
	tidyCustomer(c, now)
}

// touchCustomer moves the times of change, unless the change itself has.
func touchCustomer(before Customer, c *Customer, now time.Time) {
	if c.UpdatedAt.Equal(before.UpdatedAt) {
		c.UpdatedAt = now
	}
	for i := range c.Fields {
		v := &c.Fields[i]
		if old := before.value(v.MachineName); old != nil && old.Value != v.Value && old.UpdatedAt.Equal(v.UpdatedAt) {
			v.UpdatedAt = now
		}
	}
	tidyCustomer(c, now)
}

// tidyCustomer brings a record into the one form in which it is kept. Of two
// values of one custom field the later one stands.
func tidyCustomer(c *Customer, now time.Time) {
	if c.State == "" {
		c.State = defaultState
	}
	if c.ProductSubscriberStatus == "" {
		c.ProductSubscriberStatus = defaultSubscriberStatus
	}
	for _, t := range []*time.Time{&c.CreatedAt, &c.UpdatedAt, &c.ActivationDate, &c.LastAbandonedOrderDate} {
		*t = wholeSeconds(*t)
	}
	for i := range c.OrderDates {
		c.OrderDates[i] = wholeSeconds(c.OrderDates[i])
	}
	for i := range c.Fields {
		v := &c.Fields[i]
		if v.CreatedAt.IsZero() {
			v.CreatedAt = now
		}
		if v.UpdatedAt.IsZero() {
			v.UpdatedAt = now
		}
		v.CreatedAt, v.UpdatedAt = wholeSeconds(v.CreatedAt), wholeSeconds(v.UpdatedAt)
	}
	kept := Customer{Fields: c.Fields[:0]}
	for _, v := range c.Fields {
		if first := kept.value(v.MachineName); first != nil {
			*first = v
		} else {
			kept.Fields = append(kept.Fields, v)
		}
	}
	c.Fields = kept.Fields
	c.Fields, c.Tags, c.OrderDates = nilIfEmpty(c.Fields), nilIfEmpty(c.Tags), nilIfEmpty(c.OrderDates)
}

func nilIfEmpty[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

func wholeSeconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// now is the time that a record gets.
func now(c *fake.Call) time.Time { return wholeSeconds(c.Now()) }
