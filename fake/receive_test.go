package fake

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReceiversByAddress(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	got := map[string]string{}
	for _, at := range []string{
		"https://app.example", "https://app.example/hooks/", "https://app.example/hooks/in", "https://app.example/hooks/in?shop=1",
		"http://app.example/", "https://app.example:8443/x", "https://API.example/x",
	} {
		m.Hooks.Receive(at, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got[r.Host+r.URL.RequestURI()] = at }))
	}
	want := map[string]string{
		"https://app.example":                 "https://app.example",
		"https://app.example/other?a=b":       "https://app.example",
		"https://app.example/hooks":           "https://app.example",
		"https://app.example/hooks/":          "https://app.example/hooks/",
		"https://app.example/hooks/out":       "https://app.example/hooks/",
		"https://app.example:443/hooks/in":    "https://app.example/hooks/in",
		"https://app.example/hooks/in?a=b":    "https://app.example/hooks/in",
		"https://app.example/hooks/in?shop=1": "https://app.example/hooks/in?shop=1",
		"https://app.example/hooks/in/deep":   "https://app.example/hooks/",
		"http://app.example/hooks/in":         "http://app.example/",
		"https://app.example:8443/x":          "https://app.example:8443/x",
		"https://app.example:8443/y":          "",
		"https://api.example/x":               "https://API.example/x",
		"https://api.example/x/":              "",
		"https://other.example/":              "",
		"ftp://app.example/":                  "",
		"//app.example/":                      "",
		"nonsense":                            "",
	}
	for address, at := range want {
		id := m.Hooks.ToURL(address)
		clear(got)
		m.Goods.Add(good{})
		ds := m.Hooks.Deliveries()
		d := ds[len(ds)-1]
		m.Subs.Remove(martID(id))
		if at == "" {
			assert.Equal(t, Withheld, d.State, address)
			assert.Empty(t, d.Attempts)
			continue
		}
		u, err := url.Parse(address)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{u.Host + u.RequestURI(): at}, got, address)
	}
}

func TestReceiverIsReplaced(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	first, second := newTill(m, nil), newTill(m, nil)
	m.Hooks.ToURL("https://app.example/in")
	m.Goods.Add(good{Name: "a"}) // to nobody
	m.Hooks.Receive("https://app.example/in", first)
	m.Goods.Add(good{Name: "b"})
	m.Hooks.Receive("https://app.example/in", second)
	m.Goods.Add(good{Name: "c"})
	m.Hooks.Send(m.Hooks.Deliveries()[0]) // now there is somebody
	assert.Equal(t, "b", first.names())
	assert.Equal(t, "c a", second.names())
	assert.Equal(t, "delivered delivered delivered", m.states())
}

// Nothing is dialled but the loopback interface, by its numbers: no name is
// looked up. The test sees each address that a dialler is asked for, and listens
// where a delivery that is not withheld would arrive.
func TestWithheldIsNeverDialled(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	var mu sync.Mutex
	var dialled []string
	m.Hooks.dial = func(_ context.Context, network, addr string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		dialled = append(dialled, network+" "+addr)
		return nil, errors.New("not now")
	}
	ports := map[string]bool{
		"http://localhost": true, "https://LOCALHOST": true, "http://127.0.0.1": true, "http://127.9.8.7": true, "https://[::1]": true,
		"http://127.0.0.1.example": false, "http://localhost.example": false, "http://localhost.": false, "http://2130706433": false, "http://0x7f.1": false,
		"http://127.1": false, "http://0.0.0.0": false, "http://[::]": false, "http://[::ffff:127.0.0.1]": false, "http://[::1%25lo]": false,
		"http://10.0.0.1": false, "http://192.0.2.1": false, "http://example.com": false, "https://hooks.vendor.example": false,
		"http://user@example.com": false, "http://localhost@example.com": false, "ftp://localhost": false, "ws://127.0.0.1": false,
	}
	for address, sent := range ports {
		clear(dialled)
		dialled = dialled[:0]
		id := m.Hooks.ToURL(address + ":4711/in")
		m.Goods.Add(good{})
		ds := m.Hooks.Deliveries()
		d := ds[len(ds)-1]
		m.Subs.Remove(martID(id))
		if !sent {
			assert.Equal(t, Withheld, d.State, address)
			assert.Empty(t, d.Attempts, address)
			assert.Empty(t, dialled, address)
			continue
		}
		require.Len(t, d.Attempts, 1, address)
		require.NotEmpty(t, dialled)
		for _, a := range dialled {
			host, _, err := net.SplitHostPort(strings.TrimPrefix(a, "tcp "))
			require.NoError(t, err)
			assert.True(t, net.ParseIP(host).IsLoopback(), a)
		}
	}
}

