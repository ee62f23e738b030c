package fake

import (
	"io"
	"net/http"
)

// breakUpload cuts a request whose body is still coming, if a fault is to, and
// then does not return. Such a call is in the journal with what has come of it;
// no stage and no interceptor sees it.
func (s *Server) breakUpload(w http.ResponseWriter, r *http.Request) {
	a, n := s.uploadFault(r)
	if a == nil {
		return
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, n)) // a client that breaks it off has its cut
	c, open := s.enrol(r, body)
	if !open {
		panic(http.ErrAbortHandler)
	}
	defer s.serving.Done()
	s.find(c)
	_ = c.plan.add(c, a.fault, a.kind, a) // the only one
	c.cutOff(false)
	s.record(c)
	c.unlock()
	s.send(w, c, true)
}

// uploadFault is the fault that breaks a request off, and the bytes of the body
// that are read before.
func (s *Server) uploadFault(r *http.Request) (*armed, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Call{s: s, Request: r, entry: &entry{}}
	s.find(c)
	for _, a := range s.armed {
		if !a.kind.uploads || !a.chosen(c) {
			continue
		}
		a.fired++
		n := int64(a.fault.int("bytes", -1))
		if n < 0 {
			n = max(r.ContentLength, 0) / 2
		}
		return a, n
	}
	return nil, 0
}

// choosesUpload wants a body that goes on where it is to be broken off.
func choosesUpload(c *Call, a *armed) bool {
	length := c.Request.ContentLength
	return length < 0 || length > max(int64(a.fault.int("bytes", 0)), 0)
}
