package scenarios

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// silent takes what net/http would print about broken connections.
var silent = log.New(io.Discard, "", 0)

// hopByHop are the headers that belong to one connection.
var hopByHop = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

// hookPath is where deliveries come in.
const hookPath = "/-hooks/"

// serve passes one request on to the service, and its answer back. What the client
// gets is what the service sent, as it comes; only a copy is kept.
func (c *recorder) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, hookPath) {
		c.serveHook(w, r)
		return
	}
	body, ok := c.begin(w, r)
	if !ok {
		return
	}
	defer c.leave()
	x := &recorded{method: r.Method, target: r.URL.RequestURI(), header: r.Header.Clone(), body: body}
	if why := c.unfit(r); why != "" {
		c.refuse(w, x, why)
		return
	}
	number := c.arrived(x)
	c.exchange(w, r, x, number)
}

// begin reads a request; false means that it is none to take, and answered.
func (c *recorder) begin(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	if !c.enter() {
		http.Error(w, "the test is over", http.StatusServiceUnavailable)
		return nil, false
	}
	body, err := io.ReadAll(r.Body)
	if err != nil { // it broke off, and has not arrived
		c.leave()
		return nil, false
	}
	return body, true
}

// unfit tells why a request is not passed on, "" if it is.
func (c *recorder) unfit(r *http.Request) string {
	path := r.URL.EscapedPath()
	switch {
	case !slices.Contains(methods, r.Method):
		return fmt.Sprintf("a file cannot hold the method; there are %s", strings.Join(methods, ", "))
	case !strings.HasPrefix(path, "/"):
		return "a file cannot hold such a target"
	case !c.set.writes && c.changes(r.Method, path):
		return fmt.Sprintf("it would change something at %s; scenarios.AllowWrites() lets the recording do that", c.up.Host)
	case (c.api.open == nil || !c.api.open(r.URL.Path)) && !c.api.carries(r.Header, c.credentials):
		return "it does not carry the credentials of Run.Credentials, so a replay could not tell it from a wrong one"
	}
	return ""
}

// changes tells whether a call changes something, as far as the API documents it.
func (c *recorder) changes(method, path string) bool {
	if op := opOf(c.vendor, method, path); op != "" {
		return slices.ContainsFunc(c.vendor.Routes, func(route fake.Route) bool { return route.Op == op && route.Writes })
	}
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions && (c.api.open == nil || !c.api.open(path))
}

// refuse answers a request that is not passed on, with a status that no client
// can take for an answer of the service.
func (c *recorder) refuse(w http.ResponseWriter, x *recorded, why string) {
	path, _, _ := strings.Cut(x.target, "?")
	text := c.mask(fmt.Sprintf("%s %s: %s", x.method, path, why))
	c.problem("%s", text)
	w.Header().Set("X-Fake-Mismatch", headerText(text))
	http.Error(w, text, http.StatusNotImplemented)
}

