package conformance

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// The list of checks is a golden file, so that an id that changes its meaning,
// or goes, is seen in a review.
func TestCscartRules(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, r := range Cscart().Rules() {
		fmt.Fprintf(&b, "%s  %s  %s  %s\n    %s\n", r.ID, r.Level, r.Clause, r.Title, r.Summary)
		fmt.Fprintf(&b, "    needs %s", strings.Join(r.Needs, ", "))
		if r.Wire {
			b.WriteString("; the wire decides")
		}
		if r.Flags != nil {
			fmt.Fprintf(&b, "; flag %s", strings.Join(r.Flags, ", "))
		}
		if r.After != nil {
			fmt.Fprintf(&b, "; after %s", strings.Join(r.After, ", "))
		}
		b.WriteString("\n")
		for _, m := range r.Mutants {
			fmt.Fprintf(&b, "    %s\n", m)
		}
	}
	golden(t, "rules-cscart.txt", b.String())
}

// evaluateCscart runs the suite in a test.
func evaluateCscart(t *testing.T, mk func(fake.TB, Env) CscartClient, opts ...Option) *Report {
	t.Helper()
	e, err := newEvaluator(Cscart(), mk, opts)
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Whether a 404 on a delete is a success may be pinned; the reference says no.
func TestCscartDeleteGoneMayBePinned(t *testing.T) {
	t.Parallel()
	for pinned, want := range map[string]string{"either": "", "error": "", "success": "gone-is-error"} {
		r := evaluateCscart(t, cscartAdapter(nil), Only("CSC-DEL-03"), Choose("DELETE_GONE", pinned))
		if got := r.Results[0].Finding.Code; got != want {
			t.Errorf("pinned to %s: %q, want %q", pinned, got, want)
		}
	}
	forgiving := oddCscart{wrap: func(c *CscartClient) {
		remove := c.Delete
		c.Delete = func(ctx context.Context, id string) error {
			err := remove(ctx, id)
			if c.Status(err) == http.StatusNotFound {
				return nil
			}
			return err
		}
	}}
	for pinned, want := range map[string]string{"either": "", "error": "gone-is-success", "success": ""} {
		r := evaluateCscart(t, forgiving.make, Only("CSC-DEL-03"), Choose("DELETE_GONE", pinned))
		if got := r.Results[0].Finding.Code; got != want {
			t.Errorf("pinned to %s: %q, want %q", pinned, got, want)
		}
	}
}

// Neither the key nor the pair that it is sent in is shown, whatever the client
// does with it.
func TestCscartReportsShowNoKey(t *testing.T) {
	t.Parallel()
	for _, bug := range []string{"CSC-AUTH-01a", "CSC-AUTH-01b", "CSC-ACC-01a", "GEN-SECRET-01a"} {
		text := evaluateCscart(t, cscartAdapter(bugged(bug)), Only("CSC-AUTH-*", "CSC-ACC-*", "GEN-SECRET-*")).text(false)
		shop := cscart.New()
		t.Cleanup(shop.Close)
		for _, secret := range []string{
			shop.APIKey(), "Key0Of0First0And0Second000000001",
			base64.StdEncoding.EncodeToString([]byte(shop.Email() + ":" + shop.APIKey())),
			base64.StdEncoding.EncodeToString([]byte(shop.APIKey() + ":")),
		} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %q is in the report:\n%s", bug, secret, text)
			}
		}
	}
}

// watchedCscart runs a test of a client with some bug, which watches.
func watchedCscart(t *testing.T, bug string, client func(*reference.Cscart)) *Report {
	t.Helper()
	test := &recorder{name: "TestShop"}
	shop := cscart.Start(test, fake.Allow("no-route"))
	for _, c := range cscart.SampleCarts() {
		shop.Carts.Add(c)
	}
	r := Watch(test, shop)
	client(reference.NewCscart(shop.BaseURL(), shop.Email(), shop.APIKey(), shop.Client(), bugged(bug)))
	test.clean()
	return r
}

func TestCscartIsWatched(t *testing.T) {
	t.Parallel()
	all := func(c *reference.Cscart) {
		_, _ = c.List(t.Context(), reference.CartFilter{Kind: "guest", SortBy: "customer", TotalFrom: "9.5", Products: []int64{12}})
		_, _ = c.Get(t.Context(), "3")
		_ = c.Delete(t.Context(), "3")
	}
	for bug, want := range map[string]string{
		"": "", "CSC-AUTH-01a": "CSC-AUTH-01", "CSC-AUTH-01b": "CSC-AUTH-01", "CSC-URL-01a": "CSC-URL-01", "CSC-VERB-01a": "CSC-VERB-01",
		"CSC-FILT-01a": "CSC-FILT-01", "CSC-FILT-03a": "", "CSC-FILT-05a": "", "CSC-FILT-07a": "CSC-FILT-07",
	} {
		r := watchedCscart(t, bug, all)
		var failed []string
		for _, res := range r.Failed() {
			failed = append(failed, res.Rule.ID)
		}
		if got := strings.Join(failed, ", "); got != want {
			t.Errorf("%s: %q fail, want %q", bug, got, want)
		}
		if len(r.Results) != 12 {
			t.Errorf("%d results", len(r.Results))
		}
	}
	silent := watchedCscart(t, "", func(*reference.Cscart) {})
	for _, res := range silent.Results {
		if res.State != notExercised {
			t.Errorf("%s is %s, and nothing was asked", res.Rule.ID, res.State)
		}
	}
}
