package cartly_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake/cartly"
)

// A vector is a body with its signature, and a value that does not belong to it.
type vector struct {
	secret, body, header string
	refused              string
	refusedFor           string // the body that it does belong to, if any
}

var vectors = map[string]vector{
	"an event": {
		secret:  "whsec_mystore",
		body:    "eyJldmVudCI6Im9yZGVyLmNyZWF0ZWQiLCJjcmVhdGVkX2F0IjoiMjAyNS0wMy0wMVQwOTowMDowMC4wMDBaIiwiZGF0YSI6eyJpZCI6Im9yZF8wMUg4MDAwMDAwMDAwMDAwMDAwMDAwMDAwMSIsIm51bWJlciI6MTAwMX19",
		header:  "sha256=7c29faec7d26c47d4a40a5ff984f02524bc36208b02dfe372d5d9eae5e58dfc7",
		refused: "fCn67H0mxH1KQKX/mE8CUkvDYgiwLf43LV2erl5Y38c=",
	},
	"blanks, escapes and a final newline": {
		secret:     "hook secret",
		body:       "eyAiZXZlbnQiOiAib3JkZXIudXBkYXRlZCIsICJkYXRhIjogeyAibm90ZSI6ICJjYWZcdTAwZTkgPMOpdMOpPiAmIDEw4oKsIiwgInRvdGFsIjogMS41MCB9IH0K",
		header:     "sha256=abfdcf1389a91dac85e7c62c14d27cf202a3cc80238b5662dfd79891cb18e4ed",
		refused:    "sha256=0f902e750f22f8f5733279e84ba6788d3535dcd318c7b601fecacf2ab87c0338",
		refusedFor: `{"event":"order.updated","data":{"note":"café <été> & 10€","total":1.5}}`,
	},
}

func (v vector) bytes(t *testing.T) []byte {
	t.Helper()
	body, err := base64.StdEncoding.DecodeString(v.body)
	require.NoError(t, err)
	return body
}

func TestSign(t *testing.T) {
	t.Parallel()
	for name, v := range vectors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := v.bytes(t)
			assert.Equal(t, v.header, cartly.Sign(v.secret, body))
			require.NoError(t, cartly.Verify(v.secret, body, v.header))
			require.Error(t, cartly.Verify(v.secret, body, v.refused))
			if v.refusedFor != "" {
				require.NoError(t, cartly.Verify(v.secret, []byte(v.refusedFor), v.refused))
			}
		})
	}
	assert.Len(t, vectors["an event"].bytes(t), 126)
	assert.Len(t, vectors["blanks, escapes and a final newline"].bytes(t), 93)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	const (
		secret = "whsec_mystore"
		body   = `{"event":"order.created"}`
	)
	good := cartly.Sign(secret, []byte(body))
	digits := strings.TrimPrefix(good, "sha256=")
	for name, c := range map[string]struct{ header, want string }{
		"none":                {"", "there is none"},
		"prefix alone":        {"sha256=", "0 characters"},
		"one letter":          {"x", "want sha256="},
		"a digit less":        {good[:len(good)-1], "63 characters"},
		"a digit more":        {good + "0", "65 characters"},
		"ten digits":          {"sha256=" + digits[:10], "10 characters"},
		"twice the prefix":    {"sha256=" + good, "71 characters"},
		"bare digits":         {digits, "want sha256="},
		"upper-case digits":   {"sha256=" + strings.ToUpper(digits), "lower-case"},
		"upper-case prefix":   {"SHA256=" + digits, "want sha256="},
		"another prefix":      {"sha1=" + digits, "want sha256="},
		"a blank before":      {" " + good, "want sha256="},
		"a blank after":       {good + " ", "65 characters"},
		"not ASCII":           {"sha256=" + strings.Repeat("é", 32), "lower-case"},
		"of another secret":   {cartly.Sign("other", []byte(body)), "another body or another secret"},
		"of another body":     {cartly.Sign(secret, []byte(body+"\n")), "another body or another secret"},
		"of the empty secret": {cartly.Sign("", []byte(body)), "another body or another secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, cartly.Verify(secret, []byte(body), c.header), c.want)
		})
	}
	require.ErrorContains(t, cartly.Verify("", []byte(body), cartly.Sign("", []byte(body))), "the secret is empty")
	require.NoError(t, cartly.Verify(secret, nil, cartly.Sign(secret, nil)))
}
