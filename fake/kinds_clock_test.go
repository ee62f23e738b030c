package fake

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A call under a skewed clock tells another Date and stamps another time, while
// waiting times and limits go by the right one.
func TestFaultClockSkewOfCalls(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		for line, want := range map[string]string{ // a call a minute: minutes by Date, and of the change
			"clock-skew by=5m":                   "5/5 6/6 7/7 8/8",
			"clock-skew by=-1h":                  "-60/-60 -59/-59 -58/-58 -57/-57",
			"clock-skew jump=-2m":                "0/0 -1/-1 -2/-2 -3/-3", // backwards, while time goes on
			"clock-skew by=10m jump=1h call=2,3": "0/0 11/11 72/72 3/3",
		} {
			p := n.start(t, Frozen(), At(faultNoon))
			armed := p.Inject(faultLine(line))
			var got []string
			for i := range 4 {
				a := p.send("POST", "/books.json", `{"title":"Emma"}`)
				date, err := time.Parse(time.RFC1123, a.header.Get("Date"))
				require.NoError(t, err)
				b, _ := p.Books.Get(int64(i + 1))
				got = append(got, fmt.Sprintf("%v/%v", date.Sub(faultNoon).Minutes(), b.Changed.Sub(faultNoon).Minutes()))
				x := p.last(t)
				require.Equal(t, a.header.Get("Date"), x.ReplyHeader.Get("Date"), "the journal has what was sent")
				require.Equal(t, faultNoon.Add(time.Duration(i)*time.Minute), x.At, "and when that was")
				p.Advance(time.Minute)
			}
			require.Equal(t, want, strings.Join(got, " "), line)
			require.True(t, armed.Spent())
		}
	})
}

func TestFaultClockSkewLeavesLimitsAlone(t *testing.T) {
	t.Parallel()
	faultBubble(t, func(t *testing.T, p *faultPeer) {
		p.Inject(faultLine("clock-skew by=1h").Call(2), faultLine("rate-limited retry-after=2s form=date").Call(2))
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
		a := p.send("GET", "/books.json", "")
		require.Equal(t, 429, a.status)
		told, err := time.Parse(time.RFC1123, a.header.Get("Retry-After"))
		require.NoError(t, err)
		require.InDelta(t, 3602, time.Until(told).Seconds(), 1, "the date is told by the clock that is off")
		time.Sleep(time.Second)
		require.Equal(t, 200, p.status("GET", "/books.json", ""), "the limit goes by the right one")
	}, withLimit(2), Allow("too-soon"))
}

// A clock that jumps on and on does not come round.
func TestFaultClockSkewHasAnEnd(t *testing.T) {
	t.Parallel()
	require.Equal(t, longest, skewOf(faultLine("clock-skew jump=438000h"), 1<<40))
	require.Equal(t, -longest, skewOf(faultLine("clock-skew jump=-438000h"), 3))
	require.Equal(t, time.Hour, skewOf(faultLine("clock-skew by=1h"), 1<<40))
}

// One name for both: On says whether calls are meant or deliveries, and without it
// both are.
func TestFaultClockSkewOfCallsAndDeliveries(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{ // minutes of the answer's Date, of the event, of the time that is signed
		"clock-skew by=5m":                                "5 5 5",
		"clock-skew by=5m on=AddGood":                     "5 0 0",
		"clock-skew by=5m on=hook:good.added":             "0 5 5",
		"clock-skew by=5m on=hook:good.removed":           "0 0 0",
		"clock-skew by=5m on=AddGood,hook:good.*":         "5 5 5",
		"clock-skew jump=5m":                              "0 5 5",
		"clock-skew by=5m on=Unsubscribe,hook:good.added": "0 5 5",
	} {
		m := newMart(t, Frozen())
		k := newTill(m, nil)
		m.Hooks.To(k)
		f := faultLine(line)
		m.Inject(f.Optional())
		m.post(t, "mug")
		m.Settle()
		date, err := time.Parse(time.RFC1123, m.Calls()[0].ReplyHeader.Get("Date"))
		require.NoError(t, err)
		minutes := func(text, layout string) float64 {
			at, err := time.Parse(layout, text)
			require.NoError(t, err)
			return at.Sub(time.Date(0, 1, 1, 9, 0, 0, 0, time.UTC)).Minutes()
		}
		_, event, _ := strings.Cut(k.all()[0], `"at":"`)
		got := fmt.Sprint(date.Sub(nine).Minutes(), " ", minutes(event[:8], "15:04:05"), " ", minutes(k.header(0).Get("X-Mart-Time"), "15:04:05"))
		assert.Equal(t, want, got, line)
		assert.Equal(t, strings.Contains(line, "on=hook:"), f.AboutDeliveries(), line)
	}
	var s spy
	shelf := newShelf(&s)
	t.Cleanup(s.cleanup)
	assert.Equal(t, `shelf: fault clock-skew: this API sends no deliveries`, s.run(func() { shelf.Inject(faultLine("clock-skew by=1s on=hook:x")) }))
	assert.Equal(t, `shelf: fault clock-skew: on="hook:x": this API sends no deliveries`, s.run(func() { shelf.Inject(faultLine("clock-skew by=1s on=AddBook,hook:x")) }))
	assert.Equal(t, "shelf: fault clock-skew: it needs by= or jump=", s.run(func() { shelf.Inject(faultLine("clock-skew")) }))
}

