package memnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cartdouble/cartdouble/internal/bubble"
)

func TestPipeHTTP(t *testing.T) {
	t.Parallel()
	pipeProtocols(t, func(t *testing.T, p pipeProtocol) {
		s := pipeServe(t, p, pipeEcho)
		for _, size := range []int{0, 400, 5000, 5 * mostBuffer} {
			body := strings.Repeat("x", size)
			status, got, err := s.do(t, "POST", body)
			if status != 200 || got != body || err != nil {
				t.Errorf("POST of %d bytes: got %d, %d bytes, %v", size, status, len(got), err)
			}
		}
		s.counts(t, 4, 1)
	}, pipeHTTP1, pipeTLS, pipeHTTP2)
}

func TestPipeHTTPInParallel(t *testing.T) {
	t.Parallel()
	pipeProtocols(t, func(t *testing.T, p pipeProtocol) {
		s := pipeServe(t, p, pipeEcho)
		const calls = 100
		done := make(chan error)
		for i := range calls {
			go func() {
				body := strings.Repeat(fmt.Sprintf("%03d", i), 1000)
				status, got, err := s.do(t, "POST", body)
				if err == nil && (status != 200 || got != body) {
					err = fmt.Errorf("call %d: got %d with %d bytes", i, status, len(got))
				}
				done <- err
			}()
		}
		for range calls {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}, pipeHTTP1, pipeTLS, pipeHTTP2)
}

func TestPipeHTTPTimeout(t *testing.T) {
	t.Parallel()
	pipeProtocols(t, func(t *testing.T, p pipeProtocol) {
		s := pipeServe(t, p, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == "GET" {
				<-r.Context().Done() // the server sees that the client has left
			}
		})
		if _, _, err := s.do(t, "POST", ""); err != nil {
			t.Fatal(err)
		}
		s.client.Timeout = 5 * time.Millisecond
		start := time.Now()
		_, _, err := s.do(t, "GET", "")
		if e := net.Error(nil); !errors.As(err, &e) || !e.Timeout() {
			t.Errorf("got %v, want a timeout", err)
		}
		if d := time.Since(start); d != s.client.Timeout && bubble.ID() != 0 {
			t.Errorf("it came after %v, want %v", d, s.client.Timeout)
		}
		s.client.Timeout = 0
		if _, _, err := s.do(t, "POST", ""); err != nil {
			t.Errorf("after the timeout: %v", err)
		}
	}, pipeHTTP1, pipeTLS, pipeHTTP2)
}

// The server's own timeouts hang on the deadlines of the connection.
func TestPipeHTTPServerTimeouts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := pipeServe(t, pipeHTTP1, func(http.ResponseWriter, *http.Request) {})
		s.ReadHeaderTimeout, s.IdleTimeout = 2*time.Second, 3*time.Second
		c, err := s.listener.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		pipeSend(t, c, "GET / HTTP/1.1\r\n") // and no more
		io.ReadAll(c)
		if d := time.Since(start); d != s.ReadHeaderTimeout {
			t.Errorf("half a request was given up after %v, want %v", d, s.ReadHeaderTimeout)
		}
		for dials := range int32(3) {
			if _, _, err := s.do(t, "GET", ""); err != nil {
				t.Error(err)
			}
			s.counts(t, dials+1, dials+1)
			time.Sleep(s.IdleTimeout + 1)
		}
	})
}

func TestPipeHTTPRefused(t *testing.T) {
	t.Parallel()
	pipeProtocols(t, func(t *testing.T, p pipeProtocol) {
		s := pipeServe(t, p, func(http.ResponseWriter, *http.Request) {})
		s.listener.Refuse(true)
		_, _, err := s.do(t, "GET", "")
		if !errors.Is(err, syscall.ECONNREFUSED) || !strings.Contains(err.Error(), "connect: connection refused") {
			t.Errorf("got %v, want connection refused", err)
		}
		s.listener.Refuse(false)
		if _, _, err := s.do(t, "GET", ""); err != nil {
			t.Error(err)
		}
	}, pipeHTTP1, pipeTLS, pipeHTTP2)
}

// pipeBreak takes the connection from net/http, writes and resets it.
func pipeBreak(w http.ResponseWriter, text string) {
	c, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	buffer.WriteString(text)
	buffer.Flush()
	Reset(c)
}

