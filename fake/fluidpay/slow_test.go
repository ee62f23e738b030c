package fluidpay_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// A search that is slow and obvious: it reads the body into maps, looks at each
// record, sorts what is left and cuts. What the package does is compared with
// it.

// A row is what a search looks at, and what it shows of the record.
type row struct {
	id, name, merchant string
	price              int64
	products           []string // names of those attached and not deleted
	created, updated   time.Time
	deleted            *time.Time
	wire               string
}

// A ruling is how one kind of record is searched.
type ruling struct {
	third    string // "product" or "price"
	lenient  bool
	strict   bool
	pageSize int
	empty    string // what stands for no records
}

func (r ruling) defaults() ruling {
	if r.pageSize == 0 {
		r.pageSize = 10
	}
	if r.empty == "" {
		r.empty = "null"
	}
	return r
}

// slowSearch is the whole answer to a search: status and body.
func slowSearch(r ruling, rows []row, merchant, body string) (int, string) {
	r = r.defaults()
	var keys map[string]json.RawMessage
	if !json.Valid([]byte(body)) || !strings.HasPrefix(strings.TrimLeft(body, " \t\r\n"), "{") {
		return 400, malformed
	}
	if err := json.Unmarshal([]byte(body), &keys); err != nil {
		return 400, malformed
	}
	for key, value := range keys {
		if string(value) == "null" {
			delete(keys, key)
		}
	}
	var tests []func(row) bool
	for _, key := range []string{"id", "name", r.third, "created_at", "updated_at", "deleted_at"} {
		value, there := keys[key]
		if !there {
			continue
		}
		test, ok := slowFilter(r, key, value)
		if !ok {
			return 400, refused("invalid " + key)
		}
		tests = append(tests, test)
	}
	limit, ok := slowNumber(keys, "limit", int64(r.pageSize))
	if !ok || limit < 0 || r.strict && limit > 100 {
		return 400, refused("invalid limit")
	}
	if limit == 0 || limit > 100 {
		limit = 100
	}
	offset, ok := slowNumber(keys, "offset", 0)
	if !ok || offset < 0 {
		return 400, refused("invalid offset")
	}
	_, dead := keys["deleted_at"]
	var found []row
	for _, record := range rows {
		if record.merchant == merchant && (record.deleted != nil) == dead && !slices.ContainsFunc(tests, func(t func(row) bool) bool { return !t(record) }) {
			found = append(found, record)
		}
	}
	return 200, slowList(r, found, offset, limit)
}

