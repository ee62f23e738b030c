package scenarios

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/tidwall/gjson"
)

// arrive does what is due before a request that comes.
func (r *Run) arrive(*fake.Call) {
	if !r.underWay() && r.gate.pass() {
		defer r.gate.leave()
		r.actions(false)
	}
}

// act does what is due.
func (r *Run) act(end bool) {
	r.gate.enter()
	defer r.gate.leave()
	r.actions(end)
}

// actions does what the story does by itself, as far as it is due. Only one
// caller does it at a time; the others wait until it is done.
func (r *Run) actions(end bool) {
	for {
		i := -1
		r.Fake().Locked(func() { i = r.story.due(end) })
		if i < 0 {
			return
		}
		r.Fake().Settle()
		switch s := r.prog.steps[i].(type) {
		case *action:
			r.do(s)
		case *deliver:
			r.deliver(i, s)
		}
	}
}

func (r *Run) do(a *action) {
	switch a.verb {
	case "advance":
		r.Fake().Advance(a.by)
	case "revoke":
		r.Fake().Locked(func() { r.story.revoked = true })
		r.started.revoke()
	case "rotate":
		r.rotate(a)
	case "check":
		r.check(a)
	}
}

// check compares what a path finds in the state, or in the counts of a receiver,
// with a value.
func (r *Run) check(a *action) {
	c := a.condition
	r.Fake().Locked(func() {
		c.Path, c.Value = r.story.vals.render(a.path), r.story.vals.render(a.value)
	})
	where, text := "the state", []byte(nil)
	if a.receiver == "" {
		text = r.Fake().Snapshot()
	} else {
		where, text = "the receiver", r.counts(a.receiver).json(a.receiver)
	}
	found, holds := c.Find(text)
	if holds {
		return
	}
	if found == "" {
		found = "nothing there"
	}
	r.problem(fmt.Sprintf("%s: %s: %s has %s", a.at, a.text, where, found))
}

// capture binds a name to what is found in an answer.
func (st *story) capture(c capture, body []byte) {
	if found := gjson.GetBytes(body, c.path); found.Exists() {
		st.vals.bind(c.name, value{found.String(), found.Type == gjson.Number})
	}
}

// explain is decide without consequences.
func (st *story) explain(r *request) (*expect, *mismatch) {
	if i, f := st.choose(r); f != nil && st.forbids(i, r) == nil {
		return st.prog.steps[i].(*expect), nil
	}
	return nil, st.mismatch(r, st.forbids(-1, r))
}

// after gathers what is known when the call of a mismatch is over.
func (r *Run) after(m *mismatch) after {
	now := after{api: r.Fake().API(), calls: map[int]fake.Exchange{}, op: map[int]bool{}}
	var changed []int
	for _, x := range r.Fake().Calls() {
		now.calls[x.Seq] = x
		if x.Seq == m.request.seq {
			now.call = x
		}
		if x.Committed {
			changed = append(changed, x.Seq)
		}
		now.op[x.Seq] = slices.ContainsFunc(r.Fake().API().Routes, func(route fake.Route) bool {
			return route.Op == x.Op && route.Writes
		})
	}
	now.state = stateLine(r.first, r.Fake().Snapshot(), changed)
	return now
}

// stateLine counts the records: "customers=3 (2 at the start), changed by #1". Of
// several collections, those that were never used are left out.
func stateLine(first, now fake.Snapshot, changed []int) string {
	var used, unused []string
	gjson.ParseBytes(now).ForEach(func(name, list gjson.Result) bool {
		if !list.IsArray() {
			return true
		}
		before := gjson.GetBytes(first, gjson.Escape(name.Str)+".#").Int()
		count := fmt.Sprintf("%s=%d (%d at the start)", name.Str, len(list.Array()), before)
		if before == 0 && len(list.Array()) == 0 {
			unused = append(unused, count)
		} else {
			used = append(used, count)
		}
		return true
	})
	if used == nil && len(unused) == 1 {
		used = unused
	}
	line := strings.Join(used, ", ")
	if len(changed) > 0 && line != "" {
		line += ", changed by " + numbers(changed)
	}
	return line
}

