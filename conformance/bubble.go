package conformance

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/bubble"
)

const (
	budget  = 200            // requests in one scene
	longest = 24 * time.Hour // of virtual time, for all calls of one scene
)

// A verdict is what one scene says about a check.
type verdict struct {
	state   State
	finding Finding
	note    string   // what was needed, or whose fault it is
	missing []string // functions that are not claimed
	scene   string
	apart   bool     // the scene has a base URL that no other check has, so it explains nothing
	wire    []string // the exchanges, one line each
	try     string   // the request that the finding is about, as a shell command
	log     []string // what the adapter wrote
	left    string   // stacks of goroutines that stayed behind
	met     [][]int  // in a proof, the numbers that were come to, for each limit of the check

	exchanges  []fake.Exchange
	deliveries []fake.Attempt
}

// play plays one scene. A client that blocks where virtual time cannot pass, on
// a mutex, on a real socket or in an endless loop, holds its bubble for ever;
// the check goes on without it when cfg.patience is over.
func (e *evaluator[C]) play(k *check[C], sc scene[C]) verdict {
	if e.cfg.wall != "" {
		return e.onTheWall(k, sc)
	}
	done := make(chan verdict, 1)
	go func() { done <- e.inBubble(k, sc) }()
	over, stop := e.cfg.patience(k.id)
	defer stop()
	select {
	case v := <-done:
		return v
	case <-over:
		return verdict{state: k.level.broken(), scene: sc.name, finding: found("stuck",
			"calls that wait on channels, timers or the network they were given",
			"the client blocks where virtual time cannot pass: a mutex, a socket of its own, an endless loop")}
	}
}

// inBubble plays a scene in a bubble of its own. A bubble ends with a panic if
// goroutines stay blocked in it; they are left alone and reported.
func (e *evaluator[C]) inBubble(k *check[C], sc scene[C]) (v verdict) {
	number := 0
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if v.state == "" {
			v = verdict{state: broke, note: fmt.Sprint(p)}
			return
		}
		if v.left = fmt.Sprint(p); !e.cfg.once {
			v.left = stacksOf(number)
		}
		if k.leaks && v.state == pass {
			v.state = k.level.broken()
			v.finding = found("goroutine-left", "no goroutine after the client was dropped", "%v", p)
		}
	}()
	synctest.Test(new(testing.T), func(*testing.T) {
		number = bubble.ID()
		v = e.round(k, sc)
	})
	return v
}

// round sets the scene, drives the client and judges. It is the root of a
// bubble and must not panic or end its goroutine. Where the check is about what
// a client leaves behind, its calls are not cancelled, so that it can be seen.
func (e *evaluator[C]) round(k *check[C], sc scene[C]) (v verdict) {
	ctx, cancel := context.WithCancel(context.Background())
	var r *run[C]
	defer func() {
		if p := recover(); p != nil {
			v = verdict{state: broke, note: fmt.Sprintf("the suite panicked: %v\n%s", p, debug.Stack())}
		}
		v.scene, v.apart = sc.name, sc.base != nil
		if r == nil || !k.leaks {
			cancel()
		}
		if r != nil {
			r.clear()
		}
	}()
	var err error
	if r, err = e.set(ctx, k, sc); err != nil {
		return verdict{state: broke, note: err.Error()}
	}
	defer guarded.keep(r.net)()
	end := r.act(func() {
		r.client = r.mk(r.tb, r.env)
		if missing := missing(r.client, k.needs); missing == nil {
			k.drive(r)
		}
	})
	if r.env.Virtual {
		synctest.Wait()
	}
	r.calls, r.findings, r.fronted = r.fake.Calls(), r.fake.Findings(), r.net.frontedCount()
	r.attempts = e.s.attempts(r.fake)
	v = e.judge(k, r, end)
	if e.cfg.once {
		v.met = k.measured(r.wire, r.all())
	}
	secrets := newVeil(append(r.hidden, e.s.hidden(r.wire)...))
	if v.state != pass && v.state != notClaimed || e.cfg.trace && v.state == pass {
		calls := secrets.exchanges(r.calls)
		sent := secrets.deliveries(fewAttempts(r.attempts, v.finding))
		v.wire = append(wireLines(calls, r.net.abroadSeen()), attemptLines(r.attempts, v.finding)...)
		v.try = tryText(calls, r.attempts, v.finding, r.fake.BaseURL())
		v.exchanges, v.deliveries = fewCalls(calls, v.finding.Call), sent
	}
	v.log = r.tb.log()
	return v.without(secrets)
}

