package conformance

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// of are the exchanges of these operations, in order.
func (w *wire) of(ops ...fake.Op) []fake.Exchange {
	var found []fake.Exchange
	for _, x := range w.calls {
		if slices.Contains(ops, x.Op) {
			found = append(found, x)
		}
	}
	return found
}

// writes are the exchanges that would change something, whatever they meet.
func (w *wire) writes() []fake.Exchange {
	var found []fake.Exchange
	for _, x := range w.calls {
		if x.Method != http.MethodGet && x.Method != http.MethodHead {
			found = append(found, x)
		}
	}
	return found
}

// noted are the findings of the fake of that kind.
func (w *wire) noted(kind string) []fake.Finding {
	var found []fake.Finding
	for _, f := range w.findings {
		if f.Kind == kind {
			found = append(found, f)
		}
	}
	return found
}

// asked is the prerequisite that each of these operations was called.
func asked(ops ...fake.Op) prerequisite {
	return func(w *wire) string {
		for _, op := range ops {
			if len(w.of(op)) == 0 {
				return fmt.Sprintf("a call of %s; there was none", op)
			}
		}
		return ""
	}
}

// askedAny is the prerequisite that one of these operations was called.
func askedAny(ops ...fake.Op) prerequisite {
	return func(w *wire) string {
		if len(w.of(ops...)) == 0 {
			return fmt.Sprintf("a call of one of %v; there was none", ops)
		}
		return ""
	}
}

// answeredWith is the prerequisite that a call of the operation was answered
// with that status.
func answeredWith(status int, op fake.Op) prerequisite {
	return func(w *wire) string {
		for _, x := range w.of(op) {
			if x.Status == status {
				return ""
			}
		}
		return fmt.Sprintf("a call of %s that is answered with %d; there was none", op, status)
	}
}

// both is the prerequisite that all of these hold.
func both(all ...prerequisite) prerequisite {
	return func(w *wire) string {
		for _, p := range all {
			if needed := p(w); needed != "" {
				return needed
			}
		}
		return ""
	}
}

// wireLines shows the exchanges, one a line. Of many, the first and the last.
func wireLines(calls []fake.Exchange, away []visit) []string {
	const head, tail = 6, 3
	var lines []string
	for i, x := range calls {
		if i == head && len(calls) > head+tail+1 {
			lines = append(lines, fmt.Sprintf("… %d more", len(calls)-head-tail))
		}
		if i >= head && i < len(calls)-tail && len(calls) > head+tail+1 {
			continue
		}
		lines = append(lines, wireLine(x))
	}
	for _, v := range away {
		lines = append(lines, fmt.Sprintf("to another host: %s %s", v.method, v.url))
	}
	return lines
}

func wireLine(x fake.Exchange) string {
	line := fmt.Sprintf("#%d %s %s", x.Seq, x.Method, x.URL)
	if len(x.Body) > 0 {
		line += " " + short(x.Body)
	}
	if x.Status == 0 {
		line += " → no answer"
	} else {
		line += fmt.Sprintf(" → %d %s", x.Status, short(x.ReplyBody))
	}
	if x.Fault != "" {
		line += " (" + x.Fault + ")"
	}
	return line
}

// fewCalls are the exchanges that a report keeps whole: of many, the first and
// the last, and the one that the finding is about.
func fewCalls(calls []fake.Exchange, seq int) []fake.Exchange {
	const head, tail = 12, 12
	var kept []fake.Exchange
	for i, x := range calls {
		if i < head || i >= len(calls)-tail || x.Seq == seq {
			kept = append(kept, x)
		}
	}
	return kept
}

// hidden is an exchange without secrets.
func hidden(x fake.Exchange, hide func(string) string) fake.Exchange {
	clean := func(h http.Header) http.Header {
		out := http.Header{}
		for name, values := range h {
			for _, value := range values {
				out[hide(name)] = append(out[hide(name)], hide(value))
			}
		}
		return out
	}
	x.URL, x.Header, x.ReplyHeader = hide(x.URL), clean(x.Header), clean(x.ReplyHeader)
	x.Body, x.ReplyBody = []byte(hide(string(x.Body))), []byte(hide(string(x.ReplyBody)))
	return x
}

// short is the beginning of a body, on one line.
func short(body []byte) string {
	const most = 72
	body = bytes.Join(bytes.Fields(body), []byte(" "))
	if len(body) <= most {
		return string(body)
	}
	return string(bytes.ToValidUTF8(body[:most], nil)) + cutMark
}

// tryText is what a finding is about as a shell command: the exchange or the
// delivery that it names, else the one that is most likely to be of use.
func tryText(calls []fake.Exchange, attempts []fake.Attempt, f Finding, base string) string {
	named := cmp.Or(tryLine(calls, f.Call, base), tryDelivery(theAttempt(attempts, f)))
	if named != "" || f.Call > 0 || f.Attempt > 0 {
		return named
	}
	last := attempts[max(0, len(attempts)-1):]
	return cmp.Or(tryLine(calls, telling(calls), base), tryDelivery(last))
}

// telling is the number of the last exchange that something was wrong with, or
// else of the last one.
func telling(calls []fake.Exchange) int {
	for _, x := range slices.Backward(calls) {
		if x.Fault != "" || x.Status < 200 || x.Status > 299 {
			return x.Seq
		}
	}
	if len(calls) == 0 {
		return 0
	}
	return calls[len(calls)-1].Seq
}

// tryLine is one of the exchanges as a shell command, with the base URL left to
// the reader.
func tryLine(calls []fake.Exchange, seq int, base string) string {
	i := slices.IndexFunc(calls, func(x fake.Exchange) bool { return x.Seq == seq })
	if i < 0 {
		return ""
	}
	x := calls[i]
	line := "curl -s"
	if x.Method != http.MethodGet {
		line += " -X " + x.Method
	}
	for _, name := range slices.Sorted(maps.Keys(x.Header)) {
		if !slices.Contains([]string{"Accept-Encoding", "Content-Length", "User-Agent"}, name) {
			line += " -H " + quoted(name+": "+x.Header.Get(name))
		}
	}
	if len(x.Body) > 0 {
		line += " -d " + quoted(string(x.Body))
	}
	path := x.URL
	if u, err := url.Parse(base); err == nil {
		path = strings.TrimPrefix(path, u.Path)
	}
	return line + ` "$URL"` + quoted(path)
}

// quoted is a text as one word for a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
