package cartfunnel

import (
	"net/http"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Customer is one record of the Customers resource. The json names are those
// of the document; a snapshot uses them with plain types. How a record looks on
// the wire is the business of wire.go.
type Customer struct {
	ID                 int64     `json:"id"`
	Email              string    `json:"email"`
	CreatedAt          time.Time `json:"created_at"` // UTC, whole milliseconds
	UpdatedAt          time.Time `json:"updated_at"` // UTC, whole milliseconds
	AcceptsMarketing   bool      `json:"accepts_marketing"`
	FirstName          string    `json:"first_name"`
	LastName           string    `json:"last_name"`
	Note               string    `json:"note"`
	OrdersCount        int       `json:"orders_count"`
	TotalSpentCents    int64     `json:"total_spent_cents"`
	TaxExempt          bool      `json:"tax_exempt"`
	SubscriptionsCount int       `json:"subscriptions_count"`
	LastOrderID        int64     `json:"last_order_id"` // 0: no order yet
	TagList            []string  `json:"tag_list,omitempty"`
}

// listCustomers answers GET /customers.json: a bare array, at most one page of
// the present table, by id ("GET /customers.json", reading CF-15). Past the end
// it is empty.
func (s *Server) listCustomers(c *fake.Call) (fake.Reply, error) {
	noteParameters(c)
	page, odd := pageNumber(c)
	if odd {
		c.Note("odd-page", c.Query().Get("page"))
	}
	if body, is := s.otherPage(c, page); is {
		return s.ok(body), nil
	}
	return s.ok(s.pageOf(account(c), page)), nil
}

// getCustomer answers GET /customers/{id}.json with a bare record of the
// caller's account ("GET /customers/:id.json").
func (s *Server) getCustomer(c *fake.Call) (fake.Reply, error) {
	noteParameters(c)
	wire := wireOf(c, c.Int("id"))
	if wire == nil {
		return fake.Reply{}, &fake.Error{Kind: fake.NotFound}
	}
	return s.ok(wire), nil
}

// createCustomer answers POST /customers.json. A refused record is answered
// with a 200 as well, and with "errors" ("POST /customers.json"). There is no
// idempotency: a repeat is refused as taken, without an id (reading CF-24).
func (s *Server) createCustomer(c *fake.Call) (fake.Reply, error) {
	noteParameters(c)
	given, err := s.readAttributes(c)
	if err != nil {
		return fake.Reply{}, err
	}
	return s.saveCustomer(c, nil, given), nil
}

// updateCustomer answers PATCH /customers/{id}.json, at the path of the heading
// and not of the sample ("PATCH /customers/:id.json", reading CF-6). Of two
// writes the last one wins: there are no versions (reading CF-27).
func (s *Server) updateCustomer(c *fake.Call) (fake.Reply, error) {
	noteParameters(c)
	given, err := s.readAttributes(c)
	if err != nil {
		return fake.Reply{}, err
	}
	stored, err := account(c).Customers.Find(c.Int("id"))
	if err != nil {
		return fake.Reply{}, err
	}
	return s.saveCustomer(c, &stored, given), nil
}

// ok is the answer 200 with a body.
func (s *Server) ok(body []byte) fake.Reply {
	return fake.Reply{Status: http.StatusOK, Header: s.header, Body: body}
}

// account is the account of the caller.
func account(c *fake.Call) *Tenant { return c.Caller.Tenant.(*Tenant) }

// now is the time that a record gets.
func now(c *fake.Call) time.Time { return wholeMillis(c.Now()) }

func wholeMillis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
