package scenarios

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

func bonifyAPI() *api {
	return &api{
		name:     "bonify",
		versions: []string{"v2"},
		base:     "/apps/cf_app/public-api/customer_fields/v2",
		keys:     []string{"shop_domain", "api_key"},
		secrets:  []string{"api_key"},
		with:     bonifyOptions(),
		plain: map[string]func(int) string{
			"customers": func(n int) string { return fmt.Sprintf(`{"email":"customer%d@example.com"}`, n) },
		},
		timeAs: func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-07:00") },
		jsonAs: "application/json; charset=utf-8",
		cursor: bonifyCursor,
		start:  startBonify,
		authorize: func(h http.Header, given fake.Credentials) {
			h.Set("X-Shop-Domain", given["shop_domain"])
			h.Set("X-Api-Key", given["api_key"])
		},
		carries: func(h http.Header, given fake.Credentials) bool {
			return h.Get("X-Shop-Domain") == given["shop_domain"] && h.Get("X-Api-Key") == given["api_key"]
		},
	}
}

// startBonify makes the fake. The API knows no permissions: a key may do
// everything in its shop.
func startBonify(tb fake.TB, opts []fake.Option, given fake.Credentials, _ []fake.Scope) started {
	domain, key := given["shop_domain"], given["api_key"]
	if domain == "" {
		domain = "your-domain.myshopify.com"
	}
	if key == "" {
		key = "your_api_key"
	}
	opts = append(opts[:len(opts):len(opts)], bonify.WithShop(domain, key))
	var shop *bonify.Server
	if tb == nil {
		shop = bonify.New(opts...)
	} else {
		shop = bonify.Start(tb, opts...)
	}
	return started{
		server:      shop.Server,
		credentials: shop.Credentials(),
		revoke:      func() { shop.RevokeKey(key) },
		addTenant: func(name, secret string) fake.Credentials {
			other := shop.AddShop(name, secret)
			return fake.Credentials{"shop_domain": other.ShopDomain(), "api_key": other.APIKey()}
		},
	}
}

// bonifyCursor makes a cursor up that looks like one of the API's own: text that
// is longer than an id, and has letters that a query cannot carry as they are.
func bonifyCursor(made [32]byte, now time.Time) string {
	id := 345345345345 + int64(binary.LittleEndian.Uint32(made[:4])%1_000_000)
	text := fmt.Sprintf(`{"last_id":%d,"last_value":%d,"direction":"next"}`, id, now.Unix())
	text += strings.Repeat(" ", (3-len(text)%3)%3)
	return base64.StdEncoding.EncodeToString(append([]byte(text+"\xfb\xff\xfe"), made[4:11]...))
}

// bonifyOptions are the words after "with" that this API has.
func bonifyOptions() map[string]func([]string) (fake.Option, error) {
	return map[string]func([]string) (fake.Option, error){
		"without-limits":   flag(bonify.WithoutLimits),
		"v1":               flag(bonify.WithV1),
		"shopify-fields":   flag(bonify.WithShopifyFields),
		"empty-strings":    flag(bonify.WithEmptyStrings),
		"fields-reversed":  flag(bonify.WithFieldsReversed),
		"single-object":    flag(bonify.WithSingleObject),
		"empty-batch-ok":   flag(bonify.WithEmptyBatchOK),
		"array-fields":     flag(bonify.WithArrayFields),
		"duplicate-emails": flag(bonify.WithDuplicateEmails),
		"no-field-filters": flag(func() fake.Option { return bonify.WithFieldFilters(false) }),
		"page-size":        number(bonify.WithPageSize),
		"unknown-customer": number(bonify.WithUnknownCustomer),
		"delete-unknown":   number(bonify.WithDeleteUnknown),
		"put-unknown":      number(bonify.WithPutUnknown),
		"search-lag":       duration(bonify.WithSearchLag),
		"order":            text(func(s string) fake.Option { return bonify.WithOrder(bonify.Order(s)) }),
		"cursor-filters":   text(func(s string) fake.Option { return bonify.WithCursorFilters(bonify.CursorFilters(s)) }),
		"bad-filters":      text(func(s string) fake.Option { return bonify.WithBadFilters(bonify.Misfits(s)) }),
		"unknown-fields":   text(func(s string) fake.Option { return bonify.WithUnknownFields(bonify.Misfits(s)) }),
		"empty-values":     text(func(s string) fake.Option { return bonify.WithEmptyValues(bonify.EmptyValues(s)) }),
		"batch":            text(func(s string) fake.Option { return bonify.WithBatch(bonify.BatchPolicy(s)) }),
	}
}
