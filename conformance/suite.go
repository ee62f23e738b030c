package conformance

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// A Suite is the checks of one API, for clients whose adapter is a C.
type Suite[C any] struct {
	api           string // "cartfunnel"
	title         string // what the document is about: "customers"
	edition       string
	secrets       []string                        // keys of the credentials that no report shows
	secretHeaders []string                        // headers that carry them
	secretMembers []string                        // of queries and bodies, both ways, that carry them
	encoded       func(fake.Credentials) []string // how secrets look on the wire, where they are encoded
	flags         []flag
	clauses       []clauseLine // of the document, where the suite is about all of it
	tells503      bool         // a 503 of this API says by itself how long to wait
	open          func(...fake.Option) server
	hooks         func(any) *fake.Hooks // the deliveries of a fake; nil: the API sends none
	checks        []*check[C]
	index         map[string]*check[C]
	before        map[string][]string // all that a check comes after, directly or not
}

// A server is the fake of an API package.
type server interface {
	API() fake.API
	BaseURL() string
	Transport() http.RoundTripper
	Credentials() fake.Credentials
	Calls(sel ...string) []fake.Exchange
	Findings() []fake.Finding
	Inject(faults ...fake.Fault) *fake.Armed
	Intercept(p fake.Point, f func(*fake.Call)) (remove func())
	Close()
}

// A flag is a reading of the document that a user may pin another way. The
// first reading is the default and needs no option.
type flag struct {
	name     string
	readings []reading
}

type reading struct {
	word    string
	options []fake.Option
}

// Rules lists the checks of the suite, in the order of the catalogue.
func (s *Suite[C]) Rules() []Rule {
	var rules []Rule
	for _, k := range s.checks {
		rules = append(rules, k.rule(s.api))
	}
	return rules
}

// add takes checks into the suite. Checks come in the order of the catalogue,
// but may name later ones in after.
func (s *Suite[C]) add(families ...[]check[C]) *Suite[C] {
	s.index = map[string]*check[C]{}
	for _, family := range families {
		for i := range family {
			k := &family[i]
			if problem := s.refuse(k); problem != "" {
				panic(fmt.Sprintf("conformance: suite %s: check %q: %s", s.api, k.id, problem))
			}
			s.checks, s.index[k.id] = append(s.checks, k), k
		}
	}
	s.before = map[string][]string{}
	for _, k := range s.checks {
		s.precede(k, nil)
	}
	return s
}

var (
	idForm     = regexp.MustCompile(`^[A-Z]{3}-[A-Z0-9]+-[0-9]{2}$`)
	clauseForm = regexp.MustCompile(`^([a-z]+:\d+(-\d+)?(,\d+(-\d+)?)*|[A-Z]{2}-\d+)(; ([a-z]+:\d+(-\d+)?(,\d+(-\d+)?)*|[A-Z]{2}-\d+))*$`)
	codeForm   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// refuse gives what is wrong with a check, "" for nothing. No verdict without
// a prerequisite, no rule without a clause or a reason, no check that nothing
// is known to be found by.
func (s *Suite[C]) refuse(k *check[C]) string {
	switch {
	case !idForm.MatchString(k.id):
		return "an id is API, family and number: CFN-SAVE-01"
	case s.index[k.id] != nil:
		return "this id is taken, and ids are never used again"
	case k.title == "":
		return "it has no title"
	case !slices.Contains([]Level{must, should, care, choice}, k.level):
		return fmt.Sprintf("%q is no level", k.level)
	case k.level != care && !clauseForm.MatchString(k.clause), k.clause != "-" && !clauseForm.MatchString(k.clause):
		return fmt.Sprintf("%q is no clause; want document:lines or a reading", k.clause)
	case k.summary == "":
		return "it has no summary: what the clause says, or why care is needed"
	case k.drive == nil:
		return "nothing drives the client"
	case k.seen == nil:
		return "it has no prerequisite, so a client that does nothing would pass"
	case k.wire == nil && k.judge == nil:
		return "nothing judges it"
	case k.level == choice && len(k.flags) == 0:
		return "a choice is between the readings of a flag"
	case k.level == choice && len(k.mutants) > 0:
		return "a choice has no mutant: no reading of it is a bug"
	case k.level != choice && len(k.mutants) == 0:
		return "it has no mutant, so nothing shows that it finds anything"
	}
	for name := range strings.SplitSeq(strings.Join(k.needs, "|"), "|") {
		if _, ok := reflect.TypeFor[C]().FieldByName(name); !ok {
			return fmt.Sprintf("it needs %q, which the adapter does not have", name)
		}
	}
	for _, name := range k.flags {
		if !slices.ContainsFunc(s.flags, func(f flag) bool { return f.name == name }) {
			return fmt.Sprintf("the suite has no flag %s", name)
		}
	}
	for _, l := range k.limits {
		if problem := s.refuseLimit(k, l); problem != "" {
			return problem
		}
	}
	for i, m := range k.mutants {
		if m.letter != string(rune('a'+i)) || m.does == "" || !codeForm.MatchString(m.finding) {
			return fmt.Sprintf("mutant %d: want letter %c, what it does, and the code of its finding", i+1, 'a'+i)
		}
	}
	return ""
}

// precede collects all checks that one comes after.
func (s *Suite[C]) precede(k *check[C], path []string) []string {
	if all, done := s.before[k.id]; done {
		return all
	}
	if slices.Contains(path, k.id) {
		panic(fmt.Sprintf("conformance: suite %s: %v: these checks come after each other", s.api, append(path, k.id)))
	}
	all := []string{}
	for _, id := range k.after {
		earlier := s.index[id]
		if earlier == nil {
			panic(fmt.Sprintf("conformance: suite %s: check %q comes after %q, which there is not", s.api, k.id, id))
		}
		for _, one := range append(s.precede(earlier, append(path, k.id)), id) {
			if !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	s.before[k.id] = all
	return all
}
