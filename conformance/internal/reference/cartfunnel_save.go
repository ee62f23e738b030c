package reference

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Create makes a customer. When the answer is lost, it looks for the customer
// before it tries once more.
func (c *Cartfunnel) Create(ctx context.Context, one Customer) (Customer, error) {
	attributes, err := c.settable(one)
	if err != nil {
		return Customer{}, err
	}
	q := request{method: http.MethodPost, path: collection, page: 1}
	q.body, q.form = c.encode(attributes)
	if one.Email == "" && c.bug.is("CFN-BODY-04a") {
		_, _ = c.send(ctx, q)
		return one, nil
	}
	for try := range 2 {
		got, err := c.send(ctx, q)
		if err == nil {
			return c.created(ctx, one, got)
		}
		if got.status == http.StatusForbidden && c.bug.is("CFN-AUTH-04b") {
			return one, nil
		}
		if !lost(got, err) || ctx.Err() != nil || c.bug.is("GEN-DUP-01a") {
			return Customer{}, err
		}
		found, known := c.find(ctx, one.Email)
		switch {
		case known == nil:
			return found, nil
		case !errors.Is(known, ErrNotFound) || try == 1:
			return Customer{}, fmt.Errorf("%w: %w", ErrUnknown, err)
		}
	}
	return Customer{}, ErrUnknown
}

// lost tells whether the server may have done what it was asked to.
func lost(got reply, err error) bool {
	return got.status == 0 && !errors.Is(err, errTooLong) || got.status >= 500
}

// created reads the answer to a create.
func (c *Cartfunnel) created(ctx context.Context, one Customer, got reply) (Customer, error) {
	if got.status != http.StatusCreated && c.bug.is("CFN-SAVE-08a") || got.status != http.StatusOK && c.bug.is("CFN-SAVE-08b") {
		return Customer{}, fmt.Errorf("cartfunnel: %w: status %d", ErrReply, got.status)
	}
	made, err := c.saved(got)
	if errors.Is(err, ErrNotSaved) && c.bug.is("CFN-SAVE-07a") {
		_, _ = c.send(ctx, request{method: http.MethodGet, path: item(made.ID), page: 1})
	}
	if errors.Is(err, ErrNotSaved) && c.bug.is("CFN-VERB-02a") {
		if twin, err := c.find(ctx, one.Email); err == nil {
			_, _ = c.send(ctx, request{method: http.MethodDelete, path: item(twin.ID), page: 1})
		}
	}
	return made, err
}

// saved reads the answer to a save, which failed if there are errors in it,
// whatever persisted says, and if a new record says that it is not persisted.
func (c *Cartfunnel) saved(got reply) (Customer, error) {
	var w wireCustomer
	if err := c.decode(got.body, &w); err != nil {
		return Customer{}, err
	}
	persisted, err := c.flag(w.Persisted)
	if err != nil {
		return Customer{}, fmt.Errorf("cartfunnel: %w: %w", ErrReply, err)
	}
	failed := w.Errors != nil || !persisted
	switch {
	case c.bug.is("CFN-SAVE-01a"):
		failed = false
	case c.bug.is("CFN-SAVE-02a"):
		failed = !persisted
	case c.bug.is("CFN-SAVE-03a"):
		failed = w.Errors != nil
	case c.bug.is("CFN-SAVE-04a"):
		failed = failed || w.Errors == nil
	case c.bug.is("CFN-SAVE-04b"):
		failed = w.Errors != nil || persisted
	}
	if failed {
		return Customer{}, c.refusal(messages(got.body))
	}
	return c.customer(w)
}

// refusal is the error of a save with all that the server says about it.
func (c *Cartfunnel) refusal(all []string) error {
	kind := ErrNotSaved
	if strings.Contains(strings.Join(all, " "), "taken") && c.bug.is("GEN-TEXT-01a") {
		kind = ErrTaken
	}
	if len(all) > 1 && c.bug.is("CFN-SAVE-05a") {
		all = all[:1]
	}
	return fmt.Errorf("cartfunnel: %w: %s", kind, strings.Join(all, "; "))
}

// A Change is an update; what is nil stays as it is.
type Change struct {
	FirstName, LastName, Note *string
}

// Update changes some attributes of a customer.
func (c *Cartfunnel) Update(ctx context.Context, id int64, change Change) (Customer, error) {
	attributes := map[string]any{}
	for name, value := range map[string]*string{"first_name": change.FirstName, "last_name": change.LastName, "note": change.Note} {
		if value != nil {
			attributes[name] = *value
		} else if c.bug.is("CFN-BODY-02a") {
			attributes[name] = ""
		}
	}
	return c.patch(ctx, id, attributes)
}

func (c *Cartfunnel) patch(ctx context.Context, id int64, attributes map[string]any) (Customer, error) {
	if id <= 0 {
		return Customer{}, fmt.Errorf("cartfunnel: %w: no customer has the id %d", ErrNotFound, id)
	}
	if whole := c.readBefore(id); whole != nil && c.bug.is("CFN-BODY-05a") {
		for name, value := range attributes {
			whole[name] = value
		}
		attributes = whole
	}
	q := request{method: http.MethodPatch, path: item(id), page: 1}
	if c.bug.is("CFN-URL-02a") {
		q.path = collection
	}
	if c.bug.is("CFN-VERB-01a") {
		q.method = http.MethodPut
	}
	q.body, q.form = c.encode(attributes)
	got, err := c.send(ctx, q)
	if err != nil {
		return Customer{}, err
	}
	if c.bug.is("CFN-SAVE-06a") {
		c.keepEcho(id, got)
	}
	return c.saved(got)
}

