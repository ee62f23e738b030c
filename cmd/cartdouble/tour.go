package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/conformance"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/scenarios"
)

// tourChecks are what the tour verifies of its two clients.
var tourChecks = []string{"CFN-SAVE-0[1-4]", "CFN-PAGE-0[1-3]", "GEN-DUP-01"}

// tour shows the three jobs of the module on Cartfunnel, and fails if one of
// them does not go as it says.
func tour(ctx context.Context, args []string, out, _ io.Writer) error {
	if err := parse(flag.NewFlagSet("tour", flag.ContinueOnError), args, out); err != nil {
		return err
	}
	begun := time.Now()
	for _, stop := range []struct {
		title string
		do    func(context.Context, io.Writer) error
	}{
		{"1. Start a fake and drive it", tourStart},
		{"2. Replay a scenario", tourReplay},
		{"3. Verify two clients", tourVerify},
	} {
		fmt.Fprintf(out, "%s\n\n", stop.title)
		if err := stop.do(ctx, out); err != nil {
			return fmt.Errorf("%s: %w", stop.title, err)
		}
		fmt.Fprintln(out)
	}
	_, err := fmt.Fprintf(out, "All of it took %v, and nothing left this process.\n", time.Since(begun).Round(time.Millisecond))
	return err
}

// tourStart makes a fake, talks to it over real HTTP and looks at its state.
func tourStart(ctx context.Context, out io.Writer) error {
	r := &runner{name: "tour"}
	problems := r.during(func() {
		shop := cartfunnel.Start(r)
		shop.Customers.Add(cartfunnel.Customer{Email: "anna@example.com", FirstName: "Anna"})
		c := client{http: shop.Client(), base: shop.BaseURL(), creds: shop.Credentials()}
		saved, err := c.create(ctx, map[string]any{"email": "joe@example.com"})
		if err != nil {
			r.Fatalf("%v", err)
		}
		fmt.Fprintf(out, "   POST %s/customers.json   saved with id %d\n", shop.BaseURL(), saved.ID)
		_, err = c.create(ctx, map[string]any{"email": "Anna@Example.com"})
		if err == nil {
			r.Fatalf("an address that is taken was saved")
		}
		fmt.Fprintf(out, "   the same with an address that is taken: status %d, and yet %v\n", shop.Calls()[1].Status, err)
		fmt.Fprintf(out, "   the fake holds %d customers and saw %d calls\n", shop.Customers.Len(), len(shop.Calls()))
	})
	return none(problems)
}

// tourReplay plays a shipped scenario with the right client, then with the
// careless one, which has to fail.
func tourReplay(ctx context.Context, out io.Writer) error {
	library := scenarios.Library("cartfunnel")
	i := slices.IndexFunc(library, func(s *scenarios.Scenario) bool { return s.Name() == "lost-save" })
	if i < 0 {
		return fmt.Errorf("the scenario lost-save is not in the library")
	}
	for _, careless := range []bool{false, true} {
		r := &runner{name: "tour"}
		problems := r.during(func() {
			run := library[i].Start(r)
			c := client{http: run.Client(), base: run.BaseURL(), creds: run.Credentials(), careless: careless}
			_, err := c.create(ctx, map[string]any{"email": "dora@example.com", "first_name": "Dora"})
			if err != nil {
				r.Fatalf("create: %v", err)
			}
			if _, err := c.update(ctx, 2001, map[string]any{"first_name": "Karl"}); err == nil {
				r.Errorf("a refused change was taken for saved")
			}
			if _, err := c.get(ctx, 2001); err != nil {
				r.Errorf("get: %v", err)
			}
		})
		if careless {
			if len(problems) == 0 {
				return fmt.Errorf("the careless client was not found out")
			}
			fmt.Fprintf(out, "   lost-save, careless client: red\n\n%s\n", indent(problems[0]))
			continue
		}
		if err := none(problems); err != nil {
			return err
		}
		fmt.Fprintf(out, "   lost-save, right client: green\n")
	}
	return nil
}

// tourVerify runs checks of the conformance suite against both clients.
func tourVerify(ctx context.Context, out io.Writer) error {
	for _, careless := range []bool{false, true} {
		report, err := conformance.Evaluate(ctx, conformance.Cartfunnel(), adapt(careless), conformance.Only(tourChecks...), conformance.Strict())
		if err != nil {
			return err
		}
		name := "right client"
		if careless {
			name = "careless client"
		}
		fmt.Fprintf(out, "   %s\n\n", name)
		if err := report.WriteText(indented{out}); err != nil {
			return err
		}
		if (len(report.Failed()) > 0) != careless {
			return fmt.Errorf("%s: the verdict is wrong", name)
		}
	}
	return nil
}
