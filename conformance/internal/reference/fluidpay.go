package reference

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Fluidpay is a client of FluidPay's carts and products for one merchant. It may
// be used by several goroutines.
type Fluidpay struct {
	base     string
	merchant string
	key      string
	sender   *sender
	bug      *Bug

	mu     sync.Mutex
	hashes map[string]string                     // bug FLP-ID-01a
	cache  map[string]FluidpayCart               // bug FLP-DEL-01a
	known  map[string][]string                   // bug FLP-UPD-06a
	read   map[string]map[string]json.RawMessage // bug FLP-UPD-04a
}

// What kind of failure an error of this client is, beside those that all have.
var (
	ErrMany   = errors.New("more than one record fits")
	ErrMoving = errors.New("the records change faster than they can be read")
)

// A FluidpayError is a failure that the service told.
type FluidpayError struct {
	Status      int
	Message     string // the service's own words, "" for none
	Correlation string
	Kind        error

	about string
}

func (e *FluidpayError) Error() string {
	return fmt.Sprintf("fluidpay: %s: %d %v: %s", e.about, e.Status, e.Kind, e.Message)
}

func (e *FluidpayError) Unwrap() error { return e.Kind }

// NewFluidpay makes a client. The base URL may end in a slash.
func NewFluidpay(base, merchant, key string, client *http.Client, bug *Bug) *Fluidpay {
	c := &Fluidpay{
		base: strings.TrimRight(base, "/"), merchant: url.PathEscape(merchant), key: key, bug: bug, sender: newSender(client, bug, fluidpayReads),
		hashes: map[string]string{}, cache: map[string]FluidpayCart{},
		known: map[string][]string{}, read: map[string]map[string]json.RawMessage{},
	}
	if strings.ContainsAny(merchant, " /") && bug.is("FLP-URL-02a") {
		c.merchant = merchant
	}
	return c
}

// fluidpayReads tells the requests that change nothing: a search is a POST.
func fluidpayReads(r *http.Request) bool {
	return gets(r) || strings.Contains(r.URL.Path, "/search")
}

// A fluidpayRequest is one call of the API, to be sent as often as it may be.
type fluidpayRequest struct {
	method, path string // path below the merchant
	body         []byte
	reads        bool // changes nothing
}

// once sends a request once. Its error is about the transport alone.
func (c *Fluidpay) once(ctx context.Context, q fluidpayRequest) (reply, error) {
	if c.bug.is("FLP-TIME-01a") {
		short, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		ctx = short
	}
	r, err := http.NewRequestWithContext(ctx, q.method, c.target(q), strings.NewReader(string(q.body)))
	if err != nil {
		return reply{}, err
	}
	c.dress(r, q)
	return c.sender.exchange(r)
}

// target is the URL of a request.
func (c *Fluidpay) target(q fluidpayRequest) string {
	prefix := "/api"
	if strings.HasPrefix(q.path, "/product") && c.bug.is("FLP-URL-01a") {
		prefix = ""
	}
	if c.bug.is("FLP-URL-01b") {
		prefix = "/api/api"
	}
	if strings.HasPrefix(q.path, "/cart") && c.bug.is("FLP-URL-03a") {
		prefix = ""
	}
	target := c.base + prefix + "/merchant/" + c.merchant + q.path
	if c.bug.is("FLP-URL-01c") {
		target += "/"
	}
	return target
}

