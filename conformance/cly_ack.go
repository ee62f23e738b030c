package conformance

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

func clyAck() []clyCheck { return []clyCheck{clyAck01(), clyAck02(), clyAck03(), clyAck04()} }

func clyAck01() clyCheck {
	k := clyForges(clyCheck{
		id: "CLY-ACK-01", title: "401 for a bad delivery, 200 for a good one",
		clause: "cartly:127-130", level: should,
		summary: "The sample answers 401 where the signature is wrong and 200 where it is right.",
		after:   clyAfter(clyReceives, []string{"CLY-SIG-02"}),
		mutants: []mutant{{"a", "answers 200 to a wrong signature", "bad-answer"}},
	}, func(string, []byte) []clyForgery { return []clyForgery{clyFlip("a wrong signature")} })
	k.judge = func(r *clyRun) Finding {
		forged, genuine := clyForged(r)
		for _, s := range forged {
			if a := s.first(); a.Status != http.StatusUnauthorized {
				return found("bad-answer", "401 for "+s.what, "%s", answerWords(a)).sent(a)
			}
		}
		if a := genuine.first(); a.Status != http.StatusOK {
			return found("good-answer", "200 for "+genuine.what, "%s", answerWords(a)).sent(a)
		}
		return Finding{}
	}
	return k
}

// clyHuge is a body that nobody should look into before its signature is known.
func clyHuge() []byte {
	return fmt.Appendf(nil, `{"event":"order.created","created_at":"2025-03-01T09:00:00.000Z","data":{"id":"ord_huge","note":"%s"}}`, bytes.Repeat([]byte("x"), 4<<20))
}

func clyAck02() clyCheck {
	return clyCheck{
		id: "CLY-ACK-02", title: "nothing is looked into before its signature is known",
		clause: "cartly:126-130", level: must,
		summary: "The sample judges the signature of the raw body first; what is in a forged body is the forger's choice.",
		needs:   []string{"Receiver"}, after: clyAfter(clyReceives, []string{"CLY-SIG-02"}),
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated)
			held, release := d.hold(func() {
				d.order()
				d.emit(clyOrderCreated, []byte("an order, and no JSON"))
				d.emit(clyOrderCreated, clyHuge())
			})
			whats := []string{"a forged order", "a forged body that is no JSON", "a forged body of 4 MiB"}
			for i, one := range held {
				d.send(whats[i], one, clyFlip("").fault)
				if i > 0 {
					d.lose(one)
				}
			}
			d.during("the genuine order", release)
		},
		seen: both(delivered(clyOrderCreated), hit("bad-signature")),
		judge: func(r *clyRun) Finding {
			forged, _ := clyForged(r)
			for _, s := range forged {
				if f := firstOf(s.refused(), s.broke()); f.Code != "" {
					return f
				}
			}
			usual := forged[0].first()
			if a := forged[1].first(); a.Status != usual.Status {
				return found("looked-into", "the same answer whatever is in a forged body", "%s for an order, %s for what is no JSON", answerWords(usual), answerWords(a)).sent(a)
			}
			return Finding{}
		},
		mutants: []mutant{{"a", "handles what it reads piece by piece, and judges the signature afterwards", "taken"}},
	}
}

func clyAck03() clyCheck {
	return clyCheck{
		id: "CLY-ACK-03", title: "the answer does not wait for the work",
		clause: "CL-9", level: care,
		summary: "An answer that takes more than ten seconds is a failure: the delivery comes again, and after five the hook is off.",
		needs:   []string{"Receiver"}, after: clyReceives,
		virtual: "its application works for 30 seconds",
		drive: func(r *clyRun) {
			d := clyOpen(r, func(int, CartlyEvent) error { time.Sleep(30 * time.Second); return nil }, clyOrderCreated)
			d.during("a delivery whose handling takes 30 seconds", func() { d.order() })
		},
		seen: delivered(),
		wire: func(w *wire) Finding {
			for _, a := range w.attempts {
				if a.Err == "timeout" {
					return found("too-late", "an answer within ten seconds", "no answer within ten seconds").sent(a)
				}
			}
			return Finding{}
		},
		judge: func(r *clyRun) Finding {
			s := clyAt(r).sent[0]
			if f := s.once(); f.Code != "" {
				return f
			}
			if n := len(s.attempts); n != 1 {
				return found("sent-again", "one attempt at "+s.what, "%s", count(n, "attempt")).sent(s.last())
			}
			return Finding{}
		},
		mutants: []mutant{{"a", "works before it answers", "too-late"}},
	}
}

// clyFrontURL is an address without a slash at its end.
const clyFrontURL = "https://app.example.com/hooks/cartly"

func clyAck04() clyCheck {
	return clyCheck{
		id: "CLY-ACK-04", title: "the address that was registered answers itself",
		clause: "CL-11", level: care,
		summary: "Deliveries do not follow redirects; one that is sent elsewhere has failed.",
		needs:   []string{"Receiver", "Hook"}, after: clyAfter(clyReceives, []string{"CLY-HOOK-01"}),
		drive: func(r *clyRun) {
			d := &clyDesk{r: r, shop: clyShop(r)}
			r.kept = d
			h := d.receiver(d.shop.WebhookSecret())
			if h == nil {
				return
			}
			d.serve(clyFrontURL, h)
			cly(r).hook(clyFrontURL, clyOrderCreated)
			d.during("a delivery to the address that was registered", func() { d.order() })
		},
		seen: clyAnyDelivery,
		wire: func(w *wire) Finding {
			for _, a := range w.attempts {
				if a.Status >= 300 && a.Status <= 399 {
					return found("redirected", "an answer at "+a.URL+" itself", "%s", answerWords(a)).sent(a)
				}
			}
			return Finding{}
		},
		judge:   func(r *clyRun) Finding { return clyOnce(clyAt(r).sent) },
		mutants: []mutant{{"a", "sends everyone to the path with a slash", "redirected"}},
	}
}

// clyAnyDelivery is the prerequisite that a delivery was answered by the client,
// in whatever way: one that sends it elsewhere has not read it.
func clyAnyDelivery(w *wire) string {
	if w.anyAttempt(func(a fake.Attempt) bool { return w.reached(a) || a.Status >= 300 && a.Status <= 399 }) {
		return ""
	}
	return "a delivery that the receiver answers; there was none"
}
