package scenarios

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A service is what the requests of a recording are made to once more.
type service struct {
	client      *http.Client
	base        string // URL without the path of the documented base URL
	instead     string // URL that stands for the whole documented base URL; ""
	credentials fake.Credentials
	writes      bool                  // it may be changed
	pass        func(d time.Duration) // lets time pass
}

// CompareFake makes the requests of a recording to the live fake of its API, in
// the state that the file says, and tells where answers have another shape than
// the recorded ones: whether the fake still is what the vendor was. Steps with
// faults and live answers are not compared; what they do to the state happens.
// A scenario without a recorded answer is an error, for nothing is compared.
func (s *Scenario) CompareFake(ctx context.Context, opts ...Option) ([]Difference, error) {
	prog, err := s.program()
	if err != nil {
		return nil, err
	}
	set := setup{secrets: map[string]string{}}
	for _, o := range opts {
		o(&set)
	}
	vals, given := prog.begin(set.secret)
	started := prog.api.start(nil, append(prog.options(), set.fake...), given, prog.may)
	defer started.server.Close()
	vals.now = started.server.Now()
	if err := prog.restore(started, vals); err != nil {
		return nil, err
	}
	return prog.compare(ctx, vals, service{
		client: started.server.Client(), base: strings.TrimSuffix(started.server.BaseURL(), prog.api.base),
		credentials: started.credentials, writes: true, pass: started.server.Advance,
	})
}

// CompareTo makes the requests of a recording to the service at a base URL: has
// the vendor changed since? The credentials are those of the head, with secrets
// given by Secret. What is not a plain read is left out, and noted. The time of
// wait= is waited.
func (s *Scenario) CompareTo(ctx context.Context, client *http.Client, baseURL string, opts ...Option) ([]Difference, error) {
	prog, err := s.program()
	if err != nil {
		return nil, err
	}
	set := setup{secrets: map[string]string{}}
	for _, o := range opts {
		o(&set)
	}
	vals, given := prog.begin(set.secret)
	vals.now = time.Now()
	base, ok := strings.CutSuffix(strings.TrimSuffix(baseURL, "/"), prog.api.base)
	if !ok {
		return nil, fmt.Errorf("scenarios: %s: want a base URL that ends in %s", baseURL, prog.api.base)
	}
	return prog.compare(ctx, vals, service{client: client, base: base, credentials: given, pass: func(d time.Duration) {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
	}})
}

// secret is the value of {{secret.name}}.
func (set *setup) secret(name string) string {
	if value, ok := set.secrets[name]; ok {
		return value
	}
	return "the-" + name + "-secret"
}

// restore puts the state of the head into a fake outside a test.
func (prog *program) restore(of started, vals *values) error {
	if len(prog.states) == 0 {
		return nil
	}
	snap, err := snapshot(prog.api, prog.states, vals)
	if err == nil {
		err = mistake(func() { prog.tenants(of); of.server.Restore(snap) })
	}
	if err != nil {
		return fmt.Errorf("scenarios: %s: state: %w", prog.file, err)
	}
	return nil
}

// begin gives the values of a run, and the credentials of the head.
func (prog *program) begin(secret func(string) string) (*values, fake.Credentials) {
	vals, given := prog.values(secret), fake.Credentials{}
	for _, c := range prog.auth {
		given[c.key] = vals.render(c.value)
	}
	return vals, given
}

// compare makes the requests one after the other.
func (prog *program) compare(ctx context.Context, vals *values, to service) ([]Difference, error) {
	var all []Difference
	compared := 0
	for _, st := range prog.steps {
		if a, ok := st.(*action); ok && a.verb == "advance" && to.writes {
			to.pass(a.by)
		}
		e, ok := st.(*expect)
		if !ok || len(e.answer.faults) > 0 || e.tenant != "" {
			continue
		}
		if !to.writes && e.method != http.MethodGet {
			if !e.answer.live {
				all = append(all, Difference{e.answer.at.String(), Note, "the answer", e.method, "not asked: it may write"})
			}
			continue
		}
		got, err := prog.ask(ctx, vals, to, e)
		if err != nil {
			return all, fmt.Errorf("%s: %s: %w", e.at, e.text, err)
		}
		if !e.answer.live {
			compared++
		}
		all = append(all, prog.compareAnswer(vals, e, got)...)
	}
	if compared == 0 {
		return all, fmt.Errorf("scenarios: %s: no answer of it stands in the file, so nothing is compared", prog.file)
	}
	return all, nil
}