func slowList(r ruling, found []row, offset, limit int64) string {
	slices.SortFunc(found, func(a, b row) int {
		if c := a.created.Compare(b.created); c != 0 {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
	total := len(found)
	var shown []string
	for i, record := range found {
		if int64(i) >= offset && int64(len(shown)) < limit {
			shown = append(shown, record.wire)
		}
	}
	data := r.empty
	if len(shown) > 0 {
		data = "[" + strings.Join(shown, ",") + "]"
	}
	return `{"status":"success","msg":"success","data":` + data + `,"total_count":` + strconv.Itoa(total) + `}`
}

func slowNumber(keys map[string]json.RawMessage, key string, absent int64) (int64, bool) {
	value, there := keys[key]
	if !there {
		return absent, true
	}
	return slowInteger(value)
}

var wholeNumber = regexp.MustCompile(`^-?[0-9]+$`)

func slowInteger(value []byte) (int64, bool) {
	n, err := strconv.ParseInt(string(value), 10, 64)
	return n, err == nil && wholeNumber.Match(value)
}

func slowText(value []byte) (string, bool) {
	var text *string
	err := json.Unmarshal(value, &text)
	if err != nil || text == nil {
		return "", false
	}
	return *text, true
}

// slowFilter reads one filter: what it asks of a row, and whether it is one.
func slowFilter(r ruling, key string, value []byte) (func(row) bool, bool) {
	var inside map[string]json.RawMessage
	if err := json.Unmarshal(value, &inside); err != nil || inside == nil {
		return nil, false
	}
	if strings.HasSuffix(key, "_at") {
		return slowRange(key, inside)
	}
	operator, ok := slowText(inside["operator"])
	if !ok {
		return nil, false
	}
	listed := []string{"=", "!="}
	if key == "price" {
		listed = []string{"=", "!=", "<", ">"}
	}
	if !slices.Contains(listed, operator) {
		return func(row) bool { return true }, r.lenient
	}
	if key == "price" {
		n, ok := slowInteger(inside["value"])
		return map[string]func(row) bool{
			"=": func(r row) bool { return r.price == n }, "!=": func(r row) bool { return r.price != n },
			"<": func(r row) bool { return r.price < n }, ">": func(r row) bool { return r.price > n },
		}[operator], ok
	}
	text, ok := slowText(inside["value"])
	is := map[string]func(row) bool{
		"id":      func(r row) bool { return r.id == text },
		"name":    func(r row) bool { return r.name == text },
		"product": func(r row) bool { return slices.Contains(r.products, text) },
	}[key]
	if operator == "!=" {
		return func(r row) bool { return !is(r) }, ok
	}
	return is, ok
}

var zoned = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$`)

func slowRange(key string, inside map[string]json.RawMessage) (func(row) bool, bool) {
	var start, end *time.Time
	for name, bound := range map[string]**time.Time{"start_date": &start, "end_date": &end} {
		value, there := inside[name]
		if !there || string(value) == "null" {
			continue
		}
		text, ok := slowText(value)
		if !ok || !zoned.MatchString(text) {
			return nil, false
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, false
		}
		*bound = &t
	}
	return func(r row) bool {
		t := map[string]*time.Time{"created_at": &r.created, "updated_at": &r.updated, "deleted_at": r.deleted}[key]
		return t != nil && (start == nil || !t.Before(*start)) && (end == nil || !t.After(*end))
	}, true
}

// The wire forms, by the standard library's encoder.

type slowProduct struct {
	ID            string     `json:"id"`
	PublicHash    string     `json:"public_hash"`
	MerchantID    string     `json:"merchant_id"`
	SKU           string     `json:"sku"`
	Name          string     `json:"name"`
	Img           string     `json:"img"`
	Price         int64      `json:"price"`
	LocalTax      int64      `json:"local_tax"`
	NationalTax   int64      `json:"national_tax"`
	FixedAmount   bool       `json:"fixed_amount"`
	FixedQty      bool       `json:"fixed_qty"`
	UnitOfMeasure *string    `json:"unit_of_measure"`
	Description   string     `json:"description"`
	CreatedAt     time.Time  `json:"created_at"`
	UpdatedAt     time.Time  `json:"updated_at"`
	DeletedAt     *time.Time `json:"deleted_at"`
}

type slowCart struct {
	ID                     string          `json:"id"`
	PublicHash             string          `json:"public_hash"`
	MerchantID             string          `json:"merchant_id"`
	CardProcessorID        *string         `json:"card_processor_id"`
	ACHProcessorID         *string         `json:"ach_processor_id"`
	Name                   string          `json:"name"`
	Description            string          `json:"description"`
	Type                   string          `json:"type"`
	CustomFieldsGroup      string          `json:"custom_fields_group"`
	Payments               []string        `json:"payments"`
	Products               []string        `json:"products"`
	ShowAvailableProducts  bool            `json:"show_available_products"`
	RequireShippingDetails bool            `json:"require_shipping_details"`
	EmailReceipt           bool            `json:"email_receipt"`
	SuccessURL             string          `json:"success_url"`
	CancelURL              string          `json:"cancel_url"`
	Settings               json.RawMessage `json:"settings"`
	CreatedAt              time.Time       `json:"created_at"`
	UpdatedAt              time.Time       `json:"updated_at"`
	DeletedAt              *time.Time      `json:"deleted_at"`
}

// slowSingleCart is a cart as it is answered alone: another order of keys,
// products as objects, unset processors as texts.
type slowSingleCart struct {
	ID                     string          `json:"id"`
	PublicHash             string          `json:"public_hash"`
	MerchantID             string          `json:"merchant_id"`
	CardProcessorID        string          `json:"card_processor_id"`
	ACHProcessorID         string          `json:"ach_processor_id"`
	Name                   string          `json:"name"`
	Description            string          `json:"description"`
	Type                   string          `json:"type"`
	CustomFieldsGroup      string          `json:"custom_fields_group"`
	Products               []slowProduct   `json:"products"`
	ShowAvailableProducts  bool            `json:"show_available_products"`
	RequireShippingDetails bool            `json:"require_shipping_details"`
	EmailReceipt           bool            `json:"email_receipt"`
	Payments               []string        `json:"payments"`
	SuccessURL             string          `json:"success_url"`
	CancelURL              string          `json:"cancel_url"`
	Settings               json.RawMessage `json:"settings"`
	CreatedAt              time.Time       `json:"created_at"`
	UpdatedAt              time.Time       `json:"updated_at"`
	DeletedAt              *time.Time      `json:"deleted_at"`
}

func slowJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func slowWireProduct(p fluidpay.Product) slowProduct {
	return slowProduct{
		p.ID, p.PublicHash, p.MerchantID, p.SKU, p.Name, p.Img, p.Price, p.LocalTax, p.NationalTax, p.FixedAmount, p.FixedQty,
		p.UnitOfMeasure, p.Description, p.CreatedAt, p.UpdatedAt, p.DeletedAt,
	}
}

// attached are the products of a cart that it shows.
func attached(c fluidpay.Cart, products []fluidpay.Product) []fluidpay.Product {
	shown := []fluidpay.Product{}
	for _, id := range c.Products {
		for _, p := range products {
			if p.ID == id && p.DeletedAt == nil {
				shown = append(shown, p)
			}
		}
	}
	return shown
}

func slowWireCart(c fluidpay.Cart, products []fluidpay.Product) slowCart {
	w := slowCart{
		ID: c.ID, PublicHash: c.PublicHash, MerchantID: c.MerchantID, CardProcessorID: orNull(c.CardProcessorID), ACHProcessorID: orNull(c.ACHProcessorID),
		Name: c.Name, Description: c.Description, Type: string(c.Type), CustomFieldsGroup: c.CustomFieldsGroup, Payments: payments(c), Products: []string{},
		ShowAvailableProducts: c.ShowAvailableProducts, RequireShippingDetails: c.RequireShippingDetails, EmailReceipt: c.EmailReceipt,
		SuccessURL: c.SuccessURL, CancelURL: c.CancelURL, Settings: c.Settings, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, DeletedAt: c.DeletedAt,
	}
	for _, p := range attached(c, products) {
		w.Products = append(w.Products, p.ID)
	}
	return w
}

func slowWireSingleCart(c fluidpay.Cart, products []fluidpay.Product) slowSingleCart {
	w := slowSingleCart{
		ID: c.ID, PublicHash: c.PublicHash, MerchantID: c.MerchantID, CardProcessorID: c.CardProcessorID, ACHProcessorID: c.ACHProcessorID,
		Name: c.Name, Description: c.Description, Type: string(c.Type), CustomFieldsGroup: c.CustomFieldsGroup, Payments: payments(c), Products: []slowProduct{},
		ShowAvailableProducts: c.ShowAvailableProducts, RequireShippingDetails: c.RequireShippingDetails, EmailReceipt: c.EmailReceipt,
		SuccessURL: c.SuccessURL, CancelURL: c.CancelURL, Settings: c.Settings, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, DeletedAt: c.DeletedAt,
	}
	for _, p := range attached(c, products) {
		w.Products = append(w.Products, slowWireProduct(p))
	}
	return w
}

func payments(c fluidpay.Cart) []string {
	all := []string{}
	for _, p := range c.Payments {
		all = append(all, string(p))
	}
	return all
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func productRows(shop *fluidpay.Server) []row {
	var rows []row
	for _, p := range shop.Products.All() {
		rows = append(rows, row{id: p.ID, name: p.Name, merchant: p.MerchantID, price: p.Price, created: p.CreatedAt, updated: p.UpdatedAt, deleted: p.DeletedAt, wire: slowJSON(slowWireProduct(p))})
	}
	return rows
}

func cartRows(shop *fluidpay.Server) []row {
	var rows []row
	products := shop.Products.All()
	for _, c := range shop.Carts.All() {
		r := row{id: c.ID, name: c.Name, merchant: c.MerchantID, created: c.CreatedAt, updated: c.UpdatedAt, deleted: c.DeletedAt, wire: slowJSON(slowWireCart(c, products))}
		for _, p := range attached(c, products) {
			r.products = append(r.products, p.Name)
		}
		rows = append(rows, r)
	}
	return rows
}

// slowGetAll is what a list without a search answers.
func slowGetAll(rows []row, merchant string) string {
	var found []row
	for _, r := range rows {
		if r.merchant == merchant && r.deleted == nil {
			found = append(found, r)
		}
	}
	return slowList(ruling{}.defaults(), found, 0, int64(len(found)))
}
