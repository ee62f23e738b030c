package scenarios

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

func cartfunnelAPI() *api {
	zone := time.FixedZone("", -5*60*60)
	return &api{
		name:     "cartfunnel",
		versions: []string{"v1"},
		base:     "/v1",
		keys:     []string{"account", "secret"},
		secrets:  []string{"secret"},
		with:     cartfunnelOptions(),
		plain: map[string]func(int) string{
			"customers": func(n int) string { return fmt.Sprintf(`{"email":"customer%d@example.com"}`, n) },
		},
		timeAs: func(t time.Time) string { return t.In(zone).Format("2006-01-02T15:04:05.000-07:00") },
		jsonAs: "application/json; charset=utf-8",
		start:  startCartfunnel,
		authorize: func(h http.Header, given fake.Credentials) {
			h.Set("X-Cartfunnel-Account", given["account"])
			h.Set("X-Cartfunnel-Api-Secret", given["secret"])
		},
		carries: func(h http.Header, given fake.Credentials) bool {
			return h.Get("X-Cartfunnel-Account") == given["account"] && h.Get("X-Cartfunnel-Api-Secret") == given["secret"]
		},
	}
}

func startCartfunnel(tb fake.TB, opts []fake.Option, given fake.Credentials, may []fake.Scope) started {
	account, secret := given["account"], given["secret"]
	if account == "" {
		account = "myshop"
	}
	if secret == "" {
		secret = "your_api_secret"
	}
	opts = append(opts[:len(opts):len(opts)], cartfunnel.WithAccount(account, secret))
	var shop *cartfunnel.Server
	if tb == nil {
		shop = cartfunnel.New(opts...)
	} else {
		shop = cartfunnel.Start(tb, opts...)
	}
	if may != nil {
		shop.AddSecret(secret, may...)
	}
	return started{
		server:      shop.Server,
		credentials: shop.Credentials(),
		revoke:      func() { shop.RevokeSecret(secret) },
		addTenant: func(name, secret string) fake.Credentials {
			other := shop.AddAccount(name, secret)
			return fake.Credentials{"account": other.Account(), "secret": other.Secret()}
		},
	}
}

// cartfunnelOptions are the words after "with" that this API has.
func cartfunnelOptions() map[string]func([]string) (fake.Option, error) {
	return map[string]func([]string) (fake.Option, error){
		"native-booleans":           flag(cartfunnel.WithNativeBooleans),
		"null-last-order":           flag(cartfunnel.WithNullLastOrder),
		"null-names":                flag(cartfunnel.WithNullNames),
		"tag-list-shown":            flag(cartfunnel.WithTagListShown),
		"persisted-false-on-update": flag(cartfunnel.WithPersistedFalseOnUpdate),
		"method-not-allowed":        flag(cartfunnel.WithMethodNotAllowed),
		"missing-wrapper-refused":   flag(cartfunnel.WithMissingWrapperRefused),
		"path-alias":                flag(cartfunnel.WithPathAlias),
		"newest-first":              flag(cartfunnel.WithNewestFirst),
		"content-type":              text(cartfunnel.WithContentType),
		"unsaved-keys":              text(func(s string) fake.Option { return cartfunnel.WithUnsavedKeys(cartfunnel.UnsavedKeys(s)) }),
		"echo":                      text(func(s string) fake.Option { return cartfunnel.WithEcho(cartfunnel.Echo(s)) }),
		"echoed-updated-at":         text(func(s string) fake.Option { return cartfunnel.WithEchoedUpdatedAt(cartfunnel.EchoedUpdatedAt(s)) }),
		"created-status":            number(cartfunnel.WithCreatedStatus),
		"unknown-record":            number(cartfunnel.WithUnknownRecord),
		"page-size":                 number(cartfunnel.WithPageSize),
		"zone": func(args []string) (fake.Option, error) {
			if len(args) != 1 {
				return fake.Option{}, errors.New("want the name of a zone, such as America/New_York")
			}
			zone, err := time.LoadLocation(args[0])
			return cartfunnel.WithZone(zone), err
		},
		"forbidden-body": func(args []string) (fake.Option, error) {
			if len(args) != 2 {
				return fake.Option{}, errors.New("want a media type and a body")
			}
			return cartfunnel.WithForbiddenBody(args[0], args[1]), nil
		},
		"error-texts": func(args []string) (fake.Option, error) {
			if len(args) == 0 || len(args)%2 != 0 {
				return fake.Option{}, errors.New("want pairs of a sentence and another for it")
			}
			texts := map[string]string{}
			for i := 0; i < len(args); i += 2 {
				texts[args[i]] = args[i+1]
			}
			return cartfunnel.WithErrorTexts(texts), nil
		},
	}
}

// flag, text, number and duration are options with no argument, a word, a whole
// number, a time.
func flag(make func() fake.Option) func([]string) (fake.Option, error) {
	return func(args []string) (fake.Option, error) {
		if len(args) > 0 {
			return fake.Option{}, errors.New("it takes no argument")
		}
		return make(), nil
	}
}

func text(make func(string) fake.Option) func([]string) (fake.Option, error) {
	return func(args []string) (fake.Option, error) {
		if len(args) != 1 {
			return fake.Option{}, errors.New("want one word")
		}
		return make(args[0]), nil
	}
}

func number(make func(int) fake.Option) func([]string) (fake.Option, error) {
	return func(args []string) (fake.Option, error) {
		if len(args) != 1 {
			return fake.Option{}, errors.New("want a whole number")
		}
		n, err := strconv.Atoi(args[0])
		if err != nil {
			return fake.Option{}, fmt.Errorf("%q is no whole number", args[0])
		}
		return make(n), nil
	}
}

func duration(make func(time.Duration) fake.Option) func([]string) (fake.Option, error) {
	return func(args []string) (fake.Option, error) {
		if len(args) != 1 {
			return fake.Option{}, errors.New("want a time such as 5m")
		}
		d, err := time.ParseDuration(args[0])
		if err != nil {
			return fake.Option{}, fmt.Errorf("%q is no time", args[0])
		}
		return make(d), nil
	}
}
