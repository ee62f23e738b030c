package bonify_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

const bobWire = `{"id":345345345346,"email":"bob@example.com","first_name":"Bob","last_name":"Benning","customer_fields":[]}`

// fill adds n customers c1@example.com and so on, one second apart.
func fill(shop *bonify.Server, n int) {
	for i := range n {
		shop.Customers.Add(bonify.Customer{Email: "c" + itoa(i+1) + "@example.com", UpdatedAt: at(1, 1, 0).Add(time.Duration(i) * time.Second)})
	}
}

// A reading is checked as it is decided, and by its option the other way.
type reading struct {
	name    string
	options []bonify.Option
	check   func(t *testing.T, shop *bonify.Server, c client)
}

func readings(t *testing.T, all []reading) {
	t.Helper()
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, append(r.options, fake.Allow("no-route"))...)
			r.check(t, shop, clientOf(t, shop))
		})
	}
}

func opts(o ...bonify.Option) []bonify.Option { return o }

// bodies checks what bob is answered, once he is stored.
func bobRead(status int, path, want string) func(*testing.T, *bonify.Server, client) {
	return func(t *testing.T, shop *bonify.Server, c client) {
		with(bob)(t, shop)
		got := c.get(path)
		assert.Equal(t, status, got.status)
		assert.Equal(t, want, got.body)
	}
}

