package bonify_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// emails are the addresses of the shop, by id.
func emails(shop *bonify.Server) string {
	var all []string
	for _, c := range shop.Customers.All() {
		all = append(all, c.Email)
	}
	return strings.Join(all, " ")
}

func TestRecordsOfABatchSeeEachOther(t *testing.T) {
	t.Parallel()
	const (
		taken  = "email has already been taken"
		a      = `{"email":"a@example.com"}`
		b      = `{"email":"b@example.com"}`
		aAgain = `{"email":"A@example.com"}`
	)
	for _, c := range []struct {
		name    string
		options []bonify.Option
		method  string
		records string
		want    string // message, "" for okay
		emails  string
		note    string
	}{
		{"equal addresses", nil, "POST", a + "," + aAgain + "," + b, taken, "carl@example.com bob@example.com a@example.com", "applied 1 of 3"},
		{"equal addresses, nothing stays", opts(bonify.WithBatch(bonify.AllOrNothing)), "POST", a + "," + aAgain, taken, "carl@example.com bob@example.com", "applied 0 of 2"},
		{"equal addresses, left out", opts(bonify.WithBatch(bonify.Skip)), "POST", a + "," + aAgain + "," + b, "", "carl@example.com bob@example.com a@example.com b@example.com", ""},
		{"all well, at once", opts(bonify.WithBatch(bonify.AllOrNothing)), "POST", a + "," + b, "", "carl@example.com bob@example.com a@example.com b@example.com", ""},
		{
			"an address that the record before gave up", nil, "PUT",
			`{"id":123123123123,"email":"new@example.com"},{"id":345345345346,"email":"carl@example.com"}`, "", "new@example.com carl@example.com", "",
		},
		{
			"the same, at once", opts(bonify.WithBatch(bonify.AllOrNothing)), "PUT",
			`{"id":123123123123,"email":"new@example.com"},{"id":345345345346,"email":"carl@example.com"}`, "", "new@example.com carl@example.com", "",
		},
		{
			"an address that the record before took, at once", opts(bonify.WithBatch(bonify.AllOrNothing)), "PUT",
			`{"id":123123123123,"email":"new@example.com"},{"id":345345345346,"email":"NEW@example.com"}`, taken, "carl@example.com bob@example.com", "applied 0 of 2",
		},
		{
			"one id twice", nil, "PUT",
			`{"id":345345345346,"email":"x@example.com"},{"id":345345345346,"email":"y@example.com"},{"id":123123123123,"email":"x@example.com"}`, "", "x@example.com y@example.com", "",
		},
		{
			"one id twice, at once", opts(bonify.WithBatch(bonify.AllOrNothing)), "PUT",
			`{"id":345345345346,"email":"x@example.com"},{"id":345345345346,"first_name":"Y"},{"id":123123123123,"email":"bob@example.com"}`, "", "bob@example.com x@example.com", "",
		},
		{"the last of several", nil, "PUT", `{"id":345345345346,"phone":"1"},{"id":1}`, "customer not found", "carl@example.com bob@example.com", "applied 1 of 2"},
		{"a single record", nil, "PUT", `{"id":1}`, "customer not found", "carl@example.com bob@example.com", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, c.options...)
			with(carl, bob)(t, shop)
			got := clientOf(t, shop).send(c.method, v2+"/customers", one(c.records), "Content-Type: application/json")
			if c.want == "" {
				assert.Equal(t, okay, got.body)
			} else {
				assert.Equal(t, failed(c.want), got.body)
			}
			assert.Equal(t, c.emails, emails(shop))
			if c.note == "" {
				noted()(t, shop)
			} else {
				noted("batch: "+c.note)(t, shop)
			}
			committed := c.want == "" || strings.HasPrefix(c.note, "applied 1")
			assert.Equal(t, committed, shop.Calls()[0].Committed)
		})
	}
}

func TestRecordsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	shop := still(t)
	with(carl, bob)(t, shop)
	c := clientOf(t, shop)
	for body, want := range map[string]string{
		``:                                      "invalid JSON",
		` `:                                     "invalid JSON",
		"\ufeff{}":                              "invalid JSON",
		`{"customers":[]}{}`:                    "invalid JSON",
		`[]`:                                    "customers must be an array",
		`"customers"`:                           "customers must be an array",
		`null`:                                  "customers must be an array",
		`{"customers":null}`:                    "customers must be an array",
		`{"customers":[],"customers":1}`:        "customers must be an array",
		`{"customers":1,"customers":[]}`:        "no customers given",
		one(`null`):                             "customer must be an object",
		one(`[]`):                               "customer must be an object",
		one(`{"id":null}`):                      "customer id is required",
		one(`{"id":1.0}`):                       "customer id must be a number",
		one(`{"id":1e3}`):                       "customer id must be a number",
		one(`{"id":true}`):                      "customer id must be a number",
		one(`{"id":[]}`):                        "customer id must be a number",
		one(`{"id":0}`):                         "customer not found",
		one(`{"id":-1}`):                        "customer not found",
		one(`{"id":92233720368547758080}`):      "customer not found",
		one(`{"id":345345345346,"id":1}`):       "customer not found",
		one(`{"id":345345345346,"note":false}`): "note must be a string",
		one(`{"id":345345345346,"phone":1}`):    "phone must be a string",
		one(`{"id":345345345346,"last_name":{}}`):                              "last_name must be a string",
		one(`{"id":345345345346,"accepts_marketing":"true"}`):                  "accepts_marketing must be a boolean",
		one(`{"id":345345345346,"customer_fields":"text"}`):                    "customer_fields must be an object",
		one(`{"id":345345345346,"email":"","first_name":null,"last_name":""}`): "email, phone, first_name or last_name is required",
		one(`{"id":345345345346,"email":"bob"}`):                               "email is invalid",
		one(`{"id":345345345346,"email":"a b@example.com"}`):                   "email is invalid",
		one(`{"id":345345345346,"email":"bob@example..com"}`):                  "email is invalid",
		one(`{"id":345345345346,"email":"bob@-.c1"}`):                          "email is invalid",
		one(`{"id":345345345346,"email":"bob@ex_mple.com"}`):                   "email is invalid",
		one(`{"id":345345345346,"email":"bob@a.b.c"}`):                         "email is invalid",
	} {
		state := shop.Snapshot()
		got := c.put(body)
		assert.Equal(t, failed(want), got.body, body)
		assert.Equal(t, 400, got.status, body)
		assert.Equal(t, state, shop.Snapshot(), body)
	}
}

func TestWritableAttributes(t *testing.T) {
	t.Parallel()
	shop := still(t)
	c := clientOf(t, shop)
	all := `{"email":"a.b+c@x-1.example.museum","first_name":"\u00c4","last_name":"\ud83d\ude00","phone":"1","note":"n","tags":" b ,a,, b","accepts_marketing":true,"accepts_marketing":false,"orders_count":3,"addresses":[],"created_at":"x"}`
	assert.Equal(t, okay, c.post(`{"notify":true,"customers":[`+all+`]}`).body)
	got := shop.Customers.All()[0]
	want := bonify.Customer{
		ID: 345345345345, Email: "a.b+c@x-1.example.museum", FirstName: "Ä", LastName: "😀", Phone: "1", Note: "n", Tags: []string{"b", "a", "b"},
		State: "disabled", ProductSubscriberStatus: "never_subscribed", CreatedAt: morning, UpdatedAt: morning,
	}
	assert.Equal(t, want, got)
	noted("ignored-attribute: notify", "ignored-attribute: orders_count", "ignored-attribute: addresses", "ignored-attribute: created_at")(t, shop)
	assert.Equal(t, okay, c.put(one(`{"id":345345345345,"email":null,"note":"","tags":null,"accepts_marketing":true}`)).body)
	want.Email, want.Note, want.Tags, want.AcceptsMarketing = "", "", nil, true
	assert.Equal(t, want, shop.Customers.All()[0])
}

func TestHeadersOfWrites(t *testing.T) {
	t.Parallel()
	shop := still(t)
	with(carl)(t, shop)
	c := clientOf(t, shop)
	const clear = `{"customers":[{"id":123123123123,"customer_fields":{"text":null}}]}`
	for _, header := range []string{"1", "TRUE", " true,true", ""} {
		assert.Equal(t, okay, c.put(clear, "X-Delete-Empty-Metafields: "+header).body)
	}
	assert.Equal(t, okay, c.send("PUT", v2+"/customers", clear, "Content-Type: text/plain").body)
	assert.Equal(t, okay, c.send("PUT", v2+"/customers", clear).body)
	assert.Equal(t, okay, c.send("PUT", v2+"/customers", clear, "Content-Type: Application/JSON; charset=utf-8").body)
	assert.Equal(t, okay, c.post(one(`{"phone":"1","customer_fields":{"text":""}}`), "X-Delete-Empty-Metafields: true").body)
	const kept = "empty-value: text"
	noted(
		"delete-header: 1", kept, "delete-header: TRUE", kept, "delete-header: true,true", kept, "delete-header", kept,
		"content-type: text/plain", kept, "content-type", kept, kept, "delete-header: true", kept,
	)(t, shop)
	assert.Equal(t, okay, c.put(clear, "X-DELETE-EMPTY-METAFIELDS: true").body)
	assert.Equal(t, okay, c.put(clear, "X-DELETE-EMPTY-METAFIELDS: true").body)
	assert.Equal(t, "deleted-field: text", notes(shop)[len(notes(shop))-1])
	got, _ := shop.Customers.Get(carl.ID)
	assert.Empty(t, got.Fields)
}

