package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// A broken server is a fake with one bug: something that stands before it and
// sees every call and every answer, an option, or deliveries that do not arrive
// as the fake sent them.
type broken struct {
	opts    []fake.Option
	front   func(b *bench, q incoming) answered
	deliver func(b *bench, r *http.Request, body []byte) (arrives bool)
}

// A bench is a broken server at work.
type bench struct {
	served
	bug  broken
	next http.RoundTripper
	ran  int               // how often the bug showed
	kept map[string]string // what the bug remembers
}

type incoming struct {
	*http.Request
	body string
}

// is tells whether it is a call of that method to a path with such an end. An
// end "*" is any one below the rest.
func (q incoming) is(method, end string) bool {
	below, any := strings.CutSuffix(end, "*")
	at := q.URL.Path
	if any {
		i := strings.LastIndexByte(at, '/')
		at = at[:i+1]
		return q.Method == method && strings.HasSuffix(at, below) && q.URL.Path != at
	}
	return q.Method == method && strings.HasSuffix(at, below)
}

type answered struct {
	status int
	header http.Header
	body   string
}

// breaks makes a server with a bug.
func breaks(t *testing.T, api string, bug broken) *bench {
	t.Helper()
	b := &bench{served: serve(t, api, bug.opts...), bug: bug, ran: len(bug.opts), kept: map[string]string{}}
	b.next = b.HTTP.Transport
	b.HTTP = &http.Client{Transport: b}
	if arrive := b.Deliveries; bug.deliver != nil {
		b.Deliveries = func(h http.Handler) (string, error) {
			return arrive(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if bug.deliver(b, r, body) {
					r.Body = io.NopCloser(bytes.NewReader(body))
					h.ServeHTTP(w, r)
				}
			}))
		}
	}
	return b
}

// RoundTrip lets a call meet the bug.
func (b *bench) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte(nil)
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	q := incoming{r.Clone(r.Context()), string(body)}
	a := answered{}
	if b.bug.front != nil {
		a = b.bug.front(b, q)
	} else {
		a = b.pass(q)
	}
	return answerTo(r, a.status, a.header, a.body), nil
}

// pass lets a call through to the fake.
func (b *bench) pass(q incoming) answered {
	r := q.Clone(q.Context())
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(q.body)), int64(len(q.body))
	answer, err := b.next.RoundTrip(r)
	if err != nil {
		return answered{status: http.StatusBadGateway, header: http.Header{}, body: err.Error()}
	}
	body, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	return answered{answer.StatusCode, answer.Header.Clone(), string(body)}
}

// other is the same call of another path and query.
func (q incoming) other(path, query string) incoming {
	u := *q.URL
	u.Path, u.RawQuery = path, query
	r := q.Clone(q.Context())
	r.URL = &u
	return incoming{r, q.body}
}

// with is the same call with one parameter set, or taken out by "".
func (q incoming) with(name, value string) incoming {
	query := q.URL.Query()
	query.Set(name, value)
	if value == "" {
		query.Del(name)
	}
	return q.other(q.URL.Path, query.Encode())
}

// hit counts that the bug showed.
func (b *bench) hit() { b.ran++ }

// sends is a bug that changes what is asked.
func sends(f func(b *bench, q *incoming) bool) broken {
	return broken{front: func(b *bench, q incoming) answered {
		if f(b, &q) {
			b.hit()
		}
		return b.pass(q)
	}}
}

// replies is a bug that changes what is answered.
func replies(f func(b *bench, q incoming, a *answered) bool) broken {
	return broken{front: func(b *bench, q incoming) answered {
		a := b.pass(q)
		if f(b, q, &a) {
			b.hit()
		}
		return a
	}}
}

// swapped is a bug that answers one status for another.
func swapped(method, end string, from, to int) broken {
	return replies(func(_ *bench, q incoming, a *answered) bool {
		if !q.is(method, end) || a.status != from {
			return false
		}
		a.status = to
		return true
	})
}

// edited is a bug that changes the JSON of answers.
func edited(method, end string, f func(v map[string]any)) broken {
	return replies(func(_ *bench, q incoming, a *answered) bool {
		if !q.is(method, end) {
			return false
		}
		before := a.body
		a.body = reworked(a.body, f)
		return a.body != before
	})
}

