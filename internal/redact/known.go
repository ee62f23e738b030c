package redact

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// shortest is how many bytes a given secret has at least. Fewer cannot be told
// from chance in a long text.
const shortest = 6

// A needle is one way in which a known value may be written. Escapes are not
// its matter: those are undone before (views).
type needle struct {
	rule   string
	text   []byte
	folded bool // letters of either case: hex
	within string
	alone  bool // only as a whole word
}

// A known is a value that must not survive.
type known struct {
	name    string // as the test gave it; "" for what was seen on the way
	needles []needle
}

// The characters of the words in which a needle may stand; the whole word goes.
// A slash ends a word of base64, else it would eat the path around it.
const (
	inHex    = "0123456789abcdefABCDEF"
	inBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-_="
)

// newKnown prepares a value to be looked for: plain, in hex, and in base64 of
// itself and of its escaped forms, at each of the three places that a value
// can have inside longer base64, and once more inside base64 of that.
func newKnown(name, value, rule string) known {
	k := known{name: name}
	ruleOf := func(given string) string {
		if rule != "" {
			return rule
		}
		return given
	}
	// What was not given, but seen, may be a part of an id by chance: it counts
	// as a whole word alone.
	alone := rule != ""
	k.needles = append(k.needles,
		needle{rule: ruleOf("known.1"), text: []byte(value), alone: alone},
		needle{rule: ruleOf("known.1"), text: []byte(undone(value)), alone: alone}, // where escapes of several kinds were undone at once
		needle{rule: ruleOf("known.3"), text: []byte(hex.EncodeToString([]byte(value))), folded: true, within: inHex})
	if !alone {
		for _, form := range listed(value) {
			k.needles = append(k.needles, needle{rule: "known.3", text: []byte(form), folded: true})
		}
		inBase32 := base32.StdEncoding.EncodeToString([]byte(value))[:len(value)*8/5]
		k.needles = append(k.needles, needle{rule: "known.3", text: lower([]byte(inBase32)), folded: true, within: inBase64})
		k.needles = append(k.needles, needle{rule: "known.1", text: lower([]byte(value)), folded: true}) // as in the name of a header
	}
	add := func(words []string) {
		for _, w := range words {
			n := needle{rule: ruleOf("known.2"), text: []byte(w), within: inBase64}
			if !k.has(n) {
				k.needles = append(k.needles, n)
			}
		}
	}
	for _, form := range escaped(value) {
		add(inBase64Words(form))
	}
	for _, word := range inBase64Words(value) {
		add(inBase64Words(word))
	}
	k.needles = slices.DeleteFunc(k.needles, func(n needle) bool { return len(n.text) < shortest })
	return k
}

func (k known) has(n needle) bool {
	for _, have := range k.needles {
		if bytes.Equal(have.text, n.text) {
			return true
		}
	}
	return false
}

