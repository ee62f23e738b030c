package golden

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/stretchr/testify/require"
)

// bell is an API that tells its subscribers when it is rung.
func bell(t *testing.T, receiver http.HandlerFunc) *fake.Server {
	t.Helper()
	var s *fake.Server
	var subs []fake.Subscription
	s = fake.New(t, fake.API{
		Name: "bell", Base: "https://bell.example/v1", Hosts: []string{"bell.example"},
		Routes: []fake.Route{{Op: "Ring", Pattern: "POST /ring", Clause: "Ring", Writes: true, Handle: func(c *fake.Call) (fake.Reply, error) {
			s.Hooks.Emit(fake.Event{Topic: "bell.rung", Data: c.Body})
			return fake.Reply{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"ok":true}`)}, nil
		}}},
		Error: func(_ *fake.Call, e *fake.Error) fake.Reply { return fake.Reply{Status: 400, Body: []byte(e.Error())} },
		Hooks: &fake.HookAPI{
			Topics: func() []string { return []string{"bell.rung"} },
			Subscribe: func(url string, _ []string) (string, error) {
				subs = append(subs, fake.Subscription{ID: "sub_1", URL: url, Active: true})
				return "sub_1", nil
			},
			Subscribed: func(fake.Event) []fake.Subscription { return subs },
			Find:       func(string) (fake.Subscription, bool) { return subs[0], true },
			Switch:     func(string, bool) {},
			Render:     func(e fake.Event) []byte { return append(append([]byte(`{"rung":`), e.Data...), '}') },
			Header: func(fake.Delivery, time.Time) http.Header {
				return http.Header{"Content-Type": {"application/json"}}
			},
			Signed: "X-Signature",
			Secret: func(fake.Subscription) fake.Secret { return fake.Secret{Present: "s"} },
			Sign:   func(secret string, _ time.Time, body []byte) string { return secret + strings.Repeat("0", len(body)) },
			Policy: func() fake.Policy { return fake.Policy{} },
		},
	}, nil, fake.Frozen())
	s.Hooks.To(receiver)
	return s
}

func fine(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

const rung = `-- request 1 --
POST /v1/ring

{"n":1}
-- response 1 --
200 OK
Content-Type: application/json

{"ok":true}
-- hook 1 bell.rung --
POST https://hooks.example.com/1
Content-Type: application/json
X-Signature: s0000000000000000

{"rung":{"n":1}}
-- answer 1 --
204 No Content
-- request 2 --
POST /v1/ring

2
-- response 2 --
200 OK
Content-Type: application/json

{"ok":true}
-- hook 2 bell.rung --
POST https://hooks.example.com/1
Content-Type: application/json
X-Signature: s0000000000

{"rung":2}
-- answer 2 --
204 No Content
`

func TestHooksRoundTrip(t *testing.T) {
	t.Parallel()
	tr, err := Parse([]byte(rung))
	require.NoError(t, err)
	require.Len(t, tr.Exchanges, 2)
	require.Equal(t, []Hook{{
		Topic:   "bell.rung",
		Request: Request{Method: "POST", Target: "https://hooks.example.com/1", Header: []Field{{"Content-Type", "application/json"}, {"X-Signature", "s0000000000"}}, Body: []byte(`{"rung":2}`)},
		Answer:  Response{Status: 204},
	}}, tr.Exchanges[1].Hooks)
	text, err := Format(tr)
	require.NoError(t, err)
	require.Equal(t, rung, string(text))

	alone := Transcript{Hooks: []Hook{
		{Topic: "a.b", Request: Request{Method: "POST", Target: "http://x/", Body: []byte("\xff")}},
		{Topic: "a.c", Request: Request{Method: "POST", Target: "http://x/"}, Answer: Response{Status: 500, Body: []byte("no")}},
	}}
	text, err = Format(alone)
	require.NoError(t, err)
	require.Equal(t, "-- hook a.b quoted --\nPOST http://x/\n\n\"\\xff\"\n-- answer --\n-- hook a.c --\nPOST http://x/\n-- answer --\n500 Internal Server Error\n\nno\n", string(text))
	back, err := Parse(text)
	require.NoError(t, err)
	require.Equal(t, alone, back)
}

func TestHooksMisplaced(t *testing.T) {
	t.Parallel()
	const exchange = "-- request --\nGET /\n-- response --\n200 OK\n"
	for file, want := range map[string]string{
		exchange + "-- hook --\nPOST http://x/\n-- answer --\n":                                                              "line 5: section \"hook\": a hook has the topic of its event",
		exchange + "-- hook quoted --\nPOST http://x/\n-- answer --\n":                                                       "a hook has the topic",
		exchange + "-- hook 7 --\nPOST http://x/\n-- answer --\n":                                                            "a hook has the topic",
		exchange + "-- hook 1 a --\nPOST http://x/\n-- answer 1 --\n":                                                        `section "hook 1 a": a hook has the number of the exchange before it, "hook a"`,
		exchange + "-- hook a b --\nPOST http://x/\n-- answer --\n":                                                          `nothing may follow "hook a"`,
		exchange + "-- hook a --\nPOST http://x/\n":                                                                          `line 5: hook a has no answer: "-- answer --" is missing`,
		exchange + "-- hook a --\nPOST http://x/\n-- hook a --\nPOST http://x/\n-- answer --\n":                              `section "hook a" after "hook a": a hook is followed by its answer`,
		exchange + "-- answer --\n":                                                                                          `section "answer" after "response": a hook is followed`,
		"-- answer --\n":                                                                                                     `section "answer", and there is no hook before it`,
		"-- hook a --\nPOST http://x/\n-- answer --\n" + exchange:                                                            `section "request" after deliveries that no request caused`,
		"-- request --\nGET /\n-- hook a --\nPOST http://x/\n-- answer --\n-- response --\n":                                 `section "hook a", where "response" is due`,
		"-- request 1 --\nGET /\n-- response 1 --\n-- hook 1 a --\nPOST http://x/\n-- answer 2 --\n-- request 2 --\nGET /\n": `section "answer 2" after "hook 1 a"`,
		"-- hoook a --\n": `unknown section "hoook a" (did you mean "hook"?)`,
	} {
		_, err := Parse([]byte(file))
		require.ErrorContains(t, err, want)
	}
	for want, tr := range map[string]Transcript{
		`hook: "a b" is no topic`:            {Hooks: []Hook{{Topic: "a b", Request: get("http://x/")}}},
		`hook: "" is no topic`:               {Hooks: []Hook{{Request: get("http://x/")}}},
		`hook 2: "12" is no topic`:           {Exchanges: []Exchange{{Request: get("/")}, {Request: get("/"), Hooks: []Hook{{Topic: "12"}}}}},
		`hook a: method ""`:                  {Hooks: []Hook{{Topic: "a"}}},
		"answer: header or body":             {Hooks: []Hook{{Topic: "a", Request: get("http://x/"), Answer: Response{Body: []byte("x")}}}},
		"stand in a transcript of their own": {Exchanges: []Exchange{{Request: get("/")}}, Hooks: []Hook{{Topic: "a", Request: get("http://x/")}}},
	} {
		_, err := Format(tr)
		require.ErrorContains(t, err, want)
	}
}

func TestDifferencesOfHooks(t *testing.T) {
	t.Parallel()
	want, err := Parse([]byte(rung))
	require.NoError(t, err)
	got, err := Parse([]byte(strings.NewReplacer("s0000000000\n", "s1\n", "-- hook 1 bell.rung --", "-- hook 1 bell.broke --", "204 No Content\n-- request", "500 Internal Server Error\n-- request").Replace(rung)))
	require.NoError(t, err)
	require.Equal(t, []string{
		"hook 1 topic: want bell.rung, got bell.broke",
		"answer 1 status: want 204 No Content, got 500 Internal Server Error",
		`hook 2 bell.rung header X-Signature: want "s0000000000", got "s1"`,
	}, lines(differTranscripts(want, got)))
	require.Empty(t, differTranscripts(want, want))

	got.Exchanges[0].Hooks, got.Exchanges[1].Hooks = nil, append(want.Exchanges[1].Hooks, want.Exchanges[0].Hooks...)
	require.Equal(t, []string{
		"hook 1 bell.rung: want POST https://hooks.example.com/1, got nothing",
		"hook 2 bell.rung: want nothing, got POST https://hooks.example.com/1",
	}, lines(differTranscripts(want, got)))
	alone := Transcript{Hooks: want.Exchanges[0].Hooks}
	require.Equal(t, []string{"hook bell.rung: want POST https://hooks.example.com/1, got nothing"}, lines(differTranscripts(alone, Transcript{})))
	require.Len(t, differTranscripts(want, alone), 3, "requests are missing, and a hook of one of them")
}

// A golden that is replayed has the deliveries that its requests cause.
func TestReplayWithHooks(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.put(t, "testdata/golden/Ring_1.txtar", rung)
	s := bell(t, fine)
	play := func(name string, opts ...Option) *spy {
		d.rerun()
		spied := &spy{name: "TestRing"}
		return spied.run(func() { d.replay(spied, name, s.Client(), s.BaseURL(), opts) })
	}
	requireClean(t, play("Ring_1", Hooks(s)))
	requireClean(t, play("Ring_1", Hooks(s)), "only deliveries of this time count")
	require.Contains(t, play("Ring_1").text(), "hook 1 bell.rung: want POST https://hooks.example.com/1, got nothing")
	require.Contains(t, play("Ring_1", Hooks(nil)).text(), "Hooks: no server")

	d.put(t, "testdata/golden/Ring_2.txtar", strings.ReplaceAll(rung, `{"rung":2}`, `{"rung":3}`))
	require.Contains(t, play("Ring_2", Hooks(s)).text(), "hook 2 bell.rung body rung: want 3, got 2")
}

// A file of hooks alone holds what has been sent so far.
func TestReplayOfHooksAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const alone = "-- hook bell.rung --\nPOST https://hooks.example.com/1\nContent-Type: application/json\nX-Signature: s0000000000\n\n{\"rung\":1}\n-- answer --\n204 No Content\n"
	d.put(t, "testdata/golden/Hook_1.txtar", alone)
	s := bell(t, fine)
	s.Locked(func() { s.Hooks.Emit(fake.Event{Topic: "bell.rung", Data: []byte("1")}) })
	play := func() *spy {
		d.rerun()
		spied := &spy{name: "TestHook"}
		return spied.run(func() { d.replay(spied, "Hook_1", s.Client(), s.BaseURL(), []Option{Hooks(s)}) })
	}
	requireClean(t, play())
	s.Locked(func() { s.Hooks.Emit(fake.Event{Topic: "bell.rung", Data: []byte("2")}) })
	require.Contains(t, play().text(), "hook bell.rung: want nothing, got POST https://hooks.example.com/1")
	d.env["GOLDEN"] = "update"
	requireClean(t, play())
	require.Contains(t, d.get(t, "testdata/golden/Hook_1.txtar"), `{"rung":2}`)
}

// Talk has the deliveries of its exchanges, in canonical form.
func TestTalkWithHooks(t *testing.T) {
	t.Parallel()
	s := bell(t, fine)
	for _, body := range []string{`{"b":1, "a":2}`, `2`} {
		answer, err := s.Client().Post(s.BaseURL()+"/ring", "", strings.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
	}
	set, err := settingsOf([]Option{Hooks(s)})
	require.NoError(t, err)
	second := set.transcribe(s.Calls()[1:])
	require.Len(t, second.Exchanges, 1)
	require.Equal(t, `{"rung":2}`, string(second.Exchanges[0].Hooks[0].Request.Body))
	require.Len(t, set.transcribe(nil).Hooks, 2)
	n := set.normaliser(true)
	text, err := conversation{set.transcribe(s.Calls()[:1]), true}.text(n, nil)
	require.NoError(t, err)
	require.Contains(t, string(text), "-- hook bell.rung --")
	require.Contains(t, string(text), "{\n  \"rung\": {\n    \"a\": 2,\n    \"b\": 1\n  }\n}")
}

func requireClean(t *testing.T, s *spy, why ...any) {
	t.Helper()
	require.False(t, s.failed, append([]any{s.text()}, why...)...)
}