func TestReadingsOfLists(t *testing.T) {
	t.Parallel()
	const bobPath = "/customers/345345345346"
	readings(t, []reading{
		{"BF-1", nil, bobRead(200, bobPath, `{"status":"okay","customers":[`+bobWire+`]}`)},
		{"BF-1 WithSingleObject", opts(bonify.WithSingleObject()), bobRead(200, bobPath, `{"status":"okay","customer":`+bobWire+`}`)},
		{"BF-2", nil, bobRead(404, "/customers/1", failed("customer not found"))},
		{"BF-2 WithUnknownCustomer", opts(bonify.WithUnknownCustomer(200)), bobRead(200, "/customers/1", nothing)},
		{"BF-4", nil, bobRead(200, "/customers", `{"status":"okay","customers":[`+bobWire+`]}`)},
		{"BF-4 WithV1", opts(bonify.WithV1()), func(t *testing.T, shop *bonify.Server, c client) {
			with(bob)(t, shop)
			got := c.send("GET", "/apps/cf_app/public-api/customer_fields/v1/customers", "")
			assert.Equal(t, `{"status":"okay","page_count":1,"total_count":1,"customers":[`+bobWire+`]}`, got.body)
		}},
		{"BF-5", nil, func(t *testing.T, shop *bonify.Server, c client) {
			fill(shop, 100)
			first := c.list()
			second := c.list("next_page", cursorOf(first, "next_page"))
			assert.Len(t, strings.Fields(ids(second)), 50)
			assert.False(t, gjson.Get(second.body, "next_page").Exists())
		}},
		{"BF-6", opts(bonify.WithPageSize(2)), func(t *testing.T, shop *bonify.Server, c client) {
			fill(shop, 5)
			first := c.list()
			assert.False(t, gjson.Get(first.body, "prev_page").Exists())
			second := c.list("prev_page", cursorOf(first, "next_page"))
			third := c.list("next_page", cursorOf(second, "next_page"))
			assert.Equal(t, second.body, c.list("next_page", cursorOf(third, "prev_page")).body)
			assert.Equal(t, first.body, c.list("prev_page", cursorOf(second, "prev_page")).body)
		}},
		{"BF-7", opts(bonify.WithPageSize(1)), cursorWith(200, "3", 200, "3", 400)},
		{"BF-7 Strict", opts(bonify.WithPageSize(1), bonify.WithCursorFilters(bonify.Strict)), cursorWith(200, "3", 400, "", 400)},
		{"BF-7 Forget", opts(bonify.WithPageSize(1), bonify.WithCursorFilters(bonify.Forget)), cursorWith(200, "2", 200, "3", 200)},
		{"BF-8", onePage, cursorForms("eyJsYXN0X2lkIjoxLCJsYXN0X3ZhbHVlIjoxNzM1Njg5NjAwLCJkaXJlY3Rpb24iOiJuZXh0In0g+//+")},
		{"BF-8 Seed", append(opts(fake.Seed(7)), onePage...), cursorForms("eyJsYXN0X2lkIjoxLCJsYXN0X3ZhbHVlIjoxNzM1Njg5NjAwLCJkaXJlY3Rpb24iOiJuZXh0In0g+//+")},
		{"BF-9", nil, order("2 1")},
		{"BF-9 ByID", opts(bonify.WithOrder(bonify.ByID)), order("1 2")},
		{"BF-10", nil, func(t *testing.T, shop *bonify.Server, c client) {
			fill(shop, 51)
			got := c.list("limit", "100", "page_size", "100")
			assert.Len(t, strings.Fields(ids(got)), 50)
			noted("ignored-parameter: limit", "ignored-parameter: page_size")(t, shop)
		}},
		{"BF-10 WithPageSize", opts(bonify.WithPageSize(50)), func(t *testing.T, shop *bonify.Server, c client) {
			fill(shop, 51)
			assert.Len(t, strings.Fields(ids(c.list())), 50)
		}},
		{"BF-11", nil, filtered("nonsense", "invalid filter: nonsense")},
		{"BF-11 Ignore", opts(bonify.WithBadFilters(bonify.Ignore)), filtered("nonsense,last_name|equals|Benning", "345345345346")},
		{"BF-12", nil, func(t *testing.T, shop *bonify.Server, c client) {
			bobs(t, shop)
			assert.Equal(t, "345345345347", c.ids("last_name|equals|DYKE"))
			assert.Equal(t, "", c.ids("last_name|equals|yke"))
			assert.Equal(t, "", c.ids(`last_name|equals|"dyke"`))
			assert.Equal(t, "345345345347", c.ids(`last_name|equals|"VAN DYKE"`))
		}},
		{"BF-13", nil, func(t *testing.T, shop *bonify.Server, c client) {
			with(sample, bob)(t, shop)
			assert.Equal(t, "345345345345", c.ids("radios|equals|one"))
			assert.Equal(t, "unknown filter field: Radios", c.ids("Radios|equals|one"))
		}},
		{"BF-13 WithFieldFilters", opts(bonify.WithFieldFilters(false)), filtered("radios|equals|one", "unknown filter field: radios")},
		{"BF-14", nil, filtered("accepts_marketing|contains|t", "operator contains is not available for accepts_marketing")},
		{"BF-30", nil, func(t *testing.T, shop *bonify.Server, c client) {
			with(sample)(t, shop)
			body := c.list().body
			assert.Equal(t, "1536680687", gjson.Get(body, "customers.0.customer_fields.0.created_at").Raw)
			assert.False(t, gjson.Get(body, "customers.0.created_at").Exists())
		}},
		{"BF-30 WithShopifyFields", opts(bonify.WithShopifyFields()), bobRead(200, "/customers", `{"status":"okay","customers":[`+
			`{"id":345345345346,"email":"bob@example.com","first_name":"Bob","last_name":"Benning","phone":null,"orders_count":0,"total_spent":"0.00",`+
			`"state":"disabled","tags":"","note":null,"verified_email":false,"accepts_marketing":false,`+
			`"created_at":"2025-02-01T09:00:00+00:00","updated_at":"2025-02-01T09:00:00+00:00","customer_fields":[]}]}`)},
		{"BF-31", nil, lags("1")},
		{"BF-31 WithSearchLag", opts(bonify.WithSearchLag(5 * time.Second)), lags("")},
		{"BF-32", nil, func(t *testing.T, _ *bonify.Server, c client) {
			for _, call := range []string{"GET /customers", "GET /customers/1", "PUT /customers", "POST /customers", "DELETE /customers/1"} {
				method, path, _ := strings.Cut(call, " ")
				got := c.send(method, "/apps/cf_app/public-api/customer_fields/v1"+path, "")
				assert.Equal(t, 404, got.status, call)
				assert.Equal(t, failed("not found"), got.body, call)
			}
		}},
		{"BF-35", nil, func(t *testing.T, shop *bonify.Server, c client) {
			with(bob)(t, shop)
			for _, query := range []string{"next_page=", "prev_page", "filters=&next_page=&prev_page="} {
				assert.Equal(t, "345345345346", ids(c.get("/customers?"+query)), query)
			}
			noted("empty-parameter: next_page", "empty-parameter: prev_page", "empty-parameter: filters", "empty-parameter: next_page", "empty-parameter: prev_page")(t, shop)
		}},
		{"BF-36", nil, nameless("null")},
		{"BF-36 WithEmptyStrings", opts(bonify.WithEmptyStrings()), nameless(`""`)},
		{"BF-38", nil, fieldOrder(`["radios","text"]`)},
		{"BF-38 WithFieldsReversed", opts(bonify.WithFieldsReversed()), fieldOrder(`["text","radios"]`)},
	})
}

