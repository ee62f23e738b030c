package fake

import "slices"

// auth is the stage that asks who calls and whether the caller may do this.
func (s *Server) auth(c *Call) error {
	if s.api.Auth == nil {
		return nil
	}
	caller, err := s.api.Auth(c)
	if err != nil {
		return err
	}
	c.Caller = caller
	if c.Route != nil && c.Route.Scope != "" && !slices.Contains(caller.Scopes, c.Route.Scope) {
		return &Error{Kind: OutOfScope}
	}
	s.intercepted(Authenticated, c)
	return nil
}
