package conformance

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// An Option changes how a suite is run or judged.
type Option func(*config) error

type config struct {
	strict   bool
	only     []string
	known    []knownFailure
	choices  map[string]string
	classify func(error) Kind
	seed     uint64
	client   string
	edition  string          // that is frozen; "": the newest
	scored   map[string]bool // its checks; nil: all
	wall     string          // why the clock is the one on the wall; "": it is virtual
	dir      string          // for the report; "" for that of the artifacts, if they are kept

	today    time.Time
	patience func(check string) (over <-chan time.Time, stop func()) // for one scene of a check
	order    func(n int) []int                                       // in which the checks run; the report has them in that of the suite
	trace    bool                                                    // what passes keeps its exchanges too
	once     bool                                                    // it is a proof: what does not pass is not tried again, or looked into
}

// aMinute is of the machine's time: virtual time stands still where it is used up.
func aMinute(string) (<-chan time.Time, func()) {
	t := time.NewTimer(time.Minute)
	return t.C, func() { t.Stop() }
}

// inOrder is the order of the suite.
func inOrder(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// inReverse is the last first.
func inReverse(n int) []int {
	order := inOrder(n)
	slices.Reverse(order)
	return order
}

func configure(opts []Option) (*config, error) {
	cfg := &config{seed: 1, choices: map[string]string{}, today: today(), patience: aMinute, order: inOrder}
	for i, o := range opts {
		if o == nil {
			return nil, fmt.Errorf("option %d of %d is nil", i+1, len(opts))
		}
		if err := o(cfg); err != nil {
			return nil, err
		}
	}
	return cfg, nil
}

// Strict makes a broken SHOULD or CARE a failure too.
func Strict() Option {
	return func(c *config) error { c.strict = true; return nil }
}

// Only runs the checks whose id fits one of the patterns of [path.Match]:
// "CFN-SAVE-*". A pattern that fits no check is an error.
func Only(globs ...string) Option {
	return func(c *config) error {
		for _, glob := range globs {
			if _, err := path.Match(glob, ""); err != nil {
				return fmt.Errorf("Only(%q): %w", glob, err)
			}
		}
		c.only = append(c.only, globs...)
		return nil
	}
}

// KnownFailures reads a file of checks that are known to fail, one per line:
//
//	CFN-PAGE-05 reason="paging is rewritten" until=2027-01-31 why=listed-twice see=URL
//
// A check on the list is KNOWN, and no failure, while it fails with a finding
// that holds the text of why, and until that day is over. A check that passes is
// STALE and a failure. The field see may be left out; a line that begins with #
// is a remark.
func KnownFailures(fsys fs.FS, name string) Option {
	return func(c *config) error {
		known, err := readKnown(fsys, name)
		c.known = append(c.known, known...)
		return err
	}
}

// Choose pins a reading where the document contradicts itself or is silent, by
// the names that Rule.Flags gives: Choose("BOOL_AS_STRING", "booleans"). The
// fakes then behave so, and a CHOICE that shows another reading fails.
func Choose(flag, reading string) Option {
	return func(c *config) error { c.choices[flag] = reading; return nil }
}

// Classify tells what kind of failure an error of the client is. With it, what is
// not there has to be told by an error of the kind not-found. Without it, kinds are
// told apart by what errors.Is and errors.As would see.
func Classify(f func(error) Kind) Option {
	return func(c *config) error { c.classify = f; return nil }
}

// Seed sets where the data of the checks come from. The default is 1.
func Seed(n uint64) Option {
	return func(c *config) error { c.seed = n; return nil }
}

// Client names the client in the report: "shopkit v1.4.0".
func Client(name string) Option {
	return func(c *config) error { c.client = name; return nil }
}

// vet checks the ids that options name.
func (c *config) vet(api string, ids []string) error {
	for _, glob := range c.only {
		if !slices.ContainsFunc(ids, func(id string) bool { ok, _ := path.Match(glob, id); return ok }) {
			return fmt.Errorf("Only(%q) fits no check of %s%s", glob, api, didYouMean(glob, ids))
		}
	}
	for _, entry := range c.known {
		if !slices.Contains(ids, entry.id) {
			return fmt.Errorf("%s: %s has no check %q%s", entry.at, api, entry.id, didYouMean(entry.id, ids))
		}
	}
	return nil
}

func (c *config) selects(id string) bool {
	return c.only == nil || slices.ContainsFunc(c.only, func(glob string) bool { ok, _ := path.Match(glob, id); return ok })
}

// ShowWire keeps the exchanges of checks that pass, too.
func ShowWire() Option {
	return func(c *config) error { c.trace = true; return nil }
}

// vetChoices checks pinned readings against the flags of the suite.
func (s *Suite[C]) vetChoices(choices map[string]string) error {
	var flags []string
	for _, f := range s.flags {
		flags = append(flags, f.name)
	}
	for name, word := range choices {
		i := slices.Index(flags, name)
		if i < 0 {
			return fmt.Errorf("Choose(%q, %q): %s has no such flag%s", name, word, s.api, didYouMean(name, flags))
		}
		var words []string
		for _, r := range s.flags[i].readings {
			words = append(words, r.word)
		}
		if !slices.Contains(words, word) {
			return fmt.Errorf("Choose(%q, %q): want one of %s", name, word, strings.Join(words, ", "))
		}
	}
	return nil
}

// pinned are the options of the fakes for the pinned readings.
func (s *Suite[C]) pinned(choices map[string]string) []fake.Option {
	var options []fake.Option
	for _, f := range s.flags {
		for _, r := range f.readings {
			if choices[f.name] == r.word {
				options = append(options, r.options...)
			}
		}
	}
	return options
}

// taken are the readings that a run is judged by.
func (s *Suite[C]) taken(choices map[string]string) []Choice {
	var taken []Choice
	for _, f := range s.flags {
		c := Choice{Flag: f.name, Reading: f.readings[0].word}
		if word, pinned := choices[f.name]; pinned {
			c.Reading, c.Pinned = word, true
		}
		taken = append(taken, c)
	}
	return taken
}
