package conformance

import (
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// Watched is a fake whose traffic can be judged. The servers of the API
// packages are.
type Watched interface {
	API() fake.API
	Calls(sel ...string) []fake.Exchange
	Findings() []fake.Finding
}

// Watch judges the traffic that a test's client has with a fake, when the test
// is over: all checks that the wire alone decides. A broken MUST fails the test;
// what the traffic did not show is NOT EXERCISED, and no failure here.
//
//	shop := cartfunnel.Start(t)
//	conformance.Watch(t, shop)
//
// The report is empty until the cleanups of the test run. A fake that keeps
// only part of its journal is judged by that part.
func Watch(t fake.TB, w Watched, opts ...Option) *Report {
	t.Helper()
	r := &Report{Watched: true}
	suite, ok := watchable(w.API().Name)
	if !ok {
		t.Fatalf("conformance: there is no suite for %s", w.API().Name)
		return r
	}
	cfg, err := configure(opts)
	if err == nil {
		err = suite.vet(cfg)
	}
	if err != nil {
		t.Fatalf("conformance: %v", err)
		return r
	}
	t.Cleanup(func() {
		t.Helper()
		suite.watch(r, cfg, w)
		for _, res := range r.Failed() {
			t.Errorf("\n%s", r.blockText(res))
		}
		r.deliver(t, cfg.dir)
		t.Logf("conformance: %s: %s", r.counts(), r.verdict())
	})
	return r
}

// A watcher is a suite without its type of client.
type watcher interface {
	vet(*config) error
	watch(*Report, *config, Watched)
}

// watchable is the suite for the API of that name.
func watchable(api string) (watcher, bool) {
	switch api {
	case "cartfunnel":
		return Cartfunnel(), true
	case "cscart":
		return Cscart(), true
	case "fluidpay":
		return Fluidpay(), true
	case "cartly":
		return Cartly(), true
	case "bonify":
		return Bonify(), true
	}
	return nil, false
}

func (s *Suite[C]) vet(cfg *config) error {
	e := &evaluator[C]{s: s, cfg: cfg}
	return e.vet()
}

// watch judges what the wire decides, from the exchanges of a whole test.
func (s *Suite[C]) watch(r *Report, cfg *config, on Watched) {
	e := &evaluator[C]{s: s, cfg: cfg, done: map[string]verdict{}}
	w := &wire{calls: on.Calls(), attempts: s.attempts(on), findings: on.Findings()}
	for _, k := range s.checks {
		e.done[k.id] = e.watched(k, w, on.API().Base)
	}
	*r = *s.newReport(cfg)
	r.Watched = true
	for _, k := range e.selected() {
		if k.wire != nil {
			r.Results = append(r.Results, e.result(k))
		}
	}
}

// watched is the verdict from the wire alone. A check that takes more than
// that is left open, which blocks nothing.
func (e *evaluator[C]) watched(k *check[C], w *wire, base string) verdict {
	if k.wire == nil {
		return verdict{state: notExercised}
	}
	if needed := k.seen(w); needed != "" {
		return verdict{state: notExercised, note: needed}
	}
	f := k.wire(w)
	if f.Code == "" {
		return verdict{state: pass}
	}
	i := slices.IndexFunc(w.calls, func(x fake.Exchange) bool { return x.Seq == f.Call })
	v := verdict{state: k.level.broken(), finding: f}
	secrets := newVeil(e.s.hidden(w))
	if i >= 0 {
		calls := secrets.exchanges(w.calls[i : i+1])
		v.wire = wireLines(calls, nil)
		v.try = tryLine(calls, f.Call, base)
		v.exchanges = calls
	}
	if sent := theAttempt(w.attempts, f); sent != nil {
		v.wire, v.try = attemptLines(sent, f), tryDelivery(sent)
		v.deliveries = secrets.deliveries(fewAttempts(sent, f))
	}
	return v.without(secrets)
}

// hidden are the secrets that stand in the requests, and in the answers.
func (s *Suite[C]) hidden(w *wire) []string {
	var found []string
	keep := func(secret string) {
		if secret != "" && !slices.Contains(found, secret) {
			found = append(found, secret)
		}
	}
	for _, x := range w.calls {
		for _, name := range s.secretHeaders {
			value := x.Header.Get(name)
			keep(value)
			_, word, _ := strings.Cut(value, " ") // behind the word Bearer
			keep(word)
		}
		if s.secretMembers == nil {
			continue
		}
		_, query, _ := strings.Cut(x.URL, "?")
		asked, _ := url.ParseQuery(query) // of what is none, what can be read
		sent, _ := url.ParseQuery(string(x.Body))
		for _, name := range s.secretMembers {
			keep(asked.Get(name))
			keep(sent.Get(name))
			keep(gjson.GetBytes(x.Body, name).String())
			keep(gjson.GetBytes(x.ReplyBody, name).String())
		}
	}
	return found
}
