package cartly

import (
	"cmp"
	"strings"
)

// Prefixes of ids. Each has a counter of the server, shared by its shops.
const (
	customerID = "cus"
	orderID    = "ord"
	productID  = "prod"
	variantID  = "var"
	locationID = "loc"
	discountID = "disc"
	cartID     = "cart"
	hookID     = "wh"
	shopID     = "shop"
	codeID     = "code"
	accessID   = "at"
	refreshID  = "rt"
)

// idDigits are Crockford's, without I, L, O and U.
const idDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// idMiddle stands in every id, as in the one that the document shows: wh_01H8
// (reading CL-31). After it come 22 digits of a counter.
const (
	idMiddle = "_01H8"
	idLength = 22
)

func formatID(prefix string, n int64) string {
	var digits [idLength]byte
	for i := range digits {
		digits[idLength-1-i] = idDigits[n&31]
		n >>= 5
	}
	return prefix + idMiddle + string(digits[:])
}

// numberOf reads the counter out of an id of that form; 0 where it is none.
func numberOf(prefix, id string) int64 {
	digits, ours := strings.CutPrefix(id, prefix+idMiddle)
	if !ours || len(digits) != idLength {
		return 0
	}
	var n int64
	for i := range len(digits) {
		digit := strings.IndexByte(idDigits, digits[i])
		if digit < 0 || n >= 1<<58 {
			return 0
		}
		n = n<<5 | int64(digit)
	}
	return n
}

// newID gives the next id that nobody has, under the server's lock. Ids that a
// test chose do not move the counter; they are skipped.
func (s *Server) newID(prefix string) string {
	for {
		n := s.NextID(prefix)
		id := formatID(prefix, n)
		if !s.inUse(prefix, id) {
			s.sequence(prefix).last = n
			return id
		}
	}
}

// inUse tells whether anything on the server has an id.
func (s *Server) inUse(prefix, id string) bool {
	switch prefix {
	case codeID:
		return s.codes[id] != nil
	case accessID:
		return s.access[id] != nil
	case refreshID:
		return s.refresh[id] != nil
	}
	return s.holder(prefix, id) != nil
}

// holder is the shop that has a record with an id, or is the one with it.
func (s *Server) holder(prefix, id string) *ShopHandle {
	for _, t := range s.shops {
		if t.has(prefix, id) {
			return t
		}
	}
	return nil
}

func (t *ShopHandle) has(prefix, id string) bool {
	switch prefix {
	case shopID:
		return t.shop.ID == id
	case customerID:
		return t.Customers.Wire(id) != nil
	case orderID:
		return t.Orders.Wire(id) != nil
	case productID:
		return t.Products.Wire(id) != nil
	case variantID:
		return t.hasVariant(id)
	case locationID:
		return t.hasLocation(id)
	case discountID:
		return t.Discounts.Wire(id) != nil
	case cartID:
		return t.Carts.Wire(id) != nil
	}
	return t.Webhooks.Wire(id) != nil
}

// byMaking is the order in which records were made: by created_at and then, as
// many have the same one, by the sequence of their ids.
const byMaking = "made"

// A sequence knows in which order the ids with one prefix came to be. Those that
// the server gives count upwards, so only others need to be remembered: each
// stands after the ids that had been given by then.
type sequence struct {
	prefix string
	last   int64 // number of the id given last
	chosen map[string]place
}

type place struct {
	after int64 // number of an id that was given
	step  int   // behind it, 0 for the id itself
}

func (s *Server) sequence(prefix string) *sequence {
	if s.sequences[prefix] == nil {
		s.sequences[prefix] = &sequence{prefix: prefix, chosen: map[string]place{}}
	}
	return s.sequences[prefix]
}

// put notes an id that came with a record, unless it looks like a given one. An
// id that is known keeps its place, so that a snapshot goes back in its order.
func (q *sequence) put(id string) {
	if _, known := q.chosen[id]; !known && numberOf(q.prefix, id) == 0 {
		q.chosen[id] = place{q.last, len(q.chosen) + 1}
	}
}

func (q *sequence) compare(a, b string) int {
	pa, pb := q.place(a), q.place(b)
	return cmp.Or(cmp.Compare(pa.after, pb.after), cmp.Compare(pa.step, pb.step))
}

func (q *sequence) place(id string) place {
	if p, chosen := q.chosen[id]; chosen {
		return p
	}
	return place{after: numberOf(q.prefix, id)}
}