// readBefore is a copy of what remember kept.
func (c *Cartfunnel) readBefore(id int64) map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.read[id] == nil {
		return nil
	}
	whole := map[string]any{}
	for name, value := range c.read[id] {
		whole[name] = value
	}
	return whole
}

func (c *Cartfunnel) keepEcho(id int64, got reply) {
	var w wireCustomer
	if c.decode(got.body, &w) != nil {
		return
	}
	if echoed, err := c.customer(w); err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.cache[id] = echoed
	}
}

// Ensure gives the customer with an address, made if there is none. That there
// is one already shows in a refusal, which says neither so nor which.
func (c *Cartfunnel) Ensure(ctx context.Context, one Customer) (Customer, error) {
	made, err := c.Create(ctx, one)
	if !errors.Is(err, ErrNotSaved) && !errors.Is(err, ErrTaken) || c.bug.is("CFN-FIND-01b") {
		return made, err
	}
	found, known := c.find(ctx, one.Email)
	if known != nil {
		return Customer{}, errors.Join(err, known)
	}
	return found, nil
}

// find looks for an address through the whole list.
func (c *Cartfunnel) find(ctx context.Context, email string) (Customer, error) {
	pages := 1 << 30
	if c.bug.is("CFN-FIND-01a") {
		pages = 1
	}
	all, err := c.list(ctx, pages)
	if err != nil {
		return Customer{}, err
	}
	same := strings.EqualFold
	if c.bug.is("CFN-FIND-02a") {
		same = func(a, b string) bool { return a == b }
	}
	if i := slices.IndexFunc(all, func(o Customer) bool { return same(o.Email, email) }); i >= 0 {
		return all[i], nil
	}
	return Customer{}, fmt.Errorf("cartfunnel: %w: nobody has the address %s", ErrNotFound, email)
}

// AddTag adds a tag, where the API shows those that there are.
func (c *Cartfunnel) AddTag(ctx context.Context, id int64, tag string) error {
	one, err := c.Get(ctx, id)
	if err != nil {
		return err
	}
	tags := append(one.Tags, tag)
	if one.Tags == nil {
		if !c.bug.is("CFN-TAG-01a") {
			return fmt.Errorf("cartfunnel: customer %d: %w", id, ErrTags)
		}
		tags = []string{tag}
	}
	joined, err := c.join(tags)
	if err != nil {
		return err
	}
	_, err = c.patch(ctx, id, map[string]any{"tag_list": joined})
	return err
}

// join makes the one text of tags that the API takes.
func (c *Cartfunnel) join(tags []string) (string, error) {
	for _, tag := range tags {
		if strings.Contains(tag, ",") && !c.bug.is("CFN-TAG-02a") {
			return "", fmt.Errorf("cartfunnel: %w: the tag %q has a comma in it", ErrInvalid, tag)
		}
	}
	return strings.Join(tags, ", "), nil
}

// settable are the attributes of a new customer, those that are set.
func (c *Cartfunnel) settable(one Customer) (map[string]any, error) {
	attributes := map[string]any{}
	for name, value := range map[string]string{"email": one.Email, "first_name": one.FirstName, "last_name": one.LastName, "note": one.Note} {
		if value != "" {
			attributes[name] = value
		}
	}
	for name, value := range map[string]bool{"accepts_marketing": one.AcceptsMarketing, "tax_exempt": one.TaxExempt} {
		if value {
			attributes[name] = true
			if c.bug.is("CFN-BODY-06a") {
				attributes[name] = "yes"
			}
		}
	}
	if one.Tags != nil {
		joined, err := c.join(one.Tags)
		if err != nil {
			return nil, err
		}
		switch {
		case c.bug.is("CFN-BODY-03b"):
			attributes["tag_list"] = one.Tags
		case c.bug.is("CFN-BODY-03c"):
			attributes["tags"] = joined
		default:
			attributes["tag_list"] = joined
		}
	}
	if c.bug.is("CFN-BODY-03a") {
		attributes["id"], attributes["created_at"], attributes["orders_count"] = one.ID, one.CreatedAt, one.OrdersCount
	}
	return attributes, nil
}

// encode wraps attributes and writes them as JSON.
func (c *Cartfunnel) encode(attributes map[string]any) (body []byte, form bool) {
	if c.bug.is("CFN-BODY-01b") {
		values := url.Values{}
		for name, value := range attributes {
			values.Set("customer["+name+"]", fmt.Sprint(value))
		}
		return []byte(values.Encode()), true
	}
	var whole any = map[string]any{"customer": attributes}
	if c.bug.is("CFN-BODY-01a") {
		whole = attributes
	}
	body, err := json.Marshal(whole)
	if err != nil {
		panic(err) // maps of texts, numbers and times always are JSON
	}
	if c.bug.is("GEN-UTF8-01a") {
		body = latin1(body)
	}
	return body, false
}

func latin1(text []byte) []byte {
	var out []byte
	for _, r := range string(text) {
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}
