package fluidpay_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

func TestAdd(t *testing.T) {
	t.Parallel()
	t.Run("fills in what is missing", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		assert.Equal(t, fluidpay.Product{
			ID: "d0eda07svrvasm00000g", PublicHash: "d4c9f5c7-9115-4308-b870-ac259022fbdb", MerchantID: "testmerchant12345678", CreatedAt: four, UpdatedAt: four,
		}, shop.Products.Add(fluidpay.Product{}))
		got := shop.Carts.Add(fluidpay.Cart{})
		assert.Equal(t, fluidpay.Cart{
			ID: "d0eda07svrvasm000010", PublicHash: "f86bb334-7eea-41e4-b83a-3814cdcd0866", MerchantID: "testmerchant12345678", CustomFieldsGroup: "default",
			Type: fluidpay.Normal, Payments: []fluidpay.Payment{fluidpay.Card, fluidpay.ACH}, CreatedAt: four, UpdatedAt: four,
			Products: got.Products, Settings: got.Settings,
		}, got)
		assert.Empty(t, got.Products)
		assert.Contains(t, []string{"", "null"}, string(got.Settings))
	})
	t.Run("keeps what is there", func(t *testing.T) {
		t.Parallel()
		shop := still(t, fluidpay.WithMerchant(other))
		at := four.Add(-90 * time.Minute).Add(250 * time.Millisecond).In(time.FixedZone("", -5*3600))
		cart := fluidpay.Cart{
			ID: "my cart", PublicHash: "#", MerchantID: other.ID, CardProcessorID: "x", Name: "n", Type: fluidpay.Donation, CustomFieldsGroup: "g",
			Payments: []fluidpay.Payment{}, Products: []string{"p"}, Settings: json.RawMessage(`{ "a" : [ 1.0 ] }`), CreatedAt: at, UpdatedAt: at.Add(1), DeletedAt: pointer(at.Add(2)),
		}
		got := shop.Carts.Add(cart)
		assert.JSONEq(t, string(cart.Settings), string(got.Settings))
		got.Settings = cart.Settings
		assert.Equal(t, cart, got)
	})
	t.Run("times as the test has them", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		at := time.Date(2025, 5, 8, 12, 0, 41, 5e8, time.FixedZone("", -5*3600))
		shop.Carts.Add(fluidpay.Cart{ID: "a", CreatedAt: at, Payments: []fluidpay.Payment{}, Settings: json.RawMessage(`{ "a" : [ 1.0 , "<" ] }`)})
		got := clientOf(t, shop).get("/cart/a")
		assert.Equal(t, []any{`"2025-05-08T12:00:41.5-05:00"`, `"2025-05-08T12:00:41.5-05:00"`, `[]`, `{"a":[1.0,"<"]}`},
			value("data.created_at", "data.updated_at", "data.payments", "data.settings")(got, shop))
	})
	t.Run("gives copies", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		given := fluidpay.Cart{ID: "a", Products: []string{"p"}, Payments: []fluidpay.Payment{fluidpay.Card}, Settings: json.RawMessage(`{"a":1}`), DeletedAt: pointer(four)}
		shop.Carts.Add(given)
		got, _ := shop.Carts.Get("a")
		given.Products[0], given.Payments[0], given.Settings[2] = "x", "x", 'x'
		*given.DeletedAt = time.Time{}
		got.Products[0], got.Payments[0], got.Settings[2] = "y", "y", 'y'
		*got.DeletedAt = time.Time{}
		again, _ := shop.Carts.Get("a")
		assert.Equal(t, []any{"p", fluidpay.Card, `{"a":1}`, four}, []any{again.Products[0], again.Payments[0], string(again.Settings), *again.DeletedAt})

		thing := fluidpay.Product{ID: "p", UnitOfMeasure: pointer("kg"), ImgData: []byte("x")}
		shop.Products.Add(thing)
		*thing.UnitOfMeasure, thing.ImgData[0] = "lb", 'y'
		kept, _ := shop.Products.Get("p")
		assert.Equal(t, []any{"kg", "x"}, []any{*kept.UnitOfMeasure, string(kept.ImgData)})
	})
}

