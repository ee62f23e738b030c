package scenarios

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// cause says what probably made a client send a request that does not fit, from
// what happened to the request before that was like it.
func (m *mismatch) cause(now after) []string {
	if len(m.near) == 0 || len(m.near[0].by) == 0 {
		return m.credentials()
	}
	c := m.near[0]
	seq := c.by[len(c.by)-1]
	call, known := now.calls[seq]
	if !known || !c.fitting.equal() {
		return m.credentials()
	}
	what := happened(call)
	if what == "" {
		return nil
	}
	sentences := []string{what}
	switch writes := now.op[seq]; {
	case writes && call.Committed && (lost(call) || call.Status >= 400 || hasFault(call, "saved-but-says-error")):
		sentences = append(sentences,
			"This looks like a write repeated without looking: it may make a twin, or be refused as",
			"one. Whether it was saved can be asked first.   see GEN-DUP-01")
	case refused(call):
		sentences = append(sentences,
			"Nothing in the request has changed since, so the answer will be the same.   see GEN-4XX-01")
	}
	return sentences
}

// credentials is about a request that fits but for who sends it.
func (m *mismatch) credentials() []string {
	for _, c := range m.near {
		if c.same() && !m.request.carries {
			return []string{"The request does not carry the credentials of this run (Run.Credentials)."}
		}
	}
	return nil
}

func lost(call fake.Exchange) bool {
	for _, name := range []string{
		"lost-response", "reset", "hang", "slow-headers", "truncated", "slow-body", "stall", "stale-keepalive", "stream-error",
		"half-answer", "bad-chunk", "wrong-length", "empty-body", "huge", "raw", "wrong-body",
	} {
		if hasFault(call, name) {
			return true
		}
	}
	return false
}

func refused(call fake.Exchange) bool {
	return hasFault(call, "not-saved") ||
		call.Status >= 400 && call.Status < 500 && call.Status != http.StatusTooManyRequests
}

func hasFault(call fake.Exchange, name string) bool {
	for line := range strings.SplitSeq(call.Fault, "; ") {
		if first, _, _ := strings.Cut(line, " "); first == name {
			return true
		}
	}
	return false
}

// happened tells in one sentence what a fault did to a call, "" without one.
func happened(call fake.Exchange) string {
	name, _, _ := strings.Cut(call.Fault, " ")
	name = strings.TrimSuffix(name, ";")
	applied := "Request #%d was applied, then "
	if !call.Committed {
		applied = "Request #%d changed nothing: "
	}
	applied = fmt.Sprintf(applied, call.Seq)
	switch {
	case name == "":
		if refused(call) {
			return fmt.Sprintf("Request #%d was refused with status %d.", call.Seq, call.Status)
		}
		return ""
	case hasFault(call, "lost-response"):
		return applied + "its answer was lost on the way (lost-response)."
	case hasFault(call, "reset"):
		return applied + "the connection broke off first (reset)."
	case call.Status == 0 && (hasFault(call, "stale-keepalive") || hasFault(call, "stream-error") || hasFault(call, "half-answer")):
		return applied + fmt.Sprintf("the connection broke off before an answer (%s).", name)
	case hasFault(call, "raw"):
		return applied + "bytes came that the story calls no answer (raw)."
	case hasFault(call, "hang"):
		return applied + "no answer came until the client gave up (hang)."
	case hasFault(call, "not-saved"):
		return fmt.Sprintf("Request #%d was refused in its body, under status %d (not-saved).", call.Seq, call.Status)
	}
	return applied + fmt.Sprintf("it was answered with status %d (%s).", call.Status, name)
}