// cursorWith pages through three customers, of whom the first and the last fit
// the filter: with the cursor alone, with the same text, with another one.
func cursorWith(alone int, aloneID string, same int, sameID string, other int) func(*testing.T, *bonify.Server, client) {
	return func(t *testing.T, shop *bonify.Server, c client) {
		for i, name := range []string{"Anna", "Bob", "Anna"} {
			shop.Customers.Add(bonify.Customer{ID: int64(i + 1), FirstName: name, UpdatedAt: at(1, i+1, 0)})
		}
		const filter = `first_name|equals|"Anna"`
		next := cursorOf(c.list("filters", filter), "next_page")
		for _, want := range []struct {
			params []string
			status int
			ids    string
		}{
			{[]string{"next_page", next}, alone, aloneID},
			{[]string{"next_page", next, "filters", filter}, same, sameID},
			{[]string{"next_page", next, "filters", `first_name|equals|"Bob"`}, other, map[int]string{200: "2"}[other]},
			{[]string{"next_page", next, "filters", filter + " "}, other, map[int]string{200: "3"}[other]},
		} {
			got := c.list(want.params...)
			assert.Equal(t, want.status, got.status, want.params)
			assert.Equal(t, want.ids, ids(got), want.params)
			if want.status == 400 {
				assert.Equal(t, failed("filters do not match the page cursor"), got.body)
			}
		}
	}
}

// cursorForms checks what a cursor looks like, and which texts are none.
func cursorForms(says string) func(*testing.T, *bonify.Server, client) {
	return func(t *testing.T, shop *bonify.Server, c client) {
		shop.Customers.Add(bonify.Customer{ID: 1, Email: "a@example.com", UpdatedAt: at(1, 1, 0)})
		shop.Customers.Add(bonify.Customer{ID: 2, Email: "b@example.com", UpdatedAt: at(1, 2, 0)})
		next := cursorOf(c.list(), "next_page")
		require.True(t, strings.HasPrefix(next, says), next)
		assert.Greater(t, len(next), 90)
		assert.NotEqual(t, next, url.QueryEscape(next))
		assert.Equal(t, "2", ids(c.list("next_page", next)))
		other := shop.AddShop("other.myshopify.com", "k")
		bad := []string{
			"x", "2", "=", strings.TrimRight(next, "="), next[:len(next)-3] + "a==", next + "\n", next + " ", strings.ToLower(next), "next",
			strings.ReplaceAll(next, "+", " "), strings.NewReplacer("+", "-", "/", "_").Replace(next),
		}
		for _, text := range bad {
			got := c.list("next_page", text)
			assert.Equal(t, failed("invalid page cursor"), got.body, text)
			assert.Equal(t, 400, got.status, text)
		}
		assert.Equal(t, failed("invalid page cursor"), c.as(other.ShopDomain(), other.APIKey()).list("next_page", next).body)
		assert.Equal(t, failed("invalid page cursor"), c.list("next_page", next, "prev_page", next).body)
		assert.Equal(t, "2", ids(c.list("next_page", next, "prev_page", "")))
	}
}

