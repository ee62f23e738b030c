package fake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// mart is the API that the tests of deliveries serve: goods, of which it tells
// its subscribers.
type mart struct {
	*Server
	Goods *Collection[int64, good]
	Subs  *Collection[int64, martSub]
	set   martSettings
}

type good struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type martSub struct {
	ID     int64    `json:"id"`
	URL    string   `json:"url"`
	Topics []string `json:"topics"`
	Off    bool     `json:"off,omitempty"`
}

type martSettings struct {
	policy Policy
	gone   bool
	secret Secret
}

func withPolicy(change func(*Policy)) Option {
	return Setting("WithPolicy", func(s *martSettings) error { change(&s.policy); return nil })
}

func withGone() Option {
	return Setting("WithGone", func(s *martSettings) error { s.gone = true; return nil })
}

var nine = time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)

// newMart opens a mart at nine o'clock, whose deliveries are tried six times.
func newMart(tb TB, opts ...Option) *mart {
	m := &mart{set: martSettings{
		secret: Secret{Present: "s3cret"},
		policy: Policy{
			Timeout: 10 * time.Second, Retries: 5, Disable: 5,
			Backoff: func(retry int) time.Duration { return time.Second << (retry - 1) },
		},
	}}
	api := tinyAPI(
		Route{Op: "AddGood", Pattern: "POST /goods", Clause: "Add", Writes: true, Handle: m.add},
		Route{Op: "GetGood", Pattern: "GET /goods/{id}", Clause: "Get", Handle: m.get},
		Route{Op: "Unsubscribe", Pattern: "DELETE /subs/{id}", Clause: "Unsubscribe", Writes: true, Handle: m.unsubscribe},
	)
	api.Name, api.Hooks = "mart", &HookAPI{
		Topics:     func() []string { return []string{"good.added", "good.changed", "good.removed"} },
		Subscribe:  m.subscribe,
		Subscribed: m.subscribed,
		Find:       m.find,
		Switch: func(id string, on bool) {
			sub, _ := m.Subs.Find(martID(id))
			sub.Off = !on
			m.Subs.Update(nil, sub)
		},
		Render: func(e Event) []byte {
			return fmt.Appendf(nil, `{"event":%q,"at":%q,"data":%s}`, e.Topic, e.At.Format("15:04:05.000"), e.Data)
		},
		Header: func(d Delivery, at time.Time) http.Header {
			h := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"mart"}, "X-Mart-Sub": {d.Subscription}}
			h.Set("X-Mart-Seq", strconv.Itoa(d.Seq))
			h.Set("X-Mart-Time", at.Format("15:04:05"))
			if d.Copy > 0 {
				h.Set("X-Mart-Copy", strconv.Itoa(d.Copy))
			}
			return h
		},
		Signed: "X-Mart-Hmac",
		Secret: func(Subscription) Secret { return m.set.secret },
		Sign:   func(secret string, _ time.Time, body []byte) string { return "sha256=" + martMAC(secret, body) },
		Policy: func() Policy { return m.set.policy },
	}
	api.Hooks.Gone = func(id string) { m.Subs.Delete(nil, martID(id)) }
	opts = append([]Option{At(nine), Setting("", func(s *martSettings) error { return nil })}, opts...)
	m.Server = New(tb, api, &m.set, opts...)
	if !m.set.gone {
		api.Hooks.Gone = nil
	}
	m.Goods = NewCollection(m.First(), Spec[int64, good]{
		Name: "goods", Key: func(g *good) *int64 { return &g.ID }, Changed: m.changed,
	})
	m.Subs = NewCollection(m.First(), Spec[int64, martSub]{
		Name: "subs", Key: func(s *martSub) *int64 { return &s.ID },
		Clone: func(s martSub) martSub { s.Topics = slices.Clone(s.Topics); return s },
	})
	return m
}