func TestRequiredFields(t *testing.T) {
	t.Parallel()
	shop := still(t, bonify.WithFields(bonify.Field{MachineName: "must", Label: "Must have", Required: true}))
	c := clientOf(t, shop)
	with(bob)(t, shop)
	assert.Equal(t, failed("Must have: Required field"), c.post(one(`{"phone":"1"}`)).body)
	assert.Equal(t, okay, c.put(one(`{"id":345345345346,"phone":"1"}`)).body, "an update may leave it as it is")
	assert.Equal(t, okay, c.put(one(`{"id":345345345346,"customer_fields":{"must":"x"}}`)).body)
	assert.Equal(t, failed("Must have: Required field"), c.put(one(`{"id":345345345346,"customer_fields":{"must":""}}`), "x-delete-empty-metafields: true").body)
	assert.Equal(t, okay, c.put(one(`{"id":345345345346,"customer_fields":{"must":""}}`)).body)
	got, _ := shop.Customers.Get(bob.ID)
	assert.Equal(t, "x", got.Fields[0].Value)
}

func TestFieldRules(t *testing.T) {
	t.Parallel()
	shop := still(t, bonify.WithFields(
		bonify.Field{MachineName: "size", Label: "Size", Type: bonify.Number},
		bonify.Field{MachineName: "born", Label: "Born", Type: bonify.Date},
		bonify.Field{MachineName: "pick", Label: "Pick", Type: bonify.Choice, Choices: []string{"a", "b"}},
		bonify.Field{MachineName: "free", Label: "Free", Type: bonify.Choice},
		bonify.Field{MachineName: "some", Label: "Some", Type: bonify.MultiChoice, Choices: []string{"a", "b"}},
	))
	with(bob)(t, shop)
	c := clientOf(t, shop)
	for fields, want := range map[string]string{
		`"size":-1.50`: "", `"size":"7"`: "", `"size":1e3`: "Size: Invalid number", `"size":" 7"`: "Size: Invalid number", `"size":true`: "Size: Invalid number",
		`"size":{}`: "size must be a string", `"size":[]`: "size must be a string",
		`"born":"2000-02-29"`: "", `"born":"2001-02-29"`: "Born: Invalid date", `"born":20000229`: "Born: Invalid date", `"born":"2000-2-9"`: "Born: Invalid date",
		`"pick":"a"`: "", `"pick":"A"`: "Pick: Invalid choice", `"pick":"a,b"`: "Pick: Invalid choice", `"pick":["a"]`: "pick must be a string",
		`"free":"anything"`: "", `"some":"a,b"`: "", `"some":[]`: "", `"some":["a"]`: "", `"some":["a","c"]`: "Some: Invalid choice", `"some":"a, b"`: "Some: Invalid choice",
		`"some":[["a"]]`: "some must be a string", `"some":["a",null]`: "some must be a string",
		`"born":"x","size":"x"`: "Size: Invalid number", `"size":"","born":null`: "",
	} {
		got := c.put(one(`{"id":345345345346,"customer_fields":{` + fields + `}}`)).body
		if want == "" {
			assert.Equal(t, okay, got, fields)
		} else {
			assert.Equal(t, failed(want), got, fields)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	shop := still(t)
	with(carl, bob)(t, shop)
	c := clientOf(t, shop)
	shop.RefuseCustomer(bob.ID, "bob is blocked")
	shop.RefuseEmail("NEW@example.com", "no such address")
	both := one(`{"id":123123123123,"phone":"1"},{"id":345345345346,"phone":"1"}`)
	assert.Equal(t, failed("bob is blocked"), c.put(both).body)
	assert.Equal(t, failed("no such address"), c.post(one(`{"email":"new@EXAMPLE.com"}`)).body)
	assert.Equal(t, failed("no such address"), c.put(one(`{"id":123123123123,"email":"new@example.com"}`)).body)
	assert.Equal(t, failed("email is invalid"), c.put(one(`{"id":345345345346,"email":"x"}`)).body, "validation comes first")
	shop.RefuseCustomer(bob.ID, "")
	shop.RefuseEmail("new@example.com", "")
	assert.Equal(t, okay, c.put(both).body)
	assert.Equal(t, okay, c.post(one(`{"email":"new@example.com"}`)).body)

	shop.Inject(fake.NewFault("not-saved").On(bonify.UpdateCustomers).Call(1), fake.NewFault("not-saved").Set("status", "422").Set("errors", "later").On(bonify.CreateCustomers).Call(1))
	assert.Equal(t, failed("customer could not be saved"), c.put(both).body)
	got := c.post(one(`{"phone":"2"}`))
	assert.Equal(t, failed("later"), got.body)
	assert.Equal(t, 422, got.status)
	shop.Inject(fake.NewFault("not-saved").On(bonify.DeleteCustomer).Call(1))
	assert.Equal(t, failed("customer could not be saved"), c.delete("345345345346").body)
	assert.Equal(t, okay, c.delete("345345345346").body)
}
