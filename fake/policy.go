package fake

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// judge makes of an attempt what the API's policy makes of it: done, sent again
// later, given up; and enough failures in a row switch the subscription off. It
// is called under the lock.
func (h *Hooks) judge(p *parcel) {
	a, o := p.attempt, &p.outcome
	h.underway--
	if p.life != h.life {
		return // a Reset has forgotten it
	}
	done := *a // a reader may have the old one
	done.End, done.Status, done.Answer, done.Err = o.end, o.status, o.answer, o.err
	done.Verdict = Failed
	if done.Status >= 200 && done.Status <= 299 {
		done.Verdict = Succeeded
	}
	if p.verify != nil {
		p.verify(&done)
	}
	gone := p.obeys == "gone" && done.Status == http.StatusGone
	if p.obeys != "" && !gone && (p.obeys != "retry-after" || done.Verdict == Succeeded || h.told(p) <= 0) {
		p.withdraw("retry")
		done.Fault = p.String()
	}
	*a = done
	switch {
	case p.forged && p.job.asked: // by nobody who keeps count of it
		return
	case a.Verdict == Succeeded:
		h.succeeded(p)
	default:
		h.failed(p)
	}
	h.overtaken(p.job)
}

func (h *Hooks) succeeded(p *parcel) {
	d := p.job.d
	delete(h.failures, d.Subscription)
	if d.State == Pending {
		h.rest(d)
	}
	d.State = Delivered
}

func (h *Hooks) failed(p *parcel) {
	d, policy := p.job.d, p.policy
	sub, there := h.api.Find(d.Subscription)
	if there && p.attempt.Status == http.StatusGone && h.api.Gone != nil {
		h.api.Gone(sub.ID)
		h.dropAll(sub.ID)
		return
	}
	if there && p.attempt.Status == http.StatusGone && p.obeys == "gone" {
		h.switchOff(sub.ID)
		return
	}
	if !there || !sub.Active {
		if d.State == Pending {
			h.drop(d)
		}
		return
	}
	if !policy.PerDelivery {
		h.failures[sub.ID]++
	}
	pause, again := h.next(p)
	if d.State == Pending && p.job.copy == 0 && !again {
		d.State = Exhausted
		if policy.PerDelivery {
			h.failures[sub.ID]++
		}
	}
	most := policy.Disable
	if p.off > 0 {
		most = p.off
	}
	if most > 0 && h.failures[sub.ID] >= most {
		h.switchOff(sub.ID)
		return
	}
	if again {
		h.later(&job{d: d}, pause)
	}
}

// next tells whether a delivery is sent again after a failed attempt, and when.
// Copies are not, nor is one that is over, or that waits already.
func (h *Hooks) next(p *parcel) (pause time.Duration, again bool) {
	d := p.job.d
	if d.State != Pending || p.job.copy > 0 || d.timer != nil {
		return 0, false
	}
	d.failed++
	if p.retry != nil {
		return p.retry(d.failed, p.policy, h.told(p))
	}
	if d.failed > p.policy.Retries || p.policy.Backoff == nil {
		return 0, false
	}
	return p.policy.Backoff(d.failed), true
}

// told is the pause that an answer asks for in Retry-After, in whole seconds or
// as a date; 0 without one.
func (h *Hooks) told(p *parcel) time.Duration {
	if seconds, err := strconv.Atoi(p.outcome.told); err == nil {
		return time.Duration(min(max(seconds, 0), 1<<31)) * time.Second
	}
	if at, err := http.ParseTime(p.outcome.told); err == nil {
		return max(at.Sub(h.s.clock.now()), 0)
	}
	return 0
}

// switchOff switches a subscription off; what waits for it is dropped.
func (h *Hooks) switchOff(id string) {
	h.api.Switch(id, false)
	h.dropAll(id)
}

// dropAll drops what waits for a subscription.
func (h *Hooks) dropAll(id string) {
	delete(h.failures, id)
	for _, d := range h.list {
		if d.Subscription == id && d.State == Pending {
			h.drop(d)
		}
	}
	theirs := func(j *job) bool { return j.d.Subscription == id }
	h.queue = slices.DeleteFunc(h.queue, theirs)
	h.passed = slices.DeleteFunc(h.passed, theirs)
}

// restored forgets the counts of failures when subscriptions are put back.
func (h *Hooks) restored() { clear(h.failures) }
