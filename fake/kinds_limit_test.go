package fake

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The bytes of an answer, as they leave.
func TestFaultsOfLimitsOnTheWire(t *testing.T) {
	t.Parallel()
	const date = "Date: Sat, 01 Mar 2025 12:00:00 GMT\r\nConnection: close\r\n\r\n"
	for line, want := range map[string]string{
		"auth-redirect":                        "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: https://login.example.net/\r\n" + date,
		"auth-redirect code=307 to=/login?a=b": "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\nLocation: /login?a=b\r\n" + date,
		"auth-redirect code=200": "HTTP/1.1 200 OK\r\nContent-Length: 94\r\nContent-Type: text/html; charset=utf-8\r\n" + date +
			"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n",
		"throttled-in-200":                              "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Type: application/json\r\n" + date + `"limited"`,
		"throttled-in-200 code=THROTTLED status=422":    "HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 20\r\nContent-Type: application/json\r\n" + date + `"limited: THROTTLED"`,
		"rate-limited retry-after=3s enforce":           "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 9\r\nContent-Type: application/json\r\nRetry-After: 3\r\n" + date + `"limited"`,
		"limit-headers limit=2 per=1m":                  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\nX-Ratelimit-Limit: 2\r\nX-Ratelimit-Remaining: 1\r\nX-Ratelimit-Reset: 60\r\n" + date + "[]",
		"limit-headers limit=2 per=1m reset=epoch":      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\nX-Ratelimit-Limit: 2\r\nX-Ratelimit-Remaining: 1\r\nX-Ratelimit-Reset: 1740830460\r\n" + date + "[]",
		"limit-headers limit=2 per=1m kind=lying":       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\nX-Ratelimit-Limit: 2\r\nX-Ratelimit-Remaining: 2\r\nX-Ratelimit-Reset: 0\r\n" + date + "[]",
		"limit-headers limit=9 per=1h names=A,b-c,D":    "HTTP/1.1 200 OK\r\nA: 9\r\nB-C: 8\r\nContent-Length: 2\r\nContent-Type: application/json\r\nD: 3600\r\n" + date + "[]",
		"limit-headers kind=missing names=Content-Type": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + date + "[]",
	} {
		s := newShelf(t, Frozen(), At(faultNoon))
		s.Inject(faultLine(line))
		got, err := faultRaw(t, s, faultList)
		require.NoError(t, err)
		assert.Equal(t, sortedHead(want), sortedHead(got), line)
		assert.Equal(t, line, s.Calls()[0].Fault)
	}
}

// sortedHead is an answer with its headers in order: net/http has two places for
// them.
func sortedHead(answer string) string {
	head, body, _ := strings.Cut(answer, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	slices.Sort(lines[1:])
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

func TestFaultsOfLimitsAreChecked(t *testing.T) {
	t.Parallel()
	var s spy
	shelf, tiny := newShelf(&s, withLimit(1)), newDepot(&s)
	t.Cleanup(s.cleanup)
	for line, want := range map[string]string{
		"auth-redirect code=200 to=/login":          "code=200 is the page itself; to= goes with a redirect",
		"auth-redirect to=login":                    "to=login: want a URL such as https://login.example.net/, or a path such as /login",
		"auth-redirect to=/v1/books/7.json":         "to=/v1/books/7.json is an endpoint of this API; want the path of a page, or redirect to=, which sends there",
		"rate-limited extend=1s":                    "extend= goes with enforce",
		"rate-limited enforce":                      "enforce needs retry-after=, the time that is to be waited",
		"rate-limited enforce=yes retry-after=1s":   "enforce=yes: it takes no value",
		"limit-headers limit=1":                     "limit= and per= go together",
		"limit-headers kind=missing":                "kind=missing needs names=, the headers that are left out",
		"limit-headers kind=missing names=A per=1s": "kind=missing takes headers away; reset=, limit= and per= say what is in them",
		"limit-headers names=A,B":                   "names=A,B: want three, for the limit, what remains, and the reset",
		"limit-headers names=A:":                    "names=A:: want names of headers: X-Checksum,X-Count",
		"throttled-in-200 status=500":               "status=500: want a whole number from 200 to 499",
	} {
		name, _, _ := strings.Cut(line, " ")
		assert.Equal(t, "shelf: fault "+name+": "+want, s.run(func() { shelf.Inject(faultLine(line)) }), line)
	}
	for line, want := range map[string]string{
		"quota-shared":  "this API documents no limit that callers could share; rate-limited with per= and burst= is one for all of them",
		"limit-headers": "this API documents no limit to tell of; limit= and per= name one",
	} {
		assert.Equal(t, "tiny: fault "+line+": "+want, s.run(func() { tiny.Inject(faultLine(line)) }), line)
	}
}

// A page to which a fault sends callers is there, and is no endpoint that nobody
// knows.
func TestFaultAuthRedirectToAPage(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		p := n.start(t)
		p.Inject(faultLine("auth-redirect code=303 to=/login").On("AddBook"))
		a := p.send("POST", "/books.json", `{"title":"Emma"}`)
		require.Equal(t, 200, a.status, "a client that follows takes the page for its answer")
		require.Equal(t, string(loginPage().Body), a.body)
		calls := p.Calls()
		require.Len(t, calls, 2)
		require.Equal(t, "GET", calls[1].Method)
		require.Zero(t, p.Books.Len())
		require.Empty(t, p.Findings())
	})
}

