package fake

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// serverRaw sends bytes over a connection of their own, and gives the statuses
// of what is answered until the server ends it.
func serverRaw(t *testing.T, s *Server, request []byte) []int {
	t.Helper()
	conn, err := s.net.dial(t.Context(), "", "")
	require.NoError(t, err)
	defer conn.Close()
	go func() {
		_, _ = conn.Write(request) // the server may have heard enough
		_ = conn.(interface{ CloseWrite() error }).CloseWrite()
	}()
	var statuses []int
	answers := bufio.NewReader(conn)
	for {
		answer, err := http.ReadResponse(answers, &http.Request{Method: "GET"})
		if err != nil {
			return statuses
		}
		statuses = append(statuses, answer.StatusCode)
		if _, err := io.Copy(io.Discard, answer.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return statuses
		}
	}
}

func TestSeveralRequestsOnAConnection(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	const get = "GET /v1/books.json HTTP/1.1\r\nHost: a\r\nX-Key: k\r\n\r\n"
	require.Equal(t, []int{200, 200, 400}, serverRaw(t, s.Server, []byte(get+get+"what?\r\n\r\n"+get)))
	require.Len(t, s.Calls(), 2)
}

// FuzzServer sends any bytes as requests. Whatever they are: no panic, no 5xx
// of ours, and a state in which everything fits together.
func FuzzServer(f *testing.F) {
	head := " HTTP/1.1\r\nHost: api.shelf.example\r\nX-Key: k\r\n"
	for _, request := range []string{
		"", "GET", "GET / HTTP/1.1\r\n\r\n", "OPTIONS *" + head + "\r\n", "CONNECT a:1" + head + "\r\n",
		"GET /v1/books.json?page=-9223372036854775808" + head + "\r\n",
		"GET /v1/books.json?page=9223372036854775807&page=x;y=%zz" + head + "\r\nGET /v1/books/1.json" + head + "\r\n",
		"HEAD /v1/books.json" + head + "\r\n", "GET //v1/%2e%2e/books%2Fx.json" + head + "\r\n",
		"POST /v1/books.json" + head + "Content-Length: 16\r\n\r\n{\"title\":\"Emma\"}",
		"POST /v1/books.json" + head + "Content-Length: 4\r\n\r\n\xef\xbb\xbf{",
		"POST /v1/books.json" + head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n",
		"POST /v1/books.json" + head + "Content-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n{}",
		"PATCH /v1/books/1.json" + head + "Content-Length: 27\r\n\r\n{\"title\":\"a\",\"title\":[{}]}}",
		"PATCH /v1/books/%31.json" + head + "Content-Length: 2\r\nIdempotency-Key: x\r\n\r\n{}",
		"DELETE /v1/books/1.json" + head + "Upgrade: h2c\r\nConnection: upgrade\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	} {
		f.Add([]byte(request))
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		s := newShelf(nil, At(clockStart), Frozen(), withLimit(50))
		defer s.Close()
		s.Books.Add(book{Title: "Emma", Tags: []string{"novel"}})
		serverRaw(t, s.Server, request)
		s.Settle()
		committed := 0
		for i, x := range s.Calls() {
			require.Equal(t, i+1, x.Seq)
			if x.Op == "Panic" || x.Op == "Wrong" {
				continue // made to fail
			}
			require.Positive(t, x.Status, "%s %s", x.Method, x.URL)
			require.Less(t, x.Status, 500, "%s %s", x.Method, x.URL)
			require.Equal(t, x.Status < 400 && (x.Op == "AddBook" || x.Op == "RenameBook"), x.Committed)
			if x.Op == "AddBook" && x.Committed {
				committed++
			}
		}
		for _, found := range s.Findings() {
			if !strings.Contains(found.Detail, "Panic") && !strings.Contains(found.Detail, "Wrong") {
				require.NotEqual(t, "defect", found.Kind, found.String())
			}
		}
		require.Equal(t, 1+committed, s.Books.Len())
		restoreConsistent(t, s.Books)
		snap := s.Snapshot()
		require.True(t, json.Valid(snap))
		s.Restore(snap)
		require.Equal(t, string(snap), string(s.Snapshot()))
	})
}
