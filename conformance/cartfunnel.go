package conformance

import (
	"context"
	"fmt"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// A CartfunnelClient is the adapter of a client of the Cartfunnel REST API. A
// function that is left nil is a thing that the client does not claim to do.
type CartfunnelClient struct {
	// List gives all customers of the account, in the order of the API.
	List func(ctx context.Context) ([]CartfunnelCustomer, error)

	// Get gives one customer. An unknown id is an error.
	Get func(ctx context.Context, id int64) (CartfunnelCustomer, error)

	// Create makes a customer of the attributes that the API lets a client set,
	// and gives the record as it was stored. The others may be filled in, as in
	// a copy of another record; they are not the client's to send.
	Create func(ctx context.Context, c CartfunnelCustomer) (CartfunnelCustomer, error)

	// Update changes the fields that are not nil, and gives the record as it was
	// stored.
	Update func(ctx context.Context, id int64, change CartfunnelChange) (CartfunnelCustomer, error)

	// Ensure gives the customer with that e-mail address, made if there is none.
	Ensure func(ctx context.Context, c CartfunnelCustomer) (CartfunnelCustomer, error)

	// AddTag adds a tag to those that a customer has. A client that cannot know
	// the others may say so by an error.
	AddTag func(ctx context.Context, id int64, tag string) error
}

// A CartfunnelCustomer is what the checks read of a customer record.
type CartfunnelCustomer struct {
	ID               int64
	Email            string
	FirstName        string
	LastName         string
	Note             string
	AcceptsMarketing bool
	TaxExempt        bool
	Tags             []string // the API takes them and does not show them
	OrdersCount      int
	TotalSpentCents  int64
	LastOrderID      *int64 // nil: no order yet
	CreatedAt        time.Time
}

// A CartfunnelChange is an update: nil leaves a field as it is, a text
// overwrites it, an empty one too.
type CartfunnelChange struct {
	FirstName, LastName, Note *string
}

// Cartfunnel is the suite for clients of the Cartfunnel REST API: 40 checks of
// its own and the common profile of 18.
func Cartfunnel() *Suite[CartfunnelClient] {
	s := &Suite[CartfunnelClient]{
		api: "cartfunnel", title: "customers", edition: "2026-11",
		clauses: clausesOf("cartfunnel"),
		secrets: []string{"secret"}, secretHeaders: []string{cfnSecret},
		flags: cfnFlags(),
		open:  func(opts ...fake.Option) server { return cartfunnel.New(opts...) },
	}
	return s.add(
		cfnAuth(), cfnURL(), cfnVerb(), cfnBody(), cfnTag(), cfnContent(),
		cfnSave(), cfnType(), cfnPage(), cfnGet(), cfnFind(),
		common(cfnProfile()),
	)
}

// cfnFlags are the readings of the document that may be pinned, where the fake
// can behave either way.
func cfnFlags() []flag {
	return []flag{
		{"PATCH_EXAMPLE_NO_ID", []reading{{"item", nil}}},
		{"PERSISTED_WITH_ERRORS", []reading{{"true", nil}, {"false", []fake.Option{cartfunnel.WithPersistedFalseOnUpdate()}}}},
		{"BOOL_AS_STRING", []reading{{"strings", nil}, {"booleans", []fake.Option{cartfunnel.WithNativeBooleans()}}}},
		{"NULL_AS_STRING", []reading{{"examples", nil}, {"null", []fake.Option{cartfunnel.WithNullLastOrder()}}}},
		{"END_OF_LIST", []reading{{"empty", nil}}},
		{"MISSING_RECORD", []reading{{"404", nil}, {"403", []fake.Option{cartfunnel.WithUnknownRecord(403)}}}},
	}
}

// The headers with the credentials.
const (
	cfnAccount = "X-Cartfunnel-Account"
	cfnSecret  = "X-Cartfunnel-Api-Secret"
)

type (
	cfnCheck = check[CartfunnelClient]
	cfnScene = scene[CartfunnelClient]
	cfnRun   = run[CartfunnelClient]
)

// cfnShop is the fake of a scene.
func cfnShop(r *cfnRun) *cartfunnel.Server { return r.fake.(*cartfunnel.Server) }

// A cfnCaller makes the calls of a check with one client, and keeps what they
// gave.
type cfnCaller struct {
	r   *cfnRun
	c   CartfunnelClient
	ctx context.Context
}

// cfn calls with the client of the scene.
func cfn(r *cfnRun) cfnCaller { return cfnCaller{r, r.client, r.ctx} }

// cfnAs calls with another client that has other credentials.
func cfnAs(r *cfnRun, account, secret string) cfnCaller {
	return cfnCaller{r, r.another(fake.Credentials{"account": account, "secret": secret}), r.ctx}
}

func (u cfnCaller) list() *answer {
	return u.r.ask(u.ctx, "List", func(ctx context.Context) (any, error) { return u.c.List(ctx) })
}

func (u cfnCaller) get(id int64) *answer {
	return u.r.ask(u.ctx, fmt.Sprintf("Get(%d)", id), func(ctx context.Context) (any, error) { return u.c.Get(ctx, id) })
}

func (u cfnCaller) create(c CartfunnelCustomer) *answer {
	return u.r.ask(u.ctx, "Create", func(ctx context.Context) (any, error) { return u.c.Create(ctx, c) })
}

func (u cfnCaller) update(id int64, change CartfunnelChange) *answer {
	return u.r.ask(u.ctx, fmt.Sprintf("Update(%d)", id), func(ctx context.Context) (any, error) { return u.c.Update(ctx, id, change) })
}

func (u cfnCaller) ensure(c CartfunnelCustomer) *answer {
	return u.r.ask(u.ctx, "Ensure", func(ctx context.Context) (any, error) { return u.c.Ensure(ctx, c) })
}

func (u cfnCaller) addTag(id int64, tag string) *answer {
	return u.r.ask(u.ctx, "AddTag", func(ctx context.Context) (any, error) { return nil, u.c.AddTag(ctx, id, tag) })
}

// customer is the record that a call gave, the zero record where it gave none.
func (a *answer) customer() CartfunnelCustomer {
	c, _ := a.value.(CartfunnelCustomer)
	return c
}

// customers are the records that List gave.
func (a *answer) customers() []CartfunnelCustomer {
	cs, _ := a.value.([]CartfunnelCustomer)
	return cs
}

// cfnPeople puts n customers into the account, with ids from a number that the
// seed decides.
func cfnPeople(n int) func(*cfnRun) {
	return func(r *cfnRun) {
		first := 1 + r.rng.Int64N(90_000)
		for i := range n {
			c := cartfunnel.Customer{
				Email:     fmt.Sprintf("c%d@example.com", i+1),
				FirstName: cfnNames[r.rng.IntN(len(cfnNames))],
				LastName:  cfnNames[r.rng.IntN(len(cfnNames))],
			}
			if i == 0 {
				c.ID = first
			}
			cfnShop(r).Customers.Add(c)
		}
	}
}

var cfnNames = []string{"Ada", "Ben", "Cem", "Dora", "Emil", "Fay", "Gus", "Hana"}

// cfnUnknown is an id that no customer of a check has.
const cfnUnknown = 999_999_999

// cfnStored is the n-th customer of the account, from 0, by id. One who is not
// there has an id that is unknown.
func cfnStored(r *cfnRun, n int) cartfunnel.Customer {
	if all := cfnShop(r).Customers.All(); n >= 0 && n < len(all) {
		return all[n]
	}
	return cartfunnel.Customer{ID: cfnUnknown}
}

// cfnAnna is a customer that is not in the shop yet.
func cfnAnna() CartfunnelCustomer {
	return CartfunnelCustomer{Email: "anna@example.com", FirstName: "Anna", LastName: "Benning"}
}

// cfnNoError finds a call that should have told of a failure and did not.
func cfnNoError(a *answer, about string) Finding {
	if a.err != nil {
		return Finding{}
	}
	return found("no-error", "an error from "+a.call+": "+about, "%s", a.outcome()).of(a)
}

// cfnFailed finds a call that should have worked and did not.
func cfnFailed(a *answer) Finding {
	if a.err == nil && a.returned() {
		return Finding{}
	}
	return found("error", "success of "+a.call, "%s", a.outcome()).of(a)
}

// cfnWrong finds a record that is not the one that the API told.
func cfnWrong(a *answer, want cartfunnel.Customer) Finding {
	if f := cfnFailed(a); f.Code != "" {
		return f
	}
	got := a.customer()
	if got.ID != want.ID || got.Email != want.Email || got.FirstName != want.FirstName || got.LastName != want.LastName {
		return found("wrong-record", fmt.Sprintf("customer %d, %s, %s %s", want.ID, want.Email, want.FirstName, want.LastName),
			"customer %d, %s, %s %s", got.ID, got.Email, got.FirstName, got.LastName)
	}
	return Finding{}
}

// firstOf is the first finding of several.
func firstOf(findings ...Finding) Finding {
	for _, f := range findings {
		if f.Code != "" {
			return f
		}
	}
	return Finding{}
}

func text(s string) *string { return &s }
