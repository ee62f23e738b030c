package cartly

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// An Order is an order of a shop. It has three states: the vendor's pages name
// the words of two, the event order.canceled speaks of a third (reading CL-37).
// Orders are archived and never deleted.
type Order struct {
	ID                string     `json:"id"`
	Number            int        `json:"number"`             // from 1001
	Status            string     `json:"status"`             // open, canceled, archived
	PaymentStatus     string     `json:"payment_status"`     // pending, paid, partially_refunded, refunded, voided
	FulfillmentStatus string     `json:"fulfillment_status"` // unfulfilled, partially_fulfilled, fulfilled
	CustomerID        string     `json:"customer_id"`
	Email             string     `json:"email"`
	Currency          string     `json:"currency"`    // the shop's
	TotalCents        int64      `json:"total_cents"` // 0 becomes the sum of the lines
	Note              string     `json:"note"`
	LineItems         []LineItem `json:"line_items"`
	CreatedAt         time.Time  `json:"created_at"` // UTC, whole milliseconds
	UpdatedAt         time.Time  `json:"updated_at"` // UTC, whole milliseconds
}

// The words of the three states; the first of each is the start. No word stands
// in two lists.
var (
	statusWords      = []string{"open", statusCanceled, "archived"}
	paymentWords     = []string{"pending", paymentPaid, "partially_refunded", "refunded", "voided"}
	fulfillmentWords = []string{"unfulfilled", "partially_fulfilled", fulfilled}
)

const (
	statusCanceled = "canceled"
	paymentPaid    = "paid"
	fulfilled      = "fulfilled"
)

// firstNumber is the least number of an order.
const firstNumber = 1001

// byNumber is the index of orders by number, and the order of them.
const byNumber = "number"

func (t *ShopHandle) newOrders() *fake.Collection[string, Order] {
	s := t.server
	return fake.NewCollection(t.engine, fake.Spec[string, Order]{
		Name:    "orders",
		Key:     func(o *Order) *string { return &o.ID },
		NextKey: func() string { return s.newID(orderID) },
		Clone: func(o Order) Order {
			o.LineItems = slices.Clone(o.LineItems)
			return o
		},
		Fill: func(o *Order, now time.Time) {
			s.fillID(orderID, &o.ID)
			t.fillOrder(o, now)
		},
		Touch: func(before Order, o *Order, now time.Time) {
			touchTimes(&o.CreatedAt, before.UpdatedAt, &o.UpdatedAt, now)
		},
		Illegal: func(o Order) error { return t.elsewhere(orderID, o.ID) },
		Encode:  encoded(s, appendOrder),
		Changed: t.orderChanged,
		Index: map[string]func(*Order, func(string)){
			byNumber: func(o *Order, add func(string)) { add(strconv.Itoa(o.Number)) },
		},
		Orders: map[string]func(a, b *Order) int{
			byNumber: func(a, b *Order) int { return cmp.Compare(a.Number, b.Number) },
			byMaking: s.ordersMade,
		},
	})
}

func (s *Server) ordersMade(a, b *Order) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), s.sequence(orderID).compare(a.ID, b.ID))
}

// fillOrder completes a new order.
func (t *ShopHandle) fillOrder(o *Order, now time.Time) {
	if o.Number == 0 {
		o.Number = t.nextNumber()
	}
	o.Status = cmp.Or(o.Status, statusWords[0])
	o.PaymentStatus = cmp.Or(o.PaymentStatus, paymentWords[0])
	o.FulfillmentStatus = cmp.Or(o.FulfillmentStatus, fulfillmentWords[0])
	o.Currency = cmp.Or(o.Currency, t.shop.Currency)
	o.TotalCents = cmp.Or(o.TotalCents, totalOf(o.LineItems))
	fillTimes(&o.CreatedAt, &o.UpdatedAt, now)
}

