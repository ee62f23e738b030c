package fake

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// version is how a record was until a moment; row nil: it was not there.
type version[K cmp.Ordered, T any] struct {
	key   K
	row   *row[K, T]
	until time.Time
}

// remember keeps what a change replaces, while Spec.Keep or a fault asks for
// it, and forgets what is older.
func (c *table[K, T]) remember(key K, before *row[K, T]) {
	keep := max(c.spec.Keep, c.t.s.lag)
	if keep <= 0 {
		return
	}
	now := c.t.s.clock.now()
	old := 0
	for old < len(c.past) && now.Sub(c.past[old].until) > keep {
		old++
	}
	c.past = append(slices.Delete(c.past, 0, old), version[K, T]{key, before, now})
}

// AsOf is for handlers: the records as they were at t, by key ascending, with
// the wire forms of then. It goes back as far as Spec.Keep; before that the
// oldest known version counts. The collection is not to be changed meanwhile.
func (c *Collection[K, T]) AsOf(t time.Time) iter.Seq2[*T, []byte] {
	then := map[K]*row[K, T]{}
	for _, v := range slices.Backward(c.past) {
		if !v.until.After(t) {
			break
		}
		then[v.key] = v.row
	}
	rows := c.rows
	if len(then) > 0 {
		rows = make([]*row[K, T], 0, len(c.rows))
		for _, r := range c.rows {
			if _, changed := then[r.key]; !changed {
				rows = append(rows, r)
			}
		}
		for _, r := range then {
			if r != nil {
				rows = append(rows, r)
			}
		}
		slices.SortFunc(rows, func(a, b *row[K, T]) int { return cmp.Compare(a.key, b.key) })
	}
	return func(yield func(*T, []byte) bool) {
		for _, r := range rows {
			if !yield(&r.value, r.wire) {
				return
			}
		}
	}
}
