package scenarios

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/bubble"
)

// patience is how long a service may take to answer a comparison.
const patience = 30 * time.Second

// A comparison of a file with the service that it was recorded of.
type compared struct {
	tb   fake.TB
	run  *Run // which plays the file meanwhile
	file string
	set  setup
	up   *url.URL
}

// openCompared plays a file to the test, and compares it with the service behind
// that.
func openCompared(t fake.TB, file string, opts []Option) *Run {
	t.Helper()
	c := &compared{tb: t, file: file, set: newSetup(opts)}
	s, err := c.load()
	if err != nil {
		t.Fatalf("scenarios: %s: SCENARIOS=%s: %v", file, compare, err)
		return nil
	}
	t.Cleanup(func() { // behind that of the run, so that what the test did is told first
		t.Helper()
		if c.run != nil {
			c.finish(s)
		}
	})
	c.run = s.Start(t, opts...)
	return c.run
}

// load reads the file, and finds out whether there is all that it takes.
func (c *compared) load() (*Scenario, error) {
	var err error
	if c.up, err = c.set.upstreamURL(bubble.NewGuard().Inside()); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(c.file)
	if err != nil {
		return nil, fmt.Errorf("%w; SCENARIOS=%s makes the file", err, record)
	}
	s, err := read(c.file, data)
	if err != nil {
		return nil, err
	}
	for _, a := range s.prog.auth {
		if ph := a.value.alone(); ph != nil && ph.typ == "secret" && c.set.secrets[ph.name] == "" {
			return nil, fmt.Errorf("the service wants a secret; the test has to give scenarios.Secret(%q, …)", ph.name)
		}
	}
	return s, nil
}

// finish asks the service, and tells what is other there.
func (c *compared) finish(s *Scenario) {
	c.tb.Helper()
	differences, err := c.ask(s)
	for _, d := range differences {
		tell := c.tb.Logf
		if d.Grade == Failure {
			tell = c.tb.Errorf
		}
		tell("scenarios: %s%s", d.At, c.run.mask(strings.TrimPrefix(d.String(), d.At)))
	}
	if err != nil {
		text := strings.TrimPrefix(err.Error(), "scenarios: ")
		c.tb.Errorf("scenarios: %s%s (compared with %s)", c.file, c.run.mask(strings.TrimPrefix(text, c.file)), c.up.Host)
	}
}

func (c *compared) ask(s *Scenario) ([]Difference, error) {
	vals, given := s.prog.begin(c.set.secret)
	vals.now = c.set.now()
	for key, value := range c.set.plain {
		given[key] = value
	}
	to := service{
		client:      &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		base:        c.up.Scheme + "://" + c.up.Host,
		credentials: given,
		pass:        time.Sleep,
	}
	if c.up.Path != "" {
		to.instead = c.up.String()
	}
	if of := c.set.service; of != nil {
		to.client.Transport, to.pass = of.Transport(), of.Advance
	}
	return s.prog.compare(context.Background(), vals, to)
}
