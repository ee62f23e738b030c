package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// older are upgrades from versions that never were: 1 called the answer of the
// fake "real", 2 had no scenario word of its own for phases.
func older() map[int]upgrade {
	return map[int]upgrade{
		1: func(d *document) {
			for i, l := range d.lines {
				if len(l.words) > 1 && l.words[0].raw == "<-" && l.words[1].raw == "real" {
					d.lines[i].words[1] = wordOf("live")
				}
			}
		},
		2: func(d *document) {
			for _, s := range d.sections {
				s.name = strings.Replace(s.name, "_", "-", 1)
			}
		},
	}
}

const oldFile = `scenario VERSION cartfunnel
clock    2025-03-01T09:00:00Z   # stays

-> POST ~/customers.json @ann_first
<- real

-- ann_first.json --
{"customer":  {"email": "ann@example.com"}}
`

func TestUpgrades(t *testing.T) {
	t.Parallel()
	want := strings.NewReplacer("VERSION", "3", "real", "live", "-- ann_first", "-- ann-first").Replace(oldFile)
	for version, text := range map[string]string{
		"1": oldFile,
		"2": strings.ReplaceAll(oldFile, "real", "live"),
		"3": strings.NewReplacer("real", "live", "-- ann_first", "-- ann-first").Replace(oldFile),
	} {
		doc, ps := readDocument("s.txtar", []byte(strings.Replace(text, "VERSION", version, 1)))
		require.Empty(t, ps)
		require.Empty(t, doc.toVersion(3, older()), version)
		assert.Equal(t, want, string(doc.format()), version)
		assert.Equal(t, 4, doc.lines[3].at.line, "places are those of the file")
	}
}

func TestUpgradesOfNoKnownVersion(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"0":   `format version "0" is not known; this package reads versions 1 to 3`,
		"4":   `format version "4" is not known; this package reads versions 1 to 3, a later one of it may read more`,
		"+2":  `format version "+2" is not known; this package reads versions 1 to 3`,
		"one": `format version "one" is not known; this package reads versions 1 to 3`,
	} {
		doc, ps := readDocument("s.txtar", []byte(strings.Replace(oldFile, "VERSION", version, 1)))
		require.Empty(t, ps)
		ps = doc.toVersion(3, older())
		require.Len(t, ps, 1, version)
		assert.Equal(t, Problem{"s.txtar", 1, want}, ps[0])
	}
	for _, text := range []string{"scenario\n", "clock 1 x\n", "  # nothing\n"} { // for the parser to complain about
		doc, ps := readDocument("s.txtar", []byte("\n"+text))
		require.Empty(t, ps)
		assert.Empty(t, doc.toVersion(3, older()))
	}
}

// There is an upgrade from every version before the newest, and none besides.
func TestUpgradesHaveNoGaps(t *testing.T) {
	t.Parallel()
	for version := range upgrades() {
		assert.Less(t, version, format)
		assert.True(t, version == format-1 || upgrades()[version+1] != nil, "version %d", version)
	}
}
