package fake

import (
	"net/url"
	"slices"
	"strings"
	"sync"
)

// A pattern is a route's template, ready to be compared: "GET", then segments
// that are literal, or hold one {name} with literal text around it.
type pattern struct {
	method   string
	segments []segment
}

type segment struct{ before, name, after string } // name "": before is all of it

// params are what the wildcards of a pattern stood for; more than four are not
// needed, so that no call allocates for them.
type params struct {
	n      int
	names  [4]string
	values [4]string
}

func (p *params) get(name string) string {
	for i := range p.n {
		if p.names[i] == name {
			return p.values[i]
		}
	}
	return ""
}

// parsed remembers patterns by their text, which says all about them: a package
// of tests starts the same API again and again.
var parsed sync.Map

// patternOf reads a pattern, or remembers it.
func patternOf(text string) *pattern {
	if known, is := parsed.Load(text); is {
		return known.(*pattern)
	}
	p := parsePattern(text)
	known, _ := parsed.LoadOrStore(text, &p)
	return known.(*pattern)
}

// parsePattern reads "GET /customers/{id}.json". A mistake in it is ours: panic.
func parsePattern(text string) pattern {
	method, path, _ := strings.Cut(text, " ")
	if method == "" || method != strings.ToUpper(method) || !strings.HasPrefix(path, "/") {
		panic("fake: pattern " + text + ": want METHOD /path")
	}
	p := pattern{method: method, segments: make([]segment, 0, strings.Count(path, "/"))}
	var names []string
	for part := range strings.SplitSeq(path[1:], "/") {
		before, rest, open := strings.Cut(part, "{")
		name, after, closed := strings.Cut(rest, "}")
		if open != closed || open && name == "" || strings.ContainsAny(before+name+after, "{}") {
			panic("fake: pattern " + text + ": want one {name} a segment")
		}
		if open && slices.Contains(names, name) {
			panic("fake: pattern " + text + ": the name " + name + " stands twice")
		}
		if open {
			names = append(names, name)
		}
		p.segments = append(p.segments, segment{before, name, after})
	}
	if len(names) > len(params{}.names) {
		panic("fake: pattern " + text + ": too many wildcards")
	}
	return p
}

// match compares a path. An escaped path is cut at its slashes before its
// segments are unescaped, so that %2F never makes a segment.
func (p *pattern) match(path string, escaped bool) (params, bool) {
	var got params
	if !strings.HasPrefix(path, "/") {
		return got, false
	}
	rest, more := path[1:], true
	for _, seg := range p.segments {
		if !more {
			return got, false
		}
		var part string
		part, rest, more = strings.Cut(rest, "/")
		if escaped {
			plain, err := url.PathUnescape(part)
			if err != nil {
				return got, false
			}
			part = plain
		}
		if seg.name == "" {
			if part != seg.before {
				return got, false
			}
			continue
		}
		if len(part) <= len(seg.before)+len(seg.after) || !strings.HasPrefix(part, seg.before) || !strings.HasSuffix(part, seg.after) {
			return got, false
		}
		got.names[got.n], got.values[got.n] = seg.name, part[len(seg.before):len(part)-len(seg.after)]
		got.n++
	}
	return got, !more
}

// path is what the routes see of a call: the path below the base URL, "" where
// it lies outside.
func (s *Server) path(c *Call) (path string, escaped bool) {
	if s.api.Path != nil {
		return s.api.Path(c), false
	}
	path = c.Request.URL.Path
	if escaped = c.Request.URL.RawPath != ""; escaped {
		path = c.Request.URL.RawPath
	}
	cut := strings.CutPrefix
	if escaped {
		cut = cutEscaped
	}
	below, ok := cut(path, s.base)
	if !ok {
		return "", escaped
	}
	return below, escaped
}

