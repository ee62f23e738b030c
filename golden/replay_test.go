package golden

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// echo answers with what arrived.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "text/plain")
	w.Header()["X-Twice"] = []string{"a", "b"}
	w.Header()["X-Thrice"] = []string{"a", "b", "c"}
	w.Header().Set("X-Request-Id", "16fd2706-8baf-433b-82eb-8c7fada847da")
	switch {
	case strings.HasPrefix(r.URL.Path, "/moved"):
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
		return
	case strings.HasPrefix(r.URL.Path, "/none"):
		w.Header()["Content-Type"] = nil
		w.WriteHeader(http.StatusNoContent)
		return
	case strings.HasPrefix(r.URL.Path, "/json"):
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"b": 1,"id":"16fd2706-8baf-433b-82eb-8c7fada847da","token":"s3cret-value"}`)
		return
	}
	fmt.Fprintf(w, "%s %s key=%s host=%s type=%s length=%d\n%s", r.Method, r.RequestURI, r.Header.Values("X-Key"), r.Host, r.Header.Get("Content-Type"), r.ContentLength, body)
}

// served is a desk with a server beside it.
type served struct {
	*desk
	server *httptest.Server
	test   string
}

func serve(t *testing.T, h http.HandlerFunc) *served {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	t.Cleanup(server.Client().CloseIdleConnections)
	return &served{newDesk(t), server, "TestEcho/pipe"}
}

// replays runs a spy's test that replays a golden.
func (s *served) replays(name string, opts ...Option) *spy {
	s.rerun()
	t := &spy{name: s.test}
	return t.run(func() { s.replay(t, name, s.server.Client(), s.server.URL+"/v1", opts) })
}

const echoed = `# What a server says.
-- request 1 --
POST /a%2Fb|"ü/../c?x=|"<ü>&y=+//+==&
X-Key: mine
Host: shop.example
content-type: text/csv

one
two
-- response 1 --
200 OK
x-twice: a
Content-Type: text/plain
X-Twice: b

POST /a%2Fb|"ü/../c?x=|"<ü>&y=+//+==& key=[mine] host=shop.example type=text/csv length=7
one
two
-- request 2 --
GET //moved
-- response 2 --
200 OK
Content-Type: text/plain

GET //moved key=[shared] host=HOST type= length=0

-- request 3 --
GET /moved?
-- response 3 --
302 Found
Content-Type: text/plain
Location: /elsewhere
-- request 4 --
DELETE /none
-- response 4 --
204 No Content
`

func (s *served) host() string { return strings.TrimPrefix(s.server.URL, "http://") }

func TestReplaySendsWhatIsWritten(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T) {
		s := serve(t, echo)
		s.put(t, "testdata/golden/Echo_1_2.txtar", strings.ReplaceAll(echoed, "HOST", s.host()))
		got := s.replays("Echo_1_2", Header("X-Key", "shared"))
		require.Empty(t, got.text())
		require.False(t, got.failed)
	})
}

func TestReplayShowsWhatDiffers(t *testing.T) {
	t.Parallel()
	s := serve(t, echo)
	const rel = "testdata/golden/Echo_1.txtar"
	for want, text := range map[string]string{
		`response status: want 201 Created, got 204 No Content`:                        "-- request --\nGET /none\n-- response --\n201 Created\n",
		`response header Content-Type: want nothing, got "application/json"`:           "-- request --\nGET /json\n-- response --\n200 OK\n\nx\n",
		`response header content-type: want "text/plain", got nothing`:                 "-- request --\nGET /none\n-- response --\n204 No Content\ncontent-type: text/plain\n",
		`response header X-Twice: want "a", got "a", "b"`:                              "-- request --\nGET /none\n-- response --\n204 No Content\nX-Twice: a\n",
		`response header X-Thrice: want "a", "b", got "a", "b", "c"` + "\n":            "-- request --\nGET /none\n-- response --\n204 No Content\nX-Thrice: a\nX-Thrice: b\n",
		`response header X-Other: want "a", got nothing`:                               "-- request --\nGET /none\n-- response --\n204 No Content\nX-Other: a\n",
		`response body b: want 2, got 1`:                                               "-- request --\nGET /json\n-- response --\n200 OK\nContent-Type: application/json\n\n{\"b\":2}\n",
		`response body, equal as JSON, from byte 6 on: want "1,\"id\"`:                 "-- request --\nGET /json\n-- response --\n200 OK\nContent-Type: application/json\n\n{\"b\":1,\"id\":\"16fd2706-8baf-433b-82eb-8c7fada847da\",\"token\":\"s3cret-value\"}\n",
		`response 2 status: want no answer, got 204 No Content`:                        "-- request 1 --\nGET /none\n-- response 1 --\n204 No Content\n-- request 2 --\nGET /none\n-- response 2 --\n",
		`accept it: GOLDEN=update go test . -run '^TestEcho$/^pipe$'`:                  "-- request --\nGET /none\n-- response --\n201 Created\n",
		"accept it: GOLDEN=new go test . -run '^TestEcho$/^pipe$'":                     "-- request --\nGET /none\n-- response --\n",
		`response body, from byte 1 on: want "x", got the end`:                         "-- request --\nGET /none\n-- response --\n204 No Content\n\nx\n",
		`response header X-Twice: want "b", "a", got "a", "b"`:                         "-- request --\nGET /none\n-- response --\n204 No Content\nX-Twice: b\nX-Twice: a\n",
		"testdata/golden/Echo_1.txtar differs\n  response status: want 302 Found, got": "-- request --\nGET /none\n-- response --\n302 Found\n",
	} {
		s.put(t, rel, text)
		got := s.replays("Echo_1")
		require.True(t, got.failed)
		require.True(t, strings.HasPrefix(got.text(), "error: golden: "+rel+" differs\n"), got.text())
		require.Contains(t, got.text(), want)
		require.Equal(t, text, s.get(t, rel))
	}
}

