package conformance

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func clySig() []clyCheck {
	return []clyCheck{
		clySig01(), clySig02(), clySig03(), clySig04(), clySig05(), clySig06(),
		clySig07(), clySig08(), clySig09(), clySig10(), clySig11(), clySig12(),
	}
}

const clyOrderCreated = "order.created"

// clyReceives is what a check about receivers comes after: one that takes nothing
// is right about nothing.
var clyReceives = []string{"CLY-SIG-01"}

// A clyForgery is a way to sign a body that is not the documented one.
type clyForgery struct {
	what  string
	fault fake.Fault
}

// clyValue is a forgery whose signature is that text.
func clyValue(what, value string) clyForgery {
	return clyForgery{what, fake.NewFault("bad-signature").Set("value", value)}
}

// clyFlip is a delivery whose signature is wrong in its last digit.
func clyFlip(what string) clyForgery { return clyForgery{what, fake.NewFault("bad-signature")} }

// clyForges makes a check of an order that is sent with each of these signatures,
// and with the right one at the end.
func clyForges(k clyCheck, forgeries func(secret string, body []byte) []clyForgery) clyCheck {
	k.needs = []string{"Receiver"}
	k.drive = func(r *clyRun) {
		d := clyOpen(r, nil, clyOrderCreated)
		held, release := d.hold(func() { d.order() })
		for _, one := range held {
			for _, f := range forgeries(d.shop.WebhookSecret(), one.Body) {
				d.send("a delivery with "+f.what, one, f.fault)
			}
		}
		d.during("the delivery with the right signature", release)
	}
	k.seen = delivered(clyOrderCreated)
	return k
}

// clyForged is what was sent but for the last, which is genuine.
func clyForged(r *clyRun) (forged []clySent, genuine clySent) {
	sent := clyAt(r).sent
	return sent[:len(sent)-1], sent[len(sent)-1]
}

func clySig01() clyCheck {
	return clyCheck{
		id: "CLY-SIG-01", title: "a genuine delivery is taken",
		clause: "cartly:84,113-120", level: must,
		summary: "A delivery is signed with the HMAC-SHA256 of its raw body, as sha256= and hexadecimal digits.",
		needs:   []string{"Receiver"},
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated)
			d.during("a genuine delivery", func() { d.order() })
		},
		seen:    delivered(clyOrderCreated),
		judge:   func(r *clyRun) Finding { return clyOnce(clyAt(r).sent) },
		backed:  "CLY-SIG-05",
		mutants: []mutant{{"a", "refuses everything", "refused"}},
	}
}

func clySig02() clyCheck {
	k := clyForges(clyCheck{
		id: "CLY-SIG-02", title: "a wrong signature is refused",
		clause: "cartly:84,127-129", level: must,
		summary: "Whoever knows the address of a receiver can send to it; the signature alone tells who did.",
		after:   clyReceives, backed: "CLY-SIG-08",
		mutants: []mutant{
			{"a", "takes everything", "taken"},
			{"b", "compares the length alone", "taken"},
		},
	}, func(string, []byte) []clyForgery {
		return []clyForgery{
			clyFlip("another last digit"),
			{"the signature of another body", fake.NewFault("bad-signature").Set("kind", "other-body")},
			{"a body that was changed afterwards", fake.NewFault("tampered")},
		}
	})
	k.judge = func(r *clyRun) Finding { forged, _ := clyForged(r); return clyRefused(forged) }
	return k
}

// clySigned is the prerequisite that a delivery came whose signatures are such.
func clySigned(what string, such func(values []string) bool) prerequisite {
	return func(w *wire) string {
		if w.anyAttempt(func(a fake.Attempt) bool { return such(clySignatures(a)) }) {
			return ""
		}
		return "a delivery with " + what + "; there was none"
	}
}

// clyLength is how long a signature is: the prefix and 32 bytes in hexadecimal
// digits.
const clyLength = len("sha256=") + 2*sha256.Size

// clyLengths are how long the signatures of all deliveries are.
func clyLengths(w *wire, _ []*answer) []int {
	var lengths []int
	for _, a := range w.attempts {
		for _, signature := range clySignatures(a) {
			lengths = append(lengths, len(signature))
		}
	}
	return lengths
}

