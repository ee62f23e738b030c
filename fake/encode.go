package fake

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// encode is the stage that puts the outcome of a call into words: the handler's
// reply, the API's words of failure, and what a fault does to either.
func (s *Server) encode(c *Call, err error) {
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			s.defect(c, fmt.Sprintf("%s answered with an error that is none of the API's: %v", c.Op, err))
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
	if c.plan.edit != nil {
		edited := *c.reply
		c.plan.edit(c, &edited)
		c.reply = &edited
	}
	s.intercepted(Body, c)
}

// defect reports a mistake of ours, which no option relaxes.
func (s *Server) defect(c *Call, detail string) {
	s.findings = append(s.findings, Finding{Call: c.Seq, Kind: "defect", Detail: detail, Mistake: true})
}

// date is the header Date by the server's clock.
func (s *Server) date() string {
	now := s.clock.now()
	if second := now.Unix(); second != s.dateOf || s.dateText == nil {
		s.dateOf, s.dateText = second, []string{now.Format(http.TimeFormat)}
	}
	return s.dateText[0]
}

// AppendString appends a text as a JSON string. Only what JSON demands is
// escaped: quotes, backslashes and control characters. Bytes that are not UTF-8
// become U+FFFD.
func AppendString(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	plain := 0
	for i, r := range text {
		switch {
		case r == '"' || r == '\\':
			dst = append(append(dst, text[plain:i]...), '\\', byte(r))
		case r == '\n':
			dst = append(append(dst, text[plain:i]...), '\\', 'n')
		case r == '\r':
			dst = append(append(dst, text[plain:i]...), '\\', 'r')
		case r == '\t':
			dst = append(append(dst, text[plain:i]...), '\\', 't')
		case r < ' ':
			dst = append(append(dst, text[plain:i]...), '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		case r == '\ufffd' && (len(text) < i+3 || text[i:i+3] != "\ufffd"):
			dst = append(append(dst, text[plain:i]...), "\ufffd"...)
		default:
			continue
		}
		plain = i + 1
	}
	return append(append(dst, text[plain:]...), '"')
}

// AppendTime appends a moment as a JSON string in a layout of package time.
func AppendTime(dst []byte, t time.Time, layout string) []byte {
	return append(t.AppendFormat(append(dst, '"'), layout), '"')
}
