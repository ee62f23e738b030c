package fake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// sendWhole sends an answer as it is.
func sendWhole(w http.ResponseWriter, c *Call) {
	if bodyAllowed(c.reply.Status) {
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(c.reply.Body))}
	}
	w.WriteHeader(c.reply.Status)
	_, _ = w.Write(c.reply.Body) // the client may be gone
}

// sendBytes writes these bytes, past net/http, and closes the connection.
func (s *Server) sendBytes(w http.ResponseWriter, c *Call, data []byte) {
	conn := c.conn.net
	if conn == nil { // behind a server of the test's own
		own, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			s.mu.Lock()
			s.found(Finding{
				Call: c.Seq, Kind: "impossible-fault", Mistake: true,
				Detail: fmt.Sprintf("%s: the server in front of Handler does not let its connection be written to: %v", c.entry.Fault, err),
			})
			s.mu.Unlock()
			panic(http.ErrAbortHandler)
		}
		defer own.Close()
		conn = own
	}
	_, _ = conn.Write(data) // the client may be gone
	panic(http.ErrAbortHandler)
}

// head is the head of an answer in HTTP/1.1, as net/http writes it.
func (c *Call) head(h http.Header) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %03d %s\r\n", c.reply.Status, http.StatusText(c.reply.Status))
	_ = h.Write(&b)
	b.WriteString("\r\n")
	return b.Bytes()
}

// sendBadChunk sends half of the body as a good chunk, and a bad one.
func sendBadChunk(w http.ResponseWriter, c *Call) {
	h := w.Header()
	h["Transfer-Encoding"] = []string{"chunked"}
	half := c.reply.Body[:len(c.reply.Body)/2]
	data := c.head(h)
	if len(half) > 0 {
		data = fmt.Appendf(data, "%x\r\n%s\r\n", len(half), half)
	}
	c.s.sendBytes(w, c, append(data, "zz\r\n"...))
}

// sendMisjudged sends a length that is wrong by so many bytes.
func sendMisjudged(w http.ResponseWriter, c *Call, by int) {
	h, body := w.Header(), c.reply.Body
	h["Content-Length"] = []string{strconv.Itoa(max(len(body)+by, 0))}
	if c.Request.ProtoMajor > 1 {
		w.WriteHeader(c.reply.Status)
		_, _ = w.Write(body)
		return
	}
	c.s.sendBytes(w, c, append(c.head(h), body...))
}

// sendLowerCase sends the names of the header in lower case.
func sendLowerCase(w http.ResponseWriter, c *Call) {
	h, lower := w.Header(), http.Header{}
	body := c.reply.Body
	if h["Connection"] = []string{"close"}; bodyAllowed(c.reply.Status) {
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	if !c.hasBody() {
		body = nil
	}
	for name, values := range h {
		lower[strings.ToLower(name)] = values
	}
	c.s.sendBytes(w, c, append(c.head(lower), body...))
}

// sendChunks sends the body piece by piece, each on its way before the next: a
// chunk of HTTP/1.1, or a frame of HTTP/2. Each trailer is the checksum of the
// body.
func sendChunks(w http.ResponseWriter, c *Call, size string, trailers []string) {
	if !c.hasBody() {
		sendWhole(w, c)
		return
	}
	body := c.reply.Body
	if trailers != nil {
		w.Header()["Trailer"] = []string{strings.Join(trailers, ", ")}
	}
	w.WriteHeader(c.reply.Status)
	flush := http.NewResponseController(w).Flush
	for len(body) > 0 {
		n := pieceOf(body, size)
		_, _ = w.Write(body[:n])
		_ = flush()
		body = body[n:]
	}
	_ = flush() // else net/http knows the length of an empty body
	sum := sha256.Sum256(c.reply.Body)
	for _, name := range trailers {
		w.Header()[name] = []string{hex.EncodeToString(sum[:])}
	}
}

// pieceOf is the length of the next piece of a body: so many bytes, or to inside
// the next letter of more than one byte.
func pieceOf(body []byte, size string) int {
	n, err := strconv.Atoi(size)
	if err == nil {
		return min(n, len(body))
	}
	for i := 1; i < len(body); i++ {
		if !utf8.RuneStart(body[i]) {
			return i
		}
	}
	return len(body)
}

// mostEndless is how much of a body without an end a client gets that does not
// stop reading.
const mostEndless = 64 << 20

var blanks = bytes.Repeat([]byte{' '}, 32<<10)

// sendHuge sends the body with so many blanks before it that it has a size, or in
// so many arrays, or never, after blanks without an end. All of it is JSON.
func sendHuge(w http.ResponseWriter, c *Call, size, depth int) {
	if !c.hasBody() {
		sendWhole(w, c)
		return
	}
	body := c.reply.Body
	switch {
	case depth > 0:
		w.Header()["Content-Length"] = []string{strconv.Itoa(2*depth + len(body))}
		w.WriteHeader(c.reply.Status)
		c.repeat(w, bytes.Repeat([]byte{'['}, min(depth, len(blanks))), depth)
		_, _ = w.Write(body)
		c.repeat(w, bytes.Repeat([]byte{']'}, min(depth, len(blanks))), depth)
	case size > 0:
		w.Header()["Content-Length"] = []string{strconv.Itoa(max(size, len(body)))}
		w.WriteHeader(c.reply.Status)
		c.repeat(w, blanks, size-len(body))
		_, _ = w.Write(body)
	default:
		w.WriteHeader(c.reply.Status)
		c.repeat(w, blanks, mostEndless)
		c.s.noteFrom(c, "no-limit", fmt.Sprintf("the client read %d MiB of a body without an end and did not give up", mostEndless>>20))
		panic(http.ErrAbortHandler)
	}
}

// repeat writes n bytes, again and again those of piece, unless the client goes.
func (c *Call) repeat(w http.ResponseWriter, piece []byte, n int) {
	for n > 0 {
		if _, err := w.Write(piece[:min(n, len(piece))]); err != nil || c.s.life.Err() != nil {
			panic(http.ErrAbortHandler)
		}
		n -= len(piece)
	}
}
