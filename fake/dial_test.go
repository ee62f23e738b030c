package fake

import (
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// dialNets are the ways to a server on which time is the test's: bubbles, and
// with a frozen clock the others.
func dialNets(t *testing.T, test func(t *testing.T, n faultNet, p *faultPeer)) {
	faultOver(t, func(t *testing.T, n faultNet) { test(t, n, n.start(t, Frozen())) })
}

// A host that is down for a time: what was open breaks, what comes is refused,
// and afterwards all is well.
func TestRefusedForATime(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{ // at 0, 5, 10, 15 and 20 seconds
		"refused":                        "no no no no no",
		"refused for=10s":                "no no yes yes yes",
		"refused after=5s":               "yes no no no no",
		"refused after=5s for=5s":        "yes no yes yes yes",
		"refused between=5s..15s":        "yes no no yes yes",
		"refused between=5s..1h for=10s": "yes no no yes yes",
		"refused between=5s..15s for=1h": "yes no no yes yes",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			dialNets(t, func(t *testing.T, n faultNet, p *faultPeer) {
				require.Equal(t, 200, p.status("GET", "/books.json", ""))
				armed := p.Inject(faultLine(line))
				var got []string
				for range 5 {
					a := p.send("GET", "/books.json", "")
					if a.err == nil {
						got = append(got, "yes")
					} else {
						if !n.tcp { // there the client may be in the middle of using what breaks
							require.ErrorIs(t, a.err, syscall.ECONNREFUSED)
						}
						got = append(got, "no")
					}
					p.Advance(5 * time.Second)
				}
				require.Equal(t, want, strings.Join(got, " "))
				require.Positive(t, armed.Fired())
				armed.Disarm()
				require.Equal(t, 200, p.status("GET", "/books.json", ""), "disarmed")
				require.Len(t, p.Calls(), 2+strings.Count(want, "yes"), "nothing else has come")
			})
		})
	}
}

// A fault that has not begun when it is disarmed never does; Reset takes one back
// that has.
func TestRefusedTakenBack(t *testing.T) {
	t.Parallel()
	dialNets(t, func(t *testing.T, _ faultNet, p *faultPeer) {
		p.Inject(faultLine("refused after=5s")).Disarm()
		p.Advance(10 * time.Second)
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
		p.Inject(faultLine("refused"))
		require.Error(t, p.send("GET", "/books.json", "").err)
		p.Reset()
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
	})
}

// The fault and Down hold the port down together.
func TestRefusedAndDown(t *testing.T) {
	t.Parallel()
	dialNets(t, func(t *testing.T, _ faultNet, p *faultPeer) {
		armed := p.Inject(faultLine("refused"))
		up := p.Down()
		require.Error(t, p.send("GET", "/books.json", "").err)
		armed.Disarm()
		require.Error(t, p.send("GET", "/books.json", "").err)
		up()
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
	})
}

// A connection that is refused is not accepted late as well.
func TestRefusedIsNotLate(t *testing.T) {
	t.Parallel()
	faultBubble(t, func(t *testing.T, p *faultPeer) {
		late := p.Inject(faultLine("slow-accept delay=3s first=2").Optional())
		refused := p.Inject(faultLine("refused for=5s"))
		require.Zero(t, p.status("GET", "/books.json", ""))
		require.Equal(t, []int{0, 1}, []int{late.Fired(), refused.Fired()})
		p.Advance(5 * time.Second)
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
		require.Equal(t, 1, late.Fired())
	})
}

// A port that is opened while the host is down is refused too, and opens then.
func TestRefusedBeforeThePort(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Frozen())
	s.Inject(faultLine("refused for=10s optional"))
	addr := strings.TrimPrefix(strings.TrimSuffix(s.URL(), "/v1"), "http://")
	_, err := net.Dial("tcp", addr)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	s.Advance(10 * time.Second)
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
}

