package vectors

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
)

// failing counts the tests of a file that a client fails, by their flags:
// "WrongMac 14". Plain ones have the flag "plain".
func failing(t *testing.T, name string, accepted map[string]bool, try func(Case) error) string {
	t.Helper()
	f, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := f.Cases(accepted)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, c := range cases {
		if err := try(c); err != nil {
			flag := "plain"
			if len(c.Test.Flags) > 0 {
				flag = c.Test.Flags[0]
			}
			counts[flag]++
			if testing.Verbose() {
				t.Logf("test %d (%s): %v", c.Test.ID, c.Test.Comment, err)
			}
		}
	}
	var words []string
	for flag, n := range counts {
		words = append(words, fmt.Sprintf("%s %d", flag, n))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// wants reads what a test expects.
func wants[T any](t *testing.T, test Test) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(test.Expect, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// onVectors counts the tests that the reference client fails with a bug.
func onVectors(t *testing.T, bug, file, want string, try func(*testing.T, *reference.Bug, Case) error) {
	t.Helper()
	b := &reference.Bug{Name: bug}
	got := failing(t, file, nil, func(c Case) error { return try(t, b, c) })
	if got != want {
		t.Errorf("%q fails %s\nwant %s", bug, got, want)
	}
	if bug != "" && b.Ran() == 0 {
		t.Errorf("%q never ran", bug)
	}
}

// readJSON reads a body that is JSON.
func readJSON(t *testing.T, body string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
}
