package bonify_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// forth follows next_page from the first page to the end.
func forth(c client, params ...string) (pages []answer, all string) {
	c.t.Helper()
	page := c.list(params...)
	for {
		pages = append(pages, page)
		all = strings.TrimSpace(all + " " + ids(page))
		next := cursorOf(page, "next_page")
		if next == "" {
			return pages, all
		}
		page = c.list("next_page", next)
	}
}

// back follows prev_page from the last page to the first: the same pages.
func back(c client, pages []answer) {
	c.t.Helper()
	page := pages[len(pages)-1]
	for i := len(pages) - 1; i > 0; i-- {
		page = c.list("prev_page", cursorOf(page, "prev_page"))
		assert.Equal(c.t, pages[i-1].body, page.body, "page %d, on the way back", i)
	}
	assert.Equal(c.t, "", cursorOf(page, "prev_page"))
}

// mixed adds n customers of whom some share a time of change, some a name, a tag
// or a value of a field.
func mixed(shop *bonify.Server, n int) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		c := bonify.Customer{
			Email: "c" + itoa(i) + "@example.com", FirstName: []string{"Ann", "Bob", "Cyd"}[r.IntN(3)],
			CreatedAt: at(1, 1, 0), UpdatedAt: at(1, 1, r.IntN(n/2+1)),
		}
		if r.IntN(3) == 0 {
			c.Tags = []string{"vip"}
		}
		if r.IntN(4) == 0 {
			c.Fields = []bonify.FieldValue{{MachineName: "radios", Value: "one"}}
		}
		shop.Customers.Add(c)
	}
}

func TestPagesGoThereAndBack(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 3, 7, 50} {
		for _, order := range []bonify.Order{bonify.ByUpdated, bonify.ByID} {
			t.Run(string(order)+" "+itoa(size), func(t *testing.T) {
				t.Parallel()
				shop := still(t, bonify.WithPageSize(size), bonify.WithOrder(order))
				mixed(shop, 60)
				all := shop.Customers.All()
				if order == bonify.ByUpdated {
					slices.SortStableFunc(all, func(a, b bonify.Customer) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
				}
				for filter, fits := range map[string]func(bonify.Customer) bool{
					``:                        func(bonify.Customer) bool { return true },
					`first_name|equals|"ann"`: func(c bonify.Customer) bool { return c.FirstName == "Ann" },
					`tag|equals|"VIP"`:        func(c bonify.Customer) bool { return c.Tags != nil },
					`radios|equals|"one",first_name|contains|nn`: func(c bonify.Customer) bool { return c.Fields != nil && c.FirstName == "Ann" },
					`updated_at|gt|2025-01-02,updated_at|lt|2025-01-02T12:00:00Z`: func(c bonify.Customer) bool {
						return c.UpdatedAt.After(at(1, 2, 0)) && c.UpdatedAt.Before(at(1, 2, 12))
					},
					`id|equals|345345345350`: func(c bonify.Customer) bool { return c.ID == 345345345350 },
					`id|equals|1`:            func(bonify.Customer) bool { return false },
					`shop_id|equals|2`:       func(bonify.Customer) bool { return false },
				} {
					var want []string
					for _, c := range all {
						if fits(c) {
							want = append(want, itoa(int(c.ID)))
						}
					}
					var params []string
					if filter != "" {
						params = []string{"filters", filter}
					}
					pages, there := forth(clientOf(t, shop), params...)
					assert.Equal(t, strings.Join(want, " "), there, filter)
					back(clientOf(t, shop), pages)
				}
			})
		}
	}
}

func TestCursorsOutliveTheirCustomers(t *testing.T) {
	t.Parallel()
	shop := still(t, bonify.WithPageSize(2))
	fill(shop, 6)
	c := clientOf(t, shop)
	first := c.list()
	second := c.list("next_page", cursorOf(first, "next_page"))
	for _, id := range []int64{345345345346, 345345345347} { // the last of one page, the first of the next
		shop.Customers.Remove(id)
	}
	again := c.list("next_page", cursorOf(first, "next_page"))
	assert.Equal(t, "345345345348 345345345349", ids(again))
	assert.Equal(t, "345345345345", ids(c.list("prev_page", cursorOf(second, "prev_page"))))
	for _, id := range []int64{345345345348, 345345345349, 345345345350} {
		shop.Customers.Remove(id)
	}
	assert.Equal(t, nothing, c.list("next_page", cursorOf(first, "next_page")).body, "an empty page has no cursors")
	shop.Customers.Remove(345345345345)
	assert.Equal(t, nothing, c.list("prev_page", cursorOf(second, "prev_page")).body)
}

