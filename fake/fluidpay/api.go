package fluidpay

import (
	"net/url"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// The documented operations.
const (
	GetCart     fake.Op = "GetCart"
	SearchCarts fake.Op = "SearchCarts"
	ListCarts   fake.Op = "ListCarts"
	CreateCart  fake.Op = "CreateCart"
	UpdateCart  fake.Op = "UpdateCart"
	DeleteCart  fake.Op = "DeleteCart"

	GetProduct     fake.Op = "GetProduct"
	SearchProducts fake.Op = "SearchProducts"
	ListProducts   fake.Op = "ListProducts"
	CreateProduct  fake.Op = "CreateProduct"
	UpdateProduct  fake.Op = "UpdateProduct"
	DeleteProduct  fake.Op = "DeleteProduct"
)

// routes are the endpoints in the order of the document, then what the vendor
// has beside them and the fake does not. A search stands before the update of a
// record, which its path would fit as well; by GET that path is a record which
// nobody has (reading FP-38). There is no route with a final slash (reading
// FP-37). The placeholder with blanks is only how the document prints it
// (reading FP-35), and its stray lines of markup have no meaning (reading
// FP-55).
func (s *Server) routes() []fake.Route {
	const (
		carts    = "/api/merchant/{m}/cart"
		products = "/api/merchant/{m}/product"
	)
	return []fake.Route{
		{Op: GetCart, Pattern: "GET " + carts + "/{id}", Clause: `Cart, "Get Single"`, Handle: s.getCart},
		{Op: SearchCarts, Pattern: "POST " + carts + "/search", Clause: `Cart, "Search"`, Handle: s.searchCarts},
		{Op: ListCarts, Pattern: "GET " + carts, Clause: `Cart, "Get All"`, Handle: s.listCarts},
		{Op: CreateCart, Pattern: "POST " + carts, Clause: `Cart, "Create"`, Writes: true, Handle: s.createCart},
		{Op: UpdateCart, Pattern: "POST " + carts + "/{id}", Clause: `Cart, "Update"`, Writes: true, Handle: s.updateCart},
		{Op: DeleteCart, Pattern: "DELETE " + carts + "/{id}", Clause: `Cart, "Delete"`, Writes: true, Handle: s.deleteCart},

		{Op: GetProduct, Pattern: "GET " + products + "/{id}", Clause: `Products, "Get Single"`, Handle: s.getProduct},
		{Op: SearchProducts, Pattern: "POST " + products + "/search", Clause: `Products, "Search"`, Handle: s.searchProducts},
		{Op: ListProducts, Pattern: "GET " + products, Clause: `Products, "Get All"`, Handle: s.listProducts},
		{Op: CreateProduct, Pattern: "POST " + products, Clause: `Products, "Create"`, Writes: true, Handle: s.createProduct},
		{Op: UpdateProduct, Pattern: "POST " + products + "/{id}", Clause: `Products, "Update"`, Writes: true, Handle: s.updateProduct},
		{Op: DeleteProduct, Pattern: "DELETE " + products + "/{id}", Clause: `Products, "Delete"`, Writes: true, Handle: s.deleteProduct},

		{Op: "CreateCartSession", Pattern: "POST /api/cart/{hash}/session", Extension: true},
		{Op: "Checkout", Pattern: "POST /api/cart/checkout", Extension: true},
		{Op: "CartStatistics", Pattern: "POST /api/dashboard/stats/cart", Extension: true},
		{Op: "HostedCheckout", Pattern: "GET /api/checkout/{hash}", Extension: true},
	}
}

// A Server is a fake of the FluidPay carts and products.
type Server struct {
	*fake.Server

	// Carts and Products are the records of all merchants, by id. Add fills in
	// the id, the hash, the merchant, the times and the defaults; Change moves
	// UpdatedAt unless its function sets it. Neither validates: a test may store
	// what the API would refuse.
	Carts    *fake.Collection[string, Cart]
	Products *fake.Collection[string, Product]

	settings  settings
	merchants map[string]*Merchant // by private key
	process   uint16               // of the ids
	carts     *kind[Cart]
	products  *kind[Product]
	encoded   int    // how many records were encoded, and so changed
	scratch   []byte // for encoding, under the server's lock
}

// Start gives a fake that lives as long as the test and reports the client's
// mistakes as failures of it.
func Start(tb fake.TB, opts ...Option) *Server {
	tb.Helper()
	return start(tb, opts)
}

// New gives a fake outside a test. It is to be closed; mistakes in its use
// panic.
func New(opts ...Option) *Server { return start(nil, opts) }

func start(tb fake.TB, opts []Option) *Server {
	if tb != nil {
		tb.Helper()
	}
	s := &Server{settings: defaults(), merchants: map[string]*Merchant{}, process: process}
	s.Server = fake.New(tb, s.api(), &s.settings, opts...)
	if seed := s.Seed(); seed != defaultSeed {
		s.process = uint16(seed)
	}
	s.meet()
	s.stock()
	return s
}

func (s *Server) api() fake.API {
	return fake.API{
		Name:   "fluidpay",
		Base:   "https://sandbox.fluidpay.com",
		Hosts:  []string{"sandbox.fluidpay.com", "app.fluidpay.com"},
		Path:   s.path,
		Routes: s.routes(),
		Stages: []fake.Stage{fake.Accept, fake.Match, fake.Auth, fake.Faults, fake.Limit, fake.Handle},
		Accept: s.greet,
		Auth:   s.auth,
		Error:  s.fail,
		Page:   s.page,
		Drift:  s.drift,
		Vet:    vet,
		Swap:   s.swap,

		Accepted: s.acceptedLater,
		Credentials: func() fake.Credentials {
			return fake.Credentials{"merchant_id": s.MerchantID(), "api_key": s.APIKey(), "public_key": s.PublicKey()}
		},
	}
}

// The prefix that the products of the document have, and its carts do not.
const prefix = "/api"

// sent is the path as it was sent: compared as it stands, so that an escaped
// slash is none.
func sent(c *fake.Call) string {
	if raw := c.Request.URL.RawPath; raw != "" {
		return raw
	}
	return c.Request.URL.Path
}

// param is a part of the path, unescaped after the match. What no record has as
// its id is simply unknown (reading FP-29).
func param(c *fake.Call, name string) string {
	part := c.Param(name)
	if c.Request.URL.RawPath != "" {
		part, _ = url.PathUnescape(part) // net/http has unescaped the whole path before
	}
	return part
}

// path is what the routes are matched against: carts and products both stand
// with and without /api, unless WithControlPanel has its panel there (reading
// FP-1).
func (s *Server) path(c *fake.Call) string {
	path := sent(c)
	switch {
	case strings.HasPrefix(path, prefix+"/"):
		return path
	case s.settings.controlPanel:
		return ""
	}
	return prefix + path
}

// greet looks at what the service lets pass in any request, and answers outside
// /api with the panel where there is one. Neither media types nor the query
// decide anything (reading FP-31).
func (s *Server) greet(c *fake.Call) error {
	bare := !strings.HasPrefix(sent(c), prefix+"/")
	panel := bare && s.settings.controlPanel
	if c.Missed() != nil && !panel {
		return nil
	}
	if bare {
		c.Note("path-without-api", "")
	}
	if panel {
		c.Answer(s.panel(c))
		return nil
	}
	if c.Request.URL.RawQuery != "" || c.Request.URL.ForceQuery {
		c.Note("ignored-query", "")
	}
	if c.Request.Method != "POST" {
		if len(c.Body) > 0 {
			c.Note("ignored-body", "")
		}
		return nil
	}
	given := c.Header("Content-Type")
	media, _, _ := strings.Cut(given, ";")
	if !strings.EqualFold(strings.TrimSpace(media), "application/json") {
		c.Note("content-type", given)
	}
	return nil
}
