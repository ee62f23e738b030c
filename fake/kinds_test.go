package fake

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// faultWorks is each fault on one call over one network: what the client gets,
// and what it did to the state. The shelf holds Emma.
var faultWorks = map[string]struct {
	line       string
	method     string
	status     int
	body       string
	books      int // on the shelf afterwards
	err, http2 string
}{
	"wrong-credentials":    {"wrong-credentials", "POST", 401, `"unauthenticated"`, 1, "", ""},
	"out-of-scope":         {"out-of-scope", "POST", 403, `"out-of-scope"`, 1, "", ""},
	"revoked":              {"revoked", "GET", 401, `"unauthenticated"`, 1, "", ""},
	"rate-limited":         {"rate-limited", "POST", 429, `"limited"`, 1, "", ""},
	"not-saved":            {"not-saved errors=no", "POST", 422, `"not-saved: no"`, 1, "", ""},
	"saved-but-says-error": {"saved-but-says-error", "POST", 500, `"broken"`, 2, "", ""},
	"server-error":         {"server-error apply=after", "POST", 500, `"broken"`, 2, "", ""},
	"burst":                {"burst calls=1", "POST", 500, `"broken"`, 1, "", ""},
	"redirect":             {"redirect to=/v1/books.json first=1", "POST", 200, `[{"id":1,"title":"Emma"}]`, 1, "", ""},
	"slow-headers":         {"slow-headers delay=2s", "POST", 200, `{"id":2,"title":"Sanditon"}`, 2, "", ""},
	"hang":                 {"hang max=2s apply=after", "POST", 0, "", 2, "connection reset by peer", "INTERNAL_ERROR"},
	"slow-body":            {"slow-body over=2s", "POST", 200, `{"id":2,"title":"Sanditon"}`, 2, "", ""},
	"reset":                {"reset", "POST", 0, "", 1, "connection reset by peer", "INTERNAL_ERROR"},
	"lost-response":        {"lost-response", "POST", 0, "", 2, "connection reset by peer", "INTERNAL_ERROR"},
	"truncated":            {"truncated at=6", "POST", 200, `{"id":`, 2, "unexpected EOF", "INTERNAL_ERROR"},
	"malformed-json":       {"malformed-json kind=comma", "POST", 200, `{"id":2,"title":"Sanditon",}`, 2, "", ""},
	"wrong-content-type":   {"wrong-content-type type=text/json", "POST", 200, `{"id":2,"title":"Sanditon"}`, 2, "", ""},
	"auth-redirect":        {"auth-redirect to=/login first=1", "POST", 200, string(loginPage().Body), 1, "", ""},
	"throttled-in-200":     {"throttled-in-200 code=wait", "POST", 200, `"limited: wait"`, 1, "", ""},
	"limit-headers":        {"limit-headers limit=5 per=1m", "POST", 200, `{"id":2,"title":"Sanditon"}`, 2, "", ""},
	"taken":                {"taken", "POST", 409, `"conflict: title"`, 2, "", ""},
	"conflict":             {`conflict change={"title":"Lesley"}`, "POST", 200, `{"id":3,"title":"Sanditon"}`, 3, "", ""},
	"accepted-later":       {"accepted-later delay=1s", "POST", 202, "later", 2, "", ""},
	"shape-drift":          {"shape-drift id=string extra=isbn", "POST", 200, `{"id":"2","title":"Sanditon","isbn":"new"}`, 2, "", ""},
	"short-page":           {"short-page size=0 at-page=1", "GET", 200, `[]`, 1, "", ""},
	"unstable-order":       {"unstable-order", "GET ?page=2", 200, `[]`, 1, "", ""},
	"vanished":             {"vanished id=1 status=403", "GET /1", 403, `"out-of-scope"`, 1, "", ""},
	"clock-skew":           {"clock-skew by=1h", "POST", 200, `{"id":2,"title":"Sanditon"}`, 2, "", ""},
	"dst":                  {"dst at=2025-01-01T00:00:00Z", "GET /2", 200, `{"id":2,"title":"2025-03-01T08:00:00-04:00"}`, 2, "", ""},
	"page-drift":           {"page-drift insert=1 at-page=1", "GET", 200, `[{"id":1,"title":"Emma"},{"id":2,"title":"drifted"}]`, 2, "", ""},
}

