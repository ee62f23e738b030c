package fake

// accept is the stage that looks at media types, where the API does.
func (s *Server) accept(c *Call) error {
	if s.api.Accept == nil {
		return nil
	}
	return s.api.Accept(c)
}
