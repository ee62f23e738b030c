package people

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// GeneratedCartfunnel is generated from a description of the Cartfunnel REST API
// that has the types of the document's table.
type GeneratedCartfunnel struct{ c configuration }

// NewGeneratedCartfunnel makes a client.
func NewGeneratedCartfunnel(client *http.Client, base, account, secret string) *GeneratedCartfunnel {
	return &GeneratedCartfunnel{configuration{base, client, http.Header{
		"X-Cartfunnel-Account": {account}, "X-Cartfunnel-Api-Secret": {secret},
	}, true}}
}

// A CustomerModel is the schema of a customer.
type CustomerModel struct {
	ID                 int64    `json:"id"`
	Email              string   `json:"email"`
	CreatedAt          string   `json:"created_at"`
	UpdatedAt          string   `json:"updated_at"`
	AcceptsMarketing   bool     `json:"accepts_marketing"`
	FirstName          string   `json:"first_name"`
	LastName           string   `json:"last_name"`
	Note               string   `json:"note"`
	OrdersCount        int32    `json:"orders_count"`
	TotalSpentCents    int64    `json:"total_spent_cents"`
	TaxExempt          bool     `json:"tax_exempt"`
	SubscriptionsCount int32    `json:"subscriptions_count"`
	LastOrderID        int64    `json:"last_order_id"`
	Persisted          string   `json:"persisted"`
	Errors             []string `json:"errors"`
}

// A CustomerInput is the schema of a customer to be saved.
type CustomerInput struct {
	Customer CustomerAttributes `json:"customer"`
}

// CustomerAttributes is the schema of what a client may set.
type CustomerAttributes struct {
	Email            string `json:"email,omitempty"`
	FirstName        string `json:"first_name,omitempty"`
	LastName         string `json:"last_name,omitempty"`
	Note             string `json:"note,omitempty"`
	TaxExempt        bool   `json:"tax_exempt,omitempty"`
	AcceptsMarketing bool   `json:"accepts_marketing,omitempty"`
	TagList          string `json:"tag_list,omitempty"`
}

// CustomersGet is GET /customers.json.
func (g *GeneratedCartfunnel) CustomersGet(ctx context.Context, page int) (out []CustomerModel, err error) {
	query := url.Values{"page": {strconv.Itoa(page)}}
	err = g.c.execute(ctx, "CustomersGet", http.MethodGet, "/customers.json", query, nil, &out)
	return out, err
}

// CustomersIDGet is GET /customers/{id}.json.
func (g *GeneratedCartfunnel) CustomersIDGet(ctx context.Context, id int64) (out CustomerModel, err error) {
	err = g.c.execute(ctx, "CustomersIDGet", http.MethodGet, "/customers/"+strconv.FormatInt(id, 10)+".json", nil, nil, &out)
	return out, err
}

// CustomersPost is POST /customers.json.
func (g *GeneratedCartfunnel) CustomersPost(ctx context.Context, in CustomerInput) (out CustomerModel, err error) {
	err = g.c.execute(ctx, "CustomersPost", http.MethodPost, "/customers.json", nil, in, &out)
	return out, err
}

// CustomersIDPatch is PATCH /customers/{id}.json.
func (g *GeneratedCartfunnel) CustomersIDPatch(ctx context.Context, id int64, in CustomerInput) (out CustomerModel, err error) {
	err = g.c.execute(ctx, "CustomersIDPatch", http.MethodPatch, "/customers/"+strconv.FormatInt(id, 10)+".json", nil, in, &out)
	return out, err
}
