package fake

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// oddSellers are clients that one way of a fault catches and another does not: the
// answer is good, and too much for them.
var oddSellers = map[string]struct {
	line              string
	careless, careful seller
}{
	"takes an early status for the answer":           {"early-hints code=100", rawFirstLine, readStrict},
	"gives up at an early status":                    {"early-hints", readTraced, readStrict},
	"has room for a small header":                    {"header-oddity kind=long", readSmallHeader, readStrict},
	"has room for a few headers":                     {"header-oddity kind=many", rawFewHeaders, readStrict},
	"joins the values of a header":                   {"header-oddity kind=repeated", readJoined, readStrict},
	"compares the names of headers":                  {"header-oddity kind=lower-case", rawCase, readStrict},
	"takes a chunk for a text":                       {"chunked size=odd", rawChunksOfText, readStrict},
	"takes a chunk for a document":                   {"chunked size=7", rawChunksOfJSON, readStrict},
	"does not know trailers":                         {"chunked size=1000 trailers=X-Checksum first=1", rawTwiceInChunks, readTwice},
	"counts on a connection that closes unannounced": {"close-after say=no first=1", rawTwice, readTwice},
	"counts on a connection that is to close":        {"close-after first=1", rawTwice, readTwice},
}

// The same as of the sellers above, for each way of a fault. There are letters of more
// than one byte on the shelf.
func TestClientsThatOneWayOfAFaultCatches(t *testing.T) {
	t.Parallel()
	n := faultNets[slices.IndexFunc(faultNets, func(n faultNet) bool { return n.name == "pipe in a bubble" })]
	for name, c := range oddSellers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			judge := func(s seller, line string) (complaint error) {
				faultOverOne(t, n, func(t *testing.T) {
					p := n.start(t)
					want := []string{"Zoé", "L’île"}
					for _, title := range want {
						p.Books.Add(book{Title: title})
					}
					if line != "" {
						p.Inject(faultLine(line))
					}
					titles, err := s(p)
					if complaint = err; err == nil && !slices.Equal(want, titles) {
						complaint = fmt.Errorf("it believes in %q", titles)
					}
				})
				return complaint
			}
			require.Error(t, judge(c.careless, c.line), "the careless client is not caught")
			require.NoError(t, judge(c.careless, ""), "the careless client, where nothing goes wrong")
			require.NoError(t, judge(c.careful, c.line), "the careful client")
		})
	}
}

// readTraced takes what comes before the answer for a failure.
func readTraced(p *faultPeer) ([]string, error) {
	r, err := httpRequest(p)
	if err != nil {
		return nil, err
	}
	trace := &httptrace.ClientTrace{Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
		return fmt.Errorf("status %d", code)
	}}
	return readFrom(p.client, r.WithContext(httptrace.WithClientTrace(context.Background(), trace)))
}

// readSmallHeader has the limit of a small device.
func readSmallHeader(p *faultPeer) ([]string, error) {
	transport := p.net.client.Clone()
	defer transport.CloseIdleConnections()
	transport.MaxResponseHeaderBytes = 16 << 10
	r, err := httpRequest(p)
	if err != nil {
		return nil, err
	}
	return readFrom(&http.Client{Transport: transport}, r)
}

// readJoined joins what is said twice, which is right for lists and for nothing else.
func readJoined(p *faultPeer) ([]string, error) {
	a, err := p.get(0)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	if kind, _, err := mime.ParseMediaType(strings.Join(a.Header.Values("Content-Type"), ", ")); err != nil || kind != "application/json" {
		return nil, fmt.Errorf("media type %q: %w", kind, err)
	}
	return titlesOf(a.Body)
}

func readFrom(c *http.Client, r *http.Request) ([]string, error) {
	a, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	return titlesOf(a.Body)
}

// rawFewHeaders keeps headers in a table of 32.
func rawFewHeaders(p *faultPeer) ([]string, error) {
	r, closes, err := rawGet(p, 1)
	if err != nil {
		return nil, err
	}
	defer closes()
	var table [32]string
	for i := 0; ; i++ {
		line, err := textproto.NewReader(r).ReadLine()
		switch {
		case err != nil:
			return nil, err
		case line == "" && i < len(table):
			n := 0
			for _, field := range table {
				if value, is := strings.CutPrefix(field, "Content-Length: "); is {
					n, _ = strconv.Atoi(value)
				}
			}
			return titlesOf(io.LimitReader(r, int64(n)))
		case i == len(table):
			return nil, errors.New("too many headers")
		}
		table[i] = line
	}
}

// rawChunks reads an answer, chunk by chunk where it comes in chunks, and to the
// first empty line behind the last.
func rawChunks(r *bufio.Reader, each func(chunk []byte) error) error {
	text := textproto.NewReader(r)
	status, err := text.ReadLine()
	if err != nil || status != "HTTP/1.1 200 OK" {
		return fmt.Errorf("status line %q: %w", status, err)
	}
	header, err := text.ReadMIMEHeader()
	if err != nil {
		return err
	}
	whole := header.Get("Transfer-Encoding") != "chunked"
	for {
		n, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
		if !whole {
			var line string
			if line, err = text.ReadLine(); err == nil {
				n, err = strconv.ParseInt(line, 16, 64)
			}
		}
		if err != nil {
			return err
		}
		chunk := make([]byte, n)
		if _, err := io.ReadFull(r, chunk); err != nil {
			return err
		}
		if n > 0 {
			if err := each(chunk); err != nil {
				return err
			}
		}
		if whole {
			return nil
		}
		if _, err := text.ReadLine(); err != nil || n == 0 { // the end of the chunk
			return err
		}
	}
}

// rawChunksOfText makes a text of each chunk.
func rawChunksOfText(p *faultPeer) ([]string, error) {
	return rawOfChunks(p, func(chunk []byte) error {
		if !utf8.Valid(chunk) {
			return fmt.Errorf("no text: %q", chunk)
		}
		return nil
	})
}

// rawChunksOfJSON makes a document of each chunk.
func rawChunksOfJSON(p *faultPeer) ([]string, error) {
	return rawOfChunks(p, func(chunk []byte) error {
		_, err := titlesOf(bytes.NewReader(chunk))
		return err
	})
}

func rawOfChunks(p *faultPeer, good func(chunk []byte) error) ([]string, error) {
	r, closes, err := rawGet(p, 1)
	if err != nil {
		return nil, err
	}
	defer closes()
	var body []byte
	err = rawChunks(r, func(chunk []byte) error {
		body = append(body, chunk...)
		return good(chunk)
	})
	if err != nil {
		return nil, err
	}
	return titlesOf(bytes.NewReader(body))
}

// rawTwiceInChunks takes the line behind the last chunk for the end of the answer.
func rawTwiceInChunks(p *faultPeer) ([]string, error) {
	r, closes, err := rawGet(p, 2)
	if err != nil {
		return nil, err
	}
	defer closes()
	var body []byte
	for range 2 {
		body = nil
		if err := rawChunks(r, func(chunk []byte) error { body = append(body, chunk...); return nil }); err != nil {
			return nil, err
		}
	}
	return titlesOf(bytes.NewReader(body))
}