func TestWritesWhilePaging(t *testing.T) {
	t.Parallel()
	shop := still(t, bonify.WithPageSize(2))
	fill(shop, 4)
	c := clientOf(t, shop)
	first := c.list()
	require.Equal(t, okay, c.put(one(`{"id":345345345345,"last_name":"X"}`)).body)
	second := c.list("next_page", cursorOf(first, "next_page"))
	third := c.list("next_page", cursorOf(second, "next_page"))
	assert.Equal(t, "345345345347 345345345348", ids(second))
	assert.Equal(t, "345345345345", ids(third), "what was written is met again")
}

func TestPageDrift(t *testing.T) {
	t.Parallel()
	t.Run("records come, go and change before the second page", func(t *testing.T) {
		t.Parallel()
		shop := still(t, bonify.WithPageSize(3))
		fill(shop, 6)
		shop.Inject(fake.NewFault("page-drift").Set("insert", "2").Set("delete", "1").Set("touch", "1").Call(1))
		_, there := forth(clientOf(t, shop))
		assert.Equal(t, "345345345345 345345345346 345345345347 345345345348 345345345349 345345345350 345345345346 345345345351 345345345352", there)
		_, gone := shop.Customers.Get(345345345345)
		assert.False(t, gone)
		added, _ := shop.Customers.Get(345345345351)
		assert.Equal(t, "drift-1@example.com", added.Email)
	})
	t.Run("pages are counted by what is asked for", func(t *testing.T) {
		t.Parallel()
		shop := still(t, bonify.WithPageSize(1))
		mixed(shop, 20)
		armed := shop.Inject(fake.NewFault("page-drift").Set("insert", "1").Set("at-page", "3").Call(1))
		c := clientOf(t, shop)
		page := c.list("filters", `first_name|equals|"Ann"`)
		for want := range 3 {
			assert.Equal(t, want/2, armed.Fired(), "page %d", want)
			page = c.list("next_page", cursorOf(page, "next_page"))
		}
		c.list("next_page", "2")
		c.list("filters", "x")
		assert.Equal(t, 1, armed.Fired())
	})
	t.Run("on the first page nothing was read", func(t *testing.T) {
		t.Parallel()
		shop := still(t, bonify.WithV1())
		fill(shop, 2)
		shop.Inject(fake.NewFault("page-drift").Set("insert", "1").Set("delete", "5").Set("at-page", "1").Call(1))
		got := clientOf(t, shop).send("GET", v1+"/customers", "")
		assert.EqualValues(t, 3, gjson.Get(got.body, "total_count").Int())
	})
}

const v1 = "/apps/cf_app/public-api/customer_fields/v1"

