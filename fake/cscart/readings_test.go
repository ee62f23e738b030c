package cscart_test

import (
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// readings has at least one scene for each reading, and one for each option
// that switches it.
var readings = map[string][]scene{
	"CC-1": {
		{call: list(""), show: value("params.sort_by", "params.sort_order", "params.sort_order_rev"), want: []any{`"date"`, `"desc"`, `"asc"`}},
		{call: list(""), show: ids, want: these("G3", "G4", "G1", "G2", "3")},
		{options: options(cscart.WithDefaultSort("customer", "asc")), call: list(""), show: ids, want: these("G1", "G2", "G3", "G4", "3")},
		{options: options(cscart.WithDefaultSort("customer", "asc")), call: list("sort_by=x&sort_order=y"), show: value("params.sort_by", "params.sort_order"), want: []any{`"customer"`, `"asc"`}},
		{options: options(cscart.WithDefaultSort("customer", "asc"), newer), call: list("sort_order=desc"), show: ids, want: these("3", "G1", "G2", "G3", "G4")},
	},
	"CC-2": {
		{call: list("user_type=R&users_type=R"), show: ids, want: these("3")},
		{call: list("user_type=R"), show: value("params.total_items", "params.user_type"), want: []any{`"5"`, `"R"`}},
		{call: list("user_type=R"), show: found, want: []any{"ignored-parameter: user_type (users_type?)"}},
	},
	"CC-3": {
		{call: list("page=2&items_per_page=2"), show: ids, want: these("G1", "G2")},
		{call: list("page=2"), show: ids, want: nil},
	},
	"CC-4": {
		{
			call: get("/api/carts/3"), show: value("user_id", "cart_products", "total", "user_data.points", "user_data.last_login", "products.0.amount", "products.0.extra.amount", "products.0.extra.product_id"),
			want: []any{`"3"`, `"2"`, `"60.00"`, `5`, `"0"`, `"2"`, `2`, `12`},
		},
		{call: list(""), show: value("params.page", "params.items_per_page", "params.total_items"), want: []any{`1`, `10`, `"5"`}},
	},
	"CC-5": {{call: get("/api/carts/3"), show: value("user_id", "date", "company_id", "order_id", "products.0.price"), want: []any{`"3"`, `"1466409030"`, `"1"`, `"77"`, `"30.00"`}}},
	"CC-6": {{call: get("/api/carts/3"), show: value("ip_address", "products.0.extra.ip_address"), want: []any{`"192.0.2.3"`, `"c0000203"`}}},
	"CC-7": {
		{call: get("/api/carts/4000000001"), show: value("user_data"), want: []any{`[]`}},
		{call: get("/api/carts/3"), show: value("user_data.firstname"), want: []any{`"John"`}},
	},
	"CC-8": {
		{call: get("/api/carts/4000000003"), show: value("date"), want: []any{`"1466510400"`}},
		{call: list("p_ids=14"), show: value("carts.0.date"), want: []any{`"1466337600"`}},
		{
			prepare: func(_ *testing.T, store *cscart.Server) {
				store.AddProducts(4000000001, cscart.Product{ProductID: 30})
			},
			call: get("/api/carts/4000000001"), show: value("date"), want: []any{`"1466524800"`},
		},
	},
	"CC-9": {
		{call: list(""), show: value("params.items_per_page"), want: []any{`10`}},
		{options: options(cscart.WithPageSize(2)), call: list(""), show: value("params.items_per_page", "carts.#"), want: []any{`2`, `2`}},
		{options: options(newer), call: list(""), show: value("params.items_per_page"), want: []any{`50`}},
		{options: options(cscart.WithPageSize(2), newer), call: list(""), show: value("params.items_per_page"), want: []any{`2`}},
		{options: options(newer, cscart.WithPageSize(2)), call: list("items_per_page=-1"), show: value("params.items_per_page"), want: []any{`2`}},
	},
	"CC-10": {
		{call: call("DELETE", "/api/carts/3", ""), show: statusAndBody, want: []any{204, ""}},
		{call: call("DELETE", "/api/carts/3", "{", "Content-Type: application/json"), show: statusAndBody, want: []any{400, message("Bad Request: Syntax error, malformed JSON", 400)}},
		{prepare: refused("locked"), call: call("DELETE", "/api/carts/3", ""), show: statusAndBody, want: []any{400, message("Bad Request: locked", 400)}},
		{prepare: refused(""), call: call("DELETE", "/api/carts/3", ""), show: statusAndBody, want: []any{400, message("Bad Request", 400)}},
		{
			prepare: func(t *testing.T, store *cscart.Server) { refused("x")(t, store); store.AllowDelete(3) },
			call:    call("DELETE", "/api/carts/3", ""), show: status, want: []any{204},
		},
	},
	"CC-11": {
		{options: options(lax), call: call("DELETE", "/api/carts", ""), show: statusAndBody, want: []any{405, message("Method Not Allowed: Object ID undefined", 405)}},
		{options: options(lax, newer), call: call("DELETE", "/api/carts", ""), show: statusAndBody, want: []any{405, `{"message":"Method Not Allowed: Object ID undefined","errors":["Object ID undefined"],"status":405}`}},
		{options: options(newer), call: get("/api/carts/99"), show: statusAndBody, want: []any{404, message("Not Found", 404)}},
	},
	"CC-12": {
		{call: as("", "", get("/api/carts")), show: statusAndBody, want: []any{401, message("Unauthorized", 401)}},
		{options: options(clerk), call: as("clerk@example.com", "k", get("/api/carts/3")), show: status, want: []any{200}},
		{options: options(clerk), call: as("clerk@example.com", "k", call("DELETE", "/api/carts/3", "")), show: statusAndBody, want: []any{403, message("Forbidden", 403)}},
	},
	"CC-13": {
		{call: list("with_info_only=false"), show: ids, want: these("3")},
		{call: list("with_info_only=0"), show: value("params.total_items"), want: []any{`"5"`}},
		{call: list("product_type_w=no"), show: ids, want: these("G4", "3")},
		{call: list("with_info_only=false&product_type_c=Off"), show: found, want: []any{"switched-on: with_info_only=false", "switched-on: product_type_c=Off"}},
	},
	"CC-14": {
		{call: list("email=OHN@exa"), show: ids, want: these("3")},
		{call: list("email=j_hn%25com"), show: ids, want: these("3")},
		{call: list("email=j_hn%25"), show: found, want: []any{"wildcard: email"}},
	},
	"CC-15": {{call: list("period=HM"), show: value("params.time_from", "params.time_to"), want: []any{`1463846400`, `1466524800`}}},
	"CC-16": {
		{call: list("time_from=1466505000"), show: value("params.total_items", "params.time_from"), want: []any{`"5"`, `"1466505000"`}},
		{call: list("time_from=1466505000&time_to=x"), show: found, want: []any{"inert: time_from", "inert: time_to"}},
		{call: list("time_from=1466505000&period=C"), show: ids, want: these("G3", "G4")},
	},
	"CC-17": {
		{call: list("p_ids[]=13&p_ids[]=15"), show: ids, want: these("G4", "G2", "3")},
		{options: options(cscart.WithArrayIDs(cscart.ArrayAccepted)), call: list("p_ids[]=13"), show: ids, want: these("G2")},
		{options: options(cscart.WithArrayIDs(cscart.ArrayNoMatch)), call: list("p_ids[]=13"), show: value("carts", "params.p_ids", "params.total_items"), want: []any{`[]`, `["13"]`, `"0"`}},
		{options: options(cscart.WithArrayIDs(cscart.ArrayNoMatch)), call: list("p_ids=13"), show: ids, want: these("G2")},
		{options: options(cscart.WithArrayIDs(cscart.ArrayCrash)), call: list("p_ids[]=13"), show: statusAndBody, want: []any{500, page("Service unavailable")}},
		{options: options(cscart.WithArrayIDs(cscart.ArrayCrash)), call: list("p_ids=13"), show: ids, want: these("G2")},
		{call: list("p_ids[]=13"), show: found, want: []any{"list-parameter: p_ids"}},
	},
	"CC-18": {
		{call: list("p_ids=12,14"), show: ids, want: these("G3", "G1", "3")},
		{options: options(vendors), call: list("p_ids=12,14"), show: ids, want: these("G3")},
		{options: options(vendors), call: list("p_ids=12,12"), show: ids, want: nil},
		{options: options(vendors, newer), call: list("p_ids=12,14"), show: ids, want: these("G3", "G1", "3")},
	},
	"CC-19": {
		{call: list("product_type_w=true"), show: ids, want: these("G4", "3")},
		{options: options(noWishlist), call: list("product_type_w=true"), show: ids, want: nil},
		{options: options(noWishlist), call: list(""), show: ids, want: these("G3", "G1", "G2", "3")},
		{options: options(noWishlist), call: get("/api/carts/3"), show: value("date", "user_data.points", "user_data.janrain_identifier"), want: []any{`"1466409025"`, "absent", "absent"}},
		{options: options(cscart.WithAddons(cscart.Wishlist)), call: list("product_type_w=true"), show: ids, want: these("G4", "3")},
		{options: options(cscart.WithAddons(cscart.RewardPoints)), call: get("/api/carts/3"), show: value("user_data.points", "user_data.janrain_identifier"), want: []any{`5`, "absent"}},
		{options: options(cscart.WithAddons(cscart.Janrain)), call: get("/api/carts/3"), show: value("user_data.points", "user_data.janrain_identifier"), want: []any{"absent", `""`}},
	},
	"CC-20": {
		{call: get("/api/carts/3/"), show: value("user_id"), want: []any{`"3"`}},
		{call: get("/api/carts"), show: value("params.total_items"), want: []any{`"5"`}},
		{options: options(lax), call: get("/api/carts//"), show: statusAndBody, want: []any{404, message("Not Found", 404)}},
		{options: options(lax), call: get("/api//carts"), show: status, want: []any{404}},
	},
	"CC-21": {
		{call: list("page=9"), show: value("carts", "params.page", "params.total_items"), want: []any{`[]`, `9`, `"5"`}},
		{call: list("page=0&items_per_page=1"), show: value("carts.#", "params.page"), want: []any{`1`, `1`}},
		{call: list("user_id=999"), show: value("carts", "params.total_items"), want: []any{`[]`, `"0"`}},
	},
	"CC-22": {
		{call: get("/api/carts/4000000001"), show: value("order_id", "products.0.extra.order_id"), want: []any{`null`, `null`}},
		{call: get("/api/carts/3"), show: value("order_id", "products.0.extra.order_id"), want: []any{`"77"`, `"77"`}},
		{options: options(newer), call: get("/api/carts/4000000001"), show: value("order_id"), want: []any{`"0"`}},
		{options: options(newer), call: get("/api/carts/3"), show: value("order_id"), want: []any{`"77"`}},
	},
	"CC-23": {
		{call: list("company_id=9"), show: value("params.company_id", "params.total_items"), want: []any{`"1"`, `"5"`}},
		{options: options(cscart.WithCompany(9)), call: list(""), show: value("params.company_id", "params.total_items", "carts.0.company_id"), want: []any{`"9"`, `"5"`, `"9"`}},
	},
	"CC-24": {
		{prepare: sampleIn(9), call: get("/api/carts/9"), show: value("products.0.amount", "products.0.extra.amount_total"), want: []any{`"1"`, `2`}},
	},
	"CC-25": {
		{call: list(""), show: value("carts.0.products"), want: []any{"absent"}},
		{call: get("/api/carts/3"), show: value("products.#", "products.0.product"), want: []any{`1`, `"100g Pants"`}},
	},
	"CC-26": {
		{options: options(lax), call: get("/api/2/carts"), show: statusAndBody, want: []any{404, message("Not Found: The Entity carts not found", 404)}},
		{call: get("/api/2.0/carts"), show: status, want: []any{200}},
		{call: get("/api/2.1/carts"), show: status, want: []any{200}},
		{call: get("/api/4.0/carts"), show: status, want: []any{200}},
		{options: options(lax), call: get("/api/4.1/carts"), show: status, want: []any{404}},
		{options: options(newer), call: get("/api/4.1/carts"), show: status, want: []any{200}},
	},
	"CC-27": {
		{options: options(lax), call: call("POST", "/api/carts", "a=1", "Content-Type: application/x-www-form-urlencoded"), show: statusAndBody, want: []any{405, message("Method Not Allowed", 405)}},
		{options: options(lax), call: call("PUT", "/api/carts/3", "a=1", "Content-Type: application/x-www-form-urlencoded"), show: statusAndBody, want: []any{405, message("Method Not Allowed", 405)}},
	},
	"CC-28": {
		{prepare: twins, call: list("period=C&time_from=1466520000"), show: ids, want: these("10", "11", "12")},
		{prepare: twins, call: list("period=C&time_from=1466520000&sort_order=asc"), show: ids, want: these("10", "11", "12")},
		{prepare: twins, call: list("cname=lee&sort_by=customer&sort_order=desc"), show: ids, want: these("10", "11", "12")},
	},
	"CC-29": {{call: list(""), show: func(a answer, _ *cscart.Server) []any { return []any{a.body[:10]} }, want: []any{`{"carts":[`}}},
	"CC-30": {
		{call: list("page=2x&items_per_page=2y"), show: value("params.page", "params.items_per_page"), want: []any{`2`, `2`}},
		{call: list("page=2x&items_per_page=2y"), show: found, want: []any{"cast: page=2x", "cast: items_per_page=2y"}},
	},
	"CC-31": {
		{call: get("/api/carts/4000000004"), show: value("cart_products", "total", "order_id", "products", "date"), want: []any{"absent", "absent", "absent", `[]`, `"1466506800"`}},
		{options: options(noWishlist), call: get("/api/carts/4000000004"), show: statusAndBody, want: []any{404, message("Not Found", 404)}},
		{options: options(noWishlist), call: call("DELETE", "/api/carts/4000000004", ""), show: status, want: []any{404}},
	},
	"CC-32": {
		{call: list("period=C&time_to=1466400000"), show: value("carts.0.date", "carts.0.total"), want: []any{`"1466337600"`, `"7.80"`}},
		{call: list("product_type_c=1&user_id=3"), show: value("carts.0.date"), want: []any{`"1466409025"`}},
		{call: list("p_ids=13,14"), show: ids, want: these("G2", "G3")},
	},
	"CC-33": {
		{options: options(lax), call: get("/"), show: statusAndBody, want: []any{404, page("Page not found")}},
		{options: options(lax), call: get("/apix"), show: statusAndBody, want: []any{404, page("Page not found")}},
		{options: options(lax), call: as("", "", get("/index.php?dispatch=x")), show: statusAndBody, want: []any{404, page("Page not found")}},
	},
	"CC-34": {
		{prepare: otherCompany, call: get("/api/stores/2/carts"), show: value("carts.#", "carts.0.user_id", "params.company_id"), want: []any{`1`, `"9"`, `"2"`}},
		{prepare: otherCompany, call: get("/api/vendors/2/carts/9"), show: value("user_id"), want: []any{`"9"`}},
		{prepare: otherCompany, call: get("/api/carts/9"), show: status, want: []any{404}},
		{prepare: otherCompany, call: get("/api/stores/2/carts/3"), show: status, want: []any{404}},
		{prepare: otherCompany, call: get("/api/4.0/stores/1/carts/3"), show: value("user_id"), want: []any{`"3"`}},
		{options: options(lax), call: get("/api/stores/2/carts"), show: statusAndBody, want: []any{404, message("Not Found", 404)}},
	},
	"CC-35": {
		{call: list("user_id=abc"), show: value("carts", "params.user_id"), want: []any{`[]`, `"abc"`}},
		{call: list("user_id=3abc"), show: ids, want: these("3")},
		{call: list("user_id=3abc"), show: found, want: []any{"cast: user_id=3abc"}},
	},
	"CC-36": {
		{call: list("period=C&time_from=2016-06-21"), show: value("params.total_items", "params.time_from"), want: []any{`"5"`, `"2016-06-21"`}},
		{call: list("period=C&time_to=2016-06-21"), show: value("params.total_items", "params.time_to"), want: []any{`"0"`, `"2016-06-21"`}},
		{call: list("period=C&time_from=2016-06-21"), show: found, want: []any{"not-unix-time: time_from=2016-06-21"}},
	},
	"CC-37": {
		{call: list("cname[]=zzz&users_type[x]=G"), show: value("params.total_items", "params.cname", "params.users_type"), want: []any{`"5"`, `["zzz"]`, `{"x":"G"}`}},
	},
	"CC-38": {
		{prepare: umlaut, call: list("cname=M%C3%9CLLER"), show: ids, want: these("9")},
		{prepare: umlaut, call: list("cname=Muller"), show: ids, want: nil},
		{prepare: umlaut, call: list("email=%C3%BCber"), show: ids, want: these("9")},
		{prepare: umlaut, call: list("email=uber"), show: ids, want: nil},
	},
	"CC-39": {
		{options: options(newer), call: list("user_id=4000000001"), show: func(a answer, _ *cscart.Server) []any { return []any{keys(gjson.Get(a.body, "carts.0"))} }, want: []any{
			"user_id firstname lastname date ip_address company_id storefront_id extra phone email cart_products total order_id user_data",
		}},
		{options: options(newer), call: get("/api/carts/3"), show: func(a answer, _ *cscart.Server) []any { return []any{keys(gjson.Parse(a.body))} }, want: []any{
			"user_id firstname lastname date ip_address company_id storefront_id extra phone cart_products total order_id user_data products",
		}},
	},
	"CC-40": {
		{prepare: func(_ *testing.T, store *cscart.Server) {
			store.Carts.Change(3, func(c *cscart.Cart) { c.CompanyID = 2 })
		}, call: get("/api/carts/3"), show: status, want: []any{404}},
		{prepare: func(_ *testing.T, store *cscart.Server) {
			store.Carts.Change(3, func(c *cscart.Cart) { c.CompanyID = 2 })
		}, call: list(""), show: value("params.total_items"), want: []any{`"4"`}},
	},
	"CC-41": {
		{call: func(c client) answer {
			for range 300 {
				c.get("/api/carts/3")
			}
			return c.get("/api/carts/3")
		}, show: status, want: []any{200}},
		{prepare: func(_ *testing.T, store *cscart.Server) { store.Inject(fake.NewFault("rate-limited").Call(1)) }, call: list(""), show: statusAndBody, want: []any{429, message("Too Many Requests", 429)}},
	},
	"CC-42": {
		{prepare: func(_ *testing.T, store *cscart.Server) {
			store.RemoveProduct(4000000001, gotten(store, 4000000001).Products[0].ItemID)
		}, call: get("/api/carts/4000000001"), show: status, want: []any{404}},
	},
	"CC-43": {
		{call: list("total_from=0&total_to=9"), show: ids, want: these("G3", "G4")},
		{call: list("total_from=9.01&total_to=0"), show: ids, want: these("G1", "G2", "3")},
		{call: list("total_from=0&total_to=0"), show: value("params.total_items"), want: []any{`"5"`}},
		{call: list("total_to=0.0"), show: value("params.total_items"), want: []any{`"0"`}},
	},
	"CC-44": {
		{call: list("period=D&users_type=G"), show: ids, want: these("G3", "G4", "G1")},
		{options: options(cscart.WithTimezone(time.FixedZone("", 14*3600))), call: list("period=D"), show: value("params.total_items", "params.time_from"), want: []any{`"3"`, `1466503200`}},
	},
}

func TestReadings(t *testing.T) {
	t.Parallel()
	for name, scenes := range readings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, s := range scenes {
				store := still(t, s.options...)
				with(g1, g2, g3, wished, john)(t, store)
				if s.prepare != nil {
					s.prepare(t, store)
				}
				assert.Equal(t, s.want, s.show(s.call(clientOf(t, store)), store), "scene %d", i+1)
			}
		})
	}
	t.Run("none is forgotten", func(t *testing.T) {
		t.Parallel()
		doc, err := os.ReadFile("doc.go")
		require.NoError(t, err)
		listed := regexp.MustCompile(`(?m)^//   - (CC-[0-9]+) \(`).FindAllSubmatch(doc, -1)
		assert.Len(t, listed, len(readings))
		for _, m := range listed {
			assert.Contains(t, readings, string(m[1]))
		}
	})
}
