package cscart_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

func TestDefaultsOfACart(t *testing.T) {
	t.Parallel()
	store := still(t)
	got := store.Carts.Add(cscart.Cart{
		UserID: 3, User: &cscart.User{Usergroups: []cscart.Usergroup{{ID: 9}, {ID: 7}}},
		Products: []cscart.Product{{ProductID: 12}, {ProductID: 12, Type: cscart.OnWishlist}},
	})
	want := cscart.Cart{
		UserID: 3, CompanyID: 1, IPAddress: "127.0.0.1", SessionID: "00000000000000000000000000000003-1-C", SerializedExtra: "a:0:{}",
		User: &cscart.User{
			Status: "A", Type: "C", CompanyID: 1, Timestamp: noon, LangCode: "en", ProfileID: 3, ProfileType: "P", ProfileName: "Main",
			Usergroups: []cscart.Usergroup{{ID: 9, LinkID: 1, Status: "A", Type: "C"}, {ID: 7, LinkID: 2, Status: "A", Type: "C"}},
		},
	}
	require.Len(t, got.Products, 2)
	for i, p := range got.Products {
		assert.Equal(t, "P", p.ItemType)
		assert.Equal(t, int64(1), p.Amount)
		assert.Equal(t, noon, p.Timestamp)
		assert.Equal(t, uint32(1330857165), p.ItemID, "the sum of the text 12")
		assert.Equal(t, []cscart.RowType{cscart.InCart, cscart.OnWishlist}[i], p.Type)
	}
	got.Products = nil
	assert.Equal(t, want, got)
	wire := clientOf(t, store).get("/api/carts/3").body
	assert.Equal(t, "7 9", keys(gjson.Get(wire, "user_data.usergroups")), "groups by number")
	assert.Equal(t, `"2"`, gjson.Get(wire, "user_data.usergroups.7.link_id").Raw)
}

// The number of a row is a sum over product and options; the document has the
// proof.
func TestItemIDs(t *testing.T) {
	t.Parallel()
	store := still(t)
	for i, c := range []struct {
		options []cscart.Option
		want    uint32
	}{
		{[]cscart.Option{{ID: 3, Variant: 12}, {ID: 4, Variant: 17}}, 822274303},
		{[]cscart.Option{{ID: 3, Variant: 17}, {ID: 4, Variant: 12}}, 822274303},
		{nil, 1330857165},
	} {
		got := store.Carts.Add(cscart.Cart{UserID: int64(i + 1), Products: []cscart.Product{{ProductID: 12, Options: c.options}}})
		assert.Equal(t, c.want, got.Products[0].ItemID)
	}
	got := store.Carts.Add(cscart.Cart{UserID: 9, Products: []cscart.Product{{ProductID: 12, ItemID: 4294967295}}})
	assert.Equal(t, uint32(4294967295), got.Products[0].ItemID)
	assert.Equal(t, `"4294967295"`, gjson.Get(clientOf(t, store).get("/api/carts/9").body, "products.0.item_id").Raw)
}

func TestRowsComeAndGo(t *testing.T) {
	t.Parallel()
	store := still(t)
	with(g1)(t, store)
	me := clientOf(t, store)
	store.Advance(time.Hour)
	store.AddProducts(g1.UserID, cscart.Product{ProductID: 14, Amount: 3, Price: 10, Name: "Pin"}, cscart.Product{ProductID: 15, Type: cscart.OnWishlist})
	got := me.get("/api/carts/4000000001").body
	assert.Equal(t, `["12","14"]`, gjson.Get(got, "products.#.product_id").Raw)
	assert.Equal(t, `"10.30"`, gjson.Get(got, "total").Raw)
	assert.Equal(t, num(noon.Add(time.Hour).Unix()), gjson.Get(got, "date").Str)
	c, _ := store.Carts.Get(g1.UserID)
	require.Len(t, c.Products, 3)
	store.RemoveProduct(g1.UserID, c.Products[1].ItemID)
	assert.Equal(t, `["12"]`, gjson.Get(me.get("/api/carts/4000000001").body, "products.#.product_id").Raw)
	store.RemoveProduct(g1.UserID, c.Products[0].ItemID)
	assert.Equal(t, "[]", gjson.Get(me.get("/api/carts/4000000001").body, "products").Raw, "the wish is left")
	store.RemoveProduct(g1.UserID, c.Products[2].ItemID)
	assert.Equal(t, 404, me.get("/api/carts/4000000001").status)
	assert.Zero(t, store.Carts.Len())
}