func TestSeedSignsCursors(t *testing.T) {
	t.Parallel()
	var cursors []string
	for _, seed := range []uint64{1, 1, 2} {
		shop := still(t, fake.Seed(seed), bonify.WithPageSize(1))
		fill(shop, 2)
		cursors = append(cursors, cursorOf(clientOf(t, shop).list(), "next_page"))
	}
	assert.Equal(t, cursors[0], cursors[1])
	assert.NotEqual(t, cursors[1], cursors[2])
}

func order(want string) func(*testing.T, *bonify.Server, client) {
	return func(t *testing.T, shop *bonify.Server, c client) {
		shop.Customers.Add(bonify.Customer{ID: 1, Email: "a@example.com", UpdatedAt: at(2, 2, 0)})
		shop.Customers.Add(bonify.Customer{ID: 2, Email: "b@example.com", UpdatedAt: at(2, 1, 0)})
		assert.Equal(t, want, ids(c.list()))
	}
}

func filtered(filter, want string) func(*testing.T, *bonify.Server, client) {
	return func(t *testing.T, shop *bonify.Server, c client) {
		with(bob)(t, shop)
		assert.Equal(t, want, c.ids(filter))
	}
}

// lags looks for a customer whose address has just changed from a to b, and back
// after the lag.
func lags(want string) func(*testing.T, *bonify.Server, client) {
	return func(t *testing.T, shop *bonify.Server, c client) {
		shop.Customers.Add(bonify.Customer{ID: 1, Email: "a@example.com"})
		assert.Equal(t, want, c.ids("email|contains|a@"))
		shop.Advance(5 * time.Second)
		assert.Equal(t, "1", c.ids("email|contains|a@"))
		assert.JSONEq(t, okay, c.put(`{"customers":[{"id":1,"email":"b@example.com"}]}`).body)
		assert.Equal(t, want, c.ids("email|contains|b@"))
		assert.Equal(t, "1", ids(c.list()))
		assert.Equal(t, "b@example.com", gjson.Get(c.get("/customers/1").body, "customers.0.email").Str)
		shop.Advance(5*time.Second - 1)
		assert.Equal(t, want, c.ids("email|contains|b@"))
		shop.Advance(1)
		assert.Equal(t, "1", c.ids("email|contains|b@"))
		assert.Equal(t, 200, c.delete("1").status)
		assert.Equal(t, map[string]string{"1": "", "": "1"}[want], c.ids("email|contains|b@"))
	}
}

func nameless(want string) func(*testing.T, *bonify.Server, client) {
	return func(t *testing.T, shop *bonify.Server, c client) {
		shop.Customers.Add(bonify.Customer{ID: 1})
		assert.Equal(t, `{"status":"okay","customers":[{"id":1,"email":`+want+`,"first_name":`+want+`,"last_name":`+want+`,"customer_fields":[]}]}`, c.list().body)
	}
}

func fieldOrder(want string) func(*testing.T, *bonify.Server, client) {
	return func(t *testing.T, shop *bonify.Server, c client) {
		shop.Customers.Add(bonify.Customer{ID: 1, Fields: []bonify.FieldValue{{MachineName: "text", Value: "t"}, {MachineName: "gone", Value: "g"}, {MachineName: "radios", Value: "r"}}})
		assert.Equal(t, want, gjson.Get(c.list().body, "customers.0.customer_fields.#.machine_name").Raw)
	}
}
