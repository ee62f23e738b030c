package scenarios

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// probe tries on a fake what only a fake can tell: options, states, faults,
// scopes and paths. What does not work there would not work when the scenario
// is run.
func (p *parser) probe() {
	ok := true
	for _, w := range p.prog.with {
		if err := mistake(func() { p.prog.api.start(nil, []fake.Option{w.opt}, nil, nil).server.Close() }); err != nil {
			p.ps.add(w.at, "with %s: %v", w.name, err)
			ok = false
		}
	}
	if !ok {
		return
	}
	opts := p.prog.options()
	if p.prog.api.hooks {
		opts = append(opts, fake.Frozen()) // a slow sender is not waited for
	}
	probed := p.prog.api.start(nil, opts, nil, nil)
	s := probed.server
	defer s.Close()
	if err := mistake(func() { p.prog.tenants(probed) }); err != nil {
		p.ps.add(p.seen["state"], "state: %v", err)
		return
	}
	vals := p.prog.values(func(string) string { return "secret" })
	for _, st := range p.prog.states {
		if st.section == nil {
			continue // plain records always fit
		}
		snap, err := snapshot(p.prog.api, []state{st}, vals.fork())
		if err == nil {
			err = mistake(func() { s.Restore(snap) })
		}
		if err != nil {
			p.ps.add(st.at, "state: %v", err)
		}
	}
	p.ps = append(p.ps, p.prog.impossible(s, vals)...)
	p.probeHead(s)
	p.probeScopes(s)
	p.probeHooks(s)
	for _, st := range p.prog.steps {
		switch st := st.(type) {
		case *expect:
			p.probeStep(s, st, vals.fork())
		case *deliver:
			p.probeDelivery(probed, st, vals.fork())
		}
	}
}

// options are the options of the fake that the head asks for.
func (prog *program) options() []fake.Option {
	var opts []fake.Option
	for _, w := range prog.with {
		opts = append(opts, w.opt)
	}
	if !prog.clock.IsZero() {
		opts = append(opts, fake.At(prog.clock))
	}
	if prog.frozen {
		opts = append(opts, fake.Frozen())
	}
	if prog.seed != 0 {
		opts = append(opts, fake.Seed(prog.seed))
	}
	return opts
}

// mistake turns the panic with which a fake outside a test tells the mistake of
// a test into an error.
func mistake(f func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			text := fmt.Sprint(p)
			if name, rest, found := strings.Cut(text, ": "); found && apis()[name] != nil {
				text = rest
			}
			for _, prefix := range []string{"Restore: ", "Hooks: ", "Hooks.Send: "} {
				text = strings.TrimPrefix(text, prefix)
			}
			err = errors.New(text)
		}
	}()
	f()
	return nil
}

func (p *parser) probeScopes(s *fake.Server) {
	scopes := map[string]bool{}
	for _, r := range s.API().Routes {
		if r.Scope != "" {
			scopes[r.Scope] = true
		}
	}
	names := slices.Sorted(maps.Keys(scopes))
	for _, scope := range p.prog.may {
		if len(scopes) == 0 {
			p.ps.add(p.seen["auth"], "auth: may=%s: %s knows no permissions", scope, p.prog.api.name)
			return
		}
		if !scopes[scope] {
			p.ps.add(p.seen["auth"], "auth: may=%s: %s has no such permission%s; it has %s",
				scope, p.prog.api.name, didYouMean(scope, names), strings.Join(names, ", "))
		}
	}
}

func (p *parser) probeStep(s *fake.Server, e *expect, vals *values) {
	faults := p.prog.carry(e.answer.faults, vals)
	for _, f := range faults {
		if aboutDeliveries(s, f) {
			p.ps.add(e.answer.at, "fault %s is about deliveries; it stands behind =>", f.Name())
			continue
		}
		p.fits(e, f)
	}
	if len(faults) > 1 {
		if err := together(s, faults); err != nil {
			p.ps.add(e.answer.at, "%v", err)
		}
	}
	needsRoute := e.answer.live || e.answer.apply
	if e.op = opOf(s.API(), e.method, e.path); e.op == "" && needsRoute {
		p.ps.add(e.at, "%s has no endpoint %s %s%s; a request that the fake does not know needs a fixed answer",
			p.prog.api.name, e.method, e.path, didYouMean(e.method+" "+e.path, endpoints(s.API())))
	}
	if !needsRoute && e.answer.status < 400 && writes(s.API(), e) && p.hasLive() {
		p.prog.doubts.add(e.answer.at, "a fixed answer to a write: later live answers know nothing of it; add the word apply if they should")
	}
	p.probeBeside(s, e)
}

