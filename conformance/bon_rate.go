package conformance

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

const (
	bonSecond = time.Second // calls of one shop are that far apart
	bonFew    = 2           // so many refusals are no lack of pace
	bonLong   = 15 * time.Minute
)

// bonRate are the checks about the limit, which is on in all of them.
func bonRate() []bonCheck {
	return []bonCheck{
		bonRate01(), bonRate02(), bonRate03(), bonRate04(), bonRate05(),
		bonRate06(), bonRate07(), bonRate08(), bonRate09(),
	}
}

// limited is the prerequisite that a call was answered with 429.
func limited(w *wire) string {
	if len(bonLimited(w)) == 0 {
		return "a call that is answered with 429; there was none"
	}
	return ""
}

// bonLimited are the calls that were answered with 429.
func bonLimited(w *wire) []fake.Exchange {
	var all []fake.Exchange
	for _, x := range w.calls {
		if x.Status == http.StatusTooManyRequests {
			all = append(all, x)
		}
	}
	return all
}

// bonBusy lets calls of an operation be answered with 429, beside those that come
// too soon. It is not among the faults of the scene: whether it is met depends on
// what the client does after a 429 of the limit.
func bonBusy(r *bonRun, op fake.Op, which func(fake.Fault) fake.Fault) {
	r.fake.Inject(which(fake.NewFault("rate-limited").On(op)).Optional())
}

// bonSome makes a call, with whatever the client has for that. Each reads, or
// writes one customer.
func bonSome(u bonCaller) *answer {
	one := bonNth(u.r, 0)
	switch {
	case u.c.Get != nil:
		return u.get(one.ID)
	case u.c.List != nil:
		return u.list()
	}
	return u.update(BonifyCustomer{ID: one.ID, LastName: "Renamed"})
}

// bonStranger makes that call with a key that is wrong, as a control.
func bonStranger(r *bonRun) {
	bonSome(bonAs(r, r.env.Creds["shop_domain"], "wrong-key-7431")).is(control, 0)
}

var (
	bonSomeNeeds = []string{"Get|List|Update"}
	bonSomeAfter = append([]string{"BON-GET-01", "BON-AUTH-02"}, append(bonUpdating, bonReading...)...)
	bonSomeAsked = askedAny(bonify.GetCustomer, bonify.ListCustomers, bonify.UpdateCustomers)
)

