package fake

import (
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// wireKinds are the faults of this file's tests: all of the wire and its edges.
func wireKinds() map[string]*kind {
	all := maps.Clone(edgeKinds)
	for _, more := range []map[string]*kind{connKinds, dialKinds, bodyKinds} {
		maps.Copy(all, more)
	}
	return all
}

// wireWorks is each of them on one call over one network: what the client gets,
// and what it did to the state. The shelf holds Emma, and the connection is warm.
var wireWorks = map[string]struct {
	method, line string
	status       int
	body         string
	books        int    // on the shelf afterwards
	err          string // of HTTP/1
	http2        string // the error of HTTP/2; "refused": it cannot be armed there
}{
	"maintenance":          {"POST", "maintenance", 200, string(htmlPage("Down for maintenance")), 1, "", ""},
	"method-or-route-gone": {"POST", "method-or-route-gone status=410", 410, `"no-route"`, 1, "", ""},
	"early-hints":          {"POST", "early-hints", 200, `{"id":2,"title":"Sanditon"}`, 2, "", ""},
	"stall":                {"POST", "stall bytes=10 for=2s", 200, `{"id":2,"title":"Sanditon"}`, 2, "", ""},
	"stale-keepalive":      {"POST", "stale-keepalive", 0, "", 1, "EOF", "refused"},
	"close-after":          {"POST", "close-after say=no", 200, `{"id":2,"title":"Sanditon"}`, 2, "", "refused"},
	"goaway":               {"POST", "goaway", 200, `{"id":2,"title":"Sanditon"}`, 2, "refused", ""},
	"stream-error":         {"POST", "stream-error apply=after", 0, "", 2, "refused", "INTERNAL_ERROR; received from peer"},
	"half-answer":          {"POST", "half-answer apply=after", 0, "", 2, "connection reset by peer", "INTERNAL_ERROR"},
	"reset-during-upload":  {"POST", "reset-during-upload bytes=5", 0, "", 1, "connection reset by peer", "INTERNAL_ERROR"},
	"refused":              {"POST", "refused", 0, "", 1, "connection refused", "connection refused"},
	"slow-accept":          {"POST", "slow-accept delay=2s", 200, `{"id":2,"title":"Sanditon"}`, 2, "", ""},
	"wrong-body":           {"POST", `wrong-body text={"error":"no"}`, 200, `{"error":"no"}`, 1, "", ""},
	"empty-body":           {"POST", "empty-body status=204", 204, "", 2, "", ""},
	"gzip":                 {"POST", "gzip", 200, `{"id":2,"title":"Sanditon"}`, 2, "", ""},
	"chunked":              {"POST", "chunked size=3", 200, `{"id":2,"title":"Sanditon"}`, 2, "", ""},
	"bad-chunk":            {"POST", "bad-chunk", 200, `{"id":2,"titl`, 2, "invalid byte in chunk length", "refused"},
	"wrong-length":         {"POST", "wrong-length by=3", 200, `{"id":2,"title":"Sanditon"}`, 2, "unexpected EOF", "unexpected EOF"},
	"huge":                 {"POST", "huge depth=2", 200, `[[{"id":2,"title":"Sanditon"}]]`, 2, "", ""},
	"header-oddity":        {"POST", "header-oddity kind=many", 200, `{"id":2,"title":"Sanditon"}`, 2, "", ""},
	"raw":                  {"POST", `raw text=HTTP/1.1\x20418\r\nContent-Length:2\r\n\r\nhi`, 418, "hi", 1, "", "refused"},
}

func TestEachWireFaultOverEachNetwork(t *testing.T) {
	t.Parallel()
	for name := range wireKinds() {
		require.Contains(t, wireWorks, name)
	}
	for name, c := range wireWorks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faultOver(t, func(t *testing.T, n faultNet) {
				err := c.err
				if n.http2 {
					err = c.http2
				}
				if err == "refused" {
					require.NotEmpty(t, faultRefused(t, faultLine(c.line), n.opts...))
					return
				}
				p := n.start(t)
				p.Books.Add(book{Title: "Emma"})
				require.Equal(t, 200, p.status("GET", "/books.json", ""))
				if n.tcp && (name == "slow-accept" || name == "refused") {
					p.client.CloseIdleConnections() // else there is nothing to accept
				}
				armed := p.Inject(faultLine(c.line))
				a := wireMake(p, n, c.method, name == "stall" || name == "slow-accept")
				require.Equal(t, c.status, a.status, "%v", a.err)
				require.Equal(t, c.body, a.body)
				if err == "" {
					require.NoError(t, a.err)
				} else {
					require.ErrorContains(t, a.err, err)
				}
				require.Equal(t, c.books, p.Books.Len())
				require.Equal(t, 1, armed.Fired())
				if name == "refused" {
					require.Len(t, p.Calls(), 1)
					return
				}
				require.Len(t, p.Calls(), 2)
				x := p.last(t)
				require.Equal(t, "POST", x.Method)
				require.Equal(t, c.books > 1, x.Committed)
				require.Equal(t, c.status == 0 || name == "raw", x.Status == 0)
				if name == "slow-accept" {
					require.Empty(t, x.Fault, "it hit the connection")
				} else {
					require.Equal(t, c.line, x.Fault)
				}
			})
		})
	}
}

