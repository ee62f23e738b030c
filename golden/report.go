package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/goldens"
)

// mostLines is how long a failure may be on screen.
const mostLines = 60

// keeper gives the folder for artifacts of a test, where the toolchain has one.
func keeper(t fake.TB) func() string {
	if a, ok := t.(interface{ ArtifactDir() string }); ok {
		return a.ArtifactDir
	}
	return nil
}

// report is the text of a failure: what differs by path, then the diff, then
// what to type.
func (s *session) report(c *comparison, artifacts func() string) string {
	head := "golden: " + c.file.rel + " differs"
	m := update
	if c.missing {
		m = fill
	}
	var body strings.Builder
	for _, misfit := range c.misfits {
		fmt.Fprintf(&body, "  not written: %s\n", misfit)
	}
	if c.clash != nil {
		fmt.Fprintf(&body, "  %s\n", c.clash.text)
	}
	if c.old == nil {
		head = "golden: " + c.file.rel + " is missing; it would be:"
		body.Write(c.got)
	} else {
		for _, d := range c.subject.differences(c.want, c.got) {
			fmt.Fprintf(&body, "  %s\n", d)
		}
		fmt.Fprintf(&body, "-want +got:\n%s", goldens.Diff(c.want, c.got))
	}
	text := strings.TrimSuffix(body.String(), "\n")
	return head + "\n" + cut(text, c.file, artifacts) + "\naccept it: " + s.command(m, c.file.test)
}

// cut shortens a text, and keeps the whole of it where there is room.
func cut(text string, f file, artifacts func() string) string {
	lines := strings.Split(text, "\n")
	if len(lines) <= mostLines {
		return text
	}
	last := fmt.Sprintf("… %d more lines", len(lines)-mostLines)
	if artifacts != nil {
		path := filepath.Join(artifacts(), strings.ReplaceAll(f.rel, "/", "_")+".diff")
		if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err == nil {
			last += "; the whole text is in " + path + " (go test -artifacts keeps it)"
		}
	}
	return strings.Join(append(lines[:mostLines:mostLines], last), "\n")
}
