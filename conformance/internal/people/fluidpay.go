package people

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// Fluidpay is a client of FluidPay's carts.
type Fluidpay struct{ service }

// NewFluidpay makes a client for one merchant.
func NewFluidpay(client *http.Client, base, merchant, key string) Fluidpay {
	return Fluidpay{service{client, base + "/api/merchant/" + merchant, map[string]string{"Authorization": key}}}
}

// A ShopCart is a cart of FluidPay.
type ShopCart struct {
	ID          string          `json:"id,omitempty"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Type        string          `json:"type"`
	Group       string          `json:"custom_fields_group,omitempty"`
	Payments    []string        `json:"payments,omitempty"`
	Products    json.RawMessage `json:"products,omitempty"` // objects in one cart, ids in a list
	ShowAll     bool            `json:"show_available_products"`
	SuccessURL  string          `json:"success_url,omitempty"`
	CreatedAt   time.Time       `json:"created_at,omitzero"`
	DeletedAt   *time.Time      `json:"deleted_at,omitempty"`
}

// ProductIDs are the ids of the products in the cart.
func (c ShopCart) ProductIDs() []string {
	var ids []string
	if json.Unmarshal(c.Products, &ids) == nil {
		return ids
	}
	ids = nil
	var objects []struct{ ID string }
	_ = json.Unmarshal(c.Products, &objects)
	for _, one := range objects {
		ids = append(ids, one.ID)
	}
	return ids
}

// do sends one request and opens the envelope.
func (c Fluidpay) do(ctx context.Context, method, path string, in, out any) error {
	var envelope struct {
		Status, Msg string
		Data        json.RawMessage
	}
	if err := c.send(ctx, method, path, in, &envelope); err != nil {
		return err
	}
	if envelope.Status != "success" {
		return errors.New(envelope.Msg)
	}
	return json.Unmarshal(envelope.Data, out)
}

// Carts reads all carts.
func (c Fluidpay) Carts(ctx context.Context) (all []ShopCart, err error) {
	err = c.do(ctx, "GET", "/cart", nil, &all)
	return all, err
}

// Search reads all carts that fit the criteria.
func (c Fluidpay) Search(ctx context.Context, criteria map[string]any) (all []ShopCart, err error) {
	const limit = 100
	for {
		var some []ShopCart
		criteria["limit"], criteria["offset"] = limit, len(all)
		if err := c.do(ctx, "POST", "/cart/search", criteria, &some); err != nil {
			return nil, err
		}
		all = append(all, some...)
		if len(some) < limit {
			return all, nil
		}
	}
}

// Cart reads one.
func (c Fluidpay) Cart(ctx context.Context, id string) (one ShopCart, err error) {
	err = c.do(ctx, "GET", "/cart/"+id, nil, &one)
	return one, err
}

// CreateCart makes one and gives its id.
func (c Fluidpay) CreateCart(ctx context.Context, in ShopCart) (string, error) {
	err := c.do(ctx, "POST", "/cart", in, &in)
	return in.ID, err
}

// UpdateCart changes fields, by their names.
func (c Fluidpay) UpdateCart(ctx context.Context, id string, fields map[string]any) error {
	return c.do(ctx, "POST", "/cart/"+id, fields, new(any))
}

// DeleteCart deletes one.
func (c Fluidpay) DeleteCart(ctx context.Context, id string) error {
	return c.do(ctx, "DELETE", "/cart/"+id, nil, new(any))
}
