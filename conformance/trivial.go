package conformance

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A trivial adapter is one that does not work at all. None may pass a check,
// but for two that may pass what the wire alone decides.
type trivial[C any] struct {
	name     string
	wireOnly bool
	make     func(fake.TB, Env) C
}

// trivials makes the eight trivial adapters out of a good one and of what it was
// answered before.
func trivials[C any](good func(fake.TB, Env) C, tape *cassette) []trivial[C] {
	same := func(f body) func(fake.TB, Env) C {
		return func(fake.TB, Env) C { return adapter[C](nil, f) }
	}
	around := func(f body) func(fake.TB, Env) C {
		return func(tb fake.TB, env Env) C {
			c := good(tb, env)
			return adapter(&c, f)
		}
	}
	return []trivial[C]{
		{"T-nothing", false, same(func(_ reflect.Value, t reflect.Type, _ []reflect.Value) []reflect.Value { return zeros(t) })},
		{"T-error", false, same(func(_ reflect.Value, t reflect.Type, _ []reflect.Value) []reflect.Value {
			return withError(t, errors.New("no"))
		})},
		{"T-answer-key", false, fromMemory(&tape.heard, answerKey(good))},
		{"T-replay", false, fromMemory(&tape.heard, replay(tape, good))},
		{"T-drop-reply", true, around(func(f reflect.Value, t reflect.Type, args []reflect.Value) []reflect.Value {
			invoke(f, args)
			return zeros(t)
		})},
		{"T-panic", false, same(func(reflect.Value, reflect.Type, []reflect.Value) []reflect.Value { panic("no") })},
		{"T-hang", false, same(func(reflect.Value, reflect.Type, []reflect.Value) []reflect.Value { select {} })},
		{"T-swallow-loop", true, around(func(f reflect.Value, _ reflect.Type, args []reflect.Value) []reflect.Value {
			for {
				invoke(f, args)
				time.Sleep(time.Second) // a call that does not touch the wire takes time too
			}
		})},
	}
}

// A body is what each function of an adapter does: good is the function it
// stands for, of type t.
type body func(good reflect.Value, t reflect.Type, args []reflect.Value) []reflect.Value

// adapter fills a struct of functions. Without a good one, all are claimed.
func adapter[C any](good *C, f body) C {
	var c C
	v := reflect.ValueOf(&c).Elem()
	for i := range v.NumField() {
		t, original := v.Field(i).Type(), reflect.Value{}
		if good != nil {
			if original = reflect.ValueOf(good).Elem().Field(i); original.IsNil() {
				continue
			}
		}
		v.Field(i).Set(reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value { return f(original, t, args) }))
	}
	return c
}

// invoke calls a function with the arguments that its stand-in was given.
func invoke(f reflect.Value, args []reflect.Value) {
	if f.Type().IsVariadic() {
		f.CallSlice(args)
	} else {
		f.Call(args)
	}
}

func zeros(t reflect.Type) []reflect.Value {
	var out []reflect.Value
	for i := range t.NumOut() {
		out = append(out, reflect.Zero(t.Out(i)))
	}
	return out
}

func withError(t reflect.Type, err error) []reflect.Value {
	out := zeros(t)
	if last := len(out) - 1; last >= 0 && t.Out(last) == reflect.TypeFor[error]() {
		out[last] = reflect.ValueOf(&err).Elem()
	}
	return out
}

// answerKey knows the right answers without asking the fake: it has the good
// client ask a twin of it, of which the check sees nothing.
func answerKey[C any](good func(fake.TB, Env) C) func(fake.TB, Env) C {
	return func(tb fake.TB, env Env) C {
		http, end := env.twin()
		tb.Cleanup(end)
		env.HTTP = http
		return good(tb, env)
	}
}

// A cassette is what the good client was answered in all checks, by host. Host
// names belong to one check each.
type cassette struct {
	mu     sync.Mutex
	stored map[string][]stored
	heard  memory
}

func newCassette() *cassette {
	return &cassette{stored: map[string][]stored{}, heard: memory{answers: map[string][]remembered{}}}
}

type stored struct {
	request string
	status  int
	header  http.Header
	body    string
}

// record is a good client whose conversations are stored.
func record[C any](c *cassette, good func(fake.TB, Env) C) func(fake.TB, Env) C {
	return with(good, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		host := r.URL.Host
		c.stored[host] = append(c.stored[host], stored{r.Method + " " + r.URL.RequestURI(), answer.StatusCode, answer.Header, string(body)})
		return answerTo(r, answer.StatusCode, answer.Header, string(body)), nil
	})
}

// replay is a client whose requests are answered from the cassette.
func replay[C any](c *cassette, good func(fake.TB, Env) C) func(fake.TB, Env) C {
	return with(good, func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		host, request := r.URL.Host, r.Method+" "+r.URL.RequestURI()
		i := slices.IndexFunc(c.stored[host], func(s stored) bool { return s.request == request })
		if i < 0 {
			return nil, errors.New("the cassette has no more of this request: " + request)
		}
		s := c.stored[host][i]
		c.stored[host] = slices.Delete(c.stored[host], i, i+1)
		return answerTo(r, s.status, s.header, s.body), nil
	})
}

// with puts something between a client and its network.
func with[C any](mk func(fake.TB, Env) C, trip func(http.RoundTripper, *http.Request) (*http.Response, error)) func(fake.TB, Env) C {
	return func(tb fake.TB, env Env) C {
		client := *env.HTTP
		client.Transport = between{client.Transport, trip}
		env.HTTP = &client
		return mk(tb, env)
	}
}

type between struct {
	next http.RoundTripper
	trip func(http.RoundTripper, *http.Request) (*http.Response, error)
}

func (b between) RoundTrip(r *http.Request) (*http.Response, error) { return b.trip(b.next, r) }
