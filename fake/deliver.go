package fake

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// sender is whoever sends right now: a goroutine of its own, so that who waits
// for it can go on when a receiver does not answer on a clock that stands.
type sender struct {
	idle chan struct{} // closed when all is sent, or a receiver is waited for
	once sync.Once
	own  []*job // of Send: they go first, held or not
	last *Attempt
}

func (n *sender) rest() { n.once.Do(func() { close(n.idle) }) }

// start lets somebody send what may leave, if nobody does. It is called under
// the lock, when something has come to the queue or is no longer held up.
func (h *Hooks) start() *sender {
	if len(h.queue) == 0 || h.sender != nil || h.underway > 0 || h.s.closed || !h.sendable() {
		return nil
	}
	n := h.work(nil)
	h.sender = n
	return n
}

// work sends some jobs, then what has queued. It is called under the lock.
func (h *Hooks) work(own []*job) *sender {
	n := &sender{idle: make(chan struct{}), own: own}
	h.s.clock.begin()
	h.s.serving.Add(1)
	go func() {
		defer h.s.serving.Done()
		for h.sendNext(n) {
		}
		n.rest()
		h.s.clock.end()
	}()
	return n
}

// unlock gives the lock back after a change by the test. The events of the
// change leave first, unless an attempt is under way: its sender goes on with
// them.
func (s *Server) unlock() {
	if len(s.Hooks.queue) == 0 {
		s.mu.Unlock()
		return
	}
	if err := s.guard.Check(); err != nil {
		s.mu.Unlock()
		s.tb.Helper()
		s.Mistake("%v", err)
		return
	}
	n := s.Hooks.start()
	s.mu.Unlock()
	if n != nil {
		<-n.idle
	}
}

// sendNext sends one job, and gives false when there is none.
func (h *Hooks) sendNext(n *sender) bool {
	h.s.mu.Lock()
	j := h.take(n)
	if j == nil {
		if h.sender == n {
			h.sender = nil
			h.home.idle.close(overLoopback)
		}
		h.s.mu.Unlock()
		return false
	}
	n.own = append(j.then, n.own...)
	batch := h.prepare(append([]*job{j}, j.with...))
	for _, p := range batch {
		n.last = p.attempt
	}
	h.s.mu.Unlock()
	h.carryAll(batch, n.rest)
	h.s.mu.Lock()
	for _, p := range batch {
		h.judge(p)
	}
	h.s.mu.Unlock()
	return true
}

// take gives the next job that is to be sent now. What a fault puts off, or
// swallows, is not.
func (h *Hooks) take(n *sender) *job {
	if h.s.closed {
		return nil
	}
	if len(n.own) > 0 {
		j := n.own[0]
		n.own = n.own[1:]
		return j
	}
	if h.underway > 0 || h.sender != nil && h.sender != n {
		return nil // they go on
	}
	h.sender = n
	for {
		i := h.nextPlace()
		if i < 0 {
			return nil
		}
		j := h.queue[i]
		if i == 0 {
			h.queue[0] = nil
			h.queue = h.queue[1:]
		} else {
			h.queue = slices.Delete(h.queue, i, i+1)
		}
		if h.leaves(j) {
			return j
		}
	}
}

// leaves tells whether a job is to be sent now.
func (h *Hooks) leaves(j *job) bool {
	d := j.d
	if !h.listens(d) {
		if d.State == Pending {
			h.drop(d)
		}
		return false
	}
	if j.parcel == nil {
		j.parcel = h.hit(j)
		return j.parcel.leaves(h, j)
	}
	return true
}

// push lines a job up that waited for something.
func (h *Hooks) push(jobs ...*job) { h.queue = append(h.queue, jobs...) }

// later lines a job up after a time on the clock.
func (h *Hooks) later(j *job, after time.Duration) {
	d := j.d
	at := h.s.clock.now().Add(after)
	life := h.life
	t := h.s.task(at, func(t *timer) {
		if h.life != life || j.copy == 0 && d.timer != t {
			return
		}
		if j.copy == 0 {
			d.timer, d.Due = nil, time.Time{}
		}
		h.push(j)
	})
	if j.copy == 0 {
		d.timer, d.Due = t, at
	}
}

// prepare makes the attempts of jobs that leave now. Those whose address nothing
// is sent to are withheld.
func (h *Hooks) prepare(jobs []*job) []*parcel {
	var batch []*parcel
	for _, j := range jobs {
		d := j.d
		if j.parcel == nil {
			j.parcel = h.hit(j)
		}
		p := j.parcel
		p.job, p.life = j, h.life
		p.attempt = h.attempt(j)
		if p.route = h.home.route(p.attempt.URL); p.route == nil && p.answer == nil {
			if d.State == Pending {
				d.State = Withheld
			}
			continue
		}
		p.policy = h.api.Policy()
		d.attempts = append(d.attempts, p.attempt)
		p.attempt.Number = len(d.attempts)
		h.attempts = append(h.attempts, p.attempt)
		h.underway++
		batch = append(batch, p)
	}
	return batch
}

