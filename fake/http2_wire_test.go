package fake

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// h2conn is a client of HTTP/2 that deals in frames.
type h2conn struct{ *tls.Conn }

// The types of frames, and the flags that the tests know.
const (
	h2Data, h2Headers, h2Reset, h2Settings, h2GoAway = 0, 1, 3, 4, 7
	h2EndStream, h2EndHeaders, h2Ack                 = 1, 4, 1
)

// h2dial connects to a server in memory and says hello.
func h2dial(s *shelf) (h2conn, error) {
	below, err := s.net.dial(context.Background(), "", "")
	if err != nil {
		return h2conn{}, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	c := h2conn{tls.Client(below, &tls.Config{RootCAs: pool, ServerName: "api.shelf.example", NextProtos: []string{"h2"}})}
	_, err = io.WriteString(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	if err == nil {
		err = c.write(h2Settings, 0, 0, nil)
	}
	return c, err
}

func (c h2conn) write(kind, flags byte, stream uint32, payload []byte) error {
	frame := []byte{0, byte(len(payload) >> 8), byte(len(payload)), kind, flags}
	frame = append(binary.BigEndian.AppendUint32(frame, stream), payload...)
	_, err := c.Write(frame)
	return err
}

// get asks for the list: each header field as a literal, without any table.
func (c h2conn) get(stream uint32) error {
	var block []byte
	for i, field := range []string{
		":method", "GET", ":scheme", "https", ":authority", "api.shelf.example", ":path", "/v1/books.json", "x-key", "k",
	} {
		if i%2 == 0 {
			block = append(block, 0)
		}
		block = append(append(block, byte(len(field))), field...)
	}
	return c.write(h2Headers, h2EndStream|h2EndHeaders, stream, block)
}

// frames reads what the server sends: data, resets and farewells, until a stream
// ends in one way or another, or the connection does.
func (c h2conn) frames(stream uint32) (frames []string) {
	for head := make([]byte, 9); ; {
		if _, err := io.ReadFull(c, head); err != nil {
			return append(frames, "end of the connection")
		}
		payload := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
		if _, err := io.ReadFull(c, payload); err != nil {
			return append(frames, "end in a frame")
		}
		kind, flags, on := head[3], head[4], binary.BigEndian.Uint32(head[5:])
		switch kind {
		case h2Settings:
			if flags&h2Ack == 0 {
				_ = c.write(h2Settings, h2Ack, 0, nil)
			}
			continue
		case h2Data:
			frames = append(frames, fmt.Sprintf("DATA %d %q", on, payload))
		case h2Headers:
			frames = append(frames, fmt.Sprintf("HEADERS %d", on))
		case h2Reset:
			frames = append(frames, fmt.Sprintf("RST_STREAM %d code=%d", on, binary.BigEndian.Uint32(payload)))
		case h2GoAway:
			frames = append(frames, fmt.Sprintf("GOAWAY last=%d code=%d", binary.BigEndian.Uint32(payload), binary.BigEndian.Uint32(payload[4:])))
		}
		ended := kind == h2Reset || (kind == h2Data || kind == h2Headers) && flags&h2EndStream != 0
		if ended && on == stream {
			return frames
		}
	}
}

// The frames on the wire over HTTP/2, until the stream ends, and what comes when
// another one is begun.
func TestWireFrames(t *testing.T) {
	t.Parallel()
	const body, headers = `[{"id":1,"title":"Emma"}]`, "HEADERS 1"
	whole := func(parts ...string) (frames []string) {
		for _, part := range parts {
			frames = append(frames, fmt.Sprintf("DATA 1 %q", part))
		}
		return frames
	}
	for line, want := range map[string][]string{
		"stream-error":                        {"RST_STREAM 1 code=2"},
		"stream-error apply=after":            {"RST_STREAM 1 code=2"},
		"stream-error at=0 apply=after":       {headers, "RST_STREAM 1 code=2"},
		"stream-error at=5 apply=after":       {headers, `DATA 1 "[{\"id"`, "RST_STREAM 1 code=2"},
		"half-answer":                         {headers, "RST_STREAM 1 code=2"},
		"reset":                               {"RST_STREAM 1 code=2"},
		"early-hints":                         append([]string{headers, headers}, whole(body)...),
		"early-hints code=100":                append([]string{headers, headers}, whole(body)...),
		"chunked size=10":                     append(append([]string{headers}, whole(body[:10], body[10:20], body[20:])...), `DATA 1 ""`),
		"chunked size=20 trailers=X-Sum":      append(append([]string{headers}, whole(body[:20], body[20:])...), headers),
		"wrong-length by=3":                   append([]string{headers}, whole(body)...),
		"wrong-length by=-3":                  append([]string{headers}, whole(body)...),
		"huge bytes=30":                       append([]string{headers}, whole("     "+body)...),
		"empty-body":                          {headers},
		"header-oddity kind=repeated":         append([]string{headers}, whole(body)...),
		"maintenance":                         append([]string{headers}, whole(string(htmlPage("Down for maintenance")))...),
		"wrong-body text=[]":                  append([]string{headers}, whole("[]")...),
		"truncated at=5 how=rst":              {headers, `DATA 1 "[{\"id"`, "RST_STREAM 1 code=2"},
		"stall bytes=2 for=1ns":               append([]string{headers}, whole(body[:2], body[2:])...),
		"server-error status=503 body=empty ": {headers},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t, HTTP2())
			s.Books.Add(book{Title: "Emma"})
			s.Inject(faultLine(line))
			c, err := h2dial(s)
			require.NoError(t, err)
			defer c.NetConn().Close()
			require.NoError(t, c.get(1))
			require.Equal(t, want, h2Joined(c.frames(1), want))
		})
	}
}

