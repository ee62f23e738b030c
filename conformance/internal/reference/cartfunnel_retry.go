package reference

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

const (
	tries     = 5
	firstWait = 500 * time.Millisecond
	longest   = 10 * time.Minute // a longer wait is the caller's to decide
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
		if ended := c.pause(ctx, c.wait(try, got)); ended != nil {
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

// wait is how long to wait before the next attempt: as long as the server says,
// in seconds or as a date by its own clock, else twice as long each time.
func (c *Cartfunnel) wait(try int, got reply) time.Duration {
	if c.bug.is("GEN-WAIT-01a") {
		return 0
	}
	told := got.header.Get("Retry-After")
	if seconds, err := strconv.Atoi(told); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(told); err == nil {
		if c.bug.is("GEN-WAIT-01b") {
			return 0
		}
		now, err := http.ParseTime(got.header.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		return max(date.Sub(now), 0)
	}
	return firstWait << try
}

var errTooLong = errors.New("the server asks for a longer wait than this client takes")

// pause lets time pass, as long as the context lasts.
func (c *Cartfunnel) pause(ctx context.Context, d time.Duration) error {
	if d > longest {
		return errTooLong
	}
	if c.bug.is("GEN-CTX-01b") {
		time.Sleep(d)
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
