package conformance

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Target is a server that is judged: a fake, or the real service. It is
// reached by HTTP and by nothing else.
type Target struct {
	// API says which one it is: "bonify".
	API string

	// URL is where the documented base URL is served, path and all:
	// "https://apps.bonify.io/apps/cf_app/public-api/customer_fields/v2".
	URL string

	// HTTP reaches it. Nil is a client of its own. Redirects are not followed.
	HTTP *http.Client

	// Creds are the credentials by the API's words: "shop_domain", "api_key". Some
	// rules ask with further ones: "read_only_secret" (Cartfunnel), "public_key"
	// (FluidPay), "other_shop_domain" and "other_api_key" (Bonify), "narrow_token",
	// which lacks customers:read, and "webhook_secret" (Cartly). A rule whose
	// credentials are not given is NOT CLAIMED.
	Creds fake.Credentials

	// Write allows to create, change and delete. Without it nothing is sent but
	// reads, and a rule that needs more is NOT EXERCISED. What a rule makes is
	// removed when it is over; what the API cannot remove is named in Report.Left.
	Write bool

	// Prefix begins the name of every record that is made. The default is one that
	// no other run has.
	Prefix string

	// Pace is the least time between two calls. 0 is the documented rate, or none
	// where there is none; less than 0 is none.
	Pace time.Duration

	// Wait lets time pass. Nil is the machine's clock; for a fake whose clock
	// stands it is the fake's Advance.
	Wait func(time.Duration)

	// Records are the ids of records that the API cannot make and the rules need.
	// They are changed, and put back as far as the API allows: "cart", a user whose
	// cart may be deleted (Cscart); "order" and "variant" (Cartly). "field" is the
	// machine name of a custom field of text (Bonify; the default is "text").
	Records map[string]string

	// Deliveries says where the service delivers to: it serves a handler, and gives
	// the URL at which the service finds it. Only Cartly delivers.
	Deliveries func(http.Handler) (url string, err error)

	// Cause makes the service send an event that no call of the API brings about:
	// "cart.abandoned". Only Cartly has events.
	Cause func(event string) error
}

// TargetFromEnv is the service that the environment names. For Bonify:
//
//	CARTDOUBLE_BONIFY_URL           Target.URL; without it there is no target
//	CARTDOUBLE_BONIFY_SHOP_DOMAIN   Target.Creds["shop_domain"], and so on for each word
//	CARTDOUBLE_BONIFY_RECORD_FIELD  Target.Records["field"], and so on
//	CARTDOUBLE_BONIFY_WRITE         Target.Write: "true" or "false"
//	CARTDOUBLE_BONIFY_PACE          Target.Pace: "1100ms"
//	CARTDOUBLE_BONIFY_PREFIX        Target.Prefix
func TargetFromEnv(api string) (Target, error) {
	t := Target{API: api, Creds: fake.Credentials{}, Records: map[string]string{}}
	if _, err := serverSuiteOf(api); err != nil {
		return t, fmt.Errorf("conformance: %w", err)
	}
	prefix := "CARTDOUBLE_" + strings.ToUpper(api) + "_"
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		word, ours := strings.CutPrefix(name, prefix)
		if !ours {
			continue
		}
		if err := t.set(strings.ToLower(word), value); err != nil {
			return t, fmt.Errorf("conformance: %s=%s: %w", name, value, err)
		}
	}
	if t.URL == "" {
		return t, fmt.Errorf("conformance: the environment names no %s service; want %sURL", api, prefix)
	}
	return t, nil
}

// set takes one word of the environment.
func (t *Target) set(word, value string) (err error) {
	switch record, isRecord := strings.CutPrefix(word, "record_"); {
	case isRecord:
		t.Records[record] = value
	case word == "url":
		t.URL = value
	case word == "prefix":
		t.Prefix = value
	case word == "write":
		if t.Write, err = strconv.ParseBool(value); err != nil {
			err = errors.New("want true or false")
		}
	case word == "pace":
		if t.Pace, err = time.ParseDuration(value); err != nil {
			err = errors.New("want a time such as 1100ms")
		}
	default:
		t.Creds[word] = value
	}
	return err
}

// vet gives what is wrong with a target before anything is sent.
func (t *Target) vet(s *serverSuite) error {
	u, err := url.Parse(t.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("Target.URL is %q; want a base URL such as %s", t.URL, s.base)
	}
	if u.User != nil {
		return errors.New("Target.URL holds credentials; they belong into Target.Creds")
	}
	for _, word := range s.creds {
		if t.Creds[word] == "" {
			return fmt.Errorf("Target.Creds has no %q, which every call of %s needs", word, s.api)
		}
	}
	return nil
}
