package conformance_test

import (
	"cmp"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/conformance"
	shopkit "github.com/cartdouble/cartdouble/conformance/internal/people"
	"github.com/cartdouble/cartdouble/fake"
)

// Adapters of five small clients, written by hand as people write them. Each is
// all that its author has to write, and of 25 lines at most.

// filled are the texts that are set, by their names.
func filled(fields map[string]*string) map[string]string {
	set := map[string]string{}
	for name, value := range fields {
		if value != nil {
			set[name] = *value
		}
	}
	return set
}

func shopCustomer(c shopkit.Customer, err error) (conformance.CartfunnelCustomer, error) {
	var last *int64
	if number, is := c.LastOrderID.(float64); is {
		id := int64(number)
		last = &id
	}
	return conformance.CartfunnelCustomer{
		CreatedAt: c.CreatedAt, LastOrderID: last, ID: c.ID, Email: c.Email, FirstName: c.FirstName, LastName: c.LastName, Note: c.Note,
		AcceptsMarketing: c.AcceptsMarketing == "true", TaxExempt: c.TaxExempt == "true",
		OrdersCount: c.OrdersCount, TotalSpentCents: c.TotalSpentCents,
	}, err
}

func verifyCartfunnel(_ fake.TB, env conformance.Env) conformance.CartfunnelClient {
	c := shopkit.NewCartfunnel(env.HTTP, env.BaseURL, env.Creds["account"], env.Creds["secret"])
	return conformance.CartfunnelClient{ // what the client does not do is left out
		List: func(ctx context.Context) (all []conformance.CartfunnelCustomer, err error) {
			customers, err := c.Customers(ctx)
			for _, one := range customers {
				same, _ := shopCustomer(one, nil)
				all = append(all, same)
			}
			return all, err
		},
		Get: func(ctx context.Context, id int64) (conformance.CartfunnelCustomer, error) {
			return shopCustomer(c.Customer(ctx, id))
		},
		Create: func(ctx context.Context, in conformance.CartfunnelCustomer) (conformance.CartfunnelCustomer, error) {
			return shopCustomer(c.CreateCustomer(ctx, in.Email, in.FirstName, in.LastName))
		},
		Update: func(ctx context.Context, id int64, ch conformance.CartfunnelChange) (conformance.CartfunnelCustomer, error) {
			fields := filled(map[string]*string{"first_name": ch.FirstName, "last_name": ch.LastName, "note": ch.Note})
			return shopCustomer(c.UpdateCustomer(ctx, id, fields))
		},
	}
}

// TestVerifyCartfunnel tries the client, and knows what is still wrong with it.
func TestVerifyCartfunnel(t *testing.T) {
	conformance.Run(t, conformance.Cartfunnel(), verifyCartfunnel,
		conformance.Client("shopkit v0.1.0"),
		conformance.KnownFailures(os.DirFS("testdata/verify"), "cartfunnel.known"))
}

func shopCart(c shopkit.Cart, err error) (conformance.CscartCart, error) {
	cart := conformance.CscartCart{
		UserID: c.UserID, FirstName: c.FirstName, LastName: c.LastName, IP: c.IP, OrderID: c.OrderID,
		Items: c.Items, Total: c.Total, Guest: c.Guest(), Date: c.Time(),
	}
	for _, p := range c.Products {
		cart.Lines = append(cart.Lines, conformance.CscartLine(p))
	}
	return cart, err
}

// cartQuery spells a filter as the document does.
func cartQuery(f conformance.CscartFilter) url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	flag := func(name string, on *bool) {
		if on != nil {
			q.Set(name, fmt.Sprint(*on))
		}
	}
	set("cname", f.Name)
	set("email", f.Email)
	set("users_type", map[string]string{"registered": "R", "guest": "G"}[f.Kind])
	set("total_from", f.TotalFrom)
	set("total_to", f.TotalTo)
	set("sort_by", f.SortBy)
	set("p_ids", strings.Trim(strings.ReplaceAll(fmt.Sprint(f.Products), " ", ","), "[]"))
	flag("with_info_only", f.WithContact)
	flag("product_type_c", f.HasCart)
	flag("product_type_w", f.HasWishlist)
	if f.Today {
		q.Set("period", "D")
	}
	for name, at := range map[string]time.Time{"time_from": f.From, "time_to": f.Until} {
		if !at.IsZero() {
			q.Set("period", "C")
			q.Set(name, fmt.Sprint(at.Unix()))
		}
	}
	return q
}

