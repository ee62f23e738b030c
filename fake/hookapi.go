package fake

import (
	"net/http"
	"time"
)

// HookAPI is what the engine needs to know about the web hooks that an API
// sends. Its functions run under the server's lock. All are needed but Gone.
type HookAPI struct {
	Topics     func() []string                                    // the events by name, in the order of the document; asked after the options
	Subscribe  func(url string, topics []string) (string, error)  // makes a subscription of the first tenant, gives its id; for Hooks.To and ToURL
	Subscribed func(e Event) []Subscription                       // the active subscriptions that an event goes to, in the order of creation
	Find       func(id string) (Subscription, bool)               // a subscription as it is now; false: there is none
	Switch     func(id string, on bool)                           // it was switched off for its failures, or on again by Hooks.Enable
	Gone       func(id string)                                    // its receiver answered 410; nil: a failure like others
	Render     func(e Event) []byte                               // the body that tells of an event
	Header     func(d Delivery, at time.Time) http.Header         // of one attempt, without the signature: a fresh map
	Signed     string                                             // name of the header that has the signature
	Secret     func(sub Subscription) Secret                      // what signs for a subscription now
	Sign       func(secret string, at time.Time, b []byte) string // value of that header
	Policy     func() Policy                                      // the fate of deliveries, asked for each attempt
}

// An Event is a change that subscribers are told of.
type Event struct {
	Topic  string    // "order.created"
	At     time.Time // of the change; zero: now
	Tenant any       // whose subscribers hear of it, in the API package's own type
	Data   []byte    // the object as the API sends it, JSON; not to be changed afterwards
	All    bool      // goes to every active subscription, whatever it asks for
	Body   []byte    // the whole body, where it is not the one that Render gives
}

// A Subscription is what the engine needs of one. The API package keeps them in
// a collection of its own.
type Subscription struct {
	ID     string
	URL    string
	Tenant any
	Active bool
}

// A Secret is what signs deliveries. What was before it is for the fault
// old-secret.
type Secret struct {
	Present string
	Former  string    // before the last change; "": it was never changed
	Since   time.Time // of the last change
}

// A Policy is the fate of deliveries. An answer of 2xx within Timeout is
// success; all else is a failed attempt, redirects included.
type Policy struct {
	Timeout     time.Duration                 // from sending to the header of the answer, on the server's clock; 0: none
	Retries     int                           // after the first attempt
	Backoff     func(retry int) time.Duration // pause before retry 1, 2 …, from the end of the failed attempt
	Disable     int                           // failures in a row that switch a subscription off; 0: never
	PerDelivery bool                          // counts deliveries given up, instead of attempts
	MaxRead     int64                         // bytes of an answer that are read; 0: 64 KiB
}
