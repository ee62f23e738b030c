package cartdouble_test

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readingPrefix is how the readings of an API package are numbered: where a
// vendor's document is silent or contradicts itself, our answer has a number.
var readingPrefix = map[string]string{
	"cartfunnel": "CF",
	"cscart":     "CC",
	"fluidpay":   "FP",
	"bonify":     "BF",
	"cartly":     "CL",
}

// A reading is listed by a line of doc.go that begins with its number:
//
//   - ZZ-7: a page past the end is an empty list.
//
// It is cited wherever else its number stands.
func listedAt(prefix string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(?://)?[ \t]*(?:[-*][ \t]+)?(` + prefix + `-[0-9]+)\b`)
}

var wordEnd = regexp.MustCompile(`\w$`)

// wrongReadings checks the list of readings of each API package against the
// places that cite them, anywhere in the module.
func wrongReadings(t *tree, prefixes map[string]string) []string {
	var wrong []string
	for _, dir := range apiPackages(t) {
		prefix, ok := prefixes[path.Base(dir)]
		if !ok {
			wrong = append(wrong, dir+": its readings have no prefix in readings_test.go")
			continue
		}
		wrong = append(wrong, wrongReadingsOf(t, dir, prefix)...)
	}
	return wrong
}

func wrongReadingsOf(t *tree, dir, prefix string) []string {
	listed := map[string]int{}
	used := map[string]bool{}
	cited := map[string]string{} // to the first file that cites it
	// No boundary before it: with one, the pattern has no fixed beginning to
	// look for, and tries every byte of the module.
	number := regexp.MustCompile(prefix + `-[0-9]+\b`)
	for _, s := range t.Sources {
		if s.Path == path.Join(dir, "doc.go") {
			for _, m := range listedAt(prefix).FindAllSubmatch(s.Text, -1) {
				listed[string(m[1])]++
			}
			continue
		}
		for _, at := range number.FindAllIndex(s.Text, -1) {
			if at[0] > 0 && wordEnd.Match(s.Text[at[0]-1:at[0]]) {
				continue
			}
			n := string(s.Text[at[0]:at[1]])
			if cited[n] == "" {
				cited[n] = s.Path
			}
			if s.Dir == dir && !s.Test {
				used[n] = true
			}
		}
	}
	var wrong []string
	for _, n := range slices.Sorted(maps.Keys(cited)) {
		if listed[n] == 0 {
			wrong = append(wrong, fmt.Sprintf("%s: cites reading %s, which %s/doc.go does not list", cited[n], n, dir))
		}
	}
	for _, n := range slices.Sorted(maps.Keys(listed)) {
		if listed[n] > 1 {
			wrong = append(wrong, fmt.Sprintf("%s/doc.go: lists reading %s %d times", dir, n, listed[n]))
		}
		if !used[n] {
			wrong = append(wrong, fmt.Sprintf("%s/doc.go: lists reading %s, which no code of the package cites", dir, n))
		}
	}
	return wrong
}

func TestReadingsAreListedAndCited(t *testing.T) {
	t.Parallel()
	holds(t, wrongReadings(house(t), readingPrefix))
}

func TestWrongReadingsAreFound(t *testing.T) {
	t.Parallel()
	prefixes := map[string]string{"zeta": "ZZ", "yota": "YY"}
	small := files(t,
		"fake/yota/doc.go", "// Package yota has none.\npackage yota\n",
		"fake/xi/doc.go", "// Package xi is new.\npackage xi\n",
		"fake/zeta/doc.go", strings.Join([]string{
			"// Package zeta is a fake. Paging follows ZZ-8.",
			"//",
			"//   - ZZ-1: one.",
			"//   - ZZ-2  two.",
			"//   - ZZ-3: three.",
			"//   - ZZ-3: once more.",
			"package zeta",
		}, "\n"),
		"fake/zeta/z.go", "package zeta\n\n// reading ZZ-1, readings ZZ-3 and ZZ-4; exchange ZZ-X5, check ZZ-C6\n",
		"fake/zeta/z_test.go", "package zeta\n\n// reading ZZ-2\n",
		"golden/g_test.go", "package golden\n\n// ZZ-9 and YY-1, but neither XZZ-7 nor ZZ-8a\n",
	)
	finds(t, wrongReadings(small, prefixes),
		"fake/xi: its readings have no prefix",
		"golden/g_test.go: cites reading YY-1, which fake/yota/doc.go does not list",
		"fake/zeta/z.go: cites reading ZZ-4",
		"golden/g_test.go: cites reading ZZ-9",
		"lists reading ZZ-2, which no code of the package cites",
		"lists reading ZZ-3 2 times",
	)
}