// exchange asks the service.
func (c *recorder) exchange(w http.ResponseWriter, r *http.Request, x *recorded, number int) {
	ctx, answering := outlive(r.Context())
	defer answering(false)
	resp, err := c.ask(ctx, x)
	if err != nil {
		c.failed(r.Context(), x, number, err)
		http.Error(w, "the service cannot be reached", http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	h := w.Header()
	for name, values := range resp.Header {
		if !slices.Contains(hopByHop, name) {
			h[name] = values
		}
	}
	answering(true)
	w.WriteHeader(resp.StatusCode)
	defer passTrailers(h, resp)
	var kept bytes.Buffer
	if err := pass(w, io.TeeReader(resp.Body, &kept)); err != nil {
		c.failed(r.Context(), x, number, err)
		panic(http.ErrAbortHandler) // it breaks off for the client too
	}
	if err := c.keep(x, resp, kept.Bytes()); err != nil {
		c.problem("request #%d, %s: %v", number, x.method, err)
	}
}

// restTime is how long the rest of an answer may take that the client does not read.
const restTime = 10 * time.Second

// outlive is the context of a call to the service. Until the answer begins it ends
// with that of the client; from then on the client may close the body unread, as
// many do who look at the status alone, and the answer is recorded all the same.
func outlive(client context.Context) (ctx context.Context, answering func(bool)) {
	ctx, end := context.WithCancel(context.WithoutCancel(client))
	stop := context.AfterFunc(client, end)
	return ctx, func(begins bool) {
		if !begins {
			end()
		} else if stop() {
			context.AfterFunc(client, func() { time.AfterFunc(restTime, end) })
		}
	}
}

// passTrailers gives the client what came behind the body. A file has no place for it.
func passTrailers(h http.Header, resp *http.Response) {
	for name, values := range resp.Trailer {
		h[http.TrailerPrefix+name] = values
	}
}

// ask sends a request to the service.
func (c *recorder) ask(ctx context.Context, x *recorded) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, x.method, c.there(x.target), bytes.NewReader(x.body))
	if err != nil {
		return nil, err
	}
	req.Header = x.header.Clone()
	for _, name := range hopByHop {
		req.Header.Del(name)
	}
	if len(x.body) == 0 {
		req.Body, req.ContentLength = http.NoBody, 0
	}
	return c.upstream.RoundTrip(req)
}

// there is the address upstream of a target below the documented host. A base URL
// of Upstream takes the place of the documented one.
func (c *recorder) there(target string) string {
	base := basePath(c.vendor)
	if rest, below := strings.CutPrefix(target, base); c.up.Path != "" && below && (rest == "" || strings.ContainsAny(rest[:1], "/?")) {
		target = c.up.Path + rest
	}
	return c.up.Scheme + "://" + c.up.Host + target
}

// failed is about a call without a whole answer.
func (c *recorder) failed(ctx context.Context, x *recorded, number int, err error) {
	c.mu.Lock()
	x.status = 0
	c.mu.Unlock()
	path, _, _ := strings.Cut(x.target, "?")
	if ctx.Err() != nil {
		c.problem("request #%d, %s %s: the client gave up before the service had answered", number, x.method, path)
		return
	}
	c.problem("request #%d, %s %s: the service gave no whole answer: %v", number, x.method, path, err)
}

// pass copies a body piece by piece, as it comes, and reads it to its end although
// the client may want no more of it.
func pass(w http.ResponseWriter, from io.Reader) error {
	flush := http.NewResponseController(w)
	piece, wanted := make([]byte, 32<<10), true
	for {
		n, err := from.Read(piece)
		if n > 0 && wanted {
			_, err := w.Write(piece[:n])
			wanted = err == nil
			_ = flush.Flush() // where it cannot, it comes later
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// keep completes an exchange by its answer.
func (c *recorder) keep(x *recorded, resp *http.Response, body []byte) error {
	plain, gzipped, err := unzip(resp.Header.Get("Content-Encoding"), body)
	c.mu.Lock()
	defer c.mu.Unlock()
	x.status, x.answerHeader, x.answer = resp.StatusCode, resp.Header.Clone(), plain
	x.gzipped, x.chunked = gzipped, slices.Contains(resp.TransferEncoding, "chunked")
	x.answerHeader.Del("Content-Encoding")
	return err
}

// unzip undoes the coding of a body.
func unzip(coding string, body []byte) (plain []byte, gzipped bool, err error) {
	switch coding = strings.ToLower(strings.TrimSpace(coding)); {
	case coding == "" || coding == "identity" || len(body) == 0:
		return body, false, nil
	case coding != "gzip" && coding != "x-gzip":
		return nil, false, fmt.Errorf("the body is in the coding %q, which cannot be read here; the client must not ask for it", coding)
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		plain, err = io.ReadAll(z)
	}
	if err != nil {
		return nil, false, fmt.Errorf("the body is said to be gzip and is not: %w", err)
	}
	return plain, true, nil
}
