package scenarios

import (
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The faults of deliveries hit what the fake sends to web hooks. On chooses by
// event ("hook:order.created", "hook:order.*"); without it, all are hit. Each can
// be given to fake.Hooks.Send as well.

// Duplicate sends a delivery again: the same bytes. Set: times, gap,
// parallel=yes for the same instant, id=same or new where the API has an id of
// deliveries.
func Duplicate() fake.Fault { return fake.NewFault("duplicate") }

// Overtake lets the next delivery to the same subscription go first. Set: with,
// the event that goes first; by=retry, where the first attempt comes to nothing
// and its retry is too late.
func Overtake() fake.Fault { return fake.NewFault("overtake") }

// Delay lets a delivery leave d later, on the server's clock.
func Delay(d time.Duration) fake.Fault { return fake.NewFault("delay").Set("by", d.String()) }

// Early sends a delivery before the call that caused it is answered. Set: by,
// how much before.
func Early() fake.Fault { return fake.NewFault("early") }

// Dropped loses a delivery.
func Dropped() fake.Fault { return fake.NewFault("dropped") }

// BadSignature signs a delivery wrongly. Set: kind=flip (the last digit),
// other-body, truncated or empty; or value, the text that stands in place of a
// signature.
func BadSignature() fake.Fault { return fake.NewFault("bad-signature") }

// NoSignature leaves the header of the signature out.
func NoSignature() fake.Fault { return fake.NewFault("no-signature") }

// SignatureForm writes the right digest in another form: "bare" (without its
// prefix), "upper" (case), "base64" or "twice" (the prefix); or it writes the
// name of the header in small letters, as HTTP/2 does: "lower-name".
func SignatureForm(form string) fake.Fault { return fake.NewFault("signature-form").Set("form", form) }

// Tampered changes the body after it was signed. Set: kind=byte or re-encoded.
func Tampered() fake.Fault { return fake.NewFault("tampered") }

// OldSecret signs with the secret before the last change. Set: overlap, the time
// after the change in which both sign, or late, the time in which only the old
// one does.
func OldSecret() fake.Fault { return fake.NewFault("old-secret") }

// Rotated signs as a sender does in whose machines a new secret arrives slowly. Set:
// late, the time after the change in which the old secret signs still; overlap, the
// time in which both do. It stands for receivers that refuse all, or take forged
// deliveries, in the hour after a rotation.
func Rotated() fake.Fault { return fake.NewFault("rotated") }

// Replayed sends a delivery again age after it was sent, byte for byte. Given to
// Send, it does so at once.
func Replayed(age time.Duration) fake.Fault {
	return fake.NewFault("replayed").Set("age", age.String())
}

// ClockSkew moves the times that the fake tells by d, below 0 into the past: the
// header Date and the times of what a call changes, and those that deliveries tell
// and sign. It stands for clocks of two machines that differ: a tolerance on one
// side only, a poll for what changed since that skips. On chooses calls
// ("CreateCustomer") or deliveries ("hook:*"); without it both are hit. Set: jump,
// by how much each hit is further off than the one before; below 0 the clock runs
// backwards.
func ClockSkew(d time.Duration) fake.Fault { return fake.NewFault("clock-skew").Set("by", d.String()) }

// Retry loses the receiver's answer: what it took is sent again. Set:
// policy=fixed or doubling, with backoff, for other pauses; max. policy=retry-after
// and policy=gone lose nothing, and obey a failed answer instead: its header
// Retry-After says when the next attempt comes; 410 switches the subscription off.
func Retry() fake.Fault { return fake.NewFault("retry") }

// Disabled switches the subscription off. Set: after, the number of failures in
// a row that it takes.
func Disabled() fake.Fault { return fake.NewFault("disabled") }

// UnknownEvent tells a delivery's event by a name that nobody documents.
func UnknownEvent(topic string) fake.Fault { return fake.NewFault("unknown-event").Set("topic", topic) }

// Flood sends a delivery n times at once. Set: parallel, how many at a time.
func Flood(n int) fake.Fault { return fake.NewFault("flood").Set("n", strconv.Itoa(n)) }

// BodyStyle writes the body in another way before it is signed: "pretty",
// "escaped-slashes", "ascii", "newline", "bom", "gzip" or "latin1".
func BodyStyle(style string) fake.Fault { return fake.NewFault("body-style").Set("style", style) }

// SlowPost sends the header of a delivery at once and the body over a time. Set:
// chunks.
func SlowPost(over time.Duration) fake.Fault {
	return fake.NewFault("slow-post").Set("over", over.String())
}

// CutPost breaks off in the body of a delivery. Set: at, the number of bytes
// that are sent; without, half.
func CutPost() fake.Fault { return fake.NewFault("cut-post") }

// WrongTarget sends a delivery by another method: "GET", "HEAD", "PUT". Set:
// slash=yes, for an address with a slash more, or less, at its end.
func WrongTarget(method string) fake.Fault {
	return fake.NewFault("wrong-target").Set("method", method)
}

// TestPing sends what the test button of a vendor sends, instead of the event.
func TestPing() fake.Fault { return fake.NewFault("test-ping") }