// From a moment on times have an offset that is an hour later, and stay what they
// are.
func TestFaultDST(t *testing.T) {
	t.Parallel()
	title := `"2025-03-09T01:59:59.120-05:00","2025-03-09T02:00:00.000-05:00","2025-12-24T23:30:00+05:30","2025-03-10T00:00:00Z","2025-03-09"`
	for line, want := range map[string]string{
		"dst at=2025-03-09T07:00:00Z": `"2025-03-09T01:59:59.120-05:00","2025-03-09T03:00:00.000-04:00","2025-12-25T00:30:00+06:30","2025-03-10T00:00:00Z","2025-03-09"`,
		"dst":                         `"2025-03-09T02:59:59.120-04:00","2025-03-09T03:00:00.000-04:00","2025-12-25T00:30:00+06:30","2025-03-10T00:00:00Z","2025-03-09"`,
	} {
		s := newShelf(t, Frozen(), At(faultNoon))
		s.Inject(faultLine(line))
		s.Intercept(BeforeApply, func(c *Call) { c.Answer(Reply{Status: 200, Body: []byte("[" + title + "]")}) })
		got := s.must(t, "GET", "/books.json", "")
		assert.Equal(t, "["+want+"]", got, line)
		for i, text := range strings.Split(want, ",")[:3] {
			after, err := time.Parse(time.RFC3339, strings.Trim(text, `"`))
			require.NoError(t, err)
			before, err := time.Parse(time.RFC3339, strings.Trim(strings.Split(title, ",")[i], `"`))
			require.NoError(t, err)
			assert.True(t, before.Equal(after), text)
		}
	}
	assert.EqualError(t, faultLine("dst at=tomorrow").Check(), "fault dst: at=tomorrow: want a moment such as 2025-03-09T07:00:00Z")
}

// A client that compares times as texts takes an older record for the newer one.
func TestFaultDSTCatchesTextComparison(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t)
		s.Books.Add(book{Title: "2025-03-09T01:59:00.000-05:00"})
		s.Books.Add(book{Title: "2025-11-02T01:30:00.000-05:00"})
		s.Inject(faultLine("dst at=2025-03-09T07:00:00Z"))
		list := s.must(t, "GET", "/books.json", "")
		first, second := strings.Index(list, "01:59"), strings.Index(list, "2025-11-02T02:30:00.000-04:00")
		require.True(t, first > 0 && second > first, list)
	})
}

// When the client may come again is told by the clock that the answer's Date is
// from, whichever fault was armed first and however late the answer leaves; a client
// that waits as long as the two are apart is not too soon.
func TestRetryAfterGoesByTheDateOfItsAnswer(t *testing.T) {
	t.Parallel()
	skews := []string{"clock-skew by=1h", "clock-skew by=-1h", "clock-skew jump=1m by=1s", "slow-headers delay=30s"}
	limits := []string{"rate-limited retry-after=5s form=date", "rate-limited retry-after=5s form=date enforce", "server-error retry-after=5s status=503"}
	for _, skew := range skews {
		for _, limit := range limits {
			for _, line := range []string{skew + ";" + limit, limit + ";" + skew} {
				faultBubble(t, func(t *testing.T, p *faultPeer) {
					for one := range strings.SplitSeq(line, ";") {
						p.Inject(faultLine(one).First(1))
					}
					a := p.send("GET", "/books.json", "")
					date, err := time.Parse(time.RFC1123, a.header.Get("Date"))
					require.NoError(t, err, line)
					wait, told := 5*time.Second, a.header.Get("Retry-After")
					if strings.Contains(line, "form=date") {
						until, err := time.Parse(time.RFC1123, told)
						require.NoError(t, err, line)
						wait = until.Sub(date)
						require.Equal(t, 5*time.Second, wait, line)
					} else {
						require.Equal(t, "5", told, line)
					}
					time.Sleep(wait)
					require.Equal(t, 200, p.status("GET", "/books.json", ""), line)
					require.Empty(t, p.Findings(), line)
				}, At(faultNoon))
			}
		}
	}
}

// A client that is told a date and asks before it is too soon, whatever its clock
// shows.
func TestTooSoonByAClockThatIsOff(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"1h", "-1h"} {
		faultBubble(t, func(t *testing.T, p *faultPeer) {
			p.Inject(faultLine("clock-skew by="+by).First(1), faultLine("rate-limited retry-after=5s form=date").First(1))
			require.Equal(t, 429, p.status("GET", "/books.json", ""))
			time.Sleep(4 * time.Second)
			require.Equal(t, 200, p.status("GET", "/books.json", ""))
			found := p.Findings()
			require.Len(t, found, 1)
			require.Equal(t, "too-soon", found[0].Kind)
			require.Contains(t, found[0].Detail, "was called 1s before")
		}, At(faultNoon), Allow("too-soon"))
	}
}

// An endpoint is gone from its day on by the clock that the client is told, in
// either order.
func TestSunsetByAClockThatIsOff(t *testing.T) {
	t.Parallel()
	gone, skew := faultLine("method-or-route-gone sunset=2025-03-02"), faultLine("clock-skew by=24h")
	for _, faults := range [][]Fault{{gone, skew}, {skew, gone}} {
		p := faultNets[0].start(t, At(faultNoon), Frozen(), Allow("no-route"))
		p.Inject(faults...)
		require.Equal(t, 404, p.status("GET", "/books.json", ""), faults)
	}
}
