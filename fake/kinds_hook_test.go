package fake

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	mugBody = `{"event":"good.added","at":"09:00:00.000","data":{"id":1,"name":"mug"}}`
	oddName = `a/b é "<&>` // in JSON: a/b é \"<&>
)

// hookNets runs a test of a delivery's bytes over each network.
func hookNets(t *testing.T, opts []Option, work func(t *testing.T, m *mart, k *till)) {
	t.Helper()
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			m := newMart(t, opts...)
			k := newTill(m, nil)
			m.Hooks.Receive("https://app.example/", k)
			m.Hooks.ToURL("https://app.example/in?shop=1")
			work(t, m, k)
		})
	})
	for name, start := range map[string]func(http.Handler) *httptest.Server{"loopback": httptest.NewServer, "loopback with TLS": httptest.NewTLSServer} {
		t.Run("over "+name, func(t *testing.T) {
			t.Parallel()
			m := newMart(t, append([]Option{Frozen()}, opts...)...)
			k := newTill(m, nil)
			app := start(k)
			t.Cleanup(app.Close)
			m.Hooks.ToURL(app.URL + "/in?shop=1")
			work(t, m, k)
		})
	}
}

// What faults change in the bytes of one request. The mac is of the body as sent,
// with the present secret, unless a case says otherwise.
func TestFaultsOnTheBytesOfADelivery(t *testing.T) {
	t.Parallel()
	mac := martMAC("s3cret", []byte(mugBody))
	raw, err := hex.DecodeString(mac)
	require.NoError(t, err)
	last := "0"
	if strings.HasSuffix(mac, "0") {
		last = "1"
	}
	const post = "POST /in?shop=1"
	pinged := `{"event":"test","at":"09:00:00.000","data":{}}`
	cases := map[string]struct {
		line string
		body string
		sign string
	}{
		"":                                {post, mugBody, "sha256=" + mac},
		"bad-signature":                   {post, mugBody, "sha256=" + mac[:63] + last},
		"bad-signature kind=other-body":   {post, mugBody, "sha256=" + martMAC("s3cret", []byte(" "+mugBody))},
		"bad-signature kind=truncated":    {post, mugBody, "sha256=" + mac[:32]},
		"bad-signature kind=empty":        {post, mugBody, ""},
		"bad-signature value=sha1=é":      {post, mugBody, "sha1=é"},
		"no-signature":                    {post, mugBody, "none"},
		"signature-form form=bare":        {post, mugBody, mac},
		"signature-form form=upper":       {post, mugBody, "sha256=" + strings.ToUpper(mac)},
		"signature-form form=base64":      {post, mugBody, base64.StdEncoding.EncodeToString(raw)},
		"signature-form form=twice":       {post, mugBody, "sha256=sha256=" + mac},
		"signature-form form=lower-name":  {post, mugBody, "sha256=" + mac},
		"tampered":                        {post, strings.Replace(mugBody, `"id":1`, `"id":2`, 1), "sha256=" + mac},
		"tampered kind=re-encoded":        {post, "{\n \"event\": \"good.added\",\n \"at\": \"09:00:00.000\",\n \"data\": {\n  \"id\": 1,\n  \"name\": \"mug\"\n }\n}", "sha256=" + mac},
		"old-secret":                      {post, mugBody, "sha256=" + martMAC("former", []byte(mugBody))},
		"rotated late=1h":                 {post, mugBody, "sha256=" + martMAC("former", []byte(mugBody))},
		"rotated overlap=1h":              {post, mugBody, "sha256=" + martMAC("former", []byte(mugBody)) + " sha256=" + mac},
		"old-secret late=1h":              {post, mugBody, "sha256=" + martMAC("former", []byte(mugBody))},
		"old-secret overlap=1h":           {post, mugBody, "sha256=" + martMAC("former", []byte(mugBody)) + " sha256=" + mac},
		"unknown-event":                   {post, strings.Replace(mugBody, "good.added", "unknown.event", 1), "ok"},
		"unknown-event topic=good.stolen": {post, strings.Replace(mugBody, "good.added", "good.stolen", 1), "ok"},
		"test-ping":                       {post, pinged, "ok"},
		"clock-skew by=-5m":               {post, strings.Replace(mugBody, "09:00:00", "08:55:00", 1), "ok"},
		"clock-skew by=1h":                {post, strings.Replace(mugBody, "09:00:00", "10:00:00", 1), "ok"},
		"wrong-target method=GET":         {"GET /in?shop=1", "", "ok"},
		"wrong-target method=HEAD":        {"HEAD /in?shop=1", "", "ok"},
		"wrong-target method=PUT":         {"PUT /in?shop=1", mugBody, "ok"},
		"wrong-target slash=yes":          {"POST /in/?shop=1", mugBody, "ok"},
		"slow-post rate=10 chunks=3":      {post, mugBody, "ok"},
		"cut-post":                        {post + " unexpected EOF", mugBody[:35], "sha256=" + mac},
		"cut-post at=0":                   {post + " unexpected EOF", "", "sha256=" + mac},
		"body-style style=pretty":         {post, "{\n  \"event\": \"good.added\",\n  \"at\": \"09:00:00.000\",\n  \"data\": {\n    \"id\": 1,\n    \"name\": \"mug\"\n  }\n}", "ok"},
		"body-style style=newline":        {post, mugBody + "\n", "ok"},
		"body-style style=bom":            {post, "\ufeff" + mugBody, "ok"},
	}
	for fault, c := range cases {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			hookNets(t, nil, func(t *testing.T, m *mart, k *till) {
				m.Locked(func() { m.set.secret.Former, m.set.secret.Since = "former", m.Now() })
				if fault != "" {
					m.Inject(faultLine(fault).On("hook:good.added").Call(1))
				}
				m.Goods.Add(good{Name: "mug"})
				m.Settle()
				if strings.Contains(fault, "slow-post") {
					m.Advance(time.Minute)
				}
				lines := k.lines()
				require.Len(t, lines, 1)
				_, line, _ := strings.Cut(lines[0], " ")
				assert.Equal(t, c.line, line)
				body := k.all()[0]
				assert.Equal(t, c.body, body)
				sign, signed := k.header(0)["X-Mart-Hmac"]
				want := c.sign
				switch want {
				case "ok":
					want = "sha256=" + martMAC("s3cret", []byte(body))
				case "none":
					assert.False(t, signed)
					want = ""
				}
				assert.Equal(t, want, strings.Join(sign, " "))
				if _, skew, skews := strings.Cut(fault, "clock-skew by="); skews {
					by, err := time.ParseDuration(skew)
					require.NoError(t, err)
					assert.Equal(t, nine.Add(by).Format("15:04:05"), k.header(0).Get("X-Mart-Time"), "where the header tells the time, too")
				}
				a := m.Hooks.Attempts()[0]
				if fault != "" {
					assert.Equal(t, fault+" on=hook:good.added call=1", a.Fault)
				}
				if !strings.HasPrefix(fault, "cut-post") {
					assert.Equal(t, body, string(a.Body), "the journal of attempts has what was sent")
				}
			})
		})
	}
}

