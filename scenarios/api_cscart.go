package scenarios

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

func cscartAPI() *api {
	return &api{
		name:     "cscart",
		versions: []string{"2.0", "2.1", "4.0"},
		keys:     []string{"email", "api_key"},
		secrets:  []string{"api_key"},
		with:     cscartOptions(),
		plain: map[string]func(int) string{
			"carts": func(n int) string {
				return fmt.Sprintf(`{"user_id":%d,"products":[{"product_id":12,"amount":1,"price":1000,"product":"Cup"}]}`, 4000000000+n)
			},
		},
		timeAs: func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) },
		jsonAs: "application/json",
		start:  startCscart,
		authorize: func(h http.Header, given fake.Credentials) {
			(&http.Request{Header: h}).SetBasicAuth(given["email"], given["api_key"])
		},
		carries: func(h http.Header, given fake.Credentials) bool {
			email, key, ok := (&http.Request{Header: h}).BasicAuth()
			return ok && strings.EqualFold(strings.TrimSpace(email), given["email"]) && strings.TrimSpace(key) == given["api_key"]
		},
	}
}

// startCscart makes the fake. Where the file says what the caller may do, he is
// a second user beside an administrator whom nobody knows. What revokes the key
// is a fault, for the fake's users are fixed for its life.
func startCscart(tb fake.TB, opts []fake.Option, given fake.Credentials, may []fake.Scope) started {
	email, key := given["email"], given["api_key"]
	if email == "" {
		email = "admin@example.com"
	}
	if key == "" {
		key = "CartDoubleTestKey000000000000001"
	}
	user := cscart.WithAccount(email, key)
	if may != nil {
		user = cscart.WithUser(cscart.APIUser{Email: email, Key: key, Privileges: may})
		opts = append(opts[:len(opts):len(opts)], cscart.WithAccount("owner+"+email, key))
	}
	opts = append(opts[:len(opts):len(opts)], user)
	var store *cscart.Server
	if tb == nil {
		store = cscart.New(opts...)
	} else {
		store = cscart.Start(tb, opts...)
	}
	return started{
		server:      store.Server,
		credentials: fake.Credentials{"email": email, "api_key": key},
		revoke:      func() { store.Inject(fake.NewFault("revoked").Optional()) },
	}
}

// cscartOptions are the words after "with" that this API has.
func cscartOptions() map[string]func([]string) (fake.Option, error) {
	return map[string]func([]string) (fake.Option, error){
		"day-first":  flag(cscart.WithDayFirst),
		"https-only": flag(cscart.WithHTTPSOnly),
		"page-size":  number(cscart.WithPageSize),
		"company":    number(func(n int) fake.Option { return cscart.WithCompany(int64(n)) }),
		"engine":     text(func(s string) fake.Option { return cscart.WithEngine(cscart.Engine(s)) }),
		"edition":    text(func(s string) fake.Option { return cscart.WithEdition(cscart.Edition(s)) }),
		"array-ids":  text(func(s string) fake.Option { return cscart.WithArrayIDs(cscart.ArrayIDs(s)) }),
		"addons": func(args []string) (fake.Option, error) {
			var addons []cscart.Addon
			for _, a := range args {
				addons = append(addons, cscart.Addon(a))
			}
			return cscart.WithAddons(addons...), nil
		},
		"timezone": func(args []string) (fake.Option, error) {
			if len(args) != 1 {
				return fake.Option{}, errors.New("want the name of a zone, such as America/New_York")
			}
			zone, err := time.LoadLocation(args[0])
			return cscart.WithTimezone(zone), err
		},
		"default-sort": func(args []string) (fake.Option, error) {
			if len(args) != 2 {
				return fake.Option{}, errors.New("want a key and a direction: customer asc")
			}
			return cscart.WithDefaultSort(args[0], args[1]), nil
		},
		"user": func(args []string) (fake.Option, error) {
			if len(args) < 2 {
				return fake.Option{}, errors.New("want an e-mail address, a key, and the privileges if not all")
			}
			return cscart.WithUser(cscart.APIUser{Email: args[0], Key: args[1], Privileges: append([]fake.Scope(nil), args[2:]...)}), nil
		},
	}
}
