package fake

import (
	"strings"

	"github.com/cartdouble/cartdouble/internal/redact"
)

// masks take credentials out of what a failing test prints, by the rules that
// recordings go through. What a test asks for, Calls and Findings, stays true.
type masks struct {
	rules *redact.Rules
	texts map[string]string // that were masked before: journals repeat themselves
}

// notShown stands for what the rules cannot go over, or not without a rest.
const notShown = "redacted"

// mostShown is how large a body is that is gone over.
const mostShown = 1 << 20

// newMasks makes masks that know the credentials, by their names.
func (s *Server) newMasks(given Credentials) *masks {
	secrets := map[string]string{}
	for name, value := range given {
		if redact.SecretName(name) {
			secrets[name] = value
		}
	}
	return &masks{redact.ForTests(s.api.Name, secrets), map[string]string{}}
}

// learn takes note of the credentials that the requests of the journal carried, so
// that they are found in other places as well.
func (m *masks) learn(entries []*entry) {
	for _, e := range entries {
		m.target(e)
	}
}

// target is where a request went, as it is shown.
func (m *masks) target(e *entry) string {
	out, err := m.rules.Request(redact.Message{Method: e.Method, Target: e.URL, Header: e.Header})
	if err != nil {
		return notShown
	}
	return out.Target
}

func (m *masks) text(text string) string {
	if masked, known := m.texts[text]; known {
		return masked
	}
	masked, ok := m.rules.Text(text)
	if !ok {
		masked = notShown
	}
	m.texts[text] = masked
	return masked
}

// request is the target and the body of a request as they are shown.
func (m *masks) request(e *entry) (target, body string) {
	in := redact.Message{Method: e.Method, Target: e.URL, Header: e.Header}
	if len(e.Body) <= mostShown {
		in.Body = e.Body
	}
	out, err := m.rules.Request(in)
	if err != nil { // it may be the body alone that cannot be read
		in.Body = nil
		if out, err = m.rules.Request(in); err != nil {
			return notShown, notShown
		}
	}
	return out.Target, shown(e.Body, out.Body)
}

// answer is the body of the answer as it is shown.
func (m *masks) answer(e *entry) string {
	in := redact.Message{Header: e.ReplyHeader, Body: e.ReplyBody}
	if len(in.Body) > mostShown {
		return notShown
	}
	out, err := m.rules.Response(in)
	if err != nil {
		return notShown
	}
	return shown(e.ReplyBody, out.Body)
}

// shown is what is left of a body; a text that is gone where there was one was not
// gone over.
func shown(body, masked []byte) string {
	if masked == nil && len(body) > 0 {
		return notShown
	}
	return strings.ToValidUTF8(string(masked), "\ufffd")
}