func TestReplayWritesResponsesAnew(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T) {
		s := serve(t, echo)
		s.env["GOLDEN"] = "update"
		const rel = "testdata/golden/Echo_1.txtar"
		s.put(t, rel, `# Kept.
-- request 1 --
GET /json
X-Key: kept
-- response 1 --
500 Internal Server Error
X-Request-Id: old
X-Gone: old

old
-- request 2 --
GET /none
-- response 2 --
`)
		got := s.replays("Echo_1")
		require.Equal(t, "log: golden: changed "+rel+": response 1 was 500 Internal Server Error, is 200 OK", got.text())
		const want = `# Kept.
-- request 1 --
GET /json
X-Key: kept
-- response 1 --
200 OK
Content-Type: application/json
X-Request-Id: 16fd2706-8baf-433b-82eb-8c7fada847da

{"b": 1,"id":"16fd2706-8baf-433b-82eb-8c7fada847da","token":"s3cret-value"}
-- request 2 --
GET /none
-- response 2 --
204 No Content
`
		require.Equal(t, want, s.get(t, rel))
		require.Empty(t, s.replays("Echo_1").said, "once more changes nothing")
		s.env["GOLDEN"] = "verify"
		require.Empty(t, s.replays("Echo_1").said)
	})
}

func TestReplayFillsInEmptyResponses(t *testing.T) {
	t.Parallel()
	s := serve(t, echo)
	s.env["GOLDEN"] = "new"
	const rel = "testdata/golden/Echo_1.txtar"
	const filled = "-- request 1 --\nGET /none\n-- response 1 --\n204 No Content\n-- request 2 --\nGET /json\n-- response 2 --\n"
	s.put(t, rel, strings.Replace(filled, "204 No Content\n", "", 1))
	require.False(t, s.replays("Echo_1").failed)
	require.True(t, strings.HasPrefix(s.get(t, rel), filled+"200 OK\n"))

	s.put(t, rel, filled)
	require.Equal(t, []string{"log: golden: changed " + rel}, s.replays("Echo_1").said)

	wrong := strings.Replace(filled, "204 No Content", "200 OK", 1)
	s.put(t, rel, wrong)
	require.Contains(t, s.replays("Echo_1").text(), "response 1 status: want 200 OK, got 204 No Content")
	require.Equal(t, wrong, s.get(t, rel), "what is there and wrong is not new")
}

func TestReplayNormalisesResponses(t *testing.T) {
	t.Parallel()
	s := serve(t, echo)
	s.env["GOLDEN"] = "update"
	const rel = "testdata/golden/Echo_1.txtar"
	s.put(t, rel, "-- request --\nPOST /json\n\n{\"id\":\"asked\"}\n-- response --\n200 OK\nX-Request-Id: ?\n")
	opts := []Option{Alias(UUID, "id", "header:X-Request-Id"), Secret("token"), AliasRegexp("n", regexp.MustCompile(`"b": (\d)`))}
	require.False(t, s.replays("Echo_1", opts...).failed)
	require.Equal(t, `-- request --
POST /json

{"id":"asked"}
-- response --
200 OK
Content-Type: application/json
X-Request-Id: <uuid:1 v4>

{"b": <n:1>,"id":"<uuid:1 v4>","token":"<present>"}
`, s.get(t, rel))
	s.env["GOLDEN"] = ""
	require.Empty(t, s.replays("Echo_1", opts...).said)
}

