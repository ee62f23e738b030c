package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// protocol is the version of the lines.
const protocol = 1

// A message is one line, either way. Which members it has depends on its type;
// jsonlines_v1.schema.json has the list.
type message struct {
	Type       string            `json:"type"`
	Protocol   int               `json:"protocol,omitempty"`
	API        string            `json:"api,omitempty"`
	Edition    string            `json:"edition,omitempty"`
	Name       string            `json:"name,omitempty"`
	Version    string            `json:"version,omitempty"`
	Language   string            `json:"language,omitempty"`
	Operations []string          `json:"operations,omitempty"`
	Reruns     string            `json:"reruns,omitempty"`
	Seq        int               `json:"seq,omitempty"`
	Check      string            `json:"check,omitempty"`
	BaseURL    string            `json:"base_url,omitempty"`
	Creds      map[string]string `json:"creds,omitempty"`
	Op         string            `json:"op,omitempty"`
	Args       []any             `json:"args,omitempty"`
	DeadlineMS int64             `json:"deadline_ms,omitempty"`
	Value      json.RawMessage   `json:"value,omitempty"`
	Error      *LineError        `json:"error,omitempty"`
	URL        string            `json:"url,omitempty"`
	Event      json.RawMessage   `json:"event,omitempty"`

	Unsupported bool `json:"unsupported,omitempty"`
}

const freshProcess = "fresh-process-per-check"

// An operator starts the program of a client, once or for each scene.
type operator struct {
	argv    []string
	api     string
	edition string
	names   []string // of the adapter's functions
	trace   func(way, line string)

	mu   sync.Mutex
	kept *program // for the next scene
}

// program gives a program that runs.
func (o *operator) program(tb fake.TB) (*program, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := o.kept
	if p == nil {
		var err error
		if p, err = o.start(); err != nil {
			return nil, err
		}
		if p.started.Reruns != freshProcess {
			o.kept = p
		}
	}
	if err := p.gone(); err != nil {
		return nil, fmt.Errorf("could not run: %w", err)
	}
	p.logTo(tb.Logf)
	if o.kept == nil {
		tb.Cleanup(p.stop)
	}
	return p, nil
}

// A program is the client at the other end of the lines.
type program struct {
	started message
	in      io.WriteCloser
	wait    func() error

	mu      sync.Mutex
	seq     int
	waiting map[int]chan message
	event   func(json.RawMessage) error
	log     func(string, ...any)
	trace   func(way, line string)
	err     error // why nothing more can be asked
	ended   chan struct{}
	over    sync.Once
}

// start runs the program and shakes hands.
func (o *operator) start() (*program, error) {
	if len(o.argv) == 0 {
		return nil, errors.New("conformance: Command: want a program, and its arguments")
	}
	cmd := exec.Command(o.argv[0], o.argv[1:]...)
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	said, err3 := cmd.StderrPipe()
	if err := errors.Join(err1, err2, err3, cmd.Start()); err != nil {
		return nil, fmt.Errorf("conformance: %s: %w", o.argv[0], err)
	}
	p := newProgram(in, out, said, cmd.Wait)
	if o.trace != nil {
		p.traceTo(o.trace)
	}
	if err := p.greet(o); err != nil {
		_ = cmd.Process.Kill() // it may be gone
		return nil, fmt.Errorf("conformance: %s: %w", strings.Join(o.argv, " "), err)
	}
	return p, nil
}

// newProgram listens to a program on both of its outputs.
func newProgram(in io.WriteCloser, out, said io.Reader, wait func() error) *program {
	p := &program{in: in, wait: wait, waiting: map[int]chan message{}, ended: make(chan struct{}), log: func(string, ...any) {}}
	var read sync.WaitGroup
	read.Go(func() { p.listen(out) })
	read.Go(func() {
		lines := bufio.NewScanner(said)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			p.logf("%s", lines.Text())
		}
	})
	go func() {
		read.Wait()
		if err := wait(); err != nil {
			p.fail(fmt.Errorf("the program ended: %w", err))
			return
		}
		p.fail(errors.New("the program ended"))
	}()
	return p
}

// greet says start and reads what the program is.
func (p *program) greet(o *operator) error {
	m, err := p.ask(context.Background(), message{Type: "start", Protocol: protocol, API: o.api, Edition: o.edition}, 10*time.Second)
	if err != nil {
		return err
	}
	for _, name := range m.Operations {
		if !slices.Contains(o.names, name) {
			return fmt.Errorf("started.operations: %s has no operation %q%s; there are %s", o.api, name, didYouMean(name, o.names), strings.Join(o.names, ", "))
		}
	}
	if m.Reruns != "" && m.Reruns != freshProcess {
		return fmt.Errorf("started.reruns: %q is not known; want %q or nothing", m.Reruns, freshProcess)
	}
	p.started = m
	return nil
}

