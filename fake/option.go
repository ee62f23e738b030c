package fake

import (
	"fmt"
	"net"
	"time"
)

// An Option fixes something about a server for its life. The engine's own fit
// every API; an API package makes its own with Setting.
type Option struct {
	set func(*options, any) error
}

// options is what the engine's own options decide.
type options struct {
	start    time.Time
	frozen   bool
	seed     uint64
	strict   bool
	allow    map[string]bool
	tls      bool
	http2    bool
	keep     int // entries of the journal that are kept; -1: all
	listener net.Listener
}

func shared(set func(*options)) Option {
	return Option{func(o *options, _ any) error { set(o); return nil }}
}

// Setting makes an option of an API package, whose settings have type C. What
// set refuses is a mistake of the test. An option given to another API's server
// is refused by its name.
func Setting[C any](name string, set func(*C) error) Option {
	return Option{func(_ *options, settings any) error {
		c, ok := settings.(*C)
		if !ok {
			return fmt.Errorf("%s is an option of another API", name)
		}
		if err := set(c); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}}
}

// At sets where the clock starts. Without it, it starts at the machine's time.
func At(t time.Time) Option { return shared(func(o *options) { o.start = t }) }

// Frozen stops the clock: only Advance moves it.
func Frozen() Option { return shared(func(o *options) { o.frozen = true }) }

// Seed sets where ids and chance come from. The default is 1.
func Seed(n uint64) Option { return shared(func(o *options) { o.seed = n }) }

// Strict makes notes fail the test too.
func Strict() Option { return shared(func(o *options) { o.strict = true }) }

// Allow lets findings of these kinds pass: "no-route", "too-soon". The word is
// the one before the colon of a finding. They are listed as notes.
func Allow(kinds ...string) Option {
	return shared(func(o *options) {
		for _, kind := range kinds {
			o.allow[kind] = true
		}
	})
}

// TLS serves over real TLS, in memory and on loopback. Client trusts the
// certificate; another client gets it from Certificate.
func TLS() Option { return shared(func(o *options) { o.tls = true }) }

// HTTP2 serves HTTP/2 over TLS. In a synctest bubble it takes Go 1.26.
func HTTP2() Option { return shared(func(o *options) { o.tls, o.http2 = true, true }) }

// KeepJournal keeps the last n exchanges only; 0 keeps none, and without the
// option all are kept. Calls and Await see what is kept.
func KeepJournal(n int) Option { return shared(func(o *options) { o.keep = max(n, 0) }) }

// On makes URL serve on this listener instead of a free port of 127.0.0.1. The
// server closes it.
func On(l net.Listener) Option { return shared(func(o *options) { o.listener = l }) }
