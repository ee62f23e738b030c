package scenarios

import (
	"bytes"
	"maps"
	"strings"

	"github.com/cartdouble/cartdouble/internal/redact"
)

// redaction are the rules by which a recording was made, without those about
// people: whom the client names has a placeholder in the file. nil for a story
// that was not recorded.
func (r *Run) redaction() *redact.Rules {
	if r.prog.rules == "" {
		return nil
	}
	api, off, err := redact.ParseName(r.prog.rules)
	if err != nil {
		return nil // Load has seen that it is a name
	}
	for _, rule := range redact.All(api) {
		if strings.HasPrefix(rule.ID, "people.") {
			off = append(off, rule.ID)
		}
	}
	secrets := map[string]string{}
	for _, name := range r.prog.secrets {
		secrets[name] = r.Secret(name)
	}
	maps.Copy(secrets, r.secrets)
	for name, value := range secrets {
		if len(value) < 6 { // cannot be told from chance, as a recording would say
			delete(secrets, name)
		}
	}
	rules, err := redact.New(api, secrets, off...)
	if err != nil {
		return nil
	}
	return rules
}

// redacted is what a recording makes of a request, nil if that is nothing else or
// cannot be done.
func (r *Run) redacted(q *request) *request {
	target := q.path
	if q.query != "" {
		target += "?" + q.query
	}
	m, err := r.rules.Request(redact.Message{Method: q.method, Target: target, Header: q.header, Body: q.body})
	if err != nil || m.Target == target && bytes.Equal(m.Body, q.body) {
		return nil
	}
	clean := *q
	clean.path, clean.query, _ = strings.Cut(m.Target, "?")
	clean.header, clean.body = m.Header, m.Body
	return &clean
}
