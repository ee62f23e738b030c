package cscart

import (
	"math"
	"strconv"
	"strings"
)

// How the shop reads numbers out of text. Both rules are PHP's.

// numberSpace is the white space that a number may have around it.
const numberSpace = " \t\n\r\v\f"

// cast is the longest number at the beginning of a text, behind white space, cut
// toward zero and held at the ends of 64 bits. No number is 0 (reading CC-30).
func cast(text string) int64 {
	text = strings.TrimLeft(text, numberSpace)
	n, _ := whole(text[:numberLength(text)])
	return n
}

// numeric tells whether a text is a number from end to end, white space aside.
func numeric(text string) bool {
	switch n := digits(text); {
	case n > 0 && n == len(text):
		return true
	case text == "" || text[0] >= 'A': // most often a word
		return false
	}
	text = strings.Trim(text, numberSpace)
	return text != "" && numberLength(text) == len(text)
}

// numberLength is how much of a text's beginning is a number:
// [+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)? in ASCII.
func numberLength(text string) int {
	i := signLength(text)
	before := digits(text[i:])
	i += before
	if i < len(text) && text[i] == '.' {
		after := digits(text[i+1:])
		if before+after == 0 {
			return 0
		}
		i += 1 + after
	} else if before == 0 {
		return 0
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		sign := signLength(text[i+1:])
		if power := digits(text[i+1+sign:]); power > 0 {
			i += 1 + sign + power
		}
	}
	return i
}

func signLength(text string) int {
	if text != "" && (text[0] == '+' || text[0] == '-') {
		return 1
	}
	return 0
}

func digits(text string) int {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return n
}

// whole is a number without its fraction, held at the ends of 64 bits; fits
// tells whether it had to be held. No text is 0.
func whole(number string) (n int64, fits bool) {
	if digits(number[signLength(number):]) == len(number)-signLength(number) {
		if number == "" {
			return 0, true
		}
		n, err := strconv.ParseInt(number, 10, 64)
		return n, err == nil
	}
	f, _ := strconv.ParseFloat(number, 64) // out of range is infinite
	f = math.Trunc(f)
	switch {
	case f >= 1<<63:
		return math.MaxInt64, false
	case f < -1<<63:
		return math.MinInt64, false
	}
	return int64(f), true
}

// hundredths is a numeric text in hundredths, rounded half away from zero and
// held at the ends of 64 bits. It works on the decimal digits, so that 1.005 is
// 101.
func hundredths(number string) int64 {
	number = strings.Trim(number, numberSpace)
	mantissa, power, _ := strings.Cut(strings.ToLower(number), "e")
	negative := strings.HasPrefix(mantissa, "-")
	mantissa = mantissa[signLength(mantissa):]
	before, after, _ := strings.Cut(mantissa, ".")
	all := strings.TrimLeft(before+after, "0")
	if all == "" {
		return 0
	}
	shift, _ := strconv.Atoi(power) // out of range is the largest int
	shift = min(max(shift, -1<<30), 1<<30)
	keep := len(all) - len(after) + shift + 2 // digits up to the hundredths
	const most = 19                           // digits of a 64 bit number
	var n uint64
	switch {
	case keep < 0:
		return 0
	case keep > most:
		n = math.MaxInt64
	default:
		kept := all[:min(keep, len(all))] + strings.Repeat("0", max(keep-len(all), 0))
		n, _ = strconv.ParseUint("0"+kept, 10, 64)
		if keep < len(all) && all[keep] >= '5' {
			n++
		}
		n = min(n, math.MaxInt64)
	}
	if negative {
		return -int64(n)
	}
	return int64(n)
}

// blank is what a filter takes for absent: nothing, or exactly "0".
func blank(text string) bool { return text == "" || text == "0" }
