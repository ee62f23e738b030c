package conformance

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

func TestVeilHidesHalvesToo(t *testing.T) {
	t.Parallel()
	v := newVeil([]string{"your_api_secret", ""})
	for text, want := range map[string]string{
		"a your_api_secret b":      "a *** b",
		"a your_api_sec…":          "a ***…",
		`"a your…", b`:             `"a ***…", b`,
		"it is you…":               "it is you…",
		"your_api":                 "your_api",
		"your_api_se… your_api_s…": "***… ***…",
	} {
		if got := v.hide(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := newVeil(nil).hide("a…"); got != "a…" {
		t.Errorf("without secrets a text becomes %q", got)
	}
}

// A secret that stands where the lines of a report are cut was shown by half.
func TestNoHalfOfASecretIsShown(t *testing.T) {
	t.Parallel()
	const secret = "your_api_secret"
	for most := 60; most < 80; most++ {
		leaky := func(ctx context.Context, env Env) error {
			body := `{"pad":"` + strings.Repeat("x", most-20) + `","s":"` + env.Creds["secret"] + `"}`
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, env.BaseURL+"/customers.json", strings.NewReader(body))
			if err != nil {
				return err
			}
			r.Header.Set(cfnAccount, env.Creds["account"])
			r.Header.Set(cfnSecret, env.Creds["secret"])
			answer, err := env.HTTP.Do(r)
			if err != nil {
				return err
			}
			return answer.Body.Close()
		}
		quoting := func(k *cfnCheck) {
			k.judge = func(r *cfnRun) Finding { return found("quoted", "nothing", "%s", short(r.calls[0].Body)) }
		}
		report := evaluate(t, sample(lister("CFN-A-01", quoting)), only(leaky))
		text := report.text(false)
		contains(t, text, "FAIL CFN-A-01", `{"pad":"xxx`)
		if strings.Contains(text, secret[:4]) {
			t.Fatalf("part of the secret is shown:\n%s", text)
		}
	}
}
