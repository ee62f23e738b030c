package cartly_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// What the faults of deliveries make of this API's form of them.
func TestFormsOfFaultyDeliveries(t *testing.T) {
	t.Parallel()
	order := `"data":{"id":"1","number":1001,`
	for name, c := range map[string]struct {
		fault  fake.Fault
		body   string // a part of it
		verify bool   // the signature is good
	}{
		"test-ping":      {fake.NewFault("test-ping"), `{"event":"test","created_at":"2025-03-01T09:00:00.000Z","data":{}}`, true},
		"unknown-event":  {fake.NewFault("unknown-event").Set("topic", "order.forgotten"), `{"event":"order.forgotten","created_at":"2025-03-01T09:00:00.000Z",` + order, true},
		"clock-skew":     {fake.NewFault("clock-skew").Set("by", "1h"), `{"event":"order.created","created_at":"2025-03-01T10:00:00.000Z",` + order, true},
		"bad-signature":  {fake.NewFault("bad-signature"), order, false},
		"no-signature":   {fake.NewFault("no-signature"), order, false},
		"signature-form": {fake.NewFault("signature-form").Set("form", "bare"), order, false},
		"tampered":       {fake.NewFault("tampered").Set("kind", "byte"), `"event"`, false},
		"old-secret":     {fake.NewFault("old-secret"), order, false},
		"body-style":     {fake.NewFault("body-style").Set("style", "pretty"), "\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			shop.RotateSecret("new")
			shop.Hooks.To(&tap{status: 200}, "order.created")
			shop.Inject(c.fault.On("hook:order.created").Call(1))
			shop.Orders.Add(cartly.Order{ID: "1"})
			attempts := shop.Hooks.Attempts()
			assert.Len(t, attempts, 1)
			assert.Contains(t, string(attempts[0].Body), c.body)
			assert.Equal(t, "mystore.mycartly.pro", attempts[0].Header.Get("X-Cartly-Shop-Domain"))
			assert.Equal(t, c.verify, cartly.Verify("new", attempts[0].Body, attempts[0].Header.Get(cartly.SignatureHeader)) == nil)
		})
	}
}
