package fake

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSlowHeaders(t *testing.T) {
	t.Parallel()
	for line, applied := range map[string]bool{
		"slow-headers delay=30s":              false,
		"slow-headers delay=30s apply=before": false,
		"slow-headers delay=30s apply=after":  true,
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			faultOver(t, func(t *testing.T, n faultNet) {
				p := n.start(t, Frozen())
				p.Inject(faultLine(line))
				done := p.later("POST", "/books.json", `{"title":"Emma"}`)
				p.held(t, 1)
				p.Advance(30*time.Second - 1)
				require.Equal(t, applied, p.Books.Len() == 1, "while it waits")
				select {
				case a := <-done:
					require.Fail(t, "answered too early", "%v", a)
				default:
				}
				p.Advance(1)
				require.Equal(t, 200, (<-done).status)
				require.Equal(t, 1, p.Books.Len())
				require.True(t, p.last(t).Committed)
			})
		})
	}
}

func TestSlowHeadersTakesItsTime(t *testing.T) {
	t.Parallel()
	faultBubble(t, func(t *testing.T, p *faultPeer) {
		took := func() time.Duration {
			start := time.Now()
			require.Equal(t, 200, p.status("GET", "/books.json", ""))
			return time.Since(start)
		}
		p.Inject(faultLine("slow-headers delay=1500ms first=1"))
		require.Equal(t, 1500*time.Millisecond, took())
		require.Zero(t, took())

		p.Inject(faultLine("slow-headers delay=1s jitter=1s"))
		var all []time.Duration
		for range 5 {
			d := took()
			require.GreaterOrEqual(t, d, time.Second)
			require.Less(t, d, 2*time.Second)
			require.NotContains(t, all, d)
			all = append(all, d)
		}
		other := faultNets[0].start(t)
		other.Inject(faultLine("slow-headers delay=1s jitter=1s"))
		p = other
		for _, d := range all {
			require.Equal(t, d, took(), "the seed decides")
		}
	})
}

// A client that gives up before the delay is over sees an error, whatever the
// network: never an answer of nothing. The call is still carried out.
func TestTimeoutShorterThanTheDelay(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"slow-headers delay=30s", "slow-headers delay=30s apply=after", "hang", "hang apply=after"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			faultOver(t, func(t *testing.T, n faultNet) {
				p := n.start(t, Frozen())
				p.Inject(faultLine(line))
				ctx, cancel := context.WithCancelCause(t.Context())
				go func() {
					_, err := p.Await(ctx, 1)
					cancel(err)
				}()
				// the client's clock is not the server's: it ends when the call is there
				a := p.sendIn(ctx, "POST", "/books.json", `{"title":"Emma"}`)
				require.ErrorIs(t, a.err, context.Canceled)
				require.Zero(t, a.status)
				if strings.HasPrefix(line, "slow") {
					p.Advance(30 * time.Second)
					require.Equal(t, 1, p.Books.Len())
				}
			})
		})
	}
}

func TestTimeoutOfTheClient(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		p := n.start(t, Frozen()) // which never answers, however slow the machine
		p.Inject(faultLine("slow-headers delay=1ns").Optional())
		p.client.Timeout = 20 * time.Millisecond
		a := p.send("GET", "/books.json", "")
		require.True(t, faultTimedOut(a.err), "%v", a.err)
		require.Zero(t, a.status)
	})
	t.Run("headers", func(t *testing.T) {
		t.Parallel()
		faultBubble(t, func(t *testing.T, p *faultPeer) {
			p.net.client.ResponseHeaderTimeout = 10 * time.Second
			p.Inject(faultLine("slow-headers delay=11s"))
			start := time.Now()
			a := p.send("GET", "/books.json", "")
			require.ErrorContains(t, a.err, "timeout awaiting response headers")
			require.True(t, faultTimedOut(a.err))
			require.Equal(t, 10*time.Second, time.Since(start))
		})
	})
}

// A client with a timeout ends a hang, and nothing is to be said about it.
func TestHang(t *testing.T) {
	t.Parallel()
	for line, books := range map[string]int{"hang": 0, "hang apply=after": 1, "hang max=1h": 0} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			for _, n := range faultNets {
				if !n.bubble {
					continue
				}
				synctest.Test(t, func(t *testing.T) {
					p := n.start(t)
					p.client.Timeout = 30 * time.Second
					p.Inject(faultLine(line))
					start := time.Now()
					a := p.send("POST", "/books.json", `{"title":"Emma"}`)
					require.True(t, faultTimedOut(a.err), "%v", a.err)
					require.Equal(t, 30*time.Second, time.Since(start))
					synctest.Wait()
					p.held(t, 1)
					x := p.last(t)
					require.Zero(t, x.Status)
					require.Equal(t, books == 1, x.Committed)
					require.Equal(t, books, p.Books.Len())
					require.Empty(t, p.Findings())
				})
			}
		})
	}
}

