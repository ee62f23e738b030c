package golden

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShapes(t *testing.T) {
	t.Parallel()
	const none = "-"
	mac := "52950e80d8c675be56751292c128745f91127696893d50aade0e8c952f8f9990"
	for _, c := range []struct {
		kind   Kind
		text   string
		number bool
		want   string // shape, none when the value is not of the kind
	}{
		{UUID, "16fd2706-8baf-433b-82eb-8c7fada847da", false, "v4"},
		{UUID, "16FD2706-8BAF-433B-82EB-8C7FADA847DA", false, "v4 upper"},
		{UUID, "0196b0a3-5f3c-7b3c-8f00-0123456789ab", false, "v7"},
		{UUID, "{16fd2706-8baf-433b-82eb-8c7fada847da}", false, none},
		{UUID, "16fd27068baf433b82eb8c7fada847da", false, none},
		{UUID, "", false, none},

		{Time, "2018-12-04T23:29:37.406-05:00", false, "rfc3339.ms offset"},
		{Time, "2018-12-04T23:29:37Z", false, "rfc3339 Z"},
		{Time, "2018-12-04T23:29:37.123456Z", false, "rfc3339.us Z"},
		{Time, "2018-12-04T23:29:37.123456789+00:00", false, "rfc3339.ns offset"},
		{Time, "2018-12-04T23:29:37.1Z", false, "rfc3339.frac Z"},
		{Time, "2018-12-04T23:29:37.406-0500", false, none},
		{Time, "2018-13-04T23:29:37Z", false, none},
		{Time, "2018-12-04T23:29:37", false, none},
		{Time, "2018-12-04", false, "date"},
		{Time, "2018-12-04 23:29:37", false, "datetime"},
		{Time, "Tue, 04 Dec 2018 23:29:37 GMT", false, "http"},
		{Time, "1543965177", false, none},
		{Time, "1543965177", true, none},

		{Unix, "1543965177", true, "s"},
		{Unix, "1543965177", false, "s digits"},
		{Unix, "1543965177.25", true, "s.frac"},
		{Unix, "1543965177000", true, "ms"},
		{Unix, "1543965177000000", true, "us"},
		{Unix, "1543965177000000000", true, "ns"},
		{Unix, "154396517700", true, none},
		{Unix, "12", true, none},
		{Unix, "-1543965177", true, none},
		{Unix, "1.5e9", true, none},

		{Cursor, "eyJsYXN0X2lkIjozNDUzNDUzNDUzNDUsIC9+Pz8=", false, "text"},
		{Cursor, "17", true, "int"},
		{Cursor, "1.5", true, none},
		{Cursor, "", false, none},
		{Cursor, "two words", false, none},

		{ID, "17", true, "int"},
		{ID, "0", true, "int"},
		{ID, "-17", true, none},
		{ID, "1.5", true, none},
		{ID, "17", false, "digits"},
		{ID, "017", false, "text"},
		{ID, "16fd2706-8baf-433b-82eb-8c7fada847da", false, "uuid"},
		{ID, "01H80000000000000000000001", false, "ulid"},
		{ID, "cus_01H80000000000000000000001", false, "cus_ulid"},
		{ID, "d0doh5fsvrvasm390u30", false, "text"},
		{ID, "", false, none},
		{ID, "a b", false, none},

		{HexMAC, mac, false, "64"},
		{HexMAC, "sha256=" + mac, false, "sha256= 64"},
		{HexMAC, "52950E80D8C675BE56751292C128745F", false, "32 upper"},
		{HexMAC, "52950E80D8C675BE56751292C128745f", false, none},
		{HexMAC, mac[1:], false, none},
		{HexMAC, "", false, none},

		{Port, "8080", true, "int"},
		{Port, "0", true, none},
		{Port, "65536", true, none},
		{Port, "127.0.0.1:8080", false, ""},
		{Port, "http://[::1]:8080/v1?x", false, ""},
		{Port, "http://shop.example/v1", false, none},
		{Port, "8080", false, none},
		{Port, "a:99999", false, none},
	} {
		l, ok := kinds[c.kind](scalar{c.text, c.number})
		require.Equal(t, c.want != none, ok, "%s %q", c.kind, c.text)
		if ok {
			require.Equal(t, c.want, l.shape, "%s %q", c.kind, c.text)
			require.Equal(t, c.text, l.before+l.hidden+l.after, "nothing is lost")
		}
	}
	l, _ := kinds[Port](scalar{text: "http://[::1]:8080/v1?x"})
	require.Equal(t, "8080", l.hidden)
}
