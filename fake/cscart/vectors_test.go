package cscart_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

func newYork(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	return zone
}

// Periods on a Tuesday at 16:00 UTC.
func TestPeriods(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query    string
		from, to int64
		zone     *time.Location
	}{
		{"period=D", 1466467200, 1466553599, nil},
		{"period=LD", 1466380800, 1466467199, nil},
		{"period=W", 1466380800, 1466985599, nil},
		{"period=LW", 1465776000, 1466380799, nil},
		{"period=M", 1464739200, 1467331199, nil},
		{"period=LM", 1462060800, 1464739199, nil},
		{"period=Y", 1451606400, 1483228799, nil},
		{"period=LY", 1420070400, 1451606399, nil},
		{"period=HH", 1466438400, 1466524800, nil},
		{"period=HW", 1465920000, 1466524800, nil},
		{"period=HM", 1463846400, 1466524800, nil},
		{"period=today", 0, 1466524800, nil},
		{"period=C&time_from=06/20/2016&time_to=6/20", 1466380800, 1466467199, nil},
		{"period=C&time_from=20/06/2016", 1501977600, 1466524800, nil},
		{"period=D", 1466481600, 1466567999, newYork(t)},
		{"period=HC&last_days=2", 1466524800 - 2*86400, 1466524800, nil},
		{"period=HC", 1466524800, 1466524800, nil},
	} {
		t.Run(c.query, func(t *testing.T) {
			t.Parallel()
			var opts []fake.Option
			if c.zone != nil {
				opts = append(opts, cscart.WithTimezone(c.zone))
			}
			store := still(t, opts...)
			for i, second := range []int64{c.from - 1, c.from, c.to, c.to + 1} {
				store.Carts.Add(cscart.Cart{UserID: int64(i + 1), Products: []cscart.Product{{ProductID: 12, Timestamp: at(second)}}})
			}
			got := clientOf(t, store).list(c.query + "&sort_order=asc").body
			assert.Equal(t, c.from, gjson.Get(got, "params.time_from").Int(), got)
			assert.Equal(t, c.to, gjson.Get(got, "params.time_to").Int(), got)
			assert.Equal(t, gjson.Number, gjson.Get(got, "params.time_from").Type)
			assert.Equal(t, gjson.Number, gjson.Get(got, "params.time_to").Type)
			var ids []string
			for _, id := range gjson.Get(got, "carts.#.user_id").Array() {
				ids = append(ids, id.Str)
			}
			want := []string{"2", "3"}
			switch {
			case c.from > c.to:
				want = nil
			case c.from == c.to:
				want = []string{"2", "3"}
			}
			assert.Equal(t, want, ids)
		})
	}
	t.Run("a month may be too short", func(t *testing.T) {
		t.Parallel()
		store := cscart.Start(t, fake.At(time.Date(2015, 3, 31, 9, 0, 0, 0, time.UTC)), fake.Frozen())
		got := clientOf(t, store).list("period=HM").body
		assert.Equal(t, time.Date(2015, 3, 3, 9, 0, 0, 0, time.UTC).Unix(), gjson.Get(got, "params.time_from").Int())
	})
	t.Run("periods follow the clock", func(t *testing.T) {
		t.Parallel()
		store := still(t)
		store.Carts.Add(g1)
		me := clientOf(t, store)
		assert.Equal(t, "1", gjson.Get(me.list("period=D").body, "params.total_items").Str)
		store.Advance(8 * time.Hour)
		assert.Equal(t, "0", gjson.Get(me.list("period=D").body, "params.total_items").Str)
		assert.Equal(t, "1", gjson.Get(me.list("period=LD").body, "params.total_items").Str)
	})
}

