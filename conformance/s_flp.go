package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// fluidpayServer are the rules for servers of the FluidPay API.
func fluidpayServer() *serverSuite {
	return &serverSuite{
		api: "fluidpay", title: "carts and products", edition: "2026-11", base: "https://sandbox.fluidpay.com",
		creds: []string{"merchant_id", "api_key"}, public: []string{"merchant_id"},
		flags: []serverFlag{
			{name: "PREFIX_SPLIT", words: []string{"both", "api"}},
			{name: "EMPTY_DATA", words: []string{"null", "list"}},
			{name: "SEARCH_OPERATORS", words: []string{"strict", "lenient"}},
			{name: "SEARCH_LIMIT", words: []string{"capped", "strict"}},
			{name: "DELETED_RECORD", words: []string{"hidden", "readable", "gone"}},
			{name: "CREATED_STATUS", count: http.StatusOK},
			{name: "INVALID_STATUS", count: http.StatusBadRequest},
			{name: "MISSING_RECORD", count: http.StatusNotFound},
			{name: "FOREIGN_MERCHANT", count: http.StatusUnauthorized},
		},
		auth:  func(h http.Header, creds fake.Credentials) { setGiven(h, "Authorization", creds["api_key"]) },
		rules: []serverRule{sFlp01(), sFlp02(), sFlp03(), sFlp04(), sFlp05(), sFlp06(), sFlp07()},
	}
}

// A sFlpKind is one of the two resources.
type sFlpKind string

const (
	sFlpCart    sFlpKind = "cart"
	sFlpProduct sFlpKind = "product"
)

// path is that of the collection, or of what is below it.
func (k sFlpKind) path(p *probe, below ...string) string {
	parts := []string{"/api/merchant", url.PathEscape(p.to.Creds["merchant_id"]), string(k)}
	return strings.Join(append(parts, below...), "/")
}

// least are the members that a create needs.
func (k sFlpKind) least(name string) object {
	if k == sFlpCart {
		return object{"type": "normal", "name": name}
	}
	return object{"sku": name, "name": name, "price": 100, "fixed_amount": false, "fixed_qty": true, "description": "made by a test"}
}

// with is a copy of an object with other members; a nil takes one out.
func (o object) with(pairs ...any) object {
	o = maps.Clone(o)
	for i := 0; i < len(pairs); i += 2 {
		if o[pairs[i].(string)] = pairs[i+1]; pairs[i+1] == nil {
			delete(o, pairs[i].(string))
		}
	}
	return o
}

// create makes a record, which is deleted when the rule is over.
func (k sFlpKind) create(p *probe, members object) reply {
	x := p.post(k.path(p), members)
	if id := x.at("data.id").String(); x.ok() && id != "" {
		p.undo(string(k), func() bool {
			gone := p.delete(k.path(p, id))
			return gone.ok() || gone.Status == http.StatusNotFound
		})
	}
	return x
}

// made makes a record that has to be made.
func (k sFlpKind) made(p *probe, members object) (id string) {
	x := k.create(p, members).good()
	return x.at("data.id").String()
}

// search asks for records. It changes nothing, though it is a POST.
func (k sFlpKind) search(p *probe, filter object) reply {
	return p.call(question{method: http.MethodPost, path: k.path(p, "search"), body: jsonText(filter), search: true})
}

// sFlpEnvelope demands the envelope of success, with data of a type.
func sFlpEnvelope(x reply, types string) {
	x.good()
	x.p.shaped("the envelope", x.at("@this"), "status string", "msg string", "data "+types)
	x.p.must(x.at("status").String() == "success", "status-word", "status success", "%s", x.told())
}

