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
	name    string
	base    string   // path of the documented base URL, for ~
	hooks   bool     // sends deliveries
	keys    []string // of the credentials
	secrets []string // keys whose value may not stand in a file
	with    map[string]func(args []string) (fake.Option, error)
	plain   map[string]func(n int) string // collection → the JSON of its n-th plain record
	timeAs  func(time.Time) string        // a time in the API's own form
	jsonAs  string                        // media type of its answers

	// start makes the fake. Credentials that are not given are the fake's own;
	// may is nil for all permissions.
	start func(tb fake.TB, opts []fake.Option, given fake.Credentials, may []fake.Scope) started
	// carries tells whether a request has the credentials.
	carries func(h http.Header, given fake.Credentials) bool
}

// started is a fake with what the engine does not know about it.
type started struct {
	server      *fake.Server
	credentials fake.Credentials
	revoke      func() // makes the credentials worthless
}

// apis are the APIs that scenarios can be about.
func apis() map[string]*api {
	return map[string]*api{"cartfunnel": cartfunnelAPI()}
}

func (a *api) collections() []string { return slices.Sorted(maps.Keys(a.plain)) }
func (a *api) options() []string     { return slices.Sorted(maps.Keys(a.with)) }