// What the echo holds, in order.
func TestParams(t *testing.T) {
	t.Parallel()
	const sorted = `"company_id":"1","sort_order":"desc","sort_by":"date","sort_order_rev":"asc"`
	for query, want := range map[string]string{
		"": `"page":1,"items_per_page":10,` + sorted + `,"total_items":"3"`,
		"page=2&items_per_page=5&period=C&time_from=1466400000&time_to=1466500000&foo=bar": `"page":2,"items_per_page":5,"period":"C","time_from":"1466400000","time_to":"1466500000","foo":"bar",` +
			sorted + `,"total_items":"1"`,
		"period=D":                    `"page":1,"items_per_page":10,"period":"D",` + sorted + `,"time_from":1466467200,"time_to":1466553599,"total_items":"2"`,
		"items_per_page=0":            `"page":1,"items_per_page":"0",` + sorted,
		"items_per_page=&page=7":      `"page":"7","items_per_page":"",` + sorted,
		"sort_by=total&sort_order=up": `"page":1,"items_per_page":10,"sort_by":"date","sort_order":"desc","company_id":"1","sort_order_rev":"asc","total_items":"3"`,
		// what the client may not say keeps the place that the client gave it
		"total_items=9&sort_order_rev=x&company_id=5&page=3x&items_per_page=2": `"page":3,"items_per_page":2,"total_items":"3","sort_order_rev":"asc","company_id":"1","sort_order":"desc","sort_by":"date"`,
		"items_per_page=0&total_items=9":                                       `"page":1,"items_per_page":"0","total_items":"9",` + sorted,
		"online_only=1&a=2":                                                    `"page":1,"items_per_page":10,"a":"2",` + sorted + `,"total_items":"3"`,
		"period=D&time_to=5&time_from=6":                                       `"page":1,"items_per_page":10,"period":"D","time_to":1466553599,"time_from":1466467200,` + sorted + `,"total_items":"2"`,
		"period=A&time_to=5":                                                   `"page":1,"items_per_page":10,"period":"A","time_to":"5",` + sorted + `,"total_items":"3"`,
		"period=0&time_to=5":                                                   `"page":1,"items_per_page":10,"period":"0","time_to":"5",` + sorted + `,"total_items":"3"`,
		// a bound: a number stays a text, a date becomes a number, what is neither stays a text, an empty one becomes a number
		"period=x&time_from=1466503200.0&time_to=6/21/2016": `"page":1,"items_per_page":10,"period":"x","time_from":"1466503200.0","time_to":1466553599,` + sorted + `,"total_items":"2"`,
		"period=C&time_from=2016-06-20&time_to=":            `"page":1,"items_per_page":10,"period":"C","time_from":"2016-06-20","time_to":1466524800,` + sorted + `,"total_items":"3"`,
		// PHP's names and lists
		"a.b=1&+c+d=2&e[=3&f=4&f=5&=6": `"page":1,"items_per_page":10,"a_b":"1","c_d":"2","e_":"3","f":"5",` + sorted + `,"total_items":"3"`,
		"a[]=1&a[]=2&b[x]=1&b[]=2&c[1]=1&c[0]=2&d[x][y]=1&e[0]=1&e[1]rest=2": `"page":1,"items_per_page":10,"a":["1","2"],"b":{"x":"1","0":"2"},"c":{"1":"1","0":"2"},"d":{"x":{"y":"1"}},"e":["1","2"],` +
			sorted + `,"total_items":"3"`,
		"q=%c3%aa%2f%3A%zz%4":              `"page":1,"items_per_page":10,"q":"\u00ea\/:%zz%4",` + sorted + `,"total_items":"3"`,
		"a[]=1&b=2&a=3":                    `"page":1,"items_per_page":10,"a":"3","b":"2",` + sorted + `,"total_items":"3"`,
		"page[]=2&sort_by[]=x&cname[]=zzz": `"page":1,"items_per_page":10,"sort_by":"date","cname":["zzz"],"company_id":"1","sort_order":"desc","sort_order_rev":"asc","total_items":"3"`,
		"q=%22%5C%2F%08%0C%0A%0D%09%01%7F%3C%C3%BC%F0%9F%98%80%FF": `"page":1,"items_per_page":10,"q":"\"\\\/\b\f\n\r\t\u0001` + "\x7f" + `<\u00fc\ud83d\ude00\ufffd",` + sorted + `,"total_items":"3"`,
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			store := still(t)
			filterSet(t, store)
			got := clientOf(t, store).list(query).body
			assert.Equal(t, "{"+want+"}", gjson.Get(got, "params").Raw)
		})
	}
	t.Run("a shop of several vendors", func(t *testing.T) {
		t.Parallel()
		store := still(t, cscart.WithEdition(cscart.MultiVendor))
		filterSet(t, store)
		got := clientOf(t, store).list("sort_by=company_id&company_id=3").body
		assert.Equal(t, `{"page":1,"items_per_page":10,"sort_by":"date","company_id":0,"sort_order":"desc","sort_order_rev":"asc","total_items":"3"}`, gjson.Get(got, "params").Raw)
		assert.NotContains(t, gjson.Get(got, "carts.0").Raw, "company_id")
	})
}

