package scenarios_test

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

// wireStories have each fault of the wire once, in the head or on a step. The
// client creates Ann after a first, good call.
var wireStories = []struct {
	head, answer string
	status       int
	body         string // a part of it
	err          string
	saved        bool
	sections     string
}{
	{"", "fault maintenance status=503", 503, "<h1>Down for maintenance</h1>", "", false, ""},
	{"", "fault method-or-route-gone status=410 body=empty", 410, "", "", false, ""},
	{"", "live !! early-hints", 200, "ann@", "", true, ""},
	{"", "live !! stall bytes=10 for=30s", 200, `{"id":1,"e`, "timeout", true, ""},
	{"", "live !! stale-keepalive", 0, "", "EOF", false, ""},
	{"", "live !! close-after say=no", 200, "ann@", "", true, ""},
	{"with http2", "live !! goaway", 200, "ann@", "", true, ""},
	{"with http2", "live !! stream-error apply=after", 0, "", "INTERNAL_ERROR", true, ""},
	{"", "live !! half-answer", 0, "", "connection reset by peer", false, ""},
	{"", "live !! wrong-body section=portal apply=after", 200, "<p>Sign in, ann@example.com</p>", "", true, "-- portal.txt --\n<p>Sign in, {{who}}</p>\n"},
	{"", "fault wrong-body @envelope status=202", 202, `{"error":"busy"}`, "", false, "-- envelope.json --\nX-Proxy: 1\n\n{\"error\": \"busy\"}\n"},
	{"", "live !! empty-body", 200, "", "", true, ""},
	{"with tls", "live !! gzip kind=cut", 200, "ann@", "unexpected EOF", true, ""},
	{"", "live !! chunked size=odd trailers=X-Sum", 200, "ann@", "", true, ""},
	{"", "live !! bad-chunk", 200, `{"id":1,`, "invalid byte in chunk length", true, ""},
	{"", "live !! wrong-length by=7", 200, "ann@", "unexpected EOF", true, ""},
	{"", "live !! huge depth=3", 200, "[[[{", "", true, ""},
	{"", "live !! header-oddity kind=lower-case", 200, "ann@", "", true, ""},
	{"", "fault raw @odd", 0, "", `malformed HTTP status code "2"`, false, "-- odd.txt --\nHTTP/1.1 2\n"},
	{"", "live !! raw @teapot apply=after", 418, "short and stout", "", true, "-- teapot.txt --\nHTTP/1.1 418 I'm a teapot\nContent-Length: 15\n\nshort and stout\n"},
	{"", "live !! raw section=bytes", 0, "", "malformed HTTP response", false, "-- bytes.b64 --\n//4=\n"},
	{"", `fault raw text='HTTP/1.1 299 x\r\n\r\nhi'`, 299, "hi", "", false, ""},
	{"fault slow-headers delay=1s", "fault raw @odd", 0, "", "malformed HTTP", false, "-- odd.txt --\nHTTP/1.1 2\n"},
	{"", "201 @fixed !! chunked", 201, "fixed", "", false, "-- fixed.txt --\nfixed\n"},
	{"fault refused after=5s for=30s", "live", 0, "", "connection refused", false, ""},
	{"fault slow-accept delay=20s call=2", "live", 0, "", "timeout", false, ""},
	{"fault reset-during-upload bytes=5", "live", 0, "", "connection reset by peer", false, ""},
	{"fault wrong-body section=portal call=2", "live", 200, "<p>", "", false, "-- portal.txt --\n<p>Sign in</p>\n"},
}

