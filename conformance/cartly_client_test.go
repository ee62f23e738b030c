package conformance

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// One line judges what a test's client does to a fake.
func TestCartlyIsWatched(t *testing.T) {
	t.Parallel()
	for bug, want := range map[string]map[string]State{
		"": {
			"CLY-AUTH-01": pass, "CLY-OAUTH-03": pass, "CLY-OAUTH-05": pass, "CLY-OAUTH-06": pass, "CLY-VERB-01": pass,
			"CLY-VERB-02": pass, "CLY-CT-01": pass, "CLY-CUS-01": pass, "CLY-CUS-02": pass, "CLY-HOOK-01": notExercised,
		},
		"CLY-AUTH-01b":  {"CLY-AUTH-01": fail},
		"CLY-OAUTH-03a": {"CLY-OAUTH-03": warn, "CLY-OAUTH-05": blocked},
		"CLY-OAUTH-05a": {"CLY-OAUTH-05": warn},
		"CLY-OAUTH-06a": {"CLY-OAUTH-06": warn, "CLY-CT-01": pass},
		"CLY-VERB-01a":  {"CLY-VERB-01": fail},
		"CLY-CT-01a":    {"CLY-CT-01": fail},
		"CLY-CUS-01a":   {"CLY-CUS-01": fail},
		"CLY-CUS-02a":   {"CLY-CUS-02": fail},
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			r, spy := watchedCartly(t, bug)
			for id, want := range want {
				if got := state(t, r, id); got != want {
					t.Errorf("%s is %s, want %s", id, got, want)
				}
			}
			var told strings.Builder
			if err := r.WriteJSON(&told); err != nil {
				t.Fatal(err)
			}
			told.WriteString(spy.failure())
			for _, secret := range []string{"ACCESS_TOKEN", "REFRESH_TOKEN", "zapier_secret", "at_01H8", "rt_01H8"} {
				if strings.Contains(told.String(), secret) {
					t.Errorf("%s is told: %s", secret, told.String())
				}
			}
		})
	}
}

// watchedCartly runs a test of a client with some bug, which watches.
func watchedCartly(t *testing.T, bug string) (*Report, *recorder) {
	t.Helper()
	spy := &recorder{name: "TestShop"}
	shop := cartly.Start(spy, fake.Allow("no-route"))
	r := Watch(spy, shop)
	jane := shop.Customers.Add(cartly.Customer{Email: "jane+tag@example.com"})
	c := cartlyAdapter(bugged(bug))(spy, Env{BaseURL: shop.BaseURL(), HTTP: shop.Client(), Creds: shop.Credentials()})
	ctx := t.Context()
	if at, err := c.Authorize(ctx, clyRedirect); err == nil {
		if back, err := shop.Approve(at); err == nil {
			_ = c.Callback(ctx, back)
		}
	}
	_, _ = c.FindCustomers(ctx, jane.Email)
	_, _ = c.CreateCustomer(ctx, clyJane())
	_, _ = c.UpdateCustomer(ctx, jane.ID, CartlyChange{LastName: text("Doe")})
	spy.clean()
	return r, spy
}

// Several callers share one client, and none waits for its turn longer than its
// context lasts.
func TestCartlyReferenceWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shop := cartly.Start(t)
		c := reference.NewCartly(shop.BaseURL(), reference.CartlyApp{
			ClientID: shop.ClientID(), ClientSecret: shop.ClientSecret(), Token: shop.Token(), RefreshToken: shop.RefreshToken(),
		}, shop.Client(), nil)
		shop.ExpireToken(shop.Token())
		shop.Inject(fake.NewFault("hang").On(cartly.IssueToken).Call(1))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 2)
		for range 2 {
			go func() { _, err := c.Me(ctx); done <- err }()
		}
		synctest.Wait() // one for the answer, and one for its turn
		cancel()
		for range 2 {
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		}
		if n := len(shop.Calls(cartly.IssueToken)); n > 1 {
			t.Errorf("%d requests for a token", n)
		}
	})
}
