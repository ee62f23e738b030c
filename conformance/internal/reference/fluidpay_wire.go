package reference

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// A FluidpayCart is a cart of the merchant.
type FluidpayCart struct {
	ID                string
	Name              string
	Description       string
	Type              string // "": normal
	CustomFieldsGroup string
	CardProcessorID   *string // nil: none
	ACHProcessorID    *string
	Payments          []string // nil: those that the service takes by itself
	ProductIDs        []string
	ShowAvailable     bool
	RequireShipping   bool
	EmailReceipt      bool
	SuccessURL        string
	CancelURL         string
	Created           time.Time
	Deleted           bool
}

// A FluidpayProduct is a product of the merchant, with its money in cents.
type FluidpayProduct struct {
	ID            string
	SKU           string
	Name          string
	Description   string
	Img           string // a URL, or "" for none
	ImgData       []byte // of a picture that is to be uploaded
	Price         int64
	LocalTax      int64
	NationalTax   int64
	FixedAmount   bool
	FixedQty      bool
	UnitOfMeasure string
	Created       time.Time
	Deleted       bool
}

// fluidpayEnvelope is what every answer comes in.
type fluidpayEnvelope struct {
	Status     string          `json:"status"`
	Msg        string          `json:"msg"`
	Data       json.RawMessage `json:"data"`
	TotalCount *int            `json:"total_count"`

	body []byte // the whole of it
}

type fluidpaySettings struct {
	Subtitle json.RawMessage `json:"product_subtitle_verbiage"`
	Vault    json.RawMessage `json:"save_customer_vault"`
}

type fluidpayWireCart struct {
	ID                string            `json:"id"`
	PublicHash        string            `json:"public_hash"`
	ShopifyHash       string            `json:"shopify_hash"`
	MerchantID        string            `json:"merchant_id"`
	CardProcessorID   *string           `json:"card_processor_id"`
	ACHProcessorID    *string           `json:"ach_processor_id"`
	Name              string            `json:"name"`
	Description       string            `json:"description"`
	Type              string            `json:"type"`
	CustomFieldsGroup string            `json:"custom_fields_group"`
	Payments          []string          `json:"payments"`
	Products          []json.RawMessage `json:"products"` // objects in a single cart, ids elsewhere
	ShowAvailable     bool              `json:"show_available_products"`
	RequireShipping   bool              `json:"require_shipping_details"`
	EmailReceipt      bool              `json:"email_receipt"`
	SuccessURL        string            `json:"success_url"`
	CancelURL         string            `json:"cancel_url"`
	Settings          *fluidpaySettings `json:"settings"`
	CreatedAt         string            `json:"created_at"`
	UpdatedAt         string            `json:"updated_at"`
	DeletedAt         *string           `json:"deleted_at"`
}

type fluidpayWireProduct struct {
	ID            string  `json:"id"`
	PublicHash    string  `json:"public_hash"`
	MerchantID    string  `json:"merchant_id"`
	SKU           string  `json:"sku"`
	Name          string  `json:"name"`
	Img           string  `json:"img"`
	Price         int64   `json:"price"`
	LocalTax      int64   `json:"local_tax"`
	NationalTax   int64   `json:"national_tax"`
	FixedAmount   bool    `json:"fixed_amount"`
	FixedQty      bool    `json:"fixed_qty"`
	UnitOfMeasure *string `json:"unit_of_measure"`
	Description   string  `json:"description"`
	CreatedAt     string  `json:"created_at"`
	UpdatedAt     string  `json:"updated_at"`
	DeletedAt     *string `json:"deleted_at"`
}

func fluidpayReply(err error) error { return fmt.Errorf("fluidpay: %w: %w", ErrReply, err) }

