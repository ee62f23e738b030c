package cscart

import "github.com/cartdouble/cartdouble/fake"

// pages are answers to lists that were asked for before. Where nothing has
// changed, a list that is asked for again is the same memory, so that the journal
// holds it once.
type pages struct {
	changes int
	known   map[question][]byte
}

// A question is all that an answer depends on, beside the carts.
type question struct {
	company       int64
	method, query string
}

const (
	mostPages   = 16
	longestPage = 1 << 20 // of those that are worth keeping
)

// asked finds the answer to a list. A shop without carts may have been emptied
// unseen.
func (s *Server) asked(q question) ([]byte, bool) {
	if s.pages.changes != s.changes || s.Carts.Count() == 0 {
		return nil, false
	}
	body, known := s.pages.known[q]
	return body, known
}

// remember keeps an answer.
func (s *Server) remember(q question, body []byte) {
	if len(body) > longestPage || s.Carts.Count() == 0 {
		return
	}
	if s.pages.known == nil || s.pages.changes != s.changes || len(s.pages.known) == mostPages {
		s.pages = pages{s.changes, map[question][]byte{}}
	}
	s.pages.known[q] = body
}

func questionOf(c *fake.Call, company int64) question {
	return question{company, c.Request.Method, c.Request.URL.RawQuery}
}
