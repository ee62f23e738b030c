package cartfunnel

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// The documented operations.
const (
	ListCustomers  fake.Op = "ListCustomers"
	GetCustomer    fake.Op = "GetCustomer"
	CreateCustomer fake.Op = "CreateCustomer"
	UpdateCustomer fake.Op = "UpdateCustomer"
)

// routes are the endpoints in the order of the document, then what is known and
// not served: customers cannot be deleted (reading CF-18), the collection has no
// PATCH (reading CF-6), and of four resources only the names are known (reading
// CF-19).
func (s *Server) routes() []fake.Route {
	const (
		customers = "Customers resource"
		addresses = "Customers — Addresses resource"
		subs      = "Customers — Subscriptions resource"
	)
	return []fake.Route{
		{Op: ListCustomers, Pattern: "GET /customers.json", Scope: ReadCustomers, Clause: "GET /customers.json", Handle: s.listCustomers},
		{Op: GetCustomer, Pattern: "GET /customers/{id}.json", Scope: ReadCustomers, Clause: "GET /customers/:id.json", Handle: s.getCustomer},
		{Op: CreateCustomer, Pattern: "POST /customers.json", Scope: WriteCustomers, Clause: "POST /customers.json", Writes: true, Handle: s.createCustomer},
		{Op: UpdateCustomer, Pattern: "PATCH /customers/{id}.json", Scope: WriteCustomers, Clause: "PATCH /customers/:id.json", Writes: true, Handle: s.updateCustomer},

		{Op: "DeleteCustomer", Pattern: "DELETE /customers/{id}.json"},
		{Op: "ReplaceCustomer", Pattern: "PUT /customers/{id}.json"},
		{Op: "UpdateCustomers", Pattern: "PATCH /customers.json"},
		{Op: "ListAddresses", Pattern: "GET /customers/{id}/addresses.json", Clause: addresses},
		{Op: "ListSubscriptions", Pattern: "GET /customers/{id}/subscriptions.json", Clause: subs},
		{Op: "ListProducts", Pattern: "GET /products.json", Clause: "Products resource"},
		{Op: "GetProduct", Pattern: "GET /products/{id}.json", Clause: "Products resource"},
		{Op: "ListOrders", Pattern: "GET /orders.json", Clause: "Orders resource"},
		{Op: "GetOrder", Pattern: "GET /orders/{id}.json", Clause: "Orders resource"},
	}
}

// The headers that every request carries ("Getting started").
const (
	accountHeader = "X-Cartfunnel-Account"
	secretHeader  = "X-Cartfunnel-Api-Secret"
)

// A Server is a fake of the Cartfunnel REST API. Its methods about customers,
// secrets and orders act on the first account.
type Server struct {
	*fake.Server
	*Tenant

	settings settings
	accounts map[string]*Tenant
	header   http.Header // of every answer; shared, never changed
	scratch  []byte      // of encodeCustomer, under the server's lock
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
	s := &Server{settings: defaults(), accounts: map[string]*Tenant{}}
	s.Server = fake.New(tb, s.api(), &s.settings, opts...)
	s.header = http.Header{"Content-Type": {s.settings.contentType}}
	s.Tenant = s.newTenant(s.First(), s.settings.account, s.settings.secret)
	s.accounts[s.Account()] = s.Tenant
	return s
}

func (s *Server) api() fake.API {
	return fake.API{
		Name:   "cartfunnel",
		Base:   "https://api.cartfunnel.net/v1",
		Hosts:  []string{"api.cartfunnel.net"},
		Path:   s.path,
		Routes: s.routes(),
		Auth:   s.auth,
		Error:  s.fail,
		Page:   listedPage,
		Drift:  s.drift,
		Vet:    s.vet,
		Swap:   s.swap,
		Taken:  s.taken,
		Credentials: func() fake.Credentials {
			return fake.Credentials{"account": s.Account(), "secret": s.Secret()}
		},
		Reset: func() {
			s.accounts = map[string]*Tenant{s.Account(): s.Tenant}
			s.forget()
		},
	}
}

