package cartly

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The events of the document ("REST Hook Events (Triggers)", reading CL-2). How
// many of them the vendor's integrations use is no matter of the API's (reading
// CL-4).
const (
	orderCreated    = "order.created"
	orderUpdated    = "order.updated"
	orderFulfilled  = "order.fulfilled"
	orderCanceled   = "order.canceled" // one l (reading CL-32)
	productCreated  = "product.created"
	productUpdated  = "product.updated"
	customerCreated = "customer.created"
	cartAbandoned   = "cart.abandoned"
)

// Further events, of other pages of the vendor; the document's banner speaks of
// some of them (reading CL-43).
const (
	orderPaid        = "order.paid"
	productDeleted   = "product.deleted"
	appUninstalled   = "app.uninstalled"
	customerUpdated  = "customer.updated"
	inventoryUpdated = "inventory.updated"
)

var (
	documentedEvents = []string{orderCreated, orderUpdated, orderFulfilled, orderCanceled, productCreated, productUpdated, customerCreated, cartAbandoned}
	allEvents        = append(slices.Clone(documentedEvents), orderPaid, productDeleted, appUninstalled, customerUpdated, inventoryUpdated)
)

// events are those that can be subscribed to.
func (s *Server) events() []string {
	if s.settings.extraEvents {
		return allEvents
	}
	return documentedEvents
}

// An Event is what WithPayload makes the body of a delivery of.
type Event struct {
	Name      string    // "order.created"
	CreatedAt time.Time // of the change, UTC
	Data      []byte    // the object as the API sends it, JSON
	Shop      Shop
}

// The headers of a delivery beside the signature ("Webhook Headers").
const (
	shopHeader = "X-Cartly-Shop-Domain"
	hookHeader = "X-Cartly-Webhook-Id"
)

// hooks tells the engine about the web hooks of this API.
func (s *Server) hooks() *fake.HookAPI {
	return &fake.HookAPI{
		Topics:     s.events,
		Subscribe:  s.subscribe,
		Subscribed: subscribed,
		Find: func(id string) (fake.Subscription, bool) {
			t, hook := s.subscription(id)
			if t == nil {
				return fake.Subscription{}, false
			}
			return t.subscription(hook), true
		},
		Switch: func(id string, on bool) {
			if t, hook := s.subscription(id); t != nil {
				hook.Active = on
				t.Webhooks.Update(nil, hook)
			}
		},
		Render: s.render,
		Header: s.deliveryHeader,
		Signed: http.CanonicalHeaderKey(SignatureHeader),
		Secret: s.secretFor,
		Sign: func(secret string, _ time.Time, body []byte) string {
			value := Sign(secret, body)
			if s.settings.bareHexSignature { // reading CL-1
				value = strings.TrimPrefix(value, signaturePrefix)
			}
			return value
		},
		Policy: func() fake.Policy { return s.settings.policy },
	}
}

// subscribe makes a subscription of the first app in the first shop, for
// Hooks.To and Hooks.ToURL. Without events it is one to all.
func (s *Server) subscribe(url string, events []string) (id string, err error) {
	for _, name := range events {
		if slices.Contains(s.events(), name) {
			continue
		}
		if near := fake.Nearest(name, s.events()); near != "" {
			return "", fmt.Errorf("unknown event %q (did you mean %q?)", name, near)
		}
		return "", fmt.Errorf("unknown event %q", name)
	}
	if len(events) == 0 {
		events = s.events()
	}
	hook := Subscription{URL: url, Events: unique(events)}
	s.fillSubscription(&hook, s.Now())
	return s.Webhooks.Insert(nil, hook).ID, nil
}

// subscription finds a subscription in whichever shop it is; the shop is nil
// where there is none.
func (s *Server) subscription(id string) (*ShopHandle, Subscription) {
	for _, t := range s.shops {
		if hook, err := t.Webhooks.Find(id); err == nil {
			return t, hook
		}
	}
	return nil, Subscription{}
}

func (t *ShopHandle) subscription(hook Subscription) fake.Subscription {
	return fake.Subscription{ID: hook.ID, URL: hook.URL, Tenant: t, Active: hook.Active}
}

