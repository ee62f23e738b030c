package fake

import (
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// downRefused makes sure that a client is refused.
func downRefused(t *testing.T, s *shelf, client *http.Client, base string) {
	t.Helper()
	_, _, err := s.askVia(client, base, "GET", "/books.json", "")
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

// downServed makes sure that a client is answered.
func downServed(t *testing.T, s *shelf, client *http.Client, base string) {
	t.Helper()
	status, _, err := s.askVia(client, base, "GET", "/books.json", "")
	require.NoError(t, err)
	require.Equal(t, 200, status)
}

func TestDown(t *testing.T) {
	t.Parallel()
	serverEverywhere(t, func(t *testing.T, s *shelf, ask func(method, path, body string) (int, string, error)) {
		for round := range 3 {
			if round > 0 { // the first time before there is any connection
				status, _, err := ask("GET", "/books.json", "")
				require.NoError(t, err)
				require.Equal(t, 200, status)
			}
			up := s.Down()
			_, _, err := ask("GET", "/books.json", "")
			require.Error(t, err, "a warm connection may be found broken")
			_, _, err = ask("GET", "/books.json", "")
			require.ErrorIs(t, err, syscall.ECONNREFUSED, "round %d", round)
			up()
			up() // again means nothing
		}
		require.Len(t, s.Calls(), 2, "what was refused has not arrived")
		status, _, err := ask("GET", "/books.json", "")
		require.NoError(t, err)
		require.Equal(t, 200, status)
	})
}

func TestDownKeepsTheURL(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	client, before := networkClient(t, s), s.URL()
	up := s.Down()
	require.Equal(t, before, s.URL())
	downRefused(t, s, client, before)
	up()
	require.Equal(t, before, s.URL())
	downServed(t, s, client, before)
}

// A port that is asked for while the server is down is refused too, until it is
// up.
func TestDownBeforeTheURLIsKnown(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	client := networkClient(t, s)
	up := s.Down()
	u := s.URL()
	downRefused(t, s, client, u)
	up()
	downServed(t, s, client, u)
}

// Who is down twice is up when both are taken back.
func TestDownTwice(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	client, u := networkClient(t, s), s.URL()
	first, second := s.Down(), s.Down()
	first()
	downRefused(t, s, client, u)
	downRefused(t, s, s.Client(), s.BaseURL())
	second()
	downServed(t, s, client, u)
	downServed(t, s, s.Client(), s.BaseURL())
}

// A call in work is broken for its client, and applied all the same.
func TestDownBreaksCallsInWork(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"memory", "loopback"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t, Frozen())
			client, base := s.Client(), s.BaseURL()
			if where == "loopback" {
				client, base = networkClient(t, s), s.URL()
			}
			s.Inject(NewFault("slow-headers").Set("delay", "1m"))
			done := make(chan error, 1)
			go func() {
				_, _, err := s.askVia(client, base, "POST", "/books.json", `{}`)
				done <- err
			}()
			_, err := s.Await(t.Context(), 1)
			require.NoError(t, err)
			up := s.Down()
			require.Error(t, <-done)
			up()
			s.Advance(60e9)
			require.Equal(t, 1, s.Books.Len())
		})
	}
}

// Somebody else may have taken the port meanwhile.
func TestDownAndThePortIsTaken(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := newShelf(tb)
	defer s.Close()
	s.URL()
	up := s.Down()
	other, err := net.Listen("tcp", s.net.addr)
	require.NoError(t, err)
	defer other.Close()
	require.Regexp(t, `^shelf: Down: the port cannot be opened again: listen tcp 127\.0\.0\.1:\d+: `, tb.run(up))
	downServed(t, s, s.Client(), s.BaseURL())
}

func TestDownAndClose(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	client, u := networkClient(t, s), s.URL()
	downServed(t, s, client, u)
	up := s.Down()
	s.Close()
	up()
	downRefused(t, s, client, u)
	downRefused(t, s, s.Client(), s.BaseURL())
	s.Down()()
	downRefused(t, s, client, u)
}

// Clients that call all the time meet refusals, breaks and answers, nothing else.
func TestDownWhileClientsCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t)
		var clients sync.WaitGroup
		for range 10 {
			clients.Go(func() {
				for range 50 {
					if status, _, err := s.ask("GET", "/books.json", ""); err == nil && status != 200 {
						t.Errorf("status %d", status)
					}
				}
			})
		}
		for range 20 {
			s.Down()()
		}
		clients.Wait()
		downServed(t, s, s.Client(), s.BaseURL())
	})
}
