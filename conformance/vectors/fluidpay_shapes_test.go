package vectors

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// shaped is what a test of answers of FluidPay expects.
type shaped struct {
	OK        bool     `json:"ok"`
	Message   string   `json:"message,omitempty"`
	IDs       []string `json:"ids,omitempty"`
	Products  []string `json:"products,omitempty"`
	Processor *string  `json:"card_processor,omitempty"`
	Payments  []string `json:"payments,omitempty"`
	Deleted   bool     `json:"deleted,omitempty"`
	Created   string   `json:"created,omitempty"`
}

func shapedShape() shape {
	texts := object{"type": "array", "items": object{"type": "string"}}
	return shape{
		title: "Answers of FluidPay about carts: the records in them, or what went wrong",
		group: opGroup(fluidpay.GetCart, fluidpay.ListCarts, fluidpay.DeleteCart), input: answerInput(), needs: []string{"status", "body"},
		expect: object{
			"ok": object{"type": "boolean", "description": "whether the call was a success"}, "message": object{"type": "string", "description": "words that the caller can read"},
			"ids":            object{"type": "array", "items": object{"type": "string"}, "description": "of the carts, in order; none where it is missing"},
			"products":       object{"type": "array", "items": object{"type": "string"}, "description": "ids of the products of the first cart; none where it is missing"},
			"card_processor": object{"type": "string", "description": "of the first cart; where it is missing, there is none"},
			"payments":       texts, "deleted": object{"type": "boolean"}, "created": object{"type": "string", "format": "date-time", "description": "the instant, in UTC"},
		},
		wants: []string{"ok"},
	}
}

func shapedNotes() map[string]Note {
	return map[string]Note{
		"Failed":        {"FALSE_SUCCESS", "200 with another status word than success", "what failed is taken for done", "FLP-ENV-02", ""},
		"Sentence":      {"FALSE_FAILURE", "data that is a sentence", "a deletion that worked is an error", "FLP-ENV-03", ""},
		"NoData":        {"FALSE_FAILURE", "null or [] where a list is empty", "an empty list is an error", "FLP-ENV-04", ""},
		"Status":        {"FALSE_SUCCESS", "a status that says no, whatever the body says", "what failed is taken for done", "FLP-ENV-05", ""},
		"NoCount":       {"FALSE_FAILURE", "no total_count, as in the samples", "a list is not read", "FLP-ENV-07", ""},
		"Refusal":       {"LOST_DATA", "a refusal with words in msg", "the caller does not learn why", "FLP-ERR-01", ""},
		"ProductIDs":    {"LOST_DATA", "products as ids, as lists have them", "products are lost, or a list is not read", "FLP-POLY-01", ""},
		"NoProcessor":   {"FALSE_FAILURE", `null or "" for a processor that is not set`, "a cart is not read, or has a processor without a name", "FLP-POLY-02", ""},
		"NoSettings":    {"CRASH", "null for settings", "a cart takes the client down", "FLP-POLY-03", ""},
		"Payments":      {"LOST_DATA", "one way to pay and two", "ways to pay are lost", "FLP-POLY-04", ""},
		"Deleted":       {"LOST_DATA", "deleted_at that is set", "a cart that is gone is shown", "FLP-NULL-01", ""},
		"Time":          {"LOST_DATA", "fractions of seconds, and a zone of its own", "a cart is not read, or has another time", "FLP-TYPE-01", ""},
		"Unknown":       {"FALSE_FAILURE", "members that nobody knows", "the next edition of the API is not read", "GEN-UNK-01", ""},
		"NoJSON":        {"FALSE_SUCCESS", "a page for people under 200", "a page of a proxy is taken for an answer", "GEN-HTML-01", ""},
		"MissingRecord": {"FALSE_SUCCESS", "no such cart", "an empty record is taken for one", "GEN-MISS-01", ""},
	}
}

const fluidCart, fluidMug = "0123456789abcdefghij", "mug00000000000000001"

