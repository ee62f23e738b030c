package conformance

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/cartly"
)

// What a right receiver may do otherwise than the reference is no finding.
func TestOtherReceiversAreRight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id     string
		client clyOdd
	}{
		"refuses to start without a secret": {"CLY-SIG-08", clyOdd{wrap: func(c *CartlyClient) {
			whole := c.Receiver
			c.Receiver = func(secret string, handled func(CartlyEvent) error) http.Handler {
				if secret == "" {
					return nil
				}
				return whole(secret, handled)
			}
		}}},
		"panics without a secret": {"CLY-SIG-08", clyOdd{wrap: func(c *CartlyClient) {
			whole := c.Receiver
			c.Receiver = func(secret string, handled func(CartlyEvent) error) http.Handler {
				if secret == "" {
					panic("a secret is needed")
				}
				return whole(secret, handled)
			}
		}}},
		"answers 403 to a wrong signature": {"CLY-SIG-04", clySays(map[int]int{401: 403})},
		"answers 204":                      {"CLY-EVT-04", clySays(map[int]int{200: 204})},
		"bounds what it reads": {"CLY-ACK-02", clyOdd{before: func(h http.Handler) http.Handler {
			return http.MaxBytesHandler(h, 1<<20)
		}}},
		"answers first and tries again by itself": {"CLY-EVT-05", clyOdd{wrap: func(c *CartlyClient) { c.Receiver = queues }}},
		"answers first and works later":           {"CLY-ACK-03", clyOdd{wrap: func(c *CartlyClient) { c.Receiver = queues }}},
		"cannot read what is no JSON": {"CLY-SIG-06", clyOdd{wrap: func(c *CartlyClient) {
			c.Receiver = func(secret string, _ func(CartlyEvent) error) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					status := http.StatusUnprocessableEntity
					if genuine(secret, body, r) != nil {
						status = http.StatusUnauthorized
					}
					w.WriteHeader(status)
				})
			}
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			become(t, evaluate(t, Cartly(), c.client.make, Only(c.id)), pass)
		})
	}
}

// genuine tells why a delivery is none.
func genuine(secret string, body []byte, r *http.Request) error {
	return cartly.Verify(secret, body, r.Header.Get(clySignature))
}

// queues is a receiver that acknowledges what is genuine and works later, as
// often as it takes.
func queues(secret string, handled func(CartlyEvent) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if genuine(secret, body, r) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		e := CartlyEvent{Name: gjson.GetBytes(body, "event").String(), Shop: r.Header.Get("X-Cartly-Shop-Domain")}
		go func() {
			for handled(e) != nil {
				idle(time.Second)
			}
		}()
	})
}
