package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// recordCommand stands between a client in any language and a service, until it is
// interrupted, or as long as the client runs that follows "--". What they say
// becomes a scenario.
func recordCommand(ctx context.Context, args []string, out, errs io.Writer) error {
	args, client := afterDashes(args)
	flags := flag.NewFlagSet("record", flag.ContinueOnError)
	api := flags.String("api", "", "whose calls are recorded: "+strings.Join(apiNames(), ", "))
	upstream := flags.String("upstream", "", "the service: a host such as https://api.vendor.example, or a whole base URL")
	to := flags.String("o", "", "file to write, or to bring up to date")
	port := flags.Int("port", 0, "port to listen on; 0: any free one")
	writes := flags.Bool("allow-writes", false, "let calls through that change something at the service")
	asJSON := flags.Bool("json", false, "print where it is, and the report, as a line of JSON each")
	secrets, plain := pairs{}, pairs{}
	flags.Var(secrets, "secret", "NAME=VARIABLE, a secret by the environment variable that has it; may be repeated")
	flags.Var(plain, "credential", "NAME=VALUE, what the client needs beside its secrets; may be repeated")
	others, err := parseWith(flags, args, out, "--api API --upstream URL -o FILE [flags] [-- CLIENT ARGS…]")
	switch {
	case err != nil:
		return err
	case len(others) > 0:
		return usageError{fmt.Errorf("unexpected %q; it takes flags only, and the client behind --", others[0])}
	case *api == "":
		return usageError{fmt.Errorf("--api is missing: %s", strings.Join(apiNames(), ", "))}
	case *upstream == "":
		return usageError{errors.New("--upstream is missing: the service that is to be recorded")}
	case *to == "":
		return usageError{errors.New("-o is missing: the file to write")}
	}
	if _, err := choose(*api); err != nil {
		return usageError{err}
	}
	opts := []scenarios.Option{scenarios.API(*api), scenarios.Upstream(*upstream)}
	if *writes {
		opts = append(opts, scenarios.AllowWrites())
	}
	for name, value := range plain {
		opts = append(opts, scenarios.Credential(name, value))
	}
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		value := os.Getenv(secrets[name])
		if value == "" {
			return usageError{fmt.Errorf("--secret %s=%s: the environment has no %[2]s; secrets are given by the name of a variable, so that no list of processes shows them", name, secrets[name])}
		}
		opts = append(opts, scenarios.Secret(name, value))
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)))
	if err != nil {
		return usageError{fmt.Errorf("--port %d: %w", *port, err)}
	}
	defer l.Close()
	p := player{out: out, errs: errs, json: *asJSON, client: client}
	return p.record(ctx, *to, append(opts, scenarios.On(l)))
}

// record makes a file of what is said until the client ends.
func (p *player) record(ctx context.Context, file string, opts []scenarios.Option) error {
	r := &runner{name: "record"}
	var run *scenarios.Run
	var ended error
	before, _ := os.Stat(file + ".new") // of an earlier failure
	problems := r.during(func() {
		run = scenarios.Record(r, file, opts...)
		// the credentials are real ones, and not for a screen
		ended = announce(p.out, []service{{file, run.URL(), fake.Credentials{}}}, p.json)
		if ended == nil {
			ended = p.wait(ctx, run)
		}
		if ended != nil { // then the file stays as it is
			r.Errorf("%v", ended)
		}
	})
	switch {
	case run == nil:
		return usageError{withFlags(none(problems))}
	case errors.As(ended, new(usageError)):
		return ended
	}
	report := run.Report()
	if err := p.report(report); err != nil {
		return err
	}
	if len(problems) > 0 {
		if now, err := os.Stat(file + ".new"); err == nil && !os.SameFile(before, now) {
			problems = append(problems, "what was recorded is in "+file+".new")
		}
		return withFlags(none(problems))
	}
	if len(report.Steps) == 0 {
		return errors.New("nothing was said, so nothing is written")
	}
	return nil
}

// withFlags names the flags in the place of the options of a test.
func withFlags(err error) error {
	return errors.New(strings.NewReplacer(
		"scenarios.AllowWrites() lets the recording", "--allow-writes lets the recording",
		"the test has to give scenarios.", "the command has to be given --secret: scenarios.",
		"SCENARIOS=record: nothing", "nothing",
	).Replace(err.Error()))
}
