package conformance

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/har"
)

// harBase stands before the path of an exchange in an archive, which wants whole
// addresses. In a fake the host says nothing: each check has its own.
const harBase = "http://fake.test"

// harEntry is an exchange as an entry of an archive.
func harEntry(x fake.Exchange) har.Entry {
	e := har.NewEntry(x.At, x.Method, harBase+x.URL, har.Message{Header: x.Header, Body: x.Body}, x.Status, har.Message{Header: x.ReplyHeader, Body: x.ReplyBody})
	e.Comment = fmt.Sprintf("#%d", x.Seq)
	if x.Fault != "" {
		e.Comment += " " + x.Fault
	}
	return e
}

// exchangeOf is the exchange that an entry was made of.
func exchangeOf(e har.Entry) (fake.Exchange, error) {
	x := fake.Exchange{At: e.Started, Method: e.Request.Method, Status: e.Response.Status, Header: header(e.Request.Headers), ReplyHeader: header(e.Response.Headers)}
	var known bool
	if x.URL, known = strings.CutPrefix(e.Request.URL, harBase); !known {
		return x, fmt.Errorf("the address %q does not begin with %s", e.Request.URL, harBase)
	}
	if _, err := fmt.Sscanf(e.Comment, "#%d", &x.Seq); err != nil {
		return x, fmt.Errorf("the comment %q of an exchange has no number", e.Comment)
	}
	if mark := fmt.Sprintf("#%d ", x.Seq); len(e.Comment) > len(mark) {
		x.Fault = e.Comment[len(mark):]
	}
	var err error
	if p := e.Request.PostData; p != nil {
		if x.Body, err = har.Bytes(p.Text, p.Encoding); err != nil {
			return x, err
		}
	}
	x.ReplyBody, err = har.Bytes(e.Response.Content.Text, e.Response.Content.Encoding)
	return x, err
}

func header(pairs []har.Pair) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		h[p.Name] = append(h[p.Name], p.Value)
	}
	return h
}

// attemptEntry is one sending of a delivery as an entry of an archive.
func attemptEntry(a fake.Attempt) har.Entry {
	e := har.NewEntry(a.At, a.Method, a.URL, har.Message{Header: a.Header, Body: a.Body}, a.Status, har.Message{Body: a.Answer})
	e.Time = float64(spoke(a).Sub(a.At)) / float64(time.Millisecond)
	e.Timings.Wait = e.Time
	if a.Status == 0 {
		e.Response.Error = answerWords(a)
	}
	e.Comment = fmt.Sprintf("delivery %d, attempt %d: %s", a.Delivery, a.Number, a.Topic)
	if a.Fault != "" {
		e.Comment += " " + strings.ToValidUTF8(a.Fault, "?")
	}
	return e
}

var attemptForm = regexp.MustCompile(`(?s)^delivery ([0-9]{1,9}), attempt ([0-9]{1,9}): (\S*)( (.*))?$`)

// attemptOf is the sending that an entry was made of.
func attemptOf(e har.Entry) (fake.Attempt, error) {
	a := fake.Attempt{
		At: e.Started, End: e.Started.Add(time.Duration(e.Time * float64(time.Millisecond))),
		Method: e.Request.Method, URL: e.Request.URL, Header: header(e.Request.Headers), Status: e.Response.Status,
	}
	m := attemptForm.FindStringSubmatch(e.Comment)
	if m == nil {
		return a, fmt.Errorf("the comment %q of a delivery does not say which it is", e.Comment)
	}
	a.Delivery, _ = strconv.Atoi(m[1]) // digits, and few
	a.Number, _ = strconv.Atoi(m[2])
	a.Topic, a.Fault = m[3], m[5]
	if told := e.Response.Error; told == "no answer yet" {
		a.End = time.Time{}
	} else {
		a.Err = strings.TrimPrefix(told, "no answer: ")
	}
	var err error
	if p := e.Request.PostData; p != nil {
		if a.Body, err = har.Bytes(p.Text, p.Encoding); err != nil {
			return a, err
		}
	}
	a.Answer, err = har.Bytes(e.Response.Content.Text, e.Response.Content.Encoding)
	return a, err
}
