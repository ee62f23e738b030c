package cscart

import (
	"encoding/hex"
	"net/netip"
	"strconv"
)

// appendExtra adds the extra of a row that the test gave none: a picture of the
// shopper's session with keys and types of the document's sample. Numbers are
// numbers here.
func appendExtra(b []byte, c *Cart, p *Product) []byte {
	userType := "U"
	if c.User != nil {
		userType = "R"
	}
	b = append(b, `{"user_id":`...)
	b = appendDigits(b, c.UserID)
	b = appendNumber(b, "timestamp", p.Timestamp.Unix())
	b = appendText(b, "type", string(p.Type))
	b = appendText(b, "user_type", userType)
	b = appendNumber(b, "item_id", int64(p.ItemID))
	b = appendText(b, "item_type", p.ItemType)
	b = strconv.AppendInt(append(b, `,"product_id":`...), p.ProductID, 10)
	b = strconv.AppendInt(append(b, `,"amount":`...), p.Amount, 10)
	b = appendShort(append(b, `,"price":`...), p.Price)
	b = appendText(b, "session_id", c.SessionID)
	b = appendText(b, "ip_address", hexOf(c.IPAddress)) // reading CC-6
	b = appendOrder(append(b, `,"order_id":`...), c.OrderID, false)
	b = appendNumber(b, "company_id", c.CompanyID)
	b = appendText(b, "product_code", p.Code)
	b = appendText(b, "product", p.Name)
	b = appendOptions(append(b, `,"product_options":`...), p.Options)
	b = appendText(b, "stored_price", "N")
	b = appendOptions(append(b, `,"extra":{"product_options":`...), p.Options)
	b = append(appendText(b, "unlimited_download", "N"), '}')
	b = append(b, `,"modifiers_price":0,"is_edp":"N","edp_shipping":"N","discount":0,"promotions":[],"base_price":`...)
	b = appendShort(b, p.Price)
	b = append(b, `,"display_price":`...)
	return append(appendShort(b, p.Price), '}')
}

// hexOf is an address as the shop's sessions have it: the hex of its bytes.
func hexOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	return hex.EncodeToString(ip.AsSlice())
}

// appendOptions adds options by option id, in the order in which they were given;
// of two with one id the first has the place and the last the variant. None is
// [].
func appendOptions(b []byte, options []Option) []byte {
	if len(options) == 0 {
		return append(b, `[]`...)
	}
	b = append(b, '{')
	for i, o := range options {
		if place(options, o.ID) < i {
			continue
		}
		for _, later := range options[i+1:] {
			if later.ID == o.ID {
				o = later
			}
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = appendDigits(append(appendDigits(b, o.ID), ':'), o.Variant)
	}
	return append(b, '}')
}

func place(options []Option, id int64) int {
	for i, o := range options {
		if o.ID == id {
			return i
		}
	}
	return len(options)
}
