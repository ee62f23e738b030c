package faketest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/redact"
	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

func checkRoutes(t fake.TB, k Kit) {
	seen, cited := map[string]bool{}, map[string]bool{}
	for _, r := range k.start(t).API().Routes {
		for _, name := range []string{r.Op, r.Pattern} {
			if seen[name] {
				t.Errorf("%s stands twice in the route table", name)
			}
			seen[name] = true
		}
		if r.Clause == "" && r.Handle != nil && !r.Extension {
			t.Errorf("%s: a documented route needs its clause", r.Op)
		}
		if r.Clause == "" {
			continue
		}
		cited[r.Clause] = true
		reason, heading := k.Clauses[r.Clause]
		switch {
		case !heading:
			t.Errorf("%s: %q is no heading of the document", r.Op, r.Clause)
		case reason != "" && r.Handle != nil:
			t.Errorf("%s: %q is said to have no operation: %s", r.Op, r.Clause, reason)
		}
	}
	for _, clause := range slices.Sorted(maps.Keys(k.Clauses)) {
		if k.Clauses[clause] == "" && !cited[clause] {
			t.Errorf("%q has no route and no reason", clause)
		}
	}
	for _, r := range k.Requests {
		delete(seen, r.Op)
	}
	for _, r := range k.start(t).API().Routes {
		if r.Handle != nil && seen[r.Op] {
			t.Errorf("%s: the kit has no good request for it", r.Op)
		}
	}
}

func checkOrder(t fake.TB, k Kit) {
	for _, good := range k.Requests {
		for i, first := range k.Mistakes {
			alone := good
			first.Spoil(&alone)
			want := k.once(t, alone)
			for _, second := range k.Mistakes[i+1:] {
				if first.Part == second.Part {
					continue
				}
				both := good
				second.Spoil(&both)
				first.Spoil(&both)
				if diff := cmp.Diff(want, k.once(t, both)); diff != "" {
					t.Errorf("%s with %s and %s: want the answer to the first (-want +got):\n%s", good.Op, first.Name, second.Name, diff)
				}
			}
		}
	}
}

func checkFailures(t fake.TB, k Kit) {
	for _, f := range k.Failures {
		got := k.once(t, f.Request)
		want := answer{Status: f.Status, Header: got.Header.Clone(), Body: f.Body}
		maps.Copy(want.Header, f.Header)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
}

// once sends a request to a server of its own.
func (k Kit) once(t fake.TB, r Request) answer {
	t.Helper()
	s := k.start(t)
	got, err := k.send(s.Client(), s.BaseURL(), r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.Path, err)
	}
	return got
}

func checkKeys(t fake.TB, k Kit) {
	for _, r := range k.Requests {
		want, told := k.Keys[r.Op]
		if !told {
			t.Errorf("%s: the kit does not say the order of its keys", r.Op)
			continue
		}
		record := gjson.Parse(k.once(t, r).Body)
		if record.IsArray() {
			record = record.Get("0")
		}
		var keys []string
		record.ForEach(func(key, _ gjson.Result) bool { keys = append(keys, key.Str); return true })
		if got := strings.Join(keys, " "); got != want {
			t.Errorf("%s: keys\n got %s\nwant %s", r.Op, got, want)
		}
	}
}

// checkPrinting lets each good request fail a test, with its credentials where they
// do not belong as well, and looks for them in what is printed.
func checkPrinting(t fake.TB, k Kit) {
	secrets := credentials(t, k.start(t))
	for _, r := range k.Requests {
		w := &watched{TB: t}
		s := k.start(w)
		r.Path += map[bool]string{true: "&", false: "?"}[strings.Contains(r.Path, "?")] + "x=" + strings.Join(secrets, "&y=")
		if _, err := k.send(s.Client(), s.BaseURL(), r); err != nil {
			t.Fatalf("%s %s: %v", r.Method, r.Path, err)
		}
		s.Inject(fake.NewFault("redirect").Set("to", "https://login.example/"+strings.Join(secrets, "/")))
		w.end()
		if !strings.Contains(w.printed, "journal") {
			t.Errorf("%s: no journal was printed", r.Op)
		}
		for _, secret := range secrets {
			if strings.Contains(w.printed, secret) {
				t.Errorf("%s: a credential is printed:\n%s", r.Op, w.printed)
			}
		}
	}
}

