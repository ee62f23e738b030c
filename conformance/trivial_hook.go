package conformance

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"sync"

	"github.com/cartdouble/cartdouble/fake"
)

// A receiver is asked as well, by deliveries. One that knows the answers without
// looking at what came gives those that the good client's receiver gave, and
// tells its application of what that one told.

// A memory is what the good receivers of each check answered, by the host of the
// check and in order.
type memory struct {
	mu      sync.Mutex
	answers map[string][]remembered
}

type remembered struct {
	status int
	told   []said
}

// said is one call of an application's function.
type said struct {
	function int // which argument of the adapter's function it is
	args     []reflect.Value
}

// recorded is a good client whose receivers are listened to.
func recorded[C any](m *memory, good func(fake.TB, Env) C) func(fake.TB, Env) C {
	return func(tb fake.TB, env Env) C {
		c := good(tb, env)
		eachHandler(&c, func(f reflect.Value, args []reflect.Value) http.Handler {
			l := &listening{m: m, host: env.BaseURL}
			for i, arg := range args {
				if arg.Kind() == reflect.Func {
					args[i] = l.around(i, arg)
				}
			}
			l.next, _ = f.Call(args)[0].Interface().(http.Handler)
			return l
		})
		return c
	}
}

// listening is a receiver whose answers are kept.
type listening struct {
	m    *memory
	host string
	next http.Handler

	mu   sync.Mutex
	told []said
}

// around keeps the calls of an application's function.
func (l *listening) around(i int, f reflect.Value) reflect.Value {
	return reflect.MakeFunc(f.Type(), func(args []reflect.Value) []reflect.Value {
		l.mu.Lock()
		l.told = append(l.told, said{i, slices.Clone(args)})
		l.mu.Unlock()
		return f.Call(args)
	})
}

func (l *listening) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	l.next.ServeHTTP(answer, r)
	l.mu.Lock()
	heard := l.told
	l.told = nil
	l.mu.Unlock()
	l.m.mu.Lock()
	l.m.answers[l.host] = append(l.m.answers[l.host], remembered{answer.Code, heard})
	l.m.mu.Unlock()
	w.WriteHeader(answer.Code)
}

// fromMemory is a client whose receivers answer from memory. It is asked for by the
// checks in the order in which the good one was.
func fromMemory[C any](m *memory, mk func(fake.TB, Env) C) func(fake.TB, Env) C {
	var mu sync.Mutex
	next := map[string]int{} // by host
	return func(tb fake.TB, env Env) C {
		c := mk(tb, env)
		eachHandler(&c, func(_ reflect.Value, args []reflect.Value) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				mu.Lock()
				n := next[env.BaseURL]
				next[env.BaseURL]++
				mu.Unlock()
				m.mu.Lock()
				answers := m.answers[env.BaseURL]
				m.mu.Unlock()
				if n >= len(answers) {
					return
				}
				for _, t := range answers[n].told {
					args[t.function].Call(t.args)
				}
				w.WriteHeader(answers[n].status)
			})
		})
		return c
	}
}

// eachHandler puts another handler in place of those that the functions of an
// adapter make.
func eachHandler[C any](c *C, instead func(f reflect.Value, args []reflect.Value) http.Handler) {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		t := f.Type()
		if f.IsNil() || t.NumOut() != 1 || t.Out(0) != reflect.TypeFor[http.Handler]() {
			continue
		}
		good := reflect.ValueOf(f.Interface()) // not the field, which is set below
		f.Set(reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
			h := instead(good, args)
			return []reflect.Value{reflect.ValueOf(&h).Elem()}
		}))
	}
}