func TestFaultBodyStyles(t *testing.T) {
	t.Parallel()
	for style, want := range map[string]string{
		"escaped-slashes": `{"event":"good.added","at":"09:00:00.000","data":{"id":1,"name":"a\/b é \"<&>"}}`,
		"ascii":           `{"event":"good.added","at":"09:00:00.000","data":{"id":1,"name":"a/b \u00e9 \"<&>"}}`,
		"latin1":          "{\"event\":\"good.added\",\"at\":\"09:00:00.000\",\"data\":{\"id\":1,\"name\":\"a/b \xe9 \\\"<&>\"}}",
		"gzip":            `{"event":"good.added","at":"09:00:00.000","data":{"id":1,"name":"a/b é \"<&>"}}`,
	} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			m := newMart(t, Frozen())
			k := newTill(m, nil)
			m.Hooks.To(k)
			m.Inject(faultLine("body-style style=" + style))
			m.Goods.Add(good{Name: oddName})
			body := k.all()[0]
			h := k.header(0)
			assert.Equal(t, "sha256="+martMAC("s3cret", []byte(body)), h.Get("X-Mart-Hmac"), "over the bytes as sent")
			switch style {
			case "gzip":
				assert.Equal(t, "gzip", h.Get("Content-Encoding"))
				z, err := gzip.NewReader(strings.NewReader(body))
				require.NoError(t, err)
				plain, err := io.ReadAll(z)
				require.NoError(t, err)
				body = string(plain)
			case "latin1":
				assert.Equal(t, "application/json; charset=iso-8859-1", h.Get("Content-Type"))
			}
			assert.Equal(t, want, body)
		})
	}
}

