package golden

import (
	"path/filepath"

	"github.com/cartdouble/cartdouble/internal/goldens"
)

// A staleFile is a golden that nothing uses, and how we know.
type staleFile struct {
	rel string
	why string
}

// stale finds the goldens that no test uses any more. whole says that every
// test of the package ran and passed.
func (s *session) stale(whole bool) ([]staleFile, error) {
	files, err := goldens.Files(s.dir)
	if err != nil || len(files) == 0 {
		return nil, err
	}
	tests, err := goldens.Tests(s.dir)
	if err != nil {
		return nil, err
	}
	var found []staleFile
	for _, rel := range files {
		if s.book.touched(filepath.Join(s.dir, filepath.FromSlash(rel))) {
			continue
		}
		owner := goldens.Owner(rel)
		switch t, ok := tests[owner]; {
		case owner == "" || t.Elsewhere:
		case !ok:
			found = append(found, staleFile{rel, "there is no " + owner})
		case whole && t.Runs && !t.Skips && s.book.sound(owner):
			found = append(found, staleFile{rel, owner + " passed and did not use it"})
		}
	}
	return found, nil
}