// wireMake makes a call; one that waits is given its time.
func wireMake(p *faultPeer, n faultNet, method string, waits bool) faultAnswer {
	done := p.later(method, "/books.json", `{"title":"Sanditon"}`)
	for waits && !n.bubble { // in a bubble, time goes by itself
		select {
		case a := <-done:
			return a
		default:
			p.Advance(time.Second)
		}
	}
	return <-done
}

// The bytes on the wire over HTTP/1.1, and how the connection ends.
func TestWireBytes(t *testing.T) {
	t.Parallel()
	const (
		date   = "Date: Sat, 01 Mar 2025 12:00:00 GMT\r\n"
		json   = "Content-Type: application/json\r\n"
		body   = `[{"id":1,"title":"Emma"}]`
		closes = "Connection: close\r\n"
		good   = "HTTP/1.1 200 OK\r\nContent-Length: 25\r\n" + json + date + closes + "\r\n" + body
		page   = "<html><head><title>Down for maintenance</title></head><body><h1>Down for maintenance</h1></body></html>\n"
	)
	for line, want := range map[string]string{
		"maintenance":                               "HTTP/1.1 200 OK\r\nContent-Length: 104\r\nContent-Type: text/html; charset=utf-8\r\n" + date + closes + "\r\n" + page,
		"maintenance status=503":                    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 104\r\nContent-Type: text/html; charset=utf-8\r\n" + date + closes + "\r\n" + page,
		"method-or-route-gone":                      "HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n" + json + date + closes + "\r\n\"no-route\"",
		"method-or-route-gone status=405":           "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 12\r\n" + json + date + closes + "\r\n\"bad-method\"",
		"method-or-route-gone status=410 body=html": "HTTP/1.1 410 Gone\r\nContent-Length: 80\r\nContent-Type: text/html; charset=utf-8\r\n" + date + closes + "\r\n<html><head><title>410 Gone</title></head><body><h1>410 Gone</h1></body></html>\n",
		"method-or-route-gone sunset=2025-03-01":    "HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n" + json + date + "Sunset: Sat, 01 Mar 2025 00:00:00 GMT\r\n" + closes + "\r\n\"no-route\"",
		"method-or-route-gone sunset=2025-03-02T09:30:00+09:00": "HTTP/1.1 200 OK\r\nContent-Length: 25\r\n" + json + date +
			"Sunset: Sun, 02 Mar 2025 00:30:00 GMT\r\n" + closes + "\r\n" + body,
		"early-hints":               "HTTP/1.1 103 Early Hints\r\nLink: <https://api.shelf.example/v1>; rel=preconnect\r\n\r\n" + good,
		"early-hints code=100":      "HTTP/1.1 100 Continue\r\n\r\n" + good,
		"stall bytes=3 for=1ns":     good,
		"close-after":               "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 25\r\n" + json + date + "\r\n" + body,
		"half-answer":               "HTTP/1.1 103 Early Hints\r\n\r\n",
		"wrong-body text=<p>":       "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Type: text/html; charset=utf-8\r\n" + date + closes + "\r\n<p>",
		"wrong-body text=[] type=a": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: a\r\n" + date + closes + "\r\n[]",
		`wrong-body text=\x0a\\\t status=502`: "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n" + json + date + closes +
			"\r\n\n\\\t",
		"empty-body":            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + date + closes + "\r\n",
		"empty-body status=204": "HTTP/1.1 204 No Content\r\n" + date + closes + "\r\n",
		"gzip kind=plain":       "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n" + json + date + closes + "\r\n" + body,
		"chunked size=10":       "HTTP/1.1 200 OK\r\n" + json + date + closes + "Transfer-Encoding: chunked\r\n\r\na\r\n[{\"id\":1,\"\r\na\r\ntitle\":\"Em\r\n5\r\nma\"}]\r\n0\r\n\r\n",
		"chunked size=99 trailers=x-sum,x-n": "HTTP/1.1 200 OK\r\n" + json + date + "Trailer: X-Sum, X-N\r\n" + closes + "Transfer-Encoding: chunked\r\n\r\n19\r\n" + body + "\r\n0\r\n" +
			"X-N: 584e1e02b73014b6ab48624932fe48b019178e5993e50adc8860a435b444e5ea\r\nX-Sum: 584e1e02b73014b6ab48624932fe48b019178e5993e50adc8860a435b444e5ea\r\n\r\n",
		"bad-chunk":                   "HTTP/1.1 200 OK\r\n" + json + date + "Transfer-Encoding: chunked\r\n\r\nc\r\n" + body[:12] + "\r\nzz\r\n",
		"wrong-length by=100":         "HTTP/1.1 200 OK\r\nContent-Length: 125\r\n" + json + date + "\r\n" + body,
		"wrong-length by=-5":          "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n" + json + date + "\r\n" + body,
		"wrong-length by=-99":         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + json + date + "\r\n" + body,
		"huge bytes=30":               "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n" + json + date + closes + "\r\n     " + body,
		"huge depth=3":                "HTTP/1.1 200 OK\r\nContent-Length: 31\r\n" + json + date + closes + "\r\n[[[" + body + "]]]",
		"header-oddity kind=repeated": "HTTP/1.1 200 OK\r\nContent-Length: 25\r\n" + json + json + date + closes + "\r\n" + body,
		"header-oddity kind=long":     "HTTP/1.1 200 OK\r\nContent-Length: 25\r\n" + json + date + "X-Padding: " + strings.Repeat("x", 65536) + "\r\n" + closes + "\r\n" + body,
		"header-oddity kind=lower-case": "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 25\r\n" + strings.ToLower(json) +
			"date: Sat, 01 Mar 2025 12:00:00 GMT\r\n\r\n" + body,
		`raw text=HTTP/1.1\x202`: "HTTP/1.1 2",
		`raw text=\xff\xfe`:      "\xff\xfe",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t, At(faultNoon))
			s.clock.frozen = !strings.HasPrefix(line, "stall")
			s.Books.Add(book{Title: "Emma"})
			s.Inject(faultLine(line))
			got, err := faultRaw(t, s, faultList)
			require.Equal(t, want, got)
			if line == "half-answer" {
				require.ErrorContains(t, err, "connection reset by peer")
			} else {
				require.NoError(t, err)
			}
		})
	}
}

