package cartfunnel

import (
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// timeLayout is how every time is printed: three digits of milliseconds, cut
// and not rounded, and a numeric offset ("Customers resource").
const timeLayout = "2006-01-02T15:04:05.000-07:00"

// form is how one server spells its records. The zero value and a zone is the
// spelling of the document's samples.
type form struct {
	zone           *time.Location
	nativeBooleans bool
	nullLastOrder  bool
	nullNames      bool
	tagListShown   bool
	unsavedKeys    UnsavedKeys
}

// outcome is what an answer says about a record beside its attributes.
type outcome struct {
	unsaved   bool     // refused at creation: there is no id and there are no times
	persisted bool     // value of the key "persisted"
	errors    []string // nil: no such key, the record was saved
}

// appendCustomer adds one record with its keys in the order of the document's
// sample. All but the last two keys bring their own comma, because the first
// may be absent.
func (f *form) appendCustomer(dst []byte, c *Customer, o outcome) []byte {
	dst = append(dst, '{')
	if o.unsaved {
		dst = f.appendUnsaved(dst, "id")
	} else {
		dst = append(dst, `"id":`...)
		dst = strconv.AppendInt(dst, c.ID, 10)
		dst = append(dst, ',')
	}
	dst = append(dst, `"email":`...)
	dst = fake.AppendString(dst, c.Email)
	dst = append(dst, ',')
	dst = f.appendTime(dst, "created_at", c.CreatedAt, o)
	dst = f.appendTime(dst, "updated_at", c.UpdatedAt, o)
	dst = append(dst, `"accepts_marketing":`...)
	dst = f.appendBool(dst, c.AcceptsMarketing)
	dst = append(dst, `,"first_name":`...)
	dst = f.appendName(dst, c.FirstName)
	dst = append(dst, `,"last_name":`...)
	dst = f.appendName(dst, c.LastName)
	dst = append(dst, `,"note":`...)
	dst = fake.AppendString(dst, c.Note)
	dst = append(dst, `,"orders_count":`...)
	dst = strconv.AppendInt(dst, int64(c.OrdersCount), 10)
	dst = append(dst, `,"total_spent_cents":`...)
	dst = strconv.AppendInt(dst, c.TotalSpentCents, 10)
	dst = append(dst, `,"tax_exempt":`...)
	dst = f.appendBool(dst, c.TaxExempt)
	dst = append(dst, `,"subscriptions_count":`...)
	dst = strconv.AppendInt(dst, int64(c.SubscriptionsCount), 10)
	dst = append(dst, `,"last_order_id":`...)
	dst = f.appendLastOrder(dst, c.LastOrderID)
	if f.tagListShown { // reading CF-14
		dst = append(dst, `,"tag_list":`...)
		dst = fake.AppendString(dst, joinTags(c.TagList))
	}
	dst = append(dst, `,"persisted":`...)
	dst = f.appendBool(dst, o.persisted)
	if o.errors != nil {
		dst = append(dst, ',')
		dst = appendErrors(dst, o.errors)
	}
	return append(dst, '}')
}

// appendUnsaved adds a key that a record refused at creation has no value for
// (reading CF-5).
func (f *form) appendUnsaved(dst []byte, key string) []byte {
	if f.unsavedKeys == Absent {
		return dst
	}
	dst = append(dst, '"')
	dst = append(dst, key...)
	if f.unsavedKeys == StringNull {
		return append(dst, `":"null",`...)
	}
	return append(dst, `":null,`...)
}

// appendTime adds a time in the server's zone, which has the offset of the
// document's samples all the year round (reading CF-22).
func (f *form) appendTime(dst []byte, key string, t time.Time, o outcome) []byte {
	if o.unsaved {
		return f.appendUnsaved(dst, key)
	}
	dst = append(dst, '"')
	dst = append(dst, key...)
	dst = append(dst, `":"`...)
	dst = t.In(f.zone).AppendFormat(dst, timeLayout)
	return append(dst, `",`...)
}

// appendBool adds a boolean as a quoted word, as every sample has it (reading
// CF-1).
func (f *form) appendBool(dst []byte, b bool) []byte {
	if f.nativeBooleans {
		return strconv.AppendBool(dst, b)
	}
	dst = append(dst, '"')
	dst = strconv.AppendBool(dst, b)
	return append(dst, '"')
}

// appendName adds a first or last name; one that was never given is empty, as a
// note is (reading CF-23).
func (f *form) appendName(dst []byte, name string) []byte {
	if name == "" && f.nullNames {
		return append(dst, "null"...)
	}
	return fake.AppendString(dst, name)
}

// appendLastOrder adds the number of the last order, or the word "null" in
// quotes where there is none (reading CF-2).
func (f *form) appendLastOrder(dst []byte, id int64) []byte {
	switch {
	case id != 0:
		return strconv.AppendInt(dst, id, 10)
	case f.nullLastOrder:
		return append(dst, "null"...)
	}
	return append(dst, `"null"`...)
}

// appendErrors adds the member "errors", which is all of a failure's body and
// the last key of a record that was not saved ("Handling errors").
func appendErrors(dst []byte, texts []string) []byte {
	dst = append(dst, `"errors":[`...)
	for i, text := range texts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = fake.AppendString(dst, text)
	}
	return append(dst, ']')
}
