package conformance

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// Evaluate runs a suite outside a test and gives its report. It ends early with
// the context's error; other errors are mistakes in the options. It must not be
// called inside a synctest bubble, for it makes its own.
func Evaluate[C any](ctx context.Context, s *Suite[C], mk func(Env) C, opts ...Option) (*Report, error) {
	var adapter func(fake.TB, Env) C
	if mk != nil {
		adapter = func(_ fake.TB, env Env) C { return mk(env) }
	}
	e, err := newEvaluator(s, adapter, opts)
	if err != nil {
		return nil, err
	}
	return e.report(ctx)
}

// An evaluator runs the checks of a suite, each at most once, with those that
// explain its failure.
type evaluator[C any] struct {
	s    *Suite[C]
	cfg  *config
	mk   func(fake.TB, Env) C
	done map[string]verdict
}

func newEvaluator[C any](s *Suite[C], mk func(fake.TB, Env) C, opts []Option) (*evaluator[C], error) {
	if s == nil || mk == nil {
		return nil, errors.New("conformance: want a suite, such as Bonify(), and a function that makes the adapter; one of them is nil")
	}
	resolved()
	cfg, err := configure(opts)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	e := &evaluator[C]{s: s, cfg: cfg, mk: mk, done: map[string]verdict{}}
	if err := e.vet(); err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	return e, nil
}

// vet checks what the options say against the suite.
func (e *evaluator[C]) vet() error {
	var ids []string
	for _, k := range e.s.checks {
		ids = append(ids, k.id)
	}
	if err := e.cfg.vet(e.s.api, ids); err != nil {
		return err
	}
	return e.s.vetChoices(e.cfg.choices)
}

func didYouMean(word string, of []string) string {
	if near := fake.Nearest(word, of); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

// selected are the checks to report, in order.
func (e *evaluator[C]) selected() []*check[C] {
	var checks []*check[C]
	for _, k := range e.s.checks {
		if e.selects(k.id) {
			checks = append(checks, k)
		}
	}
	return checks
}

func (e *evaluator[C]) selects(id string) bool {
	return e.cfg.selects(id)
}

func (e *evaluator[C]) report(ctx context.Context) (*Report, error) {
	checks := e.selected()
	r := e.s.newReport(e.cfg)
	r.Results = make([]Result, len(checks))
	for _, i := range e.cfg.order(len(checks)) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r.Results[i] = e.result(checks[i])
	}
	return r, nil
}

// verdict runs a check once. What does not pass is run a second time with the
// same seed: if it differs, nothing can be said about the client but that.
func (e *evaluator[C]) verdict(k *check[C]) verdict {
	v, ok := e.done[k.id]
	if ok {
		return v
	}
	v = e.scenes(k)
	if !e.cfg.once && v.state != pass && v.state != notClaimed && v.finding.Code != "stuck" {
		if again := e.scenes(k); again.state != v.state || again.finding.Code != v.finding.Code {
			v.note = fmt.Sprintf("%s, then %s with the same seed", v.outcome(), again.outcome())
			v.state = flaky
		}
	}
	e.done[k.id] = v
	return v
}

func (v verdict) outcome() string {
	if v.finding.Code != "" {
		return string(v.state) + " (" + v.finding.Code + ")"
	}
	return string(v.state)
}

// scenes plays all scenes of a check; the first that does not pass decides.
func (e *evaluator[C]) scenes(k *check[C]) verdict {
	scenes := k.scenes
	if len(scenes) == 0 {
		scenes = make([]scene[C], 1)
	}
	var v verdict
	met := make([][]int, len(k.limits))
	for _, sc := range scenes {
		v = e.play(k, sc)
		for i, numbers := range v.met {
			met[i] = append(met[i], numbers...)
		}
		if v.state != pass {
			break
		}
	}
	v.met = met
	return v
}

// judge comes to the verdict of one scene. How the client ended comes first,
// then whether the situation came about, then the rule.
func (e *evaluator[C]) judge(k *check[C], r *run[C], end ending) verdict {
	if lost := missing(r.client, k.needs); lost != nil && end.finished {
		return verdict{state: notClaimed, missing: lost}
	}
	if v, bad := e.misbehaved(k, r, end); bad {
		return v
	}
	if needed := k.seen(r.wire); needed != "" {
		return r.unseen(needed)
	}
	for i, armed := range r.armed {
		if armed.Fired() == 0 {
			return verdict{state: notExercised, note: "a request that is hit by the fault " + r.scene.faults[i].String()}
		}
	}
	return e.ruled(k, r)
}

