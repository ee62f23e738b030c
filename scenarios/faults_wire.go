package scenarios

import (
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The faults below are about what stands between a client and an API: proxies,
// connections, the framing and the form of an answer. Each names what it stands
// for. What a protocol cannot do is refused where the fault is armed.

// Maintenance answers with a page for people, under 200. Set: status, such as
// 503. It is the shop that is being updated, whose page a client takes for its
// data, or feeds to its JSON decoder.
func Maintenance() fake.Fault { return fake.NewFault("maintenance") }

// MethodOrRouteGone answers that there is no such endpoint: status is 404, 405 or
// 410. Set: body=empty or html; sunset, a day before which all is as ever, but for
// a header that names it. It is the retired version of an API, or a path that lacks
// its ".json".
func MethodOrRouteGone(status int) fake.Fault {
	return fake.NewFault("method-or-route-gone").Set("status", strconv.Itoa(status))
}

// EarlyHints tells a status 103 before the answer. Set: code=100. It is a client,
// or a proxy, that takes the first status line for the answer.
func EarlyHints() fake.Fault { return fake.NewFault("early-hints") }

// Stall sends the header and the beginning of the body, then nothing until the
// client gives up. Set: for, the time after which the rest comes; bytes, the length
// of the beginning, half the body without. It is the timeout that ends with the
// header and leaves the reading of the body without one.
func Stall() fake.Fault { return fake.NewFault("stall") }

// SlowAccept lets d pass before a connection is there. In memory it is made late;
// over loopback it is made, and read from late. It chooses connections, not calls:
// Call, First, After, Every and Between count those. It is a server with a full
// backlog, and a client without a timeout for connecting.
func SlowAccept(d time.Duration) fake.Fault {
	return fake.NewFault("slow-accept").Set("delay", d.String())
}

// Refused refuses connections, as a host that is down does, and breaks those that
// are open. It lasts from when it is armed until it is disarmed; After, Between and
// for change that. With Call, First or Every, and in memory only, it refuses single
// connections instead. It is the deploy in mid-run.
func Refused() fake.Fault { return fake.NewFault("refused") }

// ResetDuringUpload breaks the connection while the body of a request is still
// coming: nothing is applied. Set: bytes, how much of it is read, half without. It
// is the large import that breaks off, with one of several errors over TCP. On
// chooses by what stands above the body.
func ResetDuringUpload() fake.Fault { return fake.NewFault("reset-during-upload") }

// StaleKeepAlive closes a connection that was kept, just as the next request is
// sent over it: nothing is applied. Set: idle, how long it was unused. It is the
// idle timeout of a load balancer, behind which a POST fails with EOF, and net/http
// sends a GET again by itself.
func StaleKeepAlive() fake.Fault { return fake.NewFault("stale-keepalive") }

// CloseAfter ends the connection after a good answer, which says so. Set: say=no.
// It is the end of keep-alive, and of a client that counts on one connection.
func CloseAfter() fake.Fault { return fake.NewFault("close-after") }

// GoAway lets an HTTP/2 connection end in good order after the answer. It is a
// deploy behind HTTP/2.
func GoAway() fake.Fault { return fake.NewFault("goaway") }

// StreamError ends an HTTP/2 stream before the answer; with AfterApply the call was
// carried out. Set: code, as "cancel" or "refused-stream", which net/http sends again
// by itself; at, the bytes of the body that are sent before. It is the gateway that
// drops one call of many on a connection.
func StreamError() fake.Fault { return fake.NewFault("stream-error") }

// HalfAnswer tells a status 103 and breaks the connection; with AfterApply the call
// was carried out. It is the break that net/http never hides, whatever the method:
// a byte has come.
func HalfAnswer() fake.Fault { return fake.NewFault("half-answer") }

// WrongBody answers 200 with another text: a page, or an envelope with an error. The
// call is not carried out; with AfterApply it is. Set: status; type, the media type.
// It is the captive portal, the proxy, the error that the status does not tell.
func WrongBody(text string) fake.Fault {
	return fake.NewFault("wrong-body").Set("text", escape(text))
}

// EmptyBody answers without a body. Set: status=204. It is the decoder that gets
// nothing to decode.
func EmptyBody() fake.Fault { return fake.NewFault("empty-body") }

// Gzip changes how an answer is zipped: "good", for those who ask; "unasked", for
// those who do not; "plain", said and not done; "cut", without the checksum at its
// end. It is the client that asks for gzip and does not unzip, and the recording
// of a zipped body.
func Gzip(kind string) fake.Fault { return fake.NewFault("gzip").Set("kind", kind) }

// Chunked sends the body in chunks of one byte. Set: size, or size=odd for chunks
// that end inside a letter; trailers, names of headers that follow the body with
// its checksum. It is the decoder that takes what one Read gives for a message.
func Chunked() fake.Fault { return fake.NewFault("chunked") }

// BadChunk breaks the framing of a chunked body in its middle. It is a proxy with a
// bug, and a client that keeps half of an answer.
func BadChunk() fake.Fault { return fake.NewFault("bad-chunk") }

// WrongLength announces a length that is wrong by so many bytes: above 0 the body
// ends too early, below 0 the client sees the beginning of it, without an error. It
// is a length counted in letters, or before something was added.
func WrongLength(by int) fake.Fault {
	return fake.NewFault("wrong-length").Set("by", strconv.Itoa(by))
}

// Huge sends a body without an end: blanks, behind which JSON would come. Set:
// bytes, the size that blanks give the right answer; depth, arrays around it. It is
// the client that reads whatever comes.
func Huge() fake.Fault { return fake.NewFault("huge") }

// HeaderOddity sends a strange header with the right answer: kind is "many" (100 of
// them), "long" (one of 64 KiB), "repeated" or "lower-case". It is the proxy that
// adds to it, and the client that takes it literally.
func HeaderOddity(kind string) fake.Fault { return fake.NewFault("header-oddity").Set("kind", kind) }

// Raw sends these bytes instead of an answer and closes the connection. The call is
// not carried out; with AfterApply it is. It is all that has no name here.
func Raw(text string) fake.Fault { return fake.NewFault("raw").Set("text", escape(text)) }

// escape writes any bytes on one line: a backslash stands before what is none.
func escape(text string) string {
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\\':
			b.WriteString(`\\`)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ' || c > '~':
			b.WriteString(`\x` + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15]))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