// path is what the routes are matched against: exactly one .json, unless
// WithPathAlias lets it be left out (reading CF-10). An escaped slash is none.
func (s *Server) path(c *fake.Call) string {
	path := c.Request.URL.Path
	if raw := c.Request.URL.RawPath; raw != "" {
		path, _ = url.PathUnescape(strings.NewReplacer("%2F", "%00", "%2f", "%00").Replace(raw))
	}
	path, inside := strings.CutPrefix(path, "/v1")
	if !inside {
		return ""
	}
	if s.settings.pathAlias && !strings.HasSuffix(path, ".json") {
		if below, is := strings.CutPrefix(path, "/customers"); is && strings.Count(below, "/") < 2 {
			path += ".json"
		}
	}
	return path
}

// auth knows the caller by account and secret, compared byte for byte: the
// account is a bare subdomain, not a host (reading CF-21). Nothing in the answer
// tells which of them was wrong (reading CF-9).
func (s *Server) auth(c *fake.Call) (fake.Caller, error) {
	name := c.Header(accountHeader)
	if strings.ContainsAny(name, "./:") {
		c.Note("account-form", name)
	}
	secret := c.Header(secretHeader)
	if t := s.accounts[name]; t != nil && name != "" && secret != "" {
		if scopes, known := t.secrets[secret]; known {
			return fake.Caller{Key: name, Tenant: t, Scopes: scopes}, nil
		}
	}
	return fake.Caller{}, &fake.Error{Kind: fake.Unauthenticated}
}

// fail words a failure: one sentence in "errors", the reason phrase of the
// status unless the error brings its own. A limit and a server error come from
// faults only, for the document names none (reading CF-25).
func (s *Server) fail(c *fake.Call, e *fake.Error) fake.Reply {
	status := e.Status
	if status == 0 {
		status = s.status(e.Kind)
	}
	if status == http.StatusForbidden && s.settings.forbiddenBody != nil {
		return s.forbidden()
	}
	texts := e.Texts
	if len(texts) == 0 {
		texts = []string{s.text(defaultText(e.Kind, status))}
	}
	answer := fake.Reply{Status: status, Header: s.header}
	if saved := c.Reply(); saved != nil && e.Kind == fake.NotSaved {
		answer.Body = append(saved.Body[:len(saved.Body)-1:len(saved.Body)-1], ',')
		answer.Body = append(appendErrors(answer.Body, texts), '}')
	} else {
		answer.Body = append(appendErrors([]byte{'{'}, texts), '}')
	}
	if e.RetryAfter != "" || status == http.StatusMethodNotAllowed {
		answer.Header = s.header.Clone()
		if e.RetryAfter != "" {
			answer.Header.Set("Retry-After", e.RetryAfter)
		}
		if status == http.StatusMethodNotAllowed {
			answer.Header.Set("Allow", strings.Join(e.Allow, ", "))
		}
	}
	return answer
}

// status is the API's own status for a kind of failure.
func (s *Server) status(kind fake.Kind) int {
	switch kind {
	case fake.Unauthenticated, fake.OutOfScope:
		return http.StatusForbidden // "Handling errors"
	case fake.BadMethod:
		if s.settings.methodNotAllowed {
			return http.StatusMethodNotAllowed
		}
		return http.StatusNotFound
	case fake.NotFound:
		return s.settings.unknownRecord // reading CF-8
	case fake.NoRoute:
		return http.StatusNotFound
	case fake.Malformed, fake.Invalid:
		return http.StatusBadRequest
	case fake.NotAcceptable:
		return http.StatusNotAcceptable
	case fake.NotSaved:
		return http.StatusOK
	case fake.Conflict: // by a fault only: there are no versions (reading CF-27)
		return http.StatusConflict
	case fake.Limited:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}

// defaultText is what a failure says: the reason phrase with one capital.
func defaultText(kind fake.Kind, status int) string {
	switch {
	case kind == fake.NotSaved:
		return textNotSaved
	case kind == fake.Malformed && status == http.StatusBadRequest:
		return "Malformed request body"
	}
	phrase := http.StatusText(status)
	if phrase == "" {
		phrase = "Error"
	}
	return phrase[:1] + strings.ToLower(phrase[1:])
}

func (s *Server) forbidden() fake.Reply {
	answer := fake.Reply{Status: http.StatusForbidden, Header: s.header, Body: s.settings.forbiddenBody}
	if s.settings.forbiddenType != "" {
		answer.Header = http.Header{"Content-Type": {s.settings.forbiddenType}}
	}
	return answer
}

// text is a sentence of the API, or what WithErrorTexts has instead.
func (s *Server) text(sentence string) string {
	if other, is := s.settings.otherTexts[sentence]; is {
		return other
	}
	return sentence
}
