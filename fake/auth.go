package fake

import "slices"

// auth is the stage that asks who calls and, where the route is known already,
// whether the caller may do this.
func (s *Server) auth(c *Call) error {
	if s.api.Auth == nil {
		return nil
	}
	caller, err := s.api.Auth(c)
	if err != nil {
		return err
	}
	c.Caller, c.known = caller, true
	if c.answered {
		return nil
	}
	return s.permit(c)
}

// permit asks for the scope of the route once the caller is known too.
func (s *Server) permit(c *Call) error {
	if !c.known || !c.matched {
		return nil
	}
	if c.Route.Scope != "" && !slices.Contains(c.Caller.Scopes, c.Route.Scope) {
		return &Error{Kind: OutOfScope}
	}
	s.intercepted(Authenticated, c)
	return nil
}
