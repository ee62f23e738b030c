package fake

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cartdouble/cartdouble/internal/bubble"
	"github.com/google/uuid"
)

// A Server is one fake: an API served over real HTTP, with state of its own, a
// clock, a journal and faults. API packages embed it.
type Server struct {
	tb     TB // nil under New
	api    API
	opt    options
	base   string // path of the documented base URL: "/v1"
	routes []route
	stages []Stage
	clock  *clock
	guard  bubble.Guard
	net    *network
	Hooks  *Hooks          // the deliveries that the API sends
	life   context.Context // ends with Close
	end    context.CancelFunc

	mu           sync.Mutex // held while a call is decided, and for all that follows
	journal      journal
	conns        int
	foreign      map[string]*conn
	findings     []Finding
	oldMistakes  int // findings that were kept when notes were last forgotten
	armed        []*armed
	interceptors []*interceptor
	free         atomic.Bool             // some interceptor sits where the lock is free
	dials        atomic.Bool             // some fault hits connections
	recoded      atomic.Bool             // some fault breaks streams off with another code
	uploads      atomic.Bool             // some fault hits requests before their bodies are read
	passed       map[string][]time.Time  // of the documented limit
	waits        map[string]time.Time    // told by Retry-After, by caller
	enforcing    map[string]*enforcement // the same that a fault enforces; nil: none
	logins       map[string]bool         // paths of the pages to which a fault sends callers
	lost         map[uint64]lostCall
	tenants      []*Tenant
	counters     map[string]int64
	lagCalls     int           // the same, in calls
	lag          time.Duration // how long collections keep earlier versions, whatever Spec.Keep says
	random       *rand.ChaCha8 // nil until it is asked
	dateOf       int64
	dateText     []string
	closed       bool
	serving      sync.WaitGroup // calls that have not been sent yet, and deliveries
	acting       *Call          // holds the lock
	due          map[string]*timer
}

type route struct {
	Route
	pattern *pattern // shared, never changed
}

// New makes a server for an API package. Its settings are a pointer to the
// package's own options, which options made by Setting change. Under a TB the
// server closes itself at cleanup, where mistakes of the client fail the test;
// without one, Close is the caller's, and a mistake of the test panics. A
// mistake in the API's tables always does.
func New(tb TB, api API, settings any, opts ...Option) *Server {
	if tb == nil {
		tb = nobody{}
	}
	if api.Error == nil {
		panic("fake: " + api.Name + ": an API needs words of failure: Error is nil")
	}
	s := &Server{
		tb: tb, api: api, opt: options{seed: 1, keep: -1, allow: map[string]bool{}},
		guard: bubble.NewGuard(), stages: api.Stages, foreign: map[string]*conn{},
	}
	for _, o := range opts {
		if o.set == nil {
			continue
		}
		if err := o.set(&s.opt, settings); err != nil {
			s.tb.Helper()
			s.Mistake("%v", err)
		}
	}
	if s.opt.http2 && s.guard.Inside() && !bubble.HTTP2 {
		s.tb.Helper()
		s.Mistake("HTTP2: before Go 1.26 net/http cannot serve HTTP/2 in a synctest bubble; use it outside, or TLS")
	}
	if s.stages == nil {
		s.stages = usualStages
	}
	base, err := url.Parse(api.Base)
	if err != nil || strings.HasSuffix(api.Base, "/") {
		panic(fmt.Sprintf("fake: base URL %q: want one without a final slash (%v)", api.Base, err))
	}
	s.base = base.Path
	s.routes = make([]route, 0, len(api.Routes))
	for _, r := range api.Routes {
		if api.Serves != nil && !api.Serves(r) {
			r.Handle = nil
		}
		s.routes = append(s.routes, route{r, patternOf(r.Pattern)})
	}
	s.clock = newClock(s.opt.start, s.opt.frozen)
	s.life, s.end = context.WithCancel(context.Background())
	s.journal.keep = s.opt.keep
	s.journal.moved = sync.NewCond(&s.mu)
	s.Hooks = newHooks(s)
	s.forget()
	s.net = newNetwork(s)
	s.AddTenant("")
	tb.Cleanup(s.finish)
	return s
}

// forget empties what does not belong to the state: the counts of faults and
// limits, and what was told to clients.
func (s *Server) forget() {
	for _, a := range s.armed {
		a.takeBack()
	}
	s.armed = nil
	s.passed = map[string][]time.Time{}
	s.waits = map[string]time.Time{}
	s.enforcing, s.logins = nil, nil
	s.lost = map[uint64]lostCall{}
	s.counters = map[string]int64{}
	s.random = nil
	s.due = map[string]*timer{}
	s.clock.clear()
	s.Hooks.forget()
}

// API is the description that the server was made from.
func (s *Server) API() API { return s.api }

// serve takes one call through its stages.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if s.uploads.Load() {
		s.breakUpload(w, r)
	}
	c, ok := s.arrive(r)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	defer s.serving.Done()
	closing := s.decide(c)
	s.freely(Leave, c.show)
	s.Hooks.sendEarly(c)
	s.send(w, c, closing)
	c.over()
}

