package fake

import (
	"fmt"
	"time"
)

// partKinds are the faults of which the API's own code does a part: it asks
// Call.Fault for them where it decides. One that it did not ask for on a call has
// not hit that call.
var partKinds = map[string]*kind{
	// credentials
	"token-expired": {
		point: Authenticated, ends: true,
		knows:  true,
		params: map[string]param{"ttl": someTime, "refresh": oneOf("ok", "rotate", "fail")},
		vet: func(s *Server, _ Fault) error {
			if s.api.Expire == nil {
				return fmt.Errorf("credentials of this API do not expire")
			}
			return nil
		},
		chooses: func(c *Call, _ *armed) bool { return c.Caller.Key != "" },
		plan: func(c *Call, f Fault, _ int) {
			ttl := f.duration("ttl", 0)
			c.s.api.Expire(c, ttl, f.or("refresh", "ok"))
			if ttl == 0 {
				c.plan.failWith(f, &Error{Kind: Unauthenticated})
			}
		},
	},
	"token-swapped": {
		point:  Authenticated,
		knows:  true,
		params: map[string]param{"account": someText},
		vet: func(s *Server, f Fault) error {
			if s.api.Swap == nil {
				return fmt.Errorf("this API has one account only")
			}
			if _, err := s.swapped(f.Get("account")); err != nil {
				return fmt.Errorf("account=%s: %w", Quote(f.Get("account")), err)
			}
			return nil
		},
		chooses: func(c *Call, _ *armed) bool { return c.Caller.Key != "" },
		plan: func(c *Call, f Fault, _ int) {
			if tenant, err := c.s.swapped(f.Get("account")); err == nil {
				c.Caller.Tenant = tenant
			}
		},
	},

	// batches and saves
	"batch-stops": {
		point: BeforeApply, asked: true,
		params:  map[string]param{"n": number(1, 1<<30), "text": someText, "policy": oneOf("stop", "all-or-nothing", "skip")},
		chooses: choosesWrites,
	},
	"limited-after-part": {
		point: BeforeApply, asked: true,
		params:  map[string]param{"n": number(1, 1<<30)},
		chooses: choosesWrites,
	},
	"silently-dropped": {
		point: BeforeApply, asked: true,
		params:  map[string]param{"fields": someText},
		chooses: choosesWrites,
	},

	// paging and freshness
	"cursor-expired": {
		point: BeforeApply, asked: true,
		params:  map[string]param{"ttl": someTime, "times": number(1, 1<<30)},
		chooses: choosesOldCursor,
		spared:  func(c *Call, a *armed) { a.listed(c) },
		bound:   func(f Fault, first int) int { return f.int("times", first) },
	},
	"cursor-loop": {
		point: Body, asked: true,
		params:  map[string]param{"from": number(1, 1<<30)},
		chooses: choosesReads,
	},
	"stale-read": {
		point: BeforeApply, asked: true,
		params:  map[string]param{"lag": lagOf, "scope": oneOf("list", "all")},
		needs:   []string{"lag"},
		chooses: choosesReads,
		arms: func(s *Server, f Fault) {
			s.lag, s.lagCalls = max(s.lag, f.duration("lag", 0)), max(s.lagCalls, f.int("lag", 0))
		},
	},
}

// lagOf checks how old a read is to be: by time, or by calls.
func lagOf(value string) error {
	if _, err := isTime(value); err == errTooLong {
		return err
	}
	if number(1, 1<<20)(value) != nil && someTime(value) != nil {
		return fmt.Errorf("want a time such as 2s, or a number of calls")
	}
	return nil
}

func choosesReads(c *Call, _ *armed) bool { return c.Route != nil && !c.Route.Writes }

// choosesOldCursor chooses the reads that come so long after the one before, of
// the same caller and operation, that what that one gave has expired.
func choosesOldCursor(c *Call, a *armed) bool {
	if !choosesReads(c, a) {
		return false
	}
	ttl := a.fault.duration("ttl", 0)
	if ttl == 0 {
		return true
	}
	before, listed := a.lists[c.Caller.Key+" "+c.Op]
	if listed && c.s.clock.now().Sub(before) >= ttl {
		return true
	}
	a.listed(c)
	return false
}

// listed remembers a read that gave a cursor, or may have.
func (a *armed) listed(c *Call) {
	if a.lists == nil {
		a.lists = map[string]time.Time{}
	}
	a.lists[c.Caller.Key+" "+c.Op] = c.s.clock.now()
}

// swapped is the account that a caller is put into: the named one, or the first
// of the further ones.
func (s *Server) swapped(account string) (tenant any, err error) { return s.api.Swap(account) }

// missed takes back the fault of the wire that can do nothing with the answer, which
// is then sent as ever: it has not hit this call.
func (p *plan) missed(c *Call) {
	if p.wire.cut != "" || p.wire.raw != nil || c.reply == nil {
		return
	}
	for i, f := range p.faults {
		if k := kinds[f.name]; k.misses != nil && k.misses(c, f) {
			p.wire = wire{}
			p.takeBack(i)
			return // no other sits there
		}
	}
}

// takeBack takes a fault out of the plan, and out of its count.
func (p *plan) takeBack(i int) {
	if a := p.by[i]; a != nil {
		a.fired--
	}
	p.faults = append(p.faults[:i:i], p.faults[i+1:]...)
	p.points = append(p.points[:i:i], p.points[i+1:]...)
	p.by = append(p.by[:i:i], p.by[i+1:]...)
}

// unasked takes back the faults that the API's code did not ask for: they have
// not hit this call.
func (p *plan) unasked(c *Call) {
	for i := len(p.faults) - 1; i >= 0; i-- {
		name := p.faults[i].Name()
		if !kinds[name].asked || p.took[name] {
			continue
		}
		if a := p.by[i]; a != nil && a.kind.spared != nil {
			a.kind.spared(c, a)
		}
		p.takeBack(i)
	}
}
