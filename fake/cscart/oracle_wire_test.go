package cscart_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake/cscart"
)

func num[N int64 | int | uint32](n N) string { return strconv.FormatInt(int64(n), 10) }

func quoted[N int64 | int | uint32](n N) string { return `"` + num(n) + `"` }

func money(m int64) string { return fmt.Sprintf(`"%d.%02d"`, m/100, m%100) }

func seconds(t time.Time) string {
	if t.IsZero() {
		return `"0"`
	}
	return quoted(t.Unix())
}

func flag(yes bool) string {
	if yes {
		return `"Y"`
	}
	return `"N"`
}

// object writes pairs of a key and its JSON; "" as JSON leaves the key out.
func object(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			parts = append(parts, phpJSON(pairs[i])+":"+pairs[i+1])
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// cart is a cart of the list, with the date of these rows.
func (s slowShop) cart(c cscart.Cart, rows []cscart.Product) string {
	first, last, order := "null", "null", "null"
	if s.newer {
		first, last, order = `""`, `""`, `"0"`
	}
	if c.User != nil {
		first, last = phpJSON(c.User.FirstName), phpJSON(c.User.LastName)
	}
	if c.OrderID != 0 {
		order = quoted(c.OrderID)
	}
	var items, total, count int64
	for _, p := range c.Products {
		if p.Type == cscart.InCart {
			items, total, count = items+p.Amount, total+int64(p.Price)*p.Amount, count+1
		}
	}
	cartProducts, totals := quoted(items), money(total)
	if count == 0 {
		cartProducts, totals, order = "", "", ""
	}
	company := quoted(c.CompanyID)
	if s.multiVendor {
		company = ""
	}
	var storefront, extra, phone, email string
	if s.newer {
		storefront, extra, phone = `"1"`, phpJSON(c.SerializedExtra), phpJSON(c.Phone)
		if c.User == nil {
			email = phpJSON(c.Email)
		} else if c.Phone == "" {
			phone = phpJSON(c.User.Phone)
		}
	}
	owner := "[]"
	if c.User != nil {
		owner = s.owner(c)
	}
	return object("user_id", quoted(c.UserID), "firstname", first, "lastname", last, "date", quoted(newest(rows)),
		"ip_address", phpJSON(c.IPAddress), "company_id", company,
		"storefront_id", storefront, "extra", extra, "phone", phone, "email", email,
		"cart_products", cartProducts, "total", totals, "order_id", order, "user_data", owner)
}

func newest(rows []cscart.Product) int64 {
	latest := rows[0].Timestamp.Unix()
	for _, p := range rows {
		latest = max(latest, p.Timestamp.Unix())
	}
	return latest
}

func (s slowShop) owner(c cscart.Cart) string {
	u := c.User
	t := phpJSON
	groups, fields := "[]", "[]"
	if len(u.Usergroups) > 0 {
		byID := slices.SortedFunc(slices.Values(u.Usergroups), func(a, b cscart.Usergroup) int { return int(a.ID - b.ID) })
		var pairs []string
		for _, g := range byID {
			pairs = append(pairs, num(g.ID), object("link_id", quoted(g.LinkID), "usergroup_id", quoted(g.ID), "status", t(g.Status), "type", t(g.Type)))
		}
		groups = object(pairs...)
	}
	if len(u.Fields) > 0 {
		var pairs []string
		for _, id := range slices.Sorted(maps.Keys(u.Fields)) {
			value, err := json.Marshal(u.Fields[id])
			if err != nil {
				panic(err)
			}
			pairs = append(pairs, num(id), string(value))
		}
		fields = object(pairs...)
	}
	janrain, points := "", ""
	if s.janrain {
		janrain = t(u.JanrainIdentifier)
	}
	if s.points {
		points = num(u.Points)
	}
	pairs := []string{
		"user_id", quoted(c.UserID), "status", t(u.Status), "user_type", t(u.Type), "user_login", t(u.Login), "referer", t(u.Referer),
		"is_root", flag(u.IsRoot), "company_id", quoted(u.CompanyID), "last_login", seconds(u.LastLogin), "timestamp", seconds(u.Timestamp),
		"firstname", t(u.FirstName), "lastname", t(u.LastName), "company", t(u.Company), "email", t(u.Email), "phone", t(u.Phone),
		"fax", t(u.Fax), "url", t(u.URL), "tax_exempt", flag(u.TaxExempt), "lang_code", t(u.LangCode), "birthday", t(u.Birthday),
		"purchase_timestamp_from", t(u.PurchaseFrom), "purchase_timestamp_to", t(u.PurchaseTo), "responsible_email", t(u.ResponsibleEmail),
		"janrain_identifier", janrain, "usergroups", groups, "profile_id", quoted(u.ProfileID), "profile_type", t(u.ProfileType),
	}
	pairs = append(pairs, address("b_", u.Billing)...)
	pairs = append(pairs, address("s_", u.Shipping)...)
	pairs = append(pairs, "s_address_type", t(u.ShippingType), "profile_name", t(u.ProfileName), "fields", fields,
		"b_country_descr", named(u.Billing.CountryName), "s_country_descr", named(u.Shipping.CountryName),
		"b_state_descr", named(u.Billing.StateName), "s_state_descr", named(u.Shipping.StateName), "points", points)
	return object(pairs...)
}

func named(name string) string {
	if name == "" {
		return ""
	}
	return phpJSON(name)
}

func address(prefix string, a cscart.Address) []string {
	var pairs []string
	for _, f := range [][2]string{
		{"firstname", a.FirstName},
		{"lastname", a.LastName},
		{"address", a.Line1},
		{"address_2", a.Line2},
		{"city", a.City},
		{"county", a.County},
		{"state", a.State},
		{"country", a.Country},
		{"zipcode", a.Zip},
		{"phone", a.Phone},
	} {
		pairs = append(pairs, prefix+f[0], phpJSON(f[1]))
	}
	return pairs
}
