package fake

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kinds is the fault table.
var kinds = func() map[string]*kind {
	all := maps.Clone(callKinds)
	for _, more := range []map[string]*kind{
		edgeKinds, connKinds, dialKinds, bodyKinds, limitKinds, saveKinds, partKinds, pageKinds, timeKinds, hookKinds,
	} {
		maps.Copy(all, more)
	}
	return all
}()

// callKinds are the faults that the engine carries out on calls. What a fault looks like on the wire is the API's;
// whether, when and how often it happens is told here.
var callKinds = map[string]*kind{
	// credentials
	"wrong-credentials": {
		point: Authenticated, ends: true,
		params: map[string]param{"status": number(400, 499), "body": bodies},
		plan:   func(c *Call, f Fault, _ int) { c.plan.failWith(f, &Error{Kind: Unauthenticated}) },
	},
	"out-of-scope": {
		point: Authenticated, ends: true,
		params:  map[string]param{"op": someText, "scope": someText},
		vet:     vetScope,
		chooses: choosesScope,
		plan:    func(c *Call, f Fault, _ int) { c.plan.failWith(f, &Error{Kind: OutOfScope}) },
	},
	"revoked": {
		point: Authenticated, ends: true,
		params: map[string]param{"status": number(400, 499), "hooks": oneOf("on", "off")},
		vet:    vetHooks,
		plan:   func(c *Call, f Fault, _ int) { c.plan.failWith(f, &Error{Kind: Unauthenticated}) },
	},

	// saves
	"not-saved": {
		point: BeforeApply,
		params: map[string]param{
			"errors": someText, "persisted": oneOf("true", "false"), "echo": oneOf("attempt", "stored"),
			"status": number(200, 499), "word": oneOf("failed", "error"),
		},
		chooses: choosesWrites,
		plan: func(c *Call, f Fault, _ int) {
			if c.plan.refuse = f.All("errors"); c.plan.refuse == nil {
				c.plan.refuse = []string{""} // the API has the sentence
			}
		},
	},
	"saved-but-says-error": {
		point: AfterApply, ends: true,
		params:  map[string]param{"status": number(200, 599)},
		chooses: choosesWrites,
		plan: func(c *Call, f Fault, _ int) {
			e := &Error{Kind: Broken}
			if f.int("status", http.StatusInternalServerError) < 500 {
				e.Kind = NotSaved
			}
			c.plan.failWith(f, e)
			c.plan.after = true
		},
	},

	// server errors and edges
	"server-error": {
		point: BeforeApply, both: true, ends: true,
		params: map[string]param{"status": number(500, 599), "body": bodies, "retry-after": anyTime},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.failWith(f, &Error{Kind: Broken})
			c.plan.retry = retryAfter(f, f.duration("retry-after", time.Second))
		},
	},
	"burst": {
		point: BeforeApply, both: true, ends: true,
		params: map[string]param{"for": someTime, "calls": number(1, 1<<30), "mix": statuses, "body": bodies},
		needs:  []string{"for", "calls"},
		lasts:  burstLasts,
		bound:  func(f Fault, first int) int { return f.int("calls", first) },
		plan: func(c *Call, f Fault, already int) {
			mix := strings.Split(f.or("mix", "500"), ",")
			status, _ := strconv.Atoi(mix[already%len(mix)])
			c.plan.failWith(f, &Error{Kind: Broken, Status: status})
		},
	},
	"redirect": {
		point: BeforeApply, ends: true,
		params: map[string]param{
			"code": oneOf("301", "302", "303", "307", "308"), "to": someText,
		},
		needs: []string{"to"},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.other = &Reply{Status: f.int("code", http.StatusFound), Header: http.Header{"Location": {f.Get("to")}}}
		},
	},

	// time
	"slow-headers": {
		point: Matched, both: true,
		params: map[string]param{"delay": someTime, "jitter": anyTime},
		needs:  []string{"delay"},
		plan: func(c *Call, f Fault, already int) {
			d := f.duration("delay", 0) + time.Duration(c.s.draw(f, c.Op, c.identity(), already)*float64(f.duration("jitter", 0)))
			if f.Get("apply") == "after" {
				c.plan.linger = d
			} else {
				c.plan.pause = d
			}
		},
	},
	"hang": {
		point: Matched, both: true, ends: true,
		params: map[string]param{"max": someTime},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.hold = hold{max: f.duration("max", 24*time.Hour), after: f.Get("apply") == "after"}
		},
	},
	"slow-body": {
		check:  checkSlow,
		point:  Wire,
		misses: noBody,
		params: map[string]param{"chunks": number(1, 1<<20), "rate": number(1, 1<<30), "over": someTime},
		needs:  []string{"rate", "over"},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.wire.chunks, c.plan.wire.rate, c.plan.wire.over = f.int("chunks", 4), f.int("rate", 0), f.duration("over", 0)
		},
	},

	// connection
	"reset": {
		point: Wire, ends: true, cuts: true,
		params: cutParams,
		vet:    vetCut,
		plan:   func(c *Call, f Fault, _ int) { c.plan.cut(f); c.plan.wire.unapplied = true },
	},
	"lost-response": {
		point: Wire, ends: true, cuts: true,
		params: cutParams,
		vet:    vetCut,
		plan:   func(c *Call, f Fault, _ int) { c.plan.cut(f) },
	},

	// body and format
	"truncated": {
		point: Wire,
		misses: func(c *Call, f Fault) bool { // in chunks, the last one is missing at least
			return bodiless(c, f) || f.Get("how") != "chunked" && f.int("at", 0) >= len(c.reply.Body)
		},
		params: map[string]param{"at": number(0, 1<<30), "how": oneOf("length", "chunked", "rst", "silent")},
		vet:    vetTruncated,
		plan: func(c *Call, f Fault, _ int) {
			c.plan.wire.truncate, c.plan.wire.at = f.or("how", "length"), f.int("at", -1)
		},
	},
	"malformed-json": {
		point: Body, asked: true,
		params: map[string]param{
			"at": number(0, 1<<30), "kind": oneOf("cut", "comma", "nan", "bom", "trailing", "duplicate-key", "utf8"),
		},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.retouch(f, func(c *Call, r *Reply) bool {
				body := malform(r.Body, f.or("kind", "cut"), f.int("at", -1))
				changed := c.hasBody() && !bytes.Equal(body, r.Body)
				if changed {
					r.Body = body
				}
				return changed
			})
		},
	},
	"wrong-content-type": {
		point:  Body,
		params: map[string]param{"type": anyText},
		needs:  []string{"type"},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.alter(func(_ *Call, r *Reply) {
				r.Header = changeable(r.Header)
				if r.Header["Content-Type"] = []string{f.Get("type")}; f.Get("type") == "none" {
					r.Header["Content-Type"] = nil // keeps net/http from guessing one
				}
			})
		},
	},

	// paging
	"page-drift": {
		point: BeforeApply,
		params: map[string]param{
			"insert": number(0, 1<<20), "delete": number(0, 1<<20), "touch": number(0, 1<<20), "at-page": number(1, 1<<30),
		},
		needs: []string{"insert", "delete", "touch"},
		check: func(f Fault) error {
			if f.int("insert", 0)+f.int("delete", 0)+f.int("touch", 0) == 0 {
				return errors.New("nothing drifts; want insert=, delete= or touch= above 0")
			}
			return nil
		},
		vet: func(s *Server, _ Fault) error {
			if s.api.Page == nil || s.api.Drift == nil {
				return fmt.Errorf("this API has no paged lists")
			}
			return nil
		},
		chooses: func(c *Call, a *armed) bool { return c.s.api.Page(c) == a.fault.int("at-page", 2) },
		plan: func(c *Call, f Fault, _ int) {
			c.plan.drift = &Drift{Insert: f.int("insert", 0), Delete: f.int("delete", 0), Touch: f.int("touch", 0)}
		},
	},
}

