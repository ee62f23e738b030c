package conformance

import (
	"context"
	"fmt"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// A BonifyClient is the adapter of a client of the Bonify Customer Fields API. A
// function that is left nil is a thing that the client does not claim to do. The
// credentials are "shop_domain" and "api_key".
type BonifyClient struct {
	// List gives all customers that fit all filters, from all pages.
	List func(ctx context.Context, filters ...BonifyFilter) ([]BonifyCustomer, error)

	// Get gives one customer. An unknown id is an error.
	Get func(ctx context.Context, id int64) (BonifyCustomer, error)

	// Update changes customers, however many. What is empty in a record is not to
	// be touched, and an empty custom field is a blank of a form: no wish to
	// clear it.
	Update func(ctx context.Context, cs []BonifyCustomer) error

	// Create makes customers, however many.
	Create func(ctx context.Context, cs []BonifyCustomer) error

	// Delete deletes one customer.
	Delete func(ctx context.Context, id int64) error

	// Clear takes a custom field away from a customer, by its machine name.
	Clear func(ctx context.Context, id int64, field string) error

	// Ensure makes the customer unless there is one with that e-mail address.
	Ensure func(ctx context.Context, c BonifyCustomer) error

	// Each calls f with every customer while the list is being read. What f does
	// may change the list.
	Each func(ctx context.Context, f func(BonifyCustomer) error) error
}

// A BonifyCustomer is what the checks read of a customer record, and write of it.
type BonifyCustomer struct {
	ID        int64 // 0 in a new one
	Email     string
	FirstName string
	LastName  string
	Fields    map[string]BonifyField // custom fields, by machine name
}

// A BonifyField is what a customer has in one custom field. Of a write, only the
// value counts.
type BonifyField struct {
	Value   string
	Created time.Time
	Updated time.Time
}

// A BonifyFilter is one condition of a list.
type BonifyFilter struct {
	Field    string // of the document's list, or the machine name of a custom field
	Operator string // as the document has them; "equals" asks for the whole of a value
	Value    string // a date as 2006-01-02; "" beside "empty" and "not_empty"
}

// Bonify is the suite for clients of the Bonify Customer Fields API: 54 checks of
// its own and the common profile of 18. The documented limit of one call a second
// is on in the checks about it, and off in the others, so that one bug does not
// hide another.
func Bonify() *Suite[BonifyClient] {
	s := &Suite[BonifyClient]{
		api: "bonify", title: "customer fields", edition: "2026-11",
		clauses: clausesOf("bonify"),
		secrets: []string{"api_key"}, secretHeaders: []string{bonKey},
		flags: bonFlags(),
		open:  func(opts ...fake.Option) server { return bonify.New(opts...) },
	}
	families := [][]bonCheck{
		bonFree(bonAuth()), bonFree(bonURL()), bonFree(bonEnv()), bonFree(bonPage()), bonFree(bonFilter()), bonFree(bonGet()),
		bonFree(bonFind()), bonFree(bonType()), bonFree(bonPut()), bonFree(bonClear()), bonFree(bonPost()), bonFree(bonDelete()),
		bonRate(),
		bonFree(common(bonProfile())),
	}
	for _, checks := range families {
		for i := range checks {
			checks[i].after = flpAfter(checks[i].after) // each once: lists of them are put together
		}
	}
	return s.add(families...)
}

// bonFlags are the readings of the document that may be pinned, where the fake
// can behave either way.
func bonFlags() []flag {
	return []flag{
		{"CURSOR_FILTER", []reading{{"remember", nil}, {"forget", []fake.Option{bonify.WithCursorFilters(bonify.Forget)}}}},
		{"EMPTY_OPERATOR", []reading{{"both", nil}}},
		{"MISSING_RECORD", []reading{{"404", nil}, {"200", []fake.Option{bonify.WithUnknownCustomer(200)}}}},
	}
}

// bonFree switches the limit off in all scenes of some checks.
func bonFree(checks []bonCheck) []bonCheck {
	for i := range checks {
		k := &checks[i]
		if len(k.scenes) == 0 {
			k.scenes = make([]bonScene, 1)
		}
		for j := range k.scenes {
			k.scenes[j].options = append([]fake.Option{bonify.WithoutLimits()}, k.scenes[j].options...)
		}
	}
	return checks
}

// The headers with the credentials, and that which deletes.
const (
	bonDomain = "X-Shop-Domain"
	bonKey    = "X-Api-Key"
	bonDrops  = "X-Delete-Empty-Metafields"
)

type (
	bonCheck = check[BonifyClient]
	bonScene = scene[BonifyClient]
	bonRun   = run[BonifyClient]
)

// bonShop is the fake of a scene.
func bonShop(r *bonRun) *bonify.Server { return r.fake.(*bonify.Server) }

// A bonCaller makes the calls of a check with one client, and keeps what they
// gave.
type bonCaller struct {
	r   *bonRun
	c   BonifyClient
	ctx context.Context
}

// bon calls with the client of the scene.
func bon(r *bonRun) bonCaller { return bonCaller{r, r.client, r.ctx} }

// bonIn calls with a context of the check's own.
func bonIn(r *bonRun, ctx context.Context) bonCaller { return bonCaller{r, r.client, ctx} }

// bonAs calls with another client that has other credentials.
func bonAs(r *bonRun, domain, key string) bonCaller {
	return bonCaller{r, r.another(fake.Credentials{"shop_domain": domain, "api_key": key}), r.ctx}
}

func (u bonCaller) list(filters ...BonifyFilter) *answer {
	return u.r.ask(u.ctx, "List", func(ctx context.Context) (any, error) { return u.c.List(ctx, filters...) })
}

func (u bonCaller) get(id int64) *answer {
	return u.r.ask(u.ctx, fmt.Sprintf("Get(%d)", id), func(ctx context.Context) (any, error) { return u.c.Get(ctx, id) })
}

func (u bonCaller) update(cs ...BonifyCustomer) *answer {
	return u.r.ask(u.ctx, "Update", func(ctx context.Context) (any, error) { return nil, u.c.Update(ctx, cs) })
}

func (u bonCaller) create(cs ...BonifyCustomer) *answer {
	return u.r.ask(u.ctx, "Create", func(ctx context.Context) (any, error) { return nil, u.c.Create(ctx, cs) })
}

func (u bonCaller) delete(id int64) *answer {
	return u.r.ask(u.ctx, fmt.Sprintf("Delete(%d)", id), func(ctx context.Context) (any, error) { return nil, u.c.Delete(ctx, id) })
}

func (u bonCaller) clear(id int64, field string) *answer {
	return u.r.ask(u.ctx, fmt.Sprintf("Clear(%d, %s)", id, field), func(ctx context.Context) (any, error) {
		return nil, u.c.Clear(ctx, id, field)
	})
}

func (u bonCaller) ensure(c BonifyCustomer) *answer {
	return u.r.ask(u.ctx, "Ensure", func(ctx context.Context) (any, error) { return nil, u.c.Ensure(ctx, c) })
}

func (u bonCaller) each(f func(BonifyCustomer) error) *answer {
	return u.r.ask(u.ctx, "Each", func(ctx context.Context) (any, error) { return nil, u.c.Each(ctx, f) })
}
