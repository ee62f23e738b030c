package cscart

import (
	"bytes"
	"math"
	"math/big"
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCast(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"3": 3, "2.9": 2, "5abc": 5, "1e3": 1000, "-2": -2, "abc": 0, "": 0, "+7": 7, " \t\n\r\v\f8": 8, "0x1A": 0, "1e": 1, "1e+": 1, "1e2x": 100,
		".5": 0, "-.5": 0, "-2.9": -2, ".": 0, "-": 0, "+-3": 0, "3.": 3, "1.5e1": 15, "٣": 0, "\u00a03": 0, "03": 3,
		"9223372036854775807": math.MaxInt64, "9223372036854775808": math.MaxInt64, "-9223372036854775809": math.MinInt64,
		"1e400": math.MaxInt64, "-1e400": math.MinInt64, "1e-400": 0, "9007199254740993": 9007199254740993,
	} {
		assert.Equal(t, want, cast(text), "%q", text)
	}
}

// TestNumeric compares with the rule as a regular expression.
func TestNumeric(t *testing.T) {
	t.Parallel()
	rule := regexp.MustCompile(`^[ \t\n\r\v\f]*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?[ \t\n\r\v\f]*$`)
	for text, want := range map[string]bool{"3": true, "03": true, "3.0": true, "3.7": true, "3e0": true, "-3": true, ".5": true, "3.": true, " 3": true, "": false, "abc": false, "3abc": false, "0x3": false} {
		assert.Equal(t, want, numeric(text), "%q", text)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		text := make([]byte, r.IntN(7))
		for i := range text {
			text[i] = "0139.eE+- \t\fx"[r.IntN(13)]
		}
		assert.Equal(t, rule.Match(text), numeric(string(text)), "%q", text)
	}
}

// TestHundredths compares with exact arithmetic.
func TestHundredths(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"1.005": 101, "0.004": 0, "0.005": 1, "-0.005": -1, "12": 1200, " 7.5 ": 750, "1e2": 10000, "1e-2": 1, "5e-3": 1, "49e-4": 0, ".1": 10,
		"1e999999999999": math.MaxInt64, "-1e30": -math.MaxInt64, "0e999999999999": 0, "1e-999999999999": 0, "92233720368547758.07": math.MaxInt64,
		"92233720368547758.08": math.MaxInt64, "+3": 300, "000.50": 50,
	} {
		assert.Equal(t, want, hundredths(text), "%q", text)
	}
	r := rand.New(rand.NewPCG(2, 2))
	for range 20_000 {
		text := make([]byte, 1+r.IntN(9))
		for i := range text {
			text[i] = "0123456789.e-"[r.IntN(13)]
		}
		if _, power, _ := bytes.Cut(text, []byte("e")); len(power) > 3 || !numeric(string(text)) {
			continue
		}
		exact, ok := new(big.Rat).SetString(string(text))
		if !ok {
			continue
		}
		if exact.Cmp(big.NewRat(1<<50, 1)) > 0 || exact.Cmp(big.NewRat(-1<<50, 1)) < 0 {
			continue
		}
		rounded, _ := new(big.Rat).SetString(exact.FloatString(2)) // half away from zero
		want := rounded.Mul(rounded, big.NewRat(100, 1)).Num().Int64()
		assert.Equal(t, want, hundredths(string(text)), "%q", text)
	}
}

func TestSumsAreHeld(t *testing.T) {
	t.Parallel()
	assert.Equal(t, int64(9006999999990993), times(999999999999, 9007))
	assert.Equal(t, int64(-600), times(-300, 2))
	assert.Equal(t, int64(math.MaxInt64), times(math.MaxInt64, 2))
	assert.Equal(t, int64(-math.MaxInt64), times(math.MinInt64, 5))
	assert.Equal(t, int64(math.MaxInt64), plus(math.MaxInt64, 1))
	assert.Equal(t, int64(math.MinInt64), plus(math.MinInt64, -1))
	assert.Equal(t, int64(-1), plus(math.MaxInt64, math.MinInt64))
}

func TestMoneyTexts(t *testing.T) {
	t.Parallel()
	for m, want := range map[Money][2]string{
		0: {"0.00", "0"}, 3000: {"30.00", "30"}, 2999: {"29.99", "29.99"}, 10: {"0.10", "0.1"}, 5: {"0.05", "0.05"}, -5: {"-0.05", "-0.05"}, -250: {"-2.50", "-2.5"},
		math.MaxInt64: {"92233720368547758.07", "92233720368547758.07"}, math.MinInt64: {"-92233720368547758.08", "-92233720368547758.08"},
	} {
		assert.Equal(t, want[0], string(appendMoney(nil, int64(m))))
		assert.Equal(t, want[1], string(appendShort([]byte("x"), m)[1:]))
	}
}
