package conformance

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// htmlOf is a report as a page.
func htmlOf(t *testing.T, r *Report, others ...*Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteHTML(&b, others...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// nowhere is the report with every state, of an API that has no document.
func nowhere() *Report {
	r := everything()
	r.API = "nowhere"
	return r
}

func TestHTMLOfAReport(t *testing.T) {
	t.Parallel()
	other := nowhere()
	other.Client = "shopkit v1.3.0"
	other.Results = other.Results[:3]
	golden(t, "report.html", strings.ReplaceAll(htmlOf(t, nowhere(), other), madeBy(), "MADE BY"))
}

func TestHTMLHasClausesAndProof(t *testing.T) {
	t.Parallel()
	r := evaluate(t, Cartfunnel(), cartfunnelAdapter(bugged("CFN-SAVE-01a")), Only("CFN-*"))
	text := htmlOf(t, r)
	contains(t, text,
		`<tr><td><code>12</code></td>`,
		`<span class="state bad">broken</span> CFN-SAVE-01,`,
		`<span class="state none">not testable</span> the document has no text for them`,
		`cartfunnel, edition 2026-11: `,
		`CFN-SAVE-01a`,
		`<code>BOOL_AS_STRING</code>`,
	)
	if strings.Contains(text, "your_api_secret") {
		t.Error("a secret stands on the page")
	}
}

// What clients send is text on the page, whatever it is.
func TestHTMLEscapesWhatClientsSend(t *testing.T) {
	t.Parallel()
	const evil = `<script>alert("1")</script>`
	r := nowhere()
	f := &r.Results[2]
	f.Finding.Got, f.Finding.Call, f.Try, f.Note, f.Log = evil, 1, evil, evil, []string{evil}
	f.Exchanges = []fake.Exchange{{Seq: 1, Method: "GET", URL: "/" + evil, Fault: evil, Body: []byte(evil), ReplyBody: []byte(evil), Status: 200}}
	text := htmlOf(t, r)
	if strings.Contains(text, "<script") {
		t.Error("a script that a client sent stands on the page")
	}
	if n := strings.Count(text, "&lt;script&gt;"); n < 6 {
		t.Errorf("it is shown %d times", n)
	}
}

// The offending part of the exchange is marked, and of no other.
func TestHTMLMarksWhatTheFindingNames(t *testing.T) {
	t.Parallel()
	r := nowhere()
	f := &r.Results[2]
	f.Finding.Got, f.Finding.Call = `sent next_page="eyJ" and 200`, 2
	text := htmlOf(t, r)
	contains(t, text, "<mark>next_page</mark>=<mark>eyJ</mark>&amp;x=", "#2 GET /v2/customers?next_page=eyJ&amp;x=&lt;b&gt; → 200 OK &larr; the finding is about this one")
	before, _, _ := strings.Cut(text, "the finding is about this one")
	if strings.Contains(before, "<mark>") {
		t.Error("something is marked in an exchange that the finding is not about")
	}
}

// A page is well formed, closes what it opens, and asks for nothing else.
func TestHTMLNeedsNothingElse(t *testing.T) {
	t.Parallel()
	text := htmlOf(t, nowhere())
	for _, word := range []string{"http://", "https://", "src=", "<link", "<script", "url(", "@import"} {
		plain := strings.ReplaceAll(text, "github.com", "")
		if strings.Contains(plain, word) {
			t.Errorf("the page has %q", word)
		}
	}
	var open []string
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict, d.Entity = false, xml.HTMLEntity
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := token.(type) {
		case xml.StartElement:
			switch tok.Name.Local {
			case "meta", "br", "line", "path":
			default:
				open = append(open, tok.Name.Local)
			}
		case xml.EndElement:
			switch {
			case tok.Name.Local == "line" || tok.Name.Local == "path" || tok.Name.Local == "meta" || tok.Name.Local == "br":
			case len(open) == 0 || open[len(open)-1] != tok.Name.Local:
				t.Fatalf("</%s> closes %v", tok.Name.Local, open)
			default:
				open = open[:len(open)-1]
			}
		}
	}
	if len(open) > 0 {
		t.Errorf("never closed: %v", open)
	}
}

func TestHTMLOfAFailingWriter(t *testing.T) {
	t.Parallel()
	want := errors.New("full")
	if err := nowhere().WriteHTML(failing{want}); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// The axis is true to scale: exchanges at 0, 1.5 and 62 seconds stand where they
// should, and what happens at one moment stands at one place.
func TestDiagramIsToScale(t *testing.T) {
	t.Parallel()
	text := string(diagram(Result{Exchanges: someExchanges()}))
	contains(t, text,
		`aria-label="3 exchanges in 1m2s"`,
		`<line x1="86" y1="62.0" x2="94" y2="62.0"/>`,
		`<line x1="86" y1="64.1" x2="94" y2="64.1"/>`,
		`<line x1="86" y1="150.0" x2="94" y2="150.0"/>`,
		"+1m2s</text>", "200 OK  (slow-headers delay=1s)",
	)
	if diagram(Result{}) != "" {
		t.Error("a drawing of nothing")
	}
	many := someExchanges()[:1]
	for len(many) < 40 {
		x := many[0]
		x.Seq, x.At = len(many)+1, x.At.Add(time.Duration(len(many))*time.Second)
		many = append(many, x)
	}
	text = string(diagram(Result{Exchanges: many}))
	contains(t, text, "… 24 more", "#8 GET", "#33 GET", `aria-label="40 exchanges in 39s"`)
	if strings.Contains(text, "#9 GET") {
		t.Error("an exchange from the middle is drawn")
	}
}

func TestDurationsAreShort(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 1234 * time.Microsecond: "1ms", 1500 * time.Millisecond: "1.5s", time.Minute: "1m", 10 * time.Minute: "10m",
		62 * time.Second: "1m2s", 75 * time.Hour: "75h", 75*time.Hour + time.Second: "75h0m1s", time.Hour + 10*time.Minute: "1h10m",
	} {
		if got := fmtDuration(d); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}
