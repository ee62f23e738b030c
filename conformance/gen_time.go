package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

const (
	givesUp  = 5 * time.Second // when the caller of GEN-CTX-01 gives up
	attempts = 20              // the most that a call may make
)

func (p profile[C]) contexts() []check[C] {
	return []check[C]{{
		id: "GEN-CTX-01", title: "a call ends with its context",
		clause: "-", level: care,
		summary: "A caller who gives up wants to be heard at once, not after the reply or the back-off.",
		needs:   named(p.list), after: after(nil, p.list),
		scenes: []scene[C]{
			{name: "while the reply is held", state: p.people(3), faults: []fake.Fault{
				fake.NewFault("slow-headers").Set("delay", "30s").On(p.list.op),
			}},
			{name: "while it waits in its back-off", state: p.people(3), faults: []fake.Fault{
				fake.NewFault("rate-limited").Set("retry-after", "60s").On(p.list.op),
			}},
		},
		drive: func(r *run[C]) {
			ctx, cancel := context.WithCancel(r.ctx)
			defer cancel()
			stop := time.AfterFunc(givesUp, cancel)
			defer stop.Stop()
			p.list.call(r, ctx, 0)
		},
		seen: asked(p.list.op),
		judge: func(r *run[C]) Finding {
			a := r.nth(0)
			took := a.to.Sub(a.from)
			switch {
			case took > givesUp+time.Second:
				return found("late", "an end within a second after the context's", "%v later; %s", took-givesUp, a.outcome()).of(a)
			case took < givesUp: // it does not wait that long
				return mustFail(a, "there was no answer yet")
			case !errors.Is(a.err, context.Canceled):
				return found("other-error", "the context's error, to be found by errors.Is", "%s", a.outcome()).of(a)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "ignores the context", "late"},
			{"b", "sleeps its back-off out", "late"},
		},
	}}
}

func (p profile[C]) failures() []check[C] {
	unavailable := fake.NewFault("server-error").Set("status", "503").On(p.list.op)
	return []check[C]{{
		id: "GEN-5XX-01", title: "an outage is no empty list",
		clause: "-", level: care,
		summary: "A server that is down for a moment has data all the same.",
		needs:   named(p.list), after: after(nil, p.list),
		scenes: []scene[C]{
			{name: "503 once", state: p.people(3), faults: []fake.Fault{unavailable.Call(1)}},
			{name: "503 for ever", state: p.people(3), faults: []fake.Fault{unavailable}},
		},
		drive: func(r *run[C]) { p.list.try(r, 0) },
		seen:  answeredWith(503, p.list.op),
		judge: func(r *run[C]) Finding {
			return firstOf(p.list.rightOrError(r, r.nth(0)), atMost(r.wire, p.list.op, attempts))
		},
		backed: "GEN-WAIT-01",
		mutants: []mutant{
			{"a", "reads a 503 as an empty list", "wrong-result"},
		},
	}}
}

func (p profile[C]) refusals() []check[C] {
	denied := fake.NewFault("wrong-credentials").On(p.change().op)
	refused := func(status int) func(*run[C]) {
		return func(r *run[C]) { p.people(3)(r); instead(r.fake, p.change().op, status, p.envelope) }
	}
	return []check[C]{{
		id: "GEN-4XX-01", title: "what no repeat can change is not repeated",
		clause: "-", level: care,
		summary: "A request that was refused is refused again, and costs the account's budget.",
		needs:   named(p.change()), after: after([]string{p.denied, p.saved}, p.change()),
		scenes: []scene[C]{
			{name: "400", state: refused(400)},
			{name: "401", state: p.people(3), faults: []fake.Fault{denied.Set("status", "401")}},
			{name: "403", state: p.people(3), faults: []fake.Fault{denied.Set("status", "403")}},
			{name: "422", state: refused(422)},
			{name: "a refused save", state: p.people(3), faults: []fake.Fault{p.refuse(0, "Record is blocked")}},
		},
		drive: func(r *run[C]) {
			p.change().try(r, 0)
			r.pass(time.Hour) // for what goes on behind the caller's back
		},
		seen: asked(p.change().op),
		judge: func(r *run[C]) Finding {
			sent, most := r.of(p.change().op), 1
			if renewed := p.renewals(r.wire, sent[0]); renewed > 1 {
				return found("repeated", "one request for another token in an hour", "%s", count(renewed, "request"))
			} else if renewed == 1 && sent[0].Status == 401 {
				most = 2 // with another token it is another request
			}
			if n := len(sent); n > most {
				return found("repeated", "one request in an hour", "%s", count(n, "request"))
			}
			return mustFail(r.nth(0), "it was refused")
		},
		mutants: []mutant{
			{"a", "retries every failure", "repeated"},
		},
	}}
}

