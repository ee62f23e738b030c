package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/internal/goldens"
)

const goldenUsage = `cartdouble golden: the golden files of a module, from the shell

  cartdouble golden diff   [PATTERN]    what GOLDEN=review left, as a diff to the goldens
  cartdouble golden accept [PATTERN]    put what GOLDEN=review left in their place
  cartdouble golden stale  [PACKAGES]   run the tests (./...) and list the goldens that none used

PATTERN is a folder, a file, or the end of a path with * in it: TestCreate, '*_error.json'.
Both look below the working directory. diff and stale end with 1 when there is something.
`

func golden(ctx context.Context, args []string, out, errs io.Writer) error {
	if len(args) == 0 {
		return usageError{errors.New("which of diff, accept and stale?\n\n" + strings.TrimSuffix(goldenUsage, "\n"))}
	}
	verb, rest := args[0], args[1:]
	switch verb {
	case "-h", "--help", "help":
		fmt.Fprint(out, goldenUsage)
		return flag.ErrHelp
	case "stale":
		return goldenStale(ctx, rest, out, errs)
	case "diff", "accept":
	default:
		return usageError{unknownWord("golden command", verb, []string{"diff", "accept", "stale"})}
	}
	if len(rest) > 1 {
		return usageError{fmt.Errorf("unexpected %q; %s takes one pattern", rest[1], verb)}
	}
	pattern := strings.Join(rest, "")
	if _, err := path.Match(pattern, ""); err != nil {
		return usageError{fmt.Errorf("pattern %q: %w", pattern, err)}
	}
	left, err := reviewed(pattern)
	switch {
	case err != nil:
		return err
	case len(left) == 0 && pattern != "":
		return fmt.Errorf("nothing that fits %q waits for review", pattern)
	case len(left) == 0:
		fmt.Fprintln(out, "nothing waits for review; GOLDEN=review go test ./... writes what differs")
		return nil
	case verb == "accept":
		return acceptAll(left, out)
	}
	return diffAll(left, out)
}

// reviewed lists what GOLDEN=review left below the working directory and fits
// the pattern: the paths of goldens, without the end .got.
func reviewed(pattern string) ([]string, error) {
	var left []string
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		rel, got := strings.CutSuffix(filepath.ToSlash(name), ".got")
		if err == nil && got && !d.IsDir() && strings.Contains("/"+rel, "/"+goldens.Dir+"/") && fitsPattern(pattern, rel) {
			left = append(left, rel)
		}
		return err
	})
	return left, err
}

// fitsPattern reports whether a pattern names a path, a folder on it, or its
// last words. Its * stands for part of one word.
func fitsPattern(pattern, name string) bool {
	pattern = strings.Trim(path.Clean("/"+strings.TrimSuffix(pattern, ".got")), "/")
	words, want := strings.Split(name, "/"), strings.Count(pattern, "/")+1
	for i := 0; i+want <= len(words); i++ {
		if fits, _ := path.Match(pattern, strings.Join(words[i:i+want], "/")); fits {
			return true
		}
	}
	return pattern == ""
}

// diffAll shows how goldens would change. Its error says that there is a
// difference.
func diffAll(left []string, out io.Writer) error {
	for _, name := range left {
		want, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		got, err := os.ReadFile(name + ".got")
		if err != nil {
			return err
		}
		if want == nil {
			fmt.Fprintf(out, "%s is new:\n%s\n", name, bytes.TrimSuffix(got, []byte("\n")))
			continue
		}
		fmt.Fprintf(out, "%s (-want +got):\n%s", name, goldens.Diff(want, got))
	}
	return fmt.Errorf("%s; cartdouble golden accept takes them over", count(len(left), "golden differs", "goldens differ"))
}

// acceptAll puts what a review left in the place of the goldens.
func acceptAll(left []string, out io.Writer) error {
	for _, name := range left {
		if err := os.Rename(name+".got", name); err != nil {
			return err
		}
		fmt.Fprintln(out, "accepted", name)
	}
	return nil
}

// goldenStale runs tests and lists the goldens of their packages that nothing
// uses.
func goldenStale(ctx context.Context, patterns []string, out, errs io.Writer) error {
	if i := slices.IndexFunc(patterns, func(p string) bool { return strings.HasPrefix(p, "-") }); i >= 0 {
		return usageError{fmt.Errorf("unexpected %q; stale takes packages only, ./... as go test has them", patterns[i])}
	}
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	tested, err := testAll(ctx, patterns, errs)
	if err != nil {
		return err
	}
	var stale, unknown int
	for _, p := range tested {
		files, err := p.stale()
		if err != nil {
			return err
		}
		for _, f := range files {
			switch {
			case f.why != "":
				stale++
				fmt.Fprintf(out, "stale: %s: %s\n", f.name, f.why)
			case f.unknown != "":
				unknown++
				fmt.Fprintf(out, "unknown: %s: %s\n", f.name, f.unknown)
			}
		}
	}
	switch {
	case stale > 0:
		return fmt.Errorf("%s", count(stale, "golden is stale", "goldens are stale"))
	case unknown > 0:
		fmt.Fprintf(out, "%s; nothing else is stale\n", count(unknown, "golden is unknown", "goldens are unknown"))
	default:
		fmt.Fprintln(out, "every golden is in use")
	}
	return nil
}

// count is a number with the words for one or for more.
func count(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
