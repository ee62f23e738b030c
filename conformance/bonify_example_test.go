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

// TestBonifyConformance tries a client of Bonify's customer fields. What the
// client cannot do, here all but to read and to delete, is left out and reported
// as not claimed.
func TestBonifyConformance(t *testing.T) {
	conformance.Run(t, conformance.Bonify(), func(_ fake.TB, env conformance.Env) conformance.BonifyClient {
		c := shopkit.NewBonify(env.BaseURL, env.Creds["shop_domain"], env.Creds["api_key"], env.HTTP, nil)
		return conformance.BonifyClient{
			Get: func(ctx context.Context, id int64) (conformance.BonifyCustomer, error) {
				one, err := c.Get(ctx, id)
				out := conformance.BonifyCustomer{
					ID: one.ID, Email: one.Email, FirstName: one.FirstName, LastName: one.LastName,
					Fields: map[string]conformance.BonifyField{},
				}
				for name, field := range one.Fields {
					out.Fields[name] = conformance.BonifyField(field)
				}
				return out, err
			},
			Delete: c.Delete,
		}
	})
}

// roll is a client that lists customers, as such clients are often written: the
// cursor goes into the URL as it came.
type roll struct{ conformance.Env }

type rollCustomer struct {
	ID    int64  `json:"id"`
	Email string `json:"email"`
}

func (c roll) list(ctx context.Context) (all []rollCustomer, err error) {
	for cursor := ""; ; {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.BaseURL+"/customers?next_page="+cursor, nil)
		if err != nil {
			return nil, err
		}
		r.Header.Set("x-shop-domain", c.Creds["shop_domain"])
		r.Header.Set("x-api-key", c.Creds["api_key"])
		answer, err := c.HTTP.Do(r)
		if err != nil {
			return nil, err
		}
		var page struct {
			Status, Message string
			NextPage        string `json:"next_page"`
			Customers       []rollCustomer
		}
		err = json.NewDecoder(answer.Body).Decode(&page)
		_ = answer.Body.Close()
		switch {
		case err != nil:
			return nil, err
		case page.Status != "okay":
			return nil, errors.New(page.Message)
		}
		if all = append(all, page.Customers...); page.NextPage == "" {
			return all, nil
		}
		cursor = page.NextPage
	}
}

// Verify your client in ten minutes: an adapter gives each function that the
// client has to the suite, and the report says what to mend first. This client
// only lists. Its bug is that a cursor has + in it, which is a blank in a query.
func ExampleBonify() {
	report, err := conformance.Evaluate(context.Background(), conformance.Bonify(), func(env conformance.Env) conformance.BonifyClient {
		return conformance.BonifyClient{
			List: func(ctx context.Context, filters ...conformance.BonifyFilter) ([]conformance.BonifyCustomer, error) {
				if filters != nil {
					return nil, errors.ErrUnsupported
				}
				customers, err := roll{env}.list(ctx)
				var all []conformance.BonifyCustomer
				for _, one := range customers {
					all = append(all, conformance.BonifyCustomer{ID: one.ID, Email: one.Email})
				}
				return all, err
			},
		}
	}, conformance.Only("BON-AUTH-*", "BON-PAGE-*"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range report.Results {
		fmt.Println(result.State, result.Rule.ID, result.Rule.Title)
	}
	// Output:
	// PASS BON-AUTH-01 both headers on every request
	// PASS BON-AUTH-02 a wrong key is an error, told once
	// BLOCKED BON-PAGE-01 all pages, by the cursor to the next
	// FAIL BON-PAGE-02 a cursor arrives as it was given
	// PASS BON-PAGE-03 next_page is passed on, prev_page is not
	// BLOCKED BON-PAGE-04 the end is that there is no next_page
	// BLOCKED BON-PAGE-05 there are no counts
	// BLOCKED BON-PAGE-06 goes on after a short or an empty page
	// PASS BON-PAGE-07 half a list is no list
	// BLOCKED BON-PAGE-08 every page is of the same list
	// PASS BON-PAGE-09 a cursor that is refused, and that of another shop
	// BLOCKED BON-PAGE-10 no parameter makes a page larger
	// NOT CLAIMED BON-PAGE-11 a list that moves while it is read
}