func verifyCscart(_ fake.TB, env conformance.Env) conformance.CscartClient {
	c := shopkit.NewCscart(env.HTTP, env.BaseURL, env.Creds["email"], env.Creds["api_key"])
	return conformance.CscartClient{
		List: func(ctx context.Context, f conformance.CscartFilter) (all []conformance.CscartCart, err error) {
			carts, err := c.Carts(ctx, cartQuery(f))
			for _, one := range carts {
				same, _ := shopCart(one, nil)
				all = append(all, same)
			}
			return all, err
		},
		Get: func(ctx context.Context, user string) (conformance.CscartCart, error) {
			return shopCart(c.Cart(ctx, user))
		},
		Delete: c.DeleteCart,
	}
}

func TestVerifyCscart(t *testing.T) {
	conformance.Run(t, conformance.Cscart(), verifyCscart,
		conformance.KnownFailures(os.DirFS("testdata/verify"), "cscart.known"))
}

func merchantCart(c shopkit.ShopCart, err error) (conformance.FluidpayCart, error) {
	return conformance.FluidpayCart{
		ID: c.ID, Name: c.Name, Description: c.Description, Type: c.Type, CustomFieldsGroup: c.Group, Payments: c.Payments,
		ProductIDs: c.ProductIDs(), ShowAvailable: c.ShowAll, SuccessURL: c.SuccessURL, Created: c.CreatedAt, Deleted: c.DeletedAt != nil,
	}, err
}

func merchantCarts(carts []shopkit.ShopCart, err error) (all []conformance.FluidpayCart, _ error) {
	for _, one := range carts {
		same, _ := merchantCart(one, nil)
		all = append(all, same)
	}
	return all, err
}

// cartFields are the fields of a change that are set, by their names.
func cartFields(ch conformance.FluidpayChange) map[string]any {
	fields := map[string]any{}
	for name, value := range filled(map[string]*string{"name": ch.Name, "description": ch.Description, "success_url": ch.SuccessURL}) {
		fields[name] = value
	}
	if ch.Products != nil {
		fields["products"] = *ch.Products
	}
	if ch.ShowAvailable != nil {
		fields["show_available_products"] = *ch.ShowAvailable
	}
	return fields
}

// cartCriteria spells a filter as the document does.
func cartCriteria(f conformance.FluidpayFilter) map[string]any {
	criteria := map[string]any{}
	is := func(name, operator, value string) {
		if value != "" {
			criteria[name] = map[string]string{"operator": operator, "value": value}
		}
	}
	is("id", "=", f.ID)
	is("name", "!=", f.NotName)
	is("name", "=", f.Name)
	is("product", "=", f.Product)
	return criteria
}

func verifyFluidpay(_ fake.TB, env conformance.Env) conformance.FluidpayClient {
	c := shopkit.NewFluidpay(env.HTTP, env.BaseURL, env.Creds["merchant_id"], env.Creds["api_key"])
	return conformance.FluidpayClient{
		GetCart: func(ctx context.Context, id string) (conformance.FluidpayCart, error) {
			return merchantCart(c.Cart(ctx, id))
		},
		ListCarts: func(ctx context.Context) ([]conformance.FluidpayCart, error) { return merchantCarts(c.Carts(ctx)) },
		SearchCarts: func(ctx context.Context, f conformance.FluidpayFilter) ([]conformance.FluidpayCart, error) {
			return merchantCarts(c.Search(ctx, cartCriteria(f)))
		},
		CreateCart: func(ctx context.Context, in conformance.FluidpayCart) (string, error) {
			return c.CreateCart(ctx, shopkit.ShopCart{Name: in.Name, Description: in.Description, Type: cmp.Or(in.Type, "normal"), Group: in.CustomFieldsGroup})
		},
		UpdateCart: func(ctx context.Context, id string, ch conformance.FluidpayChange) error {
			return c.UpdateCart(ctx, id, cartFields(ch))
		},
		DeleteCart: c.DeleteCart,
	}
}

func TestVerifyFluidpay(t *testing.T) {
	conformance.Run(t, conformance.Fluidpay(), verifyFluidpay,
		conformance.KnownFailures(os.DirFS("testdata/verify"), "fluidpay.known"))
}

func shopShopper(c shopkit.Shopper, err error) (conformance.BonifyCustomer, error) {
	one := conformance.BonifyCustomer{ID: c.ID, Email: c.Email, FirstName: c.FirstName, LastName: c.LastName}
	for _, f := range c.Fields {
		if one.Fields == nil {
			one.Fields = map[string]conformance.BonifyField{}
		}
		one.Fields[f.Name] = conformance.BonifyField{Value: f.Value, Created: time.Unix(f.Created, 0), Updated: time.Unix(f.Updated, 0)}
	}
	return one, err
}

