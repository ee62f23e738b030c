package conformance

import (
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func clyHdr() []clyCheck { return []clyCheck{clyHdr01(), clyHdr02(), clyHdr03()} }

func clyHdr01() clyCheck {
	return clyCheck{
		id: "CLY-HDR-01", title: "X-Cartly-Webhook-Id tells no delivery from another",
		clause: "cartly:86", level: must,
		summary: "The header names the subscription, so it is the same on all that is delivered to it.",
		flags:   []string{"WEBHOOK_ID_SCOPE"},
		needs:   []string{"Receiver"}, after: clyReceives,
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated)
			d.during("an order", func() { d.order() })
			d.during("another order, of the same subscription", func() { d.order() })
		},
		seen:    delivered(clyOrderCreated),
		judge:   func(r *clyRun) Finding { return clyOnce(clyAt(r).sent) },
		backed:  "CLY-EVT-01",
		mutants: []mutant{{"a", "takes it for the id of a delivery, and drops all but the first", "not-handled"}},
	}
}

// clyOtherShop is another shop that has the app.
func clyOtherShop(d *clyDesk) *cartly.ShopHandle {
	other := d.shop.AddShop(cartly.Shop{Name: "Other Store", Domain: "other.mycartly.pro"})
	other.Webhooks.Add(cartly.Subscription{URL: clyDeskURL, Events: []string{clyOrderCreated}})
	return other
}

func clyHdr02() clyCheck {
	return clyCheck{
		id: "CLY-HDR-02", title: "what happened in another shop is not filed under this one",
		clause: "cartly:85", level: should,
		summary: "One app has many shops, and X-Cartly-Shop-Domain says in which of them something happened.",
		needs:   []string{"Receiver"}, after: clyAfter(clyReceives, []string{"CLY-HDR-01"}),
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated)
			other := clyOtherShop(d)
			d.during("an order of this shop", func() { d.order() })
			d.during("an order of another shop", func() { other.Orders.Add(cartly.Order{Email: "eve@example.com"}) })
		},
		seen: clyFromTwoShops,
		judge: func(r *clyRun) Finding {
			d := clyAt(r)
			if f := clyFiled(d.sent[0], d.shop.ShopDomain()); f.Code != "" {
				return f
			}
			for _, h := range d.sent[1].handled {
				if h.event.Shop != "other.mycartly.pro" {
					return found("misfiled", "an order of other.mycartly.pro is filed there, or not at all", "it was filed under %q", h.event.Shop).sent(d.sent[1].first())
				}
			}
			return Finding{}
		},
		mutants: []mutant{{"a", "ignores the header", "misfiled"}},
	}
}

// clyFromTwoShops is the prerequisite that deliveries of two shops came.
func clyFromTwoShops(w *wire) string {
	shops := map[string]bool{}
	for _, a := range w.attempts {
		if w.reached(a) {
			shops[a.Header.Get("X-Cartly-Shop-Domain")] = true
		}
	}
	if len(shops) < 2 {
		return "deliveries of two shops that the receiver reads; there were none"
	}
	return ""
}

// clyFiled finds a genuine delivery that was not handled once, and under that
// shop.
func clyFiled(s clySent, shop string) Finding {
	if f := s.once(); f.Code != "" {
		return f
	}
	if got := s.handled[0].event.Shop; got != shop {
		return found("wrong-shop", s.what+" is filed under "+shop, "%q", got).sent(s.first())
	}
	return Finding{}
}

func clyHdr03() clyCheck {
	const own = "shop.example.org"
	return clyCheck{
		id: "CLY-HDR-03", title: "the shop's domain is believed as a whole, and after the signature",
		clause: "cartly:84-85; CL-5", level: care,
		summary: "The header is not signed, and a shop may have a domain of its own, which ends in nothing known.",
		needs:   []string{"Receiver"}, after: clyAfter(clyReceives, []string{"CLY-SIG-02", "CLY-HDR-01"}),
		scenes: []clyScene{{options: []fake.Option{cartly.WithShop(cartly.Shop{Name: "Own Store", Domain: own})}}},
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated)
			other := clyOtherShop(d)
			held, release := d.hold(func() { other.Orders.Add(cartly.Order{Email: "eve@example.com"}) })
			for _, one := range held {
				d.send("a forged delivery for another shop", one, clyFlip("").fault)
				d.lose(one)
			}
			release()
			d.during("a genuine delivery for "+own, func() { d.order() })
		},
		seen: both(delivered(clyOrderCreated), hit("bad-signature")),
		judge: func(r *clyRun) Finding {
			sent := clyAt(r).sent
			return firstOf(sent[0].refused(), clyFiled(sent[1], own))
		},
		mutants: []mutant{{"a", "cuts .mycartly.pro off, and knows no shop without it", "refused"}},
	}
}
