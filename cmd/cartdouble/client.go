package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/cartdouble/cartdouble/conformance"
	"github.com/cartdouble/cartdouble/fake"
)

// client is a small client of Cartfunnel's customers, as somebody might have
// written it. The careless one takes status 200 for saved, reads the first page
// only, and posts again when an answer does not arrive.
type client struct {
	http     *http.Client
	base     string
	creds    fake.Credentials
	careless bool
}

type customer struct {
	ID        int64    `json:"id"`
	Email     string   `json:"email"`
	FirstName string   `json:"first_name"`
	Persisted string   `json:"persisted"`
	Errors    []string `json:"errors"`
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
	r.Header.Set("X-CARTFUNNEL-ACCOUNT", c.creds["account"])
	r.Header.Set("X-CARTFUNNEL-API-SECRET", c.creds["secret"])
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
		if err := c.call(ctx, http.MethodGet, fmt.Sprintf("/customers.json?page=%d", page), nil, &some); err != nil {
			return nil, err
		}
		all = append(all, some...)
		if len(some) < 100 || c.careless {
			return all, nil
		}
	}
}

func (c client) get(ctx context.Context, id int64) (one customer, err error) {
	err = c.call(ctx, http.MethodGet, fmt.Sprintf("/customers/%d.json", id), nil, &one)
	return one, err
}

func (c client) create(ctx context.Context, attributes map[string]any) (customer, error) {
	saved, err := c.save(ctx, http.MethodPost, "/customers.json", attributes)
	if lost := (refusal{}); err == nil || errors.As(err, &lost) {
		return saved, err
	}
	if c.careless {
		return c.save(ctx, http.MethodPost, "/customers.json", attributes)
	}
	all, listed := c.list(ctx) // it may have been stored all the same
	for _, one := range all {
		if strings.EqualFold(one.Email, fmt.Sprint(attributes["email"])) {
			return one, nil
		}
	}
	return customer{}, errors.Join(err, listed)
}

func (c client) update(ctx context.Context, id int64, attributes map[string]any) (customer, error) {
	return c.save(ctx, http.MethodPatch, fmt.Sprintf("/customers/%d.json", id), attributes)
}

// refusal is a save that the API has answered and not carried out.
type refusal struct{ texts string }

func (r refusal) Error() string { return "not saved: " + r.texts }

func (c client) save(ctx context.Context, method, path string, attributes map[string]any) (saved customer, err error) {
	if err := c.call(ctx, method, path, map[string]any{"customer": attributes}, &saved); err != nil {
		return customer{}, err
	}
	if c.careless {
		return saved, nil
	}
	if len(saved.Errors) > 0 || saved.Persisted == "false" {
		return customer{}, refusal{strings.Join(saved.Errors, "; ")}
	}
	return saved, nil
}

// adapt shows a client to the conformance suite.
func adapt(careless bool) func(conformance.Env) conformance.CartfunnelClient {
	return func(env conformance.Env) conformance.CartfunnelClient {
		c := client{env.HTTP, env.BaseURL, env.Creds, careless}
		return conformance.CartfunnelClient{
			List: func(ctx context.Context) (all []conformance.CartfunnelCustomer, err error) {
				customers, err := c.list(ctx)
				for _, one := range customers {
					all = append(all, neutral(one))
				}
				return all, err
			},
			Create: func(ctx context.Context, in conformance.CartfunnelCustomer) (conformance.CartfunnelCustomer, error) {
				saved, err := c.create(ctx, map[string]any{"email": in.Email, "first_name": in.FirstName})
				return neutral(saved), err
			},
		}
	}
}

func neutral(c customer) conformance.CartfunnelCustomer {
	return conformance.CartfunnelCustomer{ID: c.ID, Email: c.Email, FirstName: c.FirstName}
}
