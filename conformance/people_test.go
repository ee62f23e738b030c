package conformance_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/conformance"
	"github.com/cartdouble/cartdouble/conformance/internal/people"
	"github.com/cartdouble/cartdouble/fake"
)

// What the suites say of clients as people write them stands in testdata, one
// file for each; every line of them was held against the client's code and the
// document. GOLDEN=update rewrites them: look at each change.
// The same clients run under the race detector in TestVerifyCartfunnel and its
// sisters, each against its suite.
func TestPeopleAreJudgedAsRecorded(t *testing.T) {
	conformance.Whole(t)
	t.Run("cartfunnel", func(t *testing.T) {
		judged(t, conformance.Cartfunnel(), verifyCartfunnel, generatedCartfunnel)
	})
	t.Run("cscart", func(t *testing.T) { judged(t, conformance.Cscart(), verifyCscart, generatedCscart) })
	t.Run("fluidpay", func(t *testing.T) { judged(t, conformance.Fluidpay(), verifyFluidpay, generatedFluidpay) })
	t.Run("bonify", func(t *testing.T) { judged(t, conformance.Bonify(), verifyBonify, generatedBonify) })
	t.Run("cartly", func(t *testing.T) { judged(t, conformance.Cartly(), verifyCartly, generatedCartly) })
}

// judged tries the client by hand, the generated one, and that by hand with a
// transport that tries again.
func judged[C any](t *testing.T, s *conformance.Suite[C], hand, generated func(fake.TB, conformance.Env) C) {
	t.Helper()
	clients := map[string]func(fake.TB, conformance.Env) C{
		"hand":      hand,
		"generated": generated,
		"retrying": func(tb fake.TB, env conformance.Env) C {
			env.HTTP = people.Retrying(env.HTTP)
			return hand(tb, env)
		},
	}
	for name, make := range clients {
		report, err := conformance.Evaluate(t.Context(), s, func(env conformance.Env) C { return make(nil, env) })
		if err != nil {
			t.Fatal(err)
		}
		conformance.Golden(t, fmt.Sprintf("people-%s-%s.txt", name, report.API), findings(report))
	}
}

// findings are the results that say something, one a line, and how many passed.
func findings(r *conformance.Report) string {
	var out strings.Builder
	passed, unclaimed := 0, 0
	for _, res := range r.Results {
		switch res.State {
		case "PASS":
			passed++
		case "NOT CLAIMED":
			unclaimed++
		case "BLOCKED":
			fmt.Fprintf(&out, "%s %s BLOCKED by %s\n", res.Rule.ID, res.Rule.Level, res.By)
		default:
			about := strings.Join(strings.Fields(res.Finding.Got+" "+res.Note), " ")
			fmt.Fprintf(&out, "%s %s %s %s: %s\n", res.Rule.ID, res.Rule.Level, res.State, res.Finding.Code, about)
		}
	}
	fmt.Fprintf(&out, "%d pass, %d not claimed\n", passed, unclaimed)
	return out.String()
}

