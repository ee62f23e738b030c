package scenarios_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	constructor = regexp.MustCompile(`(?m)^func (\w+)\(.*\) fake\.Fault$`)
	exampleFunc = regexp.MustCompile(`(?ms)^func (Example_\w+)\(\) \{.*?^\}`)
	cookbookRow = regexp.MustCompile("(?m)^\\| (.+?) \\| `(Example_\\w+)` \\| (.+?) \\|")
	inBackticks = regexp.MustCompile("`(\\w+)`")
)

// families are those of faults, as the cookbook calls them.
var families = []string{"Credentials", "Limits", "Saves and batches", "Server errors", "Time", "Connection", "Body", "Paging", "Deliveries"}

// Each family has a story in the cookbook, each constructor of a fault is used in it
// or in the catalogue, and the page names what is there and nothing else.
func TestCookbookHasEveryFault(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("example_c*_test.go")
	require.NoError(t, err)
	used := map[string][]string{} // constructors of faults, by example
	for _, file := range files {
		for _, example := range exampleFunc.FindAllStringSubmatch(text(t, file), -1) {
			assert.Contains(t, example[0], "\t// Output:\n", "%s does not run", example[1])
			used[example[1]] = []string{}
			for _, call := range regexp.MustCompile(`scenarios\.(\w+)\(`).FindAllStringSubmatch(example[0], -1) {
				used[example[1]] = append(used[example[1]], call[1])
			}
		}
	}
	page, err := os.ReadFile("../docs/cookbook.md")
	require.NoError(t, err)
	shown := map[string]bool{}
	stories := map[string]bool{}
	for _, row := range cookbookRow.FindAllStringSubmatch(string(page), -1) {
		family, example := row[1], row[2]
		assert.Contains(t, families, family, example)
		faults := inBackticks.FindAllStringSubmatch(row[3], -1)
		for _, fault := range faults {
			assert.Contains(t, used[example], fault[1], "%s does not use what the page says", example)
			shown[fault[1]] = true
		}
		for _, fault := range used[example] {
			assert.Contains(t, row[3], "`"+fault+"`", "%s: the page does not name all of it", example)
		}
		stories[family] = stories[family] || !strings.HasPrefix(example, "Example_catalogue")
		delete(used, example)
	}
	assert.Empty(t, slices.Sorted(maps.Keys(used)), "examples that the page does not name")
	for _, family := range families {
		assert.True(t, stories[family], "%s has no story", family)
	}
	all := constructor.FindAllStringSubmatch(text(t, "api.txt"), -1)
	require.Greater(t, len(all), 50)
	for _, f := range all {
		assert.True(t, shown[f[1]], "%s is in no example", f[1])
	}
}
