package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// everything is a report with a result in each state.
func everything() *Report {
	rule := func(id, title string, level Level, clause string) Rule {
		return Rule{ID: id, Title: title, Level: level, Clause: clause, Summary: "What the document says about " + title + "."}
	}
	return &Report{
		API: "bonify", Title: "customer fields", Edition: "2026-11", Client: "shopkit v1.4.0", Seed: 7,
		Clock: "virtual", Date: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC),
		Choices: []Choice{{"CURSOR_FILTER", "remember", false}, {"MISSING_RECORD", "200", true}},
		test:    "TestConformance",
		Results: []Result{
			{Rule: rule("BON-URL-01", "paths", must, "bonify:9"), State: pass},
			{Rule: rule("BON-PAGE-01", "all pages", must, "bonify:39"), State: pass},
			{
				Rule: rule("BON-PAGE-06", "goes on after a short page", must, "bonify:39,46"), State: fail, Scene: "110 customers",
				Finding: Finding{Code: "stopped-early", Expected: "3 pages", Got: "2 pages", Call: 2},
				Wire:    []string{"#1 GET /v2/customers → 200", "#2 GET /v2/customers?next_page=eyJ → 200"},
				Try:     `curl -s -H 'X-Key: ***' "$URL"'/customers'`,
				Log:     []string{"page 1", "page 2"},
				Often:   "loops while a page is full", Exchanges: someExchanges(),
			},
			{Rule: rule("BON-PAGE-07", "drift", must, "bonify:39"), State: blocked, By: "BON-PAGE-06"},
			{Rule: rule("BON-PAGE-08", "no totals", should, "bonify:2"), State: blocked, By: "BON-PAGE-06"},
			{Rule: rule("BON-FILT-03", "a comma is quoted", should, "bonify:61"), State: warn, Finding: Finding{Code: "comma", Expected: `"a,b"`, Got: "a,b"}},
			{Rule: rule("BON-RATE-03", "waits", must, "bonify:19"), State: known, Finding: Finding{Code: "gave-up", Expected: "a retry", Got: "none"}, Note: "until 2027-01-31: retries live in the caller"},
			{Rule: rule("BON-RATE-04", "waits longer", care, "-"), State: stale, Note: "known:2 says that it fails (old); take the line out"},
			{Rule: rule("BON-RATE-06", "one limiter", should, "bonify:19"), State: notExercised, Note: "two requests under way at once"},
			{Rule: rule("BON-RATE-07", "sometimes", must, "bonify:19"), State: flaky, Note: "PASS, then FAIL (x) with the same seed"},
			{Rule: rule("BON-CLR-01", "clears", must, "bonify:89"), State: notClaimed, Missing: []string{"Clear"}},
			{Rule: rule("BON-CLR-02", "keeps", must, "bonify:89"), State: notClaimed, Missing: []string{"Get", "Clear"}},
			{Rule: rule("BON-TYPE-01", "either form", choice, "bonify:67"), State: chosen, Finding: Finding{Code: "short-form"}},
			{Rule: rule("GEN-CTX-01", "context", care, "-"), State: pass},
			{Rule: rule("GEN-BODY-01", "half a reply", care, "-"), State: broke, Note: "the adapter panicked: boom\nsome.func()"},
		},
	}
}

func TestTextOfAReport(t *testing.T) {
	t.Parallel()
	golden(t, "report.txt", everything().text(false))
}

func TestTextOfOtherReports(t *testing.T) {
	t.Parallel()
	r := &Report{API: "bonify", Title: "customer fields", Edition: "2026-11", Watched: true}
	contains(t, r.text(false), "customer fields (bonify, edition 2026-11)   watched\n", "0 checks: \nresult: NOTHING EXERCISED")
	r.Results = everything().Results[:2]
	contains(t, r.text(false), "2 checks: 2 pass\nresult: CONFORMING in what was checked\n")
	r.Results = everything().Results[5:6]
	contains(t, r.text(false), "result: CONFORMING in what was checked, with 1 warning\n")
	r.Strict = true
	contains(t, r.text(false), "result: NOT CONFORMING (1 SHOULD)")
}

func TestColoursOnATerminalOnly(t *testing.T) {
	r := everything()
	if text := r.text(false); strings.Contains(text, "\x1b") {
		t.Error("colours without being asked")
	}
	contains(t, r.text(true), "\x1b[31mFAIL\x1b[0m BON-PAGE-06", "\x1b[33mWARN\x1b[0m BON-FILT-03")
	file, err := os.Create(filepath.Join(t.TempDir(), "report"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WriteText(file); err != nil {
		t.Error(err)
	}
	written, _ := os.ReadFile(file.Name())
	if string(written) != r.text(false) {
		t.Error("a file is no terminal, and has another text")
	}
	device, err := os.Open(os.DevNull) // a character device, as terminals are
	if err != nil {
		t.Skip(err)
	}
	t.Setenv("NO_COLOR", "")
	if !colours(device) {
		t.Error("no colours on a terminal")
	}
	t.Setenv("NO_COLOR", "1")
	if colours(device) {
		t.Error("colours although NO_COLOR is set")
	}
	_ = device.Close()
	if err := file.Close(); err != nil || r.WriteText(file) == nil {
		t.Error("writing to a closed file is no error")
	}
}

// The exchanges of a failure are few, and have no secret in them.
func TestWireOfAFailure(t *testing.T) {
	t.Parallel()
	leaky := cartfunnelAdapter(bugged("CFN-AUTH-03a"))
	r := evaluate(t, Cartfunnel(), leaky, Only("CFN-AUTH-03"))
	text := r.text(false)
	contains(t, text,
		"got       GET /v1/customers.json?api_secret=***",
		"try       curl -s -H 'X-Cartfunnel-Account: myshop' -H 'X-Cartfunnel-Api-Secret: ***' \"$URL\"'/customers.json?api_secret=***'",
		"often     sends the secret as a query parameter too",
	)
	if strings.Contains(text, "your_api_secret") || strings.Contains(text, "wrong-secret") {
		t.Errorf("secrets in the report:\n%s", text)
	}
	r = evaluate(t, Cartfunnel(), cartfunnelAdapter(bugged("CFN-PAGE-02b")), Only("CFN-PAGE-02"))
	if n := len(r.Results[0].Wire); n != 10 {
		t.Errorf("%d lines of wire", n)
	}
	contains(t, strings.Join(r.Results[0].Wire, "\n"), "#6 GET ", "… 191 more", "#198 GET /v1/customers.json?page=198 → 200 []")
}

func TestTryLineIsAShellCommand(t *testing.T) {
	t.Parallel()
	r := evaluate(t, Cartfunnel(), cartfunnelAdapter(bugged("CFN-URL-02a")), Only("CFN-URL-02"))
	want := `curl -s -X PATCH -H 'Content-Type: application/json' -H 'X-Cartfunnel-Account: myshop' -H 'X-Cartfunnel-Api-Secret: ***'` +
		` -d '{"customer":{"last_name":"Jules"}}' "$URL"'/customers.json'`
	if got := r.Results[0].Try; got != want {
		t.Errorf("try %s\nwant %s", got, want)
	}
	if got := quoted("it's"); got != `'it'\''s'` {
		t.Errorf("quoted is %s", got)
	}
}

func TestLongStacksAreCut(t *testing.T) {
	t.Parallel()
	if got := firstLines("a\nb", 2); got != "a\nb" {
		t.Errorf("two lines are %q", got)
	}
	if got := firstLines("a\nb\nc\nd", 2); got != "a\nb\n… 2 more lines" {
		t.Errorf("four lines are %q", got)
	}
}
