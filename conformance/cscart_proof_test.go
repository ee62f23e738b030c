package conformance

import (
	"context"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

// cscartAdapter is the adapter of the reference client.
func cscartAdapter(bug *reference.Bug) func(fake.TB, Env) CscartClient {
	return func(_ fake.TB, env Env) CscartClient {
		c := reference.NewCscart(env.BaseURL, env.Creds["email"], env.Creds["api_key"], env.HTTP, bug)
		return CscartClient{
			List: func(ctx context.Context, f CscartFilter) ([]CscartCart, error) {
				var all []CscartCart
				carts, err := c.List(ctx, reference.CartFilter(f))
				for _, one := range carts {
					all = append(all, cscartOf(one))
				}
				return all, err
			},
			Get: func(ctx context.Context, userID string) (CscartCart, error) {
				one, err := c.Get(ctx, userID)
				return cscartOf(one), err
			},
			Delete:  c.Delete,
			Status:  reference.StatusOf,
			Message: reference.MessageOf,
		}
	}
}

// cscartOf gives a cart of the reference client the names of the suite.
func cscartOf(one reference.Cart) CscartCart {
	out := CscartCart{
		UserID: one.UserID, FirstName: one.FirstName, LastName: one.LastName, IP: one.IP, OrderID: one.OrderID,
		Items: one.Items, Total: one.Total, Guest: one.Guest, Date: one.Date,
	}
	if one.Lines != nil {
		out.Lines = []CscartLine{}
	}
	for _, line := range one.Lines {
		out.Lines = append(out.Lines, CscartLine(line))
	}
	return out
}

// cscartMutants are the reference client with each of its bugs.
func cscartMutants() []Mutant[CscartClient] {
	var mutants []Mutant[CscartClient]
	for _, k := range Cscart().checks {
		for _, m := range k.mutants {
			bug := bugged(k.id + m.letter)
			mutants = append(mutants, Mutant[CscartClient]{Name: bug.Name, Make: cscartAdapter(bug), Ran: bug.Ran})
		}
	}
	return mutants
}

func TestCscartSuiteFindsWhatItSays(t *testing.T) {
	whole(t)
	t.Parallel()
	p := prove(Cscart(), cscartAdapter(nil), cscartMutants(), seeds)
	for _, problem := range p.problems {
		t.Error(problem)
	}
	golden(t, "kill-matrix-cscart.txt", p.matrix())
}
