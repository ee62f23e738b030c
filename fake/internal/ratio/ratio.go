// Package ratio measures a fake against the limit of what it could be: a bare
// net/http handler that writes the same bytes over the same kind of connection.
// Both take turns in one run, because machines drift.
package ratio

import (
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/internal/memnet"
)

// A Request is what a client sends again and again.
type Request struct {
	Method, URL string
	Header      http.Header
	Body        string
}

// Do sends the request and reads the whole answer, whose status it gives.
func (r Request) Do(tb testing.TB, client *http.Client) int {
	var body io.Reader
	if r.Body != "" {
		body = strings.NewReader(r.Body)
	}
	request, err := http.NewRequest(r.Method, r.URL, body)
	if err != nil {
		tb.Fatal(err)
	}
	for name, values := range r.Header {
		request.Header[name] = values
	}
	answer, err := client.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if answer.Body.Close(); err != nil {
		tb.Fatal(err)
	}
	return answer.StatusCode
}

// A Limit is a bare server.
type Limit struct {
	URL    string // without a path
	Client *http.Client
	server *http.Server
}

// Start serves a fixed answer, in memory or over loopback.
func Start(tb testing.TB, loopback bool, contentType string, body []byte) *Limit {
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > 0 {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		w.Header()["Content-Type"] = []string{contentType}
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
		_, _ = w.Write(body)
	})}
	l := &Limit{URL: "http://limit.example", server: srv}
	transport := &http.Transport{MaxIdleConnsPerHost: 1 << 10}
	if loopback {
		tcp, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatal(err)
		}
		l.URL = "http://" + tcp.Addr().String()
		go func() { _ = srv.Serve(tcp) }()
	} else {
		mem := memnet.Listen("limit")
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return mem.Dial(ctx) }
		go func() { _ = srv.Serve(mem) }()
	}
	l.Client = &http.Client{Transport: transport}
	return l
}

// Close ends the server.
func (l *Limit) Close() {
	l.Client.CloseIdleConnections()
	_ = l.server.Close()
}

// turn is how often each side goes before the other does.
const turn = 50

// TakeTurns measures ours against the limit and reports the ratio of the times,
// both without the first goes, in which connections are made.
func TakeTurns(b *testing.B, ours, limit func()) {
	b.Helper()
	warm := turn
	if testing.Short() {
		warm = 1
	}
	for range warm {
		ours()
		limit()
	}
	runtime.GC()
	var a, l time.Duration
	n := 0
	for b.Loop() {
		t0 := time.Now()
		for range warm {
			ours()
		}
		t1 := time.Now()
		for range warm {
			limit()
		}
		a, l, n = a+t1.Sub(t0), l+time.Since(t1), n+warm
	}
	b.ReportMetric(float64(a)/float64(l), "ratio")
	b.ReportMetric(float64(a)/float64(n), "ours-ns/call")
	b.ReportMetric(float64(l)/float64(n), "limit-ns/call")
	b.ReportMetric(0, "ns/op")
}
