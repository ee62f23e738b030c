package reference

import (
	"io"
	"net/http"
	"strings"
)

// A sender sends the requests of one client. It follows no redirect: no call of
// these APIs is answered with one.
type sender struct {
	http   *http.Client
	bug    *Bug
	reader reader
}

// newSender makes one. reads tells the requests that change nothing.
func newSender(client *http.Client, bug *Bug, reads func(*http.Request) bool) *sender {
	own := *client
	own.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		switch reading := reads(via[0]); {
		case reading && bug.is("GEN-REDIR-01a"):
			// Go itself drops this header on the way to another host, but no other.
			if key := via[0].Header["Authorization"]; key != nil {
				r.Header["Authorization"] = key
			}
			return nil
		case reading && bug.is("GEN-REDIR-01b"):
			r.Header = via[0].Header.Clone()
			return nil
		case !reading && bug.is("GEN-REDIR-02a"):
			return nil
		}
		return http.ErrUseLastResponse
	}
	return &sender{http: &own, bug: bug}
}

// gets tells the requests that only read, where the method says so.
func gets(r *http.Request) bool { return r.Method == http.MethodGet }

// A reply is an answer, read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// exchange sends a request once. Its error is about the transport alone.
func (s *sender) exchange(r *http.Request) (reply, error) {
	answer, err := s.http.Do(r)
	if err != nil {
		return reply{}, err
	}
	got := reply{status: answer.StatusCode, header: answer.Header}
	if got.status == http.StatusNotFound && s.bug.is("GEN-LEAK-01a") {
		return got, nil
	}
	defer func() { _ = answer.Body.Close() }()
	if got.status >= 400 || strings.HasSuffix(r.URL.Path, "/token") {
		got.body, err = io.ReadAll(answer.Body) // GEN-RACE-01a would get new tokens for ever, by chance
	} else {
		got.body, err = s.reader.readAll(s.bug, answer.Body)
	}
	if err != nil && s.bug.is("GEN-BODY-01a") {
		err = nil
	}
	return got, err
}
