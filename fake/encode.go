package fake

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cartdouble/cartdouble/internal/jsontext"
)

// encode is the stage that puts the outcome of a call into words: the handler's
// reply, the API's words of failure, and what a fault does to either.
func (s *Server) encode(c *Call, err error) {
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			s.defect(c, fmt.Sprintf("answered with an error that is none of the API's: %v", err))
			e = &Error{Kind: Broken}
		}
		reply := s.api.Error(c, e)
		if c.plan.fail == e && c.plan.dress != nil {
			c.plan.dress(&reply)
		}
		c.reply = &reply
	}
	if c.reply == nil {
		return
	}
	c.plan.retouched(c)
	if c.plan.edit != nil {
		edited := *c.reply
		c.plan.edit(c, &edited)
		c.reply = &edited
	}
	s.intercepted(Body, c)
}

// sound makes sure that what is sent has a status that ends a call.
func (s *Server) sound(c *Call) {
	if c.reply == nil || endsCall(c.reply.Status) {
		return
	}
	s.defect(c, fmt.Sprintf("answered with the status %d", c.reply.Status))
	reply := s.api.Error(c, &Error{Kind: Broken})
	if !endsCall(reply.Status) {
		reply.Status = http.StatusInternalServerError
	}
	c.reply = &reply
}

func endsCall(status int) bool { return status >= 200 && status <= 999 }

// defect reports a mistake of ours, which no option relaxes.
func (s *Server) defect(c *Call, what string) {
	called := cmp.Or(c.Op, c.Request.Method+" "+c.Request.URL.Path)
	s.findings = append(s.findings, Finding{Call: c.Seq, Kind: "defect", Detail: called + " " + what, Mistake: true})
}

// date is the header Date of a moment of the server's clock.
func (s *Server) date(now time.Time) string {
	if second := now.Unix(); second != s.dateOf || s.dateText == nil {
		s.dateOf, s.dateText = second, []string{now.Format(http.TimeFormat)}
	}
	return s.dateText[0]
}

// AppendString appends a text as a JSON string, as encoding/json does without
// its escapes for HTML and JavaScript: only quotes, backslashes and control
// characters are escaped. A byte that is not UTF-8 becomes U+FFFD.
func AppendString(dst []byte, text string) []byte { return jsontext.AppendString(dst, text) }

// AppendTime appends a moment as a JSON string in a layout of package time.
func AppendTime(dst []byte, t time.Time, layout string) []byte {
	return append(t.AppendFormat(append(dst, '"'), layout), '"')
}
