package conformance

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNamesOnTheLine(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"ID": "id", "Email": "email", "LastOrderID": "last_order_id", "ACHProcessorID": "ach_processor_id", "SKU": "sku",
		"ProductIDs": "product_ids", "ImgData": "img_data", "SuccessURL": "success_url", "TotalSpentCents": "total_spent_cents", "IP": "ip",
	} {
		if got := snake(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

// Every record of every suite goes over the line and comes back as it was.
func TestRecordsGoOverTheLine(t *testing.T) {
	t.Parallel()
	order, empty, no := int64(1)<<62, "", false
	for _, record := range []any{
		CartfunnelCustomer{ID: 1<<53 + 1, Email: "é@example.com", Tags: []string{"a", "b"}, LastOrderID: &order, TaxExempt: true, CreatedAt: time.Date(2018, 12, 4, 23, 29, 37, 406e6, time.UTC)},
		CartfunnelCustomer{},
		CartfunnelChange{Note: &empty},
		CscartFilter{HasCart: &no, Products: []int64{1, 2}, From: time.Unix(1466409032, 0).UTC()},
		CscartCart{UserID: "3810267128", Guest: true, Lines: []CscartLine{}},
		FluidpayProduct{Price: 233, ImgData: []byte{0xff, 0}, Created: time.Date(2025, 5, 7, 16, 21, 41, 5e8, time.UTC)},
		FluidpayChange{Products: &[]string{}},
		CartlyOrder{ID: "x/y", Note: "a\nb"},
	} {
		text, err := json.Marshal(toJSON(reflect.ValueOf(record)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := fromJSON(text, reflect.TypeOf(record))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if d := cmp.Diff(record, got.Interface()); d != "" {
			t.Errorf("%s comes back otherwise (-sent +got):\n%s", text, d)
		}
	}
	if got := toJSON(reflect.ValueOf(90 * time.Minute)); got != int64(5400000) {
		t.Errorf("a span is %v", got)
	}
}

func TestValuesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	customer := reflect.TypeFor[[]CartfunnelCustomer]()
	for text, want := range map[string]string{
		`{`:                          "unexpected EOF",
		`{"id":1}`:                   "value: want an array, not map[id:1]",
		`[1]`:                        "value[0]: want an object, not 1",
		`[{"mail":"a"}]`:             `value[0] has no member "mail" (did you mean "email"?); it has id, email, `,
		`[{"id":1.5}]`:               "value[0].id: want an integer, not 1.5",
		`[{"id":"x"}]`:               "value[0].id: want an integer, not x",
		`[{"email":1}]`:              "value[0].email: want a text, not 1",
		`[{"tax_exempt":"true"}]`:    "value[0].tax_exempt: want true or false, not true",
		`[{"created_at":"soon"}]`:    "value[0].created_at: want a time such as",
		`[{"tags":"a"}]`:             "value[0].tags: want an array, not a",
		`[{"last_order_id":"null"}]`: "value[0].last_order_id: want an integer, not null",
	} {
		if _, err := fromJSON(json.RawMessage(text), customer); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
	if _, err := fromJSON(json.RawMessage(`{"img_data":"%"}`), reflect.TypeFor[FluidpayProduct]()); err == nil || !strings.Contains(err.Error(), "want bytes as base64") {
		t.Errorf("got %v", err)
	}
	if _, err := fromJSON(json.RawMessage(`"9007199254740993"`), reflect.TypeFor[int64]()); err != nil {
		t.Errorf("digits as a text: %v", err)
	}
}
