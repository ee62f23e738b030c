package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/cartdouble/cartdouble/scenarios"
	"github.com/tidwall/gjson"
)

// scenarioVerbs are what can be done with scenarios that play to nobody.
var scenarioVerbs = map[string]command{
	"list": listScenarios, "vet": vetScenarios, "explain": explainRequest, "import": importFile, "export": exportFile, "compare": compareRecording,
}

const scenariosUsage = `cartdouble scenarios: stories of requests and answers, from the shell

  cartdouble scenarios list      the scenarios of the library, and what happens in each
  cartdouble scenarios vet       check files, and the scenario files below folders
  cartdouble scenarios explain   what a request would be to a story, and why not
  cartdouble scenarios import    make a scenario of a HAR file, or of a cassette of go-vcr
  cartdouble scenarios export    a recording as a HAR file, for the network panel of a browser
  cartdouble scenarios compare   ask the fake, or a service, again what was recorded

cartdouble scenarios VERB -h tells more of a verb. vet ends with 1 when there is something,
explain when the request does not fit, compare when an answer has another type.
`

// scenarioCommand is cartdouble scenarios VERB.
func scenarioCommand(ctx context.Context, args []string, out, errs io.Writer) error {
	if len(args) == 0 {
		return usageError{errors.New("which of list, vet, explain, import, export and compare?\n\n" + strings.TrimSuffix(scenariosUsage, "\n"))}
	}
	switch do := scenarioVerbs[args[0]]; {
	case do != nil:
		return do(ctx, args[1:], out, errs)
	case slices.Contains([]string{"-h", "--help", "help"}, args[0]):
		fmt.Fprint(out, scenariosUsage)
		return flag.ErrHelp
	}
	return usageError{unknownWord("verb", args[0], slices.Sorted(maps.Keys(scenarioVerbs)))}
}

