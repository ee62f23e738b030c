package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/tidwall/gjson"
)

func cartlyAPI() *api {
	return &api{
		name:    "cartly",
		keys:    []string{"shop_domain", "token", "client_id", "client_secret"},
		secrets: []string{"token", "client_secret"},
		with:    cartlyOptions(),
		plain: map[string]func(int) string{
			"customers": func(n int) string { return fmt.Sprintf(`{"email":"customer%d@example.com"}`, n) },
			"orders": func(n int) string {
				return fmt.Sprintf(`{"email":"customer%d@example.com","total_cents":%d}`, n, 100*n)
			},
			"products": func(n int) string {
				return fmt.Sprintf(`{"title":"Product %d","variants":[{"sku":"SKU-%d","price_cents":%d,"inventory":10}]}`, n, n, 100*n)
			},
			"discounts": func(n int) string { return fmt.Sprintf(`{"code":"CODE%d","type":"percentage","value":10}`, n) },
			"carts":     func(n int) string { return fmt.Sprintf(`{"email":"customer%d@example.com"}`, n) },
		},
		timeAs:     func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") },
		jsonAs:     "application/json; charset=utf-8",
		start:      startCartly,
		hooks:      true,
		hookSecret: cartly.WithWebhookSecret,
		topic:      func(_ http.Header, body []byte) string { return gjson.GetBytes(body, "event").Str },
		issued:     issuedToken,
		open:       func(path string) bool { return strings.HasPrefix(path, "/oauth/") },
		authorize:  func(h http.Header, given fake.Credentials) { h.Set("Authorization", "Bearer "+given["token"]) },
		carries: func(h http.Header, given fake.Credentials) bool {
			word, token, _ := strings.Cut(h.Get("Authorization"), " ")
			token = strings.TrimSpace(token)
			return strings.EqualFold(word, "Bearer") && (token == given["token"] || strings.HasPrefix(token, issuedToken))
		},
	}
}

// issuedToken is how the tokens begin that the fake's token endpoint gives.
const issuedToken = "at_"

func startCartly(tb fake.TB, opts []fake.Option, given fake.Credentials, may []fake.Scope) started {
	opts = opts[:len(opts):len(opts)]
	if given["shop_domain"] != "" {
		opts = append(opts, cartly.WithShop(cartly.Shop{Domain: given["shop_domain"]}))
	}
	if given["client_id"] != "" || given["client_secret"] != "" {
		opts = append(opts, cartly.WithApp(cartly.App{ClientID: given["client_id"], ClientSecret: given["client_secret"]}))
	}
	if given["token"] != "" || may != nil {
		token := given["token"]
		if token == "" {
			token = "ACCESS_TOKEN"
		}
		if may == nil {
			may = cartly.Scopes()
		}
		opts = append(opts, cartly.WithToken(token, may...))
	}
	var shop *cartly.Server
	if tb == nil {
		shop = cartly.New(opts...)
	} else {
		shop = cartly.Start(tb, opts...)
	}
	return started{
		server:      shop.Server,
		credentials: shop.Credentials(),
		revoke:      func() { shop.RevokeToken(shop.Token()) },
		tenant:      shop.ShopHandle,
		event:       func(topic string, record []byte) (fake.Event, error) { return cartlyEvent(shop, topic, record) },
		rotate:      shop.RotateSecret,
		addTenant: func(name, secret string) fake.Credentials {
			other := shop.AddShop(cartly.Shop{ID: name})
			other.AddToken(secret, cartly.Scopes()...)
			return fake.Credentials{"shop_domain": other.ShopDomain(), "token": secret}
		},
	}
}

// cartlyEvent is the event that tells of a record. What the record leaves open is
// that of the record with its id in the shop, else what a new one has.
func cartlyEvent(shop *cartly.Server, topic string, record []byte) (fake.Event, error) {
	e := fake.Event{Topic: topic, Tenant: shop.ShopHandle}
	var err error
	switch kind, _, _ := strings.Cut(topic, "."); kind {
	case "order":
		e.Data, err = cartlyRecord(shop, topic, record, shop.Orders.Get, func(s *cartly.Server, o cartly.Order) any {
			if o.Currency == "" {
				o.Currency = shop.Shop().Currency
			}
			return s.Orders.Quiet().Add(o)
		})
	case "customer":
		e.Data, err = cartlyRecord(shop, topic, record, shop.Customers.Get, func(s *cartly.Server, c cartly.Customer) any {
			return s.Customers.Quiet().Add(c)
		})
	case "product":
		e.Data, err = cartlyRecord(shop, topic, record, shop.Products.Get, func(s *cartly.Server, p cartly.Product) any {
			return s.Products.Quiet().Add(p)
		})
	case "cart":
		e.Data, err = cartlyRecord(shop, topic, record, shop.Carts.Get, func(s *cartly.Server, c cartly.Cart) any {
			if c.Currency == "" {
				c.Currency = shop.Shop().Currency
			}
			if c.AbandonedAt.IsZero() {
				c.AbandonedAt = s.Now()
			}
			return s.Carts.Quiet().Add(c)
		})
	default: // a topic of other pages, whose object has no record of its own
		var b bytes.Buffer
		err = json.Compact(&b, record)
		e.Data = b.Bytes()
	}
	return e, err
}

