package bonify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

func TestDefaults(t *testing.T) {
	t.Parallel()
	shop := bonify.Start(t)
	assert.Equal(t, "https://apps.bonify.io"+v2, shop.BaseURL())
	assert.True(t, strings.HasSuffix(shop.URL(), v2), shop.URL())
	assert.Equal(t, fake.Credentials{"shop_domain": "your-domain.myshopify.com", "api_key": "your_api_key"}, shop.Credentials())
	assert.Equal(t, "your-domain.myshopify.com", shop.ShopDomain())
	assert.Equal(t, "your_api_key", shop.APIKey())
	assert.Equal(t, []bonify.Field{{MachineName: "radios", Label: "Radios"}, {MachineName: "text", Label: "Text"}}, shop.Fields())
	assert.WithinDuration(t, time.Now(), shop.Now(), time.Minute)
}

func TestNewIsClosedByHand(t *testing.T) {
	t.Parallel()
	shop := bonify.New(bonify.WithShop("x.myshopify.com", "k"), fake.At(morning))
	defer shop.Close()
	assert.Equal(t, 200, clientOf(t, shop).list().status)
	assert.Panics(t, func() { shop.RemoveField("zoo") })
}

func TestIDs(t *testing.T) {
	t.Parallel()
	shop := still(t)
	other := shop.AddShop("other.myshopify.com", "k")
	assert.EqualValues(t, 345345345345, shop.Customers.Add(bonify.Customer{}).ID)
	assert.EqualValues(t, 345345345346, other.Customers.Add(bonify.Customer{}).ID)
	shop.Customers.Add(bonify.Customer{ID: 7})
	shop.Customers.Add(bonify.Customer{ID: 400000000000})
	shop.Customers.Remove(400000000000)
	assert.EqualValues(t, 400000000001, other.Customers.Add(bonify.Customer{}).ID)
	state := shop.Snapshot()
	clientOf(t, shop).post(one(`{"phone":"1"}`))
	shop.Restore(state)
	clientOf(t, shop).post(one(`{"phone":"1"}`))
	_, there := shop.Customers.Get(400000000002)
	assert.True(t, there)
	shop.Reset()
	assert.EqualValues(t, 345345345345, shop.Customers.Add(bonify.Customer{}).ID)
}

func TestSeveralShops(t *testing.T) {
	t.Parallel()
	shop := still(t)
	other := shop.AddShop("other.myshopify.com", "other_key")
	c, o := clientOf(t, shop), clientOf(t, shop).as(other.ShopDomain(), other.APIKey())
	with(bob)(t, shop)
	assert.Equal(t, nothing, o.list().body)
	assert.Equal(t, failed("customer not found"), o.get("/customers/345345345346").body)
	assert.Equal(t, failed("customer not found"), o.delete("345345345346").body)
	assert.Equal(t, failed("customer not found"), o.put(one(`{"id":345345345346,"phone":"1"}`)).body)
	assert.Equal(t, okay, o.post(one(`{"email":"bob@example.com","customer_fields":{"text":"t"}}`)).body, "an address is taken in one shop")
	assert.Equal(t, "345345345347", o.ids("shop_id|equals|2"))
	assert.Equal(t, "", c.ids("shop_id|equals|2"))
	other.DefineField(bonify.Field{MachineName: "extra"})
	assert.Len(t, other.Fields(), 3)
	assert.Len(t, shop.Fields(), 2)

	shop.AddKey("second")
	assert.Equal(t, 200, c.as(shop.ShopDomain(), "second").list().status)
	assert.Equal(t, 403, o.as(other.ShopDomain(), "second").list().status)
	shop.RevokeKey("your_api_key")
	assert.Equal(t, 403, c.list().status)
	other.RevokeKey("other_key")
	assert.Equal(t, 403, o.list().status)

	shop.Reset()
	assert.Equal(t, nothing, c.list().body)
	assert.Equal(t, 403, c.as(shop.ShopDomain(), "second").list().status)
	assert.Equal(t, 403, o.list().status)
}

func TestLifeInTheShop(t *testing.T) {
	t.Parallel()
	shop := still(t)
	c := shop.Register(bonify.Customer{Email: "ann@example.com"})
	assert.Equal(t, morning, c.CreatedAt)
	assert.Equal(t, morning, c.UpdatedAt)
	shop.Advance(1500 * time.Millisecond)
	second := morning.Add(time.Second)
	c = shop.PlaceOrder(c.ID, 1250)
	c = shop.PlaceOrder(c.ID, 50)
	assert.Equal(t, 2, c.OrdersCount)
	assert.EqualValues(t, 1300, c.TotalSpentCents)
	assert.Equal(t, []time.Time{second, second}, c.OrderDates)
	assert.Equal(t, second, c.UpdatedAt)
	shop.Advance(time.Second)
	c = shop.AbandonCart(c.ID)
	assert.Equal(t, morning.Add(2*time.Second), c.LastAbandonedOrderDate)
	c = shop.SetField(c.ID, "text", "hello")
	shop.Advance(time.Second)
	c = shop.SetField(c.ID, "text", "hello")
	third := morning.Add(3 * time.Second)
	assert.Equal(t, []bonify.FieldValue{{MachineName: "text", Value: "hello", CreatedAt: morning.Add(2 * time.Second), UpdatedAt: third}}, c.Fields)
	assert.Equal(t, third, c.UpdatedAt)
	shop.Advance(time.Second)
	c = shop.ClearField(c.ID, "text")
	assert.Nil(t, c.Fields)
	assert.Equal(t, morning.Add(4*time.Second), c.UpdatedAt)
	assert.Equal(t, "345345345345", clientOf(t, shop).ids("order_date|equals|2025-03-01,last_abandoned_order_date|not_empty,total_spent|equals|13"))
}

