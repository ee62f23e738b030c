package fluidpay

import (
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// spelling is how texts are written: plain where they may be, but for U+2028
// and U+2029.
const spelling = fake.EscapeLines

// appendProduct adds a product with its keys in the order of the document's
// samples.
func appendProduct(dst []byte, p *Product) []byte {
	dst = appendText(append(dst, '{'), `"id":`, p.ID)
	dst = appendText(dst, `,"public_hash":`, p.PublicHash)
	dst = appendText(dst, `,"merchant_id":`, p.MerchantID)
	dst = appendText(dst, `,"sku":`, p.SKU)
	dst = appendText(dst, `,"name":`, p.Name)
	dst = appendText(dst, `,"img":`, p.Img)
	dst = strconv.AppendInt(append(dst, `,"price":`...), p.Price, 10)
	dst = strconv.AppendInt(append(dst, `,"local_tax":`...), p.LocalTax, 10)
	dst = strconv.AppendInt(append(dst, `,"national_tax":`...), p.NationalTax, 10)
	dst = strconv.AppendBool(append(dst, `,"fixed_amount":`...), p.FixedAmount)
	dst = strconv.AppendBool(append(dst, `,"fixed_qty":`...), p.FixedQty)
	if p.UnitOfMeasure == nil {
		dst = append(dst, `,"unit_of_measure":null`...)
	} else {
		dst = appendText(dst, `,"unit_of_measure":`, *p.UnitOfMeasure)
	}
	dst = appendText(dst, `,"description":`, p.Description)
	dst = appendTimes(dst, p.CreatedAt, p.UpdatedAt, p.DeletedAt)
	return append(dst, '}')
}

// appendCart adds a cart as lists and writes have it: products as ids (reading
// FP-2), an unset processor as null (reading FP-3).
func (s *Server) appendCart(dst []byte, c *Cart, products []string) []byte {
	dst = appendText(append(dst, '{'), `"id":`, c.ID)
	dst = appendText(dst, `,"public_hash":`, c.PublicHash)
	dst = appendText(dst, `,"merchant_id":`, c.MerchantID)
	dst = appendProcessor(dst, `,"card_processor_id":`, c.CardProcessorID)
	dst = appendProcessor(dst, `,"ach_processor_id":`, c.ACHProcessorID)
	dst = appendText(dst, `,"name":`, c.Name)
	dst = appendText(dst, `,"description":`, c.Description)
	dst = appendText(dst, `,"type":`, string(c.Type))
	dst = appendText(dst, `,"custom_fields_group":`, c.CustomFieldsGroup)
	dst = appendTexts(dst, `,"payments":[`, c.Payments)
	dst = appendTexts(dst, `,"products":[`, products)
	dst = appendFlags(dst, c)
	return s.appendEnd(dst, c)
}

// appendSingleCart adds a cart as GetCart has it: products as objects, an unset
// processor as "", and the keys in an order of their own. The document's sample
// has no public_hash (reading FP-4).
func (s *Server) appendSingleCart(dst []byte, c *Cart) []byte {
	dst = appendText(append(dst, '{'), `"id":`, c.ID)
	if !s.settings.documentShape {
		dst = appendText(dst, `,"public_hash":`, c.PublicHash)
	}
	dst = appendText(dst, `,"merchant_id":`, c.MerchantID)
	dst = appendText(dst, `,"card_processor_id":`, c.CardProcessorID)
	dst = appendText(dst, `,"ach_processor_id":`, c.ACHProcessorID)
	dst = appendText(dst, `,"name":`, c.Name)
	dst = appendText(dst, `,"description":`, c.Description)
	dst = appendText(dst, `,"type":`, string(c.Type))
	dst = appendText(dst, `,"custom_fields_group":`, c.CustomFieldsGroup)
	dst = append(dst, `,"products":[`...)
	open := len(dst)
	for _, id := range c.Products {
		if p, wire := s.living(c.MerchantID, id); p != nil {
			dst = append(append(dst, wire...), ',')
		}
	}
	if len(dst) > open {
		dst = dst[:len(dst)-1] // the last comma
	}
	dst = appendFlags(append(dst, ']'), c)
	dst = appendTexts(dst, `,"payments":[`, c.Payments)
	return s.appendEnd(dst, c)
}

// appendFlags adds the three booleans that stand together in both orders.
func appendFlags(dst []byte, c *Cart) []byte {
	dst = strconv.AppendBool(append(dst, `,"show_available_products":`...), c.ShowAvailableProducts)
	dst = strconv.AppendBool(append(dst, `,"require_shipping_details":`...), c.RequireShippingDetails)
	return strconv.AppendBool(append(dst, `,"email_receipt":`...), c.EmailReceipt)
}

// appendEnd adds what both orders of a cart's keys end with. Settings are null
// until they are set (reading FP-5). A key that only older versions have needs
// WithOlderKeys (reading FP-47).
func (s *Server) appendEnd(dst []byte, c *Cart) []byte {
	dst = appendText(dst, `,"success_url":`, c.SuccessURL)
	dst = appendText(dst, `,"cancel_url":`, c.CancelURL)
	dst = append(dst, `,"settings":`...)
	if c.Settings == nil {
		dst = append(dst, "null"...)
	} else {
		dst = append(dst, c.Settings...)
	}
	dst = appendTimes(dst, c.CreatedAt, c.UpdatedAt, c.DeletedAt)
	if s.settings.olderKeys {
		dst = append(dst, `,"shopify_hash":""`...)
	}
	return append(dst, '}')
}

// appendKeptCart adds the kept form of a cart, which is to be written anew only
// where products of it are gone.
func (s *Server) appendKeptCart(dst []byte, c *Cart, kept []byte) []byte {
	if shown := s.shown(c); len(shown) < len(c.Products) {
		return s.appendCart(dst, c, shown)
	}
	return append(dst, kept...)
}

// appendText adds a key, with all that stands around it, and a text.
func appendText(dst []byte, key, value string) []byte {
	return spelling.AppendString(append(dst, key...), value)
}

// appendTexts adds a key, with the bracket behind it, and a list of texts.
func appendTexts[T ~string](dst []byte, key string, values []T) []byte {
	dst = append(dst, key...)
	for i, value := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = spelling.AppendString(dst, string(value))
	}
	return append(dst, ']')
}

func appendProcessor(dst []byte, key, id string) []byte {
	if id == "" {
		return append(append(dst, key...), "null"...)
	}
	return appendText(dst, key, id)
}

// appendTimes adds the three times that end every record. Those of the fake are
// whole seconds in UTC; those of a test keep their fraction and their offset.
func appendTimes(dst []byte, created, updated time.Time, deleted *time.Time) []byte {
	dst = fake.AppendTime(append(dst, `,"created_at":`...), created, time.RFC3339Nano)
	dst = fake.AppendTime(append(dst, `,"updated_at":`...), updated, time.RFC3339Nano)
	dst = append(dst, `,"deleted_at":`...)
	if deleted == nil {
		return append(dst, "null"...)
	}
	return fake.AppendTime(dst, *deleted, time.RFC3339Nano)
}
