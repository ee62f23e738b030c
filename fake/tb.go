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

// Mistake reports a mistake of the test: Fatalf under Start, a panic under New.
// It is for API packages; the text begins with the API's name.
func (s *Server) Mistake(format string, args ...any) {
	s.tb.Helper()
	s.tb.Fatalf("%s: %s", s.api.Name, fmt.Sprintf(format, args...))
}

// nobody is the TB of a server that belongs to no test.
type nobody struct{}

func (nobody) Helper()               {}
func (nobody) Name() string          { return "" }
func (nobody) Cleanup(func())        {}
func (nobody) Failed() bool          { return false }
func (nobody) Logf(string, ...any)   {}
func (nobody) Errorf(string, ...any) {}

func (nobody) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
