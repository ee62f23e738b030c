package conformance_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/cartdouble/cartdouble/conformance"
	shopkit "github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

// cartOf gives a cart the names of the suite.
func cartOf(one shopkit.Cart) conformance.CscartCart {
	out := conformance.CscartCart{
		UserID: one.UserID, FirstName: one.FirstName, LastName: one.LastName, IP: one.IP, OrderID: one.OrderID,
		Items: one.Items, Total: one.Total, Guest: one.Guest, Date: one.Date,
	}
	for _, line := range one.Lines {
		out.Lines = append(out.Lines, conformance.CscartLine(line))
	}
	return out
}

// TestCscartConformance tries a client of the carts of a CS-Cart shop. What the
// client cannot do, here to list, is left out and reported as not claimed.
func TestCscartConformance(t *testing.T) {
	conformance.Run(t, conformance.Cscart(), func(_ fake.TB, env conformance.Env) conformance.CscartClient {
		c := shopkit.NewCscart(env.BaseURL, env.Creds["email"], env.Creds["api_key"], env.HTTP, nil)
		return conformance.CscartClient{
			Get: func(ctx context.Context, userID string) (conformance.CscartCart, error) {
				one, err := c.Get(ctx, userID)
				return cartOf(one), err
			},
			Delete:  c.Delete,
			Status:  shopkit.StatusOf,
			Message: shopkit.MessageOf,
		}
	})
}

// shopper is a client as they are often written: the cart of a member was at
// hand, that of a guest was not.
type shopper struct{ conformance.Env }

func (c shopper) get(ctx context.Context, userID string) (conformance.CscartCart, error) {
	var cart struct {
		UserID string `json:"user_id"`
		Total  string `json:"total"`
		User   struct {
			FirstName string `json:"firstname"`
		} `json:"user_data"`
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.BaseURL+"/api/carts/"+userID, nil)
	if err != nil {
		return conformance.CscartCart{}, err
	}
	r.SetBasicAuth(c.Creds["email"], c.Creds["api_key"])
	answer, err := c.HTTP.Do(r)
	if err != nil {
		return conformance.CscartCart{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return conformance.CscartCart{}, errors.New(answer.Status)
	}
	err = json.NewDecoder(answer.Body).Decode(&cart)
	return conformance.CscartCart{UserID: cart.UserID, Total: cart.Total, FirstName: cart.User.FirstName}, err
}

// A client that gets carts is tried with those of members and of guests. This one
// has a bug that is often met: for a guest, user_data is an empty list.
func ExampleCscart() {
	report, err := conformance.Evaluate(context.Background(), conformance.Cscart(), func(env conformance.Env) conformance.CscartClient {
		return conformance.CscartClient{Get: shopper{env}.get}
	}, conformance.Only("CSC-AUTH-01", "CSC-TYPE-01"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range report.Results {
		fmt.Println(result.State, result.Rule.ID, result.Rule.Title)
		if result.Finding.Code != "" {
			fmt.Println("expected", result.Finding.Expected)
		}
	}
	// Output:
	// PASS CSC-AUTH-01 Basic, of the e-mail address and the key
	// FAIL CSC-TYPE-01 user_data is an empty list for a guest, and an object for a member
	// expected the cart of user 1001
}
