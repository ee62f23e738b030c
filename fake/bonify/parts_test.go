package bonify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

func TestBatchStops(t *testing.T) {
	t.Parallel()
	const three = `{"id":123123123123,"last_name":"One"},{"id":345345345346,"last_name":"Two"},{"id":345345345347,"last_name":"Three"}`
	fault := fake.NewFault("batch-stops").Set("n", "2").On(bonify.UpdateCustomers).Call(1)
	for name, c := range map[string]struct {
		options []bonify.Option
		fault   fake.Fault
		want    string
		names   []string
	}{
		"by the policy":     {nil, fault.Set("text", "stopped"), failed("stopped"), []string{"One", "Benning", "van Dyke"}},
		"without words":     {nil, fault, failed("customer could not be saved"), []string{"One", "Benning", "van Dyke"}},
		"nothing stays":     {nil, fault.Set("policy", "all-or-nothing"), failed("customer could not be saved"), []string{"Old", "Benning", "van Dyke"}},
		"it is left out":    {nil, fault.Set("policy", "skip"), okay, []string{"One", "Benning", "Three"}},
		"by another policy": {opts(bonify.WithBatch(bonify.Skip)), fault.Set("policy", "stop"), failed("customer could not be saved"), []string{"One", "Benning", "van Dyke"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, c.options...)
			with(carl, bob, bobby)(t, shop)
			shop.Inject(c.fault)
			assert.Equal(t, c.want, clientOf(t, shop).put(one(three)).body)
			assert.Equal(t, c.names, lastNames(shop))
		})
	}
	t.Run("a batch that is too short is not hit", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(bob)(t, shop)
		armed := shop.Inject(fault.Optional())
		assert.Equal(t, okay, clientOf(t, shop).put(one(`{"id":345345345346,"last_name":"X"}`)).body)
		assert.Zero(t, armed.Fired())
	})
}

func TestLimitedAfterPart(t *testing.T) {
	t.Parallel()
	deleting := func(t *testing.T, n string, body string) (*bonify.Server, *fake.Armed, answer) {
		shop := still(t, bonify.WithFields(bonify.Field{MachineName: "a"}, bonify.Field{MachineName: "b"}, bonify.Field{MachineName: "c"}))
		for id := range int64(3) {
			shop.Customers.Add(bonify.Customer{ID: id + 1, LastName: "x", Fields: []bonify.FieldValue{{MachineName: "a", Value: "1"}, {MachineName: "b", Value: "2"}}})
		}
		armed := shop.Inject(fake.NewFault("limited-after-part").Set("n", n).Optional())
		return shop, armed, clientOf(t, shop).put(one(body), "x-delete-empty-metafields: true")
	}
	left := func(shop *bonify.Server) (counts []int) {
		for _, c := range shop.Customers.All() {
			counts = append(counts, len(c.Fields))
		}
		return counts
	}
	const (
		both = `"customer_fields":{"b":"","c":"","a":null}}`
		all  = `{"id":1,"last_name":"One",` + both + `,{"id":2,"last_name":"Two",` + both + `,{"id":3,"last_name":"Three",` + both
	)
	t.Run("deletions are counted over the call", func(t *testing.T) {
		t.Parallel()
		shop, armed, got := deleting(t, "3", all)
		assert.Equal(t, 429, got.status)
		assert.Equal(t, failed("too many requests"), got.body)
		assert.NotContains(t, got.header, "Retry-After")
		assert.Equal(t, []int{0, 1, 2}, left(shop))
		assert.Equal(t, []string{"One", "Two", "x"}, lastNames(shop))
		assert.Equal(t, 1, armed.Fired())
		assert.True(t, shop.Calls()[0].Committed)
	})
	t.Run("fewer deletions than that", func(t *testing.T) {
		t.Parallel()
		shop, armed, got := deleting(t, "7", all)
		assert.Equal(t, okay, got.body)
		assert.Equal(t, []int{0, 0, 0}, left(shop))
		assert.Zero(t, armed.Fired())
	})
	t.Run("without the header records are counted", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		shop.Inject(fake.NewFault("limited-after-part").Set("n", "2"))
		got := clientOf(t, shop).post(one(`{"phone":"1"},{"phone":"2"},{"phone":"3"}`))
		assert.Equal(t, 429, got.status)
		assert.Equal(t, 2, shop.Customers.Len())
		noted("batch: applied 2 of 3")(t, shop)
	})
}