// nextNumber is one above the highest number of the shop.
func (t *ShopHandle) nextNumber() int {
	numbers, next := t.Orders.By(byNumber), firstNumber
	for last := range numbers.Range(numbers.Count()-1, numbers.Count()) {
		next = max(next, last.Number+1)
	}
	return next
}

func appendOrder(dst []byte, o *Order) []byte {
	b := appendText(append(dst, '{'), "id", o.ID)
	b = appendNumber(b, "number", o.Number)
	b = appendText(b, "status", o.Status)
	b = appendText(b, "payment_status", o.PaymentStatus)
	b = appendText(b, "fulfillment_status", o.FulfillmentStatus)
	b = appendOptional(b, "customer_id", o.CustomerID)
	b = appendOptional(b, "email", o.Email)
	b = appendText(b, "currency", o.Currency)
	b = appendNumber(b, "total_cents", o.TotalCents)
	b = appendOptional(b, "note", o.Note)
	b = appendLines(b, o.LineItems)
	b = appendTime(b, "created_at", o.CreatedAt)
	return append(appendTime(b, "updated_at", o.UpdatedAt), '}')
}

// listOrders answers GET /apps/api/orders, known from the vendor's other pages:
// all, or those with a number, without "#" (reading CL-3).
func (s *Server) listOrders(c *fake.Call) (fake.Reply, error) {
	noteQuery(c, "number", limitParam, offsetParam)
	t := shopOf(c)
	wanted := selection[Order]{name: "orders", of: t.Orders, made: s.ordersMade}
	if number := c.Query().Get("number"); number != "" {
		wanted.fits = func(o *Order) bool { return strconv.Itoa(o.Number) == number }
		wanted.ids = inOrder(t.Orders, t.Orders.Lookup(byNumber, number), s.ordersMade)
	}
	return wanted.answer(s, c), nil
}

// getOrder answers GET /apps/api/orders/{id}, which nobody names: WithOrderReads
// (reading CL-3).
func (s *Server) getOrder(c *fake.Call) (fake.Reply, error) {
	noteQuery(c)
	orders, id := shopOf(c).Orders, c.Param("id")
	wire := orders.Wire(id)
	if f, stale := staleRead(c, "all"); stale {
		wire = nil
		for order, then := range orders.Lagging(c, f) {
			if order.ID == id {
				wire = then
			}
		}
	}
	if wire == nil {
		return fake.Reply{}, unknown("order")
	}
	return jsonReply(http.StatusOK, wire), nil
}

// updateOrder answers PUT /apps/api/orders/{id}: it changes states and adds a
// note ("API Endpoints", reading CL-19). Any change of state is allowed, and none
// moves stock (reading CL-39).
func (s *Server) updateOrder(c *fake.Call) (fake.Reply, error) {
	noteQuery(c)
	given, err := readFields(c, "status", "payment_status", "fulfillment_status", "note")
	if err != nil {
		return fake.Reply{}, err
	}
	t := shopOf(c)
	order, err := t.Orders.Find(c.Param("id"))
	if err != nil {
		return fake.Reply{}, unknown("order")
	}
	if err := s.mergeOrder(&order, given, c.Note); err != nil {
		return fake.Reply{}, err
	}
	if err := refused(c, refusedOrder+order.ID); err != nil {
		return fake.Reply{}, err
	}
	if kept, thinned := withoutDropped(c, given); thinned {
		order, _ = t.Orders.Find(order.ID)
		_ = s.mergeOrder(&order, kept, func(string, string) {}) // what is good stays good without a part of it
	}
	order.UpdatedAt = now(c)
	t.Orders.Update(c, order)
	return jsonReply(http.StatusOK, t.Orders.Wire(order.ID)), nil
}

