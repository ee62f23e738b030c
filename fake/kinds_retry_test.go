package fake

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a receiver's answer says about the next attempt, by the vendor's policy and
// by one that obeys it. The vendor waits a second, then two.
func TestFaultRetryObeysTheReceiver(t *testing.T) {
	t.Parallel()
	answer := func(status int, after string) func(int, http.ResponseWriter, *http.Request) {
		return func(n int, w http.ResponseWriter, _ *http.Request) {
			if n > 2 {
				return
			}
			if after != "" {
				w.Header().Set("Retry-After", after)
			}
			w.WriteHeader(status)
		}
	}
	for name, c := range map[string]struct {
		fault  string
		answer func(int, http.ResponseWriter, *http.Request)
		want   string // seconds at which attempts come
		fired  int
		off    bool
	}{
		"the vendor does not look":         {"", answer(429, "60"), "0 1 3", 0, false},
		"seconds":                          {"retry policy=retry-after", answer(429, "60"), "0 60 120", 2, false},
		"a date":                           {"retry policy=retry-after", answer(503, "Sat, 01 Mar 2025 09:01:30 GMT"), "0 90 92", 1, false},
		"none":                             {"retry policy=retry-after", answer(500, ""), "0 1 3", 0, false},
		"garbage":                          {"retry policy=retry-after", answer(429, "soon"), "0 1 3", 0, false},
		"none, and a pause of the fault's": {"retry policy=retry-after backoff=7s", answer(429, ""), "0 7 9", 0, false},
		"at most":                          {"retry policy=retry-after max=1", answer(429, "60"), "0 60", 2, false},
		"gone":                             {"retry policy=gone", answer(410, ""), "0", 1, true},
		"gone, and nobody obeys":           {"", answer(410, ""), "0 1 3", 0, false},
		"not gone":                         {"retry policy=gone", answer(500, ""), "0 1 3", 0, false},
		"only the first":                   {"retry policy=retry-after call=1", answer(429, "60"), "0 60 62", 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMart(t, At(nine))
				k := newTill(m, c.answer)
				id := m.Hooks.To(k)
				armed := m.Inject()
				if c.fault != "" {
					armed = m.Inject(faultLine(c.fault).Optional())
				}
				m.Goods.Add(good{Name: "mug"})
				time.Sleep(time.Hour)
				m.Settle()
				var got []string
				for _, a := range m.Hooks.Attempts() {
					got = append(got, strconv.Itoa(int(a.At.Sub(nine).Seconds())))
				}
				assert.Equal(t, c.want, strings.Join(got, " "))
				assert.Equal(t, c.fired, armed.Fired())
				sub, there := m.find(id)
				assert.True(t, there)
				assert.Equal(t, c.off, !sub.Active)
				for i, a := range m.Hooks.Attempts() {
					assert.Equal(t, i < c.fired, a.Fault != "", "attempt %d: %s", i+1, a.Fault)
				}
			})
		})
	}
}

// Between the change of the secret and its arrival everywhere a receiver needs both.
func TestFaultRotatedCatchesReceivers(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	refused := 0
	m.Hooks.To(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // it knows the new secret only
		if r.Header.Get("X-Mart-Hmac") == "" || len(r.Header["X-Mart-Hmac"]) == 1 {
			refused++
			w.WriteHeader(401)
		}
	}))
	m.Inject(faultLine("rotated late=5s overlap=1h"))
	m.Locked(func() { m.set.secret = Secret{Present: "n3w", Former: "s3cret", Since: m.Now()} })
	m.Goods.Add(good{Name: "late"})
	require.Equal(t, 1, refused)
	m.Advance(20 * time.Minute)
	require.Equal(t, "delivered", m.states(), "a retry finds the overlap")
	require.Equal(t, 3, refused)
	var s spy
	other := newMart(&s)
	t.Cleanup(s.cleanup)
	require.Equal(t, "mart: fault rotated: it needs overlap= or late=", s.run(func() { other.Inject(faultLine("rotated")) }))
}

// An interceptor of deliveries sees each sending, can answer in the receiver's place
// and put faults on it.
func TestInterceptDeliveries(t *testing.T) {
	t.Parallel()
	for _, bubble := range []bool{true, false} {
		run := func(t *testing.T) {
			m := newMart(t, Frozen())
			k := newTill(m, nil)
			m.Hooks.To(k)
			var seen []string
			remove := m.Intercept(Sending, func(c *Call) {
				seen = append(seen, c.Op+" "+c.Request.Method+" "+c.Request.URL.Path+" "+c.Header("X-Mart-Sub")+" "+string(c.Body))
				switch len(seen) {
				case 1:
					c.Answer(Reply{Status: 503})
				case 2:
					require.NoError(t, c.Inject(faultLine("bad-signature kind=empty")))
					require.ErrorContains(t, c.Inject(faultLine("no-signature")), "both change the same")
					require.EqualError(t, c.Inject(faultLine("reset")), "fault reset is about calls, not about deliveries")
				}
			})
			m.post(t, "mug")
			m.Settle()
			require.Empty(t, k.lines(), "the receiver got nothing")
			require.Equal(t, 503, m.Hooks.Attempts()[0].Status)
			m.Advance(time.Second)
			require.Len(t, k.lines(), 1, "the retry")
			require.Empty(t, k.header(0).Get("X-Mart-Hmac"))
			require.Equal(t, "bad-signature kind=empty", m.Hooks.Attempts()[1].Fault)
			remove()
			m.post(t, "cup")
			m.Settle()
			require.Equal(t, []string{
				"good.added POST /1 sub_1 " + mugBody, "good.added POST /1 sub_1 " + mugBody,
			}, seen)
			require.Len(t, k.lines(), 2)
		}
		if bubble {
			synctest.Test(t, run)
		} else {
			run(t)
		}
	}
}

// A fault that is about deliveries has no place on a call.
func TestInterceptorsPutNoFaultsOfDeliveriesOnCalls(t *testing.T) {
	t.Parallel()
	m := newMart(t)
	m.Intercept(Matched, func(c *Call) {
		require.EqualError(t, c.Inject(faultLine("dropped")), "fault dropped is about deliveries, not about calls")
	})
	m.post(t, "mug")
}