var (
	bodies    = oneOf("vendor", "empty", "html")
	cutParams = map[string]param{"kind": oneOf("rst", "fin"), "visible": oneOf("yes", "no")}
)

func checkSlow(f Fault) error {
	if f.Has("rate") && f.Has("over") {
		return errors.New("rate= and over= are two ways to be slow; want one of them")
	}
	return nil
}

// failWith plans a failure: status, body and place as the fault's words say.
func (p *plan) failWith(f Fault, e *Error) {
	e.Status = f.int("status", e.Status)
	p.fail, p.after = e, f.Get("apply") == "after"
	switch f.Get("body") {
	case "empty":
		p.dress = func(r *Reply) { r.Header, r.Body = withoutBody(r.Header), nil }
	case "html":
		p.dress = func(r *Reply) {
			r.Header = withoutBody(r.Header)
			r.Header["Content-Type"] = []string{"text/html; charset=utf-8"}
			r.Body = htmlPage(fmt.Sprintf("%d %s", r.Status, http.StatusText(r.Status)))
		}
	}
}

func withoutBody(h http.Header) http.Header {
	h = changeable(h)
	h["Content-Type"] = nil
	return h
}

func (p *plan) cut(f Fault) {
	p.wire.cut, p.wire.visible = f.or("kind", "rst"), f.Get("visible") != "no"
}

