package bonify

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// fold gives a text in the one spelling that all texts have which differ in
// letter case alone, by Unicode's simple folding. What the functions below take
// as folded is the result of it.
func fold(text string) string {
	small := false
	for i := range len(text) {
		b := text[i]
		if b >= utf8.RuneSelf {
			return strings.Map(foldRune, text)
		}
		small = small || 'a' <= b && b <= 'z'
	}
	if !small {
		return text
	}
	return strings.ToUpper(text) // all ASCII
}

// foldRune is the smallest rune that is the same letter: for ASCII the capital.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
}

// cutFolded takes a beginning off a text, letter case ignored.
func cutFolded(text, folded string) (rest string, found bool) {
	for folded != "" {
		if text == "" {
			return "", false
		}
		b, want := text[0], folded[0]
		if b < utf8.RuneSelf && want < utf8.RuneSelf {
			if 'a' <= b && b <= 'z' {
				b -= 'a' - 'A'
			}
			if b != want {
				return "", false
			}
			text, folded = text[1:], folded[1:]
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		w, width := utf8.DecodeRuneInString(folded)
		if foldRune(r) != w {
			return "", false
		}
		text, folded = text[size:], folded[width:]
	}
	return text, true
}

func equalFolded(text, folded string) bool {
	rest, found := cutFolded(text, folded)
	return found && rest == ""
}

func containsFolded(text, folded string) bool {
	if folded == "" {
		return true
	}
	first := folded[0]
	for i := range len(text) {
		b := text[i]
		if b < utf8.RuneSelf {
			if 'a' <= b && b <= 'z' {
				b -= 'a' - 'A'
			}
			if b != first {
				continue
			}
		}
		if b >= utf8.RuneSelf && !utf8.RuneStart(b) {
			continue
		}
		if _, found := cutFolded(text[i:], folded); found {
			return true
		}
	}
	return false
}

// wordsFolded is the comparison of an unquoted equals: the text, at its start or
// behind any white space, goes on with the value (reading BF-12).
func wordsFolded(text, folded string) bool {
	start := true
	for i, r := range text {
		if start {
			if _, found := cutFolded(text[i:], folded); found {
				return true
			}
		}
		start = unicode.IsSpace(r)
	}
	return false
}

// decimal is a number as it was written, digit for digit: there is no size at
// which it would be rounded.
type decimal struct {
	negative bool
	whole    string // without leading zeros
	fraction string // without trailing zeros
}

// readDecimal reads -?[0-9]+(\.[0-9]+)?
func readDecimal(text string) (d decimal, ok bool) {
	text, d.negative = strings.CutPrefix(text, "-")
	whole, fraction, parted := strings.Cut(text, ".")
	if !digits(whole) || parted && !digits(fraction) {
		return decimal{}, false
	}
	d.whole, d.fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	d.negative = d.negative && d.whole+d.fraction != ""
	return d, true
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

func (d decimal) compare(other decimal) int {
	if d.negative != other.negative {
		if d.negative {
			return -1
		}
		return 1
	}
	c := len(d.whole) - len(other.whole)
	if c == 0 {
		if c = strings.Compare(d.whole, other.whole); c == 0 {
			c = strings.Compare(d.fraction, other.fraction)
		}
	}
	if d.negative {
		return -c
	}
	return c
}

// hundredfold moves the point two places to the right.
func (d decimal) hundredfold() decimal {
	moved := (d.fraction + "00")[:2]
	d.whole = strings.TrimLeft(d.whole+moved, "0")
	d.fraction = d.fraction[min(2, len(d.fraction)):]
	return d
}

// bounds are the greatest whole number that is not above the decimal, and the
// least that is not below it; they differ where it has a fraction. off is -1 or
// 1 where every int64 is above the decimal, or below it.
func (d decimal) bounds() (below, above int64, off int) {
	sign, outside, end := "", 1, int64(math.MaxInt64)
	if d.negative {
		sign, outside, end = "-", -1, math.MinInt64
	}
	n, err := strconv.ParseInt(sign+"0"+d.whole, 10, 64)
	switch {
	case err != nil || n == end && d.fraction != "":
		return end, end, outside
	case d.fraction == "":
		return n, n, 0
	case d.negative:
		return n - 1, n, 0
	}
	return n, n + 1, 0
}

// A moment is a time to which dates are compared, in Unix seconds.
type moment struct {
	second   int64
	fraction bool  // a little later than the second
	last     int64 // of the whole that equals means: the last second of a bare day
}

// readMoment reads a day, RFC 3339 or Unix seconds.
func readMoment(text string) (m moment, ok bool) {
	if day, ok := readDay(text); ok {
		return moment{second: day, last: day + 24*60*60 - 1}, true
	}
	if digits(text) {
		second, err := strconv.ParseInt(text, 10, 64)
		return moment{second: second, last: second}, err == nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || !strictly(text) {
		return m, false
	}
	second := t.Unix()
	return moment{second: second, fraction: t.Nanosecond() > 0, last: second}, true
}

// strictly tells whether a text that time.Parse takes for RFC 3339 is that: it
// also takes hours of one digit, a comma before the fraction, and any offset.
func strictly(text string) bool {
	if text[len("2006-01-02T15")] != ':' || strings.Contains(text, ",") {
		return false
	}
	offset := text[len(text)-len("+00:00"):]
	return strings.HasSuffix(text, "Z") || offset[1:3] <= "23" && offset[4:] <= "59"
}

// seconds are from where to where an operator holds for the moment; the end does
// not belong to it.
func (m moment) seconds(operator string) (from, to int64) {
	switch operator {
	case opGreater:
		return m.second, math.MaxInt64
	case opLess:
		return math.MinInt64, m.second + 1
	}
	return m.second, m.last + 1
}

// readDay reads YYYY-MM-DD and gives the day's first second in UTC.
func readDay(text string) (second int64, ok bool) {
	t, err := time.Parse(time.DateOnly, text)
	return t.Unix(), err == nil
}
