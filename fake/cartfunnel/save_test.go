package cartfunnel_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

const (
	noWrapper = `{"errors":["param is missing or the value is empty: customer"]}`
	malformed = `{"errors":["Malformed request body"]}`
)

// errorsOf are the sentences of an answer, "none" where there is no such key.
func errorsOf(a answer) string {
	errors := gjson.Get(a.body, "errors")
	if !errors.Exists() {
		return "none"
	}
	return errors.Raw
}

func TestCreateCustomer(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"CreateCustomer_X2": {options: []cartfunnel.Option{february}, prepare: otherBefore},
		"CreateCustomer_X9": {prepare: func(_ *testing.T, shop *cartfunnel.Server) {
			shop.AddSecret("reader", cartfunnel.ReadCustomers)
		}},
		"CreateCustomer_X12": {},
		"CreateCustomer_X13": {},
		"CreateCustomer_X14": {prepare: with(anna)},
		"CreateCustomer_X16": {after: noted("ignored-attribute: email")},
		"CreateCustomer_X17": {},
		"CreateCustomer_X18": {after: func(t *testing.T, shop *cartfunnel.Server) {
			noted("ignored-attribute: id", "ignored-attribute: orders_count", "ignored-attribute: tags")(t, shop)
			customer, _ := shop.Customers.Get(1)
			assert.Equal(t, []string{"vip", "wholesale"}, customer.TagList)
		}},
		"CreateCustomer_X21": {
			prepare: func(_ *testing.T, shop *cartfunnel.Server) {
				shop.Customers.Add(anna)
				shop.RefuseEmail("bob@example.com", "Customer is blocked")
			},
			after: func(t *testing.T, shop *cartfunnel.Server) {
				shop.RefuseEmail("bob@example.com")
				assert.Equal(t, int64(2), gjson.Get(clientOf(t, shop).post(`{"customer":{"email":"bob@example.com"}}`).body, "id").Int())
			},
		},
	})
	t.Run("what was saved can be read", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		c := clientOf(t, shop)
		created := c.post(`{"customer":{"email":" odd name"@x.example.com","first_name":"A"}}`)
		assert.Equal(t, 400, created.status, "not JSON")
		created = c.post(`{"customer":{"email":"Anna@Example.com","first_name":" A ","tag_list":"a,b"}}`)
		assert.Equal(t, created.body, c.get("/customers/1.json").body)
		assert.Equal(t, "["+created.body+"]", c.get("/customers.json").body)
		assert.Equal(t, []cartfunnel.Customer{{
			ID: 1, Email: "Anna@Example.com", FirstName: " A ", TagList: []string{"a", "b"}, CreatedAt: noon, UpdatedAt: noon,
		}}, shop.Customers.All())
	})
	t.Run("ids grow over all accounts, and no refused save uses one up", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		c := clientOf(t, shop)
		shop.AddAccount("othershop", "s")
		other := c.as("othershop", "s")
		id := func(a answer) string { return gjson.Get(a.body, "id").Raw }
		assert.Equal(t, "1", id(c.post(`{"customer":{"email":"a@example.com"}}`)))
		assert.Equal(t, "null", id(c.post(`{"customer":{"email":"a@example.com"}}`)))
		assert.Equal(t, "2", id(other.post(`{"customer":{"email":"a@example.com"}}`)))
		shop.Customers.Add(cartfunnel.Customer{ID: 40})
		shop.Customers.Remove(40)
		assert.Equal(t, "41", id(other.post(`{"customer":{"email":"b@example.com"}}`)))
		assert.Equal(t, 404, c.get("/customers/41.json").status)
	})
	t.Run("times are cut to milliseconds", func(t *testing.T) {
		t.Parallel()
		shop := cartfunnel.Start(t, fake.At(noon.Add(1999*time.Microsecond)), fake.Frozen())
		created := clientOf(t, shop).post(`{"customer":{"email":"a@example.com"}}`)
		assert.Equal(t, "2025-03-01T04:00:00.001-05:00", gjson.Get(created.body, "created_at").Str)
		customer, _ := shop.Customers.Get(1)
		assert.Equal(t, noon.Add(time.Millisecond), customer.UpdatedAt)
	})
	t.Run("every sentence that applies, in order", func(t *testing.T) {
		t.Parallel()
		for given, want := range map[string]string{
			`{"email":"x@example.com"}`:         `none`,
			`{"note":"x"}`:                      `["Email can't be blank"]`,
			`{"email":null}`:                    `["Email can't be blank"]`,
			`{"email":" \t\u00a0\n"}`:           `["Email can't be blank"]`,
			`{"email":"","tax_exempt":"maybe"}`: `["Email can't be blank","Tax exempt is not included in the list"]`,
			`{"email":"x"}`:                     `["Email is invalid"]`,
			`{"email":" x@example.com"}`:        `["Email is invalid"]`,
			`{"email":12}`:                      `["Email is invalid"]`,
			`{"email":"ANNA@EXAMPLE.COM"}`:      `["Email has already been taken"]`,
			`{"email":"Odd"}`:                   `["Email is invalid","Email has already been taken"]`,
			`{"email":"odd","accepts_marketing":"on","tax_exempt":"off"}`:      `["Email is invalid","Email has already been taken","Tax exempt is not included in the list","Accepts marketing is not included in the list"]`,
			`{"email":["x@example.com"]}`:                                      `["Email can't be blank"]`,
			`{"email":"x@example.com","accepts_marketing":{}}`:                 `["Accepts marketing is not included in the list"]`,
			`{"email":"É@example.com"}`:                                        `["Email has already been taken"]`,
			`{"email":"refused@example.com"}`:                                  `["no","never"]`,
			`{"email":"REFUSED@example.com","tax_exempt":[]}`:                  `["Tax exempt is not included in the list","no","never"]`,
			`{"email":"x@example.com","tag_list":["vip"],"persisted":"false"}`: `none`,
		} {
			shop := still(t)
			with(anna, cartfunnel.Customer{Email: "odd"}, cartfunnel.Customer{Email: "é@example.com"})(t, shop)
			shop.RefuseEmail("Refused@example.com", "no", "never")
			got := clientOf(t, shop).post(`{"customer":` + given + `}`)
			assert.Equal(t, 200, got.status, given)
			assert.Equal(t, want, errorsOf(got), given)
			saved := want == "none"
			assert.Equal(t, saved, shop.Customers.Len() == 4, given)
			assert.Equal(t, saved, shop.Calls()[0].Committed, given)
			assert.Equal(t, map[bool]string{true: "true", false: "false"}[saved], gjson.Get(got.body, "persisted").Str, given)
		}
	})
	t.Run("a repeat is taken, without the id", func(t *testing.T) {
		t.Parallel()
		c := clientOf(t, still(t))
		c.post(`{"customer":{"email":"a@example.com"}}`)
		again := c.post(`{"customer":{"email":"a@example.com"}}`)
		assert.Equal(t, "null", gjson.Get(again.body, "id").Raw)
		assert.Equal(t, `["Email has already been taken"]`, errorsOf(again))
	})
	t.Run("an address is free again after its customer has gone", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(anna)(t, shop)
		c := clientOf(t, shop)
		shop.Customers.Change(1, func(c *cartfunnel.Customer) { c.Email = "new@example.com" })
		assert.Equal(t, "none", errorsOf(c.post(`{"customer":{"email":"anna@example.com"}}`)))
		assert.NotEqual(t, "none", errorsOf(c.post(`{"customer":{"email":"new@example.com"}}`)))
		shop.Customers.Remove(1)
		assert.Equal(t, "none", errorsOf(c.post(`{"customer":{"email":"new@example.com"}}`)))
	})
	t.Run("201 by option, but not for a refused one", func(t *testing.T) {
		t.Parallel()
		c := clientOf(t, still(t, cartfunnel.WithCreatedStatus(201)))
		assert.Equal(t, 201, c.post(`{"customer":{"email":"a@example.com"}}`).status)
		assert.Equal(t, 200, c.post(`{"customer":{"email":"a@example.com"}}`).status)
		assert.Equal(t, 200, c.patch("1", `{"customer":{"note":"x"}}`).status)
	})
}

