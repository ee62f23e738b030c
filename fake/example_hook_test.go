package fake_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Bell rings at its subscribers: an API that sends web hooks, and does nothing
// else.
type Bell struct {
	*fake.Server
	Listeners *fake.Collection[int64, Listener]
}

// A Listener is a subscription, as the API package keeps it.
type Listener struct {
	ID     int64    `json:"id"`
	URL    string   `json:"url"`
	Events []string `json:"events"`
	Off    bool     `json:"off"`
}

// NewBell makes a server whose deliveries are tried three times.
func NewBell() *Bell {
	b := &Bell{}
	start := time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)
	b.Server = fake.New(nil, fake.API{
		Name: "bell", Base: "https://bell.example", Hosts: []string{"bell.example"},
		Error: func(*fake.Call, *fake.Error) fake.Reply { return fake.Reply{Status: 404} },
		Hooks: &fake.HookAPI{
			Topics:     func() []string { return []string{"bell.rung", "bell.broken"} },
			Subscribe:  b.subscribe,
			Subscribed: b.subscribed,
			Find:       b.find,
			Switch: func(id string, on bool) {
				if l, err := b.Listeners.Find(number(id)); err == nil {
					l.Off = !on
					b.Listeners.Update(nil, l)
				}
			},
			Render: func(e fake.Event) []byte {
				return fmt.Appendf(nil, `{"event":%q,"at":%q}`, e.Topic, e.At.Format(time.TimeOnly))
			},
			Header: func(d fake.Delivery, _ time.Time) http.Header {
				return http.Header{"Content-Type": {"application/json"}, "User-Agent": {"bell"}, "Bell-Listener": {d.Subscription}}
			},
			Signed: "Bell-Signature",
			Secret: func(fake.Subscription) fake.Secret { return fake.Secret{Present: "ding"} },
			Sign: func(secret string, _ time.Time, body []byte) string {
				mac := hmac.New(sha256.New, []byte(secret))
				mac.Write(body)
				return "sha256=" + hex.EncodeToString(mac.Sum(nil))
			},
			Policy: func() fake.Policy {
				return fake.Policy{
					Timeout: 10 * time.Second, Retries: 2, Disable: 3,
					Backoff: func(retry int) time.Duration { return time.Minute << retry },
				}
			},
		},
	}, nil, fake.At(start), fake.Frozen())
	b.Listeners = fake.NewCollection(b.First(), fake.Spec[int64, Listener]{
		Name: "listeners", Key: func(l *Listener) *int64 { return &l.ID },
		Clone: func(l Listener) Listener { l.Events = slices.Clone(l.Events); return l },
	})
	return b
}

func number(id string) int64 { n, _ := strconv.ParseInt(id, 10, 64); return n }

func (l *Listener) subscription() fake.Subscription {
	return fake.Subscription{ID: strconv.FormatInt(l.ID, 10), URL: l.URL, Active: !l.Off}
}

func (b *Bell) subscribe(url string, events []string) (string, error) {
	l := b.Listeners.Insert(nil, Listener{URL: url, Events: events})
	return l.subscription().ID, nil
}

func (b *Bell) subscribed(e fake.Event) (subs []fake.Subscription) {
	for l := range b.Listeners.Range(0, b.Listeners.Count()) {
		if !l.Off && slices.Contains(l.Events, e.Topic) {
			subs = append(subs, l.subscription())
		}
	}
	return subs
}

func (b *Bell) find(id string) (fake.Subscription, bool) {
	l, err := b.Listeners.Find(number(id))
	return l.subscription(), err == nil
}

// Ring tells of the event that somebody rang.
func (b *Bell) Ring() { b.Locked(func() { b.Hooks.Emit(fake.Event{Topic: "bell.rung"}) }) }

// RingAt lets it ring at some time.
func (b *Bell) RingAt(at time.Time) {
	b.Locked(func() {
		b.Due("ring", at, func(now time.Time) { b.Hooks.Emit(fake.Event{Topic: "bell.rung", At: now}) })
	})
}

// heard is a receiver that prints what it gets.
func heard(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Printf("%s %s %s %.12s…\n", r.Method, r.URL, body, r.Header.Get("Bell-Signature"))
}

func ExampleHooks() {
	bell := NewBell()
	defer bell.Close()
	bell.Hooks.To(http.HandlerFunc(heard), "bell.rung")
	bell.Hooks.ToURL("https://hooks.vendor.example/") // nobody there
	bell.Ring()
	for _, d := range bell.Hooks.Deliveries() {
		fmt.Println(d.Seq, d.URL, d.State, len(d.Attempts))
	}
	// Output:
	// POST /1 {"event":"bell.rung","at":"09:00:00"} sha256=c2395…
	// 1 https://hooks.example.com/1 delivered 1
	// 2 https://hooks.vendor.example/ withheld 0
}

func ExampleHooks_Hold() {
	bell := NewBell()
	defer bell.Close()
	bell.Hooks.To(http.HandlerFunc(heard), "bell.rung")
	release := bell.Hooks.Hold()
	bell.Ring()
	bell.Advance(time.Second)
	bell.Ring()
	d := bell.Hooks.Pending()
	bell.Hooks.Send(d[1]) // overtakes the other
	bell.Hooks.Send(d[1], fake.NewFault("no-signature"))
	release()
	// Output:
	// POST /1 {"event":"bell.rung","at":"09:00:01"} sha256=da299…
	// POST /1 {"event":"bell.rung","at":"09:00:01"} …
	// POST /1 {"event":"bell.rung","at":"09:00:00"} sha256=c2395…
}

func ExampleHooks_Attempts() {
	bell := NewBell()
	defer bell.Close()
	id := bell.Hooks.To(http.NotFoundHandler(), "bell.rung")
	bell.Ring()
	bell.Advance(time.Hour)
	for _, a := range bell.Hooks.Attempts() {
		fmt.Println(a.Number, a.At.Format(time.TimeOnly), a.Status, a.Verdict)
	}
	fmt.Println(bell.Hooks.Deliveries()[0].State)
	bell.Hooks.Enable(id)
	listener, _ := bell.Listeners.Get(1)
	fmt.Println("off:", listener.Off)
	// Output:
	// 1 09:00:00 404 failed
	// 2 09:02:00 404 failed
	// 3 09:06:00 404 failed
	// exhausted
	// off: false
}

func ExampleServer_Due() {
	bell := NewBell()
	defer bell.Close()
	bell.Hooks.To(http.HandlerFunc(heard), "bell.rung")
	bell.RingAt(bell.Now().Add(3 * time.Hour))
	bell.RingAt(bell.Now().Add(2 * time.Hour)) // instead
	bell.Advance(24 * time.Hour)
	// Output:
	// POST /1 {"event":"bell.rung","at":"11:00:00"} sha256=2a2c3…
}