// listScenarios names the shipped scenarios, with what happens in each.
func listScenarios(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("scenarios list", flag.ContinueOnError)
	only := flags.String("api", "", "those of these APIs only, parted by commas: "+strings.Join(apiNames(), ","))
	asJSON := flags.Bool("json", false, "print what they mean, a line of JSON for each")
	others, err := parseWith(flags, args, out, "[flags]")
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return usageError{fmt.Errorf("unexpected %q; it takes flags only", others[0])}
	}
	chosen, err := choose(*only)
	if err != nil {
		return usageError{err}
	}
	for _, a := range chosen {
		for _, s := range scenarios.Library(a.name) {
			text, err := json.Marshal(s)
			if err != nil {
				return err
			}
			if *asJSON {
				_, err = fmt.Fprintf(out, "%s\n", text)
			} else {
				_, err = fmt.Fprintf(out, "%s/%s\n%s", a.name, s.Name(), titles(text))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// titles are the phases of a scenario, a line each.
func titles(text []byte) string {
	var b strings.Builder
	for _, phase := range gjson.GetBytes(text, "phases.#.title").Array() {
		b.WriteString("    " + phase.Str + "\n")
	}
	return b.String()
}

// vetScenarios checks files, and the scenario files of folders.
func vetScenarios(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("scenarios vet", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print each problem as a line of JSON: file, line, text")
	paths, err := parseWith(flags, args, out, "FILE|FOLDER… [flags]")
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return usageError{errors.New("want files or folders to look at, such as testdata")}
	}
	found := 0
	for _, path := range paths {
		problems, err := vetPath(path)
		if err != nil {
			return err
		}
		for _, p := range problems {
			if found++; *asJSON {
				err = json.NewEncoder(out).Encode(map[string]any{"file": p.File, "line": p.Line, "text": p.Text})
			} else {
				_, err = fmt.Fprintln(out, strings.TrimPrefix(p.Error(), "scenarios: "))
			}
			if err != nil {
				return err
			}
		}
	}
	switch found {
	case 0:
		return nil
	case 1:
		return errors.New("1 problem")
	}
	return fmt.Errorf("%d problems", found)
}

// vetPath checks one file, which has to be a scenario, or all below a folder.
func vetPath(path string) ([]scenarios.Problem, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, usageError{err}
	}
	dir, fsys := path, os.DirFS(path)
	if !info.IsDir() {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, usageError{err}
		}
		dir, fsys = filepath.Dir(path), fs.FS(fstest.MapFS{filepath.Base(path): {Data: text}})
	}
	problems := scenarios.Vet(fsys)
	if !info.IsDir() && len(problems) == 0 { // it may be none at all, which Vet lets pass
		if _, err := scenarios.Load(fsys, filepath.Base(path)); err != nil {
			problems = append(problems, scenarios.Problem{File: filepath.Base(path), Text: "no scenario: it begins with another word, or is not called .txtar"})
		}
	}
	for i := range problems {
		problems[i].File = filepath.Join(dir, problems[i].File)
	}
	return problems, nil
}

// explainRequest plays requests to a story, and tells what the last of them would
// be.
func explainRequest(_ context.Context, args []string, out, _ io.Writer) error {
	flags := flag.NewFlagSet("scenarios explain", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print the report as JSON")
	secrets := pairs{}
	flags.Var(secrets, "secret", "NAME=VALUE, what {{secret.NAME}} stands for; may be repeated")
	others, err := parseWith(flags, args, out, "FILE|API/NAME 'METHOD PATH [BODY]'… [flags]")
	if err != nil {
		return err
	}
	if len(others) < 2 {
		return usageError{errors.New("want a scenario, and the request in quotes: 'GET ~/customers.json?page=1'; requests before the last are sent")}
	}
	s, err := scenario(others[0])
	if err != nil {
		return err
	}
	var report scenarios.Report
	var failed error
	r := &runner{name: "explain"}
	problems := r.during(func() {
		run := s.Start(r, secrets.options()...)
		report, failed = lastOf(run, others[1:])
	})
	switch {
	case failed != nil:
		return failed
	case report.Scenario == "": // it could not be started
		return none(problems)
	case *asJSON:
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return enc.Encode(report)
	case len(report.Problems) > 0:
		_, err = fmt.Fprintln(out, report.Problems[0])
		return errors.Join(err, errors.New("it does not fit"))
	}
	step, answer, _ := strings.Cut(report.Steps[0].Step, "\n")
	_, err = fmt.Fprintf(out, "%s: it takes the step   %s\nand is answered   %s\n", report.Steps[0].At, step, answer)
	return err
}

// lastOf sends requests and explains the last.
func lastOf(run *scenarios.Run, requests []string) (scenarios.Report, error) {
	for i, text := range requests {
		req, err := request(run, text)
		if err != nil {
			return scenarios.Report{}, err
		}
		if i == len(requests)-1 {
			return run.Explain(req), nil
		}
		resp, err := run.Client().Do(req)
		if err == nil { // a fault may well lose the answer
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	}
	return scenarios.Report{}, nil
}

// request reads "METHOD PATH [BODY]", with the credentials of the run.
func request(run *scenarios.Run, text string) (*http.Request, error) {
	method, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	path, body, _ := strings.Cut(strings.TrimSpace(rest), " ")
	base := strings.TrimSuffix(run.BaseURL(), "/")
	switch {
	case strings.HasPrefix(path, "~"):
		path = base + path[1:]
	case strings.HasPrefix(path, "/"):
		host := strings.Index(base, "://") + 3
		if i := strings.Index(base[host:], "/"); i >= 0 {
			base = base[:host+i]
		}
		path = base + path
	default:
		return nil, usageError{fmt.Errorf("%q: want METHOD PATH [BODY], the path from its first slash or with ~ for that of the base URL", text)}
	}
	req, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		return nil, usageError{err}
	}
	run.Authorize(req)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}
