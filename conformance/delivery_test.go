package conformance

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cartdouble/cartdouble/fake"
)

// A finding about a receiver shows what was sent to it and what it answered, in
// every form of the report, and when it is read again.
func TestDeliveriesAreInEveryReport(t *testing.T) {
	t.Parallel()
	r := evaluate(t, Cartly(), receiving(theSample), Only("CLY-SIG-0[34]"))
	first := r.Results[0]
	if len(first.Deliveries) != 3 || first.Finding.Delivery != 1 || first.Finding.Attempt != 1 {
		t.Fatalf("%d deliveries, and it is about %+v", len(first.Deliveries), first.Finding)
	}
	contains(t, r.blockText(first), "sent      delivery 1, attempt 1: order.created (no-signature)",
		"sent at 2000-01-01T00:00:00.000Z", "POST https://hooks.example.com/", "X-Cartly-Shop-Domain: mystore.mycartly.pro",
		`{"event":"order.created"`, "no answer: the receiver panicked: TypeError")

	text := written(t, r)
	if err := fits(t, "report_v1.schema.json", text); err != nil {
		t.Error(err)
	}
	contains(t, string(text), `"url": "https://hooks.example.com/"`, `"comment": "delivery 1, attempt 1: order.created no-signature"`, `"_error": "no answer: the receiver panicked`)
	back, err := ReadReport(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range r.Results {
		for i := range res.Deliveries {
			res.Deliveries[i].Verdict = "" // the status says it
		}
	}
	if d := cmp.Diff(r.Results, back.Results); d != "" {
		t.Errorf("read again they differ (-first +second):\n%s", d)
	}

	page := htmlOf(t, back)
	contains(t, page, "delivery 1, attempt 1: order.created (no-signature) → no answer: the receiver panicked",
		"&larr; the finding is about this one", "POST https://hooks.example.com/\nContent-Type: application/json",
		`<line class="at" x1="700" y1="54.0" x2="192" y2="54.0"/>`, "401 after 0s")
}

// Exchanges and deliveries stand in the order in which they happened.
func TestConversationsAreInTurn(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	f := Finding{Delivery: 1, Attempt: 2}
	calls := []fake.Exchange{{Seq: 1, At: at}, {Seq: 2, At: at.Add(2 * time.Second)}}
	sent := []fake.Attempt{{Delivery: 1, Number: 1, At: at.Add(time.Second)}, {Delivery: 1, Number: 2, At: at.Add(3 * time.Second), Status: 200}}
	var got []string
	for _, x := range inTurn(calls, sent, f.says, f.sends) {
		word := x.request
		if x.about {
			word += "!"
		}
		got = append(got, strings.TrimSpace(word))
	}
	if want := []string{"#1", "delivery 1, attempt 1:", "#2", "delivery 1, attempt 2: !"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A report keeps the first and the last deliveries and the one that it is about,
// none of them without end, and no secret in them.
func TestDeliveriesAreCut(t *testing.T) {
	t.Parallel()
	all := make([]fake.Attempt, 40)
	for i := range all {
		all[i] = fake.Attempt{Delivery: i + 1, Number: 1, Body: bytes.Repeat([]byte("x"), 1<<20), Header: http.Header{"X": {"hunter2"}}}
	}
	f := Finding{}.sent(all[20])
	kept := newVeil([]string{"hunter2"}).deliveries(fewAttempts(all, f))
	if len(kept) != 25 || !slices.ContainsFunc(kept, f.about) {
		t.Errorf("%d are kept", len(kept))
	}
	if n := len(kept[0].Body); n > 65<<10 || !bytes.HasSuffix(kept[0].Body, []byte("… 983040 more bytes")) {
		t.Errorf("a body of %d bytes is kept", n)
	}
	if kept[0].Header.Get("X") != "***" || all[0].Header.Get("X") != "hunter2" {
		t.Error("the secret is shown, or lost")
	}
	lines := attemptLines(all, f)
	if len(lines) != 14 || !strings.Contains(lines[12], "delivery 21,") || lines[13] != "… 27 more deliveries" {
		t.Errorf("%d lines, the last is %s", len(lines), lines[len(lines)-1])
	}
}

func TestReadReportRefusesOtherDeliveries(t *testing.T) {
	t.Parallel()
	text := string(written(t, evaluate(t, Cartly(), receiving(theSample), Only("CLY-SIG-03"))))
	_, err := ReadReport(strings.NewReader(strings.Replace(text, `"comment": "delivery 1, attempt 1: `, `"comment": "#7 `, 1)))
	if want := `CLY-SIG-03: the comment "#7 order.created no-signature" of a delivery does not say which it is`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
