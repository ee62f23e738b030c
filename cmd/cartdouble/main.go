// Command cartdouble runs the fakes outside a Go test: tour shows in a few
// seconds what the module does, serve keeps the fakes running on loopback ports
// for clients in other languages, for demos and for exploring, replay plays a
// scenario to such a client, record makes one of what it and a service say, and
// scenarios looks at scenario files.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/cartdouble/cartdouble/fake"
)

const usage = `cartdouble: test doubles of shop APIs

  cartdouble tour     start a fake, drive it, replay a scenario, verify two clients
  cartdouble serve    serve the fakes on loopback ports until interrupted
  cartdouble replay   play a scenario to a client in any language
  cartdouble record   make a scenario of what a client and a service say
  cartdouble scenarios     list those of the library, vet files, explain a request
  cartdouble conformance   judge a client or a server, explain a check, compare reports
  cartdouble golden   see, accept and clear out golden files

cartdouble COMMAND -h tells more of a command.
`

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // what was asked for went wrong
	exitUsage  = 2 // it was asked for wrongly, or cannot be begun
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// A command is one verb of the shell.
type command func(ctx context.Context, args []string, out, errs io.Writer) error

var commands = map[string]command{"conformance": conformanceCommand, "golden": golden, "record": recordCommand, "replay": replay, "scenarios": scenarioCommand, "serve": serve, "tour": tour}

// usageError is a mistake in how the command was called.
type usageError struct{ error }

func run(ctx context.Context, args []string, out, errs io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(errs, usage)
		return exitUsage
	}
	verb := args[0]
	if verb == "help" || verb == "-h" || verb == "--help" {
		fmt.Fprint(out, usage)
		return exitOK
	}
	do, known := commands[verb]
	if !known {
		fmt.Fprintf(errs, "cartdouble: %v\n\n%s", unknownWord("command", verb, slices.Sorted(maps.Keys(commands))), usage)
		return exitUsage
	}
	var coded codeError
	err := do(ctx, args[1:], out, errs)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.As(err, new(usageError)):
		fmt.Fprintf(errs, "cartdouble %s: %v\n", verb, err)
		return exitUsage
	case errors.As(err, &coded):
		fmt.Fprintf(errs, "cartdouble %s: %v\n", verb, err)
		return coded.code
	}
	fmt.Fprintf(errs, "cartdouble %s: %v\n", verb, err)
	return exitFailed
}

// unknownWord is the error about a word that is none of those that there are.
func unknownWord(kind, word string, of []string) error {
	if near := fake.Nearest(word, of); near != "" {
		return fmt.Errorf("unknown %s %q (did you mean %s?)", kind, word, near)
	}
	return fmt.Errorf("unknown %s %q", kind, word)
}

// parse reads the flags of a command, which takes no other arguments.
func parse(flags *flag.FlagSet, args []string, out io.Writer) error {
	var said silent
	flags.SetOutput(&said)
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(out, "cartdouble %s takes these flags:\n", flags.Name())
		flags.SetOutput(out)
		flags.PrintDefaults()
		return err
	case err != nil:
		return usageError{err}
	case flags.NArg() > 0:
		return usageError{fmt.Errorf("unexpected %q; it takes flags only", flags.Arg(0))}
	}
	return nil
}

// silent swallows what package flag says by itself: run says it once.
type silent struct{}

func (silent) Write(p []byte) (int, error) { return len(p), nil }