func TestEachFaultOverEachNetwork(t *testing.T) {
	t.Parallel()
	for _, table := range []map[string]*kind{callKinds, limitKinds, saveKinds, pageKinds, timeKinds} {
		for name, k := range table {
			if !k.standing {
				require.Contains(t, faultWorks, name)
			}
		}
	}
	for name, c := range faultWorks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faultOver(t, func(t *testing.T, n faultNet) {
				p := n.start(t, Frozen())
				p.Books.Add(book{Title: "Emma"})
				armed := p.Inject(faultLine(c.line))
				method, path := c.method, "/books.json"
				switch c.method {
				case "GET ?page=2":
					method, path = "GET", "/books.json?page=2"
				case "GET /1":
					method, path = "GET", "/books/1.json"
				case "GET /2":
					p.Books.Add(book{Title: "2025-03-01T07:00:00-05:00"})
					method, path = "GET", "/books/2.json"
				}
				done := p.later(method, path, `{"title":"Sanditon"}`)
				p.held(t, 1)
				p.Advance(2 * time.Second)
				a := <-done
				require.Equal(t, c.status, a.status)
				require.Equal(t, c.body, a.body)
				switch {
				case c.err == "":
					require.NoError(t, a.err)
				case n.http2:
					require.ErrorContains(t, a.err, c.http2)
				default:
					require.ErrorContains(t, a.err, c.err)
				}
				require.Equal(t, c.books, p.Books.Len())
				require.Equal(t, 1, armed.Fired())
				x := p.Calls()[0]
				require.Equal(t, c.line, x.Fault)
				require.Equal(t, c.books > 1 && c.method == "POST" && name != "taken", x.Committed, "what others change is not committed by the call")
				require.Equal(t, c.status == 0, x.Status == 0)
			})
		})
	}
}

// The parameters that change the words of an answer.
func TestFaultsThatAnswer(t *testing.T) {
	t.Parallel()
	const page503 = "<html><head><title>503 Service Unavailable</title></head><body><h1>503 Service Unavailable</h1></body></html>\n"
	for line, want := range map[string]string{
		"wrong-credentials":                             `401 application/json "" "unauthenticated"`,
		"wrong-credentials status=403":                  `403 application/json "" "unauthenticated"`,
		"wrong-credentials body=vendor":                 `401 application/json "" "unauthenticated"`,
		"wrong-credentials body=empty status=418":       `418  "" `,
		"wrong-credentials body=html":                   "401 text/html; charset=utf-8 \"\" <html><head><title>401 Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>\n",
		"out-of-scope":                                  `403 application/json "" "out-of-scope"`,
		"revoked":                                       `401 application/json "" "unauthenticated"`,
		"revoked status=403":                            `403 application/json "" "unauthenticated"`,
		"rate-limited":                                  `429 application/json "" "limited"`,
		"rate-limited retry-after=2s":                   `429 application/json "2" "limited"`,
		"rate-limited retry-after=1m30s":                `429 application/json "90" "limited"`,
		"rate-limited retry-after=1001ms":               `429 application/json "2" "limited"`,
		"rate-limited retry-after=0s":                   `429 application/json "0" "limited"`,
		"rate-limited form=seconds":                     `429 application/json "1" "limited"`,
		"rate-limited retry-after=2s form=date":         `429 application/json "Sat, 01 Mar 2025 12:00:02 GMT" "limited"`,
		"rate-limited retry-after=1001ms form=date":     `429 application/json "Sat, 01 Mar 2025 12:00:02 GMT" "limited"`,
		"rate-limited retry-after=2s form=fraction":     `429 application/json "2.0" "limited"`,
		"rate-limited retry-after=1500ms form=fraction": `429 application/json "1.5" "limited"`,
		"rate-limited retry-after=2s form=zero":         `429 application/json "0" "limited"`,
		"rate-limited retry-after=2s form=garbage":      `429 application/json "soon" "limited"`,
		"rate-limited retry-after=2s form=negative":     `429 application/json "-2" "limited"`,
		"rate-limited retry-after=2s body=empty":        `429  "2" `,
		"rate-limited body=html":                        "429 text/html; charset=utf-8 \"\" <html><head><title>429 Too Many Requests</title></head><body><h1>429 Too Many Requests</h1></body></html>\n",
		"not-saved":                                     `422 application/json "" "not-saved: "`,
		"not-saved errors=a errors=b":                   `422 application/json "" "not-saved: a; b"`,
		"saved-but-says-error":                          `500 application/json "" "broken"`,
		"saved-but-says-error status=503":               `503 application/json "" "broken"`,
		"saved-but-says-error status=422":               `422 application/json "" "not-saved"`,
		"saved-but-says-error status=200":               `200 application/json "" "not-saved"`,
		"server-error":                                  `500 application/json "" "broken"`,
		"server-error status=502":                       `502 application/json "" "broken"`,
		"server-error status=503 body=html":             `503 text/html; charset=utf-8 "" ` + page503,
		"server-error status=504 body=empty":            `504  "" `,
		"server-error retry-after=30s":                  `500 application/json "30" "broken"`,
		"server-error apply=after body=empty":           `500  "" `,
		"burst calls=1":                                 `500 application/json "" "broken"`,
		"burst calls=1 mix=503 body=html":               `503 text/html; charset=utf-8 "" ` + page503,
		"burst for=1s body=empty":                       `500  "" `,
		"wrong-content-type type=text/json":             `200 text/json "" {"id":1,"title":"Emma"}`,
		"wrong-content-type type=none":                  `200  "" {"id":1,"title":"Emma"}`,
		"wrong-content-type type=":                      `200  "" {"id":1,"title":"Emma"}`,
		"wrong-content-type type=text/html;charset=x":   `200 text/html;charset=x "" {"id":1,"title":"Emma"}`,
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			p := faultNets[0].start(t, At(faultNoon), Frozen())
			f := faultLine(line)
			p.Inject(f)
			a := p.send("POST", "/books.json", `{"title":"Emma"}`)
			require.NoError(t, a.err)
			got := fmt.Sprintf("%d %s %q %s", a.status, a.header.Get("Content-Type"), a.header.Get("Retry-After"), a.body)
			require.Equal(t, want, got)
			require.Equal(t, int64(len(a.body)), a.length)
			require.Equal(t, strings.Contains(line, "type=none") || f.Get("body") == "empty", a.header["Content-Type"] == nil)

			x := p.last(t)
			applied := kinds[f.Name()].at(f) == AfterApply || kinds[f.Name()].at(f) == Body
			require.Equal(t, applied, x.Committed)
			require.Equal(t, applied, p.Books.Len() == 1)
			require.Equal(t, a.status, x.Status)
			require.Equal(t, a.body, string(x.ReplyBody))
		})
	}
}

