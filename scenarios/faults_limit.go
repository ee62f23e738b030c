package scenarios

import "github.com/cartdouble/cartdouble/fake"

// AuthRedirect sends a caller away, as gateways do with one whom they do not know:
// to a login page on a foreign host. It stands for clients that carry their secret
// along, that make a GET of a POST, or take the page for an answer. Set: to, an
// address or the path of a page on this host; code=301 to 308, or 200 for the page
// itself.
func AuthRedirect() fake.Fault { return fake.NewFault("auth-redirect") }

// ThrottledIn200 says with a status of success that there were too many calls. It
// stands for clients that look at the status only, as GraphQL made many do. Set:
// code, the sentence; status, for another one than 200, such as 422; cost, where
// answers of an API tell one.
func ThrottledIn200() fake.Fault { return fake.NewFault("throttled-in-200") }

// QuotaShared lets callers use up the documented limit together: all, or those
// that keys names. It stands for a limiter in each process, of which several run.
// The calls that are refused for what others used are those that it hits.
func QuotaShared(keys string) fake.Fault {
	f := fake.NewFault("quota-shared")
	if keys == "" {
		return f
	}
	return f.Set("keys", keys)
}

// LimitHeaders tells in headers how much of a limit is left: kind is "right",
// "lying" (always all of it) or "missing" (those that names names are left out). It
// refuses nothing. It stands for clients that steer by such headers. Set: names, of
// the three headers; reset=delta or epoch; limit and per, where the API documents
// none.
func LimitHeaders(kind string) fake.Fault { return fake.NewFault("limit-headers").Set("kind", kind) }