func TestWireStories(t *testing.T) {
	t.Parallel()
	for _, s := range wireStories {
		t.Run(strings.TrimSpace(s.head+" "+s.answer), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				early := strings.Contains(s.head, "refused") || strings.Contains(s.head, "accept") || strings.Contains(s.head, "upload")
				text := s.head + "\n-> GET ~/customers.json\n<- live\n-> POST ~/customers.json @ann"
				if early { // the request never comes
					text += " optional"
				}
				text += "\n<- " + s.answer + "\n-- ann.json --\n" + `{"customer": {"email": "{{who:email}}", "first_name": "Ann"}}` + "\n" + s.sections
				run := story(t, text).Start(t)
				c := newShopper(run)
				c.http = run.Client()
				c.http.Timeout = 10 * time.Second
				status, _, err := c.do(http.MethodGet, "/customers.json", "")
				require.NoError(t, err)
				require.Equal(t, 200, status)
				time.Sleep(6 * time.Second)
				status, body, err := c.do(http.MethodPost, "/customers.json", `{"customer": {"email": "ann@example.com", "first_name": "Ann"}}`)
				assert.Equal(t, s.status, status)
				assert.Contains(t, body, s.body)
				switch late := net.Error(nil); s.err {
				case "":
					require.NoError(t, err)
				case "timeout": // net/http has several texts for it
					require.ErrorAs(t, err, &late)
					require.True(t, late.Timeout())
				default:
					require.ErrorContains(t, err, s.err)
				}
				assert.Equal(t, s.saved, strings.Contains(string(run.Fake().Snapshot()), "ann@"))
				time.Sleep(time.Minute) // a call that came late is decided
			})
		})
	}
}

// What a file cannot ask for is told when it is read.
func TestWireStoriesThatCannotBe(t *testing.T) {
	t.Parallel()
	const get, odd = "-> GET ~/customers.json\n<- ", "\n-- odd.txt --\nHTTP/1.1 2\n"
	for text, want := range map[string]string{
		get + "live !! raw @od" + odd:                                         "s.txtar:3: there is no section @od (did you mean \"odd\"?)\nscenarios: s.txtar:4: section odd.txt is not used",
		get + "live !! raw @odd @odd" + odd:                                   "s.txtar:3: fault raw: section is set twice\nscenarios: s.txtar:4: section odd.txt is not used",
		"fault raw @odd\n" + get + "live !! bad-chunk" + odd:                  "s.txtar:4: faults raw and bad-chunk both change what happens at the point \"wire\" of one call; the other is line 2",
		"fault maintenance\nfault wrong-body @odd\n" + odd[1:]:                "s.txtar:3: faults maintenance and wrong-body both change what happens at the point \"before apply\" of one call; the other is line 2",
		get + "live !! reset @odd" + odd:                                      "s.txtar:3: fault reset: unknown parameter \"section\"\nscenarios: s.txtar:4: section odd.txt is not used",
		get + "live !! raw @odd text=x" + odd:                                 "s.txtar:3: fault raw: section= and text= are two texts; want one",
		get + "live !! wrong-body" + "\n":                                     "s.txtar:3: fault wrong-body: it needs section= or text=",
		get + "200 @odd !! raw text=x" + odd:                                  "s.txtar:3: fault raw is an answer of its own; it cannot stand on a fixed answer",
		get + "live !! refused\n":                                             "s.txtar:3: fault refused hits before a request has been read, so no step can have it; write it in the head: fault refused",
		get + "live !! slow-accept delay=1s\n":                                "s.txtar:3: fault slow-accept hits before a request has been read, so no step can have it; write it in the head: fault slow-accept delay=1s",
		get + "fault reset-during-upload\n":                                   "s.txtar:3: fault reset-during-upload hits before a request has been read, so no step can have it; write it in the head: fault reset-during-upload",
		"with http2\n" + get + "live !! bad-chunk\n":                          "s.txtar:4: fault bad-chunk: HTTP/2 has no chunks",
		get + "live !! token-swapped\n":                                       "s.txtar:3: fault token-swapped: account='': there is one account only; AddAccount makes another\nscenarios: s.txtar:3: fault token-swapped is about the caller, who is not known when a step is chosen; write it in the head, with on=: fault token-swapped",
		"with tls now\n":                                                      "s.txtar:2: with tls: it takes no argument",
		get + "live !! wrong-body @page\n-- page.txt --\n<p>{{x:/a+/}}</p>\n": "s.txtar:3: {{x:/a+/}}: no value of a regular expression can be made up; bind it in a request before",
	} {
		_, err := scenarios.Load(fstest.MapFS{"s.txtar": {Data: []byte("scenario 1 cartfunnel\n" + text)}}, "s.txtar")
		assert.EqualError(t, err, "scenarios: "+want)
	}
}
