package reference

import (
	"context"
	"errors"
	"net/http"
)

// send sends a request until it is answered in a way that stands, at most five
// times: busy servers are asked again, and what changes nothing by being sent
// twice is sent again when the connection fails.
func (c *Cartfunnel) send(ctx context.Context, q request) (reply, error) {
	if c.bug.is("GEN-CTX-01a") {
		ctx = context.WithoutCancel(ctx)
	}
	var got reply
	var err error
	for try := range tries {
		got, err = c.once(ctx, q)
		again := c.repeatable(q, got, err)
		if err == nil {
			err = c.judge(q, got)
		}
		if !again || try == tries-1 {
			break
		}
		if ended := c.bug.pause(ctx, c.bug.wait(try, got)); ended != nil {
			return got, ended
		}
	}
	return got, err
}

// repeatable tells whether a request may be sent again after what came of it. A
// POST may only when nothing can have been done: the answer to it was 429.
func (c *Cartfunnel) repeatable(q request, got reply, err error) bool {
	safe := q.method != http.MethodPost
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case err != nil:
		return safe || c.bug.is("GEN-DUP-01a")
	case got.status == http.StatusTooManyRequests:
		return true
	case got.status == http.StatusForbidden:
		return c.bug.is("CFN-AUTH-04c")
	case got.status == http.StatusServiceUnavailable && q.method == http.MethodGet && c.bug.is("GEN-5XX-01a"):
		return false
	case got.status >= 500:
		return safe
	case got.status >= 400, q.method != http.MethodGet && messages(got.body) != nil:
		return c.bug.is("GEN-4XX-01a")
	}
	return false
}
