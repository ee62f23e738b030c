package scenarios

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// An api is what a scenario must know of an API beyond what its fake says about
// itself.
type api struct {
	name     string
	versions []string // of its document, that a file can name
	base     string   // path of the documented base URL, for ~
	hooks    bool     // sends deliveries
	keys     []string // of the credentials
	secrets  []string // keys whose value may not stand in a file
	with     map[string]func(args []string) (fake.Option, error)
	plain    map[string]func(n int) string // collection → the JSON of its n-th plain record
	timeAs   func(time.Time) string        // a time in the API's own form
	jsonAs   string                        // media type of its answers

	// cursor makes up a cursor in the API's own form; nil: any base64 text.
	cursor func(made [32]byte, now time.Time) string

	// start makes the fake. Credentials that are not given are the fake's own;
	// may is nil for all permissions.
	start func(tb fake.TB, opts []fake.Option, given fake.Credentials, may []fake.Scope) started
	// hookSecret makes the fake sign with a secret; needed where hooks is set.
	hookSecret func(secret string) fake.Option
	// topic tells what a delivery is about; needed where hooks is set.
	topic func(h http.Header, body []byte) string
	// issued is how the tokens begin that the API itself gives; "": it gives none.
	issued string
	// open tells whether a path needs no credentials; nil: none does.
	open func(path string) bool
	// authorize gives a request the credentials.
	authorize func(h http.Header, given fake.Credentials)
	// carries tells whether a request has the credentials.
	carries func(h http.Header, given fake.Credentials) bool
}

// started is a fake with what the engine does not know about it.
type started struct {
	server      *fake.Server
	credentials fake.Credentials
	revoke      func() // makes the credentials worthless

	// addTenant makes a further account or shop, with a secret of its own, and gives
	// its credentials; nil: the API has one only.
	addTenant func(name, secret string) fake.Credentials

	tenant any // whose subscribers hear of deliveries

	// event makes what subscribers are told of a record in the words of a file, with
	// its defaults filled in; rotate changes the secret that signs. Both are for
	// APIs with deliveries, and lock by themselves.
	event  func(topic string, record []byte) (fake.Event, error)
	rotate func(secret string)
}

// apis are the APIs that scenarios can be about.
func apis() map[string]*api {
	return map[string]*api{
		"bonify":     bonifyAPI(),
		"cartfunnel": cartfunnelAPI(),
		"cartly":     cartlyAPI(),
		"cscart":     cscartAPI(),
		"fluidpay":   fluidpayAPI(),
	}
}

func (a *api) collections() []string { return slices.Sorted(maps.Keys(a.plain)) }
func (a *api) options() []string     { return slices.Sorted(maps.Keys(a.with)) }

// protocols are the words after "with" that every API has: without one of them, a
// story is told over HTTP/1.1.
var protocols = map[string]func(args []string) (fake.Option, error){"tls": flag(fake.TLS), "http2": flag(fake.HTTP2)}