// fluid asks a fake with one cart, and gives its answer as a test.
func fluid(t *testing.T, comment, op string, change func(*fluidpay.Server, *fluidpay.Cart), ask func(*reference.Fluidpay), opts ...fake.Option) Test {
	t.Helper()
	shop := fluidpay.New(append(opts, fake.Frozen(), fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)))...)
	defer shop.Close()
	cart := fluidpay.Cart{ID: fluidCart, Name: "Summer", Payments: []fluidpay.Payment{"card"}, Settings: json.RawMessage(`{}`)}
	if change != nil {
		change(shop, &cart)
	}
	if cart.ID != "" {
		shop.Carts.Add(cart)
	}
	ask(reference.NewFluidpay(shop.BaseURL(), shop.MerchantID(), shop.APIKey(), shop.Client(), nil))
	return answerOf(t, comment, shop, op)
}

func TestFluidpayShapesFile(t *testing.T) {
	t.Parallel()
	m := making(t, "fluidpay_shapes_v1.json", Source{"fluidpay", "11-55,89-131,172-180", "f98dc5a0ff1d948312b343bca80458be3e35a2da02887603290a6b9c4832a62e"}, shapedNotes())
	m.group(Group{Op: fluidpay.GetCart, Tests: fluidGets(t)})
	m.group(Group{Op: fluidpay.ListCarts, Tests: fluidLists(t)})
	remove := func(c *reference.Fluidpay) { _ = c.DeleteCart(t.Context(), fluidCart) }
	gone := fluid(t, "deleted", fluidpay.DeleteCart, nil, remove)
	unknown := fluid(t, "no such cart to delete", fluidpay.DeleteCart, func(_ *fluidpay.Server, c *fluidpay.Cart) { c.ID = "" }, remove)
	m.group(Group{Op: fluidpay.DeleteCart, Tests: []Test{
		gone.being("valid", shaped{OK: true}, "Sentence"),
		unknown.being("invalid", shaped{Message: msgOf(t, unknown)}, "MissingRecord"),
	}})
	m.end()
	m.endSchema(shapedShape())
}

// msgOf is the msg of an envelope.
func msgOf(t *testing.T, test Test) string {
	t.Helper()
	var w struct{ Msg string }
	readJSON(t, *test.Body, &w)
	return w.Msg
}

