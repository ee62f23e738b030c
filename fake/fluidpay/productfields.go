package fluidpay

import (
	"encoding/base64"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// productAttributes are what a client may set of a product: the table of
// "Create", whose columns are one to the left of their heads (reading FP-21),
// and what only answers have (reading FP-22). The patterns of sku, name and
// price would refuse the document's own samples (readings FP-19 and FP-20). A
// description must be there and may be empty (reading FP-24).
var productAttributes = []attribute[Product]{
	required(words("sku", 1, 100, func(p *Product) *string { return &p.SKU })),
	required(words("name", 1, 100, func(p *Product) *string { return &p.Name })),
	{key: "img", set: setImage},
	required(cents("price", func(p *Product) *int64 { return &p.Price })),
	cents("local_tax", func(p *Product) *int64 { return &p.LocalTax }),
	cents("national_tax", func(p *Product) *int64 { return &p.NationalTax }),
	required(flag("fixed_amount", func(p *Product) *bool { return &p.FixedAmount })),
	required(flag("fixed_qty", func(p *Product) *bool { return &p.FixedQty })),
	{key: "unit_of_measure", clears: true, set: setUnit},
	{key: "description", required: true, set: setDescription},
}

// imageBase is where an image that was sent as data is said to be, before the id
// of its product. Nobody serves it (reading FP-23).
const imageBase = "https://sandbox.fluidpay.com/img/product/"

// imageSent stands for the URL of an image until the product has its id.
const imageSent = "\x00"

// setImage takes a URL as it is and an image as padded base64, alone or behind
// the head of a data URL (reading FP-23).
func setImage(_ *write, into *Product, v gjson.Result) string {
	text := fake.Text(v)
	switch {
	case v.Type != gjson.String:
		return "invalid img"
	case text == "":
		into.Img = ""
		return ""
	case strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"):
		if !validURL(text) {
			return "invalid img"
		}
		into.Img = text
		return ""
	}
	if head, data, found := strings.Cut(text, ";base64,"); found && strings.HasPrefix(head, "data:") {
		text = data
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return "invalid img"
	}
	into.ImgData, into.Img = data, imageSent
	return ""
}

// placeImage gives an image that was sent as data its URL.
func placeImage(p *Product) {
	if p.Img == imageSent {
		p.Img = imageBase + p.ID
	}
}

func setUnit(_ *write, into *Product, v gjson.Result) string {
	switch v.Type {
	case gjson.Null:
		into.UnitOfMeasure = nil
	case gjson.String:
		unit := fake.Text(v)
		into.UnitOfMeasure = &unit
	default:
		return "invalid unit_of_measure"
	}
	return ""
}

func setDescription(w *write, into *Product, v gjson.Result) string {
	set := words("description", 0, 254, func(p *Product) *string { return &p.Description }).set
	reason := set(w, into, v)
	if reason == "" && into.Description == "" {
		w.call.Note("empty-description", "")
	}
	return reason
}