// A page beyond what 64 bits hold is a page past the end.
func TestPagesFarAway(t *testing.T) {
	t.Parallel()
	store := still(t)
	filterSet(t, store)
	me := clientOf(t, store)
	for _, query := range []string{"page=9223372036854775807", "page=99999999999999999999", "page=9223372036854775807&items_per_page=9223372036854775807", "page=4611686018427387905&items_per_page=4"} {
		got := me.list(query)
		assert.Equal(t, 200, got.status)
		assert.Equal(t, "[]", gjson.Get(got.body, "carts").Raw, query)
		assert.Equal(t, "3", gjson.Get(got.body, "params.total_items").Str)
	}
	got := me.list("items_per_page=99999999999999999999")
	assert.Equal(t, 3, len(gjson.Get(got.body, "carts").Array()))
	assert.Equal(t, "9223372036854775807", gjson.Get(got.body, "params.items_per_page").Raw)
}

// The list of a shop in which every filter of the table finds somebody.
func TestFiltersByExample(t *testing.T) {
	t.Parallel()
	john := cscart.Cart{UserID: 3, User: &cscart.User{FirstName: "John", LastName: "Doe", Email: "john@example.com"}, Products: []cscart.Product{{ProductID: 12, Price: 1000}}}
	anna := cscart.Cart{UserID: 4, User: &cscart.User{FirstName: "Anna", LastName: "Doe"}, Products: []cscart.Product{{ProductID: 13, Price: 500, Type: cscart.OnWishlist}, {ProductID: 12, Price: 500}}}
	guest := cscart.Cart{UserID: 4000000009, Products: []cscart.Product{{ProductID: 15, Type: cscart.OnWishlist}}}
	for query, want := range map[string]string{
		"":                                     "3 4 4000000009",
		"cname=do":                             "3 4",
		"cname=ann+doe":                        "4",
		"cname=doe+ann":                        "",
		"cname=%25":                            "3 4",
		"email=JOHN":                           "3",
		"email=%25":                            "3 4",
		"user_id=4":                            "4",
		"user_id=4.9x":                         "4",
		"user_id=abc":                          "",
		"with_info_only=true":                  "3",
		"with_info_only=false":                 "3",
		"users_type=R":                         "3 4",
		"users_type=G":                         "4000000009",
		"users_type=g":                         "3 4 4000000009",
		"total_from=10":                        "3 4",
		"total_from=10.001":                    "3 4",
		"total_from=10.005":                    "",
		"total_to=9.99":                        "4000000009",
		"total_to=0":                           "3 4 4000000009",
		"total_to=0.0":                         "4000000009",
		"product_type_c=1":                     "3 4",
		"product_type_w=1":                     "4 4000000009",
		"product_type_w=1&product_type_c=1":    "3 4 4000000009",
		"product_type_w=1&p_ids=12":            "",
		"p_ids=15,13":                          "4 4000000009",
		"p_ids[]=15&p_ids[]=13":                "4 4000000009",
		"p_ids=15&p_ids=13":                    "4",
		"sort_by=customer&sort_order=desc":     "3 4 4000000009",
		"sort_by=customer&sort_order=asc":      "4000000009 4 3",
		"period=C&time_to=1466524799":          "",
		"period=C&time_from=1466524800":        "3 4 4000000009",
		"time_from=1566524800":                 "3 4 4000000009",
		"period=C&time_from=0&time_to=06/21":   "3 4 4000000009",
		"period=C&time_from=21/06&time_to=6/2": "",
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			store := still(t)
			with(guest, john, anna)(t, store)
			var ids []string
			for _, id := range gjson.Get(clientOf(t, store).list(query).body, "carts.#.user_id").Array() {
				ids = append(ids, id.Str)
			}
			assert.Equal(t, want, strings.Join(ids, " "))
		})
	}
}
