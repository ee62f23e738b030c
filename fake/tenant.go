package fake

import (
	"slices"
	"time"
)

// A Tenant is one account, shop, merchant or company of a fake, with collections
// of its own. The first is there from the beginning; the conveniences of an API
// package's Server act on it.
type Tenant struct {
	s           *Server
	name        string
	collections []stored
	refused     map[string][]string
}

// stored is what a snapshot needs of a collection.
type stored interface {
	title() string
	dump(dst []byte) []byte
	load(json []byte, now time.Time) (undo func(), err error)
	clear()
}

// AddTenant makes a further tenant. Its name is the member under "tenants" in
// a snapshot; a name in use is a mistake of the test. The first tenant has none.
func (s *Server) AddTenant(name string) *Tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.tenants, func(t *Tenant) bool { return t.name == name }) {
		s.tb.Helper()
		s.Mistake("tenant %q exists already", name)
	}
	t := &Tenant{s: s, name: name, refused: map[string][]string{}}
	s.tenants = append(s.tenants, t)
	return t
}

// First is the tenant that every server has.
func (s *Server) First() *Tenant { return s.tenants[0] }

// Refuse lets every save that asks for this key (see Call.Refusals) fail with
// these sentences, until it is called without any.
func (t *Tenant) Refuse(key string, texts ...string) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if len(texts) == 0 {
		delete(t.refused, key)
		return
	}
	t.refused[key] = slices.Clone(texts)
}