// A client without a timeout is cut off at last, and there is a note. The cut is
// seen on a warm connection too: net/http must not send the call again.
func TestHangWithoutATimeout(t *testing.T) {
	t.Parallel()
	for line, max := range map[string]time.Duration{"hang call=1": 24 * time.Hour, "hang max=90s call=1": 90 * time.Second, "hang max=90s apply=after call=1": 90 * time.Second} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			faultOver(t, func(t *testing.T, n faultNet) {
				p := n.start(t, Frozen())
				p.send("GET", "/books/1.json", "")
				p.Inject(faultLine(line))
				done := p.later("GET", "/books.json", "")
				p.held(t, 2)
				p.Advance(max - 1)
				require.Empty(t, p.Findings())
				p.Advance(1)
				a := <-done
				require.Error(t, a.err)
				require.Zero(t, a.status)
				require.Len(t, p.Calls(), 2)
				require.Equal(t, "call 2: no-timeout: the client waited "+max.String()+" for an answer and did not give up", p.Findings()[0].String())
				require.False(t, p.Findings()[0].Mistake)
			})
		})
	}
}

func TestCloseEndsWhatIsHeld(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"hang", "hang apply=after", "slow-headers delay=1h", "slow-headers delay=1h apply=after", "slow-body over=1h"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			faultOver(t, func(t *testing.T, n faultNet) {
				p := n.start(t, Frozen())
				p.Inject(faultLine(line))
				done := p.later("GET", "/books.json", "")
				p.held(t, 1)
				p.Close()
				require.Error(t, (<-done).err)
				require.Empty(t, p.Findings())
			})
		})
	}
}

// The parts of a slow body arrive one by one, the header at once.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	const title = "The Watsons" // the answer has 30 bytes
	for line, c := range map[string]struct {
		every time.Duration
		parts []int // bytes
	}{
		"slow-body over=8s":             {2 * time.Second, []int{7, 8, 7, 8}},
		"slow-body over=3s chunks=3":    {time.Second, []int{10, 10, 10}},
		"slow-body over=5s chunks=1":    {5 * time.Second, []int{30}},
		"slow-body over=60s chunks=500": {2 * time.Second, faultOnes(30)},
		"slow-body rate=10 chunks=3":    {time.Second, []int{10, 10, 10}},
		"slow-body rate=3 chunks=2":     {5 * time.Second, []int{15, 15}},
		"slow-body rate=30 chunks=2":    {500 * time.Millisecond, []int{15, 15}},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			for _, n := range faultNets {
				if !n.bubble {
					continue
				}
				synctest.Test(t, func(t *testing.T) {
					p := n.start(t)
					p.Books.Add(book{Title: title})
					p.Inject(faultLine(line))
					r, err := http.NewRequest("GET", p.base+"/books/1.json", nil)
					require.NoError(t, err)
					r.Header.Set("X-Key", "k")
					start := time.Now()
					got, err := p.client.Do(r)
					require.NoError(t, err)
					defer got.Body.Close()
					require.Zero(t, time.Since(start), "headers come at once")
					require.Equal(t, int64(30), got.ContentLength)
					for i, size := range c.parts {
						_, err := io.ReadFull(got.Body, make([]byte, size))
						require.NoError(t, err)
						require.Equal(t, c.every*time.Duration(i+1), time.Since(start))
					}
					_, err = got.Body.Read(make([]byte, 1))
					require.ErrorIs(t, err, io.EOF)
				})
			}
		})
	}
}

func faultOnes(n int) []int {
	ones := make([]int, n)
	for i := range ones {
		ones[i] = 1
	}
	return ones
}

// A timeout in the body: a status, part of the body, and an error.
func TestTimeoutInASlowBody(t *testing.T) {
	t.Parallel()
	for _, n := range faultNets {
		if !n.bubble {
			continue
		}
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := n.start(t)
				p.client.Timeout = 5 * time.Second
				p.Inject(faultLine("slow-body over=8s"))
				a := p.send("POST", "/books.json", `{"title":"The Watsons"}`)
				require.Equal(t, 200, a.status)
				require.Equal(t, `{"id":1,"title"`, a.body)
				require.True(t, faultTimedOut(a.err), "%v", a.err)
				require.True(t, p.last(t).Committed)
			})
		})
	}
}