// Single connections are counted, in memory.
func TestRefusedConnections(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"refused call=2":              "yes no yes yes",
		"refused call=1,3":            "no yes no yes",
		"refused first=2":             "no no yes yes",
		"refused after=1 first=1":     "yes no yes yes",
		"refused every=2":             "yes no yes no",
		"refused chance=0":            "yes yes yes yes",
		"refused chance=1":            "no no no no",
		"refused every=2 first=1":     "yes no yes yes",
		"slow-accept delay=1h call=2": "yes no yes yes",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			faultOver(t, func(t *testing.T, n faultNet) {
				if n.tcp || strings.HasPrefix(line, "slow") && !n.bubble {
					return // the kernel refuses unseen; the timeout is the machine's
				}
				p := n.start(t)
				p.client.Timeout = time.Minute
				require.Equal(t, 200, p.status("GET", "/books.json", ""), "a warm connection is not used again")
				armed := p.Inject(faultLine(line).Optional())
				var got []string
				for range 4 {
					got = append(got, map[bool]string{true: "yes", false: "no"}[p.status("GET", "/books.json", "") == 200])
				}
				require.Equal(t, want, strings.Join(got, " "))
				require.Equal(t, strings.Count(want, "no"), armed.Fired())
			})
		})
	}
}

// Over loopback nobody sees what is refused: counting it is a mistake of the test,
// whichever comes first.
func TestRefusedCannotCountOverLoopback(t *testing.T) {
	t.Parallel()
	const want = "what the port of URL refuses is seen by nobody, so call= cannot count it; say for= or between= instead"
	for _, portFirst := range []bool{true, false} {
		tb := &spy{dir: t.TempDir()}
		s := newShelf(tb)
		require.Equal(t, "shelf: "+map[bool]string{true: "", false: "URL: "}[portFirst]+"fault refused: "+want, tb.run(func() {
			if portFirst {
				s.URL()
			}
			s.Inject(faultLine("refused call=2"))
			s.URL()
		}))
		s.Close()
	}
}

// A connection that is accepted late, to the second.
func TestSlowAccept(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		if !n.bubble {
			return
		}
		p := n.start(t)
		p.Inject(faultLine("slow-accept delay=3s call=1"), faultLine("slow-accept delay=4s call=1,2"))
		for _, want := range []time.Duration{7 * time.Second, 4 * time.Second, 0} {
			start := time.Now()
			require.Equal(t, 200, p.status("GET", "/books.json", ""))
			require.Equal(t, want, time.Since(start))
			synctest.Wait() // a client of HTTP/2 is told behind the answer that the connection ends
		}
	})
}

// Closing the server ends what waits for a connection.
func TestCloseEndsWhatIsNotConnected(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		p := n.start(t)
		armed := p.Inject(faultLine("slow-accept delay=10h"))
		done := p.later("GET", "/books.json", "")
		for armed.Fired() == 0 {
			p.Settle()
		}
		p.Close()
		require.Error(t, (<-done).err)
	})
}

func TestDialFaultsThatNeverFire(t *testing.T) {
	t.Parallel()
	tb := &spy{dir: t.TempDir()}
	s := newShelf(tb)
	s.Inject(faultLine("refused call=2"), faultLine("slow-accept delay=1s call=3"))
	s.must(t, "GET", "/books.json", "")
	tb.cleanup()
	require.Equal(t, []string{
		"shelf: unspent-fault: fault never fired: refused call=2 (1 connection was made that could be chosen by it)",
		"shelf: unspent-fault: fault never fired: slow-accept delay=1s call=3 (1 connection was made that could be chosen by it)",
	}, tb.errors)
}

// What hits before a request has been read cannot be put on one call.
func TestTooEarlyForACall(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"refused", "slow-accept delay=1s", "reset-during-upload"} {
		p := faultNets[0].start(t)
		var err error
		p.Intercept(Connect, func(c *Call) { err = c.Inject(faultLine(line)) })
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
		require.EqualError(t, err, "fault "+faultLine(line).Name()+": it hits before a request has been read, so nothing can choose this call for it; arm it with Inject, or in the head of a file")
	}
}