func TestCustomersAreCompleted(t *testing.T) {
	t.Parallel()
	shop := still(t)
	zone := time.FixedZone("", 3600)
	added := shop.Customers.Add(bonify.Customer{
		CreatedAt: time.Date(2020, 1, 1, 1, 0, 0, 999, zone), OrderDates: []time.Time{time.Date(2020, 1, 1, 1, 0, 0, 5, zone)}, Tags: []string{},
		Fields: []bonify.FieldValue{{MachineName: "text", Value: "1"}, {MachineName: "radios", Value: "2"}, {MachineName: "text", Value: "3"}, {MachineName: "text", Value: "4"}},
	})
	midnight := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	assert.Equal(t, midnight, added.CreatedAt)
	assert.Equal(t, midnight, added.UpdatedAt)
	assert.Equal(t, []time.Time{midnight}, added.OrderDates)
	assert.Nil(t, added.Tags)
	assert.Equal(t, "disabled", added.State)
	assert.Equal(t, []bonify.FieldValue{
		{MachineName: "text", Value: "4", CreatedAt: morning, UpdatedAt: morning}, {MachineName: "radios", Value: "2", CreatedAt: morning, UpdatedAt: morning},
	}, added.Fields)

	shop.Advance(time.Hour)
	changed := shop.Customers.Change(added.ID, func(c *bonify.Customer) { c.Fields[0].Value = "5" })
	assert.Equal(t, morning.Add(time.Hour), changed.UpdatedAt)
	assert.Equal(t, morning.Add(time.Hour), changed.Fields[0].UpdatedAt)
	assert.Equal(t, morning, changed.Fields[0].CreatedAt)
	assert.Equal(t, morning, changed.Fields[1].UpdatedAt)
	changed = shop.Customers.Change(added.ID, func(c *bonify.Customer) { c.UpdatedAt = midnight })
	assert.Equal(t, midnight, changed.UpdatedAt)
	changed.Fields[0].Value = "mine"
	kept, _ := shop.Customers.Get(added.ID)
	assert.Equal(t, "5", kept.Fields[0].Value)
}

func TestDefinitionsCanChange(t *testing.T) {
	t.Parallel()
	shop := still(t)
	with(sample)(t, shop)
	c := clientOf(t, shop)
	read := func() string {
		return gjson.Get(c.list().body, "customers.0.customer_fields.#.label").Raw
	}
	assert.Equal(t, `["Radios","Text"]`, read())
	shop.RemoveField("radios")
	assert.Equal(t, `["Text"]`, read())
	assert.Equal(t, "unknown filter field: radios", c.ids("radios|empty"))
	shop.DefineField(bonify.Field{MachineName: "radios", Label: "Again"})
	assert.Equal(t, `["Text","Again"]`, read())
	assert.Equal(t, "345345345345", c.ids(`radios|equals|"one"`))
	shop.DefineField(bonify.Field{MachineName: "late"})
	shop.SetField(sample.ID, "late", "x")
	assert.Equal(t, `["Text","Again","late"]`, read())

	state := shop.Snapshot()
	shop.Reset()
	with(sample)(t, shop)
	assert.Equal(t, `["Radios","Text"]`, read())
	shop.Restore(state)
	assert.Equal(t, `["Text","Again","late"]`, read())
	assert.Equal(t, state, shop.Snapshot())
	shop.Restore(fake.Snapshot(`{"fields":[{"machine_name":"text","label":"Only"}]}`))
	assert.Equal(t, `["Only"]`, read())
	shop.Restore(fake.Snapshot(`{"customers":[{"id":5,"customer_fields":[{"machine_name":"text","value":"v"}]}],"fields":[{"machine_name":"text"}]}`))
	assert.Equal(t, `["text"]`, read())
}

