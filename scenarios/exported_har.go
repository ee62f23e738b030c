package scenarios

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/har"
	"github.com/cartdouble/cartdouble/internal/redact"
)

// ExportHAR writes a recording as HAR 1.2, to be looked at in the network panel of
// a browser: its requests with the answers that stand in the file. Placeholders
// have the values that the seed makes, secrets are redacted, and times are those
// of the clock line, moved by advance and wait=. A step that may come several
// times is there as often as it must, and once at least.
//
// An answer that the file does not hold, one of the fake or a fault in its place,
// has status 0 and stands in the comment; deliveries are left out, and counted in
// the comment of the whole. It is an error if no answer stands in the file: what
// the fake answers has the journal, which the function ExportHAR writes.
func (s *Scenario) ExportHAR() ([]byte, error) {
	prog, err := s.program()
	if err != nil {
		return nil, err
	}
	x, err := newHARExport(prog)
	if err != nil {
		return nil, fmt.Errorf("scenarios: %s: %w", prog.file, err)
	}
	for _, st := range prog.steps {
		if err := x.add(st); err != nil {
			return nil, fmt.Errorf("scenarios: %s: %w", st.line().at, err)
		}
	}
	if x.answers == 0 {
		return nil, fmt.Errorf("scenarios: %s: no answer of it stands in the file; to see those of the fake, play it and write the journal: scenarios.ExportHAR(run.Fake().Calls()...)", prog.file)
	}
	archive := har.New(x.entries)
	if x.deliveries > 0 {
		archive.Log.Comment = "left out: " + counted(x.deliveries, "delivery", "deliveries")
	}
	return json.MarshalIndent(archive, "", "  ")
}

// harExport is a story on its way into a HAR file.
type harExport struct {
	prog       *program
	vals       *values
	service    service
	rules      *redact.Rules
	entries    []har.Entry
	answers    int // that stand in the file
	deliveries int
}

func newHARExport(prog *program) (*harExport, error) {
	rules, err := redact.New(prog.api.name, nil, redact.PeopleRules(prog.api.name)...)
	if err != nil {
		return nil, err
	}
	x := &harExport{prog: prog, rules: rules}
	var given fake.Credentials
	x.vals, given = prog.begin(func(string) string { return redactedWord })
	x.vals.tell = true
	for name := range prog.types {
		if text := standIn(name); text != "" {
			x.vals.bind(name, value{text: text})
		}
	}
	for _, key := range prog.api.keys {
		if given[key] == "" {
			given[key] = redactedWord
		}
	}
	x.service = service{base: strings.TrimSuffix(vendorOf(prog.api, nil).Base, prog.api.base), credentials: given}
	return x, nil
}

// standIn is the stand-in for a person after whom a recording has called a value,
// as flow.person does: person1, first1. "" for another name.
func standIn(name string) string {
	m := standInName.FindStringSubmatch(name)
	switch {
	case m == nil:
		return ""
	case m[1] == "person" && m[3] != "":
		return m[1] + m[2] + "+" + m[3] + "@example.com"
	case m[1] == "person":
		return name + "@example.com"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

var standInName = regexp.MustCompile(`^(person|first|last|city|company|login)([1-9][0-9]*)(tag[1-9][0-9]*)?$`)

// recognizable makes a value up that neither looks like a secret nor like a value
// of another type: digits may be a time in seconds. "" where any value does.
func (v *values) recognizable(typ string, r *rand.Rand) string {
	switch {
	case typ == "digits" && v.now.Unix() > 0:
		return strconv.FormatInt(v.now.Unix()+int64(r.IntN(10_000_000)), 10)
	case typ == "token", typ == "any", typ == "", typ == "cursor" && v.cursor == nil:
		return fmt.Sprintf("made%06d", r.IntN(1_000_000))
	}
	return ""
}

// add tells the story on by one step.
func (x *harExport) add(st statement) error {
	switch st := st.(type) {
	case *action:
		x.pass(st.by)
	case *deliver:
		x.deliveries++
	case *expect:
		for range max(st.least, 1) {
			x.pass(st.wait.least)
			e, err := x.entry(st)
			if err != nil {
				return err
			}
			x.entries = append(x.entries, e)
		}
	}
	return nil
}

func (x *harExport) pass(d time.Duration) { x.vals.now = x.vals.now.Add(d) }

// entry is one request with its answer.
func (x *harExport) entry(e *expect) (har.Entry, error) {
	req, err := x.prog.request(context.Background(), x.vals, x.service, e)
	if err != nil {
		return har.Entry{}, err
	}
	out := fake.Exchange{At: x.vals.now, Method: req.Method, URL: req.URL.String(), Header: req.Header}
	if req.Body != nil {
		if out.Body, err = io.ReadAll(req.Body); err != nil {
			return har.Entry{}, err
		}
	}
	a := &e.answer
	out.Fault = strings.Join(exportFaults(a.faults), ", ")
	if a.status == 0 {
		out.Fault = strings.TrimPrefix(a.text, "<- ")
		entry, err := harEntry(x.rules, out)
		entry.Response.Error = "not in the file"
		return entry, err
	}
	x.answers++
	reply := fake.Reply{Status: a.status}
	if a.section != nil {
		reply = x.prog.reply(a.section, a.status, a.style, x.vals)
	}
	out.Status, out.ReplyHeader, out.ReplyBody = reply.Status, reply.Header, reply.Body
	entry, err := harEntry(x.rules, out)
	entry.Response.Headers = append(entry.Response.Headers, a.onTheWay(len(reply.Body))...)
	return entry, err
}

// onTheWay are the header lines about how a body was sent. HAR holds it as it was
// before.
func (a *answer) onTheWay(length int) (lines []har.Pair) {
	if a.gzip && length > 0 {
		lines = append(lines, har.Pair{Name: "Content-Encoding", Value: "gzip"})
	}
	if a.chunked {
		lines = append(lines, har.Pair{Name: "Transfer-Encoding", Value: "chunked"})
	}
	return lines
}
