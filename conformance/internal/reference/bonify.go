package reference

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Bonify is a client of the Bonify Customer Fields API for one shop. It may be
// used by several goroutines; clients of one shop that share an *http.Client
// share the shop's budget of one call a second too.
type Bonify struct {
	base   string
	domain string
	key    string
	sender *sender
	pace   *pace
	bug    *Bug

	mu     sync.Mutex
	made   map[string]time.Time         // addresses of customers made lately
	labels map[string]string            // of custom fields that were read, by machine name
	fields map[int64][]bonifyFieldValue // bug BON-TYPE-02a
}

// NewBonify makes a client. The base URL may end in a slash.
func NewBonify(base, domain, key string, client *http.Client, bug *Bug) *Bonify {
	c := &Bonify{
		base: strings.TrimRight(base, "/"), domain: domain, key: key, bug: bug, sender: newSender(client, bug, gets),
		pace: paceOf(client, domain),
		made: map[string]time.Time{}, labels: map[string]string{}, fields: map[int64][]bonifyFieldValue{},
	}
	if bug.is("BON-URL-01a") {
		c.base = strings.TrimSuffix(c.base, "/v2") + "/v1"
	}
	if bug.is("BON-AUTH-01b") {
		c.domain = "https://" + domain
	}
	if bug.is("BON-RATE-06b") {
		c.pace = &pace{}
	}
	return c
}

// A bonifyRequest is one call of the API, to be sent as often as it may be.
type bonifyRequest struct {
	method, path string // path below the base URL
	query        string // as it is sent
	cursor       string // of a page behind the first
	body         []byte
	clears       bool // empty values delete fields
	bare         bool // bug BON-RATE-07b: without credentials
}

// once sends a request once. Its error is about the transport alone.
func (c *Bonify) once(ctx context.Context, q bonifyRequest) (reply, error) {
	target := c.base + q.path
	query := q.query
	if c.bug.is("BON-AUTH-01c") {
		query = strings.TrimPrefix(query+"&api_key="+url.QueryEscape(c.key), "&")
	}
	if query != "" {
		target += "?" + query
	}
	r, err := http.NewRequestWithContext(ctx, q.method, target, strings.NewReader(string(q.body)))
	if err != nil {
		return reply{}, err
	}
	c.dress(r, q)
	return c.sender.exchange(r)
}

// dress puts on the headers.
func (c *Bonify) dress(r *http.Request, q bonifyRequest) {
	if !q.bare && (q.cursor == "" || !c.bug.is("BON-AUTH-01a")) {
		r.Header.Set("X-Shop-Domain", c.domain)
	}
	if !q.bare && !c.bug.is("BON-AUTH-01c") {
		r.Header.Set("X-Api-Key", c.key)
	}
	if c.bug.is("GEN-GZIP-01a") {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	if q.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if q.clears && !c.bug.is("BON-CLR-01a") || q.method == http.MethodPut && c.bug.is("BON-CLR-02a") {
		r.Header.Set("X-Delete-Empty-Metafields", "true")
	}
}

// send sends a request until it is answered in a way that stands, at most five
// times, and gives the envelope of the answer: busy servers are asked again, and
// what changes nothing by being sent twice is sent again when the connection
// fails.
func (c *Bonify) send(ctx context.Context, q bonifyRequest) (reply, bonifyEnvelope, error) {
	if c.bug.is("GEN-CTX-01a") {
		ctx = context.WithoutCancel(ctx)
	}
	for try := 0; ; try++ {
		if ended := c.slow(ctx, q, try); ended != nil {
			return reply{}, bonifyEnvelope{}, ended
		}
		got, err := c.once(ctx, q)
		again := c.repeatable(q, got, err)
		var e bonifyEnvelope
		if err == nil {
			e, err = c.judge(q, got)
		}
		limited := got.status == http.StatusTooManyRequests
		if !again || try == tries-1 && !(limited && c.bug.is("BON-RATE-05a")) {
			return got, e, err
		}
		if ended := c.bug.pause(ctx, c.backoff(try, got)); ended != nil {
			return got, e, ended
		}
		if limited && q.cursor != "" && (c.bug.is("BON-RATE-08a") || c.bug.is("BON-RATE-08b")) {
			return got, e, errPageLost
		}
		if limited && q.method == http.MethodPut {
			q = c.altered(q)
		}
	}
}

// errPageLost is what bugs make of a page that was refused.
var errPageLost = errors.New("a page was refused")

// slow keeps to the budget of the shop.
func (c *Bonify) slow(ctx context.Context, q bonifyRequest, try int) error {
	again := try > 0
	switch {
	case c.bug.is("BON-RATE-06a"):
		return c.bug.pause(ctx, apart)
	case c.bug.is("BON-RATE-04a"),
		q.method == http.MethodPut && c.bug.is("BON-RATE-09a"),
		again && (c.bug.is("BON-RATE-02a") || c.bug.is("BON-RATE-02b")):
		return nil
	}
	return c.bug.pause(ctx, c.pace.next())
}

// altered is a write as some bugs send it a second time.
func (c *Bonify) altered(q bonifyRequest) bonifyRequest {
	if c.bug.is("BON-RATE-07a") {
		q.body = []byte{}
	}
	q.bare = c.bug.is("BON-RATE-07b")
	return q
}

// backoff is how long to wait before the next attempt: as long as the service
// says, else a second and twice as long each time. After a 429, which does not
// say, it is a second at least.
func (c *Bonify) backoff(try int, got reply) time.Duration {
	wait := c.bug.wait(try, got)
	if got.header.Get("Retry-After") == "" {
		wait *= 2
	}
	if got.status == http.StatusTooManyRequests {
		wait = max(wait, time.Second)
		switch {
		case c.bug.is("BON-RATE-02a"):
			wait = 0
		case c.bug.is("BON-RATE-02b"):
			wait = 100 * time.Millisecond << try
		case got.header.Get("Retry-After") == "" && c.bug.is("BON-RATE-05a"):
			wait = min(wait, 8*time.Second)
		}
	}
	return wait
}

// repeatable tells whether a request may be sent again after what came of it. A
// POST may only when nothing can have been done: the answer to it was 429.
func (c *Bonify) repeatable(q bonifyRequest, got reply, err error) bool {
	safe := q.method != http.MethodPost
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case err != nil:
		return safe || c.bug.is("GEN-DUP-01a")
	case got.status == http.StatusTooManyRequests:
		switch {
		case c.bug.is("BON-RATE-03a"),
			q.cursor != "" && c.bug.is("BON-RATE-01a"),
			q.method == http.MethodPut && (c.bug.is("BON-RATE-01b") || c.bug.is("BON-RATE-09a")):
			return false
		}
		return true
	case got.status == http.StatusServiceUnavailable && q.method == http.MethodGet && c.bug.is("GEN-5XX-01a"):
		return false
	case got.status >= 500:
		return safe
	case got.status >= 400 && got.status != http.StatusForbidden && !safe:
		return c.bug.is("GEN-4XX-01a")
	}
	return false
}

