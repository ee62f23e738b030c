package scenarios

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// styles are the ways to spell the JSON of an answer.
var styles = []string{"compact", "pretty", "escaped-slashes", "ascii", "as-is"}

// renderJSON writes the body of an answer: placeholders get their values, the
// order of keys and the spelling of numbers stay.
func renderJSON(body []byte, v *values, style string) []byte {
	out := eachString(body, func(quoted []byte) []byte {
		var text string
		if !bytes.Contains(quoted, []byte("{{")) || json.Unmarshal(quoted, &text) != nil {
			return quoted
		}
		t, err := parseTemplate(text)
		if err != nil {
			return quoted
		}
		if p := t.alone(); p != nil {
			if x := v.value(p); x.number && json.Valid([]byte(x.text)) {
				return []byte(x.text)
			}
		}
		return quoteJSON(v.render(t))
	})
	return respell(out, style)
}

// respell writes JSON in a style.
func respell(out []byte, style string) []byte {
	var b bytes.Buffer
	switch style {
	case "as-is":
		return out
	case "pretty":
		if json.Indent(&b, out, "", "  ") != nil {
			return out
		}
		return b.Bytes()
	}
	if json.Compact(&b, out) != nil {
		return out
	}
	switch style {
	case "escaped-slashes":
		return eachString(b.Bytes(), escapeSlashes)
	case "ascii":
		return eachString(b.Bytes(), asciiString)
	}
	return b.Bytes()
}

// eachString copies JSON and passes each string, with its quotes, through f.
func eachString(body []byte, f func([]byte) []byte) []byte {
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); {
		if body[i] != '"' {
			out = append(out, body[i])
			i++
			continue
		}
		end := i + 1
		for end < len(body) && body[end] != '"' {
			if body[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end+1, len(body))
		out = append(out, f(body[i:end])...)
		i = end
	}
	return out
}

// quoteJSON writes a JSON string with < and letters beyond ASCII as they are.
func quoteJSON(text string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(text) != nil { // cannot fail for a string
		return nil
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// escapeSlashes writes every slash of a JSON string as \/.
func escapeSlashes(quoted []byte) []byte {
	var out []byte
	for i := 0; i < len(quoted); i++ {
		switch {
		case quoted[i] == '/':
			out = append(out, '\\', '/')
		case quoted[i] == '\\':
			out = append(out, '\\', quoted[i+1])
			i++
		default:
			out = append(out, quoted[i])
		}
	}
	return out
}

// asciiString spells letters beyond ASCII as \u00e9.
func asciiString(quoted []byte) []byte {
	const hex = "0123456789abcdef"
	var out []byte
	unit := func(u rune) {
		out = append(out, '\\', 'u', hex[u>>12&15], hex[u>>8&15], hex[u>>4&15], hex[u&15])
	}
	for len(quoted) > 0 {
		r, n := utf8.DecodeRune(quoted)
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r > 0xffff:
			r -= 0x10000
			unit(0xd800 + r>>10)
			unit(0xdc00 + r&0x3ff)
		default:
			unit(r)
		}
		quoted = quoted[n:]
	}
	return out
}

// apart stands before a brace that is written by its number, while it is
// compared.
const apart = "\ufdd0"

// comparableJSON is JSON to be compared: braces that are written by number are
// kept from being read as placeholders.
func comparableJSON(body []byte) []byte {
	return eachString(body, func(quoted []byte) []byte {
		var out []byte
		for len(quoted) > 0 {
			n := 1
			if quoted[0] == '\\' {
				n = min(2, len(quoted))
			}
			if len(quoted) >= 6 && bytes.EqualFold(quoted[:6], []byte(`\u007b`)) {
				out, quoted = append(out, apart+"{"...), quoted[6:]
				continue
			}
			out, quoted = append(out, quoted[:n]...), quoted[n:]
		}
		return out
	})
}

// renderText writes the body of an answer that is not JSON.
func renderText(body []byte, v *values) []byte {
	if !bytes.Contains(body, []byte("{{")) {
		return body
	}
	t, err := parseTemplate(string(body))
	if err != nil {
		return body
	}
	return []byte(v.render(t))
}

// templates gives each text of a section that may hold placeholders: the JSON
// strings of a .json section, unless their braces are written \u007b, else the whole; and the header values.
func (s *section) templates() []string {
	var texts []string
	for _, h := range s.headers {
		texts = append(texts, h.value)
	}
	switch s.kind() {
	case "b64":
	case "json":
		eachString(s.body, func(quoted []byte) []byte {
			var text string
			if bytes.Contains(quoted, []byte("{{")) && json.Unmarshal(quoted, &text) == nil {
				texts = append(texts, text)
			}
			return quoted
		})
	default:
		texts = append(texts, string(s.body))
	}
	return texts
}
