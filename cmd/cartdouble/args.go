package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// parseWith reads the flags of a command and gives its other arguments, which may
// stand before flags or between them.
func parseWith(flags *flag.FlagSet, args []string, out io.Writer, wants string) (others []string, err error) {
	var said silent
	for {
		flags.SetOutput(&said)
		err := flags.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			fmt.Fprintf(out, "cartdouble %s %s\n", flags.Name(), wants)
			flags.SetOutput(out)
			flags.PrintDefaults()
			return nil, err
		case err != nil:
			return nil, usageError{err}
		case flags.NArg() == 0:
			return others, nil
		}
		others, args = append(others, flags.Arg(0)), flags.Args()[1:]
	}
}

// afterDashes cuts the arguments at "--".
func afterDashes(args []string) (before, after []string) {
	if i := slices.Index(args, "--"); i >= 0 {
		return args[:i], args[i+1:]
	}
	return args, nil
}

// near is the tail of an error about a word that is none of a list.
func near(word string, of []string) string {
	if found := fake.Nearest(word, of); found != "" {
		return fmt.Sprintf(" (did you mean %s?)", found)
	}
	return ""
}

// pairs are flags NAME=VALUE that may be given several times.
type pairs map[string]string

func (p pairs) String() string { return "" }

func (p pairs) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return errors.New("want NAME=VALUE")
	}
	p[name] = value
	return nil
}

// options are the secrets as options of a run.
func (p pairs) options() (opts []scenarios.Option) {
	for name, value := range p {
		opts = append(opts, scenarios.Secret(name, value))
	}
	return opts
}

// scenario finds what the user means: a file, or one of the library by API/NAME.
func scenario(name string) (*scenarios.Scenario, error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return nil, usageError{fmt.Errorf("%s is a folder; want a file", name)}
	case err == nil:
		return scenarios.Load(os.DirFS(filepath.Dir(name)), filepath.Base(name))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, usageError{err}
	}
	var names []string
	for _, api := range apiNames() {
		for _, s := range scenarios.Library(api) {
			if names = append(names, api+"/"+s.Name()); names[len(names)-1] == name {
				return s, nil
			}
		}
	}
	return nil, usageError{fmt.Errorf("%s is no file, and no scenario of the library%s; cartdouble scenarios list names those", name, near(name, names))}
}
