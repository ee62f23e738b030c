package scenarios_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// spy is a test that is watched: what it reports is kept, and its cleanup runs
// when the watching test says so.
type spy struct {
	mu       sync.Mutex
	cleanups []func()
	errors   []string
	logs     []string
	fatal    bool
}

func (s *spy) Helper()      {}
func (s *spy) Name() string { return "TestWatched" }

func (s *spy) Cleanup(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cleanups = append(s.cleanups, f)
}

func (s *spy) Failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.errors) > 0
}

func (s *spy) Logf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logs = append(s.logs, fmt.Sprintf(format, args...))
}

func (s *spy) Errorf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errors = append(s.errors, fmt.Sprintf(format, args...))
}

func (s *spy) Fatalf(format string, args ...any) {
	s.Errorf(format, args...)
	s.mu.Lock()
	s.fatal = true
	s.mu.Unlock()
	runtime.Goexit()
}

// end runs the cleanup.
func (s *spy) end() {
	for {
		s.mu.Lock()
		n := len(s.cleanups)
		if n == 0 {
			s.mu.Unlock()
			return
		}
		f := s.cleanups[n-1]
		s.cleanups = s.cleanups[:n-1]
		s.mu.Unlock()
		f()
	}
}

func (s *spy) failures() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.errors)
}

func (s *spy) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.logs, "\n")
}

// watch runs f with a watched test, to its end.
func watch(f func(*spy)) *spy {
	s := &spy{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer s.end()
		f(s)
	}()
	<-done
	return s
}

// Bodies that shoppers send.
const (
	dora        = `{"customer":{"email":"dora@example.com","first_name":"Dora"}}`
	carlMoves   = `{"customer":{"email":"carl@example.org"}}`
	annaMarries = `{"customer":{"last_name":"Weber"}}`
)

// shopper is a plain client of any of the APIs: its credentials say of which.
type shopper struct {
	http        *http.Client
	base        string
	credentials fake.Credentials
	run         *scenarios.Run
}

func newShopper(run *scenarios.Run) shopper {
	return shopper{run.Client(), run.BaseURL(), run.Credentials(), run}
}

// pass lets time pass on the clock of the fake.
func (c shopper) pass(d time.Duration) { c.run.Fake().Advance(d) }

// do sends a request and gives status and body; an error of the connection is
// given as it is.
func (c shopper) do(method, path, body string) (int, string, error) {
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, c.base+path, r)
	if err != nil {
		return 0, "", err
	}
	for header, value := range map[string]string{
		"X-Cartfunnel-Account": c.credentials["account"], "X-Cartfunnel-Api-Secret": c.credentials["secret"],
		"X-Shop-Domain": c.credentials["shop_domain"], "X-Api-Key": c.credentials["api_key"],
	} {
		if value != "" {
			req.Header.Set(header, value)
		}
	}
	switch key := c.credentials["api_key"]; {
	case c.credentials["token"] != "":
		req.Header.Set("Authorization", "Bearer "+c.credentials["token"])
	case c.credentials["email"] != "":
		req.SetBasicAuth(c.credentials["email"], key)
	case c.credentials["merchant_id"] != "":
		req.Header.Set("Authorization", key)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// must is do where nothing may go wrong.
func (c shopper) must(t testing.TB, status int, method, path, body string) string {
	t.Helper()
	got, text, err := c.do(method, path, body)
	require.NoError(t, err)
	require.Equal(t, status, got, text)
	return text
}

func itoa(n int) string { return strconv.Itoa(n) }

// noRouteIsFine lets stories be about paths that no endpoint has.
var noRouteIsFine = scenarios.FakeOptions(fake.Allow("no-route"))

// jsonOf is what a gjson path finds in the state of a run.
func jsonOf(t testing.TB, run *scenarios.Run, path string) string {
	t.Helper()
	found := gjson.GetBytes(run.Fake().Snapshot(), path)
	require.True(t, found.Exists(), path)
	return found.String()
}
