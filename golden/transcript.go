package golden

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// A Transcript is what went over the wire, as a file that people can read: one
// exchange, or a conversation in the order in which it was held, each with the
// deliveries that followed it; or deliveries alone, which nobody asked for over
// the wire.
type Transcript struct {
	Comment   string // lines above the first section, each ended by a newline; "" for none
	Exchanges []Exchange
	Hooks     []Hook // only where there is no exchange
}

// An Exchange is a request with its response, and with the web hooks that left
// because of it.
type Exchange struct {
	Request  Request
	Response Response
	Hooks    []Hook
}

// A Hook is one attempt to deliver an event, in the order of sending. Its answer
// is the receiver's; the zero Response means that there was none.
type Hook struct {
	Topic   string
	Request Request // the target is a complete URL
	Answer  Response
}

// A Request is what the client sent.
type Request struct {
	Method string
	Target string // path and query exactly as sent, or a complete URL
	Header []Field
	Body   []byte // nil for none
}

// A Response is what came back. The zero Response means that nothing did: the
// connection broke, or nobody has filled the section in yet (see Replay).
type Response struct {
	Status int // 100 to 999, 0 for no answer
	Header []Field
	Body   []byte // nil for none
}

// A Field is one header line. Names keep the spelling and the order of the
// file; in comparisons the letter case of a name does not count.
type Field struct {
	Name, Value string
}

// Transcribe makes a transcript of exchanges from a fake's journal. Header
// lines are sorted by name. What net/http adds by itself is left out: Date,
// Content-Length, Connection, Keep-Alive and Transfer-Encoding always,
// User-Agent and Accept-Encoding where they have the value that a Go client
// gives them unasked.
func Transcribe(xs ...fake.Exchange) Transcript {
	t := Transcript{Exchanges: make([]Exchange, len(xs))}
	for i, x := range xs {
		t.Exchanges[i] = Exchange{
			Request:  Request{Method: x.Method, Target: x.URL, Header: fields(x.Header), Body: someBytes(x.Body)},
			Response: Response{Status: x.Status},
		}
		if x.Status != 0 {
			t.Exchanges[i].Response = Response{Status: x.Status, Header: fields(x.ReplyHeader), Body: someBytes(x.ReplyBody)}
		}
	}
	return t
}

// hooksOf makes hooks of a fake's attempts.
func hooksOf(attempts []fake.Attempt) []Hook {
	var hooks []Hook
	for _, a := range attempts {
		h := Hook{Topic: a.Topic, Request: Request{Method: a.Method, Target: a.URL, Header: fields(a.Header), Body: someBytes(a.Body)}}
		if h.Answer.Status = a.Status; a.Status != 0 {
			h.Answer.Body = someBytes(a.Answer)
		}
		hooks = append(hooks, h)
	}
	return hooks
}

// fields gives the lines of a header that say something about its sender.
func fields(h http.Header) []Field {
	var fs []Field
	for name, values := range h {
		for _, v := range values {
			if !addedByTransport(name, v) {
				fs = append(fs, Field{name, v})
			}
		}
	}
	slices.SortStableFunc(fs, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return fs
}

func addedByTransport(name, value string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Date", "Content-Length", "Connection", "Keep-Alive", "Transfer-Encoding":
		return true
	case "User-Agent":
		return strings.HasPrefix(value, "Go-http-client/")
	case "Accept-Encoding":
		return value == "gzip"
	}
	return false
}

// someBytes is a copy, nil when there is nothing to copy.
func someBytes(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return bytes.Clone(b)
}

// part names a section: "request", or "request 2" in a conversation.
func (t Transcript) part(kind string, i int) string {
	if len(t.Exchanges) <= 1 {
		return kind
	}
	return kind + " " + strconv.Itoa(i+1)
}

// hooks gives the hooks after each exchange; where there is none, all of them.
func (t Transcript) hooks() [][]Hook {
	if len(t.Exchanges) == 0 {
		return [][]Hook{t.Hooks}
	}
	all := make([][]Hook, len(t.Exchanges))
	for i, x := range t.Exchanges {
		all[i] = x.Hooks
	}
	return all
}

// statusLine is "200 OK", or "299" for a number that has no words.
func statusLine(status int) string {
	return strings.TrimSuffix(strconv.Itoa(status)+" "+http.StatusText(status), " ")
}
