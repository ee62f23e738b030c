package cartly

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// An Option fixes something about a server for its life: one of this package,
// or one that all fakes share (fake.At, fake.Frozen, fake.Strict).
type Option = fake.Option

// settings are what the options decide.
type settings struct {
	shop          Shop
	app           App
	token         string
	tokenScopes   []fake.Scope // nil: all of the app
	webhookSecret string

	withoutExtensions bool
	orderReads        bool
	scopes            map[fake.Op]fake.Scope

	errorBody       func(status int, code, message string) (contentType string, body []byte)
	createdStatus   int
	deletedStatus   int
	duplicateStatus int
	pageSize        int

	upsert          bool
	noteReplaced    bool
	quantityAsDelta bool
	negativeStock   bool

	anyURL              bool
	uniqueSubscriptions bool
	subscriptionSecrets bool

	autoConsent     Consent // "": the page is shown
	pkceRequired    bool
	codeLifetime    time.Duration
	tokenLifetime   time.Duration // 0: for ever
	refreshRotation bool
	reuseDetection  bool

	extraEvents        bool
	silentAPICustomers bool
	abandonAfter       time.Duration

	bareHexSignature bool
	barePayload      bool
	payload          func(Event) []byte

	policy       fake.Policy
	goneDisables bool
}

func defaults() settings {
	return settings{
		shop:            defaultShop(),
		app:             defaultApp(),
		token:           "ACCESS_TOKEN",
		webhookSecret:   "whsec_mystore",
		scopes:          map[fake.Op]fake.Scope{},
		createdStatus:   http.StatusCreated,
		deletedStatus:   http.StatusNoContent,
		duplicateStatus: http.StatusConflict,
		pageSize:        mostListed,
		codeLifetime:    10 * time.Minute,
		refreshRotation: true,
		abandonAfter:    time.Hour,
		policy: fake.Policy{
			Timeout: 10 * time.Second,
			Retries: 5,
			Backoff: growing(time.Second, 2),
			Disable: 5,
		},
	}
}

func option(name string, set func(*settings)) Option {
	return fake.Setting(name, func(s *settings) error { set(s); return nil })
}

// WithShop is the first shop instead of "My Store"; what is not set stays as it
// is. Its domain may be one of the merchant's own (reading CL-5).
func WithShop(shop Shop) Option {
	return option("WithShop", func(s *settings) { s.shop = shop.or(s.shop) })
}

// WithApp is the first app instead of Zapier; what is not set stays as it is.
func WithApp(app App) Option {
	return option("WithApp", func(s *settings) { s.app = app.or(s.app) })
}

// WithToken is the first access token, with exactly these scopes, instead of
// ACCESS_TOKEN with all scopes of the app: WithToken("secret", Scopes()...).
func WithToken(token string, scopes ...fake.Scope) Option {
	return fake.Setting("WithToken", func(s *settings) error {
		if token == "" {
			return errors.New("no token")
		}
		s.token, s.tokenScopes = token, append([]fake.Scope{}, scopes...)
		return nil
	})
}

// WithWebhookSecret signs deliveries with another secret than whsec_mystore.
func WithWebhookSecret(secret string) Option {
	return option("WithWebhookSecret", func(s *settings) { s.webhookSecret = secret })
}

// WithoutExtensions serves the calls of the document and no others: no OAuth
// endpoints, no shop, products or orders to read (reading CL-3).
func WithoutExtensions() Option {
	return option("WithoutExtensions", func(s *settings) { s.withoutExtensions = true })
}

// WithOrderReads serves GetOrder, which no page names (reading CL-3).
func WithOrderReads() Option {
	return option("WithOrderReads", func(s *settings) { s.orderReads = true })
}

// WithScope lets an operation need another scope, "" for any token (reading
// CL-16). The OAuth endpoints know no scopes.
func WithScope(op fake.Op, scope fake.Scope) Option {
	return fake.Setting("WithScope", func(s *settings) error {
		var ops []string
		for _, r := range new(Server).routes() {
			if r.Handle != nil && !isOAuth(r.Op) {
				ops = append(ops, r.Op)
			}
		}
		if !slices.Contains(ops, op) {
			return fmt.Errorf("%q; want one of %v", op, ops)
		}
		s.scopes[op] = scope
		return nil
	})
}

// WithErrorBody replaces the body of every failure but those of the OAuth
// endpoints, by other JSON, by HTML, by nothing (reading CL-14). An empty
// contentType sends no such header.
func WithErrorBody(body func(status int, code, message string) (contentType string, body []byte)) Option {
	return option("WithErrorBody", func(s *settings) { s.errorBody = body })
}

