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

// Cartly is a client of the Cartly Apps API for one app in one shop. It may be
// used by several goroutines.
type Cartly struct {
	// Now tells how long a former secret is good. It is set before there is a
	// receiver.
	Now func() time.Time

	base   string
	app    CartlyApp
	sender *sender
	bug    *Bug
	turn   chan struct{} // held by the one that refreshes the token

	mu      sync.Mutex
	access  string
	refresh string
	flows   map[string]cartlyFlow // that were begun, by state
	hooked  map[string]string     // bug CLY-HOOK-03a

	receiving cartlyReceiving
}

// A CartlyApp is what an app is registered as, and the tokens that it has of a
// shop, if any.
type CartlyApp struct {
	ClientID, ClientSecret string
	Token, RefreshToken    string
	ShopDomain             string
}

// What kind of failure an error of this client is, beside those that all have.
var (
	ErrScope = errors.New("the token lacks a scope")
	ErrOAuth = errors.New("authorization failed")
)

// NewCartly makes a client. The base URL may end in a slash.
func NewCartly(base string, app CartlyApp, client *http.Client, bug *Bug) *Cartly {
	c := &Cartly{
		Now: time.Now, base: strings.TrimRight(base, "/"), app: app, bug: bug, sender: newSender(client, bug, gets),
		turn: make(chan struct{}, 1), access: app.Token, refresh: app.RefreshToken, flows: map[string]cartlyFlow{}, hooked: map[string]string{},
	}
	return c
}

// A cartlyRequest is one call of the API, to be sent as often as it may be.
type cartlyRequest struct {
	method, path string // path below /apps/api, escaped
	query        url.Values
	body         []byte
	adds         bool // to what is there: it must not be done twice
}

// repeats tells whether a request does the same when it is sent twice.
func (q cartlyRequest) repeats() bool { return q.method != http.MethodPost && !q.adds }

// once sends a request once. Its error is about the transport alone.
func (c *Cartly) once(ctx context.Context, q cartlyRequest, token string) (reply, error) {
	target := c.base + "/apps/api" + q.path
	if c.bug.is("CLY-AUTH-01b") {
		q.query = url.Values{"access_token": {token}}
	}
	if len(q.query) > 0 {
		target += "?" + q.query.Encode()
	}
	if c.bug.is("CLY-CUS-01a") {
		target = strings.ReplaceAll(target, "%2B", "+")
	}
	r, err := http.NewRequestWithContext(ctx, q.method, target, strings.NewReader(string(q.body)))
	if err != nil {
		return reply{}, err
	}
	c.dress(r, q, token)
	return c.sender.exchange(r)
}

// dress puts on the headers.
func (c *Cartly) dress(r *http.Request, q cartlyRequest, token string) {
	switch {
	case c.bug.is("CLY-AUTH-01a"):
		r.Header.Set("Authorization", "Token "+token)
	case c.bug.is("CLY-AUTH-01b"):
	default:
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if c.bug.is("GEN-GZIP-01a") {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	if q.body != nil && !c.bug.is("CLY-CT-01a") {
		r.Header.Set("Content-Type", "application/json")
	}
}

// send sends a request until it is answered in a way that stands, at most five
// times: with a new token where the old one is over, which is tried once; again
// where the server is busy, and where the connection fails and nothing is done
// twice by it.
func (c *Cartly) send(ctx context.Context, q cartlyRequest) (reply, error) {
	if c.bug.is("GEN-CTX-01a") {
		ctx = context.WithoutCancel(ctx)
	}
	var got reply
	var err error
	renewed := false
	for try := 0; ; {
		token := c.token()
		got, err = c.once(ctx, q, token)
		if err == nil && c.stale(got, renewed) {
			renewed = true
			if err := c.renew(ctx, token); err != nil {
				return got, err
			}
			continue
		}
		again := c.repeatable(q, got, err)
		if err == nil {
			err = c.judge(q, got)
		}
		if err != nil && !q.repeats() && lost(got, err) {
			err = fmt.Errorf("%w: %w", ErrUnknown, err)
		}
		if try++; !again || try == tries {
			return got, err
		}
		if ended := c.bug.pause(ctx, c.bug.wait(try-1, got)); ended != nil {
			return got, ended
		}
	}
}

// stale tells whether an answer says that the token is over. What lacks a scope
// lacks it with a new token too.
func (c *Cartly) stale(got reply, renewed bool) bool {
	if got.status == http.StatusForbidden && c.bug.is("CLY-AUTH-02a") {
		return true
	}
	return got.status == http.StatusUnauthorized && !renewed && !c.bug.is("CLY-OAUTH-01b")
}

// repeatable tells whether a request may be sent again after what came of it.
// One that does more when it is sent twice may only when nothing can have been
// done: the answer to it was 429.
func (c *Cartly) repeatable(q cartlyRequest, got reply, err error) bool {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case err != nil:
		return q.repeats() || q.method == http.MethodPost && c.bug.is("GEN-DUP-01a") || c.again(q)
	case got.status == http.StatusTooManyRequests:
		return true
	case got.status == http.StatusServiceUnavailable && q.method == http.MethodGet && c.bug.is("GEN-5XX-01a"):
		return false
	case got.status >= 500:
		return q.repeats()
	case got.status >= 400 && got.status != http.StatusForbidden && q.method == http.MethodPost:
		return c.bug.is("GEN-4XX-01a")
	}
	return false
}

// again tells whether what adds to something is sent again all the same.
func (c *Cartly) again(q cartlyRequest) bool {
	return strings.HasPrefix(q.path, "/orders/") && c.bug.is("CLY-ORD-02a") ||
		strings.HasPrefix(q.path, "/inventory/") && c.bug.is("CLY-INV-01a")
}

// judge makes an error of an answer that is none of the good ones.
func (c *Cartly) judge(q cartlyRequest, got reply) error {
	made := q.method == http.MethodPost
	if got.status >= 200 && got.status < 300 && !(made && got.status != http.StatusOK && c.bug.is("CLY-STAT-01a")) {
		return nil
	}
	var told struct{ Error, Message string }
	_ = json.Unmarshal(got.body, &told) // an error may come in any form
	kind := ErrInvalid
	switch {
	case got.status == http.StatusUnauthorized:
		kind = ErrRefused
	case got.status == http.StatusForbidden:
		kind = ErrScope
	case got.status == http.StatusNotFound:
		kind = ErrNotFound
	case got.status == http.StatusTooManyRequests:
		kind = ErrRateLimit
	case got.status >= 500:
		kind = ErrServer
	case got.status < 400:
		kind = ErrReply
	case strings.Contains(told.Message, "taken") && c.bug.is("GEN-TEXT-01a"):
		kind = ErrTaken
	}
	about := told.Message
	if c.bug.is("GEN-SECRET-01a") {
		r, _ := http.NewRequest(q.method, c.base, nil)
		c.dress(r, q, c.token())
		about += fmt.Sprint(" ", r.Header)
	}
	return fmt.Errorf("cartly: %s %s: %d %w: %s", q.method, q.path, got.status, kind, about)
}
