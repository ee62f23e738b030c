package fake

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
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
