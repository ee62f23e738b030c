package cartly

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// The scopes of the vendor. There is none for inventory or discounts (reading
// CL-16), and a help page spells them in another style, which the API does not
// know (reading CL-36).
const (
	ReadProducts    fake.Scope = "products:read"
	WriteProducts   fake.Scope = "products:write"
	ReadOrders      fake.Scope = "orders:read"
	WriteOrders     fake.Scope = "orders:write"
	ReadCustomers   fake.Scope = "customers:read"
	WriteCustomers  fake.Scope = "customers:write"
	ReadMetafields  fake.Scope = "metafields:read"
	WriteMetafields fake.Scope = "metafields:write"
	ManageWebhooks  fake.Scope = "webhooks:manage"
	ReadShop        fake.Scope = "shop:read"
	ReadCollections fake.Scope = "collections:read"
	ReadShipping    fake.Scope = "shipping:read"
	ReadAnalytics   fake.Scope = "analytics:read"
)

// Scopes are all scopes of the vendor, for WithToken and AddToken.
func Scopes() []fake.Scope {
	return []fake.Scope{
		ReadProducts, WriteProducts, ReadOrders, WriteOrders, ReadCustomers, WriteCustomers, ReadMetafields,
		WriteMetafields, ManageWebhooks, ReadShop, ReadCollections, ReadShipping, ReadAnalytics,
	}
}

// An App is a client of OAuth: what an integration is registered as.
type App struct {
	Name         string
	ClientID     string
	ClientSecret string
	Scopes       []fake.Scope // that it may ask for
	RedirectURIs []string     // compared as text; on localhost, 127.0.0.1 and [::1] the port does not count
}

func defaultApp() App {
	return App{
		Name: "Zapier", ClientID: "zapier", ClientSecret: "zapier_secret", Scopes: Scopes(),
		RedirectURIs: []string{"https://app.example.com/callback", "http://127.0.0.1/callback", "http://localhost/callback"},
	}
}

// or fills in from another app what is not set.
func (a App) or(other App) App {
	a.Name = cmp.Or(a.Name, other.Name)
	a.ClientID = cmp.Or(a.ClientID, other.ClientID)
	a.ClientSecret = cmp.Or(a.ClientSecret, other.ClientSecret)
	if a.Scopes == nil {
		a.Scopes = other.Scopes
	}
	if a.RedirectURIs == nil {
		a.RedirectURIs = other.RedirectURIs
	}
	a.Scopes, a.RedirectURIs = slices.Clone(a.Scopes), slices.Clone(a.RedirectURIs)
	return a
}

// A Shop is a merchant's shop. The domain is the storefront's, as deliveries
// name it (reading CL-5).
type Shop struct {
	ID       string
	Name     string
	Domain   string
	Currency string
}

func defaultShop() Shop {
	return Shop{ID: formatID(shopID, 1), Name: "My Store", Domain: "mystore.mycartly.pro", Currency: "USD"}
}

func (s Shop) or(other Shop) Shop {
	return Shop{cmp.Or(s.ID, other.ID), cmp.Or(s.Name, other.Name), cmp.Or(s.Domain, other.Domain), cmp.Or(s.Currency, other.Currency)}
}

// An AppHandle is an app of a fake.
type AppHandle struct {
	app App
}

// App gives a copy of what the app is registered as.
func (a *AppHandle) App() App { return a.app.or(App{}) }

// ClientID is the app's name for OAuth.
func (a *AppHandle) ClientID() string { return a.app.ClientID }

// ClientSecret is what the app proves itself with at the token endpoint.
func (a *AppHandle) ClientSecret() string { return a.app.ClientSecret }

// AddToken makes an access token of the app for a shop, as ShopHandle.AddToken
// does for the first app.
func (a *AppHandle) AddToken(shop *ShopHandle, token string, scopes ...fake.Scope) {
	shop.addToken(a, token, scopes)
}

// AddApp registers a further app. What is not set is as for the first app; the
// client id must be new, else it is a mistake of the test.
func (s *Server) AddApp(app App) *AppHandle {
	a := &AppHandle{app: app.or(App{Name: app.ClientID, ClientSecret: app.ClientID + "_secret"}).or(defaultApp())}
	known := app.ClientID == ""
	s.Locked(func() {
		if known = known || s.apps[app.ClientID] != nil; !known {
			s.apps[app.ClientID] = a
		}
	})
	if known {
		s.Mistake("AddApp: client id %q: want a new one", app.ClientID)
	}
	return a
}

// AddShop opens a further shop, in which the first app has a token with all its
// scopes. What is not set gets a value; id and domain must be new, else it is a
// mistake of the test.
func (s *Server) AddShop(shop Shop) *ShopHandle {
	var number string
	var err error
	s.Locked(func() {
		number = strconv.Itoa(len(s.shops) + 1)
		if shop.ID == "" {
			shop.ID = s.newID(shopID)
		}
		shop = shop.or(Shop{Name: "Shop " + number, Domain: "shop" + number + ".mycartly.pro", Currency: "USD"})
		err = s.shopIsNew(shop)
	})
	if err != nil {
		s.Mistake("AddShop: %v", err)
	}
	engine := s.AddTenant(shop.ID)
	var t *ShopHandle
	s.Locked(func() {
		t = s.newShop(engine, shop, "ACCESS_TOKEN_"+number, "REFRESH_TOKEN_"+number)
		t.begin()
		t.credentials(s.app.app.Scopes)
	})
	return t
}

func (s *Server) shopIsNew(shop Shop) error {
	for _, t := range s.shops {
		if t.shop.ID == shop.ID {
			return fmt.Errorf("id %q is in use", shop.ID)
		}
		if strings.EqualFold(t.shop.Domain, shop.Domain) {
			return fmt.Errorf("domain %q is in use", shop.Domain)
		}
	}
	return nil
}

// SignIn lets the merchant of a shop be the one who sees the consent page from
// now on. At first it is the one of the first shop.
func (s *Server) SignIn(shop *ShopHandle) {
	s.Locked(func() { s.signedIn = shop })
}
