package fake

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"
)

// get asks for the list. Its client gives up after ten seconds, unless timeout
// is 0.
func (p *faultPeer) get(timeout time.Duration, header ...string) (*http.Response, error) {
	r, err := httpRequest(p)
	if err != nil {
		return nil, err
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	client := *p.client
	client.Timeout = timeout
	return client.Do(r)
}

func titlesOf(r io.Reader) ([]string, error) {
	var books []struct{ Title string }
	err := json.NewDecoder(r).Decode(&books)
	var titles []string
	for _, b := range books {
		titles = append(titles, b.Title)
	}
	return titles, err
}

// readStrict wants a status of 200, JSON, of a size, in time.
func readStrict(p *faultPeer) ([]string, error) { return readWithin(p, 10*time.Second) }

// readPatient has no timeout.
func readPatient(p *faultPeer) ([]string, error) { return readWithin(p, 0) }

func readWithin(p *faultPeer, timeout time.Duration) ([]string, error) {
	a, err := p.get(timeout)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	mediaType, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if a.StatusCode != 200 || mediaType != "application/json" {
		return nil, fmt.Errorf("status %d, %s", a.StatusCode, mediaType)
	}
	body, err := io.ReadAll(io.LimitReader(a.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	return titlesOf(bytes.NewReader(body))
}

// readLax takes all that is no list for an empty one.
func readLax(p *faultPeer) ([]string, error) {
	a, err := p.get(10 * time.Second)
	if err != nil {
		return nil, nil //nolint:nilerr // that is its mistake
	}
	defer a.Body.Close()
	titles, _ := titlesOf(a.Body)
	return titles, nil
}

// readAll reads whatever comes.
func readAll(p *faultPeer) ([]string, error) {
	a, err := p.get(10 * time.Second)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		return nil, err
	}
	return titlesOf(bytes.NewReader(body))
}

// readSome keeps what came before an error.
func readSome(p *faultPeer) ([]string, error) {
	a, err := p.get(10 * time.Second)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	body, _ := io.ReadAll(a.Body)
	var titles []string
	for _, part := range strings.Split(string(body), `"title":"`)[1:] {
		title, _, _ := strings.Cut(part, `"`)
		titles = append(titles, title)
	}
	return titles, nil
}

// readByLength believes that each body has a length.
func readByLength(p *faultPeer) ([]string, error) {
	a, err := p.get(10 * time.Second)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	body := make([]byte, max(a.ContentLength, 0))
	if _, err := io.ReadFull(a.Body, body); err != nil {
		return nil, err
	}
	return titlesOf(bytes.NewReader(body))
}

// readZipped asks for gzip and does not unzip.
func readZipped(p *faultPeer) ([]string, error) {
	a, err := p.get(10*time.Second, "Accept-Encoding", "gzip")
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	return titlesOf(a.Body)
}

func readUnzipped(p *faultPeer) ([]string, error) {
	a, err := p.get(10*time.Second, "Accept-Encoding", "gzip")
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	z, err := gzip.NewReader(a.Body)
	if err != nil {
		return nil, err
	}
	return titlesOf(z)
}

func readTwice(p *faultPeer) ([]string, error) {
	if _, err := readStrict(p); err != nil {
		return nil, err
	}
	return readStrict(p)
}

// save puts Emma on the shelf and tells whether the answer has its id.
func (p *faultPeer) save() (status int, err error) {
	a := p.send("POST", "/books.json", `{"title":"Emma"}`)
	var made struct{ ID int }
	if a.err == nil && (json.Unmarshal([]byte(a.body), &made) != nil || made.ID == 0) {
		a.err = errors.New("no id")
	}
	return a.status, a.err
}

// saveOnce gives up at the first error.
func saveOnce(p *faultPeer) ([]string, error) { _, err := p.save(); return nil, err }

// saveTrusting believes that what was sent has arrived; so does saveByStatus where
// the status is 200.
func saveTrusting(p *faultPeer) ([]string, error) { _, _ = p.save(); return nil, nil }

func saveByStatus(p *faultPeer) ([]string, error) {
	if status, err := p.save(); status != 200 {
		return nil, err
	}
	return nil, nil
}

// saveAgain repeats without looking.
func saveAgain(p *faultPeer) ([]string, error) {
	_, err := p.save()
	if err != nil {
		_, err = p.save()
	}
	return nil, err
}

// saveLooking looks before it repeats.
func saveLooking(p *faultPeer) ([]string, error) {
	_, err := p.save()
	if err == nil {
		return nil, nil
	}
	titles, err := readStrict(p)
	if err == nil && !slices.Contains(titles, "Emma") {
		_, err = p.save()
	}
	return titles, err
}

// rawGet asks for the list over a connection of its own, so many times, and gives
// the answers as they come.
func rawGet(p *faultPeer, times int) (*bufio.Reader, func(), error) {
	conn, err := p.net.dial(context.Background(), "", "")
	if err != nil {
		return nil, nil, err
	}
	for range times {
		if _, err = io.WriteString(conn, wireWarm); err != nil {
			return nil, nil, err
		}
	}
	return bufio.NewReader(conn), func() { _ = conn.Close() }, nil
}

// rawAnswer reads one answer: the first line, the header with its names as given,
// and the body by the length that the header gives.
func rawAnswer(r *bufio.Reader, length string) (line string, body []byte, err error) {
	text := textproto.NewReader(r)
	if line, err = text.ReadLine(); err != nil && line == "" {
		return "", nil, err
	}
	n := 0
	for {
		field, err := text.ReadLine()
		if err != nil || field == "" {
			break
		}
		if value, is := strings.CutPrefix(field, length); is {
			_, _ = fmt.Sscan(value, &n)
		}
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r, body)
	return line, body, err
}

// rawList is a client that is made by hand: good says which first lines it likes.
func rawList(p *faultPeer, good func(line string) bool) ([]string, error) {
	r, closes, err := rawGet(p, 1)
	if err != nil {
		return nil, err
	}
	defer closes()
	line, body, err := rawAnswer(r, "Content-Length: ")
	if !good(line) {
		return nil, fmt.Errorf("%s: %v", line, err)
	}
	titles, _ := titlesOf(bytes.NewReader(body))
	return titles, nil
}

// rawFirstLine takes the first line for that of the answer, rawPrefix a part of it
// for the whole, and rawCase the names of headers literally.
func rawFirstLine(p *faultPeer) ([]string, error) {
	return rawList(p, func(line string) bool { return line == "HTTP/1.1 200 OK" })
}

func rawPrefix(p *faultPeer) ([]string, error) {
	return rawList(p, func(line string) bool { return strings.HasPrefix(line, "HTTP/1.1 2") })
}

func rawCase(p *faultPeer) ([]string, error) { return rawFirstLine(p) }

// rawTwice counts on its connection.
func rawTwice(p *faultPeer) ([]string, error) {
	r, closes, err := rawGet(p, 2)
	if err != nil {
		return nil, err
	}
	defer closes()
	var body []byte
	for range 2 {
		if _, body, err = rawAnswer(r, "Content-Length: "); err != nil {
			return nil, err
		}
	}
	return titlesOf(bytes.NewReader(body))
}

// framesTwice counts on its connection of HTTP/2, and does not hear a GOAWAY.
func framesTwice(p *faultPeer) ([]string, error) {
	c, err := h2dial(p.shelf)
	if err != nil {
		return nil, err
	}
	defer c.NetConn().Close()
	var frames []string
	for _, stream := range []uint32{1, 3} {
		if err := c.get(stream); err != nil {
			return nil, err
		}
		frames = c.frames(stream)
	}
	if !strings.HasPrefix(strings.Join(frames, "\n"), "HEADERS 3") {
		return nil, fmt.Errorf("the second call got %q", frames)
	}
	return []string{"Sanditon", "The Watsons"}, nil
}