// finish is the cleanup: it does what is left to do by itself and tells what is
// missing.
func (r *Run) finish() {
	r.tb.Helper()
	r.acts.Wait()
	r.Fake().Settle()
	r.act(true)
	r.acts.Wait()
	r.flush()
	r.mu.Lock()
	problems := slices.Clone(r.problems)
	r.mu.Unlock()
	missing := r.missing()
	for _, f := range r.faults { // told above, with its line; the fake would tell it again
		f.Disarm()
	}
	switch {
	case r.prog.dials.leftovers == "log":
		for _, text := range missing {
			r.tb.Logf("%s", text)
		}
	case len(problems) == 0:
		for _, text := range missing {
			r.tb.Errorf("%s", text)
		}
	default:
		problems = append(problems, missing...)
	}
	if len(problems) > 1 {
		r.tb.Logf("scenarios: %s: after the first problem:\n    %s", r.prog.file, strings.Join(problems[1:], "\n    "))
	}
	for _, text := range r.patient() {
		r.tb.Logf("%s", text)
	}
	if os.Getenv("SCENARIOS_TRACE") != "" {
		r.tb.Logf("%s", r.Report())
	}
}

// missing are the steps that were never reached, the faults that never fired and
// the deliveries that never left.
func (r *Run) missing() []string {
	var texts []string
	r.Fake().Locked(func() {
		for i, s := range r.prog.steps {
			if text := r.story.missing(i, s); text != "" {
				texts = append(texts, r.mask(text))
			}
		}
	})
	for i, f := range r.prog.faults {
		if f.fault.Has("optional") || r.faults[i].Spent() {
			continue
		}
		how := "never fired"
		if n := r.faults[i].Fired(); n > 0 {
			how = fmt.Sprintf("fired only %d times", n)
		}
		texts = append(texts, fmt.Sprintf("%s: fault %s: %s (%s)", f.at, how, f.text, r.chances(f.fault)))
	}
	texts = append(texts, r.spared()...)
	return append(texts, r.unclaimed()...)
}

// spared are the faults of steps that had no place in the call which took the
// step: it was none that they are about. A call that the fake refused before it
// came to the fault is let pass: a cursor that the file made up is as good as
// expired.
func (r *Run) spared() []string {
	calls := map[int]fake.Exchange{}
	for _, x := range r.Fake().Calls() {
		calls[x.Seq] = x
	}
	var texts []string
	r.Fake().Locked(func() {
		for i, s := range r.prog.steps {
			e, ok := s.(*expect)
			if !ok {
				continue
			}
			for _, seq := range r.story.done[i].by {
				for _, f := range e.answer.faults {
					x, kept := calls[seq]
					known := !kept || r.playing[seq] != nil || x.Status >= 400 || r.over[seq] || slices.Contains(r.impossible, seq)
					if !known && !hasFault(x, f.Name()) {
						texts = append(texts, fmt.Sprintf("%s: fault never fired: %s (request #%d is none that it can hit)", e.answer.at, f, seq))
					}
				}
			}
		}
	})
	return texts
}

// chances tells how many calls, or sendings of deliveries, a fault could have hit.
func (r *Run) chances(f fake.Fault) string {
	var on, topics []string
	for _, list := range f.All("on") {
		for sel := range strings.SplitSeq(list, ",") {
			if topic, hook := strings.CutPrefix(sel, "hook:"); hook {
				topics = append(topics, topic)
			} else {
				on = append(on, sel)
			}
		}
	}
	if topics != nil {
		return counted(len(r.Fake().Hooks.Attempts(topics...)), "delivery was", "deliveries were") + " sent"
	}
	return counted(len(r.Fake().Calls(on...)), "call was", "calls were") + " made"
}

// counted is "1 call", "2 calls".
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (st *story) missing(i int, s statement) string {
	at, text, by := s.line().at, s.line().text, st.done[i].by
	switch s := s.(type) {
	case *expect:
		if !st.lacks(i) {
			return ""
		}
		if len(by) > 0 {
			return fmt.Sprintf("%s: step reached only %d of %d times: %s", at, len(by), s.least, text) + st.limitRefused()
		}
	case *action:
		if by != nil || st.begun(i) { // done, or only not done yet
			return ""
		}
	case *deliver:
		switch {
		case by != nil:
			return ""
		case !st.received:
			return fmt.Sprintf("%s: step never reached: %s (nobody receives it: the test calls Run.Receiver)", at, text)
		case st.begun(i):
			return ""
		}
	case *never:
		return ""
	}
	return fmt.Sprintf("%s: step never reached: %s", at, text) + st.limitRefused()
}
