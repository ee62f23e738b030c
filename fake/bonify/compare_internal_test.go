package bonify

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "ABC-1@x.AU": "ABC-1@X.AU", "straße": "STRAßE", "STRAẞE": "STRAßE", "ÄÖü": "ÄÖÜ", "\u212a\u017f": "KS", "ΣΑΣ": "ΣΑΣ", "σας": "ΣΑΣ", "\xff": "\ufffd",
	} {
		assert.Equal(t, want, fold(text), text)
		assert.True(t, equalFolded(text, fold(text)), text)
		assert.Equal(t, fold(text), fold(fold(text)), text)
	}
	assert.False(t, equalFolded("abc", "AB"))
	assert.False(t, equalFolded("ab", "ABC"))
}

func TestContainsFolded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, part string
		want       bool
	}{
		{"", "", true},
		{"abc", "", true},
		{"", "a", false},
		{"bob@Example.com", "EXAMPLE", true},
		{"aab", "ab", true},
		{"aac", "ab", false},
		{"Über", "ü", true},
		{"über", "BER", true},
		{"\u212aelvin", "kel", true},
		{"kelvin", "\u212a", true},
		{"日本語", "本", true},
		{"日本語", "\xac", false},
	} {
		assert.Equal(t, c.want, containsFolded(c.text, fold(c.part)), "%q contains %q", c.text, c.part)
	}
}

func TestWordsFolded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, value string
		want        bool
	}{
		{"van Dyke", "dyke", true},
		{"van Dyke", "VAN DYKE", true},
		{"van Dyke", "yke", false},
		{"van-Dyke", "dyke", false},
		{"van\u00a0Dyke", "dyke", true},
		{"van\tDyke", "dyke", true},
		{"", "x", false},
		{"bob@example.com.au", "bob@example.com", true},
		{"élan vital", "Él", true},
	} {
		assert.Equal(t, c.want, wordsFolded(c.text, fold(c.value)), "%q equals %q", c.text, c.value)
	}
}

func TestDecimals(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"", "-", ".", "1.", ".5", "+1", "1e3", "1,5", "0x1", " 1", "--1", "1.2.3", "١"} {
		_, ok := readDecimal(wrong)
		assert.False(t, ok, wrong)
	}
	ascending := []string{"-100", "-20.5", "-20.4", "-3", "-0.1", "-0.01", "0", "0.01", "0.1", "2", "3", "10", "10.05", "10.5", "99999999999999999999"}
	for i, a := range ascending {
		x, ok := readDecimal(a)
		require.True(t, ok, a)
		for j, b := range ascending {
			y, _ := readDecimal(b)
			assert.Equal(t, sign(i-j), sign(x.compare(y)), "%s and %s", a, b)
		}
	}
	for _, equal := range [][2]string{{"1", "1.0"}, {"007", "7"}, {"-0", "0.00"}, {"-1.50", "-1.5"}} {
		x, _ := readDecimal(equal[0])
		y, _ := readDecimal(equal[1])
		assert.Zero(t, x.compare(y), equal)
	}
}

func sign(n int) int { return min(max(n, -1), 1) }

func TestDecimalBounds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		below, above int64
		off          int
	}{
		"5":                      {5, 5, 0},
		"5.2":                    {5, 6, 0},
		"-5.2":                   {-6, -5, 0},
		"-0.5":                   {-1, 0, 0},
		"9223372036854775807":    {math.MaxInt64, math.MaxInt64, 0},
		"9223372036854775807.5":  {math.MaxInt64, math.MaxInt64, 1},
		"9223372036854775808":    {math.MaxInt64, math.MaxInt64, 1},
		"-9223372036854775808":   {math.MinInt64, math.MinInt64, 0},
		"-9223372036854775808.5": {math.MinInt64, math.MinInt64, -1},
		"-9223372036854775809":   {math.MinInt64, math.MinInt64, -1},
	} {
		d, ok := readDecimal(text)
		require.True(t, ok, text)
		below, above, off := d.bounds()
		assert.Equal(t, want.below, below, text)
		assert.Equal(t, want.above, above, text)
		assert.Equal(t, want.off, off, text)
	}
	for text, want := range map[string]string{"1": "100", "1.5": "150", "0.125": "12.5", "-0.01": "-1", "0": "0"} {
		d, _ := readDecimal(text)
		w, _ := readDecimal(want)
		assert.Equal(t, w, d.hundredfold(), text)
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	day := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC).Unix()
	for text, want := range map[string]moment{
		"2025-03-01":                {day, false, day + 86399},
		"2025-03-01T00:00:07Z":      {day + 7, false, day + 7},
		"2025-03-01T01:00:00+01:00": {day, false, day},
		"2025-03-01T00:00:07.5Z":    {day + 7, true, day + 7},
		"1740787200":                {day, false, day},
		"0":                         {0, false, 0},
	} {
		got, ok := readMoment(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, wrong := range []string{
		"", "-1", "1.5", "2025-3-1", "2025-02-30", "2025-03-01T00:00:00", "2025-03-01 00:00:00Z", "2025-03-01T1:00:00Z", "yesterday",
		"9223372036854775808", "2025-03-01T00:00:00,5Z", "2025-03-01T00:00:00+24:00", "2025-03-01T00:00:00+01:60", "2025-03-01t00:00:00Z",
	} {
		_, ok := readMoment(wrong)
		assert.False(t, ok, wrong)
	}
}
