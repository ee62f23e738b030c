package reference

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	fluidpayProcessor = regexp.MustCompile(`^[0-9a-v]{20}$`)
	fluidpayHex       = regexp.MustCompile(`^[0-9a-f]{20}$`)   // bug FLP-CRE-04a
	fluidpayPlainSKU  = regexp.MustCompile(`^[0-9a-z]{1,20}$`) // bug FLP-PRD-04b
	fluidpayUUID      = regexp.MustCompile(`^[0-9a-f]{8}-`)    // bug FLP-ID-02b
)

// CreateCart makes a cart and gives its id.
func (c *Fluidpay) CreateCart(ctx context.Context, in FluidpayCart) (string, error) {
	in, err := c.validCart(in)
	if err != nil {
		return "", err
	}
	body := map[string]any{"name": in.Name, "type": "normal"}
	if in.Type != "" {
		body["type"] = in.Type
	}
	if body["type"] == "normal" && c.bug.is("FLP-CRE-01a") {
		delete(body, "type")
	}
	for name, value := range map[string]string{
		"description": in.Description, "custom_fields_group": in.CustomFieldsGroup, "success_url": in.SuccessURL, "cancel_url": in.CancelURL,
	} {
		if value != "" {
			body[name] = value
		}
	}
	for name, value := range map[string]bool{
		"show_available_products": in.ShowAvailable, "require_shipping_details": in.RequireShipping, "email_receipt": in.EmailReceipt,
	} {
		body[name] = value
		if value && c.bug.is("FLP-CRE-05a") {
			body[name] = fmt.Sprint(value)
		}
	}
	for name, value := range map[string]*string{"card_processor_id": in.CardProcessorID, "ach_processor_id": in.ACHProcessorID} {
		if value != nil {
			body[name] = *value
		}
	}
	if in.Payments != nil {
		body["payments"] = in.Payments
		if c.bug.is("FLP-POLY-04a") {
			body["payments"] = len(in.Payments) > 0
		}
		if c.bug.is("FLP-POLY-04b") {
			body["payments"] = strings.Join(in.Payments, ",")
		}
	}
	if in.ProductIDs != nil {
		body["products"] = in.ProductIDs
	}
	id, err := c.create(ctx, fluidpayCarts, body)
	switch {
	case err != nil && in.Type != "" && in.Type != "normal" && c.bug.is("FLP-CRE-01b"),
		err != nil && strings.HasPrefix(in.SuccessURL, "/") && c.bug.is("FLP-CRE-07a"):
		return "", nil
	}
	return id, err
}

// validCart refuses what the service would refuse, where that is documented.
func (c *Fluidpay) validCart(in FluidpayCart) (FluidpayCart, error) {
	letters := utf8.RuneCountInString(in.Name)
	if c.bug.is("FLP-CRE-02a") {
		letters = len(in.Name)
	}
	if letters > 100 && c.bug.is("FLP-CRE-02b") {
		in.Name, letters = string([]rune(in.Name)[:100]), 100
	}
	if letters < 1 || letters > 100 {
		return in, fmt.Errorf("fluidpay: %w: a name has 1 to 100 characters", ErrInvalid)
	}
	if len(in.CustomFieldsGroup) > 254 && c.bug.is("FLP-CRE-03a") {
		in.CustomFieldsGroup = in.CustomFieldsGroup[:254]
	}
	form := fluidpayProcessor
	if c.bug.is("FLP-CRE-04a") {
		form = fluidpayHex
	}
	for _, id := range []*string{in.CardProcessorID, in.ACHProcessorID} {
		if id != nil && !form.MatchString(*id) {
			return in, fmt.Errorf("fluidpay: %w: %q is no id of a processor", ErrInvalid, *id)
		}
	}
	return in, nil
}

