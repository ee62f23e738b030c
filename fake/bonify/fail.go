package bonify

import (
	"errors"
	"net/http"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// The API's sentences. Those that the document has are textForbidden,
// textTooMany and textLimited; the others are ours.
const (
	textForbidden       = "invalid request"
	textTooMany         = "unable to update more than 10 customers at one time" // for new ones too (reading BF-34)
	textLimited         = "too many requests"
	textNoRoute         = "not found"
	textNoMethod        = "method not allowed"
	textUnknownCustomer = "customer not found"
	textNotJSON         = "invalid JSON"
	textBadQuery        = "invalid query string"
	textBadCursor       = "invalid page cursor"
	textOtherFilters    = "filters do not match the page cursor"
	textNoArray         = "customers must be an array"
	textNoCustomers     = "no customers given"
	textHasOrders       = "customer has orders and cannot be deleted"
	textNotSaved        = "customer could not be saved"
	textBroken          = "internal error"
)

// invalid is a request that can be read and is refused, with a 400.
func invalid(text string) *fake.Error {
	return &fake.Error{Kind: fake.Invalid, Texts: []string{text}}
}

// fail words a failure: always JSON with a status and a message, whatever went
// wrong ("Responses", reading BF-19).
func (s *Server) fail(c *fake.Call, e *fake.Error) fake.Reply {
	status, text := words(e.Kind)
	if e.Status != 0 {
		if e.Kind == fake.Broken {
			text = reason(e.Status)
		}
		status = e.Status
	}
	if len(e.Texts) > 0 && e.Texts[0] != "" {
		text = e.Texts[0]
	}
	if c.Limited() {
		s.limited++
	}
	answer := fake.Reply{Status: status, Header: s.header}
	answer.Body = append(fake.AppendString([]byte(`{"status":"error","message":`), text), '}')
	if e.RetryAfter != "" || status == http.StatusMethodNotAllowed {
		answer.Header = s.header.Clone()
		if e.RetryAfter != "" {
			answer.Header.Set("Retry-After", e.RetryAfter)
		}
		if status == http.StatusMethodNotAllowed {
			answer.Header.Set("Allow", strings.Join(e.Allow, ", "))
		}
	}
	return answer
}

// words are status and message of a kind of failure. There is no 401: wrong
// credentials are a 403 ("Responses").
func words(kind fake.Kind) (status int, text string) {
	switch kind {
	case fake.Unauthenticated, fake.OutOfScope:
		return http.StatusForbidden, textForbidden
	case fake.NoRoute:
		return http.StatusNotFound, textNoRoute
	case fake.BadMethod:
		return http.StatusMethodNotAllowed, textNoMethod
	case fake.NotFound:
		return http.StatusNotFound, textUnknownCustomer
	case fake.Malformed:
		return http.StatusBadRequest, textNotJSON
	case fake.Invalid, fake.NotSaved:
		return http.StatusBadRequest, textNotSaved
	case fake.Conflict: // by a fault only
		return http.StatusConflict, reason(http.StatusConflict)
	case fake.NotAcceptable:
		return http.StatusNotAcceptable, reason(http.StatusNotAcceptable)
	case fake.Limited:
		return http.StatusTooManyRequests, textLimited
	}
	return http.StatusInternalServerError, textBroken
}

// reason is the message of a status that only faults give.
func reason(status int) string {
	if status == http.StatusInternalServerError {
		return textBroken
	}
	if text := strings.ToLower(http.StatusText(status)); text != "" {
		return text
	}
	return "error"
}

// vet tells what this API's answers cannot say.
func vet(f fake.Fault) error {
	switch f.Name() {
	case "throttled-in-200":
		if f.Has("cost") {
			return errors.New("cost=: no answer of this API tells what a call costs; code= is the message of the refusal")
		}
	case "taken":
		if f.Has("field") && f.Get("field") != "email" {
			return errors.New("field=" + f.Get("field") + ": the address is all that no two customers share; want field=email")
		}
	case "dst":
		return errors.New("the times of this API are in UTC, whose offset never changes; clock-skew moves them")
	case "shape-drift":
		if f.Get("bool") == "native" || f.Get("id") == "int" || f.Get("null") == "null" {
			return errors.New("booleans, ids and null of this API are native already; want bool=string, id=string, null=absent or extra=")
		}
	case "not-saved":
		return vetRefusal(f)
	}
	return nil
}

func vetRefusal(f fake.Fault) error {
	for _, word := range []string{"persisted", "echo", "word"} {
		if f.Has(word) {
			return errors.New(word + "=: this API answers a refused save with a message and nothing else")
		}
	}
	return nil
}
