package fluidpay_test

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// A step is one thing that can be wrong, in the order in which it is looked at.
type step struct {
	name   string
	spoil  func(r *request)
	status int
	body   string
}

type request struct{ method, path, key, body string }

// Of all that is wrong with an update, the first in order answers: each suffix
// of the list is tried.
func TestOrderOfDecisions(t *testing.T) {
	t.Parallel()
	steps := []step{
		{"an unknown path", func(r *request) { r.path = "/api" + r.path }, 404, notFound},
		{"an unknown verb", func(r *request) { r.method = "PUT" }, 405, badMethod},
		{"a wrong key", func(r *request) { r.key = "api_Wrong" }, 401, unauthorized},
		{"a foreign merchant", func(r *request) { r.path = strings.Replace(r.path, "testmerchant12345678", "m", 1) }, 401, unauthorized},
		{"a broken body", func(r *request) { r.body += "}" }, 400, malformed},
		{"an unknown record", func(r *request) { r.path = strings.Replace(r.path, c1, "nobody", 1) }, 404, notFound},
		{"a refused record", nil, 400, refused("cart is in use")},
		{"a wrong type", func(r *request) { r.body = strings.Replace(r.body, `"donation"`, `"gift"`, 1) }, 400, refused("invalid type")},
		{"a wrong name", func(r *request) { r.body = strings.Replace(r.body, `"Summer"`, `""`, 1) }, 400, refused("invalid name")},
		{"a refusal of the store", nil, 400, refused("locked")},
	}
	good := request{"POST", home + "/cart/" + c1, "api_CartDoubleTestKey0000001", `{"type":"donation","name":"Summer"}`}
	for i := range steps {
		t.Run(steps[i].name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, fake.Allow("no-route"))
			shelf(t, shop)
			shelfCarts(t, shop)
			spoilt, refusedHere, notSaved := good, false, false
			for j := len(steps) - 1; j >= i; j-- {
				switch {
				case steps[j].spoil != nil:
					steps[j].spoil(&spoilt)
				case steps[j].name == "a refused record":
					refusedHere = true
				default:
					notSaved = true
				}
			}
			if refusedHere {
				shop.RefuseCart(c1, "cart is in use")
			}
			if notSaved {
				shop.Inject(fake.NewFault("not-saved").Set("errors", "locked").On(fluidpay.UpdateCart).Call(1).Optional())
			}
			before := shop.Snapshot()
			got := clientOf(t, shop).as(spoilt.key).send(spoilt.method, spoilt.path, spoilt.body, "Content-Type: application/json")
			assert.Equal(t, []any{steps[i].status, steps[i].body}, []any{got.status, got.body})
			assert.Empty(t, fake.Diff(before, shop.Snapshot()))
		})
	}
}