// CreateProduct makes a product and gives its id.
func (c *Fluidpay) CreateProduct(ctx context.Context, in FluidpayProduct) (string, error) {
	if in.Price < 0 {
		return "", fmt.Errorf("fluidpay: %w: a price is not below 0", ErrInvalid)
	}
	if !fluidpayPlainSKU.MatchString(in.SKU) && c.bug.is("FLP-PRD-04b") {
		return "", fmt.Errorf("fluidpay: %w: %q is no sku", ErrInvalid, in.SKU)
	}
	body := map[string]any{
		"sku": in.SKU, "name": in.Name, "description": in.Description,
		"price": in.Price, "fixed_amount": in.FixedAmount, "fixed_qty": in.FixedQty,
	}
	if in.ImgData != nil {
		body["img"] = base64.StdEncoding.EncodeToString(in.ImgData)
	}
	switch {
	case in.Price == 0 && c.bug.is("FLP-PRD-02a"):
		delete(body, "price")
	case c.bug.is("FLP-PRD-02b"):
		body["price"] = float64(in.Price) / 100
	case in.Description == "" && c.bug.is("FLP-PRD-03a"):
		delete(body, "description")
	case c.bug.is("FLP-PRD-04a"):
		body["sku"] = strings.ToLower(in.SKU)
	case c.bug.is("FLP-PRD-01a"):
		maps.DeleteFunc(body, func(_ string, value any) bool { return value == false })
	}
	return c.create(ctx, fluidpayProducts, body)
}

// create makes a record. When the answer is lost, nobody can tell whether there
// is one: the error says so, and it is not tried again.
func (c *Fluidpay) create(ctx context.Context, kind string, body map[string]any) (string, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	if body["description"] != nil && c.bug.is("GEN-UTF8-01a") {
		text = latin1(text)
	}
	e, err := c.send(ctx, fluidpayRequest{method: http.MethodPost, path: kind, body: text})
	if err != nil {
		return "", err
	}
	if c.bug.is("FLP-CRE-06a") {
		return "", fmt.Errorf("fluidpay: %w: it is not 201", ErrReply)
	}
	var made struct{ ID string }
	if err := json.Unmarshal(e.Data, &made); err != nil || made.ID == "" {
		return "", fmt.Errorf("fluidpay: %w: there is no id", ErrReply)
	}
	return made.ID, nil
}

// A FluidpayChange is an update; what is nil stays as it is.
type FluidpayChange struct {
	Name, Description, SuccessURL *string
	Products                      *[]string
	ShowAvailable, FixedAmount    *bool
	Price                         *int64
}

// UpdateCart changes some attributes of a cart.
func (c *Fluidpay) UpdateCart(ctx context.Context, id string, ch FluidpayChange) error {
	body := c.changes(ch)
	if c.bug.is("FLP-UPD-02a") {
		for name, blank := range map[string]any{"description": "", "success_url": "", "products": []string{}, "show_available_products": false} {
			if body[name] == nil {
				body[name] = blank
			}
		}
	}
	return c.update(ctx, fluidpayCarts, id, body)
}

// UpdateProduct changes some attributes of a product.
func (c *Fluidpay) UpdateProduct(ctx context.Context, id string, ch FluidpayChange) error {
	body := c.changes(ch)
	c.mu.Lock()
	whole := c.read[id]
	c.mu.Unlock()
	if whole != nil && c.bug.is("FLP-UPD-04a") {
		for name, value := range whole {
			if body[name] == nil {
				body[name] = value
			}
		}
	}
	if c.bug.is("FLP-ID-02a") {
		id = strings.ToUpper(id)
	}
	if !fluidpayUUID.MatchString(id) && c.bug.is("FLP-ID-02b") {
		return fmt.Errorf("fluidpay: %w: %q is no id", ErrInvalid, id)
	}
	return c.update(ctx, fluidpayProducts, id, body)
}