func TestFaultAuthRedirectToAForeignHost(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t, Allow("foreign-host"))
	p.Inject(faultLine("auth-redirect").Call(1))
	require.ErrorContains(t, p.send("GET", "/books.json", "").err, "login.example.net")
	require.Equal(t, "foreign-host: GET https://login.example.net/ (GEN-REDIR-01)", p.Findings()[0].String(), "a client that carries its key there")
	p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	require.Equal(t, 200, p.status("GET", "/books.json", ""))
}

// A call inside the waiting time is refused whatever the triggers say, and makes
// the time longer.
func TestFaultRateLimitedEnforced(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{ // a call each second: what it is told to wait
		"rate-limited retry-after=3s enforce call=2":           ". 3 3 3 3 3",
		"rate-limited retry-after=3s enforce extend=1s call=2": ". 3 3 3 3 3",
		"rate-limited retry-after=2s enforce extend=5s call=1": "2 6 10 14 18 22",
		"rate-limited retry-after=1s enforce call=1,4":         "1 . . 1 . .",
		"rate-limited retry-after=3s call=2":                   ". 3 . . . .",
	} {
		p := faultNets[0].start(t, Frozen(), Allow("too-soon"))
		armed := p.Inject(faultLine(line))
		var got []string
		for range 6 {
			a := p.send("GET", "/books.json", "")
			word := a.header.Get("Retry-After")
			if a.status == 200 {
				word = "."
			}
			got = append(got, word)
			p.Advance(time.Second)
		}
		assert.Equal(t, want, strings.Join(got, " "), line)
		assert.Equal(t, len(got)-strings.Count(want, "."), armed.Fired(), line)
		assert.Equal(t, !strings.Contains(line, "=1s enforce call"), len(p.Findings()) > 0, "%s: the impatient are found", line)
	}
}

// Who waits is let in; one caller's waiting time is not another's, and a fault that
// was taken back enforces nothing.
func TestFaultRateLimitedEnforcedForOne(t *testing.T) {
	t.Parallel()
	faultBubble(t, func(t *testing.T, p *faultPeer) {
		armed := p.Inject(faultLine("rate-limited retry-after=2s enforce call=1"))
		require.Equal(t, 429, p.status("GET", "/books.json", ""))
		require.Equal(t, 200, p.status("GET", "/books.json", "", "X-Key", "r"))
		time.Sleep(2 * time.Second)
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
		require.Empty(t, p.Findings())
		armed.Disarm()
		again := p.Inject(faultLine("rate-limited retry-after=1h enforce call=1"))
		require.Equal(t, 429, p.status("GET", "/books.json", ""))
		again.Disarm()
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
	}, Allow("too-soon"))
}