func fluidGets(t *testing.T) []Test {
	t.Helper()
	one := func(c *reference.Fluidpay) { _, _ = c.GetCart(t.Context(), fluidCart) }
	get := func(comment string, change func(*fluidpay.Server, *fluidpay.Cart), opts ...fake.Option) Test {
		return fluid(t, comment, fluidpay.GetCart, change, one, opts...)
	}
	whole := shaped{OK: true, IDs: []string{fluidCart}, Payments: []string{"card"}, Created: "2025-03-01T09:00:00Z"}
	but := func(change func(*shaped)) shaped {
		s := whole
		change(&s)
		return s
	}
	plain := get("one cart", nil)
	mug := func(shop *fluidpay.Server, c *fluidpay.Cart) {
		shop.Products.Add(fluidpay.Product{ID: fluidMug, SKU: "MUG", Name: "Mug", Price: 1250})
		c.Products = []string{fluidMug}
	}
	missing := get("no such cart", func(_ *fluidpay.Server, c *fluidpay.Cart) { c.ID = "" })
	outage := plain.saying("500 with a body that says success")
	outage.Status = http.StatusInternalServerError
	silent := outage.saying("500 with nothing")
	silent.Body = ptr("")
	gateway := outage.saying("502 with a page for people")
	gateway.Status, gateway.Type, gateway.Body = http.StatusBadGateway, "text/html; charset=utf-8", ptr("<h1>Bad Gateway</h1>")
	page := gateway.saying("a page for people under 200")
	page.Status = http.StatusOK
	return []Test{
		plain.being("valid", whole),
		get("a cart with a product as an object", mug).being("valid", but(func(s *shaped) { s.Products = []string{fluidMug} })),
		get("a cart with a processor", func(_ *fluidpay.Server, c *fluidpay.Cart) { c.CardProcessorID = "0123456789abcdefghiv" }).
			being("valid", but(func(s *shaped) { s.Processor = ptr("0123456789abcdefghiv") })),
		plain.with("null for a processor", `"card_processor_id":""`, `"card_processor_id":null`).being("valid", whole, "NoProcessor"),
		get("no settings", func(_ *fluidpay.Server, c *fluidpay.Cart) { c.Settings = nil }).being("valid", whole, "NoSettings"),
		get("two ways to pay", func(_ *fluidpay.Server, c *fluidpay.Cart) { c.Payments = []fluidpay.Payment{"card", "ach"} }).
			being("valid", but(func(s *shaped) { s.Payments = []string{"card", "ach"} }), "Payments"),
		plain.with("a cart that was deleted", `"deleted_at":null`, `"deleted_at":"2025-03-01T10:00:00Z"`).being("valid", but(func(s *shaped) { s.Deleted = true }), "Deleted"),
		plain.with("fractions of a second", `"created_at":"2025-03-01T09:00:00Z"`, `"created_at":"2025-03-01T09:00:00.5Z"`).
			being("valid", but(func(s *shaped) { s.Created = "2025-03-01T09:00:00.5Z" }), "Time"),
		plain.with("a time in another zone", `"created_at":"2025-03-01T09:00:00Z"`, `"created_at":"2025-03-01T04:00:00-05:00"`).being("valid", whole, "Time"),
		plain.with("members that nobody knows", `{`, `{"x_new":{"of":["another edition",null]},`).being("valid", whole, "Unknown"),
		missing.being("invalid", shaped{Message: msgOf(t, missing)}, "MissingRecord"),
		plain.with("200, and it failed", `"status":"success"`, `"status":"failed"`).with("200, and it failed", `"msg":"success"`, `"msg":"cart is locked"`).
			being("invalid", shaped{Message: "cart is locked"}, "Failed"),
		plain.with("200, and it is an error", `"status":"success"`, `"status":"error"`).being("invalid", shaped{}, "Failed"),
		outage.being("invalid", shaped{}, "Status"),
		silent.being("invalid", shaped{}, "Status"),
		gateway.being("invalid", shaped{}, "Status"),
		page.being("invalid", shaped{}, "NoJSON"),
	}
}

func fluidLists(t *testing.T) []Test {
	t.Helper()
	all := func(c *reference.Fluidpay) { _, _ = c.ListCarts(t.Context()) }
	list := func(comment string, change func(*fluidpay.Server, *fluidpay.Cart), opts ...fake.Option) Test {
		return fluid(t, comment, fluidpay.ListCarts, change, all, opts...)
	}
	none := func(_ *fluidpay.Server, c *fluidpay.Cart) { c.ID = "" }
	mug := func(shop *fluidpay.Server, c *fluidpay.Cart) {
		shop.Products.Add(fluidpay.Product{ID: fluidMug, SKU: "MUG", Name: "Mug", Price: 1250})
		c.Products = []string{fluidMug}
	}
	empty := list("no carts, and []", none, fluidpay.WithEmptyLists())
	refused := list("a refusal", nil)
	refused.Status = http.StatusBadRequest
	refused = refused.with("a refusal", `"status":"success"`, `"status":"failed"`).with("a refusal", `"msg":"success"`, `"msg":"the merchant is closed"`)
	return []Test{
		list("a cart in a list", nil).being("valid", shaped{OK: true, IDs: []string{fluidCart}, Payments: []string{"card"}, Created: "2025-03-01T09:00:00Z"}),
		list("a cart in a list, with a product as an id", mug).being("valid", shaped{OK: true, IDs: []string{fluidCart}, Products: []string{fluidMug}, Payments: []string{"card"}}, "ProductIDs"),
		list("a list without total_count", nil, fluidpay.WithDocumentShapes()).being("valid", shaped{OK: true, IDs: []string{fluidCart}, Payments: []string{"card"}}, "NoCount"),
		list("no carts, and null", none).being("valid", shaped{OK: true}, "NoData"),
		empty.being("valid", shaped{OK: true}, "NoData"),
		refused.being("invalid", shaped{Message: "the merchant is closed"}, "Refusal"),
	}
}

