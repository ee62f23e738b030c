package fake

import (
	"time"
)

// patience is how long, by the machine's clock, a receiver may take on a clock
// that stands before it counts as waiting for that clock. A receiver that
// computes is done long before; one that waits for its sender to give up would
// let Settle, and Advance before its first step, wait for ever.
const patience = 2 * time.Second

// watch ends an attempt whose time is over. It also deals with the attempt's
// share of the work in progress: on a clock that stands, a receiver that does
// not answer for long gives it back, and only time going on ends the attempt.
type watch struct {
	k        *clock
	abort    func() // breaks the attempt off
	parked   func() // told once when the attempt no longer counts as work
	timer    *timer
	patience *time.Timer

	// under the clock's lock
	away bool // it does not count as work
	late bool // its time was over
	over bool
}

// watched starts to watch an attempt that counts as work in progress.
func (k *clock) watched(abort, parked func()) *watch {
	return &watch{k: k, abort: abort, parked: parked}
}

// limit gives the attempt so much time from now on; 0 is no bound. A second
// call replaces the first.
func (w *watch) limit(d time.Duration) {
	w.unlimit()
	if d > 0 {
		w.timer = w.k.schedule(w.k.now().Add(d), w.expire)
	}
	if w.k.frozen {
		w.patience = time.AfterFunc(patience, w.park)
	}
}

func (w *watch) unlimit() {
	if w.timer != nil {
		w.k.cancel(w.timer)
	}
	if w.patience != nil {
		w.patience.Stop()
	}
}

func (w *watch) expire() {
	w.k.mu.Lock()
	over := w.over
	if !over {
		w.late = true
		w.back()
	}
	w.k.mu.Unlock()
	if !over {
		w.abort()
	}
}

func (w *watch) park() {
	w.k.mu.Lock()
	leaves := !w.over && !w.late && !w.away
	if leaves {
		w.away = true
	}
	w.k.mu.Unlock()
	if leaves {
		w.parked()
		w.k.end()
	}
}

// back makes the attempt count as work again.
func (w *watch) back() {
	if w.away {
		w.away = false
		w.k.busy++
	}
}

// done ends the watch, and tells whether the time was over.
func (w *watch) done() (late bool) {
	w.unlimit()
	w.k.mu.Lock()
	defer w.k.mu.Unlock()
	w.over = true
	w.back()
	return w.late
}
