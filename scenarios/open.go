package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// What Open does, by the environment variable SCENARIOS.
const (
	replay  = "replay"
	record  = "record"
	extend  = "extend"
	compare = "compare"
)

var openings = []string{replay, record, extend, compare}

// Open plays a scenario file, or makes it. Without more it is Replay. With
// SCENARIOS=record in the environment the same test talks to the service itself,
// which Upstream names, and what is said becomes the file when the test ends. A
// file that is there is brought up to date: only what has changed is written
// anew, and remarks, names and edits by hand stay. SCENARIOS=extend adds what the
// file has no step for, and changes nothing else.
//
// SCENARIOS=compare plays the file, and then makes its plain reads to the service
// once more, as CompareTo does: what has another type there fails the test, what is
// gone or new is logged. Nothing is written.
//
// A failing test writes NAME.txtar.new beside the file instead. Credentials and
// people never reach the disk; docs/recording.md says what is done about them.
// Nothing is recorded where CI is set, unless SCENARIOS_FORCE=1. SCENARIOS_TRACE=1
// logs the story, and why values became placeholders.
func Open(t fake.TB, file string, opts ...Option) *Run {
	t.Helper()
	mode, err := opening(os.Getenv)
	if err != nil {
		t.Fatalf("scenarios: %s: %v", file, err)
		return nil
	}
	switch mode {
	case replay:
		return Replay(t, file, opts...)
	case compare:
		return openCompared(t, file, opts)
	}
	return start(t, file, mode, opts)
}

// Record makes a file, or brings one up to date, as Open does where SCENARIOS is
// record, whatever is in the environment. Where CI is set it needs SCENARIOS_FORCE=1
// all the same.
func Record(t fake.TB, file string, opts ...Option) *Run {
	t.Helper()
	if err := barred(record, os.Getenv); err != nil {
		t.Fatalf("scenarios: %s: %v", file, err)
		return nil
	}
	return start(t, file, record, opts)
}

// start begins a recording.
func start(t fake.TB, file, mode string, opts []Option) *Run {
	t.Helper()
	rec, err := newRecorder(t, file, mode, newSetup(opts))
	if err != nil {
		t.Fatalf("scenarios: %s: %v", file, err)
		return nil
	}
	t.Cleanup(rec.finish)
	return rec.run
}

// opening reads the environment.
func opening(getenv func(string) string) (string, error) {
	mode := getenv("SCENARIOS")
	switch {
	case mode == "" || mode == replay:
		return replay, nil
	case !slices.Contains(openings, mode):
		return "", fmt.Errorf("SCENARIOS=%s: unknown word%s; there are %s", mode, didYouMean(mode, openings), strings.Join(openings, ", "))
	case mode == compare: // which writes nothing
		return mode, nil
	}
	return mode, barred(mode, getenv)
}

// barred is why nothing is recorded here, nil if it may be.
func barred(mode string, getenv func(string) string) error {
	if ci := getenv("CI"); ci != "" && ci != "0" && ci != "false" && getenv("SCENARIOS_FORCE") != "1" {
		return fmt.Errorf("SCENARIOS=%s: nothing is recorded where CI is set, unless SCENARIOS_FORCE=1", mode)
	}
	return nil
}

func newSetup(opts []Option) setup {
	set := setup{secrets: map[string]string{}, plain: map[string]string{}}
	for _, o := range opts {
		o(&set)
	}
	return set
}

// Upstream is the service that a recording is made of: a host, which then has
// the paths of the documentation, or all of a base URL. A replay has no use for
// it.
func Upstream(url string) Option { return func(s *setup) { s.upstream = url } }

// UpstreamFake lets one of the fakes be the service of a recording, over its
// connections in memory: scenarios.UpstreamFake(shop.Server). The times of the file
// are those of its clock. It is the way to record in a synctest bubble, where the
// network cannot be used; there the fake finds the address of Run.HookURL as well.
func UpstreamFake(s *fake.Server) Option { return func(set *setup) { set.service = s } }

// AllowWrites lets a recording make calls that change something upstream. Without
// it they are refused and fail the test, and nothing is sent.
func AllowWrites() Option { return func(s *setup) { s.writes = true } }

// WithoutRules switches off rules of redaction by their ids, "people.3", for a
// recording. The file names the rules in force, so a replay needs no such option.
// Given secrets are never written, whatever is off.
func WithoutRules(ids ...string) Option {
	return func(s *setup) { s.off = append(s.off, ids...) }
}

// Credential gives a recording what the client needs beside its secrets, by the
// words of Run.Credentials: Credential("account", "myshop"). It is written into
// the file, where a replay finds it. Secrets are given by Secret, under the word
// of Run.Credentials or as "api".
func Credential(key, value string) Option {
	return func(s *setup) { s.plain[key] = value }
}

// Twice makes a recording ask everything a second time at its end, and takes what
// differs for volatile, whatever it looks like. Writes are made twice, so they
// need AllowWrites.
func Twice() Option { return func(s *setup) { s.twice = true } }

// On gives a recording the listener on which the client, and the deliveries of the
// service, find it. Without, that is a free port of the loopback interface.
func On(l net.Listener) Option { return func(s *setup) { s.listener = l } }

// apiOf finds the API of a recording: that of the file, or the one that is named,
// or the one whose documented host is recorded.
func apiOf(old *Scenario, set *setup) (*api, error) {
	all := apis()
	names := slices.Sorted(maps.Keys(all))
	switch {
	case old != nil && set.api != "" && set.api != old.API():
		return nil, fmt.Errorf("API(%q): the file is about %s", set.api, old.API())
	case old != nil:
		return old.prog.api, nil
	case set.api == "" && set.service != nil:
		return all[set.service.API().Name], nil
	case set.api != "":
		if a := all[set.api]; a != nil {
			return a, nil
		}
		return nil, fmt.Errorf("API(%q): unknown API%s; there are %s", set.api, didYouMean(set.api, names), strings.Join(names, ", "))
	}
	u, err := url.Parse(set.upstream)
	for _, name := range names {
		if err == nil && slices.Contains(vendorOf(all[name], nil).Hosts, u.Hostname()) {
			return all[name], nil
		}
	}
	return nil, fmt.Errorf("a new recording has to know its API: scenarios.API(NAME); there are %s", strings.Join(names, ", "))
}

// API says which API a new recording is of, "cartfunnel", where the host of
// Upstream is not the documented one.
func API(name string) Option { return func(s *setup) { s.api = name } }

// former reads the file that is to be brought up to date, nil if there is none.
func former(file string) (*Scenario, []byte, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	s, err := read(file, data)
	if err != nil {
		return nil, nil, fmt.Errorf("the file cannot be brought up to date; mend or remove it:\n%w", err)
	}
	return s, data, nil
}
