package people

import (
	"context"
	"net/http"
	"net/url"
)

// GeneratedCartly is generated from a description of the Cartly Apps API.
type GeneratedCartly struct{ c configuration }

// NewGeneratedCartly makes a client.
func NewGeneratedCartly(client *http.Client, base, token string) *GeneratedCartly {
	return &GeneratedCartly{configuration{base, client, http.Header{"Authorization": {"Bearer " + token}}, false}}
}

// A CustomerSchema is the schema of a customer, read or saved.
type CustomerSchema struct {
	ID        string `json:"id"`
	Email     string `json:"email"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Phone     string `json:"phone"`
	Note      string `json:"note"`
}

// A CustomersSchema is the schema of a list.
type CustomersSchema struct {
	Customers []CustomerSchema `json:"customers"`
}

// An OrderInput is the schema of a change of an order.
type OrderInput struct {
	Status            string `json:"status"`
	PaymentStatus     string `json:"payment_status"`
	FulfillmentStatus string `json:"fulfillment_status"`
	Note              string `json:"note"`
}

// An OrderSchema is the schema of an order.
type OrderSchema struct {
	ID                string `json:"id"`
	Status            string `json:"status"`
	PaymentStatus     string `json:"payment_status"`
	FulfillmentStatus string `json:"fulfillment_status"`
	Note              string `json:"note"`
}

// A WebhookSchema is the schema of a subscription, read or saved.
type WebhookSchema struct {
	ID     string   `json:"id,omitempty"`
	URL    string   `json:"url"`
	Events []string `json:"events"`
	Active bool     `json:"active,omitempty"`
}

// A WebhooksSchema is the schema of their list.
type WebhooksSchema struct {
	Webhooks []WebhookSchema `json:"webhooks"`
}

// CustomersGet is GET /apps/api/customers.
func (g *GeneratedCartly) CustomersGet(ctx context.Context, email string) (out CustomersSchema, err error) {
	query := url.Values{}
	if email != "" {
		query.Set("email", email)
	}
	err = g.c.execute(ctx, "CustomersGet", http.MethodGet, "/apps/api/customers", query, nil, &out)
	return out, err
}

// CustomersPost is POST /apps/api/customers.
func (g *GeneratedCartly) CustomersPost(ctx context.Context, in CustomerSchema) (out CustomerSchema, err error) {
	err = g.c.execute(ctx, "CustomersPost", http.MethodPost, "/apps/api/customers", nil, in, &out)
	return out, err
}

// CustomersIDPut is PUT /apps/api/customers/{id}.
func (g *GeneratedCartly) CustomersIDPut(ctx context.Context, id string, in CustomerSchema) (out CustomerSchema, err error) {
	err = g.c.execute(ctx, "CustomersIDPut", http.MethodPut, "/apps/api/customers/"+url.PathEscape(id), nil, in, &out)
	return out, err
}

// OrdersIDPut is PUT /apps/api/orders/{id}.
func (g *GeneratedCartly) OrdersIDPut(ctx context.Context, id string, in OrderInput) (out OrderSchema, err error) {
	err = g.c.execute(ctx, "OrdersIDPut", http.MethodPut, "/apps/api/orders/"+url.PathEscape(id), nil, in, &out)
	return out, err
}

// WebhooksGet is GET /apps/api/webhooks.
func (g *GeneratedCartly) WebhooksGet(ctx context.Context) (out WebhooksSchema, err error) {
	err = g.c.execute(ctx, "WebhooksGet", http.MethodGet, "/apps/api/webhooks", nil, nil, &out)
	return out, err
}

// WebhooksPost is POST /apps/api/webhooks.
func (g *GeneratedCartly) WebhooksPost(ctx context.Context, in WebhookSchema) (out WebhookSchema, err error) {
	err = g.c.execute(ctx, "WebhooksPost", http.MethodPost, "/apps/api/webhooks", nil, in, &out)
	return out, err
}

// WebhooksIDDelete is DELETE /apps/api/webhooks/{id}.
func (g *GeneratedCartly) WebhooksIDDelete(ctx context.Context, id string) error {
	return g.c.execute(ctx, "WebhooksIDDelete", http.MethodDelete, "/apps/api/webhooks/"+url.PathEscape(id), nil, nil, nil)
}
