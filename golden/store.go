package golden

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// read gives the bytes of a golden, nil when there is none.
func (f file) read() ([]byte, error) {
	b, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// write puts a golden in its place, whole or not at all.
func (f file) write(text []byte) error {
	if err := f.caseClash(); err != nil {
		return err
	}
	return writeWhole(f.path, text)
}

// writeWhole writes beside the file and renames, and only when bytes differ.
func writeWhole(path string, text []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".golden-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(text)
	err = errors.Join(err, temp.Chmod(0o644), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}

// lf makes CRLF, which git or an editor may have put there, plain newlines.
func lf(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }

// whatChanged names what a reviewer of an update should look at: statuses that
// went from one class to another, and aliases that became more or fewer.
func whatChanged(old, text []byte) []string {
	var notes []string
	was, err1 := Parse(lf(old))
	is, err2 := Parse(text)
	if err1 == nil && err2 == nil {
		for i := range min(len(was.Exchanges), len(is.Exchanges)) {
			from, to := was.Exchanges[i].Response, is.Exchanges[i].Response
			if from.Status != 0 && from.Status/100 != to.Status/100 {
				notes = append(notes, fmt.Sprintf("%s was %s, is %s", is.part("response", i), status(from), status(to)))
			}
		}
	}
	before, after := countAliases(old), countAliases(text)
	var counts []string
	for label := range merged(before, after) {
		if before[label] != after[label] {
			counts = append(counts, fmt.Sprintf("aliases of %s: %d, were %d", label, after[label], before[label]))
		}
	}
	slices.Sort(counts)
	return append(notes, counts...)
}

func merged(a, b map[string]int) map[string]bool {
	all := map[string]bool{}
	for label := range a {
		all[label] = true
	}
	for label := range b {
		all[label] = true
	}
	return all
}

// attributesHint is the line that keeps git from changing line ends, when no
// .gitattributes between the golden and the root of the repository has one.
func (f file) attributesHint() string {
	dir, err := filepath.Abs(filepath.Dir(f.path))
	for err == nil {
		if text, err := os.ReadFile(filepath.Join(dir, ".gitattributes")); err == nil && strings.Contains(string(text), "text") {
			return ""
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	return `golden: a line "**/testdata/golden/** -text" in .gitattributes keeps the line ends as they are`
}
