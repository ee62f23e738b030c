package conformance

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// sample is a suite of the checks given, on the Cartfunnel fake.
func sample(checks ...cfnCheck) *Suite[CartfunnelClient] {
	s := &Suite[CartfunnelClient]{
		api: "cartfunnel", title: "samples", edition: "test",
		secrets: []string{"secret"}, secretHeaders: []string{cfnSecret},
		flags: cfnFlags(),
		open:  func(opts ...fake.Option) server { return cartfunnel.New(opts...) },
	}
	return s.add(checks)
}

// lister is a check that passes when the client lists three customers.
func lister(id string, change ...func(*cfnCheck)) cfnCheck {
	k := cfnCheck{
		id: id, title: "lists", clause: "cartfunnel:94", level: must, summary: "A list is a list.",
		needs:  []string{"List"},
		scenes: []cfnScene{{state: cfnPeople(3)}},
		drive:  func(r *cfnRun) { cfn(r).list() },
		seen:   asked(cartfunnel.ListCustomers),
		judge:  cfnAllListed,
		mutants: []mutant{
			{"a", "reads nothing", "records-missing"},
		},
	}
	for _, f := range change {
		f(&k)
	}
	return k
}

// finds makes a check find that.
func finds(code string) func(*cfnCheck) {
	return func(k *cfnCheck) {
		k.judge = func(*cfnRun) Finding { return found(code, "nothing", "something") }
	}
}

func after1(ids ...string) func(*cfnCheck) { return func(k *cfnCheck) { k.after = ids } }

func at(l Level) func(*cfnCheck) { return func(k *cfnCheck) { k.level = l } }

// good is the adapter of the reference client.
var good = cartfunnelAdapter(nil)

// only is an adapter that lists in some way of its own.
func only(list func(ctx context.Context, env Env) error) func(fake.TB, Env) CartfunnelClient {
	return func(_ fake.TB, env Env) CartfunnelClient {
		return CartfunnelClient{List: func(ctx context.Context) ([]CartfunnelCustomer, error) { return nil, list(ctx, env) }}
	}
}

// ask sends a request as the reference client does and drops the reply.
func ask(ctx context.Context, env Env) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, env.BaseURL+"/customers.json", nil)
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

// evaluate runs a suite in a test.
func evaluate[C any](t *testing.T, s *Suite[C], mk func(fake.TB, Env) C, opts ...Option) *Report {
	t.Helper()
	e, err := newEvaluator(s, mk, opts)
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// become fails unless the checks are in these states, in order.
func become(t *testing.T, r *Report, want ...State) {
	t.Helper()
	var got []string
	for _, res := range r.Results {
		got = append(got, string(res.State))
	}
	var wanted []string
	for _, s := range want {
		wanted = append(wanted, string(s))
	}
	if strings.Join(got, ", ") != strings.Join(wanted, ", ") {
		t.Errorf("states are %q, want %q\n%s", got, wanted, r.text(false))
	}
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in:\n%s", part, text)
		}
	}
}

var errNo = errors.New("no")
