package redact_test

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/internal/redact"
)

var apis = []string{"cartfunnel", "cscart", "fluidpay", "bonify", "cartly", "other"}

func seeds(f *testing.F) {
	i := byte(0)
	add := func(m redact.Message) {
		i++
		header := ""
		for name := range m.Header {
			header = name + ":" + m.Header.Get(name)
		}
		f.Add(i, m.Target, header, m.Body)
	}
	for _, c := range general {
		add(c.in)
	}
	for _, cases := range ofVendors {
		for _, c := range cases {
			add(c.in)
		}
	}
	for _, m := range where(planted) {
		add(m)
	}
	f.Add(byte(9), "/a?a=/b?c=/d?first_name=x#y=1", "Link:<https://a.b/?next_page=x>; rel=next", []byte(`{"first_name":"a","name":["Ann Lee","First1 Lee"],"email":"a+b+c@d.ef"}`))
}

func fuzzed(api byte, target, header string, body []byte) (string, redact.Message) {
	name, value, _ := strings.Cut(header, ":")
	m := redact.Message{Method: "POST", Target: target, Header: http.Header{}, Body: body}
	m.Header[http.CanonicalHeaderKey(name)] = []string{value}
	return apis[int(api)%len(apis)], m
}

// What is redacted once is redacted: once more changes nothing. JSON stays JSON.
func FuzzRedactingTwiceIsRedactingOnce(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, api byte, target, header string, body []byte) {
		name, m := fuzzed(api, target, header, body)
		r := rules(t, name, map[string]string{"shop": planted, "key": "abcdef99"})
		once, err := r.Request(m)
		if err != nil {
			return
		}
		if gjson.ValidBytes(body) && !gjson.ValidBytes(once.Body) {
			t.Errorf("JSON became something else:\n%q\n%q", body, once.Body)
		}
		twice, err := r.Request(once)
		if err != nil {
			t.Fatalf("the second time: %v\n%q", err, text(once))
		}
		if text(once) != text(twice) {
			t.Errorf("once:  %q\ntwice: %q", text(once), text(twice))
		}
	})
}

// A known value is gone, however it was written and whatever stands around it,
// or there is an error, which does not show it either.
func FuzzNoKnownValueSurvives(f *testing.F) {
	for how := range len(spelt(planted)) {
		f.Add(byte(how), byte(how), "secret word 1", "a?b=", `","x":1`, "X-Key")
	}
	f.Fuzz(func(t *testing.T, api, how byte, secret, before, after, header string) {
		if len(secret) < 6 || !utf8.ValidString(secret) || strings.Contains("redacted", secret) {
			return
		}
		all := spelt(secret)
		form := all[slices.Sorted(maps.Keys(all))[int(how)%len(all)]]
		// What stands around must not be taken for a part of the secret.
		written := before + " | " + form + " | " + after
		r := rules(t, apis[int(api)%len(apis)], map[string]string{"shop": secret})
		for _, m := range append(places(written), redact.Message{Header: http.Header{header: {written}}, Body: []byte(written)}) {
			out, err := r.Response(m)
			if err != nil {
				if shows(err.Error(), secret) {
					t.Errorf("the error shows the secret: %v", err)
				}
				continue
			}
			for _, field := range []string{out.Target, out.Header.Get(header), string(out.Body)} {
				if strings.Contains(field, secret) || strings.Contains(field, form) {
					t.Errorf("the secret %q, written %q, stands in %q", secret, form, field)
				}
			}
		}
		if err := r.Scan([]byte(written)); err != nil && shows(err.Error(), secret) {
			t.Errorf("the error shows the secret: %v", err)
		}
	})
}

// shows tells whether an error has a secret in it that is none of its own words.
func shows(text, secret string) bool {
	for _, own := range []string{"redact: ", "answer ", "header ", "body", "target", "method", " is still there", " stands there", "the secret", "a given secret", "what stands there should have been redacted"} {
		if strings.Contains(own, secret) {
			return false
		}
	}
	return len(secret) > 12 && strings.Contains(text, secret)
}

// places are the messages of where, without their names, in a stable order.
func places(written string) []redact.Message {
	all := where(written)
	var messages []redact.Message
	for _, name := range slices.Sorted(maps.Keys(all)) {
		messages = append(messages, all[name])
	}
	return messages
}

// Whatever stands before and behind a planted secret, the scanner finds it.
func FuzzScanFindsKnownValues(f *testing.F) {
	for how := range len(spelt(planted)) {
		f.Add(byte(how), []byte("-- request --\n"), []byte("\n"))
	}
	f.Fuzz(func(t *testing.T, how byte, before, after []byte) {
		all := spelt(planted)
		name := slices.Sorted(maps.Keys(all))[int(how)%len(all)]
		// What stands around must not be taken for a part of what was planted.
		finished := bytes.Join([][]byte{before, []byte(all[name]), after}, []byte(" | "))
		r := rules(t, "other", map[string]string{"shop": planted})
		if err := r.Scan(finished); err == nil {
			t.Errorf("%s: not found in %q", name, finished)
		}
	})
}