// A client that gives up at the first 429 does not try again, neither too soon nor
// with another body, whatever is called next.
func TestGivingUpIsNoRetry(t *testing.T) {
	r, err := conformance.Evaluate(t.Context(), conformance.Bonify(), func(env conformance.Env) conformance.BonifyClient {
		return verifyBonify(nil, env)
	}, conformance.Only("BON-RATE-0[27]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range r.Results {
		if res.State != "PASS" {
			t.Errorf("%s is %s: %v", res.Rule.ID, res.State, res.Finding)
		}
	}
}

func textOr(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

// ofModel gives a generated customer the names of the suite.
func ofModel(m people.CustomerModel, err error) (conformance.CartfunnelCustomer, error) {
	created, _ := time.Parse(time.RFC3339, m.CreatedAt)
	last := &m.LastOrderID
	if m.LastOrderID == 0 {
		last = nil
	}
	return conformance.CartfunnelCustomer{
		ID: m.ID, Email: m.Email, FirstName: m.FirstName, LastName: m.LastName, Note: m.Note,
		AcceptsMarketing: m.AcceptsMarketing, TaxExempt: m.TaxExempt, OrdersCount: int(m.OrdersCount),
		TotalSpentCents: m.TotalSpentCents, LastOrderID: last, CreatedAt: created,
	}, err
}

func generatedCartfunnel(_ fake.TB, env conformance.Env) conformance.CartfunnelClient {
	g := people.NewGeneratedCartfunnel(env.HTTP, env.BaseURL, env.Creds["account"], env.Creds["secret"])
	return conformance.CartfunnelClient{
		List: func(ctx context.Context) (all []conformance.CartfunnelCustomer, err error) {
			models, err := g.CustomersGet(ctx, 1)
			for _, m := range models {
				one, _ := ofModel(m, nil)
				all = append(all, one)
			}
			return all, err
		},
		Get: func(ctx context.Context, id int64) (conformance.CartfunnelCustomer, error) {
			return ofModel(g.CustomersIDGet(ctx, id))
		},
		Create: func(ctx context.Context, c conformance.CartfunnelCustomer) (conformance.CartfunnelCustomer, error) {
			return ofModel(g.CustomersPost(ctx, people.CustomerInput{Customer: people.CustomerAttributes{
				Email: c.Email, FirstName: c.FirstName, LastName: c.LastName, Note: c.Note,
				TaxExempt: c.TaxExempt, AcceptsMarketing: c.AcceptsMarketing, TagList: strings.Join(c.Tags, ","),
			}}))
		},
		Update: func(ctx context.Context, id int64, ch conformance.CartfunnelChange) (conformance.CartfunnelCustomer, error) {
			return ofModel(g.CustomersIDPatch(ctx, id, people.CustomerInput{Customer: people.CustomerAttributes{
				FirstName: textOr(ch.FirstName), LastName: textOr(ch.LastName), Note: textOr(ch.Note),
			}}))
		},
	}
}

func ofCartModel(m people.CartModel, err error) (conformance.CscartCart, error) {
	same, _ := shopCart(people.Cart{
		UserID: m.UserID, FirstName: m.Firstname, LastName: m.Lastname, Date: m.Date, IP: m.IPAddress,
		Items: m.CartProducts, Total: m.Total, OrderID: m.OrderID,
	}, nil)
	same.Guest = m.UserData.UserID == ""
	for _, p := range m.Products {
		same.Lines = append(same.Lines, conformance.CscartLine{ProductID: p.ProductID, Amount: p.Amount, Price: p.Price, Name: p.Product})
	}
	return same, err
}

func generatedCscart(_ fake.TB, env conformance.Env) conformance.CscartClient {
	g := people.NewGeneratedCscart(env.HTTP, env.BaseURL, env.Creds["email"], env.Creds["api_key"])
	return conformance.CscartClient{
		Get: func(ctx context.Context, user string) (conformance.CscartCart, error) {
			return ofCartModel(g.CartsUserIDGet(ctx, user))
		},
		List: func(ctx context.Context, _ conformance.CscartFilter) (all []conformance.CscartCart, err error) {
			page, err := g.CartsGet(ctx, 1, 100) // the description has no filters
			for _, m := range page.Carts {
				one, _ := ofCartModel(m, nil)
				all = append(all, one)
			}
			return all, err
		},
		Delete: g.CartsUserIDDelete,
	}
}

func ofProductModel(m people.ProductModel, err error) (conformance.FluidpayProduct, error) {
	return conformance.FluidpayProduct{
		ID: m.ID, SKU: m.Sku, Name: m.Name, Description: m.Description, Img: m.Img, Price: int64(m.Price),
		LocalTax: int64(m.LocalTax), NationalTax: int64(m.NationalTax), FixedAmount: m.FixedAmount, FixedQty: m.FixedQty,
		UnitOfMeasure: m.UnitOfMeasure, Created: m.CreatedAt, Deleted: !m.DeletedAt.IsZero(),
	}, err
}

func generatedFluidpay(_ fake.TB, env conformance.Env) conformance.FluidpayClient {
	g, merchant := people.NewGeneratedFluidpay(env.HTTP, env.BaseURL, env.Creds["api_key"]), env.Creds["merchant_id"]
	return conformance.FluidpayClient{
		ListProducts: func(ctx context.Context) (all []conformance.FluidpayProduct, err error) {
			got, err := g.ProductsGet(ctx, merchant)
			for _, m := range got.Data {
				one, _ := ofProductModel(m, nil)
				all = append(all, one)
			}
			return all, err
		},
		GetProduct: func(ctx context.Context, id string) (conformance.FluidpayProduct, error) {
			got, err := g.ProductGet(ctx, merchant, id)
			return ofProductModel(got.Data, err)
		},
		CreateProduct: func(ctx context.Context, in conformance.FluidpayProduct) (string, error) {
			got, err := g.ProductPost(ctx, merchant, people.ProductInput{
				Sku: in.SKU, Name: in.Name, Description: in.Description, Img: base64.StdEncoding.EncodeToString(in.ImgData),
				Price: int32(in.Price), FixedAmount: in.FixedAmount, FixedQty: in.FixedQty,
			})
			return got.Data.ID, err
		},
		UpdateProduct: func(ctx context.Context, id string, ch conformance.FluidpayChange) error {
			in := people.ProductInput{Name: textOr(ch.Name), Description: textOr(ch.Description)}
			if ch.Price != nil {
				in.Price = int32(*ch.Price)
			}
			if ch.FixedAmount != nil {
				in.FixedAmount = *ch.FixedAmount
			}
			_, err := g.ProductUpdate(ctx, merchant, id, in)
			return err
		},
	}
}

func ofFieldsCustomer(m people.FieldsCustomer) conformance.BonifyCustomer {
	one := conformance.BonifyCustomer{ID: m.ID, Email: m.Email, FirstName: m.FirstName, LastName: m.LastName, Fields: map[string]conformance.BonifyField{}}
	for _, f := range m.CustomerFields {
		one.Fields[f.MachineName] = conformance.BonifyField{Value: f.Value, Created: time.Unix(int64(f.CreatedAt), 0), Updated: time.Unix(int64(f.UpdatedAt), 0)}
	}
	return one
}

func fieldsBody(all []conformance.BonifyCustomer) (body people.CustomersBody) {
	for _, edit := range shopperEdits(all) {
		body.Customers = append(body.Customers, people.FieldsCustomerInput{
			ID: edit.ID, Email: edit.Email, FirstName: edit.FirstName, LastName: edit.LastName, CustomerFields: edit.Fields,
		})
	}
	return body
}

func generatedBonify(_ fake.TB, env conformance.Env) conformance.BonifyClient {
	g := people.NewGeneratedBonify(env.HTTP, env.BaseURL, env.Creds["shop_domain"], env.Creds["api_key"])
	return conformance.BonifyClient{
		List: func(ctx context.Context, filters ...conformance.BonifyFilter) (all []conformance.BonifyCustomer, err error) {
			page, err := g.CustomersGet(ctx, "", strings.Join(filterTexts(filters), ","))
			for _, m := range page.Customers {
				all = append(all, ofFieldsCustomer(m))
			}
			return all, err
		},
		Get: func(ctx context.Context, id int64) (one conformance.BonifyCustomer, err error) {
			got, err := g.CustomersIDGet(ctx, id)
			for _, m := range got.Customers {
				one = ofFieldsCustomer(m)
			}
			return one, err
		},
		Update: func(ctx context.Context, cs []conformance.BonifyCustomer) error {
			_, err := g.CustomersPut(ctx, fieldsBody(cs))
			return err
		},
		Create: func(ctx context.Context, cs []conformance.BonifyCustomer) error {
			_, err := g.CustomersPost(ctx, fieldsBody(cs))
			return err
		},
		Delete: func(ctx context.Context, id int64) error {
			_, err := g.CustomersIDDelete(ctx, id)
			return err
		},
	}
}

func generatedCartly(_ fake.TB, env conformance.Env) conformance.CartlyClient {
	g := people.NewGeneratedCartly(env.HTTP, env.BaseURL, env.Creds["token"])
	return conformance.CartlyClient{
		FindCustomers: func(ctx context.Context, email string) (all []conformance.CartlyCustomer, err error) {
			got, err := g.CustomersGet(ctx, email)
			for _, m := range got.Customers {
				all = append(all, conformance.CartlyCustomer(m))
			}
			return all, err
		},
		CreateCustomer: func(ctx context.Context, in conformance.CartlyCustomer) (conformance.CartlyCustomer, error) {
			m, err := g.CustomersPost(ctx, people.CustomerSchema(in))
			return conformance.CartlyCustomer(m), err
		},
		UpdateCustomer: func(ctx context.Context, id string, ch conformance.CartlyChange) (conformance.CartlyCustomer, error) {
			m, err := g.CustomersIDPut(ctx, id, people.CustomerSchema{
				FirstName: textOr(ch.FirstName), LastName: textOr(ch.LastName), Phone: textOr(ch.Phone), Note: textOr(ch.Note),
			})
			return conformance.CartlyCustomer(m), err
		},
		UpdateOrder: func(ctx context.Context, id string, ch conformance.CartlyOrderChange) (conformance.CartlyOrder, error) {
			m, err := g.OrdersIDPut(ctx, id, people.OrderInput{
				Status: ch.Status, PaymentStatus: ch.Payment, FulfillmentStatus: ch.Fulfillment, Note: ch.AddNote,
			})
			return conformance.CartlyOrder{ID: m.ID, Status: m.Status, Payment: m.PaymentStatus, Fulfillment: m.FulfillmentStatus, Note: m.Note}, err
		},
		Hooks: func(ctx context.Context) (all []conformance.CartlyHook, err error) {
			got, err := g.WebhooksGet(ctx)
			for _, m := range got.Webhooks {
				all = append(all, conformance.CartlyHook(m))
			}
			return all, err
		},
		Hook: func(ctx context.Context, url string, events []string) (string, error) {
			m, err := g.WebhooksPost(ctx, people.WebhookSchema{URL: url, Events: events})
			return m.ID, err
		},
		Unhook: g.WebhooksIDDelete,
	}
}
