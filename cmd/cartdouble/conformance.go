package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/conformance"
)

// conformanceVerbs are what can be done with the suites.
var conformanceVerbs = map[string]command{
	"list": listRules, "explain": explainRule, "client": judgeClient, "smoke": smokeClient,
	"server": judgeServer, "replay": replayCheck, "diff": diffReports,
}

const conformanceUsage = `cartdouble conformance: what clients, receivers and servers are checked for

  cartdouble conformance list      the rules, in the order of the catalogue
  cartdouble conformance explain   one rule: its clause, what is played, the bugs it finds
  cartdouble conformance smoke     start an adapter in any language, and show every line
  cartdouble conformance client    judge the client behind an adapter in any language
  cartdouble conformance server    judge a server that the environment names
  cartdouble conformance replay    play one check of a report again, and show the wire
  cartdouble conformance diff      what got better and what got worse between two reports

cartdouble conformance VERB -h tells more of a verb. The exit code is 0 if all is good, 1 with
findings, 2 if it was called wrongly, 3 if the harness or the adapter broke, 4 if nothing was
exercised.
`

// The further exit codes of conformance.
const (
	exitBroken = 3 // the harness or the adapter
	exitIdle   = 4 // nothing was exercised
)

// codeError is an error with an exit code of its own.
type codeError struct {
	code int
	error
}

// conformanceCommand is cartdouble conformance VERB.
func conformanceCommand(ctx context.Context, args []string, out, errs io.Writer) error {
	verbs := slices.Sorted(maps.Keys(conformanceVerbs))
	if len(args) == 0 {
		return usageError{fmt.Errorf("which of %s?\n\n%s", strings.Join(verbs, ", "), strings.TrimSuffix(conformanceUsage, "\n"))}
	}
	switch do := conformanceVerbs[args[0]]; {
	case do != nil:
		return do(ctx, args[1:], out, errs)
	case slices.Contains([]string{"-h", "--help", "help"}, args[0]):
		fmt.Fprint(out, conformanceUsage)
		return flag.ErrHelp
	}
	return usageError{unknownWord("verb", args[0], verbs)}
}

// rulesOf are the rules for clients, or those for servers, of some APIs.
func rulesOf(apis []string, servers bool) []conformance.Rule {
	var rules []conformance.Rule
	for _, s := range conformance.Suites() {
		switch {
		case !slices.Contains(apis, s.API()):
		case servers:
			rules = append(rules, conformance.ServerRules(s.API())...)
		default:
			rules = append(rules, s.Rules()...)
		}
	}
	return rules
}

// listRules lists rules, a line each.
func listRules(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("conformance list", flag.ContinueOnError)
	only := flags.String("api", "", "those of these APIs only, parted by commas: "+strings.Join(apiNames(), ","))
	level := flags.String("level", "", "those of this level only: MUST, SHOULD, CARE or CHOICE")
	servers := flags.Bool("server", false, "the rules for servers, not those for clients")
	asJSON := flags.Bool("json", false, "print all that there is to say, as one JSON array")
	if err := parse(flags, args, out); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return usageError{err}
	}
	levels := []string{"MUST", "SHOULD", "CARE", "CHOICE"}
	if *level != "" && !slices.Contains(levels, *level) {
		return usageError{unknownWord("level", *level, levels)}
	}
	var apis []string
	for _, a := range chosen {
		apis = append(apis, a.name)
	}
	rules := slices.DeleteFunc(rulesOf(apis, *servers), func(r conformance.Rule) bool { return *level != "" && string(r.Level) != *level })
	if *asJSON {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(rules)
	}
	for _, r := range rules {
		fmt.Fprintf(out, "%-11s %-12s %-6s %s  [%s]\n", r.API, r.ID, r.Level, r.Title, r.Clause)
	}
	return nil
}

// explainRule tells all about one rule. The common profile has rules of one id for
// each API.
func explainRule(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("conformance explain", flag.ContinueOnError)
	others, err := parseWith(flags, args, out, "ID")
	if err != nil {
		return err
	}
	if len(others) != 1 {
		return usageError{errors.New("want one id, such as BON-RATE-02")}
	}
	id := strings.ToUpper(others[0])
	var ids []string
	found := 0
	for _, r := range append(rulesOf(apiNames(), false), rulesOf(apiNames(), true)...) {
		ids = append(ids, r.ID)
		if r.ID != id {
			continue
		}
		if found++; found > 1 {
			fmt.Fprintln(out)
		}
		explain(out, r)
	}
	if found == 0 {
		return usageError{unknownWord("rule", others[0], ids)}
	}
	return nil
}

