package conformance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/cartdouble/cartdouble/conformance"
)

// ledger is a client that looks customers up, as such clients are often written:
// the query is put together by hand.
type ledger struct{ conformance.Env }

func (c ledger) find(ctx context.Context, email string) ([]conformance.CartlyCustomer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.BaseURL+"/apps/api/customers?email="+email, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.Creds["token"])
	answer, err := c.HTTP.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("customers: %s", answer.Status)
	}
	var got struct {
		Customers []struct {
			ID, Email, Phone, Note string
			FirstName              string `json:"first_name"`
			LastName               string `json:"last_name"`
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		return nil, err
	}
	var all []conformance.CartlyCustomer
	for _, one := range got.Customers {
		all = append(all, conformance.CartlyCustomer{
			ID: one.ID, Email: one.Email, FirstName: one.FirstName, LastName: one.LastName, Phone: one.Phone, Note: one.Note,
		})
	}
	return all, nil
}

// A client is tried with the functions that it has. This one finds customers, but
// for those with a plus sign in their address.
func ExampleCartly() {
	report, err := conformance.Evaluate(context.Background(), conformance.Cartly(), func(env conformance.Env) conformance.CartlyClient {
		return conformance.CartlyClient{FindCustomers: ledger{env}.find}
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, failed := range report.Failed() {
		fmt.Println(failed.Rule.ID, failed.Rule.Clause, failed.Rule.Title)
		fmt.Println("  expected", failed.Finding.Expected)
		fmt.Println("  got     ", failed.Finding.Got)
	}
	// Output:
	// CLY-CUS-01 cartly:62 an address is looked for as it is
	//   expected the address with its plus sign, escaped as %2B
	//   got      "jane tag@example.com" is what the server reads
}
