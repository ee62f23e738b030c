package shop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cartdouble/cartdouble/fake/bonify"
)

// fields is a client of Bonify Customer Fields: it reads one field of all
// customers.
type fields struct {
	http              *http.Client
	base, domain, key string
}

func (f fields) values(ctx context.Context, name string) (values map[string]string, err error) {
	values = map[string]string{}
	for next, first := "", true; first || next != ""; first = false {
		if !first {
			time.Sleep(time.Second) // one call a second, for the whole shop
		}
		// A cursor holds plus signs: it is to be escaped.
		r, err := http.NewRequestWithContext(ctx, "GET", f.base+"/customers?next_page="+url.QueryEscape(next), nil)
		if err != nil {
			return nil, err
		}
		r.Header.Set("x-shop-domain", f.domain)
		r.Header.Set("x-api-key", f.key)
		answer, err := f.http.Do(r)
		if err != nil {
			return nil, err
		}
		var page struct {
			Message   string `json:"message"`
			Next      string `json:"next_page"` // absent on the last page
			Customers []struct {
				Email  string `json:"email"`
				Fields []struct {
					Name  string `json:"machine_name"`
					Value string `json:"value"`
				} `json:"customer_fields"` // an array here, an object in a PUT
			} `json:"customers"`
		}
		err = json.NewDecoder(answer.Body).Decode(&page)
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK || err != nil {
			return nil, fmt.Errorf("list customers: %s: %s (%v)", answer.Status, page.Message, err)
		}
		for _, customer := range page.Customers {
			for _, field := range customer.Fields {
				if field.Name == name {
					values[customer.Email] = field.Value
				}
			}
		}
		next = page.Next
	}
	return values, nil
}

func TestFieldOfAllCustomers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the pauses take no time
		shop := bonify.Start(t)
		for n := range 120 { // three pages of 50
			shop.Customers.Add(bonify.Customer{
				Email:  fmt.Sprintf("customer%d@example.com", n),
				Fields: []bonify.FieldValue{{MachineName: "text", Value: fmt.Sprint(n)}},
			})
		}
		f := fields{shop.Client(), shop.BaseURL(), shop.ShopDomain(), shop.APIKey()}

		values, err := f.values(t.Context(), "text")
		if err != nil || len(values) != 120 || values["customer119@example.com"] != "119" {
			t.Errorf("got the field of %d customers and %v, want 120", len(values), err)
		}
	})
}