// clySignatures are the signatures of an attempt.
func clySignatures(a fake.Attempt) []string { return a.Header[cartly.SignatureHeader] }

// clyUnsigned tells whether there is no signature, or an empty one.
func clyUnsigned(values []string) bool {
	return len(values) == 0 || len(values) == 1 && values[0] == ""
}

// clyMeasured tells whether there is a signature of another length than the
// documented one.
func clyMeasured(values []string) bool {
	return len(values) == 1 && values[0] != "" && len(values[0]) != len(cartly.Sign("", nil))
}

// clyBreaks is what the wire shows of a receiver that breaks down over such
// signatures.
func clyBreaks(such func(values []string) bool) func(*wire) Finding {
	return func(w *wire) Finding {
		for _, a := range w.attempts {
			if !such(clySignatures(a)) {
				continue
			}
			if f := (clySent{what: "a delivery with " + clyWords(clySignatures(a)), attempts: []fake.Attempt{a}}).broke(); f.Code != "" {
				return f
			}
		}
		return Finding{}
	}
}

// clyWords says in words what signature there is.
func clyWords(values []string) string {
	switch {
	case len(values) == 0:
		return "no signature"
	case values[0] == "":
		return "an empty signature"
	}
	return fmt.Sprintf("a signature of %d letters", len(values[0]))
}

// clyStands judges forgeries that a receiver may break down over: none is taken,
// and afterwards a genuine delivery is.
func clyStands(r *clyRun) Finding {
	forged, genuine := clyForged(r)
	return firstOf(clyRefused(forged), genuine.once())
}

func clySig03() clyCheck {
	k := clyForges(clyCheck{
		id: "CLY-SIG-03", title: "no signature is a wrong signature",
		clause: "cartly:84,126-129", level: must,
		summary: "A missing signature is to be answered like a wrong one; the sample of the document throws instead.",
		flags:   []string{"SAMPLE_THROWS"}, after: clyReceives,
		mutants: []mutant{
			{"a", "reads the first of no headers, and panics", "panic"},
			{"b", "takes what has no signature for unsigned on purpose", "taken"},
		},
	}, func(string, []byte) []clyForgery {
		return []clyForgery{
			{"no signature", fake.NewFault("no-signature")},
			{"an empty signature", fake.NewFault("bad-signature").Set("kind", "empty")},
		}
	})
	k.seen = both(delivered(), clySigned("no signature", clyUnsigned))
	k.wire, k.judge = clyBreaks(clyUnsigned), clyStands
	return k
}

func clySig04() clyCheck {
	k := clyForges(clyCheck{
		id: "CLY-SIG-04", title: "a signature of another length is a wrong signature",
		clause: "cartly:117-119", level: must,
		summary: "The sample compares in constant time, which throws where the lengths differ; a receiver must not.",
		flags:   []string{"SAMPLE_THROWS"}, after: clyReceives,
		limits: []limit{
			{clyLength, clyLength + 1, "characters in a signature", "cartly:117-119", clyLengths},
			{clyLength, clyLength - 1, "characters in a signature", "cartly:117-119", clyLengths},
		},
		mutants: []mutant{{"a", "cuts the digits out without asking how many there are", "panic"}},
	}, func(string, []byte) []clyForgery {
		digits := func(n int) string { return "sha256=" + strings.Repeat("0", n-len("sha256=")) }
		return []clyForgery{
			clyValue("one letter for a signature", "x"),
			clyValue("the prefix alone", "sha256="),
			clyValue("a signature of 10 characters", digits(10)),
			clyValue("a signature of 70 characters", digits(70)),
			clyValue("a signature of 72 characters", digits(72)),
			clyValue("a signature of 4000 characters", digits(4000)),
			clyValue("a signature that is not ASCII", "sha256="+strings.Repeat("é", 32)),
			{"the prefix twice", fake.NewFault("signature-form").Set("form", "twice")},
		}
	})
	k.seen = both(delivered(), clySigned("a signature of another length", clyMeasured))
	k.wire, k.judge = clyBreaks(clyMeasured), clyStands
	return k
}

