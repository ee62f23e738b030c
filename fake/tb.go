package fake

import "fmt"

// TB is what a fake needs of a test: *testing.T, B and F have it, and so have
// GinkgoT() and any spy of a few lines. Fatalf must not return.
type TB interface {
	Helper()
	Name() string
	Cleanup(func())
	Failed() bool
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// fatalf reports a mistake of the test: Fatalf under Start, a panic under New.
func (s *Server) fatalf(format string, args ...any) {
	text := s.api.Name + ": " + fmt.Sprintf(format, args...)
	if s.tb == nil {
		panic(text)
	}
	s.tb.Helper()
	s.tb.Fatalf("%s", text)
}
