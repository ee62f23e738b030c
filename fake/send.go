package fake

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/internal/memnet"
)

// wire is what faults do to an answer on its way.
type wire struct {
	cut       string // "rst" or "fin" before the first byte; "": no cut
	visible   bool   // the cut shows on a warm connection too
	unapplied bool   // the call is cut before it is applied
	first     int    // status that is told before the answer, or before the cut; 0: none
	raw       []byte // instead of an answer; nil: none
	code      byte   // by which a stream of HTTP/2 is broken off,
	recode    bool   // if a fault says so

	truncate string // "length", "chunked", "rst" or "silent"; "": whole
	at       int    // bytes that are sent; -1: half

	chunks int           // slow body: pieces,
	over   time.Duration // over this time,
	rate   int           // or bytes a second

	write     func(w http.ResponseWriter, c *Call) // sends the answer in another way; nil: as it is
	takesTime bool                                 // write waits for the clock
}

func (w *wire) slow() bool { return w.rate > 0 || w.over > 0 || w.takesTime }

// send writes the recorded answer to the client, without the lock. The call is no
// longer in work then, unless its body takes time: else a clock that is moved on
// right now would pass by the time of its first piece.
func (s *Server) send(w http.ResponseWriter, c *Call, closing bool) {
	wire := &c.plan.wire
	slow := wire.cut == "" && wire.raw == nil && c.reply != nil && wire.slow()
	if slow || c.caused != nil { // which leaves once this is sent
		defer s.clock.end()
		defer s.Hooks.replied(c)
	} else {
		s.clock.end()
	}
	switch {
	case wire.cut != "" || wire.raw == nil && c.reply == nil:
		s.cutNow(w, c)
	case wire.raw != nil:
		s.sendBytes(w, c, wire.raw)
	}
	h := w.Header()
	if wire.first != 0 {
		s.sendFirst(w, c)
	}
	for name, values := range c.reply.Header {
		h[name] = values
	}
	if h["Date"] == nil {
		h["Date"] = []string{c.entry.date}
	}
	if closing && (c.Request.ProtoMajor == 1 || s.dials.Load()) { // over HTTP/2 it is for what counts connections
		h["Connection"] = []string{"close"}
	}
	switch body := c.reply.Body; {
	case wire.truncate != "":
		s.sendPart(w, c, body)
	case wire.write != nil:
		wire.write(w, c)
	case wire.slow():
		s.sendSlowly(w, c, body)
	default:
		sendWhole(w, c)
	}
	if c.caused != nil {
		_ = http.NewResponseController(w).Flush()
	}
}

// bodyAllowed tells whether an answer of this status has a body.
func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// cutNow breaks the connection, or over HTTP/2 the stream. net/http repeats some
// requests that break off on a warm connection; a byte of an answer stops that.
func (s *Server) cutNow(w http.ResponseWriter, c *Call) {
	wire := &c.plan.wire
	if wire.first != 0 || wire.visible && c.entry.Reused && c.Request.ProtoMajor == 1 {
		w.WriteHeader(cmp.Or(wire.first, http.StatusEarlyHints))
	}
	if c.Request.ProtoMajor == 1 {
		if wire.cut != "fin" && c.conn.net != nil {
			memnet.Reset(c.conn.net)
		}
	} else {
		s.announce(c)
	}
	panic(http.ErrAbortHandler)
}

// sendFirst tells a status before the one that ends the call.
func (s *Server) sendFirst(w http.ResponseWriter, c *Call) {
	if !c.Request.ProtoAtLeast(1, 1) {
		return // HTTP/1.0 has none
	}
	if c.plan.wire.first == http.StatusEarlyHints {
		w.Header()["Link"] = []string{"<" + s.api.Base + ">; rel=preconnect"}
		defer w.Header().Del("Link")
	}
	w.WriteHeader(c.plan.wire.first)
}

// sendPart writes the beginning of the body.
func (s *Server) sendPart(w http.ResponseWriter, c *Call, body []byte) {
	at := c.plan.wire.at
	if at < 0 {
		at = len(body) / 2
	}
	part := body[:min(at, len(body))]
	h := w.Header()
	switch c.plan.wire.truncate {
	case "silent":
		h["Connection"], h["Transfer-Encoding"] = []string{"close"}, []string{"identity"}
		w.WriteHeader(c.reply.Status)
		_, _ = w.Write(part)
		return
	case "chunked":
	default:
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(c.reply.Status)
	_, _ = w.Write(part)
	_ = http.NewResponseController(w).Flush()
	if c.Request.ProtoMajor > 1 {
		s.announce(c)
	} else if c.plan.wire.truncate == "rst" && c.conn.net != nil {
		memnet.Reset(c.conn.net)
	}
	panic(http.ErrAbortHandler)
}

// sendSlowly writes the header at once and the body in pieces over time.
func (s *Server) sendSlowly(w http.ResponseWriter, c *Call, body []byte) {
	wire := &c.plan.wire
	over := wire.over
	if wire.rate > 0 {
		over = time.Duration(float64(len(body)) / float64(wire.rate) * float64(time.Second))
	}
	pieces := max(1, min(wire.chunks, len(body)))
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(c.reply.Status)
	flush := http.NewResponseController(w).Flush
	_ = flush()
	ctx, cancel := c.patience()
	defer cancel()
	for i := range pieces {
		if s.clock.wait(ctx, over/time.Duration(pieces)) != nil {
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write(body[len(body)*i/pieces : len(body)*(i+1)/pieces])
		_ = flush()
	}
}