// WithCreatedStatus answers the three creations with 201, the default, or 200
// (reading CL-12).
func WithCreatedStatus(status int) Option {
	return fake.Setting("WithCreatedStatus", func(s *settings) error {
		s.createdStatus = status
		return oneOf(status, http.StatusCreated, http.StatusOK)
	})
}

// WithDeletedStatus answers a deletion with 204, the default, or with 200 and a
// body (reading CL-13).
func WithDeletedStatus(status int) Option {
	return fake.Setting("WithDeletedStatus", func(s *settings) error {
		s.deletedStatus = status
		return oneOf(status, http.StatusNoContent, http.StatusOK)
	})
}

// WithDuplicateStatus refuses what is taken with 409, the default, or 422
// (reading CL-22).
func WithDuplicateStatus(status int) Option {
	return fake.Setting("WithDuplicateStatus", func(s *settings) error {
		s.duplicateStatus = status
		return oneOf(status, http.StatusConflict, http.StatusUnprocessableEntity)
	})
}

// WithPageSize lists n records at most, 1 to 50, whatever limit says, so that
// clients that never page are seen (reading CL-24).
func WithPageSize(n int) Option {
	return fake.Setting("WithPageSize", func(s *settings) error {
		if n < 1 || n > mostListed {
			return fmt.Errorf("%d records a page; want 1 to %d", n, mostListed)
		}
		s.pageSize = n
		return nil
	})
}

// WithUpsert lets CreateCustomer update the customer that has the address
// already, and answer 200, instead of refusing it (reading CL-22).
func WithUpsert() Option { return option("WithUpsert", func(s *settings) { s.upsert = true }) }

// WithNoteReplaced lets UpdateOrder replace the note instead of adding to it
// (reading CL-19).
func WithNoteReplaced() Option {
	return option("WithNoteReplaced", func(s *settings) { s.noteReplaced = true })
}

// WithQuantityAsDelta lets quantity add to the stock, as adjustment does (reading
// CL-17).
func WithQuantityAsDelta() Option {
	return option("WithQuantityAsDelta", func(s *settings) { s.quantityAsDelta = true })
}

// WithNegativeStock lets stock fall below zero (reading CL-18).
func WithNegativeStock() Option {
	return option("WithNegativeStock", func(s *settings) { s.negativeStock = true })
}

// WithAnyURL lets http URLs on all hosts be subscribed. Nothing is sent to them
// all the same, but to receivers of the test (reading CL-27).
func WithAnyURL() Option { return option("WithAnyURL", func(s *settings) { s.anyURL = true }) }

// WithUniqueSubscriptions refuses a second equal subscription (reading CL-26).
func WithUniqueSubscriptions() Option {
	return option("WithUniqueSubscriptions", func(s *settings) { s.uniqueSubscriptions = true })
}

// WithSubscriptionSecrets gives each subscription a secret of its own, which the
// answer to its creation shows once: whsec_000001 (reading CL-8).
func WithSubscriptionSecrets() Option {
	return option("WithSubscriptionSecrets", func(s *settings) { s.subscriptionSecrets = true })
}

// Consent is what a merchant decides about an app.
type Consent string

// The decisions.
const (
	Allow Consent = "allow"
	Deny  Consent = "deny"
)

// WithAutoConsent decides at once and shows no consent page.
func WithAutoConsent(decision Consent) Option {
	return fake.Setting("WithAutoConsent", func(s *settings) error {
		s.autoConsent = decision
		return oneOf(decision, Allow, Deny)
	})
}

// WithPKCERequired refuses an authorization without code_challenge (reading
// CL-35).
func WithPKCERequired() Option {
	return option("WithPKCERequired", func(s *settings) { s.pkceRequired = true })
}

// WithCodeLifetime lets a code live so long instead of 10 minutes.
func WithCodeLifetime(d time.Duration) Option {
	return fake.Setting("WithCodeLifetime", func(s *settings) error {
		s.codeLifetime = d
		return positive(d)
	})
}

// WithTokenLifetime lets the access tokens that the token endpoint gives expire,
// and says so in expires_in, in whole seconds (reading CL-30).
func WithTokenLifetime(d time.Duration) Option {
	return fake.Setting("WithTokenLifetime", func(s *settings) error {
		s.tokenLifetime = d
		if d < time.Second {
			return fmt.Errorf("%v; want a second at least", d)
		}
		return nil
	})
}

