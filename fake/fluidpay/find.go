package fluidpay

import (
	"iter"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// A filter is one restriction of a search. One without side restricts nothing.
type filter[T any] struct {
	side   func(*T) int // 0: it fits; else whether it stands before or behind those that do
	not    bool         // what does not fit is wanted
	order  string       // in which those that fit stand together; "": in none
	listed bool         // and there in the order of lists

	// pick gives the ids of those that fit, each once, and perhaps ids that lie
	// elsewhere. It gives up where they are more than most. nil: see order.
	pick func(most int) (ids []string, all bool)
}

func wants[T any](filters []filter[T], v *T) bool {
	for i := range filters {
		if f := &filters[i]; (f.side(v) == 0) == f.not {
			return false
		}
	}
	return true
}

// A source are records to look through: pieces of an order.
type source[T any] struct {
	in     *fake.Ordered[string, T] // nil: there is none
	pieces [2]span
	listed bool // they stand in the order of lists
}

func (s *source[T]) count() int { return s.pieces[0].count() + s.pieces[1].count() }

func (s *source[T]) each() iter.Seq2[*T, []byte] {
	return func(yield func(*T, []byte) bool) {
		for _, piece := range s.pieces {
			for v, wire := range s.in.Range(piece.from, piece.to) {
				if !yield(v, wire) {
					return
				}
			}
		}
	}
}

// find gives the records that fit, from offset on and at most limit of them, in
// the order of lists, and how many fit in all. What one filter asks for is
// counted by the difference of positions in an order that it has. Of several,
// the one that fits the fewest records says which are looked through.
func (k *kind[T]) find(q query[T]) (page []hit[T], total int) {
	if q.part.deleted && k.server.settings.deletes == DeletedForGood { // reading FP-17
		return nil, 0
	}
	q.offset = min(q.offset, int64(k.records.Count()))
	all := source[T]{in: k.records.By(byCreated), pieces: [2]span{k.whole(q.part)}, listed: true}
	switch len(q.filters) {
	case 0:
		return k.cut(q, all), all.count()
	case 1:
		return k.findOne(q, all)
	}
	best := all
	for i := range q.filters {
		f := &q.filters[i]
		if f.pick != nil && !f.not {
			if ids, some := f.pick(best.count() / dearer); some {
				return k.among(q, ids)
			}
		}
		if s := k.serve(q.part, f); s.in != nil && (s.listed && s.count() < best.count() || s.count() < best.count()/dearer) {
			best = s
		}
	}
	return k.through(q, best)
}

// dearer is how many records of a list can be looked at in the time that one
// takes which must be put in order.
const dearer = 4

// findOne is find for a single filter.
func (k *kind[T]) findOne(q query[T], all source[T]) ([]hit[T], int) {
	f := &q.filters[0]
	if f.pick != nil {
		ids, some := f.pick(all.count()/dearer + 1)
		switch {
		case !some:
			return k.through(q, all)
		case !f.not:
			return k.among(q, ids)
		}
		fitting := q
		fitting.filters = []filter[T]{{side: f.side}}
		_, others := k.among(fitting, ids)
		page, _ := k.walk(q, all, all.count())
		return page, all.count() - others
	}
	s := k.serve(q.part, f)
	if s.listed {
		return k.cut(q, s), s.count()
	}
	if page, full := k.walk(q, all, s.count()); full {
		return page, s.count()
	}
	return k.through(q, s)
}

// serve finds the records that one filter wants by its order. Parts stand at the
// same positions in each order.
func (k *kind[T]) serve(p part, f *filter[T]) source[T] {
	if f.order == "" {
		return source[T]{}
	}
	s := source[T]{in: k.records.By(f.order), listed: f.listed}
	fitting := k.stands(s.in, p, f.side)
	s.pieces[0] = fitting
	if f.not {
		all := k.whole(p)
		s.pieces, s.listed = [2]span{{all.from, fitting.from}, {fitting.to, all.to}}, false
	}
	return s
}

// cut is the page out of records that all fit and stand in the order of lists.
func (k *kind[T]) cut(q query[T], s source[T]) (page []hit[T]) {
	piece := s.pieces[0]
	from := piece.from + min(int(q.offset), piece.count())
	for v, wire := range s.in.Range(from, min(from+int(q.limit), piece.to)) {
		page = append(page, hit[T]{v, wire})
	}
	return page
}

// walk looks for the page in the order of lists, and gives up after so many
// steps.
func (k *kind[T]) walk(q query[T], all source[T], steps int) (page []hit[T], done bool) {
	found := collector[T]{k: k, listed: true, from: int(q.offset), to: int(q.offset + q.limit)}
	for v, wire := range all.each() {
		if found.total == found.to {
			return found.hits, true
		}
		if steps--; steps < 0 {
			return nil, false
		}
		if wants(q.filters, v) {
			found.add(v, wire)
		}
	}
	return found.hits, true
}

// through looks at all records of a source.
func (k *kind[T]) through(q query[T], s source[T]) ([]hit[T], int) {
	found := collector[T]{k: k, listed: s.listed, from: int(q.offset), to: int(q.offset + q.limit)}
	for v, wire := range s.each() {
		if wants(q.filters, v) {
			found.add(v, wire)
		}
	}
	return found.page(), found.total
}

// among looks at the records with these ids.
func (k *kind[T]) among(q query[T], ids []string) ([]hit[T], int) {
	found := collector[T]{k: k, from: int(q.offset), to: int(q.offset + q.limit)}
	for _, id := range ids {
		v, wire := k.records.Look(id)
		if v != nil && partOf(k.common(v)) == q.part && wants(q.filters, v) {
			found.add(v, wire)
		}
	}
	return found.page(), found.total
}

// A hit is a record that a search found, with its kept wire form.
type hit[T any] struct {
	record *T
	wire   []byte
}

// A collector counts records and keeps those of one page, the positions from
// from up to to.
type collector[T any] struct {
	k        *kind[T]
	listed   bool // they come in the order of lists
	from, to int
	total    int
	hits     []hit[T]
	last     *T // where hits were put in order: what comes behind it is on no page
}

func (f *collector[T]) add(v *T, wire []byte) {
	f.total++
	switch {
	case f.listed:
		if f.total > f.from && f.total <= f.to {
			f.hits = append(f.hits, hit[T]{v, wire})
		}
	case f.last == nil || f.k.listedBefore(v, f.last) < 0:
		f.hits = append(f.hits, hit[T]{v, wire})
		if len(f.hits) >= 2*f.to+mostRecords {
			f.sort()
			clear(f.hits[f.to:])
			f.hits = f.hits[:f.to]
			f.last = f.hits[f.to-1].record
		}
	}
}

func (f *collector[T]) sort() {
	slices.SortFunc(f.hits, func(a, b hit[T]) int { return f.k.listedBefore(a.record, b.record) })
}

func (f *collector[T]) page() []hit[T] {
	if f.listed {
		return f.hits
	}
	f.sort()
	return f.hits[min(f.from, len(f.hits)):min(f.to, len(f.hits))]
}

// cartsWith are the carts that hold a product of that name which lives.
func (s *Server) cartsWith(p part, name string, most int) (ids []string, all bool) {
	order := s.Products.By(byName)
	named := s.products.stands(order, p, func(v *Product) int { return strings.Compare(v.Name, name) })
	if named.count() > most {
		return nil, false
	}
	for v := range order.Range(named.from, named.to) {
		ids = append(ids, s.Carts.Lookup(byProduct, v.ID)...)
		if len(ids) > most {
			return nil, false
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), true
}
