package shop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/cartdouble/cartdouble/fake/cscart"
)

// store is a client of a CS-Cart shop: it lists the customers with a cart.
type store struct {
	http             *http.Client
	base, email, key string
}

func (s store) customers(ctx context.Context) (ids []string, err error) {
	for page := 1; ; page++ {
		var list struct {
			Carts []struct {
				UserID string `json:"user_id"`
			} `json:"carts"`
			Params struct {
				Size  int    `json:"items_per_page"` // a number
				Total string `json:"total_items"`    // and a text
			} `json:"params"`
		}
		r, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("%s/api/carts/?users_type=R&page=%d", s.base, page), nil)
		if err != nil {
			return nil, err
		}
		r.SetBasicAuth(s.email, s.key)
		answer, err := s.http.Do(r)
		if err != nil {
			return nil, err
		}
		if answer.StatusCode == http.StatusOK {
			err = json.NewDecoder(answer.Body).Decode(&list)
		} else {
			err = fmt.Errorf("list carts: %s", answer.Status)
		}
		answer.Body.Close()
		if err != nil {
			return nil, err
		}
		for _, cart := range list.Carts {
			ids = append(ids, cart.UserID)
		}
		total, err := strconv.Atoi(list.Params.Total)
		if err != nil || page*list.Params.Size >= total || len(list.Carts) == 0 {
			return ids, err
		}
	}
}

func TestCustomersWithCart(t *testing.T) {
	shop := cscart.Start(t, cscart.WithPageSize(2))
	for id := range int64(5) {
		cart := cscart.Cart{UserID: id + 1, Products: []cscart.Product{{ProductID: 12, Price: 3000}}}
		if id > 0 { // the first cart is a guest's: it has no User
			cart.User = &cscart.User{FirstName: "John", LastName: "Doe"}
		}
		shop.Carts.Add(cart)
	}
	s := store{shop.Client(), shop.BaseURL(), shop.Email(), shop.APIKey()}

	ids, err := s.customers(t.Context())
	if err != nil || len(ids) != 4 {
		t.Errorf("got customers %v and %v, want four of them", ids, err)
	}
	for _, f := range shop.Findings() { // "user_type", say, would be ignored: a note
		t.Error(f)
	}
}