func TestChange(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shelf(t, shop)
	shelfCarts(t, shop)
	shop.Advance(time.Minute)
	assert.Equal(t, four.Add(time.Minute), shop.Products.Change(p1, func(p *fluidpay.Product) { p.Name = "bowl" }).UpdatedAt)
	assert.Equal(t, sampleTime, shop.Carts.Change(c1, func(c *fluidpay.Cart) { c.UpdatedAt = sampleTime }).UpdatedAt)
	me := clientOf(t, shop)
	assert.Equal(t, `"bowl"`, raw(me.get("/cart/"+c1), "data.products.0.name"), "a cart shows its products as they are now")
	assert.Equal(t, "d0cart00000000000001", names(carts(textIs("product", "=", "bowl"))(me), "id"))

	assert.Equal(t, []string{p1, p3, p2}, shop.Attach(c1, p3, p2).Products)
	got, _ := shop.Carts.Get(c1)
	assert.Equal(t, four.Add(time.Minute), got.UpdatedAt)

	// A deleted product comes back, and the cart shows it again.
	require.Equal(t, 200, me.del("/product/"+p1).status)
	assert.Equal(t, `["`+p3+`","`+p2+`"]`, raw(me.get("/cart"), "data.0.products"))
	shop.Products.Change(p1, func(p *fluidpay.Product) { p.DeletedAt = nil })
	assert.Equal(t, `["`+p1+`","`+p3+`","`+p2+`"]`, raw(me.get("/cart"), "data.0.products"))
	shop.Products.Remove(p1)
	assert.Equal(t, `["`+p3+`","`+p2+`"]`, raw(me.get("/cart/"+c1), "data.products.#.id"))
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shelf(t, shop)
	shelfCarts(t, shop)
	me := clientOf(t, shop)
	shop.RefuseCart(c1, `in use by "<x>"`)
	shop.RefuseProduct(p1, "locked")
	before := shop.Snapshot()
	want := `{"status":"failed","msg":"bad request error: in use by \"<x>\""}`
	for _, got := range []answer{change(`{}`)(me), me.del("/cart/" + c1), change(`{"name":""}`)(me)} {
		assert.Equal(t, []any{400, want}, []any{got.status, got.body})
	}
	for _, got := range []answer{me.post("/product/"+p1, `{}`), me.del("/product/" + p1)} {
		assert.Equal(t, []any{400, refused("locked")}, []any{got.status, got.body})
	}
	assert.Empty(t, fake.Diff(before, shop.Snapshot()))
	assert.Equal(t, 200, me.post("/cart/"+c2, `{}`).status, "of this record only")
	assert.Equal(t, 200, me.post("/product/"+p2, `{}`).status)
	shop.RefuseCart(c1, "")
	assert.Equal(t, 200, change(`{}`)(me).status)
	shop.Reset()
	shelf(t, shop)
	assert.Equal(t, 200, me.post("/product/"+p1, `{}`).status, "forgotten by Reset")
}

func TestSamples(t *testing.T) {
	t.Parallel()
	for name, fill := range map[string]struct{ ours, theirs func(*fluidpay.Server) }{
		"SampleCart": {func(s *fluidpay.Server) { sampleCart(t, s) }, func(s *fluidpay.Server) {
			c, products := fluidpay.SampleCart()
			for _, p := range products {
				s.Products.Add(p)
			}
			s.Carts.Add(c)
		}},
		"SampleCarts": {func(s *fluidpay.Server) { sampleList(t, s) }, func(s *fluidpay.Server) {
			all, products := fluidpay.SampleCarts()
			for _, p := range products {
				s.Products.Add(p)
			}
			for _, c := range all {
				s.Carts.Add(c)
			}
		}},
		"SampleProduct": {func(s *fluidpay.Server) {
			sampleProduct("Train his child does camp terribly myself pride us yet. Moonlight handle publicity shall keep those watch drag truthfully anyone. Bravo tasty these to has rarely soon capture as quarterly.")(t, s)
		}, func(s *fluidpay.Server) { s.Products.Add(fluidpay.SampleProduct()) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ours, theirs := still(t), still(t)
			fill.ours(ours)
			fill.theirs(theirs)
			for _, path := range []string{"/cart", "/product", "/cart/d0doh5fsvrvasm390u6g"} {
				assert.Equal(t, withoutHashes(clientOf(t, ours).get(path).body), withoutHashes(clientOf(t, theirs).get(path).body))
			}
		})
	}
}

