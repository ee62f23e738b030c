package scenarios_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

// Every file of a folder is a subtest with a run of its own.
func TestReplayDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"one": "-> GET ~/a\n<- 211\n", "two": "-> GET ~/a x2\n<- 212\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".txtar"), []byte("scenario 1 cartfunnel\n"+text), 0o600))
	}
	var played []string
	scenarios.ReplayDir(t, filepath.Join(dir, "*.txtar"), func(t *testing.T, run *scenarios.Run) {
		played = append(played, t.Name()+" "+run.Report().Steps[0].Step)
		for range map[string]int{"-> GET ~/a\n<- 211": 1, "-> GET ~/a x2\n<- 212": 2}[run.Report().Steps[0].Step] {
			_, _, err := newShopper(run).do("GET", "/a", "")
			require.NoError(t, err)
		}
	}, noRouteIsFine)
	assert.Equal(t, []string{"TestReplayDir/one -> GET ~/a\n<- 211", "TestReplayDir/two -> GET ~/a x2\n<- 212"}, played)
}

// TestReplayDirFails is run by TestReplayDirNamesWhatIsWrong, in a process of its
// own, as a test that fails takes those above it along.
func TestReplayDirFails(t *testing.T) {
	glob := os.Getenv("SCENARIOS_TEST_GLOB")
	if glob == "" {
		t.Skip("played by TestReplayDirNamesWhatIsWrong")
	}
	scenarios.ReplayDir(t, glob, func(*testing.T, *scenarios.Run) {})
}

func TestReplayDirNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for glob, want := range map[string]string{
		"testdata/no-such-*.txtar":           "scenarios: no file is called testdata/no-such-*.txtar",
		"testdata/[.txtar":                   "scenarios: testdata/[.txtar: syntax error in pattern",
		"testdata/format/1/lost-save*.txtar": "--- FAIL: TestReplayDirFails/lost-save",
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestReplayDirFails$")
		cmd.Env = append(os.Environ(), "SCENARIOS_TEST_GLOB="+glob)
		out, err := cmd.CombinedOutput()
		assert.Error(t, err, glob)
		assert.Contains(t, string(out), want)
	}
}
