package conformance

import (
	"strings"
	"testing"
)

func TestAgainIsACommand(t *testing.T) {
	t.Parallel()
	pinned := []Choice{{Flag: "BOOL_AS_STRING", Reading: "booleans", Pinned: true}, {Flag: "END_OF_LIST", Reading: "empty"}}
	for name, c := range map[string]struct {
		report Report
		want   string
	}{
		"a test":                {Report{test: "TestShop/all_of_it", pkg: "example.com/shop"}, `go test -run '^TestShop$/^all_of_it$/^X-Y-01$' example.com/shop`},
		"a test with odd signs": {Report{test: "TestShop/a+b"}, `go test -run '^TestShop$/^a\+b$/^X-Y-01$'`},
		"a program": {
			Report{API: "bonify", Seed: 7, Choices: pinned, Command: []string{"node", "my adapter.mjs"}},
			`cartdouble conformance client --api bonify --only X-Y-01 --seed 7 --choose BOOL_AS_STRING='booleans' -- node 'my adapter.mjs'`,
		},
		"a server":        {Report{API: "cartly", Seed: 1, Target: "https://x.example/", ReadOnly: true}, `cartdouble conformance server --api cartly --only X-Y-01 --url https://x.example/`},
		"one to write":    {Report{API: "cartly", Target: "https://x.example/"}, `cartdouble conformance server --api cartly --only X-Y-01 --url https://x.example/ --write`},
		"Evaluate":        {Report{API: "cscart", Seed: 1}, `conformance.Evaluate(ctx, conformance.Cscart(), adapter, conformance.Only("X-Y-01"))`},
		"with a choice":   {Report{API: "cartfunnel", Seed: 2, Choices: pinned}, `conformance.Evaluate(ctx, conformance.Cartfunnel(), adapter, conformance.Only("X-Y-01"), conformance.Seed(2), conformance.Choose("BOOL_AS_STRING", "booleans"))`},
		"what is watched": {Report{Watched: true, test: "TestShop"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.report.Again("X-Y-01"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	if got := testedPackage(); !strings.HasSuffix(got, "/conformance") {
		t.Errorf("the package of this test is %q", got)
	}
}

// Where a finding names no exchange, one is shown all the same: the last with which
// something was wrong.
func TestThereIsSomethingToTry(t *testing.T) {
	t.Parallel()
	calls := someExchanges()
	for _, c := range []struct {
		f    Finding
		want string
	}{
		{Finding{Call: calls[0].Seq}, calls[0].URL},
		{Finding{}, calls[telling(calls)-1].URL},
	} {
		if got := tryText(calls, nil, c.f, ""); !strings.Contains(got, quoted(c.want)) {
			t.Errorf("%+v: got %s, want %s", c.f, got, c.want)
		}
	}
	if got := telling(calls); calls[got-1].Fault == "" && calls[got-1].Status == 200 {
		t.Errorf("nothing is wrong with #%d", got)
	}
	calls[0].Status, calls[0].Fault = 500, ""
	for i := range calls[1:] {
		calls[i+1].Status, calls[i+1].Fault = 200, ""
	}
	if got := telling(calls); got != calls[0].Seq {
		t.Errorf("#%d, want the one that failed", got)
	}
	if telling(nil) != 0 || tryText(nil, nil, Finding{}, "") != "" {
		t.Error("something of nothing")
	}
}
