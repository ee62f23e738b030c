package cartly

import (
	"cmp"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// A Subscription is a REST hook: events that a URL is told of. The vendor's calls
// name it a webhook ("Register and unregister REST Hooks").
type Subscription struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	Events    []string  `json:"events"`
	Active    bool      `json:"active"`     // false once it is switched off; a test that adds one gets an active one
	CreatedAt time.Time `json:"created_at"` // UTC, whole milliseconds
	ClientID  string    `json:"client_id"`  // of the app, the first one unless set; not sent
	Secret    string    `json:"secret"`     // with WithSubscriptionSecrets; sent once
}

// Indexes of subscriptions: by app, and by what two equal ones have in common.
const (
	byApp     = "app"
	byContent = "content"
)

func (t *ShopHandle) newWebhooks() *fake.Collection[string, Subscription] {
	s := t.server
	return fake.NewCollection(t.engine, fake.Spec[string, Subscription]{
		Name:    "webhooks",
		Key:     func(h *Subscription) *string { return &h.ID },
		NextKey: func() string { return s.newID(hookID) },
		Clone: func(h Subscription) Subscription {
			h.Events = slices.Clone(h.Events)
			return h
		},
		Fill:    t.fillSubscription,
		Touch:   func(_ Subscription, h *Subscription, _ time.Time) { h.CreatedAt = wholeMillis(h.CreatedAt) },
		Illegal: func(h Subscription) error { return t.elsewhere(hookID, h.ID) },
		Encode:  func(h *Subscription) []byte { return append(appendSubscription(nil, h), '}') },
		Index: map[string]func(*Subscription, func(string)){
			byApp:     func(h *Subscription, add func(string)) { add(h.ClientID) },
			byContent: func(h *Subscription, add func(string)) { add(h.content()) },
		},
	})
}

// fillSubscription completes a subscription. One without a time of creation is
// new, and therefore active.
func (t *ShopHandle) fillSubscription(h *Subscription, now time.Time) {
	t.server.fillID(hookID, &h.ID)
	if h.CreatedAt.IsZero() {
		h.CreatedAt, h.Active = now, true
	}
	h.CreatedAt = wholeMillis(h.CreatedAt)
	h.ClientID = cmp.Or(h.ClientID, t.server.app.ClientID())
	if t.server.settings.subscriptionSecrets {
		h.Secret = cmp.Or(h.Secret, secretOf(h.ID))
	}
}

// secretOf is the secret of a subscription of its own (reading CL-8): its counter
// in six digits, or the id where a test chose it.
func secretOf(id string) string {
	if n := numberOf(hookID, id); n > 0 {
		return fmt.Sprintf("whsec_%06d", n)
	}
	return "whsec_" + id
}

// content is what equal subscriptions have in common.
func (h *Subscription) content() string {
	events := slices.Clone(h.Events)
	slices.Sort(events)
	return strings.Join(append(events, h.ClientID, h.URL), "\n")
}

func appendSubscription(dst []byte, h *Subscription) []byte {
	dst = appendText(append(dst, '{'), "id", h.ID)
	dst = appendText(dst, "url", h.URL)
	dst = appendTexts(dst, "events", h.Events)
	dst = strconv.AppendBool(appendKey(dst, "active"), h.Active)
	return appendTime(dst, "created_at", h.CreatedAt)
}

// listWebhooks answers GET /apps/api/webhooks with the subscriptions of the
// token's app in its shop ("API Endpoints").
func (s *Server) listWebhooks(c *fake.Call) (fake.Reply, error) {
	noteQuery(c, limitParam, offsetParam)
	t, app := shopOf(c), tokenOf(c).app.ClientID()
	return selection[Subscription]{
		name: "webhooks", of: t.Webhooks, made: s.webhooksMade,
		fits: func(h *Subscription) bool { return h.ClientID == app },
		ids:  inOrder(t.Webhooks, t.Webhooks.Lookup(byApp, app), s.webhooksMade),
	}.answer(s, c), nil
}

