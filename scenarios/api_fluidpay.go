package scenarios

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

func fluidpayAPI() *api {
	return &api{
		name:    "fluidpay",
		keys:    []string{"merchant_id", "api_key"},
		secrets: []string{"api_key"},
		with:    fluidpayOptions(),
		plain: map[string]func(int) string{
			"carts": func(n int) string { return fmt.Sprintf(`{"name":"Cart %d"}`, n) },
			"products": func(n int) string {
				return fmt.Sprintf(`{"sku":"SKU-%d","name":"Product %d","price":%d,"description":"plain"}`, n, n, 100*n)
			},
		},
		timeAs:    func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") },
		jsonAs:    "application/json",
		start:     startFluidpay,
		authorize: func(h http.Header, given fake.Credentials) { h.Set("Authorization", given["api_key"]) },
		carries: func(h http.Header, given fake.Credentials) bool {
			return strings.Trim(h.Get("Authorization"), " ") == given["api_key"]
		},
	}
}

// startFluidpay makes the fake. The API knows no permissions; what revokes the
// key is a fault, for the fake has no word for it.
func startFluidpay(tb fake.TB, opts []fake.Option, given fake.Credentials, _ []fake.Scope) started {
	merchant, key := given["merchant_id"], given["api_key"]
	if merchant == "" {
		merchant = "testmerchant12345678"
	}
	if key == "" {
		key = "api_CartDoubleTestKey0000001"
	}
	opts = append(opts[:len(opts):len(opts)], fluidpay.WithAccount(merchant, key))
	var shop *fluidpay.Server
	if tb == nil {
		shop = fluidpay.New(opts...)
	} else {
		shop = fluidpay.Start(tb, opts...)
	}
	return started{
		server:      shop.Server,
		credentials: shop.Credentials(),
		revoke:      func() { shop.Inject(fake.NewFault("revoked").Optional()) },
	}
}

// fluidpayOptions are the words after "with" that this API has.
func fluidpayOptions() map[string]func([]string) (fake.Option, error) {
	return map[string]func([]string) (fake.Option, error){
		"control-panel":   flag(fluidpay.WithControlPanel),
		"document-shapes": flag(fluidpay.WithDocumentShapes),
		"older-keys":      flag(fluidpay.WithOlderKeys),
		"empty-lists":     flag(fluidpay.WithEmptyLists),
		"strict-limit":    flag(fluidpay.WithStrictLimit),
		"lenient-search":  flag(fluidpay.WithLenientSearch),
		"search-msg":      text(fluidpay.WithSearchMsg),
		"page-size":       number(fluidpay.WithPageSize),
		"token":           text(fluidpay.WithToken),
		"deletes":         text(func(s string) fake.Option { return fluidpay.WithDeletes(fluidpay.Deletes(s)) }),
		"merchant": func(args []string) (fake.Option, error) {
			if len(args) != 2 {
				return fake.Option{}, errors.New("want an id and a private key")
			}
			return fluidpay.WithMerchant(fluidpay.Merchant{ID: args[0], Key: args[1]}), nil
		},
	}
}