// cart reads a cart, and there has to be one.
func (c *Fluidpay) cart(data json.RawMessage) (FluidpayCart, error) {
	var w fluidpayWireCart
	if err := c.bug.decode(data, &w); err != nil {
		return FluidpayCart{}, fluidpayReply(err)
	}
	if w.ID == "" {
		return FluidpayCart{}, fmt.Errorf("fluidpay: %w: it is no cart", ErrReply)
	}
	if c.bug.is("FLP-POLY-03a") {
		_ = w.Settings.Subtitle
	}
	out := FluidpayCart{
		ID: w.ID, Name: w.Name, Description: w.Description, Type: w.Type, CustomFieldsGroup: w.CustomFieldsGroup,
		Payments: w.Payments, ShowAvailable: w.ShowAvailable, RequireShipping: w.RequireShipping, EmailReceipt: w.EmailReceipt,
		SuccessURL: w.SuccessURL, CancelURL: w.CancelURL, Deleted: w.DeletedAt != nil,
	}
	if c.bug.is("FLP-NULL-01a") {
		out.Deleted = false
	}
	var err error
	for _, id := range []**string{&w.CardProcessorID, &w.ACHProcessorID} {
		switch {
		case *id == nil && c.bug.is("FLP-POLY-02a"):
			return out, fmt.Errorf("fluidpay: %w: a processor is null", ErrReply)
		case *id != nil && **id == "" && !c.bug.is("FLP-POLY-02b"):
			*id = nil
		}
	}
	out.CardProcessorID, out.ACHProcessorID = w.CardProcessorID, w.ACHProcessorID
	if out.ProductIDs, err = c.productIDs(w.Products); err != nil {
		return out, err
	}
	out.Created, err = c.time(w.ID, w.CreatedAt)
	return out, err
}

// productIDs reads the products of a cart: ids, or objects with one.
func (c *Fluidpay) productIDs(products []json.RawMessage) ([]string, error) {
	var ids []string
	for _, raw := range products {
		var id string
		text := json.Unmarshal(raw, &id) == nil
		if text && c.bug.is("FLP-POLY-01a") {
			return nil, fmt.Errorf("fluidpay: %w: a product is no object", ErrReply)
		}
		if text && c.bug.is("FLP-POLY-01b") {
			continue
		}
		if !text {
			var w fluidpayWireProduct
			if err := c.bug.decode(raw, &w); err != nil {
				return nil, fluidpayReply(err)
			}
			id = w.ID
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// product reads a product, and there has to be one.
func (c *Fluidpay) product(data json.RawMessage) (FluidpayProduct, error) {
	var w fluidpayWireProduct
	if err := c.bug.decode(data, &w); err != nil {
		return FluidpayProduct{}, fluidpayReply(err)
	}
	if w.ID == "" {
		return FluidpayProduct{}, fmt.Errorf("fluidpay: %w: it is no product", ErrReply)
	}
	out := FluidpayProduct{
		ID: w.ID, SKU: w.SKU, Name: w.Name, Description: w.Description, Img: w.Img, Price: w.Price,
		LocalTax: w.LocalTax, NationalTax: w.NationalTax, FixedAmount: w.FixedAmount, FixedQty: w.FixedQty, Deleted: w.DeletedAt != nil,
	}
	if c.bug.is("FLP-PRD-05a") {
		out.LocalTax, out.NationalTax = w.LocalTax/100, w.NationalTax/100
	}
	if w.Img != "" && c.bug.is("FLP-PRD-06a") {
		if _, err := base64.StdEncoding.DecodeString(w.Img); err != nil {
			return out, fluidpayReply(err)
		}
	}
	if w.UnitOfMeasure == nil && c.bug.is("FLP-NULL-02a") {
		return out, fmt.Errorf("fluidpay: %w: the unit is null", ErrReply)
	}
	if w.UnitOfMeasure != nil {
		out.UnitOfMeasure = *w.UnitOfMeasure
	}
	var err error
	out.Created, err = c.time(w.ID, w.CreatedAt)
	return out, err
}

// time reads when a record was made.
func (c *Fluidpay) time(id, text string) (time.Time, error) {
	if c.bug.is("FLP-TYPE-01b") {
		return fluidpayTimeOf(id), nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if c.bug.is("FLP-TYPE-01a") {
		t, err = time.Parse("2006-01-02T15:04:05Z", text[:min(len(text), 20)])
	}
	if err != nil {
		return t, fluidpayReply(err)
	}
	return t, nil
}

// fluidpayTimeOf is the time in the first four bytes of an id.
func fluidpayTimeOf(id string) time.Time {
	digits := base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)
	bytes, err := digits.DecodeString(id)
	if err != nil || len(bytes) < 4 {
		return time.Time{}
	}
	return time.Unix(int64(binary.BigEndian.Uint32(bytes)), 0)
}

// fluidpayDataError are the words in data, which no answer has there.
func fluidpayDataError(data json.RawMessage) string {
	var w struct{ Error string }
	_ = json.Unmarshal(data, &w)
	return w.Error
}
