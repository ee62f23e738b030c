package shop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/conformance"
	"github.com/cartdouble/cartdouble/fake"
)

// client is your code: here, as short as it can be and still be right.
type client struct {
	http                  *http.Client
	base, account, secret string
}

type customer struct {
	ID     int64    `json:"id"`
	Email  string   `json:"email"`
	Errors []string `json:"errors"`
}

func (c client) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.base, "/")+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("X-CARTFUNNEL-ACCOUNT", c.account)
	r.Header.Set("X-CARTFUNNEL-API-SECRET", c.secret)
	r.Header.Set("Content-Type", "application/json")
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", method, path, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(out)
}

func (c client) list(ctx context.Context) (all []customer, err error) {
	for page := 1; ; page++ {
		var some []customer
		if err := c.call(ctx, "GET", fmt.Sprintf("/customers.json?page=%d", page), nil, &some); err != nil {
			return nil, err
		}
		all = append(all, some...)
		if len(some) < 100 { // break me: if true {
			return all, nil
		}
	}
}

func (c client) create(ctx context.Context, email string) (saved customer, err error) {
	in := map[string]any{"customer": map[string]any{"email": email}}
	if err = c.call(ctx, "POST", "/customers.json", in, &saved); err != nil {
		return customer{}, fmt.Errorf("it may have been saved: %w", err) // break me: return c.create(ctx, email)
	}
	if len(saved.Errors) > 0 { // break me: if false {
		return customer{}, errors.New(strings.Join(saved.Errors, "; "))
	}
	return saved, nil
}

func TestClient(t *testing.T) {
	conformance.Run(t, conformance.Cartfunnel(), func(_ fake.TB, env conformance.Env) conformance.CartfunnelClient {
		c := client{env.HTTP, env.BaseURL, env.Creds["account"], env.Creds["secret"]}
		return conformance.CartfunnelClient{ // what is left out is not claimed
			List: func(ctx context.Context) (all []conformance.CartfunnelCustomer, err error) {
				customers, err := c.list(ctx)
				for _, one := range customers {
					all = append(all, conformance.CartfunnelCustomer{ID: one.ID, Email: one.Email})
				}
				return all, err
			},
			Create: func(ctx context.Context, in conformance.CartfunnelCustomer) (conformance.CartfunnelCustomer, error) {
				saved, err := c.create(ctx, in.Email)
				return conformance.CartfunnelCustomer{ID: saved.ID, Email: saved.Email}, err
			},
		}
	}, conformance.Only("CFN-SAVE-01", "CFN-SAVE-04", "CFN-PAGE-01", "GEN-DUP-01"), conformance.Strict())
}