// unseen is the verdict where the situation of a check did not come about. What
// the client came to instead may say why.
func (r *run[C]) unseen(needed string) verdict {
	for _, a := range r.all() {
		switch {
		case a.panicked != "":
			return verdict{state: broke, note: "the adapter panicked in " + a.call + ": " + a.panicked}
		case a.err != nil && a.exchange == 0:
			return verdict{state: notExercised, note: needed + "; " + a.outcome() + ", and made no request"}
		}
	}
	if strays := r.noted("no-route"); len(strays) > 0 {
		needed += "; " + strays[0].Detail
	}
	if r.lacks != "" {
		needed += "; " + r.lacks
	}
	return verdict{state: notExercised, note: needed}
}

// misbehaved is the verdict about a client that broke off, ran away or panicked.
func (e *evaluator[C]) misbehaved(k *check[C], r *run[C], end ending) (verdict, bool) {
	state := k.level.broken()
	switch failure := r.tb.failure(); {
	case end.panicked != "":
		return verdict{state: broke, note: "the adapter panicked: " + end.panicked}, true
	case failure != "":
		return verdict{state: broke, note: "the adapter reported: " + failure}, true
	case r.net.ranAway():
		f := found("runaway", fmt.Sprintf("an end within %d requests", budget), "still asking after %d requests", budget)
		f.Call = int(r.last.Load())
		return verdict{state: state, finding: f}, true
	}
	for _, a := range r.all() {
		if a.panicked != "" && !k.panics {
			return verdict{state: broke, note: "the adapter panicked in " + a.call + ": " + a.panicked}, true
		}
	}
	if end.hung {
		return verdict{state: state, finding: found("never-returned",
			"an answer or an error", "%s", r.pending())}, true
	}
	if !end.finished {
		return verdict{state: broke, note: "the adapter ended its goroutine"}, true
	}
	if visits := r.net.abroadSeen(); len(visits) > 0 && !k.abroad {
		return verdict{state: fail, finding: found("foreign-host",
			"requests to the given base URL alone", "tried to reach %s", visits[0].url)}, true
	}
	return verdict{}, false
}

// pending names the call that did not come back.
func (r *run[C]) pending() string {
	for _, a := range r.all() {
		if !a.returned() {
			return fmt.Sprintf("%s has not returned after %v", a.call, r.longest())
		}
	}
	return fmt.Sprintf("no end after %v", r.longest())
}

// ruled asks the rule itself.
func (e *evaluator[C]) ruled(k *check[C], r *run[C]) verdict {
	var f Finding
	if k.wire != nil {
		f = k.wire(r.wire)
	}
	if f.Code == "" && k.judge != nil {
		f = k.judge(r)
	}
	switch {
	case f.Code == "" && k.notes != nil:
		return verdict{state: pass, note: k.notes(r)}
	case f.Code == "":
		return verdict{state: pass}
	case k.level != choice:
		return verdict{state: k.level.broken(), finding: f}
	}
	return e.chosen(k, f)
}

// chosen is the verdict of a choice: the reading that was seen, which is wrong
// only where another one is pinned.
func (e *evaluator[C]) chosen(k *check[C], f Finding) verdict {
	v := verdict{state: chosen, finding: f}
	for i, seen := range readingsIn(f.Code, len(k.flags)) {
		if pinned := e.cfg.choices[k.flags[i]]; pinned != "" && pinned != seen {
			v.state, v.note = fail, fmt.Sprintf("%s is pinned to %s", k.flags[i], pinned)
		}
	}
	return v
}

// readingsIn takes the code of a choice apart: the word of its flag, or for each
// of several flags its name, a colon and the word.
func readingsIn(code string, flags int) []string {
	if flags == 1 {
		return []string{code}
	}
	var words []string
	for part := range strings.SplitSeq(code, ", ") {
		_, word, _ := strings.Cut(part, ": ")
		words = append(words, word)
	}
	return words
}

// choosing is the finding of a choice between the readings of several flags.
func choosing(flags, words []string) Finding {
	var parts []string
	for i, flag := range flags {
		parts = append(parts, flag+": "+words[i])
	}
	return Finding{Code: strings.Join(parts, ", ")}
}

// missing names the functions that an adapter does not have.
func missing(client any, needs []string) []string {
	var lost []string
	v := reflect.ValueOf(client)
	for _, need := range needs {
		names := strings.Split(need, "|")
		if !slices.ContainsFunc(names, func(name string) bool { return !v.FieldByName(name).IsNil() }) {
			lost = append(lost, names...)
		}
	}
	return lost
}

// today is the day that known failures are dated against.
func today() time.Time { return time.Now().UTC() }
