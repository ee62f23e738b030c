package conformance

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"

	"github.com/cartdouble/cartdouble/internal/bubble"
)

// A client that takes http.DefaultClient, http.Get or a copy of the default
// transport does not use the network that it was given. In a bubble it would look
// up a name and dial, where nothing must leave the process, and end the process
// in the runtime. So the default transport asks here before it dials: what comes
// from a bubble of this package is a visit to another host; all else goes its way.
//
// This is done once, before anything can use that transport: later it would be a
// race with whoever does.
func init() {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return // somebody was here before, who keeps what is his
	}
	dial := t.DialContext
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if n := guarded.of(bubble.ID()); n != nil {
			n.strayed(address)
			return nil, errStray
		}
		return dial(ctx, network, address)
	}
}

// resolved makes the resolver ready outside of any bubble. It is made at the first
// name that is looked up, with a channel that would belong to the bubble of then,
// and end the process in the next. Nobody is asked.
var resolved = sync.OnceFunc(func() {
	alone := net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errStray }}
	_, _ = alone.LookupHost(context.Background(), "conformance.invalid") // which there is nowhere
})

var errStray = errors.New("conformance: nothing leaves the process: the client is to use Env.HTTP, or Env.BaseURL under WallClock")

// guarded are the networks of the scenes that are being played.
var guarded bubbles

// bubbles are networks by the bubble that they are in.
type bubbles struct {
	mu  sync.Mutex
	net map[int]*transport
}

// keep lets a network take what strays from the bubble of the caller, until it is
// let go.
func (b *bubbles) keep(t *transport) (letGo func()) {
	number := bubble.ID()
	if number == 0 {
		return func() {}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.net == nil {
		b.net = map[int]*transport{}
	}
	b.net[number] = t
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.net, number)
	}
}

// of is the network of a bubble, nil for none of this package.
func (b *bubbles) of(number int) *transport {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.net[number]
}

// strayed keeps that a client dials by itself.
func (t *transport) strayed(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.visits = append(t.visits, visit{method: "dial", url: address + " with the default transport, not with Env.HTTP", header: http.Header{}})
}
