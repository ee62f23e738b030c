package fake

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Armed are faults that were put in place together.
type Armed struct {
	s    *Server
	list []*armed
}

// armed is one fault in place, with its counts.
type armed struct {
	fault    Fault
	kind     *kind
	trigger  trigger
	since    time.Time
	calls    int            // calls that On and When chose
	sendings map[uint64]int // of each request
	passed   []time.Time    // calls let through, for a fault that is a rate
	firstHit time.Time
	lists    map[string]time.Time   // last reads, by caller and operation, where cursors expire
	seen     map[string][]time.Time // calls of each caller, where headers tell of them
	fired    int
	disarmed bool
	taken    func() // undoes what arming did; nil: nothing
}

// Inject arms faults. A fault that is unknown, wrongly written, aimed at an
// operation that the API does not have, or impossible over this server's
// protocol is a mistake of the test. So is one that never fires, found at
// cleanup, unless it is Optional.
func (s *Server) Inject(faults ...Fault) *Armed {
	a := &Armed{s: s}
	for _, f := range faults {
		one, err := s.arm(f)
		if err != nil {
			s.tb.Helper()
			s.Mistake("%v", err)
			return a
		}
		if err := s.dead(one, a.list); err != nil {
			s.tb.Helper()
			s.Mistake("%v", err)
			return a
		}
		a.list = append(a.list, one)
	}
	s.mu.Lock()
	s.armed = append(s.armed, a.list...)
	for _, one := range a.list {
		if one.kind.dials {
			s.dials.Store(true)
		}
		if one.kind.uploads {
			s.uploads.Store(true)
		}
		if one.kind.arms != nil {
			one.kind.arms(s, one.fault)
		}
		if one.kind.placed != nil {
			one.kind.placed(s, one)
		}
	}
	s.mu.Unlock()
	if slices.ContainsFunc(a.list, (*armed).mustBeSeen) {
		s.net.closeIdle()
	}
	return a
}

// hit counts one.
func (a *armed) hit(now time.Time) {
	if a.fired == 0 {
		a.firstHit = now
	}
	a.fired++
}

// goesOn tells whether a fault that Call.Inject puts on several calls hits one more.
func (a *armed) goesOn(f Fault, k *kind, now time.Time) bool {
	if a.kind == nil {
		a.fault, a.kind, a.since = f, k, now
	}
	most := 0
	if k.bound != nil {
		most = k.bound(f, 0)
	}
	return (most == 0 || a.fired < most) && (k.lasts == nil || k.lasts(a, now))
}

// mustBeSeen tells whether the fault is a cut that net/http is not to hide by
// sending again, as it may on a connection that was used before.
func (a *armed) mustBeSeen() bool { return a.kind.cuts && a.fault.Get("visible") != "no" }

// arm reads a fault against this server.
func (s *Server) arm(f Fault) (*armed, error) {
	k, err := s.vet(f)
	if err != nil {
		return nil, err
	}
	a := &armed{fault: f, kind: k, since: s.clock.now(), sendings: map[uint64]int{}}
	if a.trigger, err = parseTrigger(f, k.params); err != nil {
		return nil, err
	}
	for _, when := range a.trigger.when {
		if where, _, has := strings.Cut(when.Path, ":"); has && where != "state" && f.AboutDeliveries() {
			return nil, fmt.Errorf("fault %s: when=%s: a delivery has its body and the state only", f.name, when.Path)
		}
	}
	if k.bound != nil {
		a.trigger.first = k.bound(f, a.trigger.first)
	}
	for _, text := range f.selectors() {
		if err := a.aim(s, text); err != nil {
			return nil, fmt.Errorf("fault %s: on=%w", f.name, err)
		}
	}
	return a, nil
}

// dead tells of a fault that cannot hit, because one before it takes the same
// place in each call or delivery that it could hit.
func (s *Server) dead(one *armed, before []*armed) error {
	s.mu.Lock()
	before = append(slices.Clone(s.armed), before...)
	s.mu.Unlock()
	for _, other := range before {
		same := one.kind.at(one.fault) == other.kind.at(other.fault) || one.kind.ends && other.kind.ends
		if other.always() && same && one.kind.onCalls() == other.kind.onCalls() && !one.trigger.optional {
			return fmt.Errorf("fault %s can never hit: %s was armed before, hits always, and takes the same place", one.fault, other.fault)
		}
	}
	return nil
}

