package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The two kinds of records, by their place below the merchant.
const (
	fluidpayCarts    = "/cart"
	fluidpayProducts = "/product"
	fluidpayLimit    = 100 // records that a search gives at most
)

// GetCart gives one cart.
func (c *Fluidpay) GetCart(ctx context.Context, id string) (FluidpayCart, error) {
	path := id
	c.mu.Lock()
	hash, cached := c.hashes[id], c.cache[id]
	c.mu.Unlock()
	if hash != "" && c.bug.is("FLP-ID-01a") {
		path = hash
	}
	if cached.ID != "" && c.bug.is("FLP-DEL-01a") {
		return cached, nil
	}
	e, err := c.get(ctx, fluidpayCarts, path)
	if fluidpayMissing(err) && c.bug.is("GEN-MISS-01a") {
		return FluidpayCart{}, nil
	}
	if err != nil {
		return FluidpayCart{}, err
	}
	if c.bug.is("FLP-ENV-01a") {
		var w fluidpayWireCart
		err := json.Unmarshal(e.body, &w)
		return FluidpayCart{ID: w.ID, Name: w.Name}, err
	}
	cart, err := c.cart(e.Data)
	if err == nil {
		c.mu.Lock()
		c.cache[id] = cart
		c.mu.Unlock()
	}
	return cart, err
}

// GetProduct gives one product.
func (c *Fluidpay) GetProduct(ctx context.Context, id string) (FluidpayProduct, error) {
	e, err := c.get(ctx, fluidpayProducts, id)
	if err != nil {
		return FluidpayProduct{}, err
	}
	whole := map[string]json.RawMessage{}
	if json.Unmarshal(e.Data, &whole) == nil {
		c.mu.Lock()
		c.read[id] = whole
		c.mu.Unlock()
	}
	return c.product(e.Data)
}

// get gives the answer about one record.
func (c *Fluidpay) get(ctx context.Context, kind, id string) (fluidpayEnvelope, error) {
	if id == "" {
		return fluidpayEnvelope{}, fmt.Errorf("fluidpay: %w: no record has an empty id", ErrNotFound)
	}
	e, err := c.send(ctx, fluidpayRequest{method: http.MethodGet, path: kind + "/" + url.PathEscape(id), reads: true})
	if err == nil && len(e.Data) == 0 {
		err = fmt.Errorf("fluidpay: %w: there is no data", ErrReply)
	}
	return e, err
}

func fluidpayMissing(err error) bool { return errors.Is(err, ErrNotFound) }

// ListCarts gives all carts.
func (c *Fluidpay) ListCarts(ctx context.Context) ([]FluidpayCart, error) {
	records, err := c.list(ctx, fluidpayCarts)
	if err != nil {
		return nil, err
	}
	if c.bug.is("FLP-ID-01a") {
		c.keepHashes(records)
	}
	return decoded(records, c.cart)
}

// ListProducts gives all products.
func (c *Fluidpay) ListProducts(ctx context.Context) ([]FluidpayProduct, error) {
	records, err := c.list(ctx, fluidpayProducts)
	if err != nil {
		return nil, err
	}
	return decoded(records, c.product)
}

// list gives all records of a kind, which come at once.
func (c *Fluidpay) list(ctx context.Context, kind string) ([]json.RawMessage, error) {
	e, err := c.send(ctx, fluidpayRequest{method: http.MethodGet, path: kind, reads: true})
	if err != nil {
		return nil, err
	}
	if e.TotalCount == nil && c.bug.is("FLP-ENV-07a") {
		return nil, fmt.Errorf("fluidpay: %w: it does not say how many there are", ErrReply)
	}
	if c.bug.is("FLP-LIST-01b") {
		var w struct{ Carts []json.RawMessage }
		if err := json.Unmarshal(e.Data, &w); err != nil {
			return nil, fluidpayReply(err)
		}
		return w.Carts, nil
	}
	records, err := c.records(e.Data)
	if len(records) > 1 && c.bug.is("FLP-LIST-01a") {
		records = records[:1]
	}
	return records, err
}

// records takes a list apart. Where there is none, it is null.
func (c *Fluidpay) records(data json.RawMessage) ([]json.RawMessage, error) {
	if string(data) == "null" && c.bug.is("FLP-ENV-04a") {
		return nil, fmt.Errorf("fluidpay: %w: there is no list", ErrReply)
	}
	if len(data) == 0 {
		return nil, nil
	}
	var records []json.RawMessage
	if err := json.Unmarshal(data, &records); err != nil {
		return nil, fluidpayReply(err)
	}
	return records, nil
}

