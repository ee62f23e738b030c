package fake

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Faults of bodies have nothing to do where an answer has none: to HEAD, with 204, and
// with 304. They have not hit such a call, which is answered as ever, and the next one
// over the same connection is too.
func TestFaultsOfBodiesOnAnswersWithoutABody(t *testing.T) {
	t.Parallel()
	lines := []string{
		"truncated how=length", "truncated how=rst", "truncated how=silent", "truncated how=chunked", "slow-body over=1h", "stall", "stall bytes=3 for=1h",
		"chunked", "bad-chunk", "wrong-length by=5", "wrong-length by=-5", "huge bytes=1000", "huge", "malformed-json", "malformed-json kind=trailing", "gzip", "gzip kind=cut",
	}
	faultOver(t, func(t *testing.T, n faultNet) {
		for _, line := range lines {
			for _, status := range []int{204, 304} {
				p := n.start(t)
				if n.http2 && p.CanInject(faultLine(line)) != nil {
					continue
				}
				p.Intercept(BeforeApply, func(c *Call) {
					if c.Query().Has("status") {
						c.Answer(Reply{Status: status})
					}
				})
				armed := p.Inject(faultLine(line).When("query:status", "==", "1").Optional())
				for range 2 {
					a := p.send("GET", "/books.json?status=1", "", "Accept-Encoding", "gzip")
					require.NoError(t, a.err, line)
					require.Equal(t, status, a.status, line)
				}
				require.Zero(t, armed.Fired(), line)
				require.Empty(t, p.last(t).Fault, line)
				require.Equal(t, 200, p.status("GET", "/books.json", ""))
				require.Empty(t, p.Findings(), line)
				p.Close()
			}
		}
	})
}

// A body that is as large already does not become huge.
func TestHugeIsNoSmallerThanTheBody(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	p.Books.Add(book{Title: "Emma"})
	plain := p.send("GET", "/books.json", "").body
	armed := p.Inject(faultLine("huge bytes=5").Optional())
	require.Equal(t, plain, p.send("GET", "/books.json", "").body)
	require.Zero(t, armed.Fired())
}

// HEAD has the header of an answer and no body, whatever is odd about it.
func TestFaultsOfBodiesOnHEAD(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"truncated", "slow-body over=1h", "stall", "chunked", "bad-chunk", "wrong-length by=5", "huge", "header-oddity kind=lower-case", "header-oddity kind=many", "",
	} {
		faultBubble(t, func(t *testing.T, p *faultPeer) {
			if line != "" {
				p.Inject(faultLine(line).Optional())
			}
			p.Intercept(Connect, func(c *Call) { c.Answer(Reply{Status: 200, Body: []byte("[1,2,3]")}) })
			conn, err := p.net.dial(context.Background(), "", "")
			require.NoError(t, err)
			defer conn.Close()
			_, err = io.WriteString(conn, strings.Replace(faultList, "GET", "HEAD", 1))
			require.NoError(t, err)
			start, r := time.Now(), bufio.NewReader(conn)
			a, err := http.ReadResponse(r, &http.Request{Method: "HEAD"})
			require.NoError(t, err, line)
			require.NoError(t, a.Body.Close())
			require.Equal(t, 200, a.StatusCode, line)
			rest, _ := io.ReadAll(r)
			require.Empty(t, rest, "%s: nothing follows the header", line)
			require.Less(t, time.Since(start), time.Minute, line)
		})
	}
}

// The page of a login is nobody's to change.
func TestLoginPageIsNotShared(t *testing.T) {
	t.Parallel()
	for range 2 {
		p := faultNets[0].start(t)
		p.Inject(faultLine("auth-redirect code=200"))
		p.Intercept(Body, func(c *Call) {
			require.Empty(t, c.Reply().Header.Get("X-Changed"))
			c.Reply().Header.Set("X-Changed", "1")
			c.Reply().Body[0] = '?'
		})
		require.Equal(t, "?!DOCTYPE html>", p.send("GET", "/books.json", "").body[:15])
	}
}