// credentials are the values that the fake gives under the names of secrets.
func credentials(t fake.TB, s *fake.Server) (secrets []string) {
	given := s.Credentials()
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if redact.SecretName(name) {
			secrets = append(secrets, given[name])
		}
	}
	if len(given) > 0 && secrets == nil {
		t.Errorf("none of the credentials is named after a secret: %q", slices.Sorted(maps.Keys(given)))
	}
	return secrets
}

// watched is a test that fails and keeps what it prints.
type watched struct {
	fake.TB
	printed string
	cleanup []func()
}

func (w *watched) Failed() bool                      { return true }
func (w *watched) Cleanup(f func())                  { w.cleanup = append(w.cleanup, f) }
func (w *watched) Logf(format string, args ...any)   { w.printed += fmt.Sprintf(format, args...) + "\n" }
func (w *watched) Errorf(format string, args ...any) { w.Logf(format, args...) }

func (w *watched) end() {
	for _, f := range slices.Backward(w.cleanup) {
		f()
	}
}

// run is all that a server shows of one walk through the requests.
type run struct {
	Answers []answer
	State   string
	Calls   []fake.Exchange
}

func (k Kit) walk(tb fake.TB, by way, opts ...fake.Option) (run, error) {
	s := k.start(tb, opts...)
	client, base := by(s)
	defer client.CloseIdleConnections()
	var all run
	for _, r := range k.Requests {
		got, err := k.send(client, base, r)
		if err != nil {
			return all, fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
		}
		all.Answers = append(all.Answers, got)
	}
	all.State, all.Calls = string(s.Snapshot()), s.Calls()
	return all, nil
}

// A way is a client for a server, and the base URL that it is to use.
type way func(*fake.Server) (*http.Client, string)

func inMemory(s *fake.Server) (*http.Client, string) { return s.Client(), s.BaseURL() }

// onLoopback is a client of the standard library's own over TCP.
func onLoopback(s *fake.Server) (*http.Client, string) {
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if cert := s.Certificate(); cert != nil {
		pool := x509.NewCertPool()
		pool.AddCert(cert)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return &http.Client{Transport: transport}, s.URL()
}

func checkDeterminism(t fake.TB, k Kit) {
	first, err := k.walk(t, inMemory)
	if err != nil {
		t.Fatalf("%v", err)
	}
	second, err := k.walk(t, inMemory)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("two runs differ (-first +second):\n%s", diff)
	}
}

func checkNetworks(t *testing.T, k Kit) {
	want, err := k.walk(t, inMemory)
	if err != nil {
		t.Fatal(err)
	}
	compare := func(t *testing.T, got run, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Answers, got.Answers); diff != "" {
			t.Errorf("the answers differ from those in memory (-memory +here):\n%s", diff)
		}
		if want.State != got.State {
			t.Errorf("the state differs:\nmemory %s\n  here %s", want.State, got.State)
		}
	}
	t.Run("bubble", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			got, err := k.walk(t, inMemory)
			compare(t, got, err)
		})
	})
	for _, name := range []string{"plain", "TLS", "HTTP2"} {
		opts := map[string][]fake.Option{"TLS": {fake.TLS()}, "HTTP2": {fake.HTTP2()}}[name]
		t.Run(name, func(t *testing.T) {
			got, err := k.walk(t, inMemory, opts...)
			compare(t, got, err)
		})
		t.Run(name+" on loopback", func(t *testing.T) {
			got, err := k.walk(t, onLoopback, opts...)
			compare(t, got, err)
		})
	}
}