// What a Go client sees of a reset is what it sees over TCP: an error where the
// connection is new, a hidden second request for a GET where it is warm.
func TestPipeHTTPReset(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		method string
		header []string
		warm   bool
		sent   string // before the reset
		status int
		hidden bool // net/http repeats the request
	}{
		{name: "GET", method: "GET"},
		{name: "POST", method: "POST"},
		{name: "warm GET", method: "GET", warm: true, hidden: true, status: 200},
		{name: "warm POST", method: "POST", warm: true},
		{name: "warm POST with a key", method: "POST", header: []string{"Idempotency-Key", "1"}, warm: true, hidden: true, status: 200},
		{name: "warm DELETE", method: "DELETE", warm: true},
		{name: "warm GET, after 103", method: "GET", warm: true, sent: "HTTP/1.1 103 Early Hints\r\n\r\n"},
		{name: "in the body", method: "GET", sent: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart", status: 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			pipeProtocols(t, func(t *testing.T, p pipeProtocol) {
				hits, dials := int32(1), int32(1)
				if test.warm {
					hits++
				}
				var s *pipeServer
				s = pipeServe(t, p, func(w http.ResponseWriter, _ *http.Request) {
					if s.hits.Load() == hits {
						pipeBreak(w, test.sent)
					}
				})
				if test.warm {
					if _, _, err := s.do(t, "GET", ""); err != nil {
						t.Fatal(err)
					}
				}
				status, got, err := s.do(t, test.method, "", test.header...)
				if test.hidden {
					s.counts(t, hits+1, dials+1)
				} else {
					s.counts(t, hits, dials)
				}
				if status != test.status || test.hidden != (err == nil) || err != nil && !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("got %d, %v, want %d and a reset that is hidden: %v", status, err, test.status, test.hidden)
				}
				if _, body, _ := strings.Cut(test.sent, "\r\n\r\n"); got != body {
					t.Errorf("got body %q, want %q", got, body)
				}
			}, pipeHTTP1, pipeTLS)
		})
	}
}

func TestPipeHTTPAbort(t *testing.T) {
	t.Parallel()
	pipeProtocols(t, func(t *testing.T, p pipeProtocol) {
		s := pipeServe(t, p, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		_, _, err := s.do(t, "POST", "")
		if err == nil || p != pipeHTTP2 && !errors.Is(err, io.EOF) {
			t.Errorf("got %v, want EOF, or the reset of a stream", err)
		}
		s.counts(t, 1, 1)
	}, pipeHTTP1, pipeTLS, pipeHTTP2)
}

// A server that resets the connection below HTTP/2.
func TestPipeHTTPResetBelowHTTP2(t *testing.T) {
	t.Parallel()
	pipeBoth(t, func(t *testing.T) {
		type key struct{}
		s := pipeServe(t, pipeHTTP2, func(_ http.ResponseWriter, r *http.Request) {
			Reset(r.Context().Value(key{}).(net.Conn))
		})
		s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, key{}, c)
		}
		if _, _, err := s.do(t, "POST", ""); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v, want a reset", err)
		}
	})
}

// 103 arrives before the answer, as over TCP.
func TestPipeHTTPEarlyHints(t *testing.T) {
	t.Parallel()
	pipeProtocols(t, func(t *testing.T, p pipeProtocol) {
		s := pipeServe(t, p, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusNoContent)
		})
		var codes []int
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
				codes = append(codes, code)
				return nil
			},
		})
		request, err := http.NewRequestWithContext(ctx, "GET", s.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := s.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if codes = append(codes, response.StatusCode); fmt.Sprint(codes) != "[103 204]" {
			t.Errorf("got %v, want [103 204]", codes)
		}
	}, pipeHTTP1, pipeTLS, pipeHTTP2)
}

// Connections that have come and gone leave no goroutine.
func TestPipeHTTPLeavesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := pipeServe(t, pipeHTTP1, func(http.ResponseWriter, *http.Request) {})
		s.ReadTimeout, s.WriteTimeout = time.Minute, time.Minute
		s.SetKeepAlivesEnabled(false)
		synctest.Wait()
		before := pipeGoroutines()
		const calls = 1000
		for range calls {
			if _, _, err := s.do(t, "GET", ""); err != nil {
				t.Fatal(err)
			}
		}
		s.counts(t, calls, calls)
		synctest.Wait()
		if after := pipeGoroutines(); after != before {
			t.Errorf("got %d goroutines after %d connections, %d before", after, calls, before)
		}
	})
}

// pipeGoroutines is the number of goroutines in the bubble of the caller.
func pipeGoroutines() int {
	stacks := make([]byte, 1<<16)
	n := runtime.Stack(stacks, true)
	for n == len(stacks) {
		stacks = make([]byte, 2*n)
		n = runtime.Stack(stacks, true)
	}
	return strings.Count(string(stacks[:n]), fmt.Sprintf(", synctest bubble %d]:\n", bubble.ID()))
}