// A body with every field wrong is told the first of them; then that one is put
// right, and the next is told.
func TestOrderOfFields(t *testing.T) {
	t.Parallel()
	cases := map[string][][3]string{ // key, wrong, right
		"/cart": {
			{"type", `"gift"`, `"normal"`},
			{"name", `""`, `"x"`},
			{"description", `1`, `""`},
			{"custom_fields_group", `[]`, `"a"`},
			{"card_processor_id", `"D0DOH5FSVRVASM390U6G"`, `"d0doh5fsvrvasm390u6g"`},
			{"ach_processor_id", `"d0doh5fsvrvasm390u6"`, `""`},
			{"success_url", `"/thanks"`, `"https://x.example"`},
			{"cancel_url", `{}`, `""`},
			{"show_available_products", `"no"`, `true`},
			{"require_shipping_details", `0`, `false`},
			{"email_receipt", `"true"`, `true`},
			{"payments", `["cash"]`, `["card"]`},
			{"products", `[{}]`, `[]`},
			{"settings", `"x"`, `{}`},
		},
		"/product": {
			{"sku", `""`, `"x"`},
			{"name", `7`, `"x"`},
			{"img", `"%"`, `""`},
			{"price", `-1`, `1`},
			{"local_tax", `1.5`, `1`},
			{"national_tax", `"1"`, `1`},
			{"fixed_amount", `"true"`, `true`},
			{"fixed_qty", `1`, `false`},
			{"unit_of_measure", `1`, `"kg"`},
			{"description", `1`, `"x"`},
		},
		"/cart/search": {
			{"id", `"x"`, `{"operator":"=","value":"x"}`},
			{"name", `{"operator":"="}`, `{"operator":"!=","value":""}`},
			{"product", `{"value":"x"}`, `{"operator":"=","value":"x"}`},
			{"created_at", `7`, `{}`},
			{"updated_at", `{"end_date":"x"}`, `{"start_date":null}`},
			{"deleted_at", `{"start_date":""}`, `null`},
			{"limit", `-1`, `1`},
			{"offset", `-1`, `0`},
		},
		"/product/search": {
			{"id", `[]`, `{"operator":"=","value":"x"}`},
			{"name", `{"operator":">","value":"x"}`, `{"operator":"!=","value":""}`},
			{"price", `{"operator":"=","value":1.5}`, `{"operator":">","value":-5}`},
			{"created_at", `"2025-05-08T12:00:00Z"`, `{}`},
			{"updated_at", `{"end_date":1}`, `{"start_date":null}`},
			{"deleted_at", `true`, `null`},
			{"limit", `1e1`, `1`},
			{"offset", `"0"`, `0`},
		},
	}
	for path, kind := range map[string]string{
		"/cart": "/cart", "/cart/" + c1: "/cart", "/product": "/product", "/product/" + p1: "/product",
		"/cart/search": "/cart/search", "/product/search": "/product/search",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			shelf(t, shop)
			shelfCarts(t, shop)
			me := clientOf(t, shop)
			before, keys := shop.Snapshot(), cases[kind]
			for right := range keys {
				got := me.post(path, wrongFrom(right, keys))
				assert.Equal(t, []any{400, refused("invalid " + keys[right][0])}, []any{got.status, got.body})
				assert.Empty(t, fake.Diff(before, shop.Snapshot()))
			}
			assert.Equal(t, 200, me.post(path, wrongFrom(len(keys), keys)).status)
		})
	}
}

// wrongFrom is a body whose keys are right up to one of them, written backwards:
// the order in the body does not matter.
func wrongFrom(first int, keys [][3]string) string {
	var parts []string
	for i, key := range slices.Backward(keys) {
		text := key[1]
		if i < first {
			text = key[2]
		}
		parts = append(parts, `"`+key[0]+`":`+text)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// What a creation lacks is told in the same order.
func TestRequiredKeys(t *testing.T) {
	t.Parallel()
	for path, keys := range map[string][][2]string{
		"/cart": {{"type", `"normal"`}, {"name", `"x"`}},
		"/product": {
			{"sku", `"x"`},
			{"name", `"x"`},
			{"price", `0`},
			{"fixed_amount", `false`},
			{"fixed_qty", `false`},
			{"description", `"x"`},
		},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			me := clientOf(t, shop)
			for there := range len(keys) + 1 {
				for _, missing := range []string{"", "null"} {
					var parts []string
					for i, key := range keys {
						if i < there {
							parts = append(parts, `"`+key[0]+`":`+key[1])
						} else if missing != "" {
							parts = append(parts, `"`+key[0]+`":`+missing)
						}
					}
					got := me.post(path, "{"+strings.Join(parts, ",")+"}")
					if there == len(keys) {
						assert.Equal(t, 200, got.status, got.body)
						continue
					}
					assert.Equal(t, []any{400, refused(keys[there][0] + " is required")}, []any{got.status, got.body})
				}
			}
		})
	}
}

// id is what a record made at t is called, by the rule of xid.
func id(at time.Time, machine string, n int) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(at.Unix()))
	b = append(b, machine...)
	b = append(b, byte(n>>16), byte(n>>8), byte(n))
	return base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding).EncodeToString(b)
}

