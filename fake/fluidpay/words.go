package fluidpay

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// The service's words about a failure. Those in the table are ours where the
// vendor shows no answer of that status.
const (
	textBadRequest = "bad request error: " // before every reason of a 400
	textNoJSON     = "invalid json"
	textNotSaved   = "record not saved" // of an injected refusal without words
)

// textOf are the words of a failure that has none of its own, by status. There
// is no documented rate limit: 429 comes from a fault only (reading FP-34).
var textOf = map[int]string{
	http.StatusUnauthorized:         "unauthorized",
	http.StatusForbidden:            "forbidden",
	http.StatusNotFound:             "not found",
	http.StatusMethodNotAllowed:     "method not allowed",
	http.StatusNotAcceptable:        "not acceptable",
	http.StatusUnsupportedMediaType: "unsupported media type",
	http.StatusTooManyRequests:      "too many requests",
	http.StatusInternalServerError:  "internal server error",
}

// statusOf is the service's own status for a kind of failure.
var statusOf = map[fake.Kind]int{
	fake.NoRoute:         http.StatusNotFound,
	fake.BadMethod:       http.StatusMethodNotAllowed, // reading FP-30
	fake.Unauthenticated: http.StatusUnauthorized,     // reading FP-28
	fake.OutOfScope:      http.StatusForbidden,
	fake.NotFound:        http.StatusNotFound,
	fake.NotAcceptable:   http.StatusNotAcceptable,
	fake.Malformed:       http.StatusBadRequest, // reading FP-42
	fake.Invalid:         http.StatusBadRequest,
	fake.NotSaved:        http.StatusBadRequest,
	fake.Conflict:        http.StatusConflict, // by a fault only
	fake.Limited:         http.StatusTooManyRequests,
	fake.Broken:          http.StatusInternalServerError,
}

// The pages that are not the service's JSON.
const (
	gatewayPage = "<html>\n<head><title>%[1]s</title></head>\n<body><h1>%[1]s</h1></body>\n</html>\n"
	panelPage   = "<!DOCTYPE html>\n<html><head><title>Control panel</title></head><body><div id=\"app\"></div></body></html>\n"
)

// jsonType is the media type of all answers but pages; shared, never changed.
var jsonType = []string{"application/json"}

// header is that of every answer of the service itself: a fresh correlation id
// is in each.
func (s *Server) header(c *fake.Call, contentType []string) http.Header {
	return http.Header{
		"Content-Type":     contentType,
		"X-Correlation-Id": {xid(c.Now(), machine, 0, int64(c.Seq))},
	}
}

// fail words a failure: the word "failed", a text and no data. A status from
// 502 up is that of a gateway before the service, with its page.
func (s *Server) fail(c *fake.Call, e *fake.Error) fake.Reply {
	status := e.Status
	if status == 0 {
		status = statusOf[e.Kind]
	}
	answer := fake.Reply{Status: status, Header: s.header(c, jsonType)}
	if status >= http.StatusBadGateway {
		words := strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
		answer.Header = http.Header{"Content-Type": {"text/html"}}
		answer.Body = fmt.Appendf(nil, gatewayPage, words)
	} else {
		answer.Body = failed(c, text(e, status))
	}
	if e.RetryAfter != "" {
		answer.Header["Retry-After"] = []string{e.RetryAfter}
	}
	if e.Kind == fake.BadMethod {
		answer.Header["Allow"] = []string{allow(e.Allow)}
	}
	return answer
}

// text is what a failure says.
func text(e *fake.Error, status int) string {
	words := strings.Join(e.Texts, "; ")
	switch {
	case e.Kind == fake.Malformed:
		words = textNoJSON
	case words == "" && e.Kind == fake.NotSaved:
		words = textNotSaved
	case words == "" && textOf[status] != "":
		return textOf[status]
	case words == "":
		return strings.ToLower(http.StatusText(status))
	}
	if status == http.StatusBadRequest {
		return textBadRequest + words
	}
	return words
}

// failed is the body of a failure. The live service has been seen to send it
// with another word and under a 200, so the fault not-saved can do both.
func failed(c *fake.Call, text string) []byte {
	word := "failed"
	if fault, hit := c.Fault("not-saved"); hit && fault.Has("word") {
		word = fault.Get("word")
	}
	body := append([]byte(`{"status":"`), word...)
	body = spelling.AppendString(append(body, `","msg":`...), text)
	return append(body, '}')
}

// allow lists methods as the document does: the reading ones first.
func allow(methods []string) string {
	listed := slices.DeleteFunc([]string{"GET", "POST", "DELETE"}, func(m string) bool { return !slices.Contains(methods, m) })
	return strings.Join(listed, ", ")
}

// panel is what stands outside /api with WithControlPanel (reading FP-1).
func (s *Server) panel(c *fake.Call) fake.Reply {
	return fake.Reply{Status: http.StatusOK, Header: s.header(c, []string{"text/html; charset=utf-8"}), Body: []byte(panelPage)}
}

// The beginning of an answer that is no failure ("Get Single").
const success = `{"status":"success","msg":"success","data":`

// ok is an answer with one value as data: a record, never in an array (reading
// FP-48), or the sentence of a deletion.
func (s *Server) ok(c *fake.Call, data []byte) fake.Reply {
	body := append(make([]byte, 0, len(success)+len(data)+1), success...)
	body = append(append(body, data...), '}')
	return fake.Reply{Status: http.StatusOK, Header: s.header(c, jsonType), Body: body}
}

// object reads the body of a POST: exactly one JSON object. A comment, as the
// document's sample of a search has one, is none (reading FP-51), and an empty
// body is none either (reading FP-42).
func object(c *fake.Call) (gjson.Result, error) {
	body, err := c.JSON()
	if err == nil && !body.IsObject() {
		err = &fake.Error{Kind: fake.Malformed}
	}
	return body, err
}

// invalid is a 400 with a reason.
func invalid(reason string) error {
	return &fake.Error{Kind: fake.Invalid, Texts: []string{reason}}
}

// notSaved is the refusal of the store that the fault of that name injects.
func (s *Server) notSaved(c *fake.Call) error {
	texts := c.Refusals(s.First())
	if len(texts) == 0 {
		return nil
	}
	e := &fake.Error{Kind: fake.NotSaved, Texts: slices.DeleteFunc(texts, func(t string) bool { return t == "" })}
	if fault, hit := c.Fault("not-saved"); hit && fault.Has("status") {
		e.Status, _ = strconv.Atoi(fault.Get("status"))
	}
	return e
}