// shapedBy lets the reference client ask, and tells what is wrong with what it
// makes of the answer.
func shapedBy(t *testing.T, bug *reference.Bug, c Case) (wrong error) {
	defer func() {
		if p := recover(); p != nil {
			wrong = fmt.Errorf("it panicked: %v", p)
		}
	}()
	client := reference.NewFluidpay("https://app.fluidpay.com", "m", "key", &http.Client{Transport: always{c.Test}}, bug)
	var carts []reference.FluidpayCart
	var err error
	switch c.Group.Op {
	case fluidpay.GetCart:
		carts = make([]reference.FluidpayCart, 1)
		carts[0], err = client.GetCart(t.Context(), fluidCart)
	case fluidpay.ListCarts:
		carts, err = client.ListCarts(t.Context())
	default:
		err = client.DeleteCart(t.Context(), fluidCart)
	}
	want := wants[shaped](t, c.Test)
	switch {
	case (err == nil) != want.OK:
		return fmt.Errorf("error %v", err)
	case err != nil && !strings.Contains(err.Error(), want.Message):
		return fmt.Errorf("%q is not in %q", want.Message, err)
	case err != nil:
		return nil
	}
	var ids []string
	for _, one := range carts {
		ids = append(ids, one.ID)
	}
	if !slices.Equal(ids, want.IDs) {
		return fmt.Errorf("carts %v", ids)
	}
	if len(carts) == 0 {
		return nil
	}
	return cartBut(carts[0], want)
}

// cartBut tells how a cart differs from what is expected.
func cartBut(got reference.FluidpayCart, want shaped) error {
	created := got.Created.UTC().Format(time.RFC3339Nano)
	switch {
	case !slices.Equal(got.ProductIDs, want.Products):
		return fmt.Errorf("products %v", got.ProductIDs)
	case (got.CardProcessorID == nil) != (want.Processor == nil), want.Processor != nil && *got.CardProcessorID != *want.Processor:
		return fmt.Errorf("a processor is there or not: %t", got.CardProcessorID != nil)
	case !slices.Equal(got.Payments, want.Payments):
		return fmt.Errorf("payments %v", got.Payments)
	case got.Deleted != want.Deleted:
		return fmt.Errorf("deleted is %t", got.Deleted)
	case want.Created != "" && created != want.Created:
		return fmt.Errorf("created at %s", created)
	}
	return nil
}

func TestShapesOnVectors(t *testing.T) {
	t.Parallel()
	for bug, want := range map[string]string{
		"":             "",
		"FLP-ENV-02a":  "Failed 2",
		"FLP-ENV-03a":  "Sentence 1",
		"FLP-ENV-04a":  "NoData 1",
		"FLP-ENV-05a":  "Status 1",
		"FLP-ENV-07a":  "NoCount 1",
		"FLP-ERR-01a":  "Failed 1, Refusal 1",
		"FLP-POLY-01a": "ProductIDs 1",
		"FLP-POLY-01b": "ProductIDs 1",
		"FLP-POLY-02a": "NoCount 1, NoProcessor 1, ProductIDs 1, plain 1",
		"FLP-POLY-02b": "Deleted 1, NoSettings 1, Payments 1, Time 2, Unknown 1, plain 2",
		"FLP-POLY-03a": "NoSettings 1",
		"FLP-NULL-01a": "Deleted 1",
		"FLP-TYPE-01a": "Time 2",
		"FLP-LIST-01b": "NoCount 1, NoData 1, ProductIDs 1, plain 1",
		"GEN-UNK-01a":  "Unknown 1",
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				onVectors(t, bug, "fluidpay_shapes_v1.json", want, shapedBy)
			})
		})
	}
}
