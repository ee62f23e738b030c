package cartly

import (
	"github.com/cartdouble/cartdouble/fake"
)

// The documented operations.
const (
	GetMe           fake.Op = "GetMe"
	ListCustomers   fake.Op = "ListCustomers"
	CreateCustomer  fake.Op = "CreateCustomer"
	UpdateCustomer  fake.Op = "UpdateCustomer"
	UpdateOrder     fake.Op = "UpdateOrder"
	AdjustInventory fake.Op = "AdjustInventory"
	CreateDiscount  fake.Op = "CreateDiscount"
	ListWebhooks    fake.Op = "ListWebhooks"
	CreateWebhook   fake.Op = "CreateWebhook"
	DeleteWebhook   fake.Op = "DeleteWebhook"
)

// Operations that the vendor's other pages or standards have (extensions).
const (
	ShowConsent   fake.Op = "ShowConsent"
	DecideConsent fake.Op = "DecideConsent"
	IssueToken    fake.Op = "IssueToken"
	RevokeToken   fake.Op = "RevokeToken"
	GetShop       fake.Op = "GetShop"
	ListProducts  fake.Op = "ListProducts"
	ListOrders    fake.Op = "ListOrders"
	GetOrder      fake.Op = "GetOrder" // only with WithOrderReads
)

// routes are the endpoints in the order of the document, the extensions, then
// what is known and not served. That the document's table says "Required: No" of
// each is an artefact, and means nothing (reading CL-34).
func (s *Server) routes() []fake.Route {
	const (
		table   = "API Endpoints"
		hooks   = "Register and unregister REST Hooks"
		consent = "OAuth Consent Page"
		oauth   = "Authentication"
	)
	return []fake.Route{
		{Op: GetMe, Pattern: "GET /apps/api/me", Clause: "GET /apps/api/me", Handle: s.getMe},
		{Op: ListCustomers, Pattern: "GET /apps/api/customers", Scope: ReadCustomers, Clause: table, Handle: s.listCustomers},
		{Op: CreateCustomer, Pattern: "POST /apps/api/customers", Scope: WriteCustomers, Clause: "Action Examples", Writes: true, Handle: s.createCustomer},
		{Op: UpdateCustomer, Pattern: "PUT /apps/api/customers/{id}", Scope: WriteCustomers, Clause: table, Writes: true, Handle: s.updateCustomer},
		{Op: UpdateOrder, Pattern: "PUT /apps/api/orders/{id}", Scope: WriteOrders, Clause: table, Writes: true, Handle: s.updateOrder},
		{Op: AdjustInventory, Pattern: "PUT /apps/api/inventory/{variant_id}", Scope: WriteProducts, Clause: table, Writes: true, Handle: s.adjustInventory},
		{Op: CreateDiscount, Pattern: "POST /apps/api/discounts", Clause: table, Writes: true, Handle: s.createDiscount},
		{Op: ListWebhooks, Pattern: "GET /apps/api/webhooks", Scope: ManageWebhooks, Clause: table, Handle: s.listWebhooks},
		{Op: CreateWebhook, Pattern: "POST /apps/api/webhooks", Scope: ManageWebhooks, Clause: hooks, Writes: true, Handle: s.createWebhook},
		{Op: DeleteWebhook, Pattern: "DELETE /apps/api/webhooks/{id}", Scope: ManageWebhooks, Clause: hooks, Writes: true, Handle: s.deleteWebhook},

		{Op: ShowConsent, Pattern: "GET /oauth/authorize", Clause: consent, Extension: true, Handle: s.showConsent},
		{Op: DecideConsent, Pattern: "POST /oauth/authorize", Clause: consent, Extension: true, Handle: s.decideConsent},
		{Op: IssueToken, Pattern: "POST /oauth/token", Clause: oauth, Extension: true, Handle: s.issueToken},
		{Op: RevokeToken, Pattern: "POST /oauth/revoke", Clause: oauth, Extension: true, Handle: s.revokeToken},
		{Op: GetShop, Pattern: "GET /apps/api/shop", Scope: ReadShop, Clause: table, Extension: true, Handle: s.getShop},
		{Op: ListProducts, Pattern: "GET /apps/api/products", Scope: ReadProducts, Clause: table, Extension: true, Handle: s.listProducts},
		{Op: ListOrders, Pattern: "GET /apps/api/orders", Scope: ReadOrders, Clause: table, Extension: true, Handle: s.listOrders},
		{Op: GetOrder, Pattern: "GET /apps/api/orders/{id}", Scope: ReadOrders, Clause: table, Extension: true, Handle: s.getOrder},

		{Op: "CreateMetafield", Pattern: "POST /apps/api/metafields", Extension: true},
		{Op: "ListMetafields", Pattern: "GET /apps/api/metafields", Extension: true},
	}
}

