package conformance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

// onLine runs a program of this test at the other end of the lines: it is given
// each line and says what it likes.
func onLine(t *testing.T, program func(m message, say func(string))) *program {
	t.Helper()
	toIt, in := io.Pipe()
	out, fromIt := io.Pipe()
	var mu sync.Mutex
	say := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.WriteString(fromIt, text+"\n")
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer fromIt.Close()
		lines := bufio.NewScanner(toIt)
		for lines.Scan() {
			if err := fits(t, "jsonlines_v1.schema.json", lines.Bytes()); err != nil {
				t.Errorf("the suite says what the schema does not know: %s: %v", lines.Text(), err)
			}
			var m message
			if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
				t.Error(err)
			}
			program(m, say)
			if m.Type == "stop" {
				return
			}
		}
	}()
	p := newProgram(in, out, strings.NewReader("hello\n"), func() error { <-done; return nil })
	t.Cleanup(func() { p.stop(); <-done })
	return p
}

func cartfunnelOperator() *operator {
	return &operator{api: "cartfunnel", edition: "2026-11", names: []string{"List", "Get", "Create"}}
}

const hello = `{"type":"started","name":"x","version":"1","language":"Go","operations":["List"]}`

func TestLinesThatAreWrong(t *testing.T) {
	t.Parallel()
	for say, want := range map[string]string{
		"no JSON":                                "a line that is wrong: invalid character",
		`{"type":"result","seq":1}`:              "a result has exactly one of value, error and unsupported",
		`{"type":"result","value":null}`:         "a result has the seq of its call, from 1",
		`{"type":"result","seq":7,"value":null}`: "no call has the number 7",
		`{"type":"result","seq":1,"value":1,"error":{"kind":"server","message":"x"}}`: "exactly one of",
		`{"type":"result","seq":1,"error":{"kind":"sever","message":"x"}}`:            `error.kind "sever" (did you mean "server"?); there are canceled, invalid, not-found`,
		`{"type":"result","seq":1,"error":{"kind":"server","message":""}}`:            "error.message is empty",
		`{"type":"results","seq":1,"value":null}`:                                     `type "results" (did you mean "result"?)`,
		`{"type":"result","seq":1,"valeu":null}`:                                      `unknown field "valeu"`,
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			p := onLine(t, func(m message, answer func(string)) {
				switch m.Type {
				case "start":
					answer(hello)
				case "call":
					answer(say)
				}
			})
			if err := p.greet(cartfunnelOperator()); err != nil {
				t.Fatal(err)
			}
			_, err := p.ask(context.Background(), message{Type: "call", Check: "CFN-A-01", BaseURL: "http://x", Creds: map[string]string{"a": "b"}, Op: "List", Args: []any{1}, DeadlineMS: 1}, time.Minute)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
			if json.Valid([]byte(say)) && !strings.Contains(want, "no call has") && !strings.Contains(want, "message is empty") {
				if fits(t, "jsonlines_v1.schema.json", []byte(say)) == nil {
					t.Error("the schema takes it")
				}
			}
		})
	}
}

