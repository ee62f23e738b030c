package people

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// GeneratedBonify is generated from a description of the Bonify Customer Fields
// API.
type GeneratedBonify struct{ c configuration }

// NewGeneratedBonify makes a client.
func NewGeneratedBonify(client *http.Client, base, domain, key string) *GeneratedBonify {
	return &GeneratedBonify{configuration{base, client, http.Header{"X-Shop-Domain": {domain}, "X-Api-Key": {key}}, true}}
}

// A FieldsCustomer is the schema of a customer.
type FieldsCustomer struct {
	ID             int64         `json:"id"`
	Email          string        `json:"email"`
	FirstName      string        `json:"first_name"`
	LastName       string        `json:"last_name"`
	CustomerFields []CustomField `json:"customer_fields"`
}

// A CustomField is the schema of a custom field.
type CustomField struct {
	MachineName string `json:"machine_name"`
	Label       string `json:"label"`
	Value       string `json:"value"`
	CreatedAt   int32  `json:"created_at"`
	UpdatedAt   int32  `json:"updated_at"`
}

// A FieldsCustomerInput is the schema of a customer to be saved.
type FieldsCustomerInput struct {
	ID             int64             `json:"id"`
	Email          string            `json:"email"`
	FirstName      string            `json:"first_name"`
	LastName       string            `json:"last_name"`
	CustomerFields map[string]string `json:"customer_fields"`
}

// A CustomersBody is the schema of what is saved.
type CustomersBody struct {
	Customers []FieldsCustomerInput `json:"customers"`
}

// A CustomersAnswer is the schema of every answer.
type CustomersAnswer struct {
	Status    string           `json:"status"`
	Message   string           `json:"message"`
	PrevPage  string           `json:"prev_page"`
	NextPage  string           `json:"next_page"`
	Customers []FieldsCustomer `json:"customers"`
}

// CustomersGet is GET /customers.
func (g *GeneratedBonify) CustomersGet(ctx context.Context, nextPage, filters string) (out CustomersAnswer, err error) {
	query := url.Values{}
	if nextPage != "" {
		query.Set("next_page", nextPage)
	}
	if filters != "" {
		query.Set("filters", filters)
	}
	err = g.c.execute(ctx, "CustomersGet", http.MethodGet, "/customers", query, nil, &out)
	return out, err
}

// CustomersIDGet is GET /customers/{customer_id}.
func (g *GeneratedBonify) CustomersIDGet(ctx context.Context, id int64) (out CustomersAnswer, err error) {
	err = g.c.execute(ctx, "CustomersIDGet", http.MethodGet, "/customers/"+strconv.FormatInt(id, 10), nil, nil, &out)
	return out, err
}

// CustomersPut is PUT /customers.
func (g *GeneratedBonify) CustomersPut(ctx context.Context, in CustomersBody) (out CustomersAnswer, err error) {
	err = g.c.execute(ctx, "CustomersPut", http.MethodPut, "/customers", nil, in, &out)
	return out, err
}

// CustomersPost is POST /customers.
func (g *GeneratedBonify) CustomersPost(ctx context.Context, in CustomersBody) (out CustomersAnswer, err error) {
	err = g.c.execute(ctx, "CustomersPost", http.MethodPost, "/customers", nil, in, &out)
	return out, err
}

// CustomersIDDelete is DELETE /customers/{customer_id}.
func (g *GeneratedBonify) CustomersIDDelete(ctx context.Context, id int64) (out CustomersAnswer, err error) {
	err = g.c.execute(ctx, "CustomersIDDelete", http.MethodDelete, "/customers/"+strconv.FormatInt(id, 10), nil, nil, &out)
	return out, err
}