// A call that is refused for its impatience is one call for the triggers, not two.
func TestFaultRateLimitedEnforcedCountsOnce(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t, Frozen(), Allow("too-soon"))
	p.Inject(faultLine("rate-limited retry-after=2s enforce call=1,4"))
	for i, wait := range []time.Duration{0, time.Second, 3 * time.Second, time.Second} {
		p.Advance(wait)
		require.Equal(t, []int{429, 429, 200, 429}[i], p.status("GET", "/books.json", ""), "call %d", i+1)
	}
}

// Two callers that each keep to the limit run into the one that they share.
func TestFaultQuotaShared(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		for line, want := range map[string][]int{
			"quota-shared":              {200, 429, 200, 429},
			"quota-shared keys=k,r":     {200, 429, 200, 429},
			"quota-shared call=2":       {200, 200, 200, 429},
			"quota-shared on=ListBooks": {200, 429, 200, 429},
		} {
			p := n.start(t, Frozen(), withLimit(1))
			armed := p.Inject(faultLine(line))
			var got []int
			for range 2 {
				got = append(got, p.status("GET", "/books.json", ""), p.status("GET", "/books.json", "", "X-Key", "r"))
				p.Advance(time.Second)
			}
			require.Equal(t, want, got, line)
			require.Equal(t, count(got, 429), armed.Fired(), line)
			require.Equal(t, line, p.Calls()[3].Fault)
			require.Empty(t, p.Calls()[0].Fault, "a call that passes is not hit")
		}
	})
}

func count(list []int, n int) (times int) {
	for _, v := range list {
		if v == n {
			times++
		}
	}
	return times
}

// A limit that nobody shares is refused by itself, and the fault has not hit.
func TestFaultQuotaNotShared(t *testing.T) {
	t.Parallel()
	var s spy
	shelf := newShelf(&s, Frozen(), withLimit(1))
	shelf.Inject(faultLine("quota-shared keys=r,x"))
	shelf.must(t, "GET", "/books.json", "")
	status, _, err := shelf.ask("GET", "/books.json", "")
	require.NoError(t, err)
	require.Equal(t, 429, status, "its own limit")
	s.cleanup()
	require.Equal(t, []string{"shelf: unspent-fault: fault never fired: quota-shared keys=r,x (0 calls were made that could be chosen by it)"}, s.errors)
	other := newShelf(t, withLimit(1))
	other.Intercept(Matched, func(c *Call) {
		require.EqualError(t, c.Inject(faultLine("quota-shared")), "fault quota-shared is about what several calls have in common; Inject arms it for all")
	})
	other.must(t, "GET", "/books.json", "")
}

// What the headers tell is right, by the fault's count and by the documented
// limit's; a client that is lied to runs into the wall.
func TestFaultLimitHeaders(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t, Frozen(), withLimit(3))
	p.Inject(faultLine("limit-headers").Optional())
	told := func(a faultAnswer) string {
		return strings.Join([]string{a.header.Get("X-RateLimit-Limit"), a.header.Get("X-RateLimit-Remaining"), a.header.Get("X-RateLimit-Reset")}, " ")
	}
	for _, want := range []string{"3 2 1", "3 1 1", "3 0 1", "3 0 1"} {
		require.Equal(t, want, told(p.send("GET", "/books.json", "")))
	}
	require.Equal(t, 429, p.last(t).Status, "the fourth is refused, and told so")
	p = faultNets[0].start(t, Frozen())
	p.Inject(faultLine("limit-headers limit=2 per=1m kind=lying"), faultLine("rate-limited per=1m burst=2"))
	var statuses []int
	for range 3 {
		a := p.send("GET", "/books.json", "")
		require.Equal(t, "2 2 0", told(a))
		statuses = append(statuses, a.status)
	}
	require.Equal(t, []int{200, 200, 429}, statuses, "whoever steers by them does not see it come")
}

func TestFaultLimitHeadersThatAreNotThere(t *testing.T) {
	t.Parallel()
	var s spy
	shelf := newShelf(&s)
	shelf.Inject(faultLine("limit-headers kind=missing names=X-None"))
	shelf.must(t, "GET", "/books.json", "")
	s.cleanup()
	require.Len(t, s.errors, 1, "there was nothing to leave out")
}
