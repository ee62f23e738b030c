package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

func TestReportToWritesEveryForm(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "reports")
	r := Run(t, Cartfunnel(), cartfunnelAdapter(nil), Only("CFN-SAVE-04"), ReportTo(dir))
	for _, f := range reportFiles {
		text, err := os.ReadFile(filepath.Join(dir, f.name))
		if err != nil {
			t.Fatal(err)
		}
		var want strings.Builder
		if err := f.write(r, &want); err != nil {
			t.Fatal(err)
		}
		if string(text) != want.String() || len(text) == 0 {
			t.Errorf("%s has another text", f.name)
		}
	}
}

func TestWatchReportsToAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	t.Run("watched", func(t *testing.T) {
		shop := cartfunnel.Start(t, fake.Allow("no-route"))
		Watch(t, shop, ReportTo(dir))
	})
	text, err := os.ReadFile(filepath.Join(dir, "report.txt"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(text), "watched", "result: NOTHING EXERCISED")
}

func TestReportThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := everything().WriteDir(file); err == nil || !strings.HasPrefix(err.Error(), "conformance: mkdir ") {
		t.Errorf("got %v", err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "report.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := everything().WriteDir(dir); err == nil || !strings.Contains(err.Error(), "report.json") {
		t.Errorf("got %v", err)
	}
	spy := &recorder{name: "TestX"}
	everything().deliver(spy, file)
	if spy.failure() == "" {
		t.Error("nobody is told")
	}
	if _, err := newEvaluator(Cartfunnel(), cartfunnelAdapter(nil), []Option{ReportTo("")}); err == nil {
		t.Error("a report to nowhere is taken")
	}
}
