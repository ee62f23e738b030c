package fake

import (
	"container/heap"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// clock is the one clock of a server. It runs with time.Now, or stands
// (Frozen), and Advance moves it on; whatever waits on the server waits here.
// It also counts the work in progress, so that Settle knows when there is none.
type clock struct {
	start  time.Time    // what the clock showed at its origin
	origin time.Time    // the moment it was made
	skip   atomic.Int64 // nanoseconds it was moved by Advance and Restore
	frozen bool

	mu     sync.Mutex
	idle   *sync.Cond // busy fell to 0
	busy   int        // calls that can go on without time passing
	timers timers
	seq    int
	wake   *time.Timer // running clock: due when the first timer is

	tasks   []*timer // what they run is still to be run, in order
	running bool     // somebody runs it
	stopped bool     // the server is closed
}

// timer is something due at a moment of the clock. When it fires, its work
// counts as begun before its goroutine is woken.
type timer struct {
	due   time.Time
	seq   int
	index int // in the heap, -1 when fired or stopped
	fired chan struct{}
	do    func() // instead of waking somebody; see schedule
}

func newClock(start time.Time, frozen bool) *clock {
	now := time.Now()
	if start.IsZero() {
		start = now
	}
	k := &clock{start: start.UTC().Round(0), origin: now, frozen: frozen}
	k.idle = sync.NewCond(&k.mu)
	return k
}

func (k *clock) now() time.Time {
	d := time.Duration(k.skip.Load())
	if !k.frozen {
		d += time.Since(k.origin)
	}
	return k.start.Add(d)
}

func (k *clock) begin() {
	k.mu.Lock()
	k.busy++
	k.mu.Unlock()
}

func (k *clock) end() {
	k.mu.Lock()
	if k.busy--; k.busy == 0 {
		k.idle.Broadcast()
	}
	k.mu.Unlock()
}

func (k *clock) settle() {
	k.mu.Lock()
	for k.busy > 0 {
		k.idle.Wait()
	}
	k.mu.Unlock()
}

// wait lets d pass. Work in progress does not count meanwhile. It gives the
// context's error if that ends first.
func (k *clock) wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := k.after(d)
	k.end()
	select {
	case <-t.fired:
		return nil
	case <-ctx.Done():
		k.mu.Lock()
		if t.index >= 0 {
			heap.Remove(&k.timers, t.index)
			k.rearm()
			k.busy++ // the caller goes on, as it would after firing
		}
		k.mu.Unlock()
		return ctx.Err()
	}
}

func (k *clock) after(d time.Duration) *timer {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.seq++
	t := &timer{due: k.now().Add(d), seq: k.seq, fired: make(chan struct{})}
	heap.Push(&k.timers, t)
	k.rearm()
	return t
}

// step moves the clock to the first timer that is due by target, fires what is
// due and gives true; without such a timer it moves to target and gives false.
func (k *clock) step(target time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.timers) == 0 || k.timers[0].due.After(target) {
		k.moveTo(target)
		k.rearm()
		return false
	}
	k.moveTo(k.timers[0].due)
	k.fire()
	return true
}

func (k *clock) moveTo(t time.Time) {
	if d := t.Sub(k.now()); d > 0 {
		k.skip.Add(int64(d))
	}
}

// farthest is how far a clock can be from its start; a Duration holds 292 years.
const farthest = 200 * 365 * 24 * time.Hour

// reaches tells whether the clock can be put at t.
func (k *clock) reaches(t time.Time) error {
	if t.Sub(k.start).Abs() > farthest {
		return fmt.Errorf("%s is more than 200 years from where the clock started", t.Format(time.RFC3339Nano))
	}
	return nil
}

// set puts the clock at t, forward or back. Timers keep their due times.
func (k *clock) set(t time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d := t.Sub(k.start)
	if !k.frozen {
		d -= time.Since(k.origin)
	}
	k.skip.Store(int64(d))
	k.fire()
}

func (k *clock) fire() {
	now := k.now()
	for len(k.timers) > 0 && !k.timers[0].due.After(now) {
		t := heap.Pop(&k.timers).(*timer)
		k.busy++
		if t.do == nil {
			close(t.fired)
			continue
		}
		k.tasks = append(k.tasks, t)
		if !k.running {
			k.running = true
			go k.run()
		}
	}
	k.rearm()
}

// rearm sets the machine's timer to the first of ours, on a running clock.
func (k *clock) rearm() {
	if k.wake != nil {
		k.wake.Stop()
	}
	if k.frozen || k.stopped || len(k.timers) == 0 {
		return
	}
	d := max(k.timers[0].due.Sub(k.now()), 0)
	k.wake = time.AfterFunc(d, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.fire()
	})
}

// timers is a heap by due time, then by order of making.
type timers []*timer

func (h timers) Len() int { return len(h) }
func (h timers) Less(i, j int) bool {
	if !h[i].due.Equal(h[j].due) {
		return h[i].due.Before(h[j].due)
	}
	return h[i].seq < h[j].seq
}

func (h timers) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *timers) Push(x any) {
	t := x.(*timer)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *timers) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = -1
	return t
}

// Now is the time of the server's clock, in UTC.
func (s *Server) Now() time.Time { return s.clock.now() }

// Advance moves the clock on by d: it waits until no work is in progress, steps
// from one due timer to the next, and lets the work of each finish. A call that
// a fault holds, and whose time comes, is therefore decided and in the journal
// before Advance returns; a delivery that is due has been sent.
func (s *Server) Advance(d time.Duration) {
	s.tb.Helper()
	s.enter()
	if d < 0 {
		s.tb.Helper()
		s.Mistake("Advance(%v): the clock only goes forward; Restore puts an earlier state back", d)
		return
	}
	target := s.clock.now().Add(d)
	if err := s.clock.reaches(target); err != nil {
		s.tb.Helper()
		s.Mistake("Advance(%v): %v", d, err)
		return
	}
	for {
		s.clock.settle()
		if !s.clock.step(target) {
			break
		}
	}
	s.clock.settle()
}

// Settle waits until no request and no delivery is in work. What waits for the
// clock (an injected delay, a retry) does not count: that takes Advance, or time.
// Neither does a receiver, on a clock that stands, that has not answered for two
// seconds of the machine's time: there the timeout takes Advance.
func (s *Server) Settle() {
	s.tb.Helper()
	s.enter()
	s.clock.settle()
}