// The bytes on the wire, of one answer in each form.
func TestFaultBytes(t *testing.T) {
	t.Parallel()
	const date = "Date: Sat, 01 Mar 2025 12:00:00 GMT\r\n"
	for line, want := range map[string]string{
		"rate-limited retry-after=2s":       "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 9\r\nContent-Type: application/json\r\n" + date + "Retry-After: 2\r\nConnection: close\r\n\r\n\"limited\"",
		"server-error status=503":           "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 8\r\nContent-Type: application/json\r\n" + date + "Connection: close\r\n\r\n\"broken\"",
		"server-error body=empty":           "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n" + date + "Connection: close\r\n\r\n",
		"redirect to=/elsewhere code=307":   "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\n" + date + "Location: /elsewhere\r\nConnection: close\r\n\r\n",
		"wrong-content-type type=none":      "HTTP/1.1 200 OK\r\nContent-Length: 25\r\n" + date + "Connection: close\r\n\r\n[{\"id\":1,\"title\":\"Emma\"}]",
		"malformed-json kind=cut at=5":      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: application/json\r\n" + date + "Connection: close\r\n\r\n[{\"id",
		"truncated at=5":                    "HTTP/1.1 200 OK\r\nContent-Length: 25\r\nContent-Type: application/json\r\n" + date + "Connection: close\r\n\r\n[{\"id",
		"truncated at=5 how=rst":            "HTTP/1.1 200 OK\r\nContent-Length: 25\r\nContent-Type: application/json\r\n" + date + "Connection: close\r\n\r\n[{\"id",
		"truncated at=5 how=silent":         "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n" + date + "\r\n[{\"id",
		"truncated at=5 how=chunked":        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + date + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[{\"id\r\n",
		"reset":                             "",
		"lost-response kind=fin":            "",
		"page-drift insert=1 at-page=1":     "HTTP/1.1 200 OK\r\nContent-Length: 52\r\nContent-Type: application/json\r\n" + date + "Connection: close\r\n\r\n[{\"id\":1,\"title\":\"Emma\"},{\"id\":2,\"title\":\"drifted\"}]",
		"wrong-credentials body=html":       "HTTP/1.1 401 Unauthorized\r\nContent-Length: 96\r\nContent-Type: text/html; charset=utf-8\r\n" + date + "Connection: close\r\n\r\n<html><head><title>401 Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>\n",
		"malformed-json kind=utf8 at=20":    "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nContent-Type: application/json\r\n" + date + "Connection: close\r\n\r\n[{\"id\":1,\"title\":\"Em\xffma\"}]",
		"malformed-json kind=duplicate-key": "HTTP/1.1 200 OK\r\nContent-Length: 35\r\nContent-Type: application/json\r\n" + date + "Connection: close\r\n\r\n[{\"id\":null,\"id\":1,\"title\":\"Emma\"}]",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t, At(faultNoon), Frozen())
			s.Books.Add(book{Title: "Emma"})
			s.Inject(faultLine(line))
			got, err := faultRaw(t, s, faultList)
			require.Equal(t, want, got)
			if line == "reset" || strings.Contains(line, "rst") {
				require.ErrorContains(t, err, "connection reset by peer")
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestOutOfScopeChooses(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"out-of-scope":                       "403 403 403",
		"out-of-scope op=GetBook":            "200 403 200",
		"out-of-scope scope=write":           "200 200 403",
		"out-of-scope op=AddBook scope=read": "200 200 200",
		"out-of-scope scope=read call=2":     "200 403 200",
	} {
		p := faultNets[0].start(t)
		p.Books.Add(book{Title: "Emma"})
		p.Inject(faultLine(line).Optional())
		got := fmt.Sprint(p.status("GET", "/books.json", ""), p.status("GET", "/books/1.json", ""), p.status("POST", "/books.json", "{}"))
		require.Equal(t, want, got, line)
	}
}

func TestRevokedInMidRun(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t, Frozen())
	p.Inject(faultLine("revoked after=2"))
	require.Equal(t, 200, p.status("GET", "/books.json", ""))
	require.Equal(t, 200, p.status("POST", "/books.json", "{}"))
	require.Equal(t, 401, p.status("GET", "/books.json", ""))
	require.Equal(t, 401, p.status("POST", "/books.json", "{}"))

	p = faultNets[0].start(t, Frozen())
	p.Inject(faultLine("revoked after=10m status=403"))
	p.Advance(10*time.Minute - 1)
	require.Equal(t, 200, p.status("GET", "/books.json", ""))
	p.Advance(1)
	require.Equal(t, 403, p.status("GET", "/books.json", ""))
}

func TestRateLimitedIsARate(t *testing.T) {
	t.Parallel()
	type step struct {
		at   time.Duration
		path string
		want int
	}
	for line, steps := range map[string][]step{
		"rate-limited per=1s": {
			{0, "/books.json", 200},
			{999 * time.Millisecond, "/books.json", 429},
			{time.Second, "/books/1.json", 200},
			{time.Second, "/books.json", 429},
			{2 * time.Second, "/books.json", 200},
		},
		"rate-limited per=1m burst=2 retry-after=0s": {
			{0, "/books.json", 200},
			{30 * time.Second, "/books.json", 200},
			{40 * time.Second, "/books.json", 429},
			{60 * time.Second, "/books.json", 200},
			{61 * time.Second, "/books.json", 429},
			{90 * time.Second, "/books.json", 200},
		},
		"rate-limited per=1m times=1": {
			{0, "/books.json", 200},
			{0, "/books.json", 429},
			{0, "/books.json", 200},
		},
		"rate-limited per=1m on=GetBook": {
			{0, "/books.json", 200},
			{0, "/books/1.json", 200},
			{0, "/books.json", 200},
			{0, "/books/1.json", 429},
		},
		"rate-limited per=1m when=query:page_==_2": {
			{0, "/books.json", 200},
			{0, "/books.json?page=2", 200},
			{0, "/books.json?page=1", 200},
			{0, "/books.json?page=2", 429},
		},
		"rate-limited times=2": {
			{0, "/books.json", 429},
			{0, "/books.json", 429},
			{0, "/books.json", 200},
		},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			p := faultNets[0].start(t, Frozen())
			p.Books.Add(book{Title: "Emma"})
			f := faultLine(line)
			if when := f.Get("when"); when != "" {
				f = f.Set("when", strings.ReplaceAll(when, "_", " "))
			}
			p.Inject(f)
			start := p.Now()
			for i, step := range steps {
				p.Advance(step.at - p.Now().Sub(start))
				require.Equal(t, step.want, p.status("GET", step.path, ""), "call %d", i+1)
			}
		})
	}
}

// A save that is not one hits no other call.
func TestSavesAreWrites(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"not-saved", "saved-but-says-error"} {
		p := faultNets[0].start(t)
		p.Inject(NewFault(name).Call(2))
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
		require.Equal(t, 200, p.status("POST", "/books.json", "{}"))
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
		require.NotEqual(t, 200, p.status("POST", "/books.json", "{}"))
	}
}

// What the words of not-saved mean is the API's: its handlers see the fault.
func TestHandlersSeeTheFault(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	p.First().Refuse("Emma", "taken")
	p.Inject(faultLine("not-saved errors=no status=200 persisted=false echo=stored word=error"))
	p.Intercept(BeforeApply, func(c *Call) {
		f, has := c.Fault("not-saved")
		require.True(t, has)
		require.Equal(t, []string{"200", "false", "stored", "error"}, []string{f.Get("status"), f.Get("persisted"), f.Get("echo"), f.Get("word")})
		_, has = c.Fault("reset")
		require.False(t, has)
	})
	require.Equal(t, `"not-saved: taken; no"`, p.send("POST", "/books.json", `{"title":"Emma"}`).body)
}

func TestBurst(t *testing.T) {
	t.Parallel()
	faultBubble(t, func(t *testing.T, p *faultPeer) {
		armed := p.Inject(faultLine("burst calls=4 mix=500,502,503"))
		for _, want := range []int{500, 502, 503, 500, 200, 200} {
			require.Equal(t, want, p.status("GET", "/books.json", ""))
		}
		require.Equal(t, 4, armed.Fired())

		p.Inject(faultLine("burst for=10s after=1"))
		time.Sleep(time.Hour) // it begins with the first call that it hits
		for _, want := range []int{200, 500, 500, 500, 200, 200} {
			require.Equal(t, want, p.status("GET", "/books.json", ""))
			time.Sleep(4 * time.Second)
		}

		p.Inject(faultLine("burst for=10s calls=2 apply=after"))
		for i, want := range []int{500, 500, 200} {
			require.Equal(t, want, p.status("POST", "/books.json", fmt.Sprint(i)))
		}
		require.Equal(t, 3, p.Books.Len(), "applied, whatever was said")
	})
}

// A redirect to a POST: net/http goes on with GET and without a body after 301,
// 302 and 303, so that nothing is created; 307 and 308 keep the method.
func TestRedirect(t *testing.T) {
	t.Parallel()
	for code, method := range map[string]string{"": "GET", "301": "GET", "302": "GET", "303": "GET", "307": "POST", "308": "POST"} {
		p := faultNets[0].start(t)
		f := faultLine("redirect to=/v1/books.json?again call=1")
		status := http.StatusFound
		if code != "" {
			f = f.Set("code", code)
			_, err := fmt.Sscan(code, &status)
			require.NoError(t, err)
		}
		p.Inject(f)
		require.Equal(t, 200, p.status("POST", "/books.json", `{"title":"Emma"}`))
		calls := p.Calls()
		require.Len(t, calls, 2)
		require.Equal(t, status, calls[0].Status)
		require.Equal(t, "/v1/books.json?again", calls[0].ReplyHeader.Get("Location"))
		require.False(t, calls[0].Committed)
		require.Equal(t, method, calls[1].Method)
		require.Equal(t, method == "POST", calls[1].Committed)
		require.Equal(t, method == "POST", len(calls[1].Body) > 0)
	}
}

func TestRedirectToAForeignHost(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t, Allow("foreign-host"))
	p.Inject(faultLine("redirect to=https://login.example.net/"))
	require.ErrorContains(t, p.send("GET", "/books.json", "").err, "nothing leaves the process")
	require.Equal(t, "foreign-host: GET https://login.example.net/ (GEN-REDIR-01)", p.Findings()[0].String())
}