// explain writes what there is to say about a rule.
func explain(out io.Writer, r conformance.Rule) {
	fmt.Fprintf(out, "%s (%s)  %s\n", r.ID, r.API, r.Title)
	item := func(name, text string) {
		if text != "" {
			fmt.Fprintf(out, "  %-8s %s\n", name, text)
		}
	}
	item("level", string(r.Level))
	item("clause", r.Clause)
	item("says", r.Summary)
	item("asks", r.Asks)
	item("holds", r.Holds)
	for _, scene := range r.Scenes {
		item("scene", scene)
	}
	item("needs", strings.Join(r.Needs, ", "))
	item("flags", strings.Join(r.Flags, ", "))
	item("after", strings.Join(r.After, ", "))
	for _, bug := range r.Mutants {
		item("finds", bug)
	}
	if r.Wire {
		item("watched", "the wire alone decides it, so conformance.Watch judges it too")
	}
}

// suiteOf finds a suite by the name of its API.
func suiteOf(api string) (conformance.Checker, error) {
	for _, s := range conformance.Suites() {
		if s.API() == api {
			return s, nil
		}
	}
	if api == "" {
		return nil, usageError{fmt.Errorf("--api is missing: one of %s", strings.Join(apiNames(), ", "))}
	}
	return nil, usageError{unknownWord("API", api, apiNames())}
}

// program is the command line of an adapter: behind "--", or the words of --exec.
func program(line string, behind []string) ([]string, error) {
	switch argv := strings.Fields(line); {
	case line != "" && behind != nil:
		return nil, usageError{errors.New("--exec and -- both name a program; want one of them")}
	case behind != nil:
		return behind, nil
	case len(argv) > 0:
		return argv, nil
	}
	return nil, usageError{errors.New(`no program: want --exec "node adapter.mjs", or -- node adapter.mjs`)}
}

// outcome turns a report into an exit code.
func outcome(r *conformance.Report) error {
	byState := map[string]int{}
	for _, res := range r.Results {
		byState[string(res.State)]++
	}
	switch failed := r.Failed(); {
	case byState["ERROR"] > 0:
		return codeError{exitBroken, fmt.Errorf("%s did not get a verdict: the harness or the adapter broke", count(byState["ERROR"], "check", "checks"))}
	case len(r.Results) == byState["NOT EXERCISED"]+byState["NOT CLAIMED"]+byState["BLOCKED"]:
		return codeError{exitIdle, errors.New("nothing was exercised")}
	case len(failed) > 0:
		return codeError{exitFailed, fmt.Errorf("%s failed", count(len(failed), "check", "checks"))}
	}
	return nil
}

// judging are the flags of the verbs that run checks.
type judging struct {
	api, only, known, report *string
	strict                   *bool
	frozen                   *string
	seed                     *uint64
	choices                  pairs
}

func newJudging(flags *flag.FlagSet) judging {
	j := judging{
		api:    flags.String("api", "", "which API: "+strings.Join(apiNames(), ", ")),
		only:   flags.String("only", "", "the checks whose id fits one of these patterns, parted by commas: BON-RATE-*"),
		known:  flags.String("known", "", "file of known failures"),
		report: flags.String("report", "", "folder to write the report into, in every form"),
		strict: flags.Bool("strict", false, "a broken SHOULD or CARE is a failure too"),
		frozen: flags.String("frozen", "", "edition whose checks alone are scored: 2026-11"),
		seed:   flags.Uint64("seed", 1, "where the data of the checks come from"), choices: pairs{},
	}
	flags.Var(j.choices, "choose", "FLAG=READING, pins a reading of the document; may be repeated")
	return j
}

func (j judging) options() []conformance.Option {
	opts := []conformance.Option{conformance.Seed(*j.seed)}
	if *j.only != "" {
		opts = append(opts, conformance.Only(strings.Split(*j.only, ",")...))
	}
	if *j.known != "" {
		dir, name := path.Split(strings.ReplaceAll(*j.known, string(os.PathSeparator), "/"))
		opts = append(opts, conformance.KnownFailures(os.DirFS(path.Clean("./"+dir)), name))
	}
	if *j.frozen != "" {
		opts = append(opts, conformance.Frozen(*j.frozen))
	}
	if *j.strict {
		opts = append(opts, conformance.Strict())
	}
	for name, reading := range j.choices {
		opts = append(opts, conformance.Choose(name, reading))
	}
	return opts
}

// shown writes a report to the terminal and to the folder, and gives its outcome.
func (j judging) shown(r *conformance.Report, out io.Writer) error {
	if err := r.WriteText(out); err != nil {
		return err
	}
	if *j.report != "" {
		if err := r.WriteDir(*j.report); err != nil {
			return err
		}
		fmt.Fprintf(out, "report: %s\n", *j.report)
	}
	return outcome(r)
}

