package vectors

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// A journal has what a fake was asked and what it answered.
type journal interface {
	Calls(sel ...string) []fake.Exchange
}

// answerOf is the last answer of a fake, as a test.
func answerOf(t *testing.T, comment string, shop journal, op fake.Op) Test {
	t.Helper()
	calls := shop.Calls(op)
	if len(calls) == 0 {
		t.Fatalf("%s: nothing was asked", comment)
	}
	x := calls[len(calls)-1]
	test := Test{Comment: comment, Status: x.Status, Body: ptr(string(x.ReplyBody))}
	if media := x.ReplyHeader.Get("Content-Type"); media != "application/json; charset=utf-8" && media != "application/json" {
		test.Type = media
	}
	return test
}

// with is a test whose body says something else at one place.
func (t Test) with(comment, old, changed string) Test {
	if !strings.Contains(*t.Body, old) {
		panic(comment + ": " + old + " is not in " + *t.Body)
	}
	t.Comment, t.Body = comment, ptr(strings.Replace(*t.Body, old, changed, 1))
	return t
}

// being is a test that is valid or not, with what is expected of it.
func (t Test) being(result string, expect any, flags ...string) Test {
	t.Result, t.Expect, t.Flags = result, expects(expect), flags
	return t
}

// always is a network on which every request has the same answer.
type always struct{ Test }

func (a always) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	media := a.Type
	if media == "" {
		media = "application/json; charset=utf-8"
	}
	return &http.Response{
		StatusCode: a.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {media}}, Body: io.NopCloser(bytes.NewReader([]byte(*a.Body))), ContentLength: int64(len(*a.Body)),
	}, nil
}

// answerInput is what the tests of answers have in common.
func answerInput() object {
	return object{
		"status": object{"type": "integer", "minimum": 100, "maximum": 599},
		"type":   object{"type": "string", "description": "the Content-Type, where it is not application/json"},
		"body":   object{"type": "string"},
	}
}

func opGroup(ops ...string) object {
	return object{"op": object{"enum": ops, "description": "the operation that is answered"}}
}