// dress puts on the headers.
func (c *Fluidpay) dress(r *http.Request, q fluidpayRequest) {
	switch {
	case c.bug.is("FLP-AUTH-01a"):
		r.Header.Set("Authorization", "Bearer "+c.key)
	case c.bug.is("FLP-AUTH-01b"):
		r.Header.Set("X-Api-Key", c.key)
	default:
		r.Header.Set("Authorization", c.key)
	}
	if c.bug.is("GEN-GZIP-01a") {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	if q.body == nil {
		return
	}
	r.Header.Set("Content-Type", "application/json")
	if c.bug.is("FLP-CT-01a") {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
}

// send sends a request until it is answered in a way that stands, at most five
// times, and gives the envelope of the answer: busy servers are asked again, and
// what changes nothing by being sent twice is sent again when the connection
// fails.
func (c *Fluidpay) send(ctx context.Context, q fluidpayRequest) (fluidpayEnvelope, error) {
	if c.bug.is("GEN-CTX-01a") {
		ctx = context.WithoutCancel(ctx)
	}
	var e fluidpayEnvelope
	for try := range tries {
		got, err := c.once(ctx, q)
		again := c.repeatable(q, got, err)
		if err == nil {
			e, err = c.judge(q, got)
		}
		if err != nil && !q.reads && q.method == http.MethodPost && lost(got, err) {
			err = fmt.Errorf("%w: %w", ErrUnknown, err)
		}
		if !again || try == tries-1 {
			return e, err
		}
		if ended := c.bug.pause(ctx, c.bug.wait(try, got)); ended != nil {
			return e, ended
		}
	}
	return e, nil
}

// repeatable tells whether a request may be sent again after what came of it. A
// POST that changes something may only when nothing can have been done: the
// answer to it was 429.
func (c *Fluidpay) repeatable(q fluidpayRequest, got reply, err error) bool {
	safe := q.method != http.MethodPost || q.reads
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case err != nil:
		return safe || c.bug.is("GEN-DUP-01a")
	case got.status == http.StatusTooManyRequests:
		return true
	case got.status == http.StatusUnauthorized:
		return c.bug.is("FLP-AUTH-02a")
	case got.status == http.StatusServiceUnavailable && safe && c.bug.is("GEN-5XX-01a"):
		return false
	case got.status >= 500:
		return safe
	case got.status >= 400:
		return c.bug.is("GEN-4XX-01a")
	}
	return false
}

// judge opens the envelope of an answer. Whether it is a good one, status code
// and status word must both say.
func (c *Fluidpay) judge(q fluidpayRequest, got reply) (fluidpayEnvelope, error) {
	var e fluidpayEnvelope
	unreadable := c.bug.decode(got.body, &e)
	e.body = got.body
	good := got.status >= 200 && got.status < 300
	if c.bug.is("FLP-ENV-05a") {
		good = unreadable == nil && e.Status == "success"
	}
	if good && unreadable == nil && (e.Status == "success" || c.bug.is("FLP-ENV-02a")) {
		if e.Msg != "success" && c.bug.is("FLP-ENV-06a") {
			return e, &FluidpayError{Status: got.status, Kind: ErrReply, Message: e.Msg, about: q.method + " " + q.path}
		}
		return e, nil
	}
	return e, c.failure(q, got, e, good && unreadable != nil)
}

// failure makes an error of an answer that is no good one.
func (c *Fluidpay) failure(q fluidpayRequest, got reply, e fluidpayEnvelope, unreadable bool) error {
	told := &FluidpayError{
		Status: got.status, Message: e.Msg, Correlation: got.header.Get("X-Correlation-Id"),
		Kind: ErrInvalid, about: q.method + " " + q.path,
	}
	if c.bug.is("FLP-ERR-01a") {
		told.Message = fluidpayDataError(e.Data)
	}
	if c.bug.is("FLP-ERR-02a") {
		told.Correlation = ""
	}
	if c.bug.is("GEN-SECRET-01a") {
		r, _ := http.NewRequest(q.method, c.base, nil)
		c.dress(r, q)
		told.about += fmt.Sprint(" ", r.Header)
	}
	switch {
	case unreadable, got.status >= 300 && got.status < 400:
		told.Kind = ErrReply
	case got.status < 300:
		told.Kind = ErrNotSaved
	case got.status == http.StatusUnauthorized, got.status == http.StatusForbidden:
		told.Kind = ErrRefused
	case got.status == http.StatusNotFound:
		told.Kind = ErrNotFound
	case got.status == http.StatusTooManyRequests:
		told.Kind = ErrRateLimit
	case got.status >= 500:
		told.Kind = ErrServer
	case strings.Contains(e.Msg, "taken") && c.bug.is("GEN-TEXT-01a"):
		told.Kind = ErrTaken
	}
	return told
}