// cartlyRecord completes a record and gives it in the API's own form, with the
// help of a second fake that nobody sees.
func cartlyRecord[T any](shop *cartly.Server, topic string, record []byte, known func(id string) (T, bool), add func(*cartly.Server, T) any) ([]byte, error) {
	id := gjson.GetBytes(record, "id").Str
	if id == "" {
		return nil, errors.New(`the record has no id; want one like "id": "ord_7"`)
	}
	v, _ := known(id)
	in := json.NewDecoder(bytes.NewReader(record))
	in.DisallowUnknownFields()
	if err := in.Decode(&v); err != nil {
		return nil, fmt.Errorf("no record for %s: %s", topic, strings.TrimPrefix(err.Error(), "json: "))
	}
	helper := cartly.New(fake.At(shop.Now()), fake.Frozen(), cartly.WithExtraEvents())
	defer helper.Close()
	defer helper.Hooks.Hold()()
	helper.Hooks.ToURL(receiverHost)
	helper.Emit(topic, add(helper, v))
	for _, d := range helper.Hooks.Pending() {
		return []byte(gjson.GetBytes(d.Body, "data").Raw), nil
	}
	return nil, fmt.Errorf("there is no event %s", topic)
}

// cartlyOptions are the words after "with" that this API has.
func cartlyOptions() map[string]func([]string) (fake.Option, error) {
	return map[string]func([]string) (fake.Option, error){
		"without-extensions":   flag(cartly.WithoutExtensions),
		"order-reads":          flag(cartly.WithOrderReads),
		"upsert":               flag(cartly.WithUpsert),
		"note-replaced":        flag(cartly.WithNoteReplaced),
		"quantity-as-delta":    flag(cartly.WithQuantityAsDelta),
		"negative-stock":       flag(cartly.WithNegativeStock),
		"any-url":              flag(cartly.WithAnyURL),
		"unique-subscriptions": flag(cartly.WithUniqueSubscriptions),
		"pkce-required":        flag(cartly.WithPKCERequired),
		"reuse-detection":      flag(cartly.WithReuseDetection),
		"no-refresh-rotation":  flag(func() fake.Option { return cartly.WithRefreshRotation(false) }),
		"extra-events":         flag(cartly.WithExtraEvents),
		"silent-api-customers": flag(cartly.WithSilentAPICustomers),
		"bare-hex-signature":   flag(cartly.WithBareHexSignature),
		"bare-payload":         flag(cartly.WithBarePayload),
		"gone-disables":        flag(cartly.WithGoneDisables),
		"created-status":       number(cartly.WithCreatedStatus),
		"deleted-status":       number(cartly.WithDeletedStatus),
		"duplicate-status":     number(cartly.WithDuplicateStatus),
		"page-size":            number(cartly.WithPageSize),
		"max-retries":          number(cartly.WithMaxRetries),
		"code-lifetime":        duration(cartly.WithCodeLifetime),
		"token-lifetime":       duration(cartly.WithTokenLifetime),
		"abandon-after":        duration(cartly.WithAbandonAfter),
		"delivery-timeout":     duration(cartly.WithDeliveryTimeout),
		"auto-consent":         text(func(s string) fake.Option { return cartly.WithAutoConsent(cartly.Consent(s)) }),
		"failure-count":        text(func(s string) fake.Option { return cartly.WithFailureCount(cartly.FailureCount(s)) }),
		"scope": func(args []string) (fake.Option, error) {
			if len(args) != 2 {
				return fake.Option{}, errors.New("want an operation and a scope, '' for none")
			}
			return cartly.WithScope(args[0], args[1]), nil
		},
		"backoff": func(args []string) (fake.Option, error) {
			if len(args) != 2 {
				return fake.Option{}, errors.New("want the first pause and a factor: 1s 2")
			}
			first, err := time.ParseDuration(args[0])
			if err != nil {
				return fake.Option{}, fmt.Errorf("%q is no time", args[0])
			}
			factor, err := strconv.ParseFloat(args[1], 64)
			if err != nil {
				return fake.Option{}, fmt.Errorf("%q is no number", args[1])
			}
			return cartly.WithBackoff(first, factor), nil
		},
	}
}