func shopperEdits(all []conformance.BonifyCustomer) (edits []shopkit.ShopperEdit) {
	for _, c := range all {
		edit := shopkit.ShopperEdit{ID: c.ID, Email: c.Email, FirstName: c.FirstName, LastName: c.LastName, Fields: map[string]string{}}
		for name, f := range c.Fields {
			edit.Fields[name] = f.Value
		}
		edits = append(edits, edit)
	}
	return edits
}

// filterTexts spell filters as the document does.
func filterTexts(filters []conformance.BonifyFilter) (texts []string) {
	for _, f := range filters {
		texts = append(texts, f.Field+"|"+f.Operator+"|"+f.Value)
	}
	return texts
}

func verifyBonify(_ fake.TB, env conformance.Env) conformance.BonifyClient {
	c := shopkit.NewBonify(env.HTTP, env.BaseURL, env.Creds["shop_domain"], env.Creds["api_key"])
	return conformance.BonifyClient{
		List: func(ctx context.Context, filters ...conformance.BonifyFilter) (all []conformance.BonifyCustomer, err error) {
			customers, err := c.Shoppers(ctx, filterTexts(filters)...)
			for _, one := range customers {
				same, _ := shopShopper(one, nil)
				all = append(all, same)
			}
			return all, err
		},
		Get: func(ctx context.Context, id int64) (conformance.BonifyCustomer, error) {
			return shopShopper(c.Shopper(ctx, id))
		},
		Update: func(ctx context.Context, cs []conformance.BonifyCustomer) error {
			return c.Update(ctx, shopperEdits(cs))
		},
		Create: func(ctx context.Context, cs []conformance.BonifyCustomer) error {
			return c.Create(ctx, shopperEdits(cs))
		},
		Delete: c.Delete,
	}
}

func TestVerifyBonify(t *testing.T) {
	conformance.Run(t, conformance.Bonify(), verifyBonify,
		conformance.KnownFailures(os.DirFS("testdata/verify"), "bonify.known"))
}

func shopBuyer(b shopkit.Buyer, err error) (conformance.CartlyCustomer, error) {
	return conformance.CartlyCustomer(b), err
}

func verifyCartly(_ fake.TB, env conformance.Env) conformance.CartlyClient {
	c := shopkit.NewCartly(env.HTTP, env.BaseURL, env.Creds["token"])
	return conformance.CartlyClient{
		FindCustomers: func(ctx context.Context, email string) (all []conformance.CartlyCustomer, err error) {
			buyers, err := c.FindBuyers(ctx, email)
			for _, one := range buyers {
				all = append(all, conformance.CartlyCustomer(one))
			}
			return all, err
		},
		CreateCustomer: func(ctx context.Context, in conformance.CartlyCustomer) (conformance.CartlyCustomer, error) {
			return shopBuyer(c.CreateBuyer(ctx, shopkit.Buyer(in)))
		},
		UpdateCustomer: func(ctx context.Context, id string, ch conformance.CartlyChange) (conformance.CartlyCustomer, error) {
			return shopBuyer(c.UpdateBuyer(ctx, id, filled(map[string]*string{"first_name": ch.FirstName, "last_name": ch.LastName, "phone": ch.Phone, "note": ch.Note})))
		},
		Hook: c.Subscribe, Unhook: c.Unsubscribe,
		Receiver: func(secret string, handled func(conformance.CartlyEvent) error) http.Handler {
			return shopkit.Receiver(secret, func(e shopkit.Event) error {
				return handled(conformance.CartlyEvent{Name: e.Event, Shop: e.Shop, RecordID: e.Data.ID})
			})
		},
	}
}

func TestVerifyCartly(t *testing.T) {
	conformance.Run(t, conformance.Cartly(), verifyCartly,
		conformance.KnownFailures(os.DirFS("testdata/verify"), "cartly.known"))
}

// An adapter is short, or nobody writes one.
func TestAdaptersAreShort(t *testing.T) {
	const most = 25
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "verify_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	counted := 0
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(fn.Name.Name, "verify") {
			continue
		}
		counted++
		if n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1; n > most {
			t.Errorf("%s has %d lines, more than %d", fn.Name.Name, n, most)
		}
	}
	if counted != 5 {
		t.Errorf("%d adapters, want one for each API", counted)
	}
}
