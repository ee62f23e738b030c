package cscart_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/cscart"
)

// Every key of an owner, filled with what is hard to write.
func TestWholeOwner(t *testing.T) {
	t.Parallel()
	billing := cscart.Address{
		FirstName: "Jürgen", LastName: "O'Neil", Line1: "Rue de l'Église 4/5", Line2: "c/o \"Müller\"", City: "Köln", County: "a\tb", State: "NW", Country: "DE", Zip: "01234",
		Phone: "+49 1", StateName: "Nordrhein-Westfalen", CountryName: "Germany",
	}
	shipping := billing
	shipping.Line1, shipping.StateName, shipping.Zip = "<b>&amp;</b> 😀 \x00\x1f\x7f \u2028", "", "\xff\xfe"
	owner := cscart.User{
		Status: "D", Type: "V", Login: "ann", Referer: "https://example.com/?a=1&b=2", IsRoot: true, CompanyID: 7, LastLogin: at(1466408989), Timestamp: at(1),
		FirstName: "Ann", LastName: "Lee", Company: "Lee & Co", Email: "ann@example.com", Phone: "1", Fax: "2", URL: "http://example.com/ann",
		TaxExempt: true, LangCode: "de", Birthday: "0", PurchaseFrom: "3", PurchaseTo: "4", ResponsibleEmail: "boss@example.com", JanrainIdentifier: "j\\",
		Usergroups: []cscart.Usergroup{{ID: 12}, {ID: 7, LinkID: 900, Status: "P", Type: "A"}, {ID: 100}},
		ProfileID:  99, ProfileType: "S", Billing: billing, Shipping: shipping, ShippingType: "residential", ProfileName: "Work",
		Fields: map[int64]any{36: "blue", 4: []any{}, 100: map[string]any{"1": "x"}, 5: ""}, Points: math.MaxInt64,
	}
	for _, newer := range []bool{false, true} {
		opts := options()
		if newer {
			opts = append(opts, cscart.WithEngine(cscart.Engine420))
		}
		store := still(t, opts...)
		c := store.Carts.Add(cscart.Cart{UserID: 9, User: &owner, SessionID: "s", OrderID: math.MaxInt64, Phone: "5", Email: "unseen", SerializedExtra: `a:1:{s:1:"ü";N;}`, Products: []cscart.Product{
			{ProductID: 4, Code: "U/1", Name: "Mug", ItemType: "X", Timestamp: at(1466408989)},
		}})
		slow := slowShop{newer: newer, points: true, janrain: true}
		got := clientOf(t, store).list("").body
		assert.Equal(t, slow.cart(c, c.Products), gjson.Get(got, "carts.0").Raw)
		one := clientOf(t, store).get("/api/carts/9").body
		assert.Equal(t, `"s"`, gjson.Get(one, "products.0.extra.session_id").Raw)
		assert.Equal(t, `"U\/1"`, gjson.Get(one, "products.0.extra.product_code").Raw)
		assert.Equal(t, `"X"`, gjson.Get(one, "products.0.extra.item_type").Raw)
		assert.Equal(t, `"9223372036854775807"`, gjson.Get(one, "products.0.extra.order_id").Raw)
		assert.True(t, json.Valid([]byte(one)))
	}
}

// The owner of a cart with a user record of its own company and number.
func TestOwnersCompany(t *testing.T) {
	t.Parallel()
	store := still(t, cscart.WithCompany(4))
	store.Carts.Add(cscart.Cart{UserID: 9, User: &cscart.User{}, Products: []cscart.Product{{ProductID: 4}}})
	got := clientOf(t, store).get("/api/carts/9").body
	for _, key := range []string{"company_id", "user_data.company_id", "products.0.extra.company_id"} {
		assert.Equal(t, `"4"`, gjson.Get(got, key).Raw, key)
	}
	assert.Equal(t, `"00000000000000000000000000000009-4-C"`, gjson.Get(got, "products.0.extra.session_id").Raw)
	assert.Equal(t, `"9"`, gjson.Get(got, "user_data.profile_id").Raw)
}
