package scenarios_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

// slowSpy is a test that takes its time to be told.
type slowSpy struct {
	spy
	told  chan struct{} // closed: it may go on
	asked atomic.Bool
}

func (s *slowSpy) Errorf(format string, args ...any) {
	s.asked.Store(true)
	<-s.told
	s.spy.Errorf(format, args...)
}

// The test is told of what does not fit before the first byte of the refusal leaves,
// whatever the way on which the request came: a client that fails by the answer, and
// ends the test, comes second.
func TestToldBeforeTheRefusalLeaves(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]func(*scenarios.Run) *http.Client{
		"the client of the run":  (*scenarios.Run).Client,
		"one that it knows not":  func(r *scenarios.Run) *http.Client { return r.Fake().Client() },
		"one behind the handler": func(r *scenarios.Run) *http.Client { return &http.Client{Transport: served{r.Fake().Handler()}} },
	} {
		for what, text := range map[string]string{
			"a request":         "-> GET ~/customers.json\n<- live\n",
			"the second of two": "-> GET ~/customers/1.json\n<- live\n",
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := &slowSpy{told: make(chan struct{})}
					run := story(t, "state customers=1\n"+text).Start(s)
					if what == "the second of two" {
						require.Equal(t, 200, statusFrom(t, run, client(run)))
					}
					answered := make(chan int, 1)
					go func() { answered <- statusFrom(t, run, client(run)) }()
					synctest.Wait()
					assert.True(t, s.asked.Load(), "the test is being told")
					assert.Empty(t, answered, "and nothing has left")
					close(s.told)
					assert.Equal(t, http.StatusNotImplemented, <-answered)
					require.Len(t, s.failures(), 1)
					assert.Contains(t, s.failures()[0], "does not fit the story")
					s.end()
				})
			})
		}
	}
}

// served is a transport to a handler that is served elsewhere.
type served struct{ http.Handler }

func (s served) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &heard{header: http.Header{}, status: make(chan int, 1)}
	r.RemoteAddr, r.RequestURI = "192.0.2.1:1", r.URL.RequestURI()
	go s.ServeHTTP(w, r)
	return &http.Response{StatusCode: <-w.status, Header: w.header, Body: http.NoBody, Request: r}, nil
}

// heard is a ResponseWriter that hands a status on as soon as it is written.
type heard struct {
	header http.Header
	status chan int
}

func (w *heard) Header() http.Header         { return w.header }
func (w *heard) Write(p []byte) (int, error) { return len(p), nil }
func (w *heard) WriteHeader(status int)      { w.status <- status }

func statusFrom(t *testing.T, run *scenarios.Run, c *http.Client) int {
	req, err := http.NewRequest(http.MethodGet, run.BaseURL()+"/customers/1.json", strings.NewReader(""))
	require.NoError(t, err)
	run.Authorize(req)
	resp, err := c.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	return resp.StatusCode
}

// Over a port it is the same.
func TestToldBeforeTheRefusalLeavesAPort(t *testing.T) {
	t.Parallel()
	watched := watch(func(w *spy) {
		run := story(t, "-> GET ~/customers.json\n<- live\n").Start(w)
		resp, err := http.Get(run.URL() + "/nothing.json")
		if assert.NoError(t, err) {
			assert.Len(t, w.failures(), 1, "when the client has the answer, the test knows")
			assert.NoError(t, resp.Body.Close())
		}
	})
	assert.Contains(t, watched.failures()[0], "does not fit the story")
}
