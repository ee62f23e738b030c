package conformance

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Each edition that was published, by its name: a line for each check, with its
// API. Checks that came later are in none of the earlier lists.
//
//go:embed editions/*.txt
var editionFiles embed.FS

// Frozen judges by the checks of an edition: "2026-11". Checks that are newer run
// and are told, and are no failures: they are marked as not scored. So a client
// that passed goes on passing when this module is updated.
func Frozen(edition string) Option {
	return func(c *config) error {
		names := editions()
		if !slices.Contains(names, edition) {
			return fmt.Errorf("Frozen(%q): there is no such edition%s; there are %s", edition, didYouMean(edition, names), strings.Join(names, ", "))
		}
		ids, err := checksOf(edition)
		c.edition, c.scored = edition, ids
		return err
	}
}

// editions are the names of the editions, the oldest first.
func editions() []string {
	files, err := fs.Glob(editionFiles, "editions/*.txt")
	if err != nil {
		panic(err) // the pattern is one
	}
	for i, name := range files {
		files[i] = strings.TrimSuffix(path.Base(name), ".txt")
	}
	return files
}

// checksOf reads the checks of an edition, as "cartfunnel CFN-SAVE-01".
func checksOf(edition string) (map[string]bool, error) {
	text, err := editionFiles.ReadFile("editions/" + edition + ".txt")
	if err != nil {
		return nil, err
	}
	checks := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			checks[line] = true
		}
	}
	return checks, nil
}

// scores tells whether a check counts in this run.
func (c *config) scores(api, id string) bool { return c.scored == nil || c.scored[api+" "+id] }
