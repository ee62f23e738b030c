package conformance

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// A CscartClient is the adapter of a client of the carts of a CS-Cart shop. A
// function that is left nil is a thing that the client does not claim to do.
type CscartClient struct {
	// List gives all carts that fit the filter, from all pages.
	List func(ctx context.Context, f CscartFilter) ([]CscartCart, error)

	// Get gives the cart of one user or guest, with its lines. An unknown user is
	// an error.
	Get func(ctx context.Context, userID string) (CscartCart, error)

	// Delete deletes the cart of one user or guest.
	Delete func(ctx context.Context, userID string) error

	// Status is the HTTP status behind an error, 0 if the client cannot tell.
	Status func(error) int

	// Message are the service's own words behind an error, "" if there are none.
	Message func(error) string
}

// A CscartFilter chooses carts. The zero filter takes all.
type CscartFilter struct {
	Name        string    // part of the first or of the last name
	Email       string    // the whole address
	Kind        string    // "registered", "guest", or "" for both
	WithContact *bool     // nil: not asked; false: asked for no restriction
	HasCart     *bool     // likewise
	HasWishlist *bool     // likewise
	TotalFrom   string    // "9.5"
	TotalTo     string    // likewise
	Today       bool      // the shop's day
	From, Until time.Time // bounds of the time of a product in the cart
	Products    []int64   // any of them
	SortBy      string    // "date", the newest first, or "customer", from A to Z; "": as the shop likes
}

// A CscartCart is what the client made of a cart, in plain text: "7.80" of a
// total, "4" of the number of items, "" of what the cart does not have.
type CscartCart struct {
	UserID, FirstName, LastName, IP, OrderID, Items, Total string

	Guest bool
	Date  time.Time
	Lines []CscartLine // nil: unknown
}

// A CscartLine is what the client made of one product in a cart.
type CscartLine struct{ ProductID, Amount, Price, Name string }

// Cscart is the suite for clients of the carts of CS-Cart: 46 checks of its own
// and 17 of the common profile. The one about a create that is sent twice is
// left out, for a client of this API creates nothing.
func Cscart() *Suite[CscartClient] {
	s := &Suite[CscartClient]{
		api: "cscart", title: "carts", edition: "2026-11",
		clauses: clausesOf("cscart"),
		secrets: []string{"api_key"}, secretHeaders: []string{"Authorization"},
		encoded: func(creds fake.Credentials) []string {
			return []string{base64.StdEncoding.EncodeToString([]byte(creds["email"] + ":" + creds["api_key"]))}
		},
		flags: cscFlags(), tells503: true,
		open: func(opts ...fake.Option) server { return cscart.New(opts...) },
	}
	return s.add(
		cscAuth(), cscAccept(), cscURL(), cscVerb(), cscPage(), cscFilter(),
		cscType(), cscGet(), cscDelete(), cscError(),
		common(cscProfile()),
	)
}

// cscFlags are the readings of the document that may be pinned.
func cscFlags() []flag {
	return []flag{
		{"PAGE_MEANING", []reading{{"number", nil}}},
		{"USERS_TYPE_SPELLING", []reading{{"table", nil}}},
		{"NUMBERS_AS_STRINGS", []reading{{"examples", nil}}},
		{"IP_INTEGER", []reading{{"text", nil}}},
		{"AUTH_OFF_PAGE", []reading{{"basic", nil}}},
		{"DELETE_GONE", []reading{{"either", nil}, {"success", nil}, {"error", nil}}},
	}
}

type (
	cscCheck = check[CscartClient]
	cscScene = scene[CscartClient]
	cscRun   = run[CscartClient]
)

// cscShop is the fake of a scene.
func cscShop(r *cscRun) *cscart.Server { return r.fake.(*cscart.Server) }

// A cscCaller makes the calls of a check with one client, and keeps what they
// gave.
type cscCaller struct {
	r   *cscRun
	c   CscartClient
	ctx context.Context
}

// csc calls with the client of the scene.
func csc(r *cscRun) cscCaller { return cscCaller{r, r.client, r.ctx} }

// cscAs calls with another client that has other credentials.
func cscAs(r *cscRun, email, key string) cscCaller {
	return cscCaller{r, r.another(fake.Credentials{"email": email, "api_key": key}), r.ctx}
}

// ask makes a call, and asks the adapter about the error that it gave.
func (u cscCaller) ask(call string, f func(context.Context) (any, error)) *answer {
	a := u.r.ask(u.ctx, call, f)
	if a.err != nil && u.c.Status != nil {
		a.status = u.c.Status(a.err)
	}
	if a.err != nil && u.c.Message != nil {
		a.message = u.c.Message(a.err)
	}
	return a
}

func (u cscCaller) list(f CscartFilter) *answer {
	return u.ask("List", func(ctx context.Context) (any, error) { return u.c.List(ctx, f) })
}

func (u cscCaller) get(userID string) *answer {
	return u.ask(fmt.Sprintf("Get(%q)", userID), func(ctx context.Context) (any, error) { return u.c.Get(ctx, userID) })
}

func (u cscCaller) delete(userID string) *answer {
	return u.ask(fmt.Sprintf("Delete(%q)", userID), func(ctx context.Context) (any, error) { return nil, u.c.Delete(ctx, userID) })
}

// cscCart is the record that Get gave, the zero record where it gave none.
func (a *answer) cscCart() CscartCart {
	c, _ := a.value.(CscartCart)
	return c
}

// cscCarts are the records that List gave.
func (a *answer) cscCarts() []CscartCart {
	cs, _ := a.value.([]CscartCart)
	return cs
}