// always tells whether a fault hits whatever comes, for ever.
func (a *armed) always() bool {
	t, k := &a.trigger, a.kind
	free := k.chooses == nil && k.picks == nil && !k.asked && !k.standing && t.on == nil && t.topics == nil && t.when == nil
	counts := t.calls != nil || t.attempts != nil || t.first > 0 || t.after > 0 || t.every > 1
	return free && !counts && t.since == 0 && t.to == 0 && (t.chance < 0 || t.chance >= 1)
}

// aim reads one selector of a fault.
func (a *armed) aim(s *Server, text string) error {
	if a.kind.onDeliveries() && (!a.kind.onCalls() || !isCall(text)) {
		if s.api.Hooks == nil {
			return fmt.Errorf("%q: this API sends no deliveries", text)
		}
		a.trigger.topics = append(a.trigger.topics, strings.TrimPrefix(text, "hook:"))
		return s.Hooks.selects(text)
	}
	sel, err := s.parseSelector(text)
	if err == nil && !s.possible(sel) {
		err = fmt.Errorf("%q fits no endpoint of this API", text)
	}
	a.trigger.on = append(a.trigger.on, sel)
	return err
}

// vet checks a fault's words, and that this API over this protocol can do it.
func (s *Server) vet(f Fault) (*kind, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	k := kinds[f.name]
	if f.AboutDeliveries() && s.api.Hooks == nil {
		return nil, fmt.Errorf("fault %s: this API sends no deliveries", f.name)
	}
	for _, vet := range []func(*Server, Fault) error{k.vet, vetByAPI} {
		if vet == nil {
			continue
		}
		if err := vet(s, f); err != nil {
			return nil, fmt.Errorf("fault %s: %w", f.name, err)
		}
	}
	return k, nil
}

// CanInject tells why Inject would refuse a fault, nil where it would not.
func (s *Server) CanInject(f Fault) error {
	_, err := s.arm(f)
	return err
}

// Fired tells how often the faults have hit so far.
func (a *Armed) Fired() int {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	n := 0
	for _, one := range a.list {
		n += one.fired
	}
	return n
}

// Spent tells whether each of the faults has hit as often as its triggers say.
func (a *Armed) Spent() bool {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return !slices.ContainsFunc(a.list, func(one *armed) bool { return !one.spent() })
}

// Disarm takes the faults back. They no longer hit, and no longer have to.
func (a *Armed) Disarm() {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	for _, one := range a.list {
		one.disarmed = true
		one.takeBack()
	}
	a.s.armed = slices.DeleteFunc(a.s.armed, func(one *armed) bool { return one.disarmed })
}

// unspent finds the faults that did not hit as often as they were to.
func (s *Server) unspent() {
	for _, a := range s.armed {
		if a.spent() || a.trigger.optional {
			continue
		}
		times := "never fired"
		switch {
		case a.fired == 1:
			times = "fired only once"
		case a.fired > 1:
			times = fmt.Sprintf("fired only %d times", a.fired)
		}
		calls := "1 call was"
		if a.calls != 1 {
			calls = fmt.Sprintf("%d calls were", a.calls)
		}
		if a.kind.dials {
			calls = strings.Replace(calls, "call", "connection", 1)
		}
		s.found(Finding{
			Kind: "unspent-fault", Mistake: true,
			Detail: fmt.Sprintf("fault %s: %s (%s chosen by it)", times, a.fault, calls+" made that could be"),
		})
	}
}

// faults is the stage that chooses what hits this call, in the order of arming,
// and waits out a delay that comes before the call is applied.
func (s *Server) faults(c *Call) error {
	c.plan.begun = true
	s.tooSoon(c)
	if len(s.enforcing) > 0 {
		s.enforce(c)
	}
	for _, a := range s.armed {
		if !a.hits(c) {
			continue
		}
		if c.plan.add(c, a.fault, a.kind, a) == nil {
			a.hit(s.clock.now())
		}
	}
	return c.plan.before(c)
}

func vetByAPI(s *Server, f Fault) error {
	if s.api.Vet == nil {
		return nil
	}
	return s.api.Vet(f)
}
