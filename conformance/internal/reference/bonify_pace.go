package reference

import (
	"net/http"
	"runtime"
	"sync"
	"time"
	"weak"
)

// apart is how far apart the calls of one shop are: a second, as the API counts
// it when they arrive, and some margin for the way there.
const apart = 1050 * time.Millisecond

// A pace is the budget of one shop: one call after the other. It has no
// goroutine and no timer, and is held for moments.
type pace struct {
	mu   sync.Mutex
	free time.Time // when the next call may go
}

// next takes the next place in the queue and gives how long it is till then.
func (p *pace) next() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	at := p.free
	if at.Before(now) {
		at = now
	}
	p.free = at.Add(apart)
	return at.Sub(now)
}

// paces are the budgets of the shops that are called through one *http.Client.
// They go when it goes.
var paces = struct {
	mu  sync.Mutex
	all map[paceKey]*pace
}{all: map[paceKey]*pace{}}

type paceKey struct {
	client weak.Pointer[http.Client]
	domain string
}

func paceOf(client *http.Client, domain string) *pace {
	key := paceKey{weak.Make(client), domain}
	paces.mu.Lock()
	defer paces.mu.Unlock()
	p := paces.all[key]
	if p == nil {
		p = &pace{}
		paces.all[key] = p
		runtime.AddCleanup(client, forgetPace, key)
	}
	return p
}

func forgetPace(key paceKey) {
	paces.mu.Lock()
	defer paces.mu.Unlock()
	delete(paces.all, key)
}
