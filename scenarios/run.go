package scenarios

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/redact"
)

// An Option is about one run of a scenario.
type Option func(*setup)

type setup struct {
	secrets map[string]string
	fake    []fake.Option

	// of recordings
	api      string
	upstream string
	service  *fake.Server      // in its place
	plain    map[string]string // credentials that are no secrets
	writes   bool
	off      []string // rules of redaction
	twice    bool
	listener net.Listener // of the proxy; nil: one of its own
}

// Secret gives {{secret.name}} its value. Without it, or with an empty one, the
// value is made from the name.
func Secret(name, value string) Option {
	return func(s *setup) { s.secrets[name] = value }
}

// FakeOptions passes options on to the fake behind the run: fake.TLS(),
// fake.Allow("too-soon"), an option of the API package.
func FakeOptions(opts ...fake.Option) Option {
	return func(s *setup) { s.fake = append(s.fake, opts...) }
}

// A Run is a scenario that is being played to a client. It belongs to a test,
// which fails at cleanup where the story was not told to its end.
type Run struct {
	tb      fake.TB
	rec     *recorder // nil: a story is being played
	prog    *program
	started started
	rules   *redact.Rules // of a recording: requests go through them before they are compared
	secrets map[string]string
	first   fake.Snapshot
	faults  []*fake.Armed
	masks   *masks
	gate    *gate
	acts    sync.WaitGroup // what the story does by itself behind an answer
	untold  untold

	gathering sync.Mutex // held while problems are made of what did not fit
	told      sync.Once  // the test has the first problem

	// under the server's lock
	story      *story
	limitFirst bool                     // a call can be refused by the documented limit before it is decided about
	undecided  map[int]bool             // calls that have not come past the limit yet, by number
	playing    map[int]*expect          // calls that are being answered
	impossible []int                    // calls with faults that cannot be
	onSteps    map[*expect][]fake.Fault // faults of steps, as series
	over       map[int]bool             // calls that a fault of their step is over for

	others  map[string]fake.Credentials // of further tenants, by name
	release func()                      // lets deliveries leave; nil: they do
	outside bool                        // deliveries may go to receivers that the run does not see

	mu       sync.Mutex
	problems []string
	notes    []string
	handler  http.Handler // of deliveries
	onRotate func(string, time.Duration)
	rotated  *action // the last rotate step that was carried out
	sent     map[*deliver][]fake.Delivery
}

// Replay plays a scenario file to the client under test: one line, and nothing
// to close. What does not fit fails the test at once; what is missing, at
// cleanup.
func Replay(t fake.TB, file string, opts ...Option) *Run {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("scenarios: %v", err)
		return nil
	}
	s, err := read(file, data)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	return s.Start(t, opts...)
}

// Start plays the scenario to the client of a test.
func (s *Scenario) Start(t fake.TB, opts ...Option) *Run {
	t.Helper()
	prog, err := s.program()
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	for _, doubt := range prog.doubts {
		t.Logf("%v", doubt)
	}
	set := newSetup(opts)
	r := &Run{
		tb: t, prog: prog, secrets: set.secrets, gate: newGate(), undecided: map[int]bool{}, playing: map[int]*expect{},
		onSteps: map[*expect][]fake.Fault{}, over: map[int]bool{}, sent: map[*deliver][]fake.Delivery{},
	}
	vals, given := prog.begin(r.Secret)
	options := append(prog.options(), r.hookOptions()...)
	r.rules = r.redaction()
	r.started = prog.api.start(t, append(options, set.fake...), given, prog.may)
	r.masks = newMasks(prog, r.Secret, r.started.credentials)
	vals.now = r.Fake().Now()
	r.story = newStory(prog, vals)
	r.story.masks = r.masks
	r.others = prog.tenants(r.started) // a fault may be about one of them
	if ps := prog.impossible(r.Fake(), vals); len(ps) > 0 {
		t.Fatalf("%v", ps.err())
		return nil
	}
	if len(prog.states) > 0 {
		snap, err := snapshot(prog.api, prog.states, vals)
		if err != nil {
			t.Fatalf("scenarios: %s: state: %v", prog.file, err)
			return nil
		}
		r.Fake().Restore(snap)
	}
	r.subscribe()
	r.first = r.Fake().Snapshot()
	for _, f := range prog.faults {
		r.faults = append(r.faults, r.Fake().Inject(prog.carry([]fake.Fault{f.fault}, vals)...))
	}
	r.intercept()
	t.Cleanup(r.finish)
	return r
}

