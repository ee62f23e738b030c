package cartly

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// timeLayout is how every time is printed, in UTC: three digits, cut.
const timeLayout = "2006-01-02T15:04:05.000Z"

// The media types of answers.
const (
	jsonType = "application/json; charset=utf-8"
	htmlType = "text/html; charset=utf-8"
)

// jsonHeader goes with most answers. It is shared and never changed.
var jsonHeader = http.Header{"Content-Type": {jsonType}}

// jsonReply is an answer with a body of JSON, compact and on one line.
func jsonReply(status int, body []byte) fake.Reply {
	return fake.Reply{Status: status, Header: jsonHeader, Body: body}
}

// wholeMillis is a time as it is kept: what is finer is not sent.
func wholeMillis(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Millisecond)
}

// now is the time that a record gets.
func now(c *fake.Call) time.Time { return wholeMillis(c.Now()) }

// appendKey begins a member of an object, or of an array where name is "".
func appendKey(dst []byte, name string) []byte {
	if last := dst[len(dst)-1]; last != '{' && last != '[' {
		dst = append(dst, ',')
	}
	if name == "" {
		return dst
	}
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, `":`...)
}

func appendText(dst []byte, name, text string) []byte {
	return fake.AppendString(appendKey(dst, name), text)
}

// appendOptional adds a text that was never set as null (reading CL-42).
func appendOptional(dst []byte, name, text string) []byte {
	if text == "" {
		return appendNull(dst, name)
	}
	return appendText(dst, name, text)
}

func appendNull(dst []byte, name string) []byte { return append(appendKey(dst, name), "null"...) }

func appendNumber[N ~int | ~int64](dst []byte, name string, n N) []byte {
	return strconv.AppendInt(appendKey(dst, name), int64(n), 10)
}

func appendOptionalNumber[N ~int | ~int64](dst []byte, name string, n *N) []byte {
	if n == nil {
		return appendNull(dst, name)
	}
	return appendNumber(dst, name, *n)
}

func appendTime(dst []byte, name string, t time.Time) []byte {
	return fake.AppendTime(appendKey(dst, name), t.UTC(), timeLayout)
}

func appendOptionalTime(dst []byte, name string, t time.Time) []byte {
	if t.IsZero() {
		return appendNull(dst, name)
	}
	return appendTime(dst, name, t)
}

func appendTexts(dst []byte, name string, texts []string) []byte {
	dst = append(appendKey(dst, name), '[')
	for _, text := range texts {
		dst = appendText(dst, "", text)
	}
	return append(dst, ']')
}

// A LineItem is a line of an order or a cart.
type LineItem struct {
	VariantID  string `json:"variant_id"`
	Title      string `json:"title"`
	Quantity   int    `json:"quantity"`
	PriceCents int64  `json:"price_cents"` // of one
}

func appendLines(dst []byte, lines []LineItem) []byte {
	dst = append(appendKey(dst, "line_items"), '[')
	for _, line := range lines {
		dst = append(appendKey(dst, ""), '{')
		dst = appendText(dst, "variant_id", line.VariantID)
		dst = appendText(dst, "title", line.Title)
		dst = appendNumber(dst, "quantity", line.Quantity)
		dst = appendNumber(dst, "price_cents", line.PriceCents)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// totalOf is the sum of quantity times price, in cents.
func totalOf(lines []LineItem) int64 {
	var cents int64
	for _, line := range lines {
		cents += int64(line.Quantity) * line.PriceCents
	}
	return cents
}
