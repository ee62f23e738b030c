package conformance_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/cartdouble/cartdouble/conformance"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// TestServer asks a server of one's own, here a fake, what the document of the
// API says that it answers.
func TestServer(t *testing.T) {
	shop := fluidpay.Start(t)
	conformance.RunServer(t, conformance.Target{
		API: "fluidpay", URL: shop.BaseURL(), HTTP: shop.Client(), Creds: shop.Credentials(),
		Write: true, // what is made is deleted again
	})
}

// A shop that is only read from. Its clock stands, so waiting for the documented
// rate takes no time.
func ExampleEvaluateServer() {
	shop := bonify.New(fake.Frozen())
	defer shop.Close()
	report, err := conformance.EvaluateServer(context.Background(), conformance.Target{
		API: "bonify", URL: shop.BaseURL(), HTTP: shop.Client(), Creds: shop.Credentials(), Wait: shop.Advance,
	}, conformance.Only("S-BON-0[1-3]"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, res := range report.Results {
		fmt.Println(res.Rule.ID, res.State)
	}
	fmt.Println("needed:", report.Results[1].Note)
	// Output:
	// S-BON-01 PASS
	// S-BON-02 NOT EXERCISED
	// S-BON-03 NOT EXERCISED
	// needed: leave to write (Target.Write), to create, change and delete a customer; the target is read-only
}

// The real service is named by the environment, so that its credentials stand
// in no file:
//
//	CARTDOUBLE_BONIFY_URL=https://apps.bonify.io/apps/cf_app/public-api/customer_fields/v2
//	CARTDOUBLE_BONIFY_SHOP_DOMAIN=… CARTDOUBLE_BONIFY_API_KEY=…
func ExampleTargetFromEnv() {
	target, err := conformance.TargetFromEnv("bonify")
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := conformance.EvaluateServer(context.Background(), target, conformance.Client("the real one"))
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = report.WriteText(os.Stdout)
	// Output: conformance: the environment names no bonify service; want CARTDOUBLE_BONIFY_URL
}

func ExampleServerRules() {
	rule := conformance.ServerRules("cscart")[6]
	fmt.Println(rule.ID, rule.Title)
	fmt.Println("asked:", rule.Asks)
	fmt.Println("holds:", rule.Holds)
	// Output:
	// S-CSC-07 a deleted cart is gone, and no other
	// asked: to delete a cart, and to delete it again
	// holds: 204 with no body, and the cart is gone, but no other; 404
}
