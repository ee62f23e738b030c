package cscart

import "iter"

// A column holds the folded names and e-mails of the registered users of a list,
// one behind the other and in its order: looking for a text goes through memory
// from end to end. It is good until a cart changes.
type column struct {
	order   string
	company int64
	changes int
	carts   []*Cart
	kept    []kept
	ends    []int // of first name, last name and e-mail of each
	texts   []byte
}

// manyCarts is from how many carts on a column is worth its making.
const manyCarts = 4096

// candidates are the carts of a stretch that may match. Where texts are looked
// for among many carts, they are those that have the texts.
func (s *Server) candidates(l *listing, in stretch) iter.Seq2[*Cart, []byte] {
	if !l.filter.texts() || in.count() < s.many {
		return in.all()
	}
	col := s.columnOf(l, in)
	return func(yield func(*Cart, []byte) bool) {
		for i := in.from - in.base; i < in.to-in.base; i++ {
			begin, ends := 0, col.ends[3*i:3*i+3]
			if i > 0 {
				begin = col.ends[3*i-1]
			}
			if !l.filter.spelt(col.texts[begin:ends[0]], col.texts[ends[0]:ends[1]], col.texts[ends[1]:ends[2]]) {
				continue
			}
			if !yield(col.carts[i], col.kept[i]) {
				return
			}
		}
	}
}

// columnOf is the column of the rank that a stretch is a part of.
func (s *Server) columnOf(l *listing, in stretch) *column {
	col, order := &s.column, l.sorting.name(in.typed)
	if col.order == order && col.company == l.company && col.changes == s.changes {
		return col
	}
	*col = column{order: order, company: l.company, changes: s.changes, carts: col.carts[:0], kept: col.kept[:0], ends: col.ends[:0], texts: col.texts[:0]}
	for cart, wire := range in.in.Range(in.base, in.in.Count()) {
		if s.rank(cart).compare(in.rank, in.typed) != 0 {
			break
		}
		k := kept(wire)
		col.carts, col.kept = append(col.carts, cart), append(col.kept, k)
		for _, text := range [][]byte{k.first(), k.last(), k.email()} {
			col.texts = append(col.texts, text...)
			col.ends = append(col.ends, len(col.texts))
		}
	}
	return col
}
