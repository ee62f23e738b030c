package conformance

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/cartdouble/cartdouble/fake"
)

// A door stands before the client's receiver and sees what it reads. A receiver
// that answers without having read what came has not judged it, however right
// its answer is: that is how one that works is told from one that knows the
// answers.
type door struct {
	mu   sync.Mutex
	read map[string]bool // bodies that were read whole
}

// before puts the door before a handler.
func (d *door) before(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = &seen{ReadCloser: r.Body, door: d, want: r.ContentLength}
		h.ServeHTTP(w, r)
	})
}

// seen is a body that tells its door when it was read whole.
type seen struct {
	io.ReadCloser
	door *door
	want int64
	got  strings.Builder
}

func (s *seen) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.got.Write(p[:n])
	if int64(s.got.Len()) == s.want {
		s.door.mu.Lock()
		defer s.door.mu.Unlock()
		if s.door.read == nil {
			s.door.read = map[string]bool{}
		}
		s.door.read[s.got.String()] = true
	}
	return n, err
}

// reached tells whether an attempt came to a receiver and was read whole. When
// watching, all that is known of a receiver is its answer.
func (w *wire) reached(a fake.Attempt) bool {
	if w.door == nil {
		return a.Status != 0
	}
	w.door.mu.Lock()
	defer w.door.mu.Unlock()
	return w.door.read[string(a.Body)]
}

// delivered is the prerequisite that a delivery of each of these events came to
// a receiver that read it, or without names one of any event.
func delivered(topics ...string) prerequisite {
	return func(w *wire) string {
		if len(topics) == 0 && !w.anyAttempt(w.reached) {
			return "a delivery that the receiver reads; there was none"
		}
		for _, topic := range topics {
			if !w.anyAttempt(func(a fake.Attempt) bool { return a.Topic == topic && w.reached(a) }) {
				return fmt.Sprintf("a delivery of %s that the receiver reads; there was none", topic)
			}
		}
		return ""
	}
}

// hit is the prerequisite that a delivery was hit by each of these faults.
func hit(names ...string) prerequisite {
	return func(w *wire) string {
		for _, name := range names {
			if !w.anyAttempt(func(a fake.Attempt) bool { return hasFault(a, name) }) {
				return fmt.Sprintf("a delivery that is hit by the fault %s; there was none", name)
			}
		}
		return ""
	}
}

// hasFault tells whether a fault of that name hit an attempt.
func hasFault(a fake.Attempt, name string) bool {
	for fault := range strings.SplitSeq(a.Fault, "; ") {
		if first, _, _ := strings.Cut(fault, " "); first == name {
			return true
		}
	}
	return false
}

func (w *wire) anyAttempt(is func(fake.Attempt) bool) bool {
	for _, a := range w.attempts {
		if is(a) {
			return true
		}
	}
	return false
}
