package fake

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// hookKinds are the faults that are about deliveries.
var hookKinds = map[string]*kind{
	// when, and how often, a delivery leaves
	"duplicate": {
		point: leaving,
		params: map[string]param{
			"times": number(1, 1<<20), "gap": anyTime, "id": oneOf("vendor", "same", "new"), "parallel": oneOf("yes", "no"),
		},
		hook: func(p *parcel, f Fault, _ int) { p.leave = duplicated(f) },
	},
	"overtake": {
		point:  leaving,
		params: map[string]param{"with": someText, "by": oneOf("swap", "retry")},
		hook: func(p *parcel, f Fault, _ int) {
			if f.Get("by") == "retry" {
				p.slow.broken = true
				return
			}
			p.leave = func(h *Hooks, j *job) bool {
				j.parcel, j.after = p, f.or("with", "*")
				h.passed = append(h.passed, j)
				return false
			}
		},
	},
	"delay": {
		point:  leaving,
		params: map[string]param{"by": someTime},
		needs:  []string{"by"},
		hook: func(p *parcel, f Fault, _ int) {
			p.leave = func(h *Hooks, j *job) bool {
				h.later(j, f.duration("by", 0))
				return false
			}
		},
	},
	"early": {
		point: leaving, early: true,
		params: map[string]param{"by": someTime},
		picks:  func(_ *Hooks, _ Fault, j *job) bool { return j.d.cause != nil },
		hook:   func(p *parcel, f Fault, _ int) { p.ahead = f.duration("by", 0) },
	},
	"dropped": {
		point: leaving,
		hook: func(p *parcel, _ Fault, _ int) {
			p.leave = func(h *Hooks, j *job) bool {
				h.drop(j.d)
				return false
			}
		},
	},
	"replayed": {
		point:  leaving,
		forged: true,
		params: map[string]param{"age": someTime},
		hook:   func(p *parcel, f Fault, _ int) { p.leave = replayed(f.duration("age", time.Hour)) },
	},
	"flood": {
		point:  leaving,
		params: map[string]param{"n": number(2, 1<<20), "parallel": number(1, 1<<16)},
		needs:  []string{"n"},
		hook:   func(p *parcel, f Fault, _ int) { p.leave = flooded(f.int("n", 2), f.int("parallel", f.int("n", 2))) },
	},

	// what it tells
	"unknown-event": {
		point:  telling,
		forged: true,
		params: map[string]param{"topic": someText},
		hook: func(p *parcel, f Fault, _ int) {
			p.tells(func(e *Event) { e.Topic, e.Body = f.or("topic", "unknown.event"), nil })
		},
	},
	"test-ping": {
		point:  telling,
		forged: true,
		hook: func(p *parcel, _ Fault, _ int) {
			p.tells(func(e *Event) { e.Topic, e.Data, e.Body = "test", []byte("{}"), nil })
		},
	},
	"body-style": {
		point:  styling,
		params: map[string]param{"style": oneOf("pretty", "escaped-slashes", "ascii", "newline", "bom", "gzip", "latin1")},
		needs:  []string{"style"},
		hook: func(p *parcel, f Fault, _ int) {
			p.style = func(body []byte, h http.Header) []byte { return restyled(body, h, f.Get("style")) }
		},
	},

	// its signature
	"bad-signature": {
		point:  signingAt,
		forged: true,
		params: map[string]param{"kind": oneOf("flip", "other-body", "truncated", "empty"), "value": someText},
		hook: func(p *parcel, f Fault, _ int) {
			p.sign = func(x *signing) {
				if f.Has("value") {
					x.set(f.Get("value"))
					return
				}
				x.spoil(f.or("kind", "flip"))
			}
		},
	},
	"no-signature": {
		point:  signingAt,
		forged: true,
		hook:   func(p *parcel, _ Fault, _ int) { p.sign = func(x *signing) { delete(x.header, x.h.api.Signed) } },
	},
	"signature-form": {
		point:  signingAt,
		forged: true,
		params: map[string]param{"form": oneOf("bare", "upper", "base64", "twice", "lower-name")},
		needs:  []string{"form"},
		hook:   func(p *parcel, f Fault, _ int) { p.sign = func(x *signing) { x.reform(f.Get("form")) } },
	},
	"old-secret": {
		point:  signingAt,
		params: map[string]param{"overlap": someTime, "late": someTime},
		picks:  picksOldSecret,
		hook: func(p *parcel, f Fault, _ int) {
			p.sign = func(x *signing) {
				former := x.value(x.secret.Former, x.body)
				if f.Has("overlap") {
					x.set(former, x.value(x.secret.Present, x.body))
					return
				}
				x.set(former)
			}
		},
	},
	"rotated": {
		point:  signingAt,
		params: map[string]param{"overlap": someTime, "late": someTime},
		needs:  []string{"overlap", "late"},
		picks: func(h *Hooks, f Fault, j *job) bool {
			secret := h.api.Secret(j.d.sub)
			return secret.Former != "" && h.s.clock.now().Sub(secret.Since) < max(f.duration("overlap", 0), f.duration("late", 0))
		},
		hook: func(p *parcel, f Fault, _ int) {
			p.sign = func(x *signing) {
				former := x.value(x.secret.Former, x.body)
				if x.h.s.clock.now().Sub(x.secret.Since) < f.duration("late", 0) {
					x.set(former)
					return
				}
				x.set(former, x.value(x.secret.Present, x.body))
			}
		},
	},
	"tampered": {
		point:  signedAt,
		forged: true,
		params: map[string]param{"kind": oneOf("byte", "re-encoded")},
		hook: func(p *parcel, f Fault, _ int) {
			p.tamper = func(b []byte) []byte { return tampered(b, f.Get("kind")) }
		},
	},

	// its way
	"slow-post": {
		point:  posting,
		check:  checkSlow,
		params: map[string]param{"chunks": number(1, 1<<20), "rate": number(1, 1<<30), "over": someTime},
		needs:  []string{"rate", "over"},
		hook: func(p *parcel, f Fault, _ int) {
			p.slow.chunks, p.slow.rate, p.slow.over = f.int("chunks", 4), f.int("rate", 0), f.duration("over", 0)
		},
	},
	"cut-post": {
		point:  posting,
		params: map[string]param{"at": number(0, 1<<30)},
		hook:   func(p *parcel, f Fault, _ int) { p.slow.cut, p.slow.at = true, f.int("at", -1) },
	},
	"wrong-target": {
		point:  posting,
		forged: true,
		params: map[string]param{"method": oneOf("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"), "slash": oneOf("yes")},
		needs:  []string{"method", "slash"},
		hook: func(p *parcel, f Fault, _ int) {
			p.target = func(a *Attempt) { mistarget(a, f.Get("method"), f.Has("slash")) }
		},
	},

	// what the sender makes of its answer
	"retry": {
		point:  judging,
		params: map[string]param{"policy": oneOf("vendor", "fixed", "doubling", "retry-after", "gone"), "backoff": someTime, "max": number(0, 1<<20)},
		hook: func(p *parcel, f Fault, _ int) {
			p.retry = retried(f)
			switch f.Get("policy") {
			case "retry-after", "gone": // they obey the answer, and do not lose it
				p.obeys = f.Get("policy")
				return
			}
			p.verify = func(a *Attempt) {
				if a.Verdict == Succeeded {
					a.Verdict, a.Err = Failed, "the answer was lost"
				}
			}
		},
	},
	"disabled": {
		point:  judging,
		params: map[string]param{"after": number(1, 1<<20)},
		hook: func(p *parcel, f Fault, _ int) {
			if p.off = f.int("after", 0); p.off > 0 {
				return
			}
			p.leave = func(h *Hooks, j *job) bool {
				h.switchOff(j.d.Subscription)
				return false
			}
		},
	},
}

