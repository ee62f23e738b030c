package cartly

import (
	"net/http"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// Kinds of failure of this API's own.
const (
	oauthError fake.Kind = "oauth-error" // Texts: error, error_description
	pageError  fake.Kind = "page-error"  // Texts: the title of an HTML page
)

// The sentences of failures that do not belong to one resource. The document
// has no answer but good ones (reading CL-14).
const (
	textNoToken   = "missing access token"
	textBadToken  = "invalid access token"
	textNoRoute   = "no such endpoint"
	textNoMethod  = "method not allowed"
	textNoJSON    = "body is not valid JSON"
	textNoObject  = "body must be a JSON object"
	textNotSaved  = "the change was refused" // an injected refusal without words
	textTooMany   = "too many requests"
	textConflict  = "the record was changed meanwhile" // by a fault only
	textBroken    = "internal error"
	textAway      = "temporarily unavailable"
	textNoRecord  = "no such record"
	textScope     = "this call needs the scope "
	textSomeScope = "this call needs another scope" // an injected refusal of a call that needs none
)

// failure is a failure in the API's words.
type failure struct {
	status        int
	code, message string
}

// invalid refuses a field of the body.
func invalid(message string) error {
	return &fake.Error{Kind: fake.Invalid, Texts: []string{message}}
}

// taken refuses a value that another record has (readings CL-22 and CL-26).
func taken(message string) error {
	return &fake.Error{Kind: fake.Conflict, Texts: []string{message}}
}

// unknown is the answer about a record that is not there, or not the caller's.
func unknown(what string) error {
	return &fake.Error{Kind: fake.NotFound, Texts: []string{"no such " + what}}
}

// refused is the answer with the words of the test, nil where it refuses
// nothing. Those come last, after all checks.
func refused(c *fake.Call, keys ...string) error {
	if texts := c.Refusals(shopOf(c).engine, keys...); len(texts) > 0 {
		return &fake.Error{Kind: fake.NotSaved, Texts: texts}
	}
	return nil
}

// fail words a failure: a code and a sentence, in the shape of the endpoint.
func (s *Server) fail(c *fake.Call, e *fake.Error) fake.Reply {
	if e.Kind == pageError {
		return fake.Reply{Status: e.Status, Header: http.Header{"Content-Type": {htmlType}}, Body: plainPage(e.Texts[0])}
	}
	f := s.words(c, e)
	if c.Op == IssueToken || c.Op == RevokeToken {
		return oauthReply(c, f, e.RetryAfter)
	}
	return s.shaped(f, s.failureHeader(c, e, f))
}

// words are the status, the code and the sentence of a failure.
func (s *Server) words(c *fake.Call, e *fake.Error) failure {
	f := failure{status: http.StatusInternalServerError, code: "server_error", message: textBroken}
	switch e.Kind {
	case fake.Unauthenticated: // a problem of the token, never 403 (reading CL-15)
		f = failure{http.StatusUnauthorized, "unauthorized", textBadToken}
	case fake.OutOfScope:
		f = failure{http.StatusForbidden, "insufficient_scope", scopeSentence(missingScope(c))}
	case fake.NoRoute:
		f = failure{http.StatusNotFound, "not_found", textNoRoute}
	case fake.NotFound:
		f = failure{http.StatusNotFound, "not_found", textNoRecord}
		if name := recordOf[c.Op]; name != "" {
			f.message = "no such " + name
		}
	case fake.BadMethod:
		f = failure{http.StatusMethodNotAllowed, "method_not_allowed", textNoMethod}
	case fake.Malformed:
		f = failure{http.StatusBadRequest, "malformed_body", textNoJSON}
	case fake.Invalid, fake.NotSaved:
		f = failure{http.StatusUnprocessableEntity, "invalid", textNotSaved}
	case fake.Conflict:
		f = failure{s.settings.duplicateStatus, "conflict", textConflict}
	case fake.Limited: // by a fault only (reading CL-29)
		f = failure{http.StatusTooManyRequests, "rate_limited", textTooMany}
	case fake.Broken:
		if e.Status == http.StatusServiceUnavailable {
			f.code, f.message = "unavailable", textAway
		}
	case oauthError:
		return failure{e.Status, e.Texts[0], e.Texts[1]}
	}
	if e.Status != 0 {
		f.status = e.Status
	}
	if fault, hit := c.Fault("not-saved"); hit && e.Kind == fake.NotSaved && fault.Has("status") {
		f.status = wholeNumber(fault.Get("status"))
	}
	texts := slices.DeleteFunc(slices.Clone(e.Texts), func(text string) bool { return text == "" })
	if len(texts) > 0 {
		f.message = strings.Join(texts, "; ")
	}
	return f
}

// recordOf is what a call is about, for a fault that takes it away.
var recordOf = map[fake.Op]string{
	UpdateCustomer: "customer", UpdateOrder: "order", GetOrder: "order", AdjustInventory: "variant", DeleteWebhook: "webhook",
}

// missingScope is the scope that a call lacks; "" where only a fault says so.
func missingScope(c *fake.Call) fake.Scope {
	if fault, hit := c.Fault("out-of-scope"); hit && fault.Has("scope") {
		return fault.Get("scope")
	}
	if c.Route == nil {
		return ""
	}
	return c.Route.Scope
}

func scopeSentence(scope fake.Scope) string {
	if scope == "" {
		return textSomeScope
	}
	return textScope + scope
}

// shaped is a failure in the shape of {"error":…,"message":…}, or in the one of
// WithErrorBody (reading CL-14).
func (s *Server) shaped(f failure, header http.Header) fake.Reply {
	if s.settings.errorBody == nil {
		body := appendText([]byte{'{'}, "error", f.code)
		return fake.Reply{Status: f.status, Header: header, Body: append(appendText(body, "message", f.message), '}')}
	}
	mediaType, body := s.settings.errorBody(f.status, f.code, f.message)
	header = header.Clone()
	if header["Content-Type"] = []string{mediaType}; mediaType == "" {
		header["Content-Type"] = nil // or net/http guesses one
	}
	return fake.Reply{Status: f.status, Header: header, Body: body}
}

// failureHeader is what goes with a failure beside the body. A problem of the
// token and one of its scopes are told apart in WWW-Authenticate (reading CL-15).
func (s *Server) failureHeader(c *fake.Call, e *fake.Error, f failure) http.Header {
	header := jsonHeader
	with := func(name, value string) {
		if header = header.Clone(); value != "" {
			header[name] = []string{value}
		}
	}
	switch e.Kind {
	case fake.Unauthenticated:
		challenge := `Bearer error="invalid_token"`
		if f.message == textNoToken {
			challenge = "Bearer"
		}
		with("Www-Authenticate", challenge)
	case fake.OutOfScope:
		challenge := `Bearer error="insufficient_scope"`
		if scope := missingScope(c); scope != "" {
			challenge += `, scope="` + scope + `"`
		}
		with("Www-Authenticate", challenge)
	case fake.BadMethod:
		with("Allow", strings.Join(e.Allow, ", "))
	}
	if e.RetryAfter != "" {
		with("Retry-After", e.RetryAfter)
	}
	return header
}