// decoded reads records one by one.
func decoded[T any](records []json.RawMessage, read func(json.RawMessage) (T, error)) ([]T, error) {
	var all []T
	for _, raw := range records {
		one, err := read(raw)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// keepHashes keeps the hashes of a list, for the bug that takes them for ids.
func (c *Fluidpay) keepHashes(records []json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, raw := range records {
		var w fluidpayWireCart
		if json.Unmarshal(raw, &w) == nil {
			c.hashes[w.ID] = w.PublicHash
		}
	}
}

// A FluidpayFilter says which records are looked for. The zero filter fits all.
type FluidpayFilter struct {
	ID, Name, NotName, Product string
	PriceOver, PriceUnder      *int64
	SKU                        string // not a filter of the service
	CreatedFrom, CreatedUntil  time.Time
	Deleted                    bool
	Only                       bool // exactly one is wanted
}

// SearchCarts gives the carts that fit.
func (c *Fluidpay) SearchCarts(ctx context.Context, f FluidpayFilter) ([]FluidpayCart, error) {
	records, err := c.search(ctx, fluidpayCarts, f)
	if err != nil {
		return nil, err
	}
	all, err := decoded(records, c.cart)
	return c.only(f, all, err)
}

// SearchProducts gives the products that fit.
func (c *Fluidpay) SearchProducts(ctx context.Context, f FluidpayFilter) ([]FluidpayProduct, error) {
	records, err := c.search(ctx, fluidpayProducts, f)
	if err != nil {
		return nil, err
	}
	all, err := decoded(records, c.product)
	var fit []FluidpayProduct
	for _, one := range all {
		if f.SKU == "" || one.SKU == f.SKU || c.bug.is("FLP-SRC-05a") {
			fit = append(fit, one)
		}
	}
	return only(c.bug, f, fit, err)
}

func (c *Fluidpay) only(f FluidpayFilter, all []FluidpayCart, err error) ([]FluidpayCart, error) {
	return only(c.bug, f, all, err)
}

// only refuses to choose where exactly one record is wanted.
func only[T any](bug *Bug, f FluidpayFilter, all []T, err error) ([]T, error) {
	switch {
	case err != nil:
		return nil, err
	case f.Only && len(all) > 1 && bug.is("FLP-SRC-06a"):
		return all[:1], nil
	case f.Only && len(all) > 1:
		return nil, fmt.Errorf("fluidpay: %w", ErrMany)
	}
	return all, nil
}

// search gives all records that fit. When their number changes while they are
// read, it begins again: what has moved would be missing, or come twice.
func (c *Fluidpay) search(ctx context.Context, kind string, f FluidpayFilter) ([]json.RawMessage, error) {
	switch {
	case f.Name != "" && c.bug.is("FLP-VERB-02a"):
		e, err := c.send(ctx, fluidpayRequest{method: http.MethodGet, path: kind + "/search?name=" + url.QueryEscape(f.Name), reads: true})
		return []json.RawMessage{e.Data}, err
	case f.Name != "" && c.bug.is("FLP-VERB-02b"):
		return c.list(ctx, kind+"?name="+url.QueryEscape(f.Name))
	}
	criteria := c.criteria(kind, f)
	for range tries {
		all, changed, err := c.sweep(ctx, kind, criteria)
		var told *FluidpayError
		if errors.As(err, &told) && told.Status == http.StatusBadRequest && c.bug.is("FLP-SRC-02b") {
			return c.list(ctx, kind)
		}
		if err != nil || !changed {
			return all, err
		}
	}
	return nil, fmt.Errorf("fluidpay: %w", ErrMoving)
}

// sweep reads the pages of a search once.
func (c *Fluidpay) sweep(ctx context.Context, kind string, criteria map[string]any) (all []json.RawMessage, changed bool, err error) {
	seen := map[string]bool{}
	total, offset := -1, 0
	for {
		page, count, err := c.page(ctx, kind, criteria, offset)
		if err != nil {
			return nil, false, err
		}
		if total >= 0 && count != total && !c.bug.is("FLP-SRC-07a") {
			return nil, true, nil
		}
		total = count
		fresh := 0
		for _, raw := range page {
			var w struct{ ID string }
			_ = json.Unmarshal(raw, &w) // what is no record is found when it is read
			if w.ID == "" || !seen[w.ID] {
				fresh++
				all = append(all, raw)
			}
			seen[w.ID] = true
		}
		step := len(page)
		if c.bug.is("FLP-SRC-03a") {
			step = 1
		}
		offset += step
		switch {
		case c.bug.is("FLP-SRC-03c"), c.bug.is("FLP-SRC-03d"), len(all) >= total:
			return all, false, nil
		case fresh == 0 && !c.bug.is("GEN-LOOP-01a"):
			return nil, false, fmt.Errorf("fluidpay: %w: there is nothing new from record %d on, of %d", ErrReply, offset, total)
		}
	}
}

// page reads one page of a search, and how many records fit in all.
func (c *Fluidpay) page(ctx context.Context, kind string, criteria map[string]any, offset int) ([]json.RawMessage, int, error) {
	body := map[string]any{"limit": fluidpayLimit, "offset": offset}
	for name, value := range criteria {
		body[name] = value
	}
	switch {
	case c.bug.is("FLP-SRC-01b"):
		body["limit"] = map[string]any{"operator": "=", "value": fluidpayLimit}
	case c.bug.is("FLP-SRC-03b"):
		body["limit"] = 500
	case c.bug.is("FLP-SRC-03d"):
		delete(body, "limit")
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, 0, err
	}
	e, err := c.send(ctx, fluidpayRequest{method: http.MethodPost, path: kind + "/search", body: text, reads: true})
	var told *FluidpayError
	if errors.As(err, &told) && (told.Status == http.StatusServiceUnavailable && c.bug.is("GEN-5XX-01a") ||
		told.Status == http.StatusOK && bytes.HasPrefix(e.body, []byte("<")) && c.bug.is("GEN-HTML-01a")) {
		return nil, 0, nil
	}
	if err != nil && c.bug.is("GEN-BODY-01a") {
		if end := bytes.LastIndex(e.body, []byte("},{")); end > 0 && json.Unmarshal(append(bytes.Clone(e.body[:end]), "}]}"...), &e) == nil {
			err = nil
		}
	}
	if err != nil {
		return nil, 0, err
	}
	records, err := c.records(e.Data)
	count := offset + len(records)
	if e.TotalCount != nil {
		count = *e.TotalCount
	}
	return records, count, err
}

// criteria are the filters that the service knows.
func (c *Fluidpay) criteria(kind string, f FluidpayFilter) map[string]any {
	all := map[string]any{}
	add := func(name, operator string, value any) {
		all[name] = map[string]any{"operator": operator, "value": value}
	}
	for name, value := range map[string]string{"id": f.ID, "name": f.Name, "product": f.Product} {
		if value != "" {
			add(name, "=", value)
		}
	}
	if f.Name != "" && c.bug.is("FLP-SRC-01a") {
		all["name"] = f.Name
	}
	if f.NotName != "" {
		add("name", "!=", f.NotName)
	}
	if f.PriceOver != nil {
		add("price", ">", *f.PriceOver)
	}
	if f.PriceUnder != nil {
		add("price", "<", *f.PriceUnder)
		if c.bug.is("FLP-SRC-02a") {
			add("price", "lt", *f.PriceUnder)
		}
		if c.bug.is("FLP-SRC-02c") {
			add("price", "<", fmt.Sprint(*f.PriceUnder))
		}
	}
	if f.PriceOver == nil && f.PriceUnder == nil && kind == fluidpayProducts && c.bug.is("FLP-SRC-08a") {
		all["price"] = nil
	}
	if f.SKU != "" && c.bug.is("FLP-SRC-05a") {
		add("sku", "=", f.SKU)
	}
	if span := c.span(f.CreatedFrom, f.CreatedUntil); len(span) > 0 {
		all["created_at"] = span
	}
	if f.Deleted {
		all["deleted_at"] = map[string]any{}
	}
	return all
}

// span is a range of dates.
func (c *Fluidpay) span(from, until time.Time) map[string]string {
	start, end, layout := "start_date", "end_date", time.RFC3339
	switch {
	case c.bug.is("FLP-SRC-04a"):
		start, end = "from", "to"
	case c.bug.is("FLP-SRC-04c"):
		start, end = end, start
	}
	zoned := func(t time.Time) string {
		if c.bug.is("FLP-SRC-04b") {
			return t.Format(strings.TrimSuffix(layout, "Z07:00"))
		}
		return t.UTC().Format(layout)
	}
	span := map[string]string{}
	if !from.IsZero() {
		span[start] = zoned(from)
	}
	if !until.IsZero() {
		span[end] = zoned(until)
	}
	return span
}
