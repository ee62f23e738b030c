package scenarios

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/bubble"
	"github.com/cartdouble/cartdouble/internal/redact"
)

// A recorder stands between the client of a test and the service, and makes a
// file of what they say. What it sees stays in memory until the test is over.
type recorder struct {
	run     *Run
	tb      fake.TB
	file    string
	mode    string
	set     setup
	api     *api
	vendor  fake.API
	up      *url.URL
	old     *Scenario // the file as it is, nil if there is none
	oldText []byte
	rules   *redact.Rules
	auth    []string // words of the auth line

	credentials fake.Credentials
	guard       bubble.Guard
	listener    net.Listener // in a bubble, one in memory
	server      *http.Server
	upstream    http.RoundTripper
	client      *http.Transport

	mu       sync.Mutex
	idle     *sync.Cond // busy fell to 0
	busy     int        // requests and deliveries in work
	conns    int        // of the client
	unlinked *sync.Cond // conns fell to 0
	at       time.Time
	seen     []*recorded
	problems []string
	handler  http.Handler // of deliveries
	deaf     bool         // deliveries are taken, and are nobody's
	over     bool
}

// vendorOf is what the fake of an API says about the service.
func vendorOf(a *api, given fake.Credentials) fake.API {
	s := a.start(nil, nil, given, nil).server
	defer s.Close()
	return s.API()
}

func newRecorder(t fake.TB, file, mode string, set setup) (*recorder, error) {
	c := &recorder{tb: t, file: file, mode: mode, set: set, guard: bubble.NewGuard()}
	c.at, c.idle, c.unlinked = c.now(), sync.NewCond(&c.mu), sync.NewCond(&c.mu)
	c.run = &Run{tb: t, rec: c, secrets: set.secrets}
	var err error
	if c.up, err = set.upstreamURL(c.guard.Inside()); err != nil {
		return nil, fmt.Errorf("SCENARIOS=%s: %w", mode, err)
	}
	if filepath.Ext(file) != ".txtar" {
		return nil, fmt.Errorf("want a file that ends in .txtar, by which Vet and ReplayDir know a scenario, not %q", filepath.Base(file))
	}
	if c.old, c.oldText, err = former(file); err != nil {
		return nil, err
	}
	if c.api, err = apiOf(c.old, &set); err != nil {
		return nil, err
	}
	c.run.prog = &program{file: file, api: c.api}
	if c.old != nil {
		c.run.prog.secrets = c.old.prog.secrets
	}
	if err := c.authorize(); err != nil {
		return nil, err
	}
	if c.rules, err = redact.New(c.api.name, set.secrets, set.off...); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "redact: "))
	}
	c.vendor = vendorOf(c.api, c.credentials)
	return c, c.listen()
}

// authorize gathers the credentials: those of the file, those that are given. The
// secrets among them stand in the file as placeholders.
func (c *recorder) authorize() error {
	for key := range c.set.plain {
		switch {
		case !slices.Contains(c.api.keys, key):
			return fmt.Errorf("Credential(%q): %s has no such credential%s; it has %s", key, c.api.name, didYouMean(key, c.api.keys), strings.Join(c.api.keys, ", "))
		case slices.Contains(c.api.secrets, key):
			return fmt.Errorf("Credential(%q): it is a secret, and would stand in the file; give it by Secret(%q, …)", key, key)
		}
	}
	c.credentials = fake.Credentials{}
	former := map[string]template{}
	if c.old != nil {
		for _, a := range c.old.prog.auth {
			former[a.key] = a.value
		}
	}
	for _, key := range c.api.keys {
		word, value, err := c.credential(key, former[key])
		if err != nil {
			return err
		}
		if word != "" {
			c.credentials[key] = value
			c.auth = append(c.auth, word)
		}
	}
	for _, key := range c.api.secrets[:1] {
		if c.credentials[key] == "" {
			return fmt.Errorf("there is no %s to ask the service with; the test has to give scenarios.Secret(%q, …)", key, key)
		}
	}
	return nil
}

