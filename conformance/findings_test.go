package conformance

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// A foundOut is what is said about one client with one bug.
type foundOut struct {
	name   string
	result Result
	report *Report
}

// toldOf runs every mutant of a suite through the check that finds it.
func toldOf[C any](t *testing.T, s *Suite[C], mutants []Mutant[C]) []foundOut {
	t.Helper()
	all := make([]foundOut, len(mutants))
	parallel(len(mutants), func(i int) {
		m := mutants[i]
		r, err := Evaluate(context.Background(), s, func(env Env) C { return m.Make(fake.TB(nil), env) }, Only(m.Name[:len(m.Name)-1]), once)
		if err != nil {
			t.Error(err)
			return
		}
		all[i] = foundOut{m.Name, r.Results[0], r}
	})
	return all
}

// once plays nothing twice.
func once(c *config) error { c.once = true; return nil }

// Whoever reads a finding has not read the suite: it says what was expected and
// seen, shows the exchange or the delivery, names the clause or why care is
// needed, and how to run just this again.
func TestFindingsAreEnoughToFindTheBug(t *testing.T) {
	whole(t)
	t.Parallel()
	for api, all := range map[string]func(*testing.T) []foundOut{
		"cartfunnel": func(t *testing.T) []foundOut { return toldOf(t, Cartfunnel(), cartfunnelMutants()) },
		"cscart":     func(t *testing.T) []foundOut { return toldOf(t, Cscart(), cscartMutants()) },
		"fluidpay":   func(t *testing.T) []foundOut { return toldOf(t, Fluidpay(), fluidpayMutants()) },
		"bonify":     func(t *testing.T) []foundOut { return toldOf(t, Bonify(), bonifyMutants()) },
		"cartly":     func(t *testing.T) []foundOut { return toldOf(t, Cartly(), cartlyMutants()) },
	} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			var texts strings.Builder
			for _, one := range all(t) {
				text := one.report.blockText(one.result)
				fmt.Fprintf(&texts, "=== %s%s", one.name, text)
				for _, wrong := range poor(one.result, text) {
					t.Errorf("%s: %s\n%s", one.name, wrong, text)
				}
			}
			if dir := os.Getenv("FINDINGS"); dir != "" { // to be read
				if err := os.WriteFile(filepath.Join(dir, api+".txt"), []byte(texts.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// receiverRules are those about receivers of deliveries.
var receiverRules = regexp.MustCompile(`^CLY-(SIG|ACK|EVT|HDR)-`)

// bare is a value that does not say of what it is.
var bare = regexp.MustCompile(`^"?[^\s/{|:=]*"?$`)

// poor is what a finding lacks.
func poor(res Result, text string) []string {
	var lacks []string
	must := func(holds bool, what string) {
		if !holds {
			lacks = append(lacks, what)
		}
	}
	has := func(item string) bool { return strings.Contains(text, "\n     "+item+" ") }
	f := res.Finding
	must(res.State == fail || res.State == warn, "it is not found: "+string(res.State)+" "+res.Note)
	must(has("expected") && len(f.Expected) > 3, "nothing says what was expected")
	must(!bare.MatchString(f.Got), "what was seen is a bare value")
	must(has("got") && f.Got != "" && f.Got != f.Expected, "nothing says what was seen")
	must(has("rule"), "nothing says what the clause says")
	must(res.Rule.Level == care || strings.Contains(text, res.Rule.Clause), "nothing names the clause")
	must(has("again"), "nothing says how to run it again")
	must(has("often"), "nothing says which bugs are found so")
	must(len(res.Exchanges)+len(res.Deliveries) == 0 || has("wire"), "the wire is not shown")
	must(len(res.Exchanges) == 0 || has("try") || f.Attempt > 0, "nothing to try")
	if !receiverRules.MatchString(res.Rule.ID) || len(res.Deliveries) == 0 {
		return lacks
	}
	must(f.Attempt+f.Call > 0, "it does not say which delivery it is about")
	must(f.Attempt == 0 || has("sent") && strings.Contains(text, " POST https://"), "the delivery is not shown")
	must(f.Attempt == 0 || strings.Contains(text, " answered ") || strings.Contains(text, " no answer: "), "the answer of the receiver is not shown")
	return lacks
}
