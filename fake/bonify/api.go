package bonify

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The documented operations. ListCustomersV1 is the list of the version before,
// which is served only WithV1.
const (
	ListCustomers   fake.Op = "ListCustomers"
	GetCustomer     fake.Op = "GetCustomer"
	UpdateCustomers fake.Op = "UpdateCustomers"
	CreateCustomers fake.Op = "CreateCustomers"
	DeleteCustomer  fake.Op = "DeleteCustomer"
	ListCustomersV1 fake.Op = "ListCustomersV1"
)

// routes are the endpoints in the order of the document. The last one stands
// beside them: the old version's list, which differs from the present one.
func (s *Server) routes() []fake.Route {
	return []fake.Route{
		{Op: ListCustomers, Pattern: "GET /customers", Clause: "GET /customers", Handle: s.listCustomers},
		{Op: GetCustomer, Pattern: "GET /customers/{id}", Clause: "GET /customers/{customer_id}", Handle: s.getCustomer},
		{Op: UpdateCustomers, Pattern: "PUT /customers", Clause: "PUT /customers", Writes: true, Handle: s.updateCustomers},
		{Op: CreateCustomers, Pattern: "POST /customers", Clause: "POST /customers", Writes: true, Handle: s.createCustomers},
		{Op: DeleteCustomer, Pattern: "DELETE /customers/{id}", Clause: "DELETE /customers/{customer_id}", Writes: true, Handle: s.deleteCustomer},
		{Op: ListCustomersV1, Pattern: "GET /v1/customers", Clause: "Migrating from REST API V1?", Extension: true, Handle: s.listCustomersV1},
	}
}

// The headers that every request carries ("Authentication").
const (
	domainHeader = "X-Shop-Domain"
	keyHeader    = "X-Api-Key"
)

const (
	host     = "apps.bonify.io"
	prefix   = "/apps/cf_app/public-api/customer_fields"
	prefixV1 = prefix + "/v1"
	prefixV2 = prefix + "/v2"
)

// A Server is a fake of the Bonify Customer Fields API. Its methods about
// customers, fields, keys and orders act on the first shop.
type Server struct {
	*fake.Server
	*Shop

	settings settings
	shops    map[string]*Shop
	header   http.Header // of every answer; shared, never changed
	okay     []byte      // the answer to every write
	limited  int         // calls that the documented limit refused
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
	s := &Server{
		settings: defaults(),
		shops:    map[string]*Shop{},
		header:   http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		okay:     []byte(`{"status":"okay"}`),
	}
	if tb != nil {
		tb.Helper()
		tb.Cleanup(func() { s.adviseOnLimit(tb) })
	}
	s.Server = fake.New(tb, s.api(), &s.settings, opts...)
	s.Shop = s.newShop(s.First(), s.settings.domain, s.settings.key)
	return s
}

func (s *Server) api() fake.API {
	return fake.API{
		Name:   "bonify",
		Base:   "https://" + host + prefixV2,
		Hosts:  []string{host},
		Path:   s.path,
		Routes: s.routes(),
		Serves: func(r fake.Route) bool { return r.Op != ListCustomersV1 || s.settings.v1 },
		Stages: []fake.Stage{fake.Match, fake.Auth, fake.Limit, fake.Faults, fake.Handle},
		Auth:   s.auth,
		Limit:  s.limit,
		Error:  s.fail,
		Page:   s.listedPage,
		Drift:  s.drift,
		Vet:    vet,
		Swap:   s.swap,
		Taken:  s.takes,
		Accepted: func(*fake.Call) (fake.Reply, bool) {
			return s.answer(s.okay), true // which is what every write says, and says nothing more
		},
		Credentials: func() fake.Credentials {
			return fake.Credentials{"shop_domain": s.ShopDomain(), "api_key": s.APIKey()}
		},
		Reset: s.reset,
	}
}

// reset leaves the first shop with what it was made with.
func (s *Server) reset() {
	s.shops = map[string]*Shop{s.domain: s.Shop}
	s.begin()
}

// path is what the routes are matched against: what follows …/v2, or …/v1 where
// the old version is served too (reading BF-32). Of the old version only the
// list has a route of its own. An escaped slash is none.
func (s *Server) path(c *fake.Call) string {
	path := c.Request.URL.Path
	if raw := c.Request.URL.RawPath; raw != "" {
		path, _ = url.PathUnescape(strings.NewReplacer("%2F", "%00", "%2f", "%00").Replace(raw))
	}
	if below, inside := strings.CutPrefix(path, prefixV2); inside {
		if strings.HasPrefix(below, "/v1/") {
			return ""
		}
		return below
	}
	below, inside := strings.CutPrefix(path, prefixV1)
	switch {
	case inside && below == "/customers" && c.Request.Method == http.MethodGet:
		return "/v1/customers"
	case inside && s.settings.v1 && !strings.HasPrefix(below, "/v1/"):
		return below
	}
	return ""
}

// auth knows the caller by shop and key, compared byte for byte. A missing
// header, an unknown shop, another shop's key and a shop whose plan does not
// include the API are the same answer (readings BF-28 and BF-37).
func (s *Server) auth(c *fake.Call) (fake.Caller, error) {
	domain, key := c.Header(domainHeader), c.Header(keyHeader)
	if domain != "" && (strings.Contains(domain, "/") || !strings.HasSuffix(domain, ".myshopify.com")) {
		c.Note("shop-form", domain)
	}
	if shop := s.shops[domain]; shop != nil && key != "" && shop.keys[key] {
		return fake.Caller{Key: domain, Tenant: shop}, nil
	}
	return fake.Caller{}, &fake.Error{Kind: fake.Unauthenticated}
}

// limit is one call a second for each shop, whatever its keys ("API Limits",
// reading BF-27).
func (s *Server) limit(c *fake.Call) fake.Budget {
	if s.settings.unlimited {
		return fake.Budget{}
	}
	return fake.Budget{Key: c.Caller.Key, Calls: 1, Window: time.Second}
}

// adviseOnLimit tells a test that failed, and ran into the limit, how to have
// it for free (reading BF-27).
func (s *Server) adviseOnLimit(tb fake.TB) {
	if s.limited > 0 && tb.Failed() {
		tb.Helper()
		tb.Logf("bonify: the limit of 1 call a second refused %d calls: waiting it out costs nothing in a synctest bubble, with fake.Frozen it takes Advance, and WithoutLimits switches it off", s.limited)
	}
}
