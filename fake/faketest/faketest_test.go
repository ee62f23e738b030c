package faketest

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/stretchr/testify/require"
)

// bell is the smallest API that has everything a kit speaks of.
type bell struct {
	scramble bool // answers depend on the number of the server: a defect
	swap     bool // the body is read before the credentials: another order
	op       fake.Op
	tells    bool   // what it logs has its key in it: a defect
	key      string // name of its key; "": api_key
}

var servers int

func (b bell) start(tb fake.TB, opts ...fake.Option) *fake.Server {
	servers++
	mine := servers
	op := b.op
	if op == "" {
		op = "Ring"
	}
	ring := func(c *fake.Call) (fake.Reply, error) {
		if string(c.Body) == "bad" {
			return fake.Reply{}, &fake.Error{Kind: fake.Malformed}
		}
		body := `{"id":1,"tone":"c"}`
		if b.scramble {
			body = fmt.Sprintf(`{"id":1,"tone":"%d"}`, mine)
		}
		return fake.Reply{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)}, nil
	}
	if b.tells {
		tb.Cleanup(func() { tb.Logf("bell: my key was bell-key-1") })
	}
	return fake.New(tb, fake.API{
		Credentials: func() fake.Credentials { return fake.Credentials{cmp.Or(b.key, "api_key"): "bell-key-1"} },
		Name:        "bell", Base: "https://bell.example/v1", Hosts: []string{"bell.example"},
		Routes: []fake.Route{{Op: op, Pattern: "POST /ring", Clause: "Ring it", Handle: ring}},
		Auth: func(c *fake.Call) (fake.Caller, error) {
			if b.swap && string(c.Body) == "bad" {
				return fake.Caller{}, &fake.Error{Kind: fake.Malformed}
			}
			if c.Header("X-Key") != "k" {
				return fake.Caller{}, &fake.Error{Kind: fake.Unauthenticated}
			}
			return fake.Caller{Key: "k"}, nil
		},
		Error: func(_ *fake.Call, e *fake.Error) fake.Reply {
			status := map[fake.Kind]int{fake.Malformed: 400, fake.Unauthenticated: 401, fake.NoRoute: 404}[e.Kind]
			return fake.Reply{Status: status, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte(e.Kind)}
		},
	}, &b, opts...)
}

// kit is that of a bell without defects.
func kit(t *testing.T) Kit {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "doc.go"), []byte("// BE-1 one\n// BE-2 two\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "code.go"), []byte("// reading BE-1, reading BE-2\n"), 0o600))
	return Kit{
		Start: bell{}.start, Dir: dir, Readings: "BE",
		Clauses:  map[string]string{"Ring it": "", "Preface": "only words"},
		Header:   http.Header{"X-Key": {"k"}},
		Requests: []Request{{Op: "Ring", Method: "POST", Path: "/ring", Body: "now"}},
		Mistakes: []Mistake{
			{"a wrong path", "path", func(r *Request) { r.Path = "/wring" }},
			{"no key", "credentials", func(r *Request) { r.Header = http.Header{"X-Key": nil} }},
			{"a bad body", "body", func(r *Request) { r.Body = "bad" }},
		},
		Failures: []Failure{{
			Name: "bad body", Request: Request{Method: "POST", Path: "/ring", Body: "bad"},
			Status: 400, Header: http.Header{"Content-Type": {"text/plain"}}, Body: "malformed",
		}},
		Keys: map[fake.Op]string{"Ring": "id tone"},
	}
}

func TestRunPassesAGoodPackage(t *testing.T) {
	Run(t, kit(t))
}

// Each defect is found by the check that is about it, and by no other.
func TestEachDefectIsFound(t *testing.T) {
	for _, c := range []struct {
		defect string
		check  string
		text   string
		spoil  func(t *testing.T, k *Kit)
	}{
		{"heading without a route", "routes and clauses", `"Preface" has no route and no reason`, func(_ *testing.T, k *Kit) { k.Clauses["Preface"] = "" }},
		{"clause that is no heading", "routes and clauses", `"Ring it" is no heading`, func(_ *testing.T, k *Kit) { delete(k.Clauses, "Ring it") }},
		{"route for a heading that has none", "routes and clauses", "is said to have no operation", func(_ *testing.T, k *Kit) { k.Clauses["Ring it"] = "never" }},
		{"operation without a request", "routes and clauses", "no good request for it", func(_ *testing.T, k *Kit) { k.Start = bell{op: "Toll"}.start }},
		{"reading not listed", "readings", "BE-3 is cited and not listed", func(t *testing.T, k *Kit) {
			require.NoError(t, os.WriteFile(filepath.Join(k.Dir, "more.go"), []byte("// reading BE-3\n"), 0o600))
		}},
		{"reading not cited", "readings", "BE-2 is listed in doc.go and cited nowhere", func(t *testing.T, k *Kit) {
			require.NoError(t, os.WriteFile(filepath.Join(k.Dir, "code.go"), []byte("// BE-1\n"), 0o600))
		}},
		{"cited by a test only", "readings", "BE-2 is listed in doc.go and cited nowhere", func(t *testing.T, k *Kit) {
			require.NoError(t, os.Rename(filepath.Join(k.Dir, "code.go"), filepath.Join(k.Dir, "code_test.go")))
			require.NoError(t, os.WriteFile(filepath.Join(k.Dir, "code.go"), []byte("// BE-1\n"), 0o600))
		}},
		{"no readings at all", "readings", "lists no readings", func(_ *testing.T, k *Kit) { k.Readings = "XX" }},
		{"other order", "order of decisions", "Ring with no key and a bad body", func(_ *testing.T, k *Kit) { k.Start = bell{swap: true}.start }},
		{"other words", "words of failure", "bad body", func(_ *testing.T, k *Kit) { k.Failures[0].Body = "malformed!" }},
		{"missing header", "words of failure", "bad body", func(_ *testing.T, k *Kit) { k.Failures[0].Header.Set("Allow", "POST") }},
		{"other keys", "key order", "want tone id", func(_ *testing.T, k *Kit) { k.Keys["Ring"] = "tone id" }},
		{"keys not told", "key order", "does not say the order", func(_ *testing.T, k *Kit) { k.Keys = nil }},
		{"key in a log", "printing", "a credential is printed", func(_ *testing.T, k *Kit) { k.Start = bell{tells: true}.start }},
		{"key by another name", "printing", "none of the credentials is named after a secret", func(_ *testing.T, k *Kit) { k.Start = bell{key: "word"}.start }},
		{"other bytes each time", "determinism", "two runs differ", func(_ *testing.T, k *Kit) { k.Start = bell{scramble: true}.start }},
	} {
		t.Run(c.defect, func(t *testing.T) {
			k := kit(t)
			c.spoil(t, &k)
			for _, check := range checks {
				spy := &spy{TB: t}
				check.do(spy, k)
				if check.name == c.check {
					require.Contains(t, strings.Join(spy.errors, "\n"), c.text)
				} else if check.name != "routes and clauses" {
					require.Empty(t, spy.errors, check.name)
				}
			}
		})
	}
}

// spy is a TB that keeps the errors for itself.
type spy struct {
	testing.TB
	errors []string
}

func (s *spy) Errorf(format string, args ...any) {
	s.errors = append(s.errors, fmt.Sprintf(format, args...))
}
