package conformance

import (
	"net/http"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// An Env is what the client under test is made from, in one scene of one check.
type Env struct {
	// BaseURL is the API's, with a host name that belongs to this check alone
	// and to nobody on the network. It ends in a slash in a check about that.
	BaseURL string

	// HTTP reaches the fake at BaseURL and at the documented hosts, in memory.
	// It has no timeout. A client that cannot take an *http.Client takes its
	// Transport.
	HTTP *http.Client

	// Creds are the credentials by the API's words: "account", "secret".
	Creds fake.Credentials

	// Virtual says that time is virtual: time.Sleep and timers cost nothing.
	Virtual bool

	// Log keeps a line with the check, shown when it does not pass.
	Log func(format string, args ...any)

	twin func() (client *http.Client, end func()) // another fake in the same scene
	now  func() time.Time                         // of the fake, where its clock alone is moved; nil: time.Now
}

// Kind is a word for what kind of failure an error tells: "refused",
// "not-found", "not-saved", "invalid", "rate-limit", "server", "transport".
type Kind = string
