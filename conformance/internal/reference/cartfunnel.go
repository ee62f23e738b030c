package reference

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Cartfunnel is a client of the Cartfunnel REST API for one account. It may be
// used by several goroutines.
type Cartfunnel struct {
	base    string
	account string
	secret  string
	sender  *sender
	bug     *Bug

	mu    sync.Mutex
	cache map[int64]Customer       // bug CFN-SAVE-06a
	read  map[int64]map[string]any // bug CFN-BODY-05a
}

// What kind of failure an error is, for errors.Is.
var (
	ErrRefused   = errors.New("refused")
	ErrNotFound  = errors.New("not found")
	ErrNotSaved  = errors.New("not saved")
	ErrTaken     = errors.New("taken") // bug GEN-TEXT-01a
	ErrInvalid   = errors.New("invalid")
	ErrRateLimit = errors.New("too many requests")
	ErrServer    = errors.New("server failed")
	ErrReply     = errors.New("reply cannot be read")
	ErrUnknown   = errors.New("outcome unknown")
	ErrTags      = errors.New("tags cannot be read, and writing replaces them all")
)

// NewCartfunnel makes a client. The base URL may end in a slash.
func NewCartfunnel(base, account, secret string, client *http.Client, bug *Bug) *Cartfunnel {
	c := &Cartfunnel{
		base: strings.TrimRight(base, "/"), account: account, secret: secret, bug: bug, sender: newSender(client, bug, gets),
		cache: map[int64]Customer{}, read: map[int64]map[string]any{},
	}
	if strings.HasSuffix(base, "/") && bug.is("CFN-URL-01b") {
		c.base = strings.TrimSuffix(c.base, "/v1")
	}
	if bug.is("CFN-AUTH-02a") {
		c.account += ".cartfunnel.net"
	}
	if bug.is("CFN-AUTH-05a") {
		c.secret = bug.keep(secret)
	}
	return c
}

// A request is one call of the API, to be sent as often as it may be.
type request struct {
	method, path string // path below the base URL
	page         int
	body         []byte
	form         bool
}

// once sends a request once. Its error is about the transport alone.
func (c *Cartfunnel) once(ctx context.Context, q request) (reply, error) {
	target := c.base + q.path
	if c.bug.is("CFN-URL-01a") {
		target = strings.ReplaceAll(target, ".json", "")
	}
	query := url.Values{}
	if q.page != 1 {
		query.Set("page", fmt.Sprint(q.page))
	}
	if c.bug.is("CFN-AUTH-03a") {
		query.Set("api_secret", c.secret)
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, q.method, target, strings.NewReader(string(q.body)))
	if err != nil {
		return reply{}, err
	}
	c.dress(r, q)
	return c.sender.exchange(r)
}

// dress puts on the headers.
func (c *Cartfunnel) dress(r *http.Request, q request) {
	if q.page == 1 || !c.bug.is("CFN-AUTH-01b") {
		r.Header.Set("X-CARTFUNNEL-ACCOUNT", c.account)
		if !c.bug.is("CFN-AUTH-01a") {
			r.Header.Set("X-CARTFUNNEL-API-SECRET", c.secret)
		}
	}
	if c.bug.is("GEN-GZIP-01a") {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	switch {
	case q.body == nil, c.bug.is("CFN-CT-01a"):
	case q.form:
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	default:
		r.Header.Set("Content-Type", "application/json")
	}
}

// judge makes an error of an answer that is none of the good ones, and of one
// that is no JSON.
func (c *Cartfunnel) judge(q request, got reply) error {
	if got.status >= 200 && got.status < 300 {
		return c.media(q, got)
	}
	kind := ErrInvalid
	switch {
	case got.status == http.StatusUnauthorized, got.status == http.StatusForbidden:
		kind = ErrRefused
	case got.status == http.StatusNotFound:
		kind = ErrNotFound
	case got.status == http.StatusTooManyRequests:
		kind = ErrRateLimit
	case got.status >= 500:
		kind = ErrServer
	case got.status < 400:
		kind = ErrReply
	}
	about := strings.Join(messages(got.body), "; ")
	if kind == ErrRefused && c.bug.is("CFN-AUTH-03b") || kind != ErrRefused && c.bug.is("GEN-SECRET-01a") {
		r, _ := http.NewRequest(q.method, c.base, nil)
		c.dress(r, q)
		about += fmt.Sprint(" ", r.Header)
	}
	return fmt.Errorf("cartfunnel: %s %s: %d %w: %s", q.method, q.path, got.status, kind, about)
}

// media refuses a good answer that is no JSON.
func (c *Cartfunnel) media(q request, got reply) error {
	given := got.header.Get("Content-Type")
	media, _, _ := mime.ParseMediaType(given)
	ok := media == "application/json" || media == "text/json"
	if c.bug.is("CFN-CT-02a") {
		ok = media == "application/json"
	}
	if !ok {
		return fmt.Errorf("cartfunnel: %s %s: %d %w: it is %q", q.method, q.path, got.status, ErrReply, given)
	}
	return nil
}
