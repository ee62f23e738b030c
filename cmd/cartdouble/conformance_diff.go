package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/cartdouble/cartdouble/conformance"
)

// diffReports tells what got better, worse or moved between two reports.
func diffReports(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("conformance diff", flag.ContinueOnError)
	page := flags.String("html", "", "file to write the new report to as a page, with the old one beside it")
	others, err := parseWith(flags, args, out, "OLD.json NEW.json [flags]")
	if err != nil {
		return err
	}
	if len(others) != 2 {
		return usageError{errors.New("want two reports, the old one first")}
	}
	before, err := readReport(others[0])
	if err != nil {
		return err
	}
	after, err := readReport(others[1])
	if err != nil {
		return err
	}
	if before.API != after.API {
		return usageError{fmt.Errorf("the reports are about %s and %s; want two about one API", before.API, after.API)}
	}
	worse := printChanges(before, after, out)
	if *page != "" {
		if err := writePage(*page, after, before); err != nil {
			return err
		}
		fmt.Fprintf(out, "page: %s\n", *page)
	}
	if worse > 0 {
		return codeError{exitFailed, fmt.Errorf("%s got worse", count(worse, "check", "checks"))}
	}
	return nil
}

func writePage(name string, r, beside *conformance.Report) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(r.WriteHTML(f, beside), f.Close())
}

// rank orders states from good to bad.
func rank(failed bool, state conformance.State) int {
	switch {
	case failed:
		return 3
	case state == "WARN":
		return 2
	case state == "PASS" || state == "CHOICE":
		return 0
	}
	return 1 // nothing is known, or nothing new
}

// printChanges writes a line for each check that changed, and counts those that
// got worse.
func printChanges(before, after *conformance.Report, out io.Writer) (worse int) {
	old, failedOld := byID(before)
	now, failedNow := byID(after)
	changed := 0
	say := func(word string, r conformance.Result, format string, args ...any) {
		changed++
		fmt.Fprintf(out, "%-7s %-12s %s  (%s)\n", word, r.Rule.ID, fmt.Sprintf(format, args...), r.Rule.Title)
	}
	for _, r := range after.Results {
		was, known := old[r.Rule.ID]
		a, b := rank(failedOld[r.Rule.ID], was.State), rank(failedNow[r.Rule.ID], r.State)
		switch {
		case !known:
			say("new", r, "%s", r.State)
			if b == 3 {
				worse++
			}
		case b > a:
			say("worse", r, "%s, was %s: %s%s", r.State, was.State, r.Finding.Got, r.Note)
			worse++
		case b < a:
			say("better", r, "%s, was %s", r.State, was.State)
		case r.State != was.State || r.Finding.Code != was.Finding.Code:
			say("moved", r, "%s %s, was %s %s", r.State, r.Finding.Code, was.State, was.Finding.Code)
		}
	}
	for _, r := range before.Results {
		if _, still := now[r.Rule.ID]; !still {
			say("gone", r, "was %s", r.State)
		}
	}
	if changed == 0 {
		fmt.Fprintln(out, "nothing has changed")
	}
	return worse
}

// byID are the results of a report by their checks, and which are failures.
func byID(r *conformance.Report) (map[string]conformance.Result, map[string]bool) {
	results, failed := map[string]conformance.Result{}, map[string]bool{}
	for _, res := range r.Results {
		results[res.Rule.ID] = res
	}
	for _, res := range r.Failed() {
		failed[res.Rule.ID] = true
	}
	return results, failed
}
