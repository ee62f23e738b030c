package cscart

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Cart is what one customer or guest has put aside and not bought. It has no
// id of its own: its key is UserID. The json names are those of the document
// where it has one; a snapshot uses them with plain types. How a cart looks on
// the wire is the business of wire.go ("Cart Details").
type Cart struct {
	UserID    int64  `json:"user_id"`    // a guest's is a sum of 32 bits
	CompanyID int64  `json:"company_id"` // 0: the store's own. One cart has one company (reading CC-40)
	IPAddress string `json:"ip_address"` // "": 127.0.0.1
	OrderID   int64  `json:"order_id"`   // 0: none
	SessionID string `json:"session_id"` // in generated extras only; "": made of UserID and CompanyID

	SerializedExtra string `json:"extra"` // Engine420 only, in PHP's format; "": a:0:{}
	Phone           string `json:"phone"` // Engine420 only; "": that of User
	Email           string `json:"email"` // Engine420 and guests only

	User     *User     `json:"user_data"` // nil: the cart of a guest
	Products []Product `json:"products"`  // at least one (reading CC-42)
}

// A Product is a row of a cart: so many pieces of one product with its options.
type Product struct {
	ItemID    uint32          `json:"item_id"`         // 0: made of ProductID and the variants of Options
	ItemType  string          `json:"item_type"`       // "": P
	ProductID int64           `json:"product_id"`      // from 1
	Type      RowType         `json:"type"`            // "": InCart
	Amount    int64           `json:"amount"`          // of a row that is added, 0 is 1
	Price     Money           `json:"price"`           // of one piece
	Name      string          `json:"product"`         // of the product
	Gone      bool            `json:"gone"`            // the product left the catalogue: on the wire its name is null
	Code      string          `json:"product_code"`    // in generated extras only
	Options   []Option        `json:"product_options"` // in generated extras only
	Timestamp time.Time       `json:"timestamp"`       // of the row, whole seconds; zero: now
	Extra     json.RawMessage `json:"extra,omitempty"` // a JSON object, never computed from the row (reading CC-24); nil: generated
}

// Money is an amount in hundredths of the shop's currency.
type Money int64

// A RowType is where a row of a cart stands.
type RowType string

// The types of rows (reading CC-19).
const (
	InCart     RowType = "C"
	OnWishlist RowType = "W" // filters and dates see it, no answer holds it
)

// An Option is one option of a product in a cart, and the variant that was
// chosen. What a server is started with is a fake.Option.
type Option struct {
	ID      int64 `json:"option_id"`
	Variant int64 `json:"variant_id"`
}

// listCarts answers GET /api/carts/: a page of the carts that pass the filters,
// and an echo of what was understood ("List All Carts", reading CC-29). Products
// are not listed (reading CC-25).
func (s *Server) listCarts(c *fake.Call) (fake.Reply, error) {
	a := s.address(c.Request)
	if a.id != "" {
		c.Note("zero-id", a.id)
	}
	question := questionOf(c, s.companyOf(a))
	changed := altered(c)
	if body, known := s.asked(question); known && !changed {
		return s.ok(body), nil
	}
	q := s.query(c)
	l := s.listing(&q, question.company, c.Now())
	noted := s.noteList(c, &q, &l)
	if p := q.parameter("p_ids"); p != nil && p.value.list != nil && s.settings.arrayIDs == ArrayCrash {
		return fake.Reply{}, &fake.Error{Kind: fake.Broken} // reading CC-17
	}
	hits, total, is := []hit(nil), 0, false
	if changed {
		hits, total, is = s.otherPage(c, &l)
	}
	if !is {
		hits, total = s.find(&l)
	}
	length := len(`{"carts":[],"params":}`) + echoLength + 3*len(c.Request.URL.RawQuery)
	for i := range hits {
		length += hits[i].kept.listLength() + len(",")
	}
	body := append(make([]byte, 0, length), `{"carts":[`...)
	for i := range hits {
		if i > 0 {
			body = append(body, ',')
		}
		body = hits[i].kept.appendListed(body, hits[i].date)
	}
	body = append(body, `],"params":`...)
	body = append(s.appendEcho(body, &q, &l, total), '}')
	s.release()
	if !noted && !changed && !l.bounds.on { // neither notes nor the clock have a part in it
		s.remember(question, body)
	}
	return s.ok(body), nil
}

// getCart answers GET /api/carts/{user_id}/ with the bare cart and its products
// ("Get a Specific Cart"). A wishlist alone is a cart without any (reading
// CC-31).
func (s *Server) getCart(c *fake.Call) (fake.Reply, error) {
	s.noteOne(c)
	_, wire := s.visible(c)
	if wire == nil {
		return fake.Reply{}, &fake.Error{Kind: fake.NotFound}
	}
	return s.ok(wire.whole()), nil
}

// deleteCart answers DELETE /api/carts/{user_id}/: the whole record goes, rows on
// the wishlist too, whether they can be seen or not ("Delete a Cart"). It fails
// for a cart that is there only if the test says so (reading CC-10).
func (s *Server) deleteCart(c *fake.Call) (fake.Reply, error) {
	s.noteOne(c)
	cart, wire := s.visible(c)
	if wire == nil {
		return fake.Reply{}, &fake.Error{Kind: fake.NotFound}
	}
	if texts := c.Refusals(s.First(), refusal(cart.UserID)); texts != nil {
		refused := &fake.Error{Kind: fake.NotSaved, Texts: texts}
		if f, hit := c.Fault("not-saved"); hit {
			refused.Status = statusWord(f)
		}
		return fake.Reply{}, refused
	}
	s.Carts.Delete(c, cart.UserID)
	return fake.Reply{Status: http.StatusNoContent}, nil
}

// getVersion answers GET /api/version with the version of the path, or that
// which is served where the path has none.
func (s *Server) getVersion(c *fake.Call) (fake.Reply, error) {
	version := s.address(c.Request).version
	if version == "" {
		version = "2.1"
	}
	return s.ok(append(spelling.AppendString([]byte(`{"Version":`), version), '}')), nil
}

// visible is the cart that a path names, nil where its company has none of that
// id with a row that can be seen.
func (s *Server) visible(c *fake.Call) (*Cart, kept) {
	cart, wire := s.look(c, c.Int("user_id"))
	if cart == nil || cart.CompanyID != s.companyOf(s.address(c.Request)) || !wire.visible() {
		return nil, nil
	}
	return cart, wire
}

// ok is the answer 200 with a body.
func (s *Server) ok(body []byte) fake.Reply {
	return fake.Reply{Status: http.StatusOK, Header: s.header, Body: body}
}
