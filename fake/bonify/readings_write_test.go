package bonify_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

var itoa = strconv.Itoa

// one is a write of one record.
func one(record string) string { return `{"customers":[` + record + `]}` }

// writes sends bodies to a shop that has carl and bob: "PUT {…}", with the
// message that comes back, "" for okay.
func writes(calls ...string) func(*testing.T, *bonify.Server, client) {
	return func(t *testing.T, shop *bonify.Server, c client) {
		t.Helper()
		with(carl, bob)(t, shop)
		for i := 0; i < len(calls); i += 2 {
			method, body, _ := strings.Cut(calls[i], " ")
			method, deletes := strings.CutSuffix(method, "+")
			headers := []string{"Content-Type: application/json"}
			if deletes {
				headers = append(headers, "x-delete-empty-metafields: true")
			}
			got := c.send(method, v2+"/customers", one(body), headers...)
			if calls[i+1] == "" {
				assert.Equal(t, okay, got.body, calls[i])
				assert.Equal(t, 200, got.status, calls[i])
			} else {
				assert.Equal(t, failed(calls[i+1]), got.body, calls[i])
				assert.Equal(t, 400, got.status, calls[i])
			}
		}
	}
}

// leaves goes on with what carl has then in customer_fields, as name=value.
func leaves(check func(*testing.T, *bonify.Server, client), want string) func(*testing.T, *bonify.Server, client) {
	return func(t *testing.T, shop *bonify.Server, c client) {
		t.Helper()
		check(t, shop, c)
		var got []string
		for _, f := range gjson.Get(c.get("/customers/123123123123").body, "customers.0.customer_fields").Array() {
			got = append(got, f.Get("machine_name").Str+"="+f.Get("value").Str)
		}
		assert.Equal(t, want, strings.Join(got, " "))
	}
}

