package reference

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Get gives one cart, with its lines.
func (c *Cscart) Get(ctx context.Context, userID string) (Cart, error) {
	if err := c.named(userID, "CSC-GET-05a"); err != nil {
		return Cart{}, err
	}
	if kept, ok := c.cached(userID); ok && c.bug.is("CSC-GET-06a") {
		return kept, nil
	}
	if c.bug.is("CSC-GET-01a") {
		return c.listed(ctx, userID)
	}
	if c.bug.is("CSC-VERB-01a") {
		_, _, _ = c.send(ctx, http.MethodHead, c.cart(userID))
	}
	got, _, err := c.send(ctx, http.MethodGet, c.cart(userID))
	if err != nil {
		if got.status == http.StatusNotFound && c.bug.is("CSC-GET-02a") {
			return Cart{}, nil
		}
		return Cart{}, err
	}
	one, err := c.single(got.body)
	if err == nil {
		c.keep(userID, one)
	}
	return one, err
}

// single reads an answer that is one cart, and there has to be one.
func (c *Cscart) single(body []byte) (Cart, error) {
	var w wireCart
	err := c.decode(body, &w)
	if c.bug.is("CSC-GET-01b") {
		var wrapper struct{ Cart wireCart }
		err = c.decode(body, &wrapper)
		w = wrapper.Cart
	}
	switch {
	case err != nil:
		return Cart{}, err
	case w.UserID != nil:
		return c.read(w)
	case c.bug.is("CSC-GET-05a"), string(body) == "null" && c.bug.is("GEN-MISS-01a"):
		return Cart{}, nil
	}
	return Cart{}, fmt.Errorf("cscart: %w: it is no cart", ErrReply)
}

// listed looks a cart up in the list, which has no lines.
func (c *Cscart) listed(ctx context.Context, userID string) (Cart, error) {
	all, err := c.List(ctx, CartFilter{})
	for _, one := range all {
		if one.UserID == userID {
			return one, nil
		}
	}
	return Cart{}, errors.Join(err, &ShopError{Status: http.StatusNotFound, Kind: ErrNotFound, About: userID})
}

func (c *Cscart) cached(userID string) (Cart, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.cache[userID]
	return kept, ok
}

func (c *Cscart) keep(userID string, one Cart) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cache[userID] = one
}

// Delete deletes a cart. When an answer is lost and the repeat finds no cart,
// the first one has done it.
func (c *Cscart) Delete(ctx context.Context, userID string) error {
	if err := c.named(userID, "CSC-DEL-04a"); err != nil {
		return err
	}
	if c.bug.is("CSC-DEL-04b") {
		userID = c.place(ctx, userID)
	}
	got, lost, err := c.send(ctx, http.MethodDelete, c.cart(userID))
	switch {
	case err == nil && c.bug.is("CSC-DEL-01a"):
		return json.Unmarshal(got.body, new(any))
	case got.status != 0 && got.status < 500 && c.bug.is("CSC-DEL-02a"):
		return nil
	case got.status == http.StatusNotFound && lost && !c.bug.is("CSC-DEL-06a"):
		return nil
	case (got.status == http.StatusBadRequest || got.status == http.StatusNotFound) && c.bug.is("CSC-DEL-03a"):
		return fmt.Errorf("cscart: %w: the cart cannot be deleted", ErrInvalid)
	}
	return err
}

// place is where a cart stands in the list, for the bug that sends it.
func (c *Cscart) place(ctx context.Context, userID string) string {
	all, _ := c.List(ctx, CartFilter{})
	for i, one := range all {
		if one.UserID == userID {
			return fmt.Sprint(i + 1)
		}
	}
	return userID
}
