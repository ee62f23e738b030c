package conformance

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The values of a suite go to a client in another language, and come back, as
// plain JSON: a record is an object with the names of its fields in small letters
// ("last_order_id"), a time is RFC 3339 text, bytes are base64, a span of time is
// in milliseconds, nothing is null. An integer that a float64 cannot hold is a
// text of digits; in answers every integer may be one.

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	bytesType    = reflect.TypeFor[[]byte]()
)

// exact is the largest integer up to which a float64 has every one.
const exact = 1 << 53

// toJSON is a value as package json writes it.
func toJSON(v reflect.Value) any {
	switch v.Type() {
	case timeType:
		if t := v.Interface().(time.Time); !t.IsZero() {
			return t.Format(time.RFC3339Nano)
		}
		return nil
	case durationType:
		return v.Interface().(time.Duration).Milliseconds()
	case bytesType:
		if v.IsNil() {
			return nil
		}
		return base64.StdEncoding.EncodeToString(v.Bytes())
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return toJSON(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = toJSON(v.Index(i))
		}
		return list
	case reflect.Struct:
		record := map[string]any{}
		for i := range v.NumField() {
			record[snake(v.Type().Field(i).Name)] = toJSON(v.Field(i))
		}
		return record
	case reflect.Int, reflect.Int64:
		if n := v.Int(); n > exact || n < -exact {
			return strconv.FormatInt(n, 10)
		}
		return v.Int()
	}
	return v.Interface()
}

// fromJSON reads a value of that type. The error says where and what is wanted.
func fromJSON(text json.RawMessage, t reflect.Type) (reflect.Value, error) {
	out := reflect.New(t).Elem()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var plain any
	if len(text) > 0 {
		if err := d.Decode(&plain); err != nil {
			return out, err
		}
	}
	return out, fill(out, plain, "value")
}

// fill puts plain JSON into a value.
func fill(out reflect.Value, plain any, where string) error {
	if plain == nil {
		return nil // the zero value stands for nothing
	}
	want := func(what string) error { return fmt.Errorf("%s: want %s, not %v", where, what, plain) }
	switch out.Type() {
	case timeType:
		text, _ := plain.(string)
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return want("a time such as 2025-03-01T09:00:00Z")
		}
		out.Set(reflect.ValueOf(t))
		return nil
	case bytesType:
		text, is := plain.(string)
		b, err := base64.StdEncoding.DecodeString(text)
		if !is || err != nil {
			return want("bytes as base64")
		}
		out.SetBytes(b)
		return nil
	}
	switch out.Kind() {
	case reflect.Pointer:
		out.Set(reflect.New(out.Type().Elem()))
		return fill(out.Elem(), plain, where)
	case reflect.Slice:
		return fillList(out, plain, where)
	case reflect.Struct:
		return fillRecord(out, plain, where)
	case reflect.String:
		text, is := plain.(string)
		if !is {
			return want("a text")
		}
		out.SetString(text)
	case reflect.Bool:
		yes, is := plain.(bool)
		if !is {
			return want("true or false")
		}
		out.SetBool(yes)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(fmt.Sprint(plain), 10, 64)
		if err != nil {
			return want("an integer")
		}
		out.SetInt(n)
	default:
		return fmt.Errorf("%s: a %s does not go over the line", where, out.Type())
	}
	return nil
}

func fillList(out reflect.Value, plain any, where string) error {
	list, is := plain.([]any)
	if !is {
		return fmt.Errorf("%s: want an array, not %v", where, plain)
	}
	out.Set(reflect.MakeSlice(out.Type(), len(list), len(list)))
	for i, one := range list {
		if err := fill(out.Index(i), one, fmt.Sprintf("%s[%d]", where, i)); err != nil {
			return err
		}
	}
	return nil
}

func fillRecord(out reflect.Value, plain any, where string) error {
	record, is := plain.(map[string]any)
	if !is {
		return fmt.Errorf("%s: want an object, not %v", where, plain)
	}
	var names []string
	for i := range out.NumField() {
		names = append(names, snake(out.Type().Field(i).Name))
	}
	for name, value := range record {
		i := slices.Index(names, name)
		if i < 0 {
			return fmt.Errorf("%s has no member %q%s; it has %s", where, name, didYouMean(name, names), strings.Join(names, ", "))
		}
		if err := fill(out.Field(i), value, where+"."+name); err != nil {
			return err
		}
	}
	return nil
}

// snake is a name of Go in small letters: "LastOrderID" is "last_order_id".
func snake(name string) string {
	letters := []rune(name)
	var b strings.Builder
	for i, c := range letters {
		if unicode.IsUpper(c) && i > 0 {
			starts := unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1]) && letters[i+1] != 's'
			if starts {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
