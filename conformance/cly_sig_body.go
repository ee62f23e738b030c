package conformance

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// clyWritten is an option that writes the bodies of orders in several ways that
// mean the same, by the number of the order.
func clyWritten(ways ...func(whole []byte) []byte) fake.Option {
	return cartly.WithPayload(func(e cartly.Event) []byte {
		whole := append([]byte(`{"event":"`+e.Name+`","created_at":"`+e.CreatedAt.Format(time.RFC3339)+`","data":`), e.Data...)
		whole = append(whole, '}')
		n := int(gjson.GetBytes(e.Data, "number").Int() - clyFirstNumber)
		if n < 0 || n >= len(ways) {
			return whole
		}
		return ways[n](whole)
	})
}

// clyFirstNumber is that of the first order in a shop.
const clyFirstNumber = 1001

// clyWays are ways to write a body that a receiver must not undo before it has
// judged the signature.
var clyWays = []struct {
	what string
	do   func([]byte) []byte
}{
	{"a body with blanks and lines", func(b []byte) []byte { return clyIndented(b) }},
	{"a body with its keys in another order", clyTurned},
	{`a body with \u escapes`, func(b []byte) []byte {
		return escaped(bytes.Replace(b, []byte(`"note":null`), []byte(`"note":"café ☕ <&>"`), 1))
	}},
	{"a body with numbers that no float holds", func(b []byte) []byte {
		return append(b[:len(b)-1:len(b)-1], `,"seq":12345678901234567890,"rate":1.50,"scale":1E2}`...)
	}},
	{"a body with a newline at its end", func(b []byte) []byte { return append(b[:len(b):len(b)], '\n') }},
}

func clyIndented(body []byte) []byte {
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") != nil {
		return body
	}
	return b.Bytes()
}

// clyTurned writes the members of an object from the last to the first.
func clyTurned(body []byte) []byte {
	turned := []byte{'}'}
	first := true
	gjson.ParseBytes(body).ForEach(func(key, value gjson.Result) bool {
		member := key.Raw + ":" + value.Raw
		if !first {
			member += ","
		}
		first = false
		turned = append([]byte(member), turned...)
		return true
	})
	return append([]byte{'{'}, turned...)
}

func clySig05() clyCheck {
	var ways []func([]byte) []byte
	for _, way := range clyWays {
		ways = append(ways, way.do)
	}
	return clyCheck{
		id: "CLY-SIG-05", title: "the signature is over the body as it came",
		clause: "cartly:84", level: must,
		summary: "The signature is that of the raw body; JSON that is decoded and encoded again is seldom the same.",
		needs:   []string{"Receiver"}, after: clyAfter(clyReceives, []string{"CLY-HDR-01"}),
		scenes: []clyScene{{options: []fake.Option{clyWritten(ways...)}}},
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated)
			for _, way := range clyWays {
				d.during(way.what, func() { d.order() })
			}
		},
		seen:  delivered(clyOrderCreated),
		judge: func(r *clyRun) Finding { return clyOnce(clyAt(r).sent) },
		mutants: []mutant{
			{"a", "writes the JSON anew before it looks at the signature", "refused"},
			{"b", "trims the body before it looks at the signature", "refused"},
		},
	}
}

// clyOddBytes are bodies that are no text: one begins with a byte-order mark, one
// is in Latin-1.
var clyOddBytes = []func([]byte) []byte{
	func(b []byte) []byte { return append([]byte("\ufeff"), b...) },
	func(b []byte) []byte {
		return bytes.Replace(b, []byte(`"note":null`), []byte("\"note\":\"caf\xe9\""), 1)
	},
}