func (s *Server) webhooksMade(a, b *Subscription) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), s.sequence(hookID).compare(a.ID, b.ID))
}

// createWebhook answers POST /apps/api/webhooks ("Register and unregister REST
// Hooks"). Two equal subscriptions are allowed (reading CL-26). The secret is in
// no answer but, with WithSubscriptionSecrets, in this one (reading CL-8).
func (s *Server) createWebhook(c *fake.Call) (fake.Reply, error) {
	noteQuery(c)
	given, err := readFields(c, "url", "events")
	if err != nil {
		return fake.Reply{}, err
	}
	hook, err := s.readSubscription(given)
	if err != nil {
		return fake.Reply{}, err
	}
	t := shopOf(c)
	hook.ClientID = tokenOf(c).app.ClientID()
	if twins := t.Webhooks.Lookup(byContent, hook.content()); len(twins) > 0 {
		if s.settings.uniqueSubscriptions {
			return fake.Reply{}, taken("this subscription exists")
		}
		c.Note("duplicate-subscription", inOrder(t.Webhooks, twins, s.webhooksMade)[0])
	}
	if err := refused(c); err != nil {
		return fake.Reply{}, err
	}
	hook.ID = s.newID(hookID)
	t.fillSubscription(&hook, now(c))
	hook = t.Webhooks.Insert(c, hook)
	body := appendSubscription(nil, &hook)
	if s.settings.subscriptionSecrets {
		body = appendText(body, "secret", hook.Secret)
	}
	return jsonReply(s.settings.createdStatus, append(body, '}')), nil
}

const textEvents = "events must be a non-empty array of event names"

// readSubscription makes a subscription of what is given, or finds the first
// thing that is wrong with it.
func (s *Server) readSubscription(given fields) (Subscription, error) {
	hook := Subscription{URL: text(given["url"])}
	if hook.URL == "" {
		return hook, invalid("url is required")
	}
	if !s.deliverable(hook.URL) {
		return hook, invalid("url must be an absolute https URL")
	}
	if !given["events"].IsArray() {
		return hook, invalid(textEvents)
	}
	names := given["events"].Array()
	for _, name := range names {
		if name.Type != gjson.String {
			return hook, invalid(textEvents)
		}
		hook.Events = append(hook.Events, fake.Text(name))
	}
	if len(names) == 0 { // reading CL-28
		return hook, invalid(textEvents)
	}
	hook.Events = unique(hook.Events)
	for _, name := range hook.Events {
		if !slices.Contains(s.events(), name) {
			return hook, invalid("unknown event: " + name)
		}
	}
	return hook, nil
}

// deliverable tells whether a URL may be subscribed: https, or http on a loopback
// host, without user and fragment (reading CL-27).
func (s *Server) deliverable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Contains(address, "#") {
		return false
	}
	switch u.Scheme {
	case "https":
		return true
	case "http":
		return s.settings.anyURL || loopback(u.Hostname())
	}
	return false
}

// loopback tells whether a host is this machine: localhost, 127.0.0.0/8 or ::1.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// deleteWebhook answers DELETE /apps/api/webhooks/{id} with nothing (reading
// CL-13), and what waits for the subscription is dropped. There is no call that
// switches one on again (reading CL-10).
func (s *Server) deleteWebhook(c *fake.Call) (fake.Reply, error) {
	noteQuery(c)
	t, id := shopOf(c), c.Param("id")
	hook, err := t.Webhooks.Find(id)
	if err != nil || hook.ClientID != tokenOf(c).app.ClientID() {
		return fake.Reply{}, unknown("webhook")
	}
	if err := refused(c); err != nil {
		return fake.Reply{}, err
	}
	t.Webhooks.Delete(c, id)
	if s.settings.deletedStatus == http.StatusNoContent {
		return fake.Reply{Status: http.StatusNoContent}, nil
	}
	body := appendText([]byte{'{'}, "id", id)
	return jsonReply(s.settings.deletedStatus, append(body, `,"deleted":true}`...)), nil
}