// Advance sends a slow body, from the moment when its call is in the journal.
func TestSlowBodyByAdvance(t *testing.T) {
	t.Parallel()
	for range 50 {
		p := faultNets[0].start(t, Frozen())
		p.Inject(faultLine("slow-body over=2s"))
		done := p.later("GET", "/books.json", "")
		p.held(t, 1)
		p.Advance(2 * time.Second)
		require.Equal(t, "[]", (<-done).body)
		p.Settle()
		p.Close()
	}
}

func TestTooSoon(t *testing.T) {
	t.Parallel()
	at := func(line string, waits ...time.Duration) []string {
		p := faultNets[0].start(t, Frozen(), At(faultNoon.Add(500*time.Millisecond)), Allow("too-soon"))
		p.Inject(faultLine(line).Call(1))
		require.NotEqual(t, 200, p.status("GET", "/books.json", ""))
		var found []string
		for _, wait := range waits {
			p.Advance(wait)
			p.status("GET", "/books.json", "")
		}
		for _, f := range p.Findings() {
			found = append(found, f.String())
		}
		return found
	}
	second := time.Second
	require.Equal(t, []string{
		"call 2: too-soon: ListBooks was called 2s before the time that Retry-After named (GEN-WAIT-01)",
		"call 3: too-soon: ListBooks was called 1ms before the time that Retry-After named (GEN-WAIT-01)",
	}, at("rate-limited retry-after=2s", 0, 1999*time.Millisecond, time.Millisecond, 0))
	require.Len(t, at("rate-limited retry-after=2s", 2*second), 0)
	require.Len(t, at("rate-limited retry-after=2s form=date", 2*second, second), 1, "a date has whole seconds: 12:00:03")
	require.Len(t, at("server-error status=503 retry-after=2s", second, second), 1)
	for _, form := range []string{"zero", "garbage", "negative", "fraction"} {
		require.Empty(t, at("rate-limited retry-after=2s form="+form, 0), form)
	}
	require.Empty(t, at("rate-limited", 0))
	require.Empty(t, at("rate-limited retry-after=0s", 0))
}

// The time is told to a caller: another one may call.
func TestTooSoonIsTheCallers(t *testing.T) {
	t.Parallel()
	tb := &spy{dir: t.TempDir()}
	p := &faultPeer{shelf: newShelf(tb, Frozen())}
	p.client, p.base = p.Client(), p.BaseURL()
	p.Inject(faultLine("rate-limited retry-after=2s call=1"))
	require.Equal(t, 429, p.status("GET", "/books.json", ""))
	require.Equal(t, 200, p.status("GET", "/books.json", "", "X-Key", "r"))
	require.Empty(t, p.Findings())
	require.Equal(t, 200, p.status("POST", "/books.json", "{}"))
	require.True(t, p.Findings()[0].Mistake)
	tb.cleanup()
	require.Equal(t, []string{"shelf: call 3: too-soon: AddBook was called 2s before the time that Retry-After named (GEN-WAIT-01)"}, tb.errors)
}

// A client that does as it is told polls for a day of refusals, which takes no
// time: the day is the bubble's.
func TestADayOfPolling(t *testing.T) {
	t.Parallel()
	real := time.Now()
	faultBubble(t, func(t *testing.T, p *faultPeer) {
		start := time.Now()
		armed := p.Inject(faultLine("rate-limited retry-after=120s between=0s..24h"))
		calls := 0
		for {
			calls++
			a := p.send("GET", "/books.json", "")
			require.Equal(t, time.Now().UTC().Format(http.TimeFormat), a.header.Get("Date"))
			if a.status == 200 {
				break
			}
			require.Equal(t, 429, a.status)
			seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
			require.NoError(t, err)
			require.Equal(t, 120, seconds)
			time.Sleep(time.Duration(seconds) * time.Second)
		}
		require.Equal(t, 24*time.Hour, time.Since(start))
		require.Equal(t, 721, calls)
		require.Equal(t, 720, armed.Fired())
		require.Empty(t, p.Findings())
	})
	require.Less(t, time.Since(real), time.Minute)
}
