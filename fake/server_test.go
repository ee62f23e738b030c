package fake

import (
	"context"
	"errors"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestACallGoesThroughTheStages(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	require.Equal(t, `{"id":1,"title":"Emma"}`, s.must(t, "POST", "/books.json", `{"title":"Emma"}`))
	require.Equal(t, `{"id":1,"title":"Emma"}`, s.must(t, "GET", "/books/1.json", ""))
	require.Equal(t, `[{"id":1,"title":"Emma"}]`, s.must(t, "GET", "/books.json", ""))
	calls := s.Calls()
	require.Len(t, calls, 3)
	require.True(t, calls[0].Committed)
	require.False(t, calls[1].Committed)
	require.Equal(t, "23", calls[0].ReplyHeader.Get("Content-Length"))
	require.True(t, calls[1].Reused)
}

func TestAServerWorksInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t)
		s.Inject(NewFault("slow-headers").Set("delay", "30s"))
		client := s.Client()
		client.Timeout = 10 * time.Second
		_, _, err := s.askVia(client, s.BaseURL(), "GET", "/books.json", "")
		require.Error(t, err)
		start := time.Now()
		s.must(t, "GET", "/books.json", "")
		require.Equal(t, 30*time.Second, time.Since(start))
	})
}

func TestResetOnAWarmConnection(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.must(t, "GET", "/books.json", "")
	s.Inject(NewFault("reset").Call(1))
	_, _, err := s.ask("GET", "/books.json", "")
	require.Error(t, err)
	require.True(t, errors.Is(err, syscall.ECONNRESET), "%v", err)
	require.Len(t, s.Calls(), 2)
	s.must(t, "GET", "/books.json", "")
}

func TestLoopbackTLSAndHTTP2(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]Option{"plain": nil, "TLS": {TLS()}, "HTTP2": {HTTP2()}} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t, opts...)
			for _, base := range []string{s.BaseURL(), s.URL()} {
				status, _, err := s.askVia(s.Client(), base, "GET", "/books.json", "")
				require.NoError(t, err)
				require.Equal(t, 200, status)
			}
		})
	}
}

func TestAdvanceLetsAHeldCallGo(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Frozen())
	s.Inject(NewFault("slow-headers").Set("delay", "30s").Call(1))
	done := make(chan error, 1)
	go func() {
		_, _, err := s.ask("GET", "/books.json", "")
		done <- err
	}()
	_, err := s.Await(context.Background(), 1)
	require.NoError(t, err)
	s.Advance(30 * time.Second)
	require.NoError(t, <-done)
}

var _ = http.StatusOK