func signedTime(value string) error {
	switch d, err := time.ParseDuration(value); {
	case err != nil || d == 0:
		return fmt.Errorf("want a time such as 5m, or -5m")
	case d.Abs() > longest:
		return errTooLong
	}
	return nil
}

// duplicated lets copies leave with a delivery, or after it.
func duplicated(f Fault) func(h *Hooks, j *job) bool {
	return func(h *Hooks, j *job) bool {
		gap := f.duration("gap", 0)
		for i := range f.int("times", 1) {
			c := &job{d: j.d, copy: i + 1, id: f.Get("id"), asked: j.asked}
			switch {
			case f.Get("parallel") == "yes":
				j.with = append(j.with, c)
			case gap > 0:
				h.later(c, time.Duration(i+1)*gap)
			default:
				j.then = append(j.then, c)
			}
		}
		return true
	}
}

// replayed sends what was sent before once more, or lets the delivery go and
// comes back to it later.
func replayed(age time.Duration) func(h *Hooks, j *job) bool {
	return func(h *Hooks, j *job) bool {
		if len(j.d.attempts) > 0 {
			j.replay, j.copy = true, 1
			return true
		}
		h.later(&job{d: j.d, copy: 1, replay: true, asked: j.asked}, age)
		return true
	}
}

// flooded lets a delivery leave n times, some of them at once.
func flooded(n, parallel int) func(h *Hooks, j *job) bool {
	return func(_ *Hooks, j *job) bool {
		lead := j
		for i := 1; i < n; i++ {
			c := &job{d: j.d, copy: i, asked: j.asked}
			if i%parallel == 0 {
				j.then, lead = append(j.then, c), c
				continue
			}
			lead.with = append(lead.with, c)
		}
		return true
	}
}

