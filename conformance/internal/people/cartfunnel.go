package people

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Cartfunnel is a client of the Cartfunnel REST API.
type Cartfunnel struct{ service }

// NewCartfunnel makes a client.
func NewCartfunnel(client *http.Client, base, account, secret string) Cartfunnel {
	return Cartfunnel{service{client, base, map[string]string{
		"X-CARTFUNNEL-ACCOUNT": account, "X-CARTFUNNEL-API-SECRET": secret,
	}}}
}

// A Customer of Cartfunnel.
type Customer struct {
	ID               int64     `json:"id"`
	Email            string    `json:"email"`
	FirstName        string    `json:"first_name"`
	LastName         string    `json:"last_name"`
	Note             string    `json:"note"`
	AcceptsMarketing string    `json:"accepts_marketing"`
	TaxExempt        string    `json:"tax_exempt"`
	LastOrderID      any       `json:"last_order_id"` // a number, or the word null
	OrdersCount      int       `json:"orders_count"`
	TotalSpentCents  int64     `json:"total_spent_cents"`
	CreatedAt        time.Time `json:"created_at"`
	Persisted        string    `json:"persisted"`
	Errors           []string  `json:"errors"`
}

// saved tells whether a customer that came back was saved.
func (c Customer) saved() error {
	if c.Persisted == "false" || len(c.Errors) > 0 {
		return fmt.Errorf("not saved: %s", strings.Join(c.Errors, ", "))
	}
	return nil
}

// Customers reads all pages.
func (c Cartfunnel) Customers(ctx context.Context) ([]Customer, error) {
	var all []Customer
	for page := 1; ; page++ {
		var some []Customer
		if err := c.send(ctx, "GET", fmt.Sprintf("/customers.json?page=%d", page), nil, &some); err != nil {
			return nil, err
		}
		if len(some) == 0 {
			return all, nil
		}
		all = append(all, some...)
	}
}

// Customer reads one.
func (c Cartfunnel) Customer(ctx context.Context, id int64) (Customer, error) {
	var one Customer
	err := c.send(ctx, "GET", fmt.Sprintf("/customers/%d.json", id), nil, &one)
	return one, err
}

// CreateCustomer makes one of an e-mail address and names.
func (c Cartfunnel) CreateCustomer(ctx context.Context, email, first, last string) (Customer, error) {
	in := map[string]any{"customer": map[string]string{"email": email, "first_name": first, "last_name": last}}
	var made Customer
	if err := c.send(ctx, "POST", "/customers.json", in, &made); err != nil {
		return Customer{}, err
	}
	return made, made.saved()
}

// UpdateCustomer changes fields, by their names.
func (c Cartfunnel) UpdateCustomer(ctx context.Context, id int64, fields map[string]string) (Customer, error) {
	var now Customer
	if err := c.send(ctx, "PATCH", fmt.Sprintf("/customers/%d.json", id), map[string]any{"customer": fields}, &now); err != nil {
		return Customer{}, err
	}
	return now, now.saved()
}
