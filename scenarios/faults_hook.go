package scenarios

import (
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The faults of deliveries hit what the fake sends to web hooks. On chooses by
// event ("hook:order.created", "hook:order.*"); without it, all are hit. Each can
// be given to fake.Hooks.Send as well.

// Duplicate sends a delivery again: the same bytes. It stands for delivery at
// least once, and for receivers that tell doubles by a header which is no id of
// the delivery. Set: times, gap, parallel=yes for the same instant, id=same or
// new where the API has an id of deliveries.
func Duplicate() fake.Fault { return fake.NewFault("duplicate") }

// Overtake lets the next delivery to the same subscription go first. It stands
// for the update that comes before the creation, and is lost to it. Set: with,
// the event that goes first; by=retry, where the first attempt comes to nothing
// and its retry is too late.
func Overtake() fake.Fault { return fake.NewFault("overtake") }

// Delay lets a delivery leave d later, on the server's clock. It stands for
// queues, and for receivers that take an old payload for the truth.
func Delay(d time.Duration) fake.Fault { return fake.NewFault("delay").Set("by", d.String()) }

// Early sends a delivery before the call that caused it is answered. It stands
// for the order that the receiver does not know yet, and throws away. Set: by,
// how much before.
func Early() fake.Fault { return fake.NewFault("early") }

// Dropped loses a delivery. It stands for what never comes: a web hook is a hint,
// and somebody has to look.
func Dropped() fake.Fault { return fake.NewFault("dropped") }

// BadSignature signs a delivery wrongly. It stands for forgery, and for
// comparisons that stop where the shorter text ends. Set: kind=flip (the last
// digit), other-body, truncated or empty; or value, the text that stands in place
// of a signature.
func BadSignature() fake.Fault { return fake.NewFault("bad-signature") }

// NoSignature leaves the header of the signature out. It stands for receivers
// that check a signature only where there is one.
func NoSignature() fake.Fault { return fake.NewFault("no-signature") }

// SignatureForm writes the right digest in another form: "bare" (without its
// prefix), "upper" (case), "base64" or "twice" (the prefix); or it writes the
// name of the header in small letters, as HTTP/2 does: "lower-name". It stands
// for documents that spell the header in two ways.
func SignatureForm(form string) fake.Fault { return fake.NewFault("signature-form").Set("form", form) }

// Tampered changes the body after it was signed. It stands for receivers that
// verify what they have parsed and written anew. Set: kind=byte or re-encoded.
func Tampered() fake.Fault { return fake.NewFault("tampered") }

// OldSecret signs with the secret before the last change. It stands for receivers
// that never forget a secret which was replaced. Set: overlap, the time after the
// change in which both sign, or late, the time in which only the old one does.
func OldSecret() fake.Fault { return fake.NewFault("old-secret") }

// Rotated signs as a sender does in whose machines a new secret arrives slowly. Set:
// late, the time after the change in which the old secret signs still; overlap, the
// time in which both do. It stands for receivers that refuse all, or take forged
// deliveries, in the hour after a rotation.
func Rotated() fake.Fault { return fake.NewFault("rotated") }

// Replayed sends a delivery again age after it was sent, byte for byte. Given to
// Send, it does so at once. It stands for the attack with a genuine delivery,
// where nobody looks how old it is.
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

// Retry loses the receiver's answer: what it took is sent again. It stands for
// receivers that work first and fail then, and do the work again. Set:
// policy=fixed or doubling, with backoff, for other pauses; max.
// policy=retry-after and policy=gone lose nothing, and obey a failed answer
// instead: its header Retry-After says when the next attempt comes; 410 switches
// the subscription off.
func Retry() fake.Fault { return fake.NewFault("retry") }

// Disabled switches the subscription off. It stands for the silence after too
// many failures, which looks like peace. Set: after, the number of failures in a
// row that it takes.
func Disabled() fake.Fault { return fake.NewFault("disabled") }

// UnknownEvent tells a delivery's event by a name that nobody documents. It
// stands for receivers that refuse what they do not know, until they are switched
// off for it.
func UnknownEvent(topic string) fake.Fault { return fake.NewFault("unknown-event").Set("topic", topic) }

// Flood sends a delivery n times at once. It stands for the sale in which all
// comes at once, and for queues that are too short. Set: parallel, how many at a
// time.
func Flood(n int) fake.Fault { return fake.NewFault("flood").Set("n", strconv.Itoa(n)) }

// BodyStyle writes the body in another way before it is signed: "pretty",
// "escaped-slashes", "ascii", "newline", "bom", "gzip" or "latin1". It stands for
// middleware that changes bytes before the signature is checked.
func BodyStyle(style string) fake.Fault { return fake.NewFault("body-style").Set("style", style) }

// SlowPost sends the header of a delivery at once and the body over a time. It
// stands for receivers that read without a timeout. Set: chunks.
func SlowPost(over time.Duration) fake.Fault {
	return fake.NewFault("slow-post").Set("over", over.String())
}

// CutPost breaks off in the body of a delivery. It stands for receivers that work
// with half of a body. Set: at, the number of bytes that are sent; without, half.
func CutPost() fake.Fault { return fake.NewFault("cut-post") }

// WrongTarget sends a delivery by another method: "GET", "HEAD", "PUT". It stands
// for the probe that knocks with GET, the vendor that puts instead of posts, and
// the slash too many. Set: slash=yes, for an address with a slash more, or less,
// at its end.
func WrongTarget(method string) fake.Fault {
	return fake.NewFault("wrong-target").Set("method", method)
}

// TestPing sends what the test button of a vendor sends, instead of the event. It
// stands for sample data that is booked as real.
func TestPing() fake.Fault { return fake.NewFault("test-ping") }