// writes tells whether a request changes something when it succeeds; where the
// fake does not know it, its method says so.
func writes(api fake.API, e *expect) bool {
	for _, r := range api.Routes {
		if r.Op == e.op && e.op != "" {
			return r.Writes
		}
	}
	return !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, e.method)
}

// together tells whether faults can hit the same call: it makes one.
func together(s *fake.Server, faults []fake.Fault) (err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer s.Intercept(fake.Connect, func(c *fake.Call) {
		err = c.Inject(faults...)
		c.Answer(fake.Reply{Status: http.StatusOK})
		cancel() // nobody waits for what the faults do
	})()
	req, failed := http.NewRequestWithContext(ctx, http.MethodGet, s.BaseURL(), nil)
	if failed != nil {
		return failed
	}
	if resp, failed := s.Client().Do(req); failed == nil { // how it ends does not matter
		_ = resp.Body.Close()
	}
	return err
}

// hasLive tells whether some step is answered by the fake.
func (p *parser) hasLive() bool {
	return slices.ContainsFunc(p.prog.steps, func(s statement) bool {
		e, ok := s.(*expect)
		return ok && e.answer.live
	})
}

// opOf is the operation that serves a path of the file, "" if none does. A
// placeholder fits what a route leaves open.
func opOf(api fake.API, method, path string) fake.Op {
	if t, err := parseTemplate(path); err == nil {
		var b strings.Builder
		for _, part := range t {
			if b.WriteString(part.text); part.ph != nil {
				b.WriteByte('1')
			}
		}
		path = b.String()
	}
	u, err := url.Parse("http://fake" + path)
	if err != nil {
		return ""
	}
	below := strings.TrimPrefix(u.Path, basePath(api))
	if api.Path != nil {
		below = api.Path(&fake.Call{Request: &http.Request{Method: method, URL: u}})
	}
	for _, r := range api.Routes {
		if m, pattern, _ := strings.Cut(r.Pattern, " "); m == method && r.Handle != nil && fitsPattern(pattern, below) {
			return r.Op
		}
	}
	return ""
}

func basePath(api fake.API) string {
	u, err := url.Parse(api.Base)
	if err != nil {
		return ""
	}
	return u.Path
}

// fitsPattern compares a path with the pattern of a route.
func fitsPattern(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, got, func(w, g string) bool {
		before, rest, open := strings.Cut(w, "{")
		_, after, _ := strings.Cut(rest, "}")
		if !open {
			return w == g
		}
		return len(g) > len(before)+len(after) && strings.HasPrefix(g, before) && strings.HasSuffix(g, after)
	})
}

func endpoints(api fake.API) []string {
	var all []string
	for _, r := range api.Routes {
		if method, pattern, _ := strings.Cut(r.Pattern, " "); r.Handle != nil {
			all = append(all, method+" "+basePath(api)+pattern)
		}
	}
	return all
}

// snapshot joins the state lines: records of one collection follow each other,
// of anything else the last counts.
func snapshot(a *api, states []state, vals *values) (fake.Snapshot, error) {
	whole := map[string]json.RawMessage{}
	lists := map[string][]json.RawMessage{}
	for _, st := range states {
		if st.section == nil {
			for n := range st.count {
				lists[st.collection] = append(lists[st.collection], json.RawMessage(a.plain[st.collection](n+1)))
			}
			continue
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(renderJSON(st.section.body, vals, "compact"), &members); err != nil {
			return nil, fmt.Errorf("section %s: want a JSON object with the collections", st.section.name)
		}
		for name, member := range members {
			var records []json.RawMessage
			if json.Unmarshal(member, &records) == nil {
				lists[name] = append(lists[name], records...)
				continue
			}
			whole[name] = member
		}
	}
	for name, records := range lists {
		list, err := json.Marshal(records)
		if err != nil {
			return nil, err
		}
		whole[name] = list
	}
	return json.Marshal(whole)
}