// When, and how often, deliveries leave; and what follows from their answers.
func TestFaultsOnTheCourseOfDeliveries(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string][]string{
		"":                                  {"0s a", "0s b", "0s c"},
		"duplicate call=1":                  {"0s a", "0s a", "0s b", "0s c"},
		"duplicate times=2 gap=2s call=2":   {"0s a", "0s b", "0s c", "2s b", "4s b"},
		"duplicate parallel=yes":            {"0s a", "0s a", "0s b", "0s b", "0s c", "0s c"},
		"overtake call=1":                   {"0s b", "0s a", "0s c"},
		"overtake with=good.changed call=1": {"0s b", "0s c", "5s changed", "5s a"},
		"overtake by=retry call=2":          {"0s a", "0s c", "1s b"},
		"delay by=3s call=1":                {"0s b", "0s c", "3s a"},
		"dropped call=2":                    {"0s a", "0s c"},
		"replayed age=7s call=1":            {"0s a", "0s b", "0s c", "7s a"},
		"flood n=3 call=2":                  {"0s a", "0s b", "0s b", "0s b", "0s c"},
		"flood n=5 parallel=2 call=3":       {"0s a", "0s b", "0s c", "0s c", "0s c", "0s c", "0s c"},
		"retry call=1":                      {"0s a", "0s b", "0s c", "1s a"},
		"retry attempt=1,2":                 {"0s a", "0s b", "0s c", "1s a", "1s b"}, // five in a row: off
		"retry backoff=4s call=1":           {"0s a", "0s b", "0s c", "4s a"},
		"retry backoff=2s policy=fixed attempt=1,2,3 of a":  {"0s a", "0s b", "0s c", "2s a", "4s a", "6s a"},
		"retry backoff=2s policy=doubling attempt=1,2 of a": {"0s a", "0s b", "0s c", "2s a", "6s a"},
		"retry max=1 of b": {"0s a", "0s b", "0s c", "1s b"},
		"disabled call=2":  {"0s a"},
		"cut-post call=1":  {"0s cut", "0s b", "0s c", "1s a"},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			hookNets(t, nil, func(t *testing.T, m *mart, k *till) {
				if line, name, named := strings.Cut(fault, " of "); named {
					m.Inject(faultLine(line).When("data.name", "==", name))
				} else if fault != "" {
					m.Inject(faultLine(fault))
				}
				m.Goods.Add(good{Name: "a"})
				m.Goods.Add(good{Name: "b"})
				m.Goods.Add(good{Name: "c"})
				if strings.Contains(fault, "good.changed") {
					m.Advance(5 * time.Second)
					m.Goods.Change(1, func(g *good) { g.Name = "changed" })
				}
				m.Advance(time.Minute)
				var got []string
				names := strings.Split(k.names(), " ")
				for i, line := range k.lines() {
					at, err := time.Parse("15:04:05.000", strings.Fields(line)[0])
					require.NoError(t, err)
					name := names[i]
					if strings.Contains(line, "EOF") {
						name = "cut"
					}
					got = append(got, at.Sub(time.Date(0, 1, 1, 9, 0, 0, 0, time.UTC)).String()+" "+name)
				}
				if strings.HasPrefix(fault, "retry attempt") {
					assert.Equal(t, want, got)
					sub, _ := m.Subs.Get(1)
					assert.True(t, sub.Off, "lost answers count as failures")
					return
				}
				assert.Equal(t, want, got)
			})
		})
	}
}