func TestUpdateCustomer(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"UpdateCustomer_X3":    {options: []cartfunnel.Option{february}, prepare: documentCreated},
		"UpdateCustomer_X4_1":  {options: []cartfunnel.Option{february}, prepare: documentRefused},
		"UpdateCustomer_X15_1": {prepare: annaAMinuteAgo},
		"UpdateCustomer_X19": {
			options: []cartfunnel.Option{cartfunnel.WithTagListShown()},
			prepare: with(cartfunnel.Customer{ID: 1, Email: "anna@example.com", TagList: []string{"vip", "wholesale"}}),
		},
	})
	t.Run("absent keys stay, and updated_at moves", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(joe)(t, shop)
		got := clientOf(t, shop).patch("1", `{"customer":{"last_name":null,"tax_exempt":"1"}}`)
		want := joe
		want.LastName, want.TaxExempt, want.UpdatedAt = "", true, noon
		stored, _ := shop.Customers.Get(1)
		assert.Equal(t, want, stored)
		assert.Equal(t, got.body, clientOf(t, shop).get("/customers/1.json").body)
		assert.Equal(t, "none", errorsOf(got))
	})
	t.Run("one's own address is not taken", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(anna, cartfunnel.Customer{ID: 2, Email: "bob@example.com"})(t, shop)
		c := clientOf(t, shop)
		assert.Equal(t, "none", errorsOf(c.patch("1", `{"customer":{"email":"ANNA@example.com"}}`)))
		assert.Equal(t, `["Email has already been taken"]`, errorsOf(c.patch("1", `{"customer":{"email":"BOB@example.com"}}`)))
		stored, _ := shop.Customers.Get(1)
		assert.Equal(t, "ANNA@example.com", stored.Email)
	})
	t.Run("a record that the API would refuse is refused at its next save", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(cartfunnel.Customer{Email: "odd"}, cartfunnel.Customer{Email: "a@example.com"}, cartfunnel.Customer{Email: "A@example.com"}, cartfunnel.Customer{})(t, shop)
		c := clientOf(t, shop)
		assert.Equal(t, `["Email is invalid"]`, errorsOf(c.patch("1", `{"customer":{"note":"x"}}`)))
		assert.Equal(t, `["Email has already been taken"]`, errorsOf(c.patch("2", `{"customer":{"note":"x"}}`)))
		assert.Equal(t, `["Email can't be blank"]`, errorsOf(c.patch("4", `{"customer":{"note":"x"}}`)))
	})
	t.Run("the sentences of the test come last: record, address, fault", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(anna)(t, shop)
		c := clientOf(t, shop)
		shop.RefuseCustomer(1, "record")
		shop.RefuseEmail("BOB@example.com", "address")
		shop.Inject(fake.NewFault("not-saved").Set("errors", "fault", "and more").Call(1))
		assert.Equal(t, `["Tax exempt is not included in the list","record","address","fault","and more"]`,
			errorsOf(c.patch("1", `{"customer":{"email":"bob@example.com","tax_exempt":"?"}}`)))
		assert.Equal(t, `["record"]`, errorsOf(c.patch("1", `{"customer":{"note":"x"}}`)))
		shop.RefuseCustomer(1)
		assert.Equal(t, `none`, errorsOf(c.patch("1", `{"customer":{"note":"x"}}`)))
		assert.Equal(t, `["address"]`, errorsOf(c.patch("1", `{"customer":{"email":"bob@example.com"}}`)))
		shop.RefuseEmail("bob@example.com")
		assert.Equal(t, `none`, errorsOf(c.patch("1", `{"customer":{"email":"bob@example.com"}}`)))
	})
	t.Run("tags are kept, replaced and cleared", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(cartfunnel.Customer{Email: "a@example.com", TagList: []string{"x", "y"}})(t, shop)
		c := clientOf(t, shop)
		for given, want := range map[string][]string{`"note":"x"`: {"x", "y"}, `"tag_list":["z"]`: {"x", "y"}, `"tag_list":{}`: {"x", "y"}} {
			c.patch("1", `{"customer":{`+given+`}}`)
			stored, _ := shop.Customers.Get(1)
			assert.Equal(t, want, stored.TagList, given)
		}
		c.patch("1", `{"customer":{"tag_list":"z"}}`)
		stored, _ := shop.Customers.Get(1)
		assert.Equal(t, []string{"z"}, stored.TagList)
		c.patch("1", `{"customer":{"tag_list":" , "}}`)
		stored, _ = shop.Customers.Get(1)
		assert.Nil(t, stored.TagList)
	})
	t.Run("another account's customer is unknown", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		twoAccounts(t, shop)
		got := clientOf(t, shop).patch("900", `{"customer":{"note":"x"}}`)
		assert.Equal(t, 404, got.status)
		assert.Equal(t, `{"errors":["Not found"]}`, got.body)
	})
}

