package scenarios

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// A Scenario is a story of requests and answers, with what goes wrong in it: a
// file that was read, or one that is being built. Several tests may run one at
// the same time.
type Scenario struct {
	doc   *document
	prog  *program // nil while it is being built
	built builder
}

// Load reads and checks a scenario file. The error names all problems of the
// file, one a line, each with file and line.
func Load(fsys fs.FS, file string) (*Scenario, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	return read(file, data)
}

func read(file string, data []byte) (*Scenario, error) {
	doc, ps := readScenario(file, data)
	if len(ps) > 0 {
		return nil, ps.err()
	}
	prog, ps := compile(doc, apis())
	if len(ps) > 0 {
		return nil, ps.err()
	}
	return &Scenario{doc: doc, prog: prog}, nil
}

// readScenario reads a file of any version as one of the newest.
func readScenario(file string, data []byte) (*document, problems) {
	doc, ps := readDocument(file, data)
	if len(ps) == 0 {
		ps = doc.toVersion(format, upgrades())
	}
	return doc, ps
}

// Name is the name of the file without folder and end: "lost-save".
func (s *Scenario) Name() string { return strings.TrimSuffix(path.Base(s.doc.file), ".txtar") }

// API is the name of the API that the scenario is about: "cartfunnel".
func (s *Scenario) API() string {
	if len(s.doc.lines) == 0 || len(s.doc.lines[0].words) < 3 {
		return ""
	}
	return s.doc.lines[0].words[2].text
}

// Format gives the scenario as the text of a file, in the one form that the
// package writes. Names, remarks, the order of options and the bytes of bodies
// stay as they are.
func (s *Scenario) Format() []byte { return s.doc.format() }

// program is what the scenario means.
func (s *Scenario) program() (*program, error) {
	if s.prog != nil {
		return s.prog, nil
	}
	if len(s.built.ps) > 0 {
		return nil, s.built.ps.err()
	}
	prog, ps := compile(s.doc, apis())
	return prog, ps.err()
}

// Vet checks every scenario file of a file system, for a lint test of one line.
// It finds what Load finds, and what is allowed but hardly meant. Other files
// are left alone.
func Vet(fsys fs.FS) []Problem {
	var ps problems
	err := fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".txtar" {
			return err
		}
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return err
		}
		if !looksLikeScenario(data) {
			return nil
		}
		doc, found := readScenario(file, data)
		if len(found) == 0 {
			var prog *program
			prog, found = compile(doc, apis())
			found = append(found, prog.doubts...)
		}
		slices.SortStableFunc(found, func(a, b Problem) int { return a.Line - b.Line })
		ps = append(ps, found...)
		return nil
	})
	if err != nil {
		at := ""
		if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
			at = pe.Path
		}
		ps.add(pos{file: at}, "%v", err)
	}
	return ps
}

// looksLikeScenario tells whether the first word of a file is, or was to be,
// "scenario".
func looksLikeScenario(data []byte) bool {
	first, _, _ := strings.Cut(string(data), "\n")
	first = strings.TrimPrefix(first, "\ufeff")
	words := strings.Fields(first)
	return len(words) > 0 && fake.Nearest(words[0], []string{"scenario"}) != ""
}
