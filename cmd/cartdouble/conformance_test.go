package main

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/conformance"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

func TestConformanceListsRules(t *testing.T) {
	t.Parallel()
	code, out, errs := shell("conformance", "list", "--api", "cartfunnel", "--level", "MUST")
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "cartfunnel  CFN-SAVE-02  MUST   ")
	require.NotContains(t, out, "CARE")
	require.NotContains(t, out, "bonify")

	code, out, _ = shell("conformance", "list", "--json")
	require.Equal(t, exitOK, code)
	var rules []conformance.Rule
	require.NoError(t, json.Unmarshal([]byte(out), &rules))
	own := map[string]int{}
	for _, r := range rules {
		own[strings.SplitN(r.ID, "-", 2)[0]]++
	}
	require.Equal(t, map[string]int{"CFN": 40, "CSC": 46, "FLP": 57, "BON": 54, "CLY": 61, "GEN": 5*18 - 1}, own, "the catalogue; CS-Cart has no create to repeat")

	code, out, _ = shell("conformance", "list", "--server")
	require.Equal(t, exitOK, code)
	require.Equal(t, 40, strings.Count(out, "\n"))
}

func TestConformanceExplainsARule(t *testing.T) {
	t.Parallel()
	code, out, errs := shell("conformance", "explain", "cfn-page-04")
	require.Equal(t, exitOK, code, errs)
	for _, want := range []string{"CFN-PAGE-04 (cartfunnel)", "level    MUST", "clause   cartfunnel:48,94", "needs    List", "scene    fault ", "finds    CFN-PAGE-04a: "} {
		require.Contains(t, out, want)
	}
	_, out, _ = shell("conformance", "explain", "GEN-DUP-01")
	require.Equal(t, 4, strings.Count(out, "GEN-DUP-01 ("), "one for each API that creates")
	_, out, _ = shell("conformance", "explain", "S-BON-09")
	require.Contains(t, out, "asks     ")
	require.Contains(t, out, "holds    ")
}

// node is an adapter in JavaScript, wrong in one way, or right.
func node(t *testing.T, bug string) []string {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("no node on this machine: the adapter in JavaScript is not run")
	}
	argv := []string{"--", "env", "BUG=" + bug, "node", filepath.Join("..", "..", "conformance", "testdata", "node", "adapter.mjs")}
	return argv
}

func TestConformanceJudgesAClientAndComparesReports(t *testing.T) {
	t.Parallel()
	argv := node(t, "")
	dir := t.TempDir()
	some := []string{"conformance", "client", "--api", "cartfunnel", "--only", "CFN-SAVE-01,CFN-SAVE-04,CFN-TYPE-01,CFN-TAG-01", "--report"}
	code, out, errs := shell(append(append(some, filepath.Join(dir, "good")), argv...)...)
	require.Equal(t, exitOK, code, out+errs)
	require.Contains(t, out, "client: cartfunnel-fetch 1.0.0   clock: wall, the client is a program in JavaScript")
	require.Contains(t, out, "not claimed: AddTag (1 check)")
	require.Contains(t, out, "result: CONFORMING in what was checked")

	code, out, errs = shell(append(append(some, filepath.Join(dir, "bad")), node(t, "CFN-SAVE-01a")...)...)
	require.Equal(t, exitFailed, code, out)
	require.Contains(t, out, "FAIL CFN-SAVE-01")
	require.Equal(t, "cartdouble conformance: 1 check failed\n", errs)

	good, bad := filepath.Join(dir, "good", "report.json"), filepath.Join(dir, "bad", "report.json")
	page := filepath.Join(dir, "both.html")
	code, out, errs = shell("conformance", "diff", good, bad, "--html", page)
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "worse   CFN-SAVE-01  FAIL, was PASS: ")
	require.Contains(t, errs, "1 check got worse")
	require.FileExists(t, page)
	code, out, _ = shell("conformance", "diff", bad, good)
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "better  CFN-SAVE-01  PASS, was FAIL")
	_, out, _ = shell("conformance", "diff", good, good)
	require.Equal(t, "nothing has changed\n", out)

	code, out, _ = shell("conformance", "replay", bad, "CFN-SAVE-01")
	require.Equal(t, exitFailed, code, out)
	require.Contains(t, out, "#1 POST /v1/customers.json")
	code, out, _ = shell("conformance", "replay", good, "CFN-SAVE-04")
	require.Equal(t, exitOK, code, out)
	require.Contains(t, out, "PASS CFN-SAVE-04")
	require.Contains(t, out, "#1 POST /v1/customers.json", "the wire is on screen, although it passes")
}

func TestConformanceSmokeShowsTheLines(t *testing.T) {
	t.Parallel()
	code, out, errs := shell(append([]string{"conformance", "smoke", "--api", "cartfunnel"}, node(t, "")...)...)
	require.Equal(t, exitOK, code, errs)
	for _, want := range []string{`→ {"type":"start","protocol":1,"api":"cartfunnel"`, `← {"type":"started","name":"cartfunnel-fetch"`, `→ {"type":"call","seq":1,`, `← {"type":"result","seq":1,`, "is PASS"} {
		require.Contains(t, out, want)
	}
	code, out, errs = shell("conformance", "smoke", "--api", "cartfunnel", "--exec", "echo hello")
	require.Equal(t, exitBroken, code)
	require.Contains(t, out, "← hello")
	require.Contains(t, errs, "a line that is wrong: invalid character 'h'")
}

func TestConformanceHasExitCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lay(t, dir, map[string]string{
		"no.json":    "{}",
		"a.json":     `{"schema":"conformance_report_v1","api":"bonify","date":"2026-11-30","checks":[]}`,
		"go.json":    `{"schema":"conformance_report_v1","api":"cartly","date":"2026-11-30","again":"TestConformance","checks":[{"id":"CLY-ME-01","state":"FAIL"}]}`,
		"known.file": "CFN-SAVE-01 reason=x",
	})
	file := func(name string) string { return filepath.Join(dir, name) }
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exitUsage, "which of client, diff, explain, list, replay, server, smoke?"},
		{[]string{"lst"}, exitUsage, `unknown verb "lst" (did you mean list?)`},
		{[]string{"list", "--level", "MAY"}, exitUsage, `unknown level "MAY"`},
		{[]string{"explain"}, exitUsage, "want one id"},
		{[]string{"explain", "CFN-SAVE-99"}, exitUsage, `unknown rule "CFN-SAVE-99" (did you mean CFN-SAVE-0`},
		{[]string{"client"}, exitUsage, "--api is missing: one of "},
		{[]string{"client", "--api", "bonfy"}, exitUsage, `unknown API "bonfy" (did you mean bonify?)`},
		{[]string{"client", "--api", "bonify"}, exitUsage, "no program: want --exec"},
		{[]string{"client", "--api", "bonify", "--exec", "x", "--", "y"}, exitUsage, "--exec and -- both name a program"},
		{[]string{"client", "--api", "bonify", "--exec", "/no/such/program"}, exitBroken, "/no/such/program"},
		{[]string{"client", "--api", "cartfunnel", "--exec", "true", "--known", file("known.file")}, exitBroken, "the program ended"},
		{[]string{"server", "--api", "bonify"}, exitUsage, "the environment names no bonify service; want CARTDOUBLE_BONIFY_URL"},
		{[]string{"replay", file("a.json")}, exitUsage, "want a report and the id of a check in it"},
		{[]string{"replay", file("missing.json"), "X"}, exitUsage, "no such file"},
		{[]string{"replay", file("no.json"), "X"}, exitUsage, `no.json: conformance: a report of the form "" is not known`},
		{[]string{"replay", file("a.json"), "BON-PUT-01"}, exitUsage, `unknown check "BON-PUT-01"`},
		{[]string{"replay", file("go.json"), "CLY-ME-01"}, exitUsage, "its client is no program; play it again with go test -run '^TestConformance$/^CLY-ME-01$'"},
		{[]string{"diff", file("a.json")}, exitUsage, "want two reports, the old one first"},
		{[]string{"diff", file("a.json"), file("go.json")}, exitUsage, "the reports are about bonify and cartly"},
	} {
		code, _, errs := shell(append([]string{"conformance"}, c.args...)...)
		require.Equal(t, c.code, code, "%v: %s", c.args, errs)
		require.Contains(t, errs, c.want, c.args)
	}
	code, out, _ := shell("conformance", "--help")
	require.Equal(t, exitOK, code)
	require.Equal(t, conformanceUsage, out)
	code, out, errs := shell(append([]string{"conformance", "client", "--api", "cartfunnel", "--only", "CFN-TAG-01"}, node(t, "")...)...)
	require.Equal(t, exitIdle, code, out)
	require.Contains(t, errs, "nothing was exercised")
}

func TestConformanceJudgesAServer(t *testing.T) {
	shop := bonify.New(bonify.WithoutLimits())
	t.Cleanup(shop.Close)
	for range 3 {
		shop.Customers.Add(bonify.Customer{FirstName: "A"})
	}
	t.Setenv("CARTDOUBLE_BONIFY_SHOP_DOMAIN", shop.ShopDomain())
	t.Setenv("CARTDOUBLE_BONIFY_API_KEY", shop.APIKey())
	t.Setenv("CARTDOUBLE_BONIFY_URL", "")
	code, out, errs := shell("conformance", "server", "--api", "bonify", "--url", shop.URL(), "--pace", "-1s", "--only", "S-BON-01,S-BON-02,S-BON-04")
	require.Equal(t, exitOK, code, out+errs)
	require.Contains(t, out, "result: CONFORMING in what was checked")
	require.NotContains(t, out+errs, shop.APIKey())
	for _, x := range shop.Calls() {
		require.Equal(t, http.MethodGet, x.Method, "without --write nothing is written")
	}

	code, out, _ = shell("conformance", "server", "--api", "bonify", "--url", shop.URL(), "--pace", "-1s", "--only", "S-BON-09", "--write")
	require.Equal(t, exitFailed, code, out)
	require.Contains(t, out, "FAIL S-BON-09", "the limit is off")
}
