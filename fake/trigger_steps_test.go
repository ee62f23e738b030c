package fake

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Three steps and two hundred callers at once: each step is answered exactly once,
// in the order of the journal.
func TestStepsUnderTwoHundredGoroutines(t *testing.T) {
	t.Parallel()
	for range 5 {
		p := faultNets[0].start(t)
		p.Inject(NewFault("server-error").Set("status", "501").Call(1), NewFault("server-error").Set("status", "502").Call(2),
			NewFault("server-error").Set("status", "503").Call(3))
		var (
			wait   sync.WaitGroup
			mu     sync.Mutex
			got    = map[int]int{}
			client = &http.Client{Transport: p.Transport()}
		)
		for range 200 {
			wait.Go(func() {
				status, _, err := p.askVia(client, p.BaseURL(), "GET", "/books.json", "")
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					status = -1
				}
				got[status]++
			})
		}
		wait.Wait()
		require.Equal(t, map[int]int{200: 197, 501: 1, 502: 1, 503: 1}, got)
		for i, status := range []int{501, 502, 503, 200} {
			require.Equal(t, status, p.Calls()[i].Status, "the decision is made in the order of arrival")
		}
	}
}

// A fault that can never hit is a mistake where it is armed; one that may find room
// on some call is not.
func TestFaultsThatTakeTheSamePlace(t *testing.T) {
	t.Parallel()
	var s spy
	shelf := newShelf(&s, Frozen())
	for _, c := range []struct{ first, second, want string }{
		{"server-error", "burst calls=1", "fault burst calls=1 can never hit: server-error was armed before, hits always, and takes the same place"},
		{"reset", "lost-response call=3", "fault lost-response call=3 can never hit: reset was armed before, hits always, and takes the same place"},
		{"server-error apply=after", "rate-limited on=AddBook", "fault rate-limited on=AddBook can never hit: server-error apply=after was armed before, hits always, and takes the same place"},
		{"slow-body over=1s", "truncated", "fault truncated can never hit: slow-body over=1s was armed before, hits always, and takes the same place"},
		{"reset chance=1", "reset", "fault reset can never hit: reset chance=1 was armed before, hits always, and takes the same place"},
		{"server-error first=1", "burst calls=1", ""},
		{"server-error on=AddBook", "burst calls=1", ""},
		{"server-error after=1", "burst calls=1", ""},
		{"server-error every=2", "burst calls=1", ""},
		{"server-error chance=0.5", "burst calls=1", ""},
		{"server-error between=1s..2s", "burst calls=1", ""},
		{"rate-limited", "malformed-json", ""}, // another place
		{"server-error", "burst calls=1 optional", ""},
		{"not-saved", "server-error", ""}, // it chooses writes
	} {
		first := shelf.Inject(faultLine(c.first))
		want := c.want
		if want != "" {
			want = "shelf: " + want
		}
		var second *Armed
		assert.Equal(t, want, s.run(func() { second = shelf.Inject(faultLine(c.second)) }), c.second)
		first.Disarm()
		if second != nil {
			second.Disarm()
		}
		want = s.run(func() { shelf.Inject(faultLine(c.first), faultLine(c.second)).Disarm() })
		assert.Equal(t, c.want == "", want == "", "armed together: %s", c.second)
		shelf.Reset()
	}
	m := newMart(&s)
	t.Cleanup(s.cleanup)
	m.Inject(faultLine("dropped"))
	assert.Equal(t, "mart: fault duplicate on=hook:good.added can never hit: dropped was armed before, hits always, and takes the same place",
		s.run(func() { m.Inject(faultLine("duplicate on=hook:good.added")) }))
	m.Reset()
}

// A series goes on where an interceptor puts it on one call after the other: the next
// status of a mix, the next jump of a clock, the next call that a header tells of.
func TestSeriesOfInjectedFaults(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"burst calls=3 mix=500,502,503":    "500 502 503 200 200",
		"burst for=2s":                     "500 500 200 200 200",
		"rate-limited times=2":             "429 429 200 200 200",
		"clock-skew jump=1h":               "12:00 13:00 14:00 15:00 16:00",
		"limit-headers limit=4 per=1h":     "3 2 1 0 0",
		"limit-headers limit=4 per=1500ms": "3 2 2 2 2",
	} {
		p := faultNets[0].start(t, Frozen(), At(faultNoon), Allow("too-soon"))
		p.Books.Add(book{Title: "Emma"})
		series := faultLine(line).Series()
		remove := p.Intercept(Connect, func(c *Call) { require.NoError(t, c.Inject(series)) })
		var got []string
		for range 5 {
			a := p.send("GET", "/books.json", "")
			switch date, err := time.Parse(time.RFC1123, a.header.Get("Date")); {
			case strings.HasPrefix(line, "clock"):
				require.NoError(t, err)
				got = append(got, date.Format("15:04"))
			case strings.HasPrefix(line, "limit"):
				got = append(got, a.header.Get("X-Ratelimit-Remaining"))
			default:
				got = append(got, strconv.Itoa(a.status))
			}
			p.Advance(time.Second)
		}
		require.Equal(t, want, strings.Join(got, " "), line)
		remove()
		require.Equal(t, 200, p.status("GET", "/books.json", ""), line)
	}
}

// Without a series each call has the fault anew.
func TestInjectedFaultsWithoutASeries(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	p.Intercept(Connect, func(c *Call) { require.NoError(t, c.Inject(faultLine("burst calls=1 mix=500,502"))) })
	require.Equal(t, 500, p.status("GET", "/books.json", ""))
	require.Equal(t, 500, p.status("GET", "/books.json", ""))
}

// The same for deliveries.
func TestSeriesOfInjectedFaultsOnDeliveries(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, nil)
	m.Hooks.To(k)
	series := faultLine("clock-skew jump=1h on=hook:good.added").Series()
	m.Intercept(Sending, func(c *Call) { require.NoError(t, c.Inject(series)) })
	for range 3 {
		m.Goods.Add(good{Name: "mug"})
	}
	m.Settle()
	var got []string
	for i := range 3 {
		got = append(got, k.header(i).Get("X-Mart-Time")[:5])
	}
	require.Equal(t, []string{"09:00", "10:00", "11:00"}, got)
}