func isOAuth(op fake.Op) bool {
	return op == ShowConsent || op == DecideConsent || op == IssueToken || op == RevokeToken
}

// A Server is a fake of the Cartly Apps API. Its methods about records and tokens
// act on the first shop, those about apps on the first app.
type Server struct {
	*fake.Server
	*ShopHandle

	settings settings
	shops    []*ShopHandle
	apps     map[string]*AppHandle // by client id
	app      *AppHandle            // the first one
	signedIn *ShopHandle           // whose merchant sees the consent page
	secret   fake.Secret           // of deliveries

	codes     map[string]*authCode
	access    map[string]*accessToken
	refresh   map[string]*refreshToken
	sequences map[string]*sequence // by prefix
	scratch   []byte               // of encoded, under the server's lock
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
	s := &Server{settings: defaults()}
	api := s.api()
	s.Server = fake.New(tb, api, &s.settings, opts...)
	if s.settings.goneDisables { // reading CL-11
		api.Hooks.Gone = func(id string) {
			if t, _ := s.subscription(id); t != nil {
				t.Webhooks.Delete(nil, id)
			}
		}
	}
	s.app = &AppHandle{app: s.settings.app}
	s.Locked(func() {
		s.ShopHandle = s.newShop(s.First(), s.settings.shop, s.settings.token, "REFRESH_TOKEN")
		s.reset()
	})
	return s
}

// api describes the service to the engine. The host does not matter: the guide
// itself is served from a second one (reading CL-33).
func (s *Server) api() fake.API {
	return fake.API{
		Name:   "cartly",
		Base:   "https://cartly.pro",
		Hosts:  []string{"cartly.pro"},
		Routes: s.routes(),
		Serves: func(r fake.Route) bool {
			return !r.Extension || !s.settings.withoutExtensions && (r.Op != GetOrder || s.settings.orderReads)
		},
		Auth:  s.auth,
		Error: s.fail,
		Hooks: s.hooks(),

		Page:   s.listedPage,
		Drift:  s.drift,
		Expire: expire,
		Swap:   s.swap,
		Taken:  s.takes,

		Accepted: s.acceptedLater,
		Vet:      vet,

		Credentials: func() fake.Credentials {
			return fake.Credentials{
				"shop_domain": s.ShopDomain(), "token": s.Token(), "refresh_token": s.RefreshToken(),
				"client_id": s.ClientID(), "client_secret": s.ClientSecret(), "webhook_secret": s.WebhookSecret(),
			}
		},
		Reset:    s.reset,
		Restored: s.restored,
	}
}

// reset puts in place what a server begins with, and forgets all else that is not
// in collections.
func (s *Server) reset() {
	s.shops = s.shops[:1]
	s.apps = map[string]*AppHandle{s.app.ClientID(): s.app}
	s.signedIn = s.shops[0]
	s.secret = fake.Secret{Present: s.settings.webhookSecret}
	s.codes, s.access, s.refresh = map[string]*authCode{}, map[string]*accessToken{}, map[string]*refreshToken{}
	s.sequences = map[string]*sequence{}
	s.shops[0].begin()
	scopes := s.settings.tokenScopes
	if scopes == nil {
		scopes = s.app.app.Scopes
	}
	s.shops[0].credentials(scopes)
}

// restored brings the sums of stock in step with a snapshot that was put back. The
// timers of carts are: each record was completed as by Add.
func (s *Server) restored() {
	for _, t := range s.shops {
		for product := range t.Products.Range(0, t.Products.Count()) {
			for _, v := range product.Variants {
				t.recount(nil, v.ID)
			}
		}
	}
}

// ClientID is the first app's name for OAuth.
func (s *Server) ClientID() string { return s.app.ClientID() }

// ClientSecret is what the first app proves itself with at the token endpoint.
func (s *Server) ClientSecret() string { return s.app.ClientSecret() }