// wireWarm is a request for the list that keeps the connection.
const wireWarm = "GET /v1/books.json HTTP/1.1\r\nHost: api.shelf.example\r\nX-Key: k\r\n\r\n"

// What an answer says of the connection, and what becomes of it: the bytes of
// two requests on one.
func TestWireBytesOfTwoCalls(t *testing.T) {
	t.Parallel()
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\nDate: Sat, 01 Mar 2025 12:00:00 GMT\r\n\r\n[]"
	for line, want := range map[string]string{
		"close-after say=no call=1":  answer,
		"close-after say=yes call=1": strings.Replace(answer, "OK\r\n", "OK\r\nConnection: close\r\n", 1),
		"close-after say=no call=2":  answer + answer,
		"stale-keepalive":            answer,
		"half-answer call=2":         answer + "HTTP/1.1 103 Early Hints\r\n\r\n",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t, At(faultNoon), Frozen())
			s.Inject(faultLine(line))
			got, err := faultRaw(t, s, wireWarm+wireWarm)
			require.Equal(t, want, got)
			require.Equal(t, strings.HasPrefix(line, "half"), err != nil, "%v", err)
		})
	}
}

func TestManyHeaders(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.Inject(faultLine("header-oddity kind=many"))
	got, err := faultRaw(t, s, faultList)
	require.NoError(t, err)
	require.Equal(t, 100, strings.Count(got, "\r\nX-Hop-"))
	require.Contains(t, got, "\r\nX-Hop-001: 1\r\n")
	require.Contains(t, got, "\r\nX-Hop-100: 100\r\n")
	require.Len(t, s.Calls()[0].ReplyHeader, 103, "the journal has them too")
}

// A body cut in its letters: each chunk but the last ends inside one.
func TestChunksInsideLetters(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.Books.Add(book{Title: "Émma é"})
	s.Inject(faultLine("chunked size=odd"))
	got, err := faultRaw(t, s, faultList)
	require.NoError(t, err)
	_, chunks, _ := strings.Cut(got, "\r\n\r\n")
	require.Equal(t, "13\r\n[{\"id\":1,\"title\":\"\xc3\r\n6\r\n\x89mma \xc3\r\n4\r\n\xa9\"}]\r\n0\r\n\r\n", chunks)
}