// h2Joined joins the frames of a body that net/http cut where nobody asked for it.
func h2Joined(frames, want []string) []string {
	if len(frames) != len(want)+1 || frames[len(frames)-1] != `DATA 1 ""` {
		return frames
	}
	return frames[:len(frames)-1]
}

// A GOAWAY lets the stream end, and then the connection: another stream on it
// gets no answer.
func TestGoAwayFrames(t *testing.T) {
	t.Parallel()
	s := newShelf(t, HTTP2())
	s.Inject(faultLine("goaway call=1"))
	c, err := h2dial(s)
	require.NoError(t, err)
	defer c.NetConn().Close()
	require.NoError(t, c.get(1))
	frames := c.frames(1)
	require.Contains(t, frames, `DATA 1 "[]"`)
	_ = c.get(3) // the server may have closed already
	rest := strings.Join(append(frames, c.frames(3)...), "\n")
	require.Contains(t, rest, "GOAWAY last=")
	require.Contains(t, rest, "code=0")
	require.NotContains(t, rest, "HEADERS 3")
	require.Len(t, s.Calls(), 1)
}

// A stream can be broken off for each reason that there is, before the answer and
// in its body; what net/http breaks off by itself keeps its own.
func TestStreamCodes(t *testing.T) {
	t.Parallel()
	require.Len(t, streamCodes, 14)
	for name, code := range streamCodes {
		s := newShelf(t, HTTP2())
		f := NewFault("stream-error").Set("code", name).AfterApply()
		s.Inject(f.Call(1), f.Set("at", "1").Call(2), NewFault("reset").Call(3))
		c, err := h2dial(s)
		require.NoError(t, err)
		defer c.NetConn().Close()
		for i, want := range [][]string{
			{fmt.Sprintf("RST_STREAM 1 code=%d", code)},
			{"HEADERS 3", `DATA 3 "["`, fmt.Sprintf("RST_STREAM 3 code=%d", code)},
			{"RST_STREAM 5 code=2"},
			{"HEADERS 7", `DATA 7 "[]"`},
		} {
			stream := uint32(2*i + 1)
			require.NoError(t, c.get(stream))
			require.Equal(t, want, c.frames(stream), name)
		}
	}
}

// Streams that break off at once have each its own code.
func TestStreamCodesAtOnce(t *testing.T) {
	t.Parallel()
	s := newShelf(t, HTTP2())
	s.Inject(
		faultLine("stream-error code=cancel call=1"), faultLine("stream-error code=refused-stream call=2"),
		faultLine("stream-error code=enhance-your-calm call=3"), faultLine("reset call=4"),
	)
	c, err := h2dial(s)
	require.NoError(t, err)
	defer c.NetConn().Close()
	want := map[string]int{"8": 1, "7": 1, "11": 1, "2": 1}
	for stream := uint32(1); stream < 8; stream += 2 {
		require.NoError(t, c.get(stream))
	}
	got := map[string]int{}
	for range 4 {
		head := make([]byte, 9)
		for head[3] != h2Reset {
			_, err := io.ReadFull(c, head)
			require.NoError(t, err)
			if head[3] == h2Reset {
				break
			}
			_, err = io.CopyN(io.Discard, c, int64(head[0])<<16|int64(head[1])<<8|int64(head[2]))
			require.NoError(t, err)
		}
		payload := make([]byte, 4)
		_, err := io.ReadFull(c, payload)
		require.NoError(t, err)
		got[fmt.Sprint(binary.BigEndian.Uint32(payload))]++
	}
	require.Equal(t, want, got)
}

