package fluidpay

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// An attribute is one key that a client may set, in the table of its kind. The
// tables are in the order in which faults are reported.
type attribute[T any] struct {
	key      string
	required bool // when a record is created; null counts as missing
	clears   bool // null unsets it on update, elsewhere it leaves it unchanged (reading FP-43)
	set      func(w *write, into *T, v gjson.Result) (reason string)
}

// write is what setting an attribute may need to know.
type write struct {
	server   *Server
	call     *fake.Call
	merchant string
}

// readOnly are the keys of a record that only the server sets.
var readOnly = []string{"id", "public_hash", "merchant_id", "created_at", "updated_at", "deleted_at"}

// merge takes the attributes of a body over into a record and reports the first
// that is missing or wrong. Absent ones stay as they are and are not checked
// (readings FP-26 and FP-27).
func (k *kind[T]) merge(c *fake.Call, body gjson.Result, into *T, creating bool) error {
	given := k.sort(c, body, creating)
	w := &write{k.server, c, merchant(c)}
	for i, a := range k.attributes {
		v := given[i]
		null := v.Type == gjson.Null // or absent
		if null && creating && a.required {
			return invalid(a.key + " is required")
		}
		if !v.Exists() || null && (creating || !a.clears) {
			continue
		}
		if reason := a.set(w, into, v); reason != "" {
			return invalid(reason)
		}
	}
	return nil
}

// sort finds the values of the attributes in a body, and notes what is left out
// of it: unknown and read-only keys, and null where it means nothing (reading
// FP-43).
func (k *kind[T]) sort(c *fake.Call, body gjson.Result, creating bool) []gjson.Result {
	given := make([]gjson.Result, len(k.attributes))
	for key, value := range fake.Members(body) {
		i := slices.IndexFunc(k.attributes, func(a attribute[T]) bool { return a.key == key })
		switch {
		case i >= 0:
			given[i] = value
			a := k.attributes[i]
			if value.Type == gjson.Null && (creating && !a.required || !creating && !a.clears) {
				c.Note("ignored-null", key)
			}
		case slices.Contains(readOnly, key):
			c.Note("read-only-key", key)
		default:
			c.Note("ignored-attribute", key+k.hint(key))
		}
	}
	return given
}

// hint names the attribute that a misspelt key is at most two edits away from.
func (k *kind[T]) hint(key string) string {
	best, least := "", 3
	for _, a := range k.attributes {
		if d := edits(key, a.key, least); d < least {
			best, least = a.key, d
		}
	}
	if best == "" {
		return ""
	}
	return " (" + best + "?)"
}

// edits is how many letters must be put in, taken out or replaced between two
// texts; from most on it does not matter how many.
func edits(a, b string, most int) int {
	if len(a)-len(b) >= most || len(b)-len(a) >= most {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// words is an attribute of text with a number of characters.
func words[T any](key string, least, most int, field func(*T) *string) attribute[T] {
	return attribute[T]{key: key, set: func(_ *write, into *T, v gjson.Result) string {
		text := fake.Text(v)
		if n := utf8.RuneCountInString(text); v.Type != gjson.String || n < least || n > most {
			return "invalid " + key
		}
		*field(into) = text
		return ""
	}}
}

// flag is an attribute that is true or false. Both are values: a required one is
// missing only where its key is (reading FP-25).
func flag[T any](key string, field func(*T) *bool) attribute[T] {
	return attribute[T]{key: key, set: func(_ *write, into *T, v gjson.Result) string {
		if !v.IsBool() {
			return "invalid " + key
		}
		*field(into) = v.Bool()
		return ""
	}}
}

// cents is an attribute of money: a whole number, 0 or more (readings FP-20 and
// FP-53).
func cents[T any](key string, field func(*T) *int64) attribute[T] {
	return attribute[T]{key: key, set: func(_ *write, into *T, v gjson.Result) string {
		n, whole := integer(v)
		if !whole || n < 0 {
			return "invalid " + key
		}
		*field(into) = n
		return ""
	}}
}

// required makes an attribute one that a creation must have.
func required[T any](a attribute[T]) attribute[T] {
	a.required = true
	return a
}

// integer is a JSON number without fraction and exponent, in 64 bits.
func integer(v gjson.Result) (n int64, whole bool) {
	if v.Type != gjson.Number {
		return 0, false
	}
	n, err := strconv.ParseInt(v.Raw, 10, 64)
	return n, err == nil
}