// listed gives a value byte by byte, as dumps, logs and the lists of bytes of other
// languages have it, and as quoted-printable does. All are in small letters.
func listed(value string) (forms []string) {
	every := func(format, between string) {
		var all []string
		for _, b := range []byte(value) {
			all = append(all, fmt.Sprintf(format, b))
		}
		forms = append(forms, strings.Join(all, between))
	}
	for _, between := range []string{" ", ":", "-", ",", ", ", `\x`, ",0x", ", 0x"} {
		every("%02x", between)
	}
	for _, between := range []string{" ", ",", ", "} {
		every("%d", between)
	}
	every("%03o", `\`)
	var printable strings.Builder
	for _, b := range []byte(value) {
		if b < ' ' || b > '~' || b == '=' {
			fmt.Fprintf(&printable, "=%02x", b)
		} else {
			printable.WriteByte(b)
		}
	}
	if printable.String() != value {
		forms = append(forms, strings.ToLower(printable.String()))
	}
	return forms
}

// escaped lists a value as it may stand inside of what is then encoded.
func escaped(value string) []string {
	quoted, _ := json.Marshal(value)
	inJSON := string(quoted[1 : len(quoted)-1])
	inURL := url.QueryEscape(value)
	forms := []string{
		value, inJSON, strings.ReplaceAll(inJSON, "/", `\/`), inURL, url.PathEscape(value), html.EscapeString(value), hex.EncodeToString([]byte(value)),
		percentPair.ReplaceAllStringFunc(inURL, strings.ToLower),
	}
	var different []string
	for _, f := range forms {
		if f != value || len(different) == 0 {
			different = append(different, f)
		}
	}
	return different
}

var percentPair = regexp.MustCompile(`%[0-9A-F]{2}`)

// inBase64Words gives those characters of base64 that a text settles alone,
// wherever in a longer text it stands, in both alphabets.
func inBase64Words(text string) []string {
	var words []string
	for before := range 3 {
		padded := append(make([]byte, before), text...)
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			full := alphabet.EncodeToString(padded)
			words = append(words, full[(before*8+5)/6:len(padded)*8/6])
		}
	}
	return words
}

// A span is a part of a text and what is to stand there instead.
type span struct {
	from, to int
	text     string
	rule     string
	name     string // of the known value
	at       int    // where the value itself begins, within its word
}

// find looks for a known value in one view of a text.
func (k known) find(v view, folded []byte, report func(span)) {
	for _, n := range k.needles {
		text := v.text
		if n.folded {
			text = folded
		}
		for at := 0; at < len(text); {
			i := bytes.Index(text[at:], n.text)
			if i < 0 {
				break
			}
			from, to := at+i, at+i+len(n.text)
			at = to
			if n.alone && inWord(text, from, to) {
				continue
			}
			begin, _ := v.place(from, to)
			if n.within != "" {
				from, to = around(v.text, from, to, n.within)
			}
			from, to = v.place(from, to)
			report(span{from, to, mark, n.rule, k.name, begin})
		}
	}
}

// around widens a range to the whole word of certain characters. Signs of
// equality end a word, they do not begin one.
func around(text []byte, from, to int, chars string) (int, int) {
	for from > 0 && text[from-1] != '=' && strings.IndexByte(chars, text[from-1]) >= 0 {
		from--
	}
	for to < len(text) && strings.IndexByte(chars, text[to]) >= 0 {
		to++
	}
	return from, to
}

// inWord tells whether a range of a text goes on as a word at one of its ends.
func inWord(text []byte, from, to int) bool {
	letter := func(c byte) bool {
		return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
	}
	return from > 0 && letter(text[from-1]) && letter(text[from]) || to < len(text) && letter(text[to]) && letter(text[to-1])
}

// lower changes the letters of ASCII alone, so that lengths stay.
func lower(text []byte) []byte {
	folded := make([]byte, len(text))
	for i, b := range text {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		folded[i] = b
	}
	return folded
}

// findKnown looks for all values that are known, in every view.
func findKnown(all []known, vs []view, report func(span)) {
	if len(all) == 0 {
		return
	}
	for _, v := range vs {
		folded := lower(v.text)
		for _, k := range all {
			k.find(v, folded, report)
		}
	}
}

// learn takes note of a credential that was seen, if it is long enough, and
// like no word, to be looked for elsewhere.
func (r *Rules) learn(value string) {
	if !r.on("known.4") || !learnable(value) || strings.Contains(mark, value) || r.seen[value] {
		return
	}
	r.seen[value] = true
	r.known = append(r.known, newKnown("", value, "known.4"))
}

// learnable tells a credential from a word: sixteen characters, or eight with
// a letter and a digit among them.
func learnable(value string) bool {
	if strings.Contains(value, mark) || strings.ContainsFunc(value, unicode.IsSpace) {
		return false
	}
	return len(value) >= 16 || len(value) >= 8 && strings.ContainsFunc(value, unicode.IsDigit) && strings.ContainsFunc(value, unicode.IsLetter)
}
