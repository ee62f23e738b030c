package conformance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cartdouble/cartdouble/fake/cartly"
)

// An inbox is where deliveries arrive. It answers each with 200.
type inbox struct {
	url string

	mu       sync.Mutex
	arrivals []arrival
}

// An arrival is one delivery. The last element of its path says to whom it came.
type arrival struct {
	to     string
	header http.Header
	body   []byte
}

func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.arrivals = append(b.arrivals, arrival{path.Base(r.URL.Path), r.Header.Clone(), body})
}

// of are the deliveries to one address.
func (b *inbox) of(name string) []arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.arrivals), func(a arrival) bool { return a.to != name })
}

// clear forgets what has arrived.
func (b *inbox) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.arrivals = nil
}

// opened is the inbox of the session, opened by the first rule that needs it.
func (p *probe) opened() *inbox {
	if p.inbox == nil {
		if p.to.Deliveries == nil {
			p.stop(verdict{state: notClaimed, missing: []string{"Deliveries"}})
		}
		b := &inbox{}
		address, err := p.to.Deliveries(b)
		if err != nil {
			p.stop(verdict{state: broke, note: fmt.Sprintf("Target.Deliveries: %v", err)})
		}
		b.url = strings.TrimRight(address, "/")
		p.inbox = b
	}
	return p.inbox
}

// address is a new one in the inbox.
func (p *probe) address() (name, address string) {
	name = p.name()
	return name, p.opened().url + "/" + name
}

const (
	sClyLate  = 30 * time.Second // for a delivery that is to come
	sClyGrace = 2 * time.Second  // for one that is not
)

// sClyCause makes an event happen, by a call where there is one.
func sClyCause(p *probe, event string) {
	order := p.to.Records["order"]
	switch {
	case event == "customer.created" && p.reading("API_EVENTS") == "sent":
		sClyCreate(p, p.email())
	case strings.HasPrefix(event, "order.") && event != "order.created" && order != "":
		sClyOrder(p, "/apps/api/orders/"+url.PathEscape(order), event)
	case p.to.Cause != nil:
		if err := p.to.Cause(event); err != nil {
			p.stop(verdict{state: broke, note: fmt.Sprintf("Target.Cause(%q): %v", event, err)})
		}
	default:
		p.stop(verdict{state: notClaimed, missing: []string{"Cause"}})
	}
}

// sClyOrder changes the state of an order so that an event happens, and has it
// put back when the rule is over.
func sClyOrder(p *probe, path, event string) {
	states := map[string][3]string{ // the member, its value for the event, and one before
		"order.updated":   {"payment_status", "paid", "pending"},
		"order.fulfilled": {"fulfillment_status", "fulfilled", "unfulfilled"},
		"order.canceled":  {"status", "canceled", "open"},
	}
	member, value, before := states[event][0], states[event][1], states[event][2]
	was := p.put(path, object{}).good().at(member).String()
	p.undo("change of an order", func() bool { return p.put(path, object{member: was}).ok() })
	if was == value {
		p.put(path, object{member: before}).good()
		p.wait(sClyGrace)
		p.opened().clear()
	}
	p.put(path, object{member: value}).good()
}

func sCly04() serverRule {
	return serverRule{
		id: "S-CLY-04", title: "a delivery is signed and names its subscription",
		clause: "cartly:80-86", level: must,
		summary: "Three headers: the HMAC-SHA256 of the raw body in hex after sha256=, the shop's domain, and the id of the subscription.",
		asks:    "two deliveries of one subscription",
		holds:   "all three headers, the same id in both, and a signature over the very bytes that were sent",
		flags:   []string{"SIGNATURE_FORM", "API_EVENTS"},
		needs:   []string{"Write", "Deliveries", "webhook_secret", "Cause"},
		after:   []string{"S-CLY-03"},
		ask: func(p *probe) {
			p.writing("register an address")
			name, address := p.address()
			x := sClyRegister(p, address, "customer.created")
			secret := x.at("secret").String()
			if secret == "" {
				secret = p.given("webhook_secret")
			}
			for range 2 {
				sClyCause(p, "customer.created")
			}
			p.must(p.until(sClyLate, func() bool { return len(p.inbox.of(name)) >= 2 }), "not-delivered", "two deliveries", "%d", len(p.inbox.of(name)))
			for _, a := range p.inbox.of(name) {
				id, shop := a.header.Get("X-Cartly-Webhook-Id"), a.header.Get("X-Cartly-Shop-Domain")
				p.must(id == x.at("id").String(), "webhook-id", "the id of the subscription, "+x.at("id").String(), "%q", id)
				p.must(shop != "" && (p.to.Creds["shop_domain"] == "" || shop == p.to.Creds["shop_domain"]), "shop-domain", "the shop's domain", "%q", shop)
				sClySigned(p, a, secret)
			}
		},
		mutants: []mutant{
			{"a", "signs in base64", "signature"},
			{"b", "signs the JSON as it would encode it again", "signature"},
			{"c", "leaves out the prefix", "signature"},
			{"d", "makes a new webhook id for each delivery", "webhook-id"},
		},
	}
}