// attempt writes the request of one sending, and signs it with the secret of the
// moment.
func (h *Hooks) attempt(j *job) *Attempt {
	d, p := j.d, j.parcel
	now := h.s.clock.now()
	a := &Attempt{
		Delivery: d.Seq, Topic: d.Topic, At: now, Method: http.MethodPost, URL: d.URL, Body: d.Body,
		Verdict: UnderWay, Fault: p.String(),
	}
	if j.replay && len(d.attempts) > 0 {
		r := d.attempts[0]
		a.Topic, a.Method, a.URL, a.Header, a.Body = r.Topic, r.Method, r.URL, r.Header, r.Body
		return a
	}
	view := d.Delivery
	switch view.Copy = j.copy; j.id {
	case "same":
		view.Copy = 0
	case "new":
		h.seq++
		view.Seq, view.Copy = h.seq, 0
	}
	if p.event != nil {
		e := d.event
		p.event(&e)
		view.Topic, view.At, a.Topic = e.Topic, e.At, e.Topic
		if e.Body == nil {
			a.Body = h.api.Render(e)
		}
	}
	at := now.Add(p.skew)
	a.Header = h.api.Header(view, at)
	if p.target != nil {
		p.target(a)
	}
	if p.style != nil {
		a.Body = p.style(a.Body, a.Header)
	}
	secret := h.api.Secret(d.sub)
	a.Header[h.api.Signed] = []string{h.api.Sign(secret.Present, at, a.Body)}
	if p.sign != nil {
		p.sign(&signing{h: h, header: a.Header, body: a.Body, at: at, secret: secret})
	}
	if p.tamper != nil {
		a.Body = p.tamper(a.Body)
	}
	return a
}

// carryAll sends a batch. Its caller counts as work in progress.
func (h *Hooks) carryAll(batch []*parcel, parked func()) {
	switch len(batch) {
	case 0:
		return
	case 1:
		h.carry(batch[0], parked)
		return
	}
	// Each of them counts as work. The last one to come back leaves its count to
	// the caller, who is not done: with none left, Settle would not wait for that.
	var together sync.WaitGroup
	var away atomic.Int64
	away.Store(int64(len(batch)))
	for range batch[1:] {
		h.s.clock.begin()
	}
	for _, p := range batch {
		together.Go(func() {
			defer func() {
				if away.Add(-1) > 0 {
					h.s.clock.end()
				}
			}()
			h.carry(p, parked)
		})
	}
	together.Wait()
}

// Send sends a delivery now, held or not, as often as it is called, with faults
// that hit exactly this sending. It takes the place of what the delivery waits
// for, so a failure is followed by the next retry; one that is over stays over.
// It gives the attempt, the last where a fault makes several; on a clock that
// stands it comes back under way where the receiver does not answer.
func (h *Hooks) Send(d Delivery, faults ...Fault) Attempt {
	h.s.tb.Helper()
	h.usable("Send")
	h.s.mu.Lock()
	one := h.find(d.Seq)
	if one == nil || h.s.closed {
		h.s.mu.Unlock()
		h.s.tb.Helper()
		h.s.Mistake("Hooks.Send: there is no delivery %d (%s)", d.Seq, cmp.Or(d.Topic, "no topic"))
		return Attempt{}
	}
	jobs, err := h.jobs(one, faults)
	if err != nil {
		h.s.mu.Unlock()
		h.s.tb.Helper()
		h.s.Mistake("Hooks.Send: %v", err)
		return Attempt{}
	}
	n := h.work(jobs)
	h.s.mu.Unlock()
	<-n.idle
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	if n.last == nil {
		return Attempt{}
	}
	return n.last.copy()
}

func (h *Hooks) find(seq int) *delivery {
	for _, d := range h.list {
		if d.Seq == seq {
			return d
		}
	}
	return nil
}

// jobs are the sendings of a delivery that a test asks for: they take the place
// of those that wait.
func (h *Hooks) jobs(d *delivery, faults []Fault) ([]*job, error) {
	j := &job{d: d, first: len(d.attempts) == 0, asked: true}
	p := &parcel{}
	for _, f := range faults {
		k, err := h.s.vet(f)
		if err == nil && k.hook == nil {
			err = fmt.Errorf("fault %s is about calls, not about deliveries", f.Name())
		}
		if err == nil && k.picks != nil && !k.picks(h, f, j) {
			err = fmt.Errorf("fault %s cannot hit this delivery now", f.Name())
		}
		if err == nil {
			err = p.add(f, k, nil)
		}
		if err != nil {
			return nil, err
		}
	}
	if !p.forged {
		d.cause = nil
		h.rest(d)
		same := func(o *job) bool { return o.d == d && o.copy == 0 }
		h.queue = slices.DeleteFunc(h.queue, same)
		h.passed = slices.DeleteFunc(h.passed, same)
	}
	h.hitFurther(j, p)
	j.parcel = p
	if !p.leaves(h, j) {
		return nil, nil
	}
	return []*job{j}, nil
}

// sendEarly sends the deliveries that a fault puts before the reply of the call
// that causes them.
func (h *Hooks) sendEarly(c *Call) {
	for _, j := range c.early {
		h.s.mu.Lock()
		var batch []*parcel
		if !h.s.closed && h.listens(j.d) {
			batch = h.prepare([]*job{j})
		}
		h.s.mu.Unlock()
		h.carryAll(batch, func() {})
		h.s.mu.Lock()
		for _, p := range batch {
			h.judge(p)
		}
		h.s.mu.Unlock()
		if len(batch) > 0 {
			_ = h.s.clock.wait(c.s.life, batch[0].ahead)
		}
	}
	if len(c.early) > 0 {
		h.s.mu.Lock()
		defer h.s.mu.Unlock()
		h.start()
	}
}