func clySig07() clyCheck {
	k := clyForges(clyCheck{
		id: "CLY-SIG-07", title: "another way to sign is a wrong signature",
		clause: "cartly:84,114-116", level: must,
		summary: "The signature is sha256= and the hexadecimal digits of the HMAC-SHA256, and nothing else.",
		mutants: []mutant{
			{"a", "compares with base64", "taken"},
			{"b", "takes whatever follows the = sign", "taken"},
		},
	}, func(secret string, body []byte) []clyForgery {
		digits := strings.TrimPrefix(cartly.Sign(secret, body), "sha256=")
		old := hmac.New(sha1.New, []byte(secret))
		old.Write(body)
		return []clyForgery{
			{"the right digest in base64", fake.NewFault("signature-form").Set("form", "base64")},
			clyValue("sha1= before the right digits", "sha1="+digits),
			clyValue("sha512= before the right digits", "sha512="+digits),
			clyValue("the HMAC-SHA1", "sha1="+hex.EncodeToString(old.Sum(nil))),
			clyValue("the HMAC of the body in hexadecimal digits", cartly.Sign(secret, []byte(hex.EncodeToString(body)))),
		}
	})
	k.judge = func(r *clyRun) Finding { forged, _ := clyForged(r); return clyRefused(forged) }
	return k
}

func clySig09() clyCheck {
	k := clyForges(clyCheck{
		id: "CLY-SIG-09", title: "the beginning of the right signature is a wrong one",
		clause: "cartly:117-119", level: must,
		summary: "The whole signature is compared; one that is right up to some digit can be found by trying.",
		after:   clyReceives,
		mutants: []mutant{{"a", "compares as much as there is", "taken"}},
	}, func(secret string, body []byte) []clyForgery {
		right := cartly.Sign(secret, body)
		var all []clyForgery
		for _, n := range []int{8, 32, 63} {
			cut := right[:len("sha256=")+n]
			all = append(all,
				clyValue("only "+count(n, "digit")+" of the signature", cut),
				clyValue(count(n, "right digit")+" and wrong ones after them", cut+clyOthers(right[len(cut):])))
		}
		return all
	})
	k.judge = func(r *clyRun) Finding { forged, _ := clyForged(r); return clyRefused(forged) }
	return k
}

// clyOthers are as many hexadecimal digits, each of them another one.
func clyOthers(digits string) string {
	const hexDigits = "0123456789abcdef"
	return strings.Map(func(d rune) rune {
		return rune(hexDigits[(strings.IndexRune(hexDigits, d)+1)%len(hexDigits)])
	}, digits)
}

func clySig10() clyCheck {
	return clyCheck{
		id: "CLY-SIG-10", title: "names of headers have no case",
		clause: "cartly:84", level: must,
		summary: "Over HTTP/2, and behind many proxies, the names of headers come in small letters.",
		needs:   []string{"Receiver"},
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated)
			held, release := d.hold(func() { d.order() })
			for _, one := range held {
				d.send("a delivery whose header is x-cartly-hmac-sha256", one, fake.NewFault("signature-form").Set("form", "lower-name"))
				d.lose(one)
			}
			release()
		},
		seen:    both(delivered(clyOrderCreated), hit("signature-form")),
		judge:   func(r *clyRun) Finding { return clyOnce(clyAt(r).sent) },
		backed:  "CLY-SIG-01",
		mutants: []mutant{{"a", "looks the header up in a map, in one spelling", "refused"}},
	}
}

func clySig11() clyCheck {
	flags := []string{"UPPER_HEX", "BARE_HEX"}
	forms := []string{"upper", "bare"}
	return clyCheck{
		id: "CLY-SIG-11", title: "digits in capital letters, and digits without the prefix",
		clause: "cartly:84", level: choice,
		summary: "Another page of the vendor signs without the prefix; nothing says whether a receiver is to take that.",
		flags:   flags,
		needs:   []string{"Receiver"}, after: clyReceives,
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated)
			held, release := d.hold(func() { d.order(); d.order() }) // one each: a copy might not be handed on
			for i, one := range held {
				d.send(forms[i], one, fake.NewFault("signature-form").Set("form", forms[i]))
			}
			d.during("the genuine deliveries", release)
		},
		seen: both(delivered(clyOrderCreated), hit("signature-form")),
		judge: func(r *clyRun) Finding {
			var words []string
			for _, s := range clyAt(r).sent[:len(forms)] {
				words = append(words, map[bool]string{true: "accepted", false: "refused"}[len(s.handled) > 0])
			}
			return choosing(flags, words)
		},
	}
}
