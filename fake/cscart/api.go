package cscart

import (
	"net/http"

	"github.com/cartdouble/cartdouble/fake"
)

// The documented operations, and one that is known from the shop software.
const (
	ListCarts  fake.Op = "ListCarts"
	GetCart    fake.Op = "GetCart"
	DeleteCart fake.Op = "DeleteCart"
	GetVersion fake.Op = "GetVersion"
)

// routes are the endpoints in the order of the document. Paths come to them in
// one spelling, see path; what has no operation is decided by accept.
func (s *Server) routes() []fake.Route {
	return []fake.Route{
		{Op: ListCarts, Pattern: "GET /api/carts/", Scope: ViewUsers, Clause: "List All Carts", Handle: s.listCarts},
		{Op: GetCart, Pattern: "GET /api/carts/{user_id}/", Scope: ViewUsers, Clause: "Get a Specific Cart", Handle: s.getCart},
		{Op: DeleteCart, Pattern: "DELETE /api/carts/{user_id}/", Scope: ManageUsers, Clause: "Delete a Cart", Writes: true, Handle: s.deleteCart},
		{Op: GetVersion, Pattern: "GET /api/version", Extension: true, Handle: s.getVersion},
	}
}

// A Server is a fake of the carts of a CS-Cart shop.
type Server struct {
	*fake.Server

	// Carts are the carts of all companies of the shop, by the user's id. Add
	// fills in what a cart lacks; Change gives new rows the present time.
	Carts *fake.Collection[int64, Cart]

	settings settings
	callers  callers
	wishlist bool // add-ons
	points   bool
	janrain  bool
	header   http.Header // of every JSON answer; shared, never changed

	// Under the server's lock:
	lastSent   string // Authorization of the last caller who was known
	lastCaller fake.Caller
	scratch    []byte // of encodeCart
	extras     []written
	hits       []hit  // of find
	echo       echo   // of appendEcho
	changes    int    // of carts so far
	column     column // of candidates
	pages      pages  // of listCarts
	many       int    // carts that are worth a column
}

// Start gives a fake that lives as long as the test and reports the client's
// mistakes as failures of it.
func Start(tb fake.TB, opts ...fake.Option) *Server {
	tb.Helper()
	return start(tb, opts)
}

// New gives a fake outside a test. It is to be closed; mistakes in its use
// panic.
func New(opts ...fake.Option) *Server { return start(nil, opts) }

func start(tb fake.TB, opts []fake.Option) *Server {
	if tb != nil {
		tb.Helper()
	}
	s := &Server{settings: defaults(), header: jsonHeader, many: manyCarts}
	s.Server = fake.New(tb, s.api(), &s.settings, opts...)
	if err := s.settings.settled(); err != nil {
		s.Mistake("%v", err)
	}
	s.callers = s.settings.callers()
	s.wishlist, s.points, s.janrain = s.settings.has(Wishlist), s.settings.has(RewardPoints), s.settings.has(Janrain)
	s.Carts = s.newCarts()
	return s
}

func (s *Server) api() fake.API {
	return fake.API{
		Name:   "cscart",
		Base:   "http://example.com",
		Hosts:  []string{"example.com"},
		Path:   s.path,
		Method: s.method,
		Routes: s.routes(),
		Stages: []fake.Stage{fake.Auth, fake.Accept, fake.Match, fake.Faults, fake.Limit, fake.Handle},
		Auth:   s.auth,
		Accept: s.accept,
		Error:  s.fail,
		Page:   s.listedPage,
		Drift:  s.drift,
		Vet:    vet,

		Accepted: func(*fake.Call) (fake.Reply, bool) { return fake.Reply{Status: http.StatusAccepted}, true },
		Credentials: func() fake.Credentials {
			return fake.Credentials{"email": s.Email(), "api_key": s.APIKey()}
		},
	}
}
