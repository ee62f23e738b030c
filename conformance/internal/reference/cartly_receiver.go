package reference

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A CartlyEvent is what a receiver passes on to its application.
type CartlyEvent struct {
	Name     string // "order.created"
	Shop     string // domain
	RecordID string
}

const (
	cartlySignature = "X-Cartly-Hmac-Sha256"
	cartlyPrefix    = "sha256="
	cartlyMost      = 16 << 20        // bytes of a delivery
	cartlyPatience  = 5 * time.Second // with the application, before it is answered that all is well
)

var cartlyEvents = []string{
	"order.created", "order.updated", "order.fulfilled", "order.canceled",
	"product.created", "product.updated", "customer.created", "cart.abandoned",
}

// cartlyReceiving is what the receivers of one client share.
type cartlyReceiving struct {
	mu    sync.Mutex
	last  *cartlyReceiver
	known map[string]cartlyOrderState
	seen  map[string]*cartlyJob // by what was delivered
}

type cartlyKey struct {
	secret string
	until  time.Time // zero: until it is changed
}

// A cartlyReceiver answers deliveries for one application.
type cartlyReceiver struct {
	c       *Cartly
	keys    []cartlyKey
	handled func(CartlyEvent) error
}

// Receiver makes a handler for deliveries that are signed with a secret. It
// passes each event on to handled once.
func (c *Cartly) Receiver(secret string, handled func(CartlyEvent) error) http.Handler {
	c.receiving.mu.Lock()
	defer c.receiving.mu.Unlock()
	c.receiving.last = &cartlyReceiver{c, []cartlyKey{{secret: secret}}, handled}
	return c.receiving.last
}

// Rotate takes another secret from now on, and the present one for the time of
// the overlap.
func (c *Cartly) Rotate(secret string, overlap time.Duration) {
	c.receiving.mu.Lock()
	defer c.receiving.mu.Unlock()
	p := c.receiving.last
	if p == nil {
		return
	}
	if c.bug.is("CLY-SIG-12a") {
		p.keys = nil
	}
	for i, key := range p.keys {
		if key.until.IsZero() && !c.bug.is("CLY-SIG-12b") {
			p.keys[i].until = c.Now().Add(overlap)
		}
	}
	p.keys = append(p.keys, cartlyKey{secret: secret})
}

// secrets are those that are good now. An empty one is none.
func (p *cartlyReceiver) secrets() []string {
	p.c.receiving.mu.Lock()
	defer p.c.receiving.mu.Unlock()
	var good []string
	for _, key := range p.keys {
		if key.until.IsZero() || p.c.Now().Before(key.until) {
			good = append(good, key.secret)
		}
	}
	return slices.DeleteFunc(good, func(s string) bool { return s == "" && !p.c.bug.is("CLY-SIG-08a") })
}

// ServeHTTP judges the signature over the bytes as they came, before it looks
// into them.
func (p *cartlyReceiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b := p.c.bug
	if !strings.HasSuffix(r.URL.Path, "/") && b.is("CLY-ACK-04a") {
		http.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, cartlyMost))
	if err != nil {
		cartlyAnswer(w, http.StatusRequestEntityTooLarge)
		return
	}
	if (len(body) > 1<<20 || !bytes.Contains(body, []byte("{"))) && b.is("CLY-ACK-02a") {
		_ = p.handled(CartlyEvent{Name: "order.created"})
	}
	if !p.genuine(r.Header, body) {
		if b.is("CLY-ACK-01a") {
			cartlyAnswer(w, http.StatusOK)
			return
		}
		cartlyAnswer(w, http.StatusUnauthorized)
		return
	}
	cartlyAnswer(w, p.take(r, body))
}

func cartlyAnswer(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	text := `{"received":true}`
	if status >= 300 {
		text = `{"error":"` + http.StatusText(status) + `"}`
	}
	_, _ = io.WriteString(w, text)
}

// genuine tells whether a body has a signature of one of the secrets.
func (p *cartlyReceiver) genuine(h http.Header, body []byte) bool {
	b := p.c.bug
	given, ok := p.signature(h)
	switch {
	case b.is("CLY-SIG-01a"):
		return false
	case b.is("CLY-SIG-02a"):
		return true
	case !ok && b.is("CLY-SIG-03b"):
		return true
	}
	body = p.signed(body)
	return slices.ContainsFunc(p.secrets(), func(secret string) bool { return p.fits(given, secret, body) })
}

// signature is what the header says; one that comes twice is none.
func (p *cartlyReceiver) signature(h http.Header) (string, bool) {
	values := h.Values(cartlySignature)
	if p.c.bug.is("CLY-SIG-10a") {
		values = h[strings.ToLower(cartlySignature)]
	}
	if len(values) == 0 && p.c.bug.is("CLY-SIG-03a") {
		return values[0], true
	}
	if len(values) != 1 {
		return "", len(values) > 0
	}
	return values[0], true
}

// signed are the bytes that the signature is over: all of them, as they came.
func (p *cartlyReceiver) signed(body []byte) []byte {
	switch b := p.c.bug; {
	case b.is("CLY-SIG-05a"):
		var again bytes.Buffer
		if json.Compact(&again, body) == nil {
			return again.Bytes()
		}
	case b.is("CLY-SIG-05b"):
		return bytes.TrimSpace(body)
	case b.is("CLY-SIG-06a"):
		return bytes.ToValidUTF8(body, []byte("\ufffd"))
	}
	return body
}

// fits compares a signature with the right one, in a time that does not tell how
// much of it is right.
func (p *cartlyReceiver) fits(given, secret string, body []byte) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	sum := mac.Sum(nil)
	right := cartlyPrefix + hex.EncodeToString(sum)
	switch b := p.c.bug; {
	case b.is("CLY-SIG-02b"):
		return len(given) == len(right)
	case strings.HasPrefix(given, cartlyPrefix) && b.is("CLY-SIG-04a"):
		return given[len(cartlyPrefix):len(right)] == right[len(cartlyPrefix):]
	case b.is("CLY-SIG-07a"):
		return given == base64.StdEncoding.EncodeToString(sum)
	case b.is("CLY-SIG-07b"):
		_, given, _ = strings.Cut(given, "=")
		right = right[len(cartlyPrefix):]
	case len(given) > len(cartlyPrefix) && b.is("CLY-SIG-09a"):
		return strings.HasPrefix(right, given)
	}
	return hmac.Equal([]byte(given), []byte(right))
}