// TestRequestBody is about what both saves read.
func TestRequestBody(t *testing.T) {
	t.Parallel()
	const good = `{"customer":{"email":"x@example.com"}}`
	saves := func(t *testing.T, check func(t *testing.T, shop *cartfunnel.Server, send func(body string, headers ...string) answer)) {
		for _, save := range []struct{ method, path string }{{"POST", "/v1/customers.json"}, {"PATCH", "/v1/customers/1.json"}} {
			t.Run(save.method, func(t *testing.T) {
				t.Parallel()
				shop := still(t)
				with(anna)(t, shop)
				check(t, shop, func(body string, headers ...string) answer {
					return clientOf(t, shop).send(save.method, save.path, body, headers...)
				})
			})
		}
	}
	t.Run("media types that are read", func(t *testing.T) {
		t.Parallel()
		saves(t, func(t *testing.T, shop *cartfunnel.Server, send func(string, ...string) answer) {
			for _, media := range []string{"application/json", "text/json", "Text/JSON", "application/json; charset=utf-8", "application/json ;charset=latin1", "application/json;"} {
				assert.Equal(t, 200, send(good, "Content-Type: "+media).status, media)
			}
			assert.Equal(t, 200, send(good, "Content-Type: text/json", "Content-Type: text/plain").status)
			assert.Empty(t, shop.Findings())
		})
	})
	t.Run("media types that are not", func(t *testing.T) {
		t.Parallel()
		saves(t, func(t *testing.T, shop *cartfunnel.Server, send func(string, ...string) answer) {
			before := shop.Snapshot()
			types := []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json, text/json", "application/vnd.api+json", "application", ";", "json"}
			for _, media := range types {
				for _, body := range []string{good, "", "not JSON"} {
					var got answer
					if media == "" {
						got = send(body)
					} else {
						got = send(body, "Content-Type: "+media)
					}
					assert.Equal(t, 400, got.status, media)
					assert.Equal(t, noWrapper, got.body, media)
				}
			}
			assert.Equal(t, noWrapper, send(good, "Content-Type: text/plain", "Content-Type: text/json").body)
			found := notes(shop)
			assert.Len(t, found, 3*len(types)+1)
			assert.Equal(t, []string{"content-type: ", "content-type: text/plain"}, []string{found[0], found[3]})
			assert.Equal(t, before, shop.Snapshot())
		})
	})
	t.Run("bodies without a wrapper", func(t *testing.T) {
		t.Parallel()
		saves(t, func(t *testing.T, shop *cartfunnel.Server, send func(string, ...string) answer) {
			before := shop.Snapshot()
			for _, body := range []string{
				"", " \n\t", "{}", "[]", "null", "true", "12", `"customer"`, `{"customer":{}}`, `{"customer":null}`, `{"customer":[]}`,
				`{"customer":[{"email":"x@example.com"}]}`, `{"customer":"email"}`, `{"customer":1}`, `{"Customer":{"email":"x@example.com"}}`,
				`[{"customer":{"email":"x@example.com"}}]`, `{"customer":{"email":"x@example.com"},"customer":{}}`,
			} {
				got := send(body, "Content-Type: application/json")
				assert.Equal(t, 400, got.status, body)
				assert.Equal(t, noWrapper, got.body, body)
			}
			assert.Equal(t, []string{"ignored-attribute: Customer"}, notes(shop))
			assert.Equal(t, before, shop.Snapshot())
		})
	})
	t.Run("bodies that are not JSON", func(t *testing.T) {
		t.Parallel()
		saves(t, func(t *testing.T, shop *cartfunnel.Server, send func(string, ...string) answer) {
			before := shop.Snapshot()
			for _, body := range []string{
				"{", `{"customer":{"email":"x@example.com"}`, good + "x", good + good, "\ufeff" + good, `{"customer":{"note":"` + "\xff" + `"}}`,
				`{'customer':{}}`, `{"customer":{"email":"x@example.com",}}`, `{"customer":{"orders_count":01}}`, `{"customer":{"note":"` + "\x01" + `"}}`,
				`{"customer":{"note":NaN}}`, "customer[email]=x%40example.com", "<customer/>", `{"customer":{"note":"\ud8"}}`, strings.Repeat("[", 100_000),
			} {
				got := send(body, "Content-Type: application/json")
				assert.Equal(t, 400, got.status, "%.60q", body)
				assert.Equal(t, malformed, got.body, "%.60q", body)
			}
			assert.Empty(t, shop.Findings())
			assert.Equal(t, before, shop.Snapshot())
		})
	})
	t.Run("white space around, escaped and doubled keys, keys beside", func(t *testing.T) {
		t.Parallel()
		saves(t, func(t *testing.T, shop *cartfunnel.Server, send func(string, ...string) answer) {
			got := send(" \r\n"+`{"other":1,"\u0063ustomer":{"email":"1"},"customer":{"email":"x@example.com","email":"y@example.com"},"z":{},"other":2}`+"\t ", "Content-Type: application/json")
			assert.Equal(t, "none", errorsOf(got))
			assert.Equal(t, "y@example.com", gjson.Get(got.body, "email").Str)
			assert.Equal(t, []string{"ignored-attribute: other", "ignored-attribute: z"}, notes(shop))
		})
	})
	t.Run("odd texts come back as they were", func(t *testing.T) {
		t.Parallel()
		saves(t, func(t *testing.T, shop *cartfunnel.Server, send func(string, ...string) answer) {
			for _, text := range []string{`<script>&'`, `a"b\c/d`, "\u2028\u2029", "é日本😀", "\x7f", "e\u0301", strings.Repeat("x", 1<<20)} {
				quoted := string(fake.AppendString(nil, text))
				got := send(`{"customer":{"email":"`+url.QueryEscape(text[:1])+`@x`+itoa(len(text))+`.example.com","note":`+quoted+`}}`, "Content-Type: application/json")
				assert.Contains(t, got.body, `"note":`+quoted+`,`)
			}
			got := send(`{"customer":{"email":"z@example.com","note":"\u0000\ud800\u001f"}}`, "Content-Type: application/json")
			assert.Contains(t, got.body, `"note":"\u0000`+"\ufffd"+`\u001f",`)
		})
	})
	t.Run("a body of 10 MB", func(t *testing.T) {
		t.Parallel()
		saves(t, func(t *testing.T, shop *cartfunnel.Server, send func(string, ...string) answer) {
			got := send(`{"customer":{"email":"z@example.com","note":"`+strings.Repeat("x", 10<<20)+`"}}`, "Content-Type: application/json")
			assert.Equal(t, 200, got.status)
			assert.Greater(t, len(got.body), 10<<20)
			assert.Equal(t, malformed, send(`{"customer":{"note":"`+strings.Repeat("x", 10<<20), "Content-Type: application/json").body)
		})
	})
	t.Run("parameters are left out", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		c := clientOf(t, shop)
		require.Equal(t, 200, c.send("POST", "/v1/customers.json?notify=1", good, "Content-Type: text/json").status)
		require.Equal(t, 200, c.send("PATCH", "/v1/customers/1.json?dry=1", good, "Content-Type: text/json").status)
		assert.Equal(t, []string{"ignored-parameter: notify", "ignored-parameter: dry"}, notes(shop))
	})
}
