package conformance

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

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

// attempts are the deliveries that a fake has sent.
func (s *Suite[C]) attempts(on any) []fake.Attempt {
	if s.hooks == nil {
		return nil
	}
	if h := s.hooks(on); h != nil {
		return h.Attempts()
	}
	return nil
}

// attemptLines shows deliveries, one a line.
func attemptLines(attempts []fake.Attempt) []string {
	const most = 12
	var lines []string
	for i, a := range attempts {
		if i == most {
			return append(lines, fmt.Sprintf("… %d more deliveries", len(attempts)-most))
		}
		lines = append(lines, attemptLine(a))
	}
	return lines
}

// theAttempt is the sending that a finding is about.
func theAttempt(attempts []fake.Attempt, f Finding) []fake.Attempt {
	for i, a := range attempts {
		if f.attempt > 0 && a.Delivery == f.delivery && a.Number == f.attempt {
			return attempts[i : i+1]
		}
	}
	return nil
}

// tryDelivery is a sending as a shell command, with the address of the receiver
// left to the reader; "" where its body is too long for a line, or no text.
func tryDelivery(attempts []fake.Attempt) string {
	const most = 2000
	if len(attempts) != 1 || len(attempts[0].Body) > most || !utf8.Valid(attempts[0].Body) {
		return ""
	}
	a := attempts[0]
	line := "curl -s -X " + a.Method
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		for _, value := range a.Header[name] {
			if len(value) > most || !utf8.ValidString(value) {
				return ""
			}
			if name != "User-Agent" {
				line += " -H " + quoted(name+": "+value)
			}
		}
	}
	return line + " --data-binary " + quoted(string(a.Body)) + ` "$RECEIVER"`
}

func attemptLine(a fake.Attempt) string {
	line := fmt.Sprintf("=> delivery %d, attempt %d: %s %s", a.Delivery, a.Number, a.Topic, short(a.Body))
	if len(a.Fault) > 0 {
		fault := a.Fault
		if len(fault) > 120 {
			fault = fault[:120] + "…"
		}
		line += " (" + strings.ToValidUTF8(fault, "?") + ")"
	}
	return line + " → " + answerWords(a)
}

// answerWords say what came of a delivery.
func answerWords(a fake.Attempt) string {
	switch {
	case a.Status != 0:
		return fmt.Sprintf("%d after %v", a.Status, a.End.Sub(a.At))
	case a.End.IsZero():
		return "no answer yet"
	}
	return "no answer: " + a.Err
}