// Only a connection that was unused for so long is stale; a POST over it fails, a
// GET is sent again unseen, and neither was applied the first time.
func TestStaleKeepAlive(t *testing.T) {
	t.Parallel()
	for _, n := range faultNets {
		if n.http2 {
			continue
		}
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			faultOverOne(t, n, func(t *testing.T) {
				p := n.start(t, Frozen())
				require.Equal(t, 200, p.status("GET", "/books.json", ""))
				p.Inject(faultLine("slow-headers delay=2m call=1"), faultLine("stale-keepalive idle=1m"))
				done := p.later("GET", "/books.json", "") // two minutes, but not idle
				p.held(t, 2)
				p.Advance(2 * time.Minute)
				require.Equal(t, 200, (<-done).status)
				p.Advance(time.Minute - 1)
				require.Equal(t, 200, p.status("GET", "/books.json", ""))
				require.True(t, p.last(t).Reused)
				p.Advance(time.Minute)
				require.Equal(t, 200, p.status("GET", "/books.json", ""))
				calls := p.Calls()
				require.Len(t, calls, 5)
				require.Equal(t, "stale-keepalive idle=1m", calls[3].Fault)
				require.Zero(t, calls[3].Status)
				require.True(t, calls[4].Resend)
				p.Advance(time.Minute)
				require.Error(t, p.send("POST", "/books.json", `{"title":"Emma"}`).err)
				require.Zero(t, p.Books.Len())
				require.Len(t, p.Calls(), 6)
				require.Equal(t, 200, p.status("POST", "/books.json", `{"title":"Emma"}`), "a new connection")
			})
		})
	}
}

// Before its day an endpoint is there, and says when it will not be.
func TestSunset(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t, Frozen(), At(faultNoon))
	p.Inject(faultLine("method-or-route-gone sunset=2025-03-02 status=410 on=AddBook"))
	for i, want := range []int{200, 200, 410, 410} {
		a := p.send("POST", "/books.json", fmt.Sprintf(`{"title":"%d"}`, i))
		require.Equal(t, want, a.status)
		require.Equal(t, "Sun, 02 Mar 2025 00:00:00 GMT", a.header.Get("Sunset"))
		require.Equal(t, want == 200, p.last(t).Committed)
		p.Advance([]time.Duration{12*time.Hour - 1, 1, time.Hour, 0}[i])
	}
	require.Equal(t, 2, p.Books.Len())
	a := p.send("GET", "/books.json", "")
	require.Equal(t, 200, a.status)
	require.Empty(t, a.header.Get("Sunset"))
}

// A method that is gone leaves those that the path has beside it.
func TestMethodGone(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	p.Books.Add(book{Title: "Emma"})
	p.Inject(faultLine("method-or-route-gone status=405"))
	var allow []string
	p.Intercept(Body, func(c *Call) { allow = c.plan.fail.Allow })
	require.Equal(t, 405, p.status("GET", "/books.json", ""))
	require.Equal(t, []string{"POST"}, allow)
	require.Equal(t, 405, p.status("PATCH", "/books/1.json", "{}"))
	require.Equal(t, []string{"GET"}, allow)
}

// A server of the test's own, in front of the handler: what is written past
// net/http takes its connection, where it gives it.
func TestWireFaultsBehindAServerOfTheTest(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{false, true} {
		p := faultNets[0].start(t, Allow("impossible-fault"))
		own := httptest.NewUnstartedServer(p.Handler())
		if own.EnableHTTP2 = http2; http2 {
			own.StartTLS()
		} else {
			own.Start()
		}
		defer own.Close()
		p.client, p.base = own.Client(), own.URL+"/v1"
		p.Inject(faultLine(`raw text=HTTP/1.1\x20418\r\nContent-Length:2\r\n\r\nhi call=1`), faultLine("wrong-length by=-1 call=2"), faultLine("huge bytes=99 call=3"))
		a := p.send("GET", "/books.json", "")
		b := p.send("GET", "/books.json", "")
		require.Equal(t, 99, len(p.send("GET", "/books.json", "").body))
		if !http2 {
			require.Equal(t, 418, a.status)
			require.Equal(t, "[", b.body)
			require.Empty(t, p.Findings())
			continue
		}
		require.Error(t, a.err)
		require.ErrorContains(t, b.err, "more than declared Content-Length", "HTTP/2 tells")
		require.Equal(t, "impossible-fault", p.Findings()[0].Kind)
		require.Contains(t, p.Findings()[0].Detail, "the server in front of Handler does not let its connection be written to: feature not supported")
	}
}