// changes are the attributes that a change sets.
func (c *Fluidpay) changes(ch FluidpayChange) map[string]any {
	body := map[string]any{}
	leave := func(empty bool) bool { return empty && c.bug.is("FLP-UPD-03a") }
	for name, value := range map[string]*string{"name": ch.Name, "description": ch.Description, "success_url": ch.SuccessURL} {
		if value != nil && !leave(*value == "") {
			body[name] = *value
		}
	}
	for name, value := range map[string]*bool{"show_available_products": ch.ShowAvailable, "fixed_amount": ch.FixedAmount} {
		if value != nil && !leave(!*value) {
			body[name] = *value
		}
	}
	if ch.Price != nil && !leave(*ch.Price == 0) {
		body["price"] = *ch.Price
	}
	if ch.Products != nil {
		body["products"] = *ch.Products
	}
	return body
}

func (c *Fluidpay) update(ctx context.Context, kind, id string, body map[string]any) error {
	if id == "" {
		return fmt.Errorf("fluidpay: %w: no record has an empty id", ErrNotFound)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	q := fluidpayRequest{method: http.MethodPost, path: kind + "/" + url.PathEscape(id), body: text}
	if c.bug.is("FLP-VERB-01a") {
		q.method = http.MethodPatch
	}
	_, err = c.send(ctx, q)
	return err
}

// DeleteCart deletes a cart.
func (c *Fluidpay) DeleteCart(ctx context.Context, id string) error {
	err := c.remove(ctx, fluidpayCarts, id)
	if err == nil && c.bug.is("FLP-CRE-06b") {
		return fmt.Errorf("fluidpay: %w: it is not 204", ErrReply)
	}
	return err
}

// DeleteProduct deletes a product.
func (c *Fluidpay) DeleteProduct(ctx context.Context, id string) error {
	return c.remove(ctx, fluidpayProducts, id)
}

func (c *Fluidpay) remove(ctx context.Context, kind, id string) error {
	if id == "" {
		return fmt.Errorf("fluidpay: %w: no record has an empty id", ErrNotFound)
	}
	e, err := c.send(ctx, fluidpayRequest{method: http.MethodDelete, path: kind + "/" + url.PathEscape(id)})
	if err == nil && c.bug.is("FLP-ENV-03a") {
		var w fluidpayWireCart
		if err := json.Unmarshal(e.Data, &w); err != nil {
			return fluidpayReply(err)
		}
	}
	return err
}

// AddToCart adds a product to those that a cart has. An update replaces them
// all, so they are read right before.
func (c *Fluidpay) AddToCart(ctx context.Context, cartID, productID string) error {
	e, err := c.get(ctx, fluidpayCarts, cartID)
	if err != nil {
		return err
	}
	var w fluidpayWireCart
	if err := c.bug.decode(e.Data, &w); err != nil {
		return fluidpayReply(err)
	}
	ids, err := c.productIDs(w.Products)
	if err != nil {
		return err
	}
	if known := c.knownProducts(cartID, ids); c.bug.is("FLP-UPD-06a") {
		ids = known
	}
	if !slices.Contains(ids, productID) {
		ids = append(ids, productID)
	}
	var products any = ids
	switch {
	case c.bug.is("FLP-UPD-01a"):
		products = append(slices.Clone(w.Products), json.RawMessage(`"`+productID+`"`))
	case c.bug.is("FLP-UPD-05a"):
		products = []string{productID}
	}
	err = c.update(ctx, fluidpayCarts, cartID, map[string]any{"products": products})
	if err == nil {
		c.remember(cartID, ids)
	}
	var told *FluidpayError
	if errors.As(err, &told) && told.Status == http.StatusBadRequest && c.bug.is("FLP-UPD-07a") {
		return nil
	}
	return err
}

// knownProducts are the products of a cart as they were last written, for the
// bug that takes them for those that there are.
func (c *Fluidpay) knownProducts(cartID string, read []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.known[cartID]; known != nil {
		return slices.Clone(known)
	}
	return read
}

func (c *Fluidpay) remember(cartID string, ids []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[cartID] = ids
}
