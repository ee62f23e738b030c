package redact_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cartdouble/cartdouble/internal/redact"
)

// rules makes rules that the test expects to be good.
func rules(t testing.TB, api string, secrets map[string]string, off ...string) *redact.Rules {
	t.Helper()
	r, err := redact.New(api, secrets, off...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// headers makes a header of names and values, one after the other.
func headers(namesAndValues ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(namesAndValues); i += 2 {
		h.Add(namesAndValues[i], namesAndValues[i+1])
	}
	return h
}

// post is a request with a body.
func post(body string, header ...string) redact.Message {
	return redact.Message{Method: "POST", Target: "/v1/things", Header: headers(header...), Body: []byte(body)}
}

// get is a request for a target.
func get(target string, header ...string) redact.Message {
	return redact.Message{Method: "GET", Target: target, Header: headers(header...)}
}

// text writes a message out, to be compared and searched.
func text(m redact.Message) string {
	var b strings.Builder
	b.WriteString(m.Method + " " + m.Target + "\n")
	_ = m.Header.Write(&b)
	return b.String() + "\n" + string(m.Body)
}

// request redacts a request, twice: the second time nothing changes.
func request(t testing.TB, r *redact.Rules, m redact.Message) redact.Message {
	t.Helper()
	before := text(m)
	out, err := r.Request(m)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, text(m)); diff != "" {
		t.Errorf("the message that was given has changed (-before +after):\n%s", diff)
	}
	again, err := r.Request(out)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text(out), text(again)); diff != "" {
		t.Errorf("redacting twice is not redacting once (-once +twice):\n%s", diff)
	}
	return out
}
