package cscart

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// The media types that the shop knows, both ways.
const (
	typeJSON       = "application/json"
	typeJavaScript = "application/javascript"
	typeText       = "text/plain" // a query string
	typeForm       = "application/x-www-form-urlencoded"
	typeParts      = "multipart/form-data"
)

// method is the verb that counts: Engine420 lets a POST name another one in
// _METHOD, in the form before the query.
func (s *Server) method(c *fake.Call) string {
	if s.settings.engine != Engine420 || c.Request.Method != "POST" {
		return c.Request.Method
	}
	q := parseQuery(c.Request.URL.RawQuery)
	verb := q.text(methodParameter)
	for _, f := range formFields(c) {
		if f.name == methodParameter && f.value != "" {
			verb = f.value
		}
	}
	if verb == "" {
		return "POST"
	}
	return strings.ToUpper(verb)
}

const methodParameter = "_METHOD"

// accept makes all decisions between the caller and the handler, in the shop's
// order: media types, body (in Engine420), path, body (in the document's
// engine), verb, privilege, and whether id and data are wanted.
func (s *Server) accept(c *fake.Call) error {
	method := s.method(c)
	switch {
	case (method == "POST" || method == "PUT") && !readable(mediaType(c)):
		return &fake.Error{Kind: fake.NotAcceptable, Status: 415}
	case (method == "GET" || method == "HEAD") && !acceptable(c):
		return &fake.Error{Kind: fake.NotAcceptable}
	}
	broken := (method == "POST" || method == "PUT" || method == "DELETE") && !decodes(c)
	if broken && s.settings.engine == Engine420 {
		return &fake.Error{Kind: fake.Malformed}
	}
	a := s.address(c.Request)
	if unknown := s.unknown(a); unknown != nil {
		return unknown
	}
	if a.company != 0 && !s.knows(a.company) {
		return &fake.Error{Kind: fake.NotFound}
	}
	if broken {
		return &fake.Error{Kind: fake.Malformed}
	}
	switch method {
	case "GET":
		return nil
	case "POST", "PUT", "DELETE":
		return s.wants(c, method, a)
	}
	return &fake.Error{Kind: fake.BadMethod}
}

// wants decides the calls that have no operation, once their path is known: POST
// and PUT are documented nowhere (reading CC-27), DELETE needs an id. A cart is
// never made here.
func (s *Server) wants(c *fake.Call, method string, a address) error {
	if a.entity == entityCarts && !may(c, ManageUsers) {
		return &fake.Error{Kind: fake.OutOfScope}
	}
	if a.id != "" && a.noID() && a.entity == entityCarts {
		c.Note("zero-id", a.id)
	}
	refused := &fake.Error{Kind: fake.Invalid, Status: 405}
	switch {
	case method == "POST" && !a.noID():
		refused.Texts = []string{textNoID}
	case method != "POST" && a.noID():
		refused.Texts = []string{textID}
	case method == "DELETE":
		if a.entity == entityCarts {
			return nil
		}
	case emptyData(c):
		refused.Texts = []string{textData}
	}
	return refused
}

// acceptable looks at Accept: one of its entries, without its quality, must be
// one of four types, letter by letter. The answer is JSON for all of them.
func acceptable(c *fake.Call) bool {
	sent := c.Request.Header.Values("Accept")
	if len(sent) == 0 || len(sent) == 1 && sent[0] == "" {
		return true
	}
	for _, line := range sent {
		for entry := range strings.SplitSeq(line, ",") {
			switch withoutQuality(entry) {
			case "*/*", typeJSON, typeJavaScript, typeText:
				return true
			}
		}
	}
	return false
}

// withoutQuality cuts the parameter q from an entry of Accept.
func withoutQuality(entry string) string {
	if !strings.Contains(entry, ";") {
		return strings.TrimSpace(entry)
	}
	parts := strings.Split(entry, ";")
	kept := parts[:1]
	for _, part := range parts[1:] {
		if !strings.HasPrefix(strings.TrimSpace(part), "q=") {
			kept = append(kept, part)
		}
	}
	return strings.TrimSpace(strings.Join(kept, ";"))
}

// mediaType is the type of the body, without parameters.
func mediaType(c *fake.Call) string {
	sent, _, _ := strings.Cut(c.Header("Content-Type"), ";")
	if sent == "" {
		return typeText
	}
	return sent
}

func readable(media string) bool {
	switch media {
	case typeJSON, typeJavaScript, typeText, typeForm, typeParts:
		return true
	}
	return false
}

// decodes tells whether the body can be read. Only JSON can fail, and an empty
// body is none (reading CC-10). A body of an unsupported type is not decoded.
func decodes(c *fake.Call) bool {
	switch mediaType(c) {
	case typeJSON, typeJavaScript:
		return utf8.Valid(c.Body) && json.Valid(c.Body)
	}
	return true
}

// emptyData tells whether a readable body holds no data.
func emptyData(c *fake.Call) bool {
	switch mediaType(c) {
	case typeJSON, typeJavaScript:
		return emptyJSON(gjson.ParseBytes(c.Body))
	}
	return len(formFields(c)) == 0
}

// emptyJSON tells whether a JSON value is empty to PHP.
func emptyJSON(v gjson.Result) bool {
	switch v.Type {
	case gjson.Null, gjson.False:
		return true
	case gjson.Number:
		return v.Num == 0
	case gjson.String:
		return blank(fake.Text(v))
	case gjson.JSON:
		return strings.Trim(v.Raw, "{}[] \t\r\n") == "" && strings.Count(v.Raw, "{")+strings.Count(v.Raw, "[") == 1
	}
	return false
}

type field struct{ name, value string }

// formFields are the fields of a body that is a form or a query string.
func formFields(c *fake.Call) []field {
	var fields []field
	switch mediaType(c) {
	case typeText, typeForm:
		q := parseQuery(string(bytes.TrimSpace(c.Body)))
		for _, p := range q.list {
			fields = append(fields, field{p.name, p.value.text})
		}
	case typeParts:
		_, parameters, err := mime.ParseMediaType(c.Header("Content-Type"))
		if err != nil || parameters["boundary"] == "" {
			return nil
		}
		parts := multipart.NewReader(bytes.NewReader(c.Body), parameters["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err != nil {
				return fields
			}
			if name, text := part.FormName(), readAll(part); name != "" {
				fields = append(fields, field{name, text})
			}
		}
	}
	return fields
}

// readAll is what can be read of a part of a form.
func readAll(r io.Reader) string {
	text, _ := io.ReadAll(r) // what breaks off ends the form
	return string(text)
}