// decide finds the answer and records it, under the lock that arrive took. What
// it gives is whether the connection is to be closed after the answer.
func (s *Server) decide(c *Call) (closing bool) {
	decided := false
	defer func() {
		if p := recover(); !decided {
			s.abandon(c, p)
		}
		c.unlock()
	}()
	s.find(c)
	s.noteResend(c)
	if s.logins[c.Request.URL.Path] {
		c.Answer(loginPage())
	}
	s.intercepted(Connect, c)
	err := s.stage(c)
	if !c.plan.begun && c.plan.faults != nil {
		err = c.plan.regardless(c, err)
	}
	s.encode(c, err)
	s.intercepted(Wire, c)
	s.sound(c)
	s.record(c)
	decided = true
	return s.keepAliveOff()
}

// abandon cuts a call whose decision panicked, or ended its goroutine as a
// FailNow of a test does. The latter goes on once the lock is free, so that
// nothing is sent.
func (s *Server) abandon(c *Call, panicked any) {
	if !c.locked {
		c.lock()
	}
	if panicked == nil {
		s.defect(c, "ended its goroutine")
		s.clock.end()
	} else {
		s.defect(c, fmt.Sprintf("panicked: %v\n%s", panicked, debug.Stack()))
	}
	c.reply, c.plan.wire.cut, c.plan.wire.visible = nil, "rst", true
	s.record(c)
}

// stage runs the stages in the API's order until one of them has the answer.
func (s *Server) stage(c *Call) error {
	for _, stage := range s.stages {
		if c.answered {
			return nil
		}
		var err error
		switch stage {
		case Match:
			err = s.match(c)
		case Auth:
			err = s.auth(c)
		case Accept:
			err = s.accept(c)
		case Faults:
			err = s.faults(c)
		case Limit:
			err = s.limit(c)
		case Handle:
			err = s.handle(c)
		}
		if err == nil {
			continue
		}
		if e, failed := err.(*Error); failed && stage < Faults && (e.Kind == NoRoute || e.Kind == BadMethod) {
			s.unrouted(c)
		}
		return err
	}
	return nil
}

// keepAliveOff tells whether a fault is waiting to break a connection. net/http
// hides a break on a warm connection by sending again, so there is to be none.
func (s *Server) keepAliveOff() bool {
	for _, a := range s.armed {
		if a.mustBeSeen() && (!a.spent() || a.kind.dials && a.lasts(s.clock.now())) {
			return true
		}
	}
	return false
}

// enter stops a test that uses the server from another bubble, before the
// runtime ends the whole test binary for it.
func (s *Server) enter() {
	if err := s.guard.Check(); err != nil {
		s.tb.Helper()
		s.Mistake("%v", err)
	}
}

// Close ends the server: held calls are cut, connections closed. It may be
// called twice. A server made by Start closes itself.
func (s *Server) Close() {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	if closed {
		return
	}
	s.end()
	s.clock.stop()
	s.net.close()
	s.Hooks.home.close()
	s.serving.Wait()
}

// finish is the cleanup of a server that belongs to a test: it closes the
// server, and what the client did wrong fails the test.
func (s *Server) finish() {
	s.tb.Helper()
	s.Close()
	known := s.Credentials()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unspent()
	s.Hooks.unclaimed()
	if !s.tb.Failed() && !slices.ContainsFunc(s.findings, func(f Finding) bool { return f.Mistake }) {
		return
	}
	m := s.newMasks(known)
	m.learn(s.journal.kept())
	for _, f := range s.findings {
		if f.Mistake {
			s.tb.Errorf("%s: %s", s.api.Name, m.text(f.String()))
		}
	}
	if s.tb.Failed() && s.journal.seq > 0 {
		s.tb.Logf("%s: journal\n%s", s.api.Name, s.journalText(m))
		s.writeArtifact(m)
	}
	if s.tb.Failed() && len(s.Hooks.list) > 0 {
		s.tb.Logf("%s: deliveries\n%s", s.api.Name, s.Hooks.text(m))
	}
}

// Credentials are what a client must be given, by the API's words.
func (s *Server) Credentials() Credentials {
	if s.api.Credentials == nil {
		return Credentials{}
	}
	return s.api.Credentials()
}

// Locked runs f under the server's lock. It is for API packages that keep state
// outside collections; f must not call a method of the server that locks. Events
// that f causes leave before Locked returns.
func (s *Server) Locked(f func()) {
	s.mu.Lock()
	defer s.unlock()
	f()
}

// NextID gives the next number of a counter, from 1, under Locked. Counters are
// part of the state.
func (s *Server) NextID(counter string) int64 {
	s.counters[counter]++
	return s.counters[counter]
}

// RaiseID lets a counter go on after n, unless it is beyond it, under Locked.
func (s *Server) RaiseID(counter string, n int64) {
	s.counters[counter] = max(s.counters[counter], n)
}

// Seed is where ids and chance come from, 1 unless the option Seed says so.
func (s *Server) Seed() uint64 { return s.opt.seed }

func (s *Server) newUUID() uuid.UUID {
	if s.random == nil {
		var seed [32]byte
		binary.LittleEndian.PutUint64(seed[:], s.opt.seed)
		s.random = rand.NewChaCha8(seed)
	}
	id, err := uuid.NewRandomFromReader(s.random)
	if err != nil {
		panic(err) // a ChaCha8 never fails to be read
	}
	return id
}