// intercept lets the story decide about every call.
func (r *Run) intercept() {
	s := r.Fake()
	r.limitFirst = limitFirst(s.API())
	s.Intercept(fake.Arrive, r.arrive)
	s.Intercept(fake.Connect, r.connect)
	s.Intercept(fake.Throttled, r.throttled)
	s.Intercept(fake.BeforeApply, r.beforeApply)
	s.Intercept(fake.AfterApply, r.afterApply)
	s.Intercept(fake.Body, r.body)
	s.Intercept(fake.Wire, r.wire)
	s.Intercept(fake.Leave, r.leave)
}

// decide finds the step of a call, or refuses it.
func (r *Run) decide(c *fake.Call) {
	r.story.vals.now = c.Now()
	v := r.story.decide(r.request(c.Seq, r.Fake().Now(), c.Request, c.Body))
	switch {
	case v.live:
		r.note("request #%d is not in the story; the fake answered it: %s %s", c.Seq, c.Request.Method, c.Request.RequestURI)
		return
	case v.mismatch != nil:
		r.refuse(c, v.mismatch)
		return
	}
	r.playing[c.Seq] = v.step
	a := &v.step.answer
	if err := r.inject(c, v.step); err != nil {
		r.untold.add(c.Seq, nil, fmt.Sprintf("%s: %v", a.at, err))
		r.impossible = append(r.impossible, c.Seq)
	}
	if !a.live && !a.apply && !a.waits() {
		c.Answer(r.story.answer(v.step, c.Now(), c.Request))
	}
}

// waits tells whether a fault of the answer is about time before it: such a
// call has to go through the stages of the fake.
func (a *answer) waits() bool {
	for _, f := range a.faults {
		if f.Name() == "slow-headers" || f.Name() == "hang" {
			return true
		}
	}
	return false
}

func (r *Run) beforeApply(c *fake.Call) {
	if e := r.playing[c.Seq]; e != nil && !e.answer.live && !e.answer.apply {
		c.Answer(r.story.answer(e, c.Now(), c.Request))
	}
}

func (r *Run) afterApply(c *fake.Call) {
	e := r.playing[c.Seq]
	if e == nil || !e.answer.apply {
		return
	}
	if c.Reply() == nil {
		r.note("%s: request #%d was not applied: the fake itself refuses it", e.answer.at, c.Seq)
	}
	c.Answer(r.story.answer(e, c.Now(), c.Request))
}

// body keeps the values that a step captures from a live answer. A fixed answer
// stands even where the fake refuses what it was to apply.
func (r *Run) body(c *fake.Call) {
	r.undecidedStill(c)
	e := r.playing[c.Seq]
	if e == nil || c.Reply() == nil {
		return
	}
	if own := c.Reply().Status; e.answer.apply && own != e.answer.status {
		r.note("%s: request #%d was not applied: the fake itself answers %d", e.answer.at, c.Seq, own)
		c.Answer(r.story.answer(e, c.Now(), c.Request))
	}
	for _, capture := range e.answer.captures {
		r.story.capture(capture, c.Reply().Body)
	}
}

// refuse answers a request that does not fit, in the API's words but with a
// status that no client can take for one of its answers.
func (r *Run) refuse(c *fake.Call, m *mismatch) {
	short := r.mask(m.short(r.prog.file))
	reply := r.Fake().API().Error(c, &fake.Error{Kind: fake.Broken, Status: http.StatusNotImplemented, Texts: []string{short}})
	reply.Header = reply.Header.Clone()
	if reply.Header == nil {
		reply.Header = http.Header{}
	}
	reply.Header.Set("X-Fake-Mismatch", headerText(short))
	c.Answer(reply)
	r.untold.add(c.Seq, m)
}

// headerText keeps what a header can hold.
func headerText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}

// request is a call as the story compares it.
func (r *Run) request(seq int, at time.Time, hr *http.Request, body []byte) *request {
	q := &request{
		seq: seq, at: at, method: hr.Method, path: hr.URL.EscapedPath(), query: hr.URL.RawQuery,
		header: hr.Header, body: body, carries: r.carries(hr), tenant: r.tenant(hr),
	}
	if r.rules != nil {
		q.clean = r.redacted(q)
	}
	return q
}