func sFlp01() serverRule {
	return serverRule{
		id: "S-FLP-01", title: "every answer has the envelope",
		clause: "fluidpay:11-13", level: must,
		summary: "The samples all have status, msg and data; carts stand without the prefix /api there, products with it.",
		asks:    "every endpoint, with and without /api",
		holds:   "status success, a msg, and data: an object of one record, an array or null of many, a text of a delete",
		flags:   []string{"PREFIX_SPLIT"},
		needs:   []string{"Write"},
		ask: func(p *probe) {
			for _, k := range []sFlpKind{sFlpCart, sFlpProduct} {
				sFlpEnvelope(p.get(k.path(p)), "array|null")
				sFlpEnvelope(k.search(p, object{}), "array|null")
				sFlpSplit(p, k)
			}
			p.writing("create, change and delete records under both prefixes")
			prefixes := []string{"/api", ""}
			if p.reading("PREFIX_SPLIT") == "api" {
				prefixes = prefixes[:1]
			}
			for _, prefix := range prefixes {
				for _, k := range []sFlpKind{sFlpCart, sFlpProduct} {
					sFlpLife(p, k, prefix)
				}
			}
		},
		mutants: []mutant{
			{"a", "answers a delete without the envelope", "no-object"},
			{"b", "does not know carts under /api", "refused"},
			{"c", "answers a get with the record alone", "member-status"},
		},
	}
}

// sFlpSplit asks for a list without /api.
func sFlpSplit(p *probe, k sFlpKind) {
	x := p.get(strings.TrimPrefix(k.path(p), "/api"))
	if p.reading("PREFIX_SPLIT") == "api" {
		p.must(!gjson.ValidBytes(x.ReplyBody), "served", "no API without /api, as pinned", "%s", x.told())
		return
	}
	if x.ok() && !gjson.ValidBytes(x.ReplyBody) {
		p.mustRead("PREFIX_SPLIT", "api", "no-json", "the list without /api too", "%s", x.told())
	}
	sFlpEnvelope(x, "array|null")
}

// sFlpLife asks for all that has to do with one record.
func sFlpLife(p *probe, k sFlpKind, prefix string) {
	at := func(below ...string) string { return prefix + strings.TrimPrefix(k.path(p, below...), "/api") }
	x := p.post(at(), k.least(p.name()))
	sFlpEnvelope(x, "object")
	id := x.at("data.id").String()
	p.undo(string(k), func() bool {
		gone := p.delete(k.path(p, id))
		return gone.ok() || gone.Status == http.StatusNotFound
	})
	sFlpEnvelope(p.get(at(id)), "object")
	sFlpEnvelope(p.get(at()), "array")
	sFlpEnvelope(p.post(at(id), object{"description": "changed"}), "object")
	sFlpEnvelope(p.delete(at(id)), "string")
}

var sFlpID = regexp.MustCompile(`^[0-9a-v]{20}$`)

func sFlp02() serverRule {
	return serverRule{
		id: "S-FLP-02", title: "what is created is there until it is deleted",
		clause: "fluidpay:132-180", level: must,
		summary: "Records are created, read, listed, changed by a POST to their path, and deleted; ids are 20 characters of 0-9 and a-v.",
		asks:    "to create, get, list, change and delete a product and a cart",
		holds:   "each step shows what the one before did, and leaves alone what it was not sent",
		flags:   []string{"CREATED_STATUS", "DELETED_RECORD", "MISSING_RECORD"},
		needs:   []string{"Write"},
		after:   []string{"S-FLP-01"},
		ask: func(p *probe) {
			for _, k := range []sFlpKind{sFlpProduct, sFlpCart} {
				name := p.name()
				x := k.create(p, k.least(name)).open("CREATED_STATUS")
				id := x.at("data.id").String()
				p.must(sFlpID.MatchString(id), "id", "an id of 20 characters 0-9a-v", "it is %s", x.at("data.id").Raw)
				before := p.get(k.path(p, id)).good()
				p.must(before.at("data.name").String() == name, "not-stored", "the record under its id", "%s", before.told())
				p.must(sFlpListed(p, k, id), "not-listed", "the record in the list", "%s is not", id)
				x = p.post(k.path(p, id), object{"description": name}).good()
				p.must(x.at("data.id").String() == id, "other-record", "the record that was changed", "%s", x.told())
				after := p.get(k.path(p, id)).good()
				p.must(after.at("data.description").String() == name, "not-changed", "the new description", "%s", after.told())
				for _, key := range slices.Sorted(maps.Keys(before.at("data").Map())) {
					was := before.at("data." + key)
					if is := after.at("data." + key); key != "description" && key != "updated_at" {
						p.must(was.Raw == is.Raw, "changed", "what was not sent as it was", "%s was %s and is %s", key, was.Raw, is.Raw)
					}
				}
				sFlpGone(p, k, id)
			}
		},
		mutants: []mutant{
			{"a", "answers 201 to a create", "status-201"},
			{"b", "gives ids that begin with id_", "id"},
			{"c", "lists what is deleted", "still-listed"},
		},
	}
}

