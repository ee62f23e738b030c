package scenarios

import (
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The constructors give the faults, those of calls first. Each takes the one
// parameter that nearly every test gives; the rest is fake.Fault's Set, and its
// triggers say which calls are hit: without one, all.

// NoRetryAfter makes RateLimited say nothing about waiting.
const NoRetryAfter time.Duration = -1

// WrongCredentials answers as if the credentials were wrong. It stands for a
// mistyped key, and for a client that expects 401 and gets 403. Set: status, and
// body=vendor, empty or html.
func WrongCredentials() fake.Fault { return fake.NewFault("wrong-credentials") }

// OutOfScope answers that the caller may not do this. It stands for one
// permission that is missing: no reason to take the key for dead, or to refresh a
// token for ever. Set: op or scope, to choose the calls by what they need.
func OutOfScope() fake.Fault { return fake.NewFault("out-of-scope") }

// Revoked answers that the credentials are no longer good; with After, from some
// call on. It stands for the app that is taken out of the shop while the client
// runs, which then asks on and on. Set: status; hooks=off, where deliveries end
// with the first such answer.
func Revoked() fake.Fault { return fake.NewFault("revoked") }

// RateLimited answers 429, with Retry-After in whole seconds unless after is
// NoRetryAfter. It stands for clients that read the header as no wait at all, or
// wait for one that never comes. Set: form, for the header in other forms (date,
// fraction, zero, garbage, negative); per and burst, for a limit that counts calls;
// enforce (without a value), for a server that punishes impatience: a call inside
// the waiting time is refused too and makes it begin anew, or with extend longer by
// so much; times; body.
func RateLimited(after time.Duration) fake.Fault {
	f := fake.NewFault("rate-limited")
	if after < 0 {
		return f
	}
	return f.Set("retry-after", after.String())
}

// NotSaved refuses a save, in the place where the API says so: nothing is stored.
// Without texts the refusal has the API's own sentence. It stands for clients
// that go by the status, where the answer says in its body that nothing was
// saved. Set: persisted, echo, status.
func NotSaved(texts ...string) fake.Fault {
	f := fake.NewFault("not-saved")
	if len(texts) == 0 {
		return f
	}
	return f.Set("errors", texts...)
}

// SavedButSaysError carries a save out and answers that it failed. It stands for
// clients that believe an error, and make a twin of what was saved. Set: status,
// below 500 for a refusal in the API's words.
func SavedButSaysError() fake.Fault { return fake.NewFault("saved-but-says-error") }

// ServerError answers with a status from 500 to 599, before the call is applied
// or, with AfterApply, after it. Set: body, retry-after. It is the outage, and the
// client that takes its page for an answer.
func ServerError(status int) fake.Fault {
	return fake.NewFault("server-error").Set("status", strconv.Itoa(status))
}

// Burst answers with 500 for a while. Set calls, or for, to say how long; mix,
// for other statuses in turn: "500,502,503". It is the deploy under which retries
// pile up.
func Burst() fake.Fault { return fake.NewFault("burst") }

// Redirect answers with a redirect: code is 301, 302, 303, 307 or 308. It is the
// moved address: by the first three a POST becomes a GET, whose 200 looks like a
// save.
func Redirect(code int, to string) fake.Fault {
	return fake.NewFault("redirect").Set("code", strconv.Itoa(code)).Set("to", to)
}

// SlowHeaders lets d pass on the server's clock before the answer begins. With
// AfterApply it passes after the call was carried out. Set: jitter. It is overload,
// and the client without a timeout for the header.
func SlowHeaders(d time.Duration) fake.Fault {
	return fake.NewFault("slow-headers").Set("delay", d.String())
}

// Hang answers nothing until the client gives up. With AfterApply the call was
// carried out before. Set: max, the longest time; a client that waits so long
// has no timeout, and the findings say so. It is the save that timed out and
// worked.
func Hang() fake.Fault { return fake.NewFault("hang") }

// SlowBody sends the header at once and the body slowly. Set over, a time, or
// rate, in bytes a second; chunks. It is the timeout that ends with the header.
func SlowBody() fake.Fault { return fake.NewFault("slow-body") }

// Reset breaks the connection before the call is applied. Set: kind=fin for an
// orderly end; visible=no, to let net/http hide it by sending again. It is the load
// balancer that drops a call before the work.
func Reset() fake.Fault { return fake.NewFault("reset") }

// LostResponse carries the call out and breaks the connection before the first
// byte of the answer. Set: as Reset. It is the save that worked without the client
// knowing, and its twin when the client sends it again.
func LostResponse() fake.Fault { return fake.NewFault("lost-response") }

// Truncated cuts the body: how is "length" or "chunked" (the client sees an
// unexpected end), "rst" (a reset) or "silent" (no error at all: the answer has
// no length). Set: at, the number of bytes that are sent; without, half. It is the
// cut transfer, which only the decoder can notice where it is silent.
func Truncated(how string) fake.Fault { return fake.NewFault("truncated").Set("how", how) }

// MalformedJSON breaks the JSON of the answer. Set: kind=cut, comma, nan, bom,
// trailing, duplicate-key or utf8; at. It is the cache that was written half, and
// the notice that is printed around the JSON.
func MalformedJSON() fake.Fault { return fake.NewFault("malformed-json") }

// WrongContentType sends the right body as another media type, "none" for
// without one. It is the API that says text/json, and the client that guards
// types.
func WrongContentType(mediaType string) fake.Fault {
	return fake.NewFault("wrong-content-type").Set("type", mediaType)
}

// PageDrift lets records come and go between two pages of a list. It stands for
// the checkout that goes on while a client pages: pages by number skip records
// then, or show them twice. Set: insert, delete, touch, numbers of records;
// at-page, before which page, 2 without.
func PageDrift() fake.Fault { return fake.NewFault("page-drift") }