// WithRefreshRotation says whether a refresh gives a new refresh token, which it
// does by default, or leaves the old one good (reading CL-30).
func WithRefreshRotation(rotate bool) Option {
	return option("WithRefreshRotation", func(s *settings) { s.refreshRotation = rotate })
}

// WithReuseDetection ends the whole grant when a refresh token that was rotated
// away is used (reading CL-30).
func WithReuseDetection() Option {
	return option("WithReuseDetection", func(s *settings) { s.reuseDetection = true })
}

// WithExtraEvents accepts and emits events that other pages of the vendor name:
// order.paid, product.deleted, app.uninstalled, customer.updated and
// inventory.updated (readings CL-2 and CL-43).
func WithExtraEvents() Option {
	return option("WithExtraEvents", func(s *settings) { s.extraEvents = true })
}

// WithSilentAPICustomers lets CreateCustomer emit no customer.created (reading
// CL-20).
func WithSilentAPICustomers() Option {
	return option("WithSilentAPICustomers", func(s *settings) { s.silentAPICustomers = true })
}

// WithAbandonAfter lets a cart be abandoned after so long instead of an hour
// (reading CL-40).
func WithAbandonAfter(d time.Duration) Option {
	return fake.Setting("WithAbandonAfter", func(s *settings) error {
		s.abandonAfter = d
		return positive(d)
	})
}

// WithBareHexSignature leaves "sha256=" out, as another page of the vendor has it
// (reading CL-1).
func WithBareHexSignature() Option {
	return option("WithBareHexSignature", func(s *settings) { s.bareHexSignature = true })
}

// WithBarePayload delivers the object without an envelope (reading CL-6).
func WithBarePayload() Option {
	return option("WithBarePayload", func(s *settings) { s.barePayload = true })
}

// WithPayload makes the body of deliveries (reading CL-6). It is called under the
// server's lock and must not call the server.
func WithPayload(body func(Event) []byte) Option {
	return option("WithPayload", func(s *settings) { s.payload = body })
}

// WithDeliveryTimeout waits so long for the header of an answer, instead of 10
// seconds of the server's clock.
func WithDeliveryTimeout(d time.Duration) Option {
	return fake.Setting("WithDeliveryTimeout", func(s *settings) error {
		s.policy.Timeout = d
		return positive(d)
	})
}

// WithBackoff pauses so long before the first retry of a delivery, and factor
// times as long before each further one; the default is a second, and 2 (reading
// CL-9).
func WithBackoff(first time.Duration, factor float64) Option {
	return fake.Setting("WithBackoff", func(s *settings) error {
		s.policy.Backoff = growing(first, factor)
		if factor < 1 {
			return fmt.Errorf("factor %v; want 1 at least", factor)
		}
		return positive(first)
	})
}

func growing(first time.Duration, factor float64) func(retry int) time.Duration {
	return func(retry int) time.Duration {
		return time.Duration(float64(first) * math.Pow(factor, float64(retry-1)))
	}
}

// WithMaxRetries gives a delivery up after n retries instead of 5 (reading CL-9).
func WithMaxRetries(n int) Option {
	return fake.Setting("WithMaxRetries", func(s *settings) error {
		if s.policy.Retries = n; n < 0 {
			return fmt.Errorf("%d retries", n)
		}
		return nil
	})
}

// FailureCount is what counts towards switching a subscription off.
type FailureCount string

// What is counted.
const (
	PerAttempt  FailureCount = "attempt"  // every failed attempt, of whatever delivery
	PerDelivery FailureCount = "delivery" // deliveries that were given up
)

// WithFailureCount counts what five in a row of switch a subscription off; the
// default is PerAttempt (reading CL-9).
func WithFailureCount(count FailureCount) Option {
	return fake.Setting("WithFailureCount", func(s *settings) error {
		s.policy.PerDelivery = count == PerDelivery
		return oneOf(count, PerAttempt, PerDelivery)
	})
}

// WithGoneDisables deletes a subscription whose receiver answers 410 (reading
// CL-11).
func WithGoneDisables() Option {
	return option("WithGoneDisables", func(s *settings) { s.goneDisables = true })
}

func oneOf[T comparable](given T, allowed ...T) error {
	if !slices.Contains(allowed, given) {
		return fmt.Errorf("%v; want one of %v", given, allowed)
	}
	return nil
}

func positive(d time.Duration) error {
	if d <= 0 {
		return fmt.Errorf("%v; want more than nothing", d)
	}
	return nil
}
