package conformance

import (
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
)

// Again is how one check of this report is run again: a command for the shell, or
// where Evaluate has run it that call. It is "" for a report of Watch, whose own
// test has to run again.
func (r *Report) Again(id string) string {
	switch {
	case r.Watched:
		return ""
	case r.test != "":
		return r.goTest("^" + id + "$")
	case r.Command != nil:
		return r.command("client", "--only "+id) + " --" + words(r.Command)
	case r.Target != "":
		line := r.command("server", "--only "+id) + " --url" + words([]string{r.Target})
		if !r.ReadOnly {
			line += " --write"
		}
		return line
	}
	return r.evaluate(id)
}

// goTest is the command for the test that ran it, or for a subtest.
func (r *Report) goTest(sub string) string {
	var parts []string
	for part := range strings.SplitSeq(r.test, "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
	}
	if sub != "" {
		parts = append(parts, sub)
	}
	line := "go test -run " + quoted(strings.Join(parts, "/"))
	if r.pkg != "" {
		line += " " + r.pkg
	}
	return line
}

// command is the program of this module with what the run was told.
func (r *Report) command(verb, more string) string {
	line := fmt.Sprintf("cartdouble conformance %s --api %s %s", verb, r.API, more)
	if r.Seed > 1 {
		line += fmt.Sprintf(" --seed %d", r.Seed)
	}
	for _, c := range r.Choices {
		if c.Pinned {
			line += fmt.Sprintf(" --choose %s=%s", c.Flag, quoted(c.Reading))
		}
	}
	return line
}

// evaluate is the call of Evaluate.
func (r *Report) evaluate(id string) string {
	suite := strings.ToUpper(r.API[:min(1, len(r.API))]) + r.API[min(1, len(r.API)):]
	line := fmt.Sprintf("conformance.Evaluate(ctx, conformance.%s(), adapter, conformance.Only(%q)", suite, id)
	if r.Seed > 1 {
		line += fmt.Sprintf(", conformance.Seed(%d)", r.Seed)
	}
	for _, c := range r.Choices {
		if c.Pinned {
			line += fmt.Sprintf(", conformance.Choose(%q, %q)", c.Flag, c.Reading)
		}
	}
	return line + ")"
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// words are the words of a command line, each behind a blank.
func words(argv []string) string {
	line := ""
	for _, word := range argv {
		if !plainWord.MatchString(word) {
			word = quoted(word)
		}
		line += " " + word
	}
	return line
}

// testedPackage is the package whose test this program is, "" where it is none.
func testedPackage() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	path, is := strings.CutSuffix(info.Path, ".test")
	if !is {
		return ""
	}
	return path
}