// without takes secrets out of what a report shows.
func (v verdict) without(secrets veil) verdict {
	hide := secrets.hide
	v.finding.Expected, v.finding.Got, v.note, v.try = hide(v.finding.Expected), hide(v.finding.Got), hide(v.note), hide(v.try)
	for _, lines := range [][]string{v.wire, v.log} {
		for i := range lines {
			lines[i] = hide(lines[i])
		}
	}
	return v
}

// set puts the fake into the state of the scene and makes the network and the
// environment of the client.
func (e *evaluator[C]) set(ctx context.Context, k *check[C], sc scene[C]) (*run[C], error) {
	options := append(e.s.pinned(e.cfg.choices), fake.Seed(e.cfg.seed))
	shop := e.s.open(append(options, sc.options...)...)
	target, err := url.Parse(shop.BaseURL())
	if err != nil {
		panic(err)
	}
	host := strings.ToLower(k.id) + "." + e.s.api + ".test"
	r := &run[C]{
		wire: &wire{creds: shop.Credentials(), door: &door{}}, ctx: ctx, scene: sc, fake: shop, cfg: e.cfg,
		tb:  &recorder{name: k.id},
		rng: rand.New(rand.NewPCG(e.cfg.seed, hash(k.id+sc.name))),
		net: &transport{
			inner: shop.Transport(), target: target, budget: budget,
			hosts: append([]string{host}, shop.API().Hosts...),
		},
	}
	shop.Intercept(fake.Connect, func(c *fake.Call) { r.last.Store(int64(c.Seq)) })
	base := *target
	base.Host = host
	r.env = Env{BaseURL: base.String(), HTTP: &http.Client{Transport: r.net}, Creds: shop.Credentials(), Virtual: true, Log: r.tb.Logf}
	r.keys, r.encoded = e.s.secrets, e.s.encoded
	r.hide(r.env.Creds)
	if e.cfg.wall != "" {
		if err := r.outside(); err != nil {
			return nil, err
		}
	}
	if sc.base != nil {
		r.env.BaseURL = sc.base(r.env.BaseURL)
	}
	r.mk = e.mk
	if sc.state != nil {
		sc.state(r)
	}
	for _, f := range sc.faults {
		if !r.env.Virtual {
			f = e.s.shortened(f)
		}
		r.armed = append(r.armed, shop.Inject(f))
	}
	r.env.twin = func() (*http.Client, func()) {
		twin, err := e.set(ctx, k, sc)
		if err != nil {
			panic(err) // the first of the scene was there
		}
		return twin.env.HTTP, func() { twin.net.CloseIdleConnections(); twin.fake.Close() }
	}
	return r, nil
}

// outside opens the scene to clients that are not in the bubble: over loopback,
// by the clock on the wall.
func (r *run[C]) outside() (err error) {
	if r.gate, err = openGateway(r.net); err != nil {
		return err
	}
	r.env.Virtual = false
	r.env.BaseURL = r.gate.base + r.net.target.Path
	r.env.HTTP = &http.Client{}
	return nil
}

// clear ends what the scene left running.
func (r *run[C]) clear() {
	r.act(r.tb.clean)
	if r.gate != nil {
		r.gate.close()
		r.env.HTTP.CloseIdleConnections()
	}
	r.net.CloseIdleConnections()
	r.fake.Close()
}

// An ending is how the client's part of a scene ended.
type ending struct {
	finished bool   // not by runtime.Goexit
	hung     bool   // not at all
	panicked string // outside the calls of the adapter
}

// act runs the client's part in a goroutine of its own, which may panic, be
// ended or never come back.
func (r *run[C]) act(f func()) ending {
	done := make(chan ending, 1)
	go func() {
		end := ending{}
		defer func() {
			if p := recover(); p != nil {
				end.panicked = fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
			done <- end
		}()
		f()
		end.finished = true
	}()
	limit := time.NewTimer(r.longest())
	defer limit.Stop()
	select {
	case end := <-done:
		return end
	case <-limit.C:
		return ending{hung: true}
	}
}

func hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return h.Sum64()
}

// stacksOf gives the stacks of the goroutines in a bubble. They are picked out
// of those of the whole process, which may be many.
func stacksOf(number int) string {
	if number == 0 {
		return ""
	}
	const most = 1 << 28
	buf := make([]byte, 1<<20)
	n := runtime.Stack(buf, true)
	for n == len(buf) && n < most {
		buf = make([]byte, 2*len(buf))
		n = runtime.Stack(buf, true)
	}
	var found []string
	here := fmt.Sprintf("synctest bubble %d]", number)
	for stack := range strings.SplitSeq(string(buf[:n]), "\n\n") {
		line, _, _ := strings.Cut(stack, "\n")
		if strings.Contains(line, here) {
			found = append(found, stack)
		}
	}
	return strings.Join(found, "\n\n")
}
