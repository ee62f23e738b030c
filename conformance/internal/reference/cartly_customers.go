package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// A CartlyShop is the shop that the token is for, and the name of the app.
type CartlyShop struct{ ID, Name, App string }

// A CartlyCustomer is a customer of the shop.
type CartlyCustomer struct {
	ID        string
	Email     string
	FirstName string
	LastName  string
	Phone     string
	Note      string
}

// A CartlyChange is an update of a customer: nil leaves a field as it is.
type CartlyChange struct {
	FirstName, LastName, Phone, Note *string
}

type cartlyWireCustomer struct {
	ID        string  `json:"id"`
	Email     string  `json:"email"`
	FirstName *string `json:"first_name"`
	LastName  *string `json:"last_name"`
	Phone     *string `json:"phone"`
	Note      *string `json:"note"`
	CreatedAt string  `json:"created_at"`
	UpdatedAt string  `json:"updated_at"`
}

func cartlyReply(about any) error { return fmt.Errorf("cartly: %w: %v", ErrReply, about) }

// item is the path of a record. Its id is text, whatever it looks like.
func (c *Cartly) item(kind, id string) string {
	if n, err := strconv.Atoi(id); err == nil && c.bug.is("CLY-ID-01a") {
		id = strconv.Itoa(n)
	}
	escaped := url.PathEscape(id)
	if c.bug.is("CLY-ID-01b") {
		escaped = strings.ReplaceAll(escaped, "%2F", "/")
	}
	return kind + "/" + escaped
}

// write sends a body.
func (c *Cartly) write(ctx context.Context, method, path string, body map[string]any, adds bool) (reply, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return reply{}, err
	}
	if body["email"] != nil && c.bug.is("GEN-UTF8-01a") {
		text = latin1(text)
	}
	return c.send(ctx, cartlyRequest{method: method, path: path, body: text, adds: adds})
}

// Me gives the shop and the app of the token.
func (c *Cartly) Me(ctx context.Context) (CartlyShop, error) {
	got, err := c.send(ctx, cartlyRequest{method: http.MethodGet, path: "/me"})
	if err != nil {
		return CartlyShop{}, err
	}
	var w struct {
		ID   string
		Shop struct{ ID, Name string }
		App  struct{ Name string }
	}
	if err := json.Unmarshal(got.body, &w); err != nil {
		return CartlyShop{}, cartlyReply(err)
	}
	if c.bug.is("CLY-ME-01a") {
		return CartlyShop{ID: w.ID, Name: w.Shop.Name, App: w.App.Name}, nil
	}
	if w.Shop.ID == "" {
		return CartlyShop{}, cartlyReply("it names no shop")
	}
	return CartlyShop{ID: w.Shop.ID, Name: w.Shop.Name, App: w.App.Name}, nil
}

// FindCustomers gives the customers with that address.
func (c *Cartly) FindCustomers(ctx context.Context, email string) ([]CartlyCustomer, error) {
	all, err := c.customers(ctx, url.Values{"email": {email}})
	if err == nil && c.bug.is("CLY-CUS-03a") {
		return []CartlyCustomer{all[0]}, nil
	}
	return all, err
}

// ListCustomers gives all customers.
func (c *Cartly) ListCustomers(ctx context.Context) ([]CartlyCustomer, error) {
	return c.customers(ctx, url.Values{})
}

// customers reads a list to its end, which is an empty page: how long pages are
// is the server's to say. A page with nothing new is none of a list that ends.
func (c *Cartly) customers(ctx context.Context, query url.Values) ([]CartlyCustomer, error) {
	const limit = 50
	var all []CartlyCustomer
	seen := map[string]bool{}
	query.Set("limit", strconv.Itoa(limit))
	for {
		query.Set("offset", strconv.Itoa(len(all)))
		page, cut, err := c.page(ctx, query)
		if err != nil {
			return nil, err
		}
		fresh := false
		for _, one := range page {
			fresh = fresh || !seen[one.ID]
			seen[one.ID] = true
			all = append(all, one)
		}
		switch {
		case len(page) == 0, cut, c.bug.is("CLY-CUS-04a"):
			return all, nil
		case !fresh && !c.bug.is("GEN-LOOP-01a"):
			return nil, cartlyReply("there is nothing new on a page")
		}
	}
}