// judgeClient runs a suite against a client behind an adapter.
func judgeClient(ctx context.Context, args []string, out, _ io.Writer) error {
	args, behind := afterDashes(args)
	flags := flag.NewFlagSet("conformance client", flag.ContinueOnError)
	j := newJudging(flags)
	line := flags.String("exec", "", "the program of the adapter and its arguments, parted by blanks")
	if err := parse(flags, args, out); err != nil {
		return err
	}
	suite, err := suiteOf(*j.api)
	if err != nil {
		return err
	}
	argv, err := program(*line, behind)
	if err != nil {
		return err
	}
	r, err := suite.EvaluateCommand(ctx, argv, j.options()...)
	if err != nil {
		return codeError{exitBroken, err}
	}
	return j.shown(r, out)
}

// smokeClient helps to write an adapter.
func smokeClient(ctx context.Context, args []string, out, _ io.Writer) error {
	args, behind := afterDashes(args)
	flags := flag.NewFlagSet("conformance smoke", flag.ContinueOnError)
	api := flags.String("api", "", "which API: "+strings.Join(apiNames(), ", "))
	line := flags.String("exec", "", "the program of the adapter and its arguments, parted by blanks")
	if err := parse(flags, args, out); err != nil {
		return err
	}
	suite, err := suiteOf(*api)
	if err != nil {
		return err
	}
	argv, err := program(*line, behind)
	if err != nil {
		return err
	}
	if err := suite.Smoke(ctx, argv, out); err != nil {
		return codeError{exitBroken, err}
	}
	return nil
}

// judgeServer judges the service that the environment names.
func judgeServer(ctx context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("conformance server", flag.ContinueOnError)
	j := newJudging(flags)
	url := flags.String("url", "", "where the service is; the default is CARTDOUBLE_<API>_URL of the environment")
	write := flags.Bool("write", false, "allow it to create, change and delete records, which it removes again")
	pace := flags.Duration("pace", 0, "least time between two calls; 0: as documented, less: none")
	if err := parse(flags, args, out); err != nil {
		return err
	}
	if _, err := suiteOf(*j.api); err != nil {
		return err
	}
	if *url != "" {
		if err := os.Setenv("CARTDOUBLE_"+strings.ToUpper(*j.api)+"_URL", *url); err != nil {
			return usageError{err}
		}
	}
	target, err := conformance.TargetFromEnv(*j.api)
	if err != nil {
		return usageError{err}
	}
	target.Write = target.Write || *write
	if *pace != 0 {
		target.Pace = *pace
	}
	r, err := conformance.EvaluateServer(ctx, target, j.options()...)
	if err != nil {
		return codeError{exitBroken, err}
	}
	return j.shown(r, out)
}

// readReport reads a report from a file.
func readReport(name string) (*conformance.Report, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, usageError{err}
	}
	defer f.Close()
	r, err := conformance.ReadReport(f)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", name, err)}
	}
	return r, nil
}

// replayCheck plays one check of a report again, with its seed and its program.
func replayCheck(ctx context.Context, args []string, out, _ io.Writer) error {
	args, behind := afterDashes(args)
	flags := flag.NewFlagSet("conformance replay", flag.ContinueOnError)
	line := flags.String("exec", "", "the program of the adapter; the default is that of the report")
	others, err := parseWith(flags, args, out, "REPORT.json ID [--exec PROGRAM] [-- PROGRAM ARGS…]")
	if err != nil {
		return err
	}
	if len(others) != 2 {
		return usageError{errors.New("want a report and the id of a check in it")}
	}
	r, err := readReport(others[0])
	if err != nil {
		return err
	}
	var ids []string
	for _, res := range r.Results {
		ids = append(ids, res.Rule.ID)
	}
	if !slices.Contains(ids, others[1]) {
		return usageError{unknownWord("check", others[1], ids)}
	}
	if *line == "" && behind == nil {
		behind = r.Command
	}
	argv, err := program(*line, behind)
	if again := r.Again(others[1]); err != nil && again != "" {
		return usageError{fmt.Errorf("its client is no program; play it again with %s", again)}
	}
	if err != nil {
		return err
	}
	suite, err := suiteOf(r.API)
	if err != nil {
		return err
	}
	opts := []conformance.Option{conformance.Only(others[1]), conformance.Seed(r.Seed), conformance.ShowWire()}
	for _, c := range r.Choices {
		if c.Pinned {
			opts = append(opts, conformance.Choose(c.Flag, c.Reading))
		}
	}
	again, err := suite.EvaluateCommand(ctx, argv, opts...)
	if err != nil {
		return codeError{exitBroken, err}
	}
	if err := again.WriteText(out); err != nil {
		return err
	}
	return outcome(again)
}