func TestChangedRowsGetATime(t *testing.T) {
	t.Parallel()
	store := still(t)
	with(g1)(t, store)
	store.Advance(time.Minute)
	got := store.Carts.Change(g1.UserID, func(c *cscart.Cart) { c.Products = append(c.Products, cscart.Product{ProductID: 30, Amount: 1}) })
	assert.Equal(t, at(1466503200), got.Products[0].Timestamp)
	assert.Equal(t, noon.Add(time.Minute), got.Products[1].Timestamp)
}

func TestValuesAreCopies(t *testing.T) {
	t.Parallel()
	store := still(t)
	mine := ann
	mine.Products = append([]cscart.Product(nil), ann.Products...)
	mine.User = &cscart.User{FirstName: "Ann", Fields: map[int64]any{36: map[string]any{"a": "b"}}, Usergroups: []cscart.Usergroup{{ID: 7}}}
	mine.Products[0].Extra = json.RawMessage(`{"a":1}`)
	stored := store.Carts.Add(mine)
	before := store.Snapshot()
	for _, c := range []cscart.Cart{mine, stored, gotten(store, 5), store.Carts.All()[0]} {
		c.User.FirstName = "changed"
		c.User.Fields[36].(map[string]any)["a"] = "changed"
		c.User.Usergroups[0].ID = 99
		c.Products[0].ProductID = 99
		c.Products[0].Options[0].Variant = 99
		copy(c.Products[0].Extra, "changed")
		c.Products[0].Name = "changed"
	}
	assert.Empty(t, fake.Diff(before, store.Snapshot()))
	ann.Products[0].Options[0].Variant = 5
}

// A given extra is written out as it came, in the shop's spelling.
func TestGivenExtra(t *testing.T) {
	t.Parallel()
	store := still(t)
	store.Carts.Add(cscart.Cart{UserID: 3, Products: []cscart.Product{
		{ProductID: 1, Extra: json.RawMessage(`{ "price": 30.00, "b": 1e2, "a": "ü/<", "n": null, "deep": {"x": [1, "2", {}] } }`)},
	}})
	assert.Equal(t, `{"price":30.00,"b":1e2,"a":"\u00fc\/<","n":null,"deep":{"x":[1,"2",{}]}}`, gjson.Get(clientOf(t, store).get("/api/carts/3").body, "products.0.extra").Raw)
}

// Numbers of a generated extra are as short as they can be.
func TestGeneratedExtra(t *testing.T) {
	t.Parallel()
	store := still(t)
	prices := map[cscart.Money]string{3000: "30", 2999: "29.99", 10: "0.1", 5: "0.05", 0: "0", 1050: "10.5", 100000000000001: "1000000000000.01"}
	var rows []cscart.Product
	for price := range prices {
		rows = append(rows, cscart.Product{ProductID: int64(price) + 1, Price: price})
	}
	store.Carts.Add(cscart.Cart{UserID: 3, IPAddress: "2001:db8::1", Products: rows})
	body := clientOf(t, store).get("/api/carts/3").body
	for i, p := range rows {
		extra := gjson.Get(body, "products."+num(int64(i))+".extra")
		for _, key := range []string{"price", "base_price", "display_price"} {
			assert.Equal(t, prices[p.Price], extra.Get(key).Raw)
		}
		assert.Equal(t, "20010db8000000000000000000000001", extra.Get("ip_address").Str)
	}
}

func TestRefusalsOutliveTheRecord(t *testing.T) {
	t.Parallel()
	store := still(t)
	me := clientOf(t, store)
	store.RefuseDelete(4000000001, "locked by an order")
	assert.Equal(t, 404, me.remove("4000000001").status)
	with(g1)(t, store)
	before := store.Snapshot()
	got := me.remove("4000000001")
	assert.Equal(t, message("Bad Request: locked by an order", 400), got.body)
	assert.Empty(t, fake.Diff(before, store.Snapshot()))
	store.AllowDelete(4000000001)
	assert.Equal(t, 204, me.remove("4000000001").status)
}

