package people

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Bonify is a client of the Bonify Customer Fields API.
type Bonify struct{ service }

// NewBonify makes a client.
func NewBonify(client *http.Client, base, domain, key string) Bonify {
	return Bonify{service{client, base, map[string]string{"x-shop-domain": domain, "x-api-key": key}}}
}

// A Shopper is a customer with custom fields.
type Shopper struct {
	ID        int64          `json:"id"`
	Email     string         `json:"email"`
	FirstName string         `json:"first_name"`
	LastName  string         `json:"last_name"`
	Fields    []ShopperField `json:"customer_fields"`
}

// A ShopperField is a custom field as it is read.
type ShopperField struct {
	Name    string `json:"machine_name"`
	Value   string `json:"value"`
	Created int64  `json:"created_at"`
	Updated int64  `json:"updated_at"`
}

// A ShopperEdit is a customer as it is written.
type ShopperEdit struct {
	ID        int64             `json:"id,omitempty"`
	Email     string            `json:"email,omitempty"`
	FirstName string            `json:"first_name,omitempty"`
	LastName  string            `json:"last_name,omitempty"`
	Fields    map[string]string `json:"customer_fields,omitempty"`
}

type shoppersPage struct {
	NextPage  string `json:"next_page"`
	Customers []Shopper
}

// Shoppers reads all that fit the filters, each as "field|operator|value".
func (c Bonify) Shoppers(ctx context.Context, filters ...string) ([]Shopper, error) {
	q := url.Values{}
	if len(filters) > 0 {
		q.Set("filters", strings.Join(filters, ","))
	}
	var all []Shopper
	for {
		var page shoppersPage
		if err := c.send(ctx, "GET", "/customers?"+q.Encode(), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Customers...)
		if page.NextPage == "" {
			return all, nil
		}
		q.Set("next_page", page.NextPage)
	}
}

// Shopper reads one.
func (c Bonify) Shopper(ctx context.Context, id int64) (Shopper, error) {
	var page shoppersPage
	if err := c.send(ctx, "GET", fmt.Sprintf("/customers/%d", id), nil, &page); err != nil {
		return Shopper{}, err
	}
	if len(page.Customers) == 0 {
		return Shopper{}, errors.New("no such customer")
	}
	return page.Customers[0], nil
}

// Update writes customers, ten at a time.
func (c Bonify) Update(ctx context.Context, all []ShopperEdit) error { return c.write(ctx, "PUT", all) }

// Create makes customers, ten at a time.
func (c Bonify) Create(ctx context.Context, all []ShopperEdit) error {
	return c.write(ctx, "POST", all)
}

func (c Bonify) write(ctx context.Context, method string, all []ShopperEdit) error {
	for ten := range slices.Chunk(all, 10) {
		if err := c.send(ctx, method, "/customers", map[string]any{"customers": ten}, nil); err != nil {
			return err
		}
	}
	return nil
}

// Delete deletes one.
func (c Bonify) Delete(ctx context.Context, id int64) error {
	return c.send(ctx, "DELETE", fmt.Sprintf("/customers/%d", id), nil, nil)
}