// subscribed are the active subscriptions of the event's shop that name it, in
// order of creation: each gets its own delivery, once and in the order of the
// changes (reading CL-21).
func subscribed(e fake.Event) []fake.Subscription {
	t := e.Tenant.(*ShopHandle)
	var hit []string
	for hook := range t.Webhooks.Range(0, t.Webhooks.Count()) {
		if hook.Active && (e.All || slices.Contains(hook.Events, e.Topic)) {
			hit = append(hit, hook.ID)
		}
	}
	var all []fake.Subscription
	for _, id := range inOrder(t.Webhooks, hit, t.server.webhooksMade) {
		hook, _ := t.Webhooks.Find(id)
		all = append(all, t.subscription(hook))
	}
	return all
}

// emit tells the subscribers of the shop of a change that happens now.
func (t *ShopHandle) emit(event string, data []byte) { t.emitAt(event, data, time.Time{}) }

func (t *ShopHandle) emitAt(event string, data []byte, at time.Time) {
	t.server.Hooks.Emit(fake.Event{Topic: event, At: at, Tenant: t, Data: data})
}

// render is the body of an event: an envelope with the event's name, as no header
// carries it (reading CL-6).
func (s *Server) render(e fake.Event) []byte {
	switch {
	case s.settings.payload != nil:
		return s.settings.payload(Event{Name: e.Topic, CreatedAt: e.At, Data: bytes.Clone(e.Data), Shop: e.Tenant.(*ShopHandle).shop})
	case s.settings.barePayload:
		return e.Data
	}
	body := appendText([]byte{'{'}, "event", e.Topic)
	body = appendTime(body, "created_at", e.At)
	return append(append(appendKey(body, "data"), e.Data...), '}')
}

// deliveryHeader are the headers of an attempt beside the signature. There is no
// id of the delivery: X-Cartly-Webhook-Id names the subscription, and is the same
// for all events and retries (reading CL-7).
func (s *Server) deliveryHeader(d fake.Delivery, _ time.Time) http.Header {
	header := http.Header{
		"Content-Type": {"application/json"},
		"User-Agent":   {"cartdouble"},
		hookHeader:     {d.Subscription},
		shopHeader:     {d.Tenant.(*ShopHandle).shop.Domain},
	}
	return header
}

// secretFor is what signs for a subscription now: the one secret of the server,
// unless each subscription has its own (reading CL-8).
func (s *Server) secretFor(sub fake.Subscription) fake.Secret {
	if s.settings.subscriptionSecrets {
		_, hook := s.subscription(sub.ID)
		return fake.Secret{Present: hook.Secret}
	}
	return s.secret
}

// WebhookSecret is what deliveries are signed with.
func (s *Server) WebhookSecret() string {
	var secret string
	s.Locked(func() { secret = s.secret.Present })
	return secret
}

// RotateSecret lets another secret sign from the next attempt on.
func (s *Server) RotateSecret(secret string) {
	s.Locked(func() { s.secret = fake.Secret{Present: secret, Former: s.secret.Present, Since: s.Now()} })
}

// OldSecret is the secret before the last RotateSecret, "" without one.
func (s *Server) OldSecret() string {
	var secret string
	s.Locked(func() { secret = s.secret.Former })
	return secret
}

// Emit sends an event, known or not, to the active subscriptions of the shop that
// name it. Data is JSON: raw, a record of this package, or anything that package
// json can encode; what it cannot is a mistake of the test.
func (t *ShopHandle) Emit(event string, data any) { t.emitAny("Emit", event, data, false) }

// EmitAll sends an event to all active subscriptions of the shop, whatever they
// ask for.
func (t *ShopHandle) EmitAll(event string, data any) { t.emitAny("EmitAll", event, data, true) }

func (t *ShopHandle) emitAny(method, event string, data any, all bool) {
	wire, err := t.encode(data)
	if err != nil {
		t.server.Mistake("%s(%q): %v", method, event, err)
		return
	}
	t.server.Locked(func() {
		t.server.Hooks.Emit(fake.Event{Topic: event, Tenant: t, Data: wire, All: all})
	})
}

// encode is data as the API would send it.
func (t *ShopHandle) encode(data any) ([]byte, error) {
	switch v := data.(type) {
	case Customer:
		return appendCustomer(nil, &v), nil
	case Order:
		return appendOrder(nil, &v), nil
	case Product:
		return appendProduct(nil, &v), nil
	case Cart:
		return appendCart(nil, &v), nil
	case Discount:
		return appendDiscount(nil, &v), nil
	case Level:
		var inventory int
		t.server.Locked(func() { inventory = t.inventory(v.VariantID) })
		return encodeLevel(v, inventory), nil
	case Shop:
		return (&ShopHandle{shop: v}).appendShop(nil), nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(data)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}