// sFlpListed looks a record up in the list of all.
func sFlpListed(p *probe, k sFlpKind, id string) bool {
	x := p.get(k.path(p)).good()
	return slices.ContainsFunc(x.list("data"), func(v gjson.Result) bool { return v.Get("id").String() == id })
}

// sFlpGone deletes a record and looks for it.
func sFlpGone(p *probe, k sFlpKind, id string) {
	p.delete(k.path(p, id)).good()
	p.must(!sFlpListed(p, k, id), "still-listed", "a list without what is deleted", "%s is in it", id)
	x := p.get(k.path(p, id))
	if x.ok() && x.at("data.deleted_at").String() != "" {
		p.mustRead("DELETED_RECORD", "readable", "still-there", "no record where one was deleted", "%s", x.told())
		return
	}
	p.must(!x.ok() && p.reading("DELETED_RECORD") != "readable", "still-there", "a deleted record that is "+p.reading("DELETED_RECORD"), "%s", x.told())
	x.open("MISSING_RECORD")
}

// A sFlpLimit is a member and values inside and outside of its limits.
type sFlpLimit struct {
	kind     sFlpKind
	member   string
	in, outs []any
}

func sFlpLimits() []sFlpLimit {
	a := func(n int) string { return strings.Repeat("a", n) }
	id := strings.Repeat("v", 20)
	return []sFlpLimit{
		{sFlpProduct, "sku", []any{"PRODUCTSKU"}, []any{nil}},
		{sFlpProduct, "name", []any{"TESTPRODUCT"}, []any{nil}},
		{sFlpProduct, "price", []any{0, 1, 1 << 40}, []any{nil, -1, 1.5, "1"}},
		{sFlpProduct, "fixed_amount", []any{false, true}, []any{nil, "false"}},
		{sFlpProduct, "fixed_qty", []any{false, true}, []any{nil, 1}},
		{sFlpProduct, "description", []any{a(254)}, []any{nil, a(255)}},
		{sFlpCart, "type", []any{"normal", "donation"}, []any{nil, "other"}},
		{sFlpCart, "name", []any{a(1), a(100)}, []any{nil, "", a(101)}},
		{sFlpCart, "custom_fields_group", []any{a(254)}, []any{a(255)}},
		{sFlpCart, "card_processor_id", []any{id}, []any{id[1:], id + "v", "w" + id[1:]}},
		{sFlpCart, "ach_processor_id", []any{id}, []any{id[1:], id + "v", "W" + id[1:]}},
		{sFlpCart, "success_url", []any{"https://example.com/thanks"}, []any{"thanks"}},
		{sFlpCart, "cancel_url", []any{"https://example.com/"}, []any{"//"}},
		{sFlpCart, "show_available_products", []any{true}, []any{"true"}},
		{sFlpCart, "require_shipping_details", []any{true}, []any{"true"}},
		{sFlpCart, "email_receipt", []any{true}, []any{"true"}},
	}
}

func sFlp03() serverRule {
	return serverRule{
		id: "S-FLP-03", title: "limits of members hold",
		clause: "fluidpay:139-149,283-289", level: must,
		summary: "The tables of Create say what is required, how long a text may be and what it may hold.",
		asks:    "creates with each member inside and outside of its limits; not the patterns of sku, name and price, which the samples break",
		holds:   "inside it is stored, outside the create is refused with 400",
		flags:   []string{"INVALID_STATUS"},
		needs:   []string{"Write"},
		after:   []string{"S-FLP-02"},
		ask: func(p *probe) {
			for _, l := range sFlpLimits() {
				for _, value := range l.in {
					x := l.kind.create(p, l.kind.least(p.name()).with(l.member, value))
					p.must(x.ok(), "inside", fmt.Sprintf("a %s with %s %v", l.kind, l.member, value), "%s", x.told())
					stored := p.get(l.kind.path(p, x.at("data.id").String())).good()
					p.must(stored.at("data."+l.member).Raw == jsonText(value), "not-stored", fmt.Sprintf("%s %v", l.member, value), "%s", stored.told())
				}
				for _, value := range l.outs {
					x := l.kind.create(p, l.kind.least(p.name()).with(l.member, value))
					p.must(!x.ok(), "outside", fmt.Sprintf("no %s with %s %v", l.kind, l.member, value), "%s", x.told())
					x.open("INVALID_STATUS")
				}
			}
		},
		mutants: []mutant{
			{"a", "cuts a long name of a cart", "outside"},
			{"b", "refuses a price of 0", "inside"},
			{"c", "answers 422 to what it refuses", "status-422"},
		},
	}
}

