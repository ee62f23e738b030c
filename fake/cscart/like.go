package cscart

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A like is the pattern of a text filter: a part of the text, letter case aside.
// % stands for any text and _ for one character, and nothing escapes them. That
// is what the shop's database does; accents count (readings CC-14 and CC-38).
type like struct {
	pattern []byte // folded
	wild    bool
}

func newLike(part string) like {
	if strings.ContainsAny(part, "%_") {
		return like{[]byte("%" + fold(part) + "%"), true}
	}
	return like{[]byte(fold(part)), false}
}

// in looks for the pattern in a folded text.
func (l like) in(text []byte) bool {
	if !l.wild {
		return bytes.Contains(text, l.pattern)
	}
	return wildcards(text, l.pattern)
}

// wildcards compares all of a text. It goes back to the last % only, so the work
// is at most the product of the two lengths.
func wildcards(text, pattern []byte) bool {
	var retryText, retryPattern []byte
	starred := false
	for len(text) > 0 {
		want, n := utf8.DecodeRune(pattern)
		_, m := utf8.DecodeRune(text)
		switch {
		case n > 0 && want == '%':
			pattern = pattern[n:]
			retryText, retryPattern, starred = text, pattern, true
		case n > 0 && (want == '_' || bytes.Equal(pattern[:n], text[:m])):
			pattern, text = pattern[n:], text[m:]
		case starred:
			_, m = utf8.DecodeRune(retryText)
			retryText = retryText[m:]
			text, pattern = retryText, retryPattern
		default:
			return false
		}
	}
	return len(bytes.Trim(pattern, "%")) == 0
}

// fold is the one rule by which letter case is ignored.
func fold(text string) string { return strings.ToLower(text) }

// trim cuts what PHP's trim cuts.
func trim(text string) string { return strings.Trim(text, " \t\n\r\x00\v") }
