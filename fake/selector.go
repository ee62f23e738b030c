package fake

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// selectors choose calls; none choose all.
type selectors []selector

type selector struct {
	op     Op
	method string // with a path
	path   string // * stands for any text
}

func (ss selectors) fit(op Op, method, url string) bool {
	if len(ss) == 0 {
		return true
	}
	path, _, _ := strings.Cut(url, "?")
	for _, s := range ss {
		if s.op != "" && s.op == op || s.path != "" && (s.method == "*" || s.method == method) && glob(s.path, path) {
			return true
		}
	}
	return false
}

// parseSelector reads "ListCustomers" or "POST /v1/*"; ~ at the beginning of a
// path stands for the path of the base URL. What can never fit is an error that
// names what can.
func (s *Server) parseSelector(text string) (selector, error) {
	method, path, isPath := strings.Cut(text, " ")
	if !isPath {
		for _, r := range s.routes {
			if r.Op == text && r.Handle != nil {
				return selector{op: text}, nil
			}
		}
		if strings.HasPrefix(text, "hook:") {
			if s.api.Hooks == nil {
				return selector{}, fmt.Errorf("%q: this API sends no deliveries", text)
			}
			return selector{}, fmt.Errorf("%q is a delivery, not a call", text)
		}
		return selector{}, fmt.Errorf("%q is no operation of this API%s; it has %s",
			text, didYouMean(text, s.ops()), strings.Join(s.ops(), ", "))
	}
	rest, below := strings.CutPrefix(path, "~")
	if below {
		path = s.base + rest
	}
	if method == "" || !strings.HasPrefix(path, "/") || below && rest != "" && rest[0] != '/' && rest[0] != '*' {
		return selector{}, fmt.Errorf("%q: want an operation, or METHOD /path", text)
	}
	return selector{method: method, path: path}, nil
}

// possible tells whether a call of some served route can fit the selector.
func (s *Server) possible(sel selector) bool {
	if sel.op != "" {
		return true
	}
	path := sel.path
	if !strings.Contains(path, "*") {
		path, _ = s.path(&Call{s: s, Request: &http.Request{Method: sel.method, URL: &url.URL{Path: path}}})
	}
	for _, r := range s.routes {
		if r.Handle == nil || sel.method != "*" && sel.method != r.pattern.method {
			continue
		}
		if _, exact := r.pattern.match(path, false); exact {
			return true
		}
		if strings.Contains(path, "*") && (s.api.Path != nil || overlap(path, s.base+r.pattern.glob())) {
			return true
		}
	}
	return false
}

// glob is the pattern's path with * for what may vary.
func (p *pattern) glob() string {
	var b strings.Builder
	for _, seg := range p.segments {
		b.WriteString("/" + seg.before)
		if seg.name != "" {
			b.WriteString("*" + seg.after)
		}
	}
	return b.String()
}

// selectors reads the selectors of a test; a wrong one is its mistake.
func (s *Server) selectors(verb string, texts []string) selectors {
	var ss selectors
	for _, text := range texts {
		sel, err := s.parseSelector(text)
		if err != nil {
			s.tb.Helper()
			s.Mistake("%s(%q): %v", verb, text, err)
			return selectors{{}}
		}
		ss = append(ss, sel)
	}
	return ss
}

func (s *Server) ops() []string {
	var ops []string
	for _, r := range s.routes {
		if r.Handle != nil {
			ops = append(ops, r.Op)
		}
	}
	return ops
}

// glob tells whether a text fits a pattern in which * stands for any text.
func glob(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// overlap tells whether some text fits both patterns.
func overlap(a, b string) bool {
	last := make([]bool, len(b)+1) // of a one letter shorter, and b up to each of its letters
	for i := range len(a) + 1 {
		row := make([]bool, len(b)+1)
		for j := range row {
			row[j] = i == 0 && j == 0 ||
				i > 0 && a[i-1] == '*' && (last[j] || j > 0 && row[j-1]) ||
				j > 0 && b[j-1] == '*' && (row[j-1] || i > 0 && last[j]) ||
				i > 0 && j > 0 && a[i-1] == b[j-1] && last[j-1]
		}
		last = row
	}
	return last[len(b)]
}