// withoutHashes leaves out what the document does not tell of all products.
func withoutHashes(body string) string {
	var all any
	if json.Unmarshal([]byte(body), &all) != nil {
		return body
	}
	var strip func(any)
	strip = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if v["sku"] != nil && v["id"] != "d0doh5fsvrvasm390u30" && v["id"] != "d0ecs87svrvfjfvijd70" {
				delete(v, "public_hash")
			}
			for _, member := range v {
				strip(member)
			}
		case []any:
			for _, member := range v {
				strip(member)
			}
		}
	}
	strip(all)
	return slowJSON(all)
}

func TestMistakesOfTheTest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(*fluidpay.Server)
		want string
	}{
		"an id that is a path": {func(s *fluidpay.Server) { s.Carts.Add(fluidpay.Cart{ID: "search"}) }, "search"},
		"a product called so":  {func(s *fluidpay.Server) { s.Products.Add(fluidpay.Product{ID: "search"}) }, "search"},
		"an id with a slash":   {func(s *fluidpay.Server) { s.Products.Add(fluidpay.Product{ID: "a/b"}) }, "a/b"},
		"an id in use": {func(s *fluidpay.Server) {
			s.Carts.Add(fluidpay.Cart{ID: "a"})
			s.Carts.Add(fluidpay.Cart{ID: "a", MerchantID: "b"})
		}, "a"},
		"settings that are a list":  {func(s *fluidpay.Server) { s.Carts.Add(fluidpay.Cart{Settings: json.RawMessage(`[]`)}) }, "ettings"},
		"settings that are no JSON": {func(s *fluidpay.Server) { s.Carts.Add(fluidpay.Cart{Settings: json.RawMessage(`{`)}) }, "ettings"},
		"a negative price":          {func(s *fluidpay.Server) { s.Products.Add(fluidpay.Product{Price: -1}) }, "rice"},
		"a price that became so": {func(s *fluidpay.Server) {
			s.Products.Change(s.Products.Add(fluidpay.Product{}).ID, func(p *fluidpay.Product) { p.Price = -1 })
		}, "rice"},
		"a cart that is not there": {func(s *fluidpay.Server) { s.Attach("nobody", "p") }, "nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, mistakeIn(t, c.do), c.want)
		})
	}
	t.Run("ids of different kinds do not meet", func(t *testing.T) {
		t.Parallel()
		assert.Empty(t, mistakeIn(t, func(s *fluidpay.Server) {
			s.Carts.Add(fluidpay.Cart{ID: "a"})
			s.Products.Add(fluidpay.Product{ID: "a"})
		}))
	})
}

func TestMistakesInOptions(t *testing.T) {
	t.Parallel()
	for want, opts := range map[string][]fluidpay.Option{
		"WithToken":                         options(fluidpay.WithToken("")),
		"no request can carry this token":   options(fluidpay.WithToken("x ")),
		"WithPageSize":                      options(fluidpay.WithPageSize(0)),
		"101":                               options(fluidpay.WithPageSize(101)),
		"WithDeletes":                       options(fluidpay.WithDeletes("never")),
		"needs an id":                       options(fluidpay.WithMerchant(fluidpay.Merchant{Key: "k"})),
		"no request can carry this key":     options(fluidpay.WithAccount("m", " k")),
		"belongs to another merchant":       options(fluidpay.WithMerchant(other), fluidpay.WithMerchant(fluidpay.Merchant{ID: "another", Key: other.Key})),
		`WithMerchant: id "othermerchant00`: options(fluidpay.WithMerchant(other), fluidpay.WithMerchant(fluidpay.Merchant{ID: other.ID, Key: "api_x"})),
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			watched := &spy{TB: t}
			defer func() {
				if p := recover(); p != nil && p != any(watched) {
					panic(p)
				}
				assert.Contains(t, watched.fatal, want)
			}()
			fluidpay.Start(watched, opts...)
		})
	}
}

// What the fake dates itself is a whole second, whatever the clock says.
func TestWholeSeconds(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shop.Advance(1999 * time.Millisecond)
	want := four.Add(time.Second)
	me := clientOf(t, shop)
	added := shop.Carts.Add(fluidpay.Cart{})
	assert.Equal(t, []time.Time{want, want}, []time.Time{added.CreatedAt, added.UpdatedAt})
	made := strings.Trim(raw(product()(me), "data.id"), `"`)
	shop.Advance(time.Second)
	assert.Equal(t, want.Add(time.Second), shop.Carts.Change(added.ID, func(c *fluidpay.Cart) { c.Name = "x" }).UpdatedAt)
	assert.Equal(t, want.Add(time.Second), shop.Attach(added.ID, made).UpdatedAt)
	assert.Equal(t, []any{`"2025-05-08T16:00:01Z"`, `"2025-05-08T16:00:02Z"`}, value("data.created_at", "data.updated_at")(me.post("/product/"+made, `{}`), shop))
	require.Equal(t, 200, me.del("/product/"+made).status)
	gone, _ := shop.Products.Get(made)
	assert.Equal(t, want.Add(time.Second), *gone.DeletedAt)
}

