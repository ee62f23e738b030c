package reference

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Customer is a customer of the account.
type Customer struct {
	ID               int64
	Email            string
	FirstName        string
	LastName         string
	Note             string
	AcceptsMarketing bool
	TaxExempt        bool
	Tags             []string // nil where the API does not show them
	OrdersCount      int
	TotalSpentCents  int64
	LastOrderID      *int64 // nil: no order yet
	CreatedAt        time.Time
}

// wireCustomer is a record as the API spells it: with booleans and missing
// numbers in quotes, and with what became of a save.
type wireCustomer struct {
	ID                 json.RawMessage `json:"id"`
	Email              string          `json:"email"`
	CreatedAt          string          `json:"created_at"`
	UpdatedAt          string          `json:"updated_at"`
	AcceptsMarketing   json.RawMessage `json:"accepts_marketing"`
	FirstName          string          `json:"first_name"`
	LastName           string          `json:"last_name"`
	Note               string          `json:"note"`
	OrdersCount        int             `json:"orders_count"`
	TotalSpentCents    json.Number     `json:"total_spent_cents"`
	TaxExempt          json.RawMessage `json:"tax_exempt"`
	SubscriptionsCount int             `json:"subscriptions_count"`
	LastOrderID        json.RawMessage `json:"last_order_id"`
	TagList            *string         `json:"tag_list"`
	Persisted          json.RawMessage `json:"persisted"`
	Errors             json.RawMessage `json:"errors"`
}

// decode reads a JSON text.
func (c *Cartfunnel) decode(body []byte, into any) error {
	if err := c.bug.decode(body, into); err != nil {
		return fmt.Errorf("cartfunnel: %w: %w", ErrReply, err)
	}
	return nil
}

// customer makes a record of what the wire has.
func (c *Cartfunnel) customer(w wireCustomer) (Customer, error) {
	out := Customer{
		Email: w.Email, FirstName: w.FirstName, LastName: w.LastName, Note: w.Note, OrdersCount: w.OrdersCount,
	}
	var failed error
	keep := func(err error) {
		if failed == nil && err != nil {
			failed = fmt.Errorf("cartfunnel: %w: %w", ErrReply, err)
		}
	}
	id, err := number(w.ID)
	keep(err)
	if id != nil {
		out.ID = *id
	}
	out.LastOrderID, err = c.order(w.LastOrderID)
	keep(err)
	out.AcceptsMarketing, err = c.flag(w.AcceptsMarketing)
	keep(err)
	out.TaxExempt, err = c.flag(w.TaxExempt)
	keep(err)
	out.CreatedAt, err = c.time(w.CreatedAt)
	keep(err)
	out.TotalSpentCents, err = c.cents(w.TotalSpentCents)
	keep(err)
	if w.TagList != nil {
		out.Tags = strings.FieldsFunc(*w.TagList, func(r rune) bool { return r == ',' })
		for i := range out.Tags {
			out.Tags[i] = strings.TrimSpace(out.Tags[i])
		}
	}
	return out, failed
}

// number reads a whole number, or none: null, the word null, nothing.
func number(raw json.RawMessage) (*int64, error) {
	switch string(raw) {
	case "", "null", `"null"`:
		return nil, nil
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	return &n, err
}

func (c *Cartfunnel) order(raw json.RawMessage) (*int64, error) {
	if c.bug.is("CFN-TYPE-03a") {
		var n int64
		err := json.Unmarshal(raw, &n)
		return &n, err
	}
	n, err := number(raw)
	if n == nil && c.bug.is("CFN-TYPE-03b") {
		return new(int64), err
	}
	return n, err
}

// flag reads a boolean, quoted or not.
func (c *Cartfunnel) flag(raw json.RawMessage) (bool, error) {
	var native bool
	if c.bug.is("CFN-TYPE-01a") {
		err := json.Unmarshal(raw, &native)
		return native, err
	}
	var text string
	err := json.Unmarshal(raw, &text)
	if err != nil && !c.bug.is("CFN-TYPE-02a") {
		err = json.Unmarshal(raw, &native)
		return native, err
	}
	if text != "" && c.bug.is("CFN-TYPE-01b") {
		return true, nil
	}
	return text == "true", err
}

func (c *Cartfunnel) time(text string) (time.Time, error) {
	if text == "" || text == "null" { // of a record that was not saved
		return time.Time{}, nil
	}
	if c.bug.is("CFN-TYPE-05a") {
		return time.Parse("2006-01-02T15:04:05.000", text[:23])
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if c.bug.is("CFN-TYPE-05b") {
		t = t.Truncate(time.Second)
	}
	return t, err
}

func (c *Cartfunnel) cents(n json.Number) (int64, error) {
	if n == "" {
		return 0, nil
	}
	if c.bug.is("CFN-TYPE-04a") {
		f, err := n.Float64()
		return int64(f), err
	}
	return n.Int64()
}

// messages are the errors in an answer, nil for none.
func messages(body []byte) []string {
	var failure struct {
		Errors []string `json:"errors"`
	}
	if json.Unmarshal(body, &failure) != nil {
		return nil
	}
	return failure.Errors
}
