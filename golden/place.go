package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/internal/goldens"
)

// A file is where one golden stands.
type file struct {
	rel  string // with slashes, from the folder of the package: messages say this
	path string // for the operating system
	test string // whose it is; "" for Check
}

// placeOf gives testdata/golden/<Test>/<sub>/<name><ext>.
func (s *session) placeOf(test, name, ext string) (file, error) {
	return s.placeAt(test, append(strings.Split(test, "/"), name+ext))
}

// flatPlace gives testdata/golden/<Op>_<number>[_<request>].txtar, which
// belongs to Test<Op> and the tests below it.
func (s *session) flatPlace(test, name string) (file, error) {
	first, _, _ := strings.Cut(test, "/")
	if owner := goldens.FlatOwner(name); owner != first {
		return file{}, fmt.Errorf("%s.txtar belongs to %s, this is %s", name, owner, first)
	}
	return s.placeAt(test, []string{name + ".txtar"})
}

func (s *session) placeAt(test string, words []string) (file, error) {
	for _, w := range words {
		if err := checkName(w); err != nil {
			return file{}, err
		}
	}
	rel := goldens.Dir + "/" + strings.Join(words, "/")
	return file{rel: rel, path: filepath.Join(s.dir, filepath.FromSlash(rel)), test: test}, nil
}

var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$`)

// checkName finds what keeps a word from being the name of a file everywhere.
func checkName(word string) error {
	base, _, _ := strings.Cut(word, ".")
	switch {
	case word == "", strings.HasPrefix(word, "."):
		return fmt.Errorf("name %q is empty or begins with a dot", word)
	case strings.ContainsFunc(word, func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`<>:"/\|?*`, r) }):
		return fmt.Errorf(`name %q: a file name cannot have any of <>:"/\|?* on Windows; rename the test or the golden`, word)
	case strings.HasSuffix(word, ".") || strings.HasSuffix(word, " "):
		return fmt.Errorf("name %q ends in a dot or a blank, which Windows drops", word)
	case reserved.MatchString(strings.TrimRight(base, " ")):
		return fmt.Errorf("name %q is a device on Windows", word)
	case len(word) > 200:
		return fmt.Errorf("name %q is longer than 200 bytes", word)
	}
	return nil
}

// caseClash looks in the folders of a golden for a name that differs from its
// own in the case of letters alone.
func (f file) caseClash() error {
	words := strings.Split(f.rel, "/")
	dir := strings.TrimSuffix(f.path, filepath.FromSlash(f.rel))
	for i, w := range words {
		entries, err := os.ReadDir(filepath.Join(dir, filepath.Join(words[:i]...)))
		if err != nil {
			return nil // not there yet: nothing to clash with
		}
		for _, e := range entries {
			if e.Name() != w && strings.EqualFold(e.Name(), w) {
				return fmt.Errorf("%s and %s differ in the case of letters alone: on some systems they are one file",
					strings.Join(words[:i+1], "/"), strings.Join(append(slices.Clone(words[:i]), e.Name()), "/"))
			}
		}
	}
	return nil
}

// pattern is the argument of -run that picks one test: ^TestX$/^sub$.
func pattern(test string) string {
	words := strings.Split(test, "/")
	for i, w := range words {
		words[i] = "^" + regexp.QuoteMeta(w) + "$"
	}
	return strings.Join(words, "/")
}

func shellWord(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
