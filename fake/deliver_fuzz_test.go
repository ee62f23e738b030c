package fake

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever an address looks like, without a receiver it leads to the loopback
// interface or nowhere.
func FuzzNothingButLoopback(f *testing.F) {
	for _, address := range []string{
		"http://localhost/x", "https://127.0.0.1:8443", "http://[::1]:80/", "http://[::ffff:10.0.0.1]", "http://localhost@example.com",
		"http://127.0.0.1.example.com", "http://example.com#@localhost", "http:localhost", "//localhost", "http://[fe80::1%25lo]/", "http://127.0.0.1:x/",
	} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		var rs receivers
		w := rs.route(address)
		if w == nil {
			return
		}
		require.NotEmpty(t, w.ips)
		for _, ip := range w.ips {
			require.True(t, netip.MustParseAddr(ip).IsLoopback(), "%q is sent to %s", address, ip)
		}
		require.Contains(t, []string{"http", "https"}, w.url.Scheme)
		host := strings.ToLower(w.url.Hostname())
		_, err := netip.ParseAddr(host)
		require.True(t, host == "localhost" || err == nil, "%q names %s", address, host)
	})
}

// A body in another style means the same; a tampered one differs.
func FuzzRestyled(f *testing.F) {
	for _, body := range []string{`{"a":[1,2.50,"x/y é"],"b":null}`, `"\ud83d\ude00"`, `[]`, `333E323`, `{"a":1,"a":2}`, "\"\u2028\"", `9`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return
		}
		want := digitForDigit(t, body)
		for _, style := range []string{"pretty", "escaped-slashes", "ascii", "newline", "bom", "gzip"} {
			styled := restyled(body, http.Header{}, style)
			switch style {
			case "bom":
				styled = bytes.TrimPrefix(styled, []byte("\ufeff"))
			case "gzip":
				z, err := gzip.NewReader(bytes.NewReader(styled))
				require.NoError(t, err)
				styled, err = io.ReadAll(z)
				require.NoError(t, err)
			}
			require.Equal(t, want, digitForDigit(t, styled), "%s: %q", style, styled)
		}
		require.NotEqual(t, body, tampered(body, "byte"))
	})
}

// digitForDigit is a JSON text as Go values, its numbers as they stand: not all of
// them fit a float64.
func digitForDigit(t *testing.T, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	require.NoError(t, d.Decode(&value), "%q", text)
	return value
}