func TestListCustomersV1(t *testing.T) {
	t.Parallel()
	shop := still(t, bonify.WithV1(), bonify.WithPageSize(2), fake.Allow("no-route"))
	fill(shop, 5)
	c := clientOf(t, shop)
	for query, want := range map[string]string{
		"":                                `{"status":"okay","page_count":3,"total_count":5,"next_page":2,"customers":2}`,
		"?next_page=2":                    `{"status":"okay","page_count":3,"total_count":5,"next_page":3,"customers":2}`,
		"?next_page=3":                    `{"status":"okay","page_count":3,"total_count":5,"customers":1}`,
		"?next_page=4":                    `{"status":"okay","page_count":3,"total_count":5,"customers":0}`,
		"?next_page=99999999999999999999": `{"status":"okay","page_count":3,"total_count":5,"customers":0}`,
		"?filters=email|contains|c4":      `{"status":"okay","page_count":1,"total_count":1,"customers":1}`,
		"?filters=email|contains|zz":      `{"status":"okay","page_count":0,"total_count":0,"customers":0}`,
		"?filters=id|equals|345345345346": `{"status":"okay","page_count":1,"total_count":1,"customers":1}`,
		"?next_page=0":                    failed("invalid page cursor"),
		"?next_page=x":                    failed("invalid page cursor"),
		"?next_page=%":                    failed("invalid query string"),
		"?filters=x":                      failed("invalid filter: x"),
	} {
		got := c.send("GET", v1+"/customers"+query, "").body
		if list := gjson.Get(got, "customers"); list.Exists() {
			got = strings.Replace(got, list.Raw, itoa(len(list.Array())), 1)
		}
		assert.Equal(t, want, got, query)
	}
	assert.Equal(t, okay, c.send("POST", v1+"/customers", one(`{"phone":"1"}`)).body)
	assert.Equal(t, c.get("/customers/345345345345").body, c.send("GET", v1+"/customers/345345345345", "").body)
	assert.Equal(t, "GET, POST, PUT", c.send("PATCH", v1+"/customers", "").header.Get("Allow"))
	assert.Equal(t, 404, c.send("GET", v2+"/v1/customers", "").status)
	assert.Equal(t, 404, c.send("GET", v1+"/v1/customers", "").status)
}

func TestPaths(t *testing.T) {
	t.Parallel()
	shop := still(t, fake.Allow("no-route"))
	with(bob)(t, shop)
	c := clientOf(t, shop)
	for path, want := range map[string]int{
		"/customers/345345345346": 200, "/customers/%33%345345345346": 200, "/%63ustomers": 200,
		"/customers/abc": 404, "/customers/0": 404, "/customers/0345345345346": 404, "/customers/3.45345345346e%2B11": 404,
		"/customers/9223372036854775808": 404, "/customers/345345345346%2F": 404, "/customers/-1": 404,
	} {
		assert.Equal(t, want, c.get(path).status, path)
	}
	assert.Equal(t, failed("customer not found"), c.get("/customers/345345345346%2Fx").body)
	for _, path := range []string{"/customers/", "/Customers", "/customers/345345345346/", "/customers//345345345346", "", "/"} {
		assert.Equal(t, failed("not found"), c.get(path).body, path)
	}
	assert.Equal(t, failed("not found"), c.send("GET", "/customers", "").body)
	head := c.send("HEAD", v2+"/customers", "")
	assert.Equal(t, 405, head.status)
	assert.Equal(t, "GET, POST, PUT", head.header.Get("Allow"))
}

func TestAnswersAreWhole(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shop.Customers.Add(bonify.Customer{ID: 1, LastName: "<b>&é\"\\\u2028\n"})
	got := clientOf(t, shop).list()
	assert.Equal(t, "{\"status\":\"okay\",\"customers\":[{\"id\":1,\"email\":null,\"first_name\":null,\"last_name\":\"<b>&é\\\"\\\\\u2028\\n\",\"customer_fields\":[]}]}", got.body)
	assert.Equal(t, itoa(len(got.body)), got.header.Get("Content-Length"))
	assert.Equal(t, "Sat, 01 Mar 2025 09:00:00 GMT", got.header.Get("Date"))
}

func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	shop := limited(t, bonify.WithPageSize(50))
	shop.AddKey("second")
	other := shop.AddShop("other.myshopify.com", "k")
	statuses := make(chan int)
	for i := range 40 {
		go func() {
			c := clientOf(t, shop)
			switch {
			case i%4 == 0:
				c = c.as(other.ShopDomain(), other.APIKey())
			case i%2 == 0:
				c.key = "second"
			}
			statuses <- c.list().status
		}()
	}
	count := map[int]int{}
	for range 40 {
		count[<-statuses]++
	}
	assert.Equal(t, map[int]int{200: 2, 429: 38}, count, "one call of each shop")
}

