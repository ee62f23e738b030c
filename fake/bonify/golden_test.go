package bonify_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/golden"
)

// say sends the requests of a golden that belongs to another test, as the
// beginning of a conversation.
func say(t *testing.T, shop *bonify.Server, name string) {
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
	options []bonify.Option
	limited bool
	prepare func(t *testing.T, shop *bonify.Server)
	after   func(t *testing.T, shop *bonify.Server)
}

// goldens runs each of them on a fake of its own.
func goldens(t *testing.T, of map[string]setting) {
	t.Helper()
	for name, s := range of {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := still
			if s.limited {
				start = limited
			}
			shop := start(t, s.options...)
			if s.prepare != nil {
				s.prepare(t, shop)
			}
			golden.Replay(t, name, shop.Client(), shop.BaseURL(),
				golden.Header("x-shop-domain", "your-domain.myshopify.com"), golden.Header("x-api-key", "your_api_key"))
			if s.after != nil {
				s.after(t, shop)
			}
		})
	}
}

type step = func(*testing.T, *bonify.Server)

func with(customers ...bonify.Customer) step {
	return func(_ *testing.T, shop *bonify.Server) {
		for _, c := range customers {
			shop.Customers.Add(c)
		}
	}
}

// said is a conversation that goes on.
func said(before step, names ...string) step {
	return func(t *testing.T, shop *bonify.Server) {
		t.Helper()
		before(t, shop)
		for _, name := range names {
			say(t, shop, name)
		}
	}
}

func noted(want ...string) step {
	return func(t *testing.T, shop *bonify.Server) {
		t.Helper()
		assert.Equal(t, want, notes(shop))
	}
}

// The customers of the worked exchanges.
var (
	sample = bonify.Customer{
		ID: 345345345345, Email: "apps+345@bonify.io", FirstName: "FNAME", LastName: "LNAME",
		UpdatedAt: time.Date(2021, 4, 8, 16, 30, 0, 0, time.UTC),
		Fields: []bonify.FieldValue{
			{MachineName: "radios", Value: "one", CreatedAt: time.Unix(1536680687, 0), UpdatedAt: time.Unix(1536680687, 0)},
			{MachineName: "text", Value: "Value for my custom text field.", CreatedAt: time.Unix(1536167693, 0), UpdatedAt: time.Unix(1536343123, 0)},
		},
	}
	bob = bonify.Customer{
		ID: 345345345346, Email: "bob@example.com", FirstName: "Bob", LastName: "Benning",
		CreatedAt: at(2, 1, 9), UpdatedAt: at(2, 1, 9),
	}
	bobby = bonify.Customer{
		ID: 345345345347, Email: "bob@example.com.au", FirstName: "Bobby", LastName: "van Dyke",
		CreatedAt: at(2, 2, 9), UpdatedAt: at(2, 2, 9),
	}
	carl = bonify.Customer{
		ID: 123123123123, Email: "carl@example.com", FirstName: "Carl", LastName: "Old",
		CreatedAt: at(2, 1, 9), UpdatedAt: at(2, 1, 9),
		Fields: []bonify.FieldValue{{MachineName: "text", Value: "old", CreatedAt: time.Unix(1738400400, 0), UpdatedAt: time.Unix(1738400400, 0)}},
	}
	buyer = bonify.Customer{ID: 345345345348, OrdersCount: 2}
)

// lastNames gives the last names of the shop, by id.
func lastNames(shop *bonify.Server) []string {
	var names []string
	for _, c := range shop.Customers.All() {
		names = append(names, c.LastName)
	}
	return names
}

func advance(d time.Duration) step {
	return func(_ *testing.T, shop *bonify.Server) { shop.Advance(d) }
}

func then(steps ...step) step {
	return func(t *testing.T, shop *bonify.Server) {
		t.Helper()
		for _, do := range steps {
			do(t, shop)
		}
	}
}

func talk(name string) step {
	return func(t *testing.T, shop *bonify.Server) { t.Helper(); say(t, shop, name) }
}

var (
	onePage    = []bonify.Option{bonify.WithPageSize(1)}
	twoPages   = with(sample, bob)
	bobs       = with(bob, bobby)
	updated    = said(with(carl), "UpdateCustomers_X13_1")
	noRouteFit = []bonify.Option{fake.Allow("no-route")}
)

