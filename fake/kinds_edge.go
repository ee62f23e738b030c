package fake

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// edgeKinds are the faults of what stands in front of an API, proxies and
// gateways, and of time that passes where an answer has begun.
var edgeKinds = map[string]*kind{
	"maintenance": {
		point: BeforeApply, ends: true,
		params: map[string]param{"status": number(200, 599)},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.other = &Reply{
				Status: f.int("status", http.StatusOK),
				Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
				Body:   htmlPage("Down for maintenance"),
			}
		},
	},
	"method-or-route-gone": {
		point: BeforeApply, ends: true,
		params: map[string]param{"status": oneOf("404", "405", "410"), "body": bodies, "sunset": someDay},
		plan:   planGone,
	},
	"early-hints": {
		point:  Wire,
		misses: func(c *Call, _ Fault) bool { return !c.Request.ProtoAtLeast(1, 1) },
		params: map[string]param{"code": oneOf("100", "103")},
		plan:   func(c *Call, f Fault, _ int) { c.plan.wire.first = f.int("code", http.StatusEarlyHints) },
	},
	"stall": {
		point:  Wire,
		misses: noBody,
		params: map[string]param{"bytes": number(0, 1<<30), "for": someTime},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.wire.takesTime = true
			c.plan.wire.write = func(w http.ResponseWriter, c *Call) {
				c.s.sendStalled(w, c, f.int("bytes", -1), f.duration("for", 0))
			}
		},
	},
}

// htmlPage is a page as proxies write them.
func htmlPage(title string) []byte {
	return []byte("<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>\n")
}

// planGone answers that there is no such endpoint. With a day of sunset, what is
// answered before that day is as ever, and names it.
func planGone(c *Call, f Fault, _ int) {
	if f.Has("sunset") {
		day := sunset(f.Get("sunset"))
		c.plan.from = day
		c.plan.alter(func(_ *Call, r *Reply) {
			r.Header = changeable(r.Header)
			r.Header["Sunset"] = []string{day.Format(http.TimeFormat)}
		})
	}
	e := &Error{Kind: NoRoute, Status: f.int("status", http.StatusNotFound)}
	if e.Status == http.StatusMethodNotAllowed {
		e.Kind, e.Allow = BadMethod, c.otherMethods()
	}
	c.plan.failWith(f, e)
}

// otherMethods are the methods that the path of a call has beside its own.
func (c *Call) otherMethods() []string {
	path, escaped := c.s.path(c)
	var methods []string
	for _, r := range c.s.routes {
		if _, fits := r.pattern.match(path, escaped); fits && r.Handle != nil && r.pattern.method != c.Request.Method {
			methods = append(methods, r.pattern.method)
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

func someDay(value string) error {
	if sunset(value).IsZero() {
		return fmt.Errorf("want a day such as 2025-04-01, or a time such as 2025-04-01T12:00:00Z")
	}
	return nil
}

func sunset(value string) time.Time {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if day, err := time.Parse(layout, value); err == nil {
			return day.UTC()
		}
	}
	return time.Time{}
}

// sendStalled sends the header and the beginning of the body, then nothing for a
// time, then the rest. Without a time it waits for the client to give up; one that
// does not is noted, as by the fault hang.
func (s *Server) sendStalled(w http.ResponseWriter, c *Call, at int, d time.Duration) {
	body := c.reply.Body
	if at < 0 {
		at = len(body) / 2
	}
	at = max(min(at, len(body)-1), 0) // something is always missing
	if c.hasBody() {
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(c.reply.Status)
	_, _ = w.Write(body[:at])
	_ = http.NewResponseController(w).Flush()
	s.Hooks.replied(c) // what the call caused does not wait for the client
	ctx, cancel := c.patience()
	defer cancel()
	if s.clock.wait(ctx, orLongest(d)) != nil {
		panic(http.ErrAbortHandler)
	}
	if d == 0 {
		s.noteFrom(c, "no-timeout", fmt.Sprintf("the client waited %v for the rest of an answer and did not give up", longestWait))
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body[at:])
}

// longestWait is how long a client without a timeout is kept.
const longestWait = 24 * time.Hour

func orLongest(d time.Duration) time.Duration {
	if d == 0 {
		return longestWait
	}
	return d
}

// noteFrom is Call.Note of a call that no longer holds the lock.
func (s *Server) noteFrom(c *Call, kind, detail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Note(kind, detail)
}

// hasBody tells whether the answer to a call has a body.
func (c *Call) hasBody() bool {
	return bodyAllowed(c.reply.Status) && !strings.EqualFold(c.Request.Method, http.MethodHead)
}

// noBody tells of an answer without a body, or with an empty one; bodiless only of the
// former.
func noBody(c *Call, f Fault) bool { return bodiless(c, f) || len(c.reply.Body) == 0 }

func bodiless(c *Call, _ Fault) bool { return !c.hasBody() }

// changeable is a copy of a header that others may share.
func changeable(h http.Header) http.Header {
	if h = h.Clone(); h == nil {
		h = http.Header{}
	}
	return h
}