// What belongs to another merchant is not there, by any call.
func TestForeignRecords(t *testing.T) {
	t.Parallel()
	shop := still(t, fluidpay.WithMerchant(other))
	shop.Products.Add(fluidpay.Product{ID: "p", Name: "mug", MerchantID: other.ID})
	shop.Carts.Add(fluidpay.Cart{ID: "c", Name: "mug", MerchantID: other.ID, Products: []string{"p"}})
	before := shop.Snapshot()
	me := clientOf(t, shop)
	for _, path := range []string{"/cart/c", "/product/p"} {
		for _, got := range []answer{me.get(path), me.post(path, `{"name":"x"}`), me.del(path)} {
			assert.Equal(t, []any{404, notFound}, []any{got.status, got.body}, path)
		}
	}
	for _, path := range []string{"/cart", "/product"} {
		assert.Equal(t, `0`, raw(me.get(path), "total_count"))
		for _, body := range []string{`{}`, textIs("name", "=", "mug"), textIs("id", "=", path[1:2]), textIs("name", "!=", "cap")} {
			assert.Equal(t, `0`, raw(me.post(path+"/search", body), "total_count"), body)
		}
	}
	assert.Empty(t, fake.Diff(before, shop.Snapshot()))
	you := me.as(other.Key).send("GET", "/api/merchant/"+other.ID+"/cart/c", "")
	assert.Equal(t, `["p"]`, raw(you, "data.products.#.id"))
}

// An id that a test has given away is passed over.
func TestIDsThatAreTaken(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shop.Products.Add(fluidpay.Product{ID: id(four, machine, 1)})
	shop.Carts.Add(fluidpay.Cart{ID: id(four, machine, 2)})
	assert.Equal(t, `"`+id(four, machine, 3)+`"`, raw(cart(``)(clientOf(t, shop)), "data.id"))
	assert.Equal(t, id(four, machine, 4), shop.Products.Add(fluidpay.Product{}).ID)
}

func TestSnapshots(t *testing.T) {
	t.Parallel()
	shop := still(t, fluidpay.WithMerchant(other))
	sampleCart(t, shop)
	shelf(t, shop)
	shop.Products.Add(fluidpay.Product{ID: "theirs", MerchantID: other.ID, UnitOfMeasure: pointer("kg"), DeletedAt: pointer(four)})
	me := clientOf(t, shop)
	require.Equal(t, 200, me.post("/product", `{"sku":"T-1","name":"Tee","img":"iVBORw0KGgo=","price":1299,"fixed_amount":true,"fixed_qty":false,"description":"A tee & <more>"}`).status)
	snap := shop.Snapshot()
	want := []answer{me.get("/product"), me.get("/cart"), me.get("/cart/" + initiatives.ID)}

	second := still(t, fluidpay.WithMerchant(other))
	second.Restore(snap)
	assert.Equal(t, string(snap), string(second.Snapshot()))
	you := clientOf(t, second)
	for i, got := range []answer{you.get("/product"), you.get("/cart"), you.get("/cart/" + initiatives.ID)} {
		assert.Equal(t, want[i].body, got.body)
	}
	assert.Equal(t, shop.Products.All(), second.Products.All())
	assert.Equal(t, shop.Carts.Add(fluidpay.Cart{}).ID, second.Carts.Add(fluidpay.Cart{}).ID, "ids go on from there")

	third := still(t)
	third.Restore(fake.Snapshot(`{"carts":[{"name":"Spring","products":["p"]}],"products":[{"id":"p","sku":"S","name":"Tee","price":5}]}`))
	got := clientOf(t, third).get("/cart")
	assert.Equal(t, []any{`["Spring"]`, `[["p"]]`, `["default"]`, `1`}, value("data.#.name", "data.#.products", "data.#.custom_fields_group", "total_count")(got, third))
}