func TestListCustomers(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"ListCustomers_X1":    {options: onePage, prepare: twoPages, after: noted()},
		"ListCustomers_X2":    {options: onePage, prepare: said(twoPages, "ListCustomers_X1"), after: backToX1},
		"ListCustomers_X3_1":  {options: onePage, prepare: said(twoPages, "ListCustomers_X1"), after: noted("unescaped-cursor")},
		"ListCustomers_X3_2":  {options: onePage, prepare: said(twoPages, "ListCustomers_X1"), after: noted("numeric-cursor")},
		"ListCustomers_X4":    {after: noted()},
		"ListCustomers_X6":    {prepare: said(then(), "CreateCustomers_X5"), after: noted()},
		"ListCustomers_X7_1":  {prepare: bobs, after: noted("loose-equals: email")},
		"ListCustomers_X7_2":  {prepare: bobs, after: noted()},
		"ListCustomers_X8_1":  {prepare: bobs, after: noted("loose-equals: last_name")},
		"ListCustomers_X8_2":  {prepare: bobs, after: noted()},
		"ListCustomers_X9_1":  {prepare: bobs, after: noted("loose-equals: last_name", "bad-filter: invalid filter: Jr")},
		"ListCustomers_X9_2":  {prepare: bobs, after: noted("bad-filter: unknown filter field: colour")},
		"ListCustomers_X9_3":  {prepare: bobs, after: noted("bad-filter: unknown filter operator: is")},
		"ListCustomers_X9_4":  {prepare: bobs, after: noted("bad-filter: operator gt is not available for email")},
		"ListCustomers_X9_5":  {prepare: bobs, after: noted("bad-filter: filter value is missing: orders_count")},
		"ListCustomers_X10_1": {options: onePage, prepare: bobs, after: noted()},
		"ListCustomers_X10_2": {options: onePage, prepare: said(bobs, "ListCustomers_X10_1"), after: noted()},
		"ListCustomers_X10_3": {options: onePage, prepare: said(bobs, "ListCustomers_X10_1", "ListCustomers_X10_2"), after: noted()},
		"ListCustomers_X23_1": {limited: true},
		"ListCustomers_X23_2": {limited: true, prepare: then(talk("ListCustomers_X23_1"), advance(999*time.Millisecond))},
		"ListCustomers_X23_3": {
			limited: true,
			prepare: then(talk("ListCustomers_X23_1"), advance(999*time.Millisecond), talk("ListCustomers_X23_2"), advance(time.Millisecond)),
		},
	})
}

// backToX1 follows the cursor back to the first page, in either parameter.
func backToX1(t *testing.T, shop *bonify.Server) {
	c := clientOf(t, shop)
	first := c.list()
	prev := cursorOf(c.list("next_page", cursorOf(first, "next_page")), "prev_page")
	for _, param := range []string{"next_page", "prev_page"} {
		got := c.list(param, prev)
		assert.Equal(t, first.body, got.body, param)
	}
}

func TestGetCustomer(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"GetCustomer_X11":   {prepare: with(sample)},
		"GetCustomer_X12":   {prepare: with(sample)},
		"GetCustomer_X13_2": {prepare: updated},
		"GetCustomer_X15_2": {prepare: said(updated, "UpdateCustomers_X15_1")},
	})
}

func TestUpdateCustomers(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"UpdateCustomers_X13_1": {prepare: with(carl), after: noted()},
		"UpdateCustomers_X14":   {prepare: updated, after: then(noted("empty-value: text"), talk("GetCustomer_X13_2"))},
		"UpdateCustomers_X15_1": {prepare: updated, after: noted("deleted-field: text")},
		"UpdateCustomers_X16":   {prepare: updated, after: talk("GetCustomer_X13_2")},
		"UpdateCustomers_X17": {prepare: with(carl, bob), after: func(t *testing.T, shop *bonify.Server) {
			assert.Equal(t, []string{"One", "Benning"}, lastNames(shop))
			noted("batch: applied 1 of 3")(t, shop)
		}},
		"UpdateCustomers_X20_1": {prepare: with(bob)},
		"UpdateCustomers_X20_2": {prepare: with(bob)},
		"UpdateCustomers_X20_3": {prepare: with(bob)},
		"UpdateCustomers_X20_4": {prepare: with(bob)},
		"UpdateCustomers_X20_5": {prepare: with(bob)},
		"UpdateCustomers_X21": {prepare: with(bob), after: func(t *testing.T, shop *bonify.Server) {
			noted("unknown-field: Text")(t, shop)
			assert.Empty(t, shop.Customers.All()[0].Fields)
		}},
	})
}

func TestCreateCustomers(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"CreateCustomers_X5": {after: func(t *testing.T, shop *bonify.Server) {
			all := shop.Customers.All()
			require.Len(t, all, 1)
			assert.EqualValues(t, 345345345345, all[0].ID)
			assert.Equal(t, []bonify.FieldValue{{MachineName: "radios", Value: "one", CreatedAt: morning, UpdatedAt: morning}}, all[0].Fields)
		}},
		"CreateCustomers_X18":   {after: func(t *testing.T, shop *bonify.Server) { assert.Zero(t, shop.Customers.Len()) }},
		"CreateCustomers_X19_1": {prepare: with(bob)},
		"CreateCustomers_X19_2": {prepare: with(bob)},
		"CreateCustomers_X19_3": {prepare: with(bob)},
		"CreateCustomers_X19_4": {prepare: with(bob)},
	})
}

func TestDeleteCustomer(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"DeleteCustomer_X22_1": {prepare: with(bob, buyer), after: func(t *testing.T, shop *bonify.Server) {
			_, there := shop.Customers.Get(bob.ID)
			assert.False(t, there)
		}},
		"DeleteCustomer_X22_2": {prepare: said(with(bob, buyer), "DeleteCustomer_X22_1")},
		"DeleteCustomer_X22_3": {prepare: said(with(bob, buyer), "DeleteCustomer_X22_1", "DeleteCustomer_X22_2"), after: func(t *testing.T, shop *bonify.Server) {
			assert.Equal(t, 1, shop.Customers.Len())
		}},
	})
}

func TestNoRoute(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"NoRoute_X24_1": {options: noRouteFit},
		"NoRoute_X24_2": {options: noRouteFit},
	})
}
