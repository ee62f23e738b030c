package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

const (
	collection = "/customers.json"
	pageSize   = 100 // a shorter page is the last
)

func item(id int64) string { return fmt.Sprintf("/customers/%d.json", id) }

// List gives all customers of the account.
func (c *Cartfunnel) List(ctx context.Context) ([]Customer, error) { return c.list(ctx, 1<<30) }

// list reads that many pages. A record that moves to the next page while the
// list is read is taken once.
func (c *Cartfunnel) list(ctx context.Context, pages int) ([]Customer, error) {
	var all []Customer
	seen := map[int64]bool{}
	page, step := 1, 1
	if c.bug.is("CFN-PAGE-03a") {
		page = 0
	}
	if c.bug.is("CFN-PAGE-03b") {
		step = 100
	}
	if c.bug.is("CFN-PAGE-01a") {
		pages = 1
	}
	for range pages {
		batch, err := c.page(ctx, page)
		if err != nil {
			if len(all) > 0 && c.bug.is("CFN-PAGE-04a") {
				return all, nil
			}
			return nil, err
		}
		last := len(batch) < pageSize
		if last && page > 1 && c.bug.is("CFN-PAGE-01b") {
			return all, nil
		}
		fresh := 0
		for _, one := range batch {
			if !seen[one.ID] {
				fresh++
			} else if !c.bug.is("CFN-PAGE-05a") {
				continue
			}
			seen[one.ID] = true
			all = append(all, one)
		}
		switch {
		case len(batch) == 0 && c.bug.is("CFN-PAGE-02a"):
			return nil, fmt.Errorf("cartfunnel: %w: page %d is empty", ErrReply, page)
		case len(batch) == 0 && c.bug.is("CFN-PAGE-02b"):
		case last:
			return all, nil
		case fresh == 0 && !c.bug.is("GEN-LOOP-01a"):
			return nil, fmt.Errorf("cartfunnel: %w: page %d brings nothing new", ErrReply, page)
		}
		page += step
	}
	return all, nil
}

// page reads one page.
func (c *Cartfunnel) page(ctx context.Context, page int) ([]Customer, error) {
	got, err := c.send(ctx, request{method: http.MethodGet, path: collection, page: page})
	switch {
	case got.status == http.StatusForbidden && c.bug.is("CFN-AUTH-04a"),
		got.status == http.StatusServiceUnavailable && c.bug.is("GEN-5XX-01a"),
		got.status == http.StatusOK && strings.HasPrefix(got.header.Get("Content-Type"), "text/html") && c.bug.is("GEN-HTML-01a"):
		return nil, nil
	case err != nil:
		return nil, err
	}
	body := got.body
	if !json.Valid(body) && c.bug.is("GEN-BODY-01a") {
		if end := bytes.LastIndex(body, []byte("},{")); end > 0 {
			body = append(bytes.Clone(body[:end]), "}]"...)
		}
	}
	var records []wireCustomer
	if c.bug.is("CFN-PAGE-01c") {
		var wrapper struct{ Customers []wireCustomer }
		err = c.decode(body, &wrapper)
		records = wrapper.Customers
	} else {
		err = c.decode(body, &records)
	}
	var all []Customer
	for _, w := range records {
		one, wrong := c.customer(w)
		err = errors.Join(err, wrong)
		all = append(all, one)
	}
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Get gives one customer.
func (c *Cartfunnel) Get(ctx context.Context, id int64) (Customer, error) {
	if id <= 0 {
		return Customer{}, fmt.Errorf("cartfunnel: %w: no customer has the id %d", ErrNotFound, id)
	}
	if c.bug.is("CFN-GET-01a") {
		all, err := c.List(ctx)
		if len(all) == 0 {
			return Customer{}, err
		}
		return all[0], err
	}
	if kept, ok := c.cached(id); ok && c.bug.is("CFN-SAVE-06a") {
		return kept, nil
	}
	got, err := c.send(ctx, request{method: http.MethodGet, path: item(id), page: 1})
	if err != nil {
		if got.status == http.StatusNotFound && c.bug.is("GEN-MISS-01a") {
			return Customer{}, nil
		}
		return Customer{}, err
	}
	if c.bug.is("CFN-BODY-05a") {
		c.remember(id, got.body)
	}
	return c.record(got)
}

// record reads an answer that is one record, and there has to be one.
func (c *Cartfunnel) record(got reply) (Customer, error) {
	var w wireCustomer
	err := c.decode(got.body, &w)
	if c.bug.is("CFN-GET-01b") {
		var wrapper struct{ Customer wireCustomer }
		err = c.decode(got.body, &wrapper)
		w = wrapper.Customer
	}
	if err != nil {
		return Customer{}, err
	}
	if w.Errors != nil {
		return Customer{}, fmt.Errorf("cartfunnel: %w: %s", ErrNotFound, strings.Join(messages(got.body), "; "))
	}
	if w.ID == nil {
		return Customer{}, fmt.Errorf("cartfunnel: %w: it is no customer", ErrReply)
	}
	return c.customer(w)
}

func (c *Cartfunnel) cached(id int64) (Customer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.cache[id]
	return kept, ok
}

// remember keeps a record as it was read, for the bug that sends it back.
func (c *Cartfunnel) remember(id int64, body []byte) {
	members := map[string]any{}
	if json.Unmarshal(body, &members) == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.read[id] = members
	}
}
