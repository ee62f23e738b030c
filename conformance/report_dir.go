package conformance

import (
	"errors"
	cmdline "flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// reportFiles are what a folder of reports holds.
var reportFiles = []struct {
	name  string
	write func(*Report, io.Writer) error
}{
	{"report.txt", func(r *Report, w io.Writer) error { return r.WriteText(w) }},
	{"report.html", func(r *Report, w io.Writer) error { return r.WriteHTML(w) }},
	{"report.json", (*Report).WriteJSON},
	{"junit.xml", (*Report).WriteJUnit},
	{"report.tap", (*Report).WriteTAP},
	{"ctrf-report.json", (*Report).WriteCTRF},
	{"badge.svg", (*Report).WriteBadge},
}

// WriteDir writes the report in every form into a folder, which it makes if need
// be: report.txt, report.html, report.json, junit.xml, report.tap,
// ctrf-report.json and badge.svg. Files of these names are overwritten.
func (r *Report) WriteDir(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("conformance: %w", err)
	}
	for _, f := range reportFiles {
		out, err := os.Create(filepath.Join(dir, f.name))
		if err != nil {
			return fmt.Errorf("conformance: %w", err)
		}
		if err := errors.Join(f.write(r, out), out.Close()); err != nil {
			return fmt.Errorf("conformance: %s: %w", f.name, err)
		}
	}
	return nil
}

// ReportTo writes the report into a folder when Run, RunServer or Watch is done;
// see Report.WriteDir. Without it the folder is that of the test's artifacts,
// where go test is asked to keep those (-artifacts).
func ReportTo(dir string) Option {
	return func(c *config) error {
		if dir == "" {
			return errors.New(`ReportTo(""): want a folder`)
		}
		c.dir = dir
		return nil
	}
}

// A reportedTest is what a report that is written to disk belongs to.
type reportedTest interface {
	Helper()
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
}

// deliver writes the report where it is wanted.
func (r *Report) deliver(t reportedTest, dir string) {
	t.Helper()
	if a, ok := t.(interface{ ArtifactDir() string }); dir == "" && ok && keepsArtifacts() {
		dir = a.ArtifactDir()
	}
	if dir == "" {
		return
	}
	if err := r.WriteDir(dir); err != nil {
		t.Errorf("%v", err)
		return
	}
	t.Logf("conformance: the report is in %s", dir)
}

// keepsArtifacts tells whether go test was called with -artifacts.
func keepsArtifacts() bool {
	f := cmdline.Lookup("test.artifacts")
	return f != nil && f.Value.String() == "true"
}