func martMAC(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func martID(id string) int64 {
	n, _ := strconv.ParseInt(strings.TrimPrefix(id, "sub_"), 10, 64)
	return n
}

func (m *mart) changed(before, after *good) {
	topic, g := "good.changed", after
	switch {
	case before == nil:
		topic = "good.added"
	case after == nil:
		topic, g = "good.removed", before
	}
	m.Hooks.Emit(Event{Topic: topic, Data: fmt.Appendf(nil, `{"id":%d,"name":%q}`, g.ID, g.Name)})
}

func (m *mart) subscribe(url string, topics []string) (string, error) {
	if strings.Contains(url, " ") {
		return "", fmt.Errorf("the address %q has a blank", url)
	}
	return fmt.Sprint("sub_", m.Subs.Insert(nil, martSub{URL: url, Topics: topics}).ID), nil
}

func (m *mart) subscribed(e Event) (subs []Subscription) {
	for s := range m.Subs.Range(0, m.Subs.Count()) {
		if !s.Off && (e.All || slices.Contains(s.Topics, e.Topic)) {
			subs = append(subs, s.subscription())
		}
	}
	return subs
}

func (s *martSub) subscription() Subscription {
	return Subscription{ID: fmt.Sprint("sub_", s.ID), URL: s.URL, Active: !s.Off}
}

func (m *mart) find(id string) (Subscription, bool) {
	s, err := m.Subs.Find(martID(id))
	return s.subscription(), err == nil
}

func (m *mart) add(c *Call) (Reply, error) {
	body, err := c.JSON()
	if err != nil {
		return Reply{}, err
	}
	g := m.Goods.Insert(c, good{Name: body.Get("name").Str})
	return Reply{Status: 201, Body: fmt.Append(nil, g.ID)}, nil
}

func (m *mart) get(c *Call) (Reply, error) {
	g, err := m.Goods.Find(c.Int("id"))
	return Reply{Status: 200, Body: []byte(g.Name)}, err
}

func (m *mart) unsubscribe(c *Call) (Reply, error) {
	m.Subs.Delete(c, c.Int("id"))
	return Reply{Status: 204}, nil
}

// post adds a good over the API.
func (m *mart) post(t testing.TB, name string) {
	t.Helper()
	answer, err := m.Client().Post(m.BaseURL()+"/goods", "application/json", strings.NewReader(`{"name":"`+name+`"}`))
	require.NoError(t, err)
	defer answer.Body.Close()
	_, _ = io.ReadAll(answer.Body)
	require.Equal(t, 201, answer.StatusCode)
}

// till is a receiver that writes down what it gets.
type till struct {
	mu      sync.Mutex
	got     []string // method, path, time of the server, body
	headers []http.Header
	bodies  []string
	answer  func(n int, w http.ResponseWriter, r *http.Request) // n: from 1; nil: 200
	now     func() time.Time
}

func newTill(m *mart, answer func(n int, w http.ResponseWriter, r *http.Request)) *till {
	return &till{answer: answer, now: m.Now}
}

// status answers with these, then with 200.
func statuses200(statuses ...int) func(int, http.ResponseWriter, *http.Request) {
	return func(n int, w http.ResponseWriter, _ *http.Request) {
		if n <= len(statuses) {
			w.WriteHeader(statuses[n-1])
		}
	}
}

func (k *till) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	k.mu.Lock()
	line := k.now().Format("15:04:05.000") + " " + r.Method + " " + r.URL.RequestURI()
	if err != nil {
		line += " " + err.Error()
	}
	k.got = append(k.got, line)
	k.headers = append(k.headers, r.Header)
	k.bodies = append(k.bodies, string(body))
	n := len(k.got)
	k.mu.Unlock()
	if k.answer != nil {
		k.answer(n, w, r)
	}
}

func (k *till) lines() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.got)
}

func (k *till) all() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.bodies)
}

func (k *till) header(i int) http.Header {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.headers[i]
}

// names are the names of the goods that were told of.
func (k *till) names() string {
	var names []string
	for _, body := range k.all() {
		_, rest, _ := strings.Cut(body, `"name":"`)
		name, _, _ := strings.Cut(rest, `"`)
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// states are the states of the deliveries, in order.
func (m *mart) states() string {
	var states []string
	for _, d := range m.Hooks.Deliveries() {
		states = append(states, string(d.State))
	}
	return strings.Join(states, " ")
}