// DELETE takes the wishlist along.
func TestDeleteTakesEverything(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]fake.Option{nil, {noWishlist}} {
		store := still(t, opts...)
		with(ann, g1)(t, store)
		me := clientOf(t, store)
		got := me.remove("5")
		assert.Equal(t, 204, got.status)
		assert.Empty(t, got.body)
		assert.Empty(t, got.header.Values("Content-Type"))
		assert.Equal(t, 404, me.remove("5").status)
		assert.Equal(t, 1, store.Carts.Len())
	}
}

func TestMistakesOfTheTest(t *testing.T) {
	t.Parallel()
	row := []cscart.Product{{ProductID: 12}}
	for name, do := range map[string]func(*cscart.Server){
		"no user":            func(s *cscart.Server) { s.Carts.Add(cscart.Cart{Products: row}) },
		"a negative user":    func(s *cscart.Server) { s.Carts.Add(cscart.Cart{UserID: -1, Products: row}) },
		"a user with a cart": func(s *cscart.Server) { s.Carts.Add(cscart.Cart{UserID: 4000000001, Products: row}) },
		"no rows":            func(s *cscart.Server) { s.Carts.Add(cscart.Cart{UserID: 9}) },
		"no product":         func(s *cscart.Server) { s.Carts.Add(cscart.Cart{UserID: 9, Products: []cscart.Product{{}}}) },
		"a negative amount": func(s *cscart.Server) {
			s.Carts.Add(cscart.Cart{UserID: 9, Products: []cscart.Product{{ProductID: 1, Amount: -1}}})
		},
		"a row twice": func(s *cscart.Server) { s.Carts.Add(cscart.Cart{UserID: 9, Products: append(row, row...)}) },
		"an extra that is a list": func(s *cscart.Server) {
			s.Carts.Add(cscart.Cart{UserID: 9, Products: []cscart.Product{{ProductID: 1, Extra: json.RawMessage("[]")}}})
		},
		"an extra that is no JSON": func(s *cscart.Server) {
			s.Carts.Add(cscart.Cart{UserID: 9, Products: []cscart.Product{{ProductID: 1, Extra: json.RawMessage("{")}}})
		},
		"a name as IP address": func(s *cscart.Server) { s.Carts.Add(cscart.Cart{UserID: 9, IPAddress: "localhost", Products: row}) },
		"rows for nobody":      func(s *cscart.Server) { s.AddProducts(9, cscart.Product{ProductID: 1}) },
		"a row that is there":  func(s *cscart.Server) { s.AddProducts(4000000001, cscart.Product{ProductID: 12}) },
		"all rows taken away":  func(s *cscart.Server) { s.Carts.Change(4000000001, func(c *cscart.Cart) { c.Products = nil }) },
		"a row of nobody":      func(s *cscart.Server) { s.RemoveProduct(9, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watched := &spy{TB: t}
			store := cscart.Start(watched, fake.At(noon), fake.Frozen())
			with(g1)(t, store)
			before := store.Snapshot()
			func() {
				defer func() { assert.Same(t, watched, recover()) }()
				do(store)
			}()
			assert.Contains(t, watched.fatal, "cscart: ")
			assert.Empty(t, fake.Diff(before, store.Snapshot()))
		})
	}
	t.Run("without a test they panic", func(t *testing.T) {
		t.Parallel()
		store := cscart.New()
		defer store.Close()
		assert.Panics(t, func() { store.Carts.Add(cscart.Cart{}) })
	})
	for name, o := range map[string]fake.Option{
		"an account without key":   cscart.WithAccount("a@example.com", ""),
		"a user without address":   cscart.WithUser(cscart.APIUser{Key: "k"}),
		"an unknown privilege":     cscart.WithUser(cscart.APIUser{Email: "a@example.com", Key: "k", Privileges: []fake.Scope{"all"}}),
		"an unknown kind":          cscart.WithUser(cscart.APIUser{Email: "a@example.com", Key: "k", Kind: "guest"}),
		"no company":               cscart.WithCompany(0),
		"no zone":                  cscart.WithTimezone(nil),
		"no page":                  cscart.WithPageSize(0),
		"an unknown order":         cscart.WithDefaultSort("total", "asc"),
		"an unknown direction":     cscart.WithDefaultSort("date", "up"),
		"an unknown engine":        cscart.WithEngine("5"),
		"an unknown edition":       cscart.WithEdition("x"),
		"an unknown add-on":        cscart.WithAddons("x"),
		"an unknown fate of lists": cscart.WithArrayIDs("x"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Panics(t, func() { cscart.New(o).Close() })
		})
	}
}

