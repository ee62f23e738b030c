package redact_test

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cartdouble/cartdouble/internal/redact"
)

// planted has signs that each way of writing treats in its own manner.
const planted = `p1/+="é&<%41\x ~0`

// spelt lists the ways in which a secret may turn up.
func spelt(secret string) map[string]string {
	quoted, _ := json.Marshal(secret)
	inJSON := string(quoted[1 : len(quoted)-1])
	std := base64.StdEncoding.EncodeToString
	small := func(s string) string { // the letters of escapes, not those of the text
		var b strings.Builder
		for i := 0; i < len(s); i++ {
			if s[i] == '%' && i+2 < len(s) {
				b.WriteString(strings.ToLower(s[i : i+3]))
				i += 2
				continue
			}
			b.WriteByte(s[i])
		}
		return b.String()
	}
	every := func(form string) string {
		var b strings.Builder
		for _, c := range []byte(secret) {
			fmt.Fprintf(&b, form, c)
		}
		return b.String()
	}
	return map[string]string{
		"plain":                      secret,
		"query":                      url.QueryEscape(secret),
		"query, small":               small(url.QueryEscape(secret)),
		"path":                       url.PathEscape(secret),
		"path twice":                 url.PathEscape(url.PathEscape(secret)),
		"every byte by percent":      every("%%%02X"),
		"JSON":                       inJSON,
		"JSON, slashes":              strings.ReplaceAll(inJSON, "/", `\/`),
		"JSON, ASCII, capitals":      strings.ReplaceAll(inJSON, "é", `\u00E9`),
		"JSON in JSON":               strings.ReplaceAll(strings.ReplaceAll(inJSON, `\`, `\\`), `"`, `\"`),
		"JSON in a query":            url.QueryEscape(inJSON),
		"HTML":                       html.EscapeString(secret),
		"HTML in JSON":               strings.ReplaceAll(html.EscapeString(secret), `\`, `\\`),
		"HTML, hex":                  strings.ReplaceAll(html.EscapeString(secret), "é", "&#xE9;"),
		"base64":                     std([]byte(secret)),
		"base64 raw":                 base64.RawStdEncoding.EncodeToString([]byte(secret)),
		"base64 for URLs":            base64.URLEncoding.EncodeToString([]byte(secret)),
		"base64 raw for URLs":        base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"base64 of a pair":           std([]byte("ann:" + secret)),
		"base64 after 1":             std([]byte("a" + secret + "bc")),
		"base64 after 2":             std([]byte("ab" + secret + "c")),
		"base64 after 3":             std([]byte("abc" + secret)),
		"base64 of JSON":             std([]byte(`{"s":"` + inJSON + `"}`)),
		"base64 of a query":          std([]byte("s=" + url.QueryEscape(secret))),
		"base64 of base64":           std([]byte("Basic " + std([]byte("ann:"+secret)))),
		"base64 in a query":          url.QueryEscape(std([]byte(secret))),
		"base64 in JSON, slashes":    strings.ReplaceAll(std([]byte("x:"+secret)), "/", `\/`),
		"base64 in lines":            std([]byte(secret))[:5] + "\r\n" + std([]byte(secret))[5:],
		"hex":                        hex.EncodeToString([]byte(secret)),
		"hex, capitals":              strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"base64 of hex":              std([]byte(hex.EncodeToString([]byte(secret)))),
		"every byte by JSON":         strings.ReplaceAll(inJSON, "p1", `\u0070\u0031`),
		"every letter by HTML":       strings.ReplaceAll(html.EscapeString(secret), "p1", "&#112;&#x31;"),
		"capitals":                   ascii(secret, 'a', 'z', 'A'-'a'),
		"small letters":              ascii(secret, 'A', 'Z', 'a'-'A'),
		"hex, blanks":                fmt.Sprintf("% x", secret),
		"hex, colons":                strings.ReplaceAll(fmt.Sprintf("% X", secret), " ", ":"),
		"hex, as a text of C":        every(`\x%02x`),
		"octal, as a text of C":      every(`\%03o`),
		"bytes of Go":                fmt.Sprint([]byte(secret)),
		"bytes of JavaScript":        strings.ReplaceAll(fmt.Sprint([]byte(secret)), " ", ","),
		"base32":                     base32.StdEncoding.EncodeToString([]byte(secret)),
		"quoted-printable":           strings.NewReplacer("=", "=3D", "é", "=C3=A9").Replace(secret),
		"within a word":              "abc" + secret + "abc",
		"within a longer query word": "x%20" + url.QueryEscape(secret) + "%20x",
	}
}

// ascii moves the letters of a range.
func ascii(text string, from, to, by rune) string {
	return strings.Map(func(c rune) rune {
		if from <= c && c <= to {
			return c + by
		}
		return c
	}, text)
}

// ofPlanted are the spellings of the secret that the tests plant.
var ofPlanted = sync.OnceValue(func() map[string]string { return spelt(planted) })

// where lists messages with a text in every place that there is. The text is
// made to fit, as a client would have to.
func where(written string) map[string]redact.Message {
	quoted, _ := json.Marshal(written)
	line := strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(written)
	escapedOnce := strings.NewReplacer("%", "%25", "/", "%2F", "?", "%3F", "#", "%23", " ", "%20", "&", "%26", "+", "%2B").Replace(line)
	var body bytes.Buffer
	body.WriteString("--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n" + written + "\r\n--XX--\r\n")
	return map[string]redact.Message{
		"header":          get("/", "X-Note", line),
		"auth header":     get("/", "Authorization", "Bearer "+line),
		"bare key":        get("/", "Authorization", line),
		"cookie":          get("/", "Cookie", "a=b; c="+line),
		"set-cookie":      get("/", "Set-Cookie", "c="+line+"; Path=/"),
		"location":        get("/", "Location", "https://shop.example/a?b="+escapedOnce),
		"path":            get("/v1/a/" + escapedOnce + "/b"),
		"query":           get("/v1/a?b=1&c=" + escapedOnce + "&d=2"),
		"query name":      get("/v1/a?" + escapedOnce + "=1"),
		"JSON":            post(`{"a":[1,{"b":` + string(quoted) + `}],"c":1.50}`),
		"JSON key":        post(`{"a":{` + string(quoted) + `:true}}`),
		"JSON in JSON":    post(inString(`{"a":` + string(quoted) + `}`)),
		"form":            post("a=1&b="+url.QueryEscape(written), "Content-Type", "application/x-www-form-urlencoded"),
		"multipart":       post(body.String(), "Content-Type", "multipart/form-data; boundary=XX"),
		"text":            post("one\n" + written + "\ntwo"),
		"no text":         post("\xff\xfe\x00" + written + "\x80"),
		"base64 body":     post(base64.StdEncoding.EncodeToString([]byte(`{"s":"` + written + `"}`))),
		"page":            post(`<a href="/x?y=` + escapedOnce + `">` + written + `</a>`),
		"broken JSON":     post(`{"a":` + string(quoted) + `,`),
		"deliveries body": post(`{"event":"order.created","data":{"note":`+string(quoted)+`}}`, "X-Cartly-Hmac-Sha256", "sha256=00"),
	}
}

func inString(doc string) string {
	quoted, _ := json.Marshal(doc)
	return `{"doc":` + string(quoted) + `}`
}

// A planted secret is gone from wherever it stood, however it was written. No
// text that comes back holds any spelling of it.
func TestPlantedSecretsDoNotSurvive(t *testing.T) {
	t.Parallel()
	for _, how := range slices.Sorted(maps.Keys(ofPlanted())) {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			written := ofPlanted()[how]
			for place, m := range where(written) {
				r := rules(t, "other", map[string]string{"shop": planted})
				for name, do := range map[string]func(redact.Message) (redact.Message, error){"request": r.Request, "answer": r.Response} {
					out, err := do(m)
					if err != nil {
						noSecret(t, err.Error())
						t.Errorf("%s of %s: %v", place, name, err)
						continue
					}
					noSecret(t, text(out))
					if strings.Contains(text(out), written) && written != "" {
						t.Errorf("%s of %s: still there as it was written", place, name)
					}
					if !strings.Contains(text(out), "redacted") {
						t.Errorf("%s of %s: nothing was redacted: %q", place, name, text(out))
					}
					if err := r.Scan([]byte(text(out))); err != nil {
						t.Errorf("%s of %s: %v\n%s", place, name, err, text(out))
					}
				}
			}
		})
	}
}

// noSecret fails if a text has the secret in a spelling that people can read.
func noSecret(t testing.TB, text string) {
	t.Helper()
	for how, s := range ofPlanted() {
		if strings.Contains(text, s) {
			t.Errorf("%s: the secret stands in a text of %d bytes", how, len(text))
		}
	}
}

// The scanner finds what nothing has redacted, and says where, not what.
func TestScanFindsPlantedSecrets(t *testing.T) {
	t.Parallel()
	for how, written := range ofPlanted() {
		for place, m := range where(written) {
			r := rules(t, "other", map[string]string{"shop": planted})
			err := r.Scan([]byte("first line\n" + text(m)))
			var leaks redact.Leaks
			if !errors.As(err, &leaks) {
				t.Errorf("%s in %s: got error %v, want Leaks", how, place, err)
				continue
			}
			noSecret(t, err.Error())
			for _, l := range leaks {
				if l.Line < 2 {
					t.Errorf("%s in %s: a leak on line %d, before the text", how, place, l.Line)
				}
			}
		}
	}
}

func TestScanNamesRuleAndPlace(t *testing.T) {
	t.Parallel()
	r := rules(t, "bonify", map[string]string{"api": "hunter2hunter2", "hunter2hunter2": "other-secret"}, "known.2", "people.1")
	text := strings.Join([]string{
		"hunter2hunter2",
		"GET /a/other%2dsecret",
		base64.StdEncoding.EncodeToString([]byte("x:hunter2hunter2")),
		"Authorization: Bearer abcdef99",
		`{"next_page":"` + random + `","public_hash":"` + strings.Repeat("0f3c", 16) + `"}`,
		`{"text":"` + random + `"}`,
		"ann@real.example.de",
		"-- {{secret.api}} redacted, person1@example.com",
	}, "\n")
	want := `redact: line 1: known.1: the secret "api" stands there
redact: line 2: known.1: a given secret stands there
redact: line 3: known.2: the secret "api" stands there
redact: line 4: shapes.1: what stands there should have been redacted
redact: line 6: shapes.5: what stands there should have been redacted`
	err := r.Scan([]byte(text))
	if err == nil || err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
	many := r.Scan(bytes.Repeat([]byte("hunter2hunter2\n"), 30))
	if many == nil || !strings.HasSuffix(many.Error(), "\nredact: and 10 more") {
		t.Errorf("of thirty leaks: %v", many)
	}
}

// What was seen in a header is looked for everywhere, from then on.
func TestCredentialsSeenAreKnown(t *testing.T) {
	t.Parallel()
	r := rules(t, "cartly", nil)
	early := []byte("first line\nsession-99887766aa")
	if err := r.Scan(early); err != nil {
		t.Fatalf("before it was seen: %v", err)
	}
	request(t, r, get("/", "Authorization", "Bearer session-99887766aa"))
	err := r.Scan(early)
	if err == nil || err.Error() != "redact: line 2: known.4: a credential that was seen stands there" {
		t.Errorf("after it was seen: %v", err)
	}
	out := request(t, r, post(`{"text":"`+base64.StdEncoding.EncodeToString([]byte("a session-99887766aa z"))+`"}`))
	if string(out.Body) != `{"text":"redacted"}` {
		t.Errorf("got %s", out.Body)
	}
}

// The password of a pair is known too, and what an answer gives out.
func TestCredentialsOfPairsAndAnswers(t *testing.T) {
	t.Parallel()
	r := rules(t, "cscart", nil)
	pair := base64.StdEncoding.EncodeToString([]byte("ann@real.de:CartKey00001"))
	request(t, r, get("/", "Authorization", "Basic "+pair))
	request(t, r, post(`{"refresh_token":"rt-5566778899"}`))
	out := request(t, r, get("/x/CartKey00001/rt-5566778899"))
	if out.Target != "/x/redacted/redacted" {
		t.Errorf("got %s", out.Target)
	}
}

func TestCredentialThatNothingRedacts(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"Authorization", "X-Api-Key", "X-CARTFUNNEL-API-SECRET"} {
		off := []string{"names.1", "names.3", "known.4", "cartfunnel.1"}
		r := rules(t, "cartfunnel", nil, off...)
		_, err := r.Request(get("/", header, "plain-key-1"))
		want := "redact: request header " + http.CanonicalHeaderKey(header)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "plain-key-1") {
			t.Errorf("%s: got error %v", header, err)
		}
		if _, err := rules(t, "cartfunnel", map[string]string{"a": "plain-key-1"}, off...).Request(get("/", header, "plain-key-1")); err != nil {
			t.Errorf("%s: a given secret: %v", header, err)
		}
	}
	if _, err := rules(t, "cartly", nil, "names.1").Request(get("/", "Authorization", "Bearer")); err != nil {
		t.Errorf("a scheme alone is no credential: %v", err)
	}
}

func TestBodiesThatCannotBeLookedInto(t *testing.T) {
	t.Parallel()
	r := rules(t, "cartly", map[string]string{"api": "hunter2hunter2"})
	for want, m := range map[string]redact.Message{
		"redact: answer body: it is compressed":   post("\x1f\x8b", "Content-Encoding", "gzip"),
		"redact: answer body: it nests more than": post(strings.Repeat("[", 2000) + strings.Repeat("]", 2000)),
	} {
		_, err := r.Response(m)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got error %v, want %s", err, want)
		}
	}
	if _, err := r.Response(post("", "Content-Encoding", "gzip")); err != nil {
		t.Errorf("no body: %v", err)
	}
	for name, body := range map[string]string{
		"gzip": "\x1f\x8b\x08\x00\x00\xff", "zip": "PK\x03\x04\x14\x00\xff", "zstd": "\x28\xb5\x2f\xfd\x04", "xz": "\xfd7zXZ\x00\x00", "bzip2": "BZh91AY&SY\xff",
	} { // which say nothing about it
		if _, err := r.Response(post(body)); err == nil || !strings.Contains(err.Error(), "it is compressed, so that nothing can be found in it; ask for it as it is, or leave the call out") {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	if _, err := r.Response(post("BZh is a text, PK\x03\x04 too")); err != nil {
		t.Errorf("a text: %v", err)
	}
}

// A value that no field holds alone is not redacted, and not let through.
func TestSecretAcrossTheBoundsOfFields(t *testing.T) {
	t.Parallel()
	r := rules(t, "cartly", map[string]string{"api": `hunter2","hunter3`})
	for want, m := range map[string]redact.Message{
		`redact: answer body: known.1: the secret "api" is still there`:                       post(`["hunter2","hunter3"]`),
		`redact: answer method: known.1: the secret "api" is still there`:                     {Method: `hunter2","hunter3`},
		`redact: answer header whose name holds it: known.1: the secret "api" is still there`: {Header: http.Header{`Xhunter2","hunter3`: {"1"}}},
	} {
		if _, err := r.Response(m); err == nil || err.Error() != want {
			t.Errorf("got error %v, want %s", err, want)
		}
	}
}

// A given secret that several strings have the parts of is found, whatever is between
// them, and so is one that a list of numbers has the bytes of.
func TestSecretInPieces(t *testing.T) {
	t.Parallel()
	r := rules(t, "cartly", map[string]string{"api": "hunter2hunter3"})
	for body, want := range map[string]string{
		`{"a":"hunter2","b":"hunter3"}`:                                                    "known.1",
		` [{"a":"x hunt","n":1},{"a":{"b":"er2hunter"}},["3 x"]]`:                          "known.1",
		`{"type":"Buffer","data":[104,117,110,116,101,114,50,104,117,110,116,101,114,51]}`: "known.3",
	} {
		_, err := r.Response(post(body))
		if err == nil || !strings.HasPrefix(err.Error(), `redact: answer body: `+want+`: the secret "api" is still there`) || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s: got error %v", body, err)
		}
	}
	for _, body := range []string{`{"a":"hunter2","b":"and hunter3"}`, `{"hunter2":"hunter3"}`} {
		if _, err := r.Response(post(body)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
	if _, err := r.Response(redact.Message{Header: http.Header{"X-Total-Hunter2hunter3": {"1"}}}); err == nil {
		t.Error("the name of a header is taken")
	}
}

func TestSecretInUTF16(t *testing.T) {
	t.Parallel()
	r := rules(t, "cartly", map[string]string{"api": "hunter2"})
	out := request(t, r, post("\xff\xfeh\x00u\x00n\x00t\x00e\x00r\x002\x00!\x00"))
	if string(out.Body) != "\xff\xferedacted\x00!\x00" {
		t.Errorf("got %q", out.Body)
	}
}

// A secret of digits is found as a number too, alone and within a longer one.
func TestSecretThatIsANumber(t *testing.T) {
	t.Parallel()
	r := rules(t, "cartly", map[string]string{"pin": "90817263"})
	out := request(t, r, post(`{"a":90817263,"b":[1908172634,9081726],"c":"x90817263","90817263":1}`))
	if want := `{"a":0,"b":[0,9081726],"c":"xredacted","redacted":1}`; string(out.Body) != want {
		t.Errorf("got %s, want %s", out.Body, want)
	}
}

// Headers are known by their names in any spelling, and keep theirs.
func TestNamesOfHeadersInAnySpelling(t *testing.T) {
	t.Parallel()
	r := rules(t, "bonify", nil)
	out := request(t, r, redact.Message{Header: http.Header{
		"x-api-key": {"one-key-1", "", "true"}, "AUTHORIZATION": {"two-key-2"}, "Access-Control-Allow-Credentials": {"true"},
		"Idempotency-Key": {"k-1"}, "X-Request-Id": {random}, "Etag": {`W/"` + random + `"`}, "X-Other": {random},
	}})
	want := http.Header{
		"x-api-key": {"redacted", "", "true"}, "AUTHORIZATION": {"redacted"}, "Access-Control-Allow-Credentials": {"true"},
		"Idempotency-Key": {"k-1"}, "X-Request-Id": {random}, "Etag": {`W/"` + random + `"`}, "X-Other": {"redacted"},
	}
	if diff := cmp.Diff(want, out.Header); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := r.Response(redact.Message{Header: http.Header{"content-encoding": {"br"}}, Body: []byte("x")}); err == nil {
		t.Error("a compressed body is taken")
	}
}
