package fake

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestClose(t *testing.T) {
	t.Parallel()
	serverEverywhere(t, func(t *testing.T, s *shelf, ask func(method, path, body string) (int, string, error)) {
		_, _, err := ask("POST", "/books.json", `{"title":"Emma"}`)
		require.NoError(t, err)
		s.Close()
		s.Close()
		for range 2 {
			_, _, err = ask("GET", "/books.json", "")
			require.Error(t, err)
		}
		require.Len(t, s.Calls(), 1, "what was seen can still be read")
		require.Equal(t, 1, s.Books.Len())
		require.Contains(t, s.Dump(), "Emma")
		s.Settle()
		s.Advance(1)
	})
}

func TestCloseOfAServerNobodyCalled(t *testing.T) {
	t.Parallel()
	s := newShelf(nil)
	s.Close()
	_, _, err := s.ask("GET", "/books.json", "")
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

// Calls that wait for a clock that stands are cut, whatever they wait for.
func TestCloseWithHeldCalls(t *testing.T) {
	t.Parallel()
	for _, fault := range []Fault{
		NewFault("slow-headers").Set("delay", "1h"),
		NewFault("slow-headers").Set("delay", "1h").AfterApply(),
		NewFault("hang"),
		NewFault("hang").AfterApply(),
		NewFault("slow-body").Set("over", "1h"),
	} {
		t.Run(fault.String(), func(t *testing.T) {
			t.Parallel()
			serverEverywhere(t, func(t *testing.T, s *shelf, ask func(method, path, body string) (int, string, error)) {
				s.Inject(fault)
				done := make(chan error, 1)
				go func() {
					_, _, err := ask("POST", "/books.json", `{}`)
					done <- err
				}()
				_, err := s.Await(t.Context(), 1)
				require.NoError(t, err)
				s.Close()
				require.Error(t, <-done)
				s.Settle()
			})
		})
	}
}

// Behind another server, Close ends the calls too, though not the connections.
func TestCloseWithHeldCallsBehindAnotherServer(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Frozen())
	other := httptest.NewServer(s.Handler())
	defer other.Close()
	s.Inject(NewFault("slow-body").Set("over", "1h").On("ListBooks"), NewFault("hang").On("AddBook"))
	done := make(chan error, 2)
	for _, method := range []string{"GET", "POST"} {
		go func() {
			_, _, err := s.askVia(other.Client(), other.URL+"/v1", method, "/books.json", `{}`)
			done <- err
		}()
	}
	_, err := s.Await(t.Context(), 2)
	require.NoError(t, err)
	s.Close()
	require.Error(t, <-done)
	require.Error(t, <-done)
}

// closeUse calls a server in each of the ways in which something could be left
// behind, and closes it in the middle of some.
func closeUse(t *testing.T, s *shelf) {
	t.Helper()
	base := s.BaseURL()
	s.Inject(NewFault("hang").When("query:hang", "==", "1").First(2))
	var calls sync.WaitGroup
	for n := range 8 {
		calls.Go(func() { _, _, _ = s.askVia(s.Client(), base, "GET", fmt.Sprintf("/books.json?n=%d", n), "") })
	}
	calls.Wait()
	for range 2 {
		calls.Go(func() { _, _, _ = s.askVia(s.Client(), base, "GET", "/books.json?hang=1", "") })
	}
	_, err := s.Await(context.Background(), 10)
	require.NoError(t, err)
	unread, err := s.Client().Get(base + "/nowhere")
	require.NoError(t, err)
	dialled, err := s.net.dial(context.Background(), "", "") // and nothing said
	require.NoError(t, err)
	s.Close()
	calls.Wait()
	require.NoError(t, unread.Body.Close())
	require.NoError(t, dialled.Close())
}

// closeConnections is the number of connections that a server knows of.
func closeConnections(s *shelf) int {
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	return len(s.net.conns)
}

// closeGone waits until as many goroutines are left as there were.
func closeGone(t *testing.T, before int) {
	t.Helper()
	for range 1 << 22 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	var stacks strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
	require.Fail(t, "goroutines are left", "%d before, now %s", before, &stacks)
}

