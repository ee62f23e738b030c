package conformance

import (
	"testing"
	"testing/fstest"
	"time"
)

func TestReadKnown(t *testing.T) {
	t.Parallel()
	text := "# remark\r\n\n  CFN-A-01 \t reason=\"one call per record\"  until=2027-01-31 see=https://x.test/?a=b why=requests=25\n" +
		"CFN-B-01 why=\"a b\" until=2027-02-28 reason=later"
	got, err := readKnown(fstest.MapFS{"dir/known": {Data: []byte(text)}}, "dir/known")
	if err != nil {
		t.Fatal(err)
	}
	want := []knownFailure{
		{"dir/known:3", "CFN-A-01", "one call per record", "requests=25", "https://x.test/?a=b", time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)},
		{"dir/known:4", "CFN-B-01", "later", "a b", "", time.Date(2027, 2, 28, 0, 0, 0, 0, time.UTC)},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("read %+v", got)
	}
}

func TestReadKnownRefuses(t *testing.T) {
	t.Parallel()
	const whole = "CFN-A-01 reason=x until=2027-01-31 why=x"
	for text, want := range map[string]string{
		"CFN-A-01 why=x until=2027-01-31":          "k:1: CFN-A-01 has no reason=",
		"CFN-A-01 reason=x why=x":                  "k:1: CFN-A-01 has no until=",
		"\n\nCFN-A-01 reason=x until=2027-01-31":   "k:3: CFN-A-01 has no why=",
		"CFN-A-01 reason=x until=2027-1-31 why=x":  "k:1: until=2027-1-31: want a day such as 2027-01-31",
		"CFN-A-01 reason=x until=2027-02-30 why=x": "k:1: until=2027-02-30: want a day such as 2027-01-31",
		"CFN-A-01 raeson=x":                        `k:1: unknown word "raeson" (did you mean "reason"?)`,
		"CFN-A-01 ticket=x":                        `k:1: unknown word "ticket"`,
		"CFN-A-01 reason=x reason=y":               "k:1: reason is given twice",
		`CFN-A-01 reason="x`:                       "k:1: reason: the quotes are not closed",
		`CFN-A-01 reason="x"y`:                     `k:1: reason: want a blank after the quotes, not "y"`,
		"CFN-A-01 because":                         `k:1: want key=value, not "because"`,
		"CFN-A-01 it is=so":                        `k:1: want key=value, not "it is=so"`,
		whole + "\n" + whole:                       "k:2: CFN-A-01 stands at k:1 already",
	} {
		_, err := readKnown(fstest.MapFS{"k": {Data: []byte(text)}}, "k")
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, err := readKnown(fstest.MapFS{}, "k"); err == nil {
		t.Error("a missing file is no error")
	}
}
