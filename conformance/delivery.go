package conformance

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cartdouble/cartdouble/fake"
)

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

// attemptLines shows deliveries, one a line. Of many, the first ones and the one
// that the finding is about.
func attemptLines(attempts []fake.Attempt, f Finding) []string {
	const most = 12
	var lines []string
	left := 0
	for i, a := range attempts {
		if i >= most && !f.about(a) {
			left++
			continue
		}
		lines = append(lines, attemptLine(a))
	}
	if left > 0 {
		lines = append(lines, fmt.Sprintf("… %d more deliveries", left))
	}
	return lines
}

// about tells whether a finding is about that sending.
func (f Finding) about(a fake.Attempt) bool {
	return f.Attempt > 0 && a.Delivery == f.Delivery && a.Number == f.Attempt
}

// theAttempt is the sending that a finding is about.
func theAttempt(attempts []fake.Attempt, f Finding) []fake.Attempt {
	if i := slices.IndexFunc(attempts, f.about); i >= 0 {
		return attempts[i : i+1]
	}
	return nil
}

// fewAttempts are the deliveries that a report keeps whole, as fewCalls keeps
// exchanges. What is huge was made so by the check, and is cut.
func fewAttempts(attempts []fake.Attempt, f Finding) []fake.Attempt {
	const head, tail, most = 12, 12, 64 << 10
	var kept []fake.Attempt
	for i, a := range attempts {
		if i >= head && i < len(attempts)-tail && !f.about(a) {
			continue
		}
		if n := len(a.Body); n > most {
			a.Body = fmt.Appendf(slices.Clone(a.Body[:most]), "%s %d more bytes", cutMark, n-most)
		}
		kept = append(kept, a)
	}
	return kept
}

// deliveries are sendings without secrets.
func (v veil) deliveries(attempts []fake.Attempt) []fake.Attempt {
	clean := make([]fake.Attempt, len(attempts))
	for i, a := range attempts {
		x := hidden(fake.Exchange{URL: a.URL, Header: a.Header, Body: a.Body, ReplyBody: a.Answer}, v.hide)
		a.URL, a.Header, a.Body, a.Answer = x.URL, x.Header, x.Body, x.ReplyBody
		a.Err, a.Fault = v.hide(a.Err), v.hide(a.Fault)
		clean[i] = a
	}
	return clean
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
	return fmt.Sprintf("=> %s %s → %s", attemptName(a), short(a.Body), answerWords(a))
}

// attemptName says which sending that is, and what was done to it.
func attemptName(a fake.Attempt) string {
	const most = 120
	name := fmt.Sprintf("delivery %d, attempt %d: %s", a.Delivery, a.Number, a.Topic)
	if fault := a.Fault; fault != "" {
		if len(fault) > most {
			fault = fault[:most] + cutMark
		}
		name += " (" + strings.ToValidUTF8(fault, "?") + ")"
	}
	return name
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

// askedOf is the request of a sending, as it would stand in a trace.
func askedOf(a fake.Attempt, most int) string {
	return messageText(a.Method+" "+a.URL, a.Header, a.Body, most)
}

// answerOf is what the receiver said to it.
func answerOf(a fake.Attempt, most int) string {
	return messageText(answerWords(a), http.Header{}, a.Answer, most)
}

// deliveryText is the sending that a finding is about, whole: when it was sent by
// the clock of the fake, the request, and the answer.
func deliveryText(attempts []fake.Attempt, f Finding) string {
	const most = 1000
	var out []string
	for _, a := range theAttempt(attempts, f) {
		out = append(out, attemptName(a), "sent at "+a.At.UTC().Format("2006-01-02T15:04:05.000Z07:00"), askedOf(a, most), "", answeredWord(a)+answerOf(a, most))
	}
	return strings.Join(out, "\n")
}

// answeredWord begins the line about an answer that came.
func answeredWord(a fake.Attempt) string {
	if a.Status == 0 {
		return ""
	}
	return "answered "
}

// spoke is the moment of the last thing that was said in a sending.
func spoke(a fake.Attempt) time.Time {
	if a.End.IsZero() {
		return a.At
	}
	return a.End
}

// inTurn are exchanges and deliveries as they happened, each with its moment.
func inTurn[T any](calls []fake.Exchange, attempts []fake.Attempt, call func(fake.Exchange) T, attempt func(fake.Attempt) T) []T {
	type one struct {
		at time.Time
		t  T
	}
	var all []one
	for _, x := range calls {
		all = append(all, one{x.At, call(x)})
	}
	for _, a := range attempts {
		all = append(all, one{a.At, attempt(a)})
	}
	slices.SortStableFunc(all, func(a, b one) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	out := make([]T, len(all))
	for i, o := range all {
		out[i] = o.t
	}
	return out
}