// tell sends a line.
func (p *program) tell(m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return p.err
	}
	if p.trace != nil {
		p.trace("→", string(text))
	}
	if _, err := p.in.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("the program does not read: %w", err)
	}
	return nil
}

// ask sends a line and waits for the one that answers it. A caller who gives up
// is told to the program, whose answer is waited for all the same.
func (p *program) ask(ctx context.Context, m message, most time.Duration) (message, error) {
	answer := make(chan message, 1)
	p.mu.Lock()
	if m.Type != "start" { // which is answered by number 0
		p.seq++
		m.Seq = p.seq
	}
	p.waiting[m.Seq] = answer
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.waiting, m.Seq)
	}()
	if err := p.tell(m); err != nil {
		return message{}, p.because(err)
	}
	deadline := time.NewTimer(most)
	defer deadline.Stop()
	cancelled := ctx.Done()
	for {
		select {
		case got := <-answer:
			return got, nil
		case <-cancelled:
			cancelled = nil
			if err := p.tell(message{Type: "cancel", Seq: m.Seq}); err != nil {
				return message{}, p.because(err)
			}
		case <-p.ended:
			select {
			case got := <-answer: // its last
				return got, nil
			default:
				return message{}, p.gone()
			}
		case <-deadline.C:
			return message{}, fmt.Errorf("no answer to %q within %v", m.Type, most)
		}
	}
}

// listen reads the lines of the program to their end.
func (p *program) listen(out io.Reader) {
	lines := bufio.NewReader(out)
	for {
		text, err := lines.ReadBytes('\n')
		if text = bytes.TrimSpace(text); len(text) > 0 {
			if err := p.hear(text); err != nil {
				p.fail(fmt.Errorf("a line that is wrong: %w: %s", err, short(text)))
			}
		}
		if err != nil {
			return
		}
	}
}

// hear takes one line of the program. A wrong one is an error: after it nothing
// that the program says can be trusted.
func (p *program) hear(text []byte) error {
	p.mu.Lock()
	if p.trace != nil {
		p.trace("←", string(text))
	}
	p.mu.Unlock()
	var m message
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return err
	}
	switch m.Type {
	case "started":
		return p.answer(0, m)
	case "result":
		if err := m.wrongResult(text); err != nil {
			return err
		}
		return p.answer(m.Seq, m)
	case "handled":
		go p.handled(m)
		return nil
	}
	return fmt.Errorf("type %q%s; a program says started, result and handled", m.Type, didYouMean(m.Type, []string{"started", "result", "handled"}))
}

// wrongResult says what is wrong with a result.
func (m message) wrongResult(text []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	n := 0
	for _, name := range []string{"value", "error", "unsupported"} {
		if _, is := members[name]; is {
			n++
		}
	}
	switch {
	case m.Seq < 1:
		return errors.New("a result has the seq of its call, from 1")
	case n != 1:
		return errors.New("a result has exactly one of value, error and unsupported")
	case m.Error != nil && lineKinds[m.Error.Kind] == nil:
		return fmt.Errorf("error.kind %q%s; there are %s", m.Error.Kind, didYouMean(m.Error.Kind, kindList()), strings.Join(kindList(), ", "))
	case m.Error != nil && m.Error.Message == "":
		return errors.New("error.message is empty")
	}
	return nil
}

// answer hands a line to whoever waits for it.
func (p *program) answer(seq int, m message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	to := p.waiting[seq]
	if to == nil {
		return fmt.Errorf("no call has the number %d, or it was answered before", seq)
	}
	delete(p.waiting, seq)
	to <- m
	return nil
}

// handles sets what is done with events that the program handled.
func (p *program) handles(f func(json.RawMessage) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.event = f
}

// handled answers an event that the program hands to its application.
func (p *program) handled(m message) {
	p.mu.Lock()
	f := p.event
	p.mu.Unlock()
	answer := message{Type: "application", Seq: m.Seq}
	if f == nil {
		answer.Error = &LineError{Kind: "invalid", Message: "no receiver was asked for"}
	} else if err := f(m.Event); err != nil {
		answer.Error = &LineError{Kind: "server", Message: err.Error()}
	}
	if err := p.tell(answer); err != nil {
		p.logf("%v", err)
	}
}

// forward posts a delivery to the client's own port, and its answer back.
func forward(w http.ResponseWriter, r *http.Request, address string) {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, address, r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out.Header, out.ContentLength = r.Header.Clone(), r.ContentLength
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(out)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer answer.Body.Close()
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body) // the sender may be gone
}

func (p *program) traceTo(f func(way, line string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trace = f
}

func (p *program) logTo(f func(string, ...any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = f
}

func (p *program) logf(format string, args ...any) {
	p.mu.Lock()
	f := p.log
	p.mu.Unlock()
	f(format, args...)
}
