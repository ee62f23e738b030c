package shop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/cartdouble/cartdouble/fake/fluidpay"
	"github.com/cartdouble/cartdouble/scenarios"
)

// merchant is a client of FluidPay: it puts a product into a cart.
type merchant struct {
	http          *http.Client
	base, id, key string
}

func (m merchant) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, m.base+"/api/merchant/"+m.id+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", m.key) // the key alone
	r.Header.Set("Content-Type", "application/json")
	if method == http.MethodGet {
		r.Body, r.ContentLength = nil, 0
	}
	answer, err := m.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	envelope := struct {
		Status string `json:"status"`
		Msg    string `json:"msg"`
		Data   any    `json:"data"`
	}{Data: out}
	err = json.NewDecoder(answer.Body).Decode(&envelope)
	if answer.StatusCode != http.StatusOK || err == nil && envelope.Status != "success" {
		return fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, envelope.Msg)
	}
	return err
}

// add reads the list before it writes it: an update replaces the whole list.
// What is read are objects, what is written are ids.
func (m merchant) add(ctx context.Context, cartID, productID string) error {
	var cart struct {
		Products []struct {
			ID string `json:"id"`
		} `json:"products"`
	}
	if err := m.call(ctx, "GET", "/cart/"+cartID, nil, &cart); err != nil {
		return err
	}
	ids := []string{}
	for _, p := range cart.Products {
		ids = append(ids, p.ID)
	}
	return m.call(ctx, "POST", "/cart/"+cartID, map[string]any{"products": append(ids, productID)}, nil)
}

func TestAddToCart(t *testing.T) {
	shop := fluidpay.Start(t)
	tee := shop.Products.Add(fluidpay.Product{SKU: "T-1", Name: "Tee", Price: 1299})
	hat := shop.Products.Add(fluidpay.Product{SKU: "H-1", Name: "Hat", Price: 900})
	cart := shop.Carts.Add(fluidpay.Cart{Name: "Summer", Products: []string{tee.ID}})
	m := merchant{shop.Client(), shop.BaseURL(), shop.MerchantID(), shop.APIKey()}

	// The first update is refused, and its status is 200 all the same.
	shop.Inject(scenarios.NotSaved("cart is locked").Set("status", "200").On(fluidpay.UpdateCart).Call(1))
	if err := m.add(t.Context(), cart.ID, hat.ID); err == nil {
		t.Error("the update was refused, and nobody noticed")
	}
	if err := m.add(t.Context(), cart.ID, hat.ID); err != nil {
		t.Error(err)
	}
	if now, _ := shop.Carts.Get(cart.ID); len(now.Products) != 2 {
		t.Errorf("the cart holds %v, want tee and hat", now.Products)
	}
}
