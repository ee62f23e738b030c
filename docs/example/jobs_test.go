package shop_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/scenarios"
)

func TestStart(t *testing.T) {
	shop := cartfunnel.Start(t) // closes itself; the client's mistakes fail the test
	shop.Customers.Add(cartfunnel.Customer{Email: "anna@example.com"})
	c := client{shop.Client(), shop.BaseURL(), shop.Account(), shop.Secret()}

	if _, err := c.create(t.Context(), "Anna@Example.com"); err == nil {
		t.Error("an address that is taken is refused, under status 200")
	}
	if n := shop.Customers.Len(); n != 1 {
		t.Errorf("the shop holds %d customers, want 1", n)
	}
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // 30 seconds that take no time
		shop := cartfunnel.Start(t)
		shop.Inject(scenarios.SlowHeaders(30 * time.Second).On(cartfunnel.ListCustomers).Call(1))
		c := client{shop.Client(), shop.BaseURL(), shop.Account(), shop.Secret()}
		c.http.Timeout = 10 * time.Second

		if _, err := c.list(t.Context()); err == nil {
			t.Error("the shop was slower than the timeout, and nobody noticed")
		}
	})
}

func TestLostAnswer(t *testing.T) {
	run := scenarios.Replay(t, "testdata/lost-answer.txtar")
	creds := run.Credentials()
	c := client{run.Client(), run.BaseURL(), creds["account"], creds["secret"]}

	if _, err := c.create(t.Context(), "dora@example.com"); err == nil {
		t.Error("the answer was lost")
	}
	all, err := c.list(t.Context())
	if err != nil || len(all) != 1 {
		t.Errorf("got %d customers and %v; it was saved all the same", len(all), err)
	}
}
