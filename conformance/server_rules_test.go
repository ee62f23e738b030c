package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The rules of the catalogue, each with all that a reader of a report needs.
func TestServerRulesAreWhole(t *testing.T) {
	t.Parallel()
	needs := []string{
		"Write", "Deliveries", "Cause", "cart", "order", "variant", "field", "read_only_secret", "public_key",
		"other_shop_domain", "other_api_key", "narrow_token", "webhook_secret",
	}
	for api, want := range map[string]int{"cartfunnel": 8, "cscart": 8, "fluidpay": 7, "bonify": 10, "cartly": 7} {
		s := serverSuites[api]()
		var ids []string
		for i, k := range s.rules {
			ids = append(ids, k.id)
			if number := fmt.Sprintf("%02d", i+1); !serverIDForm.MatchString(k.id) || !strings.HasSuffix(k.id, number) {
				t.Errorf("%s is rule %s of %s", k.id, number, api)
			}
			if k.title == "" || k.summary == "" || k.asks == "" || k.holds == "" || !clauseForm.MatchString(k.clause) || k.level != must && k.level != should {
				t.Errorf("%s is not whole: %+v", k.id, k.rule(api))
			}
			for _, f := range k.flags {
				if !slices.ContainsFunc(s.flags, func(known serverFlag) bool { return known.name == f }) {
					t.Errorf("%s names the flag %s, which %s has not", k.id, f, api)
				}
			}
			for _, need := range k.needs {
				if !slices.Contains(needs, need) {
					t.Errorf("%s needs %s, which no target has", k.id, need)
				}
			}
			for j, m := range k.mutants {
				if m.letter != string(rune('a'+j)) || m.does == "" || !codeForm.MatchString(m.finding) {
					t.Errorf("%s: bug %d is %+v", k.id, j+1, m)
				}
			}
			if len(k.mutants) == 0 {
				t.Errorf("nothing shows that %s finds anything", k.id)
			}
		}
		for _, k := range s.rules {
			for _, id := range k.after {
				if !slices.Contains(ids, id) || id == k.id {
					t.Errorf("%s comes after %s", k.id, id)
				}
			}
		}
		for _, f := range s.flags {
			if !slices.ContainsFunc(s.rules, func(k serverRule) bool { return slices.Contains(k.flags, f.name) }) {
				t.Errorf("no rule of %s rests on the flag %s", api, f.name)
			}
		}
		if len(ids) != want {
			t.Errorf("%s has %d rules", api, len(ids))
		}
	}
	if ServerRules("shopify") != nil {
		t.Error("there are rules for an API that is not known")
	}
}

// The list of rules is a golden file, as that of the checks is.
func TestServerRulesList(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, api := range serverAPIs {
		for _, r := range ServerRules(api) {
			fmt.Fprintf(&b, "%s  %s  %s  %s\n    %s\n    asked: %s\n    holds: %s\n", r.ID, r.Level, r.Clause, r.Title, r.Summary, r.Asks, r.Holds)
			if r.Needs != nil {
				fmt.Fprintf(&b, "    needs %s\n", strings.Join(r.Needs, ", "))
			}
			if r.Flags != nil {
				fmt.Fprintf(&b, "    flag %s\n", strings.Join(r.Flags, ", "))
			}
			if r.After != nil {
				fmt.Fprintf(&b, "    after %s\n", strings.Join(r.After, ", "))
			}
			for _, m := range r.Mutants {
				fmt.Fprintf(&b, "    %s\n", m)
			}
		}
	}
	golden(t, "rules-server.txt", b.String())
}

// A rule that judges nothing, or panics, or asks for what it does not name, is
// our fault and no verdict.
func TestFaultyServerRulesAreErrors(t *testing.T) {
	t.Parallel()
	for want, ask := range map[string]func(*probe){
		"the rule judged nothing":                   func(p *probe) { p.get("/customers.json") },
		"the suite panicked: oh":                    func(*probe) { panic("oh") },
		"the rule does not say that it needs a key": func(p *probe) { p.given("a key") },
		"the rule does not name the flag PAGE_SIZE": func(p *probe) { p.number("PAGE_SIZE") },
	} {
		run, err := newServerRun(t.Context(), serve(t, "cartfunnel").Target, nil)
		if err != nil {
			t.Fatal(err)
		}
		res := run.result(&serverRule{id: "S-CFN-99", level: must, ask: ask})
		if res.State != broke || !strings.Contains(res.Note, want) {
			t.Errorf("%s: %s, want %s", res.State, res.Note, want)
		}
	}
}

// What cannot be undone is left behind, and the rest is undone all the same.
func TestUndoGoesOn(t *testing.T) {
	t.Parallel()
	run, err := newServerRun(t.Context(), serve(t, "cartfunnel").Target, nil)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	undone := func(name string, f func() bool) func() bool {
		return func() bool { order = append(order, name); return f() }
	}
	run.result(&serverRule{id: "S-CFN-99", level: must, ask: func(p *probe) {
		p.undo("cup", undone("first", func() bool { return true }))
		p.undo("plate", undone("second", func() bool { panic("oh") }))
		p.undo("plate", undone("third", func() bool { return false }))
		p.wrong("code", "this", "that")
	}})
	// What is broken is asked for once more.
	if got := strings.Join(order, " "); got != "third second first third second first" {
		t.Errorf("undone: %s", got)
	}
	if got := fmt.Sprint(run.leftBehind()); got != "[4 plates of run]" {
		t.Errorf("left: %s", got)
	}
}

// A status that the document leaves open may be pinned to what the service does,
// and then nothing else will do.
func TestOpenStatusesMayBePinned(t *testing.T) {
	t.Parallel()
	created := fluidpayBugs()["S-FLP-02a"]
	for pinned, want := range map[string]State{"": chosen, "201": pass, "200": fail, "202": fail} {
		var opts []Option
		if pinned != "" {
			opts = append(opts, Choose("CREATED_STATUS", pinned))
		}
		res := judge(t, breaks(t, "fluidpay", created).Target, append(opts, Only("S-FLP-02"))...).Results[0]
		if res.State != want {
			t.Errorf("201 for a create, pinned to %q: %s, want %s", pinned, res.State, want)
		}
		if want == chosen && (res.Finding.Code != "status-201" || !strings.Contains(res.Finding.Got, "is answered 201")) {
			t.Errorf("recorded as %+v", res.Finding)
		}
	}
}
