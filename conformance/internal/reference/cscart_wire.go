package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Cart is the cart of one customer or guest. Its key is UserID. Amounts of
// money are decimal texts, as the shop sends them.
type Cart struct {
	UserID, FirstName, LastName, IP, OrderID, Items, Total string

	Guest bool
	Date  time.Time
	Lines []CartLine // nil: unknown, for lists do not show them
	Email string     // of the owner; "" for a guest
}

// A CartLine is one product in a cart. The name is empty where the product has
// left the catalogue.
type CartLine struct{ ProductID, Amount, Price, Name string }

// wireCart is a cart as the shop spells it: mostly texts, with null and [] for
// what is not there.
type wireCart struct {
	UserID       json.RawMessage `json:"user_id"`
	FirstName    *string         `json:"firstname"`
	LastName     *string         `json:"lastname"`
	Date         json.RawMessage `json:"date"`
	IPAddress    string          `json:"ip_address"`
	CompanyID    json.RawMessage `json:"company_id"`
	Storefront   json.RawMessage `json:"storefront_id"`
	Extra        json.RawMessage `json:"extra"`
	Phone        json.RawMessage `json:"phone"`
	Email        json.RawMessage `json:"email"`
	CartProducts json.RawMessage `json:"cart_products"`
	Total        json.RawMessage `json:"total"`
	OrderID      json.RawMessage `json:"order_id"`
	UserData     json.RawMessage `json:"user_data"`
	Products     []wireLine      `json:"products"`
}

type wireLine struct {
	ItemID    json.RawMessage `json:"item_id"`
	ItemType  json.RawMessage `json:"item_type"`
	ProductID json.RawMessage `json:"product_id"`
	Amount    json.RawMessage `json:"amount"`
	Price     json.RawMessage `json:"price"`
	Extra     json.RawMessage `json:"extra"`
	Product   *string         `json:"product"`
}

// decode reads a JSON text.
func (c *Cscart) decode(body []byte, into any) error {
	if c.bug.is("GEN-UTF8-01b") {
		body = escapes.ReplaceAllFunc(body, func(e []byte) []byte {
			code, _ := strconv.ParseUint(string(e[2:]), 16, 32)
			return []byte(string(rune(code)))
		})
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if c.bug.is("GEN-UNK-01a") {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("cscart: %w: %w", ErrReply, err)
	}
	return nil
}

// plain is a value as a text, whether it was one or a number; "" for null and
// for what is not there.
func plain(raw json.RawMessage) string {
	if string(raw) == "null" {
		return ""
	}
	return strings.Trim(string(raw), `"`)
}

// word is a text, or none.
func (c *Cscart) word(text *string) string {
	switch {
	case text != nil:
		return *text
	case c.bug.is("CSC-TYPE-02a"):
		return "null"
	}
	return ""
}

// read makes a cart of what the wire has.
func (c *Cscart) read(w wireCart) (Cart, error) {
	out := Cart{
		UserID: plain(w.UserID), FirstName: c.word(w.FirstName), LastName: c.word(w.LastName),
		IP: w.IPAddress, OrderID: plain(w.OrderID), Items: plain(w.CartProducts), Total: plain(w.Total),
	}
	if n, err := strconv.ParseInt(out.UserID, 10, 64); err == nil && c.bug.is("CSC-TYPE-03a") {
		out.UserID = strconv.Itoa(int(int32(n)))
	}
	var failed error
	keep := func(err error) {
		if failed == nil && err != nil {
			failed = fmt.Errorf("cscart: %w: %w", ErrReply, err)
		}
	}
	if c.bug.is("CSC-TYPE-02b") {
		_, err := strconv.Atoi(out.IP)
		keep(err)
	}
	if w.Total != nil && c.bug.is("CSC-TYPE-04a") {
		sum, err := strconv.ParseFloat(out.Total, 64)
		keep(err)
		out.Total = fmt.Sprintf("%.2f", sum)
	}
	if w.Total != nil && c.bug.is("CSC-TYPE-04b") {
		_, err := strconv.Atoi(out.Total)
		keep(err)
	}
	if (w.CompanyID == nil || w.Total == nil) && c.bug.is("CSC-TYPE-09a") {
		keep(fmt.Errorf("company_id or total is missing"))
	}
	if w.CartProducts != nil && c.bug.is("CSC-TYPE-06a") {
		keep(json.Unmarshal(w.CartProducts, new(string)))
	}
	var err error
	out.Date, err = c.time(w.Date)
	keep(err)
	keep(c.owner(w.UserData, &out))
	for _, l := range w.Products {
		line, err := c.line(l)
		keep(err)
		if line.Name == "" && c.bug.is("CSC-GET-03a") {
			continue
		}
		out.Lines = append(out.Lines, line)
	}
	return out, failed
}

func (c *Cscart) time(raw json.RawMessage) (time.Time, error) {
	n, err := strconv.ParseInt(plain(raw), 10, 64)
	if c.bug.is("CSC-TYPE-05a") {
		return time.UnixMilli(n).UTC(), err
	}
	return time.Unix(n, 0).UTC(), err
}

// owner reads who has the cart: a guest's data is an empty list.
func (c *Cscart) owner(raw json.RawMessage, out *Cart) error {
	out.Guest = string(raw) == "[]"
	if out.Guest && !c.bug.is("CSC-TYPE-01a") && !c.bug.is("CSC-TYPE-01b") {
		return nil
	}
	var data struct {
		Email      string          `json:"email"`
		Usergroups json.RawMessage `json:"usergroups"`
		Fields     json.RawMessage `json:"fields"`
	}
	if err := json.Unmarshal(raw, &data); err != nil {
		return err
	}
	out.Email = data.Email
	for _, keyed := range []json.RawMessage{data.Usergroups, data.Fields} {
		if err := c.keyed(keyed); err != nil {
			return err
		}
	}
	return nil
}

// keyed reads values by number, which are an empty list where there are none.
func (c *Cscart) keyed(raw json.RawMessage) error {
	empty := string(raw) == "[]"
	if c.bug.is("CSC-TYPE-07a") {
		return json.Unmarshal(raw, new([]json.RawMessage))
	}
	if empty && !c.bug.is("CSC-TYPE-07b") {
		return nil
	}
	return json.Unmarshal(raw, new(map[string]json.RawMessage))
}

// line reads one product. What stands in extra is a picture of the shopper's
// session, of no fixed shape; the product's options are looked at alone.
func (c *Cscart) line(w wireLine) (CartLine, error) {
	out := CartLine{ProductID: plain(w.ProductID), Amount: plain(w.Amount), Price: plain(w.Price)}
	if w.Product != nil {
		out.Name = *w.Product
	}
	if c.bug.is("CSC-TYPE-06a") {
		if err := json.Unmarshal(w.Amount, new(string)); err != nil {
			return out, err
		}
	}
	var extra map[string]json.RawMessage
	if err := json.Unmarshal(w.Extra, &extra); err != nil {
		return out, err
	}
	if price := plain(extra["price"]); c.bug.is("CSC-TYPE-08b") {
		out.Price = price
	}
	if c.bug.is("CSC-TYPE-08a") {
		return out, json.Unmarshal(w.Extra, &struct {
			ProductID int `json:"product_id"`
		}{})
	}
	if options := extra["product_options"]; c.bug.is("CSC-TYPE-06b") && slices.Equal(options, []byte("[]")) {
		return out, json.Unmarshal(options, &map[string]json.RawMessage{})
	} else if options != nil {
		return out, c.keyed(options)
	}
	return out, nil
}
