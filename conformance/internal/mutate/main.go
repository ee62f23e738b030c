package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

const (
	reference = "conformance/internal/reference"
	patience  = time.Minute // for one run of a suite, which takes less than a second
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("mutate: ")
	verbose := flag.Bool("v", false, "say what found each change, too")
	flag.Parse()
	if flag.NArg() == 0 {
		log.Fatal("want the name of an API, and patterns of file names if not all are meant: mutate bonify 'bonify_save.go'")
	}
	if err := run(flag.Arg(0), flag.Args()[1:], *verbose); err != nil {
		log.Fatal(err)
	}
}

// run mutates the files of one client and says what nobody noticed.
func run(api string, patterns []string, verbose bool) error {
	if len(patterns) == 0 {
		patterns = []string{api + "*.go"}
	}
	p, err := load(reference)
	if err != nil {
		return err
	}
	changes, err := p.mutate(func(file string) bool {
		for _, pattern := range patterns {
			if fits, _ := path.Match(pattern, file); fits {
				return true
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		return fmt.Errorf("%v fits no file of %s, or there is nothing in it to change", patterns, reference)
	}
	scratch, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	b, err := build(p, scratch, api)
	if err != nil {
		return err
	}
	ran, err := b.baseline()
	if err != nil {
		return err
	}
	b.all(changes, ran, func(c *change) {
		if verbose || c.outcome == survived {
			fmt.Println(c.outcome, c, c.by)
		}
	})
	report(changes)
	return nil
}

// A binary is the tests of conformance with all changes in it.
type binary struct{ test, api, scratch string }

// build compiles the tests over the changed files.
func build(p *source, scratch, api string) (binary, error) {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for name, text := range p.files {
		at := filepath.Join(scratch, name)
		if err := os.WriteFile(at, text, 0o600); err != nil {
			return binary{}, err
		}
		whole, err := filepath.Abs(filepath.Join(reference, name))
		if err != nil {
			return binary{}, err
		}
		overlay.Replace[whole] = at
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		return binary{}, err
	}
	at := filepath.Join(scratch, "overlay.json")
	if err := os.WriteFile(at, list, 0o600); err != nil {
		return binary{}, err
	}
	b := binary{filepath.Join(scratch, "conformance.test"), api, scratch}
	out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", at, "-o", b.test, "./conformance").CombinedOutput()
	if err != nil {
		return b, fmt.Errorf("%w\n%s", err, out)
	}
	return b, nil
}

// suite runs the suite of the API against its reference client, with a change.
func (b binary) suite(env ...string) (out []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, b.test, "-test.run", "^TestVerdictsInAnyOrder$/^"+b.api+"$", "-test.v", "-test.timeout", "0")
	c.Dir, c.Env = "conformance", append(os.Environ(), env...)
	return c.CombinedOutput()
}

// baseline runs the suite without a change, and gives the changes that are in a
// line which ran.
func (b binary) baseline() (ran map[string]bool, err error) {
	seen := filepath.Join(b.scratch, "seen")
	out, err := b.suite("MUTANT_SEEN=" + seen)
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestVerdictsInAnyOrder/"+b.api)) {
		return nil, fmt.Errorf("without a change, %s: %w\n%s", b.api, cmp.Or(err, fmt.Errorf("no such suite")), out)
	}
	text, err := os.ReadFile(seen)
	if err != nil {
		return nil, err
	}
	ran = map[string]bool{}
	for line := range strings.Lines(string(text)) {
		ran[strings.TrimSpace(line)] = true
	}
	return ran, nil
}

// all runs the suite with each change that is in a line which ran, and tells of
// each what became of it.
func (b binary) all(changes []*change, ran map[string]bool, tell func(*change)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, c := range changes {
		number := fmt.Sprint(c.number)
		if !ran[number] {
			c.outcome = idle
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if out, err := b.suite("MUTANT=" + number); err != nil {
				c.outcome, c.by = found, finder(out)
			} else {
				c.outcome = survived
			}
			tell(c)
		})
	}
	wg.Wait()
}

// finder is what found a change: the first check that is not passed.
func finder(out []byte) string {
	for line := range strings.Lines(string(out)) {
		for _, state := range []string{"FAIL", "WARN", "ERROR", "NOT EXERCISED", "BLOCKED"} {
			if id, is := strings.CutPrefix(strings.TrimSpace(line), state+" "); is && strings.Contains(id, "-") {
				return strings.Join(strings.Fields(id), " ")
			}
		}
	}
	return "the end of the program, or none in a minute"
}

// report lists what never ran, and counts.
func report(changes []*change) {
	count := map[outcome]int{}
	for _, c := range changes {
		if count[c.outcome]++; c.outcome == idle {
			fmt.Println(c.outcome, c)
		}
	}
	fmt.Printf("%d changes: %d found, %d survive, %d in lines that never run\n", len(changes), count[found], count[survived], count[idle])
}
