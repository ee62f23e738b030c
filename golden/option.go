package golden

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// An Option says how one golden is normalised.
//
// Options that take paths take gjson paths into the JSON of a body:
// "customers.#.created_at". A # as the last word stands for every element, a
// key with wildcards for every member that it fits, @this for the whole
// document; other modifiers, pipes and multipaths name no place in a document
// and are refused. In HTTP, Talk and Replay a path is
// looked up in every body, and two further forms name other places:
// "header:Location" and "query:next_page". A path that matches nothing at all
// is an error, because a typo would switch the option off.
type Option func(*settings) error

// settings is what the options of one call come to.
type settings struct {
	rules   []rule
	wire    bool
	headers []Field // sent by Replay
	hooks   *fake.Server
}

// A rule is one path, or regular expression, of one option.
type rule struct {
	action action
	path   string // as it was given
	place  place
	key    string   // name of header or query parameter
	words  []string // of the gjson path
	kind   Kind
	expr   *regexp.Regexp
}

type action string

const (
	hide   action = "Alias"
	match  action = "AliasRegexp"
	redact action = "Secret"
	sorted action = "Unordered"
	remove action = "Drop"
)

// A place is where a rule looks.
type place int

const (
	inBody place = iota
	inHeader
	inQuery
	anywhere // header or body: what Secret makes of a plain word
)

func (r rule) String() string { return fmt.Sprintf("%s %q", r.action, r.path) }

// Alias hides the values at these paths behind numbered names such as
// "<time:1 rfc3339.ms offset>". Equal values get equal names, so that what is
// the same in one place and another stays asserted. A value that is not of the
// kind stays as it is, and so does null; a golden with such a value is not
// written.
func Alias(k Kind, paths ...string) Option {
	return func(s *settings) error {
		if kinds[k] == nil {
			return fmt.Errorf("Alias: unknown kind %q", k)
		}
		return s.add(rule{action: hide, kind: k}, paths)
	}
}

// AliasRegexp hides what the expression matches, or its first group where it
// has one: in the whole text, or in targets, header values and bodies of a
// transcript. The label names it: "<cart:1>"; it is lower-case letters, digits
// and hyphens. The label of a Kind shares its numbers, so that an id can be
// followed from a body into the path of the next request.
func AliasRegexp(label string, re *regexp.Regexp) Option {
	return func(s *settings) error {
		if !isLabel.MatchString(label) {
			return fmt.Errorf("AliasRegexp: label %q is not lower-case letters, digits and hyphens", label)
		}
		if re == nil {
			return fmt.Errorf("AliasRegexp: %s has no expression", label)
		}
		s.rules = append(s.rules, rule{action: match, path: re.String(), kind: Kind(label), expr: re})
		return nil
	}
}

var isLabel = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Secret replaces values by "<present>". A word names a header or a path,
// whichever there is. Empty and null values are not present and stay. When a
// secret turns up once more anywhere in the golden, that is an error, and
// nothing is printed or written.
func Secret(headersOrPaths ...string) Option {
	return func(s *settings) error { return s.add(rule{action: redact}, headersOrPaths) }
}

// Unordered sorts the arrays at these paths: what they hold is compared, their
// order is not. Elements that differ in aliased values alone keep their order.
func Unordered(paths ...string) Option {
	return func(s *settings) error { return s.add(rule{action: sorted}, paths) }
}

// Drop leaves out what is at these paths. The reason is for the reader of the
// test; without one the option is refused.
func Drop(reason string, paths ...string) Option {
	return func(s *settings) error {
		if strings.TrimSpace(reason) == "" {
			return fmt.Errorf("Drop %q: say why", paths)
		}
		return s.add(rule{action: remove}, paths)
	}
}

// Wire compares byte for byte: no canonical form of JSON, no tolerance for
// CRLF. Aliases and secrets are replaced in place; Drop and Unordered, which
// could not be, are refused. Replay is always so.
func Wire() Option {
	return func(s *settings) error {
		s.wire = true
		return nil
	}
}

// Header is a request header for Replay: sent with every request whose section
// does not name it. Credentials that all goldens of a package share are given
// so once, and shown in the file where they matter.
func Header(name, value string) Option {
	return func(s *settings) error {
		f := Field{name, value}
		if err := checkField(f); err != nil {
			return fmt.Errorf("Header: %w", err)
		}
		s.headers = append(s.headers, f)
		return nil
	}
}

// Hooks lets a golden have the deliveries of this server, beside the calls that
// caused them: HTTP and Talk those of their exchanges, Replay all that leave
// while it plays, once the server has settled after each request. A file of
// hooks alone holds all that the server has sent so far. Of an attempt all of
// its request is compared, but for what Transcribe leaves out, and of its answer
// status and body.
func Hooks(s *fake.Server) Option {
	return func(set *settings) error {
		if s == nil {
			return errors.New("Hooks: no server")
		}
		set.hooks = s
		return nil
	}
}

// add makes a rule of each path.
func (s *settings) add(r rule, paths []string) error {
	if len(paths) == 0 {
		return fmt.Errorf("%s: no path", r.action)
	}
	for _, p := range paths {
		r.path, r.place, r.key, r.words = p, inBody, "", nil
		if name, ok := strings.CutPrefix(p, "header:"); ok {
			r.place, r.key = inHeader, name
		} else if name, ok := strings.CutPrefix(p, "query:"); ok {
			r.place, r.key = inQuery, name
		} else {
			words, err := splitPath(p)
			if err != nil {
				return fmt.Errorf("%s: %w", r, err)
			}
			if r.words = words; len(words) == 0 && r.action == remove {
				return fmt.Errorf("%s would leave nothing", r)
			}
			if r.action == redact && isToken(p) {
				r.place, r.key = anywhere, p
			}
		}
		switch {
		case r.place == inHeader && !isToken(r.key), r.place == inQuery && r.key == "":
			return fmt.Errorf("%s: no name of a header or parameter", r)
		case (r.place == inHeader || r.place == inQuery) && r.action == sorted:
			return fmt.Errorf("%s: no array", r)
		}
		s.rules = append(s.rules, r)
	}
	return nil
}

// settingsOf puts the options of a call together.
func settingsOf(opts []Option) (*settings, error) {
	s := new(settings)
	for _, o := range opts {
		if o == nil {
			return nil, errors.New("a nil option")
		}
		if err := o(s); err != nil {
			return nil, err
		}
	}
	for _, r := range s.rules {
		if s.wire && (r.action == remove || r.action == sorted) && r.place == inBody {
			return nil, fmt.Errorf("%s: bytes that are compared as they are can be neither left out nor sorted", r)
		}
	}
	return s, nil
}

func (r rule) isHeader(name string) bool {
	return (r.place == inHeader || r.place == anywhere) &&
		http.CanonicalHeaderKey(name) == http.CanonicalHeaderKey(r.key)
}

func (r rule) isBody() bool {
	return (r.place == inBody || r.place == anywhere) && r.action != match
}
