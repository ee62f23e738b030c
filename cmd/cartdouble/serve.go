package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// keep is how many exchanges the journal of a served fake holds.
const keep = 1000

// serve starts the fakes on one loopback port each, says where they are, and
// waits to be interrupted.
func serve(ctx context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print one line with one JSON object")
	empty := flags.Bool("empty", false, "leave the demo shop out")
	frozen := flags.Bool("frozen", false, "let the clock stand at 2025-03-01T09:00:00Z; limits that take time are off")
	seed := flags.Uint64("seed", 1, "where ids and chance come from")
	only := flags.String("api", "", "serve these APIs only, parted by commas: "+strings.Join(apiNames(), ","))
	port := flags.Int("port", 0, "port of the first API, the next one for each further API; 0: any free ports")
	if err := parse(flags, args, out); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return usageError{err}
	}
	if *port < 0 || *port+len(chosen) > 1<<16 {
		return usageError{fmt.Errorf("--port %d: there is no such port", *port)}
	}
	opts := []fake.Option{fake.Seed(*seed), fake.KeepJournal(keep)}
	if *frozen {
		opts = append(opts, fake.At(demoTime), fake.Frozen())
	}
	var served []service
	for i, a := range chosen {
		addr := net.JoinHostPort("127.0.0.1", "0")
		if *port > 0 {
			addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(*port+i))
		}
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return usageError{fmt.Errorf("%s cannot be served on %s: %w", a.name, addr, err)}
		}
		own := append(slices.Clone(opts), fake.On(l))
		if *frozen {
			own = append(own, a.still...)
		}
		s, credentials := a.start(!*empty, own...)
		defer s.Close()
		served = append(served, service{a.name, s.URL(), credentials})
	}
	if err := announce(out, served, *asJSON); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// service is one fake that is being served.
type service struct {
	name        string
	url         string
	credentials fake.Credentials
}

// announce prints where the fakes are: a line each, or one JSON object.
func announce(out io.Writer, served []service, asJSON bool) error {
	if asJSON {
		all := map[string]map[string]string{}
		for _, s := range served {
			all[s.name] = maps.Clone(map[string]string(s.credentials))
			all[s.name]["url"] = s.url
		}
		return json.NewEncoder(out).Encode(all)
	}
	for _, s := range served {
		line := s.name + "  " + s.url
		for _, key := range slices.Sorted(maps.Keys(s.credentials)) {
			line += "  " + key + "=" + s.credentials[key]
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}

// choose gives the APIs that --api names, all without it, in their own order.
func choose(only string) ([]api, error) {
	if only == "" {
		return apis, nil
	}
	names := strings.Split(only, ",")
	for _, name := range names {
		if !slices.Contains(apiNames(), name) {
			return nil, fmt.Errorf("--api: unknown API %q%s; there is %s", name, near(name, apiNames()), strings.Join(apiNames(), ", "))
		}
	}
	return slices.DeleteFunc(slices.Clone(apis), func(a api) bool { return !slices.Contains(names, a.name) }), nil
}
