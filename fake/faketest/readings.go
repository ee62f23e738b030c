package faketest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

func checkReadings(t fake.TB, k Kit) {
	listed, cited, err := readings(k.Dir, k.Readings)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, n := range cited {
		if !slices.Contains(listed, n) {
			t.Errorf("reading %s is cited and not listed in doc.go", n)
		}
	}
	for _, n := range listed {
		if !slices.Contains(cited, n) {
			t.Errorf("reading %s is listed in doc.go and cited nowhere", n)
		}
	}
	if len(listed) == 0 {
		t.Errorf("doc.go lists no readings %s-n", k.Readings)
	}
}

// readings finds the readings that doc.go lists, and those that the package's
// other files cite, its tests left out.
func readings(dir, prefix string) (listed, cited []string, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, nil, err
	}
	number := regexp.MustCompile(`\b` + prefix + `-[0-9]+\b`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		to := &cited
		if filepath.Base(file) == "doc.go" {
			to = &listed
		}
		*to = append(*to, number.FindAllString(string(text), -1)...)
	}
	slices.Sort(listed)
	slices.Sort(cited)
	return slices.Compact(listed), slices.Compact(cited), nil
}
