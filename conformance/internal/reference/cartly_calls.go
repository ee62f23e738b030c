package reference

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// A CartlyOrder is an order of the shop, with its three states.
type CartlyOrder struct {
	ID          string
	Status      string
	Payment     string
	Fulfillment string
	Note        string
}

// A CartlyOrderChange is an update of an order: what is "" stays.
type CartlyOrderChange struct {
	Status, Payment, Fulfillment, AddNote string
}

// A CartlyDiscount is a new discount code, of a percentage or of an amount.
type CartlyDiscount struct {
	Code        string
	Percent     int
	AmountCents int64
}

// UpdateOrder sends the states that change, and a note that is to be added.
func (c *Cartly) UpdateOrder(ctx context.Context, id string, ch CartlyOrderChange) (CartlyOrder, error) {
	body := map[string]any{}
	for name, word := range map[string]string{
		"status": ch.Status, "payment_status": ch.Payment, "fulfillment_status": ch.Fulfillment, "note": ch.AddNote,
	} {
		if word != "" || name == "status" && c.bug.is("CLY-ORD-01a") {
			body[name] = word
		}
	}
	method := http.MethodPut
	if (ch.Status == "canceled" || ch.Status == "archived") && c.bug.is("CLY-VERB-02a") {
		method = http.MethodDelete
	}
	got, err := c.write(ctx, method, c.item("/orders", id), body, ch.AddNote != "")
	if err != nil {
		return CartlyOrder{}, err
	}
	var w struct {
		ID          string  `json:"id"`
		Status      string  `json:"status"`
		Payment     string  `json:"payment_status"`
		Fulfillment string  `json:"fulfillment_status"`
		Note        *string `json:"note"`
	}
	if err := json.Unmarshal(got.body, &w); err != nil {
		return CartlyOrder{}, cartlyReply(err)
	}
	if w.ID == "" {
		return CartlyOrder{}, cartlyReply("it is no order")
	}
	out := CartlyOrder{ID: w.ID, Status: w.Status, Payment: w.Payment, Fulfillment: w.Fulfillment}
	if w.Note != nil {
		out.Note = *w.Note
	}
	if c.bug.is("CLY-ORD-03a") {
		out.Payment = out.Fulfillment
	}
	return out, nil
}

// SetInventory sets how many of a variant are available at a location, "" for the
// shop's default one.
func (c *Cartly) SetInventory(ctx context.Context, variant, location string, available int) error {
	return c.adjust(ctx, variant, location, map[string]any{"quantity": available})
}

// MoveInventory adds to what is available of a variant at a location.
func (c *Cartly) MoveInventory(ctx context.Context, variant, location string, by int) error {
	if c.bug.is("CLY-INV-02a") {
		_, all, err := c.product(ctx, variant)
		if err != nil {
			return err
		}
		return c.adjust(ctx, variant, "", map[string]any{"quantity": all + by})
	}
	return c.adjust(ctx, variant, location, map[string]any{"adjustment": by})
}

func (c *Cartly) adjust(ctx context.Context, variant, location string, body map[string]any) error {
	if location != "" {
		body["location_id"] = location
	}
	id := variant
	if c.bug.is("CLY-VERB-01b") {
		product, _, err := c.product(ctx, variant)
		if err != nil {
			return err
		}
		id = product
	}
	for {
		got, err := c.write(ctx, http.MethodPut, c.item("/inventory", id), body, body["adjustment"] != nil)
		if errors.Is(err, ErrNotFound) && c.bug.is("CLY-INV-03a") {
			continue
		}
		if err != nil {
			return err
		}
		return c.acknowledged(got, "variant_id")
	}
}

// product is the product that has a variant, and how many of that are available
// at all locations.
func (c *Cartly) product(ctx context.Context, variant string) (id string, available int, err error) {
	got, err := c.send(ctx, cartlyRequest{method: http.MethodGet, path: "/products"})
	if err != nil {
		return "", 0, err
	}
	var w struct {
		Products []struct {
			ID       string
			Variants []struct {
				ID        string
				Inventory int
			}
		}
	}
	if err := json.Unmarshal(got.body, &w); err != nil {
		return "", 0, cartlyReply(err)
	}
	for _, product := range w.Products {
		for _, v := range product.Variants {
			if v.ID == variant {
				return product.ID, v.Inventory, nil
			}
		}
	}
	return "", 0, ErrNotFound
}

// CreateDiscount makes a discount code. The API takes whole percents and cents.
func (c *Cartly) CreateDiscount(ctx context.Context, in CartlyDiscount) error {
	body := map[string]any{"code": in.Code, "type": "percentage", "value": in.Percent}
	if in.AmountCents != 0 {
		body["type"], body["value"] = "fixed_amount", in.AmountCents
		if c.bug.is("CLY-DISC-01b") {
			body["value"] = in.AmountCents / 100
		}
	} else if c.bug.is("CLY-DISC-01a") {
		body["value"] = float64(in.Percent) / 100
	}
	got, err := c.write(ctx, http.MethodPost, "/discounts", body, false)
	if err != nil {
		return err
	}
	return c.acknowledged(got, "id")
}

// acknowledged wants an answer that shows the record, by one of its members.
func (c *Cartly) acknowledged(got reply, member string) error {
	var w map[string]json.RawMessage
	if err := json.Unmarshal(got.body, &w); err != nil {
		return cartlyReply(err)
	}
	var id string
	if err := json.Unmarshal(w[member], &id); err != nil || id == "" {
		return cartlyReply("it has no " + member)
	}
	return nil
}