func clySig06() clyCheck {
	return clyCheck{
		id: "CLY-SIG-06", title: "the signature is over bytes, not over text",
		clause: "cartly:84", level: should,
		summary: "The sample decodes the raw body as UTF-8 before it computes the HMAC, which changes what is no UTF-8.",
		flags:   []string{"SAMPLE_TEXT_BODY"},
		needs:   []string{"Receiver"}, after: clyAfter(clyReceives, []string{"CLY-SIG-02", "CLY-HDR-01"}),
		scenes: []clyScene{{options: []fake.Option{clyWritten(clyOddBytes...)}}},
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated)
			held, release := d.hold(func() { d.order(); d.order() })
			for _, one := range held {
				d.send("a wrong signature", one, clyFlip("").fault)
			}
			for i, one := range held {
				if i == 1 {
					text := bytes.ToValidUTF8(one.Body, []byte("\ufffd"))
					d.send("the signature of the text that the body is read as", one, clyValue("", cartly.Sign(d.shop.WebhookSecret(), text)).fault)
				}
			}
			for i, one := range held {
				d.send([]string{"a body that begins with a byte-order mark", "a body in Latin-1"}[i], one)
			}
			release()
		},
		seen: delivered(clyOrderCreated),
		judge: func(r *clyRun) Finding {
			sent := clyAt(r).sent
			if len(sent) < 5 {
				return Finding{}
			}
			wrong := sent[0].first().Status
			for _, s := range sent[3:] {
				a := s.first()
				if took := a.Status >= 200 && a.Status <= 299; !took && len(s.handled) == 0 && a.Status == wrong {
					return found("refused", s.what+" is told from a wrong signature", "%s, as for a wrong one", answerWords(a)).sent(a)
				}
			}
			return clyRefused(sent[:3])
		},
		mutants: []mutant{{"a", "reads the body as text and goes by that", "refused"}},
	}
}

func clySig08() clyCheck {
	return clyCheck{
		id: "CLY-SIG-08", title: "another secret, or none, is no secret",
		clause: "cartly:113", level: must,
		summary: "What is signed with no secret could have been signed by anyone, so a receiver without one takes nothing.",
		needs:   []string{"Receiver"}, after: clyReceives,
		scenes:  []clyScene{{name: "another secret"}, {name: "no secret"}},
		panics:  true, // a receiver may refuse to start in any way
		drive:   clyOtherSecrets,
		seen:    delivered(clyOrderCreated),
		judge:   func(r *clyRun) Finding { return clyRefused(clyAt(r).sent[1:]) },
		mutants: []mutant{{"a", "takes an empty secret for one", "taken"}},
	}
}

// clyOtherSecrets sends a genuine delivery, and then what is signed with other
// secrets: to the same receiver, or to one that was made without a secret.
func clyOtherSecrets(r *clyRun) {
	d := clyOpen(r, nil, clyOrderCreated)
	d.during("a genuine delivery", func() { d.order() })
	secrets := map[string]string{"a delivery that is signed with no secret": ""}
	if r.scene.name == "no secret" {
		h := d.receiver("")
		if h == nil {
			return // it refuses to start
		}
		d.serve(clyDeskURL, h)
	} else {
		secrets["a delivery that is signed with another secret"] = "whsec_of_another"
	}
	held, release := d.hold(func() { d.order() })
	for _, one := range held {
		for _, what := range slices.Sorted(maps.Keys(secrets)) {
			d.send(what, one, clyValue("", cartly.Sign(secrets[what], one.Body)).fault)
		}
		d.lose(one)
	}
	release()
}

func clySig12() clyCheck {
	const overlap = time.Hour
	return clyCheck{
		id: "CLY-SIG-12", title: "while the secret changes, the old one is good for a time",
		clause: "CL-8", level: care,
		summary: "A shop goes on signing with the old secret until it has heard of the new one, and what waits is signed late.",
		needs:   []string{"Receiver", "Rotate"}, after: clyAfter(clyReceives, []string{"CLY-SIG-02", "CLY-HDR-01"}),
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated)
			former, overlap := d.shop.WebhookSecret(), overlap
			if !r.env.Virtual {
				overlap = wallOverlap
			}
			d.rotate("whsec_new", overlap)
			old := func(what string) {
				held, release := d.hold(func() { d.order() })
				for _, one := range held {
					d.send(what, one, clyValue("", cartly.Sign(former, one.Body)).fault)
					d.lose(one)
				}
				release()
			}
			old("a delivery that is signed with the old secret, within the overlap")
			d.during("a delivery that is signed with the new secret", func() { d.order() })
			time.Sleep(2 * overlap) // by the client's clock, whichever that is
			old("a delivery that is signed with the old secret, after the overlap")
			d.during("a delivery that is signed with the new secret, after the overlap", func() { d.order() })
		},
		seen: both(delivered(clyOrderCreated), hit("bad-signature")),
		judge: func(r *clyRun) Finding {
			sent := clyAt(r).sent
			if len(sent) < 4 {
				return Finding{}
			}
			return firstOf(clyOnce(sent[:2]), sent[2].refused(), clyOnce(sent[3:]))
		},
		mutants: []mutant{
			{"a", "takes the new secret alone", "refused"},
			{"b", "takes both for ever", "taken"},
		},
	}
}
