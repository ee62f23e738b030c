package fake

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// faultRefused arms a fault that cannot be armed and gives the test's last words.
func faultRefused(t *testing.T, f Fault, opts ...Option) string {
	t.Helper()
	tb := &spy{dir: t.TempDir()}
	s := newShelf(tb, opts...)
	defer s.Close()
	fatal := tb.run(func() { s.Inject(f) })
	require.NotEmpty(t, fatal, f)
	require.Empty(t, s.armed)
	return fatal
}

func TestInjectRefusesWhatTheAPIHasNot(t *testing.T) {
	t.Parallel()
	const ops = `it has ListBooks, GetBook, AddBook, RenameBook, Panic, Wrong`
	f := NewFault("server-error")
	for _, c := range []struct {
		fault Fault
		want  string
	}{
		{f.On("ListBook"), `shelf: fault server-error: on="ListBook" is no operation of this API (did you mean "ListBooks"?); ` + ops},
		{f.On("ListBooks", "Sell"), `shelf: fault server-error: on="Sell" is no operation of this API; ` + ops},
		{f.On("DeleteBook"), `shelf: fault server-error: on="DeleteBook" is no operation of this API; ` + ops},
		{f.On(), `shelf: fault server-error: on="" is no operation of this API; ` + ops},
		{f.On("hook:book.added"), `shelf: fault server-error: on="hook:book.added": this API sends no deliveries`},
		{f.On("GET books.json"), `shelf: fault server-error: on="GET books.json": want an operation, or METHOD /path`},
		{f.On("GET /books.json"), `shelf: fault server-error: on="GET /books.json" fits no endpoint of this API`},
		{f.On("PUT /v1/books.json"), `shelf: fault server-error: on="PUT /v1/books.json" fits no endpoint of this API`},
		{NewFault("out-of-scope").Set("op", "Sell"), `shelf: fault out-of-scope: op="Sell" is no operation of this API; ` + ops},
		{NewFault("out-of-scope").Set("op", "GET /v1/books.json"), `shelf: fault out-of-scope: op="GET /v1/books.json": want the name of an operation`},
		{NewFault("out-of-scope").Set("scope", "admin"), `shelf: fault out-of-scope: scope=admin: no operation asks for it`},
		{NewFault("revoked").Set("hooks", "off"), `shelf: fault revoked: hooks=off: this API sends no deliveries`},
		{f.Set("status", "200"), `shelf: fault server-error: status=200: want a whole number from 500 to 599`},
		{NewFault("rate_limited"), `shelf: unknown fault "rate_limited" (did you mean "rate-limited"?)`},
	} {
		require.Equal(t, c.want, faultRefused(t, c.fault))
	}
	refusing := withVet(func(f Fault) error { return errors.New("nothing fails here") })
	require.Equal(t, "shelf: fault server-error: nothing fails here", faultRefused(t, f, refusing))
}

func TestInjectWithoutATestPanics(t *testing.T) {
	t.Parallel()
	s := newShelf(nil)
	defer s.Close()
	require.PanicsWithValue(t, `shelf: unknown fault "nothing"`, func() { s.Inject(NewFault("nothing")) })
}

func TestInjectRefusesWhatTheProtocolCannotDo(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"reset kind=fin":           "kind=fin: over HTTP/2 one call cannot close the connection that others share",
		"lost-response kind=fin":   "kind=fin: over HTTP/2 one call cannot close the connection that others share",
		"reset visible=no":         "visible=no: over HTTP/2 a broken stream is never hidden",
		"lost-response visible=no": "visible=no: over HTTP/2 a broken stream is never hidden",
		"truncated how=silent":     "how=silent: HTTP/2 marks the end of each body",
		"truncated how=chunked":    "how=chunked: HTTP/2 marks the end of each body",
	} {
		f := faultLine(line)
		require.Equal(t, "shelf: fault "+f.Name()+": "+want, faultRefused(t, f, HTTP2()))
		for _, opts := range [][]Option{nil, {TLS()}} {
			newShelf(t, opts...).Inject(f).Disarm()
		}
	}
}

func TestInjectNeedsPagesToDrift(t *testing.T) {
	t.Parallel()
	api := newShelf(t).API()
	api.Page = nil
	s := New(nil, api, nil)
	defer s.Close()
	require.PanicsWithValue(t, "shelf: fault page-drift: this API has no paged lists",
		func() { s.Inject(faultLine("page-drift insert=1")) })
}

func TestInjectIsAllOrNothing(t *testing.T) {
	t.Parallel()
	tb := &spy{dir: t.TempDir()}
	s := newShelf(tb)
	require.NotEmpty(t, tb.run(func() { s.Inject(NewFault("server-error"), NewFault("nothing")) }))
	require.Equal(t, "[]", s.must(t, "GET", "/books.json", ""))
	tb.cleanup()
	require.Empty(t, tb.errors)
}

