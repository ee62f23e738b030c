package bonify

import (
	"bytes"
	"strconv"

	"github.com/cartdouble/cartdouble/fake"
)

// timeLayout is how the times of Shopify attributes are printed, UTC as +00:00.
// Those of custom fields are Unix seconds (reading BF-30).
const timeLayout = "2006-01-02T15:04:05-07:00"

// encode is the wire form that is kept with a record.
func (t *Shop) encode(c *Customer) []byte {
	t.scratch = t.appendCustomer(t.scratch[:0], c)
	return bytes.Clone(t.scratch)
}

// appendCustomer adds a record as it is read: the keys of the document's sample,
// in its order.
func (t *Shop) appendCustomer(dst []byte, c *Customer) []byte {
	s := &t.server.settings
	dst = strconv.AppendInt(append(dst, `{"id":`...), c.ID, 10)
	dst = s.appendText(append(dst, `,"email":`...), c.Email)
	dst = s.appendText(append(dst, `,"first_name":`...), c.FirstName)
	dst = s.appendText(append(dst, `,"last_name":`...), c.LastName)
	if s.shopifyFields {
		dst = s.appendShopify(dst, c)
	}
	dst = t.appendFields(append(dst, `,"customer_fields":[`...), c)
	return append(dst, "]}"...)
}

// appendText adds an attribute that is null where it is empty (reading BF-36).
func (s *settings) appendText(dst []byte, text string) []byte {
	if text == "" && !s.emptyStrings {
		return append(dst, "null"...)
	}
	return fake.AppendString(dst, text)
}

// appendShopify adds the attributes that the document's sample leaves out.
func (s *settings) appendShopify(dst []byte, c *Customer) []byte {
	dst = s.appendText(append(dst, `,"phone":`...), c.Phone)
	dst = strconv.AppendInt(append(dst, `,"orders_count":`...), int64(c.OrdersCount), 10)
	dst = appendCents(append(dst, `,"total_spent":`...), c.TotalSpentCents)
	dst = fake.AppendString(append(dst, `,"state":`...), c.State)
	dst = fake.AppendString(append(dst, `,"tags":`...), joinTags(c.Tags))
	dst = s.appendText(append(dst, `,"note":`...), c.Note)
	dst = strconv.AppendBool(append(dst, `,"verified_email":`...), c.VerifiedEmail)
	dst = strconv.AppendBool(append(dst, `,"accepts_marketing":`...), c.AcceptsMarketing)
	dst = fake.AppendTime(append(dst, `,"created_at":`...), c.CreatedAt, timeLayout)
	return fake.AppendTime(append(dst, `,"updated_at":`...), c.UpdatedAt, timeLayout)
}

// appendFields adds what the customer has in the fields that the shop defines,
// in their order (reading BF-38). Read, it is an array; written, an object
// (reading BF-3).
func (t *Shop) appendFields(dst []byte, c *Customer) []byte {
	if len(c.Fields) == 0 {
		return dst
	}
	list := t.definitions().list
	empty := len(dst)
	for i := range list {
		d := list[i]
		if t.server.settings.fieldsReversed {
			d = list[len(list)-1-i]
		}
		v := c.value(d.MachineName)
		if v == nil {
			continue
		}
		if len(dst) > empty {
			dst = append(dst, ',')
		}
		dst = fake.AppendString(append(dst, `{"machine_name":`...), d.MachineName)
		dst = fake.AppendString(append(dst, `,"label":`...), d.Label)
		dst = fake.AppendString(append(dst, `,"value":`...), v.Value) // always a text (reading BF-26)
		dst = strconv.AppendInt(append(dst, `,"created_at":`...), v.CreatedAt.Unix(), 10)
		dst = strconv.AppendInt(append(dst, `,"updated_at":`...), v.UpdatedAt.Unix(), 10)
		dst = append(dst, '}')
	}
	return dst
}

// appendCents adds an amount as a text with two decimals: "30.00".
func appendCents(dst []byte, cents int64) []byte {
	dst = append(dst, '"')
	n := uint64(cents)
	if cents < 0 {
		dst = append(dst, '-')
		n = -n
	}
	dst = strconv.AppendUint(dst, n/100, 10)
	return append(dst, '.', byte('0'+n%100/10), byte('0'+n%10), '"')
}
