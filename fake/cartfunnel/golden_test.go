package cartfunnel_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/golden"
)

// say sends the requests of a golden that belongs to another test, as the
// beginning of a conversation.
func say(t *testing.T, shop *cartfunnel.Server, name string) {
	t.Helper()
	script, err := golden.ReadFile(filepath.Join("testdata", "golden", name+".txtar"))
	require.NoError(t, err)
	for _, x := range script.Exchanges {
		var headers []string
		for _, h := range x.Request.Header {
			headers = append(headers, h.Name+": "+h.Value)
		}
		got := clientOf(t, shop).send(x.Request.Method, x.Request.Target, string(x.Request.Body), headers...)
		require.Equal(t, string(x.Response.Body), got.body)
	}
}

// A setting is where a golden begins, and what is true after it.
type setting struct {
	options []cartfunnel.Option
	prepare func(t *testing.T, shop *cartfunnel.Server)
	after   func(t *testing.T, shop *cartfunnel.Server)
}

// goldens runs each of them on a fake of its own.
func goldens(t *testing.T, of map[string]setting) {
	t.Helper()
	for name, s := range of {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, s.options...)
			if s.prepare != nil {
				s.prepare(t, shop)
			}
			golden.Replay(t, name, shop.Client(), shop.BaseURL(),
				golden.Header("X-CARTFUNNEL-ACCOUNT", "myshop"), golden.Header("X-CARTFUNNEL-API-SECRET", "your_api_secret"))
			if s.after != nil {
				s.after(t, shop)
			}
		})
	}
}

func with(customers ...cartfunnel.Customer) func(*testing.T, *cartfunnel.Server) {
	return func(_ *testing.T, shop *cartfunnel.Server) {
		for _, c := range customers {
			shop.Customers.Add(c)
		}
	}
}

func noted(want ...string) func(*testing.T, *cartfunnel.Server) {
	return func(t *testing.T, shop *cartfunnel.Server) {
		t.Helper()
		assert.Equal(t, want, notes(shop))
	}
}

var (
	sampleTime = time.Date(2018, 12, 5, 4, 29, 37, 406e6, time.UTC)
	joe        = cartfunnel.Customer{
		ID: 1, Email: "joe@example.com", CreatedAt: sampleTime, UpdatedAt: sampleTime, AcceptsMarketing: true, FirstName: "Joe", LastName: "El",
		Note: "Special user", OrdersCount: 3, TotalSpentCents: 100000, SubscriptionsCount: 1, LastOrderID: 3200291,
	}
	anna = cartfunnel.Customer{ID: 1, Email: "anna@example.com", FirstName: "Anna"}
	two  = []cartfunnel.Customer{
		{ID: 7, Email: "b@example.com", CreatedAt: time.Date(2025, 1, 15, 12, 0, 0, 0, time.UTC)},
		{ID: 3, Email: "a@example.com", FirstName: "Ann", Note: "<VIP> & more", CreatedAt: time.Date(2025, 1, 15, 12, 0, 0, 1e6, time.UTC)},
	}
	february    = fake.At(time.Date(2019, 2, 5, 4, 29, 37, 406e6, time.UTC))
	otherBefore = with(cartfunnel.Customer{ID: 32198, Email: "other@example.com"})
)

// documentCreated is the state after the document's creation, six days later.
func documentCreated(t *testing.T, shop *cartfunnel.Server) {
	otherBefore(t, shop)
	say(t, shop, "CreateCustomer_X2")
	shop.Advance(6 * 24 * time.Hour)
}

func documentRefused(t *testing.T, shop *cartfunnel.Server) {
	documentCreated(t, shop)
	shop.Inject(fake.NewFault("not-saved").On(cartfunnel.UpdateCustomer).Call(1))
}

func annaAMinuteAgo(_ *testing.T, shop *cartfunnel.Server) {
	shop.Customers.Add(anna)
	shop.Advance(time.Minute)
}

func twoAccounts(_ *testing.T, shop *cartfunnel.Server) {
	shop.Customers.Add(joe)
	other := shop.AddAccount("othershop", "other_secret")
	other.Customers.Add(cartfunnel.Customer{ID: 900, Email: "else@example.com"})
}