func TestReadingsOfWrites(t *testing.T) {
	t.Parallel()
	const (
		clear    = `{"id":123123123123,"customer_fields":{"text":""}}`
		array    = `{"id":123123123123,"customer_fields":[{"machine_name":"text","value":"new","label":"Text"}]}`
		unknown  = `{"id":123123123123,"customer_fields":{"zoo":1,"text":"new"}}`
		taken    = `{"email":"BOB@example.com"}`
		someone  = `{"id":1,"last_name":"X"}`
		badLater = `{"id":123123123123,"last_name":"One"},{"id":1},{"id":345345345346,"last_name":"Three"}`
	)
	names := func(check func(*testing.T, *bonify.Server, client), want ...string) func(*testing.T, *bonify.Server, client) {
		return func(t *testing.T, shop *bonify.Server, c client) {
			check(t, shop, c)
			assert.Equal(t, want, lastNames(shop))
		}
	}
	must := bonify.WithFields(bonify.Field{MachineName: "must", Label: "Must", Required: true})
	kinds := bonify.WithFields(
		bonify.Field{MachineName: "text"}, bonify.Field{MachineName: "many", Type: bonify.MultiChoice},
		bonify.Field{MachineName: "some", Label: "Some", Type: bonify.MultiChoice, Choices: []string{"a", "b"}},
	)
	readings(t, []reading{
		{"BF-3", nil, leaves(writes("PUT "+array, "customer_fields must be an object"), "text=old")},
		{"BF-3 WithArrayFields", opts(bonify.WithArrayFields()), leaves(writes("PUT "+array, "", "PUT "+strings.Replace(array, `"text"`, "1", 1), "customer_fields must be an object"), "text=new")},
		{"BF-15", nil, writes("POST {}", "email, phone, first_name or last_name is required", `POST {"phone":"1"}`, "", `POST {"last_name":"x"}`, "", `POST {"email":"x@y.zz"}`, "")},
		{"BF-15 WithFields", opts(must), writes(`POST {"phone":"1"}`, "Must: Required field", `POST {"phone":"1","customer_fields":{"must":null}}`, "Must: Required field", `POST {"phone":"1","customer_fields":{"must":0}}`, "")},
		{"BF-16", nil, writes("POST "+someone, "new customers must not have an id", `PUT {"last_name":"X"}`, "customer id is required", "PUT "+someone, "customer not found")},
		{"BF-16 WithPutUnknown", opts(bonify.WithPutUnknown(404)), func(t *testing.T, _ *bonify.Server, c client) {
			got := c.put(one(someone))
			assert.Equal(t, 404, got.status)
			assert.Equal(t, failed("customer not found"), got.body)
		}},
		{"BF-17", nil, names(writes("PUT "+badLater, "customer not found"), "One", "Benning")},
		{"BF-17 AllOrNothing", opts(bonify.WithBatch(bonify.AllOrNothing)), names(writes("PUT "+badLater, "customer not found"), "Old", "Benning")},
		{"BF-17 Skip", opts(bonify.WithBatch(bonify.Skip)), names(writes("PUT "+badLater, ""), "One", "Three")},
		{"BF-18", nil, func(t *testing.T, shop *bonify.Server, c client) {
			writes("POST "+strings.Repeat("1,", 10)+"1", "unable to update more than 10 customers at one time", "PUT ", "no customers given")(t, shop, c)
			ten := strings.Repeat(`{"phone":"1"},`, 9) + `{"phone":"1"}`
			assert.Equal(t, okay, c.post(one(ten)).body)
			assert.Equal(t, 12, shop.Customers.Len())
		}},
		{"BF-18 WithEmptyBatchOK", opts(bonify.WithEmptyBatchOK()), writes("PUT ", "", "POST ", "")},
		{"BF-19", nil, writes("PUT ,", "invalid JSON", "POST \xff", "invalid JSON")},
		{"BF-20", nil, writes("POST "+taken, "email has already been taken", `PUT {"id":123123123123,"email":"bob@EXAMPLE.com"}`, "email has already been taken", `PUT {"id":345345345346,"email":"BOB@example.com"}`, "")},
		{"BF-20 WithDuplicateEmails", opts(bonify.WithDuplicateEmails()), writes("POST "+taken, "")},
		{"BF-21", nil, leaves(writes("PUT "+clear, "", "PUT "+strings.Replace(clear, `""`, "null", 1), ""), "text=old")},
		{"BF-21 Store", opts(bonify.WithEmptyValues(bonify.Store)), leaves(writes("PUT "+clear, ""), "text=")},
		{"BF-22", nil, func(t *testing.T, shop *bonify.Server, c client) {
			writes(`PUT+ {"id":123123123123,"last_name":""}`, "", `PUT {"id":345345345346,"first_name":null}`, "")(t, shop, c)
			got := shop.Customers.All()
			assert.Equal(t, "", got[0].LastName)
			assert.Equal(t, "", got[1].FirstName)
		}},
		{"BF-23", nil, leaves(writes("PUT+ "+clear, ""), "")},
		{"BF-24", nil, func(t *testing.T, shop *bonify.Server, c client) {
			writes(`PUT {"id":123123123123,"customer_fields":{"radios":"two"}}`, "")(t, shop, c)
			got, _ := shop.Customers.Get(carl.ID)
			want := carl
			want.State, want.ProductSubscriberStatus = "disabled", "never_subscribed"
			want.UpdatedAt = morning
			want.Fields = []bonify.FieldValue{
				{MachineName: "text", Value: "old", CreatedAt: at(2, 1, 9), UpdatedAt: at(2, 1, 9)}, {MachineName: "radios", Value: "two", CreatedAt: morning, UpdatedAt: morning},
			}
			assert.Equal(t, want, got)
		}},
		{"BF-25", nil, leaves(writes("PUT "+unknown, ""), "text=new")},
		{"BF-25 Reject", opts(bonify.WithUnknownFields(bonify.Reject)), leaves(writes("PUT "+unknown, "unknown field: zoo"), "text=old")},
		{"BF-26", nil, leaves(writes(`PUT {"id":123123123123,"customer_fields":{"text":1.50,"radios":true}}`, "", `PUT {"id":123123123123,"customer_fields":{"text":["a"]}}`, "text must be a string"), "radios=true text=1.50")},
		{"BF-26 Field.Type", opts(kinds), leaves(writes(
			`PUT {"id":123123123123,"customer_fields":{"many":["x","y z"],"some":["b","a"]}}`, "",
			`PUT {"id":123123123123,"customer_fields":{"some":["c"]}}`, "Some: Invalid choice",
			`PUT {"id":123123123123,"customer_fields":{"many":[1]}}`, "many must be a string",
			`PUT {"id":123123123123,"customer_fields":{"many":{}}}`, "many must be a string",
		), "text=old many=x,y z some=b,a")},
		{"BF-29", nil, func(t *testing.T, shop *bonify.Server, c client) {
			with(bob, buyer)(t, shop)
			assert.Equal(t, okay, c.delete("345345345346").body)
			assert.Equal(t, failed("customer not found"), c.delete("345345345346").body)
			assert.Equal(t, failed("customer has orders and cannot be deleted"), c.delete("345345345348").body)
		}},
		{"BF-29 WithDeleteUnknown", opts(bonify.WithDeleteUnknown(200)), func(t *testing.T, _ *bonify.Server, c client) {
			assert.Equal(t, okay, c.delete("345345345346").body)
		}},
		{"BF-33", nil, func(t *testing.T, shop *bonify.Server, c client) {
			same := `PUT {"id":123123123123,"customer_fields":{"text":"old"}}`
			writes(same, "")(t, shop, c)
			got, _ := shop.Customers.Get(carl.ID)
			assert.Equal(t, []bonify.FieldValue{{MachineName: "text", Value: "old", CreatedAt: at(2, 1, 9), UpdatedAt: morning}}, got.Fields)
		}},
		{"BF-34", nil, writes("POST "+strings.Repeat("{},", 10)+"{}", "unable to update more than 10 customers at one time")},
	})
}