// Copies of a delivery have its bytes; what the API says about ids of deliveries
// is its own, or the test's.
func TestFaultDuplicateIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{"": "1", "id=vendor": "1", "id=same": "", "id=new": ""} {
		m := newMart(t, Frozen())
		k := newTill(m, nil)
		m.Hooks.To(k)
		m.Inject(faultLine(strings.TrimSpace("duplicate " + id)))
		m.Goods.Add(good{Name: "mug"})
		require.Equal(t, []string{mugBody, mugBody}, k.all())
		assert.Equal(t, k.header(0)["X-Mart-Hmac"], k.header(1)["X-Mart-Hmac"])
		assert.Empty(t, k.header(0).Get("X-Mart-Copy"))
		assert.Equal(t, want, k.header(1).Get("X-Mart-Copy"), id)
		seq := map[bool]string{true: "2", false: "1"}[id == "id=new"]
		assert.Equal(t, seq, k.header(1).Get("X-Mart-Seq"), id)
	}
}

// Parallel copies are with the receiver at the same instant.
func TestFaultParallel(t *testing.T) {
	t.Parallel()
	for fault, at := range map[string]int{"duplicate parallel=yes times=3": 4, "flood n=10 parallel=5": 5, "flood n=6": 6} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMart(t)
				var mu sync.Mutex
				var now, most int
				m.Hooks.To(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
					mu.Lock()
					now++
					most = max(most, now)
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					now--
					mu.Unlock()
				}))
				m.Inject(faultLine(fault))
				m.Goods.Add(good{})
				m.Settle()
				assert.Equal(t, at, most)
				assert.Equal(t, "delivered", m.states())
			})
		})
	}
}

// An early delivery is with its receiver before the call's client has an answer.
func TestFaultEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMart(t)
		var answered, early bool
		k := newTill(m, nil)
		k.answer = func(_ int, _ http.ResponseWriter, _ *http.Request) {
			time.Sleep(2 * time.Second)
			early = !answered
			got, err := m.Client().Get(m.BaseURL() + "/goods/1") // it is stored already
			if assert.NoError(t, err) {
				assert.Equal(t, 200, got.StatusCode)
				_ = got.Body.Close()
			}
		}
		m.Hooks.To(k)
		m.Inject(faultLine("early by=3s on=hook:good.added"))
		m.post(t, "mug")
		answered = true
		assert.True(t, early)
		assert.Equal(t, 5*time.Second, m.Now().Sub(nine), "the receiver's two seconds, and three")
		assert.Len(t, k.lines(), 1)
		assert.Equal(t, "early by=3s on=hook:good.added", m.Hooks.Attempts()[0].Fault)
		m.Inject(faultLine("early optional"))
		m.Goods.Add(good{}) // no call that could be answered
		assert.Len(t, k.lines(), 2)
	})
}

// A receiver that never answers keeps an early call no longer than the policy.
func TestFaultEarlyIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMart(t)
		m.Hooks.To(newTill(m, func(n int, _ http.ResponseWriter, r *http.Request) {
			if n == 1 {
				<-r.Context().Done()
			}
		}))
		m.Inject(faultLine("early"))
		m.post(t, "mug")
		assert.Equal(t, 10*time.Second, m.Now().Sub(nine))
		m.Advance(time.Second)
		assert.Equal(t, "delivered", m.states())
	})
}