// Not parallel: goroutines are counted for the whole process.
func TestCloseLeavesNoGoroutine(t *testing.T) {
	for name, opts := range map[string][]Option{"plain": nil, "TLS": {TLS()}, "HTTP2": {HTTP2()}} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			var closed []*shelf
			for range 10 {
				s := newShelf(nil, append(opts, Frozen())...)
				closeUse(t, s)
				closed = append(closed, s)
			}
			closeGone(t, before)
			for _, s := range closed {
				for range 1 << 22 { // the count before may have had one of another test, that has ended since
					if closeConnections(s) == 0 {
						break
					}
					runtime.Gosched()
				}
				require.Zero(t, closeConnections(s))
			}
		})
	}
}

// A bubble does not end before the last goroutine in it has, and Close waits in
// it for the last connection: nothing here counts too early.
func TestCloseLeavesNoGoroutineInABubble(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]Option{"plain": nil, "TLS": {TLS()}, "HTTP2": {HTTP2()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 10 {
				synctest.Test(t, func(t *testing.T) {
					s := newShelf(nil, opts...)
					closeUse(t, s)
					require.Zero(t, closeConnections(s))
				})
			}
		})
	}
}

// Not parallel: descriptors are counted for the whole process.
func TestCloseLeavesNoSocket(t *testing.T) {
	sockets, err := closeSockets()
	if err != nil {
		t.Skip(err) // this system does not tell
	}
	before := runtime.NumGoroutine()
	for name, opts := range map[string][]Option{"plain": nil, "TLS": {TLS()}, "HTTP2": {HTTP2()}} {
		s := newShelf(nil, append(opts, Frozen())...)
		client, u := networkClient(t, s), s.URL()
		others := closeWaiting(t, u) // of other processes, long ago
		for range 3 {
			_, _, err := s.askVia(client, u, "GET", "/books.json", "")
			require.NoError(t, err)
		}
		s.Close()
		client.CloseIdleConnections()
		closeGone(t, before)
		now, err := closeSockets()
		require.NoError(t, err)
		require.Equal(t, sockets, now)
		require.Subset(t, others, closeWaiting(t, u), "%s: nor one that only waits for its time to pass", name)
	}
}

// closeSockets is the number of open sockets of the process.
func closeSockets() (int, error) {
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(links) == 0 {
		return 0, fmt.Errorf("no /proc/self/fd: %w", os.ErrNotExist)
	}
	n := 0
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n, nil
}

// closeWaiting are the pairs of addresses that the kernel's table has for the
// port of a URL.
func closeWaiting(t *testing.T, base string) []string {
	t.Helper()
	table, err := os.ReadFile("/proc/net/tcp")
	require.NoError(t, err)
	var port int
	_, err = fmt.Sscanf(base[strings.LastIndex(base, ":")+1:], "%d/v1", &port)
	require.NoError(t, err)
	pairs := []string{}
	for line := range strings.Lines(string(table)) {
		if strings.Contains(line, fmt.Sprintf(":%04X ", port)) {
			pairs = append(pairs, strings.Join(strings.Fields(line)[1:3], " "))
		}
	}
	return pairs
}

// The client's half of a big body that nobody reads does not keep Close waiting.
func TestCloseWithAnUnreadBody(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"memory", "loopback"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t, withPage(1000))
			for range 200 {
				s.Books.Add(book{Title: strings.Repeat("x", 100_000)})
			}
			client, base := s.Client(), s.BaseURL()
			if where == "loopback" {
				client, base = networkClient(t, s), s.URL()
			}
			r, err := http.NewRequest("GET", base+"/books.json", nil)
			require.NoError(t, err)
			r.Header.Set("X-Key", "k")
			answer, err := client.Do(r)
			require.NoError(t, err)
			s.Settle() // what only the client holds up does not count as work
			s.Close()
			_, err = io.Copy(io.Discard, answer.Body)
			require.Error(t, err)
			require.NoError(t, answer.Body.Close())
		})
	}
}
