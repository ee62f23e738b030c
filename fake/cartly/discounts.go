package cartly

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/cartdouble/cartdouble/fake"
)

// A Discount is a code for less. The document names the call only; types and
// units are those of the vendor's help pages.
type Discount struct {
	ID                 string    `json:"id"`
	Code               string    `json:"code"`
	Type               string    `json:"type"`                 // percentage, fixed_amount, free_shipping
	Value              int64     `json:"value"`                // whole percent, or cents; 0 for free shipping
	Status             string    `json:"status"`               // active, inactive
	MinimumAmountCents *int64    `json:"minimum_amount_cents"` // nil: none
	UsageLimit         *int      `json:"usage_limit"`          // nil: none
	StartsAt           time.Time `json:"starts_at,omitzero"`   // zero: at once
	EndsAt             time.Time `json:"ends_at,omitzero"`     // zero: never
	CreatedAt          time.Time `json:"created_at"`           // UTC, whole milliseconds
}

// byCode is the index of discounts by folded code.
const byCode = "code"

func foldCode(code string) string { return strings.ToLower(code) }

func (t *ShopHandle) newDiscounts() *fake.Collection[string, Discount] {
	s := t.server
	tidy := func(d *Discount) {
		d.StartsAt, d.EndsAt, d.CreatedAt = wholeMillis(d.StartsAt), wholeMillis(d.EndsAt), wholeMillis(d.CreatedAt)
	}
	return fake.NewCollection(t.engine, fake.Spec[string, Discount]{
		Name:    "discounts",
		Key:     func(d *Discount) *string { return &d.ID },
		NextKey: func() string { return s.newID(discountID) },
		Clone: func(d Discount) Discount {
			d.MinimumAmountCents, d.UsageLimit = cloned(d.MinimumAmountCents), cloned(d.UsageLimit)
			return d
		},
		Fill: func(d *Discount, now time.Time) {
			s.fillID(discountID, &d.ID)
			d.Status = cmp.Or(d.Status, "active")
			if d.CreatedAt.IsZero() {
				d.CreatedAt = now
			}
			tidy(d)
		},
		Touch:   func(_ Discount, d *Discount, _ time.Time) { tidy(d) },
		Illegal: func(d Discount) error { return t.elsewhere(discountID, d.ID) },
		Encode:  encoded(s, appendDiscount),
		Index: map[string]func(*Discount, func(string)){
			byCode: func(d *Discount, add func(string)) { add(foldCode(d.Code)) },
		},
	})
}

func cloned[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

func appendDiscount(dst []byte, d *Discount) []byte {
	b := appendText(append(dst, '{'), "id", d.ID)
	b = appendText(b, "code", d.Code)
	b = appendText(b, "type", d.Type)
	b = appendNumber(b, "value", d.Value)
	b = appendText(b, "status", d.Status)
	b = appendOptionalNumber(b, "minimum_amount_cents", d.MinimumAmountCents)
	b = appendOptionalNumber(b, "usage_limit", d.UsageLimit)
	b = appendOptionalTime(b, "starts_at", d.StartsAt)
	b = appendOptionalTime(b, "ends_at", d.EndsAt)
	return append(appendTime(b, "created_at", d.CreatedAt), '}')
}

// createDiscount answers POST /apps/api/discounts ("API Endpoints"). Any token is
// good for it: there is no scope for discounts (reading CL-16).
func (s *Server) createDiscount(c *fake.Call) (fake.Reply, error) {
	noteQuery(c)
	given, err := readFields(c, "code", "type", "value", "status", "minimum_amount_cents", "usage_limit", "starts_at", "ends_at")
	if err != nil {
		return fake.Reply{}, err
	}
	discount, err := readDiscount(given)
	if err != nil {
		return fake.Reply{}, err
	}
	t := shopOf(c)
	if len(t.Discounts.Lookup(byCode, foldCode(discount.Code))) > 0 {
		return fake.Reply{}, taken("code is already in use")
	}
	if err := refused(c, refusedCode+foldCode(discount.Code)); err != nil {
		return fake.Reply{}, err
	}
	discount.CreatedAt = now(c)
	discount = t.Discounts.Insert(c, discount)
	return jsonReply(s.settings.createdStatus, t.Discounts.Wire(discount.ID)), nil
}

// readDiscount makes a discount of what is given, or finds the first thing that
// is wrong with it.
func readDiscount(given fields) (Discount, error) {
	d := Discount{Status: "active"}
	if d.Code = text(given["code"]); !strings.ContainsFunc(d.Code, visible) {
		return d, invalid("code is required")
	}
	if d.Type = text(given["type"]); !slices.Contains([]string{"percentage", "fixed_amount", "free_shipping"}, d.Type) {
		return d, invalid("type is not known")
	}
	value, whole := integer(given["value"])
	switch {
	case d.Type == "percentage" && (!whole || value < 1 || value > 100):
		return d, invalid("value must be a whole percentage from 1 to 100")
	case d.Type == "fixed_amount" && (!whole || value < 1):
		return d, invalid("value must be a positive number of cents")
	case d.Type == "free_shipping" && given.given("value") && (!whole || value != 0):
		return d, invalid("value must be absent for free shipping")
	}
	d.Value = value
	if given.given("status") {
		if d.Status = text(given["status"]); d.Status != "active" && d.Status != "inactive" {
			return d, invalid("status is not known")
		}
	}
	err := readLimits(&d, given)
	return d, err
}

// readLimits reads the four fields that may be null.
func readLimits(into *Discount, given fields) error {
	if given.given("minimum_amount_cents") {
		cents, whole := integer(given["minimum_amount_cents"])
		if !whole || cents < 0 {
			return invalid("minimum_amount_cents is invalid")
		}
		into.MinimumAmountCents = &cents
	}
	if given.given("usage_limit") {
		n, whole := integer(given["usage_limit"])
		if !whole || n < 1 {
			return invalid("usage_limit is invalid")
		}
		limit := int(n)
		into.UsageLimit = &limit
	}
	for _, key := range []string{"starts_at", "ends_at"} {
		if !given.given(key) {
			continue
		}
		at, err := time.Parse(time.RFC3339, text(given[key]))
		if err != nil {
			return invalid(key + " is invalid")
		}
		if key == "starts_at" {
			into.StartsAt = wholeMillis(at)
		} else {
			into.EndsAt = wholeMillis(at)
		}
	}
	return nil
}

func visible(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }
