package conformance

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// A FluidpayClient is the adapter of a client of FluidPay's carts and products.
// A function that is left nil is a thing that the client does not claim to do.
// The credentials are "merchant_id" and "api_key".
type FluidpayClient struct {
	// GetCart gives one cart. An unknown id is an error.
	GetCart func(ctx context.Context, id string) (FluidpayCart, error)

	// ListCarts gives all carts of the merchant.
	ListCarts func(ctx context.Context) ([]FluidpayCart, error)

	// SearchCarts gives all carts that fit, however many there are.
	SearchCarts func(ctx context.Context, f FluidpayFilter) ([]FluidpayCart, error)

	// CreateCart makes a cart of the attributes that the API lets a client set,
	// and gives its id.
	CreateCart func(ctx context.Context, in FluidpayCart) (id string, err error)

	// UpdateCart changes what is not nil and leaves the rest as it is.
	UpdateCart func(ctx context.Context, id string, ch FluidpayChange) error

	// DeleteCart deletes a cart.
	DeleteCart func(ctx context.Context, id string) error

	// AddToCart adds a product to those that a cart has.
	AddToCart func(ctx context.Context, cartID, productID string) error

	// The same for products.
	GetProduct     func(ctx context.Context, id string) (FluidpayProduct, error)
	ListProducts   func(ctx context.Context) ([]FluidpayProduct, error)
	SearchProducts func(ctx context.Context, f FluidpayFilter) ([]FluidpayProduct, error)
	CreateProduct  func(ctx context.Context, in FluidpayProduct) (id string, err error)
	UpdateProduct  func(ctx context.Context, id string, ch FluidpayChange) error
	DeleteProduct  func(ctx context.Context, id string) error

	// Status gives the HTTP status behind an error, 0 if it cannot tell.
	Status func(error) int

	// Message gives the service's own words behind an error.
	Message func(error) string

	// Correlation gives the x-correlation-id behind an error.
	Correlation func(error) string
}

// A FluidpayCart is what the checks read of a cart. In a new one all but ID,
// Created and Deleted may be set.
type FluidpayCart struct {
	ID                string
	Name              string
	Description       string
	Type              string // "normal", "donation"; in a new cart "" stands for normal
	CustomFieldsGroup string
	CardProcessorID   *string // nil: none
	ACHProcessorID    *string
	Payments          []string // "card", "ach"; in a new cart nil leaves it to the service
	ProductIDs        []string
	ShowAvailable     bool
	RequireShipping   bool
	EmailReceipt      bool
	SuccessURL        string
	CancelURL         string
	Created           time.Time
	Deleted           bool
}

// A FluidpayProduct is what the checks read of a product. In a new one SKU, Name,
// Description, ImgData, Price, FixedAmount and FixedQty are set. Money is in
// cents.
type FluidpayProduct struct {
	ID            string
	SKU           string
	Name          string
	Description   string
	Img           string // a URL; "" for none
	ImgData       []byte // of a new product: a picture to be uploaded
	Price         int64
	LocalTax      int64
	NationalTax   int64
	FixedAmount   bool
	FixedQty      bool
	UnitOfMeasure string // "" for none
	Created       time.Time
	Deleted       bool
}

// A FluidpayChange is an update of a cart or a product: nil leaves a field as it
// is, anything else overwrites it, an empty value too.
type FluidpayChange struct {
	Name, Description, SuccessURL *string
	Products                      *[]string // ids
	ShowAvailable, FixedAmount    *bool
	Price                         *int64 // cents
}

// A FluidpayFilter says what is searched for; all of it must hold. The zero
// filter fits everything.
type FluidpayFilter struct {
	ID, Name, NotName, Product string // Product: the name of a product in the cart
	PriceOver, PriceUnder      *int64 // cents, the bounds themselves left out
	SKU                        string // not a filter of the service
	CreatedFrom, CreatedUntil  time.Time
	Deleted                    bool // deleted records, and no others
	Only                       bool // the caller wants exactly one
}

// Fluidpay is the suite for clients of FluidPay's carts and products: 57 checks
// of its own and the common profile of 18.
func Fluidpay() *Suite[FluidpayClient] {
	s := &Suite[FluidpayClient]{
		api: "fluidpay", title: "merchant carts and products", edition: "2026-11",
		clauses: clausesOf("fluidpay"),
		secrets: []string{"api_key"}, secretHeaders: []string{flpKey},
		flags: flpFlags(),
		open:  func(opts ...fake.Option) server { return fluidpay.New(opts...) },
	}
	return s.add(
		flpAuth(), flpURL(), flpID(), flpVerb(), flpContent(), flpEnv(), flpErr(), flpPoly(), flpNull(), flpType(),
		flpList(), flpCre(), flpPrd(), flpUpd(), flpDel(), flpSrc(), flpTime(),
		common(flpProfile()),
	)
}

// flpFlags are the readings of the document that may be pinned, where the fake
// can behave either way.
func flpFlags() []flag {
	return []flag{
		{"PREFIX_SPLIT", []reading{{"both", nil}, {"api", []fake.Option{fluidpay.WithControlPanel()}}}},
		{"SKU_REGEX_VS_SAMPLE", []reading{{"samples", nil}}},
		{"PRICE_REGEX", []reading{{"integer", nil}}},
		{"ID_EMPTY_OR_NULL", []reading{{"samples", nil}}},
		{"FAILED_ENVELOPE", []reading{{"4xx", nil}}},
		{"EMPTY_DATA", []reading{{"null", nil}, {"list", []fake.Option{fluidpay.WithEmptyLists()}}}},
		{"MISSING_RECORD", []reading{{"404", nil}}},
		{"AUTH_OFF_PAGE", []reading{{"key", nil}}},
	}
}

// flpKey is the header with the private key.
const flpKey = "Authorization"

type (
	flpCheck = check[FluidpayClient]
	flpScene = scene[FluidpayClient]
	flpRun   = run[FluidpayClient]
)

// flpShop is the fake of a scene.
func flpShop(r *flpRun) *fluidpay.Server { return r.fake.(*fluidpay.Server) }

// A flpCaller makes the calls of a check with one client, and keeps what they
// gave.
type flpCaller struct {
	r   *flpRun
	c   FluidpayClient
	ctx context.Context
}

// flp calls with the client of the scene.
func flp(r *flpRun) flpCaller { return flpCaller{r, r.client, r.ctx} }

// flpIn calls with a context of the check's own.
func flpIn(r *flpRun, ctx context.Context) flpCaller { return flpCaller{r, r.client, ctx} }

// ask makes a call, and asks the adapter about the error that it gave.
func (u flpCaller) ask(call string, f func(context.Context) (any, error)) *answer {
	a := u.r.ask(u.ctx, call, f)
	if a.err != nil && u.c.Status != nil {
		a.status = u.c.Status(a.err)
	}
	if a.err != nil && u.c.Message != nil {
		a.message = u.c.Message(a.err)
	}
	if a.err != nil && u.c.Correlation != nil {
		a.trace = u.c.Correlation(a.err)
	}
	return a
}

func (u flpCaller) getCart(id string) *answer {
	return u.ask(fmt.Sprintf("GetCart(%s)", id), func(ctx context.Context) (any, error) { return u.c.GetCart(ctx, id) })
}

func (u flpCaller) listCarts() *answer {
	return u.ask("ListCarts", func(ctx context.Context) (any, error) { return u.c.ListCarts(ctx) })
}

func (u flpCaller) searchCarts(f FluidpayFilter) *answer {
	return u.ask("SearchCarts"+f.words(), func(ctx context.Context) (any, error) { return u.c.SearchCarts(ctx, f) })
}

func (u flpCaller) createCart(in FluidpayCart) *answer {
	return u.ask("CreateCart", func(ctx context.Context) (any, error) { return u.c.CreateCart(ctx, in) }).asked(in)
}

func (u flpCaller) updateCart(id string, ch FluidpayChange) *answer {
	return u.ask(fmt.Sprintf("UpdateCart(%s)", id), func(ctx context.Context) (any, error) { return nil, u.c.UpdateCart(ctx, id, ch) })
}

func (u flpCaller) deleteCart(id string) *answer {
	return u.ask(fmt.Sprintf("DeleteCart(%s)", id), func(ctx context.Context) (any, error) { return nil, u.c.DeleteCart(ctx, id) })
}

func (u flpCaller) addToCart(cart, product string) *answer {
	return u.ask(fmt.Sprintf("AddToCart(%s, %s)", cart, product), func(ctx context.Context) (any, error) {
		return nil, u.c.AddToCart(ctx, cart, product)
	})
}

func (u flpCaller) getProduct(id string) *answer {
	return u.ask(fmt.Sprintf("GetProduct(%s)", id), func(ctx context.Context) (any, error) { return u.c.GetProduct(ctx, id) })
}

func (u flpCaller) listProducts() *answer {
	return u.ask("ListProducts", func(ctx context.Context) (any, error) { return u.c.ListProducts(ctx) })
}

func (u flpCaller) searchProducts(f FluidpayFilter) *answer {
	return u.ask("SearchProducts"+f.words(), func(ctx context.Context) (any, error) { return u.c.SearchProducts(ctx, f) })
}

func (u flpCaller) createProduct(in FluidpayProduct) *answer {
	return u.ask("CreateProduct", func(ctx context.Context) (any, error) { return u.c.CreateProduct(ctx, in) }).asked(in)
}

func (u flpCaller) updateProduct(id string, ch FluidpayChange) *answer {
	return u.ask(fmt.Sprintf("UpdateProduct(%s)", id), func(ctx context.Context) (any, error) { return nil, u.c.UpdateProduct(ctx, id, ch) })
}

func (u flpCaller) deleteProduct(id string) *answer {
	return u.ask(fmt.Sprintf("DeleteProduct(%s)", id), func(ctx context.Context) (any, error) { return nil, u.c.DeleteProduct(ctx, id) })
}

// words are what is set of a filter, in brackets.
func (f FluidpayFilter) words() string {
	var all []string
	v := reflect.ValueOf(f)
	for i := range v.NumField() {
		if field := v.Field(i); !field.IsZero() {
			all = append(all, fmt.Sprintf("%s %v", v.Type().Field(i).Name, reflect.Indirect(field)))
		}
	}
	return "(" + strings.Join(all, ", ") + ")"
}

// cart is the cart that a call gave, the zero cart where it gave none; so are
// the others.
func (a *answer) cart() FluidpayCart {
	c, _ := a.value.(FluidpayCart)
	return c
}

func (a *answer) carts() []FluidpayCart {
	cs, _ := a.value.([]FluidpayCart)
	return cs
}

func (a *answer) product() FluidpayProduct {
	p, _ := a.value.(FluidpayProduct)
	return p
}

func (a *answer) products() []FluidpayProduct {
	ps, _ := a.value.([]FluidpayProduct)
	return ps
}

// made is the id that a create gave.
func (a *answer) made() string {
	id, _ := a.value.(string)
	return id
}

// flpSame finds ids that are not those wanted, in that order.
func flpSame(a *answer, what string, got, want []string) Finding {
	switch {
	case slices.Equal(got, want):
		return Finding{}
	case len(got) < len(want):
		return found("records-missing", fmt.Sprintf("%s from %s", count(len(want), what), a.call), "%s", count(len(got), what)).of(a)
	}
	return found("wrong-list", fmt.Sprintf("what there is, once each, from %s: %s", a.call, flpShort(want)), "%s", flpShort(got)).of(a)
}

// flpShort is a list of ids, cut where it is long.
func flpShort(ids []string) string {
	if len(ids) > 5 {
		return fmt.Sprintf("%d: %v …", len(ids), ids[:5])
	}
	return fmt.Sprintf("%d: %v", len(ids), ids)
}

func flpCartIDs(carts []FluidpayCart) []string {
	var ids []string
	for _, c := range carts {
		ids = append(ids, c.ID)
	}
	return ids
}

func flpProductIDs(products []FluidpayProduct) []string {
	var ids []string
	for _, p := range products {
		ids = append(ids, p.ID)
	}
	return ids
}
