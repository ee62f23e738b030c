package fluidpay

import (
	"math"
	"net/url"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// cartAttributes are what a client may set of a cart: the table of "Create",
// and what only the sample of "Update" has (readings FP-5 and FP-6). The flags
// are not required, however their table is read (reading FP-52).
var cartAttributes = []attribute[Cart]{
	{key: "type", required: true, set: setType},
	required(words("name", 1, 100, func(c *Cart) *string { return &c.Name })),
	words("description", 0, math.MaxInt, func(c *Cart) *string { return &c.Description }),
	words("custom_fields_group", 0, 254, func(c *Cart) *string { return &c.CustomFieldsGroup }), // reading FP-33
	processor("card_processor_id", func(c *Cart) *string { return &c.CardProcessorID }),
	processor("ach_processor_id", func(c *Cart) *string { return &c.ACHProcessorID }),
	link("success_url", func(c *Cart) *string { return &c.SuccessURL }),
	link("cancel_url", func(c *Cart) *string { return &c.CancelURL }),
	flag("show_available_products", func(c *Cart) *bool { return &c.ShowAvailableProducts }),
	flag("require_shipping_details", func(c *Cart) *bool { return &c.RequireShippingDetails }),
	flag("email_receipt", func(c *Cart) *bool { return &c.EmailReceipt }),
	{key: "payments", set: setPayments},
	{key: "products", set: setProducts},
	{key: "settings", clears: true, set: setSettings},
}

// setType takes one of the two types. It may change later (reading FP-36).
func setType(_ *write, into *Cart, v gjson.Result) string {
	t := CartType(fake.Text(v))
	if v.Type != gjson.String || t != Normal && t != Donation {
		return "invalid type"
	}
	into.Type = t
	return ""
}

// processor is an attribute with the id of a processor, which need not exist.
// Both "" and null unset it.
func processor(key string, field func(*Cart) *string) attribute[Cart] {
	return attribute[Cart]{key: key, clears: true, set: func(_ *write, into *Cart, v gjson.Result) string {
		if v.Type == gjson.Null {
			*field(into) = ""
			return ""
		}
		id := fake.Text(v)
		if v.Type != gjson.String || id != "" && !processorID(id) {
			return "invalid " + key
		}
		*field(into) = id
		return ""
	}}
}

// processorID matches ^[0-9a-v]{20}$.
func processorID(id string) bool {
	for i := range len(id) {
		if b := id[i]; (b < '0' || b > '9') && (b < 'a' || b > 'v') {
			return false
		}
	}
	return len(id) == 20
}

// link is an attribute with a URL, or "" as in the document's samples (reading
// FP-32).
func link(key string, field func(*Cart) *string) attribute[Cart] {
	return attribute[Cart]{key: key, set: func(_ *write, into *Cart, v gjson.Result) string {
		text := fake.Text(v)
		if v.Type != gjson.String || text != "" && !validURL(text) {
			return "invalid " + key
		}
		*field(into) = text
		return ""
	}}
}

// validURL tells whether a text is an absolute URL of the web.
func validURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

// setPayments replaces the ways to pay; repeats are dropped.
func setPayments(_ *write, into *Cart, v gjson.Result) string {
	if !v.IsArray() {
		return "invalid payments"
	}
	payments := []Payment{}
	for _, element := range v.Array() {
		p := Payment(fake.Text(element))
		if element.Type != gjson.String || p != Card && p != ACH {
			return "invalid payments"
		}
		if !slices.Contains(payments, p) {
			payments = append(payments, p)
		}
	}
	into.Payments = payments
	return ""
}

// setProducts replaces the products, in their order and without repeats (reading
// FP-8). Each must be a product of the merchant that is not deleted; an unknown
// one refuses all (reading FP-7).
func setProducts(w *write, into *Cart, v gjson.Result) string {
	elements := v.Array()
	if !v.IsArray() || slices.ContainsFunc(elements, func(e gjson.Result) bool { return e.Type != gjson.String }) {
		return "invalid products"
	}
	products, seen := []string{}, map[string]bool{}
	for _, element := range elements {
		id := fake.Text(element)
		p, _ := w.server.living(w.merchant, id)
		switch {
		case p == nil:
			return "invalid product id"
		case seen[id]:
			w.call.Note("repeated-product", id)
		default:
			products, seen[id] = append(products, id), true
		}
	}
	into.Products = products
	return ""
}

// setSettings replaces the settings as a whole: an object of any keys, or null
// (reading FP-5).
func setSettings(_ *write, into *Cart, v gjson.Result) string {
	switch {
	case v.Type == gjson.Null:
		into.Settings = nil
	case v.IsObject():
		into.Settings = compact([]byte(v.Raw))
	default:
		return "invalid settings"
	}
	return ""
}