// credential finds one credential, with its word of the auth line.
func (c *recorder) credential(key string, former template) (word, value string, err error) {
	name := key
	switch {
	case c.set.plain[key] != "":
		return option(key, c.set.plain[key]), c.set.plain[key], nil
	case former != nil:
		if ph := former.alone(); ph != nil && ph.typ == "secret" {
			name = ph.name
			if c.set.secrets[name] == "" {
				return "", "", fmt.Errorf("the file needs scenarios.Secret(%q, …), and it is not given", name)
			}
		} else {
			text, _ := former.literal()
			return option(key, text), text, nil
		}
	case c.set.secrets[key] == "" && key == c.api.secrets[0]:
		name = "api"
	}
	if value = c.set.secrets[name]; value == "" {
		return "", "", nil
	}
	return option(key, "{{secret."+name+"}}"), value, nil
}

// enter begins a request or a delivery; nothing begins when the test is over.
func (c *recorder) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return false
	}
	c.busy++
	return true
}

func (c *recorder) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy--; c.busy == 0 {
		c.idle.Broadcast()
	}
}

// settle waits until nothing is in work. Of a fake it is known what is still to
// come: deliveries leave behind the answer that caused them.
func (c *recorder) settle() {
	if c.set.service != nil {
		c.set.service.Settle()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.busy > 0 {
		c.idle.Wait()
	}
}

// arrived takes a place in the order of the recording.
func (c *recorder) arrived(x *recorded) (number int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	x.at = c.now()
	c.seen = append(c.seen, x)
	return len(c.seen)
}

// problem is something because of which this recording cannot be kept.
func (c *recorder) problem(format string, args ...any) {
	c.tb.Helper()
	text := c.mask(fmt.Sprintf(format, args...))
	c.mu.Lock()
	c.problems = append(c.problems, text)
	c.mu.Unlock()
	c.tb.Errorf("scenarios: %s: %s", c.file, strings.TrimPrefix(text, "scenarios: "))
}

// mask takes given secrets out of a text for people.
func (c *recorder) mask(text string) string {
	for _, name := range slices.Sorted(maps.Keys(c.set.secrets)) {
		if value := c.set.secrets[name]; value != "" {
			for _, form := range []string{value, url.QueryEscape(value), url.PathEscape(value)} {
				text = strings.ReplaceAll(text, form, "{{secret."+name+"}}")
			}
		}
	}
	return text
}

// report lists what was seen so far.
func (c *recorder) report() Report {
	rep := Report{Scenario: c.file}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, x := range c.seen {
		step := "=> " + x.topic
		if path, _, _ := strings.Cut(x.target, "?"); !x.delivery() {
			step = "-> " + x.method + " " + c.mask(path)
		}
		rep.Steps = append(rep.Steps, StepReport{At: c.file, Step: step, Done: x.status != 0, Calls: []int{i + 1}})
	}
	rep.Problems = slices.Clone(c.problems)
	return rep
}

// recording is what was seen so far.
func (c *recorder) recording() *recording {
	c.mu.Lock()
	defer c.mu.Unlock()
	rec := &recording{api: c.api, at: c.at}
	for _, x := range c.seen {
		if x.status != 0 || x.delivery() {
			rec.exchanges = append(rec.exchanges, *x)
		}
	}
	return rec
}

// finish is the cleanup: what was seen becomes the file.
func (c *recorder) finish() {
	c.tb.Helper()
	c.settle()
	rec := c.recording()
	var differs *differences
	if c.set.twice && len(rec.exchanges) > 0 {
		differs = c.again(rec)
	}
	c.close()
	if len(rec.exchanges) == 0 {
		c.tb.Logf("scenarios: %s: nothing was said, so nothing is written", c.file)
		return
	}
	if hint := unwelcome(rec); hint != "" {
		c.tb.Logf("scenarios: %s: %s", c.file, hint)
	}
	text, trace, err := c.render(rec, differs)
	if os.Getenv("SCENARIOS_TRACE") != "" && trace != "" {
		c.tb.Logf("scenarios: %s: recorded\n%s", c.file, trace)
	}
	if err == nil {
		err = c.write(text)
	}
	if err != nil {
		c.tb.Errorf("scenarios: %s: not written: %v", c.file, err)
	}
}

// unwelcome is what to think of where the service has refused each call, "" if it
// has not.
func unwelcome(rec *recording) string {
	calls := 0
	for _, x := range rec.exchanges {
		if x.delivery() {
			continue
		}
		if calls++; x.status != http.StatusUnauthorized && x.status != http.StatusForbidden {
			return ""
		}
	}
	if calls == 0 {
		return ""
	}
	return "the service has answered 401 or 403 to " + counted(calls, "call", "calls") + ", and nothing else: are the secrets those of this account?"
}
