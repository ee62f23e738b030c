package scenarios

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// carries finds the section that a fault names: wrong-body section=portal, raw
// @odd.
func (p *parser) carries(c *cursor, f fake.Fault) {
	if !f.Has("section") {
		return
	}
	if s := p.section(c, f.Get("section")); s != nil {
		if p.prog.carried == nil {
			p.prog.carried = map[string]*section{}
		}
		p.prog.carried[s.ref()] = s
	}
}

// carry gives faults the content of their sections, with the values of the run.
func (prog *program) carry(faults []fake.Fault, vals *values) []fake.Fault {
	var full []fake.Fault
	for _, f := range faults {
		s := prog.carried[f.Get("section")]
		switch {
		case s == nil:
		case f.Name() == "raw":
			f = f.Carry(fake.Reply{Body: s.raw(vals)})
		default:
			r := prog.reply(s, s.status, prog.style, vals)
			if bytes.HasPrefix(s.body, []byte("<")) && !s.names("Content-Type") {
				r.Header.Del("Content-Type") // the fault knows a page by its looks
			}
			f = f.Carry(r)
		}
		full = append(full, f)
	}
	return full
}

// raw is a section as bytes: its head, if it has one, with the line ends of HTTP,
// then the body as it stands.
func (s *section) raw(vals *values) []byte {
	var b bytes.Buffer
	if s.status != 0 {
		b.WriteString("HTTP/1.1 " + strconv.Itoa(s.status) + s.reason + "\r\n")
	}
	for _, h := range s.headers {
		b.WriteString(h.name + ": " + s.rendered(h, vals) + "\r\n")
	}
	if b.Len() > 0 {
		b.WriteString("\r\n")
	}
	switch s.kind() {
	case "b64":
		b.Write(s.body)
	case "json":
		b.Write(renderJSON(s.body, vals, "as-is"))
	default:
		b.Write(renderText(s.body, vals))
	}
	return b.Bytes()
}

// names tells whether a section has a header line of that name.
func (s *section) names(name string) bool {
	return slices.ContainsFunc(s.headers, func(h header) bool { return strings.EqualFold(h.name, name) })
}

// rendered is the value of a header line.
func (s *section) rendered(h header, vals *values) string {
	t, err := parseTemplate(h.value)
	if err != nil {
		return h.value // Load has seen that it is one
	}
	return vals.render(t)
}

// reply is a section as an answer.
func (prog *program) reply(s *section, status int, style string, vals *values) fake.Reply {
	r := fake.Reply{Status: status, Header: http.Header{}}
	switch s.kind() {
	case "json":
		r.Body = renderJSON(s.body, vals, style)
		r.Header.Set("Content-Type", prog.api.jsonAs)
	case "b64":
		r.Body = s.body
		r.Header.Set("Content-Type", "application/octet-stream")
	case "form":
		r.Body = renderText(s.body, vals)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	default:
		r.Body = renderText(s.body, vals)
		r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	if len(r.Body) == 0 {
		r.Header.Del("Content-Type")
	}
	seen := map[string]bool{}
	for _, h := range s.headers {
		if !seen[h.name] {
			r.Header.Del(h.name)
		}
		seen[h.name] = true
		r.Header.Add(h.name, s.rendered(h, vals))
	}
	return r
}
