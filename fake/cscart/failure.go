package cscart

import (
	"html"
	"net/http"
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// The details that the shop gives with a failure, and the titles of its pages.
const (
	textHTTPS       = "The API is only accessible over HTTPS"
	textSyntax      = "Syntax error, malformed JSON"
	textSyntax420   = "Syntax error"
	textID          = "Object ID undefined"
	textNoID        = "ID must not be defined"
	textData        = "Missing parameters"
	textRealm       = `Basic realm="User email/API key"`
	textUnavailable = "Service unavailable"
	textNoPage      = "Page not found"
)

var (
	pageHeader = http.Header{"Content-Type": {"text/html; charset=UTF-8"}}
	jsonHeader = http.Header{"Content-Type": {typeJSON}}
)

// fail words a failure: a JSON object of reason phrase and status (reading
// CC-11), or one of the shop's own pages where the API is not reached or is
// broken. 429 comes from faults only: the shop limits nothing (reading CC-41).
func (s *Server) fail(c *fake.Call, e *fake.Error) fake.Reply {
	status := e.Status
	if status == 0 {
		status = statusOf(e.Kind)
	}
	var answer fake.Reply
	switch {
	case status >= 500:
		answer = page(status, textUnavailable)
	case e.Kind == fake.NoRoute && s.address(c.Request).outside:
		answer = page(status, textNoPage)
	default:
		answer = fake.Reply{Status: status, Header: s.header, Body: s.appendFailure(nil, status, s.details(e))}
	}
	wait := e.RetryAfter
	if status == http.StatusServiceUnavailable && wait == "" {
		wait = "300"
	}
	if status == http.StatusUnauthorized || wait != "" {
		answer.Header = answer.Header.Clone()
		if status == http.StatusUnauthorized {
			answer.Header.Set("WWW-Authenticate", textRealm)
		}
		if wait != "" {
			answer.Header.Set("Retry-After", wait)
		}
	}
	return answer
}

// statusOf is the shop's own status for a kind of failure.
func statusOf(kind fake.Kind) int {
	switch kind {
	case fake.Unauthenticated:
		return http.StatusUnauthorized
	case fake.OutOfScope:
		return http.StatusForbidden
	case fake.NoRoute, fake.NotFound:
		return http.StatusNotFound
	case fake.BadMethod:
		return http.StatusMethodNotAllowed
	case fake.NotAcceptable:
		return http.StatusNotAcceptable
	case fake.Malformed, fake.Invalid, fake.NotSaved:
		return http.StatusBadRequest
	case fake.Limited:
		return http.StatusTooManyRequests
	case fake.Conflict: // by a fault only
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

// details are the sentences behind the reason phrase. Empty ones are left out.
func (s *Server) details(e *fake.Error) []string {
	texts := make([]string, 0, len(e.Texts))
	for _, text := range e.Texts {
		if text != "" {
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 && e.Kind == fake.Malformed {
		if s.settings.engine == Engine420 {
			return []string{textSyntax420}
		}
		return []string{textSyntax}
	}
	return texts
}

// appendFailure adds the body of a failure.
func (s *Server) appendFailure(dst []byte, status int, details []string) []byte {
	message := http.StatusText(status)
	if len(details) > 0 {
		message += ": " + strings.Join(details, ". ")
	}
	dst = append(dst, `{"message":`...)
	dst = spelling.AppendString(dst, message)
	if s.settings.engine == Engine420 && len(details) > 0 {
		dst = append(dst, `,"errors":[`...)
		for i, text := range details {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = spelling.AppendString(dst, text)
		}
		dst = append(dst, ']')
	}
	dst = append(dst, `,"status":`...)
	return append(strconv.AppendInt(dst, int64(status), 10), '}')
}

// page is one of the shop's HTML pages.
func page(status int, title string) fake.Reply {
	title = html.EscapeString(title)
	return fake.Reply{Status: status, Header: pageHeader, Body: []byte(
		"<!DOCTYPE html>\n<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>\n")}
}