func sFlp06() serverRule {
	return serverRule{
		id: "S-FLP-06", title: "products of a cart: objects in a get, ids in the list",
		clause: "fluidpay:22-42,110-118", level: should,
		summary: "The sample of one cart has whole products, that of the list their ids.",
		asks:    "a cart with a product, by itself and in the list",
		holds:   "an array of objects with the members of a product; an array of their ids",
		needs:   []string{"Write"},
		after:   []string{"S-FLP-01"},
		ask: func(p *probe) {
			cart := sFlpFilled(p)
			one := p.get(sFlpCart.path(p, cart)).good()
			for _, v := range one.list("data.products") {
				p.shaped("the product", v, "id string", "sku string", "name string", "price number", "fixed_amount boolean", "fixed_qty boolean")
			}
			p.must(len(one.list("data.products")) > 0, "no-products", "the cart's products", "%s", one.told())
			all := p.get(sFlpCart.path(p)).good()
			i := slices.IndexFunc(all.list("data"), func(v gjson.Result) bool { return v.Get("id").String() == cart })
			p.must(i >= 0, "not-listed", "the cart in the list", "%s is not", cart)
			for j, v := range all.list("data")[i].Get("products").Array() {
				p.must(v.Type == gjson.String, "not-ids", "ids of products in the list", "%s", p.short(v.Raw))
				want := one.at(fmt.Sprintf("data.products.%d.id", j)).String()
				p.must(v.String() == want, "other-products", "the same products", "%s in the list, %s in the cart", v.String(), want)
			}
		},
		mutants: []mutant{
			{"a", "gives objects in the list", "not-ids"},
			{"b", "gives ids in a get", "no-object"},
		},
	}
}

// sFlpFilled is a cart with a product: one that is made, or one that is there.
func sFlpFilled(p *probe) string {
	if p.to.Write {
		product := sFlpProduct.made(p, sFlpProduct.least(p.name()))
		return sFlpCart.made(p, sFlpCart.least(p.name()).with("products", []string{product}))
	}
	for _, v := range p.get(sFlpCart.path(p)).good().list("data") {
		if len(v.Get("products").Array()) > 0 {
			return v.Get("id").String()
		}
	}
	p.writing("create a cart with a product, for there is none")
	return ""
}

func sFlp07() serverRule {
	return serverRule{
		id: "S-FLP-07", title: "only the private key of the merchant is let in",
		clause: "FP-28", level: must,
		summary: "Authentication stands on the vendor's other pages: the private key alone, without a scheme.",
		asks:    "the list without a key, with Bearer and the key, of another merchant, and with the public key",
		holds:   "401 four times",
		flags:   []string{"FOREIGN_MERCHANT"},
		needs:   []string{"public_key"},
		after:   []string{"S-FLP-01"},
		ask: func(p *probe) {
			path := sFlpCart.path(p)
			p.get(path).good()
			as := func(key string) reply {
				return p.call(question{method: http.MethodGet, path: path, creds: fake.Credentials{"api_key": key}})
			}
			as("").status(http.StatusUnauthorized)
			as("Bearer " + p.to.Creds["api_key"]).status(http.StatusUnauthorized)
			foreign := strings.Replace(path, p.to.Creds["merchant_id"], p.name(), 1)
			p.get(foreign).open("FOREIGN_MERCHANT")
			as(p.given("public_key")).status(http.StatusUnauthorized)
		},
		mutants: []mutant{
			{"a", "serves calls without a key", "status"},
			{"b", "takes a Bearer token for the key", "status"},
		},
	}
}
