package fake

import (
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// limitKinds are the faults about limits, and the redirect of a caller who is
// not known.
var limitKinds = map[string]*kind{
	"auth-redirect": {
		point: Authenticated, ends: true,
		params: map[string]param{"code": oneOf("200", "301", "302", "303", "307", "308"), "to": address},
		check:  checkLogin,
		vet:    vetLogin,
		arms: func(s *Server, f Fault) {
			if u, err := url.Parse(f.Get("to")); err == nil && u.Host == "" && u.Path != "" {
				if s.logins == nil {
					s.logins = map[string]bool{}
				}
				s.logins[u.Path] = true
			}
		},
		plan: func(c *Call, f Fault, _ int) {
			status := f.int("code", http.StatusFound)
			if status == http.StatusOK {
				page := loginPage()
				c.plan.other = &page
				return
			}
			c.plan.other = &Reply{Status: status, Header: http.Header{"Location": {f.or("to", foreignLogin)}}}
		},
	},
	"rate-limited": {
		point: Throttled, ends: true,
		params: map[string]param{
			"per": someTime, "burst": number(1, 1<<30), "times": number(1, 1<<30), "body": bodies,
			"retry-after": anyTime, "form": oneOf("seconds", "date", "fraction", "zero", "garbage", "negative"),
			"enforce": noValue, "extend": someTime,
		},
		check:   checkEnforce,
		chooses: choosesRate,
		bound:   func(f Fault, first int) int { return f.int("times", first) },
		plan: func(c *Call, f Fault, _ int) {
			wait := f.duration("retry-after", time.Second)
			if f.Has("enforce") {
				wait = c.s.enforced(c, f, wait)
			}
			c.plan.failWith(f, &Error{Kind: Limited})
			c.plan.retry = retryAfter(f, wait)
		},
	},
	"throttled-in-200": {
		point: Throttled, ends: true,
		params: map[string]param{"code": someText, "cost": number(1, 1<<30), "status": number(200, 499)},
		plan: func(c *Call, f Fault, _ int) {
			e := &Error{Kind: Limited, Texts: f.All("code")}
			c.plan.fail = e
			c.plan.dress = func(r *Reply) { r.Status = f.int("status", http.StatusOK) }
		},
	},
	"quota-shared": {
		point:    sharing,
		params:   map[string]param{"keys": someText},
		standing: true,
		vet: func(s *Server, _ Fault) error {
			if s.api.Limit == nil {
				return errors.New("this API documents no limit that callers could share; rate-limited with per= and burst= is one for all of them")
			}
			return nil
		},
	},
	"limit-headers": {
		point: heading, asked: true,
		params: map[string]param{
			"names": headerNames, "kind": oneOf("right", "missing", "lying"), "reset": oneOf("delta", "epoch"),
			"limit": number(1, 1<<30), "per": someTime,
		},
		check:   checkHeaders,
		vet:     vetHeaders,
		chooses: countsForHeaders,
		plan: func(c *Call, f Fault, _ int) {
			a := c.plan.by[len(c.plan.by)-1]
			c.plan.retouch(f, func(c *Call, r *Reply) bool { return c.limitHeaders(f, a, r) })
		},
	},
}

// Points of a call that no interceptor sees: one fault on each.
const (
	sharing  Point = "limit is counted"
	heading  Point = "answer tells of the limit"
	reshaped Point = "answer has its shape"
	dated    Point = "answer has its times"
	timed    Point = "call has its time"
	paged    Point = "list has its page"
	hearing  Point = "record is asked for"
)

// loginPage is the page to which those are sent whom nobody knows.
func loginPage() Reply {
	return Reply{
		Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		Body: []byte("<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n"),
	}
}

// foreignLogin is where it stands unless the fault says otherwise.
const foreignLogin = "https://login.example.net/"

func checkLogin(f Fault) error {
	if f.Get("code") == "200" && f.Has("to") {
		return errors.New("code=200 is the page itself; to= goes with a redirect")
	}
	return nil
}

// vetLogin keeps a page on this server out of the way of the endpoints.
func vetLogin(s *Server, f Fault) error {
	u, err := url.Parse(f.Get("to"))
	if err != nil || u.Host != "" || u.Path == "" {
		return nil
	}
	if s.possible(selector{method: "*", path: u.Path}) {
		return fmt.Errorf("to=%s is an endpoint of this API; want the path of a page, or redirect to=, which sends there", f.Get("to"))
	}
	return nil
}

func address(value string) error {
	u, err := url.Parse(value)
	if err == nil && (u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") || u.Host == "" && u.Scheme == "" && strings.HasPrefix(u.Path, "/")) {
		return nil
	}
	return errors.New("want a URL such as https://login.example.net/, or a path such as /login")
}

func noValue(value string) error {
	if value != "" {
		return errors.New("it takes no value")
	}
	return nil
}

func checkEnforce(f Fault) error {
	switch {
	case f.Has("burst") && !f.Has("per"):
		return errors.New("burst= goes with per=: so many calls pass in that time")
	case f.Has("extend") && !f.Has("enforce"):
		return errors.New("extend= goes with enforce")
	case f.Has("enforce") && !f.Has("retry-after"):
		return errors.New("enforce needs retry-after=, the time that is to be waited")
	}
	return nil
}

// An enforcement is a waiting time that must not be broken: a call inside it is
// refused, whatever the triggers say, and makes it longer.
type enforcement struct {
	fault Fault
	by    *armed // nil: an interceptor
	until time.Time
}

// enforced begins the caller's waiting time, or makes it longer, and gives what
// is left of it: the whole time anew, or with extend= so much more.
func (s *Server) enforced(c *Call, f Fault, wait time.Duration) time.Duration {
	now := s.clock.now()
	until := now.Add(wait)
	if e := s.enforcing[c.Caller.Key]; e != nil && e.until.After(now) && f.Has("extend") {
		until = e.until.Add(f.duration("extend", 0))
	}
	if s.enforcing == nil {
		s.enforcing = map[string]*enforcement{}
	}
	s.enforcing[c.Caller.Key] = &enforcement{f, c.plan.by[len(c.plan.by)-1], until}
	return until.Sub(now)
}

// enforce refuses a call inside the waiting time of its caller.
func (s *Server) enforce(c *Call) {
	e := s.enforcing[c.Caller.Key]
	if e == nil {
		return
	}
	if a := e.by; a != nil && (a.disarmed || !a.trigger.on.fit(c.Op, c.Request.Method, c.Request.URL.Path)) {
		return
	}
	if !e.until.After(s.clock.now()) {
		delete(s.enforcing, c.Caller.Key)
		return
	}
	if c.plan.add(c, e.fault, kinds[e.fault.name], e.by) == nil && e.by != nil {
		e.by.fired++ // the call is counted with the others
	}
}

// quota is the budget of a call where a fault lets callers share one, and that
// fault; nil where none does.
func (s *Server) quota(c *Call, b Budget) (Budget, *armed) {
	for _, a := range s.armed {
		if a.fault.name != "quota-shared" || !a.trigger.on.fit(c.Op, c.Request.Method, c.Request.URL.Path) || !a.holds(c) {
			continue
		}
		if keys := a.fault.Get("keys"); keys == "" || slices.Contains(strings.Split(keys, ","), c.Caller.Key) {
			b.Key = "shared by " + a.fault.String()
			return b, a
		}
	}
	return b, nil
}

// refusedByShare tells whether a call that its own budget would have let pass is
// refused for what others used up, and puts that down to the fault.
func (s *Server) refusedByShare(c *Call, a *armed) bool {
	if !a.due(s, &occasion{op: c.Op, same: c.identity, like: c.identity}) {
		return false
	}
	if c.plan.add(c, a.fault, a.kind, a) == nil {
		a.fired++
	}
	return true
}

var usualNames = "X-RateLimit-Limit,X-RateLimit-Remaining,X-RateLimit-Reset"

func checkHeaders(f Fault) error {
	missing := f.Get("kind") == "missing"
	switch {
	case missing && !f.Has("names"):
		return errors.New("kind=missing needs names=, the headers that are left out")
	case missing && (f.Has("reset") || f.Has("limit") || f.Has("per")):
		return errors.New("kind=missing takes headers away; reset=, limit= and per= say what is in them")
	case !missing && len(strings.Split(f.or("names", usualNames), ",")) != 3:
		return fmt.Errorf("names=%s: want three, for the limit, what remains, and the reset", f.Get("names"))
	case twice(strings.Split(f.or("names", usualNames), ",")):
		return fmt.Errorf("names=%s: a name stands twice", f.Get("names"))
	case f.Has("limit") != f.Has("per"):
		return errors.New("limit= and per= go together")
	}
	return nil
}

// twice tells whether a header is named twice.
func twice(names []string) bool {
	for i := range names {
		names[i] = textproto.CanonicalMIMEHeaderKey(names[i])
	}
	slices.Sort(names)
	return len(slices.Compact(names)) < len(names)
}

func vetHeaders(s *Server, f Fault) error {
	if f.Get("kind") == "missing" || f.Has("limit") || s.api.Limit != nil {
		return nil
	}
	return errors.New("this API documents no limit to tell of; limit= and per= name one")
}

// countsForHeaders counts the calls of each caller.
func countsForHeaders(c *Call, a *armed) bool {
	if per := a.fault.duration("per", 0); per > 0 {
		now := c.s.clock.now()
		if a.seen == nil {
			a.seen = map[string][]time.Time{}
		}
		a.seen[c.Caller.Key] = append(within(a.seen[c.Caller.Key], now, per), now)
	}
	return true
}

// within are the moments that lie in the window that ends now.
func within(moments []time.Time, now time.Time, window time.Duration) []time.Time {
	for len(moments) > 0 && now.Sub(moments[0]) >= window {
		moments = moments[1:]
	}
	return moments
}

// limitHeaders writes the headers of a limit, or takes them away, and tells
// whether that changed the answer.
func (c *Call) limitHeaders(f Fault, a *armed, r *Reply) bool {
	names := strings.Split(f.or("names", usualNames), ",")
	h := r.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	if f.Get("kind") == "missing" {
		changed := false
		for _, name := range names {
			name = textproto.CanonicalMIMEHeaderKey(name)
			if _, had := h[name]; had {
				h[name], changed = nil, true // keeps net/http from making one up
			}
		}
		r.Header = h
		return changed
	}
	limit, remaining, reset := c.limitState(f, a)
	if limit == 0 {
		return false
	}
	if f.Get("kind") == "lying" { // there is always plenty, at once
		remaining, reset = limit, 0
	}
	seconds := int64((reset + time.Second - 1) / time.Second)
	if f.Get("reset") == "epoch" {
		seconds = c.Now().Add(reset + time.Second - 1).Unix()
	}
	for i, value := range []int64{int64(limit), int64(remaining), seconds} {
		h[textproto.CanonicalMIMEHeaderKey(names[i])] = []string{strconv.FormatInt(value, 10)}
	}
	r.Header = h
	return true
}

// limitState is how much of a limit is left to the caller after this call, and
// when the first of its calls no longer counts: by the fault's own count, or by
// the documented limit.
func (c *Call) limitState(f Fault, a *armed) (limit, remaining int, reset time.Duration) {
	now, b := c.s.clock.now(), Budget{Calls: f.int("limit", 0), Window: f.duration("per", 0)}
	counted := []time.Time{now}
	switch {
	case b.Calls == 0:
		b = c.s.api.Limit(c)
		counted = within(c.s.passed[b.Key], now, b.Window)
	case a != nil && f.series != nil:
		countsForHeaders(c, a) // nothing has chosen the call
		counted = a.seen[c.Caller.Key]
	case a != nil:
		counted = a.seen[c.Caller.Key]
	}
	if len(counted) > 0 {
		reset = b.Window - now.Sub(counted[0])
	}
	return b.Calls, max(b.Calls-len(counted), 0), reset
}
