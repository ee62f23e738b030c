package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// Command is an adapter for a client in another language: a program that reads
// one JSON object a line and writes one, in the form of jsonlines_v1.schema.json
// (Schemas). It is started once, or for each scene if it says so, and ends with
// its standard input; what it writes to standard error is kept with the check.
// Such a client lives in real time, so it is run under WallClock:
//
//	conformance.Run(t, s, conformance.Command(s, "node", "adapter.mjs"), conformance.WallClock("it is written in JavaScript"))
//
// What it does not claim is nil, and reported as such. A program that ends, breaks
// the protocol or misses a deadline is an ERROR of the check.
func Command[C any](s *Suite[C], argv ...string) func(fake.TB, Env) C {
	return operated[C](newOperator[C](s, argv))
}

// newOperator starts the program of clients of a suite.
func newOperator[C any](s *Suite[C], argv []string) *operator {
	return &operator{argv: argv, api: s.api, edition: s.edition, names: operationsOf(reflect.TypeFor[C]())}
}

// lined is the adapter of a client at the other end: what it claims.
func lined[C any](l *line) C {
	var client C
	out := reflect.ValueOf(&client).Elem()
	for i := range out.NumField() {
		name := out.Type().Field(i).Name
		if slices.Contains(l.p.started.Operations, name) {
			out.Field(i).Set(l.function(name, out.Field(i).Type()))
		}
	}
	return client
}

// operationsOf lists the functions of an adapter that can go over the line. One
// that takes a function cannot, but for the receiver of deliveries.
func operationsOf(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Name == "Receiver" || !slices.ContainsFunc(ins(f.Type), func(in reflect.Type) bool { return in.Kind() == reflect.Func }) {
			names = append(names, f.Name)
		}
	}
	return names
}

func ins(t reflect.Type) []reflect.Type {
	var types []reflect.Type
	for i := range t.NumIn() {
		types = append(types, t.In(i))
	}
	return types
}

// A line is the client of one scene at the other end.
type line struct {
	p   *program
	tb  fake.TB
	env Env
}

var (
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
	handlerType = reflect.TypeFor[http.Handler]()
)

// function makes a function of the adapter.
func (l *line) function(name string, t reflect.Type) reflect.Value {
	return reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		switch {
		case t.NumIn() == 1 && t.In(0) == errorType:
			return []reflect.Value{aboutError(name, args[0], t.Out(0))}
		case t.NumOut() == 1 && t.Out(0) == handlerType:
			return []reflect.Value{reflect.ValueOf(l.receiver(name, args[0].String(), args[1])).Convert(handlerType)}
		}
		ctx := context.Background()
		if t.NumIn() > 0 && t.In(0) == contextType {
			ctx, args = args[0].Interface().(context.Context), args[1:]
		}
		return l.results(t, l.call(ctx, name, args))
	})
}

// call makes one call and waits for its result. What goes wrong on the line is an
// error of the adapter and ends the goroutine.
func (l *line) call(ctx context.Context, name string, args []reflect.Value) message {
	m := message{Type: "call", Check: l.tb.Name(), BaseURL: l.env.BaseURL, Creds: l.env.Creds, Op: name, Args: []any{}, DeadlineMS: wallLongest.Milliseconds()}
	for _, a := range args {
		m.Args = append(m.Args, toJSON(a))
	}
	got, err := l.p.ask(ctx, m, wallLongest+time.Second)
	if err != nil {
		l.tb.Fatalf("%s: %v", name, err)
	}
	if got.Unsupported {
		l.tb.Fatalf("%s: it is claimed in started.operations, and answered with unsupported", name)
	}
	return got
}

// results turns the result of a call into what a function of that type returns.
func (l *line) results(t reflect.Type, m message) []reflect.Value {
	out := zerosOf(t)
	if n := len(out); n > 0 && t.Out(n-1) == errorType && m.Error != nil {
		out[n-1] = reflect.ValueOf(error(m.Error)).Convert(errorType)
		return out
	}
	if m.Error != nil {
		l.tb.Fatalf("a function without an error in its results failed: %v", m.Error)
	}
	if len(out) == 0 || t.Out(0) == errorType {
		return out
	}
	value, err := fromJSON(m.Value, t.Out(0))
	if err != nil {
		l.tb.Fatalf("result %d: %v", m.Seq, err)
	}
	out[0] = value
	if len(out) == 2 && t.Out(1).Kind() == reflect.Bool {
		out[1] = reflect.ValueOf(len(m.Value) > 0 && string(m.Value) != "null")
	}
	return out
}

func zerosOf(t reflect.Type) []reflect.Value {
	out := make([]reflect.Value, t.NumOut())
	for i := range out {
		out[i] = reflect.Zero(t.Out(i))
	}
	return out
}

// A LineError is an error as a client in another language tells it.
type LineError struct {
	Kind        Kind   `json:"kind"`
	Message     string `json:"message"`
	Status      int    `json:"status,omitempty"`      // HTTP status behind it
	Words       string `json:"words,omitempty"`       // the service's own, behind it
	Correlation string `json:"correlation,omitempty"` // the service's id of the answer behind it
}

func (e *LineError) Error() string { return e.Message }

// Unwrap gives what stands for the kind, the same for all errors of one kind.
// That of "canceled" is context.Canceled.
func (e *LineError) Unwrap() error { return lineKinds[e.Kind] }

var lineKinds = map[Kind]error{
	"refused": errors.New("refused"), "not-found": errors.New("not found"), "not-saved": errors.New("not saved"),
	"invalid": errors.New("invalid"), "rate-limit": errors.New("rate limit"), "server": errors.New("server"),
	"transport": errors.New("transport"), "canceled": context.Canceled,
}

// aboutError is what the adapter tells of an error.
func aboutError(name string, err reflect.Value, want reflect.Type) reflect.Value {
	var told *LineError
	if e, _ := err.Interface().(error); !errors.As(e, &told) {
		return reflect.Zero(want)
	}
	switch name {
	case "Status":
		return reflect.ValueOf(told.Status)
	case "Message":
		return reflect.ValueOf(told.Words)
	case "Correlation":
		return reflect.ValueOf(told.Correlation)
	}
	return reflect.Zero(want)
}

// kindList are the kinds of errors, for messages about them.
func kindList() []string {
	var kinds []string
	for kind := range lineKinds {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// receiver is the client's receiver of deliveries, behind its own port: the call
// Receiver gives its address, each delivery is told before it comes, and what it
// handled is told by the client and answered by the suite.
func (l *line) receiver(name, secret string, handled reflect.Value) http.HandlerFunc {
	got := l.call(context.Background(), name, []reflect.Value{reflect.ValueOf(secret)})
	var at struct {
		URL string `json:"url"`
	}
	if got.Error != nil {
		l.tb.Fatalf("%s: %v", name, got.Error)
	}
	if err := json.Unmarshal(got.Value, &at); err != nil || at.URL == "" {
		l.tb.Fatalf("%s: want the value {\"url\": \"http://127.0.0.1:…\"}, not %s", name, got.Value)
	}
	l.p.handles(func(event json.RawMessage) error {
		value, err := fromJSON(event, handled.Type().In(0))
		if err != nil {
			return fmt.Errorf("handled: %w", err)
		}
		failed, _ := handled.Call([]reflect.Value{value})[0].Interface().(error)
		return failed
	})
	return func(w http.ResponseWriter, r *http.Request) {
		if err := l.p.tell(message{Type: "deliver", Check: l.tb.Name(), URL: at.URL}); err != nil {
			panic(http.ErrAbortHandler)
		}
		forward(w, r, at.URL)
	}
}
