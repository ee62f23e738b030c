package reference

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Cscart is a client of the carts of a CS-Cart shop, for one administrator. It
// may be used by several goroutines.
type Cscart struct {
	base, email, key string
	sender           *sender
	bug              *Bug

	mu    sync.Mutex
	cache map[string]Cart // bug CSC-GET-06a
}

// A ShopError is an answer of the shop that is a failure.
type ShopError struct {
	Status  int
	Message string // the shop's own words; "" where it sent none, or a page
	About   string // what was asked for
	Kind    error  // ErrRefused and so on
}

func (e *ShopError) Error() string {
	text := fmt.Sprintf("cscart: %s: %d %v", e.About, e.Status, e.Kind)
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// Unwrap gives the kind of failure.
func (e *ShopError) Unwrap() error { return e.Kind }

// StatusOf is the HTTP status behind an error, 0 if there is none.
func StatusOf(err error) int {
	var failure *ShopError
	if errors.As(err, &failure) {
		return failure.Status
	}
	return 0
}

// MessageOf are the shop's own words behind an error, "" if there are none.
func MessageOf(err error) string {
	var failure *ShopError
	if errors.As(err, &failure) {
		return failure.Message
	}
	return ""
}

// NewCscart makes a client. The base URL is that of the shop and may end in a
// slash.
func NewCscart(base, email, key string, client *http.Client, bug *Bug) *Cscart {
	c := &Cscart{base: strings.TrimRight(base, "/"), email: email, key: key, bug: bug, sender: newSender(client, bug, gets), cache: map[string]Cart{}}
	if strings.HasSuffix(base, "/") && bug.is("CSC-URL-01b") {
		c.base = base
	}
	return c
}

func (c *Cscart) authorization() string {
	pair := c.email + ":" + c.key
	if c.bug.is("CSC-AUTH-01a") {
		return "Bearer " + c.key
	}
	if c.bug.is("CSC-AUTH-01b") {
		pair = c.key + ":"
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

// carts is the path of the collection, below the base URL.
func (c *Cscart) carts() string {
	if c.bug.is("CSC-URL-02a") {
		return "/api/2/carts/"
	}
	return "/api/carts/"
}

// cart is the path of one cart.
func (c *Cscart) cart(id string) string {
	path := c.carts()
	if c.bug.is("CSC-URL-01a") {
		path = "/api/cart/"
	}
	return path + url.PathEscape(id)
}

// named refuses an id that names no cart: without one, or with 0, the shop reads
// the path as that of all carts.
func (c *Cscart) named(id, bug string) error {
	if strings.Trim(id, "0123456789") == "" && strings.Trim(id, "0") != "" || c.bug.is(bug) {
		return nil
	}
	return fmt.Errorf("cscart: %w: %q is no user id", ErrInvalid, id)
}

// dress puts on the headers.
func (c *Cscart) dress(r *http.Request) {
	r.Header.Set("Authorization", c.authorization())
	r.Header.Set("Accept", "application/json")
	if c.bug.is("CSC-ACC-01a") {
		r.Header.Set("Accept", "application/json; charset=utf-8")
	}
	if c.bug.is("CSC-DEL-05a") {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.bug.is("GEN-GZIP-01a") {
		r.Header.Set("Accept-Encoding", "gzip")
	}
}

// once sends a request once. Its error is about the transport alone.
func (c *Cscart) once(ctx context.Context, method, path string) (reply, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, nil)
	if err != nil {
		return reply{}, err
	}
	c.dress(r)
	return c.sender.exchange(r)
}

// send sends a request until it is answered in a way that stands, at most five
// times: busy servers are asked again, and so are those whose answer was lost,
// for reading twice changes nothing and a cart is deleted once. It tells too
// whether an attempt before the last may have done what was asked.
func (c *Cscart) send(ctx context.Context, method, path string) (got reply, lost bool, err error) {
	if c.bug.is("GEN-CTX-01a") {
		ctx = context.WithoutCancel(ctx)
	}
	for try := range tries {
		got, err = c.once(ctx, method, path)
		again, open := c.repeatable(got, err), err != nil || got.status >= 500
		if err == nil {
			err = c.judge(method, path, got)
		}
		if !again || try == tries-1 {
			break
		}
		lost = lost || open
		if ended := c.bug.pause(ctx, c.bug.wait(try, got)); ended != nil {
			return got, lost, ended
		}
	}
	return got, lost, err
}

// repeatable tells whether a request may be sent again after what came of it.
func (c *Cscart) repeatable(got reply, err error) bool {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case err != nil, got.status == http.StatusTooManyRequests:
		return true
	case got.status == http.StatusServiceUnavailable && c.bug.is("GEN-5XX-01a"):
		return false
	case got.status >= 500:
		return true
	case got.status == http.StatusUnauthorized:
		return c.bug.is("CSC-AUTH-02a")
	case got.status >= 400 && got.status != http.StatusForbidden:
		return c.bug.is("GEN-4XX-01a")
	}
	return false
}

// judge makes an error of an answer that is none of the good ones, and of one
// that should be JSON and says that it is not.
func (c *Cscart) judge(method, path string, got reply) error {
	about, _, _ := strings.Cut(path, "?")
	failure := &ShopError{Status: got.status, About: method + " " + about, Kind: ErrInvalid}
	switch {
	case got.status == http.StatusNoContent, got.status == http.StatusOK && strings.HasPrefix(got.header.Get("Content-Type"), "application/json"):
		return nil
	case got.status >= 200 && got.status < 400:
		failure.Kind = ErrReply
		return failure
	case got.status == http.StatusUnauthorized, got.status == http.StatusForbidden:
		failure.Kind = ErrRefused
	case got.status == http.StatusNotFound:
		failure.Kind = ErrNotFound
	case got.status == http.StatusTooManyRequests:
		failure.Kind = ErrRateLimit
	case got.status >= 500:
		failure.Kind = ErrServer
	}
	failure.Message = c.words(got.body)
	if strings.Contains(failure.Message, "taken") && c.bug.is("GEN-TEXT-01a") {
		failure.Kind = ErrTaken
	}
	if c.bug.is("GEN-SECRET-01a") {
		r, _ := http.NewRequest(method, c.base, nil)
		c.dress(r)
		failure.About += fmt.Sprint(" ", r.Header)
	}
	return failure
}

// words are what the shop says about a failure, "" for nothing.
func (c *Cscart) words(body []byte) string {
	var failure struct {
		Message string
		Errors  []struct{ Message string }
	}
	if json.Unmarshal(body, &failure) != nil {
		return ""
	}
	if c.bug.is("CSC-ERR-01a") {
		failure.Message = ""
		for _, one := range failure.Errors {
			failure.Message += one.Message
		}
	}
	return failure.Message
}
