package redact

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// schemes are the words of Authorization that say how to read what follows. A
// header without one is a bare key.
var schemes = regexp.MustCompile(`(?i)^(?:basic|bearer|digest|token|negotiate|ntlm|apikey|api-key|oauth|hawk|mac|dpop|hmac|signature|key|sharedkey|aws4-hmac-sha256)$`)

// splitScheme takes a credential from its scheme and the blanks between.
func splitScheme(value string) (scheme, credential string) {
	credential = strings.TrimLeft(value, " \t")
	end := strings.IndexAny(credential, " \t")
	if end < 0 {
		if schemes.MatchString(credential) {
			return value, ""
		}
		return "", value
	}
	if !schemes.MatchString(credential[:end]) {
		return "", value
	}
	rest := strings.TrimLeft(credential[end:], " \t")
	return value[:len(value)-len(rest)], rest
}

// headerKind is what a header holds by its name.
type headerKind int

const (
	anyHeader headerKind = iota
	authHeader
	cookieHeader
	setCookieHeader
	keyHeader
	signatureHeader
)

// kindOf tells what a header is, and the rule for it.
func (r *Rules) kindOf(name string) (headerKind, string) {
	plain := plainName(name)
	if rule := r.vendor.headers[plain]; rule != "" && r.on(rule) {
		if signatureName(name) {
			return signatureHeader, rule
		}
		return keyHeader, rule
	}
	switch {
	case plain == "authorization", plain == "proxyauthorization":
		return authHeader, "names.1"
	case plain == "cookie":
		return cookieHeader, "names.2"
	case plain == "setcookie":
		return setCookieHeader, "names.2"
	case signatureName(name):
		return signatureHeader, "names.7"
	case SecretName(name):
		return keyHeader, "names.3"
	}
	return anyHeader, ""
}

// learnHeader takes note of the credentials of a header.
func (r *Rules) learnHeader(header http.Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		kind, _ := r.kindOf(name)
		for _, value := range header[name] {
			switch kind {
			case authHeader:
				scheme, credential := splitScheme(value)
				r.learn(credential)
				if strings.EqualFold(strings.TrimSpace(scheme), "basic") {
					pair, _ := base64.StdEncoding.DecodeString(credential)
					_, password, _ := strings.Cut(string(pair), ":")
					r.learn(password)
				}
			case cookieHeader, setCookieHeader:
				for _, c := range cookies(value, kind) {
					if len(c.text) >= 16 {
						r.learn(c.text)
					}
				}
			case keyHeader:
				r.learn(value)
			}
		}
	}
}

// cookies takes the cookies out of a header, without the attributes of
// Set-Cookie.
func cookies(value string, kind headerKind) []member {
	parts := strings.Split(value, ";")
	if kind == setCookieHeader {
		parts = parts[:1]
	}
	var found []member
	for _, part := range parts {
		name, text, ok := strings.Cut(part, "=")
		if !ok {
			name, text = "", part
		}
		found = append(found, member{name, strings.Trim(strings.TrimSpace(text), `"`)})
	}
	return found
}

// first gives the first value of a header, however its name is written.
func first(header http.Header, name string) string {
	for have, values := range header {
		if strings.EqualFold(have, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// headerValue redacts one value of a header.
func (r *Rules) headerValue(name, value string) string {
	kind, rule := r.kindOf(name)
	if kind == anyHeader || !r.on(rule) || emptyValue(strings.TrimSpace(value)) {
		return r.text(value, name)
	}
	switch kind {
	case authHeader:
		scheme, credential := splitScheme(value)
		if credential == "" {
			return r.text(value, name)
		}
		return r.text(scheme, name) + mark
	case cookieHeader, setCookieHeader:
		return r.cookie(value, kind)
	}
	return mark
}

// cookie redacts the values of cookies, and leaves what is not their matter.
func (r *Rules) cookie(value string, kind headerKind) string {
	parts := strings.Split(value, ";")
	for i, part := range parts {
		if kind == setCookieHeader && i > 0 {
			parts[i] = r.text(part, "")
			continue
		}
		name, text, ok := strings.Cut(part, "=")
		switch {
		case !ok && strings.TrimSpace(part) != "":
			parts[i] = mark
		case ok && strings.TrimSpace(text) != "":
			parts[i] = r.text(name, "") + "=" + mark
		}
	}
	return strings.Join(parts, ";")
}

// header redacts a header. Names stay as they are.
func (r *Rules) header(header http.Header) http.Header {
	if header == nil {
		return nil
	}
	out := make(http.Header, len(header))
	for _, name := range slices.Sorted(maps.Keys(header)) {
		values := make([]string, 0, len(header[name]))
		for _, value := range header[name] {
			values = append(values, r.headerValue(name, value))
		}
		out[name] = values
	}
	return out
}

// untouched finds a header that carried a credential and still does.
func (r *Rules) untouched(place string, before, after http.Header) error {
	for _, name := range slices.Sorted(maps.Keys(before)) {
		kind, rule := r.kindOf(name)
		if kind != authHeader && kind != keyHeader {
			continue
		}
		for i, value := range before[name] {
			credential := strings.TrimSpace(value)
			if kind == authHeader {
				_, credential = splitScheme(value)
			}
			if !emptyValue(credential) && after[name][i] == value {
				return fmt.Errorf("redact: %s %s: %s: a credential was sent and nothing of it was redacted", place, r.headerPlace(name), rule)
			}
		}
	}
	return nil
}