// sClySigned judges the signature of a delivery.
func sClySigned(p *probe, a arrival, secret string) {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(a.body)
	want := hex.EncodeToString(mac.Sum(nil))
	got := a.header.Get(cartly.SignatureHeader)
	shown := ""
	switch got {
	case "sha256=" + want:
		shown = "prefixed"
	case want:
		shown = "bare"
	}
	p.mustRead("SIGNATURE_FORM", shown, "signature", "the HMAC-SHA256 of the body in hex, "+p.reading("SIGNATURE_FORM"), "%q for a body of %d bytes", got, len(a.body))
}

// sClyEvents are those of the document, and which a call or the shop itself
// brings along with each.
var sClyEvents = []string{
	"customer.created", "order.updated", "order.fulfilled", "order.canceled",
	"order.created", "product.created", "product.updated", "cart.abandoned",
}

func sCly05() serverRule {
	return serverRule{
		id: "S-CLY-05", title: "an event goes to those who asked for it",
		clause: "cartly:33-41", level: must,
		summary: "There are eight events; a subscription names those that it is for.",
		asks:    "each event, with a subscription for each one",
		holds:   "it is delivered where it was asked for, and nowhere else",
		flags:   []string{"API_EVENTS"},
		needs:   []string{"Write", "Deliveries", "order", "Cause"},
		after:   []string{"S-CLY-03"},
		ask: func(p *probe) {
			p.writing("register addresses")
			names := map[string]string{}
			for _, event := range sClyEvents {
				name, address := p.address()
				names[event] = name
				sClyRegister(p, address, event)
			}
			if p.reading("API_EVENTS") == "silent" {
				p.inbox.clear()
				sClyCreate(p, p.email())
				p.wait(sClyGrace)
				p.must(len(p.inbox.of(names["customer.created"])) == 0, "not-silent", "no event of a customer who was created by a call, as pinned", "one is delivered")
			}
			for _, event := range sClyEvents {
				p.inbox.clear()
				sClyCause(p, event)
				got := func(event string) int { return len(p.inbox.of(names[event])) }
				p.must(p.until(sClyLate, func() bool { return got(event) > 0 }), "not-delivered", event+" where it was asked for", "nothing after %v", sClyLate)
				p.wait(sClyGrace)
				p.must(got(event) == 1, "delivered-twice", "one delivery of "+event, "%d", got(event))
				for _, other := range sClyEvents {
					// A change of an order is an update too.
					if other != event && (other != "order.updated" || !strings.HasPrefix(event, "order.")) {
						p.must(got(other) == 0, "delivered-elsewhere", event+" nowhere but where it was asked for", "it came to the subscription for %s", other)
					}
				}
			}
		},
		mutants: []mutant{
			{"a", "sends each event to everyone", "delivered-elsewhere"},
			{"b", "sends no cart.abandoned", "not-delivered"},
		},
	}
}

func sCly06() serverRule {
	return serverRule{
		id: "S-CLY-06", title: "nothing is delivered any more to who has unregistered",
		clause: "cartly:53-54", level: must,
		summary: "A DELETE of a subscription unregisters it.",
		asks:    "an event after one of two subscriptions for it was taken back",
		holds:   "it is delivered to the other one alone",
		flags:   []string{"API_EVENTS"},
		needs:   []string{"Write", "Deliveries", "Cause"},
		after:   []string{"S-CLY-03"},
		ask: func(p *probe) {
			p.writing("register addresses")
			stays, address := p.address()
			sClyRegister(p, address, "customer.created")
			goes, address := p.address()
			id := sClyRegister(p, address, "customer.created").at("id").String()
			x := p.delete(sClyHooks + "/" + url.PathEscape(id))
			p.must(x.ok(), "refused", "an answer of 2xx", "%s", x.told())
			sClyCause(p, "customer.created")
			if !p.until(sClyLate, func() bool { return len(p.inbox.of(stays)) > 0 }) {
				p.unseen("a delivery to the subscription that stays; there was none within %v", sClyLate)
			}
			p.wait(sClyGrace)
			p.must(len(p.inbox.of(goes)) == 0, "delivered", "no delivery to who has unregistered", "%d", len(p.inbox.of(goes)))
		},
		mutants: []mutant{
			{"a", "goes on delivering to who has unregistered", "delivered"},
		},
	}
}