// picksOldSecret picks what is signed within the time that the fault says since
// the secret was changed; without one, whatever is signed since.
func picksOldSecret(h *Hooks, f Fault, j *job) bool {
	secret := h.api.Secret(j.d.sub)
	within := f.duration("overlap", f.duration("late", 0))
	return secret.Former != "" && (within == 0 || h.s.clock.now().Sub(secret.Since) < within)
}

// spoil makes a signature wrong.
func (x *signing) spoil(how string) {
	prefix, digest := x.parts()
	switch how {
	case "other-body":
		x.set(x.value(x.secret.Present, append([]byte(" "), x.body...)))
	case "truncated":
		x.set(prefix + digest[:len(digest)/2])
	case "empty":
		x.set("")
	default: // flip: the last digit
		last := "0"
		if strings.HasSuffix(digest, "0") {
			last = "1"
		}
		x.set(prefix + digest[:max(len(digest)-1, 0)] + last)
	}
}

// reform gives the right signature, or the name of its header, another form.
func (x *signing) reform(form string) {
	prefix, digest := x.parts()
	switch form {
	case "bare":
		x.set(digest)
	case "upper":
		x.set(prefix + strings.ToUpper(digest))
	case "twice":
		x.set(prefix + prefix + digest)
	case "lower-name": // of the header, as HTTP/2 writes it
		delete(x.header, x.h.api.Signed)
		x.header[strings.ToLower(x.h.api.Signed)] = []string{prefix + digest}
	default: // base64 of the digest's bytes
		raw, _ := hex.DecodeString(digest)
		x.set(base64.StdEncoding.EncodeToString(raw))
	}
}

// mistarget changes where and how a request goes.
func mistarget(a *Attempt, method string, slash bool) {
	if method != "" {
		a.Method = method
	}
	if method != "" && method != http.MethodPut && method != http.MethodPatch {
		a.Body = nil
	}
	if u, err := url.Parse(a.URL); slash && err == nil {
		if strings.HasSuffix(u.Path, "/") {
			u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), strings.TrimSuffix(u.RawPath, "/")
		} else if u.Path += "/"; u.RawPath != "" {
			u.RawPath += "/"
		}
		a.URL = u.String()
	}
}

// retried is a policy of retries in place of the API's own.
func retried(f Fault) func(retry int, p Policy, told time.Duration) (time.Duration, bool) {
	return func(retry int, p Policy, told time.Duration) (time.Duration, bool) {
		if retry > f.int("max", p.Retries) || p.Backoff == nil {
			return 0, false
		}
		if told > 0 && f.Get("policy") == "retry-after" {
			return told, true
		}
		first := f.duration("backoff", p.Backoff(1))
		switch f.Get("policy") {
		case "fixed":
			return first, true
		case "doubling":
			return first << min(retry-1, 30), true
		}
		if retry == 1 {
			return first, true
		}
		return p.Backoff(retry), true
	}
}
