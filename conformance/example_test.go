package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"testing"
	"testing/fstest"

	"github.com/cartdouble/cartdouble/conformance"
	shopkit "github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// TestConformance is all that a client needs to be tried: an adapter that gives
// its functions the names of the suite, and its records their fields.
func TestConformance(t *testing.T) {
	conformance.Run(t, conformance.Cartfunnel(), func(_ fake.TB, env conformance.Env) conformance.CartfunnelClient {
		c := shopkit.NewCartfunnel(env.BaseURL, env.Creds["account"], env.Creds["secret"], env.HTTP, nil)
		return conformance.CartfunnelClient{ // what is left out is reported as not claimed
			Get: func(ctx context.Context, id int64) (conformance.CartfunnelCustomer, error) {
				one, err := c.Get(ctx, id)
				return conformance.CartfunnelCustomer(one), err
			},
			Create: func(ctx context.Context, one conformance.CartfunnelCustomer) (conformance.CartfunnelCustomer, error) {
				made, err := c.Create(ctx, shopkit.Customer(one))
				return conformance.CartfunnelCustomer(made), err
			},
			Update: func(ctx context.Context, id int64, change conformance.CartfunnelChange) (conformance.CartfunnelCustomer, error) {
				now, err := c.Update(ctx, id, shopkit.Change(change))
				return conformance.CartfunnelCustomer(now), err
			},
			AddTag: c.AddTag,
		}
	})
}

// TestShop is a test that was there before, with one more line.
func TestShop(t *testing.T) {
	shop := cartfunnel.Start(t)
	conformance.Watch(t, shop)

	c := shopkit.NewCartfunnel(shop.BaseURL(), shop.Account(), shop.Secret(), shop.Client(), nil)
	if _, err := c.Create(t.Context(), shopkit.Customer{Email: "anna@example.com"}); err != nil {
		t.Fatal(err)
	}
}

// naive is a client as they are often written: what the server says about a
// save is looked at, but not all of it.
type naive struct{ conformance.Env }

type naiveCustomer struct {
	ID        int64
	Email     string
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Persisted string
}

func (c naive) call(ctx context.Context, method, path string, body any) (naiveCustomer, error) {
	var got naiveCustomer
	text, err := json.Marshal(body)
	if err != nil {
		return got, err
	}
	r, err := http.NewRequestWithContext(ctx, method, c.BaseURL+path, bytes.NewReader(text))
	if err != nil {
		return got, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-CARTFUNNEL-ACCOUNT", c.Creds["account"])
	r.Header.Set("X-CARTFUNNEL-API-SECRET", c.Creds["secret"])
	answer, err := c.HTTP.Do(r)
	if err != nil {
		return got, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode >= 300 {
		return got, errors.New(answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		return got, err
	}
	if got.Persisted != "true" {
		return got, errors.New("not saved")
	}
	return got, nil
}

// naiveAdapter claims that the client updates, and nothing else.
func naiveAdapter(env conformance.Env) conformance.CartfunnelClient {
	return conformance.CartfunnelClient{
		Update: func(ctx context.Context, id int64, change conformance.CartfunnelChange) (conformance.CartfunnelCustomer, error) {
			attributes := map[string]string{}
			for name, value := range map[string]*string{"first_name": change.FirstName, "last_name": change.LastName, "note": change.Note} {
				if value != nil {
					attributes[name] = *value
				}
			}
			got, err := naive{env}.call(ctx, http.MethodPatch, fmt.Sprintf("/customers/%d.json", id), map[string]any{"customer": attributes})
			return conformance.CartfunnelCustomer{ID: got.ID, Email: got.Email, FirstName: got.FirstName, LastName: got.LastName}, err
		},
	}
}

// A suite can be run outside a test. This client claims one function, and has a
// bug that is often met: it trusts "persisted".
func ExampleEvaluate() {
	report, err := conformance.Evaluate(context.Background(), conformance.Cartfunnel(), naiveAdapter)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, failed := range report.Failed() {
		fmt.Println(failed.State, failed.Rule.ID, failed.Rule.Title)
		fmt.Println("expected", failed.Finding.Expected)
		fmt.Println("got     ", failed.Finding.Got)
	}
	// Output:
	// FAIL CFN-SAVE-02 an update that is refused is an error
	// expected an error from Update(80156): the answer was 200, persisted "true", with errors
	// got      Update(80156) returned no error
}

// The report is for a terminal, with the exchange and the command that repeats
// the check.
func ExampleReport_WriteText() {
	report, err := conformance.Evaluate(context.Background(), conformance.Cartfunnel(), naiveAdapter,
		conformance.Client("naive v0.1.0"), conformance.Only("CFN-BODY-02", "CFN-SAVE-0[12]"), conformance.Seed(7))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := report.WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// customers (cartfunnel, edition 2026-11)   client: naive v0.1.0   clock: virtual   seed: 7
	// not claimed: Create (1 check)
	//
	//   CFN-BODY   1 ok      CFN-SAVE   1 FAIL
	//
	// FAIL CFN-SAVE-02  an update that is refused is an error                       MUST  cartfunnel:166-186
	//      rule      The document's own sample of a failed update says persisted "true", beside errors.
	//      expected  an error from Update(33340): the answer was 200, persisted "true", with errors
	//      got       Update(33340) returned no error
	//      code      no-error
	//      wire      #1 PATCH /v1/customers/33340.json {"customer":{"last_name":"Jules"}} → 200 {"id":33340,"email":"c1@example.com","created_at":"1999-12-31T19:00:00.0… (not-saved errors='An error has occurred' on=UpdateCustomer)
	//      try       curl -s -X PATCH -H 'Content-Type: application/json' -H 'X-Cartfunnel-Account: myshop' -H 'X-Cartfunnel-Api-Secret: ***' -d '{"customer":{"last_name":"Jules"}}' "$URL"'/customers/33340.json'
	//      often     looks at persisted only
	//      again     conformance.Evaluate(ctx, conformance.Cartfunnel(), adapter, conformance.Only("CFN-SAVE-02"), conformance.Seed(7))
	//
	// 3 checks: 1 pass, 1 fail, 1 not claimed
	// result: NOT CONFORMING (1 MUST)
}

// A failure that is known does not fail, for as long as the file says and for
// the reason that it gives.
func ExampleKnownFailures() {
	files := fstest.MapFS{"conformance.known": {Data: []byte(
		`CFN-SAVE-02 reason="the next release" until=2999-12-31 see=https://example.com/7 why=no-error`,
	)}}
	report, err := conformance.Evaluate(context.Background(), conformance.Cartfunnel(), naiveAdapter,
		conformance.KnownFailures(files, "conformance.known"), conformance.Only("CFN-SAVE-*"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range report.Results {
		if result.State != "NOT CLAIMED" {
			fmt.Println(result.State, result.Rule.ID, result.Note)
		}
	}
	// Output:
	// KNOWN CFN-SAVE-02 until 2999-12-31: the next release, see https://example.com/7
}

// The rules of a suite are data.
func ExampleSuite_Rules() {
	for _, rule := range conformance.Cartfunnel().Rules() {
		if rule.ID == "CFN-SAVE-02" {
			fmt.Println(rule.Level, rule.Clause, rule.Needs, rule.Flags)
			fmt.Println(rule.Summary)
			fmt.Println(rule.Mutants[0])
		}
	}
	// Output:
	// MUST cartfunnel:166-186 [Update] [PERSISTED_WITH_ERRORS]
	// The document's own sample of a failed update says persisted "true", beside errors.
	// CFN-SAVE-02a: looks at persisted only
}
