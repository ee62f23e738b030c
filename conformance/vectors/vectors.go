package vectors

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

//go:embed *.json
var files embed.FS

// Files are the vectors and their schemas, for readers of their own.
func Files() fs.FS { return files }

// Names are the files with vectors, in order.
func Names() []string {
	all, err := fs.Glob(files, "*_v1.json")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	return all
}

// A File is a file of vectors.
type File struct {
	Schema        string          `json:"schema"` // name of the file with its JSON Schema
	Source        Source          `json:"source"`
	NumberOfTests int             `json:"numberOfTests"`
	RetiredIDs    []int           `json:"retiredIds"`
	Notes         map[string]Note `json:"notes"` // by the flags of tests
	Groups        []Group         `json:"testGroups"`
}

// A Source is what a file rests on.
type Source struct {
	Document string `json:"document"` // "cartly"
	Clause   string `json:"clause"`   // its lines
	SHA256   string `json:"sha256"`
}

// A Note says what tests with a flag are about.
type Note struct {
	BugType     string `json:"bugType"` // "AUTH_BYPASS"
	Description string `json:"description"`
	Effect      string `json:"effect,omitempty"` // of the bug
	Check       string `json:"check,omitempty"`  // of package conformance
	Flag        string `json:"flag,omitempty"`   // the open question behind acceptable tests
}

// A Group is tests that have something in common.
type Group struct {
	SecretHex *string `json:"secretHex,omitempty"` // of deliveries: the bytes of the secret
	Op        string  `json:"op,omitempty"`        // of answers: the operation that was called
	Tests     []Test  `json:"tests"`
}

// A Test is one vector. Which of its members there are differs by file.
type Test struct {
	ID         int             `json:"tcId"`
	Comment    string          `json:"comment"`
	Flags      []string        `json:"flags"`
	Status     int             `json:"status,omitempty"`     // of an answer
	Type       string          `json:"type,omitempty"`       // the Content-Type of an answer, where it is not application/json
	Body       *string         `json:"body,omitempty"`       // where it is text
	BodyBase64 *string         `json:"bodyBase64,omitempty"` // where it may be anything
	Headers    [][2]string     `json:"headers,omitempty"`    // of a delivery, in order
	Result     string          `json:"result"`               // "valid", "invalid", "acceptable"
	Expect     json.RawMessage `json:"expect"`
}

// Load reads one of the files, by its name: "cartly_webhook_v1.json".
func Load(name string) (*File, error) {
	if !slices.Contains(Names(), name) {
		near := fake.Nearest(name, Names())
		if near != "" {
			near = fmt.Sprintf(" (did you mean %q?)", near)
		}
		return nil, fmt.Errorf("vectors: there is no file %q%s", name, near)
	}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("vectors: %w", err)
	}
	f := &File{}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("vectors: %s: %w", name, err)
	}
	return f, nil
}

// A Case is a test whose result is decided: "valid" or "invalid".
type Case struct {
	Group Group
	Test  Test
}

// Cases are the tests of a file, with the answers to open questions: for each
// flag, such as "UPPER_HEX", whether its tests are accepted. A question that is
// not answered is an error, and so is an answer that nobody asks for.
func (f *File) Cases(accepted map[string]bool) ([]Case, error) {
	asked := map[string]bool{}
	var cases []Case
	for _, g := range f.Groups {
		for _, t := range g.Tests {
			if t.Result == "acceptable" {
				flag, accept, err := f.decide(t, accepted)
				if err != nil {
					return nil, err
				}
				asked[flag] = true
				t.Result = map[bool]string{true: "valid", false: "invalid"}[accept]
			}
			cases = append(cases, Case{g, t})
		}
	}
	for flag := range accepted {
		if !asked[flag] {
			return nil, fmt.Errorf("vectors: no test asks about %q; the questions are %s", flag, strings.Join(f.Questions(), ", "))
		}
	}
	return cases, nil
}

// decide looks up the answer to the question of an acceptable test.
func (f *File) decide(t Test, accepted map[string]bool) (flag string, accept bool, err error) {
	for _, name := range t.Flags {
		flag = f.Notes[name].Flag
	}
	accept, decided := accepted[flag]
	if !decided {
		return flag, false, fmt.Errorf("vectors: test %d (%s) rests on %s, which is not decided; the document leaves open whether it is accepted", t.ID, t.Comment, flag)
	}
	return flag, accept, nil
}

// Questions are the flags that have to be decided.
func (f *File) Questions() []string {
	var flags []string
	for _, g := range f.Groups {
		for _, t := range g.Tests {
			for _, name := range t.Flags {
				if flag := f.Notes[name].Flag; t.Result == "acceptable" && !slices.Contains(flags, flag) {
					flags = append(flags, flag)
				}
			}
		}
	}
	slices.Sort(flags)
	return flags
}