// cutEscaped is strings.CutPrefix for an escaped path and a plain prefix. An
// escaped slash in the path is none.
func cutEscaped(path, prefix string) (below string, found bool) {
	end, slashes := 0, strings.Count(prefix, "/")
	for end < len(path) && (path[end] != '/' || slashes > 0) {
		if path[end] == '/' {
			slashes--
		}
		end++
	}
	plain, err := url.PathUnescape(path[:end])
	return path[end:], err == nil && plain == prefix
}

// find looks the route up and notes on the call what was found, or how it was
// missed. The stage Match answers; but Op is known to the journal and the
// interceptors from the beginning.
func (s *Server) find(c *Call) {
	path, escaped := s.path(c)
	method := c.Request.Method
	if s.api.Method != nil {
		method = s.api.Method(c)
	}
	var methods []string
	for i := range s.routes {
		r := &s.routes[i]
		params, ok := r.pattern.match(path, escaped)
		if !ok || path == "" {
			continue
		}
		switch {
		case r.pattern.method == method && r.Handle != nil:
			c.Op, c.Route, c.params = r.Op, &r.Route, params
			c.entry.Op = r.Op
			return
		case r.pattern.method == method:
			c.Route = &r.Route
		case r.Handle != nil:
			methods = append(methods, r.pattern.method)
		}
	}
	c.missed = &Error{Kind: NoRoute}
	if methods != nil {
		slices.Sort(methods)
		c.missed = &Error{Kind: BadMethod, Allow: slices.Compact(methods)}
	}
}

// match is the stage: a call without a route is answered in the API's words.
func (s *Server) match(c *Call) error {
	if c.missed != nil {
		return c.missed
	}
	c.matched = true
	s.intercepted(Matched, c)
	if c.answered {
		return nil
	}
	return s.permit(c)
}

// unrouted finds the mistake of a client that called what is not there.
func (s *Server) unrouted(c *Call) {
	request := c.Request.Method + " " + c.Request.URL.Path
	detail := request + ": no such endpoint"
	switch near := s.nearestRoute(c); {
	case c.Route != nil:
		detail = request + ": " + c.Route.Op + " is not modelled"
		if c.Route.Clause == "" && !c.Route.Extension {
			detail = request + ": " + c.Route.Op + " is no operation of this API"
		}
		c.Route = nil
	case near != "":
		detail += "; did you mean " + near + "?"
	}
	s.found(Finding{Call: c.Seq, Kind: string(NoRoute), Detail: detail, Mistake: true})
}

// nearestRoute is the served route whose spelling comes closest to the request.
// A request that lacks the end of a segment, such as ".json", is closest to the
// route that has it.
func (s *Server) nearestRoute(c *Call) string {
	below := strings.TrimPrefix(c.Request.URL.Path, s.base)
	if path, _ := s.path(c); path != "" && s.api.Path != nil {
		below = path
	}
	request := c.Request.Method + " " + s.base + below
	var spelled, filled []string
	for _, r := range s.routes {
		if r.Handle == nil {
			continue
		}
		method := r.pattern.method + " "
		spelled = append(spelled, method+s.base+strings.TrimPrefix(r.Pattern, method))
		filled = append(filled, method+s.base+r.pattern.fill(below))
	}
	for i, full := range filled {
		if rest, ok := strings.CutPrefix(full, request); ok && !strings.HasSuffix(request, "/") && !strings.Contains(rest, "/") {
			return spelled[i]
		}
	}
	if i := slices.Index(filled, Nearest(request, filled)); i >= 0 {
		return spelled[i]
	}
	return ""
}

// fill puts what a path has in their places into the wildcards of a pattern, so
// that the two differ in the literals only.
func (p *pattern) fill(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	filled := ""
	for i, seg := range p.segments {
		filled += "/" + seg.before
		if seg.name == "" {
			continue
		}
		value := ""
		if i < len(parts) {
			value = strings.TrimSuffix(strings.TrimPrefix(parts[i], seg.before), seg.after)
		}
		if value == "" {
			value = "{" + seg.name + "}"
		}
		filled += value + seg.after
	}
	return filled
}
