package shop_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/scenarios"
)

// receiver takes the web hooks of a Cartly shop. book is told of each order; it
// has to know for itself which it knows already, for a delivery may come twice.
func receiver(secret string, book func(orderID string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20)) // the bytes that were signed
		if err != nil {
			http.Error(w, "body", http.StatusBadRequest)
			return
		}
		if !genuine(secret, body, r.Header.Get("X-Cartly-Hmac-Sha256")) {
			http.Error(w, "signature", http.StatusUnauthorized)
			return
		}
		var event struct {
			Data struct{ ID string } `json:"data"`
		}
		if json.Unmarshal(body, &event) != nil {
			http.Error(w, "JSON", http.StatusBadRequest)
			return
		}
		book(event.Data.ID)
	})
}

// genuine judges a signature. A missing header has no prefix, a digest of
// another length is unequal, and with an empty secret anyone could have signed.
func genuine(secret string, body []byte, header string) bool {
	digest, prefixed := strings.CutPrefix(header, "sha256=")
	got, err := hex.DecodeString(digest)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return secret != "" && prefixed && err == nil && hmac.Equal(got, mac.Sum(nil))
}

func TestReceiver(t *testing.T) {
	shop := cartly.Start(t)
	booked := map[string]int{}
	shop.Hooks.To(receiver(shop.WebhookSecret(), func(id string) { booked[id]++ }), "order.created")

	order := shop.Orders.Add(cartly.Order{Email: "jane@example.com", TotalCents: 2500}) // delivered when it returns
	if booked[order.ID] != 1 {
		t.Errorf("booked %v, want %s once", booked, order.ID)
	}
	delivery := shop.Hooks.Deliveries()[0]
	for _, forged := range []fake.Fault{scenarios.BadSignature(), scenarios.NoSignature(), scenarios.SignatureForm("bare"), scenarios.Tampered()} {
		if attempt := shop.Hooks.Send(delivery, forged); attempt.Status != http.StatusUnauthorized {
			t.Errorf("%v: got status %d, want 401", forged, attempt.Status)
		}
	}
	if booked[order.ID] != 1 {
		t.Errorf("a forged delivery was booked: %v", booked)
	}
}