func TestReadingsOfCallers(t *testing.T) {
	t.Parallel()
	t.Run("BF-27", func(t *testing.T) {
		t.Parallel()
		shop := limited(t)
		c := clientOf(t, shop)
		assert.Equal(t, 200, c.list().status)
		assert.Equal(t, 429, c.list().status)
		shop.Advance(time.Second)
		assert.Equal(t, 200, c.list().status)
	})
	t.Run("BF-27 in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := clientOf(t, bonify.Start(t))
			for range 100 {
				assert.Equal(t, 200, c.list().status)
				time.Sleep(time.Second) // of the bubble
			}
		})
	})
	t.Run("BF-27 WithoutLimits", func(t *testing.T) {
		t.Parallel()
		c := clientOf(t, still(t))
		for range 5 {
			assert.Equal(t, 200, c.list().status)
		}
	})
	t.Run("BF-28 and BF-37", func(t *testing.T) {
		t.Parallel()
		shop := still(t, fake.Allow("shop-form"))
		other := shop.AddShop("other.myshopify.com", "other_key")
		for _, who := range [][2]string{
			{"", ""},
			{shop.ShopDomain(), ""},
			{"", shop.APIKey()},
			{shop.ShopDomain(), "YOUR_API_KEY"},
			{shop.ShopDomain(), other.APIKey()},
			{"unknown.myshopify.com", shop.APIKey()},
			{"Your-Domain.myshopify.com", shop.APIKey()},
			{"https://your-domain.myshopify.com", shop.APIKey()},
			{"your-domain.myshopify.com/", shop.APIKey()},
			{"your-domain.com", shop.APIKey()},
		} {
			got := clientOf(t, shop).as(who[0], who[1]).list()
			assert.Equal(t, 403, got.status, who)
			assert.Equal(t, failed("invalid request"), got.body, who)
			assert.NotContains(t, got.header, "Www-Authenticate")
		}
		noted("shop-form: https://your-domain.myshopify.com", "shop-form: your-domain.myshopify.com/", "shop-form: your-domain.com")(t, shop)
		assert.Equal(t, 200, clientOf(t, shop).as(other.ShopDomain(), other.APIKey()).list().status)
	})
}
