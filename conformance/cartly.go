package conformance

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// A CartlyClient is the adapter of a client of the Cartly Apps API, and of a
// receiver of its REST hooks. A function that is left nil is a thing that the
// client does not claim to do. The credentials are "client_id", "client_secret",
// "token", "refresh_token", "shop_domain" and "webhook_secret"; an access token
// may come to its end.
type CartlyClient struct {
	// Me gives the shop and the app that the token is for.
	Me func(ctx context.Context) (CartlyShop, error)

	// FindCustomers gives the customers with that e-mail address. Nobody is no
	// error.
	FindCustomers func(ctx context.Context, email string) ([]CartlyCustomer, error)

	// ListCustomers gives all customers of the shop, however many there are.
	ListCustomers func(ctx context.Context) ([]CartlyCustomer, error)

	// CreateCustomer makes a customer, and gives the record as it was stored.
	CreateCustomer func(ctx context.Context, in CartlyCustomer) (CartlyCustomer, error)

	// UpdateCustomer changes the fields that are not nil, and gives the record as
	// it was stored.
	UpdateCustomer func(ctx context.Context, id string, change CartlyChange) (CartlyCustomer, error)

	// UpdateOrder changes what is not empty, and gives the order as it was stored.
	UpdateOrder func(ctx context.Context, id string, change CartlyOrderChange) (CartlyOrder, error)

	// SetInventory sets how many of a variant are available at a location. "" is
	// the shop's default location; a client that knows no other may say so by an
	// error.
	SetInventory func(ctx context.Context, variantID, locationID string, available int) error

	// MoveInventory adds to what is available, or takes away from it.
	MoveInventory func(ctx context.Context, variantID, locationID string, by int) error

	// CreateDiscount makes a discount code.
	CreateDiscount func(ctx context.Context, in CartlyDiscount) error

	// Hooks gives the subscriptions of the app.
	Hooks func(ctx context.Context) ([]CartlyHook, error)

	// Hook is what the client does at its start: afterwards url is told of these
	// events, by their documented names. It gives the id of the subscription.
	Hook func(ctx context.Context, url string, events []string) (id string, err error)

	// Unhook ends a subscription. One that is gone already is no error.
	Unhook func(ctx context.Context, id string) error

	// Authorize begins an authorization and gives the URL, below Env.BaseURL, to
	// send the merchant to. The merchant comes back to redirectURI.
	Authorize func(ctx context.Context, redirectURI string) (string, error)

	// Callback ends an authorization that this client began: url is where the
	// merchant came back to, with its query. From then on the client calls with
	// the tokens that it was given.
	Callback func(ctx context.Context, url string) error

	// Receiver makes the handler of deliveries, which are signed with that secret.
	// What it takes for genuine it hands to handled, the application, which may
	// take its time or fail: an event whose error is not nil was not handled.
	Receiver func(secret string, handled func(CartlyEvent) error) http.Handler

	// Rotate tells the receiver that was made last of a new secret. For the time of
	// the overlap the one before is good as well.
	Rotate func(secret string, overlap time.Duration)

	// Known gives what the client holds of an order, after what its receiver was
	// told, and whether it knows the order at all.
	Known func(orderID string) (CartlyOrder, bool)
}

// A CartlyShop is the shop that a token is for, and the name of the app.
type CartlyShop struct{ ID, Name, App string }

// A CartlyCustomer is what the checks read of a customer. In a new one all but ID
// may be set.
type CartlyCustomer struct {
	ID        string
	Email     string
	FirstName string
	LastName  string
	Phone     string
	Note      string
}

// A CartlyChange is an update of a customer: nil leaves a field as it is, a text
// overwrites it, an empty one too.
type CartlyChange struct {
	FirstName, LastName, Phone, Note *string
}

// A CartlyOrder is what the checks read of an order.
type CartlyOrder struct {
	ID          string
	Status      string // "open", "canceled", "archived"
	Payment     string // "pending", "paid", "partially_refunded", "refunded", "voided"
	Fulfillment string // "unfulfilled", "partially_fulfilled", "fulfilled"
	Note        string
}

// A CartlyOrderChange is an update of an order: what is "" stays as it is. A note
// is added to the one that is there.
type CartlyOrderChange struct {
	Status, Payment, Fulfillment, AddNote string
}

// A CartlyDiscount is a new discount code: of a whole percentage, or of an amount
// in cents.
type CartlyDiscount struct {
	Code        string
	Percent     int
	AmountCents int64
}

// A CartlyHook is a subscription. One that was switched off is not active.
type CartlyHook struct {
	ID     string
	URL    string
	Events []string
	Active bool
}

// A CartlyEvent is what the receiver tells the application.
type CartlyEvent struct {
	Name     string // "order.created"
	Shop     string // the domain of the shop that it happened in
	RecordID string // of the order, product, customer or cart that it is about
}

// Cartly is the suite for clients of the Cartly Apps API and for receivers of its
// REST hooks: 34 checks of calls and authorization, 27 of receivers, and the
// common profile of 18.
func Cartly() *Suite[CartlyClient] {
	s := &Suite[CartlyClient]{
		api: "cartly", title: "apps and REST hooks", edition: "2026-11",
		clauses:       clausesOf("cartly"),
		secrets:       []string{"token", "refresh_token", "client_secret", "webhook_secret"},
		secretHeaders: []string{"Authorization"},
		secretMembers: []string{"access_token", "refresh_token", "client_secret", "code_verifier", "token"},
		flags:         clyFlags(),
		open:          func(opts ...fake.Option) server { return cartly.New(opts...) },
		hooks:         clyHooksOf,
	}
	return s.add(slices.Concat(clyAPI(), clyReceiving(), [][]clyCheck{common(clyProfile())})...)
}

// clyAPI are the families about calls of the API, in the order of the catalogue.
func clyAPI() [][]clyCheck {
	return [][]clyCheck{
		clyAuth(), clyOAuth(), clyMe(), clyVerb(), clyContent(), clyStatus(), clyIDs(),
		clyCustomers(), clyOrders(), clyInventory(), clyDiscounts(), clyHooks(),
	}
}

// clyReceiving are the families about the receiver of hooks, in the order of the
// catalogue.
func clyReceiving() [][]clyCheck {
	return [][]clyCheck{clySig(), clyAck(), clyHdr(), clyEvt()}
}

// clyHooksOf are the deliveries of a fake, where it is one of this API.
func clyHooksOf(on any) *fake.Hooks {
	if shop, is := on.(*cartly.Server); is {
		return shop.Hooks
	}
	return nil
}

// clyFlags are the readings of the document that may be pinned, where the fake
// can behave either way.
func clyFlags() []flag {
	return []flag{
		{"SAMPLE_THROWS", []reading{{"4xx", nil}}},
		{"SAMPLE_TEXT_BODY", []reading{{"raw", nil}}},
		{"WEBHOOK_ID_SCOPE", []reading{{"subscription", nil}}},
		{"DUPLICATES", []reading{{"once", nil}, {"passed-on", nil}}},
		{"UPPER_HEX", []reading{{"refused", nil}, {"accepted", nil}}},
		{"BARE_HEX", []reading{{"refused", nil}, {"accepted", nil}}},
		{"UNLISTED_EVENTS", []reading{{"tolerated", nil}}},
		{"MISSING_RECORD", []reading{{"404", nil}}},
	}
}

type (
	clyCheck = check[CartlyClient]
	clyScene = scene[CartlyClient]
	clyRun   = run[CartlyClient]
)

// clyShop is the fake of a scene.
func clyShop(r *clyRun) *cartly.Server { return r.fake.(*cartly.Server) }
