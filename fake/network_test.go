package fake

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// networkClient is a client that knows nothing of the server but, under TLS, its
// certificate.
func networkClient(t *testing.T, s *shelf) *http.Client {
	t.Helper()
	transport := &http.Transport{ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	if cert := s.Certificate(); cert != nil {
		pool := x509.NewCertPool()
		pool.AddCert(cert)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return &http.Client{Transport: transport}
}

// networkBody is a body that knows whether it was closed.
type networkBody struct {
	io.Reader
	closed atomic.Bool
}

func (b *networkBody) Close() error { b.closed.Store(true); return nil }

// Nothing leaves the process: neither to a name nor to an address that is there.
func TestForeignHost(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	there := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer there.Close()
	otherFake := newShelf(t)
	for _, base := range []string{
		"http://other.example", "https://other.example", there.URL, otherFake.URL(),
		"http://api.shelf.example.evil.example", "http://shelf.example", "http://127.0.0.1:1", "http://localhost",
	} {
		s := newShelf(nil)
		body := &networkBody{Reader: strings.NewReader("{}")}
		r, err := http.NewRequest("POST", base+"/v1/books.json?a=b", body)
		require.NoError(t, err)
		_, err = s.Client().Do(r)
		require.ErrorContains(t, err, fmt.Sprintf(
			"shelf: POST %s/v1/books.json?a=b: this fake answers for [api.shelf.example] only, and nothing leaves the process", base))
		require.True(t, body.closed.Load())
		require.Equal(t, []Finding{{
			Kind: "foreign-host", Detail: "POST " + base + "/v1/books.json?a=b", Mistake: true, Check: "GEN-REDIR-01",
		}}, s.Findings())
		require.Empty(t, s.Calls())
		s.Close()
	}
	require.Zero(t, reached.Load())
	require.Empty(t, otherFake.Calls())
}

// A password in a URL is in no text.
func TestForeignHostWithAPassword(t *testing.T) {
	t.Parallel()
	s := newShelf(nil)
	defer s.Close()
	r := httptest.NewRequest("GET", "http://ann:secret@other.example/x", http.NoBody)
	_, err := s.Transport().RoundTrip(r)
	require.NotContains(t, err.Error(), "secret")
	require.Equal(t, "foreign-host: GET http://ann:xxxxx@other.example/x (GEN-REDIR-01)", s.Findings()[0].String())
}

func TestForeignHostBehindARedirect(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := newShelf(tb)
	s.Inject(NewFault("redirect").Set("to", "https://other.example/v1/books.json"))
	_, _, err := s.ask("GET", "/books.json", "")
	require.Error(t, err)
	tb.cleanup()
	require.Equal(t, []string{"shelf: foreign-host: GET https://other.example/v1/books.json (GEN-REDIR-01)"}, tb.errors)
}

func TestHostsThatAreServed(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.api.Hosts = []string{"api.shelf.example", "shop.example"}
	loopback, err := url.Parse(s.URL())
	require.NoError(t, err)
	for _, base := range []string{
		"http://api.shelf.example/v1", "https://api.shelf.example/v1", "https://api.shelf.example:443/v1",
		"http://api.shelf.example:8080/v1", "https://API.Shelf.Example/v1", "http://shop.example/v1",
		s.URL(), "https://" + loopback.Host + "/v1",
	} {
		status, text, err := s.askVia(s.Client(), base, "GET", "/books.json", "")
		require.NoError(t, err, base)
		require.Equal(t, 200, status, text)
	}
}

// Each Client is a new one over the same connections.
func TestClientsShareConnections(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	a, b := s.Client(), s.Client()
	require.NotSame(t, a, b)
	for _, client := range []*http.Client{a, b, {Transport: s.Transport()}} {
		_, _, err := s.askVia(client, s.BaseURL(), "GET", "/books.json", "")
		require.NoError(t, err)
	}
	require.Equal(t, 1, s.Calls()[2].Conn)
	b.CloseIdleConnections()
	_, _, err := s.askVia(a, s.BaseURL(), "GET", "/books.json", "")
	require.NoError(t, err)
	require.Equal(t, 2, s.Calls()[3].Conn)
}

func TestURL(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	require.Nil(t, s.net.tcp, "nothing is opened before it is asked for")
	u := s.URL()
	require.Regexp(t, `^http://127\.0\.0\.1:\d+/v1$`, u)
	require.Equal(t, u, s.URL())
	require.Equal(t, "https://api.shelf.example/v1", s.BaseURL())
	status, _, err := s.askVia(networkClient(t, s), u, "GET", "/books.json", "")
	require.NoError(t, err)
	require.Equal(t, 200, status)
	s.Close()
	require.Equal(t, u, s.URL(), "it is still known")
}

func TestURLOfAClosedServer(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := newShelf(tb)
	s.Close()
	require.Equal(t, "shelf: URL: the server is closed", tb.run(func() { s.URL() }))
}

func TestOnAListener(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := newShelf(t, On(l))
	require.Equal(t, "http://"+l.Addr().String()+"/v1", s.URL())
	client := networkClient(t, s)
	for range 2 {
		status, _, err := s.askVia(client, s.URL(), "GET", "/books.json", "")
		require.NoError(t, err)
		require.Equal(t, 200, status)
		s.Down()()
	}
	s.Close()
	_, err = l.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
	_, _, err = s.askVia(client, s.URL(), "GET", "/books.json", "")
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

// A listener that is given is closed, whether it was used or not.
func TestOnAListenerThatIsNotUsed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	newShelf(nil, On(l)).Close()
	_, err = l.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts  []Option
		tls   bool
		major int
	}{
		"plain": {nil, false, 1}, "TLS": {[]Option{TLS()}, true, 1}, "HTTP2": {[]Option{HTTP2()}, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t, c.opts...)
			require.Equal(t, c.tls, s.Certificate() != nil)
			require.Equal(t, c.tls, strings.HasPrefix(s.URL(), "https://127.0.0.1:"))
			var seen []string
			s.Intercept(Connect, func(c *Call) { seen = append(seen, fmt.Sprintf("%s %v", c.Request.Proto, c.Request.TLS != nil)) })
			for base, client := range map[string]*http.Client{s.BaseURL(): s.Client(), s.URL(): networkClient(t, s)} {
				r, err := http.NewRequest("GET", base+"/books.json", nil)
				require.NoError(t, err)
				r.Header.Set("X-Key", "k")
				answer, err := client.Do(r)
				require.NoError(t, err)
				require.NoError(t, answer.Body.Close())
				require.Equal(t, 200, answer.StatusCode)
				require.Equal(t, c.major, answer.ProtoMajor)
			}
			want := fmt.Sprintf("%s %v", map[int]string{1: "HTTP/1.1", 2: "HTTP/2.0"}[c.major], c.tls)
			require.Equal(t, []string{want, want}, seen)
		})
	}
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	s := newShelf(t, TLS())
	cert := s.Certificate()
	for _, host := range []string{"api.shelf.example", "localhost", "127.0.0.1", "::1"} {
		require.NoError(t, cert.VerifyHostname(host))
	}
	require.Error(t, cert.VerifyHostname("other.example"))
	stranger := &http.Transport{}
	defer stranger.CloseIdleConnections()
	_, err := (&http.Client{Transport: stranger}).Get(s.URL() + "/books.json")
	var unknown x509.UnknownAuthorityError
	require.ErrorAs(t, err, &unknown)
	require.NotEqual(t, cert.Raw, newShelf(t, TLS()).Certificate().Raw, "each server has its own")
}