// mergeOrder takes the given states and note over, and finds the first thing
// that is wrong with them. null counts as absent.
func (s *Server) mergeOrder(into *Order, given fields, note func(kind, detail string)) error {
	var payment, fulfillment string // by the word of status
	if given.given("status") {
		word := given["status"].Str
		switch {
		case given["status"].Type != gjson.String:
			return invalid("status is not a known order status")
		case slices.Contains(statusWords, word):
			into.Status = word
		case slices.Contains(paymentWords, word):
			payment = word
		case slices.Contains(fulfillmentWords, word):
			fulfillment = word
		default: // cancelled, with a double l, too (reading CL-32)
			return invalid("status is not a known order status")
		}
		if payment+fulfillment != "" { // reading CL-38
			note("status-word", word)
		}
	}
	if err := mergeState(&into.PaymentStatus, given, "payment_status", "payment status", paymentWords, payment); err != nil {
		return err
	}
	if err := mergeState(&into.FulfillmentStatus, given, "fulfillment_status", "fulfillment status", fulfillmentWords, fulfillment); err != nil {
		return err
	}
	if given.given("note") {
		if given["note"].Type != gjson.String {
			return invalid("note must be a string")
		}
		s.mergeNote(into, fake.Text(given["note"]))
	}
	return nil
}

// mergeState takes over one of the two states that have a field of their own. The
// word that status had for it, if any, must be the same.
func mergeState(into *string, given fields, key, name string, words []string, byStatus string) error {
	word := byStatus
	if given.given(key) {
		word = given[key].Str
		if given[key].Type != gjson.String || !slices.Contains(words, word) {
			return invalid(key + " is not a known " + name)
		}
		if byStatus != "" && byStatus != word {
			return invalid("status and " + key + " contradict each other")
		}
	}
	*into = cmp.Or(word, *into)
	return nil
}

// mergeNote adds a note after the present one, on a line of its own: a call that
// is repeated doubles it (reading CL-19).
func (s *Server) mergeNote(into *Order, note string) {
	switch {
	case s.settings.noteReplaced:
		into.Note = note
	case note == "":
	case into.Note == "":
		into.Note = note
	default:
		into.Note += "\n" + note
	}
}

// orderChanged emits what a change of an order causes. "When order status
// changes" means any of the three states: a note alone is no change of status
// (reading CL-20).
func (t *ShopHandle) orderChanged(before, after *Order) {
	if after == nil {
		return
	}
	wire := t.Orders.Wire(after.ID)
	if before == nil {
		t.emit(orderCreated, wire)
		return
	}
	paid := before.PaymentStatus != after.PaymentStatus
	shipped := before.FulfillmentStatus != after.FulfillmentStatus
	moved := before.Status != after.Status
	if !paid && !shipped && !moved {
		return
	}
	t.emit(orderUpdated, wire)
	if paid && after.PaymentStatus == paymentPaid && t.server.settings.extraEvents {
		t.emit(orderPaid, wire)
	}
	if shipped && after.FulfillmentStatus == fulfilled {
		t.emit(orderFulfilled, wire)
	}
	if moved && after.Status == statusCanceled {
		t.emit(orderCanceled, wire)
	}
}

// PayOrder makes an order paid. An unknown id is a mistake of the test, here and
// below.
func (t *ShopHandle) PayOrder(id string) Order {
	return t.Orders.Change(id, func(o *Order) { o.PaymentStatus = paymentPaid })
}

// FulfillOrder makes an order fulfilled.
func (t *ShopHandle) FulfillOrder(id string) Order {
	return t.Orders.Change(id, func(o *Order) { o.FulfillmentStatus = fulfilled })
}

// PartlyFulfillOrder makes an order partially fulfilled.
func (t *ShopHandle) PartlyFulfillOrder(id string) Order {
	return t.Orders.Change(id, func(o *Order) { o.FulfillmentStatus = "partially_fulfilled" })
}

// CancelOrder makes an order canceled.
func (t *ShopHandle) CancelOrder(id string) Order {
	return t.Orders.Change(id, func(o *Order) { o.Status = statusCanceled })
}

// ArchiveOrder makes an order archived.
func (t *ShopHandle) ArchiveOrder(id string) Order {
	return t.Orders.Change(id, func(o *Order) { o.Status = "archived" })
}