func TestSilentlyDropped(t *testing.T) {
	t.Parallel()
	const record = `{"id":123123123123,"last_name":"New","tags":"a","accepts_marketing":true,"customer_fields":{"text":"new","radios":"one"}}`
	for _, c := range []struct {
		fields           string
		fired            int
		name, text, tags string
	}{
		{"", 1, "New", "old", "a"},
		{"last_name, text", 1, "Old", "old", "a"},
		{"tags", 1, "New", "new", ""},
		{"phone", 0, "New", "new", "a"},
	} {
		shop := still(t)
		with(carl)(t, shop)
		fault := fake.NewFault("silently-dropped").Optional()
		if c.fields != "" {
			fault = fault.Set("fields", c.fields)
		}
		armed := shop.Inject(fault)
		assert.Equal(t, okay, clientOf(t, shop).put(one(record)).body)
		got := shop.Customers.All()[0]
		assert.Equal(t, c.name, got.LastName, c.fields)
		assert.Equal(t, c.text, got.Fields[0].Value, c.fields)
		assert.Equal(t, c.tags, strings.Join(got.Tags, ","), c.fields)
		assert.Equal(t, c.fired, armed.Fired(), c.fields)
		noted()(t, shop)
	}
}

func TestCursorExpired(t *testing.T) {
	t.Parallel()
	shop := still(t, bonify.WithPageSize(1))
	fill(shop, 3)
	c := clientOf(t, shop)
	armed := shop.Inject(fake.NewFault("cursor-expired").Set("ttl", "5m").Set("times", "1"))
	first := c.list()
	next := cursorOf(first, "next_page")
	shop.Advance(5*time.Minute - 1)
	assert.Equal(t, 200, c.list("next_page", next).status)
	shop.Advance(5 * time.Minute)
	assert.Equal(t, failed("invalid page cursor"), c.list("next_page", next).body)
	assert.Equal(t, 1, armed.Fired())
	noted()(t, shop)
	assert.Equal(t, 200, c.list("next_page", next).status)
	armed = shop.Inject(fake.NewFault("cursor-expired"))
	assert.Equal(t, 200, c.list().status, "without a cursor there is none to expire")
	assert.Equal(t, 400, c.list("prev_page", next).status)
	assert.Equal(t, failed("invalid page cursor"), c.list("next_page", "made up elsewhere").body)
	assert.Equal(t, 2, armed.Fired(), "a recorded cursor expires too")
}

func TestCursorLoop(t *testing.T) {
	t.Parallel()
	shop := still(t, bonify.WithPageSize(1))
	fill(shop, 4)
	c := clientOf(t, shop)
	shop.Inject(fake.NewFault("cursor-loop").Set("from", "3"))
	page := c.list()
	page = c.list("next_page", cursorOf(page, "next_page"))
	third := c.list("next_page", cursorOf(page, "next_page"))
	assert.Equal(t, cursorOf(page, "next_page"), cursorOf(third, "next_page"))
	assert.Equal(t, third.body, c.list("next_page", cursorOf(third, "next_page")).body)
}

func TestStaleRead(t *testing.T) {
	t.Parallel()
	for _, scope := range []string{"list", "all"} {
		shop := still(t)
		with(bob)(t, shop)
		c := clientOf(t, shop)
		armed := shop.Inject(fake.NewFault("stale-read").Set("lag", "10s").Set("scope", scope).Optional())
		shop.Advance(time.Second)
		c.put(one(`{"id":345345345346,"last_name":"New"}`))
		c.post(one(`{"last_name":"Late"}`))
		shop.Advance(9 * time.Second)
		single, created := c.get("/customers/345345345346"), c.get("/customers/345345345347")
		if scope == "all" {
			assert.Equal(t, "Benning", gjson.Get(single.body, "customers.0.last_name").Str)
			assert.Equal(t, 404, created.status)
		} else {
			assert.Equal(t, "New", gjson.Get(single.body, "customers.0.last_name").Str)
			assert.Equal(t, 200, created.status)
			assert.Zero(t, armed.Fired())
		}
		assert.Equal(t, `["Benning"]`, gjson.Get(c.list().body, "customers.#.last_name").Raw)
		assert.Equal(t, "", c.ids("last_name|equals|New"))
		shop.Advance(time.Second)
		assert.Equal(t, `["New","Late"]`, gjson.Get(c.list().body, "customers.#.last_name").Raw)
	}
}

func TestTokenSwapped(t *testing.T) {
	t.Parallel()
	shop := still(t)
	with(bob)(t, shop)
	other := shop.AddShop("other.myshopify.com", "k")
	third := shop.AddShop("third.myshopify.com", "k")
	other.Customers.Add(bonify.Customer{ID: 2})
	third.Customers.Add(bonify.Customer{ID: 3})
	c := clientOf(t, shop)
	shop.Inject(fake.NewFault("token-swapped").Call(1), fake.NewFault("token-swapped").Set("account", "third.myshopify.com").Call(2))
	assert.Equal(t, "2", ids(c.list()))
	assert.Equal(t, "3", ids(c.list()))
	assert.Equal(t, "345345345346", ids(c.list()))
	assert.Contains(t, mistake(t, func(tb fake.TB) { bonify.Start(tb).Inject(fake.NewFault("token-swapped").Set("account", "x")) }), "there is no such shop")
}
