package scenarios

import "sync"

// A gate lets one goroutine at a time do what the story does by itself. While a
// receiver of deliveries is at work no request waits at the gate: what is done
// inside may be waiting for the receiver, and the receiver for that request.
type gate struct {
	mu        sync.Mutex
	moved     *sync.Cond
	held      bool
	receivers int // that are at work
}

func newGate() *gate {
	g := &gate{}
	g.moved = sync.NewCond(&g.mu)
	return g
}

// enter waits for its turn.
func (g *gate) enter() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.held {
		g.moved.Wait()
	}
	g.held = true
}

// pass is enter for a request. It gives false, without entering, while a receiver
// is at work: what is due is left to whoever comes after the receiver.
func (g *gate) pass() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.held && g.receivers == 0 {
		g.moved.Wait()
	}
	if g.receivers > 0 { // the gate may be free: what is due can wait for the receiver too
		return false
	}
	g.held = true
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	g.held = false
	g.mu.Unlock()
	g.moved.Broadcast()
}

// receive runs a receiver.
func (g *gate) receive(f func()) {
	g.mu.Lock()
	g.receivers++
	g.mu.Unlock()
	g.moved.Broadcast()
	defer func() {
		g.mu.Lock()
		g.receivers--
		g.mu.Unlock()
		g.moved.Broadcast()
	}()
	f()
}