// A client of net/http sends a stream that was refused again by itself, a POST
// too; any other code it tells.
func TestStreamCodesOfAClient(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		if !n.http2 {
			return
		}
		p := n.start(t)
		require.NoError(t, p.send("GET", "/books.json", "").err)
		p.client.CloseIdleConnections()
		p.Inject(faultLine("stream-error code=refused-stream call=1"), faultLine("stream-error code=cancel call=3"))
		require.Equal(t, 200, p.status("POST", "/books.json", `{"title":"Emma"}`))
		calls := p.Calls()
		require.Len(t, calls, 3)
		require.Zero(t, calls[1].Status)
		require.True(t, calls[2].Resend)
		require.Equal(t, 1, p.Books.Len())
		require.ErrorContains(t, p.send("GET", "/books.json", "").err, "CANCEL")
		require.Len(t, p.Calls(), 4)
	})
}

// A connection from before cannot: that is told, and the stream ends all the same.
func TestStreamCodeOnAnOldConnection(t *testing.T) {
	t.Parallel()
	s := newShelf(t, HTTP2(), Allow("impossible-fault"))
	c, err := h2dial(s)
	require.NoError(t, err)
	defer c.NetConn().Close()
	require.NoError(t, c.get(1))
	require.Len(t, c.frames(1), 2)
	s.Inject(faultLine("stream-error code=cancel"))
	require.NoError(t, c.get(3))
	require.Equal(t, []string{"RST_STREAM 3 code=2"}, c.frames(3))
	require.Equal(t, "call 2: impossible-fault: stream-error code=cancel: this connection is older than the fault, so its streams end with internal-error; "+
		"arm it before the client connects, or close the client's idle connections", s.Findings()[0].String())
}

// Over a connection that changes codes a call is as secure as over any other.
func TestSecureOverFrames(t *testing.T) {
	t.Parallel()
	p := faultNets[slices.IndexFunc(faultNets, func(n faultNet) bool { return n.name == "HTTP2" })].start(t)
	p.Inject(faultLine("stream-error code=cancel call=2 optional"))
	secure := false
	p.Intercept(Matched, func(c *Call) { secure = c.Secure() })
	require.Equal(t, 200, p.status("GET", "/books.json", ""))
	require.True(t, secure)
}

// However the frames are cut when they are written, only the code changes.
func TestFramesInPieces(t *testing.T) {
	t.Parallel()
	frame := func(kind byte, stream uint32, payload string) string {
		head := []byte{0, 0, byte(len(payload)), kind, 0}
		return string(binary.BigEndian.AppendUint32(head, stream)) + payload
	}
	internal, cancel := "\x00\x00\x00\x02", "\x00\x00\x00\x08"
	before := frame(h2Data, 1, internal) + frame(h2Settings, 0, "") + frame(h2Reset, 9, "\x00\x00\x00\x00")
	after := frame(h2Data, 5, "\x03\x00\x00\x00") + frame(h2Reset, 7, internal)
	sent := before + frame(h2Reset, 3, internal) + after
	for size := 1; size <= len(sent); size++ {
		var got strings.Builder
		c := &frameConn{Conn: h2sink{w: &got}, codes: make(chan byte, 1)}
		c.codes <- 8
		for rest := sent; rest != ""; {
			piece := rest[:min(size, len(rest))]
			n, err := io.WriteString(c, piece)
			require.NoError(t, err)
			require.Equal(t, len(piece), n)
			rest = rest[len(piece):]
		}
		require.Equal(t, before+frame(h2Reset, 3, cancel)+after, got.String(), "pieces of %d bytes", size)
	}
}

type h2sink struct {
	net.Conn
	w io.Writer
}

func (s h2sink) Write(p []byte) (int, error) { return s.w.Write(p) }
