package conformance

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// watched runs a test of a client with some bug, which watches.
func watched(t *testing.T, bug string, opts ...Option) (*Report, *recorder) {
	t.Helper()
	test := &recorder{name: "TestShop"}
	shop := cartfunnel.Start(test, fake.Allow("no-route"))
	r := Watch(test, shop, opts...)
	if r.Results != nil {
		t.Error("there are results before the test is over")
	}
	c := reference.NewCartfunnel(shop.BaseURL(), shop.Account(), shop.Secret(), shop.Client(), bugged(bug))
	ctx := t.Context()
	made, _ := c.Create(ctx, reference.Customer{Email: "anna@example.com", Tags: []string{"vip"}})
	_, _ = c.Get(ctx, 1)
	name := "Anna"
	_, _ = c.Update(ctx, made.ID, reference.Change{FirstName: &name})
	_, _ = c.List(ctx)
	test.clean()
	return r, test
}

func state(t *testing.T, r *Report, id string) State {
	t.Helper()
	for _, res := range r.Results {
		if res.Rule.ID == id {
			return res.State
		}
	}
	t.Errorf("there is no %s", id)
	return ""
}

func TestWatchJudgesWhatTheTestDid(t *testing.T) {
	t.Parallel()
	r, test := watched(t, "")
	if test.Failed() || r.Failed() != nil {
		t.Errorf("it fails: %s", test.failure())
	}
	if len(r.Results) != 11 || !r.Watched {
		t.Errorf("%d results", len(r.Results))
	}
	for _, res := range r.Results {
		want := pass
		if res.Rule.ID == "CFN-PAGE-03" {
			want = notExercised // one page is all there is
		}
		if res.State != want {
			t.Errorf("%s is %s", res.Rule.ID, res.State)
		}
	}
	contains(t, strings.Join(test.log(), "\n"), "conformance: 11 checks: 10 pass, 1 not exercised: CONFORMING in what was checked")
}

func TestWatchFailsTheTest(t *testing.T) {
	t.Parallel()
	for bug, id := range map[string]string{
		"CFN-AUTH-01a": "CFN-AUTH-01",
		"CFN-AUTH-02a": "CFN-AUTH-02",
		"CFN-AUTH-03a": "CFN-AUTH-03",
		"CFN-URL-01a":  "CFN-URL-01",
		"CFN-URL-02a":  "CFN-URL-02",
		"CFN-VERB-01a": "CFN-VERB-01",
		"CFN-BODY-01a": "CFN-BODY-01",
		"CFN-CT-01a":   "CFN-CT-01",
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			r, test := watched(t, bug)
			if got := state(t, r, id); got != fail {
				t.Errorf("%s is %s", id, got)
			}
			contains(t, test.failure(), "FAIL "+id)
			if strings.Contains(test.failure(), "your_api_secret") {
				t.Errorf("the secret is told: %s", test.failure())
			}
		})
	}
}

func TestWatchWarns(t *testing.T) {
	t.Parallel()
	r, test := watched(t, "CFN-BODY-03b")
	if got := state(t, r, "CFN-BODY-03"); got != warn || test.Failed() {
		t.Errorf("%s, %s", got, test.failure())
	}
	_, test = watched(t, "CFN-BODY-03b", Strict())
	contains(t, test.failure(), "WARN CFN-BODY-03", "one comma-separated string", "-d '{\"customer\":{\"email\":\"anna@example.com\",\"tag_list\":[\"vip\"]}}'")
	r, _ = watched(t, "CFN-BODY-03b", Only("CFN-BODY-*"))
	if len(r.Results) != 2 {
		t.Errorf("%d results", len(r.Results))
	}
}

// A test may well use several secrets, wrong ones too: which was configured,
// the wire does not tell.
func TestWatchKnowsNoConfiguration(t *testing.T) {
	t.Parallel()
	test := &recorder{name: "TestShop"}
	shop := cartfunnel.Start(test)
	r := Watch(test, shop)
	c := reference.NewCartfunnel(shop.BaseURL(), "other", "wrong", shop.Client(), nil)
	if _, err := c.List(t.Context()); err == nil {
		t.Error("no error")
	}
	test.clean()
	if got := state(t, r, "CFN-AUTH-01"); got != pass {
		t.Errorf("CFN-AUTH-01 is %s", got)
	}
}

// A program may well show one page of a list.
func TestWatchLetsATestAskForOnePage(t *testing.T) {
	t.Parallel()
	for pages, want := range map[string]State{"2 3": pass, "1 2 3": pass, "1 3": fail, "3 0": fail} {
		test := &recorder{name: "TestShop"}
		shop := cartfunnel.Start(test)
		r := Watch(test, shop)
		for page := range strings.FieldsSeq(pages) {
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, shop.BaseURL()+"/customers.json?page="+page, nil)
			r.Header.Set(cfnAccount, shop.Account())
			r.Header.Set(cfnSecret, shop.Secret())
			answer, err := shop.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
		}
		test.clean()
		if got := state(t, r, "CFN-PAGE-03"); got != want {
			t.Errorf("pages %s: CFN-PAGE-03 is %s", pages, got)
		}
	}
}

// foreign is a fake of an API that there is no suite for.
type foreign struct{}

func (foreign) API() fake.API                   { return fake.API{Name: "cartfumble"} }
func (foreign) Calls(...string) []fake.Exchange { return nil }
func (foreign) Findings() []fake.Finding        { return nil }

func TestWatchRefuses(t *testing.T) {
	t.Parallel()
	refused := func(w Watched, opts ...Option) string {
		test := &recorder{name: "TestShop"}
		done := make(chan bool)
		go func() { // Fatalf ends the goroutine of a test
			defer close(done)
			Watch(test, w, opts...)
		}()
		<-done
		return test.failure()
	}
	if got := refused(foreign{}); got != "conformance: there is no suite for cartfumble" {
		t.Error(got)
	}
	if got := refused(cartfunnel.Start(t), Only("X")); !strings.Contains(got, `conformance: Only("X") fits no check`) {
		t.Error(got)
	}
	if got := refused(cartfunnel.Start(t), Only("[")); !strings.HasPrefix(got, "conformance: Only") {
		t.Error(got)
	}
}
