package fake

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// trigger says which calls a fault hits: its trigger words, read.
type trigger struct {
	on       selectors
	topics   []string // of a fault that is about deliveries
	when     []Condition
	calls    []int
	attempts []int
	first    int           // 0: no bound
	after    int           // calls
	since    time.Duration // after=10m: from that time on
	every    int
	from, to time.Duration // to 0: no window
	chance   float64       // < 0: certain
	optional bool
}

// triggerWords are the words of a fault that say when; all others are
// parameters of its kind.
var triggerWords = []string{"on", "when", "call", "attempt", "first", "after", "every", "between", "chance", "apply", "optional"}

// parseTrigger reads the trigger words of a fault, but for on, which needs the
// routes of a server. Words that the kind takes as parameters are left to it.
func parseTrigger(f Fault, own map[string]param) (trigger, error) {
	t := trigger{chance: -1}
	for _, w := range f.words {
		if _, is := own[w.key]; is {
			continue
		}
		if err := t.read(w); err != nil {
			return t, fmt.Errorf("fault %s: %s=%s: %w", f.name, w.key, Quote(w.value), err)
		}
	}
	return t, nil
}

func (t *trigger) read(w word) (err error) {
	switch w.key {
	case "on":
	case "when":
		var c Condition
		c, err = ParseCondition(w.value)
		t.when = append(t.when, c)
	case "call":
		t.calls, err = ordinals(w.value)
	case "attempt":
		t.attempts, err = ordinals(w.value)
	case "first":
		t.first, err = positive(w.value)
	case "every":
		t.every, err = positive(w.value)
	case "after":
		if t.after, err = strconv.Atoi(w.value); err != nil {
			t.since, err = isTime(w.value)
		} else if t.after < 0 {
			err = fmt.Errorf("want 0 or more")
		}
	case "between":
		from, to, _ := strings.Cut(w.value, "..")
		if t.from, err = isTime(from); err == nil {
			t.to, err = isTime(to)
		}
		if err == nil && t.to <= t.from {
			err = fmt.Errorf("the window is empty")
		}
	case "chance":
		t.chance, err = strconv.ParseFloat(w.value, 64)
		if err != nil || !(t.chance >= 0 && t.chance <= 1) {
			err = fmt.Errorf("want a probability of 0 to 1")
		}
	case "apply":
		if w.value != "before" && w.value != "after" {
			err = fmt.Errorf("want before or after")
		}
	case "optional":
		t.optional = true
		if w.value != "" {
			err = fmt.Errorf("it takes no value")
		}
	}
	return err
}

func ordinals(text string) ([]int, error) {
	var ns []int
	for part := range strings.SplitSeq(text, ",") {
		n, err := positive(part)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ns, n) {
			ns = append(ns, n)
		}
	}
	return ns, nil
}

func positive(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("want a whole number from 1")
	}
	return n, nil
}

// longest is the longest time that a fault can name. Sums of a few are still times:
// a Duration holds 292 years.
const longest = 100 * 365 * 24 * time.Hour

var errTooLong = errors.New("want a time of 100 years at most")

func isTime(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil || d < 0:
		return 0, fmt.Errorf("want a time such as 2s or 1m30s")
	case d > longest:
		return 0, errTooLong
	}
	return d, nil
}

// hits decides whether the fault hits a call, and counts it. It runs under the
// server's lock, in the order of arrival.
func (a *armed) hits(c *Call) bool {
	return a.kind.onCalls() && !a.kind.standing && (a.trigger.on != nil || a.trigger.topics == nil) && !a.kind.dials && !a.kind.uploads && a.chosen(c)
}

// chosen is hits for whatever comes as a request.
func (a *armed) chosen(c *Call) bool {
	if a.disarmed || !a.trigger.on.fit(c.Op, c.Request.Method, c.Request.URL.Path) || !a.holds(c) {
		return false
	}
	return a.due(c.s, &occasion{op: c.Op, same: c.identity, like: c.identity})
}

// occasion is what a fault may hit: a call, or a sending of a delivery.
type occasion struct {
	op   string
	same func() uint64 // what is sent again
	like func() uint64 // what it is, for chance: the same in whatever order things come
}

// due counts an occasion that On and When have chosen, and decides.
func (a *armed) due(s *Server, o *occasion) bool {
	t := &a.trigger
	a.calls++
	if t.first > 0 && a.fired >= t.first {
		return false
	}
	sending := 0
	if t.attempts != nil || t.chance >= 0 {
		same := o.same()
		a.sendings[same]++
		sending = a.sendings[same]
	}
	since := s.clock.now().Sub(a.since)
	switch {
	case t.calls != nil && !slices.Contains(t.calls, a.calls),
		t.attempts != nil && !slices.Contains(t.attempts, sending),
		a.calls <= t.after, since < t.since,
		t.every > 0 && a.calls%t.every != 0,
		t.to > 0 && (since < t.from || since >= t.to),
		t.chance >= 0 && s.draw(a.fault, o.op, o.like(), sending) >= t.chance:
		return false
	}
	return true
}

// holds tells whether the conditions of a fault are true of a call.
func (a *armed) holds(c *Call) bool {
	for _, when := range a.trigger.when {
		where, path, has := strings.Cut(when.Path, ":")
		text, exists := "", false
		switch {
		case has && where == "query":
			text, exists = c.Query().Get(path), c.Query().Has(path)
		case has && where == "header":
			text, exists = c.Header(path), len(c.Request.Header.Values(path)) > 0
		case has && where == "param":
			text = c.Param(path)
			exists = text != ""
		case has && where == "state":
			if !(Condition{path, when.Op, when.Value}).Holds(c.s.snapshot()) {
				return false
			}
			continue
		default:
			if !when.Holds(c.Body) {
				return false
			}
			continue
		}
		_, err := strconv.ParseFloat(text, 64)
		if !when.compare(text, exists, err == nil) {
			return false
		}
	}
	if a.kind.lasts != nil && !a.kind.lasts(a, c.s.clock.now()) {
		return false
	}
	return a.kind.chooses == nil || a.kind.chooses(c, a) // last: a rate counts what it sees
}

// spent tells whether the fault has hit as often as its triggers ask for: the
// smallest number that they name. One that names none has when it has hit at all.
func (a *armed) spent() bool {
	want := 0
	for _, n := range []int{len(a.trigger.calls), len(a.trigger.attempts), a.trigger.first} {
		if n > 0 && (want == 0 || n < want) {
			want = n
		}
	}
	return a.fired >= max(want, 1)
}

// identity tells requests apart by what makes them the same to a retrying
// client: method, path, query, body and idempotency key.
func (c *Call) identity() uint64 {
	return hashed(c.Request.Method, c.Request.RequestURI, c.Header("Idempotency-Key"), c.Header("X-Idempotency-Key"), string(c.Body))
}

func hashed(parts ...string) uint64 {
	h := fnv.New64a()
	for i, part := range parts {
		if i > 0 {
			_, _ = h.Write([]byte{0})
		}
		_, _ = io.WriteString(h, part)
	}
	return h.Sum64()
}

// draw gives a number from 0 up to 1 that the seed, the fault, the request and
// the number of its sending decide.
func (s *Server) draw(f Fault, op string, like uint64, sending int) float64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d\x00%s\x00%s\x00%d\x00%d", s.opt.seed, f, op, like, sending)
	return float64(mix(h.Sum64())>>11) / (math.MaxUint64>>11 + 1)
}

// mix spreads the bits of a weak hash (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
