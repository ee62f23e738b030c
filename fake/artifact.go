package fake

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// writeArtifact puts the journal, with whole bodies but for credentials, where the
// toolchain keeps the artifacts of a failed test.
func (s *Server) writeArtifact(m *masks) {
	t, has := s.tb.(interface{ ArtifactDir() string })
	if !has {
		return
	}
	dir := t.ArtifactDir()
	if dir == "" {
		return
	}
	var b strings.Builder
	for _, e := range s.journal.kept() {
		target, body := m.request(e)
		fmt.Fprintf(&b, "#%d %s %s %s\n%s\n-> %d\n%s\n\n", e.Seq, e.At.Format("2006-01-02T15:04:05.000Z"), e.Method, target, body, e.Status, m.answer(e))
	}
	name := filepath.Join(dir, s.api.Name+"-journal.txt")
	// without -artifacts the folder may be gone with the test's temporary ones
	if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.tb.Logf("%s: journal not written: %v", s.api.Name, err)
	}
}
