package conformance

import (
	"bytes"
	"compress/gzip"
	"strings"
	"unicode/utf16"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// edit changes the answers of an operation on their way out; "" stands for all
// operations.
func edit(s server, op fake.Op, change func(*fake.Call, *fake.Reply)) {
	s.Intercept(fake.Body, func(c *fake.Call) {
		if c.Reply() == nil || op != "" && c.Op != op {
			return
		}
		reply := *c.Reply()
		reply.Header = reply.Header.Clone()
		change(c, &reply)
		c.Answer(reply)
	})
}

// instead answers an operation with this, and nothing is done.
func instead(s server, op fake.Op, status int, body string) {
	s.Intercept(fake.BeforeApply, func(c *fake.Call) {
		if c.Op == op {
			c.Answer(fake.Reply{Status: status, Header: map[string][]string{"Content-Type": {"application/json"}}, Body: []byte(body)})
		}
	})
}

// grown adds an unknown member to each object of a JSON text, at every level.
func grown(body []byte) []byte {
	return appendGrown(nil, gjson.ParseBytes(body))
}

func appendGrown(dst []byte, v gjson.Result) []byte {
	if !v.IsObject() && !v.IsArray() {
		return append(dst, v.Raw...)
	}
	last := byte(']')
	if v.IsObject() {
		last = '}'
		dst = append(dst, `{"x_new":{"of":["another edition",null]}`...)
	} else {
		dst = append(dst, '[')
	}
	first := v.IsArray()
	v.ForEach(func(key, value gjson.Result) bool {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if v.IsObject() {
			dst = append(append(dst, key.Raw...), ':')
		}
		dst = appendGrown(dst, value)
		return true
	})
	return append(dst, last)
}

// escaped writes every letter of a JSON text that is not ASCII as \uXXXX.
func escaped(body []byte) []byte {
	const hex = "0123456789abcdef"
	var out []byte
	for _, r := range string(body) {
		if r < 0x80 {
			out = append(out, byte(r))
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			out = append(out, '\\', 'u', hex[unit>>12], hex[unit>>8&15], hex[unit>>4&15], hex[unit&15])
		}
	}
	return out
}

// zipped compresses an answer if the client asked for it.
func zipped(c *fake.Call, reply *fake.Reply) {
	if !strings.Contains(c.Header("Accept-Encoding"), "gzip") {
		return
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(reply.Body) // into memory
	_ = w.Close()
	reply.Header.Set("Content-Encoding", "gzip")
	reply.Body = out.Bytes()
}
