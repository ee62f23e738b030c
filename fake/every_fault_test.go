package fake

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// partWorks are the faults in which an API has a part, and deliveryWorks those of
// deliveries, each with words that let it hit.
var partWorks = map[string]string{
	"token-expired":      "token-expired call=3",
	"token-swapped":      "token-swapped",
	"batch-stops":        "batch-stops n=2",
	"limited-after-part": "limited-after-part n=1",
	"silently-dropped":   "silently-dropped fields=name",
	"cursor-expired":     "cursor-expired times=1",
	"cursor-loop":        "cursor-loop",
	"stale-read":         "stale-read lag=1h",
}

var deliveryWorks = map[string]string{
	"duplicate":      "duplicate times=2",
	"overtake":       "overtake call=1",
	"delay":          "delay by=1h",
	"early":          "early by=1s",
	"dropped":        "dropped call=1",
	"bad-signature":  "bad-signature",
	"no-signature":   "no-signature",
	"signature-form": "signature-form form=upper",
	"tampered":       "tampered",
	"old-secret":     "old-secret",
	"rotated":        "rotated late=1h",
	"replayed":       "replayed age=1h",
	"clock-skew":     "clock-skew by=5m on=hook:good.added",
	"retry":          "retry call=1",
	"disabled":       "disabled",
	"unknown-event":  "unknown-event",
	"flood":          "flood n=3",
	"body-style":     "body-style style=bom",
	"slow-post":      "slow-post over=1s",
	"cut-post":       "cut-post",
	"wrong-target":   "wrong-target method=PUT",
	"test-ping":      "test-ping",
}

// apart are the faults that tests of their own walk over the networks.
var apart = map[string]string{"quota-shared": "TestFaultQuotaShared"}

// Each name is played over every network, in a bubble too, by one of the tables.
func TestEveryFaultHasItsNetworks(t *testing.T) {
	t.Parallel()
	for _, name := range FaultNames() {
		_, call := faultWorks[name]
		_, wire := wireWorks[name]
		require.True(t, call || wire || partWorks[name] != "" || deliveryWorks[name] != "" || apart[name] != "", name)
		k := kinds[name]
		require.Equal(t, k.onDeliveries(), deliveryWorks[name] != "", name)
		require.Equal(t, k.onCalls(), call || wire || partWorks[name] != "" || apart[name] != "", name)
	}
	for _, name := range []string{"pipe", "pipe in a bubble", "loopback", "TLS", "TLS in a bubble", "TLS loopback", "HTTP2", "HTTP2 loopback"} {
		require.True(t, slices.ContainsFunc(faultNets, func(n faultNet) bool { return n.name == name }), name)
	}
}

// statusOver makes a call and gives the status, 0 for an error.
func statusOver(client *http.Client, method, url, body string, header ...string) int {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return 0
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}

func TestPartFaultsOverEachNetwork(t *testing.T) {
	t.Parallel()
	for name, line := range partWorks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faultOver(t, func(t *testing.T, n faultNet) {
				d := newDepot(t, append([]Option{Frozen()}, n.opts...)...)
				for _, title := range []string{"a", "b", "c"} {
					d.Goods.Add(good{Name: title})
				}
				client, base := n.reach(t, d.Server)
				armed := d.Inject(faultLine(line))
				for _, call := range []string{"GET /goods", `POST /goods ["d","e"]`, "GET /goods?cursor=2"} {
					words := strings.SplitN(call+" ", " ", 3)
					require.NotZero(t, statusOver(client, words[0], base+words[1], strings.TrimSpace(words[2]), "Token", "t1"), call)
				}
				require.Positive(t, armed.Fired())
				require.True(t, slices.ContainsFunc(d.Calls(), func(x Exchange) bool { return x.Fault == line }), "the journal names it")
			})
		})
	}
}

// Deliveries are caused by calls over each network, and sent to a receiver in the
// process or, from a port, to one behind TLS that could do HTTP/2.
func TestDeliveryFaultsOverEachNetwork(t *testing.T) {
	t.Parallel()
	for name, line := range deliveryWorks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faultOver(t, func(t *testing.T, n faultNet) {
				m := newMart(t, append([]Option{Frozen()}, n.opts...)...)
				m.Locked(func() { m.set.secret.Former, m.set.secret.Since = "former", m.Now() })
				k := newTill(m, nil)
				if n.tcp {
					app := httptest.NewUnstartedServer(k)
					app.EnableHTTP2 = true
					app.StartTLS()
					t.Cleanup(app.Close)
					m.Hooks.ToURL(app.URL)
				} else {
					m.Hooks.To(k)
				}
				client, base := n.reach(t, m.Server)
				armed := m.Inject(faultLine(line))
				for _, body := range []string{`{"name":"mug"}`, `{"name":"cup"}`} {
					done := make(chan int, 1)
					go func() { done <- statusOver(client, "POST", base+"/goods", body) }()
					for name == "early" && len(done) == 0 { // its answer waits for the clock
						m.Advance(time.Second)
					}
					require.Equal(t, 201, <-done)
				}
				m.Advance(2 * time.Hour)
				require.Positive(t, armed.Fired())
				require.Equal(t, 2, m.Goods.Len())
				for _, a := range m.Hooks.Attempts() {
					require.NotEqual(t, UnderWay, a.Verdict)
				}
			})
		})
	}
}

// What is sent at one moment is one piece of work: Settle waits for all of it, and
// for what comes behind it.
func TestSettleWaitsForWhatIsSentAtOnce(t *testing.T) {
	t.Parallel()
	app := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(app.Close)
	m := newMart(t, Frozen())
	m.Hooks.ToURL(app.URL)
	m.Inject(faultLine("flood n=3 parallel=2 on=hook:*"))
	for range 200 {
		require.Equal(t, 201, statusOver(m.Client(), "POST", m.BaseURL()+"/goods", `{"name":"mug"}`))
		m.Settle()
		for _, a := range m.Hooks.Attempts() {
			require.NotEqual(t, UnderWay, a.Verdict)
		}
	}
}
