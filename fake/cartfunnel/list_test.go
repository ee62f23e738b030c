package cartfunnel_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

var itoa = strconv.Itoa

// ids are the ids of a list, as sent.
func ids(a answer) string {
	var all []string
	for _, id := range gjson.Get(a.body, "#.id").Array() {
		all = append(all, id.Raw)
	}
	return strings.Join(all, " ")
}

func TestListCustomers(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"ListCustomers_X5": {prepare: with(two...)},
		"ListCustomers_X6": {prepare: with(two...), after: noted()},
		"ListCustomers_X7": {prepare: func(_ *testing.T, shop *cartfunnel.Server) { fill(shop, 1, 101) }},
		"ListCustomers_X8": {},
		"ListCustomers_X20": {
			options: []cartfunnel.Option{cartfunnel.WithNativeBooleans(), cartfunnel.WithNullLastOrder(), cartfunnel.WithContentType("text/json; charset=utf-8")},
			prepare: with(cartfunnel.Customer{ID: 1, Email: "anna@example.com", TaxExempt: true}),
		},
	})
	t.Run("an empty account has an empty list", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "[]", clientOf(t, still(t)).get("/customers.json").body)
	})
	t.Run("pages of 100 until an empty one", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		c := clientOf(t, shop)
		fill(shop, 1, 100)
		assert.Equal(t, "[]", c.get("/customers.json?page=2").body)
		fill(shop, 101, 250)
		for page, want := range map[string][2]int64{"": {1, 100}, "?page=1": {1, 100}, "?page=2": {101, 200}, "?page=3": {201, 250}} {
			list := gjson.Parse(c.get("/customers.json" + page).body).Array()
			assert.Len(t, list, int(want[1]-want[0]+1), page)
			assert.Equal(t, want[0], list[0].Get("id").Int(), page)
			assert.Equal(t, want[1], list[len(list)-1].Get("id").Int(), page)
		}
		for _, page := range []string{"4", "5", "92233720368547758", "9223372036854775807", "9223372036854775808", strings.Repeat("9", 400)} {
			assert.Equal(t, "[]", c.get("/customers.json?page="+page).body, page)
		}
		assert.Empty(t, shop.Findings())
	})
	t.Run("odd pages count as the first", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(two...)(t, shop)
		c := clientOf(t, shop)
		want := c.get("/customers.json").body
		for _, page := range []string{"0", "000", "-1", "two", "", "1.0", "+1", "1e3", "%201", "٢", "1%00"} {
			assert.Equal(t, want, c.get("/customers.json?page="+page).body, page)
		}
		assert.Equal(t, []string{
			"odd-page: 0", "odd-page: 000", "odd-page: -1", "odd-page: two", "odd-page: ", "odd-page: 1.0", "odd-page:  1",
			"odd-page: 1e3", "odd-page:  1", "odd-page: ٢", "odd-page: 1\x00",
		}, notes(shop))
	})
	t.Run("leading zeros, and the first of two pages", func(t *testing.T) {
		t.Parallel()
		shop := still(t, cartfunnel.WithPageSize(1))
		with(two...)(t, shop)
		c := clientOf(t, shop)
		assert.Equal(t, "7", ids(c.get("/customers.json?page=002")))
		assert.Equal(t, "7", ids(c.get("/customers.json?page=2&page=1")))
		assert.Equal(t, "3", ids(c.get("/customers.json?page&page=2")))
		assert.Equal(t, []string{"odd-page: "}, notes(shop))
	})
	t.Run("other parameters are left out", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(two...)(t, shop)
		assert.Equal(t, "3 7", ids(clientOf(t, shop).get("/customers.json?per_page=1&limit=1&email=a@example.com&Page=2&per_page=3&%zz=1&;")))
		assert.Equal(t, []string{"ignored-parameter: Page", "ignored-parameter: email", "ignored-parameter: limit", "ignored-parameter: per_page"}, notes(shop))
	})
	t.Run("a body is not read", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		a := clientOf(t, shop).send("GET", "/v1/customers.json", `{"not":`, "Content-Type: text/plain")
		assert.Equal(t, "[]", a.body)
		assert.Empty(t, shop.Findings())
	})
	t.Run("only the caller's account", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		twoAccounts(t, shop)
		c := clientOf(t, shop)
		assert.Equal(t, "1", ids(c.get("/customers.json")))
		assert.Equal(t, "900", ids(c.as("othershop", "other_secret").get("/customers.json")))
	})
	t.Run("each page is of the present table", func(t *testing.T) {
		t.Parallel()
		shop := still(t, cartfunnel.WithPageSize(2))
		fill(shop, 1, 4)
		c := clientOf(t, shop)
		assert.Equal(t, "1 2", ids(c.get("/customers.json")))
		shop.Customers.Remove(1)
		assert.Equal(t, "4", ids(c.get("/customers.json?page=2")))
	})
}

func TestPageDrift(t *testing.T) {
	t.Parallel()
	drift := func(words ...string) fake.Fault {
		f := fake.NewFault("page-drift")
		for i := 0; i < len(words); i += 2 {
			f = f.Set(words[i], words[i+1])
		}
		return f
	}
	t.Run("gone are those that were read", func(t *testing.T) {
		t.Parallel()
		shop := still(t, cartfunnel.WithPageSize(2))
		fill(shop, 1, 5)
		c := clientOf(t, shop)
		shop.Inject(drift("delete", "1"))
		assert.Equal(t, "1 2", ids(c.get("/customers.json")))
		assert.Equal(t, "4 5", ids(c.get("/customers.json?page=2")), "3 is skipped")
	})
	t.Run("new ones come first in a list of the newest", func(t *testing.T) {
		t.Parallel()
		shop := still(t, cartfunnel.WithPageSize(2), cartfunnel.WithNewestFirst())
		fill(shop, 1, 4)
		shop.Customers.Add(cartfunnel.Customer{Email: "Drift-1@example.com"})
		c := clientOf(t, shop)
		shop.Inject(drift("insert", "1"))
		assert.Equal(t, "5 4", ids(c.get("/customers.json")))
		assert.Equal(t, "4 3", ids(c.get("/customers.json?page=2")), "4 is repeated")
		added, _ := shop.Customers.Get(6)
		assert.Equal(t, cartfunnel.Customer{ID: 6, Email: "drift-2@example.com", CreatedAt: noon, UpdatedAt: noon}, added)
	})
	t.Run("the newest go first", func(t *testing.T) {
		t.Parallel()
		shop := still(t, cartfunnel.WithPageSize(2), cartfunnel.WithNewestFirst())
		fill(shop, 1, 5)
		c := clientOf(t, shop)
		shop.Inject(drift("delete", "9", "at-page", "2"))
		assert.Equal(t, "1", ids(c.get("/customers.json?page=2")))
		assert.Equal(t, 3, shop.Customers.Len(), "only what was read can go")
	})
	t.Run("touched are those that were read", func(t *testing.T) {
		t.Parallel()
		shop := still(t, cartfunnel.WithPageSize(2))
		fill(shop, 1, 3)
		shop.Advance(1e9)
		shop.Inject(drift("touch", "1"))
		c := clientOf(t, shop)
		c.get("/customers.json?page=2")
		first, _ := shop.Customers.Get(1)
		second, _ := shop.Customers.Get(2)
		assert.Equal(t, noon.Add(1e9), first.UpdatedAt)
		assert.Equal(t, noon, second.UpdatedAt)
		assert.Contains(t, c.get("/customers/1.json").body, `"updated_at":"2025-03-01T04:00:01.000-05:00"`)
	})
}
