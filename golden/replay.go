package golden

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// Replay sends the requests of testdata/golden/<name>.txtar, one after the
// other, and compares what comes back with the responses of the file. It is for
// the goldens of an API package, which stand side by side and belong to one
// test each: <Op>_<number>[_<request>] to Test<Op> and the tests below it.
//
// Targets in the file are complete paths, so of baseURL scheme and host alone
// are used. Every request is sent as it is written, and no redirect is
// followed. Of a response are compared, byte for byte: the status; the body;
// Content-Type, also where the file says that there is none; and those other
// headers that the file names, each with all its values in order.
//
// Under GOLDEN=update the responses are written anew: status, body,
// Content-Type, and the headers that the file named. Requests and the comment
// stay as they are. A new golden begins as a file with empty responses, which
// GOLDEN=new fills in; a header that is to be compared is then added by hand.
//
// Options apply to the responses and to hooks, except Header, which is for the
// requests.
func Replay(t fake.TB, name string, client *http.Client, baseURL string, opts ...Option) {
	t.Helper()
	process().replay(t, name, client, baseURL, opts)
}

func (s *session) replay(t fake.TB, name string, client *http.Client, baseURL string, opts []Option) {
	t.Helper()
	err := func() error {
		t.Helper()
		f, err := s.flatPlace(t.Name(), name)
		if err != nil {
			return err
		}
		set, m, err := s.begin(append(opts[:len(opts):len(opts)], Wire()))
		if err != nil {
			return fmt.Errorf("%s: %w", f.rel, err)
		}
		old, err := f.read()
		if err != nil {
			return err
		}
		if old == nil {
			return fmt.Errorf("%s is missing; write its requests, with empty response sections, and %s", f.rel, s.command(fill, f.test))
		}
		file, err := parseNamed(f.rel, old)
		if err != nil {
			return trimmed{err}
		}
		got, err := send(contextOf(t), file, client, baseURL, set)
		if err != nil {
			return fmt.Errorf("%s: %w", f.rel, err)
		}
		return s.settle(t, f, &replayed{conversation{got, false}, file}, set, m)
	}()
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
}

// trimmed is an error of this package inside another text of this package.
type trimmed struct{ error }

func (e trimmed) Error() string { return strings.TrimPrefix(e.error.Error(), "golden: ") }

// contextOf is the context of a test, where it has one.
func contextOf(t fake.TB) context.Context {
	if c, ok := t.(interface{ Context() context.Context }); ok {
		return c.Context()
	}
	return context.Background()
}

// replayed is a conversation whose requests came from the file.
type replayed struct {
	conversation
	file Transcript
}

// waits reports whether the file has responses to be filled in, and those that
// it has are right. Then GOLDEN=new may write it.
func (r *replayed) waits(text []byte) bool {
	got, err := Parse(text)
	if err != nil {
		return false
	}
	filled := r.file
	filled.Exchanges = slices.Clone(filled.Exchanges)
	for i := range filled.Exchanges {
		if x := &filled.Exchanges[i]; x.Response.Status == 0 {
			x.Response, x.Hooks = got.Exchanges[i].Response, got.Exchanges[i].Hooks
		}
	}
	return len(differTranscripts(r.file, got)) > 0 && len(differTranscripts(filled, got)) == 0
}

// send plays the requests of a transcript, and puts the answers beside them.
func send(ctx context.Context, file Transcript, client *http.Client, baseURL string, set *settings) (Transcript, error) {
	got := Transcript{Comment: file.Comment, Exchanges: make([]Exchange, len(file.Exchanges))}
	if len(file.Hooks) > 0 {
		got.Hooks = set.delivered(0)
		return got, nil
	}
	sent := len(set.delivered(0))
	base, err := url.Parse(baseURL)
	switch {
	case client == nil:
		return got, fmt.Errorf("no client")
	case err != nil:
		return got, err
	case base.Scheme == "" || base.Host == "":
		return got, fmt.Errorf("base URL %q has no scheme or no host", baseURL)
	}
	direct := *client
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for i, x := range file.Exchanges {
		r, err := x.Request.build(ctx, base, set.headers)
		if err != nil {
			return got, fmt.Errorf("%s: %w", file.part("request", i), err)
		}
		answer, body, err := ask(&direct, r)
		if err != nil {
			return got, fmt.Errorf("%s: %w", file.part("request", i), err)
		}
		got.Exchanges[i] = Exchange{x.Request, Response{
			Status: answer.StatusCode,
			Header: compared(x.Response.Header, answer.Header),
			Body:   someBytes(body),
		}, set.delivered(sent)}
		sent += len(got.Exchanges[i].Hooks)
	}
	return got, nil
}

// delivered waits for deliveries in work and gives those that have left since
// the first from.
func (s *settings) delivered(from int) []Hook {
	if s.hooks == nil {
		return nil
	}
	s.hooks.Settle()
	return hooksOf(s.hooks.Hooks.Attempts()[from:])
}

func ask(client *http.Client, r *http.Request) (*http.Response, []byte, error) {
	answer, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(answer.Body)
	return answer, body, errors.Join(err, answer.Body.Close())
}

// compared picks the header lines of an answer that count, in the order and
// spelling of the file; what the file does not know of them comes after it,
// and Content-Type before.
func compared(file []Field, h http.Header) []Field {
	left := h.Clone()
	var got []Field
	if values(file, "Content-Type") == nothing {
		file = append([]Field{{Name: "Content-Type"}}, file...)
	}
	for _, f := range file {
		if vs := left.Values(f.Name); len(vs) > 0 {
			got = append(got, Field{f.Name, vs[0]})
			left[http.CanonicalHeaderKey(f.Name)] = vs[1:]
		}
	}
	for _, f := range file {
		for _, v := range left.Values(f.Name) {
			got = append(got, Field{f.Name, v})
		}
		left.Del(f.Name)
	}
	return got
}

// build makes a request that goes out as it stands in the file.
func (r Request) build(ctx context.Context, base *url.URL, header []Field) (*http.Request, error) {
	if !strings.HasPrefix(r.Target, "/") {
		return nil, fmt.Errorf("target %q is no path", r.Target)
	}
	path, query, asked := strings.Cut(r.Target, "?")
	plain, _ := url.PathUnescape(path)
	u := &url.URL{Scheme: base.Scheme, Host: base.Host, Path: plain, RawPath: path, RawQuery: query, ForceQuery: asked}
	if u.RequestURI() != r.Target {
		u = &url.URL{Scheme: base.Scheme, Host: base.Host, Opaque: r.Target}
	}
	// The URL is set afterwards, for one with odd characters would not parse.
	req, err := http.NewRequestWithContext(ctx, r.Method, base.Scheme+"://"+base.Host, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	req.URL = u
	for _, f := range r.Header {
		if strings.EqualFold(f.Name, "Host") {
			req.Host = f.Value
		}
		req.Header.Add(f.Name, f.Value)
	}
	for _, f := range header {
		if values(r.Header, f.Name) == nothing {
			req.Header.Add(f.Name, f.Value)
		}
	}
	return req, nil
}
