package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// replay plays a scenario to a client in any language: it serves the story on a
// loopback port until it is interrupted, or as long as the client runs that
// follows "--". Then it tells what did not fit and what was missing.
func replay(ctx context.Context, args []string, out, errs io.Writer) error {
	args, client := afterDashes(args)
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print where it is, and the report, as a line of JSON each")
	port := flags.Int("port", 0, "port to listen on; 0: any free one")
	receiver := flags.String("receiver", "", "where the client takes deliveries: an address on a loopback port")
	secrets := pairs{}
	flags.Var(secrets, "secret", "NAME=VALUE, what {{secret.NAME}} stands for; may be repeated")
	others, err := parseWith(flags, args, out, "FILE|API/NAME [flags] [-- CLIENT ARGS…]")
	if err != nil {
		return err
	}
	if len(others) != 1 {
		return usageError{errors.New("want one scenario: a file, or API/NAME of the library")}
	}
	to, err := loopback(*receiver)
	if err != nil {
		return usageError{err}
	}
	s, err := scenario(others[0])
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)))
	if err != nil {
		return usageError{fmt.Errorf("--port %d: %w", *port, err)}
	}
	defer l.Close()
	p := player{out: out, errs: errs, json: *asJSON, client: client, receiver: to}
	return p.play(ctx, s, append(secrets.options(), scenarios.FakeOptions(fake.On(l))))
}

// loopback reads the address of a receiver, which may be on this machine only.
func loopback(address string) (*url.URL, error) {
	if address == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("--receiver: %w", err)
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme != "http" || u.Port() == "" || u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("--receiver %s: deliveries leave this machine for nowhere; want one like http://127.0.0.1:8080/hooks", address)
	}
	return u, nil
}

// player is one playing of a story.
type player struct {
	out, errs io.Writer
	json      bool
	client    []string
	receiver  *url.URL
	hooks     bool        // the API sends deliveries
	lost      func(error) // is told of a delivery that could not be passed on; nil: nobody is
}

func (p *player) play(ctx context.Context, s *scenarios.Scenario, opts []scenarios.Option) error {
	r := &runner{name: "replay"}
	var run *scenarios.Run
	var ended error
	problems := r.during(func() {
		run = s.Start(r, opts...)
		p.hooks = run.Fake().API().Hooks != nil
		if p.receiver != nil && !p.hooks {
			ended = usageError{fmt.Errorf("--receiver: %s sends no deliveries", s.API())}
			return
		}
		if ended = p.announce(run); ended == nil {
			ended = p.wait(ctx, run)
		}
	})
	switch {
	case run == nil:
		return none(problems)
	case errors.As(ended, new(usageError)):
		return ended
	}
	report := run.Report()
	if err := p.report(report); err != nil {
		return err
	}
	for _, text := range problems { // what the fake has found besides
		if !slices.ContainsFunc(report.Problems, func(told string) bool { return strings.Contains(told, text) || strings.Contains(text, told) }) {
			ended = errors.Join(ended, errors.New(text))
		}
	}
	if len(problems) > 0 {
		return errors.Join(ended, errors.New("the story was not followed"))
	}
	return ended
}

// announce prints where the story is played.
func (p *player) announce(run *scenarios.Run) error {
	return announce(p.out, []service{{run.Report().Scenario, run.URL(), run.Credentials()}}, p.json)
}

// wait waits for the client to end, or to be interrupted.
func (p *player) wait(ctx context.Context, run *scenarios.Run) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	received := make(chan struct{})
	go func() {
		defer close(received)
		p.receive(ctx, run)
	}()
	var err error
	if len(p.client) == 0 {
		<-ctx.Done()
	} else {
		err = p.runClient(ctx, run)
	}
	stop()
	<-received
	return err
}

// runClient runs the client with the place and the credentials in its
// environment.
func (p *player) runClient(ctx context.Context, run *scenarios.Run) error {
	cmd := exec.CommandContext(ctx, p.client[0], p.client[1:]...)
	cmd.Env = append(os.Environ(), "CARTDOUBLE_URL="+run.URL(), "CARTDOUBLE_HOOK_SECRET="+run.Secret("hook"))
	if p.hooks {
		cmd.Env = append(cmd.Env, "CARTDOUBLE_HOOK_URL="+run.HookURL())
	}
	for key, value := range run.Credentials() {
		cmd.Env = append(cmd.Env, "CARTDOUBLE_"+strings.ToUpper(key)+"="+value)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, p.errs, p.errs // what it prints is no report
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return usageError{fmt.Errorf("the client cannot be run: %w", err)}
	}
	if err != nil {
		return fmt.Errorf("the client ended with %w", err)
	}
	return nil
}

// receive passes deliveries on, from when the client listens.
func (p *player) receive(ctx context.Context, run *scenarios.Run) {
	if p.receiver == nil {
		return
	}
	for !p.listens(ctx) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
	p.passOn(run)
}

// listens tells whether there is a receiver by now.
func (p *player) listens(ctx context.Context) bool {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", p.receiver.Host)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// passOn gives the run its receiver.
func (p *player) passOn(run *scenarios.Run) {
	run.Receiver(&httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.Out.URL, r.Out.Host = p.receiver, p.receiver.Host },
		Transport:    &http.Transport{DisableKeepAlives: true}, // so that dialling tells who is there
		ErrorHandler: p.unanswered,
		ErrorLog:     log.New(io.Discard, "", 0), // the report has it
	})
}

// unanswered is what becomes of a delivery without an answer. A receiver that
// breaks off has answered nothing, and one that is not there is no receiver.
func (p *player) unanswered(w http.ResponseWriter, _ *http.Request, err error) {
	if dial := (*net.OpError)(nil); !errors.As(err, &dial) || dial.Op != "dial" {
		panic(http.ErrAbortHandler)
	}
	if p.lost != nil {
		p.lost(err)
	}
	w.WriteHeader(http.StatusBadGateway)
}

// report prints how far the story has come.
func (p *player) report(report scenarios.Report) error {
	if !p.json {
		_, err := fmt.Fprint(p.out, report)
		return err
	}
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(report)
}