// retryAfter is the header that a fault asks for; nil for none.
func retryAfter(f Fault, d time.Duration) retrying {
	if !f.Has("retry-after") && !f.Has("form") {
		return nil
	}
	return func(now time.Time) string {
		seconds := strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
		switch f.Get("form") {
		case "date":
			return now.Add(d + time.Second - 1).Truncate(time.Second).Format(http.TimeFormat)
		case "fraction":
			return strconv.FormatFloat(d.Seconds(), 'f', 1, 64)
		case "zero":
			return "0"
		case "negative":
			return "-" + seconds
		case "garbage":
			return "soon"
		}
		return seconds
	}
}

func choosesWrites(c *Call, _ *armed) bool { return c.Route != nil && c.Route.Writes }

func choosesScope(c *Call, a *armed) bool {
	op, scope := a.fault.Get("op"), a.fault.Get("scope")
	return (op == "" || op == c.Op) && (scope == "" || c.Route != nil && scope == c.Route.Scope)
}

func vetScope(s *Server, f Fault) error {
	if op := f.Get("op"); op != "" {
		sel, err := s.parseSelector(op)
		if err == nil && sel.op == "" {
			err = fmt.Errorf("%q: want the name of an operation", op)
		}
		if err != nil {
			return fmt.Errorf("op=%w", err)
		}
	}
	scope := f.Get("scope")
	if scope != "" && !slices.ContainsFunc(s.routes, func(r route) bool { return r.Scope == scope }) {
		return fmt.Errorf("scope=%s: no operation asks for it", scope)
	}
	return nil
}

func vetHooks(s *Server, f Fault) error {
	if f.Has("hooks") && s.api.Hooks == nil {
		return fmt.Errorf("hooks=%s: this API sends no deliveries", f.Get("hooks"))
	}
	return nil
}

// choosesRate lets burst calls of every per pass; the others are hit.
func choosesRate(c *Call, a *armed) bool {
	per := a.fault.duration("per", 0)
	if per == 0 {
		return true
	}
	now := c.s.clock.now()
	a.passed = within(a.passed, now, per)
	if len(a.passed) < a.fault.int("burst", 1) {
		a.passed = append(a.passed, now)
		return false
	}
	return true
}

// burstLasts ends a burst that is said to last for a time after its first hit.
func burstLasts(a *armed, now time.Time) bool {
	d := a.fault.duration("for", 0)
	return d == 0 || a.fired == 0 || now.Sub(a.firstHit) < d
}

func vetCut(s *Server, f Fault) error {
	if s.opt.http2 && f.Get("kind") == "fin" {
		return fmt.Errorf("kind=fin: over HTTP/2 one call cannot close the connection that others share")
	}
	if s.opt.http2 && f.Get("visible") == "no" {
		return fmt.Errorf("visible=no: over HTTP/2 a broken stream is never hidden")
	}
	return nil
}

func vetTruncated(s *Server, f Fault) error {
	if how := f.Get("how"); s.opt.http2 && (how == "silent" || how == "chunked") {
		return fmt.Errorf("how=%s: HTTP/2 marks the end of each body", how)
	}
	return nil
}
