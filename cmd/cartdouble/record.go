package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
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
	receiver := flags.String("receiver", "", "where the client takes deliveries: an address on a loopback port; the one that the service is to be given is printed")
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
	given, err := fromEnvironment(secrets)
	if err != nil {
		return usageError{err}
	}
	p := player{out: out, errs: errs, json: *asJSON, client: client, hooks: sendsDeliveries(*api)}
	if p.receiver, err = p.receiverOf(*api, *receiver, secrets); err != nil {
		return usageError{err}
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)))
	if err != nil {
		return usageError{fmt.Errorf("--port %d: %w", *port, err)}
	}
	defer l.Close()
	return p.record(ctx, *to, append(append(opts, given...), scenarios.On(l)))
}

// fromEnvironment are the secrets whose variables are named.
func fromEnvironment(secrets pairs) (opts []scenarios.Option, err error) {
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		value := os.Getenv(secrets[name])
		if value == "" {
			return nil, fmt.Errorf("--secret %s=%s: the environment has no %[2]s; secrets are given by the name of a variable, so that no list of processes shows them", name, secrets[name])
		}
		opts = append(opts, scenarios.Secret(name, value))
	}
	return opts, nil
}

// sendsDeliveries tells whether there are any to receive.
func sendsDeliveries(name string) bool {
	i := slices.Index(apiNames(), name)
	s, _ := apis[i].start(false)
	defer s.Close()
	return s.API().Hooks != nil
}

// receiverOf is where deliveries are passed on to, nil for none.
func (p *player) receiverOf(api, address string, secrets pairs) (*url.URL, error) {
	to, err := loopback(address)
	switch {
	case to == nil || err != nil:
		return nil, err
	case !p.hooks:
		return nil, fmt.Errorf("--receiver: %s sends no deliveries", api)
	case secrets["hook"] == "":
		return nil, errors.New("--receiver: deliveries are signed, and what is not checked is not written; the secret that the service signs with is given by --secret hook=VARIABLE")
	}
	return to, nil
}

// record makes a file of what is said until the client ends.
func (p *player) record(ctx context.Context, file string, opts []scenarios.Option) error {
	r := &runner{name: "record"}
	p.lost = func(err error) { r.Errorf("--receiver: a delivery was not received: %v", err) }
	var run *scenarios.Run
	var ended error
	before, _ := os.Stat(file + ".new") // of an earlier failure
	problems := r.during(func() {
		run = scenarios.Record(r, file, opts...)
		// the credentials are real ones, and not for a screen
		shown := fake.Credentials{}
		if p.receiver != nil {
			shown["hook_url"] = run.HookURL()
			if p.listens(ctx) { // else when it does
				p.passOn(run)
			}
		}
		ended = announce(p.out, []service{{file, run.URL(), shown}}, p.json)
		if ended == nil {
			ended = p.wait(ctx, run)
		}
		if ended != nil { // then the file stays as it is
			r.Errorf("%v", ended)
		}
	})
	switch {
	case run == nil:
		return usageError{p.withFlags(none(problems))}
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
		return p.withFlags(none(problems))
	}
	if len(report.Steps) == 0 {
		return errors.New("nothing was said, so nothing is written")
	}
	return nil
}

// withFlags names the flags in the place of the options of a test.
func (p *player) withFlags(err error) error {
	nobody := "--receiver says who takes them"
	if p.receiver != nil {
		nobody = "nothing listens at " + p.receiver.String() + " yet"
	}
	return errors.New(strings.NewReplacer(
		"scenarios.AllowWrites() lets the recording", "--allow-writes lets the recording",
		"the test has to give scenarios.", "the command has to be given --secret: scenarios.",
		"nobody receives it: the test calls Run.Receiver before", "nobody receives it: "+nobody,
		"SCENARIOS=record: nothing", "nothing",
	).Replace(err.Error()))
}