func TestPageDrift(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	var seen []Drift
	drift := p.api.Drift
	p.Server.api.Drift = func(c *Call, d Drift) { seen = append(seen, d); drift(c, d) }
	p.Inject(faultLine("page-drift insert=2 delete=1 touch=3"), faultLine("page-drift touch=1 at-page=1 call=2"))
	for _, path := range []string{"/books.json", "/books/1.json", "/books.json?page=1", "/books.json?page=2"} {
		p.send("GET", path, "")
	}
	require.Equal(t, []Drift{{Touch: 1}, {Insert: 2, Delete: 1, Touch: 3}}, seen)
	require.Equal(t, 2, p.Books.Len())
}

// A fault can come before there is a route, where the API's order of stages is
// another; what needs one then passes the call by.
func TestFaultsBeforeTheRouteIsKnown(t *testing.T) {
	t.Parallel()
	api := newShelf(t).API()
	api.Stages = []Stage{Faults, Match, Handle}
	s := New(nil, api, nil, Allow("no-route"))
	p := &faultPeer{shelf: &shelf{Server: s}, client: s.Client(), base: s.BaseURL()}
	defer s.Close()
	s.Inject(faultLine("not-saved"), faultLine("saved-but-says-error"), faultLine("out-of-scope scope=write"), faultLine("server-error call=2"))
	require.Equal(t, 404, p.status("POST", "/nowhere", ""))
	require.Equal(t, 500, p.status("POST", "/nowhere", ""))
}
