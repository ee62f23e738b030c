package redact

import (
	"bytes"
	"regexp"
	"strings"
)

// plainName is a name in small letters and digits alone, so that api_key,
// X-Api-Key and apiKey agree.
func plainName(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			return c
		case 'A' <= c && c <= 'Z':
			return c + 'a' - 'A'
		}
		return -1
	}, name)
}

// The names of secrets, as plainName gives them.
var (
	secretParts = []string{"secret", "password", "passwd", "passphrase", "apikey", "privatekey", "accesskey", "credential"}
	secretEnds  = []string{"token", "tokens"}
	secretWords = []string{"pwd", "pass", "auth", "authorization", "authkey", "xauthkey", "jwt", "bearer", "otp", "subscriptionkey", "ocpapimsubscriptionkey"}
	// Places in a list, not secrets.
	pageTokens = []string{"pagetoken", "nexttoken", "prevtoken", "previoustoken", "continuationtoken", "cursortoken", "synctoken"}
)

// SecretName tells whether a field, parameter or header of this name holds a
// credential.
func SecretName(name string) bool {
	n := plainName(name)
	for _, end := range pageTokens {
		if strings.HasSuffix(n, end) {
			return false
		}
	}
	for _, part := range secretParts {
		if strings.Contains(n, part) {
			return true
		}
	}
	for _, end := range secretEnds {
		if strings.HasSuffix(n, end) {
			return true
		}
	}
	for _, w := range secretWords {
		if n == w {
			return true
		}
	}
	return false
}

// signatureName tells whether a header signs the body.
func signatureName(name string) bool {
	n := plainName(name)
	return strings.Contains(n, "signature") || strings.Contains(n, "hmac")
}

// emptyValue tells whether a text under the name of a secret says nothing:
// there is none, or a flag, or it is gone already.
func emptyValue(text string) bool {
	switch text {
	case "", "true", "false", "null", mark:
		return true
	}
	return false
}

// Pairs of name and value within a text. A colon needs quotes around the name,
// or a value with a digit in it, as sentences have colons too.
var (
	pairEqual  = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_.\[\]-]*)=["']?([^\s"'&;,<>]+)`)
	pairQuoted = regexp.MustCompile(`"([A-Za-z_][A-Za-z0-9_.-]*)"\s*:\s*"((?:[^"\\]|\\.)+)`)
	pairColon  = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_.-]*):[ \t]*((?:(?i:bearer|basic|token)[ \t]+)?[^\s"'&;,<>]*[0-9][^\s"'&;,<>]*)`)
	pairHTML   = regexp.MustCompile(`(?i)name=["']?([A-Za-z_][A-Za-z0-9_.-]*)["']?[^<>]*?\svalue=["']?([^"'<>]+)`)
	pairXML    = regexp.MustCompile(`<([A-Za-z_][A-Za-z0-9_.-]*)>([^<>]+)</`)
	userInfo   = regexp.MustCompile(`://([^\s/@:"'<>]*:[^\s/@"'<>]+)@`)
)

// findPairs looks for names of secrets with their values in a text.
func (r *Rules) findPairs(v view, f *finds) {
	if !bytes.ContainsAny(v.text, "=:<") {
		return
	}
	for _, form := range []*regexp.Regexp{pairEqual, pairQuoted, pairColon, pairHTML, pairXML} {
		for _, at := range form.FindAllSubmatchIndex(v.text, -1) {
			name, value := string(v.text[at[2]:at[3]]), string(v.text[at[4]:at[5]])
			if SecretName(name) && !emptyValue(value) && !strings.HasPrefix(value, mark) {
				f.mark(v, at[4], at[5], "names.6")
			}
		}
	}
	for _, at := range userInfo.FindAllSubmatchIndex(v.text, -1) {
		from, to, ok := f.free(v, at[2], at[3])
		if both := mark + ":" + mark; ok && string(v.text[at[2]:at[3]]) != both {
			f.spans = append(f.spans, span{from: from, to: to, text: both, rule: "names.6"})
		}
	}
}
