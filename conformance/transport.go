package conformance

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
)

// transport is the network of one scene. It counts requests and ends the
// goroutine that goes on beyond the budget; it sends what is meant for the API
// to the fake, under whatever host name, and answers for the rest of the world.
type transport struct {
	inner  http.RoundTripper
	target *url.URL // the documented base URL
	hosts  []string // names that are the API
	budget int

	// front, where a check sets it, stands before the fake as a proxy would: it
	// may answer itself, or change the request and give nil.
	front func(*http.Request) *http.Response

	mu      sync.Mutex
	count   int
	runaway bool
	fronted int
	visits  []visit
}

// A visit is a request that would have left for another host.
type visit struct {
	method, url string
	header      http.Header
	body        string
}

// RoundTrip sends one request to where it belongs.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	t.count++
	over := t.count > t.budget
	t.runaway = t.runaway || over
	t.mu.Unlock()
	if over {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		runtime.Goexit()
	}
	if !t.knows(r.URL.Hostname()) {
		return t.abroad(r)
	}
	out, u := *r, *r.URL
	u.Scheme, u.Host = t.target.Scheme, t.target.Host
	out.URL, out.Host = &u, u.Host
	if t.front != nil {
		if answer := t.front(&out); answer != nil {
			if r.Body != nil {
				_ = r.Body.Close()
			}
			answer.Request = r
			t.mu.Lock()
			t.fronted++
			t.mu.Unlock()
			return answer, nil
		}
	}
	answer, err := t.inner.RoundTrip(&out)
	if answer != nil {
		answer.Request = r
	}
	return answer, err
}

// CloseIdleConnections lets http.Client close what is warm.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.inner.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func (t *transport) knows(host string) bool {
	for _, h := range t.hosts {
		if strings.EqualFold(h, host) {
			return true
		}
	}
	return false
}

// abroad is the rest of the world: it keeps what came and answers with an empty
// list, which looks like success to a client that does not notice.
func (t *transport) abroad(r *http.Request) (*http.Response, error) {
	v := visit{method: r.Method, url: r.URL.String(), header: r.Header.Clone()}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
		v.body = string(body)
	}
	t.mu.Lock()
	t.visits = append(t.visits, v)
	t.mu.Unlock()
	return answerTo(r, http.StatusOK, http.Header{"Content-Type": {"application/json"}}, "[]"), nil
}

func (t *transport) frontedCount() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.fronted
}

func (t *transport) ranAway() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.runaway
}

// abroadSeen are the requests that went to other hosts.
func (t *transport) abroadSeen() []visit {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.visits
}

// answerTo makes a response without a server.
func answerTo(r *http.Request, status int, header http.Header, body string) *http.Response {
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewBufferString(body)), ContentLength: int64(len(body)),
		Request: r,
	}
}
