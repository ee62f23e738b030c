package redact

import (
	"fmt"
	"strings"
	"testing"
)

// words that look like chance, and others.
func TestChance(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]bool{
		"Zq8vN3xK7pLw2RtY9sBd4HfJ":                            true,
		"Zq8vN3xK7pLw2RtY9sBd4Hf":                             false, // 23
		"9f86d081884c7d659a2feaa0c55ad015":                    true,  // MD5
		"dGhpcyBpcyBhIHNlY3JldCB2YWx1ZQ==":                    true,
		"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM":         true,
		"kXqTzRwBnVmLpJhGfDsAyUcE":                            true,
		"fe254495-bca4-4d2b-9960-da166ae5f36f":                false,
		"FE254495-BCA4-4D2B-9960-DA166AE5F36F":                false,
		"ord_01H8XGJWBWBAQ4Z5ZJ3Q9Y7K2M":                      false,
		"01H8XGJWBWBAQ4Z5ZJ3Q9Y7K2M":                          false,
		"123456789012345678901234567890":                      false,
		"2025-03-01-2025-03-02-2025-03-03":                    false,
		"CartDoubleTestKey000000000000001":                    true,
		"/apps/cf_app/public-api/customer_fields/v2/x":        false,
		"product_subtitle_verbiage_and_more":                  false,
		"PRODUCT-SUBTITLE-VERBIAGE-12":                        false,
		"customerAccountFieldsDocumentation":                  false,
		"aaaaaaaaaaaa1aaaaaaaaaaaaaaa":                        false,
		"a1a1a1a1a1a1a1a1a1a1a1a1a1a1":                        false,
		"customers/32199/orders/4711/lines/12":                false,
		"fe254495-bca4-4d2b-9960-da166ae5f36fabcdef-and-more": false,
	} {
		if got := chance(word); got != want {
			changes, counted := classChanges(word)
			t.Errorf("%s: got %v, want %v (%d changes in %d, %.2f bits)", word, got, want, changes, counted, bits(word))
		}
	}
}

// An escape means what its language says, and what is none stays.
func TestUndo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kinds    escape
		in, want string
	}{
		{percent, "%41%e9%zz%4+%", "A\xe9%zz%4+%"},
		{percent | plus, "a+b%2B", "a b+"},
		{slashed, `\/\"\\\b\f\n\r\t\u0041\u00e9\ud83d\ude00\ud83d\u12\x\`, "/\"\\\b\f\n\r\tA\u00e9\U0001f600\ufffd\\u12\\x\\"},
		{entity, "&amp;&lt;&#65;&#x42;&nope;&&;&ampx &fjlig;", "&<AB&nope;&&;&ampx &fjlig;"},
		{breaks, "a\r\nb\x00c", "abc"},
		{every, `%41&#66;\u0043+`, "ABC+"},
	} {
		v, changed := view{text: []byte(c.in)}.without(c.kinds)
		if string(v.text) != c.want || !changed {
			t.Errorf("%q: got %q (changed: %v), want %q", c.in, v.text, changed, c.want)
		}
		for i := range v.text {
			from, to := v.place(i, i+1)
			if from >= to || to > len(c.in) {
				t.Errorf("%q: byte %d is from %d to %d", c.in, i, from, to)
			}
		}
	}
	if v, changed := (view{text: []byte("plain\ttext é")}).without(every | plus | breaks); changed {
		t.Errorf("plain text became %q", v.text)
	}
}

// What is found behind several layers of escapes has its place in the text.
func TestPlaceThroughLayers(t *testing.T) {
	t.Parallel()
	text := "xx " + `\\u0025` + "40 yy" // \\u0025 is \u0025 is %
	found := false
	for _, v := range views([]byte(text)) {
		if i := strings.Index(string(v.text), "@"); i >= 0 {
			found = true
			if from, to := v.place(i, i+1); text[from:to] != `\\u0025`+"40" {
				t.Errorf("@ stands at %q", text[from:to])
			}
		}
	}
	if !found {
		t.Errorf("no view of %q has an @", text)
	}
}

// The characters of base64 that a text settles do not depend on what stands
// around it.
func TestInBase64Words(t *testing.T) {
	t.Parallel()
	const value = "~secret?"
	for before := range 9 {
		for after := range 4 {
			whole := strings.Repeat("\xff", before) + value + strings.Repeat("\xff", after)
			for _, coded := range []string{encode(whole, "+/"), encode(whole, "-_")} {
				hit := false
				for _, w := range inBase64Words(value) {
					hit = hit || strings.Contains(coded, w)
				}
				if !hit {
					t.Errorf("%d before, %d after: nothing in %s", before, after, coded)
				}
			}
		}
	}
}

// encode is base64 without padding, bit by bit.
func encode(text, last2 string) string {
	alphabet := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + last2
	var bits, out strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&bits, "%08b", c)
	}
	all := bits.String() + "0000"
	for i := 0; i+6 <= len(all) && i < bits.Len(); i += 6 {
		var n int
		_, _ = fmt.Sscanf(all[i:i+6], "%b", &n)
		out.WriteByte(alphabet[n])
	}
	return out.String()
}
