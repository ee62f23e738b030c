package fake

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The faults that belong to one protocol say so where they are armed.
func TestWireFaultsOfOneProtocol(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"stale-keepalive":               "over HTTP/2 one call cannot close the connection that others share; goaway ends one",
		"close-after":                   "over HTTP/2 one answer does not end the connection; goaway ends one",
		"bad-chunk":                     "HTTP/2 has no chunks",
		"header-oddity kind=lower-case": "kind=lower-case: HTTP/2 writes all names so; there is nothing odd in it",
		"raw text=x":                    "HTTP/2 sends frames, which these bytes are not",
	} {
		f := faultLine(line)
		require.Equal(t, "shelf: fault "+f.Name()+": "+want, faultRefused(t, f, HTTP2()))
	}
	for line, want := range map[string]string{
		"goaway":       "only HTTP/2 has it; start the fake with fake.HTTP2(), or use close-after",
		"stream-error": "only HTTP/2 has streams; start the fake with fake.HTTP2(), or use reset",
	} {
		f := faultLine(line)
		require.Equal(t, "shelf: fault "+f.Name()+": "+want, faultRefused(t, f))
		require.Equal(t, "shelf: fault "+f.Name()+": "+want, faultRefused(t, f, TLS()))
	}
}

func TestWireFaultsRefused(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"huge bytes=1 depth=1":              "bytes= and depth= are two ways to be huge; want one of them, or neither for a body without an end",
		"wrong-body text=a section=b":       "section= and text= are two texts; want one",
		"raw section=b":                     "section=b: a section stands in a scenario file; without one, say text=, or give its content with Carry",
		"raw text=":                         "there are no bytes to send; reset kind=fin closes without any",
		"refused for=1s call=2":             "for= is about a time and call= about single connections; want one of them",
		"refused for=1s after=2":            "for= is about a time and after= about single connections; want one of them",
		"refused on=ListBooks":              "on= chooses by the request, and connections are hit before there is one",
		"slow-accept delay=1s attempt=1":    "attempt= chooses by the request, and connections are hit before there is one",
		"reset-during-upload attempt=1":     "attempt=: it hits before the body is read, by which sendings are told apart",
		"stream-error code=8":               "code=8: want one of cancel, compression-error, connect-error, enhance-your-calm, flow-control-error, frame-size-error, http-1-1-required, inadequate-security, internal-error, no-error, protocol-error, refused-stream, settings-timeout, stream-closed",
		"stream-error at=3":                 "only HTTP/2 has streams; start the fake with fake.HTTP2(), or use reset",
		"method-or-route-gone sunset=today": "sunset=today: want a day such as 2025-04-01, or a time such as 2025-04-01T12:00:00Z",
		`raw text=a\q`:                      `text=a\q: after a backslash want n, r, t, another backslash, or x and two hex digits`,
		`raw text=a\x1`:                     `text=a\x1: after a backslash want n, r, t, another backslash, or x and two hex digits`,
		`raw text=a\`:                       `text=a\: after a backslash want n, r, t, another backslash, or x and two hex digits`,
		"wrong-length by=0":                 "by=0: want a whole number of bytes, above 0 for too long a length and below 0 for too short a one",
		"chunked size=none":                 "size=none: want a number of bytes, or odd for pieces that end inside a letter",
		"chunked trailers=a,,b":             "trailers=a,,b: want names of headers: X-Checksum,X-Count",
		"chunked trailers=a:b":              "trailers=a:b: want names of headers: X-Checksum,X-Count",
		"header-oddity":                     "it needs kind=",
		"slow-accept":                       "it needs delay=",
		"wrong-body":                        "it needs section= or text=",
		"stall bytes=-1":                    "bytes=-1: want a whole number from 0 to 1073741824",
	} {
		f := faultLine(line)
		require.Equal(t, "shelf: fault "+f.Name()+": "+want, faultRefused(t, f))
	}
	require.Equal(t, "shelf: fault stream-error: at=: before the call is applied there is no body to break off in; say apply=after",
		faultRefused(t, faultLine("stream-error at=3"), HTTP2()))
	require.Equal(t, "shelf: fault reset-during-upload: when='title == Emma': it hits before the body is read; choose by query:, header:, param: or state: instead",
		faultRefused(t, NewFault("reset-during-upload").When("title", "==", "Emma")))
}

// wireRight are faults that can be armed, with every parameter of each.
var wireRight = []string{
	"maintenance status=503 call=1",
	"method-or-route-gone status=405 body=html sunset=2025-04-01",
	"early-hints code=103",
	"stall bytes=10 for=30s",
	"stale-keepalive idle=90s",
	"close-after say=no",
	"half-answer apply=after",
	"reset-during-upload bytes=1000 on=AddBook",
	"refused for=30s after=10m",
	"refused between=1s..5s",
	"refused call=2,3 optional",
	"slow-accept delay=3s every=2",
	"wrong-body text=<p>no</p> status=502 type=text/html apply=after",
	"empty-body status=204",
	"gzip kind=unasked",
	"chunked size=odd trailers=X-Checksum",
	"bad-chunk",
	"wrong-length by=-3",
	"huge bytes=1000000",
	"huge depth=100000",
	"header-oddity kind=many",
	"raw text=HTTP/1.1 apply=after",
}

func TestWireFaultsThatCanBe(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	named := map[string]bool{"goaway": true, "stream-error": true} // HTTP/2 alone
	for _, line := range wireRight {
		f := faultLine(line)
		require.NoError(t, f.Check(), line)
		s.Inject(f).Disarm()
		require.Equal(t, line, f.String())
		named[f.Name()] = true
	}
	h := newShelf(t, HTTP2())
	for _, line := range []string{"goaway", "stream-error code=internal-error at=3 apply=after"} {
		require.NoError(t, faultLine(line).Check(), line)
		h.Inject(faultLine(line)).Disarm()
	}
	for name := range wireKinds() {
		require.True(t, named[name], "%s is not among the faults of this test", name)
	}
}

// What Carry gives stands for the section.
func TestCarry(t *testing.T) {
	t.Parallel()
	body := []byte("<p>portal</p>")
	f := NewFault("wrong-body").Set("section", "portal").Carry(Reply{Status: 511, Header: map[string][]string{"X-Portal": {"1"}}, Body: body})
	body[1] = 'q' // it was a copy
	require.Equal(t, "wrong-body section=portal", f.String())
	p := faultNets[0].start(t)
	p.Inject(f.Call(1), NewFault("raw").Set("section", "odd").Carry(Reply{Body: []byte("HTTP/1.1 299 x\r\n\r\n")}).Call(2))
	a := p.send("GET", "/books.json", "")
	require.Equal(t, 511, a.status)
	require.Equal(t, "<p>portal</p>", a.body)
	require.Equal(t, "1", a.header.Get("X-Portal"))
	require.Equal(t, "text/html; charset=utf-8", a.header.Get("Content-Type"))
	require.Equal(t, 299, p.send("GET", "/books.json", "").status)
	x := p.last(t)
	require.Zero(t, x.Status, "raw may be no answer at all")
	require.Equal(t, "HTTP/1.1 299 x\r\n\r\n", string(x.ReplyBody))
	require.True(t, slices.Equal([]string{"raw section=odd call=2"}, []string{x.Fault}))
}