// carries tells whether a request has the credentials of the run.
func (r *Run) carries(hr *http.Request) bool {
	a := r.prog.api
	return a.open != nil && a.open(hr.URL.Path) || a.carries(hr.Header, r.started.credentials) || r.tenant(hr) != ""
}

// Recording tells whether the run talks to the service itself, because Open makes
// a recording, and there is no fake behind it.
func (r *Run) Recording() bool { return r.rec != nil }

// Client is an HTTP client for which the vendor's host is this run.
func (r *Run) Client() *http.Client {
	if r.rec != nil {
		return &http.Client{Transport: r.rec}
	}
	return r.Fake().Client()
}

// BaseURL is the documented base URL, for use with Client.
func (r *Run) BaseURL() string {
	if r.rec != nil {
		return r.rec.vendor.Base
	}
	return r.Fake().BaseURL()
}

// URL is the base URL on a port of the loopback interface, opened at the first
// call, for clients that cannot be given an http.Client.
func (r *Run) URL() string {
	r.tb.Helper()
	if r.rec != nil {
		if r.rec.guard.Inside() {
			r.tb.Fatalf("scenarios: %s: Run.URL: a recording in a synctest bubble has no port, whose connections would stop the bubble's clock; use Run.Client with Run.BaseURL", r.prog.file)
		}
		return r.rec.url()
	}
	return r.Fake().URL()
}

// Credentials are what the client must be given.
func (r *Run) Credentials() fake.Credentials {
	if r.rec != nil {
		return maps.Clone(r.rec.credentials)
	}
	return r.started.credentials
}

// Authorize puts the credentials of the run on a request, as its API wants them.
func (r *Run) Authorize(req *http.Request) {
	r.prog.api.authorize(req.Header, r.Credentials())
}

// Tenant gives the credentials of a further account or shop, which a state names
// under "tenants". A name that no state has is a mistake of the test.
func (r *Run) Tenant(name string) fake.Credentials {
	r.tb.Helper()
	r.needsFake("Tenant")
	credentials, known := r.others[name]
	if !known {
		r.tb.Fatalf("scenarios: %s: no state has a tenant %q%s", r.prog.file, name, didYouMean(name, r.prog.others))
	}
	return maps.Clone(credentials)
}

// Secret is what {{secret.name}} stands for in this run.
func (r *Run) Secret(name string) string {
	if value := r.secrets[name]; value != "" {
		return value
	}
	return "the-" + name + "-secret"
}

// Fake is the server behind the run: state, journal, clock, faults. A recording
// has none, so to ask for it there fails the test; Recording tells.
func (r *Run) Fake() *fake.Server {
	r.tb.Helper()
	r.needsFake("Fake")
	return r.started.server
}

// needsFake stops a test that wants of a recording what only a fake can do.
func (r *Run) needsFake(method string) {
	if r.rec != nil {
		r.tb.Helper()
		r.tb.Fatalf("scenarios: %s: Run.%s: a recording talks to the service itself, and there is no fake behind it; ask Run.Recording before", r.prog.file, method)
	}
}

// Settle waits until no request is in work, and does what the story does by
// itself before the next one. What a service does by itself, a recording cannot
// know, unless it is a fake (UpstreamFake).
func (r *Run) Settle() {
	r.tb.Helper()
	if r.rec != nil {
		r.rec.settle()
		return
	}
	r.Fake().Settle()
	r.act(false)
	r.flush()
}

// Explain tells what a request would be to the story now, and why, without
// sending it: the step that it would take with its answer, or what is wrong. What is due, deliveries included, is done before, as before a real
// request; whether the documented limit would let it pass is not asked. The body
// can be read again afterwards.
func (r *Run) Explain(req *http.Request) Report {
	r.tb.Helper()
	r.needsFake("Explain")
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body) // what cannot be read is not compared
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	r.act(false)
	rep := Report{Scenario: r.prog.file}
	var m *mismatch
	seq := 1 + len(r.Fake().Calls())
	now := r.Fake().Now()
	r.Fake().Locked(func() {
		r.story.vals.now = now
		e, miss := r.story.explain(r.request(seq, now, req, body))
		if m = miss; e != nil {
			rep.Steps = []StepReport{{At: e.at.String(), Step: e.text + "\n" + e.answer.text}}
		}
	})
	if m != nil {
		rep.Problems = []string{r.mask(m.text(r.prog, r.after(m)))}
	}
	return rep
}

func (r *Run) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}