func bonRate01() bonCheck {
	second := func(f fake.Fault) fake.Fault { return f.Call(2) }
	return bonCheck{
		id: "BON-RATE-01", title: "a 429 is neither data nor success",
		clause: "bonify:99-101", level: must,
		summary: "More than one call a second is answered with 429, and nothing is done.",
		needs:   []string{"List|Update"},
		after:   append(append([]string{}, bonBatching...), bonListing...),
		scenes: []bonScene{{state: func(r *bonRun) {
			bonPeople(60)(r)
			bonBusy(r, bonify.ListCustomers, second)
			bonBusy(r, bonify.UpdateCustomers, second)
		}}},
		drive: func(r *bonRun) {
			if r.client.List != nil {
				bon(r).list()
			}
			if r.client.Update != nil {
				bon(r).update(bonRenamed(r, 0, 11)...)
			}
		},
		seen: limited,
		judge: func(r *bonRun) Finding {
			for _, a := range r.all() {
				var f Finding
				if a.call == "List" {
					f = bonListed(a, bonIDs(r)...)
				} else {
					f = bonOnce(r, 11)
				}
				if a.err == nil && f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		backed: "BON-RATE-08",
		mutants: []mutant{
			{"a", "reads a 429 as an empty page", "customers-missing"},
			{"b", "reads a 429 as written", "not-written"},
		},
	}
}

func bonRate02() bonCheck {
	return bonCheck{
		id: "BON-RATE-02", title: "no retry sooner than a second after a 429",
		clause: "bonify:19,99", level: must,
		summary: "The limit is one call a second, so a call is in vain before a second is over.",
		needs:   bonSomeNeeds,
		after:   bonSomeAfter,
		scenes: []bonScene{{state: func(r *bonRun) {
			bonPeople(3)(r)
			for _, op := range bonOps {
				bonBusy(r, op, func(f fake.Fault) fake.Fault { return f.First(3) })
			}
		}}},
		drive: func(r *bonRun) { bonSome(bon(r)); bonStranger(r) },
		seen:  limited,
		judge: func(r *bonRun) Finding {
			return firstOf(bonPauses(r.wire), mustFail(r.nth(1), "the key is wrong"))
		},
		backed: "BON-RATE-03",
		mutants: []mutant{
			{"a", "tries again at once, five times", "too-soon"},
			{"b", "waits 100 ms at first", "too-soon"},
		},
	}
}

// bonPauses finds a call that comes sooner than a second after a 429. A call with
// another key is none of the same caller, and no second try.
func bonPauses(w *wire) Finding {
	for i := 1; i < len(w.calls); i++ {
		before, x := w.calls[i-1], w.calls[i]
		same := x.Header.Get(bonKey) == before.Header.Get(bonKey)
		if gap := x.At.Sub(before.At); same && before.Status == http.StatusTooManyRequests && gap < bonSecond {
			return found("too-soon", "a second before the next call", "%v after the call before", gap).at(x)
		}
	}
	return Finding{}
}

// bonWaits finds a write that is sent again sooner than a second after its 429,
// whatever other calls there are in between.
func bonWaits(w *wire) Finding {
	for i, before := range w.calls {
		if before.Status != http.StatusTooManyRequests {
			continue
		}
		for _, x := range w.calls[i+1:] {
			if !bytes.Equal(x.Body, before.Body) {
				continue
			}
			if gap := x.At.Sub(before.At); gap < bonSecond {
				return found("too-soon", "a second before the next attempt", "%v after the attempt before", gap).at(x)
			}
			break
		}
	}
	return Finding{}
}

func bonRate03() bonCheck {
	return bonCheck{
		id: "BON-RATE-03", title: "one 429 is no failure",
		clause: "bonify:99-101", level: should,
		summary: "A call that came too soon is fine a second later.",
		needs:   bonSomeNeeds,
		after:   append([]string{"BON-RATE-02"}, bonSomeAfter...),
		scenes: []bonScene{{state: func(r *bonRun) {
			bonPeople(3)(r)
			for _, op := range bonOps {
				bonBusy(r, op, func(f fake.Fault) fake.Fault { return f.Call(1) })
			}
		}}},
		drive: func(r *bonRun) { bonSome(bon(r)); bonStranger(r) },
		seen:  limited,
		judge: bonOutcomes,
		mutants: []mutant{
			{"a", "gives up at the first 429", "error"},
		},
	}
}

func bonRate04() bonCheck {
	const alone = "nobody else calls"
	calls := func(r *bonRun) int {
		switch {
		case r.scene.name != alone:
			return 3
		case !r.env.Virtual:
			return 10 // as many seconds
		}
		return 30
	}
	return bonCheck{
		id: "BON-RATE-04", title: "many calls are slowed down",
		clause: "bonify:19,101", level: should,
		summary: "The vendor suggests that apps slow their calls down by themselves.",
		needs:   bonSomeNeeds,
		after:   append([]string{"BON-RATE-03"}, bonSomeAfter...),
		limits:  []limit{{1000, 999, "ms between two calls", "bonify:19", bonGaps}},
		scenes: []bonScene{
			{name: alone, state: bonPeople(3)},
			{name: "somebody else called 1 s before", state: bonCalledBefore(bonSecond)},
			{name: "somebody else called 999 ms before", state: bonCalledBefore(bonSecond - time.Millisecond)},
		},
		drive: func(r *bonRun) {
			for range calls(r) {
				bonSome(bon(r))
			}
			bonStranger(r)
		},
		seen: bonSomeAsked,
		judge: func(r *bonRun) Finding {
			f := bonPaced(r.wire, calls(r))
			if f.Code == "" && r.scene.name == alone { // what becomes of one refusal is for BON-RATE-03
				f = bonOutcomes(r)
			}
			return f
		},
		backed: "BON-RATE-06",
		mutants: []mutant{
			{"a", "does not slow down: every second call is refused", "refused"},
		},
	}
}

// bonCalledBefore has somebody else use the budget of the shop, so long before the
// client does.
func bonCalledBefore(d time.Duration) func(*bonRun) {
	return func(r *bonRun) {
		bonPeople(3)(r)
		x, err := http.NewRequestWithContext(r.ctx, http.MethodGet, r.fake.BaseURL()+fmt.Sprint("/customers/", bonNth(r, 0).ID), nil)
		if err != nil {
			panic(err)
		}
		x.Header.Set(bonDomain, r.env.Creds["shop_domain"])
		x.Header.Set(bonKey, r.env.Creds["api_key"])
		answer, err := r.fake.Transport().RoundTrip(x)
		if err != nil {
			panic(err)
		}
		_ = answer.Body.Close()
		time.Sleep(d)
	}
}

// bonGaps are how many milliseconds there are between one call and the next.
func bonGaps(w *wire, _ []*answer) []int {
	var gaps []int
	for i := 1; i < len(w.calls); i++ {
		gaps = append(gaps, int(w.calls[i].At.Sub(w.calls[i-1].At).Milliseconds()))
	}
	return gaps
}

// bonPaced finds more refusals than a few.
func bonPaced(w *wire, calls int) Finding {
	if refused := bonLimited(w); len(refused) > bonFew {
		return found("refused", fmt.Sprintf("at most %d calls refused of %d", bonFew, calls), "%d of them are answered 429", len(refused)).at(refused[bonFew])
	}
	return Finding{}
}

func bonRate05() bonCheck {
	return bonCheck{
		id: "BON-RATE-05", title: "429 for ever is an error",
		clause: "bonify:99-101", level: should,
		summary: "Somebody else may use the shop's budget up, and callers want to know.",
		needs:   bonSomeNeeds,
		after:   append([]string{"BON-RATE-02"}, bonSomeAfter...),
		scenes: []bonScene{{state: func(r *bonRun) {
			bonPeople(3)(r)
			for _, op := range bonOps {
				bonBusy(r, op, func(f fake.Fault) fake.Fault { return f })
			}
		}}},
		drive: func(r *bonRun) { bonSome(bon(r)) },
		seen:  limited,
		judge: func(r *bonRun) Finding {
			a := r.nth(0)
			if n := len(r.calls); n > attempts {
				return found("too-many-attempts", fmt.Sprintf("at most %d attempts", attempts), "%d", n)
			}
			if took := a.to.Sub(a.from); took > bonLong {
				return found("too-late", fmt.Sprintf("an end within %v", bonLong), "it took %v", took)
			}
			return mustFail(a, "every attempt was refused")
		},
		mutants: []mutant{
			{"a", "tries again without end", "runaway"},
		},
	}
}

func bonRate06() bonCheck {
	const callers, each = 5, 4
	return bonCheck{
		id: "BON-RATE-06", title: "one budget for all who call",
		clause: "bonify:19", level: should,
		summary: "The limit is the shop's, whichever goroutine and whichever client calls.",
		needs:   bonSomeNeeds,
		after:   append([]string{"BON-RATE-04"}, bonSomeAfter...),
		scenes: []bonScene{
			{name: "5 goroutines", state: func(r *bonRun) { bonPeople(3)(r); r.kept = 1 }},
			{name: "2 clients for one shop", state: func(r *bonRun) { bonPeople(3)(r); r.kept = 2 }},
		},
		drive: func(r *bonRun) {
			us := []bonCaller{bon(r)}
			if r.kept == 2 {
				us = append(us, bonAs(r, r.env.Creds["shop_domain"], r.env.Creds["api_key"]))
			}
			var wg sync.WaitGroup
			for i := range callers {
				wg.Go(func() {
					for range each {
						bonSome(us[i%len(us)])
					}
				})
			}
			wg.Wait()
			bonStranger(r)
		},
		seen: bonSomeAsked,
		judge: func(r *bonRun) Finding {
			return firstOf(bonPaced(r.wire, callers*each), bonOutcomes(r))
		},
		mutants: []mutant{
			{"a", "has a budget for each call", "refused"},
			{"b", "has a budget for each client value", "refused"},
		},
	}
}

func bonRate07() bonCheck {
	return bonCheck{
		id: "BON-RATE-07", title: "a retry is the same request",
		clause: "bonify:99", level: must,
		summary: "What was refused was not looked at, so all of it has to be sent again.",
		needs:   []string{"Update"},
		after:   append([]string{"BON-RATE-02"}, bonBatching...),
		scenes: []bonScene{{state: func(r *bonRun) {
			bonPeople(3)(r)
			bonBusy(r, bonify.UpdateCustomers, func(f fake.Fault) fake.Fault { return f.Call(1) })
		}}},
		drive: func(r *bonRun) {
			bon(r).update(bonRenamed(r, 0, 3)...)
			r.kept = len(bonShop(r).Calls()) // what comes after is no second attempt
			bonNobody(bon(r))
		},
		seen: limited,
		judge: func(r *bonRun) Finding {
			for i := 1; i < r.kept.(int); i++ {
				before, x := r.calls[i-1], r.calls[i]
				switch {
				case before.Status != http.StatusTooManyRequests || x.Method != http.MethodPut:
				case x.Header.Get(bonDomain) != before.Header.Get(bonDomain), x.Header.Get(bonKey) != before.Header.Get(bonKey):
					return found("headers-lost", "both headers on every attempt", "%s %s without them", x.Method, x.URL).at(x)
				case string(x.Body) != string(before.Body):
					return found("other-body", "the body of the first attempt again: "+short(before.Body), "the body %q", short(x.Body)).at(x)
				}
			}
			if f := mustFail(r.nth(1), "it was refused"); f.Code != "" || r.nth(0).err != nil { // it may well give up
				return f
			}
			return bonOnce(r, 3)
		},
		mutants: []mutant{
			{"a", "has no body at its second attempt", "other-body"},
			{"b", "loses the headers with the credentials at its second attempt", "headers-lost"},
		},
	}
}

func bonRate08() bonCheck {
	return bonCheck{
		id: "BON-RATE-08", title: "a page that was refused is asked for again",
		clause: "bonify:15,99", level: must,
		summary: "A 429 does not use a cursor up.",
		needs:   []string{"List"},
		after:   append([]string{"BON-RATE-02"}, bonListing...),
		scenes: []bonScene{{state: func(r *bonRun) {
			bonPeople(120)(r)
			bonBusy(r, bonify.ListCustomers, func(f fake.Fault) fake.Fault { return f.Call(2) })
		}}},
		drive: bonListAll,
		seen:  both(limited, secondPage),
		judge: func(r *bonRun) Finding {
			a := r.nth(0)
			if a.err != nil {
				return Finding{} // it may well give up
			}
			for i := 1; i < len(r.calls); i++ {
				before, x := r.calls[i-1], r.calls[i]
				if before.Status == http.StatusTooManyRequests && bonCursor(x) != bonCursor(before) {
					return found("other-cursor", "the same page again", "%s after %s", x.URL, before.URL).at(x)
				}
			}
			return bonAllListed(r)
		},
		backed: "BON-RATE-01",
		mutants: []mutant{
			{"a", "starts over, and appends", "other-cursor"},
			{"b", "skips the page", "other-cursor"},
		},
	}
}

func bonRate09() bonCheck {
	const many = 23
	return bonCheck{
		id: "BON-RATE-09", title: "calls of one update go one after the other",
		clause: "bonify:19-20,99-101", level: should,
		summary: "An update of many is several calls, and there is one a second.",
		needs:   []string{"Update"},
		after:   append([]string{"BON-RATE-02", "BON-RATE-03"}, bonBatching...),
		scenes:  []bonScene{{state: bonPeople(many)}},
		drive: func(r *bonRun) {
			bon(r).update(bonRenamed(r, 0, many)...)
			bonNobody(bon(r))
		},
		seen: asked(bonify.UpdateCustomers),
		judge: func(r *bonRun) Finding {
			return firstOf(bonOnce(r, many), bonWaits(r.wire), bonOutcomes(r))
		},
		backed: "BON-RATE-01",
		mutants: []mutant{
			{"a", "sends all at the same time and drops what is refused", "not-written"},
		},
	}
}