// renewals counts the requests for another token behind an exchange.
func (p profile[C]) renewals(w *wire, behind fake.Exchange) int {
	n := 0
	for _, x := range w.of(p.renew) {
		if p.renew != "" && x.Seq > behind.Seq {
			n++
		}
	}
	return n
}

func (p profile[C]) waits() []check[C] {
	limited := fake.NewFault("rate-limited").On(p.list.op).First(3)
	unavailable := fake.NewFault("server-error").Set("status", "503").On(p.list.op).First(3)
	busy := func(name string, f fake.Fault) scene[C] {
		return scene[C]{name: name, state: p.people(3), faults: []fake.Fault{f}}
	}
	return []check[C]{{
		id: "GEN-WAIT-01", title: "retries wait as they are told, or longer each time",
		clause: "-", level: care,
		summary: "A busy server gets no better by being asked again at once, and says at times how long to wait.",
		needs:   named(p.list), after: after(append([]string{"GEN-5XX-01"}, p.waiting...), p.list),
		scenes: []scene[C]{
			busy("429, not told how long", limited),
			busy("503, not told how long", unavailable),
			busy("429, told in seconds", limited.Set("retry-after", "30s")),
			busy("503, told in seconds", unavailable.Set("retry-after", "30s")),
			busy("429, told by a date", limited.Set("retry-after", "30s").Set("form", "date")),
		},
		drive: func(r *run[C]) { p.list.try(r, 0) },
		seen:  asked(p.list.op),
		judge: func(r *run[C]) Finding {
			return firstOf(pauses(r.of(p.list.op)), atMost(r.wire, p.list.op, attempts), p.list.rightOrError(r, r.nth(0)))
		},
		mutants: []mutant{
			{"a", "asks again at once", "at-once"},
			{"b", "reads a date as no wait", "too-soon"},
		},
	}}
}

// pauses judges the time between attempts, up to the first answer that is good.
func pauses(calls []fake.Exchange) Finding {
	var gaps []time.Duration
	for i := 1; i < len(calls) && calls[i-1].Status >= 400; i++ {
		before, gap := calls[i-1], calls[i].At.Sub(calls[i-1].At)
		if told := toldUntil(before); !told.IsZero() {
			if calls[i].At.Before(told) {
				return found("too-soon", fmt.Sprintf("%v of waiting, as told", told.Sub(before.At)), "the next attempt after %v", gap).at(calls[i])
			}
			continue
		}
		if gap <= 0 {
			return found("at-once", "a pause before the next attempt", "the next attempt at the same moment").at(calls[i])
		}
		gaps = append(gaps, gap)
	}
	if n := len(gaps); n > 1 && gaps[n-1] <= gaps[0] {
		return found("not-growing", "growing pauses", "pauses of %v", gaps)
	}
	return Finding{}
}

// toldUntil is the time before which an answer asks not to be repeated.
func toldUntil(x fake.Exchange) time.Time {
	value := x.ReplyHeader.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil {
		return x.At.Add(time.Duration(seconds) * time.Second)
	}
	date, _ := http.ParseTime(value)
	return date
}
