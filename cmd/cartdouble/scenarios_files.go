package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/scenarios"
	"github.com/cartdouble/cartdouble/scenarios/vcr"
)

// importFile makes a scenario of what another program has recorded.
func importFile(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("scenarios import", flag.ContinueOnError)
	api := flags.String("api", "", "whose calls are meant: "+strings.Join(apiNames(), ", "))
	to := flags.String("o", "", "file to write; without, the scenario is printed")
	secrets := pairs{}
	flags.Var(secrets, "secret", "NAME=VALUE, what must not stand in the scenario; may be repeated")
	others, err := parseWith(flags, args, out, "FILE.har|CASSETTE.yaml --api API [flags]")
	switch {
	case err != nil:
		return err
	case len(others) != 1:
		return usageError{errors.New("want one file: a HAR, or a cassette of go-vcr that ends in .yaml or .yml")}
	case *api == "":
		return usageError{fmt.Errorf("--api is missing: %s", strings.Join(apiNames(), ", "))}
	}
	if _, err := choose(*api); err != nil {
		return usageError{err}
	}
	text, err := os.ReadFile(others[0])
	if err != nil {
		return usageError{err}
	}
	read := scenarios.Import
	if end := strings.ToLower(filepath.Ext(others[0])); end == ".yaml" || end == ".yml" {
		read = vcr.Import
	}
	s, err := read(*api, text, secrets.options()...)
	if err != nil {
		return err
	}
	if *to != "" {
		return s.WriteFile(*to)
	}
	_, err = out.Write(s.Format())
	return err
}

// exportFile writes a recording as HAR.
func exportFile(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("scenarios export", flag.ContinueOnError)
	to := flags.String("o", "", "file to write; without, the HAR is printed")
	others, err := parseWith(flags, args, out, "FILE|API/NAME [-o FILE.har]")
	if err != nil {
		return err
	}
	if len(others) != 1 {
		return usageError{errors.New("want one recording: a file, or API/NAME of the library")}
	}
	s, err := scenario(others[0])
	if err != nil {
		return err
	}
	text, err := s.ExportHAR()
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if *to != "" {
		return os.WriteFile(*to, text, 0o644)
	}
	_, err = out.Write(text)
	return err
}

// patience is how long a service may take to answer.
const patience = 30 * time.Second

// compareRecording asks again what was recorded: the live fake, or a service.
func compareRecording(ctx context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("scenarios compare", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print each difference as a line of JSON")
	to := flags.String("to", "", "base URL of a service that is asked, for reads only; without, the live fake is")
	secrets := pairs{}
	flags.Var(secrets, "secret", "NAME=VALUE, what {{secret.NAME}} stands for; may be repeated")
	others, err := parseWith(flags, args, out, "FILE|API/NAME [flags]")
	if err != nil {
		return err
	}
	if len(others) != 1 {
		return usageError{errors.New("want one scenario: a file, or API/NAME of the library")}
	}
	s, err := scenario(others[0])
	if err != nil {
		return err
	}
	var found []scenarios.Difference
	if *to == "" {
		found, err = s.CompareFake(ctx, secrets.options()...)
	} else {
		found, err = s.CompareTo(ctx, &http.Client{Timeout: patience}, *to, secrets.options()...)
	}
	if err != nil {
		return err
	}
	failures := 0
	for _, d := range found {
		if d.Grade == scenarios.Failure {
			failures++
		}
		if *asJSON {
			err = json.NewEncoder(out).Encode(d)
		} else {
			_, err = fmt.Fprintln(out, d)
		}
		if err != nil {
			return err
		}
	}
	switch failures {
	case 0:
		return nil
	case 1:
		return errors.New("1 failure")
	}
	return fmt.Errorf("%d failures", failures)
}