// page reads one page of a list. One that was cut off is a bug.
func (c *Cartly) page(ctx context.Context, query url.Values) (page []CartlyCustomer, cut bool, err error) {
	got, err := c.send(ctx, cartlyRequest{method: http.MethodGet, path: "/customers", query: query})
	if got.status == http.StatusServiceUnavailable && c.bug.is("GEN-5XX-01a") {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if bytes.HasPrefix(got.body, []byte("<")) && c.bug.is("GEN-HTML-01a") {
		return nil, false, nil
	}
	var w struct {
		Customers *[]json.RawMessage `json:"customers"`
	}
	err = c.bug.decode(got.body, &w)
	if err != nil && c.bug.is("GEN-BODY-01a") {
		if end := bytes.LastIndex(got.body, []byte("},{")); end > 0 {
			err, cut = json.Unmarshal(append(bytes.Clone(got.body[:end]), "}]}"...), &w), true
		}
	}
	if err != nil || w.Customers == nil {
		return nil, false, cartlyReply(errors.Join(err, errors.New("it is no list of customers")))
	}
	for _, raw := range *w.Customers {
		one, err := c.customer(raw)
		if err != nil {
			return nil, false, err
		}
		page = append(page, one)
	}
	return page, cut, nil
}

// customer reads a customer, and there has to be one.
func (c *Cartly) customer(text []byte) (CartlyCustomer, error) {
	var w cartlyWireCustomer
	if err := c.bug.decode(text, &w); err != nil {
		return CartlyCustomer{}, cartlyReply(err)
	}
	if w.ID == "" {
		return CartlyCustomer{}, cartlyReply("it is no customer")
	}
	out := CartlyCustomer{ID: w.ID, Email: w.Email}
	for to, from := range map[*string]*string{&out.FirstName: w.FirstName, &out.LastName: w.LastName, &out.Phone: w.Phone, &out.Note: w.Note} {
		if from != nil {
			*to = *from
		}
	}
	return out, nil
}

// CreateCustomer makes a customer.
func (c *Cartly) CreateCustomer(ctx context.Context, in CartlyCustomer) (CartlyCustomer, error) {
	body := map[string]any{"email": in.Email}
	for name, text := range map[string]string{"first_name": in.FirstName, "last_name": in.LastName, "phone": in.Phone, "note": in.Note} {
		if text != "" {
			body[name] = text
		}
	}
	return c.save(ctx, http.MethodPost, "/customers", body)
}

// UpdateCustomer sends what changes, and nothing else.
func (c *Cartly) UpdateCustomer(ctx context.Context, id string, ch CartlyChange) (CartlyCustomer, error) {
	body := map[string]any{}
	for name, text := range map[string]*string{"first_name": ch.FirstName, "last_name": ch.LastName, "phone": ch.Phone, "note": ch.Note} {
		if text != nil {
			body[name] = *text
		} else if c.bug.is("CLY-CUS-05a") {
			body[name] = ""
		}
	}
	method := http.MethodPut
	if c.bug.is("CLY-VERB-01a") {
		method = http.MethodPatch
	}
	one, err := c.save(ctx, method, c.item("/customers", id), body)
	if errors.Is(err, ErrNotFound) && c.bug.is("GEN-MISS-01a") {
		return CartlyCustomer{}, nil
	}
	return one, err
}

// save writes a customer and reads what was stored.
func (c *Cartly) save(ctx context.Context, method, path string, body map[string]any) (CartlyCustomer, error) {
	if c.bug.is("CLY-CUS-02a") {
		body = map[string]any{"customer": body}
	}
	got, err := c.write(ctx, method, path, body, false)
	if err != nil {
		return CartlyCustomer{}, err
	}
	return c.customer(got.body)
}