// The same with a listener where a delivery would arrive if it were dialled: on
// this machine's other addresses.
func TestWithheldReachesNoListener(t *testing.T) {
	t.Parallel()
	addrs, err := net.InterfaceAddrs()
	require.NoError(t, err)
	m := newMart(t, Frozen())
	listening := 0
	for _, a := range addrs {
		ip, is := a.(*net.IPNet)
		if !is || ip.IP.IsLoopback() || ip.IP.To4() == nil {
			continue
		}
		l, err := net.Listen("tcp", net.JoinHostPort(ip.IP.String(), "0"))
		if err != nil {
			continue
		}
		listening++
		app := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Errorf("%s got a delivery", l.Addr()) }))
		_ = app.Listener.Close()
		app.Listener = l
		app.Start()
		t.Cleanup(app.Close)
		m.Hooks.ToURL(app.URL)
	}
	if listening == 0 {
		t.Skip("this machine has no other address than loopback")
	}
	m.Goods.Add(good{})
	assert.Equal(t, strings.TrimSpace(strings.Repeat("withheld ", listening)), m.states())
	assert.Zero(t, len(m.Hooks.Attempts()))
}

func TestWithheldCountsNoFailure(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	m.Hooks.ToURL("https://hooks.vendor.example/x")
	for range 20 {
		m.Goods.Add(good{})
	}
	m.Advance(1e12)
	sub, _ := m.Subs.Get(1)
	assert.False(t, sub.Off)
	assert.Empty(t, m.Hooks.Attempts())
	assert.Empty(t, m.Findings())
}

func TestReceiverFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer func(int, http.ResponseWriter, *http.Request)
		err    string
	}{
		"panics":  {func(int, http.ResponseWriter, *http.Request) { panic("no shelf") }, "the receiver panicked: no shelf"},
		"aborts":  {func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "the receiver aborted"},
		"ends":    {func(int, http.ResponseWriter, *http.Request) { runtime.Goexit() }, "the receiver ended its goroutine"},
		"garbles": {hijacked("nonsense\r\n\r\n"), "the answer is not HTTP"},
		"closes":  {hijacked(""), "the connection was closed without an answer"},
		"breaks":  {hijacked("HTTP/1.1 200 OK\r\n"), "the connection was closed without an answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMart(t)
				k := newTill(m, nil)
				k.answer = func(n int, w http.ResponseWriter, r *http.Request) {
					if n == 2 {
						c.answer(n, w, r)
					}
				}
				m.Hooks.To(k)
				m.Goods.Add(good{Name: "before"}) // leaves a connection behind
				m.Goods.Add(good{Name: "a"})
				m.Advance(1e9)
				assert.Equal(t, "before a a", k.names())
				a := m.Hooks.Attempts()
				require.Len(t, a, 3)
				assert.Equal(t, c.err, a[1].Err)
				assert.Zero(t, a[1].Status)
				assert.Equal(t, Failed, a[1].Verdict)
				assert.Equal(t, Succeeded, a[2].Verdict)
			})
		})
	}
}

func hijacked(answer string) func(int, http.ResponseWriter, *http.Request) {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = conn.Write([]byte(answer))
			_ = conn.Close()
		}
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			http.Redirect(w, r, "/1/", http.StatusPermanentRedirect)
		}
	})
	m.Hooks.To(k)
	m.Goods.Add(good{})
	assert.Equal(t, []string{"09:00:00.000 POST /1"}, k.lines())
	a := m.Hooks.Attempts()[0]
	assert.Equal(t, 308, a.Status)
	assert.Equal(t, Failed, a.Verdict)
}

func TestNobodyListensOnLoopback(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, nil)
	app := httptest.NewServer(k)
	m.Hooks.ToURL(strings.Replace(app.URL, "127.0.0.1", "localhost", 1))
	m.Goods.Add(good{Name: "a"})
	app.Close() // not kept open by an idle connection
	m.Goods.Add(good{Name: "b"})
	a := m.Hooks.Attempts()
	assert.Equal(t, "connection refused", a[1].Err)
	again := httptest.NewUnstartedServer(k)
	_ = again.Listener.Close()
	l, err := net.Listen("tcp", app.Listener.Addr().String())
	require.NoError(t, err)
	again.Listener = l
	again.Start()
	t.Cleanup(again.Close)
	m.Advance(1e9)
	assert.Equal(t, "a b", k.names())
}
