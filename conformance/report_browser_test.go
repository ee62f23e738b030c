package conformance

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/internal/browser"
)

// The page in a browser without scripts, in light and in dark: it says what it
// has to, can be read, and leads from a check to its finding.
func TestHTMLInABrowser(t *testing.T) {
	t.Parallel()
	r := evaluate(t, Cartfunnel(), cartfunnelAdapter(bugged("GEN-WAIT-01a")), Client("shopkit v2"))
	text := htmlOf(t, r, everything())
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, text)
	}))
	t.Cleanup(site.Close)
	b := browser.Start(t, false)
	for _, scheme := range []string{"light", "dark"} {
		b.Prefer(scheme)
		b.Open(site.URL)
		if got := b.Text("#verdict"); got != r.verdict() {
			t.Errorf("the verdict reads %q", got)
		}
		contains(t, b.Text("#GEN-WAIT-01"), "WARN GEN-WAIT-01", "Expected", "Got", "The conversation", "again at once")
		if c := contrast(t, b.Style("body", "color"), b.Style("body", "background-color")); c < 7 {
			t.Errorf("%s: text has a contrast of %.1f to the page", scheme, c)
		}
		for _, css := range []string{"#verdict", "#GEN-WAIT-01 h3 .state"} {
			if c := contrast(t, b.Style(css, "color"), b.Style(css, "background-color")); c < 4.5 {
				t.Errorf("%s: %s has a contrast of %.1f", scheme, css, c)
			}
		}
		b.Click(`td a[href="#GEN-WAIT-01"]`)
		if !strings.HasSuffix(b.Address(), "#GEN-WAIT-01") {
			t.Errorf("the row leads to %s", b.Address())
		}
		keep(t, "report-"+scheme+".png", b.Screenshot())
	}
}

// keep leaves a picture among the artifacts of a test.
func keep(t *testing.T, name string, picture []byte) {
	t.Helper()
	a, ok := any(t).(interface{ ArtifactDir() string })
	if !ok {
		return
	}
	if err := os.WriteFile(filepath.Join(a.ArtifactDir(), name), picture, 0o600); err != nil {
		t.Error(err)
	}
}

// contrast is that of two colours by the Web Content Accessibility Guidelines,
// from 1 to 21.
func contrast(t *testing.T, one, other string) float64 {
	t.Helper()
	a, b := luminance(t, one), luminance(t, other)
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// luminance is that of a colour as browsers compute it: "rgba(28, 31, 35, 1)".
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	_, inside, _ := strings.Cut(strings.TrimSuffix(colour, ")"), "(")
	parts := strings.Split(inside, ",")
	if len(parts) < 3 {
		t.Fatalf("%q is no colour", colour)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
		if err != nil {
			t.Fatal(err)
		}
		v := n / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}
