package fluidpay

import (
	"cmp"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The orders of records, each within the parts of the store: the records of one
// merchant that live stand together, and so do those that are deleted.
const (
	byCreated = "created" // that of lists and searches (reading FP-39)
	byName    = "name"    // of one name, by creation
	byPrice   = "price"   // of one price, by creation
	byUpdated = "updated"
	byDeleted = "deleted"
)

// byProduct is the index of carts by the products that they hold.
const byProduct = "product"

// orders are those of both kinds.
func (k *kind[T]) orders() map[string]func(a, b *T) int {
	return map[string]func(a, b *T) int{
		byCreated: func(a, b *T) int { return k.ordered(a, b, func() int { return 0 }) },
		byName: func(a, b *T) int {
			return k.ordered(a, b, func() int { return strings.Compare(k.title(a), k.title(b)) })
		},
		byUpdated: func(a, b *T) int {
			return k.ordered(a, b, func() int { return k.common(a).updated.Compare(*k.common(b).updated) })
		},
		byDeleted: func(a, b *T) int {
			return k.ordered(a, b, func() int { return compareDeleted(*k.common(a).deleted, *k.common(b).deleted) })
		},
	}
}

// ordered compares two records by the parts of the store that they are in, then
// by something, and by creation where that is the same. What is equal in all
// goes by id.
func (k *kind[T]) ordered(a, b *T, by func() int) int {
	ra, rb := k.common(a), k.common(b)
	if c := compareParts(partOf(ra), partOf(rb)); c != 0 {
		return c
	}
	if c := by(); c != 0 {
		return c
	}
	return ra.created.Compare(*rb.created)
}

func partOf(r common) part { return part{*r.merchant, *r.deleted != nil} }

func compareParts(a, b part) int {
	if c := strings.Compare(a.merchant, b.merchant); c != 0 || a.deleted == b.deleted {
		return c
	}
	if a.deleted {
		return 1
	}
	return -1
}

func compareDeleted(a, b *time.Time) int {
	if a == nil || b == nil {
		return 0 // in one part of the store both are nil or neither is
	}
	return a.Compare(*b)
}

// listedBefore compares two records of one part in the order of lists.
func (k *kind[T]) listedBefore(a, b *T) int {
	ra, rb := k.common(a), k.common(b)
	return cmp.Or(ra.created.Compare(*rb.created), strings.Compare(*ra.id, *rb.id))
}

// A version changes with every change of a record.
type version struct{ encoded, carts, products int }

// version is the present one: each record that comes or changes is encoded, and
// each that goes is one less.
func (s *Server) version() version {
	return version{s.encoded, s.Carts.Count(), s.Products.Count()}
}

// A span are the positions from from up to to.
type span struct{ from, to int }

func (s span) count() int { return s.to - s.from }

// stands finds the records of a part on which side is 0 in an order: those
// before have a side below, those behind one above.
func (k *kind[T]) stands(order *fake.Ordered[string, T], p part, side func(*T) int) span {
	return span{
		order.Position(func(v *T) bool {
			c := compareParts(partOf(k.common(v)), p)
			return c < 0 || c == 0 && side(v) < 0
		}),
		order.Position(func(v *T) bool {
			c := compareParts(partOf(k.common(v)), p)
			return c < 0 || c == 0 && side(v) <= 0
		}),
	}
}

// whole is where a part stands in the order of lists. It is kept until something
// changes.
func (k *kind[T]) whole(p part) span {
	if now := k.server.version(); k.partsAt != now || k.parts == nil {
		k.parts, k.partsAt = map[part]span{}, now
	}
	s, known := k.parts[p]
	if !known {
		s = k.stands(k.records.By(byCreated), p, func(*T) int { return 0 })
		k.parts[p] = s
	}
	return s
}
