package fake

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	maskKnown = "Zk3-shop.key/77q" // of Credentials
	maskSent  = "9f8e7d6c5b4a3210" // of a header that is named after what it holds
	maskNamed = "hunter2"          // under the name of a secret
)

// What a failing test prints shows no credential: neither the fake's own nor one
// that the client made up, wherever it came and in whatever form it is told again.
// All else stays, and what the test asks for is true.
func TestFailingTestPrintsNoCredential(t *testing.T) {
	t.Parallel()
	s := &spy{dir: t.TempDir()}
	m := newMart(s)
	m.api.Credentials = func() Credentials { return Credentials{"api_key": maskKnown, "shop": "corner-shop"} }
	m.Inject(faultLine("redirect to=https://login.example/?next=2&access_token=" + maskKnown).On("GetGood"))
	m.Hooks.ToURL("https://app.example/in?shop=corner-shop&secret=" + maskNamed)
	ask := func(method, path, body string) {
		r, err := http.NewRequest(method, path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("X-Auth-Token", maskSent)
		client := *m.Client()
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if answer, err := client.Do(r); err == nil {
			require.NoError(t, answer.Body.Close())
		}
	}
	base := m.BaseURL()
	ask("GET", base+"/goods/1?shop=corner-shop&k="+strings.ReplaceAll(maskKnown, "/", "%2F")+"&password="+maskNamed, "")
	ask("POST", base+"/goods", `{"name":"mug","password":"`+maskNamed+`","note":"my key is `+maskKnown+`"}`)
	ask("GET", base+"/nowhere/"+strings.ReplaceAll(maskKnown, "/", "%2F"), "")
	_, err := m.Client().Get("https://elsewhere.example/page?api_key=" + maskKnown)
	require.Error(t, err)
	require.Contains(t, err.Error(), "GET https://elsewhere.example/page?api_key=redacted: this fake answers for", "net/http puts the address before it, not we")
	m.Locked(func() {
		m.found(Finding{Call: 1, Kind: "odd", Detail: "token " + maskSent + " of corner-shop"})
		m.found(Finding{Call: 2, Kind: "odd", Detail: "Authorization: Bearer " + maskSent, Mistake: true})
	})
	s.cleanup()
	file, err := os.ReadFile(filepath.Join(s.dir, "mart-journal.txt"))
	require.NoError(t, err)
	printed := strings.Join(append(append(s.errors, s.logs...), string(file)), "\n")
	for _, secret := range []string{maskKnown, strings.ReplaceAll(maskKnown, "/", "%2F"), maskSent, maskNamed} {
		require.NotContains(t, printed, secret)
	}
	for _, stays := range []string{
		"/goods/1?shop=corner-shop&k=redacted&password=redacted  302", "fault redirect to=https://login.example/?next=2&access_token=redacted on=GetGood",
		"/nowhere/redacted", "https://app.example/in?shop=corner-shop&secret=redacted", "odd: token redacted of corner-shop",
		`{"name":"mug","password":"redacted","note":"my key is redacted"}`,
	} {
		require.Contains(t, printed, stays)
	}
	first := m.Calls()[0]
	require.Contains(t, first.URL, "password="+maskNamed)
	require.Equal(t, maskSent, first.Header.Get("X-Auth-Token"))
	require.Contains(t, string(m.Calls()[1].Body), maskKnown)
	require.Contains(t, m.Hooks.Deliveries()[0].URL, maskNamed)
}

// What cannot be gone over is not shown: compressed bodies, large ones.
func TestBodiesThatAreNotShown(t *testing.T) {
	t.Parallel()
	m := (&Server{}).newMasks(nil)
	large := []byte(strings.Repeat("a", mostShown+1))
	for name, e := range map[string]*entry{
		"compressed": {Exchange: Exchange{
			Method: "POST", URL: "/a?page=2", Header: http.Header{"Content-Encoding": {"gzip"}}, Body: []byte("\x1f\x8b"),
			ReplyHeader: http.Header{"Content-Encoding": {"gzip"}}, ReplyBody: []byte("\x1f\x8b"),
		}},
		"large": {Exchange: Exchange{Method: "POST", URL: "/a?page=2", Body: large, ReplyBody: large}},
		"deep": {Exchange: Exchange{
			Method: "POST", URL: "/a?page=2",
			Body: []byte(strings.Repeat("[", 20000) + strings.Repeat("]", 20000)), ReplyBody: []byte(strings.Repeat("[", 20000) + strings.Repeat("]", 20000)),
		}},
	} {
		target, body := m.request(e)
		require.Equal(t, []string{"/a?page=2", notShown, notShown}, []string{target, body, m.answer(e)}, name)
	}
	target, body := m.request(&entry{Exchange: Exchange{Method: "GET", URL: "/a", Body: nil}})
	require.Equal(t, []string{"/a", ""}, []string{target, body})
}

func BenchmarkJournalText(b *testing.B) {
	s := newShelf(b)
	for range 1000 {
		s.must(b, "POST", "/books.json?page=2&shop=corner", `{"title":"Emma"}`)
	}
	for b.Loop() {
		m := s.newMasks(Credentials{"api_key": maskKnown})
		m.learn(s.journal.kept())
		_ = s.journalText(m)
	}
}