// What speaks no TLS to a server that does gets what net/http says to that.
func TestPlainHTTPToATLSServer(t *testing.T) {
	t.Parallel()
	s := newShelf(t, TLS())
	status, _, err := s.askVia(s.Client(), "http://api.shelf.example/v1", "GET", "/books.json", "")
	require.NoError(t, err)
	require.Equal(t, 400, status)
	require.Empty(t, s.Calls())
}

// A server that was made outside a bubble and is used inside would end the whole
// test binary in the runtime; a sentence comes first.
func TestServerUsedAcrossTheBorderOfABubble(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := newShelf(tb)
	body := &networkBody{Reader: strings.NewReader("{}")}
	const sentence = "shelf: the server was made outside this synctest bubble and cannot work in it; make it inside synctest.Test, or use it outside"
	synctest.Test(t, func(t *testing.T) {
		r, err := http.NewRequest("POST", s.BaseURL()+"/books.json", body)
		require.NoError(t, err)
		_, err = s.Client().Do(r)
		require.ErrorContains(t, err, sentence)
		for _, use := range []func(){
			func() { s.Advance(1) }, s.Settle, s.Reset, func() { _, _ = s.Await(t.Context(), 1) },
		} {
			require.Equal(t, sentence, tb.run(use))
		}
	})
	require.True(t, body.closed.Load())
	require.Equal(t, []string{sentence}, tb.errors)
	s.must(t, "GET", "/books.json", "")
	tb.cleanup()
	require.Len(t, tb.errors, 1)

	bare := newShelf(nil)
	defer bare.Close()
	synctest.Test(t, func(*testing.T) {
		_, _, err := bare.ask("GET", "/books.json", "")
		require.ErrorContains(t, err, sentence, "without a TB there is the error alone")
	})
}

func TestTransportSaysWhatItIs(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	_, err := s.Transport().RoundTrip(&http.Request{Method: "GET", URL: &url.URL{Path: "/x"}})
	require.ErrorContains(t, err, "this fake answers for [api.shelf.example] only")
	require.False(t, errors.Is(err, net.ErrClosed))
	s.findings = nil // it was meant
}

// A call to an https address is told from one to http, with or without TLS.
func TestSecureCalls(t *testing.T) {
	t.Parallel()
	said := tinyRoute("Say", "GET /say", func(c *Call) string { return fmt.Sprint(c.Secure()) })
	for _, tc := range []struct {
		opts []Option
		base string
		want map[string]string
	}{
		{nil, "http://tiny.example/api", map[string]string{"http": "false", "https": "true"}},
		{[]Option{TLS()}, "https://tiny.example/api", map[string]string{"https": "true"}},
		{[]Option{HTTP2()}, "https://tiny.example/api", map[string]string{"https": "true"}},
	} {
		s := New(t, tinyAPI(said), nil, tc.opts...)
		require.Equal(t, tc.base, s.BaseURL())
		for scheme, want := range tc.want {
			for range 2 { // on a warm connection, too
				answer, err := s.Client().Get(scheme + "://tiny.example/api/say")
				require.NoError(t, err)
				text, err := io.ReadAll(answer.Body)
				require.NoError(t, err)
				require.NoError(t, answer.Body.Close())
				require.Equal(t, want, string(text), "%s on %s", scheme, tc.base)
			}
		}
		text, err := func() (string, error) {
			client := s.Client()
			if s.opt.tls {
				client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.net.cert.pool}, ForceAttemptHTTP2: s.opt.http2}
			} else {
				client.Transport = &http.Transport{}
			}
			defer client.CloseIdleConnections()
			answer, err := client.Get(s.URL() + "/say")
			if err != nil {
				return "", err
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			return string(text), err
		}()
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(s.opt.tls), text, "on loopback")
	}
}