func TestUncountedCalls(t *testing.T) {
	t.Parallel()
	shop := limited(t, fake.Allow("no-route"))
	c := clientOf(t, shop)
	assert.Equal(t, 403, c.as("x", "y").list().status)
	assert.Equal(t, 404, c.get("/nowhere").status)
	assert.Equal(t, 405, c.send("PATCH", v2+"/customers", "").status)
	assert.Equal(t, 400, c.list("next_page", "2").status, "this one is counted")
	limit := c.list()
	assert.Equal(t, 429, limit.status)
	assert.NotContains(t, limit.header, "Retry-After")
	shop.Advance(999 * time.Millisecond)
	assert.Equal(t, 429, c.list().status)
	shop.Advance(time.Millisecond)
	assert.Equal(t, 200, c.list().status)
}

// A list that was read before is not what a restored shop answers.
func TestListsOfARestoredShop(t *testing.T) {
	t.Parallel()
	shop := still(t)
	c := clientOf(t, shop)
	with(bob, bobby)(t, shop)
	state := shop.Snapshot()
	both := c.list().body
	shop.Restore(fake.Snapshot(`{"customers":[]}`))
	assert.Equal(t, nothing, c.list().body)
	shop.Restore(state)
	assert.Equal(t, both, c.list().body)
	shop.Customers.Quiet().Change(bob.ID, func(c *bonify.Customer) { c.LastName = "New" })
	assert.Equal(t, "New", gjson.Get(c.list().body, "customers.1.last_name").Str)
	shop.Reset()
	assert.Equal(t, nothing, c.list().body)
}

// An empty page in the middle leads on: its cursor is not the one that was asked
// with, so that whoever guards against standing still reads to the end.
func TestEmptyPageLeadsOn(t *testing.T) {
	t.Parallel()
	for _, order := range []bonify.Order{bonify.ByUpdated, bonify.ByID} {
		for at, want := range map[string][]string{
			"1": {"", "1 2", "3 4", "5"}, "2": {"1 2", "", "3 4", "5"}, "3": {"1 2", "3 4", "", "5"},
		} {
			shop := still(t, bonify.WithPageSize(2), bonify.WithOrder(order))
			for id := range int64(5) {
				shop.Customers.Add(bonify.Customer{ID: id + 1, Email: "c" + itoa(int(id)) + "@example.com"})
			}
			c := clientOf(t, shop)
			armed := shop.Inject(fake.NewFault("short-page").Set("size", "0").Set("at-page", at))
			var got, cursors []string
			for page, more := c.list(), true; more; {
				got = append(got, ids(page))
				next := gjson.Get(page.body, "next_page").Str
				if more = next != ""; more {
					require.NotContains(t, cursors, next, "at-page=%s: %q", at, got)
					cursors = append(cursors, next)
					page = c.list("next_page", next)
				}
			}
			assert.Equal(t, want, got, "at-page=%s", at)
			assert.Equal(t, 1, armed.Fired(), "at-page=%s", at)
		}
	}
}

// Whoever goes back comes over the empty page too, and from it either way.
func TestEmptyPageOnTheWayBack(t *testing.T) {
	t.Parallel()
	shop := still(t, bonify.WithPageSize(2))
	for id := range int64(5) {
		shop.Customers.Add(bonify.Customer{ID: id + 1, Email: "c" + itoa(int(id)) + "@example.com"})
	}
	c := clientOf(t, shop)
	second := cursorOf(c.list(), "next_page")
	page := c.list("next_page", cursorOf(c.list("next_page", second), "next_page"))
	require.Equal(t, "5", ids(page))
	shop.Inject(fake.NewFault("short-page").Set("size", "0"))
	empty := c.list("prev_page", cursorOf(page, "prev_page"))
	require.Empty(t, ids(empty))
	assert.Equal(t, "3 4", ids(c.list("prev_page", cursorOf(empty, "prev_page"))), "on")
	assert.Equal(t, "5", ids(c.list("next_page", cursorOf(empty, "next_page"))), "and back")
	for _, id := range []int64{3, 4, 5} {
		shop.Customers.Remove(id)
	}
	behind := shop.Inject(fake.NewFault("short-page").Set("size", "0").Optional())
	assert.Equal(t, nothing, c.list("next_page", second).body)
	assert.Zero(t, behind.Fired(), "nothing is left to lead on to")
}