// judge opens the envelope of an answer. Whether it is a good one, the status
// code and the word in it must both say.
func (c *Bonify) judge(q bonifyRequest, got reply) (bonifyEnvelope, error) {
	var e bonifyEnvelope
	body := got.body
	if !json.Valid(body) && c.bug.is("GEN-BODY-01a") {
		body = mended(body)
	}
	media, _, _ := mime.ParseMediaType(got.header.Get("Content-Type"))
	if got.status == http.StatusOK && media == "text/html" && c.bug.is("GEN-HTML-01a") {
		return e, nil
	}
	unreadable := c.bug.decode(body, &e)
	good := got.status == http.StatusOK
	if q.method == http.MethodPost && c.bug.is("BON-PUT-05b") {
		good = got.status == http.StatusCreated
	}
	if q.method == http.MethodDelete && c.bug.is("BON-DEL-01b") {
		good = got.status == http.StatusNoContent
	}
	switch {
	case good && unreadable == nil && (e.Status == "okay" || c.bug.is("BON-ENV-01a")):
		if q.body != nil && e.Customers == nil && c.bug.is("BON-PUT-05a") {
			return e, fmt.Errorf("bonify: %s %s: %w: no customers", q.method, q.path, ErrReply)
		}
		return e, nil
	case c.swallows(q, got):
		return bonifyEnvelope{}, nil
	}
	return e, c.failure(q, got, e, unreadable != nil)
}

// swallows tells whether a bug takes an answer that is none for a good one.
func (c *Bonify) swallows(q bonifyRequest, got reply) bool {
	lists := q.method == http.MethodGet && q.path == bonifyCustomers
	switch got.status {
	case http.StatusForbidden:
		return lists && c.bug.is("BON-AUTH-02a")
	case http.StatusServiceUnavailable:
		return lists && c.bug.is("GEN-5XX-01a")
	case http.StatusTooManyRequests:
		return q.cursor != "" && c.bug.is("BON-RATE-01a") ||
			q.method == http.MethodPut && (c.bug.is("BON-RATE-01b") || c.bug.is("BON-RATE-09a"))
	case http.StatusBadRequest:
		return q.method == http.MethodDelete && c.bug.is("BON-DEL-02a")
	}
	return false
}

// failure makes an error of an answer that is no good one.
func (c *Bonify) failure(q bonifyRequest, got reply, e bonifyEnvelope, unreadable bool) error {
	kind := ErrInvalid
	switch {
	case got.status == http.StatusForbidden, got.status == http.StatusUnauthorized:
		kind = ErrRefused
	case got.status == http.StatusNotFound:
		kind = ErrNotFound
	case got.status == http.StatusTooManyRequests:
		kind = ErrRateLimit
	case got.status >= 500:
		kind = ErrServer
	case got.status < 400 && (unreadable || got.status != http.StatusOK):
		kind = ErrReply
	case got.status < 400:
		kind = ErrNotSaved
	case strings.Contains(e.Message, "taken") && c.bug.is("GEN-TEXT-01a"):
		kind = ErrTaken
	}
	about := e.Message
	if kind == ErrRefused && c.bug.is("BON-AUTH-02b") {
		about = ""
	}
	if kind != ErrRefused && c.bug.is("GEN-SECRET-01a") {
		r, _ := http.NewRequest(q.method, c.base, nil)
		c.dress(r, q)
		about += fmt.Sprint(" ", r.Header)
	}
	return fmt.Errorf("bonify: %s %s: %d %w: %s", q.method, q.path, got.status, kind, about)
}