// A snapshot holds everything, and putting it back gives the same answers.
func TestSnapshots(t *testing.T) {
	t.Parallel()
	store := still(t)
	with(append(cscart.SampleCarts(), ann, g3, wished)...)(t, store)
	state := store.Snapshot()
	assert.Equal(t, "5", gjson.GetBytes(state, "carts.#").Raw)
	me := clientOf(t, store)
	paths := []string{"/api/carts", "/api/carts/5", "/api/carts/3", "/api/carts/4000000003", "/api/carts/?p_ids=12&sort_by=customer", "/api/carts?period=D&users_type=G"}
	var want []string
	for _, p := range paths {
		want = append(want, me.get(p).body)
	}
	store.Reset()
	assert.Zero(t, store.Carts.Len())
	assert.Equal(t, "[]", gjson.Get(me.get("/api/carts?p_ids=12").body, "carts").Raw)
	other := still(t)
	for _, s := range []*cscart.Server{store, other} {
		s.Restore(state)
		assert.Empty(t, fake.Diff(state, s.Snapshot()))
		for i, p := range paths {
			assert.Equal(t, want[i], clientOf(t, s).get(p).body, p)
		}
	}
}

// Whatever changes the store, the next list shows.
func TestListsAreNeverOld(t *testing.T) {
	t.Parallel()
	row := []cscart.Product{{ProductID: 12, Price: 100}}
	for name, change := range map[string]func(*cscart.Server){
		"add":          func(s *cscart.Server) { s.Carts.Add(cscart.Cart{UserID: 9, Products: row}) },
		"change":       func(s *cscart.Server) { s.Carts.Change(g1.UserID, func(c *cscart.Cart) { c.OrderID = 9 }) },
		"remove":       func(s *cscart.Server) { s.Carts.Remove(g1.UserID) },
		"quiet add":    func(s *cscart.Server) { s.Carts.Quiet().Add(cscart.Cart{UserID: 9, Products: row}) },
		"quiet change": func(s *cscart.Server) { s.Carts.Quiet().Change(g1.UserID, func(c *cscart.Cart) { c.OrderID = 9 }) },
		"quiet remove": func(s *cscart.Server) { s.Carts.Quiet().Remove(g1.UserID) },
		"rows":         func(s *cscart.Server) { s.AddProducts(g1.UserID, cscart.Product{ProductID: 99}) },
		"a row less":   func(s *cscart.Server) { s.RemoveProduct(g3.UserID, gotten(s, g3.UserID).Products[0].ItemID) },
		"a restored": func(s *cscart.Server) {
			s.Restore(fake.Snapshot(`{"carts":[{"user_id":9,"products":[{"product_id":12}]}]}`))
		},
		"nothing left": func(s *cscart.Server) { s.Reset() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := still(t)
			filterSet(t, store)
			me := clientOf(t, store)
			queries := []string{"", "users_type=G", "p_ids=12,14", "total_from=1", "sort_by=customer", "items_per_page=0"}
			before := map[string]string{}
			for range 2 {
				for _, q := range queries {
					before[q] = me.list(q).body
				}
			}
			one := me.get("/api/carts/4000000001").body + me.get("/api/carts/4000000003").body
			change(store)
			fresh := still(t)
			for _, c := range store.Carts.All() {
				fresh.Carts.Add(c)
			}
			for _, q := range queries {
				assert.Equal(t, clientOf(t, fresh).list(q).body, me.list(q).body, q)
			}
			assert.NotEqual(t, before[""]+one, me.list("").body+me.get("/api/carts/4000000001").body+me.get("/api/carts/4000000003").body)
		})
	}
}
