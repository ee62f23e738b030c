package cartly

import (
	"github.com/cartdouble/cartdouble/fake"
)

// A ShopHandle is one shop of a fake, with records and tokens of its own. Ids are
// shared by the whole server, so that an id of one shop is unknown in another.
type ShopHandle struct {
	// The records of the shop, by id. Add fills in what is empty, Change moves the
	// time of change unless its function sets it, and neither validates: a test may
	// store what the API would refuse. Both emit the events of the document, but
	// none through Quiet.
	Customers *fake.Collection[string, Customer]
	Orders    *fake.Collection[string, Order]
	Products  *Products
	Levels    *Levels
	Discounts *fake.Collection[string, Discount]
	Carts     *fake.Collection[string, Cart]
	Webhooks  *fake.Collection[string, Subscription]

	server    *Server
	engine    *fake.Tenant
	shop      Shop
	locations *fake.Collection[string, location]

	token        string
	refreshToken string
	location     string // the default one
	silent       bool   // what is stored now causes no event
}

// newShop makes a shop without records.
func (s *Server) newShop(engine *fake.Tenant, shop Shop, token, refreshToken string) *ShopHandle {
	t := &ShopHandle{server: s, engine: engine, shop: shop, token: token, refreshToken: refreshToken}
	t.Customers = t.newCustomers()
	t.Orders = t.newOrders()
	t.Products = t.newProducts()
	t.Levels = t.newLevels()
	t.Discounts = t.newDiscounts()
	t.Carts = t.newCarts()
	t.Webhooks = t.newWebhooks()
	t.locations = t.newLocations()
	s.shops = append(s.shops, t)
	return t
}

// begin gives the shop what it has from the beginning.
func (t *ShopHandle) begin() {
	if t.location == "" {
		t.location = formatID(locationID, 1)
		if t.server.inUse(locationID, t.location) {
			t.location = t.server.newID(locationID)
		}
	}
	t.locations.Insert(nil, location{ID: t.location, Name: "Default"})
}

// Shop gives a copy of what the shop is.
func (t *ShopHandle) Shop() Shop { return t.shop }

// ShopDomain is the shop's domain, which each delivery names in the header
// X-Cartly-Shop-Domain ("Webhook Headers").
func (t *ShopHandle) ShopDomain() string { return t.shop.Domain }

// Token is the access token that the shop began with. It has all scopes of the
// first app and never expires, unless WithToken, RevokeToken or ExpireToken say
// otherwise.
func (t *ShopHandle) Token() string { return t.token }

// RefreshToken is the refresh token that the shop began with, for the first app.
func (t *ShopHandle) RefreshToken() string { return t.refreshToken }

// AddToken makes an access token of the first app with these scopes, or gives an
// old one others. Without any, only GetMe and CreateDiscount work. A token of
// another shop is a mistake of the test, and so is an empty one.
func (t *ShopHandle) AddToken(token string, scopes ...fake.Scope) {
	t.addToken(t.server.app, token, scopes)
}

func (t *ShopHandle) addToken(app *AppHandle, token string, scopes []fake.Scope) {
	taken := token == ""
	t.server.Locked(func() {
		if old := t.server.access[token]; old != nil && (old.shop != t || old.app != app) {
			taken = true
		}
		if !taken {
			scopes := unique(scopes)
			t.server.access[token] = &accessToken{grant: &grant{app: app, shop: t, scopes: scopes}, scopes: scopes}
		}
	})
	if taken {
		t.server.Mistake("AddToken: want a token that no other shop or app has")
	}
}

// RevokeToken ends an access token of the shop. A token that the shop does not
// have is a mistake of the test.
func (t *ShopHandle) RevokeToken(token string) {
	t.changeToken("RevokeToken", token, func(a *accessToken) { a.revoked = true })
}

// ExpireToken lets an access token of the shop expire at this moment; to a client
// it looks like a revoked one. A token that the shop does not have is a mistake of
// the test.
func (t *ShopHandle) ExpireToken(token string) {
	t.changeToken("ExpireToken", token, func(a *accessToken) { a.expires = t.server.Now() })
}

func (t *ShopHandle) changeToken(method, token string, change func(*accessToken)) {
	known := false
	t.server.Locked(func() {
		if a := t.server.access[token]; a != nil && a.shop == t {
			known = true
			change(a)
		}
	})
	if !known {
		t.server.Mistake("%s: shop %s has no such access token", method, t.shop.ID)
	}
}

// Uninstall takes the first app out of the shop: all its tokens and codes are
// dead, its subscriptions gone with what was still waiting for them. With
// WithExtraEvents it is told so before, by app.uninstalled.
func (t *ShopHandle) Uninstall() {
	s := t.server
	s.Locked(func() {
		if s.settings.extraEvents {
			t.emit(appUninstalled, t.appendShop(nil))
		}
	})
	s.Locked(func() {
		for _, token := range s.access {
			token.revoked = token.revoked || token.app == s.app && token.shop == t
		}
		for _, token := range s.refresh {
			token.dead = token.dead || token.app == s.app && token.shop == t
		}
		for text, code := range s.codes {
			if code.app == s.app && code.shop == t {
				delete(s.codes, text)
			}
		}
		for _, id := range t.Webhooks.Lookup(byApp, s.app.ClientID()) {
			t.Webhooks.Delete(nil, id)
		}
	})
}
