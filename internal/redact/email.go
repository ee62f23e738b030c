package redact

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// emailForm finds addresses in a text. What else may stand before the @ by the
// letter of the standard is met in fields named after it (partEmail).
var emailForm = regexp.MustCompile(`[\p{L}\p{N}_+.-]+(?:'[\p{L}\p{N}_+.-]+)*@[\p{L}\p{N}](?:[\p{L}\p{N}-]*\.)+(?:xn--[A-Za-z0-9-]+|\p{L}{2,})`)

// Names that look like an address and are a picture for a dense screen.
var pictures = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"}

// splitAddress takes an address apart: what stands before a plus, what stands
// behind it, the domain.
func splitAddress(text string) (local, tag, domain string) {
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		text, domain = text[:i], text[i+1:]
	}
	local, tag, _ = strings.Cut(text, "+")
	return local, tag, domain
}

// nobodys tells whether a domain is one of those kept for examples and tests
// (RFC 2606), at which nobody lives; the stand-ins live there too.
func nobodys(domain string) bool {
	labels := strings.Split(strings.ToLower(domain), ".")
	top := labels[len(labels)-1]
	if slices.Contains([]string{"example", "test", "invalid", "localhost"}, top) {
		return true
	}
	return len(labels) >= 2 && labels[len(labels)-2] == "example" && slices.Contains([]string{"com", "net", "org"}, top)
}

// email is the stand-in of an address: person1@example.com. What stands behind
// a plus has a number of its own, and each part keeps its letter case.
func (p *people) email(text string, preferred int) string {
	if n, is := p.standsIn(partEmail, text); is {
		p.met(partEmail, n)
		_, tag, _ := splitAddress(text)
		if n, is := p.standsIn(partTag, tag); is {
			p.met(partTag, n)
		}
		return text
	}
	local, tag, domain := splitAddress(text)
	if domain == "" || nobodys(domain) {
		return text
	}
	n := p.numberOf(partEmail, plainText(partEmail, text), preferred)
	standIn := fmt.Sprintf("person%d", n)
	if strings.ContainsFunc(local, unicode.IsLetter) {
		standIn = like(local, fmt.Sprintf("Person%d", n))
	}
	if tag != "" {
		standIn += "+" + like(tag, fmt.Sprintf("tag%d", p.numberOf(partTag, plainText(partTag, tag), len(p.number[partTag])+1)))
	}
	if strings.ToLower(domain) == domain {
		return standIn + "@example.com"
	}
	return standIn + "@" + like(domain, "Example.com")
}

// findEmails looks for addresses in a view of a text. A stand-in is written
// with the escapes that the address had.
func (r *Rules) findEmails(v view, whole []byte, f *finds) {
	if !r.on("people.1") || bytes.IndexByte(v.text, '@') < 0 {
		return
	}
	for _, at := range emailForm.FindAllIndex(v.text, -1) {
		address := string(v.text[at[0]:at[1]])
		local, _, domain := splitAddress(address)
		from, to, ok := f.free(v, at[0], at[1])
		if !ok || local == mark || slices.ContainsFunc(pictures, func(end string) bool { return strings.HasSuffix(address, end) }) {
			continue
		}
		standIn := r.people.email(address, 0)
		if nobodys(domain) {
			continue
		}
		for _, sign := range []string{"@", "+"} {
			if i := strings.LastIndex(address, sign); i >= 0 {
				from, to := v.place(at[0]+i, at[0]+i+1)
				standIn = strings.Replace(standIn, sign, string(whole[from:to]), 1)
			}
		}
		f.spans = append(f.spans, span{from: from, to: to, text: standIn, rule: "people.1"})
	}
}