// What is zipped is the answer, and the header says so.
func TestZipped(t *testing.T) {
	t.Parallel()
	const asks, zipped = "Accept-Encoding: br, gzip;q=0.5\r\n", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
	for line, header := range map[string]string{
		"gzip": asks, "gzip kind=good": asks, "gzip kind=unasked": "Accept-Encoding: gzip;q=0, br\r\n", "gzip kind=cut": "",
	} {
		s := newShelf(t, At(faultNoon), Frozen())
		s.Books.Add(book{Title: "Emma"})
		s.Inject(faultLine(line))
		got, err := faultRaw(t, s, strings.Replace(faultList, "X-Key", header+"X-Key", 1))
		require.NoError(t, err)
		require.Contains(t, got, zipped)
		_, body, _ := strings.Cut(got, "\r\n\r\n")
		require.Contains(t, got, fmt.Sprintf("Content-Length: %d\r\n", len(body)))
		z, err := gzip.NewReader(strings.NewReader(body))
		require.NoError(t, err)
		plain, err := io.ReadAll(z)
		require.Equal(t, `[{"id":1,"title":"Emma"}]`, string(plain), line)
		if line == "gzip kind=cut" {
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "after all of the text")
		} else {
			require.NoError(t, err)
		}
	}
}

// A fault about asking for gzip hits those that ask, or that do not.
func TestGzipChooses(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]bool{
		"gzip": {true, true, false, false}, "gzip kind=unasked": {false, false, true, true},
		"gzip kind=plain": {true, true, true, true}, "gzip kind=cut": {true, true, true, true},
	} {
		p := faultNets[0].start(t)
		p.Inject(faultLine(line))
		for i, asks := range []string{"gzip", "*", "identity", "gzip; q=0"} {
			p.send("GET", "/books.json", "", "Accept-Encoding", asks)
			require.Equal(t, want[i], p.last(t).Fault != "", "%s, %s", line, asks)
		}
	}
}

// A body without an end is sent until the client goes; one that does not is noted.
func TestEndlessBody(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		p := n.start(t)
		p.Inject(faultLine("huge"))
		for _, limit := range []int64{1 << 20, mostEndless + 1} {
			if limit > mostEndless && (testing.Short() || n.name != "pipe" && n.name != "HTTP2") {
				continue
			}
			got, err := wireGet(p, limit)
			if limit > mostEndless {
				require.Error(t, err)
				require.Equal(t, int64(mostEndless), got)
				p.Settle()
				require.Equal(t, "call 2: no-limit: the client read 64 MiB of a body without an end and did not give up", p.Findings()[0].String())
				continue
			}
			require.NoError(t, err)
			require.Equal(t, limit, got)
			require.Empty(t, p.Findings())
		}
	})
}

// wireGet reads so much of the list, and gives how much there was.
func wireGet(p *faultPeer, limit int64) (int64, error) {
	r, err := httpRequest(p)
	if err != nil {
		return 0, err
	}
	got, err := p.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer got.Body.Close()
	return io.Copy(io.Discard, io.LimitReader(got.Body, limit))
}

// Without a place where it ends, a stall lasts until the client gives up; one
// that does not is noted.
func TestStall(t *testing.T) {
	t.Parallel()
	for _, n := range faultNets {
		if !n.bubble && n.name != "pipe" {
			continue
		}
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			faultOverOne(t, n, func(t *testing.T) {
				p := n.start(t, Frozen())
				p.Books.Add(book{Title: "Emma"})
				p.Inject(faultLine("stall bytes=4 call=1"))
				done := p.later("GET", "/books.json", "")
				p.held(t, 1)
				p.Advance(longestWait - 1)
				require.Empty(t, p.Findings())
				p.Advance(1)
				a := <-done
				require.Equal(t, 200, a.status)
				require.Equal(t, `[{"i`, a.body)
				require.Error(t, a.err)
				p.Settle()
				require.Equal(t, "call 1: no-timeout: the client waited 24h0m0s for the rest of an answer and did not give up", p.Findings()[0].String())
			})
		})
	}
}

// Where a stall is said to be behind the end, the last byte is missing: else it
// would be none.
func TestStallBehindTheEnd(t *testing.T) {
	t.Parallel()
	faultBubble(t, func(t *testing.T, p *faultPeer) {
		p.client.Timeout = time.Second
		p.Inject(faultLine("stall bytes=500 for=1m"))
		a := p.send("GET", "/books.json", "")
		require.Equal(t, "[", a.body)
		require.True(t, faultTimedOut(a.err), "%v", a.err)
	})
}

// What a call has caused leaves while the client waits for the rest.
func TestStallHoldsNoDelivery(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, nil)
	m.Hooks.To(k)
	m.Inject(faultLine("stall for=1m"))
	done := make(chan error, 1)
	go func() {
		answer, err := m.Client().Post(m.BaseURL()+"/goods", "application/json", strings.NewReader(`{"name":"tea"}`))
		if err == nil {
			_, err = io.ReadAll(answer.Body)
			answer.Body.Close()
		}
		done <- err
	}()
	_, err := m.Await(t.Context(), 1)
	require.NoError(t, err)
	m.Settle()
	require.Equal(t, "tea", k.names())
	m.Advance(time.Minute)
	require.NoError(t, <-done)
}