func TestReplayMistakes(t *testing.T) {
	t.Parallel()
	s := serve(t, echo)
	s.put(t, "testdata/golden/Echo_1.txtar", "-- request --\nGET /none\n-- response --\n204 No Content\n")
	s.put(t, "testdata/golden/Echo_2.txtar", "-- request --\nGET /none\n-- reply --\n")
	s.put(t, "testdata/golden/Echo_3.txtar", "-- request --\r\nGET /none\r\n")
	s.put(t, "testdata/golden/Echo_4.txtar", "-- request --\nGET https://elsewhere.example/\n-- response --\n")
	for name, want := range map[string]string{
		"Echo_9":  "testdata/golden/Echo_9.txtar is missing; write its requests, with empty response sections, and GOLDEN=new go test . -run '^TestEcho$/^pipe$'",
		"Other_1": "Other_1.txtar belongs to TestOther, this is TestEcho",
		"Echo_2":  `golden: testdata/golden/Echo_2.txtar:3: unknown section "reply"`,
		"Echo_3":  "golden: testdata/golden/Echo_3.txtar:1: carriage return",
		"Echo_4":  `testdata/golden/Echo_4.txtar: request: target "https://elsewhere.example/" is no path`,
		"Echo_a:": "a file name cannot have",
	} {
		got := s.replays(name).text()
		require.True(t, strings.HasPrefix(got, "fatal: golden: "), got)
		require.Contains(t, got, want)
		require.NotContains(t, strings.TrimPrefix(got, "fatal: golden: "), "golden: ")
	}
	require.NoError(t, os.MkdirAll(filepath.Join(s.dir, "testdata/golden/Echo_5.txtar"), 0o777))
	require.Contains(t, s.replays("Echo_5").text(), "fatal: golden: read ")
	require.Contains(t, s.replays("Echo_1", Drop("why", "x")).text(), "neither left out nor sorted")
	require.Contains(t, s.replays("Echo_1", Alias(ID, "query:x")).text(), "matches nothing")
	require.NoError(t, s.replaysWith("Echo_1", s.server.Client(), s.server.URL))
	require.ErrorContains(t, s.replaysWith("Echo_1", nil, s.server.URL), "no client")
	require.ErrorContains(t, s.replaysWith("Echo_1", s.server.Client(), "shop.example"), "has no scheme or no host")
	require.ErrorContains(t, s.replaysWith("Echo_1", s.server.Client(), "http://a b/"), "invalid character")
	s.put(t, "testdata/golden/Echo_2.txtar", "-- request 1 --\nGET /none\n-- response 1 --\n-- request 2 --\nGET /cut\n-- response 2 --\n")
	s.env["GOLDEN"] = "update"
	broken := &http.Client{Transport: cutter{s.server.Client().Transport}}
	require.ErrorContains(t, s.replaysWith("Echo_2", broken, s.server.URL), "testdata/golden/Echo_2.txtar: request 2: Get")
	require.Contains(t, s.get(t, "testdata/golden/Echo_2.txtar"), "-- response 1 --\n-- request 2 --", "no half of a conversation is recorded")
}

func (s *served) replaysWith(name string, client *http.Client, url string) error {
	s.rerun()
	t := &spy{name: s.test}
	t.run(func() { s.replay(t, name, client, url, nil) })
	if t.failed {
		return errors.New(t.text())
	}
	return nil
}

// cutter breaks some connections.
type cutter struct{ http.RoundTripper }

func (c cutter) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/cut" {
		return nil, io.ErrUnexpectedEOF
	}
	return c.RoundTripper.RoundTrip(r)
}

type contextSpy struct {
	*spy
	ctx context.Context
}

func (s contextSpy) Context() context.Context { return s.ctx }

// A request ends with its test.
func TestReplayUsesTheContextOfTheTest(t *testing.T) {
	t.Parallel()
	s := serve(t, echo)
	s.put(t, "testdata/golden/Echo_1.txtar", "-- request --\nGET /none\n-- response --\n204 No Content\n")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c := contextSpy{&spy{name: s.test}, ctx}
	c.run(func() { s.replay(c, "Echo_1", s.server.Client(), s.server.URL, nil) })
	require.Contains(t, c.text(), "context canceled")
}

func TestReplayOfTheProcess(t *testing.T) {
	s := serve(t, echo)
	s.put(t, "testdata/golden/Echo_1.txtar", "-- request --\nGET /none\n-- response --\n204 No Content\n")
	t.Chdir(s.dir)
	t.Setenv("GOLDEN", "")
	c := &spy{name: s.test}
	c.run(func() { Replay(c, "Echo_1", s.server.Client(), s.server.URL) })
	require.Empty(t, c.said)
}