func TestUnspentFaultFailsTheTest(t *testing.T) {
	t.Parallel()
	tb := &spy{dir: t.TempDir()}
	p := faultNets[0].start(t)
	p.shelf = newShelf(tb)
	p.client = p.Client()
	f := NewFault("server-error")
	p.Inject(
		f.On("AddBook"),
		f.On("GetBook").Call(2),
		f.On("ListBooks").Call(1, 4, 5),
		f.On("ListBooks").Call(2, 3, 9),
		f.Call(100).Optional(),
		f.Set("status", "503").Call(4),
	)
	p.Inject(f.Call(101)).Disarm()
	for _, path := range []string{"/books.json", "/books.json", "/books.json", "/books/1.json"} {
		p.send("GET", path, "")
	}
	tb.cleanup()
	require.Equal(t, []string{
		"shelf: unspent-fault: fault never fired: server-error on=AddBook (0 calls were made that could be chosen by it)",
		"shelf: unspent-fault: fault never fired: server-error on=GetBook call=2 (1 call was made that could be chosen by it)",
		"shelf: unspent-fault: fault fired only once: server-error on=ListBooks call=1,4,5 (3 calls were made that could be chosen by it)",
		"shelf: unspent-fault: fault fired only 2 times: server-error on=ListBooks call=2,3,9 (3 calls were made that could be chosen by it)",
	}, tb.errors)
	require.Len(t, tb.logs, 1, "the journal")
}

func TestUnspentFaultCanBeAllowed(t *testing.T) {
	t.Parallel()
	tb := &spy{dir: t.TempDir()}
	s := newShelf(tb, Allow("unspent-fault"))
	s.Inject(NewFault("server-error"))
	tb.cleanup()
	require.Empty(t, tb.errors)
	require.Len(t, s.Findings(), 1)
}

func TestArmed(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	two := p.Inject(NewFault("server-error").First(2), NewFault("slow-headers").Set("delay", "1ns").Call(3))
	require.Zero(t, two.Fired())
	require.False(t, two.Spent())
	require.Equal(t, 500, p.status("GET", "/books.json", ""))
	require.Equal(t, 1, two.Fired())
	require.Equal(t, 500, p.status("GET", "/books.json", ""))
	require.False(t, two.Spent(), "one of them is not")
	require.Equal(t, 200, p.status("GET", "/books.json", ""))
	require.True(t, two.Spent())
	require.Equal(t, 3, two.Fired())

	always := p.Inject(NewFault("server-error"))
	require.Equal(t, 500, p.status("GET", "/books.json", ""))
	always.Disarm()
	require.Equal(t, 200, p.status("GET", "/books.json", ""))
	require.Equal(t, 1, always.Fired(), "what it was stays")
	always.Disarm()
}

func TestResetDisarms(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t, Allow("unspent-fault"))
	p.Inject(NewFault("server-error").Call(1, 2))
	require.Equal(t, 500, p.status("GET", "/books.json", ""))
	p.Reset()
	require.Equal(t, 200, p.status("GET", "/books.json", ""))
	require.Len(t, p.Findings(), 1, "it was to fire once more")
}

// On one point of a call sits one fault, the first that was armed. The other
// does not count as fired, and hits a later call where it may.
func TestTwoFaultsOnOnePoint(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	first := p.Inject(faultLine("server-error status=502 first=2"))
	second := p.Inject(faultLine("burst calls=1 mix=503"))
	for _, want := range []int{502, 502, 503, 200} {
		require.Equal(t, want, p.status("GET", "/books.json", ""))
	}
	require.Equal(t, 2, first.Fired())
	require.Equal(t, 1, second.Fired())
	require.Equal(t, "server-error status=502 first=2", p.Calls()[0].Fault)
}

// A call is answered once: of two faults that answer it, the first that was
// armed does, in its own words, and the other waits.
func TestTwoFaultsThatAnswer(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	first := p.Inject(faultLine("wrong-credentials body=html call=1"))
	second := p.Inject(faultLine("server-error first=1"))
	third := p.Inject(faultLine("redirect to=/v1/books/1.json first=1"))
	a := p.send("GET", "/books.json", "")
	require.Equal(t, 401, a.status)
	require.Contains(t, a.body, "<h1>401 Unauthorized</h1>")
	require.Equal(t, []int{1, 0, 0}, []int{first.Fired(), second.Fired(), third.Fired()})
	a = p.send("GET", "/books.json", "")
	require.Equal(t, 500, a.status)
	require.Equal(t, `"broken"`, a.body)
	require.Equal(t, 404, p.status("GET", "/books.json", ""), "redirected")
	require.True(t, third.Spent())
}

