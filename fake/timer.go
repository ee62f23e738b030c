package fake

import (
	"container/heap"
	"slices"
	"time"
)

// Due sets the timer of that name: at this moment of the server's clock, do
// runs under the server's lock and is given the moment. A timer of the same name
// is replaced; the zero time takes it away. Timers run in the order of their
// moments, equal ones in the order in which they were set; Advance steps from
// one to the next. Due is for API packages, and is called under the lock.
func (s *Server) Due(name string, at time.Time, do func(now time.Time)) {
	if t := s.due[name]; t != nil {
		s.clock.cancel(t)
		delete(s.due, name)
	}
	if at.IsZero() {
		return
	}
	at = at.UTC()
	s.due[name] = s.task(at, func(t *timer) {
		if s.due[name] != t {
			return // replaced since it fired
		}
		delete(s.due, name)
		do(at)
	})
}

// task is a timer that runs do under the server's lock; events that it causes
// leave afterwards. A closed server runs none. It is called under the lock, so
// that the timer is known before it runs.
func (s *Server) task(at time.Time, do func(*timer)) *timer {
	var t *timer
	t = s.clock.schedule(at, func() { // not before the lock is free
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.closed {
			return
		}
		do(t)
		s.Hooks.start()
	})
	return t
}

// schedule lets do run at a moment of the clock, in order with the others of
// its kind; at once, where the moment has come.
func (k *clock) schedule(at time.Time, do func()) *timer {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.seq++
	t := &timer{due: at, seq: k.seq, do: do}
	heap.Push(&k.timers, t)
	k.fire()
	return t
}

// cancel takes a timer away that has not fired.
func (k *clock) cancel(t *timer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if t.index >= 0 {
		heap.Remove(&k.timers, t.index)
		k.rearm()
	}
}

// run is the work of timers that have fired, one after the other.
func (k *clock) run() {
	for {
		k.mu.Lock()
		if len(k.tasks) == 0 {
			k.running = false
			k.mu.Unlock()
			return
		}
		t := k.tasks[0]
		k.tasks = k.tasks[1:]
		k.mu.Unlock()
		t.do()
		k.end()
	}
}

// clear takes all timers away that run something. Waiting calls stay.
func (k *clock) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range k.timers {
		t.index = -1
	}
	k.timers = slices.DeleteFunc(k.timers, func(t *timer) bool { return t.do != nil })
	heap.Init(&k.timers)
	for i, t := range k.timers {
		t.index = i
	}
	k.rearm()
}

// stop lets no timer of the machine be left behind.
func (k *clock) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stopped = true
	k.rearm()
}