// edit changes each object of a JSON text: the object itself, or those of an
// array.
func reworked(text string, f func(v map[string]any)) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return text
	}
	switch v := v.(type) {
	case map[string]any:
		f(v)
	case []any:
		for _, one := range v {
			if one, ok := one.(map[string]any); ok {
				f(one)
			}
		}
	}
	out, err := json.Marshal(v)
	if err != nil {
		return text
	}
	return string(out)
}

// each does something to the objects of an array.
func each(list any, f func(v map[string]any)) {
	all, _ := list.([]any)
	for _, one := range all {
		if one, ok := one.(map[string]any); ok {
			f(one)
		}
	}
}

// serverBugs are the bugs, by the rule that finds them and a letter.
func serverBugs() map[string]broken {
	all := map[string]broken{}
	for _, bugs := range []map[string]broken{cartfunnelBugs(), cscartBugs(), fluidpayBugs(), bonifyBugs(), cartlyBugs()} {
		maps.Copy(all, bugs)
	}
	return all
}

// Each seeded bug is found by the rule that it is named after, with the finding
// that is meant, and breaks no other rule that does not come after that one.
func TestServerRulesFindWhatTheySay(t *testing.T) {
	whole(t)
	t.Parallel()
	bugs := serverBugs()
	var matrix strings.Builder
	matrix.WriteString(". passes   K killed   c recorded as what the document leaves open   k broken too   b blocked   - not exercised   n not given   E error\n")
	for _, api := range serverAPIs {
		rules := ServerRules(api)
		fmt.Fprintf(&matrix, "\n%s\n           ", api)
		for i := range rules {
			fmt.Fprint(&matrix, (i+1)%10)
		}
		matrix.WriteString("\n")
		suite := serverSuites[api]()
		for _, k := range suite.rules {
			for _, m := range k.mutants {
				name := k.id + m.letter
				bug, ok := bugs[name]
				if !ok {
					t.Errorf("%s (%s): there is no such bug", name, m.does)
					continue
				}
				delete(bugs, name)
				b := breaks(t, api, bug)
				results := killedBy(t, b)
				if b.ran == 0 {
					t.Errorf("%s (%s) is void: it never showed", name, m.does)
				}
				fmt.Fprintf(&matrix, "%s  %s  %s: %s\n", name, serverRow(t, k.id, m, results), m.finding, m.does)
			}
		}
	}
	for name := range bugs {
		t.Errorf("%s: no rule names this bug", name)
	}
	golden(t, "kill-matrix-servers.txt", matrix.String())
}

// killedBy are the results of one broken server, each rule asked for once.
func killedBy(t *testing.T, b *bench) []Result {
	t.Helper()
	run, err := newServerRun(t.Context(), b.Target, nil)
	if err != nil {
		t.Fatal(err)
	}
	run.cfg.once = true
	var results []Result
	for _, k := range run.selected() {
		results = append(results, run.result(k))
	}
	return results
}

// serverRow is a row of the matrix, and says what is wrong with it.
func serverRow(t *testing.T, id string, m mutant, results []Result) string {
	t.Helper()
	row := ""
	for _, res := range results {
		named := res.Rule.ID == id
		found := res.State == fail || res.State == warn || res.State == chosen
		switch {
		case named && !found:
			t.Errorf("%s%s (%s) survives: %s %s", id, m.letter, m.does, res.State, res.Note)
		case named && res.Finding.Code != m.finding:
			t.Errorf("%s%s (%s) is found for another reason: want %s, got %s", id, m.letter, m.does, m.finding, res.Finding)
		case !named && found && res.State != chosen:
			t.Errorf("%s%s (%s) breaks %s too: %s", id, m.letter, m.does, res.Rule.ID, res.Finding)
		}
		row += map[State]string{
			pass: ".", blocked: "b", notExercised: "-", notClaimed: "n", chosen: "c",
			fail: "k", warn: "k",
		}[res.State]
		switch {
		case res.State == broke || res.State == flaky:
			row += "E"
			t.Errorf("%s%s: %s is %s: %s", id, m.letter, res.Rule.ID, res.State, res.Note)
		case named && res.State != chosen && found:
			row = row[:len(row)-1] + "K"
		}
	}
	return row
}