func TestFaultsOnSeveralPointsGoTogether(t *testing.T) {
	t.Parallel()
	faultBubble(t, func(t *testing.T, p *faultPeer) {
		p.Books.Add(book{Title: "Emma"})
		p.Inject(
			faultLine("slow-headers delay=3s"), faultLine("server-error body=html"),
			faultLine("wrong-content-type type=text/plain"), faultLine("truncated at=6"),
		)
		start := p.Now()
		a := p.send("GET", "/books.json", "")
		require.Equal(t, "3s", p.Now().Sub(start).String())
		require.Equal(t, 500, a.status)
		require.Equal(t, "text/plain", a.header.Get("Content-Type"))
		require.Equal(t, "<html>", a.body)
		require.ErrorContains(t, a.err, "unexpected EOF")
		require.Equal(t, "slow-headers delay=3s; server-error body=html; wrong-content-type type=text/plain; truncated at=6", p.last(t).Fault)
	})
}

func TestInjectOnOneCall(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	var errs []error
	remove := p.Intercept(Connect, func(c *Call) {
		errs = append(errs, c.Inject(faultLine("server-error status=503 call=7")))
		errs = append(errs, c.Inject(faultLine("burst calls=1"), faultLine("nothing")))
		errs = append(errs, c.Inject(faultLine("redirect to=/")), c.Inject(faultLine("rate-limited")), c.Inject(faultLine("nothing")))
		f, has := c.Fault("server-error")
		require.True(t, has)
		require.Equal(t, "503", f.Get("status"))
		_, has = c.Fault("burst")
		require.False(t, has)
	})
	require.Equal(t, 503, p.status("GET", "/books.json", ""), "whatever its triggers say")
	require.Len(t, errs, 5)
	require.NoError(t, errs[0])
	require.EqualError(t, errs[1], `faults server-error and burst both change what happens at the point "before apply" of one call`)
	require.EqualError(t, errs[2], `faults server-error and redirect both change what happens at the point "before apply" of one call`)
	require.EqualError(t, errs[3], `faults server-error and rate-limited both decide how one call ends`)
	require.EqualError(t, errs[4], `unknown fault "nothing"`)
	remove()
	require.Equal(t, 200, p.status("GET", "/books.json", ""))
}

// A fault that is put on one call hits it, although the call is refused before
// the faults that are armed have their turn.
func TestInjectOnACallThatIsRefused(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]struct {
		status int
		after  time.Duration
	}{
		"slow-headers delay=3s":               {401, 3 * time.Second},
		"slow-headers delay=3s apply=after":   {401, 3 * time.Second},
		"hang max=5s":                         {0, 5 * time.Second},
		"hang max=5s apply=after":             {0, 5 * time.Second},
		"slow-body over=1s":                   {401, time.Second},
		"server-error status=502":             {502, 0},
		"server-error status=502 apply=after": {502, 0},
		"redirect to=/":                       {302, 0},
		"lost-response kind=rst":              {0, 0},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			faultBubble(t, func(t *testing.T, p *faultPeer) {
				p.Intercept(Connect, func(c *Call) { require.NoError(t, c.Inject(faultLine(line))) })
				begun := p.Now()
				p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
				require.Equal(t, want.status, p.status("POST", "/books.json", `{"title":"Emma"}`, "X-Key", "wrong"))
				require.Equal(t, want.after, p.Now().Sub(begun).Truncate(time.Second))
				require.Zero(t, p.Books.Len())
			})
		})
	}
}

// A server of the test's own, in front of the handler, has its own connections.
func TestFaultsBehindAServerOfTheTest(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t, Frozen())
	own := httptest.NewServer(p.Handler())
	defer own.Close()
	p.client, p.base = own.Client(), own.URL+"/v1"
	p.Inject(faultLine("server-error call=1"), faultLine("lost-response call=2"), faultLine("hang call=3"), faultLine("slow-body over=1s call=4"))
	require.Equal(t, 500, p.status("GET", "/books.json", ""))
	require.ErrorContains(t, p.send("POST", "/books.json", `{"title":"Emma"}`).err, "EOF")
	require.Equal(t, 1, p.Books.Len())
	held := p.later("GET", "/books.json", "")
	p.held(t, 3)
	p.Advance(24 * 60 * 60 * 1e9)
	require.Error(t, (<-held).err)
	slow := p.later("GET", "/books.json", "")
	p.held(t, 4)
	p.Close()
	require.Error(t, (<-slow).err, "closing does not wait for the clock")
}

// What Inject would refuse can be asked for, without any consequence.
func TestCanInject(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	require.NoError(t, s.CanInject(NewFault("reset")))
	require.EqualError(t, s.CanInject(NewFault("rest")), `unknown fault "rest" (did you mean "reset"?)`)
	require.ErrorContains(t, s.CanInject(NewFault("reset").On("Nothing")), `on="Nothing" is no operation of this API`)
	require.ErrorContains(t, s.CanInject(NewFault("dropped")), "sends no deliveries")
}