const (
	machine = "\xfc\xfe\xfe\xae\x58"
	calls   = "\xfc\xfe\xfe\x00\x00"
)

func TestIDs(t *testing.T) {
	t.Parallel()
	t.Run("are those of the document", func(t *testing.T) {
		t.Parallel()
		at := time.Unix(1746634901, 0)
		for i, want := range []string{"u30", "u3g", "u40", "u4g", "u50", "u5g", "u60", "u6g"} {
			assert.Equal(t, "d0doh5fsvrvasm390"+want, id(at, machine, 6883206+i))
		}
	})
	t.Run("are counted over carts and products, those of the test too", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		me := clientOf(t, shop)
		var got []string
		got = append(got, shop.Products.Add(fluidpay.Product{}).ID)
		me.post("/cart", `{"type":"gift","name":"x"}`) // refused: no number is used up
		shop.Advance(time.Hour + 500*time.Millisecond)
		created := me.post("/cart", `{"type":"normal","name":"x"}`)
		got = append(got, strings.Trim(raw(created, "data.id"), `"`))
		shop.Products.Add(fluidpay.Product{ID: "mine"})
		got = append(got, shop.Carts.Add(fluidpay.Cart{}).ID)
		assert.Equal(t, []string{id(four, machine, 1), id(four.Add(time.Hour), machine, 2), id(four.Add(time.Hour), machine, 3)}, got)
		assert.Equal(t, `"2025-05-08T17:00:00Z"`, raw(created, "data.created_at"), "the fake's times are whole seconds")
		assert.Equal(t, id(four.Add(time.Hour), calls, 2), created.header.Get("X-Correlation-Id"))
	})
	t.Run("go by the seed", func(t *testing.T) {
		t.Parallel()
		shop := still(t, fake.Seed(0x12345))
		assert.Equal(t, id(four, "\xfc\xfe\xfe\x23\x45", 1), shop.Carts.Add(fluidpay.Cart{}).ID)
		got := clientOf(t, shop).get("/cart")
		assert.Equal(t, id(four, calls, 1), got.header.Get("X-Correlation-Id"))
	})
	t.Run("begin again after Reset", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		first := shop.Carts.Add(fluidpay.Cart{}).ID
		shop.Reset()
		assert.Equal(t, first, shop.Carts.Add(fluidpay.Cart{}).ID)
	})
	t.Run("have a hash that finds nothing", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		c := shop.Carts.Add(fluidpay.Cart{})
		assert.Equal(t, "d0eda07svrvasm00000g d4c9f5c7-9115-4308-b870-ac259022fbdb", c.ID+" "+c.PublicHash)
		assert.Equal(t, 404, clientOf(t, shop).get("/cart/"+c.PublicHash).status)
	})
	t.Run("of calls count every call", func(t *testing.T) {
		t.Parallel()
		shop := still(t, fake.Allow("no-route"))
		me := clientOf(t, shop)
		for i, path := range []string{home + "/cart", "/nowhere", home + "/cart/x", home + "/cart/", "/api/merchant/x/cart"} {
			assert.Equal(t, id(four, calls, i+1), me.send("GET", path, "").header.Get("X-Correlation-Id"), path)
		}
	})
}

// Every failure but that of a gateway is JSON with a number of its own.
func TestHeaders(t *testing.T) {
	t.Parallel()
	shop := still(t, fake.Allow("no-route"))
	me := clientOf(t, shop)
	for _, a := range []answer{me.get("/cart"), me.get("/cart/x"), me.as("").get("/cart"), me.post("/cart", "["), me.send("PUT", home+"/cart", ""), me.get("/"), cart("")(me)} {
		assert.Equal(t, "application/json", a.header.Get("Content-Type"), a.body)
		assert.Len(t, a.header.Values("X-Correlation-Id"), 1)
		assert.Equal(t, fmt.Sprint(len(a.body)), a.header.Get("Content-Length"))
	}
}