func TestMistakesOfTheTest(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(*bonify.Server){
		"bonify: customers: Add: id 345345345346 is in use": func(s *bonify.Server) { s.Customers.Add(bob) },
		"bonify: customers: Add: id 345345345346 is in use in the shop your-domain.myshopify.com": func(s *bonify.Server) {
			s.AddShop("other.myshopify.com", "k").Customers.Add(bob)
		},
		"bonify: Register: another customer has the address BOB@example.com":                                           func(s *bonify.Server) { s.Register(bonify.Customer{Email: "BOB@example.com"}) },
		`bonify: SetField: the shop has no field "Text"; it has ["radios" "text"]`:                                     func(s *bonify.Server) { s.SetField(bob.ID, "Text", "x") },
		`bonify: ClearField: the shop has no field "zoo"; it has ["radios" "text"]`:                                    func(s *bonify.Server) { s.ClearField(bob.ID, "zoo") },
		`bonify: RemoveField: the shop has no field "zoo"; it has ["radios" "text"]`:                                   func(s *bonify.Server) { s.RemoveField("zoo") },
		`bonify: fields: Add: the shop has a field "text"`:                                                             func(s *bonify.Server) { s.DefineField(bonify.Field{MachineName: "text"}) },
		`bonify: fields: Add: a field needs a machine name`:                                                            func(s *bonify.Server) { s.DefineField(bonify.Field{}) },
		`bonify: fields: Add: field x: there is no type "colour"`:                                                      func(s *bonify.Server) { s.DefineField(bonify.Field{MachineName: "x", Type: "colour"}) },
		`bonify: AddShop("your-domain.myshopify.com", …): there is such a shop already`:                                func(s *bonify.Server) { s.AddShop("your-domain.myshopify.com", "k") },
		`bonify: AddShop("https://x.myshopify.com", …): want the bare domain in lower case: your-domain.myshopify.com`: func(s *bonify.Server) { s.AddShop("https://x.myshopify.com", "k") },
		`bonify: AddKey: no request can carry an empty key`:                                                            func(s *bonify.Server) { s.AddKey("") },
		"bonify: fault not-saved: persisted=: this API answers a refused save with a message and nothing else":         func(s *bonify.Server) { s.Inject(fake.NewFault("not-saved").Set("persisted", "true")) },
	} {
		got := mistake(t, func(tb fake.TB) {
			shop := bonify.Start(tb)
			shop.Customers.Add(bob)
			use(shop)
		})
		assert.Equal(t, name, got)
	}
	for name, o := range map[string]bonify.Option{
		"WithShop: no request can carry an empty domain or key": bonify.WithShop("", "k"),
		"WithShop: want the bare domain in lower case":          bonify.WithShop("X.myshopify.com", "k"),
		"WithFields: a field needs a machine name":              bonify.WithFields(bonify.Field{}),
		"WithFields: field a is defined twice":                  bonify.WithFields(bonify.Field{MachineName: "a"}, bonify.Field{MachineName: "a"}),
		"WithPageSize: 0 records a page; want 1 to 50":          bonify.WithPageSize(0),
		"WithPageSize: 51 records a page; want 1 to 50":         bonify.WithPageSize(51),
		"WithOrder: name; want one of [updated id]":             bonify.WithOrder("name"),
		"WithCursorFilters: x; want one of":                     bonify.WithCursorFilters("x"),
		"WithBadFilters: x; want one of [reject ignore]":        bonify.WithBadFilters("x"),
		"WithUnknownFields: x; want one of [ignore reject]":     bonify.WithUnknownFields("x"),
		"WithEmptyValues: x; want one of [keep store]":          bonify.WithEmptyValues("x"),
		"WithBatch: x; want one of [stop all-or-nothing skip]":  bonify.WithBatch("x"),
		"WithSearchLag: want a time above 0":                    bonify.WithSearchLag(0),
		"WithUnknownCustomer: 400; want one of [404 200]":       bonify.WithUnknownCustomer(400),
		"WithDeleteUnknown: 400; want one of [404 200]":         bonify.WithDeleteUnknown(400),
		"WithPutUnknown: 200; want one of [400 404]":            bonify.WithPutUnknown(200),
	} {
		assert.Contains(t, mistake(t, func(tb fake.TB) { bonify.Start(tb, o) }), name)
	}
}

// A listener is a test that fails, and what it is told at its end.
type listener struct {
	testing.TB
	cleanups []func()
	logs     []string
}

func (l *listener) Cleanup(f func())      { l.cleanups = append(l.cleanups, f) }
func (l *listener) Failed() bool          { return true }
func (l *listener) Errorf(string, ...any) {}
func (l *listener) Logf(format string, args ...any) {
	l.logs = append(l.logs, fmt.Sprintf(format, args...))
}

func TestAdviceOnTheLimit(t *testing.T) {
	t.Parallel()
	for _, calls := range []int{1, 3} {
		l := &listener{TB: t}
		shop := bonify.Start(l, fake.At(morning), fake.Frozen())
		for range calls {
			clientOf(t, shop).list()
		}
		for i := len(l.cleanups) - 1; i >= 0; i-- {
			l.cleanups[i]()
		}
		require.NotEmpty(t, l.logs)
		last := l.logs[len(l.logs)-1]
		assert.Equal(t, calls > 1, strings.Contains(last, "the limit of 1 call a second refused 2 calls"), last)
		if calls > 1 {
			assert.Contains(t, last, "synctest")
		}
	}
}
