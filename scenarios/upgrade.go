package scenarios

import (
	"fmt"
	"strconv"
)

// format is the version of the format that this package writes, and the newest
// that it reads.
const format = 1

// An upgrade makes a document of one version a document of the next one. It
// changes lines and sections as somebody would by hand, so that places, remarks
// and bytes of bodies stay.
type upgrade func(*document)

// upgrades are the upgrades by the version that they begin with. There is none
// yet. Whoever changes what a word of the format means adds one to the version,
// an upgrade here, and a folder of files of the old version beside
// testdata/format/1.
func upgrades() map[int]upgrade { return map[int]upgrade{} }

// toVersion brings a document to a version of the format, step by step. What is
// no scenario line is left to the parser, which says what is wrong with it.
func (d *document) toVersion(newest int, by map[int]upgrade) problems {
	var ps problems
	if len(d.lines) == 0 || len(d.lines[0].words) < 2 || d.lines[0].words[0].raw != "scenario" {
		return nil
	}
	word := &d.lines[0].words[1]
	version, err := strconv.Atoi(word.text)
	known := fmt.Sprintf("this package reads version %d", newest)
	for old := newest - 1; by[old] != nil; old-- {
		known = fmt.Sprintf("this package reads versions %d to %d", old, newest)
	}
	switch {
	case err != nil || strconv.Itoa(version) != word.text || version < newest && by[version] == nil:
		ps.add(d.lines[0].at, "format version %q is not known; %s", word.text, known)
		return ps
	case version > newest:
		ps.add(d.lines[0].at, "format version %q is not known; %s, a later one of it may read more", word.text, known)
		return ps
	}
	for ; version < newest; version++ {
		by[version](d)
		number := strconv.Itoa(version + 1)
		d.lines[0].words[1] = wordOf(number)
	}
	return nil
}

// wordOf is a word as it stands in a line, for what needs no quotes.
func wordOf(text string) word { return word{raw: text, text: text, eq: -1} }