func TestFaultOldSecretInItsTime(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]string{"old-secret overlap=1h": "present both present", "old-secret late=1h": "present former present", "old-secret": "present former former", "rotated late=1h": "present former present", "rotated overlap=1h late=30m": "present both present", "rotated overlap=2h late=1h": "present former both"} {
		m := newMart(t, Frozen())
		k := newTill(m, nil)
		m.Hooks.To(k)
		m.Inject(faultLine(fault))
		m.Goods.Add(good{}) // nothing is former
		m.Locked(func() { m.set.secret = Secret{Present: "n3w", Former: "s3cret", Since: m.Now()} })
		m.Advance(59 * time.Minute)
		m.Goods.Add(good{})
		m.Advance(time.Minute)
		m.Goods.Add(good{})
		var got []string
		for i, body := range k.all() {
			words := map[string]string{
				"sha256=" + martMAC("s3cret", []byte(body)): "former", "sha256=" + martMAC("n3w", []byte(body)): "present",
			}
			sign := k.header(i)["X-Mart-Hmac"]
			word := words[sign[0]]
			if i == 0 {
				word = "present" // it was, then
			}
			if len(sign) == 2 {
				assert.Equal(t, "present", words[sign[1]])
				word = "both"
			}
			got = append(got, word)
		}
		assert.Equal(t, want, strings.Join(got, " "), fault)
	}
}

// A replay has the header of its first sending, also when secret and time have
// gone on; a duplicate is signed anew.
func TestFaultReplayedIsByteForByte(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, nil)
	m.Hooks.To(k)
	m.Goods.Add(good{Name: "mug"})
	m.Advance(time.Hour)
	m.Locked(func() { m.set.secret.Present = "n3w" })
	d := m.Hooks.Deliveries()[0]
	m.Hooks.Send(d, faultLine("replayed age=1h"))
	m.Hooks.Send(d)
	assert.Equal(t, k.header(0), k.header(1))
	assert.NotEqual(t, k.header(0), k.header(2))
	assert.Equal(t, k.all()[0], k.all()[1])
}

func TestFaultDisabledAfter(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, statuses200(500, 500, 500))
	m.Hooks.To(k)
	m.Inject(faultLine("disabled after=2"))
	m.Goods.Add(good{})
	m.Advance(time.Hour)
	assert.Len(t, k.lines(), 2)
	sub, _ := m.Subs.Get(1)
	assert.True(t, sub.Off)
}

func TestFaultRevokedHooks(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, nil)
	m.Hooks.To(k)
	m.Inject(faultLine("revoked hooks=off"))
	m.Goods.Add(good{})
	_, _ = tinyAsk(t, m.Server, "GET", "/goods/1")
	m.Goods.Add(good{})
	assert.Equal(t, "delivered dropped", m.states())
}

// A forgery that a test sends is nobody's delivery: it is neither retried nor
// counted, and what waits goes on waiting.
func TestForgeriesAreNotCounted(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	refuse := true
	k := newTill(m, func(_ int, w http.ResponseWriter, _ *http.Request) {
		if refuse {
			w.WriteHeader(401)
		}
	})
	m.Hooks.To(k)
	m.Hooks.Hold()
	m.Goods.Add(good{Name: "mug"})
	d := m.Hooks.Pending()[0]
	forged := []string{
		"bad-signature", "no-signature", "signature-form form=bare", "tampered", "unknown-event", "test-ping", "wrong-target method=GET",
	}
	for range 2 {
		for _, line := range forged {
			a := m.Hooks.Send(d, faultLine(line))
			assert.Equal(t, map[bool]Verdict{true: Failed, false: Succeeded}[refuse], a.Verdict, line)
			assert.Equal(t, line, a.Fault)
		}
		assert.Equal(t, "pending", m.states())
		refuse = false
	}
	m.Advance(time.Hour)
	assert.Len(t, k.lines(), 2*len(forged))
	require.Len(t, m.Hooks.Pending(), 1)
	m.Hooks.Send(d)
	assert.Equal(t, "delivered", m.states())
}

func TestSendPutOff(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, nil)
	m.Hooks.To(k)
	m.Hooks.Hold()
	m.Goods.Add(good{Name: "a"})
	m.Goods.Add(good{Name: "b"})
	d := m.Hooks.Pending()
	assert.Zero(t, m.Hooks.Send(d[0], faultLine("delay by=5s")))
	assert.Equal(t, UnderWay, m.Hooks.Send(d[1], faultLine("slow-post over=3s")).Verdict)
	m.Advance(10 * time.Second)
	assert.Equal(t, "b a", k.names(), "asked for, so not held")
	a := m.Hooks.Attempts()
	assert.Equal(t, nine.Add(3*time.Second), a[0].End)
	assert.Equal(t, nine.Add(5*time.Second), a[1].At)
}