func TestGreetingsThatAreWrong(t *testing.T) {
	t.Parallel()
	for say, want := range map[string]string{
		`{"type":"started","operations":["Lst"]}`:                       `cartfunnel has no operation "Lst" (did you mean "List"?); there are List, Get, Create`,
		`{"type":"started","operations":["List"],"reruns":"sometimes"}`: `started.reruns: "sometimes" is not known`,
		`{"type":"result","seq":1,"value":1}`:                           "no call has the number 1",
	} {
		p := onLine(t, func(m message, answer func(string)) {
			if m.Type == "start" {
				answer(say)
			}
		})
		if err := p.greet(cartfunnelOperator()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	for want, argv := range map[string][]string{
		"want a program":                          nil,
		"/no/such/program":                        {"/no/such/program"},
		"true: the program ended":                 {"true"},
		"false: the program ended: exit status 1": {"false"},
	} {
		o := cartfunnelOperator()
		o.argv = argv
		if _, err := o.start(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// deaf is the input of a program that does not read.
type deaf struct{ tried chan struct{} }

func (d deaf) Write([]byte) (int, error) {
	close(d.tried)
	return 0, syscall.EPIPE
}

func (deaf) Close() error { return nil }

// A pipe breaks before it is known how the program has ended.
func TestEndsAreToldAndNotBrokenPipes(t *testing.T) {
	t.Parallel()
	for want, after := range map[string]time.Duration{
		"the program ended: exit status 1":                    lastWords / 2,
		"the program does not read: " + syscall.EPIPE.Error(): 2 * lastWords,
	} {
		synctest.Test(t, func(t *testing.T) {
			in := deaf{make(chan struct{})}
			p := newProgram(in, strings.NewReader(""), strings.NewReader(""), func() error {
				<-in.tried
				time.Sleep(after)
				return errors.New("exit status 1")
			})
			if err := p.greet(cartfunnelOperator()); err == nil || err.Error() != want {
				t.Errorf("error %v, want %q", err, want)
			}
			<-p.ended
		})
	}
}

// lastAnswer is the input of a program that has answered and ended when the line
// is written.
type lastAnswer struct{ p *program }

func (l *lastAnswer) Write(line []byte) (int, error) { // under the lock
	l.p.waiting[0] <- message{Type: "started", Operations: []string{"List"}}
	l.p.err = errors.New("the program ended")
	l.p.over.Do(func() { close(l.p.ended) })
	return len(line), nil
}

func (*lastAnswer) Close() error { return nil }

// The last answer of a program that ends with it is an answer.
func TestAnswerBeforeTheEnd(t *testing.T) {
	t.Parallel()
	for range 20 {
		in, ready := &lastAnswer{}, make(chan struct{})
		in.p = newProgram(in, strings.NewReader(""), strings.NewReader(""), func() error { <-ready; return nil })
		if err := in.p.greet(cartfunnelOperator()); err != nil {
			t.Error(err)
		}
		close(ready)
	}
}

// Answers may come out of order, a caller who gives up is told, and what a program
// says aside is kept.
func TestCallsOnTheLine(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var heard []string
	p := onLine(t, func(m message, answer func(string)) {
		mu.Lock()
		heard = append(heard, m.Type+m.Op)
		mu.Unlock()
		switch {
		case m.Type == "start":
			answer(hello)
		case m.Op == "Get":
			answer(`{"type":"result","seq":2,"value":{"id":2}}`)
			answer(`{"type":"result","seq":1,"value":[{"id":1}]}`)
		case m.Type == "cancel":
			answer(`{"type":"result","seq":3,"error":{"kind":"canceled","message":"gave up"}}`)
		}
	})
	if err := p.greet(cartfunnelOperator()); err != nil {
		t.Fatal(err)
	}
	if p.started.Name != "x" || p.started.Language != "Go" {
		t.Errorf("started is %+v", p.started)
	}
	call := func(ctx context.Context, op string) message {
		m, err := p.ask(ctx, message{Type: "call", Check: "CFN-A-01", BaseURL: "http://x", Creds: map[string]string{"a": "b"}, Op: op, DeadlineMS: 1}, time.Minute)
		if err != nil {
			t.Error(err)
		}
		return m
	}
	first := make(chan message)
	go func() { first <- call(context.Background(), "List") }()
	for {
		mu.Lock()
		sent := len(heard) > 1
		mu.Unlock()
		if sent {
			break
		}
	}
	if m := call(context.Background(), "Get"); string(m.Value) != `{"id":2}` {
		t.Errorf("the second got %s", m.Value)
	}
	if m := <-first; string(m.Value) != `[{"id":1}]` {
		t.Errorf("the first got %s", m.Value)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if m := call(ctx, "List"); m.Error == nil || !errors.Is(m.Error, context.Canceled) {
		t.Errorf("who gave up got %+v", m)
	}
	_, err := p.ask(context.Background(), message{Type: "call", Check: "CFN-A-01", BaseURL: "http://x", Creds: map[string]string{"a": "b"}, Op: "Create", DeadlineMS: 1}, time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), `no answer to "call" within 1ms`) {
		t.Errorf("got %v", err)
	}
}

// What a receiver in another program handled is told to the application here,
// and what that says goes back.
func TestDeliveriesOnTheLine(t *testing.T) {
	t.Parallel()
	said := make(chan message, 9)
	var events []CartlyEvent
	port := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Cartly-Shop-Domain") != "mystore.mycartly.pro" {
			t.Error("the headers are lost")
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(port.Close)
	p := onLine(t, func(m message, answer func(string)) {
		said <- m
		switch m.Type {
		case "start":
			answer(`{"type":"started","operations":["Receiver","Rotate"]}`)
		case "call":
			if m.Op == "Receiver" {
				answer(`{"type":"result","seq":1,"value":{"url":"` + port.URL + `/hook"}}`)
			} else {
				answer(`{"type":"result","seq":2,"value":null}`)
			}
		case "deliver":
			answer(`{"type":"handled","seq":4,"event":{"name":"order.created","record_id":"ord_1"}}`)
		}
	})
	o := &operator{api: "cartly", edition: "x", names: []string{"Receiver", "Rotate"}}
	if err := p.greet(o); err != nil {
		t.Fatal(err)
	}
	c := lined[CartlyClient](&line{p: p, tb: &recorder{name: "CLY-SIG-01"}, env: Env{BaseURL: "http://x", Creds: fake.Credentials{"token": "t"}}})
	h := c.Receiver("secret", func(e CartlyEvent) error { events = append(events, e); return errors.New("full") })
	if (<-said).Type != "start" {
		t.Error("no start")
	}
	if m := <-said; m.Op != "Receiver" || m.Args[0] != "secret" {
		t.Errorf("got %+v", m)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "http://any/hook", strings.NewReader("{}"))
	r.Header.Set("X-Cartly-Shop-Domain", "mystore.mycartly.pro")
	h.ServeHTTP(w, r)
	if w.Code != http.StatusAccepted {
		t.Errorf("answered with %d", w.Code)
	}
	if m := <-said; m.Type != "deliver" || m.URL != port.URL+"/hook" {
		t.Errorf("got %+v", m)
	}
	if m := <-said; m.Type != "application" || m.Seq != 4 || m.Error == nil || m.Error.Message != "full" {
		t.Errorf("got %+v", m)
	}
	if len(events) != 1 || events[0] != (CartlyEvent{Name: "order.created", RecordID: "ord_1"}) {
		t.Errorf("handled %+v", events)
	}
	c.Rotate("new", time.Hour)
	if m := <-said; m.Op != "Rotate" || m.Args[1] != float64(3600000) {
		t.Errorf("got %+v", m)
	}
}

// The client in JavaScript gets the findings that the one in Go gets, for the same
// bugs.
func TestNodeFindsTheSame(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("no node on this machine: the adapter in JavaScript is not run")
	}
	const adapter = "testdata/node/adapter.mjs"
	partly := func(bug *reference.Bug) func(fake.TB, Env) CartfunnelClient {
		return func(tb fake.TB, env Env) CartfunnelClient {
			c := cartfunnelAdapter(bug)(tb, env)
			c.Ensure, c.AddTag = nil, nil // it does not claim them
			return c
		}
	}
	var all sync.WaitGroup
	slots := make(chan struct{}, 6)
	for _, name := range []string{
		"", "CFN-AUTH-01a", "CFN-AUTH-03a", "CFN-AUTH-04a", "CFN-VERB-01a", "CFN-CT-01a", "CFN-SAVE-01a", "CFN-SAVE-03a", "CFN-SAVE-04a",
		"CFN-TYPE-01b", "CFN-TYPE-04a", "CFN-PAGE-01a", "CFN-PAGE-03a", "GEN-DUP-01a",
	} {
		id, argv := "CFN-SAVE-04", []string{"node", adapter}
		if name != "" {
			id, argv = name[:len(name)-1], []string{"env", "BUG=" + name, "node", adapter}
		}
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			there := evaluate(t, Cartfunnel(), Command(Cartfunnel(), argv...), Only(id), WallClock("it is JavaScript")).Results[0]
			here := evaluate(t, Cartfunnel(), partly(bugged(name)), Only(id)).Results[0]
			if there.State != here.State || there.Finding.Code != here.Finding.Code {
				t.Errorf("%q: %s is %s %s %s in JavaScript, and %s %s in Go", name, id, there.State, there.Finding, there.Note, here.State, here.Finding)
			}
		})
	}
	all.Wait()
}

// A client that does not claim an operation is not asked for it, and a program
// that dies is the adapter's fault.
func TestCommandTellsClaimsAndCrashes(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("no node on this machine")
	}
	r := evaluate(t, Cartfunnel(), Command(Cartfunnel(), "node", "testdata/node/adapter.mjs"), Only("CFN-TAG-01"), WallClock("it is JavaScript"))
	become(t, r, notClaimed)
	r = evaluate(t, Cartfunnel(), Command(Cartfunnel(), "node", "--eval", `
		let lines = 0;
		require("readline").createInterface({ input: process.stdin }).on("line", () => {
			if (++lines === 1) return console.log('{"type":"started","operations":["List"]}');
			console.error("out of memory");
			process.exit(3);
		});
	`), Only("CFN-PAGE-01", "CFN-PAGE-02"), WallClock("it is JavaScript"))
	become(t, r, broke, broke)
	contains(t, r.text(false), "the adapter reported: List: the program ended: exit status 3", "could not run: the program ended", "out of memory")
	if len(r.Failed()) != 2 {
		t.Error("errors are no failures")
	}
}