// got is an answer as it came.
type got struct {
	status int
	header http.Header
	body   []byte
}

// ask makes the request of a step. One that comes too soon for the service is
// made again, after the time that the service tells, or some seconds.
func (prog *program) ask(ctx context.Context, vals *values, to service, e *expect) (got, error) {
	to.pass(e.wait.least)
	for again := 0; ; again++ {
		req, err := prog.request(ctx, vals, to, e)
		if err != nil {
			return got{}, err
		}
		resp, err := to.client.Do(req)
		if err != nil {
			return got{}, err
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			return got{}, err
		}
		if resp.StatusCode != http.StatusTooManyRequests || e.answer.status == http.StatusTooManyRequests || again == 3 {
			return got{resp.StatusCode, resp.Header, body}, ctx.Err()
		}
		pause, err := time.ParseDuration(resp.Header.Get("Retry-After") + "s")
		if err != nil || pause < time.Second {
			pause = 2 * time.Second
		}
		to.pass(pause)
	}
}

// at is the address of a path.
func (to service) at(path, base string) string {
	if rest, below := strings.CutPrefix(path, base); to.instead != "" && below && (rest == "" || rest[0] == '/') {
		return to.instead + rest
	}
	return to.base + path
}

// request is the request of a step with the values that are known by now.
func (prog *program) request(ctx context.Context, vals *values, to service, e *expect) (*http.Request, error) {
	var path, query []string
	for _, seg := range e.segments {
		path = append(path, url.PathEscape(vals.render(seg)))
	}
	for _, p := range e.query {
		query = append(query, url.QueryEscape(p.name)+"="+url.QueryEscape(vals.render(p.value)))
	}
	target := to.at(strings.Join(path, "/"), prog.api.base)
	if query != nil {
		target += "?" + strings.Join(query, "&")
	}
	var body []byte
	media := ""
	if e.body != nil {
		switch e.body.kind() {
		case "json":
			body, media = renderJSON(e.body.body, vals, "compact"), "application/json"
		case "form":
			body, media = renderText(e.body.body, vals), "application/x-www-form-urlencoded"
		case "b64":
			body = e.body.body
		default:
			body, media = renderText(e.body.body, vals), "text/plain; charset=utf-8"
		}
	}
	req, err := http.NewRequestWithContext(ctx, e.method, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if media != "" && len(body) > 0 {
		req.Header.Set("Content-Type", media)
	}
	if e.body != nil {
		for _, h := range e.body.headers {
			if t, err := parseTemplate(h.value); err == nil {
				req.Header.Set(h.name, vals.render(t))
			}
		}
	}
	prog.api.authorize(req.Header, to.credentials)
	return req, nil
}

// compareAnswer compares an answer with the recorded one, and takes from either
// the values that later requests name.
func (prog *program) compareAnswer(vals *values, e *expect, x got) (ds []Difference) {
	a := &e.answer
	for _, c := range a.captures {
		(&story{vals: vals}).capture(c, x.body)
	}
	if a.live {
		return nil
	}
	tell := func(g Grade, path, recorded, got string) {
		ds = append(ds, Difference{a.at.String(), g, path, recorded, got})
	}
	if x.status != a.status {
		tell(Failure, "status", fmt.Sprint(a.status), fmt.Sprint(x.status))
	}
	if a.section == nil {
		return ds
	}
	for _, h := range a.section.headers {
		if x.header.Get(h.name) == "" {
			tell(Warning, "header "+h.name, "there", "nothing")
		}
	}
	if a.section.kind() != "json" || len(a.section.body) == 0 {
		return ds
	}
	recorded, err := parseJSON(comparableJSON(a.section.body))
	if err != nil {
		return ds // Load has seen that it is JSON
	}
	came, err := parseJSON(x.body)
	if err != nil {
		tell(Failure, "the whole body", "JSON", "no JSON: "+short(string(x.body), 30))
		return ds
	}
	was, is := newShape(), newShape()
	was.add(recorded, vals.kindOf)
	is.add(came, plain)
	was.differ("", is, tell)
	learn(vals, recorded, came)
	return ds
}
