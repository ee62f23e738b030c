// Package faketest checks what every API package owes its users, in the manner
// of testing/fstest: one function, and a Kit in which the package shows itself.
//
// Run checks that
//
//   - routes and the clauses of the document fit together, in both directions;
//   - each reading that the code cites is listed in doc.go, and each listed one
//     is cited;
//   - of two mistakes in one request, the earlier in the order of decisions
//     gets its answer, for every pair;
//   - failures have their words, byte for byte;
//   - objects have their keys in the order of the document;
//   - two runs with the same clock and seed give the same bytes;
//   - what a failing test prints shows no credential;
//   - a synctest bubble, loopback, TLS and HTTP/2 all give what the in-memory
//     network gives.
package faketest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Kit is what an API package shows of itself.
type Kit struct {
	// Start makes a server that holds the records which Requests need.
	Start func(fake.TB, ...fake.Option) *fake.Server

	Dir      string             // folder of the package's source: "."
	Readings string             // prefix of its readings: "CF"
	Clauses  map[string]string  // every heading of the document; the reason for each that has no operation
	Header   http.Header        // what every good request carries, credentials above all
	Requests []Request          // good requests, at least one for each operation
	Mistakes []Mistake          // in the order of decisions
	Failures []Failure          // the words of each failure
	Keys     map[fake.Op]string // the keys of a record in the answer, in order, parted by blanks
}

// A Request is sent as it stands, below the base URL.
type Request struct {
	Op     fake.Op
	Method string
	Path   string // with the query
	Header http.Header
	Body   string
}

// A Mistake spoils a good request in one part of it.
type Mistake struct {
	Name  string
	Part  string // "path", "method", "credentials", "body": two mistakes in one part are not combined
	Spoil func(*Request)
}

// A Failure is a request and exactly what it is answered.
type Failure struct {
	Name    string
	Request Request
	Status  int
	Header  http.Header // further headers that must be there
	Body    string
}

// noon is the moment at which the clocks of the checks stand.
var noon = time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)

// Run makes all checks, each as a subtest.
func Run(t *testing.T, k Kit) {
	t.Helper()
	for _, check := range checks {
		t.Run(check.name, func(t *testing.T) { check.do(t, k) })
	}
	t.Run("networks", func(t *testing.T) { checkNetworks(t, k) })
}

// checks are those that need no subtests of their own.
var checks = []struct {
	name string
	do   func(fake.TB, Kit)
}{
	{"routes and clauses", checkRoutes},
	{"readings", checkReadings},
	{"order of decisions", checkOrder},
	{"words of failure", checkFailures},
	{"key order", checkKeys},
	{"determinism", checkDeterminism},
	{"printing", checkPrinting},
}

// answer is what came back, without what differs between networks.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// send sends a request with the kit's headers; the request's own replace them.
func (k Kit) send(client *http.Client, base string, r Request) (answer, error) {
	var body io.Reader
	if r.Body != "" {
		body = strings.NewReader(r.Body)
	}
	request, err := http.NewRequest(r.Method, base+r.Path, body)
	if err != nil {
		return answer{}, err
	}
	for _, h := range []http.Header{k.Header, r.Header} {
		for name, values := range h {
			request.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	got, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	return answer{got.StatusCode, got.Header, string(text)}, err
}

// start makes a server whose clock stands. What a request does wrong on purpose
// is no failure of the check.
func (k Kit) start(tb fake.TB, opts ...fake.Option) *fake.Server {
	return k.Start(tb, append([]fake.Option{fake.At(noon), fake.Frozen(), fake.Allow("no-route", "too-soon", "blind-repeat")}, opts...)...)
}
