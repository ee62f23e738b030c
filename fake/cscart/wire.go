package cscart

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
)

// encodeCart makes what is kept with a cart.
func (s *Server) encodeCart(c *Cart) []byte {
	b := append(s.scratch[:0], make([]byte, keptHead)...)
	flags, oldest := byte(0), int64(math.MaxInt64)
	for i := range c.Products {
		if p := &c.Products[i]; s.sees(p) {
			oldest = min(oldest, p.Timestamp.Unix())
		}
	}
	newest, visible := s.newest(c)
	if visible {
		flags |= flagVisible
	}
	if u := c.User; u != nil {
		flags |= flagRegistered
		if u.Email != "" {
			flags |= flagContact
		}
		before := len(b)
		b = append(b, fold(u.FirstName)...)
		middle := len(b)
		b = append(b, fold(u.LastName)...)
		binary.LittleEndian.PutUint32(b[atFirst:], uint32(middle-before))
		binary.LittleEndian.PutUint32(b[atLast:], uint32(len(b)-middle))
		b = append(b, fold(u.Email)...)
	}
	binary.LittleEndian.PutUint64(b[atNewest:], uint64(newest))
	binary.LittleEndian.PutUint64(b[atOldest:], uint64(oldest))
	binary.LittleEndian.PutUint64(b[atSum:], uint64(sum(c)))
	b[atFlags] = flags
	binary.LittleEndian.PutUint32(b[atJSON:], uint32(len(b)))
	b = s.appendCart(b, c, newest)
	binary.LittleEndian.PutUint32(b[atListEnd:], uint32(len(b)))
	b = append(s.appendProducts(append(b, `,"products":`...), c), '}')
	s.scratch = b
	wire := bytes.Clone(b)
	s.share(wire)
	return wire
}

// A written is where the extra of a row stands in what is kept with a cart.
type written struct {
	row      *Product
	from, to int
}

// share lets extras that are written as they were given be the same memory: they
// are the better part of a cart.
func (s *Server) share(wire []byte) {
	for _, w := range s.extras {
		if same := wire[w.from:w.to:w.to]; bytes.Equal(same, w.row.Extra) {
			w.row.Extra = same
		}
	}
	clear(s.extras)
	s.extras = s.extras[:0]
}

// appendCart adds a cart without its closing brace, and notes in the head where
// its date stands ("Response Format", "Cart Details"). All but few values are
// strings, whatever the document's table says of them (readings CC-4 and CC-5).
func (s *Server) appendCart(b []byte, c *Cart, date int64) []byte {
	newer := s.settings.engine == Engine420
	b = append(b, `{"user_id":`...)
	b = appendDigits(b, c.UserID)
	b = append(b, `,"firstname":`...)
	b = s.appendName(b, c.User, func(u *User) string { return u.FirstName })
	b = append(b, `,"lastname":`...)
	b = s.appendName(b, c.User, func(u *User) string { return u.LastName })
	b = append(b, `,"date":"`...)
	binary.LittleEndian.PutUint32(b[atDate:], uint32(len(b)))
	at := len(b)
	b = strconv.AppendInt(b, date, 10)
	b[atDateLen] = byte(len(b) - at)
	b = append(b, '"')
	b = appendText(b, "ip_address", c.IPAddress) // reading CC-6
	if s.settings.edition != MultiVendor {
		b = appendNumber(b, "company_id", c.CompanyID)
	}
	if newer { // reading CC-39
		b = appendNumber(b, "storefront_id", 1)
		b = appendText(b, "extra", c.SerializedExtra)
		phone := c.Phone
		if phone == "" && c.User != nil {
			phone = c.User.Phone
		}
		b = appendText(b, "phone", phone)
		if c.User == nil {
			b = appendText(b, "email", c.Email)
		}
	}
	if pieces, total, any := inCart(c); any {
		b = appendNumber(b, "cart_products", pieces)
		b = append(b, `,"total":"`...)
		b = append(appendMoney(b, total), '"')
		b = append(b, `,"order_id":`...)
		b = appendOrder(b, c.OrderID, newer)
	}
	b = append(b, `,"user_data":`...)
	if c.User == nil { // reading CC-7
		return append(b, `[]`...)
	}
	return s.appendUser(b, c)
}

// inCart sums up the rows in the cart; any tells whether there are any. Filters
// do not change it.
func inCart(c *Cart) (pieces, total int64, any bool) {
	for i := range c.Products {
		if p := &c.Products[i]; p.Type == InCart {
			pieces, total, any = plus(pieces, p.Amount), plus(total, times(p.Price, p.Amount)), true
		}
	}
	return pieces, total, any
}

// appendName adds a name of the owner. A guest has none.
func (s *Server) appendName(b []byte, u *User, name func(*User) string) []byte {
	switch {
	case u != nil:
		return spelling.AppendString(b, name(u))
	case s.settings.engine == Engine420:
		return append(b, `""`...)
	}
	return append(b, `null`...)
}

// appendOrder adds the number of an order, and what stands for none (reading
// CC-22).
func appendOrder(b []byte, id int64, newer bool) []byte {
	if id == 0 && !newer {
		return append(b, `null`...)
	}
	return appendDigits(b, id)
}

// appendProducts adds the rows in the cart, in the order in which they came.
func (s *Server) appendProducts(b []byte, c *Cart) []byte {
	b = append(b, '[')
	for i := range c.Products {
		p := &c.Products[i]
		if p.Type != InCart {
			continue
		}
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = append(b, `{"item_id":`...)
		b = appendDigits(b, int64(p.ItemID))
		b = appendText(b, "item_type", p.ItemType)
		b = appendNumber(b, "product_id", p.ProductID)
		b = appendNumber(b, "amount", p.Amount)
		b = append(b, `,"price":"`...)
		b = append(appendMoney(b, int64(p.Price)), '"')
		b = append(b, `,"extra":`...)
		if p.Extra != nil {
			at := len(b)
			b = spelling.AppendJSON(b, p.Extra)
			s.extras = append(s.extras, written{p, at, len(b)})
		} else {
			b = appendExtra(b, c, p)
		}
		if p.Gone {
			b = append(b, `,"product":null}`...)
		} else {
			b = append(appendText(b, "product", p.Name), '}')
		}
	}
	return append(b, ']')
}

// appendText adds a member that is a text, with the comma before it.
func appendText(b []byte, key, text string) []byte {
	b = append(append(append(b, `,"`...), key...), `":`...)
	return spelling.AppendString(b, text)
}

// appendNumber adds a member that is a number in quotes, with the comma before.
func appendNumber(b []byte, key string, n int64) []byte {
	b = append(append(append(b, `,"`...), key...), `":`...)
	return appendDigits(b, n)
}

// appendDigits adds a number in quotes.
func appendDigits(b []byte, n int64) []byte {
	return append(strconv.AppendInt(append(b, '"'), n, 10), '"')
}

// appendMoney adds an amount with two decimals.
func appendMoney(b []byte, hundredths int64) []byte {
	n := uint64(hundredths)
	if hundredths < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendUint(b, n/100, 10)
	return append(b, '.', byte('0'+n/10%10), byte('0'+n%10))
}

// appendShort adds an amount as the shortest number: 30, 29.99, 0.1.
func appendShort(b []byte, m Money) []byte {
	b = appendMoney(b, int64(m))
	switch {
	case m%100 == 0:
		return b[:len(b)-3]
	case m%10 == 0:
		return b[:len(b)-1]
	}
	return b
}