func TestOvertakenByNobody(t *testing.T) {
	t.Parallel()
	var s spy
	m := newMart(&s, Frozen())
	m.Hooks.To(newTill(m, nil))
	m.Inject(faultLine("overtake"))
	m.Goods.Add(good{})
	s.cleanup()
	assert.Equal(t, []string{"mart: unclaimed-delivery: good.added to https://hooks.example.com/1 waited to be overtaken, and no delivery came"}, s.errors)
}

func TestHookFaultsAreChecked(t *testing.T) {
	t.Parallel()
	var s spy
	m := newMart(&s, Frozen())
	t.Cleanup(s.cleanup)
	for line, want := range map[string]string{
		"dropped on=hook:good.aded": `mart: fault dropped: on="hook:good.aded" is no event of this API (did you mean "good.added"?); it has good.added, good.changed, good.removed`,
		"dropped on=AddGood":        `mart: fault dropped: on="AddGood": this fault is about deliveries; want hook:TOPIC`,
		"reset on=hook:good.added":  `mart: fault reset: on="hook:good.added" is a delivery, not a call`,
		"body-style":                "mart: fault body-style: it needs style=",
		"clock-skew by=0s":          "mart: fault clock-skew: by=0s: want a time such as 5m, or -5m",
		"early apply=after":         "mart: fault early: it takes no apply=: its place in the call is fixed",
	} {
		assert.Equal(t, want, s.run(func() { m.Inject(faultLine(line)) }), line)
	}
	assert.Equal(t, "mart: fault dropped: when=query:page: a delivery has its body and the state only",
		s.run(func() { m.Inject(NewFault("dropped").When("query:page", "==", "1")) }))
	assert.Equal(t, `mart: Calls("hook:good.added"): "hook:good.added" is a delivery, not a call`, s.run(func() { m.Calls("hook:good.added") }))
	for _, name := range FaultNames() {
		assert.Equal(t, kinds[name].hook != nil && kinds[name].plan == nil, NewFault(name).AboutDeliveries(), name)
	}
}

// Chance falls on the same deliveries whatever runs beside them.
func TestFaultChanceOnDeliveries(t *testing.T) {
	t.Parallel()
	var first string
	for range 2 {
		m := newMart(t, Frozen())
		k := newTill(m, nil)
		m.Hooks.To(k)
		m.Inject(faultLine("dropped chance=0.5 on=hook:good.*"))
		for i := range 30 {
			m.Goods.Add(good{Name: fmt.Sprint(i)})
		}
		n := len(k.lines())
		assert.True(t, n > 5 && n < 25, n)
		if first == "" {
			first = k.names()
		}
		assert.Equal(t, first, k.names())
	}
}

// Each fault about deliveries is in one of the tables above.
// A server of net/http spells the names of headers in its own way, so the wire
// has to show it.
func TestSignatureUnderALowerName(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	m.Hooks.To(newTill(m, nil))
	m.Inject(faultLine("signature-form form=lower-name"))
	m.Goods.Add(good{Name: "mug"})
	a := m.Hooks.Attempts()[0]
	u, err := url.Parse(a.URL)
	require.NoError(t, err)
	head := string(a.head(u))
	assert.Contains(t, head, "\r\nx-mart-hmac: sha256="+martMAC("s3cret", []byte(mugBody))+"\r\n")
	assert.NotContains(t, head, "X-Mart-Hmac")
}

func TestEachHookFaultHasATest(t *testing.T) {
	t.Parallel()
	tested := "bad-signature no-signature signature-form tampered old-secret unknown-event test-ping clock-skew wrong-target slow-post cut-post body-style " +
		"duplicate overtake delay dropped replayed flood retry disabled early rotated"
	n := 0
	for name, k := range kinds {
		if k.onDeliveries() {
			assert.Contains(t, strings.Fields(tested), name)
			n++
		}
	}
	assert.Len(t, strings.Fields(tested), n)
}
