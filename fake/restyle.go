package fake

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
)

// restyled writes a JSON body in another way that means the same.
func restyled(body []byte, h http.Header, style string) []byte {
	var b bytes.Buffer
	switch style {
	case "pretty":
		if json.Indent(&b, body, "", "  ") != nil {
			return body
		}
	case "escaped-slashes":
		return EscapeSlash.AppendJSON(nil, body)
	case "ascii":
		return EscapeNonASCII.AppendJSON(nil, body)
	case "newline":
		b.Write(body)
		b.WriteByte('\n')
	case "bom":
		b.WriteString("\ufeff")
		b.Write(body)
	case "gzip":
		h.Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(&b)
		_, _ = z.Write(body)
		_ = z.Close()
	case "latin1":
		h.Set("Content-Type", "application/json; charset=iso-8859-1")
		for _, r := range string(body) {
			if r > 0xff {
				r = '?'
			}
			b.WriteByte(byte(r))
		}
	}
	return b.Bytes()
}

// tampered changes a body in a way that its signature does not cover: one byte,
// a digit if there is one, or other bytes that mean the same.
func tampered(body []byte, kind string) []byte {
	if kind == "re-encoded" {
		var b bytes.Buffer
		if json.Indent(&b, body, "", " ") == nil {
			return b.Bytes()
		}
	}
	i := bytes.LastIndexAny(body, "012345678") // of which the next is a digit too
	if i < 0 {
		i = bytes.LastIndexAny(body, "abcdefghijklmnopqrstuvwxy")
	}
	if i < 0 {
		return append(bytes.Clone(body), ' ')
	}
	return splice(body, i, 1, string(body[i]+1))
}
